/* gridask.c - see gridask.h. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/mod/gridask.h"
#include "tui/mod/gridint.h"
#include "tui/mod/gridpick.h"
#include "tui/theme.h"

/* --- Which lesson --------------------------------------------------------------------- */

static void
hold_cb(int what, void *arg)
{
	if (what >= 0)
		grid_hold(arg, what);
}

/* "9-A  Matematik x2". */
static void
lesson_title(const struct gplan *p, const struct glesson *l, char *out,
    size_t size)
{
	char	names[160];
	int	n;

	glesson_names(p, l, G_CLASS, names, sizeof names);
	n = snprintf(out, size, "%s  %s", names, gplan_subject(p, l));
	if (l->duration > 1 && n > 0 && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, " x%d", l->duration);
}

static void
ask_lessons(struct grid *g, const char *title, const int *list, int n)
{
	struct gpick	*item = xcalloc((size_t)n + 1, sizeof *item);
	const struct glesson *l;
	char		 words[300], names[200];
	int		 i;

	for (i = 0; i < n; i++) {
		l = &g->plan->lesson[list[i]];
		lesson_title(g->plan, l, words, sizeof words);
		glesson_names(g->plan, l, G_TEACHER, names, sizeof names);
		item[i] = (struct gpick){ xstrdup(words), xstrdup(names),
		    list[i] };
	}
	gpick_open(title, item, n, 0, T("grid.all_placed"), hold_cb, g);
	for (i = 0; i < n; i++) {
		free(item[i].text);
		free(item[i].detail);
	}
	free(item);
}

/* Those of what is looked at first. */
static int
unplaced(const struct grid *g, int *out)
{
	const struct glesson	*l;
	int			 i, n = 0, round, res = grid_res(g);

	for (round = 0; round < 2; round++)
		for (i = 0; i < g->plan->nlessons; i++) {
			l = &g->plan->lesson[i];
			if (!l->placed && (round == 0) == (res >= 0 &&
			    gplan_of(g->plan, l, g->view, res)))
				out[n++] = i;
		}
	return n;
}

void
grid_ask_unplaced(struct grid *g)
{
	int	*list = xcalloc((size_t)g->plan->nlessons + 1, sizeof *list);
	int	 n = unplaced(g, list);

	ask_lessons(g, T("grid.unplaced"), list, n);
	free(list);
}

void
grid_ask_hold(struct grid *g)
{
	int	list[8], n;

	n = grid_cell(g, g->day, g->period, list, 8);
	if (n == 0)
		grid_ask_unplaced(g);
	else if (n == 1)
		grid_hold(g, list[0]);
	else
		ask_lessons(g, T("grid.which"), list, n);
}

/* --- Making room ------------------------------------------------------------------------- */

static int
period_of(const struct gplan *p, const struct glesson *l, int n)
{
	int	i;

	for (i = 0; i < p->nperiods; i++)
		if (p->period[i].lesson && p->period[i].n == n &&
		    (p->period[i].shift < 0 || p->period[i].shift == l->shift))
			return i;
	return -1;
}

static void
add_move(struct grid *g, struct gop *op, struct val *moves, int lesson,
    int day, int period)
{
	struct val	*m = val_map();

	if (lesson < 0 || day < 0 || period < 0) {
		val_free(m);
		return;
	}
	val_put(m, "lesson", val_uuid(g->plan->lesson[lesson].id));
	val_put_int(m, "day", g->plan->day[day].d);
	val_put_int(m, "period", g->plan->period[period].n);
	val_add(moves, m);
	gop_put(g, op, lesson, day, period);
}

static void
add_way(struct grid *g, struct gop *op, struct val *moves,
    const struct val *way)
{
	int	at = gplan_lesson(g->plan, val_get_str(way, "lesson"));

	if (at >= 0)
		add_move(g, op, moves, at, gplan_day(g->plan,
		    (int)val_get_int(way, "day", -1)), period_of(g->plan,
		    &g->plan->lesson[at], (int)val_get_int(way, "period",
		    -1)));
}

static bool
is_ring(const struct val *way)
{
	return strcmp(val_get_word(way, "kind"), "ring") == 0;
}

/* Ours goes to the place, who stands there goes where the way says; of two who
 * stand there the other one to its own first place. */
static void
go_way(struct grid *g, const struct val *way)
{
	const struct val	*one;
	struct val		*args = val_map(), *moves = val_array();
	const struct glesson	*l = &g->plan->lesson[g->held];
	struct gop		*op;
	char			 words[300];
	size_t			 i;
	int			 held = g->held, was;

	glesson_words(g->plan, l, words, sizeof words);
	op = gop_new("timetable.moves", args, words);
	was = g->judged[g->way_day * g->plan->nperiods + g->way_period].other;
	if (is_ring(way) && was >= 0) {
		add_move(g, op, moves, was, gplan_day(g->plan,
		    (int)val_get_int(way, "day", -1)), period_of(g->plan,
		    &g->plan->lesson[was], (int)val_get_int(way, "period",
		    -1)));
		add_move(g, op, moves, gplan_lesson(g->plan, val_get_str(way,
		    "lesson")), gplan_day(g->plan, l->day), period_of(g->plan, l,
		    l->slot % 100));
	} else {
		add_way(g, op, moves, way);
		for (i = 0; i < g->way->n; i++) {
			one = g->way->item[i];
			if (!is_ring(one) && strcmp(val_get_word(one,
			    "lesson"), val_get_word(way, "lesson")) != 0) {
				add_way(g, op, moves, one);
				break;
			}
		}
	}
	add_move(g, op, moves, held, g->way_day, g->way_period);
	val_put(args, "timetable", val_uuid(g->plan->id));
	val_put(args, "moves", moves);
	grid_let_go(g);
	grid_do(g, op);
}

static void
ways_cb(int choice, void *arg)
{
	struct grid	*g = arg;

	/* A load may have come in between. */
	if (choice >= 0 && choice < (int)val_count(g->way) && g->held >= 0 &&
	    strcmp(g->held_id, g->way_lesson) == 0)
		go_way(g, g->way->item[choice]);
}

static void
swaps_cb(const struct link_reply *r, void *arg)
{
	struct grid		*g = arg;
	const struct val	*list = val_get(r->body, "swaps"), *one;
	struct dialog_item	 item[12];
	char			 label[12][200], slot[80];
	const char		*kind;
	int			 n = 0, at;

	g->way_call = 0;
	if (!r->ok)
		app_error(r);
	else if (val_count(list) == 0)
		toast(TOAST_WARN, NULL, "%s", T("grid.no_way"));
	if (val_count(list) == 0 || g->held < 0)
		return;
	memset(item, 0, sizeof item);
	val_free(g->way);
	g->way = val_copy(list);
	for (; n < 12 && n < (int)list->n; n++) {
		one = list->item[n];
		kind = val_get_str(one, "kind");
		at = gplan_lesson(g->plan, val_get_str(one, "lesson"));
		if (at < 0)
			snprintf(slot, sizeof slot, "?");
		else
			gslot_name(g->plan, gplan_day(g->plan,
			    (int)val_get_int(one, "day", -1)), period_of(
			    g->plan, &g->plan->lesson[at],
			    (int)val_get_int(one, "period", -1)), slot,
			    sizeof slot);
		snprintf(label[n], sizeof label[n], "%s", TF(strcmp(kind,
		    "swap") == 0 ? "grid.way_swap" : strcmp(kind, "ring") ==
		    0 ? "grid.way_ring" : "grid.way_chain", "what",
		    val_get_str(one, "words"), "slot", slot, NULL));
		item[n].label = label[n];
	}
	dialog_choose(T("grid.make_room"), item, n, 0, ways_cb, g);
}

void
grid_ask_swap(struct grid *g)
{
	const struct gslot	*s = &g->judged[g->day * g->plan->nperiods +
				    g->period];
	struct val		*args;

	if (s->other < 0) {
		toast(TOAST_WARN, NULL, "%s", s->state == SLOT_HERE ?
		    T("grid.it_is_here") : s->state == SLOT_FORBIDDEN ?
		    T("grid.no_way") : TF("grid.nobody_here", "key",
		    keys_hint(ACT_OPEN), NULL));
		return;
	}
	g->way_day = g->day;
	g->way_period = g->period;
	snprintf(g->way_lesson, sizeof g->way_lesson, "%s", g->held_id);
	args = val_map();
	val_put(args, "lesson", val_uuid(g->held_id));
	val_put_int(args, "day", g->plan->day[g->day].d);
	val_put_int(args, "period", g->plan->period[g->period].n);
	if (g->way_call != 0)
		app_forget(g->way_call);
	g->way_call = app_once("timetable.swaps", args, swaps_cb, g);
}

/* --- What is looked at ---------------------------------------------------------------------- */

static void
res_cb(int what, void *arg)
{
	struct grid	*g = arg;

	if (what >= 0)
		grid_look(g, what / 100000, what % 100000);
}

/* All of them in one box: of the kind that is looked at first. */
void
grid_ask_res(struct grid *g)
{
	static const char *const	kinds[] = { "grid.class",
	    "grid.teacher", "grid.room" };
	struct gpick	*item;
	int		 k, j, i, n = 0, first = g->view == GRID_ALL ? 0 :
			    g->view;

	for (k = 0; k < G_KINDS; k++)
		n += g->plan->n[k];
	item = xcalloc((size_t)n + 1, sizeof *item);
	for (j = 0, n = 0; j < G_KINDS; j++) {
		k = (first + j) % G_KINDS;
		for (i = 0; i < g->plan->n[k]; i++)
			item[n++] = (struct gpick){ g->plan->res[k][i].name,
			    (char *)(uintptr_t)T(kinds[k]), k * 100000 + i };
	}
	gpick_open(T("grid.look_at"), item, n, 0, T("grid.no_lessons"),
	    res_cb, g);
	free(item);
}

/* --- Why -------------------------------------------------------------------------------------- */

void
grid_say_why(struct grid *g)
{
	const struct gslot	*s = &g->judged[g->day * g->plan->nperiods +
				    g->period];
	struct buf		 b = BUF_INIT;
	char			 why[400], slot[80], words[300];
	int			 best = gjudge_best(g->plan, g->judged);

	glesson_words(g->plan, &g->plan->lesson[g->held], words, sizeof words);
	gslot_name(g->plan, g->day, g->period, slot, sizeof slot);
	gjudge_words(g->plan, s, why, sizeof why);
	buf_printf(&b, "%s > %s\n\n%s\n", words, slot, why[0] == '\0' ?
	    T("grid.it_may") : why);
	if (best >= 0) {
		gslot_name(g->plan, best / g->plan->nperiods, best %
		    g->plan->nperiods, slot, sizeof slot);
		buf_printf(&b, "\n%s", TF("grid.best_is", "slot", slot, "key",
		    keys_hint(ACT_BEST), NULL));
	} else {
		buf_printf(&b, "\n%s", T("grid.no_place"));
	}
	if (s->other >= 0)
		buf_printf(&b, "\n%s", TF("grid.try_swap", "key",
		    keys_hint(ACT_SWAP), NULL));
	dialog_message(T("grid.why"), buf_text(&b), NULL, NULL);
	buf_free(&b);
}

/* --- Beside ----------------------------------------------------------------------------------- */

void
grid_draw_side(struct grid *g, struct surface *s)
{
	const struct gplan	*p = g->plan;
	const struct glesson	*l;
	int			*list = xcalloc((size_t)p->nlessons + 1,
				    sizeof *list);
	int			 n = unplaced(g, list), i, row = 1, w;
	char			 names[200], count[24];

	snprintf(count, sizeof count, "%d", n);
	draw_text(s, 0, 0, s->cols, STYLE_TITLE, T("grid.unplaced"));
	draw_right(s, 0, 0, s->cols, STYLE_DIM, count);
	if (n == 0)
		draw_text(s, row++, 0, s->cols, STYLE_DIM,
		    T("grid.all_placed"));
	for (i = 0; i < n && row < s->rows / 2; i++, row++) {
		l = &p->lesson[list[i]];
		lesson_title(p, l, names, sizeof names);
		w = draw_text(s, row, 0, 26, theme_tint(STYLE_TEXT,
		    gplan_color(p, l)), names);
		glesson_names(p, l, G_TEACHER, names, sizeof names);
		draw_text(s, row, w + 2, s->cols - w - 2, STYLE_DIM, names);
	}
	free(list);
	row++;
	snprintf(count, sizeof count, "%d", p->nconflicts);
	draw_text(s, row, 0, s->cols, STYLE_TITLE, T("grid.conflicts"));
	draw_right(s, row++, 0, s->cols, STYLE_DIM, count);
	for (i = 0; i < p->nconflicts && row + 1 < s->rows; i++) {
		draw_text(s, row, 0, 1, p->conflict[i].error ? STYLE_ERROR :
		    STYLE_WARN, p->conflict[i].error ? "!" :
		    p->conflict[i].info ? "." : "?");
		w = draw_wrap(s, row, 2, s->cols - 2, 2, STYLE_TEXT,
		    p->conflict[i].text, 0);
		row += w > 2 ? 2 : w < 1 ? 1 : w;
	}
}
