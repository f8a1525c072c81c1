/*
 * sheet.c - the sheet of a version conflict (M17): field by field, mine
 * against theirs, only what both sides changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/view.h"

struct row {
	char	*field, *base, *mine, *theirs;
};

struct sheet {
	char		*who, *when;
	char		*kept;		/* merging: the one on the left; NULL:
					 * a conflict */
	struct row	*row;
	bool		*keep;		/* true: mine */
	int		 n;
	struct pick	 pick;
	bool		 answered;
	void		(*done)(const bool *, void *);
	void		*arg;
};

static void
answer(struct view *v, bool yes)
{
	struct sheet *h = v->state, was;
	bool *keep;

	if (h->answered)
		return;
	h->answered = true;
	keep = xmemdup(h->keep, (size_t)h->n * sizeof(*keep) + 1);
	was = *h;
	view_pop(v);
	was.done(yes ? keep : NULL, was.arg);
	free(keep);
}

static bool
sheet_open(struct view *v, void *arg)
{
	struct sheet *h = v->state;

	*h = *(struct sheet *)arg;
	return true;
}

static void
sheet_close(struct view *v)
{
	struct sheet *h = v->state;
	int i;

	if (!h->answered) {
		h->answered = true;
		h->done(NULL, h->arg);
	}
	for (i = 0; i < h->n; i++) {
		free(h->row[i].field);
		free(h->row[i].base);
		free(h->row[i].mine);
		free(h->row[i].theirs);
	}
	free(h->row);
	free(h->keep);
	free(h->who);
	free(h->when);
	free(h->kept);
	memset(h, 0, sizeof(*h));
	h->answered = true;
}

static void
draw_side(struct surface *in, int row, int col, int width, bool chosen,
    bool here, const char *text)
{
	uint32_t style = here && chosen ? STYLE_SELECTED :
	    chosen ? STYLE_MARKED : STYLE_TEXT;

	draw_text(in, row, col, 2, style, chosen ? "(x" : "( ");
	draw_text(in, row, col + 2, 1, style, ")");
	draw_text(in, row, col + 4, width - 5, style,
	    text[0] == '\0' ? "-" : text);
}

static const char *
left_name(const struct sheet *h)
{
	return h->kept != NULL ? h->kept : T("conflict.mine");
}

static void
sheet_draw(struct view *v, struct surface *s)
{
	struct sheet *h = v->state;
	int width = s->cols - 8 < 100 ? s->cols - 8 : 100;
	int label = width / 4, side = (width - label) / 2, i, r;
	struct surface in;

	in = draw_popup(s, h->n * 2 + 4, width, T(h->kept != NULL ?
	    "many.merge_title" : "conflict.title"));
	draw_wrap(&in, 0, 0, in.cols, 2, STYLE_TEXT, h->kept != NULL ?
	    TF("many.merge_text", "kept", h->kept, "gone", h->who, NULL) :
	    TF("conflict.text", "who", h->who, "when", h->when, NULL), 0);
	draw_text(&in, 2, label, side - 1, STYLE_TITLE, left_name(h));
	draw_text(&in, 2, label + side, side, STYLE_TITLE, h->who);
	pick_fit(&h->pick, (in.rows - 3) / 2);
	for (i = 0; i < h->pick.rows && h->pick.top + i < h->n; i++) {
		int k = h->pick.top + i;
		bool here = k == h->pick.at;

		r = 3 + i * 2;
		draw_text(&in, r, 0, 1, STYLE_TEXT,
		    here ? glyph(GLYPH_MARK) : " ");
		draw_text(&in, r, 2, label - 3, STYLE_TEXT, h->row[k].field);
		draw_side(&in, r, label, side, h->keep[k], here,
		    h->row[k].mine);
		draw_side(&in, r, label + side, side, !h->keep[k], here,
		    h->row[k].theirs);
		if (h->kept == NULL)
			draw_text(&in, r + 1, label, -1, STYLE_DIM,
			    TF("conflict.base", "value", h->row[k].base,
			    NULL));
		if (here)
			draw_cursor(&in, r, h->keep[k] ? label + 1 :
			    label + side + 1);
	}
	draw_scrollbar(&in, 3, in.cols - 1, in.rows - 3, h->pick.top * 2,
	    h->n * 2);
}

static bool
sheet_action(struct view *v, enum action a, const struct input *in)
{
	struct sheet *h = v->state;

	if (pick_action(&h->pick, a))
		return true;
	switch (a) {
	case ACT_LEFT:
	case ACT_RIGHT:
		if (h->n > 0)
			h->keep[h->pick.at] = a == ACT_LEFT;
		return true;
	case ACT_NEXT_PANE:
		h->keep[h->pick.at] = !h->keep[h->pick.at];
		return true;
	case ACT_OPEN:
		answer(v, true);
		return true;
	case ACT_BACK:
		answer(v, false);
		return true;
	default:
		return false;
	}
}

static bool
sheet_key(struct view *v, const struct input *in)
{
	struct sheet *h = v->state;

	if (in->kind != INPUT_KEY || in->code != K_SPACE)
		return in->kind == INPUT_PASTE;
	h->keep[h->pick.at] = !h->keep[h->pick.at];
	return true;
}

static void
sheet_say(struct view *v, char *buf, size_t len)
{
	struct sheet *h = v->state;
	const struct row *r = &h->row[h->pick.at];

	snprintf(buf, len, "%s: %s %s / %s %s, [%s]", h->n == 0 ? "" :
	    r->field, left_name(h), h->n == 0 ? "" : r->mine, h->who,
	    h->n == 0 ? "" : r->theirs, h->n == 0 || h->keep[h->pick.at] ?
	    left_name(h) : h->who);
}

static const struct view_ops sheet_ops = {
	.name = "conflict",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct sheet),
	.open = sheet_open,
	.close = sheet_close,
	.draw = sheet_draw,
	.key = sheet_key,
	.action = sheet_action,
	.say = sheet_say,
	.hints = { ACT_LEFT, ACT_RIGHT, ACT_OPEN, ACT_BACK }
};

static char *
copy(const char *s)
{
	return xstrdup(s == NULL ? "" : s);
}

static void
sheet_push(struct sheet h, const struct dialog_clash *clash)
{
	int i, n = h.n;

	h.row = xcalloc((size_t)n + 1, sizeof(*h.row));
	h.keep = xcalloc((size_t)n + 1, sizeof(*h.keep));
	for (i = 0; i < n; i++) {
		h.row[i].field = copy(clash[i].field);
		h.row[i].base = copy(clash[i].base);
		h.row[i].mine = copy(clash[i].mine);
		h.row[i].theirs = copy(clash[i].theirs);
		h.keep[i] = true;
	}
	pick_count(&h.pick, n);
	view_push(&sheet_ops, &h);
}

void
dialog_conflict(const char *who, const char *when,
    const struct dialog_clash *clash, int n,
    void (*done)(const bool *, void *), void *arg)
{
	sheet_push((struct sheet){ .who = copy(who), .when = copy(when),
	    .n = n, .done = done, .arg = arg }, clash);
}

void
dialog_merge(const char *kept, const char *gone,
    const struct dialog_clash *clash, int n,
    void (*done)(const bool *, void *), void *arg)
{
	sheet_push((struct sheet){ .who = copy(gone), .when = copy(NULL),
	    .kept = copy(kept), .n = n, .done = done, .arg = arg }, clash);
}
