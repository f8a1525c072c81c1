/* gridpick.c - see gridpick.h. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/mod/gridpick.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"

struct picking {
	char		*title, *none;
	struct gpick	*item;
	int		 n;
	int		*shown;		/* that match, by their number */
	struct pick	 pick;
	struct edit	 box;
	void		(*done)(int, void *);
	void		*arg;
	bool		 answered;
};

static void
match(struct picking *p)
{
	struct arena	*a = arena_new();
	const char	*want = tr_fold(a, p->box.text, p->box.len);
	char		*all;
	int		 i, n = 0;

	for (i = 0; i < p->n; i++) {
		all = xasprintf("%s %s", p->item[i].text,
		    p->item[i].detail == NULL ? "" : p->item[i].detail);
		if (p->box.len == 0 || want == NULL || tr_match(tr_fold(a,
		    all, strlen(all)), want))
			p->shown[n++] = i;
		free(all);
	}
	arena_free(a);
	pick_count(&p->pick, n);
}

static bool
picking_start(struct view *v, void *arg)
{
	struct picking	*p = v->state, *from = arg;
	int		 i;

	*p = *from;
	p->title = xstrdup(from->title);
	p->none = xstrdup(from->none);
	p->item = xcalloc((size_t)p->n + 1, sizeof *p->item);
	p->shown = xcalloc((size_t)p->n + 1, sizeof *p->shown);
	for (i = 0; i < p->n; i++) {
		p->item[i].text = xstrdup(from->item[i].text);
		p->item[i].detail = from->item[i].detail == NULL ? NULL :
		    xstrdup(from->item[i].detail);
		p->item[i].what = from->item[i].what;
	}
	edit_init(&p->box, 0, 60);
	match(p);
	return true;
}

static void
picking_close(struct view *v)
{
	struct picking	*p = v->state;
	int		 i;

	if (!p->answered)
		p->done(-1, p->arg);
	for (i = 0; i < p->n; i++) {
		free(p->item[i].text);
		free(p->item[i].detail);
	}
	free(p->item);
	free(p->shown);
	free(p->title);
	free(p->none);
	edit_free(&p->box);
}

static void
picking_draw(struct view *v, struct surface *s)
{
	struct picking	*p = v->state;
	struct surface	 in = draw_popup(s, 15, 60, p->title);
	struct gpick	*g;
	int		 i, row, w;

	edit_draw(&p->box, &in, 0, 0, in.cols, true);
	pick_fit(&p->pick, in.rows - 2);
	if (p->pick.n == 0)
		draw_wrap(&in, 2, 0, in.cols, 3, STYLE_DIM, p->n == 0 ?
		    p->none : TF("views.not_found", NULL), 0);
	for (i = p->pick.top; i < p->pick.n &&
	    i - p->pick.top < p->pick.rows; i++) {
		row = 2 + i - p->pick.top;
		g = &p->item[p->shown[i]];
		if (i == p->pick.at)
			draw_text(&in, row, 0, 1, STYLE_KEY,
			    glyph(GLYPH_MARK));
		w = draw_text(&in, row, 2, in.cols - 3, STYLE_TEXT, g->text);
		if (g->detail != NULL && in.cols - w - 5 > 4)
			draw_right(&in, row, w + 4, in.cols - w - 5,
			    STYLE_DIM, g->detail);
		if (i == p->pick.at)
			draw_style(&in, row, 0, 1, in.cols, STYLE_SELECTED);
	}
	draw_scrollbar(&in, 2, in.cols - 1, p->pick.rows, p->pick.top,
	    p->pick.n);
}

static void
picking_take(struct view *v)
{
	struct picking	*p = v->state;
	void		(*done)(int, void *), *done_arg;
	int		 what;

	if (p->pick.n == 0)
		return;
	what = p->item[p->shown[p->pick.at]].what;
	done = p->done;
	done_arg = p->arg;
	p->answered = true;
	view_pop(v);
	done(what, done_arg);
}

static bool
picking_key(struct view *v, const struct input *in)
{
	struct picking	*p = v->state;
	bool		 taken;

	ui_redraw();
	if (in->kind == INPUT_MOUSE) {
		if (pick_mouse(&p->pick, in, v->row + 3, &taken) >= 0)
			picking_take(v);
		return true;
	}
	if (in->kind == INPUT_KEY && in->code == K_ESC) {
		view_pop(v);
		return true;
	}
	if (in->kind == INPUT_KEY && in->code == K_ENTER) {
		picking_take(v);
		return true;
	}
	if (pick_key(&p->pick, in))
		return true;
	if (edit_key(&p->box, in))
		match(p);
	return true;
}

static void
picking_say(struct view *v, char *out, size_t len)
{
	struct picking	*p = v->state;
	struct gpick	*g;

	if (p->pick.n == 0) {
		snprintf(out, len, "%s", p->n == 0 ? p->none :
		    TF("views.not_found", NULL));
		return;
	}
	g = &p->item[p->shown[p->pick.at]];
	snprintf(out, len, "%d/%d, %s%s%s", p->pick.at + 1, p->pick.n,
	    g->text, g->detail == NULL ? "" : ", ", g->detail == NULL ? "" :
	    g->detail);
}

static const struct view_ops picking_view = {
	.name = "grid-choose",
	.when = WHEN_DIALOG,
	.flags = VIEW_POPUP,
	.size = sizeof(struct picking),
	.open = picking_start,
	.close = picking_close,
	.draw = picking_draw,
	.key = picking_key,
	.say = picking_say,
	.hints = { ACT_OPEN, ACT_BACK }
};

void
gpick_open(const char *title, const struct gpick *item, int n, int chosen,
    const char *none, void (*done)(int, void *), void *arg)
{
	struct picking	p = { .title = (char *)(uintptr_t)title,
	    .none = (char *)(uintptr_t)none,
	    .item = (struct gpick *)(uintptr_t)item, .n = n, .done = done,
	    .arg = arg };

	p.pick.at = chosen;
	view_push(&picking_view, &p);
}
