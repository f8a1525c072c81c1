/*
 * ui.c - the layer's joint with the event loop: bytes typed, SIGWINCH, one
 * frame at the end of a turn, timers, idle signal, and the actions that are
 * the same everywhere. app.c starts it and registers what only it can do.
 */
#ifndef KONAK_TUI_UI_H
#define KONAK_TUI_UI_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keys.h"
#include "tui/term.h"

struct event;
struct event_base;
struct screen;

/* What app.c does for the layer; any may be NULL. */
struct ui_hooks {
	/* An action that no view took (UNDO, NOTICES, SIGN_OUT, ME …). */
	bool	(*action)(enum action);
	/* Whether it would be taken (and so stands in palette and help); with
	 * a reason when it would, but not now. */
	bool	(*has)(enum action, char *why, size_t len);
	/* Something was not done, for this reason: "Neden?" may ask. */
	void	(*refused)(const char *);
	/* Ctrl+C, or q on the last view: the person wants to leave, and no
	 * view is unsaved. */
	void	(*quit)(void);
	/* Focus came, SIGCONT, a key was hit: reconnect now if the link is
	 * down. */
	void	(*awake)(void);
	/* The person chose another language. */
	void	(*language)(const char *);
	/* SIGHUP, SIGTERM, SIGINT: save the draft; the terminal may be gone. */
	void	(*ending)(int sig);
};

bool	 ui_start(struct event_base *, const struct term_options *,
	    const struct ui_hooks *, char *why, size_t len);
void	 ui_stop(void);

/* Something changed: draw a frame at the end of this turn. Cheap. */
void	 ui_redraw(void);

/* Work is under way (a request is open): not idle until the same count of
 * ui_busy(-1). */
void	 ui_busy(int delta);
/* The line is down, or the session over: open requests wait, and nothing is under
 * way. */
void	 ui_stalled(bool);

/* A timer of which nobody sees a thing when it fires: while it waits, nothing is
 * under way. It has to be set before the timer is added. */
void	 ui_aside(struct event *);

/* The frame as last drawn; for :ekranı-kaydet and tests. */
const struct screen *ui_screen(void);

/* Draw now (tests). */
void	 ui_frame(void);

/*
 * What is the same everywhere: palette, help, redraw … and then the hook.
 * False: nobody took it. view.c calls it.
 */
bool	 ui_action(enum action);

/* True for actions that ui_action() does by itself; `why` as of has(). */
bool	 ui_has(enum action, char *why, size_t len);

/* A key, paste or mouse event, as if from the terminal (tests). */
struct input;
void	 ui_input(const struct input *);

void	 ui_refused(const char *text);

/*
 * The server is asked where the next keys belong (a company, a step of signing
 * in): they wait until ui_go_on(). Unless `keep`, what they were meant for does
 * not come, and they are dropped. Ctrl+C never waits.
 */
void	 ui_hold(void);
void	 ui_go_on(bool keep);

/* "tr" or "en", at run time. */
void	 ui_language(const char *);

struct event_base *ui_base(void);

#endif
