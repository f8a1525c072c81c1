/*
 * One pipelined connection. What it has sent and not yet read back stands in
 * its slots, in order; pool.c decides what goes on which connection.
 */
#ifndef KONAK_DB_CONN_H
#define KONAK_DB_CONN_H

#include <sys/queue.h>
#include <sys/time.h>

#include <event2/event.h>

#include <stdint.h>

#include "server/db/db.h"

struct cancel;
struct work;

#define TX_QUERIES	8	/* grows when a transaction has more */
#define DB_OWNER	37	/* a person's id, and the NUL */
#define DB_NTH		64	/* numbers of connections */
#define DB_CHAINS	64

struct db_query {
	const struct db_stmt	*stmt;
	const char *const	*params;
	unsigned		 nparams;
	db_rows_cb		 cb;
	void			*arg;
};

enum tx_state { TX_NEW, TX_WAITING, TX_RUNNING, TX_ENDING };

struct db_tx {
	TAILQ_ENTRY(db_tx)	 link;
	struct db_pool		*pool;
	struct db_conn		*conn;
	enum tx_state		 state;
	unsigned		 flags;
	unsigned		 limit_ms;
	db_done_cb		 done;
	void			*arg;
	struct db_query		*queries;
	unsigned		 nqueries, room, nsent, nread;
	struct db_query		 first[TX_QUERIES];
	struct timeval		 since;		/* when it began to wait */
	struct timeval		 sent;
	uint64_t		 took_us;	/* the database, for it alone */
	char			 owner_name[DB_OWNER];
	struct db_owner		*owner;
	unsigned		 nth;		/* of its connection */
	bool			 custom;	/* plan_cache_mode switched */
	bool			 failed;
	bool			 cancel;	/* asked for */
	bool			 ending;	/* steps: the end was sent */
	struct db_error		 error;
	PGresult		*result;	/* holds error's texts */
	struct db_stmt		 own;		/* listener's LISTEN */
	char			 own_sql[80];
};

TAILQ_HEAD(db_txs, db_tx);

enum slot_kind {
	SLOT_PREPARE,
	SLOT_PREPARE_SYNC,
	SLOT_SET,		/* result of no interest */
	SLOT_QUERY,
	SLOT_COMMIT,
	SLOT_ROLLBACK_SYNC,	/* the pipeline is clean, ROLLBACK follows */
	SLOT_SYNC		/* the transaction's end */
};

struct slot {
	enum slot_kind	 kind;
	bool		 got;		/* its result came, NULL follows */
	unsigned	 n;		/* SLOT_QUERY: which */
	struct db_tx	*tx;
	const struct db_stmt *stmt;	/* SLOT_PREPARE */
};

enum conn_state { CONN_NAME, CONN_CONNECTING, CONN_READY, CONN_DEAD };

enum { PREP_NONE, PREP_SENT, PREP_READY };

struct prepared {
	const struct db_stmt	*stmt;
	int			 state;
};

struct db_conn {
	TAILQ_ENTRY(db_conn)	 link;
	struct db_pool		*pool;
	PGconn			*pg;
	enum conn_state		 state;
	struct event		*read_ev, *write_ev;
	struct work		*resolving;
	unsigned		 nth;
	struct timeval		 born, idle_since, last_read, last_end;
	struct slot		*slots;		/* ring */
	size_t			 head, count, room;
	struct prepared		*prepared;	/* open addressing */
	size_t			 nprepared, prepared_room;
	unsigned		 ntx;		/* in flight */
	unsigned		 nlong;		/* of them, with DB_LONG */
	bool			 exclusive;	/* DB_STEPS runs on it */
	bool			 drain;		/* takes nothing new */
	struct cancel		*cancelling;
	bool			 reading;	/* inside conn_read() */
	bool			 broken;
	bool			 counted;	/* among the pool's ready */
};

LIST_HEAD(db_chain, db_owner);
TAILQ_HEAD(db_turn, db_owner);

/* What waits for a pool, by whose it is (turn.c). */
struct turns {
	struct db_chain		 chains[DB_CHAINS];
	struct db_turn		 waiting;
	size_t			 n;
	const struct db_owner	*last;		/* who was sent last … */
	time_t			 mixed;		/* … and when it was another */
};

void		 turns_init(struct turns *);
/* false: of this person too much waits already. */
bool		 turns_add(struct turns *, struct db_tx *);
void		 turns_remove(struct turns *, struct db_tx *);
/* The first of whoever is next; after NULL: of whose turn it is. */
struct db_tx	*turns_next(struct turns *, const struct db_tx *after);
/* What waits first of the same owner's. */
struct db_tx	*turns_first(const struct db_tx *);
/* Its owner holds all the connections of max that he may: it goes to one of
 * those, see turns_on(). */
bool		 turns_limited(const struct turns *, const struct db_tx *,
		    unsigned max);
bool		 turns_on(const struct db_tx *, const struct db_conn *);
/* It no longer waits, and its owner's next turn comes after the others'. */
void		 turns_sent(struct turns *, struct db_tx *,
		    const struct db_conn *);
void		 turns_ended(struct db_tx *);
/* Forgets who has asked for nothing for a while. */
void		 turns_sweep(struct turns *);
void		 turns_free(struct turns *);

/* Of a name, for tables of this directory. */
size_t		 conn_hash(const char *name);
void		 db_moment(struct timeval *);
/* Adds it to the pool; it may be lost and freed again before this returns. */
void		 conn_open(struct db_pool *);
/* Sends the whole transaction, or the first round of one with steps. */
void		 conn_send(struct db_conn *, struct db_tx *);
void		 conn_cancel_running(struct db_conn *);
/* The transaction whose statements run now, or NULL. */
struct db_tx	*conn_running(const struct db_conn *);
/* Ends what is in flight as lost, and frees the connection. */
void		 conn_close(struct db_conn *, const char *why);

/* pool.c, called by conn.c */
void		 pool_conn_add(struct db_conn *);
/* It is up, or has read something: may close it when it is to drain. */
void		 pool_conn_ready(struct db_conn *);
void		 pool_conn_lost(struct db_conn *, const char *why);
void		 pool_tx_end(struct db_tx *);
void		 pool_notified(struct db_conn *, const char *payload);
const struct db_conf *pool_conf(const struct db_pool *);
struct event_base *pool_base(const struct db_pool *);
const char	*pool_channel(const struct db_pool *);

#endif
