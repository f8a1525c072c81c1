/* matrix.c - see matrix.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/msg.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/matrix.h"
#include "tui/mod/roleview.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/form.h"
#include "tui/view/verb.h"
#include "tui/why.h"

struct matrix {
	char		 want[40];	/* role to stand on, until it is there */
	struct val	*body;
	char		 error[300];
	uint64_t	 call;
	int		 at;		/* in `shown` */
	int		 role;
	int		 top, left;	/* first line and role that show */
	int		 fits;		/* roles beside each other */
	int		 page;
	int		*shown;		/* rows that the filter leaves */
	int		 nshown;
	struct edit	 filter;
	bool		 typing;
	int		 head_rows;	/* above the lines, as drawn */
	int		 name_cols, cell_cols;
	struct watch	*watch;
};

bool
matrix_may(void)
{
	return app_may("roles.view") || app_may("roles.manage");
}

/* --- What there is ----------------------------------------------------------- */

static const struct val *
matrix_role(const struct matrix *p, int role)
{
	return val_at(val_get(p->body, "roles"), (size_t)role);
}

static int
matrix_roles(const struct matrix *p)
{
	return (int)val_count(val_get(p->body, "roles"));
}

static const struct val *
matrix_value(const struct matrix *p, int row, const char *name)
{
	struct record	r = {
		val_get(p->body, "columns"),
		val_at(val_get(p->body, "rows"), (size_t)row)
	};

	return r.row == NULL ? NULL : record_get(&r, name);
}

static const char *
matrix_text(const struct matrix *p, int row, const char *name)
{
	const char	*s = val_str(matrix_value(p, row, name));

	return s == NULL ? "" : s;
}

static const char *
matrix_name(const struct matrix *p, int row)
{
	return verb_label(matrix_value(p, row, "name"));
}

/* "" when the role does not hold it. */
static const char *
matrix_scope(const struct matrix *p, int row, int role)
{
	const char	*s = val_str(val_at(matrix_value(p, row, "cells"),
			    (size_t)role));

	return s == NULL ? "" : s;
}

/* Is the word among "a,b,c"? */
static bool
among(const char *list, const char *word)
{
	size_t		 len = strlen(word);
	const char	*at;

	for (at = list; len > 0 && (at = strstr(at, word)) != NULL; at += len)
		if ((at == list || at[-1] == ',') &&
		    (at[len] == '\0' || at[len] == ','))
			return true;
	return false;
}

/* Can this cell be changed by who looks at it? */
static bool
matrix_free(const struct matrix *p, int row, int role)
{
	const char	*gives = matrix_text(p, row, "gives");
	const char	*scope = matrix_scope(p, row, role);

	return gives[0] != '\0' && (scope[0] == '\0' || among(gives, scope));
}

static const char *
scope_word(const char *scope, bool brief)
{
	char	key[64];

	snprintf(key, sizeof key, brief ? "roles.%s" : "views.scope_%s",
	    scope);
	return msg_known(key) ? T(key) : scope;
}

/* The module's name: that of its records, if there are any. */
static const char *
module_name(const char *module)
{
	const struct field	*f = def_field(defs_find("companies"),
				    "modules_enabled");
	const struct def	*d = defs_find(module);
	char			 key[64];
	size_t			 i;

	for (i = 0; f != NULL && i < f->rules.nchoices; i++)
		if (strcmp(f->rules.choices[i].code, module) == 0)
			return f->rules.choices[i].label[ui_lang()];
	snprintf(key, sizeof key, "roles.module_%s", module);
	if (msg_known(key))
		return T(key);
	return d == NULL ? module : app_label(d->labels);
}

/* --- Which rows show ----------------------------------------------------------- */

static bool
matrix_matches(const struct matrix *p, struct arena *a, int row,
    const char *needle)
{
	char	*all = arena_printf(a, "%s %s %s", matrix_name(p, row),
		    matrix_text(p, row, "code"),
		    module_name(matrix_text(p, row, "module")));

	return needle[0] == '\0' || strstr(tr_fold(a, all, strlen(all)),
	    needle) != NULL;
}

static void
matrix_filter(struct matrix *p)
{
	struct arena	*a = arena_new();
	const char	*needle = tr_fold(a, p->filter.text, p->filter.len);
	int		 n = (int)val_count(val_get(p->body, "rows")), i;

	free(p->shown);
	p->shown = xcalloc((size_t)n + 1, sizeof *p->shown);
	p->nshown = 0;
	for (i = 0; i < n; i++)
		if (matrix_matches(p, a, i, needle == NULL ? "" : needle))
			p->shown[p->nshown++] = i;
	if (p->at >= p->nshown)
		p->at = p->nshown > 0 ? p->nshown - 1 : 0;
	arena_free(a);
	ui_redraw();
}

static void
matrix_cb(const struct link_reply *r, void *arg)
{
	struct matrix	*p = arg;
	const char	*id;
	int		 i;

	p->call = 0;
	snprintf(p->error, sizeof p->error, "%s", r->ok ? "" : r->text);
	if (r->ok) {
		val_free(p->body);
		p->body = val_copy(r->body);
		for (i = 0; p->want[0] != '\0' && i < matrix_roles(p); i++) {
			id = val_get_str(matrix_role(p, i), "id");
			if (id == NULL || strcmp(id, p->want) != 0)
				continue;
			p->role = i;
			p->want[0] = '\0';
		}
		if (p->role >= matrix_roles(p))
			p->role = matrix_roles(p) > 0 ? matrix_roles(p) - 1 : 0;
	}
	matrix_filter(p);
}

static void
matrix_load(struct matrix *p)
{
	if (p->call != 0)
		app_forget(p->call);
	p->call = app_call("roles.matrix", NULL, matrix_cb, p);
}

static void
matrix_watch_cb(const struct val *items, void *arg)
{
	(void)items;
	matrix_load(arg);
}

static bool
matrix_start(struct view *v, void *arg)
{
	struct matrix	*p = v->state;

	snprintf(p->want, sizeof p->want, "%s", arg == NULL ? "" :
	    (const char *)arg);
	edit_init(&p->filter, 0, 60);
	p->watch = watch_add("roles", matrix_watch_cb, p);
	matrix_load(p);
	return true;
}

static void
matrix_close(struct view *v)
{
	struct matrix	*p = v->state;

	if (p->call != 0)
		app_forget(p->call);
	watch_free(p->watch);
	val_free(p->body);
	edit_free(&p->filter);
	free(p->shown);
}

static void
matrix_title(struct view *v, char *out, size_t len)
{
	(void)v;
	snprintf(out, len, "%s", T("roles.matrix"));
}

/* --- Drawing --------------------------------------------------------------------- */

/* How wide names and cells are, and which roles show. */
static void
matrix_measure(struct matrix *p, const struct surface *s)
{
	int	n = matrix_roles(p), room;

	p->name_cols = s->cols / 3;
	if (p->name_cols < 22)
		p->name_cols = 22;
	if (p->name_cols > 46)
		p->name_cols = 46;
	room = s->cols - p->name_cols - 3;
	p->fits = room / 10;
	if (p->fits < 1)
		p->fits = 1;
	if (p->fits > n)
		p->fits = n > 0 ? n : 1;
	p->cell_cols = room / p->fits;
	if (p->cell_cols > 18)
		p->cell_cols = 18;
	if (p->role < p->left)
		p->left = p->role;
	if (p->role >= p->left + p->fits)
		p->left = p->role - p->fits + 1;
	if (p->left > n - p->fits)
		p->left = n > p->fits ? n - p->fits : 0;
}

static int
cell_col(const struct matrix *p, int role)
{
	return p->name_cols + 2 + (role - p->left) * p->cell_cols;
}

static void
matrix_draw_head(struct matrix *p, struct surface *s)
{
	char			 count[16];
	int			 n = matrix_roles(p), i;
	const struct val	*r;

	if (p->typing || p->filter.len > 0) {
		draw_text(s, 0, 1, 2, STYLE_KEY, "/");
		edit_draw(&p->filter, s, 0, 3, p->name_cols - 4, p->typing);
	} else {
		draw_text(s, 0, 1, p->name_cols - 1, STYLE_TITLE,
		    T("roles.right"));
	}
	if (p->left > 0)
		draw_fmt(s, 1, 1, p->name_cols - 1, STYLE_DIM, "<< %d",
		    p->left);
	if (p->left + p->fits < n)
		draw_fmt(s, 1, p->name_cols - 6, 6, STYLE_DIM, "%d >>",
		    n - p->left - p->fits);
	for (i = p->left; i < n && i < p->left + p->fits; i++) {
		r = matrix_role(p, i);
		draw_text(s, 0, cell_col(p, i), p->cell_cols - 1,
		    i == p->role ? STYLE_KEY : STYLE_TITLE,
		    val_get_word(r, "name"));
		snprintf(count, sizeof count, "%d", (int)val_get_int(r,
		    "members", 0));
		draw_text(s, 1, cell_col(p, i), p->cell_cols - 1, STYLE_DIM,
		    TF("roles.people", "n", count, NULL));
	}
}

static void
matrix_draw_row(struct matrix *p, struct surface *s, int row, int k)
{
	int		 i = p->shown[k], role, n = matrix_roles(p);
	const char	*scope;
	uint32_t	 style;

	draw_text(s, row, 2, p->name_cols - 1, STYLE_TEXT,
	    matrix_name(p, i));
	for (role = p->left; role < n && role < p->left + p->fits; role++) {
		scope = matrix_scope(p, i, role);
		style = !matrix_free(p, i, role) ? STYLE_DIM :
		    scope[0] != '\0' ? STYLE_GOOD : STYLE_TEXT;
		if (scope[0] == '\0')
			draw_text(s, row, cell_col(p, role), 1, STYLE_DIM,
			    "-");
		else
			draw_fmt(s, row, cell_col(p, role), p->cell_cols - 1,
			    style, "%s %s", glyph(GLYPH_CHECK),
			    strcmp(scope, "all") == 0 ? "" :
			    scope_word(scope, true));
	}
	if (k != p->at)
		return;
	draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
	draw_style(s, row, cell_col(p, p->role), 1, p->cell_cols - 1,
	    STYLE_SELECTED);
	if (!p->typing)
		draw_cursor(s, row, cell_col(p, p->role));
}

/* The line of a shown row: modules have a line of their own above theirs. */
static int
matrix_line(const struct matrix *p, int k, int *lines)
{
	const char	*module, *last = "";
	int		 line = 0, at = 0, i;

	for (i = 0; i < p->nshown; i++) {
		module = matrix_text(p, p->shown[i], "module");
		if (strcmp(module, last) != 0)
			line++;
		last = module;
		if (i == k)
			at = line;
		line++;
	}
	if (lines != NULL)
		*lines = line;
	return at;
}

static void
matrix_draw_module(struct matrix *p, struct surface *s, int row, int i)
{
	const struct val	*on = matrix_value(p, i, "module_on");
	int			 n;

	n = draw_text(s, row, 1, s->cols - 20, STYLE_TITLE,
	    module_name(matrix_text(p, i, "module")));
	if (on != NULL && on->i == 0)
		draw_text(s, row, n + 2, 18, STYLE_DIM, T("roles.off"));
}

static void
matrix_draw(struct view *v, struct surface *whole)
{
	struct matrix	*p = v->state;
	struct surface	 body, *s = &body;
	const char	*module, *last = "";
	int		 i, line = 0, lines, at;

	if (p->error[0] != '\0') {
		draw_wrap(whole, 0, 2, whole->cols - 4, 3, STYLE_ERROR,
		    p->error, 0);
		return;
	}
	if (p->body == NULL) {
		draw_text(whole, 0, 2, whole->cols - 4, STYLE_DIM,
		    TF("views.loading", NULL));
		return;
	}
	matrix_measure(p, whole);
	p->head_rows = 2;
	matrix_draw_head(p, whole);
	body = draw_sub(whole, 2, 0, whole->rows - 2, whole->cols);
	if (p->nshown == 0)
		draw_text(s, 0, 2, s->cols - 4, STYLE_DIM, T("roles.none"));
	p->page = s->rows;
	at = matrix_line(p, p->at, &lines);
	if (at < p->top + 1)
		p->top = at > 0 ? at - 1 : 0;
	if (at >= p->top + s->rows)
		p->top = at - s->rows + 1;
	for (i = 0; i < p->nshown; i++) {
		module = matrix_text(p, p->shown[i], "module");
		if (strcmp(module, last) != 0) {
			if (line >= p->top && line < p->top + s->rows)
				matrix_draw_module(p, s, line - p->top,
				    p->shown[i]);
			line++;
		}
		last = module;
		if (line >= p->top && line < p->top + s->rows)
			matrix_draw_row(p, s, line - p->top, i);
		line++;
	}
	draw_scrollbar(s, 0, s->cols - 1, s->rows, p->top, lines);
}

static void
matrix_say(struct view *v, char *buf, size_t len)
{
	struct matrix	*p = v->state;
	const char	*scope, *role;
	int		 i;

	if (p->body == NULL || p->nshown == 0 || p->typing)
		return;
	i = p->shown[p->at];
	scope = matrix_scope(p, i, p->role);
	role = val_get_str(matrix_role(p, p->role), "name");
	snprintf(buf, len, "%s, %s: %s", matrix_name(p, i),
	    role == NULL ? "" : role, scope[0] == '\0' ? T("roles.no") :
	    strcmp(scope, "all") == 0 ? T("roles.yes") :
	    scope_word(scope, false));
}

static void
matrix_status(struct view *v, char *buf, size_t len)
{
	struct matrix	*p = v->state;

	if (p->body == NULL || p->nshown == 0)
		return;
	matrix_say(v, buf, len);
	snprintf(buf + strlen(buf), len - strlen(buf), "  %s", matrix_text(p,
	    p->shown[p->at], "code"));
}

/* --- Changing ---------------------------------------------------------------------- */

static void
changed_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		app_error(r);
	watch_touch("roles");
}

static bool
matrix_manages(void)
{
	const char	*text;

	if (app_may("roles.manage"))
		return true;
	text = TF("views.not_allowed", "what", T("roles.matrix"), NULL);
	why_note_own(text, "roles.manage", NULL);
	toast(TOAST_WARN, NULL, "%s", TF("why.hint", "text", text, "key",
	    keys_hint(ACT_WHY), NULL));
	return false;
}

/* Shown at once; what the server says comes with the next load. */
static void
matrix_set(struct matrix *p, int row, int role, const char *scope)
{
	const struct val	*cells = matrix_value(p, row, "cells");

	if (cells == NULL || (size_t)role >= cells->n)
		return;
	val_free(cells->item[role]);
	cells->item[role] = val_text(scope);
	ui_redraw();
}

/* Not held → the first scope that may be given → the next … → not held. */
static void
matrix_toggle(struct matrix *p)
{
	int			 row;
	const char		*scope, *next, *role, *code;
	const struct val	*who = matrix_role(p, p->role);
	struct val		*args;
	char			 pick[64], undo[300];

	if (p->nshown == 0 || who == NULL || !matrix_manages())
		return;
	row = p->shown[p->at];
	scope = matrix_scope(p, row, p->role);
	code = matrix_text(p, row, "code");
	if (!matrix_free(p, row, p->role)) {
		why_note_own(T("roles.not_held"), code, NULL);
		toast(TOAST_WARN, NULL, "%s", TF("why.hint", "text",
		    T("roles.not_held"), "key", keys_hint(ACT_WHY), NULL));
		return;
	}
	next = matrix_text(p, row, "gives");
	if (scope[0] != '\0') {
		while (strncmp(next, scope, strlen(scope)) != 0 ||
		    (next[strlen(scope)] != ',' &&
		    next[strlen(scope)] != '\0'))
			next += strcspn(next, ",") + 1;
		next += strlen(scope);
		next += *next == ',';
	}
	args = val_map();
	val_put(args, "id", val_uuid(val_get_str(who, "id")));
	val_put_text(args, "code", code);
	role = val_get_str(who, "name");
	snprintf(undo, sizeof undo, "%s: %s", role == NULL ? "" : role,
	    matrix_name(p, row));
	if (next[0] == '\0') {
		matrix_set(p, row, p->role, NULL);
		app_write("roles.revoke", args, NULL, undo, changed_cb, NULL);
		return;
	}
	snprintf(pick, sizeof pick, "%.*s", (int)strcspn(next, ","), next);
	val_put_text(args, "scope", pick);
	matrix_set(p, row, p->role, pick);
	app_write("roles.grant", args, NULL, undo, changed_cb, NULL);
}

/* --- Acts on the role --------------------------------------------------------------- */

/* The role that a dialog is about; to free. */
struct about {
	char	 id[40];
	char	*name;
	int64_t	 version;
};

static struct about *
about_new(const struct matrix *p)
{
	const struct val	*r = matrix_role(p, p->role);
	struct about		*a = xcalloc(1, sizeof *a);
	const char		*name = val_get_str(r, "name");

	snprintf(a->id, sizeof a->id, "%s", val_get_word(r, "id"));
	a->name = xstrdup(name == NULL ? "" : name);
	a->version = val_get_int(r, "version", 0);
	return a;
}

static void
about_free(struct about *a)
{
	free(a->name);
	free(a);
}

static void
copied_cb(const struct link_reply *r, void *arg)
{
	struct about	*a = arg;

	if (r->ok)
		toast(TOAST_GOOD, NULL, "%s", TF("roles.copied", "what",
		    a->name, NULL));
	else
		app_error(r);
	watch_touch("roles");
	about_free(a);
}

static void
copy_name_cb(const char *name, void *arg)
{
	struct about	*a = arg;
	struct val	*args;

	if (name == NULL || name[0] == '\0') {
		about_free(a);
		return;
	}
	args = val_put_text(val_map(), "name", name);
	val_put(args, "id", val_uuid(a->id));
	free(a->name);
	a->name = xstrdup(name);
	app_write("roles.copy", args, NULL, name, copied_cb, a);
}

static void
matrix_copy(struct matrix *p)
{
	struct dialog_line	d = {
		.title = T("roles.own_copy"), .label = T("roles.copy_name"),
		.max = 100, .done = copy_name_cb
	};

	if (matrix_role(p, p->role) == NULL || !matrix_manages())
		return;
	d.arg = about_new(p);
	dialog_line(&d);
}

struct holders {
	char	**id;
	size_t	  n;
};

static void
holder_cb(int choice, void *arg)
{
	struct holders	*h = arg;
	size_t		 i;

	if (choice >= 0 && app_may("users.manage"))
		app_open_record("users", h->id[choice]);
	for (i = 0; i < h->n; i++)
		free(h->id[i]);
	free(h->id);
	free(h);
}

static void
holders_cb(const struct link_reply *r, void *arg)
{
	const struct val	*people = val_get(r->body, "people"), *one;
	struct about		*a = arg;
	struct dialog_item	*items;
	struct holders		*h;
	size_t			 i, n = val_count(people);

	if (!r->ok) {
		app_error(r);
	} else if (n == 0) {
		toast(TOAST_NOTICE, NULL, "%s", T("roles.nobody"));
	} else {
		items = xcalloc(n, sizeof *items);
		h = xcalloc(1, sizeof *h);
		h->id = xcalloc(n, sizeof *h->id);
		for (i = 0; i < n; i++) {
			one = people->item[i];
			items[i].label = val_get_str(one, "name");
			items[i].detail = val_get_bool(one, "is_owner") ?
			    T("roles.owner") : NULL;
			h->id[h->n++] = xstrdup(val_get_word(one, "id"));
		}
		dialog_choose(a->name, items, (int)n, 0, holder_cb, h);
		free(items);
	}
	about_free(a);
}

static void
matrix_people(struct matrix *p)
{
	struct about	*a = about_new(p);
	struct val	*args = val_map();

	val_put(args, "id", val_uuid(a->id));
	app_call("roles.people", args, holders_cb, a);
}

static void
preset_cb(const struct link_reply *r, void *arg)
{
	struct about	*a = arg;

	if (r->ok)
		toast(TOAST_GOOD, NULL, "%s", TF("roles.preset_done", "role",
		    a->name, NULL));
	else
		app_error(r);
	watch_touch("roles");
	about_free(a);
}

static void
matrix_preset(struct matrix *p)
{
	struct about	*a;
	struct val	*args;
	char		 undo[300];

	if (!matrix_manages())
		return;
	a = about_new(p);
	args = val_put_text(val_map(), "preset", "tasks_only");
	val_put(args, "id", val_uuid(a->id));
	snprintf(undo, sizeof undo, "%s: %s", a->name, T("roles.tasks_only"));
	app_write("roles.preset", args, NULL, undo, preset_cb, a);
}

static void
deleted_cb(const struct link_reply *r, void *arg)
{
	struct about	*a = arg;

	if (r->ok)
		toast(TOAST_GOOD, NULL, "%s, %s", TF("roles.deleted", "role",
		    a->name, NULL), TF("views.undo_hint", NULL));
	else
		app_error(r);
	watch_touch("roles");
	about_free(a);
}

static void
matrix_delete(struct matrix *p)
{
	struct about	*a;

	if (!matrix_manages())
		return;
	a = about_new(p);
	app_write("roles.delete", record_args(a->id, a->version), NULL,
	    TF("roles.deleted", "role", a->name, NULL), deleted_cb, a);
}

static void
matrix_sees(struct matrix *p)
{
	const struct val	*r = matrix_role(p, p->role);

	roleview_open(val_get_str(r, "id"), val_get_str(r, "name"));
}

enum about_what { ABOUT_SEES, ABOUT_PEOPLE, ABOUT_COPY, ABOUT_PRESET,
	ABOUT_RENAME, ABOUT_DELETE };

static void
matrix_menu_cb(int choice, void *arg)
{
	struct matrix	*p = arg;

	switch (choice) {
	case ABOUT_SEES:
		matrix_sees(p);
		break;
	case ABOUT_PEOPLE:
		matrix_people(p);
		break;
	case ABOUT_COPY:
		matrix_copy(p);
		break;
	case ABOUT_PRESET:
		matrix_preset(p);
		break;
	case ABOUT_RENAME:
		if (matrix_manages())
			form_edit("roles", val_get_str(matrix_role(p, p->role),
			    "id"));
		break;
	case ABOUT_DELETE:
		matrix_delete(p);
		break;
	}
}

static void
matrix_menu(struct matrix *p)
{
	struct dialog_item	items[] = {
		[ABOUT_SEES] = { .label = T("roles.sees_key"), .key = 'r' },
		[ABOUT_PEOPLE] = { .label = T("roles.who"), .key = 'p' },
		[ABOUT_COPY] = { .label = T("roles.own_copy"), .key = 'c' },
		[ABOUT_PRESET] = { .label = T("roles.tasks_only"), .key = 's' },
		[ABOUT_RENAME] = { .label = T("roles.rename"), .key = 'e' },
		[ABOUT_DELETE] = { .label = T("roles.delete"), .key = 'd' }
	};

	dialog_choose(val_get_str(matrix_role(p, p->role), "name"), items,
	    app_may("roles.manage") ? 6 : 2, 0, matrix_menu_cb, p);
}

/* --- Keys ------------------------------------------------------------------------------ */

static void
matrix_move(struct matrix *p, int rows, int roles)
{
	p->at += rows;
	p->role += roles;
	if (p->at >= p->nshown)
		p->at = p->nshown - 1;
	if (p->role >= matrix_roles(p))
		p->role = matrix_roles(p) - 1;
	if (p->at < 0)
		p->at = 0;
	if (p->role < 0)
		p->role = 0;
}

/* False: not one that needs a role. */
static bool
matrix_act(struct matrix *p, enum action a)
{
	switch (a) {
	case ACT_SELECT:
	case ACT_OPEN:
		matrix_toggle(p);
		return true;
	case ACT_REVEAL:
		matrix_sees(p);
		return true;
	case ACT_NEW:
	case ACT_CLONE:
		matrix_copy(p);
		return true;
	case ACT_EDIT:
		matrix_menu_cb(ABOUT_RENAME, p);
		return true;
	case ACT_DELETE:
		matrix_delete(p);
		return true;
	case ACT_ACTIONS:
		matrix_menu(p);
		return true;
	default:
		return false;
	}
}

static void
matrix_back(struct view *v)
{
	struct matrix	*p = v->state;

	if (p->filter.len == 0) {
		view_close(v);
		return;
	}
	edit_set(&p->filter, "");
	matrix_filter(p);
}

static bool
matrix_action(struct view *v, enum action a, const struct input *in)
{
	struct matrix	*p = v->state;

	(void)in;
	switch (a) {
	case ACT_UP:
		matrix_move(p, -1, 0);
		break;
	case ACT_DOWN:
		matrix_move(p, 1, 0);
		break;
	case ACT_LEFT:
		matrix_move(p, 0, -1);
		break;
	case ACT_RIGHT:
		matrix_move(p, 0, 1);
		break;
	case ACT_PAGE_UP:
		matrix_move(p, -p->page, 0);
		break;
	case ACT_PAGE_DOWN:
		matrix_move(p, p->page, 0);
		break;
	case ACT_TOP:
		matrix_move(p, -p->nshown, 0);
		break;
	case ACT_BOTTOM:
		matrix_move(p, p->nshown, 0);
		break;
	case ACT_FILTER:
		p->typing = true;
		break;
	case ACT_REFRESH:
		matrix_load(p);
		break;
	case ACT_WHY:
		/* Of the cell under the cursor, refused or not. */
		if (p->nshown == 0)
			return false;
		why_ask(matrix_text(p, p->shown[p->at], "code"));
		break;
	case ACT_BACK:
		matrix_back(v);
		break;
	default:
		if (matrix_role(p, p->role) == NULL || !matrix_act(p, a))
			return false;
	}
	ui_redraw();
	return true;
}

static bool
matrix_mouse(struct view *v, const struct input *in)
{
	struct matrix	*p = v->state;
	int		 i, role;

	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN)
		return matrix_action(v, in->button == MOUSE_WHEEL_UP ?
		    ACT_UP : ACT_DOWN, in);
	if (in->button != MOUSE_PRESS)
		return false;
	for (i = 0; i < p->nshown; i++)
		if (matrix_line(p, i, NULL) - p->top + p->head_rows ==
		    in->row)
			p->at = i;
	role = in->col < p->name_cols + 2 ? -1 :
	    p->left + (in->col - p->name_cols - 2) / p->cell_cols;
	if (role >= 0 && role < matrix_roles(p))
		p->role = role;
	ui_redraw();
	return true;
}

static bool
matrix_key(struct view *v, const struct input *in)
{
	struct matrix	*p = v->state;

	if (in->kind == INPUT_MOUSE)
		return matrix_mouse(v, in);
	if (!p->typing)
		return false;
	if (in->kind == INPUT_KEY && (in->code == K_ENTER ||
	    in->code == K_ESC)) {
		p->typing = false;
		if (in->code == K_ESC)
			edit_set(&p->filter, "");
		matrix_filter(p);
		return true;
	}
	if (!edit_key(&p->filter, in))
		return false;
	matrix_filter(p);
	return true;
}

static const char *
matrix_label(struct view *v, enum action a)
{
	(void)v;
	return a == ACT_SELECT ? T("roles.change") :
	    a == ACT_REVEAL ? T("roles.sees_key") : NULL;
}

static const struct view_ops matrix_view = {
	.name = "matrix",
	.when = WHEN_LIST,
	.size = sizeof(struct matrix),
	.open = matrix_start,
	.close = matrix_close,
	.title = matrix_title,
	.draw = matrix_draw,
	.status = matrix_status,
	.key = matrix_key,
	.action = matrix_action,
	.say = matrix_say,
	.hints = { ACT_SELECT, ACT_REVEAL, ACT_CLONE, ACT_ACTIONS, ACT_FILTER,
	    ACT_WHY, ACT_UNDO, ACT_BACK },
	.label = matrix_label
};

void
matrix_open(const char *role)
{
	char	id[40];

	snprintf(id, sizeof id, "%s", role == NULL ? "" : role);
	view_push(&matrix_view, id);
}
