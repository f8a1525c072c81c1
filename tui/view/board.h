/*
 * board.c - records of a type as cards in columns: a view of whatever
 * definition has a board. boarddata.c holds columns and cards and keeps them
 * true, boardmove.c moves them, boardedit.c changes and adds them, and
 * boarddraw.c draws.
 */
#ifndef KONAK_TUI_VIEW_BOARD_H
#define KONAK_TUI_VIEW_BOARD_H

#include <stdbool.h>

#include "tui/store.h"

struct view;

/* `fixed` (taken, may be NULL) is a filter that always holds: a project. */
void	 board_open(const char *type, struct val *fixed);
/* From its list: with the list's look, and V goes back there. */
void	 board_open_over(const char *type, struct val *fixed,
	    const struct val *look);
/* May this type be looked at as a board? */
bool	 board_has(const struct def *);

/* Where one is: a map to free, NULL when the view is no board; and there
 * again. */
struct val *board_where(const struct view *);
void	 board_open_where(const struct val *);

#endif
