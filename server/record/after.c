/*
 * after.c - when a write was not committed: was it done before (a resend), has
 * somebody changed the record meanwhile (merge, or tell both sides), or may
 * the caller not do it. One more transaction answers all three, under a lock
 * on the row.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"
#include "server/session.h"

/* --- Words for constraints ------------------------------------------------- */

static const char *
field_label(struct req *r, const struct field *f)
{
	return f == NULL ? "" : label_text(&f->label, req_lang(r));
}

bool
constraint_failed(struct req *r, const struct db_error *e)
{
	const struct def	*d = NULL;
	const struct def_error	*words = NULL;
	struct field		*f = NULL;
	const char		*name, *state = e->sqlstate;

	if (strcmp(state, "KN002") == 0) {
		if ((words = def_rule(e->message, &d)) == NULL)
			return false;
		req_fail_text(r, ERR_REFUSED, e->column != NULL ? e->column :
		    words->field != NULL ? words->field->name : NULL,
		    words->name, label_text(&words->text, req_lang(r)));
		return true;
	}
	if (e->constraint != NULL)
		def_constraint(e->constraint, e->table, &d, &words, &f);
	else if (e->column != NULL && e->table != NULL &&
	    (d = def_by_table(e->table)) != NULL)
		f = def_column_field(d, e->column);
	name = f != NULL ? f->name : NULL;
	if (f != NULL && f->see != NULL && !req_may(r, f->see))
		name = NULL;
	if (words != NULL)
		req_fail_text(r, strcmp(state, "23505") == 0 ? ERR_EXISTS :
		    ERR_INVALID, name, words->name,
		    label_text(&words->text, req_lang(r)));
	else if (f == NULL)
		return false;
	else if (strcmp(state, "23505") == 0)
		req_fail(r, ERR_EXISTS, name, "record.exists", "field",
		    field_label(r, f), NULL);
	else if (strcmp(state, "23503") == 0)
		req_bad(r, name, "record.bad_reference", NULL);
	else if (strcmp(state, "23502") == 0)
		req_bad(r, name, "value.required", NULL);
	else
		req_bad(r, name, "record.check", "field", field_label(r, f),
		    NULL);
	return true;
}

/* KN003: the references that cannot be read, as a list of fields. */
static void
bad_references(struct req *r, const struct db_error *e)
{
	char	*list, *name, *rest;

	list = arena_strdup(r->arena, e->column != NULL ? e->column : "");
	for (name = strtok_r(list, ",", &rest); name != NULL;
	    name = strtok_r(NULL, ",", &rest))
		req_bad(r, name, "record.bad_reference", NULL);
	if (!req_failed(r))
		req_fail(r, ERR_INVALID, NULL, "record.bad_reference", NULL);
}

/* What every failed write has in common; true: handled. */
static bool
common_failure(struct req *r, const struct db_error *e, bool *handled)
{
	*handled = true;
	if (e->lost) {
		/* It may have been committed: the second try finds out, by
		 * the id that exists or the version that has moved. */
		req_again(r);
		return true;
	}
	if (strcmp(e->sqlstate, "KN003") == 0) {
		bad_references(r, e);
		return true;
	}
	if (strcmp(e->sqlstate, "KN002") == 0) {
		*handled = constraint_failed(r, e);
		return true;
	}
	*handled = false;
	return strcmp(e->sqlstate, "KN001") != 0;
}

/* --- Statements of the second transaction ---------------------------------- */

static void
where_id(struct buf *b, struct params *p, const struct def *d,
    const char *id)
{
	buf_addz(b, " where ");
	sql_company(b, d, "t");
	buf_addz(b, " and t.id = ");
	param(b, p, id);
}

static void
from_id(struct buf *b, struct params *p, const struct def *d, const char *id)
{
	buf_addz(b, " from ");
	sql_table(b, d);
	buf_addz(b, " t");
	where_id(b, p, d, id);
}

static void
send_query(struct req *r, struct query *q, struct buf *b, struct params *p,
    req_rows_cb cb)
{
	query_sql(q, r, b);
	req_query(r, &q->stmt, p->n, p->v, cb);
}

static void
send_sql(struct req *r, const struct def *d, struct buf *b, struct params *p,
    req_rows_cb cb)
{
	send_query(r, query_new(r, d, NULL), b, p, cb);
}

static struct params *
params_new(struct req *r)
{
	struct params	*p = arena_alloc(r->arena, sizeof *p);

	p->r = r;
	return p;
}

/* Later statements see what was committed before the lock was ours. */
static void
lock_row(struct req *r, const struct def *d, const char *id)
{
	struct params	*p = params_new(r);
	struct buf	 b = BUF_INIT;

	buf_addz(&b, "select t.version");
	from_id(&b, p, d, id);
	buf_addz(&b, " for update");
	send_sql(r, d, &b, p, NULL);
}

/* version, deleted, and whether this request was carried out before: on this
 * record, or (whole) on any. */
static void
ask_state(struct req *r, const struct def *d, const char *id, bool whole,
    req_rows_cb cb)
{
	struct params	*p = params_new(r);
	struct buf	 b = BUF_INIT;

	buf_printf(&b, "select t.version, %s, konak.done(",
	    d->soft ? "t.deleted_at is not null" : "false");
	param(&b, p, r->id);
	buf_addz(&b, whole ? "::uuid)" : "::uuid, t.id)");
	from_id(&b, p, d, id);
	send_sql(r, d, &b, p, cb);
}

/* --- Saves ----------------------------------------------------------------- */

static void
state_rows(struct req *r, PGresult *res)
{
	struct save	*s = save_now(r);

	if (PQntuples(res) == 0)
		return;
	s->found = true;
	s->now = strtoll(PQgetvalue(res, 0, 0), NULL, 10);
	s->deleted = PQgetvalue(res, 0, 1)[0] == 't';
	s->done = PQgetvalue(res, 0, 2)[0] == 't';
}

static const char *
copy(struct req *r, PGresult *res, int row, int col)
{
	return PQgetisnull(res, row, col) ? NULL :
	    arena_strdup(r->arena, PQgetvalue(res, row, col));
}

/* Of each custom field what the object held. */
static void
base_custom(struct req *r, struct save *s, PGresult *res, int row)
{
	const struct def	*d = s->values.def;
	json_t			*o, *v;
	struct save_base	*b;
	char			*text;
	size_t			 i;

	o = json_loads(PQgetvalue(res, row, 1), 0, NULL);
	for (i = 0; i < d->nfields; i++) {
		if (!d->fields[i]->custom)
			continue;
		b = &s->base[s->nbase++];
		b->field = d->fields[i];
		v = json_object_get(o, d->fields[i]->column);
		text = json_is_array(v) ? json_dumps(v, JSON_COMPACT) : NULL;
		b->text = text != NULL ? arena_strdup(r->arena, text) :
		    json_is_string(v) ? arena_strdup(r->arena,
		    json_string_value(v)) : NULL;
		free(text);
		b->by = copy(r, res, row, 2);
		b->at = copy(r, res, row, 3);
	}
	json_decref(o);
}

static void
base_rows(struct req *r, PGresult *res)
{
	struct save		*s = save_now(r);
	struct save_base	*b;
	int			 i;

	s->nbase = 0;
	s->base = arena_array(r->arena, (size_t)PQntuples(res) +
	    s->values.def->nfields + 1, sizeof *s->base);
	for (i = 0; i < PQntuples(res); i++) {
		if (strcmp(PQgetvalue(res, i, 0), "custom") == 0) {
			base_custom(r, s, res, i);
			continue;
		}
		b = &s->base[s->nbase];
		b->field = def_column_field(s->values.def,
		    PQgetvalue(res, i, 0));
		if (b->field == NULL)
			continue;
		b->text = copy(r, res, i, 1);
		b->by = copy(r, res, i, 2);
		b->at = copy(r, res, i, 3);
		s->nbase++;
	}
}

static void
base_call(struct buf *b, struct params *p, const struct save *s)
{
	buf_addz(b, "konak.base(");
	param(b, p, s->values.def->name);
	buf_addz(b, ", ");
	param(b, p, s->values.id);
	buf_addz(b, ", ");
	param(b, p, req_printf(p->r, "%" PRId64, s->values.version));
	buf_addz(b, ")");
}

static void
merged_rows(struct req *r, PGresult *res)
{
	struct save	*s = r->state;

	if (PQntuples(res) == 0)
		return;
	s->replied = true;
	save_rows(r, res);
}

/* The log knows the column: of its keys, this one must be as it was. */
static void
merge_custom_sql(struct buf *b, struct params *p, const struct field *f,
    const char *text)
{
	bool	set = field_type(f) == VALUE_CHOICES;

	buf_printf(b, " and (not b.b ? 'custom' or t.custom->'%s' is not "
	    "distinct from b.b->'custom'->'base'->'%s' or t.custom->'%s' is "
	    "not distinct from to_jsonb(", f->column, f->column, f->column);
	param(b, p, text);
	buf_addz(b, set ? "::text[]))" : "::text))");
}

/* Fields that nobody else has touched since are saved all the same, and those
 * that got the very same value are no conflict. */
static void
merge_sql(struct req *r, struct save *s, struct buf *b, struct params *p)
{
	const struct def	*d = s->values.def;
	size_t			 i;

	buf_addz(b, "with b as (select case when t.version = ");
	param(b, p, req_printf(r, "%" PRId64, s->values.version));
	buf_addz(b, " then '{}'::jsonb else ");
	base_call(b, p, s);
	buf_addz(b, " end as b");
	from_id(b, p, d, s->values.id);
	buf_addz(b, "), n as (update ");
	sql_table(b, d);
	buf_addz(b, " t set ");
	save_set_sql(b, p, s);
	buf_addz(b, " from b");
	where_id(b, p, d, s->values.id);
	if (d->soft)
		buf_addz(b, " and t.deleted_at is null");
	buf_addz(b, " and b.b is not null and not konak.done(");
	param(b, p, r->id);
	buf_addz(b, "::uuid, t.id)");
	for (i = 0; i < d->nfields; i++) {
		if (!fieldset_has(&s->given, (unsigned)i))
			continue;
		if (d->fields[i]->custom) {
			merge_custom_sql(b, p, d->fields[i],
			    s->values.v[i].text);
			continue;
		}
		buf_printf(b, " and (not b.b ? '%s' or ",
		    d->fields[i]->column);
		sql_ident(b, "t", d->fields[i]->column);
		buf_addz(b, " is not distinct from ");
		param(b, p, s->values.v[i].text);
		buf_addz(b, ")");
	}
	s->query = query_new(r, d, NULL);	/* its columns are asked again */
	save_returning_sql(r, s, b, s->query);
}

static void
try_merge(struct req *r, struct save *s)
{
	struct params	*p = params_new(r);
	struct buf	 b = BUF_INIT;

	secrets_put(r, s);
	merge_sql(r, s, &b, p);
	buf_addz(&b, " from n t");
	send_query(r, s->query, &b, p, merged_rows);
}


/* field, base, by, at of what others changed; kept for the conflict. */
static void
ask_base(struct req *r, struct save *s)
{
	struct params	*p = params_new(r);
	struct buf	 b = BUF_INIT;

	buf_addz(&b, "select c.key, c.value->>'base', c.value->>'by', "
	    "c.value->>'at' from (select ");
	base_call(&b, p, s);
	buf_addz(&b, " as b");
	from_id(&b, p, s->values.def, s->values.id);
	buf_addz(&b, " and t.version <> ");
	param(&b, p, req_printf(r, "%" PRId64, s->values.version));
	buf_addz(&b, ") x, jsonb_each(x.b) c");
	send_sql(r, s->values.def, &b, p, base_rows);
}

static const struct save_base *
base_of(const struct save *s, const struct field *f)
{
	size_t	i;

	for (i = 0; i < s->nbase; i++)
		if (s->base[i].field == f)
			return &s->base[i];
	return NULL;
}

static int
column_of(const struct query *q, const struct field *f)
{
	unsigned	i;

	for (i = 0; i < q->ncols; i++)
		if (q->names[i] == f->name)
			return (int)i;
	return -1;
}

static void
put_side(struct cbw *w, const struct field *f, PGresult *res, int col)
{
	if (col < 0 || PQgetisnull(res, 0, col))
		cbw_null(w);
	else
		value_write(field_type(f), w, PQgetvalue(res, 0, col));
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* What both have changed: the value that the caller started from, and the one
 * that stands there now. A log that does not reach back knows no base. */
static void
put_conflict_field(struct req *r, struct cbw *w, struct save *s,
    const struct field *f, PGresult *res)
{
	const struct save_base	*b = base_of(s, f);
	int			 col = column_of(s->query, f);

	if (b == NULL && s->nbase > 0)
		return;
	/* another key of the same column */
	if (f->custom && b != NULL && same_text(b->text, col < 0 ||
	    PQgetisnull(res, 0, col) ? NULL : PQgetvalue(res, 0, col)))
		return;
	cbw_key(w, f->name);
	cbw_map_begin(w);
	if (b != NULL) {
		cbw_key(w, "base");
		put_json_value(r, w, field_type(f), b->text);
		cbw_kv_text(w, "by", b->by);
	}
	cbw_key(w, "theirs");
	put_side(w, f, res, col);
	if (f->ref != NULL && col >= 0) {
		cbw_key(w, "theirs.title");
		cbw_textz(w, PQgetisnull(res, 0, col + 1) ? NULL :
		    PQgetvalue(res, 0, col + 1));
	}
	cbw_map_end(w);
}

/* version, by, at, fields: what others did since the caller read it. Returns
 * who was the last. */
static const char *
put_conflict(struct req *r, struct cbw *w, struct save *s, PGresult *res)
{
	const struct def	*d = s->values.def;
	const struct save_base	*last = NULL;
	size_t			 i;

	for (i = 0; i < s->nbase; i++)
		if (last == NULL || strcmp(s->base[i].at, last->at) > 0)
			last = &s->base[i];
	cbw_kv_int(w, "version", s->now);
	cbw_kv_text(w, "by", last != NULL ? last->by : NULL);
	cbw_key(w, "at");
	value_write(VALUE_TIMESTAMP, w, last != NULL ? last->at : NULL);
	cbw_key(w, "fields");
	cbw_map_begin(w);
	for (i = 0; i < d->nfields && s->now != s->values.version; i++)
		if (fieldset_has(&s->given, (unsigned)i))
			put_conflict_field(r, w, s, d->fields[i], res);
	cbw_map_end(w);
	return last != NULL && last->by != NULL ? last->by : "?";
}

static void
tell_conflict(struct req *r, struct save *s, PGresult *res)
{
	struct cbw	*w = req_conflict(r);
	const char	*by;

	cbw_map(w, 4);
	by = put_conflict(r, w, s, res);
	req_fail(r, ERR_STALE, NULL, "record.stale", "by", by, NULL);
}

static void
gone(struct req *r, bool deleted)
{
	req_fail(r, ERR_NOT_FOUND, "id", deleted ? "record.deleted" :
	    "record.not_found", NULL);
}

/* The present row, after everything else is known. */
static void
decide_rows(struct req *r, PGresult *res)
{
	struct save	*s = r->state;
	struct cbw	*w;

	if (s->replied)
		return;
	if (PQntuples(res) == 0 || !s->found) {
		if (s->values.create)
			req_fail(r, ERR_EXISTS, "id", "record.id_taken", NULL);
		else
			gone(r, false);
		return;
	}
	if (s->done) {
		w = req_out(r);
		cbw_map(w, s->query->ncols);
		row_map(r, w, s->query, NULL, res, 0);
	} else if (s->values.create)
		req_fail(r, ERR_EXISTS, "id", "record.id_taken", NULL);
	else if (s->deleted)
		gone(r, true);
	else if (s->now == s->values.version)
		req_need(r, s->values.def->perm[OP_EDIT].need);
	else
		tell_conflict(r, s, res);
}

static void
ask_present(struct req *r, struct save *s, req_rows_cb cb)
{
	const struct def	*d = s->values.def;
	struct params		*p = params_new(r);
	struct query		*q = query_new(r, d, NULL);
	struct fieldset		 seen;
	struct buf		 b = BUF_INIT;

	seen_fields(r, d, &seen);
	buf_addz(&b, "select ");
	sql_select(&b, q, d, &seen, "t", r->arena);
	from_id(&b, p, d, s->values.id);
	s->query = q;		/* the merge's has the same columns */
	send_query(r, q, &b, p, cb);
}

/* As try_merge(), where half of it would be worse than nothing. */
static void
merge_or_fail(struct req *r, struct save *s)
{
	struct params	*p = params_new(r);
	struct buf	 b = BUF_INIT;

	secrets_put(r, s);
	merge_sql(r, s, &b, p);
	buf_addz(&b, OR_NO_ROW);
	send_query(r, s->query, &b, p, save_rows);
}

/* --- Saves with lines ------------------------------------------------------ */

/* The row of the record or of one line, after its state and base: all of what
 * is told when a save with lines was not committed. */
static void
told_rows(struct req *r, PGresult *res)
{
	struct save	*top = r->state, *s = save_now(r);
	struct cbw	*w = req_conflict(r);
	const char	*by;
	bool		 failed = top->turn == top->failed, gone_now;

	gone_now = PQntuples(res) == 0 || !s->found || s->deleted;
	if (top->done) {		/* a resend */
		if (!gone_now || s->remove)
			save_rows(r, res);
		else
			req_fail(r, ERR_NOT_FOUND, "id", "record.deleted",
			    NULL);
		return;
	}
	if (failed && s->values.create)
		req_fail(r, ERR_EXISTS, "id", "record.id_taken", NULL);
	else if (failed && gone_now)
		gone(r, s->deleted);
	else if (failed && s->now == s->values.version)
		req_need(r, s->values.def->perm[s->remove ? OP_DELETE :
		    OP_EDIT].need);
	else if (failed) {
		cbw_map(w, s == top ? 4 : 6);
		if (s != top) {
			cbw_kv_text(w, "part", s->part);
			cbw_kv_bool(w, "deleted", s->remove);
		}
		by = put_conflict(r, w, s, res);
		req_fail(r, ERR_STALE, NULL, s->remove ?
		    "record.stale_delete" : "record.stale", "by", by, NULL);
	}
	save_next(r);
}

static bool
lines_ask(struct req *r)
{
	struct save	*top = r->state, *s;
	size_t		 i;

	for (i = 0; i <= top->nlines; i++) {
		s = i == 0 ? top : top->line[i - 1];
		ask_state(r, s->values.def, s->values.id, true, state_rows);
		if (!s->values.create && !s->remove)
			ask_base(r, s);
		ask_present(r, s, told_rows);
	}
	return true;
}

/* Nothing could be merged: what stands there now. */
static bool
lines_stale(struct req *r, const struct db_error *e)
{
	struct save	*top = r->state;
	bool		 handled;

	if (common_failure(r, e, &handled))
		return handled;
	top->failed = top->turn;
	save_first(r);
	return lines_ask(r);
}

/* Whoever changed one of them has committed: each is locked, and merged as
 * far as nobody touched the same. */
static bool
lines_failed(struct req *r)
{
	struct save	*top = r->state, *s;
	size_t		 i;

	req_mode(r, true);
	req_catch(r, lines_stale);
	save_first(r);
	lines_once(r);
	for (i = 0; i <= top->nlines; i++) {
		s = i == 0 ? top : top->line[i - 1];
		if (!s->values.create)
			lock_row(r, s->values.def, s->values.id);
		if (s->values.create || s->remove || !save_given(s))
			save_send(r, s);
		else
			merge_or_fail(r, s);
	}
	return true;
}

bool
save_failed(struct req *r, const struct db_error *e)
{
	struct save	*s = r->state;
	char		 pkey[128];
	bool		 handled;

	snprintf(pkey, sizeof pkey, "%s_pkey", s->values.def->table);
	if (s->values.create && e->constraint != NULL &&
	    strcmp(e->sqlstate, "23505") == 0 &&
	    strcmp(e->constraint, pkey) == 0) {
		save_first(r);
		if (s->nlines > 0)
			return lines_ask(r);
		ask_state(r, s->values.def, s->values.id, false, state_rows);
		ask_present(r, s, decide_rows);
		return true;
	}
	if (common_failure(r, e, &handled) || s->values.create)
		return handled;
	if (s->nlines > 0)
		return lines_failed(r);
	req_mode(r, true);
	lock_row(r, s->values.def, s->values.id);
	ask_state(r, s->values.def, s->values.id, false, state_rows);
	ask_base(r, s);
	save_place(r, s);
	try_merge(r, s);
	ask_present(r, s, decide_rows);
	return true;
}

/* --- Delete and restore ---------------------------------------------------- */

static void
removal_decide(struct req *r, PGresult *res)
{
	const struct def	*d = r->verb->data;
	struct removal		*rm = r->state;
	struct cbw		*w;
	bool			 deleted;
	int64_t			 now;

	if (PQntuples(res) == 0) {
		gone(r, false);
		return;
	}
	now = strtoll(PQgetvalue(res, 0, 0), NULL, 10);
	deleted = PQgetvalue(res, 0, 1)[0] == 't';
	if (PQgetvalue(res, 0, 2)[0] == 't') {		/* a resend */
		w = req_out(r);
		cbw_map(w, 2);
		cbw_kv_uuid(w, "id", rm->id);
		cbw_kv_int(w, "version", now);
	} else if (strcmp(rm->op, "restore") == 0 && !deleted)
		req_fail(r, ERR_REFUSED, "id", "record.not_deleted", NULL);
	else if (strcmp(rm->op, "delete") == 0 && deleted)
		gone(r, true);
	else if (strcmp(rm->op, "delete") == 0 &&
	    now != req_int(r, "version")) {
		w = req_conflict(r);
		cbw_map(w, 4);
		cbw_kv_int(w, "version", now);
		cbw_kv_null(w, "by");
		cbw_kv_null(w, "at");
		cbw_key(w, "fields");
		cbw_map(w, 0);
		req_fail(r, ERR_STALE, NULL, "record.stale_delete", NULL);
	} else
		req_need(r, d->perm[OP_DELETE].need);
}

bool
removal_failed(struct req *r, const struct db_error *e)
{
	struct removal	*rm = r->state;
	bool		 handled;

	if (common_failure(r, e, &handled))
		return handled;
	ask_state(r, r->verb->data, rm->id, false, removal_decide);
	return true;
}
