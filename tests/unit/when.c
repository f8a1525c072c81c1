/* when.c - dates, times and durations in words; today is Tue 2026-08-25. */
#include "lib/when.h"

#include "tests/unit/unit.h"

static const struct date today = { 2026, 8, 25 };

static const char *
result_name(enum date_result r)
{
	static const char *const names[] = {
		"ok", "empty", "bad", "no day", "range"
	};

	return names[r];
}

static void
test_dates(void **state)
{
	static const struct {
		const char *typed, *want;
	} rows[] = {
		{ "bugün", "2026-08-25" }, { "BUGÜN", "2026-08-25" },
		{ "bugun", "2026-08-25" }, { "today", "2026-08-25" },
		{ "yarın", "2026-08-26" }, { "YARIN", "2026-08-26" },
		{ "tomorrow", "2026-08-26" }, { "dün", "2026-08-24" },
		{ "yesterday", "2026-08-24" },
		{ "cuma", "2026-08-28" }, { "Cum", "2026-08-28" },
		{ "friday", "2026-08-28" }, { "fri", "2026-08-28" },
		{ "salı", "2026-09-01" },	/* today is not meant */
		{ "Pazartesi", "2026-08-31" }, { "pazar", "2026-08-30" },
		{ "ÇARŞAMBA", "2026-08-26" },
		{ "haftaya salı", "2026-09-01" },
		{ "haftaya cuma", "2026-09-04" },
		{ "haftaya pazartesi", "2026-08-31" },
		{ "next friday", "2026-09-04" }, { "bu cuma", "2026-08-28" },
		{ "bu pazartesi", "2026-08-24" },
		{ "geçen cuma", "2026-08-21" }, { "last friday", "2026-08-21" },
		{ "haftaya", "2026-09-01" }, { "gelecek hafta", "2026-09-01" },
		{ "next week", "2026-09-01" },
		{ "ay sonu", "2026-08-31" }, { "end of month", "2026-08-31" },
		{ "yıl sonu", "2026-12-31" },
		{ "3g", "2026-08-28" }, { "3 gün", "2026-08-28" },
		{ "2h", "2026-09-08" }, { "1a", "2026-09-25" },
		{ "1y", "2027-08-25" }, { "3d", "2026-08-28" },
		{ "2w", "2026-09-08" }, { "1m", "2026-09-25" },
		{ "2 weeks", "2026-09-08" }, { "-3g", "2026-08-22" },
		{ "+3g", "2026-08-28" }, { "3 gün önce", "2026-08-22" },
		{ "2 hafta sonra", "2026-09-08" },
		{ "1 day ago", "2026-08-24" },
		{ "25", "2026-08-25" }, { "26", "2026-08-26" },
		{ "15", "2026-09-15" },		/* past: next month's */
		{ "15.3", "2026-03-15" }, { "15.3.", "2026-03-15" },
		{ "15/3", "2026-03-15" }, { "15.03.26", "2026-03-15" },
		{ "15.03.2026", "2026-03-15" }, { "1.1.1999", "1999-01-01" },
		{ "15-03-2026", "2026-03-15" }, { "2026-08-25", "2026-08-25" },
		{ "2026.1.5", "2026-01-05" }, { "250826", "2026-08-25" },
		{ "25082026", "2026-08-25" }, { " 15.3 ", "2026-03-15" },
		{ "25 ağustos", "2026-08-25" }, { "1 Eyl 2027", "2027-09-01" },
		{ "25 august", "2026-08-25" }, { "August 25, 2027",
		    "2027-08-25" },
		{ "3 şubat", "2026-02-03" }, { "Sal 25.08.2026", "2026-08-25" },
		{ "Tue 25.08.2026", "2026-08-25" }, { "29.02.2024",
		    "2024-02-29" },
		{ "31.02", "no day" }, { "31.02.2026", "no day" },
		{ "29.02.2026", "no day" }, { "31.04", "no day" },
		{ "15.13", "no day" }, { "0.5", "no day" }, { "32", "no day" },
		{ "2026-02-30", "no day" }, { "31 şubat", "no day" },
		{ "Pzt 25.08.2026", "no day" }, { "99999g", "range" },
		{ "1.1.0000", "range" }, { "9000y", "range" },
		{ "", "empty" }, { "   ", "empty" },
		{ "abc", "bad" }, { "15.3.2", "bad" }, { "15.3.123", "bad" },
		{ "15,3", "bad" }, { "1..2", "bad" }, { "-", "bad" },
		{ "3x", "bad" }, { "haftaya bugün", "bad" }, { "123", "bad" },
		{ "gelecek", "bad" }, { "sonra", "bad" }, { "ğ", "bad" },
		{ "2026-", "bad" }, { "cuma günü saat", "bad" },
		{ "15.3.2026.5", "bad" }, { "\xff", "bad" }
	};
	enum date_result r;
	char out[DATE_TEXT];
	struct date d;
	size_t i;
	int lang;

	for (i = 0; i < ROWS(rows); i++)
		for (lang = 0; lang < LANG_COUNT; lang++) {
			r = date_parse((enum lang)lang, rows[i].typed,
			    strlen(rows[i].typed), &today, &d);
			if (r == DATE_OK)
				date_write(&d, out);
			else
				strcpy(out, result_name(r));
			if (strcmp(out, rows[i].want) != 0)
				fail_msg("\"%s\" is %s, not %s", rows[i].typed,
				    out, rows[i].want);
		}
}

/* At the end of January "31" is today and "15" is in February. */
static void
test_short_months(void **state)
{
	struct date jan = { 2026, 1, 31 }, d;

	assert_int_equal(date_parse(LANG_TR, "31", 2, &jan, &d), DATE_OK);
	assert_int_equal(d.month, 1);
	assert_int_equal(date_parse(LANG_TR, "30", 2, &jan, &d), DATE_NO_DAY);
	assert_int_equal(date_parse(LANG_TR, "1a", 2, &jan, &d), DATE_OK);
	assert_int_equal(d.month, 2);
	assert_int_equal(d.day, 28);
}

static void
test_times(void **state)
{
	static const struct {
		const char *typed;
		int want;		/* seconds, or minus the result */
	} rows[] = {
		{ "9", 9 * 3600 }, { "09", 9 * 3600 }, { "9:30", 34200 },
		{ "9.30", 34200 }, { "0930", 34200 }, { "930", 34200 },
		{ "9:30:15", 34215 }, { "0", 0 }, { "00:00", 0 },
		{ "23:59", 86340 }, { "9am", 9 * 3600 }, { "9 pm", 21 * 3600 },
		{ "12am", 0 }, { "12:30pm", 45000 }, { "2:30 PM", 52200 },
		{ "24", -DATE_RANGE }, { "12:60", -DATE_RANGE },
		{ "13pm", -DATE_RANGE }, { "0am", -DATE_RANGE },
		{ "2460", -DATE_RANGE }, { "", -DATE_EMPTY },
		{ "9:5", -DATE_BAD }, { "9:", -DATE_BAD }, { "x", -DATE_BAD },
		{ "9:30:1", -DATE_BAD }, { "9 30", -DATE_BAD },
		{ "12345", -DATE_BAD }, { "-1", -DATE_BAD }
	};
	enum date_result r;
	size_t i;
	int s;

	for (i = 0; i < ROWS(rows); i++) {
		r = time_parse(LANG_TR, rows[i].typed, strlen(rows[i].typed),
		    &s);
		if ((r == DATE_OK ? s : -(int)r) != rows[i].want)
			fail_msg("\"%s\": %s %d", rows[i].typed,
			    result_name(r), s);
	}
}

static void
test_moments(void **state)
{
	/* 13:00 in Istanbul. */
	static const char now_text[] = "2026-08-25T10:00:00.500000Z";
	static const struct {
		const char *typed, *want;
	} rows[] = {
		{ "şimdi", "2026-08-25T10:00:00.000000Z" },
		{ "now", "2026-08-25T10:00:00.000000Z" },
		{ "yarın 14:30", "2026-08-26T11:30:00.000000Z" },
		{ "yarın", "2026-08-26T06:00:00.000000Z" },
		{ "14:30", "2026-08-25T11:30:00.000000Z" },
		{ "14.30", "2026-08-25T11:30:00.000000Z" },
		{ "25.08 9", "2026-08-25T06:00:00.000000Z" },
		{ "25.08.2026 09:30", "2026-08-25T06:30:00.000000Z" },
		{ "25.08.2026 09:30:15", "2026-08-25T06:30:15.000000Z" },
		{ "25 ağustos 2026", "2026-08-25T06:00:00.000000Z" },
		{ "25 ağustos 2026 18:00", "2026-08-25T15:00:00.000000Z" },
		{ "haftaya salı 9:15", "2026-09-01T06:15:00.000000Z" },
		{ "cuma saat 10", "2026-08-28T07:00:00.000000Z" },
		{ "tomorrow at 2:30 pm", "2026-08-26T11:30:00.000000Z" },
		{ "2026-08-25T14:30", "2026-08-25T11:30:00.000000Z" },
		{ "3g 8:00", "2026-08-28T05:00:00.000000Z" },
		{ "31.02 14:30", "no day" }, { "31.02", "no day" },
		{ "yarın 25:00", "range" }, { "", "empty" },
		{ "yarın öğlen", "bad" }, { "xx 9", "bad" }, { "pm", "bad" }
	};
	const struct tz *tz = tz_find("Europe/Istanbul");
	enum date_result r;
	char out[DATE_TEXT];
	int64_t now, us;
	size_t i;

	timestamp_read(now_text, strlen(now_text), &now);
	for (i = 0; i < ROWS(rows); i++) {
		r = timestamp_parse(LANG_TR, rows[i].typed,
		    strlen(rows[i].typed), tz, now, &us);
		if (r == DATE_OK)
			timestamp_write(us, out);
		else
			strcpy(out, result_name(r));
		if (strcmp(out, rows[i].want) != 0)
			fail_msg("\"%s\" is %s, not %s", rows[i].typed, out,
			    rows[i].want);
	}
}

static void
test_durations(void **state)
{
	static const struct {
		const char *typed;
		int64_t tr, en;		/* seconds, or minus the result */
	} rows[] = {
		{ "1:30", 5400, 5400 }, { "1:30:15", 5415, 5415 },
		{ "0:05", 300, 300 }, { "90", 5400, 5400 }, { "0", 0, 0 },
		{ "45dk", 2700, 2700 }, { "45 dk", 2700, 2700 },
		{ "1s 30dk", 5400, 1801 }, { "1 sa 30 dk", 5400, 5400 },
		{ "1 saat", 3600, 3600 }, { "1,5s", 5400, 2 },
		{ "1.5 saat", 5400, 5400 }, { "1h 30m", 5400, 5400 },
		{ "2 hours 5 min", 7500, 7500 }, { "30 sn", 30, 30 },
		{ "1h30m", 5400, 5400 },
		{ "9999:00", 9999 * 3600, 9999 * 3600 },
		{ "10000:00", -DATE_RANGE, -DATE_RANGE },
		{ "1:60", -DATE_RANGE, -DATE_RANGE },
		{ "999999 saat", -DATE_RANGE, -DATE_RANGE },
		{ "1:5", -DATE_BAD, -DATE_BAD }, { "1x", -DATE_BAD, -DATE_BAD },
		{ "x", -DATE_BAD, -DATE_BAD }, { "-5", -DATE_BAD, -DATE_BAD },
		{ "1,s", -DATE_BAD, -DATE_BAD }, { "1 30", -DATE_BAD,
		    -DATE_BAD },
		{ "", -DATE_EMPTY, -DATE_EMPTY }
	};
	enum date_result r;
	int64_t s;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		const char *t = rows[i].typed;

		r = duration_parse(LANG_TR, t, strlen(t), &s);
		if ((r == DATE_OK ? s : -(int64_t)r) != rows[i].tr)
			fail_msg("tr \"%s\": %s %lld", t, result_name(r),
			    (long long)s);
		r = duration_parse(LANG_EN, t, strlen(t), &s);
		if ((r == DATE_OK ? s : -(int64_t)r) != rows[i].en)
			fail_msg("en \"%s\": %s %lld", t, result_name(r),
			    (long long)s);
	}
}

static void
relative(enum lang lang, int days, const char *want)
{
	struct date d = date_add_days(today, days);
	char out[48];

	date_relative(lang, &d, &today, out);
	assert_string_equal(out, want);
}

static void
test_shown(void **state)
{
	const struct tz *tz = tz_find("Europe/Istanbul");
	char out[DATE_TEXT], words[48];
	int64_t now = INT64_C(1787652000) * SECOND_US;	/* 2026-08-25 13:00 */

	date_format(&today, NULL, out);
	assert_string_equal(out, "25.08.2026");
	date_format(&today, "YYYY-MM-DD", out);
	assert_string_equal(out, "2026-08-25");
	date_format(&today, "MM/DD/YY", out);
	assert_string_equal(out, "08/25/26");
	date_format(&today, "YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY", out);
	assert_true(strlen(out) < DATE_TEXT);
	date_format_day(LANG_TR, &today, NULL, out);
	assert_string_equal(out, "Sal 25.08.2026");
	date_format_day(LANG_EN, &today, NULL, out);
	assert_string_equal(out, "Tue 25.08.2026");
	timestamp_format(now, tz, NULL, out);
	assert_string_equal(out, "25.08.2026 13:00");
	time_format(5 * 3600 + 60, out);
	assert_string_equal(out, "05:01");
	duration_format(5400, out);
	assert_string_equal(out, "1:30");
	duration_format(5415, out);
	assert_string_equal(out, "1:30:15");
	duration_format(-60, out);
	assert_string_equal(out, "-0:01");
	relative(LANG_TR, 0, "Bugün");
	relative(LANG_TR, 1, "Yarın");
	relative(LANG_TR, -1, "Dün");
	relative(LANG_TR, 3, "3 gün");
	relative(LANG_TR, 7, "1 hafta");
	relative(LANG_TR, 10, "10 gün");
	relative(LANG_EN, 3, "3 days");
	relative(LANG_EN, 7, "1 week");
	relative(LANG_EN, -2, "2 days ago");
	relative(LANG_TR, -2, "2 gün önce");
	relative(LANG_TR, 100, "03.12.2026");
	timestamp_relative(LANG_TR, now - 5 * SECOND_US, now, tz, words);
	assert_string_equal(words, "az önce");
	timestamp_relative(LANG_TR, now - 300 * SECOND_US, now, tz, words);
	assert_string_equal(words, "5 dk önce");
	timestamp_relative(LANG_TR, now - 7200 * SECOND_US, now, tz, words);
	assert_string_equal(words, "2 saat önce");
	timestamp_relative(LANG_EN, now - 3600 * SECOND_US, now, tz, words);
	assert_string_equal(words, "1 hour ago");
	timestamp_relative(LANG_TR, now - 86400 * SECOND_US, now, tz, words);
	assert_string_equal(words, "dün 13:00");
	timestamp_relative(LANG_TR, now + 3600 * SECOND_US, now, tz, words);
	assert_string_equal(words, "bugün 14:00");
	timestamp_relative(LANG_TR, now + 86400 * SECOND_US, now, tz, words);
	assert_string_equal(words, "yarın 13:00");
	assert_string_equal(weekday_name(LANG_TR, 7), "Pazar");
	assert_string_equal(month_name(LANG_EN, 1), "January");
	assert_string_equal(month_short(LANG_TR, 8), "Ağu");
	assert_string_equal(weekday_short(LANG_EN, 1), "Mon");
}

/* What is shown of any day reads back as that day; noise gives an answer. */
static void
test_noise(void **state)
{
	static const char *const parts[] = {
		"1", "31", "02", "2026", ".", "/", "-", " ", ":", "g", "hafta",
		"ay", "cuma", "sali", "haftaya", "bugün", "İ", "pm", "+", "s",
		"dk", ",", "ocak", "\xff", "\xe2\x80"
	};
	const struct tz *tz = tz_find("Europe/Istanbul");
	char text[256], out[DATE_TEXT];
	uint32_t seed = 6;
	struct date d, e;
	int64_t us;
	int round, n, s;

	for (round = 0; round < 3000; round++) {
		d = date_from_days((int32_t)(unit_random(&seed) % 700000) -
		    100000);
		if (d.year < 1000)
			continue;
		date_format_day(round % 2 ? LANG_TR : LANG_EN, &d, NULL, out);
		assert_int_equal(date_parse(LANG_TR, out, strlen(out), &today,
		    &e), DATE_OK);
		assert_int_equal(date_cmp(&d, &e), 0);
	}
	for (round = 0; round < 40000; round++) {
		text[0] = '\0';
		for (n = (int)(unit_random(&seed) % 7); n > 0; n--)
			strcat(text, parts[unit_random(&seed) % ROWS(parts)]);
		if (date_parse(LANG_TR, text, strlen(text), &today, &d) ==
		    DATE_OK)
			assert_true(date_ok(&d));
		if (time_parse(LANG_EN, text, strlen(text), &s) == DATE_OK)
			assert_true(s >= 0 && s < DAY_S);
		timestamp_parse(LANG_TR, text, strlen(text), tz, 0, &us);
		if (duration_parse(LANG_TR, text, strlen(text), &us) == DATE_OK)
			assert_true(us >= 0 && us <= INT64_C(9999) * 3600);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_short_months),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
