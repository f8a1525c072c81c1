/*
 * listpane.c - a list of records as a piece of a screen: rows with a cursor
 * that follows the record, marks, sorting, the filter box with its chips. The
 * list view and the related lists of cards are made of it.
 */
#ifndef KONAK_TUI_VIEW_LISTPANE_H
#define KONAK_TUI_VIEW_LISTPANE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/edit.h"
#include "tui/keys.h"
#include "tui/rows.h"
#include "tui/view/filter.h"
#include "tui/view/marks.h"

struct event;
struct input;
struct surface;

struct listpane {
	char		*type;
	struct rows	*rows;
	char		*by;		/* related: its reference to the card's
					 * record, not shown as a column */
	struct filter	 filter;
	char		*sort;
	size_t		 cursor, top;
	char		 id[40];	/* record under the cursor */
	struct marks	 marks;
	long		 range;		/* where a range began, -1 */
	size_t		 range_end;	/* where it reaches now */
	bool		 typing;	/* the filter box has the keys */
	struct edit	 box;
	int		 nchips;	/* drawn, and where */
	int		 chip_at[FILTER_CHIPS];
	struct event	*pause;		/* typed text is asked for after it */
	int		 page;		/* rows shown last */
	int		 head_row;	/* where the heads were drawn */
	int		 list_row;
	int		 heads[24];	/* column starts, for the mouse */
	const struct field *head_field[24];
	int		 nheads;
	struct {
		const struct field	*f;
		int			 width;	/* widest text shown so far */
	} seen[24];
	void		(*moved)(void *);	/* another record; may be NULL */
	void		*arg;
};

/* `fixed` (taken, may be NULL): a filter that always holds; `by` as above. */
void	 listpane_init(struct listpane *, const char *type, struct val *fixed,
	    const char *by, void (*moved)(void *), void *arg);
void	 listpane_free(struct listpane *);
void	 listpane_draw(struct listpane *, struct surface *, bool focus);
/* "3-24/187  2 seçili" */
void	 listpane_status(struct listpane *, char *, size_t);
/* "3/187, Şeker Ltd, Aktif": the record under the cursor, for readers. */
void	 listpane_say(struct listpane *, char *, size_t);
bool	 listpane_key(struct listpane *, const struct input *);
bool	 listpane_action(struct listpane *, enum action, const struct input *);
bool	 listpane_can(struct listpane *, enum action, char *why, size_t);
int	 listpane_hints(struct listpane *, enum action *, int max);
/* Id of the record under the cursor, NULL when there is none. */
const char *listpane_id(const struct listpane *);
struct record listpane_record(const struct listpane *);
void	 listpane_filter(struct listpane *, const char *text);
/* Asks the server with the present filter and sort. */
void	 listpane_query(struct listpane *);
void	 listpane_sort(struct listpane *, const char *field);
void	 listpane_move(struct listpane *, long row);
/* Goes to a record once it is there (a new one). */
void	 listpane_goto(struct listpane *, const char *id);

/* --- listmarks.c ---------------------------------------------------------- */

/* The marked records, or the one under the cursor (count 0: not even that). */
void	 listpane_selection(struct listpane *, struct selection *);
void	 listpane_unmark(struct listpane *);
void	 listpane_toggle(struct listpane *, size_t row);
/* Everything that is not marked, and nothing else: the whole filter. */
void	 listpane_invert(struct listpane *);
/* Begins a range at the cursor, or ends the one there is. */
void	 listpane_range(struct listpane *, bool begin);
/* The cursor moved: the range reaches to it. */
void	 listpane_range_to(struct listpane *);
/* The rows are others: newer versions, and a filter that "all" was not said
 * of. */
void	 listpane_marks_rows(struct listpane *);
void	 listpane_marks_query(struct listpane *, const struct val *filter,
	    const char *search);

#endif
