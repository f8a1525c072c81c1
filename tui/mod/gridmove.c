/*
 * gridmove.c - a lesson moves under the key; the server hears of one change
 * after the other and confirms. What it refuses is asked for again, which puts
 * the lesson back where it is for everybody. See gridint.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/mod/gridask.h"
#include "tui/mod/griddate.h"
#include "tui/mod/gridint.h"
#include "tui/ui.h"

/* --- What waits for the server ---------------------------------------------------- */

struct gop *
gop_new(const char *verb, struct val *args, const char *words)
{
	struct gop	*op = xcalloc(1, sizeof *op);

	snprintf(op->verb, sizeof op->verb, "%s", verb);
	op->args = args;
	op->words = xstrdup(words == NULL ? "" : words);
	return op;
}

void
gop_stays(struct gop *op, const struct glesson *l)
{
	op->n = 1;
	op->put[0] = (struct gput){ .placed = true, .day = l->day,
	    .slot = l->slot };
	snprintf(op->put[0].lesson, sizeof op->put[0].lesson, "%s", l->id);
}

static void
op_free(struct gop *op)
{
	val_free(op->args);
	free(op->words);
	free(op);
}

void
gop_put(struct grid *g, struct gop *op, int lesson, int day, int period)
{
	struct gput	*put;

	if (op->n == GRID_OPS)
		return;
	put = &op->put[op->n++];
	snprintf(put->lesson, sizeof put->lesson, "%s",
	    g->plan->lesson[lesson].id);
	put->placed = period >= 0;
	put->day = period < 0 ? -1 : g->plan->day[day].d;
	put->slot = period < 0 ? -1 : g->plan->period[period].slot;
}

bool
grid_pending(const struct grid *g, const char *lesson)
{
	const struct gop	*op;
	int			 i;

	for (op = g->queue->first; op != NULL; op = op->next)
		for (i = 0; i < op->n; i++)
			if (strcmp(op->put[i].lesson, lesson) == 0)
				return true;
	return false;
}

int
grid_waiting(const struct grid *g)
{
	const struct gop	*op;
	int			 n = 0;

	for (op = g->queue->first; op != NULL; op = op->next)
		n++;
	return n;
}

static void send_next(struct gqueue *);

struct forced {
	struct gqueue	*q;
	struct gop	*op;
};

static void
force_cb(bool yes, void *arg)
{
	struct forced	*f = arg;
	struct gop	*op = f->op;

	if (yes && f->q->grid != NULL) {
		val_put_bool(op->args, "force", true);
		grid_do(f->q->grid, op);
	} else {
		op_free(op);
	}
	free(f);
}

/* What a teacher said he cannot is done if somebody insists. */
static void
ask_force(struct gqueue *q, struct gop *op, const char *text)
{
	struct dialog_confirm	 ask = { .done = force_cb };
	struct forced		*f = xcalloc(1, sizeof *f);

	f->q = q;
	f->op = op;
	ask.title = T("grid.forbidden");
	ask.text = text;
	ask.yes = T("grid.all_the_same");
	ask.arg = f;
	dialog_confirm(&ask);
}

static void
settle(struct grid *g, const struct gop *op, const struct link_reply *r)
{
	const struct val	*entries = val_get(r->body, "entries");
	size_t			 k;
	int			 i;

	for (i = 0; i < op->n; i++)
		grid_stale_lesson(g, op->put[i].lesson);
	for (k = 0; k < val_count(entries); k++)
		if (op->n == 0)
			grid_stale_entry(g, val_str(entries->item[k]));
	if (val_get_str(r->body, "lesson") != NULL)
		grid_stale_lesson(g, val_get_str(r->body, "lesson"));
	if (strcmp(op->verb, "timetable.lock") == 0 && op->n == 0)
		grid_load(g);
}

static void
told_back(struct grid *g, const struct gop *op, const struct link_reply *r)
{
	const char	*what = val_get_str(r->body, "what");
	char		 n[24], m[24];

	if (what != NULL)
		toast(TOAST_NOTICE, NULL, "%s", TF(strcmp(op->verb,
		    "timetable.redo") == 0 ? "grid.redone" : "grid.undone",
		    "what", what, NULL));
	if (val_get(r->body, "placed") == NULL)
		return;
	snprintf(n, sizeof n, "%d", (int)val_get_int(r->body, "placed", 0));
	snprintf(m, sizeof m, "%d", (int)val_get_int(r->body, "taken", 0));
	toast(TOAST_GOOD, NULL, "%s", TF("grid.applied", "n", n, "taken", m,
	    NULL));
	grid_load(g);
}

static void
done_cb(const struct link_reply *r, void *arg)
{
	struct gqueue	*q = arg;
	struct grid	*g = q->grid;
	struct gop	*op = q->first;
	const char	*key = val_get_str(r->body, "key");
	bool		 again = false;

	q->call = 0;
	q->first = op->next;
	op->next = NULL;
	if (g != NULL)
		settle(g, op, r);
	if (r->ok && g != NULL) {
		told_back(g, op, r);
	} else if (!r->ok && g != NULL && key != NULL &&
	    strcmp(key, "timetable.forbidden") == 0) {
		ask_force(q, op, r->text);
		again = true;
	} else if (!r->ok) {
		if (g != NULL && key != NULL &&
		    strcmp(key, "timetable.reason_needed") == 0)
			g->reason[0] = '\0';
		app_error(r);
	}
	if (!again)
		op_free(op);
	send_next(q);
	if (g == NULL && q->first == NULL) {
		free(q);
		return;
	}
	if (g != NULL && q->first == NULL && g->again) {
		g->again = false;
		grid_load(g);
	}
	ui_redraw();
}

static void
send_next(struct gqueue *q)
{
	if (q->first != NULL && q->call == 0)
		q->call = app_write_alone(q->first->verb,
		    val_copy(q->first->args), q->first->words, done_cb, q);
}

/* The lesson lies there at once. */
static void
apply(struct grid *g, const struct gop *op)
{
	struct glesson	*l;
	int		 i, at;

	for (i = 0; i < op->n; i++) {
		if ((at = gplan_lesson(g->plan, op->put[i].lesson)) < 0)
			continue;
		l = &g->plan->lesson[at];
		if (op->put[i].placed && !l->placed)
			l->room_now = l->room;
		l->placed = op->put[i].placed;
		l->day = op->put[i].day;
		l->slot = op->put[i].slot;
		l->fresh = 0;
	}
	grid_judge(g);
}

static void
reason_cb(const char *text, void *arg)
{
	struct grid	*g = arg;
	struct gop	*op = g->asking;

	g->asking = NULL;
	if (text == NULL || text[0] == '\0') {
		op_free(op);
		return;
	}
	snprintf(g->reason, sizeof g->reason, "%s", text);
	grid_do(g, op);
}

void
grid_do(struct grid *g, struct gop *op)
{
	struct dialog_line	 line = {
		.title = T("grid.published"), .label = T("grid.reason"),
		.max = 255, .done = reason_cb, .arg = g
	};
	struct gop		**p = &g->queue->first;

	if (!grid_may_edit(g)) {
		toast(TOAST_WARN, NULL, "%s", T("grid.may_not"));
		op_free(op);
		return;
	}
	/* What is held by a school is changed for a reason, asked once. */
	if (strcmp(g->plan->status, "published") == 0 &&
	    g->reason[0] == '\0') {
		g->asking = op;
		dialog_line(&line);
		return;
	}
	if (g->reason[0] != '\0' && strcmp(op->verb, "timetable.undo") != 0 &&
	    strcmp(op->verb, "timetable.redo") != 0)
		val_put_text(op->args, "reason", g->reason);
	apply(g, op);
	while (*p != NULL)
		p = &(*p)->next;
	*p = op;
	send_next(g->queue);
	ui_redraw();
}

/* What waits goes on without us. */
void
grid_free_moves(struct grid *g)
{
	g->queue->grid = NULL;
	if (g->queue->first == NULL)
		free(g->queue);
	if (g->asking != NULL)
		op_free(g->asking);
}

/* --- In the hand ---------------------------------------------------------------------- */

void
grid_judge(struct grid *g)
{
	if (g->held >= 0)
		gjudge(g->plan, g->held, g->judged);
}

void
grid_hold(struct grid *g, int lesson)
{
	const struct glesson	*l = &g->plan->lesson[lesson];

	if (griddate_refuses(g))
		return;
	if (!grid_may_edit(g)) {
		toast(TOAST_WARN, NULL, "%s", T("grid.may_not"));
		return;
	}
	if (l->locked) {
		toast(TOAST_WARN, NULL, "%s", T("timetable.locked"));
		return;
	}
	g->held = lesson;
	snprintf(g->held_id, sizeof g->held_id, "%s", l->id);
	if (g->view != GRID_ALL && !gplan_of(g->plan, l, g->view,
	    g->at[g->view]) && l->nsets > 0)
		grid_look(g, G_CLASS, l->sets[0]);
	grid_judge(g);
	grid_tell(g);
	ui_redraw();
}

void
grid_let_go(struct grid *g)
{
	g->held = -1;
	g->held_id[0] = '\0';
	grid_tell(g);
	ui_redraw();
}

static struct val *
place_args(const struct grid *g, const char *lesson, int day, int period)
{
	struct val	*args = val_map();

	val_put(args, "lesson", val_uuid(lesson));
	val_put_int(args, "day", g->plan->day[day].d);
	val_put_int(args, "period", g->plan->period[period].n);
	return args;
}

static struct gop *
place_op(struct grid *g, int lesson, int day, int period)
{
	const struct glesson	*l = &g->plan->lesson[lesson];
	struct gop		*op;
	char			 words[300], slot[80], all[400];

	glesson_words(g->plan, l, words, sizeof words);
	gslot_name(g->plan, day, period, slot, sizeof slot);
	snprintf(all, sizeof all, "%s > %s", words, slot);
	op = gop_new("timetable.place", place_args(g, l->id, day, period),
	    all);
	gop_put(g, op, lesson, day, period);
	return op;
}

/* False: it is said why not. */
static bool
put_down(struct grid *g, int lesson, const struct gslot *slots, int day,
    int period)
{
	const struct gslot	*s = &slots[day * g->plan->nperiods + period];
	char			 why[400], text[500];

	if (s->state == SLOT_HERE)
		return true;
	gjudge_words(g->plan, s, why, sizeof why);
	if (s->state == SLOT_FORBIDDEN && s->why == WHY_WISH) {
		ask_force(g->queue, place_op(g, lesson, day, period), why);
		return true;
	}
	if (s->state == SLOT_FORBIDDEN) {
		snprintf(text, sizeof text, "%s %s", why, s->why == WHY_TIME ?
		    "" : TF("grid.try_swap", "key", keys_hint(ACT_SWAP),
		    NULL));
		toast(TOAST_WARN, NULL, "%s", text);
		return false;
	}
	grid_do(g, place_op(g, lesson, day, period));
	return true;
}

static void
drop(struct grid *g)
{
	if (put_down(g, g->held, g->judged, g->day, g->period))
		grid_let_go(g);
}

static void
best(struct grid *g)
{
	int	at;

	if (g->held < 0 && grid_lesson(g) >= 0)
		grid_hold(g, grid_lesson(g));
	if (g->held < 0)
		return;
	at = gjudge_best(g->plan, g->judged);
	if (at < 0) {
		toast(TOAST_WARN, NULL, "%s", T("grid.no_place"));
		return;
	}
	grid_goto(g, at / g->plan->nperiods, at % g->plan->nperiods);
}

/* One slot further, without taking it up. */
static void
shift(struct grid *g, enum action a)
{
	struct gslot	*slots;
	int		 lesson = grid_lesson(g), d = g->day, i = g->period;

	if (lesson < 0)
		return;
	if (g->plan->lesson[lesson].locked) {
		toast(TOAST_WARN, NULL, "%s", T("timetable.locked"));
		return;
	}
	if (a == ACT_MOVE_LEFT || a == ACT_MOVE_RIGHT)
		d += a == ACT_MOVE_LEFT ? -1 : 1;
	else
		do
			i += a == ACT_MOVE_UP ? -1 : 1;
		while (i >= 0 && i < g->plan->nperiods &&
		    (!g->plan->period[i].lesson || !grid_row_shown(g, i)));
	if (d < 0 || d >= g->plan->ndays || i < 0 || i >= g->plan->nperiods)
		return;
	slots = xcalloc((size_t)(g->plan->ndays * g->plan->nperiods),
	    sizeof *slots);
	gjudge(g->plan, lesson, slots);
	if (put_down(g, lesson, slots, d, i))
		grid_goto(g, d, i);
	free(slots);
}

/* --- Other changes ---------------------------------------------------------------------- */

static struct gop *
lesson_op(struct grid *g, const char *verb, int lesson)
{
	struct val	*args = val_map();
	char		 words[300];

	glesson_words(g->plan, &g->plan->lesson[lesson], words, sizeof words);
	val_put(args, "lesson", val_uuid(g->plan->lesson[lesson].id));
	return gop_new(verb, args, words);
}

static void
take_out(struct grid *g)
{
	int		 lesson = g->held >= 0 ? g->held : grid_lesson(g);
	struct gop	*op;

	if (lesson < 0 || !g->plan->lesson[lesson].placed)
		return;
	if (g->plan->lesson[lesson].locked) {
		toast(TOAST_WARN, NULL, "%s", T("timetable.locked"));
		return;
	}
	op = lesson_op(g, "timetable.remove", lesson);
	gop_put(g, op, lesson, 0, -1);
	grid_let_go(g);
	grid_do(g, op);
}

static void
lock(struct grid *g)
{
	int		 lesson = grid_lesson(g);
	struct glesson	*l;
	struct gop	*op;

	if (lesson < 0)
		return;
	l = &g->plan->lesson[lesson];
	op = lesson_op(g, "timetable.lock", lesson);
	val_put_bool(op->args, "locked", !l->locked);
	gop_stays(op, l);
	grid_do(g, op);
}

static void
copy(struct grid *g)
{
	int	lesson = grid_lesson(g);

	if (lesson < 0)
		return;
	snprintf(g->clip, sizeof g->clip, "%s", g->plan->lesson[lesson].id);
	toast(TOAST_NOTICE, NULL, "%s", TF("grid.copied", "key",
	    keys_hint(ACT_PASTE), NULL));
}

/* Another hour of the same lesson, here. */
static void
paste(struct grid *g)
{
	struct gslot	*slots, *s;
	struct gop	*op;
	char		 why[400];
	int		 lesson = gplan_lesson(g->plan, g->clip);

	if (lesson < 0) {
		toast(TOAST_WARN, NULL, "%s", TF("grid.nothing_copied", "key",
		    keys_hint(ACT_COPY), NULL));
		return;
	}
	slots = xcalloc((size_t)(g->plan->ndays * g->plan->nperiods),
	    sizeof *slots);
	gjudge(g->plan, lesson, slots);
	s = &slots[g->day * g->plan->nperiods + g->period];
	gjudge_words(g->plan, s, why, sizeof why);
	if (s->state > SLOT_POOR) {
		toast(TOAST_WARN, NULL, "%s", why[0] == '\0' ?
		    T("grid.it_is_here") : why);
	} else {
		op = lesson_op(g, "timetable.copy", lesson);
		val_put_int(op->args, "day", g->plan->day[g->day].d);
		val_put_int(op->args, "period",
		    g->plan->period[g->period].n);
		grid_do(g, op);
	}
	free(slots);
}

static void
back(struct grid *g, bool again)
{
	struct val	*args = val_map();

	val_put(args, "timetable", val_uuid(g->plan->id));
	grid_do(g, gop_new(again ? "timetable.redo" : "timetable.undo", args,
	    action_label(again ? ACT_REDO : ACT_UNDO)));
}

/* --- Keys ------------------------------------------------------------------------------------ */

static bool
held_action(struct grid *g, enum action a)
{
	switch (a) {
	case ACT_SELECT:
	case ACT_OPEN:
		drop(g);
		return true;
	case ACT_BACK:
		grid_let_go(g);
		return true;
	case ACT_SWAP:
		grid_ask_swap(g);
		return true;
	case ACT_WHY:
		grid_say_why(g);
		return true;
	default:
		return false;
	}
}

/* What changes the plan of every week. */
bool
grid_changes(enum action a)
{
	switch (a) {
	case ACT_SELECT:
	case ACT_SWAP:
	case ACT_BEST:
	case ACT_MOVE_LEFT:
	case ACT_MOVE_RIGHT:
	case ACT_MOVE_UP:
	case ACT_MOVE_DOWN:
	case ACT_DELETE:
	case ACT_LOCK:
	case ACT_PASTE:
	case ACT_UNDO:
	case ACT_REDO:
		return true;
	default:
		return false;
	}
}

bool
grid_move_action(struct grid *g, enum action a)
{
	if (g->held >= 0 && held_action(g, a))
		return true;
	if (grid_changes(a) && griddate_refuses(g))
		return true;
	switch (a) {
	case ACT_SELECT:
	case ACT_SWAP:
		grid_ask_hold(g);
		return true;
	case ACT_BEST:
		best(g);
		return true;
	case ACT_MOVE_LEFT:
	case ACT_MOVE_RIGHT:
	case ACT_MOVE_UP:
	case ACT_MOVE_DOWN:
		if (g->held < 0)
			shift(g, a);
		return true;
	case ACT_DELETE:
		take_out(g);
		return true;
	case ACT_LOCK:
		lock(g);
		return true;
	case ACT_COPY:
		copy(g);
		return true;
	case ACT_PASTE:
		paste(g);
		return true;
	case ACT_UNDO:
	case ACT_REDO:
		back(g, a == ACT_REDO);
		return true;
	default:
		return false;
	}
}
