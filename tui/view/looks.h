/*
 * looks.c - how the person looks at lists, as the server keeps it: saved
 * views, one's own and shared ones, and for each list the columns chosen and
 * the view it opens with. Fetched when a company is entered.
 */
#ifndef KONAK_TUI_VIEW_LOOKS_H
#define KONAK_TUI_VIEW_LOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/store.h"

/* Another company was entered, or the line is back. */
void		 looks_load(void);
void		 looks_clear(void);

/* [field, width], ...; NULL: none chosen. */
const struct val *looks_columns(const char *type);
/* NULL forgets them. */
void		 looks_set_columns(const char *type, const struct val *);
/* As listpane_set_look() takes it: the view that the list opens with; NULL:
 * none. Borrowed until the next call. */
const struct val *looks_opening(const char *type);
const char	*looks_opening_id(const char *type);
/* id NULL: as the definition says. */
void		 looks_set_opening(const char *type, const char *id);

/* Saved views of a list: the i-th, NULL past the last. */
const struct val *looks_view(const char *type, size_t i, struct record *);
/* One by its id, as listpane_set_look() takes it. To free; NULL: gone. */
struct val	*looks_of(const char *id);
bool		 looks_record(const char *id, struct record *);
/* May it be changed by this person? */
bool		 looks_mine(const struct record *);

#endif
