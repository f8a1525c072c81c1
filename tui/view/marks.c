/* marks.c - see marks.h. A table with open addressing: a range over a long
 * list marks twenty thousand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/view/marks.h"

#define MARKS_LEAST 64

static size_t
marks_place(const struct marks *m, const char *id)
{
	uint32_t	 h = 2166136261u;
	const char	*p;
	size_t		 i;

	for (p = id; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	for (i = h & (m->size - 1); m->slot[i].id[0] != '\0';
	    i = (i + 1) & (m->size - 1)) {
		if (strcmp(m->slot[i].id, id) == 0)
			break;
	}
	return i;
}

static struct mark *
marks_find(const struct marks *m, const char *id)
{
	size_t	i;

	if (m->n == 0 || id[0] == '\0')
		return NULL;
	i = marks_place(m, id);
	return m->slot[i].id[0] == '\0' ? NULL : &m->slot[i];
}

static void
marks_grow(struct marks *m)
{
	struct marks	bigger = *m;
	size_t		i;

	bigger.size = m->size == 0 ? MARKS_LEAST : m->size * 2;
	bigger.slot = xcalloc(bigger.size, sizeof *bigger.slot);
	for (i = 0; i < m->size; i++) {
		if (m->slot[i].id[0] != '\0')
			bigger.slot[marks_place(&bigger, m->slot[i].id)] =
			    m->slot[i];
	}
	free(m->slot);
	*m = bigger;
}

static void
marks_add(struct marks *m, const char *id, int64_t version)
{
	struct mark	*k;

	if (id[0] == '\0' || strlen(id) >= sizeof k->id)
		return;
	if (2 * (m->n + 1) > m->size)
		marks_grow(m);
	k = &m->slot[marks_place(m, id)];
	if (k->id[0] == '\0')
		m->n++;
	snprintf(k->id, sizeof k->id, "%s", id);
	k->version = version;
}

/* What follows in the same run of slots moves up, or would be lost. */
static void
marks_remove(struct marks *m, const char *id)
{
	struct mark	*k = marks_find(m, id), moved;
	size_t		 i;

	if (k == NULL)
		return;
	k->id[0] = '\0';
	m->n--;
	for (i = ((size_t)(k - m->slot) + 1) & (m->size - 1);
	    m->slot[i].id[0] != '\0'; i = (i + 1) & (m->size - 1)) {
		moved = m->slot[i];
		m->slot[i].id[0] = '\0';
		m->slot[marks_place(m, moved.id)] = moved;
	}
}

void
marks_free(struct marks *m)
{
	free(m->slot);
	memset(m, 0, sizeof *m);
}

void
marks_clear(struct marks *m)
{
	marks_free(m);
}

bool
marks_has(const struct marks *m, const char *id)
{
	return (marks_find(m, id) != NULL) != m->all;
}

void
marks_set(struct marks *m, const char *id, int64_t version, bool on)
{
	if (on != m->all)
		marks_add(m, id, version);
	else
		marks_remove(m, id);
}

void
marks_seen(struct marks *m, const char *id, int64_t version)
{
	struct mark	*k = marks_find(m, id);

	if (k != NULL)
		k->version = version;
}

void
marks_gone(struct marks *m, const char *id)
{
	marks_remove(m, id);
}

bool
marks_any(const struct marks *m)
{
	return m->all || m->n > 0;
}

int64_t
marks_count(const struct marks *m, int64_t total)
{
	if (!m->all)
		return (int64_t)m->n;
	return total < 0 ? -1 : total - (int64_t)m->n;
}

const struct mark *
marks_next(const struct marks *m, size_t *i)
{
	while (*i < m->size) {
		if (m->slot[(*i)++].id[0] != '\0')
			return &m->slot[*i - 1];
	}
	return NULL;
}

void
selection_free(struct selection *s)
{
	free(s->id);
	free(s->version);
	val_free(s->filter);
	free(s->search);
	memset(s, 0, sizeof *s);
}
