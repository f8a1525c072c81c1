/* listcols.c - columns of a list: those of a saved view, those that the person
 * chose for this screen, or the definition's; see listpane.h. */
#include <string.h>

#include "lib/buf.h"
#include "lib/tr.h"
#include "lib/when.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/view/listpane.h"
#include "tui/view/looks.h"

#define LIST_GAP	2
#define LIST_LEAST	10	/* cells of a column that shares the rest */
#define LIST_NAME	20	/* and of one that names something */
#define LIST_WIDE	90	/* from here on widths are not what is short */

const struct val *
listpane_columns(const struct listpane *l)
{
	const struct def	*d = rows_def(l->rows);
	const struct val	*own = looks_columns(l->type);

	if (l->columns != NULL)
		return l->columns;
	if (own != NULL && l->by == NULL)
		return own;
	return d == NULL ? NULL : val_get(val_get(d->v, "list"), "columns");
}

void
listpane_columns_changed(struct listpane *l)
{
	memset(l->seen, 0, sizeof l->seen);
	if (rows_choose(l->rows, listpane_columns(l)))
		listpane_query(l);
}

/* Days that are left, as the canonical text of a date or a moment says. */
static void
cell_relative(const struct field *f, const struct val *v, struct buf *b)
{
	struct value_ctx	ctx = app_ctx();
	struct date		d, today;
	int64_t			us;
	char			out[48];
	int			sec;

	if (f->rules.type == VALUE_TIMESTAMP) {
		if (timestamp_read(v->s, v->len, &us) != DATE_OK)
			return;
		timestamp_relative(ctx.lang, us, ctx.now, ctx.tz, out);
	} else {
		if (date_read(v->s, v->len, &d) != DATE_OK)
			return;
		tz_local(ctx.tz, ctx.now, &today, &sec);
		date_relative(ctx.lang, &d, &today, out);
	}
	buf_addz(b, out);
}

void
listpane_cell(const struct def *d, const struct field *f,
    const struct record *r, struct buf *b)
{
	const struct val	*v = f->relative ? record_get(r, f->name) :
				    NULL;

	if (val_str(v) != NULL)
		cell_relative(f, v, b);
	else
		record_text(d, f, r, b);
}

static bool
column_right(enum value_type t)
{
	return t == VALUE_INT || t == VALUE_DECIMAL || t == VALUE_MONEY ||
	    t == VALUE_PERCENT || t == VALUE_DURATION;
}

/* What names the record, and long words, get more of what is left. */
static int
column_share(const struct def *d, const struct field *f, int width)
{
	const struct val	*title = val_get(d->v, "title");
	size_t			 i;

	if (width > 0)
		return 0;
	if (f->rules.type == VALUE_SENTENCE)
		return 4;
	for (i = 0; i < val_count(title); i++) {
		if (val_str(title->item[i]) != NULL &&
		    strcmp(val_str(title->item[i]), f->name) == 0)
			return 2;
	}
	return f->rules.type == VALUE_LONGTEXT ||
	    f->rules.type == VALUE_REF ? 2 : 1;
}

/* Shares the width out; columns that do not fit fall away from the right. */
static int
columns_fit(struct column *c, int n, int width)
{
	int	i, fixed, shares, least, each, rest, at;

	for (;; n--) {
		fixed = shares = least = 0;
		for (i = 0; i < n; i++) {
			fixed += c[i].width + (i > 0 ? LIST_GAP : 0);
			shares += c[i].share;
			if (c[i].share > 0)
				least += c[i].share > 1 ? LIST_NAME :
				    LIST_LEAST;
		}
		rest = width - fixed;
		if (n <= 1 || rest >= least)
			break;
	}
	if (rest < 0)
		c[0].width = width;
	for (i = 0; i < n; i++) {
		if (c[i].width != 0)
			continue;
		each = rest * c[i].share / shares;
		shares -= c[i].share;
		c[i].width = each;
		rest -= each;
	}
	for (i = at = 0; i < n; i++) {
		c[i].at = at;
		at += c[i].width + LIST_GAP;
	}
	return n;
}

/* A fixed width is what a column may take; it takes what its texts need, as
 * far as they have been shown, so that it does not jump while scrolling. */
static void
columns_shrink(struct listpane *l, const struct def *d, struct column *c,
    int n)
{
	struct record	 r;
	struct buf	 b = BUF_INIT;
	size_t		 row;
	int		 i, w;

	for (i = 0; i < n; i++) {
		if (l->seen[i].f != c[i].f) {
			l->seen[i].f = c[i].f;
			l->seen[i].width = 0;
		}
		w = text_width(app_label(c[i].f->label),
		    strlen(app_label(c[i].f->label))) + 2;
		if (w > l->seen[i].width)
			l->seen[i].width = w;
		for (row = l->top; row < listpane_lines(l) &&
		    row < l->top + (size_t)l->page; row++) {
			r = listpane_line(l, row);
			if (r.row == NULL)
				continue;
			buf_clear(&b);
			listpane_cell(d, c[i].f, &r, &b);
			w = text_width(buf_text(&b), buf_len(&b));
			if (w > l->seen[i].width)
				l->seen[i].width = w;
		}
		if (c[i].width > l->seen[i].width)
			c[i].width = l->seen[i].width;
	}
	buf_free(&b);
}

/* The widths of a definition are those of a window of 80: in a wider one a
 * column takes what its texts need, of what the others leave over. */
static void
columns_grow(const struct listpane *l, struct column *c, int n, int width)
{
	int	i, more, spare = width;

	if (width < LIST_WIDE)
		return;
	for (i = 0; i < n; i++)
		spare -= (c[i].width > 0 ? c[i].width : l->seen[i].width) +
		    (i > 0 ? LIST_GAP : 0);
	for (i = 0; i < n && spare > 0; i++) {
		more = l->seen[i].width - c[i].width;
		if (c[i].width == 0 || more <= 0)
			continue;
		if (more > spare)
			more = spare;
		c[i].width += more;
		spare -= more;
	}
}

int
listpane_fit(struct listpane *l, const struct def *d, struct column *c,
    int width)
{
	const struct val	*cols = listpane_columns(l);
	const struct field	*f;
	size_t			 i, k;
	int			 n = 0;

	for (i = 0; i < val_count(cols) && n < LIST_COLUMNS; i++) {
		f = def_field(d, val_str(val_at(cols->item[i], 0)));
		if (f == NULL || (l->by != NULL && strcmp(l->by, f->name) == 0))
			continue;
		c[n].f = f;
		c[n].width = val_at(cols->item[i], 1) == NULL ? 0 :
		    (int)val_at(cols->item[i], 1)->i;
		c[n].share = column_share(d, c[n].f, c[n].width);
		c[n++].right = column_right(f->rules.type);
	}
	for (k = 0; n == 0 && k < d->nreal && k < 4; k++) {
		c[k].f = &d->fields[k];
		c[k].width = 0;
		c[k].share = 1;
		c[k].right = column_right(d->fields[k].rules.type);
	}
	if (n == 0)
		n = (int)k;
	columns_shrink(l, d, c, n);
	if (d != NULL && cols == val_get(val_get(d->v, "list"), "columns"))
		columns_grow(l, c, n, width);
	return columns_fit(c, n, width);
}
