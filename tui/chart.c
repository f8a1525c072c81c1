/* chart.c - see chart.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/money.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/chart.h"
#include "tui/draw.h"
#include "tui/term.h"
#include "tui/theme.h"

#define COLUMNS_HIGH	4	/* lines of a chart over time */
#define BARS_WIDE	60
#define WEEKDAYS	7

enum look { LOOK_BARS, LOOK_COLUMNS, LOOK_DAYS };

struct point {
	char		*label;
	char		*shown;		/* the value as people read it */
	double		 size;
	struct val	*key;
	uint32_t	 style;
	struct date	 day;		/* over time */
};

struct chart {
	enum look	 look;
	char		*by, *period;
	struct val	*filter;
	bool		 more;		/* groups were left out */
	struct point	*point;
	size_t		 n;
	double		 most;
	char		*total;
};

/* --- From the answer --------------------------------------------------------- */

static char *
shown(const struct field *f, const struct val *v)
{
	struct value_ctx	 ctx = app_ctx();
	struct buf		 canon = BUF_INIT, b = BUF_INIT;
	char			 text[DECIMAL_TEXT + 16];

	val_canon(v, &canon);
	if (f != NULL && buf_len(&canon) > 0)
		value_format(&f->rules, &ctx, buf_text(&canon), &b);
	else {
		decimal_format(ui_lang(), buf_len(&canon) == 0 ? "0" :
		    buf_text(&canon), 0, text);
		buf_addz(&b, text);
	}
	buf_free(&canon);
	return buf_take(&b, NULL);
}

static double
number(const struct val *v)
{
	struct buf	b = BUF_INIT;
	double		d;

	val_canon(v, &b);
	d = strtod(buf_text(&b), NULL);
	buf_free(&b);
	return d;
}

/* "Oca", "12.05": short, for the line below. */
static char *
day_label(const char *period, const struct date *d)
{
	if (strcmp(period, "year") == 0)
		return xasprintf("%d", d->year);
	if (strcmp(period, "month") == 0)
		return xasprintf("%s %02d", month_short(ui_lang(), d->month),
		    d->year % 100);
	return xasprintf("%02d.%02d", d->day, d->month);
}

static void
point_label(struct chart *c, struct point *p, const struct field *by,
    const struct val *title)
{
	struct value_ctx	 ctx = app_ctx();
	struct buf		 canon = BUF_INIT, b = BUF_INIT;

	val_canon(p->key, &canon);
	if (c->look != LOOK_BARS && date_read(buf_text(&canon),
	    buf_len(&canon), &p->day) == DATE_OK)
		p->label = day_label(c->period, &p->day);
	else if (val_is_null(p->key))
		p->label = xstrdup(TF("views.empty", NULL));
	else if (by == NULL || by->ref != NULL)
		p->label = xstrdup(val_str(title) != NULL ? val_str(title) :
		    TF("views.hidden_ref", NULL));
	else {
		value_format(&by->rules, &ctx, buf_text(&canon), &b);
		p->label = buf_take(&b, NULL);
	}
	buf_free(&canon);
	buf_free(&b);
}

/* Choices in their own order, those without records too. */
static size_t
choice_place(const struct field *by, const struct val *key)
{
	size_t	i;

	for (i = 0; val_str(key) != NULL && i < by->rules.nchoices; i++) {
		if (strcmp(by->rules.choices[i].code, val_str(key)) == 0)
			break;
	}
	return val_str(key) == NULL ? by->rules.nchoices : i;
}

static void
add_choices(struct chart *c, const struct field *by)
{
	struct val	*v;
	struct record	 r;
	size_t		 i;

	for (i = 0; i < by->rules.nchoices; i++) {
		v = val_put_text(val_map(), by->name,
		    by->rules.choices[i].code);
		r = (struct record){ NULL, v };
		c->point[i].key = val_text(by->rules.choices[i].code);
		c->point[i].style = record_style(by, &r);
		c->point[i].shown = xstrdup("0");
		point_label(c, &c->point[i], by, NULL);
		val_free(v);
	}
	c->n = i;
}

static void
add_row(struct chart *c, const struct field *by, const struct field *measure,
    const struct record *r)
{
	const struct val	*key = record_get(r, "key"), *v;
	size_t			 at = c->n;
	struct point		*p;

	if (by != NULL && by->rules.nchoices > 0)
		at = choice_place(by, key);
	p = &c->point[at];
	if (at >= c->n) {
		c->n = at + 1;
		p->key = val_copy(key);
		p->style = STYLE_TEXT;
		point_label(c, p, by, record_get(r, "title"));
	}
	v = measure != NULL ? record_get(r, "value") : record_get(r, "count");
	free(p->shown);
	p->shown = shown(measure, v);
	p->size = number(v);
	if (p->size > c->most)
		c->most = p->size;
}

static char *
total_of(const struct chart *c, const struct field *measure)
{
	char		 text[64];
	struct val	*v;
	double		 sum = 0;
	char		*out;
	size_t		 i;

	for (i = 0; i < c->n; i++)
		sum += c->point[i].size;
	snprintf(text, sizeof text, "%.*f",
	    measure == NULL ? 0 : measure->rules.scale, sum);
	v = val_text(text);
	out = shown(measure, v);
	val_free(v);
	return out;
}

struct chart *
chart_new(const struct def *d, const struct val *chart,
    const struct val *stats)
{
	struct chart		*c = xcalloc(1, sizeof *c);
	struct record		 r = { val_get(stats, "columns"), NULL };
	const struct val	*rows = val_get(stats, "rows");
	const struct field	*by, *measure;
	const char		*draw = val_get_str(chart, "draw");
	size_t			 i;

	by = def_field(d, val_get_str(chart, "by"));
	measure = def_field(d, val_get_str(chart, "sum"));
	if (measure == NULL)
		measure = def_field(d, val_get_str(chart, "average"));
	c->by = xstrdup(by == NULL ? "" : by->name);
	c->period = xstrdup(val_get_str(chart, "period") == NULL ? "" :
	    val_get_str(chart, "period"));
	c->filter = val_copy(val_get(chart, "filter"));
	c->more = val_get_bool(stats, "more");
	if (draw != NULL && strcmp(draw, "heat") == 0)
		c->look = LOOK_DAYS;
	else if (draw != NULL && strcmp(draw, "spark") == 0)
		c->look = LOOK_COLUMNS;
	c->point = xcalloc(val_count(rows) + (by == NULL ? 0 :
	    by->rules.nchoices) + 1, sizeof *c->point);
	if (by != NULL && by->rules.nchoices > 0)
		add_choices(c, by);
	for (i = 0; i < val_count(rows); i++) {
		r.row = rows->item[i];
		add_row(c, by, measure, &r);
	}
	if (val_get(chart, "average") == NULL)
		c->total = total_of(c, measure);
	return c;
}

void
chart_free(struct chart *c)
{
	size_t	i;

	if (c == NULL)
		return;
	for (i = 0; i < c->n; i++) {
		free(c->point[i].label);
		free(c->point[i].shown);
		val_free(c->point[i].key);
	}
	free(c->point);
	free(c->by);
	free(c->period);
	free(c->total);
	val_free(c->filter);
	free(c);
}

/* --- What is asked, and what a bar stands for --------------------------------- */

struct val *
chart_args(const struct val *chart, const struct val *more)
{
	static const char *const	names[] = { "by", "sum", "average",
	    "period", "last", "next" };
	struct val			*args = val_map(), *f;
	size_t				 i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (val_get(chart, names[i]) != NULL)
			val_put(args, names[i],
			    val_copy(val_get(chart, names[i])));
	}
	f = val_both(val_get(chart, "filter"), more);
	if (f->n > 0)
		val_put(args, "filter", f);
	else
		val_free(f);
	return args;
}

static struct date
next_period(const struct chart *c, struct date d)
{
	if (strcmp(c->period, "day") == 0)
		return date_add_days(d, 1);
	if (strcmp(c->period, "week") == 0)
		return date_add_days(d, 7);
	return date_add_months(d, strcmp(c->period, "month") == 0 ? 1 : 12);
}

struct val *
chart_filter(const struct chart *c, size_t i)
{
	const struct point	*p;
	struct val		*f = val_both(c->filter, NULL), *cond;
	struct date		 end;
	char			 text[DATE_TEXT];

	if (i >= c->n)
		return f;
	p = &c->point[i];
	cond = val_map();
	if (c->look == LOOK_BARS && val_is_null(p->key))
		val_put_bool(cond, "null", true);
	else if (c->look == LOOK_BARS)
		val_put(cond, "eq", val_copy(p->key));
	else {
		end = date_add_days(next_period(c, p->day), -1);
		date_write(&end, text);
		val_put(cond, "ge", val_copy(p->key));
		val_put_text(cond, "le", text);
	}
	val_put(f, c->by, cond);
	return f;
}

const char *
chart_label_at(const struct chart *c, size_t i)
{
	return i < c->n ? c->point[i].label : "";
}

bool
chart_has_bars(const struct chart *c)
{
	return c->look == LOOK_BARS;
}

size_t
chart_count(const struct chart *c)
{
	return c->n;
}

/* --- Bars ----------------------------------------------------------------------- */

/* Eighths of a cell, from the left and from below; quarters in ASCII. */
static const char *
part(bool upright, int eighths)
{
	static const char *const flat[] = { " ", "\u258f", "\u258e", "\u258d",
	    "\u258c", "\u258b", "\u258a", "\u2589", "\u2588" };
	static const char *const up[] = { " ", "\u2581", "\u2582", "\u2583",
	    "\u2584", "\u2585", "\u2586", "\u2587", "\u2588" };

	if (draw_is_ascii())
		return eighths >= 6 ? "#" : eighths >= 3 ? upright ? ":" :
		    "=" : eighths >= 1 ? upright ? "." : "-" : " ";
	return upright ? up[eighths] : flat[eighths];
}

static int
eighths_of(const struct chart *c, double size, int cells)
{
	double	part = c->most <= 0 ? 0 : size / c->most * cells * 8;

	/* What there is shows, however little. */
	return part <= 0 ? 0 : part < 1 ? 1 : (int)part;
}

static int
label_width(const struct chart *c, int cols)
{
	size_t	i;
	int	w, most = 4;

	for (i = 0; i < c->n; i++) {
		w = text_width(c->point[i].label, strlen(c->point[i].label));
		if (w > most)
			most = w;
	}
	return most < cols / 3 ? most : cols / 3;
}

static int
value_width(const struct chart *c)
{
	size_t	i;
	int	w, most = 1;

	for (i = 0; i < c->n; i++) {
		w = text_width(c->point[i].shown, strlen(c->point[i].shown));
		if (w > most)
			most = w;
	}
	return most;
}

static void
bar_line(const struct chart *c, struct surface *s, int row, int line)
{
	const struct point	*p = &c->point[line];
	int			 label = label_width(c, s->cols);
	int			 value = value_width(c), left, n, col;

	draw_text(s, row, 0, label, STYLE_TEXT, p->label);
	draw_right(s, row, label + 1, value, STYLE_TEXT, p->shown);
	col = label + value + 3;
	left = s->cols - col - 1 < BARS_WIDE ? s->cols - col - 1 : BARS_WIDE;
	if (left < 3 || term_caps()->plain)
		return;
	for (n = eighths_of(c, p->size, left); n > 0; n -= 8)
		draw_text(s, row, col++, 1, p->style,
		    part(false, n > 8 ? 8 : n));
}

/* --- Over time --------------------------------------------------------------------- */

/* The first point that is drawn, and the cells of each. */
static size_t
columns_fit(const struct chart *c, int cols, int *width)
{
	size_t	room = cols > 1 ? (size_t)cols : 1;

	*width = c->n == 0 ? 1 : (int)(room / c->n);
	if (*width > 5)
		*width = 5;
	if (*width >= 1)
		return 0;
	*width = 1;
	return c->n - room;
}

static void
columns_axis(const struct chart *c, struct surface *s, int row, size_t first,
    int width)
{
	int	end = (int)(c->n - first) * width, at, w;
	size_t	i;

	/* The last one always, and before it what does not touch it. */
	w = text_width(c->point[c->n - 1].label,
	    strlen(c->point[c->n - 1].label));
	end = end < w ? w : end;
	draw_right(s, row, 0, end, STYLE_DIM, c->point[c->n - 1].label);
	for (at = 0, i = first; i < c->n; i++) {
		int col = (int)(i - first) * width;

		w = text_width(c->point[i].label, strlen(c->point[i].label));
		if (col < at || col + w >= end -
		    text_width(c->point[c->n - 1].label,
		    strlen(c->point[c->n - 1].label)))
			continue;
		draw_text(s, row, col, w, STYLE_DIM, c->point[i].label);
		at = col + w + 2;
	}
}

static void
columns_line(const struct chart *c, struct surface *s, int row, int line)
{
	struct surface	 area = *s;
	size_t		 first, i;
	int		 width, n, k, value = value_width(c);

	if (c->n == 0)
		return;
	area.cols = s->cols - value - 2;
	first = columns_fit(c, area.cols, &width);
	if (line == COLUMNS_HIGH) {
		columns_axis(c, &area, row, first, width);
		return;
	}
	for (i = first; i < c->n; i++) {
		/* The greatest stands beside the top, as a scale. */
		if (c->point[i].size == c->most && line == 0 && c->most > 0)
			draw_right(s, row, s->cols - value - 1, value,
			    STYLE_DIM, c->point[i].shown);
		n = eighths_of(c, c->point[i].size, COLUMNS_HIGH) -
		    (COLUMNS_HIGH - 1 - line) * 8;
		for (k = 0; n > 0 && k < (width > 1 ? width - 1 : 1); k++)
			draw_text(&area, row, (int)(i - first) * width + k, 1,
			    STYLE_LINK, part(true, n > 8 ? 8 : n));
	}
}

/* --- A calendar ----------------------------------------------------------------------- */

static const char *
shade(const struct chart *c, double size)
{
	static const char *const shades[2][5] = {
		{ "\u00b7", "\u2591", "\u2592", "\u2593", "\u2588" },
		{ ".", "-", "+", "*", "#" }
	};
	int	level;

	level = size <= 0 || c->most <= 0 ? 0 : 1 + (int)(size / c->most * 3.99);
	return shades[draw_is_ascii()][level > 4 ? 4 : level];
}

/* Weeks are columns, Monday above. */
static void
days_line(const struct chart *c, struct surface *s, int row, int line)
{
	struct date	 monday;
	size_t		 i, weeks;
	int		 col, month = 0, first, room = (s->cols - 5) / 2;

	if (c->n == 0)
		return;
	monday = date_add_days(c->point[0].day,
	    -(date_weekday(&c->point[0].day) - 1));
	weeks = (size_t)((date_days(&c->point[c->n - 1].day) -
	    date_days(&monday)) / WEEKDAYS) + 1;
	first = (int)weeks > room ? (int)weeks - room : 0;
	if (line > 0)
		draw_text(s, row, 0, 4, STYLE_DIM,
		    weekday_short(ui_lang(), line));
	for (i = 0; i < c->n; i++) {
		col = (date_days(&c->point[i].day) - date_days(&monday)) /
		    WEEKDAYS - first;
		if (col < 0)
			continue;
		if (line == 0 && c->point[i].day.month != month &&
		    c->point[i].day.day <= WEEKDAYS) {
			month = c->point[i].day.month;
			draw_text(s, row, 5 + col * 2, 4, STYLE_DIM,
			    month_short(ui_lang(), month));
		}
		if (line == date_weekday(&c->point[i].day))
			draw_text(s, row, 5 + col * 2, 1, STYLE_TEXT,
			    shade(c, c->point[i].size));
	}
}

/* --- All of them ------------------------------------------------------------------------ */

int
chart_lines(const struct chart *c, int cols, int most)
{
	int	n = (int)c->n;

	(void)cols;
	if (term_caps()->plain || c->look == LOOK_BARS)
		return n < most ? n : most;
	return c->look == LOOK_DAYS ? WEEKDAYS + 1 : COLUMNS_HIGH + 1;
}

void
chart_line(const struct chart *c, struct surface *s, int row, int line,
    int lines)
{
	bool	cut = lines < (int)c->n || c->more;

	if (line >= lines)
		return;
	if (term_caps()->plain || c->look == LOOK_BARS) {
		if (cut && line == lines - 1 && c->look == LOOK_BARS)
			draw_text(s, row, 0, -1, STYLE_DIM, glyph(GLYPH_MORE));
		else
			bar_line(c, s, row, line);
	} else if (c->look == LOOK_DAYS)
		days_line(c, s, row, line);
	else
		columns_line(c, s, row, line);
}

void
chart_say(const struct chart *c, char *out, size_t len)
{
	size_t	i, used = 0;

	out[0] = '\0';
	for (i = 0; i < c->n && used < len; i++) {
		/* Days without anything would be all one hears. */
		if (c->look == LOOK_DAYS && c->point[i].size <= 0)
			continue;
		used += (size_t)snprintf(out + used, len - used, "%s%s %s",
		    used > 0 ? ", " : "", c->point[i].label,
		    c->point[i].shown);
	}
}

void
chart_total(const struct chart *c, char *out, size_t len)
{
	snprintf(out, len, "%s", c->total == NULL ? "" : c->total);
}
