/* rights.c - see rights.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/rights.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/why.h"

struct rights {
	char		 id[40];
	char		*name;
	struct val	*body;
	char		 error[300];
	uint64_t	 call;
	int		 at, top;
	struct watch	*watch;
	int		 row_of[512];	/* screen row of a permission, -1 */
};

struct rights_arg {
	const char	*id, *name;
};

static void
rights_cb(const struct link_reply *r, void *arg)
{
	struct rights	*p = arg;

	p->call = 0;
	snprintf(p->error, sizeof p->error, "%s", r->ok ? "" : r->text);
	if (r->ok) {
		val_free(p->body);
		p->body = val_copy(r->body);
	}
	ui_redraw();
}

static void
rights_load(struct rights *p)
{
	struct val	*args = val_map();

	if (p->call != 0)
		app_forget(p->call);
	val_put(args, "id", val_uuid(p->id));
	p->call = app_call("roles.permissions", args, rights_cb, p);
}

static void
rights_watch_cb(const struct val *items, void *arg)
{
	(void)items;
	rights_load(arg);
}

static bool
rights_start(struct view *v, void *arg)
{
	struct rights		*p = v->state;
	struct rights_arg	*a = arg;

	snprintf(p->id, sizeof p->id, "%s", a->id);
	p->name = xstrdup(a->name);
	p->watch = watch_add("roles", rights_watch_cb, p);
	rights_load(p);
	return true;
}

static void
rights_close(struct view *v)
{
	struct rights	*p = v->state;

	if (p->call != 0)
		app_forget(p->call);
	watch_free(p->watch);
	val_free(p->body);
	free(p->name);
}

static void
rights_title(struct view *v, char *out, size_t len)
{
	struct rights	*p = v->state;

	snprintf(out, len, "%s: %s", p->name, TF("views.rights_title", NULL));
}

static int
rights_n(const struct rights *p)
{
	int	n = (int)val_count(val_get(p->body, "rows"));

	return n > 512 ? 512 : n;
}

static const char *
rights_cell(const struct rights *p, int i, const char *name)
{
	struct record	r = {
		val_get(p->body, "columns"),
		val_at(val_get(p->body, "rows"), (size_t)i)
	};
	const char	*s = r.row == NULL ? NULL :
			    val_str(record_get(&r, name));

	return s == NULL ? "" : s;
}

static const char *
rights_scope(const char *scope)
{
	static const struct {
		const char	*scope, *key;
	} words[] = {
		{ "all", "views.scope_all" }, { "team", "views.scope_team" },
		{ "own", "views.scope_own" }, { "class", "views.scope_class" },
		{ "taught", "views.scope_taught" },
		{ "lessons", "views.scope_lessons" },
		{ "child", "views.scope_child" },
		{ "self", "views.scope_self" },
		{ "target", "views.scope_target" }
	};
	size_t	i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(scope, words[i].scope) == 0)
			return TF(words[i].key, NULL);
	return scope;
}

/* The module's name: that of its records, if there are any. */
static const char *
rights_module(const char *module)
{
	const struct field	*f = def_field(defs_find("companies"),
				    "modules_enabled");
	const struct def	*d = defs_find(module);
	size_t			 i;

	for (i = 0; f != NULL && i < f->rules.nchoices; i++) {
		if (strcmp(f->rules.choices[i].code, module) == 0)
			return f->rules.choices[i].label[ui_lang()];
	}
	return d == NULL ? module : app_label(d->labels);
}

static void
rights_draw_row(struct rights *p, struct surface *s, int row, int i)
{
	const char	*scope = rights_cell(p, i, "scope");
	bool		 on = scope[0] != '\0';

	if (row < 0 || row >= s->rows)
		return;
	draw_fmt(s, row, 3, 4, on ? STYLE_GOOD : STYLE_DIM, "[%s]",
	    on ? "x" : " ");
	draw_text(s, row, 8, 36, STYLE_TEXT, rights_cell(p, i, "name"));
	draw_text(s, row, 46, 18, STYLE_TEXT, on ? rights_scope(scope) : "-");
	draw_text(s, row, 66, s->cols - 67, STYLE_DIM,
	    rights_cell(p, i, "code"));
	if (i == p->at) {
		draw_text(s, row, 1, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		draw_cursor(s, row, 1);
	}
}

static void
rights_draw(struct view *v, struct surface *s)
{
	struct rights	*p = v->state;
	const char	*module, *last = "";
	int		 n = rights_n(p), i, line = 0, at = 0;

	if (p->error[0] != '\0') {
		draw_wrap(s, 0, 2, s->cols - 4, 3, STYLE_ERROR, p->error, 0);
		return;
	}
	if (p->at >= n)
		p->at = n > 0 ? n - 1 : 0;
	/* Lines first, to know where the cursor stands. */
	for (i = 0; i < n; i++) {
		module = rights_cell(p, i, "module");
		if (strcmp(module, last) != 0)
			line++;
		last = module;
		if (i == p->at)
			at = line;
		p->row_of[i] = line++;
	}
	if (at < p->top + 1)
		p->top = at > 0 ? at - 1 : 0;
	if (at >= p->top + s->rows)
		p->top = at - s->rows + 1;
	last = "";
	for (i = 0; i < n; i++) {
		module = rights_cell(p, i, "module");
		p->row_of[i] -= p->top;
		if (strcmp(module, last) != 0 && p->row_of[i] > 0 &&
		    p->row_of[i] <= s->rows)
			draw_text(s, p->row_of[i] - 1, 1, -1, STYLE_TITLE,
			    rights_module(module));
		last = module;
		rights_draw_row(p, s, p->row_of[i], i);
	}
	draw_scrollbar(s, 0, s->cols - 1, s->rows, p->top, line);
}

static void
rights_changed_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		app_error(r);
	watch_touch("roles");
}

static void
rights_refuse(void)
{
	const char	*text = TF("views.not_allowed", "what",
			    TF("views.rights_title", NULL), NULL);

	why_note_own(text, "roles.manage", NULL);
	toast(TOAST_WARN, NULL, "%s", text);
}

/* Not held → the first scope → the next … → not held. */
static void
rights_toggle(struct rights *p)
{
	const char	*scope = rights_cell(p, p->at, "scope");
	const char	*scopes = rights_cell(p, p->at, "scopes"), *next;
	struct val	*args = val_map();
	char		 pick[64];

	val_put(args, "id", val_uuid(p->id));
	val_put_text(args, "code", rights_cell(p, p->at, "code"));
	next = scopes;
	if (scope[0] != '\0') {
		next = strstr(scopes, scope);
		next = next == NULL ? NULL : strchr(next, ',');
		next = next == NULL ? NULL : next + 1;
	}
	if (next == NULL || next[0] == '\0') {
		app_write("roles.revoke", args, NULL, NULL, rights_changed_cb,
		    NULL);
		return;
	}
	snprintf(pick, sizeof pick, "%.*s", (int)strcspn(next, ","), next);
	val_put_text(args, "scope", pick);
	app_write("roles.grant", args, NULL, NULL, rights_changed_cb, NULL);
}

static bool
rights_action(struct view *v, enum action a, const struct input *in)
{
	struct rights	*p = v->state;
	int		 n = rights_n(p);

	(void)in;
	switch (a) {
	case ACT_UP:
		p->at = p->at > 0 ? p->at - 1 : 0;
		break;
	case ACT_DOWN:
		p->at = p->at + 1 < n ? p->at + 1 : p->at;
		break;
	case ACT_PAGE_UP:
		p->at = p->at > 15 ? p->at - 15 : 0;
		break;
	case ACT_PAGE_DOWN:
		p->at = p->at + 15 < n ? p->at + 15 : n - 1;
		break;
	case ACT_TOP:
		p->at = 0;
		break;
	case ACT_BOTTOM:
		p->at = n > 0 ? n - 1 : 0;
		break;
	case ACT_SELECT:
	case ACT_OPEN:
		if (n > 0 && app_may("roles.manage"))
			rights_toggle(p);
		else
			rights_refuse();
		break;
	case ACT_REFRESH:
		rights_load(p);
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

static bool
rights_key(struct view *v, const struct input *in)
{
	struct rights	*p = v->state;
	int		 i;

	if (in->kind != INPUT_MOUSE)
		return false;
	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN)
		return rights_action(v, in->button == MOUSE_WHEEL_UP ?
		    ACT_UP : ACT_DOWN, in);
	for (i = 0; in->button == MOUSE_PRESS && i < rights_n(p); i++) {
		if (p->row_of[i] != in->row)
			continue;
		p->at = i;
		ui_redraw();
		return true;
	}
	return false;
}

static const struct view_ops rights_view = {
	.name = "rights",
	.when = WHEN_LIST,
	.size = sizeof(struct rights),
	.open = rights_start,
	.close = rights_close,
	.title = rights_title,
	.draw = rights_draw,
	.key = rights_key,
	.action = rights_action,
	.hints = { ACT_SELECT, ACT_REFRESH, ACT_BACK }
};

void
rights_open(const char *role, const char *name)
{
	struct rights_arg	a = { role, name };

	view_push(&rights_view, &a);
}
