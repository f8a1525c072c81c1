/* listtotals.c - sums below a list, of what is marked or of the whole filter,
 * worked out by the server; see listpane.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/money.h"
#include "tui/app.h"
#include "tui/ui.h"
#include "tui/view/listpane.h"

#define TOTALS_PAUSE	200000	/* µs of quiet */
#define TOTALS_IDS	2000	/* as many as one request takes */

struct val *
sums_wanted(const struct def *d)
{
	const struct val	*sums = d == NULL ? NULL :
				    val_get(val_get(d->v, "list"), "sums");

	return val_count(sums) == 0 ? NULL : val_copy(sums);
}

static void
sum_text(const struct def *d, const struct val *one, struct buf *b)
{
	const struct field	*f = def_field(d, val_str(val_at(one, 0)));
	const char		*code = val_str(val_at(one, 1));
	const char		*sum = val_str(val_at(one, 2));
	struct value_ctx	 ctx = app_ctx();
	char			 shown[DECIMAL_TEXT + 16];
	size_t			 from = buf_len(b);

	if (f == NULL || sum == NULL)
		return;
	if (f->rules.type == VALUE_DURATION) {
		value_format(&f->rules, &ctx, sum, b);
		return;
	}
	decimal_format(ctx.lang, sum, f->rules.type == VALUE_MONEY ? 2 : 0,
	    shown);
	buf_addz(b, shown);
	if (code == NULL && f->rules.type == VALUE_MONEY)
		code = val_get_str(app.company, "currency");
	if (code != NULL)
		buf_printf(b, " %s", code);
	else
		unit_text(f, from, b);
}

/* The label stands before the first sum of its field, where there are
 * several fields. */
void
sums_text(const struct def *d, const struct val *sums, struct buf *b)
{
	const struct val	*want = d == NULL ? NULL :
				    val_get(val_get(d->v, "list"), "sums");
	const char		*name, *last = "";
	size_t			 i;

	for (i = 0; i < val_count(sums); i++) {
		name = val_str(val_at(sums->item[i], 0));
		if (name == NULL)
			continue;
		if (i > 0)
			buf_addz(b, "  ");
		if (val_count(want) > 1 && strcmp(name, last) != 0 &&
		    def_field(d, name) != NULL)
			buf_printf(b, "%s ", app_label(def_field(d,
			    name)->label));
		sum_text(d, sums->item[i], b);
		last = name;
	}
}

void
listpane_totals_text(const struct listpane *l, struct buf *b)
{
	struct buf	sums = BUF_INIT;

	sums_text(rows_def(l->rows), l->totals.sums, &sums);
	if (buf_len(&sums) > 0)
		buf_printf(b, "   %s", TF("lists.total", "sums",
		    buf_text(&sums), NULL));
	buf_free(&sums);
}

static void
totals_cb(const struct link_reply *r, void *arg)
{
	struct listpane	*l = arg;

	l->totals.call = 0;
	val_free(l->totals.sums);
	l->totals.sums = r->ok ? val_copy(val_get(r->body, "sums")) : NULL;
	ui_redraw();
}

/* Only the marked ones, or all but some of them. */
static void
totals_narrow(struct listpane *l, struct val *args)
{
	const struct mark	*m;
	const struct val	*there = val_get(args, "filter");
	struct val		*ids, *op, *filter;
	size_t			 i = 0;

	if (l->marks.n == 0)
		return;
	ids = val_array();
	while ((m = marks_next(&l->marks, &i)) != NULL)
		val_add(ids, val_uuid(m->id));
	op = val_map();
	val_put(op, l->marks.all ? "not_in" : "in", ids);
	filter = there == NULL ? val_map() : val_copy(there);
	val_put(filter, "id", op);
	val_put(args, "filter", filter);
}

static void
totals_ask(evutil_socket_t fd, short what, void *arg)
{
	struct listpane	*l = arg;
	struct val	*sum = sums_wanted(rows_def(l->rows)), *args;
	char		 verb[128];

	(void)fd;
	(void)what;
	if (l->totals.call != 0)
		app_forget(l->totals.call);
	l->totals.call = 0;
	listpane_group_load(l);
	if (sum == NULL || l->marks.n > TOTALS_IDS) {
		val_free(sum);
		val_free(l->totals.sums);
		l->totals.sums = NULL;
		return;
	}
	args = listpane_query_args(l);
	/* marked ones are summed, whatever the filter shows of them */
	if (marks_any(&l->marks) && !l->marks.all) {
		val_drop(args, "search");
		val_drop(args, "filter");
	}
	totals_narrow(l, args);
	val_put(args, "sum", sum);
	snprintf(verb, sizeof verb, "%s.count", l->type);
	l->totals.call = app_call(verb, args, totals_cb, l);
}

void
listpane_totals_soon(struct listpane *l)
{
	const struct def	*d = rows_def(l->rows);
	struct timeval		 tv = { 0, TOTALS_PAUSE };
	struct val		*sum;

	if (d == NULL || !def_can(d, "count"))
		return;
	sum = sums_wanted(d);
	if ((sum != NULL || l->groups.field != NULL) &&
	    !evtimer_pending(l->totals.soon, NULL))
		evtimer_add(l->totals.soon, &tv);
	val_free(sum);
}

void
listpane_totals_init(struct listpane *l)
{
	l->totals.soon = evtimer_new(app.base, totals_ask, l);
}

void
listpane_totals_free(struct listpane *l)
{
	if (l->totals.call != 0)
		app_forget(l->totals.call);
	event_free(l->totals.soon);
	val_free(l->totals.sums);
}
