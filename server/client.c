/*
 * The life of a connection: its stage and deadlines, dropping and freeing,
 * and the second's tick over all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/dispatch.h"
#include "server/limit.h"
#include "server/push.h"
#include "server/session.h"
#include "server/tenant.h"

struct clients			 clients = TAILQ_HEAD_INITIALIZER(clients);
static struct clients		 turn = TAILQ_HEAD_INITIALIZER(turn);
static struct event_base	*base;
static struct event		*turn_ev, *tick_ev;
static unsigned			 nclients;
static uint64_t			 serial;

const char *
client_drop_name(enum client_drop d)
{
	switch (d) {
	case DROP_NONE:
		break;
	case DROP_CLOSED:
		return "closed";
	case DROP_PROTOCOL:
		return "protocol";
	case DROP_VERSION:
		return "version";
	case DROP_TIMEOUT:
		return "timeout";
	case DROP_SLOW:
		return "slow";
	case DROP_FLOOD:
		return "flood";
	case DROP_TLS:
		return "tls";
	case DROP_SHUTDOWN:
		return "shutdown";
	}
	return "none";
}

double
mono_seconds(void)
{
	struct timespec	t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

time_t
mono_time(void)
{
	return (time_t)mono_seconds();
}

bool
bucket_take(struct bucket *b, double rate, double burst, unsigned *wait)
{
	double	now = mono_seconds();

	if (b->at == 0)
		b->tokens = burst;
	else
		b->tokens += (now - b->at) * rate;
	b->at = now;
	if (b->tokens > burst)
		b->tokens = burst;
	if (b->tokens < 1) {
		*wait = 1 + (unsigned)((1 - b->tokens) / rate);
		return false;
	}
	b->tokens -= 1;
	return true;
}

static void
client_free(struct client *c)
{
	TAILQ_REMOVE(&clients, c, link);
	if (c->listed)
		limit_address_leave(c->address);
	nclients--;
	session_detach(c);
	session_sweep(c);
	client_auth_set(c, NULL, NULL);
	stream_end_all(c);
	incoming_end_all(c);
	event_del(&c->read_ev);
	event_del(&c->write_ev);
	c->io->close(c);
	if (c->in != NULL)
		explicit_bzero(c->in, c->in_len);
	free(c->in);
	buf_wipe(&c->out);
	free(c->program);
	free(c);
}

/* The end of the loop turn: what was queued goes out, what was dropped is
 * freed once no query of it is in flight. */
static void
client_turn_cb(evutil_socket_t fd, short what, void *arg)
{
	struct clients	 list = TAILQ_HEAD_INITIALIZER(list);
	struct client	*c;

	TAILQ_CONCAT(&list, &turn, turn_link);
	while ((c = TAILQ_FIRST(&list)) != NULL) {
		TAILQ_REMOVE(&list, c, turn_link);
		c->in_turn = false;
		if (c->dropped == DROP_NONE)
			client_write(c);
		if (c->dropped == DROP_NONE && c->again)
			push_owed(c);
		if (c->nreqs == 0 && c->refreshing == 0 && c->dead != NULL)
			session_sweep(c);
		if (c->dropped != DROP_NONE && c->nreqs == 0 &&
		    c->refreshing == 0) {
			if (c->in_turn)
				TAILQ_REMOVE(&turn, c, turn_link);
			client_free(c);
		}
	}
}

void
client_turn(struct client *c)
{
	if (c->in_turn)
		return;
	c->in_turn = true;
	TAILQ_INSERT_TAIL(&turn, c, turn_link);
	event_active(turn_ev, EV_TIMEOUT, 0);
}

struct client *
client_new(int fd, const struct io *io, const char *address)
{
	struct client	*c = xcalloc(1, sizeof *c);

	c->fd = fd;
	c->io = io;
	c->serial = ++serial;
	c->lang = LANG_TR;
	snprintf(c->address, sizeof c->address, "%s", address);
	TAILQ_INIT(&c->streams);
	TAILQ_INIT(&c->incoming);
	TAILQ_INIT(&c->reqs);
	TAILQ_INIT(&c->watches);
	event_assign(&c->read_ev, base, fd, EV_READ | EV_PERSIST,
	    client_event, c);
	event_assign(&c->write_ev, base, fd, EV_WRITE, client_event, c);
	event_add(&c->read_ev, NULL);
	client_stage(c, STAGE_CONNECTED);
	c->heard_at = c->wrote_at = c->pinged_at = c->stage_at;
	TAILQ_INSERT_TAIL(&clients, c, link);
	nclients++;
	return c;
}

void
client_drop(struct client *c, enum client_drop why, const char *text)
{
	char	number[24];

	if (c->dropped != DROP_NONE)
		return;
	c->dropped = why;
	snprintf(number, sizeof number, "%llu", (unsigned long long)c->serial);
	log_kv(why == DROP_CLOSED || why == DROP_SHUTDOWN ?
	    LOG_LEVEL_DEBUG : LOG_LEVEL_INFO,
	    c->tenant != NULL ? tenant_name(c->tenant) : NULL, "client.drop",
	    "client", number, "address", c->address, "kind",
	    client_drop_name(why), "why", text, NULL);
	event_del(&c->read_ev);
	event_del(&c->write_ev);
	watch_end_all(c);
	dispatch_gone(c);
	client_turn(c);
}

void
client_close(struct client *c, enum client_drop why, const char *text)
{
	if (c->dropped != DROP_NONE)
		return;
	/* One try to say what is queued; a peer that does not take it has
	 * no claim on waiting. */
	client_write(c);
	client_drop(c, why, text);
}

void
client_stage(struct client *c, enum client_stage stage)
{
	c->stage = stage;
	c->stage_at = mono_time();
}

static int64_t
stage_limit(const struct client *c)
{
	switch (c->stage) {
	case STAGE_PROXY:
	case STAGE_TLS:
	case STAGE_CONNECTED:
		return conf.limits.hello_s;
	case STAGE_HELLO:
		return conf.limits.password_s;
	case STAGE_PASSWORD:
		return conf.limits.code_s;
	case STAGE_SIGNED:
		break;
	}
	return 0;
}

static void
client_tick(struct client *c, time_t now)
{
	int64_t	limit = stage_limit(c);

	if (limit > 0 && now - c->stage_at > limit) {
		client_drop(c, DROP_TIMEOUT, "the stage's time is over");
		return;
	}
	if (limit == 0 && now - c->heard_at > conf.limits.silence_s) {
		client_drop(c, DROP_TIMEOUT, "nothing heard");
		return;
	}
	if ((buf_len(&c->out) > 0 || !TAILQ_EMPTY(&c->streams)) &&
	    now - c->wrote_at > conf.limits.slow_s) {
		client_drop(c, DROP_SLOW, "does not read");
		return;
	}
	if (c->refresh_again && c->refreshing == 0)
		session_refresh(c, NULL, NULL);
	if (limit == 0 && now - c->heard_at > conf.limits.silence_s / 2 &&
	    now - c->pinged_at > conf.limits.silence_s / 2) {
		c->pinged_at = now;
		client_send(c, FRAME_PING, 0, 0, "konak", 5);
	}
}

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct client	*c;
	time_t		 now = mono_time();

	TAILQ_FOREACH(c, &clients, link) {
		if (c->dropped == DROP_NONE)
			client_tick(c, now);
	}
	limit_tick();
}

void
client_start(struct event_base *b)
{
	static const struct timeval	second = { 1, 0 };

	base = b;
	turn_ev = event_new(base, -1, 0, client_turn_cb, NULL);
	tick_ev = event_new(base, -1, EV_PERSIST, tick_cb, NULL);
	event_add(tick_ev, &second);
}

/* Each is closed as soon as it waits for no answer; main.c sets the limit. */
void
client_shutdown_all(void)
{
	struct client	*c;

	TAILQ_FOREACH(c, &clients, link) {
		if (c->dropped == DROP_NONE && c->nreqs == 0 &&
		    buf_len(&c->out) == 0 && TAILQ_EMPTY(&c->streams))
			client_drop(c, DROP_SHUTDOWN, "the server stops");
	}
}

unsigned
client_count(void)
{
	return nclients;
}

bool
client_secure(const struct client *c)
{
	return c->ssl != NULL;
}

void
client_auth_set(struct client *c, void *state, void (*free_fn)(void *))
{
	void	*old = c->auth;
	void	(*old_free)(void *) = c->auth_free;

	c->auth = state;
	c->auth_free = free_fn;
	if (old != NULL && old_free != NULL)
		old_free(old);
}

void *
client_auth(const struct client *c)
{
	return c->auth;
}

const char *
client_address(const struct client *c)
{
	return c->address;
}

const char *
client_program(const struct client *c)
{
	return c->program == NULL ? "" : c->program;
}
