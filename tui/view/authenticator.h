/*
 * authenticator.c - another authenticator app inside a session: its QR code,
 * its secret as text, and the box for its first code.
 */
#ifndef KONAK_TUI_VIEW_AUTHENTICATOR_H
#define KONAK_TUI_VIEW_AUTHENTICATOR_H

/* Asks the server for a secret (and the person for a fresh code, where the
 * last one is old), then shows it. */
void	 authenticator_open(void);

#endif
