/*
 * timeline.c - all that happened around one record, newest first: what hangs
 * below it (calls, notes …), comments, and its own changes. One statement: each
 * kind gives its newest rows by its own index, and the newest of all of them
 * are the page.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

#define TEXT_MAX "2000"

/* Columns after those of history.c. */
enum { T_KIND = H_COLUMNS, T_TEXT, T_CODE };

struct timeline {
	const struct def	*d;
	int64_t			 limit;
	const char		*at, *id;	/* cursor; NULL: first page */
	const char		*kinds;		/* by commas; NULL: all */
};

static bool
wanted(const struct timeline *t, const char *kind)
{
	const char	*p = t->kinds;
	size_t		 len = strlen(kind);

	if (p == NULL)
		return true;
	for (; *p != '\0'; p += strcspn(p, ","), p += *p == ',')
		if (strcspn(p, ",") == len && strncmp(p, kind, len) == 0)
			return true;
	return false;
}

/* --- What hangs below ------------------------------------------------------ */

/* When it was: the field that its lists sort by, if that is a time. */
static const struct field *
when_field(const struct def *d)
{
	if (d->sort != NULL && d->sort->required &&
	    field_type(d->sort) == VALUE_TIMESTAMP)
		return d->sort;
	return def_field(d, "created_at");
}

static const struct field *
who_field(const struct def *d)
{
	size_t	i;

	for (i = 0; i < d->nfields; i++)
		if (d->fields[i]->ref != NULL && d->fields[i]->see == NULL &&
		    strcmp(d->fields[i]->ref->name, "users") == 0)
			return d->fields[i];
	return NULL;
}

static const struct field *
code_field(const struct def *d)
{
	size_t	i;

	for (i = 0; i < d->ncolumns; i++)
		if (field_type(d->columns[i].field) == VALUE_CHOICE &&
		    d->columns[i].field->see == NULL)
			return d->columns[i].field;
	return NULL;
}

static void
text_sql(struct buf *b, const struct def *d)
{
	if (d->ntitle == 1 && field_type(d->title[0]) == VALUE_LONGTEXT) {
		buf_addz(b, "left(");
		sql_ident(b, "t", d->title[0]->column);
		buf_addz(b, ", " TEXT_MAX ")");
	} else
		record_title_sql(b, d, "t");
}

/* Before the cursor, and the newest of it. */
static void
page_sql(struct buf *b, struct params *p, const struct timeline *t,
    const char *when)
{
	if (t->at != NULL) {
		buf_printf(b, " and (t.\"%s\", t.id) < (", when);
		param(b, p, t->at);
		buf_addz(b, "::timestamptz, ");
		param(b, p, t->id);
		buf_addz(b, "::uuid)");
	}
	buf_printf(b, " order by t.\"%s\" desc, t.id desc limit %" PRId64 ")",
	    when, t->limit + 1);
}

static void
related_sql(struct req *r, struct buf *b, struct params *p,
    const struct timeline *t, const struct def_related *rel)
{
	const struct def	*d = rel->def;
	const struct field	*when = when_field(d), *who = who_field(d);
	const struct field	*code = code_field(d);

	buf_addz(b, " union all (select ");
	sql_ident(b, "t", when->column);
	buf_addz(b, ", t.id, ");
	if (who != NULL)
		sql_ident(b, "t", who->column);
	else
		buf_addz(b, "t.created_by");
	buf_printf(b, ", null, null, null, t.version, null, '%s', ", d->name);
	text_sql(b, d);
	buf_addz(b, ", ");
	if (code != NULL) {
		sql_ident(b, "t", code->column);
		buf_addz(b, "::text");
	} else
		buf_addz(b, "null");
	buf_addz(b, " from ");
	sql_table(b, d);
	buf_addz(b, " t where ");
	sql_company(b, d, "t");
	buf_printf(b, " and t.\"%s\" = ", rel->by->column);
	param(b, p, req_uuid(r, "id"));
	buf_addz(b, "::uuid");
	if (d->soft)
		buf_addz(b, " and t.deleted_at is null");
	sql_scopes(b, d, scope_bits(r, d, OP_VIEW));
	page_sql(b, p, t, when->column);
}

/* --- Comments and changes -------------------------------------------------- */

static void
comments_sql(struct req *r, struct buf *b, struct params *p,
    const struct timeline *t)
{
	buf_addz(b, " union all (select t.created_at, t.id, t.created_by, "
	    "null, null, null, t.version, null, 'comments', t.body, null "
	    "from konak.comments t where "
	    "t.company_id = (select konak.company()) and t.record_id = ");
	param(b, p, req_uuid(r, "id"));
	buf_addz(b, "::uuid and t.record_type = ");
	param(b, p, t->d->name);
	buf_addz(b, " and t.deleted_at is null");
	page_sql(b, p, t, "created_at");
}

static void
changes_sql(struct req *r, struct buf *b, struct params *p,
    const struct timeline *t)
{
	buf_addz(b, " union all (select t.at, t.id, t.user_id, t.action, "
	    "t.op, t.request_id, t.version, t.changes, 'changes', null, null "
	    "from konak.history(");
	param(b, p, t->d->name);
	buf_addz(b, ", ");
	param(b, p, req_uuid(r, "id"));
	buf_addz(b, ", ");
	param(b, p, t->at);
	buf_printf(b, "::timestamptz, %" PRId64 ", ", t->limit + 1);
	param(b, p, t->id);
	buf_addz(b, "::uuid) t)");
}

/* --- The verb -------------------------------------------------------------- */

static int
put_entry(struct req *r, struct cbw *w, const struct def *d, PGresult *res,
    int row)
{
	const char		*kind = PQgetvalue(res, row, T_KIND);
	const struct def	*of = def_find(kind);
	const struct field	*code = of != NULL ? code_field(of) : NULL;

	cbw_map_begin(w);
	cbw_kv_text(w, "kind", kind);
	history_entry(r, w, res, row);
	if (!PQgetisnull(res, row, T_TEXT))
		cbw_kv_text(w, "text", PQgetvalue(res, row, T_TEXT));
	if (code != NULL && !PQgetisnull(res, row, T_CODE)) {
		cbw_kv_text(w, "field", code->name);
		cbw_kv_text(w, "value", PQgetvalue(res, row, T_CODE));
	}
	row = history_changes(r, w, d, res, row);
	cbw_map_end(w);
	return row;
}

static void
timeline_rows(struct req *r, PGresult *res)
{
	const struct timeline	*t = r->state;
	struct cbw		*w = req_out(r);
	int			 row = 0, last = 0;
	int64_t			 n = 0;

	cbw_map(w, 2);
	cbw_key(w, "rows");
	cbw_array_begin(w);
	while (row < PQntuples(res) && n < t->limit) {
		last = row;
		row = put_entry(r, w, t->d, res, row);
		n++;
	}
	cbw_array_end(w);
	cbw_kv_text(w, "next", row < PQntuples(res) ? req_printf(r, "%s %s",
	    PQgetvalue(res, last, H_AT), PQgetvalue(res, last, H_ID)) : NULL);
}

bool
after_read(struct req *r, const char **at, const char **id)
{
	const char	*after = req_text(r, "after");
	struct uuid	 uuid;
	size_t		 len;
	int64_t		 us;

	*at = *id = NULL;
	if (after == NULL)
		return true;
	len = strlen(after);
	if (len < 38 || after[len - 37] != ' ' ||
	    !uuid_parse(after + len - 36, 36, &uuid) ||
	    timestamp_read(after, len - 37, &us) != DATE_OK) {
		req_bad(r, "after", "record.after", NULL);
		return false;
	}
	*at = arena_strndup(r->arena, after, len - 37);
	*id = arena_strdup(r->arena, after + len - 36);
	return true;
}

static bool
timeline_args(struct req *r, struct timeline *t)
{
	t->limit = req_has(r, "limit") ? req_int(r, "limit") : 50;
	if (t->limit < 1 || t->limit > 200) {
		req_bad(r, "limit", "record.limit", "max", "200", NULL);
		return false;
	}
	t->kinds = req_text(r, "kinds");
	return after_read(r, &t->at, &t->id);
}

static void
arms_sql(struct req *r, struct buf *b, struct params *p,
    const struct timeline *t)
{
	const struct def_related	*rel;
	size_t				 i;

	for (i = 0; i < t->d->nrelated; i++) {
		rel = &t->d->related[i];
		if (rel->timeline && wanted(t, rel->def->name) &&
		    when_field(rel->def) != NULL &&
		    req_may(r, rel->def->perm[OP_VIEW].need))
			related_sql(r, b, p, t, rel);
	}
	if (wanted(t, "comments") && req_may(r, "comments.view"))
		comments_sql(r, b, p, t);
	if (wanted(t, "changes") && (t->d->verbs & 1u << DV_HISTORY) != 0)
		changes_sql(r, b, p, t);
}

/* An empty first kind gives the others their types; the record itself is asked
 * for, so that nobody learns of what hangs below one he may not see. */
void
record_timeline(struct req *r)
{
	struct timeline	*t = arena_alloc(r->arena, sizeof *t);
	struct params	*p = arena_alloc(r->arena, sizeof *p);
	struct query	*q;
	struct buf	 b = BUF_INIT;

	if ((t->d = record_type_of(r, OP_VIEW)) == NULL ||
	    !timeline_args(r, t))
		return;
	p->r = r;
	r->state = t;
	q = query_new(r, t->d, NULL);
	buf_addz(&b, "select x.at, x.id, x.user_id, (select p.name from "
	    "konak.people p where p.company_id = (select konak.register()) "
	    "and p.id = x.user_id), x.action, x.op, "
	    "x.request_id, x.version, ");
	history_columns(&b, r, t->d);
	buf_addz(&b, ", x.kind, x.text, x.code from (select y.* from ("
	    "(select null::timestamptz as at, null::uuid as id, null::uuid "
	    "as user_id, null::text as action, null::text as op, null::uuid "
	    "as request_id, null::integer as version, null::jsonb as changes, "
	    "null::text as kind, null::text as text, null::text as code "
	    "where false)");
	arms_sql(r, &b, p, t);
	buf_addz(&b, ") y where (select konak.visible(");
	param(&b, p, t->d->name);
	buf_addz(&b, ", ");
	param(&b, p, req_uuid(r, "id"));
	buf_printf(&b, ")) or (select konak.no_row()) order by y.at desc, y.id desc "
	    "limit %" PRId64 ") x left join lateral jsonb_array_elements("
	    "x.changes) with ordinality c(v, n) on true "
	    "order by x.at desc, x.id desc, c.n", t->limit + 1);
	query_sql(q, r, &b);
	req_query(r, &q->stmt, p->n, p->v, timeline_rows);
}
