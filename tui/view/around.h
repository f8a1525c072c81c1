/*
 * around.c - what a person does around one record, whatever its type: watches
 * it, writes a comment, wants to be reminded; and how much of it is new.
 */
#ifndef KONAK_TUI_VIEW_AROUND_H
#define KONAK_TUI_VIEW_AROUND_H

#include <stdbool.h>

#include "tui/keys.h"
#include "tui/store.h"

/* Which of these there are for records of this type. */
bool	 around_can(const struct def *, enum action);
/* WATCH, COMMENT, REMIND, PAST; false: none of them. watching: as it is now. */
bool	 around_action(const struct def *, const struct record *, enum action,
	    bool watching);
/* Everything of the record has been seen. */
void	 around_seen(const char *type, const char *id);

/* One's own notification choices; a notification by hand; the bin. */
void	 notice_choices(void);
void	 notice_send(void);
void	 bin_open(void);
void	 past_open(const char *type, const char *id);

#endif
