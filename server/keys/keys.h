/*
 * The key process as the server sees it: a child that has the tenants' keys in
 * locked memory and nothing else, no net and no files but theirs. It is
 * started again when it ends; calls that were under way are answered with
 * SEAL_DOWN. Callbacks come from the event loop, never before a call returns.
 */
#ifndef KONAK_KEYS_H
#define KONAK_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/seal.h"

struct event_base;
struct secret;
struct tenant;

typedef void (*keys_bytes_cb)(void *arg, enum seal_result,
    const uint8_t *, size_t len);			/* borrowed */
typedef void (*keys_plain_cb)(void *arg, enum seal_result,
    struct secret *);				/* the callback's to free */

/* control: where konakctl unseal and keys status come in; NULL: nowhere. */
void	keys_start(struct event_base *, const char *control);
void	keys_stop(void);

/* Has the tenant's keys read, again if they were. */
void	keys_load(struct tenant *);
/* The tenant's id and what it was once sealed to know its key again (bytea
 * text), from the database; box NULL: nothing yet. */
void	keys_know(struct tenant *, const char *box);

void	keys_close(struct tenant *, const struct seal_aad *,
	    const struct secret *, keys_bytes_cb, void *arg);
void	keys_open(struct tenant *, const struct seal_aad *,
	    const uint8_t *box, size_t len, keys_plain_cb, void *arg);
void	keys_digest(struct tenant *, const char *id, const char *word,
	    const struct secret *, keys_bytes_cb, void *arg);
/* A head of an audit chain (KEYS_SIGNED); answers with the public key and the
 * signature. The tenant's id must be known. */
void	keys_sign(struct tenant *, const void *text, size_t len,
	    keys_bytes_cb, void *arg);

#endif
