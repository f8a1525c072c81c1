/*
 * notices.c - the notification centre, and how many are unread in the header,
 * kept live by pushes.
 */
#ifndef KONAK_TUI_VIEW_NOTICES_H
#define KONAK_TUI_VIEW_NOTICES_H

/* A company has been entered: from now on the header counts. */
void	 notices_start(void);
/* It is left. */
void	 notices_stop(void);
void	 notices_open(void);

#endif
