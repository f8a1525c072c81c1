/*
 * The table of all verbs, by name. Rows are judged when they are registered:
 * a verb that says nothing about rights stops the server.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/verb.h"

static const struct verb	**verbs;	/* in order */
static size_t			 nverbs, room;
static const struct verb	**table;	/* open addressing */
static size_t			 size;

static size_t
hash(const char *s, size_t len)
{
	size_t	h = 5381, i;

	for (i = 0; i < len; i++)
		h = h * 33 ^ (unsigned char)s[i];
	return h;
}

static const struct verb **
find(const char *name, size_t len)
{
	size_t	i = hash(name, len) % size;

	while (table[i] != NULL && (strlen(table[i]->name) != len ||
	    memcmp(table[i]->name, name, len) != 0))
		i = (i + 1) % size;
	return &table[i];
}

static void
grow(void)
{
	size_t	i;

	room = room == 0 ? 128 : room * 2;
	verbs = xreallocarray(verbs, room, sizeof *verbs);
	free(table);
	size = room * 2;
	table = xcalloc(size, sizeof *table);
	for (i = 0; i < nverbs; i++)
		*find(verbs[i]->name, strlen(verbs[i]->name)) = verbs[i];
}

static void
judge(const struct verb *v)
{
	int	i;
	bool	own;

	if (v->run == NULL)
		fatalx("verb %s does nothing", v->name);
	if (v->need[0] == NULL)
		fatalx("verb %s says nothing about rights", v->name);
	for (i = 0; i < VERB_NEEDS && v->need[i] != NULL; i++) {
		own = strcmp(v->need[i], PERM_SELF) == 0 ||
		    strcmp(v->need[i], PERM_PUBLIC) == 0;
		if (own && (i > 0 || v->need[1] != NULL))
			fatalx("verb %s: %s stands alone", v->name,
			    v->need[i]);
		if (!own && v->state == VERB_ANON)
			fatalx("verb %s: a right before signing in", v->name);
		if (!own && (strchr(v->need[i], '.') == NULL ||
		    strpbrk(v->need[i], ",{}\"\\ ") != NULL))
			fatalx("verb %s: not a permission: %s", v->name,
			    v->need[i]);
	}
	if ((v->flags & VERB_ONCE) && !(v->flags & VERB_WRITE))
		fatalx("verb %s: VERB_ONCE without VERB_WRITE", v->name);
	for (i = 0; i < VERB_ARGS && v->args[i].type != ARG_END; i++) {
		if (v->args[i].name == NULL)
			fatalx("verb %s: an argument without a name", v->name);
	}
}

void
verb_register(const struct verb *v)
{
	const struct verb	**at;

	for (; v->name != NULL; v++) {
		judge(v);
		if (nverbs == room)
			grow();
		at = find(v->name, strlen(v->name));
		if (*at != NULL)
			fatalx("verb %s is registered twice", v->name);
		*at = v;
		verbs[nverbs++] = v;
	}
}

const struct verb *
verb_find(const char *name, size_t len)
{
	return size == 0 ? NULL : *find(name, len);
}

void
verb_each(void (*fn)(const struct verb *, void *), void *arg)
{
	size_t	i;

	for (i = 0; i < nverbs; i++)
		fn(verbs[i], arg);
}

const char *
verb_type_name(enum arg_type t)
{
	switch (t) {
	case ARG_END:
	case ARG_ANY:
		break;
	case ARG_UUID:
		return "uuid";
	case ARG_INT:
		return "int";
	case ARG_BOOL:
		return "bool";
	case ARG_TEXT:
	case ARG_SECRET:
	case ARG_DATE:
	case ARG_TIME:
	case ARG_TIMESTAMP:
		return "text";
	case ARG_BYTES:
		return "bytes";
	case ARG_UUIDS:
		return "uuid[]";
	}
	return "?";
}
