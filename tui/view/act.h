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
/* Deletes one; done (may be NULL) runs when it is gone. */
void	 act_delete(const struct def *, const struct record *);

#endif
