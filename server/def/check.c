/*
 * check.c - definitions against a tenant's database, both ways: tables,
 * columns and their types, indexes of what sorts and filters, and what
 * konak.protect() was told. Each difference is named with file and line.
 */
#include <ctype.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/yaml.h"
#include "server/def/def.h"

enum { C_TABLE, C_KIND, C_COLUMN, C_TYPE, C_LENGTH, C_NOTNULL, C_LABELS,
    C_GENERATED };
enum { I_TABLE, I_FIRST, I_SECOND, I_COLLATION, I_THIRD };
enum { P_TABLE, P_KNOWN, P_SAME };

static const char sql_columns[] =
    "select c.relname, c.relkind, a.attname, case when t.typtype = 'e' then "
    "'enum' else format_type(a.atttypid, null) end, "
    "case when t.typname in ('varchar', 'bpchar') and a.atttypmod > 4 "
    "then a.atttypmod - 4 end, case when a.attnotnull then 't' "
    "when exists (select from pg_constraint k where k.conrelid = c.oid "
    "and k.conname = c.relname || '_' || a.attname || '_required') "
    "then 'c' else 'f' end, "
    "(select string_agg(e.enumlabel, ',' order by e.enumsortorder) "
    "from pg_enum e where e.enumtypid = t.oid), "
    "case when a.attgenerated <> '' then (select pg_get_expr(x.adbin, "
    "x.adrelid) from pg_attrdef x where x.adrelid = c.oid "
    "and x.adnum = a.attnum) end "
    "from pg_attribute a join pg_class c on c.oid = a.attrelid "
    "join pg_type t on t.oid = a.atttypid "
    "where c.relnamespace = 'konak'::regnamespace and a.attnum > 0 "
    "and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm') "
    "and not c.relispartition order by 1, a.attnum";

static const char sql_indexes[] =
    "select c.relname, pg_get_indexdef(i.indexrelid, 1, true), "
    "pg_get_indexdef(i.indexrelid, 2, true), "
    "(select l.collname from pg_collation l where l.oid = "
    "nullif(i.indcollation[1], 0)), "
    "case when i.indnkeyatts > 2 then "
    "pg_get_indexdef(i.indexrelid, 3, true) end "
    "from pg_index i join pg_class c on c.oid = i.indrelid "
    "where c.relnamespace = 'konak'::regnamespace and i.indisvalid";

/* --- Columns --------------------------------------------------------------- */

static bool
word_in(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static bool
type_fits(enum value_type t, const char *sql)
{
	static const char *const text[] = { "text", "character varying",
	    "character", NULL };
	static const char *const integer[] = { "integer", "bigint",
	    "smallint", NULL };
	static const char *const choice[] = { "text", "character varying",
	    "enum", "smallint", NULL };
	static const char *const array[] = { "text[]",
	    "character varying[]", NULL };
	static const char *const inet[] = { "inet", "cidr", "text", NULL };
	static const char *const json[] = { "jsonb", "json", NULL };

	switch (t) {
	case VALUE_INT:
	case VALUE_DURATION:
		return word_in(sql, integer);
	case VALUE_DECIMAL:
	case VALUE_MONEY:
	case VALUE_PERCENT:
		return strcmp(sql, "numeric") == 0;
	case VALUE_DATE:
		return strcmp(sql, "date") == 0;
	case VALUE_TIME:
		return strcmp(sql, "time without time zone") == 0;
	case VALUE_TIMESTAMP:
		return strcmp(sql, "timestamp with time zone") == 0;
	case VALUE_BOOL:
		return strcmp(sql, "boolean") == 0;
	case VALUE_CHOICE:
		return word_in(sql, choice);
	case VALUE_CHOICES:
	case VALUE_TAGS:
		return word_in(sql, array);
	case VALUE_REF:
	case VALUE_UUID:
	case VALUE_SECRET:
		return strcmp(sql, "uuid") == 0;
	case VALUE_INET:
		return word_in(sql, inet);
	case VALUE_JSON:
		return word_in(sql, json);
	default:
		return word_in(sql, text);
	}
}

/* An enum's labels are the codes of the choice, in any order. */
static bool
labels_fit(const struct field *f, const char *labels)
{
	const char	*p = labels;
	size_t		 n = 0, i, len;

	while (*p != '\0') {
		len = strcspn(p, ",");
		for (i = 0; i < f->rules.nchoices; i++)
			if (strlen(f->rules.choices[i].code) == len &&
			    strncmp(f->rules.choices[i].code, p, len) == 0)
				break;
		if (i == f->rules.nchoices)
			return false;
		n++;
		p += len + (p[len] == ',');
	}
	return n == f->rules.nchoices;
}

static void
check_column(const struct def *d, const struct field *f, PGresult *res,
    int row, struct def_errors *e)
{
	const char	*type = PQgetvalue(res, row, C_TYPE);
	bool		 view = PQgetvalue(res, row, C_KIND)[0] == 'v';
	int		 max, len = atoi(PQgetvalue(res, row, C_LENGTH));
	char		 notnull = PQgetvalue(res, row, C_NOTNULL)[0];

	if (!type_fits(field_type(f), type)) {
		def_errors_add(e, f->node, "field \"%s\" is of type %s, "
		    "column %s.%s is %s", f->name,
		    value_type_name(field_type(f)), d->table, f->column, type);
		return;
	}
	if (!PQgetisnull(res, row, C_LABELS) &&
	    !labels_fit(f, PQgetvalue(res, row, C_LABELS)))
		def_errors_add(e, f->node, "field \"%s\" has not the values "
		    "of its column's type: %s", f->name,
		    PQgetvalue(res, row, C_LABELS));
	max = f->rules.max > 0 ? f->rules.max : value_type_max(field_type(f));
	if (len > 0 && max > len && !f->readonly &&
	    field_type(f) != VALUE_CHOICE)
		def_errors_add(e, f->node, "field \"%s\" takes %d characters, "
		    "column %s.%s only %d", f->name, max, d->table, f->column,
		    len);
	/* 'c': a constraint TABLE_COLUMN_required says when */
	if (!view && !f->readonly && notnull != 'c' &&
	    f->required != (notnull == 't'))
		def_errors_add(e, f->node, f->required ?
		    "field \"%s\" is required, column %s.%s may be null" :
		    "field \"%s\" may be empty, column %s.%s is not null",
		    f->name, d->table, f->column);
}

/* A column that is no field must be one that every table has, or internal. */
static bool
column_known(const struct def *d, const char *column)
{
	static const char *const standard[] = { "company_id", "id", "version",
	    "created_at", "created_by", "updated_at", "deleted_at",
	    "deleted_request", NULL };
	size_t	i;

	if (word_in(column, standard) ||
	    (d->custom && strcmp(column, "custom") == 0))
		return true;
	if (d->kanban != NULL && strcmp(d->kanban->order, column) == 0)
		return true;
	for (i = 0; i < d->ninternal; i++)
		if (strcmp(d->internal[i], column) == 0)
			return true;
	for (i = 0; i < d->nquiet; i++)
		if (strcmp(d->quiet[i], column) == 0)
			return true;
	return false;
}

static int
find_column(PGresult *res, int from, int to, const char *column)
{
	int	i;

	for (i = from; i < to; i++)
		if (strcmp(PQgetvalue(res, i, C_COLUMN), column) == 0)
			return i;
	return -1;
}

static void
need_column(const struct def *d, PGresult *res, int from, int to,
    const char *column, bool there, struct def_errors *e)
{
	if ((find_column(res, from, to, column) >= 0) == there)
		return;
	def_errors_add(e, d->node, there ? "table %s has no column \"%s\"" :
	    "table %s has a column \"%s\", but nobody may delete: say "
	    "\"soft: true\"", d->table, column);
}

/* Word starts are found by the space before them, the first one's too. */
static void
check_search(const struct def *d, PGresult *res, int from, int to,
    struct def_errors *e)
{
	int		 row = find_column(res, from, to, "search");
	const char	*expr;

	if (row < 0) {
		def_errors_add(e, yaml_get(d->node, "search"),
		    "table %s has no column \"search\"", d->table);
		return;
	}
	if (PQgetvalue(res, row, C_KIND)[0] == 'v') {
		/* its rows are found as those of the tables below it */
		if (d->nopens == 0)
			def_errors_add(e, yaml_get(d->node, "search"),
			    "rows of the view %s are found as what they open: "
			    "say \"opens\"", d->table);
		return;
	}
	expr = PQgetvalue(res, row, C_GENERATED);
	expr += strspn(expr, "(");
	if (strncmp(expr, "' '::text || ", 13) != 0)
		def_errors_add(e, yaml_get(d->node, "search"), "column "
		    "%s.search must be generated as ' ' || konak.fold(...)",
		    d->table);
}

static void
check_table(const struct def *d, PGresult *res, int from, int to,
    struct def_errors *e)
{
	const struct field	*f;
	size_t			 i;
	int			 row;

	if (from == to) {
		def_errors_add(e, d->node, "there is no table konak.%s",
		    d->table);
		return;
	}
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (f->column == NULL)
			continue;
		row = find_column(res, from, to, f->column);
		if (row < 0)
			def_errors_add(e, f->node, "table %s has no column "
			    "\"%s\"", d->table, f->column);
		else
			check_column(d, f, res, row, e);
	}
	for (i = 0; i < d->ninternal; i++)
		if (find_column(res, from, to, d->internal[i]) < 0)
			def_errors_add(e, yaml_get(d->node, "internal"),
			    "table %s has no column \"%s\"", d->table,
			    d->internal[i]);
	for (row = from; row < to; row++)
		if (def_column_field(d, PQgetvalue(res, row, C_COLUMN)) ==
		    NULL && !column_known(d, PQgetvalue(res, row, C_COLUMN)))
			def_errors_add(e, yaml_get(d->node, "fields"),
			    "column %s.%s is neither a field nor internal",
			    d->table, PQgetvalue(res, row, C_COLUMN));
	need_column(d, res, from, to, "company_id", true, e);
	need_column(d, res, from, to, "id", true, e);
	if (!d->unversioned)
		need_column(d, res, from, to, "version", true, e);
	need_column(d, res, from, to, "deleted_at", d->soft, e);
	if (d->custom)
		need_column(d, res, from, to, "custom", true, e);
	if (d->words)
		need_column(d, res, from, to, "words", true, e);
	if (d->nsearch > 0)
		check_search(d, res, from, to, e);
	if (d->kanban != NULL && find_column(res, from, to,
	    d->kanban->order) < 0)
		def_errors_add(e, d->kanban->node, "table %s has no column "
		    "\"%s\" for the order of its cards: select "
		    "konak.board('konak.%s', '%s', '%s')", d->table,
		    d->kanban->order, d->table, d->kanban->by->column,
		    d->kanban->order);
}

/* The rows of a table in what sql_columns gave. */
static int
table_rows(PGresult *res, const char *table, int *to)
{
	int	from, n = PQntuples(res);

	for (from = 0; from < n; from++)
		if (strcmp(PQgetvalue(res, from, C_TABLE), table) == 0)
			break;
	for (*to = from; *to < n; (*to)++)
		if (strcmp(PQgetvalue(res, *to, C_TABLE), table) != 0)
			break;
	return from;
}

/* Where names stand apart there is all that titles and pickers ask for. */
static void
check_names(const struct def *d, PGresult *res, struct def_errors *e)
{
	static const char *const kept[] = { "company_id", "id", "offered" };
	int	from, to;
	size_t	i;

	from = table_rows(res, d->names, &to);
	for (i = 0; i < sizeof kept / sizeof *kept; i++)
		if (find_column(res, from, to, kept[i]) < 0)
			def_errors_add(e, yaml_get(d->node, "names"),
			    "%s has no column \"%s\"", d->names, kept[i]);
	for (i = 0; i < d->ntitle; i++)
		if (find_column(res, from, to, d->title[i]->column) < 0)
			def_errors_add(e, yaml_get(d->node, "names"),
			    "%s has no column \"%s\"", d->names,
			    d->title[i]->column);
	if (d->hint != NULL &&
	    find_column(res, from, to, d->hint->column) < 0)
		def_errors_add(e, yaml_get(d->node, "names"),
		    "%s has no column \"%s\"", d->names, d->hint->column);
}

static void
check_columns(PGresult *res, struct def_errors *e)
{
	const struct def	*d;
	size_t			 i;
	int			 from, to;

	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		from = table_rows(res, d->table, &to);
		check_table(d, res, from, to, e);
		if (d->names != NULL)
			check_names(d, res, e);
	}
}

/* --- Indexes --------------------------------------------------------------- */

/* The column itself, or CASE WHEN column IS NULL THEN … where it may be
 * null. */
static bool
key_fits(const struct field *f, const char *expr)
{
	size_t	len = strlen(f->column);

	if (f->required)
		return strcmp(expr, f->column) == 0;
	if ((expr = strstr(expr, "WHEN ")) == NULL)
		return false;
	expr += 5;
	expr += *expr == '(';		/* a varchar is cast */
	return strncmp(expr, f->column, len) == 0 &&
	    strncmp(expr + len, " IS NULL", 8) == 0;
}

static bool
sort_index(const struct def *d, const struct field *f, PGresult *res)
{
	int	i;

	for (i = 0; i < PQntuples(res); i++) {
		if (strcmp(PQgetvalue(res, i, I_TABLE), d->table) != 0 ||
		    strcmp(PQgetvalue(res, i, I_FIRST), "company_id") != 0 ||
		    !key_fits(f, PQgetvalue(res, i, I_SECOND)) ||
		    strcmp(PQgetvalue(res, i, I_THIRD), "id") != 0)
			continue;
		if (!field_text_like(f) ||
		    strcmp(PQgetvalue(res, i, I_COLLATION), f->natural ?
		    "tr_natural" : "tr-x-icu") == 0)
			return true;
	}
	return false;
}

static bool
filter_index(const struct def *d, const struct field *f, PGresult *res)
{
	int	i;

	for (i = 0; i < PQntuples(res); i++)
		if (strcmp(PQgetvalue(res, i, I_TABLE), d->table) == 0 &&
		    strcmp(PQgetvalue(res, i, I_FIRST), "company_id") == 0 &&
		    (strcmp(PQgetvalue(res, i, I_SECOND), f->column) == 0 ||
		    (f->ref != NULL && strcmp(PQgetvalue(res, i, I_THIRD),
		    f->column) == 0)))
			return true;
	return false;
}

static bool
word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Whether the predicate compares the column by itself: "column = ",
 * "column in", not "s.column = ". */
static bool
compares(const char *sql, const char *column)
{
	const char	*p = sql;
	size_t		 len = strlen(column);

	for (; (p = strstr(p, column)) != NULL; p += len) {
		if ((p > sql && word_char(p[-1])) || word_char(p[len]))
			continue;
		if (strncmp(p + len, " = ", 3) == 0 ||
		    strncmp(p + len, " in ", 4) == 0)
			return true;
	}
	return false;
}

/*
 * A scope narrows lists: each reference that it compares, with a value, a
 * function's result or a sub-select, has an index of its own, which is what
 * the rows are then found by.
 */
static void
check_scopes(const struct def *d, PGresult *res, struct def_errors *e)
{
	const struct field	*f;
	size_t			 i, j;

	for (i = 0; i < d->nscopes; i++)
		for (j = 0; j < d->nfields; j++) {
			f = d->fields[j];
			if (f->ref != NULL && f->column != NULL &&
			    compares(d->scopes[i].sql, f->column) &&
			    !filter_index(d, f, res))
				def_errors_add(e, yaml_get(yaml_get(d->node,
				    "scopes"), d->scopes[i].name), "scope "
				    "\"%s\" compares \"%s\", but %s has no "
				    "index (company_id, %s)",
				    d->scopes[i].name, f->name, d->table,
				    f->column);
		}
}

/* Views have none; what belongs to no company is small. */
static void
check_indexes(PGresult *res, struct def_errors *e)
{
	const struct def	*d;
	const struct field	*f;
	size_t			 i, j;

	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		if (d->readonly || d->owner != OWNER_COMPANY)
			continue;
		check_scopes(d, res, e);
		for (j = 0; j < d->nfields; j++) {
			f = d->fields[j];
			if (f->sort && !sort_index(d, f, res))
				def_errors_add(e, f->node, "field \"%s\" "
				    "sorts, but %s has no index for it: select "
				    "konak.sort_index('konak.%s', '%s'%s)",
				    f->name, d->table, d->table, f->column,
				    f->natural ? ", numbered => true" : "");
			else if (f->filter && !f->sort &&
			    strcmp(f->column, "created_by") != 0 &&
			    !filter_index(d, f, res))
				def_errors_add(e, f->node, "field \"%s\" "
				    "filters, but %s has no index "
				    "(company_id, %s)", f->name, d->table,
				    f->column);
		}
	}
}

/* --- Protection ------------------------------------------------------------ */

static void
sql_quoted(struct buf *b, const char *s)
{
	buf_add8(b, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			buf_add8(b, '\'');
		buf_add8(b, (uint8_t)*s);
	}
	buf_add8(b, '\'');
}

static const char *
sql_protected(void)
{
	static struct buf	 b;
	struct buf		 spec = BUF_INIT;
	const struct def	*d;
	size_t			 i;

	buf_clear(&b);
	buf_addz(&b, "select v.t, p.spec is not null, p.spec = v.s::jsonb "
	    "from (values ('', '{}')");
	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		if (d->readonly)
			continue;
		buf_clear(&spec);
		if (!d->hand)
			def_spec(d, &spec);
		buf_addz(&b, ", (");
		sql_quoted(&b, d->table);
		buf_addz(&b, ", ");
		sql_quoted(&b, d->hand ? "{}" : buf_text(&spec));
		buf_addz(&b, ")");
	}
	buf_addz(&b, ") v(t, s) left join konak.protected p "
	    "on p.table_name = v.t where v.t <> ''");
	buf_free(&spec);
	return buf_text(&b);
}

static void
check_protected(PGresult *res, struct def_errors *e)
{
	const struct def	*d;
	int			 i;

	for (i = 0; i < PQntuples(res); i++) {
		d = def_by_table(PQgetvalue(res, i, P_TABLE));
		if (d == NULL)
			continue;
		if (PQgetvalue(res, i, P_KNOWN)[0] != 't')
			def_errors_add(e, d->node, "table %s is not "
			    "protected: the migration lacks the line of "
			    "\"konakctl defs sql %s\"", d->table, d->name);
		else if (!d->hand && PQgetvalue(res, i, P_SAME)[0] != 't')
			def_errors_add(e, yaml_get(d->node, "perm"), "table "
			    "%s is protected otherwise than this definition "
			    "says: a new migration needs the line of "
			    "\"konakctl defs sql %s\"", d->table, d->name);
	}
}

/* The table of secrets knows each of them, and none besides. */
static const char *
sql_secrets(void)
{
	static struct buf	 b;
	struct buf		 spec = BUF_INIT;
	const struct def	*d;
	size_t			 i;

	buf_clear(&b);
	buf_addz(&b, "select v.t, p.spec is not null, p.spec = v.s::jsonb "
	    "from (values ('', '{}')");
	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		if (!d->secrets)
			continue;
		buf_clear(&spec);
		def_secrets_spec(d, &spec);
		buf_addz(&b, ", (");
		sql_quoted(&b, d->table);
		buf_addz(&b, ", ");
		sql_quoted(&b, buf_text(&spec));
		buf_addz(&b, ")");
	}
	buf_addz(&b, ") v(t, s) left join konak.secret_types p "
	    "on p.table_name = v.t where v.t <> ''");
	buf_free(&spec);
	return buf_text(&b);
}

static void
check_secrets(PGresult *res, struct def_errors *e)
{
	const struct def	*d;
	int			 i;

	for (i = 0; i < PQntuples(res); i++) {
		d = def_by_table(PQgetvalue(res, i, P_TABLE));
		if (d == NULL)
			continue;
		if (PQgetvalue(res, i, P_KNOWN)[0] != 't')
			def_errors_add(e, d->node, "the secrets of %s are not "
			    "known to the database: the migration lacks the "
			    "lines of \"konakctl defs sql %s\"", d->table,
			    d->name);
		else if (PQgetvalue(res, i, P_SAME)[0] != 't')
			def_errors_add(e, d->node, "the secrets of %s are "
			    "guarded otherwise than this definition says: a "
			    "new migration needs the lines of \"konakctl defs "
			    "sql %s\"", d->table, d->name);
	}
}

/* --- Steps ----------------------------------------------------------------- */

const char *
def_check_sql(unsigned step)
{
	return step == 0 ? sql_columns : step == 1 ? sql_indexes :
	    step == 2 ? sql_protected() : sql_secrets();
}

void
def_check_result(unsigned step, const void *result, struct def_errors *e)
{
	PGresult	*res = (PGresult *)result;

	if (step == 0)
		check_columns(res, e);
	else if (step == 1)
		check_indexes(res, e);
	else if (step == 2)
		check_protected(res, e);
	else
		check_secrets(res, e);
}
