/* griddate.c - see griddate.h. */
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
#include "tui/mod/gridint.h"
#include "tui/mod/gridpick.h"
#include "tui/ui.h"
#include "tui/view/span.h"

/* The date of a day of the week that is looked at; days count from Sunday. */
static int32_t
date_of(const struct grid *g, int d)
{
	return g->monday + (d + 6) % 7;
}

static const struct gsub *
sub_of(const struct grid *g, const struct glesson *l)
{
	int	i;

	for (i = 0; g->monday != 0 && l->placed && i < g->nsubs; i++)
		if (strcmp(g->sub[i].entry, l->entry) == 0 &&
		    g->sub[i].day == date_of(g, l->day))
			return &g->sub[i];
	return NULL;
}

const char *
griddate_teacher(const struct grid *g, const struct glesson *l)
{
	const struct gsub	*s = sub_of(g, l);

	return s == NULL ? NULL : s->teacher[0] == '\0' ? "-" : s->teacher;
}

void
griddate_head(const struct grid *g, int day, char *out, size_t size)
{
	struct date	d;

	out[0] = '\0';
	if (g->monday == 0)
		return;
	d = date_from_days(date_of(g, g->plan->day[day].d));
	snprintf(out, size, "%02d.%02d", d.day, d.month);
}

bool
griddate_gives(const struct grid *g, const struct glesson *l, int teacher)
{
	const struct gsub	*s = sub_of(g, l);

	return s != NULL && teacher >= 0 && strcmp(s->teacher_id,
	    g->plan->res[G_TEACHER][teacher].id) == 0;
}

/* --- The week's substitutions ------------------------------------------------------- */

static void
take_sub(struct gsub *s, const struct record *r)
{
	const struct def	*d = defs_find("substitutions");
	const struct field	*f = def_field(d, "teacher_id");
	const char		*on = val_str(record_get(r, "date"));
	struct buf		 name = BUF_INIT;
	struct date		 day;

	memset(s, 0, sizeof *s);
	snprintf(s->id, sizeof s->id, "%s", record_id(r));
	snprintf(s->entry, sizeof s->entry, "%s", val_word(record_get(r,
	    "entry_id")));
	snprintf(s->teacher_id, sizeof s->teacher_id, "%s",
	    val_word(record_get(r, "teacher_id")));
	s->version = record_version(r);
	if (on != NULL && date_read(on, strlen(on), &day) == DATE_OK)
		s->day = date_days(&day);
	if (f != NULL)
		record_text(d, f, r, &name);
	snprintf(s->teacher, sizeof s->teacher, "%s", buf_text(&name));
	buf_free(&name);
}

static void
subs_cb(const struct link_reply *r, void *arg)
{
	struct grid		*g = arg;
	const struct val	*rows = val_get(r->body, "rows");
	struct record		 one = { val_get(r->body, "columns"), NULL };
	size_t			 i;

	g->subs_call = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	free(g->sub);
	g->sub = xcalloc(val_count(rows) + 1, sizeof *g->sub);
	g->nsubs = (int)val_count(rows);
	for (i = 0; i < val_count(rows); i++) {
		one.row = rows->item[i];
		take_sub(&g->sub[i], &one);
	}
	ui_redraw();
}

void
griddate_load(struct grid *g)
{
	static const char *const	columns[] = { "date", "entry_id",
	    "teacher_id" };
	struct val	*args = val_map(), *filter = val_map();
	struct val	*between = val_map(), *range = val_array();
	struct val	*cols = val_array();
	struct date	 a = date_from_days(g->monday);
	struct date	 z = date_from_days(g->monday + 6);
	char		 text[DATE_TEXT];
	size_t		 i;

	if (g->subs_call != 0)
		app_forget(g->subs_call);
	date_write(&a, text);
	val_add(range, val_text(text));
	date_write(&z, text);
	val_add(range, val_text(text));
	val_put(between, "between", range);
	val_put(filter, "date", between);
	val_put(args, "filter", filter);
	for (i = 0; i < sizeof columns / sizeof columns[0]; i++)
		val_add(cols, val_text(columns[i]));
	val_put(args, "columns", cols);
	val_put_int(args, "limit", 200);
	g->subs_call = app_call("substitutions.list", args, subs_cb, g);
}

void
griddate_watch_cb(const struct val *items, void *arg)
{
	struct grid	*g = arg;

	(void)items;
	if (g->monday != 0)
		griddate_load(g);
}

/* --- Which date ------------------------------------------------------------------------ */

bool
griddate_read(const char *text, struct date *d)
{
	struct date	now = date_from_days(span_today());

	return date_parse(ui_lang(), text, strlen(text), &now, d) == DATE_OK;
}

bool
griddate_check(const char *text, char *why, size_t size, void *arg)
{
	struct date	d;

	(void)arg;
	if (griddate_read(text, &d))
		return true;
	snprintf(why, size, "%s", T("grid.bad_date"));
	return false;
}

static void
date_cb(const char *text, void *arg)
{
	struct grid	*g = arg;
	struct date	 d;
	int		 i;

	if (text == NULL || !griddate_read(text, &d))
		return;
	if (g->held >= 0)
		grid_let_go(g);
	g->monday = date_days(&d) - (date_weekday(&d) - 1);
	if ((i = gplan_day(g->plan, date_weekday(&d) % 7)) >= 0)
		grid_goto(g, i, g->period);
	free(g->sub);
	g->sub = NULL;
	g->nsubs = 0;
	griddate_load(g);
	ui_redraw();
}

void
griddate_ask(struct grid *g)
{
	struct dialog_line	line = {
		.title = T("grid.date"), .label = T("grid.date_which"),
		.text = ui_pick("bugün", "today"), .max = 30,
		.flags = EDIT_OFFER,
		.check = griddate_check, .done = date_cb, .arg = g
	};

	if (strcmp(g->plan->status, "draft") == 0) {
		toast(TOAST_WARN, NULL, "%s", T("grid.date_of_draft"));
		return;
	}
	dialog_line(&line);
}

void
griddate_leave(struct grid *g)
{
	g->monday = 0;
	g->nsubs = 0;
	ui_redraw();
}

bool
griddate_refuses(const struct grid *g)
{
	if (g->monday == 0)
		return false;
	toast(TOAST_WARN, NULL, "%s", TF("grid.date_weekly", "back",
	    keys_hint(ACT_BACK), NULL));
	return true;
}

/* --- Who could --------------------------------------------------------------------------- */

static void
made_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		app_error(r);
	watch_touch("substitutions");
}

static void
substitute(struct grid *g, const char *teacher, const char *name)
{
	const struct glesson	*l = &g->plan->lesson[g->sub_lesson];
	const struct gsub	*was = sub_of(g, l);
	struct date		 d = date_from_days(date_of(g, l->day));
	struct val		*args = was == NULL ? val_map() :
				    record_args(was->id, was->version);
	char			 text[DATE_TEXT];

	val_put(args, "teacher_id", teacher == NULL ? val_null() :
	    val_uuid(teacher));
	if (was == NULL) {
		date_write(&d, text);
		val_put_text(args, "date", text);
		val_put(args, "entry_id", val_uuid(l->entry));
	}
	app_write(was != NULL ? "substitutions.edit" :
	    "substitutions.create", args, NULL, TF("grid.instead", "who", name,
	    NULL), made_cb, NULL);
}

/* The last ones: nobody, and as planned. */
static void
chosen_cb(int what, void *arg)
{
	struct grid		*g = arg;
	const struct gsub	*was;
	const struct val	*one;
	int			 n = (int)val_count(g->way);

	if (what < 0 || g->sub_lesson >= g->plan->nlessons ||
	    g->monday == 0)
		return;
	if (what < n) {
		one = val_at(g->way, (size_t)what);
		substitute(g, val_get_str(one, "teacher"), val_get_str(one,
		    "name"));
	} else if (what == n) {
		substitute(g, NULL, T("grid.not_held"));
	} else if ((was = sub_of(g, &g->plan->lesson[g->sub_lesson])) !=
	    NULL) {
		app_write("substitutions.delete", record_args(was->id,
		    was->version), NULL, T("grid.as_planned"), made_cb, NULL);
	}
}

static void
free_cb(const struct link_reply *r, void *arg)
{
	struct grid		*g = arg;
	const struct val	*list = val_get(r->body, "teachers"), *one;
	struct gpick		*item;
	struct buf		 b = BUF_INIT;
	char			 n[24];
	int			 i, count = (int)val_count(list);

	g->way_call = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	val_free(g->way);
	g->way = val_copy(list);
	item = xcalloc((size_t)count + 2, sizeof *item);
	for (i = 0; i < count; i++) {
		one = list->item[i];
		snprintf(n, sizeof n, "%d", (int)val_get_int(one, "lessons",
		    0));
		buf_clear(&b);
		buf_printf(&b, "%s%s%s", val_get_bool(one, "subject") ?
		    T("grid.fits") : "", val_get_bool(one, "knows_class") ?
		    T("grid.knows") : "", TF("grid.that_day", "n", n, NULL));
		item[i] = (struct gpick){ xstrdup(val_get_word(one, "name")),
		    xstrdup(buf_text(&b)), i };
	}
	item[count] = (struct gpick){ xstrdup(T("grid.not_held")), NULL,
	    count };
	item[count + 1] = (struct gpick){ xstrdup(T("grid.as_planned")), NULL,
	    count + 1 };
	gpick_open(T("grid.who_instead"), item, count + 2, 0, "", chosen_cb,
	    g);
	for (i = 0; i < count + 2; i++) {
		free(item[i].text);
		free(item[i].detail);
	}
	free(item);
	buf_free(&b);
}

void
griddate_substitute(struct grid *g)
{
	const struct glesson	*l;
	struct date		 d;
	struct val		*args;
	char			 text[DATE_TEXT];
	int			 at = grid_lesson(g);

	if (g->monday == 0) {
		griddate_ask(g);
		return;
	}
	if (at < 0 || !grid_may_edit(g)) {
		toast(TOAST_WARN, NULL, "%s", T(at < 0 ? "grid.empty" :
		    "grid.may_not"));
		return;
	}
	l = &g->plan->lesson[at];
	g->sub_lesson = at;
	d = date_from_days(date_of(g, l->day));
	date_write(&d, text);
	args = val_map();
	val_put(args, "entry", val_uuid(l->entry));
	val_put_text(args, "date", text);
	if (g->way_call != 0)
		app_forget(g->way_call);
	g->way_call = app_once("timetable.substitutes", args, free_cb, g);
}
