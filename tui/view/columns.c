/* columns.c - see columns.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/columns.h"
#include "tui/view/listpane.h"
#include "tui/view/looks.h"

#define COLUMN_WIDEST	100
#define COLUMN_STEP	2

struct choice {
	const struct field	*f;
	bool			 on;
	int			 width;		/* 0: what is left */
};

struct columns {
	struct listpane	*l;
	struct choice	*item;
	struct pick	 pick;
	int		 list_row;
	bool		 reset;		/* nothing but what the type says */
};

/* --- What there is to choose ------------------------------------------------------ */

static void
columns_add(struct columns *c, const struct field *f, bool on, int width)
{
	int	i;

	for (i = 0; i < c->pick.n; i++) {
		if (c->item[i].f == f)
			return;
	}
	c->item[c->pick.n++] = (struct choice){ f, on, width };
}

/* Those that show, in their order, then the others. */
static void
columns_fill(struct columns *c, const struct def *d, const struct val *cols)
{
	const struct field	*f;
	const struct val	*w;
	size_t			 i;

	c->pick.n = 0;
	for (i = 0; i < val_count(cols); i++) {
		f = def_field(d, val_str(val_at(cols->item[i], 0)));
		w = val_at(cols->item[i], 1);
		if (f != NULL)
			columns_add(c, f, true, w == NULL ? 0 : (int)w->i);
	}
	for (i = 0; i < d->nreal; i++)
		columns_add(c, &d->fields[i], false, 0);
}

static bool
columns_start(struct view *v, void *arg)
{
	struct columns		*c = v->state;
	const struct def	*d;

	c->l = arg;
	if ((d = rows_def(c->l->rows)) == NULL)
		return false;
	c->item = xcalloc(d->nfields + 1, sizeof *c->item);
	columns_fill(c, d, listpane_columns(c->l));
	return true;
}

static void
columns_close(struct view *v)
{
	struct columns	*c = v->state;

	free(c->item);
}

/* --- Drawing ------------------------------------------------------------------------ */

static void
columns_width(const struct choice *i, char *out, size_t size)
{
	if (!i->on)
		out[0] = '\0';
	else if (i->width == 0)
		snprintf(out, size, "%s", T("lists.width_auto"));
	else
		snprintf(out, size, "%d", i->width);
}

static void
columns_draw_one(struct columns *c, struct surface *in, int row, int i)
{
	const struct choice	*item = &c->item[i];
	bool			 here = i == c->pick.at;
	uint32_t		 style = here ? STYLE_SELECTED : STYLE_TEXT;
	char			 width[40];

	draw_fill(in, row, 0, 1, in->cols, style);
	draw_text(in, row, 0, 1, style, here ? glyph(GLYPH_MARK) : " ");
	draw_text(in, row, 2, -1, style, item->on ? "[x]" : "[ ]");
	draw_text(in, row, 6, in->cols - 24, style, app_label(item->f->label));
	columns_width(item, width, sizeof width);
	draw_right(in, row, in->cols - 17, 16, style, width);
	if (here)
		draw_cursor(in, row, 2);
}

static void
columns_draw(struct view *v, struct surface *s)
{
	struct columns	*c = v->state;
	struct surface	 in;
	int		 i;

	in = draw_popup(s, c->pick.n + 2, 70, action_label(ACT_COLUMNS));
	c->list_row = in.row - s->row;
	pick_fit(&c->pick, in.rows - 2);
	for (i = 0; i < in.rows - 2 && c->pick.top + i < c->pick.n; i++)
		columns_draw_one(c, &in, i, c->pick.top + i);
	draw_scrollbar(&in, 0, in.cols - 1, in.rows - 2, c->pick.top,
	    c->pick.n);
	draw_text(&in, in.rows - 1, 0, in.cols, STYLE_DIM,
	    T("lists.columns_keys"));
}

/* --- Keys --------------------------------------------------------------------------- */

static void
columns_move(struct columns *c, int by)
{
	struct choice	moved = c->item[c->pick.at];
	int		to = c->pick.at + by;

	if (to < 0 || to >= c->pick.n)
		return;
	c->item[c->pick.at] = c->item[to];
	c->item[to] = moved;
	c->pick.at = to;
	c->reset = false;
}

static void
columns_widen(struct columns *c, int by)
{
	struct choice	*i = &c->item[c->pick.at];
	int		 width = i->width == 0 && by != 0 ? 12 : i->width;

	if (!i->on)
		return;
	width = by == 0 ? 0 : width + by;
	if (by != 0 && width < COLUMN_STEP)
		width = COLUMN_STEP;
	i->width = width > COLUMN_WIDEST ? COLUMN_WIDEST : width;
	c->reset = false;
}

static void
columns_reset(struct columns *c)
{
	const struct def	*d = rows_def(c->l->rows);

	if (d == NULL)
		return;
	columns_fill(c, d, val_get(val_get(d->v, "list"), "columns"));
	c->pick.at = c->pick.top = 0;
	c->reset = true;
}

static void
columns_toggle(struct columns *c)
{
	c->item[c->pick.at].on = !c->item[c->pick.at].on;
	c->reset = false;
}

static bool
columns_key(struct view *v, const struct input *in)
{
	struct columns	*c = v->state;
	bool		 taken;
	int		 i = pick_mouse(&c->pick, in, c->list_row, &taken);

	if (taken) {
		if (i >= 0)
			columns_toggle(c);
		return true;
	}
	if (in->kind != INPUT_KEY)
		return false;
	switch (in->code) {
	case K_SPACE:
		columns_toggle(c);
		pick_action(&c->pick, ACT_DOWN);
		return true;
	case K_LEFT:
	case K_RIGHT:
		columns_widen(c, in->code == K_LEFT ? -COLUMN_STEP :
		    COLUMN_STEP);
		return true;
	case '0':
		columns_widen(c, 0);
		return true;
	case 'J':
	case 'K':
		columns_move(c, in->code == 'J' ? 1 : -1);
		return true;
	case K_UP:
	case K_DOWN:
		if ((in->mods & MOD_SHIFT) == 0)
			return false;
		columns_move(c, in->code == K_DOWN ? 1 : -1);
		return true;
	case K_DELETE:
	case 'd':
		columns_reset(c);
		return true;
	default:
		return false;
	}
}

/* Kept for this screen; those of a saved view are the view's until it is
 * saved again. */
static void
columns_take(struct view *v)
{
	struct columns	*c = v->state;
	struct listpane	*l = c->l;
	struct val	*list = val_array(), *one;
	int		 i;

	for (i = 0; i < c->pick.n; i++) {
		if (!c->item[i].on)
			continue;
		one = val_array();
		val_add(one, val_text(c->item[i].f->name));
		val_add(one, val_int(c->item[i].width));
		val_add(list, one);
	}
	if (list->n == 0) {
		toast(TOAST_WARN, NULL, "%s", T("lists.one_column"));
		val_free(list);
		return;
	}
	view_pop(v);
	if (l->views.id[0] != '\0') {
		val_free(l->columns);
		l->columns = val_copy(list);
	} else {
		val_free(l->columns);
		l->columns = NULL;
		looks_set_columns(l->type, c->reset ? NULL : list);
	}
	val_free(list);
	listpane_columns_changed(l);
	ui_redraw();
}

static bool
columns_action(struct view *v, enum action a, const struct input *in)
{
	struct columns	*c = v->state;

	(void)in;
	if (pick_action(&c->pick, a))
		return true;
	switch (a) {
	case ACT_OPEN:
		columns_take(v);
		return true;
	case ACT_BACK:
		view_pop(v);
		return true;
	default:
		return false;
	}
}

static void
columns_say(struct view *v, char *out, size_t size)
{
	struct columns		*c = v->state;
	const struct choice	*i = &c->item[c->pick.at];
	char			 width[40];

	columns_width(i, width, sizeof width);
	snprintf(out, size, "%s %s %s", i->on ? "[x]" : "[ ]",
	    app_label(i->f->label), width);
}

static const struct view_ops columns_view = {
	.name = "columns",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct columns),
	.open = columns_start,
	.close = columns_close,
	.draw = columns_draw,
	.key = columns_key,
	.action = columns_action,
	.say = columns_say,
	.hints = { ACT_OPEN, ACT_UP, ACT_DOWN, ACT_BACK }
};

void
columns_open(struct listpane *l)
{
	view_push(&columns_view, l);
}
