/*
 * Configuration files: YAML read into a struct by a table of settings. A key
 * that the table does not know is refused by name and line.
 */
#ifndef KONAK_CONF_H
#define KONAK_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct ynode;

enum conf_type {
	CONF_BOOL,		/* bool */
	CONF_INT,		/* int64_t */
	CONF_SIZE,		/* int64_t bytes: 64k, 2M, 1G */
	CONF_SECONDS,		/* int64_t seconds: 10, 10s, 5m, 2h, 30d */
	CONF_TEXT,		/* const char *, NULL when unset */
	CONF_PATH,		/* const char *; relative ones are taken from
				 * the file's own folder */
	CONF_TEXTS,		/* const char **, ended by NULL; never NULL */
	CONF_NODE		/* const struct ynode *: the caller reads it */
};

#define CONF_RELOAD	0x01	/* a change takes effect without a restart */
#define CONF_REQUIRED	0x02

/* A table ends with a row without a name. Dots in a name are nested maps. */
struct conf_row {
	const char	*name;		/* "limits.requests" */
	enum conf_type	 type;
	size_t		 at;		/* offsetof in the struct */
	const char	*def;		/* as in a file; NULL: 0, NULL */
	unsigned	 flags;
	int64_t		 min, max;	/* numbers; both 0: no bound */
};

/* Fills the struct at base; its text lives in the arena. false: *error says
 * why, in the arena, as "file:line: message". */
bool	conf_load(struct arena *, const char *path, const struct conf_row *,
	    void *base, const char **error)
	    __attribute__((warn_unused_result));
/* The same from a tree that was read already (map NULL: defaults). */
bool	conf_read(struct arena *, const struct ynode *map,
	    const struct conf_row *, void *base, const char **error)
	    __attribute__((warn_unused_result));

/* Calls changed for every setting that differs. */
void	conf_diff(const struct conf_row *, const void *old, const void *new,
	    void (*changed)(const struct conf_row *, void *), void *arg);

#endif
