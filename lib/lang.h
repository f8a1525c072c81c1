/* The languages Konak speaks. */
#ifndef KONAK_LANG_H
#define KONAK_LANG_H

#include <stdbool.h>

enum lang {
	LANG_TR,
	LANG_EN
};
#define LANG_COUNT 2

bool		 lang_parse(const char *, enum lang *);	/* "tr", "en" */
const char	*lang_code(enum lang);

#endif
