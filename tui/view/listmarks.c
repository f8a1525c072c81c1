/* listmarks.c - marking rows of a list, and what is marked as actions want
 * it; see listpane.h. The set itself is marks.c. */
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/frame.h"
#include "tui/ui.h"
#include "tui/view/listpane.h"

static void
mark_line(struct listpane *l, size_t line, bool on)
{
	struct record	r = listpane_line(l, line);

	if (r.row != NULL)
		marks_set(&l->marks, record_id(&r), record_version(&r), on);
}

void
listpane_toggle(struct listpane *l, size_t line)
{
	struct record	r = listpane_line(l, line);

	if (r.row != NULL)
		mark_line(l, line, !marks_has(&l->marks, record_id(&r)));
	listpane_totals_soon(l);
}

void
listpane_unmark(struct listpane *l)
{
	marks_clear(&l->marks);
	l->range = -1;
	listpane_totals_soon(l);
	ui_redraw();
}

/* A list that is here in full is inverted row by row, so that a record which
 * comes later is not taken in unseen; another by saying "all but". */
void
listpane_invert(struct listpane *l)
{
	size_t	i;

	l->range = -1;
	if (!l->marks.all && rows_complete(l->rows) &&
	    l->groups.field == NULL) {
		for (i = 0; i < rows_n(l->rows); i++)
			listpane_toggle(l, i);
	} else {
		l->marks.all = !l->marks.all;
	}
	listpane_totals_soon(l);
	ui_redraw();
}

/* --- Ranges ----------------------------------------------------------------------- */

static void
range_mark(struct listpane *l, size_t a, size_t b, bool on)
{
	size_t	i, from = a < b ? a : b, to = a < b ? b : a;

	for (i = from; i <= to; i++)
		mark_line(l, i, on);
}

void
listpane_range(struct listpane *l, bool begin)
{
	l->range = begin ? (long)l->cursor : -1;
	l->range_end = l->cursor;
	if (begin)
		mark_line(l, l->cursor, true);
	ui_redraw();
}

void
listpane_range_to(struct listpane *l)
{
	size_t	from = (size_t)l->range;

	if (l->range < 0 || l->cursor == l->range_end)
		return;
	/* what it reached before and does not reach now */
	range_mark(l, l->range_end, from, false);
	range_mark(l, from, l->cursor, true);
	l->range_end = l->cursor;
	listpane_totals_soon(l);
}

/* --- Rows and queries that change ---------------------------------------------------- */

void
listpane_marks_rows(struct listpane *l)
{
	struct record	r;
	size_t		i;

	for (i = 0; l->marks.n > 0 && i < rows_n(l->rows); i++) {
		r = rows_at(l->rows, i);
		marks_seen(&l->marks, record_id(&r), record_version(&r));
	}
}

void
listpane_marks_query(struct listpane *l, const struct val *filter,
    const char *search)
{
	const char	*old = l->search == NULL ? "" : l->search;
	bool		 same;

	if (!l->marks.all)
		return;
	same = val_equal(l->query, filter) && strcmp(old, search == NULL ?
	    "" : search) == 0;
	if (same)
		return;
	listpane_unmark(l);
	toast(TOAST_NOTICE, NULL, "%s", TF("lists.all_dropped", NULL));
}

/* --- What is chosen ------------------------------------------------------------------ */

/* The filter with the exceptions in it. */
static struct val *
selection_filter(const struct listpane *l)
{
	struct val		*f = val_copy(l->query), *not_in, *id;
	const struct mark	*m;
	size_t			 i = 0;

	if (l->marks.n == 0)
		return f;
	not_in = val_array();
	while ((m = marks_next(&l->marks, &i)) != NULL)
		val_add(not_in, val_uuid(m->id));
	id = val_map();
	val_put(id, "not_in", not_in);
	val_put(f, "id", id);
	return f;
}

void
listpane_selection(struct listpane *l, struct selection *s)
{
	struct record		 r = listpane_record(l);
	const struct mark	*m;
	bool			 more;
	int64_t			 total = rows_count(l->rows, &more);
	size_t			 i = 0;

	memset(s, 0, sizeof *s);
	s->type = l->type;
	if (l->marks.all) {
		s->all = true;
		s->filter = selection_filter(l);
		if (l->search != NULL)
			s->search = xstrdup(l->search);
		s->count = marks_count(&l->marks, more ? -1 : total);
		return;
	}
	s->id = xcalloc(l->marks.n + 1, sizeof *s->id);
	s->version = xcalloc(l->marks.n + 1, sizeof *s->version);
	while ((m = marks_next(&l->marks, &i)) != NULL) {
		s->id[s->n] = m->id;
		s->version[s->n++] = m->version;
	}
	if (s->n == 0 && r.row != NULL) {
		s->id[0] = record_id(&r);
		s->version[0] = record_version(&r);
		s->n = 1;
	}
	s->count = (int64_t)s->n;
}
