/* one.c - one record: get, delete, restore; and undo of a whole request. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

/* --- get ------------------------------------------------------------------- */

static void
get_rows(struct req *r, PGresult *res)
{
	struct getting	*g = r->state;
	struct cbw	*w;

	if (PQntuples(res) == 0) {
		req_fail(r, ERR_NOT_FOUND, "id", "record.not_found", NULL);
		return;
	}
	if (!names_read(r, g->q, res, 1, &g->names)) {
		req_again(r);
		return;
	}
	w = req_out(r);
	cbw_map(w, g->q->ncols + (g->nlines > 0));
	row_map(r, w, g->q, g->names, res, 0);
	if (g->nlines > 0) {
		cbw_key(w, "lines");
		cbw_map(w, (uint32_t)g->nlines);
	}
}

const char *
fields_key(struct req *r, char verb, const struct fieldset *f, unsigned scopes)
{
	return req_printf(r, "%c%" PRIx64 ".%" PRIx64 ".%" PRIx64 ".%" PRIx64
	    "/%x", verb, f->bits[0], f->bits[1], f->bits[2], f->bits[3],
	    scopes);
}

void
record_get(struct req *r)
{
	const struct def	*d = req_def(r);
	struct getting		*g = arena_alloc(r->arena, sizeof *g);
	struct fieldset		 fields;
	struct buf		 b = BUF_INIT;
	const char		*key, *id = req_uuid(r, "id");
	const struct record_sentence *s = record_sentence(d);
	bool			 named;

	seen_fields(r, d, &fields);
	/* With lines it is asked only once. */
	named = !req_bool(r, "lines") && names_wanted(r, d, &fields);
	key = fields_key(r, named ? 'G' : 'g', &fields, 0);
	if ((g->q = query_find(d, key)) == NULL) {
		g->q = query_new(r, d, key);
		g->q->named = named;
		buf_addz(&b, "select ");
		sql_select(&b, g->q, d, &fields, "t", query_arena(g->q, r));
		if (s != NULL) {
			buf_addz(&b, ", ");
			s->columns(&b);
			g->q->sentence = s->put;
		}
		buf_addz(&b, " from ");
		sql_table(&b, d);
		buf_addz(&b, " t where ");
		sql_company(&b, d, "t");
		buf_addz(&b, " and t.id = $1");
		if (d->soft)
			buf_addz(&b, " and t.deleted_at is null");
		query_sql(g->q, r, &b);
	}
	r->state = g;
	req_query(r, &g->q->stmt, 1, &id, get_rows);
	if (req_bool(r, "lines"))
		lines_get(r, d, id);
}

/* --- delete, restore ------------------------------------------------------- */

/* What was below the record went with it: lists of those look again. */
static void
children_changed(struct req *r, const struct def *d, unsigned depth)
{
	size_t	i;

	for (i = 0; i < d->nchildren && depth > 0; i++) {
		req_changed_all(r, d->children[i]->name);
		children_changed(r, d->children[i], depth - 1);
	}
}

static void
removed_rows(struct req *r, PGresult *res)
{
	const struct def	*d = req_def(r);
	struct removal		*rm = r->state;
	struct cbw		*w = req_out(r);
	int64_t			 version;

	version = strtoll(PQgetvalue(res, 0, 1), NULL, 10);
	cbw_map(w, 2);
	cbw_kv_uuid(w, "id", rm->id);
	cbw_kv_int(w, "version", version);
	req_changed(r, d->name, rm->id, version, rm->op);
	children_changed(r, d, 8);
}

static void
restored_rows(struct req *r, PGresult *res)
{
	const struct def	*d = req_def(r);
	struct removal		*rm = r->state;
	struct cbw		*w = req_out(r);

	cbw_map(w, rm->q->ncols);
	row_map(r, w, rm->q, NULL, res, 0);
	req_changed(r, d->name, rm->id,
	    strtoll(PQgetvalue(res, 0, 1), NULL, 10), rm->op);
	children_changed(r, d, 8);
}

/* id, version; no_row() raises when there is nothing to delete. */
const struct db_stmt *
delete_stmt(struct req *r, const struct def *d)
{
	struct query	*q;
	struct buf	 b = BUF_INIT;

	if ((q = query_find(d, "d")) == NULL) {
		q = query_new(r, d, "d");
		buf_addz(&b, "with n as (update ");
		sql_table(&b, d);
		buf_addz(&b, " t set deleted_at = konak.now() where ");
		sql_company(&b, d, "t");
		buf_addz(&b, " and t.id = $1 and t.version = $2 and "
		    "t.deleted_at is null returning t.id, t.version) "
		    "select t.id, t.version" OR_NO_ROW);
		query_sql(q, r, &b);
	}
	return &q->stmt;
}

void
record_delete(struct req *r)
{
	struct removal		*rm = arena_alloc(r->arena, sizeof *rm);
	const char		*params[2];

	rm->id = req_uuid(r, "id");
	rm->op = "delete";
	r->state = rm;
	params[0] = rm->id;
	params[1] = req_printf(r, "%" PRId64, req_int(r, "version"));
	req_catch(r, removal_failed);
	req_query(r, delete_stmt(r, r->verb->data), 2, params, removed_rows);
}

void
record_restore(struct req *r)
{
	const struct def	*d = req_def(r);
	struct removal		*rm = arena_alloc(r->arena, sizeof *rm);
	struct fieldset		 fields;
	struct buf		 b = BUF_INIT, cols = BUF_INIT;
	const char		*key;

	rm->id = req_uuid(r, "id");
	rm->op = "restore";
	r->state = rm;
	seen_fields(r, d, &fields);
	key = fields_key(r, 'r', &fields, 0);
	if ((rm->q = query_find(d, key)) == NULL) {
		rm->q = query_new(r, d, key);
		sql_select(&cols, rm->q, d, &fields, "t",
		    query_arena(rm->q, r));
		buf_addz(&b, "with n as (update ");
		sql_table(&b, d);
		buf_addz(&b, " t set deleted_at = null where ");
		sql_company(&b, d, "t");
		buf_addz(&b, " and t.id = $1 and t.deleted_at is not null "
		    "returning t.*) select ");
		buf_addz(&b, buf_text(&cols));
		buf_addz(&b, OR_NO_ROW);
		query_sql(rm->q, r, &b);
		buf_free(&cols);
	}
	req_catch(r, removal_failed);
	req_query(r, &rm->q->stmt, 1, &rm->id, restored_rows);
}

#define UNDONE_MAX 1000	/* records that the answer names */

/* --- undo ------------------------------------------------------------------ */

static void
undo_rows(struct req *r, PGresult *res)
{
	struct cbw		*w = req_out(r);
	const struct def	*d;
	const char		*id, *op;
	int			 n = PQntuples(res), i;
	int64_t			 version;

	cbw_map(w, 2);
	cbw_kv_int(w, "count", n);
	cbw_key(w, "records");
	cbw_array(w, (uint32_t)(n < UNDONE_MAX ? n : UNDONE_MAX));
	for (i = 0; i < n && i < UNDONE_MAX; i++) {
		id = arena_strdup(r->arena, PQgetvalue(res, i, 1));
		op = arena_strdup(r->arena, PQgetvalue(res, i, 3));
		version = strtoll(PQgetvalue(res, i, 2), NULL, 10);
		cbw_map(w, 4);
		cbw_kv_text(w, "type", PQgetvalue(res, i, 0));
		cbw_kv_uuid(w, "id", id);
		cbw_kv_int(w, "version", version);
		cbw_kv_text(w, "op", op);
		if ((d = def_find(PQgetvalue(res, i, 0))) == NULL)
			continue;
		req_changed(r, d->name, id, version, op);
		children_changed(r, d, 8);
	}
	/* The rest are not named one by one: their types are looked at. */
	for (; i < n; i++) {
		if (strcmp(PQgetvalue(res, i, 0),
		    PQgetvalue(res, i - 1, 0)) != 0 || i == UNDONE_MAX)
			req_changed_all(r, arena_strdup(r->arena,
			    PQgetvalue(res, i, 0)));
	}
}

/* Whether it may is the database's to say: it needs the rights of what it
 * reverses, and nobody may have changed the records since. */
void
record_undo(struct req *r)
{
	static const struct db_stmt stmt = { "records.undo",
	    "select * "
	    "from konak.undo($1::uuid)" };
	const char	*request = req_uuid(r, "request");

	req_query(r, &stmt, 1, &request, undo_rows);
}
