/* draw.c - see draw.h. */
#include "server/paper/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN		42.0
#define FOOT		30.0	/* above the lower margin */
#define LOGO_HEIGHT	44.0
#define LOGO_WIDTH	140.0
#define PAD		4.0	/* in cells */
#define SIZE		9.5
#define SIZE_SMALL	8.0
#define SIZE_HEADING	16.0
#define SIZE_SECTION	11.5
#define COLUMNS		40
#define LABEL_WIDTH	120.0

struct cell {
	const char	*text;
	bool		 bold;
	double		 ink;		/* 0 black to 1 white */
	double		 size;
	PangoAlignment	 align;
	const char	*fill;		/* "#rrggbb" or NULL */
};

struct columns {
	size_t		n;
	double		x[COLUMNS + 1];
	PangoAlignment	align[COLUMNS];
};

static const char *
text_of(const json_t *o, const char *key)
{
	const char	*s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

static PangoLayout *
layout_new(struct paper *p, const struct cell *c, double width)
{
	PangoLayout		*l = pango_cairo_create_layout(p->cr);
	PangoFontDescription	*f = pango_font_description_new();

	pango_font_description_set_family(f, p->font);
	pango_font_description_set_absolute_size(f, c->size * PANGO_SCALE);
	if (c->bold)
		pango_font_description_set_weight(f, PANGO_WEIGHT_BOLD);
	pango_layout_set_font_description(l, f);
	pango_font_description_free(f);
	pango_layout_set_width(l, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(l, c->align);
	pango_layout_set_text(l, c->text, -1);
	return l;
}

static double
layout_height(PangoLayout *l)
{
	int	h;

	pango_layout_get_size(l, NULL, &h);
	return (double)h / PANGO_SCALE;
}

static void
layout_show(struct paper *p, PangoLayout *l, double x, double y, double ink)
{
	cairo_set_source_rgb(p->cr, ink, ink, ink);
	cairo_move_to(p->cr, x, y);
	pango_cairo_show_layout(p->cr, l);
}

/* One piece of text at a place; its height. */
static double
text_put(struct paper *p, const struct cell *c, double x, double y,
    double width)
{
	PangoLayout	*l = layout_new(p, c, width);
	double		 h = layout_height(l);

	layout_show(p, l, x, y, c->ink);
	g_object_unref(l);
	return h;
}

static void
rule(struct paper *p, double x1, double x2, double y, double ink)
{
	cairo_set_source_rgb(p->cr, ink, ink, ink);
	cairo_set_line_width(p->cr, 0.5);
	cairo_move_to(p->cr, x1, y);
	cairo_line_to(p->cr, x2, y);
	cairo_stroke(p->cr);
}

/* --- pages ----------------------------------------------------------------- */

static double
page_end(const struct paper *p)
{
	return p->height - MARGIN - FOOT;
}

static double
page_width(const struct paper *p)
{
	return p->width - 2 * MARGIN;
}

/* Logo and name on the left, what identifies the company on the right. */
static void
head_first(struct paper *p)
{
	const json_t	*head = json_object_get(p->doc, "head"), *line;
	struct cell	 name = { .text = text_of(head, "name"), .bold = true,
			    .size = 13, .align = PANGO_ALIGN_LEFT };
	struct cell	 small = { .size = SIZE_SMALL, .ink = 0.35,
			    .align = PANGO_ALIGN_RIGHT };
	double		 left = MARGIN, right = MARGIN, x = MARGIN;
	double		 w, h, scale, half = page_width(p) / 2;
	size_t		 i;

	if (p->logo != NULL) {
		w = cairo_image_surface_get_width(p->logo);
		h = cairo_image_surface_get_height(p->logo);
		scale = LOGO_HEIGHT / h;
		if (w * scale > LOGO_WIDTH)
			scale = LOGO_WIDTH / w;
		cairo_save(p->cr);
		cairo_translate(p->cr, x, left);
		cairo_scale(p->cr, scale, scale);
		cairo_set_source_surface(p->cr, p->logo, 0, 0);
		cairo_paint(p->cr);
		cairo_restore(p->cr);
		x += w * scale + 10;
		left += h * scale;
	}
	h = MARGIN + text_put(p, &name, x, MARGIN, MARGIN + half - x);
	if (h > left)
		left = h;
	json_array_foreach(json_object_get(head, "lines"), i, line) {
		small.text = json_string_value(line);
		if (small.text != NULL)
			right += text_put(p, &small, MARGIN + half, right,
			    half);
	}
	p->y = (left > right ? left : right) + 8;
}

static void
head_next(struct paper *p)
{
	struct cell	left = { .text = text_of(json_object_get(p->doc,
			    "head"), "name"), .size = SIZE_SMALL, .ink = 0.35,
			    .align = PANGO_ALIGN_LEFT };
	struct cell	right = { .text = text_of(p->doc, "title"),
			    .size = SIZE_SMALL, .ink = 0.35,
			    .align = PANGO_ALIGN_RIGHT };
	double		half = page_width(p) / 2, h, h2;

	h = text_put(p, &left, MARGIN, MARGIN, half);
	h2 = text_put(p, &right, MARGIN + half, MARGIN, half);
	p->y = MARGIN + (h > h2 ? h : h2) + 6;
}

static void
foot(struct paper *p)
{
	char		 number[80];
	struct cell	 left = { .text = text_of(p->doc, "foot"),
			    .size = SIZE_SMALL, .ink = 0.35,
			    .align = PANGO_ALIGN_LEFT };
	struct cell	 right = { .text = number, .size = SIZE_SMALL,
			    .ink = 0.35, .align = PANGO_ALIGN_RIGHT };
	double		 y = p->height - MARGIN - FOOT + 10;
	double		 w = page_width(p);

	rule(p, MARGIN, p->width - MARGIN, y - 4, 0.7);
	snprintf(number, sizeof number, "%.40s %d / %d",
	    text_of(p->doc, "page_word"), p->page, p->pages);
	text_put(p, &left, MARGIN, y, w * 0.75);
	text_put(p, &right, MARGIN + w * 0.75, y, w * 0.25);
}

static bool
page_begin(struct paper *p)
{
	if (++p->page > PAPER_PAGES)
		return false;
	if (p->page == 1)
		head_first(p);
	else
		head_next(p);
	rule(p, MARGIN, p->width - MARGIN, p->y, 0.7);
	p->y += 12;
	return true;
}

static bool
page_next(struct paper *p)
{
	foot(p);
	cairo_show_page(p->cr);
	return page_begin(p);
}

/* --- parts of the body ------------------------------------------------------ */

/* Line by line, so that long texts go on with the next page. */
static bool
part_text(struct paper *p, const struct cell *c, double before, double after)
{
	PangoLayout	*l = layout_new(p, c, page_width(p));
	PangoLayoutIter	*i;
	PangoRectangle	 r;
	double		 h, base;
	bool		 good = true;

	p->y += before;
	i = pango_layout_get_iter(l);
	do {
		pango_layout_iter_get_line_extents(i, NULL, &r);
		h = (double)r.height / PANGO_SCALE;
		base = (double)(pango_layout_iter_get_baseline(i) - r.y) /
		    PANGO_SCALE;
		if (p->y + h > page_end(p))
			good = page_next(p);
		cairo_set_source_rgb(p->cr, c->ink, c->ink, c->ink);
		cairo_move_to(p->cr, MARGIN + (double)r.x / PANGO_SCALE,
		    p->y + base);
		pango_cairo_show_layout_line(p->cr,
		    pango_layout_iter_get_line_readonly(i));
		p->y += h;
	} while (good && pango_layout_iter_next_line(i));
	pango_layout_iter_free(i);
	g_object_unref(l);
	p->y += after;
	return good;
}

static PangoAlignment
align_of(const char *s)
{
	if (strcmp(s, "right") == 0)
		return PANGO_ALIGN_RIGHT;
	return strcmp(s, "center") == 0 ? PANGO_ALIGN_CENTER :
	    PANGO_ALIGN_LEFT;
}

static void
columns_of(const struct paper *p, const json_t *list, struct columns *c)
{
	double		 sum = 0, x = MARGIN, w[COLUMNS];
	const json_t	*o;
	size_t		 i;

	c->n = 0;
	json_array_foreach(list, i, o) {
		if (i == COLUMNS)
			break;
		w[i] = json_number_value(json_object_get(o, "width"));
		if (!(w[i] > 0))
			w[i] = 1;
		sum += w[i];
		c->align[i] = align_of(text_of(o, "align"));
		c->n++;
	}
	for (i = 0; i < c->n; i++) {
		c->x[i] = x;
		x += page_width(p) * w[i] / sum;
	}
	c->x[c->n] = x;
}

static void
cell_of(const json_t *v, struct cell *c, PangoAlignment align, bool bold)
{
	*c = (struct cell){ .text = "", .size = SIZE, .align = align,
	    .bold = bold };
	if (json_is_string(v))
		c->text = json_string_value(v);
	else if (json_is_object(v)) {
		c->text = text_of(v, "text");
		c->bold = bold || json_is_true(json_object_get(v, "bold"));
		if (json_object_get(v, "fill") != NULL)
			c->fill = text_of(v, "fill");
		if (json_object_get(v, "size") != NULL)
			c->size = json_number_value(json_object_get(v,
			    "size"));
		if (!(c->size >= 4 && c->size <= 40))
			c->size = SIZE;
	}
}

static void
fill(struct paper *p, const char *colour, double x, double y, double w,
    double h)
{
	unsigned	r, g, b;

	if (sscanf(colour, "#%2x%2x%2x", &r, &g, &b) != 3)
		return;
	cairo_set_source_rgb(p->cr, r / 255.0, g / 255.0, b / 255.0);
	cairo_rectangle(p->cr, x, y, w, h);
	cairo_fill(p->cr);
}

/* One row; grid: lines all around the cells, else one below. */
static bool
row_put(struct paper *p, const struct columns *cols, const json_t *row,
    bool bold, const char *back, bool grid, double least, const json_t *head)
{
	PangoLayout	*l[COLUMNS];
	struct cell	 c[COLUMNS];
	double		 h = least, x, w, room;
	size_t		 i, n = cols->n;
	bool		 good = true;

	/* What is taller than a page ends with it. */
	room = page_end(p) - MARGIN - 60;
	for (i = 0; i < n; i++) {
		cell_of(json_array_get(row, i), &c[i], cols->align[i], bold);
		l[i] = layout_new(p, &c[i], cols->x[i + 1] - cols->x[i] -
		    2 * PAD);
		pango_layout_set_height(l[i], (int)(room * PANGO_SCALE));
		pango_layout_set_ellipsize(l[i], PANGO_ELLIPSIZE_END);
		if (layout_height(l[i]) + 2 * PAD > h)
			h = layout_height(l[i]) + 2 * PAD;
	}
	if (p->y + h > page_end(p)) {
		good = page_next(p);
		if (good && head != NULL)
			good = row_put(p, cols, head, true, "#eeeeee", grid,
			    0, NULL);
	}
	for (i = 0; i < n; i++) {
		x = cols->x[i];
		w = cols->x[i + 1] - x;
		if (c[i].fill != NULL || back != NULL)
			fill(p, c[i].fill != NULL ? c[i].fill : back, x, p->y,
			    w, h);
		if (grid) {
			cairo_set_source_rgb(p->cr, 0.6, 0.6, 0.6);
			cairo_set_line_width(p->cr, 0.5);
			cairo_rectangle(p->cr, x, p->y, w, h);
			cairo_stroke(p->cr);
		}
		layout_show(p, l[i], x + PAD, p->y + PAD, c[i].ink);
		g_object_unref(l[i]);
	}
	p->y += h;
	if (!grid)
		rule(p, cols->x[0], cols->x[n], p->y, 0.85);
	return good;
}

static json_t *
titles_of(const json_t *columns)
{
	json_t		*titles = json_array();
	const json_t	*o;
	size_t		 i;

	json_array_foreach(columns, i, o)
		json_array_append_new(titles, json_string(text_of(o,
		    "title")));
	return titles;
}

static bool
part_table(struct paper *p, const json_t *t)
{
	const json_t	*columns = json_object_get(t, "columns"), *row;
	bool		 grid = json_is_true(json_object_get(t, "grid"));
	double		 least = json_number_value(json_object_get(t,
			    "row_height"));
	json_t		*titles = titles_of(columns);
	struct columns	 cols;
	size_t		 i;
	bool		 good;

	columns_of(p, columns, &cols);
	good = cols.n > 0 && row_put(p, &cols, titles, true, "#eeeeee", grid,
	    0, NULL);
	json_array_foreach(json_object_get(t, "rows"), i, row)
		good = good && row_put(p, &cols, row, false, NULL, grid,
		    least, titles);
	json_array_foreach(json_object_get(t, "totals"), i, row)
		good = good && row_put(p, &cols, row, true, NULL, grid, 0,
		    titles);
	json_decref(titles);
	p->y += 10;
	return good;
}

static bool
part_pairs(struct paper *p, const json_t *pairs)
{
	struct cell	 label = { .size = SIZE, .ink = 0.35,
			    .align = PANGO_ALIGN_LEFT };
	struct cell	 value = { .size = SIZE, .align = PANGO_ALIGN_LEFT };
	double		 w = page_width(p) - LABEL_WIDTH, h, h2;
	PangoLayout	*l;
	const json_t	*row;
	size_t		 i;

	json_array_foreach(pairs, i, row) {
		label.text = json_string_value(json_array_get(row, 0));
		value.text = json_string_value(json_array_get(row, 1));
		if (label.text == NULL || value.text == NULL)
			continue;
		l = layout_new(p, &value, w);
		h = layout_height(l);
		if (p->y + h > page_end(p) && !page_next(p)) {
			g_object_unref(l);
			return false;
		}
		h2 = text_put(p, &label, MARGIN, p->y, LABEL_WIDTH - PAD);
		layout_show(p, l, MARGIN + LABEL_WIDTH, p->y, 0);
		g_object_unref(l);
		p->y += (h > h2 ? h : h2) + 2;
	}
	p->y += 8;
	return true;
}

static bool
part(struct paper *p, const json_t *o)
{
	struct cell	 c = { .size = SIZE, .align = PANGO_ALIGN_LEFT };
	const json_t	*v;

	if ((v = json_object_get(o, "heading")) != NULL) {
		c.text = text_of(o, "heading");
		c.bold = true;
		c.size = SIZE_HEADING;
		return part_text(p, &c, 0, 8);
	}
	if ((v = json_object_get(o, "section")) != NULL) {
		c.text = text_of(o, "section");
		c.bold = true;
		c.size = SIZE_SECTION;
		if (p->y + 60 > page_end(p) && !page_next(p))
			return false;
		return part_text(p, &c, 6, 4);
	}
	if ((v = json_object_get(o, "text")) != NULL) {
		c.text = text_of(o, "text");
		return part_text(p, &c, 0, 8);
	}
	if ((v = json_object_get(o, "pairs")) != NULL)
		return part_pairs(p, v);
	if ((v = json_object_get(o, "table")) != NULL)
		return part_table(p, v);
	if (json_is_true(json_object_get(o, "page")))
		return page_next(p);
	return true;
}

bool
paper_draw(struct paper *p)
{
	const json_t	*o;
	size_t		 i;

	p->page = 0;
	if (!page_begin(p))
		return false;
	json_array_foreach(json_object_get(p->doc, "body"), i, o)
		if (!part(p, o))
			return false;
	foot(p);
	cairo_show_page(p->cr);
	return true;
}
