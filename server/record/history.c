/*
 * history.c - what happened to one record, newest first: who, when, which
 * field, old and new. The database leaves out what the reader may not see
 * (konak.history); here references get their titles and values their type.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

/* Titles of the values of reference fields, whichever of them changed. */
static void
titles_sql(struct buf *b, const struct req *r, const struct def *d,
    const char *which)
{
	const struct field	*f;
	char			 expr[64];
	size_t			 i;
	bool			 any = false;

	snprintf(expr, sizeof expr, "(c.v->>'%s')::uuid", which);
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (f->ref == NULL || (f->see != NULL && !req_may(r, f->see)))
			continue;
		buf_printf(b, "%s when c.v->>'field' = '%s' then ",
		    any ? "" : "case", f->column);
		sql_ref_title(b, f, expr);
		any = true;
	}
	buf_addz(b, any ? " end" : "null");
}

/* From c.v, one change: field, old, new and the titles of both. */
void
history_columns(struct buf *b, const struct req *r, const struct def *d)
{
	buf_addz(b, "c.v->>'field', c.v->>'old', c.v->>'new', ");
	titles_sql(b, r, d, "old");
	buf_addz(b, ", ");
	titles_sql(b, r, d, "new");
}

static const char *
cell(PGresult *res, int row, int col)
{
	return PQgetisnull(res, row, col) ? NULL : PQgetvalue(res, row, col);
}

static void
put_change(struct req *r, struct cbw *w, const struct field *f,
    PGresult *res, int row)
{
	cbw_map(w, f->ref != NULL ? 5 : 3);
	cbw_kv_text(w, "field", f->name);
	cbw_key(w, "old");
	put_json_value(r, w, field_type(f), cell(res, row, H_OLD));
	cbw_key(w, "new");
	put_json_value(r, w, field_type(f), cell(res, row, H_NEW));
	if (f->ref == NULL)
		return;
	cbw_kv_text(w, "old.title", cell(res, row, H_OLD_TITLE));
	cbw_kv_text(w, "new.title", cell(res, row, H_NEW_TITLE));
}

static const char *
json_part(struct req *r, const json_t *o, const char *key)
{
	const json_t	*v = json_object_get(o, key);
	const char	*out;
	char		*text;

	if (!json_is_array(v))
		return json_string_value(v);
	text = json_dumps(v, JSON_COMPACT);
	out = arena_strdup(r->arena, text);
	free(text);
	return out;
}

/* The object before and after: a change for each field that differs. */
static void
put_custom(struct req *r, struct cbw *w, const struct def *d, PGresult *res,
    int row)
{
	const struct field	*f;
	const char		*was, *is, *text;
	json_t			*old, *new;
	size_t			 i;

	text = cell(res, row, H_OLD);
	old = json_loads(text == NULL ? "{}" : text, 0, NULL);
	text = cell(res, row, H_NEW);
	new = json_loads(text == NULL ? "{}" : text, 0, NULL);
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (!f->custom)
			continue;
		was = json_part(r, old, f->column);
		is = json_part(r, new, f->column);
		if (was == is || (was != NULL && is != NULL &&
		    strcmp(was, is) == 0))
			continue;
		cbw_map(w, 3);
		cbw_kv_text(w, "field", f->name);
		cbw_key(w, "old");
		put_json_value(r, w, field_type(f), was);
		cbw_key(w, "new");
		put_json_value(r, w, field_type(f), is);
	}
	json_decref(old);
	json_decref(new);
}

void
history_entry(struct req *r, struct cbw *w, PGresult *res, int row)
{
	cbw_kv_uuid(w, "id", PQgetvalue(res, row, H_ID));
	cbw_key(w, "at");
	value_write(VALUE_TIMESTAMP, w, cell(res, row, H_AT));
	cbw_kv_text(w, "user", cell(res, row, H_NAME));
	cbw_kv_uuid(w, "user_id", cell(res, row, H_USER));
	cbw_kv_text(w, "action", cell(res, row, H_ACTION));
	cbw_kv_text(w, "op", cell(res, row, H_OP));
	cbw_kv_uuid(w, "request", cell(res, row, H_REQUEST));
	cbw_key(w, "version");
	value_write(VALUE_INT, w, cell(res, row, H_VERSION));
}

int
history_changes(struct req *r, struct cbw *w, const struct def *d,
    PGresult *res, int row)
{
	const char		*id = PQgetvalue(res, row, H_ID);
	const struct field	*f;
	int			 n = PQntuples(res);

	cbw_key(w, "changes");
	cbw_array_begin(w);
	for (; row < n && strcmp(PQgetvalue(res, row, H_ID), id) == 0; row++) {
		if (PQgetisnull(res, row, H_FIELD))
			continue;
		if (d->custom && strcmp(PQgetvalue(res, row, H_FIELD),
		    "custom") == 0) {
			put_custom(r, w, d, res, row);
			continue;
		}
		f = def_column_field(d, PQgetvalue(res, row, H_FIELD));
		if (f != NULL && (f->see == NULL || req_may(r, f->see)))
			put_change(r, w, f, res, row);
	}
	cbw_array_end(w);
	return row;
}

static void
history_rows(struct req *r, PGresult *res)
{
	const int64_t	*limit = r->state;
	struct cbw	*w = req_out(r);
	int		 row = 0, last = -1;
	int64_t		 n = 0;

	cbw_map(w, 2);
	cbw_key(w, "rows");
	cbw_array_begin(w);
	while (row < PQntuples(res)) {
		last = row;
		cbw_map_begin(w);
		history_entry(r, w, res, row);
		row = history_changes(r, w, req_def(r), res, row);
		cbw_map_end(w);
		n++;
	}
	cbw_array_end(w);
	cbw_kv_text(w, "next", n == *limit ? req_printf(r, "%s %s",
	    cell(res, last, H_AT), cell(res, last, H_ID)) : NULL);
}

void
record_history(struct req *r)
{
	const struct def	*d = req_def(r);
	struct params		*p = arena_alloc(r->arena, sizeof *p);
	struct query		*q = query_new(r, d, NULL);
	struct buf		 b = BUF_INIT;
	const char		*at, *id;
	int64_t			 limit = 50;

	p->r = r;
	if (!after_read(r, &at, &id))
		return;
	if (req_has(r, "limit"))
		limit = req_int(r, "limit");
	if (limit < 1 || limit > 200) {
		req_bad(r, "limit", "record.limit", "max", "200", NULL);
		return;
	}
	buf_addz(&b, "select h.at, h.id, h.user_id, h.user_name, h.action, "
	    "h.op, h.request_id, h.version, ");
	history_columns(&b, r, d);
	buf_addz(&b, " from konak.history(");
	param(&b, p, d->name);
	buf_addz(&b, ", ");
	param(&b, p, req_uuid(r, "id"));
	buf_addz(&b, ", ");
	param(&b, p, at);
	buf_printf(&b, "::timestamptz, %d, ", (int)limit);
	param(&b, p, id);
	buf_addz(&b, "::uuid) h left join lateral "
	    "jsonb_array_elements(h.changes) with ordinality c(v, n) on true "
	    "order by h.at desc, h.id desc, c.n");
	query_sql(q, r, &b);
	r->state = arena_alloc(r->arena, sizeof limit);
	memcpy(r->state, &limit, sizeof limit);
	req_query(r, &q->stmt, p->n, p->v, history_rows);
}
