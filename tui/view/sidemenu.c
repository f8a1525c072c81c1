/* sidemenu.c - see sidemenu.h. */
#include <stdio.h>
#include <string.h>

#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/palette.h"
#include "tui/theme.h"
#include "tui/view.h"
#include "tui/view/sidemenu.h"

/* What was drawn: the first screen, and how many. The one that is open is
 * always among them. */
static int	drawn_top, drawn;

/* The screen that is open; how many there are. */
static int
open_screen(const char *crumb, int *n)
{
	struct palette_screen	p;
	size_t			len, longest = 0;
	int			at = -1;

	for (*n = 0; palette_screen(*n, &p); ++*n) {
		len = strlen(p.label);
		if (len > longest && strncmp(crumb, p.label, len) == 0) {
			longest = len;
			at = *n;
		}
	}
	return at;
}

struct surface
sidemenu_draw(struct surface *s)
{
	struct palette_screen	p;
	char			crumbs[512], key[8], *at;
	bool			here;
	int			i, n, open, rows = s->rows - 1, row;

	if (s->cols < MENU_FROM)
		return *s;
	view_crumbs(crumbs, sizeof crumbs);
	/* "Panel > Müşteriler > Şeker Ltd": the screen above the dashboard. */
	at = strstr(crumbs, " > ");
	at = at == NULL ? crumbs : at + 3;
	open = open_screen(at, &n);
	drawn_top = open >= rows ? open - rows + 1 : 0;
	for (i = drawn_top; i < drawn_top + rows && palette_screen(i, &p);
	    i++) {
		row = i - drawn_top + 1;
		here = i == open;
		if (here)
			draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_text(s, row, 1, MENU_COLS - 6, here ? STYLE_TITLE :
		    STYLE_TEXT, p.label);
		if (p.go != 0 && p.go < 0x80) {
			snprintf(key, sizeof key, "g %c", (char)p.go);
			draw_right(s, row, MENU_COLS - 5, 3, STYLE_DIM, key);
		}
	}
	drawn = i - drawn_top;
	if (drawn_top > 0)
		draw_text(s, 1, MENU_COLS - 2, 1, STYLE_DIM, glyph(GLYPH_UP));
	if (i < n)
		draw_text(s, rows, MENU_COLS - 2, 1, STYLE_DIM,
		    glyph(GLYPH_DOWN));
	draw_vline(s, 0, MENU_COLS - 1, s->rows, STYLE_BORDER);
	return draw_sub(s, 0, MENU_COLS, s->rows, s->cols - MENU_COLS);
}

bool
sidemenu_mouse(int cols, const struct input *in, struct input *out)
{
	struct palette_screen	p;

	*out = *in;
	if (in->kind != INPUT_MOUSE || cols < MENU_FROM)
		return true;
	if (in->col >= MENU_COLS) {
		out->col -= MENU_COLS;
		return true;
	}
	if (in->button == MOUSE_PRESS && in->row >= 1 && in->row <= drawn &&
	    palette_screen(drawn_top + in->row - 1, &p))
		p.run(p.arg);
	return false;
}
