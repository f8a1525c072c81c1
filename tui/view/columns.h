/*
 * columns.c - the dialog in which a person chooses the columns of a list,
 * their order and widths; kept on the server for this screen.
 */
#ifndef KONAK_TUI_VIEW_COLUMNS_H
#define KONAK_TUI_VIEW_COLUMNS_H

struct listpane;

void	 columns_open(struct listpane *);

#endif
