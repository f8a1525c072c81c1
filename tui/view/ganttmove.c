/* ganttmove.c - a bar that is moved is held first: put down, it is told to the
 * server, with what follows it where the person wants that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/rows.h"
#include "tui/ui.h"
#include "tui/view/ganttint.h"
#include "tui/view/span.h"

#define PREVIEW	8		/* successors named in the question */

void
gantt_hold_end(struct gantt *g)
{
	g->held = g->asking = g->drag = false;
	ui_redraw();
}

bool
gantt_hold(struct gantt *g)
{
	const struct def	*d = gantt_def(g);
	struct buf		 t = BUF_INIT;
	struct record		 r;

	if (g->held)
		return true;
	if (g->n == 0 || g->bar[g->at].from == SPAN_NONE)
		return false;
	if (!def_can(d, "edit") || !gantt_field(g, "start")->edit ||
	    !gantt_field(g, "end")->edit) {
		toast(TOAST_WARN, NULL, "%s", TF("views.not_allowed", "what",
		    app_label(d->labels), NULL));
		return false;
	}
	r = rows_at(g->rows, g->bar[g->at].row);
	g->held = true;
	g->from = g->bar[g->at].from;
	g->to = g->bar[g->at].to;
	g->version = record_version(&r);
	snprintf(g->held_id, sizeof g->held_id, "%s", g->bar[g->at].id);
	record_title(d, &r, &t);
	free(g->title);
	g->title = xstrdup(buf_text(&t));
	buf_free(&t);
	return true;
}

/* Both ends, or the last alone; an end before its start is refused. */
void
gantt_move(struct gantt *g, int start, int end)
{
	if (g->asking || !gantt_hold(g))
		return;
	if (g->to + end < g->from + start) {
		toast(TOAST_WARN, NULL, "%s", T("span.end_first"));
		return;
	}
	g->from += start;
	g->to += end;
	ui_redraw();
}

static void
hold_save(struct gantt *g, bool follow)
{
	const char	*move = val_get_str(gantt_view(g), "move");
	struct val	*args = val_map();
	char		 verb[128];
	long		 i = gantt_find(g, g->held_id);

	val_put(args, "id", val_uuid(g->held_id));
	val_put_int(args, "version", g->version);
	val_put(args, move != NULL ? "start" : gantt_field(g, "start")->name,
	    span_at(gantt_field(g, "start"), g->from));
	val_put(args, move != NULL ? "end" : gantt_field(g, "end")->name,
	    span_at(gantt_field(g, "end"), g->to));
	if (move != NULL)
		val_put_bool(args, "follow", follow);
	snprintf(verb, sizeof verb, "%s.edit", g->type);
	span_move(g->type, g->title, move != NULL ? move : verb, args);
	/* It stands there until the server says otherwise. */
	if (i >= 0) {
		g->bar[i].from = g->from;
		g->bar[i].to = g->to;
	}
	gantt_hold_end(g);
}

static void
hold_asked_cb(int choice, void *arg)
{
	struct gantt	*g = arg;

	if (!g->asking)
		return;
	if (choice == 0 || choice == 1)
		hold_save(g, choice == 0);
	else
		gantt_hold_end(g);
}

static void
preview_line(const struct record *r, char *out, size_t len)
{
	struct value_ctx	 ctx = app_ctx();
	const char		*title = val_str(record_get(r, "title"));
	const char		*end = val_str(record_get(r, "due_date"));
	const char		*now = val_str(record_get(r, "new_due_date"));
	char			 a[DATE_TEXT] = "", z[DATE_TEXT] = "";
	struct date		 d;

	if (end != NULL && date_read(end, strlen(end), &d) == DATE_OK)
		date_format(&d, ctx.date_pattern, a);
	if (now != NULL && date_read(now, strlen(now), &d) == DATE_OK)
		date_format(&d, ctx.date_pattern, z);
	snprintf(out, len, "%s: %s %s %s", title == NULL ? "?" : title, a,
	    glyph(GLYPH_ARROW), z);
}

/* What would have to go with it. */
static void
hold_preview_cb(const struct link_reply *r, void *arg)
{
	struct gantt		*g = arg;
	struct dialog_item	 items[PREVIEW + 3];
	char			 text[PREVIEW + 1][300], n[24];
	struct record		 rec = { val_get(r->body, "columns"), NULL };
	const struct val	*rows = val_get(r->body, "rows");
	size_t			 i, count = val_count(rows);
	int			 k = 0;

	g->call = 0;
	if (!r->ok) {
		app_error(r);
		gantt_hold_end(g);
		return;
	}
	if (!g->asking)
		return;
	if (count == 0) {
		hold_save(g, false);
		return;
	}
	memset(items, 0, sizeof items);
	snprintf(n, sizeof n, "%zu", count);
	snprintf(text[PREVIEW], sizeof text[0], "%s", TF("span.follow", "n",
	    n, NULL));
	items[k++].label = text[PREVIEW];
	items[k++].label = T("span.alone");
	for (i = 0; i < count && i < PREVIEW; i++) {
		rec.row = val_at(rows, i);
		preview_line(&rec, text[i], sizeof text[i]);
		items[k].label = text[i];
		items[k++].off = true;
	}
	dialog_choose(TF("span.shift", "what", g->title, NULL), items, k, 0,
	    hold_asked_cb, g);
}

void
gantt_drop(struct gantt *g)
{
	const char	*shift = val_get_str(gantt_view(g), "shift");
	struct val	*args;
	long		 i = gantt_find(g, g->held_id);

	if (!g->held || g->asking)
		return;
	if (i >= 0 && g->from == g->bar[i].from && g->to == g->bar[i].to) {
		gantt_hold_end(g);
		return;
	}
	if (shift == NULL) {
		hold_save(g, false);
		return;
	}
	g->asking = true;
	args = val_map();
	val_put(args, "id", val_uuid(g->held_id));
	val_put(args, "end", span_at(gantt_field(g, "end"), g->to));
	g->call = app_call(shift, args, hold_preview_cb, g);
}
