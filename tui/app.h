/*
 * app.c - what the whole client knows: the link, who is signed in, where, and
 * in which language; the way from sign-in to the dashboard; calls to the
 * server with what every answer may need (a fresh code, a refusal said in
 * words, the stack of what can be undone).
 */
#ifndef KONAK_TUI_APP_H
#define KONAK_TUI_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/lang.h"
#include "lib/value.h"
#include "tui/lang.h"
#include "tui/link.h"
#include "tui/term.h"

struct event_base;

struct app {
	struct event_base	*base;
	struct link		*link;
	const struct link_conf	*conf;
	char			 server[320];	/* link_conf_name() */
	struct val		*user;		/* as auth.code gives it */
	struct val		*company;	/* session.enter's map; NULL */
	struct val		*role;
	struct val		*rights;	/* code → scope */
	bool			 group;		/* in the consolidated view */
	char			 defs_hash[80];
};
extern struct app app;

/* Runs until the person leaves; returns the exit code. */
int	 app_run(const struct link_conf *, enum lang, bool lang_given,
	    const struct term_options *);

/* Words and clock for values: language, company's zone and date form. */
struct value_ctx app_ctx(void);
/* Of two labels the one in the person's language. */
#define app_label(pair) ((pair)[ui_lang()])

bool	 app_may(const char *code);
const char *app_user_id(void);
const char *app_company_id(void);

/* As link_call, and: a fresh code is asked for and the call repeated when the
 * server wants one; the busy count is kept. cb may be NULL: errors are then
 * shown by app_error(). */
uint64_t app_call(const char *verb, struct val *args, link_cb, void *arg);
/* A write: carries a request id, which app_undo can take back later when
 * `undo` names what was done ("Şeker Ltd silindi"); NULL: not undoable.
 * request NULL: a new id. */
uint64_t app_write(const char *verb, struct val *args, const char *request,
	    const char *undo, link_cb, void *arg);
/* A write that its own screen takes back: `what` is for the list of what
 * waits. */
uint64_t app_write_alone(const char *verb, struct val *args, const char *what,
	    link_cb, void *arg);
/* As app_call() of a verb that wants a request id, though nothing changes that
 * could wait for a lost line: a secret that is shown. */
uint64_t app_once(const char *verb, struct val *args, link_cb, void *arg);
/* progress hears how far a call has come, with the call's own arg. */
void	 app_progress(uint64_t handle, link_progress_cb progress);
/* Asks the server to stop a call, also a write: its answer tells whether it
 * was in time. */
void	 app_stop(uint64_t handle);
/* Was this request one of the last that this client made? */
bool	 app_is_mine(const char *request);
void	 app_forget(uint64_t handle);	/* no answer wanted */
/* Shows an error of the server, as a toast and in the log. */
void	 app_error(const struct link_reply *);
/* Undo and redo of this client's own writes. */
void	 app_undo(bool redo);
bool	 app_undoable(bool redo);	/* is there anything? */
/* Other words for what u takes back, once the answer has told them; NULL:
 * nothing was done that could be. */
void	 app_undo_words(const char *request, const char *what);

void	 app_sign_out(void);
/* Into another company, when the server lets one in. */
void	 app_enter(const char *id);

/* Screens by the record type's name. */
void	 app_open_list(const char *type);
void	 app_open_record(const char *type, const char *id);

#endif
