/*
 * timesheets.c - a week's way through approval. The rules are those of
 * sql/0380-timesheets.sql.
 */
#include "server/module.h"

static const struct db_stmt submit = { "timesheets_submit",
    MODULE_CHANGED("konak.timesheets_submit($1::date)") };
static const struct db_stmt approve = { "timesheets_approve",
    MODULE_CHANGED("konak.timesheets_decide($1, $2, true, null)") };
static const struct db_stmt back = { "timesheets_return",
    MODULE_CHANGED("konak.timesheets_decide($1, $2, false, $3)") };

#define WRITE	.state = VERB_COMPANY, .flags = VERB_WRITE, .run = module_call

static const struct verb timesheets_verbs[] = {
	{ .name = "timesheets.submit", .need = { "time.create" },
	  .audit = "TIMESHEET_SUBMIT", .data = &submit, WRITE,
	  .args = {
		{ "monday", ARG_DATE, true, 0 } } },
	{ .name = "timesheets.approve", .need = { "time.approve" },
	  .audit = "TIMESHEET_APPROVE", .data = &approve, WRITE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 } } },
	/* Also by whoever sent it, while nobody has decided. */
	{ .name = "timesheets.return", .need = { "time.approve|time.create" },
	  .audit = "TIMESHEET_RETURN", .data = &back, WRITE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 },
		{ "note", ARG_TEXT, false, 500 } } },
	{ .name = NULL }
};

const struct module timesheets_module =
    { "timesheets", timesheets_verbs, NULL };
