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
#include "tui/frame.h"
#include "tui/ui.h"
#include "tui/view/columns.h"
#include "tui/view/listpane.h"
#include "tui/view/viewmenu.h"

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
	if (l->views.id[0] != '\0')
		val_put_text(look, "view", l->views.id);
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
	viewmenu_take(&l->views, look);
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

/* --- Saved views ----------------------------------------------------------------------- */

/* What a saved view keeps of the present look. */
static struct val *
look_keep(void *arg)
{
	struct listpane	*l = arg;
	struct val	*args = val_map(), *look = listpane_look(l);

	val_put_text(args, "query", val_get_str(look, "search"));
	viewmenu_put_json(args, "conditions", val_get(look, "chips"));
	val_put_text(args, "sort_by", val_get_str(look, "sort"));
	val_put_text(args, "group_by", val_get_str(look, "group"));
	viewmenu_put_json(args, "columns", listpane_columns(l));
	val_free(look);
	return args;
}

static void
look_set(void *arg, const struct val *look)
{
	listpane_set_look(arg, look);
}

static void
look_act(void *arg, enum action a)
{
	if (a == ACT_COLUMNS)
		columns_open(arg);
	else
		listpane_group_ask(arg);
}

const struct viewmenu_ops listpane_views = {
	.keep = look_keep,
	.set = look_set,
	.more = { ACT_COLUMNS, ACT_GROUP },
	.act = look_act
};
