/*
 * Dates and times: civil arithmetic of our own, no locale, no mktime. Clock
 * and zones stand in tz.h, what people type and read in when.h. Wire forms
 * are YYYY-MM-DD, HH:MM[:SS], YYYY-MM-DDTHH:MM:SS.ffffffZ and seconds. Years
 * run from 1 to 9999.
 */
#ifndef KONAK_DATE_H
#define KONAK_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_TEXT	32	/* room for any text made here */
#define DATE_DAYS_MIN	(-719162)	/* 0001-01-01 */
#define DATE_DAYS_MAX	2932896		/* 9999-12-31 */
#define DAY_S		86400
#define SECOND_US	INT64_C(1000000)

struct date {
	int	year;
	int	month;		/* 1–12 */
	int	day;		/* 1–31 */
};

enum date_result {
	DATE_OK,
	DATE_EMPTY,
	DATE_BAD,		/* not understood */
	DATE_NO_DAY,		/* understood, but no such day: 31.02 */
	DATE_RANGE		/* year or amount out of range */
};

/* --- Calendar ------------------------------------------------------------ */

bool		 date_ok(const struct date *);
int32_t		 date_days(const struct date *);	/* since 1970-01-01 */
struct date	 date_from_days(int32_t);
int		 date_weekday(const struct date *);	/* 1 Monday – 7 */
int		 date_month_len(int year, int month);
struct date	 date_add_days(struct date, int days);
/* The day is kept or becomes the month's last. */
struct date	 date_add_months(struct date, int months);
int		 date_cmp(const struct date *, const struct date *);

/* --- Wire ---------------------------------------------------------------- */

enum date_result date_read(const char *, size_t len, struct date *);
void		 date_write(const struct date *, char out[DATE_TEXT]);
/* Seconds of the day. */
enum date_result time_read(const char *, size_t len, int *s);
void		 time_write(int s, char out[DATE_TEXT]); /* :SS if not 0 */
/* Microseconds since 1970. Reading also takes fewer decimals, and the forms
 * in which PostgreSQL writes a timestamptz (space, +00, +03, +05:30). */
enum date_result timestamp_read(const char *, size_t len, int64_t *us);
void		 timestamp_write(int64_t us, char out[DATE_TEXT]);

#endif
