/* period.c - stretches of days in both languages. */
#include <stdio.h>
#include <string.h>

#include "lib/period.h"
#include "tests/unit/unit.h"

static const struct date	today = { 2025, 12, 19 };	/* a Friday */

static void
check(const char *typed, const char *want)
{
	struct date	from, to;
	char		a[DATE_TEXT], b[DATE_TEXT], got[80] = "-";

	if (period_parse(LANG_TR, typed, strlen(typed), &today, &from, &to) ==
	    DATE_OK) {
		date_write(&from, a);
		date_write(&to, b);
		snprintf(got, sizeof got, "%s %s", a, b);
	}
	if (strcmp(got, want) != 0)
		fail_msg("%s: %s, not %s", typed, got, want);
}

static void
test_periods(void **state)
{
	check("bugün", "2025-12-19 2025-12-19");
	check("yarın", "2025-12-20 2025-12-20");
	check("3g", "2025-12-22 2025-12-22");
	check("15.03.2026", "2026-03-15 2026-03-15");
	check("bu hafta", "2025-12-15 2025-12-21");
	check("GEÇEN HAFTA", "2025-12-08 2025-12-14");
	check("next week", "2025-12-22 2025-12-28");
	check("bu ay", "2025-12-01 2025-12-31");
	check("geçen ay", "2025-11-01 2025-11-30");
	check("gelecek  ay", "2026-01-01 2026-01-31");
	check("last month", "2025-11-01 2025-11-30");
	check("bu yıl", "2025-01-01 2025-12-31");
	check("geçen yıl", "2024-01-01 2024-12-31");
	check("next year", "2026-01-01 2026-12-31");
	check("şubat", "2025-02-01 2025-02-28");
	check("Şubat 2024", "2024-02-01 2024-02-29");
	check("march 2026", "2026-03-01 2026-03-31");
	check("2024", "2024-01-01 2024-12-31");
	check("şubat 24", "2025-02-24 2025-02-24");
	check("geçen gün", "-");
	check("ay", "-");
	check("geçen ay sonu bugün", "-");
	check("", "-");
	check("31.02.2026", "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_periods)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
