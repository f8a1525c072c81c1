/* gridint.h - what the files of the grid share. */
#ifndef KONAK_TUI_MOD_GRIDINT_H
#define KONAK_TUI_MOD_GRIDINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/keys.h"
#include "tui/mod/gridplan.h"
#include "tui/store.h"

struct event;
struct input;
struct surface;
struct view;

#define GRID_OPS	4		/* lessons that one change moves */
#define GRID_CURSORS	8
#define GRID_BESIDE	140		/* cells from which lists stand beside */
#define GRID_ALL	G_KINDS		/* the whole school, a row a class */

enum gstate { SLOT_FREE, SLOT_POOR, SLOT_FORBIDDEN, SLOT_HERE };
enum gwhy { WHY_NONE, WHY_TIME, WHY_TEACHER, WHY_CLASS, WHY_ROOM, WHY_WISH };

/* What holds of a slot for the lesson in the hand. */
struct gslot {
	enum gstate	 state;
	enum gwhy	 why;
	int		 other;		/* lesson that stands there, or -1 */
	int		 who;		/* teacher or room, or -1 */
	int		 wish;		/* or -1 */
	int		 same_day;	/* of its kind, that day already */
	int		 beside;	/* of its pupils' lessons: before, after */
	bool		 liked;		/* by its teacher */
};

/* A lesson lies there by a change. */
struct gput {
	char	lesson[37];
	int	day, slot;		/* as the lesson has them */
	bool	placed;
};

/* A change that the server has not confirmed; the first is under way. It
 * outlives the grid. */
struct gop {
	char		 verb[32];
	struct val	*args;
	char		*words;
	int		 n;		/* lessons that lie elsewhere by it */
	struct gput	 put[GRID_OPS];
	struct gop	*next;
};

struct gqueue {
	struct grid	*grid;		/* NULL: nobody looks any more */
	struct gop	*first;
	uint64_t	 call;
};

struct gcursor {
	char	user[37], name[48];
	int	day, n;			/* as the plan counts them */
	bool	held;
};

/* Who stands in for whom on a date. */
struct gsub {
	char	id[37], entry[37], teacher_id[37];
	char	teacher[80];		/* "": the lesson is not held */
	int32_t	day;			/* since 1970 */
	int64_t	version;
};

/* What a plan is chosen for. */
enum gplans { PLANS_SHOW, PLANS_BESIDE, PLANS_DIFF };

struct grid {
	char		 want[37];	/* plan that is asked for; "": now's */
	bool		 mine;		/* as a teacher's own week */
	bool		 landing;	/* nobody asked for it */
	struct view	*view_of;
	struct gplan	*plan, *other;	/* other: beside it, to compare */
	uint64_t	 call, other_call, places, subs_call, here_call,
			 way_call;
	struct watch	*entries, *plans, *substitutions;
	struct event	*soon, *tick, *here;
	char		 error[300];
	bool		 again;		/* load when nothing is under way */
	bool		 turning;	/* another plan is on its way */

	int		 view;		/* enum gkind, or GRID_ALL */
	int		 at[G_KINDS];
	int		 day, period;	/* under the cursor */
	int		 top, left;	/* of what does not fit */
	int		 row, col, high, wide, label; /* as drawn */

	int		 held;		/* lesson, or -1 */
	char		 held_id[37];	/* over a load */
	struct gslot	*judged;	/* ndays * nperiods of them */
	char		 clip[37];	/* lesson that was copied */

	struct val	*way;		/* to make room for … */
	char		 way_lesson[37];
	int		 way_day, way_period;

	struct gqueue	*queue;
	struct gop	*asking;	/* until a reason is given */
	char		 reason[256];
	char		 from[11];	/* to publish from that day on */
	enum gplans	 plans_for;
	bool		 repair;	/* the engine shall move little */

	struct val	*stale_entries, *stale_lessons;
	bool		 stale_cursors;
	struct gcursor	 cursor[GRID_CURSORS];
	int		 ncursors;
	char		 said[64];	/* place that the others know of */

	int		 sub_lesson;	/* that somebody else shall give */
	int32_t		 monday;	/* of the date's week; 0: none */
	struct gsub	*sub;
	int		 nsubs;
	char		 title[200];
};

/* --- griddata.c ------------------------------------------------------------ */

void		 grid_load(struct grid *);
/* Another plan in this grid; NULL: now's. */
void		 grid_show(struct grid *, const char *plan);
/* A second plan beside it; NULL: no longer. */
void		 grid_compare(struct grid *, const char *plan);
void		 grid_stale_lesson(struct grid *, const char *id);
void		 grid_stale_entry(struct grid *, const char *id);
void		 grid_soon_cb(int, short, void *);
void		 grid_entries_cb(const struct val *, void *);
void		 grid_plans_cb(const struct val *, void *);
/* The cursor has moved: the others hear of it, soon. */
void		 grid_tell(struct grid *);
void		 grid_here_cb(int, short, void *);
void		 grid_free_data(struct grid *);

/* --- gridjudge.c ----------------------------------------------------------- */

/* Every slot for this lesson, in out[day * nperiods + period]. */
void		 gjudge(const struct gplan *, int lesson, struct gslot *out);
/* Why, in words; "" where it may lie. */
void		 gjudge_words(const struct gplan *, const struct gslot *,
		    char *out, size_t size);
/* The best place for it, or -1. */
int		 gjudge_best(const struct gplan *, const struct gslot *);
/* "9-A", "Ayşe Yılmaz, Can Öz"; and all of it. */
void		 glesson_names(const struct gplan *, const struct glesson *,
		    enum gkind, char *out, size_t size);
void		 glesson_words(const struct gplan *, const struct glesson *,
		    char *out, size_t size);
/* "Pzt-3". */
void		 gslot_name(const struct gplan *, int day, int period,
		    char *out, size_t size);

/* --- grid.c ---------------------------------------------------------------- */

/* Lessons over a slot for what is looked at; at most max, returns how many. */
int		 grid_cell(const struct grid *, int day, int period, int *out,
		    int max);
/* The lesson under the cursor, or -1. */
int		 grid_lesson(const struct grid *);
int		 grid_res(const struct grid *);	/* or -1: the whole school */
bool		 grid_row_shown(const struct grid *, int period);
bool		 grid_may_edit(const struct grid *);
void		 grid_goto(struct grid *, int day, int period);
/* To where this lesson lies, in a view in which it is. */
void		 grid_goto_lesson(struct grid *, int lesson);
void		 grid_look(struct grid *, int view, int res);

/* --- gridmove.c ------------------------------------------------------------ */

bool		 grid_changes(enum action);
bool		 grid_move_action(struct grid *, enum action);
void		 grid_hold(struct grid *, int lesson);
void		 grid_let_go(struct grid *);
void		 grid_judge(struct grid *);	/* what is held, anew */
/* Is a change of this lesson under way? */
bool		 grid_pending(const struct grid *, const char *lesson);
int		 grid_waiting(const struct grid *);
/* Sends a change; `args` and the op are taken. With words for the list of
 * what waits. */
struct gop	*gop_new(const char *verb, struct val *args,
		    const char *words);
/* This lesson lies there now (period -1: nowhere), as far as we know. */
void		 gop_put(struct grid *, struct gop *, int lesson, int day,
		    int period);
/* This one stays where it is, with a change of another kind. */
void		 gop_stays(struct gop *, const struct glesson *);
void		 grid_do(struct grid *, struct gop *);
void		 grid_free_moves(struct grid *);

/* --- griddraw.c ------------------------------------------------------------ */

void		 grid_draw(struct grid *, struct surface *);

/* --- gridsay.c ------------------------------------------------------------- */

void		 grid_status(struct grid *, char *out, size_t size);
void		 grid_say(struct grid *, char *out, size_t size);

#endif
