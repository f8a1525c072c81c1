/*
 * CSV as offices have it: UTF-8, UTF-16 or Windows-1254, commas, semicolons or
 * tabs, quotes with line ends inside; and writing it so that no spreadsheet
 * takes a cell for a formula.
 */
#ifndef KONAK_CSV_H
#define KONAK_CSV_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;

/* Appends the file's text as UTF-8 without a byte order mark, and says which
 * encoding it was: "UTF-8", "UTF-16", "CP1254". */
const char *csv_decode(struct buf *, const void *, size_t len);

/* What separates the cells of the first line. */
char	csv_delimiter(const char *, size_t len);

enum csv_result {
	CSV_ROW,
	CSV_END,
	CSV_CUT			/* the file ends inside a quoted cell */
};

struct csv {
	const char	*p, *end;
	char		 delimiter;
	size_t		 line;		/* in which the last row began, from 1 */
};

void	csv_init(struct csv *, const char *, size_t len, char delimiter);
/* The next row that is not empty; its cells live in the arena. */
enum csv_result csv_row(struct csv *, struct arena *, char ***cells,
	    size_t *n);

/* Appends one cell, quoted where it must be. guard: what begins like a
 * formula gets an apostrophe before it, which csv_row() takes off again. */
void	csv_cell(struct buf *, const char *, char delimiter, bool guard);

#endif
