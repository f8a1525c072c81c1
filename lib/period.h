/*
 * Stretches of days as people name them, for filters: a day as date_parse()
 * understands it, and bu hafta, geçen ay, gelecek yıl, mart, mart 2025, 2025;
 * this week, last month, next year, march 2025. Weeks begin on Monday.
 */
#ifndef KONAK_PERIOD_H
#define KONAK_PERIOD_H

#include "lib/when.h"

/* First and last day. */
enum date_result period_parse(enum lang, const char *, size_t len,
    const struct date *today, struct date *from, struct date *to);

#endif
