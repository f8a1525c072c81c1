/* panel.c - see panel.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/money.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/chart.h"
#include "tui/draw.h"
#include "tui/theme.h"
#include "tui/view/chartview.h"
#include "tui/view/list.h"
#include "tui/view/panel.h"

#define CHART_LINES	8

struct panel {
	enum panel_kind		 kind;
	const struct val	*v;
	const struct def	*def;
	const struct val	*view;		/* the chart's definition */
	const char		*label[LANG_COUNT];
	uint64_t		 call;
	bool			 again;		/* asked for while it runs */
	bool			 loaded;
	struct val		*body;
	struct chart		*chart;
	char			 error[200];
	struct watch		*watch;
	void			(*changed)(void *);
	void			*arg;
};

/* --- What it asks for --------------------------------------------------------- */

/* Of a type without cards, whose rows name the record they are about. */
static bool
about_another(const struct panel *p)
{
	return def_field(p->def, "related_type") != NULL &&
	    !def_can(p->def, "get");
}

static struct val *
panel_args(const struct panel *p)
{
	const struct val	*filter = val_get(p->v, "filter");
	const char		*sort = val_get_str(p->v, "sort");
	struct val		*args, *columns;
	char			 text[128];

	if (p->kind == PANEL_CHART)
		return chart_args(p->view, filter);
	args = val_map();
	if (val_count(filter) > 0)
		val_put(args, "filter", val_copy(filter));
	if (p->kind == PANEL_COUNT)
		return args;
	val_put_int(args, "limit", val_get_int(p->v, "rows", 5));
	columns = val_copy(val_get(p->v, "list"));
	if (about_another(p)) {
		val_add(columns, val_text("related_type"));
		val_add(columns, val_text("related_id"));
	}
	val_put(args, "columns", columns);
	if (sort != NULL) {
		snprintf(text, sizeof text, "%s%s",
		    val_get_bool(p->v, "descending") ? "-" : "", sort);
		val_put_text(args, "sort", text);
	}
	return args;
}

static void
panel_cb(const struct link_reply *r, void *arg)
{
	struct panel	*p = arg;

	p->call = 0;
	p->loaded = true;
	snprintf(p->error, sizeof p->error, "%s", r->ok ? "" : r->text);
	val_free(p->body);
	chart_free(p->chart);
	p->chart = NULL;
	p->body = r->ok ? val_copy(r->body) : NULL;
	if (r->ok && p->kind == PANEL_CHART)
		p->chart = chart_new(p->def, p->view, r->body);
	if (p->again) {
		p->again = false;
		panel_load(p);
	}
	p->changed(p->arg);
}

void
panel_load(struct panel *p)
{
	static const char *const	verbs[] = { [PANEL_LIST] = "list",
	    [PANEL_COUNT] = "count", [PANEL_CHART] = "stats" };
	char				verb[128];

	if (p->call != 0) {
		p->again = true;
		return;
	}
	snprintf(verb, sizeof verb, "%s.%s", p->def->name, verbs[p->kind]);
	p->call = app_call(verb, panel_args(p), panel_cb, p);
}

static void
panel_watch_cb(const struct val *items, void *arg)
{
	(void)items;
	panel_load(arg);
}

struct panel *
panel_new(const struct val *v, void (*changed)(void *), void *arg)
{
	const struct def	*d = defs_find(val_get_str(v, "record"));
	const char		*chart = val_get_str(v, "chart");
	const struct val	*label = val_get(v, "label");
	struct panel		*p;

	if (d == NULL || (chart != NULL && def_chart(d, chart) == NULL))
		return NULL;
	p = xcalloc(1, sizeof *p);
	p->v = v;
	p->def = d;
	p->view = def_chart(d, chart);
	p->kind = chart != NULL ? PANEL_CHART : val_get(v, "list") != NULL ?
	    PANEL_LIST : PANEL_COUNT;
	p->label[LANG_TR] = val_str(val_at(label, 0));
	p->label[LANG_EN] = val_str(val_at(label, 1));
	p->changed = changed;
	p->arg = arg;
	p->watch = watch_add(d->name, panel_watch_cb, p);
	panel_load(p);
	return p;
}

void
panel_free(struct panel *p)
{
	if (p == NULL)
		return;
	if (p->call != 0)
		app_forget(p->call);
	watch_free(p->watch);
	val_free(p->body);
	chart_free(p->chart);
	free(p);
}

enum panel_kind
panel_kind(const struct panel *p)
{
	return p->kind;
}

const char *
panel_label(const struct panel *p)
{
	return app_label(p->label) != NULL ? app_label(p->label) :
	    app_label(p->def->labels);
}

void
panel_number(const struct panel *p, char *out, size_t len)
{
	char	num[32], shown[DECIMAL_TEXT + 16];

	out[0] = '\0';
	if (p->kind == PANEL_CHART && p->chart != NULL)
		chart_total(p->chart, out, len);
	if (p->kind == PANEL_COUNT && p->error[0] != '\0')
		snprintf(out, len, "!");
	if (p->kind != PANEL_COUNT || p->body == NULL)
		return;
	snprintf(num, sizeof num, "%lld",
	    (long long)val_get_int(p->body, "count", 0));
	decimal_format(ui_lang(), num, 0, shown);
	snprintf(out, len, "%s%s", shown,
	    val_get_bool(p->body, "more") ? "+" : "");
}

/* --- A line of a list ------------------------------------------------------------ */

static int
cell_width(const struct field *f)
{
	switch (f->rules.type) {
	case VALUE_DATE:
		return 12;
	case VALUE_TIMESTAMP:
		return 16;
	case VALUE_CHOICE:
	case VALUE_BOOL:
	case VALUE_DURATION:
	case VALUE_INT:
		return 10;
	case VALUE_MONEY:
		return 14;
	default:
		return 0;	/* a share of the rest */
	}
}

/* "Yarın", "3 gün önce": what is near is said so. */
static void
cell_text(const struct panel *p, const struct field *f,
    const struct record *r, struct buf *b)
{
	struct value_ctx	 ctx = app_ctx();
	const char		*at = val_str(record_get(r, f->name));
	struct date		 day, today;
	char			 text[64];
	int64_t			 us;
	int			 s;

	if (at != NULL && f->rules.type == VALUE_TIMESTAMP &&
	    timestamp_read(at, strlen(at), &us) == DATE_OK) {
		timestamp_relative(ui_lang(), us, ctx.now, ctx.tz, text);
		buf_addz(b, text);
	} else if (at != NULL && f->rules.type == VALUE_DATE &&
	    date_read(at, strlen(at), &day) == DATE_OK) {
		tz_local(ctx.tz, ctx.now, &today, &s);
		date_relative(ui_lang(), &day, &today, text);
		buf_addz(b, text);
	} else
		record_text(p->def, f, r, b);
}

/* What should have been done by now, in a list of what is due. */
static bool
late(const struct panel *p, const struct field *f, const struct record *r)
{
	const struct val	*cond = val_get(val_get(p->v, "filter"),
				    f->name);
	struct value_ctx	 ctx = app_ctx();
	const char		*at = val_str(record_get(r, f->name));
	struct date		 day, today;
	int64_t			 us;
	int			 s;

	if (at == NULL || (val_get(cond, "lt") == NULL &&
	    val_get(cond, "le") == NULL))
		return false;
	if (f->rules.type == VALUE_TIMESTAMP)
		return timestamp_read(at, strlen(at), &us) == DATE_OK &&
		    us < ctx.now;
	tz_local(ctx.tz, ctx.now, &today, &s);
	return date_read(at, strlen(at), &day) == DATE_OK &&
	    date_cmp(&day, &today) < 0;
}

static void
list_line(const struct panel *p, struct surface *s, int row, int line)
{
	const struct val	*names = val_get(p->v, "list");
	struct record		 r = { val_get(p->body, "columns"),
				    val_at(val_get(p->body, "rows"),
				    (size_t)line) };
	const struct field	*f;
	struct buf		 b = BUF_INIT;
	int			 fixed = 0, shares = 0, col = 0, w;
	size_t			 i;

	for (i = 0; i < val_count(names); i++) {
		f = def_field(p->def, val_str(names->item[i]));
		w = f == NULL ? 0 : cell_width(f) + (cell_width(f) > 0);
		fixed += w;
		shares += f != NULL && w == 0;
	}
	for (i = 0; i < val_count(names); i++) {
		f = def_field(p->def, val_str(names->item[i]));
		if (f == NULL)
			continue;
		w = cell_width(f);
		if (w == 0) {
			w = (s->cols - fixed) / shares - 1;
			if (w < 4)
				w = 4;
		}
		buf_clear(&b);
		cell_text(p, f, &r, &b);
		draw_text(s, row, col, w, late(p, f, &r) ? STYLE_WARN :
		    record_style(f, &r), buf_text(&b));
		col += w + 1;
	}
	buf_free(&b);
}

/* --- Lines ------------------------------------------------------------------------- */

int
panel_lines(const struct panel *p, int cols)
{
	int	n;

	if (p->kind == PANEL_COUNT)
		return 0;
	if (p->chart != NULL)
		n = chart_lines(p->chart, cols, CHART_LINES);
	else
		n = (int)val_count(val_get(p->body, "rows"));
	return n > 0 ? n : 1;
}

bool
panel_line(const struct panel *p, struct surface *s, int row, int line)
{
	int	rows = (int)val_count(val_get(p->body, "rows"));

	if (p->error[0] != '\0') {
		draw_text(s, row, 0, -1, STYLE_ERROR, p->error);
		return false;
	}
	if (!p->loaded || rows == 0) {
		draw_text(s, row, 0, -1, STYLE_DIM, TF(p->loaded ?
		    "views.nothing" : "views.loading", NULL));
		return false;
	}
	if (p->chart != NULL) {
		chart_line(p->chart, s, row, line, chart_lines(p->chart,
		    s->cols, CHART_LINES));
		return false;
	}
	list_line(p, s, row, line);
	return true;
}

void
panel_open(const struct panel *p, int line)
{
	struct record	r = { val_get(p->body, "columns"), NULL };

	if (p->kind == PANEL_CHART) {
		chart_open(p->def->name, val_get_str(p->view, "name"));
		return;
	}
	r.row = line < 0 ? NULL : val_at(val_get(p->body, "rows"),
	    (size_t)line);
	if (r.row != NULL && about_another(p) &&
	    val_str(record_get(&r, "related_type")) != NULL)
		app_open_record(val_str(record_get(&r, "related_type")),
		    val_str(record_get(&r, "related_id")));
	else if (r.row != NULL)
		app_open_record(p->def->name, record_id(&r));
	else
		list_open_filtered(p->def->name, val_get(p->v, "filter"),
		    NULL, NULL);
}
