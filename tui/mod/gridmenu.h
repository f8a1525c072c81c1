/*
 * gridmenu.c - what can be done with a whole plan, by menu: drafts, templates,
 * publishing, comparing; and the lists that are made of it.
 */
#ifndef KONAK_TUI_MOD_GRIDMENU_H
#define KONAK_TUI_MOD_GRIDMENU_H

struct glines;
struct grid;
struct val;

void	grid_menu(struct grid *);		/* a */
void	grid_views(struct grid *);		/* w */

/* --- gridgen.c: the engine makes a draft, or mends one ---------------------- */

void	grid_generate(struct grid *);

/* --- gridlists.c ------------------------------------------------------------ */

void	grid_list_workload(struct grid *);
void	grid_list_completion(struct grid *);
void	grid_list_unplaced(struct grid *);
void	grid_list_conflicts(struct grid *);
/* Rooms and teachers that are free now. */
void	grid_list_free(struct grid *);
/* What differs from another plan, person by person. */
void	grid_list_diff(struct grid *, const char *other);
void	gridlist_diff(struct glines *, const struct val *);

#endif
