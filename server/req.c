/*
 * A request's memory, its statements and what it has failed with.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/value.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/dispatch.h"
#include "server/req_private.h"

#define OUT_FIRST	2000	/* most replies but lists */
#define WORD_MAX	1000	/* bytes of what an error repeats */

struct req *
req_new(struct client *c, uint32_t number)
{
	struct arena		*a = arena_new();
	struct req		*r = arena_alloc(a, sizeof *r);
	struct req_private	*p = arena_alloc(a, sizeof *p);

	r->arena = a;
	r->client = c;
	r->tenant = c->tenant;
	r->session = c->session;
	r->number = number;
	r->priv = p;
	STAILQ_INIT(&p->bad);
	TAILQ_INIT(&p->changes);
	p->began = mono_seconds();
	TAILQ_INSERT_TAIL(&c->reqs, r, link);
	c->nreqs++;
	dispatch_stats.open++;
	return r;
}

void
req_free(struct req *r)
{
	struct req_private	*p = r->priv;
	struct client		*c = r->client;

	if (p->tx != NULL && !p->sent)
		db_tx_free(p->tx);
	buf_wipe(&p->big);
	buf_wipe(&p->out);
	buf_free(&p->conflict);
	TAILQ_REMOVE(&c->reqs, r, link);
	c->nreqs--;
	dispatch_stats.open--;
	arena_free(r->arena);
	if (c->dropped != DROP_NONE)
		client_turn(c);
}

void
req_reset(struct req *r)
{
	struct req_private	*p = r->priv;

	r->state = NULL;
	if (p->tx != NULL && !p->sent)
		db_tx_free(p->tx);
	p->tx = NULL;
	p->sent = false;
	p->nqueries = 0;
	p->then = NULL;
	p->catch = NULL;
	p->again = false;
	buf_clear(&p->out);
	p->out_used = false;
	buf_clear(&p->conflict);
	p->err = ERR_NONE;
	memset(&p->error, 0, sizeof p->error);
	STAILQ_INIT(&p->bad);
	p->nbad = 0;
	p->wait = 0;
	p->need = p->denied = NULL;
	memset(&p->why, 0, sizeof p->why);
	p->part = NULL;
	TAILQ_INIT(&p->changes);
}

/*
 * Who asks.
 */

bool
req_may(const struct req *r, const char *code)
{
	return session_may(r->priv->rights, code);
}

const char *
req_scope(const struct req *r, const char *code)
{
	char	scope[64];

	if (!session_scope(r->priv->rights, code, scope, sizeof scope))
		return NULL;
	return arena_strdup(r->arena, scope);
}

const char *
req_company(const struct req *r)
{
	const char	*company = r->priv->company;

	return company == NULL || *company == '\0' ? NULL : company;
}

const char *
req_rights(const struct req *r)
{
	return r->priv->rights;
}

bool
req_retried(const struct req *r)
{
	return r->priv->retries > 0;
}

const char *
req_register(const struct req *r)
{
	return r->priv->names[0] == '\0' ? NULL : r->priv->names;
}

const char *
req_user(const struct req *r)
{
	return r->session == NULL || r->session->user[0] == '\0' ? NULL :
	    r->session->user;
}

enum lang
req_lang(const struct req *r)
{
	return r->client->lang;
}

/*
 * Statements.
 */

struct rows_arg {
	struct req	*r;
	req_rows_cb	 cb;
};

static void
req_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct rows_arg	*a = arg;

	/* Also for a client that is gone: what follows the commit needs it. */
	if (req_failed(a->r))
		return;
	a->r->priv->running = true;
	a->cb(a->r, res);
	a->r->priv->running = false;
}

void
req_query(struct req *r, const struct db_stmt *stmt, unsigned nparams,
    const char *const *params, req_rows_cb cb)
{
	struct req_private	*p = r->priv;
	struct rows_arg		*a = NULL;
	struct db_tx		*tx = p->tx != NULL ? p->tx : dispatch_tx(r);

	if (tx == NULL)		/* no tenant: req_fail() was called */
		return;
	if (cb != NULL) {
		a = arena_alloc(r->arena, sizeof *a);
		a->r = r;
		a->cb = cb;
	}
	p->nqueries++;
	db_tx_query(tx, stmt, nparams, nparams == 0 ? NULL :
	    arena_memdup(r->arena, params, nparams * sizeof *params),
	    cb == NULL ? NULL : req_rows, a);
}

void
req_then(struct req *r, void (*fn)(struct req *))
{
	r->priv->then = fn;
}

void
req_catch(struct req *r, bool (*fn)(struct req *, const struct db_error *))
{
	r->priv->catch = fn;
}

void
req_enter(struct req *r)
{
	r->priv->committed = false;
}

void
req_mode(struct req *r, bool writes)
{
	if (r->priv->tx != NULL)
		fatalx("req_mode: %s has entered already", r->verb->name);
	r->priv->writes = writes;
}

void
req_again(struct req *r)
{
	r->priv->again = true;
}

void
req_hold(struct req *r)
{
	r->priv->held++;
}

void
req_go(struct req *r)
{
	if (--r->priv->held == 0 && !r->priv->running)
		dispatch_go(r);
}

bool
req_gone(const struct req *r)
{
	return r->priv->gone;
}

/*
 * The answer.
 */

struct cbw *
req_out(struct req *r)
{
	struct req_private	*p = r->priv;

	if (!p->out_used) {
		p->out_used = true;
		(void)buf_reserve(&p->out, OUT_FIRST);
		cbw_init(&p->out_w, &p->out);
	}
	return &p->out_w;
}

struct cbw *
req_conflict(struct req *r)
{
	struct req_private	*p = r->priv;

	buf_clear(&p->conflict);
	cbw_init(&p->conflict_w, &p->conflict);
	return &p->conflict_w;
}

void
req_changed(struct req *r, const char *type, const char *id, int64_t version,
    const char *op)
{
	struct change	*ch = arena_alloc(r->arena, sizeof *ch);

	ch->type = type;
	ch->id = arena_strdup(r->arena, id);
	ch->version = version;
	ch->op = op;
	TAILQ_INSERT_TAIL(&r->priv->changes, ch, link);
}

void
req_changed_all(struct req *r, const char *type)
{
	struct change	*ch = arena_alloc(r->arena, sizeof *ch);

	ch->type = type;
	TAILQ_INSERT_TAIL(&r->priv->changes, ch, link);
}

void
req_changed_own(struct req *r, const char *type)
{
	struct change	*ch = arena_alloc(r->arena, sizeof *ch);

	ch->type = type;
	ch->person = req_user(r);
	TAILQ_INSERT_TAIL(&r->priv->changes, ch, link);
}

/* An error repeats names and values as they came: never more of them than a
 * frame takes, nor half a character. */
static const char *
word_cut(struct req *r, const char *s)
{
	size_t	len = s == NULL ? 0 : strlen(s);

	if (len <= WORD_MAX)
		return arena_strdup(r->arena, s);
	for (len = WORD_MAX; len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80;
	    len--)
		;
	return req_printf(r, "%.*s…", (int)len, s);
}

static void
words_set(struct req *r, struct req_bad *b, const char *field,
    const char *key, const char *text, va_list ap)
{
	struct msg_param	params[MSG_PARAMS];
	size_t			i;

	b->field = r->priv->part == NULL ? word_cut(r, field) :
	    field == NULL ? r->priv->part :
	    req_printf(r, "%s.%s", r->priv->part, word_cut(r, field));
	b->key = arena_strdup(r->arena, key);
	b->text = arena_strdup(r->arena, text);
	if (text != NULL)
		return;
	b->nparams = msg_params(params, ap);
	b->params = arena_array(r->arena, b->nparams, sizeof *b->params);
	for (i = 0; i < b->nparams; i++) {
		b->params[i].name = arena_strdup(r->arena, params[i].name);
		b->params[i].value = params[i].value == NULL ? "" :
		    word_cut(r, params[i].value);
	}
}

static void
fail_set(struct req *r, enum err err, const char *field, const char *key,
    const char *text, ...)
{
	va_list	ap;

	if (r->priv->err != ERR_NONE)
		return;
	r->priv->err = err;
	va_start(ap, text);
	words_set(r, &r->priv->error, field, key, text, ap);
	va_end(ap);
}

void
req_fail(struct req *r, enum err err, const char *field, const char *key, ...)
{
	va_list	ap;

	if (r->priv->err != ERR_NONE)
		return;
	r->priv->err = err;
	va_start(ap, key);
	words_set(r, &r->priv->error, field, key, NULL, ap);
	va_end(ap);
}

void
req_fail_text(struct req *r, enum err err, const char *field,
    const char *key, const char *text)
{
	fail_set(r, err, field, key, text, NULL);
}

static struct req_bad *
bad_new(struct req *r)
{
	struct req_bad	*b = arena_alloc(r->arena, sizeof *b);

	STAILQ_INSERT_TAIL(&r->priv->bad, b, link);
	r->priv->nbad++;
	return b;
}

void
req_bad(struct req *r, const char *field, const char *key, ...)
{
	va_list	ap;

	va_start(ap, key);
	words_set(r, bad_new(r), field, key, NULL, ap);
	va_end(ap);
}

void
req_bad_value(struct req *r, const char *field, const struct value_error *e)
{
	const char	*name[4], *value[4];
	size_t		 i;

	for (i = 0; i < 4; i++) {
		name[i] = i < e->nparams ? e->params[i].name : NULL;
		value[i] = i < e->nparams ? e->params[i].value : NULL;
	}
	req_bad(r, field, e->key, name[0], value[0], name[1], value[1],
	    name[2], value[2], name[3], value[3], NULL);
}

static void
bad_text(struct req *r, const char *field, const char *key, const char *text,
    ...)
{
	va_list	ap;

	va_start(ap, text);
	words_set(r, bad_new(r), field, key, text, ap);
	va_end(ap);
}

void
req_bad_text(struct req *r, const char *field, const char *key,
    const char *text)
{
	bad_text(r, field, key, text, NULL);
}

void
req_need(struct req *r, const char *code)
{
	if (r->priv->denied == NULL)
		r->priv->denied = arena_strdup(r->arena, code);
}

void
req_part(struct req *r, const char *part)
{
	r->priv->part = part;
}

bool
req_failed(const struct req *r)
{
	return r->priv->err != ERR_NONE || r->priv->nbad > 0;
}

void
req_wait(struct req *r, unsigned seconds)
{
	r->priv->wait = seconds;
}

char *
req_printf(struct req *r, const char *fmt, ...)
{
	va_list	 ap;
	char	*s;

	va_start(ap, fmt);
	s = arena_vprintf(r->arena, fmt, ap);
	va_end(ap);
	return s;
}
