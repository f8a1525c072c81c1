/*
 * money.c - amounts and other decimals as text and as hundredths. Digits are
 * moved as text, so that nothing is ever rounded.
 */
#include "lib/money.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MONEY_DIGITS	14
#define MONEY_SCALE	2
#define TYPED_MAX	64	/* longest text that may be a number */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum decimal_result
decimal_check(const char *s, size_t len, int digits, int scale)
{
	const char *end = s + len, *dot = NULL, *p;
	bool minus, zero = true;

	if (len == 0)
		return DECIMAL_EMPTY;
	if (len >= DECIMAL_TEXT)
		return DECIMAL_RANGE;
	minus = *s == '-';
	s += minus;
	for (p = s; p < end; p++) {
		if (*p == '.' && dot == NULL)
			dot = p;
		else if (!is_digit(*p))
			return DECIMAL_BAD;
		else if (*p != '0')
			zero = false;
	}
	if (dot == NULL)
		dot = end;
	if (dot == s || dot + 1 == end || (minus && zero) ||
	    (*s == '0' && dot - s > 1))
		return DECIMAL_BAD;
	if (dot < end && end - dot - 1 > scale)
		return DECIMAL_SCALE;
	if (*s != '0' && dot - s > digits - scale)
		return DECIMAL_RANGE;
	return DECIMAL_OK;
}

/* --- Typed numbers ------------------------------------------------------- */

/* Spaces around go, and the signs and spaces of other alphabets that people
 * paste become ASCII: U+00A0, U+202F, U+2009 spaces, U+2212 minus. */
static bool
plain_text(const char *s, size_t len, char out[TYPED_MAX])
{
	static const struct {
		const char	*from;
		char		 to;
	} swaps[] = {
		{ "\xc2\xa0", ' ' }, { "\xe2\x80\xaf", ' ' },
		{ "\xe2\x80\x89", ' ' }, { "\xe2\x88\x92", '-' }
	};
	size_t n = 0, i, k;

	while (len > 0) {
		for (i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++) {
			k = strlen(swaps[i].from);
			if (len >= k && memcmp(s, swaps[i].from, k) == 0)
				break;
		}
		if (n == TYPED_MAX - 1)
			return false;
		if (i < sizeof(swaps) / sizeof(swaps[0])) {
			out[n++] = swaps[i].to;
		} else {
			out[n++] = *s;
			k = 1;
		}
		s += k;
		len -= k;
	}
	if (memchr(out, '\0', n) != NULL)
		return false;
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	for (k = 0; out[k] == ' '; k++)
		;
	memmove(out, out + k, n - k + 1);
	return true;
}

/* Are the groups before end right? First 1 to 3 digits and no leading zero,
 * then always the sign and exactly three. */
static bool
groups_ok(const char *s, const char *end, char sign)
{
	const char *p = s;
	int run = 0;

	if (*s == '0')
		return false;
	for (; p < end && *p != sign; p++)
		run++;
	if (run < 1 || run > 3)
		return false;
	while (p < end) {
		if (end - p < 4 || !is_digit(p[1]) || !is_digit(p[2]) ||
		    !is_digit(p[3]))
			return false;
		p += 4;
		if (p < end && *p != sign)
			return false;
	}
	return true;
}

static int
count(const char *s, const char *end, char c)
{
	int n = 0;

	for (; s < end; s++)
		n += *s == c;
	return n;
}

/* Finds the decimal sign of text that holds only digits, dots, commas and
 * spaces: *point is where the whole part ends, *group the sign that groups
 * it (0: none). False when the signs make no sense. */
static bool
find_point(enum lang lang, const char *s, const char *end, const char **point,
    char *group)
{
	char other = lang == LANG_TR ? '.' : ',';
	const char *dot = memrchr(s, '.', (size_t)(end - s));
	const char *comma = memrchr(s, ',', (size_t)(end - s));

	*point = end;
	*group = 0;
	if (count(s, end, ' ') > 0)
		*group = ' ';
	if (dot != NULL && comma != NULL) {
		/* The last of them is the decimal sign, whatever the
		 * language: 1.234,56 and 1,234.56. */
		*point = dot > comma ? dot : comma;
		if (*group != 0 || count(s, end, **point) != 1)
			return false;
		*group = **point == '.' ? ',' : '.';
	} else if (dot != NULL || comma != NULL) {
		const char *sign = dot != NULL ? dot : comma;
		bool once = count(s, end, *sign) == 1;

		if (*group == 0 && (!once || *sign == other) &&
		    groups_ok(s, end, *sign))
			*group = *sign;
		else if (once)
			*point = sign;
		else
			return false;
	}
	if (*group == 0)
		return true;
	return groups_ok(s, *point, *group);
}

enum decimal_result
decimal_parse(enum lang lang, const char *typed, size_t len, int digits,
    int scale, char out[DECIMAL_TEXT])
{
	char text[TYPED_MAX], group;
	const char *s = text, *end, *point, *p;
	size_t n = 0, whole;

	if (!plain_text(typed, len, text))
		return DECIMAL_BAD;
	if (text[0] == '\0')
		return DECIMAL_EMPTY;
	end = text + strlen(text);
	if (*s == '-')
		out[n++] = '-';
	if (*s == '-' || *s == '+')
		s++;
	while (*s == ' ')
		s++;
	for (p = s; p < end; p++)
		if (!is_digit(*p) && *p != '.' && *p != ',' && *p != ' ')
			return DECIMAL_BAD;
	if (s == end || !find_point(lang, s, end, &point, &group))
		return DECIMAL_BAD;
	whole = n;
	for (p = s; p < point; p++) {
		if (*p == group)
			continue;
		/* Leading zeros go, but for the last of them. */
		if (n == whole + 1 && out[whole] == '0')
			n = whole;
		if (n >= DECIMAL_TEXT - 1)
			return DECIMAL_RANGE;
		out[n++] = *p;
	}
	if (n == whole)
		out[n++] = '0';		/* ,5 */
	if (point < end) {
		if (point + 1 == end)
			return DECIMAL_BAD;
		if (end - point - 1 > scale)
			return DECIMAL_SCALE;
		if (n + (size_t)(end - point) >= DECIMAL_TEXT)
			return DECIMAL_RANGE;
		out[n++] = '.';
		for (p = point + 1; p < end; p++) {
			if (!is_digit(*p))
				return DECIMAL_BAD;
			out[n++] = *p;
		}
	}
	out[n] = '\0';
	if (out[0] == '-' && out[strspn(out, "-0.")] == '\0')
		memmove(out, out + 1, n--);	/* -0 is 0 */
	return decimal_check(out, n, digits, scale);
}

void
decimal_format(enum lang lang, const char *s, int min_scale,
    char out[DECIMAL_TEXT + 16])
{
	char point = lang == LANG_TR ? ',' : '.';
	char group = lang == LANG_TR ? '.' : ',';
	size_t len = strlen(s), whole, i;
	char *o = out;
	int decimals = 0;

	if (decimal_check(s, len, DECIMAL_TEXT * 2, DECIMAL_TEXT) !=
	    DECIMAL_OK) {
		snprintf(out, DECIMAL_TEXT + 16, "%s", s);
		return;
	}
	if (*s == '-')
		*o++ = *s++;
	whole = strcspn(s, ".");
	for (i = 0; i < whole; i++) {
		if (i > 0 && (whole - i) % 3 == 0)
			*o++ = group;
		*o++ = s[i];
	}
	if (s[whole] == '.' || min_scale > 0)
		*o++ = point;
	if (s[whole] == '.')
		for (s += whole + 1; *s != '\0'; decimals++)
			*o++ = *s++;
	for (; decimals < min_scale && decimals < 8; decimals++)
		*o++ = '0';
	*o = '\0';
}

/* --- Money --------------------------------------------------------------- */

bool
currency_ok(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] < 'A' || s[i] > 'Z')
			return false;
	return len == 3;
}

/* The currency that a typed word means, false when it is none. */
static bool
currency_word(const char *s, size_t len, char out[4])
{
	static const struct {
		const char *word, *code;
	} words[] = {
		{ "\xe2\x82\xba", "TRY" }, { "TL", "TRY" }, { "tl", "TRY" },
		{ "Tl", "TRY" }, { "$", "USD" }, { "\xe2\x82\xac", "EUR" },
		{ "\xc2\xa3", "GBP" }
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == len &&
		    memcmp(words[i].word, s, len) == 0) {
			memcpy(out, words[i].code, 4);
			return true;
		}
	if (len != 3)
		return false;
	for (i = 0; i < 3; i++) {
		out[i] = s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 32) : s[i];
		if (out[i] < 'A' || out[i] > 'Z')
			return false;
	}
	out[3] = '\0';
	return true;
}

static bool
number_byte(char c)
{
	return is_digit(c) || c == '.' || c == ',' || c == ' ' || c == '-' ||
	    c == '+';
}

/* How many times a typed word makes what stands before it: "15 bin", "1,5
 * milyon", "20k". 0 when it is no such word. */
static int64_t
scale_word(const char *s, size_t len)
{
	static const struct {
		const char *word;
		int64_t times;
	} words[] = {
		{ "bin", 1000 }, { "k", 1000 }, { "thousand", 1000 },
		{ "mn", 1000000 }, { "milyon", 1000000 },
		{ "million", 1000000 }, { "milyar", 1000000000 },
		{ "billion", 1000000000 }
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == len &&
		    strncasecmp(words[i].word, s, len) == 0)
			return words[i].times;
	return 0;
}

/* How long the word is that the text ends with. */
static size_t
last_word(const char *s, const char *end)
{
	size_t n = 0;

	while (end > s + n && !number_byte(end[-1 - (long)n]))
		n++;
	return n;
}

enum decimal_result
money_parse(enum lang lang, const char *typed, size_t len, int64_t *out,
    char currency[4])
{
	char plain[TYPED_MAX], text[DECIMAL_TEXT];
	const char *s = plain, *end;
	enum decimal_result r;
	int64_t times = 1;
	size_t n;

	currency[0] = '\0';
	if (!plain_text(typed, len, plain))
		return DECIMAL_BAD;
	if (plain[0] == '\0')
		return DECIMAL_EMPTY;
	end = s + strlen(s);
	for (n = 0; s + n < end && !number_byte(s[n]); n++)
		;
	if (n > 0) {
		if (!currency_word(s, n, currency))
			return DECIMAL_BAD;
		s += n;
	} else if ((n = last_word(s, end)) > 0 &&
	    scale_word(end - n, n) == 0) {
		if (!currency_word(end - n, n, currency))
			return DECIMAL_BAD;
		end -= n;
		while (end > s && end[-1] == ' ')
			end--;
	}
	if ((n = last_word(s, end)) > 0) {
		if ((times = scale_word(end - n, n)) == 0) {
			currency[0] = '\0';
			return DECIMAL_BAD;
		}
		end -= n;
	}
	r = decimal_parse(lang, s, (size_t)(end - s), MONEY_DIGITS,
	    MONEY_SCALE, text);
	if (r == DECIMAL_OK)
		r = money_read(text, strlen(text), out);
	if (r == DECIMAL_OK && times > 1) {
		if (*out > MONEY_MAX / times || *out < -MONEY_MAX / times)
			r = DECIMAL_RANGE;
		else
			*out *= times;
	}
	if (r != DECIMAL_OK)
		currency[0] = '\0';
	return r == DECIMAL_EMPTY ? DECIMAL_BAD : r;
}

enum decimal_result
money_read(const char *s, size_t len, int64_t *out)
{
	enum decimal_result r = decimal_check(s, len, MONEY_DIGITS,
	    MONEY_SCALE);
	const char *end = s + len;
	int64_t v = 0;
	bool minus;
	int decimals = -1;

	if (r != DECIMAL_OK)
		return r;
	minus = *s == '-';
	for (s += minus; s < end; s++) {
		if (*s == '.') {
			decimals = 0;
			continue;
		}
		v = v * 10 + (*s - '0');
		if (decimals >= 0)
			decimals++;
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < MONEY_SCALE;
	    decimals++)
		v *= 10;
	*out = minus ? -v : v;
	return DECIMAL_OK;
}

void
money_write(int64_t v, char out[DECIMAL_TEXT])
{
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;

	snprintf(out, DECIMAL_TEXT, "%s%llu.%02u", v < 0 ? "-" : "",
	    (unsigned long long)(u / 100), (unsigned)(u % 100));
}

void
money_format(enum lang lang, int64_t v, char out[DECIMAL_TEXT])
{
	char text[DECIMAL_TEXT], wide[DECIMAL_TEXT + 16];

	money_write(v, text);
	decimal_format(lang, text, MONEY_SCALE, wide);
	snprintf(out, DECIMAL_TEXT, "%.*s", DECIMAL_TEXT - 1, wide);
}

/* --- Sums ------------------------------------------------------------------ */

/* In units of the smallest decimal. */
static bool
units(const char *s, int scale, int64_t *out)
{
	bool	minus = *s == '-', dot = false;
	int	decimals = 0;

	*out = 0;
	for (s += minus; *s != '\0' || decimals < scale; s += *s != '\0') {
		if (*s == '.') {
			dot = true;
			continue;
		}
		decimals += dot || *s == '\0';
		if (decimals > scale || (*s != '\0' && !is_digit(*s)) ||
		    __builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, *s == '\0' ? 0 : *s - '0',
		    out))
			return false;
	}
	if (minus)
		*out = -*out;
	return true;
}

bool
decimal_add(char sum[DECIMAL_TEXT], const char *other, int scale)
{
	int64_t	a, b;
	char	digits[DECIMAL_TEXT];
	int	len;

	if (!units(sum, scale, &a) || !units(other, scale, &b) ||
	    __builtin_add_overflow(a, b, &a))
		return false;
	len = snprintf(digits, sizeof digits, "%0*lld", scale + 1,
	    llabs((long long)a));
	snprintf(sum, DECIMAL_TEXT, "%s%.*s%s%s", a < 0 ? "-" : "",
	    len - scale, digits, scale > 0 ? "." : "", digits + len - scale);
	return true;
}
