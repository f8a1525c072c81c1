/* filterbuild.c - conditions of a filter, asked for one question at a time. */
#ifndef KONAK_TUI_VIEW_FILTERBUILD_H
#define KONAK_TUI_VIEW_FILTERBUILD_H

#include "tui/view/filter.h"

/* Offers to take chips away and to add one; changed is told when either was
 * done. filter and type are its owner's and outlive the questions. */
void	 filter_build(struct filter *, const char *type,
	    void (*changed)(void *), void *arg);

#endif
