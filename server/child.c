/* child.c - see child.h. */
#include "server/child.h"

#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/xmalloc.h"

#define AT_ONCE	4
#define OF_ONE	(AT_ONCE / 2)	/* of one owner */
#define WAIT_OF_ONE 16
#define PIECE	16384
#define PASS_MOST	4	/* of the environment */

struct child {
	TAILQ_ENTRY(child)	 link;		/* waiting, or running */
	struct child_job	 job;
	char			*owner;
	pid_t			 pid;
	int			 fd_in, fd_out, fd_pid;
	struct event		*in_ev, *out_ev, *pid_ev, *time_ev;
	struct buf		 in, out;
	enum child_end		 end;
	bool			 gone, closed;	/* it ended; its output did */
	void			(*done)(void *, enum child_end, struct buf *);
	void			*arg;
};

static struct event_base	*base;
TAILQ_HEAD(children, child);
static struct children	 waiting = TAILQ_HEAD_INITIALIZER(waiting);
static struct children	 begun = TAILQ_HEAD_INITIALIZER(begun);
static unsigned			 running;

static void	child_next(void);

/* --- its side, between fork and exec: only what is safe there ---------------- */

static void
limit_set(int what, rlim_t n)
{
	struct rlimit	l = { n, n };

	setrlimit(what, &l);
}

#if defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#endif

/* It opens no socket, and neither does what it starts. A network namespace would
 * not do: containers and our own unit forbid those, filters nobody. */
static bool
no_sockets(void)
{
#ifdef ARCH
#define AT(field)	((uint32_t)offsetof(struct seccomp_data, field))
	static struct sock_filter	rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT(arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT(nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 2, 0),
		/* which opens them as well */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 1, 0),
		/* the other numbers of an amd64 kernel (x32) */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static const struct sock_fprog	program = {
		sizeof rows / sizeof rows[0], rows
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
#else
	return false;
#endif
}

static void
child_run(const struct child_spec *s, pid_t parent)
{
	struct sigaction	sa = { .sa_handler = SIG_DFL };
	const int		fds[] = { s->in, s->out, s->err };
	sigset_t		none;
	int			i;

	for (i = 1; i < NSIG; i++)
		sigaction(i, &sa, NULL);
	/* It writes nothing but its answer; a message is not worth its end. */
	sa.sa_handler = SIG_IGN;
	if (s->file == 0)
		sigaction(SIGXFSZ, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (getppid() != parent ||
	    (s->folder != NULL && chdir(s->folder) == -1))
		_exit(CHILD_NONE);
	for (i = 0; i < 3; i++)
		if (fds[i] != -1 && dup2(fds[i], i) == -1)
			_exit(CHILD_NONE);
	if (s->memory > 0)
		limit_set(RLIMIT_AS, s->memory);
	limit_set(RLIMIT_CPU, s->seconds);
	limit_set(RLIMIT_FSIZE, s->file);
	limit_set(RLIMIT_CORE, 0);
	limit_set(RLIMIT_NOFILE, 64);
	setpriority(PRIO_PROCESS, 0, 5);
	close_range(3, ~0U, 0);
	if (!s->network && !no_sockets())
		_exit(CHILD_OPEN);
	execve(s->path, s->argv, s->env);
	_exit(CHILD_NONE);
}

pid_t
child_exec(const struct child_spec *s)
{
	pid_t	parent = getpid(), pid = fork();

	if (pid == 0)
		child_run(s, parent);
	return pid;
}

void
child_log(const char *program, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_OPEN)
		log_error(NULL, "%s was not started: this kernel filters no "
		    "system calls, so it would have a network", program);
	else
		log_warn(NULL, "%s ended with %s %d", program,
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
}

char *
child_path(const char *program)
{
	char	 own[PATH_MAX], *slash, *path;
	ssize_t	 n = readlink("/proc/self/exe", own, sizeof own - 1);

	if (n > 0) {
		own[n] = '\0';
		if ((slash = strrchr(own, '/')) != NULL) {
			*slash = '\0';
			path = xasprintf("%s/%s", own, program);
			if (access(path, X_OK) == 0)
				return path;
			free(path);
		}
	}
	return xasprintf("%s/%s", KONAK_LIBEXECDIR, program);
}

bool
child_spawn(const char *program, int theirs, int as, const char *const *pass,
    pid_t *pid)
{
	char *const	argv[] = { (char *)(uintptr_t)program, NULL };
	char		*env[PASS_MOST + 2] = {
		(char *)(uintptr_t)"LC_ALL=C.UTF-8" };
	char		*path = child_path(program);
	posix_spawn_file_actions_t a;
	size_t		n = 1;
	int		rc;

	for (; *pass != NULL && n <= PASS_MOST; pass++)
		if (getenv(*pass) != NULL)
			env[n++] = xasprintf("%s=%s", *pass, getenv(*pass));
	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_adddup2(&a, theirs, as);
	posix_spawn_file_actions_addclosefrom_np(&a, (as > STDERR_FILENO ?
	    as : STDERR_FILENO) + 1);
	rc = posix_spawn(pid, path, &a, NULL, argv, env);
	posix_spawn_file_actions_destroy(&a);
	while (n > 1)
		free(env[--n]);
	if (rc != 0)
		log_error(NULL, "%s: %s", path, strerror(rc));
	free(path);
	return rc == 0;
}

/* --- ours ------------------------------------------------------------------ */

static void
event_drop(struct event **ev)
{
	if (*ev != NULL)
		event_free(*ev);
	*ev = NULL;
}

static void
fd_drop(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
child_free(struct child *c)
{
	event_drop(&c->in_ev);
	event_drop(&c->out_ev);
	event_drop(&c->pid_ev);
	event_drop(&c->time_ev);
	fd_drop(&c->fd_in);
	fd_drop(&c->fd_out);
	fd_drop(&c->fd_pid);
	buf_wipe(&c->in);
	buf_wipe(&c->out);
	free(c->owner);
	free(c);
}

static void
child_kill(struct child *c)
{
	if (!c->gone)
		kill(-c->pid, SIGKILL);
}

static void
child_ended(struct child *c)
{
	if (!c->gone || !c->closed)
		return;
	running--;
	TAILQ_REMOVE(&begun, c, link);
	if (c->end == CHILD_DONE && buf_len(&c->out) == 0)
		c->end = CHILD_FAILED;
	c->done(c->arg, c->end, &c->out);
	child_free(c);
	child_next();
}

static void
pid_cb(evutil_socket_t fd, short what, void *arg)
{
	struct child	*c = arg;
	int		 status;

	if (waitpid(c->pid, &status, WNOHANG) == 0) {
		event_add(c->pid_ev, NULL);
		return;
	}
	kill(-c->pid, SIGKILL);		/* what it has left behind */
	c->gone = true;
	if ((!WIFEXITED(status) || WEXITSTATUS(status) != 0) &&
	    c->end == CHILD_DONE) {
		c->end = CHILD_FAILED;
		child_log(c->job.program, status);
	}
	child_ended(c);
}

static void
in_cb(evutil_socket_t fd, short what, void *arg)
{
	struct child	*c = arg;
	ssize_t		 n = write(fd, buf_data(&c->in), buf_len(&c->in));

	if (n > 0)
		buf_drain(&c->in, (size_t)n);
	if (buf_len(&c->in) > 0 && (n >= 0 || errno == EAGAIN ||
	    errno == EINTR)) {
		event_add(c->in_ev, NULL);
		return;
	}
	event_drop(&c->in_ev);
	fd_drop(&c->fd_in);
	buf_wipe(&c->in);
}

static void
out_cb(evutil_socket_t fd, short what, void *arg)
{
	struct child	*c = arg;
	ssize_t		 n = read(fd, buf_reserve(&c->out, PIECE), PIECE);

	if (n > 0) {
		buf_commit(&c->out, (size_t)n);
		if (buf_len(&c->out) > c->job.answer &&
		    c->end == CHILD_DONE) {
			c->end = CHILD_LARGE;
			child_kill(c);
		}
		if (c->end == CHILD_LARGE)
			buf_clear(&c->out);
		return;
	}
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	event_drop(&c->out_ev);
	fd_drop(&c->fd_out);
	c->closed = true;
	child_ended(c);
}

static void
time_cb(evutil_socket_t fd, short what, void *arg)
{
	struct child	*c = arg;

	log_warn(NULL, "%s took longer than %u s", c->job.program,
	    c->job.seconds);
	c->end = CHILD_SLOW;
	child_kill(c);
}

/* It could not be started: the answer comes as every other one. */
static void
none_cb(evutil_socket_t fd, short what, void *arg)
{
	struct child	*c = arg;

	c->end = CHILD_FAILED;
	c->gone = c->closed = true;
	child_ended(c);
}

static bool
child_fork(struct child *c)
{
	char	*path = child_path(c->job.program), *asan = NULL;
	char	*argv[] = { (char *)(uintptr_t)c->job.program, NULL };
	char	*env[] = { (char *)(uintptr_t)"PATH=/usr/bin:/bin",
		    (char *)(uintptr_t)"LC_ALL=C.UTF-8", NULL, NULL };
	int	 in[2], out[2];

	if (pipe2(in, O_CLOEXEC) == -1) {
		free(path);
		return false;
	}
	if (pipe2(out, O_CLOEXEC) == -1) {
		close(in[0]);
		close(in[1]);
		free(path);
		return false;
	}
	if (getenv("ASAN_OPTIONS") != NULL)
		env[2] = asan = xasprintf("ASAN_OPTIONS=%s",
		    getenv("ASAN_OPTIONS"));
	c->pid = child_exec(&(struct child_spec){ .path = path, .argv = argv,
	    .env = env, .in = in[0], .out = out[1], .err = -1,
	    .seconds = c->job.seconds,
#ifndef __SANITIZE_ADDRESS__	/* which takes more than there is */
	    .memory = c->job.memory,
#endif
	    .network = c->job.network });
	close(in[0]);
	close(out[1]);
	c->fd_in = in[1];
	c->fd_out = out[0];
	free(path);
	free(asan);
	return c->pid > 0 && (c->fd_pid = pidfd_open(c->pid, 0)) != -1;
}

static void
child_begin(struct child *c)
{
	struct timeval	limit = { c->job.seconds, 0 }, now = { 0, 0 };

	running++;
	TAILQ_INSERT_TAIL(&begun, c, link);
	if (!child_fork(c)) {
		log_error(NULL, "%s: %s", c->job.program, strerror(errno));
		if (c->pid > 0) {
			kill(c->pid, SIGKILL);
			waitpid(c->pid, NULL, 0);
			c->pid = 0;
		}
		c->time_ev = evtimer_new(base, none_cb, c);
		event_add(c->time_ev, &now);
		return;
	}
	evutil_make_socket_nonblocking(c->fd_in);
	evutil_make_socket_nonblocking(c->fd_out);
	c->in_ev = event_new(base, c->fd_in, EV_WRITE, in_cb, c);
	c->out_ev = event_new(base, c->fd_out, EV_READ | EV_PERSIST, out_cb,
	    c);
	c->pid_ev = event_new(base, c->fd_pid, EV_READ, pid_cb, c);
	c->time_ev = evtimer_new(base, time_cb, c);
	event_add(c->in_ev, NULL);
	event_add(c->out_ev, NULL);
	event_add(c->pid_ev, NULL);
	event_add(c->time_ev, &limit);
}

static unsigned
count_of(const struct children *list, const char *owner)
{
	const struct child	*c;
	unsigned		 n = 0;

	TAILQ_FOREACH(c, list, link)
		n += strcmp(c->owner, owner) == 0;
	return n;
}

/* Of those that wait, the first whose owner has fewest running. */
static struct child *
child_choose(void)
{
	struct child	*c, *best = NULL;
	unsigned	 n, fewest = OF_ONE;

	TAILQ_FOREACH(c, &waiting, link) {
		n = count_of(&begun, c->owner);
		if (n < fewest) {
			best = c;
			fewest = n;
		}
	}
	return best;
}

static void
child_next(void)
{
	struct child	*c;

	while (running < AT_ONCE && (c = child_choose()) != NULL) {
		TAILQ_REMOVE(&waiting, c, link);
		child_begin(c);
	}
}

void
child_base(struct event_base *b)
{
	base = b;
}

bool
child_start(const struct child_job *job, struct buf *in,
    void (*done)(void *, enum child_end, struct buf *), void *arg)
{
	struct child	*c;

	if (count_of(&waiting, job->owner) >= WAIT_OF_ONE) {
		buf_wipe(in);
		return false;
	}
	c = xcalloc(1, sizeof *c);
	c->job = *job;
	c->owner = xstrdup(job->owner);
	c->job.owner = c->owner;
	c->fd_in = c->fd_out = c->fd_pid = -1;
	c->in = *in;
	buf_init(in);
	c->done = done;
	c->arg = arg;
	TAILQ_INSERT_TAIL(&waiting, c, link);
	child_next();
	return true;
}
