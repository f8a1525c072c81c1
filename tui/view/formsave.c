/* formsave.c - a form's way to the server: checking, saving, conflicts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tz.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/form.h"
#include "tui/view/formint.h"
#include "tui/view/formlines.h"
#include "tui/view/twins.h"

static form_created_cb	 created_cb;
static void		*created_arg;
/* The form below the warning of similar records; NULL once it is closed. */
static struct form	*form_waiting;

void
form_gone(const struct form *fm)
{
	if (form_waiting == fm)
		form_waiting = NULL;
}

void
form_on_created(form_created_cb cb, void *arg)
{
	created_cb = cb;
	created_arg = arg;
}

form_created_cb
form_who_waits(void **arg)
{
	*arg = created_arg;
	return created_cb;
}

/* The company had it when the form was opened, and has it no more. */
static bool
form_lost(const struct form *fm, const struct formfield *ff)
{
	const struct def	*now = fm->own != NULL ? NULL :
				    defs_find(fm->d->name);

	return now != NULL && !ff->gone && ff->lines == NULL &&
	    def_field(now, ff->f->name) == NULL;
}

static bool
form_check(struct form *fm)
{
	struct formfield	*ff;
	size_t			 i, wrong = 0;
	char			 n[24];
	bool			 dirty;

	for (i = fm->n; i-- > 0;) {
		ff = &fm->field[i];
		if (form_lost(fm, ff)) {
			dirty = formfield_dirty(ff);
			formfield_gone(ff);
			if (!dirty)
				continue;
		} else if (formfield_check(ff, true))
			continue;
		wrong++;
		fm->at = i;
	}
	if (wrong == 0)
		return true;
	/* What a list of the field left behind offers is not for this one. */
	form_look_end(fm);
	formtags_end(fm);
	snprintf(n, sizeof n, "%zu", wrong);
	toast(TOAST_ERROR, NULL, "%s", TF("views.errors", "n", n, NULL));
	return false;
}

void
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
	/* Whose it is stands in no field that can be changed. */
	if (buf_len(b) == 0 && fm->was != NULL)
		buf_addz(b, fm->was);
	if (buf_len(b) == 0)
		buf_addz(b, app_label(fm->d->label));
	/* A note is its own title: its first line will do. */
	if (strchr(buf_text(b), '\n') != NULL)
		buf_truncate(b, strcspn(buf_text(b), "\n"));
}

/* The field, or the cell of a line: "proposal_lines.2.price". */
static struct formfield *
form_at_path(struct form *fm, const char *path)
{
	struct formfield	*ff = form_find(fm, path);
	size_t			 i;

	for (i = 0; ff == NULL && path != NULL && i < fm->n; i++)
		if (fm->field[i].lines != NULL)
			ff = formlines_find(fm->field[i].lines, path);
	return ff;
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
		ff = form_at_path(fm, val_get_str(list->item[i], "field"));
		text = val_get_str(list->item[i], "text");
		if (ff == NULL || text == NULL)
			continue;
		formfield_error(ff, text);
		if (first)
			form_go_to(fm, ff);
		first = false;
	}
	if (first && (ff = form_at_path(fm, r->field)) != NULL) {
		form_go_to(fm, ff);
		if (strcmp(r->code, "unknown_argument") == 0)
			formfield_gone(ff);
		else
			formfield_error(ff, r->text);
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

/* A field of the conflict: of the record, or of the line it is about. */
static struct formfield *
form_clashing(struct form *fm, const struct val *conflict, const char *name)
{
	const char		*part = val_get_str(conflict, "part");
	struct formfield	*first = part == NULL ? NULL :
				    form_at_path(fm, part);

	return part == NULL ? form_find(fm, name) : first == NULL ? NULL :
	    formlines_sibling(first, name);
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
	char			 name[32][80];
	struct formfield	*ff;
	struct val		*mine;
	char			 when[DATE_TEXT] = "";
	int64_t			 us;
	size_t			 i;

	c->fm = fm;
	c->conflict = val_copy(conflict);
	for (i = 0; i < val_count(fields) && c->n < 32; i++) {
		ff = form_clashing(fm, conflict, val_key(fields, i));
		if (ff == NULL)
			continue;
		mine = val_of(ff->f, ff->canon);
		row[c->n].field = app_label(ff->f->label);
		if (ff->line != NULL) {
			formlines_name(ff, name[c->n], sizeof name[0]);
			row[c->n].field = name[c->n];
		}
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
	int64_t			 version;
	struct formfield	*ff;
	struct buf		 b = BUF_INIT;
	size_t			 i;

	if (mine != NULL) {
		version = val_get_int(c->conflict, "version", 0);
		if (val_get(c->conflict, "part") == NULL)
			fm->version = version;
		for (i = 0; i < c->n; i++) {
			ff = c->field[i];
			if (ff->line != NULL)
				formlines_version(ff, version);
			if (mine[i])
				continue;
			v = val_get(val_get(fields, ff->f->name), "theirs");
			buf_clear(&b);
			val_canon(v, &b);
			formfield_set(ff, buf_text(&b), val_get_str(val_get(
			    fields, ff->f->name), "theirs.title"), true);
		}
		form_save(fm);
	}
	buf_free(&b);
	val_free(c->conflict);
	free(c);
}

/* A line to be deleted has changed meanwhile: that is said now; saving again
 * means it all the same. */
static void
form_overruled(struct form *fm, const struct val *conflict)
{
	struct formfield	*ff;

	if (!val_get_bool(conflict, "deleted"))
		return;
	ff = form_at_path(fm, val_get_str(conflict, "part"));
	if (ff != NULL)
		formlines_version(ff, val_get_int(conflict, "version", 0));
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
		formdraft_end(fm);
		view_pop(fm->view);
		return;
	}
	/* Nobody knows whether it was done: the same id asks again. */
	if (strcmp(r->code, "unavailable") != 0 &&
	    strcmp(r->code, "timeout") != 0 &&
	    strcmp(r->code, "internal") != 0)
		fm->request[0] = '\0';
	if (strcmp(r->code, "stale") == 0 &&
	    val_count(val_get(val_get(r->body, "conflict"), "fields")) > 0)
		form_conflict(fm, val_get(r->body, "conflict"));
	else {
		form_field_errors(fm, r);
		form_overruled(fm, val_get(r->body, "conflict"));
	}
}

static struct val *
form_args(struct form *fm, size_t *changed)
{
	struct val		*args = fm->args == NULL ? val_map() :
				    val_copy(fm->args);
	struct val		*lines;
	struct formfield	*ff;
	size_t			 i;

	*changed = 0;
	if (fm->id[0] != '\0') {
		val_put(args, "id", val_uuid(fm->id));
		val_put_int(args, "version", fm->version);
	}
	for (i = 0; i < fm->n; i++) {
		ff = &fm->field[i];
		if (ff->lines != NULL) {
			if ((lines = formlines_args(ff->lines)) == NULL)
				continue;
			if (val_get(args, "lines") == NULL)
				val_put(args, "lines", val_map());
			val_put((struct val *)val_get(args, "lines"),
			    ff->f->name, lines);
			++*changed;
			continue;
		}
		if (ff->hidden && fm->id[0] != '\0' && ff->start != NULL) {
			val_put(args, ff->f->name, val_null());
			++*changed;
		}
		if (ff->f->compute || ff->hidden || ff->gone || (fm->id[0] != '\0' ?
		    !formfield_dirty(ff) : ff->canon == NULL &&
		    ff->start == NULL))
			continue;
		val_put(args, ff->f->name, val_of(ff->f, ff->canon));
		++*changed;
	}
	return args;
}

/* The person has read of similar records: go on, or look at one. */
static void
form_similar_cb(int choice, void *arg)
{
	struct form	*fm = form_waiting;
	char		*ids = arg;

	form_waiting = NULL;
	if (fm != NULL && choice == 0) {
		fm->warned = true;
		form_save(fm);
	} else if (fm != NULL && choice > 0)
		app_open_record(fm->d->name, ids + (choice - 1) * UUID_TEXT);
	free(ids);
}

static void
form_looked_cb(const struct link_reply *r, void *arg)
{
	struct form		*fm = arg;
	const struct val	*rows = val_get(r->body, "rows");
	char			*ids;
	size_t			 i, n = r->ok ? val_count(rows) : 0;

	fm->call = 0;
	fm->saving = false;
	if (n == 0) {
		fm->warned = true;
		form_save(fm);
		fm->warned = false;
		return;
	}
	ids = xcalloc(n, UUID_TEXT);
	for (i = 0; i < n; i++)
		snprintf(ids + i * UUID_TEXT, UUID_TEXT, "%s",
		    val_word(val_at(rows->item[i], 0)));
	form_waiting = fm;
	twins_warn(fm->d, r, form_similar_cb, ids);
}

/* A warning before something is entered twice; never a refusal. */
static void
form_look_similar(struct form *fm, struct val *args)
{
	struct val	*look = val_map();
	char		 verb[128];

	if (fm->id[0] != '\0')
		val_put(look, "id", val_uuid(fm->id));
	val_drop(args, "id");
	val_drop(args, "version");
	val_drop(args, "lines");
	val_put(look, "set", args);
	snprintf(verb, sizeof verb, "%s.similar", fm->d->name);
	fm->saving = true;
	fm->call = app_call(verb, look, form_looked_cb, fm);
}

/* Is there something to compare with other records? */
static bool
form_names_change(const struct form *fm, const struct val *args)
{
	const struct val	*names = val_get(fm->d->v, "duplicates");
	size_t			 i;

	for (i = 0; def_can(fm->d, "similar") && i < val_count(names); i++)
		if (val_get(args, val_str(names->item[i])) != NULL)
			return true;
	return false;
}

void
form_save(struct form *fm)
{
	void		(*take)(struct val *, void *);
	void		*arg;
	struct val	*args;
	struct buf	 what = BUF_INIT, title = BUF_INIT;
	struct link_info info;
	char		 verb[128];
	size_t		 changed;

	if (fm->saving || !fm->loaded || !form_check(fm))
		return;
	form_look_end(fm);
	args = form_args(fm, &changed);
	if (fm->take != NULL) {
		take = fm->take;
		fm->take = NULL;
		arg = fm->done_arg;
		view_pop(fm->view);
		take(args, arg);
		return;
	}
	if (fm->id[0] != '\0' && changed == 0) {
		val_free(args);
		toast(TOAST_NOTICE, NULL, "%s", TF("views.unchanged",
		    NULL));
		view_pop(fm->view);
		return;
	}
	/* Without a line it waits among what waits, where it can be seen. */
	link_get_info(app.link, &info);
	if (fm->own == NULL && !fm->warned && info.state == LINK_UP &&
	    form_names_change(fm, args)) {
		form_look_similar(fm, args);
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
