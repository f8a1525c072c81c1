/*
 * load - keep a fixed number of one verb's requests in flight and measure.
 *
 *	load [-s SOCKET -t TENANT | -h HOST -a ADDR -p PORT] -T TOKENS
 *	    -v VERB -A ARGS [-c connections] [-f inflight] [-d seconds]
 *	    [-w [-l watchers]]
 *	load -H ... -c connections
 *
 * TOKENS holds a session token a line (hex), on the Unix socket perhaps with
 * a tenant's name behind it; connection i takes line i, round and round. With
 * fewer in flight than connections the connections take turns.
 *
 * ARGS holds the arguments of a request a line (JSON); request n takes line n
 * in a shuffled order. With -w each request carries an id of its own, a slot
 * keeps to lines of its own, its text values change each time, and the
 * version that a reply gives goes into the next request for that line.
 * Watchers are further connections that are told of the verb's changes.
 *
 * One line of JSON is printed: requests, errors, rate, p50, p99, bytes, the
 * client's own CPU seconds; and of the pushes how many came, and p50 and p95
 * of their time since the request was sent. With -H it only signs in, says
 * "ready" and keeps the connections until its input ends.
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/frame.h"
#include "lib/hex.h"
#include "lib/json.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"

struct line {
	struct buf	 fixed;		/* id and other pairs, encoded */
	uint32_t	 pairs;
	int64_t		 version;	/* -1: the verb takes none */
	char		*vary;		/* field whose value must be new */
};

struct slot {
	size_t		 line;		/* what was asked last */
	double		 sent;
};

struct conn {
	int		 fd;
	SSL		*ssl;
	struct buf	 in, out;
	struct slot	*slots;		/* request number - 1 */
	unsigned	 nslots;
	unsigned	 base;		/* slots of the connections before */
	bool		 busy;		/* when they take turns */
};

/* Writes that were sent, to know a push by the request's id. */
struct sent {
	struct uuid	 id;
	double		 at;
};
#define SENT_ROOM	(1 << 16)

struct times {
	double	*v;
	size_t	 n, room;
};

static struct line *lines;
static size_t nlines, cursor;
static struct times answers, pushes;
static struct sent sent[SENT_ROOM];
static size_t nerrors, npushes;
static struct conn *conns;
static unsigned nconns, turn, open_requests;
static bool turns, ending;	/* ending: answers no longer count */
static uint64_t bytes_in;
static const char *verb;
static bool writes;
static unsigned total_slots;

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
times_add(struct times *t, double seconds)
{
	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 65536;
		t->v = xrealloc(t->v, t->room * sizeof *t->v);
	}
	t->v[t->n++] = seconds;
}

static struct sent *
sent_place(const struct uuid *id)
{
	/* the last bytes of an id are random */
	return &sent[(id->b[14] << 8 | id->b[15]) % SENT_ROOM];
}

/* --- Arguments ------------------------------------------------------------ */

static void
line_add(const char *text)
{
	char why[160];
	json_error_t je;
	json_t *j, *v;
	const char *key;
	struct line *l;
	struct cbw w;

	if ((j = json_loads(text, 0, &je)) == NULL || !json_is_object(j))
		errx(1, "arguments: %s", je.text);
	lines = xrealloc(lines, (nlines + 1) * sizeof *lines);
	l = &lines[nlines++];
	memset(l, 0, sizeof *l);
	l->version = -1;
	json_object_foreach(j, key, v) {
		char *s;

		if (strcmp(key, "version") == 0) {
			l->version = json_integer_value(v);
			continue;
		}
		if (strcmp(key, "vary") == 0) {
			l->vary = xstrdup(json_string_value(v));
			continue;
		}
		cbw_init(&w, &l->fixed);
		cbw_textz(&w, key);
		s = json_dumps(v, JSON_ENCODE_ANY);
		if (!json_to_cbor(&l->fixed, s, strlen(s), why))
			errx(1, "arguments: %s", why);
		free(s);
		l->pairs++;
	}
	json_decref(j);
}

static void
lines_load(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0, i, j;
	struct line tmp;

	if (f == NULL)
		err(1, "%s", path);
	while (getline(&text, &cap, f) > 0)
		line_add(text);
	free(text);
	fclose(f);
	if (nlines == 0)
		errx(1, "%s: no arguments", path);
	srandom(1);
	for (i = nlines - 1; i > 0; i--) {
		j = (size_t)random() % (i + 1);
		tmp = lines[i];
		lines[i] = lines[j];
		lines[j] = tmp;
	}
}

static void
frame_add(struct buf *out, enum frame_kind kind, uint32_t number,
    struct buf *body)
{
	struct frame f = { .len = (uint32_t)buf_len(body), .kind = kind,
	    .number = number };
	uint8_t head[FRAME_HEADER];

	frame_encode(&f, head);
	buf_add(out, head, sizeof head);
	buf_add(out, buf_data(body), buf_len(body));
	buf_clear(body);
}

static void
ask(struct conn *c, unsigned n)
{
	static struct buf body, args;
	static unsigned long serial;
	char text[32];
	struct slot *s = &c->slots[n];
	struct line *l;
	struct uuid id;
	struct cbw w;

	if (writes) {
		s->line += total_slots;
		if (s->line >= nlines)
			s->line = (c->base + n) % nlines;
	} else
		s->line = cursor++ % nlines;
	l = &lines[s->line];
	/* The pairs are encoded already: only the head and the version are new. */
	buf_clear(&args);
	buf_add8(&args, (uint8_t)(0xa0 + l->pairs + (l->version >= 0) +
	    (l->vary != NULL)));
	buf_add(&args, buf_data(&l->fixed), buf_len(&l->fixed));
	cbw_init(&w, &args);
	if (l->version >= 0)
		cbw_kv_int(&w, "version", l->version);
	if (l->vary != NULL) {
		snprintf(text, sizeof text, "%lx", ++serial);
		cbw_kv_text(&w, l->vary, text);
	}
	cbw_init(&w, &body);
	cbw_map(&w, writes ? 3 : 2);
	cbw_kv_text(&w, "verb", verb);
	if (writes) {
		uuid_v7(&id);
		cbw_key(&w, "id");
		cbw_uuid(&w, &id);
	}
	cbw_key(&w, "args");
	cbw_raw(&w, buf_data(&args), buf_len(&args));
	s->sent = now();
	open_requests++;
	if (writes)
		*sent_place(&id) = (struct sent){ id, s->sent };
	frame_add(&c->out, FRAME_REQUEST, n + 1, &body);
}

/* --- Connections ---------------------------------------------------------- */

static int
dial(const char *path, const char *addr, int port)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd, one = 1;

	if (path != NULL) {
		snprintf(un.sun_path, sizeof un.sun_path, "%s", path);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (fd < 0 || connect(fd, (struct sockaddr *)&un,
		    sizeof un) < 0)
			err(1, "%s", path);
		return fd;
	}
	in.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, addr, &in.sin_addr) != 1)
		errx(1, "%s: no address", addr);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&in, sizeof in) < 0)
		err(1, "%s:%d", addr, port);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static ssize_t
conn_read(struct conn *c, void *p, size_t n)
{
	int r;

	if (c->ssl == NULL)
		return read(c->fd, p, n);
	if ((r = SSL_read(c->ssl, p, (int)n)) > 0)
		return r;
	errno = SSL_get_error(c->ssl, r) == SSL_ERROR_WANT_READ ? EAGAIN : EIO;
	return -1;
}

static void
conn_flush(struct conn *c)
{
	ssize_t n;

	while (buf_len(&c->out) > 0) {
		if (c->ssl == NULL)
			n = write(c->fd, buf_data(&c->out), buf_len(&c->out));
		else if ((n = SSL_write(c->ssl, buf_data(&c->out),
		    (int)buf_len(&c->out))) <= 0)
			errno = SSL_get_error(c->ssl, (int)n) ==
			    SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
		if (n <= 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			err(1, "write");
		buf_drain(&c->out, (size_t)n);
	}
}

/* The next frame that is whole; its body stays in c->in behind the header. */
static bool
frame_next(struct conn *c, struct frame *f)
{
	const char *why;

	if (buf_len(&c->in) < FRAME_HEADER)
		return false;
	if ((why = frame_decode(buf_data(&c->in), f)) != NULL)
		errx(1, "server's frame: %s", why);
	return buf_len(&c->in) >= FRAME_HEADER + f->len;
}

static void
conn_wait(struct conn *c, struct frame *f)
{
	ssize_t n;

	while (!frame_next(c, f)) {
		n = conn_read(c, buf_reserve(&c->in, 65536), 65536);
		if (n <= 0)
			errx(1, "the server closed");
		buf_commit(&c->in, (size_t)n);
	}
	if (f->kind == FRAME_ERROR) {
		struct buf json = BUF_INIT;

		if (json_from_cbor(&json, buf_data(&c->in) + FRAME_HEADER,
		    f->len, 0))
			errx(1, "refused: %s", buf_text(&json));
		errx(1, "refused");
	}
	buf_drain(&c->in, FRAME_HEADER + f->len);
}

static void
conn_start(struct conn *c, const char *tenant, const char *token)
{
	static struct buf body;
	uint8_t raw[32];
	size_t len, hex = strcspn(token, " \n");
	struct frame f;
	struct cbw w;
	char name[64];

	if (tenant != NULL && sscanf(token + hex, "%63s", name) == 1)
		tenant = name;

	cbw_init(&w, &body);
	cbw_map(&w, tenant != NULL ? 4 : 3);
	cbw_key(&w, "v");
	cbw_array(&w, 2);
	cbw_int(&w, 1);
	cbw_int(&w, 1);
	cbw_kv_text(&w, "client", "konak-load");
	cbw_kv_text(&w, "lang", "tr");
	if (tenant != NULL)
		cbw_kv_text(&w, "tenant", tenant);
	frame_add(&c->out, FRAME_HELLO, 0, &body);
	if (!hex_decode(token, hex, raw, sizeof raw, &len))
		errx(1, "a token is 64 hex digits");
	cbw_init(&w, &body);
	cbw_map(&w, 2);
	cbw_kv_text(&w, "verb", "session.resume");
	cbw_key(&w, "args");
	cbw_map(&w, 1);
	cbw_key(&w, "token");
	cbw_bytes(&w, raw, len);
	frame_add(&c->out, FRAME_REQUEST, 1, &body);
	conn_flush(c);
	conn_wait(c, &f);
	conn_wait(c, &f);
}

/* The version of a record in a reply; -1 when it says none. */
static int64_t
reply_version(const uint8_t *body, size_t len)
{
	struct cbr r, v;
	int64_t n = -1;

	cbr_init(&r, body, len);
	if (cbr_find(&r, "version", &v) && cbr_int(&v, &n))
		return n;
	return -1;
}

static void
answered(struct conn *c, unsigned n, const struct frame *f, double t)
{
	int64_t v;

	open_requests--;
	if (ending)
		return;
	if (f->kind == FRAME_ERROR && nerrors++ == 0) {
		struct buf json = BUF_INIT;

		if (json_from_cbor(&json, buf_data(&c->in) + FRAME_HEADER,
		    f->len, 0))
			warnx("refused: %s", buf_text(&json));
		buf_free(&json);
	}
	if (writes && f->kind == FRAME_REPLY && (v = reply_version(
	    buf_data(&c->in) + FRAME_HEADER, f->len)) >= 0)
		lines[c->slots[n].line].version = v;
	times_add(&answers, t - c->slots[n].sent);
}

/* {"push": "changed", "items": [[id, version, op, request], ...]} */
static void
pushed(const uint8_t *body, size_t len, double t)
{
	struct cbr r, items;
	struct uuid id;
	struct sent *s;
	uint32_t n, four, i;

	cbr_init(&r, body, len);
	if (!cbr_find(&r, "items", &items) || !cbr_array(&items, &n))
		return;
	for (i = 0; i < n; i++) {
		if (!cbr_array(&items, &four) || four != 4)
			return;
		cbr_skip(&items);
		cbr_skip(&items);
		cbr_skip(&items);
		npushes++;
		if (!cbr_uuid(&items, &id))
			continue;
		s = sent_place(&id);
		if (memcmp(&s->id, &id, sizeof id) == 0)
			times_add(&pushes, t - s->at);
	}
}

/* The next request of a slot that has its answer: on its own connection, or
 * on the next one that is idle. */
static void
go_on(struct conn *c, unsigned n)
{
	if (ending)
		return;
	if (!turns) {
		ask(c, n);
		return;
	}
	c->busy = false;
	while (conns[turn].busy)
		turn = (turn + 1) % nconns;
	c = &conns[turn];
	turn = (turn + 1) % nconns;
	c->busy = true;
	ask(c, 0);
	conn_flush(c);
}

static void
conn_input(struct conn *c)
{
	struct frame f;
	ssize_t n;

	for (;;) {
		n = conn_read(c, buf_reserve(&c->in, 65536), 65536);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0)
			errx(1, "the server closed the connection");
		buf_commit(&c->in, (size_t)n);
		bytes_in += (uint64_t)n;
		if (c->ssl == NULL ? n < 65536 : !SSL_has_pending(c->ssl))
			break;
	}
	while (frame_next(c, &f)) {
		bool last = f.kind == FRAME_ERROR ||
		    (f.kind == FRAME_REPLY && !(f.flags & FRAME_MORE)) ||
		    (f.kind == FRAME_PART && (f.flags & FRAME_END));

		if (f.kind == FRAME_PUSH)
			pushed(buf_data(&c->in) + FRAME_HEADER, f.len, now());
		if (last && f.number > 0 && f.number <= c->nslots) {
			answered(c, f.number - 1, &f, now());
			go_on(c, f.number - 1);
		}
		buf_drain(&c->in, FRAME_HEADER + f.len);
	}
	conn_flush(c);
}

/* A watcher has no slots: it only listens. */
static void
conn_watch(struct conn *c)
{
	static struct buf body;
	struct frame f;
	struct cbw w;
	char type[64];

	snprintf(type, sizeof type, "%.*s", (int)strcspn(verb, "."), verb);
	cbw_init(&w, &body);
	cbw_map(&w, 2);
	cbw_kv_text(&w, "verb", "watch.start");
	cbw_key(&w, "args");
	cbw_map(&w, 1);
	cbw_kv_text(&w, "type", type);
	frame_add(&c->out, FRAME_REQUEST, 2, &body);
	conn_flush(c);
	conn_wait(c, &f);
}

/* --- Measuring ------------------------------------------------------------ */

static int
cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
part_ms(const struct times *t, unsigned percent)
{
	return t->n ? t->v[t->n * percent / 100] * 1e3 : 0;
}

static void
report(double seconds)
{
	struct rusage ru;

	qsort(answers.v, answers.n, sizeof *answers.v, cmp);
	qsort(pushes.v, pushes.n, sizeof *pushes.v, cmp);
	getrusage(RUSAGE_SELF, &ru);
	printf("{\"requests\": %zu, \"errors\": %zu, \"rate\": %.1f, "
	    "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"bytes\": %.0f, "
	    "\"client_cpu_s\": %.3f, \"pushes\": %zu, \"push_p50_ms\": %.3f, "
	    "\"push_p95_ms\": %.3f}\n", answers.n, nerrors,
	    (double)answers.n / seconds, part_ms(&answers, 50),
	    part_ms(&answers, 99),
	    answers.n ? (double)bytes_in / (double)answers.n : 0,
	    (double)ru.ru_utime.tv_sec + (double)ru.ru_utime.tv_usec / 1e6 +
	    (double)ru.ru_stime.tv_sec + (double)ru.ru_stime.tv_usec / 1e6,
	    npushes, part_ms(&pushes, 50), part_ms(&pushes, 95));
}

static void
turn_once(struct pollfd *pfd, unsigned all)
{
	unsigned i;

	for (i = 0; i < all; i++)
		pfd[i] = (struct pollfd){ conns[i].fd, (short)(POLLIN |
		    (buf_len(&conns[i].out) ? POLLOUT : 0)), 0 };
	if (poll(pfd, all, 100) < 0 && errno != EINTR)
		err(1, "poll");
	for (i = 0; i < all; i++)
		if (pfd[i].revents)
			conn_input(&conns[i]);
}

static void
run(unsigned all, unsigned inflight, double seconds)
{
	struct pollfd *pfd = xcalloc(all, sizeof *pfd);
	double start = now(), stop = start + seconds;
	unsigned i, k;

	for (i = 0; i < nconns && (!turns || i < inflight); i++) {
		for (k = 0; k < conns[i].nslots; k++) {
			conns[i].slots[k].line = conns[i].base + k;
			ask(&conns[i], k);
		}
		conns[i].busy = true;
		conn_flush(&conns[i]);
	}
	turn = i % nconns;
	while (now() < stop)
		turn_once(pfd, all);
	seconds = now() - start;
	/* What is still under way must not reach into the next run. */
	ending = true;
	while (open_requests > 0 && now() < stop + 10)
		turn_once(pfd, all);
	report(seconds);
	free(pfd);
}

static char **
tokens_load(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	char **all = NULL, *text = NULL;
	size_t cap = 0;

	if (f == NULL)
		err(1, "%s", path);
	for (*n = 0; getline(&text, &cap, f) > 0; (*n)++) {
		all = xrealloc(all, (*n + 1) * sizeof *all);
		all[*n] = xstrdup(text);
	}
	if (*n == 0)
		errx(1, "%s: no tokens", path);
	fclose(f);
	free(text);
	return all;
}

struct where {
	const char	*path, *tenant, *host, *addr;
	int		 port;
	SSL_CTX		*tls;
};

static void
conn_open(struct conn *c, const struct where *to, const char *token)
{
	c->fd = dial(to->path, to->addr, to->port);
	if (to->tls != NULL) {
		c->ssl = SSL_new(to->tls);
		SSL_set_fd(c->ssl, c->fd);
		SSL_set_tlsext_host_name(c->ssl, to->host);
		if (SSL_connect(c->ssl) != 1)
			errx(1, "TLS to %s failed", to->host);
	}
	conn_start(c, to->tls == NULL ? to->tenant : NULL, token);
}

static void
start_tls(struct where *to)
{
	to->tls = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_min_proto_version(to->tls, TLS1_3_VERSION);
	SSL_CTX_set_read_ahead(to->tls, 1);
	SSL_CTX_set_mode(to->tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}

static void
hold(void)
{
	char c;

	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
}

int
main(int argc, char **argv)
{
	struct where to = { .addr = "127.0.0.1" };
	const char *tokens = NULL, *args = NULL;
	unsigned inflight = 0, watchers = 0, i, slots = 0;
	bool keep = false;
	double seconds = 5;
	size_t ntokens;
	char **token;
	int ch;

	nconns = 1;
	while ((ch = getopt(argc, argv, "s:t:h:a:p:T:v:A:c:f:d:l:wH")) != -1)
		switch (ch) {
		case 's': to.path = optarg; break;
		case 't': to.tenant = optarg; break;
		case 'h': to.host = optarg; break;
		case 'a': to.addr = optarg; break;
		case 'p': to.port = atoi(optarg); break;
		case 'T': tokens = optarg; break;
		case 'v': verb = optarg; break;
		case 'A': args = optarg; break;
		case 'c': nconns = (unsigned)atoi(optarg); break;
		case 'f': inflight = (unsigned)atoi(optarg); break;
		case 'd': seconds = atof(optarg); break;
		case 'l': watchers = (unsigned)atoi(optarg); break;
		case 'w': writes = true; break;
		case 'H': keep = true; break;
		default: errx(2, "see the head of load.c");
		}
	if (inflight == 0)
		inflight = nconns;
	if (tokens == NULL || nconns == 0 ||
	    (!keep && (verb == NULL || args == NULL)) ||
	    (to.path == NULL && to.host == NULL))
		errx(2, "see the head of load.c");
	token = tokens_load(tokens, &ntokens);
	if (!keep)
		lines_load(args);
	turns = inflight < nconns;
	if (to.path == NULL)
		start_tls(&to);
	conns = xcalloc(nconns + watchers, sizeof *conns);
	for (i = 0; i < nconns + watchers; i++) {
		struct conn *c = &conns[i];

		conn_open(c, &to, token[i % ntokens]);
		if (i >= nconns)
			conn_watch(c);
		else {
			c->nslots = turns ? 1 : inflight / nconns +
			    (i < inflight % nconns);
			c->slots = xcalloc(c->nslots, sizeof *c->slots);
			c->base = slots;
			slots += c->nslots;
		}
		if (fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0)
			err(1, "fcntl");
	}
	total_slots = slots;
	if (keep)
		hold();
	else if (writes && nlines < slots)
		errx(1, "%zu lines are too few for %u slots", nlines, slots);
	else
		run(nconns + watchers, inflight, seconds);
	return 0;
}
