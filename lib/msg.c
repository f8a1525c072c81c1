/*
 * msg.c - the table of sentences and the filling in of parameters. The table
 * stands in the order of the .def files; an index sorted by key is made at
 * the first look.
 */
#include "lib/msg.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/xmalloc.h"

static const struct msg_row rows[] = {
#define MSG(key, tr, en) { key, { [LANG_TR] = tr, [LANG_EN] = en } },
#include "lib/msg/msg.def"
#undef MSG
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct msg_row	*sorted[ROWS];
static pthread_once_t		 sort_once = PTHREAD_ONCE_INIT;

static int
row_cmp(const void *a, const void *b)
{
	return strcmp((*(const struct msg_row *const *)a)->key,
	    (*(const struct msg_row *const *)b)->key);
}

static void
sort_rows(void)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		sorted[i] = &rows[i];
	qsort(sorted, ROWS, sizeof(sorted[0]), row_cmp);
}

static const struct msg_row *
find(const char *key)
{
	const struct msg_row want = { .key = key }, *p = &want;
	const struct msg_row *const *hit;

	pthread_once(&sort_once, sort_rows);
	hit = bsearch(&p, sorted, ROWS, sizeof(sorted[0]), row_cmp);
	return hit != NULL ? *hit : NULL;
}

const char *
msg_text(enum lang lang, const char *key)
{
	const struct msg_row *row = find(key);

	return row != NULL ? row->text[lang] : key;
}

bool
msg_known(const char *key)
{
	return find(key) != NULL;
}

const struct msg_row *
msg_rows(size_t *n)
{
	*n = ROWS;
	return rows;
}

static const char *
param_value(const struct msg_param *params, size_t n, const char *name,
    size_t len)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(params[i].name) == len &&
		    memcmp(params[i].name, name, len) == 0)
			return params[i].value != NULL ? params[i].value : "";
	return NULL;
}

/* What stands between braces: a name, or name|one|many. */
static bool
add_param(struct buf *b, const char *at, size_t len,
    const struct msg_param *params, size_t n)
{
	const char *bar = memchr(at, '|', len), *end = at + len, *mid;
	const char *value;

	value = param_value(params, n, at,
	    bar != NULL ? (size_t)(bar - at) : len);
	if (value == NULL)
		return false;
	if (bar == NULL) {
		buf_addz(b, value);
		return true;
	}
	bar++;
	if ((mid = memchr(bar, '|', (size_t)(end - bar))) == NULL)
		return false;
	if (strcmp(value, "1") == 0)
		buf_add(b, bar, (size_t)(mid - bar));
	else
		buf_add(b, mid + 1, (size_t)(end - mid - 1));
	return true;
}

void
msg_format_params(struct buf *b, enum lang lang, const char *key,
    const struct msg_param *params, size_t n)
{
	const char *s = msg_text(lang, key), *open, *close;

	while ((open = strchr(s, '{')) != NULL &&
	    (close = strchr(open, '}')) != NULL) {
		buf_add(b, s, (size_t)(open - s));
		if (!add_param(b, open + 1, (size_t)(close - open - 1),
		    params, n))
			buf_add(b, open, (size_t)(close - open + 1));
		s = close + 1;
	}
	buf_addz(b, s);
}

size_t
msg_params(struct msg_param params[MSG_PARAMS], va_list ap)
{
	const char *name;
	size_t n = 0;

	while (n < MSG_PARAMS && (name = va_arg(ap, const char *)) != NULL) {
		params[n].name = name;
		params[n++].value = va_arg(ap, const char *);
	}
	return n;
}

void
msg_format(struct buf *b, enum lang lang, const char *key, ...)
{
	struct msg_param params[MSG_PARAMS];
	va_list ap;
	size_t n;

	va_start(ap, key);
	n = msg_params(params, ap);
	va_end(ap);
	msg_format_params(b, lang, key, params, n);
}

char *
msg_dup_params(struct arena *a, enum lang lang, const char *key,
    const struct msg_param *params, size_t n)
{
	struct buf b = BUF_INIT;
	char *text;

	msg_format_params(&b, lang, key, params, n);
	text = arena_strdup(a, buf_text(&b));
	buf_free(&b);
	return text;
}

char *
msg_dup(struct arena *a, enum lang lang, const char *key, ...)
{
	struct msg_param params[MSG_PARAMS];
	va_list ap;
	size_t n;

	va_start(ap, key);
	n = msg_params(params, ap);
	va_end(ap);
	return msg_dup_params(a, lang, key, params, n);
}
