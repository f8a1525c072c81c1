/*
 * gridask.c - what a grid asks with a popup: which lesson, where to, which
 * class; suggestions, reasons, and the lists that stand beside it.
 */
#ifndef KONAK_TUI_MOD_GRIDASK_H
#define KONAK_TUI_MOD_GRIDASK_H

struct grid;
struct surface;

/* Takes up what is under the cursor: asks which where there are several. */
void	grid_ask_hold(struct grid *);
/* A lesson that is not placed yet. */
void	grid_ask_unplaced(struct grid *);
/* Ways to make room for what is held under the cursor. */
void	grid_ask_swap(struct grid *);
/* Which class, teacher or room to look at. */
void	grid_ask_res(struct grid *);
/* Why it may not lie here; what is wrong with the lesson. */
void	grid_say_why(struct grid *);
/* At the right of wide windows: what is not placed, what is wrong. */
void	grid_draw_side(struct grid *, struct surface *);

#endif
