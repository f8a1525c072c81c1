/* filter.c - what people type into the filter box of a list. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"
#include "tui/lang.h"
#include "tui/store.h"
#include "tui/view/filter.h"

static struct def	*def;

static const char	json[] =
"{\"name\":\"customers\",\"label\":[\"Müşteri\",\"Customer\"],"
"\"labels\":[\"Müşteriler\",\"Customers\"],\"fields\":["
"{\"name\":\"company_name\",\"type\":\"text\",\"label\":[\"Firma\",\"Company\"],"
" \"sort\":true},"
"{\"name\":\"status\",\"type\":\"choice\",\"label\":[\"Durum\",\"Status\"],"
" \"filter\":true,\"choices\":[[\"active\",[\"Aktif\",\"Active\"]],"
" [\"passive\",[\"Pasif\",\"Passive\"]],"
" [\"potential\",[\"Potansiyel\",\"Potential\"]]]},"
"{\"name\":\"amount\",\"type\":\"money\",\"label\":[\"Tutar\",\"Amount\"],"
" \"sort\":true},"
"{\"name\":\"tax_number\",\"type\":\"text\",\"label\":[\"Vergi no\",\"Tax no\"],"
" \"filter\":true},"
"{\"name\":\"due\",\"type\":\"date\",\"label\":[\"Vade\",\"Due\"],\"sort\":true},"
"{\"name\":\"open\",\"type\":\"bool\",\"label\":[\"Açık\",\"Open\"],"
" \"filter\":true},"
"{\"name\":\"notes\",\"type\":\"longtext\",\"label\":[\"Notlar\",\"Notes\"]}]}";

/* The filter that the text becomes, as JSON, and what is left to search. */
static void
check(const char *text, const char *want, const char *rest)
{
	struct filter	 f = { .text = strdup(text) };
	struct val	*v;
	char		*search, *got;

	v = filter_query(&f, def, &search);
	got = v == NULL ? strdup("-") : val_json(v, false);
	assert_string_equal(got, want);
	assert_string_equal(search == NULL ? "" : search, rest);
	free(got);
	free(search);
	val_free(v);
	filter_clear(&f);
}

static void
test_words(void **state)
{
	check("", "-", "");
	check("şeker ltd", "-", "şeker ltd");
	check("durum:aktif", "{\"status\":\"active\"}", "");
	check("DURUM:aktif", "{\"status\":\"active\"}", "");
	check("status=pas şeker", "{\"status\":\"passive\"}", "şeker");
	check("durum:aktif,pasif",
	    "{\"status\":{\"in\":[\"active\",\"passive\"]}}", "");
	check("firma:\"İpek İnşaat\" x",
	    "{\"company_name\":{\"has\":\"İpek İnşaat\"}}", "x");
	check("vergino:123", "{\"tax_number\":{\"has\":\"123\"}}", "");
	check("acik:evet", "{\"open\":true}", "");
	check("açık:hayır", "{\"open\":false}", "");
	check("firma:-", "{\"company_name\":{\"null\":true}}", "");
}

static void
test_ordered(void **state)
{
	check("tutar:100", "{\"amount\":{\"eq\":\"100.00\"}}", "");
	check("tutar:>1.234,5", "{\"amount\":{\"gt\":\"1234.50\"}}", "");
	check("tutar:<=5", "{\"amount\":{\"le\":\"5.00\"}}", "");
	check("tutar:1..5",
	    "{\"amount\":{\"between\":[\"1.00\",\"5.00\"]}}", "");
	check("tutar:1..", "{\"amount\":{\"ge\":\"1.00\"}}", "");
	check("vade:..15.03.2026", "{\"due\":{\"le\":\"2026-03-15\"}}", "");
	check("vade:>=2026-03-15", "{\"due\":{\"ge\":\"2026-03-15\"}}", "");
}

/* What is no condition of this list stays a search. */
static void
test_not(void **state)
{
	check("durum:", "-", "durum:");
	check("durum:kırmızı", "-", "durum:kırmızı");
	check("tutar:çok", "-", "tutar:çok");
	check("tutar:1..x", "-", "tutar:1..x");
	check("vade:31.02.2026", "-", "vade:31.02.2026");
	check("notlar:x", "-", "notlar:x");
	check("saat:12", "-", "saat:12");
	check("http://x", "-", "http://x");
	check(":", "-", ":");
}

static void
test_chips(void **state)
{
	struct filter	 f = { .text = strdup("durum:aktif şeker tutar:>5") };
	char		*search;
	struct val	*v;

	filter_settle(&f, def);
	assert_int_equal(f.nchips, 2);
	assert_string_equal(f.chip[0].text, "Durum: Aktif");
	assert_string_equal(f.chip[1].text, "Tutar: >5,00");
	assert_string_equal(f.text, "şeker");
	filter_chip(&f, "status", val_text("passive"), "Durum: Pasif");
	assert_int_equal(f.nchips, 2);
	filter_drop(&f, 1);
	v = filter_query(&f, def, &search);
	assert_string_equal(val_get_str(v, "status"), "passive");
	assert_string_equal(search, "şeker");
	free(search);
	val_free(v);
	filter_clear(&f);
	assert_true(filter_empty(&f));
}

static int
setup(void **state)
{
	char	err[200] = "";

	ui_set_lang(LANG_TR);
	def = def_make(val_parse_json(json, strlen(json), err, sizeof err));
	return def == NULL || err[0] != '\0';
}

static int
teardown(void **state)
{
	def_unmake(def);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_ordered),
		cmocka_unit_test(test_not),
		cmocka_unit_test(test_chips)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
