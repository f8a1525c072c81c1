/*
 * list.c - the list of a record type as a screen; from 140 columns with the
 * card of the record under the cursor beside it.
 */
#ifndef KONAK_TUI_VIEW_LIST_H
#define KONAK_TUI_VIEW_LIST_H

struct val;

/* fixed (taken) and by as in listpane.h; both may be NULL. */
void	 list_open(const char *type, struct val *fixed, const char *by);

#endif
