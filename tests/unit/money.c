/* money.c - what people type, in both languages, and what must not pass. */
#include "lib/money.h"

#include <stdio.h>

#include "tests/unit/unit.h"

#define OK	DECIMAL_OK
#define BAD	DECIMAL_BAD
#define SCALE	DECIMAL_SCALE
#define RANGE	DECIMAL_RANGE

static void
test_typed(void **state)
{
	static const struct {
		const char		*typed;
		enum decimal_result	 tr;
		int64_t			 tr_value;
		enum decimal_result	 en;
		int64_t			 en_value;
	} rows[] = {
		{ "1234", OK, 123400, OK, 123400 },
		{ "1.234", OK, 123400, SCALE, 0 },
		{ "12.5", OK, 1250, OK, 1250 },
		{ "12,5", OK, 1250, OK, 1250 },
		{ "1.234,56", OK, 123456, OK, 123456 },
		{ "1,234.56", OK, 123456, OK, 123456 },
		{ "1,234", SCALE, 0, OK, 123400 },
		{ "1.234.567", OK, 123456700, OK, 123456700 },
		{ "1,234,567", OK, 123456700, OK, 123456700 },
		{ "1.234.567,89", OK, 123456789, OK, 123456789 },
		{ "1 234,50", OK, 123450, OK, 123450 },
		{ "1 234 567", OK, 123456700, OK, 123456700 },
		{ "1\xc2\xa0" "234,50", OK, 123450, OK, 123450 },
		{ "0", OK, 0, OK, 0 },
		{ "-0", OK, 0, OK, 0 },
		{ "-0,00", OK, 0, OK, 0 },
		{ ",5", OK, 50, OK, 50 },
		{ "0,05", OK, 5, OK, 5 },
		{ "-1.200,50", OK, -120050, OK, -120050 },
		{ "\xe2\x88\x92" "5", OK, -500, OK, -500 },
		{ "+7", OK, 700, OK, 700 },
		{ "007", OK, 700, OK, 700 },
		{ "  15  ", OK, 1500, OK, 1500 },
		{ "15 bin", OK, 1500000, OK, 1500000 },
		{ "20k", OK, 2000000, OK, 2000000 },
		{ "1,5 milyon", OK, 150000000, OK, 150000000 },
		{ "-2 Bin", OK, -200000, OK, -200000 },
		{ "1000 milyar", RANGE, 100000, RANGE, 100000 },
		{ "bin", BAD, 0, BAD, 0 },
		{ "15 bin bin", BAD, 0, BAD, 0 },
		{ "999999999999,99", OK, MONEY_MAX, OK, MONEY_MAX },
		{ "1000000000000", RANGE, 0, RANGE, 0 },
		{ "12,345", SCALE, 0, OK, 1234500 },
		{ "12.345", OK, 1234500, SCALE, 0 },
		{ "0.125", SCALE, 0, SCALE, 0 },
		{ "1234.567", SCALE, 0, SCALE, 0 },
		{ "1.2345", SCALE, 0, SCALE, 0 },
		{ "1.23.456", BAD, 0, BAD, 0 },
		{ "1.2,3.4", BAD, 0, BAD, 0 },
		{ "1,2.3,4", BAD, 0, BAD, 0 },
		{ "12,34,56", BAD, 0, BAD, 0 },
		{ "1..5", BAD, 0, BAD, 0 },
		{ "1,", BAD, 0, BAD, 0 },
		{ "1.234,", BAD, 0, BAD, 0 },
		{ "", DECIMAL_EMPTY, 0, DECIMAL_EMPTY, 0 },
		{ "   ", DECIMAL_EMPTY, 0, DECIMAL_EMPTY, 0 },
		{ "-", BAD, 0, BAD, 0 },
		{ ".", BAD, 0, BAD, 0 },
		{ "abc", BAD, 0, BAD, 0 },
		{ "1e5", BAD, 0, BAD, 0 },
		{ "5-", BAD, 0, BAD, 0 },
		{ "--5", BAD, 0, BAD, 0 },
		{ "12 34", BAD, 0, BAD, 0 },
		{ "1 234.567", SCALE, 0, SCALE, 0 }
	};
	char currency[4];
	int64_t v;
	size_t i;
	int got;

	for (i = 0; i < ROWS(rows); i++) {
		const char *s = rows[i].typed;

		v = 0;
		got = money_parse(LANG_TR, s, strlen(s), &v, currency);
		if (got != (int)rows[i].tr || v != rows[i].tr_value)
			fail_msg("tr \"%s\": %d, %lld", s, got, (long long)v);
		v = 0;
		got = money_parse(LANG_EN, s, strlen(s), &v, currency);
		if (got != (int)rows[i].en || v != rows[i].en_value)
			fail_msg("en \"%s\": %d, %lld", s, got, (long long)v);
		assert_string_equal(currency, "");
	}
}

static void
test_currency(void **state)
{
	static const struct {
		const char *typed, *currency;
	} rows[] = {
		{ "₺5", "TRY" }, { "5 ₺", "TRY" }, { "5 TL", "TRY" },
		{ "5tl", "TRY" }, { "1.234,50 TRY", "TRY" }, { "$54", "USD" },
		{ "54 usd", "USD" }, { "€ 12", "EUR" }, { "£12", "GBP" },
		{ "15 bin TL", "TRY" }, { "$ 20k", "USD" }
	};
	char currency[4];
	int64_t v;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(money_parse(LANG_TR, rows[i].typed,
		    strlen(rows[i].typed), &v, currency), OK);
		assert_string_equal(currency, rows[i].currency);
	}
	assert_int_equal(money_parse(LANG_TR, "5 XY", 4, &v, currency), BAD);
	assert_int_equal(money_parse(LANG_TR, "TRY", 3, &v, currency), BAD);
	assert_int_equal(money_parse(LANG_TR, "5\0", 2, &v, currency), BAD);
	assert_true(currency_ok("TRY", 3));
	assert_false(currency_ok("try", 3));
	assert_false(currency_ok("TRYX", 4));
}

static void
test_wire(void **state)
{
	static const struct {
		const char *s;
		int result;
	} rows[] = {
		{ "0", OK }, { "1", OK }, { "-1.5", OK }, { "0.05", OK },
		{ "999999999999.99", OK }, { "1000000000000", RANGE },
		{ "00", BAD }, { "01", BAD }, { "-0", BAD }, { "-0.00", BAD },
		{ "1.", BAD }, { ".5", BAD }, { "-", BAD }, { "1,5", BAD },
		{ "+1", BAD }, { " 1", BAD }, { "1 ", BAD }, { "1e3", BAD },
		{ "1.234", SCALE }, { "1.2.3", BAD }, { "", DECIMAL_EMPTY },
		{ "99999999999999999999999999999999999999999999", RANGE },
		{ "١", BAD }
	};
	char text[DECIMAL_TEXT];
	int64_t v;
	size_t i;

	for (i = 0; i < ROWS(rows); i++)
		if (money_read(rows[i].s, strlen(rows[i].s), &v) !=
		    (enum decimal_result)rows[i].result)
			fail_msg("\"%s\"", rows[i].s);
	assert_int_equal(money_read("-1.5", 4, &v), OK);
	assert_int_equal(v, -150);
	money_write(-5, text);
	assert_string_equal(text, "-0.05");
	money_write(INT64_MIN, text);
	assert_string_equal(text, "-92233720368547758.08");
	assert_int_equal(decimal_check("1234.5678", 9, 10, 4), OK);
	assert_int_equal(decimal_check("0.5", 3, 1, 1), OK);
}

static void
test_format(void **state)
{
	char out[DECIMAL_TEXT + 16];

	money_format(LANG_TR, 123450, out);
	assert_string_equal(out, "1.234,50");
	money_format(LANG_EN, 123450, out);
	assert_string_equal(out, "1,234.50");
	money_format(LANG_TR, -100, out);
	assert_string_equal(out, "-1,00");
	money_format(LANG_TR, MONEY_MAX, out);
	assert_string_equal(out, "999.999.999.999,99");
	money_format(LANG_TR, 0, out);
	assert_string_equal(out, "0,00");
	decimal_format(LANG_TR, "1234567", 0, out);
	assert_string_equal(out, "1.234.567");
	decimal_format(LANG_EN, "18.5", 0, out);
	assert_string_equal(out, "18.5");
	decimal_format(LANG_TR, "oops", 0, out);
	assert_string_equal(out, "oops");
}

/* What is shown is what is understood; noise is answered, never believed. */
static void
test_noise(void **state)
{
	static const char signs[] = "0123456789.,- +%₺TL";
	char text[32], shown[DECIMAL_TEXT], currency[4];
	uint32_t seed = 11;
	int64_t v, again;
	size_t n, i;
	int round, good = 0;

	for (round = 0; round < 200000; round++) {
		n = unit_random(&seed) % 14;
		for (i = 0; i < n; i++)
			text[i] = round % 4 == 0 ?
			    (char)unit_random(&seed) :
			    signs[unit_random(&seed) % (sizeof(signs) - 1)];
		if (money_parse(round % 2 ? LANG_TR : LANG_EN, text, n, &v,
		    currency) != OK)
			continue;
		good++;
		assert_true(v >= -MONEY_MAX && v <= MONEY_MAX);
		money_format(round % 2 ? LANG_TR : LANG_EN, v, shown);
		assert_int_equal(money_parse(round % 2 ? LANG_TR : LANG_EN,
		    shown, strlen(shown), &again, currency), OK);
		assert_int_equal(v, again);
		money_write(v, shown);
		assert_int_equal(money_read(shown, strlen(shown), &again), OK);
		assert_int_equal(v, again);
	}
	assert_true(good > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_currency),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
