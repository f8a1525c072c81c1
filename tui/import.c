/* import.c - a file's rows to the server in pieces; see transfer.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/csv.h"
#include "lib/xmalloc.h"
#include "tui/lang.h"
#include "tui/transfer.h"

#define FILE_MAX	((size_t)512 * 1024 * 1024)
#define PIECE_ROWS	500
#define PIECE_CELLS	20000
#define PIECE_BYTES	(512 * 1024)

/* --- The file ------------------------------------------------------------------- */

static bool
read_all(const char *path, struct buf *b)
{
	FILE	*f = fopen(path, "re");
	size_t	 n;
	bool	 good;

	if (f == NULL)
		return false;
	do {
		n = fread(buf_reserve(b, 65536), 1, 65536, f);
		buf_commit(b, n);
	} while (n > 0 && buf_len(b) < FILE_MAX);
	good = ferror(f) == 0;
	fclose(f);
	return good;
}

static enum csv_result
split(struct import_file *f, const char *text, size_t len, size_t *line)
{
	struct csv	c;
	char		**cells;
	size_t		 n, room = 0;
	enum csv_result	 got;

	csv_init(&c, text, len, f->delimiter);
	if ((got = csv_row(&c, f->arena, &f->heads, &f->n)) != CSV_ROW)
		return got;
	while ((got = csv_row(&c, f->arena, &cells, &n)) == CSV_ROW) {
		if (f->nrows == room) {
			room = room == 0 ? 1024 : room * 2;
			f->rows = xreallocarray(f->rows, room,
			    sizeof *f->rows);
			f->cells = xreallocarray(f->cells, room,
			    sizeof *f->cells);
		}
		f->rows[f->nrows] = cells;
		f->cells[f->nrows++] = n;
	}
	*line = c.line;
	return got;
}

struct import_file *
import_read(const char *path, char *why, size_t len)
{
	struct import_file	*f = xcalloc(1, sizeof *f);
	struct buf		 raw = BUF_INIT, text = BUF_INIT;
	const char		*name = strrchr(path, '/');
	size_t			 line = 0;
	char			 num[24];
	enum csv_result		 got;

	why[0] = '\0';
	f->arena = arena_new();
	f->name = xstrdup(name == NULL ? path : name + 1);
	if (!read_all(path, &raw)) {
		snprintf(why, len, "%s", file_why(path, errno));
		goto out;
	}
	f->encoding = csv_decode(&text, buf_data(&raw), buf_len(&raw));
	f->delimiter = csv_delimiter(buf_text(&text), buf_len(&text));
	got = split(f, buf_text(&text), buf_len(&text), &line);
	snprintf(num, sizeof num, "%zu", line);
	if (got == CSV_CUT)
		snprintf(why, len, "%s", TF("client.import_cut", "line", num,
		    NULL));
	else if (f->nrows == 0)
		snprintf(why, len, "%s", TF("client.import_empty", NULL));
out:
	buf_free(&raw);
	buf_free(&text);
	if (why[0] == '\0')
		return f;
	import_file_free(f);
	return NULL;
}

void
import_file_free(struct import_file *f)
{
	if (f == NULL)
		return;
	arena_free(f->arena);
	free(f->name);
	free(f->rows);
	free(f->cells);
	free(f);
}

/* --- To the server ------------------------------------------------------------------ */

struct import {
	struct transfer			 t;
	const struct def		*def;
	const struct import_file	*file;
	char				*id;
	size_t				 next;
	bool				 waiting, dead;
};

void
import_end(struct import *im)
{
	if (im == NULL)
		return;
	if (im->waiting) {
		im->dead = true;
		return;
	}
	free(im->id);
	free(im);
}

static void
ask(struct import *im, const char *op, struct val *args, link_cb cb,
    link_progress_cb progress)
{
	char	verb[128];

	im->waiting = true;
	snprintf(verb, sizeof verb, "%s.%s", im->def->name, op);
	im->t.call(im->t.arg, verb, args, true, cb, progress, im);
}

/* An answer has come: false when nobody wants it, or it is an error. */
static bool
answered(struct import *im, const struct link_reply *r)
{
	im->waiting = false;
	if (im->dead) {
		import_end(im);
		return false;
	}
	if (r->ok)
		return true;
	im->t.over(r->body, NULL, im->t.arg);
	return false;
}

static void
run_cb(const struct link_reply *r, void *arg)
{
	struct import	*im = arg;

	if (answered(im, r))
		im->t.over(NULL, r->body, im->t.arg);
}

static void
run_progress_cb(const struct val *v, void *arg)
{
	struct import	*im = arg;

	if (!im->dead)
		im->t.progress(val_get_int(v, "done", 0),
		    val_get_int(v, "total", 0), im->t.arg);
}

static void
run(struct import *im, bool dry, bool skip, const char *similar)
{
	struct val	*args = val_map();

	val_put(args, "import", val_uuid(im->id));
	val_put_int(args, "rows", (int64_t)im->file->nrows);
	val_put_bool(args, "dry", dry);
	val_put_bool(args, "skip", skip);
	if (similar != NULL)
		val_put_text(args, "similar", similar);
	ask(im, "import_run", args, run_cb, run_progress_cb);
}

void
import_run(struct import *im, bool skip, const char *similar)
{
	run(im, false, skip, similar);
}

static void	send_piece(struct import *);

static void
piece_cb(const struct link_reply *r, void *arg)
{
	struct import	*im = arg;

	if (!answered(im, r))
		return;
	im->t.progress((int64_t)im->next, (int64_t)im->file->nrows,
	    im->t.arg);
	if (im->next < im->file->nrows)
		send_piece(im);
	else
		run(im, true, false, NULL);
}

static void
send_piece(struct import *im)
{
	const struct import_file *f = im->file;
	struct val	*args = val_map(), *rows = val_array(), *row;
	size_t		 i, k, cells = 0, bytes = 0;

	for (i = im->next; i < f->nrows && i - im->next < PIECE_ROWS &&
	    cells < PIECE_CELLS && bytes < PIECE_BYTES; i++) {
		row = val_array();
		for (k = 0; k < f->cells[i] && k <= f->n; k++) {
			val_add(row, val_text(f->rows[i][k]));
			bytes += strlen(f->rows[i][k]);
		}
		cells += k;
		val_add(rows, row);
	}
	val_put(args, "import", val_uuid(im->id));
	val_put_int(args, "from", (int64_t)im->next + 1);
	val_put(args, "rows", rows);
	im->next = i;
	ask(im, "import_rows", args, piece_cb, NULL);
}

static void
begun_cb(const struct link_reply *r, void *arg)
{
	struct import	*im = arg;

	if (!answered(im, r))
		return;
	im->id = xstrdup(val_get_word(r->body, "import"));
	send_piece(im);
}

struct import *
import_start(const struct transfer *t, const struct def *d,
    const struct import_file *f, const char *const *columns)
{
	struct import	*im = xcalloc(1, sizeof *im);
	struct val	*args = val_map(), *heads = val_array();
	struct val	*names = val_array();
	size_t		 i;

	im->t = *t;
	im->def = d;
	im->file = f;
	for (i = 0; i < f->n; i++) {
		val_add(heads, val_text(f->heads[i]));
		val_add(names, val_text(columns[i]));
	}
	val_put_text(args, "file", f->name);
	val_put(args, "header", heads);
	val_put(args, "columns", names);
	ask(im, "import", args, begun_cb, NULL);
	return im;
}
