/* group.c - see group.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/date.h"
#include "lib/money.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/group.h"
#include "tui/view/span.h"

struct group {
	struct val	*body;
	char		 error[300];
	uint64_t	 call;
	int		 at, top, page;
	struct watch	*watch;
};

static void
group_cb(const struct link_reply *r, void *arg)
{
	struct group	*g = arg;

	g->call = 0;
	snprintf(g->error, sizeof g->error, "%s", r->ok ? "" : r->text);
	val_free(g->body);
	g->body = r->ok ? val_copy(r->body) : NULL;
	ui_redraw();
}

static void
group_load(struct group *g)
{
	if (g->call != 0)
		app_forget(g->call);
	g->call = app_call("group.summary", NULL, group_cb, g);
}

static bool
group_start(struct view *v, void *arg)
{
	(void)arg;
	group_load(v->state);
	return true;
}

static void
group_close(struct view *v)
{
	struct group	*g = v->state;

	if (g->call != 0)
		app_forget(g->call);
	val_free(g->body);
}

static void
group_title(struct view *v, char *out, size_t len)
{
	(void)v;
	snprintf(out, len, "%s", TF("views.group", NULL));
}

static void
group_number(const struct val *v, char *out, size_t size)
{
	char	num[32], shown[DECIMAL_TEXT + 16];

	out[0] = '\0';
	if (v == NULL)
		return;
	if (v->kind == VAL_INT)
		snprintf(num, sizeof num, "%lld", (long long)v->i);
	else
		snprintf(num, sizeof num, "%.31s", v->s == NULL ? "" : v->s);
	decimal_format(ui_lang(), num, 0, shown);
	snprintf(out, size, "%s", shown);
}

static void
group_draw_row(struct surface *s, int row, const struct record *r)
{
	const char	*name = val_str(record_get(r, "name"));
	const char	*colour = val_str(record_get(r, "color_primary"));
	const char	*parent = val_str(record_get(r, "parent_id"));
	const struct val *depth = record_get(r, "depth");
	char		 num[64];
	int		 indent = depth == NULL || depth->i < 0 ? 0 :
			    depth->i > 10 ? 20 : (int)depth->i * 2;

	draw_text(s, row, 2 + indent, 2, theme_tint(STYLE_TEXT, colour),
	    glyph(GLYPH_DOT));
	draw_text(s, row, 4 + indent, 38 - indent, STYLE_TEXT,
	    name == NULL ? "" : name);
	draw_text(s, row, 43, 14, STYLE_DIM, TF(parent == NULL ?
	    "views.main_company" : "views.subsidiary", NULL));
	group_number(record_get(r, "tasks"), num, sizeof num);
	draw_right(s, row, 57, 9, STYLE_TEXT, num);
	group_number(record_get(r, "customers"), num, sizeof num);
	draw_right(s, row, 67, 11, STYLE_TEXT, num);
}

/* "abc.com – 5 gün (DİJİTAL AŞ)", as many as fit. */
static void
group_draw_ends(const struct group *g, struct surface *s, int row)
{
	const struct val	*list = val_get(g->body, "expiries"), *e;
	struct date		 day, today = date_from_days(span_today());
	const char		*text, *name, *kind, *company;
	char			 when[48];
	size_t			 i;

	if (val_count(list) == 0 || row + 1 >= s->rows)
		return;
	draw_fmt(s, row++, 2, -1, STYLE_TITLE, "%s  %zu", T("views.group_ends"),
	    val_count(list));
	for (i = 0; i < val_count(list) && row < s->rows; i++, row++) {
		e = list->item[i];
		text = val_get_str(e, "expire_date");
		name = val_get_str(e, "name");
		kind = val_get_str(e, "kind");
		company = val_get_str(e, "company");
		if (text == NULL || name == NULL || kind == NULL ||
		    company == NULL ||
		    date_read(text, strlen(text), &day) != DATE_OK)
			continue;
		date_relative(ui_lang(), &day, &today, when);
		draw_fmt(s, row, 4, s->cols - 6, STYLE_TEXT, "%s%s - %s (%s)",
		    name, strcmp(kind, "ssl") == 0 ? " SSL" : "", when,
		    company);
	}
}

static void
group_draw(struct view *v, struct surface *s)
{
	struct group	*g = v->state;
	struct record	 r = { val_get(g->body, "columns"), NULL };
	int		 n = (int)val_count(val_get(g->body, "rows")), i, row;
	char		 num[64];

	if (g->error[0] != '\0') {
		draw_wrap(s, 1, 2, s->cols - 4, 4, STYLE_ERROR, g->error, 0);
		return;
	}
	group_number(val_get(val_get(g->body, "totals"), "customers"), num,
	    sizeof num);
	draw_text(s, 0, 2, -1, STYLE_TITLE, TF("views.total_customers",
	    NULL));
	draw_text(s, 1, 2, -1, STYLE_TEXT | STYLE_BOLD, num);
	group_number(val_get(val_get(g->body, "totals"), "tasks"), num,
	    sizeof num);
	draw_text(s, 0, 24, -1, STYLE_TITLE, T("views.total_tasks"));
	draw_text(s, 1, 24, -1, STYLE_TEXT | STYLE_BOLD, num);
	draw_text(s, 3, 2, -1, STYLE_TITLE, TF("views.by_company", NULL));
	draw_text(s, 4, 4, -1, STYLE_DIM, TF("views.company", NULL));
	draw_right(s, 4, 55, 11, STYLE_DIM, T("views.tasks_today"));
	draw_right(s, 4, 67, 11, STYLE_DIM, TF("views.customers", NULL));
	g->page = s->rows - 5;
	if (g->at >= n)
		g->at = n > 0 ? n - 1 : 0;
	if (g->at < g->top)
		g->top = g->at;
	if (g->page > 0 && g->at >= g->top + g->page)
		g->top = g->at - g->page + 1;
	for (i = g->top; i < n && i < g->top + g->page; i++) {
		r.row = val_at(val_get(g->body, "rows"), (size_t)i);
		row = 5 + i - g->top;
		group_draw_row(s, row, &r);
		if (i == g->at) {
			draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
			draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
			draw_cursor(s, row, 0);
		}
	}
	group_draw_ends(g, s, 6 + i - g->top);
}

static void
group_status(struct view *v, char *out, size_t len)
{
	(void)v;
	snprintf(out, len, "%s", TF("views.read_only", NULL));
}

/* Into the company under the cursor; back, when one is in it already. */
static void
group_enter(struct view *v)
{
	struct group	*g = v->state;
	struct record	 r = { val_get(g->body, "columns"),
			    val_at(val_get(g->body, "rows"), (size_t)g->at) };
	const char	*id = val_str(record_get(&r, "id"));
	const char	*name = val_str(record_get(&r, "name"));

	if (id == NULL)
		return;
	if (app_company_id() != NULL && strcmp(id, app_company_id()) == 0) {
		view_close(v);
		return;
	}
	if (view_unsaved() != NULL)
		return;
	toast(TOAST_NOTICE, NULL, "%s", TF("picker.entering", "name",
	    name == NULL ? "" : name, NULL));
	app_enter(id);
}

static bool
group_action(struct view *v, enum action a, const struct input *in)
{
	struct group	*g = v->state;
	int		 n = (int)val_count(val_get(g->body, "rows"));

	(void)in;
	switch (a) {
	case ACT_UP:
		g->at = g->at > 0 ? g->at - 1 : 0;
		break;
	case ACT_DOWN:
		g->at = g->at + 1 < n ? g->at + 1 : g->at;
		break;
	case ACT_PAGE_UP:
	case ACT_TOP:
		g->at = 0;
		break;
	case ACT_PAGE_DOWN:
	case ACT_BOTTOM:
		g->at = n > 0 ? n - 1 : 0;
		break;
	case ACT_OPEN:
		group_enter(v);
		break;
	case ACT_REFRESH:
		group_load(g);
		break;
	case ACT_BACK:
		view_close(v);
		break;
	default:
		return false;
	}
	ui_redraw();
	return true;
}

static const struct view_ops group_view = {
	.name = "group",
	.when = WHEN_TEXT,
	.size = sizeof(struct group),
	.open = group_start,
	.close = group_close,
	.title = group_title,
	.draw = group_draw,
	.status = group_status,
	.action = group_action,
	.hints = { ACT_OPEN, ACT_COMPANY, ACT_REFRESH, ACT_BACK }
};

void
group_open(void)
{
	if (view_find(&group_view) == NULL)
		view_push(&group_view, NULL);
}
