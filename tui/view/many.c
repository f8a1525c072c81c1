/* many.c - see many.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/files.h"
#include "tui/frame.h"
#include "tui/store.h"
#include "tui/transfer.h"
#include "tui/view/form.h"
#include "tui/view/listpane.h"
#include "tui/view/many.h"
#include "tui/view/work.h"

/* --- A change, or the bin ------------------------------------------------------ */

struct change {
	const struct def	*d;
	struct val		*args;		/* ids, versions | filter, search */
	int64_t			 count;		/* -1: not known */
	const struct field	**fields;	/* to choose from, then chosen */
	int			 n;
	struct work		*work;
	uint64_t		 call;
	bool			 delete;
};

static void
change_free(struct change *c)
{
	val_free(c->args);
	free(c->fields);
	free(c);
}

static struct change *
change_new(struct listpane *l, bool delete)
{
	struct change		*c = xcalloc(1, sizeof *c);
	struct selection	 s;
	struct val		*ids = val_array(), *versions = val_array();
	size_t			 i;

	c->d = rows_def(l->rows);
	c->delete = delete;
	c->args = val_map();
	listpane_selection(l, &s);
	c->count = s.count;
	for (i = 0; i < s.n; i++) {
		val_add(ids, val_uuid(s.id[i]));
		val_add(versions, val_int(s.version[i]));
	}
	if (s.all) {
		val_free(ids);
		val_free(versions);
		val_put(c->args, "filter", s.filter == NULL ? val_map() :
		    val_copy(s.filter));
		if (s.search != NULL)
			val_put_text(c->args, "search", s.search);
	} else {
		val_put(c->args, "ids", ids);
		val_put(c->args, "versions", versions);
	}
	selection_free(&s);
	return c;
}

static const char *
count_text(int64_t n)
{
	static char	text[24];

	snprintf(text, sizeof text, "%lld", (long long)n);
	return n < 0 ? "?" : text;
}

/* What was not done, a line each. */
static void
change_lines(struct work *w, const struct val *rows)
{
	struct buf	line = BUF_INIT;
	const char	*title, *text;
	size_t		i;

	for (i = 0; i < val_count(rows); i++) {
		title = val_str(val_at(rows->item[i], 1));
		text = val_str(val_at(rows->item[i], 3));
		buf_clear(&line);
		buf_printf(&line, "%s: %s", title == NULL ? "?" : title,
		    text == NULL ? "" : text);
		work_line(w, buf_text(&line));
	}
	buf_free(&line);
}

void
many_back(const char *title, const struct val *body)
{
	struct work	*w;
	char		 done[24], failed[24];

	snprintf(done, sizeof done, "%s", count_text(val_get_int(body, "done",
	    0)));
	snprintf(failed, sizeof failed, "%s", count_text(val_get_int(body,
	    "failed", 0)));
	if (strcmp(failed, "0") == 0) {
		toast(TOAST_GOOD, NULL, "%s", TF("many.back", "n", done,
		    NULL));
		return;
	}
	w = work_open(title, NULL, NULL);
	change_lines(w, val_get(body, "rows"));
	work_over(w, TF("many.back_but", "n", done, "failed", failed,
	    NULL), false);
}

static void
change_cb(const struct link_reply *r, void *arg)
{
	struct change	*c = arg;
	char		 done[24], failed[24];
	const char	*key;

	c->call = 0;
	if (!r->ok) {
		app_error(r);
		if (c->work != NULL)
			work_close(c->work);
		change_free(c);
		return;
	}
	watch_touch(c->d->name);
	snprintf(done, sizeof done, "%s", count_text(val_get_int(r->body,
	    "done", 0)));
	snprintf(failed, sizeof failed, "%s", count_text(val_get_int(r->body,
	    "failed", 0)));
	app_undo_words(r->request, strcmp(done, "0") == 0 ? NULL :
	    TF(c->delete ? "many.deleted" : "many.changed", "n", done, NULL));
	if (strcmp(failed, "0") == 0) {
		toast(TOAST_GOOD, NULL, "%s, %s", TF(c->delete ?
		    "many.deleted" : "many.changed", "n", done, NULL),
		    TF("views.undo_hint", NULL));
		if (c->work != NULL)
			work_close(c->work);
		change_free(c);
		return;
	}
	key = c->delete ? "many.deleted_but" : "many.changed_but";
	if (c->work == NULL) {
		toast(TOAST_WARN, NULL, "%s", TF(key, "n", done, "failed",
		    failed, NULL));
		change_free(c);
		return;
	}
	change_lines(c->work, val_get(r->body, "rows"));
	work_over(c->work, TF(key, "n", done, "failed", failed, NULL), false);
}

static void
change_progress_cb(const struct val *v, void *arg)
{
	struct change	*c = arg;

	if (c->work != NULL)
		work_progress(c->work, val_get_int(v, "done", 0),
		    val_get_int(v, "total", 0));
}

static void
change_stop(bool running, void *arg)
{
	struct change	*c = arg;

	c->work = NULL;
	if (!running)
		change_free(c);
	else if (c->call != 0)
		app_stop(c->call);
}

static void
change_send(struct change *c)
{
	char		 verb[128];
	const char	*what = TF(c->delete ? "many.deleted" :
			    "many.changed", "n", count_text(c->count), NULL);

	snprintf(verb, sizeof verb, "%s.%s", c->d->name, c->delete ?
	    "delete_many" : "edit_many");
	c->work = work_open(TF(c->delete ? "many.delete_title" :
	    "many.change_title", "type", app_label(c->d->labels), NULL),
	    change_stop, c);
	c->call = app_write(verb, val_copy(c->args), NULL, what, change_cb,
	    c);
	app_progress(c->call, change_progress_cb);
}

static void
change_sure_cb(bool yes, void *arg)
{
	if (yes)
		change_send(arg);
	else
		change_free(arg);
}

/* A set of thousands that nobody has seen is asked about. */
static void
change_ask(struct change *c)
{
	struct dialog_confirm	d = { .yes_key = 'e',
	    .done = change_sure_cb, .arg = c };

	d.title = TF(c->delete ? "many.delete_title" : "many.change_title",
	    "type", app_label(c->d->labels), NULL);
	d.text = TF(c->delete ? "many.delete_sure" : "many.change_sure", "n",
	    count_text(c->count), NULL);
	dialog_confirm(&d);
}

/* What was chosen and left empty is emptied. */
static void
change_values_cb(struct val *values, void *arg)
{
	struct change	*c = arg;
	int		 i;

	if (values == NULL) {
		change_free(c);
		return;
	}
	for (i = 0; i < c->n; i++)
		if (val_get(values, c->fields[i]->name) == NULL)
			val_put(values, c->fields[i]->name, val_null());
	val_put(c->args, "set", values);
	change_ask(c);
}

/* The definition's own words for these fields, as a form of its own. */
static struct def *
change_def(const struct change *c)
{
	const struct val	*all = val_get(c->d->v, "fields"), *f;
	struct val		*def = val_map(), *fields = val_array(), *copy;
	struct val		*label = val_array();
	const char		*title = TF("many.change_title", "type",
				    app_label(c->d->labels), NULL);
	size_t			 i;
	int			 k;

	for (k = 0; k < c->n; k++) {
		for (i = 0; i < val_count(all); i++) {
			f = all->item[i];
			if (strcmp(val_get_word(f, "name"),
			    c->fields[k]->name) != 0)
				continue;
			copy = val_copy(f);
			val_put_bool(copy, "create", true);
			val_drop(copy, "default");
			val_add(fields, copy);
		}
	}
	val_put_text(def, "name", c->d->name);
	val_add(label, val_text(title));
	val_add(label, val_text(title));
	val_put(def, "label", label);
	val_put(def, "fields", fields);
	return def_make(def);
}

static void
change_fields_cb(int n, const int *chosen, void *arg)
{
	struct change	*c = arg;
	int		 i;

	if (n <= 0) {
		change_free(c);
		return;
	}
	for (i = 0; i < n; i++)
		c->fields[i] = c->fields[chosen[i]];
	c->n = n;
	form_ask(change_def(c), change_values_cb, c);
}

void
many_change(struct listpane *l)
{
	struct change		*c = change_new(l, false);
	struct dialog_item	*items;
	const struct field	*f;
	size_t			 i;

	c->fields = xcalloc(c->d->nreal + 1, sizeof *c->fields);
	items = xcalloc(c->d->nreal + 1, sizeof *items);
	for (i = 0; i < c->d->nreal; i++) {
		f = &c->d->fields[i];
		if (!f->edit || f->virtual)
			continue;
		items[c->n].label = app_label(f->label);
		c->fields[c->n++] = f;
	}
	dialog_tick(TF("many.fields", "n", count_text(c->count), NULL),
	    items, c->n, true, change_fields_cb, c);
	free(items);
}

void
many_delete(struct listpane *l)
{
	struct change	*c = change_new(l, true);

	/* what undo takes back is not asked about, unless nobody saw it */
	if (val_get(c->args, "ids") != NULL)
		change_send(c);
	else
		change_ask(c);
}

/* --- A file -------------------------------------------------------------------------- */

struct filing {
	const struct def	*d;
	struct val		*list;
	enum export_format	 format;
	struct export		*run;
	struct work		*work;
};

static void
filing_free(struct filing *f)
{
	val_free(f->list);
	free(f);
}

static void
filing_call(void *arg, const char *verb, struct val *args, bool write,
    link_cb cb, link_progress_cb progress, void *cb_arg)
{
	if (write)
		app_write(verb, args, NULL, NULL, cb, cb_arg);
	else
		app_call(verb, args, cb, cb_arg);
}

static void
filing_progress(int64_t done, int64_t total, void *arg)
{
	struct filing	*f = arg;

	work_progress(f->work, done, total);
}

static void
filing_over(const struct val *error, const struct val *body, void *arg)
{
	struct filing	*f = arg;
	const char	*text = val_get_str(error, "text");

	if (error == NULL)
		toast(TOAST_GOOD, NULL, "%s", TF("many.exported", "n",
		    count_text(val_get_int(body, "rows", 0)), "file",
		    val_get_str(body, "file"), NULL));
	else
		toast(TOAST_ERROR, NULL, "%s", text == NULL ? "" : text);
	work_close(f->work);
	filing_free(f);
}

static void
filing_stop(bool running, void *arg)
{
	struct filing	*f = arg;

	if (running) {
		export_cancel(f->run);
		toast(TOAST_NOTICE, NULL, "%s", TF("many.stopped", NULL));
	}
	filing_free(f);
}

static void
filing_named_cb(const char *typed, void *arg)
{
	struct filing		*f = arg;
	struct transfer		 t = { filing_call, filing_progress,
	    filing_over, f };
	struct export_ask	 ask = { .def = f->d, .format = f->format };
	char			*path;

	if (typed == NULL) {
		filing_free(f);
		return;
	}
	path = files_path(typed);
	ask.file = path;
	ask.list = f->list;
	f->list = NULL;
	f->work = work_open(TF("many.export_title", "type",
	    app_label(f->d->labels), NULL), filing_stop, f);
	f->run = export_start(&t, &ask);
	free(path);
}

static void
filing_format_cb(int choice, void *arg)
{
	static const char *const	ends[] = { "csv", "xlsx", "json" };
	static const enum export_format	formats[] = { EXPORT_CSV,
	    EXPORT_XLSX, EXPORT_JSON };
	struct filing			*f = arg;
	struct dialog_line		 line = { .max = 400, .arg = f,
	    .check = files_new, .done = filing_named_cb };
	char				 name[200];

	if (choice < 0) {
		filing_free(f);
		return;
	}
	f->format = formats[choice];
	snprintf(name, sizeof name, "~/%s.%s", f->d->name, ends[choice]);
	line.title = TF("many.export_title", "type", app_label(f->d->labels),
	    NULL);
	line.label = TF("many.file", NULL);
	line.text = name;
	dialog_line(&line);
}

void
many_export(struct listpane *l)
{
	static const struct dialog_item items[] = {
		{ .label = "CSV", .key = 'c' }, { .label = "XLSX", .key = 'x' },
		{ .label = "JSON", .key = 'j' }
	};
	struct filing	*f = xcalloc(1, sizeof *f);

	f->d = rows_def(l->rows);
	f->list = val_map();
	val_put(f->list, "filter", val_copy(l->query));
	if (l->search != NULL)
		val_put_text(f->list, "search", l->search);
	if (rows_sort(l->rows) != NULL)
		val_put_text(f->list, "sort", rows_sort(l->rows));
	dialog_choose(TF("many.format", NULL), items, 3, 0, filing_format_cb,
	    f);
}
