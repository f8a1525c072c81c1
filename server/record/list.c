/*
 * list.c - list, count and lookup. A list by a field that sorts is an index
 * scan; the cursor is the last row's sort value and id, so that the next page
 * costs what the first did. Without search and filters the statement is
 * prepared and pinned; with them it is planned with its values.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/hex.h"
#include "lib/proto.h"
#include "server/record/engine.h"

struct listing {
	const struct def	*d;
	struct fieldset		 fields;
	const struct field	*sort;
	bool			 desc;
	const char		*words;		/* sorted by how near they are */
	int64_t			 limit;
	const char		*after_value;	/* NULL: first page */
	const char		*after_id;
	bool			 named;	/* people by names.c, not by a join */
	struct names		*names;
	struct query		*q;
};

/* --- Arguments ------------------------------------------------------------- */

static bool
read_sort(struct req *r, struct listing *l)
{
	const char	*s = req_text(r, "sort");

	l->sort = l->d->sort;
	l->desc = l->d->sort_desc;
	if (s == NULL)
		return true;
	l->desc = s[0] == '-';
	if (l->d->words && strcmp(s + l->desc, "words") == 0 &&
	    req_text(r, "search") != NULL) {
		l->words = req_text(r, "search");
		l->sort = NULL;
		l->desc = !l->desc;	/* the nearest come first */
		return true;
	}
	l->sort = def_field(l->d, s + l->desc);
	if (l->sort == NULL || (l->sort->see != NULL &&
	    !req_may(r, l->sort->see))) {
		req_bad(r, "sort", "record.no_field", "field", s + l->desc,
		    NULL);
		return false;
	}
	if (!l->sort->sort) {
		req_bad(r, "sort", "record.no_sort", "field",
		    label_text(&l->sort->label, req_lang(r)), NULL);
		return false;
	}
	return true;
}

static bool
read_limit(struct req *r, int64_t *limit, int64_t def, int64_t max)
{
	*limit = def;
	if (!req_has(r, "limit"))
		return true;
	*limit = req_int(r, "limit");
	if (*limit >= 1 && *limit <= max)
		return true;
	req_bad(r, "limit", "record.limit", "max",
	    req_printf(r, "%" PRId64, max), NULL);
	return false;
}

static const char *
sort_name(struct req *r, const struct listing *l)
{
	return req_printf(r, "%s%s", l->desc ? "-" : "", l->words != NULL ?
	    " " : l->sort != NULL ? l->sort->name : "");
}

/* A cursor is the sort it belongs to, the value and the id, by US signs. */
static bool
read_after(struct req *r, struct listing *l)
{
	const char	*token = req_text(r, "after");
	char		*plain, *value, *id;
	struct uuid	 uuid;
	size_t		 len;

	if (token == NULL)
		return true;
	plain = arena_alloc(r->arena, strlen(token) + 1);
	if (!base64_decode(token, strlen(token), plain, strlen(token), &len))
		goto bad;
	plain[len] = '\0';
	if (strlen(plain) != len || (value = strchr(plain, 0x1f)) == NULL ||
	    (id = strrchr(plain, 0x1f)) == value)
		goto bad;
	*value++ = '\0';
	*id++ = '\0';
	if (strcmp(plain, sort_name(r, l)) != 0 ||
	    !uuid_parse(id, strlen(id), &uuid))
		goto bad;
	l->after_value = value;
	l->after_id = id;
	return true;
bad:
	req_bad(r, "after", "record.after", NULL);
	return false;
}

static void
put_next(struct req *r, struct cbw *w, const struct listing *l,
    PGresult *res, int row)
{
	struct buf	 b = BUF_INIT;
	const char	*value;
	char		*token;
	int		 col = l->q->sort_col;

	if (l->sort == NULL && l->words == NULL)
		value = "";
	else if (PQgetisnull(res, row, col))
		value = sort_last(l->sort);
	else
		value = PQgetvalue(res, row, col);
	buf_printf(&b, "%s\x1f%s\x1f%s", sort_name(r, l), value,
	    PQgetvalue(res, row, 0));
	token = arena_alloc(r->arena, BASE64_LEN(buf_len(&b)) + 1);
	base64_encode(buf_data(&b), buf_len(&b), token);
	buf_free(&b);
	cbw_kv_text(w, "next", token);
}

/* --- The statement --------------------------------------------------------- */

static void
order_sql(struct buf *b, const struct listing *l)
{
	const char	*dir = l->desc ? " desc" : "";

	buf_addz(b, " order by ");
	if (l->words != NULL)
		buf_printf(b, "m.rank%s, ", dir);
	else if (l->sort != NULL) {
		sql_sort_key(b, l->sort, "t");
		buf_printf(b, "%s, ", dir);
	}
	buf_printf(b, "t.id%s limit %" PRId64, dir, l->limit + 1);
}

static void
after_sql(struct buf *b, struct params *p, const struct listing *l)
{
	const char	*sign = l->desc ? "<" : ">";

	if (l->after_id == NULL)
		return;
	if (l->sort == NULL && l->words == NULL) {
		buf_printf(b, " and t.id %s ", sign);
		param(b, p, l->after_id);
		return;
	}
	buf_addz(b, " and (");
	if (l->words != NULL)
		buf_addz(b, "m.rank");
	else
		sql_sort_key(b, l->sort, "t");
	buf_printf(b, ", t.id) %s (", sign);
	param(b, p, l->after_value);
	buf_addz(b, ", ");
	param(b, p, l->after_id);
	buf_addz(b, ")");
}

static void
base_sql(struct buf *b, const struct def *d, unsigned scopes,
    const struct fieldset *joined, const char *words)
{
	buf_printf(b, " from konak.\"%s\" t", d->base != NULL ? d->base :
	    d->table);
	if (words != NULL)
		buf_printf(b, " join konak.\"%s_matching\"(%s) m "
		    "on m.id = t.id", d->table, words);
	if (joined != NULL)
		sql_joins(b, d, joined, "t");
	buf_addz(b, " where ");
	sql_company(b, d, "t");
	if (d->soft)
		buf_addz(b, " and t.deleted_at is null");
	sql_scopes(b, d, scopes);
}

void
list_base_sql(struct buf *b, const struct def *d, unsigned scopes)
{
	base_sql(b, d, scopes, NULL, NULL);
}

/* The sort key's own column, or one more that is not sent. */
static void
sort_column(struct buf *b, struct listing *l)
{
	unsigned	i;

	if (l->words != NULL) {
		buf_addz(b, ", m.rank::text");
		l->q->sort_col = (int)l->q->ncols;
	}
	if (l->sort == NULL)
		return;
	for (i = 0; i < l->q->ncols; i++)
		if (strcmp(l->q->names[i], l->sort->name) == 0) {
			l->q->sort_col = (int)i;
			return;
		}
	buf_addz(b, ", ");
	if (l->sort->custom)
		sql_custom(b, l->sort, "t");
	else
		sql_ident(b, "t", l->sort->column);
	l->q->sort_col = (int)l->q->ncols;
}

/* What the sentences of this type are made from comes after all else. */
static void
sentence_columns(struct buf *b, struct listing *l)
{
	const struct record_sentence	*s = record_sentence(l->d);
	unsigned			 i;

	if (s == NULL)
		return;
	for (i = 0; i < l->q->ncols; i++)
		if (l->q->types[i] == VALUE_SENTENCE)
			break;
	if (i == l->q->ncols)
		return;
	buf_addz(b, ", ");
	s->columns(b);
	l->q->sentence = s->put;
}

static const char *
list_key(struct req *r, const struct listing *l, unsigned scopes)
{
	return req_printf(r, "l%" PRIx64 ".%" PRIx64 ".%" PRIx64 ".%" PRIx64
	    "/%s/%d/%" PRId64 "/%x%s", l->fields.bits[0], l->fields.bits[1],
	    l->fields.bits[2], l->fields.bits[3], sort_name(r, l),
	    l->after_id != NULL, l->limit, scopes, l->named ? "n" : "");
}

/*
 * Rows of the company and of the group: the keys of a page of each by its own
 * index, then the first of both. One condition for the two would sort
 * everything; and what a view works out for a row, it works out for the page
 * alone.
 */
static void
both_sql(struct buf *b, const struct listing *l, const char *rest)
{
	static const char *const owner[] = { "konak.company()",
	    "konak.group_company()" };
	int	i;

	buf_addz(b, " from (");
	for (i = 0; i < 2; i++) {
		buf_printf(b, "%s(select t.company_id, t.id", i > 0 ?
		    " union all " : "");
		if (l->sort != NULL) {
			buf_addz(b, ", ");
			sql_ident(b, "t", l->sort->column);
		}
		buf_printf(b, " from konak.\"%s\" t where t.company_id = "
		    "(select %s)%s)", l->d->base, owner[i], rest);
	}
	/* offset 0: looked up row by row, not joined with all there are */
	buf_addz(b, ") k cross join lateral (select t.* from ");
	sql_table(b, l->d);
	buf_addz(b, " t where t.company_id = k.company_id and t.id = k.id");
	if (l->sort != NULL)
		buf_printf(b, " and t.\"%s\" %s k.\"%s\"", l->sort->column,
		    l->sort->required ? "=" : "is not distinct from",
		    l->sort->column);
	buf_addz(b, " offset 0) t");
	order_sql(b, l);
}

static void
joined_fields(const struct listing *l, struct fieldset *set)
{
	size_t	i;

	memset(set, 0, sizeof *set);
	for (i = 0; i < l->d->nfields; i++)
		if (fieldset_has(&l->fields, l->d->fields[i]->index) &&
		    !(l->named && field_named(l->d->fields[i])))
			fieldset_add(set, l->d->fields[i]->index);
}

/*
 * By a field that a company has added no index sorts: the page is the best of
 * all there are. Only keys are looked at for that, and what a row shows is read
 * for the page alone.
 */
static void
own_sql(struct buf *b, const struct listing *l, unsigned scopes,
    const struct fieldset *joins, const char *rest)
{
	const char	*dir = l->desc ? " desc" : "";

	buf_addz(b, " from (select t.company_id, t.id, ");
	sql_sort_key(b, l->sort, "t");
	buf_addz(b, " as key");
	base_sql(b, l->d, scopes, NULL, NULL);
	buf_printf(b, "%s) page join konak.\"%s\" t on "
	    "t.company_id = page.company_id and t.id = page.id", rest,
	    l->d->table);
	sql_joins(b, l->d, joins, "t");
	buf_printf(b, " order by page.key%s, page.id%s", dir, dir);
}

static void
list_sql(struct req *r, struct listing *l, struct buf *b, const char *where,
    struct params *p, unsigned scopes)
{
	struct buf	rest = BUF_INIT, words = BUF_INIT;
	struct fieldset	joins;

	if (l->words != NULL)
		param(&words, p, l->words);
	buf_addz(b, "select ");
	l->q->joined = l->d->owner != OWNER_BOTH;
	l->q->named = l->named;
	sql_select(b, l->q, l->d, &l->fields, "t", query_arena(l->q, r));
	sort_column(b, l);
	sentence_columns(b, l);
	buf_addz(&rest, where);
	after_sql(&rest, p, l);
	order_sql(&rest, l);
	if (l->d->owner == OWNER_BOTH)
		both_sql(b, l, buf_text(&rest));
	else {
		joined_fields(l, &joins);
		if (l->sort != NULL && l->sort->custom)
			own_sql(b, l, scopes, &joins, buf_text(&rest));
		else {
			base_sql(b, l->d, scopes, &joins, l->words != NULL ?
			    buf_text(&words) : NULL);
			buf_addz(b, buf_text(&rest));
		}
	}
	buf_free(&rest);
	buf_free(&words);
}

/* --- list ------------------------------------------------------------------ */

static void
list_rows(struct req *r, PGresult *res)
{
	struct listing	*l = r->state;
	struct cbw	*w = req_out(r);
	int		 n = PQntuples(res), rows, i;

	rows = n > l->limit ? (int)l->limit : n;
	if (!names_read(r, l->q, res, rows, &l->names)) {
		req_again(r);	/* now with the join: they are not ready */
		return;
	}
	cbw_room(w, PQresultMemorySize(res) / 2);
	cbw_map(w, 3);
	cbw_key(w, "columns");
	row_columns(w, l->q);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)rows);
	for (i = 0; i < rows; i++)
		row_array(r, w, l->q, l->names, res, i);
	if (n > rows)
		put_next(r, w, l, res, rows - 1);
	else
		cbw_kv_null(w, "next");
}

void
record_list(struct req *r)
{
	struct listing	*l = arena_alloc(r->arena, sizeof *l);
	struct params	*p = arena_alloc(r->arena, sizeof *p);
	struct buf	 where = BUF_INIT, b = BUF_INIT;
	unsigned	 scopes;
	bool		 filtered = false, searched = false;
	const char	*key;

	l->d = req_def(r);
	p->r = r;
	r->state = l;
	if (!read_sort(r, l) || !read_limit(r, &l->limit, PROTO_LIST_DEFAULT,
	    req_has(r, "export") ? PROTO_EXPORT_MAX : PROTO_LIST_MAX) || !read_after(r, l) ||
	    !chosen_fields(r, l->d, &l->fields) ||
	    !filter_sql(r, l->d, &where, p, &filtered) ||
	    (l->words == NULL &&
	    !search_sql(r, l->d, &where, p, &searched))) {
		buf_free(&where);
		return;
	}
	l->named = names_wanted(r, l->d, &l->fields);
	scopes = scope_bits(r, l->d, OP_VIEW);
	key = filtered || searched || l->words != NULL ? NULL : list_key(r, l, scopes);
	if (key != NULL && (l->q = query_find(l->d, key)) != NULL) {
		after_sql(&b, p, l);	/* only its parameters */
		buf_free(&b);
	} else {
		l->q = query_new(r, l->d, key);
		list_sql(r, l, &b, buf_text(&where), p, scopes);
		query_sql(l->q, r, &b);
	}
	buf_free(&where);
	req_query(r, &l->q->stmt, p->n, p->v, list_rows);
}

/* --- count ----------------------------------------------------------------- */

static void
count_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	long		 n = strtol(PQgetvalue(res, 0, 0), NULL, 10);
	bool		 more = n > PROTO_COUNT_MAX;

	cbw_map(w, 2);
	cbw_kv_int(w, "count", more ? PROTO_COUNT_MAX : n);
	cbw_kv_bool(w, "more", more);
}

void
record_count(struct req *r)
{
	const struct def	*d = req_def(r);
	struct params		*p = arena_alloc(r->arena, sizeof *p);
	struct buf		 b = BUF_INIT, where = BUF_INIT;
	struct query		*q;
	const char		*key = NULL;
	unsigned		 scopes;
	bool			 filtered, searched;

	p->r = r;
	if (!filter_sql(r, d, &where, p, &filtered) ||
	    !search_sql(r, d, &where, p, &searched)) {
		buf_free(&where);
		return;
	}
	scopes = scope_bits(r, d, OP_VIEW);
	if (totals_wanted(r)) {
		totals_query(r, d, scopes, buf_text(&where), p);
		buf_free(&where);
		return;
	}
	if (!filtered && !searched)
		key = req_printf(r, "c/%x", scopes);
	if (key == NULL || (q = query_find(d, key)) == NULL) {
		q = query_new(r, d, key);
		buf_addz(&b, "select count(*) from (select 1");
		base_sql(&b, d, scopes, NULL, NULL);
		buf_addz(&b, buf_text(&where));
		buf_printf(&b, " limit %d) s", PROTO_COUNT_MAX + 1);
		query_sql(q, r, &b);
	}
	buf_free(&where);
	req_query(r, &q->stmt, p->n, p->v, count_rows);
}

/* --- lookup ---------------------------------------------------------------- */

static void
lookup_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	int		 n = PQntuples(res), i;

	cbw_map(w, 2);
	cbw_key(w, "columns");
	cbw_array(w, 3);
	cbw_textz(w, "id");
	cbw_textz(w, "title");
	cbw_textz(w, "hint");
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)n);
	for (i = 0; i < n; i++) {
		cbw_array(w, 3);
		cbw_uuidz(w, PQgetvalue(res, i, 0));
		value_write(VALUE_TEXT, w, PQgetisnull(res, i, 1) ? NULL :
		    PQgetvalue(res, i, 1));
		value_write(VALUE_TEXT, w, PQgetisnull(res, i, 2) ? NULL :
		    PQgetvalue(res, i, 2));
	}
}

static const char *
ids_literal(struct req *r)
{
	const char *const	*ids;
	struct buf		 b = BUF_INIT;
	const char		*s;
	size_t			 n, i;

	ids = req_uuids(r, "ids", &n);
	buf_addz(&b, "{");
	for (i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i > 0 ? "," : "", ids[i]);
	buf_addz(&b, "}");
	s = arena_strdup(r->arena, buf_text(&b));
	buf_free(&b);
	return s;
}

/* Who may choose records of a type without seeing them finds them by their
 * names alone: neither filters nor the search column, which knows more. */
static void
title_search(struct req *r, const struct def *d, struct buf *b,
    struct params *p)
{
	const char	*text = req_text(r, "search");

	if (text == NULL)
		return;
	buf_addz(b, " and konak.fold(");
	record_title_sql(b, d, "t");
	buf_addz(b, ") like '%' || replace(replace(replace(konak.fold(");
	param(b, p, text);
	buf_addz(b, "), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'");
}

/* Whether names are all that is read. Who may see all people of the group
 * chooses among the company's, too: its records take no others. */
static bool
lookup_named(const struct req *r, const struct def *d)
{
	return sql_by_name(r, d) || (d->names != NULL &&
	    !req_has(r, "filter") &&
	    (req_has(r, "ids") || d->owner != OWNER_SELF));
}

static bool
lookup_where(struct req *r, const struct def *d, struct buf *b,
    struct params *p)
{
	bool	any;

	if (!lookup_named(r, d) && d->perm[OP_VIEW].need != NULL &&
	    req_may(r, d->perm[OP_VIEW].need)) {
		if (!filter_sql(r, d, b, p, &any))
			return false;
		if (d->nsearch > 0)
			return search_sql(r, d, b, p, &any);
		title_search(r, d, b, p);
		return true;
	}
	if (req_has(r, "filter")) {
		req_fail(r, ERR_DENIED, "filter", "record.filter_denied",
		    NULL);
		return false;
	}
	title_search(r, d, b, p);
	return true;
}

/* Deleted ones, and those no longer active, are named when asked for by id,
 * and never offered; whom of its people a company offers to whom is said by
 * the view of them (0443). */
static void
lookup_from(struct req *r, const struct def *d, struct buf *b,
    struct params *p)
{
	const struct field	*active = def_field(d, "is_active");
	bool			 ids = req_has(r, "ids"), named;

	named = lookup_named(r, d);
	buf_printf(b, " from konak.\"%s%s\" t where ", named ? d->names :
	    d->table, named && !ids && d->owner != OWNER_SELF ? "_offered" :
	    "");
	if (named && d->owner != OWNER_SELF)
		buf_printf(b, "t.company_id = (select konak.%s())", ids ?
		    "register" : "company");
	else
		sql_company(b, d, "t");
	sql_scopes(b, d, scope_bits(r, d, OP_LOOKUP));
	if (ids) {
		buf_addz(b, " and t.id = any(");
		param(b, p, ids_literal(r));
		buf_addz(b, ")");
	} else if (named)
		buf_addz(b, " and t.offered");
	else if (d->soft)
		buf_addz(b, " and t.deleted_at is null");
	if (!ids && !named && active != NULL &&
	    field_type(active) == VALUE_BOOL) {
		buf_addz(b, " and ");
		sql_ident(b, "t", active->column);
	}
}

void
record_lookup(struct req *r)
{
	const struct def	*d = req_def(r);
	struct params		*p = arena_alloc(r->arena, sizeof *p);
	struct buf		 b = BUF_INIT;
	struct query		*q = query_new(r, d, NULL);
	int64_t			 limit;

	p->r = r;
	if (!read_limit(r, &limit, 20, PROTO_LIST_MAX))
		return;
	buf_addz(&b, "select t.id, ");
	record_title_sql(&b, d, "t");
	buf_addz(&b, ", ");
	if (d->hint != NULL) {
		sql_ident(&b, "t", d->hint->column);
		buf_addz(&b, "::text");
	} else
		buf_addz(&b, "null");
	lookup_from(r, d, &b, p);
	if (!lookup_where(r, d, &b, p)) {
		buf_free(&b);
		return;
	}
	buf_addz(&b, " order by ");
	if (d->ntitle > 0 && d->title[0]->sort) {
		sql_sort_key(&b, d->title[0], "t");
		buf_addz(&b, ", ");
	} else
		buf_addz(&b, "2, ");
	buf_printf(&b, "t.id limit %" PRId64, limit);
	query_sql(q, r, &b);
	req_query(r, &q->stmt, p->n, p->v, lookup_rows);
}
