/*
 * tags.c - words that stand in a field of tags already, for whoever writes
 * another one: those of the rows that the caller may see.
 */
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

static void
tags_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	int		 i, n = PQntuples(res);

	cbw_map(w, 1);
	cbw_key(w, "tags");
	cbw_array(w, (uint32_t)n);
	for (i = 0; i < n; i++)
		cbw_textz(w, PQgetvalue(res, i, 0));
}

void
records_tags(struct req *r)
{
	const struct def	*d = def_find(req_text(r, "type"));
	const struct field	*f = d == NULL ? NULL :
				    def_field(d, req_text(r, "field"));
	struct params		*p = arena_alloc(r->arena, sizeof *p);
	struct query		*q;
	struct buf		 b = BUF_INIT;

	if (d == NULL) {
		req_bad(r, "type", "custom.no_type", NULL);
		return;
	}
	if (!def_may(d, OP_VIEW, req_rights(r))) {
		req_need(r, d->perm[OP_VIEW].need);
		return;
	}
	if (f == NULL || field_type(f) != VALUE_TAGS || (f->see != NULL &&
	    !req_may(r, f->see))) {
		req_bad(r, "field", "record.no_field", "field",
		    req_text(r, "field"), NULL);
		return;
	}
	q = query_new(r, d, NULL);
	p->r = r;
	/* bounded: a company of many records shows the words of some */
	buf_addz(&b, "select x.w from (select unnest(t.w) as w from (select ");
	sql_field(&b, f, "t");
	buf_addz(&b, " as w from ");
	sql_table(&b, d);
	buf_addz(&b, " t where ");
	sql_company(&b, d, "t");
	if (d->soft)
		buf_addz(&b, " and t.deleted_at is null");
	buf_printf(&b, " and t.\"%s\" is not null limit 20000) t) x "
	    "group by x.w order by count(*) desc, x.w collate \"tr-x-icu\" "
	    "limit 200", f->column);
	query_sql(q, r, &b);
	req_query(r, &q->stmt, 0, NULL, tags_rows);
}
