/* chartview.c - see chartview.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/chart.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/chartview.h"
#include "tui/view/list.h"
#include "tui/view/sidemenu.h"

struct chartview {
	char		 type[64];
	int		 tab;		/* which of the type's charts */
	uint64_t	 call;
	struct chart	*chart;
	char		 error[300];
	struct watch	*watch;
	struct pick	 pick;
	int		 list_row;
};

static const struct val *
charts(const struct chartview *c)
{
	const struct def	*d = defs_find(c->type);

	return d == NULL ? NULL : val_get(d->v, "charts");
}

static const char *
chart_label(const struct val *chart)
{
	const struct val	*label = val_get(chart, "label");

	return ui_pick(val_str(val_at(label, 0)), val_str(val_at(label, 1)));
}

static void
load_cb(const struct link_reply *r, void *arg)
{
	struct chartview	*c = arg;

	c->call = 0;
	snprintf(c->error, sizeof c->error, "%s", r->ok ? "" : r->text);
	chart_free(c->chart);
	c->chart = r->ok ? chart_new(defs_find(c->type), val_at(charts(c),
	    (size_t)c->tab), r->body) : NULL;
	pick_count(&c->pick, c->chart == NULL ? 0 :
	    (int)chart_count(c->chart));
	ui_redraw();
}

static void
load(struct chartview *c)
{
	const struct val	*chart = val_at(charts(c), (size_t)c->tab);
	char			 verb[80];

	if (c->call != 0)
		app_forget(c->call);
	c->call = 0;
	if (chart == NULL)
		return;
	snprintf(verb, sizeof verb, "%s.stats", c->type);
	c->call = app_call(verb, chart_args(chart, NULL), load_cb, c);
}

static void
changed_cb(const struct val *items, void *arg)
{
	struct chartview	*c = arg;

	(void)items;
	load(c);
}

struct start {
	const char	*type, *chart;
};

static bool
chartview_start(struct view *v, void *arg)
{
	struct chartview	*c = v->state;
	const struct start	*s = arg;
	const char		*name;
	size_t			 i;

	snprintf(c->type, sizeof c->type, "%s", s->type);
	for (i = 0; i < val_count(charts(c)); i++) {
		name = val_get_str(charts(c)->item[i], "name");
		if (s->chart != NULL && name != NULL &&
		    strcmp(name, s->chart) == 0)
			c->tab = (int)i;
	}
	c->watch = watch_add(c->type, changed_cb, c);
	load(c);
	return true;
}

static void
chartview_close(struct view *v)
{
	struct chartview	*c = v->state;

	if (c->call != 0)
		app_forget(c->call);
	watch_free(c->watch);
	chart_free(c->chart);
}

static void
chartview_title(struct view *v, char *out, size_t len)
{
	const struct chartview	*c = v->state;
	const struct val	*chart = val_at(charts(c), (size_t)c->tab);

	snprintf(out, len, "%s", chart == NULL ? "" : chart_label(chart));
}

static void
draw_tabs(const struct chartview *c, struct surface *s)
{
	size_t	i;
	int	col = 1;
	char	text[160];

	for (i = 0; i < val_count(charts(c)); i++) {
		snprintf(text, sizeof text, "%zu %s", i + 1,
		    chart_label(charts(c)->item[i]));
		col += draw_text(s, 0, col, -1, (int)i == c->tab ?
		    STYLE_TITLE | STYLE_UNDERLINE : STYLE_DIM, text) + 2;
	}
}

static void
chartview_draw(struct view *v, struct surface *whole)
{
	struct chartview	*c = v->state;
	struct surface		 s = sidemenu_draw(whole), in;
	int			 line, lines;

	draw_tabs(c, &s);
	in = draw_sub(&s, 2, 3, s.rows - 2, s.cols - 4);
	c->list_row = 2;
	if (c->error[0] != '\0')
		draw_wrap(&in, 0, 0, in.cols, 4, STYLE_ERROR, c->error, 0);
	else if (c->chart == NULL || chart_count(c->chart) == 0)
		draw_text(&in, 0, 0, -1, STYLE_DIM, TF(c->chart == NULL ?
		    "views.loading" : "views.nothing", NULL));
	if (c->error[0] != '\0' || c->chart == NULL) {
		draw_cursor(&s, 2, 3);
		return;
	}
	lines = chart_lines(c->chart, in.cols, (int)chart_count(c->chart));
	pick_fit(&c->pick, in.rows);
	for (line = 0; line < in.rows && c->pick.top + line < lines; line++)
		chart_line(c->chart, &in, line, c->pick.top + line, lines);
	line = 2 + c->pick.at - c->pick.top;
	if (chart_has_bars(c->chart) && lines > 0) {
		draw_text(&s, line, 1, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(&s, line, 0, 1, s.cols, STYLE_SELECTED);
	}
	draw_cursor(&s, chart_has_bars(c->chart) ? line : 2, 1);
}

static void
chartview_status(struct view *v, char *out, size_t len)
{
	const struct chartview	*c = v->state;
	char			 total[80] = "";

	if (c->chart != NULL)
		chart_total(c->chart, total, sizeof total);
	snprintf(out, len, "%s", total[0] == '\0' ? "" :
	    TF("views.total", "n", total, NULL));
}

static void
to_tab(struct chartview *c, int tab)
{
	int	n = (int)val_count(charts(c));

	if (n == 0 || tab >= n)
		return;
	c->tab = (tab + n) % n;
	chart_free(c->chart);
	c->chart = NULL;
	load(c);
}

static bool
chartview_key(struct view *v, const struct input *in)
{
	struct chartview	*c = v->state;
	struct input		 moved;
	bool			 taken;
	int			 i;

	if (!sidemenu_mouse(v->cols, in, &moved))
		return true;
	if (in->kind == INPUT_KEY && in->mods == 0 && in->code >= '1' &&
	    in->code <= '9') {
		to_tab(c, (int)(in->code - '1'));
		return true;
	}
	i = pick_mouse(&c->pick, &moved, c->list_row, &taken);
	if (i >= 0)
		view_action(ACT_OPEN, NULL);
	return taken;
}

static void
open_bar(const struct chartview *c)
{
	const struct val	*chart = val_at(charts(c), (size_t)c->tab);
	const struct field	*f;
	struct val		*filter;

	if (c->chart == NULL || !chart_has_bars(c->chart) ||
	    chart_count(c->chart) == 0)
		return;
	filter = chart_filter(c->chart, (size_t)c->pick.at);
	f = def_field(defs_find(c->type), val_get_str(chart, "by"));
	list_open_filtered(c->type, filter, f != NULL && f->ref != NULL ?
	    f->name : NULL, chart_label_at(c->chart, (size_t)c->pick.at));
	val_free(filter);
}

static bool
chartview_action(struct view *v, enum action a, const struct input *in)
{
	struct chartview	*c = v->state;

	(void)in;
	switch (a) {
	case ACT_OPEN:
		open_bar(c);
		return true;
	case ACT_NEXT_PANE:
	case ACT_RIGHT:
		to_tab(c, c->tab + 1 < (int)val_count(charts(c)) ?
		    c->tab + 1 : 0);
		return true;
	case ACT_PREV_PANE:
	case ACT_LEFT:
		to_tab(c, c->tab - 1);
		return true;
	case ACT_REFRESH:
		load(c);
		return true;
	case ACT_BACK:
	case ACT_CLOSE:
		view_close(v);
		return true;
	default:
		return pick_action(&c->pick, a);
	}
}

static void
chartview_say(struct view *v, char *out, size_t len)
{
	const struct chartview	*c = v->state;

	out[0] = '\0';
	if (c->chart != NULL)
		chart_say(c->chart, out, len);
}

static const struct view_ops chart_view = {
	.name = "chart",
	.when = WHEN_TEXT,
	.size = sizeof(struct chartview),
	.open = chartview_start,
	.close = chartview_close,
	.title = chartview_title,
	.draw = chartview_draw,
	.status = chartview_status,
	.key = chartview_key,
	.action = chartview_action,
	.say = chartview_say,
	.hints = { ACT_OPEN, ACT_NEXT_PANE, ACT_REFRESH, ACT_BACK }
};

void
chart_open(const char *type, const char *chart)
{
	struct start	s = { type, chart };

	view_push(&chart_view, &s);
}
