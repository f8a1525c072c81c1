/*
 * work.c - what must not run in the event loop: Argon2id (bounded pool, the
 * client is told its place) and the sealed 2FA secrets.
 */
#include <string.h>
#include <time.h>

#include "lib/secret.h"
#include "lib/totp.h"
#include "server/auth/auth.h"
#include "server/auth/totpbox.h"
#include "server/box.h"
#include "server/worker.h"

#define BUSY_WAIT_S	5	/* "try again in", when the queue is full */

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

struct check {
	const char	*code;
	int64_t		 last;
	void		(*then)(struct req *, int64_t);
};

static void
check_opened(struct req *r, void *arg, const struct secret *plain)
{
	struct check *c = arg;

	c->then(r, totp_check(plain, time(NULL), c->last, c->code));
}

void
auth_check_code(struct req *r, const char *user, const char *group,
    const char *box, int64_t last, const char *code,
    void (*then)(struct req *, int64_t))
{
	struct seal_aad aad = totpbox_aad(group, user);
	struct check *c;

	if (req_gone(r))
		return;
	if (box == NULL) {	/* no factor, so no code can be right */
		then(r, -1);
		return;
	}
	c = arena_alloc(r->arena, sizeof(*c));
	c->code = code;
	c->last = last;
	c->then = then;
	box_open(r, &aad, box, check_opened, c);
}

struct closing {
	void		(*then)(struct req *, const char *);
};

static void
seal_closed(struct req *r, void *arg, const char *box)
{
	struct closing *c = arg;

	c->then(r, box);
}

void
auth_seal(struct req *r, const char *user, const char *group,
    const struct secret *plain, void (*then)(struct req *, const char *))
{
	struct seal_aad aad = totpbox_aad(group, user);
	struct closing *c = arena_alloc(r->arena, sizeof(*c));

	c->then = then;
	box_close(r, &aad, plain, seal_closed, c);
}
