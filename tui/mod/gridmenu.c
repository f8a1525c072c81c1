/* gridmenu.c - see gridmenu.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/mod/griddate.h"
#include "tui/mod/gridfile.h"
#include "tui/mod/gridint.h"
#include "tui/mod/gridmenu.h"
#include "tui/mod/gridpick.h"
#include "tui/view/card.h"

/* --- Drafts ------------------------------------------------------------------------ */

static void
created_cb(const struct link_reply *r, void *arg)
{
	struct grid	*g = arg;

	g->way_call = 0;
	if (!r->ok) {
		g->turning = false;
		app_error(r);
		return;
	}
	toast(TOAST_GOOD, NULL, "%s", T("grid.draft_made"));
	grid_show(g, val_get_str(r->body, "id"));
}

static void
draft_name_cb(const char *name, void *arg)
{
	struct grid	*g = arg;
	struct val	*args;

	if (name == NULL || name[0] == '\0' || g->plan == NULL)
		return;
	args = val_put_text(val_map(), "name", name);
	val_put(args, "from", val_uuid(g->plan->id));
	g->turning = true;
	g->way_call = app_write("timetable.create", args, NULL, NULL,
	    created_cb, g);
}

static void
ask_draft(struct grid *g)
{
	struct dialog_line	line = {
		.title = T("grid.new_draft"), .label = T("grid.draft_name"),
		.max = 120, .done = draft_name_cb, .arg = g
	};

	dialog_line(&line);
}

/* --- Other plans -------------------------------------------------------------------- */

static void
plan_chosen(struct grid *g, int what)
{
	const struct val	*row = val_at(g->way, (size_t)what);
	const char		*id = val_str(val_at(row, 0));

	if (id == NULL)
		return;
	if (g->plans_for == PLANS_SHOW)
		grid_show(g, id);
	else if (g->plans_for == PLANS_BESIDE)
		grid_compare(g, id);
	else
		grid_list_diff(g, id);
}

static void
plan_cb(int what, void *arg)
{
	if (what >= 0)
		plan_chosen(arg, what);
}

static void
plans_cb(const struct link_reply *r, void *arg)
{
	struct grid		*g = arg;
	const struct def	*d = defs_find("timetables");
	const struct field	*f = def_field(d, "status");
	struct record		 one = { val_get(r->body, "columns"), NULL };
	const struct val	*rows = val_get(r->body, "rows");
	struct gpick		*item;
	struct val		*ids;
	struct buf		 b = BUF_INIT;
	size_t			 i;
	int			 n = 0, k;

	g->way_call = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	item = xcalloc(val_count(rows) + 1, sizeof *item);
	ids = val_array();
	for (i = 0; i < val_count(rows); i++) {
		one.row = rows->item[i];
		if (g->plan == NULL || strcmp(record_id(&one), g->plan->id) ==
		    0)
			continue;
		buf_clear(&b);
		if (f != NULL)
			record_text(d, f, &one, &b);
		item[n].text = xstrdup(val_str(record_get(&one, "name")) ==
		    NULL ? "" : val_str(record_get(&one, "name")));
		item[n].detail = xstrdup(buf_text(&b));
		item[n].what = n;
		n++;
		val_add(ids, val_array());
		val_add(ids->item[ids->n - 1], val_uuid(record_id(&one)));
	}
	buf_free(&b);
	val_free(g->way);
	g->way = ids;
	gpick_open(T("grid.which_plan"), item, n, 0, T("grid.no_plans"),
	    plan_cb, g);
	for (k = 0; k < n; k++) {
		free(item[k].text);
		free(item[k].detail);
	}
	free(item);
}

static void
ask_plan(struct grid *g, enum gplans what)
{
	struct val	*args = val_map(), *columns = val_array();

	val_add(columns, val_text("name"));
	val_add(columns, val_text("status"));
	val_put(args, "columns", columns);
	val_put_int(args, "limit", 200);
	g->plans_for = what;
	if (g->way_call != 0)
		app_forget(g->way_call);
	g->way_call = app_call("timetables.list", args, plans_cb, g);
}

/* --- Publishing ------------------------------------------------------------------------ */

static void publish(struct grid *, bool force);

static void
publish_force_cb(bool yes, void *arg)
{
	if (yes)
		publish(arg, true);
}

static void
published_cb(const struct link_reply *r, void *arg)
{
	struct grid		*g = arg;
	const char		*key = val_get_str(r->body, "key");
	struct dialog_confirm	 ask = { .done = publish_force_cb,
				    .arg = arg };

	g->way_call = 0;
	if (!r->ok && key != NULL && strcmp(key, "timetable.has_errors") ==
	    0) {
		ask.title = T("grid.publish");
		ask.text = r->text;
		ask.yes = T("grid.publish_all_the_same");
		dialog_confirm(&ask);
	} else if (!r->ok) {
		app_error(r);
	} else {
		toast(TOAST_GOOD, NULL, "%s", T("grid.is_published"));
		g->reason[0] = '\0';
		grid_load(g);
	}
}

static void
publish(struct grid *g, bool force)
{
	struct val	*args = val_map();

	if (g->plan == NULL) {
		val_free(args);
		return;
	}
	val_put(args, "timetable", val_uuid(g->plan->id));
	val_put_text(args, "from", g->from);
	val_put_text(args, "reason", g->reason);
	if (force)
		val_put_bool(args, "force", true);
	g->way_call = app_write_alone("timetable.publish", args,
	    T("grid.publish"), published_cb, g);
}

static void
publish_reason_cb(const char *text, void *arg)
{
	struct grid	*g = arg;

	if (text == NULL || text[0] == '\0')
		return;
	snprintf(g->reason, sizeof g->reason, "%s", text);
	publish(g, false);
}

static void
publish_from_cb(const char *text, void *arg)
{
	struct dialog_line	line = {
		.title = T("grid.publish"), .label = T("grid.reason"),
		.max = 255, .done = publish_reason_cb, .arg = arg
	};
	struct grid		*g = arg;
	struct date		 d;
	char			 day[DATE_TEXT];

	if (text == NULL || !griddate_read(text, &d))
		return;
	date_write(&d, day);
	snprintf(g->from, sizeof g->from, "%.10s", day);
	dialog_line(&line);
}

static void
ask_publish(struct grid *g)
{
	struct dialog_line	line = {
		.title = T("grid.publish"), .label = T("grid.from_date"),
		.text = ui_pick("bugün", "today"), .max = 30,
		.flags = EDIT_OFFER,
		.check = griddate_check, .done = publish_from_cb, .arg = g
	};

	dialog_line(&line);
}

/* --- Templates ------------------------------------------------------------------------- */

static void
template_saved_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		app_error(r);
	else
		toast(TOAST_GOOD, NULL, "%s", T("grid.template_saved"));
}

static void
template_name_cb(const char *name, void *arg)
{
	struct grid	*g = arg;
	struct val	*args;
	int		 res = grid_res(g);

	if (name == NULL || name[0] == '\0' || g->plan == NULL)
		return;
	args = val_put_text(val_map(), "name", name);
	val_put(args, "timetable", val_uuid(g->plan->id));
	if (g->view == G_CLASS && res >= 0)
		val_put(args, "class", val_uuid(
		    g->plan->res[G_CLASS][res].id));
	app_write("timetable.template_save", args, NULL, NULL,
	    template_saved_cb, NULL);
}

static void
ask_template_name(struct grid *g)
{
	struct dialog_line	line = {
		.title = T(g->view == G_CLASS ? "grid.template_of_class" :
		    "grid.template_of_all"), .label = T("grid.template_name"),
		.max = 120, .done = template_name_cb, .arg = g
	};

	dialog_line(&line);
}

static void
template_cb(int what, void *arg)
{
	struct grid		*g = arg;
	const struct val	*one = val_at(g->way, what < 0 ? 0 :
				    (size_t)what);
	struct val		*args;
	int			 res = grid_res(g);

	if (what < 0 || one == NULL || g->plan == NULL)
		return;
	args = val_map();
	val_put(args, "timetable", val_uuid(g->plan->id));
	val_put(args, "template", val_uuid(val_get_str(one, "id")));
	if (g->view == G_CLASS && res >= 0)
		val_put(args, "class", val_uuid(
		    g->plan->res[G_CLASS][res].id));
	grid_do(g, gop_new("timetable.template_apply", args,
	    val_get_str(one, "name")));
}

static void
templates_cb(const struct link_reply *r, void *arg)
{
	struct grid		*g = arg;
	const struct val	*list = val_get(r->body, "templates");
	struct gpick		*item;
	char			 n[24];
	size_t			 i;

	g->way_call = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	val_free(g->way);
	g->way = val_copy(list);
	item = xcalloc(val_count(list) + 1, sizeof *item);
	for (i = 0; i < val_count(list); i++) {
		snprintf(n, sizeof n, "%d", (int)val_get_int(list->item[i],
		    "lessons", 0));
		item[i] = (struct gpick){ xstrdup(val_get_word(list->item[i],
		    "name")), xstrdup(TF("grid.lessons", "n", n, NULL)),
		    (int)i };
	}
	gpick_open(T("grid.which_template"), item, (int)val_count(list), 0,
	    T("grid.no_templates"), template_cb, g);
	for (i = 0; i < val_count(list); i++) {
		free(item[i].text);
		free(item[i].detail);
	}
	free(item);
}

static void
ask_template(struct grid *g)
{
	if (g->way_call != 0)
		app_forget(g->way_call);
	g->way_call = app_once("timetable.templates", NULL, templates_cb, g);
}

/* --- Of one lesson, of all ---------------------------------------------------------------- */

static void
room_cb(int what, void *arg)
{
	struct grid		*g = arg;
	struct glesson		*l;
	struct val		*args;
	struct gop		*op;
	int			 at = g->plan == NULL ? -1 : grid_lesson(g);

	if (what < 0 || at < 0 || what >= g->plan->n[G_ROOM])
		return;
	l = &g->plan->lesson[at];
	args = val_map();
	val_put(args, "lesson", val_uuid(l->id));
	val_put_int(args, "day", l->day);
	val_put_int(args, "period", l->slot % 100);
	val_put(args, "room", val_uuid(g->plan->res[G_ROOM][what].id));
	op = gop_new("timetable.place", args, g->plan->res[G_ROOM][what].name);
	gop_stays(op, l);
	grid_do(g, op);
}

static void
ask_room(struct grid *g)
{
	const struct gplan	*p = g->plan;
	const struct glesson	*l;
	struct gpick		*item;
	int			 i, k, d, at = grid_lesson(g), n = 0;
	bool			 taken;

	if (at < 0)
		return;
	l = &p->lesson[at];
	item = xcalloc((size_t)p->n[G_ROOM] + 1, sizeof *item);
	for (i = 0; i < p->n[G_ROOM]; i++) {
		taken = false;
		for (k = 0; k < p->nlessons && !taken; k++)
			for (d = 0; d < l->duration && !taken; d++)
				taken = k != at && p->lesson[k].placed &&
				    p->lesson[k].room_now == i &&
				    p->lesson[k].day == l->day &&
				    p->lesson[k].slot <= l->slot + d &&
				    l->slot + d < p->lesson[k].slot +
				    p->lesson[k].duration;
		if (!taken)
			item[n++] = (struct gpick){ p->res[G_ROOM][i].name,
			    NULL, i };
	}
	gpick_open(T("grid.which_room"), item, n, 0, T("grid.no_free_room"),
	    room_cb, g);
	free(item);
}

static void
lock_all(struct grid *g, bool yes)
{
	struct val	*args = val_map();

	val_put(args, "timetable", val_uuid(g->plan->id));
	val_put_bool(args, "locked", yes);
	grid_do(g, gop_new("timetable.lock", args, T(yes ? "grid.lock_all" :
	    "grid.unlock_all")));
}

/* --- The menus ------------------------------------------------------------------------------- */

enum does {
	DO_DRAFT, DO_SHOW, DO_BESIDE, DO_ALONE, DO_DIFF, DO_GENERATE,
	DO_PUBLISH, DO_TEMPLATE_SAVE, DO_TEMPLATE, DO_DATE, DO_ROOM,
	DO_LOCK_ALL, DO_UNLOCK_ALL, DO_EXPORT, DO_IMPORT, DO_CARD, DO_LAST
};

static const char *const	labels[DO_LAST] = {
	[DO_DRAFT] = "grid.new_draft", [DO_SHOW] = "grid.other_plan",
	[DO_BESIDE] = "grid.beside", [DO_ALONE] = "grid.alone",
	[DO_DIFF] = "grid.diff", [DO_GENERATE] = "grid.generate",
	[DO_PUBLISH] = "grid.publish",
	[DO_TEMPLATE_SAVE] = "grid.template_save",
	[DO_TEMPLATE] = "grid.template_apply", [DO_DATE] = "grid.date",
	[DO_ROOM] = "grid.other_room", [DO_LOCK_ALL] = "grid.lock_all",
	[DO_UNLOCK_ALL] = "grid.unlock_all", [DO_EXPORT] = "grid.file",
	[DO_IMPORT] = "grid.import", [DO_CARD] = "grid.card"
};

/* Not for this person, or not for this plan. */
static bool
offered(const struct grid *g, enum does what)
{
	bool	draft = strcmp(g->plan->status, "draft") == 0;

	switch (what) {
	case DO_DRAFT:
	case DO_DIFF:
	case DO_BESIDE:
		return app_may("timetable.edit") && (what != DO_BESIDE ||
		    g->other == NULL);
	case DO_ALONE:
		return g->other != NULL;
	case DO_GENERATE:
		return app_may("timetable.generate") &&
		    app_may("timetable.edit");
	case DO_PUBLISH:
		return draft && app_may("timetable.publish") &&
		    app_may("timetable.edit");
	case DO_DATE:
		return strcmp(g->plan->status, "published") == 0;
	case DO_ROOM:
		return grid_may_edit(g) && g->monday == 0 &&
		    grid_lesson(g) >= 0 && g->plan->n[G_ROOM] > 0;
	case DO_TEMPLATE_SAVE:
	case DO_IMPORT:
		return app_may("timetable.edit");
	case DO_TEMPLATE:
	case DO_LOCK_ALL:
	case DO_UNLOCK_ALL:
		return grid_may_edit(g) && g->monday == 0;
	default:
		return true;
	}
}

static void
do_it(struct grid *g, enum does what)
{
	switch (what) {
	case DO_DRAFT:
		ask_draft(g);
		break;
	case DO_SHOW:
		ask_plan(g, PLANS_SHOW);
		break;
	case DO_BESIDE:
		ask_plan(g, PLANS_BESIDE);
		break;
	case DO_ALONE:
		grid_compare(g, NULL);
		break;
	case DO_DIFF:
		ask_plan(g, PLANS_DIFF);
		break;
	case DO_GENERATE:
		grid_generate(g);
		break;
	case DO_PUBLISH:
		ask_publish(g);
		break;
	case DO_TEMPLATE_SAVE:
		ask_template_name(g);
		break;
	case DO_TEMPLATE:
		ask_template(g);
		break;
	case DO_DATE:
		griddate_ask(g);
		break;
	case DO_ROOM:
		ask_room(g);
		break;
	case DO_LOCK_ALL:
	case DO_UNLOCK_ALL:
		lock_all(g, what == DO_LOCK_ALL);
		break;
	case DO_EXPORT:
		gridfile_export(g);
		break;
	case DO_IMPORT:
		gridfile_import();
		break;
	case DO_CARD:
		card_open("timetables", g->plan->id);
		break;
	case DO_LAST:
		break;
	}
}

static void
menu_cb(int choice, void *arg)
{
	struct grid	*g = arg;
	enum does	 i;

	for (i = 0; choice >= 0 && g->plan != NULL && i < DO_LAST; i++)
		if (offered(g, i) && choice-- == 0) {
			do_it(g, i);
			return;
		}
}

void
grid_menu(struct grid *g)
{
	struct dialog_item	item[DO_LAST];
	enum does		i;
	int			n = 0;

	memset(item, 0, sizeof item);
	for (i = 0; i < DO_LAST; i++)
		if (offered(g, i))
			item[n++].label = T(labels[i]);
	dialog_choose(g->plan->name, item, n, 0, menu_cb, g);
}

static void (*const	lists[])(struct grid *) = {
	grid_list_workload, grid_list_completion, grid_list_unplaced,
	grid_list_conflicts, grid_list_free
};

static void
views_cb(int choice, void *arg)
{
	struct grid	*g = arg;

	if (choice >= 0 && g->plan != NULL)
		lists[choice](g);
}

void
grid_views(struct grid *g)
{
	static const char *const	names[] = { "grid.workload",
	    "grid.completion", "grid.unplaced", "grid.conflicts",
	    "grid.free_now" };
	struct dialog_item	item[5];
	int			i;

	memset(item, 0, sizeof item);
	for (i = 0; i < 5; i++)
		item[i].label = T(names[i]);
	dialog_choose(g->plan->name, item, 5, 0, views_cb, g);
}
