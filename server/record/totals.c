/*
 * totals.c - what `count` says besides the number: sums of fields, currencies
 * apart, and the same for each value of a field that the list is grouped by.
 * One scan gives all of it: a grouping set for what has no currency, and one
 * for each field that holds one.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/proto.h"
#include "server/record/engine.h"

#define SUMS_MAX	16
#define GROUPS_MAX	200
#define ROWS_MAX	2000	/* groups, times their currencies */

struct totals {
	const struct def	*d;
	const struct field	*sum[SUMS_MAX];
	size_t			 nsums;
	const struct field	*money[SUMS_MAX];	/* their currencies */
	size_t			 nmoney;
	const struct field	*by;
	const char		*unit;		/* of a date: day, month, year */
};

/* Columns of the statement: value, title, number of rows, which of the
 * currencies its set is about (0: none), its code, then the sums. */
enum { T_VALUE, T_TITLE, T_COUNT, T_SET, T_CODE, T_SUMS };

/* --- Arguments ------------------------------------------------------------- */

static const struct field *
seen_field(struct req *r, const struct def *d, const char *arg,
    const char *name, size_t len)
{
	const struct field	*f = def_field_len(d, name, len);

	if (f != NULL && (f->see == NULL || req_may(r, f->see)))
		return f;
	req_bad(r, arg, "record.no_field", "field",
	    arena_strndup(r->arena, name, len), NULL);
	return NULL;
}

static bool
read_sum(struct req *r, struct totals *t)
{
	const struct field	*f;
	struct cbr		 in;
	const char		*name;
	uint32_t		 n, i;
	size_t			 len, k;

	if (!req_any(r, "sum", &in))
		return true;
	if (!cbr_array(&in, &n) || n > SUMS_MAX) {
		req_bad(r, "sum", "record.list_expected", NULL);
		return false;
	}
	for (i = 0; i < n; i++) {
		if (!cbr_text(&in, &name, &len)) {
			req_bad(r, "sum", "record.list_expected", NULL);
			return false;
		}
		if ((f = seen_field(r, t->d, "sum", name, len)) == NULL)
			return false;
		if (!field_adds_up(f) || f->column == NULL) {
			req_bad(r, "sum", "record.no_sum", "field",
			    label_text(&f->label, req_lang(r)), NULL);
			return false;
		}
		t->sum[t->nsums++] = f;
		for (k = 0; k < t->nmoney && t->money[k] != f->currency; k++)
			;
		if (f->currency != NULL && k == t->nmoney)
			t->money[t->nmoney++] = f->currency;
	}
	return true;
}

static bool
read_by(struct req *r, struct totals *t)
{
	static const char *const units[] = { "day", "month", "year", NULL };
	const char	*by = req_text(r, "by"), *unit = req_text(r, "unit");
	size_t		 i;

	if (by == NULL)
		return true;
	if ((t->by = seen_field(r, t->d, "by", by, strlen(by))) == NULL)
		return false;
	if (!field_groups(t->by)) {
		req_bad(r, "by", "record.no_group", "field",
		    label_text(&t->by->label, req_lang(r)), NULL);
		return false;
	}
	for (i = 0; units[i] != NULL; i++)
		if (strcmp(unit != NULL ? unit : "month", units[i]) == 0)
			t->unit = units[i];
	if (t->unit != NULL)
		return true;
	req_bad(r, "unit", "record.no_unit", NULL);
	return false;
}

/* --- The statement --------------------------------------------------------- */

static void
put_by(struct buf *b, const struct totals *t)
{
	switch (t->by == NULL ? VALUE_COUNT : field_type(t->by)) {
	case VALUE_COUNT:
		buf_addz(b, "null::text");
		break;
	case VALUE_DATE:
		buf_printf(b, "date_trunc('%s', t.\"%s\"::timestamp)::date",
		    t->unit, t->by->column);
		break;
	case VALUE_TIMESTAMP:
		buf_printf(b, "date_trunc('%s', t.\"%s\" at time zone "
		    "(select coalesce((select c.timezone from konak.company_names "
		    "c where c.id = konak.company()), 'Europe/Istanbul')))"
		    "::date", t->unit, t->by->column);
		break;
	default:
		sql_ident(b, "t", t->by->column);
		break;
	}
}

/* The sets, and which of them a row is of: grouping() tells what a row was
 * not grouped by. */
static void
put_sets(struct buf *b, const struct totals *t)
{
	size_t	i;

	buf_printf(b, " group by grouping sets ((%s)", t->by != NULL ? "v" :
	    "");
	for (i = 0; i < t->nmoney; i++)
		buf_printf(b, ", (%sc%zu)", t->by != NULL ? "v, " : "", i);
	buf_addz(b, ")");
}

static void
put_set_columns(struct buf *b, const struct totals *t)
{
	size_t	i;

	if (t->nmoney == 0) {
		buf_addz(b, "0 as s, null::text as c");
		return;
	}
	buf_addz(b, "case");
	for (i = 0; i < t->nmoney; i++)
		buf_printf(b, " when grouping(c%zu) = 0 then %zu", i, i + 1);
	buf_addz(b, " else 0 end as s, case");
	for (i = 0; i < t->nmoney; i++)
		buf_printf(b, " when grouping(c%zu) = 0 then c%zu::text", i, i);
	buf_addz(b, " end as c");
}

static void
put_groups(struct buf *b, const struct totals *t)
{
	size_t	i;

	buf_printf(b, "select %s as v, count(*) as n, ", t->by != NULL ? "v" :
	    "null::text");
	put_set_columns(b, t);
	for (i = 0; i < t->nsums; i++)
		buf_printf(b, ", sum(f%zu) as f%zu", i, i);
	buf_addz(b, " from (select ");
	put_by(b, t);
	buf_addz(b, " as v");
	for (i = 0; i < t->nmoney; i++) {
		buf_addz(b, ", ");
		sql_ident(b, "t", t->money[i]->column);
		buf_printf(b, " as c%zu", i);
	}
	for (i = 0; i < t->nsums; i++) {
		buf_addz(b, ", ");
		sql_field(b, t->sum[i], "t");
		buf_printf(b, " as f%zu", i);
	}
}

/* Most first where the values have no order of their own. */
static void
put_order(struct buf *b, const struct totals *t)
{
	buf_addz(b, " order by ");
	if (t->by != NULL && field_type(t->by) == VALUE_REF)
		buf_addz(b, "max(g.n) over (partition by g.v) desc, ");
	buf_printf(b, "g.v%s, g.s, g.c", t->by != NULL &&
	    (field_type(t->by) == VALUE_DATE ||
	    field_type(t->by) == VALUE_TIMESTAMP) ? " desc nulls last" :
	    " nulls last");
	buf_printf(b, " limit %d", ROWS_MAX);
}

static void
totals_sql(struct buf *b, const struct totals *t, unsigned scopes,
    const char *where)
{
	size_t	i;

	buf_addz(b, "select g.v, ");
	if (t->by != NULL && t->by->ref != NULL)
		sql_ref_title(b, t->by, "g.v");
	else
		buf_addz(b, "null");
	buf_addz(b, ", g.n, g.s, g.c");
	for (i = 0; i < t->nsums; i++)
		buf_printf(b, ", g.f%zu", i);
	buf_addz(b, " from (");
	put_groups(b, t);
	list_base_sql(b, t->d, scopes);
	buf_addz(b, where);
	buf_addz(b, ") x");
	put_sets(b, t);
	buf_addz(b, ") g");
	put_order(b, t);
}

/* --- The answer ------------------------------------------------------------ */

static bool
same_group(PGresult *res, int a, int b)
{
	return PQgetisnull(res, a, T_VALUE) == PQgetisnull(res, b, T_VALUE) &&
	    strcmp(PQgetvalue(res, a, T_VALUE),
	    PQgetvalue(res, b, T_VALUE)) == 0;
}

/* Sums of the rows from `row` to `end`: [field, currency or null, sum]. */
static void
put_sums(struct cbw *w, const struct totals *t, PGresult *res, int row,
    int end)
{
	const struct field	*f;
	size_t			 i;
	int			 set;

	cbw_array_begin(w);
	for (; row < end; row++) {
		set = atoi(PQgetvalue(res, row, T_SET));
		for (i = 0; i < t->nsums; i++) {
			f = t->sum[i];
			if (f->currency != (set == 0 ? NULL :
			    t->money[set - 1]) ||
			    PQgetisnull(res, row, T_SUMS + (int)i))
				continue;
			cbw_array(w, 3);
			cbw_textz(w, f->name);
			cbw_textz(w, PQgetisnull(res, row, T_CODE) ? NULL :
			    PQgetvalue(res, row, T_CODE));
			cbw_textz(w, PQgetvalue(res, row, T_SUMS + (int)i));
		}
	}
	cbw_array_end(w);
}

static void
put_value(struct cbw *w, const struct totals *t, PGresult *res, int row)
{
	value_write(field_type(t->by) == VALUE_TIMESTAMP ? VALUE_DATE :
	    field_type(t->by), w, PQgetisnull(res, row, T_VALUE) ? NULL :
	    PQgetvalue(res, row, T_VALUE));
}

static void
totals_groups(struct req *r, PGresult *res)
{
	const struct totals	*t = r->state;
	struct cbw		*w = req_out(r);
	int			 n = PQntuples(res), row, end, groups = 0;

	cbw_map(w, 2);
	cbw_key(w, "groups");
	cbw_array_begin(w);
	for (row = 0; row < n && groups < GROUPS_MAX; row = end, groups++) {
		for (end = row + 1; end < n && same_group(res, row, end);
		    end++)
			;
		cbw_array(w, 4);
		put_value(w, t, res, row);
		cbw_textz(w, PQgetisnull(res, row, T_TITLE) ? NULL :
		    PQgetvalue(res, row, T_TITLE));
		cbw_int(w, strtoll(PQgetvalue(res, row, T_COUNT), NULL, 10));
		put_sums(w, t, res, row, end);
	}
	cbw_array_end(w);
	cbw_kv_bool(w, "more", row < n || n == ROWS_MAX);
}

static void
totals_rows(struct req *r, PGresult *res)
{
	const struct totals	*t = r->state;
	struct cbw		*w = req_out(r);

	cbw_map(w, 3);
	cbw_kv_int(w, "count", PQntuples(res) == 0 ? 0 :
	    strtoll(PQgetvalue(res, 0, T_COUNT), NULL, 10));
	cbw_kv_bool(w, "more", false);
	cbw_key(w, "sums");
	put_sums(w, t, res, 0, PQntuples(res));
}

bool
totals_wanted(const struct req *r)
{
	return req_has(r, "sum") || req_has(r, "by");
}

void
totals_query(struct req *r, const struct def *d, unsigned scopes,
    const char *where, struct params *p)
{
	struct totals	*t = arena_alloc(r->arena, sizeof *t);
	struct query	*q = query_new(r, d, NULL);
	struct buf	 b = BUF_INIT;

	t->d = d;
	r->state = t;
	if (!read_sum(r, t) || !read_by(r, t))
		return;
	totals_sql(&b, t, scopes, where);
	query_sql(q, r, &b);
	req_query(r, &q->stmt, p->n, p->v, t->by != NULL ? totals_groups :
	    totals_rows);
}
