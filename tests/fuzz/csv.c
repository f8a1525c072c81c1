/* A file to import: its encoding, its delimiter, its rows; and what is
 * written again reads the same. Cells are judged as the form's fields are. */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/csv.h"
#include "lib/tr.h"
#include "lib/value.h"
#include "tests/fuzz/fuzz.h"

static void
judge(struct arena *a, const char *cell, size_t n)
{
	struct value_rules	 rules = { .type = n % VALUE_COUNT };
	struct value_ctx	 ctx = { .lang = n & 1 ? LANG_EN : LANG_TR,
				    .now = INT64_C(1766150000000000) };
	struct value_error	 e;
	const char		*out;

	if (rules.type == VALUE_REF || rules.type == VALUE_SENTENCE ||
	    rules.type == VALUE_JSON)
		return;
	if (!value_parse_typed(&rules, &ctx, cell, strlen(cell), a, &out, &e))
		(void)value_error_text(a, ctx.lang, &e);
	else if (out != NULL && rules.type != VALUE_CHOICES &&
	    rules.type != VALUE_TAGS && rules.type != VALUE_CHOICE &&
	    !value_parse_wire(&rules, out, strlen(out), &e))
		abort();
}

static void
again(struct arena *a, char **cells, size_t n, char delimiter)
{
	struct buf	 b = BUF_INIT;
	struct csv	 c;
	char		**back;
	size_t		 i, m;

	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_add8(&b, (uint8_t)delimiter);
		csv_cell(&b, cells[i], delimiter, true);
	}
	buf_addz(&b, "\r\n");
	csv_init(&c, buf_text(&b), buf_len(&b), delimiter);
	if (csv_row(&c, a, &back, &m) == CSV_ROW) {
		if (m != n)
			abort();
		for (i = 0; i < n; i++) {
			if (strcmp(cells[i], back[i]) != 0)
				abort();
		}
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct arena	*a = arena_new();
	struct buf	 text = BUF_INIT;
	struct csv	 c;
	char		**cells, delimiter;
	size_t		 n, i, rows = 0;

	(void)csv_decode(&text, p, len);
	if (!utf8_ok(buf_text(&text), buf_len(&text)))
		abort();
	delimiter = csv_delimiter(buf_text(&text), buf_len(&text));
	csv_init(&c, buf_text(&text), buf_len(&text), delimiter);
	while (csv_row(&c, a, &cells, &n) == CSV_ROW) {
		for (i = 0; i < n; i++)
			judge(a, cells[i], i + rows);
		again(a, cells, n, delimiter);
		rows++;
	}
	buf_free(&text);
	arena_free(a);
	return 0;
}
