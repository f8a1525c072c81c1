/* heads.c - where chains end, signed with Ed25519, in files that are kept
 * beside the database, and best elsewhere too. */
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
#include "server/keys/head.h"

struct audit_key {
	uint8_t	(*public)[crypto_sign_PUBLICKEYBYTES];
	size_t	  n;
};

/* --- The keys --------------------------------------------------------------------- */

static const char *
key_path(struct ctl *ctl, const struct tenant_file *t, const char *end)
{
	return arena_printf(ctl->arena, "%s/%s.%s", ctl_conf(ctl)->keys,
	    t->name, end);
}

/* A line of 64 hex digits each; NULL when there is no such file. */
static struct audit_key *
keys_read(struct ctl *ctl, const char *path)
{
	struct audit_key	*k = arena_alloc(ctl->arena, sizeof *k);
	char			*text = file_read(ctl, path, NULL), *line;
	size_t			 len;

	if (text == NULL)
		return NULL;
	k->public = arena_array(ctl->arena, strlen(text) / 64 + 1,
	    sizeof *k->public);
	while ((line = strsep(&text, "\n")) != NULL) {
		if (*line == '\0')
			continue;
		if (!hex_decode(line, strlen(line), k->public[k->n],
		    sizeof k->public[0], &len) || len != sizeof k->public[0])
			ctl_die("%s: not a key: 64 hex digits", path);
		k->n++;
	}
	return k;
}

struct audit_key *
audit_key_public(struct ctl *ctl, const struct tenant_file *t,
    const char *path)
{
	struct audit_key	*k;

	if (path == NULL)
		return t == NULL ? NULL : keys_read(ctl, key_path(ctl, t,
		    "audit.pub"));
	if ((k = keys_read(ctl, path)) == NULL)
		ctl_die("%s: no such file", path);
	return k;
}

/* A file with the private half is from before keys stayed in their process: its
 * heads are checked with the public one, and nobody signs with it again. */
void
audit_key_keep(struct ctl *ctl, const struct tenant_file *t,
    const uint8_t public[SEAL_PUBLIC])
{
	const char		*path = key_path(ctl, t, "audit.pub");
	struct audit_key	*k = keys_read(ctl, path);
	char			 text[HEX_LEN(SEAL_PUBLIC) + 1];
	struct buf		 b = BUF_INIT;
	size_t			 i;
	bool			 known = false;

	for (i = 0; k != NULL && i < k->n; i++) {
		known = known || memcmp(k->public[i], public, SEAL_PUBLIC) ==
		    0;
		hex_encode(k->public[i], SEAL_PUBLIC, text);
		buf_printf(&b, "%s\n", text);
	}
	if (!known) {
		hex_encode(public, SEAL_PUBLIC, text);
		buf_printf(&b, "%s\n", text);
		file_write(ctl, path, buf_text(&b), NULL);
	}
	buf_free(&b);
	(void)unlink(key_path(ctl, t, "audit"));
}

/* --- Heads ------------------------------------------------------------------------- */

const char *
audit_heads_path(struct ctl *ctl, const struct tenant_file *t)
{
	return arena_printf(ctl->arena, "%s/%s.heads", ctl_conf(ctl)->heads,
	    t->name);
}

static struct head
head_of(const struct audit_head *h, char hash[HEX_LEN(AUDIT_HASH) + 1])
{
	hex_encode(h->hash, sizeof h->hash, hash);
	return (struct head) { .group = h->group, .company = h->company,
	    .seq = h->seq, .hash = hash, .at = h->at };
}

void
audit_head_write(FILE *out, const struct audit_head *h,
    struct signer *signer)
{
	uint8_t		 sign[SEAL_SIGNATURE];
	char		 hash[HEX_LEN(AUDIT_HASH) + 1];
	char		 text[HEX_LEN(SEAL_SIGNATURE) + 1];
	struct head	 head = head_of(h, hash);
	struct buf	 b = BUF_INIT;

	head_text(&b, &head);
	signer_sign(signer, buf_data(&b), buf_len(&b), sign);
	hex_encode(sign, sizeof sign, text);
	buf_clear(&b);
	head_line(&b, &head, text);
	if (fputs(buf_text(&b), out) == EOF)
		ctl_die("the heads cannot be written");
	buf_free(&b);
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
	struct head	 head;
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
		head = head_of(h, hash);
		head_text(&b, &head);
		good = false;
		for (n = 0; n < k->n && !good; n++)
			good = crypto_sign_verify_detached(sign, buf_data(&b),
			    buf_len(&b), k->public[n]) == 0;
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
