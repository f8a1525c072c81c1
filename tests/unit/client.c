/*
 * A connection from its first byte: frames go in at one end of a socket pair
 * and come out at the other, with the event loop and the verbs of this file
 * between, and no database.
 */
#include "tests/unit/unit.h"

#include <sys/socket.h>

#include <event2/event.h>

#include <stdio.h>
#include <unistd.h>

#include "lib/cbor.h"
#include "lib/frame.h"
#include "lib/proto.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/dispatch.h"
#include "server/req.h"
#include "server/worker.h"

static struct event_base	*base;
static uint8_t			 in[1 << 20];
static size_t			 in_len;

/* The peer's end. */
struct peer {
	int		 fd;
	struct client	*client;
};

static void
echo_run(struct req *r)
{
	struct cbw	*w = req_out(r);
	size_t		 len;
	const uint8_t	*bytes = req_bytes(r, "bytes", &len);

	cbw_map(w, 4);
	cbw_kv_text(w, "text", req_text(r, "text"));
	cbw_kv_int(w, "n", req_int(r, "n"));
	cbw_kv_text(w, "id", req_uuid(r, "id"));
	cbw_key(w, "bytes");
	cbw_bytes(w, bytes, len);
}

static void
big_run(struct req *r)
{
	static uint8_t	 zeros[600000];
	struct cbw	*w = req_out(r);

	cbw_map(w, 1);
	cbw_key(w, "bytes");
	cbw_bytes(w, zeros, (size_t)req_int(r, "n"));
}

static void
bad_run(struct req *r)
{
	req_bad(r, "a", "value.required", NULL);
	req_bad_text(r, "b", "own.rule", "words of a definition");
}

static void
slow_fn(void *arg)
{
	usleep(1000);
}

static void
slow_done(void *arg)
{
	req_go(arg);
}

static void
slow_run(struct req *r)
{
	req_hold(r);
	assert_non_null(worker_run(WORK_SLOW, slow_fn, slow_done, r));
}

static const struct verb	verbs[] = {
	{ .name = "t.echo", .need = { PERM_PUBLIC }, .run = echo_run,
	  .args = { { "text", ARG_TEXT, .max = 5 }, { "n", ARG_INT },
	  { "id", ARG_UUID }, { "bytes", ARG_BYTES, .max = 300000 } } },
	{ .name = "t.must", .need = { PERM_PUBLIC }, .run = echo_run,
	  .args = { { "text", ARG_TEXT, .required = true } } },
	{ .name = "t.big", .need = { PERM_PUBLIC }, .run = big_run,
	  .args = { { "n", ARG_INT } } },
	{ .name = "t.bad", .need = { PERM_PUBLIC }, .run = bad_run },
	{ .name = "t.slow", .need = { PERM_PUBLIC }, .run = slow_run },
	{ .name = "t.in", .need = { "a.view" }, .state = VERB_COMPANY,
	  .run = echo_run },
	{ .name = NULL }
};

/*
 * The peer.
 */

static void
turn(void)
{
	int	i;

	for (i = 0; i < 8; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void
put(struct peer *p, enum frame_kind kind, unsigned flags, uint32_t number,
    const void *body, size_t len)
{
	struct frame	f = { (uint32_t)len, kind, (uint8_t)flags, number };
	uint8_t		head[FRAME_HEADER];

	frame_encode(&f, head);
	assert_int_equal(write(p->fd, head, sizeof head), sizeof head);
	if (len > 0)
		assert_int_equal(write(p->fd, body, len), len);
	turn();
}

static bool
fill(struct peer *p)
{
	ssize_t	n = recv(p->fd, in + in_len, sizeof in - in_len,
		    MSG_DONTWAIT);

	if (n > 0)
		in_len += (size_t)n;
	return n > 0;
}

/* The next frame; false when none comes. The body is good until the next
 * call. */
static bool
get(struct peer *p, struct frame *f, struct cbr *body)
{
	static uint8_t	copy[FRAME_BODY_MAX];
	int		tries = 0;

	while (in_len < FRAME_HEADER || frame_decode(in, f) != NULL ||
	    in_len < FRAME_HEADER + f->len) {
		turn();
		if (fill(p))
			continue;
		if (tries++ > 200)
			return false;
		usleep(1000);
	}
	memcpy(copy, in + FRAME_HEADER, f->len);
	in_len -= FRAME_HEADER + f->len;
	memmove(in, in + FRAME_HEADER + f->len, in_len);
	cbr_init(body, copy, f->len);
	return true;
}

static void
ask(struct peer *p, uint32_t number, const char *verb,
    void (*args)(struct cbw *))
{
	struct buf	b = BUF_INIT;
	struct cbw	w;

	cbw_init(&w, &b);
	cbw_map_begin(&w);
	cbw_kv_text(&w, "verb", verb);
	if (args != NULL) {
		cbw_key(&w, "args");
		cbw_map_begin(&w);
		args(&w);
		cbw_map_end(&w);
	}
	cbw_map_end(&w);
	put(p, FRAME_REQUEST, 0, number, buf_data(&b), buf_len(&b));
	buf_free(&b);
}

static void
expect_code(struct peer *p, uint32_t number, const char *code,
    const char *field)
{
	struct frame	 f;
	struct cbr	 body, v;
	const char	*s;
	size_t		 len;

	assert_true(get(p, &f, &body));
	assert_int_equal(f.kind, FRAME_ERROR);
	assert_int_equal(f.number, number);
	assert_true(cbr_find(&body, "code", &v) && cbr_text(&v, &s, &len));
	assert_true(cbr_is(s, len, code));
	assert_true(cbr_find(&body, "text", &v) && cbr_text(&v, &s, &len));
	assert_true(len > 0);
	if (field != NULL) {
		assert_true(cbr_find(&body, "field", &v) &&
		    cbr_text(&v, &s, &len));
		assert_true(cbr_is(s, len, field));
	}
}

static void
expect_closed(struct peer *p)
{
	char	c;

	turn();
	while (fill(p))
		;
	assert_int_equal(recv(p->fd, &c, 1, 0), 0);
}

static void
hello(struct peer *p, int64_t min, int64_t max)
{
	struct buf	b = BUF_INIT;
	struct cbw	w;

	cbw_init(&w, &b);
	cbw_map(&w, 3);
	cbw_key(&w, "v");
	cbw_array(&w, 2);
	cbw_int(&w, min);
	cbw_int(&w, max);
	cbw_kv_text(&w, "client", "unit");
	cbw_kv_text(&w, "lang", "en");
	put(p, FRAME_HELLO, 0, 0, buf_data(&b), buf_len(&b));
	buf_free(&b);
}

static void
connect_peer(struct peer *p)
{
	int	fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	evutil_make_socket_nonblocking(fds[1]);
	p->fd = fds[0];
	p->client = client_new(fds[1], &io_plain, "local");
	in_len = 0;
}

static int
setup(void **state)
{
	static struct peer	peer;
	struct frame		f;
	struct cbr		body;

	connect_peer(&peer);
	hello(&peer, 1, 1);
	assert_true(get(&peer, &f, &body));
	assert_int_equal(f.kind, FRAME_HELLO);
	*state = &peer;
	return 0;
}

static int
teardown(void **state)
{
	struct peer	*p = *state;
	int		 i;

	close(p->fd);
	for (i = 0; i < 100 && client_count() > 0; i++) {
		turn();
		usleep(1000);
	}
	assert_int_equal(client_count(), 0);
	return 0;
}

/*
 * Tests.
 */

static void
test_version(void **state)
{
	struct peer	p;

	connect_peer(&p);
	hello(&p, 2, 9);
	expect_code(&p, 0, "version", NULL);
	expect_closed(&p);
	close(p.fd);
}

static void
test_ping(void **state)
{
	struct peer	*p = *state;
	struct frame	 f;
	struct cbr	 body;

	put(p, FRAME_PING, 0, 0, "are you there", 13);
	assert_true(get(p, &f, &body));
	assert_int_equal(f.kind, FRAME_PING);
	assert_int_equal(f.flags, FRAME_ACK);
	assert_memory_equal(body.p, "are you there", 13);
}

static void
args_good(struct cbw *w)
{
	cbw_kv_text(w, "text", "ı\xcc\x87şğ");	/* ı + dot: 4 code points */
	cbw_kv_int(w, "n", -5);
	cbw_kv_text(w, "id", "0190A000-0000-7000-8000-000000000001");
	cbw_kv_null(w, "bytes");
}

static void
test_echo(void **state)
{
	struct peer	*p = *state;
	struct frame	 f;
	struct cbr	 body, v;
	const char	*s;
	size_t		 len;
	int64_t		 n;

	ask(p, 7, "t.echo", args_good);
	assert_true(get(p, &f, &body));
	assert_int_equal(f.kind, FRAME_REPLY);
	assert_int_equal(f.number, 7);
	assert_true(cbr_find(&body, "n", &v) && cbr_int(&v, &n));
	assert_int_equal(n, -5);
	assert_true(cbr_find(&body, "id", &v) && cbr_text(&v, &s, &len));
	assert_true(cbr_is(s, len, "0190a000-0000-7000-8000-000000000001"));
}

static void
args_unknown(struct cbw *w)
{
	cbw_kv_int(w, "nn", 1);
}

static void
args_type(struct cbw *w)
{
	cbw_kv_text(w, "n", "5");
}

static void
args_long(struct cbw *w)
{
	cbw_kv_text(w, "text", "şşşşşş");
}

static void
args_control(struct cbw *w)
{
	cbw_kv_text(w, "text", "a\x1b[2J");
}

static void
test_arguments(void **state)
{
	struct peer	*p = *state;

	ask(p, 1, "no.such", NULL);
	expect_code(p, 1, "unknown_verb", "verb");
	ask(p, 1, "t.echo", args_unknown);
	expect_code(p, 1, "unknown_argument", "nn");
	ask(p, 1, "t.echo", args_type);
	expect_code(p, 1, "invalid", "n");
	ask(p, 1, "t.echo", args_long);
	expect_code(p, 1, "invalid", "text");
	ask(p, 1, "t.echo", args_control);
	expect_code(p, 1, "invalid", "text");
	ask(p, 1, "t.must", NULL);
	expect_code(p, 1, "invalid", "text");
	ask(p, 1, "t.bad", NULL);
	expect_code(p, 1, "invalid", "a");
	ask(p, 1, "t.in", NULL);
	expect_code(p, 1, "not_signed_in", NULL);
}

static void
args_big(struct cbw *w)
{
	cbw_kv_int(w, "n", 600000);
}

static void
grant(struct peer *p, uint32_t number, int64_t credit)
{
	struct buf	b = BUF_INIT;
	struct cbw	w;

	cbw_init(&w, &b);
	cbw_map(&w, 1);
	cbw_kv_int(&w, "credit", credit);
	put(p, FRAME_WINDOW, 0, number, buf_data(&b), buf_len(&b));
	buf_free(&b);
}

/* Parts stop at the window, a short answer overtakes them, credit lets them
 * go on to END. */
static void
test_stream(void **state)
{
	struct peer	*p = *state;
	struct frame	 f;
	struct cbr	 body;
	size_t		 got = 0, parts = 0;

	ask(p, 3, "t.big", args_big);
	while (get(p, &f, &body)) {
		assert_int_equal(f.number, 3);
		got += f.len;
		if (f.kind == FRAME_PART)
			parts += f.len;
	}
	assert_int_equal(parts, FRAME_CREDIT);
	ask(p, 4, "t.echo", NULL);
	assert_true(get(p, &f, &body));
	assert_int_equal(f.number, 4);
	grant(p, 3, 1000000);
	do {
		assert_true(get(p, &f, &body));
		got += f.len;
	} while (!(f.flags & FRAME_END));
	assert_true(got > 600000 && got < 600020);
}

static void
test_stream_cancel(void **state)
{
	struct peer	*p = *state;
	struct frame	 f;
	struct cbr	 body;

	ask(p, 3, "t.big", args_big);
	put(p, FRAME_CANCEL, 0, 3, "\xa0", 1);
	do {
		assert_true(get(p, &f, &body));
		assert_false(f.flags & FRAME_END);
	} while (f.kind != FRAME_ERROR);
	assert_int_equal(f.number, 3);
	ask(p, 3, "t.echo", NULL);	/* the number is free again */
	assert_true(get(p, &f, &body));
	assert_int_equal(f.kind, FRAME_REPLY);
}

/* Before signing in a request with its parts may have 64 KiB. */
static void
test_too_large(void **state)
{
	static uint8_t	 part[40000];
	struct peer	*p = *state;

	put(p, FRAME_REQUEST, FRAME_MORE, 9, part, sizeof part);
	put(p, FRAME_PART, 0, 9, part, sizeof part);
	expect_code(p, 9, "too_large", NULL);
	put(p, FRAME_PART, FRAME_END, 9, part, sizeof part);
	ask(p, 9, "t.bad", NULL);
	expect_code(p, 9, "invalid", NULL);
}

/* The 65th open request is refused, the others are answered. */
static void
test_too_many(void **state)
{
	struct peer	*p = *state;
	struct frame	 f;
	struct cbr	 body;
	uint32_t	 i;
	unsigned	 replies = 0, refused = 0;

	for (i = 1; i <= FRAME_OPEN_MAX + 1; i++)
		put(p, FRAME_REQUEST, FRAME_MORE, i, "\xa0", 1);
	expect_code(p, FRAME_OPEN_MAX + 1, "too_many", NULL);
	for (i = 1; i <= FRAME_OPEN_MAX + 1; i++)
		put(p, FRAME_PART, FRAME_END, i, "", 0);
	while (replies + refused < FRAME_OPEN_MAX && get(p, &f, &body)) {
		replies += f.kind == FRAME_REPLY;
		refused += f.kind == FRAME_ERROR;
	}
	assert_int_equal(refused, FRAME_OPEN_MAX);	/* no verb in them */
}

/* The client leaves while its request is in a thread. */
static void
test_gone(void **state)
{
	struct peer	p;

	connect_peer(&p);
	hello(&p, 1, 1);
	ask(&p, 1, "t.slow", NULL);
	close(p.fd);
	turn();
}

static void
broken(const void *bytes, size_t len)
{
	struct peer	p;

	connect_peer(&p);
	hello(&p, 1, 1);
	assert_int_equal(write(p.fd, bytes, len), len);
	turn();
	expect_closed(&p);
	close(p.fd);
}

static void
test_broken(void **state)
{
	broken("\xff\xff\xff\xff\x02\0\0\0\0\0\0\1", 12);	/* length */
	broken("\0\0\0\1\x63\0\0\0\0\0\0\1\xa0", 13);		/* kind */
	broken("\0\0\0\1\x02\x80\0\0\0\0\0\1\xa0", 13);		/* flags */
	broken("\0\0\0\1\x02\0\0\1\0\0\0\1\xa0", 13);		/* zero */
	broken("\0\0\0\1\x02\0\0\0\0\0\0\1\xff", 13);		/* body */
	broken("\0\0\0\2\x02\0\0\0\0\0\0\1\xbf\xff", 14);	/* indefinite */
	broken("\0\0\0\1\x04\1\0\0\0\0\0\1\xa0", 13);		/* part */
	broken("\0\0\0\1\x03\0\0\0\0\0\0\1\xa0", 13);		/* reply */
	broken("\0\0\0\1\x05\0\0\0\0\0\0\1\xa0", 13);		/* window */
}

int
main(void)
{
#define WITH_PEER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_version),
		WITH_PEER(test_ping),
		WITH_PEER(test_echo),
		WITH_PEER(test_arguments),
		WITH_PEER(test_stream),
		WITH_PEER(test_stream_cancel),
		WITH_PEER(test_too_large),
		WITH_PEER(test_too_many),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_broken),
	};

	conf.limits = (struct limits){
		.connections = 100, .connections_address = 100,
		.hello_s = 10, .password_s = 10, .code_s = 10, .silence_s = 60,
		.slow_s = 30, .output_pause = 1 << 20, .output_max = 8 << 20,
		.requests_rate = 100000, .requests_burst = 100000,
		.address_rate = 100000, .address_burst = 100000,
		.anon_rate = 100000, .anon_burst = 100000,
	};
	base = event_base_new();
	worker_start(base, 1, 16);
	dispatch_start(base);
	client_start(base);
	verb_register(verbs);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
