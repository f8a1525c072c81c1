/*
 * listlook.c - how a list is looked at as one value: what a saved view keeps,
 * what a dashboard opens, where a client comes back to; and the menu of views.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/ui.h"
#include "tui/view/columns.h"
#include "tui/view/listpane.h"
#include "tui/view/looks.h"

#define VIEW_ITEMS 60

/* --- As a value --------------------------------------------------------------------- */

struct val *
listpane_look(const struct listpane *l)
{
	struct val	*look = val_map();
	char		*group;

	val_put(look, "chips", filter_save(&l->filter));
	if (l->filter.text != NULL && l->filter.text[0] != '\0')
		val_put_text(look, "search", l->filter.text);
	if (rows_sort(l->rows)[0] != '\0' &&
	    strcmp(rows_sort(l->rows), "words") != 0)
		val_put_text(look, "sort", rows_sort(l->rows));
	if (l->groups.field != NULL) {
		group = xasprintf("%s:%s", l->groups.field, l->groups.unit);
		val_put_text(look, "group", group);
		free(group);
	}
	if (l->columns != NULL)
		val_put(look, "columns", val_copy(l->columns));
	if (l->view_id[0] != '\0')
		val_put_text(look, "view", l->view_id);
	if (listpane_id(l) != NULL)
		val_put_text(look, "id", listpane_id(l));
	return look;
}

/* "status:month" */
static void
look_group(struct listpane *l, const char *group)
{
	const struct field	*f;
	char			*field, *unit;

	listpane_group_free(l);
	if (group == NULL)
		return;
	field = xstrdup(group);
	if ((unit = strchr(field, ':')) != NULL)
		*unit++ = '\0';
	f = def_field(rows_def(l->rows), field);
	if (f != NULL && f->filter) {
		l->groups.field = xstrdup(field);
		l->groups.unit = xstrdup(unit == NULL ? "month" : unit);
	}
	free(field);
}

static void
look_sort(struct listpane *l, const char *sort)
{
	const struct field	*f;

	free(l->sort);
	l->sort = NULL;
	f = sort == NULL ? NULL : def_field(rows_def(l->rows),
	    sort + (sort[0] == '-'));
	if (f != NULL && f->sort)
		l->sort = xstrdup(sort);
}

void
listpane_set_look(struct listpane *l, const struct val *look)
{
	const struct def	*d = rows_def(l->rows);
	const char		*s;
	size_t			 unknown;

	filter_clear(&l->filter);
	unknown = filter_restore(&l->filter, d, val_get(look, "chips"));
	unknown += filter_from_wire(&l->filter, d, val_get(look, "filter"));
	if ((s = val_get_str(look, "search")) != NULL)
		l->filter.text = xstrdup(s);
	edit_set(&l->box, s == NULL ? "" : s);
	look_sort(l, val_get_str(look, "sort"));
	look_group(l, val_get_str(look, "group"));
	val_free(l->columns);
	l->columns = val_get(look, "columns") == NULL ? NULL :
	    val_copy(val_get(look, "columns"));
	s = val_get_str(look, "view");
	snprintf(l->view_id, sizeof l->view_id, "%s", s == NULL ? "" : s);
	l->cursor = l->top = 0;
	s = val_get_str(look, "id");
	snprintf(l->id, sizeof l->id, "%s", s == NULL ? "" : s);
	memset(l->seen, 0, sizeof l->seen);
	listpane_unmark(l);
	listpane_query(l);
	listpane_group_load(l);
	listpane_name_chips(l);
	if (unknown > 0)
		toast(TOAST_WARN, NULL, "%s", TF("lists.unknown_chips", NULL));
}

/* --- Names of chips ------------------------------------------------------------------- */

/* One after the other: chips move while the server answers. */
static void
naming_cb(const struct link_reply *r, void *arg)
{
	struct listpane	*l = arg;
	const char	*title = val_str(val_at(val_at(val_get(r->body,
			    "rows"), 0), 1));
	struct chip	*c;
	size_t		 i;

	l->naming.call = 0;
	if (title == NULL)
		title = TF("views.hidden_ref", NULL);
	for (i = 0; i < l->filter.nchips; i++) {
		c = &l->filter.chip[i];
		if (c->title == NULL && val_str(c->value) != NULL &&
		    strcmp(val_str(c->value), l->naming.id) == 0)
			c->title = xstrdup(title);
	}
	listpane_name_chips(l);
	ui_redraw();
}

void
listpane_name_chips(struct listpane *l)
{
	const struct field	*f = NULL;
	const struct chip	*c = NULL;
	struct val		*ids, *args;
	char			 verb[128];
	size_t			 i;

	if (l->naming.call != 0)
		return;
	for (i = 0; i < l->filter.nchips; i++) {
		c = &l->filter.chip[i];
		f = def_field(rows_def(l->rows), c->field);
		if (f != NULL && f->ref != NULL && c->title == NULL &&
		    c->value->kind == VAL_UUID)
			break;
	}
	if (i == l->filter.nchips)
		return;
	snprintf(l->naming.id, sizeof l->naming.id, "%s", c->value->s);
	ids = val_array();
	val_add(ids, val_uuid(l->naming.id));
	args = val_map();
	val_put(args, "ids", ids);
	snprintf(verb, sizeof verb, "%s.lookup", f->ref);
	l->naming.call = app_call(verb, args, naming_cb, l);
}

/* --- Saving ---------------------------------------------------------------------------- */

static void
view_saved_cb(const struct link_reply *r, void *arg)
{
	struct listpane	*l = arg;
	const char	*id = val_get_str(r->body, "id");

	l->saving = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	if (id != NULL)
		snprintf(l->view_id, sizeof l->view_id, "%s", id);
	toast(TOAST_GOOD, NULL, "%s", TF("lists.view_saved", NULL));
	watch_touch("saved_views");
}

static void
put_json(struct val *args, const char *key, const struct val *v)
{
	char	*text = v == NULL ? NULL : val_json(v, false);

	val_put_text(args, key, text);
	free(text);
}

/* What a saved view keeps of the present look. */
static struct val *
view_args(const struct listpane *l)
{
	struct val	*args = val_map(), *look = listpane_look(l);

	val_put_text(args, "query", val_get_str(look, "search"));
	put_json(args, "conditions", val_get(look, "chips"));
	val_put_text(args, "sort_by", val_get_str(look, "sort"));
	val_put_text(args, "group_by", val_get_str(look, "group"));
	put_json(args, "columns", listpane_columns(l));
	val_free(look);
	return args;
}

static void
view_write(struct listpane *l, const char *verb, struct val *args,
    const char *undo, link_cb cb)
{
	if (l->saving != 0)
		app_forget(l->saving);
	l->saving = app_write(verb, args, NULL, undo, cb, l);
}

static void
view_named_cb(const char *name, void *arg)
{
	struct listpane	*l = arg;
	struct val	*args;

	if (name == NULL || name[0] == '\0')
		return;
	args = view_args(l);
	val_put_text(args, "name", name);
	val_put_text(args, "screen", l->type);
	view_write(l, "saved_views.create", args, TF("lists.view_made",
	    "name", name, NULL), view_saved_cb);
}

static bool
view_name_check(const char *name, char *why, size_t size, void *arg)
{
	(void)arg;
	if (name[strspn(name, " ")] != '\0')
		return true;
	snprintf(why, size, "%s", TF("views.required", NULL));
	return false;
}

static void
view_ask_name(struct listpane *l, const char *title, const char *text,
    void (*done)(const char *, void *))
{
	struct dialog_line	line = {
		.title = title, .label = T("lists.view_name"), .text = text,
		.max = 100, .check = view_name_check, .done = done, .arg = l
	};

	dialog_line(&line);
}

/* --- One view -------------------------------------------------------------------------- */

enum view_act { VIEW_UPDATE, VIEW_RENAME, VIEW_SHARE, VIEW_OPENS, VIEW_DELETE,
    VIEW_ACTS };

static struct val *
view_key(const struct record *r)
{
	struct val	*args = val_map();

	val_put(args, "id", val_uuid(record_id(r)));
	val_put_int(args, "version", record_version(r));
	return args;
}

static void
view_renamed_cb(const char *name, void *arg)
{
	struct listpane	*l = arg;
	struct record	 r;
	struct val	*args;

	if (name == NULL || !looks_record(l->view_id, &r))
		return;
	args = view_key(&r);
	val_put_text(args, "name", name);
	view_write(l, "saved_views.edit", args, TF("views.edited", "what",
	    name, NULL), view_saved_cb);
}

static void
view_gone_cb(const struct link_reply *r, void *arg)
{
	struct listpane	*l = arg;

	l->saving = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	l->view_id[0] = '\0';
	toast(TOAST_GOOD, NULL, "%s, %s", TF("lists.view_deleted", NULL),
	    TF("views.undo_hint", NULL));
	watch_touch("saved_views");
}

static void
view_act_cb(int choice, void *arg)
{
	struct listpane	*l = arg;
	struct record	 r;
	struct val	*args, *more;
	const char	*name, *opens = looks_opening_id(l->type);
	size_t		 i;
	bool		 shared;

	if (choice < 0 || !looks_record(l->view_id, &r))
		return;
	name = val_str(record_get(&r, "name"));
	args = view_key(&r);
	switch ((enum view_act)choice) {
	case VIEW_UPDATE:
		more = view_args(l);
		for (i = 0; i < more->n; i++)
			val_put(args, more->key[i], val_copy(more->item[i]));
		val_free(more);
		view_write(l, "saved_views.edit", args, TF("views.edited",
		    "what", name, NULL), view_saved_cb);
		return;
	case VIEW_SHARE:
		shared = record_get(&r, "is_shared") != NULL &&
		    record_get(&r, "is_shared")->i != 0;
		val_put_bool(args, "is_shared", !shared);
		view_write(l, "saved_views.edit", args, TF("views.edited",
		    "what", name, NULL), view_saved_cb);
		return;
	case VIEW_DELETE:
		view_write(l, "saved_views.delete", args, TF("views.deleted",
		    "what", name, NULL), view_gone_cb);
		return;
	case VIEW_RENAME:
		view_ask_name(l, T("lists.view_rename"), name,
		    view_renamed_cb);
		break;
	case VIEW_OPENS:
		looks_set_opening(l->type, opens != NULL && strcmp(opens,
		    l->view_id) == 0 ? NULL : l->view_id);
		break;
	case VIEW_ACTS:
		break;
	}
	val_free(args);
}

static void
view_acts(struct listpane *l)
{
	struct dialog_item	 items[VIEW_ACTS];
	struct record		 r;
	const char		*opens = looks_opening_id(l->type);
	bool			 shared, mine;
	int			 i;

	if (!looks_record(l->view_id, &r))
		return;
	memset(items, 0, sizeof items);
	mine = looks_mine(&r);
	shared = record_get(&r, "is_shared") != NULL &&
	    record_get(&r, "is_shared")->i != 0;
	items[VIEW_UPDATE].label = T("lists.view_update");
	items[VIEW_RENAME].label = T("lists.view_rename");
	items[VIEW_SHARE].label = T("lists.view_share");
	items[VIEW_SHARE].ticked = shared;
	items[VIEW_OPENS].label = T("lists.view_opens");
	items[VIEW_OPENS].ticked = opens != NULL && strcmp(opens,
	    l->view_id) == 0;
	items[VIEW_DELETE].label = T("lists.view_delete");
	for (i = 0; i < VIEW_ACTS && !mine; i++) {
		if (i == VIEW_OPENS)
			continue;
		items[i].off = true;
		items[i].detail = T("lists.view_theirs");
	}
	dialog_choose(val_str(record_get(&r, "name")), items, VIEW_ACTS, 0,
	    view_act_cb, l);
}

/* --- The menu ---------------------------------------------------------------------------- */

const char *
listpane_view_name(const struct listpane *l)
{
	struct record	r;

	return l->view_id[0] != '\0' && looks_record(l->view_id, &r) ?
	    val_str(record_get(&r, "name")) : NULL;
}

/* After the views: what else there is to do. */
enum menu_more { MORE_PLAIN, MORE_SAVE, MORE_THIS, MORE_COLUMNS, MORE_GROUP };

struct views_menu {
	struct listpane	*l;
	char		 id[VIEW_ITEMS][40];
	enum menu_more	 more[VIEW_ITEMS];
	int		 nviews, n;
};

static void
views_plain(struct listpane *l)
{
	struct val	*none = val_map();

	listpane_set_look(l, none);
	val_free(none);
}

static void
views_cb(int choice, void *arg)
{
	struct views_menu	*m = arg;
	struct listpane		*l = m->l;
	struct val		*look;

	if (choice >= 0 && choice < m->nviews) {
		if ((look = looks_of(m->id[choice])) != NULL)
			listpane_set_look(l, look);
		val_free(look);
	} else if (choice >= 0) {
		switch (m->more[choice]) {
		case MORE_PLAIN:
			views_plain(l);
			break;
		case MORE_SAVE:
			view_ask_name(l, T("lists.view_save"), NULL,
			    view_named_cb);
			break;
		case MORE_THIS:
			view_acts(l);
			break;
		case MORE_COLUMNS:
			columns_open(l);
			break;
		case MORE_GROUP:
			listpane_group_ask(l);
			break;
		}
	}
	free(m);
}

static void
menu_more(struct views_menu *m, struct dialog_item *items,
    enum menu_more more, const char *label)
{
	items[m->n].label = label;
	m->more[m->n++] = more;
}

void
listpane_views(struct listpane *l)
{
	struct dialog_item	 items[VIEW_ITEMS];
	struct views_menu	*m = xcalloc(1, sizeof *m);
	struct record		 r;
	const struct val	*v;
	const char		*opens = looks_opening_id(l->type), *name;
	char			*by[VIEW_ITEMS] = { NULL };
	int			 i;

	memset(items, 0, sizeof items);
	m->l = l;
	while (m->n < VIEW_ITEMS - 6 && looks_view(l->type, (size_t)m->n,
	    &r) != NULL) {
		items[m->n].label = val_str(record_get(&r, "name"));
		items[m->n].ticked = strcmp(record_id(&r), l->view_id) == 0;
		v = record_get(&r, "is_shared");
		name = val_str(record_get(&r, "created_by.title"));
		if (opens != NULL && strcmp(opens, record_id(&r)) == 0)
			items[m->n].detail = T("lists.opens_with");
		else if (v != NULL && v->i != 0)
			items[m->n].detail = by[m->n] = xstrdup(name == NULL ?
			    T("lists.shared") : TF("lists.shared_by", "name",
			    name, NULL));
		snprintf(m->id[m->n], sizeof m->id[0], "%s", record_id(&r));
		m->n++;
	}
	m->nviews = m->n;
	menu_more(m, items, MORE_PLAIN, T("lists.view_none"));
	items[m->n - 1].ticked = l->view_id[0] == '\0';
	menu_more(m, items, MORE_SAVE, T("lists.view_save"));
	if (listpane_view_name(l) != NULL)
		menu_more(m, items, MORE_THIS, TF("lists.view_this", "name",
		    listpane_view_name(l), NULL));
	menu_more(m, items, MORE_COLUMNS, action_label(ACT_COLUMNS));
	menu_more(m, items, MORE_GROUP, action_label(ACT_GROUP));
	dialog_choose(action_label(ACT_VIEWS), items, m->n, 0, views_cb, m);
	for (i = 0; i < VIEW_ITEMS; i++)
		free(by[i]);
}
