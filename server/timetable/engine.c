/* engine.c - see engine.h; what the engine says and leaves is in its manual and
 * was tried (version 6.8.5). */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/xmalloc.h"
#include "server/timetable/engine.h"

#define AT_ONCE		2
#define MEMORY		((rlim_t)1536 * 1024 * 1024)
#define FILE_BYTES	((rlim_t)256 * 1024 * 1024)
#define TEXT_BYTES	((size_t)64 * 1024 * 1024)
#define GRACE_S		2	/* after its own limit: SIGTERM */
#define KILL_S		5	/* then SIGKILL */

struct engine {
	char		*input;
	size_t		 len;
	unsigned	 limit;
	char		 dir[64];
	atomic_long	 placed, total;
	atomic_int	 end;		/* enum engine_end */
	atomic_bool	 stop, left;	/* left: its thread frees it */
	char		*result, *messages, *soft, *hard;
	size_t		 result_len;
};

static atomic_int	running;

static char *
read_file(const char *dir, const char *name, size_t *len)
{
	char	 path[256], *p;
	size_t	 n = 0, cap = 65536, got;
	FILE	*f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if ((f = fopen(path, "re")) == NULL) {
		if (len != NULL)
			*len = 0;
		return xstrdup("");
	}
	p = xmalloc(cap);
	while ((got = fread(p + n, 1, cap - 1 - n, f)) > 0 && n < TEXT_BYTES) {
		n += got;
		if (n == cap - 1)
			p = xrealloc(p, cap *= 2);
	}
	fclose(f);
	p[n] = '\0';
	if (len != NULL)
		*len = n;
	return p;
}

static int
unlink_cb(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	remove(path);
	return 0;
}

static void
engine_drop(struct engine *e)
{
	free(e->input);
	free(e->result);
	free(e->messages);
	free(e->soft);
	free(e->hard);
	free(e);
}

/* --- the child ------------------------------------------------------------ */

static void
limit_set(int what, rlim_t n)
{
	struct rlimit	l = { n, n };

	setrlimit(what, &l);
}

/* Between fork and exec: only what is safe there. */
static void
child_run(const char *dir, char *const argv[], rlim_t cpu, pid_t parent)
{
	static char *const	env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8",
				    "QT_QPA_PLATFORM=offscreen", NULL };
	struct sigaction	sa = { .sa_handler = SIG_DFL };
	sigset_t		none;
	int			fd, s;

	for (s = 1; s < NSIG; s++)
		sigaction(s, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	/* Where the kernel lets us: not even a loopback. */
	(void)!unshare(CLONE_NEWUSER | CLONE_NEWNET);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || chdir(dir) == -1)
		_exit(127);
	limit_set(RLIMIT_AS, MEMORY);
	limit_set(RLIMIT_CPU, cpu);
	limit_set(RLIMIT_FSIZE, FILE_BYTES);
	limit_set(RLIMIT_CORE, 0);
	limit_set(RLIMIT_NOFILE, 64);
	setpriority(PRIO_PROCESS, 0, 5);
	if ((fd = open("/dev/null", O_RDONLY)) != -1)
		dup2(fd, 0);
	if ((fd = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600)) == -1)
		_exit(127);
	dup2(fd, 1);
	dup2(fd, 2);
	close_range(3, ~0U, 0);
	execve("/usr/bin/fet-cl", argv, env);
	_exit(127);
}

static pid_t
child_start(struct engine *e)
{
	char	in[128], out[128], limit[64];
	char	*argv[] = { "fet-cl", in, out, limit, "--htmllevel=0",
		    "--warnsubgroupswiththesameactivities=false",
		    "--writetimetablesstatistics=false",
		    "--writetimetablesdayshorizontal=false",
		    "--writetimetablesdaysvertical=false",
		    "--writetimetablestimehorizontal=false",
		    "--writetimetablestimevertical=false", NULL };
	pid_t	 parent = getpid(), pid;

	snprintf(in, sizeof in, "--inputfile=%s/J.fet", e->dir);
	snprintf(out, sizeof out, "--outputdir=%s/D", e->dir);
	snprintf(limit, sizeof limit, "--timelimitseconds=%u", e->limit);
	pid = fork();
	if (pid == 0)
		child_run(e->dir, argv, e->limit + GRACE_S + KILL_S, parent);
	return pid;
}

/* --- its thread ----------------------------------------------------------- */

static double
seconds(void)
{
	struct timespec	t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
nap(void)
{
	static const struct timespec	t = { 0, 50 * 1000 * 1000 };

	nanosleep(&t, NULL);
}

/* "…, FET reached 581 activities placed", the last line counts. */
static void
progress_read(struct engine *e)
{
	char	*s = read_file(e->dir, "D/logs/max_placed_activities.txt", NULL);
	char	*p, *q;

	for (p = s; (q = strstr(p, "FET reached ")) != NULL; p = q + 12)
		atomic_store(&e->placed, strtol(q + 12, NULL, 10));
	free(s);
	if (atomic_load(&e->total) > 0)
		return;
	s = read_file(e->dir, "D/logs/initial_order.txt", NULL);
	for (p = s; (p = strstr(p, "No: ")) != NULL; p += 4)
		atomic_fetch_add(&e->total, 1);
	free(s);
}

static void
child_wait(struct engine *e, pid_t pid)
{
	double	start = seconds(), asked = 0, read_at = 0, now;
	int	status;

	for (;;) {
		if (waitpid(pid, &status, WNOHANG) != 0)
			break;
		now = seconds();
		if (now - read_at >= 0.5) {
			read_at = now;
			progress_read(e);
		}
		if (asked == 0 && (atomic_load(&e->stop) ||
		    now - start > e->limit + GRACE_S)) {
			asked = now;
			kill(-pid, SIGTERM);
		} else if (asked > 0 && now - asked >
		    (atomic_load(&e->stop) ? 1 : KILL_S))
			kill(-pid, SIGKILL);
		nap();
	}
	progress_read(e);
}

static enum engine_end
outcome(struct engine *e)
{
	e->messages = read_file(e->dir, "out", NULL);
	e->result = read_file(e->dir, "D/timetables/J/J_activities.xml",
	    &e->result_len);
	e->soft = read_file(e->dir, "D/timetables/J/J_soft_conflicts.txt",
	    NULL);
	if (e->result_len > 0 &&
	    strstr(e->messages, "Simulation successful") != NULL)
		return ENGINE_SOLVED;
	free(e->result);
	e->result = read_file(e->dir,
	    "D/timetables/J-highest/J-highest_activities.xml", &e->result_len);
	if (e->result_len == 0) {
		free(e->result);
		e->result = read_file(e->dir,
		    "D/timetables/J-highest/J_activities.xml",
		    &e->result_len);
	}
	e->hard = read_file(e->dir, "D/logs/difficult_activities.txt", NULL);
	if (atomic_load(&e->stop))
		return ENGINE_STOPPED;
	if (e->result_len > 0)
		return ENGINE_TIME;
	return strstr(e->messages, "aborting") != NULL ? ENGINE_WRONG :
	    ENGINE_BROKEN;
}

static bool
prepare(struct engine *e)
{
	char	path[128];
	FILE	*f;
	bool	ok;

	snprintf(e->dir, sizeof e->dir, "/tmp/konak-fet-XXXXXX");
	if (mkdtemp(e->dir) == NULL) {
		e->dir[0] = '\0';
		return false;
	}
	snprintf(path, sizeof path, "%s/J.fet", e->dir);
	if ((f = fopen(path, "we")) == NULL)
		return false;
	ok = fwrite(e->input, 1, e->len, f) == e->len;
	return fclose(f) == 0 && ok;
}

static void *
engine_main(void *arg)
{
	struct engine	*e = arg;
	enum engine_end	 end = ENGINE_BROKEN;
	pid_t		 pid;

	if (prepare(e) && (pid = child_start(e)) > 0) {
		child_wait(e, pid);
		end = outcome(e);
	}
	if (e->dir[0] != '\0')
		nftw(e->dir, unlink_cb, 16, FTW_DEPTH | FTW_PHYS);
	atomic_fetch_sub(&running, 1);
	atomic_store(&e->end, end);
	if (atomic_exchange(&e->left, true))
		engine_drop(e);
	return NULL;
}

struct engine *
engine_start(char *input, size_t len, unsigned limit_s)
{
	struct engine	*e;
	pthread_attr_t	 attr;
	pthread_t	 t;

	if (atomic_fetch_add(&running, 1) >= AT_ONCE) {
		atomic_fetch_sub(&running, 1);
		return NULL;
	}
	e = xcalloc(1, sizeof *e);
	e->input = input;
	e->len = len;
	e->limit = limit_s;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&t, &attr, engine_main, e) != 0) {
		atomic_fetch_sub(&running, 1);
		atomic_store(&e->end, ENGINE_BROKEN);
		atomic_store(&e->left, true);
	}
	pthread_attr_destroy(&attr);
	return e;
}

enum engine_end
engine_look(const struct engine *e, long *placed, long *total)
{
	*placed = atomic_load(&e->placed);
	*total = atomic_load(&e->total);
	return (enum engine_end)atomic_load(&e->end);
}

void
engine_stop(struct engine *e)
{
	atomic_store(&e->stop, true);
}

static const char *
text_of(const char *s)
{
	return s == NULL ? "" : s;
}

const char *
engine_result(const struct engine *e, size_t *len)
{
	*len = e->result_len;
	return text_of(e->result);
}

const char *
engine_messages(const struct engine *e)
{
	return text_of(e->messages);
}

const char *
engine_soft(const struct engine *e)
{
	return text_of(e->soft);
}

const char *
engine_hard(const struct engine *e)
{
	return text_of(e->hard);
}

/* Whoever comes second, this or its thread, frees it. */
void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	engine_stop(e);
	if (atomic_exchange(&e->left, true))
		engine_drop(e);
}
