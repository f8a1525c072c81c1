/* history.c - see history.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/history.h"

static void histpane_ask(struct histpane *, const char *after);

static void
histpane_cb(const struct link_reply *r, void *arg)
{
	struct histpane		*h = arg;
	const struct val	*rows = val_get(r->body, "rows");
	const struct val	*columns = val_get(r->body, "columns");
	const char		*next = val_get_str(r->body, "next");
	struct val		*m;
	size_t			 i, k;

	h->call = 0;
	h->loaded = true;
	snprintf(h->error, sizeof h->error, "%s", r->ok ? "" : r->text);
	free(h->next);
	h->next = next == NULL ? NULL : xstrdup(next);
	for (i = 0; i < val_count(rows); i++) {
		if (rows->item[i]->kind == VAL_MAP) {
			val_add(h->entries, val_copy(rows->item[i]));
			continue;
		}
		m = val_map();
		for (k = 0; k < val_count(columns); k++) {
			if (val_at(rows->item[i], k) != NULL &&
			    val_str(columns->item[k]) != NULL)
				val_put(m, columns->item[k]->s,
				    val_copy(val_at(rows->item[i], k)));
		}
		val_add(h->entries, m);
	}
	ui_redraw();
}

static void
histpane_ask(struct histpane *h, const char *after)
{
	struct val	*args = val_map();
	char		 verb[128];

	if (h->call != 0)
		return;
	snprintf(verb, sizeof verb, "%s.history", h->type);
	val_put(args, "id", val_uuid(h->id));
	val_put_int(args, "limit", 100);
	if (after != NULL)
		val_put_text(args, "after", after);
	h->call = app_call(verb, args, histpane_cb, h);
}

void
histpane_init(struct histpane *h, const char *type, const char *id)
{
	memset(h, 0, sizeof *h);
	h->type = xstrdup(type);
	snprintf(h->id, sizeof h->id, "%s", id);
	h->entries = val_array();
}

void
histpane_free(struct histpane *h)
{
	if (h->call != 0)
		app_forget(h->call);
	val_free(h->entries);
	free(h->next);
	free(h->type);
}

void
histpane_load(struct histpane *h)
{
	if (h->call != 0)
		app_forget(h->call);
	h->call = 0;
	val_free(h->entries);
	h->entries = val_array();
	histpane_ask(h, NULL);
}

/* --- Drawing ---------------------------------------------------------------------- */

const char *
history_word(const struct val *e)
{
	const char	*a = val_get_str(e, "action");
	size_t		 n = a == NULL ? 0 : strlen(a);

	if (n > 7 && strcmp(a + n - 7, "_CREATE") == 0)
		return TF("views.hist_create", NULL);
	if (n > 7 && strcmp(a + n - 7, "_UPDATE") == 0)
		return TF("views.hist_update", NULL);
	if (n > 7 && strcmp(a + n - 7, "_DELETE") == 0)
		return TF("views.hist_delete", NULL);
	if (n > 8 && strcmp(a + n - 8, "_RESTORE") == 0)
		return TF("views.hist_restore", NULL);
	return a == NULL ? "" : a;
}

/* A value of the log: the field's type decides how it reads. */
void
history_value(const struct def *d, const struct field *f, const struct val *row,
    const char *key, struct buf *b)
{
	const struct val	*v = val_get(row, key);
	struct val		*m;
	struct record		 r;
	const char		*title;
	char			 name[64], with[80];

	snprintf(with, sizeof with, "%s.title", key);
	title = val_get_str(row, with);
	if (val_is_null(v)) {
		buf_addz(b, "-");
		return;
	}
	if (f == NULL) {
		val_canon(v, b);
		return;
	}
	m = val_map();
	val_put(m, f->name, val_copy(v));
	snprintf(name, sizeof name, "%s.title", f->name);
	if (title != NULL)
		val_put_text(m, name, title);
	r = (struct record){ NULL, m };
	record_text(d, f, &r, b);
	val_free(m);
}

void
history_change(const struct def *d, const struct val *c, struct buf *b)
{
	const char		*name = val_get_str(c, "field");
	const struct field	*f = def_field(d, name);

	buf_printf(b, "%s: ", f != NULL ? app_label(f->label) :
	    name == NULL ? "" : name);
	if (!val_is_null(val_get(c, "old"))) {
		history_value(d, f, c, "old", b);
		buf_printf(b, " %s ", glyph(GLYPH_ARROW));
	}
	history_value(d, f, c, "new", b);
}

struct hist_pen {
	struct histpane	*h;
	struct surface	*s;
	int		 line;		/* of the whole text */
};

static void
hist_line(struct hist_pen *p, int col, uint32_t style, const char *text)
{
	int	row = p->line++ - p->h->top;

	if (row >= 0 && row < p->s->rows)
		draw_text(p->s, row, col, p->s->cols - col, style, text);
}

static void
hist_changes(struct hist_pen *p, const struct def *d, const struct val *e)
{
	const struct val	*changes = val_get(e, "changes");
	struct buf		 b = BUF_INIT;
	size_t			 i;

	if (changes == NULL)
		changes = val_get(e, "fields");
	for (i = 0; i < val_count(changes); i++) {
		buf_clear(&b);
		history_change(d, changes->item[i], &b);
		hist_line(p, 6, STYLE_TEXT, buf_text(&b));
	}
	buf_free(&b);
}

static void
hist_entry(struct hist_pen *p, const struct def *d, const struct val *e)
{
	struct value_ctx	 ctx = app_ctx();
	const char		*at = val_get_str(e, "at"), *who;
	char			 when[DATE_TEXT] = "";
	struct buf		 b = BUF_INIT;
	int64_t			 us;

	who = val_get_str(e, "user.title");
	if (who == NULL)
		who = val_get_str(e, "user_name");
	if (who == NULL)
		who = val_get_str(e, "user");
	if (at != NULL && timestamp_read(at, strlen(at), &us) == DATE_OK)
		timestamp_format(us, ctx.tz, ctx.date_pattern, when);
	buf_printf(&b, "%s  %s  %s", when, who == NULL ? "-" : who,
	    history_word(e));
	hist_line(p, 2, STYLE_TITLE, buf_text(&b));
	buf_free(&b);
	hist_changes(p, d, e);
	p->line++;
}

void
histpane_draw(struct histpane *h, struct surface *s)
{
	const struct def	*d = defs_find(h->type);
	struct hist_pen		 p = { h, s, 0 };
	size_t			 i;

	h->page = s->rows;
	if (h->error[0] != '\0')
		draw_wrap(s, 0, 2, s->cols - 4, 3, STYLE_ERROR, h->error, 0);
	else if (val_count(h->entries) == 0)
		draw_text(s, 0, 2, s->cols - 4, STYLE_DIM, TF(h->loaded ?
		    "views.no_history" : "views.loading", NULL));
	for (i = 0; i < val_count(h->entries); i++)
		hist_entry(&p, d, h->entries->item[i]);
	h->lines = p.line;
	if (h->next != NULL && h->top + h->page + 10 > h->lines)
		histpane_ask(h, h->next);
	draw_cursor(s, 0, 0);
	draw_scrollbar(s, 0, s->cols - 1, s->rows, h->top, h->lines);
}

static bool
hist_scroll(struct histpane *h, int to)
{
	if (to > h->lines - h->page)
		to = h->lines - h->page;
	h->top = to < 0 ? 0 : to;
	ui_redraw();
	return true;
}

bool
histpane_action(struct histpane *h, enum action a)
{
	switch (a) {
	case ACT_UP:
		return hist_scroll(h, h->top - 1);
	case ACT_DOWN:
		return hist_scroll(h, h->top + 1);
	case ACT_PAGE_UP:
		return hist_scroll(h, h->top - h->page + 1);
	case ACT_PAGE_DOWN:
		return hist_scroll(h, h->top + h->page - 1);
	case ACT_TOP:
		return hist_scroll(h, 0);
	case ACT_BOTTOM:
		return hist_scroll(h, h->lines);
	default:
		return false;
	}
}

bool
histpane_key(struct histpane *h, const struct input *in)
{
	if (in->kind != INPUT_MOUSE || (in->button != MOUSE_WHEEL_UP &&
	    in->button != MOUSE_WHEEL_DOWN))
		return false;
	return hist_scroll(h, h->top + (in->button == MOUSE_WHEEL_UP ? -3 :
	    3));
}

/* --- The view ------------------------------------------------------------------------ */

struct history {
	struct histpane	 pane;
	char		*title;
};

struct history_arg {
	const char	*type, *id, *title;
};

static bool
history_start(struct view *v, void *arg)
{
	struct history		*h = v->state;
	struct history_arg	*a = arg;

	histpane_init(&h->pane, a->type, a->id);
	h->title = xstrdup(a->title);
	histpane_load(&h->pane);
	return true;
}

static void
history_close(struct view *v)
{
	struct history	*h = v->state;

	histpane_free(&h->pane);
	free(h->title);
}

static void
history_title(struct view *v, char *buf, size_t len)
{
	struct history	*h = v->state;

	snprintf(buf, len, "%s: %s", h->title, action_label(ACT_HISTORY));
}

static void
history_draw(struct view *v, struct surface *s)
{
	struct history	*h = v->state;

	histpane_draw(&h->pane, s);
}

static bool
history_key(struct view *v, const struct input *in)
{
	struct history	*h = v->state;

	return histpane_key(&h->pane, in);
}

static bool
history_action(struct view *v, enum action a, const struct input *in)
{
	struct history	*h = v->state;

	(void)in;
	if (histpane_action(&h->pane, a))
		return true;
	if (a == ACT_BACK) {
		view_close(v);
		return true;
	}
	if (a == ACT_REFRESH) {
		histpane_load(&h->pane);
		return true;
	}
	return false;
}

static const struct view_ops history_view = {
	.name = "history",
	.when = WHEN_TEXT,
	.size = sizeof(struct history),
	.open = history_start,
	.close = history_close,
	.title = history_title,
	.draw = history_draw,
	.key = history_key,
	.action = history_action,
	.hints = { ACT_BACK, ACT_REFRESH }
};

void
history_open(const char *type, const char *id, const char *title)
{
	struct history_arg	a = { type, id, title };

	view_push(&history_view, &a);
}
