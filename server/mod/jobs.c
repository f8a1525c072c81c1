/* jobs.c - ending a job, or having one that failed tried again. */
#include "server/module.h"

static void
job_set(struct req *r, const char *state)
{
	static const struct db_stmt	stmt = { "job_set",
	    "select konak.job_set($1, $2)" };
	const char	*params[2] = { req_uuid(r, "id"), state };

	req_query(r, &stmt, 2, params, NULL);
	req_changed(r, "jobs", params[0], 1, "edit");
}

static void
jobs_cancel(struct req *r)
{
	job_set(r, "cancelled");
}

static void
jobs_again(struct req *r)
{
	job_set(r, "waiting");
}

static const struct verb jobs_verbs[] = {
	{ .name = "jobs.cancel", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE,
	  .args = { { "id", ARG_UUID, true, 0 } }, .run = jobs_cancel },
	{ .name = "jobs.again", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE,
	  .args = { { "id", ARG_UUID, true, 0 } }, .run = jobs_again },
	{ .name = NULL }
};

const struct module jobs_module = { "jobs", jobs_verbs, NULL };
