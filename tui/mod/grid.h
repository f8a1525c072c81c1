/*
 * grid.c - the timetable grid: a week of one class, teacher or room, or of the
 * whole school, in which lessons are picked up and put down. gridplan.c holds
 * the plan as it was loaded, gridjudge.c says where a lesson may lie and why
 * not, griddata.c keeps it true, gridmove.c changes it, griddraw.c draws, and
 * gridmenu.c and its neighbours ask what else can be done with a plan.
 */
#ifndef KONAK_TUI_MOD_GRID_H
#define KONAK_TUI_MOD_GRID_H

#include <stdbool.h>

struct val;
struct view;

/* A plan by its id; NULL: the one that is held now. */
void	 grid_open(const char *plan);
/* A teacher's own week, when the plan knows the person. */
void	 grid_open_mine(void);
/* Signed in: those who teach here see their week, nobody else a thing. */
void	 grid_land(void);
/* May this person look at timetables here? */
bool	 grid_may(void);

/* Where one is, as board_where(). */
struct val *grid_where(const struct view *);
void	 grid_open_where(const struct val *);

#endif
