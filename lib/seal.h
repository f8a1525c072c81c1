/*
 * Sealing of secrets that are kept to be read again (now the 2FA secret,
 * later the vault). Both calls answer through a callback, always from the
 * event loop and never before they return, because the key will live in
 * another process. Here it lies in a 0600 file.
 *
 * Master key → tenant key → a fresh subkey for each value; AES-256-GCM, bound
 * to the place where the value stands. A box names its suite and the key's
 * generation, so that both can change.
 */
#ifndef KONAK_SEAL_H
#define KONAK_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct event_base;
struct secret;
struct seal;		/* the opened key file */

#define SEAL_PLAIN_MAX	65536
#define SEAL_OVERHEAD	54	/* bytes that a box adds */
#define SEAL_DIGEST	32

/* Where the value stands; it opens nowhere else. Text, none NULL. Not the
 * row's version: editing a title must not lose the password. */
struct seal_aad {
	const char	*tenant;	/* never changes, unlike its name */
	const char	*company;
	const char	*table;
	const char	*record;
	const char	*field;
};

enum seal_result {
	SEAL_OK,
	SEAL_BROKEN,		/* changed, cut, or from another place */
	SEAL_NO_KEY,		/* the key's generation is not here */
	SEAL_FAILED		/* our side: random numbers, memory, size */
};

const char	*seal_result_text(enum seal_result);	/* for the log */

typedef void (*seal_closed_cb)(void *arg, enum seal_result,
    const uint8_t *box, size_t len);		/* borrowed */
typedef void (*seal_opened_cb)(void *arg, enum seal_result,
    struct secret *plain);			/* the callback's to free */

/* NULL on error, with *error set (a constant or strerror's text). Refuses a
 * file that others may read or that is not a plain file. The file has a line
 * of 64 hex digits a generation; the last one closes. base may be NULL when
 * only the waiting forms are used. */
struct seal	*seal_new(struct event_base *, const char *path,
		    const char **error);
/* Calls that are still under way are answered with SEAL_FAILED first. */
void		 seal_free(struct seal *);

/* Makes a key file of generation 1; false with errno when it exists. */
bool		 seal_key_create(const char *path)
		    __attribute__((warn_unused_result));

/* aad and plain are borrowed for the call only. */
void		 seal_close(struct seal *, const struct seal_aad *,
		    const struct secret *plain, seal_closed_cb, void *arg);
void		 seal_open(struct seal *, const struct seal_aad *,
		    const uint8_t *box, size_t len, seal_opened_cb,
		    void *arg);

/* What all equal values of one word have in common, and nothing else: to find
 * equal ones without opening any. Does not change with the generation. */
void		 seal_digest(struct seal *, const char *tenant,
		    const char *word, const struct secret *, seal_closed_cb,
		    void *arg);

/* The same for konakctl, which may wait; never in an event loop. box is
 * appended; *plain is the caller's to free. */
enum seal_result seal_close_wait(struct seal *, const struct seal_aad *,
		    const struct secret *plain, struct buf *box);
enum seal_result seal_open_wait(struct seal *, const struct seal_aad *,
		    const uint8_t *box, size_t len, struct secret **plain);
void		 seal_digest_wait(struct seal *, const char *tenant,
		    const char *word, const struct secret *,
		    uint8_t out[SEAL_DIGEST]);

#endif
