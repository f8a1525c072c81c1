/*
 * vault.c - what definitions cannot say of the vault: codes out of a seed,
 * passwords made and judged, mail servers tried, and what somebody who leaves
 * has seen.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/cbor.h"
#include "lib/hex.h"
#include "lib/log.h"
#include "lib/msg.h"
#include "lib/secret.h"
#include "lib/strength.h"
#include "lib/totp.h"
#include "server/mail/mail.h"
#include "server/module.h"
#include "server/record/record.h"
#include "server/tenant.h"

#define LENGTH		20	/* of a password, when not said */
#define TEST_S		12	/* for each of the two servers */
#define SEED_MAX	64	/* bytes */

/* --- Codes ----------------------------------------------------------------- */

static void
code_opened(struct req *r, void *ask, const struct secret *text)
{
	struct secret	*seed;
	struct cbw	*w;
	uint8_t		 bytes[SEED_MAX];
	char		 code[7];
	time_t		 now = time(NULL);
	size_t		 n;

	if (!base32_decode((const char *)secret_expose(text),
	    secret_len(text), bytes, sizeof bytes, &n)) {
		req_fail(r, ERR_INTERNAL, NULL, "err.internal", NULL);
		return;
	}
	seed = secret_take(bytes, n);
	totp_code(seed, now / TOTP_STEP_S, code);
	secret_free(seed);
	w = req_out(r);
	cbw_map(w, 3);
	cbw_kv_text(w, "code", code);
	cbw_kv_int(w, "left", TOTP_STEP_S - now % TOTP_STEP_S);
	cbw_kv_int(w, "period", TOTP_STEP_S);
	sodium_memzero(code, sizeof code);
}

static void
credentials_totp(struct req *r)
{
	struct secret_ask	*a = arena_alloc(r->arena, sizeof *a);

	a->def = def_find("credentials");
	a->id = req_uuid(r, "id");
	a->column = "totp";
	a->purpose = "code";
	a->reason = req_text(r, "reason");
	a->then = code_opened;
	secret_ask(r, a);
}

/* --- Passwords ------------------------------------------------------------- */

static bool
wanted(struct req *r, const char *name, bool dflt)
{
	return req_has(r, name) ? req_bool(r, name) : dflt;
}

static void
vault_generate(struct req *r)
{
	const char	*lang = req_text(r, "lang");
	struct generate	 g = {
		.length = req_has(r, "length") ? (int)req_int(r, "length") :
		    LENGTH,
		.lower = wanted(r, "lower", true),
		.upper = wanted(r, "upper", true),
		.digits = wanted(r, "digits", true),
		.signs = wanted(r, "signs", true),
		.words = (int)req_int(r, "words"),
		.lang = req_lang(r)
	};
	char		 out[GENERATE_TEXT];
	struct cbw	*w;

	if (lang != NULL && !lang_parse(lang, &g.lang)) {
		req_fail(r, ERR_INVALID, "lang", "value.language", NULL);
		return;
	}
	if (!password_generate(&g, out)) {
		req_fail(r, ERR_INVALID, g.words != 0 ? "words" : "length",
		    "vault.generate", NULL);
		return;
	}
	arena_set_wipe(r->arena);
	w = req_out(r);
	cbw_map(w, 2);
	cbw_kv_text(w, "value", out);
	cbw_kv_text(w, "strength", strength_name(strength_of(out,
	    strlen(out))));
	sodium_memzero(out, sizeof out);
}

static void
vault_strength(struct req *r)
{
	const char	*text = req_text(r, "value");
	struct cbw	*w = req_out(r);

	cbw_map(w, 1);
	cbw_kv_text(w, "strength", strength_name(strength_of(text,
	    strlen(text))));
}

/* --- Mail servers ---------------------------------------------------------- */

enum { TRY_IMAP, TRY_SMTP, TRIES };

struct trying {
	struct secret_ask	 ask;		/* r->state: first */
	const char		*user;
	enum mail_security	 security;
	unsigned		 left;		/* that have not ended */
	struct one_try {
		struct req	*r;
		const char	*name;
		const char	*host;		/* NULL: none is named */
		uint16_t	 port;
		enum mail_end	 end;
		int		 code;
	} one[TRIES];
};

static const char *const end_words[MAILED_ENDS] = {
	[MAILED_OK] = "mail.ok", [MAILED_OPEN] = "mail.open",
	[MAILED_NAME] = "mail.name", [MAILED_CONNECT] = "mail.connect",
	[MAILED_INSIDE] = "mail.inside",
	[MAILED_TIME] = "mail.time", [MAILED_TLS] = "mail.tls",
	[MAILED_CERT] = "mail.cert", [MAILED_LOGIN] = "mail.login",
	[MAILED_REFUSED] = "mail.refused", [MAILED_ANSWER] = "mail.answer",
	[MAILED_BROKEN] = "mail.broken"
};

static void
tries_write(struct req *r, const struct trying *t)
{
	const struct one_try	*o;
	struct cbw		*w = req_out(r);
	int			 i;

	cbw_map(w, TRIES);
	for (i = 0; i < TRIES; i++) {
		o = &t->one[i];
		cbw_key(w, o->name);
		if (o->host == NULL) {
			cbw_null(w);
			continue;
		}
		cbw_map(w, 2);
		cbw_kv_bool(w, "ok", o->end == MAILED_OK ||
		    o->end == MAILED_OPEN);
		cbw_kv_text(w, "text", msg_dup(r->arena, req_lang(r),
		    end_words[o->end], "host", o->host, "port",
		    req_printf(r, "%u", o->port), "code",
		    req_printf(r, "%d", o->code), NULL));
	}
}

static void
try_ended(void *arg, enum mail_end end, int code)
{
	struct one_try	*o = arg;
	struct req	*r = o->r;
	struct trying	*t = r->state;

	o->end = end;
	o->code = code;
	log_info(tenant_name(r->tenant), "mail_accounts.test: %s %s:%u: %s",
	    o->name, o->host, o->port, end_words[end]);
	if (--t->left == 0)
		tries_write(r, t);
	req_go(r);
}

static void
try_opened(struct req *r, void *ask, const struct secret *password)
{
	struct trying		*t = ask;
	struct mail_call	 c = {
		.security = t->security, .seconds = TEST_S, .user = t->user,
		.password = password
	};
	int			 i;

	for (i = 0; i < TRIES; i++) {
		if (t->one[i].host == NULL)
			continue;
		c.op = i == TRY_IMAP ? MAIL_TEST_IMAP : MAIL_TEST_SMTP;
		c.host = t->one[i].host;
		c.port = t->one[i].port;
		t->one[i].r = r;
		if (mail_call(&c, try_ended, &t->one[i])) {
			t->left++;
			req_hold(r);
		} else {
			req_wait(r, TEST_S);
			req_fail(r, ERR_UNAVAILABLE, NULL, "mail.busy", NULL);
			return;
		}
	}
}

static void
try_host(struct req *r, struct one_try *o, const char *name, PGresult *res,
    int column)
{
	o->name = name;
	o->port = (uint16_t)atoi(PQgetvalue(res, 0, column + 1));
	if (PQgetvalue(res, 0, column)[0] != '\0')
		o->host = arena_strdup(r->arena, PQgetvalue(res, 0, column));
}

static void
try_rows(struct req *r, PGresult *res)
{
	struct trying	*t = r->state;

	if (PQntuples(res) == 0)
		return;		/* what follows says so */
	t->user = arena_strdup(r->arena, PQgetvalue(res, 0, 0));
	t->security = mail_security(PQgetvalue(res, 0, 1));
	try_host(r, &t->one[TRY_IMAP], "imap", res, 2);
	try_host(r, &t->one[TRY_SMTP], "smtp", res, 4);
	if (PQgetvalue(res, 0, 6)[0] != 't')
		req_fail(r, ERR_INVALID, "password", "mail.no_password", NULL);
	else if (t->one[TRY_IMAP].host == NULL && t->one[TRY_SMTP].host == NULL)
		req_fail(r, ERR_INVALID, "imap_server", "mail.no_server", NULL);
}

/* The password goes to the server that the account names: it asks for as much
 * as showing it does. */
static void
mail_accounts_test(struct req *r)
{
	static const struct db_stmt stmt = { "mail_accounts.test",
	    "select coalesce(nullif(username, ''), email), security, "
	    "imap_server, imap_port, smtp_server, smtp_port, "
	    "password is not null from konak.mail_accounts "
	    "where company_id = konak.company() and id = $1::uuid "
	    "and deleted_at is null" };
	struct trying	*t = arena_alloc(r->arena, sizeof *t);

	memset(t, 0, sizeof *t);
	t->ask.def = def_find("mail_accounts");
	t->ask.id = req_uuid(r, "id");
	t->ask.column = "password";
	t->ask.purpose = "test";
	t->ask.reason = req_text(r, "reason");
	t->ask.then = try_opened;
	r->state = t;
	req_query(r, &stmt, 1, &t->ask.id, try_rows);
	secret_ask(r, &t->ask);
}

/* --- Leavers --------------------------------------------------------------- */

static void
leaver_rows(struct req *r, PGresult *res)
{
	static const enum value_type types[] = { VALUE_TEXT, VALUE_UUID,
	    VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_TIMESTAMP, VALUE_INT };
	struct cbw	*w = req_out(r);
	int		 i, k;

	cbw_map(w, 1);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_map(w, 7);
		for (k = 0; k < 7; k++) {
			cbw_key(w, PQfname(res, k));
			value_write(types[k], w, PQgetisnull(res, i, k) ?
			    NULL : PQgetvalue(res, i, k));
		}
	}
}

static void
vault_leaver(struct req *r)
{
	static const struct db_stmt stmt = { "vault.leaver",
	    "select record_type, record_id, field, title, customer, seen_at, "
	    "times from konak.vault_leaver($1::uuid)" };
	const char	*id = req_uuid(r, "user");

	req_query(r, &stmt, 1, &id, leaver_rows);
}

static const struct verb vault_verbs[] = {
	{ .name = "credentials.totp",
	  .need = { "vault.view|vault.view_granted" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_STEP_UP,
	  .args = { { "id", ARG_UUID, true, 0 },
	      { "reason", ARG_TEXT, false, 500 } },
	  .run = credentials_totp },
	{ .name = "mail_accounts.test",
	  .need = { "vault.view|vault.view_granted" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_STEP_UP,
	  .args = { { "id", ARG_UUID, true, 0 },
	      { "reason", ARG_TEXT, false, 500 } },
	  .run = mail_accounts_test },
	{ .name = "vault.generate", .need = { PERM_SELF },
	  .state = VERB_COMPANY,
	  .args = { { "length", ARG_INT, false, 0 },
	      { "lower", ARG_BOOL, false, 0 },
	      { "upper", ARG_BOOL, false, 0 },
	      { "digits", ARG_BOOL, false, 0 },
	      { "signs", ARG_BOOL, false, 0 },
	      { "words", ARG_INT, false, 0 },
	      { "lang", ARG_TEXT, false, 2 } },
	  .run = vault_generate },
	{ .name = "vault.strength", .need = { PERM_SELF },
	  .state = VERB_COMPANY,
	  .args = { { "value", ARG_SECRET, true, 1000 } },
	  .run = vault_strength },
	{ .name = "vault.leaver", .need = { "audit.view" },
	  .state = VERB_COMPANY,
	  .args = { { "user", ARG_UUID, true, 0 } },
	  .run = vault_leaver },
	{ .name = NULL }
};

const struct module vault_module = { "vault", vault_verbs, NULL };
