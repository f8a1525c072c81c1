/*
 * session.c - after the second factor: resume, companies, the person's own
 * password, codes, language and profile, and the end. These verbs prove the
 * token by their own statements (VERB_NO_ENTER) where they write, and so need
 * no request id.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/ids.h"
#include "lib/lang.h"
#include "lib/log.h"
#include "server/auth/auth.h"
#include "server/client.h"
#include "server/def/def.h"
#include "server/push.h"

/* --- a company as session.enter answers it -------------------------------- */

struct entered {
	const char	*id, *name, *kind, *company_type, *color_primary,
			*color_secondary, *currency, *timezone, *date_format,
			*modules, *role_id, *role_name, *rights, *refused;
};

struct session_state {
	struct entered	 company;	/* id NULL: none */
	struct auth_user *user;		/* user->id NULL: not signed in */
	const char	*session, *hash, *expires;
	int64_t		 auth_at;
	bool		 must_change;
	bool		 moved;		/* to another address */
};

static void
entered_rows(struct req *r, PGresult *res)
{
	struct session_state *st = r->state;
	struct entered *e = &st->company;

	e->id = auth_col(r, res, "id");
	e->name = auth_col(r, res, "name");
	e->kind = auth_col(r, res, "kind");
	e->company_type = auth_col(r, res, "company_type");
	e->color_primary = auth_col(r, res, "color_primary");
	e->color_secondary = auth_col(r, res, "color_secondary");
	e->currency = auth_col(r, res, "currency");
	e->timezone = auth_col(r, res, "timezone");
	e->date_format = auth_col(r, res, "date_format");
	e->modules = auth_col(r, res, "modules");
	e->role_id = auth_col(r, res, "role_id");
	e->role_name = auth_col(r, res, "role_name");
	e->rights = auth_col(r, res, "rights");
	e->refused = auth_col(r, res, "refused");
}

static void
enter_query(struct req *r, const char *hash, const char *company)
{
	static const struct db_stmt stmt = {
		"session_enter",
		"select * from konak.session_enter($1::bytea, $2::uuid, null)"
	};
	const char *params[] = { hash, company };

	req_query(r, &stmt, 2, params, entered_rows);
}

static void
write_modules(struct cbw *w, const char *list)
{
	size_t len;

	cbw_array_begin(w);
	for (; list != NULL && *list != '\0'; list += len + (list[len] == ','))
		if ((len = strcspn(list, ",")) > 0)
			cbw_text(w, list, len);
	cbw_array_end(w);
}

/* "|customers.view=all|tasks.view_own=own|" as a map. */
static void
write_rights(struct cbw *w, const char *rights)
{
	size_t len, code;

	cbw_map_begin(w);
	while (*rights != '\0') {
		len = strcspn(rights, "|");
		code = strcspn(rights, "=");
		if (code < len) {
			cbw_text(w, rights, code);
			cbw_text(w, rights + code + 1, len - code - 1);
		}
		rights += len + (rights[len] == '|');
	}
	cbw_map_end(w);
}

/* The map's pairs; the map itself is begun by the caller. */
static void
write_entered(struct req *r, struct cbw *w, const struct entered *e)
{
	cbw_key(w, "company");
	cbw_map(w, 10);
	cbw_kv_uuid(w, "id", e->id);
	cbw_kv_text(w, "name", e->name);
	cbw_kv_text(w, "kind", e->kind);
	cbw_kv_text(w, "company_type", e->company_type);
	cbw_kv_text(w, "color_primary", e->color_primary);
	cbw_kv_text(w, "color_secondary", e->color_secondary);
	cbw_kv_text(w, "currency", e->currency);
	cbw_kv_text(w, "timezone", e->timezone);
	cbw_kv_text(w, "date_format", e->date_format);
	cbw_key(w, "modules");
	write_modules(w, e->modules);
	cbw_key(w, "role");
	cbw_map(w, 2);
	cbw_kv_uuid(w, "id", e->role_id);
	cbw_kv_text(w, "name", e->role_name);
	cbw_key(w, "rights");
	write_rights(w, e->rights);
	cbw_kv_text(w, "defs", defs_sent(e->rights)->hash);
}

static void
session_take(struct session *s, const struct entered *e)
{
	auth_set(s->company, sizeof(s->company), e->id);
	session_rights(s, e->rights);
}

static void
enter_then(struct req *r)
{
	struct session_state *st = r->state;
	struct session *s = r->client->session;
	struct cbw *w;

	if (st->company.id == NULL || s != r->session) {
		req_fail(r, ERR_REFUSED, "company", st->company.refused !=
		    NULL && strcmp(st->company.refused, "network") == 0 ?
		    "auth.network" : "auth.no_member", NULL);
		return;
	}
	session_take(s, &st->company);
	/* What was watched in the company before is over: its rights are not
	 * looked at any more. */
	watch_recheck(r->client);
	w = req_out(r);
	cbw_map(w, 4);
	write_entered(r, w, &st->company);
}

static void
session_enter(struct req *r)
{
	r->state = arena_alloc(r->arena, sizeof(struct session_state));
	enter_query(r, r->session->hash, req_uuid(r, "company"));
	req_then(r, enter_then);
}

/* --- resume, me ----------------------------------------------------------- */

static void
resume_rows(struct req *r, PGresult *res)
{
	struct session_state *st = r->state;

	st->user = auth_user_of(r, res);
	st->session = auth_col(r, res, "session_id");
	st->expires = auth_col(r, res, "expires_at");
	st->auth_at = auth_col_int(res, "auth_at");
	st->must_change = auth_col_bool(res, "must_change");
	st->moved = auth_col_bool(res, "moved");
}

static void
resume_write(struct req *r)
{
	struct session_state *st = r->state;
	struct cbw *w = req_out(r);

	cbw_map(w, 5);
	cbw_kv_uuid(w, "session", st->session);
	cbw_key(w, "user");
	auth_user_write(w, st->user);
	cbw_key(w, "company");
	if (st->company.id != NULL) {
		cbw_map(w, 4);
		write_entered(r, w, &st->company);
	} else
		cbw_null(w);
	cbw_kv_text(w, "expires_at", st->expires);
	cbw_kv_bool(w, "must_change_password", st->must_change);
}

static void
resume_then(struct req *r)
{
	struct session_state *st = r->state;
	struct session *s;

	if (st->session == NULL) {
		req_fail(r, ERR_NOT_SIGNED_IN, NULL, "auth.session_over",
		    NULL);
		return;
	}
	if (req_gone(r))
		return;
	/* Who stole a token must not go on at another address because its
	 * owner came back. */
	if (st->moved)
		session_ended(r->tenant, st->session);
	client_auth_set(r->client, NULL, NULL);
	s = session_attach(r->client);
	auth_set(s->id, sizeof(s->id), st->session);
	auth_set(s->hash, sizeof(s->hash), st->hash);
	auth_set(s->user, sizeof(s->user), st->user->id);
	s->auth_at = st->auth_at;
	s->touched = mono_time();
	if (st->company.id != NULL)
		session_take(s, &st->company);
	resume_write(r);
}

static void
session_resume(struct req *r)
{
	static const struct db_stmt stmt = {
		"session_resume",
		"select * from konak.session_resume($1::bytea, $2, $3)"
	};
	struct session_state *st;
	const char *params[3];
	const uint8_t *token;
	size_t len;

	token = req_bytes(r, "token", &len);
	if (len != PROTO_TOKEN || r->tenant == NULL) {
		req_fail(r, ERR_NOT_SIGNED_IN, NULL, "auth.session_over",
		    NULL);
		return;
	}
	st = r->state = arena_alloc(r->arena, sizeof(*st));
	st->hash = auth_token_hash(r, token, len);
	params[0] = st->hash;
	params[1] = client_address(r->client);
	params[2] = client_program(r->client);
	req_query(r, &stmt, 3, params, resume_rows);
	enter_query(r, st->hash, NULL);
	req_then(r, resume_then);
}

static void
me_then(struct req *r)
{
	struct session_state *st = r->state;

	if (st->session == NULL)
		req_fail(r, ERR_NOT_SIGNED_IN, NULL, "auth.session_over",
		    NULL);
	else
		resume_write(r);
}

static void
session_me(struct req *r)
{
	static const struct db_stmt stmt = {
		"session_me", "select * from konak.session_me($1::bytea)"
	};
	const char *params[] = { r->session->hash };

	r->state = arena_alloc(r->arena, sizeof(struct session_state));
	req_query(r, &stmt, 1, params, resume_rows);
	enter_query(r, r->session->hash, NULL);
	req_then(r, me_then);
}

/* --- the picker ----------------------------------------------------------- */

static void
companies_group(struct req *r, PGresult *res)
{
	struct cbw *w = req_out(r);

	cbw_map(w, 3);
	cbw_key(w, "group");
	if (PQntuples(res) == 0) {
		cbw_null(w);
		return;
	}
	cbw_map(w, 4);
	cbw_kv_uuid(w, "id", auth_col(r, res, "id"));
	cbw_kv_text(w, "name", auth_col(r, res, "name"));
	cbw_kv_text(w, "slug", auth_col(r, res, "slug"));
	cbw_kv_bool(w, "consolidated", auth_col_bool(res, "consolidated"));
}

static const char *
cell(const PGresult *res, int row, int col)
{
	return PQgetisnull(res, row, col) ? NULL : PQgetvalue(res, row, col);
}

/* Columns in the order of konak.session_companies(). */
static void
companies_rows(struct req *r, PGresult *res)
{
	static const char *const names[] = {
		"name", "description", "company_type", "kind",
		"color_primary", "color_secondary"
	};
	struct cbw *w = req_out(r);
	const char *last = NULL;
	size_t k;
	int i;

	cbw_key(w, "companies");
	cbw_array(w, PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_map(w, 11);
		cbw_kv_uuid(w, "id", cell(res, i, 0));
		cbw_kv_uuid(w, "parent_id", cell(res, i, 1));
		for (k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			cbw_kv_text(w, names[k], cell(res, i, 2 + k));
		cbw_kv_bool(w, "member", *cell(res, i, 8) == 't');
		cbw_kv_text(w, "role", cell(res, i, 9));
		cbw_kv_text(w, "last_at", cell(res, i, 10));
		if (*cell(res, i, 11) == 't')
			last = cell(res, i, 0);
	}
	cbw_kv_uuid(w, "last", last);
}

static void
session_companies(struct req *r)
{
	static const struct db_stmt group = {
		"session_group", "select * from konak.session_group()"
	}, companies = {
		"session_companies",
		"select id, parent_id, name, description, company_type, kind, "
		"color_primary, color_secondary, member, role, last_at, "
		"is_last from konak.session_companies()"
	};

	req_query(r, &group, 0, NULL, companies_group);
	req_query(r, &companies, 0, NULL, companies_rows);
}

/* --- the end -------------------------------------------------------------- */

static void
sign_out_then(struct req *r)
{
	/* first this connection, which needs no telling */
	if (r->client->session != NULL)
		session_detach(r->client);
	session_ended(r->tenant, r->state);
}

static void
session_sign_out(struct req *r)
{
	static const struct db_stmt stmt = {
		"session_sign_out", "select konak.session_sign_out($1::bytea)"
	};
	const char *params[] = { arena_strdup(r->arena, r->session->hash) };

	r->state = arena_strdup(r->arena, r->session->id);
	auth_enter(r, NULL);
	req_query(r, &stmt, 1, params, NULL);
	req_then(r, sign_out_then);
}

/* --- language, profile ---------------------------------------------------- */

static void
language_then(struct req *r)
{
	if (!lang_parse(req_text(r, "language"), &r->client->lang))
		fatalx("a checked language is none");
}

static void
session_language(struct req *r)
{
	static const struct db_stmt stmt = {
		"session_language", "select konak.session_language($1)"
	};
	const char *params[] = { req_text(r, "language") };
	enum lang lang;

	if (!lang_parse(params[0], &lang)) {
		req_fail(r, ERR_INVALID, "language", "auth.language", NULL);
		return;
	}
	auth_enter(r, NULL);
	req_query(r, &stmt, 1, params, NULL);
	req_then(r, language_then);
}

/* As people write it, to E.164; "" takes it away. */
static const char *
profile_phone(struct req *r)
{
	const char	*s = req_text(r, "phone");
	char		 out[PHONE_TEXT];

	if (s == NULL || *s == '\0')
		return s;
	if (phone_parse(s, strlen(s), out) == ID_OK)
		return arena_strdup(r->arena, out);
	req_bad(r, "phone", "value.phone_form", NULL);
	return NULL;
}

static void
session_profile(struct req *r)
{
	static const struct db_stmt stmt = {
		"session_profile",
		"select konak.session_profile($1, $2, $3, $4)"
	};
	const char *params[] = {
		req_text(r, "first_name"), req_text(r, "last_name"),
		profile_phone(r), req_text(r, "timezone")
	};

	if (req_failed(r))
		return;
	auth_enter(r, NULL);
	req_query(r, &stmt, 4, params, NULL);
}

/* --- a fresh code (M39), new recovery codes ------------------------------- */

static void
ok_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->ok = auth_col_bool(res, "ok");
	a->wait = auth_col_int(res, "wait");
}

static void
step_up_then(struct req *r)
{
	struct attempt *a = r->state;
	struct session *s = r->client->session;

	if (!a->ok)
		auth_code_wrong(r);
	else if (s == r->session)
		s->auth_at = time(NULL);
}

void
auth_step_judge(struct req *r, int64_t step)
{
	static const struct db_stmt stmt = {
		"session_step_up",
		"select * from konak.session_step_up($1::bytea, $2, $3, $4, "
		"$5)"
	};
	struct attempt *a = r->state;
	const char *params[] = {
		a->hash, auth_number(r, step), a->network,
		client_address(r->client), client_program(r->client)
	};

	req_query(r, &stmt, 5, params, ok_rows);
	req_then(r, step_up_then);
}

static void
step_up_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->wait = auth_col_int(res, "wait");
	a->box = auth_col(r, res, "box");
	a->last_step = auth_col_int(res, "last_step");
	a->group = auth_col(r, res, "group_id");
}

static void
step_up_begun(struct req *r)
{
	auth_judge_code(r, auth_step_judge);
}

/* What the later steps need outlives the session: it may end meanwhile. */
struct attempt *
auth_session_attempt(struct req *r)
{
	struct attempt *a = arena_alloc(r->arena, sizeof(*a));

	arena_set_wipe(r->arena);
	r->state = a;
	a->network = auth_network(r);
	a->user = arena_strdup(r->arena, r->session->user);
	a->session = arena_strdup(r->arena, r->session->id);
	a->hash = arena_strdup(r->arena, r->session->hash);
	return a;
}

void
auth_session_code_begin(struct req *r, void (*fn)(struct req *))
{
	static const struct db_stmt stmt = {
		"session_code_begin",
		"select * from konak.session_code_begin($1)"
	};
	struct attempt *a = r->state;
	const char *params[] = { a->network };

	auth_enter(r, NULL);
	req_query(r, &stmt, 1, params, step_up_rows);
	req_then(r, fn);
}

static void
session_step_up(struct req *r)
{
	struct attempt *a = auth_session_attempt(r);

	if ((a->code = auth_code_digits(r)) != NULL)
		auth_session_code_begin(r, step_up_begun);
}

static void
recovery_written(struct req *r)
{
	struct attempt *a = r->state;
	struct cbw *w = req_out(r);

	cbw_map(w, 1);
	cbw_key(w, "recovery");
	auth_codes_write(w, a->codes);
}

static void
session_recovery(struct req *r)
{
	static const struct db_stmt stmt = {
		"session_recovery",
		"select konak.session_recovery($1::bytea[])"
	};
	struct attempt *a = auth_session_attempt(r);
	const char *params[] = { auth_codes_new(r, a->user, a->codes) };

	req_query(r, &stmt, 1, params, NULL);
	req_then(r, recovery_written);
}

/* --- the own password ----------------------------------------------------- */

static void
password_then(struct req *r)
{
	struct attempt *a = r->state;

	if (a->ok) {
		session_ended_user(r->tenant, a->user, a->session);
		return;
	}
	req_wait(r, a->wait);
	req_fail(r, ERR_AUTH_FAILED, "old", "auth.old_wrong", NULL);
}

static void
password_worked(struct req *r)
{
	static const struct db_stmt stmt = {
		"session_password",
		"select * from konak.session_password($1::bytea, $2, $3, $4, "
		"$5)"
	};
	struct attempt *a = r->state;
	const char *params[] = {
		a->hash, a->work.fits ? a->work.new_hash : NULL, a->network,
		client_address(r->client), client_program(r->client)
	};

	req_query(r, &stmt, 5, params, ok_rows);
	req_then(r, password_then);
}

static void
password_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->wait = auth_col_int(res, "wait");
	a->email = auth_col(r, res, "email");
	a->work.old_hash = auth_col(r, res, "hash");
}

static void
password_begun(struct req *r)
{
	struct attempt *a = r->state;
	const char *why;

	if (a->wait > 0) {
		auth_too_early(r, ERR_RATE, a->wait);
		return;
	}
	a->work.new = req_text(r, "new");
	if ((why = password_policy(a->work.new, a->email)) != NULL) {
		req_fail(r, ERR_INVALID, "new", why, NULL);
		return;
	}
	a->work.old = req_text(r, "old");
	auth_work(r, &a->work, password_worked);
}

static void
session_password(struct req *r)
{
	static const struct db_stmt stmt = {
		"session_password_begin",
		"select * from konak.session_password_begin($1)"
	};
	struct attempt *a = auth_session_attempt(r);
	const char *params[] = { a->network }, *why;

	/* what needs no account is said before the try is counted */
	if ((why = password_policy(req_text(r, "new"), "")) != NULL) {
		req_fail(r, ERR_INVALID, "new", why, NULL);
		return;
	}
	auth_enter(r, NULL);
	req_query(r, &stmt, 1, params, password_rows);
	req_then(r, password_begun);
}

#define OWN	.need = { PERM_SELF }, .state = VERB_SIGNED

const struct verb session_verbs[] = {
	{ .name = "session.resume", .need = { PERM_PUBLIC },
	  .state = VERB_ANON,
	  .args = { { "token", ARG_BYTES, true, 64 } },
	  .run = session_resume },
	{ .name = "session.companies", OWN, .run = session_companies },
	{ .name = "session.enter", OWN, .flags = VERB_NO_ENTER,
	  .args = { { "company", ARG_UUID, true, 0 } },
	  .run = session_enter },
	{ .name = "session.me", OWN, .flags = VERB_NO_ENTER,
	  .run = session_me },
	{ .name = "session.sign_out", OWN, .flags = VERB_NO_ENTER,
	  .run = session_sign_out },
	{ .name = "session.step_up", OWN, .flags = VERB_NO_ENTER,
	  .args = { { "code", ARG_SECRET, true, 12 } },
	  .run = session_step_up },
	{ .name = "session.password", OWN, .flags = VERB_NO_ENTER,
	  .args = {
		{ "old", ARG_SECRET, true, PASSWORD_MAX },
		{ "new", ARG_SECRET, true, PASSWORD_MAX } },
	  .run = session_password },
	{ .name = "session.recovery", OWN, .flags = VERB_WRITE | VERB_STEP_UP,
	  .run = session_recovery },
	{ .name = "session.language", OWN, .flags = VERB_NO_ENTER,
	  .args = { { "language", ARG_TEXT, true, 2 } },
	  .run = session_language },
	{ .name = "session.profile", OWN, .flags = VERB_NO_ENTER,
	  .args = {
		{ "first_name", ARG_TEXT, false, 100 },
		{ "last_name", ARG_TEXT, false, 100 },
		{ "phone", ARG_TEXT, false, 40 },
		{ "timezone", ARG_TEXT, false, 50 } },
	  .run = session_profile },
	{ .name = NULL }
};
