/*
 * What the files of the terminal share: term.c (start, stop, modes),
 * term-show.c (cells to curses), term-copy.c (clipboard), term-run.c (other
 * programs). Not for anybody else.
 */
#ifndef KONAK_TUI_TERM_INT_H
#define KONAK_TUI_TERM_INT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/term.h"

extern struct term_caps term_have;

/* All of it, to the terminal, past curses' buffer. */
void	 term_write(const char *, size_t);
void	 term_puts(const char *);

/* term-show.c: forget what the terminal shows; free all. */
void	 show_reset(void);
void	 show_free(void);

/* term-copy.c: children of tmux that have ended. */
void	 copy_reap(void);

#endif
