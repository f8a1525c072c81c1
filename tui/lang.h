/*
 * lang.c - the language the client speaks now, and its sentences in it
 * (the .def files of lib/msg). Switching at run time is one variable; everything drawn
 * afterwards is in the other language.
 */
#ifndef KONAK_TUI_LANG_H
#define KONAK_TUI_LANG_H

#include <stddef.h>

#include "lib/lang.h"

enum lang ui_lang(void);
void	 ui_set_lang(enum lang);

/* The sentence as it stands, with no parameters. */
const char *T(const char *key);

/* With parameters: name, value pairs ended by NULL. Borrowed until the same
 * function is called eight times more. */
const char *TF(const char *key, ...) __attribute__((sentinel));

/* Why a file could not be read or written, by errno; borrowed as TF()'s. */
const char *file_why(const char *file, int code);

/* One of two labels. */
const char *ui_pick(const char *tr, const char *en);

#endif
