/*
 * YAML as Konak's definitions and configuration use it: a small read-only
 * tree over libyaml. Strict: one document; duplicate keys, anchors, aliases,
 * tags, keys that are not scalars, deep or huge files are refused. Errors
 * read "file:line: message".
 */
#ifndef KONAK_YAML_H
#define KONAK_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

#define YAML_BYTES	(1024 * 1024)
#define YAML_NODES	50000
#define YAML_DEPTH	24

enum ynode_type {
	YNODE_SCALAR,
	YNODE_LIST,
	YNODE_MAP
};

struct ynode {
	enum ynode_type	 type;
	bool		 quoted;	/* scalar in quotes or a block: text */
	int		 line;		/* from 1 */
	int		 col;
	const char	*file;
	const char	*text;		/* scalar; NUL-terminated, UTF-8 */
	const char	*key;		/* its key, when it stands in a map */
	size_t		 n;		/* children */
	struct ynode	*child;		/* array of n */
};

/* All keep the tree in the arena. NULL on error, with *error set to a line
 * in the arena. An empty file is an empty map. */
struct ynode	*yaml_load_file(struct arena *, const char *path,
		    const char **error);
struct ynode	*yaml_load(struct arena *, const char *name, const char *,
		    size_t len, const char **error);
/* The texts in one arena, the nodes, which may go earlier, in another. */
struct ynode	*yaml_load_apart(struct arena *texts, struct arena *nodes,
		    const char *path, const char **error);
/* A copy that keeps so many levels of children, for its file and lines. */
struct ynode	*yaml_copy(struct arena *, const struct ynode *, int levels);

/* NULL when it is not there (or map is NULL or no map). */
const struct ynode *yaml_get(const struct ynode *map, const char *key);
/* By a path of keys with dots: "views.list.columns". */
const struct ynode *yaml_path(const struct ynode *, const char *path);
/* Text of a scalar under the key; def when it is not there or null. */
const char	*yaml_text(const struct ynode *map, const char *key,
		    const char *def);

/* A plain null or ~, or nothing after the colon. */
bool	 yaml_is_null(const struct ynode *);
/* True when the scalar is one; quoted ones are text, never these. */
bool	 yaml_bool(const struct ynode *, bool *);	/* true, false */
bool	 yaml_int(const struct ynode *, int64_t *);	/* decimal */

/* "file:line: message" in the arena; at may be NULL. */
const char *yaml_error(struct arena *, const struct ynode *at,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The first key of the map that is not in words (ended by NULL), or NULL. */
const struct ynode *yaml_unknown(const struct ynode *map,
	    const char *const *words);

#endif
