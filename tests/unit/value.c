/*
 * value.c - every type over the wire, from typing, and to the screen, in both
 * languages; bad input gets the sentence that names the trouble.
 */
#include "lib/value.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/cbor.h"
#include "tests/unit/unit.h"

static struct arena *a;
static struct value_ctx ctx[LANG_COUNT];

static const struct value_choice kinds[] = {
	{ "call", { "Arama", "Call" } },
	{ "meeting", { "Toplantı", "Meeting" } },
	{ "whatsapp", { "WhatsApp", "WhatsApp" } }
};

static struct value_rules
rules_of(const char *type)
{
	struct value_rules r = { .choices = kinds, .nchoices = 3 };

	assert_true(value_type_parse(type, &r.type));
	assert_string_equal(value_type_name(r.type), type);
	return r;
}

/* --- Wire ---------------------------------------------------------------- */

static void
test_wire(void **state)
{
	static const struct {
		const char *type, *text, *key;	/* NULL: good */
	} rows[] = {
		{ "text", "Şeker", NULL }, { "text", "", "value.required" },
		{ "text", "a\nb", "value.one_line" },
		{ "text", "a\tb", "value.control" },
		{ "text", "a\033[2J", "value.control" },
		{ "text", "a\xc2\x9b", "value.control" },
		{ "text", "a\xff", "value.not_utf8" },
		{ "longtext", "a\n\tb", NULL },
		{ "longtext", "a\x07", "value.control" },
		{ "int", "0", NULL }, { "int", "-5", NULL },
		{ "int", "05", "value.int" }, { "int", "+5", "value.int" },
		{ "int", "1.0", "value.int" },
		{ "int", "99999999999999999999", "value.int_range" },
		{ "decimal", "12.34", NULL },
		{ "decimal", "12.345", "value.decimal_scale" },
		{ "decimal", "1234567890123", "value.decimal_range" },
		{ "decimal", "1,5", "value.decimal" },
		{ "money", "12.5", NULL }, { "money", "12,5", "value.money" },
		{ "money", "1.234,56", "value.money" },
		{ "money", "1.234", "value.money_scale" },
		{ "money", "1000000000000", "value.money_range" },
		{ "percent", "18.5", NULL },
		{ "percent", "%18", "value.percent" },
		{ "date", "2026-08-25", NULL },
		{ "date", "25.08.2026", "value.date" },
		{ "date", "2026-02-31", "value.date_no_day" },
		{ "date", "0000-01-01", "value.date_range" },
		{ "time", "09:30", NULL }, { "time", "9:30", "value.time" },
		{ "time", "25:00", "value.time_range" },
		{ "timestamp", "2026-08-25T10:00:00.000000Z", NULL },
		{ "timestamp", "2026-08-25", "value.timestamp" },
		{ "duration", "5400", NULL },
		{ "duration", "1:30", "value.duration" },
		{ "duration", "-1", "value.duration_range" },
		{ "bool", "true", NULL }, { "bool", "evet", "value.bool" },
		{ "choice", "call", NULL },
		{ "choice", "Arama", "value.choice" },
		{ "ref", "0190163d-8694-739b-aea5-966c26f8ad91", NULL },
		{ "ref", "x", "value.ref" },
		{ "vkn", "4540536920", NULL },
		{ "vkn", "4540536921", "value.vkn_check" },
		{ "vkn", "123", "value.vkn_length" },
		{ "vkn", "x", "value.vkn_chars" },
		{ "tckn", "17291716060", NULL },
		{ "tckn", "17291716050", "value.tckn_check" },
		{ "tckn", "07291716050", "value.tckn_form" },
		{ "tax_no", "17291716060", NULL },
		{ "tax_no", "4540536920", NULL },
		{ "tax_no", "123", "value.tax_no_length" },
		{ "iban", "TR330006100519786457841326", NULL },
		{ "iban", "TR330006100519786457841327", "value.iban_check" },
		{ "iban", "TR33", "value.iban_length" },
		{ "phone", "+905321112233", NULL },
		{ "phone", "05321112233", "value.phone_form" },
		{ "email", "a@b.co", NULL }, { "email", "a@b", "value.email" },
		{ "email", "ş@b.co", "value.email_chars" },
		{ "url", "https://a.b", NULL }, { "url", "a.b", "value.url" },
		{ "color", "#1e66d0", NULL }, { "color", "red", "value.color" },
		{ "currency", "TRY", NULL },
		{ "currency", "TL", "value.currency" },
		{ "timezone", "Europe/Istanbul", NULL },
		{ "timezone", "Ankara", "value.timezone" },
		{ "language", "tr", NULL },
		{ "language", "de", "value.language" },
		{ "inet", "10.0.0.0/8", NULL }, { "inet", "x", "value.inet" },
		{ "sentence", "x", "value.read_only" },
		{ "json", "{}", "value.read_only" },
		{ "choices", "call", "value.choices" }
	};
	struct value_error err;
	struct value_rules r;
	size_t i;
	bool ok;

	for (i = 0; i < ROWS(rows); i++) {
		r = rules_of(rows[i].type);
		ok = value_parse_wire(&r, rows[i].text, strlen(rows[i].text),
		    &err);
		if (ok != (rows[i].key == NULL) ||
		    (!ok && strcmp(err.key, rows[i].key) != 0))
			fail_msg("%s \"%s\": %s", rows[i].type, rows[i].text,
			    ok ? "taken" : err.key);
		if (ok)
			continue;
		/* The sentence exists and got all its parameters. */
		assert_true(msg_known(err.key));
		assert_null(strchr(value_error_text(a, LANG_TR, &err), '{'));
		assert_null(strchr(value_error_text(a, LANG_EN, &err), '{'));
	}
	r = rules_of("text");
	assert_false(value_parse_wire(&r, "a\0b", 3, &err));
	assert_string_equal(err.key, "value.control");
}

static void
test_lengths(void **state)
{
	struct value_rules r = rules_of("text");
	struct value_error err;
	char text[700];
	int i;

	for (i = 0; i < 256; i++)
		memcpy(text + i * 2, "ş", 2);
	assert_true(value_parse_wire(&r, text, 510, &err));
	assert_false(value_parse_wire(&r, text, 512, &err));
	assert_string_equal(value_error_text(a, LANG_EN, &err),
	    "At most 255 characters fit; there are 256. Shorten it by 1.");
	r.max = 3;
	assert_true(value_parse_wire(&r, "şşş", 6, &err));
	assert_false(value_parse_wire(&r, "şşşa", 7, &err));
	/* A bad value is quoted cut, and between characters. */
	r = rules_of("choice");
	assert_false(value_parse_wire(&r, text, 512, &err));
	assert_true(strlen(err.params[0].value) < sizeof(err.text[0]));
	assert_int_equal(strlen(err.params[0].value) % 2, 0);
}

static void
test_bounds(void **state)
{
	struct value_rules r = rules_of("decimal");
	struct value_error err;

	r.least = "-1.5";
	r.most = "100";
	assert_true(value_parse_wire(&r, "-1.5", 4, &err));
	assert_true(value_parse_wire(&r, "-1.50", 5, &err));
	assert_false(value_parse_wire(&r, "-1.51", 5, &err));
	assert_string_equal(err.key, "value.least");
	assert_false(value_parse_wire(&r, "-2", 2, &err));
	assert_true(value_parse_wire(&r, "100", 3, &err));
	assert_true(value_parse_wire(&r, "100.00", 6, &err));
	assert_true(value_parse_wire(&r, "99.99", 5, &err));
	assert_true(value_parse_wire(&r, "9", 1, &err));
	assert_false(value_parse_wire(&r, "100.01", 6, &err));
	assert_string_equal(err.key, "value.most");
	assert_false(value_parse_wire(&r, "1000", 4, &err));
	r = rules_of("int");
	r.least = "1";
	assert_false(value_parse_wire(&r, "0", 1, &err));
	assert_true(value_parse_wire(&r, "10", 2, &err));
	r = rules_of("date");
	r.least = "2020-01-01";
	assert_false(value_parse_wire(&r, "2019-12-31", 10, &err));
	assert_true(value_parse_wire(&r, "2020-01-01", 10, &err));
}

/* Reads one item written by fn; NULL out is "(null)", an error its key. */
static const char *
read_back(const char *type, struct buf *b)
{
	struct value_rules r = rules_of(type);
	struct value_error err;
	const char *out;
	struct cbr c;

	cbr_init(&c, buf_data(b), buf_len(b));
	if (!value_read(&r, &c, a, &out, &err)) {
		assert_true(msg_known(err.key));
		/* The reader stands behind the item all the same. */
		assert_true(cbr_end(&c));
		return err.key;
	}
	assert_true(cbr_end(&c));
	return out != NULL ? out : "(null)";
}

static const char *
read_text(const char *type, const char *text)
{
	struct buf b = BUF_INIT;
	struct cbw w;
	const char *out;

	cbw_init(&w, &b);
	cbw_textz(&w, text);
	out = read_back(type, &b);
	buf_free(&b);
	return out;
}

static void
test_read(void **state)
{
	static char big[300];
	struct buf b = BUF_INIT;
	struct cbw w;

	assert_string_equal(read_text("text", "  Şeker  "), "Şeker");
	assert_string_equal(read_text("text", "s\xcc\xa7" "eker"), "şeker");
	assert_string_equal(read_text("text", "   "), "(null)");
	assert_string_equal(read_text("text", NULL), "(null)");
	assert_string_equal(read_text("text", "a\nb"), "value.one_line");
	assert_string_equal(read_text("longtext", "\r\n  a\r\nb\rc \n"),
	    "  a\nb\nc");
	assert_string_equal(read_text("longtext", " \n\t "), "(null)");
	assert_string_equal(read_text("int", "5"), "value.type");
	assert_string_equal(read_text("bool", "true"), "value.type");
	assert_string_equal(read_text("ref",
	    "0190163d-8694-739b-aea5-966c26f8ad91"),
	    "0190163d-8694-739b-aea5-966c26f8ad91");
	assert_string_equal(read_text("ref", "x"), "value.ref");
	assert_string_equal(read_text("ref", ""), "(null)");
	assert_string_equal(read_text("choices", "call"), "value.type");
	assert_string_equal(read_text("money", "12.50"), "12.50");
	assert_string_equal(read_text("phone", "0532 111 22 33"),
	    "+905321112233");
	assert_string_equal(read_text("phone", "0090 532 111 22 33"),
	    "+905321112233");
	assert_string_equal(read_text("phone", "532"), "value.phone_length");
	assert_string_equal(read_text("iban",
	    "tr33 0006 1005 1978 6457 8413 26"), "TR330006100519786457841326");
	assert_string_equal(read_text("tax_no", "454 053 69 20"),
	    "4540536920");
	assert_string_equal(read_text("email", " A@B.co"), "A@b.co");
	assert_string_equal(read_text("email", "ş@b.co"),
	    "value.email_chars");
	assert_string_equal(read_text("url", "firma.com"),
	    "https://firma.com");
	assert_string_equal(read_text("url", "firma"), "value.url");
	memset(big, 'a', sizeof(big) - 1);
	assert_string_equal(read_text("url", big), "value.too_long");
	assert_string_equal(read_text("email", big), "value.too_long");
	cbw_init(&w, &b);
	cbw_int(&w, -42);
	assert_string_equal(read_back("int", &b), "-42");
	assert_string_equal(read_back("text", &b), "value.type");
	assert_string_equal(read_back("duration", &b),
	    "value.duration_range");
	buf_clear(&b);
	cbw_bool(&w, true);
	assert_string_equal(read_back("bool", &b), "true");
	buf_clear(&b);
	cbw_uuidz(&w, "0190163d-8694-739b-aea5-966c26f8ad91");
	assert_string_equal(read_back("ref", &b),
	    "0190163d-8694-739b-aea5-966c26f8ad91");
	assert_string_equal(read_back("text", &b), "value.type");
	buf_clear(&b);
	cbw_map(&w, 1);
	cbw_kv_int(&w, "x", 1);
	assert_string_equal(read_back("ref", &b), "value.type");
	buf_free(&b);
}

static const char *
read_set(const char *type, const char *x, const char *y)
{
	struct buf b = BUF_INIT;
	struct cbw w;
	const char *out;

	cbw_init(&w, &b);
	cbw_array(&w, 2);
	cbw_textz(&w, x);
	cbw_textz(&w, y);
	out = read_back(type, &b);
	buf_free(&b);
	return out;
}

static void
test_sets(void **state)
{
	struct buf b = BUF_INIT;
	struct cbw w;
	int i;

	assert_string_equal(read_set("choices", "call", "meeting"),
	    "{\"call\",\"meeting\"}");
	assert_string_equal(read_set("choices", "call", "x"), "value.choice");
	assert_string_equal(read_set("choices", "call", "call"),
	    "value.twice");
	assert_string_equal(read_set("tags", " a\"b\\ ", ""),
	    "{\"a\\\"b\\\\\"}");
	assert_string_equal(read_set("tags", "a,b", "c"), "value.control");
	assert_string_equal(read_set("tags", "a", NULL), "value.choices");
	cbw_init(&w, &b);
	cbw_array(&w, 101);
	for (i = 0; i < 101; i++)
		cbw_text(&w, "a\0", 1);
	assert_string_equal(read_back("tags", &b), "value.tags_max");
	buf_free(&b);
}

/* --- From PostgreSQL ----------------------------------------------------- */

static void
check_written(const char *type, const char *pg, const char *want)
{
	struct value_rules r = rules_of(type);
	struct buf b = BUF_INIT, again = BUF_INIT;
	struct cbw w;
	struct cbr c;
	const char *text;

	cbw_init(&w, &b);
	value_write(r.type, &w, pg);
	assert_true(cbw_complete(&w));
	assert_null(cbor_check(buf_data(&b), buf_len(&b), NULL));
	cbr_init(&c, buf_data(&b), buf_len(&b));
	text = value_text(r.type, &c, a);
	assert_true(cbr_end(&c));
	if (want == NULL)
		assert_null(text);
	else
		assert_string_equal(text, want);
	/* Canonical text goes out as the same item. */
	cbw_init(&w, &again);
	value_send(r.type, &w, text);
	assert_int_equal(buf_len(&again), buf_len(&b));
	assert_memory_equal(buf_data(&again), buf_data(&b), buf_len(&b));
	buf_free(&b);
	buf_free(&again);
}

/* What is refused between programs names an amount that is taken there. */
static void
test_example(void **state)
{
	struct value_rules r = rules_of("money");
	struct value_error err;
	const char *text = NULL;
	struct buf b = BUF_INIT;
	struct cbw w;
	struct cbr c;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		buf_clear(&b);
		cbw_init(&w, &b);
		cbw_textz(&w, i == 0 ? "1,234.50" : err.params[0].value);
		cbr_init(&c, buf_data(&b), buf_len(&b));
		assert_int_equal(value_read(&r, &c, a, &text, &err), i);
	}
	assert_string_equal(text, "1234.50");
	buf_free(&b);
}

static void
test_write(void **state)
{
	check_written("text", "Şeker", "Şeker");
	check_written("text", NULL, NULL);
	check_written("int", "-5", "-5");
	check_written("bool", "t", "true");
	check_written("bool", "f", "false");
	check_written("money", "1234.50", "1234.50");
	check_written("duration", "5400", "5400");
	check_written("date", "2026-08-25", "2026-08-25");
	check_written("time", "14:30:00", "14:30");
	check_written("time", "14:30:05.5", "14:30:05");
	check_written("timestamp", "2026-08-25 10:00:00+00",
	    "2026-08-25T10:00:00.000000Z");
	check_written("timestamp", "2026-08-25 10:00:00.12+00",
	    "2026-08-25T10:00:00.120000Z");
	check_written("timestamp", "2026-08-25 10:00:00.123456+00",
	    "2026-08-25T10:00:00.123456Z");
	check_written("timestamp", "2026-08-25 13:00:00+03",
	    "2026-08-25T10:00:00.000000Z");
	check_written("timestamp", "infinity", "infinity");
	check_written("ref", "0190163d-8694-739b-aea5-966c26f8ad91",
	    "0190163d-8694-739b-aea5-966c26f8ad91");
	check_written("choices", "{call,meeting}", "call,meeting");
	check_written("tags", "{\"a b\",\"x\\\"y\\\\\",NULL}", "a b,x\"y\\");
}

/* --- Typing and showing --------------------------------------------------- */

static const char *
typed(const char *type, enum lang lang, const char *text)
{
	struct value_rules r = rules_of(type);
	struct value_error err;
	const char *out;

	r.currency = "TRY";
	if (!value_parse_typed(&r, &ctx[lang], text, strlen(text), a, &out,
	    &err)) {
		if (!msg_known(err.key) ||
		    strchr(value_error_text(a, lang, &err), '{') != NULL)
			fail_msg("%s: %s", err.key,
			    value_error_text(a, lang, &err));
		return err.key;
	}
	return out != NULL ? out : "(null)";
}

static void
test_typed(void **state)
{
	static const struct {
		const char *type, *text, *tr, *en;	/* en NULL: the same */
	} rows[] = {
		{ "text", " a\nb ", "a b", NULL },
		{ "text", "", "(null)", NULL },
		{ "longtext", "a\nb", "a\nb", NULL },
		{ "int", "1.234", "1234", "value.int" },
		{ "int", "12", "12", NULL },
		{ "int", "1,5", "value.int", NULL },
		{ "int", "99999999999999999999", "value.int_range", NULL },
		{ "decimal", "1,5", "1.5", NULL },
		{ "percent", "%18,5", "18.5", NULL },
		{ "percent", "18.5%", "18.5", NULL },
		{ "percent", "%", "value.percent", NULL },
		{ "money", "1.234,56", "1234.56", NULL },
		{ "money", "1,234.56", "1234.56", NULL },
		{ "money", "1.234", "1234.00", "value.money_scale" },
		{ "money", "12.5 TL", "12.50", NULL },
		{ "money", "$5", "value.money_currency", NULL },
		{ "money", "x", "value.money", NULL },
		{ "date", "yarın", "2026-08-26", NULL },
		{ "date", "31.02", "value.date_no_day", NULL },
		{ "date", "x", "value.date", NULL },
		{ "time", "9.30", "09:30", NULL },
		{ "time", "26", "value.time_range", NULL },
		{ "timestamp", "yarın 14:30", "2026-08-26T11:30:00.000000Z",
		    NULL },
		{ "timestamp", "x", "value.timestamp", NULL },
		{ "duration", "1s 30dk", "5400", "1801" },
		{ "bool", "Evet", "true", NULL },
		{ "bool", "HAYIR", "false", NULL },
		{ "bool", "belki", "value.bool", NULL },
		{ "choice", "toplantı", "meeting", NULL },
		{ "choice", "TOPLANTI", "meeting", NULL },
		{ "choice", "Meeting", "meeting", NULL },
		{ "choice", "topl", "meeting", "value.choice" },
		{ "choice", "call", "call", NULL },
		{ "choice", "yok", "value.choice", NULL },
		{ "choices", "arama, whatsapp", "call,whatsapp", NULL },
		{ "choices", "arama, arama", "value.twice", NULL },
		{ "choices", "arama, x", "value.choice", NULL },
		{ "tags", " a , b ,, ", "a,b", NULL },
		{ "tags", " , ", "(null)", NULL },
		{ "email", " a@B.co ", "a@b.co", NULL },
		{ "phone", "0532 111 22 33", "+905321112233", NULL },
		{ "phone", "123", "value.phone_length", NULL },
		{ "url", "firma.com", "https://firma.com", NULL },
		{ "vkn", "454 053 69 20", "4540536920", NULL },
		{ "tax_no", "172 917 160 60", "17291716060", NULL },
		{ "tax_no", "454 053 69 21", "value.vkn_check", NULL },
		{ "iban", "tr33 0006 1005 1978 6457 8413 26",
		    "TR330006100519786457841326", NULL },
		{ "currency", "tl", "TRY", NULL },
		{ "currency", "usd", "USD", NULL },
		{ "color", "1E66D0", "#1e66d0", NULL },
		{ "language", "Türkçe", "tr", NULL },
		{ "timezone", "Europe/Istanbul", "Europe/Istanbul", NULL },
		{ "ref", "x", "value.ref", NULL }
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		const char *en = rows[i].en != NULL ? rows[i].en : rows[i].tr;
		const char *got = typed(rows[i].type, LANG_TR, rows[i].text);

		if (strcmp(got, rows[i].tr) != 0)
			fail_msg("tr %s \"%s\": %s", rows[i].type,
			    rows[i].text, got);
		got = typed(rows[i].type, LANG_EN, rows[i].text);
		if (strcmp(got, en) != 0)
			fail_msg("en %s \"%s\": %s", rows[i].type,
			    rows[i].text, got);
	}
	assert_string_equal(typed("text", LANG_TR, "a\xff"), "value.not_utf8");
}

static void
test_shown(void **state)
{
	static const struct {
		const char *type, *text, *tr, *en;
	} rows[] = {
		{ "text", "Şeker", "Şeker", NULL },
		{ "int", "2026", "2026", NULL },
		{ "decimal", "1234.5", "1.234,5", "1,234.5" },
		{ "money", "1234.5", "1.234,50", "1,234.50" },
		{ "percent", "18.5", "%18,5", "18.5%" },
		{ "date", "2026-08-25", "25.08.2026", NULL },
		{ "time", "09:30", "09:30", NULL },
		{ "timestamp", "2026-08-25T10:00:00.000000Z",
		    "25.08.2026 13:00", NULL },
		{ "duration", "5400", "1:30", NULL },
		{ "bool", "true", "Evet", "Yes" },
		{ "bool", "false", "Hayır", "No" },
		{ "choice", "meeting", "Toplantı", "Meeting" },
		{ "choice", "gone", "gone", NULL },
		{ "choices", "call,meeting", "Arama, Toplantı",
		    "Call, Meeting" },
		{ "tags", "a,b", "a, b", NULL },
		{ "phone", "+905321112233", "0532 111 22 33", NULL },
		{ "iban", "TR330006100519786457841326",
		    "TR33 0006 1005 1978 6457 8413 26", NULL },
		{ "date", "oops", "oops", NULL },
		{ "money", "oops", "oops", NULL }
	};
	struct buf b = BUF_INIT;
	struct value_rules r;
	const char *want;
	size_t i;
	int lang;

	for (i = 0; i < ROWS(rows); i++)
		for (lang = 0; lang < LANG_COUNT; lang++) {
			r = rules_of(rows[i].type);
			want = lang == LANG_EN && rows[i].en != NULL ?
			    rows[i].en : rows[i].tr;
			buf_clear(&b);
			value_format(&r, &ctx[lang], rows[i].text, &b);
			if (strcmp(buf_text(&b), want) != 0)
				fail_msg("%s \"%s\": %s", rows[i].type,
				    rows[i].text, buf_text(&b));
		}
	buf_clear(&b);
	value_format(&r, &ctx[0], NULL, &b);
	assert_int_equal(buf_len(&b), 0);
	buf_free(&b);
}

/* The text to edit reads back as the value it came from. */
static void
test_edit(void **state)
{
	static const struct {
		const char *type, *text;
	} rows[] = {
		{ "text", "Şeker" }, { "longtext", "a\nb" }, { "int", "-12" },
		{ "int", "1234567" }, { "decimal", "1234.5" },
		{ "decimal", "0.25" }, { "decimal", "1234" },
		{ "money", "1234.50" }, { "money", "-0.05" },
		{ "percent", "18.5" }, { "date", "2026-08-25" },
		{ "date", "1999-01-02" }, { "time", "09:30" },
		{ "time", "09:30:15" },
		{ "timestamp", "2026-08-25T10:00:00.000000Z" },
		{ "timestamp", "2026-08-25T10:00:07.000000Z" },
		{ "duration", "5400" }, { "duration", "5415" },
		{ "duration", "0" }, { "bool", "true" }, { "bool", "false" },
		{ "choice", "whatsapp" }, { "choices", "call,meeting" },
		{ "tags", "a b,c" }, { "phone", "+905321112233" },
		{ "phone", "+4930123456" }, { "email", "a@b.co" },
		{ "url", "https://a.b/C" }, { "vkn", "4540536920" },
		{ "iban", "TR330006100519786457841326" },
		{ "currency", "TRY" }, { "color", "#1e66d0" }
	};
	static const char *const patterns[] = {
		NULL, "DD.MM.YYYY", "DD/MM/YYYY", "YYYY-MM-DD", "MM/DD/YYYY",
		"DD.MM.YY"
	};
	struct buf b = BUF_INIT;
	struct value_rules r;
	size_t i, p;
	int lang;

	for (i = 0; i < ROWS(rows); i++)
		for (lang = 0; lang < LANG_COUNT; lang++)
			for (p = 0; p < ROWS(patterns); p++) {
				r = rules_of(rows[i].type);
				ctx[lang].date_pattern = patterns[p];
				buf_clear(&b);
				value_edit_text(&r, &ctx[lang], rows[i].text,
				    &b);
				if (strcmp(typed(rows[i].type, (enum lang)lang,
				    buf_text(&b)), rows[i].text) != 0)
					fail_msg("%s \"%s\" by \"%s\"",
					    rows[i].type, rows[i].text,
					    buf_text(&b));
				ctx[lang].date_pattern = NULL;
			}
	buf_free(&b);
}

/* Whatever is typed into whatever field: an answer, and what is taken is
 * canonical. */
static void
test_noise(void **state)
{
	static const char *const parts[] = {
		"1", "25", ".", ",", " ", "-", "%", "TL", "yarın", "a", "@",
		"https://", "TR", "0532", ":", "\n", "\033", "İ", "evet",
		"arama", "\xff", "s", "dk", "#", "/", "+"
	};
	struct value_error err;
	struct value_rules r;
	uint32_t seed = 12;
	char text[256];
	const char *out;
	enum lang lang;
	int round, n;

	for (round = 0; round < 60000; round++) {
		memset(&r, 0, sizeof(r));
		r.type = (enum value_type)(unit_random(&seed) % VALUE_COUNT);
		r.choices = kinds;
		r.nchoices = 3;
		lang = round % 2 ? LANG_TR : LANG_EN;
		text[0] = '\0';
		for (n = (int)(unit_random(&seed) % 8); n > 0; n--)
			strcat(text, parts[unit_random(&seed) % ROWS(parts)]);
		if (!value_parse_typed(&r, &ctx[lang], text, strlen(text), a,
		    &out, &err))
			assert_true(msg_known(err.key));
		else if (out != NULL && r.type != VALUE_CHOICES &&
		    r.type != VALUE_TAGS)
			assert_true(value_parse_wire(&r, out, strlen(out),
			    &err));
		if (round % 100 == 0)
			arena_reset(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_noise),
	};
	static const char now[] = "2026-08-25T10:00:00.000000Z";
	int failed, lang;

	a = arena_new();
	for (lang = 0; lang < LANG_COUNT; lang++) {
		ctx[lang].lang = (enum lang)lang;
		ctx[lang].tz = tz_find("Europe/Istanbul");
		timestamp_read(now, sizeof(now) - 1, &ctx[lang].now);
	}
	failed = cmocka_run_group_tests_name("value", tests, NULL, NULL);
	arena_free(a);
	return failed;
}
