/*
 * call.c - app_call(), app_write() and app_undo(): what every answer of the
 * server may need, whichever screen asked. See app.h.
 */
#ifndef KONAK_TUI_CALL_H
#define KONAK_TUI_CALL_H

#include "tui/link.h"

/* An answer that nobody waits for; errors are not shown. */
void	call_quiet_cb(const struct link_reply *, void *);
/* Another company, another past. */
void	call_forget_undo(void);
/* At the end: forgets every open call. */
void	call_clear(void);

#endif
