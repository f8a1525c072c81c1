/* form.c - the form as a screen, saving and conflicts; see form.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/uuid.h"
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
#include "tui/view/formfield.h"
#include "tui/view/refpick.h"

#define FORM_WIDE	140	/* columns from which there are two */
#define FORM_FOUND	6	/* rows of what a reference's text finds */

struct form {
	struct view		*view;
	const struct def	*d;
	char			 id[40];	/* "": new */
	int64_t			 version;
	struct val		*fixed;
	struct def		*own;		/* of a verb, with the verb, */
	char			 verb[128];	/* its arguments and who waits */
	struct val		*args;
	void			(*done)(const struct link_reply *, void *);
	void			*done_arg;
	struct formfield	*field;
	size_t			 n, at;
	int			 top;
	int			 height;	/* rows of the surface */
	bool			 loaded;
	bool			 clone;
	char			 error[300];
	uint64_t		 call;		/* loading or saving */
	bool			 saving;
	bool			 leave;		/* close once saved */
	char			 request[UUID_TEXT];	/* of a save whose fate is
							 * not known */
	struct lookup		*look;		/* of the reference in focus */
	bool			 open;		/* its findings are shown */
	size_t			 found;
	uint64_t		 parent_call;
};

static void	(*created_cb)(const char *, const char *, void *);
static void	 *created_arg;

static void form_save(struct form *);

void
form_on_created(void (*cb)(const char *, const char *, void *), void *arg)
{
	created_cb = cb;
	created_arg = arg;
}

int
form_screen_rows(const struct form *fm)
{
	return fm->height;
}

static struct formfield *
form_find(struct form *fm, const char *name)
{
	size_t	i;

	for (i = 0; name != NULL && i < fm->n; i++) {
		if (strcmp(fm->field[i].f->name, name) == 0)
			return &fm->field[i];
	}
	return NULL;
}

/* The currency that goes with an amount. */
void
form_currency(struct form *fm, const struct field *f, struct buf *b)
{
	const struct formfield	*other;
	const char		*code = f->rules.currency;

	if (f->rules.type != VALUE_MONEY)
		return;
	if (f->currency != NULL && (other = form_find(fm, f->currency)) !=
	    NULL)
		code = other->canon != NULL ? other->canon :
		    other->edit.text;
	if (code == NULL)
		code = val_get_str(app.company, "currency");
	if (code != NULL)
		buf_printf(b, " %s", code);
}

static bool
form_dirty(const struct form *fm)
{
	size_t	i;

	for (i = 0; i < fm->n; i++) {
		if (formfield_dirty(&fm->field[i]))
			return true;
	}
	return false;
}

/* --- References found while typing ---------------------------------------------- */

static void
form_found(void *arg)
{
	struct form	*fm = arg;

	if (fm->found >= lookup_n(fm->look))
		fm->found = 0;
	ui_redraw();
}

/* Only records that fit this one: {target's field: own field}. */
static struct val *
form_match(struct form *fm, const struct field *f)
{
	struct val		*m;
	const struct formfield	*own;
	size_t			 i;

	if (val_count(f->match) == 0)
		return NULL;
	m = val_map();
	for (i = 0; i < f->match->n; i++) {
		own = form_find(fm, val_str(f->match->item[i]));
		if (own != NULL && own->canon != NULL)
			val_put(m, f->match->key[i], val_of(own->f,
			    own->canon));
	}
	return m;
}

static void
form_look(struct form *fm)
{
	struct formfield	*ff = &fm->field[fm->at];

	if (fm->look == NULL)
		fm->look = lookup_new(ff->f->ref, form_found, fm);
	lookup_search(fm->look, ff->title != NULL && strcmp(ff->title,
	    ff->edit.text) == 0 ? "" : ff->edit.text, form_match(fm, ff->f));
	fm->open = true;
	fm->found = 0;
	ui_redraw();
}

static void
form_look_end(struct form *fm)
{
	lookup_free(fm->look);
	fm->look = NULL;
	fm->open = false;
}

static void
form_look_take(struct form *fm)
{
	struct formfield	*ff = &fm->field[fm->at];

	if (fm->found < lookup_n(fm->look))
		formfield_set(ff, lookup_id(fm->look, fm->found),
		    lookup_title(fm->look, fm->found), false);
	form_look_end(fm);
}

void
form_touched(struct form *fm, struct formfield *ff)
{
	/* Another content is another request. */
	fm->request[0] = '\0';
	if (ff->f->rules.type == VALUE_REF && ff == &fm->field[fm->at])
		form_look(fm);
}

/* --- Filling in ------------------------------------------------------------------- */

static void
form_add(struct form *fm, const struct field *f, const struct val *section,
    bool first)
{
	struct formfield	*ff;

	if (f == NULL || f->virtual || (fm->id[0] == '\0' ? !f->create :
	    !f->edit && !f->create))
		return;
	fm->field = xreallocarray(fm->field, fm->n + 1, sizeof *fm->field);
	ff = &fm->field[fm->n++];
	formfield_init(ff, fm, f);
	ff->fixed = fm->id[0] != '\0' && !f->edit;
	if (first) {
		ff->section[LANG_TR] = val_str(val_at(section, 0));
		ff->section[LANG_EN] = val_str(val_at(section, 1));
	}
}

static void
form_fields(struct form *fm)
{
	const struct val	*sections = val_get(fm->d->v, "form"), *s, *names;
	size_t			 i, k, before;

	for (i = 0; i < val_count(sections); i++) {
		s = sections->item[i];
		names = val_get(s, "fields");
		before = fm->n;
		for (k = 0; k < val_count(names); k++)
			form_add(fm, def_field(fm->d,
			    val_str(names->item[k])), val_get(s, "label"),
			    fm->n == before);
	}
	for (i = 0; val_count(sections) == 0 && i < fm->d->nreal; i++)
		form_add(fm, &fm->d->fields[i], NULL, false);
	for (i = 0; i < fm->n && fm->field[i].fixed; i++)
		fm->at = i + 1 < fm->n ? i + 1 : i;
}

static void
form_default(struct formfield *ff)
{
	struct value_ctx	ctx = app_ctx();
	const struct field	*f = ff->f;
	struct buf		b = BUF_INIT, name = BUF_INIT;
	struct date		today;
	char			out[DATE_TEXT];
	int			s;

	if (f->start != NULL)
		val_canon(f->start, &b);
	if (f->start_is == NULL) {
		;
	} else if (strcmp(f->start_is, "today") == 0) {
		tz_local(ctx.tz, ctx.now, &today, &s);
		date_write(&today, out);
		buf_addz(&b, out);
	} else if (strcmp(f->start_is, "now") == 0) {
		timestamp_write(ctx.now / (60 * SECOND_US) * 60 * SECOND_US,
		    out);
		buf_addz(&b, out);
	} else if (strcmp(f->start_is, "me") == 0 && app_user_id() != NULL) {
		buf_addz(&b, app_user_id());
		buf_printf(&name, "%s %s",
		    val_get_str(app.user, "first_name") == NULL ? "" :
		    val_get_str(app.user, "first_name"),
		    val_get_str(app.user, "last_name") == NULL ? "" :
		    val_get_str(app.user, "last_name"));
	} else if (strcmp(f->start_is, "company.currency") == 0 &&
	    val_get_str(app.company, "currency") != NULL) {
		buf_addz(&b, val_get_str(app.company, "currency"));
	}
	if (buf_len(&b) > 0)
		formfield_set(ff, buf_text(&b), buf_len(&name) > 0 ?
		    buf_text(&name) : NULL, true);
	buf_free(&b);
	buf_free(&name);
}

/* The title of the record that a related list belongs to. */
static void
form_parent_cb(const struct link_reply *r, void *arg)
{
	struct form		*fm = arg;
	struct formfield	*ff;
	struct record		 rec;
	const char		*id, *title;
	size_t			 i;

	fm->parent_call = 0;
	rec.columns = val_get(r->body, "columns");
	rec.row = val_at(val_get(r->body, "rows"), 0);
	if (!r->ok || rec.row == NULL)
		return;
	id = record_id(&rec);
	title = val_str(record_get(&rec, "title"));
	for (i = 0; i < fm->n; i++) {
		ff = &fm->field[i];
		if (ff->canon != NULL && strcmp(ff->canon, id) == 0)
			formfield_set(ff, id, title, true);
	}
}

static void
form_fill_fixed(struct form *fm)
{
	struct formfield	*ff;
	struct val		*args, *ids;
	const char		*id;
	char			 verb[128];
	size_t			 i;

	for (i = 0; i < val_count(fm->fixed); i++) {
		ff = form_find(fm, fm->fixed->key[i]);
		id = val_str(fm->fixed->item[i]);
		if (ff == NULL || id == NULL || ff->f->ref == NULL)
			continue;
		formfield_set(ff, id, "…", true);
		ff->fixed = true;
		if (fm->at == (size_t)(ff - fm->field) && fm->at + 1 < fm->n)
			fm->at++;
		ids = val_array();
		val_add(ids, val_uuid(id));
		args = val_map();
		val_put(args, "ids", ids);
		snprintf(verb, sizeof verb, "%s.lookup", ff->f->ref);
		fm->parent_call = app_call(verb, args, form_parent_cb, fm);
	}
}

static void
form_fill(struct form *fm, const struct val *rec)
{
	struct record	 r = { NULL, rec };
	struct buf	 b = BUF_INIT;
	char		 name[160];
	size_t		 i;

	for (i = 0; i < fm->n; i++) {
		buf_clear(&b);
		val_canon(val_get(rec, fm->field[i].f->name), &b);
		snprintf(name, sizeof name, "%s.title", fm->field[i].f->name);
		formfield_set(&fm->field[i], buf_text(&b),
		    val_get_str(rec, name), !fm->clone);
	}
	buf_free(&b);
	if (!fm->clone)
		fm->version = record_version(&r);
	fm->loaded = true;
}

static void
form_loaded_cb(const struct link_reply *r, void *arg)
{
	struct form	*fm = arg;

	fm->call = 0;
	if (!r->ok)
		snprintf(fm->error, sizeof fm->error, "%s", r->text);
	else
		form_fill(fm, r->body);
	ui_redraw();
}

/* --- Saving -------------------------------------------------------------------------- */

static bool
form_check(struct form *fm)
{
	size_t	i, wrong = 0;
	char	n[24];

	for (i = fm->n; i-- > 0;) {
		if (formfield_check(&fm->field[i], true))
			continue;
		wrong++;
		fm->at = i;
	}
	if (wrong == 0)
		return true;
	snprintf(n, sizeof n, "%zu", wrong);
	toast(TOAST_ERROR, NULL, "%s", TF("views.errors", "n", n, NULL));
	fm->leave = false;
	return false;
}

static void
form_title_text(struct form *fm, struct buf *b)
{
	const struct val	*title = val_get(fm->d->v, "title");
	struct formfield	*ff;
	size_t			 i;

	for (i = 0; i < val_count(title); i++) {
		ff = form_find(fm, val_str(title->item[i]));
		if (ff == NULL || !ff->typed || ff->edit.text[0] == '\0')
			continue;
		if (buf_len(b) > 0)
			buf_addz(b, " ");
		buf_addz(b, ff->edit.text);
	}
	if (buf_len(b) == 0)
		buf_addz(b, app_label(fm->d->label));
	/* A note is its own title: its first line will do. */
	if (strchr(buf_text(b), '\n') != NULL)
		buf_truncate(b, strcspn(buf_text(b), "\n"));
}

/* The fields that the server says are wrong, each at its place. */
static void
form_field_errors(struct form *fm, const struct link_reply *r)
{
	const struct val	*list = val_get(r->body, "fields");
	struct formfield	*ff;
	const char		*text;
	size_t			 i;
	bool			 first = true;

	for (i = 0; i < val_count(list); i++) {
		ff = form_find(fm, val_get_str(list->item[i], "field"));
		text = val_get_str(list->item[i], "text");
		if (ff == NULL || text == NULL)
			continue;
		formfield_error(ff, text);
		if (first)
			fm->at = (size_t)(ff - fm->field);
		first = false;
	}
	if (first && (ff = form_find(fm, r->field)) != NULL) {
		formfield_error(ff, r->text);
		fm->at = (size_t)(ff - fm->field);
	}
	app_error(r);
}

static void
form_conflict_cb(const bool *mine, void *arg);

struct clash {
	struct form	*fm;
	struct val	*conflict;
	size_t		 n;
	struct formfield *field[32];
};

static char *
form_shown(struct formfield *ff, const struct val *v)
{
	struct value_ctx	 ctx = app_ctx();
	struct buf		 canon = BUF_INIT, b = BUF_INIT;

	val_canon(v, &canon);
	if (buf_len(&canon) == 0)
		buf_addz(&b, "-");
	else
		value_format(&ff->f->rules, &ctx, buf_text(&canon), &b);
	buf_free(&canon);
	return buf_take(&b, NULL);
}

/* M17: only the fields that both changed, mine against theirs. */
static void
form_conflict(struct form *fm, const struct val *conflict)
{
	const struct val	*fields = val_get(conflict, "fields");
	const char		*by = val_get_str(conflict, "by");
	const char		*at = val_get_str(conflict, "at");
	struct value_ctx	 ctx = app_ctx();
	struct clash		*c = xcalloc(1, sizeof *c);
	struct dialog_clash	 row[32];
	struct formfield	*ff;
	struct val		*mine;
	char			 when[DATE_TEXT] = "";
	int64_t			 us;
	size_t			 i;

	c->fm = fm;
	c->conflict = val_copy(conflict);
	for (i = 0; i < val_count(fields) && c->n < 32; i++) {
		if ((ff = form_find(fm, fields->key[i])) == NULL)
			continue;
		mine = val_of(ff->f, ff->canon);
		row[c->n].field = app_label(ff->f->label);
		row[c->n].base = form_shown(ff, val_get(fields->item[i],
		    "base"));
		row[c->n].theirs = form_shown(ff, val_get(fields->item[i],
		    "theirs"));
		row[c->n].mine = ff->f->rules.type == VALUE_REF &&
		    ff->title != NULL ? xstrdup(ff->title) :
		    form_shown(ff, mine);
		val_free(mine);
		c->field[c->n++] = ff;
	}
	if (at != NULL && timestamp_read(at, strlen(at), &us) == DATE_OK)
		timestamp_format(us, ctx.tz, ctx.date_pattern, when);
	dialog_conflict(by == NULL ? "-" : by, when, row, (int)c->n,
	    form_conflict_cb, c);
	for (i = 0; i < c->n; i++) {
		free((char *)row[i].base);
		free((char *)row[i].mine);
		free((char *)row[i].theirs);
	}
}

static void
form_conflict_cb(const bool *mine, void *arg)
{
	struct clash		*c = arg;
	struct form		*fm = c->fm;
	const struct val	*fields = val_get(c->conflict, "fields"), *v;
	struct formfield	*ff;
	struct buf		 b = BUF_INIT;
	size_t			 i;

	if (mine != NULL) {
		fm->version = val_get_int(c->conflict, "version",
		    fm->version);
		for (i = 0; i < c->n; i++) {
			ff = c->field[i];
			if (mine[i])
				continue;
			v = val_get(val_get(fields, ff->f->name), "theirs");
			buf_clear(&b);
			val_canon(v, &b);
			formfield_set(ff, buf_text(&b), val_get_str(val_get(
			    fields, ff->f->name), "theirs.title"), true);
		}
		form_save(fm);
	} else {
		fm->leave = false;
	}
	buf_free(&b);
	val_free(c->conflict);
	free(c);
}

static void
form_saved_cb(const struct link_reply *r, void *arg)
{
	struct form	*fm = arg;
	struct buf	 b = BUF_INIT;
	const char	*id;

	fm->call = 0;
	fm->saving = false;
	if (r->ok && fm->own != NULL) {
		fm->done(r, fm->done_arg);
		fm->done = NULL;
		view_pop(fm->view);
		return;
	}
	if (r->ok) {
		form_title_text(fm, &b);
		toast(TOAST_GOOD, NULL, "%s", TF("views.saved", "what",
		    buf_text(&b), NULL));
		buf_free(&b);
		id = val_get_str(r->body, "id");
		if (fm->id[0] == '\0' && id != NULL && created_cb != NULL)
			created_cb(fm->d->name, id, created_arg);
		watch_touch(fm->d->name);
		view_pop(fm->view);
		return;
	}
	/* Nobody knows whether it was done: the same id asks again. */
	if (strcmp(r->code, "unavailable") != 0 &&
	    strcmp(r->code, "timeout") != 0 &&
	    strcmp(r->code, "internal") != 0)
		fm->request[0] = '\0';
	fm->leave = false;
	if (strcmp(r->code, "stale") == 0 &&
	    val_get(r->body, "conflict") != NULL)
		form_conflict(fm, val_get(r->body, "conflict"));
	else
		form_field_errors(fm, r);
}

static struct val *
form_args(struct form *fm, size_t *changed)
{
	struct val		*args = fm->args == NULL ? val_map() :
				    val_copy(fm->args);
	struct formfield	*ff;
	size_t			 i;

	*changed = 0;
	if (fm->id[0] != '\0') {
		val_put(args, "id", val_uuid(fm->id));
		val_put_int(args, "version", fm->version);
	}
	for (i = 0; i < fm->n; i++) {
		ff = &fm->field[i];
		if (fm->id[0] != '\0' ? !formfield_dirty(ff) :
		    ff->canon == NULL && ff->start == NULL)
			continue;
		val_put(args, ff->f->name, val_of(ff->f, ff->canon));
		++*changed;
	}
	return args;
}

static void
form_save(struct form *fm)
{
	struct val	*args;
	struct buf	 what = BUF_INIT, title = BUF_INIT;
	char		 verb[128];
	size_t		 changed;

	if (fm->saving || !fm->loaded || !form_check(fm))
		return;
	form_look_end(fm);
	args = form_args(fm, &changed);
	if (fm->id[0] != '\0' && changed == 0) {
		val_free(args);
		toast(TOAST_NOTICE, NULL, "%s", TF("views.unchanged",
		    NULL));
		view_pop(fm->view);
		return;
	}
	if (fm->request[0] == '\0')
		uuid_v7_text(fm->request);
	form_title_text(fm, &title);
	buf_addz(&what, TF(fm->id[0] == '\0' ? "views.created" :
	    "views.edited", "what", buf_text(&title), NULL));
	if (fm->own != NULL)
		snprintf(verb, sizeof verb, "%s", fm->verb);
	else
		snprintf(verb, sizeof verb, "%s.%s", fm->d->name,
		    fm->id[0] == '\0' ? "create" : "edit");
	fm->saving = true;
	fm->call = app_write(verb, args, fm->request, fm->own != NULL ? NULL :
	    buf_text(&what), form_saved_cb, fm);
	buf_free(&what);
	buf_free(&title);
	ui_redraw();
}

/* --- The view ---------------------------------------------------------------------------- */

struct form_arg {
	const char		*type, *id;
	const struct val	*fixed;
	bool			 clone;
	struct def		*own;
	const char		*verb;
	struct val		*args;
	void			(*done)(const struct link_reply *, void *);
	void			*done_arg;
};

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
		snprintf(fm->verb, sizeof fm->verb, "%s", a->verb);
		fm->args = a->args;
		fm->done = a->done;
		fm->done_arg = a->done_arg;
	} else if ((fm->d = defs_find(a->type)) == NULL) {
		return false;
	}
	fm->clone = a->clone;
	if (a->id != NULL && !a->clone)
		snprintf(fm->id, sizeof fm->id, "%s", a->id);
	fm->fixed = a->fixed == NULL ? NULL : val_copy(a->fixed);
	form_fields(fm);
	if (a->id != NULL) {
		args = val_map();
		val_put(args, "id", val_uuid(a->id));
		snprintf(verb, sizeof verb, "%s.get", a->type);
		fm->call = app_call(verb, args, form_loaded_cb, fm);
		return true;
	}
	for (i = 0; i < fm->n; i++)
		form_default(&fm->field[i]);
	form_fill_fixed(fm);
	fm->loaded = true;
	return true;
}

static void
form_close(struct view *v)
{
	struct form	*fm = v->state;
	size_t		 i;

	if (fm->call != 0)
		app_forget(fm->call);
	if (fm->parent_call != 0)
		app_forget(fm->parent_call);
	form_look_end(fm);
	for (i = 0; i < fm->n; i++)
		formfield_free(&fm->field[i]);
	free(fm->field);
	val_free(fm->fixed);
	val_free(fm->args);
	if (fm->done != NULL)
		fm->done(NULL, fm->done_arg);
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

/* Puts the fields in one column, or two where there is room; says where each
 * begins (from the first) and how many rows there are. */
static int
form_layout(struct form *fm, const struct surface *s, int *y, int *col)
{
	int	total = 0, most = 0, at = 0, rows;
	size_t	i;
	bool	two = s->cols >= FORM_WIDE, second = false;
	int	cols = two ? s->cols / 2 : s->cols;

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

static void
form_draw_found(struct form *fm, struct surface *s)
{
	const struct formfield	*ff = &fm->field[fm->at];
	struct surface		 box;
	size_t			 i, n = lookup_n(fm->look);
	size_t			 top = fm->found >= FORM_FOUND ?
				    fm->found - FORM_FOUND + 1 : 0;
	int			 rows = n > FORM_FOUND ? FORM_FOUND : (int)n;
	int			 row = ff->row + 1, cols = 48;

	if (cols > s->cols - 22)
		cols = s->cols - 22;
	if (rows == 0)
		rows = 1;
	if (row + rows > s->rows)
		row = ff->row - rows;
	if (row < 0)
		return;
	box = draw_sub(s, row, ff->col + 21, rows, cols);
	draw_fill(&box, 0, 0, rows, cols, STYLE_INPUT);
	if (n == 0)
		draw_field(&box, 0, 0, cols, STYLE_INPUT,
		    TF(lookup_waiting(fm->look) ? "views.loading" :
		    "views.not_found", NULL));
	for (i = top; i < n && (int)(i - top) < rows; i++) {
		row = (int)(i - top);
		draw_field(&box, row, 2, cols - 18, STYLE_INPUT,
		    lookup_title(fm->look, i));
		draw_right(&box, row, cols - 16, 15, STYLE_INPUT,
		    lookup_hint(fm->look, i));
		if (i == fm->found) {
			draw_style(&box, row, 0, 1, cols, STYLE_SELECTED);
			draw_text(&box, row, 0, 1, STYLE_SELECTED,
			    glyph(GLYPH_MARK));
		}
	}
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
	if (fm->n > 0 && y[fm->at] < fm->top)
		fm->top = y[fm->at];
	if (fm->n > 0 && y[fm->at] + fm->field[fm->at].rows > fm->top +
	    s->rows)
		fm->top = y[fm->at] + fm->field[fm->at].rows - s->rows;
	if (fm->top > 0 && rows - fm->top < s->rows)
		fm->top = rows > s->rows ? rows - s->rows : 0;
	for (i = 0; fm->loaded && i < fm->n; i++) {
		if (y[i] + fm->field[i].rows <= fm->top ||
		    y[i] - fm->top >= s->rows)
			continue;
		part = draw_sub(&whole, 0, col[i] * half, s->rows, half);
		fm->field[i].col = col[i] * half;
		formfield_draw(&fm->field[i], &part, y[i] - fm->top,
		    i == fm->at);
	}
	if (fm->open && fm->look != NULL)
		form_draw_found(fm, s);
	draw_scrollbar(s, 0, s->cols - 1, s->rows, fm->top, rows);
	free(y);
	free(col);
}

/* To another field; what was typed is judged when it is left. */
static void
form_go(struct form *fm, long to)
{
	long	step = to > (long)fm->at ? 1 : -1;

	if (fm->n == 0)
		return;
	form_look_end(fm);
	formfield_check(&fm->field[fm->at], false);
	while (to >= 0 && to < (long)fm->n && fm->field[to].fixed)
		to += step;
	if (to >= (long)fm->n)
		to = 0;
	if (to < 0)
		to = (long)fm->n - 1;
	fm->at = (size_t)to;
	ui_redraw();
}

static bool
form_found_key(struct form *fm, const struct input *in)
{
	if (!fm->open || fm->look == NULL || in->kind != INPUT_KEY)
		return false;
	switch (in->code) {
	case K_DOWN:
		if (fm->found + 1 < lookup_n(fm->look))
			fm->found++;
		break;
	case K_UP:
		if (fm->found > 0)
			fm->found--;
		break;
	case K_ENTER:
		form_look_take(fm);
		break;
	case K_TAB:
		/* One match and something typed: it is meant. */
		if ((in->mods & MOD_SHIFT) == 0 && lookup_n(fm->look) == 1 &&
		    fm->field[fm->at].edit.text[0] != '\0')
			form_look_take(fm);
		return false;
	case K_ESC:
		form_look_end(fm);
		break;
	default:
		return false;
	}
	ui_redraw();
	return true;
}

static bool
form_mouse(struct form *fm, const struct input *in)
{
	const struct formfield	*ff;
	size_t			 i;

	if (in->button != MOUSE_PRESS)
		return false;
	for (i = 0; i < fm->n; i++) {
		ff = &fm->field[i];
		if (in->row == ff->row && in->col >= ff->col &&
		    !ff->fixed) {
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

	if (fm->n == 0 || !fm->loaded)
		return false;
	ff = &fm->field[fm->at];
	if (in->kind == INPUT_MOUSE)
		return form_mouse(fm, in);
	if (form_found_key(fm, in))
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
	return formfield_key(ff, in);
}

static void
form_editor(struct form *fm)
{
	struct formfield	*ff = &fm->field[fm->at];
	char			 why[200] = "", *text;

	if (ff->fixed || !ff->typed || ff->f->rules.type == VALUE_REF)
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

static bool
form_action(struct view *v, enum action a, const struct input *in)
{
	struct form	*fm = v->state;

	(void)in;
	if (fm->n == 0)
		return a == ACT_BACK ? view_close(v), true : false;
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
	if (a == ACT_SAVE && !form_dirty(fm) && fm->id[0] != '\0')
		snprintf(why, len, "%s", TF("views.unchanged", NULL));
	return (a == ACT_SAVE && why[0] == '\0') || a == ACT_EDITOR ||
	    a == ACT_BACK;
}

static void
form_leave_cb(enum dialog_leave how, void *arg)
{
	struct form	*fm = arg;

	if (how == LEAVE_SAVE) {
		fm->leave = true;
		form_save(fm);
	} else if (how == LEAVE_DROP) {
		view_pop(fm->view);
	}
}

static bool
form_leave(struct view *v)
{
	struct form	*fm = v->state;
	char		 title[200];

	if (!form_dirty(fm))
		return true;
	form_title(v, title, sizeof title);
	dialog_unsaved(title, form_leave_cb, fm);
	return false;
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
	.hints = { ACT_SAVE, ACT_NEXT_PANE, ACT_BACK, ACT_EDITOR }
};

void
form_new(const char *type, const struct val *fixed)
{
	struct form_arg	a = { .type = type, .fixed = fixed };

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
