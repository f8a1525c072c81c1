/* hex.c - vectors of RFC 4648, and what must be refused. */
#include "lib/hex.h"

#include "tests/unit/unit.h"

static const struct {
	const char *plain, *hex, *base32, *base64;
} vectors[] = {
	{ "", "", "", "" },
	{ "f", "66", "MY", "Zg" },
	{ "fo", "666f", "MZXQ", "Zm8" },
	{ "foo", "666f6f", "MZXW6", "Zm9v" },
	{ "foob", "666f6f62", "MZXW6YQ", "Zm9vYg" },
	{ "fooba", "666f6f6261", "MZXW6YTB", "Zm9vYmE" },
	{ "foobar", "666f6f626172", "MZXW6YTBOI", "Zm9vYmFy" }
};

static void
test_vectors(void **state)
{
	char out[32];
	size_t i, n, len;

	for (i = 0; i < ROWS(vectors); i++) {
		len = strlen(vectors[i].plain);
		hex_encode(vectors[i].plain, len, out);
		assert_string_equal(out, vectors[i].hex);
		assert_int_equal(strlen(out), HEX_LEN(len));
		assert_true(hex_decode(out, strlen(out), out, 32, &n));
		assert_int_equal(n, len);
		assert_memory_equal(out, vectors[i].plain, len);
		base32_encode(vectors[i].plain, len, out);
		assert_string_equal(out, vectors[i].base32);
		assert_int_equal(strlen(out), BASE32_LEN(len));
		assert_true(base32_decode(out, strlen(out), out, 32, &n));
		assert_int_equal(n, len);
		assert_memory_equal(out, vectors[i].plain, len);
		base64_encode(vectors[i].plain, len, out);
		assert_string_equal(out, vectors[i].base64);
		assert_int_equal(strlen(out), BASE64_LEN(len));
		assert_true(base64_decode(out, strlen(out), out, 32, &n));
		assert_int_equal(n, len);
		assert_memory_equal(out, vectors[i].plain, len);
	}
}

static void
test_refused(void **state)
{
	char out[32];
	size_t n;

	assert_false(hex_decode("6", 1, out, 32, &n));
	assert_false(hex_decode("6g", 2, out, 32, &n));
	assert_false(hex_decode("66", 2, out, 0, &n));
	assert_false(hex_decode("6\0", 2, out, 32, &n));
	assert_true(hex_decode("AbcD", 4, out, 32, &n));
	assert_memory_equal(out, "\xab\xcd", 2);
	assert_true(base32_decode("mzxw 6yt-b", 10, out, 32, &n));
	assert_memory_equal(out, "fooba", 5);
	assert_false(base32_decode("M", 1, out, 32, &n));
	assert_false(base32_decode("MZ", 2, out, 32, &n));	/* loose bits */
	assert_false(base32_decode("M1", 2, out, 32, &n));
	assert_false(base64_decode("Z", 1, out, 32, &n));
	assert_false(base64_decode("Zg==", 4, out, 32, &n));
	assert_false(base64_decode("Zm9+", 4, out, 32, &n));
	assert_false(base64_decode("Zh", 2, out, 32, &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}
