/*
 * stats.c - what charts are drawn from: records of a type counted, or a field
 * of theirs added up, by the values of another field or by days, weeks, months
 * and years. Filters, scopes and fields that only some may see count as in a
 * list.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

#define GROUPS		20
#define GROUPS_MAX	100
#define PERIODS_MAX	400

#define ZONE "coalesce((select c.timezone from konak.company_names c " \
	"where c.id = konak.company()), 'Europe/Istanbul')"

struct stats {
	const struct def	*d;
	const struct field	*by, *measure;
	bool			 average;
	bool			 days;		/* by is a date */
	const char		*period;
	int64_t			 last, next, limit;
};

/* --- Arguments ------------------------------------------------------------- */

static const struct field *
read_field(struct req *r, const struct def *d, const char *arg)
{
	const char		*name = req_text(r, arg);
	const struct field	*f;

	if (name == NULL)
		return NULL;
	f = def_field(d, name);
	if (f == NULL || f->column == NULL ||
	    (f->see != NULL && !req_may(r, f->see))) {
		req_bad(r, arg, "record.no_field", "field", name, NULL);
		return NULL;
	}
	return f;
}

static bool
read_by(struct req *r, struct stats *s)
{
	s->by = read_field(r, s->d, "by");
	if (s->by == NULL)
		return false;
	s->days = field_type(s->by) == VALUE_DATE ||
	    field_type(s->by) == VALUE_TIMESTAMP;
	if (s->by->filter && field_type(s->by) != VALUE_CHOICES &&
	    field_type(s->by) != VALUE_TAGS)
		return true;
	req_bad(r, "by", "record.no_filter", "field",
	    label_text(&s->by->label, req_lang(r)), NULL);
	return false;
}

static bool
read_measure(struct req *r, struct stats *s)
{
	const char	*arg = req_has(r, "average") ? "average" : "sum";

	s->average = req_has(r, "average");
	s->measure = read_field(r, s->d, arg);
	if (s->measure == NULL)
		return !req_has(r, arg);
	switch (field_type(s->measure)) {
	case VALUE_INT:
	case VALUE_DECIMAL:
	case VALUE_MONEY:
	case VALUE_PERCENT:
	case VALUE_DURATION:
		return true;
	default:
		req_bad(r, arg, "record.no_number", "field",
		    label_text(&s->measure->label, req_lang(r)), NULL);
		return false;
	}
}

static bool
read_number(struct req *r, const char *arg, int64_t least, int64_t most,
    int64_t *out)
{
	if (!req_has(r, arg))
		return true;
	*out = req_int(r, arg);
	if (*out >= least && *out <= most)
		return true;
	req_bad(r, arg, "record.range", "min", req_printf(r, "%" PRId64,
	    least), "max", req_printf(r, "%" PRId64, most), NULL);
	return false;
}

static bool
read_period(struct req *r, struct stats *s)
{
	const char		*word = req_text(r, "period");
	enum chart_period	 period = PERIOD_MONTH;

	if (word != NULL && !chart_period_parse(word, &period)) {
		req_bad(r, "period", "record.no_period", "period", word,
		    NULL);
		return false;
	}
	s->period = chart_period_name(period);
	s->last = 12;
	return read_number(r, "last", 0, PERIODS_MAX, &s->last) &&
	    read_number(r, "next", 0, PERIODS_MAX, &s->next) &&
	    read_number(r, "limit", 1, GROUPS_MAX, &s->limit);
}

/* --- The statement --------------------------------------------------------- */

static void
measure_sql(struct buf *b, const struct stats *s)
{
	buf_addz(b, ", count(*) as n, ");
	if (s->measure == NULL) {
		buf_addz(b, "null as total");
		return;
	}
	buf_addz(b, s->average ? "round(avg(" : "sum(");
	sql_field(b, s->measure, "t");
	if (s->average)
		buf_printf(b, "), %d)", s->measure->rules.scale);
	else
		buf_addz(b, ")");
	buf_addz(b, " as total");
}

static void
from_sql(struct buf *b, const struct stats *s, unsigned scopes,
    const char *where)
{
	const struct def	*d = s->d;

	buf_printf(b, " from konak.\"%s\" t where ",
	    d->base != NULL ? d->base : d->table);
	sql_company(b, d, "t");
	if (d->soft)
		buf_addz(b, " and t.deleted_at is null");
	sql_scopes(b, d, scopes);
	/* Amounts of several currencies are never added up. */
	if (s->measure != NULL && s->measure->currency != NULL) {
		buf_addz(b, " and ");
		sql_ident(b, "t", s->measure->currency->column);
		buf_addz(b, " = (select c.currency from konak.company_names c "
		    "where c.id = konak.company())");
	}
	buf_addz(b, where);
}

static void
groups_sql(struct buf *b, const struct stats *s, unsigned scopes,
    const char *where)
{
	buf_addz(b, "select s.key, ");
	if (s->by->ref != NULL)
		sql_ref_title(b, s->by, "s.key");
	else
		buf_addz(b, "null");
	buf_addz(b, ", s.n, s.total from (select ");
	sql_ident(b, "t", s->by->column);
	buf_addz(b, " as key");
	measure_sql(b, s);
	from_sql(b, s, scopes, where);
	buf_printf(b, " group by 1 order by %s desc nulls last, 1 limit %"
	    PRId64 ") s order by %s desc nulls last, s.key",
	    s->measure != NULL ? "3" : "2", s->limit + 1,
	    s->measure != NULL ? "s.total" : "s.n");
}

/* The moment, or the day, at which the range r begins or ends. */
static void
bound_sql(struct buf *b, const struct stats *s, const char *sign,
    const char *edge)
{
	buf_addz(b, " and ");
	if (s->by->sort && !s->by->custom)
		sql_sort_key(b, s->by, "t");	/* as its index has it */
	else
		sql_ident(b, "t", s->by->column);
	buf_printf(b, " %s (select r.%s%s from r)", sign, edge,
	    field_type(s->by) == VALUE_DATE ? "::date" : " at time zone "
	    ZONE);
}

/* A row for each period, whether or not there is anything in it. */
static void
periods_sql(struct buf *b, const struct stats *s, unsigned scopes,
    const char *where)
{
	buf_printf(b, "with r as (select date_trunc('%s', "
	    "konak.today()::timestamp) - interval '%" PRId64 " %s' as low, "
	    "date_trunc('%s', konak.today()::timestamp) + interval '%" PRId64
	    " %s' as high) select to_char(g.at, 'YYYY-MM-DD'), null, "
	    "coalesce(s.n, 0), s.total from r cross join lateral "
	    "generate_series(r.low, r.high - interval '1 %s', "
	    "interval '1 %s') g(at) left join (select date_trunc('%s', ",
	    s->period, s->last - 1, s->period, s->period, s->next + 1,
	    s->period, s->period, s->period, s->period);
	sql_ident(b, "t", s->by->column);
	buf_addz(b, field_type(s->by) == VALUE_DATE ? "::timestamp" :
	    " at time zone (select " ZONE ")");
	buf_addz(b, ") as at");
	measure_sql(b, s);
	from_sql(b, s, scopes, where);
	bound_sql(b, s, ">=", "low");
	bound_sql(b, s, "<", "high");
	buf_addz(b, " group by 1) s on s.at = g.at order by g.at");
}

/* --- stats ----------------------------------------------------------------- */

static void
stats_rows(struct req *r, PGresult *res)
{
	static const char *const names[] = { "key", "title", "count",
	    "value" };
	const struct stats	*s = r->state;
	struct cbw		*w = req_out(r);
	int			 n = PQntuples(res), rows, i, k;
	const char		*v[4];

	rows = !s->days && n > s->limit ? (int)s->limit : n;
	cbw_map(w, 3);
	cbw_key(w, "columns");
	cbw_array(w, 4);
	for (i = 0; i < 4; i++)
		cbw_textz(w, names[i]);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)rows);
	for (i = 0; i < rows; i++) {
		for (k = 0; k < 4; k++)
			v[k] = PQgetisnull(res, i, k) ? NULL :
			    PQgetvalue(res, i, k);
		cbw_array(w, 4);
		value_write(s->days ? VALUE_DATE : field_type(s->by), w, v[0]);
		value_write(VALUE_TEXT, w, v[1]);
		value_write(VALUE_INT, w, v[2]);
		value_write(s->average || s->measure == NULL ? VALUE_DECIMAL :
		    field_type(s->measure), w, v[3]);
	}
	cbw_kv_bool(w, "more", n > rows);
}

static const char *
stats_key(struct req *r, const struct stats *s, unsigned scopes)
{
	return req_printf(r, "s/%s/%s/%d/%s/%" PRId64 "/%" PRId64 "/%" PRId64
	    "/%x", s->by->name, s->measure != NULL ? s->measure->name : "",
	    s->average, s->period, s->last, s->next, s->limit, scopes);
}

void
record_stats(struct req *r)
{
	struct stats	*s = arena_alloc(r->arena, sizeof *s);
	struct params	*p = arena_alloc(r->arena, sizeof *p);
	struct buf	 where = BUF_INIT, b = BUF_INIT;
	struct query	*q;
	const char	*key;
	unsigned	 scopes;
	bool		 filtered, searched;

	s->d = req_def(r);
	s->limit = GROUPS;
	p->r = r;
	r->state = s;
	if (!read_by(r, s) || !read_measure(r, s) || !read_period(r, s) ||
	    !filter_sql(r, s->d, &where, p, &filtered) ||
	    !search_sql(r, s->d, &where, p, &searched)) {
		buf_free(&where);
		return;
	}
	scopes = scope_bits(r, s->d, OP_VIEW);
	key = filtered || searched ? NULL : stats_key(r, s, scopes);
	if (key == NULL || (q = query_find(s->d, key)) == NULL) {
		q = query_new(r, s->d, key);
		if (s->days)
			periods_sql(&b, s, scopes, buf_text(&where));
		else
			groups_sql(&b, s, scopes, buf_text(&where));
		query_sql(q, r, &b);
	}
	buf_free(&where);
	req_query(r, &q->stmt, p->n, p->v, stats_rows);
}
