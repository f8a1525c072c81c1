/*
 * many.c, importer.c - what is done to many records of a list: a change, the
 * bin, a file, and records from a file.
 */
#ifndef KONAK_TUI_VIEW_MANY_H
#define KONAK_TUI_VIEW_MANY_H

struct def;
struct listpane;
struct val;

/* The marked records, or the one under the cursor. */
void	 many_change(struct listpane *);
void	 many_delete(struct listpane *);
/* The list as it is filtered and sorted, whatever is marked. */
void	 many_export(struct listpane *);
void	 many_import(const struct def *);
/* How many records an answer says were taken back, and which were not. */
void	 many_back(const char *title, const struct val *body);

#endif
