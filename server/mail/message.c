/* message.c - see message.h. */
#include "server/mail/message.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"

#define WORD_BYTES	45	/* of text in an encoded word, 60 encoded */
#define LINE_BYTES	57	/* of text in a line of the body, 76 encoded */

static void
base64_put(struct buf *b, const char *s, size_t len)
{
	char	out[128];

	sodium_bin2base64(out, sizeof out, (const unsigned char *)s, len,
	    sodium_base64_VARIANT_ORIGINAL);
	buf_addz(b, out);
}

/* Encoded words of whole characters, a line each. */
static void
header_text(struct buf *b, const char *name, const char *s)
{
	size_t	n, len = strlen(s);

	buf_printf(b, "%s:", name);
	do {
		n = len < WORD_BYTES ? len : WORD_BYTES;
		while (n < len && n > 0 &&
		    ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		if (n == 0)
			n = len < WORD_BYTES ? len : WORD_BYTES;
		buf_addz(b, " =?utf-8?B?");
		base64_put(b, s, n);
		buf_addz(b, "?=\r\n");
		s += n;
		len -= n;
	} while (len > 0);
}

static void
header_date(struct buf *b, int64_t moment)
{
	static const char *const	days[] = { "Sun", "Mon", "Tue", "Wed",
					    "Thu", "Fri", "Sat" };
	static const char *const	months[] = { "Jan", "Feb", "Mar",
					    "Apr", "May", "Jun", "Jul",
					    "Aug", "Sep", "Oct", "Nov",
					    "Dec" };
	time_t				t = (time_t)moment;
	struct tm			tm;

	gmtime_r(&t, &tm);
	buf_printf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
body_put(struct buf *b, const char *s)
{
	size_t	n, len;
	struct buf	text = BUF_INIT;

	for (; *s != '\0'; s++) {
		if (*s == '\n')
			buf_add8(&text, '\r');
		buf_add8(&text, (uint8_t)*s);
	}
	s = buf_text(&text);
	for (len = buf_len(&text); len > 0; s += n, len -= n) {
		n = len < LINE_BYTES ? len : LINE_BYTES;
		base64_put(b, s, n);
		buf_addz(b, "\r\n");
	}
	buf_free(&text);
}

void
message_write(struct buf *b, const struct message *m)
{
	header_date(b, m->moment);
	header_text(b, "From", m->from_name);
	buf_printf(b, " <%s>\r\n", m->from);
	buf_printf(b, "To: <%s>\r\n", m->to);
	header_text(b, "Subject", m->subject);
	buf_printf(b, "Message-ID: %s\r\n", m->id);
	buf_addz(b, "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Auto-Submitted: auto-generated\r\n\r\n");
	body_put(b, m->text);
}
