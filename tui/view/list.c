/* list.c - see list.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/mod/secret.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/act.h"
#include "tui/view/card.h"
#include "tui/view/form.h"
#include "tui/view/list.h"
#include "tui/view/listpane.h"
#include "tui/view/sidemenu.h"

#define LIST_BESIDE	140	/* columns from which the card stands beside */

struct list {
	struct listpane	 pane;
	struct cardpane	 card;
	bool		 beside;	/* the card is shown */
	bool		 on_card;	/* and has the keys */
	int		 split;		/* its first column */
	char		 title[160];	/* stays when the definition goes */
};

struct list_arg {
	const char	*type;
	struct val	*fixed;
	const char	*by;
	const struct val *look;
};

static void
list_moved_cb(void *arg)
{
	struct list	*l = arg;

	if (l->beside)
		cardpane_show(&l->card, l->pane.type, l->pane.id, true);
}

/* What was created here is where the cursor goes. */
static void
list_created_cb(const char *type, const char *id, void *arg)
{
	struct list	*l = arg;

	if (strcmp(type, l->pane.type) == 0)
		listpane_goto(&l->pane, id);
}

static bool
list_start(struct view *v, void *arg)
{
	struct list	*l = v->state;
	struct list_arg	*a = arg;

	cardpane_init(&l->card);
	listpane_init(&l->pane, a->type, a->fixed, a->by, a->look,
	    list_moved_cb, l);
	form_on_created(list_created_cb, l);
	return true;
}

static void
list_close(struct view *v)
{
	struct list	*l = v->state;

	form_on_created(NULL, NULL);
	cardpane_free(&l->card);
	listpane_free(&l->pane);
}

static void
list_title(struct view *v, char *out, size_t len)
{
	struct list		*l = v->state;
	const struct def	*d = defs_find(l->pane.type);

	if (d != NULL && viewmenu_name(&l->pane.views) != NULL)
		snprintf(l->title, sizeof l->title, "%s > %s",
		    app_label(d->labels), viewmenu_name(&l->pane.views));
	else if (d != NULL)
		snprintf(l->title, sizeof l->title, "%s",
		    app_label(d->labels));
	snprintf(out, len, "%s", l->title);
}

static void
list_draw(struct view *v, struct surface *whole)
{
	struct list	*l = v->state;
	struct surface	 s = sidemenu_draw(whole), left, right;

	l->beside = whole->cols >= LIST_BESIDE &&
	    def_can(defs_find(l->pane.type), "get");
	if (!l->beside) {
		l->on_card = false;
		listpane_draw(&l->pane, &s, true);
		return;
	}
	if (strcmp(l->card.id, l->pane.id) != 0 ||
	    strcmp(l->card.type, l->pane.type) != 0)
		cardpane_show(&l->card, l->pane.type, l->pane.id, true);
	l->split = s.cols * 6 / 10;
	left = draw_sub(&s, 0, 0, s.rows, l->split - 1);
	right = draw_sub(&s, 0, l->split, s.rows, s.cols - l->split);
	draw_vline(&s, 0, l->split - 1, s.rows, STYLE_BORDER);
	listpane_draw(&l->pane, &left, !l->on_card);
	cardpane_draw(&l->card, &right, l->on_card);
}

static void
list_status(struct view *v, char *out, size_t len)
{
	struct list	*l = v->state;

	listpane_status(&l->pane, out, len);
}

static bool
list_key(struct view *v, const struct input *in)
{
	struct list	*l = v->state;
	struct input	 moved;

	if (!sidemenu_mouse(v->cols, in, &moved))
		return true;
	if (l->beside && in->kind == INPUT_MOUSE) {
		if (moved.col >= l->split) {
			moved.col -= l->split;
			if (in->button == MOUSE_PRESS)
				l->on_card = true;
			return cardpane_key(&l->card, &moved);
		}
		if (in->button == MOUSE_PRESS)
			l->on_card = false;
	}
	if (l->on_card)
		return cardpane_key(&l->card, &moved);
	return listpane_key(&l->pane, &moved);
}

/* Older values of a secret: where no card stands beside, the second tab. */
static bool
list_past(struct list *l)
{
	struct record	r = listpane_record(&l->pane);

	return r.row != NULL && (secret_past(rows_def(l->pane.rows), &r) ||
	    act_stand_in(rows_def(l->pane.rows), &r, ACT_TAB));
}

static bool
list_action(struct view *v, enum action a, const struct input *in)
{
	struct list	*l = v->state;

	if (l->beside && (a == ACT_NEXT_PANE || a == ACT_PREV_PANE)) {
		l->on_card = !l->on_card;
		ui_redraw();
		return true;
	}
	if (l->beside && a == ACT_TAB)
		return cardpane_action(&l->card, a, in);
	if (a == ACT_TAB && in != NULL && in->code == '2' &&
	    list_past(l))
		return true;
	if (l->on_card) {
		if (a == ACT_BACK) {
			l->on_card = false;
			ui_redraw();
			return true;
		}
		return cardpane_action(&l->card, a, in);
	}
	if (listpane_action(&l->pane, a, in))
		return true;
	switch (a) {
	case ACT_REFRESH:
		rows_reload(l->pane.rows);
		if (l->beside)
			cardpane_reload(&l->card);
		return true;
	case ACT_BACK:
	case ACT_CLOSE:
		view_close(v);
		return true;
	default:
		return false;
	}
}

static bool
list_can(struct view *v, enum action a, char *why, size_t len)
{
	struct list	*l = v->state;

	return listpane_can(&l->pane, a, why, len);
}

static int
list_hints(struct view *v, enum action *out, int max)
{
	struct list	*l = v->state;

	return listpane_hints(&l->pane, out, max);
}

static void
list_say(struct view *v, char *out, size_t len)
{
	struct list	*l = v->state;

	if (!l->on_card)
		listpane_say(&l->pane, out, len);
	else
		out[0] = '\0';
}

static void
list_shown(struct view *v, bool yes)
{
	if (yes)
		form_on_created(list_created_cb, v->state);
}

static const struct view_ops list_view = {
	.name = "list",
	.when = WHEN_LIST,
	.size = sizeof(struct list),
	.open = list_start,
	.close = list_close,
	.title = list_title,
	.draw = list_draw,
	.status = list_status,
	.key = list_key,
	.action = list_action,
	.can = list_can,
	.shown = list_shown,
	.say = list_say,
	.hints_now = list_hints
};

void
list_open(const char *type, struct val *fixed, const char *by)
{
	struct list_arg	a = { type, fixed, by, NULL };

	view_push(&list_view, &a);
}

/* The pane of the list that was opened last; NULL when it was not. */
static struct listpane *
top_pane(void)
{
	struct view	*v = view_top();
	struct list	*l;

	if (v == NULL || v->ops != &list_view)
		return NULL;
	l = v->state;
	return &l->pane;
}

void
list_open_filtered(const char *type, const struct val *filter,
    const char *field, const char *title)
{
	struct val	*look = val_map();
	struct list_arg	 a = { type, NULL, NULL, look };
	struct listpane	*p;
	size_t		 i;

	if (filter != NULL)
		val_put(look, "filter", val_copy(filter));
	view_push(&list_view, &a);
	val_free(look);
	p = top_pane();
	for (i = 0; p != NULL && field != NULL && i < p->filter.nchips; i++)
		if (strcmp(p->filter.chip[i].field, field) == 0 &&
		    p->filter.chip[i].title == NULL && title != NULL)
			p->filter.chip[i].title = xstrdup(title);
}

void
list_open_search(const char *type, const char *text)
{
	struct val	*look = val_put_text(val_map(), "search", text);
	struct list_arg	 a = { type, NULL, NULL, look };

	view_push(&list_view, &a);
	val_free(look);
}

struct val *
list_where(const struct view *v)
{
	const struct list	*l = v->state;
	struct val		*where;

	if (v->ops != &list_view || l->pane.by != NULL ||
	    rows_fixed(l->pane.rows) != NULL)
		return NULL;
	where = listpane_look(&l->pane);
	val_put_text(where, "type", l->pane.type);
	return where;
}

void
list_open_where(const struct val *where)
{
	struct list_arg	a = { val_get_str(where, "type"), NULL, NULL, where };

	if (a.type != NULL && defs_find(a.type) != NULL)
		view_push(&list_view, &a);
}
