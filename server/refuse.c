/*
 * What is answered when the database said no, or a right is missing. Sentences
 * come from lib/msg; the engine words constraints through req_on_constraint().
 */
#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "server/client.h"
#include "server/db/sqlstate.h"
#include "server/dispatch.h"
#include "server/req_private.h"
#include "server/tenant.h"
#include "server/why.h"

#define RETRIES		3
#define CATCHES		2

static bool	(*constraint_fn)(struct req *, const struct db_error *);

static const struct db_stmt	stmt_refused = { "refused",
    "select konak.refused($1::bytea, $2::uuid, $3::text, $4::text)" };
static const struct db_stmt	stmt_why = { "why",
    "select konak.why($1::uuid, $2::uuid, $3::text)" };

void
req_on_constraint(bool (*fn)(struct req *, const struct db_error *))
{
	constraint_fn = fn;
}

/*
 * A missing right: recorded in a transaction of its own, then answered with
 * the roles that hold it and the names of those who can grant it.
 */

/* The sentence says the permission's name; its code stands beside it. */
static void
denied_words(struct req *r)
{
	struct req_private	*p = r->priv;
	const struct why	*w = &p->why;
	const char		*need = w->name[req_lang(r)];
	char			*names = "";
	size_t			 i;

	if (need == NULL)
		need = p->need;
	for (i = 0; i < w->nholders; i++)
		names = req_printf(r, "%s%s%s", names, i == 0 ? "" : ", ",
		    w->holders[i]);
	if (w->module_off)
		req_fail(r, ERR_DENIED, NULL, "err.denied_module", "need",
		    need, NULL);
	else if (w->nholders == 0)
		req_fail(r, ERR_DENIED, NULL, "err.denied_nobody", "need",
		    need, NULL);
	else
		req_fail(r, ERR_DENIED, NULL, w->scope == NULL ? "err.denied" :
		    strcmp(w->scope, "own") == 0 ? "err.denied_own" :
		    strcmp(w->scope, "team") == 0 ? "err.denied_team" :
		    "err.denied", "need", need, "holders", names, NULL);
}

static void
why_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct req	*r = arg;

	if (PQntuples(res) == 1 && !PQgetisnull(res, 0, 0))
		why_read(r->arena, PQgetvalue(res, 0, 0), &r->priv->why);
}

static void
refused_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct req	*r = arg;

	r->priv->tx = NULL;
	r->priv->sent = false;
	if (e != NULL)
		log_warn(tenant_name(r->tenant), "a refusal of %s was not "
		    "recorded: %s", r->verb->name, e->message);
	denied_words(r);
	dispatch_go(r);
}

void
refuse_denied(struct req *r, const char *code)
{
	struct req_private	*p = r->priv;
	struct session		*s = r->session;
	const char		**params;
	struct db_tx		*tx;
	char			*need;

	need = arena_strdup(r->arena, code);
	need[strcspn(need, "|")] = '\0';
	p->need = need;
	dispatch_stats.denied++;
	r->priv->denied = NULL;
	if (s == NULL || r->tenant == NULL) {
		denied_words(r);
		dispatch_go(r);
		return;
	}
	params = arena_array(r->arena, 7, sizeof *params);
	/* Copies, as in tx_enter(): the session may move on before it is
	 * sent. */
	params[0] = arena_strdup(r->arena, s->hash);
	params[1] = s->company[0] == '\0' ? NULL :
	    arena_strdup(r->arena, s->company);
	params[2] = r->verb->name;
	params[3] = need;
	/* what the group decides has nothing to do with the company */
	params[4] = r->verb->state == VERB_COMPANY ? params[1] : NULL;
	params[5] = arena_strdup(r->arena, s->user);
	params[6] = need;
	tx = db_tx_new(tenant_db(r->tenant), 0, 0, refused_done, r);
	db_tx_query(tx, &stmt_refused, 4, params, NULL, NULL);
	db_tx_query(tx, &stmt_why, 3, params + 4, why_rows, r);
	if (p->tx != NULL)
		db_tx_free(p->tx);
	p->tx = tx;
	p->sent = true;
	p->recording = true;
	db_tx_send(tx);
}

/* PostgreSQL's own 42501 ("permission denied for table …") names no code:
 * then a grant is missing, which is our mistake. */
static bool
is_code(const char *s)
{
	return strchr(s, '.') != NULL &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz_.|") == strlen(s);
}

static void
denied_by_db(struct req *r, const struct db_error *e)
{
	const char	*code = e->message;

	if (!is_code(code)) {
		log_error(tenant_name(r->tenant), "%s: %s", r->verb->name,
		    code);
		code = r->verb->need[0];
	} else if (session_may(req_rights(r), code))
		session_refresh(r->client, NULL, NULL);
	refuse_denied(r, code);
}

/*
 * A session that the database does not know any more.
 */

static void
refuse_identity(struct req *r, const struct db_error *e)
{
	if (strcmp(e->message, "network") == 0) {
		req_fail(r, ERR_DENIED, NULL, "session.network", NULL);
		r->priv->need = r->verb->need[0];
		return;
	}
	if (strcmp(e->message, "member") == 0) {
		session_left(r->client);
		req_fail(r, ERR_NO_COMPANY, NULL, "session.member", NULL);
		return;
	}
	req_fail(r, ERR_NOT_SIGNED_IN, NULL, "session.ended", NULL);
	if (r->session != NULL && r->client->session == r->session) {
		push_ended(r->client, "session.ended");
		session_detach(r->client);
	}
}

/*
 * A rule that a function or trigger of ours raised: its key stands in the
 * message, its parameters as JSON in the detail.
 */

static void
refuse_rule(struct req *r, const struct db_error *e)
{
	const char	*name, *args[2 * MSG_PARAMS];
	json_t		*o, *v;
	size_t		 n = 0;

	memset(args, 0, sizeof args);
	o = e->detail == NULL ? NULL : json_loads(e->detail, 0, NULL);
	json_object_foreach(o, name, v) {
		if (n + 2 > 2 * (MSG_PARAMS - 1))
			break;
		args[n++] = arena_strdup(r->arena, name);
		args[n++] = json_is_string(v) ?
		    arena_strdup(r->arena, json_string_value(v)) :
		    json_is_integer(v) ? req_printf(r, "%lld",
		    (long long)json_integer_value(v)) : "";
	}
	json_decref(o);
	if (!msg_known(e->message))
		log_warn(tenant_name(r->tenant), "%s: no sentence for the "
		    "rule %s", r->verb->name, e->message);
	/* Sentinel pairs: what is not used is NULL and ends the list. */
	req_fail(r, ERR_REFUSED, e->column, e->message, args[0], args[1],
	    args[2], args[3], args[4], args[5], args[6], args[7], args[8],
	    args[9], args[10], args[11], args[12], args[13], NULL);
}

bool
refuse_constraint(struct req *r, const struct db_error *e)
{
	if (constraint_fn == NULL)
		return false;
	if (strncmp(e->sqlstate, "23", 2) != 0 &&
	    strncmp(e->sqlstate, "22", 2) != 0 &&
	    strcmp(e->sqlstate, "KN002") != 0)
		return false;
	return constraint_fn(r, e) && req_failed(r);
}

/* The answer to an error that nobody caught. */
static void
refuse_map(struct req *r, const struct db_error *e)
{
	const char	*key;
	enum err	 err = sqlstate_map(e, &key);

	if (refuse_constraint(r, e))
		return;
	if (strcmp(e->sqlstate, "KN002") == 0 ||
	    strcmp(e->sqlstate, "KN010") == 0) {
		refuse_rule(r, e);
		return;
	}
	/* Messages about values quote them: those stay out of the log. */
	if (err == ERR_INTERNAL || (err == ERR_INVALID &&
	    strncmp(e->sqlstate, "KN", 2) != 0))
		log_kv(err == ERR_INTERNAL ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
		    tenant_name(r->tenant), "request.failed", "verb",
		    r->verb->name, "request", r->has_id ? r->id : NULL,
		    "sqlstate", e->sqlstate, "message",
		    err == ERR_INTERNAL ? e->message : NULL,
		    "constraint", e->constraint, NULL);
	if (err == ERR_UNAVAILABLE) {
		req_wait(r, 2);
		req_fail(r, err, NULL, key, "wait", "2", NULL);
	} else if (err == ERR_INTERNAL)
		req_fail(r, err, NULL, key, "request", r->has_id ? r->id :
		    "-", NULL);
	else
		req_fail(r, err, e->column, key, NULL);
}

void
req_words(struct req *r, const struct db_error *e, struct req_words *out)
{
	struct req_private	*p = r->priv;
	const struct req_bad	*b = &p->error;

	if (strcmp(e->sqlstate, "42501") == 0)
		req_fail(r, ERR_DENIED, e->column, "many.denied", NULL);
	else if (strcmp(e->sqlstate, "KN003") == 0)
		req_fail(r, ERR_INVALID, e->column, "record.bad_reference",
		    NULL);
	else if (strcmp(e->sqlstate, "KN001") == 0)
		req_fail(r, ERR_STALE, NULL, "many.stale", NULL);
	else
		refuse_map(r, e);
	if (p->err == ERR_NONE) {
		p->err = ERR_INVALID;
		b = STAILQ_FIRST(&p->bad);
	}
	out->code = err_code(p->err);
	out->key = b->key;
	out->field = b->field;
	out->text = b->text != NULL ? b->text : msg_dup_params(r->arena,
	    req_lang(r), b->key, b->params, b->nparams);
	p->err = ERR_NONE;
	memset(&p->error, 0, sizeof p->error);
	STAILQ_INIT(&p->bad);
	p->nbad = 0;
}

/* The request id of a VERB_ONCE verb is there already: it has been done. */
static bool
done_before(const struct req *r, const struct db_error *e)
{
	return (r->verb->flags & VERB_ONCE) && e->constraint != NULL &&
	    strcmp(e->constraint, "requests_pkey") == 0;
}

static bool
refuse_caught(struct req *r, const struct db_error *e)
{
	struct req_private	*p = r->priv;
	bool			(*fn)(struct req *, const struct db_error *);
	bool			 writes = p->writes, handled;

	fn = p->catch;
	p->catch = NULL;
	if (fn == NULL || p->ncatch >= CATCHES)
		return false;
	p->ncatch++;
	buf_clear(&p->out);
	p->out_used = false;
	TAILQ_INIT(&p->changes);
	p->then = NULL;
	p->writes = false;
	p->running = true;
	handled = fn(r, e);
	p->running = false;
	if (!handled)
		p->writes = writes;
	return handled;
}

void
refuse_db(struct req *r, const struct db_error *e)
{
	struct req_private	*p = r->priv;

	if (strcmp(e->sqlstate, "28000") == 0) {
		refuse_identity(r, e);
	} else if (strcmp(e->sqlstate, "42501") == 0) {
		denied_by_db(r, e);
		return;
	} else if (db_error_retry(e) && p->retries < RETRIES) {
		dispatch_restart(r, true);
		return;
	} else if (e->lost && p->retries < RETRIES &&
	    (!p->writes || (r->verb->flags & VERB_ONCE))) {
		/* Nothing was written, or the request id will tell. */
		dispatch_restart(r, true);
		return;
	} else if (e->cancelled || e->unsent || !refuse_caught(r, e)) {
		if (!done_before(r, e))
			refuse_map(r, e);
	}
	dispatch_go(r);
}
