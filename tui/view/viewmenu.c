/* viewmenu.c - see viewmenu.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/ui.h"
#include "tui/view/looks.h"
#include "tui/view/viewmenu.h"

#define VIEW_ITEMS 60

/* --- Saving ---------------------------------------------------------------------------- */

static void
view_saved_cb(const struct link_reply *r, void *arg)
{
	struct viewmenu	*l = arg;
	const char	*id = val_get_str(r->body, "id");

	l->saving = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	if (id != NULL)
		snprintf(l->id, sizeof l->id, "%s", id);
	toast(TOAST_GOOD, NULL, "%s", TF("lists.view_saved", NULL));
	watch_touch("saved_views");
}

static void
view_write(struct viewmenu *l, const char *verb, struct val *args,
    const char *undo, link_cb cb)
{
	if (l->saving != 0)
		app_forget(l->saving);
	l->saving = app_write(verb, args, NULL, undo, cb, l);
}

static void
view_named_cb(const char *name, void *arg)
{
	struct viewmenu	*l = arg;
	struct val	*args;

	if (name == NULL || name[0] == '\0')
		return;
	args = l->ops->keep(l->arg);
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
view_ask_name(struct viewmenu *l, const char *title, const char *text,
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

static void
view_renamed_cb(const char *name, void *arg)
{
	struct viewmenu	*l = arg;
	struct record	 r;
	struct val	*args;

	if (name == NULL || !looks_record(l->id, &r))
		return;
	args = record_args(record_id(&r), record_version(&r));
	val_put_text(args, "name", name);
	view_write(l, "saved_views.edit", args, TF("views.edited", "what",
	    name, NULL), view_saved_cb);
}

static void
view_gone_cb(const struct link_reply *r, void *arg)
{
	struct viewmenu	*l = arg;

	l->saving = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	l->id[0] = '\0';
	toast(TOAST_GOOD, NULL, "%s, %s", TF("lists.view_deleted", NULL),
	    TF("views.undo_hint", NULL));
	watch_touch("saved_views");
}

static void
view_act_cb(int choice, void *arg)
{
	struct viewmenu	*l = arg;
	struct record	 r;
	struct val	*args, *more;
	const char	*name, *opens = looks_opening_id(l->type);
	size_t		 i;
	bool		 shared;

	if (choice < 0 || !looks_record(l->id, &r))
		return;
	name = val_str(record_get(&r, "name"));
	args = record_args(record_id(&r), record_version(&r));
	switch ((enum view_act)choice) {
	case VIEW_UPDATE:
		more = l->ops->keep(l->arg);
		for (i = 0; i < more->n; i++)
			val_put(args, val_key(more, i), val_copy(more->item[i]));
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
		    l->id) == 0 ? NULL : l->id);
		break;
	case VIEW_ACTS:
		break;
	}
	val_free(args);
}

static void
view_acts(struct viewmenu *l)
{
	struct dialog_item	 items[VIEW_ACTS];
	struct record		 r;
	const char		*opens = looks_opening_id(l->type);
	bool			 shared, mine;
	int			 i;

	if (!looks_record(l->id, &r))
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
	    l->id) == 0;
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
viewmenu_name(const struct viewmenu *l)
{
	struct record	r;

	return l->id[0] != '\0' && looks_record(l->id, &r) ?
	    val_str(record_get(&r, "name")) : NULL;
}

/* After the views: what else there is to do; then the owner's actions. */
enum menu_more { MORE_PLAIN, MORE_SAVE, MORE_THIS, MORE_ACTIONS };

struct views_menu {
	struct viewmenu	*l;
	char		 id[VIEW_ITEMS][40];
	int		 more[VIEW_ITEMS];
	int		 nviews, n;
};

static void
views_set(struct viewmenu *l, struct val *look)
{
	if (look == NULL)
		return;
	l->ops->set(l->arg, look);
	viewmenu_take(l, look);
	val_free(look);
}

static void
views_cb(int choice, void *arg)
{
	struct views_menu	*m = arg;
	struct viewmenu		*l = m->l;

	if (choice >= 0 && choice < m->nviews) {
		views_set(l, looks_of(m->id[choice]));
	} else if (choice >= 0) {
		switch (m->more[choice]) {
		case MORE_PLAIN:
			views_set(l, val_map());
			break;
		case MORE_SAVE:
			view_ask_name(l, T("lists.view_save"), NULL,
			    view_named_cb);
			break;
		case MORE_THIS:
			view_acts(l);
			break;
		default:
			l->ops->act(l->arg, l->ops->more[m->more[choice] -
			    MORE_ACTIONS]);
			break;
		}
	}
	free(m);
}

static void
menu_more(struct views_menu *m, struct dialog_item *items, int more,
    const char *label)
{
	items[m->n].label = label;
	m->more[m->n++] = more;
}

void
viewmenu_open(struct viewmenu *l)
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
		items[m->n].ticked = strcmp(record_id(&r), l->id) == 0;
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
	items[m->n - 1].ticked = l->id[0] == '\0';
	menu_more(m, items, MORE_SAVE, T("lists.view_save"));
	if (viewmenu_name(l) != NULL)
		menu_more(m, items, MORE_THIS, TF("lists.view_this", "name",
		    viewmenu_name(l), NULL));
	for (i = 0; i < VIEWMENU_MORE && l->ops->more[i] != ACT_NONE; i++)
		menu_more(m, items, MORE_ACTIONS + i,
		    action_label(l->ops->more[i]));
	dialog_choose(action_label(ACT_VIEWS), items, m->n, 0, views_cb, m);
	for (i = 0; i < VIEW_ITEMS; i++)
		free(by[i]);
}

void
viewmenu_take(struct viewmenu *l, const struct val *look)
{
	const char	*id = val_get_str(look, "view");

	snprintf(l->id, sizeof l->id, "%s", id == NULL ? "" : id);
}

void
viewmenu_free(struct viewmenu *l)
{
	if (l->saving != 0)
		app_forget(l->saving);
}

void
viewmenu_put_json(struct val *args, const char *key, const struct val *v)
{
	char	*text = v == NULL ? NULL : val_json(v, false);

	val_put_text(args, key, text);
	free(text);
}
