/*
 * weeksheet.c - a week of a person's time as a sheet: what was worked on down,
 * days across; durations are typed into its cells and saved together. A
 * definition cannot draw it: its cells are sums of entries, not records.
 */
#ifndef KONAK_TUI_MOD_WEEKSHEET_H
#define KONAK_TUI_MOD_WEEKSHEET_H

/* person NULL: one's own; name of the person for the title. */
void	 weeksheet_open(const char *person, const char *name);

#endif
