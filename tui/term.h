/*
 * term.c - the terminal itself: what it can do, ncurses started on it, modes
 * switched on and, whatever happens, off again. It knows nothing of views:
 * draw.c fills a screen of cells, term_present() makes the terminal show it.
 * Bytes typed come in through input.c.
 */
#ifndef KONAK_TUI_TERM_H
#define KONAK_TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

struct screen;

/* What the person asked for, on the command line or in the settings. */
struct term_options {
	bool	 ascii;		/* --ascii: no line drawing, no signs */
	bool	 no_colour;	/* --renksiz, NO_COLOR */
	bool	 plain;		/* --sade, KONAK_ACCESSIBLE: lines, no screen */
	bool	 slow;		/* slow link: marker instead of a bar */
	bool	 no_mouse;
	bool	 no_sync;	/* never mode 2026 */
};

/* What there is; read-only for everybody else. */
struct term_caps {
	bool	 plain;		/* no cursor addressing, or not wanted */
	bool	 ascii;		/* neither UTF-8 signs nor ACS lines */
	bool	 mouse;		/* reports are on now (F12 frees it) */
	bool	 headless;	/* tests: no terminal at all */
	bool	 slow;
	bool	 sync;		/* knows mode 2026 */
	int	 colours;	/* 0 (none wanted or none there), 8, 16, 256 */
	int	 rows, cols;
	const char *name;	/* the terminfo entry in use */
	const char *notice;	/* a sentence to show once (a fallback entry was
				 * taken …), or NULL */
};

/*
 * Take over the terminal on standard input and output. False when that
 * cannot be; `why` then has a sentence for the person. Sets the locale
 * (LC_CTYPE only), unsets LINES and COLUMNS, tries $TERM and then
 * xterm-256color; TERM=dumb, unknown and entries without `cup` give plain
 * mode, which prints lines and addresses no cursor.
 */
bool	 term_start(const struct term_options *, char *why, size_t len);

/* No terminal: a screen of this size in memory, for tests. */
void	 term_start_headless(int rows, int cols, const struct term_options *);

/* Everything as it was before term_start(); may be called twice. */
void	 term_stop(void);

const struct term_caps *term_caps(void);

/* Ask the kernel for the size (a pipe keeps 24x80); true when it changed. */
bool	 term_resize(void);

/* Headless only: pretend that the window is now so big. */
void	 term_set_size(int rows, int cols);

/*
 * Show `screen`: only rows that changed since the last call are handed to
 * ncurses, then one doupdate(), one write. Returns false, having done
 * nothing, when the terminal cannot take bytes now (slow line): call again
 * when term_fd() is writable.
 */
bool	 term_present(const struct screen *);

/* The next frame is drawn in full (Ctrl+L, after other programs). */
void	 term_redraw(void);

/* Give the terminal back for a while, and take it again. */
void	 term_leave(void);
void	 term_enter(void);

/* SIGTSTP ourselves; returns after SIGCONT with the terminal taken again. */
void	 term_suspend(void);

/*
 * $VISUAL or $EDITOR (else nano, vi) on a 0600 file with `text`; returns the
 * new text, to free(), or NULL (`why` has the sentence) when the program
 * failed. Blocks: the loop stands still meanwhile.
 */
char	*term_editor(const char *text, const char *suffix, char *why,
	    size_t len);

/* Mouse reports on or off (F12). */
void	 term_mouse(bool on);

/* Slow-link mode and ASCII can be changed while running. */
void	 term_set_slow(bool on);
void	 term_set_ascii(bool on);

/*
 * Ask the terminal to put `text` on the clipboard: tmux by load-buffer -w,
 * screen through DCS, else raw OSC 52. Nobody can know whether it arrived:
 * say so. False when it is too long (74,994 bytes in base64) or the terminal
 * is known to have none. term_copy(" ") is how a secret is cleared.
 */
bool	 term_copy(const char *text, size_t len);

/* The bell, if the person wants one. */
void	 term_bell(void);

/* A line for the desktop (OSC 9), where the terminal hands it on. */
void	 term_desktop(const char *text);

/* The terminal has said that it knows mode 2026: full repaints are shown at
 * once. */
void	 term_sync(void);

/* Colours on or off, while running. */
void	 term_set_colour(bool on);

/* Plain mode: one line of output, made safe. */
void	 term_say(const char *line);

/*
 * Tests (KONAK_TEST set): say that nothing is left to do, as a growing count: as
 * the terminal's title, after all that was drawn until then, and with
 * KONAK_TEST_IDLE=FILE in that file, beside it how many keys were heard so far,
 * the window's size, and 1, until the server is asked something again.
 */
void	 term_idle(unsigned heard);
void	 term_busy(void);

int	 term_fd(void);

#endif
