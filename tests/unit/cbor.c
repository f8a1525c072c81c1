/*
 * cbor.c - writing, checking and reading; bytes of RFC 8949's examples, and a
 * bounded loop of random and mutated items.
 */
#include "lib/cbor.h"

#include <stdio.h>

#include "lib/arena.h"
#include "tests/unit/unit.h"

#define UUID "0190163d-8694-739b-aea5-966c26f8ad91"

static void
test_bytes(void **state)
{
	struct buf b = BUF_INIT;
	struct cbw w;

	cbw_init(&w, &b);
	cbw_array_begin(&w);
	cbw_int(&w, 0);
	cbw_int(&w, 23);
	cbw_int(&w, 24);
	cbw_int(&w, 1000000);
	cbw_int(&w, -1);
	cbw_int(&w, -1000);
	cbw_int(&w, INT64_MIN);
	cbw_bool(&w, true);
	cbw_null(&w);
	cbw_textz(&w, "\xc3\xbc");
	cbw_bytes(&w, "\1\2", 2);
	cbw_map(&w, 1);
	cbw_kv_int(&w, "a", 1);
	cbw_array(&w, 0);
	cbw_textz(&w, NULL);
	cbw_array_end(&w);
	assert_true(cbw_complete(&w));
	assert_memory_equal(buf_data(&b), "\x99\x00\x0e"
	    "\x00\x17\x18\x18\x1a\x00\x0f\x42\x40\x20\x39\x03\xe7"
	    "\x3b\x7f\xff\xff\xff\xff\xff\xff\xff\xf5\xf6\x62\xc3\xbc"
	    "\x42\x01\x02\xa1\x61\x61\x01\x80\xf6", buf_len(&b));
	assert_null(cbor_check(buf_data(&b), buf_len(&b), NULL));
	buf_free(&b);
}

static void
write_row(struct cbw *w)
{
	cbw_map_begin(w);
	cbw_kv_uuid(w, "id", UUID);
	cbw_kv_text(w, "name", "Şeker");
	cbw_kv_int(w, "n", -7);
	cbw_kv_bool(w, "on", false);
	cbw_kv_null(w, "none");
	cbw_kv_uuid(w, "odd", "not a uuid");
	cbw_key(w, "list");
	cbw_array(w, 2);
	cbw_array_begin(w);
	cbw_array_end(w);
	cbw_bytes(w, "xyz", 3);
	cbw_map_end(w);
}

static void
test_read(void **state)
{
	struct arena *a = arena_new();
	struct buf b = BUF_INIT;
	struct cbr r, v;
	struct cbw w;
	const uint8_t *p;
	const char *s;
	char text[UUID_TEXT];
	uint32_t n;
	int64_t i;
	size_t len;
	bool on = true;

	cbw_init(&w, &b);
	write_row(&w);
	assert_true(cbw_complete(&w));
	assert_null(cbor_check(buf_data(&b), buf_len(&b), NULL));
	cbr_init(&r, buf_data(&b), buf_len(&b));
	assert_int_equal(cbr_peek(&r), CBR_MAP);
	assert_true(cbr_find(&r, "n", &v));
	assert_true(cbr_int(&v, &i));
	assert_int_equal(i, -7);
	assert_true(cbr_find(&r, "list", &v));
	assert_true(cbr_raw(&v, &p, &len));
	assert_int_equal(len, 8);
	assert_true(cbr_end(&v));
	assert_false(cbr_find(&r, "lis", &v));
	assert_true(cbr_map(&r, &n));
	assert_int_equal(n, 7);
	assert_true(cbr_text(&r, &s, &len));
	assert_true(cbr_is(s, len, "id"));
	assert_int_equal(cbr_peek(&r), CBR_UUID);
	assert_true(cbr_uuid_text(&r, text));
	assert_string_equal(text, UUID);
	cbr_skip(&r);
	assert_string_equal(cbr_textz(&r, a), "Şeker");
	cbr_skip(&r);
	cbr_skip(&r);
	cbr_skip(&r);
	assert_false(cbr_null(&r));
	assert_true(cbr_bool(&r, &on));
	assert_false(on);
	cbr_skip(&r);
	assert_true(cbr_null(&r));
	cbr_skip(&r);
	cbr_skip(&r);
	cbr_skip(&r);
	assert_true(cbr_array(&r, &n));
	assert_int_equal(n, 2);
	cbr_skip(&r);
	assert_true(cbr_bytes(&r, &p, &len));
	assert_true(cbr_end(&r));
	assert_true(cbr_ok(&r));
	buf_free(&b);
	arena_free(a);
}

/* The first error stays and every later read fails and gives a zero. */
static void
test_sticky(void **state)
{
	struct cbr r;
	int64_t i = 5;
	uint32_t n = 5;
	size_t len = 5;
	const char *s;
	struct uuid u;

	cbr_init(&r, "\x01\x61" "a", 3);
	assert_false(cbr_text(&r, &s, &len));
	assert_string_equal(r.error, "text expected");
	assert_int_equal(len, 0);
	assert_false(cbr_int(&r, &i));
	assert_int_equal(i, 0);
	assert_false(cbr_map(&r, &n));
	assert_int_equal(cbr_peek(&r), CBR_NONE);
	assert_false(cbr_end(&r));
	assert_string_equal(r.error, "text expected");
	cbr_init(&r, "\x01\x02", 2);
	assert_true(cbr_int(&r, &i));
	assert_false(cbr_end(&r));
	cbr_init(&r, "", 0);
	assert_false(cbr_int(&r, &i));
	assert_string_equal(r.error, "cut short");
	cbr_init(&r, "\x78\x24" UUID, 38);
	assert_true(cbr_uuid(&r, &u));
	cbr_init(&r, "\xd8\x25\x44" "abcd", 7);
	assert_false(cbr_uuid(&r, &u));
	cbr_init(&r, NULL, 0);
	assert_int_equal(cbr_peek(&r), CBR_NONE);
}

#define ITEM(bytes) { bytes, sizeof(bytes) - 1 }

static void
test_refused(void **state)
{
	static const struct {
		const char *p;
		size_t len;
	} items[] = {
		ITEM(""),
		ITEM("\x01\x01"),			/* trailing */
		ITEM("\x18"),				/* cut */
		ITEM("\x62" "a"),
		ITEM("\x62\xc3\x28"),			/* not UTF-8 */
		ITEM("\x63\xed\xa0\x80"),		/* surrogate */
		ITEM("\x9f\x01\xff"),			/* indefinite */
		ITEM("\xbf\xff"),
		ITEM("\x5f\x41\x61\xff"),
		ITEM("\x7f\x61\x61\xff"),
		ITEM("\xff"),
		ITEM("\xa1\x01\x02"),			/* key no text */
		ITEM("\xa1\x41" "a\x02"),
		ITEM("\xa2\x61" "a\x01\x61" "a\x02"),	/* key twice */
		ITEM("\xa1\x61" "a"),			/* no value */
		ITEM("\xa1\x61\xff\x01"),
		ITEM("\xc0\x61" "a"),			/* other tags */
		ITEM("\xd8\x25\x41" "a"),
		ITEM("\xd8\x25\x64" "abcd"),
		ITEM("\xd8\x25"),
		ITEM("\xf9\x3c\x00"),			/* floats */
		ITEM("\xfa\x00\x00\x00\x00"),
		ITEM("\xfb\x00\x00\x00\x00\x00\x00\x00\x00"),
		ITEM("\xf7"),				/* undefined */
		ITEM("\xe0"),				/* simple */
		ITEM("\xf8\x20"),
		ITEM("\x1c"),				/* reserved */
		ITEM("\x1b\x80\x00\x00\x00\x00\x00\x00\x00"),
		ITEM("\x3b\xff\xff\xff\xff\xff\xff\xff\xff"),
		ITEM("\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
		ITEM("\xbb\x7f\xff\xff\xff\xff\xff\xff\xff"),
		ITEM("\x5b\xff\xff\xff\xff\xff\xff\xff\xff"),
		ITEM("\x9a\x00\x01\x00\x00\x01"),
		ITEM("\x7a\xff\xff\xff\xff" "a")
	};
	struct cbr r;
	size_t i;

	for (i = 0; i < ROWS(items); i++) {
		if (cbor_check(items[i].p, items[i].len, NULL) == NULL)
			fail_msg("item %zu was taken", i);
		/* A reader may be sent over it all the same. */
		cbr_init(&r, items[i].p, items[i].len);
		cbr_skip(&r);
	}
}

static void
test_limits(void **state)
{
	static const struct cbor_limits few = { 2, 5 };
	uint8_t deep[64], *wide;
	size_t i;

	memset(deep, 0x81, sizeof(deep));
	deep[CBOR_DEPTH] = 0x00;
	assert_null(cbor_check(deep, CBOR_DEPTH + 1, NULL));
	deep[CBOR_DEPTH] = 0x81;
	deep[CBOR_DEPTH + 1] = 0x00;
	assert_string_equal(cbor_check(deep, CBOR_DEPTH + 2, NULL),
	    "too deep");
	assert_null(cbor_check("\x84\x01\x02\x03\x04", 5, &few));
	assert_string_equal(cbor_check("\x85\x01\x02\x03\x04\x05", 6, &few),
	    "too many items");
	assert_null(cbor_check("\xa2\x61" "a\x01\x61" "b\x02", 7, &few));
	assert_string_equal(cbor_check("\xa2\x61" "a\x81\x01\x61" "b\x02", 8,
	    &few), "too many items");
	wide = malloc(CBOR_ITEMS + 8);
	memcpy(wide, "\x9a\x00\x00\xff\xff", 5);
	memset(wide + 5, 0, CBOR_ITEMS);
	assert_null(cbor_check(wide, 5 + 65535, NULL));
	memcpy(wide, "\x9a\x00\x01\x00\x00", 5);
	assert_string_equal(cbor_check(wide, 5 + 65536, NULL),
	    "too many items");
	free(wide);
	/* Many keys, all different, then the last one as the first. */
	wide = malloc(3 + 30000 * 5);
	memcpy(wide, "\xb9\x75\x30", 3);
	for (i = 0; i < 30000; i++) {
		uint8_t *p = wide + 3 + i * 5;

		p[0] = 0x63;
		p[1] = (uint8_t)('!' + i / 1024);
		p[2] = (uint8_t)('0' + i / 32 % 32);
		p[3] = (uint8_t)('0' + i % 32);
		p[4] = 0;
	}
	assert_null(cbor_check(wide, 3 + 30000 * 5, NULL));
	memcpy(wide + 3 + 29999 * 5, wide + 3, 5);
	assert_string_equal(cbor_check(wide, 3 + 30000 * 5, NULL),
	    "key that occurs twice");
	free(wide);
}

/* Walks a checked item as a reader of its types would. */
static void
walk(struct cbr *r, int depth)
{
	struct uuid u;
	const uint8_t *p;
	const char *s;
	uint32_t n;
	int64_t i;
	size_t len;
	bool b;

	assert_true(depth <= CBOR_DEPTH + 1);
	switch (cbr_peek(r)) {
	case CBR_NULL:
		assert_true(cbr_null(r));
		break;
	case CBR_BOOL:
		assert_true(cbr_bool(r, &b));
		break;
	case CBR_INT:
		assert_true(cbr_int(r, &i));
		break;
	case CBR_TEXT:
		assert_true(cbr_text(r, &s, &len));
		break;
	case CBR_BYTES:
		assert_true(cbr_bytes(r, &p, &len));
		break;
	case CBR_UUID:
		assert_true(cbr_uuid(r, &u));
		break;
	case CBR_ARRAY:
		assert_true(cbr_array(r, &n));
		while (n-- > 0)
			walk(r, depth + 1);
		break;
	case CBR_MAP:
		assert_true(cbr_map(r, &n));
		while (n-- > 0) {
			assert_true(cbr_text(r, &s, &len));
			walk(r, depth + 1);
		}
		break;
	case CBR_NONE:
		fail();
	}
}

static void
random_item(struct cbw *w, uint32_t *seed, int depth)
{
	uint32_t n, i, kind = unit_random(seed) % (depth > 4 ? 6 : 8);
	char key[8];

	switch (kind) {
	case 0:
		cbw_null(w);
		break;
	case 1:
		cbw_bool(w, unit_random(seed) & 1);
		break;
	case 2:
		cbw_int(w, (int64_t)((uint64_t)unit_random(seed) << 40 |
		    unit_random(seed)));
		break;
	case 3:
		cbw_textz(w, "İğne");
		break;
	case 4:
		cbw_bytes(w, "\xff\xfe", 2);
		break;
	case 5:
		cbw_uuidz(w, UUID);
		break;
	case 6:
		n = unit_random(seed) % 20;
		cbw_array(w, n);
		while (n-- > 0)
			random_item(w, seed, depth + 1);
		break;
	default:
		n = unit_random(seed) % 20;
		cbw_map_begin(w);
		for (i = 0; i < n; i++) {
			snprintf(key, sizeof(key), "k%u", i);
			cbw_key(w, key);
			random_item(w, seed, depth + 1);
		}
		cbw_map_end(w);
		break;
	}
}

/* What was written is good; with bytes changed, cut or doubled it is either
 * refused or can be walked to its end. */
static void
test_mutations(void **state)
{
	struct buf b = BUF_INIT;
	struct cbr r;
	struct cbw w;
	uint32_t seed = 42, n;
	uint8_t *copy;
	size_t len;
	int round, good = 0;

	for (round = 0; round < 60000; round++) {
		buf_clear(&b);
		cbw_init(&w, &b);
		random_item(&w, &seed, 0);
		assert_true(cbw_complete(&w));
		len = buf_len(&b);
		if (round % 3 == 0) {
			assert_null(cbor_check(buf_data(&b), len, NULL));
		} else if (round % 7 == 0) {
			len = unit_random(&seed) % (len + 1);
		}
		/* Of the exact size, so that a byte read behind shows. */
		copy = malloc(len);
		memcpy(copy, buf_data(&b), len);
		for (n = unit_random(&seed) % 4; n > 0 && len > 0; n--)
			copy[unit_random(&seed) % len] =
			    (uint8_t)unit_random(&seed);
		if (cbor_check(copy, len, NULL) == NULL) {
			good++;
			cbr_init(&r, copy, len);
			walk(&r, 0);
			assert_true(cbr_end(&r));
		}
		cbr_init(&r, copy, len);
		while (cbr_ok(&r) && cbr_peek(&r) != CBR_NONE)
			cbr_skip(&r);
		free(copy);
	}
	assert_true(good > 1000);
	buf_free(&b);
}

static void
test_noise(void **state)
{
	uint32_t seed = 9;
	uint8_t *p;
	size_t len, i;
	struct cbr r;
	int round;

	for (round = 0; round < 100000; round++) {
		len = unit_random(&seed) % 40;
		p = malloc(len);
		for (i = 0; i < len; i++)
			p[i] = (uint8_t)unit_random(&seed);
		if (cbor_check(p, len, NULL) == NULL) {
			cbr_init(&r, p, len);
			walk(&r, 0);
			assert_true(cbr_end(&r));
		}
		free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests_name("cbor", tests, NULL, NULL);
}
