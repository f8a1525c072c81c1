/*
 * roles.c - the rights of roles: the matrix, who holds a role and what it
 * sees, giving and taking a right, presets, taking a change back, and a role
 * of one's own as a copy. konak.role_set() lets nobody give what he does not
 * hold, and a trigger of the table says so again.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/lang.h"
#include "server/auth/auth.h"
#include "server/def/def.h"

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

/* --- The matrix ------------------------------------------------------------ */

/* "a,,b" as an array of texts, null where there is nothing. */
static void
put_commas(struct cbw *w, const char *s)
{
	size_t len;

	cbw_array_begin(w);
	for (;; s += len + 1) {
		len = strcspn(s, ",");
		if (len == 0)
			cbw_null(w);
		else
			cbw_text(w, s, len);
		if (s[len] == '\0')
			break;
	}
	cbw_array_end(w);
}

static void
matrix_roles(struct req *r, PGresult *res)
{
	struct cbw *w = req_out(r);
	int i;

	cbw_map(w, 3);
	cbw_key(w, "roles");
	cbw_array(w, (uint32_t)PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_map(w, 7);
		cbw_kv_uuid(w, "id", PQgetvalue(res, i, 0));
		cbw_kv_text(w, "name", PQgetvalue(res, i, 1));
		cbw_kv_text(w, "template", PQgetisnull(res, i, 2) ? NULL :
		    PQgetvalue(res, i, 2));
		cbw_kv_int(w, "version", strtoll(PQgetvalue(res, i, 3), NULL,
		    10));
		cbw_kv_int(w, "members", strtoll(PQgetvalue(res, i, 4), NULL,
		    10));
		cbw_kv_bool(w, "within", PQgetvalue(res, i, 5)[0] == 't');
		cbw_kv_bool(w, "is_system", PQgetvalue(res, i, 6)[0] == 't');
	}
}

static void
matrix_rows(struct req *r, PGresult *res)
{
	static const char *const names[] = {
		"code", "module", "name", "scopes", "gives", "module_on",
		"cells"
	};
	struct cbw *w = req_out(r);
	int i, k;

	cbw_key(w, "columns");
	cbw_array(w, 7);
	for (k = 0; k < 7; k++)
		cbw_textz(w, names[k]);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_array(w, 7);
		for (k = 0; k < 2; k++)
			cbw_textz(w, PQgetvalue(res, i, k));
		cbw_array(w, 2);
		for (; k < 6; k++)
			cbw_textz(w, PQgetvalue(res, i, k));
		cbw_bool(w, PQgetvalue(res, i, 6)[0] == 't');
		put_commas(w, PQgetvalue(res, i, 7));
	}
}

static void
roles_matrix(struct req *r)
{
	static const struct db_stmt roles = {
		"roles_shown",
		"select id, name, template, version, members, within, "
		"is_system from konak.roles_shown() order by place"
	}, stmt = {
		"roles_matrix",
		"select code, module, name_tr, name_en, scopes, gives, "
		"module_on, cells from konak.role_matrix()"
	};

	req_query(r, &roles, 0, NULL, matrix_roles);
	req_query(r, &stmt, 0, NULL, matrix_rows);
}

static void
people_rows(struct req *r, PGresult *res)
{
	struct cbw *w = req_out(r);
	int i;

	cbw_map(w, 1);
	cbw_key(w, "people");
	cbw_array(w, (uint32_t)PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_map(w, 4);
		cbw_kv_uuid(w, "id", PQgetvalue(res, i, 0));
		cbw_kv_text(w, "name", PQgetvalue(res, i, 1));
		cbw_kv_bool(w, "is_owner", PQgetvalue(res, i, 2)[0] == 't');
		cbw_kv_text(w, "last_at", PQgetisnull(res, i, 3) ? NULL :
		    PQgetvalue(res, i, 3));
	}
}

static void
roles_people(struct req *r)
{
	static const struct db_stmt role = {
		"roles_people_role",
		"select 1 where exists (select from konak.roles_shown() "
		"where id = $1) or konak.no_row()"
	}, stmt = {
		"roles_people",
		"select u.id, u.name, m.is_owner, to_char(m.last_accessed_at "
		"at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') "
		"from konak.memberships m join konak.users u on "
		"u.id = m.user_id where m.company_id = konak.company() and "
		"m.role_id = $1 and m.deleted_at is null "
		"order by u.name collate \"tr-x-icu\", u.id limit 500"
	};
	const char *id = req_uuid(r, "id");

	req_query(r, &role, 1, &id, NULL);
	req_query(r, &stmt, 1, &id, people_rows);
}

/* The scope that a set of rights holds an operation with; "" for everyone. */
static const char *
op_scope(struct req *r, const struct def *d, enum def_op op,
    const char *rights)
{
	const struct def_perm *p = &d->perm[op];
	const char *at;
	size_t i;

	for (i = 0; i < p->n; i++) {
		at = strstr(rights, req_printf(r, "|%s=", p->codes[i].code));
		if (at == NULL)
			continue;
		/* However it is held: here it is all or nothing. */
		if (p->codes[i].scopes[1] == NULL)
			return p->codes[i].scopes[0];
		at = strchr(at, '=') + 1;
		return arena_strndup(r->arena, at, strcspn(at, "|"));
	}
	return "";
}

static void
put_pair(struct cbw *w, const struct label *l)
{
	cbw_array(w, 2);
	cbw_textz(w, label_text(l, LANG_TR));
	cbw_textz(w, label_text(l, LANG_EN));
}

/* A record type as the role sees it: what it may do, and what stays hidden. */
static void
put_seen(struct req *r, const struct def *d, const char *rights)
{
	static const struct {
		enum def_verb v;
		const char *name;
	} can[] = {
		{ DV_LIST, "view" }, { DV_CREATE, "create" },
		{ DV_EDIT, "edit" }, { DV_DELETE, "delete" },
		{ DV_EXPORT, "export" }
	};
	struct cbw *w = req_out(r);
	size_t i;

	cbw_map(w, 5);
	cbw_kv_text(w, "type", d->name);
	cbw_key(w, "label");
	put_pair(w, &d->labels);
	cbw_kv_text(w, "scope", op_scope(r, d, OP_VIEW, rights));
	cbw_key(w, "can");
	cbw_array_begin(w);
	for (i = 0; i < sizeof can / sizeof can[0]; i++)
		if (def_may_verb(d, can[i].v, rights))
			cbw_textz(w, can[i].name);
	cbw_array_end(w);
	cbw_key(w, "hidden");
	cbw_array_begin(w);
	for (i = 0; i < d->nfields; i++)
		if (!field_seen(d->fields[i], rights))
			put_pair(w, &d->fields[i]->label);
	cbw_array_end(w);
}

static void
preview_rows(struct req *r, PGresult *res)
{
	const char *rights = PQntuples(res) == 0 ? "" : arena_strdup(r->arena,
	    PQgetvalue(res, 0, 0));
	struct cbw *w = req_out(r);
	const struct def *d;
	size_t i;

	cbw_map(w, 2);
	cbw_key(w, "sees");
	cbw_array_begin(w);
	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		if (def_in_menu(d, rights) &&
		    def_may_verb(d, DV_LIST, rights))
			put_seen(r, d, rights);
	}
	cbw_array_end(w);
	cbw_key(w, "not");
	cbw_array_begin(w);
	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		if (d->menu && !(def_in_menu(d, rights) &&
		    def_may_verb(d, DV_LIST, rights)))
			put_pair(w, &d->labels);
	}
	cbw_array_end(w);
}

static void
roles_preview(struct req *r)
{
	static const struct db_stmt stmt = {
		"roles_preview", "select konak.role_sees($1)"
	};
	const char *id = req_uuid(r, "id");

	req_query(r, &stmt, 1, &id, preview_rows);
}

/* --- Changing -------------------------------------------------------------- */

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
roles_preset(struct req *r)
{
	static const struct db_stmt stmt = {
		"roles_preset", "select konak.role_preset($1, $2)"
	};
	const char *params[] = { req_uuid(r, "id"), req_text(r, "preset") };

	req_query(r, &stmt, 2, params, roles_rows);
}

static void
roles_undo(struct req *r)
{
	static const struct db_stmt stmt = {
		"roles_undo", "select konak.role_undo($1)"
	};
	const char *params[] = { req_uuid(r, "request") };

	req_query(r, &stmt, 1, params, roles_rows);
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
	{ .name = "roles.matrix", .need = { "roles.view|roles.manage" },
	  .state = VERB_COMPANY, .run = roles_matrix },
	{ .name = "roles.people", .need = { "roles.view|roles.manage" },
	  .state = VERB_COMPANY,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = roles_people },
	{ .name = "roles.preview", .need = { "roles.view|roles.manage" },
	  .state = VERB_COMPANY,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = roles_preview },
	{ .name = "roles.preset", MANAGE,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "preset", ARG_TEXT, true, 50 } },
	  .run = roles_preset },
	{ .name = "roles.undo", MANAGE,
	  .args = { { "request", ARG_UUID, true, 0 } },
	  .run = roles_undo },
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
