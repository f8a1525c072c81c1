/*
 * pick.c - the cursor of a list in a popup: which line, which lines show.
 * The list itself is whoever's.
 */
#ifndef KONAK_TUI_PICK_H
#define KONAK_TUI_PICK_H

#include <stdbool.h>

#include "tui/keys.h"

struct input;

struct pick {
	int	n;		/* lines there are */
	int	at;		/* the one with the cursor */
	int	top;		/* first that shows */
	int	rows;		/* how many show */
	/* as it was drawn when the cursor or the lines last changed */
	int	left_at, left_n, left_top;
};

/* So many lines now; the cursor stays where it can. */
void	pick_count(struct pick *, int n);

/* Called when drawing: so many rows; scrolls to the cursor. */
void	pick_fit(struct pick *, int rows);

/* UP, DOWN, PAGE_UP, PAGE_DOWN, TOP, BOTTOM. False: something else. */
bool	pick_action(struct pick *, enum action);

/* The same keys without letters, where letters are typed. */
bool	pick_key(struct pick *, const struct input *);

/* A click or the wheel on a list that begins at `row`. Returns the line that
 * was clicked, or -1; *taken says whether it was for us. */
int	pick_mouse(struct pick *, const struct input *, int row, bool *taken);

#endif
