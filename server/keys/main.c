/*
 * konak-keys, the key process: started by konakd, which speaks to it through
 * descriptor 3. It keeps the tenants' master keys in locked memory, leaves no
 * core, may open no socket and start nothing, and ends with its parent.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/xmalloc.h"
#include "server/keys/confine.h"
#include "server/keys/wire.h"

#define CONTROL_MS	1000

enum lock { LOCK_NONE, LOCK_BUFFERS, LOCK_ALL };

struct ring {
	struct ring	*next;
	char		*tenant, *id;
	char		*path;		/* NULL: opened by hand */
	struct seal	*seal;		/* NULL: closed */
	bool		 wrong;
	uint8_t		*check;		/* NULL: not known */
	size_t		 check_len;
	const char	*error;		/* why it is closed */
};

struct request {
	uint32_t	 number;
	enum keys_op	 op;
	char		*text[KEYS_TEXTS];	/* in the packet, ended */
	uint8_t		*value;
	size_t		 len;
	int		 fd;		/* -1: none */
};

static struct ring	*rings;
static enum lock	 locked;
static uint8_t		 in[KEYS_PACKET], out[KEYS_PACKET];

/* --- Memory ---------------------------------------------------------------- */

static void
lock_memory(void)
{
	struct rlimit	none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		fatal("PR_SET_DUMPABLE");
	if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0) {
		locked = LOCK_ALL;
		return;
	}
	(void)munlockall();
	if (mlock(in, sizeof in) == 0 && mlock(out, sizeof out) == 0) {
		locked = LOCK_BUFFERS;
		log_info(NULL, "keys: what holds keys and secrets is locked "
		    "into memory, the rest of the process is not "
		    "(LimitMEMLOCK, ulimit -l)");
	}
}

/* --- Rings ----------------------------------------------------------------- */

static struct ring *
ring_find(const char *tenant)
{
	struct ring	*g;

	for (g = rings; g != NULL; g = g->next)
		if (strcmp(g->tenant, tenant) == 0)
			return g;
	return NULL;
}

static struct ring *
ring_get(const char *tenant)
{
	struct ring	*g = ring_find(tenant);

	if (g != NULL)
		return g;
	g = xcalloc(1, sizeof *g);
	g->tenant = xstrdup(tenant);
	g->next = rings;
	rings = g;
	return g;
}

static void
ring_drop(const char *tenant)
{
	struct ring	**at, *g;

	for (at = &rings; (g = *at) != NULL; at = &g->next)
		if (strcmp(g->tenant, tenant) == 0) {
			*at = g->next;
			seal_free(g->seal);
			free(g->check);
			free(g->tenant);
			free(g->path);
			free(g->id);
			free(g);
			return;
		}
}

/* Keys that do not open what was once sealed to know them are thrown away:
 * whatever they closed, the right ones would not open. */
static bool
ring_check(struct ring *g)
{
	struct seal_aad	 aad;
	struct secret	*plain;

	if (g->seal == NULL || g->check == NULL)
		return true;
	aad = keys_check_aad(g->id);
	g->wrong = seal_open(g->seal, &aad, g->check, g->check_len, &plain) !=
	    SEAL_OK;
	if (!g->wrong) {
		secret_free(plain);
		return true;
	}
	seal_free(g->seal);
	g->seal = NULL;
	g->error = "this is not the master key of the tenant";
	return false;
}

static bool
ring_take(struct ring *g, struct seal *seal)
{
	struct seal	*old = g->seal;

	g->wrong = false;
	g->seal = seal;
	if (seal == NULL || !ring_check(g)) {
		/* What was open stays open. */
		g->seal = old;
		g->wrong = g->wrong && old == NULL;
		return false;
	}
	seal_free(old);
	g->error = NULL;
	return true;
}

static bool
ring_load(struct ring *g)
{
	const char	*error = "";

	if (locked == LOCK_NONE) {
		g->error = "locked memory is not available: raise "
		    "LimitMEMLOCK (ulimit -l)";
		return false;
	}
	if (g->path == NULL) {
		g->error = g->seal == NULL ? "waits for konakctl unseal" :
		    NULL;
		return g->seal != NULL;
	}
	if (!ring_take(g, seal_new(g->path, &error))) {
		if (!g->wrong)
			g->error = *error != '\0' ? error : g->error;
		return false;
	}
	return true;
}

/* --- Answers --------------------------------------------------------------- */

static void
answer(uint32_t number, enum seal_result result, size_t len)
{
	ssize_t	n;

	memcpy(out, &number, sizeof number);
	out[4] = (uint8_t)result;
	do
		n = send(KEYS_FD, out, KEYS_ANSWER + len, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	explicit_bzero(out, KEYS_ANSWER + len);
	if (n == -1)
		_exit(0);	/* the server has ended */
}

static void
answer_bytes(uint32_t number, enum seal_result result, const void *p,
    size_t len)
{
	if (len > 0)
		memcpy(out + KEYS_ANSWER, p, len);
	answer(number, result, len);
}

static enum seal_result
closed_why(const struct ring *g)
{
	return g != NULL && g->wrong ? SEAL_WRONG : SEAL_SEALED;
}

static void
do_close(const struct request *q, struct ring *g, const struct seal_aad *aad)
{
	struct secret		*plain = secret_from(q->value, q->len);
	struct buf		 box = BUF_INIT;
	enum seal_result	 result = seal_close(g->seal, aad, plain,
				    &box);

	secret_free(plain);
	answer_bytes(q->number, result, buf_data(&box), result == SEAL_OK ?
	    buf_len(&box) : 0);
	buf_free(&box);
}

static void
do_open(const struct request *q, struct ring *g, const struct seal_aad *aad)
{
	struct secret		*plain;
	enum seal_result	 result;

	result = seal_open(g->seal, aad, q->value, q->len, &plain);
	if (result != SEAL_OK)
		answer(q->number, result, 0);
	else
		answer_bytes(q->number, result, secret_expose(plain),
		    secret_len(plain));
	secret_free(plain);
}

static void
do_digest(const struct request *q, struct ring *g)
{
	struct secret	*plain = secret_from(q->value, q->len);

	seal_digest(g->seal, q->text[1], q->text[2], plain,
	    out + KEYS_ANSWER);
	secret_free(plain);
	answer(q->number, SEAL_OK, SEAL_DIGEST);
}

static bool
signable(const uint8_t *text, size_t len)
{
	const size_t	head = strlen(KEYS_SIGNED);

	return len == 0 || (len > head && memcmp(text, KEYS_SIGNED, head) ==
	    0);
}

static void
do_sign(const struct request *q, struct ring *g)
{
	uint8_t	*p = out + KEYS_ANSWER;

	if (!signable(q->value, q->len)) {
		answer(q->number, SEAL_FAILED, 0);
		return;
	}
	seal_sign(g->seal, q->text[1], q->value, q->len, p, p + SEAL_PUBLIC);
	answer(q->number, SEAL_OK, SEAL_PUBLIC + (q->len > 0 ?
	    SEAL_SIGNATURE : 0));
}

static void
do_load(const struct request *q)
{
	struct ring	*g = ring_get(q->text[0]);
	bool		 hand = strcmp(q->text[1], "hand") == 0;
	bool		 good;

	free(g->path);
	g->path = hand ? NULL : xstrdup(q->text[2]);
	good = ring_load(g);
	answer_bytes(q->number, good ? SEAL_OK : closed_why(g), g->error !=
	    NULL ? g->error : "", g->error != NULL ? strlen(g->error) : 0);
}

static void
do_check(const struct request *q)
{
	struct ring	*g = ring_get(q->text[0]);

	/* Generations only rise: an older one was read before rotation. */
	if (g->check != NULL && seal_box_generation(q->value, q->len) <
	    seal_box_generation(g->check, g->check_len)) {
		answer(q->number, SEAL_OK, 0);
		return;
	}
	free(g->id);
	free(g->check);
	g->id = xstrdup(q->text[1]);
	g->check = q->len > 0 ? xmemdup(q->value, q->len) : NULL;
	g->check_len = q->len;
	if (ring_check(g))
		answer(q->number, g->seal != NULL ? SEAL_OK : SEAL_SEALED, 0);
	else
		answer(q->number, SEAL_WRONG, 0);
}

/* --- konakctl -------------------------------------------------------------- */

static void
say(int fd, const char *text)
{
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void
tell_status(int fd)
{
	struct ring	*g;
	struct buf	 b = BUF_INIT;

	buf_printf(&b, "memory\t%s\n", locked == LOCK_ALL ? "locked" :
	    locked == LOCK_BUFFERS ? "keys locked" : "not locked");
	for (g = rings; g != NULL; g = g->next)
		buf_printf(&b, "%s\t%s\t%u\t%s\n", g->tenant, g->seal != NULL ?
		    "open" : g->wrong ? "wrong" : "sealed", g->seal != NULL ?
		    seal_generation(g->seal) : 0, g->error != NULL ? g->error :
		    g->path != NULL ? "file" : "by hand");
	(void)send(fd, buf_data(&b), buf_len(&b), MSG_NOSIGNAL);
	buf_free(&b);
}

static void
unseal(int fd, const char *tenant, const char *keys, size_t len)
{
	struct ring	*g = ring_find(tenant);
	const char	*error = "";
	struct seal	*seal;

	if (g == NULL) {
		say(fd, "error\tthere is no such tenant\n");
		return;
	}
	if (locked == LOCK_NONE) {
		say(fd, "error\tlocked memory is not available: raise "
		    "LimitMEMLOCK (ulimit -l)\n");
		return;
	}
	seal = seal_parse(keys, len, &error);
	if (seal == NULL || !ring_take(g, seal)) {
		say(fd, "error\t");
		say(fd, seal == NULL ? error :
		    "this is not the master key of the tenant");
		say(fd, "\n");
		return;
	}
	say(fd, "ok\n");
	answer_bytes(0, SEAL_OK, tenant, strlen(tenant));
}

/* "NAME ID" and a head of an audit chain: "ok", the public key and the
 * signature. */
static void
sign(int fd, char *words, const uint8_t *text, size_t len)
{
	const char	*tenant = strsep(&words, " "), *id = words;
	struct ring	*g = ring_find(tenant);
	uint8_t		 public[SEAL_PUBLIC], signature[SEAL_SIGNATURE];
	char		 hex[HEX_LEN(SEAL_SIGNATURE) + 1];
	struct buf	 b = BUF_INIT;

	if (g == NULL || g->seal == NULL || id == NULL ||
	    (g->id != NULL && strcmp(g->id, id) != 0) ||
	    !signable(text, len)) {
		say(fd, g == NULL ? "error\tthere is no such tenant\n" :
		    g->seal == NULL ? "error\tits keys are closed\n" :
		    "error\tthis is no head of its audit chains\n");
		return;
	}
	seal_sign(g->seal, id, text, len, public, signature);
	hex_encode(public, sizeof public, hex);
	buf_printf(&b, "ok\t%s", hex);
	if (len > 0) {
		hex_encode(signature, sizeof signature, hex);
		buf_printf(&b, "\t%s", hex);
	}
	buf_addz(&b, "\n");
	say(fd, buf_text(&b));
	buf_free(&b);
}

/* konakctl has sent all it says and shut its side: what comes is a few
 * kilobytes, at once or never. */
static void
control(int fd)
{
	struct pollfd	 p = { .fd = fd, .events = POLLIN };
	struct secret	*text = secret_new(SEAL_FILE_MAX + 256);
	char		*s = (char *)secret_expose(text), *nl;
	size_t		 len = 0;
	ssize_t		 n = 0;

	while (len < secret_len(text) && poll(&p, 1, CONTROL_MS) == 1 &&
	    (n = read(fd, s + len, secret_len(text) - len)) > 0)
		len += (size_t)n;
	nl = memchr(s, '\n', len);
	if (n == 0 && nl != NULL) {
		*nl++ = '\0';
		if (strcmp(s, "status") == 0)
			tell_status(fd);
		else if (strncmp(s, "unseal ", 7) == 0)
			unseal(fd, s + 7, nl, len - (size_t)(nl - s));
		else if (strncmp(s, "sign ", 5) == 0)
			sign(fd, s + 5, (uint8_t *)nl, len - (size_t)(nl - s));
		else
			say(fd, "error\tunknown command\n");
	}
	secret_free(text);
	close(fd);
}

/* --- Requests -------------------------------------------------------------- */

static const unsigned char texts[KEYS_OPS] = {
	[KEYS_LOAD] = 3, [KEYS_CHECK] = 2, [KEYS_FORGET] = 1,
	[KEYS_CLOSE] = 6, [KEYS_OPEN] = 6, [KEYS_DIGEST] = 3,
	[KEYS_SIGN] = 2,
};

/* The texts are moved one byte to the front, for the NUL that ends them. */
static bool
request_read(struct request *q, size_t len)
{
	uint8_t		*p = in + KEYS_ANSWER;
	uint16_t	 n;
	unsigned	 i;

	if (len < KEYS_ANSWER || in[4] >= KEYS_OPS)
		return false;
	memcpy(&q->number, in, sizeof q->number);
	q->op = (enum keys_op)in[4];
	len -= KEYS_ANSWER;
	for (i = 0; i < texts[q->op]; i++) {
		if (len < sizeof n)
			return false;
		memcpy(&n, p, sizeof n);
		if (len - sizeof n < n || memchr(p + sizeof n, 0, n) != NULL)
			return false;
		memmove(p, p + sizeof n, n);
		p[n] = '\0';
		q->text[i] = (char *)p;
		p += sizeof n + n;
		len -= sizeof n + n;
	}
	q->value = p;
	q->len = len;
	return true;
}

static void
request_do(const struct request *q)
{
	struct ring	*g = texts[q->op] > 0 ? ring_find(q->text[0]) : NULL;
	struct seal_aad	 aad = { q->text[1], q->text[2], q->text[3],
			    q->text[4], q->text[5] };

	switch (q->op) {
	case KEYS_LOAD:
		do_load(q);
		return;
	case KEYS_CHECK:
		do_check(q);
		return;
	case KEYS_FORGET:
		ring_drop(q->text[0]);
		answer(q->number, SEAL_OK, 0);
		return;
	case KEYS_CONTROL:
		if (q->fd != -1)
			control(q->fd);
		answer(q->number, SEAL_OK, 0);
		return;
	case KEYS_CLOSE:
	case KEYS_OPEN:
	case KEYS_DIGEST:
	case KEYS_SIGN:
	case KEYS_OPS:
		break;
	}
	if (g == NULL || g->seal == NULL)
		answer(q->number, closed_why(g), 0);
	else if (q->len > SEAL_PLAIN_MAX + SEAL_OVERHEAD)
		answer(q->number, SEAL_FAILED, 0);
	else if (q->op == KEYS_CLOSE)
		do_close(q, g, &aad);
	else if (q->op == KEYS_OPEN)
		do_open(q, g, &aad);
	else if (q->op == KEYS_SIGN)
		do_sign(q, g);
	else
		do_digest(q, g);
}

static ssize_t
receive(int *fd)
{
	union {
		struct cmsghdr	h;
		char		room[CMSG_SPACE(sizeof(int))];
	}		 c;
	struct iovec	 v = { in, sizeof in };
	struct msghdr	 m = { .msg_iov = &v, .msg_iovlen = 1,
			    .msg_control = c.room,
			    .msg_controllen = sizeof c.room };
	struct cmsghdr	*h;
	ssize_t		 n;

	*fd = -1;
	do
		n = recvmsg(KEYS_FD, &m, MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n > 0 && (h = CMSG_FIRSTHDR(&m)) != NULL &&
	    h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(h), sizeof *fd);
	return n;
}

/* Once through everything, so that libraries have opened what they open. */
static void
warm_up(void)
{
	static const struct seal_aad	 aad = { "a", "b", "c", "d", "e" };
	char				 key[65];
	const char			*error;
	struct secret			*plain = secret_from("x", 1), *got;
	struct buf			 box = BUF_INIT;
	struct seal			*s;

	memset(key, '0', sizeof key - 1);
	key[64] = '\n';
	s = seal_parse(key, sizeof key, &error);
	if (s == NULL || seal_close(s, &aad, plain, &box) != SEAL_OK ||
	    seal_open(s, &aad, buf_data(&box), buf_len(&box), &got) !=
	    SEAL_OK)
		fatalx("keys: what is sealed does not open");
	seal_sign(s, "a", (const uint8_t *)key, 1, out, out + SEAL_PUBLIC);
	explicit_bzero(out, SEAL_PUBLIC + SEAL_SIGNATURE);
	secret_free(got);
	secret_free(plain);
	buf_free(&box);
	seal_free(s);
}

int
main(void)
{
	struct request	q;
	ssize_t		n;

	signal(SIGINT, SIG_IGN);	/* the server says when */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		fatal("PR_SET_PDEATHSIG");
	lock_memory();
	warm_up();
	if (!confine())
		log_warn(NULL, "keys: this system has no system call filter");
	while ((n = receive(&q.fd)) > 0) {
		if (!request_read(&q, (size_t)n))
			fatalx("keys: a packet that is none");
		request_do(&q);
		explicit_bzero(in, (size_t)n);
	}
	/* No end of tidying: what was locked is gone with the process. */
	_exit(0);
}
