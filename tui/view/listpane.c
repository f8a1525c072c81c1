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
#include "tui/mod/secret.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/act.h"
#include "tui/view/around.h"
#include "tui/view/board.h"
#include "tui/view/filterbox.h"
#include "tui/view/columns.h"
#include "tui/view/listpane.h"
#include "tui/view/looks.h"
#include "tui/view/span.h"

/* --- Rows --------------------------------------------------------------------- */

static void
listpane_take_id(struct listpane *l)
{
	struct record	r = listpane_line(l, l->cursor);
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
	size_t		 n = listpane_lines(l), above;
	long		 at;

	above = l->cursor >= l->top ? l->cursor - l->top : 0;
	/* On the way to the other end the old rows are still there. */
	if (l->cursor > ROWS_MAX && rows_loading(l->rows))
		return;
	if (l->groups.field != NULL && l->groups.open < 0)
		;	/* on a group's line, whatever the rows do */
	else if (l->id[0] != '\0' && (at = rows_find(l->rows, l->id)) >= 0) {
		l->cursor = listpane_row_line(l, (size_t)at);
		l->top = l->cursor >= above ? l->cursor - above : 0;
	} else if (l->cursor >= n) {
		l->cursor = n == 0 ? 0 : n - 1;
	}
	if (rows_loaded(l->rows) && !(rows_loading(l->rows) && n == 0))
		listpane_take_id(l);
	listpane_marks_rows(l);
	listpane_totals_soon(l);
	ui_redraw();
	listpane_held_run(l);
}

static void
listpane_gone(const char *id, void *arg)
{
	struct listpane	*l = arg;

	marks_gone(&l->marks, id);
}

struct val *
listpane_query_args(const struct listpane *l)
{
	struct val	*args = val_map();

	if (l->search != NULL)
		val_put_text(args, "search", l->search);
	if (val_count(l->query) > 0)
		val_put(args, "filter", val_copy(l->query));
	return args;
}

/* What is asked for now: with what always holds, without the open group. */
static void
listpane_take_query(struct listpane *l, const struct val *filter,
    const char *search)
{
	struct val	*now = val_both(rows_fixed(l->rows), filter);

	listpane_marks_query(l, now, search);
	val_free(l->query);
	l->query = now;
	free(l->search);
	l->search = search == NULL ? NULL : xstrdup(search);
	rows_choose(l->rows, listpane_columns(l));
}

void
listpane_query(struct listpane *l)
{
	const struct def	*d = rows_def(l->rows);
	struct val		*m;
	char			*search = NULL;

	if (d == NULL)
		return;
	listpane_group_given(l);
	m = filter_query(&l->filter, d, &search);
	if (l->filter.error[0] != '\0') {
		/* said above the rows, which stay as they were */
		val_free(m);
		free(search);
		ui_redraw();
		return;
	}
	listpane_take_query(l, m, search);
	if (l->groups.field == NULL || l->groups.open >= 0)
		rows_query(l->rows, search, listpane_group_filter(l, m),
		    l->sort);
	else
		val_free(m);
	free(search);
	listpane_totals_soon(l);
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
    const char *by, const struct val *look, void (*moved)(void *),
    void *arg)
{
	memset(l, 0, sizeof *l);
	l->type = xstrdup(type);
	l->by = by == NULL ? NULL : xstrdup(by);
	l->views = (struct viewmenu){ .ops = &listpane_views, .arg = l,
	    .type = l->type };
	l->rows = rows_new(type, fixed, listpane_changed, l);
	rows_on_gone(l->rows, listpane_gone);
	l->range = -1;
	l->groups.open = -1;
	l->query = val_map();
	l->moved = moved;
	l->arg = arg;
	edit_init(&l->box, 0, 200);
	l->pause = evtimer_new(app.base, listpane_pause_cb, l);
	listpane_totals_init(l);
	if (look == NULL && by == NULL)
		look = looks_opening(type);
	if (look != NULL) {
		listpane_set_look(l, look);
		return;
	}
	if (by == NULL && rows_def(l->rows) != NULL)
		l->groups.given = val_get_str(val_get(rows_def(l->rows)->v,
		    "list"), "group");
	listpane_query(l);
	listpane_group_load(l);
}

void
listpane_free(struct listpane *l)
{
	rows_free(l->rows);
	filter_clear(&l->filter);
	marks_free(&l->marks);
	listpane_totals_free(l);
	listpane_group_free(l);
	if (l->naming.call != 0)
		app_forget(l->naming.call);
	viewmenu_free(&l->views);
	val_free(l->query);
	free(l->search);
	val_free(l->columns);
	free(l->sort);
	free(l->by);
	free(l->type);
	edit_free(&l->box);
	event_free(l->pause);
}

const char *
listpane_id(const struct listpane *l)
{
	return l->id[0] == '\0' || listpane_lines(l) == 0 ? NULL : l->id;
}

struct record
listpane_record(const struct listpane *l)
{
	return listpane_line(l, l->cursor);
}

void
listpane_goto(struct listpane *l, const char *id)
{
	snprintf(l->id, sizeof l->id, "%s", id);
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
	struct record	 r = listpane_line(l, i);
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
		listpane_cell(d, c[k].f, &r, &text);
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

	if (l->groups.field != NULL && l->groups.error[0] != '\0') {
		draw_wrap(s, row, 2, s->cols - 4, 3, STYLE_ERROR,
		    l->groups.error, 0);
		return;
	}
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

/* Rows on this line will be shown. */
static void
list_need(struct listpane *l, size_t line)
{
	long	row = listpane_row(l, line);

	if (row >= 0)
		rows_need(l->rows, (size_t)row);
}

void
listpane_draw(struct listpane *l, struct surface *s, bool focus)
{
	const struct def	*d = rows_def(l->rows);
	struct column		 c[LIST_COLUMNS];
	size_t			 rows = listpane_lines(l), i;
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
	n = listpane_fit(l, d, c, s->cols - 3);
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
	list_need(l, l->top);
	list_need(l, l->top + (size_t)l->page < rows ? l->top +
	    (size_t)l->page : rows - 1);
	for (i = 0; i < (size_t)l->page && l->top + i < rows; i++) {
		if (listpane_group(l, l->top + i) >= 0)
			listpane_group_draw(l, s, row + (int)i, l->top + i,
			    focus);
		else
			list_draw_row(l, s, row + (int)i, l->top + i, d, c, n,
			    focus);
	}
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

/* "3-24/187", or of groups how many there are. */
static void
list_status_place(const struct listpane *l, struct buf *b)
{
	char		num[32], shown[DECIMAL_TEXT + 16];
	int64_t		before = rows_before(l->rows);
	bool		more;
	int64_t		count = rows_count(l->rows, &more);
	size_t		n = rows_n(l->rows), last;

	if (l->groups.field != NULL) {
		snprintf(num, sizeof num, "%zu%s", val_count(l->groups.list),
		    l->groups.more ? "+" : "");
		buf_addz(b, TF("lists.n_groups", "n", num, NULL));
		return;
	}
	last = l->top + (size_t)(l->page > 0 ? l->page : 1);
	if (last > n)
		last = n;
	if (before >= 0)
		buf_printf(b, "%lld-%lld/", (long long)before +
		    (long long)l->top + 1, (long long)before +
		    (long long)last);
	else
		buf_printf(b, "%s/", TF("views.from_end", NULL));
	if (count >= 0) {
		snprintf(num, sizeof num, "%lld", (long long)count);
		decimal_format(ui_lang(), num, 0, shown);
		buf_printf(b, "%s%s", shown, more ? "+" : "");
	} else {
		buf_addz(b, "…");
	}
}

void
listpane_status(struct listpane *l, char *out, size_t size)
{
	struct buf	b = BUF_INIT;
	size_t		n = listpane_lines(l);

	out[0] = '\0';
	if (n == 0)
		return;
	list_status_place(l, &b);
	list_status_marks(l, &b);
	if (l->range >= 0)
		buf_printf(&b, "   %s", TF("views.range", NULL));
	listpane_totals_text(l, &b);
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
	if (l->filter.error[0] != '\0') {
		snprintf(out, size, "%s", l->filter.error);
		return;
	}
	if (listpane_group(l, l->cursor) >= 0 && !l->typing) {
		listpane_group_say(l, listpane_group(l, l->cursor), &b);
		snprintf(out, size, "%s", buf_text(&b));
		buf_free(&b);
		return;
	}
	if (l->typing || d == NULL || r.row == NULL)
		return;
	count = rows_count(l->rows, &more);
	if (before >= 0 && count >= 0)
		buf_printf(&b, "%lld/%lld%s, ", (long long)before +
		    (long long)listpane_row(l, l->cursor) + 1, (long long)count,
		    more ? "+" : "");
	if (marks_has(&l->marks, l->id))
		buf_printf(&b, "%s, ", TF("views.marked", "n", "+", NULL));
	n = listpane_fit(l, d, c, 1000);
	for (i = 0; i < n; i++) {
		start = buf_len(&b);
		listpane_cell(d, c[i].f, &r, &b);
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
	size_t	n = listpane_lines(l);

	if (n == 0)
		return;
	if (to < 0)
		to = 0;
	if ((size_t)to >= n)
		to = (long)n - 1;
	l->cursor = (size_t)to;
	list_need(l, l->cursor);
	listpane_take_id(l);
	ui_redraw();
}

/* Is what the cursor stands on still to come? Without a line it may take
 * long: then the rows that are there will do. */
static bool
list_waits(const struct listpane *l)
{
	struct link_info	info;

	if (l->groups.field == NULL || l->groups.open >= 0 ?
	    !rows_seeking(l->rows) :
	    l->groups.list != NULL || l->groups.call == 0)
		return false;
	link_get_info(app.link, &info);
	return info.state == LINK_UP;
}

static bool
of_rows(enum action a)
{
	switch (a) {
	case ACT_UP:
	case ACT_DOWN:
	case ACT_LEFT:
	case ACT_RIGHT:
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
	case ACT_TOP:
	case ACT_BOTTOM:
	case ACT_RANGE_UP:
	case ACT_RANGE_DOWN:
	case ACT_SELECT:
	case ACT_RANGE:
	case ACT_OPEN:
	case ACT_EDIT:
	case ACT_DELETE:
	case ACT_CLONE:
	case ACT_HISTORY:
	case ACT_COMMENT:
	case ACT_REMIND:
	case ACT_PAST:
	case ACT_ABSENT:
	case ACT_CHANGE:
	case ACT_ACTIONS:
	case ACT_COPY:
	case ACT_REVEAL:
	case ACT_GENERATE:
		return true;
	default:
		return false;
	}
}

/* Any other key means that nobody waits for the rows any more. */
static bool
list_hold(struct listpane *l, enum action a)
{
	if (!of_rows(a) || !list_waits(l)) {
		l->held.n = 0;
		return false;
	}
	if (l->held.n < LIST_HELD)
		l->held.a[l->held.n++] = a;
	l->held.view = view_top();
	return true;
}

void
listpane_held_run(struct listpane *l)
{
	struct held	held = l->held;
	int		i;

	if (held.n == 0 || list_waits(l))
		return;
	l->held.n = 0;
	if (rows_error(l->rows)[0] != '\0')
		return;
	for (i = 0; i < held.n && view_top() == held.view; i++)
		view_action(held.a[i], NULL);
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
	    listpane_lines(l))
		return false;
	same = l->cursor == l->top + (size_t)row;
	listpane_move(l, (long)l->top + row);
	if (listpane_group(l, l->cursor) >= 0)
		listpane_group_open(l, listpane_group(l, l->cursor));
	else if (same && l->by == NULL)
		act_list(l, ACT_OPEN);
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
	if (rows_complete(l->rows) || rows_from_end(l->rows) == end ||
	    l->groups.field != NULL)
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
		to = a == ACT_TOP ? 0 : (long)listpane_lines(l) - 1;
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

/* On a group's line, and from its rows back to it. */
static bool
list_group_action(struct listpane *l, enum action a)
{
	long	group = listpane_group(l, l->cursor);

	if (l->groups.field == NULL)
		return false;
	if (group >= 0 && (a == ACT_OPEN || a == ACT_RIGHT ||
	    a == ACT_LEFT)) {
		if (a != ACT_OPEN && (a == ACT_LEFT) !=
		    (group == l->groups.open))
			return true;
		listpane_group_open(l, group);
		return true;
	}
	if (group < 0 && (a == ACT_LEFT || (a == ACT_BACK &&
	    !marks_any(&l->marks)))) {
		listpane_move(l, l->groups.open);
		return true;
	}
	if (group >= 0 && a == ACT_BACK && filter_empty(&l->filter) &&
	    !marks_any(&l->marks)) {
		listpane_group_by(l, NULL, NULL);
		return true;
	}
	return false;
}

/* The same records as cards, filtered as they are here. */
static bool
list_board(struct listpane *l)
{
	const struct val	*fixed = rows_fixed(l->rows);
	struct val		*look;

	if (!board_has(rows_def(l->rows)))
		return false;
	look = listpane_look(l);
	board_open_over(l->type, fixed == NULL ? NULL : val_copy(fixed), look);
	val_free(look);
	return true;
}

bool
listpane_action(struct listpane *l, enum action a, const struct input *in)
{
	const char	*sort = rows_sort(l->rows);
	char		 field[128];

	if (list_hold(l, a) || list_group_action(l, a) ||
	    list_move_action(l, a))
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
	case ACT_VIEWS:
		viewmenu_open(&l->views);
		return true;
	case ACT_BOARD:
		return list_board(l);
	case ACT_COLUMNS:
		columns_open(l);
		return true;
	case ACT_GROUP:
		listpane_group_ask(l);
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

/* What the role may do, but only with a record under the cursor. */
static bool
of_row(const struct listpane *l, bool may, char *why, size_t size)
{
	if (may && listpane_id(l) == NULL)
		snprintf(why, size, "%s", TF("views.no_row", NULL));
	return may && listpane_id(l) != NULL;
}

bool
listpane_can(struct listpane *l, enum action a, char *why, size_t size)
{
	const struct def	*d = rows_def(l->rows);
	struct record		 r = listpane_record(l);

	why[0] = '\0';
	if (d == NULL)
		return false;
	if (a == ACT_NEW)
		return act_creates(d) || act_invites(d);
	if (act_of_record(a) && r.row != NULL)
		d = act_stands_for(d, &r, NULL);
	switch (a) {
	case ACT_CLONE:
		return of_row(l, def_can(d, "create"), why, size);
	case ACT_EDIT:
		return of_row(l, def_can(d, "edit"), why, size);
	case ACT_DELETE:
		return of_row(l, def_can(d, "delete"), why, size);
	case ACT_HISTORY:
		return of_row(l, def_can(d, "history"), why, size);
	case ACT_COMMENT:
	case ACT_REMIND:
	case ACT_PAST:
	case ACT_ABSENT:
		return of_row(l, around_can(d, a), why, size);
	case ACT_CHANGE:
		return of_row(l, def_can(d, "edit_many"), why, size);
	case ACT_MERGE:
		return def_can(d, "merge") && l->marks.n == 2;
	case ACT_BOARD:
		return board_has(d);
	case ACT_FIRST:
		return of_row(l, val_count(val_get(d->v, "actions")) > 0, why,
		    size);
	case ACT_CHARTS:
		return val_count(val_get(d->v, "charts")) > 0;
	case ACT_DUPLICATES:
		return def_can(d, "duplicates") && def_can(d, "merge");
	case ACT_EXPORT:
		return def_can(d, "export");
	case ACT_CALENDAR:
		return span_view(d, "calendar") != NULL;
	case ACT_GANTT:
		return span_view(d, "gantt") != NULL;
	case ACT_IMPORT:
		return def_can(d, "import");
	case ACT_OPEN:
		return listpane_id(l) != NULL ||
		    listpane_group(l, l->cursor) >= 0;
	case ACT_REVEAL:
	case ACT_GENERATE:
		return secret_field(d, 0) != NULL &&
		    of_row(l, true, why, size);
	case ACT_ACTIONS:
	case ACT_COPY:
		return of_row(l, true, why, size);
	case ACT_FILTER:
	case ACT_FILTERS:
	case ACT_VIEWS:
	case ACT_COLUMNS:
	case ACT_GROUP:
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
		ACT_OPEN, ACT_REVEAL, ACT_GENERATE, ACT_NEW, ACT_EDIT,
		ACT_FILTER, ACT_SELECT, ACT_ACTIONS, ACT_VIEWS, ACT_SORT, ACT_FILTERS, ACT_DELETE
	};
	char	why[8];
	size_t	i;
	int	n = 0;

	for (i = 0; i < sizeof order / sizeof order[0] && n < max; i++) {
		if (listpane_can(l, order[i], why, sizeof why))
			out[n++] = order[i];
		/* Copying a secret is worth a hint, a name is not. */
		if (order[i] == ACT_REVEAL && n > 0 && n < max &&
		    out[n - 1] == ACT_REVEAL)
			out[n++] = ACT_COPY;
	}
	return n;
}
