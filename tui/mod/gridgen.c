/*
 * gridgen.c - the engine fills a draft, or mends one with few moves: always a
 * draft of its own, shown with what it leaves undone and what it changes for
 * whom, to be kept or dropped. See gridmenu.h.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/call.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/mod/gridint.h"
#include "tui/mod/gridlist.h"
#include "tui/mod/gridmenu.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"

#define POLL_US	400000

struct gen {
	struct grid	*g;
	char		 draft[37], from[37], job[37];
	char		*name;
	bool		 stay;
	int		 limit;
	int64_t		 done, total;
	char		 error[500];
	struct val	*result;	/* the job's, of one that has ended */
	struct val	*check;
	uint64_t	 call;
	struct event	*poll;
	bool		 ended, stopping;
};

static const struct view_ops	gen_view;

/* --- Dropping ------------------------------------------------------------------------ */

struct drop {
	char	id[37];
};

static void
drop_got_cb(const struct link_reply *r, void *arg)
{
	struct drop	*d = arg;
	struct val	*args;

	if (r->ok) {
		args = record_args(d->id, val_get_int(r->body, "version", 0));
		app_write("timetables.delete", args, NULL, T("grid.dropped"),
		    NULL, NULL);
	} else {
		app_error(r);
	}
	free(d);
}

static void
drop_draft(const char *id)
{
	struct drop	*d;
	struct val	*args;

	if (id[0] == '\0')
		return;
	d = xcalloc(1, sizeof *d);
	snprintf(d->id, sizeof d->id, "%s", id);
	args = val_map();
	val_put(args, "id", val_uuid(id));
	app_call("timetables.get", args, drop_got_cb, d);
}

/* --- The result ------------------------------------------------------------------------ */

struct made {
	struct grid	*g;
	char		 draft[37];
};

static void
accept_cb(void *arg)
{
	struct made	*m = arg;

	grid_show(m->g, m->draft);
	toast(TOAST_GOOD, NULL, "%s", T("grid.kept"));
	free(m);
}

static void
drop_cb(void *arg)
{
	struct made	*m = arg;

	drop_draft(m->draft);
	toast(TOAST_NOTICE, NULL, "%s", T("grid.dropped"));
	free(m);
}

static void
later_cb(void *arg)
{
	toast(TOAST_NOTICE, NULL, "%s", T("grid.draft_stays"));
	free(arg);
}

static void
add_texts(struct glines *l, const char *title, const struct val *list,
    uint32_t style)
{
	const char	*s;
	char		 n[24];
	size_t		 i;

	if (val_count(list) == 0)
		return;
	snprintf(n, sizeof n, "%zu", val_count(list));
	glines_add(l, STYLE_TITLE, NULL, title, n);
	for (i = 0; i < val_count(list); i++) {
		s = val_str(list->item[i]);
		if (s == NULL)
			s = val_get_str(list->item[i], "text");
		glines_add(l, style, NULL, s == NULL ? "" : s, NULL);
	}
}

static void
show_result(struct gen *n, const struct val *diff)
{
	struct glist_does	does = { .accept = accept_cb,
	    .drop = drop_cb, .closed = later_cb };
	struct made		*m = xcalloc(1, sizeof *m);
	struct glines		*l;
	char			 a[24], b[24], c[24];

	m->g = n->g;
	snprintf(m->draft, sizeof m->draft, "%s", n->draft);
	does.arg = m;
	snprintf(a, sizeof a, "%d", (int)val_get_int(n->result, "placed",
	    n->done));
	snprintf(b, sizeof b, "%d", (int)val_get_int(n->result, "total",
	    n->total));
	snprintf(c, sizeof c, "%d", (int)val_get_int(diff, "moved", 0));
	l = glines_new(T(n->stay ? "grid.repair" : "grid.generate"));
	glines_add(l, val_get_bool(n->result, "solved") ? STYLE_GOOD :
	    STYLE_WARN, NULL, TF(val_get_bool(n->result, "solved") ?
	    "grid.solved" : "grid.unsolved", "placed", a, "total", b, NULL),
	    NULL);
	glines_add(l, STYLE_TEXT, NULL, TF("grid.differs", "n", c, NULL),
	    NULL);
	add_texts(l, T("grid.culprits"), val_get(n->result, "hard"),
	    STYLE_ERROR);
	add_texts(l, T("grid.unplaced"), val_get(n->check, "unplaced"),
	    STYLE_WARN);
	add_texts(l, T("grid.violated"), val_get(n->check, "conflicts"),
	    STYLE_TEXT);
	gridlist_diff(l, diff);
	glist_open(l, &does);
}

static void
diff_cb(const struct link_reply *r, void *arg)
{
	struct view	*v = arg;
	struct gen	*n = v->state;

	n->call = 0;
	if (!r->ok) {
		snprintf(n->error, sizeof n->error, "%s", r->text);
		ui_redraw();
		return;
	}
	/* The list stands in the place of this box. */
	show_result(n, r->body);
	n->draft[0] = '\0';
	view_pop(v);
}

static void
check_cb(const struct link_reply *r, void *arg)
{
	struct view	*v = arg;
	struct gen	*n = v->state;
	struct val	*args;

	n->call = 0;
	if (!r->ok) {
		snprintf(n->error, sizeof n->error, "%s", r->text);
		ui_redraw();
		return;
	}
	n->check = val_copy(r->body);
	args = val_map();
	val_put(args, "timetable", val_uuid(n->draft));
	val_put(args, "other", val_uuid(n->from));
	n->call = app_once("timetable.diff", args, diff_cb, v);
}

/* --- Under way ------------------------------------------------------------------------------ */

static void
job_cb(const struct link_reply *r, void *arg)
{
	struct view	*v = arg;
	struct gen	*n = v->state;
	struct timeval	 tv = { 0, POLL_US };
	const char	*state = val_get_str(r->body, "state");
	struct val	*args;

	n->call = 0;
	ui_redraw();
	if (!r->ok || state == NULL) {
		n->ended = true;
		snprintf(n->error, sizeof n->error, "%s", r->text);
		return;
	}
	n->done = val_get_int(r->body, "done", n->done);
	n->total = val_get_int(r->body, "total", n->total);
	if (strcmp(state, "waiting") == 0 || strcmp(state, "running") == 0) {
		evtimer_add(n->poll, &tv);
		return;
	}
	n->ended = true;
	if (strcmp(state, "done") != 0) {
		snprintf(n->error, sizeof n->error, "%s",
		    val_get_str(r->body, "error") != NULL ?
		    val_get_str(r->body, "error") : T("grid.cancelled"));
		return;
	}
	n->result = val_copy(val_get(r->body, "result"));
	args = val_map();
	val_put(args, "timetable", val_uuid(n->draft));
	n->call = app_once("timetable.check", args, check_cb, v);
}

static void
poll_cb(evutil_socket_t fd, short what, void *arg)
{
	struct view	*v = arg;
	struct gen	*n = v->state;
	struct val	*args;

	(void)fd;
	(void)what;
	if (n->call != 0 || n->job[0] == '\0')
		return;
	args = val_map();
	val_put(args, "job", val_uuid(n->job));
	n->call = app_call("timetable.job", args, job_cb, v);
}

static void
failed(struct gen *n, const struct link_reply *r)
{
	n->ended = true;
	snprintf(n->error, sizeof n->error, "%s", r->text);
	ui_redraw();
}

static void
ordered_cb(const struct link_reply *r, void *arg)
{
	struct view	*v = arg;
	struct gen	*n = v->state;

	n->call = 0;
	if (!r->ok) {
		failed(n, r);
		return;
	}
	snprintf(n->job, sizeof n->job, "%s", val_get_word(r->body, "job"));
	poll_cb(-1, 0, v);
}

static void
draft_cb(const struct link_reply *r, void *arg)
{
	struct view	*v = arg;
	struct gen	*n = v->state;
	struct val	*args;

	n->call = 0;
	if (!r->ok) {
		failed(n, r);
		return;
	}
	snprintf(n->draft, sizeof n->draft, "%s", val_get_word(r->body, "id"));
	args = val_map();
	val_put(args, "timetable", val_uuid(n->draft));
	val_put_int(args, "limit", n->limit);
	if (n->stay)
		val_put_bool(args, "stay", true);
	n->call = app_write("timetable.generate", args, NULL, NULL,
	    ordered_cb, v);
}

static bool
gen_start(struct view *v, void *arg)
{
	struct gen	*n = v->state;
	struct val	*args;

	*n = *(struct gen *)arg;
	n->poll = evtimer_new(app.base, poll_cb, v);
	args = val_put_text(val_map(), "name", n->name);
	val_put(args, "from", val_uuid(n->from));
	n->call = app_write("timetable.create", args, NULL, NULL, draft_cb,
	    v);
	return true;
}

static void
gen_close(struct view *v)
{
	struct gen	*n = v->state;

	if (n->call != 0)
		app_forget(n->call);
	event_free(n->poll);
	/* What has come to nothing is not kept. */
	if (n->ended && n->draft[0] != '\0')
		drop_draft(n->draft);
	val_free(n->result);
	val_free(n->check);
	free(n->name);
}

static void
gen_draw(struct view *v, struct surface *s)
{
	struct gen	*n = v->state;
	struct surface	 in = draw_popup(s, 7, 60, T(n->stay ? "grid.repair" :
			    "grid.generate"));
	char		 a[24], b[24];
	int		 w;

	if (n->error[0] != '\0') {
		draw_wrap(&in, 0, 0, in.cols, in.rows - 1, STYLE_ERROR,
		    n->error, 0);
		return;
	}
	snprintf(a, sizeof a, "%lld", (long long)n->done);
	snprintf(b, sizeof b, "%lld", (long long)n->total);
	draw_text(&in, 0, 0, in.cols, STYLE_TEXT, n->total == 0 ?
	    T("grid.preparing") : TF("grid.progress", "placed", a, "total", b,
	    NULL));
	w = n->total == 0 ? 0 : (int)(n->done * in.cols / n->total);
	draw_fill(&in, 2, 0, 1, in.cols, STYLE_INPUT);
	draw_fill(&in, 2, 0, 1, w, STYLE_SELECTED);
	draw_text(&in, 4, 0, in.cols, STYLE_DIM, T(n->stopping ?
	    "grid.stopping" : "grid.esc_stops"));
	draw_cursor(&in, 0, 0);
}

static void
gen_say(struct view *v, char *out, size_t len)
{
	struct gen	*n = v->state;
	char		 a[24], b[24];

	snprintf(a, sizeof a, "%lld", (long long)n->done);
	snprintf(b, sizeof b, "%lld", (long long)n->total);
	snprintf(out, len, "%s", n->error[0] != '\0' ? n->error :
	    n->total == 0 ? T("grid.preparing") : TF("grid.progress",
	    "placed", a, "total", b, NULL));
}

static bool
gen_action(struct view *v, enum action a, const struct input *in)
{
	struct gen	*n = v->state;
	struct val	*args;

	(void)in;
	if (a != ACT_BACK && a != ACT_CLOSE && a != ACT_OPEN)
		return false;
	if (n->ended) {
		if (n->call == 0)
			view_pop(v);
		return true;
	}
	if (a == ACT_OPEN || n->stopping || n->job[0] == '\0')
		return true;
	n->stopping = true;
	args = val_map();
	val_put(args, "id", val_uuid(n->job));
	app_write("jobs.cancel", args, NULL, NULL, call_quiet_cb, NULL);
	ui_redraw();
	return true;
}

static const struct view_ops gen_view = {
	.name = "grid-generate",
	.when = WHEN_DIALOG,
	.flags = VIEW_POPUP,
	.size = sizeof(struct gen),
	.open = gen_start,
	.close = gen_close,
	.draw = gen_draw,
	.action = gen_action,
	.say = gen_say,
	.hints = { ACT_BACK }
};

/* --- Starting ----------------------------------------------------------------------------- */

static void
limit_cb(const char *text, void *arg)
{
	struct grid	*g = arg;
	struct gen	 n = { .g = g, .stay = g->repair };

	if (text == NULL || g->plan == NULL)
		return;
	n.limit = atoi(text);
	snprintf(n.from, sizeof n.from, "%s", g->plan->id);
	n.name = xasprintf("%.100s - %s", g->plan->name, T(g->repair ?
	    "grid.repair" : "grid.generate"));
	view_push(&gen_view, &n);
}

static void
kind_cb(int choice, void *arg)
{
	struct dialog_line	line = {
		.title = T(choice == 1 ? "grid.repair" : "grid.generate"),
		.label = T("grid.limit"), .text = "300", .max = 4,
		.flags = EDIT_DIGITS | EDIT_OFFER, .done = limit_cb, .arg = arg
	};
	struct grid		*g = arg;

	if (choice < 0)
		return;
	g->repair = choice == 1;
	dialog_line(&line);
}

void
grid_generate(struct grid *g)
{
	struct dialog_item	item[2];

	if (!app_may("timetable.generate") || !app_may("timetable.edit")) {
		toast(TOAST_WARN, NULL, "%s", T("grid.may_not"));
		return;
	}
	memset(item, 0, sizeof item);
	item[0].label = T("grid.generate_all");
	item[1].label = T("grid.generate_few");
	dialog_choose(T("grid.generate"), item, 2, 0, kind_cb, g);
}
