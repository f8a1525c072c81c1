/*
 * gridplan.c - a plan as timetable.load gives it, in arrays with numbers in
 * place of ids: what a grid draws and judges by, thousands of times a second.
 */
#ifndef KONAK_TUI_MOD_GRIDPLAN_H
#define KONAK_TUI_MOD_GRIDPLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct val;

enum gkind { G_CLASS, G_TEACHER, G_ROOM, G_KINDS };

struct gres {
	char	 id[37];
	char	*name;
	char	*color, *code;		/* of subjects */
	int	*atoms, natoms;		/* of classes */
	int	 parent;		/* class of a group, or -1 */
	int	 shift;
	int	 size;			/* of a class; of a room */
	int	 daily, weekly;		/* of a teacher; 0: no limit */
	bool	 me;
};

struct gday {
	int	 d;
	char	*name;
};

struct gperiod {
	int	 n, slot, shift;	/* shift -1: a file's, of everybody */
	bool	 lesson;		/* else a break */
	char	*name;
	char	 start[6], end[6];
	uint64_t days;			/* of the week, by d; 0: all */
};

struct glesson {
	char	 id[37], entry[37];	/* entry "": not placed */
	int	 subject;		/* or -1, then … */
	char	*subject_name;
	int	*teachers, nteachers;
	int	*sets, nsets;
	int	*atoms, natoms;
	int	 room, room_now;	/* or -1 */
	char	*room_type;
	int	 duration, split, shift;
	int	 day, slot;		/* day as gday.d; with entry */
	bool	 placed, locked;
	char	 color[8];		/* its own, or "" */
	int64_t	 version;
	int64_t	 fresh;			/* somebody else's change shows until */
	char	 by[48];
	int	 trouble;		/* its worst conflict + 1 */
};

struct gwish {
	enum gkind kind;		/* G_CLASS: an atom's */
	int	 res, day, slot, grade;
	char	*why;
};

struct gconflict {
	char	 entry[37];
	bool	 error, info;
	char	*type, *text;
};

struct gplan {
	char		 id[37];
	char		*name;
	char		 status[16], start[11], end[11];
	int64_t		 version;
	bool		 of_file;
	struct gday	*day;
	int		 ndays;
	struct gperiod	*period;
	int		 nperiods;
	struct gres	*res[G_KINDS];
	int		 n[G_KINDS];
	struct gres	*subject;
	int		 nsubjects;
	char	       (*atom)[37];
	int		 natoms;
	struct glesson	*lesson;
	int		 nlessons;
	struct gwish	*wish;
	int		 nwishes;
	struct gconflict *conflict;
	int		 nconflicts;
};

struct gplan	*gplan_new(const struct val *);
void		 gplan_free(struct gplan *);
/* The lists that change: anew. */
void		 gplan_conflicts(struct gplan *, const struct val *);
/* [[class, shift], …]: those that are not the day's. */
void		 gplan_shifts(struct gplan *, const struct val *);

int		 gplan_lesson(const struct gplan *, const char *id);
int		 gplan_entry(const struct gplan *, const char *entry);
int		 gplan_res(const struct gplan *, enum gkind, const char *id);
/* By name, where the other plan is not of the same records. */
int		 gplan_named(const struct gplan *, enum gkind,
		    const char *name);

/* Which of the days is the week's day d, or -1. */
int		 gplan_day(const struct gplan *, int d);

/* Is the lesson this class's (or a group's of it), teacher's, room's? */
bool		 gplan_of(const struct gplan *, const struct glesson *,
		    enum gkind, int res);
/* Does it lie over this period of this day? */
bool		 gplan_covers(const struct gplan *, const struct glesson *,
		    int day, int period);
/* The worst that is said of it: NULL, or the conflict. */
const struct gconflict *gplan_trouble(const struct gplan *,
		    const struct glesson *);
const char	*gplan_subject(const struct gplan *, const struct glesson *);
/* Its own, or its subject's. */
const char	*gplan_color(const struct gplan *, const struct glesson *);
void		 gplan_own_color(struct glesson *, const struct val *);

/* Periods that are placed, and all of them: of a resource, or of the plan
 * (res -1). */
void		 gplan_count(const struct gplan *, enum gkind, int res,
		    int *placed, int *total);

#endif
