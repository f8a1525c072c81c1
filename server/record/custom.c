/*
 * custom.c - what a company has said of its own about record types: further
 * fields (custom_field_defs) and defaults (field_defaults). A type that takes
 * custom fields gets a definition of its own for each company that has some;
 * the verbs work with that one. It is read when a company first asks for such
 * a type and again after a change, here or on another server; the tables
 * judge every value all the same.
 */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/dispatch.h"
#include "server/module.h"
#include "server/record/engine.h"
#include "server/req_private.h"
#include "server/tenant.h"

#define CUSTOM_MAX	40	/* fields of one type */
#define CUSTOM_OLD_S	600	/* no request lives as long */

struct custom_default {
	STAILQ_ENTRY(custom_default)	 entry;
	const struct def		*def;
	const struct field		*field;
	const char			*text;
};

/* One company's definitions; replaced as a whole. */
struct custom_set {
	LIST_ENTRY(custom_set)	 entry;
	const struct tenant	*tenant;
	char			 company[37];
	struct arena		*arena;
	struct def		**def;		/* by def->index; NULL: plain */
	STAILQ_HEAD(, custom_default) defaults;
	time_t			 replaced;	/* 0: the present one */
	bool			 loading, stale;
};

static LIST_HEAD(, custom_set)	sets = LIST_HEAD_INITIALIZER(sets);

static struct custom_set *
custom_find(const struct tenant *t, const char *company)
{
	struct custom_set	*s;

	if (company == NULL)
		return NULL;
	LIST_FOREACH(s, &sets, entry)
		if (s->replaced == 0 && s->tenant == t &&
		    strcmp(s->company, company) == 0)
			return s;
	return NULL;
}

static void
custom_free(struct custom_set *s)
{
	LIST_REMOVE(s, entry);
	arena_free(s->arena);
	free(s->def);
	free(s);
}

/* Requests that began with it go on; those that come read anew. */
static void
custom_changed(const struct tenant *t, const char *company)
{
	struct custom_set	*s, *next;
	time_t			 now = mono_time();

	for (s = LIST_FIRST(&sets); s != NULL; s = next) {
		next = LIST_NEXT(s, entry);
		if (s->loading)
			s->stale = true;
		else if (s->replaced != 0 && now - s->replaced > CUSTOM_OLD_S)
			custom_free(s);
		else if (s->replaced == 0 && s->tenant == t &&
		    (company == NULL || strcmp(s->company, company) == 0))
			s->replaced = now;
	}
}

void
custom_change(const struct tenant *t, const char *company, const char *type)
{
	names_change(t, type);
	if (type == NULL || strcmp(type, "custom_field_defs") == 0 ||
	    strcmp(type, "field_defaults") == 0)
		custom_changed(t, company);
}

const struct def *
custom_def(const struct req *r, const struct def *d)
{
	const struct custom_set	*s;

	if (!d->custom || r->session == NULL)
		return d;
	s = custom_find(r->tenant, req_company(r));
	return s == NULL || s->def[d->index] == NULL ? d : s->def[d->index];
}

const struct def *
req_def(const struct req *r)
{
	return custom_def(r, r->verb->data);
}

/* What a company wants in the field; NULL: nothing of its own. */
const char *
custom_default(const struct req *r, const struct field *f)
{
	const struct custom_set		*s;
	const struct custom_default	*c;

	s = custom_find(r->tenant, req_company(r));
	if (s == NULL)
		return NULL;
	STAILQ_FOREACH(c, &s->defaults, entry)
		if (c->def->index == f->def->index &&
		    strcmp(c->field->name, f->name) == 0)
			return c->text;
	return NULL;
}

/* --- Reading --------------------------------------------------------------- */

enum { F_WHAT, F_TYPE, F_KEY, F_NAME, F_NAME_EN, F_KIND, F_OPTIONS,
    F_REQUIRED };

static const char *
cell(struct custom_set *s, PGresult *res, int row, int col)
{
	return PQgetisnull(res, row, col) ? NULL :
	    arena_strdup(s->arena, PQgetvalue(res, row, col));
}

/* A copy with room for its own fields. */
static struct def *
custom_own(struct custom_set *s, const struct def *d)
{
	struct def	*own;

	if ((own = s->def[d->index]) != NULL)
		return own;
	own = arena_alloc(s->arena, sizeof *own);
	*own = *d;
	own->plain = d;
	own->state = NULL;
	own->fields = arena_array(s->arena, d->nfields + CUSTOM_MAX,
	    sizeof *own->fields);
	memcpy(own->fields, d->fields, d->nfields * sizeof *own->fields);
	return s->def[d->index] = own;
}

/* Words with commas between; none has one in it. */
static void
custom_options(struct custom_set *s, struct field *f, const char *options)
{
	struct value_choice	*vc;
	struct def_choice	*dc;
	char			*word, *rest;
	size_t			 n = 0;

	vc = arena_array(s->arena, strlen(options) + 1, sizeof *vc);
	dc = arena_array(s->arena, strlen(options) + 1, sizeof *dc);
	for (word = strtok_r(arena_strdup(s->arena, options), ",", &rest);
	    word != NULL; word = strtok_r(NULL, ",", &rest), n++) {
		vc[n].code = vc[n].label[LANG_TR] = vc[n].label[LANG_EN] =
		    word;
		dc[n].value = vc[n];
	}
	f->rules.choices = vc;
	f->rules.nchoices = n;
	f->choices = dc;
}

static void
custom_field(struct custom_set *s, PGresult *res, int row)
{
	const struct def	*d = def_find(PQgetvalue(res, row, F_TYPE));
	struct def		*own;
	struct field		*f;

	if (d == NULL || !d->custom)
		return;
	own = custom_own(s, d);
	if (own->nfields - d->nfields >= CUSTOM_MAX)
		return;
	f = arena_alloc(s->arena, sizeof *f);
	if (!value_type_parse(PQgetvalue(res, row, F_KIND), &f->rules.type))
		return;
	f->def = own;
	f->name = f->column = cell(s, res, row, F_KEY);
	f->custom = true;
	f->index = (unsigned)own->nfields;
	f->label.text[LANG_TR] = cell(s, res, row, F_NAME);
	f->label.text[LANG_EN] = cell(s, res, row, F_NAME_EN);
	if (f->label.text[LANG_EN] == NULL)
		f->label.text[LANG_EN] = f->label.text[LANG_TR];
	if (field_type(f) == VALUE_DECIMAL) {
		f->rules.scale = 4;
		f->rules.digits = 18;
	} else if (field_type(f) == VALUE_INT) {
		f->rules.least = "-999999999999999";
		f->rules.most = "999999999999999";
	}
	if (!PQgetisnull(res, row, F_OPTIONS) &&
	    (field_type(f) == VALUE_CHOICE || field_type(f) == VALUE_CHOICES))
		custom_options(s, f, PQgetvalue(res, row, F_OPTIONS));
	f->required = PQgetvalue(res, row, F_REQUIRED)[0] == 't';
	f->filter = field_type(f) != VALUE_LONGTEXT;
	/* by no index: a page is the best of all that there are */
	f->sort = field_type(f) != VALUE_LONGTEXT &&
	    field_type(f) != VALUE_CHOICES && field_type(f) != VALUE_BOOL;
	f->node = d->node;
	own->fields[own->nfields++] = f;
}

/* Who is a member, and in which role, is said each time by who adds somebody:
 * settings.edit must not say it for an owner. */
static bool
takes_defaults(const struct def *d)
{
	return !d->readonly && !d->hand && d->step_up == 0;
}

static void
custom_default_row(struct custom_set *s, PGresult *res, int row)
{
	const struct def	*d = def_find(PQgetvalue(res, row, F_TYPE));
	const struct field	*f;
	struct custom_default	*c;
	struct value_error	 error;
	const char		*text = PQgetvalue(res, row, F_NAME);

	if (d == NULL || !takes_defaults(d) ||
	    (f = def_field(d, PQgetvalue(res, row, F_KEY))) ==
	    NULL || f->readonly || f->see != NULL ||
	    !value_parse_wire(&f->rules, text, strlen(text), &error))
		return;
	c = arena_alloc(s->arena, sizeof *c);
	c->def = d;
	c->field = f;
	c->text = arena_strdup(s->arena, text);
	STAILQ_INSERT_TAIL(&s->defaults, c, entry);
}

static void
custom_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct custom_set	*s = arg;
	int			 i;

	(void)tx;
	for (i = 0; i < PQntuples(res); i++)
		if (strcmp(PQgetvalue(res, i, F_WHAT), "field") == 0)
			custom_field(s, res, i);
		else
			custom_default_row(s, res, i);
}

struct loading {
	struct req		*req;
	struct custom_set	*set;
};

static void
custom_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct loading		*l = arg;
	struct req		*r = l->req;
	struct custom_set	*s = l->set;

	(void)tx;
	free(l);
	s->loading = false;
	if (e != NULL)
		log_warn(tenant_name(r->tenant), "custom fields were not "
		    "read: %s", e->message);
	if (e != NULL || s->stale ||
	    custom_find(s->tenant, s->company) != NULL)
		custom_free(s);
	else
		s->replaced = 0;
	if (!req_gone(r) && e != NULL) {
		req_wait(r, 2);
		req_fail(r, ERR_UNAVAILABLE, NULL, "err.unavailable", "wait",
		    "2", NULL);
	} else if (!req_gone(r))
		r->verb->then(r);
	req_go(r);
}

/* The verb's own function, once this company's fields are known. */
void
custom_run(struct req *r)
{
	static const struct db_stmt stmt = { "company_fields",
	    "select * from konak.company_fields($1::uuid)" };
	struct custom_set	*s;
	struct loading		*l;
	struct db_tx		*tx;
	const char		**params;

	if (custom_find(r->tenant, req_company(r)) != NULL) {
		r->verb->then(r);
		return;
	}
	s = xcalloc(1, sizeof *s);
	s->tenant = r->tenant;
	memcpy(s->company, req_company(r), sizeof s->company);
	s->arena = arena_new();
	s->def = xcalloc(defs_count(), sizeof *s->def);
	s->replaced = mono_time();
	s->loading = true;
	STAILQ_INIT(&s->defaults);
	LIST_INSERT_HEAD(&sets, s, entry);
	l = xcalloc(1, sizeof *l);
	l->req = r;
	l->set = s;
	params = arena_array(r->arena, 1, sizeof *params);
	params[0] = arena_strdup(r->arena, s->company);
	req_hold(r);
	tx = db_tx_new(tenant_db(r->tenant), 0, 0, custom_done, l);
	db_tx_query(tx, &stmt, 1, params, custom_rows, s);
	db_tx_send(tx);
}

/* --- Values in statements --------------------------------------------------- */

/* As text, or as an array of it. */
void
sql_custom(struct buf *b, const struct field *f, const char *alias)
{
	if (field_type(f) == VALUE_CHOICES)
		buf_printf(b, "(case when %s.custom ? '%s' then array(select "
		    "jsonb_array_elements_text(%s.custom->'%s')) end)", alias,
		    f->column, alias, f->column);
	else
		buf_printf(b, "(%s.custom->>'%s')", alias, f->column);
}

/* As what it is, to be compared. */
void
sql_custom_typed(struct buf *b, const struct field *f, const char *alias)
{
	sql_custom(b, f, alias);
	switch (field_type(f)) {
	case VALUE_INT:
	case VALUE_DECIMAL:
		buf_addz(b, "::numeric");
		break;
	case VALUE_DATE:
		buf_addz(b, "::date");
		break;
	case VALUE_BOOL:
		buf_addz(b, "::boolean");
		break;
	default:
		break;
	}
}

/* The object of those that are given: jsonb_build_object('x_…', $n, …). */
void
sql_custom_object(struct buf *b, struct params *p, const struct save *s)
{
	const struct field	*f;
	const char		*glue = "";
	size_t			 i;

	buf_addz(b, "jsonb_build_object(");
	for (i = 0; i < s->values.def->nfields; i++) {
		f = s->values.def->fields[i];
		if (!f->custom || !s->values.v[i].given)
			continue;
		buf_printf(b, "%s'%s', ", glue, f->column);
		param(b, p, s->values.v[i].text);
		buf_addz(b, field_type(f) == VALUE_CHOICES ? "::text[]" :
		    "::text");
		glue = ", ";
	}
	buf_addz(b, ")");
}

bool
custom_given(const struct save *s)
{
	size_t	i;

	for (i = 0; i < s->values.def->nfields; i++)
		if (s->values.def->fields[i]->custom &&
		    s->values.v[i].given)
			return true;
	return false;
}

/* --- To the client ----------------------------------------------------------- */

static void
put_defaults(struct req *r, struct cbw *w, const struct custom_set *s)
{
	const struct custom_default	*c;

	cbw_key(w, "defaults");
	cbw_map_begin(w);
	STAILQ_FOREACH(c, &s->defaults, entry) {
		if (!def_may(c->def, OP_CREATE, req_rights(r)))
			continue;
		cbw_key(w, req_printf(r, "%s.%s", c->def->name,
		    c->field->name));
		value_send(field_type(c->field), w, c->text);
	}
	cbw_map_end(w);
}

/* fields: { type: [field, …] }, defaults: { "type.field": value }. */
static void
company_fields(struct req *r)
{
	const struct custom_set	*s = custom_find(r->tenant,
				    req_company(r));
	const struct def	*d;
	struct cbw		*w = req_out(r);
	size_t			 i, k;

	cbw_map(w, 2);
	cbw_key(w, "fields");
	cbw_map_begin(w);
	for (i = 0; s != NULL && i < defs_count(); i++) {
		d = s->def[i];
		if (d == NULL || !def_may(d, OP_VIEW, req_rights(r)))
			continue;
		cbw_key(w, d->name);
		cbw_array_begin(w);
		for (k = d->plain->nfields; k < d->nfields; k++)
			def_put_field(w, d, d->fields[k], req_rights(r));
		cbw_array_end(w);
	}
	cbw_map_end(w);
	if (s != NULL)
		put_defaults(r, w, s);
	else {
		cbw_key(w, "defaults");
		cbw_map(w, 0);
	}
}

/* --- Judging a default ------------------------------------------------------- */

static bool
default_check(struct req *r, struct record_values *v)
{
	const char		*type = record_value(v, "record_type")->text;
	const char		*field = record_value(v, "field")->text;
	const char		*value = record_value(v, "value")->text;
	const struct def	*d;
	const struct field	*f;
	struct value_error	 error;

	if (!v->create)
		return true;	/* read as no default when it is wrong */
	if ((d = def_find(type)) == NULL || d->readonly) {
		req_bad(r, "record_type", "custom.no_type", NULL);
		return false;
	}
	if (!takes_defaults(d)) {
		req_bad(r, "record_type", "custom.no_default", NULL);
		return false;
	}
	f = def_field(d, field);
	if (f == NULL || f->readonly || f->see != NULL) {
		req_bad(r, "field", "record.no_field", "field", field, NULL);
		return false;
	}
	if (!value_parse_wire(&f->rules, value, strlen(value), &error)) {
		req_bad(r, "value", "custom.bad", NULL);
		return false;
	}
	return true;
}

static const struct module_hooks custom_hooks[] = {
	{ .record = "field_defaults", .check = default_check },
	{ .record = NULL }
};

static const struct verb custom_verbs[] = {
	{ .name = "company.fields", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .run = custom_run, .then = company_fields },
	{ .name = NULL }
};

const struct module custom_module = { "custom", custom_verbs, custom_hooks };
