/* board.c - the board as a screen; see board.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/mod/timer.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/act.h"
#include "tui/view/board.h"
#include "tui/view/boardint.h"
#include "tui/view/form.h"
#include "tui/view/list.h"
#include "tui/view/looks.h"
#include "tui/view/sidemenu.h"

#define TICK_S	30		/* running times and marks of changes */

struct board_arg {
	const char	*type;
	struct val	*fixed;
	const struct val *where;
	bool		 over;
};

bool
board_has(const struct def *d)
{
	return d != NULL && val_get(d->v, "board") != NULL &&
	    def_can(d, "board");
}

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct timeval	tv = { TICK_S, 0 };
	struct board	*b = arg;

	(void)fd;
	(void)what;
	if (val_get_str(board_view_of(b), "running") != NULL)
		ui_redraw();
	evtimer_add(b->tick, &tv);
}

static void
created_cb(const char *type, const char *id, void *arg)
{
	struct board	*b = arg;

	if (strcmp(type, b->type) != 0)
		return;
	snprintf(b->want, sizeof b->want, "%s", id);
	board_stale(b, id);
}

static bool
board_start(struct view *v, void *arg)
{
	struct board		*b = v->state;
	struct board_arg	*a = arg;
	const struct def	*d = defs_find(a->type);
	struct timeval		 tv = { TICK_S, 0 };
	const struct val	*look;
	const char		*stages;

	if (!board_has(d))
		return false;
	b->type = xstrdup(a->type);
	b->over = a->over;
	b->fixed = a->fixed;
	b->ids = val_array();
	edit_init(&b->box, 0, 255);
	edit_init(&b->due, 0, 40);
	cardpane_init(&b->card);
	b->soon = evtimer_new(app.base, board_soon_cb, b);
	b->tick = evtimer_new(app.base, tick_cb, b);
	evtimer_add(b->tick, &tv);
	b->watch = watch_add(b->type, board_watch_cb, b);
	if ((stages = val_get_str(board_view_of(b), "stages")) != NULL)
		b->stages = watch_add(stages, board_stages_cb, b);
	if (val_get_str(board_view_of(b), "running") != NULL)
		b->times = watch_add(TIMER_RECORDS, board_times_cb, b);
	form_on_created(created_cb, b);
	if ((look = a->where) == NULL && a->fixed == NULL)
		look = looks_opening(b->type);
	if (look != NULL)
		board_set_look(b, look);
	else
		board_load(b);
	return true;
}

static void
board_close(struct view *v)
{
	struct board	*b = v->state;

	form_on_created(NULL, NULL);
	board_free_moves(b);
	board_free_data(b);
	watch_free(b->watch);
	watch_free(b->stages);
	watch_free(b->times);
	event_free(b->soon);
	event_free(b->tick);
	cardpane_free(&b->card);
	filter_clear(&b->filter);
	viewmenu_free(&b->views);
	marks_free(&b->marks);
	edit_free(&b->box);
	edit_free(&b->due);
	val_free(b->fixed);
	free(b->type);
}

static void
board_title(struct view *v, char *out, size_t len)
{
	struct board		*b = v->state;
	const struct def	*d = board_def(b);

	const char		*name = viewmenu_name(&b->views);

	if (d != NULL)
		snprintf(b->title, sizeof b->title, "%s%s%s", TF("board.name",
		    "what", app_label(d->labels), NULL), name == NULL ? "" :
		    " > ", name == NULL ? "" : name);
	snprintf(out, len, "%s", b->title);
}

/* --- Drawing -------------------------------------------------------------------- */

static void
board_screen(struct view *v, struct surface *whole)
{
	struct board	*b = v->state;
	struct surface	 s = sidemenu_draw(whole), left, right;

	b->beside = whole->cols >= BOARD_BESIDE &&
	    def_can(board_def(b), "get") &&
	    (s.cols - 52) / BOARD_NARROW >= b->ncols;
	if (!b->beside) {
		b->on_card = false;
		board_draw(b, &s, true);
		return;
	}
	if (b->id[0] != '\0' && strcmp(b->card.id, b->id) != 0)
		cardpane_show(&b->card, b->type, b->id, true);
	b->split = s.cols - 50;
	left = draw_sub(&s, 0, 0, s.rows, b->split - 1);
	right = draw_sub(&s, 0, b->split, s.rows, s.cols - b->split);
	draw_vline(&s, 0, b->split - 1, s.rows, STYLE_BORDER);
	board_draw(b, &left, !b->on_card);
	cardpane_draw(&b->card, &right, b->on_card);
}

static void
board_status_text(struct view *v, char *out, size_t len)
{
	board_status(v->state, out, len);
}

static void
board_say_text(struct view *v, char *out, size_t len)
{
	struct board	*b = v->state;

	out[0] = '\0';
	if (!b->on_card)
		board_say(b, out, len);
}

/* --- Keys ------------------------------------------------------------------------ */

static bool
board_key(struct view *v, const struct input *in)
{
	struct board	*b = v->state;
	struct input	 moved;

	if (b->typing != BOARD_KEYS)
		return board_typed(b, in);
	if (!sidemenu_mouse(v->cols, in, &moved))
		return true;
	if (b->beside && in->kind == INPUT_MOUSE && moved.col >= b->split &&
	    !b->pressed) {
		moved.col -= b->split;
		if (in->button == MOUSE_PRESS)
			b->on_card = true;
		return cardpane_key(&b->card, &moved);
	}
	if (in->kind == INPUT_MOUSE) {
		if (in->button == MOUSE_PRESS)
			b->on_card = false;
		return board_mouse(b, &moved);
	}
	if (b->on_card)
		return cardpane_key(&b->card, &moved);
	return in->kind == INPUT_PASTE;
}

/* The eye stays at its height. */
static void
side(struct board *b, int to)
{
	struct bcol	*c, *d;
	size_t		 at;

	if (to < 0 || to >= b->ncols)
		return;
	c = &b->col[b->at];
	d = &b->col[to];
	at = d->top + (c->cur >= c->top ? c->cur - c->top : 0);
	board_goto(b, to, at);
}

static bool
move_cursor(struct board *b, enum action a)
{
	struct bcol	*c;
	size_t		 page = b->page > 1 ? (size_t)b->page - 1 : 1;

	if (b->ncols == 0)
		return false;
	c = &b->col[b->at];
	switch (a) {
	case ACT_LEFT:
		side(b, b->at - 1);
		return true;
	case ACT_RIGHT:
		side(b, b->at + 1);
		return true;
	case ACT_UP:
		if (c->cur == 0 && !c->above && b->lane_at > 0) {
			b->bottom = true;
			board_lane(b, b->lane_at - 1);
		} else
			board_goto(b, b->at, c->cur > 0 ? c->cur - 1 : 0);
		return true;
	case ACT_DOWN:
		if (c->cur + 1 >= c->n && !c->more &&
		    b->lane_at + 1 < b->nlanes)
			board_lane(b, b->lane_at + 1);
		else
			board_goto(b, b->at, c->cur + 1);
		return true;
	case ACT_PAGE_UP:
		board_goto(b, b->at, c->cur > page ? c->cur - page : 0);
		return true;
	case ACT_PAGE_DOWN:
		board_goto(b, b->at, c->cur + page);
		return true;
	case ACT_TOP:
	case ACT_BOTTOM:
		if (!board_seek(b, c, a == ACT_BOTTOM))
			board_goto(b, b->at, a == ACT_TOP ? 0 : c->n);
		return true;
	default:
		return false;
	}
}

static void
mark(struct board *b)
{
	struct bcard	*c = board_card(b);
	struct record	 r;

	if (c == NULL)
		return;
	r = board_record(b, c);
	marks_set(&b->marks, c->id, record_version(&r),
	    !marks_has(&b->marks, c->id));
	board_goto(b, b->at, b->col[b->at].cur + 1);
}

/* Those of the column that are not marked, and no others of it. */
static void
invert(struct board *b)
{
	struct bcol	*c = &b->col[b->at];
	struct record	 r;
	size_t		 i;

	for (i = 0; b->ncols > 0 && i < c->n; i++) {
		r = board_record(b, &c->card[i]);
		marks_set(&b->marks, c->card[i].id, record_version(&r),
		    !marks_has(&b->marks, c->card[i].id));
	}
	ui_redraw();
}

static void
lanes_cb(int choice, void *arg)
{
	struct board		*b = arg;
	const struct val	*lanes = val_get(board_view_of(b), "lanes");

	if (choice == 0)
		board_lanes(b, NULL);
	else if (choice > 0)
		board_lanes(b, val_str(val_at(lanes, (size_t)choice - 1)));
}

void
board_ask_lanes(struct board *b)
{
	const struct val	*lanes = val_get(board_view_of(b), "lanes");
	struct dialog_item	 items[16];
	const struct field	*f;
	size_t			 i;
	int			 n = 0;

	memset(items, 0, sizeof items);
	items[n].label = TF("board.lanes_none", NULL);
	items[n++].ticked = b->lane_by == NULL;
	for (i = 0; i < val_count(lanes) && n < 16; i++) {
		f = def_field(board_def(b), val_str(lanes->item[i]));
		items[n].label = f == NULL ? "" : app_label(f->label);
		items[n++].ticked = b->lane_by != NULL && f != NULL &&
		    strcmp(b->lane_by, f->name) == 0;
	}
	if (n > 1)
		dialog_choose(ui_pick("Şeritler", "Lanes"), items, n, 0,
		    lanes_cb, b);
}

static bool
back(struct board *b)
{
	if (marks_any(&b->marks)) {
		marks_clear(&b->marks);
		ui_redraw();
		return true;
	}
	if (board_unfilter(b))
		return true;
	if (b->lane_by != NULL) {
		board_lanes(b, NULL);
		return true;
	}
	return false;
}

static bool
card_action(struct board *b, enum action a)
{
	struct bcard	*c = board_card(b);
	struct record	 r;

	if (c == NULL)
		return false;
	r = board_record(b, c);
	return act_record(board_def(b), &r, a);
}

/* Back to the list that it was opened over, or to one that looks the same. */
static void
as_list(struct view *v)
{
	struct board	*b = v->state;
	struct val	*where = board_look(b);
	bool		 over = b->over;

	val_put_text(where, "type", b->type);
	view_pop(v);
	if (!over)
		list_open_where(where);
	val_free(where);
}

static bool
pane_action(struct board *b, enum action a, const struct input *in)
{
	if (b->beside && (a == ACT_NEXT_PANE || a == ACT_PREV_PANE) &&
	    b->nlanes == 0) {
		b->on_card = !b->on_card;
		ui_redraw();
		return true;
	}
	if (b->beside && a == ACT_TAB)
		return cardpane_action(&b->card, a, in);
	if (!b->on_card)
		return false;
	if (a == ACT_BACK) {
		b->on_card = false;
		ui_redraw();
		return true;
	}
	return cardpane_action(&b->card, a, in);
}

static bool
board_action(struct view *v, enum action a, const struct input *in)
{
	struct board	*b = v->state;

	if (board_def(b) != NULL && board_view_of(b) != NULL &&
	    (pane_action(b, a, in) || board_move_action(b, a) ||
	    move_cursor(b, a)))
		return true;
	switch (a) {
	case ACT_BACK:
		if (!back(b))
			view_close(v);
		return true;
	case ACT_CLOSE:
		view_close(v);
		return true;
	default:
		break;
	}
	/* The right may have gone while the board was open. */
	if (board_def(b) == NULL || board_view_of(b) == NULL)
		return false;
	switch (a) {
	case ACT_REFRESH:
		board_load(b);
		return true;
	case ACT_NEXT_PANE:
	case ACT_PREV_PANE:
		board_lane(b, b->lane_at + (a == ACT_NEXT_PANE ? 1 : -1));
		return true;
	case ACT_NEW:
		board_add(b);
		return true;
	case ACT_EDIT:
		board_edit(b);
		return true;
	case ACT_FILTER:
		board_filter(b);
		return true;
	case ACT_FILTERS:
		board_build(b);
		return true;
	case ACT_VIEWS:
		board_views(b);
		return true;
	case ACT_RANGE:
		mark(b);
		return true;
	case ACT_INVERT:
		invert(b);
		return true;
	case ACT_FOLD:
		if (b->ncols > 0)
			b->col[b->at].folded = !b->col[b->at].folded;
		ui_redraw();
		return true;
	case ACT_GROUP:
		board_ask_lanes(b);
		return true;
	case ACT_BOARD:
		as_list(v);
		return true;
	default:
		return card_action(b, a);
	}
}

static bool
board_can(struct view *v, enum action a, char *why, size_t len)
{
	struct board		*b = v->state;
	const struct def	*d = board_def(b);
	bool			 card = board_card(b) != NULL, may;

	why[0] = '\0';
	switch (a) {
	case ACT_NEW:
		return def_can(d, "create");
	case ACT_MOVE_LEFT:
	case ACT_MOVE_RIGHT:
	case ACT_MOVE_UP:
	case ACT_MOVE_DOWN:
	case ACT_MOVE_TO:
	case ACT_SELECT:
		may = def_can(d, "move");
		break;
	case ACT_EDIT:
		may = def_can(d, "edit");
		break;
	case ACT_DELETE:
		may = def_can(d, "delete");
		break;
	case ACT_CLONE:
		may = def_can(d, "create");
		break;
	case ACT_HISTORY:
		may = def_can(d, "history");
		break;
	case ACT_OPEN:
	case ACT_ACTIONS:
	case ACT_COPY:
	case ACT_RANGE:
	case ACT_INVERT:
		may = true;
		break;
	case ACT_FIRST:
		may = d != NULL && val_count(val_get(d->v, "actions")) > 0;
		break;
	case ACT_GROUP:
		return val_count(val_get(board_view_of(b), "lanes")) > 0;
	case ACT_FILTER:
	case ACT_FILTERS:
	case ACT_VIEWS:
	case ACT_FOLD:
	case ACT_BOARD:
	case ACT_REFRESH:
		return true;
	default:
		return false;
	}
	if (may && !card)
		snprintf(why, len, "%s", TF("views.no_row", NULL));
	return may && card;
}

static int
board_hints(struct view *v, enum action *out, int max)
{
	static const enum action	order[] = {
		ACT_OPEN, ACT_NEW, ACT_MOVE_RIGHT, ACT_SELECT, ACT_MOVE_TO,
		ACT_EDIT, ACT_FILTER, ACT_ACTIONS, ACT_GROUP, ACT_FOLD
	};
	char	why[8];
	size_t	i;
	int	n = 0;

	for (i = 0; i < sizeof order / sizeof order[0] && n < max; i++)
		if (board_can(v, order[i], why, sizeof why))
			out[n++] = order[i];
	return n;
}

static const char *
board_label(struct view *v, enum action a)
{
	struct board	*b = v->state;

	if (a == ACT_SELECT)
		return board_held(b) ? ui_pick("Bırak", "Drop") :
		    ui_pick("Tut", "Hold");
	if (a == ACT_GROUP)
		return ui_pick("Şeritler", "Lanes");
	return NULL;
}

static void
board_words(struct view *v)
{
	board_load(v->state);
}

static void
board_shown(struct view *v, bool yes)
{
	struct board	*b = v->state;

	if (yes)
		form_on_created(created_cb, b);
	else if (board_held(b) && !b->drag)
		board_put_back(b);
}

static const struct view_ops board_view = {
	.name = "board",
	.when = WHEN_BOARD,
	.size = sizeof(struct board),
	.open = board_start,
	.close = board_close,
	.title = board_title,
	.draw = board_screen,
	.status = board_status_text,
	.key = board_key,
	.action = board_action,
	.can = board_can,
	.shown = board_shown,
	.language = board_words,
	.say = board_say_text,
	.hints_now = board_hints,
	.label = board_label
};

void
board_open_over(const char *type, struct val *fixed, const struct val *look)
{
	struct board_arg	a = { type, fixed, look, true };

	if (view_push(&board_view, &a) == NULL)
		val_free(fixed);
}

void
board_open(const char *type, struct val *fixed)
{
	struct board_arg	a = { type, fixed, NULL, false };

	if (view_push(&board_view, &a) == NULL)
		val_free(fixed);
}

struct val *
board_where(const struct view *v)
{
	const struct board	*b = v->state;
	struct val		*where;

	if (v->ops != &board_view || b->fixed != NULL)
		return NULL;
	where = board_look(b);
	return val_put_text(where, "type", b->type);
}

void
board_open_where(const struct val *where)
{
	struct board_arg	a = { val_get_str(where, "type"), NULL,
	    where, false };

	if (a.type != NULL && board_has(defs_find(a.type)))
		view_push(&board_view, &a);
}
