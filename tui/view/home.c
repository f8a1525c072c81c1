/* home.c - dashboards; see home.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/palette.h"
#include "tui/place.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/home.h"
#include "tui/view/panel.h"
#include "tui/view/sidemenu.h"

#define PANELS_MAX	64
#define SPOTS_MAX	512
#define TILE_COLS	19
#define SCREEN_COLS	26
#define COLUMN_COLS	56	/* that a panel wants */
#define COLUMNS_MAX	3

enum spot_kind { SPOT_PANEL, SPOT_LAST, SPOT_SCREEN, SPOT_PLACE };

/* Something that can be chosen. */
struct spot {
	enum spot_kind	kind;
	int		index;		/* of the panel, the record, the screen */
	int		line;		/* of a panel; -1: its heading */
	int		row, col, cols;	/* without scrolling */
};

struct dash {
	char		 name[64];
	char		 title[2][120];	/* Turkish, English */
	bool		 home;
	struct panel	*panel[PANELS_MAX];
	int		 npanels;
	struct spot	 spot[SPOTS_MAX];
	int		 nspots, at, top;
	int		 rows;		/* drawn last */
};

static struct home_last	last[8];
static size_t		nlast;

#define LAST_MAX (sizeof last / sizeof last[0])

static void
last_open(void *arg)
{
	const struct home_last	*l = arg;

	app_open_record(l->type, l->id);
}

/* They stand in the palette, too. */
static void
last_offer(void)
{
	const struct def	*d;
	struct palette_entry	 e;
	size_t			 i;

	palette_drop("last");
	for (i = 0; i < nlast; i++) {
		if ((d = defs_find(last[i].type)) == NULL)
			continue;
		e = (struct palette_entry){
			.source = "last", .kind = PALETTE_RECENT,
			.tr = last[i].title, .detail = TF("views.recent",
			    "what", app_label(d->label), NULL),
			.run = last_open, .drop = free,
			.arg = xmemdup(&last[i], sizeof last[i])
		};
		palette_add(&e);
	}
}

void
home_note(const char *type, const char *id, const char *title)
{
	size_t	i;

	if (title[0] == '\0')
		return;
	for (i = 0; i < nlast; i++) {
		if (strcmp(last[i].id, id) == 0)
			break;
	}
	if (i == nlast && nlast < LAST_MAX)
		nlast++;
	if (i == nlast)
		i--;
	memmove(&last[1], &last[0], i * sizeof last[0]);
	snprintf(last[0].type, sizeof last[0].type, "%s", type);
	snprintf(last[0].id, sizeof last[0].id, "%s", id);
	snprintf(last[0].title, sizeof last[0].title, "%s", title);
	last_offer();
}

bool
home_last(size_t i, struct home_last *out)
{
	if (i >= nlast)
		return false;
	*out = last[i];
	return true;
}

void
home_forget(void)
{
	nlast = 0;
	palette_drop("last");
}

/* --- What it shows ---------------------------------------------------------------- */

static void
dash_changed(void *arg)
{
	(void)arg;
	ui_redraw();
}

static void
dash_fill(struct dash *h)
{
	const struct val	*board = boards_find(h->name);
	const struct val	*panels = val_get(board, "panels");
	const struct val	*label = val_get(board, "label");
	const char		*title;
	size_t			 i;

	for (i = 0; i < 2; i++) {
		title = val_str(val_at(label, i));
		if (title != NULL)
			snprintf(h->title[i], sizeof h->title[i], "%s", title);
	}
	for (i = 0; i < val_count(panels) && h->npanels < PANELS_MAX; i++) {
		h->panel[h->npanels] = panel_new(panels->item[i],
		    dash_changed, h);
		h->npanels += h->panel[h->npanels] != NULL;
	}
}

static bool
dash_start(struct view *v, void *arg)
{
	struct dash	*h = v->state;

	snprintf(h->name, sizeof h->name, "%s", (const char *)arg);
	h->home = strcmp(h->name, "home") == 0;
	dash_fill(h);
	return true;
}

static void
dash_close(struct view *v)
{
	struct dash	*h = v->state;
	int		 i;

	for (i = 0; i < h->npanels; i++)
		panel_free(h->panel[i]);
	h->npanels = 0;
}

/* --- Drawing ----------------------------------------------------------------------- */

struct pen {
	struct dash	*h;
	struct surface	*s;
	int		 line;		/* that comes next, over the whole width */
};

/* Where a line of the whole stands on the surface; -1: not shown. */
static int
pen_row(const struct pen *p, int line)
{
	int	row = line - p->h->top;

	return row < 0 || row >= p->s->rows ? -1 : row;
}

static void
pen_spot(struct pen *p, enum spot_kind kind, int index, int sub, int line,
    int col, int cols)
{
	struct dash	*h = p->h;
	int		 row = pen_row(p, line);

	if (h->nspots == SPOTS_MAX)
		return;
	h->spot[h->nspots] = (struct spot){ kind, index, sub, line, col,
	    cols };
	if (h->nspots++ != h->at || row < 0)
		return;
	if (col > 0)
		draw_text(p->s, row, col - 2, 1, STYLE_KEY,
		    glyph(GLYPH_MARK));
	draw_style(p->s, row, col - 2, 1, cols + 2, STYLE_SELECTED);
	draw_cursor(p->s, row, col - 2);
}

static void
pen_head(struct pen *p, int line, int col, int cols, const char *text,
    const char *right)
{
	int	row = pen_row(p, line), w = text_width(right, strlen(right));

	if (row < 0)
		return;
	draw_text(p->s, row, col, cols - w - 1, STYLE_TITLE, text);
	draw_right(p->s, row, col + cols - w, w, STYLE_DIM, right);
}

/* Where one was when the client was closed: Enter goes on from there. */
static void
draw_place(struct pen *p)
{
	char	crumbs[400];
	int	row = pen_row(p, p->line);

	if (!place_offered(crumbs, sizeof crumbs))
		return;
	if (row >= 0)
		draw_text(p->s, row, 3, p->s->cols - 4, STYLE_LINK,
		    TF("views.resume", "where", crumbs, NULL));
	pen_spot(p, SPOT_PLACE, 0, -1, p->line, 3, p->s->cols - 4);
	p->line += 2;
}

/* Counts stand side by side above everything else. */
static void
draw_tiles(struct pen *p)
{
	struct dash	*h = p->h;
	int		 per, width, n = 0, i, row, col, w;
	char		 number[40];

	per = term_caps()->plain ? 1 : (p->s->cols - 2) / (TILE_COLS + 3);
	per = per < 1 ? 1 : per;
	width = (p->s->cols - 2) / per;
	for (i = 0; i < h->npanels; i++) {
		if (panel_kind(h->panel[i]) != PANEL_COUNT)
			continue;
		col = 3 + n % per * width;
		row = pen_row(p, p->line + n / per);
		panel_number(h->panel[i], number, sizeof number);
		if (row >= 0) {
			w = text_width(number, strlen(number));
			draw_text(p->s, row, col, width - 3 - w - 1,
			    STYLE_TEXT, panel_label(h->panel[i]));
			draw_right(p->s, row, col + width - 3 - w, w,
			    STYLE_TEXT | STYLE_BOLD, number);
		}
		pen_spot(p, SPOT_PANEL, i, -1, p->line + n / per, col,
		    width - 3);
		n++;
	}
	if (n > 0)
		p->line += (n + per - 1) / per + 1;
}

static int
draw_panel(struct pen *p, int index, int line, int col, int cols)
{
	struct panel	*panel = p->h->panel[index];
	struct surface	 s = draw_sub(p->s, 0, col, p->s->rows, cols);
	int		 i, n = panel_lines(panel, cols - 1), row;
	char		 number[80];
	bool		 spot;

	panel_number(panel, number, sizeof number);
	pen_head(p, line, col, cols - 1, panel_label(panel), number);
	pen_spot(p, SPOT_PANEL, index, -1, line, col, cols - 1);
	for (i = 0; i < n; i++) {
		row = pen_row(p, line + 1 + i);
		spot = panel_kind(panel) == PANEL_LIST;
		if (row >= 0)
			spot = panel_line(panel, &s, row, i);
		if (spot)
			pen_spot(p, SPOT_PANEL, index, i, line + 1 + i, col,
			    cols - 1);
	}
	return n + 2;
}

/* Lists and charts, in as many columns as there is room for: each goes below
 * the shortest one. */
static void
draw_panels(struct pen *p)
{
	struct dash	*h = p->h;
	int		 low[COLUMNS_MAX], n, width, i, k, best, end = p->line;

	n = p->s->cols / COLUMN_COLS;
	n = n < 1 || term_caps()->plain ? 1 : n > COLUMNS_MAX ? COLUMNS_MAX :
	    n;
	width = (p->s->cols - 1) / n;
	for (k = 0; k < n; k++)
		low[k] = p->line;
	for (i = 0; i < h->npanels; i++) {
		if (panel_kind(h->panel[i]) == PANEL_COUNT)
			continue;
		for (best = 0, k = 1; k < n; k++)
			best = low[k] < low[best] ? k : best;
		low[best] += draw_panel(p, i, low[best], 3 + best * width,
		    width - 3);
		end = low[best] > end ? low[best] : end;
	}
	p->line = end;
}

static void
draw_last(struct pen *p)
{
	const struct def	*d;
	int			 row;
	size_t			 i;

	if (nlast == 0)
		return;
	pen_head(p, p->line++, 1, p->s->cols - 2, TF("views.last", NULL), "");
	for (i = 0; i < nlast; i++) {
		if ((d = defs_find(last[i].type)) == NULL)
			continue;
		if ((row = pen_row(p, p->line)) >= 0) {
			draw_text(p->s, row, 3, 18, STYLE_DIM,
			    app_label(d->label));
			draw_text(p->s, row, 22, p->s->cols - 23, STYLE_TEXT,
			    last[i].title);
		}
		pen_spot(p, SPOT_LAST, (int)i, -1, p->line++, 3,
		    p->s->cols - 4);
	}
	p->line++;
}

/* All screens, with the letters that go to them. */
static void
draw_screens(struct pen *p)
{
	struct palette_screen	 sc;
	int			 per, width, i, n = 0, row, col;
	char			 key[8] = "g ";

	pen_head(p, p->line++, 1, p->s->cols - 2, TF("views.screens", NULL),
	    "");
	per = term_caps()->plain ? 1 : (p->s->cols - 2) / SCREEN_COLS;
	per = per < 1 ? 1 : per;
	width = (p->s->cols - 2) / per;
	/* The first is this one. */
	for (i = 1; palette_screen(i, &sc); i++, n++) {
		col = 3 + n % per * width;
		row = pen_row(p, p->line + n / per);
		if (row >= 0) {
			key[sc.go == 0 ? 0 : 2 + utf8_put(key + 2, sc.go)] =
			    '\0';
			draw_text(p->s, row, col, 4, STYLE_DIM, key);
			key[0] = 'g';
			draw_text(p->s, row, col + 4, width - 7, STYLE_TEXT,
			    sc.label);
		}
		pen_spot(p, SPOT_SCREEN, i, -1, p->line + n / per, col,
		    width - 3);
	}
	p->line += (n + per - 1) / per;
}

static void
scroll(struct dash *h, int rows)
{
	int	line = h->at < h->nspots ? h->spot[h->at].row : 0, top = h->top;

	if (line < h->top + 1)
		h->top = line > 0 ? line - 1 : 0;
	else if (line >= h->top + rows)
		h->top = line - rows + 1;
	if (h->top != top)
		ui_redraw();
}

static void
dash_draw(struct view *v, struct surface *whole)
{
	struct dash	*h = v->state;
	struct surface	 s = sidemenu_draw(whole);
	struct pen	 p = { h, &s, 0 };

	h->nspots = 0;
	h->rows = s.rows;
	if (h->home)
		draw_place(&p);
	draw_tiles(&p);
	draw_panels(&p);
	if (h->home) {
		draw_last(&p);
		/* The menu at the left of a wide window has them already. */
		if (s.cols == whole->cols)
			draw_screens(&p);
	} else if (h->npanels == 0)
		draw_text(&s, 0, 1, -1, STYLE_DIM, TF("views.nothing", NULL));
	if (h->at > 0 && h->at >= h->nspots) {
		h->at = h->nspots > 0 ? h->nspots - 1 : 0;
		ui_redraw();
	}
	draw_scrollbar(&s, 0, s.cols - 1, s.rows, h->top, p.line);
	scroll(h, s.rows);
}

static void
dash_title(struct view *v, char *out, size_t len)
{
	struct dash	*h = v->state;

	const char	*title = ui_pick(h->title[0], h->title[1]);

	snprintf(out, len, "%s", title[0] != '\0' ? title :
	    T("views.home"));
}

static void
dash_status(struct view *v, char *out, size_t len)
{
	const char	*role = val_get_str(app.role, "name");

	(void)v;
	snprintf(out, len, "%s", TF("views.role", "role", role == NULL ? "-" :
	    role, NULL));
}

/* --- Moving --------------------------------------------------------------------------- */

static void
go(const struct dash *h)
{
	struct palette_screen	 sc;
	struct home_last	 l;
	struct spot		 t;

	if (h->at >= h->nspots)
		return;
	t = h->spot[h->at];
	if (t.kind == SPOT_PANEL)
		panel_open(h->panel[t.index], t.line);
	else if (t.kind == SPOT_PLACE)
		place_resume();
	else if (t.kind == SPOT_LAST && home_last((size_t)t.index, &l))
		app_open_record(l.type, l.id);
	else if (t.kind == SPOT_SCREEN && palette_screen(t.index, &sc))
		sc.run(sc.arg);
}

/* The nearest one in that direction: by rows first when going up or down, by
 * columns first when going aside. */
static void
step(struct dash *h, int rows, int cols)
{
	const struct spot	*from = &h->spot[h->at], *to;
	int			 i, best = -1, cost, least = 0, dr, dc;

	for (i = 0; i < h->nspots; i++) {
		to = &h->spot[i];
		dr = to->row - from->row;
		dc = to->col - from->col;
		if (rows != 0 ? dr * rows <= 0 : dc * cols <= 0)
			continue;
		cost = rows != 0 ? abs(dr) * 4 + abs(dc) :
		    abs(dr) * 40 + abs(dc);
		if (best < 0 || cost < least) {
			best = i;
			least = cost;
		}
	}
	if (best >= 0)
		h->at = best;
}

static bool
dash_key(struct view *v, const struct input *in)
{
	struct dash	*h = v->state;
	struct input	 moved;
	const struct spot *t;
	int		 i;

	if (!sidemenu_mouse(v->cols, in, &moved))
		return true;
	if (in->kind != INPUT_MOUSE || in->button != MOUSE_PRESS)
		return false;
	for (i = 0; i < h->nspots; i++) {
		t = &h->spot[i];
		if (t->row - h->top != moved.row || moved.col < t->col - 2 ||
		    moved.col >= t->col + t->cols)
			continue;
		h->at = i;
		go(h);
		return true;
	}
	return false;
}

static bool
dash_action(struct view *v, enum action a, const struct input *in)
{
	struct dash	*h = v->state;
	int		 i;

	(void)in;
	switch (a) {
	case ACT_UP:
	case ACT_DOWN:
		if (h->nspots > 0)
			step(h, a == ACT_UP ? -1 : 1, 0);
		break;
	case ACT_LEFT:
	case ACT_RIGHT:
		if (h->nspots > 0)
			step(h, 0, a == ACT_LEFT ? -1 : 1);
		break;
	case ACT_NEXT_PANE:
	case ACT_PREV_PANE:
		h->at += a == ACT_NEXT_PANE ? 1 : h->nspots - 1;
		h->at = h->nspots > 0 ? h->at % h->nspots : 0;
		break;
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
		for (i = 0; i < h->rows / 2 && h->nspots > 0; i++)
			step(h, a == ACT_PAGE_UP ? -1 : 1, 0);
		break;
	case ACT_TOP:
		h->at = 0;
		break;
	case ACT_BOTTOM:
		h->at = h->nspots > 0 ? h->nspots - 1 : 0;
		break;
	case ACT_OPEN:
		go(h);
		break;
	case ACT_REFRESH:
		for (i = 0; i < h->npanels; i++)
			panel_load(h->panel[i]);
		break;
	default:
		return false;
	}
	ui_redraw();
	return true;
}

const struct view_ops home_view = {
	.name = "home",
	.when = WHEN_TEXT,
	.size = sizeof(struct dash),
	.open = dash_start,
	.close = dash_close,
	.title = dash_title,
	.draw = dash_draw,
	.status = dash_status,
	.key = dash_key,
	.action = dash_action,
	.hints = { ACT_OPEN, ACT_GOTO, ACT_COMPANY, ACT_ME }
};

static const struct view_ops dash_view = {
	.name = "dashboard",
	.when = WHEN_TEXT,
	.size = sizeof(struct dash),
	.open = dash_start,
	.close = dash_close,
	.title = dash_title,
	.draw = dash_draw,
	.status = dash_status,
	.key = dash_key,
	.action = dash_action,
	.hints = { ACT_OPEN, ACT_GOTO, ACT_REFRESH, ACT_BACK }
};

static void
renew(const struct view_ops *ops)
{
	struct view	*v = view_find(ops);
	struct dash	*h;

	if (v == NULL)
		return;
	h = v->state;
	dash_close(v);
	dash_fill(h);
	ui_redraw();
}

void
home_renew(void)
{
	renew(&home_view);
	renew(&dash_view);
}

void
home_open(void)
{
	view_push(&home_view, (void *)"home");
}

void
dashboard_open(const char *name)
{
	if (strcmp(name, "home") == 0)
		view_pop_above(view_find(&home_view));
	else
		view_push(&dash_view, (void *)name);
}
