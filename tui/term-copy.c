/*
 * term-copy.c - the clipboard of the terminal, by OSC 52. It cannot be read
 * back, so nobody here ever claims that it worked.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/buf.h"
#include "tui/term-int.h"

#define COPY_MAX	56244	/* 74,994 bytes in base64: terminals cut there */
#define SCREEN_CHUNK	512	/* GNU screen's longest string */

extern char **environ;

static pid_t children[8];

void
copy_reap(void)
{
	size_t i;

	for (i = 0; i < sizeof(children) / sizeof(children[0]); i++) {
		if (children[i] > 0 &&
		    waitpid(children[i], NULL, WNOHANG) != 0)
			children[i] = 0;
	}
}

static void
base64(struct buf *b, const char *text, size_t len)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *s = (const unsigned char *)text;
	unsigned v;
	size_t i;

	for (i = 0; i < len; i += 3) {
		v = (unsigned)s[i] << 16;
		if (i + 1 < len)
			v |= (unsigned)s[i + 1] << 8;
		if (i + 2 < len)
			v |= s[i + 2];
		buf_add8(b, (uint8_t)set[v >> 18]);
		buf_add8(b, (uint8_t)set[v >> 12 & 63]);
		buf_add8(b, i + 1 < len ? (uint8_t)set[v >> 6 & 63] : '=');
		buf_add8(b, i + 2 < len ? (uint8_t)set[v & 63] : '=');
	}
}

/*
 * tmux 3.3a drops OSC 52 of programs unless told otherwise; its own
 * load-buffer -w reaches the outer terminal, and the buffer is deleted at
 * once. The text fits into the pipe, so writing does not wait.
 */
static bool
copy_tmux(const char *text, size_t len)
{
	char *argv[] = { "sh", "-c", "tmux load-buffer -w -b konak - && "
	    "tmux delete-buffer -b konak", NULL };
	posix_spawn_file_actions_t fa;
	int fds[2], err;
	ssize_t n;
	size_t i;
	pid_t pid;

	copy_reap();
	for (i = 0; i < sizeof(children) / sizeof(children[0]); i++) {
		if (children[i] == 0)
			break;
	}
	if (i == sizeof(children) / sizeof(children[0]) ||
	    pipe2(fds, O_CLOEXEC) < 0)
		return false;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, fds[0], STDIN_FILENO);
	posix_spawn_file_actions_addopen(&fa, STDOUT_FILENO, "/dev/null",
	    O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, STDOUT_FILENO, STDERR_FILENO);
	err = posix_spawnp(&pid, "sh", &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(fds[0]);
	if (err != 0) {
		close(fds[1]);
		return false;
	}
	children[i] = pid;
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	n = write(fds[1], text, len);
	close(fds[1]);
	return n == (ssize_t)len;
}

static void
copy_screen(const char *seq, size_t len)
{
	struct buf b = BUF_INIT;
	size_t n;

	while (len > 0) {
		n = len < SCREEN_CHUNK ? len : SCREEN_CHUNK;
		buf_addz(&b, "\033P");
		buf_add(&b, seq, n);
		buf_addz(&b, "\033\\");
		seq += n;
		len -= n;
	}
	term_write(buf_text(&b), buf_len(&b));
	buf_wipe(&b);
}

static bool
has_none(void)
{
	const char *prog = getenv("TERM_PROGRAM");
	static const char *const without[] = { "putty", "linux", "vt", "dumb",
	    "ansi", "unknown" };
	size_t i;

	if (prog != NULL && strcmp(prog, "Apple_Terminal") == 0)
		return true;
	for (i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		if (strncmp(term_have.name, without[i],
		    strlen(without[i])) == 0)
			return true;
	}
	return false;
}

bool
term_copy(const char *text, size_t len)
{
	struct buf b = BUF_INIT;
	const char *tmux = getenv("TMUX");

	if (term_have.headless || len > COPY_MAX)
		return false;
	if (tmux != NULL && tmux[0] != '\0')
		return copy_tmux(text, len);
	if (has_none())
		return false;
	/* Twice what it takes, so that growing leaves no copy behind. */
	buf_reserve(&b, len * 2 + 64);
	buf_addz(&b, "\033]52;c;");
	base64(&b, text, len);
	buf_addz(&b, "\a");
	if (strncmp(term_have.name, "screen", 6) == 0)
		copy_screen(buf_text(&b), buf_len(&b));
	else
		term_write(buf_text(&b), buf_len(&b));
	buf_wipe(&b);
	return true;
}
