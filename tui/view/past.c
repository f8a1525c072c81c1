/*
 * past.c - the time machine: a record as it was at any moment, beside what it
 * is now. ← → go from one change to the next, / asks for a date, Enter puts a
 * field back as it was: an ordinary edit, with the version of today.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tr.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/around.h"
#include "tui/view/history.h"

#define LABEL_LEAST 18	/* columns of the labels, at least */

struct past {
	char		*type;
	char		 id[40];
	struct val	*moments;	/* R.history's entries, newest first */
	size_t		 at;		/* among them */
	char		 moment[64];	/* what is shown; "" none */
	struct val	*body;		/* of records.at */
	char		 error[300];
	uint64_t	 call, list;
	int		 field, top, page, nfields;
	int		 label, half;	/* columns of a label, of a value */
};

struct past_arg {
	const char	*type, *id;
};

/* --- Asking ------------------------------------------------------------------- */

static void
at_cb(const struct link_reply *r, void *arg)
{
	struct past	*p = arg;

	p->call = 0;
	snprintf(p->error, sizeof p->error, "%s", r->ok ? "" : r->text);
	val_free(p->body);
	p->body = r->ok ? val_copy(r->body) : NULL;
	ui_redraw();
}

static void
past_ask(struct past *p)
{
	struct val	*args = val_map();

	if (p->call != 0)
		app_forget(p->call);
	val_put_text(args, "type", p->type);
	val_put(args, "id", val_uuid(p->id));
	val_put_text(args, "at", p->moment);
	p->call = app_call("records.at", args, at_cb, p);
}

static const char *
moment_at(const struct past *p, size_t i)
{
	return val_get_str(val_at(p->moments, i), "at");
}

static void
past_go(struct past *p, size_t i)
{
	if (moment_at(p, i) == NULL)
		return;
	p->at = i;
	snprintf(p->moment, sizeof p->moment, "%s", moment_at(p, i));
	past_ask(p);
	ui_redraw();
}

static void
list_cb(const struct link_reply *r, void *arg)
{
	struct past	*p = arg;

	p->list = 0;
	if (!r->ok) {
		snprintf(p->error, sizeof p->error, "%s", r->text);
		ui_redraw();
		return;
	}
	val_free(p->moments);
	p->moments = val_copy(val_get(r->body, "rows"));
	/* As it was before the last change: what one looks for most. */
	past_go(p, val_count(p->moments) > 1 ? 1 : 0);
}

static void
past_load(struct past *p)
{
	struct val	*args = val_map();
	char		 verb[128];

	val_put(args, "id", val_uuid(p->id));
	val_put_int(args, "limit", 200);
	snprintf(verb, sizeof verb, "%s.history", p->type);
	p->list = app_call(verb, args, list_cb, p);
}

static bool
past_start(struct view *v, void *arg)
{
	struct past	*p = v->state;
	struct past_arg	*a = arg;

	p->type = xstrdup(a->type);
	snprintf(p->id, sizeof p->id, "%s", a->id);
	past_load(p);
	return true;
}

static void
past_close(struct view *v)
{
	struct past	*p = v->state;

	if (p->call != 0)
		app_forget(p->call);
	if (p->list != 0)
		app_forget(p->list);
	val_free(p->moments);
	val_free(p->body);
	free(p->type);
}

/* --- Drawing ------------------------------------------------------------------ */

static void
past_title(struct view *v, char *out, size_t len)
{
	(void)v;
	snprintf(out, len, "%s", action_label(ACT_PAST));
}

static void
stamp(const char *at, struct buf *b)
{
	struct value_ctx	 ctx = app_ctx();
	char			 when[DATE_TEXT] = "";
	int64_t			 us;

	if (at != NULL && timestamp_read(at, strlen(at), &us) == DATE_OK)
		timestamp_format(us, ctx.tz, ctx.date_pattern, when);
	buf_addz(b, when);
}

/* "← 19.12.2025 14:32  Ahmet Karaca değiştirdi (2/7) →" */
static void
draw_moment(struct past *p, struct surface *s)
{
	const struct val	*e = val_at(p->moments, p->at);
	const char		*who = val_get_str(e, "user");
	const char		*state = val_get_str(p->body, "state");
	struct buf		 b = BUF_INIT;

	stamp(p->moment, &b);
	if (e != NULL && moment_at(p, p->at) != NULL &&
	    strcmp(moment_at(p, p->at), p->moment) == 0)
		buf_printf(&b, "  %s %s  (%zu/%zu)", who == NULL ? "-" : who,
		    history_word(e), val_count(p->moments) - p->at,
		    val_count(p->moments));
	draw_text(s, 0, 2, s->cols - 4, STYLE_TITLE, buf_text(&b));
	if (state != NULL && strcmp(state, "live") != 0)
		draw_text(s, 1, 2, s->cols - 4, STYLE_WARN,
		    TF(strcmp(state, "none") == 0 ? "views.past_none" :
		    "views.past_deleted", NULL));
	buf_free(&b);
}

static bool
differs(const struct val *f)
{
	return !val_get_bool(f, "known") ||
	    !val_equal(val_get(f, "was"), val_get(f, "now"));
}

static const char *
field_label(const struct def *d, const struct val *v)
{
	const char		*name = val_get_str(v, "field");
	const struct field	*f = def_field(d, name);

	return f == NULL ? name : app_label(f->label);
}

/* The labels take what the longest needs, as long as the values keep most of
 * the room. */
static void
past_layout(struct past *p, const struct val *fields, int cols)
{
	const struct def	*d = defs_find(p->type);
	const char		*label;
	int			 i, w;

	p->label = LABEL_LEAST;
	for (i = 0; i < p->nfields; i++) {
		label = field_label(d, fields->item[i]);
		w = label == NULL ? 0 : text_width(label, strlen(label));
		if (w > p->label)
			p->label = w;
	}
	if (p->label > cols / 3 && cols / 3 > LABEL_LEAST)
		p->label = cols / 3;
	p->half = (cols - p->label - 8) / 2;
}

static void
past_draw_field(struct past *p, struct surface *s, int row, const struct val *v,
    bool here)
{
	const struct def	*d = defs_find(p->type);
	const struct field	*f = def_field(d, val_get_str(v, "field"));
	struct buf		 b = BUF_INIT;

	draw_text(s, row, 3, p->label, STYLE_DIM, field_label(d, v));
	if (val_get_bool(v, "known"))
		history_value(d, f, v, "was", &b);
	else
		buf_addz(&b, T("views.past_unknown"));
	draw_text(s, row, p->label + 4, p->half, differs(v) ? STYLE_TEXT |
	    STYLE_BOLD : STYLE_DIM, buf_text(&b));
	if (differs(v)) {
		draw_text(s, row, 1, 1, STYLE_KEY, "~");
		buf_clear(&b);
		history_value(d, f, v, "now", &b);
		draw_text(s, row, p->label + 5 + p->half, p->half, STYLE_TEXT,
		    buf_text(&b));
	}
	if (here) {
		draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		draw_cursor(s, row, 0);
	}
	buf_free(&b);
}

static void
past_draw(struct view *v, struct surface *s)
{
	struct past		*p = v->state;
	const struct val	*fields = val_get(p->body, "fields");
	struct surface		 body;
	int			 i;

	p->nfields = (int)val_count(fields);
	past_layout(p, fields, s->cols);
	if (p->error[0] != '\0') {
		draw_wrap(s, 1, 2, s->cols - 4, 3, STYLE_ERROR, p->error, 0);
		return;
	}
	if (p->moment[0] == '\0') {
		draw_text(s, 1, 2, s->cols - 4, STYLE_DIM, TF(p->list != 0 ?
		    "views.loading" : "views.no_history", NULL));
		draw_cursor(s, 1, 2);
		return;
	}
	draw_moment(p, s);
	draw_text(s, 2, p->label + 4, p->half, STYLE_DIM, T("views.past_was"));
	draw_text(s, 2, p->label + 5 + p->half, p->half, STYLE_DIM,
	    T("views.past_now"));
	body = draw_sub(s, 3, 0, s->rows - 3, s->cols);
	p->page = body.rows;
	if (p->field >= p->nfields)
		p->field = p->nfields > 0 ? p->nfields - 1 : 0;
	if (p->field < p->top)
		p->top = p->field;
	if (p->field >= p->top + body.rows)
		p->top = p->field - body.rows + 1;
	for (i = p->top; i < p->nfields && i < p->top + body.rows; i++)
		past_draw_field(p, &body, i - p->top, fields->item[i],
		    i == p->field);
	draw_scrollbar(&body, 0, body.cols - 1, body.rows, p->top, p->nfields);
}

/* --- Putting a field back ----------------------------------------------------- */

struct putting {
	char		*type;
	char		 id[40];
	char		*field;
	struct val	*was;
};

static void
putting_free(struct putting *u)
{
	free(u->type);
	free(u->field);
	val_free(u->was);
	free(u);
}

static void
put_back_cb(const struct link_reply *r, void *arg)
{
	struct putting	*u = arg;

	if (!r->ok)
		app_error(r);
	else {
		toast(TOAST_GOOD, NULL, "%s, %s", T("views.past_done"),
		    T("views.undo_hint"));
		watch_touch(u->type);
	}
	putting_free(u);
}

/* The version is that of this moment: what others changed meanwhile in other
 * fields stays. */
static void
put_version_cb(const struct link_reply *r, void *arg)
{
	struct putting	*u = arg;
	struct val	*args;
	char		 verb[128];

	if (!r->ok) {
		app_error(r);
		putting_free(u);
		return;
	}
	args = record_args(u->id, val_get_int(r->body, "version", 0));
	val_put(args, u->field, val_copy(u->was));
	snprintf(verb, sizeof verb, "%s.edit", u->type);
	app_write(verb, args, NULL, T("views.past_done"), put_back_cb,
	    u);
}

static void
put_sure_cb(bool yes, void *arg)
{
	struct putting	*u = arg;
	struct val	*args;
	char		 verb[128];

	if (!yes) {
		putting_free(u);
		return;
	}
	args = val_map();
	val_put(args, "id", val_uuid(u->id));
	snprintf(verb, sizeof verb, "%s.get", u->type);
	app_call(verb, args, put_version_cb, u);
}

static const struct val *
past_field(const struct past *p)
{
	return val_at(val_get(p->body, "fields"), (size_t)p->field);
}

/* May the field under the cursor be put back? */
static bool
past_may(const struct past *p)
{
	const struct def	*d = defs_find(p->type);
	const struct val	*v = past_field(p);
	const struct field	*f = def_field(d, val_get_str(v, "field"));

	return v != NULL && f != NULL && f->edit && def_can(d, "edit") &&
	    differs(v) && val_get_bool(v, "known");
}

static void
past_put(struct past *p)
{
	const struct def	*d = defs_find(p->type);
	const struct val	*v = past_field(p);
	const struct field	*f = def_field(d, val_get_str(v, "field"));
	struct putting		*u = xcalloc(1, sizeof *u);
	struct dialog_confirm	 ask = { .done = put_sure_cb, .arg = u };
	struct buf		 b = BUF_INIT;

	u->type = xstrdup(p->type);
	u->field = xstrdup(f->name);
	snprintf(u->id, sizeof u->id, "%s", p->id);
	u->was = val_copy(val_get(v, "was"));
	buf_printf(&b, "%s: ", app_label(f->label));
	history_value(d, f, v, "now", &b);
	buf_printf(&b, " %s ", glyph(GLYPH_ARROW));
	history_value(d, f, v, "was", &b);
	ask.title = T("views.past_put");
	ask.text = buf_text(&b);
	ask.yes = T("views.past_put");
	dialog_confirm(&ask);
	buf_free(&b);
}

/* --- A date ------------------------------------------------------------------- */

static bool
date_check(const char *text, char *why, size_t len, void *arg)
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
date_cb(const char *text, void *arg)
{
	struct past		*p = arg;
	struct value_ctx	 ctx = app_ctx();
	char			 when[DATE_TEXT];
	int64_t			 us;

	if (text == NULL || timestamp_parse(ctx.lang, text, strlen(text),
	    ctx.tz, ctx.now, &us) != DATE_OK)
		return;
	timestamp_write(us, when);
	snprintf(p->moment, sizeof p->moment, "%s", when);
	/* → goes on from there. */
	for (p->at = 0; moment_at(p, p->at) != NULL &&
	    strcmp(moment_at(p, p->at), p->moment) > 0; )
		p->at++;
	past_ask(p);
}

static void
past_date(struct past *p)
{
	struct dialog_line	d = {
		.title = action_label(ACT_PAST),
		.label = T("views.past_date"), .max = 60,
		.check = date_check, .done = date_cb, .arg = p
	};

	dialog_line(&d);
}

/* --- Keys --------------------------------------------------------------------- */

static bool
past_move(struct past *p, int to)
{
	if (to >= p->nfields)
		to = p->nfields - 1;
	p->field = to < 0 ? 0 : to;
	ui_redraw();
	return true;
}

static bool
past_can(struct view *v, enum action a, char *why, size_t len)
{
	(void)len;
	why[0] = '\0';
	if (a == ACT_OPEN)
		return past_may(v->state);
	return a == ACT_LEFT || a == ACT_RIGHT || a == ACT_FILTER ||
	    a == ACT_BACK || a == ACT_REFRESH;
}

static bool
past_action(struct view *v, enum action a, const struct input *in)
{
	struct past	*p = v->state;

	(void)in;
	switch (a) {
	case ACT_UP:
		return past_move(p, p->field - 1);
	case ACT_DOWN:
		return past_move(p, p->field + 1);
	case ACT_PAGE_UP:
		return past_move(p, p->field - p->page);
	case ACT_PAGE_DOWN:
		return past_move(p, p->field + p->page);
	case ACT_TOP:
		return past_move(p, 0);
	case ACT_BOTTOM:
		return past_move(p, p->nfields - 1);
	case ACT_LEFT:
	case ACT_PREV_PANE:
		past_go(p, p->at + 1);
		return true;
	case ACT_RIGHT:
	case ACT_NEXT_PANE:
		if (p->at > 0)
			past_go(p, p->at - 1);
		return true;
	case ACT_FILTER:
		past_date(p);
		return true;
	case ACT_OPEN:
		if (past_may(p))
			past_put(p);
		return true;
	case ACT_REFRESH:
		past_load(p);
		return true;
	case ACT_BACK:
	case ACT_CLOSE:
		view_close(v);
		return true;
	default:
		return false;
	}
}

static const char *
past_label(struct view *v, enum action a)
{
	(void)v;
	switch (a) {
	case ACT_OPEN:
		return T("views.past_put");
	case ACT_LEFT:
		return T("views.past_older");
	case ACT_RIGHT:
		return T("views.past_newer");
	case ACT_FILTER:
		return T("views.past_date");
	default:
		return NULL;
	}
}

static int
past_hints(struct view *v, enum action *out, int max)
{
	int	n = 0;

	if (past_may(v->state) && n < max)
		out[n++] = ACT_OPEN;
	if (n < max)
		out[n++] = ACT_LEFT;
	if (n < max)
		out[n++] = ACT_RIGHT;
	if (n < max)
		out[n++] = ACT_FILTER;
	if (n < max)
		out[n++] = ACT_BACK;
	return n;
}

/* "Şehir, O gün: Kocaeli, Bugün: Bursa" */
static void
past_say(struct view *v, char *out, size_t len)
{
	struct past		*p = v->state;
	const struct def	*d = defs_find(p->type);
	const struct val	*e = past_field(p);
	const struct field	*f = def_field(d, val_get_str(e, "field"));
	struct buf		 b = BUF_INIT;

	if (f == NULL)
		return;
	buf_printf(&b, "%s, %s: ", app_label(f->label), T("views.past_was"));
	if (val_get_bool(e, "known"))
		history_value(d, f, e, "was", &b);
	else
		buf_addz(&b, T("views.past_unknown"));
	if (differs(e)) {
		buf_printf(&b, ", %s: ", T("views.past_now"));
		history_value(d, f, e, "now", &b);
	}
	snprintf(out, len, "%s", buf_text(&b));
	buf_free(&b);
}

static const struct view_ops past_view = {
	.name = "past",
	.when = WHEN_TEXT,
	.size = sizeof(struct past),
	.open = past_start,
	.close = past_close,
	.title = past_title,
	.draw = past_draw,
	.action = past_action,
	.can = past_can,
	.say = past_say,
	.label = past_label,
	.hints_now = past_hints
};

void
past_open(const char *type, const char *id)
{
	struct past_arg	a = { type, id };

	view_push(&past_view, &a);
}
