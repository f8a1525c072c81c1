/*
 * signin.c - the steps of signing in, as the server's stages demand them:
 * password, then a code (or its set-up), then perhaps a new password. What
 * was typed stays until the session stands: a lost line costs nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "lib/xmalloc.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/link.h"
#include "tui/qr.h"
#include "tui/signin-int.h"
#include "tui/ui.h"
#include "tui/view.h"

#define PASSWORD_MAX	256
#define PASSWORD_MIN	10	/* a quick no; the server decides */

enum { U_ID, U_FIRST, U_LAST, U_EMAIL, U_LANG, U_ZONE };

static const struct view_ops signin_ops;

static const struct {
	enum field	 field[STAGE_FIELDS + 1];
	const char	*title, *text;
} stages[] = {
	[STAGE_PASSWORD] = { { F_EMAIL, F_PASSWORD, F_LAST },
	    "signin.title", "" },
	[STAGE_RESET] = { { F_EMAIL, F_RESET, F_NEW, F_AGAIN, F_LAST },
	    "signin.reset_title", "" },
	[STAGE_CODE] = { { F_CODE, F_LAST },
	    "signin.code_title", "signin.code_text" },
	[STAGE_EMAIL] = { { F_CODE, F_LAST },
	    "signin.email_title", "signin.email_text" },
	[STAGE_RECOVERY] = { { F_RECOVERY, F_LAST },
	    "signin.recovery_title", "signin.recovery_text" },
	[STAGE_SETUP] = { { F_CODE, F_LAST },
	    "signin.setup_title", "signin.setup_text" },
	[STAGE_CODES] = { { F_LAST },
	    "signin.codes_title", "signin.codes_text" },
	[STAGE_CHANGE] = { { F_NEW, F_AGAIN, F_LAST },
	    "signin.change_title", "signin.change_text" }
};

static const struct {
	const char	*label;
	unsigned	 flags;
	int		 max;
} fields[F_LAST] = {
	[F_EMAIL] = { "signin.email", 0, 255 },
	[F_PASSWORD] = { "signin.password", EDIT_MASKED, PASSWORD_MAX },
	[F_RESET] = { "signin.reset_code", 0, 64 },
	[F_CODE] = { "signin.setup_code", EDIT_DIGITS, CODE_LEN },
	[F_RECOVERY] = { "signin.recovery_title", 0, 64 },
	[F_NEW] = { "signin.new_password", EDIT_MASKED, PASSWORD_MAX },
	[F_AGAIN] = { "signin.new_again", EDIT_MASKED, PASSWORD_MAX }
};

const enum field *
signin_fields(enum stage stage)
{
	return stages[stage].field;
}

const char *
signin_title(enum stage stage)
{
	return stages[stage].title;
}

const char *
signin_text(enum stage stage)
{
	return stages[stage].text;
}

const char *
signin_label(enum field f)
{
	return fields[f].label;
}

static void
clear(struct signin *g, enum field f)
{
	edit_set(&g->edit[f], "");
}

static void
set_stage(struct signin *g, enum stage stage)
{
	g->stage = stage;
	/* The address is there already, mostly. */
	g->at = stage == STAGE_RESET && g->edit[F_EMAIL].len > 0 ? 1 : 0;
	g->error[0] = g->busy[0] = '\0';
	clear(g, F_CODE);
	clear(g, F_RECOVERY);
	ui_redraw();
}

static void
say(struct signin *g, const char *text)
{
	snprintf(g->error, sizeof(g->error), "%s", text);
	ui_redraw();
}

static int
field_index(const struct signin *g, enum field f)
{
	const enum field *list = signin_fields(g->stage);
	int i;

	for (i = 0; list[i] != F_LAST; i++) {
		if (list[i] == f)
			return i;
	}
	return 0;
}

static void
say_at(struct signin *g, enum field f, const char *text)
{
	g->at = field_index(g, f);
	say(g, text);
}

static enum field
focused(const struct signin *g)
{
	return signin_fields(g->stage)[g->at];
}

/* --- asking the server ------------------------------------------------------ */

static void
progress_cb(const struct val *body, void *arg)
{
	struct signin *g = ((struct view *)arg)->state;
	char place[24];

	snprintf(place, sizeof(place), "%lld",
	    (long long)val_get_int(body, "place", 0));
	snprintf(g->busy, sizeof(g->busy), "%s",
	    TF("signin.place", "place", place, NULL));
	ui_redraw();
}

static void
ask(struct view *v, const char *verb, struct val *args, link_cb cb)
{
	struct signin *g = v->state;

	snprintf(g->busy, sizeof(g->busy), "%s", T("signin.working"));
	g->error[0] = '\0';
	ui_busy(1);
	/* What is typed ahead is meant for the next step. */
	ui_hold();
	g->call = link_call_full(g->link, verb, args, LINK_EARLY, NULL, cb,
	    progress_cb, v);
}

/*
 * What every answer has in common. False: refused, and said so. A lost line
 * goes back to the password, which is still typed: the server has forgotten
 * how far we were.
 */
static bool
answered(struct view *v, const struct link_reply *r)
{
	struct signin *g = v->state;

	g->call = 0;
	g->busy[0] = '\0';
	ui_busy(-1);
	ui_go_on(r->ok);
	ui_redraw();
	if (r->ok)
		return true;
	if (strcmp(r->code, "lost") == 0 || strcmp(r->code, "timeout") == 0 ||
	    strcmp(r->code, "not_signed_in") == 0) {
		if (g->stage != STAGE_PASSWORD && g->stage != STAGE_RESET)
			set_stage(g, STAGE_PASSWORD);
		g->at = g->edit[F_EMAIL].len == 0 ? 0 : 1;
		say(g, strcmp(r->code, "lost") == 0 || r->text[0] == '\0' ?
		    T("signin.lost") : r->text);
		return false;
	}
	g->wait_s = (int)val_get_int(r->body, "wait", 0);
	say(g, r->text[0] != '\0' ? r->text : r->code);
	return false;
}

static void
setup_cb(const struct link_reply *r, void *arg)
{
	struct view *v = arg;
	struct signin *g = v->state;
	const char *secret, *uri;

	if (!answered(v, r))
		return;
	secret = val_get_str(r->body, "secret");
	uri = val_get_str(r->body, "uri");
	snprintf(g->secret, sizeof(g->secret), "%s", secret ? secret : "");
	snprintf(g->uri, sizeof(g->uri), "%s", uri ? uri : "");
	set_stage(g, STAGE_SETUP);
}

/* ABCD-EFGH-JKLM, what an administrator hands out: it has a form of its own,
 * which nobody looks for who meets Konak for the first time. */
static bool
like_reset_code(const char *s)
{
	static const char alnum[] = "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return strlen(s) == 14 && strspn(s, alnum) == 4 && s[4] == '-' &&
	    strspn(s + 5, alnum) == 4 && s[9] == '-' &&
	    strspn(s + 10, alnum) == 4;
}

static void
password_cb(const struct link_reply *r, void *arg)
{
	struct view *v = arg;
	struct signin *g = v->state;
	const struct val *methods = val_get(r->body, "methods");
	const char *state;
	size_t i;

	if (!answered(v, r)) {
		if (g->stage == STAGE_PASSWORD && strcmp(r->code,
		    "auth_failed") == 0) {
			if (like_reset_code(g->edit[F_PASSWORD].text))
				say(g, T("signin.reset_typed"));
			clear(g, F_PASSWORD);
			g->at = 1;
		}
		return;
	}
	g->email = g->emailed = false;
	for (i = 0; i < val_count(methods); i++)
		g->email |= strcmp(val_word(val_at(methods, i)), "email") == 0;
	state = val_get_str(r->body, "state");
	if (state != NULL && strcmp(state, "setup") == 0)
		ask(v, "auth.setup", NULL, setup_cb);
	else
		set_stage(g, STAGE_CODE);
}

static char *
copy(const struct val *map, const char *key)
{
	const char *s = val_get_str(map, key);

	return xstrdup(s == NULL ? "" : s);
}

static void
finish(struct view *v)
{
	struct signin *g = v->state;
	struct signin_done d = { .token = g->token, .user_id = g->user[U_ID],
	    .first_name = g->user[U_FIRST], .last_name = g->user[U_LAST],
	    .email = g->user[U_EMAIL], .language = g->user[U_LANG],
	    .timezone = g->user[U_ZONE] };
	void (*done)(const struct signin_done *, void *) = g->done;

	g->done = NULL;
	if (done != NULL)
		done(&d, g->arg);
	view_pop(v);
}

/* Signed in; something may still stand between here and the companies. */
static void
go_on(struct view *v)
{
	struct signin *g = v->state;

	if (g->ncodes > 0)
		set_stage(g, STAGE_CODES);
	else if (g->must_change)
		set_stage(g, STAGE_CHANGE);
	else
		finish(v);
}

static void
take_session(struct signin *g, const struct val *body)
{
	const struct val *token = val_get(body, "token"),
	    *user = val_get(body, "user"),
	    *codes = val_get(body, "recovery");
	size_t i;

	if (token != NULL && token->kind == VAL_BYTES &&
	    token->len == sizeof(g->token))
		memcpy(g->token, token->s, sizeof(g->token));
	for (i = 0; i < sizeof(g->user) / sizeof(g->user[0]); i++)
		free(g->user[i]);
	g->user[U_ID] = copy(user, "id");
	g->user[U_FIRST] = copy(user, "first_name");
	g->user[U_LAST] = copy(user, "last_name");
	g->user[U_EMAIL] = copy(user, "email");
	g->user[U_LANG] = copy(user, "language");
	g->user[U_ZONE] = copy(user, "timezone");
	g->must_change = val_get_bool(body, "must_change_password");
	for (i = 0; i < val_count(codes) && g->ncodes < CODES_MAX; i++) {
		const char *c = val_str(val_at(codes, i));

		if (c != NULL)
			g->codes[g->ncodes++] = xstrdup(c);
	}
	/* The secret is in the app now. */
	explicit_bzero(g->secret, sizeof(g->secret));
	explicit_bzero(g->uri, sizeof(g->uri));
	qr_forget();
}

static void
code_cb(const struct link_reply *r, void *arg)
{
	struct view *v = arg;
	struct signin *g = v->state;

	if (!answered(v, r)) {
		clear(g, F_CODE);
		return;
	}
	take_session(g, r->body);
	go_on(v);
}

static void
reset_cb(const struct link_reply *r, void *arg)
{
	struct view *v = arg;
	struct signin *g = v->state;

	if (!answered(v, r))
		return;
	clear(g, F_RESET);
	clear(g, F_NEW);
	clear(g, F_AGAIN);
	set_stage(g, STAGE_PASSWORD);
	g->at = 1;
	toast(TOAST_GOOD, NULL, "%s", T("signin.reset_done"));
}

static void
change_cb(const struct link_reply *r, void *arg)
{
	struct view *v = arg;
	struct signin *g = v->state;

	if (!answered(v, r))
		return;
	g->must_change = false;
	go_on(v);
}

/* --- Enter -------------------------------------------------------------------- */

static bool
new_password_ok(struct signin *g)
{
	char min[16];

	if (edit_length(&g->edit[F_NEW]) < PASSWORD_MIN) {
		snprintf(min, sizeof(min), "%d", PASSWORD_MIN);
		say_at(g, F_NEW, TF("signin.short", "min", min, NULL));
		return false;
	}
	if (strcmp(g->edit[F_NEW].text, g->edit[F_AGAIN].text) != 0) {
		say_at(g, F_AGAIN, T("signin.differ"));
		return false;
	}
	return true;
}

static bool
email_ok(struct signin *g)
{
	if (g->edit[F_EMAIL].len == 0)
		say_at(g, F_EMAIL, T("signin.need_email"));
	else if (strchr(g->edit[F_EMAIL].text, '@') == NULL)
		say_at(g, F_EMAIL, T("signin.bad_email"));
	else
		return true;
	return false;
}

static void
send_password(struct view *v)
{
	struct signin *g = v->state;
	struct val *args;

	if (!email_ok(g))
		return;
	if (g->edit[F_PASSWORD].len == 0) {
		/* Enter in the first field is only the way to the second. */
		if (focused(g) == F_EMAIL)
			g->at = 1;
		else
			say_at(g, F_PASSWORD, T("signin.need_password"));
		return;
	}
	args = val_map();
	val_put_text(args, "email", g->edit[F_EMAIL].text);
	val_put_text(args, "password", g->edit[F_PASSWORD].text);
	ask(v, "auth.sign_in", args, password_cb);
}

static void
send_reset(struct view *v)
{
	struct signin *g = v->state;
	struct val *args;

	if (!email_ok(g))
		return;
	if (g->edit[F_RESET].len == 0) {
		say_at(g, F_RESET, T("signin.need_reset_code"));
		return;
	}
	if (!new_password_ok(g))
		return;
	args = val_map();
	val_put_text(args, "email", g->edit[F_EMAIL].text);
	val_put_text(args, "reset_code", g->edit[F_RESET].text);
	val_put_text(args, "password", g->edit[F_NEW].text);
	ask(v, "auth.reset", args, reset_cb);
}

static void
send_code(struct view *v, const char *verb)
{
	struct signin *g = v->state;

	if (g->edit[F_CODE].len != CODE_LEN) {
		say(g, T("signin.code_short"));
		return;
	}
	ask(v, verb, val_put_text(val_map(), "code", g->edit[F_CODE].text),
	    code_cb);
}

static void
send_change(struct view *v)
{
	struct signin *g = v->state;
	struct val *args;

	if (strcmp(g->edit[F_NEW].text, g->edit[F_PASSWORD].text) == 0) {
		say_at(g, F_NEW, T("signin.same"));
		return;
	}
	if (!new_password_ok(g))
		return;
	args = val_map();
	val_put_text(args, "old", g->edit[F_PASSWORD].text);
	val_put_text(args, "new", g->edit[F_NEW].text);
	ask(v, "session.password", args, change_cb);
}

static void
codes_left(bool yes, void *arg)
{
	struct view *v = arg;
	struct signin *g = v->state;

	if (!yes || v->dead)
		return;
	while (g->ncodes > 0) {
		char *c = g->codes[--g->ncodes];

		explicit_bzero(c, strlen(c));
		free(c);
	}
	go_on(v);
}

static void
leave_codes(struct view *v)
{
	dialog_confirm(&(struct dialog_confirm){
	    .title = T("signin.codes_title"), .text = T("signin.codes_ask"),
	    .yes = T("signin.codes_yes"), .done = codes_left, .arg = v });
}

/* They are shown once: whoever leaves is asked first; twice, and he goes. */
static bool
signin_leave(struct view *v)
{
	struct signin *g = v->state;

	if (g->stage != STAGE_CODES || view_top() != v)
		return true;
	leave_codes(v);
	return false;
}

static void
submit(struct view *v)
{
	struct signin *g = v->state;

	if (g->call != 0 || g->wait_s > 0)
		return;
	switch (g->stage) {
	case STAGE_PASSWORD:
		send_password(v);
		break;
	case STAGE_RESET:
		send_reset(v);
		break;
	case STAGE_CODE:
		send_code(v, "auth.code");
		break;
	case STAGE_SETUP:
		send_code(v, "auth.setup_confirm");
		break;
	case STAGE_EMAIL:
		send_code(v, "auth.email_code");
		break;
	case STAGE_RECOVERY:
		if (g->edit[F_RECOVERY].len == 0)
			say(g, T("signin.need_recovery"));
		else
			ask(v, "auth.recovery", val_put_text(val_map(), "code",
			    g->edit[F_RECOVERY].text), code_cb);
		break;
	case STAGE_CODES:
		leave_codes(v);
		break;
	case STAGE_CHANGE:
		send_change(v);
		break;
	}
}

/* --- keys ------------------------------------------------------------------------ */

static bool
signin_key(struct view *v, const struct input *in)
{
	struct signin *g = v->state;
	enum field f = focused(g);
	int i;

	if (in->kind == INPUT_MOUSE) {
		for (i = 0; in->button == MOUSE_PRESS &&
		    signin_fields(g->stage)[i] != F_LAST; i++) {
			if (in->row == g->field_row[i])
				g->at = i;
		}
		return true;
	}
	if (f == F_LAST || g->call != 0)
		return false;
	/* y copies the secret beside a field that takes only digits. */
	if ((fields[f].flags & EDIT_DIGITS) && input_is_text(in) &&
	    (in->code < '0' || in->code > '9'))
		return false;
	/* Ctrl+E is ours here, not "to the end". */
	if (in->kind == INPUT_KEY && (in->code == K_UP || in->code == K_DOWN))
		return false;
	if (!edit_key(&g->edit[f], in))
		return false;
	g->error[0] = '\0';
	return true;
}

static void
move(struct signin *g, int by)
{
	int n = 0;

	while (signin_fields(g->stage)[n] != F_LAST)
		n++;
	if (n > 0)
		g->at = (g->at + by + n) % n;
}

static void
back(struct signin *g)
{
	switch (g->stage) {
	case STAGE_EMAIL:
	case STAGE_RECOVERY:
		set_stage(g, STAGE_CODE);
		break;
	case STAGE_RESET:
	case STAGE_CODE:
	case STAGE_SETUP:
		/* The server takes a new password on the same connection. */
		set_stage(g, STAGE_PASSWORD);
		break;
	default:
		break;
	}
}

static void
email_cb(const struct link_reply *r, void *arg)
{
	struct view *v = arg;
	struct signin *g = v->state;
	const char *to = val_get_str(r->body, "to");

	if (!answered(v, r)) {
		/* No way in now: the next is the recovery code. */
		g->email = false;
		return;
	}
	g->emailed = true;
	set_stage(g, STAGE_EMAIL);
	toast(TOAST_GOOD, NULL, "%s", TF("signin.email_sent", "to",
	    to == NULL ? "" : to, NULL));
}

static void
other_way(struct view *v)
{
	struct signin *g = v->state;

	if (g->stage == STAGE_PASSWORD)
		set_stage(g, STAGE_RESET);
	else if (g->stage == STAGE_RESET)
		set_stage(g, STAGE_PASSWORD);
	else if (g->stage == STAGE_CODE && g->email && !g->emailed)
		ask(v, "auth.email", NULL, email_cb);
	else if (g->stage == STAGE_CODE && g->email)
		set_stage(g, STAGE_EMAIL);
	else if (g->stage == STAGE_CODE || g->stage == STAGE_EMAIL)
		set_stage(g, STAGE_RECOVERY);
	else if (g->stage == STAGE_RECOVERY)
		set_stage(g, STAGE_CODE);
}

static void
copy_secret(const struct signin *g)
{
	char *all = xstrdup(""), *more;
	bool sent;
	int i;

	if (g->stage == STAGE_SETUP) {
		free(all);
		all = xstrdup(g->secret);
	}
	for (i = 0; g->stage == STAGE_CODES && i < g->ncodes; i++) {
		more = xasprintf("%s%s\n", all, g->codes[i]);
		explicit_bzero(all, strlen(all));
		free(all);
		all = more;
	}
	if (all[0] != '\0') {
		sent = term_copy(all, strlen(all));
		toast(sent ? TOAST_NOTICE : TOAST_WARN, NULL, "%s",
		    T(sent ? "term.copied" : "term.no_copy"));
	}
	explicit_bzero(all, strlen(all));
	free(all);
}

static bool
signin_action(struct view *v, enum action a, const struct input *in)
{
	struct signin *g = v->state;

	switch (a) {
	case ACT_OPEN:
		submit(v);
		return true;
	case ACT_NEXT_PANE:
	case ACT_DOWN:
		move(g, 1);
		return true;
	case ACT_PREV_PANE:
	case ACT_UP:
		move(g, -1);
		return true;
	case ACT_BACK:
		if (g->call == 0)
			back(g);
		return true;
	case ACT_OTHER:
		if (g->call == 0)
			other_way(v);
		return true;
	case ACT_COPY:
		copy_secret(g);
		return true;
	default:
		return false;
	}
}

static int
signin_hints(struct view *v, enum action *out, int max)
{
	struct signin *g = v->state;
	int n = 0;

	out[n++] = ACT_OPEN;
	if (signin_fields(g->stage)[0] != F_LAST &&
	    signin_fields(g->stage)[1] != F_LAST)
		out[n++] = ACT_NEXT_PANE;
	if (g->stage <= STAGE_RECOVERY)
		out[n++] = ACT_OTHER;
	if (g->stage == STAGE_SETUP || g->stage == STAGE_CODES)
		out[n++] = ACT_COPY;
	if (g->stage != STAGE_PASSWORD && g->stage <= STAGE_SETUP)
		out[n++] = ACT_BACK;
	out[n++] = ACT_LANGUAGE;
	out[n++] = ACT_QUIT;
	return n;
}

static const char *
signin_word(struct view *v, enum action a)
{
	struct signin *g = v->state;
	static const char *const other[] = {
		[STAGE_PASSWORD] = "signin.other_reset",
		[STAGE_RESET] = "signin.title",
		[STAGE_CODE] = "signin.recovery_title",
		[STAGE_EMAIL] = "signin.recovery_title",
		[STAGE_RECOVERY] = "signin.other_code"
	};
	static const char *const enter[] = {
		[STAGE_PASSWORD] = "signin.title",
		[STAGE_RESET] = "dialog.save",
		[STAGE_CODE] = "signin.verify",
		[STAGE_EMAIL] = "signin.verify",
		[STAGE_RECOVERY] = "signin.verify",
		[STAGE_SETUP] = "signin.verify",
		[STAGE_CODES] = "signin.codes_yes",
		[STAGE_CHANGE] = "dialog.save"
	};

	if (a == ACT_OTHER && g->stage == STAGE_CODE && g->email)
		return T("signin.other_email");
	if (a == ACT_OTHER && g->stage <= STAGE_RECOVERY)
		return T(other[g->stage]);
	if (a == ACT_OPEN)
		return T(enter[g->stage]);
	return NULL;
}

/* --- open and close -------------------------------------------------------------- */

static void
read_notice(struct signin *g)
{
	const char *path = getenv("KONAK_NOTICE");
	char text[2048];
	size_t n = 0;
	FILE *f;

	if (path == NULL || path[0] == '\0')
		return;
	f = fopen(path, "re");
	if (f != NULL) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	if (g->notice != NULL && strcmp(g->notice, text) == 0)
		return;
	free(g->notice);
	g->notice = xstrdup(text);
	ui_redraw();
}

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct view *v = arg;
	struct signin *g = v->state;

	read_notice(g);
	if (g->wait_s > 0) {
		g->wait_s--;
		ui_redraw();
	}
}

struct opening {
	struct link	*link;
	const char	*email, *notice;
	void		(*done)(const struct signin_done *, void *);
	void		*arg;
};

static bool
signin_view_open(struct view *v, void *arg)
{
	const struct opening *o = arg;
	struct signin *g = v->state;
	struct timeval second = { 1, 0 };
	int i;

	g->link = o->link;
	g->done = o->done;
	g->arg = o->arg;
	for (i = 0; i < F_LAST; i++)
		edit_init(&g->edit[i], fields[i].flags, fields[i].max);
	if (o->email != NULL && o->email[0] != '\0') {
		edit_set(&g->edit[F_EMAIL], o->email);
		g->at = 1;
	}
	if (o->notice != NULL)
		say(g, o->notice);
	read_notice(g);
	g->tick = event_new(ui_base(), -1, EV_PERSIST, tick_cb, v);
	event_add(g->tick, &second);
	return true;
}

static void
signin_close(struct view *v)
{
	struct signin *g = v->state;
	size_t i;

	if (g->call != 0) {
		link_cancel(g->link, g->call);
		ui_busy(-1);
		ui_go_on(false);
	}
	g->call = 0;
	event_free(g->tick);
	for (i = 0; i < F_LAST; i++)
		edit_free(&g->edit[i]);
	for (i = 0; i < sizeof(g->user) / sizeof(g->user[0]); i++)
		free(g->user[i]);
	while (g->ncodes > 0) {
		g->ncodes--;
		explicit_bzero(g->codes[g->ncodes],
		    strlen(g->codes[g->ncodes]));
		free(g->codes[g->ncodes]);
	}
	free(g->notice);
	qr_forget();
	explicit_bzero(g, sizeof(*g));
}

static const struct view_ops signin_ops = {
	.name = "signin",
	.when = WHEN_SIGNIN,
	.flags = VIEW_BARE,
	.size = sizeof(struct signin),
	.open = signin_view_open,
	.close = signin_close,
	.draw = signin_draw,
	.key = signin_key,
	.action = signin_action,
	.leave = signin_leave,
	.hints_now = signin_hints,
	.label = signin_word
};

void
signin_open(struct link *l, const char *email, const char *notice,
    void (*done)(const struct signin_done *, void *), void *arg)
{
	struct opening o = { l, email, notice, done, arg };

	view_push(&signin_ops, &o);
}
