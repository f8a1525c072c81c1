/*
 * board.c - the cards of a record type in their columns: what stands above
 * each column, and a window of its cards in their order. A column that is
 * scrolled asks for the next window by the last card's key; one that somebody
 * changed something in asks for those cards alone, and for all the counts.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/uuid.h"
#include "server/record/engine.h"

#define BOARD_CARDS	30	/* of each column */
#define BOARD_MAX	200

struct column {
	const char	*value, *title, *color, *limit, *rule, *days, *count;
	const char	**sums;
};

struct board {
	const struct def	*d;
	const struct def_kanban	*k;
	struct fieldset		 fields;
	const struct field	**sums;		/* those that are seen */
	size_t			 nsums;
	int64_t			 limit;
	const char		*column;	/* only this one; NULL: all */
	const char		*key, *id;	/* of the card beyond the window */
	bool			 back;		/* it is below: the cards above */
	bool			 ids;		/* only these cards */
	struct column		*columns;
	size_t			 ncolumns;
	struct query		*q;		/* of the cards */
};

/* --- Arguments ------------------------------------------------------------- */

static bool
read_window(struct req *r, struct board *b)
{
	const char		*text = req_text(r, "after");
	struct value_error	 error;
	struct uuid		 id;
	char			*key, *space;

	if (text == NULL && (text = req_text(r, "before")) != NULL)
		b->back = true;

	b->limit = BOARD_CARDS;
	if (req_has(r, "limit"))
		b->limit = req_int(r, "limit");
	if (b->limit < 1 || b->limit > BOARD_MAX) {
		req_bad(r, "limit", "record.limit", "max",
		    req_printf(r, "%d", BOARD_MAX), NULL);
		return false;
	}
	b->ids = req_has(r, "ids");
	b->column = req_text(r, "column");
	if (b->column != NULL && !value_parse_wire(&b->k->by->rules,
	    b->column, strlen(b->column), &error)) {
		req_bad(r, "column", "board.no_column", NULL);
		return false;
	}
	/* before nothing: the end of the column */
	if (text == NULL || (b->back && text[0] == '\0' && b->column != NULL))
		return true;
	key = arena_strdup(r->arena, text);
	space = strchr(key, ' ');
	if (b->column == NULL || space == NULL ||
	    !uuid_parse(space + 1, strlen(space + 1), &id)) {
		req_bad(r, b->back ? "before" : "after", "record.after", NULL);
		return false;
	}
	*space = '\0';
	b->key = key;
	b->id = space + 1;
	return true;
}

static void
seen_sums(struct req *r, struct board *b)
{
	size_t	i;

	b->sums = arena_array(r->arena, b->k->nsums + 1, sizeof *b->sums);
	for (i = 0; i < b->k->nsums; i++)
		if (b->k->sums[i]->see == NULL ||
		    req_may(r, b->k->sums[i]->see))
			b->sums[b->nsums++] = b->k->sums[i];
}

/* --- What stands above the columns ----------------------------------------- */

/* A field of the record that says what a column takes, or null. */
static void
stage_field(struct buf *sql, const struct board *b, const char *name)
{
	const struct field	*f = b->k->stages == NULL ? NULL :
				    def_field(b->k->stages, name);

	buf_addz(sql, ", ");
	if (f == NULL || f->column == NULL)
		buf_addz(sql, "null");
	else
		sql_ident(sql, "c", f->column);
}

/* Amounts of several currencies are never added up. */
static void
sum_sql(struct buf *sql, const struct field *f, size_t i)
{
	buf_addz(sql, ", sum(");
	sql_field(sql, f, "t");
	buf_addz(sql, ")");
	if (f->currency != NULL) {
		buf_addz(sql, " filter (where ");
		sql_ident(sql, "t", f->currency->column);
		buf_addz(sql, " = (select n.currency from konak.company_names "
		    "n where n.id = konak.company()))");
	}
	buf_printf(sql, " as s%zu", i);
}

static void
counts_sql(struct buf *sql, const struct board *b, unsigned scopes,
    const char *where)
{
	size_t	i;

	buf_addz(sql, " left join (select ");
	sql_ident(sql, "t", b->k->by->column);
	buf_addz(sql, "::text as k, count(*) as n");
	for (i = 0; i < b->nsums; i++)
		sum_sql(sql, b->sums[i], i);
	list_base_sql(sql, b->d, scopes);
	buf_printf(sql, "%s group by 1) s on s.k = ", where);
}

static void
heads_sql(struct buf *sql, const struct board *b, unsigned scopes,
    const char *where)
{
	const struct def	*st = b->k->stages;
	size_t			 i;

	buf_addz(sql, "select ");
	if (b->k->by->ref != NULL) {
		buf_addz(sql, "c.id::text, ");
		record_title_sql(sql, st, "c");
	} else
		buf_addz(sql, "v.code, null");
	stage_field(sql, b, "color");
	stage_field(sql, b, "wip_limit");
	stage_field(sql, b, "wip_rule");
	stage_field(sql, b, "day_limit");
	buf_addz(sql, ", coalesce(s.n, 0)");
	for (i = 0; i < b->nsums; i++)
		buf_printf(sql, ", s.s%zu", i);
	buf_addz(sql, " from ");
	if (b->k->by->ref != NULL) {
		sql_table(sql, st);
		buf_addz(sql, " c");
		counts_sql(sql, b, scopes, where);
		buf_addz(sql, "c.id::text where ");
		sql_company(sql, st, "c");
		if (st->soft)
			buf_addz(sql, " and c.deleted_at is null");
		buf_addz(sql, " order by ");
		if (st->sort != NULL) {
			sql_sort_key(sql, st->sort, "c");
			buf_addz(sql, st->sort_desc ? " desc, " : ", ");
		}
		buf_addz(sql, "c.id");
		return;
	}
	buf_addz(sql, "(values ");
	for (i = 0; i < b->k->nheads; i++)
		buf_printf(sql, "%s(%zu, '%s')", i > 0 ? ", " : "", i,
		    b->k->heads[i].code);
	buf_addz(sql, ") v(i, code)");
	if (st != NULL) {
		buf_addz(sql, " left join ");
		sql_table(sql, st);
		buf_addz(sql, " c on ");
		sql_company(sql, st, "c");
		buf_addz(sql, " and ");
		sql_ident(sql, "c", b->k->stage->column);
		buf_addz(sql, "::text = v.code");
		if (st->soft)
			buf_addz(sql, " and c.deleted_at is null");
	}
	counts_sql(sql, b, scopes, where);
	buf_addz(sql, "v.code order by v.i");
}

static const char *
text_of(struct req *r, PGresult *res, int row, int col)
{
	return PQgetisnull(res, row, col) ? NULL :
	    arena_strdup(r->arena, PQgetvalue(res, row, col));
}

static void
heads_rows(struct req *r, PGresult *res)
{
	struct board	*b = r->state;
	struct column	*c;
	size_t		 i;
	int		 row, n = PQntuples(res);

	b->columns = arena_array(r->arena, (size_t)n + 1, sizeof *b->columns);
	b->ncolumns = (size_t)n;
	for (row = 0; row < n; row++) {
		c = &b->columns[row];
		c->value = text_of(r, res, row, 0);
		c->title = b->k->by->ref != NULL ? text_of(r, res, row, 1) :
		    label_text(&b->k->heads[row].label, req_lang(r));
		c->color = text_of(r, res, row, 2);
		c->limit = text_of(r, res, row, 3);
		c->rule = text_of(r, res, row, 4);
		c->days = text_of(r, res, row, 5);
		c->count = text_of(r, res, row, 6);
		c->sums = arena_array(r->arena, b->nsums + 1, sizeof *c->sums);
		for (i = 0; i < b->nsums; i++)
			c->sums[i] = text_of(r, res, row, 7 + (int)i);
	}
}

/* --- The cards ------------------------------------------------------------- */

/* A window of one column's cards. */
static void
column_sql(struct buf *sql, struct params *p, const struct board *b,
    const char *value, unsigned scopes, const char *where)
{
	const char	*order = b->k->order, *dir = b->back ? " desc" : "";

	buf_addz(sql, "(select t.*");
	list_base_sql(sql, b->d, scopes);
	buf_addz(sql, where);
	buf_addz(sql, " and ");
	sql_ident(sql, "t", b->k->by->column);
	buf_printf(sql, " = %s", value);
	if (b->id != NULL) {
		buf_printf(sql, " and (t.\"%s\", t.id) %s (", order,
		    b->back ? "<" : ">");
		param(sql, p, b->key);
		buf_addz(sql, ", ");
		param(sql, p, b->id);
		buf_addz(sql, "::uuid)");
	}
	buf_printf(sql, " order by t.\"%s\"%s, t.id%s limit %" PRId64 ")",
	    order, dir, dir, b->limit + 1);
}

/* Those that were asked for, in whatever column they are. */
static void
ids_sql(struct buf *sql, const struct board *b, unsigned scopes,
    const char *where)
{
	size_t	i;

	buf_addz(sql, "(select t.*");
	list_base_sql(sql, b->d, scopes);
	buf_addz(sql, where);
	buf_addz(sql, " and ");
	sql_ident(sql, "t", b->k->by->column);
	if (b->k->by->ref != NULL)
		buf_addz(sql, " is not null)");
	else {
		buf_addz(sql, " in (");
		for (i = 0; i < b->k->nheads; i++)
			buf_printf(sql, "%s'%s'", i > 0 ? ", " : "",
			    b->k->heads[i].code);
		buf_addz(sql, "))");
	}
}

static void
columns_sql(struct buf *sql, struct params *p, struct board *b,
    unsigned scopes, const char *where)
{
	const struct def	*st = b->k->stages;
	struct buf		 value = BUF_INIT;
	size_t			 i;

	if (b->ids)
		ids_sql(sql, b, scopes, where);
	else if (b->column != NULL) {
		param(&value, p, b->column);
		column_sql(sql, p, b, buf_text(&value), scopes, where);
	} else if (b->k->by->ref != NULL) {
		buf_addz(sql, "(select t.* from ");
		sql_table(sql, st);
		buf_addz(sql, " c cross join lateral ");
		column_sql(sql, p, b, "c.id", scopes, where);
		buf_addz(sql, " t where ");
		sql_company(sql, st, "c");
		if (st->soft)
			buf_addz(sql, " and c.deleted_at is null");
		buf_addz(sql, ")");
	} else for (i = 0; i < b->k->nheads; i++) {
		buf_clear(&value);
		buf_printf(&value, "'%s'", b->k->heads[i].code);
		buf_addz(sql, i > 0 ? " union all " : "");
		column_sql(sql, p, b, buf_text(&value), scopes, where);
	}
	buf_free(&value);
}

static void
cards_sql(struct req *r, struct buf *sql, struct params *p, struct board *b,
    unsigned scopes, const char *where)
{
	buf_addz(sql, "select ");
	b->q->joined = true;
	sql_select(sql, b->q, b->d, &b->fields, "t", query_arena(b->q, r));
	buf_printf(sql, ", t.\"%s\", t.\"%s\"::text from (", b->k->order,
	    b->k->by->column);
	columns_sql(sql, p, b, scopes, where);
	buf_addz(sql, ") t");
	sql_joins(sql, b->d, &b->fields, "t");
	buf_printf(sql, " order by t.\"%s\", t.id", b->k->order);
}

/* --- The reply ------------------------------------------------------------- */

static void
put_number(struct cbw *w, const char *key, const char *text)
{
	if (text != NULL)
		cbw_kv_int(w, key, strtoll(text, NULL, 10));
}

static void
put_head(struct cbw *w, const struct board *b, const struct column *c)
{
	size_t	i;

	cbw_kv_text(w, "value", c->value);
	if (c->title != NULL)
		cbw_kv_text(w, "title", c->title);
	if (c->color != NULL)
		cbw_kv_text(w, "color", c->color);
	if (c->limit != NULL && c->rule != NULL) {
		put_number(w, "limit", c->limit);
		cbw_kv_text(w, "rule", c->rule);
	}
	put_number(w, "days", c->days);
	put_number(w, "count", c->count);
	if (c->count == NULL)
		return;
	cbw_key(w, "sums");
	cbw_array(w, (uint32_t)b->nsums);
	for (i = 0; i < b->nsums; i++)
		value_write(field_type(b->sums[i]), w, c->sums[i]);
}

/* The cards of this column, which stand in the order of all. */
static void
put_cards(struct req *r, struct cbw *w, const struct board *b,
    const struct column *c, PGresult *res)
{
	int		 order = (int)b->q->ncols, i, n = PQntuples(res);
	int64_t		 sent = 0;
	bool		 more = false;
	unsigned	 k;

	cbw_key(w, "rows");
	cbw_array_begin(w);
	/* One more was asked for, which tells that there are further ones:
	 * going back it is the first. */
	i = b->back && n > b->limit ? 1 : 0;
	more = i > 0;
	for (; i < n; i++) {
		if (strcmp(PQgetvalue(res, i, order + 1), c->value) != 0)
			continue;
		if (!b->ids && sent == b->limit) {
			more = true;
			break;
		}
		cbw_array(w, b->q->ncols + 1);
		for (k = 0; k < b->q->ncols; k++)
			row_value(r, w, b->q, res, i, k);
		cbw_textz(w, PQgetvalue(res, i, order));
		sent++;
	}
	cbw_array_end(w);
	cbw_kv_bool(w, "more", more);
}

static void
cards_rows(struct req *r, PGresult *res)
{
	struct board	*b = r->state;
	struct cbw	*w = req_out(r);
	size_t		 i;
	unsigned	 k;

	if (b->column != NULL) {
		b->columns = arena_alloc(r->arena, sizeof *b->columns);
		b->columns->value = b->column;
		b->ncolumns = 1;
	}
	cbw_map(w, 3);
	cbw_key(w, "columns");
	cbw_array(w, b->q->ncols + 1);
	for (k = 0; k < b->q->ncols; k++)
		cbw_textz(w, b->q->names[k]);
	cbw_textz(w, "order");
	cbw_key(w, "sums");
	cbw_array(w, (uint32_t)b->nsums);
	for (i = 0; i < b->nsums; i++)
		cbw_textz(w, b->sums[i]->name);
	cbw_key(w, "board");
	cbw_array(w, (uint32_t)b->ncolumns);
	for (i = 0; i < b->ncolumns; i++) {
		cbw_map_begin(w);
		put_head(w, b, &b->columns[i]);
		put_cards(r, w, b, &b->columns[i], res);
		cbw_map_end(w);
	}
}

/* --- board ----------------------------------------------------------------- */

/* Filters, search and ids, as conditions of both statements. */
static bool
where_sql(struct req *r, const struct board *b, struct buf *where,
    struct params *p, bool ids, bool *plain)
{
	const char *const	*id;
	struct buf		 list = BUF_INIT;
	bool			 filtered, searched;
	size_t			 n, i;

	p->r = r;
	if (!filter_sql(r, b->d, where, p, &filtered) ||
	    !search_sql(r, b->d, where, p, &searched))
		return false;
	*plain = !filtered && !searched;
	if (!ids || !b->ids)
		return true;
	id = req_uuids(r, "ids", &n);
	buf_addz(&list, "{");
	for (i = 0; i < n; i++)
		buf_printf(&list, "%s%s", i > 0 ? "," : "", id[i]);
	buf_addz(&list, "}");
	buf_addz(where, " and t.id = any(");
	param(where, p, arena_strdup(r->arena, buf_text(&list)));
	buf_addz(where, "::uuid[])");
	buf_free(&list);
	return true;
}

static bool
ask_heads(struct req *r, struct board *b, unsigned scopes)
{
	struct params	*p = arena_alloc(r->arena, sizeof *p);
	struct buf	 where = BUF_INIT, sql = BUF_INIT;
	struct query	*q;
	const char	*key;
	bool		 plain, good;

	good = where_sql(r, b, &where, p, false, &plain);
	if (good) {
		key = plain ? req_printf(r, "h%zu/%x", b->nsums, scopes) :
		    NULL;
		if (key == NULL || (q = query_find(b->d, key)) == NULL) {
			q = query_new(r, b->d, key);
			heads_sql(&sql, b, scopes, buf_text(&where));
			query_sql(q, r, &sql);
		}
		req_query(r, &q->stmt, p->n, p->v, heads_rows);
	}
	buf_free(&where);
	return good;
}

void
record_board(struct req *r)
{
	struct board	*b = arena_alloc(r->arena, sizeof *b);
	struct params	*p = arena_alloc(r->arena, sizeof *p);
	struct buf	 where = BUF_INIT, sql = BUF_INIT;
	unsigned	 scopes;
	bool		 plain;
	const char	*key = NULL;

	b->d = req_def(r);
	b->k = b->d->kanban;
	r->state = b;
	if (!read_window(r, b) || !chosen_fields(r, b->d, &b->fields))
		return;
	seen_sums(r, b);
	scopes = scope_bits(r, b->d, OP_VIEW);
	if (b->column == NULL && !ask_heads(r, b, scopes))
		return;
	if (where_sql(r, b, &where, p, true, &plain)) {
		/* those that the client asks for; kept ones are few */
		if (plain && (b->limit == BOARD_CARDS || b->limit == 60 ||
		    b->limit == BOARD_MAX))
			key = req_printf(r, "%s/%" PRId64 "%s%s%s%s",
			    fields_key(r, 'b', &b->fields, scopes), b->limit,
			    b->ids ? "i" : "", b->column != NULL ? "c" : "",
			    b->id != NULL ? "k" : "", b->back ? "b" : "");
		if (key != NULL && (b->q = query_find(b->d, key)) != NULL) {
			columns_sql(&sql, p, b, scopes, "");
			buf_free(&sql);		/* only its parameters */
		} else {
			b->q = query_new(r, b->d, key);
			cards_sql(r, &sql, p, b, scopes, buf_text(&where));
			query_sql(b->q, r, &sql);
		}
		req_query(r, &b->q->stmt, p->n, p->v, cards_rows);
	}
	buf_free(&where);
}
