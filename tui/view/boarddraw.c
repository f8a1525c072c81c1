/*
 * boarddraw.c - a board as it is seen: heads with count, limit and sum, cards
 * of one height, what lies outside of the window. See boardint.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tr.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/keys.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/boardint.h"
#include "tui/view/listpane.h"

#define DAY_US		86400000000LL

/* --- Words ---------------------------------------------------------------------- */

/* "1,2 mn", "640 b": an amount where there is no room for all of it. */
static void
short_amount(double v, struct buf *out)
{
	double		 a = v < 0 ? -v : v;
	bool		 tr = ui_lang() == LANG_TR;
	char		 text[48], *dot;

	if (a >= 999950)
		snprintf(text, sizeof text, "%.1f %s", v / 1e6,
		    tr ? "mn" : "m");
	else if (a >= 10000)
		snprintf(text, sizeof text, "%.0f %s", v / 1e3,
		    tr ? "b" : "k");
	else if (a >= 1000)
		snprintf(text, sizeof text, "%.1f %s", v / 1e3,
		    tr ? "b" : "k");
	else
		snprintf(text, sizeof text, "%.0f", v);
	if ((dot = strchr(text, '.')) != NULL) {
		if (dot[1] == '0')
			memmove(dot, dot + 2, strlen(dot + 2) + 1);
		else if (tr)
			*dot = ',';
	}
	buf_addz(out, text);
}

static void
sum_text(const struct board *b, const struct bcol *c, size_t i,
    struct buf *out)
{
	const struct field	*f = def_field(board_def(b),
				    val_str(val_at(b->sums, i)));
	size_t			 from = buf_len(out);
	double			 sum;

	if (f == NULL || !board_sum(c, i, &sum))
		return;
	short_amount(sum, out);
	unit_text(f, from, out);
}

/* "87", "9/10", "11/10!". */
static void
count_text(const struct bcol *c, struct buf *out)
{
	buf_printf(out, "%lld", (long long)c->count);
	if (c->limit > 0)
		buf_printf(out, "/%lld%s", (long long)c->limit,
		    c->count > c->limit ? "!" : "");
}

static bool
moment_of(const struct board *b, const struct bcard *c, const char *field,
    int64_t *us)
{
	struct record	 r = board_record(b, c);
	const char	*s = field == NULL ? NULL :
			    val_str(record_get(&r, field));

	return s != NULL && timestamp_read(s, strlen(s), us) == DATE_OK;
}

/* Days that the card has stood in its column; -1: not known. */
static long
days_in(const struct board *b, const struct bcard *c)
{
	int64_t	us;

	if (!moment_of(b, c, val_get_str(board_view_of(b), "since"), &us))
		return -1;
	return (long)((app_ctx().now - us) / DAY_US);
}

static bool
stalled(const struct board *b, const struct bcol *c, const struct bcard *card)
{
	return c->days > 0 && days_in(b, card) > c->days;
}

/* "2:34": the time since its timer was started; false: none runs. */
static bool
running_text(const struct board *b, const struct bcard *c, char *out,
    size_t size)
{
	int64_t	us, min;

	if (!moment_of(b, c, val_get_str(board_view_of(b), "running"), &us))
		return false;
	min = (app_ctx().now - us) / 60000000;
	snprintf(out, size, "%s %lld:%02lld", glyph(GLYPH_DOT),
	    (long long)(min / 60), (long long)(min % 60));
	return true;
}

static bool
is_done(const struct field *f, const struct val *v)
{
	return f->rules.type == VALUE_TIMESTAMP && !f->relative &&
	    val_str(v) != NULL;
}

/* A moment of the past is something done: "✓ Bugün", "✓ 2 gün". */
static void
done_text(const struct val *v, struct buf *out)
{
	struct value_ctx	ctx = app_ctx();
	struct date		then, today;
	int64_t			us;
	int			s;
	char			n[48];

	if (val_str(v) == NULL ||
	    timestamp_read(v->s, v->len, &us) != DATE_OK)
		return;
	tz_local(ctx.tz, us, &then, &s);
	tz_local(ctx.tz, ctx.now, &today, &s);
	if (date_cmp(&then, &today) >= 0) {
		date_relative(ctx.lang, &today, &today, n);
		buf_printf(out, "%s %s", glyph(GLYPH_CHECK), n);
		return;
	}
	snprintf(n, sizeof n, "%d", date_days(&today) - date_days(&then));
	buf_printf(out, "%s %s", glyph(GLYPH_CHECK), TF("board.days", "n", n,
	    NULL));
}

static void
field_text(const struct board *b, const struct field *f,
    const struct record *r, struct buf *out)
{
	const struct val	*v = record_get(r, f->name);
	struct buf		 canon = BUF_INIT;

	if (f->rules.type == VALUE_TIMESTAMP && !f->relative) {
		done_text(v, out);
	} else if (f->rules.type == VALUE_MONEY && !val_is_null(v)) {
		val_canon(v, &canon);
		short_amount(strtod(buf_text(&canon), NULL), out);
	} else if (val_is_null(v)) {
		buf_addz(out, "-");
	} else {
		listpane_cell(board_def(b), f, r, out);
	}
	buf_free(&canon);
}

/* One line of a card: its fields with blanks between. An empty moment is not
 * done yet, and says nothing; of what is done nobody asks when it was due. */
static void
line_text(const struct board *b, const struct val *names,
    const struct record *r, struct buf *out)
{
	const struct field	*f;
	struct buf		 one = BUF_INIT;
	size_t			 i;
	bool			 done = false;

	for (i = 0; i < val_count(names); i++) {
		f = def_field(board_def(b), val_str(names->item[i]));
		done |= f != NULL && is_done(f, record_get(r, f->name));
	}
	for (i = 0; i < val_count(names); i++) {
		f = def_field(board_def(b), val_str(names->item[i]));
		if (f == NULL || (done && f->relative))
			continue;
		buf_clear(&one);
		field_text(b, f, r, &one);
		if (buf_len(&one) == 0)
			continue;
		buf_printf(out, "%s%s", buf_len(out) > 0 ? "  " : "",
		    buf_text(&one));
	}
	buf_free(&one);
}

/* --- Cards ------------------------------------------------------------------------ */

static const struct val *
card_lines(const struct board *b)
{
	return val_get(board_view_of(b), "card");
}

static void
draw_card(struct board *b, struct surface *s, const struct bcol *c, size_t i,
    int row, bool focus)
{
	const struct bcard	*card = &c->card[i];
	const struct val	*lines = card_lines(b);
	struct record		 r = board_record(b, card);
	struct buf		 text = BUF_INIT;
	bool			 here = c == &b->col[b->at] && i == c->cur;
	bool			 marked = marks_has(&b->marks, card->id);
	bool			 held = strcmp(b->held, card->id) == 0;
	char			 mark[40] = "";
	int			 k, width = c->width - 3, right = 0;
	uint32_t		 style = marked ? STYLE_MARKED : STYLE_TEXT;

	if (here)
		draw_text(s, row, c->x, 1, STYLE_KEY, glyph(GLYPH_MARK));
	if (held)
		draw_text(s, row, c->x + 1, 1, STYLE_WARN, "+");
	else if (marked)
		draw_text(s, row, c->x + 1, 1, STYLE_MARKED, "*");
	else if (card->fresh > app_ctx().now)
		draw_text(s, row, c->x + 1, 1, STYLE_WARN, "~");
	if (running_text(b, card, mark, sizeof mark) ||
	    stalled(b, c, card)) {
		if (mark[0] == '\0')
			snprintf(mark, sizeof mark, "!%ld%s", days_in(b, card),
			    ui_pick("g", "d"));
		right = text_width(mark, strlen(mark)) + 1;
		draw_right(s, row, c->x + 2, width, STYLE_WARN, mark);
	}
	record_title(board_def(b), &r, &text);
	draw_text(s, row, c->x + 2, width - right, style, buf_text(&text));
	for (k = 1; k < b->height; k++) {
		buf_clear(&text);
		line_text(b, val_at(lines, (size_t)k - 1), &r, &text);
		draw_text(s, row + k, c->x + 2, width, STYLE_DIM,
		    buf_text(&text));
	}
	buf_free(&text);
	if (here && focus) {
		draw_style(s, row, c->x, b->height, c->width - 1,
		    STYLE_SELECTED);
		draw_cursor(s, row, c->x);
	}
}

static void
draw_adding(struct board *b, struct surface *s, const struct bcol *c, int row)
{
	const struct val	*list = val_get(board_view_of(b), "edit");
	const struct field	*f = NULL;
	size_t			 i;

	for (i = 0; i < val_count(list); i++) {
		f = def_field(board_def(b), val_str(list->item[i]));
		if (f != NULL && f->rules.type == VALUE_DATE)
			break;
		f = NULL;
	}
	draw_text(s, row, c->x, 1, STYLE_KEY, "+");
	edit_draw(&b->box, s, row, c->x + 2, c->width - 3, !b->on_due);
	if (f != NULL && b->height > 1) {
		draw_text(s, row + 1, c->x, 1, STYLE_DIM,
		    glyph(GLYPH_ARROW));
		if (!b->on_due && b->due.text[0] == '\0')
			draw_text(s, row + 1, c->x + 2, c->width - 3,
			    STYLE_DIM, app_label(f->label));
		else
			edit_draw(&b->due, s, row + 1, c->x + 2, c->width - 3,
			    b->on_due);
	}
}

/* --- Columns ----------------------------------------------------------------------- */

static void
draw_head(struct board *b, struct surface *s, const struct bcol *c, int row)
{
	struct buf	count = BUF_INIT, sum = BUF_INIT;
	uint32_t	style = theme_tint(STYLE_TITLE, c->color);
	int		used;

	count_text(c, &count);
	if (val_count(b->sums) > 0)
		sum_text(b, c, 0, &sum);
	used = text_width(buf_text(&count), buf_len(&count)) + 1;
	draw_text(s, row, c->x + 1, c->width - 2 - used, style, c->title);
	draw_right(s, row, c->x + 1, c->width - 2, c->limit > 0 &&
	    c->count > c->limit ? STYLE_WARN : STYLE_TITLE,
	    buf_text(&count));
	draw_right(s, row + 1, c->x + 1, c->width - 2, STYLE_DIM,
	    buf_text(&sum));
	if (c->top > 0 && !c->above)
		draw_fmt(s, row + 1, c->x + 1, c->width - 2 -
		    text_width(buf_text(&sum), buf_len(&sum)), STYLE_DIM, "%s %zu",
		    glyph(GLYPH_UP), c->top);
	if (c->above)
		draw_text(s, row + 1, c->x + 1, 1, STYLE_DIM,
		    glyph(GLYPH_UP));
	buf_free(&count);
	buf_free(&sum);
}

static void
draw_folded(struct surface *s, const struct bcol *c, int row, bool here,
    bool focus)
{
	struct buf	count = BUF_INIT;

	count_text(c, &count);
	draw_text(s, row, c->x + 1, c->width - 2, STYLE_TITLE, c->title);
	draw_text(s, row + 1, c->x + 1, c->width - 2, STYLE_DIM,
	    buf_text(&count));
	buf_free(&count);
	if (here) {
		draw_text(s, row, c->x, 1, STYLE_KEY, glyph(GLYPH_MARK));
		if (focus)
			draw_cursor(s, row, c->x);
	}
}

static void
draw_column(struct board *b, struct surface *s, int col, int row, bool focus)
{
	struct bcol	*c = &b->col[col];
	int		 page = (s->rows - row - 3) / b->per, at = row + 2;
	bool		 here = col == b->at;
	bool		 adding = here && b->typing == BOARD_ADD;
	long long	 rest;
	size_t		 i, shown = 0;
	char		 n[24];

	if (c->folded) {
		draw_folded(s, c, row, here, focus);
		return;
	}
	draw_head(b, s, c, row);
	if (page < 1)
		page = 1;
	b->page = page;
	if (adding) {
		draw_adding(b, s, c, at);
		at += b->per;
		page--;
	}
	if (c->cur < c->top)
		c->top = c->cur;
	if (c->cur >= c->top + (size_t)page && page > 0)
		c->top = c->cur - (size_t)page + 1;
	if (c->n > 0)
		board_need(b, c, c->top + (size_t)page);
	for (i = c->top; i < c->n && shown < (size_t)page; i++, shown++)
		draw_card(b, s, c, i, at + (int)shown * b->per, focus &&
		    !adding);
	rest = (long long)c->count - (long long)(c->top + shown);
	if (rest > 0 && c->n > 0 && !c->above) {
		snprintf(n, sizeof n, "%lld", rest);
		draw_text(s, at + (int)shown * b->per, c->x + 2,
		    c->width - 3, STYLE_DIM, TF("board.more", "n", n, NULL));
	} else if (c->above && (c->more || c->top + shown < c->n)) {
		draw_text(s, at + (int)shown * b->per, c->x + 2,
		    c->width - 3, STYLE_DIM, glyph(GLYPH_DOWN));
	}
	if (here && c->n == 0 && focus && !adding) {
		draw_text(s, at, c->x, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_cursor(s, at, c->x);
	}
}

/* Which columns fit, so that the one with the cursor is among them. */
static void
lay_out(struct board *b, int width, int *last)
{
	int	i, n = 0, folded = 0, each, x = 0, room;

	for (i = 0; i < b->ncols; i++) {
		b->col[i].width = 0;
		folded += b->col[i].folded;
	}
	room = (width - folded * BOARD_FOLDED) / BOARD_NARROW;
	n = b->ncols - folded;
	each = n > 0 && room >= n ? (width - folded * BOARD_FOLDED) / n :
	    room > 0 ? (width - folded * BOARD_FOLDED) / room : width;
	if (each > 60)
		each = 60;
	if (b->left > b->at)
		b->left = b->at;
	for (;;) {
		x = 0;
		for (i = b->left; i < b->ncols; i++) {
			int	w = b->col[i].folded ? BOARD_FOLDED : each;

			if (x + w > width)
				break;
			x += w;
		}
		if (i > b->at || b->left >= b->at)
			break;
		b->left++;
	}
	/* A window that has grown shows what had gone to the left. */
	while (b->left > 0 && i == b->ncols && x + (b->col[b->left - 1].folded ?
	    BOARD_FOLDED : each) <= width) {
		b->left--;
		x += b->col[b->left].folded ? BOARD_FOLDED : each;
	}
	*last = i;
	for (i = b->left, x = 0; i < *last; i++) {
		b->col[i].x = x;
		b->col[i].width = b->col[i].folded ? BOARD_FOLDED : each;
		x += b->col[i].width;
	}
}

/* --- Around the columns -------------------------------------------------------------- */

static int
draw_filter(struct board *b, struct surface *s)
{
	struct buf	text = BUF_INIT;
	size_t		i;
	int		at = 0;

	if (b->typing != BOARD_FILTER && filter_empty(&b->filter))
		return 0;
	for (i = 0; i < b->filter.nchips; i++) {
		buf_clear(&text);
		filter_chip_text(&b->filter, board_def(b), i, &text);
		at += draw_fmt(s, 0, at, s->cols - at, STYLE_MARKED, "[%s]",
		    buf_text(&text)) + 1;
	}
	buf_free(&text);
	at += draw_text(s, 0, at, s->cols - at, STYLE_TITLE,
	    TF("views.find", NULL)) + 1;
	if (b->typing == BOARD_FILTER)
		edit_draw(&b->box, s, 0, at, s->cols - at > 40 ? 40 :
		    s->cols - at, true);
	else
		draw_text(s, 0, at, s->cols - at, STYLE_TEXT,
		    b->filter.text == NULL ? "" : b->filter.text);
	if (b->filter.error[0] != '\0')
		draw_right(s, 0, at, s->cols - at, STYLE_ERROR,
		    b->filter.error);
	return 1;
}

static void
draw_lane(struct board *b, struct surface *s, int row, int i)
{
	struct blane	*l = &b->lane[i];

	draw_hline(s, row, 0, s->cols, STYLE_BORDER);
	draw_fmt(s, row, 2, s->cols - 4, i == b->lane_at ? STYLE_TITLE :
	    STYLE_DIM, " %s%s %lld ", i == b->lane_at ? "" : "+ ", l->title,
	    (long long)l->count);
	l->row = row;
	l->rows = 1;
}

/* How many cards stand below each other in a lane that is not open. */
static int
peek_cards(const struct blane *l)
{
	size_t	i, n, most = 0;

	for (i = 0; i < val_count(l->cards); i++) {
		n = val_count(val_get(l->cards->item[i], "rows"));
		most = n > most ? n : most;
	}
	return (int)most;
}

/* Its first cards, below the columns of the open one. */
static void
draw_peek(struct board *b, struct surface *s, int row, int lane, int cards)
{
	const struct val	*list = b->lane[lane].cards, *rows;
	struct record		 r;
	struct buf		 text = BUF_INIT;
	const struct bcol	*c;
	int			 i, k, line;

	for (i = 0; i < b->ncols && (size_t)i < val_count(list); i++) {
		c = &b->col[i];
		rows = val_get(list->item[i], "rows");
		if (c->width == 0 || c->folded)
			continue;
		for (k = 0; k < cards && (size_t)k < val_count(rows); k++) {
			r = (struct record){ b->names, rows->item[k] };
			buf_clear(&text);
			record_title(board_def(b), &r, &text);
			draw_text(s, row + k * b->height, c->x + 2,
			    c->width - 3, STYLE_TEXT, buf_text(&text));
			for (line = 1; line < b->height; line++) {
				buf_clear(&text);
				line_text(b, val_at(card_lines(b),
				    (size_t)line - 1), &r, &text);
				draw_text(s, row + k * b->height + line,
				    c->x + 2, c->width - 3, STYLE_DIM,
				    buf_text(&text));
			}
		}
		if (i > b->left)
			draw_vline(s, row, c->x - 1, cards * b->height,
			    STYLE_BORDER);
	}
	b->lane[lane].rows += cards * b->height;
	buf_free(&text);
}

/* Rows that the open lane wants: its heads and its longest column. */
static int
lane_wants(const struct board *b)
{
	size_t	most = 1;
	int	i;

	for (i = 0; i < b->ncols; i++)
		if (!b->col[i].folded && b->col[i].n > most)
			most = b->col[i].n;
	return 2 + (int)(most > 50 ? 50 : most) * b->per + 1;
}

/* All lanes that fit, the open one among them: it gets half of the window, or
 * what it wants, and what the others leave; of those the first cards show. What
 * is left of the surface is the open one's. */
static struct surface
draw_lanes(struct board *b, struct surface *s, int from)
{
	int	rows = s->rows - from, first, last, i, n, need, row, end;
	int	cards[BOARD_LANES] = { 0 };
	bool	below = true;

	for (i = 0; i < b->nlanes; i++)
		b->lane[i].rows = 0;
	if (b->nlanes == 0)
		return draw_sub(s, from, 0, rows, s->cols);
	n = lane_wants(b) < rows / 2 ? lane_wants(b) : rows / 2;
	rows -= 1 + (n < 6 ? 6 : n);
	first = last = b->lane_at;
	/* By turns below and above, as long as there is room. */
	while (first > 0 || last + 1 < b->nlanes) {
		i = (below && last + 1 < b->nlanes) || first == 0 ? last + 1 :
		    first - 1;
		below = !below;
		if (rows < 1)
			break;
		board_peek(b, i);
		n = peek_cards(&b->lane[i]);
		need = (rows - 1) / b->height;
		cards[i] = n < need ? n : need;
		if (cards[i] > BOARD_PEEK - 1)
			cards[i] = BOARD_PEEK - 1;
		rows -= 1 + cards[i] * b->height;
		if (i > last)
			last = i;
		else
			first = i;
	}
	for (i = first, row = from; i < b->lane_at; i++) {
		draw_lane(b, s, row++, i);
		draw_peek(b, s, row, i, cards[i]);
		row += cards[i] * b->height;
	}
	draw_lane(b, s, row++, b->lane_at);
	for (i = last, end = s->rows; i > b->lane_at; i--) {
		end -= cards[i] * b->height + 1;
		draw_lane(b, s, end, i);
		draw_peek(b, s, end + 1, i, cards[i]);
	}
	return draw_sub(s, row, 0, end - row, s->cols);
}

static void
draw_nothing(struct board *b, struct surface *s)
{
	const char	*text = "";

	if (b->error[0] != '\0') {
		draw_wrap(s, 1, 2, s->cols - 4, 3, STYLE_ERROR, b->error, 0);
		draw_cursor(s, 1, 2);
		return;
	}
	if (!b->loaded)
		text = frame_info()->loading ? TF("views.loading", NULL) : "";
	else if (b->ncols == 0)
		text = TF("board.no_columns", NULL);
	draw_text(s, 1, 2, s->cols - 4, STYLE_DIM, text);
	draw_cursor(s, 1, 2);
}

static bool
no_cards(const struct board *b)
{
	int	i;

	for (i = 0; i < b->ncols; i++)
		if (b->col[i].count > 0 || b->col[i].n > 0)
			return false;
	return true;
}

void
board_draw(struct board *b, struct surface *whole, bool focus)
{
	struct surface	s;
	int		last, i, from;
	char		more[24];

	if (whole->rows < 6 || board_view_of(b) == NULL) {
		draw_text(whole, 0, 2, whole->cols - 4, STYLE_WARN,
		    board_view_of(b) == NULL ? T("views.gone") : "");
		draw_cursor(whole, 0, 0);
		return;
	}
	from = draw_filter(b, whole);
	b->height = 1 + (int)val_count(card_lines(b));
	if (b->height > 2 && whole->rows < 30)
		b->height = 2;
	b->per = b->height + 1;
	lay_out(b, whole->cols, &last);
	s = draw_lanes(b, whole, from);
	if (b->ncols == 0) {
		draw_nothing(b, &s);
		return;
	}
	b->row = s.row - whole->row + 2;
	for (i = b->left; i < last; i++) {
		draw_column(b, &s, i, 0, focus && b->typing != BOARD_FILTER);
		if (i > b->left)
			draw_vline(&s, 0, b->col[i].x - 1, s.rows,
			    STYLE_BORDER);
	}
	if (last < b->ncols) {
		snprintf(more, sizeof more, "%d >>", b->ncols - last);
		draw_right(&s, s.rows - 1, 0, s.cols, STYLE_KEY, more);
	}
	if (b->left > 0) {
		snprintf(more, sizeof more, "<< %d", b->left);
		draw_text(&s, s.rows - 1, 0, 8, STYLE_KEY, more);
	}
	if (no_cards(b) && b->typing != BOARD_ADD)
		draw_text(&s, 4, 2, s.cols - 4, STYLE_DIM,
		    !filter_empty(&b->filter) ? TF("views.no_match", NULL) :
		    def_can(board_def(b), "create") ? TF("views.none_new",
		    "what", app_label(board_def(b)->label), "key",
		    keys_hint(ACT_NEW), NULL) : TF("views.none", "what",
		    app_label(board_def(b)->label), NULL));
}

/* --- Status and what readers hear ----------------------------------------------------- */

static void
total_of(const struct board *b, size_t i, struct buf *out)
{
	double	sum = 0, one;
	int	k;

	for (k = 0; k < b->ncols; k++)
		if (board_sum(&b->col[k], i, &one))
			sum += one;
	short_amount(sum, out);
}

void
board_status(struct board *b, char *out, size_t size)
{
	const struct field	*f;
	struct buf		 text = BUF_INIT;
	int64_t			 count = 0;
	char			 n[24];
	size_t			 k;
	int			 i;

	out[0] = '\0';
	if (b->typing == BOARD_ADD) {
		snprintf(out, size, "%s", b->add_error[0] != '\0' ?
		    b->add_error : TF("board.adding", NULL));
		return;
	}
	for (i = 0; i < b->ncols; i++)
		count += b->col[i].count;
	if (b->ncols == 0)
		return;
	snprintf(n, sizeof n, "%lld", (long long)count);
	if (board_held(b))
		buf_printf(&text, "%s", TF("board.held", NULL));
	else
		buf_printf(&text, "%s", TF("board.cards", "n", n, NULL));
	for (k = 0; k < val_count(b->sums); k++) {
		f = def_field(board_def(b), val_str(b->sums->item[k]));
		if (f == NULL)
			continue;
		buf_printf(&text, "   %s ", app_label(f->label));
		total_of(b, k, &text);
	}
	if (marks_any(&b->marks)) {
		snprintf(n, sizeof n, "%zu", b->marks.n);
		buf_printf(&text, "   %s", TF("views.marked", "n", n, NULL));
	}
	snprintf(out, size, "%s", buf_text(&text));
	buf_free(&text);
}

void
board_say(struct board *b, char *out, size_t size)
{
	const struct val	*lines = card_lines(b);
	const struct bcol	*c;
	const struct bcard	*card = board_card(b);
	struct record		 r;
	struct buf		 text = BUF_INIT, one = BUF_INIT;
	size_t			 i;

	out[0] = '\0';
	if (b->typing != BOARD_KEYS || b->ncols == 0)
		return;
	c = &b->col[b->at];
	buf_printf(&text, "%s, ", c->title);
	count_text(c, &one);
	if (card == NULL) {
		buf_addz(&text, buf_text(&one));
	} else {
		r = board_record(b, card);
		buf_printf(&text, "%zu/%s, ", c->cur + 1, buf_text(&one));
		record_title(board_def(b), &r, &text);
		for (i = 0; i < val_count(lines); i++) {
			buf_clear(&one);
			line_text(b, lines->item[i], &r, &one);
			if (buf_len(&one) > 0)
				buf_printf(&text, ", %s", buf_text(&one));
		}
		if (stalled(b, c, card))
			buf_printf(&text, ", %s", TF("board.stalled", NULL));
		if (marks_has(&b->marks, card->id))
			buf_printf(&text, ", %s", TF("views.marked", "n", "+",
			    NULL));
	}
	snprintf(out, size, "%s", buf_text(&text));
	buf_free(&text);
	buf_free(&one);
}
