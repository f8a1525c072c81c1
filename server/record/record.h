/*
 * The record engine: list, count, get, lookup, create, edit, delete, restore
 * and history of every definition, made from its data.
 */
#ifndef KONAK_RECORD_H
#define KONAK_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "server/def/def.h"
#include "server/req.h"

struct buf;
struct event_base;
struct secret;

/* What is being saved: one value a field of the definition. Hooks of modules
 * may read and change them. */
struct sealed {
	char		 id[37];	/* of its row */
	const char	*box;		/* bytea text, as digest */
	const char	*digest;	/* NULL: not compared */
	const char	*strength;	/* NULL: no password */
};
struct record_value {
	bool		 given;
	bool		 sent;		/* whether or not it was good */
	const char	*text;		/* canonical; NULL: empty */
	const struct sealed *sealed;	/* of a secret, whose text is then
					 * the id */
};
struct record_values {
	const struct def	*def;
	const char		*id;
	bool			 create;
	int64_t			 version;	/* edit: as the client saw it */
	struct record_value	*v;		/* by field->index */
};

/* NULL when the definition has no such field. */
struct record_value *record_value(struct record_values *, const char *field);

/* Reads the definitions (folders, with colons between) and registers their
 * verbs and the engine's own, defs.list and records.undo. Comes after all other
 * verbs are registered. What is wrong is logged with file and line; then the
 * process ends. */
void	record_start(const char *dirs);

/* Compares every tenant's database with the definitions, in the event loop.
 * What differs is logged with file and line; done(false): do not serve. One
 * that does not answer is asked again later, and what differs then is only
 * logged. */
void	record_check_tenants(struct event_base *, void (*done)(bool good));

/* A secret to be opened: what is asked for, and what is done with it. Lives in
 * the arena and is the request's state until then(r, the ask, value), which
 * comes when it is on record that it was asked for. */
struct secret_ask {
	const struct def	*def;
	const char		*id, *column;
	const char		*secret;	/* an older value, or NULL */
	const char		*purpose;	/* reveal, copy, code, test */
	const char		*reason;	/* may be NULL */
	void			(*then)(struct req *, void *ask,
				    const struct secret *);
	void			*arg;		/* the caller's own */
	const char		*box, *changed_at;	/* filled in */
};
void	secret_ask(struct req *, struct secret_ask *);

/* One record's name in a sentence: SQL of the title of d's row with this
 * alias, for statements that other parts of the server make. */
void	record_title_sql(struct buf *, const struct def *, const char *alias);

#endif
