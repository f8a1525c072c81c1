/*
 * refpick.c - choosing a record: a box to type in and what the server finds.
 */
#ifndef KONAK_TUI_VIEW_REFPICK_H
#define KONAK_TUI_VIEW_REFPICK_H

#include "tui/store.h"

/* `filter` (taken, may be NULL) narrows the choice. done(NULL, …) on Esc. */
void	 refpick_open(const struct field *, struct val *filter,
	    void (*done)(const char *id, const char *title, void *),
	    void *arg);

/* The search itself, for fields that show what they find below. */
struct lookup;
struct lookup	*lookup_new(const char *type, void (*changed)(void *),
		    void *arg);
void		 lookup_free(struct lookup *);
/* Asks after a pause of 120 ms. filter is taken. */
void		 lookup_search(struct lookup *, const char *text,
		    struct val *filter);
size_t		 lookup_n(const struct lookup *);
const char	*lookup_id(const struct lookup *, size_t);
const char	*lookup_title(const struct lookup *, size_t);
const char	*lookup_hint(const struct lookup *, size_t);
bool		 lookup_waiting(const struct lookup *);

#endif
