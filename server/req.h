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

#include <sys/queue.h>

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/cbor.h"
#include "lib/lang.h"
#include "lib/proto.h"
#include "server/db/db.h"
#include "server/session.h"
#include "server/verb.h"

struct client;
struct tenant;
struct value_error;

typedef void (*req_rows_cb)(struct req *, PGresult *);

struct req {
	TAILQ_ENTRY(req)	 link;		/* of its client */
	struct client		*client;
	struct tenant		*tenant;	/* NULL: unknown name in hello */
	struct session		*session;	/* NULL before sign-in */
	const struct verb	*verb;
	struct arena		*arena;
	uint32_t		 number;	/* frame's request number */
	bool			 has_id;
	char			 id[37];	/* request id as text */
	void			*state;		/* the handler's own, in the
						 * arena; NULL again when the
						 * request starts over */
	struct req_private	*priv;		/* dispatch's own */
};

/* Arguments, already checked against the verb's row. A missing optional one
 * is NULL, 0 or false; req_has() tells (null sent counts as missing). Borrowed
 * until the request ends. */
bool		 req_has(const struct req *, const char *name);
const char	*req_text(const struct req *, const char *name);
const char	*req_uuid(const struct req *, const char *name); /* 36 chars */
const char *const *req_uuids(const struct req *, const char *name, size_t *n);
int64_t		 req_int(const struct req *, const char *name);
bool		 req_bool(const struct req *, const char *name);
const uint8_t	*req_bytes(const struct req *, const char *name, size_t *len);
/* Positions the reader on the (checked, well-formed) value of an ARG_ANY or
 * of an argument that the verb leaves open; false when it was not sent. */
bool		 req_any(const struct req *, const char *name, struct cbr *);
/* Calls fn for each argument that is not in the verb's row, until it returns
 * false. */
void		 req_each_open(struct req *, bool (*fn)(struct req *,
		    const char *name, struct cbr *, void *), void *);

/* Who asks: the server's copy, for wording and shaping, never for deciding. */
bool		 req_may(const struct req *, const char *code);
/* NULL when the code is not held. */
const char	*req_scope(const struct req *, const char *code);
/* The company that the request began in, and the rights there; the session may
 * have moved on since. NULL: none. */
const char	*req_company(const struct req *);
const char	*req_rights(const struct req *);
/* Where names are read from in this transaction, as the database has said
 * when it entered; NULL: not (yet) known. */
const char	*req_register(const struct req *);
const char	*req_user(const struct req *);		/* NULL none */
enum lang	 req_lang(const struct req *);

/* Queues a statement. Parameters are text (NULL: SQL null; bytea as \x hex);
 * the array is copied, the texts must live in the arena or longer. cb (may be
 * NULL) sees the result when it arrives, before the commit is known. */
void	req_query(struct req *, const struct db_stmt *, unsigned nparams,
	    const char *const *params, req_rows_cb cb);
/* After the queued statements are committed, fn runs in place of the reply;
 * it may queue more (a new transaction, without enter), start work elsewhere,
 * or leave the reply to be sent. */
void	req_then(struct req *, void (*fn)(struct req *));
/* When the transaction was not committed, fn runs before the error is
 * answered. true: handled; it queued statements for another transaction (led
 * by enter again, read-only unless req_mode() said otherwise), called
 * req_again(), req_fail() or wrote the reply. false: the usual answer. At most
 * three transactions a request. The error's `lost` means that a write may have
 * been committed: look for its request id. */
void	req_catch(struct req *, bool (*fn)(struct req *,
	    const struct db_error *));
/* In such an fn: what is queued next enters again, a transaction with the
 * caller's rights. What must be done once asks for it itself (konak.once). */
void	req_enter(struct req *);
void	req_mode(struct req *, bool writes);
/* Runs the verb from its beginning. */
void	req_again(struct req *);
bool	req_retried(const struct req *);	/* it has begun before */
/* The handler works elsewhere (worker pool, other service); nothing is sent
 * until it calls req_go() or req_fail() + req_go(). The request may be
 * cancelled or its client gone meanwhile; req_go() then only frees it. */
void	req_hold(struct req *);	/* each is let go once */
void	req_go(struct req *);
bool	req_gone(const struct req *);

/* The reply's body, to be filled with one map; an empty map when untouched. */
struct cbw *req_out(struct req *);
/* What a committed write changed, for everybody's push. op is create, edit,
 * delete or restore; type and op must be literals or live in the arena. */
void	req_changed(struct req *, const char *type, const char *id,
	    int64_t version, const char *op);
/* Like it, when there are too many to name: look again at the whole type. */
void	req_changed_all(struct req *, const char *type);

/* Like it, for the other screens of the same person alone. */
void		 req_changed_own(struct req *, const char *type);

/* Ends the request with an error. key is a sentence of lib/msg.def; the
 * variable arguments are its parameters as name, value pairs ended by NULL.
 * Later results of the same transaction are ignored. The first call wins. */
void	req_fail(struct req *, enum err, const char *field, const char *key, ...)
	    __attribute__((sentinel));
/* One of several fields at fault: the answer is ERR_INVALID with all of them
 * (and the first one's words as its own). */
void	req_bad(struct req *, const char *field, const char *key, ...)
	    __attribute__((sentinel));
/* A value that a field or an argument does not take. */
void	req_bad_value(struct req *, const char *field,
	    const struct value_error *);
/* As req_fail() and req_bad(), with a sentence that stands in a definition. */
void	req_fail_text(struct req *, enum err, const char *field,
	    const char *key, const char *text);
void	req_bad_text(struct req *, const char *field, const char *key,
	    const char *text);
/* A right that the handler found missing in the server's copy: refused,
 * recorded and answered like one of the verb's own `need`. */
void	req_need(struct req *, const char *code);
bool	req_failed(const struct req *);
/* Fields named from now on are those of this part: "proposal_lines.2" makes
 * "price" into "proposal_lines.2.price". NULL ends it. */
void	req_part(struct req *, const char *part);
/* "try again in": auth_failed, code_wrong, rate, unavailable. */
void	req_wait(struct req *, unsigned seconds);
/* Writer for the error's `conflict`, one map; then req_fail(ERR_STALE, …). */
struct cbw *req_conflict(struct req *);
/* progress frame: "place" in a queue, or "done" of total; text may be NULL. */
void	req_progress(struct req *, const char *what, int64_t n, int64_t total,
	    const char *text);

char	*req_printf(struct req *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* What an error of the database would be answered with, for rows that fail
 * while the request goes on. */
struct req_words {
	const char	*code, *key, *text;
	const char	*field;		/* NULL none */
};
void	req_words(struct req *, const struct db_error *, struct req_words *);

/* The engine's words for 23505, 23503, 23514, 23P01, 23502, 22001: calls
 * req_fail() and returns true, or returns false for the general sentence. */
void	req_on_constraint(bool (*fn)(struct req *, const struct db_error *));

#endif
