/*
 * gridsay.c - a grid in words: the status line, and what readers hear. See
 * gridint.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "tui/lang.h"
#include "tui/mod/griddate.h"
#include "tui/mod/gridint.h"

static void
slot_words(struct grid *g, char *out, size_t size)
{
	const struct gslot	*s = &g->judged[g->day * g->plan->nperiods +
				    g->period];
	char			 why[400];

	gjudge_words(g->plan, s, why, sizeof why);
	snprintf(out, size, "%s%s%s", T(s->state == SLOT_FREE ? "grid.free" :
	    s->state == SLOT_POOR ? "grid.poor" : s->state == SLOT_HERE ?
	    "grid.here" : "grid.forbidden"), why[0] == '\0' ? "" : ": ", why);
}

static void
cell_words(struct grid *g, char *out, size_t size)
{
	const struct gconflict	*c;
	const struct glesson	*l;
	const char		*by;
	struct buf		 b = BUF_INIT;
	char			 words[300];
	int			 list[8], i;
	int			 n = grid_cell(g, g->day, g->period, list, 8);

	for (i = 0; i < n; i++) {
		l = &g->plan->lesson[list[i]];
		glesson_words(g->plan, l, words, sizeof words);
		buf_printf(&b, "%s%s", i == 0 ? "" : " + ", words);
		if (l->locked)
			buf_printf(&b, ", %s", T("grid.locked"));
		if ((by = griddate_teacher(g, l)) != NULL)
			buf_printf(&b, ", %s", TF("grid.instead", "who", by,
			    NULL));
		if ((c = gplan_trouble(g->plan, l)) != NULL)
			buf_printf(&b, "  %s %s", c->error ? "!" : "?",
			    c->text);
	}
	snprintf(out, size, "%s", n == 0 ? T("grid.empty") : buf_text(&b));
	buf_free(&b);
}

void
grid_status(struct grid *g, char *out, size_t size)
{
	char	slot[80], words[600];

	out[0] = '\0';
	if (g->plan == NULL || g->plan->nlessons == 0 || g->plan->ndays == 0)
		return;
	gslot_name(g->plan, g->day, g->period, slot, sizeof slot);
	if (g->held >= 0)
		slot_words(g, words, sizeof words);
	else
		cell_words(g, words, sizeof words);
	snprintf(out, size, "%s: %s", slot, words);
}

void
grid_say(struct grid *g, char *out, size_t size)
{
	char	place[300];
	int	res = grid_res(g);

	out[0] = '\0';
	if (g->plan == NULL) {
		snprintf(out, size, "%s", g->error);
		return;
	}
	if (g->view == GRID_ALL && g->plan->n[G_CLASS] > 0)
		res = g->at[G_CLASS];
	grid_status(g, place, sizeof place);
	snprintf(out, size, "%s, %s", res < 0 ? "" :
	    g->plan->res[g->view % GRID_ALL][res].name, place);
}
