/* heads.c - where chains end, signed with Ed25519, in files that are kept
 * beside the database, and best elsewhere too. */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <sodium.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/hex.h"
#include "server/ctl/audit.h"
#include "server/ctl/ctl.h"

struct audit_key {
	uint8_t	public[crypto_sign_PUBLICKEYBYTES];
	uint8_t	secret[crypto_sign_SECRETKEYBYTES];
	bool	whole;
};

/* --- The key ---------------------------------------------------------------------- */

static const char *
key_path(struct ctl *ctl, const struct tenant_file *t, const char *end)
{
	return arena_printf(ctl->arena, "%s/%s.%s", ctl_conf(ctl)->keys,
	    t->name, end);
}

/* 64 hex digits and a line end; false when there is no such file. */
static bool
hex_file(struct ctl *ctl, const char *path, uint8_t out[32])
{
	size_t	 n;
	char	*text = file_read(ctl, path, NULL);

	if (text == NULL)
		return false;
	if (!hex_decode(text, strcspn(text, "\n"), out, 32, &n) || n != 32)
		ctl_die("%s: not a key: 64 hex digits", path);
	return true;
}

static void
hex_write(struct ctl *ctl, const char *path, const uint8_t key[32])
{
	char	text[HEX_LEN(32) + 2];

	hex_encode(key, 32, text);
	text[HEX_LEN(32)] = '\n';
	text[HEX_LEN(32) + 1] = '\0';
	file_write(ctl, path, text, NULL);
	explicit_bzero(text, sizeof text);
}

struct audit_key *
audit_key(struct ctl *ctl, const struct tenant_file *t)
{
	struct audit_key	*k = arena_alloc(ctl->arena, sizeof *k);
	const char		*path = key_path(ctl, t, "audit");
	uint8_t			 seed[crypto_sign_SEEDBYTES];
	struct stat		 st;

	if (sodium_init() == -1)
		ctl_die("libsodium does not start");
	if (stat(path, &st) == 0 && (st.st_mode & 077) != 0)
		ctl_die("%s: others may read it; chmod 600", path);
	if (!hex_file(ctl, path, seed)) {
		randombytes_buf(seed, sizeof seed);
		hex_write(ctl, path, seed);
	}
	crypto_sign_seed_keypair(k->public, k->secret, seed);
	explicit_bzero(seed, sizeof seed);
	hex_write(ctl, key_path(ctl, t, "audit.pub"), k->public);
	k->whole = true;
	arena_set_wipe(ctl->arena);
	return k;
}

struct audit_key *
audit_key_public(struct ctl *ctl, const struct tenant_file *t,
    const char *path)
{
	struct audit_key	*k = arena_alloc(ctl->arena, sizeof *k);

	if (path != NULL) {
		if (!hex_file(ctl, path, k->public))
			ctl_die("%s: no such file", path);
		return k;
	}
	if (t == NULL || !hex_file(ctl, key_path(ctl, t, "audit.pub"),
	    k->public))
		return NULL;
	return k;
}

/* --- Heads ------------------------------------------------------------------------- */

const char *
audit_heads_path(struct ctl *ctl, const struct tenant_file *t)
{
	return arena_printf(ctl->arena, "%s/%s.heads", ctl_conf(ctl)->heads,
	    t->name);
}

/* What is signed. */
static void
message(struct buf *b, const struct audit_head *h)
{
	char	hash[HEX_LEN(AUDIT_HASH) + 1];

	hex_encode(h->hash, sizeof h->hash, hash);
	buf_printf(b, "konak audit head 1\n%s\n%s\n%lld\n%s\n%s\n", h->group,
	    h->company, (long long)h->seq, hash, h->at);
}

void
audit_head_write(FILE *out, const struct audit_head *h,
    const struct audit_key *k)
{
	uint8_t		 sign[crypto_sign_BYTES];
	char		 hash[HEX_LEN(AUDIT_HASH) + 1];
	char		 text[HEX_LEN(crypto_sign_BYTES) + 1];
	struct buf	 b = BUF_INIT;

	message(&b, h);
	crypto_sign_detached(sign, NULL, buf_data(&b), buf_len(&b),
	    k->secret);
	buf_free(&b);
	hex_encode(sign, sizeof sign, text);
	hex_encode(h->hash, sizeof h->hash, hash);
	if (fprintf(out, "{\"head\":%lld,\"company\":\"%s\",\"group\":\"%s\","
	    "\"hash\":\"%s\",\"at\":\"%s\",\"signature\":\"%s\"}\n",
	    (long long)h->seq, h->company, h->group, hash, h->at, text) < 0)
		ctl_die("the heads cannot be written");
}

static bool
text_of(const json_t *j, const char *key, char *out, size_t size)
{
	const char	*s = json_string_value(json_object_get(j, key));

	if (s == NULL || strlen(s) >= size)
		return false;
	memcpy(out, s, strlen(s) + 1);
	return true;
}

bool
audit_head_read(const char *line, size_t len, const struct audit_key *k,
    struct audit_head *h, const char **why)
{
	uint8_t		 sign[crypto_sign_BYTES];
	char		 hash[HEX_LEN(AUDIT_HASH) + 1];
	char		 text[HEX_LEN(crypto_sign_BYTES) + 1];
	struct buf	 b = BUF_INIT;
	json_error_t	 e;
	json_t		*j = json_loadb(line, len, 0, &e);
	bool		 good;
	size_t		 n = 0;

	memset(h, 0, sizeof *h);
	*why = "it is no head";
	good = json_is_integer(json_object_get(j, "head")) &&
	    text_of(j, "group", h->group, sizeof h->group) &&
	    text_of(j, "company", h->company, sizeof h->company) &&
	    text_of(j, "at", h->at, sizeof h->at) &&
	    text_of(j, "hash", hash, sizeof hash) &&
	    hex_decode(hash, strlen(hash), h->hash, sizeof h->hash, &n) &&
	    n == sizeof h->hash &&
	    text_of(j, "signature", text, sizeof text) &&
	    hex_decode(text, strlen(text), sign, sizeof sign, &n) &&
	    n == sizeof sign;
	if (good) {
		h->seq = json_integer_value(json_object_get(j, "head"));
		*why = "its signature does not fit: it was changed, or signed "
		    "with another key";
		message(&b, h);
		good = crypto_sign_verify_detached(sign, buf_data(&b),
		    buf_len(&b), k->public) == 0;
		buf_free(&b);
	}
	json_decref(j);
	return good;
}

static int
by_place(const void *a, const void *b)
{
	const struct audit_head	*x = a, *y = b;
	int			 c = strcmp(x->company, y->company);

	return c != 0 ? c : (x->seq > y->seq) - (x->seq < y->seq);
}

bool
audit_heads_load(struct ctl *ctl, const char *path,
    const struct audit_key *k, struct audit_heads *all)
{
	struct audit_head	*more;
	const char		*text, *p, *why;
	size_t			 len, line, lines = 0;

	if ((text = file_read(ctl, path, &len)) == NULL)
		return false;
	for (p = text; *p != '\0'; p++)
		lines += *p == '\n';
	more = arena_array(ctl->arena, all->n + lines + 1, sizeof *more);
	if (all->n > 0)
		memcpy(more, all->head, all->n * sizeof *more);
	all->head = more;
	for (p = text, line = 1; *p != '\0'; line++) {
		len = strcspn(p, "\n");
		if (!audit_head_read(p, len, k, &all->head[all->n], &why))
			ctl_die("%s:%zu: %s", path, line, why);
		all->head[all->n++].from = arena_strdup(ctl->arena, path);
		p += len + (p[len] == '\n');
	}
	qsort(all->head, all->n, sizeof *all->head, by_place);
	return true;
}
