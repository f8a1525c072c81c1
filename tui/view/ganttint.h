/* ganttint.h - what the files of a Gantt chart share. */
#ifndef KONAK_TUI_VIEW_GANTTINT_H
#define KONAK_TUI_VIEW_GANTTINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct def;
struct field;
struct rows;
struct surface;
struct val;
struct view;

#define GANTT_HEAD	2	/* rows above the bars */

enum zoom { ZOOM_DAY, ZOOM_WEEK, ZOOM_MONTH };
enum wanted { WANT_OPEN, WANT_MINE, WANT_ALL, WANT_COUNT };

struct bar {
	int32_t	 from, to;	/* SPAN_NONE: not known */
	bool	 done;
	size_t	 row;
	char	*id;
};

struct link_line {
	long	 before, after;	/* bars */
};

struct gantt {
	char		*type;
	struct val	*filter;
	enum wanted	 want;
	struct rows	*rows, *links;
	struct bar	*bar;
	long		*by_id;		/* bars in the order of their ids */
	size_t		 n;
	struct link_line *line;
	size_t		 nlines;
	long		 at, top;
	char		 id[40];	/* under the cursor */
	enum zoom	 zoom;
	int32_t		 left;		/* first day shown */
	bool		 placed;
	int		 names, page;	/* columns of names, rows of bars */
	/* what is held */
	bool		 held, asking;
	int32_t		 from, to;
	char		 held_id[40];
	int64_t		 version;
	char		*title;
	uint64_t	 call;		/* what would follow */
	/* the mouse */
	bool		 drag, stretch;
	int32_t		 grip;
};

const struct def	*gantt_def(const struct gantt *);
/* The definition's `gantt:`, and the field that it names so. */
const struct val	*gantt_view(const struct gantt *);
const struct field	*gantt_field(const struct gantt *, const char *name);

/* ganttload.c: bars and what ties them. */
void		 gantt_links(struct gantt *);
void		 gantt_query(struct gantt *);
void		 gantt_changed(void *);		/* the rows have */
void		 gantt_free(struct gantt *);
long		 gantt_find(const struct gantt *, const char *id);
const char	*gantt_group(const struct gantt *, size_t row, char *out,
		    size_t len);

/* ganttdraw.c: days and columns, and what is seen. */
int32_t		 gantt_day(const struct gantt *, int col);
int32_t		 gantt_days(const struct gantt *, int cols);
int		 gantt_unit(const struct gantt *);
void		 gantt_span(const struct gantt *, long i, int32_t *from,
		    int32_t *to);
void		 gantt_draw(struct view *, struct surface *);
void		 gantt_status(struct view *, char *out, size_t len);
void		 gantt_say(struct view *, char *out, size_t len);

/* ganttmove.c: a bar in one's hand. */
bool		 gantt_hold(struct gantt *);
void		 gantt_move(struct gantt *, int start, int end);
void		 gantt_drop(struct gantt *);
void		 gantt_hold_end(struct gantt *);

#endif
