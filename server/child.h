/*
 * A helper program, run once for one answer: text goes into its standard input,
 * bytes come out of its standard output, under limits of time, memory and
 * output, without a network unless it is given one: it can open no socket. It
 * dies with konakd. Few run at once; the others wait for their turn.
 */
#ifndef KONAK_CHILD_H
#define KONAK_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct event_base;

enum child_end {
	CHILD_DONE,		/* it ended with 0 */
	CHILD_FAILED,		/* with something else, or could not start */
	CHILD_SLOW,		/* its time was over */
	CHILD_LARGE		/* it said too much */
};

struct child_job {
	const char	*program;	/* "konak-paper" */
	unsigned	 seconds;
	size_t		 memory;	/* bytes of address space */
	size_t		 answer;	/* bytes at the most */
	bool		 network;
	const char	*owner;		/* whose it is: nobody has all that
					 * may run at once */
};

/* How a program is started that konakd waits for, in the loop or in a thread of
 * its own: in a process group of its own, with these files and no others, under
 * these limits, and dead when konakd is. */
struct child_spec {
	const char	*path;
	char *const	*argv, *const *env;
	const char	*folder;	/* where it works; NULL: where we do */
	int		 in, out, err;	/* -1: ours */
	unsigned	 seconds;	/* of the processor */
	size_t		 memory;
	size_t		 file;		/* bytes of one; 0: it writes none */
	bool		 network;
};

/* Statuses of a child that has not begun: one that is to have no network and
 * cannot be kept from it, and one whose program there is none of. */
#define CHILD_OPEN	126
#define CHILD_NONE	127

/* -1: errno says why. Its group is killed by kill(-pid, …). */
pid_t	 child_exec(const struct child_spec *);
/* Says in the log how a program has ended that ended badly. */
void	 child_log(const char *program, int status);

void	 child_base(struct event_base *);
/* Takes over the input's content, which is wiped. done comes from the event
 * loop, once, never before this returns, and borrows out. false: too much of
 * this owner waits already; done does not come. */
bool	 child_start(const struct child_job *, struct buf *in,
	    void (*done)(void *arg, enum child_end, struct buf *out),
	    void *arg);
/* Starts a program of ours that goes on talking with us over a socket, which is
 * its file `as`. It has no other file of ours than the usual three, and of our
 * environment the names in pass, up to a NULL. */
bool	 child_spawn(const char *program, int theirs, int as,
	    const char *const *pass, pid_t *pid);
/* Where a program of ours is: beside konakd in its build folder, or where it
 * was installed. The caller frees it. */
char	*child_path(const char *program);

#endif
