/*
 * help.c - `?`: every action of here with its keys, searchable; Enter runs
 * the one under the cursor. `:hatalar` is the log of errors.
 */
#ifndef KONAK_TUI_HELP_H
#define KONAK_TUI_HELP_H

void	 help_open(void);
void	 help_errors(void);

#endif
