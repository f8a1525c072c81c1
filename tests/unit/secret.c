/* secret.c - copies, comparison, wiping of the source. */
#include "lib/secret.h"

#include "tests/unit/unit.h"

static void
test_secret(void **state)
{
	char source[] = "parola";
	struct secret *a, *b, *c, *r;

	a = secret_from(source, 6);
	b = secret_take(source, 6);
	assert_memory_equal(source, "\0\0\0\0\0\0", 6);
	assert_string_equal((char *)secret_expose(a), "parola");
	assert_int_equal(secret_len(a), 6);
	assert_true(secret_equal(a, b));
	c = secret_dup(a);
	secret_expose(c)[0] = 'P';
	assert_false(secret_equal(a, c));
	secret_free(c);
	c = secret_new(5);
	assert_false(secret_equal(a, c));
	assert_memory_equal(secret_expose(c), "\0\0\0\0\0\0", 6);
	r = secret_random(32);
	assert_int_equal(secret_len(r), 32);
	secret_free(r);
	secret_free(a);
	secret_free(b);
	secret_free(c);
	secret_free(NULL);
	a = secret_new(0);
	assert_int_equal(secret_len(a), 0);
	secret_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secret),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
