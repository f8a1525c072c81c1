/*
 * Amounts. On the wire and in the database an amount is decimal text
 * (`-?[0-9]+(\.[0-9]+)?`), in C it is an int64_t of hundredths (kuruş); never
 * a float.
 */
#ifndef KONAK_MONEY_H
#define KONAK_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/lang.h"

#define DECIMAL_TEXT	40	/* longest decimal text and its NUL */
#define MONEY_MAX	INT64_C(99999999999999)	/* numeric(14,2) in kuruş */

enum decimal_result {
	DECIMAL_OK,
	DECIMAL_EMPTY,
	DECIMAL_BAD,		/* no number */
	DECIMAL_SCALE,		/* more decimals than allowed */
	DECIMAL_RANGE		/* more digits than allowed */
};

/* Canonical text: no leading zeros, no -0, at most scale decimals and digits
 * digits in all (as numeric(digits,scale)). */
enum decimal_result decimal_check(const char *, size_t len, int digits,
    int scale);

/*
 * A number as people type it, to canonical text with exactly as many
 * decimals as were typed (money_parse: two). Turkish: `,` is the decimal
 * sign, `.` groups, but only before exactly three digits: 1.234 is 1234,
 * 12.5 is 12,5. English the other way round. If both occur the last one is
 * the decimal sign, in either language. Groups must be right; spaces may
 * group. A leading % or sign of minus is understood by the callers that
 * expect one.
 */
enum decimal_result decimal_parse(enum lang, const char *, size_t len,
    int digits, int scale, char out[DECIMAL_TEXT]);

/* Canonical decimal text for people: 1.234,5 or 1,234.5; min_scale decimals
 * at least. Text that is not canonical is copied. */
void	decimal_format(enum lang, const char *, int min_scale,
	    char out[DECIMAL_TEXT + 16]);

/* Typed money to hundredths. A currency typed with it (₺, TL, $, €, £ or a
 * code of three letters, before or after) goes to currency, else "" does;
 * the caller refuses one it does not expect. */
enum decimal_result money_parse(enum lang, const char *, size_t len,
    int64_t *out, char currency[4]);
/* Canonical wire text (0 to 2 decimals) to hundredths. */
enum decimal_result money_read(const char *, size_t len, int64_t *out);
/* Adds canonical texts of at most so many decimals; false: too large. */
bool	decimal_add(char sum[DECIMAL_TEXT], const char *, int scale);
/* Canonical text with two decimals: "1234.50". */
void	money_write(int64_t, char out[DECIMAL_TEXT]);
/* "1.234,50" or "1,234.50". */
void	money_format(enum lang, int64_t, char out[DECIMAL_TEXT]);
bool	currency_ok(const char *, size_t len);	/* three capitals */

#endif
