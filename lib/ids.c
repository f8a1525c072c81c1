/*
 * ids.c - numbers with check digits, and addresses. The rules of VKN, TCKN
 * and IBAN are those of the Turkish revenue administration, the registry of
 * persons and ISO 13616.
 */
#include "lib/ids.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNTRY_TR	"90"
#define TR_LOCAL	10	/* digits of a Turkish number after 0 */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static void
trim(const char **s, size_t *len)
{
	while (*len > 0 && (**s == ' ' || **s == '\t')) {
		(*s)++;
		(*len)--;
	}
	while (*len > 0 && ((*s)[*len - 1] == ' ' || (*s)[*len - 1] == '\t'))
		(*len)--;
}

static enum id_result
only_digits(const char *s, size_t len, size_t want)
{
	size_t i;

	if (len == 0)
		return ID_EMPTY;
	for (i = 0; i < len; i++)
		if (!is_digit(s[i]))
			return ID_CHARS;
	return len == want ? ID_OK : ID_LENGTH;
}

/* --- Tax and identity numbers -------------------------------------------- */

enum id_result
vkn_check(const char *s, size_t len)
{
	enum id_result r = only_digits(s, len, 10);
	int i, k, v, term, sum = 0;

	if (r != ID_OK)
		return r;
	for (i = 1; i <= 9; i++) {
		v = (s[i - 1] - '0' + 10 - i) % 10;
		if (v == 0)
			continue;
		term = v;
		for (k = 0; k < 10 - i; k++)
			term = term * 2 % 9;
		sum += term != 0 ? term : 9;
	}
	return (10 - sum % 10) % 10 == s[9] - '0' ? ID_OK : ID_CHECK;
}

enum id_result
tckn_check(const char *s, size_t len)
{
	enum id_result r = only_digits(s, len, 11);
	int i, odd = 0, even = 0, sum = 0;

	if (r != ID_OK)
		return r;
	if (s[0] == '0')
		return ID_FORM;
	for (i = 0; i < 9; i++) {
		if (i % 2 == 0)
			odd += s[i] - '0';
		else
			even += s[i] - '0';
	}
	for (i = 0; i < 10; i++)
		sum += s[i] - '0';
	if (((7 * odd - even) % 10 + 10) % 10 != s[9] - '0' ||
	    sum % 10 != s[10] - '0')
		return ID_CHECK;
	return ID_OK;
}

/* Digits, with what people put between them left out. */
static enum id_result
squeeze(const char *s, size_t len, char out[12])
{
	size_t n = 0;

	trim(&s, &len);
	for (; len > 0; s++, len--) {
		if (*s == ' ' || *s == '.' || *s == '-')
			continue;
		if (!is_digit(*s))
			return ID_CHARS;
		if (n == 11)
			return ID_LENGTH;
		out[n++] = *s;
	}
	out[n] = '\0';
	return n > 0 ? ID_OK : ID_EMPTY;
}

enum id_result
vkn_parse(const char *s, size_t len, char out[12])
{
	enum id_result r = squeeze(s, len, out);

	return r == ID_OK ? vkn_check(out, strlen(out)) : r;
}

enum id_result
tckn_parse(const char *s, size_t len, char out[12])
{
	enum id_result r = squeeze(s, len, out);

	return r == ID_OK ? tckn_check(out, strlen(out)) : r;
}

/* --- IBAN ---------------------------------------------------------------- */

enum id_result
iban_check(const char *s, size_t len)
{
	size_t i, at;
	int rest = 0;

	if (len == 0)
		return ID_EMPTY;
	for (i = 0; i < len; i++)
		if (!is_digit(s[i]) && !(s[i] >= 'A' && s[i] <= 'Z'))
			return ID_CHARS;
	if (len < 4)
		return ID_LENGTH;
	if (!is_alpha(s[0]) || !is_alpha(s[1]) || !is_digit(s[2]) ||
	    !is_digit(s[3]))
		return ID_FORM;
	if (memcmp(s, "TR", 2) == 0 ? len != 26 : len < 15 || len > 34)
		return ID_LENGTH;
	if (memcmp(s, "TR", 2) == 0 &&
	    only_digits(s + 4, len - 4, 22) != ID_OK)
		return ID_CHARS;
	for (i = 0; i < len; i++) {
		at = (i + 4) % len;
		if (is_digit(s[at]))
			rest = (rest * 10 + s[at] - '0') % 97;
		else
			rest = (rest * 100 + s[at] - 'A' + 10) % 97;
	}
	return rest == 1 ? ID_OK : ID_CHECK;
}

enum id_result
iban_parse(const char *s, size_t len, char out[IBAN_TEXT])
{
	size_t n = 0;

	trim(&s, &len);
	for (; len > 0; s++, len--) {
		if (*s == ' ' || *s == '-')
			continue;
		if (!is_digit(*s) && !is_alpha(*s))
			return ID_CHARS;
		if (n == IBAN_TEXT - 1)
			return ID_LENGTH;
		out[n++] = *s >= 'a' && *s <= 'z' ? (char)(*s - 32) : *s;
	}
	out[n] = '\0';
	return iban_check(out, n);
}

void
iban_format(const char *iban, char out[44])
{
	size_t n = 0, i;

	for (i = 0; iban[i] != '\0' && n < 42; i++) {
		if (i > 0 && i % 4 == 0)
			out[n++] = ' ';
		out[n++] = iban[i];
	}
	out[n] = '\0';
}

const char *
iban_bank(const char *iban)
{
	/* Codes of the Turkish central bank's list. */
	static const struct {
		const char *code, *name;
	} banks[] = {
		{ "00010", "Ziraat Bankası" },
		{ "00012", "Halkbank" },
		{ "00015", "VakıfBank" },
		{ "00032", "TEB" },
		{ "00046", "Akbank" },
		{ "00059", "Şekerbank" },
		{ "00062", "Garanti BBVA" },
		{ "00064", "İş Bankası" },
		{ "00067", "Yapı Kredi" },
		{ "00099", "ING" },
		{ "00103", "Fibabanka" },
		{ "00111", "QNB" },
		{ "00123", "HSBC" },
		{ "00124", "Alternatif Bank" },
		{ "00134", "DenizBank" },
		{ "00135", "Anadolubank" },
		{ "00203", "Albaraka Türk" },
		{ "00205", "Kuveyt Türk" },
		{ "00206", "Türkiye Finans" },
		{ "00209", "Ziraat Katılım" },
		{ "00210", "Vakıf Katılım" }
	};
	size_t i;

	if (strncmp(iban, "TR", 2) != 0 || strlen(iban) != 26)
		return NULL;
	for (i = 0; i < sizeof(banks) / sizeof(banks[0]); i++)
		if (memcmp(iban + 4, banks[i].code, 5) == 0)
			return banks[i].name;
	return NULL;
}

/* --- Telephone ----------------------------------------------------------- */

enum id_result
phone_check(const char *s, size_t len)
{
	enum id_result r;

	if (len == 0)
		return ID_EMPTY;
	if (s[0] != '+')
		return ID_FORM;
	s++;
	len--;
	r = only_digits(s, len, len);
	if (r != ID_OK)
		return r == ID_EMPTY ? ID_LENGTH : r;
	if (s[0] == '0')
		return ID_FORM;
	if (len < 7 || len > 15)
		return ID_LENGTH;
	if (memcmp(s, COUNTRY_TR, 2) == 0) {
		if (len != 2 + TR_LOCAL)
			return ID_LENGTH;
		/* Area and operator codes begin with 2 to 5, 8 or 9. */
		if (strchr("234589", s[2]) == NULL)
			return ID_FORM;
	}
	return ID_OK;
}

enum id_result
phone_parse(const char *s, size_t len, char out[PHONE_TEXT])
{
	char digits[32];
	const char *number = digits, *country = "";
	bool plus = false;
	size_t n = 0;

	trim(&s, &len);
	if (len == 0)
		return ID_EMPTY;
	for (; len > 0; s++, len--) {
		if (*s == '+' && n == 0 && !plus) {
			plus = true;
			continue;
		}
		if (strchr(" .-/()", *s) != NULL && *s != '\0')
			continue;
		if (!is_digit(*s))
			return ID_CHARS;
		if (n == sizeof(digits) - 1)
			return ID_LENGTH;
		digits[n++] = *s;
	}
	digits[n] = '\0';
	if (!plus && strncmp(number, "00", 2) == 0) {
		number += 2;
		plus = true;
	}
	if (!plus) {
		if (number[0] == '0')
			number++;
		if (strlen(number) == TR_LOCAL)
			country = COUNTRY_TR;
		else if (strlen(number) != 2 + TR_LOCAL ||
		    strncmp(number, COUNTRY_TR, 2) != 0)
			return strlen(number) < TR_LOCAL ? ID_LENGTH : ID_FORM;
	} else if (strncmp(number, COUNTRY_TR "0", 3) == 0 &&
	    strlen(number) == 3 + TR_LOCAL) {
		/* +90 (0532) …: the 0 of habit goes. */
		number += 3;
		country = COUNTRY_TR;
	}
	n = strlen(country) + strlen(number);
	if (n < 7 || n > 15)
		return ID_LENGTH;
	out[0] = '+';
	memcpy(out + 1, country, strlen(country));
	memcpy(out + 1 + strlen(country), number, strlen(number) + 1);
	return phone_check(out, n + 1);
}

void
phone_format(const char *s, char out[24])
{
	if (strncmp(s, "+" COUNTRY_TR, 3) != 0 || strlen(s) != 13) {
		snprintf(out, 24, "%s", s);
		return;
	}
	s += 3;
	snprintf(out, 24, "0%.3s %.3s %.2s %.2s", s, s + 3, s + 6, s + 8);
}

/* --- E-mail, web, colour, network ---------------------------------------- */

/* Labels of letters, digits and inner hyphens; at least one dot. */
static bool
host_ok(const char *s, size_t len, bool need_dot)
{
	size_t i, label = 0;
	bool dot = false, letter = false;

	if (len == 0 || len > 253)
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (label == 0 || s[i - 1] == '-')
				return false;
			dot = true;
			letter = false;
			label = 0;
			continue;
		}
		if (!is_digit(s[i]) && !is_alpha(s[i]) &&
		    !(s[i] == '-' && label > 0))
			return false;
		if (is_alpha(s[i]))
			letter = true;
		if (++label > 63)
			return false;
	}
	return label > 0 && s[len - 1] != '-' &&
	    (!need_dot || (dot && letter && label >= 2));
}

enum id_result
email_check(const char *s, size_t len)
{
	const char *at;
	size_t i, local;

	if (len == 0)
		return ID_EMPTY;
	for (i = 0; i < len; i++)
		if (!is_digit(s[i]) && !is_alpha(s[i]) &&
		    (s[i] == '\0' ||
		    strchr("@.!#$%&'*+/=?^_`{|}~-", s[i]) == NULL))
			return ID_CHARS;
	if (len > ID_EMAIL_MAX)
		return ID_LENGTH;
	if ((at = memrchr(s, '@', len)) == NULL)
		return ID_FORM;
	local = (size_t)(at - s);
	if (local == 0 || local > 64 || memchr(s, '@', local) != NULL)
		return ID_FORM;
	if (s[0] == '.' || s[local - 1] == '.' ||
	    memmem(s, local, "..", 2) != NULL)
		return ID_FORM;
	return host_ok(at + 1, len - local - 1, true) ? ID_OK : ID_FORM;
}

enum id_result
email_parse(const char *s, size_t len, char *out)
{
	bool domain = false;
	size_t i;

	trim(&s, &len);
	for (i = 0; i < len; i++) {
		if (s[i] == '@')
			domain = true;
		out[i] = domain ? lower(s[i]) : s[i];
	}
	out[len] = '\0';
	return email_check(out, len);
}

/* Length of the scheme with its "://", 0 when it is none of ours. */
static size_t
scheme_len(const char *s, size_t len)
{
	static const char *const schemes[] = { "https://", "http://" };
	size_t i, n;

	for (i = 0; i < 2; i++) {
		for (n = 0; n < len && schemes[i][n] != '\0' &&
		    lower(s[n]) == schemes[i][n]; n++)
			;
		if (n == strlen(schemes[i]))
			return n;
	}
	return 0;
}

static size_t
host_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && strchr("/?#", s[n]) == NULL)
		n++;
	return n;
}

enum id_result
url_check(const char *s, size_t len)
{
	size_t n, i, host;
	const char *colon;

	if (len == 0)
		return ID_EMPTY;
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 127 ||
		    strchr("\"<>\\^`{|}", s[i]) != NULL)
			return ID_CHARS;
	if ((n = scheme_len(s, len)) == 0)
		return ID_FORM;
	s += n;
	len -= n;
	host = host_len(s, len);
	if ((colon = memchr(s, ':', host)) != NULL) {
		n = host - (size_t)(colon - s) - 1;
		if (only_digits(colon + 1, n, n) != ID_OK || n > 5 ||
		    strtol(colon + 1, NULL, 10) > 65535)
			return ID_FORM;
		host = (size_t)(colon - s);
	}
	return host_ok(s, host, false) ? ID_OK : ID_FORM;
}

enum id_result
url_parse(const char *s, size_t len, char *out)
{
	size_t n = 0, host, i;

	trim(&s, &len);
	if (len == 0) {
		out[0] = '\0';
		return ID_EMPTY;
	}
	if ((n = scheme_len(s, len)) == 0) {
		if (memmem(s, len, "://", 3) != NULL)
			return ID_FORM;
		/* A name without a dot is a word, not an address. */
		if (memchr(s, '.', host_len(s, len)) == NULL)
			return ID_FORM;
		memcpy(out, "https://", 8);
		memcpy(out + 8, s, len);
		len += 8;
		n = 8;
	} else {
		memcpy(out, s, len);
	}
	out[len] = '\0';
	host = n + host_len(out + n, len - n);
	for (i = 0; i < host; i++)
		out[i] = lower(out[i]);
	return url_check(out, len);
}

enum id_result
color_check(const char *s, size_t len)
{
	size_t i;

	if (len == 0)
		return ID_EMPTY;
	if (len != 7)
		return ID_LENGTH;
	if (s[0] != '#')
		return ID_FORM;
	for (i = 1; i < len; i++)
		if (!is_digit(s[i]) && !(s[i] >= 'a' && s[i] <= 'f') &&
		    !(s[i] >= 'A' && s[i] <= 'F'))
			return ID_CHARS;
	return ID_OK;
}

enum id_result
inet_check(const char *s, size_t len)
{
	char text[64], addr[16], *slash;
	size_t n;
	int bits, family;

	if (len == 0)
		return ID_EMPTY;
	if (len >= sizeof(text) || memchr(s, '\0', len) != NULL)
		return ID_LENGTH;
	memcpy(text, s, len);
	text[len] = '\0';
	if ((slash = strchr(text, '/')) != NULL)
		*slash++ = '\0';
	if (inet_pton(AF_INET, text, addr) == 1)
		family = AF_INET;
	else if (inet_pton(AF_INET6, text, addr) == 1)
		family = AF_INET6;
	else
		return ID_FORM;
	if (slash == NULL)
		return ID_OK;
	n = strlen(slash);
	if (only_digits(slash, n, n) != ID_OK || n > 3 ||
	    (slash[0] == '0' && n > 1))
		return ID_FORM;
	bits = atoi(slash);
	return bits <= (family == AF_INET ? 32 : 128) ? ID_OK : ID_FORM;
}
