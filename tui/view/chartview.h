/*
 * chartview.c - the charts of a type as a screen of their own: a tab for each,
 * and from a bar to its records.
 */
#ifndef KONAK_TUI_VIEW_CHARTVIEW_H
#define KONAK_TUI_VIEW_CHARTVIEW_H

/* chart NULL: the first one. */
void	 chart_open(const char *type, const char *chart);

#endif
