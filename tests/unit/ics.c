/* iCalendar: folds between letters, escapes, days and moments. */
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/ics.h"

#include "tests/unit/unit.h"

static void
test_event(void **state)
{
	struct ics_event	e = { .uid = "1@konak", .stamp = 0,
	    .from = 0, .to = 1, .summary = "Şeker, tuz; \\ ve\nçay",
	    .category = "Görev" };
	struct buf		b = BUF_INIT;

	ics_event(&b, &e);
	assert_string_equal(buf_text(&b), "BEGIN:VEVENT\r\nUID:1@konak\r\n"
	    "DTSTAMP:19700101T000000Z\r\nDTSTART;VALUE=DATE:19700101\r\n"
	    "DTEND;VALUE=DATE:19700103\r\n"
	    "SUMMARY:Şeker\\, tuz\\; \\\\ ve\\nçay\r\nCATEGORIES:Görev\r\n"
	    "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
	buf_free(&b);
}

/* No line over 75 bytes, no letter in two pieces, nothing lost. */
static void
test_fold(void **state)
{
	struct ics_event	 e = { .uid = "1", .from = ICS_NO_DAY,
	    .at = INT64_C(86399) * SECOND_US };
	struct buf		 b = BUF_INIT, flat = BUF_INIT;
	char			 text[601];
	const char		*p, *end;
	size_t			 i;

	for (i = 0; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "ş", 2);
	text[i] = '\0';
	e.summary = text;
	ics_event(&b, &e);
	assert_non_null(strstr(buf_text(&b), "DTSTART:19700101T235959Z\r\n"));
	for (p = buf_text(&b); *p != '\0'; p = end + 2) {
		end = strstr(p, "\r\n");
		assert_non_null(end);
		assert_true(end - p <= 75);
		assert_false(((unsigned char)*p & 0xc0) == 0x80);
		if (*p == ' ')
			assert_false(((unsigned char)p[1] & 0xc0) == 0x80);
		buf_add(&flat, *p == ' ' ? p + 1 : p,
		    (size_t)(end - p) - (*p == ' '));
	}
	assert_non_null(strstr(buf_text(&flat), text));
	buf_free(&b);
	buf_free(&flat);
}

/* A lesson at nine by Berlin's clock stays at nine when summer time ends. */
static void
test_weekly(void **state)
{
	struct ics_event	e = { .uid = "1", .from = ICS_NO_DAY,
	    .summary = "5A", .location = "B12", .length = 2400,
	    .zone = "Europe/Berlin" };
	struct buf		b = BUF_INIT;

	assert_int_equal(timestamp_read("2026-10-19T07:00:00Z", 20, &e.at),
	    DATE_OK);
	assert_int_equal(timestamp_read("2026-11-30T22:59:59Z", 20, &e.until),
	    DATE_OK);
	ics_zone(&b, e.zone, e.at, e.until);
	ics_event(&b, &e);
	assert_string_equal(buf_text(&b), "BEGIN:VTIMEZONE\r\n"
	    "TZID:Europe/Berlin\r\nBEGIN:STANDARD\r\n"
	    "DTSTART:20261019T090000\r\nTZOFFSETFROM:+0200\r\n"
	    "TZOFFSETTO:+0200\r\nEND:STANDARD\r\nBEGIN:STANDARD\r\n"
	    "DTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\n"
	    "TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	    "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:19700101T000000Z\r\n"
	    "DTSTART;TZID=Europe/Berlin:20261019T090000\r\n"
	    "DTEND;TZID=Europe/Berlin:20261019T094000\r\n"
	    "RRULE:FREQ=WEEKLY;UNTIL=20261130T225959Z\r\nSUMMARY:5A\r\n"
	    "LOCATION:B12\r\nEND:VEVENT\r\n");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_weekly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
