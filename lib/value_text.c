/*
 * value_text.c - values as people type and read them, by language. Whatever
 * comes out of typing is judged by value_parse_wire() like a value of the
 * wire, so that form and server agree.
 */
#include "lib/value_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/tr.h"

struct typed {
	const struct value_rules	*rules;
	const struct value_ctx		*ctx;
	struct arena			*arena;
	const char			*s;	/* clean, not empty */
	size_t				 len;
	struct value_error		*err;
};

/* --- Typing -------------------------------------------------------------- */

static struct date
today_of(const struct value_ctx *ctx)
{
	struct date d;
	int s;

	tz_local(ctx->tz, ctx->now, &d, &s);
	return d;
}

static const char *
type_number(struct typed *t)
{
	const struct value_rules *r = t->rules;
	bool whole = r->type == VALUE_INT;
	char out[DECIMAL_TEXT];
	enum decimal_result why;
	const char *s = t->s;
	size_t len = t->len;

	if (r->type == VALUE_PERCENT && len > 0 && s[0] == '%') {
		s++;
		len--;
	} else if (r->type == VALUE_PERCENT && s[len - 1] == '%') {
		len--;
	}
	why = decimal_parse(t->ctx->lang, s, len,
	    whole ? 18 : value_digits(r), whole ? 0 : value_scale(r), out);
	if (why == DECIMAL_OK)
		return arena_strdup(t->arena, out);
	if (whole)
		value_fail(t->err, why == DECIMAL_RANGE ? "value.int_range" :
		    "value.int", NULL);
	else
		value_fail_decimal(t->err, r, t->ctx->lang, why);
	return NULL;
}

static const char *
type_money(struct typed *t)
{
	char currency[4], out[DECIMAL_TEXT];
	enum decimal_result why;
	int64_t v;

	why = money_parse(t->ctx->lang, t->s, t->len, &v, currency);
	if (why != DECIMAL_OK) {
		value_fail_decimal(t->err, t->rules, t->ctx->lang, why);
		return NULL;
	}
	if (currency[0] != '\0' && t->rules->currency != NULL &&
	    strcmp(currency, t->rules->currency) != 0) {
		value_fail(t->err, "value.money_currency", "currency",
		    t->rules->currency, "typed", currency, NULL);
		return NULL;
	}
	money_write(v, out);
	return arena_strdup(t->arena, out);
}

static const char *
type_when(struct typed *t)
{
	const struct value_ctx *ctx = t->ctx;
	struct date today = today_of(ctx), d;
	char out[DATE_TEXT];
	enum date_result why;
	int64_t n;
	int s;

	switch (t->rules->type) {
	case VALUE_DATE:
		why = date_parse(ctx->lang, t->s, t->len, &today, &d);
		if (why == DATE_OK)
			date_write(&d, out);
		break;
	case VALUE_TIME:
		why = time_parse(ctx->lang, t->s, t->len, &s);
		if (why == DATE_OK)
			time_write(s, out);
		break;
	case VALUE_TIMESTAMP:
		why = timestamp_parse(ctx->lang, t->s, t->len, ctx->tz,
		    ctx->now, &n);
		if (why == DATE_OK)
			timestamp_write(n, out);
		break;
	default:
		why = duration_parse(ctx->lang, t->s, t->len, &n);
		if (why == DATE_OK)
			snprintf(out, sizeof(out), "%" PRId64, n);
		break;
	}
	if (why == DATE_OK)
		return arena_strdup(t->arena, out);
	value_fail_date(t->err, t->rules->type, why, t->s, t->len);
	return NULL;
}

const char *
value_plain_id(enum value_type type, const char *s, size_t len,
    struct arena *a, struct value_error *err)
{
	char *out = arena_alloc(a, len + 64);
	enum id_result why;
	size_t digits = 0, i;

	for (i = 0; i < len; i++)
		digits += s[i] >= '0' && s[i] <= '9';
	switch (type) {
	case VALUE_VKN:
		why = vkn_parse(s, len, out);
		break;
	case VALUE_TCKN:
		why = tckn_parse(s, len, out);
		break;
	case VALUE_TAX_NO:
		why = digits == 11 ? tckn_parse(s, len, out) :
		    vkn_parse(s, len, out);
		break;
	case VALUE_IBAN:
		why = iban_parse(s, len, out);
		digits = strlen(out);
		break;
	case VALUE_PHONE:
		why = phone_parse(s, len, out);
		break;
	case VALUE_EMAIL:
		why = email_parse(s, len, out);
		break;
	default:
		why = url_parse(s, len, out);
		break;
	}
	if (why == ID_OK)
		return out;
	value_fail_id(err, type, why, digits);
	return NULL;
}

static bool
is_one_of(const char *folded, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, folded) == 0)
			return true;
	return false;
}

static const char *
type_bool(struct typed *t)
{
	static const char *const yes[] = {
		"evet", "e", "yes", "y", "true", "1", "var", "dogru", NULL
	};
	static const char *const no[] = {
		"hayir", "h", "no", "n", "false", "0", "yok", "yanlis", NULL
	};
	const char *word = tr_fold(t->arena, t->s, t->len);

	if (word != NULL && is_one_of(word, yes))
		return "true";
	if (word != NULL && is_one_of(word, no))
		return "false";
	value_fail(t->err, "value.bool", NULL);
	return NULL;
}

static void
fail_choice(struct typed *t, const char *s)
{
	const struct value_rules *r = t->rules;
	struct buf all = BUF_INIT;
	size_t i;

	for (i = 0; i < r->nchoices; i++)
		buf_printf(&all, "%s%s", i > 0 ? ", " : "",
		    r->choices[i].label[t->ctx->lang]);
	value_fail(t->err, "value.choice", "typed", s, "choices",
	    buf_text(&all), NULL);
	buf_free(&all);
}

/* By its code, by its label in either language, or by the only label that
 * begins so in the language of the person. */
static const char *
find_label(struct typed *t, const char *s)
{
	const struct value_rules *r = t->rules;
	const struct value_choice *c, *begins = NULL;
	const char *want, *label;
	size_t i;
	int lang, hits = 0;

	if ((c = value_find_choice(r, s, strlen(s))) != NULL)
		return c->code;
	if ((want = tr_fold(t->arena, s, strlen(s))) == NULL)
		return NULL;
	for (i = 0; i < r->nchoices; i++) {
		c = &r->choices[i];
		for (lang = 0; lang < LANG_COUNT; lang++) {
			label = tr_fold(t->arena, c->label[lang],
			    strlen(c->label[lang]));
			if (label == NULL)
				continue;
			if (strcmp(label, want) == 0)
				return c->code;
			if (lang == (int)t->ctx->lang &&
			    strncmp(label, want, strlen(want)) == 0) {
				begins = c;
				hits++;
			}
		}
	}
	return hits == 1 ? begins->code : NULL;
}

static const char *
type_choice(struct typed *t)
{
	const char *code = find_label(t, t->s);

	if (code == NULL)
		fail_choice(t, t->s);
	return code;
}

/* Words with commas between them. */
static const char *
type_set(struct typed *t)
{
	const char **items, *s = t->s, *item, *code;
	struct buf b = BUF_INIT;
	size_t n = 0, max = 1, len, i;

	for (i = 0; i < t->len; i++)
		max += s[i] == ',';
	items = arena_array(t->arena, max, sizeof(*items));
	for (;; s += len + 1) {
		len = strcspn(s, ",");
		item = value_clean_text(VALUE_TEXT, t->arena, s, len);
		if (item != NULL && *item != '\0') {
			code = item;
			if (t->rules->type == VALUE_CHOICES &&
			    (code = find_label(t, item)) == NULL) {
				fail_choice(t, item);
				return NULL;
			}
			items[n++] = code;
		}
		if (s[len] == '\0')
			break;
	}
	if (!value_check_set(t->rules, items, n, t->err))
		return NULL;
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_add8(&b, ',');
		buf_addz(&b, items[i]);
	}
	item = arena_strdup(t->arena, buf_text(&b));
	buf_free(&b);
	return item;
}

static const char *
type_word(struct typed *t)
{
	static const char *const turkish[] = { "tr", "turkce", "turkish",
	    NULL };
	static const char *const english[] = { "en", "ingilizce", "english",
	    NULL };
	const char *word = tr_fold(t->arena, t->s, t->len);
	char *out, *p;

	switch (t->rules->type) {
	case VALUE_LANGUAGE:
		if (word != NULL && is_one_of(word, turkish))
			return "tr";
		if (word != NULL && is_one_of(word, english))
			return "en";
		break;
	case VALUE_CURRENCY:
		out = arena_strdup(t->arena, t->s);
		for (p = out; *p != '\0'; p++)
			if (*p >= 'a' && *p <= 'z')
				*p = (char)(*p - 32);
		return strcmp(out, "TL") == 0 ? "TRY" : out;
	case VALUE_COLOR:
		out = arena_printf(t->arena, "%s%s",
		    t->s[0] == '#' ? "" : "#", t->s);
		for (p = out; *p != '\0'; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p = (char)(*p + 32);
		return out;
	default:
		break;
	}
	return t->s;
}

/* Line ends become spaces where only one line fits: a paste is text. */
static const char *
type_text(struct typed *t)
{
	char *out, *p;

	if (t->rules->type == VALUE_LONGTEXT)
		return t->s;
	out = arena_strdup(t->arena, t->s);
	for (p = out; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	return out;
}

static const char *
type_value(struct typed *t)
{
	switch (t->rules->type) {
	case VALUE_INT:
	case VALUE_DECIMAL:
	case VALUE_PERCENT:
		return type_number(t);
	case VALUE_MONEY:
		return type_money(t);
	case VALUE_DATE:
	case VALUE_TIME:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		return type_when(t);
	case VALUE_VKN:
	case VALUE_TCKN:
	case VALUE_TAX_NO:
	case VALUE_IBAN:
	case VALUE_PHONE:
	case VALUE_EMAIL:
	case VALUE_URL:
		return value_plain_id(t->rules->type, t->s, t->len, t->arena,
		    t->err);
	case VALUE_BOOL:
		return type_bool(t);
	case VALUE_CHOICE:
		return type_choice(t);
	case VALUE_CHOICES:
	case VALUE_TAGS:
		return type_set(t);
	case VALUE_LANGUAGE:
	case VALUE_CURRENCY:
	case VALUE_COLOR:
		return type_word(t);
	default:
		return type_text(t);
	}
}

bool
value_parse_typed(const struct value_rules *rules, const struct value_ctx *ctx,
    const char *s, size_t len, struct arena *a, const char **out,
    struct value_error *err)
{
	struct typed t = { rules, ctx, a, NULL, 0, err };

	*out = NULL;
	if (memchr(s, '\0', len) != NULL)
		return value_fail(err, "value.control", "code", "U+0000",
		    NULL);
	if (rules->type == VALUE_SECRET)
		return value_read_secret(rules, a, s, len, out, err);
	if ((t.s = value_clean_text(rules->type, a, s, len)) == NULL)
		return value_fail(err, "value.not_utf8", NULL);
	if ((t.len = strlen(t.s)) == 0)
		return true;
	if ((*out = type_value(&t)) == NULL)
		return false;
	/* A set was judged by its members. */
	if (rules->type == VALUE_CHOICES || rules->type == VALUE_TAGS) {
		if (**out == '\0')
			*out = NULL;
		return true;
	}
	return value_parse_wire(rules, *out, strlen(*out), err);
}

/* --- Showing ------------------------------------------------------------- */

static void
show_number(const struct value_rules *rules, enum lang lang, const char *s,
    bool edit, struct buf *b)
{
	char out[DECIMAL_TEXT + 16];
	int64_t v;

	if (rules->type == VALUE_MONEY &&
	    money_read(s, strlen(s), &v) == DECIMAL_OK) {
		money_format(lang, v, out);
		buf_addz(b, out);
		return;
	}
	decimal_format(lang, s, 0, out);
	if (rules->type != VALUE_PERCENT || edit)
		buf_addz(b, out);
	else if (lang == LANG_TR)
		buf_printf(b, "%%%s", out);
	else
		buf_printf(b, "%s%%", out);
}

/* A pattern that date_parse() reads back: day first, or ISO, whole years. */
static const char *
edit_pattern(const char *pattern)
{
	if (pattern != NULL && strstr(pattern, "YYYY") != NULL &&
	    (strncmp(pattern, "DD.MM", 5) == 0 ||
	    strncmp(pattern, "DD/MM", 5) == 0 ||
	    strncmp(pattern, "DD-MM", 5) == 0 ||
	    strcmp(pattern, "YYYY-MM-DD") == 0))
		return pattern;
	return NULL;
}

static bool
show_when(enum value_type type, const struct value_ctx *ctx, const char *s,
    bool edit, struct buf *b)
{
	const char *pattern = edit ? edit_pattern(ctx->date_pattern) :
	    ctx->date_pattern;
	char out[DATE_TEXT];
	size_t len = strlen(s);
	struct date d;
	int64_t n;
	int t;

	switch (type) {
	case VALUE_DATE:
		if (date_read(s, len, &d) != DATE_OK)
			return false;
		date_format(&d, pattern, out);
		break;
	case VALUE_TIME:
		if (time_read(s, len, &t) != DATE_OK)
			return false;
		time_write(t, out);
		break;
	case VALUE_TIMESTAMP:
		if (timestamp_read(s, len, &n) != DATE_OK)
			return false;
		timestamp_format(n, ctx->tz, pattern, out);
		t = (int)(n / SECOND_US % 60);
		if (edit && t != 0)
			snprintf(out + strlen(out), sizeof(out) - strlen(out),
			    ":%02d", t < 0 ? t + 60 : t);
		break;
	default:
		if (*s == '\0' || s[strspn(s, "0123456789")] != '\0')
			return false;
		duration_format(strtoll(s, NULL, 10), out);
		break;
	}
	buf_addz(b, out);
	return true;
}

static bool
show_id(enum value_type type, const char *s, struct buf *b)
{
	char out[48];

	if (type == VALUE_PHONE && phone_check(s, strlen(s)) == ID_OK)
		phone_format(s, out);
	else if (type == VALUE_IBAN && iban_check(s, strlen(s)) == ID_OK)
		iban_format(s, out);
	else
		return false;
	buf_addz(b, out);
	return true;
}

/* One code, or codes with commas between, by their labels. */
static void
show_choices(const struct value_rules *rules, enum lang lang, const char *s,
    struct buf *b)
{
	const struct value_choice *c;
	size_t len;

	for (;;) {
		len = strcspn(s, ",");
		c = value_find_choice(rules, s, len);
		if (c != NULL)
			buf_addz(b, c->label[lang]);
		else
			buf_add(b, s, len);
		if (s[len] == '\0')
			return;
		buf_addz(b, ", ");
		s += len + 1;
	}
}

/* As many dots whatever it is. */
static const char masked[] = "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
    "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2";

static void
show(const struct value_rules *rules, const struct value_ctx *ctx,
    const char *s, bool edit, struct buf *b)
{
	switch (rules->type) {
	case VALUE_DECIMAL:
	case VALUE_MONEY:
	case VALUE_PERCENT:
		show_number(rules, ctx->lang, s, edit, b);
		return;
	case VALUE_DATE:
	case VALUE_TIME:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		if (show_when(rules->type, ctx, s, edit, b))
			return;
		break;
	case VALUE_BOOL:
		buf_addz(b, msg_text(ctx->lang, strcmp(s, "true") == 0 ?
		    "value.yes" : "value.no"));
		return;
	case VALUE_CHOICE:
	case VALUE_CHOICES:
	case VALUE_TAGS:
		show_choices(rules, ctx->lang, s, b);
		return;
	case VALUE_SECRET:	/* what is typed anew is typed whole */
		buf_addz(b, edit ? "" : masked);
		return;
	case VALUE_PHONE:
	case VALUE_IBAN:
		if (show_id(rules->type, s, b))
			return;
		break;
	default:
		break;
	}
	buf_addz(b, s);
}

void
value_format(const struct value_rules *rules, const struct value_ctx *ctx,
    const char *canonical, struct buf *b)
{
	if (canonical != NULL)
		show(rules, ctx, canonical, false, b);
}

void
value_edit_text(const struct value_rules *rules, const struct value_ctx *ctx,
    const char *canonical, struct buf *b)
{
	if (canonical != NULL)
		show(rules, ctx, canonical, true, b);
}
