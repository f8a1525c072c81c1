/*
 * sql.c - pieces of the statements that the engine makes. Names come from
 * definitions and are quoted; values are bound, always.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/cbor.h"
#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/record/engine.h"
#include "server/verb.h"

/* U+FFFF: after every other character in the collations of ICU. */
#define TEXT_LAST "\xef\xbf\xbf"

/* Statements of one definition that stay prepared. */
#define BUCKETS 64
struct record_state {
	struct arena	*arena;
	struct query	*kept[BUCKETS];
	unsigned	 nkept;
};

void
param(struct buf *b, struct params *p, const char *value)
{
	if (p->n == ENGINE_PARAMS)
		fatalx("a statement with more than %d parameters",
		    ENGINE_PARAMS);
	p->v[p->n++] = value;
	buf_printf(b, "$%u", p->n);
}

void
sql_ident(struct buf *b, const char *alias, const char *column)
{
	buf_printf(b, "%s.\"%s\"", alias, column);
}

void
sql_table(struct buf *b, const struct def *d)
{
	buf_printf(b, "konak.\"%s\"", d->table);
}

void
sql_company(struct buf *b, const struct def *d, const char *alias)
{
	switch (d->owner) {
	case OWNER_COMPANY:
		buf_printf(b, "%s.company_id = (select konak.company())",
		    alias);
		break;
	case OWNER_GROUP:
		buf_printf(b, "%s.company_id = (select konak.group_company())",
		    alias);
		break;
	case OWNER_BOTH:
		buf_printf(b, "%s.company_id in ((select konak.company()), "
		    "(select konak.group_company()))", alias);
		break;
	case OWNER_SELF:	/* companies: the policy alone says which */
		buf_addz(b, "true");
		break;
	}
}

bool
sql_by_name(const struct req *r, const struct def *d)
{
	return d->names != NULL && (d->perm[OP_VIEW].need == NULL ||
	    !req_may(r, d->perm[OP_VIEW].need));
}

/* --- Sorting --------------------------------------------------------------- */

static bool
collated(const struct field *f)
{
	return (field_text_like(f) && field_type(f) != VALUE_LONGTEXT) ||
	    (f->custom && field_type(f) == VALUE_CHOICE);
}

const char *
sort_last(const struct field *f)
{
	switch (field_type(f)) {
	case VALUE_DECIMAL:
	case VALUE_MONEY:
	case VALUE_PERCENT:
	case VALUE_DATE:
	case VALUE_TIMESTAMP:
		return "infinity";
	case VALUE_INT:
	case VALUE_DURATION:
		return strlen(f->rules.most) > 10 ||
		    strcmp(f->rules.most, "2147483647") > 0 ?
		    "9223372036854775807" : "2147483647";
	case VALUE_TIME:
		return "24:00";
	default:
		return TEXT_LAST;
	}
}

void
sql_sort_key(struct buf *b, const struct field *f, const char *alias)
{
	if (f->custom) {
		/* in older records one that is required may be missing */
		buf_addz(b, "coalesce(");
		sql_custom_typed(b, f, alias);
		buf_printf(b, ", '%s')", sort_last(f));
	} else if (f->required)
		sql_ident(b, alias, f->column);
	else {
		buf_printf(b, "(case when %s.\"%s\" is null then ", alias,
		    f->column);
		if (field_type(f) == VALUE_INT ||
		    field_type(f) == VALUE_DURATION)
			buf_addz(b, sort_last(f));
		else
			buf_printf(b, "'%s'", sort_last(f));
		buf_printf(b, " else %s.\"%s\" end)", alias, f->column);
	}
	if (collated(f))
		buf_printf(b, " collate %s", f->natural ?
		    "konak.tr_natural" : "\"tr-x-icu\"");
}

/* --- Titles and fields ----------------------------------------------------- */

static void
title_part(struct buf *b, const struct field *f, const char *alias)
{
	struct buf	expr = BUF_INIT;

	switch (field_type(f)) {
	case VALUE_REF:
		sql_ident(&expr, alias, f->column);
		sql_ref_title(b, f, buf_text(&expr));
		buf_free(&expr);
		break;
	case VALUE_LONGTEXT:
		buf_addz(b, "left(");
		sql_ident(b, alias, f->column);
		buf_addz(b, ", 100)");
		break;
	default:
		sql_ident(b, alias, f->column);
		buf_addz(b, "::text");
		break;
	}
}

void
record_title_sql(struct buf *b, const struct def *d, const char *alias)
{
	size_t	i;

	if (d->ntitle == 1) {
		title_part(b, d->title[0], alias);
		return;
	}
	buf_addz(b, "concat_ws(' '");
	for (i = 0; i < d->ntitle; i++) {
		buf_addz(b, ", ");
		title_part(b, d->title[i], alias);
	}
	buf_addz(b, ")");
}

void
sql_ref_title(struct buf *b, const struct field *f, const char *expr)
{
	char	alias[80];

	snprintf(alias, sizeof alias, "r_%s", f->ref->name);
	buf_addz(b, "(select ");
	record_title_sql(b, f->ref, alias);
	buf_printf(b, " as title from konak.\"%s\" %s where ",
	    f->ref->names != NULL ? f->ref->names : f->ref->table, alias);
	if (f->ref->owner == OWNER_SELF)
		buf_printf(b, "%s.company_id = %s", alias, expr);
	else if (f->ref->names != NULL)
		buf_printf(b, "%s.company_id = (select konak.register())",
		    alias);
	else
		sql_company(b, f->ref, alias);
	/* offset 0: each by its key, not joined with all the names there are */
	buf_printf(b, " and %s.id = %s%s)", alias, expr,
	    f->ref->names != NULL ? " offset 0" : "");
}

/*
 * In which rows a field is seen: where its permission is held with a scope,
 * in the rows of that scope. The predicates name bare columns, which a
 * reference's own statement would take for the other table's: such a field
 * is seen by those alone who may see all of them.
 */
static void
seen_sql(struct buf *b, const struct field *f)
{
	const struct def	*d = f->def;
	size_t			 i;

	buf_printf(b, "(select konak.may('%s'))", f->see);
	if (d->nscopes == 0)
		return;
	buf_printf(b, " and case (select konak.scope('%s')) "
	    "when 'all' then true", f->see);
	for (i = 0; i < d->nscopes && f->ref == NULL; i++)
		buf_printf(b, " when '%s' then (%s)", d->scopes[i].name,
		    d->scopes[i].sql);
	buf_addz(b, " else false end");
}

void
sql_field(struct buf *b, const struct field *f, const char *alias)
{
	if (f->column == NULL) {
		buf_addz(b, "null");
		return;
	}
	if (f->custom) {
		sql_custom(b, f, alias);
		return;
	}
	/* The database decides as well, whatever the server believes. */
	if (f->see != NULL) {
		buf_addz(b, "case when ");
		seen_sql(b, f);
		buf_addz(b, " then ");
	}
	sql_ident(b, alias, f->column);
	if (f->see != NULL)
		buf_addz(b, " end");
}

static void
add_column(struct query *q, const char *name, enum value_type type)
{
	q->names[q->ncols] = name;
	q->types[q->ncols++] = type;
}

void
sql_select(struct buf *b, struct query *q, const struct def *d,
    const struct fieldset *fields, const char *alias, struct arena *arena)
{
	struct buf		 expr = BUF_INIT;
	const struct field	*f;
	size_t			 i;

	q->names = arena_array(arena, 2 + 2 * d->nfields, sizeof *q->names);
	q->types = arena_array(arena, 2 + 2 * d->nfields, sizeof *q->types);
	q->by_name = arena_array(arena, 2 + 2 * d->nfields,
	    sizeof *q->by_name);
	buf_printf(b, "%s.id, ", alias);
	if (d->unversioned)
		buf_addz(b, "1");
	else
		buf_printf(b, "%s.version", alias);
	add_column(q, "id", VALUE_UUID);
	add_column(q, "version", VALUE_INT);
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (!fieldset_has(fields, f->index))
			continue;
		buf_addz(b, ", ");
		sql_field(b, f, alias);
		add_column(q, f->name, field_type(f));
		if (f->ref == NULL)
			continue;
		buf_addz(b, ", ");
		q->by_name[q->ncols] = field_named(f);
		if (q->named && field_named(f))
			buf_addz(b, "null::text");
		else if (q->joined)
			buf_printf(b, "j%u.title", f->index);
		else {
			buf_clear(&expr);
			sql_field(&expr, f, alias);
			sql_ref_title(b, f, buf_text(&expr));
		}
		add_column(q, f->title_name, VALUE_TEXT);
	}
	buf_free(&expr);
}

/* Lateral, so that no name of the other table is seen outside. */
void
sql_joins(struct buf *b, const struct def *d, const struct fieldset *fields,
    const char *alias)
{
	struct buf		 expr = BUF_INIT;
	const struct field	*f;
	size_t			 i;

	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (!fieldset_has(fields, f->index) || f->ref == NULL)
			continue;
		buf_clear(&expr);
		sql_field(&expr, f, alias);
		buf_addz(b, " left join lateral ");
		sql_ref_title(b, f, buf_text(&expr));
		buf_printf(b, " j%u on true", f->index);
	}
	buf_free(&expr);
}

/* --- Scopes ---------------------------------------------------------------- */

/*
 * Which scopes bound what this session may do, by their place in the
 * definition; 0 when the whole company is open. It only helps the planner:
 * the policy says the same.
 */
unsigned
scope_bits(const struct req *r, const struct def *d, enum def_op op)
{
	const struct def_perm	*p = &d->perm[op];
	const char		*held, *scope;
	unsigned		 bits = 0;
	size_t			 i, j;

	if (p->everyone || d->nscopes == 0)
		return 0;
	for (i = 0; i < p->n; i++) {
		if ((held = req_scope(r, p->codes[i].code)) == NULL)
			continue;
		/* one that is not listed counts as the last */
		for (j = 0; (scope = p->codes[i].scopes[j]) != NULL; j++)
			if (strcmp(scope, held) == 0 ||
			    p->codes[i].scopes[j + 1] == NULL)
				break;
		if (scope == NULL || strcmp(scope, "all") == 0)
			return 0;
		for (j = 0; j < d->nscopes; j++)
			if (strcmp(d->scopes[j].name, scope) == 0)
				bits |= 1u << j;
	}
	return bits;
}

void
sql_scopes(struct buf *b, const struct def *d, unsigned bits)
{
	const char	*glue = " and (";
	size_t		 i;

	if (bits == 0)
		return;
	for (i = 0; i < d->nscopes; i++) {
		if ((bits & 1u << i) == 0)
			continue;
		buf_printf(b, "%s(%s)", glue, d->scopes[i].sql);
		glue = " or ";
	}
	buf_addz(b, ")");
}

/* --- Which fields ---------------------------------------------------------- */

static bool
sees(const struct req *r, const struct field *f)
{
	return f->see == NULL || req_may(r, f->see);
}

void
seen_fields(const struct req *r, const struct def *d, struct fieldset *set)
{
	size_t	i;

	memset(set, 0, sizeof *set);
	for (i = 0; i < d->nfields; i++)
		if (sees(r, d->fields[i]))
			fieldset_add(set, d->fields[i]->index);
}

bool
chosen_fields(struct req *r, const struct def *d, struct fieldset *set)
{
	struct cbr		 in;
	const struct field	*f;
	const char		*name;
	uint32_t		 n, i;
	size_t			 len;

	if (!req_any(r, "columns", &in)) {
		seen_fields(r, d, set);
		return true;
	}
	memset(set, 0, sizeof *set);
	if (!cbr_array(&in, &n)) {
		req_bad(r, "columns", "record.list_expected", NULL);
		return false;
	}
	for (i = 0; i < n; i++) {
		if (!cbr_text(&in, &name, &len)) {
			req_bad(r, "columns", "record.list_expected", NULL);
			return false;
		}
		if (cbr_is(name, len, "id") || cbr_is(name, len, "version"))
			continue;
		f = def_field_len(d, name, len);
		if (f == NULL || !sees(r, f)) {
			req_bad(r, "columns", "record.no_field", "field",
			    arena_strndup(r->arena, name, len), NULL);
			return false;
		}
		fieldset_add(set, f->index);
	}
	return true;
}

/* --- Statements that are kept ---------------------------------------------- */

static struct record_state *
state_of(const struct def *d)
{
	struct def	*def = (struct def *)d;

	if (def->state == NULL) {
		def->state = xcalloc(1, sizeof *def->state);
		def->state->arena = arena_new();
	}
	return def->state;
}

static unsigned
bucket(const char *key)
{
	unsigned	h = 2166136261u;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	return h % BUCKETS;
}

struct query *
query_find(const struct def *d, const char *key)
{
	struct query	*q;

	if (d->plain != NULL)
		return NULL;	/* it goes when the company changes it */
	for (q = state_of(d)->kept[bucket(key)]; q != NULL; q = q->next)
		if (strcmp(q->key, key) == 0)
			return q;
	return NULL;
}

struct query *
query_new(struct req *r, const struct def *d, const char *key)
{
	struct record_state	*s = d->plain != NULL ? NULL : state_of(d);
	struct query		*q;

	if (key == NULL || s == NULL || s->nkept == ENGINE_KEPT) {
		q = arena_alloc(r->arena, sizeof *q);
		q->def = d;
		q->sort_col = -1;
		return q;
	}
	q = arena_alloc(s->arena, sizeof *q);
	q->def = d;
	q->sort_col = -1;
	q->key = arena_strdup(s->arena, key);
	q->stmt.name = arena_printf(s->arena, "%s.%u", d->name, ++s->nkept);
	q->next = s->kept[bucket(key)];
	s->kept[bucket(key)] = q;
	return q;
}

struct arena *
query_arena(struct query *q, struct req *r)
{
	return q->key != NULL ? state_of(q->def)->arena : r->arena;
}

void
query_sql(struct query *q, struct req *r, struct buf *b)
{
	q->stmt.sql = arena_strdup(query_arena(q, r), buf_text(b));
	buf_free(b);
	/* without its values: for whoever measures or explains it */
	log_debug(NULL, "statement %s of %s: %s", q->stmt.name != NULL ?
	    q->stmt.name : "-", r->verb->name, q->stmt.sql);
}
