/*
 * many.c - one change of many records, and many into the bin: in rounds of one
 * transaction, with progress, as one act with one undo. A row that is stale,
 * forbidden or invalid is told and the rest goes through; or nothing does, as
 * the caller chose.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/json.h"
#include "lib/proto.h"
#include "server/record/engine.h"

#define ROUND		1000	/* records a statement */

struct many {
	const struct def	*d;
	struct save		*save;		/* NULL: into the bin */
	const char		*values;	/* JSON of the columns */
	const char		**ids, **versions;
	size_t			 n, next;
	int64_t			 done;
	struct failed		 failed;
	struct query		*round;
	bool			 whole;
};

/* --- What failed ------------------------------------------------------------ */

/* An encoded array of the reply. */
struct failed_row {
	struct failed_row	*next;
	const uint8_t		*raw;
	size_t			 len;
};

void
failed_add(struct req *r, struct failed *f, const char *id, const char *title,
    const struct req_words *words)
{
	struct buf		 b = BUF_INIT;
	struct cbw		 w;
	struct failed_row	*row;

	f->all++;
	if (f->n == FAILED_MAX)
		return;
	f->n++;
	cbw_init(&w, &b);
	cbw_array(&w, 4);
	cbw_uuidz(&w, id);
	cbw_textz(&w, title);
	cbw_textz(&w, words->code);
	cbw_textz(&w, words->text);
	row = arena_alloc(r->arena, sizeof(*row));
	*row = (struct failed_row){ NULL,
	    arena_memdup(r->arena, buf_data(&b), buf_len(&b)), buf_len(&b) };
	buf_free(&b);
	if (f->last == NULL)
		f->first = row;
	else
		f->last->next = row;
	f->last = row;
}

void
failed_put(struct cbw *w, struct failed *f)
{
	static const char *const columns[] = { "id", "title", "code", "text" };
	const struct failed_row	*row;
	size_t			 i;

	cbw_key(w, "columns");
	cbw_array(w, 4);
	for (i = 0; i < 4; i++)
		cbw_textz(w, columns[i]);
	cbw_key(w, "rows");
	cbw_array(w, f->n);
	for (row = f->first; row != NULL; row = row->next)
		cbw_raw(w, row->raw, row->len);
}

void
failed_words(struct req *r, PGresult *res, int row, int col,
    struct req_words *words)
{
	struct db_error	 e = { .message = PQgetvalue(res, row, col + 1) };
	const char	**texts[] = { &e.table, &e.constraint, &e.column,
	    &e.detail };
	int		 i;

	snprintf(e.sqlstate, sizeof e.sqlstate, "%s",
	    PQgetvalue(res, row, col));
	for (i = 0; i < 4; i++)
		if (PQgetlength(res, row, col + 2 + i) > 0)
			*texts[i] = PQgetvalue(res, row, col + 2 + i);
	req_words(r, &e, words);
}

/* --- Arguments --------------------------------------------------------------- */

static bool
read_ids(struct req *r, struct many *m)
{
	const char *const	*ids;
	struct cbr		 in;
	uint32_t		 n;
	int64_t			 version;
	size_t			 i;

	ids = req_uuids(r, "ids", &m->n);
	m->ids = arena_array(r->arena, m->n, sizeof *m->ids);
	m->versions = arena_array(r->arena, m->n, sizeof *m->versions);
	for (i = 0; i < m->n; i++)
		m->ids[i] = ids[i];
	if (!req_any(r, "versions", &in) || !cbr_array(&in, &n) ||
	    n != m->n) {
		req_bad(r, "versions", "many.versions", NULL);
		return false;
	}
	for (i = 0; i < m->n; i++) {
		if (!cbr_int(&in, &version)) {
			req_bad(r, "versions", "many.versions", NULL);
			return false;
		}
		m->versions[i] = req_printf(r, "%" PRId64, version);
	}
	return true;
}

struct save *
save_set(struct req *r, const struct def *d)
{
	struct save		*s = arena_alloc(r->arena, sizeof *s);
	struct cbr		 in, value;
	const struct field	*f;
	const char		*name;
	const uint8_t		*raw;
	uint32_t		 n, i;
	size_t			 len, rawlen, k;

	s->values.def = d;
	s->values.v = arena_array(r->arena, d->nfields, sizeof *s->values.v);
	if (!req_any(r, "set", &in) || !cbr_map(&in, &n) || n == 0) {
		req_bad(r, "set", "many.set", NULL);
		return NULL;
	}
	for (i = 0; i < n; i++) {
		if (!cbr_text(&in, &name, &len) ||
		    !cbr_raw(&in, &raw, &rawlen))
			return NULL;
		cbr_init(&value, raw, rawlen);
		if (!save_read(r, arena_strndup(r->arena, name, len), &value,
		    s))
			return NULL;
	}
	/* A secret is compared by its own verbs. */
	for (i = 0; i < d->nfields; i++)
		if (field_type(d->fields[i]) == VALUE_SECRET)
			s->values.v[i].given = false;
	/* Which record may be chosen then depends on what each row holds. */
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		for (k = 0; s->values.v[i].given && k < f->nmatch; k++)
			if (!s->values.v[f->match[k].own->index].given)
				req_bad(r, f->name, "many.one_by_one", NULL);
	}
	return req_failed(r) ? NULL : s;
}

/* A set is kept as an array among a company's own fields. */
static json_t *
value_json(const struct field *f, const char *text)
{
	struct buf	 b = BUF_INIT, json = BUF_INIT;
	struct cbw	 w;
	json_t		*v = NULL;

	if (text == NULL)
		return json_null();
	if (!f->custom || field_type(f) != VALUE_CHOICES)
		return json_string(text);
	cbw_init(&w, &b);
	value_write(field_type(f), &w, text);
	if (json_from_cbor(&json, buf_data(&b), buf_len(&b), 0))
		v = json_loads(buf_text(&json), 0, NULL);
	buf_free(&b);
	buf_free(&json);
	return v;
}

const char *
save_json(struct req *r, const struct save *s)
{
	json_t			*o = json_object(), *own = json_object();
	const struct field	*f;
	const char		*out;
	char			*text;
	size_t			 i;

	for (i = 0; i < s->values.def->nfields; i++) {
		f = s->values.def->fields[i];
		if (s->values.v[i].given)
			json_object_set_new(f->custom ? own : o, f->column,
			    value_json(f, s->values.v[i].text));
	}
	if (json_object_size(own) > 0)
		json_object_set(o, "custom", own);
	json_decref(own);
	text = json_dumps(o, JSON_COMPACT);
	out = arena_strdup(r->arena, text);
	free(text);
	json_decref(o);
	return out;
}

/* --- Rounds -------------------------------------------------------------------- */

static void
many_reply(struct req *r, struct many *m)
{
	struct cbw	*w = req_out(r);
	bool		 nothing = m->whole && m->failed.all > 0;

	cbw_map(w, 4);
	cbw_kv_int(w, "done", nothing ? 0 : m->done);
	cbw_kv_int(w, "failed", m->failed.all);
	failed_put(w, &m->failed);
	if (nothing || m->done == 0)
		return;
	req_changed_all(r, m->d->name);
}

/* A PostgreSQL array of one round; versions may be null. */
static const char *
slice(struct req *r, const char *const *v, size_t from, size_t to)
{
	struct buf	 b = BUF_INIT;
	const char	*s;
	size_t		 i;

	buf_addz(&b, "{");
	for (i = from; i < to; i++)
		buf_printf(&b, "%s%s", i > from ? "," : "",
		    v[i] == NULL ? "null" : v[i]);
	buf_addz(&b, "}");
	s = arena_strdup(r->arena, buf_text(&b));
	buf_free(&b);
	return s;
}

static void	round_send(struct req *, struct many *);

static void
round_rows(struct req *r, PGresult *res)
{
	static const struct db_stmt back = { "many.back",
	    "rollback to savepoint many" };
	struct many		*m = r->state;
	struct req_words	 words;
	size_t			 size = m->n - m->next;
	int			 i, n = PQntuples(res);

	if (size > ROUND)
		size = ROUND;
	for (i = 0; i < n; i++) {
		failed_words(r, res, i, 2, &words);
		failed_add(r, &m->failed, PQgetvalue(res, i, 0),
		    PQgetisnull(res, i, 1) ? NULL : PQgetvalue(res, i, 1),
		    &words);
	}
	m->done += (int64_t)size - n;
	m->next += size;
	req_progress(r, "done", (int64_t)m->next, (int64_t)m->n, NULL);
	if (m->next < m->n) {
		round_send(r, m);
		return;
	}
	if (m->whole && m->failed.all > 0)
		req_query(r, &back, 0, NULL, NULL);
	many_reply(r, m);
}

/* id and title of what was not done, and the database's reason. */
static void
round_sql(struct req *r, struct many *m)
{
	struct buf	b = BUF_INIT;

	if ((m->round = query_find(m->d, "many")) != NULL)
		return;
	m->round = query_new(r, m->d, "many");
	buf_addz(&b, "select f.id, (select ");
	record_title_sql(&b, m->d, "t");
	buf_addz(&b, " from ");
	sql_table(&b, m->d);
	buf_addz(&b, " t where ");
	sql_company(&b, m->d, "t");
	buf_printf(&b, " and t.id = f.id), f.state, f.message, f.tab_name, f.con, "
	    "f.col, f.detail from konak.change_many('%s', $1::jsonb, "
	    "$2::uuid[], $3::integer[]) f", m->d->table);
	query_sql(m->round, r, &b);
}

static void
round_send(struct req *r, struct many *m)
{
	size_t		 to = m->n - m->next > ROUND ? m->next + ROUND : m->n;
	const char	*params[3] = { m->values,
	    slice(r, m->ids, m->next, to), slice(r, m->versions, m->next, to) };

	req_query(r, &m->round->stmt, 3, params, round_rows);
}

static void
found_rows(struct req *r, PGresult *res)
{
	struct many	*m = r->state;
	int		 i, n = PQntuples(res);

	if (n > PROTO_MANY_MAX) {
		req_fail(r, ERR_REFUSED, NULL, "many.too_many", "max",
		    req_printf(r, "%d", PROTO_MANY_MAX), NULL);
		return;
	}
	m->n = (size_t)n;
	m->ids = arena_array(r->arena, m->n, sizeof *m->ids);
	m->versions = arena_array(r->arena, m->n, sizeof *m->versions);
	for (i = 0; i < n; i++) {
		m->ids[i] = arena_strdup(r->arena, PQgetvalue(res, i, 0));
		m->versions[i] = arena_strdup(r->arena,
		    PQgetvalue(res, i, 1));
	}
	if (n == 0)
		many_reply(r, m);
	else
		round_send(r, m);
}

/* All that a filter finds, as it stands at this moment. */
static void
find_rows(struct req *r, struct many *m)
{
	struct params	*p = arena_alloc(r->arena, sizeof *p);
	struct buf	 b = BUF_INIT, where = BUF_INIT;
	struct query	*q;
	bool		 filtered, searched;

	p->r = r;
	if (filter_sql(r, m->d, &where, p, &filtered) &&
	    search_sql(r, m->d, &where, p, &searched)) {
		q = query_new(r, m->d, NULL);
		buf_addz(&b, "select t.id, t.version");
		list_base_sql(&b, m->d, scope_bits(r, m->d, OP_VIEW));
		buf_addz(&b, buf_text(&where));
		buf_printf(&b, " order by t.id limit %d", PROTO_MANY_MAX + 1);
		query_sql(q, r, &b);
		req_query(r, &q->stmt, p->n, p->v, found_rows);
	}
	buf_free(&where);
}

static void
many_run(struct req *r, struct many *m)
{
	static const struct db_stmt mark = { "many.mark", "savepoint many" };
	bool	some = req_has(r, "ids");

	m->whole = req_bool(r, "whole");
	if (some == (req_has(r, "filter") || req_has(r, "search"))) {
		req_bad(r, "ids", "many.which", NULL);
		return;
	}
	if (some && !read_ids(r, m))
		return;
	round_sql(r, m);
	if (m->whole)
		req_query(r, &mark, 0, NULL, NULL);
	if (m->save != NULL)
		save_references(r, m->save);
	if (!some)
		find_rows(r, m);
	else if (m->n > 0)
		round_send(r, m);
	else
		many_reply(r, m);
}

static struct many *
many_new(struct req *r)
{
	struct many	*m = arena_alloc(r->arena, sizeof *m);

	m->d = req_def(r);
	r->state = m;
	return m;
}

void
record_edit_many(struct req *r)
{
	struct many	*m = many_new(r);
	size_t		 i;

	if ((m->save = save_set(r, m->d)) == NULL)
		return;
	/* and sealed for one record alone */
	for (i = 0; i < m->d->nfields; i++)
		if (field_type(m->d->fields[i]) == VALUE_SECRET &&
		    m->save->values.v[i].sent)
			req_bad(r, m->d->fields[i]->name, "many.one_by_one",
			    NULL);
	if (req_failed(r))
		return;
	m->values = save_json(r, m->save);
	many_run(r, m);
}

void
record_delete_many(struct req *r)
{
	many_run(r, many_new(r));
}
