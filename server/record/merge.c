/*
 * merge.c - two records of one type become one: the fields the caller chose,
 * all that names the other, in one transaction; and two again.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

static void
merged_rows(struct req *r, PGresult *res)
{
	const struct def	*d = r->verb->data;
	struct cbw		*w = req_out(r);
	int64_t			 version;

	version = strtoll(PQgetvalue(res, 0, 1), NULL, 10);
	cbw_map(w, 4);
	cbw_kv_uuid(w, "id", PQgetvalue(res, 0, 0));
	cbw_kv_int(w, "version", version);
	cbw_kv_int(w, "moved", strtoll(PQgetvalue(res, 0, 2), NULL, 10));
	cbw_kv_int(w, "stayed", strtoll(PQgetvalue(res, 0, 3), NULL, 10));
	req_changed_all(r, d->name);
	req_changed_all(r, "merges");
}

/* The title of one of the two, as the merge's row keeps it. */
static void
title_sql(struct buf *b, struct params *p, const struct def *d,
    const char *id)
{
	buf_addz(b, "(select ");
	record_title_sql(b, d, "t");
	buf_addz(b, " from ");
	sql_table(b, d);
	buf_addz(b, " t where ");
	sql_company(b, d, "t");
	buf_addz(b, " and t.id = ");
	param(b, p, id);
	buf_addz(b, ")::text");
}

void
record_merge(struct req *r)
{
	const struct def	*d = req_def(r);
	struct params		*p = arena_alloc(r->arena, sizeof *p);
	struct query		*q = query_new(r, d, NULL);
	struct save		*s = NULL;
	struct buf		 b = BUF_INIT;
	const char		*winner = req_uuid(r, "id");
	const char		*loser = req_uuid(r, "from");

	p->r = r;
	if (req_has(r, "set") && (s = save_set(r, d)) == NULL)
		return;
	buf_printf(&b, "select m.* from konak.merge('%s', '%s', ", d->table,
	    d->name);
	param(&b, p, winner);
	buf_addz(&b, "::uuid, ");
	param(&b, p, req_printf(r, "%" PRId64, req_int(r, "version")));
	buf_addz(&b, "::integer, ");
	param(&b, p, loser);
	buf_addz(&b, "::uuid, ");
	param(&b, p, req_printf(r, "%" PRId64, req_int(r, "from_version")));
	buf_addz(&b, "::integer, ");
	param(&b, p, s == NULL ? "{}" : save_json(r, s));
	buf_addz(&b, "::jsonb, ");
	title_sql(&b, p, d, winner);
	buf_addz(&b, ", ");
	title_sql(&b, p, d, loser);
	buf_addz(&b, ") m");
	query_sql(q, r, &b);
	if (s != NULL)
		save_references(r, s);
	req_query(r, &q->stmt, p->n, p->v, merged_rows);
}

static void
parted_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);

	cbw_map(w, 4);
	cbw_kv_text(w, "type", PQgetvalue(res, 0, 0));
	cbw_kv_uuid(w, "id", PQgetvalue(res, 0, 1));
	cbw_kv_uuid(w, "from", PQgetvalue(res, 0, 2));
	cbw_kv_int(w, "moved", strtoll(PQgetvalue(res, 0, 3), NULL, 10));
	req_changed_all(r, arena_strdup(r->arena, PQgetvalue(res, 0, 0)));
	req_changed_all(r, "merges");
}

void
record_unmerge(struct req *r)
{
	static const struct db_stmt stmt = { "unmerge",
	    "select * from konak.unmerge($1::uuid)" };
	const char	*id = req_uuid(r, "id");

	req_query(r, &stmt, 1, &id, parted_rows);
}
