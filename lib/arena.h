/*
 * An arena: memory that is taken piece by piece and given back all at once.
 * A request owns one; arguments, rows and reply die with it. Not shared
 * between threads.
 */
#ifndef KONAK_ARENA_H
#define KONAK_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena	*arena_new(void);
void		 arena_free(struct arena *);		/* NULL is fine */

/* Gives everything back but the first chunk, for use in a loop. */
void		 arena_reset(struct arena *);

/* From now on arena_free() and arena_reset() overwrite the memory: for arenas
 * that hold passwords, codes or tokens. */
void		 arena_set_wipe(struct arena *);

/* Aligned for any type and zeroed; never NULL. */
void		*arena_alloc(struct arena *, size_t size)
		    __attribute__((malloc));
/* n × size, checked for overflow. */
void		*arena_array(struct arena *, size_t n, size_t size)
		    __attribute__((malloc));
void		*arena_memdup(struct arena *, const void *, size_t len);
char		*arena_strdup(struct arena *, const char *); /* NULL: NULL */
/* Copies len bytes at most, up to a NUL, and ends them with one. */
char		*arena_strndup(struct arena *, const char *, size_t len);
char		*arena_printf(struct arena *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
char		*arena_vprintf(struct arena *, const char *fmt, va_list)
		    __attribute__((format(printf, 2, 0)));

/* Bytes given out since arena_new() or arena_reset(). */
size_t		 arena_used(const struct arena *);

#endif
