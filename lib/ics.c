/* ics.c - see ics.h. */
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/ics.h"
#include "lib/tz.h"

#define FOLD	75

/* One content line; a fold never parts the bytes of a letter. */
static void
line_put(struct buf *b, const char *line, size_t len)
{
	size_t	n, room = FOLD;

	while (len > room) {
		n = room;
		while (n > 1 && ((unsigned char)line[n] & 0xc0) == 0x80)
			n--;
		buf_add(b, line, n);
		buf_addz(b, "\r\n ");
		line += n;
		len -= n;
		room = FOLD - 1;	/* the blank counts */
	}
	buf_add(b, line, len);
	buf_addz(b, "\r\n");
}

static void
text_put(struct buf *b, const char *name, const char *text)
{
	struct buf	line = BUF_INIT;
	const char	*p;

	buf_printf(&line, "%s:", name);
	for (p = text; *p != '\0'; p++) {
		if (*p == '\n')
			buf_addz(&line, "\\n");
		else if (strchr("\\;,", *p) != NULL)
			buf_printf(&line, "\\%c", *p);
		else if ((unsigned char)*p >= 0x20 || *p == '\t')
			buf_add8(&line, (uint8_t)*p);
	}
	line_put(b, buf_text(&line), buf_len(&line));
	buf_free(&line);
}

static void
day_put(struct buf *b, const char *name, int32_t day)
{
	struct date	d = date_from_days(day);

	buf_printf(b, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, d.year, d.month,
	    d.day);
}

static void
moment_put(struct buf *b, const char *name, int64_t us)
{
	struct date	d;
	int		s;

	tz_local(NULL, us, &d, &s);
	buf_printf(b, "%s:%04d%02d%02dT%02d%02d%02dZ\r\n", name, d.year,
	    d.month, d.day, s / 3600, s / 60 % 60, s % 60);
}

void
ics_begin(struct buf *b, const char *name)
{
	buf_addz(b, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
	    "PRODID:-//Konak//Konak//TR\r\nCALSCALE:GREGORIAN\r\n");
	text_put(b, "X-WR-CALNAME", name);
}

void
ics_event(struct buf *b, const struct ics_event *e)
{
	buf_addz(b, "BEGIN:VEVENT\r\n");
	text_put(b, "UID", e->uid);
	moment_put(b, "DTSTAMP", e->stamp);
	if (e->from == ICS_NO_DAY)
		moment_put(b, "DTSTART", e->at);
	else {
		day_put(b, "DTSTART", e->from);
		day_put(b, "DTEND", e->to + 1);
	}
	text_put(b, "SUMMARY", e->summary);
	if (e->description != NULL && e->description[0] != '\0')
		text_put(b, "DESCRIPTION", e->description);
	if (e->category != NULL)
		text_put(b, "CATEGORIES", e->category);
	/* What is done takes nobody's time. */
	if (e->done || e->from != ICS_NO_DAY)
		buf_addz(b, "TRANSP:TRANSPARENT\r\n");
	buf_addz(b, "END:VEVENT\r\n");
}

void
ics_end(struct buf *b)
{
	buf_addz(b, "END:VCALENDAR\r\n");
}
