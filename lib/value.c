/*
 * value.c - what a value of each type may be, over the wire and from the
 * database. How people type and read values stands in value_text.c.
 */
#include "lib/value.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/ids.h"
#include "lib/money.h"
#include "lib/tr.h"
#include "lib/value_int.h"

#define SET_MAX		100	/* choices or tags in one value */
#define QUOTE_MAX	64	/* bytes of a bad value that are quoted */

static const struct {
	const char	*name;
	int		 max;
} types[VALUE_COUNT] = {
#define X(name, word, max) [VALUE_##name] = { word, max },
	VALUE_TABLE(X)
#undef X
};

bool
value_type_parse(const char *name, enum value_type *type)
{
	int i;

	for (i = 0; i < VALUE_COUNT; i++)
		if (strcmp(types[i].name, name) == 0) {
			*type = (enum value_type)i;
			return true;
		}
	return false;
}

const char *
value_type_name(enum value_type type)
{
	return types[type].name;
}

int
value_type_max(enum value_type type)
{
	return types[type].max;
}

/* --- Errors -------------------------------------------------------------- */

bool
value_fail(struct value_error *err, const char *key, ...)
{
	const char *name, *value;
	struct msg_param *p;
	size_t fit;
	va_list ap;

	err->key = key;
	err->nparams = 0;
	va_start(ap, key);
	while ((name = va_arg(ap, const char *)) != NULL &&
	    err->nparams < sizeof(err->text) / sizeof(err->text[0])) {
		value = va_arg(ap, const char *);
		p = &err->params[err->nparams];
		p->name = name;
		p->value = err->text[err->nparams];
		fit = strlen(value);
		if (fit >= sizeof(err->text[0]))
			for (fit = sizeof(err->text[0]) - 1; fit > 0 &&
			    ((unsigned char)value[fit] & 0xc0) == 0x80; fit--)
				;
		memcpy(err->text[err->nparams], value, fit);
		err->text[err->nparams++][fit] = '\0';
	}
	va_end(ap);
	return false;
}

char *
value_error_text(struct arena *a, enum lang lang,
    const struct value_error *err)
{
	return msg_dup_params(a, lang, err->key, err->params, err->nparams);
}

/* What was typed as a parameter: cut between characters, and UTF-8 even if
 * it was not. */
static const char *
quote(char out[QUOTE_MAX], const char *s, size_t len)
{
	const char *end = s + len;
	size_t n = 0;

	while (s < end && n < QUOTE_MAX - 5)
		n += utf8_put(out + n, utf8_next(&s, end));
	out[n] = '\0';
	return out;
}

/* A number as a parameter. */
static const char *
digits_of(char out[24], int64_t n)
{
	snprintf(out, 24, "%" PRId64, n);
	return out;
}

bool
value_fail_id(struct value_error *err, enum value_type type,
    enum id_result why, size_t len)
{
	/* Keys by type, in the order of enum id_result from ID_CHARS on. */
	static const char *const keys[VALUE_COUNT][4] = {
		[VALUE_VKN] = { "value.vkn_chars", "value.vkn_length",
		    "value.vkn_check", "value.vkn_check" },
		[VALUE_TCKN] = { "value.tckn_chars", "value.tckn_length",
		    "value.tckn_check", "value.tckn_form" },
		[VALUE_TAX_NO] = { "value.vkn_chars", "value.tax_no_length",
		    "value.vkn_check", "value.tckn_form" },
		[VALUE_IBAN] = { "value.iban_chars", "value.iban_length",
		    "value.iban_check", "value.iban_form" },
		[VALUE_PHONE] = { "value.phone_chars", "value.phone_length",
		    "value.phone_form", "value.phone_form" },
		[VALUE_EMAIL] = { "value.email_chars", "value.email",
		    "value.email", "value.email" },
		[VALUE_URL] = { "value.url", "value.url", "value.url",
		    "value.url" },
		[VALUE_COLOR] = { "value.color", "value.color", "value.color",
		    "value.color" },
		[VALUE_INET] = { "value.inet", "value.inet", "value.inet",
		    "value.inet" }
	};
	char n[24];

	if (why == ID_EMPTY)
		return value_fail(err, "value.required", NULL);
	return value_fail(err, keys[type][why - ID_CHARS], "actual",
	    digits_of(n, (int64_t)len), NULL);
}

bool
value_fail_date(struct value_error *err, enum value_type type,
    enum date_result why, const char *s, size_t len)
{
	char typed[QUOTE_MAX];

	quote(typed, s, len);
	if (why == DATE_NO_DAY)
		return value_fail(err, "value.date_no_day", "typed", typed,
		    NULL);
	switch (type) {
	case VALUE_TIME:
		return value_fail(err, why == DATE_RANGE ?
		    "value.time_range" : "value.time", "typed", typed, NULL);
	case VALUE_TIMESTAMP:
		return value_fail(err, why == DATE_RANGE ?
		    "value.date_range" : "value.timestamp", NULL);
	case VALUE_DURATION:
		return value_fail(err, why == DATE_RANGE ?
		    "value.duration_range" : "value.duration", NULL);
	default:
		return value_fail(err, why == DATE_RANGE ?
		    "value.date_range" : "value.date", NULL);
	}
}

int
value_digits(const struct value_rules *rules)
{
	return rules->digits != 0 ? rules->digits : 14;
}

int
value_scale(const struct value_rules *rules)
{
	return rules->scale != 0 ? rules->scale : 2;
}

/* The example is one that would have been taken. */
static bool
fail_decimal(struct value_error *err, const struct value_rules *rules,
    enum lang lang, const char *example, enum decimal_result why)
{
	bool money = rules->type == VALUE_MONEY;
	char n[24], most[DECIMAL_TEXT];

	switch (why) {
	case DECIMAL_SCALE:
		if (money)
			return value_fail(err, "value.money_scale", "example",
			    example, NULL);
		return value_fail(err, "value.decimal_scale", "scale",
		    digits_of(n, value_scale(rules)), NULL);
	case DECIMAL_RANGE:
		money_format(lang, MONEY_MAX, most);
		if (money)
			return value_fail(err, "value.money_range", "max",
			    most, NULL);
		return value_fail(err, "value.decimal_range", "digits",
		    digits_of(n, value_digits(rules) - value_scale(rules)),
		    NULL);
	default:
		return value_fail(err, money ? "value.money" :
		    rules->type == VALUE_PERCENT ? "value.percent" :
		    "value.decimal", "example", example, NULL);
	}
}

bool
value_fail_decimal(struct value_error *err, const struct value_rules *rules,
    enum lang lang, enum decimal_result why)
{
	const char *example = lang == LANG_TR ? "1.234,50" : "1,234.50";

	if (rules->type == VALUE_PERCENT)
		example = lang == LANG_TR ? "18,5" : "18.5";
	return fail_decimal(err, rules, lang, example, why);
}

/* --- Canonical text ------------------------------------------------------ */

bool
value_check_text(const struct value_rules *rules, const char *s, size_t len,
    struct value_error *err)
{
	const char *p = s, *end = s + len;
	int max = rules->max != 0 ? rules->max : types[rules->type].max;
	char a[24], b[24], c[24];
	int64_t n = 0;
	uint32_t ch;

	if (!utf8_ok(s, len))
		return value_fail(err, "value.not_utf8", NULL);
	for (; p < end; n++) {
		ch = utf8_next(&p, end);
		if (ch >= ' ' && (ch < 0x7f || ch >= 0xa0))
			continue;
		if (rules->type == VALUE_LONGTEXT &&
		    (ch == '\n' || ch == '\t'))
			continue;
		if (ch == '\n' || ch == '\r')
			return value_fail(err, "value.one_line", NULL);
		snprintf(a, sizeof(a), "U+%04X", (unsigned)ch);
		return value_fail(err, "value.control", "code", a, NULL);
	}
	if (max != 0 && n > max)
		return value_fail(err, "value.too_long", "max",
		    digits_of(a, max), "actual", digits_of(b, n), "over",
		    digits_of(c, n - max), NULL);
	return true;
}

/* A whole number without leading zeros or a plus. */
static bool
whole(const char *s, size_t len, int64_t *out)
{
	char text[24], again[24];

	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	*out = strtoll(text, NULL, 10);
	return strcmp(digits_of(again, *out), text) == 0;
}

static bool
check_int(const char *s, size_t len, struct value_error *err)
{
	size_t sign = len > 0 && s[0] == '-';
	int64_t n;

	if (whole(s, len, &n))
		return true;
	if (len - sign > 18 && strspn(s + sign, "0123456789") >= len - sign)
		return value_fail(err, "value.int_range", NULL);
	return value_fail(err, "value.int", NULL);
}

static bool
check_duration(const char *s, size_t len, struct value_error *err)
{
	int64_t n;

	if (!whole(s, len, &n))
		return value_fail(err, "value.duration", NULL);
	if (n < 0 || n > INT64_C(9999) * 3600)
		return value_fail(err, "value.duration_range", NULL);
	return true;
}

const struct value_choice *
value_find_choice(const struct value_rules *rules, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < rules->nchoices; i++)
		if (strlen(rules->choices[i].code) == len &&
		    memcmp(rules->choices[i].code, s, len) == 0)
			return &rules->choices[i];
	return NULL;
}

static bool
check_choice(const struct value_rules *rules, const char *s, size_t len,
    struct value_error *err)
{
	struct buf all = BUF_INIT;
	char typed[QUOTE_MAX];
	size_t i;

	if (value_find_choice(rules, s, len) != NULL)
		return true;
	for (i = 0; i < rules->nchoices; i++)
		buf_printf(&all, "%s%s", i > 0 ? ", " : "",
		    rules->choices[i].code);
	value_fail(err, "value.choice", "typed", quote(typed, s, len),
	    "choices", buf_text(&all), NULL);
	buf_free(&all);
	return false;
}

static enum id_result
check_id(enum value_type type, const char *s, size_t len)
{
	switch (type) {
	case VALUE_VKN:
		return vkn_check(s, len);
	case VALUE_TCKN:
		return tckn_check(s, len);
	case VALUE_TAX_NO:
		return len == 11 ? tckn_check(s, len) : vkn_check(s, len);
	case VALUE_IBAN:
		return iban_check(s, len);
	case VALUE_PHONE:
		return phone_check(s, len);
	case VALUE_EMAIL:
		return email_check(s, len);
	case VALUE_URL:
		return url_check(s, len);
	case VALUE_COLOR:
		return color_check(s, len);
	default:
		return inet_check(s, len);
	}
}

static bool
check_date(enum value_type type, const char *s, size_t len,
    struct value_error *err)
{
	enum date_result r;
	struct date d;
	int64_t us;
	int t;

	if (type == VALUE_DATE)
		r = date_read(s, len, &d);
	else if (type == VALUE_TIME)
		r = time_read(s, len, &t);
	else
		r = timestamp_read(s, len, &us);
	return r == DATE_OK || value_fail_date(err, type, r, s, len);
}

static bool
check_word(enum value_type type, const char *s, size_t len,
    struct value_error *err)
{
	char word[64];
	enum lang lang;

	snprintf(word, sizeof(word), "%.*s", (int)(len < 60 ? len : 60), s);
	if (type == VALUE_TIMEZONE && tz_find(word) == NULL)
		return value_fail(err, "value.timezone", NULL);
	if (type == VALUE_LANGUAGE && !lang_parse(word, &lang))
		return value_fail(err, "value.language", NULL);
	return true;
}

static bool
check_form(const struct value_rules *rules, const char *s, size_t len,
    struct value_error *err)
{
	enum decimal_result d;
	enum id_result id;
	struct uuid u;

	switch (rules->type) {
	case VALUE_TEXT:
	case VALUE_LONGTEXT:
		return value_check_text(rules, s, len, err);
	case VALUE_TAGS:
	case VALUE_CHOICES:
		return value_fail(err, "value.choices", NULL);
	case VALUE_INT:
		return check_int(s, len, err);
	case VALUE_DECIMAL:
	case VALUE_MONEY:
	case VALUE_PERCENT:
		d = decimal_check(s, len, value_digits(rules),
		    value_scale(rules));
		return d == DECIMAL_OK ||
		    fail_decimal(err, rules, LANG_EN, rules->type ==
		    VALUE_PERCENT ? "18.5" : "1234.50", d);
	case VALUE_DATE:
	case VALUE_TIME:
	case VALUE_TIMESTAMP:
		return check_date(rules->type, s, len, err);
	case VALUE_DURATION:
		return check_duration(s, len, err);
	case VALUE_BOOL:
		return cbr_is(s, len, "true") || cbr_is(s, len, "false") ||
		    value_fail(err, "value.bool", NULL);
	case VALUE_CHOICE:
		return check_choice(rules, s, len, err);
	case VALUE_REF:
	case VALUE_UUID:
		return uuid_parse(s, len, &u) ||
		    value_fail(err, "value.ref", NULL);
	case VALUE_CURRENCY:
		return currency_ok(s, len) ||
		    value_fail(err, "value.currency", NULL);
	case VALUE_TIMEZONE:
	case VALUE_LANGUAGE:
		return check_word(rules->type, s, len, err);
	case VALUE_SENTENCE:
	case VALUE_JSON:
		return value_fail(err, "value.read_only", NULL);
	case VALUE_SECRET:
		return true;	/* judged when it was read */
	case VALUE_EMAIL:
	case VALUE_URL:
		if (!value_check_text(rules, s, len, err))
			return false;
		/* FALLTHROUGH */
	default:
		id = check_id(rules->type, s, len);
		return id == ID_OK || value_fail_id(err, rules->type, id, len);
	}
}

/* Canonical decimal texts by size. */
static int
decimal_cmp(const char *a, const char *b)
{
	bool minus = *a == '-';
	size_t la, lb;
	int sign = minus ? -1 : 1, r;

	if (minus != (*b == '-'))
		return sign;
	a += minus;
	b += minus;
	la = strcspn(a, ".");
	lb = strcspn(b, ".");
	if (la != lb)
		return la < lb ? -sign : sign;
	if ((r = strncmp(a, b, la)) != 0)
		return r < 0 ? -sign : sign;
	for (a += la, b += lb; *a != '\0' || *b != '\0';) {
		char x = *a != '\0' ? *a++ : '0', y = *b != '\0' ? *b++ : '0';

		if (x == '.' || y == '.') {
			x = x == '.' ? '0' : x;
			y = y == '.' ? '0' : y;
		}
		if (x != y)
			return x < y ? -sign : sign;
	}
	return 0;
}

static bool
check_bounds(const struct value_rules *rules, const char *s, size_t len,
    struct value_error *err)
{
	char text[DECIMAL_TEXT];
	bool number;

	if ((rules->least == NULL && rules->most == NULL) ||
	    len >= sizeof(text))
		return true;
	memcpy(text, s, len);
	text[len] = '\0';
	number = rules->type == VALUE_INT || rules->type == VALUE_DECIMAL ||
	    rules->type == VALUE_MONEY || rules->type == VALUE_PERCENT ||
	    rules->type == VALUE_DURATION;
	if (!number && rules->type != VALUE_DATE &&
	    rules->type != VALUE_TIME && rules->type != VALUE_TIMESTAMP)
		return true;
	if (rules->least != NULL && (number ? decimal_cmp(text, rules->least) :
	    strcmp(text, rules->least)) < 0)
		return value_fail(err, "value.least", "min", rules->least,
		    NULL);
	if (rules->most != NULL && (number ? decimal_cmp(text, rules->most) :
	    strcmp(text, rules->most)) > 0)
		return value_fail(err, "value.most", "max", rules->most, NULL);
	return true;
}

bool
value_parse_wire(const struct value_rules *rules, const char *s, size_t len,
    struct value_error *err)
{
	if (len == 0)
		return value_fail(err, "value.required", NULL);
	if (memchr(s, '\0', len) != NULL)
		return value_fail(err, "value.control", "code", "U+0000",
		    NULL);
	return check_form(rules, s, len, err) &&
	    check_bounds(rules, s, len, err);
}

/* --- From CBOR ----------------------------------------------------------- */

/* NFC, without the spaces around; NULL when it is not UTF-8. Long text keeps
 * what stands at the start of its lines and gets \n for every line end. */
char *
value_clean_text(enum value_type type, struct arena *a, const char *s,
    size_t len)
{
	char *text = tr_nfc(a, s, len), *to, *from;

	if (text == NULL)
		return NULL;
	len = strlen(text);
	if (type == VALUE_LONGTEXT) {
		for (to = from = text; *from != '\0'; from++) {
			if (*from == '\r' && from[1] == '\n')
				continue;
			*to++ = *from == '\r' ? '\n' : *from;
		}
		*to = '\0';
		len = (size_t)(to - text);
		while (*text == '\n') {
			text++;
			len--;
		}
	} else {
		while (*text == ' ' || *text == '\t') {
			text++;
			len--;
		}
	}
	while (len > 0 && strchr(" \t\n", text[len - 1]) != NULL)
		text[--len] = '\0';
	if (type == VALUE_LONGTEXT && text[strspn(text, " \t\n")] == '\0')
		*text = '\0';
	return text;
}

static bool
wrong_type(const struct value_rules *rules, struct cbr *r,
    struct value_error *err)
{
	cbr_skip(r);
	return value_fail(err, "value.type", "type", types[rules->type].name,
	    NULL);
}

/* What a script may write as people do (0532 111 22 33): there is one way
 * only to understand it. */
static bool
written_freely(enum value_type type)
{
	return type == VALUE_VKN || type == VALUE_TCKN ||
	    type == VALUE_TAX_NO || type == VALUE_IBAN ||
	    type == VALUE_PHONE || type == VALUE_EMAIL || type == VALUE_URL;
}

static bool
read_text(const struct value_rules *rules, struct cbr *r, struct arena *a,
    const char **out, struct value_error *err)
{
	const char *s;
	char *text;
	size_t len;

	if (cbr_peek(r) != CBR_TEXT)
		return wrong_type(rules, r, err);
	if (!cbr_text(r, &s, &len))
		return value_fail(err, "value.not_utf8", NULL);
	if (memchr(s, '\0', len) != NULL)
		return value_fail(err, "value.control", "code", "U+0000",
		    NULL);
	if ((text = value_clean_text(rules->type, a, s, len)) == NULL)
		return value_fail(err, "value.not_utf8", NULL);
	*out = NULL;
	if (text[0] == '\0')
		return true;
	if (!written_freely(rules->type)) {
		*out = text;
		return value_parse_wire(rules, text, strlen(text), err);
	}
	if ((rules->type == VALUE_EMAIL || rules->type == VALUE_URL) &&
	    !value_check_text(rules, text, strlen(text), err))
		return false;
	*out = value_plain_id(rules->type, text, strlen(text), a, err);
	return *out != NULL &&
	    value_parse_wire(rules, *out, strlen(*out), err);
}

static bool
read_int(const struct value_rules *rules, struct cbr *r, struct arena *a,
    const char **out, struct value_error *err)
{
	int64_t n;

	if (cbr_peek(r) != CBR_INT)
		return wrong_type(rules, r, err);
	if (!cbr_int(r, &n))
		return value_fail(err, "value.int_range", NULL);
	*out = arena_printf(a, "%" PRId64, n);
	return value_parse_wire(rules, *out, strlen(*out), err);
}

static bool
read_uuid(const struct value_rules *rules, struct cbr *r, struct arena *a,
    const char **out, struct value_error *err)
{
	enum cbr_type type = cbr_peek(r);
	struct cbr again = *r;
	char text[UUID_TEXT];
	const char *s;
	size_t len;

	if (type == CBR_TEXT && cbr_text(&again, &s, &len) && len == 0) {
		*r = again;
		*out = NULL;
		return true;
	}
	if (type != CBR_UUID && type != CBR_TEXT)
		return wrong_type(rules, r, err);
	again = *r;
	cbr_skip(r);
	if (!cbr_uuid_text(&again, text))
		return value_fail(err, "value.ref", NULL);
	*out = arena_strdup(a, text);
	return true;
}

/* One member of a set, checked; the rules of a tag are those of a text. */
static bool
check_member(const struct value_rules *rules, const char *s,
    struct value_error *err)
{
	struct value_rules one = *rules;

	if (rules->type == VALUE_CHOICES)
		return check_choice(rules, s, strlen(s), err);
	one.type = VALUE_TEXT;
	if (one.max == 0)
		one.max = types[VALUE_TAGS].max;
	if (strchr(s, ',') != NULL)
		return value_fail(err, "value.control", "code", "U+002C",
		    NULL);
	return value_check_text(&one, s, strlen(s), err);
}

bool
value_check_set(const struct value_rules *rules, const char *const *items,
    size_t n, struct value_error *err)
{
	size_t i, k;
	char max[24];

	if (n > SET_MAX)
		return value_fail(err, "value.tags_max", "max",
		    digits_of(max, SET_MAX), NULL);
	for (i = 0; i < n; i++) {
		if (!check_member(rules, items[i], err))
			return false;
		for (k = 0; k < i; k++)
			if (strcmp(items[i], items[k]) == 0)
				return value_fail(err, "value.twice", "typed",
				    items[i], NULL);
	}
	return true;
}

static const char *
array_literal(struct arena *a, const char *const *items, size_t n)
{
	struct buf b = BUF_INIT;
	const char *p;
	size_t i;

	buf_add8(&b, '{');
	for (i = 0; i < n; i++) {
		buf_addz(&b, i > 0 ? ",\"" : "\"");
		for (p = items[i]; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				buf_add8(&b, '\\');
			buf_add8(&b, (uint8_t)*p);
		}
		buf_add8(&b, '"');
	}
	buf_add8(&b, '}');
	p = arena_strdup(a, buf_text(&b));
	buf_free(&b);
	return p;
}

static bool
read_set(const struct value_rules *rules, struct cbr *r, struct arena *a,
    const char **out, struct value_error *err)
{
	const char **items, *s, *bad = NULL;
	uint32_t n, i, kept = 0;
	size_t len;
	char max[24];

	if (cbr_peek(r) != CBR_ARRAY || !cbr_array(r, &n))
		return wrong_type(rules, r, err);
	items = arena_array(a, n < SET_MAX ? n : SET_MAX, sizeof(*items));
	for (i = 0; i < n; i++) {
		if (cbr_peek(r) != CBR_TEXT || i >= SET_MAX) {
			bad = i >= SET_MAX ? "value.tags_max" : "value.choices";
			cbr_skip(r);
		} else if (cbr_text(r, &s, &len) &&
		    memchr(s, '\0', len) == NULL &&
		    (s = value_clean_text(VALUE_TEXT, a, s, len)) != NULL) {
			if (*s != '\0')
				items[kept++] = s;
		} else {
			bad = "value.not_utf8";
		}
	}
	if (bad != NULL)
		return value_fail(err, bad, "max", digits_of(max, SET_MAX),
		    NULL);
	*out = array_literal(a, items, kept);
	return value_check_set(rules, items, kept, err);
}

bool
value_read(const struct value_rules *rules, struct cbr *r, struct arena *a,
    const char **out, struct value_error *err)
{
	const char *s;
	size_t len;
	bool b;

	*out = NULL;
	if (cbr_null(r))
		return true;
	switch (rules->type) {
	case VALUE_BOOL:
		if (cbr_peek(r) != CBR_BOOL || !cbr_bool(r, &b))
			return wrong_type(rules, r, err);
		*out = b ? "true" : "false";
		return true;
	case VALUE_INT:
	case VALUE_DURATION:
		return read_int(rules, r, a, out, err);
	case VALUE_REF:
	case VALUE_UUID:
		return read_uuid(rules, r, a, out, err);
	case VALUE_CHOICES:
	case VALUE_TAGS:
		return read_set(rules, r, a, out, err);
	case VALUE_SENTENCE:
	case VALUE_JSON:
		cbr_skip(r);
		return value_fail(err, "value.read_only", NULL);
	case VALUE_SECRET:
		if (cbr_peek(r) != CBR_TEXT)
			return wrong_type(rules, r, err);
		if (!cbr_text(r, &s, &len))
			return value_fail(err, "value.not_utf8", NULL);
		return value_read_secret(rules, a, s, len, out, err);
	default:
		return read_text(rules, r, a, out, err);
	}
}

/* --- To CBOR ------------------------------------------------------------- */

static void
write_int(struct cbw *w, const char *s)
{
	char *end;
	long long n = strtoll(s, &end, 10);

	if (end != s && *end == '\0')
		cbw_int(w, n);
	else
		cbw_textz(w, s);
}

/* "2026-08-25 10:00:00.5+00" is the common form and is moved as text. */
static void
write_timestamp(struct cbw *w, const char *s)
{
	char out[DATE_TEXT] = "0000-00-00T00:00:00.000000Z";
	size_t len = strlen(s);
	int64_t us;

	if (len >= 22 && len <= 29 && s[4] == '-' && s[10] == ' ' &&
	    memcmp(s + len - 3, "+00", 3) == 0) {
		memcpy(out, s, len - 3);
		out[10] = 'T';
		out[19] = '.';
		cbw_text(w, out, 27);
	} else if (timestamp_read(s, len, &us) == DATE_OK) {
		timestamp_write(us, out);
		cbw_textz(w, out);
	} else {
		cbw_textz(w, s);
	}
}

static void
write_time(struct cbw *w, const char *s)
{
	char out[DATE_TEXT];
	size_t len = strcspn(s, ".");
	int t;

	if (time_read(s, len, &t) == DATE_OK) {
		time_write(t, out);
		cbw_textz(w, out);
	} else {
		cbw_textz(w, s);
	}
}

/* PostgreSQL's array literal of texts, one dimension. */
static void
write_set(struct cbw *w, const char *s)
{
	struct buf b = BUF_INIT;
	bool quoted;

	cbw_array_begin(w);
	if (*s == '{')
		s++;
	while (*s != '\0' && *s != '}') {
		buf_clear(&b);
		quoted = *s == '"';
		if (quoted)
			s++;
		while (*s != '\0' && (quoted ? *s != '"' :
		    *s != ',' && *s != '}')) {
			if (*s == '\\' && s[1] != '\0')
				s++;
			buf_add8(&b, (uint8_t)*s++);
		}
		if (quoted && *s == '"')
			s++;
		if (quoted || strcmp(buf_text(&b), "NULL") != 0)
			cbw_text(w, buf_text(&b), buf_len(&b));
		if (*s == ',')
			s++;
	}
	cbw_array_end(w);
	buf_free(&b);
}

void
value_write(enum value_type type, struct cbw *w, const char *s)
{
	if (s == NULL) {
		cbw_null(w);
		return;
	}
	switch (type) {
	case VALUE_INT:
	case VALUE_DURATION:
		write_int(w, s);
		break;
	case VALUE_BOOL:
		cbw_bool(w, s[0] == 't');
		break;
	case VALUE_SECRET:	/* whatever points to it */
		cbw_bool(w, true);
		break;
	case VALUE_REF:
	case VALUE_UUID:
		cbw_uuidz(w, s);
		break;
	case VALUE_TIMESTAMP:
		write_timestamp(w, s);
		break;
	case VALUE_TIME:
		write_time(w, s);
		break;
	case VALUE_CHOICES:
	case VALUE_TAGS:
		write_set(w, s);
		break;
	default:
		cbw_textz(w, s);
		break;
	}
}

static const char *
set_text(struct cbr *r, struct arena *a)
{
	struct buf b = BUF_INIT;
	const char *s;
	uint32_t n;
	size_t len;

	if (!cbr_array(r, &n))
		return NULL;
	while (n-- > 0 && cbr_text(r, &s, &len)) {
		if (buf_len(&b) > 0)
			buf_add8(&b, ',');
		buf_add(&b, s, len);
	}
	s = arena_strdup(a, buf_text(&b));
	buf_free(&b);
	return cbr_ok(r) && *s != '\0' ? s : NULL;
}

const char *
value_text(enum value_type type, struct cbr *r, struct arena *a)
{
	char uuid[UUID_TEXT];
	int64_t n;
	bool b;

	switch (cbr_peek(r)) {
	case CBR_TEXT:
		return cbr_textz(r, a);
	case CBR_INT:
		return cbr_int(r, &n) ? arena_printf(a, "%" PRId64, n) : NULL;
	case CBR_BOOL:
		return cbr_bool(r, &b) ? b ? "true" : "false" : NULL;
	case CBR_UUID:
		return cbr_uuid_text(r, uuid) ? arena_strdup(a, uuid) : NULL;
	case CBR_ARRAY:
		if (type == VALUE_CHOICES || type == VALUE_TAGS)
			return set_text(r, a);
		/* FALLTHROUGH */
	default:
		cbr_skip(r);
		return NULL;
	}
}

void
value_send(enum value_type type, struct cbw *w, const char *s)
{
	size_t len;

	if (s == NULL) {
		cbw_null(w);
		return;
	}
	switch (type) {
	case VALUE_CHOICES:
	case VALUE_TAGS:
		cbw_array_begin(w);
		for (; *s != '\0'; s += len + (s[len] == ',')) {
			len = strcspn(s, ",");
			if (len > 0)
				cbw_text(w, s, len);
		}
		cbw_array_end(w);
		break;
	case VALUE_TIMESTAMP:
	case VALUE_TIME:
		cbw_textz(w, s);
		break;
	default:
		value_write(type, w, s);
		break;
	}
}
