/*
 * The worker threads and their two queues. Results come back to the event
 * loop through an eventfd. Everything but the threads' own loop runs in the
 * event loop's thread.
 */
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <event2/event.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/worker.h"

#define WAIT_THREADS	4
#define WAIT_QUEUE	256
#define THREADS_MAX	16
#define SLOW_NICE	10

struct work {
	TAILQ_ENTRY(work) link;
	enum work_lane	  lane;
	size_t		  place;	/* 0: taken by a thread */
	size_t		  told;		/* last place that moved heard */
	void		  (*fn)(void *);
	void		  (*done)(void *);
	void		  (*moved)(void *, size_t);
	void		 *arg;
};

TAILQ_HEAD(works, work);

struct lane {
	pthread_cond_t	wake;
	struct works	queue;		/* guarded by lock */
	size_t		waiting, max;
};

static pthread_mutex_t	 lock = PTHREAD_MUTEX_INITIALIZER;
static struct lane	 lanes[2];
static struct works	 finished = TAILQ_HEAD_INITIALIZER(finished);
static bool		 stopping, shifted;
static pthread_t	 threads[THREADS_MAX + WAIT_THREADS];
static unsigned		 nthreads;
static int		 done_fd = -1;
static struct event	*done_ev;

static void
places_shift(struct lane *l)
{
	struct work	*w;
	size_t		 n = 0;

	TAILQ_FOREACH(w, &l->queue, link)
		w->place = ++n;
	shifted = true;
}

static void
loop_wake(void)
{
	uint64_t	one = 1;

	while (write(done_fd, &one, sizeof one) == -1 && errno == EINTR)
		;
}

static void *
thread_main(void *arg)
{
	struct lane	*l = arg;
	struct work	*w;

	if (l == &lanes[WORK_SLOW])
		setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), SLOW_NICE);
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!stopping && TAILQ_EMPTY(&l->queue))
			pthread_cond_wait(&l->wake, &lock);
		if (stopping)
			break;
		w = TAILQ_FIRST(&l->queue);
		TAILQ_REMOVE(&l->queue, w, link);
		l->waiting--;
		w->place = 0;
		places_shift(l);
		pthread_mutex_unlock(&lock);
		loop_wake();
		w->fn(w->arg);
		pthread_mutex_lock(&lock);
		TAILQ_INSERT_TAIL(&finished, w, link);
		loop_wake();
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* moved may cancel or start work: the walk begins again after each call. */
static void
places_tell(void)
{
	struct work	*w;
	size_t		 place;

again:
	TAILQ_FOREACH(w, &lanes[WORK_SLOW].queue, link) {
		if (w->moved == NULL || w->told == w->place)
			continue;
		w->told = place = w->place;
		pthread_mutex_unlock(&lock);
		w->moved(w->arg, place);
		pthread_mutex_lock(&lock);
		goto again;
	}
}

static void
worker_done(evutil_socket_t fd, short what, void *arg)
{
	struct works	 list = TAILQ_HEAD_INITIALIZER(list);
	struct work	*w;
	uint64_t	 n;

	if (read(fd, &n, sizeof n) == -1 && errno != EAGAIN)
		fatal("eventfd");
	pthread_mutex_lock(&lock);
	TAILQ_CONCAT(&list, &finished, link);
	if (shifted) {
		shifted = false;
		places_tell();
	}
	pthread_mutex_unlock(&lock);
	while ((w = TAILQ_FIRST(&list)) != NULL) {
		TAILQ_REMOVE(&list, w, link);
		w->done(w->arg);
		free(w);
	}
}

static void
lane_start(struct lane *l, unsigned n, size_t max)
{
	sigset_t	all, old;

	TAILQ_INIT(&l->queue);
	pthread_cond_init(&l->wake, NULL);
	l->max = max;
	/* Signals are the event loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (n-- > 0) {
		if (pthread_create(&threads[nthreads], NULL, thread_main,
		    l) != 0)
			fatal("pthread_create");
		nthreads++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void
worker_start(struct event_base *base, unsigned slow_threads,
    size_t slow_queue)
{
	done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (done_fd == -1)
		fatal("eventfd");
	done_ev = event_new(base, done_fd, EV_READ | EV_PERSIST, worker_done,
	    NULL);
	event_add(done_ev, NULL);
	if (slow_threads == 0)
		slow_threads = 1;
	if (slow_threads > THREADS_MAX)
		slow_threads = THREADS_MAX;
	lane_start(&lanes[WORK_SLOW], slow_threads, slow_queue);
	lane_start(&lanes[WORK_WAIT], WAIT_THREADS, WAIT_QUEUE);
}

/* What runs is waited for; what waits or is finished is dropped unheard: the
 * loop that would hear it has ended. */
void
worker_stop(void)
{
	unsigned	i;

	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_broadcast(&lanes[WORK_SLOW].wake);
	pthread_cond_broadcast(&lanes[WORK_WAIT].wake);
	pthread_mutex_unlock(&lock);
	for (i = 0; i < nthreads; i++)
		pthread_join(threads[i], NULL);
	event_free(done_ev);
	close(done_fd);
}

struct work *
worker_run(enum work_lane lane, void (*fn)(void *), void (*done)(void *),
    void *arg)
{
	struct lane	*l = &lanes[lane];
	struct work	*w;

	pthread_mutex_lock(&lock);
	if (l->waiting >= l->max) {
		pthread_mutex_unlock(&lock);
		return NULL;
	}
	w = xcalloc(1, sizeof *w);
	w->lane = lane;
	w->fn = fn;
	w->done = done;
	w->arg = arg;
	w->place = w->told = ++l->waiting;
	TAILQ_INSERT_TAIL(&l->queue, w, link);
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&lock);
	return w;
}

size_t
worker_place(const struct work *w)
{
	size_t	place;

	pthread_mutex_lock(&lock);
	place = w->place;
	pthread_mutex_unlock(&lock);
	return place;
}

void
worker_on_move(struct work *w, void (*moved)(void *, size_t))
{
	w->moved = moved;
}

bool
worker_cancel(struct work *w)
{
	struct lane	*l = &lanes[w->lane];
	bool		 waited;

	pthread_mutex_lock(&lock);
	waited = w->place > 0;
	if (waited) {
		TAILQ_REMOVE(&l->queue, w, link);
		l->waiting--;
		places_shift(l);
	}
	pthread_mutex_unlock(&lock);
	if (waited) {
		loop_wake();
		free(w);
	}
	return waited;
}

size_t
worker_waiting(enum work_lane lane)
{
	size_t	n;

	pthread_mutex_lock(&lock);
	n = lanes[lane].waiting;
	pthread_mutex_unlock(&lock);
	return n;
}
