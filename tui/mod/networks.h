/*
 * networks.c - from where a company may be entered: its list of networks, each
 * change saved at once. (A form would save a typed list as a whole; here one
 * line is one network, and what would shut oneself out is refused alone.)
 */
#ifndef KONAK_TUI_MOD_NETWORKS_H
#define KONAK_TUI_MOD_NETWORKS_H

#include <stdbool.h>

bool	 networks_may(void);
void	 networks_open(void);

#endif
