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
#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
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
#define INDEX		"index "

struct seal {
	struct secret	*keys[SEAL_GENERATIONS]; /* 1 at 0; NULL: retired */
	struct secret	*index;		/* of digests */
	uint32_t	 nkeys;
};

/* --- Keys ---------------------------------------------------------------- */

static struct secret *
read_key(const char *hex, size_t len)
{
	uint8_t key[KEY];
	size_t n;

	if (!hex_decode(hex, len, key, sizeof(key), &n) || n != KEY)
		return NULL;
	return secret_take(key, sizeof(key));
}

static bool
parse_line(struct seal *s, const char *line, size_t len)
{
	const size_t word = sizeof(INDEX) - 1;

	if (len > word && memcmp(line, INDEX, word) == 0)
		return s->index == NULL &&
		    (s->index = read_key(line + word, len - word)) != NULL;
	if (s->nkeys == SEAL_GENERATIONS)
		return false;
	if (len == 1 && *line == '-')
		s->keys[s->nkeys] = NULL;
	else if ((s->keys[s->nkeys] = read_key(line, len)) == NULL)
		return false;
	s->nkeys++;
	return true;
}

/* What digests are made with comes from the first key, unless it is written
 * down. */
static bool
have_index(struct seal *s)
{
	static const uint8_t label[] = "konak index 1";

	if (s->index != NULL)
		return true;
	if (s->keys[0] == NULL)
		return false;
	s->index = secret_new(KEY);
	crypto_generichash(secret_expose(s->index), KEY, label,
	    sizeof(label), secret_expose(s->keys[0]), KEY);
	return true;
}

struct seal *
seal_parse(const char *text, size_t len, const char **error)
{
	struct seal *s = xcalloc(1, sizeof(*s));
	const char *nl;
	size_t line;
	bool ok = true;

	if (sodium_init() == -1)
		fatalx("libsodium does not start");
	while (ok && len > 0) {
		nl = memchr(text, '\n', len);
		line = nl != NULL ? (size_t)(nl - text) : len;
		ok = parse_line(s, text, line);
		line += nl != NULL;
		text += line;
		len -= line;
	}
	if (!ok || s->nkeys == 0 || s->keys[s->nkeys - 1] == NULL)
		*error = "the key file has a line that is not 64 hex digits";
	else if (!have_index(s))
		*error = "the key file lacks the line \"index\"";
	else
		return s;
	seal_free(s);
	return NULL;
}

/* A credential of systemd belongs to the service alone, whatever its mode
 * says: access lists show as rights of the group. */
static mode_t
others(const char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	return dir != NULL && strncmp(path, dir, strlen(dir)) == 0 ? 007 :
	    077;
}

struct seal *
seal_new(const char *path, const char **error)
{
	struct secret *text = NULL;
	struct seal *s = NULL;
	struct stat st;
	ssize_t n;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1 ||
	    fstat(fd, &st) == -1) {
		*error = strerror(errno);
	} else if (!S_ISREG(st.st_mode)) {
		*error = "the key file is not a plain file";
	} else if ((st.st_mode & others(path)) != 0) {
		*error = "the key file may be read by others; chmod 600";
	} else if (st.st_size > SEAL_FILE_MAX) {
		*error = "the key file is too long";
	} else {
		text = secret_new(SEAL_FILE_MAX);
		n = read(fd, secret_expose(text), SEAL_FILE_MAX);
		if (n == -1)
			*error = strerror(errno);
		else
			s = seal_parse((const char *)secret_expose(text),
			    (size_t)n, error);
	}
	secret_free(text);
	if (fd != -1)
		close(fd);
	return s;
}

uint32_t
seal_generation(const struct seal *s)
{
	return s->nkeys;
}

uint32_t
seal_box_generation(const uint8_t *box, size_t len)
{
	if (len < AT_TEXT || box[0] != FORMAT || box[1] != SUITE)
		return 0;
	return (uint32_t)box[2] << 24 | (uint32_t)box[3] << 16 |
	    (uint32_t)box[4] << 8 | box[5];
}

struct secret *
seal_text(const struct seal *s, bool add, bool retire)
{
	struct secret *out = secret_new((s->nkeys + 2) * (HEX_LEN(KEY) + 8));
	struct secret *new = secret_random(KEY), *cut;
	char *p = (char *)secret_expose(out);
	uint32_t i;

	p = stpcpy(p, INDEX);
	hex_encode(secret_expose(s->index), KEY, p);
	p += HEX_LEN(KEY);
	*p++ = '\n';
	for (i = 0; i < s->nkeys; i++) {
		if (s->keys[i] == NULL || (retire && i + 1 < s->nkeys)) {
			p = stpcpy(p, "-\n");
			continue;
		}
		hex_encode(secret_expose(s->keys[i]), KEY, p);
		p += HEX_LEN(KEY);
		*p++ = '\n';
	}
	if (add) {
		hex_encode(secret_expose(new), KEY, p);
		p += HEX_LEN(KEY);
		*p++ = '\n';
	}
	cut = secret_from(secret_expose(out),
	    (size_t)(p - (char *)secret_expose(out)));
	secret_free(new);
	secret_free(out);
	return cut;
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
seal_close(struct seal *s, const struct seal_aad *aad,
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
	out[2] = out[3] = out[4] = 0;	/* at most 64 of them */
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
seal_open(struct seal *s, const struct seal_aad *aad, const uint8_t *box,
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
	gen = seal_box_generation(box, len);
	if (gen == 0 || gen > s->nkeys || s->keys[gen - 1] == NULL)
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

void
seal_digest(struct seal *s, const char *tenant, const char *word,
    const struct secret *plain, uint8_t out[SEAL_DIGEST])
{
	static const uint8_t label[] = "konak digest key 1";
	crypto_generichash_state st;
	uint8_t key[KEY];

	crypto_generichash_init(&st, secret_expose(s->index),
	    secret_len(s->index), sizeof(key));
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
	case SEAL_SEALED:
		return "the keys are closed";
	case SEAL_WRONG:
		return "the master key is another tenant's";
	case SEAL_DOWN:
		return "the key process is not running";
	case SEAL_FAILED:
		break;
	}
	return "it could not be done";
}

void
seal_free(struct seal *s)
{
	uint32_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->nkeys; i++)
		secret_free(s->keys[i]);
	secret_free(s->index);
	free(s);
}

void
seal_sign(struct seal *s, const char *tenant, const uint8_t *text, size_t len,
    uint8_t public[SEAL_PUBLIC], uint8_t signature[SEAL_SIGNATURE])
{
	static const uint8_t label[] = "konak signing key 1";
	crypto_generichash_state st;
	uint8_t seed[crypto_sign_SEEDBYTES];
	uint8_t key[crypto_sign_SECRETKEYBYTES];

	crypto_generichash_init(&st, secret_expose(s->index),
	    secret_len(s->index), sizeof(seed));
	crypto_generichash_update(&st, label, sizeof(label));
	crypto_generichash_update(&st, (const uint8_t *)tenant,
	    strlen(tenant));
	crypto_generichash_final(&st, seed, sizeof(seed));
	crypto_sign_seed_keypair(public, key, seed);
	if (len > 0)
		crypto_sign_detached(signature, NULL, text, len, key);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(key, sizeof(key));
	sodium_memzero(&st, sizeof(st));
}
