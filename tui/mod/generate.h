/*
 * generate.c - a password made by the server: length, classes of letters or
 * readable words; copied, or saved into the record it was asked for.
 */
#ifndef KONAK_TUI_MOD_GENERATE_H
#define KONAK_TUI_MOD_GENERATE_H

#include <stdint.h>

/* type NULL: for no record. `field` is the one that is saved. */
void	 generate_open(const char *type, const char *id, int64_t version,
	    const char *field, const char *title);

#endif
