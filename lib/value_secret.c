/*
 * value_secret.c - what may stand in a secret, judged before it is sealed.
 * Nothing of what was typed goes into an error's words.
 */
#include <string.h>

#include "lib/arena.h"
#include "lib/cbor.h"
#include "lib/hex.h"
#include "lib/tr.h"
#include "lib/value_int.h"

#define CARD_MIN	12
#define CARD_MAX	19
#define TOTP_MIN	10	/* bytes of a seed */
#define TOTP_MAX	64

static const char *const holds[HOLDS_COUNT] = {
#define X(name, word) [HOLDS_##name] = word,
	VALUE_HOLDS_TABLE(X)
#undef X
};

bool
value_holds_parse(const char *name, enum value_holds *out)
{
	int	i;

	for (i = 0; i < HOLDS_COUNT; i++)
		if (strcmp(holds[i], name) == 0) {
			*out = (enum value_holds)i;
			return true;
		}
	return false;
}

const char *
value_holds_name(enum value_holds h)
{
	return holds[h];
}

/* As it was typed: a space at its end may be part of a password. */
static const char *
read_password(const struct value_rules *rules, struct arena *a, const char *s,
    size_t len, struct value_error *err)
{
	struct value_rules	text = *rules;
	const char		*p = s, *end = s + len;

	while (p < end)
		if (utf8_next(&p, end) < 0x20)
			break;
	if (p < end || (len > 0 && (unsigned char)end[-1] < 0x20)) {
		value_fail(err, "value.password", NULL);
		return NULL;
	}
	text.type = VALUE_LONGTEXT;
	return value_check_text(&text, s, len, err) ?
	    arena_strndup(a, s, len) : NULL;
}

/* Luhn's sum, from the right: every second digit counts double. */
static bool
card_sum_ok(const char *digits, size_t n)
{
	int	sum = 0, d;
	size_t	i;

	for (i = 0; i < n; i++) {
		d = digits[n - 1 - i] - '0';
		if (i % 2 == 1 && (d *= 2) > 9)
			d -= 9;
		sum += d;
	}
	return sum % 10 == 0;
}

static const char *
read_card(struct arena *a, const char *s, size_t len, struct value_error *err)
{
	char	*out = arena_alloc(a, len + 1);
	size_t	 i, n = 0;

	for (i = 0; i < len; i++) {
		if (s[i] == ' ' || s[i] == '-')
			continue;
		if (s[i] < '0' || s[i] > '9') {
			value_fail(err, "value.card", NULL);
			return NULL;
		}
		out[n++] = s[i];
	}
	out[n] = '\0';
	if (n < CARD_MIN || n > CARD_MAX || !card_sum_ok(out, n)) {
		value_fail(err, n < CARD_MIN || n > CARD_MAX ? "value.card" :
		    "value.card_check", NULL);
		return NULL;
	}
	return out;
}

/* The seed itself, or the address that a QR code holds. */
static const char *
read_totp(struct arena *a, const char *s, size_t len, struct value_error *err)
{
	static const char	 mark[] = "secret=";
	uint8_t			 seed[TOTP_MAX];
	char			*out;
	const char		*p, *end = s + len;
	size_t			 n;

	if (len > 10 && memcmp(s, "otpauth://", 10) == 0) {
		p = memmem(s, len, mark, sizeof mark - 1);
		s = p == NULL ? end : p + sizeof mark - 1;
		for (p = s; p < end && *p != '&'; p++)
			;
		len = (size_t)(p - s);
	}
	while (len > 0 && s[len - 1] == '=')
		len--;
	if (!base32_decode(s, len, seed, sizeof seed, &n) || n < TOTP_MIN) {
		value_fail(err, "value.totp", NULL);
		return NULL;
	}
	out = arena_alloc(a, BASE32_LEN(n) + 1);
	base32_encode(seed, n, out);
	explicit_bzero(seed, sizeof seed);
	return out;
}

static const char *
read_number(enum value_type type, const struct value_rules *rules,
    struct arena *a, const char *s, size_t len, struct value_error *err)
{
	struct value_rules	 number = *rules;
	const char		*out;

	number.type = type;
	out = value_plain_id(type, s, len, a, err);
	return out != NULL && value_parse_wire(&number, out, strlen(out), err) ?
	    out : NULL;
}

static const char *
read_words(enum value_type type, const struct value_rules *rules,
    struct arena *a, const char *s, struct value_error *err)
{
	struct value_rules	text = *rules;

	text.type = type;
	text.max = rules->max != 0 ? rules->max :
	    value_type_max(VALUE_SECRET);
	return value_check_text(&text, s, strlen(s), err) ? s : NULL;
}

bool
value_read_secret(const struct value_rules *rules, struct arena *a,
    const char *s, size_t len, const char **out, struct value_error *err)
{
	char	*text;

	*out = NULL;
	arena_set_wipe(a);
	if (memchr(s, '\0', len) != NULL)
		return value_fail(err, "value.control", "code", "U+0000",
		    NULL);
	if (rules->holds == HOLDS_PASSWORD) {
		if (len > 0)
			*out = read_password(rules, a, s, len, err);
		return len == 0 || *out != NULL;
	}
	text = value_clean_text(rules->holds == HOLDS_LONGTEXT ?
	    VALUE_LONGTEXT : VALUE_TEXT, a, s, len);
	if (text == NULL)
		return value_fail(err, "value.not_utf8", NULL);
	if (text[0] == '\0')
		return true;
	len = strlen(text);
	switch (rules->holds) {
	case HOLDS_CARD:
		*out = read_card(a, text, len, err);
		break;
	case HOLDS_TOTP:
		*out = read_totp(a, text, len, err);
		break;
	case HOLDS_TCKN:
		*out = read_number(VALUE_TCKN, rules, a, text, len, err);
		break;
	case HOLDS_IBAN:
		*out = read_number(VALUE_IBAN, rules, a, text, len, err);
		break;
	case HOLDS_TEXT:
	case HOLDS_LONGTEXT:
	default:
		*out = read_words(rules->holds == HOLDS_TEXT ? VALUE_TEXT :
		    VALUE_LONGTEXT, rules, a, text, err);
		break;
	}
	return *out != NULL;
}
