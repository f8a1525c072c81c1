/*
 * act.c - what is done to records from lists and cards alike: new, edit,
 * clone, delete, copy, history, and the further verbs of a definition.
 */
#ifndef KONAK_TUI_VIEW_ACT_H
#define KONAK_TUI_VIEW_ACT_H

#include <stdbool.h>

#include "tui/keys.h"
#include "tui/store.h"

struct listpane;

/* On the record under the cursor or on the marked ones. False: not one of
 * these. */
bool	 act_list(struct listpane *, enum action);
/* On one record, as R.get gives it. */
bool	 act_record(const struct def *, const struct record *, enum action);
bool	 act_invites(const struct def *);
/* Can one be made here, of this type or of those that its rows open? */
bool	 act_creates(const struct def *);
/* Whose record a row is: its own, or the one that `opens` names, whose id is
 * then set (may be NULL). */
const struct def *act_stands_for(const struct def *, const struct record *,
	    const char **id);
/* Does it to that record; false: the row is its own. ACT_TAB: what its secret
 * was before. */
bool	 act_stand_in(const struct def *, const struct record *, enum action);
/* Is it done to one record, and so to what the row stands for? */
bool	 act_of_record(enum action);
/* Deletes one; done (may be NULL) runs when it is gone. */
void	 act_delete(const struct def *, const struct record *);

#endif
