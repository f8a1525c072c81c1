/*
 * term.c - the terminal taken and given back. What has to be undone stands
 * in `undo` from the moment it is done, so that a signal handler can write it
 * with one write() whatever else is broken.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "lib/buf.h"
#include "lib/msg.h"
#include "lib/tr.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/prefs.h"
#include "tui/term-int.h"
#include "tui/theme.h"
#include "tui/ui-int.h"

/* Mouse with SGR coordinates, bracketed paste, focus. */
#define MOUSE_ON	"\033[?1002;1006h"
#define MOUSE_OFF	"\033[?1002;1006l"
#define MODES_ON	"\033[?2004h\033[?1004h"
#define MODES_OFF	"\033[?1004l\033[?2004l" MOUSE_OFF

#define STALL_MS	3000	/* how long a terminal may take nothing */

struct term_caps term_have;

static struct term_options options;
static SCREEN *curses;
static struct termios before, raw_mode;
static bool have_before;
static bool xterm_like;		/* knows the private modes */
static volatile sig_atomic_t active;
static char undo[256];
static volatile size_t undo_len;
static unsigned idle_count, idle_heard;
static bool idle_told;		/* to a test, and nothing begun since */

const struct term_caps *
term_caps(void)
{
	return &term_have;
}

int
term_fd(void)
{
	return STDIN_FILENO;
}

void
term_write(const char *s, size_t len)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	ssize_t n;
	int ready;

	while (len > 0) {
		n = write(STDOUT_FILENO, s, len);
		if (n < 0 && errno == EAGAIN) {
			/* Half a sequence would be worse than a pause: the
			 * clipboard is cleared this way when the client ends. */
			ready = poll(&pfd, 1, STALL_MS);
			if (ready == 0 || (ready < 0 && errno != EINTR))
				return;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		s += n;
		len -= (size_t)n;
	}
}

void
term_puts(const char *s)
{
	term_write(s, strlen(s));
}

/* --- leaving in any way --------------------------------------------------- */

/* Async-signal-safe: write and tcsetattr only. */
static void
restore_now(void)
{
	if (!active)
		return;
	active = 0;
	if (undo_len > 0 && write(STDOUT_FILENO, undo, undo_len) < 0) {
		/* The terminal is gone; nothing to restore. */
	}
	if (have_before)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void
fatal_signal(int sig)
{
	int saved = errno;

	restore_now();
	errno = saved;
	/* SA_RESETHAND: the second time it does what it always does. */
	raise(sig);
}

static void
catch_signals(void)
{
	static const struct {
		int	 sig;
		/* The loop's own, which keep what was typed: they stay when the
		 * terminal is taken again. */
		bool	 asked;
	} sigs[] = {
		{ SIGSEGV, false }, { SIGBUS, false }, { SIGABRT, false },
		{ SIGFPE, false }, { SIGILL, false }, { SIGTERM, true },
		{ SIGHUP, true }, { SIGQUIT, true }, { SIGINT, true }
	};
	struct sigaction sa = { .sa_handler = fatal_signal,
	    .sa_flags = (int)SA_RESETHAND | SA_NODEFER };
	struct sigaction had;
	size_t i;

	sigemptyset(&sa.sa_mask);
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		if (!sigs[i].asked || (sigaction(sigs[i].sig, NULL, &had) == 0 &&
		    had.sa_handler == SIG_DFL))
			sigaction(sigs[i].sig, &sa, NULL);
	}
}

static void
undo_add(const char *s)
{
	size_t len = s == NULL ? 0 : strlen(s);

	if (s == (char *)-1 || len == 0 || undo_len + len > sizeof(undo))
		return;
	memcpy(undo + undo_len, s, len);
	undo_len += len;
}

/* --- what there is --------------------------------------------------------- */

static bool
env_set(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && v[0] != '\0' && strcmp(v, "0") != 0;
}

static const char *
env_locale(void)
{
	const char *v;

	if ((v = getenv("LC_ALL")) != NULL && v[0] != '\0')
		return v;
	if ((v = getenv("LC_CTYPE")) != NULL && v[0] != '\0')
		return v;
	v = getenv("LANG");
	return v == NULL ? "" : v;
}

/*
 * The C library must know UTF-8, whatever the environment says: locales that
 * ssh forwards (tr_TR.UTF-8) are often not installed here.
 */
static bool
start_locale(void)
{
	if (setlocale(LC_CTYPE, "") != NULL &&
	    strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		return true;
	return setlocale(LC_CTYPE, "C.UTF-8") != NULL &&
	    strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/*
 * Does the terminal itself show UTF-8? A locale that names it says so; with
 * none, everything does but the old ones.
 */
static bool
shows_utf8(const char *term)
{
	const char *loc = env_locale();

	if (strcasestr(loc, "utf-8") != NULL || strcasestr(loc, "utf8") != NULL)
		return true;
	if (strchr(loc, '.') != NULL)
		return false;
	return !starts(term, "vt") && !starts(term, "ansi") &&
	    !starts(term, "dumb") && !starts(term, "cons25");
}

/* The entry to use, NULL when no entry with cursor addressing is found. */
static const char *
choose_entry(const char *term)
{
	const char *tries[] = { term, "xterm-256color", "xterm", "vt100" };
	const char *cup;
	size_t i;
	int err;

	if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0 ||
	    strcmp(term, "unknown") == 0)
		return NULL;
	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (setupterm(tries[i], STDOUT_FILENO, &err) != OK) {
			/* An entry that is there but cannot do it: plain. */
			if (i == 0 && err == 1)
				return NULL;
			continue;
		}
		cup = tigetstr("cup");
		del_curterm(cur_term);
		if (cup == NULL || cup == (char *)-1)
			return NULL;
		return tries[i];
	}
	return NULL;
}

static void
read_size(int *rows, int *cols)
{
	struct winsize ws;

	*rows = 24;
	*cols = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 &&
	    ws.ws_col > 0) {
		*rows = ws.ws_row;
		*cols = ws.ws_col;
	}
}

/* --- start ------------------------------------------------------------------ */

static void
apply_ascii(void)
{
	const char *acs = curses == NULL ? NULL : tigetstr("acsc");
	bool utf8 = shows_utf8(term_have.name);
	bool has_acs = acs != NULL && acs != (char *)-1 && acs[0] != '\0';

	term_have.ascii = options.ascii || (!utf8 && !has_acs);
	draw_set_ascii(term_have.ascii || term_have.plain, !utf8);
	/* Signs beyond lines need UTF-8. */
	if (!utf8)
		draw_set_ascii(true, true);
}

static void
apply_colours(void)
{
	term_have.colours = 0;
	if (curses != NULL && !options.no_colour && !env_set("NO_COLOR") &&
	    has_colors()) {
		start_color();
		use_default_colors();
		term_have.colours = COLORS >= 256 ? 256 :
		    COLORS >= 16 ? 16 : COLORS >= 8 ? 8 : 0;
	}
	theme_set_colours(term_have.colours);
}

/*
 * Whether full repaints can be shown at once; asked a single time. Apple's
 * terminal prints the end of the question.
 */
static void
ask_sync(void)
{
	static bool asked;
	const char *prog = getenv("TERM_PROGRAM");

	if (asked || options.no_sync || (prog != NULL &&
	    strcmp(prog, "Apple_Terminal") == 0))
		return;
	asked = true;
	term_puts("\033[?2026$p");
}

static void
modes_on(void)
{
	/* An idle client must not depend on curses having drawn first. */
	if (keypad_xmit != NULL)
		putp(keypad_xmit);
	fflush(stdout);
	if (!xterm_like)
		return;
	term_puts(MODES_ON);
	if (term_have.mouse)
		term_puts(MOUSE_ON);
	ask_sync();
}

static void
modes_off(void)
{
	if (xterm_like)
		term_puts(MODES_OFF);
	if (keypad_local != NULL)
		putp(keypad_local);
	fflush(stdout);
}

/* What was drawn goes with the alternate screen; GNU screen has none unless
 * asked. */
static bool
goes_back(void)
{
	return exit_ca_mode != NULL && !starts(term_have.name, "screen");
}

static void
prepare_undo(void)
{
	undo_len = 0;
	if (xterm_like)
		undo_add(MODES_OFF);
	undo_add(keypad_local);
	undo_add("\033[0m");
	undo_add(cursor_normal);
	if (!goes_back())
		undo_add(clear_screen);
	undo_add(exit_ca_mode);
	undo_add("\r\n");
}

/* Lines only: our own raw mode, no curses. */
static bool
start_plain(void)
{
	term_have.plain = true;
	draw_set_lines(false);
	term_have.name = getenv("TERM") == NULL ? "" : getenv("TERM");
	read_size(&term_have.rows, &term_have.cols);
	raw_mode = before;
	raw_mode.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON);
	raw_mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw_mode.c_cc[VMIN] = 1;
	raw_mode.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw_mode);
	apply_ascii();
	undo_len = 0;
	active = 1;
	catch_signals();
	return true;
}

static bool
start_curses(const char *entry)
{
	char *mouse;

	/* Exported by some shells; curses would believe them for ever. */
	unsetenv("LINES");
	unsetenv("COLUMNS");
	if (!shows_utf8(entry))
		setenv("NCURSES_NO_UTF8_ACS", "1", 1);
	curses = newterm(entry, stdout, stdin);
	if (curses == NULL)
		return false;
	set_term(curses);
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	typeahead(-1);
	idlok(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	mouse = tigetstr("kmous");
	xterm_like = mouse != NULL && mouse != (char *)-1;
	term_have.name = entry;
	term_have.mouse = xterm_like && !options.no_mouse;
	prepare_undo();
	active = 1;
	catch_signals();
	/* Until its first endwin() curses 6.4 flushes with every cursor move:
	 * 93 writes for a page instead of 2. */
	def_prog_mode();
	endwin();
	reset_prog_mode();
	apply_colours();
	apply_ascii();
	read_size(&term_have.rows, &term_have.cols);
	resizeterm(term_have.rows, term_have.cols);
	modes_on();
	return true;
}

bool
term_start(const struct term_options *opt, char *why, size_t len)
{
	const char *term = getenv("TERM"), *entry;
	static bool registered;

	options = *opt;
	memset(&term_have, 0, sizeof(term_have));
	term_have.slow = opt->slow;
	draw_set_slow(opt->slow);
	draw_set_lines(true);
	term_have.name = "";
	why[0] = '\0';
	if (!start_locale()) {
		snprintf(why, len, "%s", T("term.no_utf8"));
		return false;
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &before) < 0) {
		snprintf(why, len, "%s", T("term.no_tty"));
		return false;
	}
	have_before = true;
	if (!registered)
		atexit(term_stop);
	registered = true;
	entry = opt->plain || env_set("KONAK_ACCESSIBLE") ? NULL :
	    choose_entry(term);
	if (entry == NULL || !start_curses(entry)) {
		if (!opt->plain && !env_set("KONAK_ACCESSIBLE"))
			term_have.notice = T("term.plain");
		return start_plain();
	}
	if (strcmp(entry, term) != 0)
		term_have.notice = T("term.fallback");
	return true;
}

void
term_start_headless(int rows, int cols, const struct term_options *opt)
{
	memset(&term_have, 0, sizeof(term_have));
	memset(&options, 0, sizeof(options));
	if (opt != NULL)
		options = *opt;
	term_have.headless = true;
	term_have.name = "headless";
	term_have.rows = rows;
	term_have.cols = cols;
	term_have.plain = options.plain;
	term_have.ascii = options.ascii;
	term_have.slow = options.slow;
	draw_set_slow(options.slow);
	draw_set_lines(!options.plain);
	term_have.colours = options.no_colour ? 0 : 256;
	theme_set_colours(term_have.colours);
	draw_set_ascii(options.ascii, false);
}

void
term_stop(void)
{
	if (!active) {
		show_free();
		return;
	}
	if (curses != NULL) {
		modes_off();
		if (!goes_back()) {
			erase();
			refresh();
		}
		if (!isendwin())
			endwin();
	}
	active = 0;
	if (have_before)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	if (curses != NULL) {
		delscreen(curses);
		curses = NULL;
	}
	show_free();
}

/* --- keys ------------------------------------------------------------------------- */

void
term_learn(struct input_parser *p)
{
	static const struct {
		const char	*cap;
		uint32_t	 code;
		unsigned	 mods;
	} caps[] = {
		{ "kcuu1", K_UP, 0 }, { "kcud1", K_DOWN, 0 },
		{ "kcub1", K_LEFT, 0 }, { "kcuf1", K_RIGHT, 0 },
		{ "khome", K_HOME, 0 }, { "kend", K_END, 0 },
		{ "kpp", K_PGUP, 0 }, { "knp", K_PGDN, 0 },
		{ "kich1", K_INSERT, 0 }, { "kdch1", K_DELETE, 0 },
		{ "kcbt", K_TAB, MOD_SHIFT }, { "kent", K_ENTER, 0 },
		{ "kri", K_UP, MOD_SHIFT }, { "kind", K_DOWN, MOD_SHIFT },
		{ "kLFT", K_LEFT, MOD_SHIFT }, { "kRIT", K_RIGHT, MOD_SHIFT },
		{ "kf1", K_F1, 0 }, { "kf2", K_F2, 0 }, { "kf3", K_F3, 0 },
		{ "kf4", K_F4, 0 }, { "kf5", K_F5, 0 }, { "kf6", K_F6, 0 },
		{ "kf7", K_F7, 0 }, { "kf8", K_F8, 0 }, { "kf9", K_F9, 0 },
		{ "kf10", K_F10, 0 }, { "kf11", K_F11, 0 },
		{ "kf12", K_F12, 0 }
	};
	const char *seq;
	size_t i;

	if (curses == NULL)
		return;
	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		seq = tigetstr(caps[i].cap);
		if (seq != NULL && seq != (char *)-1)
			input_learn(p, seq, caps[i].code, caps[i].mods);
	}
}

/* --- for a while ------------------------------------------------------------- */

void
term_leave(void)
{
	if (!active)
		return;
	if (curses != NULL) {
		modes_off();
		if (!goes_back()) {
			erase();
			refresh();
		}
		def_prog_mode();
		endwin();
	}
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	active = 0;
}

void
term_enter(void)
{
	if (term_have.headless || !have_before)
		return;
	active = 1;
	catch_signals();
	if (curses == NULL) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw_mode);
		return;
	}
	reset_prog_mode();
	modes_on();
	show_reset();
	clearok(curscr, TRUE);
	term_resize();
}

void
term_suspend(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL }, had;

	if (term_have.headless)
		return;
	term_leave();
	sigemptyset(&sa.sa_mask);
	sigaction(SIGTSTP, &sa, &had);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &had, NULL);
	term_enter();
}

/* --- size, modes --------------------------------------------------------------- */

bool
term_resize(void)
{
	int rows, cols;

	if (term_have.headless)
		return false;
	read_size(&rows, &cols);
	if (rows == term_have.rows && cols == term_have.cols)
		return false;
	term_set_size(rows, cols);
	return true;
}

void
term_set_size(int rows, int cols)
{
	term_have.rows = rows;
	term_have.cols = cols;
	if (curses != NULL) {
		resizeterm(rows, cols);
		clearok(curscr, TRUE);
	}
	show_reset();
}

void
term_mouse(bool on)
{
	if (!xterm_like)
		return;
	term_have.mouse = on;
	term_puts(on ? MOUSE_ON : MOUSE_OFF);
}

void
term_set_slow(bool on)
{
	term_have.slow = on;
	draw_set_slow(on);
	show_reset();
}

void
term_set_ascii(bool on)
{
	options.ascii = on;
	if (term_have.headless)
		draw_set_ascii(on, false);
	else
		apply_ascii();
	term_have.ascii = on;
	show_reset();
}

void
term_bell(void)
{
	if (active && pref(PREF_BELL))
		term_write("\a", 1);
}

void
term_desktop(const char *text)
{
	struct buf b = BUF_INIT;

	if (!active || !xterm_like || !pref(PREF_DESKTOP))
		return;
	buf_addz(&b, "\033]9;");
	text_safe(&b, text, strlen(text), 0);
	buf_addz(&b, "\a");
	term_write(buf_text(&b), buf_len(&b));
	buf_free(&b);
}

void
term_sync(void)
{
	term_have.sync = true;
}

void
term_set_colour(bool on)
{
	options.no_colour = !on;
	apply_colours();
	show_reset();
}

void
term_say(const char *line)
{
	struct buf b = BUF_INIT;

	if (term_have.headless)
		return;
	text_safe(&b, line, strlen(line), 0);
	buf_addz(&b, "\n");
	term_write(buf_text(&b), buf_len(&b));
	buf_free(&b);
}

/* One line, always as long as before and not cut first: who reads it meanwhile
 * finds no empty file. */
static void
tell_test(bool idle)
{
	const char *path = getenv("KONAK_TEST_IDLE");
	char text[64];
	int fd, n;

	idle_told = idle;
	if (path == NULL || path[0] == '\0')
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	n = snprintf(text, sizeof(text), "%10u %10u %5d %5d %d\n", idle_count,
	    idle_heard, term_have.rows, term_have.cols, idle);
	if (write(fd, text, (size_t)n) < 0) {
		/* A test that cannot read it will say so. */
	}
	close(fd);
}

void
term_idle(unsigned heard)
{
	char text[64];
	int n;

	if (!env_set("KONAK_TEST"))
		return;
	idle_count++;
	idle_heard = heard;
	if (active) {
		n = snprintf(text, sizeof(text), "\033]2;konak-idle;%u\a",
		    idle_count);
		term_write(text, (size_t)n);
	}
	tell_test(true);
}

void
term_busy(void)
{
	if (idle_told)
		tell_test(false);
}
