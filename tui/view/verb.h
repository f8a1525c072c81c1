/*
 * verb.c - verbs that a definition adds to its records ("Parolayı sıfırla"),
 * and those of people that no definition holds: inviting.
 */
#ifndef KONAK_TUI_VIEW_VERB_H
#define KONAK_TUI_VIEW_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/store.h"

/* May the action be offered on this record? */
bool		 verb_fits(const struct val *action, const struct record *);
/* A label pair of the definition in the person's language. */
const char	*verb_label(const struct val *pair);
/* Asks what there is to ask, and does it on the records (copied). */
void		 verb_start(const struct def *, const struct val *action,
		    const struct record *, size_t n);
/* What a file of an answer's `files` holds, text or bytes; NULL: nothing. */
const struct val *verb_file(const struct val *file);
/* A person for this company: users.invite. */
void		 verb_invite(void);

#endif
