/*
 * Dates, times and durations: civil arithmetic of our own, no locale, no
 * mktime. Wire forms are YYYY-MM-DD, HH:MM[:SS], YYYY-MM-DDTHH:MM:SS.ffffffZ
 * and seconds. Years run from 1 to 9999.
 */
#ifndef KONAK_DATE_H
#define KONAK_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/lang.h"

#define DATE_TEXT	32	/* room for any text made here but where said */
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

/* --- Calendar ------------------------------------------------------------- */

bool		 date_ok(const struct date *);
int32_t		 date_days(const struct date *);	/* since 1970-01-01 */
struct date	 date_from_days(int32_t);
int		 date_weekday(const struct date *);	/* 1 Monday – 7 */
int		 date_month_len(int year, int month);
struct date	 date_add_days(struct date, int days);
/* The day is kept or becomes the month's last. */
struct date	 date_add_months(struct date, int months);
int		 date_cmp(const struct date *, const struct date *);

/* --- Clock and zones ------------------------------------------------------ */

/* Microseconds since 1970, UTC. A test build (KONAK_TEST_BUILD) takes the
 * environment's KONAK_TEST_NOW, a wire timestamp, as the moment of its first
 * call and lets it run on from there. */
int64_t		 clock_now(void);
/* Milliseconds of a clock that never goes back. */
int64_t		 clock_mono(void);

struct tz;
/* A zone by its name ("Europe/Istanbul") from the system's tzdata, kept for
 * the process; NULL when the name is wrong or missing there. UTC and
 * Europe/Istanbul (since 2016) are known without. */
const struct tz	*tz_find(const char *name);
/* Seconds to add to UTC at that moment (seconds since 1970). */
int		 tz_offset(const struct tz *, int64_t utc);
/* Local date and second of day of a moment in microseconds. */
void		 tz_local(const struct tz *, int64_t us, struct date *, int *s);
/* And back, to microseconds. A local time that a change of the clock skips
 * or repeats is taken with the offset before the change. */
int64_t		 tz_utc(const struct tz *, const struct date *, int s);

/* --- Wire ----------------------------------------------------------------- */

enum date_result date_read(const char *, size_t len, struct date *);
void		 date_write(const struct date *, char out[DATE_TEXT]);
/* Seconds of the day. */
enum date_result time_read(const char *, size_t len, int *s);
void		 time_write(int s, char out[DATE_TEXT]); /* :SS if not 0 */
/* Microseconds since 1970. Reading also takes fewer decimals, and the forms
 * in which PostgreSQL writes a timestamptz (space, +00, +03, +05:30). */
enum date_result timestamp_read(const char *, size_t len, int64_t *us);
void		 timestamp_write(int64_t us, char out[DATE_TEXT]);

/* --- What people type ------------------------------------------------------ */

/*
 * bugün yarın dün · cuma (the next one, today not counted) · haftaya salı
 * (that day of next week) · ay sonu · 3g 2h 1a 1y (gün hafta ay yıl from
 * today; -3g back) · 15 (this month's, or next month's when past) · 15.3 (this
 * year's) · 15.03.26 · 15.03.2026 · 2026-08-25 · 25 ağustos [2026]; in English
 * today tomorrow yesterday, friday, next tuesday, end of month, 3d 2w 1m 1y,
 * 25 august. Both languages are understood where they do not contradict; the
 * letters of 3g/3d go by the language given. Case and accents do not matter.
 */
enum date_result date_parse(enum lang, const char *, size_t len,
    const struct date *today, struct date *);
/* 9 · 9:30 · 9.30 · 0930 · 9:30:15; English also 9am, 9:30pm. */
enum date_result time_parse(enum lang, const char *, size_t len, int *s);
/* A date and a time, a date alone (09:00), a time alone (today), şimdi/now. */
enum date_result timestamp_parse(enum lang, const char *, size_t len,
    const struct tz *, int64_t now, int64_t *us);
/* 1s 30dk · 45dk · 1:30 · 1:30:15 · 1,5s · 90 (minutes); English 1h 30m.
 * Seconds, 0 to 9,999 hours. */
enum date_result duration_parse(enum lang, const char *, size_t len,
    int64_t *s);

/* --- What people read ------------------------------------------------------ */

/* pattern: the company's date_format, of DD, MM, YYYY, YY and what stands
 * between; NULL: DD.MM.YYYY. */
void	date_format(const struct date *, const char *pattern,
	    char out[DATE_TEXT]);
/* With the weekday: "Sal 25.08.2026". */
void	date_format_day(enum lang, const struct date *, const char *pattern,
	    char out[DATE_TEXT]);
void	time_format(int s, char out[DATE_TEXT]);	/* 09:30 */
void	timestamp_format(int64_t us, const struct tz *, const char *pattern,
	    char out[DATE_TEXT]);	/* 25.08.2026 09:30 */
void	duration_format(int64_t s, char out[DATE_TEXT]); /* 1:30, 1:30:15 */

/* Bugün, Yarın, Dün, 3 gün, 2 hafta, 3 gün önce …; longer: the date itself.
 * Ends with NUL within 48 bytes. */
void	date_relative(enum lang, const struct date *, const struct date *today,
	    char out[48]);
/* az önce, 5 dk önce, 2 sa önce, dün 14:30, then as date_relative. */
void	timestamp_relative(enum lang, int64_t us, int64_t now,
	    const struct tz *, char out[48]);

const char *weekday_name(enum lang, int weekday);	/* Salı */
const char *weekday_short(enum lang, int weekday);	/* Sal */
const char *month_name(enum lang, int month);
const char *month_short(enum lang, int month);

#endif
