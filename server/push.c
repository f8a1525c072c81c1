/*
 * Watches of clients and what is pushed to them. A client that does not read
 * gets one "look again" afterwards in place of all it would have got.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/msg.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/def/def.h"
#include "server/push.h"
#include "server/session.h"
#include "server/req.h"
#include "server/tenant.h"

#define WATCHES_MAX	64	/* a client */
#define CHAINS		4096

static LIST_HEAD(chain, watch)	chains[CHAINS];

static struct chain *
chain_of(const struct tenant *t, const char *company, const char *type)
{
	uintptr_t	h = (uintptr_t)t >> 4;

	while (*company != '\0')
		h = h * 33 ^ (unsigned char)*company++;
	while (*type != '\0')
		h = h * 33 ^ (unsigned char)*type++;
	return &chains[h % CHAINS];
}

static void
push_send(struct client *c, struct buf *b)
{
	client_send(c, FRAME_PUSH, 0, 0, buf_data(b), buf_len(b));
	buf_free(b);
}

static void
push_again(struct client *c, const char *type, const char *company)
{
	struct buf	b = BUF_INIT;
	struct cbw	w;

	cbw_init(&w, &b);
	cbw_map_begin(&w);
	cbw_kv_text(&w, "push", "again");
	if (type != NULL)
		cbw_kv_text(&w, "type", type);
	if (company != NULL)
		cbw_kv_uuid(&w, "company", company);
	cbw_map_end(&w);
	push_send(c, &b);
}

void
push_rights(struct client *c)
{
	struct buf	b = BUF_INIT;
	struct cbw	w;

	cbw_init(&w, &b);
	cbw_map(&w, 1);
	cbw_kv_text(&w, "push", "rights");
	push_send(c, &b);
}

void
push_ended(struct client *c, const char *key)
{
	struct buf	b = BUF_INIT;
	struct cbw	w;

	cbw_init(&w, &b);
	cbw_map(&w, 2);
	cbw_kv_text(&w, "push", "ended");
	cbw_kv_text(&w, "text", msg_text(c->lang, key));
	push_send(c, &b);
}

void
push_owed(struct client *c)
{
	if (c->paused)
		return;
	c->again = false;
	if (!TAILQ_EMPTY(&c->watches))
		push_again(c, NULL, NULL);
}

static void
push_item(struct client *c, const char *company, const struct change *ch,
    const char *request)
{
	struct buf	b = BUF_INIT;
	struct cbw	w;

	cbw_init(&w, &b);
	cbw_map(&w, 4);
	cbw_kv_text(&w, "push", "changed");
	cbw_kv_text(&w, "type", ch->type);
	cbw_kv_uuid(&w, "company", company);
	cbw_key(&w, "items");
	cbw_array(&w, 1);
	cbw_array(&w, 4);
	cbw_uuidz(&w, ch->id);
	cbw_int(&w, ch->version);
	cbw_textz(&w, ch->op);
	cbw_uuidz(&w, request);
	push_send(c, &b);
}

static const struct watch *
watching(const struct client *c, const char *type, const char *company)
{
	const struct watch	*w;

	TAILQ_FOREACH(w, &c->watches, link) {
		if (strcmp(w->type, type) == 0 &&
		    strcmp(w->company, company) == 0)
			return w;
	}
	return NULL;
}

static void	(*change_fn)(const struct tenant *, const char *,
		    const char *);

void
push_on_change(void (*fn)(const struct tenant *, const char *, const char *))
{
	change_fn = fn;
}

/* Which record it was is told to those who see every record of the type, to
 * the person whom it concerns, and to whoever has done it. */
static bool
told_which(const struct watch *w, const struct change *ch)
{
	return ch->id != NULL && (!w->some || ch->person != NULL ||
	    (ch->by != NULL && strcmp(ch->by, w->client->session->user) == 0));
}

void
push_change_local(struct tenant *t, const char *company,
    const struct change *ch, const char *request)
{
	struct watch	*w;
	struct client	*c;

	if (change_fn != NULL)
		change_fn(t, company, ch->type);
	LIST_FOREACH(w, chain_of(t, company, ch->type), chain) {
		c = w->client;
		if (w->tenant != t || strcmp(w->type, ch->type) != 0 ||
		    strcmp(w->company, company) != 0)
			continue;
		if (c->session == NULL || (ch->person != NULL &&
		    strcmp(c->session->user, ch->person) != 0))
			continue;
		if (c->paused)
			c->again = true;
		else if (told_which(w, ch))
			push_item(c, company, ch, request);
		else
			push_again(c, ch->type, company);
	}
}

/* What rights come from has changed: the copies are read again. */
static void
push_rights_of(struct tenant *t, const char *company, const struct change *ch)
{
	if (strcmp(ch->type, "memberships") == 0 ||
	    strcmp(ch->type, "roles") == 0)
		session_rights_changed(t, NULL, company);
	else if (strcmp(ch->type, "users") == 0)
		session_rights_changed(t, ch->id, NULL);
	else if (strcmp(ch->type, "companies") == 0 ||
	    strcmp(ch->type, "group_members") == 0)
		session_rights_changed(t, NULL, NULL);
}

void
push_change(struct tenant *t, const char *company, const struct change *ch,
    const char *request)
{
	if (company == NULL || company[0] == '\0')
		return;
	push_change_local(t, company, ch, request);
	notify_change(t, company, ch, request);
	push_rights_of(t, company, ch);
}

void
push_again_all(struct tenant *t)
{
	struct client	*c;

	if (change_fn != NULL)
		change_fn(t, NULL, NULL);
	TAILQ_FOREACH(c, &clients, link) {
		if (c->tenant == t && c->dropped == DROP_NONE &&
		    !TAILQ_EMPTY(&c->watches)) {
			c->again = true;
			client_turn(c);
		}
	}
}

/*
 * Watches.
 */

static void
watch_free(struct client *c, struct watch *w)
{
	TAILQ_REMOVE(&c->watches, w, link);
	LIST_REMOVE(w, chain);
	free(w->type);
	free(w->need);
	free(w);
}

static bool
sees_some(const struct client *c, const char *type)
{
	const struct def	*d = def_find(type);

	return d != NULL && !def_sees_all(d, c->session->rights);
}

bool
watch_start(struct client *c, const char *type, const char *need)
{
	struct watch	*w;
	size_t		 n = 0;

	if (c->session == NULL || c->dropped != DROP_NONE)
		return true;
	if (watching(c, type, c->session->company) != NULL)
		return true;
	TAILQ_FOREACH(w, &c->watches, link)
		n++;
	if (n >= WATCHES_MAX)
		return false;
	w = xcalloc(1, sizeof *w);
	w->client = c;
	w->tenant = c->tenant;
	w->type = xstrdup(type);
	w->need = need == NULL ? NULL : xstrdup(need);
	w->some = sees_some(c, type);
	memcpy(w->company, c->session->company, sizeof w->company);
	TAILQ_INSERT_TAIL(&c->watches, w, link);
	LIST_INSERT_HEAD(chain_of(w->tenant, w->company, type), w, chain);
	notifier_wake(tenant_notifier(c->tenant));
	return true;
}

void
watch_stop(struct client *c, const char *type)
{
	struct watch	*w, *next;

	for (w = TAILQ_FIRST(&c->watches); w != NULL; w = next) {
		next = TAILQ_NEXT(w, link);
		if (strcmp(w->type, type) == 0)
			watch_free(c, w);
	}
}

void
watch_end_all(struct client *c)
{
	struct watch	*w;

	while ((w = TAILQ_FIRST(&c->watches)) != NULL)
		watch_free(c, w);
}

void
watch_recheck(struct client *c)
{
	struct watch	*w, *next;

	for (w = TAILQ_FIRST(&c->watches); w != NULL; w = next) {
		next = TAILQ_NEXT(w, link);
		if (strcmp(w->company, c->session->company) != 0 ||
		    (w->need != NULL && !session_may(c->session->rights,
		    w->need)))
			watch_free(c, w);
		else
			w->some = sees_some(c, w->type);
	}
}

/*
 * Verbs. Which right a type asks for is its list verb's.
 */

static const char *
watch_need(const char *type)
{
	const struct verb	*v;
	char			 name[128];
	int			 n;

	n = snprintf(name, sizeof name, "%s.list", type);
	v = n > 0 && (size_t)n < sizeof name ? verb_find(name, (size_t)n) :
	    NULL;
	return v == NULL ? NULL : v->need[0];
}

static void
watch_committed(struct req *r)
{
	const char	*type = req_text(r, "type");
	const char	*need = watch_need(type);

	/* The right was that of another company, or session: meanwhile this
	 * connection has moved on. */
	if (r->client->session != r->session ||
	    strcmp(req_company(r), r->session->company) != 0)
		return;
	if (!watch_start(r->client, type,
	    strcmp(need, PERM_SELF) == 0 ? NULL : need))
		req_fail(r, ERR_TOO_MANY, "type", "watch.too_many", NULL);
}

static void
watch_start_run(struct req *r)
{
	const char	*type = req_text(r, "type");
	const char	*need = watch_need(type);

	if (need == NULL) {
		req_fail(r, ERR_NOT_FOUND, "type", "watch.unknown", "type",
		    type, NULL);
		return;
	}
	if (strcmp(need, PERM_SELF) != 0 && !req_may(r, need)) {
		req_need(r, need);
		return;
	}
	req_then(r, watch_committed);
}

static void
watch_stop_run(struct req *r)
{
	watch_stop(r->client, req_text(r, "type"));
}

static const struct verb verbs[] = {
	{ .name = "watch.start", .need = { PERM_SELF },
	  .state = VERB_COMPANY,
	  .args = { { "type", ARG_TEXT, .required = true, .max = 64 } },
	  .run = watch_start_run },
	{ .name = "watch.stop", .need = { PERM_SELF },
	  .state = VERB_COMPANY,
	  .args = { { "type", ARG_TEXT, .required = true, .max = 64 } },
	  .run = watch_stop_run },
	{ .name = NULL }
};

void
push_register(void)
{
	verb_register(verbs);
}
