/*
 * sample-data.c - the sample files of record types: reads them all, orders
 * them so that what is referred to comes first, and inserts each block of
 * rows with one statement that PostgreSQL works out from the seed.
 */
#include <sys/types.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/seal.h"
#include "lib/yaml.h"
#include "server/ctl/ctl.h"
#include "server/ctl/sample-data.h"
#include "server/ctl/sample.h"
#include "server/def/def.h"

#define fault(f, at, ...) def_errors_add(&(f)->errors, (at), __VA_ARGS__)

#define FILES_MAX	256
#define PARENTS		300	/* of a company that a block makes rows for */

struct sample_file {
	const struct def	*def;
	const struct ynode	*node;
	bool			 done, open;	/* when it is ordered */
};

struct files {
	struct sample		*sample;
	struct def_errors	 errors;
	struct sample_file	 file[FILES_MAX], *order[FILES_MAX];
	size_t			 n, norder;
	/* columns of the present table, their types, and what stands in
	 * those that are never empty when nothing is said */
	const char		**column, **type, **dflt;
	size_t			 ncolumns;
	long			 made;
};

/* Companies and what they have; ids like konak.uuid7() makes; hours of work;
 * the one record that a name means. */
static const char setup_sql[] =
"create temp table sample_companies (number int, id uuid, slug text, "
"    kind text, staff uuid[]) on commit drop;"
"create or replace function pg_temp.sample_id(at timestamptz, k text) "
"    returns uuid language sql immutable as $$ "
"    select encode(overlay(overlay(substr(sha256(k::bytea), 1, 16) "
"    placing substr(int8send((extract(epoch from at) * 1000)::bigint), 3) "
"    from 1 for 6) placing '\\x70' from 7 for 1), 'hex')::uuid $$;"
"create or replace function pg_temp.sample_office(d date, r bigint) "
"    returns timestamptz language sql stable as $$ "
"    select (d + case extract(isodow from d) when 6 then 2 when 7 then 1 "
"    else 0 end + make_interval(hours => 9 + (r % 9)::int, "
"    mins => (r / 9 % 60)::int))::timestamptz $$;"
"create or replace function pg_temp.sample_one(ids uuid[], name text, "
"    place text) returns uuid language plpgsql as $$ begin "
"    if coalesce(cardinality(ids), 0) <> 1 then "
"	raise exception '% \"%\" is there % times', place, name, "
"	    coalesce(cardinality(ids), 0); end if; "
"    return ids[1]; end $$;";

/* Triggers were off: what refers to nothing is found here. */
static const char check_sql[] =
"do $$ declare c record; bad text; begin "
"for c in select k.conname, k.conrelid::regclass as child, "
"    k.confrelid::regclass as parent, "
"    string_agg(format('t.%I = r.%I', a.attname, b.attname), ' and ') as j, "
"    string_agg(format('t.%I is not null', a.attname), ' and ') as given "
"    from pg_constraint k, unnest(k.conkey, k.confkey) u(x, y), "
"	pg_attribute a, pg_attribute b "
"    where k.contype = 'f' and k.connamespace = 'konak'::regnamespace "
"    and k.conrelid::regclass::text = any (string_to_array("
"	current_setting('sample.tables'), ' ')) "
"    and a.attrelid = k.conrelid and a.attnum = u.x "
"    and b.attrelid = k.confrelid and b.attnum = u.y "
"    group by k.oid, k.conname, k.conrelid, k.confrelid loop "
"  execute format('select t.id::text from %s t where %s and not exists "
"(select from %s r where %s) limit 1', c.child, c.given, c.parent, c.j) "
"  into bad; "
"  if bad is not null then raise exception 'row % breaks %', bad, c.conname; "
"  end if; end loop; end $$";

/* --- reading -------------------------------------------------------------- */

static void
read_file(struct files *f, const char *dir, const char *base)
{
	static const char *const words[] = { "sample", "kinds", "rows", "make",
	    "sql", NULL };
	struct arena		*arena = f->sample->ctl->arena;
	struct sample_file	*file = &f->file[f->n];
	const struct ynode	*unknown;
	const char		*error, *name;

	file->node = yaml_load_file(arena, arena_printf(arena, "%s/%s", dir,
	    base), &error);
	if (file->node == NULL) {
		fault(f, NULL, "%s", error);
		return;
	}
	if ((unknown = yaml_unknown(file->node, words)) != NULL) {
		fault(f, unknown, "unknown key \"%s\"", unknown->key);
		return;
	}
	name = arena_strndup(arena, base, strlen(base) - 5);
	if (strcmp(yaml_text(file->node, "sample", ""), name) != 0)
		fault(f, file->node, "\"sample\" is the file's name, %s",
		    name);
	file->def = def_find(name);
	if (file->def == NULL)
		fault(f, file->node, "there is no record \"%s\"", name);
	else if (f->n < FILES_MAX - 1)
		f->n++;
}

static void
read_dir(struct files *f, const char *path)
{
	struct dirent	**list;
	size_t		 len;
	int		 i, n;

	/* A folder of definitions need not bring samples. */
	if ((n = scandir(path, &list, NULL, alphasort)) < 0)
		return;
	for (i = 0; i < n; i++) {
		len = strlen(list[i]->d_name);
		if (len > 5 && list[i]->d_name[0] != '.' &&
		    strcmp(list[i]->d_name + len - 5, ".yaml") == 0)
			read_file(f, path, list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

/* --- order ---------------------------------------------------------------- */

static void	place(struct files *, struct sample_file *);

static void
place_record(struct files *f, const struct def *d, const struct def *self)
{
	size_t	i;

	if (d == NULL || d == self)
		return;
	for (i = 0; i < f->n; i++)
		if (f->file[i].def == d)
			place(f, &f->file[i]);
}

/* What the values below refer to: fields by name, "one", "each". */
static void
place_below(struct files *f, const struct def *d, const struct ynode *n)
{
	const struct field	*field;
	size_t			 i;

	for (i = 0; i < n->n; i++) {
		if (n->type == YNODE_MAP) {
			field = def_field(d, n->child[i].key);
			if (field != NULL && field->ref != NULL)
				place_record(f, field->ref, d);
			if ((strcmp(n->child[i].key, "one") == 0 ||
			    strcmp(n->child[i].key, "each") == 0) &&
			    n->child[i].type == YNODE_SCALAR)
				place_record(f, def_find(n->child[i].text), d);
		}
		place_below(f, d, &n->child[i]);
	}
}

static void
place(struct files *f, struct sample_file *file)
{
	if (file->done)
		return;
	if (file->open) {
		fault(f, file->node, "the samples of %s and others refer to "
		    "each other in a circle", file->def->name);
		return;
	}
	file->open = true;
	place_below(f, file->def, file->node);
	file->open = false;
	file->done = true;
	f->order[f->norder++] = file;
}

/* --- one block of rows ---------------------------------------------------- */

/* Its place, or ncolumns. */
static size_t
column_of(const struct files *f, const char *name)
{
	size_t	i = 0;

	while (i < f->ncolumns && strcmp(f->column[i], name) != 0)
		i++;
	return i;
}

static bool
has_column(const struct files *f, const char *name)
{
	return column_of(f, name) < f->ncolumns;
}

static void
load_columns(struct files *f, const struct def *d)
{
	struct arena	*arena = f->sample->ctl->arena;
	const char	*table = arena_printf(arena, "konak.%s", d->table);
	PGresult	*res;
	size_t		 i;

	res = pg_query(f->sample->conn, "select a.attname, "
	    "format_type(a.atttypid, a.atttypmod), "
	    "pg_get_expr(d.adbin, d.adrelid) from pg_attribute a "
	    "left join pg_attrdef d on d.adrelid = a.attrelid "
	    "and d.adnum = a.attnum and a.attnotnull "
	    "where a.attrelid = $1::regclass and a.attnum > 0 "
	    "and not a.attisdropped and a.attgenerated = ''", 1, &table);
	f->ncolumns = (size_t)PQntuples(res);
	f->column = arena_array(arena, f->ncolumns, sizeof *f->column);
	f->type = arena_array(arena, f->ncolumns, sizeof *f->type);
	f->dflt = arena_array(arena, f->ncolumns, sizeof *f->dflt);
	for (i = 0; i < f->ncolumns; i++) {
		f->column[i] = arena_strdup(arena, PQgetvalue(res, (int)i, 0));
		f->type[i] = arena_strdup(arena, PQgetvalue(res, (int)i, 1));
		f->dflt[i] = PQgetisnull(res, (int)i, 2) ? "null" :
		    arena_strdup(arena, PQgetvalue(res, (int)i, 2));
	}
	PQclear(res);
}

/* " and c.x in ('a', 'b')" of a scalar or a list. */
static void
among(struct files *f, struct buf *sql, const char *column, const char *in,
    const struct ynode *n)
{
	char	*q;
	size_t	 i;

	if (n == NULL)
		return;
	buf_printf(sql, " and %s::text %s (''", column, in);
	for (i = 0; n->type == YNODE_SCALAR ? i < 1 : i < n->n; i++) {
		const struct ynode *one = n->type == YNODE_SCALAR ? n :
		    &n->child[i];

		if (one->type != YNODE_SCALAR) {
			fault(f, one, "a text is expected here");
			continue;
		}
		q = PQescapeLiteral(f->sample->conn, one->text,
		    strlen(one->text));
		buf_printf(sql, ", %s", q);
		PQfreemem(q);
	}
	buf_addz(sql, ")");
}

/* The lateral that gives a field its value, in its column's type. */
static void
add_field(struct files *f, struct block *b, struct buf *sql,
    const struct ynode *n, const char *field)
{
	const struct field	*own = def_field(b->def, field);
	const char		*name = own != NULL && own->column != NULL ?
				    own->column : field;
	const char		*v;
	size_t			 i, c = column_of(f, name);

	for (i = 0; i < b->n; i++)
		if (strcmp(b->names[i], name) == 0)
			return;
	if (c == f->ncolumns || strcmp(name, "company_id") == 0 ||
	    strcmp(name, "id") == 0) {
		fault(f, n, "the rows of %s have no field \"%s\"",
		    b->def->name, field);
		return;
	}
	if (b->n == BLOCK_FIELDS) {
		fault(f, n, "more than %d fields", BLOCK_FIELDS);
		return;
	}
	v = sample_value(b, n, name);
	if (own != NULL && field_type(own) == VALUE_SECRET)
		v = arena_printf(f->sample->ctl->arena,
		    "pg_temp.sample_secret((%s)::text, b.k || '%s')", v, name);
	buf_printf(sql, " cross join lateral (select coalesce((%s)::%s, %s) "
	    "as %s) f%zu", v, f->type[c], f->dflt[c], name, b->n);
	b->names[b->n++] = name;
}

/* A field of "choose" has another value in each of the lists' maps. */
static void
add_choice(struct files *f, struct block *b, struct buf *sql,
    const struct ynode *list, const char *field, const char *key)
{
	struct ynode	*nth, *map, nothing = { .type = YNODE_SCALAR,
			    .text = "null", .file = list->file,
			    .line = list->line };
	struct arena	*arena = f->sample->ctl->arena;
	const struct ynode *v;
	size_t		 i;

	nth = arena_alloc(arena, sizeof *nth);
	*nth = *list;
	nth->key = key;
	nth->child = arena_array(arena, list->n, sizeof *nth->child);
	for (i = 0; i < list->n; i++) {
		v = yaml_get(&list->child[i], field);
		nth->child[i] = v != NULL ? *v : nothing;
	}
	map = arena_alloc(arena, sizeof *map);
	*map = (struct ynode){ .type = YNODE_MAP, .n = 1, .child = nth,
	    .file = list->file, .line = list->line };
	add_field(f, b, sql, map, field);
}

static void
add_choices(struct files *f, struct block *b, struct buf *sql,
    const struct ynode *list, const char *key)
{
	const struct ynode	*row;
	size_t			 i, j;

	if (list->type != YNODE_LIST || list->n == 0) {
		fault(f, list, "a list of rows is expected here");
		return;
	}
	for (i = 0; i < list->n; i++) {
		row = &list->child[i];
		if (row->type != YNODE_MAP)
			fault(f, row, "a row is a map of fields");
		else
			for (j = 0; j < row->n; j++)
				add_choice(f, b, sql, list, row->child[j].key,
				    key);
	}
}

/* What every row has: who made it, and when. */
static void
add_defaults(struct files *f, struct block *b, struct buf *sql,
    const struct ynode *set)
{
	static struct ynode	at = { .type = YNODE_SCALAR, .key = "moment" },
				who = { .type = YNODE_SCALAR, .key = "one",
				    .text = "users" };
	struct ynode		map = { .type = YNODE_MAP, .n = 1,
				    .file = b->node->file,
				    .line = b->node->line };

	if (yaml_get(set, "created_at") == NULL &&
	    has_column(f, "created_at")) {
		at.text = "today-60..today-1";
		map.child = &at;
		add_field(f, b, sql, &map, "created_at");
	}
	if (yaml_get(set, "created_by") == NULL &&
	    has_column(f, "created_by")) {
		map.child = &who;
		add_field(f, b, sql, &map, "created_by");
	}
}

/* Which of the parents: { field: values, ... }. */
static void
parents_among(struct files *f, struct block *b, struct buf *sql,
    const char *key, const char *in)
{
	const struct ynode	*map = yaml_get(b->node, key), *c;
	size_t			 i;

	for (i = 0; map != NULL && i < map->n; i++) {
		c = &map->child[i];
		if (map->type != YNODE_MAP ||
		    def_field(b->each, c->key) == NULL)
			fault(f, c, "\"%s\" is a map of fields of %s", key,
			    b->each->name);
		else
			among(f, sql, arena_printf(f->sample->ctl->arena,
			    "p.%s", c->key), in, c);
	}
}

/* The rows to make, without their fields: the lateral b. */
static void
add_base(struct files *f, struct block *b, struct buf *sql)
{
	static const char	 start[] = "select c.id as company, c.slug, "
				    "c.staff, %s as parent, g.n, row_number() "
				    "over (partition by c.id order by %s, g.n)"
				    " + %lld as row, c.slug || ':%s:%d:' || "
				    "%s || ':' || g.n as k from sample_todo c";
	const struct ynode	*n;
	struct block		 parent = *b;
	int64_t			 from = 0, percent = 100, limit = PARENTS;
	const char		*count = "1";

	if ((n = yaml_get(b->node, "start")) != NULL && !yaml_int(n, &from))
		fault(f, n, "\"start\" is a number");
	if ((n = yaml_get(b->node, "limit")) != NULL && !yaml_int(n, &limit))
		fault(f, n, "\"limit\" is a number");
	if ((n = yaml_get(b->node, "chance")) != NULL &&
	    !yaml_int(n, &percent))
		fault(f, n, "\"chance\" is a percentage");
	if ((n = yaml_get(b->node, "count")) != NULL)
		count = sample_range(&parent, n, "count");
	else if ((n = yaml_get(b->node, "steps")) != NULL)
		count = arena_printf(f->sample->ctl->arena, "%zu", n->n);
	buf_printf(sql, start, b->each != NULL ? "p.parent" : "null::text",
	    b->each != NULL ? "(p.parent).id" : "c.id", (long long)from,
	    b->def->name, b->node->line, b->each != NULL ?
	    "(p.parent).id::text" : "''");
	if (b->each != NULL) {
		buf_printf(sql, " cross join lateral (select p as parent from "
		    "konak.%s p where p.company_id = c.id%s", b->each->table,
		    b->each->soft ? " and p.deleted_at is null" : "");
		parents_among(f, b, sql, "where", "in");
		parents_among(f, b, sql, "except", "not in");
		buf_printf(sql, " order by p.created_at, p.id limit %lld) p",
		    (long long)limit);
	}
	buf_printf(sql, " cross join lateral (select c.slug || ':%s:%d:' || "
	    "%s as k) b cross join lateral generate_series(1, %s) g(n) "
	    "where (hashtextextended(b.k, %llu) & 1048575) %% 100 < %lld",
	    b->def->name, b->node->line, b->each != NULL ?
	    "(p.parent).id::text" : "''", count,
	    (unsigned long long)f->sample->seed, (long long)percent);
}

/* with: what the statement ends with. Whatever a row says, it was not made at
 * a time that has not come. */
static void
insert(struct files *f, struct block *b, struct buf *rows, const char *with)
{
	struct buf	 sql = BUF_INIT;
	bool		 updated = has_column(f, "updated_at");
	const char	*born = has_column(f, "created_at") ? arena_printf(
			    f->sample->ctl->arena, "least(created_at, "
			    "timestamptz '%s')", f->sample->stamp) : NULL;
	PGresult	*res;
	size_t		 i;

	buf_printf(&sql, "insert into konak.%s (company_id, id%s",
	    b->def->table, updated ? ", updated_at" : "");
	for (i = 0; i < b->n; i++)
		buf_printf(&sql, ", %s", b->names[i]);
	buf_printf(&sql, ") select b.company, pg_temp.sample_id(%s, b.k)%s%s",
	    born != NULL ? born : "now()", updated ? ", " : "",
	    updated ? born : "");
	for (i = 0; i < b->n; i++) {
		if (strcmp(b->names[i], "created_at") == 0)
			buf_printf(&sql, ", %s", born);
		else
			buf_printf(&sql, ", f%zu.%s", i, b->names[i]);
	}
	buf_printf(&sql, " from %s%s", buf_text(rows), with);
	res = PQexec(f->sample->conn, buf_text(&sql));
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		ctl_die("%s:%d: %s", b->node->file, b->node->line,
		    PQresultErrorMessage(res));
	f->made += atol(PQcmdTuples(res));
	PQclear(res);
	buf_free(&sql);
}

static void
start_block(struct files *f, struct block *b, struct buf *sql,
    const struct ynode *node, const struct sample_file *file)
{
	*b = (struct block){ .sample = f->sample, .errors = &f->errors,
	    .def = file->def, .node = node };
	if (yaml_get(node, "each") != NULL) {
		b->each = def_find(yaml_text(node, "each", ""));
		if (b->each == NULL)
			fault(f, yaml_get(node, "each"),
			    "there is no such record");
	}
	buf_addz(sql, "(");
	add_base(f, b, sql);
	among(f, sql, "c.kind", "in", yaml_get(file->node, "kinds"));
	among(f, sql, "c.slug", "in", yaml_get(node, "in"));
	buf_addz(sql, ") b");
}

static void
fixed_row(struct files *f, const struct sample_file *file,
    const struct ynode *node)
{
	struct buf	 sql = BUF_INIT;
	struct block	 b;
	size_t		 i;

	if (node->type != YNODE_MAP) {
		fault(f, node, "a row is a map of fields");
		return;
	}
	start_block(f, &b, &sql, node, file);
	add_defaults(f, &b, &sql, node);
	for (i = 0; i < node->n; i++)
		if (strcmp(node->child[i].key, "in") != 0)
			add_field(f, &b, &sql, &node->child[i],
			    node->child[i].key);
	if (f->errors.n == 0)
		insert(f, &b, &sql, "");
	buf_free(&sql);
}

static void
made_rows(struct files *f, const struct sample_file *file,
    const struct ynode *node)
{
	static const char *const words[] = { "in", "each", "where", "except",
	    "limit", "chance", "count", "start", "set", "choose", "steps", NULL };
	const struct ynode	*unknown = yaml_unknown(node, words), *part;
	struct buf		 sql = BUF_INIT;
	struct block		 b;
	size_t			 i, j;

	if (node->type != YNODE_MAP || unknown != NULL) {
		fault(f, unknown != NULL ? unknown : node, "what makes rows "
		    "has the keys in, each, where, except, limit, chance, "
		    "count, start, set, choose and steps");
		return;
	}
	start_block(f, &b, &sql, node, file);
	add_defaults(f, &b, &sql, yaml_get(node, "set"));
	/* As written: later fields may refer to earlier ones. */
	for (i = 0; i < node->n; i++) {
		part = &node->child[i];
		if (strcmp(part->key, "choose") == 0 ||
		    strcmp(part->key, "steps") == 0)
			add_choices(f, &b, &sql, part,
			    strcmp(part->key, "steps") == 0 ? "nth" :
			    "choose");
		else if (strcmp(part->key, "set") == 0)
			for (j = 0; part->type == YNODE_MAP && j < part->n;
			    j++)
				add_field(f, &b, &sql, &part->child[j],
				    part->child[j].key);
	}
	if (f->errors.n == 0)
		insert(f, &b, &sql, " on conflict do nothing");
	buf_free(&sql);
}

/* --- one file ------------------------------------------------------------- */

/* As if each row had been made at its moment by its person. */
static void
add_history(struct files *f, const struct def *d)
{
	struct arena	*arena = f->sample->ctl->arena;
	const char	*params[3];
	char		*sql;

	if (!f->sample->rich || d->audit == NULL || d->hand || d->readonly)
		return;
	params[0] = arena_printf(arena, "konak.%s", d->table);
	sql = pg_value(f->sample->ctl, f->sample->conn, "select format("
	    "'insert into history select t.company_id, t.created_at, "
	    "t.created_by, %L, %L, %L, t.id, 1, ''create'', "
	    "jsonb_build_object(''title'', left(concat_ws('' '', %s), 200), "
	    "''old'', ''{}''::jsonb, ''new'', jsonb_strip_nulls(to_jsonb(t)) "
	    "- %L::text[]) from %s t where t.company_id in (select id from "
	    "sample_todo)', (p.spec ->> 'audit') || '_CREATE', "
	    "p.spec ->> 'module', p.record, (select string_agg('t.' || x, "
	    "', ') from jsonb_array_elements_text(case "
	    "jsonb_typeof(p.spec -> 'title') when 'array' then "
	    "p.spec -> 'title' else jsonb_build_array(p.spec -> 'title') end) "
	    "u(x)), (select array_agg(a.attname::text) from pg_attribute a "
	    "where a.attrelid = $1::text::regclass and a.attnum > 0 and "
	    "(a.attgenerated <> '' or a.attname = any (konak.protect_kept()) "
	    "or coalesce(p.spec -> 'internal', '[]') ? a.attname "
	    "or coalesce(p.spec -> 'quiet', '[]') ? a.attname)), $1::text)"
	    " from konak.protected p where 'konak.' || p.table_name = $1::text", 1,
	    params);
	if (sql != NULL)
		pg_exec(f->sample->conn, sql);
}

static void
run_file(struct files *f, const struct sample_file *file)
{
	const struct ynode	*n;
	struct arena		*arena = f->sample->ctl->arena;
	const char		*sql;
	char			*error;
	size_t			 i;

	load_columns(f, file->def);
	pg_exec(f->sample->conn, arena_printf(arena, "create temp table "
	    "sample_todo on commit drop as select * from sample_companies c "
	    "where not exists (select from konak.%s t where "
	    "t.company_id = c.id)", file->def->table));
	if ((n = yaml_get(file->node, "rows")) != NULL)
		for (i = 0; i < n->n; i++)
			fixed_row(f, file, &n->child[i]);
	if ((n = yaml_get(file->node, "make")) != NULL)
		for (i = 0; i < n->n; i++)
			made_rows(f, file, &n->child[i]);
	if (f->errors.n == 0)
		sample_secrets(f->sample, file->def);
	if (f->errors.n == 0 && (sql = yaml_text(file->node, "sql",
	    NULL)) != NULL && !pg_try(f->sample->ctl, f->sample->conn, sql,
	    &error))
		ctl_die("%s:%d: %s", file->node->file,
		    yaml_get(file->node, "sql")->line, error);
	add_history(f, file->def);
	pg_exec(f->sample->conn, "drop table sample_todo");
}

/* --- all of them ---------------------------------------------------------- */

static void
setup(struct files *f)
{
	struct sample	*s = f->sample;
	struct buf	 staff = BUF_INIT;
	const char	*params[3];
	long		 i;
	int		 k;

	pg_exec(s->conn, setup_sql);
	for (i = 0; i < s->ncompanies && i < SAMPLE_COMPANIES; i++) {
		buf_clear(&staff);
		for (k = 0; k < s->companies[i].nstaff; k++)
			buf_printf(&staff, "%s%s", k > 0 ? "," : "",
			    s->users[s->companies[i].staff[k]]);
		params[0] = s->companies[i].id;
		params[1] = arena_printf(s->ctl->arena, "{%s}",
		    buf_text(&staff));
		params[2] = arena_printf(s->ctl->arena, "%ld", i);
		PQclear(pg_query(s->conn, "insert into sample_companies "
		    "select $3::int, id, slug, kind, $2::uuid[] "
		    "from konak.companies where id = $1::uuid", 3, params));
	}
	buf_free(&staff);
	pg_exec(s->conn, "set local timezone = 'Europe/Istanbul'");
	s->stamp = pg_value(s->ctl, s->conn, "select to_timestamp($1::float8 "
	    "/ 1000000)::text", 1, (const char *const[]) {
	    arena_printf(s->ctl->arena, "%lld", (long long)s->now) });
	s->today = arena_strndup(s->ctl->arena, s->stamp, 10);
	pg_value(s->ctl, s->conn, "select set_config('sample.today', $1, "
	    "true), set_config('sample.seed', $2, true)", 2,
	    (const char *const[]) { s->today, arena_printf(s->ctl->arena,
	    "%llu", (unsigned long long)s->seed) });
}

static void
tell_and_die(struct files *f)
{
	size_t	i;

	for (i = 0; i + 1 < f->errors.n; i++)
		fprintf(stderr, "%s\n", f->errors.line[i]);
	ctl_die("%s", f->errors.line[f->errors.n - 1]);
}

/* The definitions' folders, and the folder sample in each. */
static void
read_all(struct files *f)
{
	struct ctl	*ctl = f->sample->ctl;
	char		*dir, *rest;

	if (!defs_read(ctl, ctl_conf(ctl)->definitions, &f->errors))
		tell_and_die(f);
	for (dir = strtok_r(arena_strdup(ctl->arena,
	    ctl_conf(ctl)->definitions), ":", &rest); dir != NULL;
	    dir = strtok_r(NULL, ":", &rest))
		read_dir(f, arena_printf(ctl->arena, "%s/sample", dir));
}

long
sample_data(struct sample *s)
{
	struct files	*f = arena_alloc(s->ctl->arena, sizeof *f);
	struct buf	 tables = BUF_INIT;
	size_t		 i;

	f->sample = s;
	read_all(f);
	for (i = 0; i < f->n; i++)
		place(f, &f->file[i]);
	if (f->errors.n > 0)
		tell_and_die(f);
	setup(f);
	sample_history_start(s);
	sample_secrets_start(s);
	pg_exec(s->conn, "set local session_replication_role = replica");
	for (i = 0; i < f->norder; i++) {
		run_file(f, f->order[i]);
		buf_printf(&tables, " konak.%s", f->order[i]->def->table);
	}
	if (f->errors.n > 0)
		tell_and_die(f);
	pg_value(s->ctl, s->conn, "select set_config('sample.tables', $1, "
	    "true)", 1, (const char *const[]) { buf_text(&tables) });
	pg_exec(s->conn, check_sql);
	sample_history_end(s);
	pg_exec(s->conn, "set local session_replication_role = origin");
	buf_free(&tables);
	if (s->seal != NULL)
		seal_free(s->seal);
	return f->made;
}
