/*
 * iCalendar (RFC 5545) as other calendars read it: days as days, moments in
 * UTC or, where they come again each week, by the clock of a zone; texts
 * escaped, lines folded at 75 bytes between letters.
 */
#ifndef KONAK_ICS_H
#define KONAK_ICS_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

#define ICS_NO_DAY	INT32_MIN

struct ics_event {
	const char	*uid;
	int64_t		 stamp;		/* when it was written, microseconds */
	/* Days since 1970, the last one included; ICS_NO_DAY: a moment. */
	int32_t		 from, to;
	int64_t		 at;		/* of a moment, microseconds */
	int		 length;	/* its seconds; 0: it has no end */
	/* It comes each week by this zone's clock, until that moment (0: once);
	 * ics_zone() has written the zone. NULL: in UTC, once. */
	const char	*zone;
	int64_t		 until;
	const char	*summary;
	const char	*description;	/* or NULL */
	const char	*category;	/* or NULL */
	const char	*location;	/* or NULL */
	bool		 done;
};

void	 ics_begin(struct buf *, const char *name);
/* The zone's offsets between two moments, microseconds. */
void	 ics_zone(struct buf *, const char *zone, int64_t from, int64_t until);
void	 ics_event(struct buf *, const struct ics_event *);
void	 ics_end(struct buf *);

#endif
