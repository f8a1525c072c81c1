/*
 * One connection of one client, over TLS or the Unix socket: its stage, its
 * frames in and out, its open requests. Whatever ends it calls client_drop(),
 * which only marks; the sweep at the end of the loop turn frees, once no
 * request of it is left.
 */
#ifndef KONAK_CLIENT_H
#define KONAK_CLIENT_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "lib/frame.h"
#include "lib/msg.h"

struct req;
struct session;
struct tenant;
struct client;

enum client_stage {
	STAGE_PROXY,		/* waits for the balancer's header */
	STAGE_TLS,
	STAGE_CONNECTED,	/* waits for hello */
	STAGE_HELLO,		/* waits for the password */
	STAGE_PASSWORD,		/* password passed, waits for the second */
	STAGE_SIGNED
};

enum client_drop {
	DROP_NONE,
	DROP_CLOSED,		/* the peer closed, or the line broke */
	DROP_PROTOCOL,		/* broken frame */
	DROP_VERSION,
	DROP_TIMEOUT,		/* of a stage, or silence */
	DROP_SLOW,		/* does not read */
	DROP_FLOOD,
	DROP_TLS,
	DROP_SHUTDOWN
};

/* Signing in, for server/auth. The deadline of the stage starts anew. */
void		 client_stage(struct client *, enum client_stage);
enum client_stage client_stage_of(const struct client *);
/* State of signing in; free_fn runs when it is replaced or the client ends. */
void		 client_auth_set(struct client *, void *state,
		    void (*free_fn)(void *));
void		*client_auth(const struct client *);

/* Address: "local", or numeric. Program: what hello said. */
const char	*client_address(const struct client *);
const char	*client_program(const struct client *);
const char	*client_lang(const struct client *);	/* "tr" or "en" */
void		 client_lang_set(struct client *, const char *lang);
struct session	*client_session(const struct client *);
struct tenant	*client_tenant(const struct client *);

void		 client_drop(struct client *, enum client_drop,
		    const char *why);

#endif
