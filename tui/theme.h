/*
 * theme.c - named roles to terminal attributes. Views name what a thing is
 * (STYLE_ERROR), never a colour; here it becomes bold red, or only bold where
 * there is no colour. Nothing but the default colours, the 16 ANSI ones, bold
 * and reverse, so that light and dark backgrounds both work; colour never
 * carries a meaning alone.
 */
#ifndef KONAK_TUI_THEME_H
#define KONAK_TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A style is a role (low byte), flags, and perhaps a colour of its own
 * (#RRGGBB mapped to the 256; see theme_tint()).
 */
enum style {
	STYLE_TEXT,		/* plain */
	STYLE_DIM,		/* old data, hints beside things */
	STYLE_TITLE,		/* headings, column heads */
	STYLE_HEADER,		/* first row of the frame */
	STYLE_STATUS,		/* status row */
	STYLE_HINT,		/* words of the hint row */
	STYLE_KEY,		/* keys in the hint row, letters of a menu */
	STYLE_SELECTED,		/* the row with the cursor */
	STYLE_MARKED,		/* rows that are chosen */
	STYLE_BORDER,
	STYLE_INPUT,		/* an edit field */
	STYLE_FOCUS,		/* the edit field that has the cursor */
	STYLE_ERROR,
	STYLE_WARN,
	STYLE_GOOD,
	STYLE_LINK,		/* a reference that Enter follows */
	STYLE_MATCH,		/* what a filter matched */
	STYLE_BANNER,		/* lost connection */
	STYLE_BUTTON,
	STYLE_SECRET,		/* shown, and in no file: a code, a password */
	STYLE_QR,		/* explicitly black on white */
	STYLE_LAST
};

#define STYLE_BOLD	0x0100u
#define STYLE_REVERSE	0x0200u
#define STYLE_UNDERLINE	0x0400u

/* A style whose foreground is this company's colour ("#2563eb" or NULL). */
uint32_t theme_tint(uint32_t style, const char *rgb);

/* Name of a role ("error"), for dumps and tests. */
const char *theme_name(enum style);

/* Attributes for curses: foreground and background (-1: default), flags. */
struct theme_attr {
	short	 fg, bg;
	bool	 bold, reverse, underline, dim;
};
struct theme_attr theme_attr(uint32_t style, int colours, bool slow);

/* The company's colours for the row with the cursor: the first that can be
 * read; NULL or "": none. True when it changed. */
bool	 theme_set_selection(const char *first, const char *second);

/* "default" (safe on any background), "light" or "dark"; false: another. */
bool	 theme_set(const char *name);

/* How many colours tints may use; term.c says it at start. */
void	 theme_set_colours(int);

/* #RRGGBB to the nearest of the terminal's colours; -1: not a colour. */
int	 theme_rgb(const char *rgb, int colours);

#endif
