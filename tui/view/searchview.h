/*
 * searchview.c - the search over everything: a text, and below it what the
 * server found of each type, best first.
 */
#ifndef KONAK_TUI_VIEW_SEARCHVIEW_H
#define KONAK_TUI_VIEW_SEARCHVIEW_H

/* text NULL: empty. */
void	 search_open(const char *text);

#endif
