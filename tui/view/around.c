/* around.c - see around.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"
#include "tui/call.h"
#include "tui/frame.h"
#include "tui/view/around.h"
#include "tui/view/comment.h"
#include "tui/view/form.h"
#include "tui/why.h"

/* What is only about a record has nothing around it. */
static bool
plain(const struct def *d)
{
	return d != NULL && strcmp(d->name, "comments") != 0 &&
	    strcmp(d->name, "notifications") != 0 &&
	    strcmp(d->name, "reminders") != 0 && def_can(d, "get");
}

bool
around_can(const struct def *d, enum action a)
{
	if (!plain(d))
		return false;
	switch (a) {
	case ACT_ABSENT:
		return true;
	case ACT_COMMENT:
		return def_can(d, "history") &&
		    def_can(defs_find("comments"), "create");
	case ACT_WATCH:
	case ACT_PAST:
		return def_can(d, "history");
	case ACT_REMIND:
		return def_can(defs_find("reminders"), "create") &&
		    def_can(d, "history");
	default:
		return false;
	}
}

static struct val *
of_record(const char *type, const char *id)
{
	struct val	*args = val_map();

	val_put_text(args, "type", type);
	val_put(args, "id", val_uuid(id));
	return args;
}

void
around_seen(const char *type, const char *id)
{
	app_write("records.watch", of_record(type, id), NULL, NULL,
	    call_quiet_cb, NULL);
}

static void
watched_cb(const struct link_reply *r, void *arg)
{
	if (!r->ok) {
		app_error(r);
		return;
	}
	toast(TOAST_GOOD, NULL, "%s", TF(arg != NULL ? "views.watching" :
	    "views.not_watching", NULL));
	watch_touch("comments");
}

static void
watch_set(const char *type, const char *id, bool on)
{
	struct val	*args = of_record(type, id);

	val_put_bool(args, "watching", on);
	app_write("records.watch", args, NULL, NULL, watched_cb, on ? &app :
	    NULL);
}

/* --- Reminding ---------------------------------------------------------------- */

static void
reminded_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (r == NULL)
		return;
	toast(TOAST_GOOD, NULL, "%s", T("views.reminder_set"));
	watch_touch("reminders");
	watch_touch("comments");
}

/* The definition's own form, with the record filled in behind it. */
static void
remind(const char *type, const char *id)
{
	const struct def	*d = defs_find("reminders");
	const struct val	*all = val_get(d->v, "fields");
	struct val		*def = val_map(), *fields = val_array();
	struct val		*args = val_map();
	const char		*name;
	size_t			 i;

	for (i = 0; i < val_count(all); i++) {
		name = val_get_str(all->item[i], "name");
		if (name != NULL && (strcmp(name, "remind_at") == 0 ||
		    strcmp(name, "note") == 0))
			val_add(fields, val_copy(all->item[i]));
	}
	val_put_text(def, "name", "reminders");
	val_put(def, "label", val_copy(val_get(d->v, "label")));
	val_put(def, "fields", fields);
	val_put_text(args, "record_type", type);
	val_put(args, "record_id", val_uuid(id));
	form_verb(def_make(def), "reminders.create", args, reminded_cb, NULL);
}

bool
around_action(const struct def *d, const struct record *r, enum action a,
    bool watching)
{
	const char	*id = record_id(r);

	if (!around_can(d, a) || id == NULL)
		return false;
	switch (a) {
	case ACT_COMMENT:
		comment_open(d->name, id, NULL, 0, NULL);
		return true;
	case ACT_WATCH:
		watch_set(d->name, id, !watching);
		return true;
	case ACT_REMIND:
		remind(d->name, id);
		return true;
	case ACT_PAST:
		past_open(d->name, id);
		return true;
	case ACT_ABSENT:
		why_absent(d->name);
		return true;
	default:
		return false;
	}
}
