/*
 * rights.c - what a role may do: every permission with its scope, changed with
 * one key. A definition cannot draw it: the rows are permissions, not records.
 */
#ifndef KONAK_TUI_MOD_RIGHTS_H
#define KONAK_TUI_MOD_RIGHTS_H

void	 rights_open(const char *role, const char *name);

#endif
