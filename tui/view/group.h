/*
 * group.c - the consolidated view of the group: one row a company, read only.
 */
#ifndef KONAK_TUI_VIEW_GROUP_H
#define KONAK_TUI_VIEW_GROUP_H

void	 group_open(void);

#endif
