/*
 * screens.c - what the palette and the go-to popup offer in a company: the
 * screens, boards and charts of its definitions, and records that are found as
 * one types.
 */
#ifndef KONAK_TUI_SCREENS_H
#define KONAK_TUI_SCREENS_H

/* The company's own, anew. */
void	 screens_offer(void);

/* The palette's text, once typing pauses: asks the server. NULL: the palette is
 * closed. */
void	 screens_search(const char *text);

#endif
