/*
 * One connection of one client, over TLS or the Unix socket: its stage, its
 * frames in and out, its open requests. Whatever ends it calls client_drop(),
 * which only marks; the sweep at the end of the loop turn frees, once no
 * request of it is left.
 */
#ifndef KONAK_CLIENT_H
#define KONAK_CLIENT_H

#include <sys/queue.h>
#include <sys/types.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/frame.h"
#include "lib/lang.h"

struct client;
struct req;
struct session;
struct tenant;
struct watch;

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

/* What carries the bytes. Both return a count above zero or one of these. */
#define IO_CLOSED	0
#define IO_AGAIN	(-1)	/* an event will tell */
#define IO_BROKEN	(-2)

struct io {
	const char	*name;
	ssize_t		(*read)(struct client *, void *, size_t);
	ssize_t		(*write)(struct client *, const void *, size_t);
	/* More than 0: there may be bytes that no event will announce. */
	size_t		(*pending)(const struct client *);
	void		(*close)(struct client *);
};

/* An answer that is longer than one frame and goes out in parts. */
struct stream {
	TAILQ_ENTRY(stream)	 link;
	uint32_t		 number;
	struct buf		 body;		/* what is left */
	int64_t			 credit;
};

/* A request that comes in parts. */
struct incoming {
	TAILQ_ENTRY(incoming)	 link;
	uint32_t		 number;
	struct buf		 body;
	int64_t			 credit;	/* what the peer may send */
	bool			 refused;	/* answered; the rest is read
						 * and forgotten */
};

struct bucket {
	double		tokens;
	double		at;		/* seconds, monotonic */
};

struct client {
	TAILQ_ENTRY(client)	 link;
	TAILQ_ENTRY(client)	 turn_link;	/* has something to flush */
	const struct io		*io;
	int			 fd;
	void			*ssl;
	struct event		 read_ev, write_ev;
	enum client_stage	 stage;
	enum client_drop	 dropped;
	bool			 in_turn, paused, want_write;
	bool			 backlog;	/* whole frames stand in c->in */
	bool			 again;		/* owes a push "look again" */
	bool			 listed;	/* counted for its address */
	time_t			 stage_at, heard_at, pinged_at, wrote_at;
	uint64_t		 serial;	/* for the log */
	char			 address[46];
	char			*program;
	enum lang		 lang;
	struct tenant		*tenant;
	struct session		*session;
	struct session		*dead;		/* see session.h */
	unsigned		 refreshing;	/* rights under way */
	bool			 refresh_again;	/* they could not be read */
	void			*auth;
	void			(*auth_free)(void *);
	uint8_t			*in;		/* start of an unfinished frame */
	size_t			 in_len;
	struct buf		 out;		/* frames that are not parts */
	TAILQ_HEAD(, stream)	 streams;
	size_t			 stream_bytes;
	TAILQ_HEAD(, incoming)	 incoming;
	size_t			 incoming_bytes;
	TAILQ_HEAD(, req)	 reqs;
	unsigned		 nreqs;
	struct bucket		 rate;
	TAILQ_HEAD(, watch)	 watches;
};

TAILQ_HEAD(clients, client);
extern struct clients	clients;	/* all that live, for push and tick */

/* client.c */
void		 client_start(struct event_base *);
/* Takes over the descriptor. */
struct client	*client_new(int fd, const struct io *, const char *address);
void		 client_drop(struct client *, enum client_drop,
		    const char *why);
/* Something is to be written, or it is to be freed: at the turn's end. */
void		 client_turn(struct client *);
/* Like client_drop(), after what waits has been written. */
void		 client_close(struct client *, enum client_drop,
		    const char *why);
/* No new requests; "ended" pushes; returns how many are left. */
void		 client_shutdown_all(void);
unsigned	 client_count(void);
bool		 client_secure(const struct client *);
const char	*client_drop_name(enum client_drop);
/* For what is measured: the clock may be set meanwhile. */
double		 mono_seconds(void);
time_t		 mono_time(void);
/* Takes one token, or says how many seconds to wait for the next one. */
bool		 bucket_take(struct bucket *, double rate, double burst,
		    unsigned *wait);

/* Signing in, for server/auth. The deadline of the stage starts anew. */
void		 client_stage(struct client *, enum client_stage);
/* State of signing in; free_fn runs when it is replaced or the client ends. */
void		 client_auth_set(struct client *, void *state,
		    void (*free_fn)(void *));
void		*client_auth(const struct client *);
/* Address: "local", or numeric. Program: what hello said, "" before. */
const char	*client_address(const struct client *);
const char	*client_program(const struct client *);

/* io.c: what comes in and goes out. */
extern const struct io	io_plain;
void		 client_read(struct client *);
void		 client_write(struct client *);
void		 client_event(evutil_socket_t, short, void *);

/* stream.c: frames to send, streams and their windows. */
void		 client_send(struct client *, enum frame_kind, unsigned flags,
		    uint32_t number, const void *body, size_t len);
/* Takes the buffer's content; goes out in parts when it is long. */
void		 client_reply(struct client *, uint32_t number, struct buf *);
/* Fills out with parts that may go now; false: there are none. */
bool		 stream_fill(struct client *);
void		 stream_end_all(struct client *);
void		 stream_cancel(struct client *, uint32_t number);
void		 stream_window(struct client *, uint32_t number, int64_t);
struct stream	*stream_find(struct client *, uint32_t number);

/* frames.c: what each kind of frame does. */
void		 client_frame(struct client *, const struct frame *,
		    const uint8_t *body);
void		 client_protocol_error(struct client *, const char *why);
void		 incoming_end_all(struct client *);

#endif
