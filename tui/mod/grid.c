/* grid.c - the timetable grid as a screen; see grid.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/grid.h"
#include "tui/mod/gridask.h"
#include "tui/mod/griddate.h"
#include "tui/mod/gridint.h"
#include "tui/mod/gridmenu.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/sidemenu.h"

struct grid_arg {
	const char		*plan;
	bool			 mine, landing;
	const struct val	*where;
};

bool
grid_may(void)
{
	return app_may("timetable.view") && defs_find("timetables") != NULL;
}

bool
grid_may_edit(const struct grid *g)
{
	return app_may("timetable.edit") && g->plan != NULL &&
	    strcmp(g->plan->status, "archived") != 0;
}

/* --- What is looked at ------------------------------------------------------------- */

int
grid_res(const struct grid *g)
{
	return g->view == GRID_ALL || g->plan == NULL ||
	    g->at[g->view] >= g->plan->n[g->view] ? -1 : g->at[g->view];
}

static int
cell_res(const struct grid *g, enum gkind *kind)
{
	*kind = g->view == GRID_ALL ? G_CLASS : (enum gkind)g->view;
	return g->at[*kind];
}

int
grid_cell(const struct grid *g, int day, int period, int *out, int max)
{
	const struct glesson	*l;
	enum gkind		 kind;
	int			 i, n = 0, res = cell_res(g, &kind);

	for (i = 0; i < g->plan->nlessons && n < max; i++) {
		l = &g->plan->lesson[i];
		if (gplan_covers(g->plan, l, day, period) &&
		    (gplan_of(g->plan, l, kind, res) ||
		    (kind == G_TEACHER && griddate_gives(g, l, res))))
			out[n++] = i;
	}
	return n;
}

int
grid_lesson(const struct grid *g)
{
	int	one;

	return g->plan != NULL && g->day < g->plan->ndays &&
	    grid_cell(g, g->day, g->period, &one, 1) > 0 ? one : -1;
}

/* Of a class its own bell; else every bell that a class keeps. */
bool
grid_row_shown(const struct grid *g, int period)
{
	const struct gplan	*p = g->plan;
	const struct gperiod	*q = &p->period[period];
	int			 i;

	if (q->shift < 0)
		return true;
	if (g->view == G_CLASS && g->at[G_CLASS] < p->n[G_CLASS])
		return q->shift == p->res[G_CLASS][g->at[G_CLASS]].shift;
	for (i = 0; i < p->n[G_CLASS]; i++)
		if (p->res[G_CLASS][i].shift == q->shift)
			return true;
	return false;
}

/* The lesson's row at or below this one, else the last above: a break is no
 * place. */
static int
lesson_row(const struct grid *g, int from)
{
	const struct gplan	*p = g->plan;
	int			 i;

	for (i = from; i < p->nperiods; i++)
		if (p->period[i].lesson && grid_row_shown(g, i))
			return i;
	for (i = from; i > 0; i--)
		if (p->period[i].lesson && grid_row_shown(g, i))
			return i;
	return i;
}

void
grid_goto(struct grid *g, int day, int period)
{
	const struct gplan	*p = g->plan;

	if (p == NULL || p->ndays == 0 || p->nperiods == 0)
		return;
	g->day = day < 0 ? 0 : day >= p->ndays ? p->ndays - 1 : day;
	g->period = lesson_row(g, period < 0 ? 0 : period >= p->nperiods ?
	    p->nperiods - 1 : period);
	grid_tell(g);
	ui_redraw();
}

void
grid_look(struct grid *g, int view, int res)
{
	g->view = view;
	if (view != GRID_ALL)
		g->at[view] = res;
	g->top = g->left = 0;
	grid_goto(g, g->day, g->period);
}

void
grid_goto_lesson(struct grid *g, int lesson)
{
	const struct glesson	*l = &g->plan->lesson[lesson];
	int			 d, i;

	if (g->view == GRID_ALL || !gplan_of(g->plan, l, g->view,
	    g->at[g->view]))
		grid_look(g, G_CLASS, l->nsets > 0 ? l->sets[0] : 0);
	for (d = 0; d < g->plan->ndays; d++)
		for (i = 0; i < g->plan->nperiods; i++)
			if (gplan_covers(g->plan, l, d, i)) {
				grid_goto(g, d, i);
				return;
			}
}

/* --- Opening and closing ------------------------------------------------------------- */

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	ui_redraw();
}

static bool
grid_start(struct view *v, void *arg)
{
	struct grid	*g = v->state;
	struct grid_arg	*a = arg;

	if (!grid_may())
		return false;
	snprintf(g->want, sizeof g->want, "%s", a->plan == NULL ? "" :
	    a->plan);
	g->mine = a->mine;
	g->landing = a->landing;
	g->view_of = v;
	if (a->where != NULL) {
		g->view = (int)val_get_int(a->where, "look", 0) % (GRID_ALL +
		    1);
		g->day = (int)val_get_int(a->where, "day", 0);
		g->period = (int)val_get_int(a->where, "period", 0);
	}
	g->held = -1;
	g->stale_entries = val_array();
	g->stale_lessons = val_array();
	g->queue = xcalloc(1, sizeof *g->queue);
	g->queue->grid = g;
	g->soon = evtimer_new(app.base, grid_soon_cb, g);
	g->tick = evtimer_new(app.base, tick_cb, g);
	g->here = evtimer_new(app.base, grid_here_cb, g);
	ui_aside(g->here);
	g->entries = watch_add("timetable_entries", grid_entries_cb, g);
	g->plans = watch_add("timetables", grid_plans_cb, g);
	g->substitutions = watch_add("substitutions", griddate_watch_cb, g);
	grid_load(g);
	return true;
}

static void
grid_close(struct view *v)
{
	struct grid	*g = v->state;

	grid_free_moves(g);
	watch_free(g->entries);
	watch_free(g->plans);
	watch_free(g->substitutions);
	event_free(g->soon);
	event_free(g->tick);
	event_free(g->here);
	grid_free_data(g);
}

static void
grid_title(struct view *v, char *out, size_t len)
{
	struct grid	*g = v->state;

	snprintf(g->title, sizeof g->title, "%s", TF("grid.name", "what",
	    g->plan == NULL ? "" : g->plan->name, NULL));
	if (g->plan != NULL && strcmp(g->plan->status, "published") != 0)
		snprintf(g->title + strlen(g->title), sizeof g->title -
		    strlen(g->title), " (%s)", T(strcmp(g->plan->status,
		    "draft") == 0 ? "grid.draft" : "grid.archived"));
	snprintf(out, len, "%s", g->title);
}

/* --- Keys --------------------------------------------------------------------------------- */

static void
up_down(struct grid *g, int by)
{
	const struct gplan	*p = g->plan;
	int			 i = g->period + by;

	if (g->view == GRID_ALL) {
		i = g->at[G_CLASS] + by;
		while (i >= 0 && i < p->n[G_CLASS] &&
		    p->res[G_CLASS][i].parent >= 0)
			i += by;
		if (i >= 0 && i < p->n[G_CLASS])
			g->at[G_CLASS] = i;
		ui_redraw();
		return;
	}
	while (i >= 0 && i < p->nperiods && (!p->period[i].lesson ||
	    !grid_row_shown(g, i)))
		i += by;
	if (i >= 0 && i < p->nperiods)
		grid_goto(g, g->day, i);
}

/* In the school's rows a step is a period, and the day goes on. */
static void
left_right(struct grid *g, int by)
{
	const struct gplan	*p = g->plan;
	int			 i = g->period, d = g->day;

	if (g->view != GRID_ALL) {
		if (d + by >= 0 && d + by < p->ndays)
			grid_goto(g, d + by, i);
		return;
	}
	do {
		i += by;
		if (i < 0 || i >= p->nperiods) {
			d += by;
			i = by < 0 ? p->nperiods - 1 : 0;
		}
	} while (d >= 0 && d < p->ndays && (!p->period[i].lesson ||
	    !grid_row_shown(g, i)));
	if (d >= 0 && d < p->ndays)
		grid_goto(g, d, i);
}

/* Whose week of this kind the lesson leads to; -1: nobody's. */
static int
lesson_leads(const struct grid *g, const struct glesson *l, int view)
{
	if (view == GRID_ALL || gplan_of(g->plan, l, view, g->at[view]))
		return -1;
	if (view == G_CLASS)
		return l->nsets > 0 ? l->sets[0] : -1;
	if (view == G_TEACHER)
		return l->nteachers > 0 ? l->teachers[0] : -1;
	return l->room_now >= 0 ? l->room_now : l->room;
}

/* Class, teacher, room, school: of the lesson in the hand, or of the one under
 * the cursor. */
static void
next_view(struct grid *g, int by)
{
	int	view = (g->view + by + GRID_ALL + 1) % (GRID_ALL + 1);
	int	lesson = g->held >= 0 ? g->held : grid_lesson(g), res = -1;

	if (view == G_ROOM && g->plan->n[G_ROOM] == 0)
		view = by > 0 ? GRID_ALL : G_TEACHER;
	if (lesson >= 0)
		res = lesson_leads(g, &g->plan->lesson[lesson], view);
	grid_look(g, view, view == GRID_ALL ? 0 : res >= 0 ? res :
	    g->at[view]);
}

static void
next_res(struct grid *g, int by)
{
	enum gkind	 kind;
	int		 res = cell_res(g, &kind), n = g->plan->n[kind];

	if (n > 0)
		grid_look(g, g->view == GRID_ALL ? G_CLASS : g->view,
		    (res + by + n) % n);
}

static bool
move_cursor(struct grid *g, enum action a)
{
	switch (a) {
	case ACT_UP:
	case ACT_DOWN:
		up_down(g, a == ACT_UP ? -1 : 1);
		return true;
	case ACT_LEFT:
	case ACT_RIGHT:
		left_right(g, a == ACT_LEFT ? -1 : 1);
		return true;
	case ACT_TOP:
		grid_goto(g, g->day, 0);
		return true;
	case ACT_BOTTOM:
		grid_goto(g, g->day, g->plan->nperiods - 1);
		return true;
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
		next_res(g, a == ACT_PAGE_UP ? -1 : 1);
		return true;
	case ACT_NEXT_PANE:
	case ACT_PREV_PANE:
		next_view(g, a == ACT_NEXT_PANE ? 1 : -1);
		return true;
	default:
		return false;
	}
}

/* A lesson's own record; of the school's rows the class. */
static void
open_here(struct grid *g)
{
	int	lesson = grid_lesson(g);

	if (g->view == GRID_ALL)
		grid_look(g, G_CLASS, g->at[G_CLASS]);
	else if (g->monday != 0)
		griddate_substitute(g);
	else if (lesson >= 0 && g->plan->lesson[lesson].entry[0] != '\0')
		app_open_record("timetable_entries",
		    g->plan->lesson[lesson].entry);
	else if (lesson < 0 && grid_may_edit(g))
		grid_ask_unplaced(g);
}

static bool
plan_action(struct grid *g, enum action a)
{
	if (g->plan == NULL || g->plan->nlessons == 0 || g->plan->ndays == 0)
		return false;
	if (grid_move_action(g, a) || move_cursor(g, a))
		return true;
	switch (a) {
	case ACT_OPEN:
		open_here(g);
		return true;
	case ACT_NEW:
		grid_ask_unplaced(g);
		return true;
	case ACT_FILTER:
		grid_ask_res(g);
		return true;
	case ACT_CALENDAR:
		griddate_ask(g);
		return true;
	case ACT_ACTIONS:
		grid_menu(g);
		return true;
	case ACT_VIEWS:
		grid_views(g);
		return true;
	case ACT_GENERATE:
		grid_generate(g);
		return true;
	case ACT_BACK:
		if (g->other != NULL)
			grid_compare(g, NULL);
		else if (g->monday != 0)
			griddate_leave(g);
		else
			return false;
		return true;
	default:
		return false;
	}
}

/* What is pressed after another plan was asked for is meant for that one. */
static bool
turns(struct grid *g, enum action a)
{
	if (!g->turning || (!grid_changes(a) && a != ACT_ACTIONS &&
	    a != ACT_GENERATE && a != ACT_NEW && a != ACT_VIEWS))
		return false;
	toast(TOAST_NOTICE, NULL, "%s", T("grid.turning"));
	return true;
}

static bool
grid_action(struct view *v, enum action a, const struct input *in)
{
	struct grid	*g = v->state;

	(void)in;
	if (turns(g, a) || plan_action(g, a))
		return true;
	switch (a) {
	case ACT_REFRESH:
		grid_load(g);
		return true;
	case ACT_BACK:
	case ACT_CLOSE:
		view_close(v);
		return true;
	default:
		return false;
	}
}

/* A click goes there, a second one picks up or puts down. */
static bool
grid_key(struct view *v, const struct input *in)
{
	struct grid	*g = v->state;
	struct input	 moved;
	int		 d, i, row;

	if (in->kind != INPUT_MOUSE)
		return false;
	if (!sidemenu_mouse(v->cols, in, &moved))
		return true;
	if (moved.button == MOUSE_WHEEL_UP || moved.button ==
	    MOUSE_WHEEL_DOWN)
		return g->plan != NULL && plan_action(g, moved.button ==
		    MOUSE_WHEEL_UP ? ACT_UP : ACT_DOWN);
	if (moved.button != MOUSE_PRESS || g->plan == NULL ||
	    g->view == GRID_ALL || g->wide == 0)
		return false;
	d = (moved.col - g->col - g->label) / g->wide;
	row = moved.row - g->row - 1;
	for (i = g->top; i < g->plan->nperiods && row >= 0; i++) {
		if (!grid_row_shown(g, i))
			continue;
		row -= g->plan->period[i].lesson ? g->high : 1;
		if (row < 0)
			break;
	}
	if (moved.col < g->col + g->label || d >= g->plan->ndays ||
	    i >= g->plan->nperiods || !g->plan->period[i].lesson || row >= 0)
		return false;
	if (d == g->day && i == g->period)
		return plan_action(g, ACT_SELECT);
	grid_goto(g, d, i);
	return true;
}

static bool
grid_can(struct view *v, enum action a, char *why, size_t len)
{
	struct grid	*g = v->state;
	bool		 lesson = grid_lesson(g) >= 0;

	why[0] = '\0';
	switch (a) {
	case ACT_SELECT:
	case ACT_NEW:
	case ACT_BEST:
	case ACT_UNDO:
	case ACT_REDO:
	case ACT_PASTE:
		return grid_may_edit(g);
	case ACT_MOVE_LEFT:
	case ACT_MOVE_RIGHT:
	case ACT_MOVE_UP:
	case ACT_MOVE_DOWN:
	case ACT_DELETE:
	case ACT_LOCK:
	case ACT_COPY:
	case ACT_SWAP:
		if (!grid_may_edit(g))
			return false;
		if (!lesson && g->held < 0)
			snprintf(why, len, "%s", T("grid.empty"));
		return lesson || g->held >= 0;
	case ACT_WHY:
		return g->held >= 0;
	case ACT_CALENDAR:
		return g->plan != NULL &&
		    strcmp(g->plan->status, "published") == 0;
	case ACT_OPEN:
	case ACT_FILTER:
	case ACT_NEXT_PANE:
	case ACT_PREV_PANE:
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
	case ACT_REFRESH:
	case ACT_ACTIONS:
	case ACT_VIEWS:
		return g->plan != NULL;
	case ACT_GENERATE:
		return g->plan != NULL && app_may("timetable.generate") &&
		    app_may("timetable.edit");
	default:
		return false;
	}
}

static int
grid_hints(struct view *v, enum action *out, int max)
{
	static const enum action	held[] = { ACT_OPEN, ACT_BEST,
	    ACT_SWAP, ACT_WHY, ACT_DELETE, ACT_BACK };
	static const enum action	order[] = { ACT_SELECT, ACT_NEXT_PANE,
	    ACT_PAGE_DOWN, ACT_FILTER, ACT_NEW, ACT_ACTIONS, ACT_VIEWS,
	    ACT_LOCK, ACT_UNDO };
	static const enum action	dated[] = { ACT_OPEN, ACT_NEXT_PANE,
	    ACT_PAGE_DOWN, ACT_FILTER, ACT_CALENDAR, ACT_VIEWS, ACT_BACK };
	struct grid	*g = v->state;
	char		 why[100];
	size_t		 i;
	int		 n = 0;

	for (i = 0; g->held >= 0 && i < sizeof held / sizeof held[0] &&
	    n < max; i++)
		out[n++] = held[i];
	if (g->held < 0 && g->monday != 0) {
		for (i = 0; i < sizeof dated / sizeof dated[0] && n < max; i++)
			if (dated[i] != ACT_OPEN || grid_may_edit(g))
				out[n++] = dated[i];
		return n;
	}
	for (i = 0; g->held < 0 && i < sizeof order / sizeof order[0] &&
	    n < max; i++)
		if (grid_can(v, order[i], why, sizeof why))
			out[n++] = order[i];
	return n;
}

static const char *
grid_label(struct view *v, enum action a)
{
	struct grid	*g = v->state;

	switch (a) {
	case ACT_SELECT:
		return g->held >= 0 ? ui_pick("Bırak", "Drop") :
		    ui_pick("Tut", "Hold");
	case ACT_OPEN:
		return g->held >= 0 ? ui_pick("Bırak", "Drop") :
		    g->monday == 0 || g->view == GRID_ALL ? NULL :
		    ui_pick("Yerine", "Substitute");
	case ACT_BACK:
		return g->held < 0 && g->monday != 0 ? ui_pick("Haftalık",
		    "Weekly") : NULL;
	case ACT_NEXT_PANE:
		return ui_pick("Görünüm", "View");
	case ACT_PAGE_DOWN:
		return ui_pick("Sonraki", "Next");
	case ACT_NEW:
		return ui_pick("Yerleşmeyen", "Unplaced");
	case ACT_DELETE:
		return ui_pick("Çıkar", "Take out");
	case ACT_FILTER:
		return ui_pick("Seç", "Choose");
	case ACT_VIEWS:
		return ui_pick("Listeler", "Lists");
	case ACT_CALENDAR:
		return ui_pick("Tarih, vekâlet", "Date, substitutes");
	default:
		return NULL;
	}
}

static void
grid_screen(struct view *v, struct surface *whole)
{
	struct surface	s = sidemenu_draw(whole);

	grid_draw(v->state, &s);
	((struct grid *)v->state)->col += s.col - whole->col;
}

static void
grid_status_text(struct view *v, char *out, size_t len)
{
	grid_status(v->state, out, len);
}

static void
grid_say_text(struct view *v, char *out, size_t len)
{
	grid_say(v->state, out, len);
}

static void
grid_words(struct view *v)
{
	grid_load(v->state);
}

static const struct view_ops grid_view = {
	.name = "grid",
	.when = WHEN_GRID,
	.size = sizeof(struct grid),
	.open = grid_start,
	.close = grid_close,
	.title = grid_title,
	.draw = grid_screen,
	.status = grid_status_text,
	.key = grid_key,
	.action = grid_action,
	.can = grid_can,
	.language = grid_words,
	.say = grid_say_text,
	.hints_now = grid_hints,
	.label = grid_label
};

void
grid_open(const char *plan)
{
	struct grid_arg	a = { .plan = plan };

	view_push(&grid_view, &a);
}

void
grid_open_mine(void)
{
	struct grid_arg	a = { .mine = true };

	view_push(&grid_view, &a);
}

void
grid_land(void)
{
	struct grid_arg	a = { .mine = true, .landing = true };
	const char	*scope = val_str(val_get(app.rights,
			    "timetable.view"));

	if (scope != NULL && strcmp(scope, "published") == 0)
		view_push(&grid_view, &a);
}

struct val *
grid_where(const struct view *v)
{
	const struct grid	*g = v->state;
	struct val		*where;

	if (v->ops != &grid_view || g->plan == NULL)
		return NULL;
	where = val_put_text(val_map(), "type", "timetables");
	val_put_text(where, "plan", g->plan->id);
	val_put_int(where, "look", g->view);
	val_put_int(where, "day", g->day);
	return val_put_int(where, "period", g->period);
}

void
grid_open_where(const struct val *where)
{
	struct grid_arg	a = { .plan = val_get_str(where, "plan"),
	    .where = where };

	view_push(&grid_view, &a);
}
