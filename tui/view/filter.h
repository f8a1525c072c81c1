/*
 * filter.c - what a list is narrowed by: chips (field, condition, words for
 * people) and free text, of which `alan:değer` becomes a chip.
 */
#ifndef KONAK_TUI_VIEW_FILTER_H
#define KONAK_TUI_VIEW_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/store.h"

#define FILTER_CHIPS 12

struct chip {
	char		*field;
	struct val	*cond;		/* value, or map of operators */
	char		*text;		/* "Durum: Aktif" */
};

struct filter {
	struct chip	 chip[FILTER_CHIPS];
	size_t		 nchips;
	char		*text;		/* as typed; NULL: none */
};

void	 filter_clear(struct filter *);
bool	 filter_empty(const struct filter *);
/* Replaces an earlier chip of the field. cond is taken. */
void	 filter_chip(struct filter *, const char *field, struct val *cond,
	    const char *text);
void	 filter_drop(struct filter *, size_t chip);

/* The wire's filter map (NULL: none) and what is left to search for (to
 * free; NULL: nothing), both chips and typed words. */
struct val *filter_query(const struct filter *, const struct def *,
	    char **search);
/* Typed words that are conditions become chips; the rest stays typed. */
void	 filter_settle(struct filter *, const struct def *);

/* A condition from words: "aktif", ">5", "bugün..", "-" (empty). NULL when
 * they do not fit the field; *text is what the chip shows (to free). */
struct val *filter_condition(const struct field *, const char *words,
	    char **text);

#endif
