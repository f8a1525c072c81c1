/* timepane.c - see timepane.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/comment.h"
#include "tui/view/form.h"
#include "tui/view/history.h"
#include "tui/view/timepane.h"

#define TEXT_ROWS 6		/* of one entry */

static bool
is_kind(const struct val *e, const char *kind)
{
	const char	*k = val_get_str(e, "kind");

	return k != NULL && strcmp(k, kind) == 0;
}

/* --- Asking ------------------------------------------------------------------- */

static void
timepane_cb(const struct link_reply *r, void *arg)
{
	struct timepane		*t = arg;
	const struct val	*rows = val_get(r->body, "rows");
	const char		*next = val_get_str(r->body, "next");
	size_t			 i;

	t->call = 0;
	t->loaded = true;
	snprintf(t->error, sizeof t->error, "%s", r->ok ? "" : r->text);
	if (t->fresh) {
		val_free(t->entries);
		t->entries = val_array();
	}
	t->fresh = false;
	free(t->next);
	t->next = next == NULL ? NULL : xstrdup(next);
	for (i = 0; i < val_count(rows); i++)
		val_add(t->entries, val_copy(rows->item[i]));
	if (t->at >= val_count(t->entries))
		t->at = val_count(t->entries) > 0 ?
		    val_count(t->entries) - 1 : 0;
	ui_redraw();
}

static void
timepane_ask(struct timepane *t, const char *after)
{
	struct val	*args = val_map();
	const char	*kinds = t->only[0] != '\0' ? t->only :
			    t->kinds == NULL ? "comments" : NULL;

	if (t->call != 0)
		return;
	val_put_text(args, "type", t->type);
	val_put(args, "id", val_uuid(t->id));
	val_put_int(args, "limit", 50);
	if (kinds != NULL)
		val_put_text(args, "kinds", kinds);
	if (after != NULL)
		val_put_text(args, "after", after);
	t->call = app_call("records.timeline", args, timepane_cb, t);
}

void
timepane_load(struct timepane *t)
{
	if (t->call != 0)
		app_forget(t->call);
	t->call = 0;
	t->fresh = true;
	timepane_ask(t, NULL);
}

static void
timepane_watch_cb(const struct val *items, void *arg)
{
	(void)items;
	timepane_load(arg);
}

void
timepane_init(struct timepane *t, const char *type, const char *id,
    const struct val *kinds)
{
	memset(t, 0, sizeof *t);
	t->type = xstrdup(type);
	snprintf(t->id, sizeof t->id, "%s", id);
	t->kinds = kinds;
	t->entries = val_array();
	if (defs_find("comments") != NULL)
		t->watch = watch_add("comments", timepane_watch_cb, t);
	timepane_load(t);
}

void
timepane_free(struct timepane *t)
{
	if (t->call != 0)
		app_forget(t->call);
	watch_free(t->watch);
	val_free(t->entries);
	free(t->next);
	free(t->type);
}

/* --- Drawing ------------------------------------------------------------------ */

/* "Arama", "yorum yazdı", "değiştirdi". */
static void
entry_word(const struct val *e, struct buf *b)
{
	const struct def	*d = defs_find(val_get_str(e, "kind"));
	const struct field	*f;
	struct record		 r = { NULL, e };
	struct val		*m;

	if (is_kind(e, "comments"))
		buf_addz(b, T("views.commented"));
	else if (is_kind(e, "changes"))
		buf_addz(b, history_word(e));
	else if (d != NULL && (f = def_field(d, val_get_str(e, "field"))) !=
	    NULL) {
		m = val_map();
		val_put_text(m, f->name, val_get_str(e, "value"));
		r.row = m;
		record_text(d, f, &r, b);
		val_free(m);
	} else if (d != NULL)
		buf_addz(b, app_label(d->label));
}

static void
entry_head(const struct val *e, struct buf *b)
{
	struct value_ctx	 ctx = app_ctx();
	const char		*at = val_get_str(e, "at");
	const char		*who = val_get_str(e, "user");
	char			 when[DATE_TEXT] = "";
	int64_t			 us;

	if (at != NULL && timestamp_read(at, strlen(at), &us) == DATE_OK)
		timestamp_format(us, ctx.tz, ctx.date_pattern, when);
	buf_printf(b, "%s  %s  ", when, who == NULL ? "-" : who);
	entry_word(e, b);
}

/* What stands under its head, as one text. */
static void
entry_text(const struct timepane *t, const struct val *e, struct buf *b)
{
	const struct def	*d = defs_find(t->type);
	const struct val	*changes = val_get(e, "changes");
	size_t			 i;

	if (val_get_str(e, "text") != NULL)
		buf_addz(b, val_get_str(e, "text"));
	for (i = 0; i < val_count(changes); i++) {
		if (buf_len(b) > 0)
			buf_add8(b, '\n');
		history_change(d, changes->item[i], b);
	}
}

static int
entry_rows(const struct timepane *t, const struct val *e, int cols)
{
	struct buf	b = BUF_INIT;
	int		n = 0;

	entry_text(t, e, &b);
	if (buf_len(&b) > 0)
		n = draw_wrap(NULL, 0, 0, cols - 6, 1000, STYLE_TEXT,
		    buf_text(&b), 0);
	buf_free(&b);
	return 2 + (n > TEXT_ROWS ? TEXT_ROWS : n);
}

static void
entry_draw(const struct timepane *t, const struct val *e, struct surface *s,
    int row, bool here)
{
	struct buf	b = BUF_INIT;
	int		rows;

	entry_head(e, &b);
	draw_text(s, row, 2, s->cols - 3, is_kind(e, "changes") ? STYLE_DIM :
	    STYLE_TITLE, buf_text(&b));
	if (here) {
		draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		draw_cursor(s, row, 0);
	}
	buf_clear(&b);
	entry_text(t, e, &b);
	rows = s->rows - row - 1;
	if (rows > TEXT_ROWS)
		rows = TEXT_ROWS;
	if (buf_len(&b) > 0 && rows > 0)
		draw_wrap(s, row + 1, 4, s->cols - 6, rows,
		    is_kind(e, "changes") ? STYLE_DIM : STYLE_TEXT,
		    buf_text(&b), 0);
	buf_free(&b);
}

/* The entry under the cursor is on the screen as a whole, if it fits. */
static void
timepane_scroll(struct timepane *t, const struct surface *s)
{
	size_t	i;
	int	rows;

	if (t->at < t->top)
		t->top = t->at;
	for (;;) {
		rows = 0;
		for (i = t->top; i <= t->at; i++)
			rows += entry_rows(t, t->entries->item[i], s->cols);
		if (rows - 1 <= s->rows || t->top == t->at)
			return;
		t->top++;
	}
}

void
timepane_draw(struct timepane *t, struct surface *s, bool focus)
{
	size_t	n = val_count(t->entries), i;
	int	row = 0;

	if (t->error[0] != '\0') {
		draw_wrap(s, 0, 2, s->cols - 4, 3, STYLE_ERROR, t->error, 0);
		return;
	}
	if (n == 0) {
		draw_text(s, 0, 2, s->cols - 4, STYLE_DIM, TF(!t->loaded ?
		    "views.loading" : t->kinds == NULL ? "views.no_comments" :
		    "views.no_history", NULL));
		draw_cursor(s, 0, 0);
		return;
	}
	timepane_scroll(t, s);
	for (i = t->top; i < n && row < s->rows; i++) {
		entry_draw(t, t->entries->item[i], s, row,
		    focus && i == t->at);
		row += entry_rows(t, t->entries->item[i], s->cols);
	}
	t->page = (int)(i - t->top);
	if (t->next != NULL && i + 10 > n)
		timepane_ask(t, t->next);
	draw_scrollbar(s, 0, s->cols - 1, s->rows, (long)t->top, (long)n);
}

void
timepane_status(struct timepane *t, char *out, size_t len)
{
	size_t		 n = val_count(t->entries);
	const struct def *d = defs_find(t->only);
	const char	*only = "";

	if (t->only[0] != '\0')
		only = d != NULL ? app_label(d->labels) :
		    T("views.changes");
	snprintf(out, len, "%zu/%zu%s  %s", n == 0 ? 0 : t->at + 1, n,
	    t->next != NULL ? "+" : "", only);
}

/* "2/14, 19.12.2025 14:32  Ahmet yorum yazdı, …" */
void
timepane_say(struct timepane *t, char *out, size_t len)
{
	const struct val	*e = val_at(t->entries, t->at);
	struct buf		 b = BUF_INIT;
	char			*p;

	if (e == NULL)
		return;
	buf_printf(&b, "%zu/%zu, ", t->at + 1, val_count(t->entries));
	entry_head(e, &b);
	buf_addz(&b, ", ");
	entry_text(t, e, &b);
	snprintf(out, len, "%s", buf_text(&b));
	for (p = out; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	buf_free(&b);
}

/* --- What can be done --------------------------------------------------------- */

static const struct val *
here(const struct timepane *t)
{
	return val_at(t->entries, t->at);
}

static bool
own_comment(const struct val *e)
{
	const char	*who = val_get_str(e, "user_id");

	return is_kind(e, "comments") && who != NULL && app_user_id() != NULL &&
	    strcmp(who, app_user_id()) == 0;
}

static bool
may_comment(void)
{
	return def_can(defs_find("comments"), "create");
}

struct choosing {
	struct timepane	*t;
	const char	*kind[18];
	int		 n;
};

static void
kind_chosen(int i, void *arg)
{
	struct choosing	*c = arg;

	if (i >= 0) {
		snprintf(c->t->only, sizeof c->t->only, "%s", c->kind[i]);
		c->t->at = c->t->top = 0;
		timepane_load(c->t);
	}
	free(c);
}

/* Which kind alone; the first choice is all of them. */
static void
timepane_kinds(struct timepane *t)
{
	struct choosing		*c = xcalloc(1, sizeof *c);
	struct dialog_item	 items[18];
	const struct def	*d;
	size_t			 i;

	memset(items, 0, sizeof items);
	c->t = t;
	c->kind[0] = "";
	items[c->n++].label = T("views.all");
	for (i = 0; i < val_count(t->kinds) && c->n < 18; i++) {
		c->kind[c->n] = val_str(t->kinds->item[i]);
		if ((d = defs_find(c->kind[c->n])) != NULL)
			items[c->n++].label = app_label(d->labels);
		else if (strcmp(c->kind[c->n], "changes") == 0)
			items[c->n++].label = T("views.changes");
	}
	dialog_choose(action_label(ACT_FILTERS), items, c->n, 0, kind_chosen,
	    c);
}

static void
new_chosen(int i, void *arg)
{
	struct choosing		*c = arg;
	const struct def	*d = defs_find(c->t->type);
	const struct val	*related = val_get(d->v, "related");
	struct val		*fixed;
	size_t			 k;

	if (i >= 0 && strcmp(c->kind[i], "comments") == 0)
		comment_open(c->t->type, c->t->id, NULL, 0, NULL);
	for (k = 0; i >= 0 && k < val_count(related); k++) {
		const char *name = val_get_str(related->item[k], "record");

		if (name == NULL || strcmp(name, c->kind[i]) != 0)
			continue;
		fixed = val_map();
		val_put(fixed, val_get_str(related->item[k], "by"),
		    val_uuid(c->t->id));
		form_new(name, fixed);
		val_free(fixed);
	}
	free(c);
}

/* A call, a note, a comment: what this timeline is made of. */
static void
timepane_new(struct timepane *t)
{
	struct choosing		*c = xcalloc(1, sizeof *c);
	struct dialog_item	 items[18];
	const struct def	*d;
	size_t			 i;

	memset(items, 0, sizeof items);
	c->t = t;
	for (i = 0; i < val_count(t->kinds) && c->n < 18; i++) {
		d = defs_find(val_str(t->kinds->item[i]));
		if (!def_can(d, "create"))
			continue;
		c->kind[c->n] = d->name;
		items[c->n++].label = app_label(d->label);
	}
	if (c->n > 1) {
		dialog_choose(action_label(ACT_NEW), items, c->n, 0,
		    new_chosen, c);
		return;
	}
	if (c->n == 0 && may_comment()) {
		c->kind[0] = "comments";
		c->n = 1;
	}
	new_chosen(c->n - 1, c);
}

static void
deleted_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok) {
		app_error(r);
		return;
	}
	toast(TOAST_GOOD, NULL, "%s, %s", T("views.comment_deleted"),
	    T("views.undo_hint"));
	watch_touch("comments");
}

static void
timepane_delete(const struct val *e)
{
	struct val	*args = record_args(val_get_str(e, "id"),
			    val_get_int(e, "version", 1));

	app_write("comments.delete", args, NULL, TF("views.comment_deleted",
	    NULL), deleted_cb, NULL);
}

static bool
timepane_move(struct timepane *t, long to)
{
	long	n = (long)val_count(t->entries);

	if (to >= n)
		to = n - 1;
	t->at = to < 0 ? 0 : (size_t)to;
	ui_redraw();
	return true;
}

bool
timepane_can(struct timepane *t, enum action a)
{
	const struct val	*e = here(t);

	switch (a) {
	case ACT_NEW:
		return may_comment();
	case ACT_EDIT:
		return own_comment(e);
	case ACT_DELETE:
		return is_kind(e, "comments") && (own_comment(e) ||
		    app_may("comments.moderate"));
	case ACT_FILTERS:
		return t->kinds != NULL;
	case ACT_OPEN:
		return e != NULL && !is_kind(e, "comments") &&
		    !is_kind(e, "changes");
	case ACT_REFRESH:
		return true;
	default:
		return false;
	}
}

int
timepane_hints(struct timepane *t, enum action *out, int max)
{
	static const enum action	order[] = { ACT_OPEN, ACT_NEW,
	    ACT_FILTERS, ACT_EDIT, ACT_DELETE };
	size_t				i;
	int				n = 0;

	for (i = 0; i < sizeof order / sizeof order[0] && n < max; i++)
		if (timepane_can(t, order[i]))
			out[n++] = order[i];
	return n;
}

bool
timepane_action(struct timepane *t, enum action a)
{
	const struct val	*e = here(t);

	switch (a) {
	case ACT_UP:
		return timepane_move(t, (long)t->at - 1);
	case ACT_DOWN:
		return timepane_move(t, (long)t->at + 1);
	case ACT_PAGE_UP:
		return timepane_move(t, (long)t->at - t->page);
	case ACT_PAGE_DOWN:
		return timepane_move(t, (long)t->at + t->page);
	case ACT_TOP:
		return timepane_move(t, 0);
	case ACT_BOTTOM:
		return timepane_move(t, (long)val_count(t->entries));
	default:
		break;
	}
	if (!timepane_can(t, a))
		return false;
	switch (a) {
	case ACT_NEW:
		timepane_new(t);
		return true;
	case ACT_EDIT:
		comment_open(t->type, t->id, val_get_str(e, "id"),
		    val_get_int(e, "version", 1), val_get_str(e, "text"));
		return true;
	case ACT_DELETE:
		timepane_delete(e);
		return true;
	case ACT_FILTERS:
		timepane_kinds(t);
		return true;
	case ACT_OPEN:
		app_open_record(val_get_str(e, "kind"), val_get_str(e, "id"));
		return true;
	case ACT_REFRESH:
		timepane_load(t);
		return true;
	default:
		return false;
	}
}

bool
timepane_key(struct timepane *t, const struct input *in)
{
	if (in->kind != INPUT_MOUSE || (in->button != MOUSE_WHEEL_UP &&
	    in->button != MOUSE_WHEEL_DOWN))
		return false;
	return timepane_move(t, (long)t->at + (in->button == MOUSE_WHEEL_UP ?
	    -1 : 1));
}
