/* formlines.c - see formlines.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/money.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/form.h"
#include "tui/view/formint.h"
#include "tui/view/formlines.h"

#define LINES_LEFT	3	/* columns before the first cell: number, gap */
#define LINES_TOP	3	/* a gap, the heading, the columns */

struct formline {
	struct formlines	*lines;
	char			 id[40];	/* "": new */
	int64_t			 version;
	bool			 deleted;
	unsigned		 serial;	/* its name while it lives here */
	int64_t			 order;		/* as loaded, 0 none */
	size_t			 sent;		/* its place in what was sent */
	struct formfield	*cell;		/* ncols of them */
};

struct linecol {
	const struct field	*f;
	int			 want;		/* width asked for, 0: a share */
	int			 col, width;	/* as drawn */
	bool			 sum;
};

struct formlines {
	struct form		*form;
	const struct def	*d;
	struct field		 block;		/* what the form sees */
	struct linecol		*column;
	size_t			 ncols;
	const struct field	*order;
	struct formline		**row;
	size_t			 n, at, col;
	bool			 moved;
	bool			 entered;	/* the cell, and nothing typed */
	unsigned		 serials;
};

/* --- Rows ------------------------------------------------------------------ */

static struct formline *
line_new(struct formlines *fl)
{
	struct formline	*l = xcalloc(1, sizeof *l);
	size_t		 i;

	l->lines = fl;
	l->serial = ++fl->serials;
	l->cell = xcalloc(fl->ncols, sizeof *l->cell);
	for (i = 0; i < fl->ncols; i++) {
		formfield_init(&l->cell[i], fl->form, fl->column[i].f);
		l->cell[i].line = l;
		l->cell[i].fixed = !fl->column[i].f->create;
		form_default(&l->cell[i]);
	}
	return l;
}

static void
line_free(struct formlines *fl, struct formline *l)
{
	size_t	i;

	for (i = 0; i < fl->ncols; i++)
		formfield_free(&l->cell[i]);
	free(l->cell);
	free(l);
}

static void
line_insert(struct formlines *fl, struct formline *l, size_t at)
{
	fl->row = xreallocarray(fl->row, fl->n + 1, sizeof *fl->row);
	memmove(fl->row + at + 1, fl->row + at,
	    (fl->n - at) * sizeof *fl->row);
	fl->row[at] = l;
	fl->n++;
}

static bool
line_dirty(const struct formlines *fl, const struct formline *l)
{
	size_t	i;

	if (l->deleted)
		return l->id[0] != '\0';
	for (i = 0; i < fl->ncols; i++)
		if (formfield_dirty(&l->cell[i]))
			return true;
	return false;
}

/* A row that nobody has written into is no line. */
static bool
line_blank(const struct formlines *fl, const struct formline *l)
{
	return l->id[0] == '\0' && !line_dirty(fl, l);
}

static bool
lines_can(const struct formlines *fl, const char *verb)
{
	return def_can(fl->d, verb);
}

void
formlines_touched(struct formlines *fl)
{
	if (lines_can(fl, "create") && (fl->n == 0 ||
	    !line_blank(fl, fl->row[fl->n - 1])))
		line_insert(fl, line_new(fl), fl->n);
	ui_redraw();
}

/* --- Making and filling ---------------------------------------------------- */

static void
lines_columns(struct formlines *fl, const struct val *spec)
{
	const struct val	*columns = val_get(spec, "columns");
	const struct val	*sums = val_get(spec, "sum");
	const struct field	*f;
	struct linecol		*c;
	size_t			 i, k;

	fl->column = xcalloc(val_count(columns) + 1, sizeof *fl->column);
	for (i = 0; i < val_count(columns); i++) {
		f = def_field(fl->d, val_str(val_at(columns->item[i], 0)));
		if (f == NULL)
			continue;
		c = &fl->column[fl->ncols++];
		c->f = f;
		c->want = (int)val_at(columns->item[i], 1)->i;
		for (k = 0; k < val_count(sums); k++)
			if (strcmp(val_word(sums->item[k]), f->name) == 0)
				c->sum = true;
	}
}

struct formlines *
formlines_new(struct form *form, const struct val *spec,
    const struct val *label)
{
	const struct def	*d = defs_find(val_get_str(spec, "record"));
	struct formlines	*fl;
	int			 lang;

	if (d == NULL)
		return NULL;
	fl = xcalloc(1, sizeof *fl);
	fl->form = form;
	fl->d = d;
	fl->order = def_field(d, val_get_str(spec, "order"));
	fl->block.name = d->name;
	fl->block.rules.type = VALUE_SENTENCE;
	for (lang = 0; lang < LANG_COUNT; lang++) {
		fl->block.label[lang] = val_str(val_at(label, (size_t)lang));
		if (fl->block.label[lang] == NULL)
			fl->block.label[lang] = d->labels[lang];
	}
	lines_columns(fl, spec);
	if (fl->ncols == 0) {
		formlines_free(fl);
		return NULL;
	}
	formlines_touched(fl);
	return fl;
}

void
formlines_free(struct formlines *fl)
{
	size_t	i;

	if (fl == NULL)
		return;
	for (i = 0; i < fl->n; i++)
		line_free(fl, fl->row[i]);
	free(fl->row);
	free(fl->column);
	free(fl);
}

const struct field *
formlines_field(const struct formlines *fl)
{
	return &fl->block;
}

static void
line_fill(struct formlines *fl, struct formline *l, const struct record *r,
    bool clone)
{
	struct formfield	*ff;
	struct buf		 b = BUF_INIT;
	char			 name[160];
	size_t			 i;

	if (!clone) {
		snprintf(l->id, sizeof l->id, "%s", record_id(r));
		l->version = record_version(r);
		if (fl->order != NULL)
			l->order = val_is_null(record_get(r, fl->order->name))
			    ? 0 : record_get(r, fl->order->name)->i;
	}
	for (i = 0; i < fl->ncols; i++) {
		ff = &l->cell[i];
		buf_clear(&b);
		val_canon(record_get(r, ff->f->name), &b);
		snprintf(name, sizeof name, "%s.title", ff->f->name);
		formfield_set(ff, buf_text(&b), val_str(record_get(r, name)),
		    !clone || ff->fixed);
		if (!clone)
			ff->fixed = !ff->f->edit;
	}
	buf_free(&b);
}

void
formlines_fill(struct formlines *fl, const struct val *got, bool clone)
{
	const struct val	*rows = val_get(got, "rows");
	struct record		 r = { val_get(got, "columns"), NULL };
	struct formline		*l;
	size_t			 i;

	while (fl->n > 0)
		line_free(fl, fl->row[--fl->n]);
	for (i = 0; i < val_count(rows); i++) {
		r.row = rows->item[i];
		l = line_new(fl);
		line_fill(fl, l, &r, clone);
		line_insert(fl, l, fl->n);
	}
	fl->at = 0;
	formlines_touched(fl);
}

/* --- Judging and saving ---------------------------------------------------- */

bool
formlines_dirty(const struct formlines *fl)
{
	size_t	i;

	for (i = 0; i < fl->n; i++)
		if (line_dirty(fl, fl->row[i]))
			return true;
	return fl->moved;
}

bool
formlines_check(struct formlines *fl, bool saving)
{
	struct formfield	*ff;
	size_t			 i, k;
	bool			 good = true;

	for (i = fl->n; i-- > 0;) {
		if (fl->row[i]->deleted || line_blank(fl, fl->row[i]))
			continue;
		for (k = fl->ncols; k-- > 0;) {
			ff = &fl->row[i]->cell[k];
			if (formfield_check(ff, saving))
				continue;
			good = false;
			if (saving)
				formlines_go(fl, ff);
		}
	}
	return good;
}

static void
line_args(struct formlines *fl, struct formline *l, int64_t order,
    struct val *list)
{
	struct val		*m = val_map();
	struct formfield	*ff;
	size_t			 i, given = 0;

	if (l->id[0] != '\0') {
		val_put(m, "id", val_uuid(l->id));
		val_put_int(m, "version", l->version);
	}
	if (l->deleted) {
		val_put_bool(m, "deleted", true);
		given++;
	} else if (fl->order != NULL && l->order != order) {
		val_put_int(m, fl->order->name, order);
		given++;
	}
	for (i = 0; i < fl->ncols && !l->deleted; i++) {
		ff = &l->cell[i];
		if (ff->hidden && l->id[0] != '\0' && ff->start != NULL) {
			val_put(m, ff->f->name, val_null());
			given++;
		}
		if (ff->fixed || ff->hidden || (l->id[0] != '\0' ? !formfield_dirty(ff) :
		    ff->canon == NULL))
			continue;
		val_put(m, ff->f->name, val_of(ff->f, ff->canon));
		given++;
	}
	if (given == 0) {
		val_free(m);
		return;
	}
	l->sent = list->n;
	val_add(list, m);
}

struct val *
formlines_args(struct formlines *fl)
{
	struct val	*list;
	int64_t		 order = 0;
	size_t		 i;

	if (!formlines_dirty(fl))
		return NULL;
	list = val_array();
	for (i = 0; i < fl->n; i++) {
		fl->row[i]->sent = SIZE_MAX;
		if (line_blank(fl, fl->row[i]))
			continue;
		if (!fl->row[i]->deleted)
			order++;
		line_args(fl, fl->row[i], order, list);
	}
	if (list->n > 0)
		return list;
	val_free(list);
	return NULL;
}

/* --- Drafts ------------------------------------------------------------------ */

struct val *
formlines_draft(const struct formlines *fl)
{
	struct val	*list = val_array(), *m, *cells;
	struct formline	*l;
	size_t		 i, k;

	for (i = 0; i < fl->n; i++) {
		l = fl->row[i];
		if (line_blank(fl, l))
			continue;
		m = val_map();
		val_put_text(m, "id", l->id);
		val_put_int(m, "version", l->version);
		val_put_bool(m, "deleted", l->deleted);
		cells = val_map();
		for (k = 0; k < fl->ncols; k++)
			if (formfield_dirty(&l->cell[k]))
				val_put(cells, fl->column[k].f->name,
				    formdraft_field(&l->cell[k]));
		val_put(m, "cells", cells);
		val_add(list, m);
	}
	return list;
}

/* The row with this id, taken out of the block; a new one for none; NULL:
 * somebody has deleted it. */
static struct formline *
line_take(struct formlines *fl, const char *id)
{
	struct formline	*l;
	size_t		 i;

	if (id[0] == '\0')
		return line_new(fl);
	for (i = 0; i < fl->n; i++) {
		if (strcmp(fl->row[i]->id, id) != 0)
			continue;
		l = fl->row[i];
		memmove(fl->row + i, fl->row + i + 1,
		    (fl->n - i - 1) * sizeof *fl->row);
		fl->n--;
		return l;
	}
	return NULL;
}

void
formlines_restore(struct formlines *fl, const struct val *list)
{
	const struct val	*v, *cells;
	struct formline		*l;
	size_t			 i, k, at = 0;

	for (i = 0; i < val_count(list); i++) {
		v = list->item[i];
		l = line_take(fl, val_get_word(v, "id"));
		if (l == NULL)
			continue;
		if (l->id[0] != '\0')
			l->version = val_get_int(v, "version", l->version);
		l->deleted = val_get_bool(v, "deleted");
		cells = val_get(v, "cells");
		for (k = 0; k < fl->ncols; k++)
			formdraft_restore(&l->cell[k], val_get(cells,
			    fl->column[k].f->name));
		line_insert(fl, l, at++);
	}
	fl->moved = at > 0;
	fl->at = fl->col = 0;
	formlines_touched(fl);
}

/* --- Looking up ------------------------------------------------------------ */

struct formfield *
formlines_cell(struct formlines *fl)
{
	return fl->n == 0 ? NULL : &fl->row[fl->at]->cell[fl->col];
}

struct formfield *
formlines_cells(const struct formfield *cell, size_t *n)
{
	*n = cell->line->lines->ncols;
	return cell->line->cell;
}

struct formlines *
formlines_of(const struct formfield *cell)
{
	return cell->line->lines;
}

const struct def *
formlines_def(const struct formfield *cell)
{
	return cell->line->lines->d;
}

unsigned
formlines_serial(const struct formfield *cell)
{
	return cell->line->serial;
}

struct formfield *
formlines_by_serial(const struct formlines *fl, unsigned serial)
{
	size_t	i;

	for (i = 0; i < fl->n; i++)
		if (fl->row[i]->serial == serial)
			return &fl->row[i]->cell[0];
	return NULL;
}

struct formfield *
formlines_sibling(const struct formfield *cell, const char *name)
{
	struct formline	*l = cell->line;
	size_t		 i;

	for (i = 0; l != NULL && i < l->lines->ncols; i++)
		if (strcmp(l->cell[i].f->name, name) == 0)
			return &l->cell[i];
	return NULL;
}

struct formfield *
formlines_find(struct formlines *fl, const char *path)
{
	size_t			 len = strlen(fl->d->name), i, k, sent;
	char			*end;

	if (strncmp(path, fl->d->name, len) != 0 || path[len] != '.')
		return NULL;
	sent = strtoul(path + len + 1, &end, 10);
	for (i = 0; i < fl->n; i++) {
		if (fl->row[i]->sent != sent || line_blank(fl, fl->row[i]))
			continue;
		for (k = 0; *end == '.' && k < fl->ncols; k++)
			if (strcmp(fl->column[k].f->name, end + 1) == 0)
				return &fl->row[i]->cell[k];
		return &fl->row[i]->cell[0];
	}
	return NULL;
}

void
formlines_go(struct formlines *fl, const struct formfield *cell)
{
	size_t	i;

	for (i = 0; i < fl->n; i++) {
		if (fl->row[i] != cell->line)
			continue;
		fl->at = i;
		fl->col = (size_t)(cell - fl->row[i]->cell);
	}
}

bool
formlines_has(const struct formlines *fl, const struct formfield *cell)
{
	return cell->line != NULL && cell->line->lines == fl;
}

static size_t
line_number(const struct formline *l)
{
	size_t	i, n = 0;

	for (i = 0; i < l->lines->n && l->lines->row[i] != l; i++)
		n += !l->lines->row[i]->deleted;
	return n + 1;
}

void
formlines_name(const struct formfield *cell, char *out, size_t len)
{
	snprintf(out, len, "%zu · %s", line_number(cell->line),
	    app_label(cell->f->label));
}

void
formlines_version(struct formfield *cell, int64_t version)
{
	cell->line->version = version;
}

static bool
lines_number(const struct field *f)
{
	switch (f->rules.type) {
	case VALUE_INT: case VALUE_DECIMAL: case VALUE_MONEY:
	case VALUE_PERCENT: case VALUE_DURATION:
		return true;
	default:
		return false;
	}
}

/* --- Keys ------------------------------------------------------------------ */

static bool
cell_open(const struct formlines *fl, size_t row, size_t col)
{
	return !fl->row[row]->cell[col].fixed &&
	    !fl->row[row]->cell[col].hidden && !fl->row[row]->deleted;
}

bool
formlines_step(struct formlines *fl, int step)
{
	long	n = (long)(fl->n * fl->ncols);
	long	to = (long)(fl->at * fl->ncols + fl->col);
	bool	blank = fl->n > 0 && line_blank(fl, fl->row[fl->at]);

	/* From an empty row Tab goes on with the form. */
	for (to += step; to >= 0 && to < n; to += step) {
		if (step > 0 && blank && (size_t)to / fl->ncols == fl->at)
			continue;
		if (!cell_open(fl, (size_t)to / fl->ncols,
		    (size_t)to % fl->ncols))
			continue;
		fl->at = (size_t)to / fl->ncols;
		fl->col = (size_t)to % fl->ncols;
		fl->entered = true;
		return true;
	}
	return false;
}

void
formlines_enter(struct formlines *fl, bool first)
{
	fl->at = first || fl->n == 0 ? 0 : fl->n - 1;
	fl->col = first || fl->n == 0 || line_blank(fl, fl->row[fl->at]) ? 0 :
	    fl->ncols - 1;
	fl->entered = true;
	if (fl->n > 0 && !cell_open(fl, fl->at, fl->col))
		formlines_step(fl, first ? 1 : -1);
}

/* As in a table of numbers: what is typed first takes the old one's place. */
void
formlines_typing(struct formlines *fl, bool text)
{
	struct formfield	*ff = formlines_cell(fl);

	if (fl->entered && text && ff->typed && lines_number(ff->f))
		edit_set(&ff->edit, "");
	fl->entered = false;
}

/* Up and down keep the column; an empty row begins with its first. */
static bool
lines_vertical(struct formlines *fl, int step)
{
	size_t	to = fl->at + (size_t)step;

	if ((step < 0 && fl->at == 0) || to >= fl->n)
		return false;
	fl->at = to;
	fl->entered = true;
	if (line_blank(fl, fl->row[to]))
		fl->col = 0;
	return true;
}

static void
lines_delete(struct formlines *fl)
{
	struct formline	*l = fl->row[fl->at];

	if (l->id[0] != '\0') {
		l->deleted = !l->deleted;
		return;
	}
	if (line_blank(fl, l))
		return;
	line_free(fl, l);
	memmove(fl->row + fl->at, fl->row + fl->at + 1,
	    (fl->n - fl->at - 1) * sizeof *fl->row);
	fl->n--;
}

static bool
lines_move(struct formlines *fl, int step)
{
	size_t		 to = fl->at + (size_t)step;
	struct formline	*l;

	if ((step < 0 && fl->at == 0) || to >= fl->n ||
	    line_blank(fl, fl->row[fl->at]) || line_blank(fl, fl->row[to]))
		return true;
	l = fl->row[fl->at];
	fl->row[fl->at] = fl->row[to];
	fl->row[to] = l;
	fl->at = to;
	fl->moved = true;
	return true;
}

bool
formlines_can(const struct formlines *fl, enum action a)
{
	switch (a) {
	case ACT_LINE_NEW:
		return lines_can(fl, "create");
	case ACT_LINE_DELETE:
		return fl->n > 0 && (fl->row[fl->at]->id[0] == '\0' ||
		    lines_can(fl, "delete"));
	case ACT_LINE_UP:
	case ACT_LINE_DOWN:
		return fl->order != NULL && lines_can(fl, "edit");
	default:
		return false;
	}
}

bool
formlines_action(struct formlines *fl, enum action a)
{
	if (a == ACT_UP || a == ACT_DOWN)
		return lines_vertical(fl, a == ACT_UP ? -1 : 1);
	if (!formlines_can(fl, a))
		return false;
	form_changed(fl->form);
	switch (a) {
	case ACT_LINE_NEW:
		fl->at += fl->n > 0 && !line_blank(fl, fl->row[fl->at]);
		if (fl->at >= fl->n || !line_blank(fl, fl->row[fl->at]))
			line_insert(fl, line_new(fl), fl->at);
		fl->col = 0;
		break;
	case ACT_LINE_DELETE:
		lines_delete(fl);
		break;
	default:
		lines_move(fl, a == ACT_LINE_UP ? -1 : 1);
		break;
	}
	formlines_touched(fl);
	return true;
}

bool
formlines_click(struct formlines *fl, int row, int col, bool *same)
{
	const struct formfield	*ff;
	size_t			 i, k;

	for (i = 0; i < fl->n; i++)
		for (k = 0; k < fl->ncols; k++) {
			ff = &fl->row[i]->cell[k];
			if (ff->row != row || !cell_open(fl, i, k) ||
			    col < ff->col + form_indent(ff->form) ||
			    col >= ff->col + form_indent(ff->form) +
			    fl->column[k].width)
				continue;
			*same = fl->at == i && fl->col == k;
			fl->at = i;
			fl->col = k;
			return true;
		}
	return false;
}

/* --- Drawing --------------------------------------------------------------- */

static bool
line_wrong(const struct formlines *fl, const struct formline *l)
{
	size_t	i;

	for (i = 0; i < fl->ncols; i++)
		if (l->cell[i].error != NULL)
			return true;
	return false;
}

static bool
lines_summed(const struct formlines *fl)
{
	size_t	i;

	for (i = 0; i < fl->ncols; i++)
		if (fl->column[i].sum)
			return true;
	return false;
}

int
formlines_rows(struct formlines *fl)
{
	int	rows = LINES_TOP + lines_summed(fl);
	size_t	i;

	for (i = 0; i < fl->n; i++)
		rows += 1 + line_wrong(fl, fl->row[i]);
	return rows;
}

int
formlines_at_row(const struct formlines *fl)
{
	int	row = LINES_TOP;
	size_t	i;

	for (i = 0; i < fl->at && i < fl->n; i++)
		row += 1 + line_wrong(fl, fl->row[i]);
	return fl->at == 0 ? 0 : row;
}

int
formlines_at_rows(const struct formlines *fl)
{
	return (fl->at == 0 ? LINES_TOP : 0) + 1 + (fl->n > 0 &&
	    line_wrong(fl, fl->row[fl->at])) + (fl->at + 1 >= fl->n &&
	    lines_summed(fl));
}

/* Who asked for no width gets a share of what is left. */
static void
lines_widths(struct formlines *fl, int cols)
{
	int	left = cols - LINES_LEFT, shares = 0, at = LINES_LEFT;
	size_t	i;

	for (i = 0; i < fl->ncols; i++) {
		left -= fl->column[i].want + 1;
		shares += fl->column[i].want == 0;
	}
	for (i = 0; i < fl->ncols; i++) {
		fl->column[i].width = fl->column[i].want > 0 ?
		    fl->column[i].want : left / shares > 6 ? left / shares : 6;
		fl->column[i].col = at;
		at += fl->column[i].width + 1;
	}
}

/* left: where the block begins on the screen. */
static void
line_draw(struct formlines *fl, struct formline *l, struct surface *s,
    int row, int left, bool focus)
{
	struct formfield	*ff;
	struct linecol		*c;
	bool			 here;
	size_t			 i;

	if (l->deleted)
		draw_text(s, row, 0, 2, STYLE_DIM, glyph(GLYPH_CROSS));
	else if (line_blank(fl, l))
		draw_text(s, row, 0, 2, STYLE_DIM, "+");
	else
		draw_fmt(s, row, 0, 3, line_wrong(fl, l) ? STYLE_ERROR :
		    STYLE_DIM, "%zu", line_number(l));
	for (i = 0; i < fl->ncols; i++) {
		ff = &l->cell[i];
		c = &fl->column[i];
		here = focus && fl->row[fl->at] == l && fl->col == i;
		ff->row = row;
		ff->col = left + c->col - form_indent(ff->form);
		formfield_draw_cell(ff, s, row, c->col, c->width,
		    lines_number(c->f), l->deleted, here);
	}
}

static void
line_draw_error(struct formlines *fl, struct formline *l, struct surface *s,
    int row)
{
	size_t	i;

	for (i = 0; i < fl->ncols; i++) {
		if (l->cell[i].error == NULL)
			continue;
		draw_text(s, row, 0, 1, STYLE_ERROR, "!");
		draw_fmt(s, row, LINES_LEFT, -1, STYLE_ERROR, "%s: %s",
		    app_label(fl->column[i].f->label), l->cell[i].error);
		return;
	}
}

static bool
lines_sum(const struct formlines *fl, size_t col, struct buf *out)
{
	const struct formfield	*ff;
	char			 sum[DECIMAL_TEXT] = "0";
	size_t			 i;

	for (i = 0; i < fl->n; i++) {
		ff = &fl->row[i]->cell[col];
		if (fl->row[i]->deleted || ff->canon == NULL)
			continue;
		if (!decimal_add(sum, ff->canon, ff->f->rules.scale))
			return false;
	}
	buf_addz(out, sum);
	return true;
}

static void
lines_draw_sums(struct formlines *fl, struct surface *s, int row)
{
	struct value_ctx	 ctx = app_ctx();
	struct buf		 sum = BUF_INIT, text = BUF_INIT;
	struct linecol		*c;
	size_t			 i;

	draw_text(s, row, LINES_LEFT, -1, STYLE_DIM, TF("views.sum", NULL));
	for (i = 0; i < fl->ncols; i++) {
		c = &fl->column[i];
		buf_clear(&sum);
		buf_clear(&text);
		if (!c->sum || !lines_sum(fl, i, &sum))
			continue;
		value_format(&c->f->rules, &ctx, buf_text(&sum), &text);
		draw_right(s, row, c->col, c->width, STYLE_TITLE,
		    buf_text(&text));
	}
	buf_free(&sum);
	buf_free(&text);
}

void
formlines_draw(struct formlines *fl, struct surface *s, int row, int left,
    bool focus)
{
	struct surface	 in = draw_sub(s, 0, 1, s->rows, s->cols - 2);
	const char	*label;
	size_t		 i;

	lines_widths(fl, in.cols);
	draw_text(s, row + 1, 1, s->cols - 2, STYLE_TITLE,
	    app_label(fl->block.label));
	for (i = 0; i < fl->ncols; i++) {
		label = app_label(fl->column[i].f->label);
		if (lines_number(fl->column[i].f))
			draw_right(&in, row + 2, fl->column[i].col,
			    fl->column[i].width, STYLE_DIM, label);
		else
			draw_field(&in, row + 2, fl->column[i].col,
			    fl->column[i].width, STYLE_DIM, label);
	}
	row += LINES_TOP;
	for (i = 0; i < fl->n; i++) {
		line_draw(fl, fl->row[i], &in, row++, left + 1, focus);
		if (line_wrong(fl, fl->row[i]))
			line_draw_error(fl, fl->row[i], &in, row++);
	}
	if (lines_summed(fl))
		lines_draw_sums(fl, &in, row);
}
