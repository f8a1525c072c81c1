/*
 * bin.c - what was deleted, by whom and when, of all types or one; Enter brings
 * it back, with what went with it.
 */
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
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/around.h"

struct bin {
	struct val	*rows;
	char		*next;
	char		 only[64];	/* type; "": all */
	bool		 loaded, fresh;
	char		 error[300];
	uint64_t	 call;
	int		 at, top, page;
};

static void
bin_cb(const struct link_reply *r, void *arg)
{
	struct bin		*b = arg;
	const struct val	*rows = val_get(r->body, "rows");
	const char		*next = val_get_str(r->body, "next");
	size_t			 i;

	b->call = 0;
	b->loaded = true;
	snprintf(b->error, sizeof b->error, "%s", r->ok ? "" : r->text);
	if (b->fresh) {
		val_free(b->rows);
		b->rows = val_array();
	}
	b->fresh = false;
	free(b->next);
	b->next = next == NULL ? NULL : xstrdup(next);
	for (i = 0; i < val_count(rows); i++)
		val_add(b->rows, val_copy(rows->item[i]));
	ui_redraw();
}

static void
bin_ask(struct bin *b, const char *after)
{
	struct val	*args = val_map();

	if (b->call != 0) {
		val_free(args);
		return;
	}
	val_put_int(args, "limit", 50);
	if (b->only[0] != '\0')
		val_put_text(args, "type", b->only);
	if (after != NULL)
		val_put_text(args, "after", after);
	b->call = app_call("records.bin", args, bin_cb, b);
}

static void
bin_load(struct bin *b)
{
	if (b->call != 0)
		app_forget(b->call);
	b->call = 0;
	b->fresh = true;
	bin_ask(b, NULL);
}

static bool
bin_start(struct view *v, void *arg)
{
	struct bin	*b = v->state;

	(void)arg;
	b->rows = val_array();
	bin_load(b);
	return true;
}

static void
bin_close(struct view *v)
{
	struct bin	*b = v->state;

	if (b->call != 0)
		app_forget(b->call);
	val_free(b->rows);
	free(b->next);
}

static void
bin_title(struct view *v, char *out, size_t len)
{
	(void)v;
	snprintf(out, len, "%s", action_label(ACT_BIN));
}

/* "19.12.2025 14:32  Müşteri  Şeker Ltd  +14  Ahmet Karaca" */
static void
bin_draw_row(struct surface *s, int row, const struct val *r)
{
	const struct def	*d = defs_find(val_get_str(r, "type"));
	struct value_ctx	 ctx = app_ctx();
	const char		*at = val_get_str(r, "at");
	const char		*who = val_get_str(r, "user");
	const char		*title = val_get_str(r, "title");
	char			 when[DATE_TEXT] = "";
	int64_t			 us, n = val_get_int(r, "children", 0);
	int			 by = s->cols >= 100 ? 24 : 16;
	int			 room = s->cols - 36 - by - 8;

	if (at != NULL && timestamp_read(at, strlen(at), &us) == DATE_OK)
		timestamp_format(us, ctx.tz, ctx.date_pattern, when);
	draw_text(s, row, 2, 16, STYLE_TEXT, when);
	draw_text(s, row, 20, 15, STYLE_DIM, d == NULL ? "" :
	    app_label(d->label));
	draw_text(s, row, 36, room, STYLE_TEXT, title == NULL ? "-" : title);
	if (n > 0)
		draw_fmt(s, row, 37 + room, 6, STYLE_DIM, "+%lld",
		    (long long)n);
	draw_text(s, row, 44 + room, by - 1, STYLE_TEXT, who == NULL ? "-" :
	    who);
}

static void
bin_draw(struct view *v, struct surface *s)
{
	struct bin	*b = v->state;
	int		 n = (int)val_count(b->rows), i;

	if (b->error[0] != '\0') {
		draw_wrap(s, 1, 2, s->cols - 4, 3, STYLE_ERROR, b->error, 0);
		return;
	}
	if (n == 0) {
		draw_text(s, 1, 2, s->cols - 4, STYLE_DIM, TF(b->loaded ?
		    "views.bin_empty" : "views.loading", NULL));
		draw_cursor(s, 1, 2);
		return;
	}
	b->page = s->rows;
	if (b->at >= n)
		b->at = n - 1;
	if (b->at < b->top)
		b->top = b->at;
	if (b->at >= b->top + b->page)
		b->top = b->at - b->page + 1;
	for (i = b->top; i < n && i < b->top + b->page; i++) {
		bin_draw_row(s, i - b->top, b->rows->item[i]);
		if (i != b->at)
			continue;
		draw_text(s, i - b->top, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(s, i - b->top, 0, 1, s->cols, STYLE_SELECTED);
		draw_cursor(s, i - b->top, 0);
	}
	if (b->next != NULL && i + 10 > n)
		bin_ask(b, b->next);
	draw_scrollbar(s, 0, s->cols - 1, s->rows, b->top, n);
}

static void
bin_status(struct view *v, char *out, size_t len)
{
	struct bin	*b = v->state;
	const struct def *d = defs_find(b->only);

	snprintf(out, len, "%d/%zu%s  %s", val_count(b->rows) == 0 ? 0 :
	    b->at + 1, val_count(b->rows), b->next != NULL ? "+" : "",
	    d == NULL ? "" : app_label(d->labels));
}

/* --- Bringing back ------------------------------------------------------------ */

static void
restored_cb(const struct link_reply *r, void *arg)
{
	char		*type = arg;
	struct view	*v = view_top();

	if (!r->ok)
		app_error(r);
	else {
		toast(TOAST_GOOD, NULL, "%s, %s", T("views.restored"),
		    T("views.undo_hint"));
		watch_touch(type);
		if (v != NULL && strcmp(v->ops->name, "bin") == 0)
			bin_load(v->state);
	}
	free(type);
}

static void
bin_restore(struct bin *b)
{
	const struct val	*r = val_at(b->rows, (size_t)b->at);
	const char		*type = val_get_str(r, "type");
	struct val		*args;
	char			 verb[128];

	if (type == NULL)
		return;
	args = val_map();
	val_put(args, "id", val_uuid(val_get_str(r, "id")));
	snprintf(verb, sizeof verb, "%s.restore", type);
	app_write(verb, args, NULL, T("views.restored"), restored_cb,
	    xstrdup(type));
}

struct bin_types {
	struct bin	*b;
	const char	*type[64];
	int		 n;
};

static void
type_chosen(int i, void *arg)
{
	struct bin_types	*t = arg;

	if (i >= 0) {
		snprintf(t->b->only, sizeof t->b->only, "%s", t->type[i]);
		t->b->at = t->b->top = 0;
		bin_load(t->b);
	}
	free(t);
}

static void
bin_types(struct bin *b)
{
	struct bin_types	*t = xcalloc(1, sizeof *t);
	struct dialog_item	 items[64];
	const struct def	*d;
	size_t			 i;

	memset(items, 0, sizeof items);
	t->b = b;
	t->type[0] = "";
	items[t->n++].label = T("views.all");
	for (i = 0; (d = defs_at(i)) != NULL && t->n < 64; i++) {
		if (!def_can(d, "restore"))
			continue;
		t->type[t->n] = d->name;
		items[t->n++].label = app_label(d->labels);
	}
	dialog_choose(action_label(ACT_FILTERS), items, t->n, 0, type_chosen,
	    t);
}

static bool
bin_action(struct view *v, enum action a, const struct input *in)
{
	struct bin	*b = v->state;
	int		 n = (int)val_count(b->rows), to = b->at;

	(void)in;
	switch (a) {
	case ACT_UP:
		to--;
		break;
	case ACT_DOWN:
		to++;
		break;
	case ACT_PAGE_UP:
		to -= b->page;
		break;
	case ACT_PAGE_DOWN:
		to += b->page;
		break;
	case ACT_TOP:
		to = 0;
		break;
	case ACT_BOTTOM:
		to = n - 1;
		break;
	case ACT_OPEN:
		bin_restore(b);
		return true;
	case ACT_FILTERS:
		bin_types(b);
		return true;
	case ACT_REFRESH:
		bin_load(b);
		return true;
	case ACT_BACK:
	case ACT_CLOSE:
		view_close(v);
		return true;
	default:
		return false;
	}
	if (to >= n)
		to = n - 1;
	b->at = to < 0 ? 0 : to;
	ui_redraw();
	return true;
}

static const char *
bin_label(struct view *v, enum action a)
{
	(void)v;
	return a == ACT_OPEN ? T("views.restore") : NULL;
}

static const struct view_ops bin_view = {
	.name = "bin",
	.when = WHEN_LIST,
	.size = sizeof(struct bin),
	.open = bin_start,
	.close = bin_close,
	.title = bin_title,
	.draw = bin_draw,
	.status = bin_status,
	.action = bin_action,
	.label = bin_label,
	.hints = { ACT_OPEN, ACT_FILTERS, ACT_REFRESH, ACT_BACK }
};

void
bin_open(void)
{
	if (view_find(&bin_view) == NULL)
		view_push(&bin_view, NULL);
}
