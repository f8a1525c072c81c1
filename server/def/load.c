/*
 * load.c - reads definitions from their folders. One pass reads each file by
 * itself (here, fields.c, perm.c), a second one joins them (link.c, views.c).
 * What konak-module(5) does not know is refused, and everything that is wrong
 * is named before giving up.
 */
#include <sys/types.h>

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/def/loader.h"

#define DEFS_MAX 512

static struct arena	*defs_arena;
static struct def	**defs;
static size_t		 ndefs;
static struct def_board	**boards;
static size_t		 nboards;

void
def_errors_add(struct def_errors *e, const struct ynode *at,
    const char *fmt, ...)
{
	struct arena	*a = arena_new();
	va_list		 ap;
	char		*text;

	va_start(ap, fmt);
	text = arena_vprintf(a, fmt, ap);
	va_end(ap);
	e->line = xreallocarray(e->line, e->n + 1, sizeof *e->line);
	e->line[e->n++] = xstrdup(at == NULL ? text :
	    yaml_error(a, at, "%s", text));
	arena_free(a);
}

void
def_errors_free(struct def_errors *e)
{
	size_t	i;

	for (i = 0; i < e->n; i++)
		free(e->line[i]);
	free(e->line);
	e->line = NULL;
	e->n = 0;
}

/* --- Pieces ---------------------------------------------------------------- */

bool
load_keys(struct loader *l, const struct ynode *map, const char *const *words)
{
	const struct ynode	*c;
	size_t			 i, j;

	if (map->type != YNODE_MAP) {
		fault(l, map, "a map of keys is expected here");
		return false;
	}
	for (i = 0; i < map->n; i++) {
		c = &map->child[i];
		for (j = 0; words[j] != NULL; j++)
			if (strcmp(c->key, words[j]) == 0)
				break;
		if (words[j] == NULL)
			fault(l, c, "unknown key \"%s\"", c->key);
	}
	return true;
}

const char *
load_text(struct loader *l, const struct ynode *map, const char *key,
    bool required)
{
	const struct ynode	*n = yaml_get(map, key);

	if (n == NULL) {
		if (required)
			fault(l, map, "\"%s\" is missing", key);
		return NULL;
	}
	if (n->type != YNODE_SCALAR || yaml_is_null(n) || n->text[0] == '\0') {
		fault(l, n, "\"%s\" must be a text", key);
		return NULL;
	}
	return n->text;
}

static bool
name_ok(const char *s)
{
	size_t	n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return s[0] >= 'a' && s[0] <= 'z' && s[n] == '\0' && n <= 60;
}

const char *
load_name(struct loader *l, const struct ynode *map, const char *key,
    bool required)
{
	const char	*s = load_text(l, map, key, required);

	if (s != NULL && !name_ok(s)) {
		fault(l, yaml_get(map, key), "\"%s\" is no name: lower case "
		    "letters, digits and _, beginning with a letter", s);
		return NULL;
	}
	return s;
}

/* A permission's code: name.name. It stands inside SQL, so nothing else. */
const char *
load_code(struct loader *l, const struct ynode *n)
{
	const char	*s = n->type == YNODE_SCALAR ? n->text : "";
	size_t		 len;

	len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.");
	if (len == 0 || s[len] != '\0' || len > 60 || strchr(s, '.') == NULL ||
	    s[0] == '.' || s[len - 1] == '.') {
		fault(l, n, "\"%s\" is no permission code like "
		    "customers.view", s);
		return NULL;
	}
	return s;
}

bool
load_bool(struct loader *l, const struct ynode *map, const char *key)
{
	const struct ynode	*n = yaml_get(map, key);
	bool			 value = false;

	if (n != NULL && !yaml_bool(n, &value))
		fault(l, n, "\"%s\" must be true or false", key);
	return value;
}

bool
load_int(struct loader *l, const struct ynode *map, const char *key,
    int64_t *value)
{
	const struct ynode	*n = yaml_get(map, key);

	if (n == NULL)
		return false;
	if (!yaml_int(n, value)) {
		fault(l, n, "\"%s\" must be a whole number", key);
		return false;
	}
	return true;
}

bool
load_label_map(struct loader *l, const struct ynode *n,
    const char *const *more, struct label *label)
{
	const struct ynode	*t;
	bool			 good = true;
	size_t			 i, j;
	enum lang		 lang;

	if (n->type != YNODE_MAP) {
		fault(l, n, "a label is a map of both languages: "
		    "{ tr: ..., en: ... }");
		return false;
	}
	for (i = 0; i < n->n; i++) {
		if (lang_parse(n->child[i].key, &lang))
			continue;
		for (j = 0; more != NULL && more[j] != NULL; j++)
			if (strcmp(n->child[i].key, more[j]) == 0)
				break;
		if (more == NULL || more[j] == NULL)
			fault(l, &n->child[i], "unknown key \"%s\"",
			    n->child[i].key);
	}
	for (lang = 0; lang < LANG_COUNT; lang++) {
		t = yaml_get(n, lang_code(lang));
		if (t == NULL || t->type != YNODE_SCALAR ||
		    t->text[0] == '\0') {
			fault(l, t != NULL ? t : n,
			    "the label \"%s\" has no text in \"%s\"",
			    n->key != NULL ? n->key : "", lang_code(lang));
			good = false;
			continue;
		}
		label->text[lang] = t->text;
	}
	return good;
}

bool
load_label(struct loader *l, const struct ynode *map, const char *key,
    bool required, struct label *label)
{
	const struct ynode	*n = yaml_get(map, key);

	if (n == NULL) {
		if (required)
			fault(l, map, "\"%s\" is missing", key);
		return false;
	}
	return load_label_map(l, n, NULL, label);
}

/* The texts of a list, or of one scalar. */
const char **
load_names(struct loader *l, const struct ynode *map, const char *key,
    size_t *n)
{
	const struct ynode	*list = yaml_get(map, key), *c;
	const char		**names;
	size_t			 i, j;

	*n = 0;
	if (list == NULL)
		return NULL;
	if (list->type == YNODE_MAP) {
		fault(l, list, "\"%s\" must be a list", key);
		return NULL;
	}
	names = arena_array(l->arena, list->n + 1, sizeof *names);
	if (list->type == YNODE_SCALAR) {
		names[(*n)++] = list->text;
		return names;
	}
	for (i = 0; i < list->n; i++) {
		c = &list->child[i];
		if (c->type != YNODE_SCALAR || c->text[0] == '\0') {
			fault(l, c, "\"%s\" lists names", key);
			continue;
		}
		for (j = 0; j < *n; j++)
			if (strcmp(names[j], c->text) == 0)
				fault(l, c, "\"%s\" stands twice", c->text);
		names[(*n)++] = c->text;
	}
	return names;
}

struct field *
load_field_ref(struct loader *l, const struct def *d, const struct ynode *n)
{
	struct field	*f;

	if (n->type != YNODE_SCALAR || n->text[0] == '\0') {
		fault(l, n, "the name of a field is expected here");
		return NULL;
	}
	if ((f = def_field(d, n->text)) == NULL)
		fault(l, n, "%s has no field \"%s\"", d->name, n->text);
	return f;
}

struct field **
load_fields_ref(struct loader *l, const struct def *d,
    const struct ynode *map, const char *key, size_t *n)
{
	const struct ynode	*list = yaml_get(map, key);
	struct field		**fields, *f;
	size_t			 i, j;

	*n = 0;
	if (list == NULL)
		return NULL;
	if (list->type == YNODE_MAP) {
		fault(l, list, "\"%s\" must be a list of fields", key);
		return NULL;
	}
	fields = arena_array(l->arena, list->n + 1, sizeof *fields);
	if (list->type == YNODE_SCALAR) {
		if ((f = load_field_ref(l, d, list)) != NULL)
			fields[(*n)++] = f;
		return fields;
	}
	for (i = 0; i < list->n; i++) {
		f = load_field_ref(l, d, &list->child[i]);
		if (f == NULL)
			continue;
		for (j = 0; j < *n; j++)
			if (fields[j] == f)
				fault(l, &list->child[i],
				    "field \"%s\" stands twice", f->name);
		fields[(*n)++] = f;
	}
	return fields;
}

/* --- One definition -------------------------------------------------------- */

static void
load_menu(struct loader *l, struct def *d)
{
	static const char *const words[] = { "order", "key", "see", NULL };
	const struct ynode	*n = yaml_get(d->node, "menu");
	int64_t			 order = 0;

	if (n == NULL || !load_keys(l, n, words))
		return;
	d->menu = true;
	if (!load_int(l, n, "order", &order))
		fault(l, n, "\"order\" is missing");
	d->menu_order = (int)order;
	if (yaml_get(n, "see") != NULL)
		d->menu_see = load_code(l, yaml_get(n, "see"));
	d->menu_key = load_text(l, n, "key", false);
	if (d->menu_key != NULL && (strlen(d->menu_key) != 1 ||
	    d->menu_key[0] < 'a' || d->menu_key[0] > 'z' ||
	    d->menu_key[0] == 'i'))
		fault(l, yaml_get(n, "key"), "the key of a menu is one letter "
		    "from a to z, and not i");
}

static void
load_scopes(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "scopes"), *c;
	size_t			 i;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP) {
		fault(l, n, "\"scopes\" must be a map of SQL predicates");
		return;
	}
	d->scopes = arena_array(l->arena, n->n + 1, sizeof *d->scopes);
	for (i = 0; i < n->n; i++) {
		c = &n->child[i];
		if (!name_ok(c->key) || strcmp(c->key, "all") == 0)
			fault(l, c, "\"%s\" cannot be a scope", c->key);
		else if (c->type != YNODE_SCALAR || c->text[0] == '\0' ||
		    strchr(c->text, ';') != NULL)
			fault(l, c, "scope \"%s\" needs an SQL predicate",
			    c->key);
		else {
			d->scopes[d->nscopes].name = c->key;
			d->scopes[d->nscopes++].sql = c->text;
		}
	}
}

static void
load_head(struct loader *l, struct def *d)
{
	const char	*s;

	s = load_name(l, d->node, "record", true);
	if (s != NULL && strcmp(s, d->name) != 0)
		fault(l, yaml_get(d->node, "record"), "the record is called "
		    "\"%s\", but its file %s.yaml", s, d->name);
	s = load_name(l, d->node, "module", false);
	d->module = s != NULL ? s : d->name;
	s = load_name(l, d->node, "table", false);
	d->table = s != NULL ? s : d->name;
	d->base = load_name(l, d->node, "base", false);
	d->names = load_name(l, d->node, "names", false);
	load_label(l, d->node, "label", true, &d->label);
	load_label(l, d->node, "labels", true, &d->labels);
	d->readonly = load_bool(l, d->node, "readonly");
	d->audit = load_text(l, d->node, "audit", !d->readonly);
	if (d->audit != NULL && d->audit[strspn(d->audit,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] != '\0')
		fault(l, yaml_get(d->node, "audit"), "\"%s\" is no word in "
		    "capital letters", d->audit);
	d->hand = (s = load_text(l, d->node, "protect", false)) != NULL;
	if (s != NULL && strcmp(s, "hand") != 0)
		fault(l, yaml_get(d->node, "protect"),
		    "\"protect\" can only be hand");
	s = load_text(l, d->node, "owner", false);
	if (s != NULL && strcmp(s, "group") == 0)
		d->owner = OWNER_GROUP;
	else if (s != NULL && strcmp(s, "self") == 0)
		d->owner = OWNER_SELF;
	else if (s != NULL && strcmp(s, "both") == 0)
		d->owner = OWNER_BOTH;
	else if (s != NULL && strcmp(s, "company") != 0)
		fault(l, yaml_get(d->node, "owner"), "\"owner\" must be "
		    "company, group, self or both");
	d->unversioned = load_bool(l, d->node, "unversioned");
	d->custom = load_bool(l, d->node, "custom");
	d->words = load_bool(l, d->node, "words");
	if (d->custom && (d->readonly || d->owner != OWNER_COMPANY))
		fault(l, yaml_get(d->node, "custom"), "only records of a "
		    "company that are written take custom fields");
	if (d->unversioned && !d->readonly)
		fault(l, yaml_get(d->node, "unversioned"),
		    "only what is readonly may be unversioned");
}

static struct def *
load_one(struct loader *l, const char *name, const char *path)
{
	static const char *const words[] = { "record", "module", "table",
	    "label", "labels", "title", "hint", "audit", "menu", "perm",
	    "scopes", "parent", "owner", "base", "names", "protect",
	    "readonly", "unversioned", "soft", "verbs", "step_up",
	    "duplicates", "search", "internal", "quiet", "fields", "custom",
	    "opens", "words",
	    "filters", "related", "views", "panels", "actions", "errors",
	    NULL };
	struct def	*d;
	const char	*error;

	d = arena_alloc(l->arena, sizeof *d);
	d->name = arena_strdup(l->arena, name);
	d->file = arena_strdup(l->arena, path);
	d->node = yaml_load_apart(l->arena, l->nodes, path, &error);
	if (d->node == NULL) {
		fault(l, NULL, "%s", error);
		return NULL;
	}
	if (yaml_get(d->node, "dashboard") != NULL) {
		load_board_file(l, d->name, d->node);
		return NULL;
	}
	if (!load_keys(l, d->node, words))
		return NULL;
	load_head(l, d);
	load_menu(l, d);
	load_scopes(l, d);
	load_perms(l, d);
	load_fields(l, d);
	d->internal = load_names(l, d->node, "internal", &d->ninternal);
	d->quiet = load_names(l, d->node, "quiet", &d->nquiet);
	return d;
}

/* --- All of them ----------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	const struct def *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void
load_dir(struct loader *l, const char *path)
{
	DIR		*dir;
	struct dirent	*e;
	struct def	*d;
	char		*file, *name;
	size_t		 len;

	if ((dir = opendir(path)) == NULL) {
		fault(l, NULL, "%s: %s", path, strerror(errno));
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		len = strlen(e->d_name);
		if (len < 6 || strcmp(e->d_name + len - 5, ".yaml") != 0 ||
		    e->d_name[0] == '.')
			continue;
		name = arena_strndup(l->arena, e->d_name, len - 5);
		file = arena_printf(l->arena, "%s/%s", path, e->d_name);
		if (!name_ok(name)) {
			fault(l, NULL, "%s: a definition's file has the name "
			    "of its record", file);
			continue;
		}
		if (load_def(l, name) != NULL) {
			fault(l, NULL, "%s: %s is defined in %s as well", file,
			    name, load_def(l, name)->file);
			continue;
		}
		if (l->ndefs == DEFS_MAX) {
			fault(l, NULL, "%s: more than %d definitions", file,
			    DEFS_MAX);
			break;
		}
		if ((d = load_one(l, name, file)) != NULL)
			l->defs[l->ndefs++] = d;
	}
	closedir(dir);
}

static int
by_line(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strverscmp(*x, *y);
}

/* Of the files' trees stays what later checks name a line of. */
static void
keep_places(struct loader *l)
{
	struct def	*d;
	size_t		 i, j;

	for (i = 0; i < l->ndefs; i++) {
		d = l->defs[i];
		d->node = yaml_copy(l->arena, d->node, 2);
		for (j = 0; j < d->nfields; j++)
			d->fields[j]->node = yaml_copy(l->arena,
			    d->fields[j]->node, 0);
		for (j = 0; j < d->nactions; j++)
			d->actions[j].node = yaml_copy(l->arena,
			    d->actions[j].node, 1);
		if (d->kanban != NULL)
			d->kanban->node = yaml_copy(l->arena, d->kanban->node,
			    0);
	}
	for (i = 0; i < l->nboards; i++)
		l->boards[i]->node = NULL;
	arena_free(l->nodes);
}

bool
defs_load(const char *const *dirs, struct def_errors *errors)
{
	struct loader	l = { .arena = arena_new(), .nodes = arena_new(),
			    .errors = errors };
	size_t		i;

	l.defs = arena_array(l.arena, DEFS_MAX, sizeof *l.defs);
	for (i = 0; dirs[i] != NULL; i++)
		load_dir(&l, dirs[i]);
	qsort(l.defs, l.ndefs, sizeof *l.defs, by_name);
	for (i = 0; i < l.ndefs; i++)
		l.defs[i]->index = (unsigned)i;
	link_all(&l);
	if (errors->n > 0) {
		qsort(errors->line, errors->n, sizeof *errors->line, by_line);
		arena_free(l.nodes);
		arena_free(l.arena);
		return false;
	}
	keep_places(&l);
	defs_free();
	defs_arena = l.arena;
	defs = l.defs;
	ndefs = l.ndefs;
	boards = l.boards;
	nboards = l.nboards;
	return true;
}

void
defs_free(void)
{
	arena_free(defs_arena);
	defs_arena = NULL;
	defs = NULL;
	ndefs = 0;
	boards = NULL;
	nboards = 0;
	defs_sent_forget();
}

struct def *
load_def(const struct loader *l, const char *name)
{
	size_t	i;

	for (i = 0; i < l->ndefs; i++)
		if (strcmp(l->defs[i]->name, name) == 0)
			return l->defs[i];
	return NULL;
}

/* --- Looking up ------------------------------------------------------------ */

size_t
defs_count(void)
{
	return ndefs;
}

struct def *
defs_at(size_t i)
{
	return defs[i];
}

size_t
boards_count(void)
{
	return nboards;
}

const struct def_board *
boards_at(size_t i)
{
	return boards[i];
}

struct def *
def_find(const char *name)
{
	size_t	lo = 0, hi = ndefs, mid;
	int	cmp;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		cmp = strcmp(name, defs[mid]->name);
		if (cmp == 0)
			return defs[mid];
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

struct def *
def_by_table(const char *table)
{
	size_t	i;

	for (i = 0; i < ndefs; i++)
		if (strcmp(defs[i]->table, table) == 0)
			return defs[i];
	return NULL;
}

struct field *
def_field_len(const struct def *d, const char *name, size_t len)
{
	size_t	i;

	for (i = 0; i < d->nfields; i++)
		if (strncmp(d->fields[i]->name, name, len) == 0 &&
		    d->fields[i]->name[len] == '\0')
			return d->fields[i];
	return NULL;
}

struct field *
def_field(const struct def *d, const char *name)
{
	return def_field_len(d, name, strlen(name));
}

struct field *
def_column_field(const struct def *d, const char *column)
{
	size_t	i;

	for (i = 0; i < d->nfields; i++)
		if (d->fields[i]->column != NULL &&
		    strcmp(d->fields[i]->column, column) == 0)
			return d->fields[i];
	return NULL;
}

const struct def_filter *
def_filter(const struct def *d, const char *name, size_t len)
{
	size_t	i;

	for (i = 0; i < d->nfilters; i++)
		if (strncmp(d->filters[i].name, name, len) == 0 &&
		    d->filters[i].name[len] == '\0')
			return &d->filters[i];
	return NULL;
}

const struct def_lines *
def_lines(const struct def *d, const char *record, size_t len)
{
	const struct def_lines	*lines;
	size_t			 i;

	for (i = 0; i < d->nform; i++) {
		lines = d->form[i].lines;
		if (lines != NULL && strncmp(lines->def->name, record, len) ==
		    0 && lines->def->name[len] == '\0')
			return lines;
	}
	return NULL;
}

const char *
def_verb_name(enum def_verb v)
{
	static const char *const names[DV_VERBS] = { "list", "count", "get",
	    "lookup", "create", "edit", "delete", "restore", "history",
	    "stats", "edit_many", "delete_many", "export", "export_rows",
	    "import",
	    "import_rows", "import_run", "similar", "duplicates", "merge",
	    "compute", "board", "move", "reveal", "secrets" };

	return names[v];
}

enum def_op
def_verb_op(enum def_verb v)
{
	static const enum def_op ops[DV_VERBS] = {
		[DV_LIST] = OP_VIEW, [DV_COUNT] = OP_VIEW, [DV_GET] = OP_VIEW,
		[DV_LOOKUP] = OP_LOOKUP, [DV_CREATE] = OP_CREATE,
		[DV_EDIT] = OP_EDIT, [DV_DELETE] = OP_DELETE,
		[DV_RESTORE] = OP_DELETE, [DV_HISTORY] = OP_VIEW,
		[DV_EDIT_MANY] = OP_EDIT, [DV_DELETE_MANY] = OP_DELETE,
		[DV_EXPORT] = OP_VIEW, [DV_EXPORT_ROWS] = OP_VIEW,
		[DV_IMPORT] = OP_CREATE, [DV_IMPORT_ROWS] = OP_CREATE,
		[DV_IMPORT_RUN] = OP_CREATE, [DV_SIMILAR] = OP_VIEW,
		[DV_DUPLICATES] = OP_VIEW, [DV_MERGE] = OP_EDIT,
		[DV_STATS] = OP_VIEW, [DV_COMPUTE] = OP_VIEW,
		[DV_BOARD] = OP_VIEW, [DV_MOVE] = OP_EDIT,
		[DV_REVEAL] = OP_VIEW, [DV_SECRETS] = OP_VIEW,
	};

	return ops[v];
}

const char *
label_text(const struct label *label, enum lang lang)
{
	return label->text[lang] != NULL ? label->text[lang] : "";
}

/* --- Words for what the database refuses ----------------------------------- */

static const struct def_error *
error_find(const struct def *d, const char *name)
{
	size_t	i;

	for (i = 0; i < d->nerrors; i++)
		if (strcmp(d->errors[i].name, name) == 0)
			return &d->errors[i];
	return NULL;
}

const struct def_error *
def_rule(const char *key, const struct def **def)
{
	const struct def_error	*e;
	size_t			 i;

	for (i = 0; i < ndefs; i++)
		if ((e = error_find(defs[i], key)) != NULL) {
			*def = defs[i];
			return e;
		}
	return NULL;
}

/* The field of table_column_word, when the constraint is called so. */
static struct field *
constraint_field(const struct def *d, const char *name)
{
	struct field	*best = NULL;
	size_t		 len = strlen(d->table), longest = 0, i, n;

	if (strncmp(name, d->table, len) != 0 || name[len] != '_')
		return NULL;
	name += len + 1;
	for (i = 0; i < d->nfields; i++) {
		if (d->fields[i]->column == NULL)
			continue;
		n = strlen(d->fields[i]->column);
		/* In this order: the name may be shorter than n. */
		if (n > longest && strncmp(name, d->fields[i]->column, n) ==
		    0 && name[n] == '_' &&
		    strchr(name + n + 1, '_') == NULL) {
			best = d->fields[i];
			longest = n;
		}
	}
	return best;
}

bool
def_constraint(const char *constraint, const char *table,
    const struct def **def, const struct def_error **error,
    struct field **field)
{
	*error = def_rule(constraint, def);
	if (*error != NULL) {
		*field = (*error)->field;
		return true;
	}
	*field = NULL;
	*def = table != NULL ? def_by_table(table) : NULL;
	if (*def == NULL)
		return false;
	*field = constraint_field(*def, constraint);
	return true;
}
