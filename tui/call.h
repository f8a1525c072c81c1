/*
 * call.c - app_call(), app_write() and app_undo(): what every answer of the
 * server may need, whichever screen asked. See app.h.
 */
#ifndef KONAK_TUI_CALL_H
#define KONAK_TUI_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/link.h"

/* An answer that nobody waits for; errors are not shown. */
void	call_quiet_cb(const struct link_reply *, void *);
/* Another company, another past. */
void	call_forget_undo(void);
/* The company is left, or with it the person: who waits for an answer hears
 * "cancelled", and shows nothing. Writes go on, but for those of a person who
 * goes that are not under way. */
void	call_leave(bool person);
/* Is there one that has no answer yet? */
bool	call_pending(void);
/* At the end: forgets every open call. */
void	call_clear(void);

/* Writes that have no answer yet, oldest first; false past the last. */
struct call_wait {
	uint64_t	 handle;
	const char	*verb;
	const char	*what;		/* in words, or NULL */
	int64_t		 waits_s;
	bool		 tried;		/* it has left once: it may be done */
};
bool	 call_waiting(int n, struct call_wait *);
/* Takes one out: it is not sent (again), and ends as cancelled. */
void	 call_drop(uint64_t handle);

#endif
