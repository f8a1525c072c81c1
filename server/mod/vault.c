/*
 * vault.c - what definitions cannot say of the vault: codes out of a seed,
 * passwords made and judged, and what somebody who leaves has seen.
 */
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "lib/cbor.h"
#include "lib/hex.h"
#include "lib/secret.h"
#include "lib/strength.h"
#include "lib/totp.h"
#include "server/module.h"
#include "server/record/record.h"

#define LENGTH		20	/* of a password, when not said */
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
