/*
 * help.c - what can be done here, with its keys; and the log of errors. Both
 * are generated: there is no help text to forget.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/help.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/palette.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/view.h"

#define SCREENS_MAX	128

/* A line: an action, or a screen that g and a letter go to. */
struct line {
	enum action	 action;
	int		 screen;	/* palette_screen(); -1: an action */
};

struct help {
	struct edit	 edit;
	struct pick	 pick;
	struct line	 line[ACT_LAST + SCREENS_MAX];
	int		 n;
	int		 list_row;
};

static bool
matches(struct arena *a, enum action act, const char *needle)
{
	const struct action_info *i = action_info(act);
	const char *tr = tr_fold(a, i->tr, strlen(i->tr));
	const char *en = tr_fold(a, i->en, strlen(i->en));
	const char *keys = keys_all(act), *here = frame_label(view_base(), act);

	if (needle[0] == '\0' || tr_match(tr, needle) ||
	    tr_match(en, needle) ||
	    tr_match(tr_fold(a, here, strlen(here)), needle))
		return true;
	return tr_match(tr_fold(a, keys, strlen(keys)), needle);
}

static void
add(struct help *h, enum action a, int screen)
{
	h->line[h->n].action = a;
	h->line[h->n++].screen = screen;
}

static void
add_screens(struct help *h, struct arena *a, const char *needle)
{
	struct palette_screen sc;
	const char *label;
	int i;

	for (i = 0; i < SCREENS_MAX && palette_screen(i, &sc); i++) {
		label = tr_fold(a, sc.label, strlen(sc.label));
		if (needle[0] == '\0' || tr_match(label, needle))
			add(h, ACT_NONE, i);
	}
}

/* Hints of here first, then the rest in the order of the table. */
static void
fill(struct help *h)
{
	struct arena *a = arena_new();
	const char *needle = tr_fold(a, h->edit.text, h->edit.len);
	struct view *base = view_base();
	enum action hints[VIEW_HINTS];
	bool seen[ACT_LAST] = { false };
	int n = view_hints(view_base(), hints, VIEW_HINTS), i;

	h->n = 0;
	for (i = 0; i < n; i++) {
		if (!seen[hints[i]] && matches(a, hints[i], needle))
			add(h, hints[i], -1);
		seen[hints[i]] = true;
	}
	for (i = 1; i < ACT_LAST; i++) {
		char why[128];

		if (seen[i] || base == NULL ||
		    !(action_info((enum action)i)->when & base->ops->when))
			continue;
		if (!(action_info((enum action)i)->when & WHEN_MENU) &&
		    !view_can((enum action)i, why, sizeof(why)) &&
		    why[0] == '\0')
			continue;
		if (matches(a, (enum action)i, needle))
			add(h, (enum action)i, -1);
	}
	if (base != NULL && (base->ops->when & WHEN_SCREEN))
		add_screens(h, a, needle);
	pick_count(&h->pick, h->n);
	arena_free(a);
}

static bool
help_view_open(struct view *v, void *arg)
{
	struct help *h = v->state;

	edit_init(&h->edit, 0, 60);
	return true;
}

static void
help_view_close(struct view *v)
{
	struct help *h = v->state;

	edit_free(&h->edit);
}

/* "Up k" → "↑ k"; "g m" for a screen. Returns the label. */
static const char *
line_words(const struct line *l, char *keys, size_t len)
{
	struct palette_screen sc;
	char letter[8] = "";
	const char *rest;

	if (l->screen >= 0) {
		if (!palette_screen(l->screen, &sc))
			return "";
		if (sc.go != 0)
			letter[utf8_put(letter, sc.go)] = '\0';
		snprintf(keys, len, "%s %s", keys_hint(ACT_GOTO), letter);
		return sc.label;
	}
	rest = strchr(keys_all(l->action), ' ');
	snprintf(keys, len, "%s%s", keys_hint(l->action),
	    rest == NULL ? "" : rest);
	return frame_label(view_base(), l->action);
}

static void
help_draw(struct view *v, struct surface *s)
{
	struct help *h = v->state;
	int width = s->cols - 8 < 60 ? s->cols - 8 : 60, i;
	struct surface in;
	const char *label;
	char keys[64];

	in = draw_popup(s, (h->n < s->rows - 8 ? h->n : s->rows - 8) + 3, width,
	    T("help.title"));
	pick_fit(&h->pick, in.rows - 2);
	h->list_row = in.row - s->row + 2;
	for (i = 0; i < h->pick.rows && h->pick.top + i < h->n; i++) {
		int at = h->pick.top + i;
		bool here = at == h->pick.at;
		uint32_t style = here ? STYLE_SELECTED : STYLE_TEXT;

		keys[0] = '\0';
		label = line_words(&h->line[at], keys, sizeof(keys));
		draw_fill(&in, 2 + i, 0, 1, in.cols, style);
		draw_text(&in, 2 + i, 0, 1, style,
		    here ? glyph(GLYPH_MARK) : " ");
		draw_text(&in, 2 + i, 2, 20, here ? style : STYLE_KEY, keys);
		draw_text(&in, 2 + i, 23, in.cols - 24, style, label);
	}
	if (h->n == 0)
		draw_text(&in, 2, 2, -1, STYLE_DIM, T("palette.none"));
	draw_scrollbar(&in, 2, in.cols - 1, in.rows - 2, h->pick.top, h->n);
	draw_text(&in, 0, 0, -1, STYLE_KEY, "?");
	edit_draw(&h->edit, &in, 0, 2, in.cols - 2, true);
}

static void
run(struct view *v)
{
	struct help *h = v->state;
	struct palette_screen sc;
	struct line l;

	if (h->n == 0)
		return;
	l = h->line[h->pick.at];
	view_pop(v);
	if (l.screen < 0)
		view_action(l.action, NULL);
	else if (palette_screen(l.screen, &sc))
		sc.run(sc.arg);
}

static bool
help_key(struct view *v, const struct input *in)
{
	struct help *h = v->state;
	bool taken;

	if (pick_mouse(&h->pick, in, h->list_row, &taken) >= 0)
		run(v);
	if (taken || pick_key(&h->pick, in))
		return true;
	if (edit_key(&h->edit, in)) {
		fill(h);
		h->pick.at = 0;
		return true;
	}
	return false;
}

static bool
help_action(struct view *v, enum action a, const struct input *in)
{
	if (a == ACT_OPEN) {
		run(v);
		return true;
	}
	if (a == ACT_BACK) {
		view_pop(v);
		return true;
	}
	return false;
}

static void
help_say(struct view *v, char *buf, size_t len)
{
	struct help *h = v->state;
	char keys[64] = "";
	const char *label;

	if (h->n == 0) {
		snprintf(buf, len, "? %s (%s)", h->edit.text,
		    T("palette.none"));
		return;
	}
	label = line_words(&h->line[h->pick.at], keys, sizeof(keys));
	snprintf(buf, len, "? %s  %d/%d %s  %s", h->edit.text,
	    h->pick.at + 1, h->n, keys, label);
}

static const struct view_ops help_ops = {
	.name = "help",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct help),
	.open = help_view_open,
	.close = help_view_close,
	.draw = help_draw,
	.key = help_key,
	.action = help_action,
	.say = help_say,
	.hints = { ACT_OPEN, ACT_UP, ACT_DOWN, ACT_BACK }
};

void
help_open(void)
{
	struct view *v;

	if (view_find(&help_ops) != NULL)
		return;
	v = view_push(&help_ops, NULL);
	if (v != NULL)
		fill(v->state);
}

/* --- errors ------------------------------------------------------------------ */

struct errors {
	int	top;
	int	lines, rows;
};

static char *
errors_text(void)
{
	const struct toast_entry *e;
	char *text = xstrdup(""), *more;
	int i;

	for (i = 0; (e = toast_log(i)) != NULL; i++) {
		more = xasprintf("%s%s  %s%s%s%s\n", text, e->at, e->text,
		    e->request[0] != '\0' ? "  [" : "", e->request,
		    e->request[0] != '\0' ? "]" : "");
		free(text);
		text = more;
	}
	if (i == 0) {
		free(text);
		text = xstrdup(T("help.no_errors"));
	}
	return text;
}

static void
errors_draw(struct view *v, struct surface *s)
{
	struct errors *e = v->state;
	struct surface in = draw_popup(s, s->rows - 6, s->cols - 8,
	    action_label(ACT_ERRORS));
	char *text = errors_text();

	e->rows = in.rows;
	e->lines = draw_wrap(&in, 0, 0, in.cols - 1, in.rows, STYLE_TEXT,
	    text, e->top);
	draw_scrollbar(&in, 0, in.cols - 1, in.rows, e->top, e->lines);
	draw_cursor(&in, 0, 0);
	free(text);
}

static bool
errors_action(struct view *v, enum action a, const struct input *in)
{
	struct errors *e = v->state;
	struct pick p = { .n = e->lines - e->rows + 1, .at = e->top,
	    .rows = e->rows };

	if (a == ACT_BACK || a == ACT_OPEN) {
		view_pop(v);
		return true;
	}
	if (!pick_action(&p, a))
		return false;
	e->top = p.at;
	return true;
}

static const struct view_ops errors_ops = {
	.name = "errors",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct errors),
	.draw = errors_draw,
	.action = errors_action,
	.hints = { ACT_UP, ACT_DOWN, ACT_BACK }
};

void
help_errors(void)
{
	view_push(&errors_ops, NULL);
}
