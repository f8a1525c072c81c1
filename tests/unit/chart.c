/* chart.c - charts as they are drawn, in signs and in ASCII. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"
#include "tui/chart.h"
#include "tui/draw.h"
#include "tui/lang.h"
#include "tui/store.h"

static struct def	*def;
static struct screen	*screen;

static const char	json[] =
"{\"name\":\"leads\",\"label\":[\"Aday\",\"Lead\"],"
"\"labels\":[\"Adaylar\",\"Leads\"],\"fields\":["
"{\"name\":\"status\",\"type\":\"choice\",\"label\":[\"Durum\",\"Status\"],"
" \"filter\":true,\"choices\":[[\"new\",[\"Yeni\",\"New\"]],"
" [\"won\",[\"Kazanıldı\",\"Won\"]],[\"lost\",[\"Kaybedildi\",\"Lost\"]]]},"
"{\"name\":\"value\",\"type\":\"money\",\"label\":[\"Değer\",\"Value\"]},"
"{\"name\":\"on\",\"type\":\"date\",\"label\":[\"Gün\",\"Day\"],\"filter\":true}]}";

static struct val *
parse(const char *text)
{
	char		 err[200];
	struct val	*v = val_parse_json(text, strlen(text), err,
			    sizeof err);

	assert_non_null(v);
	return v;
}

/* The chart drawn in 40 columns, line by line. */
static void
drawn(const char *chart, const char *stats, const char *const *want)
{
	struct val	*c = parse(chart), *s = parse(stats);
	struct chart	*ch = chart_new(def, c, s);
	struct surface	 all = screen_surface(screen);
	char		 row[400];
	int		 i, lines = chart_lines(ch, 40, 20);

	screen_clear(screen);
	for (i = 0; i < lines; i++) {
		chart_line(ch, &all, i, i, lines);
		screen_row(screen, i, row, sizeof row);
		assert_non_null(want[i]);
		assert_string_equal(row, want[i]);
	}
	assert_null(want[i]);
	chart_free(ch);
	val_free(c);
	val_free(s);
}

static void
test_bars(void **state)
{
	static const char *const signs[] = {
		"Yeni       4  ████████████▌",
		"Kazanıldı  8  █████████████████████████",
		"Kaybedildi 0", NULL };
	static const char *const ascii[] = {
		"Yeni       4  ############=",
		"Kazanıldı  8  #########################",
		"Kaybedildi 0", NULL };
	static const char chart[] =
	    "{\"name\":\"a\",\"draw\":\"bars\",\"by\":\"status\"}";
	static const char stats[] =
	    "{\"columns\":[\"key\",\"title\",\"count\",\"value\"],\"rows\":["
	    "[\"won\",null,8,null],[\"new\",null,4,null]],\"more\":false}";

	(void)state;
	drawn(chart, stats, signs);
	draw_set_ascii(true, false);
	drawn(chart, stats, ascii);
	draw_set_ascii(false, false);
}

static void
test_columns(void **state)
{
	static const char *const want[] = {
		"     ████                             8",
		"     ████",
		"████ ████",
		"████ ████",
		"Oca 25   Mar 25", NULL };

	(void)state;
	drawn("{\"name\":\"a\",\"draw\":\"spark\",\"by\":\"on\","
	    "\"period\":\"month\"}",
	    "{\"columns\":[\"key\",\"title\",\"count\",\"value\"],\"rows\":["
	    "[\"2025-01-01\",null,4,null],[\"2025-02-01\",null,8,null],"
	    "[\"2025-03-01\",null,0,null]],\"more\":false}", want);
}

static void
test_nothing(void **state)
{
	static const char *const want[] = { NULL };

	(void)state;
	drawn("{\"name\":\"a\",\"draw\":\"bars\",\"by\":\"on\"}",
	    "{\"columns\":[\"key\",\"title\",\"count\",\"value\"],"
	    "\"rows\":[],\"more\":false}", want);
}

/* A bar's records: its value, and the chart's own filter. */
static void
test_filter(void **state)
{
	struct val	*c, *s, *f;
	struct chart	*ch;
	char		*text;

	(void)state;
	c = parse("{\"name\":\"a\",\"draw\":\"bars\",\"by\":\"status\","
	    "\"filter\":{\"on\":{\"ge\":\"$today\"}}}");
	s = parse("{\"columns\":[\"key\",\"title\",\"count\",\"value\"],"
	    "\"rows\":[[\"won\",null,8,null]],\"more\":false}");
	ch = chart_new(def, c, s);
	f = chart_filter(ch, 1);
	text = val_json(f, false);
	assert_string_equal(text, "{\"on\":{\"ge\":\"$today\"},"
	    "\"status\":{\"eq\":\"won\"}}");
	free(text);
	val_free(f);
	chart_free(ch);
	val_free(c);
	val_free(s);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_filter),
	};
	int			failed;

	ui_set_lang(LANG_TR);
	def = def_make(parse(json));
	screen = screen_new(24, 40);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	screen_free(screen);
	def_unmake(def);
	return failed;
}
