/*
 * notify.c - a person's own notification choices, one after the other in small
 * menus; and writing a notification by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/date.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/store.h"
#include "tui/view/around.h"
#include "tui/view/form.h"

/* --- Choices ------------------------------------------------------------------ */

static const char *const	times[] = { "digest_at", "quiet_from",
    "quiet_to", "snooze_until" };
static const char *const	time_labels[] = { "views.digest_at",
    "views.quiet_from", "views.quiet_to", "views.snooze_all" };
static const char *const	modes[] = { "now", "digest", "off" };
static const char *const	mode_labels[] = { "views.mode_now",
    "views.mode_digest", "views.mode_off" };
#define NTIMES	4
#define NMODES	3
#define ALL_KINDS "*"		/* for e-mail, where a kind has no choice */

static void
choices_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		app_error(r);
	else
		notice_choices();
}

static void
choose(const char *key, const char *value, const char *mode, bool mail)
{
	struct val	*args = val_map();

	val_put_text(args, key, value);
	if (mode != NULL)
		val_put_text(args, "mode", mode);
	if (mail)
		val_put_bool(args, "mail", true);
	app_write("notifications.choose", args, NULL, NULL, choices_cb, NULL);
}

/* Kinds that nobody gets where these record types are not. */
static const struct {
	const char	*kind, *record;
} about[] = {
	{ "announcement", "announcements" }, { "assigned", "tasks" },
	{ "attendance", "attendance" }, { "complaint", "complaints" },
	{ "completed", "tasks" }, { "expiry", "expiries" },
	{ "homework", "homework" }, { "lead_follow", "leads" },
	{ "qa", "qa_messages" }, { "request", "customer_requests" },
	{ "schedule_change", "timetable_entries" }, { "task_due", "tasks" },
	{ "timesheet", "timesheets" }, { "vault_alarm", "vault_entries" }
};

static bool
kind_here(const char *kind)
{
	size_t	i;

	for (i = 0; i < sizeof about / sizeof about[0]; i++)
		if (strcmp(about[i].kind, kind) == 0)
			return defs_find(about[i].record) != NULL;
	return true;
}

/* The menu's lines: the kinds, e-mail of all of them, the times. */
struct choices {
	const struct value_choice	**kinds;
	size_t			 n;
	size_t			 kind;	/* n: all of them */
};

static void
choices_free(struct choices *c)
{
	free(c->kinds);
	free(c);
}

static void
mode_cb(int i, void *arg)
{
	struct choices	*c = arg;
	bool		 all = c->kind == c->n;

	if (i >= 0)
		choose("kind", all ? ALL_KINDS : c->kinds[c->kind]->code,
		    modes[i % NMODES], all || i >= NMODES);
	choices_free(c);
}

/* Where a kind is shown and when, and the same for its e-mail. */
static void
ask_mode(struct choices *c)
{
	bool			 all = c->kind == c->n;
	struct dialog_item	 items[2 * NMODES];
	char			*label[2 * NMODES];
	int			 m, n = all ? NMODES : 2 * NMODES;

	memset(items, 0, sizeof items);
	for (m = 0; m < n; m++) {
		label[m] = xasprintf("%s%s", all || m >= NMODES ?
		    T("views.by_mail") : T("views.on_screen"),
		    T(mode_labels[m % NMODES]));
		items[m].label = label[m];
		items[m].key = (uint32_t)('1' + m);
	}
	dialog_choose(all ? T("views.mail_all") :
	    c->kinds[c->kind]->label[ui_lang()], items, n, 0, mode_cb, c);
	for (m = 0; m < n; m++)
		free(label[m]);
}

/* A moment and an hour are written as people write them. */
static void
time_cb(const char *text, void *arg)
{
	struct value_ctx	ctx = app_ctx();
	char			when[DATE_TEXT];
	int64_t			us;
	int			s;

	if (text == NULL)
		return;
	if (arg == times[NTIMES - 1]) {
		if (timestamp_parse(ctx.lang, text, strlen(text), ctx.tz,
		    ctx.now, &us) == DATE_OK) {
			timestamp_write(us, when);
			text = when;
		}
	} else if (time_parse(ctx.lang, text, strlen(text), &s) == DATE_OK) {
		time_write(s, when);
		text = when;
	}
	choose(arg, text, NULL, false);
}

static void
chosen_cb(int i, void *arg)
{
	struct choices		*c = arg;
	struct dialog_line	 line = { .max = 30, .done = time_cb };
	size_t			 n = c->n + 1;

	if (i < 0 || (size_t)i >= n + NTIMES) {
		choices_free(c);
		return;
	}
	if ((size_t)i >= n) {
		line.title = T("views.notice_choices");
		line.label = T(time_labels[(size_t)i - n]);
		line.arg = (void *)times[(size_t)i - n];
		dialog_line(&line);
		choices_free(c);
		return;
	}
	c->kind = (size_t)i;
	ask_mode(c);
}

static const char *
mode_label(const char *mode)
{
	size_t	m;

	for (m = 0; mode != NULL && m < NMODES; m++)
		if (strcmp(modes[m], mode) == 0)
			return T(mode_labels[m]);
	return T(mode_labels[0]);
}

/* "hemen, e-posta: özet" of a kind; by e-mail, what holds for all kinds, and
 * then what holds on the screen, stand in for a choice that was not made. */
static char *
kind_label(const struct val *body, const char *code)
{
	const struct val	*mail = val_get(body, "mail");
	const char		*shown = val_get_str(val_get(body, "kinds"),
				    code);
	const char		*sent = val_get_str(mail, code);

	if (sent == NULL)
		sent = val_get_str(mail, ALL_KINDS);
	if (sent == NULL)
		sent = shown;
	return xasprintf("%s, %s%s", mode_label(shown), T("views.by_mail"),
	    mode_label(sent));
}

static void
got_cb(const struct link_reply *r, void *arg)
{
	const struct def	*d = defs_find("notifications");
	const struct field	*f = d == NULL ? NULL : def_field(d, "type");
	struct choices		*c;
	struct dialog_item	*items;
	char			**detail;
	size_t			 i, n;

	(void)arg;
	if (!r->ok || f == NULL) {
		app_error(r);
		return;
	}
	c = xcalloc(1, sizeof *c);
	c->kinds = xcalloc(f->rules.nchoices, sizeof *c->kinds);
	for (i = 0; i < f->rules.nchoices; i++)
		if (kind_here(f->rules.choices[i].code))
			c->kinds[c->n++] = &f->rules.choices[i];
	n = c->n;
	items = xcalloc(n + 1 + NTIMES, sizeof *items);
	detail = xcalloc(n, sizeof *detail);
	for (i = 0; i < n; i++) {
		detail[i] = kind_label(r->body, c->kinds[i]->code);
		items[i].label = c->kinds[i]->label[ui_lang()];
		items[i].detail = detail[i];
	}
	items[n].label = T("views.mail_all");
	items[n].detail = val_get_str(val_get(r->body, "mail"), ALL_KINDS) ==
	    NULL ? T("views.mail_as_shown") : mode_label(val_get_str(
	    val_get(r->body, "mail"), ALL_KINDS));
	n++;
	for (i = 0; i < NTIMES; i++) {
		items[n + i].label = T(time_labels[i]);
		items[n + i].detail = val_get_str(r->body, times[i]);
	}
	dialog_choose(T("views.notice_choices"), items,
	    (int)(n + NTIMES), 0, chosen_cb, c);
	for (i = 0; i + 1 < n; i++)
		free(detail[i]);
	free(detail);
	free(items);
}

void
notice_choices(void)
{
	app_call("notifications.choices", NULL, got_cb, NULL);
}

/* --- By hand ------------------------------------------------------------------ */

static struct val *
send_field(struct val *fields, const char *name, const char *type,
    const char *tr, const char *en)
{
	struct val	*f = val_map(), *label = val_array();

	val_put_text(f, "name", name);
	val_put_text(f, "type", type);
	val_add(label, val_text(tr));
	val_add(label, val_text(en));
	val_put(f, "label", label);
	val_put_bool(f, "create", true);
	val_add(fields, f);
	return f;
}

static void
sent_cb(const struct link_reply *r, void *arg)
{
	char	n[24];

	(void)arg;
	if (r == NULL)
		return;
	snprintf(n, sizeof n, "%lld", (long long)val_get_int(r->body, "count",
	    0));
	toast(TOAST_GOOD, NULL, "%s", TF("views.notice_sent", "n", n, NULL));
	watch_touch("notifications");
}

void
notice_send(void)
{
	const struct def	*d = defs_find("notifications");
	const struct val	*all = val_get(d->v, "fields");
	struct val		*def = val_map(), *fields = val_array(), *f;
	struct val		*label = val_array();
	const char		*name;
	size_t			 i;

	f = send_field(fields, "user", "ref", "Kişi (boş: herkes)",
	    "Person (empty: all)");
	val_put_text(f, "ref", "users");
	if (def_can(defs_find("roles"), "lookup")) {
		f = send_field(fields, "role", "ref", "Rol (boş: herkes)",
		    "Role (empty: all)");
		val_put_text(f, "ref", "roles");
	}
	f = send_field(fields, "title", "text", "Başlık", "Title");
	val_put_bool(f, "required", true);
	send_field(fields, "message", "longtext", "Metin", "Text");
	for (i = 0; i < val_count(all); i++) {
		name = val_get_str(all->item[i], "name");
		if (name == NULL || strcmp(name, "priority") != 0)
			continue;
		f = val_copy(all->item[i]);
		val_put_bool(f, "create", true);
		val_put_text(f, "default", "normal");
		val_add(fields, f);
	}
	val_add(label, val_text("Bildirim gönder"));
	val_add(label, val_text("Send a notification"));
	val_put_text(def, "name", "notifications");
	val_put(def, "label", label);
	val_put(def, "fields", fields);
	form_verb(def_make(def), "notifications.send", NULL, sent_cb, NULL);
}
