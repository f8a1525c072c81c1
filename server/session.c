/*
 * The server's copy of a session: made when somebody has signed in, read
 * again when rights may have changed, ended from here or from elsewhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/db/db.h"
#include "server/push.h"
#include "server/session.h"
#include "server/tenant.h"

static const struct db_stmt	stmt_enter = { "refresh.enter",
    "select konak.enter($1::bytea, $2::uuid, '{}', false, null, null)" };
static const struct db_stmt	stmt_rights = { "refresh.rights",
    "select current_setting('konak.rights', true)" };

/*
 * Attaching.
 */

static void
session_free(struct session *s)
{
	free(s->rights);
	explicit_bzero(s, sizeof *s);
	free(s);
}

struct session *
session_attach(struct client *c)
{
	session_detach(c);
	c->session = xcalloc(1, sizeof *c->session);
	c->session->touched = mono_time();
	client_stage(c, STAGE_SIGNED);
	c->heard_at = mono_time();
	return c->session;
}

void
session_detach(struct client *c)
{
	struct session	*s = c->session;

	if (s == NULL)
		return;
	watch_end_all(c);
	c->session = NULL;
	s->dead = c->dead;
	c->dead = s;
	client_stage(c, STAGE_HELLO);
}

/* Once no request is left that could point to them. */
void
session_sweep(struct client *c)
{
	struct session	*s;

	while ((s = c->dead) != NULL) {
		c->dead = s->dead;
		session_free(s);
	}
}

void
session_left(struct client *c)
{
	if (c->session == NULL)
		return;
	watch_end_all(c);
	c->session->company[0] = '\0';
	session_rights(c->session, NULL);
}

/*
 * Rights.
 */

void
session_rights(struct session *s, const char *rights)
{
	free(s->rights);
	s->rights = rights == NULL ? NULL : xstrdup(rights);
}

/* One code without alternatives: a pointer behind its "=", or NULL. */
static const char *
right_find(const char *rights, const char *code, size_t len)
{
	const char	*p = rights;

	while (p != NULL && (p = strchr(p, '|')) != NULL) {
		p++;
		if (strncmp(p, code, len) == 0 &&
		    (p[len] == '=' || p[len] == '|' || p[len] == '\0'))
			return p + len;
	}
	return NULL;
}

bool
session_may(const char *rights, const char *code)
{
	size_t	len;

	for (;;) {
		len = strcspn(code, "|");
		if (right_find(rights, code, len) != NULL)
			return true;
		if (code[len] == '\0')
			return false;
		code += len + 1;
	}
}

bool
session_scope(const char *rights, const char *code, char *buf, size_t size)
{
	const char	*p = right_find(rights, code, strlen(code));

	if (p == NULL)
		return false;
	if (*p == '=')
		p++;
	snprintf(buf, size, "%.*s", (int)strcspn(p, "|"), p);
	return true;
}

/*
 * Reading them again. The client is held back from being freed by counting as
 * one request.
 */

struct refresh {
	struct client	*client;
	struct session	*session;
	void		(*fn)(struct client *, bool, void *);
	void		*arg;
	char		 hash[67], company[37];
	const char	*params[2];
	char		*rights;
	bool		 read;
};

static void
refresh_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct refresh	*f = arg;

	f->read = true;
	if (PQntuples(res) == 1 && !PQgetisnull(res, 0, 0))
		f->rights = xstrdup(PQgetvalue(res, 0, 0));
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
refresh_apply(struct refresh *f, const struct db_error *e)
{
	struct client	*c = f->client;

	if (c->dropped != DROP_NONE || c->session != f->session ||
	    strcmp(c->session->company, f->company) != 0)
		return;
	if (e == NULL && f->read) {
		if (same(c->session->rights, f->rights))
			return;
		session_rights(c->session, f->rights);
		watch_recheck(c);
		push_rights(c);
	} else if (e != NULL && strcmp(e->sqlstate, "28000") == 0) {
		if (strcmp(e->message, "session") == 0) {
			push_ended(c, "session.ended");
			session_detach(c);
		} else {
			session_left(c);
			push_rights(c);
		}
	} else
		c->refresh_again = true;
}

static void
refresh_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct refresh	*f = arg;
	struct client	*c = f->client;

	refresh_apply(f, e);
	if (f->fn != NULL)
		f->fn(c, e == NULL || strcmp(e->sqlstate, "28000") == 0,
		    f->arg);
	c->refreshing--;
	if (c->dropped != DROP_NONE)
		client_turn(c);
	explicit_bzero(f->hash, sizeof f->hash);
	free(f->rights);
	free(f);
}

void
session_refresh(struct client *c, void (*fn)(struct client *, bool, void *),
    void *arg)
{
	struct refresh	*f;
	struct db_tx	*tx;

	if (c->session == NULL || c->tenant == NULL) {
		if (fn != NULL)
			fn(c, true, arg);
		return;
	}
	c->refresh_again = false;
	f = xcalloc(1, sizeof *f);
	f->client = c;
	f->session = c->session;
	f->fn = fn;
	f->arg = arg;
	memcpy(f->hash, c->session->hash, sizeof f->hash);
	memcpy(f->company, c->session->company, sizeof f->company);
	f->params[0] = f->hash;
	f->params[1] = f->company[0] == '\0' ? NULL : f->company;
	c->refreshing++;
	tx = db_tx_new(tenant_db(c->tenant), 0, 0, refresh_done, f);
	db_tx_query(tx, &stmt_enter, 2, f->params, NULL, NULL);
	db_tx_query(tx, &stmt_rights, 0, NULL, refresh_rows, f);
	db_tx_send(tx);
}

/*
 * Ends and changes, for all connections of the tenant: here, and by a line to
 * the other servers.
 */

static bool
matches(const char *want, const char *have)
{
	return strcmp(want, "-") == 0 || strcmp(want, have) == 0;
}

static void
line_apply(struct client *c, char kind, const char *a, const char *b)
{
	struct session	*s = c->session;

	switch (kind) {
	case 'e':
		if (strcmp(s->id, a) != 0)
			return;
		break;
	case 'u':
		if (strcmp(s->user, a) != 0 || strcmp(s->id, b) == 0)
			return;
		break;
	case 'r':
		if (matches(a, s->user) && matches(b, s->company))
			session_refresh(c, NULL, NULL);
		return;
	default:
		return;
	}
	push_ended(c, "session.ended");
	session_detach(c);
}

void
session_heard(struct tenant *t, const char *line)
{
	struct client	*c;
	char		 kind, a[40] = "", b[40] = "";

	if (sscanf(line, "%c %39s %39s", &kind, a, b) < 2)
		return;
	TAILQ_FOREACH(c, &clients, link) {
		if (c->tenant == t && c->session != NULL &&
		    c->dropped == DROP_NONE)
			line_apply(c, kind, a, b);
	}
}

static void
tell(struct tenant *t, char kind, const char *a, const char *b)
{
	char	line[96];

	snprintf(line, sizeof line, "%c %s %s", kind, a == NULL ? "-" : a,
	    b == NULL ? "-" : b);
	session_heard(t, line);
	notify_line(t, line);
}

void
session_ended(struct tenant *t, const char *id)
{
	tell(t, 'e', id, NULL);
}

void
session_ended_user(struct tenant *t, const char *user, const char *except_id)
{
	tell(t, 'u', user, except_id);
}

void
session_rights_changed(struct tenant *t, const char *user,
    const char *company)
{
	tell(t, 'r', user, company);
}
