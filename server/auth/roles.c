/*
 * roles.c - the rights of a role: reading them, giving and taking one, and a
 * role of one's own as a copy. konak.role_set() lets nobody give what he does
 * not hold.
 */
#include <string.h>

#include "lib/lang.h"
#include "server/auth/auth.h"

static void
permissions_rows(struct req *r, PGresult *res)
{
	static const char *const names[] = {
		"code", "module", "name", "scope", "scopes"
	};
	struct cbw *w = req_out(r);
	int i, k;

	cbw_map(w, 3);
	cbw_key(w, "columns");
	cbw_array(w, 5);
	for (k = 0; k < 5; k++)
		cbw_textz(w, names[k]);
	cbw_key(w, "rows");
	cbw_array(w, PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_array(w, 5);
		for (k = 0; k < 5; k++)
			cbw_textz(w, PQgetisnull(res, i, k) ? NULL :
			    PQgetvalue(res, i, k));
	}
	cbw_kv_null(w, "next");
}

static void
roles_permissions(struct req *r)
{
	static const struct db_stmt role = {
		"roles_one",
		"select 1 where exists (select from konak.roles "
		"where company_id = konak.company() and id = $1) "
		"or konak.no_row()"
	}, stmt = {
		"roles_permissions",
		"select p.code, p.module, case $2 when 'tr' then p.name_tr "
		"else p.name_en end, rp.scope, "
		"array_to_string(p.scopes, ',') "
		"from konak.permissions p left join konak.role_permissions rp "
		"on rp.company_id = konak.company() and rp.role_id = $1 "
		"and rp.code = p.code where p.module <> 'group' order by p.sort"
	};
	const char *params[] = {
		req_uuid(r, "id"), req_lang(r) == LANG_TR ? "tr" : "en"
	};

	req_query(r, &role, 1, params, NULL);
	req_query(r, &stmt, 2, params, permissions_rows);
}

static void
roles_rows(struct req *r, PGresult *res)
{
	req_changed_all(r, "roles");
}

static void
roles_grant(struct req *r)
{
	static const struct db_stmt stmt = {
		"roles_grant",
		"select konak.role_set($1, jsonb_build_object($2::text, "
		"coalesce($3::text, (select case when 'all' = any (p.scopes) "
		"then 'all' else p.scopes[1] end from konak.permissions p "
		"where p.code = $2), 'all')))"
	};
	const char *params[] = {
		req_uuid(r, "id"), req_text(r, "code"), req_text(r, "scope")
	};

	req_query(r, &stmt, 3, params, roles_rows);
}

static void
roles_revoke(struct req *r)
{
	static const struct db_stmt stmt = {
		"roles_revoke",
		"select konak.role_set($1, jsonb_build_object($2::text, null))"
	};
	const char *params[] = { req_uuid(r, "id"), req_text(r, "code") };

	req_query(r, &stmt, 2, params, roles_rows);
}

static void
copy_rows(struct req *r, PGresult *res)
{
	r->state = auth_col(r, res, "id");
	if (r->state != NULL)
		req_changed(r, "roles", r->state, 1, "create");
}

static void
copy_then(struct req *r)
{
	struct cbw *w = req_out(r);

	cbw_map(w, 1);
	cbw_kv_uuid(w, "id", r->state);
}

static void
roles_copy(struct req *r)
{
	static const struct db_stmt stmt = {
		"roles_copy", "select konak.role_copy($1, $2, $3, $4) as id"
	};
	const char *params[] = {
		req_uuid(r, "new_id"), req_uuid(r, "id"), req_text(r, "name"),
		req_text(r, "description")
	};

	req_query(r, &stmt, 4, params, copy_rows);
	req_then(r, copy_then);
}

#define MANAGE	.need = { "roles.manage" }, .state = VERB_COMPANY, \
	.flags = VERB_WRITE | VERB_ONCE | VERB_STEP_UP

const struct verb role_verbs[] = {
	{ .name = "roles.permissions", .need = { "roles.view" },
	  .state = VERB_COMPANY,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = roles_permissions },
	{ .name = "roles.grant", MANAGE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "code", ARG_TEXT, true, 100 },
		{ "scope", ARG_TEXT, false, 50 } },
	  .run = roles_grant },
	{ .name = "roles.revoke", MANAGE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "code", ARG_TEXT, true, 100 } },
	  .run = roles_revoke },
	{ .name = "roles.copy", MANAGE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "new_id", ARG_UUID, false, 0 },
		{ "name", ARG_TEXT, true, 100 },
		{ "description", ARG_TEXT, false, 2000 } },
	  .run = roles_copy },
	{ .name = NULL }
};
