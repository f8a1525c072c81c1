/* boardlive.c - what others change on a board that is open: the cards are asked
 * for again, and come, go and move under a cursor that stays; see boardint.h. */
#include <event2/event.h>
#include <string.h>

#include "tui/app.h"
#include "tui/frame.h"
#include "tui/ui.h"
#include "tui/view/boardint.h"

#define IDS_MAX		150	/* more than that: all anew */
#define FRESH_US	2000000

/* Where its key puts it; past the last one here when there may be others
 * between: false. */
static bool
place_of(const struct board *b, const struct bcol *c, const char *key,
    size_t *at)
{
	size_t	i;

	for (i = 0; i < c->n; i++)
		if (!board_pending(b, c->card[i].id) &&
		    strcmp(c->card[i].id, b->held) != 0 &&
		    strcmp(board_sort_key(&c->card[i]), key) > 0)
			break;
	*at = i;
	return (i > 0 || !c->above) && (i < c->n || !c->more);
}

/* Somebody has put the card that is held into another column: there it goes
 * back to. */
static void
held_elsewhere(struct board *b, struct bcol *c, const struct bcard *card)
{
	int	to = (int)(c - b->col);

	if (strcmp(b->held, card->id) != 0 || to == b->from)
		return;
	b->from = to;
	place_of(b, c, board_sort_key(card), &b->from_at);
	toast(TOAST_WARN, NULL, "%s", TF("board.moved_meanwhile", "column",
	    c->title, NULL));
}

static void
update_card(struct board *b, struct bcol *c, const struct val *row)
{
	struct bcard	 card = board_new_card(row), was;
	int		 col;
	size_t		 at;
	bool		 there = board_find(b, card.id, &col, &at);
	bool		 mine = there && (board_pending(b, card.id) ||
			    strcmp(b->held, card.id) == 0);

	if (val_at(row, 1) != NULL)
		marks_seen(&b->marks, card.id, val_at(row, 1)->i);
	if (there) {
		/* The same place: only what it says is new. */
		if (mine || (&b->col[col] == c && strcmp(board_sort_key(
		    &b->col[col].card[at]), board_sort_key(&card)) == 0)) {
			held_elsewhere(b, c, &card);
			val_free(b->col[col].card[at].row);
			b->col[col].card[at].row = card.row;
			return;
		}
		was = board_take_out(&b->col[col], at);
		card.fresh = was.fresh;
		val_free(was.row);
	}
	if (place_of(b, c, board_sort_key(&card), &at)) {
		board_put_in(c, at, card);
		if (at < c->top)
			c->top++;
		if (at <= c->cur && c != &b->col[b->at] && c->top > 0)
			c->cur++;
	} else {
		val_free(card.row);
	}
}

static void
forget_card(struct board *b, const char *id)
{
	struct bcard	was;
	int		col;
	size_t		at;

	if (!board_find(b, id, &col, &at))
		return;
	if (strcmp(b->held, id) == 0)
		board_lost_hold(b);
	was = board_take_out(&b->col[col], at);
	val_free(was.row);
	marks_gone(&b->marks, id);
}

static void
live_cb(const struct link_reply *r, void *arg)
{
	struct board		*b = arg;
	struct val		*ids = b->asked;
	const struct val	*list = val_get(r->body, "board"), *rows;
	struct bcol		*c;
	size_t			 i, k, j;
	bool			 seen;

	b->live = 0;
	b->asked = NULL;
	if (!r->ok || val_count(list) != (size_t)b->ncols) {
		if (r->ok)
			board_load(b);
		goto out;
	}
	for (i = 0; i < ids->n; i++) {
		seen = false;
		for (k = 0; k < list->n; k++) {
			rows = val_get(list->item[k], "rows");
			for (j = 0; j < val_count(rows); j++)
				seen |= strcmp(val_word(val_at(rows->item[j],
				    0)), ids->item[i]->s) == 0;
		}
		if (!seen && !board_pending(b, ids->item[i]->s))
			forget_card(b, ids->item[i]->s);
	}
	for (k = 0; k < list->n; k++) {
		c = &b->col[k];
		if (strcmp(c->value, val_get_word(list->item[k], "value")) !=
		    0) {
			board_load(b);
			goto out;
		}
		/* Counts say where cards are, not where they are going. */
		if (b->queue == NULL && !board_held(b))
			board_head(c, list->item[k]);
		rows = val_get(list->item[k], "rows");
		for (j = 0; j < val_count(rows); j++)
			update_card(b, c, rows->item[j]);
	}
	board_follow(b);
	if (val_count(b->ids) > 0)
		board_stale(b, NULL);
out:
	val_free(ids);
	ui_redraw();
}

void
board_soon_cb(int fd, short what, void *arg)
{
	struct board	*b = arg;
	struct val	*args, *ids;
	size_t		 i;

	(void)fd;
	(void)what;
	if (b->live != 0 || val_count(b->ids) == 0 ||
	    board_view_of(b) == NULL)
		return;
	if (b->ids->n > IDS_MAX) {
		val_free(b->ids);
		b->ids = val_array();
		board_load(b);
		return;
	}
	b->asked = b->ids;
	b->ids = val_array();
	ids = val_array();
	for (i = 0; i < b->asked->n; i++)
		val_add(ids, val_uuid(b->asked->item[i]->s));
	args = board_args(b);
	val_put(args, "ids", ids);
	b->live = board_ask(b, args, live_cb, b);
}

void
board_stale(struct board *b, const char *id)
{
	struct timeval	tv = { 0, 5000 };
	size_t		i;

	if (id != NULL) {
		for (i = 0; i < b->ids->n; i++)
			if (strcmp(b->ids->item[i]->s, id) == 0)
				break;
		if (i == b->ids->n)
			val_add(b->ids, val_text(id));
	}
	if (b->live == 0)
		evtimer_add(b->soon, &tv);
}

void
board_watch_cb(const struct val *items, void *arg)
{
	struct board	*b = arg;
	const char	*id, *request;
	struct bcard	*card;
	size_t		 i, at;
	int		 col, k;

	for (k = 0; k < b->nlanes; k++)
		b->lane[k].stale = true;
	if (items == NULL) {
		board_load(b);
		return;
	}
	for (i = 0; i < items->n; i++) {
		id = val_str(val_at(items->item[i], 0));
		request = val_str(val_at(items->item[i], 3));
		if (id == NULL)
			continue;
		board_stale(b, id);
		if (request != NULL && app_is_mine(request))
			continue;
		if (board_find(b, id, &col, &at)) {
			card = &b->col[col].card[at];
			card->fresh = app_ctx().now + FRESH_US;
		}
	}
}

void
board_stages_cb(const struct val *items, void *arg)
{
	(void)items;
	board_load(arg);
}

void
board_times_cb(const struct val *items, void *arg)
{
	struct board		*b = arg;
	const struct bcol	*c;
	size_t			 k;
	int			 i;

	(void)items;
	for (i = 0; i < b->ncols; i++) {
		c = &b->col[i];
		for (k = c->top; k < c->n && k < c->top + (size_t)b->page;
		    k++)
			board_stale(b, c->card[k].id);
	}
}
