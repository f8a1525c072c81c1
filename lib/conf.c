/*
 * conf.c - settings from YAML by a table. Defaults are read by the same
 * function as the file, so that a wrong one shows at the first start.
 */
#include "lib/conf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/yaml.h"

struct read {
	struct arena		*arena;
	const struct conf_row	*rows;
	uint8_t			*base;
	const char		*error;
};

/* --- Values -------------------------------------------------------------- */

/* A whole number and a unit of one letter from units; each unit is worth the
 * factor of the same place. */
static bool
parse_unit(const char *s, const char *units, const int64_t *factors,
    int64_t *out)
{
	const char *unit;
	char *end;
	long long n;

	errno = 0;
	n = strtoll(s, &end, 10);
	if (end == s || errno != 0 || n < 0)
		return false;
	*out = n;
	if (*end == '\0')
		return true;
	if ((unit = strchr(units, *end)) == NULL || end[1] != '\0' ||
	    n > INT64_MAX / factors[unit - units])
		return false;
	*out = n * factors[unit - units];
	return true;
}

static bool
parse_size(const char *s, int64_t *out)
{
	static const int64_t factors[] = {
		1024, 1024 * 1024, 1024 * 1024 * 1024
	};

	return parse_unit(s, "kMG", factors, out);
}

static bool
parse_seconds(const char *s, int64_t *out)
{
	static const int64_t factors[] = { 1, 60, 3600, 86400 };

	return parse_unit(s, "smhd", factors, out);
}

static bool
fail(struct read *r, const struct conf_row *row, const struct ynode *at,
    const char *what)
{
	r->error = yaml_error(r->arena, at, "%s: %s", row->name, what);
	return false;
}

static bool
set_number(struct read *r, const struct conf_row *row, const struct ynode *at,
    const char *text)
{
	int64_t *to = (int64_t *)(void *)(r->base + row->at);
	static const int64_t one[] = { 1 };
	bool ok;

	if (row->type == CONF_SIZE)
		ok = parse_size(text, to);
	else if (row->type == CONF_SECONDS)
		ok = parse_seconds(text, to);
	else
		ok = parse_unit(text, "", one, to);
	if (!ok)
		return fail(r, row, at, row->type == CONF_SIZE ?
		    "a size like 64k or 2M is expected" :
		    row->type == CONF_SECONDS ?
		    "a time like 10s, 5m, 2h or 30d is expected" :
		    "a whole number is expected");
	if ((row->min != 0 || row->max != 0) &&
	    (*to < row->min || *to > row->max))
		return fail(r, row, at, arena_printf(r->arena,
		    "must be between %" PRId64 " and %" PRId64, row->min,
		    row->max));
	return true;
}

static const char *
resolve(struct read *r, const struct ynode *at, const char *path)
{
	const char *slash;

	if (path[0] == '/' || at == NULL ||
	    (slash = strrchr(at->file, '/')) == NULL)
		return path;
	return arena_printf(r->arena, "%.*s/%s", (int)(slash - at->file),
	    at->file, path);
}

static bool
set_texts(struct read *r, const struct conf_row *row, const struct ynode *at)
{
	const char **list;
	size_t i;

	list = arena_array(r->arena, at->n + 1, sizeof(*list));
	for (i = 0; i < at->n; i++) {
		if (at->child[i].type != YNODE_SCALAR)
			return fail(r, row, &at->child[i],
			    "a list of texts is expected");
		list[i] = at->child[i].text;
	}
	*(const char ***)(void *)(r->base + row->at) = list;
	return true;
}

static bool
set_scalar(struct read *r, const struct conf_row *row, const struct ynode *at,
    const char *text)
{
	uint8_t *to = r->base + row->at;

	switch (row->type) {
	case CONF_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			return fail(r, row, at, "true or false is expected");
		*(bool *)(void *)to = text[0] == 't';
		return true;
	case CONF_INT:
	case CONF_SIZE:
	case CONF_SECONDS:
		return set_number(r, row, at, text);
	case CONF_TEXT:
		*(const char **)(void *)to = text;
		return true;
	case CONF_PATH:
		*(const char **)(void *)to = resolve(r, at, text);
		return true;
	case CONF_TEXTS:
	case CONF_NODE:
		break;
	}
	return fail(r, row, at, "a list is expected");
}

/* What a row is worth before the file speaks. */
static bool
set_default(struct read *r, const struct conf_row *row)
{
	static const struct ynode none = { .type = YNODE_LIST };
	uint8_t *to = r->base + row->at;

	if (row->type == CONF_TEXTS)
		return set_texts(r, row, &none);
	if (row->def != NULL)
		return set_scalar(r, row, NULL, row->def);
	switch (row->type) {
	case CONF_BOOL:
		*(bool *)(void *)to = false;
		break;
	case CONF_INT:
	case CONF_SIZE:
	case CONF_SECONDS:
		*(int64_t *)(void *)to = 0;
		break;
	default:
		*(const void **)(void *)to = NULL;
		break;
	}
	return true;
}

static bool
set_value(struct read *r, const struct conf_row *row, const struct ynode *at)
{
	if (row->type == CONF_NODE) {
		*(const struct ynode **)(void *)(r->base + row->at) = at;
		return true;
	}
	if (at->type == YNODE_LIST && row->type == CONF_TEXTS)
		return set_texts(r, row, at);
	if (at->type != YNODE_SCALAR)
		return fail(r, row, at, row->type == CONF_TEXTS ?
		    "a list is expected" : "one value is expected");
	if (yaml_is_null(at))
		return true;
	return set_scalar(r, row, at, at->text);
}

/* --- Tables -------------------------------------------------------------- */

/* Every key must be a row, or lead to one ("limits" to "limits.requests"). */
static bool
known_keys(struct read *r, const struct ynode *map, const char *prefix)
{
	const struct conf_row *row;
	const struct ynode *at;
	const char *name;
	size_t i, len;
	bool inner;

	for (i = 0; i < map->n; i++) {
		at = &map->child[i];
		name = arena_printf(r->arena, "%s%s", prefix, at->key);
		len = strlen(name);
		inner = false;
		for (row = r->rows; row->name != NULL; row++) {
			if (strcmp(row->name, name) == 0)
				break;
			if (strncmp(row->name, name, len) == 0 &&
			    row->name[len] == '.')
				inner = true;
		}
		if (row->name != NULL)
			continue;
		if (!inner) {
			r->error = yaml_error(r->arena, at,
			    "there is no setting \"%s\"", name);
			return false;
		}
		if (at->type == YNODE_MAP ? !known_keys(r, at,
		    arena_printf(r->arena, "%s.", name)) : !yaml_is_null(at)) {
			if (r->error == NULL)
				r->error = yaml_error(r->arena, at,
				    "%s: settings below it are expected",
				    name);
			return false;
		}
	}
	return true;
}

bool
conf_read(struct arena *arena, const struct ynode *map,
    const struct conf_row *rows, void *base, const char **error)
{
	struct read r = { arena, rows, base, NULL };
	const struct conf_row *row;
	const struct ynode *at;
	bool ok = true;

	if (map != NULL && map->type != YNODE_MAP) {
		*error = yaml_error(arena, map, "settings are expected");
		return false;
	}
	if (map != NULL)
		ok = known_keys(&r, map, "");
	for (row = rows; ok && row->name != NULL; row++) {
		ok = set_default(&r, row);
		at = yaml_path(map, row->name);
		if (ok && at != NULL)
			ok = set_value(&r, row, at);
		if (ok && (row->flags & CONF_REQUIRED) != 0 &&
		    (at == NULL || yaml_is_null(at))) {
			r.error = map != NULL ? arena_printf(arena,
			    "%s: the setting \"%s\" is missing", map->file,
			    row->name) : arena_printf(arena,
			    "the setting \"%s\" is missing", row->name);
			ok = false;
		}
	}
	*error = r.error;
	return ok;
}

bool
conf_load(struct arena *arena, const char *path, const struct conf_row *rows,
    void *base, const char **error)
{
	const struct ynode *root = yaml_load_file(arena, path, error);

	return root != NULL && conf_read(arena, root, rows, base, error);
}

static bool
same_node(const struct ynode *a, const struct ynode *b)
{
	size_t i;

	if (a == NULL || b == NULL)
		return a == b;
	if (a->type != b->type || a->n != b->n)
		return false;
	if (a->type == YNODE_SCALAR)
		return strcmp(a->text, b->text) == 0;
	for (i = 0; i < a->n; i++)
		if ((a->type == YNODE_MAP &&
		    strcmp(a->child[i].key, b->child[i].key) != 0) ||
		    !same_node(&a->child[i], &b->child[i]))
			return false;
	return true;
}

static bool
same_texts(const char *const *a, const char *const *b)
{
	for (; *a != NULL && *b != NULL; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return *a == *b;
}

static bool
same_value(enum conf_type type, const void *a, const void *b)
{
	const char *s, *t;

	switch (type) {
	case CONF_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case CONF_INT:
	case CONF_SIZE:
	case CONF_SECONDS:
		return *(const int64_t *)a == *(const int64_t *)b;
	case CONF_TEXT:
	case CONF_PATH:
		s = *(const char *const *)a;
		t = *(const char *const *)b;
		return s == NULL || t == NULL ? s == t : strcmp(s, t) == 0;
	case CONF_TEXTS:
		return same_texts(*(const char *const *const *)a,
		    *(const char *const *const *)b);
	case CONF_NODE:
		return same_node(*(const struct ynode *const *)a,
		    *(const struct ynode *const *)b);
	}
	return true;
}

void
conf_diff(const struct conf_row *rows, const void *old, const void *new,
    void (*changed)(const struct conf_row *, void *), void *arg)
{
	const struct conf_row *row;

	for (row = rows; row->name != NULL; row++)
		if (!same_value(row->type, (const uint8_t *)old + row->at,
		    (const uint8_t *)new + row->at))
			changed(row, arg);
}
