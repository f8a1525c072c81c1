/*
 * secret.c - secret fields of records, whatever the type: shown for some
 * seconds in a box that hides by itself, copied to the terminal's clipboard
 * and cleared again, older values, codes of a 2FA seed. The value never stands
 * in a list, a form, a log or a saved screen.
 */
#ifndef KONAK_TUI_MOD_SECRET_H
#define KONAK_TUI_MOD_SECRET_H

#include <stdbool.h>

#include "tui/keys.h"

struct def;
struct dialog_item;
struct record;
struct val;

/* The n-th secret field that these rights may open (the wire's map), or
 * NULL. */
const struct val *secret_field(const struct def *, int n);
/* The field of this name, if it is one. */
const struct val *secret_named(const struct def *, const char *name);

/* ACT_REVEAL and ACT_COPY of the record's first secret that has a value, or of
 * the named field; ACT_GENERATE. False: the type has none. */
bool	 secret_action(const struct def *, const struct record *,
	    const char *field, enum action);

/* The older values of the first one. False: the type has none. */
bool	 secret_past(const struct def *, const struct record *);

/* What the menu of a record offers besides, at most `max`: fills labels and
 * letters, says how many; and does the i-th. */
int	 secret_items(const struct def *, const struct record *,
	    struct dialog_item *, int max);
void	 secret_item(const struct def *, const struct record *, int i);

/* Copies a secret and asks for the clipboard to be cleared after a while. */
void	 secret_to_clipboard(const char *title, const char *text);
/* The program ends: what was copied is not left behind. */
void	 secret_stop(void);

#endif
