/*
 * griddata.c - a plan on the screen stays what it is at the server: loaded
 * once, then the lessons that somebody changed, and where the others are. See
 * gridint.h.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/call.h"
#include "tui/frame.h"
#include "tui/mod/gridint.h"
#include "tui/ui.h"
#include "tui/view.h"

#define FRESH_US	2000000	/* another's change shows so long */
#define SOON_US		5000
#define TELL_US		250000
#define STALE_MAX	200	/* lessons; of more, the plan anew */

/* --- The whole plan --------------------------------------------------------------- */

/* Another plan, or the same one anew: what was looked at stays. */
static void
keep_place(struct grid *g, struct gplan *p)
{
	struct gplan	*was = g->plan;
	int		 k, at;

	for (k = 0; was != NULL && k < G_KINDS; k++) {
		if (g->at[k] >= was->n[k])
			continue;
		at = gplan_res(p, k, was->res[k][g->at[k]].id);
		if (at < 0)
			at = gplan_named(p, k, was->res[k][g->at[k]].name);
		g->at[k] = at < 0 ? 0 : at;
	}
	for (k = 0; was == NULL && g->mine && k < p->n[G_TEACHER]; k++)
		if (p->res[G_TEACHER][k].me) {
			g->view = G_TEACHER;
			g->at[G_TEACHER] = k;
		}
}

static void
take_plan(struct grid *g, struct gplan *p)
{
	keep_place(g, p);
	gplan_free(g->plan);
	g->plan = p;
	free(g->judged);
	g->judged = xcalloc((size_t)(p->ndays * p->nperiods) + 1,
	    sizeof *g->judged);
	g->held = g->held_id[0] == '\0' ? -1 : gplan_lesson(p, g->held_id);
	if (g->held_id[0] != '\0' && g->held < 0)
		grid_let_go(g);
	grid_judge(g);
	grid_goto(g, g->day, g->period);
}

static bool
teaches(const struct val *teachers)
{
	size_t	i;

	for (i = 0; i < val_count(teachers); i++)
		if (val_get_bool(teachers->item[i], "me"))
			return true;
	return false;
}

static void
load_cb(const struct link_reply *r, void *arg)
{
	struct grid	*g = arg;

	g->call = 0;
	snprintf(g->error, sizeof g->error, "%s", r->ok ? "" :
	    g->want[0] == '\0' && strcmp(r->code, "not_found") == 0 ?
	    T("grid.none_held") : r->text);
	if (g->landing && (!r->ok || !teaches(val_get(r->body,
	    "teachers")))) {
		view_pop(g->view_of);
		return;
	}
	if (!r->ok) {
		g->turning = false;
		ui_redraw();
		return;
	}
	g->landing = false;
	/* What is on its way is asked for again when it has arrived. */
	if (g->plan != NULL && grid_waiting(g) > 0) {
		g->again = true;
		return;
	}
	g->turning = false;
	take_plan(g, gplan_new(r->body));
	g->stale_cursors = true;
	grid_stale_lesson(g, NULL);
	g->said[0] = '\0';
	grid_tell(g);
	ui_redraw();
}

void
grid_load(struct grid *g)
{
	struct val	*args = val_map();

	if (g->call != 0)
		app_forget(g->call);
	if (g->want[0] != '\0')
		val_put(args, "timetable", val_uuid(g->want));
	g->call = app_call("timetable.load", args, load_cb, g);
	ui_redraw();
}

void
grid_show(struct grid *g, const char *plan)
{
	grid_let_go(g);
	snprintf(g->want, sizeof g->want, "%s", plan == NULL ? "" : plan);
	g->ncursors = 0;
	g->reason[0] = '\0';
	g->turning = true;
	grid_load(g);
}

static void
other_cb(const struct link_reply *r, void *arg)
{
	struct grid	*g = arg;

	g->other_call = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	gplan_free(g->other);
	g->other = gplan_new(r->body);
	ui_redraw();
}

void
grid_compare(struct grid *g, const char *plan)
{
	struct val	*args;

	if (g->other_call != 0)
		app_forget(g->other_call);
	g->other_call = 0;
	if (plan == NULL) {
		gplan_free(g->other);
		g->other = NULL;
		ui_redraw();
		return;
	}
	args = val_map();
	val_put(args, "timetable", val_uuid(plan));
	g->other_call = app_call("timetable.load", args, other_cb, g);
}

/* --- What has changed --------------------------------------------------------------- */

static void
stale(struct grid *g, struct val *list, const char *id)
{
	struct timeval	tv = { 0, SOON_US };
	size_t		i;

	for (i = 0; id != NULL && i < list->n; i++)
		if (strcmp(val_word(list->item[i]), id) == 0)
			break;
	if (id != NULL && i == list->n)
		val_add(list, val_uuid(id));
	if (g->places == 0)
		evtimer_add(g->soon, &tv);
}

void
grid_stale_lesson(struct grid *g, const char *id)
{
	stale(g, g->stale_lessons, id);
}

void
grid_stale_entry(struct grid *g, const char *id)
{
	stale(g, g->stale_entries, id);
}

static void
take_cursors(struct grid *g, const struct val *list)
{
	struct gcursor	*c;
	size_t		 i;

	g->ncursors = 0;
	for (i = 0; i < val_count(list) && g->ncursors < GRID_CURSORS; i++) {
		c = &g->cursor[g->ncursors++];
		snprintf(c->user, sizeof c->user, "%s",
		    val_get_word(list->item[i], "user"));
		snprintf(c->name, sizeof c->name, "%s",
		    val_get_word(list->item[i], "name"));
		c->day = (int)val_get_int(list->item[i], "day", -1);
		c->n = (int)val_get_int(list->item[i], "period", -1);
		c->held = val_get_bool(list->item[i], "held");
	}
}

static void
note_by(struct grid *g, struct glesson *l, const char *by)
{
	struct timeval	tv = { 2, 50000 };

	if (by == NULL)
		return;
	l->fresh = app_ctx().now + FRESH_US;
	snprintf(l->by, sizeof l->by, "%s", by);
	if (&g->plan->lesson[g->held < 0 ? 0 : g->held] == l && g->held >= 0)
		toast(TOAST_WARN, NULL, "%s", TF("grid.moved_by", "who", by,
		    NULL));
	evtimer_add(g->tick, &tv);
}

/* [lesson, entry, day, slot, room, locked, version, who]. False: a lesson that
 * we do not know. */
static bool
take_place(struct grid *g, const struct val *v)
{
	struct gplan		*p = g->plan;
	const struct val	*day = val_at(v, 2), *slot = val_at(v, 3);
	const char		*entry = val_str(val_at(v, 1));
	struct glesson		*l;
	int			 at;
	bool			 placed = entry != NULL, moved;

	if ((at = gplan_lesson(p, val_str(val_at(v, 0)))) < 0)
		return false;
	l = &p->lesson[at];
	snprintf(l->entry, sizeof l->entry, "%s", placed ? entry : "");
	l->version = val_at(v, 6) == NULL ? 0 : val_at(v, 6)->i;
	if (grid_pending(g, l->id))
		return true;
	moved = placed != l->placed || (placed && (l->day != (int)day->i ||
	    l->slot != (int)slot->i));
	l->placed = placed;
	l->day = placed ? (int)day->i : -1;
	l->slot = placed ? (int)slot->i : -1;
	l->room_now = gplan_res(p, G_ROOM, val_str(val_at(v, 4)));
	l->locked = val_at(v, 5) != NULL && val_at(v, 5)->i != 0;
	gplan_own_color(l, val_at(v, 8));
	if (moved)
		note_by(g, l, val_str(val_at(v, 7)));
	return true;
}

static void
places_cb(const struct link_reply *r, void *arg)
{
	struct grid		*g = arg;
	const struct val	*rows = val_get(r->body, "lessons"), *t;
	size_t			 i;
	bool			 known = true;

	g->places = 0;
	if (!r->ok || g->plan == NULL)
		return;
	for (i = 0; i < val_count(rows); i++)
		known &= take_place(g, rows->item[i]);
	if (!val_is_null(val_get(r->body, "conflicts")))
		gplan_conflicts(g->plan, val_get(r->body, "conflicts"));
	if (!val_is_null(val_get(r->body, "shifts")))
		gplan_shifts(g->plan, val_get(r->body, "shifts"));
	t = val_get(r->body, "timetable");
	if (val_get_str(t, "status") != NULL)
		snprintf(g->plan->status, sizeof g->plan->status, "%s",
		    val_get_str(t, "status"));
	g->plan->version = val_get_int(t, "version", g->plan->version);
	take_cursors(g, val_get(r->body, "cursors"));
	grid_judge(g);
	if (!known)
		grid_load(g);
	else if (g->stale_entries->n + g->stale_lessons->n > 0 ||
	    g->stale_cursors)
		stale(g, g->stale_lessons, NULL);
	ui_redraw();
}

void
grid_soon_cb(int fd, short what, void *arg)
{
	struct grid	*g = arg;
	struct val	*args;

	(void)fd;
	(void)what;
	if (g->places != 0 || g->plan == NULL || g->call != 0)
		return;
	if (g->stale_entries->n + g->stale_lessons->n > STALE_MAX) {
		val_free(g->stale_entries);
		val_free(g->stale_lessons);
		g->stale_entries = val_array();
		g->stale_lessons = val_array();
		grid_load(g);
		return;
	}
	args = val_map();
	val_put(args, "timetable", val_uuid(g->plan->id));
	if (g->stale_entries->n > 0) {
		val_put(args, "entries", g->stale_entries);
		g->stale_entries = val_array();
	}
	if (g->stale_lessons->n > 0) {
		val_put(args, "lessons", g->stale_lessons);
		g->stale_lessons = val_array();
	}
	g->stale_cursors = false;
	g->places = app_call("timetable.places", args, places_cb, g);
}

void
grid_entries_cb(const struct val *items, void *arg)
{
	struct grid	*g = arg;
	const char	*id, *request;
	size_t		 i;

	if (items == NULL) {
		grid_load(g);
		return;
	}
	for (i = 0; i < items->n; i++) {
		id = val_str(val_at(items->item[i], 0));
		request = val_str(val_at(items->item[i], 3));
		if (id == NULL)
			grid_load(g);
		else if (request == NULL || !app_is_mine(request))
			grid_stale_entry(g, id);
	}
}

/* The plan's own row changes when somebody's cursor moves, or when it is
 * published. */
void
grid_plans_cb(const struct val *items, void *arg)
{
	struct grid	*g = arg;
	const char	*id;
	size_t		 i;

	for (i = 0; items != NULL && i < items->n && g->plan != NULL; i++) {
		id = val_str(val_at(items->item[i], 0));
		if (id != NULL && strcmp(id, g->plan->id) == 0) {
			g->stale_cursors = true;
			stale(g, g->stale_lessons, NULL);
		}
	}
}

/* --- Where one is ------------------------------------------------------------------------ */

static void
told_cb(const struct link_reply *r, void *arg)
{
	struct grid	*g = arg;

	g->here_call = 0;
	if (!r->ok || g->plan == NULL)
		return;
	take_cursors(g, val_get(r->body, "cursors"));
	ui_redraw();
}

void
grid_here_cb(int fd, short what, void *arg)
{
	struct grid	*g = arg;
	struct gplan	*p = g->plan;
	struct val	*args;
	char		 now[64];

	(void)fd;
	(void)what;
	if (p == NULL || !grid_may_edit(g) || g->here_call != 0 ||
	    g->day >= p->ndays || g->period >= p->nperiods)
		return;
	snprintf(now, sizeof now, "%d %d %s", g->day, g->period, g->held_id);
	if (strcmp(now, g->said) == 0)
		return;
	snprintf(g->said, sizeof g->said, "%s", now);
	args = val_map();
	val_put(args, "timetable", val_uuid(p->id));
	val_put_int(args, "day", p->day[g->day].d);
	val_put_int(args, "period", p->period[g->period].n);
	if (g->held >= 0) {
		val_put(args, "lesson", val_uuid(g->held_id));
		val_put_bool(args, "held", true);
	}
	g->here_call = app_once("timetable.cursor", args, told_cb, g);
}

void
grid_tell(struct grid *g)
{
	struct timeval	tv = { 0, TELL_US };

	if (!evtimer_pending(g->here, NULL))
		evtimer_add(g->here, &tv);
}

void
grid_free_data(struct grid *g)
{
	uint64_t	call[] = { g->call, g->other_call, g->places,
	    g->subs_call, g->here_call, g->way_call };
	struct val	*args;
	size_t		i;

	for (i = 0; i < sizeof call / sizeof call[0]; i++)
		if (call[i] != 0)
			app_forget(call[i]);
	if (g->said[0] != '\0' && g->plan != NULL) {
		args = val_map();
		val_put(args, "timetable", val_uuid(g->plan->id));
		app_once("timetable.cursor", args, call_quiet_cb, NULL);
	}
	gplan_free(g->plan);
	gplan_free(g->other);
	val_free(g->way);
	free(g->judged);
	free(g->sub);
	val_free(g->stale_entries);
	val_free(g->stale_lessons);
}
