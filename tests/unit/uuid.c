/* uuid.c - order, form, and what is refused. */
#include "lib/uuid.h"

#include <pthread.h>
#include <time.h>

#include "tests/unit/unit.h"

static void
test_order(void **state)
{
	struct uuid a, b;
	char text[UUID_TEXT], last[UUID_TEXT] = "";
	int i;

	uuid_v7(&a);
	assert_true(llabs(uuid_v7_ms(&a) / 1000 - (long long)time(NULL)) <= 2);
	for (i = 0; i < 20000; i++) {
		uuid_v7(&b);
		assert_true(uuid_is_v7(&b));
		assert_true(memcmp(a.b, b.b, 16) < 0);
		uuid_format(&b, text);
		assert_true(strcmp(last, text) < 0);
		memcpy(last, text, sizeof(last));
		a = b;
	}
}

#define EACH 2000

static void *
make_many(void *arg)
{
	struct uuid *u = arg;
	int i;

	for (i = 0; i < EACH; i++)
		uuid_v7(&u[i]);
	return NULL;
}

static int
cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

static void
test_threads(void **state)
{
	static struct uuid u[4 * EACH];
	pthread_t t[4];
	size_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, make_many,
		    u + i * EACH), 0);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	qsort(u, ROWS(u), sizeof(u[0]), cmp);
	for (i = 1; i < ROWS(u); i++)
		assert_int_not_equal(cmp(&u[i - 1], &u[i]), 0);
}

static void
test_parse(void **state)
{
	static const char good[] = "0190163d-8694-739b-aea5-966c26f8ad91";
	static const char *const bad[] = {
		"", "0190163d-8694-739b-aea5-966c26f8ad9",
		"0190163d-8694-739b-aea5-966c26f8ad911",
		"0190163d8694-739b-aea5-966c26f8ad91-",
		"0190163d-8694-739b-aea5-966c26f8ad9g",
		"{190163d-8694-739b-aea5-966c26f8ad9}",
		"0190163d-8694-739b-aea5-966c26f8ad9\xc5"
	};
	char text[UUID_TEXT];
	struct uuid u, v;
	size_t i;

	assert_true(uuid_parse(good, 36, &u));
	assert_int_equal(uuid_v7_ms(&u), 0x0190163d8694LL);
	uuid_format(&u, text);
	assert_string_equal(text, good);
	assert_true(uuid_parse("0190163D-8694-739B-AEA5-966C26F8AD91", 36, &v));
	assert_memory_equal(&u, &v, sizeof(u));
	for (i = 0; i < ROWS(bad); i++)
		assert_false(uuid_parse(bad[i], strlen(bad[i]), &u));
	assert_memory_equal(&u, &v, sizeof(u));
	assert_true(uuid_parse("0190163d-8694-439b-aea5-966c26f8ad91", 36, &u));
	assert_false(uuid_is_v7(&u));
	uuid_v7_text(text);
	assert_int_equal(strlen(text), 36);
	assert_int_equal(text[14], '7');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
