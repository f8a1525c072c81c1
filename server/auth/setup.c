/*
 * setup.c - the second factor is set up with the first sign-in: a secret that
 * is shown once, confirmed by a code, and ten recovery codes. Later it can be
 * changed for another one.
 */
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "lib/hex.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/totp.h"
#include "lib/xmalloc.h"
#include "server/auth/auth.h"
#include "server/client.h"
#include "server/conf.h"

const char *
auth_codes_new(struct req *r, const char *user,
    const char *codes[CODE_RECOVERY_COUNT])
{
	char code[CODE_TEXT], plain[CODE_TEXT], hash[CODE_HASH_HEX];
	const char *array = "";
	size_t i;

	/* {"\\x…","\\x…"}: the backslash is escaped inside an array */
	for (i = 0; i < CODE_RECOVERY_COUNT; i++) {
		code_new(code, CODE_RECOVERY);
		if (!code_plain(plain, CODE_RECOVERY, code))
			fatalx("a recovery code is no recovery code");
		code_hash(hash, user, plain);
		array = req_printf(r, "%s%s\"\\%s\"", array,
		    i > 0 ? "," : "{", hash);
		codes[i] = arena_strdup(r->arena, code);
	}
	sodium_memzero(code, sizeof(code));
	sodium_memzero(plain, sizeof(plain));
	return req_printf(r, "%s}", array);
}

void
auth_codes_write(struct cbw *w, const char *const *codes)
{
	size_t i;

	cbw_array(w, CODE_RECOVERY_COUNT);
	for (i = 0; i < CODE_RECOVERY_COUNT; i++)
		cbw_textz(w, codes[i]);
}

/* A new secret into s, and the reply that shows it. */
static void
totp_show(struct req *r, struct signin *s, const char *email)
{
	char text[BASE32_LEN(TOTP_SECRET) + 1];
	char uri[TOTP_URI_MAX + 1];
	struct cbw *w;

	secret_free(s->totp);
	s->totp = totp_secret_new();
	base32_encode(secret_expose(s->totp), secret_len(s->totp), text);
	totp_uri(s->totp, email, uri);
	w = req_out(r);
	cbw_map(w, 2);
	cbw_kv_text(w, "secret", text);
	cbw_kv_text(w, "uri", uri);
	sodium_memzero(text, sizeof(text));
	sodium_memzero(uri, sizeof(uri));
}

static void
auth_setup(struct req *r)
{
	struct signin *s = client_auth(r->client);
	struct attempt *a;

	if ((a = auth_attempt(r, true)) != NULL)
		totp_show(r, s, a->email);
}

static void
setup_sealed(struct req *r, const char *box)
{
	static const struct db_stmt stmt = {
		"auth_setup",
		"select * from konak.signin_setup($1, $2, $3, $4, $5, $6, $7, "
		"$8, $9, $10, $11)"
	};
	struct attempt *a = r->state;
	const char *params[11];

	randombytes_buf(a->token, sizeof(a->token));
	a->token_hash = auth_token_hash(r, a->token, sizeof(a->token));
	params[0] = a->user;
	params[1] = a->email;
	params[2] = box;
	params[3] = auth_number(r, a->step);
	params[4] = auth_codes_new(r, a->user, a->codes);
	params[5] = a->token_hash;
	params[6] = a->network;
	params[7] = client_address(r->client);
	params[8] = client_program(r->client);
	params[9] = auth_number(r, conf.session_idle_s);
	params[10] = auth_number(r, conf.session_absolute_s);
	req_query(r, &stmt, 11, params, auth_signed_rows);
	req_then(r, auth_signed_then);
}

static void
setup_wrong_rows(struct req *r, PGresult *res)
{
	struct attempt *a = r->state;

	a->wait = auth_col_int(res, "wait");
}

static void
setup_begun(struct req *r)
{
	static const struct db_stmt wrong = {
		"auth_setup_wrong",
		"select konak.code_failed($1, $2, $3, $4, $5) as wait"
	};
	struct attempt *a = r->state;
	struct signin *s = client_auth(r->client);
	const char *params[] = {
		a->user, a->email, a->network, client_address(r->client),
		client_program(r->client)
	};

	if (a->wait > 0) {
		auth_too_early(r, ERR_RATE, a->wait);
		return;
	}
	/* the connection may have started over meanwhile */
	if (s == NULL || s->totp == NULL || strcmp(s->user, a->user) != 0) {
		req_fail(r, ERR_NOT_SIGNED_IN, NULL, "auth.password_first",
		    NULL);
		return;
	}
	a->step = totp_check(s->totp, time(NULL), -1, a->code);
	if (a->step >= 0) {
		auth_seal(r, a->user, a->group, s->totp, setup_sealed);
		return;
	}
	req_query(r, &wrong, 5, params, setup_wrong_rows);
	req_then(r, auth_signed_then);
}

static void
auth_setup_confirm(struct req *r)
{
	struct signin *s = client_auth(r->client);
	struct attempt *a;
	const char *code;

	if ((code = auth_code_digits(r)) == NULL ||
	    (a = auth_attempt(r, true)) == NULL)
		return;
	if (s->totp == NULL) {
		req_fail(r, ERR_REFUSED, NULL, "auth.setup_first", NULL);
		return;
	}
	a->code = code;
	auth_attempt_begin(r, setup_begun);
}

/* --- another authenticator, inside a session ----------------------------- */

static void
totp_rows(struct req *r, PGresult *res)
{
	r->state = auth_col(r, res, "email");
}

static void
totp_then(struct req *r)
{
	struct signin *s;

	if (req_gone(r) || r->client->session != r->session)
		return;
	s = xcalloc(1, sizeof(*s));
	auth_set(s->user, sizeof(s->user), r->session->user);
	s->email = xstrdup(r->state);
	client_auth_set(r->client, s, auth_signin_free);
	totp_show(r, s, s->email);
}

static void
session_totp(struct req *r)
{
	static const struct db_stmt stmt = {
		"session_totp_email",
		"select email from konak.users where id = konak.me()"
	};

	req_query(r, &stmt, 0, NULL, totp_rows);
	req_then(r, totp_then);
}

static void
totp_changed(struct req *r)
{
	struct attempt *a = r->state;

	if (r->client->session == r->session)
		client_auth_set(r->client, NULL, NULL);
	session_ended_user(r->tenant, a->user, a->session);
}

static void
totp_sealed(struct req *r, const char *box)
{
	static const struct db_stmt stmt = {
		"session_totp",
		"select konak.session_totp($1::bytea, $2, $3, $4, $5)"
	};
	struct attempt *a = r->state;
	const char *params[] = {
		a->hash, box, auth_number(r, a->step),
		client_address(r->client), client_program(r->client)
	};

	req_query(r, &stmt, 5, params, NULL);
	req_then(r, totp_changed);
}

static void
totp_begun(struct req *r)
{
	struct attempt *a = r->state;
	struct signin *s = client_auth(r->client);

	if (a->wait > 0) {
		auth_too_early(r, ERR_RATE, a->wait);
		return;
	}
	if (s == NULL || s->totp == NULL || strcmp(s->user, a->user) != 0) {
		req_fail(r, ERR_REFUSED, NULL, "auth.totp_first", NULL);
		return;
	}
	a->step = totp_check(s->totp, time(NULL), -1, a->code);
	if (a->step >= 0)
		auth_seal(r, a->user, a->group, s->totp, totp_sealed);
	else
		auth_step_judge(r, -1);
}

static void
session_totp_confirm(struct req *r)
{
	struct attempt *a = auth_session_attempt(r);

	if ((a->code = auth_code_digits(r)) == NULL)
		return;
	if (client_auth(r->client) == NULL) {	/* no try to be counted */
		req_fail(r, ERR_REFUSED, NULL, "auth.totp_first", NULL);
		return;
	}
	auth_session_code_begin(r, totp_begun);
}

const struct verb setup_verbs[] = {
	{ .name = "session.totp", .need = { PERM_SELF }, .state = VERB_SIGNED,
	  .flags = VERB_STEP_UP, .run = session_totp },
	{ .name = "session.totp_confirm", .need = { PERM_SELF },
	  .state = VERB_SIGNED, .flags = VERB_NO_ENTER,
	  .args = { { "code", ARG_SECRET, true, 12 } },
	  .run = session_totp_confirm },
	{ .name = "auth.setup", .need = { PERM_PUBLIC }, .state = VERB_ANON,
	  .run = auth_setup },
	{ .name = "auth.setup_confirm", .need = { PERM_PUBLIC },
	  .state = VERB_ANON, .flags = VERB_WRITE,
	  .args = { { "code", ARG_SECRET, true, 12 } },
	  .run = auth_setup_confirm },
	{ .name = NULL }
};
