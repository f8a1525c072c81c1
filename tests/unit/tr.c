/*
 * tr.c - UTF-8, folding by the file that SQL's konak.fold() is tested with
 * too, case, and what may reach a terminal.
 */
#include "lib/tr.h"

#include <stdio.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "tests/unit/unit.h"

static struct arena *a;

static void
test_utf8(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xc3", "\xc3(", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80",
		"\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82",
		"\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xff", "\xfe", "a\xcc", "\xf0\x9f\x98"
	};
	const char *p = "aş€😀", *end = p + strlen(p);
	char out[4];
	uint32_t c;
	size_t i;

	assert_true(utf8_ok(p, strlen(p)));
	assert_int_equal(utf8_count(p, strlen(p)), 4);
	assert_int_equal(utf8_next(&p, end), 'a');
	assert_int_equal(utf8_next(&p, end), 0x15f);
	assert_int_equal(utf8_next(&p, end), 0x20ac);
	assert_int_equal(utf8_next(&p, end), 0x1f600);
	assert_ptr_equal(p, end);
	for (i = 0; i < ROWS(bad); i++) {
		if (utf8_ok(bad[i], strlen(bad[i])))
			fail_msg("bad text %zu was taken", i);
		for (p = bad[i], end = p + strlen(p); p < end;)
			utf8_next(&p, end);
		assert_ptr_equal(p, end);
	}
	for (c = 0; c < 0x110000; c += 7) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		i = utf8_put(out, c);
		assert_true(utf8_ok(out, i));
		p = out;
		assert_int_equal(utf8_next(&p, out + i), c);
		assert_ptr_equal(p, out + i);
	}
}

static void
test_fold_file(void **state)
{
	const char *src = getenv("KONAK_SRC");
	char path[4096], line[1024], *tab, *got;
	int n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/fold.tsv",
	    src != NULL ? src : ".");
	if ((f = fopen(path, "r")) == NULL)
		fail_msg("%s is missing", path);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || (tab = strchr(line, '\t')) == NULL)
			continue;
		*tab++ = '\0';
		got = tr_fold(a, line, strlen(line));
		if (strcmp(got, tab) != 0)
			fail_msg("\"%s\" folds to \"%s\", not \"%s\"", line,
			    got, tab);
		/* Folding twice changes nothing. */
		assert_string_equal(tr_fold(a, got, strlen(got)), got);
		n++;
	}
	fclose(f);
	assert_true(n >= 40);
	assert_null(tr_fold(a, "a\xff", 2));
	assert_true(tr_match("seker ltd", "ker"));
	assert_false(tr_match("seker ltd", "kerl"));
}

static void
test_nfc(void **state)
{
	assert_string_equal(tr_nfc(a, "s\xcc\xa7" "eker", 7), "şeker");
	assert_string_equal(tr_nfc(a, "I\xcc\x87", 3), "İ");
	assert_string_equal(tr_nfc(a, "plain", 5), "plain");
	assert_string_equal(tr_nfc(a, "", 0), "");
	assert_null(tr_nfc(a, "\xc3", 1));
	assert_true(tr_is_nfc("şeker", 6));
	assert_false(tr_is_nfc("s\xcc\xa7", 3));
	assert_false(tr_is_nfc("\xc3", 1));
}

static void
test_case(void **state)
{
	assert_string_equal(tr_upper(a, LANG_TR, "iıiğşüöç ışık"),
	    "İIİĞŞÜÖÇ IŞIK");
	assert_string_equal(tr_lower(a, LANG_TR, "İIĞŞÜÖÇ ISPARTA"),
	    "iığşüöç ısparta");
	assert_string_equal(tr_upper(a, LANG_EN, "info"), "INFO");
	assert_string_equal(tr_lower(a, LANG_EN, "INFO"), "info");
	assert_string_equal(tr_upper(a, LANG_TR, "info"), "İNFO");
	assert_string_equal(tr_lower(a, LANG_EN, "İI"), "ii");
}

static const char *
safe(const char *s, unsigned flags)
{
	return text_safe_dup(a, s, flags);
}

static void
test_safe(void **state)
{
	assert_string_equal(safe("Şeker Ltd", 0), "Şeker Ltd");
	assert_string_equal(safe("a\033[2Jb", 0), "a^[[2Jb");
	assert_string_equal(safe("a\x7f\x01\r\n\tb", 0), "a^?^A^M^J^Ib");
	assert_string_equal(safe("a\nb", TEXT_LINES), "a\nb");
	assert_string_equal(safe("a\xc2\x9b" "2Jb", 0), "a<9B>2Jb");
	assert_string_equal(safe("a\xe2\x80\xae" "b", 0), "a<202E>b");
	assert_string_equal(safe("a\xe2\x80\x8b" "b", 0), "a<200B>b");
	assert_string_equal(safe("\xef\xbb\xbf" "b", 0), "<FEFF>b");
	assert_string_equal(safe("a\xe2\x80\x8d" "b", 0), "a<200D>b");
	/* Variation selector, joined family, skin tone. */
	assert_string_equal(safe("⚠\xef\xb8\x8f!", 0), "⚠!");
	assert_string_equal(safe("👩\xe2\x80\x8d👩\xe2\x80\x8d👧!", 0), "👩!");
	assert_string_equal(safe("👍\xf0\x9f\x8f\xbd!", 0), "👍!");
	/* Private, unassigned, broken. */
	assert_string_equal(safe("\xee\x80\x80", 0), "?");
	assert_string_equal(safe("\xf3\xb0\x80\x80", 0), "?");
	assert_string_equal(safe("a\xff" "b", 0), "a\xef\xbf\xbd" "b");
	/* A mark with nothing to stand on, and too many of them. */
	assert_string_equal(safe("\xcc\x81", 0), "?");
	assert_int_equal(strlen(safe("a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"
	    "\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", 0)), 1 + 4 * 2);
	assert_string_equal(safe("Şeker İĞNE ı “x” – 漢€", TEXT_ASCII),
	    "Seker IGNE i \"x\" - ???");
}

static void
test_width(void **state)
{
	struct buf b = BUF_INIT;
	int used;

	assert_int_equal(text_width("Şeker", strlen("Şeker")), 5);
	assert_int_equal(text_width("漢字", strlen("漢字")), 4);
	assert_int_equal(text_width("e\xcc\x81", 3), 1);
	assert_int_equal(text_width("", 0), 0);
	assert_int_equal(text_fit("e\xcc\x81x", 4, 1, &used), 3);
	assert_int_equal(used, 1);
	assert_int_equal(text_fit("a漢b", 5, 2, &used), 1);
	assert_int_equal(used, 1);
	assert_int_equal(text_cut(&b, "Şekerci", strlen("Şekerci"), 5, 0), 5);
	assert_string_equal(buf_text(&b), "Şeke…");
	buf_clear(&b);
	assert_int_equal(text_cut(&b, "Seker", 5, 5, 0), 5);
	assert_string_equal(buf_text(&b), "Seker");
	buf_clear(&b);
	assert_int_equal(text_cut(&b, "漢字漢", 9, 4, 0), 3);
	assert_string_equal(buf_text(&b), "漢…");
	buf_clear(&b);
	text_pad(&b, "漢字漢", 9, 4, TEXT_ASCII);
	assert_string_equal(buf_text(&b), "漢~ ");
	buf_clear(&b);
	assert_int_equal(text_cut(&b, "abc", 3, 0, 0), 0);
	text_pad(&b, "abc", 3, 1, 0);
	assert_string_equal(buf_text(&b), "…");
	buf_clear(&b);
	text_pad(&b, "", 0, 3, 0);
	assert_string_equal(buf_text(&b), "   ");
	buf_free(&b);
}

/* Whatever goes in, what comes out is UTF-8 without any control character,
 * and cutting keeps to the cells. */
static void
test_noise(void **state)
{
	struct buf b = BUF_INIT, cut = BUF_INIT;
	uint32_t seed = 5, c;
	char text[64];
	size_t n, len;
	const char *p, *end;
	int round, cells;

	for (round = 0; round < 30000; round++) {
		for (n = 0; n < 40;) {
			if (unit_random(&seed) % 8 == 0)
				text[n++] = (char)unit_random(&seed);
			else
				n += utf8_put(text + n, unit_random(&seed) %
				    (round % 2 == 0 ? 0x3000 : 0x110000));
		}
		buf_clear(&b);
		text_safe(&b, text, n, round % 5 == 0 ? TEXT_ASCII : 0);
		len = buf_len(&b);
		p = buf_text(&b);
		for (end = p + len; p < end;) {
			c = utf8_next(&p, end);
			assert_true(c >= ' ' && (c < 0x7f || c >= 0xa0));
			assert_true(round % 5 != 0 || c < 0x7f);
		}
		cells = (int)(unit_random(&seed) % 30);
		buf_clear(&cut);
		text_pad(&cut, buf_text(&b), len, cells, 0);
		assert_int_equal(text_width(buf_text(&cut), buf_len(&cut)),
		    cells);
		if (utf8_ok(text, n)) {
			tr_fold(a, text, n);
			tr_nfc(a, text, n);
		}
		arena_reset(a);
	}
	buf_free(&b);
	buf_free(&cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_fold_file),
		cmocka_unit_test(test_nfc),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_noise),
	};
	int failed;

	a = arena_new();
	failed = cmocka_run_group_tests_name("tr", tests, NULL, NULL);
	arena_free(a);
	return failed;
}
