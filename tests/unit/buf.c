/* buf.c - filled, drained, taken. */
#include "lib/buf.h"

#include "tests/unit/unit.h"

static void
test_fill(void **state)
{
	struct buf b = BUF_INIT;
	char *all;
	size_t len;

	buf_addz(&b, "ab");
	buf_add8(&b, 'c');
	buf_add(&b, "d\0e", 3);
	buf_add(&b, NULL, 0);
	buf_printf(&b, "%0500d", 5);
	assert_int_equal(buf_len(&b), 506);
	assert_memory_equal(buf_data(&b), "abcd\0e000", 9);
	buf_truncate(&b, 4);
	assert_string_equal(buf_text(&b), "abcd");
	buf_drain(&b, 1);
	assert_string_equal(buf_text(&b), "bcd");
	all = buf_take(&b, &len);
	assert_int_equal(len, 3);
	assert_string_equal(all, "bcd");
	free(all);
	assert_int_equal(buf_len(&b), 0);
	assert_string_equal(buf_text(&b), "");
	buf_wipe(&b);
	buf_free(&b);
}

/* A pipe: what comes out is what went in, in order. */
static void
test_pipe(void **state)
{
	struct buf b = BUF_INIT;
	uint32_t seed = 7;
	uint8_t in = 0, out = 0;
	size_t n, i;
	int round;

	for (round = 0; round < 20000; round++) {
		n = unit_random(&seed) % 300;
		if (unit_random(&seed) % 2 == 0) {
			uint8_t *p = buf_reserve(&b, n);

			for (i = 0; i < n; i++)
				p[i] = in++;
			buf_commit(&b, n);
		} else {
			if (n > buf_len(&b))
				n = buf_len(&b);
			for (i = 0; i < n; i++)
				assert_int_equal(buf_data(&b)[i], out++);
			buf_drain(&b, n);
		}
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_pipe),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
