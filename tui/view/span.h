/*
 * span.c - what the calendar and the Gantt chart share: records with their
 * days, as the definition's views name them (konak-module(5)).
 */
#ifndef KONAK_TUI_VIEW_SPAN_H
#define KONAK_TUI_VIEW_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/store.h"

struct buf;

#define SPAN_NONE	INT32_MIN

/* The definition's view of this name, or NULL. */
const struct val *span_view(const struct def *, const char *name);
/* Today by the company's clock, in days since 1970. */
int32_t	 span_today(void);
/* A date or timestamp field of a record: its day, SPAN_NONE without one; *s
 * its second of the day, -1 for a date. */
int32_t	 span_day(const struct field *, const struct record *, int *s);
/* The field's value so many days later, for an argument. */
struct val *span_later(const struct field *, const struct record *,
	    int days);
/* A day as the wire has it, as a value of this field. */
struct val *span_at(const struct field *, int32_t day);
/* Is it over, as `done` says? */
bool	 span_done(const struct val *view, const struct record *);
/* Its title, and what the view shows beside it. */
void	 span_text(const struct def *, const struct val *view,
	    const struct record *, struct buf *);
/* What to ask rows for: [[field, width], …]. */
struct val *span_columns(const struct def *, const struct val *view);
/* Tells the server (args is taken) that the record of this title has other
 * days now, and says so when it is done. */
void	 span_move(const char *type, const char *title, const char *verb,
	    struct val *args);
/* The first field that names a person, to see one's own; NULL: none. */
const struct field *span_person(const struct def *);

#endif
