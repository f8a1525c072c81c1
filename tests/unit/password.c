/* password.c - Argon2id strings, the rule for new passwords, codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <sodium.h>

#include "lib/seal.h"
#include "server/auth/password.h"
#include "server/auth/totpbox.h"

static void
hashes(void **state)
{
	char a[PASSWORD_HASH_MAX], b[PASSWORD_HASH_MAX];

	assert_true(password_hash(a, "üç kelimelik parola"));
	assert_true(password_hash(b, "üç kelimelik parola"));
	assert_string_not_equal(a, b);
	assert_memory_equal(a, "$argon2id$v=19$m=65536,t=3,p=1$", 31);
	assert_true(password_verify(a, "üç kelimelik parola"));
	assert_false(password_verify(a, "uc kelimelik parola"));
	assert_false(password_verify(a, ""));
}

/* A wrong name must cost what a wrong password costs, so the hash that stands
 * in for nobody's has to be one that libsodium works through. */
static void
nobody(void **state)
{
	struct timespec t0, t1, t2;
	char hash[PASSWORD_HASH_MAX];
	double with, without;

	assert_true(password_hash(hash, "bir parola daha"));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t0);
	assert_false(password_verify(hash, "yanlış parola"));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t1);
	assert_false(password_verify(NULL, "yanlış parola"));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t2);
	with = (t1.tv_sec - t0.tv_sec) + (t1.tv_nsec - t0.tv_nsec) / 1e9;
	without = (t2.tv_sec - t1.tv_sec) + (t2.tv_nsec - t1.tv_nsec) / 1e9;
	assert_true(without > with / 2);
	assert_true(without < with * 2);
}

static void
policy(void **state)
{
	const char *ada = "ada.yilmaz@xyz.example";

	assert_null(password_policy("konak-demo", ada));
	assert_null(password_policy("şöyle böyle", ada));
	assert_string_equal(password_policy("kısacık", ada),
	    "auth.password_short");
	/* nine characters, though more bytes */
	assert_string_equal(password_policy("şşşşşşşşş", ada),
	    "auth.password_short");
	assert_string_equal(password_policy("1234567890", ada),
	    "auth.password_common");
	assert_string_equal(password_policy("PassWord123", ada),
	    "auth.password_common");
	assert_string_equal(password_policy("zzzzzzzzzzzz", ada),
	    "auth.password_common");
	assert_string_equal(password_policy("xxAda.Yilmaz1", ada),
	    "auth.password_email");
}

static void
codes(void **state)
{
	char a[CODE_TEXT], b[CODE_TEXT], hash[CODE_HASH_HEX];

	code_new(a, CODE_RECOVERY);
	assert_int_equal(strlen(a), 19);
	assert_int_equal(a[4], '-');
	assert_true(code_plain(b, CODE_RECOVERY, a));
	assert_int_equal(strlen(b), CODE_RECOVERY);
	code_new(b, CODE_RECOVERY);
	assert_string_not_equal(a, b);
	code_new(a, CODE_RESET);
	assert_int_equal(strlen(a), 14);
	assert_true(code_plain(b, CODE_RESET, "abcd efgh-ijkl"));
	assert_string_equal(b, "ABCDEFGHIJKL");
	assert_false(code_plain(b, CODE_RESET, "ABCD-EFGH-IJK"));
	assert_false(code_plain(b, CODE_RESET, "ABCD-EFGH-IJKLM"));
	assert_false(code_plain(b, CODE_RESET, "ABCD-EFGH-IJK;"));
	assert_false(code_plain(b, CODE_RESET, ""));
	/* as sql/0005-signin.sql's auth.code_hash() */
	code_hash(hash, "u", "A");
	assert_string_equal(hash, "\\xc965835a9a7187cd4dcd14805363f60c"
	    "ee6da56a4cadd5d74f07f47b40bbd40f");
}

static void
box(void **state)
{
	struct seal_aad aad = totpbox_aad("grup", "kişi");

	assert_string_equal(aad.company, "grup");
	assert_string_equal(aad.record, "kişi");
	assert_string_equal(aad.table, "auth.totp");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes),
		cmocka_unit_test(nobody),
		cmocka_unit_test(policy),
		cmocka_unit_test(codes),
		cmocka_unit_test(box),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
