/*
 * A tenant's connections: how many, which transaction goes where, what waits,
 * reconnecting with growing pauses, closing what is idle or old.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/db/conn.h"

#define POOL_CONNECTIONS	4
#define POOL_CALM	2	/* connections that one tenant opens early … */
#define POOL_EACH	4	/* … and keeps this busy before others help */
#define POOL_DEPTH	16	/* transactions in flight on one connection */
#define POOL_WAITING	4096	/* more are unavailable at once */
#define POOL_IDLE_S	60
#define POOL_AGE_S	600
#define POOL_DOWN_MS	2000	/* patience while nothing can be reached */
#define POOL_STUCK_MS	10	/* its statement takes long: prefer others */
#define BACKOFF_MIN_MS	100
#define BACKOFF_MAX_MS	2000

struct db_pool {
	TAILQ_ENTRY(db_pool)	 link;
	struct event_base	*base;
	struct db_conf		 conf;		/* copies of its own */
	char			*channel;	/* listener */
	void			(*notify)(void *, const char *);
	void			*notify_arg;
	void			(*on_up)(void *);
	void			*on_up_arg;
	TAILQ_HEAD(db_conns, db_conn) conns;
	unsigned		 nconns, nready;
	struct turns		 turns;
	struct db_txs		 ended;
	size_t			 nrunning;
	unsigned		 nth;		/* of the next connection */
	struct event		*tick_ev, *ended_ev, *retry_ev;
	unsigned		 backoff_ms;
	bool			 was_down;	/* since the last on_up */
	bool			 ever_up;
	bool			 starving;	/* has none, may open none */
	struct timeval		 starving_since;
	bool			 closing;
	unsigned long		 done, failed, lost;
};

static TAILQ_HEAD(, db_pool)	pools = TAILQ_HEAD_INITIALIZER(pools);

static void	pool_pump(struct db_pool *);

static long
ms_since(const struct timeval *from)
{
	struct timeval	now;

	db_moment(&now);
	return (now.tv_sec - from->tv_sec) * 1000L +
	    (now.tv_usec - from->tv_usec) / 1000;
}

static char *
dup_or_null(const char *s)
{
	return s == NULL ? NULL : xstrdup(s);
}

static void
conf_copy(struct db_conf *to, const struct db_conf *from)
{
	*to = *from;
	to->name = xstrdup(from->name);
	to->host = xstrdup(from->host);
	to->dbname = xstrdup(from->dbname);
	to->user = xstrdup(from->user);
	to->password = dup_or_null(from->password);
	to->sslmode = dup_or_null(from->sslmode);
}

static void
conf_free(struct db_conf *c)
{
	free((char *)c->name);
	free((char *)c->host);
	free((char *)c->dbname);
	free((char *)c->user);
	if (c->password != NULL)
		explicit_bzero((char *)c->password, strlen(c->password));
	free((char *)c->password);
	free((char *)c->sslmode);
}

const struct db_conf *
pool_conf(const struct db_pool *p)
{
	return &p->conf;
}

struct event_base *
pool_base(const struct db_pool *p)
{
	return p->base;
}

const char *
pool_channel(const struct db_pool *p)
{
	return p->channel;
}

void
pool_notified(struct db_conn *c, const char *payload)
{
	if (c->pool->notify != NULL)
		c->pool->notify(c->pool->notify_arg, payload);
}

/*
 * The end of a transaction. What never reached a connection ends in a later
 * turn of the loop, so that no done function runs inside db_tx_send().
 */

static void
tx_done(struct db_tx *tx)
{
	struct db_pool	*p = tx->pool;

	if (tx->failed) {
		p->failed++;
		if (tx->error.lost)
			p->lost++;
		if (tx->error.message == NULL)
			tx->error.message = "failed";
	} else
		p->done++;
	tx->done(tx, tx->failed ? &tx->error : NULL, tx->arg);
	db_tx_free(tx);
}

static void
pool_ended(evutil_socket_t fd, short what, void *arg)
{
	struct db_pool	*p = arg;
	struct db_txs	 list = TAILQ_HEAD_INITIALIZER(list);
	struct db_tx	*tx;

	TAILQ_CONCAT(&list, &p->ended, link);
	while ((tx = TAILQ_FIRST(&list)) != NULL) {
		TAILQ_REMOVE(&list, tx, link);
		tx_done(tx);
	}
}

static void
tx_end_later(struct db_tx *tx, const char *why, bool cancelled)
{
	tx->state = TX_ENDING;
	tx->failed = true;
	tx->error.message = why;
	tx->error.unsent = true;
	tx->error.cancelled = cancelled;
	TAILQ_INSERT_TAIL(&tx->pool->ended, tx, link);
	event_active(tx->pool->ended_ev, EV_TIMEOUT, 0);
}

void
pool_tx_end(struct db_tx *tx)
{
	tx->pool->nrunning--;
	turns_ended(tx);
	tx->state = TX_ENDING;
	tx_done(tx);
}

static void
waiting_fail(struct db_pool *p, long older_ms, const char *why)
{
	struct db_tx	*tx, *next;

	for (tx = turns_next(&p->turns, NULL); tx != NULL; tx = next) {
		next = turns_next(&p->turns, tx);
		/* A queue's first is its oldest. */
		while (tx != NULL && (older_ms == 0 ||
		    ms_since(&tx->since) >= older_ms)) {
			turns_remove(&p->turns, tx);
			tx_end_later(tx, why, false);
			tx = turns_first(tx);
		}
	}
}

/*
 * Connections.
 */

void
pool_conn_add(struct db_conn *c)
{
	TAILQ_INSERT_TAIL(&c->pool->conns, c, link);
	c->pool->nconns++;
	c->nth = c->pool->nth++ % DB_NTH;
}

static bool
same_server(const struct db_pool *a, const struct db_pool *b)
{
	return a->channel == NULL && b->channel == NULL &&
	    a->conf.port == b->conf.port &&
	    strcmp(a->conf.host, b->conf.host) == 0;
}

/* In a later turn: whoever removes a connection may be walking a list. */
static void
server_freed(struct db_pool *p)
{
	struct db_pool	*q, *first = NULL;

	TAILQ_FOREACH(q, &pools, link) {
		if (q->starving && same_server(p, q) && (first == NULL ||
		    timercmp(&q->starving_since, &first->starving_since, <)))
			first = q;
	}
	if (first != NULL)
		event_active(first->retry_ev, EV_TIMEOUT, 0);
}

static void
conn_remove(struct db_conn *c, const char *why)
{
	struct db_pool	*p = c->pool;

	TAILQ_REMOVE(&p->conns, c, link);
	p->nconns--;
	if (c->counted)
		p->nready--;
	conn_close(c, why);
	server_freed(p);
}

static bool
is_idle(const struct db_conn *c)
{
	return c->state == CONN_READY && c->ntx == 0 && !c->reading &&
	    c->cancelling == NULL;
}

/* The server's connections are all taken: another pool gives up the one that
 * was idle longest. */
static bool
server_take_idle(struct db_pool *p)
{
	struct db_pool	*q;
	struct db_conn	*c, *oldest = NULL;

	TAILQ_FOREACH(q, &pools, link) {
		if (q == p || !same_server(p, q))
			continue;
		TAILQ_FOREACH(c, &q->conns, link) {
			if (is_idle(c) && (oldest == NULL || timercmp(
			    &c->idle_since, &oldest->idle_since, <)))
				oldest = c;
		}
	}
	if (oldest == NULL)
		return false;
	conn_remove(oldest, "another tenant needs it");
	return true;
}

static bool
is_draining(const struct db_pool *p)
{
	const struct db_conn	*c;

	TAILQ_FOREACH(c, &p->conns, link) {
		if (c->drain)
			return true;
	}
	return false;
}

/* All are busy: the pool with the most, or of those the one that has had its
 * own for longest, lets one run dry. */
static void
server_ask(struct db_pool *p)
{
	struct db_pool	*q;
	struct db_conn	*c, *ask = NULL;

	TAILQ_FOREACH(q, &pools, link) {
		c = TAILQ_FIRST(&q->conns);
		if (q == p || !same_server(p, q) || c == NULL ||
		    c->state != CONN_READY || is_draining(q))
			continue;
		if (ask == NULL || q->nready > ask->pool->nready ||
		    (q->nready == ask->pool->nready &&
		    timercmp(&c->born, &ask->born, <)))
			ask = c;
	}
	if (ask != NULL)
		ask->drain = true;
}

static bool
server_room(struct db_pool *p)
{
	struct db_pool	*q;
	unsigned	 n = 0;

	if (p->conf.server_connections == 0 || p->channel != NULL)
		return true;
	TAILQ_FOREACH(q, &pools, link) {
		if (same_server(p, q))
			n += q->nconns;
	}
	if (n < p->conf.server_connections || server_take_idle(p))
		return true;
	if (p->nconns == 0 && !p->starving) {
		p->starving = true;
		db_moment(&p->starving_since);
		server_ask(p);
	}
	return false;
}

static void
listen_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	if (e != NULL)
		log_error(tx->pool->conf.name, "listen: %s", e->message);
}

static void
pool_came_up(struct db_conn *c)
{
	struct db_pool	*p = c->pool;
	struct db_tx	*tx;
	struct db_stmt	*listen;

	c->counted = true;
	p->nready++;
	p->backoff_ms = 0;
	if (p->channel != NULL) {
		/* The statement lies in the transaction's own queries. */
		tx = db_tx_new(p, 0, 0, listen_done, NULL);
		listen = &tx->own;
		snprintf(tx->own_sql, sizeof tx->own_sql, "listen %s",
		    p->channel);
		listen->sql = tx->own_sql;
		db_tx_query(tx, listen, 0, NULL, NULL, NULL);
		p->nrunning++;
		conn_send(c, tx);
	}
	if (p->was_down)
		log_info(p->conf.name, "database is back");
	/* A listener has missed something whenever it was away. */
	if ((p->was_down || (p->channel != NULL && p->ever_up)) &&
	    p->on_up != NULL)
		p->on_up(p->on_up_arg);
	p->was_down = false;
	p->ever_up = true;
}

void
pool_conn_ready(struct db_conn *c)
{
	struct db_pool	*p = c->pool;

	if (c->state == CONN_READY && !c->counted)
		pool_came_up(c);
	if (c->drain && c->ntx == 0 && c->cancelling == NULL)
		conn_remove(c, "drained");
	pool_pump(p);
}

void
pool_conn_lost(struct db_conn *c, const char *why)
{
	struct db_pool	*p = c->pool;
	bool		 was_up = c->counted;
	char		 text[256];

	snprintf(text, sizeof text, "%.*s", (int)strcspn(why, "\n"), why);
	conn_remove(c, text);
	if (!was_up || p->nready == 0) {
		if (!p->was_down)
			log_warn(p->conf.name, "database: %s", text);
		p->was_down = p->was_down || p->nready == 0;
	}
	if (p->closing)
		return;
	if (!was_up) {
		p->backoff_ms = p->backoff_ms == 0 ? BACKOFF_MIN_MS :
		    p->backoff_ms * 2;
		if (p->backoff_ms > BACKOFF_MAX_MS)
			p->backoff_ms = BACKOFF_MAX_MS;
	}
	pool_pump(p);
}

/* The least busy connection that may take one more, and how busy it is; NULL:
 * all are full. The first ones are preferred: a process of the database that
 * finds its next request waiting need not be woken for it. What waits for the
 * disk is spread. */
static struct db_conn *
pool_choose(struct db_pool *p, const struct db_tx *tx, bool limited,
    unsigned *busy)
{
	struct db_conn	*c, *best = NULL;
	unsigned	 load, best_load = 0, nth = 0;

	TAILQ_FOREACH(c, &p->conns, link) {
		if (c->state != CONN_READY || !c->counted || c->broken ||
		    c->drain || c->exclusive || c->cancelling != NULL ||
		    c->ntx >= POOL_DEPTH || (limited && !turns_on(tx, c)))
			continue;
		load = c->ntx;
		if (nth++ >= POOL_CALM && !(tx->flags & DB_WRITE))
			load += POOL_EACH - 1;
		if (c->nlong > 0 ||
		    (c->ntx > 0 && ms_since(&c->last_read) > POOL_STUCK_MS))
			load += POOL_DEPTH;
		if (best == NULL || load < best_load) {
			best = c;
			best_load = load;
		}
	}
	*busy = best_load;
	return best;
}

/* Rather than to queue behind what takes long, it waits for the connection
 * that is being made. */
static bool
pool_patient(const struct db_pool *p, const struct db_conn *chosen)
{
	const struct db_conn	*c;

	if (chosen->nlong == 0)
		return false;
	TAILQ_FOREACH(c, &p->conns, link) {
		if (c->state != CONN_READY)
			return true;
	}
	return false;
}

static unsigned
pool_max(const struct db_pool *p)
{
	if (p->channel != NULL)
		return 1;
	return p->conf.connections == 0 ? POOL_CONNECTIONS :
	    p->conf.connections;
}

/* One more connection, unless one is on its way or a pause is to be kept. */
static void
pool_grow(struct db_pool *p)
{
	struct timeval	 tv;
	struct db_conn	*c;
	unsigned	 n = 0;

	TAILQ_FOREACH(c, &p->conns, link) {
		if (c->state != CONN_READY)
			return;
		if (!c->drain)
			n++;
	}
	if (n >= pool_max(p) || evtimer_pending(p->retry_ev, NULL) ||
	    !server_room(p))
		return;
	if (p->backoff_ms == 0) {
		conn_open(p);
		return;
	}
	tv.tv_sec = p->backoff_ms / 1000;
	tv.tv_usec = (p->backoff_ms % 1000) * 1000;
	evtimer_add(p->retry_ev, &tv);
}

static void
pool_retry(evutil_socket_t fd, short what, void *arg)
{
	struct db_pool	*p = arg;

	if (p->starving) {
		p->starving = false;
		pool_pump(p);
		return;
	}
	if (!p->closing && (p->channel != NULL || p->turns.n > 0 ||
	    p->was_down))
		conn_open(p);
}

/* The connection that takes this one now, or NULL. */
static struct db_conn *
pool_place(struct db_pool *p, const struct db_tx *tx, bool limited)
{
	struct db_conn	*c;
	unsigned	 busy;

	c = pool_choose(p, tx, limited, &busy);
	/* Many tenants share the database: a third connection is for those
	 * that keep two busy. */
	if (!limited && (c == NULL || busy >= (p->nready < POOL_CALM ? 1 :
	    tx->flags & DB_WRITE ? 2 : POOL_EACH))) {
		pool_grow(p);
		c = pool_choose(p, tx, limited, &busy);
	}
	return c == NULL || pool_patient(p, c) ? NULL : c;
}

/* Sends one of what waits; those whose owner has to wait for himself are
 * passed over. */
static bool
pool_send(struct db_pool *p)
{
	struct db_conn	*c;
	struct db_tx	*tx;
	bool		 limited;

	for (tx = turns_next(&p->turns, NULL); tx != NULL;
	    tx = turns_next(&p->turns, tx)) {
		limited = turns_limited(&p->turns, tx, pool_max(p));
		c = pool_place(p, tx, limited);
		/* A new connection that was refused at once has pumped: it
		 * may have been sent meanwhile. */
		if (tx->state != TX_WAITING)
			return true;
		if (c != NULL) {
			turns_sent(&p->turns, tx, c);
			p->nrunning++;
			conn_send(c, tx);
			return true;
		}
		if (!limited)
			return false;
	}
	return false;
}

static void
pool_pump(struct db_pool *p)
{
	/* Sending can break a connection, but never calls back here. */
	while (pool_send(p))
		;
	if (p->turns.n == 0 && !p->closing &&
	    (p->channel != NULL || p->was_down) && p->nconns == 0)
		pool_grow(p);
}

static void
pool_destroy(struct db_pool *p)
{
	pool_ended(-1, 0, p);
	TAILQ_REMOVE(&pools, p, link);
	event_free(p->tick_ev);
	event_free(p->ended_ev);
	event_free(p->retry_ev);
	conf_free(&p->conf);
	turns_free(&p->turns);
	free(p->channel);
	free(p);
}

static void
conn_tick(struct db_pool *p, struct db_conn *c)
{
	struct db_tx	*tx;
	unsigned	 limit;

	limit = p->conf.connect_ms == 0 ? 10000 : p->conf.connect_ms;
	if (c->state != CONN_READY) {
		if (c->resolving == NULL && ms_since(&c->born) > limit)
			pool_conn_lost(c, "connecting took too long");
		return;
	}
	limit = p->conf.statement_ms == 0 ? 30000 : p->conf.statement_ms;
	tx = conn_running(c);
	if (tx != NULL && tx->limit_ms > limit)
		limit = tx->limit_ms;
	if (c->ntx > 0) {
		/* The server's own time limit has passed: it is not there. */
		if (ms_since(&c->last_read) > limit + 10000)
			pool_conn_lost(c, "the database does not answer");
		else if (ms_since(&c->born) > POOL_AGE_S * 1000L)
			c->drain = true;
		return;
	}
	if (p->channel != NULL && !c->drain && !p->closing)
		return;
	if (c->drain || p->closing ||
	    ms_since(&c->idle_since) > POOL_IDLE_S * 1000L ||
	    ms_since(&c->born) > POOL_AGE_S * 1000L)
		if (c->cancelling == NULL)
			conn_remove(c, "idle");
}

static void
pool_tick(evutil_socket_t fd, short what, void *arg)
{
	struct db_pool	*p = arg;
	struct db_conn	*c, *next;

	for (c = TAILQ_FIRST(&p->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, link);
		conn_tick(p, c);
	}
	if (p->closing) {
		if (p->nconns == 0)
			pool_destroy(p);
		return;
	}
	if (p->starving)
		server_ask(p);
	turns_sweep(&p->turns);
	if (p->nready == 0 && p->backoff_ms > 0)
		waiting_fail(p, POOL_DOWN_MS, "the database is not reachable");
	waiting_fail(p, p->conf.statement_ms == 0 ? 30000 :
	    (long)p->conf.statement_ms, "no connection became free");
	pool_pump(p);
}

/*
 * What the rest of the server calls.
 */

struct db_pool *
db_pool_new(struct event_base *base, const struct db_conf *conf)
{
	static const struct timeval	 second = { 1, 0 };
	struct db_pool			*p = xcalloc(1, sizeof *p);

	p->base = base;
	conf_copy(&p->conf, conf);
	TAILQ_INIT(&p->conns);
	turns_init(&p->turns);
	TAILQ_INIT(&p->ended);
	p->tick_ev = event_new(base, -1, EV_PERSIST, pool_tick, p);
	p->ended_ev = event_new(base, -1, 0, pool_ended, p);
	p->retry_ev = evtimer_new(base, pool_retry, p);
	evtimer_add(p->tick_ev, &second);
	TAILQ_INSERT_TAIL(&pools, p, link);
	return p;
}

struct db_pool *
db_listener_new(struct event_base *base, const struct db_conf *conf,
    const char *channel, void (*notify)(void *, const char *), void *arg)
{
	struct db_pool	*p = db_pool_new(base, conf);

	p->channel = xstrdup(channel);
	p->notify = notify;
	p->notify_arg = arg;
	pool_grow(p);
	return p;
}

void
db_pool_free(struct db_pool *p)
{
	if (p == NULL)
		return;
	p->closing = true;
	p->on_up = NULL;
	p->notify = NULL;
	waiting_fail(p, 0, "the tenant is closed");
	/* The tick closes connections as they fall idle, then frees. */
}

void
db_pool_conf(struct db_pool *p, const struct db_conf *conf)
{
	struct db_conf	 old = p->conf;
	struct db_conn	*c;

	conf_copy(&p->conf, conf);
	conf_free(&old);
	TAILQ_FOREACH(c, &p->conns, link)
		c->drain = true;
}

bool
db_pool_up(const struct db_pool *p)
{
	return p->nready > 0 || !p->was_down;
}

void
db_pool_on_up(struct db_pool *p, void (*fn)(void *), void *arg)
{
	p->on_up = fn;
	p->on_up_arg = arg;
}

void
db_pool_stats(const struct db_pool *p, struct db_stats *s)
{
	const struct db_conn	*c;

	memset(s, 0, sizeof *s);
	s->open = p->nready;
	TAILQ_FOREACH(c, &p->conns, link) {
		if (c->ntx > 0)
			s->busy++;
	}
	s->waiting = p->turns.n;
	s->running = p->nrunning;
	s->done = p->done;
	s->failed = p->failed;
	s->lost = p->lost;
}

struct db_tx *
db_tx_new(struct db_pool *p, unsigned flags, unsigned limit_ms,
    db_done_cb done, void *arg)
{
	struct db_tx	*tx = xcalloc(1, sizeof *tx);

	tx->pool = p;
	tx->flags = limit_ms == 0 ? flags : flags | DB_LONG;
	tx->limit_ms = limit_ms;
	tx->done = done;
	tx->arg = arg;
	tx->queries = tx->first;
	tx->room = TX_QUERIES;
	return tx;
}

void
db_tx_owner(struct db_tx *tx, const char *person)
{
	snprintf(tx->owner_name, sizeof tx->owner_name, "%s", person);
}

void
db_tx_query(struct db_tx *tx, const struct db_stmt *stmt, unsigned nparams,
    const char *const *params, db_rows_cb cb, void *arg)
{
	struct db_query	*q;

	if (tx->state == TX_ENDING || tx->ending)
		fatalx("db_tx_query: the transaction has ended");
	if (tx->state == TX_RUNNING && !(tx->flags & DB_STEPS))
		fatalx("db_tx_query: %s wants DB_STEPS", stmt->sql);
	if (tx->nqueries == tx->room) {
		tx->room *= 2;
		q = xcalloc(tx->room, sizeof *q);
		memcpy(q, tx->queries, tx->nqueries * sizeof *q);
		if (tx->queries != tx->first)
			free(tx->queries);
		tx->queries = q;
	}
	q = &tx->queries[tx->nqueries++];
	*q = (struct db_query){ stmt, params, nparams, cb, arg };
}

void
db_tx_send(struct db_tx *tx)
{
	struct db_pool	*p = tx->pool;

	db_moment(&tx->since);
	if (p->closing || p->turns.n >= POOL_WAITING ||
	    !turns_add(&p->turns, tx)) {
		tx_end_later(tx, "too much waits for the database", false);
		return;
	}
	tx->state = TX_WAITING;
	pool_pump(p);
}

void
db_tx_cancel(struct db_tx *tx)
{
	switch (tx->state) {
	case TX_WAITING:
		turns_remove(&tx->pool->turns, tx);
		tx_end_later(tx, "cancelled", true);
		break;
	case TX_RUNNING:
		tx->cancel = true;
		if (conn_running(tx->conn) == tx)
			conn_cancel_running(tx->conn);
		break;
	default:
		break;
	}
}

void
db_tx_free(struct db_tx *tx)
{
	if (tx->queries != tx->first)
		free(tx->queries);
	PQclear(tx->result);
	free(tx);
}
