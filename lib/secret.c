/*
 * secret.c - the only file that knows what a secret looks like. The bytes lie
 * in memory of libsodium: locked, between guard pages, overwritten when freed.
 */
#include "lib/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"

struct secret {
	size_t	 len;
	uint8_t	*bytes;		/* len and a NUL */
};

struct secret *
secret_new(size_t len)
{
	struct secret *s = xmalloc(sizeof(*s));

	/* sodium_malloc() takes its canary's randomness from sodium_init(),
	 * which is cheap and harmless to call again. */
	if (sodium_init() == -1)
		fatalx("libsodium does not start");
	s->len = len;
	if ((s->bytes = sodium_malloc(len + 1)) == NULL)
		fatal("sodium_malloc of %zu bytes", len + 1);
	memset(s->bytes, 0, len + 1);
	return s;
}

struct secret *
secret_from(const void *bytes, size_t len)
{
	struct secret *s = secret_new(len);

	if (len != 0)
		memcpy(s->bytes, bytes, len);
	return s;
}

struct secret *
secret_take(void *bytes, size_t len)
{
	struct secret *s = secret_from(bytes, len);

	sodium_memzero(bytes, len);
	return s;
}

struct secret *
secret_random(size_t len)
{
	struct secret *s = secret_new(len);

	randombytes_buf(s->bytes, len);
	return s;
}

struct secret *
secret_dup(const struct secret *s)
{
	return secret_from(s->bytes, s->len);
}

void
secret_free(struct secret *s)
{
	if (s == NULL)
		return;
	sodium_free(s->bytes);
	free(s);
}

uint8_t *
secret_expose(const struct secret *s)
{
	return s->bytes;
}

size_t
secret_len(const struct secret *s)
{
	return s->len;
}

bool
secret_equal(const struct secret *a, const struct secret *b)
{
	return a->len == b->len &&
	    sodium_memcmp(a->bytes, b->bytes, a->len) == 0;
}
