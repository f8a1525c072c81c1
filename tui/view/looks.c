/* looks.c - see looks.h. */
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"
#include "tui/ui.h"
#include "tui/view/looks.h"

static struct {
	struct val	*screens;	/* screens.list's answer */
	struct val	*views;		/* saved_views.list's */
	struct val	*columns;	/* type → [field, width], ... */
	struct val	*opening;	/* what looks_opening() gave last */
	struct watch	*watch;
} looks;

/* --- Loading ---------------------------------------------------------------------- */

/* Columns are kept as text; they are read once. */
static void
looks_read_columns(void)
{
	const struct val	*rows = val_get(looks.screens, "rows");
	struct val		*list;
	const char		*text, *screen;
	char			 err[80];
	size_t			 i;

	val_free(looks.columns);
	looks.columns = val_map();
	for (i = 0; i < val_count(rows); i++) {
		screen = val_str(val_at(rows->item[i], 0));
		text = val_str(val_at(rows->item[i], 1));
		if (screen == NULL || text == NULL || (list = val_parse_json(
		    text, strlen(text), err, sizeof err)) == NULL)
			continue;
		if (list->kind == VAL_ARRAY && list->n > 0)
			val_put(looks.columns, screen, list);
		else
			val_free(list);
	}
}

static void
looks_screens_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		return;
	val_free(looks.screens);
	looks.screens = val_copy(r->body);
	looks_read_columns();
	ui_redraw();
}

static void
looks_views_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		return;
	val_free(looks.views);
	looks.views = val_copy(r->body);
	ui_redraw();
}

static void
looks_load_views(void)
{
	app_call("saved_views.list", val_put_int(val_map(), "limit", 200),
	    looks_views_cb, NULL);
}

static void
looks_changed(const struct val *items, void *arg)
{
	(void)items;
	(void)arg;
	looks_load_views();
}

void
looks_clear(void)
{
	val_free(looks.screens);
	val_free(looks.views);
	val_free(looks.columns);
	val_free(looks.opening);
	watch_free(looks.watch);
	memset(&looks, 0, sizeof looks);
}

void
looks_load(void)
{
	looks_clear();
	looks.watch = watch_add("saved_views", looks_changed, NULL);
	app_call("screens.list", NULL, looks_screens_cb, NULL);
	looks_load_views();
}

/* --- Screens ------------------------------------------------------------------------ */

const struct val *
looks_columns(const char *type)
{
	return val_get(looks.columns, type);
}

static void
looks_saved_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		app_error(r);
	app_call("screens.list", NULL, looks_screens_cb, NULL);
}

/* Shown at once; what the server refuses is shown as it keeps it. */
void
looks_set_columns(const char *type, const struct val *columns)
{
	struct val	*args = val_put_text(val_map(), "screen", type);
	char		*text;

	if (looks.columns == NULL)
		looks.columns = val_map();
	if (columns == NULL) {
		val_put_text(args, "clear", "columns");
		val_drop(looks.columns, type);
	} else {
		text = val_json(columns, false);
		val_put_text(args, "columns", text);
		free(text);
		val_put(looks.columns, type, val_copy(columns));
	}
	app_write("screens.set", args, NULL, NULL, looks_saved_cb, NULL);
}

const char *
looks_opening_id(const char *type)
{
	const struct val	*rows = val_get(looks.screens, "rows");
	const char		*screen;
	size_t			 i;

	for (i = 0; i < val_count(rows); i++) {
		screen = val_str(val_at(rows->item[i], 0));
		if (screen != NULL && strcmp(screen, type) == 0)
			return val_str(val_at(rows->item[i], 2));
	}
	return NULL;
}

const struct val *
looks_opening(const char *type)
{
	const char	*id = looks_opening_id(type);

	val_free(looks.opening);
	looks.opening = id == NULL ? NULL : looks_of(id);
	return looks.opening;
}

void
looks_set_opening(const char *type, const char *id)
{
	struct val	*args = val_put_text(val_map(), "screen", type);

	if (id == NULL)
		val_put_text(args, "clear", "view");
	else
		val_put(args, "view", val_uuid(id));
	app_write("screens.set", args, NULL, NULL, looks_saved_cb, NULL);
}

/* --- Saved views --------------------------------------------------------------------- */

static struct record
looks_row(size_t i)
{
	return (struct record){ val_get(looks.views, "columns"),
	    val_at(val_get(looks.views, "rows"), i) };
}

const struct val *
looks_view(const char *type, size_t n, struct record *r)
{
	const char	*screen;
	size_t		 i;

	for (i = 0; (*r = looks_row(i)).row != NULL; i++) {
		screen = val_str(record_get(r, "screen"));
		if (screen != NULL && strcmp(screen, type) == 0 && n-- == 0)
			return r->row;
	}
	return NULL;
}

bool
looks_record(const char *id, struct record *r)
{
	size_t	i;

	for (i = 0; id != NULL && (*r = looks_row(i)).row != NULL; i++) {
		if (strcmp(record_id(r), id) == 0)
			return true;
	}
	return false;
}

bool
looks_mine(const struct record *r)
{
	const char	*owner = val_str(record_get(r, "created_by"));

	return (owner != NULL && app_user_id() != NULL &&
	    strcmp(owner, app_user_id()) == 0) || app_may("settings.edit");
}

/* A text of JSON in the record, as a value; a plain text as one. */
static void
looks_put(struct val *look, const char *key, const struct record *r,
    const char *field, bool json)
{
	const char	*s = val_str(record_get(r, field));
	char		 err[80];
	struct val	*v;

	if (s == NULL)
		return;
	v = json ? val_parse_json(s, strlen(s), err, sizeof err) : val_text(s);
	if (v != NULL)
		val_put(look, key, v);
}

struct val *
looks_of(const char *id)
{
	struct record	 r;
	struct val	*look;

	if (!looks_record(id, &r))
		return NULL;
	look = val_put_text(val_map(), "view", id);
	looks_put(look, "search", &r, "query", false);
	looks_put(look, "chips", &r, "conditions", true);
	looks_put(look, "sort", &r, "sort_by", false);
	looks_put(look, "group", &r, "group_by", false);
	looks_put(look, "columns", &r, "columns", true);
	return look;
}
