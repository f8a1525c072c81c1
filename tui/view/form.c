/* form.c - the form as a screen; see form.h and formint.h. */
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
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/form.h"
#include "tui/view/formint.h"
#include "tui/view/formlines.h"

#define FORM_WIDE	140	/* columns from which there are two */
#define LABEL_MIN	19	/* of the labels */

int
form_screen_rows(const struct form *fm)
{
	return fm->height;
}

int
form_indent(const struct form *fm)
{
	return fm->label + 2;
}

struct formfield *
form_find(struct form *fm, const char *name)
{
	size_t	i;

	for (i = 0; name != NULL && i < fm->n; i++) {
		if (fm->field[i].lines == NULL && strcmp(fm->field[i].f->name, name) == 0)
			return &fm->field[i];
	}
	return NULL;
}

struct formfield *
form_focus(struct form *fm)
{
	struct formfield	*ff = &fm->field[fm->at];

	return ff->lines != NULL ? formlines_cell(ff->lines) : ff;
}

void
form_go_to(struct form *fm, struct formfield *ff)
{
	size_t	i;

	form_look_end(fm);
	formtags_end(fm);
	for (i = 0; i < fm->n; i++) {
		if (&fm->field[i] == ff)
			fm->at = i;
		if (fm->field[i].lines != NULL && ff->line != NULL &&
		    formlines_has(fm->field[i].lines, ff)) {
			fm->at = i;
			formlines_go(fm->field[i].lines, ff);
		}
	}
}

/* The field of this name that belongs with ff: of its line, or the form's. */
struct formfield *
form_beside(struct form *fm, const struct formfield *ff, const char *name)
{
	struct formfield	*other = NULL;

	if (ff->line != NULL && name != NULL)
		other = formlines_sibling(ff, name);
	return other != NULL ? other : form_find(fm, name);
}

struct formfield *
form_all_beside(struct form *fm, const struct formfield *ff, size_t *n)
{
	if (ff->line != NULL)
		return formlines_cells(ff, n);
	*n = fm->n;
	return fm->field;
}

/* The currency that goes with an amount. */
void
form_currency(struct form *fm, const struct formfield *ff, struct buf *b)
{
	const struct field	*f = ff->f;
	const struct formfield	*other;
	const char		*code = f->rules.currency;

	if (f->rules.type != VALUE_MONEY)
		return;
	if (f->currency != NULL && (other = form_beside(fm, ff,
	    f->currency)) != NULL)
		code = other->canon != NULL ? other->canon :
		    other->edit.text;
	if (code == NULL)
		code = val_get_str(app.company, "currency");
	if (code != NULL)
		buf_printf(b, " %s", code);
}

bool
form_dirty(const struct form *fm)
{
	size_t	i;

	for (i = 0; i < fm->n; i++) {
		if (formfield_dirty(&fm->field[i]))
			return true;
	}
	return false;
}

void
form_changed(struct form *fm)
{
	/* Another content is another request. */
	fm->request[0] = '\0';
	formdraft_changed(fm);
}

void
form_touched(struct form *fm, struct formfield *ff)
{
	form_changed(fm);
	formlive_changed(fm, ff);
	if (ff->line != NULL)
		formlines_touched(fm->field[fm->at].lines);
	if (ff->f->rules.type == VALUE_REF && ff == form_focus(fm))
		form_look(fm);
	if (ff->f->rules.type == VALUE_TAGS && ff == form_focus(fm))
		formtags_look(fm);
}

/* --- The view ---------------------------------------------------------------------------- */

struct form_arg {
	const char		*type, *id;
	const struct val	*fixed;
	bool			 clone;
	bool			 resume;	/* with its draft */
	const char		*name;	/* of what is made */
	struct def		*own;
	const char		*verb;
	struct val		*args;
	void			(*done)(const struct link_reply *, void *);
	void			(*take)(struct val *, void *);
	void			*done_arg;
};

/* What was looked for in vain is the new one's name. */
static void
form_name(struct form *fm, const char *name)
{
	const struct val	*title = val_get(fm->d->v, "title");
	struct formfield	*ff = form_find(fm, val_str(val_at(title, 0)));

	if (name != NULL && name[0] != '\0' && ff != NULL && ff->typed &&
	    ff->f->rules.type != VALUE_REF)
		edit_insert(&ff->edit, name, strlen(name));
}

static bool
form_lines(const struct form *fm)
{
	size_t	i;

	for (i = 0; i < fm->n; i++)
		if (fm->field[i].lines != NULL)
			return true;
	return false;
}

static bool
form_start(struct view *v, void *arg)
{
	struct form	*fm = v->state;
	struct form_arg	*a = arg;
	struct val	*args;
	char		 verb[128];
	size_t		 i;

	fm->view = v;
	if (a->own != NULL) {
		fm->d = fm->own = a->own;
		snprintf(fm->verb, sizeof fm->verb, "%s", a->verb != NULL ?
		    a->verb : "");
		fm->take = a->take;
		fm->args = a->args;
		fm->done = a->done;
		fm->done_arg = a->done_arg;
	} else if ((fm->d = defs_find(a->type)) == NULL) {
		return false;
	}
	fm->clone = a->clone;
	fm->resume = a->resume;
	if (a->id != NULL && !a->clone)
		snprintf(fm->id, sizeof fm->id, "%s", a->id);
	fm->fixed = a->fixed == NULL ? NULL : val_copy(a->fixed);
	form_fields(fm);
	if (a->id != NULL) {
		args = val_map();
		val_put(args, "id", val_uuid(a->id));
		if (form_lines(fm))
			val_put_bool(args, "lines", true);
		snprintf(verb, sizeof verb, "%s.get", a->type);
		fm->call = app_call(verb, args, form_loaded_cb, fm);
		return true;
	}
	for (i = 0; i < fm->n; i++)
		form_default(&fm->field[i]);
	form_fill_fixed(fm);
	form_name(fm, a->name);
	fm->loaded = true;
	formlive_start(fm);
	formdraft_ask(fm);
	return true;
}

static void
form_close(struct view *v)
{
	struct form	*fm = v->state;
	size_t		 i;

	form_gone(fm);
	if (fm->call != 0)
		app_forget(fm->call);
	if (fm->parent_call != 0)
		app_forget(fm->parent_call);
	form_look_end(fm);
	formtags_free(fm->tags);
	formlive_free(fm->live);
	formdraft_free(fm->draft);
	if (fm->making)
		form_on_created(NULL, NULL);
	for (i = 0; i < fm->n; i++)
		formfield_free(&fm->field[i]);
	free(fm->field);
	val_free(fm->fixed);
	free(fm->was);
	val_free(fm->args);
	if (fm->done != NULL)
		fm->done(NULL, fm->done_arg);
	if (fm->take != NULL)
		fm->take(NULL, fm->done_arg);
	def_unmake(fm->own);
}

static void
form_title(struct view *v, char *out, size_t len)
{
	struct form	*fm = v->state;
	struct buf	 b = BUF_INIT;

	if (fm->id[0] != '\0')
		form_title_text(fm, &b);
	else
		buf_addz(&b, app_label(fm->d->label));
	if (fm->own != NULL)
		snprintf(out, len, "%s%s", buf_text(&b), form_dirty(fm) ?
		    " *" : "");
	else
		snprintf(out, len, "%s%s", TF(fm->id[0] == '\0' ?
		    "views.form_new" : "views.form_edit", "what",
		    buf_text(&b), NULL), form_dirty(fm) ? " *" : "");
	buf_free(&b);
}

static void
form_status(struct view *v, char *out, size_t len)
{
	struct form		*fm = v->state;
	struct link_info	 info;

	out[0] = '\0';
	link_get_info(app.link, &info);
	if (fm->saving)
		snprintf(out, len, "%s", TF(info.state == LINK_UP ?
		    "views.saving" : "views.save_waits", NULL));
	else if (form_dirty(fm))
		snprintf(out, len, "%s", TF("views.unsaved", NULL));
}

/* As wide as the longest label, as long as values keep half of the room. A
 * field that is hidden counts: what comes and goes moves nothing. */
static int
form_label(const struct form *fm, int cols)
{
	int	most = LABEL_MIN, n;
	size_t	i;

	for (i = 0; i < fm->n; i++)
		if ((n = formfield_label(&fm->field[i])) > most)
			most = n;
	return most > cols / 2 - 2 ? cols / 2 - 2 : most;
}

/* Puts the fields in one column, or two where there is room; says where each
 * begins (from the first) and how many rows there are. */
static int
form_layout(struct form *fm, const struct surface *s, int *y, int *col)
{
	int	total = 0, most = 0, at = 0, rows;
	size_t	i;
	bool	two = s->cols >= FORM_WIDE, second = false;
	int	cols = two ? s->cols / 2 : s->cols;

	fm->label = form_label(fm, cols);
	for (i = 0; i < fm->n; i++)
		total += formfield_rows(&fm->field[i], cols, s->rows, false);
	for (i = 0; i < fm->n; i++) {
		if (two && !second && at * 2 >= total &&
		    fm->field[i].section[LANG_TR] != NULL) {
			second = true;
			most = at;
			at = 0;
		}
		rows = formfield_rows(&fm->field[i], cols, s->rows,
		    i == fm->at);
		y[i] = at;
		col[i] = second;
		at += rows;
		fm->field[i].rows = rows;
	}
	return at > most ? at : most;
}

/* What is in focus, which begins in this row, must be seen: of a block of
 * lines the present one. */
static void
form_scroll(struct form *fm, int y, int rows)
{
	const struct formfield	*ff = &fm->field[fm->at];
	int			 need = ff->rows;

	if (ff->lines != NULL) {
		y += formlines_at_row(ff->lines);
		need = formlines_at_rows(ff->lines);
	}
	if (y + need > fm->top + rows)
		fm->top = y + need - rows;
	if (y < fm->top)
		fm->top = y;
}

static void
form_draw(struct view *v, struct surface *s)
{
	struct form	*fm = v->state;
	struct surface	 part, whole = *s;
	int		*y = xcalloc(fm->n + 1, sizeof *y);
	int		*col = xcalloc(fm->n + 1, sizeof *col);
	int		 half = s->cols >= FORM_WIDE ? s->cols / 2 : s->cols;
	int		 rows;
	size_t		 i;

	fm->height = s->rows;
	if (fm->error[0] != '\0')
		draw_wrap(s, 1, 2, s->cols - 4, 4, STYLE_ERROR, fm->error, 0);
	else if (!fm->loaded && frame_info()->loading)
		draw_text(s, 1, 2, s->cols - 4, STYLE_DIM,
		    TF("views.loading", NULL));
	rows = form_layout(fm, s, y, col);
	if (fm->n > 0)
		form_scroll(fm, y[fm->at], s->rows);
	if (fm->top > 0 && rows - fm->top < s->rows)
		fm->top = rows > s->rows ? rows - s->rows : 0;
	for (i = 0; fm->loaded && i < fm->n; i++) {
		if (y[i] + fm->field[i].rows <= fm->top ||
		    y[i] - fm->top >= s->rows)
			continue;
		part = draw_sub(&whole, 0, col[i] * half, s->rows, half);
		fm->field[i].col = col[i] * half;
		if (fm->field[i].hidden)
			continue;
		formfield_draw(&fm->field[i], &part, y[i] - fm->top,
		    i == fm->at);
	}
	if (fm->open && fm->look != NULL)
		form_draw_found(fm, s);
	if (fm->loaded && fm->n > 0)
		formtags_draw(fm, s);
	draw_scrollbar(s, 0, s->cols - 1, s->rows, fm->top, rows);
	free(y);
	free(col);
}

/* The next one that can be set, round the ends. */
static size_t
form_open_at(const struct form *fm, long to, long step)
{
	size_t	tries;

	for (tries = 0; tries <= fm->n; tries++, to += step) {
		if (to >= (long)fm->n)
			to = 0;
		if (to < 0)
			to = (long)fm->n - 1;
		if (!fm->field[to].fixed && !fm->field[to].hidden)
			return (size_t)to;
	}
	return fm->at;
}

/* To another field; what was typed is judged when it is left. */
static void
form_go(struct form *fm, long to)
{
	long	step = to > (long)fm->at ? 1 : -1;

	if (fm->n == 0)
		return;
	form_look_end(fm);
	formtags_end(fm);
	formfield_check(form_focus(fm), false);
	if (fm->field[fm->at].lines != NULL && labs(to - (long)fm->at) == 1 &&
	    formlines_step(fm->field[fm->at].lines, (int)step)) {
		ui_redraw();
		return;
	}
	fm->at = form_open_at(fm, to, step);
	if (fm->field[fm->at].lines != NULL)
		formlines_enter(fm->field[fm->at].lines, step > 0);
	ui_redraw();
}

static bool
form_mouse(struct form *fm, const struct input *in)
{
	const struct formfield	*ff;
	size_t			 i;
	bool			 same;

	if (in->button != MOUSE_PRESS)
		return false;
	for (i = 0; i < fm->n; i++) {
		ff = &fm->field[i];
		if (ff->lines != NULL && formlines_click(ff->lines, in->row,
		    in->col, &same)) {
			form_look_end(fm);
			if (same && fm->at == i)
				formfield_choose(formlines_cell(ff->lines));
			fm->at = i;
			ui_redraw();
			return true;
		}
		if (ff->lines == NULL && in->row == ff->row &&
		    in->col >= ff->col && !ff->fixed) {
			if (i == fm->at)
				formfield_choose(&fm->field[i]);
			else
				form_go(fm, (long)i);
			return true;
		}
	}
	return false;
}

static bool
form_key(struct view *v, const struct input *in)
{
	struct form		*fm = v->state;
	struct formfield	*ff;

	if (fm->n == 0 || !fm->loaded || (ff = form_focus(fm)) == NULL)
		return false;
	/* What is typed while it is on its way would be in no record. */
	if (fm->saving)
		return in->kind != INPUT_KEY || input_is_text(in);
	if (in->kind == INPUT_MOUSE)
		return form_mouse(fm, in);
	if (form_found_key(fm, in) || formtags_key(fm, in))
		return true;
	if (in->kind == INPUT_KEY && in->mods == 0 &&
	    (in->code == K_ENTER || in->code == K_SPACE)) {
		if (formfield_choose(ff))
			return true;
		if (in->code == K_ENTER && ff->f->rules.type == VALUE_REF &&
		    !ff->fixed) {
			form_look(fm);
			return true;
		}
	}
	/* A row is left upwards and downwards, whatever stands in it. */
	if (ff->line != NULL && in->kind == INPUT_KEY && in->mods == 0 &&
	    (in->code == K_UP || in->code == K_DOWN))
		return false;
	if (ff->line != NULL && (in->kind == INPUT_PASTE ||
	    in->kind == INPUT_KEY))
		formlines_typing(fm->field[fm->at].lines,
		    in->kind == INPUT_PASTE || input_is_text(in));
	return formfield_key(ff, in);
}

static void
form_editor(struct form *fm)
{
	struct formfield	*ff = form_focus(fm);
	char			 why[200] = "", *text;

	if (ff == NULL || ff->fixed || !ff->typed || ff->f->rules.type == VALUE_REF)
		return;
	text = term_editor(ff->edit.text, ".txt", why, sizeof why);
	if (text == NULL) {
		toast(TOAST_ERROR, NULL, "%s", why);
		return;
	}
	/* Editors end a file with a newline that nobody typed. */
	if (text[0] != '\0' && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	edit_set(&ff->edit, "");
	edit_insert(&ff->edit, text, strlen(text));
	free(text);
	form_touched(fm, ff);
	ui_redraw();
}

/* Rows: up and down within the block, adding, deleting, moving. */
static bool
form_lines_action(struct form *fm, enum action a)
{
	struct formlines	*fl = fm->field[fm->at].lines;

	if (fl == NULL || !fm->loaded)
		return false;
	if (a == ACT_UP || a == ACT_DOWN)
		formfield_check(formlines_cell(fl), false);
	if (!formlines_action(fl, a))
		return false;
	form_look_end(fm);
	ui_redraw();
	return true;
}

static bool
form_action(struct view *v, enum action a, const struct input *in)
{
	struct form	*fm = v->state;

	(void)in;
	if (fm->n == 0)
		return a == ACT_BACK ? view_close(v), true : false;
	if (!fm->saving && form_lines_action(fm, a))
		return true;
	switch (a) {
	case ACT_NEXT_PANE:
	case ACT_DOWN:
	case ACT_OPEN:
		form_go(fm, (long)fm->at + 1);
		return true;
	case ACT_PREV_PANE:
	case ACT_UP:
		form_go(fm, (long)fm->at - 1);
		return true;
	case ACT_PAGE_DOWN:
		form_go(fm, fm->at + 8 < fm->n ? (long)fm->at + 8 :
		    (long)fm->n - 1);
		return true;
	case ACT_PAGE_UP:
		form_go(fm, fm->at > 8 ? (long)fm->at - 8 : 0);
		return true;
	case ACT_SAVE:
		form_save(fm);
		return true;
	case ACT_EDITOR:
		if (!fm->saving)
			form_editor(fm);
		return true;
	case ACT_BACK:
		view_close(v);
		return true;
	default:
		return false;
	}
}

static bool
form_can(struct view *v, enum action a, char *why, size_t len)
{
	struct form	*fm = v->state;

	why[0] = '\0';
	if (fm->n > 0 && fm->field[fm->at].lines != NULL &&
	    formlines_can(fm->field[fm->at].lines, a))
		return true;
	if (a == ACT_SAVE && !form_dirty(fm) && fm->id[0] != '\0')
		snprintf(why, len, "%s", TF("views.unchanged", NULL));
	return (a == ACT_SAVE && why[0] == '\0') || a == ACT_EDITOR ||
	    a == ACT_BACK;
}

static void
form_leave_cb(enum dialog_leave how, void *arg)
{
	struct form	*fm = arg;

	if (how == LEAVE_SAVE)
		form_save(fm);
	else if (how == LEAVE_DROP) {
		formdraft_end(fm);
		view_pop(fm->view);
	}
}

/* Back from `+ Yeni`, whether something was made or not. */
static void
form_shown(struct view *v, bool yes)
{
	struct form	*fm = v->state;

	if (!yes || !fm->making)
		return;
	fm->making = false;
	form_on_created(fm->waited, fm->waited_arg);
}

static bool
form_leave(struct view *v)
{
	struct form	*fm = v->state;
	char		 title[200];

	if (!form_dirty(fm)) {
		formdraft_close(fm);
		return true;
	}
	form_title(v, title, sizeof title);
	dialog_unsaved(v, title, form_leave_cb, fm);
	return false;
}

static int
form_hints(struct view *v, enum action *out, int max)
{
	static const enum action plain[] = { ACT_SAVE, ACT_NEXT_PANE,
	    ACT_BACK, ACT_EDITOR, ACT_NONE };
	static const enum action rows[] = { ACT_SAVE, ACT_NEXT_PANE,
	    ACT_LINE_NEW, ACT_LINE_DELETE, ACT_LINE_UP, ACT_LINE_DOWN,
	    ACT_BACK, ACT_NONE };
	struct form		*fm = v->state;
	struct formlines	*fl = fm->n == 0 ? NULL :
				    fm->field[fm->at].lines;
	const enum action	*a = fl == NULL ? plain : rows;
	int			 n = 0;

	for (; *a != ACT_NONE && n < max; a++) {
		if (*a >= ACT_LINE_NEW && *a <= ACT_LINE_DOWN &&
		    !formlines_can(fl, *a))
			continue;
		out[n++] = *a;
	}
	return n;
}

static const struct view_ops form_view = {
	.name = "form",
	.when = WHEN_FORM,
	.size = sizeof(struct form),
	.open = form_start,
	.close = form_close,
	.title = form_title,
	.draw = form_draw,
	.status = form_status,
	.key = form_key,
	.action = form_action,
	.can = form_can,
	.leave = form_leave,
	.shown = form_shown,
	.hints_now = form_hints,
};

void
form_new(const char *type, const struct val *fixed)
{
	struct form_arg	a = { .type = type, .fixed = fixed };

	view_push(&form_view, &a);
}

void
form_new_named(const char *type, const struct val *fixed, const char *name)
{
	struct form_arg	a = { .type = type, .fixed = fixed, .name = name };

	view_push(&form_view, &a);
}

void
form_verb(struct def *d, const char *verb, struct val *args,
    void (*done)(const struct link_reply *, void *), void *arg)
{
	struct form_arg	a = {
		.type = d->name, .own = d, .verb = verb, .args = args,
		.done = done, .done_arg = arg
	};

	view_push(&form_view, &a);
}

void
form_ask(struct def *d, void (*take)(struct val *, void *), void *arg)
{
	struct form_arg	a = {
		.type = d->name, .own = d, .take = take, .done_arg = arg
	};

	view_push(&form_view, &a);
}

void
form_edit(const char *type, const char *id)
{
	struct form_arg	a = { .type = type, .id = id };

	view_push(&form_view, &a);
}

void
form_clone(const char *type, const char *id)
{
	struct form_arg	a = { .type = type, .id = id, .clone = true };

	view_push(&form_view, &a);
}

void
form_resume(const char *type, const char *record)
{
	struct form_arg	a = { .type = type, .resume = true,
			    .id = record[0] == '\0' ? NULL : record };

	view_push(&form_view, &a);
}

void
form_flush_all(void)
{
	struct view	*v;

	for (v = view_top(); v != NULL; v = v->below)
		if (v->ops == &form_view && !v->dead)
			formdraft_flush(v->state);
}
