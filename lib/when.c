/*
 * when.c - dates, times and durations in words. What is typed is folded
 * first, so that case, accents and the Turkish i make no difference, and the
 * words of both languages stand in one table.
 */
#include "lib/when.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/msg.h"
#include "lib/tr.h"

#define TYPED_MAX	64
#define DEFAULT_TIME	(9 * 3600)	/* of a moment typed as a date alone */
#define STEP_MAX	36500		/* days, weeks … from today */
#define HOURS_MAX	9999

static const char *const weekdays[LANG_COUNT][7] = {
	[LANG_TR] = { "Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma",
	    "Cumartesi", "Pazar" },
	[LANG_EN] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	    "Saturday", "Sunday" }
};
static const char *const weekdays_short[LANG_COUNT][7] = {
	[LANG_TR] = { "Pzt", "Sal", "Çar", "Per", "Cum", "Cmt", "Paz" },
	[LANG_EN] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" }
};
static const char *const months[LANG_COUNT][12] = {
	[LANG_TR] = { "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran",
	    "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık" },
	[LANG_EN] = { "January", "February", "March", "April", "May", "June",
	    "July", "August", "September", "October", "November", "December" }
};
static const char *const months_short[LANG_COUNT][12] = {
	[LANG_TR] = { "Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu",
	    "Eyl", "Eki", "Kas", "Ara" },
	[LANG_EN] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
	    "Sep", "Oct", "Nov", "Dec" }
};

const char *
weekday_name(enum lang lang, int weekday)
{
	return weekdays[lang][weekday - 1];
}

const char *
weekday_short(enum lang lang, int weekday)
{
	return weekdays_short[lang][weekday - 1];
}

const char *
month_name(enum lang lang, int month)
{
	return months[lang][month - 1];
}

const char *
month_short(enum lang lang, int month)
{
	return months_short[lang][month - 1];
}

/* --- Words --------------------------------------------------------------- */

enum word {
	W_NONE,
	W_TODAY, W_TOMORROW, W_YESTERDAY, W_NOW,
	W_NEXT, W_THIS, W_LAST,		/* before a weekday */
	W_DAY, W_WEEK, W_MONTH, W_YEAR,	/* after a number */
	W_AGO, W_LATER,
	W_HOUR, W_MINUTE, W_SECOND
};

static const struct {
	const char	*text;		/* folded */
	enum word	 word;
} words[] = {
	{ "bugun", W_TODAY }, { "today", W_TODAY },
	{ "yarin", W_TOMORROW }, { "tomorrow", W_TOMORROW },
	{ "dun", W_YESTERDAY }, { "yesterday", W_YESTERDAY },
	{ "simdi", W_NOW }, { "now", W_NOW },
	{ "haftaya", W_NEXT }, { "gelecek", W_NEXT }, { "next", W_NEXT },
	{ "bu", W_THIS }, { "this", W_THIS },
	{ "gecen", W_LAST }, { "last", W_LAST },
	{ "g", W_DAY }, { "gun", W_DAY }, { "d", W_DAY }, { "day", W_DAY },
	{ "days", W_DAY },
	{ "h", W_WEEK }, { "hafta", W_WEEK }, { "w", W_WEEK },
	{ "week", W_WEEK }, { "weeks", W_WEEK },
	{ "a", W_MONTH }, { "ay", W_MONTH }, { "m", W_MONTH },
	{ "month", W_MONTH }, { "months", W_MONTH },
	{ "y", W_YEAR }, { "yil", W_YEAR }, { "year", W_YEAR },
	{ "years", W_YEAR },
	{ "once", W_AGO }, { "ago", W_AGO },
	{ "sonra", W_LATER }, { "later", W_LATER }
};

static const struct {
	const char	*text;
	enum word	 word;
} spans[] = {
	{ "sa", W_HOUR }, { "saat", W_HOUR }, { "h", W_HOUR },
	{ "hr", W_HOUR }, { "hour", W_HOUR }, { "hours", W_HOUR },
	{ "dk", W_MINUTE }, { "dakika", W_MINUTE }, { "d", W_MINUTE },
	{ "m", W_MINUTE }, { "min", W_MINUTE }, { "minute", W_MINUTE },
	{ "minutes", W_MINUTE },
	{ "sn", W_SECOND }, { "saniye", W_SECOND }, { "sec", W_SECOND },
	{ "second", W_SECOND }, { "seconds", W_SECOND }
};

/* Folded text without spaces at its ends and with single ones inside; false
 * when it is no text or too long. */
static bool
fold_typed(const char *s, size_t len, char out[TYPED_MAX])
{
	struct arena *a;
	const char *p;
	size_t n = 0;
	bool ok = true;

	if (len > TYPED_MAX * 4)
		return false;
	a = arena_new();
	if ((p = tr_fold(a, s, len)) == NULL || memchr(s, '\0', len) != NULL)
		ok = false;
	for (; ok && *p != '\0'; p++) {
		if (isspace((unsigned char)*p)) {
			if (n > 0 && out[n - 1] != ' ')
				out[n++] = ' ';
		} else {
			out[n++] = *p;
		}
		if (n == TYPED_MAX)
			ok = false;
	}
	if (ok) {
		while (n > 0 && out[n - 1] == ' ')
			n--;
		out[n] = '\0';
	}
	arena_free(a);
	return ok;
}

static enum word
find_word(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].text) == len &&
		    memcmp(words[i].text, s, len) == 0)
			return words[i].word;
	return W_NONE;
}

/* Place from 1 in a table of names, folded; 0 when it is not there. */
static int
find_name(struct arena *a, const char *const *names, int n, const char *s,
    size_t len)
{
	const char *name;
	int i;

	for (i = 0; i < n; i++) {
		name = tr_fold(a, names[i], strlen(names[i]));
		if (strlen(name) == len && memcmp(name, s, len) == 0)
			return i + 1;
	}
	return 0;
}

static int
find_both(const char *const *tables[4], int n, const char *s, size_t len)
{
	struct arena *a = arena_new();
	int i, hit = 0;

	for (i = 0; i < 4 && hit == 0; i++)
		hit = find_name(a, tables[i], n, s, len);
	arena_free(a);
	return hit;
}

static int
find_weekday(const char *s, size_t len)
{
	const char *const *tables[4] = {
		weekdays[LANG_TR], weekdays_short[LANG_TR],
		weekdays[LANG_EN], weekdays_short[LANG_EN]
	};

	return find_both(tables, 7, s, len);
}

static int
find_month(const char *s, size_t len)
{
	const char *const *tables[4] = {
		months[LANG_TR], months_short[LANG_TR],
		months[LANG_EN], months_short[LANG_EN]
	};

	return find_both(tables, 12, s, len);
}

/* --- Dates --------------------------------------------------------------- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number of at most max digits; -1 when there is none or more. */
static int
take_number(const char **p, int max)
{
	int n = 0, v = 0;

	for (; is_digit(**p); (*p)++) {
		if (++n > max)
			return -1;
		v = v * 10 + (**p - '0');
	}
	return n > 0 ? v : -1;
}

static enum date_result
make_date(int year, int month, int day, struct date *out)
{
	struct date d = { year, month, day };

	if (year < 1 || year > 9999)
		return DATE_RANGE;
	if (!date_ok(&d))
		return DATE_NO_DAY;
	*out = d;
	return DATE_OK;
}

static enum date_result
bounded(struct date d, struct date *out)
{
	if (date_days(&d) == DATE_DAYS_MIN || date_days(&d) == DATE_DAYS_MAX)
		return DATE_RANGE;
	*out = d;
	return DATE_OK;
}

/* 3g, -2h, 1 ay, 3 gun once */
static enum date_result
parse_step(const char *s, const struct date *today, struct date *out)
{
	const char *end;
	enum word unit, side = W_LATER;
	bool minus = *s == '-';
	int n;

	if (*s == '-' || *s == '+')
		s++;
	if ((n = take_number(&s, 6)) < 0)
		return DATE_BAD;
	if (*s == ' ')
		s++;
	end = strchrnul(s, ' ');
	unit = find_word(s, (size_t)(end - s));
	if (*end == ' ')
		side = find_word(end + 1, strlen(end + 1));
	if (side != W_AGO && side != W_LATER)
		return DATE_BAD;
	if (n > STEP_MAX)
		return DATE_RANGE;
	if (minus != (side == W_AGO))
		n = -n;
	switch (unit) {
	case W_DAY:
		return bounded(date_add_days(*today, n), out);
	case W_WEEK:
		return bounded(date_add_days(*today, n * 7), out);
	case W_MONTH:
		return bounded(date_add_months(*today, n), out);
	case W_YEAR:
		return bounded(date_add_months(*today, n * 12), out);
	default:
		return DATE_BAD;
	}
}

/* 2026-08-25 */
static enum date_result
parse_iso(const char *s, struct date *out)
{
	int year = take_number(&s, 4), month, day;

	if (*s != '-' && *s != '.' && *s != '/')
		return DATE_BAD;
	s++;
	if ((month = take_number(&s, 2)) < 0 ||
	    (*s != '-' && *s != '.' && *s != '/'))
		return DATE_BAD;
	s++;
	if ((day = take_number(&s, 2)) < 0 || *s != '\0')
		return DATE_BAD;
	return make_date(year, month, day, out);
}

static int
full_year(int year, size_t digits)
{
	return digits <= 2 ? 2000 + year : year;
}

/* 15, 15.3, 15.3., 15.03.26, 15/3/2026 */
static enum date_result
parse_numbers(const char *s, const struct date *today, struct date *out)
{
	const char *from;
	int day, month, year;
	char sep;
	struct date d;

	if ((day = take_number(&s, 2)) < 0)
		return DATE_BAD;
	if (*s == '\0') {
		d = *today;
		d.day = 1;
		if (day < today->day)
			d = date_add_months(d, 1);
		return make_date(d.year, d.month, day, out);
	}
	if (*s != '.' && *s != '/' && *s != '-')
		return DATE_BAD;
	sep = *s++;
	if ((month = take_number(&s, 2)) < 0)
		return DATE_BAD;
	if (*s == '\0' || (sep == '.' && s[0] == '.' && s[1] == '\0'))
		return make_date(today->year, month, day, out);
	if (*s++ != sep)
		return DATE_BAD;
	from = s;
	if ((year = take_number(&s, 4)) < 0 || *s != '\0' ||
	    (s - from != 2 && s - from != 4))
		return DATE_BAD;
	return make_date(full_year(year, (size_t)(s - from)), month, day, out);
}

/* 250826 and 25082026, as people type who do not look for the dot */
static enum date_result
parse_run(const char *s, size_t len, struct date *out)
{
	int v = atoi(s);

	if (len == 6)
		return make_date(2000 + v % 100, v / 100 % 100, v / 10000, out);
	return make_date(v % 10000, v / 10000 % 100, v / 1000000, out);
}

/* 25 agustos, 25 aug 2026, august 25 */
static enum date_result
parse_month(const char *s, const struct date *today, struct date *out)
{
	const char *end;
	int day = -1, month, year;

	if (is_digit(*s)) {
		if ((day = take_number(&s, 2)) < 0)
			return DATE_BAD;
		if (*s == '.')
			s++;
		if (*s == ' ')
			s++;
	}
	end = s + strcspn(s, " ,");
	if ((month = find_month(s, (size_t)(end - s))) == 0)
		return DATE_BAD;
	s = end + strspn(end, " ,");
	if (day < 0 && (day = take_number(&s, 2)) < 0)
		return DATE_BAD;
	s += strspn(s, " ,");
	if (*s == '\0')
		return make_date(today->year, month, day, out);
	if ((year = take_number(&s, 4)) < 0 || *s != '\0')
		return DATE_BAD;
	return make_date(year, month, day, out);
}

/* cuma, haftaya sali, bu sali, gecen sali, gelecek hafta */
static enum date_result
parse_weekday(const char *s, const struct date *today, struct date *out)
{
	const char *space = strchr(s, ' '), *name = s;
	enum word which = W_NONE;
	int day, now = date_weekday(today), ahead;

	if (space != NULL) {
		which = find_word(s, (size_t)(space - s));
		name = space + 1;
	}
	if (which != W_NONE && find_word(name, strlen(name)) == W_WEEK) {
		if (which != W_NEXT && which != W_LAST)
			return DATE_BAD;
		return bounded(date_add_days(*today,
		    which == W_NEXT ? 7 : -7), out);
	}
	if ((day = find_weekday(name, strlen(name))) == 0)
		return DATE_BAD;
	ahead = day - now;
	switch (which) {
	case W_NONE:
		if (space != NULL)
			return DATE_BAD;
		if (ahead <= 0)
			ahead += 7;
		break;
	case W_NEXT:
		ahead += 7;
		break;
	case W_THIS:
		break;
	case W_LAST:
		ahead -= 7;
		break;
	default:
		return DATE_BAD;
	}
	return bounded(date_add_days(*today, ahead), out);
}

static enum date_result
parse_word(const char *s, const struct date *today, struct date *out)
{
	struct date d = *today;

	switch (find_word(s, strlen(s))) {
	case W_TODAY:
	case W_NOW:
		*out = *today;
		return DATE_OK;
	case W_TOMORROW:
		return bounded(date_add_days(d, 1), out);
	case W_YESTERDAY:
		return bounded(date_add_days(d, -1), out);
	case W_NEXT:
		if (strcmp(s, "haftaya") != 0)
			return DATE_BAD;
		return bounded(date_add_days(d, 7), out);
	default:
		break;
	}
	if (strcmp(s, "ay sonu") == 0 || strcmp(s, "end of month") == 0 ||
	    strcmp(s, "month end") == 0) {
		d.day = date_month_len(d.year, d.month);
		*out = d;
		return DATE_OK;
	}
	if (strcmp(s, "yil sonu") == 0 || strcmp(s, "end of year") == 0 ||
	    strcmp(s, "year end") == 0)
		return make_date(d.year, 12, 31, out);
	return DATE_BAD;
}

/* s is folded. The first form that understands it decides. */
static enum date_result
parse_folded(const char *s, const struct date *today, struct date *out)
{
	size_t digits = strspn(s, "0123456789"), len = strlen(s);
	enum date_result r = DATE_BAD;
	const char *space;
	int day;

	if (len == 0)
		return DATE_EMPTY;
	if (digits == len && (len == 6 || len == 8))
		return parse_run(s, len, out);
	if (digits == 4 && s[4] != '\0' && strchr("-./", s[4]) != NULL)
		return parse_iso(s, out);
	if (digits > 0)
		r = parse_numbers(s, today, out);
	if (r == DATE_BAD)
		r = parse_step(s, today, out);
	if (r == DATE_BAD)
		r = parse_month(s, today, out);
	if (r == DATE_BAD)
		r = parse_word(s, today, out);
	if (r == DATE_BAD)
		r = parse_weekday(s, today, out);
	if (r != DATE_BAD || (space = strchr(s, ' ')) == NULL)
		return r;
	/* What was shown, typed back: sal 25.08.2026 */
	if ((day = find_weekday(s, (size_t)(space - s))) == 0 ||
	    !is_digit(space[1]))
		return r;
	r = parse_folded(space + 1, today, out);
	if (r == DATE_OK && date_weekday(out) != day)
		r = DATE_NO_DAY;
	return r;
}

enum date_result
date_parse(enum lang lang, const char *typed, size_t len,
    const struct date *today, struct date *out)
{
	char s[TYPED_MAX];

	if (!fold_typed(typed, len, s))
		return DATE_BAD;
	return parse_folded(s, today, out);
}

/* --- Times --------------------------------------------------------------- */

static enum date_result
make_time(int hour, int minute, int second, const char *half, int *out)
{
	if (half[0] != '\0') {
		if (hour < 1 || hour > 12)
			return DATE_RANGE;
		hour = hour % 12 + (half[0] == 'p' ? 12 : 0);
	}
	if (hour > 23 || minute > 59 || second > 59)
		return DATE_RANGE;
	*out = hour * 3600 + minute * 60 + second;
	return DATE_OK;
}

static enum date_result
parse_time(const char *s, int *out)
{
	int hour, minute = 0, second = 0;
	size_t digits = strspn(s, "0123456789");
	char sep;

	if (*s == '\0')
		return DATE_EMPTY;
	if ((digits == 3 || digits == 4) && s[digits] == '\0') {
		hour = atoi(s);
		return make_time(hour / 100, hour % 100, 0, "", out);
	}
	if ((hour = take_number(&s, 2)) < 0)
		return DATE_BAD;
	if (*s == ':' || *s == '.') {
		sep = *s++;
		if (!is_digit(s[0]) || !is_digit(s[1]) ||
		    (minute = take_number(&s, 2)) < 0)
			return DATE_BAD;
		if (*s == sep) {
			s++;
			if (!is_digit(s[0]) || !is_digit(s[1]) ||
			    (second = take_number(&s, 2)) < 0)
				return DATE_BAD;
		}
	}
	if (*s == ' ')
		s++;
	if (*s != '\0' && strcmp(s, "am") != 0 && strcmp(s, "pm") != 0)
		return DATE_BAD;
	return make_time(hour, minute, second, s, out);
}

enum date_result
time_parse(enum lang lang, const char *typed, size_t len, int *out)
{
	char s[TYPED_MAX];

	if (!fold_typed(typed, len, s))
		return DATE_BAD;
	return parse_time(s, out);
}

/* Splits at the last space (or at ISO's T) into a date and a time. */
static enum date_result
parse_both(char *s, const struct date *today, struct date *d, int *t)
{
	enum date_result r;
	char *cut, *p;

	for (p = s; *p != '\0'; p++)
		if (p > s && *p == 't' && is_digit(p[-1]) && is_digit(p[1]))
			*p = ' ';
	for (cut = strrchr(s, ' '); cut != NULL; cut = p) {
		*cut = '\0';
		p = strrchr(s, ' ');
		/* "2:30 pm" and "saat 14" are more than one word. */
		if (strcmp(cut + 1, "am") == 0 || strcmp(cut + 1, "pm") == 0) {
			*cut = ' ';
			continue;
		}
		if ((r = parse_time(cut + 1, t)) != DATE_OK)
			return r;
		if (p != NULL && (strcmp(p, " saat") == 0 ||
		    strcmp(p, " at") == 0))
			*p = '\0';
		return parse_folded(s, today, d);
	}
	return DATE_BAD;
}

enum date_result
timestamp_parse(enum lang lang, const char *typed, size_t len,
    const struct tz *tz, int64_t now, int64_t *out)
{
	char s[TYPED_MAX];
	struct date today, d;
	enum date_result r, whole;
	int t;

	if (!fold_typed(typed, len, s))
		return DATE_BAD;
	if (s[0] == '\0')
		return DATE_EMPTY;
	if (find_word(s, strlen(s)) == W_NOW) {
		*out = now - now % SECOND_US;
		return DATE_OK;
	}
	tz_local(tz, now, &today, &t);
	t = DEFAULT_TIME;
	whole = r = parse_folded(s, &today, &d);
	if (r == DATE_BAD || r == DATE_NO_DAY) {
		r = parse_time(s, &t);
		d = today;
	}
	if (r == DATE_BAD || r == DATE_RANGE)
		r = parse_both(s, &today, &d, &t);
	if (r != DATE_OK)
		return whole == DATE_NO_DAY ? whole : r;
	*out = tz_utc(tz, &d, t);
	return DATE_OK;
}

static enum word
find_span(enum lang lang, const char *s, size_t len)
{
	size_t i;

	if (len == 1 && *s == 's')
		return lang == LANG_TR ? W_HOUR : W_SECOND;
	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		if (strlen(spans[i].text) == len &&
		    memcmp(spans[i].text, s, len) == 0)
			return spans[i].word;
	return W_NONE;
}

/* 1:30 and 1:30:15 */
static enum date_result
parse_clock(const char *s, int64_t *out)
{
	int hours = take_number(&s, 5), minutes, seconds = 0;

	if (hours < 0 || *s++ != ':' || strspn(s, "0123456789") != 2)
		return DATE_BAD;
	minutes = take_number(&s, 2);
	if (*s == ':') {
		s++;
		if (strspn(s, "0123456789") != 2)
			return DATE_BAD;
		seconds = take_number(&s, 2);
	}
	if (*s != '\0')
		return DATE_BAD;
	if (hours > HOURS_MAX || minutes > 59 || seconds > 59)
		return DATE_RANGE;
	*out = (int64_t)hours * 3600 + minutes * 60 + seconds;
	return DATE_OK;
}

/* One number with its unit: 1,5 s and 45dk. */
static enum date_result
parse_span(enum lang lang, const char **p, int64_t *out)
{
	int64_t whole, part = 0, scale = 1, unit;
	const char *s = *p, *end;

	if ((whole = take_number(&s, 6)) < 0)
		return DATE_BAD;
	if (*s == ',' || *s == '.') {
		s++;
		if (!is_digit(*s))
			return DATE_BAD;
		for (; is_digit(*s); s++) {
			if (scale >= 10000)
				return DATE_BAD;
			part = part * 10 + (*s - '0');
			scale *= 10;
		}
	}
	if (*s == ' ')
		s++;
	for (end = s; *end >= 'a' && *end <= 'z'; end++)
		;
	switch (find_span(lang, s, (size_t)(end - s))) {
	case W_HOUR:
		unit = 3600;
		break;
	case W_MINUTE:
		unit = 60;
		break;
	case W_SECOND:
		unit = 1;
		break;
	default:
		return DATE_BAD;
	}
	*out += whole * unit + (part * unit + scale / 2) / scale;
	*p = end + (*end == ' ');
	return DATE_OK;
}

enum date_result
duration_parse(enum lang lang, const char *typed, size_t len, int64_t *out)
{
	char text[TYPED_MAX];
	const char *s = text;
	enum date_result r = DATE_OK;
	int64_t sum = 0;
	int minutes;

	if (!fold_typed(typed, len, text))
		return DATE_BAD;
	if (*s == '\0')
		return DATE_EMPTY;
	if (strchr(s, ':') != NULL)
		return parse_clock(s, out);
	if (s[strspn(s, "0123456789")] == '\0') {
		if ((minutes = take_number(&s, 6)) < 0)
			return DATE_RANGE;
		sum = (int64_t)minutes * 60;
	}
	while (*s != '\0' && r == DATE_OK)
		r = parse_span(lang, &s, &sum);
	if (r != DATE_OK)
		return r;
	if (sum > (int64_t)HOURS_MAX * 3600)
		return DATE_RANGE;
	*out = sum;
	return DATE_OK;
}

/* --- What people read ---------------------------------------------------- */

void
date_format(const struct date *d, const char *pattern, char out[DATE_TEXT])
{
	const struct {
		const char	*mark;
		int		 digits;
		int		 value;
	} parts[] = {
		{ "YYYY", 4, d->year }, { "YY", 2, d->year % 100 },
		{ "MM", 2, d->month }, { "DD", 2, d->day }
	};
	const char *p = pattern != NULL ? pattern : "DD.MM.YYYY";
	size_t n = 0, i, len;

	/* Four digits at a time; longer patterns are cut. */
	while (*p != '\0' && n < 12) {
		for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
			len = strlen(parts[i].mark);
			if (strncmp(p, parts[i].mark, len) == 0)
				break;
		}
		if (i == sizeof(parts) / sizeof(parts[0])) {
			out[n++] = *p++;
			continue;
		}
		n += (size_t)snprintf(out + n, DATE_TEXT - n, "%0*d",
		    parts[i].digits, parts[i].value);
		p += len;
	}
	out[n] = '\0';
}

void
date_format_day(enum lang lang, const struct date *d, const char *pattern,
    char out[DATE_TEXT])
{
	char date[DATE_TEXT];

	date_format(d, pattern, date);
	snprintf(out, DATE_TEXT, "%s %.20s",
	    weekday_short(lang, date_weekday(d)), date);
}

void
time_format(int s, char out[DATE_TEXT])
{
	snprintf(out, DATE_TEXT, "%02d:%02d", s / 3600, s / 60 % 60);
}

void
timestamp_format(int64_t us, const struct tz *tz, const char *pattern,
    char out[DATE_TEXT])
{
	char date[DATE_TEXT];
	struct date d;
	int s;

	tz_local(tz, us, &d, &s);
	date_format(&d, pattern, date);
	snprintf(out, DATE_TEXT, "%.15s %02d:%02d", date, s / 3600,
	    s / 60 % 60);
}

void
duration_format(int64_t s, char out[DATE_TEXT])
{
	const char *sign = s < 0 ? "-" : "";
	uint64_t u = s < 0 ? -(uint64_t)s : (uint64_t)s;

	if (u % 60 != 0)
		snprintf(out, DATE_TEXT, "%s%llu:%02u:%02u", sign,
		    (unsigned long long)(u / 3600), (unsigned)(u / 60 % 60),
		    (unsigned)(u % 60));
	else
		snprintf(out, DATE_TEXT, "%s%llu:%02u", sign,
		    (unsigned long long)(u / 3600), (unsigned)(u / 60 % 60));
}

/* A sentence with a number, cut to the room there is. */
static void
say(enum lang lang, const char *key, int n, const char *time, char out[48])
{
	struct buf b = BUF_INIT;
	char number[16];

	snprintf(number, sizeof(number), "%d", n);
	msg_format(&b, lang, key, "n", number, "time", time, NULL);
	snprintf(out, 48, "%s", buf_text(&b));
	buf_free(&b);
}

void
date_relative(enum lang lang, const struct date *d, const struct date *today,
    char out[48])
{
	int n = date_days(d) - date_days(today);
	char text[DATE_TEXT];

	if (n == 0)
		say(lang, "when.today", 0, "", out);
	else if (n == 1)
		say(lang, "when.tomorrow", 0, "", out);
	else if (n == -1)
		say(lang, "when.yesterday", 0, "", out);
	else if (n > 0 && n < 30 && n % 7 == 0)
		say(lang, "when.weeks", n / 7, "", out);
	else if (n > 0 && n < 30)
		say(lang, "when.days", n, "", out);
	else if (n < 0 && n > -30)
		say(lang, "when.days_ago", -n, "", out);
	else {
		date_format(d, NULL, text);
		snprintf(out, 48, "%s", text);
	}
}

void
timestamp_relative(enum lang lang, int64_t us, int64_t now,
    const struct tz *tz, char out[48])
{
	int64_t ago = (now - us) / SECOND_US;
	struct date d, today;
	char time[DATE_TEXT];
	int s, t;

	tz_local(tz, us, &d, &s);
	tz_local(tz, now, &today, &t);
	time_format(s, time);
	if (ago >= 0 && ago < 60)
		say(lang, "when.just_now", 0, "", out);
	else if (ago >= 60 && ago < 3600)
		say(lang, "when.minutes_ago", (int)(ago / 60), "", out);
	else if (ago >= 3600 && date_cmp(&d, &today) == 0)
		say(lang, "when.hours_ago", (int)(ago / 3600), "", out);
	else if (date_days(&today) - date_days(&d) == 1)
		say(lang, "when.yesterday_at", 0, time, out);
	else if (date_cmp(&d, &today) == 0)
		say(lang, "when.today_at", 0, time, out);
	else if (date_days(&d) - date_days(&today) == 1)
		say(lang, "when.tomorrow_at", 0, time, out);
	else
		date_relative(lang, &d, &today, out);
}
