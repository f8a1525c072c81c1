/*
 * calendar.c - records of a type by their days: a month, a week, or an agenda;
 * the definition's `calendar:` says which date.
 */
#ifndef KONAK_TUI_VIEW_CALENDAR_H
#define KONAK_TUI_VIEW_CALENDAR_H

#include <stdbool.h>

struct def;
struct val;

bool	 calendar_has(const struct def *);
/* filter (taken, may be NULL) holds always. */
void	 calendar_open(const char *type, struct val *filter);

#endif
