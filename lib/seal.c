/*
 * seal.c - values sealed with keys of a file. A box is
 *
 *	1	format (1)
 *	1	suite (1: AES-256-GCM, subkey by BLAKE2b)
 *	4	generation of the key, big-endian
 *	32	salt, random
 *	16	tag
 *	n	the value
 *
 * The generation's master key gives the tenant's key, that and the salt give
 * a key and a nonce for this one value. No nonce can so repeat under a key.
 */
#include "lib/seal.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/xmalloc.h"

#define FORMAT		1
#define SUITE		1
#define KEY		32
#define NONCE		12
#define SALT		32
#define TAG		16
#define AT_SALT		6
#define AT_TAG		(AT_SALT + SALT)
#define AT_TEXT		(AT_TAG + TAG)
#define GENERATIONS	64
#define FILE_MAX	(GENERATIONS * (KEY * 2 + 2))

/* An answer on its way to the event loop. */
struct answer {
	LIST_ENTRY(answer)	 entry;
	struct event		*ev;
	enum seal_result	 result;
	struct buf		 box;
	struct secret		*plain;
	seal_closed_cb		 closed;	/* one of these two */
	seal_opened_cb		 opened;
	void			*arg;
};

struct seal {
	struct event_base	*base;
	struct secret		*keys[GENERATIONS];	/* 1 stands at 0 */
	uint32_t		 nkeys;
	LIST_HEAD(, answer)	 answers;
};

/* --- Keys ---------------------------------------------------------------- */

/* Lines of 64 hex digits, from the bytes of the file. */
static bool
parse_keys(struct seal *s, const char *text, size_t len)
{
	uint8_t key[KEY];
	size_t line, n;

	while (len > 0) {
		const char *nl = memchr(text, '\n', len);

		line = nl != NULL ? (size_t)(nl - text) : len;
		if (s->nkeys == GENERATIONS ||
		    !hex_decode(text, line, key, sizeof(key), &n) || n != KEY)
			return false;
		s->keys[s->nkeys++] = secret_take(key, sizeof(key));
		line += nl != NULL;
		text += line;
		len -= line;
	}
	return s->nkeys > 0;
}

static bool
read_keys(struct seal *s, const char *path, const char **error)
{
	struct secret *text = NULL;
	struct stat st;
	ssize_t n;
	bool ok = false;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1 ||
	    fstat(fd, &st) == -1) {
		*error = strerror(errno);
	} else if (!S_ISREG(st.st_mode)) {
		*error = "the key file is not a plain file";
	} else if ((st.st_mode & 077) != 0) {
		*error = "the key file may be read by others; chmod 600";
	} else if (st.st_size > FILE_MAX) {
		*error = "the key file is too long";
	} else {
		text = secret_new(FILE_MAX);
		n = read(fd, secret_expose(text), FILE_MAX);
		if (n == -1)
			*error = strerror(errno);
		else if (!parse_keys(s, (const char *)secret_expose(text),
		    (size_t)n))
			*error = "the key file has a line that is not 64 hex "
			    "digits";
		else
			ok = true;
	}
	secret_free(text);
	if (fd != -1)
		close(fd);
	return ok;
}

struct seal *
seal_new(struct event_base *base, const char *path, const char **error)
{
	struct seal *s = xcalloc(1, sizeof(*s));

	s->base = base;
	LIST_INIT(&s->answers);
	if (!read_keys(s, path, error)) {
		seal_free(s);
		return NULL;
	}
	return s;
}

bool
seal_key_create(const char *path)
{
	uint8_t key[KEY];
	char text[HEX_LEN(KEY) + 1];
	const size_t len = HEX_LEN(KEY) + 1;
	ssize_t n;
	bool ok;
	int fd, saved;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return false;
	if (sodium_init() == -1)
		fatalx("libsodium does not start");
	randombytes_buf(key, sizeof(key));
	hex_encode(key, sizeof(key), text);
	text[len - 1] = '\n';
	n = write(fd, text, len);
	ok = n == (ssize_t)len && fsync(fd) == 0;
	saved = n >= 0 && !ok && errno == 0 ? ENOSPC : errno;
	sodium_memzero(key, sizeof(key));
	sodium_memzero(text, sizeof(text));
	if (close(fd) == -1 && ok) {
		saved = errno;
		ok = false;
	}
	if (!ok) {
		unlink(path);
		errno = saved;
	}
	return ok;
}

/* --- One value ----------------------------------------------------------- */

struct value_key {
	uint8_t	bytes[KEY + NONCE];
};

static void
derive(const struct secret *master, const char *tenant,
    const uint8_t salt[SALT], struct value_key *out)
{
	static const uint8_t label[] = "konak tenant key 1";
	crypto_generichash_state st;
	uint8_t key[KEY];

	crypto_generichash_init(&st, secret_expose(master),
	    secret_len(master), sizeof(key));
	crypto_generichash_update(&st, label, sizeof(label));
	crypto_generichash_update(&st, (const uint8_t *)tenant,
	    strlen(tenant));
	crypto_generichash_final(&st, key, sizeof(key));
	crypto_generichash(out->bytes, sizeof(out->bytes), salt, SALT, key,
	    sizeof(key));
	sodium_memzero(key, sizeof(key));
	sodium_memzero(&st, sizeof(st));
}

/* Each part is led by its length, so that none can run into the next. */
static void
bind_place(struct buf *b, const uint8_t *box, const struct seal_aad *aad)
{
	const char *const parts[] = {
		aad->tenant, aad->company, aad->table, aad->record, aad->field
	};
	uint32_t len;
	size_t i;

	buf_add(b, box, AT_SALT);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		len = (uint32_t)strlen(parts[i]);
		buf_add8(b, (uint8_t)(len >> 24));
		buf_add8(b, (uint8_t)(len >> 16));
		buf_add8(b, (uint8_t)(len >> 8));
		buf_add8(b, (uint8_t)len);
		buf_addz(b, parts[i]);
	}
}

/* AES-256-GCM over len bytes; for opening the tag must be there already. */
static bool
gcm(bool closing, const struct value_key *key, const struct buf *place,
    const uint8_t *in, size_t len, uint8_t *out, uint8_t tag[TAG])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t last[16];
	int n = 0, rest = 0;
	bool ok;

	ok = ctx != NULL &&
	    EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes,
	    key->bytes + KEY, closing) == 1 &&
	    EVP_CipherUpdate(ctx, NULL, &n, buf_data(place),
	    (int)buf_len(place)) == 1 &&
	    (len == 0 || EVP_CipherUpdate(ctx, out, &n, in, (int)len) == 1) &&
	    (closing || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG,
	    tag) == 1) &&
	    EVP_CipherFinal_ex(ctx, last, &rest) == 1 && rest == 0 &&
	    (!closing || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG,
	    tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static bool
aad_whole(const struct seal_aad *aad)
{
	return aad->tenant != NULL && aad->company != NULL &&
	    aad->table != NULL && aad->record != NULL && aad->field != NULL;
}

enum seal_result
seal_close_wait(struct seal *s, const struct seal_aad *aad,
    const struct secret *plain, struct buf *box)
{
	struct buf place = BUF_INIT;
	struct value_key key;
	size_t len = secret_len(plain);
	uint8_t *out;
	bool ok;

	if (!aad_whole(aad))
		fatalx("seal: a place that is not whole");
	if (len > SEAL_PLAIN_MAX)
		return SEAL_FAILED;
	out = buf_reserve(box, AT_TEXT + len);
	out[0] = FORMAT;
	out[1] = SUITE;
	out[2] = out[3] = out[4] = 0;	/* at most 64 generations */
	out[5] = (uint8_t)s->nkeys;
	randombytes_buf(out + AT_SALT, SALT);
	derive(s->keys[s->nkeys - 1], aad->tenant, out + AT_SALT, &key);
	bind_place(&place, out, aad);
	ok = gcm(true, &key, &place, secret_expose(plain), len, out + AT_TEXT,
	    out + AT_TAG);
	sodium_memzero(&key, sizeof(key));
	buf_free(&place);
	if (!ok)
		return SEAL_FAILED;
	buf_commit(box, AT_TEXT + len);
	return SEAL_OK;
}

enum seal_result
seal_open_wait(struct seal *s, const struct seal_aad *aad, const uint8_t *box,
    size_t len, struct secret **plain)
{
	struct buf place = BUF_INIT;
	struct value_key key;
	struct secret *out;
	uint32_t gen;
	uint8_t tag[TAG];
	bool ok;

	*plain = NULL;
	if (!aad_whole(aad))
		fatalx("seal: a place that is not whole");
	if (len < AT_TEXT || len > AT_TEXT + SEAL_PLAIN_MAX ||
	    box[0] != FORMAT || box[1] != SUITE)
		return SEAL_BROKEN;
	gen = (uint32_t)box[2] << 24 | (uint32_t)box[3] << 16 |
	    (uint32_t)box[4] << 8 | box[5];
	if (gen == 0 || gen > s->nkeys)
		return SEAL_NO_KEY;
	derive(s->keys[gen - 1], aad->tenant, box + AT_SALT, &key);
	bind_place(&place, box, aad);
	memcpy(tag, box + AT_TAG, TAG);
	out = secret_new(len - AT_TEXT);
	ok = gcm(false, &key, &place, box + AT_TEXT, len - AT_TEXT,
	    secret_expose(out), tag);
	sodium_memzero(&key, sizeof(key));
	buf_free(&place);
	if (!ok) {
		secret_free(out);
		return SEAL_BROKEN;
	}
	*plain = out;
	return SEAL_OK;
}

/* Keyed by the first generation: digests outlive the others. */
void
seal_digest_wait(struct seal *s, const char *tenant, const char *word,
    const struct secret *plain, uint8_t out[SEAL_DIGEST])
{
	static const uint8_t label[] = "konak digest key 1";
	crypto_generichash_state st;
	uint8_t key[KEY];

	crypto_generichash_init(&st, secret_expose(s->keys[0]),
	    secret_len(s->keys[0]), sizeof(key));
	crypto_generichash_update(&st, label, sizeof(label));
	crypto_generichash_update(&st, (const uint8_t *)tenant,
	    strlen(tenant));
	crypto_generichash_final(&st, key, sizeof(key));
	crypto_generichash_init(&st, key, sizeof(key), SEAL_DIGEST);
	crypto_generichash_update(&st, (const uint8_t *)word,
	    strlen(word) + 1);
	crypto_generichash_update(&st, secret_expose(plain),
	    secret_len(plain));
	crypto_generichash_final(&st, out, SEAL_DIGEST);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(&st, sizeof(st));
}

const char *
seal_result_text(enum seal_result result)
{
	switch (result) {
	case SEAL_OK:
		return "done";
	case SEAL_BROKEN:
		return "changed, cut, from another place, or of another key";
	case SEAL_NO_KEY:
		return "the key of its generation is not here";
	case SEAL_FAILED:
		break;
	}
	return "it could not be done";
}

/* --- Answers ------------------------------------------------------------- */

/* It is unlinked first, for the callback may free the seal. */
static void
answer_give(struct answer *a)
{
	struct secret *plain = a->plain;

	a->plain = NULL;
	LIST_REMOVE(a, entry);
	event_free(a->ev);
	if (a->closed != NULL)
		a->closed(a->arg, a->result, buf_data(&a->box),
		    buf_len(&a->box));
	else
		a->opened(a->arg, a->result, plain);
	buf_free(&a->box);
	free(a);
}

static void
answer_cb(evutil_socket_t fd, short what, void *arg)
{
	answer_give(arg);
}

static struct answer *
answer_new(struct seal *s, void *arg)
{
	struct answer *a = xcalloc(1, sizeof(*a));

	if (s->base == NULL)
		fatalx("seal: no event loop to answer in");
	a->arg = arg;
	if ((a->ev = event_new(s->base, -1, 0, answer_cb, a)) == NULL)
		fatalx("seal: no event");
	LIST_INSERT_HEAD(&s->answers, a, entry);
	event_active(a->ev, EV_TIMEOUT, 0);
	return a;
}

void
seal_close(struct seal *s, const struct seal_aad *aad,
    const struct secret *plain, seal_closed_cb cb, void *arg)
{
	struct answer *a = answer_new(s, arg);

	a->closed = cb;
	a->result = seal_close_wait(s, aad, plain, &a->box);
}

void
seal_digest(struct seal *s, const char *tenant, const char *word,
    const struct secret *plain, seal_closed_cb cb, void *arg)
{
	struct answer *a = answer_new(s, arg);

	a->closed = cb;
	seal_digest_wait(s, tenant, word, plain,
	    buf_reserve(&a->box, SEAL_DIGEST));
	buf_commit(&a->box, SEAL_DIGEST);
}

void
seal_open(struct seal *s, const struct seal_aad *aad, const uint8_t *box,
    size_t len, seal_opened_cb cb, void *arg)
{
	struct answer *a = answer_new(s, arg);

	a->opened = cb;
	a->result = seal_open_wait(s, aad, box, len, &a->plain);
}

void
seal_free(struct seal *s)
{
	struct answer *a;
	uint32_t i;

	while ((a = LIST_FIRST(&s->answers)) != NULL) {
		a->result = SEAL_FAILED;
		buf_clear(&a->box);
		secret_free(a->plain);
		a->plain = NULL;
		answer_give(a);
	}
	for (i = 0; i < s->nkeys; i++)
		secret_free(s->keys[i]);
	free(s);
}
