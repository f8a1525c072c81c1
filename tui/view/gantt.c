/* gantt.c - see gantt.h: the view, its keys and its mouse. What is moved is
 * held first: Enter puts it down and tells the server, Esc puts it back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/input.h"
#include "tui/rows.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/act.h"
#include "tui/view/form.h"
#include "tui/view/gantt.h"
#include "tui/view/ganttint.h"
#include "tui/view/span.h"

bool
gantt_has(const struct def *d)
{
	return span_view(d, "gantt") != NULL;
}

const struct def *
gantt_def(const struct gantt *g)
{
	return defs_find(g->type);
}

const struct val *
gantt_view(const struct gantt *g)
{
	return span_view(gantt_def(g), "gantt");
}

const struct field *
gantt_field(const struct gantt *g, const char *name)
{
	const char	*f = val_get_str(gantt_view(g), name);

	return f == NULL ? NULL : def_field(gantt_def(g), f);
}

struct gantt_arg {
	const char	*type;
	struct val	*filter;
};

static bool
gantt_start(struct view *v, void *arg)
{
	struct gantt		*g = v->state;
	struct gantt_arg	*a = arg;
	struct val		*columns;

	g->type = xstrdup(a->type);
	g->filter = a->filter;
	g->zoom = ZOOM_WEEK;
	g->want = a->filter == NULL ? WANT_OPEN : WANT_ALL;
	g->rows = rows_new(g->type, a->filter == NULL ? NULL :
	    val_copy(a->filter), gantt_changed, g);
	columns = span_columns(gantt_def(g), gantt_view(g));
	rows_choose(g->rows, columns);
	val_free(columns);
	gantt_links(g);
	gantt_query(g);
	return true;
}

static void
gantt_close(struct view *v)
{
	struct gantt	*g = v->state;

	if (g->call != 0)
		app_forget(g->call);
	rows_free(g->rows);
	if (g->links != NULL)
		rows_free(g->links);
	gantt_free(g);
	free(g->line);
	free(g->title);
	val_free(g->filter);
	free(g->type);
	memset(g, 0, sizeof *g);
}

static void
gantt_title(struct view *v, char *out, size_t len)
{
	struct gantt		*g = v->state;
	const struct def	*d = gantt_def(g);

	snprintf(out, len, "%s: Gantt", d == NULL ? "" :
	    app_label(d->labels));
}

/* --- Keys --------------------------------------------------------------------------- */

static void
gantt_go(struct gantt *g, long to)
{
	if (g->held)
		gantt_drop(g);
	g->at = to < 0 ? 0 : to;
	if (g->at >= (long)g->n)
		g->at = g->n > 0 ? (long)g->n - 1 : 0;
	if (g->n > 0)
		snprintf(g->id, sizeof g->id, "%s", g->bar[g->at].id);
}

static void
gantt_zoom(struct gantt *g, enum zoom z)
{
	int32_t	middle = g->left + gantt_days(g, 40) / 2;

	g->zoom = z;
	g->left = middle - gantt_days(g, 40) / 2;
}

static bool
gantt_record(struct gantt *g, enum action a)
{
	struct record	r;

	if (g->n == 0)
		return false;
	r = rows_at(g->rows, g->bar[g->at].row);
	return act_record(gantt_def(g), &r, a);
}

static bool
gantt_action(struct view *v, enum action a, const struct input *in)
{
	struct gantt	*g = v->state;
	int		 unit = gantt_unit(g);

	switch (a) {
	case ACT_UP:
	case ACT_DOWN:
		gantt_go(g, g->at + (a == ACT_UP ? -1 : 1));
		return true;
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
		gantt_go(g, g->at + (a == ACT_PAGE_UP ? -g->page : g->page));
		return true;
	case ACT_TOP:
	case ACT_BOTTOM:
		gantt_go(g, a == ACT_TOP ? 0 : (long)g->n - 1);
		return true;
	case ACT_LEFT:
	case ACT_RIGHT:
		g->left += (a == ACT_LEFT ? -1 : 1) * (g->zoom == ZOOM_DAY ?
		    3 : g->zoom == ZOOM_WEEK ? 7 : 28);
		return true;
	case ACT_TODAY:
		g->placed = false;
		return true;
	case ACT_TAB:
		if (in == NULL || in->code < '1' || in->code > '3')
			return false;
		gantt_zoom(g, (enum zoom)(in->code - '1'));
		return true;
	case ACT_MOVE_LEFT:
	case ACT_MOVE_RIGHT:
		unit = a == ACT_MOVE_LEFT ? -unit : unit;
		gantt_move(g, unit, unit);
		return true;
	case ACT_MOVE_UP:
	case ACT_MOVE_DOWN:
		gantt_move(g, 0, a == ACT_MOVE_UP ? -unit : unit);
		return true;
	case ACT_SELECT:
		if (g->held)
			gantt_drop(g);
		else
			gantt_hold(g);
		return true;
	case ACT_OPEN:
		if (!g->held)
			return gantt_record(g, a);
		gantt_drop(g);
		return true;
	case ACT_BACK:
		if (g->held) {
			gantt_hold_end(g);
			return true;
		}
		view_close(v);
		return true;
	case ACT_CLOSE:
		view_close(v);
		return true;
	case ACT_FILTERS:
		g->want = (g->want + 1) % WANT_COUNT;
		gantt_query(g);
		return true;
	case ACT_NEW:
		if (!def_can(gantt_def(g), "create"))
			return false;
		form_new(g->type, g->filter);
		return true;
	case ACT_REFRESH:
		rows_reload(g->rows);
		return true;
	default:
		return gantt_record(g, a);
	}
}

/* A bar is dragged by its middle, or by its end to make it longer. */
static bool
gantt_key(struct view *v, const struct input *in)
{
	struct gantt	*g = v->state;
	int32_t		 day, by, from, to;

	if (in->kind != INPUT_MOUSE)
		return false;
	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN) {
		gantt_go(g, g->at + (in->button == MOUSE_WHEEL_UP ? -3 : 3));
		return true;
	}
	if (g->asking)
		return true;
	day = gantt_day(g, in->col - g->names);
	if (in->button == MOUSE_PRESS && in->row >= GANTT_HEAD &&
	    g->top + in->row - GANTT_HEAD < (long)g->n) {
		gantt_go(g, g->top + in->row - GANTT_HEAD);
		gantt_span(g, g->at, &from, &to);
		g->drag = in->col >= g->names && day >= from && day <= to;
		g->stretch = day == to && to > from;
		g->grip = day;
		return true;
	}
	if (in->button == MOUSE_DRAG && g->drag && day != g->grip) {
		by = day - g->grip;
		gantt_move(g, g->stretch ? 0 : by, by);
		g->grip = day;
		return true;
	}
	if (in->button == MOUSE_RELEASE && g->drag) {
		g->drag = false;
		gantt_drop(g);
		return true;
	}
	return false;
}

static const char *
gantt_label(struct view *v, enum action a)
{
	struct gantt	*g = v->state;

	switch (a) {
	case ACT_OPEN:
		return g->held ? T("span.drop") : NULL;
	case ACT_TAB:
		return T("span.zoom");
	case ACT_MOVE_RIGHT:
		return T("span.later");
	case ACT_MOVE_DOWN:
		return T("span.longer");
	case ACT_FILTERS:
		return T("span.which");
	default:
		return NULL;
	}
}

static const struct view_ops gantt_ops = {
	.name = "gantt",
	.when = WHEN_BOARD,
	.size = sizeof(struct gantt),
	.open = gantt_start,
	.close = gantt_close,
	.title = gantt_title,
	.draw = gantt_draw,
	.status = gantt_status,
	.key = gantt_key,
	.action = gantt_action,
	.say = gantt_say,
	.label = gantt_label,
	.hints = { ACT_OPEN, ACT_MOVE_RIGHT, ACT_MOVE_DOWN, ACT_TAB,
	    ACT_TODAY, ACT_FILTERS, ACT_BACK }
};

void
gantt_open(const char *type, struct val *filter)
{
	struct gantt_arg	a = { type, filter };

	if (gantt_has(defs_find(type)))
		view_push(&gantt_ops, &a);
	else
		val_free(filter);
}
