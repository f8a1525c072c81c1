/*
 * sample-secret.c - secrets of the sample: what a file says is kept in a
 * temporary table until its rows are there, then sealed for each of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/seal.h"
#include "lib/secret.h"
#include "lib/strength.h"
#include "server/ctl/ctl.h"
#include "server/ctl/sample.h"
#include "server/def/def.h"

static const char setup_sql[] =
"create temp table sample_secrets (id uuid primary key, value text) "
"    on commit drop;"
"create or replace function pg_temp.sample_secret(value text, k text) "
"    returns uuid language sql volatile as $$ "
"    insert into sample_secrets select pg_temp.sample_id("
"	current_setting('sample.today')::timestamptz, k), value "
"    where value is not null on conflict (id) do nothing; "
"    select case when value is not null then pg_temp.sample_id("
"	current_setting('sample.today')::timestamptz, k) end $$;";

void
sample_secrets_start(struct sample *s)
{
	pg_exec(s->conn, setup_sql);
}

static const char *
bytea(struct sample *s, const uint8_t *bytes, size_t len)
{
	char	*hex = arena_alloc(s->ctl->arena, HEX_LEN(len) + 3);

	memcpy(hex, "\\x", 2);
	hex_encode(bytes, len, hex + 2);
	return hex;
}

/* id, company, record, value, when and by whom. */
static void
seal_row(struct sample *s, const struct def *d, const struct field *f,
    const char *group, PGresult *res, int row)
{
	static const char	 sql[] = "insert into konak.secrets "
	    "(id, company_id, record_id, created_at, created_by, record_type, "
	    "field, box, alike, digest, strength, is_unique, is_current) "
	    "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, true)";
	struct arena		*arena = s->ctl->arena;
	const char		*text = PQgetvalue(res, row, 5);
	const char		*params[12];
	struct secret		*plain = secret_from(text, strlen(text));
	struct buf		 box = BUF_INIT;
	uint8_t			 digest[SEAL_DIGEST];
	struct seal_aad		 aad;
	int			 i;

	for (i = 0; i < 5; i++)
		params[i] = PQgetisnull(res, row, i) ? NULL :
		    PQgetvalue(res, row, i);
	aad = (struct seal_aad) { .tenant = group, .company = params[1],
	    .table = d->table, .record = params[2], .field = f->column };
	if (seal_close(s->seal, &aad, plain, &box) != SEAL_OK)
		ctl_die("a secret could not be sealed");
	params[5] = d->name;
	params[6] = f->column;
	params[7] = bytea(s, buf_data(&box), buf_len(&box));
	params[8] = f->alike;
	params[9] = NULL;
	if (f->word != NULL) {
		seal_digest(s->seal, group, arena_printf(arena, "%s/%s",
		    params[1], f->word), plain, digest);
		params[9] = bytea(s, digest, sizeof digest);
	}
	params[10] = f->rules.holds != HOLDS_PASSWORD ? NULL :
	    arena_printf(arena, "%d", strength_of(text, strlen(text)));
	params[11] = f->unique ? "true" : "false";
	PQclear(pg_query(s->conn, sql, 12, params));
	buf_free(&box);
	secret_free(plain);
}

void
sample_secrets(struct sample *s, const struct def *d)
{
	const struct field	*f;
	const char		*group, *error;
	PGresult		*res;
	size_t			 i;
	int			 row;

	if (!d->secrets)
		return;
	if (s->seal == NULL &&
	    (s->seal = seal_new(s->key_file, &error)) == NULL)
		ctl_die("%s: %s", s->key_file, error);
	group = pg_value(s->ctl, s->conn, "select konak.group_company()", 0,
	    NULL);
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (field_type(f) != VALUE_SECRET)
			continue;
		res = pg_query(s->conn, arena_printf(s->ctl->arena,
		    "select s.id, t.company_id, t.id, t.created_at, "
		    "t.created_by, s.value from konak.%s t "
		    "join sample_secrets s on s.id = t.%s", d->table,
		    f->column), 0, NULL);
		for (row = 0; row < PQntuples(res); row++)
			seal_row(s, d, f, group, res, row);
		PQclear(res);
	}
	pg_exec(s->conn, "truncate sample_secrets");
}
