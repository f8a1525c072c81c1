/*
 * sidemenu.c - the screens at the left of very wide windows.
 */
#ifndef KONAK_TUI_VIEW_SIDEMENU_H
#define KONAK_TUI_VIEW_SIDEMENU_H

#include <stdbool.h>

#include "tui/draw.h"

struct input;

#define MENU_FROM	180	/* columns from which it is shown */
#define MENU_COLS	24

/* Draws it if there is room; returns what is left for the view. */
struct surface	sidemenu_draw(struct surface *);
/* Takes clicks on the menu (false); else *out is the event in the view's own
 * columns. cols: of the whole view. */
bool		sidemenu_mouse(int cols, const struct input *, struct input *out);

#endif
