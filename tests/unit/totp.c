/* totp.c - the vectors of RFC 6238, the window, and that a step counts once. */
#include "lib/totp.h"

#include "lib/secret.h"
#include "tests/unit/unit.h"

static void
test_vectors(void **state)
{
	static const struct {
		int64_t now;
		const char *code;
	} rows[] = {
		{ 59, "287082" }, { 1111111109, "081804" },
		{ 1111111111, "050471" }, { 1234567890, "005924" },
		{ 2000000000, "279037" }, { INT64_C(20000000000), "353130" }
	};
	struct secret *s = secret_from("12345678901234567890", 20);
	char code[7];
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		totp_code(s, rows[i].now / TOTP_STEP_S, code);
		assert_string_equal(code, rows[i].code);
		assert_int_equal(totp_check(s, rows[i].now, -1, code),
		    rows[i].now / TOTP_STEP_S);
	}
	secret_free(s);
}

static void
test_window(void **state)
{
	struct secret *s = totp_secret_new();
	int64_t step = 50000000, now = step * TOTP_STEP_S + 17, i;
	char code[7], spaced[10];

	assert_int_equal(secret_len(s), TOTP_SECRET);
	for (i = -3; i <= 3; i++) {
		totp_code(s, step + i, code);
		assert_int_equal(totp_check(s, now, -1, code),
		    i >= -1 && i <= 1 ? step + i : -1);
	}
	/* Once used, it and those before are dead. */
	totp_code(s, step, code);
	assert_int_equal(totp_check(s, now, step, code), -1);
	totp_code(s, step - 1, code);
	assert_int_equal(totp_check(s, now, step, code), -1);
	totp_code(s, step + 1, code);
	assert_int_equal(totp_check(s, now, step, code), step + 1);
	memcpy(spaced, code, 3);
	spaced[3] = ' ';
	memcpy(spaced + 4, code + 3, 4);
	assert_int_equal(totp_check(s, now, step, spaced), step + 1);
	assert_int_equal(totp_check(s, now, -1, ""), -1);
	assert_int_equal(totp_check(s, now, -1, "12345"), -1);
	assert_int_equal(totp_check(s, now, -1, "1234567"), -1);
	assert_int_equal(totp_check(s, now, -1, "12345x"), -1);
	assert_int_equal(totp_check(s, 0, -1, "000000") >= -1, 1);
	secret_free(s);
}

static void
test_uri(void **state)
{
	struct secret *s = secret_from("12345678901234567890", 20);
	char uri[TOTP_URI_MAX + 1], mail[400];
	size_t len;

	totp_uri(s, "ahmet@xyz.example", uri);
	assert_string_equal(uri, "otpauth://totp/Konak:ahmet@xyz.example"
	    "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Konak");
	totp_uri(s, "a b&c@x.example", uri);
	assert_non_null(strstr(uri, "a%20b%26c@x.example?"));
	for (len = 0; len < sizeof(mail) - 1; len++) {
		memset(mail, len % 2 ? 'm' : '%', len);
		mail[len] = '\0';
		totp_uri(s, mail, uri);
		assert_true(strlen(uri) <= TOTP_URI_MAX);
		assert_non_null(strstr(uri,
		    "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
	}
	secret_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_uri),
	};

	return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}
