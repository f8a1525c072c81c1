/* ics.c - see ics.h. */
#include <stdlib.h>
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
clock_put(struct buf *b, const struct tz *tz, int64_t us)
{
	struct date	d;
	int		s;

	tz_local(tz, us, &d, &s);
	buf_printf(b, "%04d%02d%02dT%02d%02d%02d", d.year, d.month, d.day,
	    s / 3600, s / 60 % 60, s % 60);
}

static void
moment_put(struct buf *b, const char *name, int64_t us)
{
	buf_printf(b, "%s:", name);
	clock_put(b, NULL, us);
	buf_addz(b, "Z\r\n");
}

static void
local_put(struct buf *b, const char *name, const char *zone, int64_t us)
{
	const struct tz	*tz = zone == NULL ? NULL : tz_find(zone);

	if (tz == NULL) {
		moment_put(b, name, us);
		return;
	}
	buf_printf(b, "%s;TZID=%s:", name, zone);
	clock_put(b, tz, us);
	buf_addz(b, "\r\n");
}

/* An offset that holds from a moment (seconds, UTC) on; its start is told by
 * the clock of before. */
static void
offset_put(struct buf *b, int64_t at, int before, int after)
{
	const char	*kind = after > before ? "DAYLIGHT" : "STANDARD";
	int		 i, s;

	buf_printf(b, "BEGIN:%s\r\nDTSTART:", kind);
	clock_put(b, NULL, (at + before) * SECOND_US);
	buf_addz(b, "\r\n");
	for (i = 0; i < 2; i++) {
		s = i == 0 ? before : after;
		buf_printf(b, "%s:%c%02d%02d\r\n", i == 0 ? "TZOFFSETFROM" :
		    "TZOFFSETTO", s < 0 ? '-' : '+', abs(s) / 3600,
		    abs(s) / 60 % 60);
	}
	buf_printf(b, "END:%s\r\n", kind);
}

void
ics_zone(struct buf *b, const char *zone, int64_t from, int64_t until)
{
	const struct tz	*tz = tz_find(zone);
	int64_t		 at = from / SECOND_US, end = until / SECOND_US, low,
			 high, mid;

	if (tz == NULL)
		return;
	buf_printf(b, "BEGIN:VTIMEZONE\r\nTZID:%s\r\n", zone);
	offset_put(b, at, tz_offset(tz, at), tz_offset(tz, at));
	for (; at < end; at += DAY_S) {
		if (tz_offset(tz, at) == tz_offset(tz, at + DAY_S))
			continue;
		for (low = at, high = at + DAY_S; high - low > 1;) {
			mid = low + (high - low) / 2;
			if (tz_offset(tz, mid) == tz_offset(tz, at))
				low = mid;
			else
				high = mid;
		}
		offset_put(b, high, tz_offset(tz, low), tz_offset(tz, high));
	}
	buf_addz(b, "END:VTIMEZONE\r\n");
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
	if (e->from == ICS_NO_DAY) {
		local_put(b, "DTSTART", e->zone, e->at);
		if (e->length > 0)
			local_put(b, "DTEND", e->zone, e->at + e->length *
			    SECOND_US);
		if (e->until != 0) {
			buf_addz(b, "RRULE:FREQ=WEEKLY;UNTIL=");
			clock_put(b, NULL, e->until);
			buf_addz(b, "Z\r\n");
		}
	} else {
		day_put(b, "DTSTART", e->from);
		day_put(b, "DTEND", e->to + 1);
	}
	text_put(b, "SUMMARY", e->summary);
	if (e->description != NULL && e->description[0] != '\0')
		text_put(b, "DESCRIPTION", e->description);
	if (e->location != NULL && e->location[0] != '\0')
		text_put(b, "LOCATION", e->location);
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
