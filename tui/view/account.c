/* account.c - see account.h. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/msg.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/keys.h"
#include "tui/palette.h"
#include "tui/store.h"
#include "tui/view.h"
#include "tui/view/account.h"
#include "tui/view/around.h"
#include "tui/view/authenticator.h"
#include "tui/view/form.h"

enum own {
	OWN_PROFILE,
	OWN_PASSWORD,
	OWN_AUTHENTICATOR,
	OWN_NOTICES,
	OWN_SESSIONS,
	OWN_LOGINS,
	OWN_RECOVERY,
	OWN_END_ALL,
	OWN_LANGUAGE,
	OWN_SIGN_OUT
};

struct own_menu {
	enum own	what[12];
	int		n;
};

/* --- Password ------------------------------------------------------------------ */

struct password {
	char	*old, *new;
};

static void
password_free(struct password *p)
{
	if (p->old != NULL)
		explicit_bzero(p->old, strlen(p->old));
	if (p->new != NULL)
		explicit_bzero(p->new, strlen(p->new));
	free(p->old);
	free(p->new);
	free(p);
}

static void
password_reply_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (r->ok)
		toast(TOAST_GOOD, NULL, "%s", TF("views.password_changed",
		    NULL));
	else
		app_error(r);
}

static void
password_again_cb(const char *text, void *arg)
{
	struct password	*p = arg;
	struct val	*args;

	if (text != NULL && strcmp(text, p->new) == 0) {
		args = val_put_text(val_map(), "old", p->old);
		val_put_text(args, "new", p->new);
		app_write("session.password", args, NULL, NULL,
		    password_reply_cb, NULL);
	} else if (text != NULL) {
		toast(TOAST_ERROR, NULL, "%s", TF("views.password_differs",
		    NULL));
	}
	password_free(p);
}

static void
password_ask(const char *label, void (*done)(const char *, void *), void *arg)
{
	struct dialog_line	d = {
		.title = TF("views.password_title", NULL),
		.label = label, .flags = EDIT_MASKED, .max = 1000,
		.done = done, .arg = arg
	};

	dialog_line(&d);
}

static void
password_new_cb(const char *text, void *arg)
{
	struct password	*p = arg;

	if (text == NULL || text[0] == '\0') {
		password_free(p);
		return;
	}
	p->new = xstrdup(text);
	password_ask(TF("views.password_again", NULL), password_again_cb, p);
}

static void
password_old_cb(const char *text, void *arg)
{
	struct password	*p = arg;

	if (text == NULL || text[0] == '\0') {
		password_free(p);
		return;
	}
	p->old = xstrdup(text);
	password_ask(TF("views.password_new", NULL), password_new_cb, p);
}

/* --- The others ------------------------------------------------------------------- */

static void
recovery_cb(const struct link_reply *r, void *arg)
{
	const struct val	*codes = val_get(r->body, "recovery");
	struct buf		 b = BUF_INIT;
	size_t			 i;

	(void)arg;
	if (!r->ok) {
		app_error(r);
		return;
	}
	buf_printf(&b, "%s\n\n", TF("views.recovery_text", NULL));
	for (i = 0; i < val_count(codes); i++)
		buf_printf(&b, "%s%s", val_word(codes->item[i]), i % 2 == 0 ? "    " : "\n");
	dialog_secret(TF("views.recovery", NULL), buf_text(&b));
	explicit_bzero((char *)buf_text(&b), buf_len(&b));
	buf_free(&b);
}

static void
end_all_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok) {
		app_error(r);
		return;
	}
	toast(TOAST_GOOD, NULL, "%s", TF("views.sessions_ended", NULL));
	watch_touch("sessions");
}

static void
end_all_sure_cb(bool yes, void *arg)
{
	(void)arg;
	if (yes)
		app_write("sessions.end_all", NULL, NULL, NULL, end_all_cb,
		    NULL);
}

static void
account_end_all(void)
{
	struct dialog_confirm	d = {
		.title = TF("views.end_all", NULL),
		.text = TF("views.end_all_text", NULL),
		.yes = TF("views.end_all", NULL),
		.done = end_all_sure_cb
	};

	dialog_confirm(&d);
}

/* --- Profile ------------------------------------------------------------------- */

static void
profile_field(struct val *fields, const char *name, const char *type,
    const char *tr, const char *en, bool required)
{
	struct val	*f = val_map(), *label = val_array();

	val_put_text(f, "name", name);
	val_put_text(f, "type", type);
	val_add(label, val_text(tr));
	val_add(label, val_text(en));
	val_put(f, "label", label);
	val_put_bool(f, "required", required);
	val_put_bool(f, "create", true);
	if (val_get_str(app.user, name) != NULL)
		val_put_text(f, "default", val_get_str(app.user, name));
	val_add(fields, f);
}

static void
profile_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (r == NULL)
		return;
	toast(TOAST_GOOD, NULL, "%s", TF("views.profile_saved", NULL));
	watch_touch("users");
}

/* session.profile is no record verb: the form is told here what it asks. */
static void
account_profile(void)
{
	struct val	*def = val_map(), *fields = val_array();
	struct val	*label = val_array();

	profile_field(fields, "first_name", "text", "Ad", "First name", true);
	profile_field(fields, "last_name", "text", "Soyad", "Last name", true);
	profile_field(fields, "phone", "phone", "Telefon", "Phone", false);
	profile_field(fields, "timezone", "timezone", "Saat dilimi",
	    "Time zone", true);
	val_add(label, val_text("Profil"));
	val_add(label, val_text("Profile"));
	val_put_text(def, "name", "profile");
	val_put(def, "label", label);
	val_put(def, "fields", fields);
	form_verb(def_make(def), "session.profile", NULL, profile_cb, NULL);
}

static void
account_do(enum own what)
{
	switch (what) {
	case OWN_PASSWORD:
		password_ask(TF("views.password_old", NULL), password_old_cb,
		    xcalloc(1, sizeof(struct password)));
		break;
	case OWN_PROFILE:
		account_profile();
		break;
	case OWN_AUTHENTICATOR:
		authenticator_open();
		break;
	case OWN_NOTICES:
		notice_choices();
		break;
	case OWN_SESSIONS:
		app_open_list("sessions");
		break;
	case OWN_LOGINS:
		app_open_list("login_history");
		break;
	case OWN_RECOVERY:
		app_write("session.recovery", NULL, NULL, NULL, recovery_cb,
		    NULL);
		break;
	case OWN_END_ALL:
		account_end_all();
		break;
	case OWN_LANGUAGE:
		view_action(ACT_LANGUAGE, NULL);
		break;
	case OWN_SIGN_OUT:
		app_sign_out();
		break;
	}
}

/* What the palette has of the menu; screens and commands are there already. */
static const struct {
	enum own	 what;
	const char	*label;
} offered[] = {
	{ OWN_PROFILE, "views.profile" },
	{ OWN_PASSWORD, "views.password_title" },
	{ OWN_AUTHENTICATOR, "views.authenticator" },
	{ OWN_NOTICES, "views.notice_choices" },
	{ OWN_RECOVERY, "views.recovery" },
	{ OWN_END_ALL, "views.end_all" }
};

static void
account_run(void *arg)
{
	account_do(offered[(uintptr_t)arg].what);
}

void
account_offer(const char *source)
{
	struct palette_entry	 e = {
		.source = source, .kind = PALETTE_SETTING, .run = account_run
	};
	size_t			 i;

	for (i = 0; i < sizeof offered / sizeof offered[0]; i++) {
		e.tr = msg_text(LANG_TR, offered[i].label);
		e.en = msg_text(LANG_EN, offered[i].label);
		e.arg = (void *)(uintptr_t)i;
		palette_add(&e);
	}
}

static void
account_cb(int choice, void *arg)
{
	struct own_menu	*m = arg;
	enum own	 what = choice < 0 ? OWN_PASSWORD : m->what[choice];

	free(m);
	if (choice >= 0)
		account_do(what);
}

static void
account_add(struct own_menu *m, struct dialog_item *items, enum own what,
    const char *label)
{
	items[m->n].label = label;
	m->what[m->n++] = what;
}

void
account_menu(void)
{
	struct dialog_item	 items[12];
	struct own_menu		*m = xcalloc(1, sizeof *m);
	const char		*email = val_get_str(app.user, "email");

	memset(items, 0, sizeof items);
	account_add(m, items, OWN_PROFILE, TF("views.profile", NULL));
	account_add(m, items, OWN_PASSWORD, TF("views.password_title", NULL));
	account_add(m, items, OWN_AUTHENTICATOR, TF("views.authenticator",
	    NULL));
	account_add(m, items, OWN_NOTICES, TF("views.notice_choices", NULL));
	if (def_can(defs_find("sessions"), "list"))
		account_add(m, items, OWN_SESSIONS,
		    app_label(defs_find("sessions")->labels));
	if (def_can(defs_find("login_history"), "list"))
		account_add(m, items, OWN_LOGINS,
		    app_label(defs_find("login_history")->labels));
	account_add(m, items, OWN_RECOVERY, TF("views.recovery", NULL));
	account_add(m, items, OWN_END_ALL, TF("views.end_all", NULL));
	account_add(m, items, OWN_LANGUAGE, action_label(ACT_LANGUAGE));
	account_add(m, items, OWN_SIGN_OUT, action_label(ACT_SIGN_OUT));
	dialog_choose(email == NULL ? action_label(ACT_ME) : email, items,
	    m->n, 0, account_cb, m);
}
