/*
 * edit.c - editing text in place. Positions are bytes but always at the start
 * of a letter with its marks; the text is NFC at all times.
 */
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/input.h"
#include "tui/theme.h"

#define EDIT_HARD_MAX	(1024 * 1024)

static void (*echo)(const char *);

void
edit_set_echo(void (*fn)(const char *))
{
	echo = fn;
}

void
edit_init(struct edit *e, unsigned flags, int max)
{
	memset(e, 0, sizeof(*e));
	e->flags = flags;
	e->max = max;
	e->want = -1;
	/* Masked text never moves in memory: no copy stays behind. */
	e->cap = flags & EDIT_MASKED ? 4096 : 64;
	e->text = xcalloc(1, e->cap);
}

void
edit_free(struct edit *e)
{
	if (e->text != NULL)
		explicit_bzero(e->text, e->cap);
	free(e->text);
	memset(e, 0, sizeof(*e));
}

/* --- letters -------------------------------------------------------------- */

/* The end of the letter (with marks) that starts at `at`. */
static size_t
letter_end(const struct edit *e, size_t at)
{
	const char *p = e->text + at, *end = e->text + e->len, *q;
	utf8proc_int32_t state = 0;
	uint32_t a, b;

	if (at >= e->len)
		return e->len;
	a = utf8_next(&p, end);
	while (p < end) {
		q = p;
		b = utf8_next(&q, end);
		if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)a,
		    (utf8proc_int32_t)b, &state))
			break;
		a = b;
		p = q;
	}
	return (size_t)(p - e->text);
}

/* The start of the letter before `at`. */
static size_t
letter_before(const struct edit *e, size_t at)
{
	size_t pos = 0, next;

	/* From the line's start: clusters cannot be found backwards. */
	for (next = at; next > 0 && e->text[next - 1] != '\n'; next--)
		;
	if (next == at && at > 0)
		return at - 1;
	pos = next;
	for (;;) {
		next = letter_end(e, pos);
		if (next >= at)
			return pos;
		pos = next;
	}
}

int
edit_length(const struct edit *e)
{
	size_t pos = 0;
	int n = 0;

	while (pos < e->len) {
		pos = letter_end(e, pos);
		n++;
	}
	return n;
}

/* --- changing -------------------------------------------------------------- */

static void
erase_range(struct edit *e, size_t from, size_t to)
{
	if (from >= to)
		return;
	memmove(e->text + from, e->text + to, e->len - to + 1);
	e->len -= to - from;
	explicit_bzero(e->text + e->len + 1, to - from - 1);
	e->cursor = from;
	e->changed = true;
}

static bool
make_room(struct edit *e, size_t more)
{
	size_t cap = e->cap;

	if (e->len + more + 1 <= e->cap)
		return true;
	if ((e->flags & EDIT_MASKED) || e->len + more > EDIT_HARD_MAX)
		return false;
	while (cap < e->len + more + 1)
		cap *= 2;
	e->text = xrealloc(e->text, cap);
	e->cap = cap;
	return true;
}

/* What may stand in this field, of what was typed or pasted. */
static void
filter(const struct edit *e, struct buf *out, const char *s, size_t len)
{
	const char *p = s, *end = s + len;
	bool lines = e->flags & EDIT_LINES, gap = false;
	char letter[4];
	uint32_t c;

	while (p < end) {
		c = utf8_next(&p, end);
		if (c == '\r' && p < end && *p == '\n')
			continue;
		if (c == '\n' || c == '\r' || c == '\t') {
			if (lines && c != '\t') {
				buf_add8(out, '\n');
				continue;
			}
			/* Several line ends in a row become one blank. */
			if (gap)
				continue;
			gap = true;
			c = ' ';
		} else
			gap = false;
		if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xfffd)
			continue;
		if ((e->flags & EDIT_DIGITS) && (c < '0' || c > '9'))
			continue;
		buf_add(out, letter, utf8_put(letter, c));
	}
}

/* Text before the cursor that may still join with what comes: one letter. */
static void
compose(struct edit *e, size_t from, size_t to)
{
	struct arena *a;
	char *nfc;
	size_t len;

	if (tr_is_nfc(e->text + from, to - from))
		return;
	a = arena_new();
	arena_set_wipe(a);
	nfc = tr_nfc(a, e->text + from, to - from);
	len = nfc == NULL ? 0 : strlen(nfc);
	/* Composition of Turkish never makes it longer; if some script's
	 * does, it stays as it was typed. */
	if (nfc != NULL && len <= to - from) {
		memcpy(e->text + from, nfc, len);
		memmove(e->text + from + len, e->text + to, e->len - to + 1);
		e->len -= to - from - len;
		e->cursor = from + len;
	}
	arena_free(a);
}

/* Characters beyond the limit go, from the end of what was inserted. */
static void
enforce_max(struct edit *e, size_t from)
{
	size_t n, pos = e->cursor;

	n = e->max > 0 ? utf8_count(e->text, e->len) : 0;
	while (n > (size_t)e->max && pos > from) {
		do
			pos--;
		while (pos > from &&
		    ((unsigned char)e->text[pos] & 0xc0) == 0x80);
		n--;
	}
	erase_range(e, pos, e->cursor);
}

void
edit_insert(struct edit *e, const char *s, size_t len)
{
	struct buf b = BUF_INIT;
	size_t from, n;

	buf_reserve(&b, len + 1);
	filter(e, &b, s, len);
	n = buf_len(&b);
	if (n > 0 && make_room(e, n)) {
		memmove(e->text + e->cursor + n, e->text + e->cursor,
		    e->len - e->cursor + 1);
		memcpy(e->text + e->cursor, buf_text(&b), n);
		e->len += n;
		from = e->cursor > 0 ? letter_before(e, e->cursor) : 0;
		e->cursor += n;
		e->changed = true;
		compose(e, from, e->cursor);
		enforce_max(e, from);
	}
	e->want = -1;
	buf_wipe(&b);
}

void
edit_set(struct edit *e, const char *s)
{
	unsigned flags = e->flags;

	erase_range(e, 0, e->len);
	/* What stands in a record is shown, whatever the limits of typing. */
	e->flags &= ~(unsigned)EDIT_DIGITS;
	e->cursor = 0;
	if (s != NULL)
		edit_insert(e, s, strlen(s));
	e->flags = flags;
	e->cursor = e->flags & EDIT_LINES ? 0 : e->len;
	e->scroll = 0;
	e->changed = false;
}

/* --- keys -------------------------------------------------------------------- */

static bool
word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static size_t
word_left(const struct edit *e, size_t at)
{
	while (at > 0 && !word_byte(e->text[at - 1]))
		at--;
	while (at > 0 && word_byte(e->text[at - 1]))
		at--;
	return at;
}

static size_t
word_right(const struct edit *e, size_t at)
{
	while (at < e->len && !word_byte(e->text[at]))
		at++;
	while (at < e->len && word_byte(e->text[at]))
		at++;
	return at;
}

static size_t
line_start(const struct edit *e, size_t at)
{
	while (at > 0 && e->text[at - 1] != '\n')
		at--;
	return at;
}

static size_t
line_end(const struct edit *e, size_t at)
{
	while (at < e->len && e->text[at] != '\n')
		at++;
	return at;
}

static bool
ctrl_key(struct edit *e, uint32_t code)
{
	switch (code) {
	case K_LEFT:
		e->cursor = word_left(e, e->cursor);
		return true;
	case K_RIGHT:
		e->cursor = word_right(e, e->cursor);
		return true;
	case K_HOME:
		e->cursor = 0;
		return true;
	case K_END:
		e->cursor = e->len;
		return true;
	case 'u':
		erase_range(e, line_start(e, e->cursor), e->cursor);
		return true;
	case 'k':
		erase_range(e, e->cursor, line_end(e, e->cursor));
		return true;
	case 'w':
		erase_range(e, word_left(e, e->cursor), e->cursor);
		return true;
	}
	return false;
}

static bool
plain_key(struct edit *e, uint32_t code)
{
	switch (code) {
	case K_LEFT:
		if (e->cursor > 0)
			e->cursor = letter_before(e, e->cursor);
		return true;
	case K_RIGHT:
		e->cursor = letter_end(e, e->cursor);
		return true;
	case K_HOME:
		e->cursor = line_start(e, e->cursor);
		return true;
	case K_END:
		e->cursor = line_end(e, e->cursor);
		return true;
	case K_BACKSPACE:
		if (e->cursor > 0)
			erase_range(e, letter_before(e, e->cursor), e->cursor);
		return true;
	case K_DELETE:
		erase_range(e, e->cursor, letter_end(e, e->cursor));
		return true;
	}
	return false;
}

/* A row up or down as it is drawn; edit-area's width is the last one. */
static void
vertical(struct edit *e, int rows);

/* The first key decides whether an offer is taken. */
static void
offer_key(struct edit *e, const struct input *in)
{
	if (in->kind != INPUT_PASTE && in->kind != INPUT_KEY)
		return;
	e->flags &= ~(unsigned)EDIT_OFFER;
	if (in->kind == INPUT_PASTE || input_is_text(in) || (in->mods == 0 &&
	    (in->code == K_BACKSPACE || in->code == K_DELETE)))
		erase_range(e, 0, e->len);
}

bool
edit_key(struct edit *e, const struct input *in)
{
	char letter[8];
	size_t n;

	if (e->flags & EDIT_OFFER)
		offer_key(e, in);
	if (in->kind == INPUT_PASTE) {
		edit_insert(e, in->text, in->len);
		return true;
	}
	if (in->kind != INPUT_KEY)
		return false;
	if (input_is_text(in)) {
		n = utf8_put(letter, in->code);
		letter[n] = '\0';
		edit_insert(e, letter, n);
		if (echo != NULL)
			echo(e->flags & EDIT_MASKED ? "*" : letter);
		return true;
	}
	if (e->flags & EDIT_LINES && !(in->mods & ~(unsigned)MOD_SHIFT)) {
		switch (in->code) {
		case K_ENTER:
			edit_insert(e, "\n", 1);
			return true;
		case K_UP:
			vertical(e, -1);
			return true;
		case K_DOWN:
			vertical(e, 1);
			return true;
		case K_PGUP:
			vertical(e, -(e->rows > 1 ? e->rows - 1 : 1));
			return true;
		case K_PGDN:
			vertical(e, e->rows > 1 ? e->rows - 1 : 1);
			return true;
		}
	}
	e->want = -1;
	if (in->mods == MOD_CTRL)
		return ctrl_key(e, in->code);
	if (in->mods == 0)
		return plain_key(e, in->code);
	return false;
}

/* --- one line ------------------------------------------------------------------ */

/* Cells of the text up to `upto` as it is shown. */
static int
shown_width(const struct edit *e, size_t upto)
{
	struct buf b = BUF_INIT;
	int w;

	if (e->flags & EDIT_MASKED) {
		struct edit part = *e;

		part.len = upto;
		return edit_length(&part);
	}
	text_safe(&b, e->text, upto, 0);
	w = text_width(buf_text(&b), buf_len(&b));
	buf_free(&b);
	return w;
}

static void
draw_masked(struct edit *e, struct surface *in, uint32_t style)
{
	int i, n = edit_length(e) - e->scroll;

	for (i = 0; i < n; i++)
		draw_text(in, 0, i, 1, style, "*");
}

/* From the column `scroll` on. */
static void
draw_visible(struct edit *e, struct surface *in, uint32_t style)
{
	struct buf b = BUF_INIT;
	size_t skip;
	int used;

	text_safe(&b, e->text, e->len, 0);
	skip = text_fit(buf_text(&b), buf_len(&b), e->scroll, &used);
	draw_text(in, 0, 0, -1, e->flags & EDIT_OFFER ? style |
	    STYLE_UNDERLINE : style, buf_text(&b) + skip);
	buf_free(&b);
}

void
edit_draw(struct edit *e, struct surface *s, int row, int col, int width,
    bool focus)
{
	struct surface in = draw_sub(s, row, col, 1, width);
	uint32_t style = focus ? STYLE_FOCUS : STYLE_INPUT;
	int cur, total;

	if (in.rows < 1 || in.cols < 1)
		return;
	cur = shown_width(e, e->cursor);
	total = shown_width(e, e->len);
	if (!focus)
		e->scroll = 0;
	else {
		if (cur < e->scroll)
			e->scroll = cur;
		if (cur - e->scroll >= in.cols)
			e->scroll = cur - in.cols + 1;
		if (e->scroll > total)
			e->scroll = total;
	}
	draw_fill(&in, 0, 0, 1, in.cols, style);
	if (e->flags & EDIT_MASKED)
		draw_masked(e, &in, style);
	else
		draw_visible(e, &in, style);
	if (focus)
		draw_cursor(&in, 0, cur - e->scroll);
}

/* --- many lines ------------------------------------------------------------------ */

/*
 * Where a drawn row that starts at `at` ends (exclusive of a newline) and
 * the next one starts. Breaks like draw_wrap(), but keeps every blank, so
 * that the cursor can stand on each.
 */
static size_t
row_end(const struct edit *e, size_t at, int width, size_t *next)
{
	size_t pos = at, stop = 0, end;
	int used = 0, w;
	const char *p;

	while (pos < e->len) {
		if (e->text[pos] == '\n') {
			*next = pos + 1;
			return pos;
		}
		end = letter_end(e, pos);
		p = e->text + pos;
		w = text_cell(utf8_next(&p, e->text + e->len));
		if (used + w > width && pos > at) {
			*next = stop > at ? stop : pos;
			return *next;
		}
		used += w;
		if (e->text[pos] == ' ')
			stop = end;
		pos = end;
	}
	*next = e->len + 1;
	return e->len;
}

/* The drawn row and column of the cursor, and the rows in all. */
static void
find_cursor(const struct edit *e, int width, int *row, int *col, int *rows)
{
	size_t at = 0, end, next;
	int n = 0;

	*row = *col = 0;
	for (;;) {
		end = row_end(e, at, width, &next);
		if (e->cursor >= at && (e->cursor < next || next > e->len)) {
			*row = n;
			*col = text_width(e->text + at,
			    (e->cursor < end ? e->cursor : end) - at);
		}
		n++;
		if (next > e->len)
			break;
		at = next;
	}
	*rows = n;
}

static void
vertical(struct edit *e, int by)
{
	int width = e->cols > 0 ? e->cols : 80, row, col, rows, n = 0, used;
	size_t at = 0, end, next;

	find_cursor(e, width, &row, &col, &rows);
	if (e->want < 0)
		e->want = col;
	row += by;
	if (row < 0 || row >= rows) {
		e->cursor = row < 0 ? 0 : e->len;
		return;
	}
	for (;;) {
		end = row_end(e, at, width, &next);
		if (n == row)
			break;
		n++;
		at = next;
	}
	e->cursor = at + text_fit(e->text + at, end - at, e->want, &used);
}

int
edit_draw_area(struct edit *e, struct surface *s, int row, int col, int rows,
    int width, bool focus)
{
	struct surface in = draw_sub(s, row, col, rows, width);
	uint32_t style = focus ? STYLE_FOCUS : STYLE_INPUT;
	int cur_row, cur_col, total, n = 0;
	size_t at = 0, end, next;
	char *part;

	if (in.rows < 1 || in.cols < 2)
		return 0;
	e->rows = in.rows;
	e->cols = in.cols - 1;	/* room for the cursor after the last letter */
	find_cursor(e, e->cols, &cur_row, &cur_col, &total);
	if (cur_row < e->scroll)
		e->scroll = cur_row;
	if (cur_row >= e->scroll + in.rows)
		e->scroll = cur_row - in.rows + 1;
	if (e->scroll > total - 1)
		e->scroll = total - 1;
	for (;;) {
		end = row_end(e, at, e->cols, &next);
		if (n >= e->scroll && n < e->scroll + in.rows) {
			part = xstrndup(e->text + at, end - at);
			draw_text(&in, n - e->scroll, 0, -1, style, part);
			free(part);
		}
		n++;
		if (next > e->len)
			break;
		at = next;
	}
	draw_scrollbar(&in, 0, in.cols - 1, in.rows, e->scroll, total);
	if (focus)
		draw_cursor(&in, cur_row - e->scroll, cur_col);
	return total;
}
