/*
 * prefs.c - what a person has chosen for this machine: theme, plain mode,
 * colours, bell … in ~/.config/konak/konak.conf, a line "name = value" each.
 * Options of the command line and the environment come before it.
 */
#ifndef KONAK_TUI_PREFS_H
#define KONAK_TUI_PREFS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/lang.h"

struct term_options;

enum pref {
	PREF_PLAIN,		/* lines, for a screen reader */
	PREF_ASCII,
	PREF_COLOUR,
	PREF_SLOW,
	PREF_MOUSE,
	PREF_BELL,		/* of urgent notices */
	PREF_DESKTOP,		/* notices by OSC 9 */
	PREF_SYNC,		/* synchronised output, mode 2026 */
	PREF_CLEAR,		/* the clipboard, after a secret was copied */
	PREF_COUNT
};

/* Reads the file. False: `why` names line and reason; the rest holds. */
bool	 prefs_load(char *why, size_t len);
bool	 pref(enum pref);
/* Changes one and writes the file; false when it could not be written. */
bool	 pref_set(enum pref, bool);
bool	 pref_set_theme(const char *);

/* What the file says, where the options leave it open. */
void	 prefs_options(struct term_options *);
/* The first start on this machine: asks once, in plain lines, whether a screen
 * reader is used, and writes the file. */
void	 prefs_ask(enum lang);
/* Folder of the person's own files: ~/.config/konak. */
void	 prefs_dir(char *, size_t);

#endif
