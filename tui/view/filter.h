/*
 * filter.c - what a list is narrowed by: chips (field, operator, value, words
 * for people) and free text, of which `alan=değer` becomes a chip. Reading
 * what is typed stands in filterparse.c.
 */
#ifndef KONAK_TUI_VIEW_FILTER_H
#define KONAK_TUI_VIEW_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/store.h"

#define FILTER_CHIPS 16

/* One condition: field, operator of the wire ("" for the value alone, which
 * filters of the definition take), value. */
struct cond {
	const struct field	*f;
	char			 op[8];
	struct val		*value;
	char			*words;	/* of days that move ("geçen ay"): read
					 * again for every query; or NULL */
};

struct chip {
	char		*field;
	char		 op[8];
	struct val	*value;
	char		*words;		/* or NULL */
	char		*title;		/* of a record that is referred to */
};

struct filter {
	struct chip	 chip[FILTER_CHIPS];
	size_t		 nchips;
	char		*text;		/* as typed; NULL: none */
	char		 error[240];	/* what is wrong with it; "" nothing */
};

void	 filter_clear(struct filter *);
bool	 filter_empty(const struct filter *);
/* Replaces an earlier chip of the same field and operator. The condition's
 * value and words are taken; title (may be NULL) is copied. */
void	 filter_add(struct filter *, struct cond *, const char *title);
void	 filter_drop(struct filter *, size_t chip);
/* "Durum: Aktif", "Tutar > 1.000,00"; "" when the field is gone. */
void	 filter_chip_text(const struct filter *, const struct def *,
	    size_t chip, struct buf *);

/* The wire's filter map (NULL: none) and what is left to search for (to
 * free; NULL: nothing), of chips and typed words. What is wrong is said in
 * f->error; the rest still stands. A word whose condition is not finished
 * yet is left out. */
struct val *filter_query(struct filter *, const struct def *, char **search);
/* Typed words that are conditions become chips; the rest stays typed. False
 * when one of them is wrong: f->error. */
bool	 filter_settle(struct filter *, const struct def *);

/* A map as the wire has it, as chips. Fields that are not known are left out:
 * how many is the result. */
size_t	 filter_from_wire(struct filter *, const struct def *,
	    const struct val *map);
/* Chips as a list for saving, and back. */
struct val *filter_save(const struct filter *);
size_t	 filter_restore(struct filter *, const struct def *,
	    const struct val *list);

/* --- filterparse.c ---------------------------------------------------------- */

enum cond_result {
	COND_OK,
	COND_PLAIN,		/* no condition: a word to search for */
	COND_OPEN,		/* a field and an operator, no value yet */
	COND_BAD
};

/* Takes one word or condition from *p and moves it on: what is searched for
 * goes to word. error says what is bad. False at the end of the text. */
bool	 cond_next(const struct def *, const char **p, enum cond_result *,
	    struct cond *, struct buf *word, char *error, size_t size);
/* A condition from an operator and words: "=" "aktif,pasif", ">=" "geçen ay",
 * "" is the operator within the words (">5", "1..5") or equality. */
bool	 cond_parse(const struct field *, const char *op, const char *words,
	    struct cond *, char *error, size_t size);
void	 cond_free(struct cond *);

#endif
