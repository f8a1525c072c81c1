/* leaver.c - see leaver.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/leaver.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"

struct leaver {
	char		 id[40];
	char		*name;
	struct val	*body;
	struct val	*done;		/* the report, once it is over */
	char		 error[400];
	uint64_t	 call;
	int		 at;		/* 0: everything, then kinds of work */
	int		 top, page, lines;
	struct val	*people;	/* to choose from, while asked */
	const char	*kind;		/* of which; NULL: all */
	struct watch	*watch;
};

struct leaver_arg {
	const char	*id, *name;
};

static void
leaver_cb(const struct link_reply *r, void *arg)
{
	struct leaver	*p = arg;

	p->call = 0;
	snprintf(p->error, sizeof p->error, "%s", r->ok ? "" : r->text);
	if (r->ok) {
		val_free(p->body);
		p->body = val_copy(r->body);
	}
	ui_redraw();
}

static struct val *
leaver_args(const struct leaver *p)
{
	struct val	*args = val_map();

	val_put(args, "id", val_uuid(p->id));
	return args;
}

static void
leaver_load(struct leaver *p)
{
	if (p->done != NULL)
		return;
	if (p->call != 0)
		app_forget(p->call);
	p->call = app_call("users.leaving", leaver_args(p), leaver_cb, p);
}

static void
leaver_watch_cb(const struct val *items, void *arg)
{
	(void)items;
	leaver_load(arg);
}

static bool
leaver_start(struct view *v, void *arg)
{
	struct leaver		*p = v->state;
	struct leaver_arg	*a = arg;

	snprintf(p->id, sizeof p->id, "%s", a->id);
	p->name = xstrdup(a->name);
	p->watch = watch_add("leavers", leaver_watch_cb, p);
	leaver_load(p);
	return true;
}

static void
leaver_close(struct view *v)
{
	struct leaver	*p = v->state;

	if (p->call != 0)
		app_forget(p->call);
	watch_free(p->watch);
	val_free(p->body);
	val_free(p->done);
	val_free(p->people);
	free(p->name);
}

static void
leaver_title(struct view *v, char *out, size_t len)
{
	struct leaver	*p = v->state;

	snprintf(out, len, "%s", TF("leave.title", "name", p->name, NULL));
}

/* --- Drawing --------------------------------------------------------------------- */

static const char *
kind_name(const char *record)
{
	const struct def	*d = defs_find(record);

	return d == NULL ? record : app_label(d->labels);
}

static int
leaver_kinds(const struct leaver *p)
{
	return (int)val_count(val_get(p->body, "work"));
}

/* A line, if it is among those that show; returns the next. */
static int
put(struct leaver *p, struct surface *s, int line, uint32_t style,
    const char *text)
{
	int	n = draw_wrap(NULL, 0, 0, s->cols - 5, 0, style, text, 0);
	int	row = line - p->top, at = row < 0 ? 0 : row;

	if (n < 1)
		n = 1;
	if (row + n > 0 && row < s->rows)
		draw_wrap(s, at, 3, s->cols - 5, s->rows - at, style, text,
		    at - row);
	return line + n;
}

static int
put_choice(struct leaver *p, struct surface *s, int line, int i,
    const char *what, const char *count, const char *who)
{
	int	row = line - p->top;

	if (row < 0 || row >= s->rows)
		return line + 1;
	draw_text(s, row, 3, 28, STYLE_TEXT, what);
	draw_right(s, row, 32, 6, STYLE_TEXT, count);
	draw_fmt(s, row, 40, s->cols - 42, who == NULL ? STYLE_WARN :
	    STYLE_TEXT, "%s %s", glyph(GLYPH_ARROW), who == NULL ?
	    T("leave.not_chosen") : who);
	if (i == p->at) {
		draw_text(s, row, 1, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		draw_cursor(s, row, 1);
	}
	return line + 1;
}

static int
put_work(struct leaver *p, struct surface *s, int line)
{
	const struct val	*work = val_get(p->body, "work"), *one;
	char			 n[16];
	size_t			 i;

	line = put(p, s, line, STYLE_TITLE, T("leave.work"));
	if (val_count(work) == 0)
		return put(p, s, line, STYLE_DIM, T("leave.no_work"));
	line = put_choice(p, s, line, 0, T("leave.all"), "",
	    val_get_str(p->body, "to_name"));
	for (i = 0; i < val_count(work); i++) {
		one = work->item[i];
		snprintf(n, sizeof n, "%d", (int)val_get_int(one, "n", 0));
		line = put_choice(p, s, line, (int)i + 1,
		    kind_name(val_get_str(one, "record")), n,
		    val_get_str(one, "to_name"));
	}
	return line;
}

static int
put_secrets(struct leaver *p, struct surface *s, int line)
{
	const struct val	*secrets = val_get(p->body, "secrets"), *one;
	char			 n[16], text[600];
	const char		*customer, *title;
	size_t			 i;

	if (val_is_null(secrets))
		return put(p, s, line, STYLE_DIM, T("leave.no_audit"));
	snprintf(n, sizeof n, "%zu", val_count(secrets));
	line = put(p, s, line, STYLE_TEXT, TF("leave.secrets", "n", n, NULL));
	for (i = 0; i < val_count(secrets); i++) {
		one = secrets->item[i];
		title = val_get_str(one, "title");
		customer = val_get_str(one, "customer");
		snprintf(text, sizeof text, "%s %s%s%s", glyph(GLYPH_BULLET),
		    title == NULL ? "" : title, customer == NULL ? "" : ", ",
		    customer == NULL ? "" : customer);
		line = put(p, s, line, STYLE_DIM, text);
	}
	return line;
}

static int
put_rest(struct leaver *p, struct surface *s, int line)
{
	const struct val	*elsewhere = val_get(p->body, "elsewhere");
	struct buf		 b = BUF_INIT;
	char			 n[16];
	size_t			 i;

	line = put(p, s, line + 1, STYLE_TITLE, T("leave.ends"));
	line = put(p, s, line, STYLE_TEXT, T(val_get_bool(p->body, "timer") ?
	    "leave.timer" : "leave.no_timer"));
	snprintf(n, sizeof n, "%d", (int)val_get_int(p->body, "sessions", 0));
	line = put(p, s, line, STYLE_TEXT, TF("leave.sessions", "n", n,
	    NULL));
	for (i = 0; i < val_count(elsewhere); i++)
		buf_printf(&b, "%s%s", i > 0 ? ", " : "",
		    val_word(elsewhere->item[i]));
	if (val_get_bool(p->body, "more"))
		buf_printf(&b, "%s%s", i > 0 ? ", " : "", T("leave.others"));
	line = put(p, s, line, STYLE_TEXT, buf_len(&b) == 0 ?
	    T("leave.account") : TF("leave.elsewhere", "companies",
	    buf_text(&b), NULL));
	buf_free(&b);
	line = put(p, s, line + 1, STYLE_TITLE, T("leave.vault"));
	return put_secrets(p, s, line);
}

/* What was done. */
static int
put_report(struct leaver *p, struct surface *s)
{
	const struct val	*moved = val_get(p->done, "moved");
	char			 text[200], n[16];
	int			 line;
	size_t			 i;

	line = put(p, s, 0, STYLE_GOOD, TF("leave.done", "name", p->name,
	    NULL));
	for (i = 0; i < val_count(moved); i++) {
		snprintf(text, sizeof text, "%s: %d",
		    kind_name(val_key(moved, i)), (int)moved->item[i]->i);
		line = put(p, s, line, STYLE_TEXT, text);
	}
	snprintf(n, sizeof n, "%d", (int)val_get_int(p->done, "tasks", 0));
	line = put(p, s, line, STYLE_TEXT, TF("leave.tasks", "n", n, NULL));
	if (val_get_bool(p->done, "account_ended"))
		line = put(p, s, line, STYLE_TEXT, T("leave.account_ended"));
	draw_cursor(s, 0, 0);
	return line;
}

static void
leaver_draw(struct view *v, struct surface *s)
{
	struct leaver	*p = v->state;
	int		 line = 0;

	p->page = s->rows;
	if (p->done != NULL) {
		p->lines = put_report(p, s);
		return;
	}
	if (p->error[0] != '\0')
		line = put(p, s, line, STYLE_ERROR, p->error);
	if (p->body == NULL) {
		draw_cursor(s, 0, 0);
		return;
	}
	line = put_work(p, s, line);
	line = put_rest(p, s, line);
	p->lines = line;
	if (leaver_kinds(p) == 0)
		draw_cursor(s, 0, 0);
	draw_scrollbar(s, 0, s->cols - 1, s->rows, p->top, line);
}

/* --- Choosing ---------------------------------------------------------------------- */

static void
set_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		app_error(r);
	watch_touch("leavers");
}

static void
person_cb(int choice, void *arg)
{
	struct leaver	*p = arg;
	struct record	 r = { val_get(p->people, "columns"), NULL };
	struct val	*args;

	if (choice >= 0) {
		r.row = val_at(val_get(p->people, "rows"), (size_t)choice);
		args = leaver_args(p);
		if (p->kind != NULL)
			val_put_text(args, "kind", p->kind);
		val_put(args, "to", val_uuid(record_id(&r)));
		app_write("users.leaving_set", args, NULL, NULL, set_cb,
		    NULL);
	}
	val_free(p->people);
	p->people = NULL;
}

static void
people_cb(const struct link_reply *r, void *arg)
{
	struct leaver		*p = arg;
	const struct val	*rows = val_get(r->body, "rows");
	struct dialog_item	*items;
	struct record		 one;
	int			 n = (int)val_count(rows), i, k = 0;
	struct val		*keep;

	p->call = 0;
	if (!r->ok) {
		app_error(r);
		return;
	}
	val_free(p->people);
	p->people = val_map();
	val_put(p->people, "columns", val_copy(val_get(r->body, "columns")));
	keep = val_array();
	items = xcalloc((size_t)n + 1, sizeof *items);
	for (i = 0; i < n; i++) {
		one = (struct record){ val_get(p->people, "columns"),
		    rows->item[i] };
		if (strcmp(record_id(&one), p->id) == 0)
			continue;
		items[k++].label = val_str(record_get(&one, "title"));
		val_add(keep, val_copy(rows->item[i]));
	}
	val_put(p->people, "rows", keep);
	if (k > 0)
		dialog_choose(p->kind == NULL ? T("leave.all") :
		    kind_name(p->kind), items, k, 0, person_cb, p);
	free(items);
}

static void
leaver_choose(struct leaver *p)
{
	const struct val	*work = val_get(p->body, "work");

	if (val_count(work) == 0 || p->call != 0)
		return;
	p->kind = p->at == 0 ? NULL : val_get_str(val_at(work,
	    (size_t)p->at - 1), "record");
	p->call = app_call("users.lookup", val_put_int(val_map(), "limit",
	    100), people_cb, p);
}

/* --- The end of it ------------------------------------------------------------------ */

static void
left_cb(const struct link_reply *r, void *arg)
{
	struct leaver	*p = arg;

	p->call = 0;
	if (!r->ok) {
		app_error(r);
		ui_redraw();
		return;
	}
	p->done = val_copy(r->body);
	p->top = 0;
	watch_touch("users");
	watch_touch("memberships");
	ui_redraw();
}

static void
sure_cb(bool yes, void *arg)
{
	struct leaver	*p = arg;

	if (yes)
		p->call = app_write("users.leave", leaver_args(p), NULL, NULL,
		    left_cb, p);
}

static void
leaver_finish(struct leaver *p)
{
	struct dialog_confirm	d = {
		.title = T("leave.finish"), .yes = T("leave.finish"),
		.word = T("leave.word"), .done = sure_cb, .arg = p
	};
	const struct val	*work = val_get(p->body, "work");
	size_t			 i;

	if (p->body == NULL || p->done != NULL || p->call != 0)
		return;
	for (i = 0; i < val_count(work); i++) {
		if (val_get_str(work->item[i], "to_name") != NULL)
			continue;
		p->at = (int)i + 1;
		toast(TOAST_WARN, NULL, "%s", TF("leave.first", "what",
		    kind_name(val_get_str(work->item[i], "record")), NULL));
		return;
	}
	d.text = TF("leave.sure", "name", p->name, NULL);
	dialog_confirm(&d);
}

static void
leaver_move(struct leaver *p, int by)
{
	int	last = leaver_kinds(p);

	/* Beyond the choices the screen moves on. */
	if (p->done == NULL && p->at + by >= 0 && p->at + by <= last &&
	    last > 0) {
		p->at += by;
		if (p->at + 1 < p->top)
			p->top = p->at;
	} else {
		p->top += by;
	}
	if (p->top > p->lines - p->page)
		p->top = p->lines - p->page;
	if (p->top < 0)
		p->top = 0;
	ui_redraw();
}

static bool
leaver_action(struct view *v, enum action a, const struct input *in)
{
	struct leaver	*p = v->state;

	(void)in;
	switch (a) {
	case ACT_UP:
		leaver_move(p, -1);
		return true;
	case ACT_DOWN:
		leaver_move(p, 1);
		return true;
	case ACT_OPEN:
	case ACT_SELECT:
		if (p->done == NULL)
			leaver_choose(p);
		return true;
	case ACT_DELETE:
		leaver_finish(p);
		return true;
	case ACT_REFRESH:
		leaver_load(p);
		return true;
	case ACT_BACK:
		view_close(v);
		return true;
	default:
		return false;
	}
}

static const char *
leaver_label(struct view *v, enum action a)
{
	(void)v;
	return a == ACT_OPEN ? T("leave.choose") :
	    a == ACT_DELETE ? T("leave.finish") : NULL;
}

static const struct view_ops leaver_view = {
	.name = "leaver",
	.when = WHEN_LIST,
	.size = sizeof(struct leaver),
	.open = leaver_start,
	.close = leaver_close,
	.title = leaver_title,
	.draw = leaver_draw,
	.action = leaver_action,
	.hints = { ACT_OPEN, ACT_DELETE, ACT_REFRESH, ACT_BACK },
	.label = leaver_label
};

void
leaver_open(const char *user, const char *name)
{
	struct leaver_arg	a = { user, name };

	view_push(&leaver_view, &a);
}
