/* arena.c - memory taken piece by piece and given back all at once. */
#include "lib/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"

#define CHUNK_FIRST	4096
#define CHUNK_MAX	(256 * 1024)
#define ALIGN		alignof(max_align_t)

struct chunk {
	struct chunk	*next;		/* older */
	size_t		 size;		/* of data */
	size_t		 used;
	alignas(max_align_t) uint8_t data[];
};

struct arena {
	struct chunk	*head;
	struct chunk	*first;		/* the one that a reset keeps */
	size_t		 total;
	bool		 wipe;
};

static struct chunk *
chunk_new(size_t size, struct chunk *next)
{
	struct chunk *c = xmalloc(sizeof(*c) + size);

	c->next = next;
	c->size = size;
	c->used = 0;
	return c;
}

static void
chunk_wipe(const struct arena *a, struct chunk *c)
{
	if (a->wipe)
		explicit_bzero(c->data, c->used);
}

struct arena *
arena_new(void)
{
	struct arena *a = xcalloc(1, sizeof(*a));

	a->head = a->first = chunk_new(CHUNK_FIRST, NULL);
	return a;
}

void
arena_free(struct arena *a)
{
	struct chunk *c, *next;

	if (a == NULL)
		return;
	for (c = a->head; c != NULL; c = next) {
		next = c->next;
		chunk_wipe(a, c);
		free(c);
	}
	free(a);
}

void
arena_reset(struct arena *a)
{
	struct chunk *c, *next;

	for (c = a->head; c != NULL; c = next) {
		next = c->next;
		chunk_wipe(a, c);
		if (c != a->first)
			free(c);
	}
	a->head = a->first;
	a->head->next = NULL;
	a->head->used = 0;
	a->total = 0;
}

void
arena_set_wipe(struct arena *a)
{
	a->wipe = true;
}

/* A piece that would waste most of a chunk gets one of its own, put behind
 * the head so that the head's rest stays in use. */
static void *
alloc_slow(struct arena *a, size_t size)
{
	struct chunk *c;
	size_t want;

	if (size > a->head->size / 2) {
		c = chunk_new(size, a->head->next);
		a->head->next = c;
		c->used = size;
		return c->data;
	}
	want = a->head->size * 2;
	if (want > CHUNK_MAX)
		want = CHUNK_MAX;
	c = a->head = chunk_new(want, a->head);
	c->used = size;
	return c->data;
}

/* Texts stand close together: a third of what definitions are. */
static void *
alloc_text(struct arena *a, size_t size)
{
	struct chunk *c = a->head;
	void *p;

	if (size > SIZE_MAX / 2)
		fatalx("arena: %zu bytes asked for", size);
	a->total += size;
	if (size > c->size - c->used)
		return alloc_slow(a, size);
	p = c->data + c->used;
	c->used += size;
	return p;
}

/* What may have to be aligned. The head's size is a multiple of ALIGN. */
static void *
alloc_raw(struct arena *a, size_t size)
{
	struct chunk *c = a->head;

	c->used += (ALIGN - c->used % ALIGN) % ALIGN;
	return alloc_text(a, size);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return memset(alloc_raw(a, size), 0, size);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		fatalx("arena: %zu times %zu bytes asked for", n, size);
	return arena_alloc(a, n * size);
}

void *
arena_memdup(struct arena *a, const void *src, size_t len)
{
	void *p = alloc_raw(a, len);

	if (len != 0)
		memcpy(p, src, len);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	size_t len;

	if (s == NULL)
		return NULL;
	len = strlen(s) + 1;
	return memcpy(alloc_text(a, len), s, len);
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p;

	len = strnlen(s, len);
	p = alloc_text(a, len + 1);
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	struct chunk *c = a->head;
	va_list again;
	size_t room;
	char *p;
	int n;

	/* Tried in place first: most texts fit in the rest of the chunk. */
	va_copy(again, ap);
	room = c->size - c->used;
	n = vsnprintf((char *)c->data + c->used, room, fmt, ap);
	if (n < 0)
		fatalx("arena: bad format \"%s\"", fmt);
	p = alloc_text(a, (size_t)n + 1);
	if ((size_t)n >= room)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

size_t
arena_used(const struct arena *a)
{
	return a->total;
}
