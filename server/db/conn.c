/*
 * A pipelined libpq connection: connecting, sending transactions, reading
 * their results back in order. Nothing here blocks: names are resolved in a
 * worker thread, and so are cancel requests sent.
 */
#include <arpa/inet.h>
#include <netdb.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/db/conn.h"
#include "server/worker.h"

static const char set_custom[] =
    "select set_config('plan_cache_mode', 'auto', true)";
static const char set_limit[] =
    "select set_config('statement_timeout', $1, true)";

static void	conn_event(evutil_socket_t, short, void *);

/* What is measured here must not see the clock being set. */
void
db_moment(struct timeval *tv)
{
	struct timespec	t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	tv->tv_sec = t.tv_sec;
	tv->tv_usec = (suseconds_t)(t.tv_nsec / 1000);
}

/*
 * Slots: what was sent and is still to be answered.
 */

static void
slot_push(struct db_conn *c, enum slot_kind kind, struct db_tx *tx, unsigned n)
{
	struct slot	*old, *s;
	size_t		 i, room;

	if (c->count == c->room) {
		room = c->room == 0 ? 32 : c->room * 2;
		old = c->slots;
		c->slots = xcalloc(room, sizeof *c->slots);
		for (i = 0; i < c->count; i++)
			c->slots[i] = old[(c->head + i) % c->room];
		free(old);
		c->head = 0;
		c->room = room;
	}
	s = &c->slots[(c->head + c->count++) % c->room];
	*s = (struct slot){ .kind = kind, .tx = tx, .n = n };
}

static struct slot
slot_pop(struct db_conn *c)
{
	struct slot	s = c->slots[c->head];

	c->head = (c->head + 1) % c->room;
	c->count--;
	return s;
}

struct db_tx *
conn_running(const struct db_conn *c)
{
	size_t	i;

	for (i = 0; i < c->count; i++) {
		const struct slot *s = &c->slots[(c->head + i) % c->room];

		if (s->tx != NULL)
			return s->tx;
	}
	return NULL;
}

/*
 * Connecting.
 */

struct resolve {
	struct db_conn	*conn;		/* NULL: it was closed meanwhile */
	char		*host;
	char		 addr[INET6_ADDRSTRLEN];
};

static void
conn_failed(struct db_conn *c, const char *why)
{
	c->broken = true;
	pool_conn_lost(c, why);
}

/* Notices may quote values: the log gets them only when somebody debugs. */
static void
conn_notice(void *arg, const char *text)
{
	struct db_conn	*c = arg;

	log_debug(pool_conf(c->pool)->name, "notice: %.*s",
	    (int)strcspn(text, "\n"), text);
}

const char *
db_sslmode(const char *host)
{
	if (host[0] == '/' || strncmp(host, "127.", 4) == 0 ||
	    strcmp(host, "::1") == 0 || strcmp(host, "localhost") == 0)
		return "prefer";
	return "require";
}

static void
conn_start(struct db_conn *c, const char *hostaddr)
{
	const struct db_conf	*conf = pool_conf(c->pool);
	const char		*keys[20], *values[20];
	char			 port[16], options[512];
	int			 n = 0;

#define ADD(k, v) (keys[n] = (k), values[n] = (v), n++)
	snprintf(port, sizeof port, "%u", conf->port == 0 ? 5432 : conf->port);
	snprintf(options, sizeof options,
	    "-c statement_timeout=%u -c jit=off -c TimeZone=UTC "
	    "-c DateStyle=ISO "
	    "-c IntervalStyle=postgres -c bytea_output=hex "
	    "-c client_min_messages=warning "
	    "-c idle_in_transaction_session_timeout=15000 "
	    "-c plan_cache_mode=force_generic_plan%s",
	    conf->statement_ms == 0 ? 30000 : conf->statement_ms,
	    pool_channel(c->pool) != NULL ? " -c synchronous_commit=off" : "");
	ADD("host", conf->host);
	if (hostaddr != NULL)
		ADD("hostaddr", hostaddr);
	ADD("port", port);
	ADD("dbname", conf->dbname);
	ADD("user", conf->user);
	if (conf->password != NULL)
		ADD("password", conf->password);
	ADD("sslmode", conf->sslmode != NULL ? conf->sslmode :
	    db_sslmode(conf->host));
	ADD("gssencmode", "disable");
	ADD("client_encoding", "UTF8");
	ADD("application_name", "konakd");
	ADD("options", options);
	ADD("keepalives_idle", "30");
	ADD("tcp_user_timeout", "20000");
#undef ADD
	keys[n] = values[n] = NULL;
	c->state = CONN_CONNECTING;
	c->pg = PQconnectStartParams(keys, values, 0);
	if (c->pg == NULL)
		fatalx("PQconnectStartParams: no memory");
	if (PQstatus(c->pg) == CONNECTION_BAD) {
		conn_failed(c, PQerrorMessage(c->pg));
		return;
	}
	PQsetnonblocking(c->pg, 1);
	PQsetNoticeProcessor(c->pg, conn_notice, c);
	c->write_ev = event_new(pool_base(c->pool), PQsocket(c->pg), EV_WRITE,
	    conn_event, c);
	event_add(c->write_ev, NULL);
}

static void
resolve_run(void *arg)
{
	struct resolve	*r = arg;
	struct addrinfo	 hints = { .ai_socktype = SOCK_STREAM }, *ai;

	if (getaddrinfo(r->host, NULL, &hints, &ai) != 0)
		return;
	getnameinfo(ai->ai_addr, ai->ai_addrlen, r->addr, sizeof r->addr,
	    NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(ai);
}

static void
resolve_done(void *arg)
{
	struct resolve	*r = arg;
	struct db_conn	*c = r->conn;

	c->resolving = NULL;
	if (c->state == CONN_DEAD)
		free(c);
	else if (r->addr[0] == '\0')
		conn_failed(c, "the host's name does not resolve");
	else
		conn_start(c, r->addr);
	free(r->host);
	free(r);
}

static void
resolve_start(struct db_conn *c, const char *host)
{
	struct resolve	*r = xcalloc(1, sizeof *r);

	r->conn = c;
	r->host = xstrdup(host);
	c->resolving = worker_run(WORK_WAIT, resolve_run, resolve_done, r);
	if (c->resolving == NULL) {
		free(r->host);
		free(r);
		conn_failed(c, "no worker is free to resolve the host's name");
	}
}

void
conn_open(struct db_pool *pool)
{
	const char	*host = pool_conf(pool)->host;
	struct db_conn	*c = xcalloc(1, sizeof *c);
	struct in6_addr	 addr;

	c->pool = pool;
	c->state = CONN_NAME;
	db_moment(&c->born);
	c->idle_since = c->last_read = c->born;
	pool_conn_add(c);
	if (host[0] == '/')
		conn_start(c, NULL);
	else if (inet_pton(AF_INET, host, &addr) == 1 ||
	    inet_pton(AF_INET6, host, &addr) == 1)
		conn_start(c, host);
	else
		resolve_start(c, host);
}

static void
conn_connecting(struct db_conn *c)
{
	PostgresPollingStatusType	st = PQconnectPoll(c->pg);
	short				what = EV_WRITE;

	/* libpq may have taken another socket: the event follows it. */
	event_free(c->write_ev);
	c->write_ev = NULL;
	switch (st) {
	case PGRES_POLLING_FAILED:
		conn_failed(c, PQerrorMessage(c->pg));
		return;
	case PGRES_POLLING_OK:
		if (!PQenterPipelineMode(c->pg))
			fatalx("PQenterPipelineMode: %s",
			    PQerrorMessage(c->pg));
		c->state = CONN_READY;
		c->read_ev = event_new(pool_base(c->pool), PQsocket(c->pg),
		    EV_READ | EV_PERSIST, conn_event, c);
		event_add(c->read_ev, NULL);
		c->write_ev = event_new(pool_base(c->pool), PQsocket(c->pg),
		    EV_WRITE, conn_event, c);
		db_moment(&c->idle_since);
		pool_conn_ready(c);
		return;
	case PGRES_POLLING_READING:
		what = EV_READ;
		break;
	default:
		break;
	}
	c->write_ev = event_new(pool_base(c->pool), PQsocket(c->pg), what,
	    conn_event, c);
	event_add(c->write_ev, NULL);
}

/*
 * Sending.
 */

static void
conn_flush(struct db_conn *c)
{
	switch (PQflush(c->pg)) {
	case 0:
		break;
	case 1:
		event_add(c->write_ev, NULL);
		break;
	default:
		/* What came back before it broke is still read, in the event
		 * that follows. */
		c->broken = true;
		event_active(c->read_ev, EV_READ, 0);
	}
}

/* All sending ends here: on a broken connection nothing goes out, but the
 * slots stand, and the loss ends their transactions. */
static void
conn_query(struct db_conn *c, const char *sql, unsigned n,
    const char *const *params)
{
	if (!c->broken && !PQsendQueryParams(c->pg, sql, (int)n, NULL, params,
	    NULL, NULL, 0)) {
		c->broken = true;
		event_active(c->read_ev, EV_READ, 0);
	}
}

static void
conn_sync(struct db_conn *c, enum slot_kind kind, struct db_tx *tx)
{
	if (!c->broken && !PQpipelineSync(c->pg)) {
		c->broken = true;
		event_active(c->read_ev, EV_READ, 0);
	}
	slot_push(c, kind, tx, 0);
}

size_t
conn_hash(const char *s)
{
	size_t	h = 5381;

	while (*s != '\0')
		h = h * 33 ^ (unsigned char)*s++;
	return h;
}

/* The row of a named statement, made when it is not there. */
static struct prepared *
prepared_find(struct db_conn *c, const struct db_stmt *stmt)
{
	struct prepared	*old;
	size_t		 i, n;

	if (c->nprepared * 2 >= c->prepared_room) {
		old = c->prepared;
		n = c->prepared_room;
		c->prepared_room = n == 0 ? 64 : n * 2;
		c->prepared = xcalloc(c->prepared_room, sizeof *c->prepared);
		c->nprepared = 0;
		for (i = 0; i < n; i++) {
			if (old[i].stmt != NULL)
				prepared_find(c, old[i].stmt)->state =
				    old[i].state;
		}
		free(old);
	}
	i = conn_hash(stmt->name) % c->prepared_room;
	while (c->prepared[i].stmt != NULL) {
		if (strcmp(c->prepared[i].stmt->name, stmt->name) == 0)
			return &c->prepared[i];
		i = (i + 1) % c->prepared_room;
	}
	c->prepared[i] = (struct prepared){ stmt, PREP_NONE };
	c->nprepared++;
	return &c->prepared[i];
}

/* A Parse of its own, outside any transaction, so that an error before it
 * cannot make the server skip it. */
static void
conn_prepare(struct db_conn *c, const struct db_stmt *stmt)
{
	struct prepared	*p;

	if (stmt->name == NULL)
		return;
	p = prepared_find(c, stmt);
	if (p->state != PREP_NONE)
		return;
	if (strlen(stmt->name) > 63)
		fatalx("statement name too long: %s", stmt->name);
	p->state = PREP_SENT;
	if (!c->broken && !PQsendPrepare(c->pg, stmt->name, stmt->sql, 0,
	    NULL))
		c->broken = true;
	slot_push(c, SLOT_PREPARE, NULL, 0);
	c->slots[(c->head + c->count - 1) % c->room].stmt = stmt;
	conn_sync(c, SLOT_PREPARE_SYNC, NULL);
}

static void
conn_stmt(struct db_conn *c, struct db_tx *tx, unsigned i)
{
	struct db_query	*q = &tx->queries[i];

	if (q->stmt->name != NULL) {
		if (!c->broken && !PQsendQueryPrepared(c->pg, q->stmt->name,
		    (int)q->nparams, q->params, NULL, NULL, 0)) {
			c->broken = true;
			event_active(c->read_ev, EV_READ, 0);
		}
	} else {
		if (!tx->custom && q->nparams > 0) {
			tx->custom = true;
			conn_query(c, set_custom, 0, NULL);
			slot_push(c, SLOT_SET, tx, 0);
		}
		conn_query(c, q->stmt->sql, q->nparams, q->params);
	}
	slot_push(c, SLOT_QUERY, tx, i);
}

/* Sends the queries that were added since the last round. (With steps, the
 * Sync of a Parse stands inside BEGIN … COMMIT, where it ends nothing.) */
static void
conn_round(struct db_conn *c, struct db_tx *tx)
{
	unsigned	i;

	for (i = tx->nsent; i < tx->nqueries; i++)
		conn_prepare(c, tx->queries[i].stmt);
	while (tx->nsent < tx->nqueries)
		conn_stmt(c, tx, tx->nsent++);
	if (tx->flags & DB_STEPS) {
		if (!c->broken && !PQsendFlushRequest(c->pg))
			c->broken = true;
		conn_flush(c);
	}
}

void
conn_send(struct db_conn *c, struct db_tx *tx)
{
	char		 ms[16];
	const char	*params[1] = { ms };
	unsigned	 i;

	tx->conn = c;
	tx->state = TX_RUNNING;
	db_moment(&tx->sent);
	c->ntx++;
	if (tx->flags & DB_LONG)
		c->nlong++;
	if (c->count == 0)
		db_moment(&c->last_read);
	for (i = 0; i < tx->nqueries; i++)
		conn_prepare(c, tx->queries[i].stmt);
	if (tx->flags & DB_STEPS) {
		c->exclusive = true;
		conn_query(c, "begin", 0, NULL);
		slot_push(c, SLOT_SET, tx, 0);
	}
	if (tx->limit_ms != 0) {
		snprintf(ms, sizeof ms, "%u", tx->limit_ms);
		conn_query(c, set_limit, 1, params);
		slot_push(c, SLOT_SET, tx, 0);
	}
	conn_round(c, tx);
	if (!(tx->flags & DB_STEPS)) {
		conn_sync(c, SLOT_SYNC, tx);
		conn_flush(c);
	}
}

/* A round of steps has been read: the next one, or the end. */
static void
conn_next_round(struct db_conn *c, struct db_tx *tx)
{
	if (tx->cancel && !tx->failed) {
		tx->failed = tx->error.cancelled = true;
		tx->error.message = "cancelled";
	}
	tx->ending = tx->failed || tx->nsent == tx->nqueries;
	if (tx->failed) {
		conn_sync(c, SLOT_ROLLBACK_SYNC, tx);
		conn_query(c, "rollback", 0, NULL);
		slot_push(c, SLOT_SET, NULL, 0);
		conn_sync(c, SLOT_SYNC, tx);
	} else if (tx->nsent < tx->nqueries) {
		conn_round(c, tx);
		return;
	} else {
		conn_query(c, "commit", 0, NULL);
		slot_push(c, SLOT_COMMIT, tx, 0);
		conn_sync(c, SLOT_SYNC, tx);
	}
	conn_flush(c);
}

/*
 * Reading.
 */

static void
tx_fail(struct db_tx *tx, PGresult *r)
{
	struct db_error	*e = &tx->error;
	const char	*state = PQresultErrorField(r, PG_DIAG_SQLSTATE);

	if (tx->failed) {
		PQclear(r);
		return;
	}
	tx->failed = true;
	tx->result = r;
	if (state != NULL)
		snprintf(e->sqlstate, sizeof e->sqlstate, "%s", state);
	e->message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	if (e->message == NULL)
		e->message = PQresultErrorMessage(r);
	e->detail = PQresultErrorField(r, PG_DIAG_MESSAGE_DETAIL);
	e->hint = PQresultErrorField(r, PG_DIAG_MESSAGE_HINT);
	e->constraint = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
	e->table = PQresultErrorField(r, PG_DIAG_TABLE_NAME);
	e->column = PQresultErrorField(r, PG_DIAG_COLUMN_NAME);
	if (e->column != NULL && *e->column == '\0')
		e->column = NULL;
	e->cancelled = tx->cancel && strcmp(e->sqlstate, "57014") == 0;
	/* A migration changed the table under a prepared statement, or the
	 * statement never came to be: a new connection knows better. */
	if (strcmp(e->sqlstate, "0A000") == 0 ||
	    strcmp(e->sqlstate, "26000") == 0)
		tx->conn->drain = true;
}

static void
conn_prepared(struct db_conn *c, const struct db_stmt *stmt, PGresult *r)
{
	struct prepared	*p = prepared_find(c, stmt);

	if (PQresultStatus(r) == PGRES_COMMAND_OK) {
		p->state = PREP_READY;
	} else {
		/* Also when a cancel request hit it by mistake. */
		p->state = PREP_NONE;
		log_warn(pool_conf(c->pool)->name, "statement %s: %s",
		    stmt->name, PQresultErrorMessage(r));
	}
	PQclear(r);
}

/* One result, owned here. The slot is a copy: callbacks may send more. */
static void
conn_result(struct db_conn *c, const struct slot *s, PGresult *r)
{
	struct db_tx	*tx = s->tx;
	struct db_query	*q;

	switch (PQresultStatus(r)) {
	case PGRES_FATAL_ERROR:
	case PGRES_BAD_RESPONSE:
		/* libpq's own error, not the server's: the line is broken,
		 * and nobody knows what became of the transaction. */
		if (PQresultErrorField(r, PG_DIAG_SQLSTATE) == NULL) {
			c->broken = true;
			PQclear(r);
			return;
		}
		if (s->kind == SLOT_PREPARE)
			conn_prepared(c, s->stmt, r);
		else if (tx != NULL)
			tx_fail(tx, r);
		else
			PQclear(r);
		return;
	case PGRES_PIPELINE_ABORTED:
		if (s->kind == SLOT_PREPARE)
			conn_prepared(c, s->stmt, r);
		else
			PQclear(r);
		return;
	default:
		break;
	}
	switch (s->kind) {
	case SLOT_PREPARE:
		conn_prepared(c, s->stmt, r);
		return;
	case SLOT_QUERY:
		q = &tx->queries[s->n];
		if (!tx->failed && q->cb != NULL)
			q->cb(tx, r, q->arg);
		break;
	case SLOT_COMMIT:
		/* COMMIT of a failed transaction says so only in its tag. */
		if (strcmp(PQcmdStatus(r), "COMMIT") != 0 && !tx->failed) {
			tx->failed = true;
			tx->error.message = "the transaction was rolled back";
		}
		break;
	default:
		break;
	}
	PQclear(r);
}

/* How long the database had it alone: not while others were before it. */
static void
tx_took(struct db_conn *c, struct db_tx *tx)
{
	struct timeval	from, took;

	from = timercmp(&c->last_end, &tx->sent, >) ? c->last_end : tx->sent;
	db_moment(&c->last_end);
	timersub(&c->last_end, &from, &took);
	if (took.tv_sec >= 0)
		tx->took_us = (uint64_t)took.tv_sec * 1000000 +
		    (uint64_t)took.tv_usec;
}

/* The slot's results are all read. */
static void
conn_slot_end(struct db_conn *c, const struct slot *s)
{
	struct db_tx	*tx = s->tx;

	switch (s->kind) {
	case SLOT_QUERY:
	case SLOT_SET:
		if (s->kind == SLOT_QUERY)
			tx->nread++;
		if (tx == NULL || !(tx->flags & DB_STEPS) || tx->ending)
			break;
		if (tx->failed || tx->nread == tx->nsent)
			conn_next_round(c, tx);
		break;
	case SLOT_SYNC:
		c->ntx--;
		if (tx->flags & DB_LONG)
			c->nlong--;
		if (tx->flags & DB_STEPS)
			c->exclusive = false;
		tx->conn = NULL;
		tx_took(c, tx);
		if (c->ntx == 0)
			c->idle_since = c->last_end;
		pool_tx_end(tx);
		break;
	default:
		break;
	}
}

static bool
is_sync(enum slot_kind k)
{
	return k == SLOT_SYNC || k == SLOT_PREPARE_SYNC ||
	    k == SLOT_ROLLBACK_SYNC;
}

static void
conn_results(struct db_conn *c)
{
	struct slot	*head, s;
	PGresult	*r;
	int		 nulls = 0;

	while (c->count > 0 && !PQisBusy(c->pg) && nulls < 3) {
		r = PQgetResult(c->pg);
		head = &c->slots[c->head];
		if (r == NULL) {
			if (!head->got) {
				nulls++;
				continue;
			}
			s = slot_pop(c);
			conn_slot_end(c, &s);
		} else if (PQresultStatus(r) == PGRES_PIPELINE_SYNC) {
			PQclear(r);
			if (!is_sync(head->kind))
				fatalx("db: Sync out of order");
			s = slot_pop(c);
			conn_slot_end(c, &s);
		} else {
			/* An error in place of Sync's answer (a deferred
			 * constraint) is followed by Sync's answer itself. */
			if (!is_sync(head->kind))
				head->got = true;
			s = *head;
			conn_result(c, &s, r);
		}
		nulls = 0;
	}
}

static void
conn_read(struct db_conn *c)
{
	PGnotify	*n;
	bool		 ok;

	c->reading = true;
	db_moment(&c->last_read);
	ok = PQconsumeInput(c->pg);
	conn_results(c);
	while ((n = PQnotifies(c->pg)) != NULL) {
		if (n->be_pid != PQbackendPID(c->pg))
			pool_notified(c, n->extra);
		PQfreemem(n);
	}
	c->reading = false;
	if (!ok || c->broken || PQstatus(c->pg) == CONNECTION_BAD) {
		pool_conn_lost(c, PQerrorMessage(c->pg));
		return;
	}
	conn_flush(c);
	pool_conn_ready(c);
}

static void
conn_event(evutil_socket_t fd, short what, void *arg)
{
	struct db_conn	*c = arg;

	if (c->state == CONN_CONNECTING) {
		conn_connecting(c);
		return;
	}
	if (what & EV_WRITE)
		conn_flush(c);
	conn_read(c);
}

/*
 * Cancelling and closing.
 */

struct cancel {
	struct db_conn	*conn;		/* NULL: it was closed meanwhile */
	PGcancel	*cancel;
};

static void
cancel_run(void *arg)
{
	struct cancel	*k = arg;
	char		 err[256];

	/* A failure shows as a statement that runs to its time limit. */
	(void)PQcancel(k->cancel, err, sizeof err);
}

static void
cancel_done(void *arg)
{
	struct cancel	*k = arg;

	if (k->conn != NULL) {
		k->conn->cancelling = NULL;
		pool_conn_ready(k->conn);
	}
	PQfreeCancel(k->cancel);
	free(k);
}

/* Until the request is through, the pool sends nothing new here: it could be
 * hit in place of what it was meant for. */
void
conn_cancel_running(struct db_conn *c)
{
	struct cancel	*k;

	if (c->cancelling != NULL || c->state != CONN_READY)
		return;
	k = xcalloc(1, sizeof *k);
	k->conn = c;
	k->cancel = PQgetCancel(c->pg);
	if (k->cancel == NULL ||
	    worker_run(WORK_WAIT, cancel_run, cancel_done, k) == NULL) {
		PQfreeCancel(k->cancel);
		free(k);
		return;
	}
	c->cancelling = k;
}

void
conn_close(struct db_conn *c, const char *why)
{
	struct db_tx	*tx, *last = NULL;
	struct slot	 s;

	c->broken = true;
	c->state = CONN_DEAD;
	if (c->read_ev != NULL)
		event_free(c->read_ev);
	if (c->write_ev != NULL)
		event_free(c->write_ev);
	c->read_ev = c->write_ev = NULL;
	if (c->cancelling != NULL)
		c->cancelling->conn = NULL;
	while (c->count > 0) {
		s = slot_pop(c);
		tx = s.tx;
		if (tx == NULL || tx == last)
			continue;
		last = tx;
		tx->conn = NULL;
		/* An error that was read rolled everything back for sure. */
		if (!tx->failed || strncmp(tx->error.sqlstate, "57P", 3) == 0) {
			tx->failed = true;
			tx->error.lost = true;
			if (tx->error.message == NULL)
				tx->error.message = "connection lost";
		}
		pool_tx_end(tx);
	}
	if (c->pg != NULL)
		PQfinish(c->pg);
	free(c->slots);
	free(c->prepared);
	c->slots = NULL;
	c->prepared = NULL;
	c->pg = NULL;
	if (c->resolving == NULL)
		free(c);
}
