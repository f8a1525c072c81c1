/*
 * importer.c - records from a file: its columns against the type's fields, a
 * trial that names every wrong row, and then the real run. See many.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/files.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/theme.h"
#include "tui/transfer.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/many.h"
#include "tui/view/twins.h"
#include "tui/view/work.h"

struct importer {
	struct view		*view;		/* NULL once it is closed */
	const struct def	*d;
	struct import_file	*file;
	const struct field	**map;		/* a field a column, or NULL */
	const struct field	**choice;	/* of the open menu */
	int			 nchoice, at, top;
	struct import		*run;
	struct work		*work;
	int64_t			 similar;
	bool			 skip, update;
};

static void
importer_free(struct importer *p)
{
	import_end(p->run);
	import_file_free(p->file);
	free(p->map);
	free(p->choice);
	free(p);
}

/* --- The run ------------------------------------------------------------------------- */

static void
importer_call(void *arg, const char *verb, struct val *args, bool write,
    link_cb cb, link_progress_cb progress, void *cb_arg)
{
	uint64_t	call = app_write(verb, args, NULL, NULL, cb, cb_arg);

	if (progress != NULL)
		app_progress(call, progress);
}

static void
importer_progress(int64_t done, int64_t total, void *arg)
{
	struct importer	*p = arg;

	work_progress(p->work, done, total);
}

static const char *
heading_of(const struct importer *p, const char *field)
{
	size_t	i;

	for (i = 0; field != NULL && i < p->file->n; i++)
		if (p->map[i] != NULL && strcmp(p->map[i]->name, field) == 0)
			return p->file->heads[i];
	return "";
}

/* People count lines of the sheet, of which the first is the headings. */
static void
importer_lines(struct importer *p, const struct val *rows)
{
	struct buf	 b = BUF_INIT;
	const char	*field, *text;
	char		 row[24];
	size_t		 i;

	for (i = 0; i < val_count(rows); i++) {
		field = val_str(val_at(rows->item[i], 1));
		text = val_str(val_at(rows->item[i], 2));
		snprintf(row, sizeof row, "%lld",
		    (long long)val_at(rows->item[i], 0)->i + 1);
		buf_clear(&b);
		buf_addz(&b, TF("many.row", "row", row, "column",
		    heading_of(p, field), NULL));
		buf_printf(&b, " %s", text == NULL ? "" : text);
		work_line(p->work, buf_text(&b));
	}
	buf_free(&b);
}

/* "3. satır, Firma: ABC Ltd kaydına benziyor (Telefon)" */
static void
importer_similar(struct importer *p, const struct val *rows)
{
	const struct val	*row;
	struct buf		 why = BUF_INIT;
	const char		*title;
	char			 n[24];
	size_t			 i;

	for (i = 0; i < val_count(rows); i++) {
		row = rows->item[i];
		title = val_str(val_at(row, 2));
		snprintf(n, sizeof n, "%lld",
		    (long long)val_at(row, 0)->i + 1);
		buf_clear(&why);
		twins_fields(p->d, val_at(row, 3), &why);
		work_line(p->work, TF("many.row_similar", "row", n, "title",
		    title == NULL ? "?" : title, "fields", buf_text(&why),
		    NULL));
	}
	buf_free(&why);
}

static const char *const similar_words[] = { "skip", "update", "add" };

static void
importer_how_cb(int choice, void *arg)
{
	struct importer	*p = arg;

	if (choice < 0 || p->work == NULL)
		return;
	work_again(p->work);
	import_run(p->run, p->skip, similar_words[p->update ? choice :
	    choice * 2]);
}

/* Rows that look like records: left out, taken over into them, or added. */
static void
importer_how(struct importer *p)
{
	struct dialog_item	items[3];
	char			n[24];
	int			i = 0;

	memset(items, 0, sizeof items);
	snprintf(n, sizeof n, "%lld", (long long)p->similar);
	items[i++].label = TF("many.similar_skip", NULL);
	if (p->update)
		items[i++].label = TF("many.similar_update", NULL);
	items[i++].label = TF("many.similar_add", NULL);
	dialog_choose(TF("many.similar_rows", "n", n, NULL), items, i, 0,
	    importer_how_cb, p);
}

static void
importer_go(void *arg)
{
	struct importer	*p = arg;

	if (p->similar > 0)
		importer_how(p);
	else {
		work_again(p->work);
		import_run(p->run, p->skip, NULL);
	}
}

static void
importer_over(const struct val *error, const struct val *body, void *arg)
{
	struct importer	*p = arg;
	char		 done[24], failed[24], updated[24];
	const char	*text = val_get_str(error, "text"), *said;
	bool		 dry = val_get_bool(body, "dry");
	int64_t		 changed = val_get_int(body, "updated", 0);

	if (error != NULL) {
		work_over(p->work, text == NULL ? "" : text, false);
		return;
	}
	p->skip = val_get_int(body, "failed", 0) != 0;
	snprintf(done, sizeof done, "%" PRId64, val_get_int(body, "done", 0) -
	    (dry ? 0 : changed));
	snprintf(updated, sizeof updated, "%" PRId64, changed);
	snprintf(failed, sizeof failed, "%" PRId64, val_get_int(body,
	    "failed", 0) + (dry ? 0 : val_get_int(body, "skipped", 0)));
	importer_lines(p, val_get(body, "rows"));
	p->similar = val_get_int(body, "similar", 0);
	if (dry)
		importer_similar(p, val_get(body, "similar_rows"));
	said = dry ? p->skip ? "many.tried_wrong" : "many.tried_good" :
	    changed > 0 ? "many.imported_over" : "many.imported";
	work_over(p->work, TF(said, "n", done, "failed", failed, "updated",
	    updated, NULL), !p->skip);
	if (!dry) {
		watch_touch(p->d->name);
		toast(TOAST_GOOD, NULL, "%s", TF(said, "n", done, "failed",
		    failed, "updated", updated, NULL));
	} else if (strcmp(done, "0") != 0 || p->similar > 0)
		work_next(p->work, TF(p->similar > 0 ? "many.import_how" :
		    p->skip ? "many.import_rest" : "many.import_all", "n",
		    done, NULL), importer_go);
}

static void
importer_stop(bool running, void *arg)
{
	struct importer	*p = arg;

	p->work = NULL;
	if (running)
		toast(TOAST_NOTICE, NULL, "%s", TF("many.stopped", NULL));
	importer_free(p);
}

/* The rows go to the server; this screen makes place for how it goes. */
static void
importer_start(struct importer *p)
{
	struct transfer	 t = { importer_call, importer_progress,
	    importer_over, p };
	const char	**names = xcalloc(p->file->n + 1, sizeof *names);
	struct view	*v;
	size_t		 i;

	for (i = 0; i < p->file->n; i++)
		names[i] = p->map[i] == NULL ? NULL : p->map[i]->name;
	v = p->view;
	p->view = NULL;
	view_pop(v);
	p->work = work_open(TF("many.import_title", "type",
	    app_label(p->d->labels), NULL), importer_stop, p);
	p->run = import_start(&t, p->d, p->file, names);
	free(names);
}

/* --- Columns and fields ------------------------------------------------------------------ */

/* The state of the view is a pointer: the import outlives its screen. */
static struct importer *
importer_of(struct view *v)
{
	return *(struct importer **)v->state;
}

static bool
importer_open(struct view *v, void *arg)
{
	*(struct importer **)v->state = arg;
	importer_of(v)->view = v;
	return true;
}

static void
importer_close(struct view *v)
{
	struct importer	*p = importer_of(v);

	if (p->view == v)
		importer_free(p);
}

static void
importer_title(struct view *v, char *out, size_t len)
{
	struct importer	*p = importer_of(v);

	snprintf(out, len, "%s: %s", TF("many.import_title", "type",
	    app_label(p->d->labels), NULL), p->file->name);
}

static void
importer_draw(struct view *v, struct surface *s)
{
	struct importer	*p = importer_of(v);
	int		 i, row, third = (s->cols - 4) / 3;
	const char	*sample;

	draw_text(s, 0, 3, third - 2, STYLE_TITLE, TF("many.column", NULL));
	draw_text(s, 0, 3 + third, third - 2, STYLE_TITLE,
	    TF("many.sample", NULL));
	draw_text(s, 0, 3 + 2 * third, third, STYLE_TITLE,
	    TF("many.field", NULL));
	if (p->at < p->top)
		p->top = p->at;
	if (p->at >= p->top + s->rows - 1)
		p->top = p->at - s->rows + 2;
	for (i = p->top, row = 1; i < (int)p->file->n && row < s->rows;
	    i++, row++) {
		sample = p->file->cells[0] > (size_t)i ?
		    p->file->rows[0][i] : "";
		draw_text(s, row, 3, third - 2, STYLE_TEXT,
		    p->file->heads[i]);
		draw_text(s, row, 3 + third, third - 2, STYLE_DIM, sample);
		draw_text(s, row, 3 + 2 * third, third, p->map[i] == NULL ?
		    STYLE_DIM : STYLE_TEXT, p->map[i] == NULL ?
		    TF("many.left_out", NULL) : app_label(p->map[i]->label));
		if (i != p->at)
			continue;
		draw_text(s, row, 1, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		draw_cursor(s, row, 1);
	}
}

static void
importer_status(struct view *v, char *out, size_t len)
{
	struct importer	*p = importer_of(v);
	char		 rows[24];

	snprintf(rows, sizeof rows, "%zu", p->file->nrows);
	snprintf(out, len, "%s", TF("many.file_status", "rows", rows,
	    "encoding", p->file->encoding, NULL));
}

static void
importer_chosen_cb(int choice, void *arg)
{
	struct importer	*p = arg;
	size_t		 i;

	if (choice < 0)
		return;
	for (i = 0; choice > 0 && i < p->file->n; i++)
		if (p->map[i] == p->choice[choice])
			p->map[i] = NULL;
	p->map[p->at] = p->choice[choice];
	ui_redraw();
}

static void
importer_choose(struct importer *p)
{
	struct dialog_item	*items;
	size_t			 i;
	int			 now = 0;

	free(p->choice);
	p->choice = xcalloc(p->d->nreal + 1, sizeof *p->choice);
	items = xcalloc(p->d->nreal + 1, sizeof *items);
	items[0].label = TF("many.left_out", NULL);
	p->nchoice = 1;
	for (i = 0; i < p->d->nreal; i++) {
		if (!p->d->fields[i].create)
			continue;
		if (p->map[p->at] == &p->d->fields[i])
			now = p->nchoice;
		items[p->nchoice].label = app_label(p->d->fields[i].label);
		items[p->nchoice].detail = p->d->fields[i].required ? "*" :
		    NULL;
		p->choice[p->nchoice++] = &p->d->fields[i];
	}
	dialog_choose(p->file->heads[p->at], items, p->nchoice, now,
	    importer_chosen_cb, p);
	free(items);
}

static bool
importer_action(struct view *v, enum action a, const struct input *in)
{
	struct importer	*p = importer_of(v);

	switch (a) {
	case ACT_UP:
		p->at -= p->at > 0;
		break;
	case ACT_DOWN:
		p->at += p->at + 1 < (int)p->file->n;
		break;
	case ACT_TOP:
		p->at = 0;
		break;
	case ACT_BOTTOM:
		p->at = (int)p->file->n - 1;
		break;
	case ACT_OPEN:
		importer_choose(p);
		break;
	case ACT_SAVE:
		importer_start(p);
		break;
	case ACT_BACK:
	case ACT_CLOSE:
		view_pop(v);
		break;
	default:
		return false;
	}
	ui_redraw();
	return true;
}

static const char *
importer_label(struct view *v, enum action a)
{
	return a == ACT_SAVE ? TF("many.try", NULL) :
	    a == ACT_OPEN ? TF("many.choose", NULL) : NULL;
}

static const struct view_ops importer_view = {
	.name = "import",
	.when = WHEN_FORM,
	.size = sizeof(struct importer *),
	.open = importer_open,
	.close = importer_close,
	.title = importer_title,
	.draw = importer_draw,
	.status = importer_status,
	.action = importer_action,
	.hints = { ACT_SAVE, ACT_OPEN, ACT_BACK },
	.label = importer_label
};

/* --- Beginning ------------------------------------------------------------------------------ */

static void
importer_guessed_cb(const struct link_reply *r, void *arg)
{
	struct importer		*p = arg;
	const struct val	*columns = val_get(r->body, "columns");
	size_t			 i;

	if (!r->ok) {
		app_error(r);
		importer_free(p);
		return;
	}
	for (i = 0; i < p->file->n; i++)
		p->map[i] = def_field(p->d, val_str(val_at(columns, i)) ==
		    NULL ? "" : val_str(val_at(columns, i)));
	view_push(&importer_view, p);
}

static void
importer_file_cb(const char *typed, void *arg)
{
	const struct def	*d = arg;
	struct importer		*p;
	struct import_file	*file;
	struct val		*args, *heads = val_array();
	char			 why[600], verb[128], *path;
	size_t			 i;

	if (typed == NULL) {
		val_free(heads);
		return;
	}
	path = files_path(typed);
	file = import_read(path, why, sizeof why);
	free(path);
	if (file == NULL) {
		toast(TOAST_ERROR, NULL, "%s", why);
		val_free(heads);
		return;
	}
	p = xcalloc(1, sizeof *p);
	p->d = d;
	p->update = def_can(d, "edit");
	p->file = file;
	p->map = xcalloc(file->n + 1, sizeof *p->map);
	for (i = 0; i < file->n; i++)
		val_add(heads, val_text(file->heads[i]));
	args = val_map();
	val_put(args, "header", heads);
	snprintf(verb, sizeof verb, "%s.import", d->name);
	app_once(verb, args, importer_guessed_cb, p);
}

void
many_import(const struct def *d)
{
	struct dialog_line	line = { .max = 400, .arg = (void *)d,
	    .done = importer_file_cb };

	line.title = TF("many.import_title", "type", app_label(d->labels),
	    NULL);
	line.label = TF("many.import_file", NULL);
	line.text = "~/";
	dialog_line(&line);
}
