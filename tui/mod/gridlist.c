/* gridlist.c - see gridlist.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/mod/gridlist.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/sidemenu.h"

struct gline {
	uint32_t	 style;
	char		 id[37];
	char		*text, *right;
};

struct glines {
	char		*title;
	struct gline	*line;
	size_t		 n, cap;
};

struct glist {
	struct glines		*lines;
	struct glist_does	 does;
	struct pick		 pick;
	bool			 answered;
};

struct glines *
glines_new(const char *title)
{
	struct glines	*l = xcalloc(1, sizeof *l);

	l->title = xstrdup(title);
	return l;
}

void
glines_add(struct glines *l, uint32_t style, const char *id, const char *text,
    const char *right)
{
	struct gline	*one;

	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 32 : l->cap * 2;
		l->line = xreallocarray(l->line, l->cap, sizeof *l->line);
	}
	one = &l->line[l->n++];
	one->style = style;
	snprintf(one->id, sizeof one->id, "%s", id == NULL ? "" : id);
	one->text = xstrdup(text == NULL ? "" : text);
	one->right = right == NULL ? NULL : xstrdup(right);
}

size_t
glines_n(const struct glines *l)
{
	return l->n;
}

static bool
glist_start(struct view *v, void *arg)
{
	struct glist	*g = v->state;

	*g = *(struct glist *)arg;
	pick_count(&g->pick, (int)g->lines->n);
	return true;
}

static void
glist_close(struct view *v)
{
	struct glist	*g = v->state;
	size_t		 i;

	if (!g->answered && g->does.closed != NULL)
		g->does.closed(g->does.arg);
	for (i = 0; i < g->lines->n; i++) {
		free(g->lines->line[i].text);
		free(g->lines->line[i].right);
	}
	free(g->lines->line);
	free(g->lines->title);
	free(g->lines);
}

static void
glist_title(struct view *v, char *out, size_t len)
{
	struct glist	*g = v->state;

	snprintf(out, len, "%s", g->lines->title);
}

static void
glist_draw(struct view *v, struct surface *whole)
{
	struct glist	*g = v->state;
	struct surface	 s = sidemenu_draw(whole);
	struct gline	*l;
	int		 i, row, right;

	pick_fit(&g->pick, s.rows);
	for (i = g->pick.top; i < g->pick.n && i - g->pick.top < s.rows;
	    i++) {
		row = i - g->pick.top;
		l = &g->lines->line[i];
		right = l->right == NULL ? 0 : s.cols > 110 ? 50 :
		    s.cols / 2 - 4;
		if (i == g->pick.at)
			draw_text(&s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_text(&s, row, 2, s.cols - 4 - right, l->style, l->text);
		if (l->right != NULL)
			draw_right(&s, row, s.cols - right - 2, right,
			    l->style, l->right);
		if (i == g->pick.at) {
			draw_style(&s, row, 0, 1, s.cols - 1, STYLE_SELECTED);
			draw_cursor(&s, row, 0);
		}
	}
	draw_scrollbar(&s, 0, s.cols - 1, g->pick.rows, g->pick.top,
	    g->pick.n);
}

static void
glist_status(struct view *v, char *out, size_t len)
{
	struct glist	*g = v->state;

	snprintf(out, len, "%d/%d", g->pick.n == 0 ? 0 : g->pick.at + 1,
	    g->pick.n);
}

static bool
glist_key(struct view *v, const struct input *in)
{
	struct glist	*g = v->state;
	struct input	 moved;
	bool		 taken = false;

	if (in->kind != INPUT_MOUSE)
		return false;
	if (!sidemenu_mouse(v->cols, in, &moved))
		return true;
	pick_mouse(&g->pick, &moved, 0, &taken);
	ui_redraw();
	return taken;
}

static void
end(struct view *v, void (*how)(void *))
{
	struct glist	*g = v->state;
	void		*arg = g->does.arg;

	g->answered = true;
	view_pop(v);
	how(arg);
}

static bool
glist_action(struct view *v, enum action a, const struct input *in)
{
	struct glist	*g = v->state;
	const char	*id;
	char		 copy[37];
	void		(*open)(const char *, void *) = g->does.open;
	void		*arg = g->does.arg;

	(void)in;
	if (pick_action(&g->pick, a)) {
		ui_redraw();
		return true;
	}
	switch (a) {
	case ACT_OPEN:
		id = g->pick.n == 0 ? "" : g->lines->line[g->pick.at].id;
		if (open == NULL || id[0] == '\0')
			return true;
		snprintf(copy, sizeof copy, "%s", id);
		view_pop(v);
		open(copy, arg);
		return true;
	case ACT_SAVE:
		if (g->does.accept == NULL)
			return false;
		end(v, g->does.accept);
		return true;
	case ACT_DELETE:
		if (g->does.drop == NULL)
			return false;
		end(v, g->does.drop);
		return true;
	case ACT_BACK:
	case ACT_CLOSE:
		view_pop(v);
		return true;
	default:
		return false;
	}
}

static int
glist_hints(struct view *v, enum action *out, int max)
{
	struct glist	*g = v->state;
	int		 n = 0;

	if (g->does.open != NULL && n < max)
		out[n++] = ACT_OPEN;
	if (g->does.accept != NULL && n < max)
		out[n++] = ACT_SAVE;
	if (g->does.drop != NULL && n < max)
		out[n++] = ACT_DELETE;
	if (n < max)
		out[n++] = ACT_BACK;
	return n;
}

static const char *
glist_label(struct view *v, enum action a)
{
	struct glist	*g = v->state;

	if (a == ACT_SAVE && g->does.accept != NULL)
		return ui_pick("Kabul et", "Accept");
	if (a == ACT_DELETE && g->does.drop != NULL)
		return ui_pick("Taslağı at", "Drop the draft");
	return NULL;
}

static const struct view_ops glist_view = {
	.name = "grid-list",
	.when = WHEN_GRID,
	.size = sizeof(struct glist),
	.open = glist_start,
	.close = glist_close,
	.title = glist_title,
	.draw = glist_draw,
	.status = glist_status,
	.key = glist_key,
	.action = glist_action,
	.hints_now = glist_hints,
	.label = glist_label
};

void
glist_open(struct glines *lines, const struct glist_does *does)
{
	struct glist	g = { .lines = lines, .does = *does };

	view_push(&glist_view, &g);
}
