/*
 * goto.c - `g` and a letter: to a screen. The popup comes only when the
 * second key takes its time; who knows the letter never sees it.
 */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "lib/tr.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/palette-int.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"

#define SHOW_MS 300

struct go {
	struct event	*timer;
	struct pick	 pick;
	int		 list_row;
	bool		 visible;
};

static void
show_cb(evutil_socket_t fd, short what, void *arg)
{
	struct go *g = arg;

	g->visible = true;
	ui_redraw();
}

/* The n-th entry that has a letter. */
static struct entry *
nth(int n)
{
	int i;

	for (i = 0; i < palette_count; i++) {
		if (palette_entries[i].e.go != 0 && n-- == 0)
			return &palette_entries[i];
	}
	return NULL;
}

static bool
go_open(struct view *v, void *arg)
{
	struct go *g = v->state;
	struct timeval tv = { 0, SHOW_MS * 1000 };
	int n = 0;

	while (nth(n) != NULL)
		n++;
	/* One more: g g. */
	pick_count(&g->pick, n + 1);
	if (ui_base() != NULL) {
		g->timer = evtimer_new(ui_base(), show_cb, g);
		evtimer_add(g->timer, &tv);
	}
	return true;
}

static void
go_close(struct view *v)
{
	struct go *g = v->state;

	if (g->timer != NULL)
		event_free(g->timer);
	g->timer = NULL;
}

static void
go_draw(struct view *v, struct surface *s)
{
	struct go *g = v->state;
	struct surface in;
	struct entry *e;
	char key[8];
	int i;

	if (!g->visible) {
		draw_cursor(s, s->rows - 1, 1);
		return;
	}
	in = draw_popup(s, g->pick.n, 34, action_label(ACT_GOTO));
	pick_fit(&g->pick, in.rows);
	g->list_row = in.row - s->row;
	for (i = 0; i < in.rows && g->pick.top + i < g->pick.n; i++) {
		int at = g->pick.top + i;
		uint32_t style = at == g->pick.at ? STYLE_SELECTED :
		    STYLE_TEXT;

		e = nth(at);
		key[e == NULL ? 1 : utf8_put(key, e->e.go)] = '\0';
		if (e == NULL)
			key[0] = 'g';
		draw_fill(&in, i, 0, 1, in.cols, style);
		draw_text(&in, i, 0, 1, style, at == g->pick.at ?
		    glyph(GLYPH_MARK) : " ");
		draw_text(&in, i, 2, 1, at == g->pick.at ? style : STYLE_KEY,
		    key);
		draw_text(&in, i, 4, -1, style, e == NULL ?
		    action_label(ACT_TOP) : ui_pick(e->e.tr, e->e.en));
		if (at == g->pick.at)
			draw_cursor(&in, i, 2);
	}
}

static void
run(struct view *v, const struct entry *e)
{
	char why[128] = "";

	view_pop(v);
	if (e == NULL)
		view_action(ACT_TOP, NULL);
	else if (e->e.can != NULL && !e->e.can(e->e.arg, why, sizeof(why)))
		toast(TOAST_WARN, NULL, "%s", why[0] != '\0' ? why :
		    T("palette.not_now"));
	else
		e->e.run(e->e.arg);
}

static bool
go_key(struct view *v, const struct input *in)
{
	struct go *g = v->state;
	char letter[8] = "";
	bool taken;
	int i;

	i = pick_mouse(&g->pick, in, g->list_row, &taken);
	if (taken) {
		if (i >= 0)
			run(v, nth(i));
		return true;
	}
	if (!input_is_text(in))
		return pick_key(&g->pick, in);
	for (i = 0; i < palette_count; i++) {
		if (palette_entries[i].e.go == in->code) {
			run(v, &palette_entries[i]);
			return true;
		}
	}
	if (in->code == 'g') {
		run(v, NULL);
		return true;
	}
	letter[utf8_put(letter, in->code)] = '\0';
	view_pop(v);
	toast(TOAST_WARN, NULL, "%s",
	    TF("palette.no_letter", "key", letter, NULL));
	return true;
}

static bool
go_action(struct view *v, enum action a, const struct input *in)
{
	struct go *g = v->state;

	if (a == ACT_OPEN) {
		run(v, nth(g->pick.at));
		return true;
	}
	if (a == ACT_BACK) {
		view_pop(v);
		return true;
	}
	return pick_action(&g->pick, a);
}

static const struct view_ops go_ops = {
	.name = "goto",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP | VIEW_OWN_STATUS,
	.size = sizeof(struct go),
	.open = go_open,
	.close = go_close,
	.draw = go_draw,
	.key = go_key,
	.action = go_action,
	.hints = { ACT_OPEN, ACT_BACK }
};

void
palette_open_goto(void)
{
	view_push(&go_ops, NULL);
}
