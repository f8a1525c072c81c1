/*
 * roleview.c - what a role sees: every screen of its menu with what may be
 * done there, the fields it does not see, and the screens it has not.
 */
#ifndef KONAK_TUI_MOD_ROLEVIEW_H
#define KONAK_TUI_MOD_ROLEVIEW_H

void	 roleview_open(const char *role, const char *name);

#endif
