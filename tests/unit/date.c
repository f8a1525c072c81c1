/* date.c - the calendar day by day, and the wire's forms. */
#include "lib/date.h"

#include <time.h>

#include "tests/unit/unit.h"

static void
test_calendar(void **state)
{
	struct date d = { 1, 1, 1 }, e;
	int32_t n;
	int weekday = 1;	/* 0001-01-01 was a Monday */

	for (n = DATE_DAYS_MIN; n <= DATE_DAYS_MAX; n++) {
		e = date_from_days(n);
		if (e.year != d.year || e.month != d.month || e.day != d.day)
			fail_msg("day %d", n);
		assert_true(date_ok(&e));
		assert_int_equal(date_days(&e), n);
		assert_int_equal(date_weekday(&e), weekday);
		weekday = weekday % 7 + 1;
		if (++d.day > date_month_len(d.year, d.month)) {
			d.day = 1;
			if (++d.month > 12) {
				d.month = 1;
				d.year++;
			}
		}
	}
	assert_int_equal(d.year, 10000);
}

static void
test_steps(void **state)
{
	struct date d = { 2024, 1, 31 };

	d = date_add_months(d, 1);
	assert_int_equal(d.day, 29);
	d = date_add_months(d, 12);
	assert_int_equal(d.day, 28);
	assert_int_equal(d.year, 2025);
	d = date_add_months(d, -3);
	assert_int_equal(d.month, 11);
	assert_int_equal(d.year, 2024);
	d = date_add_days(d, -400);
	assert_int_equal(d.year, 2023);
	d = date_add_days(d, INT32_MAX);
	assert_int_equal(date_days(&d), DATE_DAYS_MAX);
	d = date_add_days(d, INT32_MIN);
	assert_int_equal(date_days(&d), DATE_DAYS_MIN);
	d = date_add_months(d, -1);
	assert_int_equal(date_days(&d), DATE_DAYS_MIN);
	d = date_add_months(d, INT32_MAX);
	assert_int_equal(date_days(&d), DATE_DAYS_MAX);
}

static void
test_wire(void **state)
{
	static const struct {
		const char *s;
		int result;
	} rows[] = {
		{ "2026-08-25", DATE_OK }, { "2024-02-29", DATE_OK },
		{ "2023-02-29", DATE_NO_DAY }, { "2026-02-31", DATE_NO_DAY },
		{ "2026-13-01", DATE_NO_DAY }, { "2026-00-01", DATE_NO_DAY },
		{ "2026-01-00", DATE_NO_DAY }, { "0000-01-01", DATE_RANGE },
		{ "2026-8-25", DATE_BAD }, { "26-08-25", DATE_BAD },
		{ "2026-08-25 ", DATE_BAD }, { "2026/08/25", DATE_BAD },
		{ "25.08.2026", DATE_BAD }, { "", DATE_EMPTY },
		{ "-026-08-25", DATE_BAD }, { "2026-08-2", DATE_BAD }
	};
	struct date d;
	char out[DATE_TEXT];
	size_t i;
	int s;

	for (i = 0; i < ROWS(rows); i++)
		if (date_read(rows[i].s, strlen(rows[i].s), &d) !=
		    (enum date_result)rows[i].result)
			fail_msg("\"%s\"", rows[i].s);
	assert_int_equal(date_read("2026-08-25", 10, &d), DATE_OK);
	date_write(&d, out);
	assert_string_equal(out, "2026-08-25");
	assert_int_equal(time_read("14:30", 5, &s), DATE_OK);
	assert_int_equal(s, 52200);
	time_write(s, out);
	assert_string_equal(out, "14:30");
	assert_int_equal(time_read("14:30:05", 8, &s), DATE_OK);
	time_write(s, out);
	assert_string_equal(out, "14:30:05");
	assert_int_equal(time_read("24:00", 5, &s), DATE_RANGE);
	assert_int_equal(time_read("23:60", 5, &s), DATE_RANGE);
	assert_int_equal(time_read("9:00", 4, &s), DATE_BAD);
	assert_int_equal(time_read("09:00:0", 7, &s), DATE_BAD);
}

static void
test_timestamps(void **state)
{
	static const struct {
		const char *s, *wire;
	} good[] = {
		{ "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z" },
		{ "2026-08-25T14:30:00.123456Z",
		    "2026-08-25T14:30:00.123456Z" },
		{ "2026-08-25 14:30:00.1+03", "2026-08-25T11:30:00.100000Z" },
		{ "2026-08-25 14:30:00+05:30", "2026-08-25T09:00:00.000000Z" },
		{ "2026-08-25 14:30:00-0330", "2026-08-25T18:00:00.000000Z" },
		{ "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z" },
		{ "2026-01-01 00:30:00+01", "2025-12-31T23:30:00.000000Z" }
	};
	static const char *const bad[] = {
		"2026-08-25", "2026-08-25T14:30:00", "2026-08-25T14:30:00.Z",
		"2026-08-25T14:30:00Zx", "2026-02-30T00:00:00Z",
		"2026-08-25T25:00:00Z", "2026-08-25T14:30:00.1234567Z",
		"2026-08-25_14:30:00Z", "", "infinity"
	};
	char out[DATE_TEXT];
	int64_t us;
	size_t i;

	for (i = 0; i < ROWS(good); i++) {
		assert_int_equal(timestamp_read(good[i].s, strlen(good[i].s),
		    &us), DATE_OK);
		timestamp_write(us, out);
		assert_string_equal(out, good[i].wire);
	}
	for (i = 0; i < ROWS(bad); i++)
		if (timestamp_read(bad[i], strlen(bad[i]), &us) == DATE_OK)
			fail_msg("\"%s\" was taken", bad[i]);
	timestamp_write(INT64_MAX, out);
	assert_memory_equal(out, "9999-12-31", 10);
	timestamp_write(INT64_MIN, out);
	assert_memory_equal(out, "0001-01-01", 10);
}

/* gmtime() agrees. */
static void
test_peer(void **state)
{
	uint32_t seed = 2;
	char out[DATE_TEXT], want[DATE_TEXT];
	struct tm tm;
	time_t t;
	int i;

	for (i = 0; i < 20000; i++) {
		t = ((time_t)unit_random(&seed) << 24 | unit_random(&seed)) %
		    253402300799LL;
		if (i % 2 == 0)
			t = -t % 62135596800LL;
		gmtime_r(&t, &tm);
		strftime(want, sizeof(want), "-%m-%dT%H:%M:%S.", &tm);
		timestamp_write((int64_t)t * SECOND_US, out);
		assert_memory_equal(out + 4, want, strlen(want));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_timestamps),
		cmocka_unit_test(test_peer),
	};

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
