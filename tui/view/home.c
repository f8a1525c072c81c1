/* home.c - the dashboard; see home.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/money.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/rows.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/card.h"
#include "tui/view/home.h"
#include "tui/view/list.h"
#include "tui/view/sidemenu.h"

#define HOME_LINES	200
#define HOME_LAST	8
#define HOME_DEFS	64

/* A line that can be chosen: a record or a list. */
struct target {
	char	type[64];
	char	id[40];		/* "": the list */
	int	row;
};

struct count {
	char		 type[64];
	int64_t		 n;
	bool		 more;
	uint64_t	 call;
	struct watch	*watch;
	struct home	*home;
};

struct home {
	struct rows	*due;		/* interactions with a reminder */
	struct count	 count[HOME_DEFS];
	size_t		 ncounts;
	struct target	 target[HOME_LINES];
	int		 ntargets, at, top;
};

struct last {
	char	type[64];
	char	id[40];
	char	title[160];
};
static struct last	last[HOME_LAST];
static size_t		nlast;

void
home_note(const char *type, const char *id, const char *title)
{
	size_t	i;

	if (title[0] == '\0')
		return;
	for (i = 0; i < nlast; i++) {
		if (strcmp(last[i].id, id) == 0)
			break;
	}
	if (i == nlast && nlast < HOME_LAST)
		nlast++;
	if (i == nlast)
		i--;
	memmove(&last[1], &last[0], i * sizeof last[0]);
	snprintf(last[0].type, sizeof last[0].type, "%s", type);
	snprintf(last[0].id, sizeof last[0].id, "%s", id);
	snprintf(last[0].title, sizeof last[0].title, "%s", title);
}

/* --- What it asks for --------------------------------------------------------- */

static void
home_changed(void *arg)
{
	(void)arg;
	ui_redraw();
}

static void
home_count_cb(const struct link_reply *r, void *arg)
{
	struct count	*c = arg;

	c->call = 0;
	c->n = r->ok ? val_get_int(r->body, "count", -1) : -1;
	c->more = val_get_bool(r->body, "more");
	ui_redraw();
}

static void
home_count(struct count *c)
{
	char	verb[128];

	if (c->call != 0)
		app_forget(c->call);
	snprintf(verb, sizeof verb, "%s.count", c->type);
	c->call = app_call(verb, NULL, home_count_cb, c);
}

static void
home_watch_cb(const struct val *items, void *arg)
{
	(void)items;
	home_count(arg);
}

/* Reminders up to the end of tomorrow, those that wait longest first. */
static void
home_due(struct home *h)
{
	const struct def	*d = defs_find("interactions");
	struct value_ctx	 ctx = app_ctx();
	struct val		*m, *cond;
	struct date		 day;
	char			 out[DATE_TEXT];
	int			 s;

	if (def_field(d, "remind_at") == NULL || !def_can(d, "list"))
		return;
	tz_local(ctx.tz, ctx.now, &day, &s);
	day = date_add_days(day, 2);
	timestamp_write(tz_utc(ctx.tz, &day, 0), out);
	cond = val_put_text(val_map(), "lt", out);
	m = val_map();
	val_put(m, "remind_at", cond);
	h->due = rows_new("interactions", NULL, home_changed, h);
	rows_query(h->due, NULL, m, "-remind_at");
}

static bool
home_start(struct view *v, void *arg)
{
	struct home		*h = v->state;
	const struct def	*d;
	struct count		*c;
	size_t			 i;

	(void)arg;
	home_due(h);
	for (i = 0; (d = defs_at(i)) != NULL && h->ncounts < HOME_DEFS; i++) {
		if (!d->menu || !def_can(d, "list"))
			continue;
		c = &h->count[h->ncounts++];
		snprintf(c->type, sizeof c->type, "%s", d->name);
		c->n = -1;
		c->home = h;
		if (!def_can(d, "count"))
			continue;
		c->watch = watch_add(d->name, home_watch_cb, c);
		home_count(c);
	}
	return true;
}

static void
home_close(struct view *v)
{
	struct home	*h = v->state;
	size_t		 i;

	rows_free(h->due);
	for (i = 0; i < h->ncounts; i++) {
		if (h->count[i].call != 0)
			app_forget(h->count[i].call);
		watch_free(h->count[i].watch);
	}
}

/* --- Drawing --------------------------------------------------------------------- */

struct pen {
	struct home	*h;
	struct surface	*s;
	int		 line;
};

static int
pen_row(const struct pen *p)
{
	int	row = p->line - p->h->top;

	return row < 0 || row >= p->s->rows ? -1 : row;
}

static void
pen_head(struct pen *p, const char *text)
{
	if (p->line > 0)
		p->line++;
	if (pen_row(p) >= 0)
		draw_text(p->s, pen_row(p), 1, -1, STYLE_TITLE, text);
	p->line++;
}

static void
pen_target(struct pen *p, const char *type, const char *id, uint32_t style,
    const char *left, const char *text)
{
	struct home	*h = p->h;
	struct target	*t = &h->target[h->ntargets];
	int		 row = pen_row(p);
	bool		 here = h->ntargets == h->at;

	if (h->ntargets == HOME_LINES)
		return;
	snprintf(t->type, sizeof t->type, "%s", type);
	snprintf(t->id, sizeof t->id, "%s", id);
	t->row = p->line++;
	h->ntargets++;
	if (row < 0)
		return;
	draw_text(p->s, row, 3, 18, style, left);
	draw_text(p->s, row, 22, p->s->cols - 23, STYLE_TEXT, text);
	if (here) {
		draw_text(p->s, row, 1, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(p->s, row, 0, 1, p->s->cols, STYLE_SELECTED);
		draw_cursor(p->s, row, 1);
	}
}

static void
home_draw_due(struct pen *p)
{
	struct rows		*due = p->h->due;
	const struct def	*d = defs_find("interactions");
	const struct field	*who = def_field(d, "customer_id");
	struct value_ctx	 ctx = app_ctx();
	struct record		 r;
	struct buf		 b = BUF_INIT;
	const char		*at;
	char			 when[64];
	int64_t			 us;
	size_t			 i;

	if (due == NULL || d == NULL)
		return;
	pen_head(p, TF("views.reminders", NULL));
	for (i = 0; i < rows_n(due) && i < 10; i++) {
		r = rows_at(due, i);
		at = val_str(record_get(&r, "remind_at"));
		if (at == NULL ||
		    timestamp_read(at, strlen(at), &us) != DATE_OK)
			continue;
		timestamp_relative(ui_lang(), us, ctx.now, ctx.tz, when);
		buf_clear(&b);
		if (who != NULL)
			record_text(d, who, &r, &b);
		buf_addz(&b, ": ");
		record_title(d, &r, &b);
		pen_target(p, "interactions", record_id(&r), us < ctx.now ?
		    STYLE_WARN : STYLE_TEXT, when, buf_text(&b));
	}
	if (i == 0) {
		if (pen_row(p) >= 0)
			draw_text(p->s, pen_row(p), 3, -1, STYLE_DIM,
			    TF(rows_loaded(due) ? "views.no_reminders" :
			    "views.loading", NULL));
		p->line++;
	}
	buf_free(&b);
}

static void
home_draw_counts(struct pen *p)
{
	const struct def	*d;
	struct count		*c;
	char			 num[32], shown[DECIMAL_TEXT + 16], key[48];
	size_t			 i;

	pen_head(p, TF("views.screens", NULL));
	for (i = 0; i < p->h->ncounts; i++) {
		c = &p->h->count[i];
		if ((d = defs_find(c->type)) == NULL || !def_can(d, "list"))
			continue;
		shown[0] = '\0';
		if (c->n >= 0) {
			snprintf(num, sizeof num, "%lld", (long long)c->n);
			decimal_format(ui_lang(), num, 0, shown);
		}
		snprintf(key, sizeof key, "%.38s%s", shown, c->more ? "+" : "");
		pen_target(p, c->type, "", STYLE_TEXT,
		    app_label(d->labels), key);
	}
}

static void
home_draw(struct view *v, struct surface *whole)
{
	struct home		*h = v->state;
	struct surface		 s = sidemenu_draw(whole);
	struct pen		 p = { h, &s, 0 };
	const struct def	*d;
	size_t			 i;

	h->ntargets = 0;
	home_draw_due(&p);
	if (nlast > 0)
		pen_head(&p, TF("views.last", NULL));
	for (i = 0; i < nlast; i++) {
		if ((d = defs_find(last[i].type)) != NULL)
			pen_target(&p, last[i].type, last[i].id, STYLE_DIM,
			    app_label(d->label), last[i].title);
	}
	home_draw_counts(&p);
	if (h->at >= h->ntargets)
		h->at = h->ntargets > 0 ? h->ntargets - 1 : 0;
	if (h->ntargets == 0)
		return;
	if (h->target[h->at].row < h->top + 1 && h->top > 0) {
		h->top = h->target[h->at].row > 0 ?
		    h->target[h->at].row - 1 : 0;
		ui_redraw();
	} else if (h->target[h->at].row >= h->top + s.rows) {
		h->top = h->target[h->at].row - s.rows + 1;
		ui_redraw();
	}
}

static void
home_title(struct view *v, char *out, size_t len)
{
	(void)v;
	snprintf(out, len, "%s", TF("views.home", NULL));
}

static void
home_status(struct view *v, char *out, size_t len)
{
	const char	*role = val_get_str(app.role, "name");

	(void)v;
	snprintf(out, len, "%s", TF("views.role", "role", role == NULL ? "-" :
	    role, NULL));
}

static void
home_go(struct home *h)
{
	struct target	t;

	if (h->at >= h->ntargets)
		return;
	t = h->target[h->at];
	if (t.id[0] != '\0')
		app_open_record(t.type, t.id);
	else
		app_open_list(t.type);
}

static bool
home_key(struct view *v, const struct input *in)
{
	struct home	*h = v->state;
	struct input	 moved;
	int		 i;

	if (!sidemenu_mouse(v->cols, in, &moved))
		return true;
	if (in->kind != INPUT_MOUSE || in->button != MOUSE_PRESS)
		return false;
	for (i = 0; i < h->ntargets; i++) {
		if (h->target[i].row - h->top != moved.row)
			continue;
		h->at = i;
		home_go(h);
		return true;
	}
	return false;
}

static bool
home_action(struct view *v, enum action a, const struct input *in)
{
	struct home	*h = v->state;

	(void)in;
	switch (a) {
	case ACT_UP:
		h->at = h->at > 0 ? h->at - 1 : 0;
		break;
	case ACT_DOWN:
		h->at++;
		break;
	case ACT_PAGE_UP:
	case ACT_TOP:
		h->at = 0;
		break;
	case ACT_PAGE_DOWN:
	case ACT_BOTTOM:
		h->at = h->ntargets - 1;
		break;
	case ACT_OPEN:
		home_go(h);
		break;
	default:
		return false;
	}
	ui_redraw();
	return true;
}

const struct view_ops home_view = {
	.name = "home",
	.when = WHEN_TEXT,
	.size = sizeof(struct home),
	.open = home_start,
	.close = home_close,
	.title = home_title,
	.draw = home_draw,
	.status = home_status,
	.key = home_key,
	.action = home_action,
	.hints = { ACT_OPEN, ACT_GOTO, ACT_COMPANY, ACT_ME }
};

void
home_renew(void)
{
	struct view	*v = view_find(&home_view);

	if (v == NULL)
		return;
	home_close(v);
	memset(v->state, 0, sizeof(struct home));
	home_start(v, NULL);
	ui_redraw();
}

void
home_open(void)
{
	view_push(&home_view, NULL);
}
