/*
 * Dates, times and durations as people type and read them, in both languages.
 */
#ifndef KONAK_WHEN_H
#define KONAK_WHEN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/date.h"
#include "lib/lang.h"
#include "lib/tz.h"

/* --- What people type ----------------------------------------------------- */

/*
 * bugün yarın dün · cuma (the next one, today not counted) · haftaya salı
 * (that day of next week) · ay sonu · 3g 2h 1a 1y (gün hafta ay yıl from
 * today; -3g back) · 15 (this month's, or next month's when past) · 15.3 (this
 * year's) · 15.03.26 · 15.03.2026 · 2026-08-25 · 25 ağustos [2026]; in English
 * today tomorrow yesterday, friday, next tuesday, end of month, 3d 2w 1m 1y,
 * 25 august. Both languages are understood, case and accents do not matter.
 */
enum date_result date_parse(enum lang, const char *, size_t len,
    const struct date *today, struct date *);
/* 9 · 9:30 · 9.30 · 0930 · 9:30:15; English also 9am, 9:30pm. */
enum date_result time_parse(enum lang, const char *, size_t len, int *s);
/* A date and a time, a date alone (09:00), a time alone (today), şimdi/now. */
enum date_result timestamp_parse(enum lang, const char *, size_t len,
    const struct tz *, int64_t now, int64_t *us);
/* 1s 30dk · 45dk · 1:30 · 1:30:15 · 1,5s · 90 (minutes) · 1h 30m; s is hours
 * (saat) in Turkish and seconds in English. Seconds, 0 to 9,999 hours. */
enum date_result duration_parse(enum lang, const char *, size_t len,
    int64_t *s);

/* --- What people read ----------------------------------------------------- */

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
