/*
 * Changes for the other servers of a tenant: gathered for 20 ms, sent as one
 * pg_notify of at most 7,500 bytes by a connection that also hears theirs.
 * A line is a change ("c company type id version op request person", "a
 * company type [person]": look again) or something about sessions (session.c).
 */
#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/db/db.h"
#include "server/push.h"
#include "server/tenant.h"

#define CHANNEL		"konak_push"
#define GATHER_US	20000
#define PAYLOAD_MAX	7500
#define GATHERED_MAX	(64 * 1024)	/* then single changes become "look
					 * again" */

struct notifier {
	struct tenant	*tenant;
	struct db_pool	*pool;		/* NULL until somebody needs it */
	struct event	*ev;
	struct buf	 lines;
	bool		 stopped;
};

static const struct db_stmt	stmt_notify = { "notify",
    "select pg_notify('" CHANNEL "', $1)" };

/*
 * Out.
 */

struct batch {
	const char	*params[1];
	char		 text[PAYLOAD_MAX + 1];
};

static void
batch_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	free(arg);
}

static void
notifier_send(evutil_socket_t fd, short what, void *arg)
{
	struct notifier	*n = arg;
	struct batch	*b;
	struct db_tx	*tx;
	const char	*p, *end;
	size_t		 len;

	while ((len = buf_len(&n->lines)) > 0) {
		p = (const char *)buf_data(&n->lines);
		if (len > PAYLOAD_MAX) {
			end = memrchr(p, '\n', PAYLOAD_MAX);
			len = end == NULL ? PAYLOAD_MAX : (size_t)(end - p) + 1;
		}
		b = xcalloc(1, sizeof *b);
		memcpy(b->text, p, len);
		b->params[0] = b->text;
		buf_drain(&n->lines, len);
		tx = db_tx_new(n->pool, 0, 0, batch_done, b);
		db_tx_query(tx, &stmt_notify, 1, b->params, NULL, NULL);
		db_tx_send(tx);
	}
	buf_free(&n->lines);
}

static void
gather(struct notifier *n)
{
	static const struct timeval	tv = { 0, GATHER_US };

	notifier_wake(n);
	if (n->pool != NULL && !evtimer_pending(n->ev, NULL))
		evtimer_add(n->ev, &tv);
}

void
notify_change(struct tenant *t, const char *company, const struct change *ch,
    const char *request)
{
	struct notifier	*n = tenant_notifier(t);
	char		 line[256];

	if (ch->id == NULL || buf_len(&n->lines) > GATHERED_MAX) {
		snprintf(line, sizeof line, "a %s %s%s%s\n", company, ch->type,
		    ch->person != NULL ? " " : "", ch->person != NULL ?
		    ch->person : "");
		/* One line a type says it all. */
		if (buf_len(&n->lines) > 0 &&
		    strstr(buf_text(&n->lines), line) != NULL)
			return;
	} else
		snprintf(line, sizeof line, "c %s %s %s %lld %s %s %s\n",
		    company, ch->type, ch->id, (long long)ch->version, ch->op,
		    request == NULL ? "-" : request,
		    ch->person == NULL ? "-" : ch->person);
	buf_addz(&n->lines, line);
	gather(n);
}

void
notify_line(struct tenant *t, const char *line)
{
	struct notifier	*n = tenant_notifier(t);

	buf_printf(&n->lines, "%s\n", line);
	gather(n);
}

/*
 * In.
 */

static void
heard_change(struct notifier *n, const char *line)
{
	char		 company[40], type[80], id[40], op[16], request[40];
	char		 person[40] = "-";
	long long	 version;
	int		 fields;
	struct change	 ch = { .type = type };

	if (line[0] == 'a') {
		fields = sscanf(line, "a %39s %79s %39s", company, type, person);
		ch.person = fields == 3 ? person : NULL;
		if (fields >= 2)
			push_change_local(n->tenant, company, &ch, NULL);
		return;
	}
	/* An older konakd names nobody. */
	if (sscanf(line, "c %39s %79s %39s %lld %15s %39s %39s", company, type,
	    id, &version, op, request, person) < 6)
		return;
	ch.id = id;
	ch.op = op;
	ch.version = version;
	ch.person = strcmp(person, "-") == 0 ? NULL : person;
	push_change_local(n->tenant, company, &ch,
	    strcmp(request, "-") == 0 ? NULL : request);
}

static void
heard(void *arg, const char *payload)
{
	struct notifier	*n = arg;
	char		*copy = xstrdup(payload), *p = copy, *line;

	while ((line = strsep(&p, "\n")) != NULL) {
		if (line[0] == 'a' || line[0] == 'c')
			heard_change(n, line);
		else if (line[0] != '\0')
			session_heard(n->tenant, line);
	}
	free(copy);
}

/* While it was away, anything may have been said. */
static void
came_back(void *arg)
{
	struct notifier	*n = arg;

	push_again_all(n->tenant);
	session_heard(n->tenant, "r - -");
}

void
notifier_wake(struct notifier *n)
{
	if (n->pool != NULL || n->stopped)
		return;
	n->pool = db_listener_new(tenant_base(), tenant_db_conf(n->tenant),
	    CHANNEL, heard, n);
	db_pool_on_up(n->pool, came_back, n);
}

struct notifier *
notifier_new(struct tenant *t)
{
	struct notifier	*n = xcalloc(1, sizeof *n);

	n->tenant = t;
	n->ev = evtimer_new(tenant_base(), notifier_send, n);
	return n;
}

void
notifier_conf(struct notifier *n)
{
	if (n->pool != NULL)
		db_pool_conf(n->pool, tenant_db_conf(n->tenant));
}

void
notifier_stop(struct notifier *n)
{
	n->stopped = true;
	evtimer_del(n->ev);
	db_pool_free(n->pool);
	n->pool = NULL;
}

void
notifier_free(struct notifier *n)
{
	if (n == NULL)
		return;
	event_free(n->ev);
	db_pool_free(n->pool);
	buf_free(&n->lines);
	free(n);
}
