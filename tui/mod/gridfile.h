/*
 * gridfile.c - a timetable to a file (PDF, calendar, CSV, FET), and a new draft
 * from one. What a script does by konak timetable export and import.
 */
#ifndef KONAK_TUI_MOD_GRIDFILE_H
#define KONAK_TUI_MOD_GRIDFILE_H

struct grid;

/* Asks what of this plan, and where to. */
void	gridfile_export(struct grid *);
/* Asks which file; needs no plan. */
void	gridfile_import(void);

#endif
