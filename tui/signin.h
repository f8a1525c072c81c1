/*
 * signin.c - the way in: e-mail and password, code or recovery code, 2FA
 * set-up with its QR, forced password change. picker.c - which company.
 * Both speak to the server by tui/link.h and tell app.c when they are done.
 */
#ifndef KONAK_TUI_SIGNIN_H
#define KONAK_TUI_SIGNIN_H

#include <stddef.h>

struct link;

/* What signing in gave; borrowed in the callback. */
struct signin_done {
	const unsigned char *token;	/* 32 bytes */
	const char	*user_id;
	const char	*first_name, *last_name, *email;
	const char	*language, *timezone;
};

/* Show the form. `email` to begin with, or NULL; `notice` is a sentence
 * under it ("Oturum sona erdi"), or NULL. `done` once, when the session
 * stands and a forced password change is over. */
void	 signin_open(struct link *, const char *email, const char *notice,
	    void (*done)(const struct signin_done *, void *), void *arg);

#endif
