/*
 * signin.c - password, then code or recovery code; and the new password by a
 * one-time code. What an answer tells must not tell whether a tenant, a person
 * or a password exists: all four ways take the same work and say the same.
 */
#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/secret.h"
#include "lib/xmalloc.h"
#include "server/auth/auth.h"
#include "server/client.h"
#include "server/conf.h"

void
auth_signin_free(void *arg)
{
	struct signin *s = arg;

	secret_free(s->totp);
	free(s->email);
	free(s);
}

static struct attempt *
attempt_new(struct req *r)
{
	struct attempt *a = arena_alloc(r->arena, sizeof(*a));

	arena_set_wipe(r->arena);
	a->network = auth_network(r);
	r->state = a;
	return a;
}

/* As auth.account_key() does it; the database has the last word. */
static const char *
email_key(struct req *r, const char *name)
{
	char *key, *p;

	key = arena_strdup(r->arena, req_text(r, name));
	for (p = key; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p += 'a' - 'A';
	return key;
}

void
auth_too_early(struct req *r, enum err err, int64_t wait)
{
	req_wait(r, wait);
	req_fail(r, err, NULL, "auth.wait", "wait", auth_number(r, wait),
	    NULL);
}

/* --- the password --------------------------------------------------------- */

static void
password_wrong(struct req *r, int64_t wait)
{
	req_wait(r, wait);
	if (wait > 0)
		req_fail(r, ERR_AUTH_FAILED, NULL, "auth.failed_wait", "wait",
		    auth_number(r, wait), NULL);
	else
		req_fail(r, ERR_AUTH_FAILED, NULL, "auth.failed", NULL);
}

static void
password_nowhere(struct req *r)
{
	struct attempt *a = r->state;

	password_wrong(r, nowhere_miss(a->email, a->network));
}

static void
judged_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->state = auth_col(r, res, "state");
	a->wait = auth_col_int(res, "wait");
	a->recovery = auth_col_bool(res, "recovery");
}

static void
email_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->emailed = auth_col_bool(res, "may");
}

static void
judged_then(struct req *r)
{
	struct attempt *a = r->state;
	struct signin *s;
	struct cbw *w;

	if (a->state == NULL || strcmp(a->state, "failed") == 0) {
		password_wrong(r, a->wait);
		return;
	}
	if (req_gone(r))
		return;
	s = xcalloc(1, sizeof(*s));
	auth_set(s->user, sizeof(s->user), a->user);
	s->email = xstrdup(a->email);
	s->setup = strcmp(a->state, "setup") == 0;
	client_auth_set(r->client, s, auth_signin_free);
	client_stage(r->client, STAGE_PASSWORD);
	w = req_out(r);
	cbw_map(w, s->setup ? 1 : 2);
	cbw_kv_text(w, "state", a->state);
	if (s->setup)
		return;
	cbw_key(w, "methods");
	cbw_array(w, 1 + a->recovery + a->emailed);
	cbw_textz(w, "totp");
	if (a->recovery)
		cbw_textz(w, "recovery");
	if (a->emailed)
		cbw_textz(w, "email");
}

static void
password_compared(struct req *r)
{
	static const struct db_stmt stmt = {
		"auth_password",
		"select * from konak.signin_password($1, $2, $3, $4, $5, $6)"
	};
	static const struct db_stmt email = {
		"auth_email_may", "select konak.signin_email_may($1) as may"
	};
	struct attempt *a = r->state;
	const char *params[] = {
		a->email, a->user, a->work.fits ? "t" : "f", a->network,
		client_address(r->client), client_program(r->client)
	};

	req_query(r, &stmt, 6, params, judged_rows);
	/* Of everybody, known or not: the work is the same. */
	req_query(r, &email, 1, &params[1], email_rows);
	req_then(r, judged_then);
}

static void
begin_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->wait = auth_col_int(res, "wait");
	a->user = auth_col(r, res, "user_id");
	a->hash = auth_col(r, res, "hash");
}

static void
begin_then(struct req *r)
{
	struct attempt *a = r->state;

	if (a->wait > 0) {
		auth_too_early(r, ERR_AUTH_FAILED, a->wait);
		return;
	}
	a->work.old = req_text(r, "password");
	a->work.old_hash = a->hash;
	auth_work(r, &a->work, password_compared);
}

static void
auth_sign_in(struct req *r)
{
	static const struct db_stmt stmt = {
		"auth_begin",
		"select * from konak.signin_begin($1, $2, $3, $4)"
	};
	struct attempt *a;
	const char *params[4];

	if (r->session != NULL) {
		req_fail(r, ERR_REFUSED, NULL, "auth.signed_in", NULL);
		return;
	}
	a = attempt_new(r);
	a->email = email_key(r, "email");
	client_auth_set(r->client, NULL, NULL);
	client_stage(r->client, STAGE_HELLO);
	if (r->tenant == NULL) {
		a->wait = nowhere_take(a->email, a->network);
		if (a->wait > 0) {
			auth_too_early(r, ERR_AUTH_FAILED, a->wait);
			return;
		}
		a->work.old = req_text(r, "password");
		auth_work(r, &a->work, password_nowhere);
		return;
	}
	params[0] = a->email;
	params[1] = a->network;
	params[2] = client_address(r->client);
	params[3] = client_program(r->client);
	req_query(r, &stmt, 4, params, begin_rows);
	req_then(r, begin_then);
}

/* --- the second factor ---------------------------------------------------- */

const char *
auth_code_digits(struct req *r)
{
	const char *p = req_text(r, "code");
	char digits[7];
	size_t n = 0;

	for (; *p != '\0'; p++) {
		if (*p == ' ')
			continue;
		if (n == 6 || *p < '0' || *p > '9')
			break;
		digits[n++] = *p;
	}
	if (n != 6 || *p != '\0') {
		req_fail(r, ERR_INVALID, "code", "auth.code_form", NULL);
		return NULL;
	}
	digits[6] = '\0';
	return arena_strdup(r->arena, digits);
}

struct attempt *
auth_attempt(struct req *r, bool setup)
{
	struct signin *s = client_auth(r->client);
	struct attempt *a;

	/* A session that sets up another authenticator has a state as well,
	 * which no password was given for. */
	if (s == NULL || r->tenant == NULL ||
	    r->client->stage != STAGE_PASSWORD) {
		req_fail(r, ERR_NOT_SIGNED_IN, NULL, "auth.password_first",
		    NULL);
		return NULL;
	}
	if (s->setup != setup) {
		req_fail(r, ERR_REFUSED, NULL, setup ? "auth.setup_done" :
		    "auth.setup_first", NULL);
		return NULL;
	}
	a = attempt_new(r);
	a->user = arena_strdup(r->arena, s->user);
	a->email = arena_strdup(r->arena, s->email);
	return a;
}

static void
attempt_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->wait = auth_col_int(res, "wait");
	a->box = auth_col(r, res, "box");
	a->last_step = auth_col_int(res, "last_step");
	a->group = auth_col(r, res, "group_id");
}

void
auth_attempt_begin(struct req *r, void (*fn)(struct req *))
{
	static const struct db_stmt stmt = {
		"auth_code_begin", "select * from konak.code_begin($1, $2)"
	};
	struct attempt *a = r->state;
	const char *params[] = { a->email, a->network };

	req_query(r, &stmt, 2, params, attempt_rows);
	req_then(r, fn);
}

struct auth_user *
auth_user_of(struct req *r, const PGresult *res)
{
	struct auth_user *u = arena_alloc(r->arena, sizeof(*u));

	u->id = auth_col(r, res, "user_id");
	u->first_name = auth_col(r, res, "first_name");
	u->last_name = auth_col(r, res, "last_name");
	u->email = auth_col(r, res, "email");
	u->language = auth_col(r, res, "language");
	u->timezone = auth_col(r, res, "timezone");
	return u;
}

void
auth_user_write(struct cbw *w, const struct auth_user *u)
{
	cbw_map(w, 6);
	cbw_kv_uuid(w, "id", u->id);
	cbw_kv_text(w, "first_name", u->first_name);
	cbw_kv_text(w, "last_name", u->last_name);
	cbw_kv_text(w, "email", u->email);
	cbw_kv_text(w, "language", u->language);
	cbw_kv_text(w, "timezone", u->timezone);
}

void
auth_signed_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->ok = auth_col_bool(res, "ok");
	a->wait = auth_col_int(res, "wait");
	a->session = auth_col(r, res, "session_id");
	a->expires = auth_col(r, res, "expires_at");
	a->must_change = auth_col_bool(res, "must_change");
	a->signed_in = auth_user_of(r, res);
}

void
auth_code_wrong(struct req *r)
{
	struct attempt *a = r->state;

	req_wait(r, a->wait);
	req_fail(r, ERR_CODE_WRONG, "code", a->recovery ?
	    "auth.recovery_wrong" : a->emailed ? "auth.email_wrong" :
	    "auth.code_wrong", NULL);
}

void
auth_signed_then(struct req *r)
{
	struct attempt *a = r->state;
	struct session *s;
	struct cbw *w;

	if (!a->ok) {
		auth_code_wrong(r);
		return;
	}
	if (req_gone(r))	/* nobody has the token: it runs out unused */
		return;
	client_auth_set(r->client, NULL, NULL);
	s = session_attach(r->client);
	auth_set(s->id, sizeof(s->id), a->session);
	auth_set(s->hash, sizeof(s->hash), a->token_hash);
	auth_set(s->user, sizeof(s->user), a->signed_in->id);
	s->auth_at = time(NULL);
	s->touched = mono_time();
	w = req_out(r);
	cbw_map(w, a->codes[0] != NULL ? 5 : 4);
	cbw_key(w, "token");
	cbw_bytes(w, a->token, sizeof(a->token));
	cbw_key(w, "user");
	auth_user_write(w, a->signed_in);
	cbw_kv_text(w, "expires_at", a->expires);
	cbw_kv_bool(w, "must_change_password", a->must_change);
	if (a->codes[0] != NULL) {
		cbw_key(w, "recovery");
		auth_codes_write(w, a->codes);
	}
}

/* step -1 and no recovery code: wrong, which is recorded. */
static void
code_judge(struct req *r, int64_t step, const char *recovery)
{
	static const struct db_stmt stmt = {
		"auth_code",
		"select * from konak.signin_code($1, $2, $3, $4, $5, $6, $7, "
		"$8, $9, $10)"
	};
	struct attempt *a = r->state;
	const char *params[10];

	randombytes_buf(a->token, sizeof(a->token));
	a->token_hash = auth_token_hash(r, a->token, sizeof(a->token));
	params[0] = a->user;
	params[1] = a->email;
	params[2] = step >= 0 ? auth_number(r, step) : NULL;
	params[3] = recovery;
	params[4] = a->token_hash;
	params[5] = a->network;
	params[6] = client_address(r->client);
	params[7] = client_program(r->client);
	params[8] = auth_number(r, conf.session_idle_s);
	params[9] = auth_number(r, conf.session_absolute_s);
	req_query(r, &stmt, 10, params, auth_signed_rows);
	req_then(r, auth_signed_then);
}

static void
code_compared(struct req *r, int64_t step)
{
	code_judge(r, step, NULL);
}

void
auth_judge_code(struct req *r, void (*judge)(struct req *, int64_t step))
{
	struct attempt *a = r->state;

	if (a->wait > 0)
		auth_too_early(r, ERR_RATE, a->wait);
	else
		auth_check_code(r, a->user, a->group, a->box, a->last_step,
		    a->code, judge);
}

static void
code_then(struct req *r)
{
	auth_judge_code(r, code_compared);
}

static void
auth_code(struct req *r)
{
	struct attempt *a;
	const char *code;

	if ((code = auth_code_digits(r)) == NULL ||
	    (a = auth_attempt(r, false)) == NULL)
		return;
	a->code = code;
	auth_attempt_begin(r, code_then);
}

static void
recovery_then(struct req *r)
{
	struct attempt *a = r->state;
	char *hash;

	if (a->wait > 0) {
		auth_too_early(r, ERR_RATE, a->wait);
		return;
	}
	hash = arena_alloc(r->arena, CODE_HASH_HEX);
	code_hash(hash, a->user, a->code);
	code_judge(r, -1, hash);
}

static void
auth_recovery(struct req *r)
{
	struct attempt *a;
	char plain[CODE_TEXT];

	if (!code_plain(plain, CODE_RECOVERY, req_text(r, "code"))) {
		req_fail(r, ERR_INVALID, "code", "auth.recovery_form", NULL);
		return;
	}
	if ((a = auth_attempt(r, false)) == NULL)
		return;
	a->code = arena_strdup(r->arena, plain);
	a->recovery = true;
	auth_attempt_begin(r, recovery_then);
}

/* --- a new password by a one-time code ------------------------------------ */

static void
reset_wrong(struct req *r, int64_t wait)
{
	req_wait(r, wait);
	req_fail(r, ERR_AUTH_FAILED, NULL, "auth.reset_wrong", NULL);
}

static void
reset_nowhere(struct req *r)
{
	struct attempt *a = r->state;

	reset_wrong(r, nowhere_miss(a->email, a->network));
}

static void
reset_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->ok = auth_col_bool(res, "good");
	a->wait = auth_col_int(res, "wait");
	a->user = auth_col(r, res, "person");
}

static void
reset_judged(struct req *r)
{
	struct attempt *a = r->state;

	if (a->ok)
		session_ended_user(r->tenant, a->user, NULL);
	else
		reset_wrong(r, a->wait);
}

static void
reset_hashed(struct req *r)
{
	static const struct db_stmt stmt = {
		"auth_reset",
		"select * from konak.signin_reset($1, $2, $3, $4, $5, $6)"
	};
	struct attempt *a = r->state;
	const char *params[] = {
		a->email, a->code, a->work.new_hash, a->network,
		client_address(r->client), client_program(r->client)
	};

	req_query(r, &stmt, 6, params, reset_rows);
	req_then(r, reset_judged);
}

static void
wait_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->wait = auth_col_int(res, "wait");
}

static void
reset_then(struct req *r)
{
	struct attempt *a = r->state;

	if (a->wait > 0)
		auth_too_early(r, ERR_AUTH_FAILED, a->wait);
	else
		auth_work(r, &a->work, reset_hashed);
}

static void
auth_reset(struct req *r)
{
	static const struct db_stmt stmt = {
		"auth_wait", "select konak.signin_wait($1, $2) as wait"
	};
	char plain[CODE_TEXT];
	struct attempt *a;
	const char *params[2], *why;

	a = attempt_new(r);
	a->email = email_key(r, "email");
	a->work.new = req_text(r, "password");
	if ((why = password_policy(a->work.new, a->email)) != NULL) {
		req_fail(r, ERR_INVALID, "password", why, NULL);
		return;
	}
	if (!code_plain(plain, CODE_RESET, req_text(r, "reset_code"))) {
		req_fail(r, ERR_INVALID, "reset_code", "auth.reset_form",
		    NULL);
		return;
	}
	a->code = arena_strdup(r->arena, plain);
	sodium_memzero(plain, sizeof(plain));
	if (r->tenant == NULL) {
		a->wait = nowhere_take(a->email, a->network);
		if (a->wait > 0)
			auth_too_early(r, ERR_AUTH_FAILED, a->wait);
		else
			auth_work(r, &a->work, reset_nowhere);
		return;
	}
	params[0] = a->email;
	params[1] = a->network;
	req_query(r, &stmt, 2, params, wait_rows);
	req_then(r, reset_then);
}

/* They write (VERB_WRITE): a client that goes away must not take the record
 * of its try with it. */
const struct verb signin_verbs[] = {
	{ .name = "auth.sign_in", .need = { PERM_PUBLIC },
	  .state = VERB_ANON, .flags = VERB_WRITE,
	  .args = {
		{ "email", ARG_TEXT, true, 255 },
		{ "password", ARG_SECRET, true, PASSWORD_MAX } },
	  .run = auth_sign_in },
	{ .name = "auth.code", .need = { PERM_PUBLIC },
	  .state = VERB_ANON, .flags = VERB_WRITE,
	  .args = { { "code", ARG_SECRET, true, 12 } },
	  .run = auth_code },
	{ .name = "auth.recovery", .need = { PERM_PUBLIC },
	  .state = VERB_ANON, .flags = VERB_WRITE,
	  .args = { { "code", ARG_SECRET, true, 40 } },
	  .run = auth_recovery },
	{ .name = "auth.reset", .need = { PERM_PUBLIC },
	  .state = VERB_ANON, .flags = VERB_WRITE,
	  .args = {
		{ "email", ARG_TEXT, true, 255 },
		{ "reset_code", ARG_SECRET, true, 40 },
		{ "password", ARG_SECRET, true, PASSWORD_MAX } },
	  .run = auth_reset },
	{ .name = NULL }
};
