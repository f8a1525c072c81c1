/*
 * weeksheet.c - a week of a person's time as a sheet: what was worked on down,
 * days across; durations are typed into its cells and saved together. A
 * definition cannot draw it: its cells are sums of entries, not records.
 */
#ifndef KONAK_TUI_MOD_WEEKSHEET_H
#define KONAK_TUI_MOD_WEEKSHEET_H

#include <stdint.h>

/* person NULL: one's own; name of the person for the title; the week of a day
 * (since 1970), 0: this one. */
void	 weeksheet_open(const char *person, const char *name, int32_t day);

#endif
