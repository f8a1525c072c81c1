/* buf.c - a byte buffer filled at the end and drained at the front. */
#include "lib/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"

#define BUF_FIRST 256

void
buf_init(struct buf *b)
{
	memset(b, 0, sizeof(*b));
}

void
buf_free(struct buf *b)
{
	free(b->base);
	buf_init(b);
}

void
buf_wipe(struct buf *b)
{
	if (b->base != NULL)
		explicit_bzero(b->base, b->cap);
	buf_free(b);
}

void
buf_clear(struct buf *b)
{
	b->off = b->len = 0;
}

uint8_t *
buf_reserve(struct buf *b, size_t n)
{
	size_t cap;

	if (n <= b->cap - b->off - b->len && b->base != NULL)
		return b->base + b->off + b->len;
	/* Moving to the front is cheap once most of it was drained. */
	if (b->off != 0 && b->off >= b->len) {
		memmove(b->base, b->base + b->off, b->len);
		b->off = 0;
		if (n <= b->cap - b->len)
			return b->base + b->len;
	}
	if (n > SIZE_MAX / 4 || b->off + b->len > SIZE_MAX / 4)
		fatalx("buf: %zu bytes asked for", n);
	cap = b->cap != 0 ? b->cap : BUF_FIRST;
	while (cap - b->off - b->len < n)
		cap *= 2;
	b->base = xrealloc(b->base, cap);
	b->cap = cap;
	return b->base + b->off + b->len;
}

uint8_t *
buf_reserve_wiped(struct buf *b, size_t n)
{
	struct buf larger = BUF_INIT;

	if (b->base == NULL || n <= b->cap - b->off - b->len)
		return buf_reserve(b, n);
	buf_reserve(&larger, b->len + n);
	buf_add(&larger, buf_data(b), b->len);
	buf_wipe(b);
	*b = larger;
	return b->base + b->len;
}

void
buf_commit(struct buf *b, size_t n)
{
	if (n > b->cap - b->off - b->len)
		fatalx("buf: %zu bytes committed that were not reserved", n);
	b->len += n;
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	if (len == 0)
		return;
	memcpy(buf_reserve(b, len), data, len);
	b->len += len;
}

void
buf_addz(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_add8(struct buf *b, uint8_t c)
{
	*buf_reserve(b, 1) = c;
	b->len++;
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	size_t room = 128;
	char *p = (char *)buf_reserve(b, room);
	int n;

	va_copy(again, ap);
	n = vsnprintf(p, room, fmt, ap);
	if (n < 0)
		fatalx("buf: bad format \"%s\"", fmt);
	if ((size_t)n >= room) {
		p = (char *)buf_reserve(b, (size_t)n + 1);
		vsnprintf(p, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	b->len += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void
buf_drain(struct buf *b, size_t n)
{
	if (n > b->len)
		fatalx("buf: %zu bytes drained of %zu", n, b->len);
	b->len -= n;
	b->off = b->len == 0 ? 0 : b->off + n;
}

void
buf_truncate(struct buf *b, size_t n)
{
	if (n > b->len)
		fatalx("buf: truncated to %zu of %zu bytes", n, b->len);
	b->len = n;
}

const char *
buf_text(struct buf *b)
{
	*buf_reserve(b, 1) = '\0';
	return (const char *)b->base + b->off;
}

void *
buf_take(struct buf *b, size_t *len)
{
	uint8_t *p;

	buf_text(b);
	if (b->off != 0)
		memmove(b->base, b->base + b->off, b->len + 1);
	p = b->base;
	if (len != NULL)
		*len = b->len;
	buf_init(b);
	return p;
}
