/*
 * The clock and the zones, read from the system's tzdata by code of our own:
 * the C library knows one zone a process, and a server serves people in many.
 */
#ifndef KONAK_TZ_H
#define KONAK_TZ_H

#include <stdint.h>

#include "lib/date.h"

/* Microseconds since 1970, UTC. A test build (KONAK_TEST_BUILD) takes the
 * environment's KONAK_TEST_NOW, a wire timestamp, as the moment of its first
 * call and lets it run on from there; with KONAK_TEST_STILL it stands. */
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

#endif
