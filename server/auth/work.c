/*
 * work.c - what must not run in the event loop: Argon2id (bounded pool, the
 * client is told its place) and the sealed 2FA secrets.
 */
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/log.h"
#include "lib/seal.h"
#include "lib/secret.h"
#include "lib/totp.h"
#include "server/auth/auth.h"
#include "server/auth/totpbox.h"
#include "server/tenant.h"
#include "server/worker.h"

#define BUSY_WAIT_S	5	/* "try again in", when the queue is full */

static struct event_base *loop;

void
auth_start(struct event_base *base)
{
	loop = base;
}

static void
work_run(void *arg)
{
	struct auth_work *w = arg;

	if (w->old != NULL)
		w->fits = password_verify(w->old_hash, w->old);
	if (w->new != NULL && (w->old == NULL || w->fits))
		w->failed = !password_hash(w->new_hash, w->new);
}

static void
work_done(void *arg)
{
	struct auth_work *w = arg;

	if (w->failed)
		req_fail(w->req, ERR_INTERNAL, NULL, "err.internal", NULL);
	else
		w->then(w->req);
	req_go(w->req);
}

static void
work_moved(void *arg, size_t place)
{
	struct auth_work *w = arg;

	if (req_gone(w->req) && worker_cancel(w->work)) {
		req_go(w->req);
		return;
	}
	if (place > 0)
		req_progress(w->req, "place", place, 0, NULL);
}

void
auth_work(struct req *r, struct auth_work *w, void (*then)(struct req *))
{
	size_t place;

	if (req_gone(r))
		return;
	w->req = r;
	w->then = then;
	w->work = worker_run(WORK_SLOW, work_run, work_done, w);
	if (w->work == NULL) {
		req_wait(r, BUSY_WAIT_S);
		req_fail(r, ERR_RATE, NULL, "auth.busy", "wait",
		    auth_number(r, BUSY_WAIT_S), NULL);
		return;
	}
	req_hold(r);
	worker_on_move(w->work, work_moved);
	if ((place = worker_place(w->work)) > 0)
		req_progress(r, "place", place, 0, NULL);
}

/* The tenant's key file is opened with its first use and kept. */
static struct seal *
tenant_seal(struct req *r)
{
	void **slot = tenant_slot(r->tenant);
	const char *error;

	if (*slot == NULL) {
		*slot = seal_new(loop, tenant_key_file(r->tenant),
		    &error);
		if (*slot == NULL)
			log_error(tenant_name(r->tenant),
			    "key file %s: %s", tenant_key_file(r->tenant),
			    error);
	}
	if (*slot == NULL)
		req_fail(r, ERR_UNAVAILABLE, NULL, "auth.no_key", NULL);
	return *slot;
}

/* A box out of bytea as text; what is none has no bytes and does not open. */
static uint8_t *
box_bytes(struct req *r, const char *box, size_t *len)
{
	uint8_t *raw = arena_alloc(r->arena, strlen(box) / 2 + 1);

	*len = 0;
	if (strncmp(box, "\\x", 2) != 0 || !hex_decode(box + 2,
	    strlen(box) - 2, raw, strlen(box) / 2, len))
		*len = 0;
	return raw;
}

struct check {
	struct req	*req;
	const char	*code;
	int64_t		 last;
	void		(*then)(struct req *, int64_t);
};

static void
check_opened(void *arg, enum seal_result result, struct secret *plain)
{
	struct check *c = arg;
	struct req *r = c->req;
	int64_t step;

	if (result != SEAL_OK) {
		log_error(tenant_name(r->tenant),
		    "a 2FA secret does not open (%d)", result);
		req_fail(r, ERR_UNAVAILABLE, NULL, "auth.no_key", NULL);
	} else {
		step = totp_check(plain, time(NULL), c->last, c->code);
		secret_free(plain);
		c->then(r, step);
	}
	req_go(r);
}

void
auth_check_code(struct req *r, const char *user, const char *group,
    const char *box, int64_t last, const char *code,
    void (*then)(struct req *, int64_t))
{
	struct seal_aad aad = totpbox_aad(group, user);
	struct check *c;
	struct seal *seal;
	uint8_t *raw;
	size_t len;

	if (req_gone(r) || (seal = tenant_seal(r)) == NULL)
		return;
	if (box == NULL) {	/* no factor, so no code can be right */
		then(r, -1);
		return;
	}
	raw = box_bytes(r, box, &len);
	c = arena_alloc(r->arena, sizeof(*c));
	c->req = r;
	c->code = code;
	c->last = last;
	c->then = then;
	req_hold(r);
	seal_open(seal, &aad, raw, len, check_opened, c);
}

struct closing {
	struct req	*req;
	void		(*then)(struct req *, const char *);
};

static void
seal_closed(void *arg, enum seal_result result, const uint8_t *box, size_t len)
{
	struct closing *c = arg;

	if (result != SEAL_OK)
		req_fail(c->req, ERR_UNAVAILABLE, NULL, "auth.no_key", NULL);
	else
		c->then(c->req, auth_hex(c->req, box, len));
	req_go(c->req);
}

void
auth_close_box(struct req *r, const struct seal_aad *aad,
    const struct secret *plain, void (*then)(struct req *, const char *))
{
	struct closing *c;
	struct seal *seal;

	if (req_gone(r) || (seal = tenant_seal(r)) == NULL)
		return;
	c = arena_alloc(r->arena, sizeof(*c));
	c->req = r;
	c->then = then;
	req_hold(r);
	seal_close(seal, aad, plain, seal_closed, c);
}

void
auth_seal(struct req *r, const char *user, const char *group,
    const struct secret *plain, void (*then)(struct req *, const char *))
{
	struct seal_aad aad = totpbox_aad(group, user);

	auth_close_box(r, &aad, plain, then);
}

/* --- Drafts -------------------------------------------------------------- */

struct opening {
	struct req	*req;
	void		(*then)(struct req *, const struct secret *);
};

static void
box_opened(void *arg, enum seal_result result, struct secret *plain)
{
	struct opening *o = arg;

	if (result != SEAL_OK)
		req_fail(o->req, ERR_UNAVAILABLE, NULL, "auth.no_key", NULL);
	else
		o->then(o->req, plain);
	secret_free(plain);
	req_go(o->req);
}

void
auth_open_box(struct req *r, const struct seal_aad *aad, const char *box,
    void (*then)(struct req *, const struct secret *))
{
	struct opening *o;
	struct seal *seal;
	uint8_t *raw;
	size_t len;

	if (req_gone(r) || (seal = tenant_seal(r)) == NULL)
		return;
	raw = box_bytes(r, box, &len);
	o = arena_alloc(r->arena, sizeof(*o));
	o->req = r;
	o->then = then;
	req_hold(r);
	seal_open(seal, aad, raw, len, box_opened, o);
}
