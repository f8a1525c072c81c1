/* See server.h. What stands here under the names of server/db/pool.c and
 * server/worker.c is linked in their place. */
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/auth/auth.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/db/db.h"
#include "server/dispatch.h"
#include "server/keys/keys.h"
#include "server/module.h"
#include "server/push.h"
#include "server/record/record.h"
#include "server/session.h"
#include "server/tenant.h"
#include "server/why.h"
#include "server/worker.h"
#include "tests/fuzz/server.h"

#define COMPANY	"0192f3c0-0000-7000-8000-000000000001"
#define PERSON	"0192f3c0-0000-7000-8000-000000000002"
#define TURNS	64

/* --- In place of the database ------------------------------------------------- */

struct db_pool {
	struct db_conf	conf;
};

struct db_tx {
	TAILQ_ENTRY(db_tx)	 link;
	db_done_cb		 done;
	void			*arg;
	bool			 cancelled;
};

static TAILQ_HEAD(, db_tx)	sent = TAILQ_HEAD_INITIALIZER(sent);

struct db_pool *
db_pool_new(struct event_base *base, const struct db_conf *c)
{
	return xcalloc(1, sizeof(struct db_pool));
}

struct db_pool *
db_listener_new(struct event_base *base, const struct db_conf *c,
    const char *channel, void (*notify)(void *, const char *), void *arg)
{
	return xcalloc(1, sizeof(struct db_pool));
}

void
db_pool_free(struct db_pool *p)
{
	free(p);
}

void
db_pool_conf(struct db_pool *p, const struct db_conf *c)
{
	p->conf = *c;
}

bool
db_pool_up(const struct db_pool *p)
{
	return true;
}

void
db_pool_on_up(struct db_pool *p, void (*fn)(void *), void *arg)
{
}

void
db_pool_stats(const struct db_pool *p, struct db_stats *s)
{
	memset(s, 0, sizeof *s);
}

struct db_tx *
db_tx_new(struct db_pool *p, unsigned flags, unsigned limit_ms,
    db_done_cb done, void *arg)
{
	struct db_tx	*tx = xcalloc(1, sizeof *tx);

	tx->done = done;
	tx->arg = arg;
	return tx;
}

/* Every parameter is text that is there. */
void
db_tx_owner(struct db_tx *tx, const char *person)
{
	(void)tx;
	(void)person;
}

void
db_tx_query(struct db_tx *tx, const struct db_stmt *s, unsigned n,
    const char *const *params, db_rows_cb cb, void *arg)
{
	static volatile size_t	length;
	unsigned		i;

	for (i = 0; i < n; i++)
		length += params[i] == NULL ? 0 : strlen(params[i]);
	length += strlen(s->sql);
}

void
db_tx_send(struct db_tx *tx)
{
	TAILQ_INSERT_TAIL(&sent, tx, link);
}

void
db_tx_cancel(struct db_tx *tx)
{
	tx->cancelled = true;
}

void
db_tx_free(struct db_tx *tx)
{
	free(tx);
}

static void
answer(struct db_tx *tx, unsigned which)
{
	static const struct {
		const char	*state, *message, *constraint, *table;
	} rows[] = {
		{ "42501", "customers.view", NULL, NULL },
		{ "KN001", "", NULL, NULL },
		{ "23505", "twice", "customers_pkey", "customers" },
		{ "23503", "gone", "leads_customer_id_fkey", "leads" },
		{ "KN002", "record.once", NULL, NULL },
		{ "28000", "session", NULL, NULL },
		{ "57014", "slow", NULL, NULL },
		{ "40001", "again", NULL, NULL },
		{ "", "lost", NULL, NULL },
	};
	struct db_error	 e = { .message = "cancelled" };

	which %= sizeof rows / sizeof *rows;
	if (tx->cancelled) {
		e.cancelled = true;
		memcpy(e.sqlstate, "57014", 6);
	} else {
		memcpy(e.sqlstate, rows[which].state,
		    strlen(rows[which].state) + 1);
		e.message = rows[which].message;
		e.constraint = rows[which].constraint;
		e.table = rows[which].table;
		e.lost = e.unsent = rows[which].state[0] == '\0';
	}
	tx->done(tx, &e, tx->arg);
	free(tx);
}

/* --- In place of the threads: their queue is always full ----------------------- */

void
worker_start(struct event_base *base, unsigned threads, size_t queue)
{
}

void
worker_stop(void)
{
}

struct work *
worker_run(enum work_lane lane, void (*fn)(void *), void (*done)(void *),
    void *arg)
{
	return NULL;
}

size_t
worker_place(const struct work *w)
{
	return 0;
}

void
worker_on_move(struct work *w, void (*moved)(void *, size_t))
{
}

bool
worker_cancel(struct work *w)
{
	return true;
}

size_t
worker_waiting(enum work_lane lane)
{
	return 0;
}

/* --- The server ----------------------------------------------------------------- */

static struct event_base	*base;
static int			 never_fd;
static char			*every_right;
static const uint8_t		*input;
static size_t			 input_len;

static ssize_t
memory_read(struct client *c, void *p, size_t n)
{
	if (input_len == 0)
		return IO_AGAIN;
	if (n > input_len)
		n = input_len;
	memcpy(p, input, n);
	input += n;
	input_len -= n;
	return (ssize_t)n;
}

static ssize_t
memory_write(struct client *c, const void *p, size_t n)
{
	return (ssize_t)n;
}

static size_t
memory_pending(const struct client *c)
{
	return input_len;
}

static void
memory_close(struct client *c)
{
}

static const struct io	io_memory = {
	"memory", memory_read, memory_write, memory_pending, memory_close
};

static void
gather_rights(const struct verb *v, void *arg)
{
	char	*need, *code, *rest;
	int	 i;

	for (i = 0; i < VERB_NEEDS && v->need[i] != NULL; i++) {
		need = xstrdup(v->need[i]);
		for (code = strtok_r(need, "|", &rest); code != NULL;
		    code = strtok_r(NULL, "|", &rest))
			buf_printf(arg, "%s=all|", code);
		free(need);
	}
}

static void
modules_start(const char *definitions)
{
	size_t	i;

	push_register();
	auth_register();
	verb_register(why_verbs);
	for (i = 0; modules[i] != NULL; i++) {
		if (modules[i]->verbs != NULL)
			verb_register(modules[i]->verbs);
	}
	record_start(definitions);
}

void
fuzz_server_start(void)
{
	struct buf	 b = BUF_INIT;
	char		 dir[160];

	snprintf(dir, sizeof dir, "%s/tenants", fuzz_folder());
	(void)mkdir(dir, 0700);
	buf_printf(&b, "name: demo\nhost: demo.konak.localhost\n"
	    "database: { host: /nowhere, name: demo, user: demo }\n"
	    "key_file: /nowhere/key\n");
	(void)fuzz_file("tenants/demo.yaml", buf_data(&b), buf_len(&b));
	buf_clear(&b);
	buf_printf(&b, "socket: s\ntenants: tenants\nlog: error\n"
	    "definitions: %s/server/mod\n"
	    "limits: { requests_per_second: 1000000, requests_burst: 1000000,"
	    " anonymous_per_second: 1000000, anonymous_burst: 1000000 }\n",
	    fuzz_source());
	conf_start(fuzz_file("konakd.yaml", buf_data(&b), buf_len(&b)));
	buf_clear(&b);
	modules_start(conf.definitions);
	buf_addz(&b, "|");
	verb_each(gather_rights, &b);
	every_right = buf_take(&b, NULL);
	never_fd = eventfd(0, 0);
	base = event_base_new();
	dispatch_start(base);
	client_start(base);
	tenant_start(base, conf.tenants);
	keys_start(base, NULL);
	if (tenant_by_name("demo", 4) == NULL)
		fatalx("the tenant of the fuzz targets is not there");
}

struct client *
fuzz_client(bool signed_in)
{
	struct client	*c = client_new(never_fd, &io_memory, "local");
	struct session	*s;

	c->refreshing++;	/* keeps it until fuzz_client_end() */
	if (!signed_in)
		return c;
	client_stage(c, STAGE_HELLO);
	c->tenant = tenant_by_name("demo", 4);
	s = session_attach(c);
	memcpy(s->id, PERSON, sizeof PERSON);
	memcpy(s->user, PERSON, sizeof PERSON);
	memcpy(s->company, COMPANY, sizeof COMPANY);
	memset(s->hash, 'a', sizeof s->hash - 1);
	memcpy(s->hash, "\\x", 2);
	s->touched = time(NULL);
	session_rights(s, every_right);
	return c;
}

static void
turn(struct fuzz *f)
{
	struct db_tx	*tx;
	int		 i;

	for (i = 0; i < TURNS && (tx = TAILQ_FIRST(&sent)) != NULL; i++) {
		TAILQ_REMOVE(&sent, tx, link);
		answer(tx, fuzz_byte(f));
	}
	event_base_loop(base, EVLOOP_NONBLOCK);
}

void
fuzz_client_feed(struct client *c, const uint8_t *p, size_t len,
    struct fuzz *f)
{
	input = p;
	input_len = len;
	while (c->dropped == DROP_NONE && (input_len > 0 || c->backlog)) {
		client_read(c);
		if (c->paused)
			client_write(c);
	}
	input_len = 0;
	turn(f);
}

void
fuzz_client_end(struct client *c, struct fuzz *f)
{
	int	i;

	client_drop(c, DROP_CLOSED, "the input is over");
	c->refreshing--;
	client_turn(c);
	for (i = 0; i < 4 && client_count() > 0; i++)
		turn(f);
	/* A try again after a pause takes the clock's time. */
	while (client_count() > 0) {
		turn(f);
		if (client_count() > 0)
			event_base_loop(base, EVLOOP_ONCE);
	}
}
