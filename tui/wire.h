/*
 * One attempt to reach konakd, and the bytes once it worked: Unix socket, or
 * TCP with TLS 1.3 and a check of who answers. What the bytes mean is link.c's
 * business.
 */
#ifndef KONAK_TUI_WIRE_H
#define KONAK_TUI_WIRE_H

#include "tui/link.h"

struct evbuffer;
struct evdns_base;
struct wire;

struct wire_events {
	void	(*up)(void *);
	void	(*data)(struct evbuffer *, void *);
	/* The attempt or the connection is over; the wire is to be freed. */
	void	(*down)(enum link_why, const char *detail, void *);
};

/* Never fails at once: what is wrong comes as `down`. conf is borrowed.
 * dns is made at the first use. */
struct wire	*wire_open(struct event_base *, struct evdns_base **,
		    const struct link_conf *, const struct wire_events *,
		    void *);
void		 wire_free(struct wire *);
struct evbuffer	*wire_out(struct wire *);
/* "SHA256:…" of the key that answered; "" before or without TLS. */
const char	*wire_key(const struct wire *);

/* Keys of servers met before: a line "host:port SHA256:…" each. */
void		 known_path(char *, size_t);
enum known {
	KNOWN_SAME,
	KNOWN_NEW,
	KNOWN_CHANGED
};
enum known	 known_check(const char *name, const char *key);
bool		 known_add(const char *name, const char *key);
/* $XDG_STATE_HOME/konak (or ~/.local/state/konak), made 0700. */
bool		 known_dir(char *, size_t);

#endif
