/*
 * home.c - the dashboard: reminders that are due, what was opened lately, and
 * how much there is of what the role may see.
 */
#ifndef KONAK_TUI_VIEW_HOME_H
#define KONAK_TUI_VIEW_HOME_H

#include "tui/view.h"

extern const struct view_ops	home_view;

void	 home_open(void);
/* Other definitions: another role, another look. */
void	 home_renew(void);
/* A record was opened: it stands among the last ones. */
void	 home_note(const char *type, const char *id, const char *title);

#endif
