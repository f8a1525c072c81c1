/* engine.c - see engine.h; what the engine says and leaves is in its manual and
 * was tried (version 6.8.5). */
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/child.h"
#include "server/conf.h"
#include "server/timetable/engine.h"

#define AT_ONCE		2
#define MEMORY		((size_t)1536 * 1024 * 1024)
#define FILE_BYTES	((size_t)128 * 1024 * 1024)
#define FOLDER_BYTES	((size_t)256 * 1024 * 1024)
#define FOLDER		"konak-engine-"
#define TEXT_BYTES	((size_t)64 * 1024 * 1024)
#define GRACE_S		2	/* after its own limit: SIGTERM */
#define KILL_S		5	/* then SIGKILL */
#define TRY_S		10	/* to say its version */

struct engine {
	char		*input;
	size_t		 len;
	unsigned	 limit;
	char		*program, *dir;
	int		 lock;		/* the folder, as long as it is ours */
	atomic_long	 placed, total;
	atomic_int	 end;		/* enum engine_end */
	atomic_bool	 stop, left;	/* left: its thread frees it */
	bool		 full;		/* its folder */
	bool		 killed;	/* by us */
	char		*result, *messages, *soft, *hard;
	size_t		 result_len;
};

static atomic_int	running;
static pthread_mutex_t	sizing = PTHREAD_MUTEX_INITIALIZER;
static size_t		used;

static char *
read_file(const char *dir, const char *name, size_t *len)
{
	char	*path = xasprintf("%s/%s", dir, name), *p;
	size_t	 n = 0, cap = 65536, got;
	FILE	*f = fopen(path, "re");

	free(path);
	if (f == NULL) {
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

static int
size_cb(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	used += (size_t)st->st_blocks * 512;
	return 0;
}

static void
engine_drop(struct engine *e)
{
	free(e->program);
	free(e->dir);
	free(e->input);
	free(e->result);
	free(e->messages);
	free(e->soft);
	free(e->hard);
	free(e);
}

/* --- its folder ------------------------------------------------------------ */

static char	*env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8",
		    "QT_QPA_PLATFORM=offscreen", NULL };

/* Its standard output and error are a file of its folder. */
static pid_t
engine_spawn(struct engine *e)
{
	char	*in = xasprintf("--inputfile=%s/J.fet", e->dir);
	char	*dir = xasprintf("--outputdir=%s/D", e->dir);
	char	*limit = xasprintf("--timelimitseconds=%u", e->limit);
	char	*argv[] = { "fet-cl", in, dir, limit, "--htmllevel=0",
		    "--warnsubgroupswiththesameactivities=false",
		    "--writetimetablesstatistics=false",
		    "--writetimetablesdayshorizontal=false",
		    "--writetimetablesdaysvertical=false",
		    "--writetimetablestimehorizontal=false",
		    "--writetimetablestimevertical=false", NULL };
	int	 none = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int	 out = openat(e->lock, "out",
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	pid_t	 pid = -1;

	if (none != -1 && out != -1)
		pid = child_exec(&(struct child_spec){ .path = e->program,
		    .argv = argv, .env = env, .folder = e->dir, .in = none,
		    .out = out, .err = out,
		    .seconds = e->limit + GRACE_S + KILL_S,
		    .memory = MEMORY, .file = FILE_BYTES });
	if (none != -1)
		close(none);
	if (out != -1)
		close(out);
	free(in);
	free(dir);
	free(limit);
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

/* What the folder takes of the disk. Only one thread may look at a time: nftw()
 * hands nothing through. */
static bool
folder_full(const struct engine *e)
{
	bool	full;

	pthread_mutex_lock(&sizing);
	used = 0;
	nftw(e->dir, size_cb, 16, FTW_PHYS);
	full = used > FOLDER_BYTES;
	pthread_mutex_unlock(&sizing);
	return full;
}

/* How it has ended. */
static int
engine_wait(struct engine *e, pid_t pid)
{
	double	start = seconds(), asked = 0, read_at = 0, now;
	int	status = 0;

	for (;;) {
		if (waitpid(pid, &status, WNOHANG) != 0)
			break;
		now = seconds();
		if (now - read_at >= 0.5) {
			read_at = now;
			progress_read(e);
			if (folder_full(e)) {
				e->full = true;
				kill(-pid, SIGKILL);
			}
		}
		if (asked == 0 && (atomic_load(&e->stop) ||
		    now - start > e->limit + GRACE_S)) {
			asked = now;
			kill(-pid, SIGTERM);
		} else if (asked > 0 && now - asked >
		    (atomic_load(&e->stop) ? 1 : KILL_S)) {
			e->killed = true;
			kill(-pid, SIGKILL);
		}
		nap();
	}
	progress_read(e);
	return status;
}

static enum engine_end
not_begun(int status)
{
	if (!WIFEXITED(status))
		return ENGINE_BROKEN;
	switch (WEXITSTATUS(status)) {
	case CHILD_OPEN:
		return ENGINE_OPEN;
	case CHILD_NONE:
		return ENGINE_ABSENT;
	default:
		return ENGINE_BROKEN;
	}
}

static enum engine_end
outcome(struct engine *e, int status)
{
	if (e->full) {
		log_warn(NULL, "the timetable engine filled its folder, and "
		    "was ended");
		return ENGINE_FULL;
	}
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
	if (strstr(e->messages, "aborting") != NULL)
		return ENGINE_WRONG;
	child_log(e->program, status);
	if (strstr(e->messages, "bad_alloc") != NULL)
		return ENGINE_MEMORY;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && !e->killed)
		return ENGINE_KILLED;
	return not_begun(status);
}

static const char *
folder_base(void)
{
	const char	*s = getenv("TMPDIR");

	return s != NULL && s[0] == '/' ? s : "/tmp";
}

/* A folder that its lock shows to be somebody's: whoever sweeps up takes the
 * others. -1: it could not be made, or was swept up before it was locked. */
static int
folder_make(char *dir)
{
	struct stat	ours, there;
	int		fd;

	if (mkdtemp(dir) == NULL)
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (flock(fd, LOCK_EX) == 0 && fstat(fd, &ours) == 0 &&
	    stat(dir, &there) == 0 && ours.st_ino == there.st_ino)
		return fd;
	close(fd);
	return -1;
}

void
engine_sweep(void)
{
	const char	*base = folder_base();
	DIR		*d = opendir(base);
	struct dirent	*f;
	struct stat	 st;
	char		*path;
	int		 fd;

	while (d != NULL && (f = readdir(d)) != NULL) {
		if (strncmp(f->d_name, FOLDER, strlen(FOLDER)) != 0)
			continue;
		fd = openat(dirfd(d), f->d_name, O_RDONLY | O_DIRECTORY |
		    O_NOFOLLOW | O_CLOEXEC);
		if (fd == -1)
			continue;
		if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
		    flock(fd, LOCK_EX | LOCK_NB) == 0) {
			path = xasprintf("%s/%s", base, f->d_name);
			nftw(path, unlink_cb, 16, FTW_DEPTH | FTW_PHYS);
			free(path);
		}
		close(fd);
	}
	if (d != NULL)
		closedir(d);
}

static bool
prepare(struct engine *e)
{
	char	*path;
	FILE	*f;
	int	 attempt;
	bool	 ok;

	for (attempt = 0; e->lock == -1 && attempt < 3; attempt++) {
		free(e->dir);
		e->dir = xasprintf("%s/" FOLDER "XXXXXX", folder_base());
		e->lock = folder_make(e->dir);
	}
	if (e->lock == -1) {
		log_error(NULL, "%s: %s", e->dir, strerror(errno));
		return false;
	}
	path = xasprintf("%s/J.fet", e->dir);
	f = fopen(path, "we");
	ok = f != NULL && fwrite(e->input, 1, e->len, f) == e->len;
	ok = f != NULL && fclose(f) == 0 && ok;
	if (!ok)
		log_error(NULL, "%s: %s", path, strerror(errno));
	free(path);
	return ok;
}

static enum engine_end
program_there(const char *program)
{
	if (access(program, X_OK) == 0)
		return ENGINE_RUNS;
	return errno == ENOENT || errno == ENOTDIR ? ENGINE_ABSENT :
	    ENGINE_FORBIDDEN;
}

/* How it went, from an empty folder to its end. */
static enum engine_end
engine_run(struct engine *e)
{
	enum engine_end	there = program_there(e->program);
	pid_t		pid;

	if (there != ENGINE_RUNS) {
		log_error(NULL, "%s: %s", e->program, strerror(errno));
		return there;
	}
	if (!prepare(e))
		return ENGINE_NO_ROOM;
	if ((pid = engine_spawn(e)) <= 0) {
		log_error(NULL, "%s: %s", e->program, strerror(errno));
		return ENGINE_NO_ROOM;
	}
	return outcome(e, engine_wait(e, pid));
}

static void *
engine_main(void *arg)
{
	struct engine	*e = arg;
	enum engine_end	 end = engine_run(e);

	if (e->lock != -1) {
		nftw(e->dir, unlink_cb, 16, FTW_DEPTH | FTW_PHYS);
		close(e->lock);
	}
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
	e->program = xstrdup(conf.engine);
	e->lock = -1;
	e->input = input;
	e->len = len;
	e->limit = limit_s;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&t, &attr, engine_main, e) != 0) {
		atomic_fetch_sub(&running, 1);
		atomic_store(&e->end, ENGINE_NO_ROOM);
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

enum engine_end
engine_try(const char *program)
{
	char		*argv[] = { "fet-cl", "--version", NULL };
	enum engine_end	 there = program_there(program);
	int		 none, status = 0;
	double		 start = seconds();
	pid_t		 pid, gone;

	if (there != ENGINE_RUNS)
		return there;
	if ((none = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1)
		return ENGINE_NO_ROOM;
	pid = child_exec(&(struct child_spec){ .path = program, .argv = argv,
	    .env = env, .in = none, .out = none, .err = none,
	    .seconds = KILL_S, .memory = MEMORY });
	close(none);
	if (pid == -1)
		return ENGINE_NO_ROOM;
	while ((gone = waitpid(pid, &status, WNOHANG)) == 0) {
		if (seconds() - start > TRY_S)
			kill(-pid, SIGKILL);
		nap();
	}
	return gone == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0 ?
	    ENGINE_SOLVED : not_begun(status);
}
