/*
 * rows.c - the rows of one list as the server gives them: windows of 200 by
 * key set, appended as they are needed, counted afterwards, fetched again
 * when somebody changes something. Views point into it by index and keep the
 * record's id themselves.
 */
#ifndef KONAK_TUI_ROWS_H
#define KONAK_TUI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/store.h"

struct rows;

/* `fixed` (taken, may be NULL) is a filter that always holds: the parent of a
 * related list. changed() is called whenever something to draw changed. Loads
 * nothing before rows_query(). */
struct rows	*rows_new(const char *type, struct val *fixed,
		    void (*changed)(void *), void *arg);
/* gone() is told of records that somebody deleted. */
void		 rows_on_gone(struct rows *, void (*gone)(const char *id,
		    void *arg));
void		 rows_free(struct rows *);

/* A new query: search text, filter map (taken; NULL: none) and sort ("name",
 * "-name"; NULL: the definition's). Rows of the old one stay until the new
 * ones are there. */
void		 rows_query(struct rows *, const char *search, struct val *filter,
		    const char *sort);
void		 rows_reload(struct rows *);
/* Columns to ask for ([field, width], …) from the next query on; true when
 * they are others than before. */
bool		 rows_choose(struct rows *, const struct val *columns);
/* Forgets the rows: those of another query come. */
void		 rows_empty(struct rows *);
/* Row i will be drawn: fetches on when the end is near. */
void		 rows_need(struct rows *, size_t i);
/* Loads from the end backwards, or from the start again: the last row of a
 * long list is one window away. */
void		 rows_seek(struct rows *, bool end);
bool		 rows_from_end(const struct rows *);
#define ROWS_MAX 20000

const struct def *rows_def(const struct rows *);
const struct val *rows_fixed(const struct rows *);
size_t		 rows_n(const struct rows *);
/* Borrowed until rows change. */
struct record	 rows_at(const struct rows *, size_t);
/* Index of the record, or -1. */
long		 rows_find(const struct rows *, const char *id);
bool		 rows_loaded(const struct rows *);	/* first answer is there */
bool		 rows_loading(const struct rows *);
/* A query is not answered yet: what is here belongs to the one before. */
bool		 rows_seeking(const struct rows *);
bool		 rows_complete(const struct rows *);
/* "" or the server's sentence why there are no rows. */
const char	*rows_error(const struct rows *);
/* How many rows stand before the first one here; -1 not known. */
int64_t		 rows_before(const struct rows *);
/* Total: -1 not known yet; *more: at least so many. */
int64_t		 rows_count(const struct rows *, bool *more);
const char	*rows_sort(const struct rows *);
/* Was this record changed by somebody else within the last two seconds? */
bool		 rows_fresh(const struct rows *, const char *id);

#endif
