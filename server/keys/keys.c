/* keys.c - see keys.h. */
#include "server/keys/keys.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/xmalloc.h"
#include "server/child.h"
#include "server/db/db.h"
#include "server/keys/wire.h"
#include "server/tenant.h"

#define AGAIN_MS	100		/* to the first new start */
#define AGAIN_MOST	5000
#define SOCKET_ROOM	(4 * KEYS_PACKET)

/* A request that waits for its answer, or to be sent. */
struct call {
	TAILQ_ENTRY(call)	 link;
	uint32_t		 number;
	struct buf		 packet;	/* empty once it is sent */
	int			 fd;		/* goes with it, or -1 */
	keys_bytes_cb		 bytes;		/* one of these, or neither */
	keys_plain_cb		 plain;
	void			*arg;
};

static struct event_base	*base;
static TAILQ_HEAD(callhead, call) calls = TAILQ_HEAD_INITIALIZER(calls);
static int			 sock = -1;
static pid_t			 child;
static struct event		*read_ev, *write_ev, *again_ev, *down_ev;
static struct event		*control_ev;
static char			*control_path;
static struct stat		 control_file;
static uint32_t			 last;
static unsigned			 wait_ms = AGAIN_MS;
static bool			 stopping;

static void	process_start(void);
static void	load_one(struct tenant *, void *);

/* --- Calls ----------------------------------------------------------------- */

static void
call_end(struct call *c, enum seal_result result, const uint8_t *p,
    size_t len)
{
	TAILQ_REMOVE(&calls, c, link);
	buf_wipe(&c->packet);
	if (c->fd != -1)
		close(c->fd);
	if (c->bytes != NULL)
		c->bytes(c->arg, result, p, len);
	else if (c->plain != NULL)
		c->plain(c->arg, result, result == SEAL_OK ?
		    secret_from(p, len) : NULL);
	free(c);
}

/* Nobody is there to answer them. */
static void
down_cb(evutil_socket_t fd, short what, void *arg)
{
	struct call	*c;

	while (sock == -1 && (c = TAILQ_FIRST(&calls)) != NULL)
		call_end(c, SEAL_DOWN, NULL, 0);
}

static bool
call_send(struct call *c)
{
	union {
		struct cmsghdr	h;
		char		room[CMSG_SPACE(sizeof(int))];
	}		 m_room;
	struct iovec	 v = { (void *)(uintptr_t)buf_data(&c->packet),
			    buf_len(&c->packet) };
	struct msghdr	 m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct cmsghdr	*h;

	if (c->fd != -1) {
		memset(&m_room, 0, sizeof m_room);
		m.msg_control = m_room.room;
		m.msg_controllen = sizeof m_room.room;
		h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(h), &c->fd, sizeof(int));
	}
	if (sendmsg(sock, &m, MSG_NOSIGNAL) == -1) {
		if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)
			event_add(write_ev, NULL);
		return false;
	}
	buf_wipe(&c->packet);
	return true;
}

static void
write_cb(evutil_socket_t fd, short what, void *arg)
{
	struct call	*c;

	TAILQ_FOREACH(c, &calls, link)
		if (buf_len(&c->packet) > 0 && !call_send(c))
			return;
}

static void
add_text(struct buf *b, const char *s)
{
	uint16_t	n = (uint16_t)strlen(s);

	buf_add(b, &n, sizeof n);
	buf_add(b, s, n);
}

static struct call *
call_new(enum keys_op op, size_t ntexts, const char *const *texts,
    const void *value, size_t len)
{
	struct call	*c = xcalloc(1, sizeof *c);
	size_t		 i;

	if (++last == 0)
		last = 1;
	c->number = last;
	c->fd = -1;
	/* room for all of it, so that growing leaves no copy of a secret */
	(void)buf_reserve(&c->packet, KEYS_ANSWER + 6 * 300 + len);
	buf_add(&c->packet, &c->number, sizeof c->number);
	buf_add8(&c->packet, (uint8_t)op);
	for (i = 0; i < ntexts; i++)
		add_text(&c->packet, texts[i]);
	if (len > 0)
		buf_add(&c->packet, value, len);
	TAILQ_INSERT_TAIL(&calls, c, link);
	return c;
}

/* What waits for its turn is not overtaken. */
static void
call_go(struct call *c)
{
	struct call	*before;

	if (sock == -1) {
		event_active(down_ev, EV_TIMEOUT, 0);
		return;
	}
	before = TAILQ_PREV(c, callhead, link);
	if (before != NULL && buf_len(&before->packet) > 0)
		event_add(write_ev, NULL);
	else
		(void)call_send(c);
}

/* --- The child ------------------------------------------------------------- */

static void
again_cb(evutil_socket_t fd, short what, void *arg)
{
	process_start();
}

static void
start_again(void)
{
	struct timeval	tv = { wait_ms / 1000, wait_ms % 1000 * 1000 };

	event_add(again_ev, &tv);
	wait_ms = wait_ms * 2 < AGAIN_MOST ? wait_ms * 2 : AGAIN_MOST;
}

static void
child_lost(const char *why)
{
	struct call	*c;

	if (!stopping)
		log_error(NULL, "the key process has ended (%s): secrets and "
		    "second factors are closed until it runs again", why);
	event_free(read_ev);
	event_free(write_ev);
	close(sock);
	sock = -1;
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) == -1 && errno == EINTR)
		;
	if (stopping)
		return;
	start_again();
	while ((c = TAILQ_FIRST(&calls)) != NULL)
		call_end(c, SEAL_DOWN, NULL, 0);
}

/* Opened by hand: its key may have to be known again. */
static void
opened_by_hand(const char *name, size_t len)
{
	struct tenant	*t = tenant_by_name(name, len);

	if (t == NULL)
		return;
	log_info(tenant_name(t), "the keys were opened by hand");
	keys_know(t, NULL);
}

static void
read_cb(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t	 packet[KEYS_PACKET];
	struct call	*c;
	uint32_t	 number;
	ssize_t		 n;
	int		 turns = 256;

	while (turns-- > 0) {
		n = recv(sock, packet, sizeof packet, 0);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < KEYS_ANSWER) {
			child_lost(n == -1 ? strerror(errno) : "no answer");
			return;
		}
		wait_ms = AGAIN_MS;
		memcpy(&number, packet, sizeof number);
		if (number == 0)
			opened_by_hand((char *)packet + KEYS_ANSWER,
			    (size_t)n - KEYS_ANSWER);
		TAILQ_FOREACH(c, &calls, link)
			if (c->number == number)
				break;
		if (c != NULL)
			call_end(c, (enum seal_result)packet[4],
			    packet + KEYS_ANSWER, (size_t)n - KEYS_ANSWER);
		explicit_bzero(packet, (size_t)n);
		if (sock == -1)
			return;
	}
}

static void
process_start(void)
{
	static const char *const pass[] = { "ASAN_OPTIONS",
	    "CREDENTIALS_DIRECTORY", NULL };
	int		pair[2], room = SOCKET_ROOM;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		fatal("socketpair");
	if (!child_spawn("konak-keys", pair[1], KEYS_FD, pass, &child)) {
		close(pair[0]);
		close(pair[1]);
		start_again();
		return;
	}
	close(pair[1]);
	sock = pair[0];
	(void)setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	evutil_make_socket_nonblocking(sock);
	read_ev = event_new(base, sock, EV_READ | EV_PERSIST, read_cb, NULL);
	write_ev = event_new(base, sock, EV_WRITE, write_cb, NULL);
	event_add(read_ev, NULL);
	tenant_each(load_one, NULL);
}

/* --- Tenants --------------------------------------------------------------- */

static void
loaded(void *arg, enum seal_result result, const uint8_t *why, size_t len)
{
	struct tenant	*t = tenant_by_name(arg, strlen(arg));

	if (result != SEAL_OK && result != SEAL_DOWN)
		log_warn(arg, "the keys are closed: %.*s; konakctl keys "
		    "status tells more", (int)len, (const char *)why);
	else if (len > 0)
		log_warn(arg, "the keys stay as they were: %.*s", (int)len,
		    (const char *)why);
	if (result == SEAL_OK && t != NULL)
		keys_know(t, NULL);
	free(arg);
}

void
keys_load(struct tenant *t)
{
	const char	*texts[] = { tenant_name(t), tenant_keys_by_hand(t) ?
			    "hand" : "file", tenant_key_file(t) };
	struct call	*c;

	if (sock == -1)
		return;		/* it comes with the child */
	c = call_new(KEYS_LOAD, 3, texts, NULL, 0);
	c->bytes = loaded;
	c->arg = xstrdup(tenant_name(t));
	call_go(c);
}

static void
load_one(struct tenant *t, void *arg)
{
	keys_load(t);
	/* what it knew is lost with the one before */
	keys_know(t, NULL);
}

static void
put_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	char	**params = arg;

	if (e != NULL)
		log_error(params[1], "the check of the key is not stored: %s",
		    e->message);
	free(params[0]);
	free(params[1]);
	free(params);
}

/* The key seals what it is known by from now on. */
static void
check_sealed(void *arg, enum seal_result result, const uint8_t *box,
    size_t len)
{
	static const struct db_stmt stmt = { NULL,
	    "select konak.key_check_put($1::bytea)" };
	struct tenant	*t = tenant_by_name(arg, strlen(arg));
	struct db_tx	*tx;
	char		**params;

	if (result != SEAL_OK || t == NULL) {
		free(arg);
		return;
	}
	params = xcalloc(2, sizeof *params);
	params[0] = xmalloc(HEX_LEN(len) + 3);
	memcpy(params[0], "\\x", 2);
	hex_encode(box, len, params[0] + 2);
	params[1] = arg;
	tenant_check_set(t, params[0]);
	tx = db_tx_new(tenant_db(t), DB_WRITE, 0, put_done, params);
	db_tx_query(tx, &stmt, 1, (const char *const *)params, NULL, NULL);
	db_tx_send(tx);
}

static void
checked(void *arg, enum seal_result result, const uint8_t *p, size_t len)
{
	if (result == SEAL_WRONG)
		log_error(arg, "the master key is not the one that sealed "
		    "this tenant's secrets: they stay closed");
	free(arg);
}

void
keys_know(struct tenant *t, const char *box)
{
	const char	*texts[] = { tenant_name(t), tenant_id(t) };
	struct seal_aad	 aad;
	struct secret	*plain;
	struct call	*c;
	uint8_t		*raw;
	size_t		 len;

	if (box != NULL)
		tenant_check_set(t, box);
	box = tenant_check(t);
	if (sock == -1 || tenant_id(t) == NULL || !tenant_check_asked(t))
		return;
	if (box == NULL) {
		aad = keys_check_aad(tenant_id(t));
		plain = secret_from(KEYS_CHECK_TEXT,
		    strlen(KEYS_CHECK_TEXT));
		keys_close(t, &aad, plain, check_sealed,
		    xstrdup(tenant_name(t)));
		secret_free(plain);
		return;
	}
	raw = xmalloc(strlen(box));
	if (!hex_decode(box + 2, strlen(box) - 2, raw, strlen(box), &len))
		len = 0;
	c = call_new(KEYS_CHECK, 2, texts, raw, len);
	c->bytes = checked;
	c->arg = xstrdup(tenant_name(t));
	call_go(c);
	free(raw);
}

/* A head of an audit chain; nothing: the public key alone. */
void
keys_sign(struct tenant *t, const void *text, size_t len, keys_bytes_cb cb,
    void *arg)
{
	const char	*texts[] = { tenant_name(t), tenant_id(t) };
	struct call	*c = call_new(KEYS_SIGN, 2, texts, text, len);

	c->bytes = cb;
	c->arg = arg;
	call_go(c);
}

/* --- Values ---------------------------------------------------------------- */

static struct call *
place_call(enum keys_op op, struct tenant *t, const struct seal_aad *aad,
    const void *value, size_t len)
{
	const char	*texts[] = { tenant_name(t), aad->tenant,
			    aad->company, aad->table, aad->record,
			    aad->field };

	return call_new(op, 6, texts, value, len);
}

void
keys_close(struct tenant *t, const struct seal_aad *aad,
    const struct secret *plain, keys_bytes_cb cb, void *arg)
{
	struct call	*c = place_call(KEYS_CLOSE, t, aad,
			    secret_expose(plain), secret_len(plain));

	c->bytes = cb;
	c->arg = arg;
	call_go(c);
}

void
keys_open(struct tenant *t, const struct seal_aad *aad, const uint8_t *box,
    size_t len, keys_plain_cb cb, void *arg)
{
	struct call	*c = place_call(KEYS_OPEN, t, aad, box, len);

	c->plain = cb;
	c->arg = arg;
	call_go(c);
}

void
keys_digest(struct tenant *t, const char *id, const char *word,
    const struct secret *plain, keys_bytes_cb cb, void *arg)
{
	const char	*texts[] = { tenant_name(t), id, word };
	struct call	*c = call_new(KEYS_DIGEST, 3, texts,
			    secret_expose(plain), secret_len(plain));

	c->bytes = cb;
	c->arg = arg;
	call_go(c);
}

/* --- konakctl -------------------------------------------------------------- */

struct visitor {
	struct event	*ev;
	int		 fd;
};

/* It has something to say: the key process hears it, not this one. */
static void
visitor_cb(evutil_socket_t fd, short what, void *arg)
{
	struct visitor	*v = arg;
	struct call	*c;

	event_free(v->ev);
	if ((what & EV_TIMEOUT) != 0 || sock == -1) {
		(void)send(v->fd, "error\tthe key process is not running\n",
		    38, MSG_NOSIGNAL);
		close(v->fd);
	} else {
		c = call_new(KEYS_CONTROL, 0, NULL, NULL, 0);
		c->fd = v->fd;
		call_go(c);
	}
	free(v);
}

static void
control_cb(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval	limit = { 5, 0 };
	struct ucred	 peer;
	socklen_t	 len = sizeof peer;
	struct visitor	*v;
	int		 s;

	s = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (s == -1)
		return;
	if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    (peer.uid != 0 && peer.uid != geteuid())) {
		close(s);
		return;
	}
	v = xcalloc(1, sizeof *v);
	v->fd = s;
	v->ev = event_new(base, s, EV_READ, visitor_cb, v);
	event_add(v->ev, &limit);
}

static void
control_listen(void)
{
	struct sockaddr_un	sa = { .sun_family = AF_UNIX };
	int			fd;

	if (control_path == NULL)
		return;
	if (strlen(control_path) >= sizeof sa.sun_path) {
		log_error(NULL, "%s: too long for a socket", control_path);
		return;
	}
	memcpy(sa.sun_path, control_path, strlen(control_path) + 1);
	(void)unlink(control_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || fchmod(fd, 0600) == -1 ||
	    bind(fd, (struct sockaddr *)&sa, sizeof sa) == -1 ||
	    chmod(control_path, 0600) == -1 || listen(fd, 8) == -1) {
		log_error(NULL, "%s: %s", control_path, strerror(errno));
		if (fd != -1)
			close(fd);
		return;
	}
	(void)stat(control_path, &control_file);
	control_ev = event_new(base, fd, EV_READ | EV_PERSIST, control_cb,
	    NULL);
	event_add(control_ev, NULL);
}

/* --- Start and end --------------------------------------------------------- */

void
keys_start(struct event_base *b, const char *control)
{
	base = b;
	again_ev = evtimer_new(base, again_cb, NULL);
	down_ev = evtimer_new(base, down_cb, NULL);
	control_path = control != NULL ? xasprintf("%s.control", control) :
	    NULL;
	control_listen();
	process_start();
}

void
keys_stop(void)
{
	struct stat	 now;
	struct call	*c;

	stopping = true;
	if (control_ev != NULL) {
		close(event_get_fd(control_ev));
		event_free(control_ev);
		/* The next konakd may be there already. */
		if (stat(control_path, &now) == 0 &&
		    now.st_ino == control_file.st_ino &&
		    now.st_dev == control_file.st_dev)
			(void)unlink(control_path);
	}
	if (sock != -1)
		child_lost("stopped");
	while ((c = TAILQ_FIRST(&calls)) != NULL)
		call_end(c, SEAL_DOWN, NULL, 0);
	event_free(again_ev);
	event_free(down_ev);
	free(control_path);
}
