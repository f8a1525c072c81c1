/* proto.c - the table of error codes. */
#include "lib/proto.h"

#include <string.h>

static const char *const err_codes[ERR_COUNT] = {
	[ERR_NONE] = "",
#define X(name, code) [ERR_##name] = code,
	ERR_TABLE(X)
#undef X
};

static const char *const err_keys[ERR_COUNT] = {
	[ERR_NONE] = "",
#define X(name, code) [ERR_##name] = "err." code,
	ERR_TABLE(X)
#undef X
};

const char *
err_code(enum err e)
{
	return err_codes[e];
}

const char *
err_key(enum err e)
{
	return err_keys[e];
}

enum err
err_parse(const char *s, size_t len)
{
	int i;

	for (i = ERR_NONE + 1; i < ERR_COUNT; i++)
		if (strlen(err_codes[i]) == len &&
		    memcmp(err_codes[i], s, len) == 0)
			return (enum err)i;
	return ERR_NONE;
}
