/*
 * tenants.c - at start every tenant's database is compared with the
 * definitions. A database that cannot be reached is compared when it can; one
 * that differs stops the server, with every difference named.
 */
#include <stdlib.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/db/db.h"
#include "server/record/record.h"
#include "server/tenant.h"

struct checking {
	struct tenant		*tenant;
	struct def_errors	 errors;
	unsigned		 step;
	struct db_stmt		 stmt[DEF_CHECK_STEPS];
};

static void	(*checks_done)(bool);
static unsigned	 checks_open;
static bool	 checks_good;

static void
check_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct checking	*c = arg;

	def_check_result(c->step++, res, &c->errors);
}

static void
check_end(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct checking	*c = arg;
	const char	*name = tenant_name(c->tenant);
	size_t		 i;

	if (e != NULL)
		log_warn(name, "definitions are not compared: %s", e->message);
	for (i = 0; i < c->errors.n; i++)
		log_error(name, "%s", c->errors.line[i]);
	if (c->errors.n > 0)
		checks_good = false;
	def_errors_free(&c->errors);
	free(c);
	if (--checks_open == 0 && checks_done != NULL)
		checks_done(checks_good);
}

static void
check_tenant(struct tenant *t, void *arg)
{
	struct checking	*c = xcalloc(1, sizeof *c);
	struct db_tx	*tx;
	unsigned	 i;

	c->tenant = t;
	checks_open++;
	tx = db_tx_new(tenant_db(t), 0, 0, check_end, c);
	for (i = 0; i < DEF_CHECK_STEPS; i++) {
		c->stmt[i].sql = def_check_sql(i);
		db_tx_query(tx, &c->stmt[i], 0, NULL, check_rows, c);
	}
	db_tx_send(tx);
}

void
record_check_tenants(void (*done)(bool good))
{
	checks_done = done;
	checks_good = true;
	checks_open = 1;
	tenant_each(check_tenant, NULL);
	if (--checks_open == 0)
		done(true);
}
