/*
 * tasks.c - what tasks.yaml cannot say: done and assigned by one key, what
 * moves with a task, moving it, and all that somebody has to do. The rules are in sql/0151-task-work.sql.
 */
#include "server/module.h"

static const struct db_stmt complete = { "tasks_complete",
    MODULE_CHANGED("konak.tasks_set($1, $2, null)") };
static const struct db_stmt assign = { "tasks_assign",
    MODULE_CHANGED("konak.tasks_set($1, $2, $3)") };
static const struct db_stmt shift = { "tasks_shift",
    "select * from konak.tasks_shift($1, $2::date)" };
static const struct db_stmt move = { "tasks_reschedule",
    MODULE_CHANGED("konak.tasks_move($1, $2, $3::date, $4::date, $5)") };
static const struct db_stmt reassign = { "tasks_reassign",
    MODULE_CHANGED("konak.tasks_reassign($1, $2, $3)") };

#define WRITE	.state = VERB_COMPANY, .flags = VERB_WRITE, \
	.run = module_call

static const struct verb tasks_verbs[] = {
	{ .name = "tasks.complete", .need = { "tasks.edit" },
	  .audit = "TASK_COMPLETE", .data = &complete, WRITE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 } } },
	{ .name = "tasks.assign", .need = { "tasks.edit", "tasks.assign" },
	  .audit = "TASK_ASSIGN", .data = &assign, WRITE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 },
		{ "assigned_to", ARG_UUID, true, 0 } } },
	{ .name = "tasks.shift", .need = { "tasks.view_all|tasks.view_own" },
	  .state = VERB_COMPANY, .run = module_table, .data = &shift,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "end", ARG_DATE, true, 0 } } },
	{ .name = "tasks.reschedule", .need = { "tasks.edit" },
	  .audit = "TASK_RESCHEDULE", .data = &move, WRITE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 },
		{ "start", ARG_DATE, false, 0 },
		{ "end", ARG_DATE, true, 0 },
		{ "follow", ARG_BOOL, false, 0 } } },
	{ .name = "tasks.reassign", .need = { "tasks.edit", "tasks.assign" },
	  .audit = "TASK_ASSIGN", .data = &reassign, WRITE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "assigned_to", ARG_UUID, true, 0 },
		{ "which", ARG_TEXT, false, 10 } } },
	{ .name = NULL }
};

const struct module tasks_module = { "tasks", tasks_verbs, NULL };
