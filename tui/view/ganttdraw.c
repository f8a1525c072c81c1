/* ganttdraw.c - a Gantt chart as it is seen and as it is told. */
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/when.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/rows.h"
#include "tui/theme.h"
#include "tui/view.h"
#include "tui/view/ganttint.h"
#include "tui/view/span.h"

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

int32_t
gantt_day(const struct gantt *g, int col)
{
	return g->left + (g->zoom == ZOOM_DAY ? col / 3 : g->zoom ==
	    ZOOM_WEEK ? col : col * 4);
}

int32_t
gantt_days(const struct gantt *g, int cols)
{
	return gantt_day(g, cols) - g->left;
}

int
gantt_unit(const struct gantt *g)
{
	return g->zoom == ZOOM_MONTH ? 7 : 1;
}

/* The bar as it stands: one that is held where it is held. */
void
gantt_span(const struct gantt *g, long i, int32_t *from, int32_t *to)
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

	gantt_span(g, l->before, &from, &to);
	gantt_span(g, l->after, &start, &x);
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

	gantt_span(g, i, &from, &to);
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
	gantt_group(g, b->row, group, sizeof group);
	if (group[0] != '\0' && g->names - w > 8 && (i == g->top ||
	    strcmp(group, gantt_group(g, g->bar[i - 1].row, over,
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
	gantt_span(g, g->at, &from, &to);
	if (to != SPAN_NONE && to >= g->left + days)
		g->left = to - days + gantt_unit(g) + 1;
	if (from != SPAN_NONE && from < g->left)
		g->left = from - gantt_unit(g);
}

void
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
	g->page = s->rows - GANTT_HEAD;
	gantt_scroll(g, s->cols - g->names);
	head = draw_sub(s, 0, g->names, GANTT_HEAD, s->cols - g->names);
	chart = draw_sub(s, GANTT_HEAD, g->names, g->page, s->cols - g->names);
	names = draw_sub(s, GANTT_HEAD, 0, g->page, g->names);
	head_draw(g, &head);
	if (g->n == 0 && rows_loaded(g->rows))
		draw_text(s, GANTT_HEAD, 2, -1, STYLE_DIM, T("span.none"));
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
	gantt_span(g, g->at, &from, &to);
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

void
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

void
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
