/* CSV: encodings, delimiters, quotes, and what no spreadsheet may run. */
#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/csv.h"

#include "tests/unit/unit.h"

static void
decoded(const char *bytes, size_t len, const char *encoding, const char *want)
{
	struct buf	b = BUF_INIT;

	assert_string_equal(csv_decode(&b, bytes, len), encoding);
	assert_string_equal(buf_text(&b), want);
	buf_free(&b);
}

static void
test_decode(void **state)
{
	decoded("\xef\xbb\xbfŞeker", 9, "UTF-8", "Şeker");
	decoded("Şeker", 6, "UTF-8", "Şeker");
	decoded("\xde" "eker \xddn\xfe\xe7\xf0\x80", 12, "CP1254",
	    "Şeker İnşçğ€");
	decoded("\xff\xfe\x5e\x01" "e\0", 6, "UTF-16", "Şe");
	decoded("\xfe\xff\x01\x5e\0e", 6, "UTF-16", "Şe");
	decoded("\xff\xfe\x3d\xd8\x00\xde", 6, "UTF-16", "😀");
	decoded("\xff\xfe\x3d\xd8", 4, "UTF-16", "\xef\xbf\xbd");
	decoded("", 0, "UTF-8", "");
}

static void
test_delimiter(void **state)
{
	assert_int_equal(csv_delimiter("a;b,c;d", 7), ';');
	assert_int_equal(csv_delimiter("a,b\nc;d;e;f", 11), ',');
	assert_int_equal(csv_delimiter("a\tb\tc;d", 7), '\t');
	assert_int_equal(csv_delimiter("\"a;b;c\",d", 9), ',');
	assert_int_equal(csv_delimiter("a", 1), ';');
}

static void
test_rows(void **state)
{
	static const char text[] = "a;\"b \"\"c\"\";\nd\";e\r\n\r\n1;;'=x\n;\n"
	    "last";
	struct arena	*a = arena_new();
	struct csv	 c;
	char		**cells;
	size_t		 n;

	csv_init(&c, text, sizeof text - 1, ';');
	assert_int_equal(csv_row(&c, a, &cells, &n), CSV_ROW);
	assert_int_equal(n, 3);
	assert_string_equal(cells[0], "a");
	assert_string_equal(cells[1], "b \"c\";\nd");
	assert_string_equal(cells[2], "e");
	assert_int_equal(csv_row(&c, a, &cells, &n), CSV_ROW);
	assert_int_equal(n, 3);
	assert_string_equal(cells[1], "");
	assert_string_equal(cells[2], "=x");
	assert_int_equal(csv_row(&c, a, &cells, &n), CSV_ROW);
	assert_int_equal(n, 2);
	assert_int_equal(csv_row(&c, a, &cells, &n), CSV_ROW);
	assert_int_equal(n, 1);
	assert_string_equal(cells[0], "last");
	assert_int_equal(csv_row(&c, a, &cells, &n), CSV_END);
	csv_init(&c, "a;\"cut in the mid", 17, ';');
	assert_int_equal(csv_row(&c, a, &cells, &n), CSV_CUT);
	arena_free(a);
}

static void
test_many_cells(void **state)
{
	struct arena	*a = arena_new();
	struct buf	 b = BUF_INIT;
	struct csv	 c;
	char		**cells;
	size_t		 n, i;

	for (i = 0; i < 100; i++)
		buf_printf(&b, "%zu%s", i, i < 99 ? "," : "\n");
	csv_init(&c, buf_text(&b), buf_len(&b), ',');
	assert_int_equal(csv_row(&c, a, &cells, &n), CSV_ROW);
	assert_int_equal(n, 100);
	assert_string_equal(cells[15], "15");
	assert_string_equal(cells[16], "16");
	assert_string_equal(cells[99], "99");
	buf_free(&b);
	arena_free(a);
}

static void
written(const char *cell, const char *want)
{
	struct buf	b = BUF_INIT;

	csv_cell(&b, cell, ';', true);
	assert_string_equal(buf_text(&b), want);
	buf_free(&b);
}

static void
test_write(void **state)
{
	written("Şeker", "Şeker");
	written("a;b", "\"a;b\"");
	written("a \"b\"", "\"a \"\"b\"\"\"");
	written("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
	written("@SUM(A1)", "\"'@SUM(A1)\"");
	written("-2+3", "\"'-2+3\"");
	written("+905321112233", "+905321112233");
	written("-12,50", "-12,50");
	written("", "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_delimiter),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_many_cells),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
