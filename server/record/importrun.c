/*
 * importrun.c - the rows that wait in konak.import_rows become records, in one
 * act, or are tried and everything is taken back; and that act is undone.
 * Reading the file's columns and cells stands in import.c. Rules of the
 * database are tried here by really writing.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/proto.h"
#include "server/record/engine.h"

#define ROUND		1000	/* rows a statement */

/* --- The run --------------------------------------------------------------------- */

struct run {
	const struct def	*d;
	const char		*import;
	const char		*columns;	/* array of those written */
	const char		*over;		/* those of a record there is */
	struct fieldset		 filled;	/* by the file */
	struct query		*round;
	int64_t			 rows, next, failed, apart, twins;
	json_t			*faults;	/* of this transaction */
	struct buf		 told, alike;
	uint32_t		 ntold, nalike;
	enum twins		 how;
	bool			 dry, skip, nothing, changing;
};

/* Columns of the insert: what a file fills, and what has a default; and those
 * that it changes in a record that is there. */
static void
run_columns(struct req *r, struct run *u, const json_t *mapping)
{
	const struct field	*f;
	const char		*names[ENGINE_FIELDS], *over[ENGINE_FIELDS];
	size_t			 i, n = 0, nover = 0;
	bool			 own = false;

	for (i = 0; i < json_array_size(mapping); i++) {
		f = json_is_string(json_array_get(mapping, i)) ?
		    def_field(u->d, json_string_value(
		    json_array_get(mapping, i))) : NULL;
		if (f != NULL)
			fieldset_add(&u->filled, f->index);
	}
	for (i = 0; i < u->d->nfields; i++) {
		f = u->d->fields[i];
		if (fieldset_has(&u->filled, (unsigned)i) && f->custom)
			own = true;
		else if (fieldset_has(&u->filled, (unsigned)i)) {
			names[n++] = f->column;
			if (!f->once)
				over[nover++] = f->column;
		} else if (!f->readonly && (f->dflt != DEFAULT_NONE ||
		    custom_default(r, f) != NULL))
			names[n++] = f->column;
	}
	if (own)
		names[n++] = over[nover++] = "custom";
	u->columns = import_array(r, names, n);
	u->over = import_array(r, over, nover);
}

/* {"owner_id": konak.me()} of the defaults that the database works out. */
static void
extra_sql(struct buf *b, const struct def *d)
{
	const struct field	*f;
	const char		*expr;
	size_t			 i;
	bool			 any = false;

	buf_addz(b, "jsonb_build_object(");
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (f->readonly || (expr = save_default_sql(f)) == NULL)
			continue;
		buf_printf(b, "%s'%s', %s", any ? ", " : "", f->column, expr);
		any = true;
	}
	buf_addz(b, ")");
}

static void
run_send(struct req *r, struct buf *b, unsigned n, const char *const *params,
    req_rows_cb cb)
{
	struct query	*q = query_new(r, req_def(r), NULL);

	query_sql(q, r, b);
	req_query(r, &q->stmt, n, params, cb);
}

static void
problem_sql(struct req *r, struct buf *b, const struct field *f,
    const char *key)
{
	const char	*text = msg_text(req_lang(r), key), *s;

	buf_printf(b, "coalesce(r.problem, '[]') || "
	    "jsonb_build_object('f', '%s', 't', '", f->name);
	for (s = text; *s != '\0'; s++)
		buf_printf(b, *s == '\'' ? "''" : "%c", *s);
	buf_addz(b, "', 'run', true)");
}

/* References stand in files by their titles: found all at once, as the caller
 * sees them. One that fits nothing, or several, is the row's fault. */
static void
resolve(struct req *r, struct run *u, const struct field *f)
{
	struct buf	 b = BUF_INIT;
	const char	*c = f->column;
	size_t		 i;

	buf_printf(&b, "with w as (select distinct konak.fold(r.data ->> "
	    "'?%s') as t from konak.import_rows r where r.company_id = "
	    "(select konak.company()) and r.import_id = $1 "
	    "and r.data ? '?%s'), x as materialized (select t.id, "
	    "konak.fold(", c, c);
	record_title_sql(&b, f->ref, "t");
	buf_addz(&b, ") as t from ");
	sql_table(&b, f->ref);
	buf_addz(&b, " t where ");
	sql_company(&b, f->ref, "t");
	if (f->ref->soft)
		buf_addz(&b, " and t.deleted_at is null");
	buf_addz(&b, "), m as (select w.t, count(x.id) as n, "
	    "(array_agg(x.id))[1] as id from w left join x on x.t = w.t "
	    "group by w.t) update konak.import_rows r set data = case when "
	    "m.n = 1 then r.data || ");
	buf_printf(&b, "jsonb_build_object('%s', m.id) else r.data end, "
	    "problem = case m.n when 1 then r.problem when 0 then ", c);
	problem_sql(r, &b, f, "import.ref_none");
	buf_addz(&b, " else ");
	problem_sql(r, &b, f, "import.ref_many");
	buf_printf(&b, " end from m where r.company_id = "
	    "(select konak.company()) and r.import_id = $1 and "
	    "konak.fold(r.data ->> '?%s') = m.t", c);
	run_send(r, &b, 1, &u->import, NULL);
	for (i = 0; i < f->nmatch; i++) {
		buf_addz(&b, "update konak.import_rows r set problem = ");
		problem_sql(r, &b, f, "record.bad_reference");
		buf_printf(&b, " where r.company_id = (select "
		    "konak.company()) and r.import_id = $1 and r.data ? '%s' "
		    "and not exists (select from ", c);
		sql_table(&b, f->ref);
		buf_addz(&b, " t where ");
		sql_company(&b, f->ref, "t");
		buf_printf(&b, " and t.id = (r.data ->> '%s')::uuid and "
		    "t.\"%s\"::text = r.data ->> '%s')", c,
		    f->match[i].theirs->column, f->match[i].own->column);
		run_send(r, &b, 1, &u->import, NULL);
	}
}

/* Records made or changed by those rows that were right. */
static int64_t
run_done(const struct run *u)
{
	return u->rows - u->failed - (u->how == TWINS_SKIP ? u->apart : 0);
}

static void
run_put(struct cbw *w, struct run *u, int64_t done, int64_t failed)
{
	struct cbr	 in;
	const uint8_t	*raw;
	size_t		 len;

	cbw_map(w, 9);
	cbw_kv_int(w, "done", done);
	cbw_kv_int(w, "failed", failed);
	cbw_kv_bool(w, "dry", u->dry);
	cbw_kv_int(w, "skipped", u->how == TWINS_SKIP ? u->apart : 0);
	cbw_kv_int(w, "updated", u->how == TWINS_UPDATE ? u->apart : 0);
	cbw_kv_int(w, "similar", u->twins);
	cbw_key(w, "similar_rows");
	cbw_array(w, u->nalike);
	cbr_init(&in, buf_data(&u->alike), buf_len(&u->alike));
	while (u->nalike-- > 0 && cbr_raw(&in, &raw, &len))
		cbw_raw(w, raw, len);
	buf_free(&u->alike);
	import_put_told(w, buf_data(&u->told), buf_len(&u->told), u->ntold);
	buf_free(&u->told);
}

/* The answer: counts, and the first rows that are wrong. */
static void
result_rows(struct req *r, PGresult *res)
{
	struct run	*u = r->state;
	struct cbw	*w = req_out(r);
	json_t		*list, *p;
	size_t		 k;
	int		 i;

	for (i = 0; i < PQntuples(res); i++) {
		list = json_loads(PQgetvalue(res, i, 1), 0, NULL);
		json_array_foreach(list, k, p) {
			if (u->ntold == FAILED_MAX)
				break;
			u->ntold++;
			import_tell(&u->told, strtoll(PQgetvalue(res, i, 0), NULL,
			    10), json_string_value(json_object_get(p, "f")),
			    json_string_value(json_object_get(p, "t")));
		}
		json_decref(list);
	}
	run_put(w, u, u->nothing ? 0 : run_done(u), u->failed);
	if (!u->dry && !u->nothing)
		req_changed_all(r, u->d->name);
}

/* The rows that look like records, with the titles of those. */
static void
alike_rows(struct req *r, PGresult *res)
{
	struct run	*u = r->state;
	struct cbw	 w;
	int		 i;

	cbw_init(&w, &u->alike);
	u->nalike = (uint32_t)PQntuples(res);
	for (i = 0; i < PQntuples(res); i++) {
		cbw_array(&w, 4);
		cbw_int(&w, strtoll(PQgetvalue(res, i, 0), NULL, 10));
		cbw_uuidz(&w, PQgetvalue(res, i, 1));
		cbw_textz(&w, PQgetisnull(res, i, 2) ? NULL :
		    PQgetvalue(res, i, 2));
		twins_put_fields(&w, PQgetvalue(res, i, 3));
	}
}

static void
alike_send(struct req *r, struct run *u)
{
	struct buf	b = BUF_INIT;

	buf_addz(&b, "select r.n, r.twin, ");
	record_title_sql(&b, u->d, "t");
	buf_addz(&b, ", r.twin_fields from konak.import_rows r join ");
	sql_table(&b, u->d);
	buf_addz(&b, " t on ");
	sql_company(&b, u->d, "t");
	buf_printf(&b, " and t.id = r.twin where r.company_id = "
	    "(select konak.company()) and r.import_id = $1 "
	    "order by r.n limit %d", FAILED_MAX);
	run_send(r, &b, 1, &u->import, alike_rows);
}

/* How many rows are wrong is known: what becomes of the import. */
static void
failed_rows(struct req *r, PGresult *res)
{
	static const struct db_stmt state = { "import.state",
	    "select konak.import_state($1::uuid, $2, $3::integer, "
	    "$4::integer, $5::integer)" };
	static const struct db_stmt list = { "import.problems",
	    "select r.n, r.problem from konak.import_rows r "
	    "where r.company_id = (select konak.company()) "
	    "and r.import_id = $1 and r.problem is not null "
	    "order by r.n limit 1000" };
	static const struct db_stmt sweep = { "import.sweep",
	    "select konak.import_sweep($1::uuid)" };
	struct run	*u = r->state;
	const char	*params[5] = { u->import };

	u->failed = strtoll(PQgetvalue(res, 0, 0), NULL, 10);
	u->apart = strtoll(PQgetvalue(res, 0, 1), NULL, 10);
	u->twins = strtoll(PQgetvalue(res, 0, 2), NULL, 10);
	params[1] = u->dry || u->nothing ? "checked" : "done";
	params[2] = req_printf(r, "%" PRId64, u->rows);
	params[3] = req_printf(r, "%" PRId64, u->dry || u->nothing ? 0 :
	    run_done(u));
	params[4] = req_printf(r, "%" PRId64, u->failed);
	req_query(r, &state, 5, params, NULL);
	if (u->twins > 0)
		alike_send(r, u);
	req_query(r, &list, 1, &u->import, result_rows);
	if (!u->dry && !u->nothing)
		req_query(r, &sweep, 1, &u->import, NULL);
}

/* All rounds are over. What was only tried, or may not be done by halves, is
 * taken back; what was found out about the rows stays. */
static void
run_end(struct req *r, struct run *u)
{
	static const struct db_stmt back = { "import.back",
	    "rollback to savepoint import" };
	static const struct db_stmt faults = { "import.faults",
	    "select konak.import_faults($1::uuid, $2::jsonb)" };
	static const struct db_stmt count = { "import.failed",
	    "select count(r.problem), "
	    "count(*) filter (where r.apart and r.problem is null), "
	    "count(r.twin) from konak.import_rows r "
	    "where r.company_id = (select konak.company()) "
	    "and r.import_id = $1" };
	const char	*params[2] = { u->import, NULL };
	char		*text;

	if (!u->dry && !u->skip && json_array_size(u->faults) > 0)
		u->nothing = true;
	if (u->dry || u->nothing)
		req_query(r, &back, 0, NULL, NULL);
	if (json_array_size(u->faults) > 0) {
		text = json_dumps(u->faults, JSON_COMPACT);
		params[1] = arena_strdup(r->arena, text);
		free(text);
		req_query(r, &faults, 2, params, NULL);
	}
	json_decref(u->faults);
	req_query(r, &count, 1, params, failed_rows);
}

/* The rounds over records that are there. */
static void
over_prepare(struct req *r, struct run *u)
{
	struct buf	b = BUF_INIT;

	u->round = query_new(r, u->d, NULL);
	buf_printf(&b, "select f.* from konak.import_over_round('%s', "
	    "$1::uuid, $2::integer, $3::integer, $4::text[]) f", u->d->table);
	query_sql(u->round, r, &b);
}

static void	round_next(struct req *, struct run *);

static void
round_rows(struct req *r, PGresult *res)
{
	struct run		*u = r->state;
	struct req_words	 words;
	int			 i;

	for (i = 0; i < PQntuples(res); i++) {
		failed_words(r, res, i, 1, &words);
		json_array_append_new(u->faults, json_pack("{s:i, s:s?, s:s}",
		    "n", atoi(PQgetvalue(res, i, 0)), "f", words.field,
		    "t", words.text));
	}
	u->next += ROUND;
	req_progress(r, "done", u->next > u->rows ? u->rows : u->next - 1,
	    u->rows, NULL);
	if (u->next > u->rows && u->how == TWINS_UPDATE && !u->changing) {
		u->changing = true;
		u->next = 1;
		over_prepare(r, u);
	}
	if (u->next <= u->rows)
		round_next(r, u);
	else
		run_end(r, u);
}

static void
round_next(struct req *r, struct run *u)
{
	const char	*params[4] = { u->import,
	    req_printf(r, "%" PRId64, u->next),
	    req_printf(r, "%" PRId64, u->next + ROUND - 1 < u->rows ?
	    u->next + ROUND - 1 : u->rows),
	    u->changing ? u->over : u->columns };

	req_query(r, &u->round->stmt, 4, params, round_rows);
}

static void
round_prepare(struct req *r, struct run *u)
{
	struct buf	b = BUF_INIT;

	if ((u->round = query_find(u->d, "import")) != NULL)
		return;
	u->round = query_new(r, u->d, "import");
	buf_printf(&b, "select f.* from konak.import_round('%s', $1::uuid, "
	    "$2::integer, $3::integer, $4::text[], ", u->d->table);
	extra_sql(&b, u->d);
	buf_addz(&b, ") f");
	query_sql(u->round, r, &b);
}

/* Every row is there, numbered from one. */
static void
ready_rows(struct req *r, PGresult *res)
{
	struct run	*u = r->state;
	int64_t		 n = strtoll(PQgetvalue(res, 0, 0), NULL, 10);

	u->faults = json_array();
	if (n != u->rows || u->rows == 0) {
		json_decref(u->faults);
		req_fail(r, ERR_REFUSED, "rows", "import.incomplete", "got",
		    req_printf(r, "%" PRId64, n), "want",
		    req_printf(r, "%" PRId64, u->rows), NULL);
		return;
	}
	u->next = 1;
	u->nothing = !u->dry && !u->skip && PQgetvalue(res, 0, 1)[0] != '0';
	if (u->nothing)
		run_end(r, u);
	else
		round_next(r, u);
}

/* A run that was sent again after it had been done. */
static void
done_before(struct req *r, struct run *u, PGresult *res)
{
	u->dry = false;
	u->how = TWINS_ADD;
	run_put(req_out(r), u, strtoll(PQgetvalue(res, 0, 2), NULL, 10),
	    strtoll(PQgetvalue(res, 0, 3), NULL, 10));
}

static void
run_rows(struct req *r, PGresult *res)
{
	static const struct db_stmt clear = { "import.clear",
	    "update konak.import_rows r set problem = (select "
	    "jsonb_agg(e) from jsonb_array_elements(r.problem) e "
	    "where not e ? 'run'), twin = null, twin_fields = null, "
	    "apart = false where r.company_id = "
	    "(select konak.company()) and r.import_id = $1 "
	    "and (r.problem is not null or r.twin is not null)" };
	static const struct db_stmt mark = { "import.mark",
	    "savepoint import" };
	static const struct db_stmt ready = { "import.ready",
	    "select count(*), count(r.problem) from konak.import_rows r "
	    "where r.company_id = (select konak.company()) "
	    "and r.import_id = $1 and r.n between 1 and $2::integer" };
	struct run	*u = r->state;
	const char	*params[2] = { u->import,
	    req_printf(r, "%" PRId64, u->rows) };
	json_t		*mapping;
	const struct field *f;
	size_t		 i;

	if (strcmp(PQgetvalue(res, 0, 1), "done") == 0) {
		done_before(r, u, res);
		return;
	}
	mapping = json_loads(PQgetvalue(res, 0, 0), 0, NULL);
	run_columns(r, u, mapping);
	round_prepare(r, u);
	req_query(r, &clear, 1, params, NULL);
	for (i = 0; i < json_array_size(mapping); i++) {
		f = json_is_string(json_array_get(mapping, i)) ?
		    def_field(u->d, json_string_value(
		    json_array_get(mapping, i))) : NULL;
		if (f != NULL && f->ref != NULL)
			resolve(r, u, f);
	}
	json_decref(mapping);
	if (u->d->ntwins > 0 && (u->dry || u->how != TWINS_ADD))
		twins_import(r, u->d, &u->filled, u->import, u->rows,
		    u->how != TWINS_ADD);
	req_query(r, &mark, 0, NULL, NULL);
	req_query(r, &ready, 2, params, ready_rows);
}

/* What becomes of rows that look like records that are there. */
static bool
read_twins(struct req *r, struct run *u)
{
	static const char *const words[] = { [TWINS_ADD] = "add",
	    [TWINS_SKIP] = "skip", [TWINS_UPDATE] = "update" };
	const char	*text = req_text(r, "similar");
	size_t		 i;

	for (i = 0; text != NULL && i < 3; i++)
		if (strcmp(text, words[i]) == 0)
			u->how = (enum twins)i;
	if (text != NULL && strcmp(text, words[u->how]) != 0) {
		req_bad(r, "similar", "import.similar", NULL);
		return false;
	}
	if (u->how == TWINS_UPDATE &&
	    !def_may(u->d, OP_EDIT, req_rights(r))) {
		req_bad(r, "similar", "import.no_update", NULL);
		return false;
	}
	return true;
}

void
record_import_run(struct req *r)
{
	static const struct db_stmt stmt = { "import.run",
	    "select to_jsonb(i.mapping), case when i.same then i.state end, "
	    "i.done, i.failed from konak.import_of($1::uuid, $2) i" };
	struct run	*u = arena_alloc(r->arena, sizeof *u);
	const char	*params[2] = { req_uuid(r, "import"), NULL };

	u->d = req_def(r);
	u->import = params[0];
	u->rows = req_int(r, "rows");
	u->dry = req_bool(r, "dry");
	u->skip = req_bool(r, "skip");
	if (!read_twins(r, u))
		return;
	params[1] = u->d->name;
	r->state = u;
	req_query(r, &stmt, 2, params, run_rows);
}

/* --- Taking back -------------------------------------------------------------------- */

struct back {
	const struct def	*d;
	const char		*import, *last;
	struct failed		 failed;
	int64_t			 done;
	int			 n;		/* of this round */
};

static void	back_next(struct req *, struct back *);

static void
back_end(struct req *r, struct back *b)
{
	static const struct db_stmt stmt = { "import.undone",
	    "select konak.import_undone($1::uuid, $2::integer)" };
	struct cbw	*w = req_out(r);
	const char	*params[2] = { b->import,
	    req_printf(r, "%" PRId64, b->failed.all) };

	cbw_map(w, 4);
	cbw_kv_int(w, "done", b->done);
	cbw_kv_int(w, "failed", b->failed.all);
	failed_put(w, &b->failed);
	req_query(r, &stmt, 2, params, NULL);
	if (b->d != NULL)
		req_changed_all(r, b->d->name);
	req_changed_all(r, "imports");
}

static void
taken_rows(struct req *r, PGresult *res)
{
	struct back		*b = r->state;
	struct req_words	 words;
	int			 i;

	for (i = 0; i < PQntuples(res); i++) {
		failed_words(r, res, i, 2, &words);
		failed_add(r, &b->failed, PQgetvalue(res, i, 0),
		    PQgetisnull(res, i, 1) ? NULL : PQgetvalue(res, i, 1),
		    &words);
	}
	b->done += b->n - PQntuples(res);
	req_progress(r, "done", b->done + b->failed.all, 0, NULL);
	back_next(r, b);
}

static void
brought_rows(struct req *r, PGresult *res)
{
	struct back	*b = r->state;
	struct query	*q;
	struct buf	 sql = BUF_INIT, ids = BUF_INIT;
	const char	*params[2] = { b->import, NULL };
	int		 i;

	b->n = PQntuples(res);
	if (b->n == 0) {
		if (b->d == NULL)
			req_fail(r, ERR_REFUSED, NULL, "import.not_done",
			    NULL);
		else
			back_end(r, b);
		return;
	}
	if ((b->d = def_find(PQgetvalue(res, 0, 0))) == NULL || !b->d->soft) {
		req_fail(r, ERR_REFUSED, NULL, "record.undo_impossible", NULL);
		return;
	}
	for (i = 0; i < b->n; i++)
		buf_printf(&ids, "%s%s", i == 0 ? "{" : ",",
		    PQgetvalue(res, i, 1));
	buf_addz(&ids, "}");
	params[1] = arena_strdup(r->arena, buf_text(&ids));
	buf_free(&ids);
	b->last = arena_strdup(r->arena, PQgetvalue(res, b->n - 1, 1));
	q = query_new(r, b->d, NULL);
	buf_addz(&sql, "select f.id, (select ");
	record_title_sql(&sql, b->d, "t");
	buf_addz(&sql, " from ");
	sql_table(&sql, b->d);
	buf_addz(&sql, " t where ");
	sql_company(&sql, b->d, "t");
	buf_printf(&sql, " and t.id = f.id), f.state, f.message, f.tab_name, "
	    "f.con, f.col, f.detail from konak.import_back('%s', "
	    "$1::uuid, $2::uuid[]) f", b->d->table);
	query_sql(q, r, &sql);
	req_query(r, &q->stmt, 2, params, taken_rows);
}

static void
back_next(struct req *r, struct back *b)
{
	static const struct db_stmt stmt = { "import.brought",
	    "select * from konak.import_brought($1::uuid, $2::uuid, 1000)" };
	const char	*params[2] = { b->import, b->last };

	req_query(r, &stmt, 2, params, brought_rows);
}

void
record_import_undo(struct req *r)
{
	struct back	*b = arena_alloc(r->arena, sizeof *b);

	b->import = req_uuid(r, "id");
	r->state = b;
	back_next(r, b);
}
