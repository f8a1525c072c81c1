/*
 * save.c - create and edit. Every field is judged before anything is sent,
 * so that all mistakes are told at once; then references are read under the
 * caller's rights and the row is written, in one transaction. What prevents
 * the commit is raised in SQL; after.c finds out why.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/module.h"
#include "server/record/engine.h"

/* --- Arguments ------------------------------------------------------------- */

struct record_value *
record_value(struct record_values *v, const char *name)
{
	const struct field	*f = def_field(v->def, name);

	return f == NULL ? NULL : &v->v[f->index];
}

/* May this request set the field at all? */
static bool
settable(struct req *r, const struct save *s, const struct field *f)
{
	if (f->readonly) {
		req_bad(r, f->name, "record.readonly", NULL);
		return false;
	}
	if (f->once && !s->values.create) {
		req_bad(r, f->name, "record.once", NULL);
		return false;
	}
	if (f->write != NULL && !req_may(r, f->write)) {
		req_bad(r, f->name, "record.may_not_set", "code", f->write,
		    NULL);
		return false;
	}
	return true;
}

bool
save_read(struct req *r, const char *name, struct cbr *in, void *arg)
{
	struct save		*s = arg;
	const struct field	*f = def_field(s->values.def, name);
	struct record_value	*v;
	struct value_error	 error;

	/* what one may not see does not exist */
	if (f == NULL || (f->see != NULL && !req_may(r, f->see))) {
		req_fail(r, ERR_UNKNOWN_ARGUMENT, name,
		    strncmp(name, "x_", 2) == 0 ? "custom.gone" :
		    "record.no_field", "field", name, NULL);
		return false;
	}
	v = &s->values.v[f->index];
	v->sent = true;
	if (!settable(r, s, f))
		return true;
	if (!value_read(&f->rules, in, r->arena, &v->text, &error))
		req_bad_value(r, f->name, &error);
	else if (v->text == NULL && f->required)
		req_bad(r, f->name, "value.required", NULL);
	else
		v->given = true;
	return true;
}

/* The value that a field without one takes over, or NULL. */
static const struct record_value *
from_value(const struct save *s, const struct field *f)
{
	const struct record_value	*v;

	if (f->from == NULL || s->values.v[f->index].given)
		return NULL;
	v = &s->values.v[f->from_ref->index];
	return v->given ? v : NULL;
}

/* What was not sent: literal defaults, and what may not be missing. The
 * other defaults are expressions of the statement. */
void
save_defaults(struct req *r, struct save *s)
{
	const struct def	*d = s->values.def;
	const struct field	*f;
	struct record_value	*v;
	size_t			 i;

	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		v = &s->values.v[f->index];
		if (v->given || f->readonly || v->sent)
			continue;
		if (from_value(s, f) != NULL)
			continue;
		if ((v->text = custom_default(r, f)) != NULL) {
			v->given = true;
			continue;
		}
		if (f->dflt == DEFAULT_VALUE) {
			v->given = true;
			v->text = f->dflt_text;
		} else if (f->dflt == DEFAULT_NONE && f->required)
			req_bad(r, f->name, "value.required", NULL);
	}
}

/* Does the field's condition hold? Unknown, for an edit that does not say, is
 * left to the table. */
static bool
when_holds(const struct save *s, const struct field *f)
{
	const struct record_value	*v;
	size_t				 i, j;

	for (i = 0; i < f->nwhens; i++) {
		v = &s->values.v[f->whens[i].field->index];
		if (!v->given || v->text == NULL)
			return false;
		for (j = 0; j < f->whens[i].nvalues; j++)
			if (strcmp(f->whens[i].values[j], v->text) == 0)
				break;
		if (j == f->whens[i].nvalues)
			return false;
	}
	return true;
}

/* What may not be missing while others have a value. */
void
save_whens(struct req *r, const struct save *s)
{
	const struct field		*f;
	const struct record_value	*v;
	size_t				 i;

	for (i = 0; i < s->values.def->nfields; i++) {
		f = s->values.def->fields[i];
		v = &s->values.v[i];
		if (!f->required_when || (v->given ? v->text != NULL :
		    !s->values.create || v->sent))
			continue;
		if (when_holds(s, f))
			req_bad(r, f->name, "value.required", NULL);
	}
}

static const struct module_hooks *
hooks_of(const struct def *d)
{
	const struct module_hooks	*h;
	size_t				 i;

	for (i = 0; modules[i] != NULL; i++)
		for (h = modules[i]->hooks; h != NULL && h->record != NULL;
		    h++)
			if (strcmp(h->record, d->name) == 0)
				return h;
	return NULL;
}

struct save *
save_new(struct req *r, const struct def *d, bool create)
{
	struct save	*s = arena_alloc(r->arena, sizeof *s);

	s->values.def = d;
	s->values.create = create;
	s->values.v = arena_array(r->arena, d->nfields,
	    sizeof *s->values.v);
	s->hooks = hooks_of(d);
	return s;
}

/* The record itself, and its lines. */
static struct save *
save_top(struct req *r, bool create)
{
	struct save	*s = save_new(r, req_def(r), create);

	r->state = s;
	req_each_open(r, save_read, s);
	return s;
}

bool
save_given(const struct save *s)
{
	size_t	i;

	for (i = 0; i < s->values.def->nfields; i++)
		if (s->values.v[i].given)
			return true;
	return false;
}

struct save *
save_now(const struct req *r)
{
	struct save	*top = r->state;

	return top->turn == 0 ? top : top->line[top->turn - 1];
}

void
save_next(struct req *r)
{
	struct save	*top = r->state;

	if (top->nlines == 0)
		return;
	top->turn++;
	req_part(r, top->turn <= top->nlines ? save_now(r)->part : NULL);
}

void
save_first(struct req *r)
{
	((struct save *)r->state)->turn = 0;
	req_part(r, NULL);
}

/* --- Statements ------------------------------------------------------------ */

const char *
save_default_sql(const struct field *f)
{
	switch (f->dflt) {
	case DEFAULT_NOW:
		return "konak.now()";
	case DEFAULT_TODAY:
		return "konak.today()";
	case DEFAULT_ME:
		return "konak.me()";
	case DEFAULT_CURRENCY:
		return "coalesce((select c.currency from konak.company_names c "
		    "where c.id = konak.company()), 'TRY')";
	case DEFAULT_NONE:
	case DEFAULT_VALUE:
	case DEFAULT_EMPTY:
		break;
	}
	return NULL;
}

/* As the caller sees it: what he may not see, he does not copy. */
static void
from_sql(struct buf *b, struct params *p, const struct field *f,
    const struct record_value *v, const char *otherwise)
{
	const struct def	*d = f->from_ref->ref;

	buf_addz(b, "coalesce((select ");
	sql_field(b, f->from, "r");
	buf_addz(b, " from ");
	sql_table(b, d);
	buf_addz(b, " r where ");
	if (d->owner == OWNER_SELF) {
		buf_addz(b, "r.company_id = ");
		param(b, p, v->text);
	} else
		sql_company(b, d, "r");
	buf_addz(b, " and r.id = ");
	param(b, p, v->text);
	buf_printf(b, "), %s)", otherwise == NULL ? "null" : otherwise);
}

/* The fields that are written, for the kept statement's key. */
static void
given_fields(struct save *s)
{
	size_t	i;

	memset(&s->given, 0, sizeof s->given);
	for (i = 0; i < s->values.def->nfields; i++)
		if (s->values.v[i].given)
			fieldset_add(&s->given, (unsigned)i);
}

static const char *
save_key(struct req *r, char verb, const struct save *s,
    const struct fieldset *seen)
{
	const uint64_t	*g = s->given.bits, *f = seen->bits;

	return req_printf(r, "%c%" PRIx64 ".%" PRIx64 ".%" PRIx64 ".%" PRIx64
	    "/%" PRIx64 ".%" PRIx64 ".%" PRIx64 ".%" PRIx64, verb,
	    g[0], g[1], g[2], g[3], f[0], f[1], f[2], f[3]);
}

/* One reference: is there such a record, and may the caller see it? */
static void
reference_sql(struct buf *b, struct params *p, const struct save *s,
    const struct field *f)
{
	const struct field	*own;
	size_t			 i;
	bool			 named;

	named = f->nmatch == 0 && sql_by_name(p->r, f->ref);
	buf_printf(b, "case when not exists (select 1 from konak.\"%s\" r "
	    "where ", named ? f->ref->names : f->ref->table);
	if (f->ref->owner == OWNER_SELF) {
		buf_addz(b, "r.company_id = ");
		param(b, p, s->values.v[f->index].text);
	} else if (named)
		buf_addz(b, "r.company_id = (select konak.company())");
	else
		sql_company(b, f->ref, "r");
	buf_addz(b, " and r.id = ");
	param(b, p, s->values.v[f->index].text);
	if (named)
		buf_addz(b, " and r.offered");
	else if (f->ref->soft)
		buf_addz(b, " and r.deleted_at is null");
	for (i = 0; i < f->nmatch; i++) {
		own = f->match[i].own;
		buf_addz(b, " and ");
		sql_ident(b, "r", f->match[i].theirs->column);
		buf_addz(b, " = ");
		if (s->values.v[own->index].given)
			param(b, p, s->values.v[own->index].text);
		else {
			buf_addz(b, "(select ");
			sql_ident(b, "o", own->column);
			buf_addz(b, " from ");
			sql_table(b, s->values.def);
			buf_addz(b, " o where ");
			sql_company(b, s->values.def, "o");
			buf_addz(b, " and o.id = ");
			param(b, p, s->values.id);
			buf_addz(b, ")");
		}
	}
	buf_printf(b, ") then '%s' end", f->name);
}

/* Foreign keys do not know row-level security: whoever could name a record
 * that he may not see would learn that it exists. */
void
save_references(struct req *r, struct save *s)
{
	const struct def	*d = s->values.def;
	const struct field	*f;
	struct params		*p = arena_alloc(r->arena, sizeof *p);
	struct buf		 b = BUF_INIT;
	struct query		*q;
	size_t			 i;
	bool			 any = false;

	p->r = r;
	buf_addz(&b, "select konak.bad_ref(x.f) from (select concat_ws(','");
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (f->ref == NULL || !s->values.v[i].given ||
		    s->values.v[i].text == NULL)
			continue;
		buf_addz(&b, ", ");
		reference_sql(&b, p, s, f);
		any = true;
	}
	buf_addz(&b, ") as f) x where x.f <> ''");
	if (!any) {
		buf_free(&b);
		return;
	}
	q = query_new(r, d, NULL);
	query_sql(q, r, &b);
	req_query(r, &q->stmt, p->n, p->v, NULL);
}

/* "col = $n, …": in the order of the fields. */
void
save_set_sql(struct buf *b, struct params *p, const struct save *s)
{
	const struct def	*d = s->values.def;
	size_t			 i;
	bool			 any = false;

	for (i = 0; i < d->nfields; i++) {
		if (!fieldset_has(&s->given, (unsigned)i) ||
		    d->fields[i]->custom)
			continue;
		buf_printf(b, "%s\"%s\" = ", any ? ", " : "",
		    d->fields[i]->column);
		param(b, p, s->values.v[i].text);
		any = true;
	}
	if (!custom_given(s))
		return;
	buf_printf(b, "%scustom = nullif(jsonb_strip_nulls(coalesce(t.custom, "
	    "'{}') || ", any ? ", " : "");
	sql_custom_object(b, p, s);
	buf_addz(b, "), '{}')");
}

/* Out of n, which is ended here: the row with its titles. */
static void
save_select_sql(struct req *r, struct save *s, struct buf *b, struct query *q)
{
	struct fieldset	fields;

	seen_fields(r, s->values.def, &fields);
	buf_addz(b, ") select ");
	sql_select(b, q, s->values.def, &fields, "t", query_arena(q, r));
}

/* Insert or update give the row back as n; titles come with it. */
void
save_returning_sql(struct req *r, struct save *s, struct buf *b,
    struct query *q)
{
	const struct def	*d = s->values.def;
	struct fieldset		 fields;
	size_t			 i;

	seen_fields(r, d, &fields);
	buf_addz(b, " returning t.company_id, t.id, t.version");
	for (i = 0; i < d->nfields; i++)
		if (fieldset_has(&fields, (unsigned)i) &&
		    d->fields[i]->column != NULL && !d->fields[i]->custom)
			buf_printf(b, ", t.\"%s\"", d->fields[i]->column);
	if (d->plain != NULL)
		buf_addz(b, ", t.custom");
	save_select_sql(r, s, b, q);
}

void
save_rows(struct req *r, PGresult *res)
{
	struct save	*s = save_now(r);
	struct cbw	*w = req_out(r);

	if (s != r->state)
		lines_put(r, s, res);
	else {
		cbw_map(w, s->query->ncols + (s->nlines > 0));
		row_map(r, w, s->query, NULL, res, 0);
	}
	/* only its lines have changed, when nothing was given */
	if (s->remove || s->values.create || save_given(s))
		req_changed(r, s->values.def->name, s->values.id,
		    strtoll(PQgetvalue(res, 0, 1), NULL, 10), s->remove ?
		    "delete" : s->values.create ? "create" : "edit");
	save_next(r);
}

/* --- create ---------------------------------------------------------------- */

static void
insert_sql(struct req *r, struct save *s, struct buf *b, struct params *p)
{
	const struct def	*d = s->values.def;
	struct buf		 values = BUF_INIT;
	const struct record_value *from;
	const char		*expr;
	size_t			 i;

	buf_addz(b, "with n as (insert into ");
	sql_table(b, d);
	/* a company's own row works its company out by itself */
	buf_addz(b, d->owner == OWNER_SELF ? " as t (id" :
	    " as t (company_id, id");
	if (d->owner != OWNER_SELF)
		buf_addz(&values, "konak.company(), ");
	param(&values, p, s->values.id);
	for (i = 0; i < d->nfields; i++) {
		expr = save_default_sql(d->fields[i]);
		from = from_value(s, d->fields[i]);
		if (d->fields[i]->custom || (!s->values.v[i].given &&
		    from == NULL && (expr == NULL || d->fields[i]->readonly)))
			continue;
		buf_printf(b, ", \"%s\"", d->fields[i]->column);
		buf_addz(&values, ", ");
		if (s->values.v[i].given)
			param(&values, p, s->values.v[i].text);
		else if (from != NULL)
			from_sql(&values, p, d->fields[i], from, expr);
		else
			buf_addz(&values, expr);
	}
	if (custom_given(s)) {
		buf_addz(b, ", custom");
		buf_addz(&values, ", nullif(jsonb_strip_nulls(");
		sql_custom_object(&values, p, s);
		buf_addz(&values, "), '{}')");
	}
	buf_printf(b, ") values (%s)", buf_text(&values));
	buf_free(&values);
	save_returning_sql(r, s, b, s->query);
	buf_addz(b, " from n t");
}

/* The parameters of insert_sql() and update_sql() in their order, for a
 * statement that is kept. */
static void
insert_params(struct params *p, const struct save *s)
{
	const struct field		*f;
	const struct record_value	*from;
	size_t				 i;

	p->v[p->n++] = s->values.id;
	for (i = 0; i < s->values.def->nfields; i++) {
		f = s->values.def->fields[i];
		if (s->values.v[i].given)
			p->v[p->n++] = s->values.v[i].text;
		else if ((from = from_value(s, f)) != NULL) {
			if (f->from_ref->ref->owner == OWNER_SELF)
				p->v[p->n++] = from->text;
			p->v[p->n++] = from->text;
		}
	}
}

static void
update_params(struct req *r, struct params *p, const struct save *s)
{
	size_t	i;

	for (i = 0; i < s->values.def->nfields; i++)
		if (s->values.v[i].given)
			p->v[p->n++] = s->values.v[i].text;
	p->v[p->n++] = s->values.id;
	p->v[p->n++] = req_printf(r, "%" PRId64, s->values.version);
}

/* --- edit ------------------------------------------------------------------ */

static void
update_sql(struct req *r, struct save *s, struct buf *b, struct params *p)
{
	const struct def	*d = s->values.def;

	buf_addz(b, "with n as (update ");
	sql_table(b, d);
	buf_addz(b, " t set ");
	save_set_sql(b, p, s);
	buf_addz(b, " where ");
	sql_company(b, d, "t");
	buf_addz(b, " and t.id = ");
	param(b, p, s->values.id);
	buf_addz(b, " and t.version = ");
	param(b, p, req_printf(r, "%" PRId64, s->values.version));
	if (d->soft)
		buf_addz(b, " and t.deleted_at is null");
	save_returning_sql(r, s, b, s->query);
	buf_addz(b, OR_NO_ROW);
}

/* Nothing of its own is changed: there it must be, and it may be edited. */
static void
touch_sql(struct req *r, struct save *s, struct buf *b, struct params *p)
{
	const struct def	*d = s->values.def;

	buf_addz(b, "with n as (select t.* from ");
	sql_table(b, d);
	buf_addz(b, " t where ");
	sql_company(b, d, "t");
	buf_addz(b, " and t.id = ");
	param(b, p, s->values.id);
	if (d->soft)
		buf_addz(b, " and t.deleted_at is null");
	buf_addz(b, " for update");
	save_select_sql(r, s, b, s->query);
	buf_addz(b, OR_NO_ROW);
}

/* The statement that writes the row, kept for the next of its kind. */
static void
write_stmt(struct req *r, struct save *s, struct params *p)
{
	const struct def	*d = s->values.def;
	struct buf		 b = BUF_INIT;
	struct fieldset		 seen;
	const char		*key;

	given_fields(s);
	seen_fields(r, d, &seen);
	if (!s->values.create && !save_given(s)) {
		s->query = query_new(r, d, NULL);
		touch_sql(r, s, &b, p);
		query_sql(s->query, r, &b);
		return;
	}
	key = save_key(r, s->values.create ? 'i' : 'u', s, &seen);
	if ((s->query = query_find(d, key)) != NULL) {
		if (s->values.create)
			insert_params(p, s);
		else
			update_params(r, p, s);
		return;
	}
	s->query = query_new(r, d, key);
	if (s->values.create)
		insert_sql(r, s, &b, p);
	else
		update_sql(r, s, &b, p);
	query_sql(s->query, r, &b);
}

void
save_place(struct req *r, struct save *s)
{
	const struct def	*d = s->values.def;
	const char		*v[4];
	struct buf		 b = BUF_INIT;
	struct query		*q;

	if (!s->move)
		return;
	v[0] = s->values.id;
	v[1] = s->values.v[d->kanban->by->index].text;
	v[2] = req_uuid(r, "after");
	v[3] = req_uuid(r, "before");
	if ((q = query_find(d, "place")) == NULL) {
		q = query_new(r, d, "place");
		buf_printf(&b, "select konak.\"%s_place\"($1, $2, $3, $4)",
		    d->table);
		query_sql(q, r, &b);
	}
	req_query(r, &q->stmt, 4, v, NULL);
}

void
save_send(struct req *r, struct save *s)
{
	struct params	*p = arena_alloc(r->arena, sizeof *p);

	if (s->remove) {
		p->v[p->n++] = s->values.id;
		p->v[p->n++] = req_printf(r, "%" PRId64, s->values.version);
		req_query(r, delete_stmt(r, s->values.def), p->n, p->v,
		    save_rows);
		return;
	}
	write_stmt(r, s, p);
	save_references(r, s);
	save_place(r, s);
	secrets_put(r, s);
	req_query(r, &s->query->stmt, p->n, p->v, save_rows);
	if (s->hooks != NULL && s->hooks->statements != NULL)
		s->hooks->statements(r, &s->values);
}

static void
send_all(struct req *r)
{
	struct save	*s = r->state;

	if (s->nlines > 0 && !s->values.create)
		lines_once(r);
	save_send(r, s);
	lines_send(r, s);
	req_catch(r, save_failed);
}

/* The module's own say about the record and each of its lines, before anything
 * is sent. */
static bool
hooks_agree(struct req *r, struct save *s)
{
	size_t	i;
	bool	good = true;

	if (s->hooks != NULL && s->hooks->check != NULL && !s->remove)
		good = s->hooks->check(r, &s->values);
	for (i = 0; i < s->nlines && good && !req_failed(r); i++) {
		req_part(r, s->line[i]->part);
		good = hooks_agree(r, s->line[i]);
	}
	req_part(r, NULL);
	return good && !req_failed(r);
}

static void
run_prepare(struct req *r)
{
	struct save	*s = r->state;

	if (s->hooks != NULL && s->hooks->prepare != NULL)
		s->hooks->prepare(r, &s->values, send_all);
	else
		send_all(r);
}

static void
run_hooks(struct req *r, struct save *s)
{
	if (!req_failed(r) && hooks_agree(r, s))
		secrets_seal(r, s, run_prepare);
}

/* --- The verbs ------------------------------------------------------------- */

void
record_create(struct req *r)
{
	struct save	*s = save_top(r, true);

	/* A resend without an id must not make a second record: the request's
	 * own id serves, which is unique as well. */
	s->values.id = req_has(r, "id") ? req_uuid(r, "id") : r->id;
	if (!req_failed(r))
		save_defaults(r, s);
	save_whens(r, s);
	lines_read(r, s);
	run_hooks(r, s);
}

void
record_edit(struct req *r)
{
	struct save	*s = save_top(r, false);

	s->values.id = req_uuid(r, "id");
	s->values.version = req_int(r, "version");
	save_whens(r, s);
	lines_read(r, s);
	if (req_failed(r))
		return;
	if (!save_given(s) && s->nlines == 0)
		record_get(r);		/* nothing to save */
	else
		run_hooks(r, s);
}

/* The column as a value of its field; it may be the one that the card is in. */
static void
read_column(struct req *r, struct save *s, const struct field *f)
{
	const char		*text = req_text(r, "column");
	struct record_value	*v = &s->values.v[f->index];
	struct value_error	 error;

	v->sent = true;
	if (!settable(r, s, f))
		return;
	if (!value_parse_wire(&f->rules, text, strlen(text), &error)) {
		req_bad_value(r, "column", &error);
		return;
	}
	v->given = true;
	v->text = text;
}

/* An edit of the field that the board is by, and a place among its cards.
 * Whatever else the new column wants may come with it. */
void
record_move(struct req *r)
{
	struct save	*s = save_top(r, false);

	s->move = true;
	s->values.id = req_uuid(r, "id");
	s->values.version = req_int(r, "version");
	read_column(r, s, s->values.def->kanban->by);
	save_whens(r, s);
	run_hooks(r, s);
}
