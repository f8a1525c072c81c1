/*
 * spans.c - record types drawn over time: a calendar by one date of theirs, a
 * Gantt chart by a start and an end, and what depends on what.
 */
#include <string.h>

#include "lib/cbor.h"
#include "server/def/loader.h"
#include "server/def/spans.h"

static bool
span_dated(const struct field *f)
{
	return field_type(f) == VALUE_DATE || field_type(f) == VALUE_TIMESTAMP;
}

/* A date by which lists find their rows. */
static struct field *
span_date(struct loader *l, const struct def *d, const struct ynode *n,
    const char *key, bool needed)
{
	const struct ynode	*c = yaml_get(n, key);
	struct field		*f;

	if (c == NULL) {
		if (needed)
			fault(l, n, "\"%s\" is missing", key);
		return NULL;
	}
	if ((f = load_field_ref(l, d, c)) == NULL)
		return NULL;
	if (!span_dated(f) || !f->sort)
		fault(l, c, "\"%s\" names a date or timestamp with \"sort: "
		    "true\"", key);
	return f;
}

static struct field *
span_ref(struct loader *l, const struct def *d, const struct ynode *c)
{
	struct field	*f;

	if (c == NULL || (f = load_field_ref(l, d, c)) == NULL)
		return NULL;
	if (field_type(f) != VALUE_REF)
		fault(l, c, "field \"%s\" is no reference", f->name);
	return f;
}

static void
link_calendar(struct loader *l, struct def *d, const struct ynode *n)
{
	static const char *const words[] = { "start", "end", "show", "done",
	    NULL };
	struct def_span		*s;

	if (n == NULL || !load_keys(l, n, words))
		return;
	s = d->calendar = arena_alloc(l->arena, sizeof *s);
	memset(s, 0, sizeof *s);
	s->start = span_date(l, d, n, "start", true);
	s->end = span_date(l, d, n, "end", false);
	s->show = load_fields_ref(l, d, n, "show", &s->nshow);
	s->done = load_whens(l, d, yaml_get(n, "done"), &s->ndone);
}

/* Two references of another type: who waits, and for whom. */
static void
gantt_depends(struct loader *l, struct def *d, struct def_span *s,
    const struct ynode *n)
{
	static const char *const words[] = { "record", "by", "on", "lag",
	    NULL };
	const char		*name;

	if (n == NULL || !load_keys(l, n, words) ||
	    (name = load_text(l, n, "record", true)) == NULL)
		return;
	if ((s->depends = load_def(l, name)) == NULL) {
		fault(l, yaml_get(n, "record"), "there is no record \"%s\"",
		    name);
		return;
	}
	s->by = span_ref(l, s->depends, yaml_get(n, "by"));
	s->on = span_ref(l, s->depends, yaml_get(n, "on"));
	if (yaml_get(n, "lag") != NULL)
		s->lag = load_field_ref(l, s->depends, yaml_get(n, "lag"));
	if (s->by == NULL || s->on == NULL || s->by->ref != d ||
	    s->on->ref != d)
		fault(l, n, "\"by\" and \"on\" are references to %s", d->name);
}

static void
link_gantt(struct loader *l, struct def *d, const struct ynode *n)
{
	static const char *const words[] = { "start", "end", "group", "show",
	    "done", "depends", "shift", "move", NULL };
	struct def_span		*s;

	if (n == NULL || !load_keys(l, n, words))
		return;
	s = d->gantt = arena_alloc(l->arena, sizeof *s);
	memset(s, 0, sizeof *s);
	s->start = span_date(l, d, n, "start", true);
	s->end = span_date(l, d, n, "end", true);
	s->group = span_ref(l, d, yaml_get(n, "group"));
	s->show = load_fields_ref(l, d, n, "show", &s->nshow);
	s->done = load_whens(l, d, yaml_get(n, "done"), &s->ndone);
	s->shift = load_text(l, n, "shift", false);
	s->move = load_text(l, n, "move", false);
	if ((s->shift == NULL) != (s->move == NULL))
		fault(l, n, "\"shift\" tells what \"move\" moves: both, or "
		    "none");
	if (s->start != NULL && s->end != NULL &&
	    (field_type(s->start) != VALUE_DATE ||
	    field_type(s->end) != VALUE_DATE))
		fault(l, n, "the bars of a Gantt chart go from a date to a "
		    "date");
	gantt_depends(l, d, s, yaml_get(n, "depends"));
}

void
link_spans(struct loader *l, struct def *d, const struct ynode *calendar,
    const struct ynode *gantt)
{
	link_calendar(l, d, calendar);
	link_gantt(l, d, gantt);
}

/* --- To the client ----------------------------------------------------------- */

static void
put_span(struct cbw *w, const char *name, const struct def_span *s,
    const char *rights)
{
	size_t	i, k;

	if (s == NULL || s->start == NULL || !field_seen(s->start, rights) ||
	    (s->end != NULL && !field_seen(s->end, rights)))
		return;
	cbw_key(w, name);
	cbw_map_begin(w);
	cbw_kv_text(w, "start", s->start->name);
	if (s->end != NULL)
		cbw_kv_text(w, "end", s->end->name);
	if (s->group != NULL && field_seen(s->group, rights))
		cbw_kv_text(w, "group", s->group->name);
	cbw_key(w, "show");
	cbw_array_begin(w);
	for (i = 0; i < s->nshow; i++)
		if (field_seen(s->show[i], rights))
			cbw_textz(w, s->show[i]->name);
	cbw_array_end(w);
	if (s->ndone > 0) {
		cbw_key(w, "done");
		cbw_map_begin(w);
		for (i = 0; i < s->ndone; i++) {
			cbw_key(w, s->done[i].field->name);
			cbw_array_begin(w);
			for (k = 0; k < s->done[i].nvalues; k++)
				cbw_textz(w, s->done[i].values[k]);
			cbw_array_end(w);
		}
		cbw_map_end(w);
	}
	if (s->shift != NULL) {
		cbw_kv_text(w, "shift", s->shift);
		cbw_kv_text(w, "move", s->move);
	}
	if (s->depends != NULL && def_may(s->depends, OP_VIEW, rights)) {
		cbw_key(w, "depends");
		cbw_map_begin(w);
		cbw_kv_text(w, "record", s->depends->name);
		cbw_kv_text(w, "by", s->by->name);
		cbw_kv_text(w, "on", s->on->name);
		if (s->lag != NULL)
			cbw_kv_text(w, "lag", s->lag->name);
		cbw_map_end(w);
	}
	cbw_map_end(w);
}

void
spans_put(struct cbw *w, const struct def *d, const char *rights)
{
	put_span(w, "calendar", d->calendar, rights);
	put_span(w, "gantt", d->gantt, rights);
}
