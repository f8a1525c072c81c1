/*
 * Files of the timetable engine (.fet): read into what konak.tt_import() takes,
 * written from what konak.tt_world() gives.
 */
#ifndef KONAK_TIMETABLE_FET_H
#define KONAK_TIMETABLE_FET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;

/* A file as JSON; NULL: *why is a key of lib/msg, detail what to fill in. */
json_t	*fet_read(const char *, size_t len, const char **why, char detail[200]);

/* How good a week is wanted, beside what must be. */
enum fet_week {
	FET_WEEK_ANY,
	FET_WEEK_PUPILS,	/* no gaps for pupils, wishes where it can be */
	FET_WEEK_ALL		/* few gaps for teachers as well */
};

/* The plan as a file. stay > 0: lessons that have a place stay there if they
 * can, with this weight; solved: every place is written (for people, not for
 * the engine). A file that came from elsewhere says itself how good its week
 * shall be. */
void	 fet_write(struct buf *, const json_t *world, int stay, bool solved,
	    enum fet_week);
/* The engine's own format of results. */
void	 fet_activities(struct buf *, const json_t *world);

/* What the engine has found: rows of {lesson, day, period, room} for
 * konak.tt_apply(); NULL when it is no such file. */
json_t	*fet_result(const json_t *world, const char *, size_t len);

/* What cannot be, seen before the engine starts: a sentence in each language,
 * naming lesson and teacher; false: nothing. */
bool	 fet_impossible(const json_t *world, struct buf *tr, struct buf *en);

/* Gives each lesson that cannot stay (or has no place) another one, with three
 * moves at most for each; false: not possible so, and nothing is changed. */
bool	 fet_repair(json_t *world);

/* Names as files have them: of a day, an hour, a resource. Borrowed. */
const char *fet_name(const json_t *world, const char *list, const char *id);

#endif
