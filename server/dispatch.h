/*
 * The one door: every verb, whoever asks, goes through dispatch_run(), in the
 * order of its steps. See dispatch.c.
 */
#ifndef KONAK_DISPATCH_H
#define KONAK_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct client;
struct event_base;
struct req;

void	dispatch_start(struct event_base *);
/* A request frame; big holds the body when it came in parts and is taken
 * (body then points into it), else NULL. */
void	dispatch_frame(struct client *, uint32_t number, const uint8_t *body,
	    size_t len, struct buf *big);
/* A request with this number is not yet answered. */
bool	dispatch_open(const struct client *, uint32_t number);
/* The door itself: the request's verb and arguments have been read. */
void	dispatch_run(struct req *);
void	dispatch_cancel(struct client *, uint32_t number);
/* The connection is gone: reads are cancelled, writes end unheard. */
void	dispatch_gone(struct client *);

struct dispatch_stats {
	unsigned long	requests, errors, denied, retried;
	double		seconds;	/* summed, from frame to answer */
	unsigned	open;
};
extern struct dispatch_stats dispatch_stats;

#endif
