/* mail.c - see mail.h. */
#include "server/mail/mail.h"

#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/xmalloc.h"
#include "server/child.h"
#include "server/conf.h"
#include "server/mail/wire.h"

#define AT_ONCE		16
#define GRACE_S		3		/* after its own limit: SIGKILL */

struct talk {
	LIST_ENTRY(talk)	 link;
	pid_t			 child;
	int			 sock;
	struct buf		 packet;
	struct event		*read_ev, *write_ev, *limit_ev;
	uint8_t			 answer[MAIL_ANSWER];
	size_t			 got;
	mail_cb			 cb;
	void			(*ready)(void *, struct talk *);
	void			*arg;
};

static struct event_base	*base;
static LIST_HEAD(, talk)	 talks = LIST_HEAD_INITIALIZER(talks);
static unsigned			 ntalks;

static void
talk_end(struct talk *t, enum mail_end end, int code)
{
	LIST_REMOVE(t, link);
	ntalks--;
	event_free(t->read_ev);
	event_free(t->write_ev);
	event_free(t->limit_ev);
	close(t->sock);
	kill(t->child, SIGKILL);
	while (waitpid(t->child, NULL, 0) == -1 && errno == EINTR)
		;
	buf_wipe(&t->packet);
	if (t->cb != NULL)
		t->cb(t->arg, end, code);
	free(t);
}

enum mail_security
mail_security(const char *name)
{
	return strcmp(name, "tls") == 0 ? MAIL_TLS :
	    strcmp(name, "none") == 0 ? MAIL_PLAIN : MAIL_STARTTLS;
}

void
mail_drop(struct talk *t)
{
	t->cb = NULL;
	talk_end(t, MAILED_BROKEN, 0);
}

void
mail_go(struct talk *t)
{
	uint8_t	go = MAIL_GO;

	/* An empty socket's room takes a byte; a child that is gone is seen by
	 * whoever reads. */
	(void)!send(t->sock, &go, sizeof go, MSG_NOSIGNAL);
}

static void
limit_cb(evutil_socket_t fd, short what, void *arg)
{
	talk_end(arg, MAILED_TIME, 0);
}

static void
read_cb(evutil_socket_t fd, short what, void *arg)
{
	struct talk	*t = arg;
	int32_t		 code;
	ssize_t		 n;

	n = recv(fd, t->answer + t->got, sizeof t->answer - t->got, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		talk_end(t, MAILED_BROKEN, 0);
		return;
	}
	t->got += (size_t)n;
	if (t->got == 1 && t->answer[0] == MAIL_READY) {
		t->got = 0;
		if (t->ready != NULL)
			t->ready(t->arg, t);
		else
			mail_go(t);
		return;
	}
	if (t->got < sizeof t->answer)
		return;
	memcpy(&code, t->answer + 1, sizeof code);
	talk_end(t, t->answer[0] < MAILED_ENDS ?
	    (enum mail_end)t->answer[0] : MAILED_BROKEN, code);
}

static void
write_cb(evutil_socket_t fd, short what, void *arg)
{
	struct talk	*t = arg;
	ssize_t		 n;

	n = send(fd, buf_data(&t->packet), buf_len(&t->packet), MSG_NOSIGNAL);
	if (n == -1 && errno != EAGAIN && errno != EINTR) {
		talk_end(t, MAILED_BROKEN, 0);
		return;
	}
	if (n > 0)
		buf_drain(&t->packet, (size_t)n);
	if (buf_len(&t->packet) > 0) {
		event_add(t->write_ev, NULL);
		return;
	}
	/* The password waits for nobody in here. */
	buf_wipe(&t->packet);
}

static void
add16(struct buf *b, size_t n)
{
	uint16_t	v = (uint16_t)n;

	buf_add(b, &v, sizeof v);
}

static void
add_text(struct buf *b, const void *p, size_t len)
{
	uint32_t	n = (uint32_t)len;

	buf_add(b, &n, sizeof n);
	if (len > 0)
		buf_add(b, p, len);
}

static void
add_string(struct buf *b, const char *s)
{
	add_text(b, s, s != NULL ? strlen(s) : 0);
}

/* The networks that konakd.yaml lists, with spaces between them. */
static void
add_networks(struct buf *b)
{
	struct buf	text = BUF_INIT;
	const char	**n;

	for (n = conf.mail_networks; *n != NULL; n++)
		buf_printf(&text, "%s%s", buf_len(&text) > 0 ? " " : "", *n);
	add_text(b, buf_data(&text), buf_len(&text));
	buf_free(&text);
}

static bool
packet_make(struct buf *b, const struct mail_call *c)
{
	size_t		room = 4096 + c->len, i;
	uint32_t	n;

	if (c->nto > MAIL_TO_MAX || c->len > MAIL_BYTES_MAX / 2)
		return false;
	for (i = 0; i < c->nto; i++)
		room += strlen(c->to[i]) + 4;
	for (i = 0; conf.mail_networks[i] != NULL; i++)
		room += strlen(conf.mail_networks[i]) + 1;
	room += c->password != NULL ? secret_len(c->password) : 0;
	/* All of it at once: growing would leave a copy behind. */
	(void)buf_reserve(b, room);
	n = 0;
	buf_add(b, &n, sizeof n);
	buf_add8(b, (uint8_t)c->op);
	buf_add8(b, (uint8_t)c->security);
	add16(b, c->port);
	add16(b, c->seconds);
	add16(b, c->nto);
	add_string(b, c->host);
	add_string(b, c->user);
	if (c->password != NULL)
		add_text(b, secret_expose(c->password),
		    secret_len(c->password));
	else
		add_text(b, NULL, 0);
	add_string(b, c->from);
	add_networks(b);
	for (i = 0; i < c->nto; i++)
		add_string(b, c->to[i]);
	add_text(b, c->message, c->len);
	n = (uint32_t)(buf_len(b) - sizeof n);
	memcpy(b->base + b->off, &n, sizeof n);
	return true;
}

void
mail_start(struct event_base *b)
{
	base = b;
}

void
mail_stop(void)
{
	while (!LIST_EMPTY(&talks))
		talk_end(LIST_FIRST(&talks), MAILED_BROKEN, 0);
}

bool
mail_call(const struct mail_call *c, mail_cb cb, void *arg)
{
	static const char *const pass[] = { "ASAN_OPTIONS", "SSL_CERT_FILE",
	    NULL };
	struct timeval	limit = { c->seconds + GRACE_S, 0 };
	struct talk	*t;
	int		 pair[2];

	if (ntalks >= AT_ONCE || socketpair(AF_UNIX, SOCK_STREAM |
	    SOCK_CLOEXEC, 0, pair) == -1)
		return false;
	t = xcalloc(1, sizeof *t);
	if (!packet_make(&t->packet, c) || !child_spawn("konak-mail", pair[1],
	    STDIN_FILENO, pass, &t->child)) {
		buf_wipe(&t->packet);
		free(t);
		close(pair[0]);
		close(pair[1]);
		return false;
	}
	close(pair[1]);
	t->sock = pair[0];
	t->cb = cb;
	t->ready = c->ready;
	t->arg = arg;
	evutil_make_socket_nonblocking(t->sock);
	t->read_ev = event_new(base, t->sock, EV_READ | EV_PERSIST, read_cb,
	    t);
	t->write_ev = event_new(base, t->sock, EV_WRITE, write_cb, t);
	t->limit_ev = evtimer_new(base, limit_cb, t);
	event_add(t->read_ev, NULL);
	event_add(t->write_ev, NULL);
	event_add(t->limit_ev, &limit);
	LIST_INSERT_HEAD(&talks, t, link);
	ntalks++;
	return true;
}
