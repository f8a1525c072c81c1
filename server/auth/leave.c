/*
 * leave.c - somebody leaves the company: what the wizard shows and keeps, and
 * its end, which is one transaction (konak.leave()).
 */
#include <string.h>

#include "lib/buf.h"
#include "lib/json.h"
#include "server/auth/auth.h"

/* What the database said in JSON is the answer. */
static void
leave_answer(struct req *r, const char *json)
{
	struct buf b = BUF_INIT;
	char error[160];

	if (!json_to_cbor(&b, json, strlen(json), error))
		req_fail(r, ERR_INTERNAL, NULL, "err.internal", NULL);
	else
		cbw_raw(req_out(r), buf_data(&b), buf_len(&b));
	buf_free(&b);
}

static void
leaving_rows(struct req *r, PGresult *res)
{
	leave_answer(r, PQgetvalue(res, 0, 0));
}

static void
users_leaving(struct req *r)
{
	static const struct db_stmt stmt = {
		"users_leaving", "select konak.leaving($1)"
	};
	const char *id = req_uuid(r, "id");

	req_query(r, &stmt, 1, &id, leaving_rows);
}

static void
set_rows(struct req *r, PGresult *res)
{
	req_changed_all(r, "leavers");
}

static void
users_leaving_set(struct req *r)
{
	static const struct db_stmt stmt = {
		"users_leaving_set", "select konak.leaving_set($1, $2, $3)"
	};
	const char *params[] = {
		req_uuid(r, "id"), req_text(r, "kind"), req_uuid(r, "to")
	};

	req_query(r, &stmt, 3, params, set_rows);
}

static void
leave_rows(struct req *r, PGresult *res)
{
	static const char *const types[] = { "users", "memberships",
	    "leavers", "tasks", "projects", "leads", "proposals",
	    "customer_requests", "time_entries", "teams", "team_members" };
	size_t i;

	r->state = arena_strdup(r->arena, PQgetvalue(res, 0, 0));
	for (i = 0; i < sizeof types / sizeof types[0]; i++)
		req_changed_all(r, types[i]);
}

static void
leave_then(struct req *r)
{
	session_ended_user(r->tenant, req_uuid(r, "id"), NULL);
	leave_answer(r, r->state);
}

static void
users_leave(struct req *r)
{
	static const struct db_stmt stmt = {
		"users_leave", "select konak.leave($1)"
	};
	const char *id = req_uuid(r, "id");

	req_query(r, &stmt, 1, &id, leave_rows);
	req_then(r, leave_then);
}

#define MANAGE	.need = { "users.manage" }, .state = VERB_COMPANY

const struct verb leave_verbs[] = {
	{ .name = "users.leaving", MANAGE,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = users_leaving },
	{ .name = "users.leaving_set", MANAGE,
	  .flags = VERB_WRITE | VERB_ONCE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "kind", ARG_TEXT, false, 63 },
		{ "to", ARG_UUID, false, 0 } },
	  .run = users_leaving_set },
	{ .name = "users.leave", MANAGE,
	  .flags = VERB_WRITE | VERB_ONCE | VERB_STEP_UP,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = users_leave },
	{ .name = NULL }
};
