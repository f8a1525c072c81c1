/* msg.c - both languages say the same with the same parameters. */
#include "lib/msg.h"

#include <stdio.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/tr.h"
#include "tests/unit/unit.h"

/* Names of parameters of a sentence, sorted, each once, with commas. */
static void
names(const char *s, char out[256])
{
	char found[16][40];
	const char *end;
	size_t n = 0, i, len;

	while ((s = strchr(s, '{')) != NULL) {
		end = s + 1 + strcspn(s + 1, "|}");
		assert_non_null(strchr(s, '}'));
		assert_true(*end != '\0' && end > s + 1);
		len = (size_t)(end - s - 1);
		assert_true(len < sizeof(found[0]) && n < ROWS(found));
		memcpy(found[n], s + 1, len);
		found[n][len] = '\0';
		for (i = 0; i < len; i++)
			assert_true((found[n][i] >= 'a' &&
			    found[n][i] <= 'z') || found[n][i] == '_');
		for (i = 0; i < n && strcmp(found[i], found[n]) != 0; i++)
			;
		if (i == n)
			n++;
		s = strchr(end, '}');
	}
	qsort(found, n, sizeof(found[0]),
	    (int (*)(const void *, const void *))strcmp);
	assert_true(n <= MSG_PARAMS);
	out[0] = '\0';
	for (i = 0; i < n; i++)
		strcat(strcat(out, found[i]), ",");
}

static int
key_cmp(const void *a, const void *b)
{
	return strcmp((*(const struct msg_row *const *)a)->key,
	    (*(const struct msg_row *const *)b)->key);
}

static void
test_table(void **state)
{
	const struct msg_row *rows, **sorted;
	char tr[256], en[256];
	size_t n, i;
	int lang;

	rows = msg_rows(&n);
	assert_true(n > 90);
	sorted = calloc(n, sizeof(*sorted));
	for (i = 0; i < n; i++) {
		sorted[i] = &rows[i];
		for (lang = 0; lang < LANG_COUNT; lang++) {
			const char *s = rows[i].text[lang];

			if (s == NULL || *s == '\0' ||
			    !utf8_ok(s, strlen(s)) || !tr_is_nfc(s, strlen(s)))
				fail_msg("%s: empty or not NFC", rows[i].key);
		}
		names(rows[i].text[LANG_TR], tr);
		names(rows[i].text[LANG_EN], en);
		if (strcmp(tr, en) != 0)
			fail_msg("%s: tr has {%s}, en has {%s}", rows[i].key,
			    tr, en);
		assert_string_equal(msg_text(LANG_EN, rows[i].key),
		    rows[i].text[LANG_EN]);
	}
	qsort(sorted, n, sizeof(*sorted), key_cmp);
	for (i = 1; i < n; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			fail_msg("%s stands there twice", sorted[i]->key);
	free(sorted);
}

static void
test_format(void **state)
{
	struct arena *a = arena_new();
	struct buf b = BUF_INIT;

	assert_string_equal(msg_dup(a, LANG_TR, "value.too_long", "max", "255",
	    "actual", "300", "over", "45", NULL),
	    "En çok 255 karakter olabilir; 300 karakter var. "
	    "45 karakter kısaltın.");
	assert_string_equal(msg_dup(a, LANG_EN, "err.rate", "wait", "1", NULL),
	    "Too many tries. Try again in 1 second.");
	assert_string_equal(msg_dup(a, LANG_EN, "err.rate", "wait", "30", NULL),
	    "Too many tries. Try again in 30 seconds.");
	/* A missing parameter stays visible, an unknown key is its own text,
	 * and what is filled in is not looked at again. */
	assert_string_equal(msg_dup(a, LANG_EN, "err.rate", NULL),
	    "Too many tries. Try again in {wait} {wait|second|seconds}.");
	assert_string_equal(msg_dup(a, LANG_EN, "no.such {x}", "x", "1", NULL),
	    "no.such 1");
	msg_format(&b, LANG_TR, "err.unknown_verb", "verb", "{verb}{x}", NULL);
	assert_string_equal(buf_text(&b),
	    "Sunucu \"{verb}{x}\" işlemini tanımıyor.");
	assert_false(msg_known("no.such"));
	buf_free(&b);
	arena_free(a);
}

static void
test_lang(void **state)
{
	enum lang lang;

	assert_true(lang_parse("en", &lang));
	assert_int_equal(lang, LANG_EN);
	assert_false(lang_parse("de", &lang));
	assert_string_equal(lang_code(LANG_TR), "tr");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_lang),
	};

	return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
