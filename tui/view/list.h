/*
 * list.c - the list of a record type as a screen; from 140 columns with the
 * card of the record under the cursor beside it.
 */
#ifndef KONAK_TUI_VIEW_LIST_H
#define KONAK_TUI_VIEW_LIST_H

struct val;
struct view;

/* fixed (taken) and by as in listpane.h; both may be NULL. */
void	 list_open(const char *type, struct val *fixed, const char *by);
/* With chips of this filter map; title names the record that the reference
 * `field` is compared with (both may be NULL). */
void	 list_open_filtered(const char *type, const struct val *filter,
	    const char *field, const char *title);
/* With this text searched for. */
void	 list_open_search(const char *type, const char *text);

/* Where one is: type and what listpane_look() gives, to free; NULL when the
 * view is no list (or one of a single record's). And there again. */
struct val *list_where(const struct view *);
void	 list_open_where(const struct val *);

#endif
