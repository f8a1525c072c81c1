/*
 * panel.c - one panel of a dashboard: a list, a count or a chart of any type,
 * kept up to date. The screen that shows it says where its lines stand.
 */
#ifndef KONAK_TUI_VIEW_PANEL_H
#define KONAK_TUI_VIEW_PANEL_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/store.h"

struct chart;
struct panel;
struct surface;

enum panel_kind { PANEL_LIST, PANEL_COUNT, PANEL_CHART };

/* `v` as defs.list gives it; NULL when it is of no type known here. changed()
 * is called when there is something to draw anew. */
struct panel	*panel_new(const struct val *v, void (*changed)(void *),
		    void *arg);
void		 panel_free(struct panel *);
void		 panel_load(struct panel *);
enum panel_kind	 panel_kind(const struct panel *);
const char	*panel_label(const struct panel *);
/* "65", "10.000+"; "" while it is not known. */
void		 panel_number(const struct panel *, char *, size_t);

/* Lines below the heading. */
int		 panel_lines(const struct panel *, int cols);
/* Draws one; true when it can be chosen. */
bool		 panel_line(const struct panel *, struct surface *, int row,
		    int line);
/* Opens what a line stands for; line -1: the whole. */
void		 panel_open(const struct panel *, int line);

#endif
