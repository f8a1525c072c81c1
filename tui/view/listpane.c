/* listpane.c - rows, cursor and filter box; see listpane.h. What is done to
 * records (new, edit, delete …) stands in act.c. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/money.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/act.h"
#include "tui/view/filterbox.h"
#include "tui/view/listpane.h"

#define LIST_COLUMNS	24
#define LIST_GAP	2
#define LIST_LEAST	10	/* cells of a column that shares the rest */
#define LIST_NAME	20	/* and of one that names something */

struct column {
	const struct field	*f;
	int			 width;
	int			 at;
	int			 share;		/* of what is left; 0: fixed */
	bool			 right;
};

/* --- Rows --------------------------------------------------------------------- */

static void
listpane_take_id(struct listpane *l)
{
	struct record	r = rows_at(l->rows, l->cursor);
	char		before[sizeof l->id];

	snprintf(before, sizeof before, "%s", l->id);
	snprintf(l->id, sizeof l->id, "%s", r.row == NULL ? "" :
	    record_id(&r));
	if (strcmp(before, l->id) != 0 && l->moved != NULL)
		l->moved(l->arg);
}

/* Rows changed: the cursor stays on its record; if that is gone, it stays at
 * its place. */
static void
listpane_changed(void *arg)
{
	struct listpane	*l = arg;
	size_t		 n = rows_n(l->rows), above;
	long		 at;

	above = l->cursor >= l->top ? l->cursor - l->top : 0;
	/* On the way to the other end the old rows are still there. */
	if (l->cursor > ROWS_MAX && rows_loading(l->rows))
		return;
	if (l->id[0] != '\0' && (at = rows_find(l->rows, l->id)) >= 0) {
		l->cursor = (size_t)at;
		l->top = l->cursor >= above ? l->cursor - above : 0;
	} else if (l->cursor >= n) {
		l->cursor = n == 0 ? 0 : n - 1;
	}
	if (rows_loaded(l->rows) && !(rows_loading(l->rows) && n == 0))
		listpane_take_id(l);
	listpane_marks_rows(l);
	ui_redraw();
}

static void
listpane_gone(const char *id, void *arg)
{
	struct listpane	*l = arg;

	marks_gone(&l->marks, id);
}

void
listpane_query(struct listpane *l)
{
	const struct def	*d = rows_def(l->rows);
	struct val		*m;
	char			*search = NULL;

	if (d == NULL)
		return;
	m = filter_query(&l->filter, d, &search);
	if (l->filter.error[0] != '\0') {
		/* said above the rows, which stay as they were */
		val_free(m);
		free(search);
		ui_redraw();
		return;
	}
	listpane_marks_query(l, m, search);
	rows_query(l->rows, search, m, l->sort);
	free(search);
	ui_redraw();
}

static void
listpane_pause_cb(evutil_socket_t fd, short what, void *arg)
{
	struct listpane	*l = arg;

	(void)fd;
	(void)what;
	free(l->filter.text);
	l->filter.text = xstrdup(l->box.text);
	l->cursor = l->top = 0;
	l->id[0] = '\0';
	listpane_query(l);
}

void
listpane_init(struct listpane *l, const char *type, struct val *fixed,
    const char *by, void (*moved)(void *), void *arg)
{
	memset(l, 0, sizeof *l);
	l->type = xstrdup(type);
	l->by = by == NULL ? NULL : xstrdup(by);
	l->rows = rows_new(type, fixed, listpane_changed, l);
	rows_on_gone(l->rows, listpane_gone);
	l->range = -1;
	l->moved = moved;
	l->arg = arg;
	edit_init(&l->box, 0, 200);
	l->pause = evtimer_new(app.base, listpane_pause_cb, l);
	listpane_query(l);
}

void
listpane_free(struct listpane *l)
{
	rows_free(l->rows);
	filter_clear(&l->filter);
	marks_free(&l->marks);
	free(l->sort);
	free(l->by);
	free(l->type);
	edit_free(&l->box);
	event_free(l->pause);
}

const char *
listpane_id(const struct listpane *l)
{
	return l->id[0] == '\0' || rows_n(l->rows) == 0 ? NULL : l->id;
}

struct record
listpane_record(const struct listpane *l)
{
	return rows_at(l->rows, l->cursor);
}

void
listpane_goto(struct listpane *l, const char *id)
{
	snprintf(l->id, sizeof l->id, "%s", id);
}

void
listpane_filter(struct listpane *l, const char *text)
{
	free(l->filter.text);
	l->filter.text = xstrdup(text);
	listpane_query(l);
}

/* --- Columns ------------------------------------------------------------------- */

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
		for (row = l->top; c[i].width > 0 && row < rows_n(l->rows) &&
		    row < l->top + (size_t)l->page; row++) {
			r = rows_at(l->rows, row);
			buf_clear(&b);
			record_text(d, c[i].f, &r, &b);
			w = text_width(buf_text(&b), buf_len(&b));
			if (w > l->seen[i].width)
				l->seen[i].width = w;
		}
		if (c[i].width > l->seen[i].width)
			c[i].width = l->seen[i].width;
	}
	buf_free(&b);
}

static int
columns_make(struct listpane *l, const struct def *d, struct column *c,
    int width)
{
	const struct val	*cols = val_get(val_get(d->v, "list"),
				    "columns");
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
	for (k = 0; val_count(cols) == 0 && k < d->nreal && k < 4; k++) {
		c[n].f = &d->fields[k];
		c[n].width = 0;
		c[n].share = 1;
		c[n++].right = column_right(d->fields[k].rules.type);
	}
	columns_shrink(l, d, c, n);
	return columns_fit(c, n, width);
}

/* --- Drawing -------------------------------------------------------------------- */

static void
list_draw_heads(struct listpane *l, struct surface *s, int row,
    const struct column *c, int n)
{
	const char	*sort = rows_sort(l->rows);
	char		 head[160];
	bool		 down = sort[0] == '-';
	int		 i;

	l->head_row = row;
	l->nheads = n;
	for (i = 0; i < n; i++) {
		l->heads[i] = 2 + c[i].at;
		l->head_field[i] = c[i].f;
		snprintf(head, sizeof head, "%s%s%s",
		    app_label(c[i].f->label),
		    strcmp(c[i].f->name, sort + down) == 0 ? " " : "",
		    strcmp(c[i].f->name, sort + down) == 0 ?
		    glyph(down ? GLYPH_DOWN : GLYPH_UP) : "");
		if (c[i].right)
			draw_right(s, row, 2 + c[i].at, c[i].width, STYLE_TITLE,
			    head);
		else
			draw_text(s, row, 2 + c[i].at, c[i].width, STYLE_TITLE,
			    head);
	}
}

static void
list_draw_row(struct listpane *l, struct surface *s, int row, size_t i,
    const struct def *d, const struct column *c, int n, bool focus)
{
	struct record	 r = rows_at(l->rows, i);
	struct buf	 text = BUF_INIT;
	bool		 here = i == l->cursor && focus;
	bool		 marked = marks_has(&l->marks, record_id(&r));
	uint32_t	 style;
	int		 k;

	if (i == l->cursor)
		draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
	if (marked)
		draw_text(s, row, 1, 1, STYLE_MARKED, "*");
	else if (rows_fresh(l->rows, record_id(&r)))
		draw_text(s, row, 1, 1, STYLE_WARN, "~");
	for (k = 0; k < n; k++) {
		buf_clear(&text);
		record_text(d, c[k].f, &r, &text);
		style = record_style(c[k].f, &r);
		if (marked && style == STYLE_TEXT)
			style = STYLE_MARKED;
		if (c[k].right)
			draw_right(s, row, 2 + c[k].at, c[k].width, style,
			    buf_text(&text));
		else
			draw_text(s, row, 2 + c[k].at, c[k].width, style,
			    buf_text(&text));
	}
	buf_free(&text);
	if (here) {
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		if (!l->typing)
			draw_cursor(s, row, 0);
	}
}

/* What stands there instead of rows. */
static void
list_draw_empty(struct listpane *l, struct surface *s, int row,
    const struct def *d)
{
	const char	*text;

	if (rows_error(l->rows)[0] != '\0') {
		draw_wrap(s, row, 2, s->cols - 4, 3, STYLE_ERROR,
		    rows_error(l->rows), 0);
		return;
	}
	if (!rows_loaded(l->rows))
		text = frame_info()->loading ? TF("views.loading", NULL) :
		    "";
	else if (!filter_empty(&l->filter))
		text = TF("views.no_match", NULL);
	else if (def_can(d, "create"))
		text = TF("views.none_new", "what", app_label(d->label),
		    "key", keys_hint(ACT_NEW), NULL);
	else
		text = TF("views.none", "what", app_label(d->label),
		    NULL);
	draw_text(s, row, 2, s->cols - 4, STYLE_DIM, text);
	if (!l->typing)
		draw_cursor(s, row, 0);
}

void
listpane_draw(struct listpane *l, struct surface *s, bool focus)
{
	const struct def	*d = rows_def(l->rows);
	struct column		 c[LIST_COLUMNS];
	size_t			 rows = rows_n(l->rows), i;
	int			 n, row = 0;

	if (s->rows < 2)
		return;
	if (d == NULL) {
		/* The right went while the list was open. */
		draw_text(s, 0, 2, s->cols - 4, STYLE_WARN, T("views.gone"));
		draw_cursor(s, 0, 0);
		return;
	}
	row = filterbox_draw(l, s, focus);
	l->page = s->rows - row - 1;
	n = columns_make(l, d, c, s->cols - 3);
	list_draw_heads(l, s, row++, c, n);
	l->list_row = row;
	l->page = s->rows - row;
	if (l->page < 1)
		return;
	if (rows == 0) {
		list_draw_empty(l, s, row, d);
		return;
	}
	if (l->cursor < l->top)
		l->top = l->cursor;
	if (l->cursor >= l->top + (size_t)l->page)
		l->top = l->cursor - (size_t)l->page + 1;
	if (l->top + (size_t)l->page > rows)
		l->top = rows > (size_t)l->page ? rows - (size_t)l->page : 0;
	rows_need(l->rows, l->top);
	rows_need(l->rows, l->top + (size_t)l->page);
	for (i = 0; i < (size_t)l->page && l->top + i < rows; i++)
		list_draw_row(l, s, row + (int)i, l->top + i, d, c, n, focus);
	draw_scrollbar(s, row, s->cols - 1, l->page, (long)l->top, (long)rows);
}

static void
list_status_marks(const struct listpane *l, struct buf *b)
{
	bool	more;
	int64_t	count = rows_count(l->rows, &more);
	int64_t	n = marks_count(&l->marks, count);
	char	num[32], shown[DECIMAL_TEXT + 16];

	if (!marks_any(&l->marks))
		return;
	if (n >= 0) {
		snprintf(num, sizeof num, "%lld", (long long)n);
		decimal_format(ui_lang(), num, 0, shown);
	} else {
		snprintf(shown, sizeof shown, "…");
	}
	buf_printf(b, "   %s", TF("views.marked", "n", shown, NULL));
	if (l->marks.all && more)
		buf_addz(b, "+");
}

void
listpane_status(struct listpane *l, char *out, size_t size)
{
	struct buf	b = BUF_INIT;
	char		num[32], shown[DECIMAL_TEXT + 16];
	int64_t		before = rows_before(l->rows);
	bool		more;
	int64_t		count = rows_count(l->rows, &more);
	size_t		n = rows_n(l->rows), last;

	out[0] = '\0';
	if (n == 0)
		return;
	last = l->top + (size_t)(l->page > 0 ? l->page : 1);
	if (last > n)
		last = n;
	if (before >= 0)
		buf_printf(&b, "%lld-%lld/", (long long)before +
		    (long long)l->top + 1, (long long)before +
		    (long long)last);
	else
		buf_printf(&b, "%s/", TF("views.from_end", NULL));
	if (count >= 0) {
		snprintf(num, sizeof num, "%lld", (long long)count);
		decimal_format(ui_lang(), num, 0, shown);
		buf_printf(&b, "%s%s", shown, more ? "+" : "");
	} else {
		buf_addz(&b, "…");
	}
	list_status_marks(l, &b);
	if (l->range >= 0)
		buf_printf(&b, "   %s", TF("views.range", NULL));
	if (rows_loading(l->rows) && l->cursor + 1 == n &&
	    !rows_complete(l->rows))
		buf_printf(&b, "   %s", TF("views.loading", NULL));
	snprintf(out, size, "%s", buf_text(&b));
	buf_free(&b);
}

void
listpane_say(struct listpane *l, char *out, size_t size)
{
	const struct def	*d = rows_def(l->rows);
	struct record		 r = listpane_record(l);
	struct column		 c[LIST_COLUMNS];
	struct buf		 b = BUF_INIT;
	int64_t			 before = rows_before(l->rows), count;
	bool			 more;
	size_t			 start;
	int			 i, n;

	out[0] = '\0';
	if (l->typing || d == NULL || r.row == NULL)
		return;
	count = rows_count(l->rows, &more);
	if (before >= 0 && count >= 0)
		buf_printf(&b, "%lld/%lld%s, ", (long long)before +
		    (long long)l->cursor + 1, (long long)count,
		    more ? "+" : "");
	if (marks_has(&l->marks, l->id))
		buf_printf(&b, "%s, ", TF("views.marked", "n", "+", NULL));
	n = columns_make(l, d, c, 1000);
	for (i = 0; i < n; i++) {
		start = buf_len(&b);
		record_text(d, c[i].f, &r, &b);
		if (buf_len(&b) > start && i + 1 < n)
			buf_addz(&b, ", ");
	}
	snprintf(out, size, "%s", buf_text(&b));
	buf_free(&b);
}

/* --- Keys -------------------------------------------------------------------------- */

void
listpane_move(struct listpane *l, long to)
{
	size_t	n = rows_n(l->rows);

	if (n == 0)
		return;
	if (to < 0)
		to = 0;
	if ((size_t)to >= n)
		to = (long)n - 1;
	l->cursor = (size_t)to;
	rows_need(l->rows, l->cursor);
	listpane_take_id(l);
	ui_redraw();
}

static bool
list_mouse(struct listpane *l, const struct input *in)
{
	const struct field	*f = NULL;
	int			 i, row = in->row - l->list_row;
	bool			 same;

	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN) {
		listpane_move(l, (long)l->cursor +
		    (in->button == MOUSE_WHEEL_UP ? -3 : 3));
		return true;
	}
	if (in->button != MOUSE_PRESS)
		return false;
	if (in->row == 0 && l->head_row > 0)
		return filterbox_click(l, in->col);
	if (in->row == l->head_row) {
		for (i = 0; i < l->nheads && in->col >= l->heads[i]; i++)
			f = l->head_field[i];
		if (f != NULL && f->sort)
			listpane_sort(l, f->name);
		return true;
	}
	if (row < 0 || row >= l->page || l->top + (size_t)row >=
	    rows_n(l->rows))
		return false;
	same = l->cursor == l->top + (size_t)row;
	listpane_move(l, (long)l->top + row);
	if (same && l->by == NULL)
		app_open_record(l->type, l->id);
	return true;
}

bool
listpane_key(struct listpane *l, const struct input *in)
{
	if (l->typing)
		return filterbox_key(l, in);
	if (in->kind == INPUT_MOUSE)
		return list_mouse(l, in);
	/* A paste over a list is a search, never a row of commands. */
	if (in->kind == INPUT_PASTE)
		return true;
	if (l->range >= 0 && in->kind == INPUT_KEY && in->code == K_ESC) {
		l->range = -1;
		ui_redraw();
		return true;
	}
	return false;
}

static void
list_sorted_cb(int choice, void *arg)
{
	struct listpane		*l = arg;
	const struct def	*d = rows_def(l->rows);
	size_t			 i;

	for (i = 0; d != NULL && i < d->nreal; i++) {
		if (d->fields[i].sort && choice-- == 0)
			listpane_sort(l, d->fields[i].name);
	}
}

static void
list_choose_sort(struct listpane *l)
{
	const struct def	*d = rows_def(l->rows);
	struct dialog_item	 items[64];
	const char		*sort = rows_sort(l->rows);
	size_t			 i;
	int			 n = 0, at = 0;

	for (i = 0; d != NULL && i < d->nreal && n < 64; i++) {
		if (!d->fields[i].sort)
			continue;
		items[n] = (struct dialog_item){
			.label = app_label(d->fields[i].label),
			.ticked = strcmp(sort + (sort[0] == '-'),
			    d->fields[i].name) == 0
		};
		if (items[n].ticked)
			at = n;
		n++;
	}
	if (n > 0)
		dialog_choose(action_label(ACT_SORT), items, n, at,
		    list_sorted_cb, l);
}

/* The same field again turns it round. */
void
listpane_sort(struct listpane *l, const char *field)
{
	const char	*now = rows_sort(l->rows);
	char		 sort[128];

	snprintf(sort, sizeof sort, "%s%s", strcmp(now, field) == 0 ? "-" : "",
	    field);
	free(l->sort);
	l->sort = xstrdup(sort);
	listpane_query(l);
}

/* The other end of a list that is not here in full. */
static bool
list_seek(struct listpane *l, bool end)
{
	if (rows_complete(l->rows) || rows_from_end(l->rows) == end)
		return false;
	rows_seek(l->rows, end);
	l->id[0] = '\0';
	l->range = -1;
	l->cursor = l->top = end ? SIZE_MAX / 2 : 0;
	return true;
}

static bool
list_move_action(struct listpane *l, enum action a)
{
	long	to = (long)l->cursor;

	switch (a) {
	case ACT_UP:
		to--;
		break;
	case ACT_DOWN:
		to++;
		break;
	case ACT_PAGE_UP:
		to -= l->page > 1 ? l->page - 1 : 1;
		break;
	case ACT_PAGE_DOWN:
		to += l->page > 1 ? l->page - 1 : 1;
		break;
	case ACT_TOP:
	case ACT_BOTTOM:
		if (list_seek(l, a == ACT_BOTTOM))
			return true;
		to = a == ACT_TOP ? 0 : (long)rows_n(l->rows) - 1;
		break;
	case ACT_RANGE_UP:
	case ACT_RANGE_DOWN:
		if (l->range < 0)
			listpane_range(l, true);
		to += a == ACT_RANGE_UP ? -1 : 1;
		break;
	default:
		return false;
	}
	listpane_move(l, to);
	listpane_range_to(l);
	return true;
}

/* Esc takes back one thing at a time: marks, search, the last chip. */
static bool
list_back(struct listpane *l)
{
	if (marks_any(&l->marks)) {
		listpane_unmark(l);
		return true;
	}
	if (filter_empty(&l->filter))
		return false;
	if (l->filter.text != NULL && l->filter.text[0] != '\0') {
		free(l->filter.text);
		l->filter.text = NULL;
		edit_set(&l->box, "");
	} else {
		filter_drop(&l->filter, l->filter.nchips - 1);
	}
	listpane_query(l);
	return true;
}

bool
listpane_action(struct listpane *l, enum action a, const struct input *in)
{
	const char	*sort = rows_sort(l->rows);
	char		 field[128];

	if (list_move_action(l, a))
		return true;
	switch (a) {
	case ACT_BACK:
		return list_back(l);
	case ACT_FILTER:
		filterbox_open(l);
		return true;
	case ACT_FILTERS:
		filterbox_build(l);
		return true;
	case ACT_SELECT:
		listpane_toggle(l, l->cursor);
		listpane_move(l, (long)l->cursor + 1);
		return true;
	case ACT_RANGE:
		listpane_range(l, l->range < 0);
		return true;
	case ACT_INVERT:
		listpane_invert(l);
		return true;
	case ACT_SORT:
		list_choose_sort(l);
		return true;
	case ACT_REVERSE:
		snprintf(field, sizeof field, "%s%s", sort[0] == '-' ? "" :
		    "-", sort + (sort[0] == '-'));
		free(l->sort);
		l->sort = xstrdup(field);
		listpane_query(l);
		return true;
	default:
		return act_list(l, a);
	}
	(void)in;
}

bool
listpane_can(struct listpane *l, enum action a, char *why, size_t size)
{
	const struct def	*d = rows_def(l->rows);

	why[0] = '\0';
	switch (a) {
	case ACT_NEW:
		return def_can(d, "create") || act_invites(d);
	case ACT_CLONE:
		return def_can(d, "create") && listpane_id(l) != NULL;
	case ACT_EDIT:
		return def_can(d, "edit") && listpane_id(l) != NULL;
	case ACT_DELETE:
		return def_can(d, "delete") && listpane_id(l) != NULL;
	case ACT_HISTORY:
		return def_can(d, "history") && listpane_id(l) != NULL;
	case ACT_CHANGE:
		return def_can(d, "edit_many") && listpane_id(l) != NULL;
	case ACT_EXPORT:
		return def_can(d, "export");
	case ACT_IMPORT:
		return def_can(d, "import");
	case ACT_OPEN:
	case ACT_ACTIONS:
	case ACT_COPY:
		return listpane_id(l) != NULL;
	case ACT_FILTER:
	case ACT_FILTERS:
	case ACT_SORT:
	case ACT_REVERSE:
	case ACT_SELECT:
	case ACT_RANGE:
	case ACT_INVERT:
	case ACT_REFRESH:
		return true;
	default:
		return false;
	}
}

int
listpane_hints(struct listpane *l, enum action *out, int max)
{
	static const enum action	order[] = {
		ACT_OPEN, ACT_NEW, ACT_EDIT, ACT_FILTER, ACT_SELECT,
		ACT_ACTIONS, ACT_SORT, ACT_FILTERS, ACT_DELETE
	};
	char	why[8];
	size_t	i;
	int	n = 0;

	for (i = 0; i < sizeof order / sizeof order[0] && n < max; i++) {
		if (listpane_can(l, order[i], why, sizeof why))
			out[n++] = order[i];
	}
	return n;
}
