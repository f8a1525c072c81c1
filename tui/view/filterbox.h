/*
 * filterbox.c - the row above a list with its chips and the box to type in.
 */
#ifndef KONAK_TUI_VIEW_FILTERBOX_H
#define KONAK_TUI_VIEW_FILTERBOX_H

#include <stdbool.h>

struct input;
struct listpane;
struct surface;

/* Draws it if there is anything to show; returns the rows it took. */
int	 filterbox_draw(struct listpane *, struct surface *, bool focus);
void	 filterbox_open(struct listpane *);
bool	 filterbox_key(struct listpane *, const struct input *);
void	 filterbox_build(struct listpane *);
/* A click at this column of its row takes the chip there away. */
bool	 filterbox_click(struct listpane *, int col);

#endif
