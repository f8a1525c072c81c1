/* ganttload.c - the bars of a Gantt chart, made from the rows, and what ties
 * one to another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/rows.h"
#include "tui/ui.h"
#include "tui/view/ganttint.h"
#include "tui/view/span.h"

static const struct gantt *sorting;

static int
by_id(const void *a, const void *b)
{
	return strcmp(sorting->bar[*(const long *)a].id,
	    sorting->bar[*(const long *)b].id);
}

long
gantt_find(const struct gantt *g, const char *id)
{
	size_t	lo = 0, hi = g->n, mid;
	int	cmp;

	while (id != NULL && lo < hi) {
		mid = lo + (hi - lo) / 2;
		cmp = strcmp(id, g->bar[g->by_id[mid]].id);
		if (cmp == 0)
			return g->by_id[mid];
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

const char *
gantt_group(const struct gantt *g, size_t row, char *out, size_t len)
{
	const struct field	*f = gantt_field(g, "group");
	struct record		 r = rows_at(g->rows, row);
	const char		*s = NULL;
	char			 name[160];

	if (f != NULL) {
		snprintf(name, sizeof name, "%s.title", f->name);
		s = val_str(record_get(&r, name));
	}
	snprintf(out, len, "%s", s == NULL ? "" : s);
	return out;
}

/* Within a group by their days, as the server sorted them. */
static int
by_group(const void *a, const void *b)
{
	const struct bar	*x = a, *y = b;
	char			 p[200], q[200];
	int			 cmp;

	cmp = strcmp(gantt_group(sorting, x->row, p, sizeof p),
	    gantt_group(sorting, y->row, q, sizeof q));
	if (cmp != 0)
		return p[0] == '\0' ? 1 : q[0] == '\0' ? -1 : cmp;
	return x->row < y->row ? -1 : x->row > y->row;
}

void
gantt_free(struct gantt *g)
{
	size_t	i;

	for (i = 0; i < g->n; i++)
		free(g->bar[i].id);
	free(g->bar);
	free(g->by_id);
	g->bar = NULL;
	g->by_id = NULL;
	g->n = 0;
}

static void
links_fill(struct gantt *g)
{
	const struct val	*dep = val_get(gantt_view(g), "depends");
	struct record		 r;
	struct link_line	 l;
	size_t			 i, n = g->links == NULL ? 0 :
				    rows_n(g->links);

	free(g->line);
	g->line = xcalloc(n + 1, sizeof *g->line);
	g->nlines = 0;
	for (i = 0; i < n; i++) {
		r = rows_at(g->links, i);
		l.after = gantt_find(g, val_str(record_get(&r,
		    val_get_str(dep, "by"))));
		l.before = gantt_find(g, val_str(record_get(&r,
		    val_get_str(dep, "on"))));
		if (l.after >= 0 && l.before >= 0)
			g->line[g->nlines++] = l;
	}
}

static void
gantt_place(struct gantt *g)
{
	long	i = gantt_find(g, g->id);

	if (i >= 0)
		g->at = i;
	if (g->at >= (long)g->n)
		g->at = g->n > 0 ? (long)g->n - 1 : 0;
	if (g->n > 0)
		snprintf(g->id, sizeof g->id, "%s", g->bar[g->at].id);
}

void
gantt_changed(void *arg)
{
	struct gantt		*g = arg;
	const struct field	*start, *end;
	struct record		 r;
	struct bar		*b;
	size_t			 i, n;
	int			 s;

	if (gantt_view(g) == NULL)
		return;
	n = rows_n(g->rows);
	if (n > 0 && !rows_complete(g->rows))
		rows_need(g->rows, n - 1);
	if (g->links != NULL && rows_n(g->links) > 0 &&
	    !rows_complete(g->links))
		rows_need(g->links, rows_n(g->links) - 1);
	gantt_free(g);
	start = gantt_field(g, "start");
	end = gantt_field(g, "end");
	g->bar = xcalloc(n + 1, sizeof *g->bar);
	g->by_id = xcalloc(n + 1, sizeof *g->by_id);
	for (i = 0; i < n; i++) {
		r = rows_at(g->rows, i);
		if (record_id(&r) == NULL)
			continue;
		b = &g->bar[g->n];
		b->row = i;
		b->id = xstrdup(record_id(&r));
		b->from = span_day(start, &r, &s);
		b->to = span_day(end, &r, &s);
		b->from = b->from == SPAN_NONE ? b->to : b->from;
		b->to = b->to == SPAN_NONE ? b->from : b->to;
		b->done = span_done(gantt_view(g), &r);
		g->by_id[g->n] = (long)g->n;
		g->n++;
	}
	sorting = g;
	if (gantt_field(g, "group") != NULL)
		qsort(g->bar, g->n, sizeof *g->bar, by_group);
	qsort(g->by_id, g->n, sizeof *g->by_id, by_id);
	links_fill(g);
	gantt_place(g);
	ui_redraw();
}

/* What is not done: every other value of the field that says it. */
static struct val *
gantt_open_values(const struct field *f, const struct val *done)
{
	struct val	*list = val_array(), *in = val_map();
	size_t		 i, k;

	for (i = 0; i < f->rules.nchoices; i++) {
		for (k = 0; k < val_count(done); k++)
			if (strcmp(val_word(val_at(done, k)),
			    f->rules.choices[i].code) == 0)
				break;
		if (k == val_count(done))
			val_add(list, val_text(f->rules.choices[i].code));
	}
	val_put(in, "in", list);
	return in;
}

void
gantt_query(struct gantt *g)
{
	const struct def	*d = gantt_def(g);
	const struct val	*done = val_get(gantt_view(g), "done");
	const struct field	*f, *who = span_person(d);
	struct val		*filter = val_map();

	if (g->want == WANT_MINE && who != NULL)
		val_put(filter, who->name, val_uuid(app_user_id()));
	if (g->want != WANT_ALL && val_count(done) > 0 &&
	    (f = def_field(d, val_key(done, 0))) != NULL)
		val_put(filter, f->name, gantt_open_values(f, done->item[0]));
	rows_query(g->rows, NULL, filter, val_get_str(gantt_view(g),
	    "start"));
}

void
gantt_links(struct gantt *g)
{
	const struct val	*dep = val_get(gantt_view(g), "depends");
	const char		*record = val_get_str(dep, "record");
	static const char *const names[] = { "by", "on", "lag" };
	struct val		*columns, *one;
	size_t			 i;

	if (record == NULL || !def_can(defs_find(record), "list"))
		return;
	g->links = rows_new(record, NULL, gantt_changed, g);
	columns = val_array();
	for (i = 0; i < 3; i++) {
		if (val_get_str(dep, names[i]) == NULL)
			continue;
		one = val_array();
		val_add(one, val_text(val_get_str(dep, names[i])));
		val_add(one, val_int(0));
		val_add(columns, one);
	}
	rows_choose(g->links, columns);
	val_free(columns);
	rows_query(g->links, NULL, NULL, NULL);
}
