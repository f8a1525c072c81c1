/* box.c - see box.h. */
#include "server/box.h"

#include <string.h>

#include "lib/hex.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "server/keys/keys.h"
#include "server/req.h"
#include "server/tenant.h"

static const char *
bytea(struct req *r, const uint8_t *bytes, size_t len)
{
	char	*text = arena_alloc(r->arena, HEX_LEN(len) + 3);

	memcpy(text, "\\x", 2);
	hex_encode(bytes, len, text + 2);
	return text;
}

/* What is no bytea has no bytes and does not open. */
static uint8_t *
bytes_of(struct req *r, const char *box, size_t *len)
{
	uint8_t	*raw = arena_alloc(r->arena, strlen(box) / 2 + 1);

	*len = 0;
	if (strncmp(box, "\\x", 2) != 0 || !hex_decode(box + 2,
	    strlen(box) - 2, raw, strlen(box) / 2, len))
		*len = 0;
	return raw;
}

struct boxing {
	struct req	*req;
	void		*arg;
	void		(*text)(struct req *, void *, const char *);
	void		(*opened)(struct req *, void *, const struct secret *);
};

static struct boxing *
boxing_new(struct req *r, void *arg)
{
	struct boxing	*b = arena_alloc(r->arena, sizeof *b);

	b->req = r;
	b->arg = arg;
	req_hold(r);
	return b;
}

#define DOWN_S	1	/* "try again in", while the key process starts */

/* Says what is closed; everything else goes on. */
static void
box_failed(struct req *r, enum seal_result result)
{
	const char	*key = "keys.broken";

	if (result == SEAL_SEALED)
		key = "keys.sealed";
	else if (result == SEAL_WRONG)
		key = "keys.wrong";
	else if (result == SEAL_DOWN) {
		req_wait(r, DOWN_S);
		key = "keys.down";
	}
	log_error(tenant_name(r->tenant), "%s: a sealed value: %s",
	    r->verb->name, seal_result_text(result));
	req_fail(r, ERR_UNAVAILABLE, NULL, key, NULL);
}

static void
text_cb(void *arg, enum seal_result result, const uint8_t *bytes, size_t len)
{
	struct boxing	*b = arg;

	if (result != SEAL_OK)
		box_failed(b->req, result);
	else
		b->text(b->req, b->arg, bytea(b->req, bytes, len));
	req_go(b->req);
}

static void
opened_cb(void *arg, enum seal_result result, struct secret *plain)
{
	struct boxing	*b = arg;

	if (result != SEAL_OK)
		box_failed(b->req, result);
	else
		b->opened(b->req, b->arg, plain);
	secret_free(plain);
	req_go(b->req);
}

void
box_close(struct req *r, const struct seal_aad *aad,
    const struct secret *plain, void (*then)(struct req *, void *,
    const char *), void *arg)
{
	struct boxing	*b;

	if (req_gone(r))
		return;
	b = boxing_new(r, arg);
	b->text = then;
	keys_close(r->tenant, aad, plain, text_cb, b);
}

void
box_open(struct req *r, const struct seal_aad *aad, const char *box,
    void (*then)(struct req *, void *, const struct secret *), void *arg)
{
	struct boxing	*b;
	uint8_t		*raw;
	size_t		 len;

	if (req_gone(r))
		return;
	raw = bytes_of(r, box, &len);
	b = boxing_new(r, arg);
	b->opened = then;
	keys_open(r->tenant, aad, raw, len, opened_cb, b);
}

void
box_digest(struct req *r, const char *tenant, const char *word,
    const struct secret *plain, void (*then)(struct req *, void *,
    const char *), void *arg)
{
	struct boxing	*b;

	if (req_gone(r))
		return;
	b = boxing_new(r, arg);
	b->text = then;
	keys_digest(r->tenant, tenant, word, plain, text_cb, b);
}
