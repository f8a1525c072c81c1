/* json.c - there and back, and what JSON says that the wire cannot. */
#include "lib/json.h"

#include "lib/buf.h"
#include "lib/cbor.h"
#include "tests/unit/unit.h"

static void
test_out(void **state)
{
	struct buf b = BUF_INIT, out = BUF_INIT;
	struct cbw w;

	cbw_init(&w, &b);
	cbw_map_begin(&w);
	cbw_kv_uuid(&w, "id", "0190163d-8694-739b-aea5-966c26f8ad91");
	cbw_kv_text(&w, "ad", "Şeker \"x\"\n");
	cbw_kv_int(&w, "n", -5);
	cbw_kv_bool(&w, "b", true);
	cbw_kv_null(&w, "z");
	cbw_key(&w, "l");
	cbw_array(&w, 2);
	cbw_bytes(&w, "foo", 3);
	cbw_map(&w, 0);
	cbw_map_end(&w);
	assert_true(json_from_cbor(&out, buf_data(&b), buf_len(&b), 0));
	assert_string_equal(buf_text(&out),
	    "{\"id\":\"0190163d-8694-739b-aea5-966c26f8ad91\","
	    "\"ad\":\"Şeker \\\"x\\\"\\n\",\"n\":-5,\"b\":true,\"z\":null,"
	    "\"l\":[\"Zm9v\",{}]}");
	buf_clear(&out);
	assert_true(json_from_cbor(&out, buf_data(&b), buf_len(&b),
	    JSON_PRETTY_PRINT));
	assert_non_null(strstr(buf_text(&out), "\n  \"n\": -5"));
	assert_false(json_from_cbor(&out, buf_data(&b), buf_len(&b) - 1, 0));
	assert_false(json_from_cbor(&out, "\x9f", 1, 0));
	buf_free(&b);
	buf_free(&out);
}

static void
test_back(void **state)
{
	static const char text[] =
	    "{\"a\":[1,-2,\"x\",true,null,{}],\"b\":\"\"}";
	struct buf b = BUF_INIT, out = BUF_INIT;
	char err[160];

	assert_true(json_to_cbor(&b, text, strlen(text), err));
	assert_null(cbor_check(buf_data(&b), buf_len(&b), NULL));
	assert_true(json_from_cbor(&out, buf_data(&b), buf_len(&b), 0));
	assert_string_equal(buf_text(&out), text);
	buf_clear(&b);
	buf_clear(&out);
	assert_true(json_to_cbor(&b, "\"\302\23331m \342\200\256 \177 \303\274\"",
	    16, err));
	assert_true(json_from_cbor(&out, buf_data(&b), buf_len(&b), 0));
	assert_string_equal(buf_text(&out),
	    "\"\\u009b31m \\u202e \\u007f \303\274\"");
	buf_clear(&b);
	assert_true(json_to_cbor(&b, " \n", 2, err));
	assert_memory_equal(buf_data(&b), "\xa0", 1);
	buf_free(&b);
	buf_free(&out);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "{\"a\":1.5}", "\"1.5\"" },
		{ "{\"a\":1,\"a\":2}", "line 1" },
		{ "{\"a\":", "line 1" },
		{ "{} x", "line 1" },
		{ "{\n'a':1}", "line 2" },
		{ "{\"a\":99999999999999999999}", "line 1" },
		{ "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "deep" },
		{ "\"\xff\"", "line 1" }
	};
	struct buf b = BUF_INIT;
	char err[160];
	size_t i;

	for (i = 0; i < ROWS(bad); i++) {
		if (json_to_cbor(&b, bad[i].text, strlen(bad[i].text), err))
			fail_msg("%s was taken", bad[i].text);
		if (strstr(err, bad[i].want) == NULL)
			fail_msg("%s: %s", bad[i].text, err);
		assert_int_equal(buf_len(&b), 0);
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
