/*
 * agency.c - what the agency's definitions cannot say: a lead becomes a
 * customer, a proposal gets another revision, a request becomes a task. The
 * rules of each are its SQL function's.
 */
#include "server/module.h"

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

#define ACT	.state = VERB_COMPANY, .flags = VERB_WRITE, \
	.args = { \
		{ "id", ARG_UUID, true, 0 }, \
		{ "version", ARG_INT, true, 0 } }, \
	.run = module_act

static const struct verb agency_verbs[] = {
	{ .name = "leads.convert", .audit = "LEAD_CONVERT",
	  .need = { "leads.edit", "customers.create" },
	  .data = &convert, ACT },
	{ .name = "proposals.revise", .audit = "PROPOSAL_REVISE",
	  .need = { "proposals.edit", "proposals.create",
	    "proposals.view_prices" },
	  .data = &revise, ACT },
	{ .name = "customer_requests.to_task", .audit = "REQUEST_TO_TASK",
	  .need = { "requests.edit", "tasks.create" },
	  .data = &to_task, ACT },
	{ .name = NULL }
};

const struct module agency_module = { "agency", agency_verbs, NULL };
