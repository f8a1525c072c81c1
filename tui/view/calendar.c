/* calendar.c - see calendar.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/rows.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/act.h"
#include "tui/view/calendar.h"
#include "tui/view/form.h"
#include "tui/view/span.h"

#define WEEK		7
#define MONTH_WEEKS	6
#define AGENDA_DAYS	62

enum mode { MODE_MONTH, MODE_WEEK, MODE_AGENDA };

/* A record on its days. */
struct item {
	int32_t	 from, to;
	int	 s;		/* second of the day, -1 none */
	int	 set;		/* of rows: 0 begins here, 1 reaches into it */
	size_t	 row;
};

struct calendar {
	char		*type;
	enum mode	 mode;
	struct val	*filter;
	bool		 mine;
	struct rows	*rows[2];
	struct item	*item;
	size_t		 n;
	int32_t		 day;		/* under the cursor */
	int32_t		 from, days;	/* that are shown */
	char		 id[40];	/* chosen among the day's */
	int		 top;		/* first line of the agenda */
	int		 cell_rows, cell_cols;	/* drawn last */
};

bool
calendar_has(const struct def *d)
{
	return span_view(d, "calendar") != NULL;
}

static const struct def *
cal_def(const struct calendar *c)
{
	return defs_find(c->type);
}

static const struct val *
cal_view(const struct calendar *c)
{
	return span_view(cal_def(c), "calendar");
}

static const struct field *
cal_field(const struct calendar *c, const char *name)
{
	const char	*f = val_get_str(cal_view(c), name);

	return f == NULL ? NULL : def_field(cal_def(c), f);
}

static struct record
item_record(const struct calendar *c, const struct item *it)
{
	return rows_at(c->rows[it->set], it->row);
}

static int
by_time(const void *a, const void *b)
{
	const struct item	*x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->s != y->s)
		return x->s < y->s ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Rows came: all of the window are fetched, and laid on their days. */
static void
cal_changed(void *arg)
{
	struct calendar		*c = arg;
	const struct field	*start, *end;
	struct record		 r;
	struct item		 it;
	size_t			 i, n = 0;
	int			 set, s;

	if (cal_view(c) == NULL)
		return;
	start = cal_field(c, "start");
	end = cal_field(c, "end");
	for (set = 0; set < 2 && c->rows[set] != NULL; set++) {
		if (rows_n(c->rows[set]) > 0 && !rows_complete(c->rows[set]))
			rows_need(c->rows[set], rows_n(c->rows[set]) - 1);
		n += rows_n(c->rows[set]);
	}
	free(c->item);
	c->item = xcalloc(n + 1, sizeof *c->item);
	c->n = 0;
	for (set = 0; set < 2 && c->rows[set] != NULL; set++)
		for (i = 0; i < rows_n(c->rows[set]); i++) {
			r = rows_at(c->rows[set], i);
			it = (struct item){ .set = set, .row = i };
			it.from = span_day(start, &r, &it.s);
			it.to = span_day(end, &r, &s);
			if (it.from == SPAN_NONE)
				continue;
			if (it.to == SPAN_NONE || it.to < it.from)
				it.to = it.from;
			c->item[c->n++] = it;
		}
	qsort(c->item, c->n, sizeof *c->item, by_time);
	ui_redraw();
}

/* The days that this mode shows around the cursor. */
static void
cal_window(const struct calendar *c, int32_t *from, int32_t *days)
{
	struct date	d = date_from_days(c->day);

	switch (c->mode) {
	case MODE_MONTH:
		d.day = 1;
		*from = date_days(&d) - (date_weekday(&d) - 1);
		*days = MONTH_WEEKS * WEEK;
		break;
	case MODE_WEEK:
		*from = c->day - (date_weekday(&d) - 1);
		*days = WEEK;
		break;
	case MODE_AGENDA:
		/* It begins where one stands, and goes on while one does. */
		*from = c->days == AGENDA_DAYS && c->day >= c->from &&
		    c->day < c->from + AGENDA_DAYS - WEEK ? c->from : c->day;
		*days = AGENDA_DAYS;
		break;
	}
}

static void
cal_query(struct calendar *c)
{
	const struct field	*start = cal_field(c, "start");
	const struct field	*end = cal_field(c, "end");
	const struct field	*who = span_person(cal_def(c));
	struct val		*f[2] = { val_map(), val_map() }, *range;
	int			 i;

	range = val_map();
	val_put(range, "ge", span_at(start, c->from));
	val_put(range, "lt", span_at(start, c->from + c->days));
	val_put(f[0], start->name, range);
	range = val_map();
	val_put(range, "lt", span_at(start, c->from));
	val_put(f[1], start->name, range);
	if (end != NULL) {
		range = val_map();
		val_put(range, "ge", span_at(end, c->from));
		val_put(f[1], end->name, range);
	}
	for (i = 0; i < 2; i++) {
		if (c->mine && who != NULL)
			val_put(f[i], who->name, val_uuid(app_user_id()));
		if (c->rows[i] == NULL)
			val_free(f[i]);
		else
			rows_query(c->rows[i], NULL, f[i], start->name);
	}
}

/* The cursor moved: other days may have to be fetched. */
static void
cal_move(struct calendar *c, int32_t day)
{
	int32_t	from, days;

	if (day < DATE_DAYS_MIN + 400 || day > DATE_DAYS_MAX - 400)
		return;
	c->day = day;
	cal_window(c, &from, &days);
	if (from == c->from && days == c->days)
		return;
	c->from = from;
	c->days = days;
	cal_query(c);
}

struct cal_arg {
	const char	*type;
	struct val	*filter;
};

static bool
cal_start(struct view *v, void *arg)
{
	struct calendar		*c = v->state;
	struct cal_arg		*a = arg;
	struct val		*columns;
	int			 i;

	c->type = xstrdup(a->type);
	c->filter = a->filter;
	c->day = span_today();
	c->mode = MODE_MONTH;
	for (i = 0; i < (cal_field(c, "end") == NULL ? 1 : 2); i++) {
		c->rows[i] = rows_new(c->type, a->filter == NULL ? NULL :
		    val_copy(a->filter), cal_changed, c);
		columns = span_columns(cal_def(c), cal_view(c));
		rows_choose(c->rows[i], columns);
		val_free(columns);
	}
	cal_window(c, &c->from, &c->days);
	cal_query(c);
	return true;
}

static void
cal_close(struct view *v)
{
	struct calendar	*c = v->state;

	rows_free(c->rows[0]);
	if (c->rows[1] != NULL)
		rows_free(c->rows[1]);
	val_free(c->filter);
	free(c->item);
	free(c->type);
	memset(c, 0, sizeof *c);
}

static void
cal_title(struct view *v, char *out, size_t len)
{
	struct calendar		*c = v->state;
	const struct def	*d = cal_def(c);
	struct date		 day = date_from_days(c->day);

	snprintf(out, len, "%s: %s %d", d == NULL ? "" : app_label(d->labels),
	    month_name(ui_lang(), day.month), day.year);
}

/* --- The items of a day --------------------------------------------------------- */

/* The next one of this day from index i on; -1: no more. */
static long
day_item(const struct calendar *c, int32_t day, size_t i)
{
	for (; i < c->n; i++) {
		if (c->item[i].from <= day && day <= c->item[i].to)
			return (long)i;
	}
	return -1;
}

static int
day_count(const struct calendar *c, int32_t day)
{
	long	i;
	int	n = 0;

	for (i = day_item(c, day, 0); i >= 0;
	    i = day_item(c, day, (size_t)i + 1))
		n++;
	return n;
}

/* The chosen one of the cursor's day: by id, else the first; -1: none. */
static long
cal_chosen(const struct calendar *c)
{
	struct record	 r;
	const char	*id;
	long		 i;

	for (i = day_item(c, c->day, 0); i >= 0;
	    i = day_item(c, c->day, (size_t)i + 1)) {
		r = item_record(c, &c->item[i]);
		id = record_id(&r);
		if (id != NULL && strcmp(id, c->id) == 0)
			return i;
	}
	return day_item(c, c->day, 0);
}

static void
cal_choose(struct calendar *c, long i)
{
	struct record	 r;
	const char	*id;

	if (i < 0)
		return;
	r = item_record(c, &c->item[i]);
	id = record_id(&r);
	snprintf(c->id, sizeof c->id, "%s", id == NULL ? "" : id);
}

/* The next or the previous of the day, around its end. */
static void
cal_step(struct calendar *c, int by)
{
	long	list[512], i, at = cal_chosen(c);
	int	n = 0, k = 0;

	for (i = day_item(c, c->day, 0); i >= 0 && n < 512;
	    i = day_item(c, c->day, (size_t)i + 1)) {
		if (i == at)
			k = n;
		list[n++] = i;
	}
	if (n > 0)
		cal_choose(c, list[(k + by + n) % n]);
}

static uint32_t
item_style(const struct calendar *c, const struct item *it)
{
	struct record	r = item_record(c, it);

	if (span_done(cal_view(c), &r))
		return STYLE_DIM;
	return it->to < span_today() ? STYLE_WARN : STYLE_TEXT;
}

/* "09:30 Title", with a sign for what is over and what is late. */
static void
item_text(const struct calendar *c, const struct item *it, bool whole,
    struct buf *b)
{
	struct record	 r = item_record(c, it);
	char		 at[DATE_TEXT];

	if (span_done(cal_view(c), &r))
		buf_printf(b, "%s ", glyph(GLYPH_CHECK));
	else if (it->to < span_today())
		buf_printf(b, "%s ", glyph(GLYPH_WARN));
	if (it->s >= 0) {
		time_format(it->s, at);
		buf_printf(b, "%s ", at);
	}
	if (whole)
		span_text(cal_def(c), cal_view(c), &r, b);
	else
		record_title(cal_def(c), &r, b);
}

/* --- Drawing -------------------------------------------------------------------- */

static void
cell_head(const struct calendar *c, struct surface *s, int32_t day)
{
	struct date	d = date_from_days(day), at = date_from_days(c->day);
	uint32_t	style = day == span_today() ? STYLE_KEY :
			    c->mode == MODE_MONTH && d.month != at.month ?
			    STYLE_DIM : STYLE_TITLE;

	draw_fmt(s, 0, 1, -1, style, "%s%d%s%s",
	    day == span_today() ? glyph(GLYPH_DOT) : "", d.day,
	    d.day == 1 || c->mode == MODE_WEEK ? " " : "",
	    d.day == 1 || c->mode == MODE_WEEK ?
	    month_short(ui_lang(), d.month) : "");
}

static void
cell_draw(const struct calendar *c, struct surface *s, int32_t day)
{
	struct buf	b = BUF_INIT;
	int		n = day_count(c, day), row = 1, skip = 0, k;
	long		i, at = day == c->day ? cal_chosen(c) : -1;

	cell_head(c, s, day);
	/* The chosen one stays in sight. */
	for (k = 0, i = day_item(c, day, 0); i >= 0 && at >= 0 && i != at;
	    i = day_item(c, day, (size_t)i + 1))
		k++;
	if (k >= s->rows - 1)
		skip = k - (s->rows - 2);
	for (i = day_item(c, day, 0); i >= 0 && row < s->rows;
	    i = day_item(c, day, (size_t)i + 1)) {
		if (skip-- > 0)
			continue;
		buf_clear(&b);
		item_text(c, &c->item[i], false, &b);
		draw_text(s, row, 1, s->cols - 2, i == at ? STYLE_MARKED :
		    item_style(c, &c->item[i]), buf_text(&b));
		if (i == at) {
			draw_style(s, row, 0, 1, s->cols - 1, STYLE_SELECTED);
			draw_cursor(s, row, 1);
		}
		row++;
	}
	buf_free(&b);
	if (n > s->rows - 1)
		draw_fmt(s, 0, s->cols - 5, 4, STYLE_WARN, "+%d",
		    n - (s->rows - 1));
	if (day != c->day)
		return;
	draw_text(s, 0, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
	if (at < 0)
		draw_cursor(s, 0, 0);
}

static void
cal_draw_days(struct calendar *c, struct surface *s)
{
	int		weeks = c->days / WEEK, w, k, i, row;
	struct surface	cell;

	c->cell_cols = s->cols / WEEK;
	c->cell_rows = (s->rows - 1) / weeks;
	for (i = 0; i < WEEK; i++)
		draw_text(s, 0, i * c->cell_cols + 1, c->cell_cols - 2,
		    STYLE_TITLE, c->cell_cols > 12 ?
		    weekday_name(ui_lang(), i + 1) :
		    weekday_short(ui_lang(), i + 1));
	/* The cell with the cursor last: its cursor is the screen's. */
	for (i = 0; i < 2; i++)
		for (w = 0; w < weeks; w++)
			for (k = 0; k < WEEK; k++) {
				int32_t	day = c->from + w * WEEK + k;

				if ((day == c->day) != (i == 1))
					continue;
				row = 1 + w * c->cell_rows;
				cell = draw_sub(s, row, k * c->cell_cols,
				    c->cell_rows, c->cell_cols);
				cell_draw(c, &cell, day);
			}
}

static int
agenda_head(struct surface *s, int row, int32_t day)
{
	struct value_ctx	ctx = app_ctx();
	struct date		d = date_from_days(day);
	struct date		now = date_from_days(span_today());
	char			text[DATE_TEXT], near[48];

	date_format_day(ctx.lang, &d, ctx.date_pattern, text);
	date_relative(ctx.lang, &d, &now, near);
	draw_fmt(s, row, 1, s->cols - 2, STYLE_TITLE, "%s%s%s", text,
	    abs((int)(day - span_today())) < 30 ? "  " : "",
	    abs((int)(day - span_today())) < 30 ? near : "");
	return row + 1;
}

/* Days with something, one below the other. Drawn twice: to know where the
 * cursor stands, and to show it. */
static void
cal_draw_agenda(struct calendar *c, struct surface *s)
{
	struct buf	b = BUF_INIT;
	long		i, at = cal_chosen(c);
	int32_t		day;
	int		line, here = 0, pass;
	bool		shown;

	for (pass = 0; pass < 2; pass++) {
		for (line = 0, day = c->from; day < c->from + c->days; day++) {
			if (day_item(c, day, 0) < 0 && day != c->day)
				continue;
			shown = pass == 1 && line >= c->top &&
			    line < c->top + s->rows;
			if (shown)
				agenda_head(s, line - c->top, day);
			if (day == c->day)
				here = line;
			if (shown && day == c->day && at < 0)
				draw_cursor(s, line - c->top, 0);
			line++;
			for (i = day_item(c, day, 0); i >= 0;
			    i = day_item(c, day, (size_t)i + 1), line++) {
				if (day == c->day && i == at)
					here = line;
				if (pass == 0 || line < c->top ||
				    line >= c->top + s->rows)
					continue;
				buf_clear(&b);
				item_text(c, &c->item[i], true, &b);
				draw_text(s, line - c->top, 4, s->cols - 5,
				    item_style(c, &c->item[i]),
				    buf_text(&b));
				if (day != c->day || i != at)
					continue;
				draw_text(s, line - c->top, 2, 1, STYLE_KEY,
				    glyph(GLYPH_MARK));
				draw_style(s, line - c->top, 0, 1, s->cols,
				    STYLE_SELECTED);
				draw_cursor(s, line - c->top, 2);
			}
		}
		if (here <= c->top)
			c->top = here > 0 ? here - 1 : 0;
		if (here >= c->top + s->rows)
			c->top = here - s->rows + 1;
	}
	buf_free(&b);
}

static void
cal_draw(struct view *v, struct surface *s)
{
	struct calendar	*c = v->state;

	if (cal_view(c) == NULL)
		return;
	if (rows_error(c->rows[0])[0] != '\0')
		draw_wrap(s, 0, 2, s->cols - 4, 3, STYLE_ERROR,
		    rows_error(c->rows[0]), 0);
	else if (c->mode == MODE_AGENDA)
		cal_draw_agenda(c, s);
	else
		cal_draw_days(c, s);
}

static void
cal_words(const struct calendar *c, struct buf *b)
{
	struct value_ctx	ctx = app_ctx();
	struct date		d = date_from_days(c->day);
	char			text[DATE_TEXT], n[16];
	long			i = cal_chosen(c);

	date_format_day(ctx.lang, &d, ctx.date_pattern, text);
	snprintf(n, sizeof n, "%d", day_count(c, c->day));
	buf_printf(b, "%s  %s", text, TF("span.records", "n", n, NULL));
	if (i >= 0) {
		buf_addz(b, "  ");
		item_text(c, &c->item[i], true, b);
	}
}

static void
cal_status(struct view *v, char *out, size_t len)
{
	struct calendar	*c = v->state;
	struct buf	 b = BUF_INIT;

	if (c->mine)
		buf_printf(&b, "[%s] ", T("span.mine"));
	cal_words(c, &b);
	snprintf(out, len, "%s", buf_text(&b));
	buf_free(&b);
}

/* --- Doing ------------------------------------------------------------------------ */

/* The chosen one goes to another day, with the cursor. */
static void
cal_shift(struct calendar *c, int days)
{
	const struct def	*d = cal_def(c);
	const struct field	*start = cal_field(c, "start");
	const struct field	*end = cal_field(c, "end");
	struct buf		 b = BUF_INIT;
	struct val		*args;
	struct record		 r;
	char			 verb[128];
	long			 i = cal_chosen(c);

	if (i < 0)
		return;
	if (!def_can(d, "edit") || !start->edit) {
		toast(TOAST_WARN, NULL, "%s", TF("views.not_allowed", "what",
		    app_label(d->labels), NULL));
		return;
	}
	cal_choose(c, i);
	r = item_record(c, &c->item[i]);
	args = record_args(record_id(&r), record_version(&r));
	val_put(args, start->name, span_later(start, &r, days));
	if (end != NULL && end->edit)
		val_put(args, end->name, span_later(end, &r, days));
	record_title(d, &r, &b);
	snprintf(verb, sizeof verb, "%s.edit", d->name);
	span_move(d->name, buf_text(&b), verb, args);
	buf_free(&b);
	cal_move(c, c->day + days);
}

static void
cal_new(struct calendar *c)
{
	const struct field	*start = cal_field(c, "start");
	struct val		*fixed = c->filter == NULL ? val_map() :
				    val_copy(c->filter);

	val_put(fixed, start->name, span_at(start, c->day));
	form_new(c->type, fixed);
	val_free(fixed);
}

static void
cal_month(struct calendar *c, int by)
{
	struct date	d = date_from_days(c->day);

	if (c->mode == MODE_MONTH) {
		d = date_add_months(d, by);
		cal_move(c, date_days(&d));
	} else
		cal_move(c, c->day + by * (c->mode == MODE_WEEK ? WEEK : 30));
}

/* In the agenda the next day that has something. */
static void
agenda_move(struct calendar *c, int by)
{
	long	i, at = cal_chosen(c), last = -1;
	int32_t	day;

	for (i = day_item(c, c->day, 0); i >= 0;
	    i = day_item(c, c->day, (size_t)i + 1)) {
		if (by < 0 && i == at)
			break;
		if (by > 0 && last == at && at >= 0)
			break;
		last = i;
	}
	if (by > 0 && i >= 0) {
		cal_choose(c, i);
		return;
	}
	if (by < 0 && last >= 0) {
		cal_choose(c, last);
		return;
	}
	for (day = c->day + by; day >= c->from && day < c->from + c->days;
	    day += by) {
		if (day_item(c, day, 0) < 0)
			continue;
		cal_move(c, day);
		c->id[0] = '\0';
		if (by < 0)
			cal_step(c, -1);
		return;
	}
	if (by < 0)
		cal_move(c, c->from - 1);
}

static void
cal_mode(struct calendar *c, enum mode m)
{
	c->mode = m;
	c->days = 0;
	cal_move(c, c->day);
}

static bool
cal_action(struct view *v, enum action a, const struct input *in)
{
	struct calendar	*c = v->state;
	struct record	 r;
	long		 i;

	switch (a) {
	case ACT_LEFT:
	case ACT_RIGHT:
		cal_move(c, c->day + (a == ACT_LEFT ? -1 : 1));
		return true;
	case ACT_UP:
	case ACT_DOWN:
		if (c->mode == MODE_AGENDA)
			agenda_move(c, a == ACT_UP ? -1 : 1);
		else if (c->mode == MODE_WEEK)
			cal_step(c, a == ACT_UP ? -1 : 1);
		else
			cal_move(c, c->day + (a == ACT_UP ? -WEEK : WEEK));
		return true;
	case ACT_NEXT_PANE:
	case ACT_PREV_PANE:
		cal_step(c, a == ACT_NEXT_PANE ? 1 : -1);
		return true;
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
		cal_month(c, a == ACT_PAGE_UP ? -1 : 1);
		return true;
	case ACT_TOP:
	case ACT_TODAY:
		cal_move(c, span_today());
		return true;
	case ACT_TAB:
		if (in == NULL || in->code < '1' || in->code > '3')
			return false;
		cal_mode(c, (enum mode)(in->code - '1'));
		return true;
	case ACT_MOVE_LEFT:
	case ACT_MOVE_RIGHT:
		cal_shift(c, a == ACT_MOVE_LEFT ? -1 : 1);
		return true;
	case ACT_MOVE_UP:
	case ACT_MOVE_DOWN:
		cal_shift(c, a == ACT_MOVE_UP ? -WEEK : WEEK);
		return true;
	case ACT_FILTERS:
		if (span_person(cal_def(c)) == NULL)
			return false;
		c->mine = !c->mine;
		cal_query(c);
		return true;
	case ACT_NEW:
		if (!def_can(cal_def(c), "create"))
			return false;
		cal_new(c);
		return true;
	case ACT_REFRESH:
		cal_query(c);
		return true;
	case ACT_BACK:
	case ACT_CLOSE:
		view_close(v);
		return true;
	default:
		break;
	}
	if ((i = cal_chosen(c)) < 0)
		return false;
	cal_choose(c, i);
	r = item_record(c, &c->item[i]);
	return act_record(cal_def(c), &r, a);
}

static bool
cal_key(struct view *v, const struct input *in)
{
	struct calendar	*c = v->state;
	int32_t		 day;

	if (in->kind != INPUT_MOUSE)
		return false;
	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN) {
		cal_month(c, in->button == MOUSE_WHEEL_UP ? -1 : 1);
		return true;
	}
	if (in->button != MOUSE_PRESS || c->mode == MODE_AGENDA ||
	    in->row < 1 || c->cell_rows == 0 || c->cell_cols == 0)
		return false;
	day = c->from + (in->row - 1) / c->cell_rows * WEEK +
	    in->col / c->cell_cols;
	if (day < c->from + c->days && in->col / c->cell_cols < WEEK)
		cal_move(c, day);
	return true;
}

static void
cal_say(struct view *v, char *out, size_t len)
{
	struct buf	b = BUF_INIT;

	cal_words(v->state, &b);
	snprintf(out, len, "%s", buf_text(&b));
	buf_free(&b);
}

static const char *
cal_label(struct view *v, enum action a)
{
	(void)v;
	switch (a) {
	case ACT_TAB:
		return T("span.modes");
	case ACT_MOVE_RIGHT:
		return T("span.later");
	case ACT_FILTERS:
		return T("span.mine");
	case ACT_NEXT_PANE:
		return T("span.next");
	default:
		return NULL;
	}
}

static const struct view_ops cal_ops = {
	.name = "calendar",
	.when = WHEN_BOARD,
	.size = sizeof(struct calendar),
	.open = cal_start,
	.close = cal_close,
	.title = cal_title,
	.draw = cal_draw,
	.status = cal_status,
	.key = cal_key,
	.action = cal_action,
	.say = cal_say,
	.label = cal_label,
	.hints = { ACT_OPEN, ACT_TAB, ACT_NEXT_PANE, ACT_MOVE_RIGHT, ACT_NEW,
	    ACT_TODAY, ACT_FILTERS, ACT_BACK }
};

void
calendar_open(const char *type, struct val *filter)
{
	struct cal_arg	a = { type, filter };

	if (calendar_has(defs_find(type)))
		view_push(&cal_ops, &a);
	else
		val_free(filter);
}
