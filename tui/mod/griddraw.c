/*
 * griddraw.c - a week as it is seen: days across, periods down, breaks as thin
 * rows; the whole school with a row a class; what stands beside on wide
 * windows. See gridint.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tr.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/mod/gridask.h"
#include "tui/mod/gridint.h"
#include "tui/mod/griddate.h"
#include "tui/theme.h"
#include "tui/ui.h"

#define LABEL		6	/* "08:30 " */
#define SCHOOL_LABEL	9
#define SCHOOL_CELL	5
#define CELL_MIN	6

/* --- Words of a cell ---------------------------------------------------------------- */

/* "Ayşe Nur Yılmaz" as "A.N.Yılmaz" where it does not fit. */
static void
short_name(const char *name, int width, char *out, size_t size)
{
	const char	*last = strrchr(name, ' '), *p;
	struct buf	 b = BUF_INIT;
	char		 letter[5] = "";
	const char	*at;

	if (text_width(name, strlen(name)) <= width || last == NULL) {
		snprintf(out, size, "%s", name);
		return;
	}
	for (p = name; p != NULL && p <= last; p = strchr(p, ' ')) {
		while (*p == ' ')
			p++;
		if (p > last)
			break;
		at = p;
		letter[utf8_put(letter, utf8_next(&at, name +
		    strlen(name)))] = '\0';
		buf_printf(&b, "%s.", letter);
	}
	buf_addz(&b, last + 1);
	snprintf(out, size, "%s", buf_text(&b));
	buf_free(&b);
}

static const char *
sign_of(const struct gslot *s)
{
	switch (s->state) {
	case SLOT_FREE:
		return "++";
	case SLOT_POOR:
		return "~~";
	case SLOT_HERE:
		return "[]";
	case SLOT_FORBIDDEN:
		break;
	}
	return "--";
}

static uint32_t
sign_style(const struct gslot *s)
{
	return s->state == SLOT_FREE ? STYLE_GOOD : s->state == SLOT_POOR ?
	    STYLE_WARN : s->state == SLOT_HERE ? STYLE_KEY : STYLE_DIM;
}

/* Marks of a lesson: locked, in conflict, just changed by another. */
static int
marks_of(const struct gplan *p, const struct glesson *l, char *out)
{
	const struct gconflict	*c = gplan_trouble(p, l);
	int			 n = 0;

	if (l->fresh > app_ctx().now)
		out[n++] = '*';
	if (l->locked)
		out[n++] = '#';
	if (c != NULL && !c->info)
		out[n++] = c->error ? '!' : '?';
	out[n] = '\0';
	return n;
}

struct box {
	struct surface	*s;
	int		 row, col, rows, cols;
	int		 sign;		/* of its first row, for a sign */
};

/* First line: what; then who; then where. Two of them share a line where
 * there are but two. */
static void
draw_lesson(const struct grid *g, const struct gplan *p, const struct box *b,
    int lesson, int more, int view, bool dim)
{
	const struct glesson	*l = &p->lesson[lesson];
	uint32_t		 style, low = dim ? STYLE_DIM : STYLE_TEXT;
	const char		*by;
	char			 who[160], full[160], room[80], first[200];
	char			 mark[4];
	int			 nmark = marks_of(p, l, mark), w, end, at;
	bool			 person;

	style = dim ? STYLE_DIM : theme_tint(STYLE_TEXT | STYLE_BOLD,
	    gplan_color(p, l));
	glesson_names(p, l, view == G_CLASS ? G_TEACHER : G_CLASS, full,
	    sizeof full);
	glesson_names(p, l, G_ROOM, room, sizeof room);
	if (view == G_CLASS)
		snprintf(first, sizeof first, "%s", gplan_subject(p, l));
	else
		snprintf(first, sizeof first, "%s", full);
	if (view != G_CLASS)
		snprintf(full, sizeof full, "%s", gplan_subject(p, l));
	/* Who stands in; in that one's own week, for what. */
	by = griddate_teacher(g, l);
	person = by != NULL ? view != G_TEACHER ||
	    !griddate_gives(g, l, g->at[G_TEACHER]) : view == G_CLASS;
	if (by != NULL && person)
		snprintf(full, sizeof full, "%s", by);
	end = b->cols - b->sign - nmark;
	draw_text(b->s, b->row, b->col, end - (more > 0 ? 2 : 0), style, first);
	if (more > 0)
		draw_fmt(b->s, b->row, b->col + end - 2, 2, STYLE_KEY, "+%d",
		    more > 9 ? 9 : more);
	draw_text(b->s, b->row, b->col + end, nmark, strchr(mark, '!') != NULL ? STYLE_ERROR : STYLE_WARN, mark);
	if (b->rows < 2)
		return;
	w = view == G_ROOM || b->rows > 2 || b->cols < 9 ? 0 :
	    text_width(room, strlen(room));
	if (w > b->cols / 2)
		w = b->cols / 2;
	end = b->cols - (w > 0 ? w + 1 : 0);
	at = by == NULL ? 0 : draw_text(b->s, b->row + 1, b->col, end,
	    STYLE_WARN, "> ");
	if (person)
		short_name(full, end - at, who, sizeof who);
	else
		snprintf(who, sizeof who, "%s", full);
	draw_text(b->s, b->row + 1, b->col + at, end - at,
	    by != NULL ? STYLE_WARN : low, who);
	if (w > 0)
		draw_right(b->s, b->row + 1, b->col + b->cols - w, w,
		    STYLE_DIM, room);
	if (b->rows > 2 && view != G_ROOM)
		draw_text(b->s, b->row + 2, b->col, b->cols, STYLE_DIM, room);
	if (b->rows > 2 && view == G_ROOM) {
		glesson_names(p, l, G_TEACHER, full, sizeof full);
		draw_text(b->s, b->row + 2, b->col, b->cols, STYLE_DIM, full);
	}
}

/* Who else is here: "@Ece", with + when something is in that hand. */
static void
draw_others(const struct grid *g, const struct box *b, int day, int period)
{
	const struct gcursor	*c;
	char			 name[24];
	int			 i, w;

	for (i = 0; i < g->ncursors; i++) {
		c = &g->cursor[i];
		if (c->day != g->plan->day[day].d ||
		    c->n != g->plan->period[period].n)
			continue;
		snprintf(name, sizeof name, "@%.*s%s",
		    (int)strcspn(c->name, " "), c->name, c->held ? "+" : "");
		w = text_width(name, strlen(name));
		draw_text(b->s, b->row + b->rows - 1, b->col + b->cols -
		    (w > b->cols ? b->cols : w), b->cols, STYLE_WARN, name);
		return;
	}
}

/* Somebody else has just put it there. */
static void
draw_by(const struct gplan *p, const struct box *b, int lesson)
{
	const struct glesson	*l = &p->lesson[lesson];

	if (l->fresh > app_ctx().now && b->rows > 1)
		draw_field(b->s, b->row + b->rows - 1, b->col, b->cols,
		    STYLE_WARN, l->by);
}

/* What stands there in another plan, or does not. */
static bool
differs(const struct grid *g, int day, int period)
{
	const struct glesson	*l, *o;
	char			 a[160], b[160];
	int			 i, k, list[8], n, there = 0;
	int			 d, q, res;
	struct grid		 side = *g;

	if (g->other == NULL || g->view == GRID_ALL)
		return false;
	side.plan = g->other;
	res = gplan_named(g->other, g->view,
	    g->plan->res[g->view][g->at[g->view]].name);
	d = gplan_day(g->other, g->plan->day[day].d);
	for (q = 0; q < g->other->nperiods; q++)
		if (g->other->period[q].slot == g->plan->period[period].slot &&
		    g->other->period[q].lesson)
			break;
	n = grid_cell(g, day, period, list, 8);
	if (res < 0 || d < 0 || q == g->other->nperiods)
		return n > 0;
	side.at[g->view] = res;
	for (i = 0; i < n; i++) {
		l = &g->plan->lesson[list[i]];
		glesson_words(g->plan, l, a, sizeof a);
		for (k = 0; k < g->other->nlessons; k++) {
			o = &g->other->lesson[k];
			if (!gplan_covers(g->other, o, d, q))
				continue;
			glesson_words(g->other, o, b, sizeof b);
			if (strcmp(a, b) == 0)
				break;
		}
		if (k == g->other->nlessons)
			return true;
	}
	there = grid_cell(&side, d, q, list, 8);
	return there != n;
}

static void
draw_cell(struct grid *g, const struct box *b, int day, int period, bool focus)
{
	const struct gslot	*s = NULL;
	struct box		 in = *b;
	int			 list[8];
	int			 n = grid_cell(g, day, period, list, 8), i;
	bool			 here = g->day == day && g->period == period;

	if (g->held >= 0)
		s = &g->judged[day * g->plan->nperiods + period];
	if (s != NULL)
		in.sign = 3;
	for (i = 0; i < n && n > 1; i++)
		if (list[i] == g->held)
			list[i] = list[0], list[0] = g->held;
	if (n > 0) {
		draw_lesson(g, g->plan, &in, list[0], n - 1, g->view,
		    s != NULL && list[0] != g->held);
		draw_by(g->plan, &in, list[0]);
	}
	if (s != NULL)
		draw_right(b->s, b->row, b->col + b->cols - 2, 2,
		    sign_style(s), sign_of(s));
	if (differs(g, day, period))
		draw_right(b->s, b->row, b->col + b->cols - 1, 1, STYLE_WARN,
		    "~");
	draw_others(g, b, day, period);
	if (!here)
		return;
	if (n == 0 && s == NULL)
		draw_text(b->s, b->row, b->col, 1, STYLE_KEY,
		    glyph(GLYPH_MARK));
	/* One row of it says where one is; more would double what a step
	 * writes. */
	if (focus) {
		draw_style(b->s, b->row, b->col, 1, b->cols, STYLE_SELECTED);
		draw_cursor(b->s, b->row, b->col);
	}
}

/* --- A week -------------------------------------------------------------------------------- */

static int
lesson_rows(const struct grid *g, int *breaks)
{
	int	i, n = 0;

	*breaks = 0;
	for (i = 0; i < g->plan->nperiods; i++)
		if (grid_row_shown(g, i)) {
			n += g->plan->period[i].lesson;
			*breaks += !g->plan->period[i].lesson;
		}
	return n;
}

static void
draw_heads(const struct grid *g, struct surface *s, int row, int label,
    int wide)
{
	char	date[40];
	int	d;

	for (d = 0; d < g->plan->ndays; d++) {
		draw_text(s, row, label + d * wide, wide - 1, d == g->day ?
		    STYLE_KEY : STYLE_TITLE, g->plan->day[d].name);
		griddate_head(g, d, date, sizeof date);
		if (date[0] != '\0')
			draw_right(s, row, label + d * wide + 4, wide - 5,
			    STYLE_DIM, date);
	}
}

static void
draw_label(const struct gperiod *q, struct surface *s, int row, int high,
    int label)
{
	draw_right(s, row, 0, 2, STYLE_TITLE, q->name);
	if (high > 1 && label >= LABEL)
		draw_text(s, row + 1, 0, 5, STYLE_DIM, q->start);
}

static void
draw_break(const struct gperiod *q, struct surface *s, int row, int label)
{
	draw_hline(s, row, label, s->cols - label, STYLE_BORDER);
	draw_fmt(s, row, label + 1, s->cols - label - 2, STYLE_DIM,
	    " %s %s-%s ", T("grid.break"), q->start, q->end);
}

/* Rows from the top one on, so that the cursor's is among them. */
static void
scroll_to(struct grid *g, int rows, int high)
{
	int	i, at, used;

	if (g->top > g->period)
		g->top = g->period;
	for (;;) {
		for (i = g->top, used = 0; i <= g->period; i++)
			if (grid_row_shown(g, i))
				used += g->plan->period[i].lesson ? high : 1;
		if (used <= rows || g->top >= g->period)
			break;
		g->top++;
	}
	/* A window that has grown shows what had gone above. */
	for (at = g->top; at > 0; at--) {
		for (i = at - 1, used = 0; i < g->plan->nperiods; i++)
			if (grid_row_shown(g, i))
				used += g->plan->period[i].lesson ? high : 1;
		if (used > rows)
			break;
		g->top = at - 1;
	}
}

static void
draw_week(struct grid *g, struct surface *s, bool focus)
{
	const struct gperiod	*q;
	struct box		 b = { .s = s };
	int			 breaks, n = lesson_rows(g, &breaks), room, d;
	int			 i, row = 1;

	if (g->plan->ndays == 0 || n == 0) {
		draw_wrap(s, 1, 2, s->cols - 4, 3, STYLE_DIM,
		    T("grid.no_bell"), 0);
		return;
	}
	g->label = LABEL;
	g->wide = (s->cols - g->label) / g->plan->ndays;
	if (g->wide < CELL_MIN)
		g->wide = CELL_MIN;
	room = s->rows - 1;
	g->high = (room - breaks) / n;
	if (g->high < 2 && room / n >= 2)
		g->high = 2;
	g->high = g->high < 1 ? 1 : g->high > 4 ? 4 : g->high;
	scroll_to(g, room, g->high);
	draw_heads(g, s, 0, g->label, g->wide);
	for (i = g->top; i < g->plan->nperiods; i++) {
		q = &g->plan->period[i];
		if (!grid_row_shown(g, i))
			continue;
		if (!q->lesson) {
			if (n * g->high + breaks <= room)
				draw_break(q, s, row++, g->label);
			continue;
		}
		if (row + g->high > s->rows)
			break;
		draw_label(q, s, row, g->high, g->label);
		for (d = 0; d < g->plan->ndays; d++) {
			draw_vline(s, row, g->label + d * g->wide - 1,
			    g->high, STYLE_BORDER);
			b.row = row;
			b.col = g->label + d * g->wide;
			b.rows = g->high > 3 ? 3 : g->high;
			b.cols = g->wide - 1;
			draw_cell(g, &b, d, i, focus);
		}
		row += g->high;
	}
}

/* --- The whole school ------------------------------------------------------------------------ */

static int
class_rows(const struct grid *g, int *list, int max)
{
	int	i, n = 0;

	for (i = 0; i < g->plan->n[G_CLASS] && n < max; i++)
		if (g->plan->res[G_CLASS][i].parent < 0)
			list[n++] = i;
	return n;
}

static void
draw_school_row(struct grid *g, struct surface *s, int row, int res,
    const int *slot, int n, bool focus)
{
	const struct gplan	*p = g->plan;
	const struct glesson	*l = NULL;
	const struct gres	*sub;
	const struct gslot	*judged;
	char			 mark[4] = "";
	int			 k, i, d, q, col, found;
	bool			 here;

	draw_text(s, row, 2, SCHOOL_LABEL - 3, STYLE_TITLE,
	    p->res[G_CLASS][res].name);
	if (res == g->at[G_CLASS])
		draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
	for (k = 0; k < n; k++) {
		d = slot[k] / p->nperiods;
		q = slot[k] % p->nperiods;
		col = SCHOOL_LABEL + k * SCHOOL_CELL;
		here = res == g->at[G_CLASS] && d == g->day && q == g->period;
		for (i = 0, found = -1; i < p->nlessons && found < 0; i++)
			if (gplan_covers(p, &p->lesson[i], d, q) &&
			    gplan_of(p, &p->lesson[i], G_CLASS, res))
				found = i;
		if (found >= 0) {
			l = &p->lesson[found];
			sub = l->subject < 0 ? NULL : &p->subject[l->subject];
			draw_text(s, row, col, SCHOOL_CELL - 1, theme_tint(
			    STYLE_TEXT, gplan_color(p, l)), sub != NULL &&
			    sub->code != NULL ? sub->code :
			    gplan_subject(p, l));
			if (marks_of(p, l, mark) > 0)
				draw_text(s, row, col + SCHOOL_CELL - 1, 1,
				    STYLE_WARN, mark);
		}
		if (g->held >= 0 && gplan_of(p, &p->lesson[g->held], G_CLASS,
		    res)) {
			judged = &g->judged[slot[k]];
			draw_field(s, row, col, SCHOOL_CELL - 1,
			    sign_style(judged), sign_of(judged));
		} else if (found < 0) {
			draw_text(s, row, col, 1, STYLE_DIM, "-");
		}
		if (here && focus) {
			draw_style(s, row, col, 1, SCHOOL_CELL - 1,
			    STYLE_SELECTED);
			draw_cursor(s, row, col);
		}
	}
}

/* Slots from g->left on; the cursor's is among them. */
static void
draw_school(struct grid *g, struct surface *s, bool focus)
{
	const struct gplan	*p = g->plan;
	int			 list[400], slot[400], show[64];
	int			 nclass = class_rows(g, list, 400);
	int			 n = 0, fit, cur = 0, at = 0, d, i, k;

	for (d = 0; d < p->ndays; d++)
		for (i = 0; i < p->nperiods && n < 400; i++)
			if (p->period[i].lesson && grid_row_shown(g, i)) {
				if (d == g->day && i == g->period)
					cur = n;
				slot[n++] = d * p->nperiods + i;
			}
	fit = (s->cols - SCHOOL_LABEL) / SCHOOL_CELL;
	fit = fit > 64 ? 64 : fit > n ? n : fit;
	if (g->left > cur)
		g->left = cur;
	if (cur >= g->left + fit)
		g->left = cur - fit + 1;
	if (g->left + fit > n)
		g->left = n - fit;
	for (k = 0; k < fit; k++) {
		show[k] = slot[g->left + k];
		d = show[k] / p->nperiods;
		i = show[k] % p->nperiods;
		if (k == 0 || d != show[k - 1] / p->nperiods)
			draw_text(s, 0, SCHOOL_LABEL + k * SCHOOL_CELL, 2 *
			    SCHOOL_CELL, STYLE_TITLE, p->day[d].name);
		draw_text(s, 1, SCHOOL_LABEL + k * SCHOOL_CELL, SCHOOL_CELL -
		    1, d == g->day && i == g->period ? STYLE_KEY : STYLE_DIM,
		    p->period[i].name);
	}
	for (k = 0; k < nclass; k++)
		if (list[k] == g->at[G_CLASS])
			at = k;
	fit = s->rows - 2;
	if (g->top > at)
		g->top = at;
	if (at >= g->top + fit)
		g->top = at - fit + 1;
	if (g->top > nclass - fit)
		g->top = nclass > fit ? nclass - fit : 0;
	k = (s->cols - SCHOOL_LABEL) / SCHOOL_CELL;
	k = k > 64 ? 64 : k > n ? n : k;
	for (i = g->top; i < nclass && i < g->top + fit; i++)
		draw_school_row(g, s, 2 + i - g->top, list[i], show, k,
		    focus);
	draw_scrollbar(s, 2, s->cols - 1, fit, g->top, nclass);
}

/* --- Around it --------------------------------------------------------------------------------- */

static void
draw_line(struct grid *g, struct surface *s)
{
	const struct gplan	*p = g->plan;
	char			 left[24], pct[24], words[300], n[24];
	int			 placed, total, at, res = grid_res(g);

	gplan_count(p, g->view == GRID_ALL ? G_CLASS : g->view, res, &placed,
	    &total);
	snprintf(pct, sizeof pct, "%d", total == 0 ? 0 : placed * 100 /
	    total);
	snprintf(left, sizeof left, "%d", total - placed);
	if (g->held >= 0) {
		glesson_words(p, &p->lesson[g->held], words, sizeof words);
		at = draw_text(s, 0, 0, s->cols / 2, STYLE_KEY, TF(
		    "grid.held", "what", words, NULL));
		draw_text(s, 0, at + 2, s->cols - at - 2, STYLE_DIM,
		    T("grid.signs"));
		return;
	}
	at = draw_text(s, 0, 0, s->cols / 2, STYLE_TITLE, res < 0 ?
	    T("grid.school") : p->res[g->view][res].name);
	at += draw_fmt(s, 0, at + 1, 20, STYLE_DIM, "%s", T(g->view ==
	    GRID_ALL ? "grid.all" : g->view == G_CLASS ? "grid.class" :
	    g->view == G_TEACHER ? "grid.teacher" : "grid.room")) + 1;
	if (grid_waiting(g) > 0) {
		snprintf(n, sizeof n, "%d", grid_waiting(g));
		at += draw_text(s, 0, at + 2, 20, STYLE_WARN,
		    TF("grid.waiting", "n", n, NULL)) + 2;
	}
	draw_right(s, 0, at + 2, s->cols - at - 2, STYLE_TEXT,
	    g->view == G_ROOM ? "" : TF("grid.complete", "pct", pct, "left",
	    left, NULL));
}

static void
draw_nothing(struct grid *g, struct surface *s)
{
	if (g->error[0] != '\0')
		draw_wrap(s, 1, 2, s->cols - 4, 4, STYLE_ERROR, g->error, 0);
	else
		draw_text(s, 1, 2, s->cols - 4, STYLE_DIM,
		    frame_info()->loading ? TF("views.loading", NULL) : "");
	draw_cursor(s, 1, 2);
}

/* Another plan's week of the same class at the right, what differs marked in
 * both. */
static void
draw_beside(struct grid *g, struct surface *s)
{
	struct grid	 o = *g;
	struct surface	 left, right;
	int		 half = s->cols / 2;

	left = draw_sub(s, 1, 0, s->rows - 1, half);
	right = draw_sub(s, 1, half + 1, s->rows - 1, s->cols - half - 1);
	draw_text(s, 0, 0, half - 1, STYLE_TITLE, g->plan->name);
	draw_text(s, 0, half + 1, s->cols - half - 1, STYLE_TITLE,
	    g->other->name);
	draw_week(g, &left, true);
	draw_vline(s, 0, half, s->rows, STYLE_BORDER);
	o.plan = g->other;
	o.other = g->plan;
	o.held = -1;
	o.ncursors = 0;
	o.monday = 0;
	o.at[g->view] = gplan_named(g->other, g->view,
	    g->plan->res[g->view][g->at[g->view]].name);
	if (o.at[g->view] >= 0)
		draw_week(&o, &right, false);
	else
		draw_text(&right, 1, 2, right.cols - 2, STYLE_DIM,
		    T("grid.not_there"));
}

void
grid_draw(struct grid *g, struct surface *whole)
{
	struct surface	s = *whole, side;

	if (g->plan == NULL) {
		draw_nothing(g, whole);
		return;
	}
	if (whole->cols >= GRID_BESIDE && g->other == NULL) {
		s = draw_sub(whole, 0, 0, whole->rows, whole->cols - 42);
		side = draw_sub(whole, 0, whole->cols - 40, whole->rows, 40);
		draw_vline(whole, 0, whole->cols - 41, whole->rows,
		    STYLE_BORDER);
		grid_draw_side(g, &side);
	}
	draw_line(g, &s);
	g->row = s.row - whole->row + 1;
	g->col = s.col - whole->col;
	s = draw_sub(&s, 1, 0, s.rows - 1, s.cols);
	if (g->plan->nlessons == 0) {
		draw_wrap(&s, 1, 2, s.cols - 4, 4, STYLE_DIM,
		    T("grid.no_lessons"), 0);
		draw_cursor(&s, 1, 2);
	} else if (g->view == GRID_ALL) {
		draw_school(g, &s, true);
	} else if (g->other != NULL) {
		draw_beside(g, &s);
	} else {
		draw_week(g, &s, true);
	}
}
