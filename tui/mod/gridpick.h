/*
 * gridpick.c - one of a list by typing a part of it: classes, teachers, rooms,
 * lessons that are not placed. A popup, like the palette.
 */
#ifndef KONAK_TUI_MOD_GRIDPICK_H
#define KONAK_TUI_MOD_GRIDPICK_H

struct gpick {
	char	*text, *detail;		/* copied; detail may be NULL */
	int	 what;			/* done() is given it */
};

/* done(-1): none. `none` is said where there is nothing to choose. */
void	gpick_open(const char *title, const struct gpick *, int n, int chosen,
	    const char *none, void (*done)(int, void *), void *arg);

#endif
