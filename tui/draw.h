/*
 * draw.c - a screen of cells in memory, and the functions that draw on it.
 * No curses here: the same code draws for the terminal and for tests.
 * Every text goes through the filter of lib/tr.h: what another person typed
 * is shown with its control and bidi characters visible and never reaches
 * the terminal as it is. Views draw everything anew for every frame; what did
 * not change costs no byte.
 */
#ifndef KONAK_TUI_DRAW_H
#define KONAK_TUI_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CELL_CHARS	3	/* a letter and two marks on it */

struct cell {
	uint32_t	 ch[CELL_CHARS];	/* 0-terminated if shorter;
						 * ch[0] 0: right half of a wide
						 * letter */
	uint32_t	 style;			/* theme.h */
};

struct screen {
	int		 rows, cols;
	struct cell	*cells;
	int		 cur_row, cur_col;	/* -1: hidden */
};

/*
 * A rectangle of a screen with its own coordinates from 0; whatever leaves
 * it is cut. Passed by pointer, lives on the stack.
 */
struct surface {
	struct screen	*screen;
	int		 row, col;
	int		 rows, cols;
};

struct screen	*screen_new(int rows, int cols);
void		 screen_free(struct screen *);
void		 screen_resize(struct screen *, int rows, int cols);
void		 screen_clear(struct screen *);
struct surface	 screen_surface(struct screen *);

/* Row `row` as UTF-8, trailing blanks cut. Returns its length. */
size_t	 screen_row(const struct screen *, int row, char *buf, size_t len);

/* All rows, each ended by \n; to free(). */
char	*screen_dump(const struct screen *);

/* Likewise, what is secret as asterisks: for a file that is sent on. */
char	*screen_dump_safe(const struct screen *);

/* Likewise, with {role} where the style changes, for golden tests. */
char	*screen_dump_styles(const struct screen *);

/* The part of `s` from (row, col), cut to what there is. */
struct surface draw_sub(const struct surface *, int row, int col, int rows,
	    int cols);

/*
 * Text in at most `width` cells (-1: to the edge); longer text ends in `…`.
 * Newlines and tabs become blanks. Returns the cells used.
 */
int	 draw_text(struct surface *, int row, int col, int width,
	    uint32_t style, const char *text);

/* Likewise, and the rest of `width` blank in the same style. */
void	 draw_field(struct surface *, int row, int col, int width,
	    uint32_t style, const char *text);

/* Likewise, at the right end of `width`. */
void	 draw_right(struct surface *, int row, int col, int width,
	    uint32_t style, const char *text);
void	 draw_centre(struct surface *, int row, int col, int width,
	    uint32_t style, const char *text);
int	 draw_fmt(struct surface *, int row, int col, int width,
	    uint32_t style, const char *fmt, ...)
	    __attribute__((format(printf, 6, 7)));

/*
 * `text` broken at blanks into lines of `width`, from line `skip` on, at
 * most `rows` of them. Returns how many lines it needs in all; with s NULL it
 * only counts.
 */
int	 draw_wrap(struct surface *, int row, int col, int width, int rows,
	    uint32_t style, const char *text, int skip);

/* Blanks in a style. */
void	 draw_fill(struct surface *, int row, int col, int rows, int cols,
	    uint32_t style);

/* Another style for cells that are drawn already (a selected row). */
void	 draw_style(struct surface *, int row, int col, int rows, int cols,
	    uint32_t style);

void	 draw_hline(struct surface *, int row, int col, int width,
	    uint32_t style);
void	 draw_vline(struct surface *, int row, int col, int rows,
	    uint32_t style);

/* A frame with a title (or NULL) in its upper edge; the inside is cleared. */
void	 draw_box(struct surface *, int row, int col, int rows, int cols,
	    uint32_t style, const char *title);

/* The hardware cursor stands here: on what is focused, always. */
void	 draw_cursor(struct surface *, int row, int col);

/* Marks at the right edge of a list that shows `rows` of `total`. */
void	 draw_scrollbar(struct surface *, int row, int col, int rows,
	    long top, long total);

/* Signs of our own, all of width 1, with their ASCII stand-ins. */
enum glyph {
	GLYPH_MORE,		/* … ~ */
	GLYPH_MARK,		/* > */
	GLYPH_DOT,		/* ● * */
	GLYPH_RING,		/* ○ o */
	GLYPH_CHECK,		/* ✓ v */
	GLYPH_CROSS,		/* × x */
	GLYPH_ARROW,		/* → > */
	GLYPH_UP,		/* ▲ ^ */
	GLYPH_DOWN,		/* ▼ v */
	GLYPH_BRANCH,		/* ├ + */
	GLYPH_LEAF,		/* └ + */
	GLYPH_LINE,		/* ─ - */
	GLYPH_BAR,		/* │ | */
	GLYPH_WARN,		/* ! */
	GLYPH_BULLET,		/* • * */
	GLYPH_LAST
};
const char *glyph(enum glyph);

/*
 * Set by term.c: signs and lines in ASCII; and whether people's text may have
 * letters beyond ASCII (else ş becomes s, and what has no such letter ?).
 */
void	 draw_set_ascii(bool signs, bool text);
bool	 draw_is_ascii(void);

/* Plain mode draws no frames: a reader would speak them. */
void	 draw_set_lines(bool);

/* Slow link: draw_style() makes no bar of STYLE_SELECTED. */
void	 draw_set_slow(bool);

#endif
