/*
 * timer.c - the person's timer: in the header of every screen, as a popup on
 * `t`, and the question about one that was forgotten (M21). A definition
 * cannot draw it: it is no record but what runs.
 */
#ifndef KONAK_TUI_MOD_TIMER_H
#define KONAK_TUI_MOD_TIMER_H

#include <stdbool.h>
#include <stddef.h>

/* The type whose records timers write. */
#define TIMER_RECORDS "time_entries"

struct def;
struct record;

/* A company was entered, or left. */
void	 timer_start(void);
void	 timer_stop(void);
/* A key was hit: what was forgotten is asked about now. */
void	 timer_awake(void);

/* May this person use it here? */
bool	 timer_can(void);
/* The popup: pause, finish, go on. */
void	 timer_open(void);
/* `t` on a record: of a task or a project, starts it, or opens the popup of
 * the one that runs; of a timesheet, opens that week. False: no record to be
 * timed. */
bool	 timer_record(const struct def *, const struct record *);

/* "5s 23dk", "5h 23m". */
void	 timer_words(long seconds, char *, size_t);

#endif
