/* ids.c - vectors of contracts.md and more of the same kind. */
#include "lib/ids.h"

#include "tests/unit/unit.h"

static void
test_tax(void **state)
{
	char out[12];

	assert_int_equal(vkn_check("4540536920", 10), ID_OK);
	assert_int_equal(vkn_check("3297552117", 10), ID_OK);
	assert_int_equal(vkn_check("1729171602", 10), ID_OK);
	assert_int_equal(vkn_check("1234567890", 10), ID_OK);
	assert_int_equal(vkn_check("4540536921", 10), ID_CHECK);
	assert_int_equal(vkn_check("1111111111", 10), ID_CHECK);
	assert_int_equal(vkn_check("454053692", 9), ID_LENGTH);
	assert_int_equal(vkn_check("45405369201", 11), ID_LENGTH);
	assert_int_equal(vkn_check("454053692x", 10), ID_CHARS);
	assert_int_equal(vkn_check("", 0), ID_EMPTY);
	assert_int_equal(tckn_check("17291716060", 11), ID_OK);
	assert_int_equal(tckn_check("10000000146", 11), ID_OK);
	assert_int_equal(tckn_check("17291716050", 11), ID_CHECK);
	assert_int_equal(tckn_check("07291716060", 11), ID_FORM);
	assert_int_equal(tckn_check("1729171606", 10), ID_LENGTH);
	assert_int_equal(tckn_check("1729171606\xc4", 11), ID_CHARS);
	assert_int_equal(vkn_parse(" 454 053 69-20 ", 15, out), ID_OK);
	assert_string_equal(out, "4540536920");
	assert_int_equal(tckn_parse("172.917.160.60", 14, out), ID_OK);
	assert_string_equal(out, "17291716060");
	assert_int_equal(vkn_parse("  ", 2, out), ID_EMPTY);
	assert_int_equal(vkn_parse("123456789012", 12, out), ID_LENGTH);
}

/* Any single wrong digit of an identity number is found. */
static void
test_slips(void **state)
{
	char s[] = "17291716060";
	int i, d;

	for (i = 0; i < 11; i++)
		for (d = '0'; d <= '9'; d++) {
			char keep = s[i];

			s[i] = (char)d;
			assert_int_equal(tckn_check(s, 11) == ID_OK,
			    d == keep);
			s[i] = keep;
		}
}

static void
test_iban(void **state)
{
	char out[IBAN_TEXT], shown[44];

	assert_int_equal(iban_check("TR330006100519786457841326", 26), ID_OK);
	assert_int_equal(iban_check("TR330006100519786457841327", 26),
	    ID_CHECK);
	assert_int_equal(iban_check("TR33000610051978645784132", 25),
	    ID_LENGTH);
	assert_int_equal(iban_check("TR3300061005197864578413A6", 26),
	    ID_CHARS);
	assert_int_equal(iban_check("tr330006100519786457841326", 26),
	    ID_CHARS);
	assert_int_equal(iban_check("3330006100519786457841326", 25), ID_FORM);
	assert_int_equal(iban_check("TRX", 3), ID_LENGTH);
	assert_int_equal(iban_check("", 0), ID_EMPTY);
	assert_int_equal(iban_check("DE89370400440532013000", 22), ID_OK);
	assert_int_equal(iban_check("GB82WEST12345698765432", 22), ID_OK);
	assert_int_equal(iban_parse("tr33 0006 1005 1978 6457 8413 26", 32,
	    out), ID_OK);
	assert_string_equal(out, "TR330006100519786457841326");
	iban_format(out, shown);
	assert_string_equal(shown, "TR33 0006 1005 1978 6457 8413 26");
	assert_int_equal(iban_parse("TR33!", 5, out), ID_CHARS);
	assert_null(iban_bank(out));
	assert_string_equal(iban_bank("TR000006200000000000000000"),
	    "Garanti BBVA");
	assert_null(iban_bank("TR00"));
}

static void
test_phone(void **state)
{
	static const struct {
		const char *typed, *want;
	} good[] = {
		{ "0532 111 22 33", "+905321112233" },
		{ "532 111 22 33", "+905321112233" },
		{ "05321112233", "+905321112233" },
		{ "90 532 111 22 33", "+905321112233" },
		{ "+90 532 111 22 33", "+905321112233" },
		{ "+90 (0532) 111 22 33", "+905321112233" },
		{ "0090 532 111 22 33", "+905321112233" },
		{ "(0212) 444-55-66", "+902124445566" },
		{ "0.216.333.44.55", "+902163334455" },
		{ "+49 30 123456", "+4930123456" },
		{ "0049 30 123456", "+4930123456" },
		{ "+1 (212) 555-0100", "+12125550100" }
	};
	static const struct {
		const char *typed;
		enum id_result want;
	} bad[] = {
		{ "", ID_EMPTY }, { "  ", ID_EMPTY }, { "532", ID_LENGTH },
		{ "0532 111 22", ID_LENGTH }, { "0532 111 22 334", ID_FORM },
		{ "0132 111 22 33", ID_FORM }, { "abc", ID_CHARS },
		{ "0532 111 22 3x", ID_CHARS }, { "+", ID_LENGTH },
		{ "+90 532 111 22", ID_LENGTH }, { "++905321112233", ID_CHARS },
		{ "+0532 111 22 33", ID_FORM },
		{ "12345678901234567890123456789012345", ID_LENGTH }
	};
	char out[PHONE_TEXT], shown[24];
	size_t i;

	for (i = 0; i < ROWS(good); i++) {
		if (phone_parse(good[i].typed, strlen(good[i].typed), out) !=
		    ID_OK || strcmp(out, good[i].want) != 0)
			fail_msg("\"%s\": %s", good[i].typed, out);
		assert_int_equal(phone_check(out, strlen(out)), ID_OK);
	}
	for (i = 0; i < ROWS(bad); i++)
		if (phone_parse(bad[i].typed, strlen(bad[i].typed), out) !=
		    bad[i].want)
			fail_msg("\"%s\"", bad[i].typed);
	phone_format("+905321112233", shown);
	assert_string_equal(shown, "0532 111 22 33");
	phone_format("+4930123456", shown);
	assert_string_equal(shown, "+4930123456");
	assert_int_equal(phone_check("05321112233", 11), ID_FORM);
	assert_int_equal(phone_check("+90532111223", 12), ID_LENGTH);
	assert_int_equal(phone_check("+90 532", 7), ID_CHARS);
}

static void
test_email(void **state)
{
	static const char *const good[] = {
		"a@b.co", "ad.soyad@firma.com.tr", "x+y_z@sub-domain.example",
		"patron@xyz.example", "o'neil@a.b.c.dd", "1@2.com"
	};
	static const struct {
		const char *s;
		enum id_result want;
	} bad[] = {
		{ "", ID_EMPTY }, { "a", ID_FORM }, { "a@b", ID_FORM },
		{ "@b.co", ID_FORM }, { "a@", ID_FORM }, { "a@@b.co", ID_FORM },
		{ "a@b@c.co", ID_FORM }, { "a..b@c.co", ID_FORM },
		{ ".a@c.co", ID_FORM }, { "a.@c.co", ID_FORM },
		{ "a@.co", ID_FORM }, { "a@b..co", ID_FORM },
		{ "a@b.co.", ID_FORM }, { "a@-b.co", ID_FORM },
		{ "a@b-.co", ID_FORM }, { "a@b.c", ID_FORM },
		{ "a@b.12", ID_FORM }, { "a@b_c.co", ID_FORM },
		{ "a b@c.co", ID_CHARS }, { "ş@c.co", ID_CHARS },
		{ "a@ş.co", ID_CHARS }, { "a\n@c.co", ID_CHARS },
		{ "<a@c.co>", ID_CHARS }, { "a,b@c.co", ID_CHARS }
	};
	char long_one[300], out[300];
	size_t i;

	for (i = 0; i < ROWS(good); i++)
		if (email_check(good[i], strlen(good[i])) != ID_OK)
			fail_msg("\"%s\" was refused", good[i]);
	for (i = 0; i < ROWS(bad); i++)
		if (email_check(bad[i].s, strlen(bad[i].s)) != bad[i].want)
			fail_msg("\"%s\"", bad[i].s);
	memset(long_one, 'a', sizeof(long_one));
	memcpy(long_one + 250, "@b.com", 6);
	assert_int_equal(email_check(long_one, 256), ID_LENGTH);
	assert_int_equal(email_check(long_one + 185, 71), ID_FORM);
	assert_int_equal(email_check(long_one + 186, 70), ID_OK);
	assert_int_equal(email_check("a\0@c.co", 7), ID_CHARS);
	assert_int_equal(email_parse(" Ahmet@FIRMA.com.TR ", 20, out), ID_OK);
	assert_string_equal(out, "Ahmet@firma.com.tr");
}

static void
test_url(void **state)
{
	static const struct {
		const char *typed, *want;
	} good[] = {
		{ "firma.com.tr", "https://firma.com.tr" },
		{ "WWW.Firma.COM/Yol", "https://www.firma.com/Yol" },
		{ "HTTP://Firma.com", "http://firma.com" },
		{ "https://a.b:8443/x?y#z", "https://a.b:8443/x?y#z" },
		{ "https://localhost/", "https://localhost/" },
		{ " firma.com?a=B ", "https://firma.com?a=B" }
	};
	static const char *const bad[] = {
		"", "firma", "ftp://firma.com", "javascript:alert(1)",
		"https://", "https:///x", "https://a b.com", "https://a..b",
		"https://a.b:x", "https://a.b:99999", "https://a.b:",
		"https://user@a.b", "https://a.b/<x>", "https://-a.b",
		"https://a.b/\033[2J", "file:///etc/passwd"
	};
	char out[300];
	size_t i;

	for (i = 0; i < ROWS(good); i++) {
		if (url_parse(good[i].typed, strlen(good[i].typed), out) !=
		    ID_OK || strcmp(out, good[i].want) != 0)
			fail_msg("\"%s\": %s", good[i].typed, out);
		assert_int_equal(url_check(out, strlen(out)), ID_OK);
	}
	for (i = 0; i < ROWS(bad); i++)
		if (url_parse(bad[i], strlen(bad[i]), out) == ID_OK)
			fail_msg("\"%s\" was taken", bad[i]);
	assert_int_equal(url_check("https://a.b\0", 12), ID_CHARS);
	assert_int_equal(url_check("https://\0x.yy", 13), ID_CHARS);
}

static void
test_others(void **state)
{
	static const char *const nets[] = {
		"192.168.1.5", "10.0.0.0/8", "::1", "2001:db8::/32",
		"0.0.0.0/0", "::/128"
	};
	static const char *const bad[] = {
		"", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/a", "::/129",
		"1.2.3.4/08", "local", "1.2.3.4/1/2", "256.1.1.1"
	};
	size_t i;

	assert_int_equal(color_check("#1e66D0", 7), ID_OK);
	assert_int_equal(color_check("1e66d0#", 7), ID_FORM);
	assert_int_equal(color_check("#1e66d", 6), ID_LENGTH);
	assert_int_equal(color_check("#1e66dg", 7), ID_CHARS);
	for (i = 0; i < ROWS(nets); i++)
		if (inet_check(nets[i], strlen(nets[i])) != ID_OK)
			fail_msg("\"%s\" was refused", nets[i]);
	for (i = 0; i < ROWS(bad); i++)
		if (inet_check(bad[i], strlen(bad[i])) == ID_OK)
			fail_msg("\"%s\" was taken", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tax),
		cmocka_unit_test(test_slips),
		cmocka_unit_test(test_iban),
		cmocka_unit_test(test_phone),
		cmocka_unit_test(test_email),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
