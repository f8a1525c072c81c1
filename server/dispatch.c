/*
 * The one door. In this order: find the verb; sign-in state and limits;
 * arguments; the quick no from the server's copy of the rights; then the
 * pipeline of konak.enter() (identity and need again, from the database), the
 * handler's statements and Sync; then the answer. Nothing else in the server
 * checks a right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/dispatch.h"
#include "server/job/job.h"
#include "server/limit.h"
#include "server/reply.h"
#include "server/req_private.h"
#include "server/tenant.h"

#define RETRIES		3
#define TOUCH_S		60
#define STEPS_MS	5000

struct dispatch_stats		 dispatch_stats;
static struct event_base	*base;
/* KONAK_TEST_NO_CHECK, in a test build only: neither the copy nor enter judges
 * a right, so that tests see what the tables alone refuse. */
static bool			 unchecked;

/*
 * konak.enter() as one prepared statement: the everyday case is settled here,
 * a third cheaper; everything else, and every refusal, by the function. What
 * it tells is the first of the registers, which stand behind the company. The
 * token's hash is said first: konak.entered shows that session's entries and
 * no other's.
 */
#define ENTER(writes, settings) \
    "select substr((case when e.codes @> $3::text[] and e.until > now() and " \
    "(not $4::bool or e.auth_at >= now() - interval '5 minutes') then " \
    "concat(set_config('konak.company', e.company, true), " \
    "set_config('konak.registers', e.registers, true), " \
    "set_config('konak.user', e.person, true), " \
    "set_config('konak.rights', e.rights, true), " settings ") " \
    "else konak.enter($1::text::bytea, $2, $3, " writes ", $5::uuid, " \
    "$6::text, $4)::text end), 37, 37) from " \
    "(select set_config('konak.token', $1, true) as said offset 0) s " \
    "left join konak.entered e on s.said is not null and e.key = " \
    "coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')"
static const struct db_stmt	stmt_enter_read = { "enter.read",
    ENTER("false", "set_config('transaction_read_only', 'on', true)") };
static const struct db_stmt	stmt_enter_write = { "enter.write",
    ENTER("true", "set_config('konak.request', coalesce($5::text, ''), true), "
    "set_config('konak.action', coalesce($6, ''), true), "
    "set_config('konak.ip', e.ip, true), "
    "set_config('konak.client', e.client, true)") };
static const struct db_stmt	stmt_once = { "once", "select konak.once()" };
static const struct db_stmt	stmt_touch = { "touch",
    "select konak.touch($1::bytea)" };

static void	rights_refresh(struct req *);
static void	settle(struct req *);
static void	start(struct req *);

/*
 * The transaction.
 */

static bool
self_or_public(const char *need)
{
	return strcmp(need, PERM_SELF) == 0 || strcmp(need, PERM_PUBLIC) == 0;
}

/* need as the text of an array; codes have no character that would have to
 * be quoted. */
static const char *
need_array(struct req *r)
{
	char	*s = "";
	int	 i;

	if (unchecked)
		return "{}";
	for (i = 0; i < VERB_NEEDS && r->verb->need[i] != NULL; i++) {
		if (self_or_public(r->verb->need[i]))
			continue;
		s = req_printf(r, "%s%s%s", s, *s == '\0' ? "" : ",",
		    r->verb->need[i]);
	}
	return req_printf(r, "{%s}", s);
}

static bool
needs_enter(const struct req *r)
{
	return r->verb->state != VERB_ANON &&
	    !(r->verb->flags & VERB_NO_ENTER);
}

/* "{" and the register's id; anything else: this request knows none. */
static void
entered(struct db_tx *tx, PGresult *res, void *arg)
{
	struct req_private	*p = arg;
	const char		*said = PQgetvalue(res, 0, 0);

	if (said[0] == '{' && strlen(said) == sizeof p->names &&
	    said[1] != '}')
		memcpy(p->names, said + 1, sizeof p->names);
}

static void
tx_enter(struct req *r, struct db_tx *tx)
{
	struct req_private	*p = r->priv;
	const char		**params;

	params = arena_array(r->arena, 6, sizeof *params);
	/* A copy: another request may sign out while this one waits. */
	params[0] = arena_strdup(r->arena, r->session->hash);
	params[1] = r->verb->state == VERB_COMPANY ? p->company : NULL;
	params[2] = need_array(r);
	params[3] = r->verb->flags & VERB_STEP_UP ? "t" : "f";
	params[4] = r->has_id ? r->id : NULL;
	params[5] = r->verb->audit;
	p->names[0] = '\0';
	db_tx_query(tx, p->writes ? &stmt_enter_write : &stmt_enter_read, 6,
	    params, entered, p);
	if ((r->verb->flags & VERB_ONCE) && p->writes)
		db_tx_query(tx, &stmt_once, 0, NULL, NULL, NULL);
}

/* A session is touched at most once a minute, by a statement of its own. */
static void
touch_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	free(arg);
}

static void
session_touch(struct req *r)
{
	struct session		*s = r->session;
	struct db_tx		*tx;
	const char		**params;
	time_t			 now = mono_time();

	if (s == NULL || s->hash[0] == '\0' || now - s->touched < TOUCH_S)
		return;
	s->touched = now;
	/* The parameter outlives the request: it lies behind its pointer. */
	params = xmalloc(sizeof *params + sizeof s->hash);
	memcpy(params + 1, s->hash, sizeof s->hash);
	params[0] = (const char *)(params + 1);
	tx = db_tx_new(tenant_db(r->tenant), 0, 0, touch_done, params);
	db_tx_query(tx, &stmt_touch, 1, params, NULL, NULL);
	db_tx_send(tx);
}

static void
tx_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct req		*r = arg;
	struct req_private	*p = r->priv;
	struct change		*ch;

	p->tx = NULL;
	p->sent = false;
	p->nqueries = 0;
	if (e != NULL) {
		/* A refusal is recorded, also when nobody waits for it. */
		if (p->gone && strcmp(e->sqlstate, "42501") != 0)
			req_free(r);
		else if (req_failed(r))
			settle(r);
		else
			refuse_db(r, e);
		return;
	}
	p->committed = true;
	TAILQ_FOREACH(ch, &p->changes, link) {
		ch->by = req_user(r);
		push_change(r->tenant, p->company, ch,
		    r->has_id ? r->id : NULL);
	}
	TAILQ_INIT(&p->changes);
	if (p->writes)
		job_look(r->tenant);
	settle(r);
}

struct db_tx *
dispatch_tx(struct req *r)
{
	struct req_private	*p = r->priv;
	unsigned		 limit;

	if (r->tenant == NULL) {
		req_fail(r, ERR_UNAVAILABLE, NULL, "err.unavailable", NULL);
		return NULL;
	}
	limit = r->verb->limit_ms;
	if (limit == 0 && (r->verb->flags & VERB_STEPS))
		limit = STEPS_MS;
	p->tx = db_tx_new(tenant_db(r->tenant),
	    (r->verb->flags & VERB_STEPS ? DB_STEPS : 0) |
	    (p->writes ? DB_WRITE : 0), limit, tx_done, r);
	if (r->session != NULL)
		db_tx_owner(p->tx, r->session->user);
	if (needs_enter(r) && !p->committed)
		tx_enter(r, p->tx);
	return p->tx;
}

/*
 * Running the handler, and what follows when it has returned.
 */

static void
finish(struct req *r)
{
	struct req_private	*p = r->priv;

	dispatch_stats.seconds += mono_seconds() - p->began;
	if (!p->gone) {
		if (req_failed(r)) {
			dispatch_stats.errors++;
			reply_error(r);
		} else {
			reply_send(r);
			session_touch(r);
		}
	}
	req_free(r);
}

static void
settle(struct req *r)
{
	struct req_private	*p = r->priv;
	void			(*then)(struct req *);

	while (p->held == 0) {
		if (p->again) {
			p->again = false;
			if (p->retries < RETRIES && !p->gone) {
				dispatch_restart(r, false);
				return;
			}
			/* Not done as far as anybody knows: no answer may
			 * look as if it were. */
			if (!req_failed(r)) {
				req_wait(r, 2);
				req_fail(r, ERR_UNAVAILABLE, NULL,
				    "err.unavailable", "wait", "2", NULL);
			}
		}
		if (p->denied != NULL && p->err == ERR_NONE && !p->gone) {
			if (!p->refreshed) {
				req_reset(r);
				rights_refresh(r);
			} else
				refuse_denied(r, p->denied);
			return;
		}
		if (req_failed(r) || (p->gone && !p->committed)) {
			finish(r);
			return;
		}
		if (p->tx != NULL) {
			p->sent = true;
			db_tx_send(p->tx);
			return;
		}
		/* After a commit it runs even when the client is gone: what
		 * it tells others must be told. */
		then = p->then;
		if (then == NULL) {
			finish(r);
			return;
		}
		p->then = NULL;
		p->running = true;
		then(r);
		p->running = false;
	}
}

void
dispatch_go(struct req *r)
{
	if (r->priv->sent)
		return;		/* its transaction runs; tx_done() goes on */
	settle(r);
}

static void
start(struct req *r)
{
	struct req_private	*p = r->priv;

	req_reset(r);
	p->writes = (r->verb->flags & VERB_WRITE) != 0;
	p->committed = false;
	p->running = true;
	if (needs_enter(r))
		dispatch_tx(r);
	r->verb->run(r);
	p->running = false;
	settle(r);
}

static void
restart_cb(evutil_socket_t fd, short what, void *arg)
{
	struct req	*r = arg;

	r->priv->held = 0;
	if (r->priv->gone) {
		req_reset(r);
		settle(r);
	} else
		start(r);
}

void
dispatch_restart(struct req *r, bool soon)
{
	struct timeval	tv = { 0, 5000 + random() % 30000 };

	r->priv->retries++;
	dispatch_stats.retried++;
	if (!soon) {
		start(r);
		return;
	}
	/* Held, so that a cancel in this pause finds it so. */
	r->priv->held = 1;
	event_base_once(base, -1, EV_TIMEOUT, restart_cb, r, &tv);
}

/*
 * Checks before the handler, each in its place.
 */

/* What is done belongs to the company that was entered when it was asked for,
 * also when it is tried again or goes on after another one is entered: only
 * then are the rights not read anew. */
static void
bind_company(struct req *r)
{
	struct req_private	*p = r->priv;
	const struct session	*s = r->session;

	if (p->company == NULL)
		p->company = arena_strdup(r->arena, s->company);
	else if (strcmp(p->company, s->company) != 0)
		return;
	p->rights = s->rights == NULL ? NULL :
	    arena_strdup(r->arena, s->rights);
}

static bool
check_state(struct req *r)
{
	if (r->verb->state == VERB_ANON)
		return true;
	if (r->session == NULL || r->client->session != r->session ||
	    r->client->stage != STAGE_SIGNED) {
		req_fail(r, ERR_NOT_SIGNED_IN, NULL, "err.not_signed_in",
		    NULL);
		return false;
	}
	bind_company(r);
	if (r->verb->state == VERB_COMPANY && req_company(r) == NULL) {
		req_fail(r, ERR_NO_COMPANY, NULL, "err.no_company", NULL);
		return false;
	}
	return true;
}

static bool
check_id(struct req *r, const struct cbr *map)
{
	struct cbr	 c;
	struct uuid	 id;

	if (cbr_find(map, "id", &c) && cbr_peek(&c) != CBR_NULL) {
		if (!cbr_uuid(&c, &id) || !uuid_is_v7(&id)) {
			req_fail(r, ERR_INVALID, "id", "request.id", NULL);
			return false;
		}
		uuid_format(&id, r->id);
		r->has_id = true;
	}
	if ((r->verb->flags & VERB_WRITE) && r->verb->state != VERB_ANON &&
	    !r->has_id) {
		req_fail(r, ERR_INVALID, "id", "request.id_missing", NULL);
		return false;
	}
	return true;
}

/* The first code that the server's copy does not hold. Group rights (state
 * VERB_SIGNED) have no copy: the database alone answers. */
static const char *
missing_right(const struct req *r)
{
	int	i;

	if (r->verb->state != VERB_COMPANY || unchecked)
		return NULL;
	for (i = 0; i < VERB_NEEDS && r->verb->need[i] != NULL; i++) {
		if (!self_or_public(r->verb->need[i]) &&
		    !session_may(r->priv->rights, r->verb->need[i]))
			return r->verb->need[i];
	}
	return NULL;
}

/* The copy may be older than a grant: it is read again before the no. */
static void
rights_read(struct client *c, bool asked, void *arg)
{
	struct req	*r = arg;
	const char	*code;

	r->priv->held = 0;
	r->priv->refreshed = true;
	if (!asked) {
		req_wait(r, 2);
		req_fail(r, ERR_UNAVAILABLE, NULL, "err.unavailable", "wait",
		    "2", NULL);
	}
	if (!asked || !check_state(r)) {
		settle(r);
		return;
	}
	/* The refusal is recorded whether or not somebody waits for it. */
	code = missing_right(r);
	if (code != NULL)
		refuse_denied(r, code);
	else if (r->priv->gone)
		settle(r);
	else
		start(r);
}

static void
rights_refresh(struct req *r)
{
	r->priv->held = 1;
	session_refresh(r->client, rights_read, r);
}

void
dispatch_run(struct req *r)
{
	if (missing_right(r) == NULL) {
		start(r);
		return;
	}
	rights_refresh(r);
}

static bool
within_limits(struct client *c, unsigned *wait)
{
	if (c->stage != STAGE_SIGNED || c->session == NULL ||
	    c->session->hash[0] == '\0')
		return bucket_take(&c->rate,
		    (double)conf.limits.requests_rate,
		    (double)conf.limits.requests_burst, wait) &&
		    (!client_secure(c) || limit_anonymous(c->address, wait));
	return limit_session(c->session->hash, wait) &&
	    (!client_secure(c) || limit_address(c->address, wait));
}

static bool
check_rate(struct client *c, uint32_t number)
{
	unsigned	wait;
	char		text[12];

	if (within_limits(c, &wait))
		return true;
	snprintf(text, sizeof text, "%u", wait);
	log_debug(NULL, "rate: %s waits %u s", c->address, wait);
	reply_error_simple(c, number, ERR_RATE, "err.rate", wait,
	    "wait", text, NULL);
	return false;
}

/* Envelope, verb, state, arguments: false when the request has failed. */
static bool
request_read(struct req *r, const uint8_t *body, size_t len)
{
	struct cbr	 map, c;
	const char	*name = "";
	size_t		 namelen = 0;

	cbr_init(&map, body, len);
	if (!cbr_find(&map, "verb", &c) || !cbr_text(&c, &name, &namelen)) {
		req_fail(r, ERR_INVALID, "verb", "value.required", NULL);
		return false;
	}
	r->verb = verb_find(name, namelen);
	if (r->verb == NULL) {
		req_fail(r, ERR_UNKNOWN_VERB, "verb", "err.unknown_verb",
		    "verb", arena_strndup(r->arena, name, namelen), NULL);
		return false;
	}
	if (!check_state(r) || !check_id(r, &map))
		return false;
	return args_read(r, cbr_find(&map, "args", &c) &&
	    cbr_peek(&c) != CBR_NULL ? &c : NULL);
}

void
dispatch_frame(struct client *c, uint32_t number, const uint8_t *body,
    size_t len, struct buf *big)
{
	struct req	*r;
	const char	*wrong;

	if (big != NULL && (wrong = cbor_check(body, len, NULL)) != NULL) {
		buf_wipe(big);
		client_protocol_error(c, wrong);
		return;
	}
	if (!check_rate(c, number)) {
		if (big != NULL)
			buf_wipe(big);
		return;
	}
	r = req_new(c, number);
	dispatch_stats.requests++;
	if (big != NULL)
		r->priv->big = *big;
	else
		body = arena_memdup(r->arena, body, len);
	if (request_read(r, body, len))
		dispatch_run(r);
	else
		finish(r);
}

/*
 * Cancelling.
 */

static struct req *
req_find(const struct client *c, uint32_t number)
{
	struct req	*r;

	TAILQ_FOREACH(r, &c->reqs, link) {
		if (r->number == number && !r->priv->gone)
			return r;
	}
	return NULL;
}

bool
dispatch_open(const struct client *c, uint32_t number)
{
	return req_find(c, number) != NULL;
}

/* What runs elsewhere ends unheard; what the database has not begun ends at
 * once; what it runs is asked to stop, and its end is the answer. Refusals and
 * signing in are not stopped: that they are recorded is not the client's to
 * prevent. */
void
dispatch_cancel(struct client *c, uint32_t number)
{
	struct req	*r = req_find(c, number);

	if (r == NULL)
		return;
	if (r->priv->held > 0) {
		r->priv->gone = true;
		reply_error_simple(c, number, ERR_CANCELLED, "err.cancelled",
		    0, NULL);
	} else if (r->priv->sent && !r->priv->recording &&
	    r->verb->state != VERB_ANON)
		db_tx_cancel(r->priv->tx);
}

void
dispatch_gone(struct client *c)
{
	struct req	*r;

	TAILQ_FOREACH(r, &c->reqs, link) {
		r->priv->gone = true;
		if (r->priv->sent && !r->priv->writes && !r->priv->recording)
			db_tx_cancel(r->priv->tx);
	}
}

void
dispatch_start(struct event_base *b)
{
	base = b;
#if KONAK_TEST_BUILD
	unchecked = getenv("KONAK_TEST_NO_CHECK") != NULL;
	if (unchecked)
		log_warn(NULL, "rights are checked by the tables alone");
#endif
}
