/* past.c - a record as it was at a moment, and what lies in the bin. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

/* --- records.at ------------------------------------------------------------ */

enum { A_STATE = H_COLUMNS, A_KNOWN, A_BY, A_CHANGED_AT };

static void
put_side(struct req *r, struct cbw *w, const char *key, const struct field *f,
    PGresult *res, int row, int col, int title)
{
	cbw_key(w, key);
	put_json_value(r, w, field_type(f), PQgetisnull(res, row, col) ? NULL :
	    PQgetvalue(res, row, col));
	if (f->ref != NULL)
		cbw_kv_text(w, req_printf(r, "%s.title", key),
		    PQgetisnull(res, row, title) ? NULL :
		    PQgetvalue(res, row, title));
}

static void
put_field(struct req *r, struct cbw *w, const struct field *f, PGresult *res,
    int row)
{
	cbw_map_begin(w);
	cbw_kv_text(w, "field", f->name);
	put_side(r, w, "was", f, res, row, H_OLD, H_OLD_TITLE);
	put_side(r, w, "now", f, res, row, H_NEW, H_NEW_TITLE);
	cbw_kv_bool(w, "known", PQgetvalue(res, row, A_KNOWN)[0] == 't');
	cbw_map_end(w);
}

static void
at_rows(struct req *r, PGresult *res)
{
	const struct def	*d = r->state;
	const struct field	*f;
	struct cbw		*w = req_out(r);
	int			 i, n = PQntuples(res);
	size_t			 k;

	cbw_map_begin(w);
	cbw_kv_text(w, "state", n > 0 ? PQgetvalue(res, 0, A_STATE) : "none");
	cbw_key(w, "version");
	value_write(VALUE_INT, w, n == 0 || PQgetisnull(res, 0, H_VERSION) ?
	    NULL : PQgetvalue(res, 0, H_VERSION));
	cbw_kv_text(w, "user", n == 0 || PQgetisnull(res, 0, A_BY) ? NULL :
	    PQgetvalue(res, 0, A_BY));
	cbw_key(w, "at");
	value_write(VALUE_TIMESTAMP, w, n == 0 ||
	    PQgetisnull(res, 0, A_CHANGED_AT) ? NULL :
	    PQgetvalue(res, 0, A_CHANGED_AT));
	cbw_key(w, "fields");
	cbw_array_begin(w);
	for (k = 0; k < d->nfields; k++) {
		f = d->fields[k];
		for (i = 0; i < n && f->column != NULL; i++)
			if (strcmp(PQgetvalue(res, i, H_FIELD), f->column) == 0)
				break;
		if (i < n && f->column != NULL &&
		    (f->see == NULL || req_may(r, f->see)))
			put_field(r, w, f, res, i);
	}
	cbw_array_end(w);
	cbw_map_end(w);
}

/* The same columns as those of a history, so that references get titles. */
void
record_at(struct req *r)
{
	const struct def	*d = record_type_of(r, OP_VIEW);
	struct params		*p = arena_alloc(r->arena, sizeof *p);
	struct query		*q;
	struct buf		 b = BUF_INIT;
	int64_t			 us;
	const char		*at = req_text(r, "at");

	if (d == NULL)
		return;
	if (timestamp_read(at, strlen(at), &us) != DATE_OK) {
		req_bad(r, "at", "record.moment", NULL);
		return;
	}
	p->r = r;
	r->state = (void *)d;
	q = query_new(r, d, NULL);
	buf_addz(&b, "select null, null, null, null, null, null, null, "
	    "a.version, ");
	history_columns(&b, r, d);
	buf_addz(&b, ", a.state, a.known, a.who, a.changed_at "
	    "from konak.record_at(");
	param(&b, p, d->name);
	buf_addz(&b, ", ");
	param(&b, p, req_uuid(r, "id"));
	buf_addz(&b, ", ");
	param(&b, p, at);
	buf_addz(&b, ") a cross join lateral (select jsonb_build_object("
	    "'field', a.field, 'old', a.was, 'new', a.is_now)) c(v)");
	query_sql(q, r, &b);
	req_query(r, &q->stmt, p->n, p->v, at_rows);
}

/* --- records.bin ----------------------------------------------------------- */

enum { B_TYPE, B_ID, B_TITLE, B_AT, B_KEY, B_BY, B_VERSION, B_CHILDREN };

static void
bin_rows(struct req *r, PGresult *res)
{
	const int64_t	*limit = r->state;
	struct cbw	*w = req_out(r);
	int		 i, n = PQntuples(res);

	cbw_map(w, 2);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)n);
	for (i = 0; i < n; i++) {
		cbw_map(w, 7);
		cbw_kv_text(w, "type", PQgetvalue(res, i, B_TYPE));
		cbw_kv_uuid(w, "id", PQgetvalue(res, i, B_ID));
		cbw_kv_text(w, "title", PQgetisnull(res, i, B_TITLE) ? NULL :
		    PQgetvalue(res, i, B_TITLE));
		cbw_key(w, "at");
		value_write(VALUE_TIMESTAMP, w, PQgetvalue(res, i, B_AT));
		cbw_kv_text(w, "user", PQgetisnull(res, i, B_BY) ? NULL :
		    PQgetvalue(res, i, B_BY));
		cbw_key(w, "version");
		value_write(VALUE_INT, w, PQgetvalue(res, i, B_VERSION));
		cbw_key(w, "children");
		value_write(VALUE_INT, w, PQgetvalue(res, i, B_CHILDREN));
	}
	cbw_kv_text(w, "next", n == *limit ? req_printf(r, "%s %s",
	    PQgetvalue(res, n - 1, B_AT), PQgetvalue(res, n - 1, B_KEY)) :
	    NULL);
}

/* Types whose records the caller may bring back. */
static const char *
bin_types(struct req *r, const struct def *only)
{
	const struct def	*d;
	char			*s = "";
	size_t			 i;

	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		if ((only != NULL && d != only) || d->owner != OWNER_COMPANY ||
		    (d->verbs & 1u << DV_RESTORE) == 0 ||
		    !req_may(r, d->perm[OP_DELETE].need))
			continue;
		s = req_printf(r, "%s%s%s", s, *s == '\0' ? "" : ",", d->name);
	}
	return req_printf(r, "{%s}", s);
}

void
record_bin(struct req *r)
{
	static const struct db_stmt	stmt = { "bin",
	    "select * from konak.bin($1, $2, $3, $4)" };
	const struct def	*only = NULL;
	const char		*params[4];
	int64_t			*limit = arena_alloc(r->arena, sizeof *limit);

	if (req_has(r, "type") &&
	    (only = record_type_of(r, OP_DELETE)) == NULL)
		return;
	*limit = req_has(r, "limit") ? req_int(r, "limit") : 50;
	if (*limit < 1 || *limit > 200) {
		req_bad(r, "limit", "record.limit", "max", "200", NULL);
		return;
	}
	r->state = limit;
	params[0] = bin_types(r, only);
	if (!after_read(r, &params[1], &params[2]))
		return;
	params[3] = req_printf(r, "%" PRId64, *limit);
	req_query(r, &stmt, 4, params, bin_rows);
}
