/*
 * marks.c - which records of a list are chosen: a set of ids with the
 * versions that were seen, or everything the filter finds but for such a set.
 * It knows no rows, so that scrolling, sorting and changes leave it alone.
 */
#ifndef KONAK_TUI_VIEW_MARKS_H
#define KONAK_TUI_VIEW_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/val.h"

struct mark {
	char	id[37];
	int64_t	version;
};

struct marks {
	struct mark	*slot;	/* id "" is a free one */
	size_t		 size;	/* a power of two, or 0 */
	size_t		 n;
	bool		 all;	/* the whole filter, but for these */
};

void	 marks_free(struct marks *);
/* Nothing is chosen. */
void	 marks_clear(struct marks *);
/* Is the record chosen? */
bool	 marks_has(const struct marks *, const char *id);
void	 marks_set(struct marks *, const char *id, int64_t version, bool on);
/* A newer version was shown: what is done later is done to that one. */
void	 marks_seen(struct marks *, const char *id, int64_t version);
/* The record is gone for everybody. */
void	 marks_gone(struct marks *, const char *id);
bool	 marks_any(const struct marks *);
/* How many are chosen of total (-1: not known) records; -1: not known. */
int64_t	 marks_count(const struct marks *, int64_t total);
/* The set in the order of its slots: begin with *i 0; NULL ends. */
const struct mark *marks_next(const struct marks *, size_t *i);

/* What is chosen, as actions want it. All of it borrows from the list until
 * selection_free(); `id` and `version` have n items. */
struct selection {
	const char	*type;
	bool		 all;		/* what filter and search find */
	size_t		 n;		/* ids; 0 with all */
	const char	**id;
	int64_t		*version;
	struct val	*filter;	/* all: the wire's, exceptions within;
					 * may be NULL */
	char		*search;	/* all: may be NULL */
	int64_t		 count;		/* -1: not known */
};

void	 selection_free(struct selection *);

#endif
