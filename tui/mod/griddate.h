/*
 * griddate.c - the week of a date: who stands in for whom, and who could.
 */
#ifndef KONAK_TUI_MOD_GRIDDATE_H
#define KONAK_TUI_MOD_GRIDDATE_H

#include <stdbool.h>
#include <stddef.h>

struct date;
struct glesson;
struct grid;
struct val;

/* Who gives the lesson instead on its date, "-" if nobody; NULL: as planned,
 * or no date is looked at. */
const char *griddate_teacher(const struct grid *, const struct glesson *);
/* Whether this teacher (of the plan) gives the lesson on its date of the week
 * that is looked at, in another's place. */
bool	 griddate_gives(const struct grid *, const struct glesson *,
	    int teacher);
/* "15.12" for a day of the week that is looked at, else "". */
void	griddate_head(const struct grid *, int day, char *out, size_t size);
/* A date as people write one, "yarın" as well; and for a dialog's check. */
bool	griddate_read(const char *text, struct date *);
bool	griddate_check(const char *text, char *why, size_t size, void *);
/* Asks for a date and shows its week. */
void	griddate_ask(struct grid *);
void	griddate_leave(struct grid *);
/* True: a date's week is looked at, from which the plan of every week is not
 * changed; that has been said. */
bool	griddate_refuses(const struct grid *);
/* Who stands in for the lesson under the cursor: asks. */
void	griddate_substitute(struct grid *);
void	griddate_load(struct grid *);
void	griddate_watch_cb(const struct val *, void *);

#endif
