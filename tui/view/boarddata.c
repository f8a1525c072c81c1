/* boarddata.c - columns and cards as the server gives them, and windows of
 * them; what others change is in boardlive.c; see boardint.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/ui.h"
#include "tui/view/boardint.h"

#define WINDOW		60	/* cards asked for when a column is scrolled */
#define AHEAD		10
#define KEPT		300	/* cards of a column that stay here */

const struct def *
board_def(const struct board *b)
{
	return defs_find(b->type);
}

const struct val *
board_view_of(const struct board *b)
{
	const struct def	*d = board_def(b);

	return d == NULL ? NULL : val_get(d->v, "board");
}

const char *
board_by(const struct board *b)
{
	const char	*by = val_get_str(board_view_of(b), "by");

	return by == NULL ? "" : by;
}

/* --- What is asked for ------------------------------------------------------- */

static void
want(struct val *out, const struct def *d, const char *name)
{
	size_t	i;

	if (def_field(d, name) == NULL)
		return;
	for (i = 0; i < out->n; i++)
		if (strcmp(out->item[i]->s, name) == 0)
			return;
	val_add(out, val_text(name));
}

static void
want_all(struct val *out, const struct def *d, const struct val *names)
{
	size_t	i;

	for (i = 0; i < val_count(names); i++)
		want(out, d, val_str(names->item[i]));
}

/* What stands on a card, what is edited there, what actions ask about. */
static struct val *
wanted(const struct board *b)
{
	const struct def	*d = board_def(b);
	const struct val	*v = board_view_of(b), *card, *actions, *when;
	struct val		*out = val_array();
	size_t			 i, k;

	want_all(out, d, val_get(d->v, "title"));
	want(out, d, board_by(b));
	card = val_get(v, "card");
	for (i = 0; i < val_count(card); i++)
		want_all(out, d, card->item[i]);
	want_all(out, d, val_get(v, "edit"));
	want_all(out, d, val_get(v, "sums"));
	if (val_get_str(v, "since") != NULL)
		want(out, d, val_get_str(v, "since"));
	if (val_get_str(v, "running") != NULL)
		want(out, d, val_get_str(v, "running"));
	actions = val_get(d->v, "actions");
	for (i = 0; i < val_count(actions); i++) {
		when = val_get(actions->item[i], "when");
		for (k = 0; k < val_count(when); k++)
			want(out, d, val_key(when, k));
	}
	for (i = 0; i < d->nreal; i++)
		if (d->fields[i].rules.type == VALUE_CURRENCY)
			want(out, d, d->fields[i].name);
	return out;
}

/* What the server is asked with in one lane, -1: in all. */
struct val *
board_args_in(struct board *b, int lane)
{
	struct val	*args = val_map(), *f, *typed;
	char		*search = NULL;

	typed = filter_query(&b->filter, board_def(b), &search);
	f = val_both(b->fixed, typed);
	val_free(typed);
	if (b->lane_by != NULL && lane >= 0 && lane < b->nlanes)
		val_put(f, b->lane_by, val_is_null(b->lane[lane].value) ?
		    val_put_bool(val_map(), "null", true) :
		    val_copy(b->lane[lane].value));
	if (f->n > 0)
		val_put(args, "filter", f);
	else
		val_free(f);
	if (search != NULL)
		val_put_text(args, "search", search);
	free(search);
	return args;
}

struct val *
board_args(struct board *b)
{
	return board_args_in(b, b->lane_at);
}

uint64_t
board_ask(struct board *b, struct val *args, link_cb cb, void *arg)
{
	char	verb[128];

	val_put(args, "columns", wanted(b));
	snprintf(verb, sizeof verb, "%s.board", b->type);
	return app_call(verb, args, cb, arg);
}

/* --- Cards of a column -------------------------------------------------------- */

struct record
board_record(const struct board *b, const struct bcard *c)
{
	return (struct record){ b->names, c->row };
}

const char *
board_sort_key(const struct bcard *c)
{
	const char	*s = val_str(val_at(c->row, val_count(c->row) - 1));

	return s == NULL ? "" : s;
}

bool
board_find(const struct board *b, const char *id, int *col, size_t *at)
{
	int	i;
	size_t	k;

	for (i = 0; i < b->ncols; i++)
		for (k = 0; k < b->col[i].n; k++)
			if (strcmp(b->col[i].card[k].id, id) == 0) {
				*col = i;
				*at = k;
				return true;
			}
	return false;
}

struct bcard
board_take_out(struct bcol *c, size_t at)
{
	struct bcard	card = c->card[at];

	memmove(&c->card[at], &c->card[at + 1], (c->n - at - 1) *
	    sizeof *c->card);
	c->n--;
	return card;
}

void
board_put_in(struct bcol *c, size_t at, struct bcard card)
{
	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 32 : c->cap * 2;
		c->card = xreallocarray(c->card, c->cap, sizeof *c->card);
	}
	if (at > c->n)
		at = c->n;
	memmove(&c->card[at + 1], &c->card[at], (c->n - at) *
	    sizeof *c->card);
	c->card[at] = card;
	c->n++;
}

struct bcard
board_new_card(const struct val *row)
{
	struct bcard	c = { .row = val_copy(row) };

	snprintf(c.id, sizeof c.id, "%s", val_str(val_at(row, 0)) == NULL ?
	    "" : val_str(val_at(row, 0)));
	return c;
}

static void
col_free(struct bcol *c)
{
	size_t	i;

	for (i = 0; i < c->n; i++)
		val_free(c->card[i].row);
	free(c->card);
	free(c->value);
	free(c->title);
	free(c->color);
	val_free(c->sums);
}

static void
set_text(char **to, const char *s)
{
	free(*to);
	*to = s == NULL ? NULL : xstrdup(s);
}

void
board_head(struct bcol *c, const struct val *v)
{
	const char	*rule = val_get_str(v, "rule");

	set_text(&c->title, val_get_str(v, "title"));
	set_text(&c->color, val_get_str(v, "color"));
	c->limit = val_get_int(v, "limit", 0);
	c->refuse = rule != NULL && strcmp(rule, "refuse") == 0;
	c->days = val_get_int(v, "days", 0);
	c->count = val_get_int(v, "count", 0);
	val_free(c->sums);
	c->sums = val_copy(val_get(v, "sums"));
	memset(c->moved, 0, sizeof c->moved);
	if (c->limit == 0 || c->count < c->limit)
		c->asked = false;
}

/* Amounts of the company's own currency alone, as the server adds them up. */
static double
amount_of(const struct board *b, const struct bcard *card, size_t i)
{
	const struct field	*f = def_field(board_def(b),
				    val_str(val_at(b->sums, i)));
	struct record		 r = board_record(b, card);
	struct buf		 canon = BUF_INIT;
	const char		*code, *own;
	double			 n = 0;

	if (f == NULL || val_is_null(record_get(&r, f->name)))
		return 0;
	code = f->currency == NULL ? NULL : val_str(record_get(&r,
	    f->currency));
	own = val_get_str(app.company, "currency");
	if (code == NULL || own == NULL || strcmp(code, own) == 0) {
		val_canon(record_get(&r, f->name), &canon);
		n = strtod(buf_text(&canon), NULL);
	}
	buf_free(&canon);
	return n;
}

void
board_count(const struct board *b, struct bcol *c, const struct bcard *card,
    int sign)
{
	size_t	i;

	c->count += sign;
	for (i = 0; i < val_count(b->sums) && i < BOARD_SUMS; i++)
		c->moved[i] += sign * amount_of(b, card, i);
}

bool
board_sum(const struct bcol *c, size_t i, double *sum)
{
	struct buf	canon = BUF_INIT;
	bool		known = !val_is_null(val_at(c->sums, i));

	*sum = i < BOARD_SUMS ? c->moved[i] : 0;
	if (known) {
		val_canon(val_at(c->sums, i), &canon);
		*sum += strtod(buf_text(&canon), NULL);
	}
	buf_free(&canon);
	return c->count > 0 && (known || *sum != 0);
}

/* --- The cursor ---------------------------------------------------------------- */

struct bcard *
board_card(struct board *b)
{
	struct bcol	*c;

	if (b->at >= b->ncols)
		return NULL;
	c = &b->col[b->at];
	return c->cur < c->n ? &c->card[c->cur] : NULL;
}

void
board_here(struct board *b)
{
	struct bcard	*c;
	struct bcol	*col;

	if (b->ncols == 0)
		return;
	if (b->at >= b->ncols)
		b->at = b->ncols - 1;
	col = &b->col[b->at];
	if (col->cur >= col->n)
		col->cur = col->n == 0 ? 0 : col->n - 1;
	c = board_card(b);
	snprintf(b->id, sizeof b->id, "%s", c == NULL ? "" : c->id);
	if (c != NULL && b->beside)
		cardpane_show(&b->card, b->type, b->id, true);
	ui_redraw();
}

void
board_goto(struct board *b, int col, size_t at)
{
	if (col < 0 || col >= b->ncols)
		return;
	b->at = col;
	b->col[col].cur = at;
	board_need(b, &b->col[col], at);
	board_here(b);
}

/* The nearest column that has cards. */
static void
some_card(struct board *b)
{
	int	d;

	for (d = 1; d < b->ncols && b->col[b->at].n == 0; d++)
		if (b->at + d < b->ncols && b->col[b->at + d].n > 0)
			b->at += d;
		else if (b->at >= d && b->col[b->at - d].n > 0)
			b->at -= d;
}

/* Cards have come and gone: the cursor stays with its own. */
void
board_follow(struct board *b)
{
	int	col;
	size_t	at;

	if (b->anywhere && b->at < b->ncols) {
		some_card(b);
		if (b->bottom && b->col[b->at].n > 0)
			b->col[b->at].cur = b->col[b->at].n - 1;
	}
	b->anywhere = b->bottom = false;
	if (b->want[0] != '\0' && board_find(b, b->want, &col, &at)) {
		b->want[0] = '\0';
		b->at = col;
		b->col[col].cur = at;
	} else if (b->id[0] != '\0' && board_find(b, b->id, &col, &at)) {
		/* It stays at its height, but for the top, where what is new
		 * shall be seen. */
		if (b->at == col && b->col[col].top > 0 &&
		    b->col[col].cur >= b->col[col].top)
			b->col[col].top = at >= b->col[col].cur -
			    b->col[col].top ? at - (b->col[col].cur -
			    b->col[col].top) : 0;
		b->at = col;
		b->col[col].cur = at;
	}
	board_here(b);
}

/* --- The whole board ------------------------------------------------------------ */

struct kept {
	char	*value;
	size_t	 cur, top;
	bool	 folded, asked;
};

static void
take_columns(struct board *b, const struct val *list)
{
	struct kept	 kept[BOARD_COLUMNS];
	struct bcol	*c;
	const struct val *rows;
	int		 i, k, n = b->ncols;
	size_t		 j;

	for (i = 0; i < n; i++) {
		c = &b->col[i];
		kept[i] = (struct kept){ xstrdup(c->value), c->cur, c->top,
		    c->folded, c->asked };
		col_free(c);
	}
	memset(b->col, 0, sizeof b->col);
	b->ncols = 0;
	for (i = 0; i < (int)val_count(list) && i < BOARD_COLUMNS; i++) {
		c = &b->col[b->ncols++];
		c->value = xstrdup(val_get_word(list->item[i], "value"));
		for (k = 0; k < n; k++)
			if (strcmp(kept[k].value, c->value) == 0) {
				c->cur = kept[k].cur;
				c->top = kept[k].top;
				c->folded = kept[k].folded;
				c->asked = kept[k].asked;
			}
		board_head(c, list->item[i]);
		rows = val_get(list->item[i], "rows");
		for (j = 0; j < val_count(rows); j++)
			board_put_in(c, c->n, board_new_card(rows->item[j]));
		c->more = val_get_bool(list->item[i], "more");
		if (c->cur >= c->n)
			c->cur = c->n == 0 ? 0 : c->n - 1;
	}
	for (i = 0; i < n; i++)
		free(kept[i].value);
}

static void
load_cb(const struct link_reply *r, void *arg)
{
	struct board	*b = arg;

	b->call = 0;
	b->loaded = true;
	if (!r->ok) {
		snprintf(b->error, sizeof b->error, "%s", r->text);
		ui_redraw();
		return;
	}
	b->error[0] = '\0';
	/* What is on its way is asked for again when it has arrived. */
	if (b->queue != NULL || board_held(b)) {
		b->again = true;
		return;
	}
	val_free(b->names);
	b->names = val_copy(val_get(r->body, "columns"));
	val_free(b->sums);
	b->sums = val_copy(val_get(r->body, "sums"));
	take_columns(b, val_get(r->body, "board"));
	board_follow(b);
}

void
board_load(struct board *b)
{
	struct val	*args;
	size_t		 most = BOARD_CARDS;
	int		 i;

	if (board_view_of(b) == NULL)
		return;
	if (b->call != 0)
		app_forget(b->call);
	if (b->window != 0)
		app_forget(b->window);
	b->window = 0;
	for (i = 0; i < b->ncols; i++)
		if (b->col[i].cur + AHEAD > most)
			most = b->col[i].cur + AHEAD;
	args = board_args(b);
	val_put_int(args, "limit", most > BOARD_CARDS ? 200 : BOARD_CARDS);
	b->call = board_ask(b, args, load_cb, b);
	ui_redraw();
}

void
board_restart(struct board *b)
{
	int	i;

	for (i = 0; i < b->ncols; i++)
		b->col[i].cur = b->col[i].top = 0;
	b->id[0] = '\0';
	b->anywhere = true;
	board_load(b);
}

/* --- Windows --------------------------------------------------------------------- */

/* Cards far from the cursor go: the server has them. */
static void
trim(struct bcol *c)
{
	size_t	n;

	if (c->n <= KEPT)
		return;
	if (c->cur > c->n / 2) {
		for (n = 0; n < c->n - KEPT; n++)
			val_free(c->card[n].row);
		memmove(c->card, &c->card[n], (c->n - n) * sizeof *c->card);
		c->n -= n;
		c->cur -= n;
		c->top -= c->top < n ? c->top : n;
		c->above = true;
	} else {
		while (c->n > KEPT)
			val_free(c->card[--c->n].row);
		c->more = true;
	}
}

static void
drop_cards(struct bcol *c)
{
	while (c->n > 0)
		val_free(c->card[--c->n].row);
	c->cur = c->top = 0;
}

static void
window_cb(const struct link_reply *r, void *arg)
{
	struct board		*b = arg;
	struct bcol		*c = NULL;
	const struct val	*one = val_at(val_get(r->body, "board"), 0);
	const struct val	*rows = val_get(one, "rows");
	struct bcard		 card;
	int			 i, col;
	size_t			 k, at, put = 0;

	b->window = 0;
	for (i = 0; i < b->ncols; i++)
		if (strcmp(b->col[i].value, b->window_of) == 0)
			c = &b->col[i];
	if (!r->ok)
		app_error(r);
	if (!r->ok || c == NULL)
		return;
	if (b->window_end)
		drop_cards(c);
	for (k = 0; k < val_count(rows); k++) {
		card = board_new_card(rows->item[k]);
		if (board_find(b, card.id, &col, &at))
			val_free(card.row);
		else
			board_put_in(c, b->window_up ? put++ : c->n, card);
	}
	if (b->window_up)
		c->above = val_get_bool(one, "more");
	else
		c->more = val_get_bool(one, "more");
	if (b->window_end) {
		c->above = b->window_up && c->above;
		c->more = !b->window_up && c->more;
		c->cur = b->window_up && c->n > 0 ? c->n - 1 : 0;
	} else {
		c->cur += put;
		c->top += put;
	}
	if (b->queue == NULL && !board_held(b))
		trim(c);
	if (b->window_end && c == &b->col[b->at])
		board_here(b);
	ui_redraw();
}

static void
ask_window(struct board *b, struct bcol *c, bool up, const struct bcard *from)
{
	struct val	*args = board_args(b);
	char		*beyond;

	val_put_text(args, "column", c->value);
	val_put_int(args, "limit", WINDOW);
	if (from != NULL) {
		beyond = xasprintf("%s %s", board_sort_key(from), from->id);
		val_put_text(args, up ? "before" : "after", beyond);
		free(beyond);
	} else if (up) {
		val_put_text(args, "before", "");
	}
	set_text(&b->window_of, c->value);
	b->window_up = up;
	b->window_end = from == NULL;
	b->window = board_ask(b, args, window_cb, b);
}

bool
board_seek(struct board *b, struct bcol *c, bool end)
{
	if (!(end ? c->more : c->above) || b->queue != NULL || board_held(b))
		return false;
	if (b->window != 0)
		app_forget(b->window);
	ask_window(b, c, end, NULL);
	return true;
}

void
board_need(struct board *b, struct bcol *c, size_t to)
{
	size_t	at;

	if (b->window != 0 || b->call != 0 || c->n == 0)
		return;
	/* A card on its way has no key of this place yet. */
	if (c->more && to + AHEAD >= c->n) {
		for (at = c->n; at > 0; at--)
			if (!board_pending(b, c->card[at - 1].id) &&
			    strcmp(c->card[at - 1].id, b->held) != 0)
				break;
		if (at > 0)
			ask_window(b, c, false, &c->card[at - 1]);
	} else if (c->above && c->top < AHEAD) {
		for (at = 0; at < c->n; at++)
			if (!board_pending(b, c->card[at].id) &&
			    strcmp(c->card[at].id, b->held) != 0)
				break;
		if (at < c->n)
			ask_window(b, c, true, &c->card[at]);
	}
}

void
board_free_data(struct board *b)
{
	int	i;

	if (b->call != 0)
		app_forget(b->call);
	if (b->live != 0)
		app_forget(b->live);
	if (b->window != 0)
		app_forget(b->window);
	if (b->lane_call != 0)
		app_forget(b->lane_call);
	for (i = 0; i < b->ncols; i++)
		col_free(&b->col[i]);
	board_free_lanes(b);
	free(b->lane_by);
	val_free(b->ids);
	val_free(b->asked);
	free(b->window_of);
	val_free(b->names);
	val_free(b->sums);
}
