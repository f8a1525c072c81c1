/*
 * twins.c - records that may be the same one twice: by the fields that the
 * definition names under `duplicates`. Texts are compared as names (trigrams
 * of the folded text), all else as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

#define SIMILAR		"0.6"
#define FOUND_MAX	20
#define PAIRS_MAX	200

static bool
is_name(const struct field *f)
{
	return field_type(f) == VALUE_TEXT;
}

static void
living(struct buf *b, const struct def *d, const char *alias)
{
	sql_company(b, d, alias);
	if (d->soft)
		buf_printf(b, " and %s.deleted_at is null", alias);
}

static bool
searched(const struct def *d, const struct field *f)
{
	size_t	i;

	for (i = 0; i < d->nsearch; i++)
		if (d->search[i] == f)
			return true;
	return false;
}

/* --- similar ------------------------------------------------------------------- */

/* What is sent, or what the record at hand holds. */
static void
value_sql(struct req *r, struct buf *b, struct params *p, const struct def *d,
    const struct save *s, const struct field *f)
{
	if (s != NULL) {
		param(b, p, s->values.v[f->index].text);
		buf_addz(b, "::text");
		return;
	}
	buf_addz(b, "(select ");
	sql_ident(b, "o", f->column);
	buf_addz(b, "::text from ");
	sql_table(b, d);
	buf_addz(b, " o where ");
	sql_company(b, d, "o");
	buf_addz(b, " and o.id = ");
	param(b, p, req_uuid(r, "id"));
	buf_addz(b, "::uuid)");
}

/* " = v", or similar to it; with the index of `search` where there is one. */
static void
match_sql(struct buf *b, const struct def *d, const struct field *f,
    const char *value, bool index)
{
	if (is_name(f)) {
		if (index)
			buf_printf(b, "t.search like any "
			    "(konak.twin_patterns(%s)) and ", value);
		buf_printf(b, "public.similarity(konak.fold(t.\"%s\"), "
		    "konak.fold(%s)) >= " SIMILAR, f->column, value);
		return;
	}
	if (index && searched(d, f))
		buf_printf(b, "t.search like '%%' || konak.fold(%s) || '%%' "
		    "and ", value);
	if (field_type(f) == VALUE_EMAIL)
		buf_printf(b, "konak.fold(t.\"%s\") = konak.fold(%s)",
		    f->column, value);
	else
		buf_printf(b, "t.\"%s\" = %s", f->column, value);
}

void
twins_put_fields(struct cbw *w, const char *text)
{
	size_t	len;

	cbw_array_begin(w);
	for (; *text != '\0'; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		cbw_text(w, text, len);
	}
	cbw_array_end(w);
}

static void
similar_rows(struct req *r, PGresult *res)
{
	static const char *const columns[] = { "id", "version", "title",
	    "hint", "fields" };
	struct cbw	*w = req_out(r);
	size_t		 k;
	int		 i, n = PQntuples(res);

	cbw_map(w, 2);
	cbw_key(w, "columns");
	cbw_array(w, 5);
	for (k = 0; k < 5; k++)
		cbw_textz(w, columns[k]);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)n);
	for (i = 0; i < n; i++) {
		cbw_array(w, 5);
		cbw_uuidz(w, PQgetvalue(res, i, 0));
		cbw_int(w, strtoll(PQgetvalue(res, i, 1), NULL, 10));
		for (k = 2; k < 4; k++)
			cbw_textz(w, PQgetisnull(res, i, (int)k) ? NULL :
			    PQgetvalue(res, i, (int)k));
		twins_put_fields(w, PQgetvalue(res, i, 4));
	}
}

static void
similar_send(struct req *r, const struct def *d, const struct save *s)
{
	struct params		*p = arena_alloc(r->arena, sizeof *p);
	struct query		*q = query_new(r, d, NULL);
	struct buf		 b = BUF_INIT, value = BUF_INIT;
	const struct field	*f;
	const char		**values;
	size_t			 i, n = 0;

	p->r = r;
	values = arena_array(r->arena, d->ntwins + 1, sizeof *values);
	for (i = 0; i < d->ntwins; i++) {
		f = d->twins[i];
		if (s != NULL && s->values.v[f->index].text == NULL)
			continue;
		buf_clear(&value);
		value_sql(r, &value, p, d, s, f);
		values[i] = arena_strdup(r->arena, buf_text(&value));
		n++;
	}
	buf_free(&value);
	buf_addz(&b, "select t.id, t.version, ");
	record_title_sql(&b, d, "t");
	if (d->hint != NULL)
		buf_printf(&b, ", t.\"%s\"::text", d->hint->column);
	else
		buf_addz(&b, ", null");
	buf_addz(&b, ", concat_ws(',', null");
	for (i = 0; i < d->ntwins; i++)
		if (values[i] != NULL) {
			buf_addz(&b, ", case when ");
			match_sql(&b, d, d->twins[i], values[i], false);
			buf_printf(&b, " then '%s' end", d->twins[i]->name);
		}
	buf_addz(&b, ") as fields from ");
	sql_table(&b, d);
	buf_addz(&b, " t where ");
	living(&b, d, "t");
	if (req_has(r, "id")) {
		buf_addz(&b, " and t.id <> ");
		param(&b, p, req_uuid(r, "id"));
		buf_addz(&b, "::uuid");
	}
	buf_addz(&b, " and t.id in (");
	for (i = 0, n = 0; i < d->ntwins; i++)
		if (values[i] != NULL) {
			buf_addz(&b, n++ > 0 ? " union select t.id from " :
			    "select t.id from ");
			sql_table(&b, d);
			buf_addz(&b, " t where ");
			living(&b, d, "t");
			buf_addz(&b, " and ");
			match_sql(&b, d, d->twins[i], values[i], true);
		}
	if (n == 0)
		buf_addz(&b, "null::uuid");
	buf_printf(&b, ") order by 5, t.id limit %d",
	    FOUND_MAX);
	query_sql(q, r, &b);
	req_query(r, &q->stmt, p->n, p->v, similar_rows);
}

void
record_similar(struct req *r)
{
	const struct def	*d = req_def(r);
	struct save		*s = NULL;

	if (req_has(r, "set") && (s = save_set(r, d)) == NULL)
		return;
	if (s == NULL && !req_has(r, "id")) {
		req_bad(r, "set", "many.set", NULL);
		return;
	}
	similar_send(r, d, s);
}

/* --- rows of a file -------------------------------------------------------------- */

#define FEW		200	/* rows that are looked up one by one */

/*
 * Rows w of a file against records by their names. Few are looked up with the
 * index; of many those that are equal are found first, and the others as
 * names_sql() does.
 */
static void
file_names_sql(struct buf *b, const struct def *d, const struct field *f,
    bool few)
{
	const char	*c = f->column;

	if (few) {
		buf_printf(b, "select w.n, t.id, '%s'::text as f, t.s from w "
		    "cross join lateral (select t.id, public.similarity("
		    "konak.fold(t.\"%s\"), konak.fold(w.data ->> '%s')) as s "
		    "from ", f->name, c, c);
		sql_table(b, d);
		buf_addz(b, " t where ");
		living(b, d, "t");
		buf_printf(b, " and t.search like any (konak.twin_patterns("
		    "w.data ->> '%s'))) t where t.s >= " SIMILAR, c);
		return;
	}
	buf_printf(b, "(with x as materialized (select w.n as id, konak.fold("
	    "w.data ->> '%s') as k from w where w.data ? '%s'), "
	    "y as materialized (select t.id, konak.fold(t.\"%s\") as k from ",
	    c, c, c);
	sql_table(b, d);
	buf_addz(b, " t where ");
	living(b, d, "t");
	buf_printf(b, "), e as materialized (select x.id as n, y.id from x "
	    "join y on y.k = x.k), "
	    "xs as materialized (select x.id, x.k, u.g, cardinality(s.g) as "
	    "size from x, public.show_trgm(x.k) s(g), unnest(s.g) u(g) "
	    "where not exists (select from e where e.n = x.id)), "
	    "ys as materialized (select y.id, y.k, u.g, cardinality(s.g) as "
	    "size from y, public.show_trgm(y.k) s(g), unnest(s.g) u(g) "
	    "where exists (select from xs)), "
	    "c as materialized (select ys.g, count(*) as n from ys "
	    "group by ys.g), "
	    "xp as materialized (select * from (select xs.*, row_number() "
	    "over (partition by xs.id order by c.n nulls first, xs.g) as r "
	    "from xs left join c on c.g = xs.g) s "
	    "where s.r <= s.size - ceil(" SIMILAR " * s.size) + 1), "
	    "yp as materialized (select * from (select ys.*, row_number() "
	    "over (partition by ys.id order by c.n, ys.g) as r "
	    "from ys join c on c.g = ys.g "
	    "where ys.size <= (select max(xs.size) / " SIMILAR " from xs)) s "
	    "where s.r <= s.size - ceil(" SIMILAR " * s.size) + 1), "
	    "m as (select distinct xp.id as n, xp.k as xk, yp.id, yp.k as yk "
	    "from xp join yp on yp.g = xp.g and yp.size between "
	    SIMILAR " * xp.size and xp.size / " SIMILAR ") "
	    "select e.n, e.id, '%s'::text as f, 1::real as s from e "
	    "union all select m.n, m.id, '%s', "
	    "public.similarity(m.xk, m.yk) from m "
	    "where public.similarity(m.xk, m.yk) >= " SIMILAR ")", f->name,
	    f->name);
}

static void
file_equals_sql(struct buf *b, const struct def *d, const struct field *f)
{
	const char	*fold = field_type(f) == VALUE_EMAIL ? "konak.fold" :
			    "";

	buf_printf(b, "select w.n, t.id, '%s'::text as f, 1::real as s from w "
	    "join ", f->name);
	sql_table(b, d);
	buf_printf(b, " t on %s(t.\"%s\") = %s(w.data ->> '%s') and ", fold,
	    f->column, fold, f->column);
	living(b, d, "t");
}

void
twins_import(struct req *r, const struct def *d, const struct fieldset *filled,
    const char *import, int64_t rows, bool apart)
{
	const char	*params[2] = { import, apart ? "true" : "false" };
	struct query	*q = query_new(r, d, NULL);
	struct buf	 b = BUF_INIT;
	size_t		 i, n = 0;

	buf_addz(&b, "with w as materialized (select r.n, r.data "
	    "from konak.import_rows r where r.company_id = "
	    "(select konak.company()) and r.import_id = $1 "
	    "and r.problem is null), k as (");
	for (i = 0; i < d->ntwins; i++) {
		if (!fieldset_has(filled, d->twins[i]->index))
			continue;
		buf_addz(&b, n++ > 0 ? " union all " : "");
		if (is_name(d->twins[i]))
			file_names_sql(&b, d, d->twins[i], rows <= FEW);
		else
			file_equals_sql(&b, d, d->twins[i]);
	}
	buf_addz(&b, "), g as (select k.n, k.id, string_agg(k.f, ',' "
	    "order by k.f) as f, count(*) as c, max(k.s) as s from k "
	    "group by k.n, k.id) update konak.import_rows r "
	    "set twin = x.id, twin_fields = x.f, apart = $2::boolean from "
	    "(select distinct on (g.n) g.n, g.id, g.f from g "
	    "order by g.n, g.c desc, g.s desc, g.id) x "
	    "where r.company_id = (select konak.company()) "
	    "and r.import_id = $1 and r.n = x.n");
	if (n == 0) {
		buf_free(&b);
		return;
	}
	query_sql(q, r, &b);
	req_query(r, &q->stmt, 2, params, NULL);
}

/* --- duplicates -------------------------------------------------------------------- */

/*
 * Names, all against all: two that are similar share one of their rarest
 * trigrams, 0.4 n + 1 of each; only those that do are compared.
 */
static void
names_sql(struct buf *b, const struct def *d, const struct field *f)
{
	buf_printf(b, "(with n as materialized (select t.id, konak.fold("
	    "t.\"%s\") as k, public.show_trgm(konak.fold(t.\"%s\")) as g from ",
	    f->column, f->column);
	sql_table(b, d);
	buf_addz(b, " t where ");
	living(b, d, "t");
	buf_printf(b, "), g as materialized (select n.id, u.g, cardinality(n.g) "
	    "as size from n, unnest(n.g) u(g)), "
	    "c as (select g.g, count(*) as n from g group by g.g), "
	    "p as materialized (select * from (select g.id, g.g, g.size, "
	    "row_number() over (partition by g.id order by c.n, g.g) as r "
	    "from g join c on c.g = g.g) s "
	    "where s.r <= s.size - ceil(" SIMILAR " * s.size) + 1), "
	    "m as (select distinct x.id as a, y.id as b from p x join p y "
	    "on y.g = x.g and x.id < y.id "
	    "and y.size between " SIMILAR " * x.size and x.size / " SIMILAR ") "
	    "select m.a, m.b, '%s'::text as f, "
	    "public.similarity(x.k, y.k) as s from m "
	    "join n x on x.id = m.a join n y on y.id = m.b "
	    "where public.similarity(x.k, y.k) >= " SIMILAR " limit 2000)",
	    f->name);
}

static void
equals_sql(struct buf *b, const struct def *d, const struct field *f)
{
	buf_printf(b, "(select x.id as a, y.id as b, '%s'::text as f, "
	    "1::real as s from ", f->name);
	sql_table(b, d);
	buf_addz(b, " x join ");
	sql_table(b, d);
	if (field_type(f) == VALUE_EMAIL)
		buf_printf(b, " y on konak.fold(y.\"%s\") = "
		    "konak.fold(x.\"%s\") and x.id < y.id where ", f->column,
		    f->column);
	else
		buf_printf(b, " y on y.\"%s\" = x.\"%s\" "
		    "and x.id < y.id where ", f->column, f->column);
	living(b, d, "x");
	buf_addz(b, " and ");
	living(b, d, "y");
	buf_addz(b, " limit 2000)");
}

static void
pair_rows(struct req *r, PGresult *res)
{
	static const char *const columns[] = { "id", "version", "title",
	    "other", "other_version", "other_title", "fields", "score" };
	struct cbw	*w = req_out(r);
	size_t		 k;
	int		 i, c, n = PQntuples(res);

	cbw_map(w, 2);
	cbw_key(w, "columns");
	cbw_array(w, 8);
	for (k = 0; k < 8; k++)
		cbw_textz(w, columns[k]);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)n);
	for (i = 0; i < n; i++) {
		cbw_array(w, 8);
		for (c = 0; c < 6; c += 3) {
			cbw_uuidz(w, PQgetvalue(res, i, c));
			cbw_int(w, strtoll(PQgetvalue(res, i, c + 1), NULL,
			    10));
			cbw_textz(w, PQgetisnull(res, i, c + 2) ? NULL :
			    PQgetvalue(res, i, c + 2));
		}
		twins_put_fields(w, PQgetvalue(res, i, 6));
		cbw_int(w, strtoll(PQgetvalue(res, i, 7), NULL, 10));
	}
}

void
record_duplicates(struct req *r)
{
	const struct def	*d = req_def(r);
	struct query		*q = query_find(d, "twins");
	struct buf		 b = BUF_INIT;
	size_t			 i;

	if (q == NULL) {
		q = query_new(r, d, "twins");
		buf_addz(&b, "select x.id, x.version, ");
		record_title_sql(&b, d, "x");
		buf_addz(&b, ", y.id, y.version, ");
		record_title_sql(&b, d, "y");
		buf_addz(&b, ", p.f, p.s from (select p.a, p.b, "
		    "string_agg(p.f, ',' order by p.f) as f, "
		    "round(max(p.s) * 100)::integer as s, count(*) as n from (");
		for (i = 0; i < d->ntwins; i++) {
			buf_addz(&b, i > 0 ? " union all " : "");
			if (is_name(d->twins[i]))
				names_sql(&b, d, d->twins[i]);
			else
				equals_sql(&b, d, d->twins[i]);
		}
		buf_printf(&b, ") p group by p.a, p.b order by count(*) desc, "
		    "max(p.s) desc, p.a, p.b limit %d) p join ", PAIRS_MAX);
		sql_table(&b, d);
		buf_addz(&b, " x on x.id = p.a and ");
		living(&b, d, "x");
		buf_addz(&b, " join ");
		sql_table(&b, d);
		buf_addz(&b, " y on y.id = p.b and ");
		living(&b, d, "y");
		buf_addz(&b, " order by p.n desc, p.s desc, p.a, p.b");
		query_sql(q, r, &b);
	}
	req_query(r, &q->stmt, 0, NULL, pair_rows);
}
