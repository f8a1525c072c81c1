/*
 * matrix.c - the rights of all roles of the company: roles across, permissions
 * down by module, changed with one key. A definition cannot draw it: rows are
 * permissions, not records.
 */
#ifndef KONAK_TUI_MOD_MATRIX_H
#define KONAK_TUI_MOD_MATRIX_H

#include <stdbool.h>

/* May the person read it at all? */
bool	 matrix_may(void);

/* The cursor stands on this role; NULL: on the first. */
void	 matrix_open(const char *role);

#endif
