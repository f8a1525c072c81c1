/*
 * boardmove.c - a card moves under the key; the server hears of it one move
 * after the other and confirms. What it refuses is asked for again, which puts
 * the card back where it is for everybody. See boardint.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/ui.h"
#include "tui/view/boardint.h"
#include "tui/view/form.h"

#define OUT	8		/* values of the choice that are no columns */

/* --- The queue --------------------------------------------------------------- */

bool
board_pending(const struct board *b, const char *id)
{
	const struct bmove	*m;

	for (m = b->queue; m != NULL; m = m->next)
		if (strcmp(m->id, id) == 0)
			return true;
	return false;
}

static void
move_free(struct bmove *m)
{
	val_free(m->more);
	free(m->column);
	free(m);
}

void
board_free_moves(struct board *b)
{
	struct bmove	*m;

	if (b->moving != 0)
		app_forget(b->moving);
	while ((m = b->queue) != NULL) {
		b->queue = m->next;
		move_free(m);
	}
}

static void send_next(struct board *);

/* A version that the reply tells is the one to move on from. */
static void
took(struct board *b, const char *id, int64_t version)
{
	int	col;
	size_t	at;

	if (version > 0 && board_find(b, id, &col, &at))
		b->col[col].card[at].row->item[1]->i = version;
}

static void
moved_cb(const struct link_reply *r, void *arg)
{
	struct board	*b = arg;
	struct bmove	*m = b->queue;

	b->moving = 0;
	b->queue = m->next;
	if (r->ok)
		took(b, m->id, val_get_int(r->body, "version", 0));
	else
		app_error(r);
	board_stale(b, m->id);
	move_free(m);
	send_next(b);
	if (b->queue == NULL && b->again) {
		b->again = false;
		board_load(b);
	}
}

static void
move_words(struct board *b, const struct bmove *m, struct buf *out)
{
	struct record	r = { b->names, NULL };
	int		col, i;
	size_t		at;

	if (board_find(b, m->id, &col, &at)) {
		r = board_record(b, &b->col[col].card[at]);
		record_title(board_def(b), &r, out);
	}
	for (i = 0; i < b->ncols; i++)
		if (strcmp(b->col[i].value, m->column) == 0)
			buf_printf(out, " > %s", b->col[i].title);
}

static void
send_next(struct board *b)
{
	struct bmove	*m = b->queue;
	struct val	*args;
	struct buf	 words = BUF_INIT;
	char		 verb[128];
	int		 col;
	size_t		 at;
	int64_t		 version = 0;

	if (m == NULL || b->moving != 0)
		return;
	if (board_find(b, m->id, &col, &at))
		version = val_at(b->col[col].card[at].row, 1)->i;
	else if (m->more != NULL)
		version = val_get_int(m->more, "version", 0);
	args = val_both(NULL, m->more);
	val_put(args, "id", val_uuid(m->id));
	val_put_int(args, "version", version);
	val_put_text(args, "column", m->column);
	if (m->after[0] != '\0')
		val_put(args, "after", val_uuid(m->after));
	if (m->before[0] != '\0')
		val_put(args, "before", val_uuid(m->before));
	move_words(b, m, &words);
	snprintf(verb, sizeof verb, "%s.move", b->type);
	b->moving = app_write(verb, args, m->request, buf_text(&words),
	    moved_cb, b);
	buf_free(&words);
}

/* One that has not left yet is overtaken by the next of the same card. */
static void
enqueue(struct board *b, struct bmove *m)
{
	struct bmove	**p, *old;

	p = &b->queue;
	if (b->moving != 0)
		p = &b->queue->next;
	while (*p != NULL) {
		old = *p;
		if (strcmp(old->id, m->id) != 0) {
			p = &old->next;
			continue;
		}
		*p = old->next;
		move_free(old);
	}
	*p = m;
	send_next(b);
}

/* What stands above and below the card now, as its place to be. */
static struct bmove *
move_of(struct board *b, const struct bcol *c, size_t at, const char *request)
{
	struct bmove	*m = xcalloc(1, sizeof *m);

	snprintf(m->id, sizeof m->id, "%s", c->card[at].id);
	m->column = xstrdup(c->value);
	if (at > 0)
		snprintf(m->after, sizeof m->after, "%s", c->card[at - 1].id);
	if (at + 1 < c->n)
		snprintf(m->before, sizeof m->before, "%s",
		    c->card[at + 1].id);
	if (request != NULL)
		snprintf(m->request, sizeof m->request, "%s", request);
	else
		uuid_v7_text(m->request);
	return m;
}

/* --- Here, at once ------------------------------------------------------------- */

/* Moves the card on the screen alone. */
static void
shift(struct board *b, int col, size_t at, int to, size_t to_at)
{
	struct bcard	card = board_take_out(&b->col[col], at);

	if (col != to) {
		board_count(b, &b->col[col], &card, -1);
		board_count(b, &b->col[to], &card, 1);
	}
	if (b->col[col].cur >= b->col[col].n && b->col[col].n > 0)
		b->col[col].cur = b->col[col].n - 1;
	board_put_in(&b->col[to], to_at, card);
}

/* May cards come into this column? Where only a question is asked, once. */
static bool
room(const struct bcol *c, size_t n)
{
	return c->limit == 0 || c->refuse || c->asked ||
	    c->count + (int64_t)n <= c->limit;
}

/* The marked cards in the order of the board, or the one under the cursor. */
static size_t
chosen(struct board *b, char (**ids)[37])
{
	struct bcard	*c = board_card(b);
	size_t		 n = 0, k;
	int		 i;

	*ids = xcalloc(b->marks.n + 1, sizeof **ids);
	for (i = 0; i < b->ncols && marks_any(&b->marks); i++)
		for (k = 0; k < b->col[i].n && n < b->marks.n; k++)
			if (marks_has(&b->marks, b->col[i].card[k].id))
				snprintf((*ids)[n++], 37, "%s",
				    b->col[i].card[k].id);
	if (n == 0 && c != NULL)
		snprintf((*ids)[n++], 37, "%s", c->id);
	return n;
}

/* All of them below each other, from this place of the column on. One request:
 * one undo takes all of it back. */
static void
carry(struct board *b, int to, size_t at)
{
	char	(*ids)[37], request[UUID_TEXT];
	size_t	 n = chosen(b, &ids), i, was;
	int	 col;

	uuid_v7_text(request);
	for (i = 0; i < n; i++) {
		if (!board_find(b, ids[i], &col, &was))
			continue;
		if (col == to && was < at)
			at--;
		if (at > b->col[to].n - (col == to))
			at = b->col[to].n - (col == to);
		shift(b, col, was, to, at);
		enqueue(b, move_of(b, &b->col[to], at, request));
		at++;
	}
	if (n > 0 && board_find(b, ids[n - 1], &col, &was)) {
		b->at = col;
		b->col[col].cur = was;
	}
	free(ids);
	board_here(b);
}

static void
full_cb(bool yes, void *arg)
{
	struct board	*b = arg;

	if (yes && b->asking < b->ncols) {
		b->col[b->asking].asked = true;
		carry(b, b->asking, b->asking_at);
	} else if (b->held[0] != '\0') {
		board_put_back(b);
	}
}

static void
ask_full(struct board *b, int to, size_t at)
{
	struct dialog_confirm	 ask = { .done = full_cb, .arg = b };
	char			 limit[24];

	snprintf(limit, sizeof limit, "%lld", (long long)b->col[to].limit);
	b->asking = to;
	b->asking_at = at;
	ask.title = b->col[to].title;
	ask.text = TF("board.full", "n", limit, NULL);
	ask.yes = TF("board.move_all_the_same", NULL);
	dialog_confirm(&ask);
}

static size_t
coming(struct board *b, int to)
{
	size_t	n = 0, k;

	if (!marks_any(&b->marks))
		return to != b->at;
	n = b->marks.n;
	for (k = 0; k < b->col[to].n; k++)
		n -= marks_has(&b->marks, b->col[to].card[k].id);
	return n;
}

static bool
may_move(struct board *b)
{
	if (def_can(board_def(b), "move"))
		return true;
	toast(TOAST_WARN, NULL, "%s", TF("views.not_allowed", "what",
	    app_label(board_def(b)->labels), NULL));
	return false;
}

static void
move_to(struct board *b, int to, size_t at)
{
	size_t	n;

	if (!may_move(b) || (board_card(b) == NULL && !marks_any(&b->marks)))
		return;
	n = coming(b, to);
	if (n > 0 && !room(&b->col[to], n))
		ask_full(b, to, at);
	else
		carry(b, to, at);
}

/* The same height in the next column, where the eye is. */
static size_t
level(const struct board *b, int to)
{
	const struct bcol	*c = &b->col[b->at], *d = &b->col[to];
	size_t			 at = d->top + (c->cur - (c->cur >= c->top ?
				    c->top : c->cur));

	return at > d->n ? d->n : at;
}

/* --- Holding -------------------------------------------------------------------- */

bool
board_held(const struct board *b)
{
	return b->held[0] != '\0';
}

static void
hold(struct board *b)
{
	struct bcard	*c = board_card(b);

	if (c == NULL || !may_move(b))
		return;
	snprintf(b->held, sizeof b->held, "%s", c->id);
	b->from = b->at;
	b->from_at = b->col[b->at].cur;
	ui_redraw();
}

void
board_lost_hold(struct board *b)
{
	b->held[0] = '\0';
	b->drag = false;
	toast(TOAST_WARN, NULL, "%s", TF("board.gone", NULL));
}

void
board_put_back(struct board *b)
{
	int	col;
	size_t	at;

	if (board_find(b, b->held, &col, &at) && b->from < b->ncols) {
		shift(b, col, at, b->from, b->from_at);
		b->at = b->from;
		b->col[b->at].cur = b->from_at < b->col[b->at].n ?
		    b->from_at : b->col[b->at].n - 1;
	}
	if (b->held[0] != '\0')
		board_stale(b, b->held);
	b->held[0] = '\0';
	b->drag = false;
	if (b->again && b->queue == NULL) {
		b->again = false;
		board_load(b);
	}
	board_here(b);
}

/* Where it was taken from it costs nothing. */
static void
drop(struct board *b)
{
	char	id[37];
	int	col;
	size_t	at;

	snprintf(id, sizeof id, "%s", b->held);
	b->drag = false;
	if (!board_find(b, id, &col, &at)) {
		b->held[0] = '\0';
		return;
	}
	if (col == b->from && at == b->from_at) {
		b->held[0] = '\0';
		board_stale(b, id);
		ui_redraw();
		return;
	}
	if (col != b->from && b->col[col].limit != 0 && !b->col[col].refuse &&
	    !b->col[col].asked && b->col[col].count > b->col[col].limit) {
		board_put_back(b);
		b->at = b->from;
		ask_full(b, col, at);
		return;
	}
	b->held[0] = '\0';
	enqueue(b, move_of(b, &b->col[col], at, NULL));
	ui_redraw();
}

static void
held_move(struct board *b, enum action a)
{
	int	col, to;
	size_t	at, next;

	if (!board_find(b, b->held, &col, &at))
		return;
	to = col;
	next = at;
	if (a == ACT_LEFT || a == ACT_MOVE_LEFT)
		to--;
	else if (a == ACT_RIGHT || a == ACT_MOVE_RIGHT)
		to++;
	else if (a == ACT_UP || a == ACT_MOVE_UP)
		next = at > 0 ? at - 1 : 0;
	else if (a == ACT_DOWN || a == ACT_MOVE_DOWN)
		next = at + 1 < b->col[col].n ? at + 1 : at;
	else if (a == ACT_TOP || a == ACT_PAGE_UP)
		next = a == ACT_TOP || at < (size_t)b->page ? 0 :
		    at - (size_t)b->page;
	else if (a == ACT_BOTTOM || a == ACT_PAGE_DOWN)
		next = a == ACT_BOTTOM ? b->col[col].n - 1 :
		    at + (size_t)b->page;
	if (to < 0 || to >= b->ncols)
		return;
	if (next > b->col[to].n - (to == col))
		next = b->col[to].n - (to == col);
	if (to != col)
		next = level(b, to);
	shift(b, col, at, to, next);
	board_goto(b, to, next);
}

/* --- Anywhere by letter ------------------------------------------------------------ */

struct out {
	struct board	*b;
	int		 n;		/* columns before them */
	const char	*code[OUT];
	char		 id[37];
	int64_t		 version;
};

static void
leave(struct board *b, const char *id, const char *value, struct val *more)
{
	struct bmove	*m = xcalloc(1, sizeof *m);
	struct bcard	 was;
	int		 col;
	size_t		 at;

	snprintf(m->id, sizeof m->id, "%s", id);
	m->column = xstrdup(value);
	m->more = more;
	uuid_v7_text(m->request);
	/* It goes from the screen; the server may bring it back. */
	if (board_find(b, id, &col, &at)) {
		was = board_take_out(&b->col[col], at);
		board_count(b, &b->col[col], &was, -1);
		val_put_int(more, "version", val_at(was.row, 1)->i);
		val_free(was.row);
		marks_gone(&b->marks, id);
	}
	enqueue(b, m);
	board_here(b);
}

static void
asked_cb(struct val *more, void *arg)
{
	struct out	*o = arg;

	if (more != NULL)
		leave(o->b, o->id, o->code[0], more);
	free(o);
}

/* What the value wants besides: a form of these fields alone. */
static bool
ask_more(struct board *b, const char *id, const char *value)
{
	const struct def	*d = board_def(b);
	const struct val	*names = val_get(val_get(board_view_of(b),
				    "ask"), value), *all, *f;
	struct val		*def, *fields, *one;
	struct out		*o;
	size_t			 i, k;

	if (val_count(names) == 0)
		return false;
	fields = val_array();
	all = val_get(d->v, "fields");
	for (i = 0; i < names->n; i++)
		for (k = 0; k < val_count(all); k++) {
			f = all->item[k];
			if (strcmp(val_get_word(f, "name"),
			    val_word(names->item[i])) != 0)
				continue;
			one = val_copy(f);
			val_put_bool(one, "create", true);
			val_put_bool(one, "required", true);
			val_add(fields, one);
		}
	def = val_map();
	val_put_text(def, "name", d->name);
	val_put(def, "label", val_copy(val_get(d->v, "label")));
	val_put(def, "fields", fields);
	o = xcalloc(1, sizeof *o);
	o->b = b;
	o->code[0] = value;
	snprintf(o->id, sizeof o->id, "%s", id);
	form_ask(def_make(def), asked_cb, o);
	return true;
}

static void
letter_cb(int choice, void *arg)
{
	struct out	*o = arg;
	struct board	*b = o->b;
	struct bcard	*c = board_card(b);

	if (choice >= 0 && choice < o->n)
		move_to(b, choice, 0);
	else if (choice >= o->n && c != NULL &&
	    !ask_more(b, c->id, o->code[choice - o->n]))
		leave(b, c->id, o->code[choice - o->n], val_map());
	free(o);
}

static void
choose_column(struct board *b)
{
	const struct field	*f = def_field(board_def(b), board_by(b));
	struct dialog_item	 items[BOARD_COLUMNS + OUT];
	struct out		*o;
	size_t			 i;
	int			 n = 0, k;

	if (board_card(b) == NULL || f == NULL || !may_move(b))
		return;
	o = xcalloc(1, sizeof *o);
	o->b = b;
	memset(items, 0, sizeof items);
	for (n = 0; n < b->ncols; n++)
		items[n] = (struct dialog_item){ .label = b->col[n].title,
		    .ticked = n == b->at };
	o->n = n;
	for (i = 0; i < f->rules.nchoices && n < o->n + OUT; i++) {
		for (k = 0; k < b->ncols; k++)
			if (strcmp(b->col[k].value,
			    f->rules.choices[i].code) == 0)
				break;
		if (k < b->ncols)
			continue;
		o->code[n - o->n] = f->rules.choices[i].code;
		items[n++].label = f->rules.choices[i].label[ui_lang()];
	}
	dialog_choose(action_label(ACT_MOVE_TO), items, n, b->at, letter_cb,
	    o);
}

/* --- Keys ------------------------------------------------------------------------ */

static bool
held_action(struct board *b, enum action a)
{
	switch (a) {
	case ACT_SELECT:
	case ACT_OPEN:
		drop(b);
		return true;
	case ACT_BACK:
		board_put_back(b);
		return true;
	case ACT_LEFT:
	case ACT_RIGHT:
	case ACT_UP:
	case ACT_DOWN:
	case ACT_TOP:
	case ACT_BOTTOM:
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
	case ACT_MOVE_LEFT:
	case ACT_MOVE_RIGHT:
	case ACT_MOVE_UP:
	case ACT_MOVE_DOWN:
		held_move(b, a);
		return true;
	default:
		/* Whatever else comes: the card is where it was. */
		board_put_back(b);
		return false;
	}
}

static void
step(struct board *b, enum action a)
{
	const struct bcol	*c = &b->col[b->at];

	if (a == ACT_MOVE_UP && c->cur > 0)
		move_to(b, b->at, c->cur - 1);
	else if (a == ACT_MOVE_DOWN && c->cur + 1 < c->n)
		move_to(b, b->at, c->cur + 2);
	else if (a == ACT_MOVE_LEFT && b->at > 0)
		move_to(b, b->at - 1, level(b, b->at - 1));
	else if (a == ACT_MOVE_RIGHT && b->at + 1 < b->ncols)
		move_to(b, b->at + 1, level(b, b->at + 1));
}

bool
board_move_action(struct board *b, enum action a)
{
	if (b->ncols == 0)
		return false;
	if (board_held(b))
		return held_action(b, a);
	switch (a) {
	case ACT_SELECT:
		hold(b);
		return true;
	case ACT_MOVE_TO:
		choose_column(b);
		return true;
	case ACT_MOVE_LEFT:
	case ACT_MOVE_RIGHT:
	case ACT_MOVE_UP:
	case ACT_MOVE_DOWN:
		step(b, a);
		return true;
	default:
		return false;
	}
}

/* --- Mouse ------------------------------------------------------------------------ */

/* The column and the place below the pointer; false: none. */
static bool
under(const struct board *b, const struct input *in, int *col, size_t *at)
{
	const struct bcol	*c;
	int			 i, row = in->row - b->row;

	for (i = 0; i < b->ncols; i++) {
		c = &b->col[i];
		if (c->width == 0 || c->folded || in->col < c->x ||
		    in->col >= c->x + c->width)
			continue;
		*col = i;
		*at = c->top + (row < 0 ? 0 : (size_t)(row / b->per));
		return row >= -2;
	}
	return false;
}

bool
board_mouse(struct board *b, const struct input *in)
{
	int	col;
	size_t	at, n;
	bool	same;

	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN) {
		at = b->ncols == 0 ? 0 : b->col[b->at].cur;
		board_goto(b, b->at, in->button == MOUSE_WHEEL_DOWN ? at + 1 :
		    at > 0 ? at - 1 : 0);
		return true;
	}
	if (in->button == MOUSE_RELEASE) {
		same = b->pressed;
		b->pressed = false;
		if (b->drag && board_held(b))
			drop(b);
		return same;
	}
	for (col = 0; in->button == MOUSE_PRESS && col < b->nlanes; col++)
		if (col != b->lane_at && in->row >= b->lane[col].row &&
		    in->row < b->lane[col].row + b->lane[col].rows) {
			board_lane(b, col);
			return true;
		}
	if (!under(b, in, &col, &at))
		return false;
	n = b->col[col].n;
	if (in->button == MOUSE_PRESS) {
		if (at >= n)
			return true;
		same = b->at == col && b->col[col].cur == at;
		board_goto(b, col, at);
		b->pressed = true;
		if (same)
			app_open_record(b->type, b->id);
		return true;
	}
	if (in->button != MOUSE_DRAG || !b->pressed)
		return false;
	if (!board_held(b)) {
		if (b->at == col && b->col[col].cur == at)
			return true;
		hold(b);
		b->drag = true;
	}
	if (board_held(b)) {
		int	was;
		size_t	was_at;

		if (board_find(b, b->held, &was, &was_at)) {
			if (at > n - (was == col))
				at = n - (was == col);
			shift(b, was, was_at, col, at);
			board_goto(b, col, at);
		}
	}
	return true;
}
