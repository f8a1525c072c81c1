/*
 * draw.c - cells, and text cut to them. The screen belongs to whoever made
 * it; surfaces are views of a part of it and own nothing.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/theme.h"

static bool ascii_only, ascii_text;
static bool slow_link, no_lines;

static const struct cell blank = { .ch = { ' ' }, .style = STYLE_TEXT };

static const char *const glyphs[GLYPH_LAST][2] = {
	[GLYPH_MORE] = { "\u2026", "~" },
	[GLYPH_MARK] = { ">", ">" },
	[GLYPH_DOT] = { "\u25cf", "*" },
	[GLYPH_RING] = { "\u25cb", "o" },
	[GLYPH_CHECK] = { "\u2713", "v" },
	[GLYPH_CROSS] = { "\u00d7", "x" },
	[GLYPH_ARROW] = { "\u2192", ">" },
	[GLYPH_UP] = { "\u25b2", "^" },
	[GLYPH_DOWN] = { "\u25bc", "v" },
	[GLYPH_BRANCH] = { "\u251c", "+" },
	[GLYPH_LEAF] = { "\u2514", "+" },
	[GLYPH_LINE] = { "\u2500", "-" },
	[GLYPH_BAR] = { "\u2502", "|" },
	[GLYPH_WARN] = { "!", "!" },
	[GLYPH_BULLET] = { "\u2022", "*" }
};

const char *
glyph(enum glyph g)
{
	if (no_lines && (g == GLYPH_BAR || g == GLYPH_LINE ||
	    g == GLYPH_BRANCH || g == GLYPH_LEAF))
		return " ";
	return glyphs[g][ascii_only];
}

void
draw_set_ascii(bool signs, bool text)
{
	ascii_only = signs || text;
	ascii_text = text;
}

void
draw_set_lines(bool on)
{
	no_lines = !on;
}

void
draw_set_slow(bool on)
{
	slow_link = on;
}

bool
draw_is_ascii(void)
{
	return ascii_only;
}

struct screen *
screen_new(int rows, int cols)
{
	struct screen *sc = xcalloc(1, sizeof(*sc));

	screen_resize(sc, rows, cols);
	return sc;
}

void
screen_free(struct screen *sc)
{
	if (sc == NULL)
		return;
	if (sc->cells != NULL)
		explicit_bzero(sc->cells, (size_t)sc->rows * (size_t)sc->cols *
		    sizeof(*sc->cells));
	free(sc->cells);
	free(sc);
}

void
screen_resize(struct screen *sc, int rows, int cols)
{
	/* A secret may stand there. */
	if (sc->cells != NULL)
		explicit_bzero(sc->cells, (size_t)sc->rows *
		    (size_t)sc->cols * sizeof(*sc->cells));
	sc->rows = rows < 1 ? 1 : rows > 1000 ? 1000 : rows;
	sc->cols = cols < 1 ? 1 : cols > 2000 ? 2000 : cols;
	free(sc->cells);
	sc->cells = xcalloc((size_t)sc->rows * (size_t)sc->cols,
	    sizeof(*sc->cells));
	screen_clear(sc);
}

void
screen_clear(struct screen *sc)
{
	size_t i, n = (size_t)sc->rows * (size_t)sc->cols;

	for (i = 0; i < n; i++)
		sc->cells[i] = blank;
	sc->cur_row = sc->cur_col = -1;
}

struct surface
screen_surface(struct screen *sc)
{
	return (struct surface){ .screen = sc, .rows = sc->rows,
	    .cols = sc->cols };
}

struct surface
draw_sub(const struct surface *s, int row, int col, int rows, int cols)
{
	struct surface sub = { .screen = s->screen };

	if (row < 0) {
		rows += row;
		row = 0;
	}
	if (col < 0) {
		cols += col;
		col = 0;
	}
	if (rows > s->rows - row)
		rows = s->rows - row;
	if (cols > s->cols - col)
		cols = s->cols - col;
	sub.row = s->row + row;
	sub.col = s->col + col;
	sub.rows = rows < 0 ? 0 : rows;
	sub.cols = cols < 0 ? 0 : cols;
	return sub;
}

/* --- cells -------------------------------------------------------------- */

static struct cell *
cell_at(struct surface *s, int row, int col)
{
	if (row < 0 || col < 0 || row >= s->rows || col >= s->cols)
		return NULL;
	row += s->row;
	col += s->col;
	if (row >= s->screen->rows || col >= s->screen->cols)
		return NULL;
	return &s->screen->cells[(size_t)row * (size_t)s->screen->cols +
	    (size_t)col];
}

/* A wide letter that loses one half must not leave the other. */
static void
cell_break(struct surface *s, int row, int col)
{
	struct cell *c = cell_at(s, row, col), *row0;
	int x = s->col + col;

	if (c == NULL)
		return;
	row0 = c - x;
	if (c->ch[0] == 0 && x > 0) {
		row0[x - 1].ch[0] = ' ';
		row0[x - 1].ch[1] = 0;
	}
	if (x + 1 < s->screen->cols && row0[x + 1].ch[0] == 0)
		row0[x + 1].ch[0] = ' ';
}

static void
cell_put(struct surface *s, int row, int col, uint32_t ch, uint32_t style)
{
	struct cell *c = cell_at(s, row, col);

	if (c == NULL)
		return;
	cell_break(s, row, col);
	*c = (struct cell){ .ch = { ch }, .style = style };
}

static void
cell_put_wide(struct surface *s, int row, int col, uint32_t ch, uint32_t style)
{
	if (cell_at(s, row, col) == NULL || cell_at(s, row, col + 1) == NULL)
		return;
	cell_put(s, row, col, ch, style);
	cell_put(s, row, col + 1, 0, style);
}

static void
cell_mark(struct surface *s, int row, int col, uint32_t mark)
{
	struct cell *c = cell_at(s, row, col);
	int i;

	if (c != NULL && c->ch[0] == 0)
		c = cell_at(s, row, col - 1);
	if (c == NULL)
		return;
	for (i = 1; i < CELL_CHARS; i++) {
		if (c->ch[i] == 0) {
			c->ch[i] = mark;
			return;
		}
	}
}

/* --- text --------------------------------------------------------------- */

/* Text that needs no filter: printable ASCII alone. */
static bool
text_plain(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] < ' ' || s[i] > '~')
			return false;
	}
	return true;
}

/* The nearest ASCII letter of those that Turkish has beyond it; 0: none. */
static char
ascii_letter(uint32_t c)
{
	static const struct {
		uint32_t	c;
		char		a;
	} near[] = {
		{ 0xe7, 'c' }, { 0xc7, 'C' }, { 0x11f, 'g' }, { 0x11e, 'G' },
		{ 0x131, 'i' }, { 0x130, 'I' }, { 0xf6, 'o' }, { 0xd6, 'O' },
		{ 0x15f, 's' }, { 0x15e, 'S' }, { 0xfc, 'u' }, { 0xdc, 'U' },
		{ 0xe2, 'a' }, { 0xee, 'i' }, { 0xfb, 'u' }, { 0x2192, '>' },
		{ 0x2018, '\'' }, { 0x2019, '\'' }, { 0x2026, '.' },
		{ 0x2013, '-' }, { 0x2014, '-' }, { 0x20ba, 'T' },
		{ 0x20ac, 'E' }
	};
	size_t i;

	for (i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		if (near[i].c == c)
			return near[i].a;
	}
	return 0;
}

static void
filter_in(struct buf *in, const char *text, size_t n, bool lines)
{
	const char *p = text, *end = text + n, *at;
	uint32_t c;

	while (p < end) {
		at = p;
		c = utf8_next(&p, end);
		if ((c == '\n' && !lines) || c == '\t')
			buf_add8(in, ' ');
		else if (c == '\r' && p < end && *p == '\n')
			continue;
		else if (ascii_text && ascii_letter(c) != 0)
			buf_add8(in, (uint8_t)ascii_letter(c));
		else
			buf_add(in, at, (size_t)(p - at));
	}
}

/*
 * The text made safe, borrowed until the next call. Line ends and tabs
 * become blanks first: in a row they are no surprise worth showing.
 */
static const char *
text_filtered(const char *text, size_t *len)
{
	static struct buf in, out;
	size_t n = strlen(text);

	*len = n;
	if (text_plain(text, n))
		return text;
	/* A row never shows more than a part of a long text. */
	if (n > 16384)
		n = 16384;
	buf_clear(&in);
	buf_clear(&out);
	filter_in(&in, text, n, false);
	text_safe(&out, buf_text(&in), buf_len(&in),
	    ascii_text ? TEXT_ASCII : 0);
	*len = buf_len(&out);
	return buf_text(&out);
}

/* Puts safe text into cells, as far as `width` goes. */
static int
text_put(struct surface *s, int row, int col, int width, uint32_t style,
    const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	uint32_t c;
	int used = 0, w;

	while (p < end) {
		c = utf8_next(&p, end);
		w = text_cell(c);
		if (w == 0) {
			if (used > 0)
				cell_mark(s, row, col + used - 1, c);
			continue;
		}
		if (used + w > width)
			break;
		if (w == 2)
			cell_put_wide(s, row, col + used, c, style);
		else
			cell_put(s, row, col + used, c, style);
		used += w;
	}
	return used;
}

static int
clip_width(const struct surface *s, int col, int width)
{
	if (width < 0 || width > s->cols - col)
		width = s->cols - col;
	return width < 0 ? 0 : width;
}

int
draw_text(struct surface *s, int row, int col, int width, uint32_t style,
    const char *text)
{
	const char *safe;
	const char *more = glyph(GLYPH_MORE), *p;
	size_t len, fit;
	int used;

	width = clip_width(s, col, width);
	if (width == 0 || text == NULL || row < 0 || row >= s->rows)
		return 0;
	safe = text_filtered(text, &len);
	if (text_width(safe, len) <= width)
		return text_put(s, row, col, width, style, safe, len);
	fit = text_fit(safe, len, width - 1, &used);
	used = text_put(s, row, col, width - 1, style, safe, fit);
	p = more;
	cell_put(s, row, col + used, utf8_next(&p, more + strlen(more)), style);
	return used + 1;
}

void
draw_field(struct surface *s, int row, int col, int width, uint32_t style,
    const char *text)
{
	int used;

	width = clip_width(s, col, width);
	used = draw_text(s, row, col, width, style, text);
	draw_fill(s, row, col + used, 1, width - used, style);
}

static int
drawn_width(const char *text)
{
	const char *safe;
	size_t len;

	safe = text_filtered(text, &len);
	return text_width(safe, len);
}

void
draw_right(struct surface *s, int row, int col, int width, uint32_t style,
    const char *text)
{
	int w;

	width = clip_width(s, col, width);
	w = drawn_width(text);
	if (w > width)
		w = width;
	draw_text(s, row, col + width - w, w, style, text);
}

void
draw_centre(struct surface *s, int row, int col, int width, uint32_t style,
    const char *text)
{
	int w;

	width = clip_width(s, col, width);
	w = drawn_width(text);
	if (w > width)
		w = width;
	draw_text(s, row, col + (width - w) / 2, w, style, text);
}

int
draw_fmt(struct surface *s, int row, int col, int width, uint32_t style,
    const char *fmt, ...)
{
	va_list ap;
	char *text;
	int used;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	used = draw_text(s, row, col, width, style, text);
	free(text);
	return used;
}

/*
 * End of the line that starts at `p`: at the last blank that fits, else in
 * the middle of the word. *next is where the following line starts.
 */
static const char *
wrap_line(const char *p, const char *end, int width, const char **next)
{
	const char *q = p, *at, *stop = NULL, *after = NULL;
	int used = 0, w;
	uint32_t c;

	while (q < end) {
		at = q;
		c = utf8_next(&q, end);
		if (c == '\n') {
			*next = q;
			return at;
		}
		w = text_cell(c);
		if (c == ' ') {
			stop = at;
			after = q;
		}
		if (used + w > width && at > p) {
			if (stop == NULL) {
				*next = at;
				return at;
			}
			*next = after;
			return stop;
		}
		used += w;
	}
	*next = end;
	return end;
}

int
draw_wrap(struct surface *s, int row, int col, int width, int rows,
    uint32_t style, const char *text, int skip)
{
	struct buf in = BUF_INIT, safe = BUF_INIT;
	const char *p, *end, *stop, *next;
	int line = 0;

	if (s != NULL)
		width = clip_width(s, col, width);
	if (width < 1)
		return 0;
	filter_in(&in, text, strlen(text), true);
	text_safe(&safe, buf_text(&in), buf_len(&in),
	    TEXT_LINES | (ascii_text ? TEXT_ASCII : 0));
	buf_free(&in);
	p = buf_text(&safe);
	end = p + buf_len(&safe);
	do {
		stop = wrap_line(p, end, width, &next);
		if (s != NULL && line >= skip && line - skip < rows &&
		    row + line - skip < s->rows)
			text_put(s, row + line - skip, col, width, style, p,
			    (size_t)(stop - p));
		line++;
		p = next;
	} while (p < end);
	buf_free(&safe);
	return line;
}

/* --- areas -------------------------------------------------------------- */

void
draw_fill(struct surface *s, int row, int col, int rows, int cols,
    uint32_t style)
{
	int r, c;

	for (r = row; r < row + rows; r++) {
		for (c = col; c < col + cols; c++)
			cell_put(s, r, c, ' ', style);
	}
}

void
draw_style(struct surface *s, int row, int col, int rows, int cols,
    uint32_t style)
{
	struct cell *cell;
	int r, c;

	/* No bar over the row: its marker says enough, and not a cell of it
	 * is sent again. */
	if (slow_link && style == STYLE_SELECTED)
		return;
	/* After the last column nobody knows where the cursor stands, and
	 * curses spends six bytes to find out. */
	if (style == STYLE_SELECTED && s->col + col + cols == s->screen->cols)
		cols--;
	for (r = row; r < row + rows; r++) {
		for (c = col; c < col + cols; c++) {
			cell = cell_at(s, r, c);
			if (cell != NULL)
				cell->style = style;
		}
	}
}

void
draw_hline(struct surface *s, int row, int col, int width, uint32_t style)
{
	int i;

	for (i = 0; i < width; i++)
		cell_put(s, row, col + i, no_lines ? ' ' :
		    ascii_only ? '-' : 0x2500, style);
}

void
draw_vline(struct surface *s, int row, int col, int rows, uint32_t style)
{
	int i;

	for (i = 0; i < rows; i++)
		cell_put(s, row + i, col, no_lines ? ' ' :
		    ascii_only ? '|' : 0x2502, style);
}

void
draw_box(struct surface *s, int row, int col, int rows, int cols,
    uint32_t style, const char *title)
{
	static const uint32_t corner[3][4] = {
		{ 0x250c, 0x2510, 0x2514, 0x2518 }, { '+', '+', '+', '+' },
		{ ' ', ' ', ' ', ' ' }
	};
	const uint32_t *k = corner[no_lines ? 2 : ascii_only];

	if (rows < 2 || cols < 2)
		return;
	draw_fill(s, row, col, rows, cols, STYLE_TEXT);
	draw_hline(s, row, col + 1, cols - 2, style);
	draw_hline(s, row + rows - 1, col + 1, cols - 2, style);
	draw_vline(s, row + 1, col, rows - 2, style);
	draw_vline(s, row + 1, col + cols - 1, rows - 2, style);
	cell_put(s, row, col, k[0], style);
	cell_put(s, row, col + cols - 1, k[1], style);
	cell_put(s, row + rows - 1, col, k[2], style);
	cell_put(s, row + rows - 1, col + cols - 1, k[3], style);
	if (title != NULL && title[0] != '\0' && cols > 6) {
		int used = draw_text(s, row, col + 3, cols - 6, STYLE_TITLE,
		    title);

		cell_put(s, row, col + 2, ' ', style);
		cell_put(s, row, col + 3 + used, ' ', style);
	}
}

void
draw_cursor(struct surface *s, int row, int col)
{
	if (col >= s->cols)
		col = s->cols - 1;
	if (row < 0 || col < 0 || row >= s->rows)
		return;
	s->screen->cur_row = s->row + row;
	s->screen->cur_col = s->col + col;
}

void
draw_scrollbar(struct surface *s, int row, int col, int rows, long top,
    long total)
{
	if (total <= rows || rows < 2)
		return;
	if (top > 0)
		draw_text(s, row, col, 1, STYLE_DIM, glyph(GLYPH_UP));
	if (top + rows < total)
		draw_text(s, row + rows - 1, col, 1, STYLE_DIM,
		    glyph(GLYPH_DOWN));
}

/* --- dumps -------------------------------------------------------------- */

static void
cell_dump(struct buf *b, const struct cell *c)
{
	char out[4];
	int i;

	for (i = 0; i < CELL_CHARS && c->ch[i] != 0; i++)
		buf_add(b, out, utf8_put(out, c->ch[i]));
}

static void
row_dump(struct buf *b, const struct screen *sc, int row, bool styles)
{
	const struct cell *c = &sc->cells[(size_t)row * (size_t)sc->cols];
	size_t start = buf_len(b), keep = start;
	uint32_t style = STYLE_TEXT;
	int i;

	for (i = 0; i < sc->cols; i++) {
		if (styles && c[i].style != style) {
			style = c[i].style;
			buf_printf(b, "{%s%s%s}",
			    theme_name((enum style)(style & 0xff)),
			    style & STYLE_BOLD ? "+b" : "",
			    style & STYLE_REVERSE ? "+r" : "");
			keep = buf_len(b);
		}
		cell_dump(b, &c[i]);
		if (c[i].ch[0] != ' ' && c[i].ch[0] != 0)
			keep = buf_len(b);
	}
	buf_truncate(b, keep);
}

size_t
screen_row(const struct screen *sc, int row, char *out, size_t len)
{
	struct buf b = BUF_INIT;
	size_t n;

	if (len == 0)
		return 0;
	row_dump(&b, sc, row, false);
	n = buf_len(&b) < len ? buf_len(&b) : len - 1;
	while (n > 0 && n < buf_len(&b) &&
	    ((unsigned char)buf_text(&b)[n] & 0xc0) == 0x80)
		n--;
	memcpy(out, buf_text(&b), n);
	out[n] = '\0';
	buf_free(&b);
	return n;
}

static char *
dump(const struct screen *sc, bool styles)
{
	struct buf b = BUF_INIT;
	int row;

	for (row = 0; row < sc->rows; row++) {
		row_dump(&b, sc, row, styles);
		buf_add8(&b, '\n');
	}
	return buf_take(&b, NULL);
}

char *
screen_dump(const struct screen *sc)
{
	return dump(sc, false);
}

char *
screen_dump_safe(const struct screen *sc)
{
	struct screen copy = *sc;
	size_t i, n = (size_t)sc->rows * (size_t)sc->cols;
	uint32_t role;
	char *text;

	copy.cells = xmemdup(sc->cells, n * sizeof(*sc->cells));
	for (i = 0; i < n; i++) {
		role = copy.cells[i].style & 0xff;
		if ((role != STYLE_SECRET && role != STYLE_QR) ||
		    copy.cells[i].ch[0] == 0)
			continue;
		memset(copy.cells[i].ch, 0, sizeof(copy.cells[i].ch));
		copy.cells[i].ch[0] = '*';
	}
	text = dump(&copy, false);
	explicit_bzero(copy.cells, n * sizeof(*copy.cells));
	free(copy.cells);
	return text;
}

char *
screen_dump_styles(const struct screen *sc)
{
	return dump(sc, true);
}
