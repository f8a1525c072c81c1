/*
 * yaml.c - a read-only tree over libyaml's events. What YAML can do beyond
 * plain maps, lists and scalars is refused here.
 */
#include "lib/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/xmalloc.h"

struct load {
	struct arena	*arena;		/* texts */
	struct arena	*node_arena;
	const char	*file;
	yaml_parser_t	 parser;
	unsigned	 nodes;
	const char	*error;
};

/* Children while their number is not known. */
struct list {
	struct ynode	*node;
	size_t		 n;
	size_t		 cap;
};

static bool
fail(struct load *l, size_t line, const char *why)
{
	if (l->error == NULL)
		l->error = arena_printf(l->arena, "%s:%zu: %s", l->file,
		    line + 1, why);
	return false;
}

static bool
next_event(struct load *l, yaml_event_t *ev)
{
	if (yaml_parser_parse(&l->parser, ev))
		return true;
	return fail(l, l->parser.problem_mark.line,
	    l->parser.problem != NULL ? l->parser.problem :
	    "not readable as YAML");
}

/* Sharing and types of one's own are refused where they are written. */
static bool
plain(struct load *l, const yaml_event_t *ev)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (ev->type) {
	case YAML_ALIAS_EVENT:
		return fail(l, ev->start_mark.line, "aliases are not allowed");
	case YAML_SCALAR_EVENT:
		anchor = ev->data.scalar.anchor;
		tag = ev->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = ev->data.sequence_start.anchor;
		tag = ev->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = ev->data.mapping_start.anchor;
		tag = ev->data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor != NULL)
		return fail(l, ev->start_mark.line, "anchors are not allowed");
	if (tag != NULL)
		return fail(l, ev->start_mark.line, "tags are not allowed");
	if (++l->nodes > YAML_NODES)
		return fail(l, ev->start_mark.line, "too many values");
	return true;
}

static bool
set_scalar(struct load *l, const yaml_event_t *ev, struct ynode *node)
{
	const char *s = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;

	if (memchr(s, '\0', len) != NULL)
		return fail(l, ev->start_mark.line, "a NUL in a text");
	node->type = YNODE_SCALAR;
	node->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = arena_strndup(l->arena, s, len);
	return true;
}

static struct ynode *
list_add(struct list *list)
{
	struct ynode *node;

	if (list->n == list->cap) {
		list->cap = list->cap != 0 ? list->cap * 2 : 8;
		list->node = xreallocarray(list->node, list->cap,
		    sizeof(*list->node));
	}
	node = &list->node[list->n++];
	memset(node, 0, sizeof(*node));
	return node;
}

static int
key_cmp(const void *a, const void *b)
{
	return strcmp((*(const struct ynode *const *)a)->key,
	    (*(const struct ynode *const *)b)->key);
}

static bool
keys_differ(struct load *l, const struct list *list)
{
	const struct ynode **sorted;
	bool ok = true;
	size_t i;
	int line;

	sorted = xreallocarray(NULL, list->n, sizeof(*sorted));
	for (i = 0; i < list->n; i++)
		sorted[i] = &list->node[i];
	qsort(sorted, list->n, sizeof(*sorted), key_cmp);
	for (i = 1; i < list->n && ok; i++)
		if (key_cmp(&sorted[i - 1], &sorted[i]) == 0) {
			line = sorted[i - 1]->line > sorted[i]->line ?
			    sorted[i - 1]->line : sorted[i]->line;
			ok = fail(l, (size_t)line - 1, arena_printf(l->arena,
			    "key \"%s\" stands there twice", sorted[i]->key));
		}
	free(sorted);
	return ok;
}

static bool load_node(struct load *, const yaml_event_t *, struct ynode *,
    int depth);

/* Reads the pairs or items up to the end event. */
static bool
load_children(struct load *l, struct ynode *node, int depth)
{
	yaml_event_type_t end = node->type == YNODE_MAP ?
	    YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
	struct list list = { NULL, 0, 0 };
	struct ynode *child;
	struct ynode key;
	yaml_event_t ev;
	bool ok = true, done = false;

	while (ok && !done && (ok = next_event(l, &ev))) {
		memset(&key, 0, sizeof(key));
		if (ev.type == end) {
			done = true;
		} else if (node->type == YNODE_MAP) {
			if ((ok = plain(l, &ev)) &&
			    ev.type != YAML_SCALAR_EVENT)
				ok = fail(l, ev.start_mark.line,
				    "a key must be a plain word");
			ok = ok && set_scalar(l, &ev, &key);
			key.line = (int)ev.start_mark.line + 1;
			yaml_event_delete(&ev);
			ok = ok && next_event(l, &ev);
			if (!ok)
				break;
		}
		if (ok && !done) {
			child = list_add(&list);
			child->key = key.text;
			ok = load_node(l, &ev, child, depth + 1);
			if (key.line != 0)
				child->line = key.line;
		}
		yaml_event_delete(&ev);
	}
	if (ok && node->type == YNODE_MAP && list.n > 1)
		ok = keys_differ(l, &list);
	if (ok && list.n > 0) {
		node->n = list.n;
		node->child = arena_memdup(l->node_arena, list.node,
		    list.n * sizeof(*list.node));
	}
	free(list.node);
	return ok;
}

static bool
load_node(struct load *l, const yaml_event_t *ev, struct ynode *node,
    int depth)
{
	if (!plain(l, ev))
		return false;
	node->file = l->file;
	node->line = (int)ev->start_mark.line + 1;
	node->col = (int)ev->start_mark.column + 1;
	if (ev->type == YAML_SCALAR_EVENT)
		return set_scalar(l, ev, node);
	if (depth >= YAML_DEPTH)
		return fail(l, ev->start_mark.line, "nested too deep");
	node->type = ev->type == YAML_MAPPING_START_EVENT ? YNODE_MAP :
	    YNODE_LIST;
	return load_children(l, node, depth);
}

/* Stream start, document start, the root, document end, stream end. */
static bool
load_stream(struct load *l, struct ynode *root)
{
	yaml_event_t ev;
	bool ok;

	root->type = YNODE_MAP;
	root->file = l->file;
	root->line = root->col = 1;
	if (!next_event(l, &ev))
		return false;
	yaml_event_delete(&ev);
	if (!next_event(l, &ev))
		return false;
	if (ev.type == YAML_STREAM_END_EVENT) {
		yaml_event_delete(&ev);
		return true;
	}
	yaml_event_delete(&ev);
	if (!next_event(l, &ev))
		return false;
	ok = load_node(l, &ev, root, 0);
	yaml_event_delete(&ev);
	if (!ok || !next_event(l, &ev))
		return false;
	yaml_event_delete(&ev);
	if (!next_event(l, &ev))
		return false;
	if (ev.type != YAML_STREAM_END_EVENT)
		ok = fail(l, ev.start_mark.line, "a second document");
	yaml_event_delete(&ev);
	return ok;
}

static struct ynode *
load_text(struct arena *arena, struct arena *nodes, const char *name,
    const char *text, size_t len, const char **error)
{
	struct load l = { .arena = arena, .node_arena = nodes };
	struct ynode *root;
	bool ok;

	l.file = arena_strdup(arena, name);
	root = arena_alloc(nodes, sizeof(*root));
	if (len > YAML_BYTES) {
		fail(&l, 0, "the file is too large");
		*error = l.error;
		return NULL;
	}
	if (!yaml_parser_initialize(&l.parser)) {
		*error = "out of memory";
		return NULL;
	}
	yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&l.parser, (const unsigned char *)text,
	    len);
	ok = load_stream(&l, root);
	yaml_parser_delete(&l.parser);
	if (!ok) {
		*error = l.error;
		return NULL;
	}
	return root;
}

struct ynode *
yaml_load(struct arena *arena, const char *name, const char *text, size_t len,
    const char **error)
{
	return load_text(arena, arena, name, text, len, error);
}

struct ynode *
yaml_load_file(struct arena *arena, const char *path, const char **error)
{
	return yaml_load_apart(arena, arena, path, error);
}

struct ynode *
yaml_load_apart(struct arena *arena, struct arena *nodes, const char *path,
    const char **error)
{
	struct buf b = BUF_INIT;
	struct ynode *root = NULL;
	size_t n;
	FILE *f;

	if ((f = fopen(path, "re")) == NULL) {
		*error = arena_printf(arena, "%s: %s", path, strerror(errno));
		return NULL;
	}
	do {
		n = fread(buf_reserve(&b, 16384), 1, 16384, f);
		buf_commit(&b, n);
	} while (n > 0 && buf_len(&b) <= YAML_BYTES);
	if (ferror(f))
		*error = arena_printf(arena, "%s: %s", path, strerror(errno));
	else
		root = load_text(arena, nodes, path, buf_text(&b), buf_len(&b),
		    error);
	fclose(f);
	buf_free(&b);
	return root;
}

struct ynode *
yaml_copy(struct arena *arena, const struct ynode *node, int levels)
{
	struct ynode *copy = arena_memdup(arena, node, sizeof(*node));
	size_t i;

	if (levels == 0 || node->n == 0) {
		copy->n = 0;
		copy->child = NULL;
		return copy;
	}
	copy->child = arena_array(arena, node->n, sizeof(*node));
	for (i = 0; i < node->n; i++)
		copy->child[i] = *yaml_copy(arena, &node->child[i],
		    levels - 1);
	return copy;
}

const struct ynode *
yaml_get(const struct ynode *map, const char *key)
{
	size_t i;

	if (map == NULL || map->type != YNODE_MAP)
		return NULL;
	for (i = 0; i < map->n; i++)
		if (strcmp(map->child[i].key, key) == 0)
			return &map->child[i];
	return NULL;
}

const struct ynode *
yaml_path(const struct ynode *node, const char *path)
{
	char part[64];
	size_t len;

	for (;;) {
		len = strcspn(path, ".");
		if (len >= sizeof(part))
			return NULL;
		memcpy(part, path, len);
		part[len] = '\0';
		if ((node = yaml_get(node, part)) == NULL || path[len] == '\0')
			return node;
		path += len + 1;
	}
}

const char *
yaml_text(const struct ynode *map, const char *key, const char *def)
{
	const struct ynode *node = yaml_get(map, key);

	if (node == NULL || node->type != YNODE_SCALAR || yaml_is_null(node))
		return def;
	return node->text;
}

bool
yaml_is_null(const struct ynode *node)
{
	return node->type == YNODE_SCALAR && !node->quoted &&
	    (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
	    strcmp(node->text, "null") == 0);
}

bool
yaml_bool(const struct ynode *node, bool *v)
{
	if (node == NULL || node->type != YNODE_SCALAR || node->quoted)
		return false;
	if (strcmp(node->text, "true") == 0)
		*v = true;
	else if (strcmp(node->text, "false") == 0)
		*v = false;
	else
		return false;
	return true;
}

bool
yaml_int(const struct ynode *node, int64_t *v)
{
	char *end;
	long long n;

	if (node == NULL || node->type != YNODE_SCALAR || node->quoted)
		return false;
	if (node->text[strspn(node->text, "-0123456789")] != '\0')
		return false;
	errno = 0;
	n = strtoll(node->text, &end, 10);
	if (end == node->text || *end != '\0' || errno != 0)
		return false;
	*v = n;
	return true;
}

const char *
yaml_error(struct arena *arena, const struct ynode *at, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	if (at == NULL)
		return text;
	return arena_printf(arena, "%s:%d: %s", at->file, at->line, text);
}

const struct ynode *
yaml_unknown(const struct ynode *map, const char *const *words)
{
	size_t i;
	int w;

	if (map == NULL || map->type != YNODE_MAP)
		return NULL;
	for (i = 0; i < map->n; i++) {
		for (w = 0; words[w] != NULL; w++)
			if (strcmp(words[w], map->child[i].key) == 0)
				break;
		if (words[w] == NULL)
			return &map->child[i];
	}
	return NULL;
}
