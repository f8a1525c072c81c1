/*
 * home.c - dashboards: panels of any type as the definitions say. The first,
 * `home`, stands at the bottom of every company's screens, with what was
 * opened lately and all screens below its panels.
 */
#ifndef KONAK_TUI_VIEW_HOME_H
#define KONAK_TUI_VIEW_HOME_H

#include "tui/view.h"

extern const struct view_ops	home_view;

void	 home_open(void);
/* Another dashboard, by its name. */
void	 dashboard_open(const char *name);
/* Other definitions: another role, another look. */
void	 home_renew(void);
/* A record was opened: it stands among the last ones. */
void	 home_note(const char *type, const char *id, const char *title);
/* What was opened lately, newest first; false past the last. */
struct home_last {
	char	type[64];
	char	id[40];
	char	title[160];
};
bool	 home_last(size_t, struct home_last *);
void	 home_forget(void);	/* another company, another person */

#endif
