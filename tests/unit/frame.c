/* frame.c - every header comes back as it went, and broken ones are named. */
#include "lib/frame.h"

#include "tests/unit/unit.h"

static void
test_round(void **state)
{
	static const struct frame frames[] = {
		{ 10, FRAME_HELLO, 0, 0 },
		{ FRAME_BODY_MAX, FRAME_REQUEST, FRAME_MORE, 1 },
		{ 0, FRAME_PART, FRAME_END, UINT32_MAX },
		{ 64, FRAME_PING, FRAME_ACK, 0 },
		{ 5, FRAME_ERROR, 0, 0 },
		{ 5, FRAME_ERROR, 0, 9 },
		{ 5, FRAME_PUSH, 0, 0 }
	};
	uint8_t head[FRAME_HEADER];
	struct frame f;
	size_t i;

	for (i = 0; i < ROWS(frames); i++) {
		frame_encode(&frames[i], head);
		assert_null(frame_decode(head, &f));
		assert_int_equal(f.len, frames[i].len);
		assert_int_equal(f.kind, frames[i].kind);
		assert_int_equal(f.flags, frames[i].flags);
		assert_int_equal(f.number, frames[i].number);
	}
	frame_encode(&frames[1], head);
	assert_memory_equal(head, "\0\0\xff\xf4\x02\x02\0\0\0\0\0\x01", 12);
	assert_string_equal(frame_kind_name(FRAME_PUSH), "push");
	assert_string_equal(frame_kind_name((enum frame_kind)99), "unknown");
}

static void
test_broken(void **state)
{
	static const char *const heads[] = {
		"\0\0\xff\xf5\x02\0\0\0\0\0\0\1",	/* too long */
		"\xff\xff\xff\xff\x02\0\0\0\0\0\0\1",
		"\0\0\0\0\0\0\0\0\0\0\0\1",		/* no kind 0 */
		"\0\0\0\0\x0b\0\0\0\0\0\0\1",
		"\0\0\0\0\xff\0\0\0\0\0\0\1",
		"\0\0\0\0\x02\x08\0\0\0\0\0\1",		/* no such flag */
		"\0\0\0\0\x02\x01\0\0\0\0\0\1",		/* END on a request */
		"\0\0\0\0\x02\0\1\0\0\0\0\1",		/* reserved */
		"\0\0\0\0\x02\0\0\1\0\0\0\1",
		"\0\0\0\0\x02\0\0\0\0\0\0\0",		/* no number */
		"\0\0\0\0\x07\0\0\0\0\0\0\1",		/* push with one */
		"\0\0\0\x41\x0a\0\0\0\0\0\0\0"		/* ping of 65 */
	};
	struct frame f;
	size_t i;

	for (i = 0; i < ROWS(heads); i++)
		assert_non_null(frame_decode((const uint8_t *)heads[i], &f));
}

/* No header makes the decoder say yes to what the encoder would refuse. */
static void
test_random(void **state)
{
	uint8_t head[FRAME_HEADER], again[FRAME_HEADER];
	uint32_t seed = 3;
	struct frame f;
	int i, k, good = 0;

	for (i = 0; i < 200000; i++) {
		for (k = 0; k < FRAME_HEADER; k++)
			head[k] = (uint8_t)(unit_random(&seed) %
			    (k < 2 || (k > 3 && k < 8) ? 12 : 256));
		if (unit_random(&seed) % 2 == 0)
			head[0] = head[1] = head[6] = head[7] = 0;
		if (frame_decode(head, &f) != NULL)
			continue;
		good++;
		frame_encode(&f, again);
		assert_memory_equal(head, again, FRAME_HEADER);
	}
	assert_true(good > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
