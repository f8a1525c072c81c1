/*
 * people.c - what is done to a person beyond the record: inviting, a one-time
 * code for a new password, deactivating, ending sessions. konak.may_act() and
 * the guards of the tables decide; a refusal comes back as any other.
 */
#include <sodium.h>
#include <string.h>

#include "lib/ids.h"
#include "server/auth/auth.h"

struct person {
	const char	*id;
	const char	*membership;
	const char	*code;		/* shown once; NULL: none was made */
	bool		 existing;
	int64_t		 version;
	const char	**ended;	/* sessions */
	size_t		 nended;
};

/* A one-time code: as shown, and (returned) as it is hashed. */
static const char *
code_make(struct req *r, struct person *p)
{
	char code[CODE_TEXT], plain[CODE_TEXT];

	arena_set_wipe(r->arena);
	code_new(code, CODE_RESET);
	p->code = arena_strdup(r->arena, code);
	if (!code_plain(plain, CODE_RESET, code))
		plain[0] = '\0';
	sodium_memzero(code, sizeof(code));
	return arena_strdup(r->arena, plain);
}

/* --- inviting ------------------------------------------------------------- */

static void
invite_rows(struct req *r, PGresult *res)
{
	struct person *p = r->state;

	p->id = auth_col(r, res, "user_id");
	p->membership = auth_col(r, res, "membership_id");
	p->existing = auth_col_bool(res, "existing");
	if (!p->existing && p->id != NULL)
		req_changed(r, "users", p->id, 1, "create");
	req_changed_all(r, "memberships");
}

static void
invite_then(struct req *r)
{
	struct person *p = r->state;
	struct cbw *w = req_out(r);

	cbw_map(w, 4);
	cbw_kv_uuid(w, "id", p->id);
	cbw_kv_uuid(w, "membership", p->membership);
	cbw_kv_bool(w, "existing", p->existing);
	cbw_kv_text(w, "password_code", p->existing ? NULL : p->code);
}

static void
users_invite(struct req *r)
{
	static const struct db_stmt stmt = {
		"users_invite",
		"select * from konak.user_invite($1, $2, $3, $4, $5, $6, $7)"
	};
	struct person *p = arena_alloc(r->arena, sizeof(*p));
	const char *params[7], *email = req_text(r, "email");
	const char *language = req_text(r, "language");
	char *canonical;

	r->state = p;
	canonical = arena_alloc(r->arena, strlen(email) + 1);
	if (email_parse(email, strlen(email), canonical) != ID_OK)
		req_bad(r, "email", "auth.email_form", NULL);
	if (language != NULL && strcmp(language, "tr") != 0 &&
	    strcmp(language, "en") != 0)
		req_bad(r, "language", "auth.language", NULL);
	if (req_failed(r))
		return;
	params[0] = req_uuid(r, "id");
	params[1] = canonical;
	params[2] = req_text(r, "first_name");
	params[3] = req_text(r, "last_name");
	params[4] = req_uuid(r, "role");
	params[5] = language;
	params[6] = code_make(r, p);
	req_query(r, &stmt, 7, params, invite_rows);
	req_then(r, invite_then);
}

/* --- a new password --------------------------------------------------------- */

static void
reset_then(struct req *r)
{
	struct person *p = r->state;
	struct cbw *w = req_out(r);

	session_ended_user(r->tenant, p->id, NULL);
	cbw_map(w, 2);
	cbw_kv_uuid(w, "id", p->id);
	cbw_kv_text(w, "code", p->code);
}

static void
users_reset_password(struct req *r)
{
	static const struct db_stmt stmt = {
		"users_reset", "select konak.user_reset_password($1, $2)"
	};
	struct person *p = arena_alloc(r->arena, sizeof(*p));
	const char *params[2];

	r->state = p;
	p->id = params[0] = req_uuid(r, "id");
	params[1] = code_make(r, p);
	req_query(r, &stmt, 2, params, NULL);
	req_then(r, reset_then);
}

/* --- a lost second factor, by two -------------------------------------------- */

static void
totp_rows(struct req *r, PGresult *res)
{
	struct person *p = r->state;

	if (p->id == NULL)
		p->id = arena_strdup(r->arena, PQgetvalue(res, 0, 0));
	req_changed_all(r, "totp_resets");
}

static void
totp_then(struct req *r)
{
	struct person *p = r->state;
	struct cbw *w = req_out(r);

	if (strcmp(r->verb->name, "totp_resets.refuse") != 0)
		session_ended_user(r->tenant, p->id, NULL);
	cbw_map(w, 1);
	cbw_kv_uuid(w, "user", p->id);
}

static void
users_reset_totp(struct req *r)
{
	static const struct db_stmt stmt = {
		"users_reset_totp", "select konak.totp_reset_ask($1, $2)"
	};
	struct person *p = arena_alloc(r->arena, sizeof(*p));
	const char *params[2];

	r->state = p;
	p->id = params[0] = req_uuid(r, "id");
	params[1] = req_text(r, "reason");
	req_query(r, &stmt, 2, params, totp_rows);
	req_then(r, totp_then);
}

static void
totp_resets_decide(struct req *r)
{
	static const struct db_stmt confirm = {
		"totp_confirm", "select konak.totp_reset_confirm($1)"
	}, refuse = {
		"totp_refuse", "select konak.totp_reset_refuse($1)"
	};
	const char *id = req_uuid(r, "id");

	r->state = arena_alloc(r->arena, sizeof(struct person));
	req_query(r, strcmp(r->verb->name, "totp_resets.confirm") == 0 ?
	    &confirm : &refuse, 1, &id, totp_rows);
	req_then(r, totp_then);
}

/* --- being active ------------------------------------------------------------ */

static void
active_rows(struct req *r, PGresult *res)
{
	struct person *p = r->state;

	p->version = auth_col_int(res, "version");
	req_changed(r, "users", p->id, p->version, "edit");
}

static void
active_then(struct req *r)
{
	struct person *p = r->state;
	struct cbw *w = req_out(r);

	if (strcmp(r->verb->name, "users.deactivate") == 0)
		session_ended_user(r->tenant, p->id, NULL);
	cbw_map(w, 2);
	cbw_kv_uuid(w, "id", p->id);
	cbw_kv_int(w, "version", p->version);
}

/* The person is there (KN001 'no row' says otherwise), with another version. */
static bool
active_stale(struct req *r, const struct db_error *e)
{
	if (strcmp(e->sqlstate, "KN001") != 0 ||
	    strcmp(e->message, "stale") != 0)
		return false;
	req_fail(r, ERR_STALE, NULL, "auth.stale", NULL);
	return true;
}

static void
users_active(struct req *r)
{
	static const struct db_stmt stmt = {
		"users_active", "select konak.user_active($1, $2, $3) as version"
	};
	struct person *p = arena_alloc(r->arena, sizeof(*p));
	const char *params[3];

	r->state = p;
	p->id = params[0] = req_uuid(r, "id");
	params[1] = auth_number(r, req_int(r, "version"));
	params[2] = strcmp(r->verb->name, "users.activate") == 0 ? "t" : "f";
	req_query(r, &stmt, 3, params, active_rows);
	req_catch(r, active_stale);
	req_then(r, active_then);
}

/* --- sessions ------------------------------------------------------------- */

static void
ended_rows(struct req *r, PGresult *res)
{
	struct person *p = r->state;
	size_t i;

	p->nended = PQntuples(res);
	p->ended = arena_array(r->arena, p->nended, sizeof(*p->ended));
	for (i = 0; i < p->nended; i++)
		p->ended[i] = arena_strdup(r->arena, PQgetvalue(res, i, 0));
}

static void
ended_then(struct req *r)
{
	struct person *p = r->state;
	struct cbw *w = req_out(r);
	size_t i;

	cbw_map(w, 1);
	cbw_kv_int(w, "ended", p->nended);
	for (i = 0; i < p->nended; i++)
		session_ended(r->tenant, p->ended[i]);
}

static void
sessions_end(struct req *r)
{
	static const struct db_stmt stmt = {
		"sessions_end", "select konak.session_end($1)"
	};
	const char *params[] = { req_uuid(r, "id") };

	r->state = arena_alloc(r->arena, sizeof(struct person));
	auth_enter(r, req_company(r));
	req_query(r, &stmt, 1, params, ended_rows);
	req_then(r, ended_then);
}

static void
sessions_end_all(struct req *r)
{
	static const struct db_stmt stmt = {
		"sessions_end_all",
		"select * from konak.session_end_all($1::bytea, $2)"
	};
	const char *params[] = { r->session->hash, req_uuid(r, "user") };

	r->state = arena_alloc(r->arena, sizeof(struct person));
	auth_enter(r, req_company(r));
	req_query(r, &stmt, 2, params, ended_rows);
	req_then(r, ended_then);
}

static void
sessions_end_person(struct req *r)
{
	static const struct db_stmt stmt = {
		"sessions_end_person",
		"select * from konak.session_end_person($1::bytea, $2)"
	};
	const char *params[] = { r->session->hash, req_uuid(r, "id") };

	r->state = arena_alloc(r->arena, sizeof(struct person));
	auth_enter(r, req_company(r));
	req_query(r, &stmt, 2, params, ended_rows);
	req_then(r, ended_then);
}

#define MANAGE	.need = { "users.manage" }, .state = VERB_COMPANY
#define OWN	.need = { PERM_SELF }, .state = VERB_SIGNED

const struct verb people_verbs[] = {
	{ .name = "users.invite", MANAGE,
	  .flags = VERB_WRITE | VERB_ONCE | VERB_STEP_UP,
	  .args = {
		{ "id", ARG_UUID, false, 0 },
		{ "email", ARG_TEXT, true, 255 },
		{ "first_name", ARG_TEXT, true, 100 },
		{ "last_name", ARG_TEXT, true, 100 },
		{ "role", ARG_UUID, true, 0 },
		{ "language", ARG_TEXT, false, 2 } },
	  .run = users_invite },
	{ .name = "users.reset_password", MANAGE,
	  .flags = VERB_WRITE | VERB_ONCE | VERB_STEP_UP,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = users_reset_password },
	{ .name = "users.reset_totp", MANAGE,
	  .flags = VERB_WRITE | VERB_ONCE | VERB_STEP_UP,
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "reason", ARG_TEXT, true, 500 } },
	  .run = users_reset_totp },
	{ .name = "totp_resets.confirm", MANAGE,
	  .flags = VERB_WRITE | VERB_ONCE | VERB_STEP_UP,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = totp_resets_decide },
	{ .name = "totp_resets.refuse", MANAGE,
	  .flags = VERB_WRITE | VERB_ONCE,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = totp_resets_decide },
	{ .name = "users.deactivate", MANAGE, .flags = VERB_WRITE,
	  .audit = "USER_DEACTIVATE",
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 } },
	  .run = users_active },
	{ .name = "users.activate", MANAGE, .flags = VERB_WRITE,
	  .audit = "USER_ACTIVATE",
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 } },
	  .run = users_active },
	/* own ones; with users.manage also those entered in this company */
	{ .name = "sessions.end", OWN, .flags = VERB_NO_ENTER,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = sessions_end },
	{ .name = "sessions.end_person", OWN, .flags = VERB_NO_ENTER,
	  .args = { { "id", ARG_UUID, true, 0 } },
	  .run = sessions_end_person },
	{ .name = "sessions.end_all", OWN, .flags = VERB_NO_ENTER,
	  .args = { { "user", ARG_UUID, false, 0 } },
	  .run = sessions_end_all },
	{ .name = NULL }
};
