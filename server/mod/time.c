/*
 * time.c - the timer and the week sheet: what time_entries.yaml cannot say.
 * The rules of each are its SQL function's (sql/0150-timer.sql).
 */
#include "server/module.h"

static const struct db_stmt start = { "time_start",
    MODULE_CHANGED("konak.time_start($1, $2, $3)") };
static const struct db_stmt pause_it = { "time_pause",
    MODULE_CHANGED("konak.time_stop(true)") };
static const struct db_stmt finish = { "time_finish",
    MODULE_CHANGED("konak.time_stop(false)") };
static const struct db_stmt resolve = { "time_resolve",
    MODULE_CHANGED("konak.time_resolve($1, $2::timestamptz)") };
static const struct db_stmt save = { "time_save",
    MODULE_CHANGED("konak.time_save($1::jsonb, $2, $3)") };
static const struct db_stmt status = { "time_status",
    "select s.*, konak.now() as now, konak.timer_hours() as hours "
    "from konak.time_status() s" };
static const struct db_stmt week = { "time_week",
    "select w.*, (select max(l.locked_until) from konak.timesheet_locks l "
    "where l.company_id = konak.company() and l.deleted_at is null) "
    "as locked_until, s.id as sheet_id, s.version as sheet_version, "
    "s.state::text as sheet_state, s.note as sheet_note "
    "from konak.time_week($1::date, $2) w left join konak.timesheets s "
    "on s.company_id = konak.company() and s.monday = $1::date "
    "and s.user_id = coalesce($2, konak.me())" };

#define WRITE	.state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE, \
	.run = module_call
#define READ	.need = { "time.view_all|time.view_own" }, \
	.state = VERB_COMPANY, .run = module_table

static const struct verb time_verbs[] = {
	{ .name = "time.status", .data = &status, READ },
	{ .name = "time.week", .data = &week, READ,
	  .args = {
		{ "monday", ARG_DATE, true, 0 },
		{ "person", ARG_UUID, false, 0 } } },
	{ .name = "time.start", .need = { "time.create" }, .data = &start,
	  .audit = "TIMER_START", WRITE,
	  .args = {
		{ "task_id", ARG_UUID, false, 0 },
		{ "project_id", ARG_UUID, false, 0 },
		{ "description", ARG_TEXT, false, 500 } } },
	{ .name = "time.pause", .need = { "time.edit" }, .data = &pause_it,
	  .audit = "TIMER_PAUSE", WRITE },
	{ .name = "time.finish", .need = { "time.edit" }, .data = &finish,
	  .audit = "TIMER_FINISH", WRITE },
	{ .name = "time.resolve", .need = { "time.edit" }, .data = &resolve,
	  .audit = "TIMER_RESOLVE", WRITE,
	  .args = {
		{ "how", ARG_TEXT, true, 10 },
		{ "at", ARG_TIMESTAMP, false, 0 } } },
	{ .name = "time.save_week", .need = { "time.create", "time.edit",
	    "time.delete" }, .data = &save, WRITE,
	  .args = {
		{ "cells", ARG_ANY, true, 0 },
		{ "person", ARG_UUID, false, 0 },
		{ "reason", ARG_TEXT, false, 255 } } },
	{ .name = NULL }
};

const struct module time_module = { "time", time_verbs, NULL };
