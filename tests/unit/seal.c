/*
 * seal.c - what was closed opens again in its place and nowhere else, and
 * with the keys of its generation.
 */
#include "lib/seal.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/secret.h"
#include "tests/unit/unit.h"

static char path[64];
static const struct seal_aad place = {
	"demo", "c1", "auth.totp", "u1", "secret"
};

static struct seal *
start(void)
{
	const char *error = NULL;
	struct seal *s = seal_new(path, &error);

	if (s == NULL)
		fail_msg("%s", error);
	return s;
}

static int
make_key(void **state)
{
	snprintf(path, sizeof(path), "/tmp/konak-seal-%d.key", (int)getpid());
	unlink(path);
	return seal_key_create(path) ? 0 : -1;
}

static int
drop_key(void **state)
{
	return unlink(path);
}

static void
write_file(const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	chmod(path, mode);
}

static void
test_round(void **state)
{
	struct seal *s = start();
	struct buf box = BUF_INIT, again = BUF_INIT;
	struct secret *plain, *out;
	static const size_t sizes[] = { 0, 1, 15, 16, 20, 1000, 65536 };
	size_t i;

	for (i = 0; i < ROWS(sizes); i++) {
		plain = secret_random(sizes[i]);
		buf_clear(&box);
		buf_clear(&again);
		assert_int_equal(seal_close(s, &place, plain, &box),
		    SEAL_OK);
		assert_int_equal(buf_len(&box), sizes[i] + SEAL_OVERHEAD);
		/* Never the same box twice. */
		assert_int_equal(seal_close(s, &place, plain, &again),
		    SEAL_OK);
		assert_memory_not_equal(buf_data(&box), buf_data(&again),
		    buf_len(&box));
		assert_int_equal(seal_open(s, &place, buf_data(&box),
		    buf_len(&box), &out), SEAL_OK);
		assert_true(secret_equal(plain, out));
		secret_free(out);
		secret_free(plain);
	}
	plain = secret_new(SEAL_PLAIN_MAX + 1);
	assert_int_equal(seal_close(s, &place, plain, &box), SEAL_FAILED);
	secret_free(plain);
	buf_free(&box);
	buf_free(&again);
	seal_free(s);
}

/* Every byte counts, every part of the place, and every cut. */
static void
test_tamper(void **state)
{
	static const struct seal_aad others[] = {
		{ "demo2", "c1", "auth.totp", "u1", "secret" },
		{ "demo", "c2", "auth.totp", "u1", "secret" },
		{ "demo", "c1", "auth.totp2", "u1", "secret" },
		{ "demo", "c1", "auth.totp", "u2", "secret" },
		{ "demo", "c1", "auth.totp", "u1", "secret2" },
		{ "demo", "c1auth.totp", "", "u1", "secret" },
		{ "democ1", "", "auth.totp", "u1", "secret" }
	};
	struct seal *s = start();
	struct buf box = BUF_INIT;
	struct secret *plain = secret_from("gizli", 5), *out;
	uint8_t bytes[64];
	size_t len, i;

	assert_int_equal(seal_close(s, &place, plain, &box), SEAL_OK);
	len = buf_len(&box);
	for (i = 0; i < len; i++) {
		memcpy(bytes, buf_data(&box), len);
		bytes[i] ^= 1;
		assert_int_not_equal(seal_open(s, &place, bytes, len,
		    &out), SEAL_OK);
		assert_null(out);
		assert_int_equal(seal_open(s, &place, buf_data(&box), i,
		    &out), SEAL_BROKEN);
	}
	memcpy(bytes, buf_data(&box), len);
	bytes[5] = 9;
	assert_int_equal(seal_open(s, &place, bytes, len, &out),
	    SEAL_NO_KEY);
	for (i = 0; i < ROWS(others); i++)
		assert_int_equal(seal_open(s, &others[i], buf_data(&box),
		    len, &out), SEAL_BROKEN);
	secret_free(plain);
	buf_free(&box);
	seal_free(s);
}

static void
test_generations(void **state)
{
#define KEY(c) c c c c c c c c "\n"
	static const char one[] = KEY("11111111");
	static const char two[] = KEY("11111111") KEY("22222222");
#undef KEY
	struct buf box = BUF_INIT;
	struct secret *plain = secret_from("eski", 4), *out;
	struct seal *s;

	write_file(one, 0600);
	s = start();
	assert_int_equal(seal_close(s, &place, plain, &box), SEAL_OK);
	seal_free(s);
	write_file(two, 0600);
	s = start();
	assert_int_equal(seal_open(s, &place, buf_data(&box),
	    buf_len(&box), &out), SEAL_OK);
	secret_free(out);
	buf_clear(&box);
	assert_int_equal(seal_close(s, &place, plain, &box), SEAL_OK);
	seal_free(s);
	write_file(one, 0600);
	s = start();
	assert_int_equal(seal_open(s, &place, buf_data(&box),
	    buf_len(&box), &out), SEAL_NO_KEY);
	seal_free(s);
	secret_free(plain);
	buf_free(&box);
}

static void
test_file(void **state)
{
	const char *error = NULL;

	assert_false(seal_key_create(path));
	assert_int_equal(errno, EEXIST);
	chmod(path, 0640);
	assert_null(seal_new(path, &error));
	assert_non_null(strstr(error, "chmod 600"));
	write_file("12\n", 0600);
	assert_null(seal_new(path, &error));
	write_file("", 0600);
	assert_null(seal_new(path, &error));
	unlink(path);
	assert_null(seal_new(path, &error));
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_null(seal_new(path, &error));
	unlink(path);
	assert_null(seal_new("/tmp", &error));
	assert_true(seal_key_create(path));
}

/* A generation more, then the old ones gone: digests stay what they were. */
static void
test_rotation(void **state)
{
	struct secret *plain = secret_from("gizli", 5), *text, *out;
	uint8_t before[SEAL_DIGEST], after[SEAL_DIGEST];
	struct buf old = BUF_INIT, new = BUF_INIT;
	struct seal *s = start(), *two, *one;
	const char *error;

	seal_digest(s, "demo", "passwords", plain, before);
	assert_int_equal(seal_close(s, &place, plain, &old), SEAL_OK);
	text = seal_text(s, true, false);
	two = seal_parse((char *)secret_expose(text), secret_len(text),
	    &error);
	assert_non_null(two);
	assert_int_equal(seal_generation(two), 2);
	assert_int_equal(seal_open(two, &place, buf_data(&old),
	    buf_len(&old), &out), SEAL_OK);
	assert_int_equal(seal_close(two, &place, out, &new), SEAL_OK);
	assert_int_equal(seal_box_generation(buf_data(&new), buf_len(&new)),
	    2);
	secret_free(out);
	secret_free(text);
	text = seal_text(two, false, true);
	one = seal_parse((char *)secret_expose(text), secret_len(text),
	    &error);
	assert_non_null(one);
	assert_int_equal(seal_open(one, &place, buf_data(&old),
	    buf_len(&old), &out), SEAL_NO_KEY);
	assert_int_equal(seal_open(one, &place, buf_data(&new),
	    buf_len(&new), &out), SEAL_OK);
	secret_free(out);
	seal_digest(one, "demo", "passwords", plain, after);
	assert_memory_equal(before, after, SEAL_DIGEST);
	seal_digest(one, "demo", "other", plain, after);
	assert_memory_not_equal(before, after, SEAL_DIGEST);
	secret_free(text);
	secret_free(plain);
	seal_free(s);
	seal_free(two);
	seal_free(one);
	buf_free(&old);
	buf_free(&new);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_tamper),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_rotation),
	};

	return cmocka_run_group_tests_name("seal", tests, make_key, drop_key);
}
