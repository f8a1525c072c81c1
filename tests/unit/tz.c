/* tz.c - zones against known changes of the clock, and against libc. */
#include "lib/tz.h"

#include <time.h>

#include "tests/unit/unit.h"

static int64_t
utc(const char *text)
{
	int64_t us;

	assert_int_equal(timestamp_read(text, strlen(text), &us), DATE_OK);
	return us;
}

static void
test_names(void **state)
{
	static const char *const bad[] = {
		"", "../../../etc/passwd", "/etc/localtime", "Europe/Nowhere",
		"Europe//Berlin", "Europe", "zone.tab", "posixrules\n",
		"A_name_that_is_much_longer_than_any_zone_name_may_ever_be"
	};
	size_t i;

	for (i = 0; i < ROWS(bad); i++)
		if (tz_find(bad[i]) != NULL)
			fail_msg("\"%s\" was taken", bad[i]);
	assert_null(tz_find(NULL));
	assert_non_null(tz_find("Europe/Istanbul"));
	assert_ptr_equal(tz_find("Europe/Istanbul"),
	    tz_find("Europe/Istanbul"));
	assert_int_equal(tz_offset(tz_find("UTC"), 0), 0);
	assert_int_equal(tz_offset(NULL, 0), 0);
}

static void
test_istanbul(void **state)
{
	const struct tz *tz = tz_find("Europe/Istanbul");
	struct date d;
	int s;

	assert_int_equal(tz_offset(tz, utc("2026-01-15T00:00:00Z") / SECOND_US),
	    3 * 3600);
	assert_int_equal(tz_offset(tz, utc("2050-07-15T00:00:00Z") / SECOND_US),
	    3 * 3600);
	tz_local(tz, utc("2026-08-25T22:30:00Z"), &d, &s);
	assert_int_equal(d.day, 26);
	assert_int_equal(s, 5400);
	assert_int_equal(tz_utc(tz, &d, s), utc("2026-08-25T22:30:00Z"));
	tz_local(tz, utc("1969-12-31T20:00:00.5Z"), &d, &s);
	assert_int_equal(d.day, 31);
	assert_int_equal(s, 22 * 3600);
}

static void
test_changes(void **state)
{
	const struct tz *tz = tz_find("Europe/Berlin");
	struct date spring = { 2026, 3, 29 }, autumn = { 2026, 10, 25 };

	if (tz == NULL)
		skip();
	/* 02:30 does not exist in spring and comes twice in autumn. */
	assert_int_equal(tz_utc(tz, &spring, 5400),
	    utc("2026-03-29T00:30:00Z"));
	assert_int_equal(tz_utc(tz, &spring, 9000),
	    utc("2026-03-29T01:30:00Z"));
	assert_int_equal(tz_utc(tz, &spring, 12600),
	    utc("2026-03-29T01:30:00Z"));
	assert_int_equal(tz_utc(tz, &autumn, 9000),
	    utc("2026-10-25T00:30:00Z"));
	assert_int_equal(tz_utc(tz, &autumn, 12600),
	    utc("2026-10-25T02:30:00Z"));
}

static void
test_peer(void **state)
{
	static const char *const names[] = {
		"Europe/Istanbul", "Europe/Berlin", "America/New_York",
		"Asia/Kathmandu", "Australia/Lord_Howe"
	};
	const struct tz *tz;
	uint32_t seed = 4;
	struct tm tm;
	struct date d;
	time_t t;
	size_t i;
	int k, s;

	for (i = 0; i < ROWS(names); i++) {
		if ((tz = tz_find(names[i])) == NULL)
			continue;
		setenv("TZ", names[i], 1);
		tzset();
		for (k = 0; k < 5000; k++) {
			t = ((time_t)unit_random(&seed) << 8 |
			    (unit_random(&seed) & 255)) % 2100000000;
			localtime_r(&t, &tm);
			assert_int_equal(tz_offset(tz, t), tm.tm_gmtoff);
			tz_local(tz, (int64_t)t * SECOND_US, &d, &s);
			assert_int_equal(d.day, tm.tm_mday);
			assert_int_equal(s, tm.tm_hour * 3600 +
			    tm.tm_min * 60 + tm.tm_sec);
		}
	}
}

static void
test_clock(void **state)
{
	int64_t a = clock_mono(), b = clock_mono();

	assert_true(b >= a);
#if KONAK_TEST_BUILD
	setenv("KONAK_TEST_NOW", "2026-08-25T10:00:00.000000Z", 1);
	assert_true(llabs(clock_now() - utc("2026-08-25T10:00:00Z")) <
	    60 * SECOND_US);
#else
	setenv("KONAK_TEST_NOW", "1999-08-25T10:00:00.000000Z", 1);
	assert_true(llabs(clock_now() / SECOND_US - time(NULL)) <= 2);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_istanbul),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_peer),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests_name("tz", tests, NULL, NULL);
}
