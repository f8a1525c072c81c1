/*
 * Mail as the server sees it: a child program (konak-mail) for each
 * conversation with a mail server, because libcurl and what it loads have no
 * place in the memory of konakd and a name that is looked up must not hold up
 * the event loop. Its time is bounded; no error of it holds a secret.
 */
#ifndef KONAK_MAIL_H
#define KONAK_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct secret;

enum mail_op {
	MAIL_TEST_IMAP,		/* signs in and out */
	MAIL_TEST_SMTP,
	MAIL_SEND,
	MAIL_OPS
};

enum mail_security {
	MAIL_TLS,
	MAIL_STARTTLS,		/* or nothing */
	MAIL_PLAIN
};
/* By its name in the tables: tls, starttls or none. */
enum mail_security	mail_security(const char *);

enum mail_end {
	MAILED_OK,
	MAILED_OPEN,		/* well, but the server asked for no sign-in */
	MAILED_NAME,		/* the host's name is not known */
	MAILED_CONNECT,		/* nobody listens there */
	MAILED_INSIDE,		/* an address of this network, not listed */
	MAILED_TIME,		/* no end of it in time */
	MAILED_TLS,		/* no encryption to be had */
	MAILED_CERT,		/* the certificate is not one to trust */
	MAILED_LOGIN,		/* name or password are refused */
	MAILED_REFUSED,		/* the server says no, with a code */
	MAILED_ANSWER,		/* this is no mail server of that kind */
	MAILED_BROKEN,		/* the program itself */
	MAILED_ENDS
};

struct talk;

/* Borrowed for the call. */
struct mail_call {
	enum mail_op		 op;
	enum mail_security	 security;
	const char		*host;
	uint16_t		 port;
	uint16_t		 seconds;
	const char		*user;		/* NULL: no sign-in */
	const struct secret	*password;
	/* of MAIL_SEND */
	const char		*from;
	const char *const	*to;
	size_t			 nto;		/* at most MAIL_TO_MAX */
	const void		*message;	/* as RFC 5322 has it */
	size_t			 len;
	/* The mail server waits for it: mail_go() or mail_drop(). NULL: it
	 * goes. */
	void			(*ready)(void *arg, struct talk *);
};

typedef void (*mail_cb)(void *arg, enum mail_end, int code);

void	mail_start(struct event_base *);
/* What is under way ends with MAILED_BROKEN. */
void	mail_stop(void);
/* cb comes from the event loop, once, never before this returns. false: too
 * many at once, or there is no such program; cb will not be called. */
bool	mail_call(const struct mail_call *, mail_cb, void *arg);
/* After ready(), while cb has not come: the message goes. */
void	mail_go(struct talk *);
/* It does not, and cb does not come. */
void	mail_drop(struct talk *);

#endif
