/*
 * link.c - frames, calls and the session over a wire that comes and goes.
 *
 * A call is in `calls` from link_call() to its answer. Its number is 0 while
 * it has not been sent on the present connection; losing the connection sets
 * all numbers back to 0, and link_flush() sends them again once the session
 * has been resumed.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "lib/frame.h"
#include "lib/proto.h"
#include "lib/tz.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/link.h"
#include "tui/wire.h"

#define LINK_OPEN	(FRAME_OPEN_MAX - 4)
#define LINK_REPLY_MAX	(64u * 1024 * 1024)
#define LINK_DEAD	25
/* What may wait to be sent when the server asks for more of it. */
#define LINK_OWED_MAX	(1u * 1024 * 1024)

struct call {
	TAILQ_ENTRY(call)	 entry;
	uint64_t		 handle;
	uint32_t		 number;	/* 0: not sent yet */
	unsigned		 flags;
	bool			 internal;	/* hello's follower: resume */
	bool			 left;		/* sent once, on some line */
	char			 request[37];
	uint8_t			*body;
	size_t			 len;
	size_t			 sent;
	size_t			 credit;	/* to send parts */
	struct evbuffer		*in;		/* parts of the reply so far */
	size_t			 taken;		/* since credit was granted */
	bool			 in_error;	/* the parts are an error's */
	link_cb			 cb;
	link_progress_cb	 progress;
	void			*arg;
};

struct link {
	struct event_base	*base;
	struct evdns_base	*dns;
	struct link_conf	 conf;
	struct link_events	 events;
	void			*arg;
	struct wire		*wire;
	struct event		*tick;
	struct event		*retry;
	enum link_state		 state;
	enum link_why		 why;
	char			 detail[256];
	bool			 hello;		/* server's hello has come */
	bool			 ever_up;
	bool			 held;		/* session over; calls wait */
	unsigned		 tries;		/* since the line was lost */
	unsigned		 step;		/* of the back-off */
	int64_t			 tried_at;	/* ms */
	time_t			 lost_at;
	time_t			 next_at;
	time_t			 rx, tx;
	char			 server[128];
	char			 lang[8];
	char			 key[64];
	char			 known[1100];
	char			 ask_key[64];
	uint8_t			*token;
	size_t			 token_len;
	uint64_t		 next_handle;
	uint32_t		 next_number;
	unsigned		 open;
	TAILQ_HEAD(, call)	 calls;
};

static void link_connect(struct link *);
static void link_flush(struct link *);
static void link_lost(struct link *, enum link_why, const char *);

static time_t
link_now(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static unsigned
link_waiting(const struct link *l)
{
	const struct call	*c;
	unsigned		 n = 0;

	TAILQ_FOREACH(c, &l->calls, entry) {
		if (c->flags & LINK_WRITE)
			n++;
	}
	return n;
}

void
link_get_info(const struct link *l, struct link_info *info)
{
	time_t	now = link_now();

	*info = (struct link_info){
		.state = l->state,
		.why = l->why,
		.detail = l->detail,
		.tries = l->tries,
		.lost_s = l->state == LINK_LOST ?
		    (unsigned)(now - l->lost_at) : 0,
		.next_s = l->next_at > now ?
		    (unsigned)(l->next_at - now) : 0,
		.waiting = link_waiting(l),
		.server = l->server,
		.lang = l->lang,
		.key = l->state == LINK_ASK_KEY ? l->ask_key : l->key,
		.known = l->known,
	};
}

static void
link_tell(struct link *l)
{
	struct link_info	info;

	if (l->events.state == NULL)
		return;
	link_get_info(l, &info);
	l->events.state(&info, l->arg);
}

static void
link_frame(struct link *l, enum frame_kind kind, uint8_t flags,
    uint32_t number, const void *body, size_t len)
{
	struct frame	f = { (uint32_t)len, kind, flags, number };
	uint8_t		h[FRAME_HEADER];

	if (l->wire == NULL)
		return;
	frame_encode(&f, h);
	evbuffer_add(wire_out(l->wire), h, sizeof h);
	if (len != 0)
		evbuffer_add(wire_out(l->wire), body, len);
	l->tx = link_now();
}

static void
link_frame_val(struct link *l, enum frame_kind kind, uint32_t number,
    struct val *v)
{
	uint8_t	*buf;
	size_t	 len;

	val_encode(v, &buf, &len);
	val_free(v);
	link_frame(l, kind, 0, number, buf, len);
	free(buf);
}

static struct call *
link_find(struct link *l, uint32_t number)
{
	struct call	*c;

	TAILQ_FOREACH(c, &l->calls, entry) {
		if (c->number == number)
			return c;
	}
	return NULL;
}

static void
call_unsend(struct link *l, struct call *c)
{
	if (c->number != 0)
		l->open--;
	c->number = 0;
	c->sent = 0;
	c->taken = 0;
	c->in_error = false;
	if (c->in != NULL) {
		evbuffer_free(c->in);
		c->in = NULL;
	}
}

static void
call_free(struct call *c)
{
	if (c->in != NULL)
		evbuffer_free(c->in);
	explicit_bzero(c->body, c->len);
	free(c->body);
	free(c);
}

/* Takes the call out, answers it, frees it. */
static void
call_answer(struct link *l, struct call *c, bool ok, const struct val *body)
{
	static const struct val	 empty = { .kind = VAL_MAP };
	struct link_reply	 r = {
		.ok = ok,
		.body = body == NULL ? &empty : body,
		.code = "", .text = "", .field = "",
		.request = c->request
	};
	const char		*s;
	bool			 write = c->flags & LINK_WRITE;

	if (!ok) {
		if ((s = val_get_str(body, "code")) != NULL)
			r.code = s;
		if ((s = val_get_str(body, "text")) != NULL)
			r.text = s;
		if ((s = val_get_str(body, "field")) != NULL)
			r.field = s;
	}
	TAILQ_REMOVE(&l->calls, c, entry);
	call_unsend(l, c);
	if (c->cb != NULL)
		c->cb(&r, c->arg);
	call_free(c);
	if (write)
		link_tell(l);
}

/* Answers those that cannot wait for the line to come back. */
static void
link_fail_calls(struct link *l, bool all)
{
	struct call	*c;
	struct val	*lost;
	bool		 again = true;

	lost = val_put_text(val_map(), "code", "lost");
	/* A callback may add or cancel calls: look from the start each time. */
	while (again) {
		again = false;
		TAILQ_FOREACH(c, &l->calls, entry) {
			if (all || c->internal || (c->flags & LINK_EARLY)) {
				call_answer(l, c, false, lost);
				again = true;
				break;
			}
		}
	}
	val_free(lost);
}

static void
link_drop_wire(struct link *l)
{
	struct call	*c;

	wire_free(l->wire);
	l->wire = NULL;
	l->hello = false;
	TAILQ_FOREACH(c, &l->calls, entry)
		call_unsend(l, c);
}

static void
link_retry_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	link_connect(arg);
}

/* 0.5, 1, 2, 4, 8, 10 … seconds, a fifth up or down, so that a restarted
 * server does not meet everybody in the same moment. */
static void
link_back_off(struct link *l)
{
	unsigned	ms = 10000;
	struct timeval	tv;

	if (l->step < 5)
		ms = 500u << l->step++;
	ms = ms * (80 + arc4random_uniform(41)) / 100;
	l->tries++;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = (ms % 1000) * 1000;
	l->next_at = link_now() + tv.tv_sec + 1;
	evtimer_add(l->retry, &tv);
}

static bool
link_is_final(const struct link *l, enum link_why why)
{
	switch (why) {
	case LINK_WHY_CONF:
	case LINK_WHY_KEY_CHANGED:
	case LINK_WHY_VERSION:
		return true;
	case LINK_WHY_TLS:
	case LINK_WHY_NAME:
		return !l->ever_up;
	default:
		return !l->conf.retry;
	}
}

static void
link_lost(struct link *l, enum link_why why, const char *detail)
{
	bool	first = l->state != LINK_LOST;

	snprintf(l->detail, sizeof l->detail, "%s", detail);
	l->why = why;
	link_drop_wire(l);
	if (why == LINK_WHY_KEY_UNKNOWN && l->conf.retry) {
		snprintf(l->ask_key, sizeof l->ask_key, "%.63s", detail);
		l->state = LINK_ASK_KEY;
		link_tell(l);
		return;
	}
	if (link_is_final(l, why)) {
		l->state = LINK_FAILED;
		link_fail_calls(l, true);
		link_tell(l);
		return;
	}
	if (first) {
		l->lost_at = link_now();
		l->tries = l->step = 0;
	}
	l->state = LINK_LOST;
	link_fail_calls(l, false);
	link_back_off(l);
	link_tell(l);
}

static void
link_up(struct link *l)
{
	l->state = LINK_UP;
	l->why = LINK_WHY_NONE;
	l->detail[0] = '\0';
	l->ever_up = true;
	l->tries = l->step = 0;
	link_tell(l);
	link_flush(l);
}

static void
link_resumed_cb(const struct link_reply *r, void *arg)
{
	struct link	*l = arg;
	char		 text[512];

	if (r->ok) {
		if (l->events.resumed != NULL)
			l->events.resumed(r->body, l->arg);
		link_up(l);
		return;
	}
	if (strcmp(r->code, "lost") == 0)
		return;
	if (strcmp(r->code, "not_signed_in") != 0) {
		/* The server is there, its database perhaps not yet. */
		snprintf(text, sizeof text, "%s", r->text);
		link_lost(l, LINK_WHY_CLOSED, text);
		return;
	}
	snprintf(text, sizeof text, "%s", r->text);
	free(l->token);
	l->token = NULL;
	l->held = true;
	link_up(l);
	if (l->events.ended != NULL)
		l->events.ended(text, l->arg);
}

static struct call *
link_add(struct link *l, const char *verb, struct val *args, unsigned flags,
    const char *request)
{
	struct call	*c = xcalloc(1, sizeof *c);
	struct val	*v = val_put_text(val_map(), "verb", verb);

	if (request != NULL) {
		snprintf(c->request, sizeof c->request, "%s", request);
		val_put(v, "id", val_uuid(request));
	}
	val_put(v, "args", args == NULL ? val_map() : args);
	val_encode(v, &c->body, &c->len);
	val_free(v);
	c->handle = ++l->next_handle;
	c->flags = flags;
	TAILQ_INSERT_TAIL(&l->calls, c, entry);
	return c;
}

static void
link_hello(struct link *l, const struct val *v)
{
	const char	*s;
	struct val	*args;
	struct call	*c;

	if (l->hello) {
		link_lost(l, LINK_WHY_PROTOCOL, "hello");
		return;
	}
	l->hello = true;
	if ((s = val_get_str(v, "server")) != NULL)
		snprintf(l->server, sizeof l->server, "%s", s);
	if ((s = val_get_str(v, "lang")) != NULL)
		snprintf(l->lang, sizeof l->lang, "%s", s);
	if (l->token == NULL) {
		link_up(l);
		return;
	}
	args = val_map();
	val_put(args, "token", val_bytes(l->token, l->token_len));
	c = link_add(l, "session.resume", args, 0, NULL);
	c->internal = true;
	c->cb = link_resumed_cb;
	c->arg = l;
	link_flush(l);
}

/* Sends what the other side's credit allows of a long request. */
static void
call_send_parts(struct link *l, struct call *c)
{
	size_t	n;

	while (c->sent < c->len && c->credit > 0) {
		n = c->len - c->sent;
		if (n > FRAME_BODY_MAX)
			n = FRAME_BODY_MAX;
		if (n > c->credit)
			n = c->credit;
		link_frame(l, FRAME_PART, c->sent + n == c->len ? FRAME_END : 0,
		    c->number, c->body + c->sent, n);
		c->sent += n;
		c->credit -= n;
	}
}

static void
call_send(struct link *l, struct call *c)
{
	if (++l->next_number == 0)
		l->next_number = 1;
	c->number = l->next_number;
	c->left = true;
	l->open++;
	c->credit = FRAME_CREDIT;
	c->sent = c->len < FRAME_BODY_MAX ? c->len : FRAME_BODY_MAX;
	link_frame(l, FRAME_REQUEST, c->sent < c->len ? FRAME_MORE : 0,
	    c->number, c->body, c->sent);
	call_send_parts(l, c);
}

static void
link_flush(struct link *l)
{
	struct call	*c;

	if (!l->hello)
		return;
	TAILQ_FOREACH(c, &l->calls, entry) {
		if (l->open >= LINK_OPEN)
			break;
		if (c->number != 0)
			continue;
		if (!c->internal && l->state != LINK_UP)
			continue;
		if (l->held && !(c->flags & LINK_EARLY))
			continue;
		call_send(l, c);
	}
}

/* The whole reply, or error, of a call is here. */
static void
call_done(struct link *l, struct call *c, bool error, const uint8_t *body,
    size_t len)
{
	struct val	*v = val_decode(body, len);
	struct wire	*w = l->wire;

	if (v == NULL || v->kind != VAL_MAP) {
		val_free(v);
		link_lost(l, LINK_WHY_PROTOCOL, "reply");
		return;
	}
	call_answer(l, c, !error, v);
	val_free(v);
	if (l->wire == w)
		link_flush(l);
}

static void
call_part(struct link *l, struct call *c, uint8_t flags, const uint8_t *body,
    size_t len)
{
	struct evbuffer	*in;

	if (c->in == NULL || evbuffer_get_length(c->in) + len >
	    LINK_REPLY_MAX) {
		link_lost(l, LINK_WHY_PROTOCOL, "part");
		return;
	}
	evbuffer_add(c->in, body, len);
	if (flags & FRAME_END) {
		in = c->in;
		c->in = NULL;
		call_done(l, c, c->in_error, evbuffer_pullup(in, -1),
		    evbuffer_get_length(in));
		evbuffer_free(in);
		return;
	}
	c->taken += len;
	if (c->taken >= FRAME_CREDIT / 2) {
		link_frame_val(l, FRAME_WINDOW, c->number,
		    val_put_int(val_map(), "credit", (int64_t)c->taken));
		c->taken = 0;
	}
}

/* An error that belongs to no request: the connection is over. */
static void
link_fatal(struct link *l, const struct val *v)
{
	const char	*code = val_get_str(v, "code");
	const char	*text = val_get_str(v, "text");
	char		 detail[256];

	snprintf(detail, sizeof detail, "%s", text != NULL ? text :
	    code != NULL ? code : "");
	link_lost(l, code != NULL && strcmp(code, "version") == 0 ?
	    LINK_WHY_VERSION : LINK_WHY_PROTOCOL, detail);
}

static void
link_push(struct link *l, const struct val *v)
{
	const char	*what = val_get_str(v, "push");
	const char	*text = val_get_str(v, "text");

	if (what != NULL && strcmp(what, "ended") == 0) {
		free(l->token);
		l->token = NULL;
		l->held = true;
		if (l->events.ended != NULL)
			l->events.ended(text == NULL ? "" : text, l->arg);
		return;
	}
	if (l->events.push != NULL)
		l->events.push(v, l->arg);
}

/* Frames whose body is one small map. */
static void
link_small(struct link *l, enum frame_kind kind, uint32_t number,
    const uint8_t *body, size_t len)
{
	struct val	*v = val_decode(body, len);
	struct call	*c = number == 0 ? NULL : link_find(l, number);
	int64_t		 credit;

	if (v == NULL || v->kind != VAL_MAP) {
		val_free(v);
		link_lost(l, LINK_WHY_PROTOCOL, "map");
		return;
	}
	if (kind == FRAME_HELLO) {
		link_hello(l, v);
	} else if (kind == FRAME_ERROR) {
		link_fatal(l, v);
	} else if (kind == FRAME_PUSH) {
		link_push(l, v);
	} else if (kind == FRAME_PROGRESS) {
		if (c != NULL && c->progress != NULL)
			c->progress(v, c->arg);
	} else if (c != NULL) {
		credit = val_get_int(v, "credit", 0);
		if (credit > 0 && credit <= INT32_MAX) {
			c->credit += (size_t)credit;
			call_send_parts(l, c);
		}
	}
	val_free(v);
}

/* What it answers a ping with waits in memory until the server reads it. */
static void
link_pong(struct link *l, const struct frame *f, const uint8_t *body)
{
	if (f->flags & FRAME_ACK)
		return;
	if (evbuffer_get_length(wire_out(l->wire)) > LINK_OWED_MAX)
		link_lost(l, LINK_WHY_PROTOCOL, "ping");
	else
		link_frame(l, FRAME_PING, FRAME_ACK, f->number, body, f->len);
}

/* A call may have been forgotten since; what was never asked for is no answer. */
static void
link_answer(struct link *l, const struct frame *f, const uint8_t *body)
{
	struct call	*c = link_find(l, f->number);

	if (c == NULL) {
		if (f->number > l->next_number)
			link_lost(l, LINK_WHY_PROTOCOL, "number");
	} else if (f->kind == FRAME_PART) {
		call_part(l, c, f->flags, body, f->len);
	} else if ((f->flags & FRAME_MORE) == 0) {
		call_done(l, c, f->kind == FRAME_ERROR, body, f->len);
	} else if (c->in != NULL) {
		link_lost(l, LINK_WHY_PROTOCOL, "a second answer");
	} else {
		c->in_error = f->kind == FRAME_ERROR;
		c->in = evbuffer_new();
		evbuffer_add(c->in, body, f->len);
	}
}

static void
link_take(struct link *l, const struct frame *f, const uint8_t *body)
{
	l->rx = link_now();
	switch (f->kind) {
	case FRAME_REPLY:
	case FRAME_ERROR:
	case FRAME_PART:
		if (f->number != 0) {
			link_answer(l, f, body);
			return;
		}
		break;
	case FRAME_PING:
		link_pong(l, f, body);
		return;
	case FRAME_HELLO:
	case FRAME_WINDOW:
	case FRAME_PUSH:
	case FRAME_PROGRESS:
		break;
	case FRAME_REQUEST:
	case FRAME_CANCEL:
		link_lost(l, LINK_WHY_PROTOCOL, "kind");
		return;
	}
	link_small(l, f->kind, f->number, body, f->len);
}

static void
link_data_cb(struct evbuffer *in, void *arg)
{
	struct link	*l = arg;
	struct wire	*w = l->wire;
	uint8_t		 h[FRAME_HEADER], *body;
	struct frame	 f;
	const char	*wrong;

	while (l->wire == w && evbuffer_copyout(in, h, sizeof h) ==
	    FRAME_HEADER) {
		if ((wrong = frame_decode(h, &f)) != NULL) {
			link_lost(l, LINK_WHY_PROTOCOL, wrong);
			return;
		}
		if (evbuffer_get_length(in) < FRAME_HEADER + f.len)
			return;
		evbuffer_drain(in, FRAME_HEADER);
		/* A copy: the callback may free the wire and its buffer. */
		body = xmalloc(f.len + 1);
		evbuffer_remove(in, body, f.len);
		link_take(l, &f, body);
		explicit_bzero(body, f.len);
		free(body);
	}
}

static void
link_wire_up_cb(void *arg)
{
	struct link	*l = arg;
	struct val	*v = val_map(), *range = val_array();

	l->rx = link_now();
	snprintf(l->key, sizeof l->key, "%s", wire_key(l->wire));
	val_add(range, val_int(PROTO_VERSION_MIN));
	val_add(range, val_int(PROTO_VERSION_MAX));
	val_put(v, "v", range);
	val_put_text(v, "client", l->conf.client);
	val_put_text(v, "lang", l->conf.lang);
	if (l->conf.socket != NULL && l->conf.tenant != NULL)
		val_put_text(v, "tenant", l->conf.tenant);
	link_frame_val(l, FRAME_HELLO, 0, v);
}

static void
link_wire_down_cb(enum link_why why, const char *detail, void *arg)
{
	link_lost(arg, why, detail);
}

static void
link_connect(struct link *l)
{
	static const struct wire_events	events = {
		.up = link_wire_up_cb,
		.data = link_data_cb,
		.down = link_wire_down_cb
	};

	evtimer_del(l->retry);
	l->next_at = 0;
	l->tried_at = clock_mono();
	l->rx = link_now();
	link_drop_wire(l);
	l->wire = wire_open(l->base, &l->dns, &l->conf, &events, l);
}

/* Once a second: signs of life, and the seconds in the banner. */
static void
link_tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct link	*l = arg;
	time_t		 now = link_now();

	(void)fd;
	(void)what;
	if (l->wire != NULL && now - l->rx >= LINK_DEAD) {
		link_lost(l, LINK_WHY_SILENT, "");
		return;
	}
	if (l->hello && now - l->tx >= PROTO_PING_S)
		link_frame(l, FRAME_PING, 0, 0, "", 0);
	if (l->state == LINK_LOST)
		link_tell(l);
}

static char *
link_dup(const char *s)
{
	return s == NULL || s[0] == '\0' ? NULL : xstrdup(s);
}

struct link *
link_new(struct event_base *base, const struct link_conf *conf,
    const struct link_events *events, void *arg)
{
	struct link	*l = xcalloc(1, sizeof *l);
	struct timeval	 second = { 1, 0 };

	TAILQ_INIT(&l->calls);
	l->base = base;
	l->conf = *conf;
	l->conf.socket = link_dup(conf->socket);
	l->conf.tenant = link_dup(conf->tenant);
	l->conf.host = link_dup(conf->host);
	l->conf.addr = link_dup(conf->addr);
	l->conf.port = link_dup(conf->port);
	l->conf.ca = link_dup(conf->ca);
	l->conf.lang = xstrdup(conf->lang == NULL ? "tr" : conf->lang);
	l->conf.client = xstrdup(conf->client == NULL ? "konak" :
	    conf->client);
	l->events = *events;
	l->arg = arg;
	known_path(l->known, sizeof l->known);
	l->tick = event_new(base, -1, EV_PERSIST, link_tick_cb, l);
	l->retry = evtimer_new(base, link_retry_cb, l);
	evtimer_add(l->tick, &second);
	link_connect(l);
	return l;
}

void
link_free(struct link *l)
{
	struct call	*c;

	if (l == NULL)
		return;
	while ((c = TAILQ_FIRST(&l->calls)) != NULL) {
		TAILQ_REMOVE(&l->calls, c, entry);
		call_free(c);
	}
	wire_free(l->wire);
	if (l->dns != NULL)
		evdns_base_free(l->dns, 0);
	event_free(l->tick);
	event_free(l->retry);
	if (l->token != NULL)
		explicit_bzero(l->token, l->token_len);
	free(l->token);
	free((char *)l->conf.socket);
	free((char *)l->conf.tenant);
	free((char *)l->conf.host);
	free((char *)l->conf.addr);
	free((char *)l->conf.port);
	free((char *)l->conf.ca);
	free((char *)l->conf.lang);
	free((char *)l->conf.client);
	free(l);
}

void
link_trust(struct link *l, bool yes)
{
	char	name[320];

	if (l->state != LINK_ASK_KEY)
		return;
	link_conf_name(&l->conf, name, sizeof name);
	if (!yes || !known_add(name, l->ask_key)) {
		l->state = LINK_FAILED;
		if (yes) {
			l->why = LINK_WHY_CONF;
			snprintf(l->detail, sizeof l->detail, "%.180s: %.60s",
			    l->known, strerror(errno));
		}
		link_fail_calls(l, true);
		link_tell(l);
		return;
	}
	l->state = LINK_CONNECTING;
	link_tell(l);
	link_connect(l);
}

void
link_hurry(struct link *l)
{
	if (l->state != LINK_LOST || l->wire != NULL)
		return;
	/* Somebody is there: short pauses again. Typing is no reason for a
	 * try with every letter. */
	l->step = 0;
	if (clock_mono() - l->tried_at >= 400)
		link_connect(l);
}

void
link_set_lang(struct link *l, const char *lang)
{
	free((char *)l->conf.lang);
	l->conf.lang = xstrdup(lang);
}

void
link_session(struct link *l, const void *token, size_t len)
{
	struct call	*c, *next;

	if (l->token != NULL)
		explicit_bzero(l->token, l->token_len);
	free(l->token);
	l->token = NULL;
	if (token != NULL) {
		l->token = xmalloc(len);
		memcpy(l->token, token, len);
		l->token_len = len;
		return;
	}
	l->held = false;
	for (c = TAILQ_FIRST(&l->calls); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->number == 0) {
			TAILQ_REMOVE(&l->calls, c, entry);
			call_free(c);
		}
	}
}

void
link_release(struct link *l)
{
	l->held = false;
	link_flush(l);
}

bool
link_signed(const struct link *l)
{
	return l->token != NULL;
}

uint64_t
link_call_full(struct link *l, const char *verb, struct val *args,
    unsigned flags, const char *request, link_cb cb,
    link_progress_cb progress, void *arg)
{
	char		 id[37];
	struct call	*c;

	if (request == NULL && (flags & LINK_WRITE)) {
		uuid_v7_text(id);
		request = id;
	}
	c = link_add(l, verb, args, flags, request);
	c->cb = cb;
	c->progress = progress;
	c->arg = arg;
	link_flush(l);
	if (flags & LINK_WRITE)
		link_tell(l);
	return c->handle;
}

uint64_t
link_call(struct link *l, const char *verb, struct val *args, unsigned flags,
    link_cb cb, void *arg)
{
	return link_call_full(l, verb, args, flags, NULL, cb, NULL, arg);
}

static struct call *
link_by_handle(const struct link *l, uint64_t handle)
{
	struct call	*c;

	TAILQ_FOREACH(c, &l->calls, entry) {
		if (c->handle == handle)
			return c;
	}
	return NULL;
}

void
link_cancel(struct link *l, uint64_t handle)
{
	static const uint8_t	 empty_map = 0xa0;
	struct call		*c = link_by_handle(l, handle);

	if (c == NULL)
		return;
	if (c->flags & LINK_WRITE) {
		c->cb = NULL;
		c->progress = NULL;
		return;
	}
	if (c->number != 0)
		link_frame(l, FRAME_CANCEL, 0, c->number, &empty_map, 1);
	TAILQ_REMOVE(&l->calls, c, entry);
	call_unsend(l, c);
	call_free(c);
}

void
link_stop(struct link *l, uint64_t handle)
{
	static const uint8_t	 empty_map = 0xa0;
	struct call		*c = link_by_handle(l, handle);

	if (c != NULL && c->number != 0)
		link_frame(l, FRAME_CANCEL, 0, c->number, &empty_map, 1);
}

void
link_progress(struct link *l, uint64_t handle, link_progress_cb progress)
{
	struct call	*c = link_by_handle(l, handle);

	if (c != NULL)
		c->progress = progress;
}

void
link_drop(struct link *l, uint64_t handle, const char *text)
{
	struct call	*c = link_by_handle(l, handle);
	struct val	*v;

	if (c == NULL)
		return;
	v = val_put_text(val_map(), "code", "cancelled");
	call_answer(l, c, false, val_put_text(v, "text", text));
	val_free(v);
}

bool
link_was_sent(const struct link *l, uint64_t handle)
{
	const struct call	*c = link_by_handle(l, handle);

	return c != NULL && c->left;
}

bool
link_in_flight(const struct link *l, uint64_t handle)
{
	const struct call	*c = link_by_handle(l, handle);

	return c != NULL && c->number != 0;
}
