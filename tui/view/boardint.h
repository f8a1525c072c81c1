/* boardint.h - what the files of a board share. */
#ifndef KONAK_TUI_VIEW_BOARDINT_H
#define KONAK_TUI_VIEW_BOARDINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/edit.h"
#include "tui/keys.h"
#include "tui/link.h"
#include "tui/store.h"
#include "tui/view/card.h"
#include "tui/view/filter.h"
#include "tui/view/marks.h"
#include "tui/view/viewmenu.h"

struct event;
struct input;
struct surface;

#define BOARD_COLUMNS	24
#define BOARD_LANES	40
#define BOARD_CARDS	30	/* asked for at first, of each column */
#define BOARD_PEEK	3	/* likewise, of lanes that are not open */
#define BOARD_NARROW	18	/* cells of a column, at least */
#define BOARD_FOLDED	5
#define BOARD_BESIDE	140	/* cells from which the card stands beside */
#define BOARD_SUMS	4

struct bcard {
	char		 id[37];
	struct val	*row;		/* by the board's names; the last is the
					 * card's key */
	int64_t		 fresh;		/* somebody else's change shows until */
};

struct bcol {
	char		*value, *title, *color;
	int64_t		 limit;		/* 0: none */
	bool		 refuse;	/* when it is full; else asks once */
	bool		 asked;
	int64_t		 days, count;
	struct val	*sums;
	double		 moved[BOARD_SUMS];	/* to them, not confirmed */
	struct bcard	*card;
	size_t		 n, cap;
	bool		 more;		/* the server has further ones … */
	bool		 above;		/* … and some above the first here */
	size_t		 cur, top;
	bool		 folded;
	int		 x, width;	/* as drawn; width 0: off the screen */
};

/* A move that the server has not confirmed; the first is under way. */
struct bmove {
	char		 id[37], after[37], before[37];
	char		 request[37];
	char		*column;
	struct val	*more;		/* what the new column wants besides */
	struct bmove	*next;
};

struct blane {
	struct val	*value;
	char		*title;
	int64_t		 count;
	struct val	*cards;		/* the first ones of each column, or
					 * NULL: not known yet */
	bool		 stale;
	int		 row, rows;	/* as drawn, its head first; rows 0:
					 * outside of the window */
};

enum board_typing { BOARD_KEYS, BOARD_FILTER, BOARD_ADD };

struct board {
	char		*type;
	struct val	*fixed;
	bool		 over;		/* its list lies below */
	struct val	*names, *sums;	/* of rows; fields that are added up */
	struct bcol	 col[BOARD_COLUMNS];
	int		 ncols, at, left;
	char		 id[37];	/* under the cursor, "": none */
	char		 want[37];	/* to go to, once it is there */
	bool		 anywhere;	/* to some card, if none is here */
	bool		 bottom;	/* to the last one of its column */
	bool		 loaded, again;
	char		 error[300];
	uint64_t	 call;
	struct watch	*watch, *stages, *times;

	uint64_t	 window;	/* further cards of one column */
	char		*window_of;
	bool		 window_up;	/* above the first here */
	bool		 window_end;	/* in place of those that are here */

	/* changed cards: to be asked for, and asked for */
	struct val	*ids, *asked;
	uint64_t	 live;
	struct event	*soon, *tick;

	struct marks	 marks;
	struct bmove	*queue;
	uint64_t	 moving;

	/* held: where it came from */
	char		 held[37];
	int		 from;
	size_t		 from_at;
	bool		 drag, pressed;
	int		 asking;	/* column that a question is about */
	size_t		 asking_at;

	struct filter	 filter;
	struct viewmenu	 views;		/* saved ones */
	enum board_typing typing;
	struct edit	 box;		/* the filter, a new card's title */
	struct edit	 due;		/* a new card's date */
	bool		 on_due;
	char		 add_error[200];

	char		*lane_by;	/* field; NULL: no lanes */
	struct blane	 lane[BOARD_LANES];
	int		 nlanes, lane_at;
	uint64_t	 lane_call;
	uint64_t	 peek;		/* cards of a lane that is not open */
	int		 peek_at;

	struct cardpane	 card;
	bool		 beside, on_card;
	int		 split, row, height, per, page;	/* as drawn */
	char		 title[160];
};

/* --- board.c --------------------------------------------------------------- */

void		 board_ask_lanes(struct board *);

/* --- boarddata.c ----------------------------------------------------------- */

const struct def *board_def(const struct board *);
/* The definition's part about the board. */
const struct val *board_view_of(const struct board *);
const char	*board_by(const struct board *);
/* Everything anew; the cursor stays on its card. */
void		 board_load(struct board *);
/* Another filter or lane: from the first cards on. */
void		 board_restart(struct board *);
/* More of a column whose end comes near. */
void		 board_need(struct board *, struct bcol *, size_t to);
/* The other end of a column that is not here in full; false: it is here. */
bool		 board_seek(struct board *, struct bcol *, bool end);
void		 board_free_data(struct board *);
/* Column and place of a card; false: not here. */
bool		 board_find(const struct board *, const char *id, int *col,
		    size_t *at);
struct record	 board_record(const struct board *, const struct bcard *);
struct bcard	*board_card(struct board *);	/* under the cursor, or NULL */
/* Takes a card out of its column, and puts one in. */
struct bcard	 board_take_out(struct bcol *, size_t at);
void		 board_put_in(struct bcol *, size_t at, struct bcard);
/* The head of a column counts a card, or with -1 no longer. */
void		 board_count(const struct board *, struct bcol *,
		    const struct bcard *, int sign);
/* What a column's cards add up to; false: nothing is known. */
bool		 board_sum(const struct bcol *, size_t i, double *);
/* The cursor is where it is: its card's id is kept. */
void		 board_here(struct board *);
void		 board_goto(struct board *, int col, size_t at);
/* What the server is asked with: filter, search, lane. */
struct val	*board_args(struct board *);
/* The same in one lane, -1: in all. */
struct val	*board_args_in(struct board *, int lane);
uint64_t	 board_ask(struct board *, struct val *args, link_cb, void *);
/* A card with a copy of the row, and where it stands in its column. */
struct bcard	 board_new_card(const struct val *row);
const char	*board_sort_key(const struct bcard *);
/* What the server says of a whole column. */
void		 board_head(struct bcol *, const struct val *);
/* Cards have come and gone: the cursor stays with its own. */
void		 board_follow(struct board *);

/* --- boardlive.c ----------------------------------------------------------- */

/* Ask for this card again; soon. */
void		 board_stale(struct board *, const char *id);
void		 board_soon_cb(int, short, void *);
void		 board_watch_cb(const struct val *items, void *);
void		 board_stages_cb(const struct val *items, void *);
/* Somebody's timer has begun or ended: the cards that show are asked for. */
void		 board_times_cb(const struct val *items, void *);

/* --- boardlane.c ----------------------------------------------------------- */

void		 board_lanes(struct board *, const char *field);
void		 board_lane(struct board *, int);
/* The first cards of a lane that shows, and is not the open one. */
void		 board_peek(struct board *, int);
void		 board_free_lanes(struct board *);

/* --- boardmove.c ----------------------------------------------------------- */

bool		 board_move_action(struct board *, enum action);
bool		 board_held(const struct board *);
void		 board_put_back(struct board *);
/* The card was held, and is gone. */
void		 board_lost_hold(struct board *);
bool		 board_mouse(struct board *, const struct input *);
/* Is a move of this card on its way? */
bool		 board_pending(const struct board *, const char *id);
void		 board_free_moves(struct board *);

/* --- boardedit.c ----------------------------------------------------------- */

void		 board_filter(struct board *);
void		 board_build(struct board *);
/* How it is looked at, as listpane_look() has it, and back. */
struct val	*board_look(const struct board *);
void		 board_set_look(struct board *, const struct val *look);
void		 board_views(struct board *);
void		 board_add(struct board *);
void		 board_edit(struct board *);
bool		 board_typed(struct board *, const struct input *);
bool		 board_unfilter(struct board *);

/* --- boarddraw.c ------------------------------------------------------------ */

void		 board_draw(struct board *, struct surface *, bool focus);
void		 board_status(struct board *, char *, size_t);
void		 board_say(struct board *, char *, size_t);

#endif
