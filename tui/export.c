/*
 * export.c - a list into a file: page after page of R.export_rows, each
 * written before the next is asked for, so that memory stays flat.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "lib/buf.h"
#include "lib/csv.h"
#include "lib/proto.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/transfer.h"

#define CELLS_MAX	50000		/* of one page */
#define XLSX_ROWS	1048575		/* below the headings */

struct export {
	struct transfer		 t;
	const struct def	*def;
	enum export_format	 format;
	char			 delimiter;
	bool			 bare, dead;
	struct val		*list;
	char			*file, *part;	/* part NULL: standard output */
	char			*id;		/* of the export */
	char			*after;		/* cursor, or NULL */
	int64_t			 total, done;
	const struct field	**fields;
	size_t			 nfields;
	FILE			*f;
	lxw_workbook		*book;
	lxw_worksheet		*sheet;
	lxw_format		*date;
};

bool
export_format_parse(const char *s, enum export_format *out)
{
	static const char *const names[] = { "csv", "json", "xlsx" };
	unsigned	i;

	for (i = 0; i < 3; i++)
		if (strcmp(s, names[i]) == 0) {
			*out = (enum export_format)i;
			return true;
		}
	return false;
}

/* --- Ending -------------------------------------------------------------------- */

static void
export_free(struct export *e)
{
	if (e->book != NULL)
		workbook_close(e->book);
	if (e->f != NULL && e->f != stdout)
		fclose(e->f);
	if (e->part != NULL)
		unlink(e->part);
	val_free(e->list);
	free(e->file);
	free(e->part);
	free(e->id);
	free(e->after);
	free(e->fields);
	free(e);
}

static void
export_fail(struct export *e, const struct val *error)
{
	struct transfer	t = e->t;
	struct val	*copy = val_copy(error);

	export_free(e);
	t.over(copy, NULL, t.arg);
	val_free(copy);
}

static void
export_fail_file(struct export *e, int number)
{
	struct val	*v = val_map();

	val_put_text(v, "code", number == ENOSPC || number == EDQUOT ?
	    "disk_full" : "file");
	val_put_text(v, "text", file_why(e->file, number));
	export_fail(e, v);
	val_free(v);
}

void
export_cancel(struct export *e)
{
	/* an answer is under way: its callback frees */
	e->dead = true;
}

/* --- Writing -------------------------------------------------------------------- */

static bool
is_number(const struct field *f)
{
	switch (f->rules.type) {
	case VALUE_INT:
	case VALUE_DECIMAL:
	case VALUE_MONEY:
	case VALUE_PERCENT:
		return true;
	default:
		return false;
	}
}

/* A cell's text: numbers without currency and groups, the rest as shown. */
static void
cell_text(struct export *e, const struct field *f, const struct record *r,
    struct buf *b)
{
	struct value_ctx	 ctx = app_ctx();
	struct buf		 canon = BUF_INIT;

	if (is_number(f)) {
		val_canon(record_get(r, f->name), &canon);
		if (buf_len(&canon) > 0)
			value_edit_text(&f->rules, &ctx, buf_text(&canon), b);
	} else
		record_text(e->def, f, r, b);
	buf_free(&canon);
}

static void
csv_line(struct export *e, const struct record *r)
{
	struct buf	line = BUF_INIT, cell = BUF_INIT;
	size_t		i;

	for (i = 0; i < e->nfields; i++) {
		buf_clear(&cell);
		if (r == NULL)
			buf_addz(&cell, app_label(e->fields[i]->label));
		else
			cell_text(e, e->fields[i], r, &cell);
		if (i > 0)
			buf_add8(&line, (uint8_t)e->delimiter);
		csv_cell(&line, buf_text(&cell), e->delimiter, true);
	}
	buf_addz(&line, "\r\n");
	fwrite(buf_data(&line), 1, buf_len(&line), e->f);
	buf_free(&cell);
	buf_free(&line);
}

static void
json_line(struct export *e, const struct record *r)
{
	struct val		*o = val_map();
	const struct val	*v;
	char			*text, title[80];
	size_t			 i;

	val_put(o, "id", val_copy(record_get(r, "id")));
	for (i = 0; i < e->nfields; i++) {
		v = record_get(r, e->fields[i]->name);
		val_put(o, e->fields[i]->name, v == NULL ? val_null() :
		    val_copy(v));
		snprintf(title, sizeof title, "%s.title",
		    e->fields[i]->name);
		if ((v = record_get(r, title)) != NULL)
			val_put(o, title, val_copy(v));
	}
	text = val_json(o, false);
	fprintf(e->f, "%s%s", e->done > 0 ? ",\n" : "", text);
	free(text);
	val_free(o);
}

static void
xlsx_cell(struct export *e, lxw_row_t row, lxw_col_t col,
    const struct field *f, const struct record *r)
{
	struct buf	b = BUF_INIT;
	lxw_datetime	d = { 0 };

	val_canon(record_get(r, f->name), &b);
	if (buf_len(&b) == 0) {
		buf_free(&b);
		return;
	}
	if (is_number(f))
		worksheet_write_number(e->sheet, row, col,
		    strtod(buf_text(&b), NULL), NULL);
	else if (f->rules.type == VALUE_DATE &&
	    sscanf(buf_text(&b), "%d-%d-%d", &d.year, &d.month, &d.day) == 3 &&
	    d.year >= 1900)
		worksheet_write_datetime(e->sheet, row, col, &d, e->date);
	else {
		buf_clear(&b);
		record_text(e->def, f, r, &b);
		worksheet_write_string(e->sheet, row, col, buf_text(&b),
		    NULL);
	}
	buf_free(&b);
}

static void
write_row(struct export *e, const struct record *r)
{
	size_t	i;

	switch (e->format) {
	case EXPORT_CSV:
		csv_line(e, r);
		break;
	case EXPORT_JSON:
		json_line(e, r);
		break;
	case EXPORT_XLSX:
		for (i = 0; i < e->nfields; i++)
			xlsx_cell(e, (lxw_row_t)e->done + 1, (lxw_col_t)i,
			    e->fields[i], r);
		break;
	}
	e->done++;
}

static void
xlsx_open(struct export *e)
{
	lxw_workbook_options	 o = { .constant_memory = LXW_TRUE };
	lxw_format		*bold;
	size_t			 i;

	e->book = workbook_new_opt(e->part, &o);
	e->sheet = workbook_add_worksheet(e->book, NULL);
	bold = workbook_add_format(e->book);
	format_set_bold(bold);
	e->date = workbook_add_format(e->book);
	format_set_num_format(e->date, "dd.mm.yyyy");
	worksheet_freeze_panes(e->sheet, 1, 0);
	for (i = 0; i < e->nfields; i++)
		worksheet_write_string(e->sheet, 0, (lxw_col_t)i,
		    app_label(e->fields[i]->label), bold);
}

/* The file to be, beside its place; readable by its owner alone. */
static bool
open_file(struct export *e)
{
	struct stat	sb;
	int		fd;

	if (strcmp(e->file, "-") == 0) {
		e->f = stdout;
	} else if (e->format != EXPORT_XLSX && stat(e->file, &sb) == 0 &&
	    !S_ISREG(sb.st_mode)) {
		/* a pipe or a device keeps its place */
		if ((e->f = fopen(e->file, "we")) == NULL)
			return false;
	} else {
		e->part = xasprintf("%s.%ld.part", e->file, (long)getpid());
		fd = open(e->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
		if (fd == -1) {
			free(e->part);
			e->part = NULL;
			return false;
		}
		if (e->format == EXPORT_XLSX)
			close(fd);
		else
			e->f = fdopen(fd, "w");
	}
	switch (e->format) {
	case EXPORT_CSV:
		if (!e->bare)
			fputs("\xef\xbb\xbf", e->f);
		csv_line(e, NULL);
		break;
	case EXPORT_JSON:
		fputs("[\n", e->f);
		break;
	case EXPORT_XLSX:
		xlsx_open(e);
		break;
	}
	return true;
}

/* Whole and on the disk, or an error number. */
static int
close_file(struct export *e)
{
	FILE	*f = e->f;
	bool	 bad;

	if (e->format == EXPORT_XLSX) {
		errno = 0;
		bad = workbook_close(e->book) != LXW_NO_ERROR;
		e->book = NULL;
		if (bad)
			return errno != 0 ? errno : EIO;
	} else {
		if (e->format == EXPORT_JSON)
			fputs("\n]\n", f);
		bad = fflush(f) != 0 || ferror(f) != 0;
		if (!bad && e->part != NULL)
			bad = fsync(fileno(f)) != 0;
		if (bad)
			return errno != 0 ? errno : EIO;
		if (f != stdout) {
			e->f = NULL;
			if (fclose(f) != 0)
				return errno;
		}
	}
	if (e->part != NULL && rename(e->part, e->file) != 0)
		return errno;
	free(e->part);
	e->part = NULL;
	return 0;
}

/* --- Pages -------------------------------------------------------------------------- */

static void	ask_page(struct export *);

static void
export_done(struct export *e)
{
	struct transfer	 t = e->t;
	struct val	*body;
	int		 number = close_file(e);

	if (number != 0) {
		export_fail_file(e, number);
		return;
	}
	body = val_map();
	val_put_text(body, "file", e->file);
	val_put_int(body, "rows", e->done);
	export_free(e);
	t.over(NULL, body, t.arg);
	val_free(body);
}

static void
page_cb(const struct link_reply *reply, void *arg)
{
	struct export		*e = arg;
	const struct val	*rows = val_get(reply->body, "rows");
	struct record		 r = { val_get(reply->body, "columns"), NULL };
	const char		*next;
	size_t			 i;

	if (e->dead) {
		export_free(e);
		return;
	}
	if (!reply->ok) {
		export_fail(e, reply->body);
		return;
	}
	for (i = 0; i < val_count(rows); i++) {
		r.row = rows->item[i];
		write_row(e, &r);
	}
	if (e->f != NULL && (fflush(e->f) != 0 || ferror(e->f))) {
		export_fail_file(e, errno != 0 ? errno : EIO);
		return;
	}
	e->t.progress(e->done, e->total, e->t.arg);
	next = val_get_str(reply->body, "next");
	free(e->after);
	e->after = next == NULL ? NULL : xstrdup(next);
	if (e->after == NULL)
		export_done(e);
	else
		ask_page(e);
}

static void
ask_page(struct export *e)
{
	struct val	*args = val_copy(e->list);
	char		 verb[128];
	size_t		 limit = CELLS_MAX / (2 * e->nfields + 2);

	val_put(args, "export", val_uuid(e->id));
	val_put_int(args, "limit", limit > PROTO_EXPORT_MAX ?
	    PROTO_EXPORT_MAX : (int64_t)limit);
	if (e->after != NULL)
		val_put_text(args, "after", e->after);
	snprintf(verb, sizeof verb, "%s.export_rows", e->def->name);
	e->t.call(e->t.arg, verb, args, false, page_cb, NULL, e);
}

static void
begun_cb(const struct link_reply *reply, void *arg)
{
	struct export	*e = arg;
	struct val	*error;

	if (e->dead) {
		export_free(e);
		return;
	}
	if (!reply->ok) {
		export_fail(e, reply->body);
		return;
	}
	e->id = xstrdup(val_get_word(reply->body, "export"));
	e->total = val_get_int(reply->body, "count", 0);
	if (e->format == EXPORT_XLSX && e->total > XLSX_ROWS) {
		error = val_put_text(val_map(), "code", "too_large");
		val_put_text(error, "text", TF("client.xlsx_rows", NULL));
		export_fail(e, error);
		val_free(error);
	} else if (!open_file(e))
		export_fail_file(e, errno);
	else
		ask_page(e);
}

/* --- Beginning ------------------------------------------------------------------------ */

/* The list's columns, which the definition has when nobody chose any. */
static void
take_columns(struct export *e)
{
	const struct val	*columns = val_get(e->list, "columns"), *c;
	const struct val	*own = val_get(val_get(e->def->v, "list"),
				    "columns");
	const struct field	*f;
	struct val		*names = val_array();
	size_t			 i;

	if (columns == NULL)
		columns = own;
	e->fields = xcalloc(val_count(columns) + 1, sizeof *e->fields);
	for (i = 0; i < val_count(columns); i++) {
		c = columns->item[i];
		if (c->kind == VAL_ARRAY)
			c = val_at(c, 0);
		if ((f = def_field(e->def, val_str(c))) == NULL || f->virtual)
			continue;
		e->fields[e->nfields++] = f;
		val_add(names, val_text(f->name));
		/* an amount goes with its currency */
		if (f->currency != NULL)
			val_add(names, val_text(f->currency));
	}
	val_put(e->list, "columns", names);
}

struct export *
export_start(const struct transfer *t, const struct export_ask *ask)
{
	struct export	*e = xcalloc(1, sizeof *e);
	struct val	*args;
	char		 verb[128];

	e->t = *t;
	e->def = ask->def;
	e->format = ask->format;
	e->delimiter = ask->delimiter != '\0' ? ask->delimiter :
	    ui_lang() == LANG_TR ? ';' : ',';
	e->bare = ask->bare;
	e->file = xstrdup(ask->file);
	e->list = ask->list;
	take_columns(e);
	args = val_copy(e->list);
	val_drop(args, "sort");
	snprintf(verb, sizeof verb, "%s.export", e->def->name);
	t->call(t->arg, verb, args, true, begun_cb, NULL, e);
	return e;
}
