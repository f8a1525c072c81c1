/*
 * gantt.c - records of a type as bars over time, with what they wait for; the
 * definition's `gantt:` says from which date to which.
 */
#ifndef KONAK_TUI_VIEW_GANTT_H
#define KONAK_TUI_VIEW_GANTT_H

#include <stdbool.h>

struct def;
struct val;

bool	 gantt_has(const struct def *);
/* filter (taken, may be NULL) holds always. */
void	 gantt_open(const char *type, struct val *filter);

#endif
