/* What dispatch, replies and argument reading know of a request; handlers
 * see req.h. */
#ifndef KONAK_REQ_PRIVATE_H
#define KONAK_REQ_PRIVATE_H

#include <sys/queue.h>

#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/msg.h"
#include "server/push.h"
#include "server/req.h"
#include "server/why.h"

struct arg_value {
	bool		 sent;
	int64_t		 n;		/* ARG_INT, ARG_BOOL; count of UUIDS */
	const char	*text;		/* ARG_TEXT, ARG_SECRET, ARG_UUID */
	const uint8_t	*bytes;
	size_t		 len;
	const char	**texts;	/* ARG_UUIDS */
	struct cbr	 any;
};

/* A field at fault. */
struct req_bad {
	STAILQ_ENTRY(req_bad)	 link;
	const char		*field, *key, *text;
	struct msg_param	*params;
	size_t			 nparams;
};

struct req_private {
	struct buf	 big;		/* body that came in parts */
	struct cbr	 args_map;	/* stands before the arguments' map */
	bool		 has_args;
	struct arg_value args[VERB_ARGS];
	/* the transaction */
	struct db_tx	*tx;
	unsigned	 nqueries;	/* the handler's */
	bool		 sent;
	unsigned	 ncatch, retries;
	bool		 writes;
	bool		 committed;	/* what follows needs no enter */
	bool		 refreshed;	/* rights were read again */
	const char	*company;	/* it began in; "" none, NULL: nobody
					 * is signed in */
	const char	*rights;	/* there; NULL none */
	char		 names[37];	/* register that enter told, or "" */
	void		(*then)(struct req *);
	bool		(*catch)(struct req *, const struct db_error *);
	bool		 again;
	bool		 running;	/* inside a handler's function */
	unsigned	 held;		/* works elsewhere, so often */
	bool		 gone, cancelled, answering;
	const char	*part;		/* of the record, see req_part() */
	/* the answer */
	struct buf	 out;
	struct cbw	 out_w;
	bool		 out_used;
	enum err	 err;
	struct req_bad	 error;		/* words of err */
	STAILQ_HEAD(, req_bad) bad;
	size_t		 nbad;
	unsigned	 wait;
	const char	*need;
	struct why	 why;		/* about it, for the answer */
	bool		 recording;	/* a refusal, which a client that
					 * leaves must not cancel */
	const char	*denied;	/* by req_need(), not yet answered */
	struct buf	 conflict;
	struct cbw	 conflict_w;
	TAILQ_HEAD(, change) changes;
	double		 began;
};

/* args.c: NULL when good; else the error is in the request (req_fail). */
bool	args_read(struct req *, const struct cbr *args);

/* Forgets the answer, for another try. */
void	req_reset(struct req *);
void	req_free(struct req *);
struct req *req_new(struct client *, uint32_t number);
/* dispatch.c: goes on after a handler has returned or let go. */
void	dispatch_go(struct req *);
/* The transaction that statements are added to; NULL: there is no tenant. */
struct db_tx *dispatch_tx(struct req *);
/* Runs the verb from its beginning; soon: after a short pause. */
void	dispatch_restart(struct req *, bool soon);
/* refuse.c: what becomes of a transaction that was not committed, and of a
 * right that is missing. Both lead to the answer. */
void	refuse_db(struct req *, const struct db_error *);
void	refuse_denied(struct req *, const char *code);
bool	refuse_constraint(struct req *, const struct db_error *);

#endif
