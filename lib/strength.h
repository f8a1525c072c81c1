/*
 * How good a password is, and good ones: the same words for the server, which
 * keeps the class beside a sealed password, and for a form that shows it while
 * one types.
 */
#ifndef KONAK_STRENGTH_H
#define KONAK_STRENGTH_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/lang.h"

enum strength {
	STRENGTH_WEAK,		/* guessed in hours */
	STRENGTH_FAIR,
	STRENGTH_GOOD,
	STRENGTH_STRONG
};

enum strength	 strength_of(const char *, size_t len);
const char	*strength_name(enum strength);	/* "weak" */

#define GENERATE_MIN	8
#define GENERATE_MAX	128
#define GENERATE_WORDS	12

struct generate {
	int		length;		/* of letters and signs */
	bool		lower, upper, digits, signs;
	int		words;		/* not 0: so many words instead */
	enum lang	lang;		/* whose words */
};

/* Writes a password of random letters, with at least one of each class that
 * was asked for, none of those that are read for another (l, I, 1, O, 0); or
 * words with hyphens between. out takes GENERATE_TEXT bytes; false: nothing
 * was asked for, or more than there may be. */
#define GENERATE_TEXT	(GENERATE_MAX + 1)
bool		 password_generate(const struct generate *,
		    char out[GENERATE_TEXT])
		    __attribute__((warn_unused_result));

#endif
