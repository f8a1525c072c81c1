/* notices.c - see notices.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/when.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/rows.h"
#include "tui/store.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/around.h"
#include "tui/view/notices.h"

/* --- The header --------------------------------------------------------------- */

static struct watch	*header_watch;
static uint64_t		 header_call;
static char		 header_urgent[40];	/* the last one that was said */

static void
count_cb(const struct link_reply *r, void *arg)
{
	const char	*urgent = val_get_str(r->body, "urgent");
	const char	*title = val_get_str(r->body, "title");

	(void)arg;
	header_call = 0;
	if (!r->ok)
		return;
	frame_info()->unread = (int)val_get_int(r->body, "count", 0);
	if (urgent != NULL && strcmp(urgent, header_urgent) != 0) {
		snprintf(header_urgent, sizeof header_urgent, "%s", urgent);
		toast(TOAST_WARN, NULL, "%s  (%s: %s)", title == NULL ? "" :
		    title, keys_hint(ACT_NOTICES), action_label(ACT_NOTICES));
		term_bell();
		term_desktop(title == NULL ? "Konak" : title);
	}
	ui_redraw();
}

static void
count_ask(const struct val *items, void *arg)
{
	(void)items;
	(void)arg;
	if (header_call != 0)
		app_forget(header_call);
	header_call = app_call("notifications.unread", NULL, count_cb, NULL);
}

void
notices_stop(void)
{
	if (header_call != 0)
		app_forget(header_call);
	header_call = 0;
	watch_free(header_watch);
	header_watch = NULL;
	header_urgent[0] = '\0';
	frame_info()->unread = 0;
}

void
notices_start(void)
{
	notices_stop();
	if (defs_find("notifications") == NULL)
		return;
	header_watch = watch_add("notifications", count_ask, NULL);
	count_ask(NULL, NULL);
}

/* --- The screen --------------------------------------------------------------- */

struct notices {
	struct rows	*rows;
	bool		 unread;	/* only those */
	size_t		 at, top;
	char		 id[40];	/* under the cursor */
	int		 page;
};

/* The cursor stays with its notification when another one comes. */
static void
notices_changed(void *arg)
{
	struct notices	*n = arg;
	long		 at = n->id[0] == '\0' ? -1 : rows_find(n->rows, n->id);

	if (at >= 0 && n->at > 0)
		n->at = (size_t)at;
	ui_redraw();
}

static void
notices_mark(struct notices *n)
{
	struct record	r;

	n->id[0] = '\0';
	if (n->at >= rows_n(n->rows))
		return;
	r = rows_at(n->rows, n->at);
	snprintf(n->id, sizeof n->id, "%s", record_id(&r));
}

/* What is held back until later is not shown yet. */
static void
notices_query(struct notices *n)
{
	struct val	*filter = val_map();

	val_put_text(filter, "until", "$now");
	if (n->unread)
		val_put(filter, "read_at", val_null());
	rows_query(n->rows, "", filter, NULL);
}

static bool
notices_start_view(struct view *v, void *arg)
{
	struct notices	*n = v->state;

	(void)arg;
	n->rows = rows_new("notifications", NULL, notices_changed, n);
	notices_query(n);
	return true;
}

static void
notices_close(struct view *v)
{
	struct notices	*n = v->state;

	rows_free(n->rows);
}

static void
notices_title(struct view *v, char *out, size_t len)
{
	const struct def	*d = defs_find("notifications");

	(void)v;
	snprintf(out, len, "%s", d == NULL ? "" : app_label(d->labels));
}

static bool
is_unread(const struct record *r)
{
	return val_is_null(record_get(r, "read_at"));
}

/* "● ! 19.12.2025 14:32  Ahmet Karaca sizden söz etti: …" */
static void
notices_draw_row(struct surface *s, int row, const struct record *r, bool here)
{
	const struct def	*d = defs_find("notifications");
	const char		*level = val_str(record_get(r, "priority"));
	const char		*text = val_str(record_get(r, "text"));
	struct buf		 b = BUF_INIT;
	uint32_t		 style = is_unread(r) ? STYLE_TEXT |
				    STYLE_BOLD : STYLE_DIM;
	bool			 loud = level != NULL &&
				    (strcmp(level, "urgent") == 0 ||
				    strcmp(level, "high") == 0);

	if (is_unread(r))
		draw_text(s, row, 2, 1, STYLE_KEY, glyph(GLYPH_DOT));
	if (loud)
		draw_text(s, row, 4, 1, STYLE_WARN, glyph(GLYPH_WARN));
	record_text(d, def_field(d, "show_at"), r, &b);
	draw_text(s, row, 6, 16, STYLE_DIM, buf_text(&b));
	draw_text(s, row, 24, s->cols - 26, style, text == NULL ? "" : text);
	if (here) {
		draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		draw_cursor(s, row, 0);
	}
	buf_free(&b);
}

static void
notices_draw(struct view *v, struct surface *s)
{
	struct notices	*n = v->state;
	size_t		 all = rows_n(n->rows), i;
	struct record	 r;

	n->page = s->rows;
	if (rows_error(n->rows)[0] != '\0')
		draw_wrap(s, 1, 2, s->cols - 4, 3, STYLE_ERROR,
		    rows_error(n->rows), 0);
	else if (all == 0)
		draw_text(s, 1, 2, s->cols - 4, STYLE_DIM,
		    TF(!rows_loaded(n->rows) ? "views.loading" :
		    "views.no_notices", NULL));
	if (n->at >= all)
		n->at = all > 0 ? all - 1 : 0;
	if (n->at < n->top)
		n->top = n->at;
	if (n->at >= n->top + (size_t)n->page)
		n->top = n->at - (size_t)n->page + 1;
	for (i = n->top; i < all && i < n->top + (size_t)n->page; i++) {
		r = rows_at(n->rows, i);
		notices_draw_row(s, (int)(i - n->top), &r, i == n->at);
		rows_need(n->rows, i);
	}
	if (all == 0)
		draw_cursor(s, 1, 2);
	draw_scrollbar(s, 0, s->cols - 1, s->rows, (long)n->top, (long)all);
}

static void
notices_status(struct view *v, char *out, size_t len)
{
	struct notices	*n = v->state;
	char		 count[16];

	snprintf(count, sizeof count, "%d%s", frame_info()->unread,
	    frame_info()->unread >= 100 ? "+" : "");
	snprintf(out, len, "%zu/%zu  %s", rows_n(n->rows) == 0 ? 0 : n->at + 1,
	    rows_n(n->rows), TF("views.unread", "n", count, NULL));
}

/* --- Reading ------------------------------------------------------------------ */

static void
done_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		app_error(r);
	watch_touch("notifications");
}

static struct val *
one_id(const struct record *r)
{
	struct val	*args = val_map(), *ids = val_array();

	val_add(ids, val_uuid(record_id(r)));
	val_put(args, "ids", ids);
	return args;
}

static void
read_one(const struct record *r, bool unread)
{
	struct val	*args = one_id(r);

	if (unread)
		val_put_bool(args, "unread", true);
	app_write("notifications.read", args, NULL, NULL, done_cb, NULL);
}

static void
open_one(const struct record *r)
{
	const char	*type = val_str(record_get(r, "related_type"));
	const char	*id = val_str(record_get(r, "related_id"));
	const char	*text = val_str(record_get(r, "text"));

	if (is_unread(r))
		read_one(r, false);
	if (type != NULL && id != NULL && defs_find(type) != NULL)
		app_open_record(type, id);
	else
		dialog_message(NULL, text == NULL ? "" : text, NULL, NULL);
}

static void
delete_one(const struct record *r)
{
	struct val	*args = record_args(record_id(r), record_version(r));

	app_write("notifications.delete", args, NULL, TF("views.notice_gone",
	    NULL), done_cb, NULL);
}

/* --- Later -------------------------------------------------------------------- */

struct later {
	char	id[40];
};

static bool
later_check(const char *text, char *why, size_t len, void *arg)
{
	struct value_ctx	ctx = app_ctx();
	int64_t			us;

	(void)arg;
	if (timestamp_parse(ctx.lang, text, strlen(text), ctx.tz, ctx.now,
	    &us) == DATE_OK)
		return true;
	snprintf(why, len, "%s", T("views.past_date_bad"));
	return false;
}

static void
later_cb(const char *text, void *arg)
{
	struct later		*l = arg;
	struct value_ctx	 ctx = app_ctx();
	char			 when[DATE_TEXT];
	struct val		*args, *ids;
	int64_t			 us;

	if (text != NULL && timestamp_parse(ctx.lang, text, strlen(text),
	    ctx.tz, ctx.now, &us) == DATE_OK) {
		timestamp_write(us, when);
		args = val_map();
		ids = val_array();
		val_add(ids, val_uuid(l->id));
		val_put(args, "ids", ids);
		val_put_text(args, "until", when);
		app_write("notifications.snooze", args, NULL, NULL, done_cb,
		    NULL);
	}
	free(l);
}

static void
later_one(const struct record *r)
{
	struct later		*l = calloc(1, sizeof *l);
	struct dialog_line	 d = {
		.title = T("views.snooze"),
		.label = T("views.snooze_until"), .max = 60,
		.check = later_check, .done = later_cb, .arg = l
	};

	if (l == NULL)
		return;
	snprintf(l->id, sizeof l->id, "%s", record_id(r));
	dialog_line(&d);
}

/* --- The menu ----------------------------------------------------------------- */

enum { MENU_ALL, MENU_UNREAD, MENU_LATER, MENU_CHOICES, MENU_SEND };

static void
menu_cb(int i, void *arg)
{
	struct notices	*n = arg;
	struct record	 r = rows_at(n->rows, n->at);

	switch (i) {
	case MENU_ALL:
		app_write("notifications.read", NULL, NULL, NULL, done_cb,
		    NULL);
		break;
	case MENU_UNREAD:
		n->unread = !n->unread;
		n->at = n->top = 0;
		notices_query(n);
		break;
	case MENU_LATER:
		if (rows_n(n->rows) > 0)
			later_one(&r);
		break;
	case MENU_CHOICES:
		notice_choices();
		break;
	case MENU_SEND:
		notice_send();
		break;
	default:
		break;
	}
}

static void
notices_menu(struct notices *n)
{
	struct dialog_item	items[5];

	memset(items, 0, sizeof items);
	items[MENU_ALL].label = T("views.read_all");
	items[MENU_UNREAD].label = T("views.unread_only");
	items[MENU_UNREAD].ticked = n->unread;
	items[MENU_LATER].label = T("views.snooze");
	items[MENU_CHOICES].label = T("views.notice_choices");
	items[MENU_SEND].label = T("views.notice_send");
	dialog_choose(action_label(ACT_ACTIONS), items,
	    app_may("notifications.send") ? 5 : 4, 0, menu_cb, n);
}

static bool
notices_move(struct notices *n, long to)
{
	long	all = (long)rows_n(n->rows);

	if (to >= all)
		to = all - 1;
	n->at = to < 0 ? 0 : (size_t)to;
	notices_mark(n);
	ui_redraw();
	return true;
}

static bool
notices_action(struct view *v, enum action a, const struct input *in)
{
	struct notices	*n = v->state;
	struct record	 r = { NULL, NULL };

	(void)in;
	if (n->at < rows_n(n->rows))
		r = rows_at(n->rows, n->at);
	switch (a) {
	case ACT_UP:
		return notices_move(n, (long)n->at - 1);
	case ACT_DOWN:
		return notices_move(n, (long)n->at + 1);
	case ACT_PAGE_UP:
		return notices_move(n, (long)n->at - n->page);
	case ACT_PAGE_DOWN:
		return notices_move(n, (long)n->at + n->page);
	case ACT_TOP:
		return notices_move(n, 0);
	case ACT_BOTTOM:
		return notices_move(n, (long)rows_n(n->rows));
	case ACT_OPEN:
		if (r.row != NULL)
			open_one(&r);
		return true;
	case ACT_SELECT:
		if (r.row != NULL)
			read_one(&r, !is_unread(&r));
		return true;
	case ACT_DELETE:
		if (r.row != NULL)
			delete_one(&r);
		return true;
	case ACT_ACTIONS:
		notices_menu(n);
		return true;
	case ACT_REFRESH:
		rows_reload(n->rows);
		return true;
	case ACT_NOTICES:
	case ACT_BACK:
	case ACT_CLOSE:
		view_close(v);
		return true;
	default:
		return false;
	}
}

static bool
notices_key(struct view *v, const struct input *in)
{
	struct notices	*n = v->state;

	if (in->kind != INPUT_MOUSE)
		return false;
	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN)
		return notices_move(n, (long)n->at +
		    (in->button == MOUSE_WHEEL_UP ? -3 : 3));
	if (in->button == MOUSE_PRESS && in->row >= 0)
		return notices_move(n, (long)n->top + in->row);
	return false;
}

static const char *
notices_label(struct view *v, enum action a)
{
	(void)v;
	return a == ACT_SELECT ? T("views.read_toggle") :
	    a == ACT_DELETE ? T("views.notice_delete") : NULL;
}

/* "1/2, okunmamış …": whole, however narrow the window is. */
static void
notices_say(struct view *v, char *out, size_t len)
{
	struct notices	*n = v->state;
	struct record	 r;
	const char	*text;

	if (n->at >= rows_n(n->rows))
		return;
	r = rows_at(n->rows, n->at);
	text = val_str(record_get(&r, "text"));
	snprintf(out, len, "%zu/%zu, %s%s", n->at + 1, rows_n(n->rows),
	    is_unread(&r) ? T("views.not_read") : "", text == NULL ? "" :
	    text);
}

static const struct view_ops notices_view = {
	.name = "notices",
	.when = WHEN_LIST,
	.size = sizeof(struct notices),
	.open = notices_start_view,
	.close = notices_close,
	.title = notices_title,
	.draw = notices_draw,
	.status = notices_status,
	.key = notices_key,
	.action = notices_action,
	.label = notices_label,
	.say = notices_say,
	.hints = { ACT_OPEN, ACT_SELECT, ACT_DELETE, ACT_ACTIONS, ACT_BACK }
};

void
notices_open(void)
{
	if (view_find(&notices_view) == NULL)
		view_push(&notices_view, NULL);
}
