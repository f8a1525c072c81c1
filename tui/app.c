/* app.c - from sign-in to the dashboard, and what all screens share. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/date.h"
#include "tui/app.h"
#include "tui/call.h"
#include "tui/dialog.h"
#include "tui/draft.h"
#include "tui/frame.h"
#include "tui/palette.h"
#include "tui/mod/matrix.h"
#include "tui/mod/networks.h"
#include "tui/mod/secret.h"
#include "tui/picker.h"
#include "tui/mod/timer.h"
#include "tui/mod/grid.h"
#include "tui/mod/weeksheet.h"
#include "tui/place.h"
#include "tui/screens.h"
#include "tui/script.h"
#include "tui/signin.h"
#include "tui/store.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/why.h"
#include "tui/view/account.h"
#include "tui/view/around.h"
#include "tui/view/notices.h"
#include "tui/view/card.h"
#include "tui/view/group.h"
#include "tui/view/form.h"
#include "tui/view/home.h"
#include "tui/view/list.h"
#include "tui/view/looks.h"
#include "tui/view/outbox.h"
#include "tui/view/searchview.h"

struct app	app;

#define QUIT_S	3	/* at most, for the last writes */
#define LOST_SAID_S	3	/* a line that is cut for less is not told of */

static int	 exit_code;
static bool	 lang_fixed;	/* --lang, or chosen here: not the user's */
static bool	 following;	/* the user's own language is being taken */
static bool	 again;		/* signing in once more over open views */
static bool	 ended;		/* the session: what is asked waits for another */
static unsigned	 lost_for;
static struct event *over;	/* quitting: the last writes are on their way */
static void	 (*leave_anyway)(void);

static void app_picked_cb(const char *, const char *, bool, void *);

/* --- Words ----------------------------------------------------------------- */

struct value_ctx
app_ctx(void)
{
	const char	*zone = val_get_str(app.company, "timezone");

	if (zone == NULL)
		zone = val_get_str(app.user, "timezone");
	return (struct value_ctx){
		.lang = ui_lang(),
		.tz = zone == NULL ? NULL : tz_find(zone),
		.date_pattern = val_get_str(app.company, "date_format"),
		.now = clock_now()
	};
}

bool
app_may(const char *code)
{
	return val_get(app.rights, code) != NULL;
}

const char *
app_user_id(void)
{
	return val_get_str(app.user, "id");
}

const char *
app_company_id(void)
{
	return val_get_str(app.company, "id");
}

/* --- Facts of the frame ------------------------------------------------------ */

static void
app_copy(char *out, size_t size, const char *s)
{
	snprintf(out, size, "%s", s == NULL ? "" : s);
}

static void
app_frame(void)
{
	struct frame_info	*f = frame_info();

	app_copy(f->user, sizeof f->user, val_get_str(app.user, "first_name"));
	app_copy(f->company, sizeof f->company, app.group ?
	    TF("views.group", NULL) : val_get_str(app.company, "name"));
	app_copy(f->tint, sizeof f->tint,
	    val_get_str(app.company, "color_primary"));
	app_copy(f->tint2, sizeof f->tint2,
	    val_get_str(app.company, "color_secondary"));
	ui_redraw();
}

/* --- Opening --------------------------------------------------------------------- */

void
app_open_list(const char *type)
{
	/* The centre is how a person's notifications are read. */
	if (strcmp(type, "notifications") == 0)
		notices_open();
	else if (defs_find(type) != NULL)
		list_open(type, NULL, NULL);
}

void
app_open_record(const char *type, const char *id)
{
	if (type == NULL || id == NULL)
		return;
	/* A timetable is its week; the card is reached from there. */
	if (strcmp(type, "timetables") == 0 && grid_may())
		grid_open(id);
	else if (defs_find(type) != NULL)
		card_open(type, id);
}

/* --- Company ------------------------------------------------------------------ */

static void
app_set_company(const struct val *body)
{
	val_free(app.company);
	val_free(app.role);
	val_free(app.rights);
	app.company = val_copy(val_get(body, "company"));
	app.role = val_copy(val_get(body, "role"));
	app.rights = val_copy(val_get(body, "rights"));
	app.group = false;
	app_copy(app.defs_hash, sizeof app.defs_hash,
	    val_get_str(body, "defs"));
}

/* Fields and defaults that the company has of its own. */
static void
app_own_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (r->ok && defs_company(r->body))
		screens_offer();
}

static void
app_own(const struct val *items, void *arg)
{
	(void)items;
	(void)arg;
	app_call("company.fields", NULL, app_own_cb, NULL);
}

/* Now, and whenever somebody changes them. */
static void
app_own_start(void)
{
	static bool	watching;

	if (!watching) {
		watch_add("custom_field_defs", app_own, NULL);
		watch_add("field_defaults", app_own, NULL);
	}
	watching = true;
	app_own(NULL, NULL);
}

/* Definitions are there: the screens may come, or the old ones go on. */
static void
app_ready(bool fresh)
{
	screens_offer();
	app_frame();
	again = false;
	if (fresh || view_find(&home_view) == NULL) {
		picker_close();
		view_pop_above(NULL);
		place_offer();
		home_open();
		grid_land();
		form_drafts_start();
	} else {
		home_renew();
	}
	notices_start();
	timer_start();
	app_own_start();
	watch_again();
	looks_load();
	ui_redraw();
	ui_go_on(true);
}

static void
app_defs_cb(const struct link_reply *r, void *arg)
{
	const char		*hash = val_get_str(r->body, "hash");
	bool			 fresh = arg != NULL;

	if (!r->ok) {
		ui_go_on(false);
		app_error(r);
		return;
	}
	app_copy(app.defs_hash, sizeof app.defs_hash, hash);
	if (val_get(r->body, "defs") != NULL) {
		defs_set(val_copy(r->body));
		if (hash != NULL)
			defs_keep(hash, r->body);
	}
	app_ready(fresh);
}

static void
app_load_defs(bool fresh)
{
	struct val	*cached;

	if ((cached = defs_cached(app.defs_hash)) != NULL) {
		defs_set(cached);
		app_ready(fresh);
		return;
	}
	app_call("defs.list", NULL, app_defs_cb, fresh ? &app : NULL);
}

/* Nothing of a company stays once it is left, and nothing of a person. The
 * views are freed after this turn: one of them may be who calls. */
static void
app_left(bool person)
{
	view_pop_above(NULL);
	call_leave(person);
	if (person) {
		draft_stop();
		call_forget_undo();
		why_forget();
		palette_drop("defs");
	}
	defs_clear();
	home_forget();
}

static void
app_enter_cb(const struct link_reply *r, void *arg)
{
	const char	*old = app_company_id();
	const char	*id = val_get_str(val_get(r->body, "company"), "id");
	bool		 same;

	(void)arg;
	link_release(app.link);
	if (!r->ok) {
		ui_go_on(false);
		app_error(r);
		if (again) {
			/* The company is no longer ours: begin anew. */
			again = false;
			view_pop_above(NULL);
			picker_open(app.link, val_get_str(app.user,
			    "first_name"), app_picked_cb, NULL);
		}
		return;
	}
	same = again && old != NULL && id != NULL && strcmp(old, id) == 0;
	if (!same && view_find(&home_view) != NULL) {
		notices_stop();
		picker_close();
		app_left(false);
	}
	app_set_company(r->body);
	call_forget_undo();
	app_load_defs(!same);
}

void
app_enter(const char *id)
{
	/* What is typed meanwhile is meant for the company. */
	ui_hold();
	/* Ahead of the calls that wait for just this. */
	link_call(app.link, "session.enter", val_put_text(val_map(),
	    "company", id), LINK_EARLY | LINK_WRITE, app_enter_cb, NULL);
}

static void
app_picked_cb(const char *id, const char *name, bool group, void *arg)
{
	(void)name;
	(void)arg;
	if (view_unsaved() != NULL)
		return;
	if (!group) {
		app_enter(id);
		return;
	}
	/* Before a company is entered the picker is what one comes back to. */
	if (app.company != NULL)
		picker_close();
	group_open();
}

/* --- Signing in ------------------------------------------------------------------ */

/* What was asked for before came in the language before. */
static void
app_language_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (r->ok)
		view_language_all();
}

static void
app_language(const char *code)
{
	enum lang	lang;

	if (!lang_parse(code, &lang))
		return;
	link_set_lang(app.link, code);
	if (link_signed(app.link))
		app_write("session.language", val_put_text(val_map(),
		    "language", code), NULL, NULL, app_language_cb, NULL);
	if (app.company != NULL) {
		screens_offer();
		app_frame();
	}
}

static void
app_signed_cb(const struct signin_done *d, void *arg)
{
	struct val	*u = val_map();
	enum lang	 lang;
	char		 code[16];

	(void)arg;
	/* What d points to may go with the views below. */
	snprintf(code, sizeof code, "%s", d->language == NULL ? "" :
	    d->language);
	ended = false;
	ui_stalled(false);
	link_session(app.link, d->token, 32);
	val_put_text(u, "id", d->user_id);
	val_put_text(u, "first_name", d->first_name);
	val_put_text(u, "last_name", d->last_name);
	val_put_text(u, "email", d->email);
	val_put_text(u, "timezone", d->timezone);
	/* Somebody else at a screen that was left open starts anew. */
	if (again && (app_user_id() == NULL || d->user_id == NULL ||
	    strcmp(app_user_id(), d->user_id) != 0)) {
		again = false;
		val_free(app.company);
		app.company = NULL;
		notices_stop();
		timer_stop();
		app_left(true);
	}
	val_free(app.user);
	app.user = u;
	if (!lang_fixed && lang_parse(code, &lang) && lang != ui_lang()) {
		following = true;
		ui_language(code);
		following = false;
	}
	app_frame();
	if (again && app_company_id() != NULL) {
		app_enter(app_company_id());
		return;
	}
	again = false;
	link_release(app.link);
	picker_open(app.link, val_get_str(app.user, "first_name"),
	    app_picked_cb, NULL);
}

static void
app_left_open_cb(bool yes, void *arg)
{
	(void)arg;
	if (yes)
		leave_anyway();
}

/* Asks before what waits for the line is given up; false: nothing does. */
static bool
app_asks_waiting(void (*leave)(void))
{
	struct dialog_confirm	 d = { .title = T("outbox.title"),
	    .yes = T("outbox.leave_yes"), .done = app_left_open_cb };
	struct link_info	 info;
	char			 n[16];

	link_get_info(app.link, &info);
	if (info.waiting == 0 || info.state != LINK_LOST)
		return false;
	snprintf(n, sizeof n, "%u", info.waiting);
	d.text = TF("outbox.leave", "n", n, NULL);
	leave_anyway = leave;
	dialog_confirm(&d);
	return true;
}

static void
app_sign_out_now(void)
{
	app_write("session.sign_out", NULL, NULL, NULL, call_quiet_cb, NULL);
	val_free(app.company);
	app.company = NULL;
	app.group = false;
	notices_stop();
	timer_stop();
	app_left(true);
	link_session(app.link, NULL, 0);
	memset(frame_info(), 0, sizeof *frame_info());
	signin_open(app.link, val_get_str(app.user, "email"), NULL,
	    app_signed_cb, NULL);
}

void
app_sign_out(void)
{
	if (view_unsaved() == NULL && !app_asks_waiting(app_sign_out_now))
		app_sign_out_now();
}

/* --- The link's news ---------------------------------------------------------------- */

static void
app_trust_cb(bool yes, void *arg)
{
	(void)arg;
	link_trust(app.link, yes);
}

static void
app_ask_key(const struct link_info *info)
{
	struct dialog_confirm	d = {
		.title = TF("client.ask_key_title", NULL),
		.text = TF("client.ask_key", "server", app.server, "key",
		    info->key, "file", info->known, NULL),
		.yes = TF("client.ask_key_yes", NULL),
		.done = app_trust_cb
	};

	dialog_confirm(&d);
}

static void
app_failed_cb(void *arg)
{
	(void)arg;
	exit_code = SCRIPT_NO_LINE;
	event_base_loopbreak(app.base);
}

/* What was saved meanwhile is not lost: it waits, and can be looked at. */
static void
app_banner_waiting(char *banner, size_t size, unsigned waiting)
{
	size_t	used = strlen(banner);
	char	n[16];

	if (waiting == 0)
		return;
	snprintf(n, sizeof n, "%u", waiting);
	snprintf(banner + used, size - used, "  %s", TF("outbox.banner", "n",
	    n, "key", keys_hint(ACT_WAITING), NULL));
}

/* A reader hears of it once it is more than a moment, and of what waits each
 * time that it becomes more or less. */
static void
app_say_lost(const struct link_info *info, const char *banner)
{
	static bool	said;
	static unsigned	waiting;

	if (info->state != LINK_LOST) {
		said = false;
		waiting = 0;
	} else if ((!said && info->lost_s >= LOST_SAID_S) ||
	    info->waiting != waiting) {
		said = true;
		waiting = info->waiting;
		if (term_caps()->plain)
			term_say(banner);
	}
}

static void
app_state_cb(const struct link_info *info, void *arg)
{
	static enum link_state	 before = LINK_CONNECTING;
	struct frame_info	*f = frame_info();
	char			 text[1600], n[16], tries[16];

	(void)arg;
	f->banner[0] = '\0';
	f->waiting = info->state == LINK_LOST ? (int)info->waiting : 0;
	if (info->state == LINK_LOST) {
		ui_go_on(false);
		snprintf(n, sizeof n, "%u", info->lost_s);
		snprintf(tries, sizeof tries, "%u", info->tries);
		app_copy(f->banner, sizeof f->banner, TF("client.lost",
		    "seconds", n, "tries", tries, NULL));
		app_banner_waiting(f->banner, sizeof f->banner,
		    info->waiting);
		lost_for = info->lost_s;
	} else if (info->state == LINK_FAILED && before != LINK_FAILED) {
		link_why_text(info, app.server, ui_lang(), text, sizeof text);
		dialog_message(TF("views.no_line", NULL), text,
		    app_failed_cb, NULL);
	} else if (info->state == LINK_ASK_KEY && before != LINK_ASK_KEY) {
		app_ask_key(info);
	} else if (info->state == LINK_UP && before == LINK_LOST &&
	    lost_for >= LOST_SAID_S) {
		toast(TOAST_GOOD, NULL, "%s", TF("views.back", NULL));
	}
	app_say_lost(info, f->banner);
	if (over != NULL && info->waiting == 0)
		event_base_loopbreak(app.base);
	before = info->state;
	ui_stalled(ended || info->state == LINK_LOST);
	ui_redraw();
}

static void
app_resumed_cb(const struct val *body, void *arg)
{
	const struct val	*in = val_get(body, "company");
	const char		*hash = val_get_str(in, "defs");

	(void)arg;
	if (val_is_null(in) || app.company == NULL) {
		watch_again();
		return;
	}
	if (hash != NULL && strcmp(hash, app.defs_hash) != 0) {
		app_set_company(in);
		app_load_defs(false);
		return;
	}
	watch_again();
}

static void
app_ended_cb(const char *text, void *arg)
{
	(void)arg;
	ui_go_on(false);
	/* What is open stays below: typing is not lost. */
	again = app.company != NULL;
	signin_open(app.link, val_get_str(app.user, "email"), text[0] == '\0' ?
	    TF("views.session_over", NULL) : text, app_signed_cb, NULL);
	ended = true;
	ui_stalled(true);
	ui_redraw();
}

static void
app_rights_cb(const struct link_reply *r, void *arg)
{
	const struct val	*rights = val_get(r->body, "rights");

	(void)arg;
	if (!r->ok)
		return;
	if (rights != NULL) {
		val_free(app.rights);
		app.rights = val_copy(rights);
	}
	toast(TOAST_WARN, NULL, "%s", TF("views.rights", NULL));
	app_call("defs.list", NULL, app_defs_cb, NULL);
}

static void
app_push_cb(const struct val *push, void *arg)
{
	const char	*what = val_get_str(push, "push");

	(void)arg;
	if (what != NULL && strcmp(what, "rights") == 0)
		app_call("session.me", NULL, app_rights_cb, NULL);
	else
		watch_push(push);
}

/* --- Hooks of the terminal layer ---------------------------------------------------- */

/* Not now, and why. */
static bool
app_not_now(char *why, size_t len, const char *key)
{
	snprintf(why, len, "%s", T(key));
	return false;
}

static bool
app_has(enum action a, char *why, size_t len)
{
	struct call_wait	w;

	if (a == ACT_WHY)
		return why_known() || app_not_now(why, len, "why.nothing");
	if (app.company == NULL)
		return false;
	switch (a) {
	case ACT_UNDO:
		return app_undoable(false) || app_not_now(why, len,
		    "views.nothing_undo");
	case ACT_REDO:
		return app_undoable(true) || app_not_now(why, len,
		    "views.nothing_redo");
	case ACT_WAITING:
		return call_waiting(0, &w) || app_not_now(why, len,
		    "outbox.none");
	case ACT_REFRESH:
	case ACT_COMPANY:
	case ACT_ME:
	case ACT_SEARCH:
	case ACT_SIGN_OUT:
	case ACT_BIN:
		return true;
	case ACT_NOTICES:
		return defs_find("notifications") != NULL;
	case ACT_ROLES:
		return matrix_may();
	case ACT_TIMER:
	case ACT_WEEK:
		return timer_can();
	case ACT_NETWORKS:
		return networks_may();
	default:
		return false;
	}
}

static bool
app_action(enum action a)
{
	switch (a) {
	case ACT_UNDO:
	case ACT_REDO:
		app_undo(a == ACT_REDO);
		return true;
	case ACT_REFRESH:
		link_hurry(app.link);
		watch_touch(NULL);
		return true;
	case ACT_COMPANY:
		if (app.company == NULL && !app.group)
			return false;
		picker_switch(app.link, app_company_id(), app_picked_cb,
		    NULL);
		return true;
	case ACT_SIGN_OUT:
		app_sign_out();
		return true;
	case ACT_SEARCH:
		if (app.company == NULL)
			return false;
		search_open(NULL);
		return true;
	case ACT_WAITING:
		outbox_open();
		return true;
	case ACT_WHY:
		/* Nothing new was refused: what is missing here, then. */
		if (why_fresh() || !view_action(ACT_ABSENT, NULL))
			why_open();
		return true;
	case ACT_ME:
		account_menu();
		return true;
	case ACT_NOTICES:
		if (defs_find("notifications") == NULL)
			return false;
		notices_open();
		return true;
	case ACT_BIN:
		bin_open();
		return true;
	case ACT_ROLES:
		matrix_open(NULL);
		return true;
	case ACT_TIMER:
	case ACT_WEEK:
		if (!timer_can())
			return false;
		if (a == ACT_TIMER)
			timer_open();
		else
			weeksheet_open(NULL, NULL, 0);
		return true;
	case ACT_NETWORKS:
		networks_open();
		return true;
	default:
		return false;
	}
}

static void
app_refused(const char *text)
{
	why_note_own(text, NULL, NULL);
}

static void
app_over_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	event_base_loopbreak(app.base);
}

static void
app_quit_now(void)
{
	event_base_loopbreak(app.base);
}

/* What was done last is on its way perhaps: app_state_cb() hears when it has
 * arrived. */
static void
app_quit(void)
{
	struct timeval		 tv = { QUIT_S, 0 };
	struct link_info	 info;

	link_get_info(app.link, &info);
	if (over != NULL || info.waiting == 0 || (info.state != LINK_UP &&
	    !app_asks_waiting(app_quit_now))) {
		app_quit_now();
	} else if (info.state == LINK_UP) {
		over = evtimer_new(app.base, app_over_cb, NULL);
		evtimer_add(over, &tv);
		toast(TOAST_NOTICE, NULL, "%s", T("outbox.finishing"));
	}
}

static void
app_awake(void)
{
	link_hurry(app.link);
	timer_awake();
}

static void
app_chosen_language(const char *code)
{
	if (!following)
		lang_fixed = true;
	app_language(code);
}

/* Told to go, or the terminal is gone: what was typed is kept here at once,
 * and the server gets a moment to keep it, too. */
static void
app_ending(int sig)
{
	struct timeval	tv = { 0, 300000 };

	(void)sig;
	form_flush_all();
	event_base_loopexit(app.base, &tv);
}

int
app_run(const struct link_conf *conf, enum lang lang, bool lang_given,
    const struct term_options *options)
{
	static const struct ui_hooks	hooks = {
		.action = app_action, .has = app_has, .refused = app_refused,
		.quit = app_quit, .awake = app_awake,
		.language = app_chosen_language, .ending = app_ending
	};
	static const struct link_events	events = {
		.state = app_state_cb, .push = app_push_cb,
		.resumed = app_resumed_cb, .ended = app_ended_cb
	};
	char	why[256] = "";

	app.conf = conf;
	lang_fixed = lang_given;
	link_conf_name(conf, app.server, sizeof app.server);
	if ((app.base = event_base_new()) == NULL)
		return SCRIPT_NO_LINE;
	ui_set_lang(lang);
	if (!ui_start(app.base, options, &hooks, why, sizeof why)) {
		fprintf(stderr, "konak: %s\n", why);
		event_base_free(app.base);
		return SCRIPT_REFUSED;
	}
	palette_set_search(screens_search);
	place_start(app.base);
	app.link = link_new(app.base, conf, &events, NULL);
	signin_open(app.link, NULL, NULL, app_signed_cb, NULL);
	event_base_dispatch(app.base);
	place_stop();
	secret_stop();
	ui_stop();
	view_pop_above(NULL);
	view_sweep();
	timer_stop();
	draft_stop();
	link_free(app.link);
	call_clear();
	why_forget();
	defs_clear();
	val_free(app.user);
	val_free(app.company);
	val_free(app.role);
	val_free(app.rights);
	if (over != NULL)
		event_free(over);
	over = NULL;
	event_base_free(app.base);
	return exit_code;
}
