/*
 * theme.c - the shipped theme: default colours, the 16 of ANSI, bold and
 * reverse; a company's #RRGGBB is brought to what the terminal has.
 */
#include <stdlib.h>
#include <string.h>

#include "tui/theme.h"

#define TINT_SHIFT	16	/* 1 + index in the 256 */

enum {
	RED = 1, GREEN = 2, YELLOW = 3, BLUE = 4, MAGENTA = 5, CYAN = 6
};

struct role {
	const char	*name;
	struct theme_attr attr;
};

#define PLAIN	.fg = -1, .bg = -1

/*
 * Yellow on white and blue on black are hard to read: words never depend on
 * them, and warnings are bold with a sign.
 */
static const struct role roles[STYLE_LAST] = {
	[STYLE_TEXT] = { "text", { PLAIN } },
	[STYLE_DIM] = { "dim", { PLAIN, .dim = true } },
	[STYLE_TITLE] = { "title", { PLAIN, .bold = true } },
	[STYLE_HEADER] = { "header", { PLAIN, .bold = true } },
	[STYLE_STATUS] = { "status", { PLAIN } },
	[STYLE_HINT] = { "hint", { PLAIN } },
	[STYLE_KEY] = { "key", { PLAIN, .bold = true } },
	[STYLE_SELECTED] = { "selected", { PLAIN, .reverse = true } },
	[STYLE_MARKED] = { "marked", { PLAIN, .bold = true } },
	[STYLE_BORDER] = { "border", { PLAIN } },
	[STYLE_INPUT] = { "input", { PLAIN } },
	[STYLE_FOCUS] = { "focus", { PLAIN, .bold = true } },
	[STYLE_ERROR] = { "error", { .fg = RED, .bg = -1, .bold = true } },
	[STYLE_WARN] = { "warn", { .fg = MAGENTA, .bg = -1, .bold = true } },
	[STYLE_GOOD] = { "good", { .fg = GREEN, .bg = -1 } },
	[STYLE_LINK] = { "link", { .fg = CYAN, .bg = -1 } },
	[STYLE_MATCH] = { "match", { PLAIN, .bold = true } },
	[STYLE_BANNER] = { "banner", { .fg = RED, .bg = -1, .reverse = true,
	    .bold = true } },
	[STYLE_BUTTON] = { "button", { PLAIN, .reverse = true } },
	[STYLE_SECRET] = { "secret", { PLAIN, .bold = true } },
	[STYLE_QR] = { "qr", { .fg = 0, .bg = 7 } }
};

const char *
theme_name(enum style role)
{
	return role < STYLE_LAST ? roles[role].name : "?";
}

/* Brighter where the background is known to be dark, darker on a light one. */
static enum { ON_ANY, ON_LIGHT, ON_DARK } ground;

bool
theme_set(const char *name)
{
	static const char *const grounds[] = { "default", "light", "dark" };
	int i;

	for (i = 0; i < 3; i++) {
		if (strcmp(grounds[i], name) == 0) {
			ground = i == 0 ? ON_ANY : i == 1 ? ON_LIGHT : ON_DARK;
			return true;
		}
	}
	return false;
}

static short
ground_colour(unsigned role, short fg, int colours)
{
	short bright = colours >= 16 ? 8 : 0;

	if (ground == ON_LIGHT && role == STYLE_LINK)
		return BLUE;
	if (ground != ON_DARK)
		return fg;
	if (role == STYLE_WARN)
		return (short)(YELLOW + bright);
	if (role == STYLE_ERROR || role == STYLE_GOOD || role == STYLE_LINK)
		return (short)(fg + bright);
	return fg;
}

static int selection = -1;	/* colour of the bar; -1: plain reverse */

struct theme_attr
theme_attr(uint32_t style, int colours, bool slow)
{
	unsigned role = style & 0xff, tint = style >> TINT_SHIFT;
	struct theme_attr a;

	a = roles[role < STYLE_LAST ? role : STYLE_TEXT].attr;
	if (style & STYLE_BOLD)
		a.bold = true;
	if (style & STYLE_REVERSE)
		a.reverse = true;
	if (style & STYLE_UNDERLINE)
		a.underline = true;
	/* Slow link: a bar over the row costs 200 bytes, bold on what carries
	 * the cursor a few. */
	if (slow && role == STYLE_SELECTED && a.reverse) {
		a.reverse = false;
		a.bold = false;
	}
	if (colours == 0) {
		a.fg = a.bg = -1;
		return a;
	}
	a.fg = ground_colour(role, a.fg, colours);
	if (role == STYLE_SELECTED && a.reverse && colours >= 256 &&
	    selection >= 0)
		a.fg = (short)selection;
	if (role == STYLE_QR && colours >= 16) {
		a.fg = 16;
		a.bg = 15;
		if (colours >= 256)
			a.bg = 231;
		else
			a.fg = 0;
	}
	if (tint != 0)
		a.fg = (short)(tint - 1);
	return a;
}

/* --- colours of companies ------------------------------------------------ */

static bool
parse_rgb(const char *s, int rgb[3])
{
	char two[3] = "";
	char *end;
	int i;

	if (s == NULL || s[0] != '#' || strlen(s) != 7)
		return false;
	for (i = 0; i < 3; i++) {
		two[0] = s[1 + i * 2];
		two[1] = s[2 + i * 2];
		rgb[i] = (int)strtol(two, &end, 16);
		if (*end != '\0')
			return false;
	}
	return true;
}

static int
distance(const int a[3], const int b[3])
{
	int i, d = 0;

	for (i = 0; i < 3; i++)
		d += (a[i] - b[i]) * (a[i] - b[i]);
	return d;
}

static int
cube_level(int v)
{
	return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

static int
nearest_256(const int rgb[3])
{
	static const int level[] = { 0, 95, 135, 175, 215, 255 };
	int k[3], cube[3], grey[3], g, i;

	for (i = 0; i < 3; i++) {
		k[i] = cube_level(rgb[i]);
		cube[i] = level[k[i]];
	}
	g = ((rgb[0] + rgb[1] + rgb[2]) / 3 - 3) / 10;
	g = g < 0 ? 0 : g > 23 ? 23 : g;
	grey[0] = grey[1] = grey[2] = 8 + g * 10;
	if (distance(grey, rgb) < distance(cube, rgb))
		return 232 + g;
	return 16 + 36 * k[0] + 6 * k[1] + k[2];
}

/*
 * By hue, not by distance: a dark blue must become blue, not black, and
 * a colour that is nearly grey becomes the default.
 */
static int
nearest_ansi(const int rgb[3])
{
	int max = rgb[0], min = rgb[0], i, bits = 0;

	for (i = 1; i < 3; i++) {
		max = rgb[i] > max ? rgb[i] : max;
		min = rgb[i] < min ? rgb[i] : min;
	}
	if (max - min < 40)
		return -1;
	for (i = 0; i < 3; i++) {
		if (rgb[i] > (max + min) / 2)
			bits |= 1 << i;
	}
	return bits;
}

int
theme_rgb(const char *text, int colours)
{
	int rgb[3];

	if (colours < 8 || !parse_rgb(text, rgb))
		return -1;
	return colours >= 256 ? nearest_256(rgb) : nearest_ansi(rgb);
}

/*
 * Of 1000: how light a colour is, as people see it (the weights of sRGB, with
 * its curve taken for a square).
 */
static int
lightness(const int rgb[3])
{
	static const int weight[] = { 213, 715, 72 };
	int i, sum = 0;

	for (i = 0; i < 3; i++)
		sum += weight[i] * rgb[i] / 255 * rgb[i] / 255;
	return sum;
}

/*
 * The bar is the colour with the terminal's background as its letters, which
 * may be black or white: only colours that both can be read on are taken.
 */
bool
theme_set_selection(const char *first, const char *second)
{
	const char *rgb[] = { first, second };
	int c[3], was = selection, i;

	selection = -1;
	for (i = 0; i < 2 && selection < 0; i++) {
		if (parse_rgb(rgb[i], c) && lightness(c) >= 110 &&
		    lightness(c) <= 320)
			selection = nearest_256(c);
	}
	return selection != was;
}

static int tint_colours = 256;

uint32_t
theme_tint(uint32_t style, const char *rgb)
{
	int c = theme_rgb(rgb, tint_colours);

	return c < 0 ? style :
	    (style & 0xffffu) | (uint32_t)(c + 1) << TINT_SHIFT;
}

void
theme_set_colours(int colours)
{
	tint_colours = colours;
}
