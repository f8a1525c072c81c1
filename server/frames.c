/*
 * What each kind of frame does, and the putting together of requests that
 * come in parts. Limits are checked before memory is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/log.h"
#include "lib/msg.h"
#include "lib/proto.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/dispatch.h"
#include "server/reply.h"
#include "server/tenant.h"

#define INCOMING_CREDIT	(128 * 1024)	/* granted again when so much came */
#define PROGRAM_MAX	64		/* bytes of a client's own name */

void
client_protocol_error(struct client *c, const char *why)
{
	reply_error_simple(c, 0, ERR_PROTOCOL, "err.protocol", 0, NULL);
	client_close(c, DROP_PROTOCOL, why);
}

/*
 * hello
 */

static void
hello_version(struct client *c)
{
	char	min[12], max[12];

	snprintf(min, sizeof min, "%d", PROTO_VERSION_MIN);
	snprintf(max, sizeof max, "%d", PROTO_VERSION_MAX);
	reply_error_simple(c, 0, ERR_VERSION, "err.version", 0,
	    "min", min, "max", max, NULL);
	client_close(c, DROP_VERSION, "no common version");
}

/* Over TLS the server name has chosen the tenant already. */
static bool
hello_fields(struct client *c, const struct cbr *map, int64_t *min,
    int64_t *max)
{
	struct cbr	 r;
	const char	*s;
	size_t		 len;
	uint32_t	 n;
	char		 lang[3];

	if (!cbr_find(map, "v", &r) || !cbr_array(&r, &n) || n != 2 ||
	    !cbr_int(&r, min) || !cbr_int(&r, max))
		return false;
	if (!cbr_find(map, "client", &r) || !cbr_text(&r, &s, &len))
		return false;
	/* Cut between characters: the database takes no halves. */
	if (len > PROGRAM_MAX) {
		for (len = PROGRAM_MAX; len > 0 && (s[len] & 0xc0) == 0x80;)
			len--;
	}
	free(c->program);
	c->program = xstrndup(s, len);
	if (cbr_find(map, "lang", &r) && cbr_text(&r, &s, &len) && len == 2) {
		memcpy(lang, s, 2);
		lang[2] = '\0';
		(void)lang_parse(lang, &c->lang);
	}
	if (!client_secure(c) && cbr_find(map, "tenant", &r)) {
		if (!cbr_text(&r, &s, &len))
			return false;
		c->tenant = tenant_by_name(s, len);
	}
	return true;
}

static void
hello(struct client *c, const uint8_t *body, size_t len)
{
	struct cbr	 map;
	struct buf	 b = BUF_INIT;
	struct cbw	 w;
	int64_t		 min, max;

	if (c->stage != STAGE_CONNECTED) {
		client_protocol_error(c, "a second hello");
		return;
	}
	cbr_init(&map, body, len);
	if (cbr_peek(&map) != CBR_MAP || !hello_fields(c, &map, &min, &max)) {
		client_protocol_error(c, "hello is not as it should be");
		return;
	}
	if (max < PROTO_VERSION_MIN || min > PROTO_VERSION_MAX || min > max) {
		hello_version(c);
		return;
	}
	cbw_init(&w, &b);
	cbw_map(&w, 6);
	cbw_kv_int(&w, "v", max < PROTO_VERSION_MAX ? max : PROTO_VERSION_MAX);
	cbw_kv_text(&w, "server", "konakd " KONAK_VERSION);
	cbw_kv_text(&w, "lang", lang_code(c->lang));
	cbw_kv_int(&w, "max_request", FRAME_REQUEST_MAX);
	cbw_kv_int(&w, "window", FRAME_CREDIT);
	cbw_kv_int(&w, "ping", PROTO_PING_S);
	client_send(c, FRAME_HELLO, 0, 0, buf_data(&b), buf_len(&b));
	buf_free(&b);
	client_stage(c, STAGE_HELLO);
}

/*
 * Requests in parts.
 */

static struct incoming *
incoming_find(struct client *c, uint32_t number)
{
	struct incoming	*in;

	TAILQ_FOREACH(in, &c->incoming, link) {
		if (in->number == number)
			return in;
	}
	return NULL;
}

static void
incoming_free(struct client *c, struct incoming *in)
{
	c->incoming_bytes -= buf_len(&in->body);
	TAILQ_REMOVE(&c->incoming, in, link);
	buf_wipe(&in->body);
	free(in);
}

void
incoming_end_all(struct client *c)
{
	struct incoming	*in;

	while ((in = TAILQ_FIRST(&c->incoming)) != NULL)
		incoming_free(c, in);
}

static size_t
request_max(const struct client *c)
{
	return c->stage == STAGE_SIGNED ? FRAME_REQUEST_MAX :
	    FRAME_REQUEST_ANON;
}

/* All that is being put together counts as one: a client cannot hold 64
 * half requests of the full size. */
static void
incoming_add(struct client *c, struct incoming *in, const uint8_t *body,
    size_t len)
{
	char	max[24];

	if (in->refused)
		return;
	if (buf_len(&in->body) + len > request_max(c) ||
	    c->incoming_bytes + len > 2 * request_max(c)) {
		c->incoming_bytes -= buf_len(&in->body);
		buf_wipe(&in->body);
		in->refused = true;
		snprintf(max, sizeof max, "%zu", request_max(c));
		reply_error_simple(c, in->number, ERR_TOO_LARGE,
		    "err.too_large", 0, "max", max, NULL);
		return;
	}
	buf_add(&in->body, body, len);
	c->incoming_bytes += len;
}

static void
incoming_grant(struct client *c, struct incoming *in)
{
	struct buf	b = BUF_INIT;
	struct cbw	w;

	if (in->refused || in->credit > FRAME_CREDIT - INCOMING_CREDIT)
		return;
	cbw_init(&w, &b);
	cbw_map(&w, 1);
	cbw_kv_int(&w, "credit", FRAME_CREDIT - in->credit);
	client_send(c, FRAME_WINDOW, 0, in->number, buf_data(&b), buf_len(&b));
	buf_free(&b);
	in->credit = FRAME_CREDIT;
}

static void
part(struct client *c, const struct frame *f, const uint8_t *body)
{
	struct incoming	*in = incoming_find(c, f->number);
	struct buf	 big;

	if (in == NULL) {
		client_protocol_error(c, "a part of nothing");
		return;
	}
	in->credit -= f->len;
	if (in->credit < 0) {
		client_protocol_error(c, "a part beyond its window");
		return;
	}
	incoming_add(c, in, body, f->len);
	if (!(f->flags & FRAME_END)) {
		incoming_grant(c, in);
		return;
	}
	if (in->refused) {
		incoming_free(c, in);
		return;
	}
	big = in->body;
	c->incoming_bytes -= buf_len(&in->body);
	buf_init(&in->body);
	incoming_free(c, in);
	dispatch_frame(c, f->number, buf_data(&big), buf_len(&big), &big);
}

static bool
number_open(struct client *c, uint32_t number)
{
	return dispatch_open(c, number) || incoming_find(c, number) != NULL ||
	    stream_find(c, number) != NULL;
}

static void
too_many(struct client *c, uint32_t number)
{
	char	max[12];

	snprintf(max, sizeof max, "%d", FRAME_OPEN_MAX);
	reply_error_simple(c, number, ERR_TOO_MANY, "err.too_many", 0,
	    "max", max, NULL);
}

static void
request(struct client *c, const struct frame *f, const uint8_t *body)
{
	struct incoming	*in;
	struct stream	*s;
	unsigned	 open = c->nreqs;

	if (number_open(c, f->number)) {
		client_protocol_error(c, "a number that is still open");
		return;
	}
	TAILQ_FOREACH(in, &c->incoming, link)
		open++;
	TAILQ_FOREACH(s, &c->streams, link)
		open++;
	if (!(f->flags & FRAME_MORE)) {
		if (open >= FRAME_OPEN_MAX)
			too_many(c, f->number);
		else
			dispatch_frame(c, f->number, body, f->len, NULL);
		return;
	}
	/* Refused ones stand here until their END: twice the limit is a
	 * client that does not listen. */
	if (open >= 2 * FRAME_OPEN_MAX) {
		client_protocol_error(c, "too many open requests");
		return;
	}
	in = xcalloc(1, sizeof *in);
	in->number = f->number;
	in->credit = FRAME_CREDIT;
	TAILQ_INSERT_TAIL(&c->incoming, in, link);
	if (open >= FRAME_OPEN_MAX) {
		in->refused = true;
		too_many(c, f->number);
		return;
	}
	incoming_add(c, in, body, f->len);
}

/*
 * The rest.
 */

static void
window(struct client *c, const struct frame *f, const uint8_t *body)
{
	struct cbr	map, r;
	int64_t		credit;

	cbr_init(&map, body, f->len);
	if (!cbr_find(&map, "credit", &r) || !cbr_int(&r, &credit) ||
	    credit < 0 || credit > INT32_MAX) {
		client_protocol_error(c, "a window without credit");
		return;
	}
	stream_window(c, f->number, credit);
}

static void
cancel(struct client *c, uint32_t number)
{
	struct incoming	*in = incoming_find(c, number);

	if (in != NULL && !in->refused) {
		c->incoming_bytes -= buf_len(&in->body);
		buf_wipe(&in->body);
		in->refused = true;
		reply_error_simple(c, number, ERR_CANCELLED, "err.cancelled",
		    0, NULL);
	} else if (stream_find(c, number) != NULL) {
		stream_cancel(c, number);
		reply_error_simple(c, number, ERR_CANCELLED, "err.cancelled",
		    0, NULL);
	} else
		dispatch_cancel(c, number);
}

/* Bodies that are one CBOR item by themselves. */
static bool
body_whole(const struct frame *f)
{
	return f->kind != FRAME_PING && f->kind != FRAME_PART &&
	    !(f->kind == FRAME_REQUEST && (f->flags & FRAME_MORE));
}

void
client_frame(struct client *c, const struct frame *f, const uint8_t *body)
{
	const char	*wrong;

	c->heard_at = mono_time();
	if (body_whole(f)) {
		wrong = cbor_check(body, f->len, NULL);
		if (wrong != NULL) {
			client_protocol_error(c, wrong);
			return;
		}
	}
	if (c->stage == STAGE_CONNECTED && f->kind != FRAME_HELLO) {
		client_protocol_error(c, "hello must come first");
		return;
	}
	switch (f->kind) {
	case FRAME_HELLO:
		hello(c, body, f->len);
		break;
	case FRAME_REQUEST:
		request(c, f, body);
		break;
	case FRAME_PART:
		part(c, f, body);
		break;
	case FRAME_WINDOW:
		window(c, f, body);
		break;
	case FRAME_CANCEL:
		cancel(c, f->number);
		break;
	case FRAME_PING:
		if (!(f->flags & FRAME_ACK))
			client_send(c, FRAME_PING, FRAME_ACK, f->number, body,
			    f->len);
		break;
	case FRAME_REPLY:
	case FRAME_ERROR:
	case FRAME_PUSH:
	case FRAME_PROGRESS:
		client_protocol_error(c, "a kind that only servers send");
		break;
	}
}
