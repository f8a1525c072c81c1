/*
 * leaver.c - the wizard of somebody who leaves: who takes over what, what
 * stops and ends, which secrets are to be changed. Choices are the server's
 * from the moment they are made, so that it can be taken up again anywhere.
 */
#ifndef KONAK_TUI_MOD_LEAVER_H
#define KONAK_TUI_MOD_LEAVER_H

void	 leaver_open(const char *user, const char *name);

#endif
