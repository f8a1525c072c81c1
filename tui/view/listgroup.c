/*
 * listgroup.c - a list in groups: the server counts and adds up each value of
 * a field; the rows of one group are fetched when it is opened, by the same
 * list with one condition more. See listpane.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/listpane.h"

#define GROUP_ITEMS 60

/* --- Lines --------------------------------------------------------------------- */

static size_t
groups_n(const struct listpane *l)
{
	return val_count(l->groups.list);
}

static size_t
open_rows(const struct listpane *l)
{
	return l->groups.open < 0 ? 0 : rows_n(l->rows);
}

size_t
listpane_lines(const struct listpane *l)
{
	return l->groups.field == NULL ? rows_n(l->rows) :
	    groups_n(l) + open_rows(l);
}

long
listpane_row(const struct listpane *l, size_t line)
{
	size_t	first = (size_t)l->groups.open + 1;

	if (l->groups.field == NULL)
		return line < rows_n(l->rows) ? (long)line : -1;
	if (l->groups.open < 0 || line < first || line >= first +
	    open_rows(l))
		return -1;
	return (long)(line - first);
}

size_t
listpane_row_line(const struct listpane *l, size_t row)
{
	return l->groups.field == NULL ? row :
	    row + (size_t)(l->groups.open + 1);
}

long
listpane_group(const struct listpane *l, size_t line)
{
	if (l->groups.field == NULL || line >= listpane_lines(l) ||
	    listpane_row(l, line) >= 0)
		return -1;
	return (long)(l->groups.open >= 0 && line > (size_t)l->groups.open ?
	    line - open_rows(l) : line);
}

static size_t
group_line(const struct listpane *l, long group)
{
	return (size_t)group + (l->groups.open >= 0 && group > l->groups.open ?
	    open_rows(l) : 0);
}

struct record
listpane_line(const struct listpane *l, size_t line)
{
	long	row = listpane_row(l, line);

	return row < 0 ? (struct record){ NULL, NULL } :
	    rows_at(l->rows, (size_t)row);
}

/* --- The condition of a group --------------------------------------------------- */

static struct date
unit_end(const char *unit, struct date d)
{
	if (strcmp(unit, "year") == 0)
		return (struct date){ d.year, 12, 31 };
	if (strcmp(unit, "month") == 0)
		d.day = date_month_len(d.year, d.month);
	return d;
}

/* first and last day, inclusive */
static void
group_days(const struct listpane *l, const struct val *value, struct val *ops)
{
	struct date	 d;
	struct val	*pair = val_array();
	char		 end[DATE_TEXT];

	if (date_read(value->s, value->len, &d) != DATE_OK) {
		val_free(pair);
		return;
	}
	d = unit_end(l->groups.unit, d);
	date_write(&d, end);
	val_add(pair, val_copy(value));
	val_add(pair, val_text(end));
	val_put(ops, "between", pair);
}

struct val *
listpane_group_filter(const struct listpane *l, struct val *filter)
{
	const struct val	*value, *there;
	const struct field	*f;
	struct val		*ops;

	if (l->groups.field == NULL || l->groups.open < 0)
		return filter;
	value = val_at(val_at(l->groups.list, (size_t)l->groups.open), 0);
	f = def_field(rows_def(l->rows), l->groups.field);
	if (filter == NULL)
		filter = val_map();
	there = val_get(filter, l->groups.field);
	ops = there != NULL && there->kind == VAL_MAP ? val_copy(there) :
	    val_map();
	if (val_is_null(value))
		val_put_bool(ops, "null", true);
	else if (f != NULL && (f->rules.type == VALUE_DATE ||
	    f->rules.type == VALUE_TIMESTAMP))
		group_days(l, value, ops);
	else
		val_put(ops, "eq", val_copy(value));
	val_put(filter, l->groups.field, ops);
	return filter;
}

/* --- Words ------------------------------------------------------------------------ */

static void
group_value(const struct listpane *l, const struct val *g, struct buf *b)
{
	const struct def	*d = rows_def(l->rows);
	const struct field	*f = def_field(d, l->groups.field);
	const struct val	*v = val_at(g, 0);
	struct value_ctx	 ctx = app_ctx();
	struct value_rules	 rules;
	struct buf		 canon = BUF_INIT;
	struct date		 day;

	if (val_is_null(v) || f == NULL) {
		buf_printf(b, "(%s)", TF("views.empty", NULL));
		return;
	}
	rules = f->rules;
	if (rules.type == VALUE_REF) {
		buf_addz(b, val_str(val_at(g, 1)) == NULL ?
		    TF("views.hidden_ref", NULL) : val_str(val_at(g, 1)));
		return;
	}
	if (v->kind == VAL_TEXT && (rules.type == VALUE_DATE ||
	    rules.type == VALUE_TIMESTAMP) &&
	    date_read(v->s, v->len, &day) == DATE_OK) {
		if (strcmp(l->groups.unit, "year") == 0) {
			buf_printf(b, "%d", day.year);
			return;
		}
		if (strcmp(l->groups.unit, "month") == 0) {
			buf_printf(b, "%s %d", month_name(ui_lang(),
			    day.month), day.year);
			return;
		}
		rules.type = VALUE_DATE;
	}
	val_canon(v, &canon);
	value_format(&rules, &ctx, buf_text(&canon), b);
	buf_free(&canon);
}

void
listpane_group_say(const struct listpane *l, long group, struct buf *b)
{
	const struct val	*g = val_at(l->groups.list, (size_t)group);
	char			 n[24];

	group_value(l, g, b);
	snprintf(n, sizeof n, "%lld", val_at(g, 2) == NULL ? 0 :
	    (long long)val_at(g, 2)->i);
	buf_printf(b, ", %s", TF("lists.n_records", "n", n, NULL));
	if (val_count(val_at(g, 3)) > 0) {
		buf_addz(b, ", ");
		sums_text(rows_def(l->rows), val_at(g, 3), b);
	}
	if (group == l->groups.open)
		buf_printf(b, ", %s", TF("lists.group_open", NULL));
}

void
listpane_group_draw(struct listpane *l, struct surface *s, int row,
    size_t line, bool focus)
{
	long			 group = listpane_group(l, line);
	const struct val	*g = val_at(l->groups.list, (size_t)group);
	struct buf		 text = BUF_INIT, sums = BUF_INIT;
	int			 col;

	buf_printf(&text, "%s ", group == l->groups.open ? "-" : "+");
	group_value(l, g, &text);
	sums_text(rows_def(l->rows), val_at(g, 3), &sums);
	if (line == l->cursor)
		draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
	col = 2 + draw_text(s, row, 2, s->cols - 16, STYLE_TITLE,
	    buf_text(&text));
	col += draw_fmt(s, row, col + 2, 12, STYLE_DIM, "%lld",
	    val_at(g, 2) == NULL ? 0 : (long long)val_at(g, 2)->i) + 2;
	if (s->cols - col > 8)
		draw_right(s, row, col + 2, s->cols - col - 4, STYLE_TEXT,
		    buf_text(&sums));
	if (line == l->cursor && focus) {
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		if (!l->typing)
			draw_cursor(s, row, 0);
	}
	buf_free(&text);
	buf_free(&sums);
}

/* --- Loading ---------------------------------------------------------------------- */

/* Where the group stands that stood at `group` in the list before; -1 when
 * it is gone. */
static long
groups_find(const struct listpane *l, const struct val *before, long group)
{
	const struct val	*was = val_at(val_at(before, (size_t)group), 0);
	const struct val	*is;
	size_t			 i;

	for (i = 0; group >= 0 && i < groups_n(l); i++) {
		is = val_at(l->groups.list->item[i], 0);
		if (val_is_null(was) ? val_is_null(is) : val_equal(is, was))
			return (long)i;
	}
	return -1;
}

/* The open group stays open where its value is still there, and the cursor
 * on its group or row, wherever that stands now. */
static void
groups_take(struct listpane *l, const struct val *body)
{
	struct val	*before = l->groups.list;
	long		 group = listpane_group(l, l->cursor);
	long		 row = listpane_row(l, l->cursor);

	l->groups.list = val_copy(val_get(body, "groups"));
	l->groups.more = val_get_bool(body, "more");
	l->groups.open = groups_find(l, before, l->groups.open);
	group = groups_find(l, before, group);
	val_free(before);
	if (group >= 0)
		l->cursor = group_line(l, group);
	else if (row >= 0 && l->groups.open >= 0)
		l->cursor = listpane_row_line(l, (size_t)row);
	if (l->cursor >= listpane_lines(l))
		l->cursor = listpane_lines(l) > 0 ? listpane_lines(l) - 1 : 0;
}

static void
groups_cb(const struct link_reply *r, void *arg)
{
	struct listpane	*l = arg;

	l->groups.call = 0;
	l->groups.error[0] = '\0';
	if (r->ok)
		groups_take(l, r->body);
	else
		snprintf(l->groups.error, sizeof l->groups.error, "%s",
		    r->text);
	ui_redraw();
	listpane_held_run(l);
}

void
listpane_group_load(struct listpane *l)
{
	const struct def	*d = rows_def(l->rows);
	struct val		*args, *sum = sums_wanted(d);
	char			 verb[128];

	if (l->groups.field == NULL || d == NULL) {
		val_free(sum);
		return;
	}
	if (l->groups.call != 0)
		app_forget(l->groups.call);
	args = listpane_query_args(l);
	val_put_text(args, "by", l->groups.field);
	val_put_text(args, "unit", l->groups.unit);
	if (sum != NULL)
		val_put(args, "sum", sum);
	snprintf(verb, sizeof verb, "%s.count", l->type);
	l->groups.call = app_call(verb, args, groups_cb, l);
}

void
listpane_group_free(struct listpane *l)
{
	const char	*given = l->groups.given;

	if (l->groups.call != 0)
		app_forget(l->groups.call);
	free(l->groups.field);
	free(l->groups.unit);
	val_free(l->groups.list);
	memset(&l->groups, 0, sizeof l->groups);
	l->groups.open = -1;
	l->groups.given = given;
}

static void
group_set(struct listpane *l, const char *field, const char *unit)
{
	listpane_group_free(l);
	l->cursor = l->top = 0;
	l->range = -1;
	if (field == NULL)
		return;
	l->groups.field = xstrdup(field);
	l->groups.unit = xstrdup(unit == NULL ? "month" : unit);
}

void
listpane_group_by(struct listpane *l, const char *field, const char *unit)
{
	l->groups.given = NULL;
	group_set(l, field, unit);
	listpane_query(l);
	listpane_group_load(l);
}

void
listpane_group_given(struct listpane *l)
{
	const char	*field = l->groups.given;

	if (l->filter.text != NULL && l->filter.text[0] != '\0')
		field = NULL;
	if (l->groups.given != NULL &&
	    (field == NULL) != (l->groups.field == NULL))
		group_set(l, field, NULL);
}

void
listpane_group_open(struct listpane *l, long group)
{
	l->groups.open = group == l->groups.open ? -1 : group;
	l->cursor = (size_t)group;
	l->range = -1;
	l->id[0] = '\0';
	rows_empty(l->rows);
	if (l->groups.open >= 0)
		listpane_query(l);
	ui_redraw();
}

/* --- Choosing what to group by ------------------------------------------------------ */

struct group_choice {
	const struct field	*f;
	const char		*unit;
};

struct group_menu {
	struct listpane		*l;
	struct group_choice	 choice[GROUP_ITEMS];
	int			 n;
};

static bool
groups_by(const struct field *f)
{
	return f->filter && !f->virtual && (f->rules.type == VALUE_CHOICE ||
	    f->rules.type == VALUE_BOOL || f->rules.type == VALUE_REF ||
	    f->rules.type == VALUE_DATE || f->rules.type == VALUE_TIMESTAMP);
}

static void
group_chosen_cb(int choice, void *arg)
{
	struct group_menu	*m = arg;

	if (choice == m->n)
		listpane_group_by(m->l, NULL, NULL);
	else if (choice >= 0)
		listpane_group_by(m->l, m->choice[choice].f->name,
		    m->choice[choice].unit);
	free(m);
}

void
listpane_group_ask(struct listpane *l)
{
	static const char *const	units[] = { "month", "year", "day" };
	static const char *const	words[] = { "lists.month",
					    "lists.year", "lists.day" };
	const struct def		*d = rows_def(l->rows);
	struct dialog_item		 items[GROUP_ITEMS + 1];
	struct group_menu		*m = xcalloc(1, sizeof *m);
	const struct field		*f;
	size_t				 i, k, n;

	memset(items, 0, sizeof items);
	m->l = l;
	for (i = 0; d != NULL && i < d->nreal; i++) {
		f = &d->fields[i];
		if (!groups_by(f))
			continue;
		n = f->rules.type == VALUE_DATE ||
		    f->rules.type == VALUE_TIMESTAMP ? 3 : 1;
		for (k = 0; k < n && m->n < GROUP_ITEMS - 1; k++) {
			items[m->n].label = app_label(f->label);
			items[m->n].detail = n > 1 ? T(words[k]) : NULL;
			items[m->n].ticked = l->groups.field != NULL &&
			    strcmp(l->groups.field, f->name) == 0 &&
			    (n == 1 || strcmp(l->groups.unit, units[k]) == 0);
			m->choice[m->n].f = f;
			m->choice[m->n++].unit = units[k];
		}
	}
	items[m->n].label = T("lists.no_groups");
	dialog_choose(action_label(ACT_GROUP), items, m->n +
	    (l->groups.field != NULL || m->n == 0), 0, group_chosen_cb, m);
}
