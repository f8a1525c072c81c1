/*
 * A growable byte buffer that is filled at the end and drained at the front.
 * A zeroed struct buf is an empty one.
 */
#ifndef KONAK_BUF_H
#define KONAK_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t	*base;		/* what was allocated */
	size_t	 cap;
	size_t	 off;		/* drained so far */
	size_t	 len;		/* bytes that are there, from base + off */
};

#define BUF_INIT { NULL, 0, 0, 0 }

void	 buf_init(struct buf *);
/* Frees the memory and leaves an empty buffer. */
void	 buf_free(struct buf *);
/* The same, after overwriting everything that was ever in it. Growing leaves
 * no copy behind only if buf_reserve() took enough beforehand. */
void	 buf_wipe(struct buf *);
/* Empties it and keeps the memory. */
void	 buf_clear(struct buf *);

static inline const uint8_t *
buf_data(const struct buf *b)
{
	/* nothing may be added to no pointer, not even nothing */
	return b->base != NULL ? b->base + b->off : NULL;
}

static inline size_t
buf_len(const struct buf *b)
{
	return b->len;
}

/* Room for n more bytes at the end; the pointer is good until the next call.
 * buf_commit() says how many were really written. */
uint8_t	*buf_reserve(struct buf *, size_t n);
/* The same, and what it grows out of is overwritten. */
uint8_t	*buf_reserve_wiped(struct buf *, size_t n);
void	 buf_commit(struct buf *, size_t n);

void	 buf_add(struct buf *, const void *, size_t);
void	 buf_addz(struct buf *, const char *);	/* without its NUL */
void	 buf_add8(struct buf *, uint8_t);
void	 buf_printf(struct buf *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 buf_vprintf(struct buf *, const char *fmt, va_list)
	    __attribute__((format(printf, 2, 0)));

/* Drops n bytes at the front; n must not exceed buf_len(). */
void	 buf_drain(struct buf *, size_t n);
/* Shortens it to n bytes. */
void	 buf_truncate(struct buf *, size_t n);

/* The content as text: a NUL is kept after the end (not counted). Borrowed
 * until the next change. */
const char *buf_text(struct buf *);

/* Moves the content out, ended by an uncounted NUL; the caller frees it and
 * the buffer is empty. len may be NULL. */
void	*buf_take(struct buf *, size_t *len);

#endif
