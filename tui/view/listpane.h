/*
 * listpane.c - a list of records as a piece of a screen: rows with a cursor
 * that follows the record, marks, sorting, the filter box with its chips,
 * chosen columns, groups and sums. The list view and the related lists of
 * cards are made of it.
 *
 * What stands below each other are lines: the rows, or with groups a line for
 * each group and the rows of the one that is open below it.
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
#include "tui/view/viewmenu.h"

struct buf;
struct event;
struct input;
struct surface;
struct view;

#define LIST_COLUMNS	24

struct column {
	const struct field	*f;
	int			 width;
	int			 at;
	int			 share;		/* of what is left; 0: fixed */
	bool			 right;
};

/* Grouped by a field: its values with their counts and sums. */
struct groups {
	char		*field;		/* NULL: not grouped */
	char		*unit;		/* of a date: day, month, year */
	struct val	*list;		/* [value, title, count, sums], ... */
	bool		 more;		/* the server left some out */
	long		 open;		/* whose rows show; -1 none */
	char		 error[200];
	uint64_t	 call;
	const char	*given;		/* by the definition, until a person
					 * chooses; NULL: no longer */
};

/* Sums over what is marked, or over the whole filter. */
struct totals {
	struct val	*sums;		/* [field, currency, sum], ... */
	struct event	*soon;
	uint64_t	 call;
};

/* Keys about rows that came before the rows: a list must not open what the
 * question before has left on the screen. */
#define LIST_HELD	64
struct held {
	enum action	 a[LIST_HELD];
	int		 n;
	struct view	*view;		/* that had the keys */
};

struct listpane {
	char		*type;
	struct rows	*rows;
	char		*by;		/* related: its reference to the card's
					 * record, not shown as a column */
	struct filter	 filter;
	char		*sort;
	size_t		 cursor, top;	/* lines */
	char		 id[40];	/* record under the cursor */
	struct marks	 marks;
	long		 range;		/* where a range began, -1 */
	size_t		 range_end;	/* where it reaches now */
	struct val	*columns;	/* of the view: [field, width], ...;
					 * NULL: as the person chose them */
	struct held	 held;
	struct groups	 groups;
	struct totals	 totals;
	struct viewmenu	 views;		/* saved ones */
	struct val	*query;		/* the wire's filter asked for, without
					 * the open group; never NULL */
	char		*search;	/* or NULL */
	struct {
		uint64_t call;
		char	 id[40];
	}		 naming;	/* a chip's record */
	bool		 typing;	/* the filter box has the keys */
	struct edit	 box;
	int		 nchips;	/* drawn, and where */
	int		 chip_at[FILTER_CHIPS];
	struct event	*pause;		/* typed text is asked for after it */
	int		 page;		/* rows shown last */
	int		 head_row;	/* where the heads were drawn */
	int		 list_row;
	int		 heads[LIST_COLUMNS];	/* column starts, for the mouse */
	const struct field *head_field[LIST_COLUMNS];
	int		 nheads;
	struct {
		const struct field	*f;
		int			 width;	/* widest text shown so far */
	} seen[LIST_COLUMNS];
	void		(*moved)(void *);	/* another record; may be NULL */
	void		*arg;
};

/* `fixed` (taken, may be NULL): a filter that always holds; `by` as above.
 * look (may be NULL) as listpane_look() gives it; without it the list opens
 * as the person has chosen. */
void	 listpane_init(struct listpane *, const char *type, struct val *fixed,
	    const char *by, const struct val *look, void (*moved)(void *),
	    void *arg);
void	 listpane_free(struct listpane *);
void	 listpane_draw(struct listpane *, struct surface *, bool focus);
/* "3-24/187  2 seçili  toplam 1.234,00 TRY" */
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
/* Asks the server with the present filter and sort. */
void	 listpane_query(struct listpane *);
/* Its filter and search, as arguments of a verb. */
struct val *listpane_query_args(const struct listpane *);
void	 listpane_sort(struct listpane *, const char *field);
void	 listpane_move(struct listpane *, long line);
/* Goes to a record once it is there (a new one). */
void	 listpane_goto(struct listpane *, const char *id);

/* The awaited rows or groups are there: the keys held for them act now. */
void	 listpane_held_run(struct listpane *);

/* --- listmarks.c ---------------------------------------------------------- */

/* The marked records, or the one under the cursor (count 0: not even that). */
void	 listpane_selection(struct listpane *, struct selection *);
void	 listpane_unmark(struct listpane *);
void	 listpane_toggle(struct listpane *, size_t line);
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

/* --- listcols.c ------------------------------------------------------------ */

/* The columns in effect: [field, width], ...; NULL: the type has none. */
const struct val *listpane_columns(const struct listpane *);
/* As they fit into so many cells; returns how many there are. */
int	 listpane_fit(struct listpane *, const struct def *, struct column *,
	    int width);
/* A field of a row as a list shows it: dates as the days that are left, where
 * the definition asks for it. */
void	 listpane_cell(const struct def *, const struct field *,
	    const struct record *, struct buf *);
/* Others were chosen: they are fetched. */
void	 listpane_columns_changed(struct listpane *);

/* --- listgroup.c ------------------------------------------------------------ */

size_t	 listpane_lines(const struct listpane *);
/* The record on a line (row NULL: it is a group's). */
struct record listpane_line(const struct listpane *, size_t line);
/* The row of a line, or -1; and the line of a row. */
long	 listpane_row(const struct listpane *, size_t line);
size_t	 listpane_row_line(const struct listpane *, size_t row);
/* Which group's line it is, or -1. */
long	 listpane_group(const struct listpane *, size_t line);
/* field NULL: not grouped. */
void	 listpane_group_by(struct listpane *, const char *field,
	    const char *unit);
/* As the definition says, and ungrouped while something is looked for: what
 * is found shall stand there at once. */
void	 listpane_group_given(struct listpane *);
/* Asks by which field. */
void	 listpane_group_ask(struct listpane *);
void	 listpane_group_open(struct listpane *, long group);
void	 listpane_group_draw(struct listpane *, struct surface *, int row,
	    size_t line, bool focus);
void	 listpane_group_say(const struct listpane *, long group, struct buf *);
/* The condition of the open group, into the query's filter (may be NULL,
 * taken); returns it. */
struct val *listpane_group_filter(const struct listpane *, struct val *);
/* Fetches groups again, once the server has changed. */
void	 listpane_group_load(struct listpane *);
void	 listpane_group_free(struct listpane *);

/* --- listtotals.c ------------------------------------------------------------ */

/* Soon, once rows and marks are quiet. */
void	 listpane_totals_soon(struct listpane *);
void	 listpane_totals_init(struct listpane *);
void	 listpane_totals_free(struct listpane *);
/* "toplam 11.144,50 TRY  250,00 USD" */
void	 listpane_totals_text(const struct listpane *, struct buf *);
/* Sums as the server gives them, in words. */
void	 sums_text(const struct def *, const struct val *sums, struct buf *);
/* Names of the fields that add up, for the server; NULL: none. */
struct val *sums_wanted(const struct def *);

/* --- listlook.c ------------------------------------------------------------- */

/* How the list is looked at: maps of search, chips, sort, group, unit,
 * columns, view and id, as a saved view keeps them and as a client comes back
 * to them. filter is taken as well: the wire's map. */
struct val *listpane_look(const struct listpane *);
void	 listpane_set_look(struct listpane *, const struct val *);
/* Chips of references that have no name yet are asked for theirs. */
void	 listpane_name_chips(struct listpane *);
extern const struct viewmenu_ops listpane_views;

#endif
