/*
 * gridlists.c - lists that are made of a plan: workload, completion, unplaced,
 * conflicts, free rooms, what differs. See gridmenu.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/mod/gridint.h"
#include "tui/mod/gridlist.h"
#include "tui/mod/gridmenu.h"
#include "tui/theme.h"

static void
open_res_cb(const char *id, void *arg)
{
	struct grid	*g = arg;
	int		 k, at;

	for (k = 0; g->plan != NULL && k < G_KINDS; k++)
		if ((at = gplan_res(g->plan, k, id)) >= 0) {
			grid_look(g, k, at);
			return;
		}
}

/* A lesson's place; one without is taken up. */
static void
open_lesson_cb(const char *id, void *arg)
{
	struct grid	*g = arg;
	int		 at = g->plan == NULL ? -1 : gplan_lesson(g->plan,
			    id);

	if (at >= 0 && g->plan->lesson[at].placed)
		grid_goto_lesson(g, at);
	else if (at >= 0)
		grid_hold(g, at);
}

static void
show(struct grid *g, struct glines *l, void (*open)(const char *, void *),
    const char *none)
{
	struct glist_does	does = { .open = open, .arg = g };

	if (glines_n(l) == 0)
		glines_add(l, STYLE_DIM, NULL, none, NULL);
	glist_open(l, &does);
}

/* --- Workload ---------------------------------------------------------------------- */

static int
count_bits(uint64_t bits)
{
	int	n = 0;

	for (; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

static void
one_teacher(struct grid *g, struct glines *out, int k)
{
	const struct gplan	*p = g->plan;
	const struct gres	*t = &p->res[G_TEACHER][k];
	const struct glesson	*l;
	uint64_t		 days = 0;
	int			 i, lessons = 0, placed, total, classes = 0, c;
	char			 a[24], b[24], d[24], e[24];
	bool			*seen = xcalloc((size_t)p->n[G_CLASS] + 1,
				    sizeof *seen), over;

	for (i = 0; i < p->nlessons; i++) {
		l = &p->lesson[i];
		if (!gplan_of(p, l, G_TEACHER, k))
			continue;
		lessons++;
		if (l->placed && l->day >= 0 && l->day < 64)
			days |= UINT64_C(1) << l->day;
		for (c = 0; c < l->nsets; c++)
			if (!seen[l->sets[c]]) {
				seen[l->sets[c]] = true;
				classes++;
			}
	}
	free(seen);
	gplan_count(p, G_TEACHER, k, &placed, &total);
	over = t->weekly > 0 && total > t->weekly;
	snprintf(a, sizeof a, "%d/%d", placed, total);
	snprintf(b, sizeof b, "%d", t->weekly);
	snprintf(d, sizeof d, "%d", count_bits(days));
	snprintf(e, sizeof e, "%d", classes);
	glines_add(out, over ? STYLE_WARN : STYLE_TEXT, t->id, t->name,
	    TF(over ? "grid.load_over" : "grid.load", "hours", a, "most", b,
	    "days", d, "classes", e, NULL));
	(void)lessons;
}

void
grid_list_workload(struct grid *g)
{
	struct glines	*l = glines_new(T("grid.workload"));
	int		 k;

	for (k = 0; k < g->plan->n[G_TEACHER]; k++)
		one_teacher(g, l, k);
	show(g, l, open_res_cb, T("grid.no_lessons"));
}

void
grid_list_completion(struct grid *g)
{
	const struct gplan	*p = g->plan;
	struct glines		*l = glines_new(T("grid.completion"));
	const struct gperiod	*q;
	int			 k, i, d, slots, placed, total;
	char			 pct[24], a[24], b[24], c[24];

	for (k = 0; k < p->n[G_CLASS]; k++) {
		if (p->res[G_CLASS][k].parent >= 0)
			continue;
		for (i = 0, slots = 0; i < p->nperiods; i++) {
			q = &p->period[i];
			for (d = 0; d < p->ndays && q->lesson; d++)
				if ((q->shift < 0 || q->shift ==
				    p->res[G_CLASS][k].shift) && (q->days ==
				    0 || (q->days >> p->day[d].d & 1) != 0))
					slots++;
		}
		gplan_count(p, G_CLASS, k, &placed, &total);
		snprintf(pct, sizeof pct, "%d", slots == 0 ? 0 : placed * 100 /
		    slots);
		snprintf(a, sizeof a, "%d", placed);
		snprintf(b, sizeof b, "%d", slots);
		snprintf(c, sizeof c, "%d", total - placed);
		glines_add(l, total > placed ? STYLE_WARN : STYLE_TEXT,
		    p->res[G_CLASS][k].id, p->res[G_CLASS][k].name,
		    TF("grid.filled", "pct", pct, "placed", a, "slots", b,
		    "left", c, NULL));
	}
	show(g, l, open_res_cb, T("grid.no_lessons"));
}

void
grid_list_unplaced(struct grid *g)
{
	struct glines	*l = glines_new(T("grid.unplaced"));
	char		 words[300];
	int		 i;

	for (i = 0; i < g->plan->nlessons; i++) {
		if (g->plan->lesson[i].placed)
			continue;
		glesson_words(g->plan, &g->plan->lesson[i], words,
		    sizeof words);
		glines_add(l, STYLE_TEXT, g->plan->lesson[i].id, words, NULL);
	}
	show(g, l, open_lesson_cb, T("grid.all_placed"));
}

void
grid_list_conflicts(struct grid *g)
{
	struct glines		*l = glines_new(T("grid.conflicts"));
	const struct gconflict	*c;
	char			*text;
	int			 i, at;

	for (i = 0; i < g->plan->nconflicts; i++) {
		c = &g->plan->conflict[i];
		at = gplan_entry(g->plan, c->entry);
		text = xasprintf("%s %s", c->error ? "!" : c->info ? "." : "?",
		    c->text);
		glines_add(l, c->error ? STYLE_ERROR : STYLE_TEXT, at < 0 ?
		    NULL : g->plan->lesson[at].id, text, NULL);
		free(text);
	}
	show(g, l, open_lesson_cb, T("grid.no_conflicts"));
}

/* --- Free now ----------------------------------------------------------------------- */

static void
add_names(struct glines *out, const char *title, const struct val *list)
{
	char	n[24];
	size_t	i;

	snprintf(n, sizeof n, "%zu", val_count(list));
	glines_add(out, STYLE_TITLE, NULL, title, n);
	for (i = 0; i < val_count(list); i++)
		glines_add(out, STYLE_TEXT, val_get_str(list->item[i], "id"),
		    val_get_str(list->item[i], "name"),
		    val_get_str(list->item[i], "type"));
}

static void
free_cb(const struct link_reply *r, void *arg)
{
	struct grid	*g = arg;
	struct glines	*l;
	const struct val *at = val_get(r->body, "period");

	g->way_call = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	l = glines_new(T("grid.free_now"));
	if (val_is_null(at))
		glines_add(l, STYLE_DIM, NULL, T("grid.no_period_now"), NULL);
	add_names(l, T("grid.free_rooms"), val_get(r->body, "rooms"));
	add_names(l, T("grid.free_teachers"), val_get(r->body, "teachers"));
	show(g, l, open_res_cb, "");
}

void
grid_list_free(struct grid *g)
{
	if (g->way_call != 0)
		app_forget(g->way_call);
	g->way_call = app_call("timetable.free", NULL, free_cb, g);
}

/* --- What differs --------------------------------------------------------------------- */

void
gridlist_diff(struct glines *out, const struct val *body)
{
	const struct val	*people = val_get(body, "people"), *rows, *c;
	const char		*was, *now, *name;
	char			*text, n[24];
	size_t			 i, k;

	for (i = 0; i < val_count(people); i++) {
		name = val_get_str(people->item[i], "name");
		rows = val_get(people->item[i], "changes");
		snprintf(n, sizeof n, "%zu", val_count(rows));
		glines_add(out, STYLE_TITLE, NULL, name == NULL ?
		    T("grid.no_teacher") : name, n);
		for (k = 0; k < val_count(rows); k++) {
			c = rows->item[k];
			was = val_get_str(c, "was");
			now = val_get_str(c, "now");
			text = xasprintf("%s > %s", was == NULL ? "-" : was,
			    now == NULL ? "-" : now);
			glines_add(out, STYLE_TEXT, val_get_str(c, "lesson"),
			    val_get_str(c, "words"), text);
			free(text);
		}
	}
}

static void
diff_cb(const struct link_reply *r, void *arg)
{
	struct grid	*g = arg;
	struct glines	*l;
	char		 n[24];

	g->way_call = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	snprintf(n, sizeof n, "%d", (int)val_get_int(r->body, "moved", 0));
	l = glines_new(TF("grid.differs", "n", n, NULL));
	gridlist_diff(l, r->body);
	show(g, l, open_lesson_cb, T("grid.no_difference"));
}

void
grid_list_diff(struct grid *g, const char *other)
{
	struct val	*args = val_map();

	val_put(args, "timetable", val_uuid(g->plan->id));
	val_put(args, "other", val_uuid(other));
	if (g->way_call != 0)
		app_forget(g->way_call);
	g->way_call = app_once("timetable.diff", args, diff_cb, g);
}
