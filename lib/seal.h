/*
 * Sealing of secrets that are kept to be read again: the 2FA secret, the
 * vault. Whoever calls this has the keys in memory: the key process and
 * konakctl. The server asks the key process (server/keys/keys.h).
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
struct secret;
struct seal;		/* the keys of one tenant */

#define SEAL_PLAIN_MAX	65536
#define SEAL_OVERHEAD	54	/* bytes that a box adds */
#define SEAL_DIGEST	32
#define SEAL_PUBLIC	32
#define SEAL_SIGNATURE	64
#define SEAL_GENERATIONS 64
#define SEAL_FILE_MAX	8192

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
	SEAL_FAILED,		/* our side: random numbers, memory, size */
	SEAL_SEALED,		/* the tenant's keys are closed */
	SEAL_WRONG,		/* there are keys, of another tenant */
	SEAL_DOWN		/* the key process is not running */
};

const char	*seal_result_text(enum seal_result);	/* for the log */

/*
 * A key file has a line of 64 hex digits for each generation; the last one
 * closes. Of one that is retired a hyphen is left. A line "index" and 64
 * digits keeps what digests are made with, when the first is retired.
 *
 * NULL on error, with *error set (a constant or strerror's text). Refuses a
 * file that others may read or that is not a plain file.
 */
struct seal	*seal_new(const char *path, const char **error);
/* The same from the file's bytes. */
struct seal	*seal_parse(const char *text, size_t len,
		    const char **error);
void		 seal_free(struct seal *);
/* The generation that closes. */
uint32_t	 seal_generation(const struct seal *);
/* That of a box; 0 when it is none. */
uint32_t	 seal_box_generation(const uint8_t *box, size_t len);

/* Makes a key file of generation 1; false with errno when it exists. */
bool		 seal_key_create(const char *path)
		    __attribute__((warn_unused_result));
/* The file's text with one generation more, or with all but the newest
 * retired. */
struct secret	*seal_text(const struct seal *, bool add, bool retire);

/* box is appended; *plain is the caller's to free. */
enum seal_result seal_close(struct seal *, const struct seal_aad *,
		    const struct secret *plain, struct buf *box);
enum seal_result seal_open(struct seal *, const struct seal_aad *,
		    const uint8_t *box, size_t len, struct secret **plain);
/* What all equal values of one word have in common, and nothing else: to find
 * equal ones without opening any. Does not change with the generation. */
void		 seal_digest(struct seal *, const char *tenant,
		    const char *word, const struct secret *,
		    uint8_t out[SEAL_DIGEST]);
/* Ed25519, with a key of the tenant's own that never changes either. Nothing to
 * sign: only the public half is told. */
void		 seal_sign(struct seal *, const char *tenant,
		    const uint8_t *, size_t len, uint8_t public[SEAL_PUBLIC],
		    uint8_t signature[SEAL_SIGNATURE]);

#endif
