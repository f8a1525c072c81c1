/*
 * why.c - "Neden?": what was refused last, and why. Every refusal of the
 * server is kept here on its way to the person; a view may add one of its own.
 */
#ifndef KONAK_TUI_WHY_H
#define KONAK_TUI_WHY_H

#include <stdbool.h>

struct link_reply;

/* An error of the server. */
void	 why_note(const struct link_reply *);
/* What the client itself did not do: the sentence that was shown, and the
 * permission or operation that decides it (either may be NULL). */
void	 why_note_own(const char *text, const char *code, const char *verb);
void	 why_forget(void);

bool	 why_known(void);
/* Whether nobody has read about it yet. */
bool	 why_fresh(void);
/* The sheet. */
void	 why_open(void);
/* The sheet of the fields of a type that this role does not see. */
void	 why_absent(const char *type);
/* The sheet of a permission that nobody refused. */
void	 why_ask(const char *code);

#endif
