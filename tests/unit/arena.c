/* arena.c - pieces keep their content, whatever their sizes. */
#include "lib/arena.h"

#include "tests/unit/unit.h"

static void
test_pieces(void **state)
{
	struct arena *a = arena_new();
	uint8_t *piece[500];
	uint32_t seed = 1;
	size_t len[500], i, k;

	for (i = 0; i < ROWS(piece); i++) {
		len[i] = unit_random(&seed) % (i % 50 == 0 ? 300000 : 700);
		piece[i] = arena_alloc(a, len[i]);
		assert_int_equal((uintptr_t)piece[i] % sizeof(void *), 0);
		for (k = 0; k < len[i]; k++)
			assert_int_equal(piece[i][k], 0);
		memset(piece[i], (int)i, len[i]);
	}
	for (i = 0; i < ROWS(piece); i++)
		for (k = 0; k < len[i]; k++)
			assert_int_equal(piece[i][k], (uint8_t)i);
	assert_true(arena_used(a) > 0);
	arena_free(a);
	arena_free(NULL);
}

static void
test_texts(void **state)
{
	struct arena *a = arena_new();
	char big[9000], *p;

	assert_string_equal(arena_strdup(a, "şeker"), "şeker");
	assert_null(arena_strdup(a, NULL));
	assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(a, "ab", 30), "ab");
	assert_string_equal(arena_printf(a, "%d-%s", 7, "x"), "7-x");
	memset(big, 'b', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	p = arena_printf(a, "<%s>", big);
	assert_int_equal(strlen(p), sizeof(big) + 1);
	assert_int_equal(p[sizeof(big)], '>');
	assert_memory_equal(arena_memdup(a, "a\0b", 3), "a\0b", 3);
	arena_free(a);
}

static void
test_reset(void **state)
{
	struct arena *a = arena_new();
	char *first = arena_strdup(a, "secret");
	int i;

	arena_set_wipe(a);
	for (i = 0; i < 100; i++)
		arena_alloc(a, 5000);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	/* The first chunk stays, wiped, and is used again. */
	assert_int_equal(first[0], 0);
	assert_string_equal(arena_strdup(a, "again"), "again");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_reset),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
