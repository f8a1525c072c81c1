/*
 * When jobs are done. Of every tenant a konakd knows how long nothing is due:
 * it asks at its start, every five minutes, and shortly after each write; then
 * it sleeps until that moment. Several konakd wake up together, and the
 * database gives each job to one of them.
 */
#include <event2/event.h>

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/job/job.h"
#include "server/push.h"
#include "server/tenant.h"

#define ASK_S		300	/* at the latest */
#define ASK_SOON_S	0.1	/* after a write */
#define ASK_AGAIN_S	10	/* when the database did not answer */
#define IDLE_MIN_S	0.5	/* another konakd has it */
#define JOBS_AT_ONCE	2	/* of one tenant */
#define JOBS_TAKEN	16	/* with one look, when they are short */
#define JOBS_SHORT_S	0.25	/* that many, all together */

struct schedule {
	struct tenant		*tenant;
	struct event		*ev;
	double			 at;		/* when ev fires */
	double			 planned;	/* last look for daily ones */
	bool			 asking;
	bool			 look;		/* written meanwhile */
	/* One job is taken with a look; as long as what was taken is done in
	 * no time, twice as many with the next. They wait under their lease. */
	unsigned		 wanted;
	unsigned		 ntaken;
	double			 began;
	struct job_queue	 taken;		/* not yet committed */
	struct job_queue	 queue;
	PGresult		*announced;	/* likewise */
	unsigned		 running;
	const char		*params[1];
};

static struct event_base	*base;

static const struct db_stmt	stmt_plan = { "jobs_plan",
    "select konak.jobs_plan()" };
static const struct db_stmt	stmt_due = { "job_due",
    "select konak.due()" };
static const struct db_stmt	stmt_announce = { "announce",
    "select * from konak.announce()" };
static const struct db_stmt	stmt_take = { "job_take",
    "select * from konak.job_take($1)" };

static void
sleep_for(struct schedule *s, double seconds)
{
	double		at = mono_seconds() + seconds;
	struct timeval	tv;

	if (evtimer_pending(s->ev, NULL) && s->at <= at)
		return;
	s->at = at;
	tv.tv_sec = (time_t)seconds;
	tv.tv_usec = (suseconds_t)((seconds - (double)tv.tv_sec) * 1e6);
	evtimer_add(s->ev, &tv);
}

/*
 * Asking.
 */

static void
take_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct schedule	*s = arg;

	struct job	*j = job_new(s->tenant, res);

	if (j == NULL)
		return;
	STAILQ_INSERT_TAIL(&s->taken, j, link);
	s->ntaken++;
}

/* Notifications whose time has come, for the screens of their people. */
static void
announce_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct schedule	*s = arg;

	PQclear(s->announced);
	s->announced = PQntuples(res) > 0 ? PQcopyResult(res,
	    PG_COPYRES_TUPLES) : NULL;
}

static void
announce(struct schedule *s)
{
	PGresult	*res = s->announced;
	struct change	 ch = { .type = "notifications", .op = "create" };
	int		 i;

	s->announced = NULL;
	for (i = 0; i < PQntuples(res); i++) {
		ch.id = PQgetvalue(res, i, 1);
		ch.person = PQgetvalue(res, i, 2);
		ch.version = strtoll(PQgetvalue(res, i, 3), NULL, 10);
		push_change(s->tenant, PQgetvalue(res, i, 0), &ch, NULL);
	}
	PQclear(res);
}

static void
due_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct schedule	*s = arg;
	double		 seconds;

	/* A job that ends asks again by itself. */
	if (PQgetisnull(res, 0, 0) || s->running == JOBS_AT_ONCE ||
	    s->ntaken >= JOBS_AT_ONCE)
		return;
	seconds = strtod(PQgetvalue(res, 0, 0), NULL);
	if (s->ntaken > 0)
		seconds = 0;	/* perhaps there is another one */
	else if (seconds < IDLE_MIN_S)
		seconds = IDLE_MIN_S;
	sleep_for(s, seconds > ASK_S ? ASK_S : seconds);
}

static void
run_some(struct schedule *s)
{
	struct job	*j;

	while (s->running < JOBS_AT_ONCE &&
	    (j = STAILQ_FIRST(&s->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->queue, link);
		s->running++;
		job_run(j);
	}
}

static void
ask_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct schedule	*s = arg;

	struct job	*j;

	s->asking = false;
	if (e != NULL) {
		/* Their leases, if they were committed, end by themselves. */
		while ((j = STAILQ_FIRST(&s->taken)) != NULL) {
			STAILQ_REMOVE_HEAD(&s->taken, link);
			arena_free(j->arena);
		}
		/* A database from before jobs says so once in five minutes. */
		if (!e->lost && !e->unsent)
			log_warn(tenant_name(s->tenant), "jobs: %s",
			    e->message);
		sleep_for(s, e->lost || e->unsent ? ASK_AGAIN_S : ASK_S);
		return;
	}
	if (s->look)
		sleep_for(s, ASK_SOON_S);
	s->look = false;
	sleep_for(s, ASK_S);
	announce(s);
	STAILQ_CONCAT(&s->queue, &s->taken);
	run_some(s);
}

/* Takes what is due, then asks when the next is; the last of the jobs that
 * were taken asks again when it has ended. */
static void
ask(struct schedule *s)
{
	struct db_tx	*tx;
	double		 now = mono_seconds();
	unsigned	 i;

	if (s->asking || !tenant_open(s->tenant))
		return;
	s->asking = true;
	evtimer_del(s->ev);
	tx = db_tx_new(tenant_db(s->tenant), DB_WRITE | DB_LONG, 0,
	    ask_done, s);
	if (s->planned == 0 || now - s->planned >= ASK_S - 1) {
		s->planned = now;
		db_tx_query(tx, &stmt_plan, 0, NULL, NULL, NULL);
	}
	s->ntaken = 0;
	if (s->running < JOBS_AT_ONCE) {
		s->params[0] = job_known();
		s->began = now;
		for (i = 0; i < s->wanted; i++)
			db_tx_query(tx, &stmt_take, 1, s->params, take_rows,
			    s);
	}
	db_tx_query(tx, &stmt_announce, 0, NULL, announce_rows, s);
	db_tx_query(tx, &stmt_due, 0, NULL, due_rows, s);
	db_tx_send(tx);
}

static void
ask_cb(evutil_socket_t fd, short what, void *arg)
{
	ask(arg);
}

/*
 * Tenants.
 */

static struct schedule *
schedule_of(struct tenant *t)
{
	struct schedule	**slot = tenant_schedule(t), *s = *slot;

	if (s == NULL) {
		s = *slot = xcalloc(1, sizeof *s);
		s->tenant = t;
		s->wanted = 1;
		STAILQ_INIT(&s->taken);
		STAILQ_INIT(&s->queue);
		s->ev = evtimer_new(base, ask_cb, s);
	}
	return s;
}

void
job_look(struct tenant *t)
{
	struct schedule	*s;

	if (base == NULL)
		return;
	s = schedule_of(t);
	if (s->asking)
		s->look = true;
	else
		sleep_for(s, ASK_SOON_S);
}

void
job_ended(struct tenant *t)
{
	struct schedule	*s = schedule_of(t);

	s->running--;
	if (!STAILQ_EMPTY(&s->queue)) {
		run_some(s);
		return;
	}
	if (mono_seconds() - s->began >= JOBS_SHORT_S)
		s->wanted = 1;
	else if (s->ntaken < s->wanted)
		s->wanted = s->ntaken > 0 ? s->ntaken : 1;
	else if (s->wanted < JOBS_TAKEN)
		s->wanted *= 2;
	if (s->asking)
		s->look = true;
	else
		sleep_for(s, 0);
}

static void
tenant_look(struct tenant *t, void *arg)
{
	struct schedule	*s = schedule_of(t);

	/* Not all tenants of a server in one moment. */
	if (s->planned == 0)
		sleep_for(s, (double)(random() % 1000) / 1000);
}

/* New tenants come with a reload. */
static void
tenants_cb(evutil_socket_t fd, short what, void *arg)
{
	tenant_each(tenant_look, NULL);
}

void
job_start(struct event_base *b)
{
	static const struct timeval	minute = { 60, 0 };

	base = b;
	tenant_each(tenant_look, NULL);
	event_add(event_new(base, -1, EV_PERSIST, tenants_cb, NULL), &minute);
}
