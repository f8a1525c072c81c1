/* lang.c - which language, and the words in it. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/msg.h"
#include "tui/lang.h"

#define RING 8

static enum lang now = LANG_TR;

enum lang
ui_lang(void)
{
	return now;
}

void
ui_set_lang(enum lang l)
{
	now = l;
}

const char *
T(const char *key)
{
	return msg_text(now, key);
}

const char *
TF(const char *key, ...)
{
	static struct buf ring[RING];
	static unsigned next;
	struct msg_param params[MSG_PARAMS];
	struct buf *b = &ring[next++ % RING];
	va_list ap;
	size_t n;

	va_start(ap, key);
	n = msg_params(params, ap);
	va_end(ap);
	buf_clear(b);
	msg_format_params(b, now, key, params, n);
	return buf_text(b);
}

const char *
file_why(const char *file, int code)
{
	static const struct {
		int		 code;
		const char	*key;
	} known[] = {
		{ ENOENT, "client.file_none" },
		{ EACCES, "client.file_right" },
		{ EISDIR, "client.file_folder" },
		{ ENOSPC, "client.file_full" },
		{ EDQUOT, "client.file_full" }
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].code == code)
			return TF(known[i].key, "file", file, NULL);
	}
	return TF("client.file", "file", file, "detail", strerror(code), NULL);
}

const char *
ui_pick(const char *tr, const char *en)
{
	return now == LANG_EN ? en : tr;
}
