/* marks.c - the set of chosen records against a plain array. */
#include <stdio.h>

#include "tests/unit/unit.h"
#include "tui/view/marks.h"

#define MANY 3000

static void
name(unsigned i, char id[40])
{
	snprintf(id, 40, "%08x-0000-7000-8000-%012x", i * 2654435761u, i);
}

static void
test_random(void **state)
{
	struct marks	 m = { 0 };
	bool		 on[MANY] = { false };
	uint32_t	 seed = 7;
	size_t		 n = 0, i;
	unsigned	 k, step;
	char		 id[40];

	for (step = 0; step < 40000; step++) {
		k = unit_random(&seed) % MANY;
		name(k, id);
		on[k] = unit_random(&seed) % 3 > 0;
		marks_set(&m, id, (int64_t)k, on[k]);
	}
	for (k = 0; k < MANY; k++) {
		name(k, id);
		assert_int_equal(marks_has(&m, id), on[k]);
		n += on[k];
	}
	assert_int_equal(m.n, n);
	for (i = 0, n = 0; marks_next(&m, &i) != NULL; n++)
		;
	assert_int_equal(m.n, n);
	marks_free(&m);
}

static void
test_all(void **state)
{
	struct marks	 m = { 0 };
	size_t		 i = 0;
	char		 a[40], b[40];

	name(1, a);
	name(2, b);
	assert_false(marks_any(&m));
	marks_set(&m, a, 3, true);
	assert_int_equal(marks_count(&m, -1), 1);
	m.all = true;		/* inverted: all but a */
	assert_false(marks_has(&m, a));
	assert_true(marks_has(&m, b));
	assert_int_equal(marks_count(&m, 10), 9);
	assert_int_equal(marks_count(&m, -1), -1);
	marks_set(&m, b, 1, false);
	assert_int_equal(marks_count(&m, 10), 8);
	marks_set(&m, a, 4, true);
	assert_true(marks_has(&m, a));
	assert_int_equal(m.n, 1);
	m.all = false;
	assert_string_equal(marks_next(&m, &i)->id, b);
	marks_seen(&m, b, 9);
	marks_seen(&m, a, 9);
	i = 0;
	assert_int_equal(marks_next(&m, &i)->version, 9);
	marks_gone(&m, b);
	assert_false(marks_any(&m));
	marks_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
