/*
 * names.c - people's names as lists read them a moment ago, by the register
 * (see sql/0008) that the database named when the request entered: a list or
 * a record of a register whose names are at hand is asked for without them,
 * which costs the database a fifth and a third less. They are as old as
 * NAMES_MS at the most, less where a change is heard of; what is not at hand is
 * read with the next list.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/tz.h"
#include "lib/xmalloc.h"
#include "server/record/engine.h"
#include "server/tenant.h"

#define NAMES_MS	2000
#define NAMES_CHAINS	256
#define NAMES_MAX	4096	/* of one register; then it begins anew */

struct name {
	LIST_ENTRY(name) chain;
	char		 id[37];
	int64_t		 at;
	char		 title[];
};

struct names {
	LIST_ENTRY(names) entry;
	const struct tenant *tenant;
	char		*tenant_name;
	char		 id[37];	/* of the register */
	bool		 group;
	int64_t		 at;		/* last learned; 0: one was missing */
	size_t		 n;
	const struct name *last;	/* found: rows repeat them */
	LIST_HEAD(, name) chains[NAMES_CHAINS];
};

static LIST_HEAD(, names)	registers = LIST_HEAD_INITIALIZER(registers);

bool
field_named(const struct field *f)
{
	return f->ref != NULL && f->ref->names != NULL &&
	    f->ref->owner != OWNER_SELF;
}

static void
names_empty(struct names *s)
{
	struct name	*n;
	size_t		 i;

	for (i = 0; i < NAMES_CHAINS; i++)
		while ((n = LIST_FIRST(&s->chains[i])) != NULL) {
			LIST_REMOVE(n, chain);
			free(n);
		}
	s->n = 0;
	s->at = 0;
	s->last = NULL;
}

/* Registers that nobody reads any more go when another one comes. */
static void
names_sweep(int64_t now)
{
	struct names	*s, *next;

	for (s = LIST_FIRST(&registers); s != NULL; s = next) {
		next = LIST_NEXT(s, entry);
		if (now - s->at < 30 * NAMES_MS)
			continue;
		names_empty(s);
		LIST_REMOVE(s, entry);
		free(s->tenant_name);
		free(s);
	}
}

static struct names *
names_find(const struct tenant *t, const char *id)
{
	struct names	*s;

	LIST_FOREACH(s, &registers, entry)
		if (s->tenant == t && strcmp(s->id, id) == 0 &&
		    strcmp(s->tenant_name, tenant_name(t)) == 0)
			return s;
	return NULL;
}

static bool
names_ready(const struct req *r)
{
	const char	*company = req_company(r);
	const struct names *s;
	bool		 group = req_rights(r) != NULL &&
			    strstr(req_rights(r), "|group.") != NULL;
	int64_t		 now = clock_mono();

	LIST_FOREACH(s, &registers, entry)
		if (s->tenant == r->tenant && s->group == group &&
		    (group || (company != NULL &&
		    strcmp(s->id, company) == 0)))
			return now - s->at < NAMES_MS && s->at != 0;
	return false;
}

static struct names *
names_of(const struct req *r, bool make)
{
	const char	*id = req_register(r);
	struct names	*s;

	if (id == NULL)
		return NULL;
	if ((s = names_find(r->tenant, id)) != NULL)
		s->last = NULL;
	if (s != NULL || !make)
		return s;
	names_sweep(clock_mono());
	s = xcalloc(1, sizeof *s);
	s->tenant = r->tenant;
	s->tenant_name = xstrdup(tenant_name(r->tenant));
	snprintf(s->id, sizeof s->id, "%s", id);
	s->group = req_company(r) != NULL && strcmp(id, req_company(r)) != 0;
	LIST_INSERT_HEAD(&registers, s, entry);
	return s;
}

/* The end of a version-7 id is random. */
static unsigned
names_chain(const char *id)
{
	unsigned	h = 0;
	int		i;

	for (i = 30; i < 36; i++)
		h = h * 31 + (unsigned char)id[i];
	return h % NAMES_CHAINS;
}

static bool
names_title(struct names *s, const char *id, const char **title)
{
	struct name	*n;

	if (s->last != NULL && memcmp(s->last->id, id, 36) == 0) {
		*title = s->last->title;
		return true;
	}
	LIST_FOREACH(n, &s->chains[names_chain(id)], chain)
		if (memcmp(n->id, id, 36) == 0)
			break;
	if (n == NULL || clock_mono() - n->at >= NAMES_MS) {
		s->at = 0;
		return false;
	}
	s->last = n;
	*title = n->title;
	return true;
}

static void
names_learn(struct names *s, const char *id, const char *title)
{
	struct name	*n;
	size_t		 len = strlen(title);
	unsigned	 h = names_chain(id);

	LIST_FOREACH(n, &s->chains[h], chain)
		if (memcmp(n->id, id, 36) == 0)
			break;
	s->at = clock_mono();
	s->last = NULL;
	if (n != NULL && strcmp(n->title, title) == 0) {
		n->at = s->at;
		return;
	}
	if (n != NULL) {
		LIST_REMOVE(n, chain);
		free(n);
		s->n--;
	}
	if (s->n == NAMES_MAX) {
		names_empty(s);
		s->at = clock_mono();
	}
	n = xmalloc(sizeof *n + len + 1);
	memcpy(n->id, id, sizeof n->id);
	memcpy(n->title, title, len + 1);
	n->at = s->at;
	LIST_INSERT_HEAD(&s->chains[h], n, chain);
	s->n++;
}

bool
names_wanted(const struct req *r, const struct def *d,
    const struct fieldset *fields)
{
	size_t	i;

	if (req_retried(r))
		return false;
	for (i = 0; i < d->nfields; i++)
		if (fieldset_has(fields, d->fields[i]->index) &&
		    field_named(d->fields[i]))
			return names_ready(r);
	return false;
}

/* Every name must be at hand, before any of the rows is written. */
static bool
names_at_hand(struct names *s, const struct query *q, PGresult *res, int rows)
{
	const char	*title;
	unsigned	 col;
	int		 i;

	for (col = 1; col < q->ncols; col++)
		for (i = 0; q->by_name[col] && i < rows; i++)
			if (!PQgetisnull(res, i, (int)col - 1) &&
			    !names_title(s, PQgetvalue(res, i, (int)col - 1),
			    &title))
				return false;
	return true;
}

bool
names_read(struct req *r, const struct query *q, PGresult *res, int rows,
    struct names **names)
{
	struct names	*s = names_of(r, !q->named);
	unsigned	 col;
	int		 i;

	*names = NULL;
	if (q->named) {
		*names = s;
		return s != NULL && names_at_hand(s, q, res, rows);
	}
	for (col = 1; s != NULL && col < q->ncols; col++)
		for (i = 0; q->by_name[col] && i < rows; i++)
			if (!PQgetisnull(res, i, (int)col - 1))
				names_learn(s, PQgetvalue(res, i,
				    (int)col - 1), PQgetvalue(res, i,
				    (int)col));
	return true;
}

void
names_put(struct names *s, struct cbw *w, PGresult *res, int row, int col)
{
	const char	*title;

	if (!PQgetisnull(res, row, col - 1) &&
	    names_title(s, PQgetvalue(res, row, col - 1), &title) &&
	    title[0] != '\0')
		cbw_textz(w, title);
	else
		cbw_null(w);
}

void
names_change(const struct tenant *t, const char *type)
{
	struct names	*s;

	if (type != NULL && strcmp(type, "users") != 0 &&
	    strcmp(type, "memberships") != 0)
		return;
	LIST_FOREACH(s, &registers, entry)
		if (s->tenant == t)
			names_empty(s);
}
