/*
 * Records to a file and from one, for scripts and for screens. Both ways are
 * many requests; whoever asks lends the way to make them, hears how far it
 * has come, and is told the end exactly once.
 */
#ifndef KONAK_TUI_TRANSFER_H
#define KONAK_TUI_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/link.h"
#include "tui/store.h"

struct transfer {
	/* args are taken; a write carries a request id */
	void	(*call)(void *, const char *verb, struct val *args,
		    bool write, link_cb, link_progress_cb, void *arg);
	void	(*progress)(int64_t done, int64_t total, void *);
	/* error NULL: done, and body tells what came of it; else a map with
	 * code and text as the server's errors have it. */
	void	(*over)(const struct val *error, const struct val *body,
		    void *);
	void	*arg;
};

/* --- export.c ---------------------------------------------------------------- */

enum export_format { EXPORT_CSV, EXPORT_JSON, EXPORT_XLSX };

struct export_ask {
	const struct def	*def;
	const char		*file;		/* "-": standard output */
	enum export_format	 format;
	char			 delimiter;	/* of CSV; 0: as Excel here */
	bool			 bare;		/* CSV without a byte order
						 * mark */
	struct val		*list;		/* search, filter, sort and
						 * columns of R.list; taken */
};

struct export;

bool		 export_format_parse(const char *, enum export_format *);
/* The file is written beside its place and moved there when it is whole. */
struct export	*export_start(const struct transfer *,
		    const struct export_ask *);
/* Ends it: over() is not called, no file is left. */
void		 export_cancel(struct export *);

/* --- import.c ------------------------------------------------------------------ */

/* A file, read and split; borrowed parts live as long as it. */
struct import_file {
	char		*name;		/* without its folder */
	const char	*encoding;
	char		 delimiter;
	size_t		 n;		/* columns */
	char		**heads;
	char		***rows;
	size_t		*cells;		/* of each row */
	size_t		 nrows;
	struct arena	*arena;
};

/* NULL with a sentence in why: cannot be read, empty, ends in a quote. */
struct import_file *import_read(const char *path, char *why, size_t len);
void		 import_file_free(struct import_file *);

struct import;

/* Sends the rows and tries them; columns are names of fields, NULL left out.
 * Over tells done, failed, columns and rows (row, field, text), and of rows
 * that look like records similar and similar_rows. */
struct import	*import_start(const struct transfer *, const struct def *,
		    const struct import_file *, const char *const *columns);
/* After a trial has ended: the real run. skip: without the wrong rows; similar:
 * what becomes of rows that look like records, "add", "skip" or "update". */
void		 import_run(struct import *, bool skip, const char *similar);
void		 import_end(struct import *);

#endif
