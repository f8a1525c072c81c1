/*
 * tenants.c - at start every tenant's database is compared with the
 * definitions. One that differs stops the server, with every difference named;
 * one that does not answer is compared when it does.
 */
#include <event2/event.h>

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/db/db.h"
#include "server/keys/keys.h"
#include "server/record/record.h"
#include "server/tenant.h"

#define AGAIN_S 10

struct checking {
	char			*name;		/* of the tenant */
	bool			 late;		/* the server runs already */
	struct def_errors	 errors;
	unsigned		 step;
	struct db_stmt		 stmt[DEF_CHECK_STEPS];
};

static struct event_base	*checks_base;
static void			(*checks_done)(bool);
static unsigned			 checks_open;
static bool			 checks_good;
/* Asked for while one is under way: a second one beside it would wait for the
 * same locks, and hold another connection to the database meanwhile. */
static void			(*checks_next)(bool);

static void	check_start(struct checking *, struct tenant *);

static void
check_free(struct checking *c)
{
	def_errors_free(&c->errors);
	free(c->name);
	free(c);
}

static void
check_finished(void)
{
	void	(*next)(bool) = checks_next;

	if (--checks_open > 0)
		return;
	checks_next = NULL;
	checks_done(checks_good);
	if (next != NULL)
		record_check_tenants(checks_base, next);
}

/* The tenant may be gone by now. */
static void
check_again(evutil_socket_t fd, short what, void *arg)
{
	struct checking	*c = arg;
	struct tenant	*t = tenant_by_name(c->name, strlen(c->name));

	if (t == NULL)
		check_free(c);
	else
		check_start(c, t);
}

static void
check_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct checking	*c = arg;

	def_check_result(c->step++, res, &c->errors);
}

static const struct db_stmt	stmt_id = { NULL,
    "select konak.group_company(), konak.key_check()" };

static void
check_id(struct db_tx *tx, PGresult *res, void *arg)
{
	struct checking	*c = arg;
	struct tenant	*t = tenant_by_name(c->name, strlen(c->name));

	if (t == NULL || PQntuples(res) != 1)
		return;
	tenant_id_set(t, PQgetvalue(res, 0, 0));
	tenant_check_ask(t);
	keys_know(t, PQgetisnull(res, 0, 1) ? NULL : PQgetvalue(res, 0, 1));
	/* After rotation the file is known by another box than before. */
	keys_load(t);
}

static void
check_end(struct db_tx *tx, const struct db_error *e, void *arg)
{
	static const struct timeval	 later = { AGAIN_S, 0 };
	struct checking			*c = arg;
	bool				 late = c->late;
	size_t				 i;

	if (e != NULL) {
		if (!late)
			log_warn(c->name, "not compared with the definitions "
			    "yet: %s", e->message);
		def_errors_free(&c->errors);
		c->late = true;
		event_base_once(checks_base, -1, EV_TIMEOUT, check_again, c,
		    &later);
	} else {
		for (i = 0; i < c->errors.n; i++)
			log_error(c->name, "%s", c->errors.line[i]);
		if (c->errors.n > 0 && !late)
			checks_good = false;
		check_free(c);
	}
	if (!late)
		check_finished();
}

static void
check_start(struct checking *c, struct tenant *t)
{
	struct db_tx	*tx;
	unsigned	 i;

	c->step = 0;
	tx = db_tx_new(tenant_db(t), DB_LONG, 0, check_end, c);
	db_tx_query(tx, &stmt_id, 0, NULL, check_id, c);
	for (i = 0; i < DEF_CHECK_STEPS; i++) {
		c->stmt[i].sql = def_check_sql(i);
		db_tx_query(tx, &c->stmt[i], 0, NULL, check_rows, c);
	}
	db_tx_send(tx);
}

static void
check_tenant(struct tenant *t, void *arg)
{
	struct checking	*c = xcalloc(1, sizeof *c);

	c->name = xstrdup(tenant_name(t));
	checks_open++;
	check_start(c, t);
}

void
record_check_tenants(struct event_base *base, void (*done)(bool good))
{
	if (checks_open > 0) {
		checks_next = done;
		return;
	}
	checks_base = base;
	checks_done = done;
	checks_good = true;
	checks_open++;
	tenant_each(check_tenant, NULL);
	check_finished();
}
