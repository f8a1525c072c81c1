/*
 * What the client reads from a server that means no good: frames of every
 * kind, in answer to a sign-in, a read and a write; a reply's body as
 * definitions, as a company's own fields, and a page of records drawn by
 * them.
 */
#include <event2/buffer.h>
#include <event2/event.h>

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "tests/fuzz/fuzz.h"
#include "tui/link.h"
#include "tui/store.h"
#include "tui/wire.h"

/* --- In place of the socket (tui/wire.c) ---------------------------------------- */

struct wire {
	const struct wire_events	*events;
	void				*arg;
	struct evbuffer			*out;
};

static struct event_base	*base;
static struct wire		*now;

struct wire *
wire_open(struct event_base *b, struct evdns_base **dns,
    const struct link_conf *conf, const struct wire_events *events, void *arg)
{
	now = calloc(1, sizeof *now);
	now->events = events;
	now->arg = arg;
	now->out = evbuffer_new();
	return now;
}

void
wire_free(struct wire *w)
{
	if (w == NULL)
		return;
	if (w == now)
		now = NULL;
	evbuffer_free(w->out);
	free(w);
}

struct evbuffer *
wire_out(struct wire *w)
{
	return w->out;
}

const char *
wire_key(const struct wire *w)
{
	return "";
}

/* --- What comes out -------------------------------------------------------------- */

static void
draw(const struct val *body)
{
	const struct val	*rows = val_get(body, "rows");
	const struct def	*d;
	struct record		 r = { val_get(body, "columns"), NULL };
	struct buf		 b = BUF_INIT;
	size_t			 i, k;

	if (defs_count() == 0)
		return;
	d = defs_at(0);
	for (i = 0; i < val_count(rows) && i < 4; i++) {
		r.row = val_at(rows, i);
		(void)record_id(&r);
		(void)record_version(&r);
		record_title(d, &r, &b);
		for (k = 0; k < d->nfields; k++) {
			record_text(d, &d->fields[k], &r, &b);
			(void)record_style(&d->fields[k], &r);
			val_canon(record_get(&r, d->fields[k].name), &b);
		}
	}
	buf_free(&b);
}

static void
answered(const struct link_reply *r, void *arg)
{
	char	*json = val_json(r->body, false);

	free(json);
	if (!r->ok)
		return;
	if (val_get(r->body, "defs") != NULL) {
		defs_set(val_copy(r->body));
		(void)def_chart(defs_count() > 0 ? defs_at(0) : NULL, "x");
	}
	(void)defs_company(r->body);
	draw(r->body);
}

static void
progress(const struct val *v, void *arg)
{
	(void)val_get_int(v, "place", 0);
}

static void
pushed(const struct val *v, void *arg)
{
	watch_push(v);
}

static void
resumed(const struct val *v, void *arg)
{
	answered(&(struct link_reply){ .ok = true, .body = v }, NULL);
}

static void
ended(const char *text, void *arg)
{
}

static void
changed(const struct link_info *info, void *arg)
{
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	base = event_base_new();
	setenv("XDG_STATE_HOME", fuzz_folder(), 1);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const struct link_conf	conf = { .socket = "s", .tenant = "t",
					    .retry = true };
	static const struct link_events	events = { changed, pushed, resumed,
					    ended };
	struct evbuffer			*in = evbuffer_new();
	struct link			*l = link_new(base, &conf, &events,
					    NULL);
	size_t				 cut = len > 1 ? p[0] % len : 0;

	link_call(l, "auth.sign_in", NULL, LINK_EARLY, answered, NULL);
	link_call(l, "defs.list", NULL, 0, answered, NULL);
	link_call_full(l, "a.b", NULL, LINK_WRITE, NULL, answered, progress,
	    NULL);
	if (len > 0 && (p[0] & 1))
		link_session(l, "0123456789abcdef0123456789abcdef", 32);
	if (len > 0) {
		now->events->up(now->arg);
		evbuffer_add(in, p + 1, cut);
		now->events->data(in, now->arg);
		if (now != NULL && cut < len - 1) {
			evbuffer_add(in, p + 1 + cut, len - 1 - cut);
			now->events->data(in, now->arg);
		}
	}
	evbuffer_free(in);
	link_free(l);
	defs_clear();
	return 0;
}
