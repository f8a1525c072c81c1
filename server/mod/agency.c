/*
 * agency.c - what the agency's definitions cannot say: a lead becomes a
 * customer, what was done about it is noted in a line, a proposal gets another
 * revision, a request becomes a task, SEO work is given out and done. The rules
 * of each are its SQL function's.
 */
#include <stdlib.h>

#include "lib/arena.h"
#include "server/module.h"
#include "server/reply.h"

static const struct module_act convert = {
	.stmt = { "leads_convert", "select version, made from "
	    "konak.leads_convert($1, $2)" },
	.record = "leads", .makes = "customers"
};
static const struct module_act revise = {
	.stmt = { "proposals_revise", "select version, made from "
	    "konak.proposals_revise($1, $2)" },
	.record = "proposals", .makes = "proposals"
};
static const struct module_act to_task = {
	.stmt = { "requests_to_task", "select version, made from "
	    "konak.requests_to_task($1, $2)" },
	.record = "customer_requests", .makes = "tasks"
};

static void
log_rows(struct req *r, PGresult *res)
{
	const char	*id = arena_strdup(r->arena, PQgetvalue(res, 0, 0));
	struct cbw	*w = req_out(r);

	cbw_map(w, 1);
	cbw_kv_uuid(w, "made", id);
	req_changed(r, "lead_activities", id, 1, "create");
	/* Its next contact follows the latest activity. */
	req_changed(r, "leads", req_uuid(r, "id"),
	    strtoll(PQgetvalue(res, 0, 1), NULL, 10), "edit");
}

static void
log_activity(struct req *r)
{
	static const struct db_stmt stmt = { "leads_log", "select id, version "
	    "from konak.leads_log($1, $2, $3, $4, $5)" };
	const char	*params[5];

	params[0] = req_uuid(r, "id");
	params[1] = req_text(r, "description");
	params[2] = req_text(r, "activity_type");
	params[3] = req_text(r, "next_action");
	params[4] = req_text(r, "next_action_date");
	req_query(r, &stmt, 5, params, log_rows);
}

static void
seo_done_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	long long	 version = strtoll(PQgetvalue(res, 0, 0), NULL, 10);

	cbw_map(w, 2);
	cbw_kv_uuid(w, "id", req_uuid(r, "id"));
	cbw_kv_int(w, "version", version);
	req_changed(r, "seo_tasks", req_uuid(r, "id"), version, "edit");
}

static void
seo_complete(struct req *r)
{
	static const struct db_stmt stmt = { "seo_complete", "select version "
	    "from konak.seo_tasks_complete($1, $2, $3)" };
	const char	*params[3];

	params[0] = req_uuid(r, "id");
	params[1] = arena_printf(r->arena, "%lld",
	    (long long)req_int(r, "version"));
	params[2] = req_text(r, "notes");
	req_query(r, &stmt, 3, params, seo_done_rows);
	req_catch(r, module_act_stale);
}

static void
seo_assigned_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	int		 i;

	cbw_map(w, 1);
	cbw_kv_int(w, "made", PQntuples(res));
	for (i = 0; i < PQntuples(res); i++)
		req_changed(r, "seo_assignments", arena_strdup(r->arena,
		    PQgetvalue(res, i, 0)), 1, "create");
	req_changed_all(r, "seo_tasks");
}

static void
seo_assign(struct req *r)
{
	static const struct db_stmt stmt = { "seo_assign", "select id from "
	    "konak.seo_assign($1, $2, $3, $4)" };
	const char	*params[4];

	params[0] = req_uuid(r, "id");
	params[1] = req_text(r, "period_type");
	params[2] = req_uuid(r, "assigned_to");
	params[3] = req_text(r, "start_date");
	req_query(r, &stmt, 4, params, seo_assigned_rows);
}

#define ACT	.state = VERB_COMPANY, .flags = VERB_WRITE, \
	.args = { \
		{ "id", ARG_UUID, true, 0 }, \
		{ "version", ARG_INT, true, 0 } }, \
	.run = module_act

static const struct verb agency_verbs[] = {
	{ .name = "leads.convert", .audit = "LEAD_CONVERT",
	  .need = { "leads.edit", "customers.create" },
	  .data = &convert, ACT },
	{ .name = "leads.log", .need = { "leads.create" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "description", ARG_TEXT, true, 2000 },
		{ "activity_type", ARG_TEXT, false, 20 },
		{ "next_action", ARG_TEXT, false, 255 },
		{ "next_action_date", ARG_DATE, false, 0 } },
	  .run = log_activity },
	{ .name = "proposals.revise", .audit = "PROPOSAL_REVISE",
	  .need = { "proposals.edit", "proposals.create",
	    "proposals.view_prices" },
	  .data = &revise, ACT },
	{ .name = "customer_requests.to_task", .audit = "REQUEST_TO_TASK",
	  .need = { "requests.edit", "tasks.create" },
	  .data = &to_task, ACT },
	{ .name = "seo_tasks.complete", .need = { "seo.edit" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 },
		{ "notes", ARG_TEXT, false, 2000 } },
	  .run = seo_complete },
	{ .name = "customers.assign_seo",
	  .need = { "seo.create", "customers.view" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "period_type", ARG_TEXT, true, 10 },
		{ "assigned_to", ARG_UUID, false, 0 },
		{ "start_date", ARG_DATE, false, 0 } },
	  .run = seo_assign },
	{ .name = NULL }
};

const struct module agency_module = { "agency", agency_verbs, NULL };
