/*
 * term-show.c - a screen of cells onto the terminal, through curses, which
 * finds the fewest bytes. Rows that did not change are not even looked at.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>

#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/term-int.h"
#include "tui/theme.h"

static struct cell *shown;	/* what the terminal shows */
static int shown_rows, shown_cols;
static int shown_cursor = -1;
static cchar_t *line;

/* Colour pairs in use: alloc_pair() keeps them, we remember the answer. */
static struct {
	short	fg, bg;
	int	pair;
} pairs[64];
static int npairs;

void
show_reset(void)
{
	if (shown != NULL)
		explicit_bzero(shown, (size_t)shown_rows *
		    (size_t)shown_cols * sizeof(*shown));
	free(shown);
	shown = NULL;
}

void
show_free(void)
{
	show_reset();
	free(line);
	line = NULL;
	npairs = 0;
	shown_cursor = -1;
}

void
term_redraw(void)
{
	show_reset();
	if (!term_have.headless && !term_have.plain)
		clearok(curscr, TRUE);
}

static int
pair_for(short fg, short bg)
{
	int i, pair;

	if (fg < 0 && bg < 0)
		return 0;
	for (i = 0; i < npairs; i++) {
		if (pairs[i].fg == fg && pairs[i].bg == bg)
			return pairs[i].pair;
	}
	if (npairs == (int)(sizeof(pairs) / sizeof(pairs[0])))
		return 0;
	pair = alloc_pair(fg, bg);
	if (pair < 0)
		return 0;
	pairs[npairs].fg = fg;
	pairs[npairs].bg = bg;
	pairs[npairs++].pair = pair;
	return pair;
}

/* Lines go through curses' own table: it knows the terminal's way. */
static const cchar_t *
line_cell(uint32_t ch)
{
	switch (ch) {
	case 0x2500:
		return WACS_HLINE;
	case 0x2502:
		return WACS_VLINE;
	case 0x250c:
		return WACS_ULCORNER;
	case 0x2510:
		return WACS_URCORNER;
	case 0x2514:
		return WACS_LLCORNER;
	case 0x2518:
		return WACS_LRCORNER;
	case 0x251c:
		return WACS_LTEE;
	}
	return NULL;
}

static void
to_curses(cchar_t *out, const struct cell *c, bool wide)
{
	struct theme_attr a = theme_attr(c->style, term_have.colours,
	    term_have.slow);
	attr_t attr = A_NORMAL;
	wchar_t text[CELL_CHARS + 1];
	const cchar_t *acs = line_cell(c->ch[0]);
	int pair, i;

	if (a.bold)
		attr |= A_BOLD;
	if (a.reverse)
		attr |= A_REVERSE;
	if (a.underline)
		attr |= A_UNDERLINE;
	if (a.dim)
		attr |= A_DIM;
	pair = pair_for(a.fg, a.bg);
	for (i = 0; i < CELL_CHARS && c->ch[i] != 0; i++)
		text[i] = (wchar_t)c->ch[i];
	text[i] = L'\0';
	/* Where the C library counts other cells than we do, curses and the
	 * terminal would no longer agree about the row. */
	if (text[0] != L' ' && (text[0] < L' ' || text[0] > L'~') &&
	    wcwidth(text[0]) != (wide ? 2 : 1)) {
		text[0] = L'?';
		text[1] = L'\0';
	}
	if (acs != NULL) {
		wchar_t wch[CCHARW_MAX + 1];
		attr_t old;
		short old_pair;

		getcchar(acs, wch, &old, &old_pair, NULL);
		attr |= old & A_ALTCHARSET;
		setcchar(out, wch, attr, 0, &pair);
		return;
	}
	setcchar(out, text, attr, 0, &pair);
}

static void
show_row(const struct screen *sc, int row)
{
	const struct cell *c = &sc->cells[(size_t)row * (size_t)sc->cols];
	int i, n = 0;
	bool wide;

	for (i = 0; i < sc->cols; i++) {
		if (c[i].ch[0] == 0)
			continue;
		wide = i + 1 < sc->cols && c[i + 1].ch[0] == 0;
		to_curses(&line[n], &c[i], wide);
		n++;
		if (wide && c[i].ch[0] > 0x7f &&
		    wcwidth((wchar_t)c[i].ch[0]) != 2) {
			/* It became `?`: its other half is a blank. */
			struct cell gap = { .ch = { ' ' },
			    .style = c[i].style };

			to_curses(&line[n++], &gap, false);
		}
	}
	mvadd_wchnstr(row, 0, line, n);
}

static bool
writable(void)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLOUT);
}

/* True when the two screens differ; marks nothing. */
static bool
show_cursor(const struct screen *sc)
{
	int visible = sc->cur_row >= 0 && sc->cur_row < sc->rows &&
	    sc->cur_col >= 0 && sc->cur_col < sc->cols;
	bool changed = visible != shown_cursor;

	if (changed)
		curs_set(visible);
	shown_cursor = visible;
	if (visible) {
		changed = changed || getcury(stdscr) != sc->cur_row ||
		    getcurx(stdscr) != sc->cur_col;
		move(sc->cur_row, sc->cur_col);
	}
	return changed;
}

bool
term_present(const struct screen *sc)
{
	size_t bytes = (size_t)sc->cols * sizeof(struct cell);
	bool all, changed = false;
	int row;

	copy_reap();
	if (term_have.headless || term_have.plain)
		return true;
	if (!writable())
		return false;
	all = shown == NULL || shown_rows != sc->rows || shown_cols != sc->cols;
	if (all) {
		show_reset();
		shown = xcalloc((size_t)sc->rows, bytes);
		shown_rows = sc->rows;
		shown_cols = sc->cols;
		line = xreallocarray(line, (size_t)sc->cols * 2,
		    sizeof(*line));
	}
	for (row = 0; row < sc->rows; row++) {
		const struct cell *now = sc->cells + (size_t)row *
		    (size_t)sc->cols;
		struct cell *old = shown + (size_t)row * (size_t)sc->cols;

		if (!all && memcmp(now, old, bytes) == 0)
			continue;
		memcpy(old, now, bytes);
		show_row(sc, row);
		changed = true;
	}
	if (show_cursor(sc) || changed) {
		wnoutrefresh(stdscr);
		/* Only a frame that is new as a whole would be seen half. */
		if (all && term_have.sync)
			term_puts("\033[?2026h");
		doupdate();
		if (all && term_have.sync)
			term_puts("\033[?2026l");
	}
	return true;
}
