/*
 * outbox.c - what waits for the line or for an answer: a line for each write,
 * and one of them can be dropped.
 */
#ifndef KONAK_TUI_VIEW_OUTBOX_H
#define KONAK_TUI_VIEW_OUTBOX_H

void	 outbox_open(void);

#endif
