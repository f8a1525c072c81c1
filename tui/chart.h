/*
 * chart.c - a chart of a definition, from what R.stats answered: bars, columns
 * over time, a calendar. Drawn line by line, so that a dashboard can scroll
 * through it; without colour and in ASCII it says the same.
 */
#ifndef KONAK_TUI_CHART_H
#define KONAK_TUI_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/store.h"

struct chart;
struct surface;

/* `chart` as the definition has it, `stats` the answer; both are copied from
 * as far as needed and borrowed no longer. */
struct chart	*chart_new(const struct def *, const struct val *chart,
		    const struct val *stats);
void		 chart_free(struct chart *);
/* The arguments of R.stats; `more` (or NULL) narrows it further. */
struct val	*chart_args(const struct val *chart, const struct val *more);

/* How many lines it has in so many columns; `most` is what there is room for. */
int		 chart_lines(const struct chart *, int cols, int most);
/* Draws one of them. */
void		 chart_line(const struct chart *, struct surface *, int row,
		    int line, int lines);
/* Whether lines are values that can be chosen, and which filter gives the
 * records of one (to free). */
bool		 chart_has_bars(const struct chart *);
size_t		 chart_count(const struct chart *);
struct val	*chart_filter(const struct chart *, size_t bar);
const char	*chart_label_at(const struct chart *, size_t bar);
/* "Aktif 40, Pasif 10": all of it in words. */
void		 chart_say(const struct chart *, char *, size_t);
/* "toplam 340", for the heading. */
void		 chart_total(const struct chart *, char *, size_t);

#endif
