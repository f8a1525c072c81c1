/*
 * export.c - a whole list for somebody's file. `export` begins it: with a
 * fresh code, counted and written to the audit log; `export_rows` are its
 * pages, lists of a longer kind, each a short transaction of its own. The
 * digest of what is exported ties the two together.
 */
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/hex.h"
#include "lib/json.h"
#include "server/record/engine.h"

#define DIGEST	16

static void
digest_any(struct req *r, const char *name, crypto_generichash_state *h)
{
	struct cbr	 in;
	const uint8_t	*raw;
	size_t		 len;

	if (req_any(r, name, &in) && cbr_raw(&in, &raw, &len))
		crypto_generichash_update(h, raw, len);
	crypto_generichash_update(h, (const uint8_t *)"\n", 1);
}

/* Of the type, the search, the filter and the columns, as they were sent. */
static const char *
export_digest(struct req *r)
{
	const struct def		*d = req_def(r);
	const char			*text = req_text(r, "search");
	crypto_generichash_state	 h;
	uint8_t				 sum[DIGEST];
	char				*hex;

	crypto_generichash_init(&h, NULL, 0, DIGEST);
	crypto_generichash_update(&h, (const uint8_t *)d->name,
	    strlen(d->name) + 1);
	if (text != NULL)
		crypto_generichash_update(&h, (const uint8_t *)text,
		    strlen(text));
	crypto_generichash_update(&h, (const uint8_t *)"\n", 1);
	digest_any(r, "filter", &h);
	digest_any(r, "columns", &h);
	crypto_generichash_final(&h, sum, DIGEST);
	hex = arena_alloc(r->arena, HEX_LEN(DIGEST) + 1);
	hex_encode(sum, DIGEST, hex);
	return hex;
}

static void
export_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);

	cbw_map(w, 2);
	cbw_kv_uuid(w, "export", r->id);
	cbw_kv_int(w, "count", strtoll(PQgetvalue(res, 0, 0), NULL, 10));
}

/* An argument as JSON, for the log. */
static json_t *
any_json(struct req *r, const char *name)
{
	struct buf	 b = BUF_INIT;
	struct cbr	 in;
	const uint8_t	*raw;
	size_t		 len;
	json_t		*v = NULL;

	if (req_any(r, name, &in) && cbr_raw(&in, &raw, &len) &&
	    json_from_cbor(&b, raw, len, 0))
		v = json_loads(buf_text(&b), JSON_DECODE_ANY, NULL);
	buf_free(&b);
	return v == NULL ? json_null() : v;
}

/* What the log keeps of it: what was asked for, never a value that came. */
static const char *
export_values(struct req *r)
{
	const struct def	*d = req_def(r);
	const char		*search = req_text(r, "search"), *out;
	json_t			*o = json_object();
	char			*text;

	json_object_set_new(o, "title",
	    json_string(label_text(&d->labels, LANG_TR)));
	json_object_set_new(o, "digest", json_string(export_digest(r)));
	json_object_set_new(o, "search", search == NULL ? json_null() :
	    json_string(search));
	json_object_set_new(o, "filter", any_json(r, "filter"));
	json_object_set_new(o, "columns", any_json(r, "columns"));
	text = json_dumps(o, JSON_COMPACT);
	out = arena_strdup(r->arena, text);
	free(text);
	json_decref(o);
	return out;
}

void
record_export(struct req *r)
{
	const struct def	*d = req_def(r);
	struct params		*p = arena_alloc(r->arena, sizeof *p);
	struct buf		 b = BUF_INIT, where = BUF_INIT;
	struct query		*q = query_new(r, d, NULL);
	struct fieldset		 fields;
	bool			 any;

	p->r = r;
	if (!chosen_fields(r, d, &fields) ||
	    !filter_sql(r, d, &where, p, &any) ||
	    !search_sql(r, d, &where, p, &any)) {
		buf_free(&where);
		return;
	}
	buf_addz(&b, "select n.n, konak.export_begin(");
	param(&b, p, d->module);
	buf_addz(&b, ", ");
	param(&b, p, d->name);
	buf_addz(&b, ", jsonb_build_object('count', n.n) || ");
	param(&b, p, export_values(r));
	buf_addz(&b, "::jsonb) from (select count(*) as n");
	list_base_sql(&b, d, scope_bits(r, d, OP_VIEW));
	buf_addz(&b, buf_text(&where));
	buf_addz(&b, ") n");
	buf_free(&where);
	query_sql(q, r, &b);
	req_query(r, &q->stmt, p->n, p->v, export_rows);
}

void
record_export_rows(struct req *r)
{
	static const struct db_stmt stmt = { "export.going",
	    "select konak.export_going($1::uuid, $2::text)" };
	const char	*params[2] = { req_uuid(r, "export"),
	    export_digest(r) };

	req_query(r, &stmt, 2, params, NULL);
	record_list(r);
}
