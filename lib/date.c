/* date.c - the calendar and the wire's forms of dates and times. */
#include "lib/date.h"

#include <stdio.h>
#include <string.h>

/* --- Calendar ------------------------------------------------------------ */

static bool
leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int
date_month_len(int year, int month)
{
	static const int len[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	return month == 2 && leap(year) ? 29 : len[month - 1];
}

bool
date_ok(const struct date *d)
{
	return d->year >= 1 && d->year <= 9999 && d->month >= 1 &&
	    d->month <= 12 && d->day >= 1 &&
	    d->day <= date_month_len(d->year, d->month);
}

/* Days of the years before, counted from March so that the leap day is the
 * last of its year. */
int32_t
date_days(const struct date *d)
{
	int y = d->year - (d->month <= 2);
	int era = y / 400;
	int of_era = y - era * 400;
	int of_year = (153 * (d->month + (d->month > 2 ? -3 : 9)) + 2) / 5 +
	    d->day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

struct date
date_from_days(int32_t days)
{
	int32_t z = days + 719468;
	int era = (z >= 0 ? z : z - 146096) / 146097;
	int of_era = z - era * 146097;
	int year = (of_era - of_era / 1460 + of_era / 36524 -
	    of_era / 146096) / 365;
	int of_year = of_era - (365 * year + year / 4 - year / 100);
	int m = (5 * of_year + 2) / 153;
	struct date d;

	d.day = of_year - (153 * m + 2) / 5 + 1;
	d.month = m < 10 ? m + 3 : m - 9;
	d.year = year + era * 400 + (d.month <= 2);
	return d;
}

int
date_weekday(const struct date *d)
{
	/* 1970-01-01 was a Thursday. */
	return (date_days(d) % 7 + 10) % 7 + 1;
}

struct date
date_add_days(struct date d, int days)
{
	int64_t n = (int64_t)date_days(&d) + days;

	if (n < DATE_DAYS_MIN)
		n = DATE_DAYS_MIN;
	if (n > DATE_DAYS_MAX)
		n = DATE_DAYS_MAX;
	return date_from_days((int32_t)n);
}

struct date
date_add_months(struct date d, int months)
{
	int64_t n = (int64_t)d.year * 12 + d.month - 1 + months;

	if (n < 12)
		return date_from_days(DATE_DAYS_MIN);
	if (n >= 10000 * 12)
		return date_from_days(DATE_DAYS_MAX);
	d.year = (int)(n / 12);
	d.month = (int)(n % 12) + 1;
	if (d.day > date_month_len(d.year, d.month))
		d.day = date_month_len(d.year, d.month);
	return d;
}

int
date_cmp(const struct date *a, const struct date *b)
{
	int32_t x = date_days(a), y = date_days(b);

	return (x > y) - (x < y);
}

/* --- Wire ---------------------------------------------------------------- */

/* Takes exactly n digits. */
static bool
digits(const char **p, const char *end, int n, int *out)
{
	*out = 0;
	if (end - *p < n)
		return false;
	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return true;
}

static bool
sign(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	(*p)++;
	return true;
}

static bool
take_date(const char **p, const char *end, struct date *d)
{
	return digits(p, end, 4, &d->year) && sign(p, end, '-') &&
	    digits(p, end, 2, &d->month) && sign(p, end, '-') &&
	    digits(p, end, 2, &d->day);
}

static enum date_result
judge(const struct date *d)
{
	if (d->year < 1)
		return DATE_RANGE;
	return date_ok(d) ? DATE_OK : DATE_NO_DAY;
}

/* HH:MM, and :SS if it follows. */
static enum date_result
take_time(const char **p, const char *end, int *s)
{
	int hour, minute, second = 0;

	if (!digits(p, end, 2, &hour) || !sign(p, end, ':') ||
	    !digits(p, end, 2, &minute))
		return DATE_BAD;
	if (sign(p, end, ':') && !digits(p, end, 2, &second))
		return DATE_BAD;
	if (hour > 23 || minute > 59 || second > 59)
		return DATE_RANGE;
	*s = hour * 3600 + minute * 60 + second;
	return DATE_OK;
}

enum date_result
date_read(const char *s, size_t len, struct date *out)
{
	const char *end = s + len;
	enum date_result r;
	struct date d;

	if (len == 0)
		return DATE_EMPTY;
	if (!take_date(&s, end, &d) || s != end)
		return DATE_BAD;
	if ((r = judge(&d)) == DATE_OK)
		*out = d;
	return r;
}

void
date_write(const struct date *d, char out[DATE_TEXT])
{
	snprintf(out, DATE_TEXT, "%04d-%02d-%02d", d->year, d->month, d->day);
}

enum date_result
time_read(const char *s, size_t len, int *out)
{
	const char *end = s + len;
	enum date_result r;
	int t;

	if (len == 0)
		return DATE_EMPTY;
	if ((r = take_time(&s, end, &t)) != DATE_OK)
		return r;
	if (s != end)
		return DATE_BAD;
	*out = t;
	return DATE_OK;
}

void
time_write(int s, char out[DATE_TEXT])
{
	if (s % 60 != 0)
		snprintf(out, DATE_TEXT, "%02d:%02d:%02d", s / 3600,
		    s / 60 % 60, s % 60);
	else
		snprintf(out, DATE_TEXT, "%02d:%02d", s / 3600, s / 60 % 60);
}

/* Up to six decimals of a second, in microseconds. */
static bool
take_fraction(const char **p, const char *end, int *us)
{
	int n = 0;

	*us = 0;
	if (!sign(p, end, '.'))
		return true;
	for (; *p < end && **p >= '0' && **p <= '9' && n < 6; (*p)++, n++)
		*us = *us * 10 + (**p - '0');
	if (n == 0)
		return false;
	for (; n < 6; n++)
		*us *= 10;
	return true;
}

/* Z, +03, +0530 or +05:30, in seconds east of Greenwich. */
static bool
take_offset(const char **p, const char *end, int *offset)
{
	int hour, minute = 0;
	bool west;

	*offset = 0;
	if (sign(p, end, 'Z'))
		return true;
	west = *p < end && **p == '-';
	if (!west && !(*p < end && **p == '+'))
		return false;
	(*p)++;
	if (!digits(p, end, 2, &hour) || hour > 15)
		return false;
	if (*p < end) {
		sign(p, end, ':');
		if (!digits(p, end, 2, &minute) || minute > 59)
			return false;
	}
	*offset = (hour * 3600 + minute * 60) * (west ? -1 : 1);
	return true;
}

enum date_result
timestamp_read(const char *s, size_t len, int64_t *out)
{
	const char *end = s + len;
	enum date_result r;
	struct date d;
	int t, us, offset;

	if (len == 0)
		return DATE_EMPTY;
	if (!take_date(&s, end, &d) ||
	    (!sign(&s, end, 'T') && !sign(&s, end, ' ')))
		return DATE_BAD;
	if ((r = judge(&d)) != DATE_OK ||
	    (r = take_time(&s, end, &t)) != DATE_OK)
		return r;
	if (!take_fraction(&s, end, &us) || !take_offset(&s, end, &offset) ||
	    s != end)
		return DATE_BAD;
	*out = ((int64_t)date_days(&d) * DAY_S + t - offset) * SECOND_US + us;
	return DATE_OK;
}

void
timestamp_write(int64_t us, char out[DATE_TEXT])
{
	int64_t s = us / SECOND_US, days;
	int part = (int)(us % SECOND_US), t;
	struct date d;

	if (part < 0) {
		part += (int)SECOND_US;
		s--;
	}
	days = s / DAY_S;
	t = (int)(s % DAY_S);
	if (t < 0) {
		t += DAY_S;
		days--;
	}
	if (days < DATE_DAYS_MIN)
		days = DATE_DAYS_MIN;
	if (days > DATE_DAYS_MAX)
		days = DATE_DAYS_MAX;
	d = date_from_days((int32_t)days);
	snprintf(out, DATE_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
	    d.year, d.month, d.day, t / 3600, t / 60 % 60, t % 60, part);
}
