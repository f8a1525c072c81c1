/* call.c - calls of the screens; see call.h and app.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "lib/tz.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/call.h"
#include "tui/dialog.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/store.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/why.h"

struct call {
	TAILQ_ENTRY(call)	 entry;
	uint64_t		 handle;
	uint64_t		 link;		/* link_call's; 0: asking a code */
	char			*verb;
	struct val		*args;		/* to send once more */
	bool			 write;
	char			 request[UUID_TEXT];
	char			*undo;
	bool			 alone;		/* undone by its screen alone */
	bool			 left;		/* who asked is gone from there */
	link_cb			 cb;
	link_progress_cb	 progress;	/* or NULL */
	void			*arg;
	int64_t			 since;
};

#define SLOW_MS 150
#define UNDO_MAX 50
#define MINE_MAX 64

struct done {
	char	request[UUID_TEXT];
	char	text[200];
	bool	rights;		/* of roles: no record that changed */
};

static TAILQ_HEAD(call_list, call) calls = TAILQ_HEAD_INITIALIZER(calls);
static uint64_t			 next_handle;
static struct event		*slow;
static struct done		 undo[UNDO_MAX], redo[UNDO_MAX];
static unsigned			 nundo, nredo;
static char			 mine[MINE_MAX][UUID_TEXT];
static unsigned			 nmine;
static bool			 leaving;	/* in call_leave() */

static void call_reply_cb(const struct link_reply *, void *);
static void call_slow_cb(evutil_socket_t, short, void *);

void
call_quiet_cb(const struct link_reply *r, void *arg)
{
	(void)r;
	(void)arg;
}

/* In a moment call_slow_cb() looks whether something is still under way. */
static void
call_watch(void)
{
	struct timeval	tv = { 0, SLOW_MS * 1000 };

	if (slow == NULL)
		slow = evtimer_new(app.base, call_slow_cb, NULL);
	if (!evtimer_pending(slow, NULL))
		evtimer_add(slow, &tv);
}

/* "yükleniyor" stands there once something takes longer than SLOW_MS; not while
 * a code is asked for. */
static void
call_slow_cb(evutil_socket_t fd, short what, void *arg)
{
	struct call	*c;
	bool		 loading;

	(void)fd;
	(void)what;
	(void)arg;
	TAILQ_FOREACH(c, &calls, entry) {
		if (c->link != 0)
			break;
	}
	loading = c != NULL && clock_mono() - c->since >= SLOW_MS;
	if (c != NULL && !loading)
		call_watch();
	if (frame_info()->loading != loading) {
		frame_info()->loading = loading;
		ui_redraw();
	}
}

/* Nothing is asked of the server any more. */
static void
call_rest(void)
{
	evtimer_del(slow);
	if (frame_info()->loading) {
		frame_info()->loading = false;
		ui_redraw();
	}
}

static void
call_free(struct call *c)
{
	TAILQ_REMOVE(&calls, c, entry);
	ui_busy(-1);
	if (TAILQ_EMPTY(&calls))
		call_rest();
	free(c->verb);
	free(c->undo);
	val_free(c->args);
	free(c);
}

static void
call_progress_cb(const struct val *v, void *arg)
{
	struct call	*c = arg;

	if (c->cb != call_quiet_cb)
		c->progress(v, c->arg);
}

static void
call_send(struct call *c)
{
	c->link = link_call_full(app.link, c->verb, val_copy(c->args),
	    c->write ? LINK_WRITE : 0, c->request[0] != '\0' ? c->request :
	    NULL,
	    call_reply_cb, c->progress == NULL ? NULL : call_progress_cb, c);
}

static bool
call_rights(const char *verb)
{
	return strcmp(verb, "roles.grant") == 0 ||
	    strcmp(verb, "roles.revoke") == 0 ||
	    strcmp(verb, "roles.preset") == 0;
}

static void
done_push(struct done *stack, unsigned *n, const char *request,
    const char *text, bool rights)
{
	if (*n == UNDO_MAX) {
		memmove(stack, stack + 1, (UNDO_MAX - 1) * sizeof *stack);
		--*n;
	}
	snprintf(stack[*n].request, sizeof stack[*n].request, "%s", request);
	snprintf(stack[*n].text, sizeof stack[*n].text, "%s", text);
	stack[*n].rights = rights;
	++*n;
}

/* The answer goes to whoever asked, unless it was undo or redo itself. */
static void
call_finish(struct call *c, const struct link_reply *r)
{
	if (r->ok && c->undo != NULL && !c->alone && !c->left) {
		/* Marked rows are deleted under one id: one undo. */
		if (nundo == 0 || strcmp(undo[nundo - 1].request,
		    c->request) != 0)
			done_push(undo, &nundo, c->request, c->undo,
			    call_rights(c->verb));
		nredo = 0;
	}
	/* That a draft is not there is no refusal of what a person did. */
	if (!r->ok && !leaving && strncmp(c->verb, "drafts.", 7) != 0)
		why_note(r);
	if (c->cb != NULL)
		c->cb(r, c->arg);
	else if (!r->ok)
		app_error(r);
	call_free(c);
	ui_redraw();
}

/* --- A fresh code (M39) ------------------------------------------------------ */

static void
call_ask_code(struct call *c);

static void
call_step_cb(const struct link_reply *r, void *arg)
{
	struct call	*c = arg;

	if (r->ok)
		call_send(c);
	else if (strcmp(r->field, "code") == 0) {
		/* A slip of the fingers: what waits for the code still does. */
		app_error(r);
		call_ask_code(c);
	} else
		call_finish(c, r);
}

static void
call_code_cb(const char *code, void *arg)
{
	static const struct val	 empty = { .kind = VAL_MAP };
	struct call		*c = arg;
	struct link_reply	 r = {
		.body = &empty, .code = "cancelled", .field = "",
		.text = TF("views.no_code", NULL), .request = c->request
	};

	ui_busy(1);
	if (code == NULL) {
		call_finish(c, &r);
		return;
	}
	c->since = clock_mono();
	call_watch();
	c->link = link_call(app.link, "session.step_up",
	    val_put_text(val_map(), "code", code), LINK_WRITE, call_step_cb,
	    c);
}

static void
call_ask_code(struct call *c)
{
	struct dialog_line	d = {
		.title = TF("views.step_up_title", NULL),
		.label = TF("views.step_up", NULL),
		.flags = EDIT_DIGITS, .max = 6,
		.done = call_code_cb, .arg = c
	};

	/* It is the person's turn: nothing is under way meanwhile. */
	c->link = 0;
	ui_busy(-1);
	call_slow_cb(-1, 0, NULL);
	dialog_line(&d);
}

static void
call_reply_cb(const struct link_reply *r, void *arg)
{
	struct call	*c = arg;

	/* Nobody gives a code for what somebody else has left behind. */
	if (!r->ok && !c->left && strcmp(r->code, "step_up") == 0 &&
	    strcmp(c->verb, "session.step_up") != 0)
		call_ask_code(c);
	else
		call_finish(c, r);
}

static struct call *
call_new(const char *verb, struct val *args, link_cb cb, void *arg)
{
	struct call	*c = xcalloc(1, sizeof *c);

	c->handle = ++next_handle;
	c->verb = xstrdup(verb);
	c->args = args == NULL ? val_map() : args;
	c->cb = cb;
	c->arg = arg;
	c->since = clock_mono();
	TAILQ_INSERT_TAIL(&calls, c, entry);
	ui_busy(1);
	call_watch();
	return c;
}

uint64_t
app_call(const char *verb, struct val *args, link_cb cb, void *arg)
{
	struct call	*c = call_new(verb, args, cb, arg);

	call_send(c);
	return c->handle;
}

uint64_t
app_once(const char *verb, struct val *args, link_cb cb, void *arg)
{
	struct call	*c = call_new(verb, args, cb, arg);

	uuid_v7_text(c->request);
	call_send(c);
	return c->handle;
}

uint64_t
app_write(const char *verb, struct val *args, const char *request,
    const char *what, link_cb cb, void *arg)
{
	struct call	*c = call_new(verb, args, cb, arg);

	c->write = true;
	if (request != NULL)
		snprintf(c->request, sizeof c->request, "%s", request);
	else
		uuid_v7_text(c->request);
	c->undo = what == NULL ? NULL : xstrdup(what);
	snprintf(mine[nmine++ % MINE_MAX], UUID_TEXT, "%s", c->request);
	call_send(c);
	return c->handle;
}

uint64_t
app_write_alone(const char *verb, struct val *args, const char *what,
    link_cb cb, void *arg)
{
	uint64_t	 handle = app_write(verb, args, NULL, what, cb, arg);

	TAILQ_LAST(&calls, call_list)->alone = true;
	return handle;
}

void
app_progress(uint64_t handle, link_progress_cb progress)
{
	struct call	*c;

	TAILQ_FOREACH(c, &calls, entry) {
		if (c->handle == handle && c->link != 0) {
			c->progress = progress;
			link_progress(app.link, c->link, call_progress_cb);
		}
	}
}

void
app_stop(uint64_t handle)
{
	struct call	*c;

	TAILQ_FOREACH(c, &calls, entry) {
		if (c->handle == handle && c->link != 0)
			link_stop(app.link, c->link);
	}
}

bool
app_is_mine(const char *request)
{
	unsigned	i;

	for (i = 0; request != NULL && i < MINE_MAX; i++) {
		if (strcmp(mine[i], request) == 0)
			return true;
	}
	return false;
}

void
app_forget(uint64_t handle)
{
	struct call	*c;

	TAILQ_FOREACH(c, &calls, entry) {
		if (c->handle == handle)
			break;
	}
	if (c == NULL)
		return;
	c->cb = call_quiet_cb;
	/* A write goes on, and a dialog that asks for a code answers. */
	if (c->write || c->link == 0)
		return;
	link_cancel(app.link, c->link);
	call_free(c);
}

bool
call_waiting(int n, struct call_wait *w)
{
	const struct call	*c;

	TAILQ_FOREACH(c, &calls, entry) {
		if (!c->write || c->link == 0 || n-- > 0)
			continue;
		w->handle = c->handle;
		w->verb = c->verb;
		w->what = c->undo;
		w->waits_s = (clock_mono() - c->since) / 1000;
		w->tried = link_was_sent(app.link, c->link);
		return true;
	}
	return false;
}

void
call_drop(uint64_t handle)
{
	struct call	*c;

	TAILQ_FOREACH(c, &calls, entry) {
		if (c->handle != handle)
			continue;
		if (c->write && c->link != 0)
			link_drop(app.link, c->link, T("outbox.dropped"));
		return;
	}
}

/* Those that have not been looked at yet: an answer to one may end others. */
static struct call *
call_staying(void)
{
	struct call	*c;

	TAILQ_FOREACH(c, &calls, entry) {
		if (!c->left)
			break;
	}
	return c;
}

void
call_leave(bool person)
{
	static const struct val	 empty = { .kind = VAL_MAP };
	struct link_reply	 r = {
		.body = &empty, .code = "cancelled", .field = "", .text = "",
		.request = ""
	};
	struct call		*c;
	link_cb			 cb;

	leaving = true;
	while ((c = call_staying()) != NULL) {
		c->left = true;
		if (c->write && c->link != 0 && (!person ||
		    link_in_flight(app.link, c->link)))
			continue;
		if (c->write && c->link != 0) {
			link_drop(app.link, c->link, "");
			continue;
		}
		if (c->link != 0)
			link_cancel(app.link, c->link);
		cb = c->cb;
		if (cb != NULL)
			cb(&r, c->arg);
		call_free(c);
	}
	leaving = false;
}

bool
call_pending(void)
{
	return !TAILQ_EMPTY(&calls);
}

void
call_clear(void)
{
	struct call	*c;

	while ((c = TAILQ_FIRST(&calls)) != NULL) {
		TAILQ_REMOVE(&calls, c, entry);
		free(c->verb);
		free(c->undo);
		val_free(c->args);
		free(c);
	}
	if (slow != NULL)
		event_free(slow);
	slow = NULL;
}

void
app_error(const struct link_reply *r)
{
	const char	*id = val_get_str(r->body, "request");

	if (leaving)
		return;
	if (id == NULL && r->request[0] != '\0')
		id = r->request;
	if (strcmp(r->code, "denied") == 0)
		/* The names of those who can help are in the sheet. */
		toast(TOAST_ERROR, id, "%s", TF("why.hint", "text", r->text,
		    "key", keys_hint_in(view_top() == NULL ? 0 :
		    view_top()->ops->when, ACT_WHY), NULL));
	else
		toast(TOAST_ERROR, id, "%s", r->text[0] != '\0' ? r->text :
		    strcmp(r->code, "lost") == 0 ? T("views.no_line") :
		    r->code);
}

/* --- Undo ---------------------------------------------------------------------- */

void
call_forget_undo(void)
{
	nundo = nredo = 0;
}

bool
app_undoable(bool again)
{
	return (again ? nredo : nundo) > 0;
}

void
app_undo_words(const char *request, const char *what)
{
	struct done	*last = nundo == 0 ? NULL : &undo[nundo - 1];

	if (last == NULL || strcmp(last->request, request) != 0)
		return;
	if (what == NULL)
		nundo--;
	else
		snprintf(last->text, sizeof last->text, "%s", what);
}

struct undoing {
	struct done	done;
	bool		redo;
};

static void
undo_cb(const struct link_reply *r, void *arg)
{
	struct undoing	*u = arg;

	if (!r->ok) {
		app_error(r);
		/* What somebody changed since cannot be taken back; anything
		 * else may go better the next time. */
		if (strcmp(r->code, "refused") != 0 &&
		    strcmp(r->code, "not_found") != 0)
			done_push(u->redo ? redo : undo, u->redo ? &nredo :
			    &nundo, u->done.request, u->done.text,
			    u->done.rights);
	} else {
		/* What was undone can be undone in turn. */
		if (u->redo)
			done_push(undo, &nundo, r->request, u->done.text,
			    u->done.rights);
		else
			done_push(redo, &nredo, r->request, u->done.text,
			    u->done.rights);
		toast(TOAST_GOOD, NULL, "%s", TF(u->redo ?
		    "views.redone" : "views.undone", "what", u->done.text,
		    NULL));
		watch_touch(NULL);
	}
	free(u);
}

void
app_undo(bool again)
{
	struct undoing	*u;
	struct done	*stack = again ? redo : undo;
	unsigned	*n = again ? &nredo : &nundo;

	if (*n == 0) {
		toast(TOAST_NOTICE, NULL, "%s", TF(again ?
		    "views.nothing_redo" : "views.nothing_undo", NULL));
		return;
	}
	u = xcalloc(1, sizeof *u);
	u->done = stack[--*n];
	u->redo = again;
	app_write(u->done.rights ? "roles.undo" : "records.undo",
	    val_put_text(val_map(), "request", u->done.request), NULL, NULL,
	    undo_cb, u);
}
