/*
 * Values that are kept sealed, as requests use them: each call holds the
 * request, has the tenant's keys do the work, and calls back. What cannot be
 * done fails the request with words that say what is closed.
 */
#ifndef KONAK_BOX_H
#define KONAK_BOX_H

#include <stddef.h>
#include <stdint.h>

#include "lib/seal.h"

struct req;
struct secret;

/* Seals: then gets the box as bytea text. The aad and the secret are borrowed
 * for the call. */
void	box_close(struct req *, const struct seal_aad *, const struct secret *,
	    void (*then)(struct req *, void *arg, const char *box), void *arg);
/* Opens bytea text: then borrows the value. */
void	box_open(struct req *, const struct seal_aad *, const char *box,
	    void (*then)(struct req *, void *arg, const struct secret *),
	    void *arg);
/* What equal values of one word have in common, as bytea text. */
void	box_digest(struct req *, const char *tenant, const char *word,
	    const struct secret *, void (*then)(struct req *, void *arg,
	    const char *digest), void *arg);

#endif
