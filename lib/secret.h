/*
 * A secret: bytes in locked memory that are overwritten when freed. The
 * struct is incomplete everywhere else, so that no printf or log function can
 * take it; `check` lists the files that may call secret_expose().
 */
#ifndef KONAK_SECRET_H
#define KONAK_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct secret;

/* len zero bytes, to be filled through secret_expose(). */
struct secret	*secret_new(size_t len);
/* A copy of the bytes; the source stays (see secret_take). */
struct secret	*secret_from(const void *, size_t len);
/* A copy of the bytes; the source is overwritten. */
struct secret	*secret_take(void *, size_t len);
/* len random bytes. */
struct secret	*secret_random(size_t len);
struct secret	*secret_dup(const struct secret *);
void		 secret_free(struct secret *);		/* NULL is fine */

/* The bytes, followed by an uncounted NUL; good until secret_free(). */
uint8_t		*secret_expose(const struct secret *);
size_t		 secret_len(const struct secret *);
/* In constant time for equal lengths. */
bool		 secret_equal(const struct secret *, const struct secret *);

#endif
