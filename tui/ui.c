/*
 * ui.c - where libevent, the terminal and the views meet. Everything typed
 * is drained first, then one frame is drawn; nothing here waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/help.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/palette.h"
#include "tui/prefs.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/ui-int.h"
#include "tui/view.h"

#define RESIZE_MS	30
#define SOON_MS		320	/* a timer this near is work under way */
#define AGAIN_MS	10
#define UI_ASIDE	2	/* a priority; the others have the middle one */

static struct {
	struct event_base	*base;
	struct ui_hooks		 hooks;
	struct input_parser	*parser;
	struct screen		*screen;
	struct event		*readable, *input_timer, *frame, *slow_line;
	struct event		*winch, *winch_timer, *cont, *stop;
	struct event		*term, *hup, *intr, *usr1;
	struct event		*idle;		/* tests only */
	bool			 shown;		/* a frame since the last idle */
	bool			 stalled;	/* no answer can come */
	unsigned		 heard;		/* keys, pastes, clicks */
	int			 busy;
	bool			 wanted;	/* a frame */
	bool			 drawing;	/* one */
	bool			 small;		/* window under the minimum */
	bool			 started;
} ui;

struct event_base *
ui_base(void)
{
	return ui.base;
}

const struct screen *
ui_screen(void)
{
	return ui.screen;
}

static void
after_ms(struct event *ev, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (ms < 0)
		evtimer_del(ev);
	else
		evtimer_add(ev, &tv);
}

/* --- idle ---------------------------------------------------------------- */

void
ui_aside(struct event *ev)
{
	event_priority_set(ev, UI_ASIDE);
}

/* A pause before a search, a popup that waits, half a sequence; not a clock,
 * which always comes again. */
static int
soon_cb(const struct event_base *base, const struct event *ev, void *arg)
{
	struct timeval at, now, left;

	if (ev == ui.idle || (event_get_events(ev) & EV_PERSIST) ||
	    event_get_priority(ev) == UI_ASIDE ||
	    (ev == ui.input_timer && !input_half(ui.parser)) ||
	    !event_pending(ev, EV_TIMEOUT, &at))
		return 0;
	evutil_gettimeofday(&now, NULL);
	evutil_timersub(&at, &now, &left);
	/* One that is overdue fires next: a busy machine comes late to it. */
	return left.tv_sec < 0 || (left.tv_sec == 0 &&
	    left.tv_usec < SOON_MS * 1000);
}

/* Tests wait for this instead of sleeping: nothing is under way. */
static void
check_idle(void)
{
	if (ui.idle == NULL || !ui.shown)
		return;
	if (((ui.busy > 0 || held_waits()) && !ui.stalled) || ui.wanted ||
	    event_base_foreach_event(ui.base, soon_cb, NULL) != 0) {
		after_ms(ui.idle, AGAIN_MS);
		return;
	}
	ui.shown = false;
	term_idle(ui.heard);
}

static void
idle_cb(evutil_socket_t fd, short what, void *arg)
{
	check_idle();
}

/* --- frames -------------------------------------------------------------- */

void
ui_redraw(void)
{
	if (ui.wanted || ui.frame == NULL)
		return;
	ui.wanted = true;
	/* A view that wants another frame from within one leaves room for keys
	 * between them. */
	if (ui.drawing)
		after_ms(ui.frame, AGAIN_MS);
	else
		event_active(ui.frame, EV_TIMEOUT, 0);
}

static void
check_small(void)
{
	bool small = ui.screen->rows < FRAME_MIN_ROWS ||
	    ui.screen->cols < FRAME_MIN_COLS;

	if (term_caps()->plain)
		small = false;
	if (small == ui.small)
		return;
	ui.small = small;
	view_shown_all(!small);
}

void
ui_frame(void)
{
	const struct term_caps *caps = term_caps();

	ui.wanted = false;
	view_sweep();
	if (ui.screen->rows != caps->rows || ui.screen->cols != caps->cols)
		screen_resize(ui.screen, caps->rows, caps->cols);
	check_small();
	if (theme_set_selection(frame_info()->tint2, frame_info()->tint))
		term_redraw();
	ui.drawing = true;
	view_draw(ui.screen);
	ui.drawing = false;
	if (caps->plain)
		plain_frame(ui.screen);
	else if (!term_present(ui.screen)) {
		/* The line is full: again when it takes bytes. */
		if (ui.slow_line != NULL)
			event_add(ui.slow_line, NULL);
		return;
	}
	ui.shown = true;
	check_idle();
}

static void
frame_cb(evutil_socket_t fd, short what, void *arg)
{
	if (ui.wanted)
		ui_frame();
}

static void
writable_cb(evutil_socket_t fd, short what, void *arg)
{
	ui.wanted = true;
	ui_frame();
}

void
ui_busy(int delta)
{
	ui.busy += delta;
	if (ui.busy <= 0) {
		ui.busy = 0;
		ui_redraw();
	} else if (!ui.stalled)
		term_busy();
}

void
ui_stalled(bool yes)
{
	ui.stalled = yes;
}

bool
ui_is_busy(void)
{
	return ui.busy > 0;
}

/* --- input ------------------------------------------------------------------ */

static void
plain_size_key(const struct input *in)
{
	if (in->kind == INPUT_KEY && in->code == 'c' && in->mods == MOD_CTRL)
		ui_action(ACT_QUIT);
}

void
ui_key(const struct input *in)
{
	toast_key();
	plain_input(in);
	if (ui.hooks.awake != NULL)
		ui.hooks.awake();
	view_input(in);
	ui_redraw();
}

void
ui_input(const struct input *in)
{
	if (in->kind == INPUT_REPLY) {
		if (in->code == INPUT_SYNC)
			term_sync();
		return;
	}
	if (in->kind == INPUT_FOCUS) {
		view_shown_all(in->code == 1 && !ui.small);
		if (in->code == 1 && ui.hooks.awake != NULL)
			ui.hooks.awake();
		return;
	}
	ui.heard++;
	/* Drawn too small to see what a key would do: it does nothing. */
	if (ui.small) {
		plain_size_key(in);
		ui_redraw();
		return;
	}
	if (!held_take(in))
		ui_key(in);
	else if (ui.hooks.awake != NULL)
		ui.hooks.awake();
}

static void
parser_cb(const struct input *in, void *arg)
{
	ui_input(in);
}

static void
lost_terminal(void)
{
	event_del(ui.readable);
	if (ui.hooks.ending != NULL)
		ui.hooks.ending(SIGHUP);
	else if (ui.hooks.quit != NULL)
		ui.hooks.quit();
}

static void
readable_cb(evutil_socket_t fd, short what, void *arg)
{
	char bytes[8192];
	ssize_t n;

	/* Readable was said, so this does not block. */
	n = read(fd, bytes, sizeof(bytes));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		lost_terminal();
		return;
	}
	input_feed(ui.parser, bytes, (size_t)n);
	explicit_bzero(bytes, (size_t)n);
	if (ui.parser != NULL)
		after_ms(ui.input_timer, input_wait(ui.parser));
}

static void
input_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	input_expire(ui.parser);
	if (ui.parser != NULL)
		after_ms(ui.input_timer, input_wait(ui.parser));
}

/* --- signals ------------------------------------------------------------------ */

static void
winch_cb(evutil_socket_t fd, short what, void *arg)
{
	/* A dragged corner sends dozens; one layout is enough. */
	if (!evtimer_pending(ui.winch_timer, NULL))
		after_ms(ui.winch_timer, RESIZE_MS);
}

static void
winch_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	if (term_resize())
		ui_redraw();
}

static void
cont_cb(evutil_socket_t fd, short what, void *arg)
{
	term_enter();
	term_redraw();
	if (ui.hooks.awake != NULL)
		ui.hooks.awake();
	view_shown_all(true);
	ui_redraw();
}

/* Told to stop from outside: as by the key. */
static void
stop_cb(evutil_socket_t sig, short what, void *arg)
{
	ui_action(ACT_SUSPEND);
}

static void
ending_cb(evutil_socket_t sig, short what, void *arg)
{
	if (ui.hooks.ending != NULL)
		ui.hooks.ending((int)sig);
	else {
		ui_stop();
		exit(128 + (int)sig);
	}
}

/* Tests: the screen as text into the file named by KONAK_TEST_SCREEN. */
static void
usr1_cb(evutil_socket_t sig, short what, void *arg)
{
	const char *path = getenv("KONAK_TEST_SCREEN");
	char *text;
	FILE *f;

	if (path == NULL)
		return;
	f = fopen(path, "we");
	if (f == NULL)
		return;
	text = screen_dump_styles(ui.screen);
	fputs(text, f);
	free(text);
	fclose(f);
}

static struct event *
on_signal(int sig, event_callback_fn cb)
{
	struct event *ev = evsignal_new(ui.base, sig, cb, NULL);

	event_add(ev, NULL);
	return ev;
}

/* --- start and stop -------------------------------------------------------------- */

static void
start_events(void)
{
	ui.readable = event_new(ui.base, term_fd(), EV_READ | EV_PERSIST,
	    readable_cb, NULL);
	event_add(ui.readable, NULL);
	ui.slow_line = event_new(ui.base, STDOUT_FILENO, EV_WRITE,
	    writable_cb, NULL);
	ui.winch_timer = evtimer_new(ui.base, winch_timer_cb, NULL);
	ui.winch = on_signal(SIGWINCH, winch_cb);
	ui.cont = on_signal(SIGCONT, cont_cb);
	ui.term = on_signal(SIGTERM, ending_cb);
	ui.hup = on_signal(SIGHUP, ending_cb);
	ui.intr = on_signal(SIGINT, ending_cb);
	ui.stop = on_signal(SIGTSTP, stop_cb);
	if (getenv("KONAK_TEST") != NULL) {
		ui.usr1 = on_signal(SIGUSR1, usr1_cb);
		ui.idle = evtimer_new(ui.base, idle_cb, NULL);
	}
}

static void
keys_wrong(const char *why)
{
	toast(TOAST_ERROR, NULL, "%s", why);
}

/* The person's own keys; what is wrong with them is said, not fatal. */
static void
load_keys(void)
{
	char dir[900], *path;

	prefs_dir(dir, sizeof(dir));
	path = xasprintf("%s/keys.conf", dir);
	keys_load(path, keys_wrong);
	free(path);
}

bool
ui_start(struct event_base *base, const struct term_options *opt,
    const struct ui_hooks *hooks, char *why, size_t len)
{
	unsigned esc_ms = getenv("SSH_CONNECTION") == NULL ? 50 : 100;

	memset(&ui, 0, sizeof(ui));
	ui.base = base;
	event_base_priority_init(base, UI_ASIDE + 1);
	if (hooks != NULL)
		ui.hooks = *hooks;
	if (!term_caps()->headless && !term_start(opt, why, len))
		return false;
	signal(SIGPIPE, SIG_IGN);
	ui.parser = input_new(parser_cb, NULL, esc_ms);
	if (!term_caps()->headless)
		term_learn(ui.parser);
	ui.screen = screen_new(term_caps()->rows, term_caps()->cols);
	ui.input_timer = evtimer_new(base, input_timer_cb, NULL);
	ui.frame = evtimer_new(base, frame_cb, NULL);
	if (!term_caps()->headless)
		start_events();
	edit_set_echo(plain_echo);
	toast_start(base);
	palette_start(base);
	settings_add();
	ui.started = true;
	if (!term_caps()->headless)
		load_keys();
	if (term_caps()->notice != NULL)
		toast(TOAST_WARN, NULL, "%s", term_caps()->notice);
	ui_redraw();
	return true;
}

static void
event_gone(struct event **ev)
{
	if (*ev != NULL)
		event_free(*ev);
	*ev = NULL;
}

void
ui_stop(void)
{
	if (!ui.started)
		return;
	ui.started = false;
	view_pop_above(NULL);
	view_sweep();
	palette_stop();
	held_stop();
	toast_stop();
	event_gone(&ui.readable);
	event_gone(&ui.input_timer);
	event_gone(&ui.frame);
	event_gone(&ui.slow_line);
	event_gone(&ui.winch);
	event_gone(&ui.winch_timer);
	event_gone(&ui.cont);
	event_gone(&ui.term);
	event_gone(&ui.hup);
	event_gone(&ui.intr);
	event_gone(&ui.stop);
	event_gone(&ui.usr1);
	event_gone(&ui.idle);
	term_stop();
	input_free(ui.parser);
	ui.parser = NULL;
	screen_free(ui.screen);
	ui.screen = NULL;
}

/* --- the same everywhere ------------------------------------------------------------ */

void
ui_language(const char *code)
{
	enum lang l;

	if (!lang_parse(code, &l) || l == ui_lang())
		return;
	ui_set_lang(l);
	view_language_all();
	if (ui.hooks.language != NULL)
		ui.hooks.language(code);
	ui_redraw();
}

void
ui_refused(const char *text)
{
	if (ui.hooks.refused != NULL)
		ui.hooks.refused(text);
}

static void
toggle_mouse(void)
{
	const struct term_caps *caps = term_caps();

	term_mouse(!caps->mouse);
	toast(TOAST_NOTICE, NULL, "%s",
	    T(caps->mouse ? "term.mouse_on" : "term.mouse_off"));
}

static void
save_screen(void)
{
	const char *home = getenv("HOME");
	char *path, *text;
	FILE *f = NULL;
	int fd;

	path = xasprintf("%s/konak-%ld.txt", home != NULL ? home : "/tmp",
	    (long)time(NULL));
	text = screen_dump_safe(ui.screen);
	/* Customers and pupils stand in it: it is nobody else's. */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0 && (f = fdopen(fd, "w")) == NULL)
		close(fd);
	if (f != NULL) {
		fputs(text, f);
		fclose(f);
		toast(TOAST_GOOD, NULL, "%s",
		    TF("term.screen_saved", "file", path, NULL));
	} else
		toast(TOAST_ERROR, NULL, "%s", TF("term.screen_not_saved",
		    "file", path, "why", strerror(errno), NULL));
	free(text);
	free(path);
}

static void
quit(void)
{
	if (view_unsaved() != NULL)
		return;
	if (ui.hooks.quit != NULL)
		ui.hooks.quit();
	else
		event_base_loopbreak(ui.base);
}

/* q and Esc on the last screen ask instead of closing it. */
static void
go_back(enum action a)
{
	struct view *v = view_top();

	if (v == NULL)
		return;
	if (v->below != NULL) {
		view_close(v);
		return;
	}
	if (a == ACT_CLOSE)
		ui_ask_quit(quit);
}

bool
ui_has(enum action a, char *why, size_t len)
{
	switch (a) {
	case ACT_PALETTE: case ACT_HELP: case ACT_GOTO: case ACT_REDRAW:
	case ACT_MOUSE: case ACT_LANGUAGE: case ACT_SLOW: case ACT_ASCII:
	case ACT_SUSPEND: case ACT_ERRORS: case ACT_SAVE_SCREEN:
	case ACT_QUIT: case ACT_CLOSE: case ACT_BACK:
		return true;
	default:
		return ui.hooks.has != NULL && ui.hooks.has(a, why, len);
	}
}

bool
ui_action(enum action a)
{
	ui_redraw();
	switch (a) {
	case ACT_PALETTE:
		palette_open(NULL);
		return true;
	case ACT_GOTO:
		palette_open_goto();
		return true;
	case ACT_HELP:
		help_open();
		return true;
	case ACT_ERRORS:
		help_errors();
		return true;
	case ACT_REDRAW:
		term_redraw();
		plain_again();
		return true;
	case ACT_MOUSE:
		toggle_mouse();
		return true;
	case ACT_LANGUAGE:
		ui_language(ui_lang() == LANG_TR ? "en" : "tr");
		return true;
	case ACT_SLOW:
		term_set_slow(!term_caps()->slow);
		pref_set(PREF_SLOW, term_caps()->slow);
		return true;
	case ACT_ASCII:
		term_set_ascii(!term_caps()->ascii);
		pref_set(PREF_ASCII, term_caps()->ascii);
		term_redraw();
		return true;
	case ACT_SUSPEND:
		view_shown_all(false);
		term_suspend();
		return true;
	case ACT_SAVE_SCREEN:
		save_screen();
		return true;
	case ACT_BACK:
	case ACT_CLOSE:
		go_back(a);
		return true;
	case ACT_QUIT:
		quit();
		return true;
	default:
		return ui.hooks.action != NULL && ui.hooks.action(a);
	}
}
