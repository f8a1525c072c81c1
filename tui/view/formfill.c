/* formfill.c - which fields a form has, and what stands in them at first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tz.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/ui.h"
#include "tui/view/form.h"
#include "tui/view/formint.h"
#include "tui/view/formlines.h"

/* Only records that fit this one: {target's field: own field}. */
struct val *
form_match(struct form *fm, const struct formfield *ff)
{
	const struct field	*f = ff->f;
	struct val		*m;
	const struct formfield	*own;
	size_t			 i;

	if (val_count(f->match) == 0)
		return NULL;
	m = val_map();
	for (i = 0; i < f->match->n; i++) {
		own = form_beside(fm, ff, val_str(f->match->item[i]));
		if (own != NULL && own->canon != NULL)
			val_put(m, f->match->key[i], val_of(own->f,
			    own->canon));
	}
	return m;
}

static void
form_unmatch_one(struct formfield *ff, const struct formfield *changed)
{
	const struct val	*match = ff->f->match;
	const char		*own;
	size_t			 k;

	for (k = 0; k < val_count(match); k++) {
		own = val_str(match->item[k]);
		if (own != NULL && !ff->fixed &&
		    strcmp(own, changed->f->name) == 0)
			formfield_set(ff, NULL, NULL, false);
	}
}

void
form_unmatch(struct form *fm, const struct formfield *changed)
{
	struct formfield	*ff;
	size_t			 i, n;

	ff = form_all_beside(fm, changed, &n);
	for (i = 0; i < n; i++)
		form_unmatch_one(&ff[i], changed);
}

static void
form_add(struct form *fm, const struct field *f, const struct val *section,
    bool first)
{
	struct formfield	*ff;

	if (f == NULL || f->virtual || (!f->compute && (fm->id[0] == '\0' ?
	    !f->create : !f->edit && !f->create)))
		return;
	fm->field = xreallocarray(fm->field, fm->n + 1, sizeof *fm->field);
	ff = &fm->field[fm->n++];
	formfield_init(ff, fm, f);
	ff->fixed = f->compute || (fm->id[0] != '\0' && !f->edit);
	if (first) {
		ff->section[LANG_TR] = val_str(val_at(section, 0));
		ff->section[LANG_EN] = val_str(val_at(section, 1));
	}
}

static void
form_add_lines(struct form *fm, const struct val *spec,
    const struct val *label)
{
	struct formlines	*fl = formlines_new(fm, spec, label);
	struct formfield	*ff;

	if (fl == NULL)
		return;
	fm->field = xreallocarray(fm->field, fm->n + 1, sizeof *fm->field);
	ff = &fm->field[fm->n++];
	formfield_init(ff, fm, formlines_field(fl));
	ff->lines = fl;
}

void
form_fields(struct form *fm)
{
	const struct val	*sections = val_get(fm->d->v, "form"), *s, *names;
	size_t			 i, k, before;

	for (i = 0; i < val_count(sections); i++) {
		s = sections->item[i];
		if (val_get(s, "lines") != NULL) {
			form_add_lines(fm, val_get(s, "lines"),
			    val_get(s, "label"));
			continue;
		}
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

void
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

void
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
		if (ff == NULL || id == NULL)
			continue;
		/* A day that was chosen is a beginning, no more. */
		if (ff->f->ref == NULL) {
			formfield_set(ff, id, NULL, true);
			continue;
		}
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
		if (fm->field[i].lines != NULL) {
			formlines_fill(fm->field[i].lines, val_get(val_get(
			    rec, "lines"), fm->field[i].f->name), fm->clone);
			continue;
		}
		buf_clear(&b);
		val_canon(val_get(rec, fm->field[i].f->name), &b);
		snprintf(name, sizeof name, "%s.title", fm->field[i].f->name);
		formfield_set(&fm->field[i], buf_text(&b),
		    val_get_str(rec, name), !fm->clone);
	}
	if (!fm->clone) {
		fm->version = record_version(&r);
		buf_clear(&b);
		record_title(fm->d, &r, &b);
		free(fm->was);
		fm->was = xstrdup(buf_text(&b));
	}
	buf_free(&b);
	fm->loaded = true;
}

void
form_loaded_cb(const struct link_reply *r, void *arg)
{
	struct form	*fm = arg;

	fm->call = 0;
	if (!r->ok)
		snprintf(fm->error, sizeof fm->error, "%s", r->text);
	else
		form_fill(fm, r->body);
	if (r->ok) {
		formlive_start(fm);
		formdraft_ask(fm);
	}
	ui_redraw();
}
