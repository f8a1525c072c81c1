/*
 * Threads for what would block the event loop: one lane for slow sums
 * (Argon2id, digests; nice 10, queue bounded) and one for what only waits
 * (names, cancelling a statement).
 */
#ifndef KONAK_WORKER_H
#define KONAK_WORKER_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct work;

enum work_lane { WORK_SLOW, WORK_WAIT };

void		 worker_start(struct event_base *, unsigned slow_threads,
		    size_t slow_queue);
void		 worker_stop(void);

/* fn runs in a thread and may touch arg only; done runs in the loop. NULL
 * when the lane's queue is full. The handle is valid until done is called. */
struct work	*worker_run(enum work_lane, void (*fn)(void *),
		    void (*done)(void *), void *arg);
/* 0: running or done; else the place in the queue. */
size_t		 worker_place(const struct work *);
/* Calls moved in the loop, with the new place, whenever it changes. */
void		 worker_on_move(struct work *, void (*moved)(void *, size_t));
/* true: it had not begun; neither fn nor done will be called. false: done
 * comes as usual. */
bool		 worker_cancel(struct work *);
size_t		 worker_waiting(enum work_lane);

#endif
