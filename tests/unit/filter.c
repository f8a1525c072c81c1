/* filter.c - what people type into the filter box of a list. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "tests/unit/unit.h"
#include "tui/lang.h"
#include "tui/store.h"
#include "tui/view/filter.h"

static struct def	*def;

static const char	json[] =
"{\"name\":\"customers\",\"search\":true,\"label\":[\"Müşteri\",\"Customer\"],"
"\"labels\":[\"Müşteriler\",\"Customers\"],\"fields\":["
"{\"name\":\"company_name\",\"type\":\"text\",\"label\":[\"Firma\",\"Company\"],"
" \"sort\":true,\"filter\":true},"
"{\"name\":\"status\",\"type\":\"choice\",\"label\":[\"Durum\",\"Status\"],"
" \"filter\":true,\"choices\":[[\"active\",[\"Aktif\",\"Active\"]],"
" [\"passive\",[\"Pasif\",\"Passive\"]],"
" [\"potential\",[\"Potansiyel\",\"Potential\"]]]},"
"{\"name\":\"amount\",\"type\":\"money\",\"label\":[\"Tutar\",\"Amount\"],"
" \"sort\":true,\"filter\":true},"
"{\"name\":\"tax_number\",\"type\":\"text\",\"label\":[\"Vergi no\",\"Tax no\"],"
" \"filter\":true},"
"{\"name\":\"stage\",\"type\":\"choice\",\"label\":[\"Aşama\",\"Stage\"],"
" \"filter\":true,\"choices\":[[\"offered\",[\"Teklif verildi\",\"Offered\"]]]},"
"{\"name\":\"customer_id\",\"type\":\"ref\",\"ref\":\"customers\","
" \"label\":[\"Müşteri\",\"Customer\"],\"filter\":true},"
"{\"name\":\"at\",\"type\":\"timestamp\",\"label\":[\"An\",\"At\"],"
" \"sort\":true,\"filter\":true},"
"{\"name\":\"due\",\"type\":\"date\",\"label\":[\"Vade\",\"Due\"],\"sort\":true,\"filter\":true},"
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

/* The sentence about what is wrong has this in it. */
static void
wrong(const char *text, const char *part)
{
	struct filter	 f = { .text = strdup(text) };
	char		*search;

	val_free(filter_query(&f, def, &search));
	if (strstr(f.error, part) == NULL)
		fail_msg("%s: \"%s\" has no \"%s\"", text, f.error, part);
	free(search);
	filter_clear(&f);
}

static void
test_words(void **state)
{
	check("", "-", "");
	check("şeker ltd", "-", "şeker ltd");
	check("durum:aktif", "{\"status\":{\"eq\":\"active\"}}", "");
	check("DURUM=aktif", "{\"status\":{\"eq\":\"active\"}}", "");
	check("durum = aktif", "{\"status\":{\"eq\":\"active\"}}", "");
	check("durum!=pasif", "{\"status\":{\"ne\":\"passive\"}}", "");
	check("durum!=pasif,aktif",
	    "{\"status\":{\"not_in\":[\"passive\",\"active\"]}}", "");
	check("status=pas şeker", "{\"status\":{\"eq\":\"passive\"}}",
	    "şeker");
	check("şeker durum:aktif ltd", "{\"status\":{\"eq\":\"active\"}}",
	    "şeker ltd");
	check("durum:aktif,pasif",
	    "{\"status\":{\"in\":[\"active\",\"passive\"]}}", "");
	check("firma:\"İpek İnşaat\" x",
	    "{\"company_name\":{\"has\":\"İpek İnşaat\"}}", "x");
	check("firma!=ipek", "{\"company_name\":{\"lacks\":\"ipek\"}}", "");
	check("vergino:123", "{\"tax_number\":{\"has\":\"123\"}}", "");
	check("vergi:123", "{\"tax_number\":{\"has\":\"123\"}}", "");
	check("vergi no=123", "{\"tax_number\":{\"has\":\"123\"}}", "");
	check("şeker tax no = 123", "{\"tax_number\":{\"has\":\"123\"}}",
	    "şeker");
	check("acik:evet", "{\"open\":{\"eq\":true}}", "");
	check("açık!=evet", "{\"open\":{\"eq\":false}}", "");
	check("firma:-", "{\"company_name\":{\"null\":true}}", "");
	check("firma=boş", "{\"company_name\":{\"null\":true}}", "");
	check("firma!=boş", "{\"company_name\":{\"null\":false}}", "");
	check("customer=şeker", "{\"customer_id\":{\"has\":\"şeker\"}}", "");
	check("aşama=teklif verildi x", "{\"stage\":{\"eq\":\"offered\"}}",
	    "x");
}

static void
test_ordered(void **state)
{
	check("tutar:100", "{\"amount\":{\"eq\":\"100.00\"}}", "");
	check("tutar>1.234,5", "{\"amount\":{\"gt\":\"1234.50\"}}", "");
	check("tutar > 1000", "{\"amount\":{\"gt\":\"1000.00\"}}", "");
	check("tutar:<=5", "{\"amount\":{\"le\":\"5.00\"}}", "");
	check("tutar>1 tutar<5",
	    "{\"amount\":{\"gt\":\"1.00\",\"lt\":\"5.00\"}}", "");
	check("tutar:1..5",
	    "{\"amount\":{\"between\":[\"1.00\",\"5.00\"]}}", "");
	check("tutar:1..", "{\"amount\":{\"ge\":\"1.00\"}}", "");
	check("vade:..15.03.2026", "{\"due\":{\"le\":\"2026-03-15\"}}", "");
	check("vade>=2026-03-15", "{\"due\":{\"ge\":\"2026-03-15\"}}", "");
	check("vade=mart 2025",
	    "{\"due\":{\"between\":[\"2025-03-01\",\"2025-03-31\"]}}", "");
	check("vade>mart 2025 x", "{\"due\":{\"gt\":\"2025-03-31\"}}", "x");
	check("vade<2025", "{\"due\":{\"lt\":\"2025-01-01\"}}", "");
	check("at=15.03.2026", "{\"at\":{\"eq\":\"2026-03-15\"}}", "");
}

/* What has no sign, or only looks like having one, is searched for. */
static void
test_plain(void **state)
{
	check("http://x", "-", "http://x");
	check("12:30", "-", "12:30");
	check(":", "-", ":");
	check("\"a=b c\"", "-", "a=b c");
	check("durum:", "-", "");		/* not finished yet */
	check("durum: ", "-", "");
}

static void
test_wrong(void **state)
{
	wrong("renk=mavi", "\"renk\" diye bir alan yok");
	wrong("renk=mavi", "Firma, Durum");
	wrong("saat:öğle", "diye bir alan yok");
	wrong("notlar=x", "Notlar alanına göre süzülemez");
	wrong("durum=kırmızı", "Aktif, Pasif, Potansiyel");
	wrong("durum>aktif", "yalnız = ve !=");
	wrong("tutar=çok", "\"çok\" anlaşılmadı");
	wrong("tutar:1..x", "anlaşılmadı");
	wrong("vade:31.02.2026", "anlaşılmadı");
	wrong("vade!=geçen ay", "tek bir günle");
	wrong("açık=belki", "evet ya da hayır");
}

/* Where nothing is searched, words alone are said to be none. */
static void
test_unsearched(void **state)
{
	struct filter	 f = { .text = strdup("aktif") };
	struct def	*found = def, *none;
	char		*bare = strdup(json), *p, err[80];

	p = strstr(bare, "\"search\":true,");
	memmove(p, p + 14, strlen(p + 14) + 1);
	none = def = def_make(val_parse_json(bare, strlen(bare), err,
	    sizeof err));
	wrong("aktif", "Süzülenler: Firma, Durum");
	wrong("durum=aktif şeker", "alan=değer");
	check("durum=aktif", "{\"status\":{\"eq\":\"active\"}}", "");
	assert_false(filter_settle(&f, def));
	assert_string_equal(f.text, "aktif");
	filter_clear(&f);
	def = found;
	def_unmake(none);
	free(bare);
}

static void
chip_is(const struct filter *f, size_t i, const char *want)
{
	struct buf	text = BUF_INIT;

	filter_chip_text(f, def, i, &text);
	assert_string_equal(buf_text(&text), want);
	buf_free(&text);
}

static void
test_chips(void **state)
{
	struct filter	 f = { .text = strdup("durum:aktif şeker tutar:>5 "
			    "vade>=geçen ay durum!=pasif vade=bugün..") };
	struct filter	 again = { 0 };
	char		*search, *json_text, err[80];
	struct val	*v, *list;

	assert_true(filter_settle(&f, def));
	/* of one field and sign, the last */
	assert_int_equal(f.nchips, 4);
	chip_is(&f, 0, "Durum: Aktif");
	chip_is(&f, 1, "Tutar > 5,00");
	chip_is(&f, 2, "Vade >= bugün");
	chip_is(&f, 3, "Durum != Pasif");
	assert_string_equal(f.text, "şeker");
	filter_drop(&f, 1);
	v = filter_save(&f);
	json_text = val_json(v, false);
	list = val_parse_json(json_text, strlen(json_text), err, sizeof err);
	assert_int_equal(filter_restore(&again, def, list), 0);
	assert_int_equal(again.nchips, f.nchips);
	chip_is(&again, 1, "Vade >= bugün");
	val_free(v);
	val_free(list);
	free(json_text);
	v = filter_query(&again, def, &search);
	assert_string_equal(val_get_str(val_get(v, "status"), "ne"), "passive");
	assert_null(search);
	val_free(v);
	filter_clear(&again);
	filter_clear(&f);
	assert_true(filter_empty(&f));
}

static void
test_settle_wrong(void **state)
{
	struct filter	f = { .text = strdup("durum=aktif tutar=çok x") };

	assert_false(filter_settle(&f, def));
	assert_int_equal(f.nchips, 1);
	assert_string_equal(f.text, "tutar=çok x");
	filter_clear(&f);
	f.text = strdup("şeker durum=");
	assert_false(filter_settle(&f, def));
	assert_string_equal(f.text, "şeker durum=");
	filter_clear(&f);
}

/* As a panel of the dashboard opens a list. */
static void
test_wire(void **state)
{
	static const char	json_map[] = "{\"status\":\"active\","
				    "\"due\":{\"le\":\"$today+7\"},"
				    "\"gone\":1,\"customer_id\":\"$me\","
				    "\"amount\":null}";
	struct filter		 f = { 0 };
	char			 err[80];
	struct val		*v = val_parse_json(json_map, strlen(json_map),
				    err, sizeof err);

	assert_int_equal(filter_from_wire(&f, def, v), 1);
	assert_int_equal(f.nchips, 4);
	chip_is(&f, 0, "Durum: Aktif");
	chip_is(&f, 1, "Vade <= 7 gün sonra");
	chip_is(&f, 2, "Müşteri: ben");
	chip_is(&f, 3, "Tutar: boş");
	val_free(v);
	filter_clear(&f);
}

/* Nothing typed can do more than be wrong. */
static void
test_random(void **state)
{
	static const char *const	bits[] = { "durum", "=", "!=", ">", "<",
		    ":", " ", "\"", "vade", "geçen", "ay", "..", "tutar", "5",
		    "-", "ş", ",", "aktif", "müşteri", "no", "vergi", "\xc3" };
	struct filter			 f = { 0 };
	uint32_t			 seed = 3;
	char				*search;
	unsigned			 round, k;
	struct buf			 text = BUF_INIT;

	for (round = 0; round < 20000; round++) {
		buf_clear(&text);
		for (k = unit_random(&seed) % 12; k > 0; k--)
			buf_addz(&text, bits[unit_random(&seed) %
			    ROWS(bits)]);
		f.text = strdup(buf_text(&text));
		val_free(filter_query(&f, def, &search));
		free(search);
		filter_settle(&f, def);
		filter_clear(&f);
	}
	buf_free(&text);
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
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_unsearched),
		cmocka_unit_test(test_chips),
		cmocka_unit_test(test_settle_wrong),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_random)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
