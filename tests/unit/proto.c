/* proto.c - codes are stable, and each has its sentence. */
#include "lib/proto.h"

#include "lib/msg.h"
#include "tests/unit/unit.h"

static void
test_codes(void **state)
{
	const char *code;
	int i;

	for (i = ERR_NONE + 1; i < ERR_COUNT; i++) {
		code = err_code((enum err)i);
		assert_int_equal(err_parse(code, strlen(code)), i);
		assert_true(msg_known(err_key((enum err)i)));
	}
	assert_string_equal(err_code(ERR_TOO_LARGE), "too_large");
	assert_string_equal(err_key(ERR_TOO_LARGE), "err.too_large");
	assert_int_equal(err_parse("too_larg", 8), ERR_NONE);
	assert_int_equal(err_parse("", 0), ERR_NONE);
	assert_string_equal(err_code(ERR_NONE), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests_name("proto", tests, NULL, NULL);
}
