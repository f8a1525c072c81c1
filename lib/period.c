/* period.c - see period.h. */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/period.h"
#include "lib/tr.h"

enum unit { UNIT_WEEK, UNIT_MONTH, UNIT_YEAR, UNIT_NONE };

static const struct {
	const char	*word;
	int		 shift;
} shifts[] = {
	{ "bu", 0 }, { "this", 0 }, { "gecen", -1 }, { "last", -1 },
	{ "onceki", -1 }, { "previous", -1 }, { "gelecek", 1 },
	{ "onumuzdeki", 1 }, { "next", 1 }
};

static const struct {
	const char	*word;
	enum unit	 unit;
} units[] = {
	{ "hafta", UNIT_WEEK }, { "week", UNIT_WEEK }, { "ay", UNIT_MONTH },
	{ "month", UNIT_MONTH }, { "yil", UNIT_YEAR }, { "year", UNIT_YEAR },
	{ "sene", UNIT_YEAR }
};

static struct date
first_of(int year, int month)
{
	return (struct date){ year, month, 1 };
}

static void
whole_month(struct date first, struct date *from, struct date *to)
{
	*from = first;
	*to = first;
	to->day = date_month_len(first.year, first.month);
}

static void
whole_year(int year, struct date *from, struct date *to)
{
	*from = first_of(year, 1);
	*to = (struct date){ year, 12, 31 };
}

static bool
year_ok(int year)
{
	return year >= 1900 && year <= 2200;
}

static bool
parse_shifted(const char *a, const char *b, const struct date *today,
    struct date *from, struct date *to)
{
	enum unit	unit = UNIT_NONE;
	size_t		i, k;

	for (i = 0; i < sizeof shifts / sizeof shifts[0]; i++)
		if (strcmp(a, shifts[i].word) == 0)
			break;
	for (k = 0; k < sizeof units / sizeof units[0]; k++)
		if (strcmp(b, units[k].word) == 0)
			unit = units[k].unit;
	if (i == sizeof shifts / sizeof shifts[0])
		return false;
	switch (unit) {
	case UNIT_WEEK:
		*from = date_add_days(*today, 1 - date_weekday(today) +
		    7 * shifts[i].shift);
		*to = date_add_days(*from, 6);
		return true;
	case UNIT_MONTH:
		whole_month(date_add_months(first_of(today->year,
		    today->month), shifts[i].shift), from, to);
		return true;
	case UNIT_YEAR:
		whole_year(today->year + shifts[i].shift, from, to);
		return true;
	case UNIT_NONE:
		break;
	}
	return false;
}

/* "mart", "march", "mart 2025"; b "" is this year. */
static bool
parse_month(struct arena *arena, const char *a, const char *b,
    const struct date *today, struct date *from, struct date *to)
{
	const char	*name;
	int		 month, lang, year = b[0] == '\0' ? today->year :
			    atoi(b);

	if (!year_ok(year) || b[strspn(b, "0123456789")] != '\0')
		return false;
	for (month = 1; month <= 12; month++) {
		for (lang = 0; lang < LANG_COUNT; lang++) {
			name = month_name((enum lang)lang, month);
			name = tr_fold(arena, name, strlen(name));
			if (name == NULL || strcmp(name, a) != 0)
				continue;
			whole_month(first_of(year, month), from, to);
			return true;
		}
	}
	return false;
}

/* Two words of the folded text; false when there are more. */
static bool
two_words(char *s, char **a, char **b)
{
	char	*rest;

	*a = strtok_r(s, " ", &rest);
	*b = strtok_r(NULL, " ", &rest);
	if (*a == NULL || strtok_r(NULL, " ", &rest) != NULL)
		return false;
	if (*b == NULL)
		*b = s + strlen(s);
	return true;
}

enum date_result
period_parse(enum lang lang, const char *typed, size_t len,
    const struct date *today, struct date *from, struct date *to)
{
	struct arena	*arena = arena_new();
	char		*s = tr_fold(arena, typed, len), *a, *b;
	bool		 found = false;

	if (s != NULL && two_words(s, &a, &b)) {
		if (b[0] == '\0' && strlen(a) == 4 && strspn(a,
		    "0123456789") == 4 && year_ok(atoi(a))) {
			whole_year(atoi(a), from, to);
			found = true;
		} else {
			found = parse_shifted(a, b, today, from, to) ||
			    parse_month(arena, a, b, today, from, to);
		}
	}
	arena_free(arena);
	if (found)
		return DATE_OK;
	*to = *from = *today;
	switch (date_parse(lang, typed, len, today, from)) {
	case DATE_OK:
		*to = *from;
		return DATE_OK;
	case DATE_NO_DAY:
		return DATE_NO_DAY;
	default:
		return DATE_BAD;
	}
}
