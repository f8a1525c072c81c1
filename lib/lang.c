/* lang.c - the languages by their codes. */
#include "lib/lang.h"

#include <string.h>

static const char *const codes[LANG_COUNT] = {
	[LANG_TR] = "tr",
	[LANG_EN] = "en"
};

bool
lang_parse(const char *code, enum lang *lang)
{
	int i;

	for (i = 0; i < LANG_COUNT; i++)
		if (strcmp(code, codes[i]) == 0) {
			*lang = (enum lang)i;
			return true;
		}
	return false;
}

const char *
lang_code(enum lang lang)
{
	return codes[lang];
}
