/*
 * The client's connection to konakd: Unix socket or TLS 1.3, frames, hello,
 * calls with answers, pushes, heartbeat, and coming back after the line was
 * lost. Nothing here waits: whoever uses it runs the event loop.
 *
 * A call made with LINK_EARLY (signing in) is answered with an error when the
 * line goes; every other call stays in the queue and is sent again, with the
 * same request id, once the session is resumed.
 */
#ifndef KONAK_TUI_LINK_H
#define KONAK_TUI_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/val.h"

struct event_base;
struct link;

struct link_conf {
	const char	*socket;	/* path; NULL: TLS */
	const char	*tenant;	/* Unix socket only */
	const char	*host;		/* TLS name: SNI, certificate, pin */
	const char	*addr;		/* address to connect to; NULL: host */
	const char	*port;		/* NULL: LINK_PORT */
	const char	*ca;		/* PEM file; NULL: pinned keys */
	const char	*lang;		/* "tr" or "en" */
	const char	*client;	/* "konak 0.1 (tmux-256color)" */
	bool		 accept_new;	/* pin an unknown key without asking */
	bool		 retry;		/* false: scripts; one try only */
};
#define LINK_PORT "7677"

/* Fills what is NULL from KONAK_SOCKET, KONAK_TENANT, KONAK_HOST, KONAK_ADDR,
 * KONAK_PORT and KONAK_CA. The strings are borrowed. */
void	link_conf_env(struct link_conf *);
/* "demo@/run/konak.sock" or "demo.konak.localhost:7677": names this server
 * and tenant in files and on screen. */
void	link_conf_name(const struct link_conf *, char *, size_t);

enum link_state {
	LINK_CONNECTING,	/* first connection */
	LINK_UP,		/* hello done (and session resumed, if any) */
	LINK_LOST,		/* tries again by itself; see link_info */
	LINK_ASK_KEY,		/* unknown server key: link_trust decides */
	LINK_FAILED		/* will not try again; see link_info */
};

enum link_why {
	LINK_WHY_NONE,
	LINK_WHY_CONNECT,	/* nobody answers there */
	LINK_WHY_NAME,		/* name not found */
	LINK_WHY_CLOSED,	/* the other side closed */
	LINK_WHY_SILENT,	/* no sign of life for 25 s */
	LINK_WHY_TLS,		/* handshake refused (certificate, version) */
	LINK_WHY_KEY_UNKNOWN,	/* script, and nobody said whom to trust */
	LINK_WHY_KEY_CHANGED,	/* pinned key differs: refused */
	LINK_WHY_VERSION,	/* no protocol version in common */
	LINK_WHY_PROTOCOL,	/* bytes that are no frame */
	LINK_WHY_CONF		/* neither socket nor host given, bad CA file */
};

struct link_info {
	enum link_state	 state;
	enum link_why	 why;
	const char	*detail;	/* system's words; "" when none */
	unsigned	 tries;		/* since the line was lost */
	unsigned	 lost_s;	/* seconds since then */
	unsigned	 next_s;	/* until the next try */
	unsigned	 waiting;	/* writes not answered yet */
	const char	*server;	/* from hello; "" before */
	const char	*lang;		/* language the server answers in */
	const char	*key;		/* "SHA256:…" of the server; TLS only */
	const char	*known;		/* path of the file of pinned keys */
};

/* One answer. Borrowed until the callback returns. */
struct link_reply {
	bool		  ok;
	const struct val *body;	/* reply's or error's map, never NULL */
	/* of an error; "" when absent */
	const char	 *code;	/* "lost" when the line went (LINK_EARLY) */
	const char	 *text;	/* a sentence in the session's language */
	const char	 *field;
	const char	 *request; /* id of the write, "" for reads */
};

typedef void (*link_cb)(const struct link_reply *, void *);
typedef void (*link_progress_cb)(const struct val *, void *);

struct link_events {
	/* State, reason or count of waiting writes changed. */
	void	(*state)(const struct link_info *, void *);
	void	(*push)(const struct val *, void *);
	/* The line is back and the session with it; body of session.resume.
	 * Runs before waiting calls are sent again. */
	void	(*resumed)(const struct val *, void *);
	/* The session is over (ended elsewhere, expired): sign in again.
	 * Waiting calls stay until link_release(). */
	void	(*ended)(const char *text, void *);
};

/* Starts to connect at once. The configuration's strings are copied. */
struct link	*link_new(struct event_base *, const struct link_conf *,
		    const struct link_events *, void *arg);
void		 link_free(struct link *);	/* open calls get no answer */
void		 link_get_info(const struct link *, struct link_info *);
/* Answer to LINK_ASK_KEY: pins the key and goes on, or fails. */
void		 link_trust(struct link *, bool);
/* A try at once instead of at the end of the pause (F5, focus, SIGCONT). */
void		 link_hurry(struct link *);
void		 link_set_lang(struct link *, const char *);	/* for hello */

/* The token that auth.code gave: from now on a lost line is resumed. NULL
 * forgets it (signed out) and drops waiting calls. */
void		 link_session(struct link *, const void *token, size_t);
bool		 link_signed(const struct link *);
/* After `ended`, once signed in again and back in the company: waiting calls
 * may go. */
void		 link_release(struct link *);

#define LINK_EARLY	0x01	/* part of signing in: fails when the line goes */
#define LINK_WRITE	0x02	/* carries a request id (uuid v7) */

/* Asks verb with args (a map, taken; NULL: none). cb may be NULL; it is
 * called exactly once, never before link_call returns. Returns a handle for
 * link_cancel, > 0. */
uint64_t	 link_call(struct link *, const char *verb, struct val *args,
		    unsigned flags, link_cb cb, void *arg);
/* As link_call, with the request id given (as text of 36) and progress. */
uint64_t	 link_call_full(struct link *, const char *verb,
		    struct val *args, unsigned flags, const char *request,
		    link_cb cb, link_progress_cb progress, void *arg);
/* No answer is wanted any more: cb is not called. A read is cancelled at the
 * server too; a write that was sent is only forgotten. */
void		 link_cancel(struct link *, uint64_t);
/* Asks the server to stop it; the answer still comes. */
void		 link_stop(struct link *, uint64_t);
/* Sets who hears of a waiting call's progress. */
void		 link_progress(struct link *, uint64_t, link_progress_cb);
/* It is not sent (again): its cb hears of an error "cancelled" with this
 * sentence. */
void		 link_drop(struct link *, uint64_t, const char *text);
/* Is it under way on the present line? */
bool		 link_in_flight(const struct link *, uint64_t);
/* Has it left once? Then the server may have done it. */
bool		 link_was_sent(const struct link *, uint64_t);

#endif
