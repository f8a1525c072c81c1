/*
 * view.c - the stack. Views close themselves from their own callbacks, so
 * nothing is freed before the turn of the loop is over (view_sweep()).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"

static struct view *top;
static struct view *dead;	/* closed, not yet freed; linked by below */

static void
tell_shown(struct view *v, bool shown)
{
	if (v != NULL && v->ops->shown != NULL)
		v->ops->shown(v, shown);
}

struct view *
view_push(const struct view_ops *ops, void *arg)
{
	struct view *v = xcalloc(1, sizeof(*v)), *was = top;

	v->ops = ops;
	v->state = xcalloc(1, ops->size > 0 ? ops->size : 1);
	v->below = top;
	v->rows = 20;
	v->cols = 80;
	top = v;
	if (ops->open != NULL && !ops->open(v, arg)) {
		/* open() may have pushed something itself: unlink, not pop. */
		struct view **at;

		for (at = &top; *at != NULL && *at != v; at = &(*at)->below)
			;
		if (*at == v)
			*at = v->below;
		free(v->state);
		free(v);
		return NULL;
	}
	tell_shown(was, false);
	if (top == v)
		tell_shown(v, true);
	ui_redraw();
	return v;
}

void
view_pop(struct view *v)
{
	struct view **at, *was, *w;

	if (v == NULL || v->dead)
		return;
	do {
		for (w = top; w != NULL && w->about != v; w = w->below)
			;
		view_pop(w);
	} while (w != NULL);
	was = top;
	for (at = &top; *at != NULL && *at != v; at = &(*at)->below)
		;
	if (*at == NULL)
		return;
	*at = v->below;
	v->dead = true;
	if (v->ops->close != NULL)
		v->ops->close(v);
	v->below = dead;
	dead = v;
	if (was == v)
		tell_shown(top, true);
	ui_redraw();
}

void
view_close(struct view *v)
{
	if (v == NULL || v->dead)
		return;
	if (v->ops->leave == NULL || v->ops->leave(v))
		view_pop(v);
}

void
view_pop_above(struct view *v)
{
	while (top != NULL && top != v)
		view_pop(top);
}

struct view *
view_top(void)
{
	return top;
}

struct view *
view_base(void)
{
	struct view *v = top;

	while (v != NULL && (v->ops->flags & VIEW_POPUP))
		v = v->below;
	return v;
}

struct view *
view_find(const struct view_ops *ops)
{
	struct view *v;

	for (v = top; v != NULL && v->ops != ops; v = v->below)
		;
	return v;
}

struct view *
view_unsaved(void)
{
	struct view *v, *next;

	for (v = top; v != NULL; v = next) {
		next = v->below;
		if (v->ops->leave != NULL && !v->ops->leave(v))
			return v;
	}
	return NULL;
}

void
view_sweep(void)
{
	struct view *v;

	while ((v = dead) != NULL) {
		dead = v->below;
		free(v->state);
		free(v);
	}
}

void
view_shown_all(bool shown)
{
	tell_shown(top, shown);
}

void
view_language_all(void)
{
	struct view *v;

	for (v = top; v != NULL; v = v->below) {
		if (v->ops->language != NULL)
			v->ops->language(v);
	}
}

/* --- keys and actions ------------------------------------------------------- */

void
view_input(const struct input *in)
{
	struct view *v = top;
	struct input local = *in;
	enum action a;

	if (v == NULL)
		return;
	if (in->kind == INPUT_MOUSE && in->button == MOUSE_PRESS) {
		a = frame_click(in->row, in->col, term_caps()->rows);
		if (a != ACT_NONE && (action_info(a)->when & v->ops->when)) {
			view_action(a, NULL);
			return;
		}
	}
	if (in->kind == INPUT_MOUSE) {
		local.row -= v->row;
		local.col -= v->col;
	}
	if (v->ops->key != NULL && v->ops->key(v, &local))
		return;
	a = keys_action(v->ops->when, in);
	if (a != ACT_NONE)
		view_action(a, in);
}

bool
view_action(enum action a, const struct input *in)
{
	struct view *v = top;

	if (v != NULL && v->ops->action != NULL && v->ops->action(v, a, in)) {
		ui_redraw();
		return true;
	}
	return ui_action(a);
}

static bool
hinted(struct view *v, enum action a)
{
	enum action list[VIEW_HINTS];
	int i, n = VIEW_HINTS;

	if (v->ops->hints_now != NULL)
		n = v->ops->hints_now(v, list, VIEW_HINTS);
	else
		memcpy(list, v->ops->hints, sizeof(list));
	for (i = 0; i < n && list[i] != ACT_NONE; i++) {
		if (list[i] == a)
			return true;
	}
	return false;
}

bool
view_can(enum action a, char *why, size_t len)
{
	struct view *v = view_base();

	why[0] = '\0';
	if (v == NULL || !(action_info(a)->when & v->ops->when))
		return false;
	if (ui_has(a, why, len))
		return true;
	if (why[0] != '\0')
		return false;
	if (v->ops->can != NULL)
		return v->ops->can(v, a, why, len);
	return hinted(v, a);
}

struct view *
view_hinting(void)
{
	struct view *v = top;

	while (v != NULL && (v->ops->flags & VIEW_OWN_STATUS))
		v = v->below;
	return v;
}

int
view_hints(struct view *v, enum action *out, int max)
{
	int n = 0;

	if (v == NULL)
		return 0;
	if (v->ops->hints_now != NULL)
		return v->ops->hints_now(v, out, max);
	while (n < VIEW_HINTS && n < max && v->ops->hints[n] != ACT_NONE) {
		out[n] = v->ops->hints[n];
		n++;
	}
	return n;
}

/* --- drawing ------------------------------------------------------------------ */

static void
crumbs_of(struct view *v, char *buf, size_t len)
{
	char part[256] = "";
	size_t used;

	if (v == NULL)
		return;
	crumbs_of(v->below, buf, len);
	if ((v->ops->flags & VIEW_POPUP) || v->ops->title == NULL)
		return;
	v->ops->title(v, part, sizeof(part));
	if (part[0] == '\0')
		return;
	used = strlen(buf);
	snprintf(buf + used, len - used, "%s%s", used > 0 ? " > " : "", part);
}

void
view_crumbs_to(struct view *v, char *buf, size_t len)
{
	buf[0] = '\0';
	crumbs_of(v, buf, len);
}

void
view_crumbs(char *buf, size_t len)
{
	view_crumbs_to(top, buf, len);
}

static void
draw_view(struct view *v, struct surface *s)
{
	v->row = s->row;
	v->col = s->col;
	v->rows = s->rows;
	v->cols = s->cols;
	/* A popup covers the cursor of what is below it. */
	s->screen->cur_row = s->screen->cur_col = -1;
	v->ops->draw(v, s);
}

static void
draw_popups(struct view *v, const struct view *base, struct surface *all)
{
	if (v == NULL || v == base)
		return;
	draw_popups(v->below, base, all);
	draw_view(v, all);
}

static void
draw_status_rows(struct surface *all)
{
	struct view *v = view_hinting();
	char left[512] = "";
	struct surface row;

	if (v != NULL && v->ops->status != NULL)
		v->ops->status(v, left, sizeof(left));
	row = draw_sub(all, all->rows - 2, 0, 1, all->cols);
	frame_status(&row, left);
	row = draw_sub(all, all->rows - 1, 0, 1, all->cols);
	frame_hints(&row);
}

static void
draw_small(struct surface *all)
{
	draw_wrap(all, 0, 0, all->cols, all->rows, STYLE_WARN,
	    T("term.small"), 0);
	draw_cursor(all, 0, 0);
}

void
view_draw(struct screen *sc)
{
	struct surface all = screen_surface(sc), body, head;
	struct view *base = view_base();
	bool plain = term_caps()->plain;
	char crumbs[512];
	int above = 1;

	screen_clear(sc);
	if (!plain && (sc->rows < FRAME_MIN_ROWS ||
	    sc->cols < FRAME_MIN_COLS)) {
		draw_small(&all);
		return;
	}
	if (plain && top != base) {
		/* Told in lines, a popup hides everything else. */
		draw_view(top, &all);
		body = draw_sub(&all, sc->rows - 1, 0, 1, sc->cols);
		frame_hints(&body);
		return;
	}
	if (base != NULL && (base->ops->flags & VIEW_BARE))
		above = 0;
	else {
		view_crumbs(crumbs, sizeof(crumbs));
		head = draw_sub(&all, 0, 0, 1, sc->cols);
		frame_header(&head, crumbs);
	}
	if (base != NULL) {
		body = draw_sub(&all, above, 0, sc->rows - above - 2,
		    sc->cols);
		draw_view(base, &body);
	}
	draw_status_rows(&all);
	draw_popups(top, base, &all);
}
