/*
 * Asynchronous PostgreSQL: a pool of pipelined connections a tenant. A
 * statement with a name is prepared once a connection and pinned to its
 * generic plan; one without is planned with its values.
 *
 * A transaction (struct db_tx) is gathered, sent, and ends with one call of
 * its done function. Without DB_STEPS all its statements travel at once as
 * one implicit transaction up to Sync, many transactions of different
 * requests in flight on one connection.
 */
#ifndef KONAK_DB_H
#define KONAK_DB_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct db_pool;
struct db_tx;

struct db_stmt {
	const char	*name;		/* unique in the process; NULL: unnamed */
	const char	*sql;		/* $1 … */
};

/* Why a transaction was not committed. Texts live until done returns. */
struct db_error {
	char		 sqlstate[6];	/* "" when there is none */
	const char	*message;	/* never NULL */
	const char	*detail;	/* these may be NULL */
	const char	*hint;
	const char	*constraint;
	const char	*table;
	const char	*column;
	bool		 lost;		/* the connection broke; a write may
					 * or may not have been committed */
	bool		 unsent;	/* never reached the database */
	bool		 cancelled;	/* by db_tx_cancel() */
};

struct db_conf {
	const char	*name;		/* of the tenant, for the log */
	const char	*host;		/* directory, address or name */
	unsigned	 port;
	const char	*dbname;
	const char	*user;
	const char	*password;	/* may be NULL */
	const char	*sslmode;	/* NULL: by the host */
	unsigned	 connections;	/* 0: 2 */
	unsigned	 server_connections;	/* of all pools with this host
					 * and port; 0: no limit */
	unsigned	 statement_ms;	/* 0: 30000 */
	unsigned	 connect_ms;	/* 0: 10000 */
};

#define DB_STEPS	0x01	/* BEGIN … COMMIT on a connection of its own */
#define DB_WRITE	0x02	/* its commit waits for the disk */
#define DB_LONG		0x04	/* takes long, as do those with a limit of
				 * their own: nobody is sent behind it who
				 * could go elsewhere */

typedef void (*db_rows_cb)(struct db_tx *, PGresult *, void *arg);
/* error NULL: committed. The transaction is freed afterwards. */
typedef void (*db_done_cb)(struct db_tx *, const struct db_error *,
    void *arg);

/* What leaves the machine is encrypted, unless somebody asks otherwise:
 * libpq's sslmode for this host. */
const char	*db_sslmode(const char *host);

struct db_pool	*db_pool_new(struct event_base *, const struct db_conf *);
/* A pool of one connection that stays, hears the channel and does not wait
 * for the disk when it commits; notify gets what others sent. */
struct db_pool	*db_listener_new(struct event_base *, const struct db_conf *,
		    const char *channel, void (*notify)(void *, const char *),
		    void *arg);
/* Ends what waits as unavailable, lets what runs end, then frees. */
void		 db_pool_free(struct db_pool *);
/* New settings for connections made from now on; old ones drain. */
void		 db_pool_conf(struct db_pool *, const struct db_conf *);
bool		 db_pool_up(const struct db_pool *);
/* Called when the first connection after a loss is up again. */
void		 db_pool_on_up(struct db_pool *, void (*)(void *), void *);

struct db_stats {
	unsigned	 open, busy;
	size_t		 waiting, running;
	unsigned long	 done, failed, lost;
};
void		 db_pool_stats(const struct db_pool *, struct db_stats *);

/* limit_ms 0: the pool's. */
struct db_tx	*db_tx_new(struct db_pool *, unsigned flags, unsigned limit_ms,
		    db_done_cb, void *arg);
/* Whose it is, the id of a person: what the others ask for goes before what
 * one has waiting, and no one holds all the connections. */
void		 db_tx_owner(struct db_tx *, const char *person);
/* Parameters are text and must live until done; cb may be NULL. With DB_STEPS
 * more may be added from a rows callback: then they are the next round. */
void		 db_tx_query(struct db_tx *, const struct db_stmt *,
		    unsigned nparams, const char *const *params, db_rows_cb,
		    void *arg);
void		 db_tx_send(struct db_tx *);
/* What has not been sent ends at once (as cancelled); what runs is asked to
 * stop, and done tells what came of it. */
void		 db_tx_cancel(struct db_tx *);
/* Only for one that was never sent. */
void		 db_tx_free(struct db_tx *);

/* Worth running again from the start: 40001, 40P01, and what only this
 * connection could not do. */
bool		 db_error_retry(const struct db_error *);

#endif
