/*
 * term-run.c - another program on our terminal: the person's editor, on a
 * file that nobody else can read and that is overwritten afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/xmalloc.h"
#include "tui/lang.h"
#include "tui/term-int.h"

#define EDITOR_MAX	(2 * 1024 * 1024)

static const char *
editor_name(void)
{
	const char *e;

	if ((e = getenv("VISUAL")) != NULL && e[0] != '\0')
		return e;
	if ((e = getenv("EDITOR")) != NULL && e[0] != '\0')
		return e;
	return "editor";	/* Debian's alternative; there is always one */
}

static int
write_file(int fd, const char *text)
{
	size_t len = strlen(text), done = 0;
	ssize_t n;

	while (done < len) {
		n = write(fd, text + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text;
	size_t n;

	if (f == NULL)
		return NULL;
	text = xmalloc(EDITOR_MAX + 1);
	n = fread(text, 1, EDITOR_MAX, f);
	text[n] = '\0';
	fclose(f);
	/* Editors end the last line; forms do not want that. */
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return xrealloc(text, strlen(text) + 1);
}

static void
remove_file(const char *path)
{
	static const char zeros[4096];
	struct stat st;
	off_t done;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		if (fstat(fd, &st) == 0) {
			for (done = 0; done < st.st_size;
			    done += (off_t)sizeof(zeros)) {
				if (write(fd, zeros, sizeof(zeros)) < 0)
					break;
			}
		}
		close(fd);
	}
	unlink(path);
}

/* True when it ran and ended with 0. */
static bool
run(const char *path)
{
	char *cmd = xasprintf("trap : INT QUIT; %s \"$1\"", editor_name());
	struct sigaction ignore = { .sa_handler = SIG_IGN }, had_int, had_quit;
	int status = -1;
	pid_t pid;

	/* Ctrl+C in there is for the editor, but comes to all of us. */
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGINT, &ignore, &had_int);
	sigaction(SIGQUIT, &ignore, &had_quit);
	pid = fork();
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		signal(SIGTSTP, SIG_DFL);
		signal(SIGPIPE, SIG_DFL);
		execl("/bin/sh", "sh", "-c", cmd, "sh", path, (char *)NULL);
		_exit(127);
	}
	if (pid > 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	sigaction(SIGINT, &had_int, NULL);
	sigaction(SIGQUIT, &had_quit, NULL);
	free(cmd);
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

char *
term_editor(const char *text, const char *suffix, char *why, size_t len)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	char *path, *back = NULL;
	int fd;

	if (dir == NULL || dir[0] != '/')
		dir = getenv("TMPDIR");
	if (dir == NULL || dir[0] != '/')
		dir = "/tmp";
	path = xasprintf("%s/konak-XXXXXX%s", dir, suffix);
	fd = mkostemps(path, (int)strlen(suffix), O_CLOEXEC);
	if (fd < 0 || write_file(fd, text) < 0) {
		snprintf(why, len, "%s",
		    TF("term.editor_file", "why", strerror(errno), NULL));
		if (fd >= 0) {
			close(fd);
			unlink(path);
		}
		free(path);
		return NULL;
	}
	close(fd);
	term_leave();
	if (run(path))
		back = read_file(path);
	term_enter();
	if (back == NULL)
		snprintf(why, len, "%s", TF("term.editor_failed", "editor",
		    editor_name(), NULL));
	remove_file(path);
	free(path);
	return back;
}
