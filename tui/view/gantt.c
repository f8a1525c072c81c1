/* gantt.c - see gantt.h. What is moved is held first: Enter puts it down and
 * tells the server, Esc puts it back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/rows.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/act.h"
#include "tui/view/form.h"
#include "tui/view/gantt.h"
#include "tui/view/span.h"

#define HEAD	2		/* rows above the bars */
#define PREVIEW	8		/* successors named in the question */

enum zoom { ZOOM_DAY, ZOOM_WEEK, ZOOM_MONTH };
enum wanted { WANT_OPEN, WANT_MINE, WANT_ALL, WANT_COUNT };

struct bar {
	int32_t	 from, to;	/* SPAN_NONE: not known */
	bool	 done;
	size_t	 row;
	char	*id;
};

struct link_line {
	long	 before, after;	/* bars */
};

struct gantt {
	char		*type;
	struct val	*filter;
	enum wanted	 want;
	struct rows	*rows, *links;
	struct bar	*bar;
	long		*by_id;		/* bars in the order of their ids */
	size_t		 n;
	struct link_line *line;
	size_t		 nlines;
	long		 at, top;
	char		 id[40];	/* under the cursor */
	enum zoom	 zoom;
	int32_t		 left;		/* first day shown */
	bool		 placed;
	int		 names, page;	/* columns of names, rows of bars */
	/* what is held */
	bool		 held, asking;
	int32_t		 from, to;
	char		 held_id[40];
	int64_t		 version;
	char		*title;
	uint64_t	 call;		/* what would follow */
	/* the mouse */
	bool		 drag, stretch;
	int32_t		 grip;
};

bool
gantt_has(const struct def *d)
{
	return span_view(d, "gantt") != NULL;
}

static const struct def *
gantt_def(const struct gantt *g)
{
	return defs_find(g->type);
}

static const struct val *
gantt_view(const struct gantt *g)
{
	return span_view(gantt_def(g), "gantt");
}

static const struct field *
gantt_field(const struct gantt *g, const char *name)
{
	const char	*f = val_get_str(gantt_view(g), name);

	return f == NULL ? NULL : def_field(gantt_def(g), f);
}

/* --- Bars and what ties them ------------------------------------------------------- */

static const struct gantt *sorting;

static int
by_id(const void *a, const void *b)
{
	return strcmp(sorting->bar[*(const long *)a].id,
	    sorting->bar[*(const long *)b].id);
}

static long
bar_find(const struct gantt *g, const char *id)
{
	size_t	lo = 0, hi = g->n, mid;
	int	cmp;

	while (id != NULL && lo < hi) {
		mid = lo + (hi - lo) / 2;
		cmp = strcmp(id, g->bar[g->by_id[mid]].id);
		if (cmp == 0)
			return g->by_id[mid];
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

static const char *
group_of(const struct gantt *g, size_t row, char *out, size_t len)
{
	const struct field	*f = gantt_field(g, "group");
	struct record		 r = rows_at(g->rows, row);
	const char		*s = NULL;
	char			 name[160];

	if (f != NULL) {
		snprintf(name, sizeof name, "%s.title", f->name);
		s = val_str(record_get(&r, name));
	}
	snprintf(out, len, "%s", s == NULL ? "" : s);
	return out;
}

/* Within a group by their days, as the server sorted them. */
static int
by_group(const void *a, const void *b)
{
	const struct bar	*x = a, *y = b;
	char			 p[200], q[200];
	int			 cmp;

	cmp = strcmp(group_of(sorting, x->row, p, sizeof p),
	    group_of(sorting, y->row, q, sizeof q));
	if (cmp != 0)
		return p[0] == '\0' ? 1 : q[0] == '\0' ? -1 : cmp;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void
bars_free(struct gantt *g)
{
	size_t	i;

	for (i = 0; i < g->n; i++)
		free(g->bar[i].id);
	free(g->bar);
	free(g->by_id);
	g->bar = NULL;
	g->by_id = NULL;
	g->n = 0;
}

static void
links_fill(struct gantt *g)
{
	const struct val	*dep = val_get(gantt_view(g), "depends");
	struct record		 r;
	struct link_line	 l;
	size_t			 i, n = g->links == NULL ? 0 :
				    rows_n(g->links);

	free(g->line);
	g->line = xcalloc(n + 1, sizeof *g->line);
	g->nlines = 0;
	for (i = 0; i < n; i++) {
		r = rows_at(g->links, i);
		l.after = bar_find(g, val_str(record_get(&r,
		    val_get_str(dep, "by"))));
		l.before = bar_find(g, val_str(record_get(&r,
		    val_get_str(dep, "on"))));
		if (l.after >= 0 && l.before >= 0)
			g->line[g->nlines++] = l;
	}
}

static void
gantt_place(struct gantt *g)
{
	long	i = bar_find(g, g->id);

	if (i >= 0)
		g->at = i;
	if (g->at >= (long)g->n)
		g->at = g->n > 0 ? (long)g->n - 1 : 0;
	if (g->n > 0)
		snprintf(g->id, sizeof g->id, "%s", g->bar[g->at].id);
}

static void
gantt_changed(void *arg)
{
	struct gantt		*g = arg;
	const struct field	*start, *end;
	struct record		 r;
	struct bar		*b;
	size_t			 i, n;
	int			 s;

	if (gantt_view(g) == NULL)
		return;
	n = rows_n(g->rows);
	if (n > 0 && !rows_complete(g->rows))
		rows_need(g->rows, n - 1);
	if (g->links != NULL && rows_n(g->links) > 0 &&
	    !rows_complete(g->links))
		rows_need(g->links, rows_n(g->links) - 1);
	bars_free(g);
	start = gantt_field(g, "start");
	end = gantt_field(g, "end");
	g->bar = xcalloc(n + 1, sizeof *g->bar);
	g->by_id = xcalloc(n + 1, sizeof *g->by_id);
	for (i = 0; i < n; i++) {
		r = rows_at(g->rows, i);
		if (record_id(&r) == NULL)
			continue;
		b = &g->bar[g->n];
		b->row = i;
		b->id = xstrdup(record_id(&r));
		b->from = span_day(start, &r, &s);
		b->to = span_day(end, &r, &s);
		b->from = b->from == SPAN_NONE ? b->to : b->from;
		b->to = b->to == SPAN_NONE ? b->from : b->to;
		b->done = span_done(gantt_view(g), &r);
		g->by_id[g->n] = (long)g->n;
		g->n++;
	}
	sorting = g;
	if (gantt_field(g, "group") != NULL)
		qsort(g->bar, g->n, sizeof *g->bar, by_group);
	qsort(g->by_id, g->n, sizeof *g->by_id, by_id);
	links_fill(g);
	gantt_place(g);
	ui_redraw();
}

/* What is not done: every other value of the field that says it. */
static struct val *
gantt_open_values(const struct field *f, const struct val *done)
{
	struct val	*list = val_array(), *in = val_map();
	size_t		 i, k;

	for (i = 0; i < f->rules.nchoices; i++) {
		for (k = 0; k < val_count(done); k++)
			if (strcmp(val_str(val_at(done, k)),
			    f->rules.choices[i].code) == 0)
				break;
		if (k == val_count(done))
			val_add(list, val_text(f->rules.choices[i].code));
	}
	val_put(in, "in", list);
	return in;
}

static void
gantt_query(struct gantt *g)
{
	const struct def	*d = gantt_def(g);
	const struct val	*done = val_get(gantt_view(g), "done");
	const struct field	*f, *who = span_person(d);
	struct val		*filter = val_map();

	if (g->want == WANT_MINE && who != NULL)
		val_put(filter, who->name, val_uuid(app_user_id()));
	if (g->want != WANT_ALL && val_count(done) > 0 &&
	    (f = def_field(d, done->key[0])) != NULL)
		val_put(filter, f->name, gantt_open_values(f, done->item[0]));
	rows_query(g->rows, NULL, filter, val_get_str(gantt_view(g),
	    "start"));
}

struct gantt_arg {
	const char	*type;
	struct val	*filter;
};

static void
links_start(struct gantt *g)
{
	const struct val	*dep = val_get(gantt_view(g), "depends");
	const char		*record = val_get_str(dep, "record");
	static const char *const names[] = { "by", "on", "lag" };
	struct val		*columns, *one;
	size_t			 i;

	if (record == NULL || !def_can(defs_find(record), "list"))
		return;
	g->links = rows_new(record, NULL, gantt_changed, g);
	columns = val_array();
	for (i = 0; i < 3; i++) {
		if (val_get_str(dep, names[i]) == NULL)
			continue;
		one = val_array();
		val_add(one, val_text(val_get_str(dep, names[i])));
		val_add(one, val_int(0));
		val_add(columns, one);
	}
	rows_choose(g->links, columns);
	val_free(columns);
	rows_query(g->links, NULL, NULL, NULL);
}

static bool
gantt_start(struct view *v, void *arg)
{
	struct gantt		*g = v->state;
	struct gantt_arg	*a = arg;
	struct val		*columns;

	g->type = xstrdup(a->type);
	g->filter = a->filter;
	g->zoom = ZOOM_WEEK;
	g->want = a->filter == NULL ? WANT_OPEN : WANT_ALL;
	g->rows = rows_new(g->type, a->filter == NULL ? NULL :
	    val_copy(a->filter), gantt_changed, g);
	columns = span_columns(gantt_def(g), gantt_view(g));
	rows_choose(g->rows, columns);
	val_free(columns);
	links_start(g);
	gantt_query(g);
	return true;
}

static void
gantt_close(struct view *v)
{
	struct gantt	*g = v->state;

	if (g->call != 0)
		app_forget(g->call);
	rows_free(g->rows);
	if (g->links != NULL)
		rows_free(g->links);
	bars_free(g);
	free(g->line);
	free(g->title);
	val_free(g->filter);
	free(g->type);
	memset(g, 0, sizeof *g);
}

static void
gantt_title(struct view *v, char *out, size_t len)
{
	struct gantt		*g = v->state;
	const struct def	*d = gantt_def(g);

	snprintf(out, len, "%s: Gantt", d == NULL ? "" :
	    app_label(d->labels));
}

/* --- Days and columns -------------------------------------------------------------- */

/* Columns a day at day zoom; days a column at the others. */
static int
day_col(const struct gantt *g, int32_t day)
{
	int32_t	n = day - g->left;

	switch (g->zoom) {
	case ZOOM_DAY:
		return (int)n * 3;
	case ZOOM_WEEK:
		return (int)n;
	case ZOOM_MONTH:
		break;
	}
	return (int)(n >= 0 ? n / 4 : (n - 3) / 4);
}

/* The column after the last of a day. */
static int
day_end_col(const struct gantt *g, int32_t day)
{
	return g->zoom == ZOOM_DAY ? day_col(g, day) + 3 : day_col(g, day) + 1;
}

static int32_t
col_day(const struct gantt *g, int col)
{
	return g->left + (g->zoom == ZOOM_DAY ? col / 3 : g->zoom ==
	    ZOOM_WEEK ? col : col * 4);
}

static int32_t
gantt_days(const struct gantt *g, int cols)
{
	return col_day(g, cols) - g->left;
}

static int
gantt_unit(const struct gantt *g)
{
	return g->zoom == ZOOM_MONTH ? 7 : 1;
}

/* The bar as it stands: one that is held where it is held. */
static void
bar_span(const struct gantt *g, long i, int32_t *from, int32_t *to)
{
	bool	held = g->held && strcmp(g->bar[i].id, g->held_id) == 0;

	*from = held ? g->from : g->bar[i].from;
	*to = held ? g->to : g->bar[i].to;
}

/* --- Drawing ------------------------------------------------------------------------- */

static void
head_draw(const struct gantt *g, struct surface *s)
{
	struct date	d;
	int32_t		day, last = g->left + gantt_days(g, s->cols);
	int		col, today = day_col(g, span_today());
	int		free_month = 0, free_day = 0;

	for (day = g->left; day <= last; day++) {
		d = date_from_days(day);
		col = day_col(g, day);
		if ((d.day == 1 || day == g->left) && col >= free_month &&
		    col + 8 < s->cols)
			free_month = col + 1 + draw_fmt(s, 0, col, -1,
			    STYLE_TITLE, "%s %d", month_name(ui_lang(),
			    d.month), d.year);
		if (col < free_day || col + 2 > s->cols)
			continue;
		if (g->zoom == ZOOM_DAY || (date_weekday(&d) == 1 &&
		    (g->zoom == ZOOM_WEEK || d.day <= 7)))
			free_day = col + 1 + draw_fmt(s, 1, col, -1,
			    date_weekday(&d) >= 6 ? STYLE_DIM : STYLE_TEXT,
			    "%d", d.day);
	}
	if (today >= 0 && today < s->cols)
		draw_text(s, 1, today, 1, STYLE_KEY, glyph(GLYPH_DOWN));
}

static bool
cell_blank(const struct surface *s, int row, int col)
{
	const struct cell	*c;

	if (row < 0 || col < 0 || row >= s->rows || col >= s->cols)
		return false;
	c = &s->screen->cells[(s->row + row) * s->screen->cols + s->col +
	    col];
	return c->ch[0] == ' ' || c->ch[0] == 0;
}

static void
put_blank(struct surface *s, int row, int col, uint32_t style,
    const char *text)
{
	if (cell_blank(s, row, col))
		draw_text(s, row, col, 1, style, text);
}

/* From the end of what comes first, down or up, to the start of the other. */
static void
link_draw(const struct gantt *g, struct surface *s,
    const struct link_line *l)
{
	int32_t		from, to, start, x;
	long		a = l->before - g->top, b = l->after - g->top, i;
	int		col, stop, step = b > a ? 1 : -1;
	uint32_t	style;

	bar_span(g, l->before, &from, &to);
	bar_span(g, l->after, &start, &x);
	if (to == SPAN_NONE || start == SPAN_NONE || a == b ||
	    (a < 0 && b < 0) || (a >= s->rows && b >= s->rows))
		return;
	style = start <= to ? STYLE_ERROR : l->before == g->at ||
	    l->after == g->at ? STYLE_KEY : STYLE_DIM;
	col = day_end_col(g, to) - 1;
	stop = day_col(g, start);
	for (i = a + step; i != b; i += step)
		put_blank(s, (int)i, col, style, glyph(GLYPH_BAR));
	put_blank(s, (int)b, col, style, step > 0 ? glyph(GLYPH_LEAF) :
	    draw_is_ascii() ? "+" : "\u250c");
	for (col++; col < stop - 1; col++)
		put_blank(s, (int)b, col, style, glyph(GLYPH_LINE));
	if (col == stop - 1)
		put_blank(s, (int)b, col, style, glyph(GLYPH_ARROW));
}

static void
bar_draw(const struct gantt *g, struct surface *s, int row, long i)
{
	const struct bar	*b = &g->bar[i];
	bool			 held = g->held && strcmp(b->id, g->held_id)
				    == 0;
	const char		*full = draw_is_ascii() ? "=" : "\u2588";
	int32_t			 from, to;
	uint32_t		 style;
	int			 col, end;

	bar_span(g, i, &from, &to);
	if (from == SPAN_NONE)
		return;
	style = held ? STYLE_MARKED : b->done ? STYLE_DIM :
	    to < span_today() ? STYLE_ERROR : i == g->at ? STYLE_KEY :
	    STYLE_GOOD;
	if (b->done)
		full = draw_is_ascii() ? "-" : "\u2592";
	if (held)
		full = draw_is_ascii() ? "#" : "\u2593";
	col = day_col(g, from);
	end = day_end_col(g, to);
	if (end > 0 && col < s->cols && end <= col)
		end = col + 1;
	for (col = col < 0 ? 0 : col; col < end && col < s->cols; col++)
		draw_text(s, row, col, 1, style, full);
	if (!b->done && to < span_today() && end >= 0)
		put_blank(s, row, end, STYLE_ERROR, glyph(GLYPH_WARN));
}

static void
name_draw(const struct gantt *g, struct surface *s, int row, long i)
{
	const struct bar	*b = &g->bar[i];
	struct record		 r = rows_at(g->rows, b->row);
	struct buf		 t = BUF_INIT;
	char			 group[200], over[200];
	int			 w;

	record_title(gantt_def(g), &r, &t);
	w = draw_text(s, row, 2, g->names - 3, b->done ? STYLE_DIM :
	    STYLE_TEXT, buf_text(&t));
	if (b->done)
		draw_text(s, row, 1, 1, STYLE_DIM, glyph(GLYPH_CHECK));
	/* The group's name beside its first one. */
	group_of(g, b->row, group, sizeof group);
	if (group[0] != '\0' && g->names - w > 8 && (i == g->top ||
	    strcmp(group, group_of(g, g->bar[i - 1].row, over,
	    sizeof over)) != 0))
		draw_text(s, row, w + 4, g->names - w - 5, STYLE_TITLE,
		    group);
	buf_free(&t);
	if (i != g->at)
		return;
	draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
	draw_style(s, row, 0, 1, g->names - 1, STYLE_SELECTED);
	draw_cursor(s, row, 0);
}

static void
gantt_scroll(struct gantt *g, int cols)
{
	int32_t	from, to, days = gantt_days(g, cols);

	if (g->at < g->top)
		g->top = g->at;
	if (g->at >= g->top + g->page)
		g->top = g->at - g->page + 1;
	if (!g->placed && g->n > 0) {
		g->left = span_today() - days / 4;
		g->placed = true;
	}
	if (!g->held)
		return;
	bar_span(g, g->at, &from, &to);
	if (to != SPAN_NONE && to >= g->left + days)
		g->left = to - days + gantt_unit(g) + 1;
	if (from != SPAN_NONE && from < g->left)
		g->left = from - gantt_unit(g);
}

static void
gantt_draw(struct view *v, struct surface *s)
{
	struct gantt	*g = v->state;
	struct surface	 chart, head, names;
	size_t		 k;
	int		 i, today;

	if (gantt_view(g) == NULL)
		return;
	if (rows_error(g->rows)[0] != '\0') {
		draw_wrap(s, 0, 2, s->cols - 4, 3, STYLE_ERROR,
		    rows_error(g->rows), 0);
		return;
	}
	g->names = s->cols / 3 < 50 ? s->cols / 3 : 50;
	g->page = s->rows - HEAD;
	gantt_scroll(g, s->cols - g->names);
	head = draw_sub(s, 0, g->names, HEAD, s->cols - g->names);
	chart = draw_sub(s, HEAD, g->names, g->page, s->cols - g->names);
	names = draw_sub(s, HEAD, 0, g->page, g->names);
	head_draw(g, &head);
	if (g->n == 0 && rows_loaded(g->rows))
		draw_text(s, HEAD, 2, -1, STYLE_DIM, T("span.none"));
	for (i = 0; i < g->page && g->top + i < (long)g->n; i++)
		bar_draw(g, &chart, i, g->top + i);
	for (k = 0; k < g->nlines; k++)
		link_draw(g, &chart, &g->line[k]);
	today = day_col(g, span_today());
	for (i = 0; i < g->page && i + g->top < (long)g->n; i++)
		put_blank(&chart, i, today, STYLE_KEY, draw_is_ascii() ?
		    ":" : "\u250a");
	for (i = 0; i < g->page && g->top + i < (long)g->n; i++)
		name_draw(g, &names, i, g->top + i);
}

/* "3/41  12.12.2025 - 15.12.2025 (4 gün)". */
static void
gantt_words(const struct gantt *g, struct buf *b)
{
	struct value_ctx	ctx = app_ctx();
	int32_t			from, to;
	char			a[DATE_TEXT], z[DATE_TEXT], n[16];
	struct date		d;

	if (g->n == 0)
		return;
	bar_span(g, g->at, &from, &to);
	if (from == SPAN_NONE) {
		buf_addz(b, T("span.no_days"));
		return;
	}
	d = date_from_days(from);
	date_format(&d, ctx.date_pattern, a);
	d = date_from_days(to);
	date_format(&d, ctx.date_pattern, z);
	snprintf(n, sizeof n, "%d", (int)(to - from + 1));
	buf_printf(b, "%s - %s (%s)", a, z, TF("span.days", "n", n, NULL));
}

static void
gantt_status(struct view *v, char *out, size_t len)
{
	static const char *const	wants[] = { "span.open", "span.mine",
	    "span.all" };
	struct gantt	*g = v->state;
	struct buf	 b = BUF_INIT;

	buf_printf(&b, "[%s] %ld/%zu  ", T(wants[g->want]), g->n == 0 ? 0 :
	    g->at + 1, g->n);
	gantt_words(g, &b);
	if (g->held)
		buf_printf(&b, "  %s", T("span.held"));
	snprintf(out, len, "%s", buf_text(&b));
	buf_free(&b);
}

static void
gantt_say(struct view *v, char *out, size_t len)
{
	struct gantt	*g = v->state;
	struct buf	 b = BUF_INIT;
	struct record	 r;

	if (g->n > 0) {
		r = rows_at(g->rows, g->bar[g->at].row);
		buf_printf(&b, "%ld/%zu, ", g->at + 1, g->n);
		span_text(gantt_def(g), gantt_view(g), &r, &b);
		buf_addz(&b, ", ");
		gantt_words(g, &b);
	} else
		buf_addz(&b, T("span.none"));
	snprintf(out, len, "%s", buf_text(&b));
	buf_free(&b);
}

/* --- Holding ---------------------------------------------------------------------- */

static void
hold_end(struct gantt *g)
{
	g->held = g->asking = g->drag = false;
	ui_redraw();
}

static bool
hold_begin(struct gantt *g)
{
	const struct def	*d = gantt_def(g);
	struct buf		 t = BUF_INIT;
	struct record		 r;

	if (g->held)
		return true;
	if (g->n == 0 || g->bar[g->at].from == SPAN_NONE)
		return false;
	if (!def_can(d, "edit") || !gantt_field(g, "start")->edit ||
	    !gantt_field(g, "end")->edit) {
		toast(TOAST_WARN, NULL, "%s", TF("views.not_allowed", "what",
		    app_label(d->labels), NULL));
		return false;
	}
	r = rows_at(g->rows, g->bar[g->at].row);
	g->held = true;
	g->from = g->bar[g->at].from;
	g->to = g->bar[g->at].to;
	g->version = record_version(&r);
	snprintf(g->held_id, sizeof g->held_id, "%s", g->bar[g->at].id);
	record_title(d, &r, &t);
	free(g->title);
	g->title = xstrdup(buf_text(&t));
	buf_free(&t);
	return true;
}

/* Both ends, or the last alone; an end before its start is refused. */
static void
hold_move(struct gantt *g, int start, int end)
{
	if (g->asking || !hold_begin(g))
		return;
	if (g->to + end < g->from + start) {
		toast(TOAST_WARN, NULL, "%s", T("span.end_first"));
		return;
	}
	g->from += start;
	g->to += end;
	ui_redraw();
}

static void
hold_saved_cb(const struct link_reply *r, void *arg)
{
	char	*type = arg;

	if (!r->ok)
		app_error(r);
	watch_touch(type);
	free(type);
}

static void
hold_save(struct gantt *g, bool follow)
{
	const char	*move = val_get_str(gantt_view(g), "move");
	struct val	*args = val_map();
	char		 verb[128];
	long		 i = bar_find(g, g->held_id);

	val_put(args, "id", val_uuid(g->held_id));
	val_put_int(args, "version", g->version);
	val_put(args, move != NULL ? "start" : gantt_field(g, "start")->name,
	    span_at(gantt_field(g, "start"), g->from));
	val_put(args, move != NULL ? "end" : gantt_field(g, "end")->name,
	    span_at(gantt_field(g, "end"), g->to));
	if (move != NULL)
		val_put_bool(args, "follow", follow);
	snprintf(verb, sizeof verb, "%s.edit", g->type);
	app_write(move != NULL ? move : verb, args, NULL, TF("span.moved",
	    "what", g->title, NULL), hold_saved_cb, xstrdup(g->type));
	/* It stands there until the server says otherwise. */
	if (i >= 0) {
		g->bar[i].from = g->from;
		g->bar[i].to = g->to;
	}
	hold_end(g);
}

static void
hold_asked_cb(int choice, void *arg)
{
	struct gantt	*g = arg;

	if (!g->asking)
		return;
	if (choice == 0 || choice == 1)
		hold_save(g, choice == 0);
	else
		hold_end(g);
}

static void
preview_line(const struct record *r, char *out, size_t len)
{
	struct value_ctx	 ctx = app_ctx();
	const char		*title = val_str(record_get(r, "title"));
	const char		*end = val_str(record_get(r, "due_date"));
	const char		*now = val_str(record_get(r, "new_due_date"));
	char			 a[DATE_TEXT] = "", z[DATE_TEXT] = "";
	struct date		 d;

	if (end != NULL && date_read(end, strlen(end), &d) == DATE_OK)
		date_format(&d, ctx.date_pattern, a);
	if (now != NULL && date_read(now, strlen(now), &d) == DATE_OK)
		date_format(&d, ctx.date_pattern, z);
	snprintf(out, len, "%s: %s %s %s", title == NULL ? "?" : title, a,
	    glyph(GLYPH_ARROW), z);
}

/* What would have to go with it. */
static void
hold_preview_cb(const struct link_reply *r, void *arg)
{
	struct gantt		*g = arg;
	struct dialog_item	 items[PREVIEW + 3];
	char			 text[PREVIEW + 1][300], n[24];
	struct record		 rec = { val_get(r->body, "columns"), NULL };
	const struct val	*rows = val_get(r->body, "rows");
	size_t			 i, count = val_count(rows);
	int			 k = 0;

	g->call = 0;
	if (!r->ok) {
		app_error(r);
		hold_end(g);
		return;
	}
	if (!g->asking)
		return;
	if (count == 0) {
		hold_save(g, false);
		return;
	}
	memset(items, 0, sizeof items);
	snprintf(n, sizeof n, "%zu", count);
	snprintf(text[PREVIEW], sizeof text[0], "%s", TF("span.follow", "n",
	    n, NULL));
	items[k++].label = text[PREVIEW];
	items[k++].label = T("span.alone");
	for (i = 0; i < count && i < PREVIEW; i++) {
		rec.row = val_at(rows, i);
		preview_line(&rec, text[i], sizeof text[i]);
		items[k].label = text[i];
		items[k++].off = true;
	}
	dialog_choose(TF("span.shift", "what", g->title, NULL), items, k, 0,
	    hold_asked_cb, g);
}

static void
hold_drop(struct gantt *g)
{
	const char	*shift = val_get_str(gantt_view(g), "shift");
	struct val	*args;
	long		 i = bar_find(g, g->held_id);

	if (!g->held || g->asking)
		return;
	if (i >= 0 && g->from == g->bar[i].from && g->to == g->bar[i].to) {
		hold_end(g);
		return;
	}
	if (shift == NULL) {
		hold_save(g, false);
		return;
	}
	g->asking = true;
	args = val_map();
	val_put(args, "id", val_uuid(g->held_id));
	val_put(args, "end", span_at(gantt_field(g, "end"), g->to));
	g->call = app_call(shift, args, hold_preview_cb, g);
}

/* --- Keys --------------------------------------------------------------------------- */

static void
gantt_go(struct gantt *g, long to)
{
	if (g->held)
		hold_drop(g);
	g->at = to < 0 ? 0 : to;
	if (g->at >= (long)g->n)
		g->at = g->n > 0 ? (long)g->n - 1 : 0;
	if (g->n > 0)
		snprintf(g->id, sizeof g->id, "%s", g->bar[g->at].id);
}

static void
gantt_zoom(struct gantt *g, enum zoom z)
{
	int32_t	middle = g->left + gantt_days(g, 40) / 2;

	g->zoom = z;
	g->left = middle - gantt_days(g, 40) / 2;
}

static bool
gantt_record(struct gantt *g, enum action a)
{
	struct record	r;

	if (g->n == 0)
		return false;
	r = rows_at(g->rows, g->bar[g->at].row);
	return act_record(gantt_def(g), &r, a);
}

static bool
gantt_action(struct view *v, enum action a, const struct input *in)
{
	struct gantt	*g = v->state;
	int		 unit = gantt_unit(g);

	switch (a) {
	case ACT_UP:
	case ACT_DOWN:
		gantt_go(g, g->at + (a == ACT_UP ? -1 : 1));
		return true;
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
		gantt_go(g, g->at + (a == ACT_PAGE_UP ? -g->page : g->page));
		return true;
	case ACT_TOP:
	case ACT_BOTTOM:
		gantt_go(g, a == ACT_TOP ? 0 : (long)g->n - 1);
		return true;
	case ACT_LEFT:
	case ACT_RIGHT:
		g->left += (a == ACT_LEFT ? -1 : 1) * (g->zoom == ZOOM_DAY ?
		    3 : g->zoom == ZOOM_WEEK ? 7 : 28);
		return true;
	case ACT_TODAY:
		g->placed = false;
		return true;
	case ACT_TAB:
		if (in == NULL || in->code < '1' || in->code > '3')
			return false;
		gantt_zoom(g, (enum zoom)(in->code - '1'));
		return true;
	case ACT_MOVE_LEFT:
	case ACT_MOVE_RIGHT:
		unit = a == ACT_MOVE_LEFT ? -unit : unit;
		hold_move(g, unit, unit);
		return true;
	case ACT_MOVE_UP:
	case ACT_MOVE_DOWN:
		hold_move(g, 0, a == ACT_MOVE_UP ? -unit : unit);
		return true;
	case ACT_SELECT:
		if (g->held)
			hold_drop(g);
		else
			hold_begin(g);
		return true;
	case ACT_OPEN:
		if (!g->held)
			return gantt_record(g, a);
		hold_drop(g);
		return true;
	case ACT_BACK:
		if (g->held) {
			hold_end(g);
			return true;
		}
		view_close(v);
		return true;
	case ACT_CLOSE:
		view_close(v);
		return true;
	case ACT_FILTERS:
		g->want = (g->want + 1) % WANT_COUNT;
		gantt_query(g);
		return true;
	case ACT_NEW:
		if (!def_can(gantt_def(g), "create"))
			return false;
		form_new(g->type, g->filter);
		return true;
	case ACT_REFRESH:
		rows_reload(g->rows);
		return true;
	default:
		return gantt_record(g, a);
	}
}

/* A bar is dragged by its middle, or by its end to make it longer. */
static bool
gantt_key(struct view *v, const struct input *in)
{
	struct gantt	*g = v->state;
	int32_t		 day, by, from, to;

	if (in->kind != INPUT_MOUSE)
		return false;
	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN) {
		gantt_go(g, g->at + (in->button == MOUSE_WHEEL_UP ? -3 : 3));
		return true;
	}
	if (g->asking)
		return true;
	day = col_day(g, in->col - g->names);
	if (in->button == MOUSE_PRESS && in->row >= HEAD &&
	    g->top + in->row - HEAD < (long)g->n) {
		gantt_go(g, g->top + in->row - HEAD);
		bar_span(g, g->at, &from, &to);
		g->drag = in->col >= g->names && day >= from && day <= to;
		g->stretch = day == to && to > from;
		g->grip = day;
		return true;
	}
	if (in->button == MOUSE_DRAG && g->drag && day != g->grip) {
		by = day - g->grip;
		hold_move(g, g->stretch ? 0 : by, by);
		g->grip = day;
		return true;
	}
	if (in->button == MOUSE_RELEASE && g->drag) {
		g->drag = false;
		hold_drop(g);
		return true;
	}
	return false;
}

static const char *
gantt_label(struct view *v, enum action a)
{
	struct gantt	*g = v->state;

	switch (a) {
	case ACT_OPEN:
		return g->held ? T("span.drop") : NULL;
	case ACT_TAB:
		return T("span.zoom");
	case ACT_MOVE_RIGHT:
		return T("span.later");
	case ACT_MOVE_DOWN:
		return T("span.longer");
	case ACT_FILTERS:
		return T("span.which");
	default:
		return NULL;
	}
}

static const struct view_ops gantt_ops = {
	.name = "gantt",
	.when = WHEN_BOARD,
	.size = sizeof(struct gantt),
	.open = gantt_start,
	.close = gantt_close,
	.title = gantt_title,
	.draw = gantt_draw,
	.status = gantt_status,
	.key = gantt_key,
	.action = gantt_action,
	.say = gantt_say,
	.label = gantt_label,
	.hints = { ACT_OPEN, ACT_MOVE_RIGHT, ACT_MOVE_DOWN, ACT_TAB,
	    ACT_TODAY, ACT_FILTERS, ACT_BACK }
};

void
gantt_open(const char *type, struct val *filter)
{
	struct gantt_arg	a = { type, filter };

	if (gantt_has(defs_find(type)))
		view_push(&gantt_ops, &a);
	else
		val_free(filter);
}
