/*
 * One job: its transactions, led by konak.enter_job(), and how it ends. Kinds
 * that are a function in SQL are one transaction: enter, function, done.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/job/job.h"
#include "server/mail/outbox.h"
#include "server/push.h"
#include "server/tenant.h"
#include "server/timetable/timetable.h"

enum { TAKE_COMPANY, TAKE_ID, TAKE_KIND, TAKE_RUN, TAKE_ARGS, TAKE_LEASE,
    TAKE_LEASE_MS };
enum { CHANGED_TYPE, CHANGED_ID, CHANGED_VERSION, CHANGED_OP,
    CHANGED_PERSON };

/* What konakd does itself. TO ADD A KIND: its row in konak.job_kinds with
 * `run` null, and one here. */
static const struct job_kind	job_kinds[] = {
	{ "mails.send", outbox_send },
	{ "timetable.generate", timetable_generate },
	{ NULL, NULL }
};

#define ASIDES_MAX	8
static unsigned		nasides;

static const struct db_stmt	stmt_enter = { "enter_job",
    "select konak.enter_job($1, $2, $3)" };
static const struct db_stmt	stmt_progress = { "job_progress",
    "select konak.job_progress($1, $2, $3, $4, $5)" };
static const struct db_stmt	stmt_call = { "job_call",
    "select record_type, record_id, version, op, person "
    "from konak.job_call($1, $2::jsonb)" };
static const struct db_stmt	stmt_done = { "job_done",
    "select konak.job_done($1, $2, $3, $4)" };
static const struct db_stmt	stmt_failed = { "job_failed",
    "select konak.job_failed($1, $2, $3, $4, $5)" };

static const char **
job_params(struct job *j, size_t more)
{
	const char	**p = arena_array(j->arena, 3 + more, sizeof *p);

	p[0] = j->company;
	p[1] = j->id;
	p[2] = j->lease;
	return p;
}

struct db_tx *
job_begin(struct job *j, db_done_cb done, void *arg)
{
	struct db_tx	*tx = db_tx_new(tenant_db(j->tenant),
			    DB_WRITE | DB_LONG, 0, done, arg);

	db_tx_query(tx, &stmt_enter, 3, job_params(j, 0), NULL, NULL);
	return tx;
}

void
job_progress(struct job *j, struct db_tx *tx, int64_t done, int64_t total)
{
	const char	**p = job_params(j, 2);

	p[3] = arena_printf(j->arena, "%" PRId64, done);
	p[4] = total > 0 ? arena_printf(j->arena, "%" PRId64, total) : NULL;
	db_tx_query(tx, &stmt_progress, 5, p, NULL, NULL);
}

void
job_done(struct job *j, struct db_tx *tx, const char *result)
{
	const char	**p = job_params(j, 1);

	p[3] = result;
	db_tx_query(tx, &stmt_done, 4, p, NULL, NULL);
}

void
job_end(struct job *j)
{
	struct tenant	*t = j->tenant;
	bool		 aside = j->aside;

	arena_free(j->arena);
	if (aside) {
		nasides--;
		job_look(t);
	} else
		job_ended(t);
}

void
job_aside(struct job *j)
{
	if (j->aside || nasides == ASIDES_MAX)
		return;
	nasides++;
	j->aside = true;
	job_ended(j->tenant);
}

static void
failed_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct job	*j = arg;

	/* Its lease ends by itself. */
	if (e != NULL)
		log_warn(tenant_name(j->tenant), "job %s %s: %s", j->kind,
		    j->id, e->message);
	job_end(j);
}

void
job_fail(struct job *j, const char *error, bool again)
{
	const char	**p = job_params(j, 2);
	struct db_tx	*tx;

	log_warn(tenant_name(j->tenant), "job %s %s: %s", j->kind, j->id,
	    error);
	p[3] = arena_strdup(j->arena, error);
	p[4] = again ? "t" : "f";
	tx = db_tx_new(tenant_db(j->tenant), DB_WRITE, 0, failed_done, j);
	db_tx_query(tx, &stmt_failed, 5, p, NULL, NULL);
	db_tx_send(tx);
}

/* A rule that refuses (KN…), a right or an orderer that is gone refuse the
 * next time as well. */
static bool
error_again(const struct db_error *e)
{
	return strncmp(e->sqlstate, "KN", 2) != 0 &&
	    strcmp(e->sqlstate, "42501") != 0 &&
	    strcmp(e->sqlstate, "28000") != 0;
}

void
job_broken(struct job *j, const struct db_error *e)
{
	if (e->lost)
		job_end(j);
	else
		job_fail(j, e->message, error_again(e));
}

/*
 * Kinds that are a function.
 */

static const char *
cell(struct job *j, PGresult *res, int row, int col)
{
	return PQgetisnull(res, row, col) ? NULL :
	    arena_strdup(j->arena, PQgetvalue(res, row, col));
}

static void
changed_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct job	*j = arg;
	struct change	*ch;
	int		 i, n = PQntuples(res);

	j->changes = arena_array(j->arena, (size_t)n + 1,
	    sizeof *j->changes);
	for (i = 0; i < n; i++) {
		ch = &j->changes[j->nchanges++];
		ch->type = cell(j, res, i, CHANGED_TYPE);
		ch->id = cell(j, res, i, CHANGED_ID);
		ch->version = PQgetisnull(res, i, CHANGED_VERSION) ? 1 :
		    strtoll(PQgetvalue(res, i, CHANGED_VERSION), NULL, 10);
		ch->op = cell(j, res, i, CHANGED_OP);
		ch->person = cell(j, res, i, CHANGED_PERSON);
	}
}

static void
function_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct job	*j = arg;
	size_t		 i;

	if (e != NULL) {
		job_broken(j, e);
		return;
	}
	for (i = 0; i < j->nchanges; i++)
		push_change(j->tenant, j->company, &j->changes[i],
		    j->id);
	job_end(j);
}

static void
function_run(struct job *j)
{
	struct db_tx	*tx = job_begin(j, function_done, j);
	const char	**p = arena_array(j->arena, 2, sizeof *p);

	p[0] = j->run;
	p[1] = j->args;
	db_tx_query(tx, &stmt_call, 2, p, changed_rows, j);
	job_done(j, tx, NULL);
	db_tx_send(tx);
}

/*
 * Taking one.
 */

const char *
job_known(void)
{
	static char	list[1024];
	size_t		i, n;

	if (list[0] != '\0')
		return list;
	n = (size_t)snprintf(list, sizeof list, "{");
	for (i = 0; job_kinds[i].kind != NULL; i++)
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%s",
		    i > 0 ? "," : "", job_kinds[i].kind);
	snprintf(list + n, sizeof list - n, "}");
	return list;
}

struct job *
job_new(struct tenant *t, PGresult *res)
{
	struct arena	*a;
	struct job	*j;

	if (PQntuples(res) == 0)
		return NULL;
	a = arena_new();
	j = arena_alloc(a, sizeof *j);
	j->arena = a;
	j->tenant = t;
	j->company = cell(j, res, 0, TAKE_COMPANY);
	j->id = cell(j, res, 0, TAKE_ID);
	j->kind = cell(j, res, 0, TAKE_KIND);
	j->run = cell(j, res, 0, TAKE_RUN);
	j->args = cell(j, res, 0, TAKE_ARGS);
	j->lease = cell(j, res, 0, TAKE_LEASE);
	j->lease_ms = strtoll(PQgetvalue(res, 0, TAKE_LEASE_MS), NULL, 10);
	return j;
}

void
job_run(struct job *j)
{
	size_t	i;

	log_debug(tenant_name(j->tenant), "job %s %s", j->kind, j->id);
	if (j->run != NULL) {
		function_run(j);
		return;
	}
	for (i = 0; job_kinds[i].kind != NULL; i++)
		if (strcmp(job_kinds[i].kind, j->kind) == 0) {
			job_kinds[i].run(j);
			return;
		}
	fatalx("job_take() gave a kind that was not asked for: %s", j->kind);
}
