/* box.c - see box.h. */
#include "server/box.h"

#include <string.h>

#include "lib/hex.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "server/req.h"
#include "server/tenant.h"

static struct event_base *loop;

void
box_start(struct event_base *base)
{
	loop = base;
}

/* The tenant's key file is opened with its first use and kept. */
static struct seal *
box_seal(struct req *r)
{
	void		**slot = tenant_slot(r->tenant);
	const char	*error;

	if (*slot == NULL) {
		*slot = seal_new(loop, tenant_key_file(r->tenant), &error);
		if (*slot == NULL)
			log_error(tenant_name(r->tenant), "key file %s: %s",
			    tenant_key_file(r->tenant), error);
	}
	if (*slot == NULL)
		req_fail(r, ERR_UNAVAILABLE, NULL, "auth.no_key", NULL);
	return *slot;
}

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

static void
box_failed(struct req *r, enum seal_result result)
{
	log_error(tenant_name(r->tenant), "a sealed value: %s",
	    seal_result_text(result));
	req_fail(r, ERR_UNAVAILABLE, NULL, "auth.no_key", NULL);
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
	struct seal	*seal;

	if (req_gone(r) || (seal = box_seal(r)) == NULL)
		return;
	b = boxing_new(r, arg);
	b->text = then;
	seal_close(seal, aad, plain, text_cb, b);
}

void
box_open(struct req *r, const struct seal_aad *aad, const char *box,
    void (*then)(struct req *, void *, const struct secret *), void *arg)
{
	struct boxing	*b;
	struct seal	*seal;
	uint8_t		*raw;
	size_t		 len;

	if (req_gone(r) || (seal = box_seal(r)) == NULL)
		return;
	raw = bytes_of(r, box, &len);
	b = boxing_new(r, arg);
	b->opened = then;
	seal_open(seal, aad, raw, len, opened_cb, b);
}

void
box_digest(struct req *r, const char *tenant, const char *word,
    const struct secret *plain, void (*then)(struct req *, void *,
    const char *), void *arg)
{
	struct boxing	*b;
	struct seal	*seal;

	if (req_gone(r) || (seal = box_seal(r)) == NULL)
		return;
	b = boxing_new(r, arg);
	b->text = then;
	seal_digest(seal, tenant, word, plain, text_cb, b);
}
