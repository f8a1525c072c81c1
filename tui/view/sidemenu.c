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

struct surface
sidemenu_draw(struct surface *s)
{
	struct palette_screen	p;
	char			crumbs[512], key[8], *at;
	bool			here;
	int			i;

	if (s->cols < MENU_FROM)
		return *s;
	view_crumbs(crumbs, sizeof crumbs);
	/* "Panel > Müşteriler > Şeker Ltd": the screen above the dashboard. */
	at = strstr(crumbs, " > ");
	at = at == NULL ? crumbs : at + 3;
	for (i = 0; palette_screen(i, &p) && i < s->rows - 1; i++) {
		here = strncmp(at, p.label, strlen(p.label)) == 0;
		if (here)
			draw_text(s, i + 1, 0, 1, STYLE_KEY,
			    glyph(GLYPH_MARK));
		draw_text(s, i + 1, 1, MENU_COLS - 6, here ? STYLE_TITLE :
		    STYLE_TEXT, p.label);
		if (p.go != 0 && p.go < 0x80) {
			snprintf(key, sizeof key, "g %c", (char)p.go);
			draw_right(s, i + 1, MENU_COLS - 5, 3, STYLE_DIM, key);
		}
	}
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
	if (in->button == MOUSE_PRESS && palette_screen(in->row - 1, &p))
		p.run(p.arg);
	return false;
}
