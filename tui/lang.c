/* lang.c - which language, and the words in it. */
#include <stdarg.h>
#include <stdlib.h>

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
ui_pick(const char *tr, const char *en)
{
	return now == LANG_EN ? en : tr;
}
