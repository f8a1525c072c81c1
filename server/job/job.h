/*
 * Jobs: rows of konak.jobs that one of the tenant's konakd takes when they are
 * due (sql/0022-jobs.sql). schedule.c knows when, job.c what it is to do one.
 *
 * A kind with a function in SQL needs nothing here. One that konakd itself
 * does is a row in job_kinds[] (job.c) whose run() opens transactions with
 * job_begin(), and ends with job_done() in the transaction of its effect or
 * with job_fail(). A konakd that dies leaves its lease behind; when that is
 * over another one begins the job anew.
 */
#ifndef KONAK_JOB_H
#define KONAK_JOB_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"
#include "server/db/db.h"

struct change;
struct event_base;
struct tenant;

struct job {
	STAILQ_ENTRY(job) link;	/* taken, and not yet begun */
	struct tenant	*tenant;
	struct arena	*arena;
	const char	*company, *id, *kind, *lease;
	const char	*args;		/* JSON */
	const char	*run;		/* function in SQL; NULL: konakd's */
	int64_t		 lease_ms;
	bool		 aside;		/* see job_aside() */
	/* its own */
	struct change	*changes;
	size_t		 nchanges;
};

STAILQ_HEAD(job_queue, job);

struct job_kind {
	const char	*kind;
	void		(*run)(struct job *);
};

/* Looks at every tenant from now on. */
void	job_start(struct event_base *);
/* Something was written: perhaps a job, or a notification. */
void	job_look(struct tenant *);

/* A transaction led by konak.enter_job(). */
struct db_tx *job_begin(struct job *, db_done_cb, void *arg);
/* Adds "how far" to it, which also renews the lease; total 0: not known. */
void	job_progress(struct job *, struct db_tx *, int64_t done,
	    int64_t total);
/* Adds "done" to it, result is JSON or NULL; when it is committed, the caller's
 * db_done_cb calls job_end(). */
void	job_done(struct job *, struct db_tx *, const char *result);
/* For the db_done_cb of a transaction that was not committed, and for whatever
 * else went wrong; ends the job here. again: another try may help. */
void	job_fail(struct job *, const char *error, bool again);
/* The same for what its transaction met. Lost, it may be committed or not:
 * whoever has the lease next will see. */
void	job_broken(struct job *, const struct db_error *);
/* It waits for something outside: others need not wait for it. As long as not
 * too many do. */
void	job_aside(struct job *);
/* Frees it; the next one is looked for. */
void	job_end(struct job *);

/* job.c, for schedule.c: what konak.job_take() gave, to be run when that is
 * committed; NULL: nothing was due. */
struct job *job_new(struct tenant *, PGresult *);
void	job_run(struct job *);
/* "{a,b}", the kinds that this konakd does itself. */
const char *job_known(void);
/* schedule.c, for job.c: there is room for another one. */
void	job_ended(struct tenant *);

#endif
