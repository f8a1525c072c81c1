/*
 * One request of one client, from its frame to its reply. It owns an arena:
 * arguments, parameters and reply die with it. Whoever wants something done
 * (wire, scheduler, import, konakctl's socket) builds a request and gives it
 * to dispatch_run(); there is no other door.
 *
 * A handler queues statements and returns. They go to the database as one
 * implicit transaction, led by konak.enter() where the verb's state asks for
 * it; the reply is sent when the commit is known.
 */
#ifndef KONAK_REQ_H
#define KONAK_REQ_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/db/db.h"
#include "server/verb.h"

struct arena;
struct cbw;		/* lib/cbor.h: CBOR writer */
struct cbr;		/* lib/cbor.h: CBOR reader */
struct client;
struct session;
struct tenant;
enum err;		/* lib/proto.h */

typedef void (*req_rows_cb)(struct req *, PGresult *);

struct req {
	struct client		*client;	/* NULL for jobs */
	struct tenant		*tenant;	/* NULL: unknown name in hello */
	struct session		*session;	/* NULL before sign-in */
	const struct verb	*verb;
	struct arena		*arena;
	uint32_t		 number;	/* frame's request number */
	bool			 has_id;
	char			 id[37];	/* request id as text */
	void			*state;		/* the handler's own, in the arena */
	struct req_private	*priv;		/* dispatch's own */
};

/* Arguments, already checked against the verb's row. A missing optional one
 * is NULL, 0 or false; req_has() tells. Borrowed until the request ends. */
bool		 req_has(const struct req *, const char *name);
const char	*req_text(const struct req *, const char *name);
const char	*req_uuid(const struct req *, const char *name); /* 36 chars */
int64_t		 req_int(const struct req *, const char *name);
bool		 req_bool(const struct req *, const char *name);
const uint8_t	*req_bytes(const struct req *, const char *name, size_t *len);
/* Positions the reader on the (checked, well-formed) value of an ARG_ANY or
 * of an argument that the verb leaves open; false when it was not sent. */
bool		 req_any(const struct req *, const char *name, struct cbr *);
/* Calls fn for each argument that is not in the verb's row. */
void		 req_each_open(struct req *, bool (*fn)(struct req *,
		    const char *name, struct cbr *, void *), void *);

/* Queues a statement. Parameters are text (NULL: SQL null; bytea as \x hex)
 * and must live in the arena or longer. cb (may be NULL) sees the result when
 * it arrives, before the commit is known. */
void	req_query(struct req *, const struct db_stmt *, unsigned nparams,
	    const char *const *params, req_rows_cb cb);
/* After the queued statements are committed, fn runs in place of the reply;
 * it may queue more (a new transaction, without enter), start work elsewhere,
 * or leave the reply to be sent. */
void	req_then(struct req *, void (*fn)(struct req *));
/* The handler works elsewhere (worker pool, other service); nothing is sent
 * until it calls req_go() or req_fail(). The request may be cancelled
 * meanwhile; req_go() then only frees it. */
void	req_hold(struct req *);
void	req_go(struct req *);

/* The reply's body, to be filled with one map; an empty map when untouched. */
struct cbw *req_out(struct req *);
/* Further work once the reply is queued and committed (pushes). */
void	req_changed(struct req *, const char *type, const char *id,
	    int64_t version, const char *op);

/* Ends the request with an error. key is a sentence of lib/msg.def; the
 * variable arguments are its parameters as name, value pairs ended by NULL.
 * Later results of the same transaction are ignored. */
void	req_fail(struct req *, enum err, const char *field, const char *key, ...)
	    __attribute__((sentinel));
/* progress frame: place in a queue, or done of total. */
void	req_progress(struct req *, const char *what, int64_t done,
	    int64_t total);

char	*req_printf(struct req *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
