/* val.c - the client's tree of values: growing, comparing, CBOR and JSON. */
#include <stdlib.h>
#include <string.h>

#include <stdio.h>

#include "tests/unit/unit.h"
#include "tui/val.h"

static struct val *
parse(const char *json)
{
	char	err[200] = "";

	return val_parse_json(json, strlen(json), err, sizeof err);
}

static void
test_map(void **state)
{
	struct val	*m = val_map();
	char		 key[16];
	int		 i;

	for (i = 0; i < 100; i++) {
		snprintf(key, sizeof key, "k%d", i);
		val_put_int(m, key, i);
	}
	for (i = 0; i < 100; i += 2) {
		snprintf(key, sizeof key, "k%d", i);
		val_drop(m, key);
	}
	assert_int_equal(val_count(m), 50);
	assert_int_equal(val_get_int(m, "k51", -1), 51);
	assert_int_equal(val_get_int(m, "k50", -1), -1);
	val_put_int(m, "k51", 7);
	assert_int_equal(val_count(m), 50);
	assert_int_equal(val_get_int(m, "k51", -1), 7);
	for (i = 0; i < 100; i++) {
		snprintf(key, sizeof key, "n%d", i);
		val_put_int(m, key, i);
	}
	assert_int_equal(val_get_int(m, "n99", -1), 99);
	val_free(m);
}

static void
test_missing(void **state)
{
	assert_null(val_get(NULL, "x"));
	assert_null(val_get_str(val_at(NULL, 3), "x"));
	assert_int_equal(val_count(NULL), 0);
	assert_true(val_is_null(NULL));
	assert_true(val_equal(NULL, NULL));
	val_free(NULL);
}

/* What a server sends may be of any kind: nothing of it is a null pointer, or a
 * key of what has none. */
static void
test_any_kind(void **state)
{
	struct val	*list = val_array(), *map = val_map(), *text;

	(void)state;
	val_add(list, val_int(3));
	val_put(map, "n", val_int(7));
	assert_string_equal(val_get_word(map, "n"), "");
	assert_string_equal(val_get_word(list, "n"), "");
	assert_string_equal(val_word(NULL), "");
	assert_null(val_get(map, NULL));
	val_put(map, NULL, val_int(1));
	text = val_text("x");
	assert_string_equal(val_word(text), "x");
	val_put(list, "a", val_int(1));
	val_put(text, "a", val_int(1));
	val_add(map, val_int(1));
	val_add(text, val_int(1));
	val_drop(list, "a");
	assert_int_equal(val_count(list), 1);
	assert_int_equal(val_count(map), 1);
	assert_int_equal(val_count(text), 0);
	val_free(text);
	text = val_uuid(NULL);
	assert_true(val_is_null(text));
	val_free(text);
	val_free(map);
	val_free(list);
}

static void
test_round(void **state)
{
	static const char	json[] =
	    "{\"a\":[1,-2,null,true,\"Şeker\"],\"b\":{\"c\":\"\"},\"d\":[]}";
	struct val		*v = parse(json), *w;
	uint8_t			*cbor;
	size_t			 len;
	char			*text;

	assert_non_null(v);
	val_encode(v, &cbor, &len);
	w = val_decode(cbor, len);
	assert_non_null(w);
	assert_true(val_equal(v, w));
	text = val_json(w, false);
	assert_string_equal(text, json);
	/* Every shorter piece is refused, and so is anything after it. */
	while (len-- > 0)
		assert_null(val_decode(cbor, len));
	free(text);
	free(cbor);
	val_free(v);
	val_free(w);
}

static void
test_equal(void **state)
{
	struct val	*a = val_uuid("0198c63c-0900-71f4-a73f-ac106e85cf90");
	struct val	*b = val_text("0198c63c-0900-71f4-a73f-ac106e85cf90");
	struct val	*c = val_copy(a);
	struct val	*null = val_null();

	assert_true(val_equal(a, b));
	assert_true(val_equal(a, c));
	assert_false(val_equal(a, null));
	assert_true(val_equal(NULL, null));
	val_free(a);
	val_free(b);
	val_free(c);
	val_free(null);
}

static void
test_bad(void **state)
{
	assert_null(parse("{\"a\":"));
	assert_null(parse("{\"a\":1.5}"));
	assert_null(parse("{\"a\":1,\"a\":2}"));
	assert_null(val_decode((const uint8_t *)"\xff", 1));
	assert_null(val_decode(NULL, 0));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_any_kind),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_bad)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
