/* timer.c - see timer.h. The server says how long it runs; here it only goes
 * on counting by a clock that nobody sets. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/date.h"
#include "lib/tr.h"
#include "lib/tz.h"
#include "lib/when.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/timer.h"
#include "tui/mod/weeksheet.h"
#include "tui/pick.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"

#define RECENT	5

static struct {
	struct val	*body;		/* time.status's only row, by column */
	uint64_t	 call;
	int64_t		 loaded;	/* when it came, by clock_mono() */
	struct watch	*watch;
	struct event	*tick;		/* the header's minute */
	struct event	*ask;		/* after the key that woke us */
	bool		 asking;
	bool		 asked;		/* of what the body tells */
} timer;

static struct record
timer_row(void)
{
	return (struct record){ val_get(timer.body, "columns"),
	    val_at(val_get(timer.body, "rows"), 0) };
}

static const struct val *
timer_get(const char *name)
{
	struct record	r = timer_row();

	return r.row == NULL ? NULL : record_get(&r, name);
}

static const char *
timer_str(const char *name)
{
	const char	*s = val_str(timer_get(name));

	return s == NULL ? "" : s;
}

static bool
timer_is(const char *name)
{
	const struct val	*v = timer_get(name);

	return v != NULL && v->kind == VAL_BOOL && v->i != 0;
}

/* Seconds now: what the server said, and what has passed since. */
static long
timer_secs(const char *name)
{
	const struct val	*v = timer_get(name);
	long			 n = v != NULL && v->kind == VAL_INT ?
				    (long)v->i : 0;

	return n + (timer_is("running") ? (long)(clock_mono() / 1000 -
	    timer.loaded) : 0);
}

/* What it is on: the task, else the project, else what was typed. */
static const char *
timer_what(void)
{
	static const char *const	names[] = { "task", "project",
	    "description" };
	size_t	i;

	for (i = 0; i < 3; i++)
		if (timer_str(names[i])[0] != '\0')
			return timer_str(names[i]);
	return TF("timer.nothing", NULL);
}

void
timer_words(long s, char *out, size_t len)
{
	char	h[24], m[24];

	snprintf(h, sizeof h, "%ld", s / 3600);
	snprintf(m, sizeof m, "%ld", s / 60 % 60);
	snprintf(out, len, "%s", TF("timer.words", "h", h, "m", m, NULL));
}

/* The header changes once a minute, at its end. */
static void
timer_header(void)
{
	struct frame_info	*f = frame_info();
	struct timeval		 tv = { 60, 0 };
	char			 text[sizeof f->timer] = "";
	long			 s = timer_secs("seconds");

	if (timer_str("id")[0] != '\0')
		snprintf(text, sizeof text, "%02ld:%02ld%s %s", s / 3600,
		    s / 60 % 60, timer_is("running") ? "" :
		    TF("timer.stands", NULL), timer_what());
	if (strcmp(text, f->timer) != 0) {
		snprintf(f->timer, sizeof f->timer, "%s", text);
		ui_redraw();
	}
	if (timer.tick == NULL)
		return;
	tv.tv_sec = 60 - s % 60;
	if (timer_is("running"))
		evtimer_add(timer.tick, &tv);
	else
		evtimer_del(timer.tick);
}

static void
timer_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	timer.call = 0;
	if (!r->ok)
		return;
	val_free(timer.body);
	timer.body = val_copy(r->body);
	timer.loaded = clock_mono() / 1000;
	timer.asked = false;
	timer_header();
	ui_redraw();
}

static void
timer_load(const struct val *items, void *arg)
{
	(void)items;
	(void)arg;
	if (timer.call != 0)
		app_forget(timer.call);
	timer.call = app_call("time.status", NULL, timer_cb, NULL);
}

/* Past the time at which it counts as forgotten, the server is asked. */
static void
timer_tick_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (timer_secs("seconds") % 900 < 60)
		timer_load(NULL, NULL);
	else
		timer_header();
}

bool
timer_can(void)
{
	return defs_find("time_entries") != NULL &&
	    (app_may("time.view_all") || app_may("time.view_own"));
}

/* --- Forgotten ------------------------------------------------------------------ */

static void
timer_done_cb(const struct link_reply *r, void *arg)
{
	if (!r->ok)
		app_error(r);
	else if (arg != NULL)
		toast(TOAST_GOOD, NULL, "%s", T(arg));
	watch_touch(TIMER_RECORDS);
}

static void
timer_write(const char *verb, struct val *args, const char *said)
{
	app_write(verb, args, NULL, T(said), timer_done_cb, (void *)said);
}

static void
timer_resolve(const char *how, const char *at, const char *said)
{
	struct val	*args = val_map();

	val_put_text(args, "how", how);
	if (at != NULL)
		val_put_text(args, "at", at);
	timer_write("time.resolve", args, said);
}

static bool
timer_trim_check(const char *text, char *why, size_t len, void *arg)
{
	struct value_ctx	ctx = app_ctx();
	int64_t			us;

	(void)arg;
	if (timestamp_parse(ctx.lang, text, strlen(text), ctx.tz, ctx.now,
	    &us) == DATE_OK)
		return true;
	snprintf(why, len, "%s", T("timer.bad_time"));
	return false;
}

static void
timer_trim_cb(const char *text, void *arg)
{
	struct value_ctx	ctx = app_ctx();
	char			at[DATE_TEXT];
	int64_t			us;

	(void)arg;
	if (text == NULL || timestamp_parse(ctx.lang, text, strlen(text),
	    ctx.tz, ctx.now, &us) != DATE_OK)
		return;
	timestamp_write(us, at);
	timer_resolve("trim", at, "timer.trimmed");
}

/* When it should have ended, as people write it. */
static void
timer_suggest(char out[DATE_TEXT])
{
	struct value_ctx	 ctx = app_ctx();
	const char		*s = timer_str("suggest");
	int64_t			 us;

	out[0] = '\0';
	if (timestamp_read(s, strlen(s), &us) == DATE_OK)
		timestamp_format(us, ctx.tz, ctx.date_pattern, out);
}

static void
timer_asked_cb(int i, void *arg)
{
	struct dialog_line	line = {
		.title = T("timer.trim"), .label = T("timer.trim_label"),
		.max = 40, .check = timer_trim_check, .done = timer_trim_cb
	};
	char			at[DATE_TEXT];

	(void)arg;
	timer.asking = false;
	if (i == 0) {
		timer_suggest(at);
		line.text = at;
		dialog_line(&line);
	} else if (i == 2) {
		timer_resolve("discard", NULL, "timer.discarded");
	} else {
		/* Esc keeps it as well: nothing is lost by a stray key. */
		timer_resolve("keep", NULL, "timer.kept");
	}
}

static void
timer_ask_cb(evutil_socket_t fd, short what, void *arg)
{
	struct dialog_item	items[3] = {
		{ .label = T("timer.trim") }, { .label = T("timer.keep") },
		{ .label = T("timer.discard") }
	};
	char			at[DATE_TEXT], words[48];
	struct view		*v = view_top();

	(void)fd;
	(void)what;
	(void)arg;
	/* Nothing that is open is covered: the next key will do. */
	if (timer.asking || timer.asked || !timer_is("forgotten") ||
	    v == NULL || (v->ops->flags & VIEW_POPUP) ||
	    (v->ops->when & (WHEN_FORM | WHEN_SIGNIN)))
		return;
	timer.asking = timer.asked = true;
	timer_suggest(at);
	items[0].detail = at;
	timer_words(timer_secs("seconds"), words, sizeof words);
	items[1].detail = timer_what();
	dialog_choose(TF("timer.forgotten", "time", words, NULL), items, 3, 1,
	    timer_asked_cb, NULL);
}

void
timer_awake(void)
{
	struct timeval	now = { 0, 0 };

	if (timer.ask != NULL && !timer.asking && timer_is("forgotten"))
		evtimer_add(timer.ask, &now);
}

/* --- The popup -------------------------------------------------------------------- */

enum timer_does { DO_PAUSE, DO_GO_ON, DO_FINISH, DO_SHOW, DO_START, DO_RECENT,
    DO_WEEK };

struct timer_item {
	enum timer_does	 does;
	const char	*label;		/* key of the sentence */
	int		 recent;
};

struct popup {
	struct timer_item item[RECENT + 8];
	uint32_t	 key[RECENT + 8];
	struct pick	 pick;
	int		 list_row;
	struct val	*recent;	/* time_entries.list */
	int		 nrecent, recent_row[RECENT];
	uint64_t	 call;
	struct event	*tick;		/* its seconds */
};

static struct record
popup_recent(const struct popup *p, int i)
{
	return (struct record){ val_get(p->recent, "columns"),
	    val_at(val_get(p->recent, "rows"), (size_t)p->recent_row[i]) };
}

static void
popup_add(struct popup *p, enum timer_does does, const char *label,
    uint32_t key, int recent)
{
	p->item[p->pick.n] = (struct timer_item){ does, label, recent };
	p->key[p->pick.n++] = key;
}

/* What can be done now. */
static void
popup_fill(struct popup *p)
{
	bool	on = timer_str("id")[0] != '\0';
	int	i, at = p->pick.at;

	p->pick.n = 0;
	if (timer_is("running"))
		popup_add(p, DO_PAUSE, "timer.pause", 'd', 0);
	else if (on && app_may("time.create"))
		popup_add(p, DO_GO_ON, "timer.go_on", 'd', 0);
	if (on)
		popup_add(p, DO_FINISH, "timer.finish", 'b', 0);
	if (timer_str("task_id")[0] != '\0')
		popup_add(p, DO_SHOW, "timer.show", 'g', 0);
	if (app_may("time.create")) {
		popup_add(p, DO_START, "timer.start_free", 'y', 0);
		for (i = 0; i < p->nrecent; i++)
			popup_add(p, DO_RECENT, NULL, (uint32_t)('1' + i), i);
	}
	popup_add(p, DO_WEEK, "timer.week_sheet", 'h', 0);
	pick_count(&p->pick, p->pick.n);
	p->pick.at = at < p->pick.n ? at : p->pick.n - 1;
}

/* The last things that one has worked on, each once. A task that one does not
 * see any more has no title, and no time can be begun on it. */
static void
popup_recent_cb(const struct link_reply *r, void *arg)
{
	struct popup		*p = arg;
	const char		*id, *other;
	struct record		 rec, have;
	int			 i, k, n;

	p->call = 0;
	if (!r->ok)
		return;
	p->recent = val_copy(r->body);
	n = (int)val_count(val_get(p->recent, "rows"));
	for (i = 0; i < n && p->nrecent < RECENT; i++) {
		p->recent_row[p->nrecent] = i;
		rec = popup_recent(p, p->nrecent);
		id = val_str(record_get(&rec, "task_id"));
		if (id == NULL || strcmp(id, timer_str("task_id")) == 0 ||
		    val_str(record_get(&rec, "task_id.title")) == NULL)
			continue;
		for (k = 0; k < p->nrecent; k++) {
			have = popup_recent(p, k);
			other = val_str(record_get(&have, "task_id"));
			if (other != NULL && strcmp(other, id) == 0)
				break;
		}
		p->nrecent += k == p->nrecent;
	}
	popup_fill(p);
	ui_redraw();
}

static void
popup_tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct timeval	tv = { 1, 0 };
	struct popup	*p = arg;

	(void)fd;
	(void)what;
	ui_redraw();
	evtimer_add(p->tick, &tv);
}

static bool
popup_start(struct view *v, void *arg)
{
	struct popup	*p = v->state;
	struct val	*args = val_map(), *filter = val_map();
	struct val	*columns = val_array();
	struct timeval	 tv = { 1, 0 };

	(void)arg;
	popup_fill(p);
	val_put(filter, "user_id", val_uuid(app_user_id()));
	val_put(args, "filter", filter);
	val_add(columns, val_text("task_id"));
	val_put(args, "columns", columns);
	val_put_int(args, "limit", 40);
	p->call = app_call("time_entries.list", args, popup_recent_cb, p);
	/* In tests the popup stands still, so that they see an idle client. */
	p->tick = evtimer_new(ui_base(), popup_tick_cb, p);
	if (p->tick != NULL && getenv("KONAK_TEST") == NULL)
		evtimer_add(p->tick, &tv);
	return true;
}

static void
popup_close(struct view *v)
{
	struct popup	*p = v->state;

	if (p->call != 0)
		app_forget(p->call);
	if (p->tick != NULL)
		event_free(p->tick);
	val_free(p->recent);
}

static void
popup_total(struct surface *s, int row, const char *label, const char *name)
{
	char	words[48];

	if (val_is_null(timer_get(name)))
		return;
	timer_words(timer_secs(name), words, sizeof words);
	draw_text(s, row, 0, 18, STYLE_DIM, T(label));
	draw_text(s, row, 18, -1, STYLE_TEXT, words);
}

static void
popup_label(const struct popup *p, int i, char *out, size_t len)
{
	const struct val	*title;
	struct record		 r;

	if (p->item[i].label != NULL) {
		snprintf(out, len, "%s", T(p->item[i].label));
		return;
	}
	r = popup_recent(p, p->item[i].recent);
	title = record_get(&r, "task_id.title");
	snprintf(out, len, "%s", val_word(title));
}

static void
popup_draw(struct view *v, struct surface *s)
{
	struct popup	*p = v->state;
	struct surface	 in;
	bool		 on = timer_str("id")[0] != '\0';
	long		 secs = timer_secs("seconds");
	char		 text[300], key[8];
	int		 i, row, n;

	popup_fill(p);
	in = draw_popup(s, p->pick.n + 7, 50, T("timer.title"));
	if (on) {
		draw_text(&in, 0, 0, -1, STYLE_TITLE, timer_what());
		if (timer_str("task")[0] != '\0')
			draw_text(&in, 1, 0, -1, STYLE_DIM,
			    timer_str("project"));
		draw_fmt(&in, 2, 0, -1, timer_is("running") ? STYLE_GOOD :
		    STYLE_WARN, "%02ld:%02ld:%02ld%s", secs / 3600,
		    secs / 60 % 60, secs % 60, timer_is("running") ? "" :
		    TF("timer.stands", NULL));
	} else
		draw_text(&in, 0, 0, -1, STYLE_DIM, T("timer.none"));
	popup_total(&in, 3, "timer.today", "today");
	popup_total(&in, 4, "timer.week", "week");
	popup_total(&in, 5, "timer.project", "project_total");
	pick_fit(&p->pick, in.rows - 7);
	p->list_row = in.row - s->row + 7;
	for (i = 0; i < p->pick.rows; i++) {
		n = p->pick.top + i;
		if (n >= p->pick.n)
			break;
		row = 7 + i;
		popup_label(p, n, text, sizeof text);
		key[utf8_put(key, p->key[n])] = '\0';
		draw_text(&in, row, 2, 1, STYLE_KEY, key);
		draw_text(&in, row, 4, -1, STYLE_TEXT, text);
		if (n != p->pick.at)
			continue;
		draw_text(&in, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(&in, row, 0, 1, in.cols, STYLE_SELECTED);
		draw_cursor(&in, row, 2);
	}
}

static void
timer_begin(const char *field, const char *id)
{
	struct val	*args = val_map();

	if (field != NULL)
		val_put(args, field, val_uuid(id));
	timer_write("time.start", args, "timer.started");
}

static void
popup_do(struct view *v)
{
	struct popup		*p = v->state;
	struct timer_item	 it = p->item[p->pick.at];
	struct record		 r;
	char			 id[40] = "";

	if (it.does == DO_RECENT) {
		r = popup_recent(p, it.recent);
		snprintf(id, sizeof id, "%s", val_word(record_get(&r,
		    "task_id")));
	} else
		snprintf(id, sizeof id, "%s", timer_str("task_id"));
	view_pop(v);
	switch (it.does) {
	case DO_PAUSE:
		timer_write("time.pause", NULL, "timer.paused");
		break;
	case DO_FINISH:
		timer_write("time.finish", NULL, "timer.finished");
		break;
	case DO_GO_ON:
		if (id[0] == '\0' && timer_str("project_id")[0] != '\0')
			timer_begin("project_id", timer_str("project_id"));
		else
			timer_begin(id[0] == '\0' ? NULL : "task_id", id);
		break;
	case DO_RECENT:
		timer_begin("task_id", id);
		break;
	case DO_START:
		timer_begin(NULL, NULL);
		break;
	case DO_SHOW:
		app_open_record("tasks", id);
		break;
	case DO_WEEK:
		weeksheet_open(NULL, NULL, 0);
		break;
	}
}

static bool
popup_key(struct view *v, const struct input *in)
{
	struct popup	*p = v->state;
	bool		 taken;
	int		 i = pick_mouse(&p->pick, in, p->list_row, &taken);

	if (taken) {
		if (i >= 0)
			popup_do(v);
		return true;
	}
	if (!input_is_text(in))
		return false;
	for (i = 0; i < p->pick.n; i++) {
		if (p->key[i] != in->code)
			continue;
		p->pick.at = i;
		popup_do(v);
		return true;
	}
	return false;
}

static bool
popup_action(struct view *v, enum action a, const struct input *in)
{
	struct popup	*p = v->state;

	(void)in;
	if (pick_action(&p->pick, a))
		return true;
	if (a == ACT_OPEN)
		popup_do(v);
	else if (a == ACT_BACK)
		view_pop(v);
	else
		return false;
	return true;
}

static void
popup_say(struct view *v, char *out, size_t len)
{
	struct popup	*p = v->state;
	char		 words[48], text[300];

	timer_words(timer_secs("seconds"), words, sizeof words);
	popup_label(p, p->pick.at, text, sizeof text);
	snprintf(out, len, "%s: %s, %s. %s", T("timer.title"),
	    timer_str("id")[0] == '\0' ? T("timer.none") : timer_what(),
	    words, text);
}

static const struct view_ops popup_view = {
	.name = "timer",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct popup),
	.open = popup_start,
	.close = popup_close,
	.draw = popup_draw,
	.key = popup_key,
	.action = popup_action,
	.say = popup_say,
	.hints = { ACT_OPEN, ACT_UP, ACT_DOWN, ACT_BACK }
};

void
timer_open(void)
{
	if (view_find(&popup_view) == NULL)
		view_push(&popup_view, NULL);
}

/* A person's week, from a record that is about one. */
static bool
timer_sheet(const struct record *r)
{
	const char	*person = val_str(record_get(r, "user_id"));
	const char	*day = val_str(record_get(r, "monday"));
	struct date	 d;

	if (person == NULL || day == NULL || !timer_can() ||
	    date_read(day, strlen(day), &d) != DATE_OK)
		return false;
	weeksheet_open(person, val_str(record_get(r, "user_id.title")),
	    date_days(&d));
	return true;
}

bool
timer_record(const struct def *d, const struct record *r)
{
	const char	*field = strcmp(d->name, "tasks") == 0 ? "task_id" :
			    strcmp(d->name, "projects") == 0 ? "project_id" :
			    NULL;
	const char	*id = record_id(r);

	if (strcmp(d->name, "timesheets") == 0)
		return timer_sheet(r);
	if (field == NULL || id == NULL || !timer_can())
		return false;
	if (timer_is("running") && strcmp(timer_str(field), id) == 0 &&
	    (field[0] == 't' || timer_str("task_id")[0] == '\0'))
		timer_open();
	else
		timer_begin(field, id);
	return true;
}

/* --- From entering a company to leaving it ------------------------------------------- */

void
timer_stop(void)
{
	if (timer.call != 0)
		app_forget(timer.call);
	watch_free(timer.watch);
	val_free(timer.body);
	if (timer.tick != NULL)
		event_free(timer.tick);
	if (timer.ask != NULL)
		event_free(timer.ask);
	memset(&timer, 0, sizeof timer);
	frame_info()->timer[0] = '\0';
}

void
timer_start(void)
{
	timer_stop();
	if (!timer_can())
		return;
	timer.tick = evtimer_new(ui_base(), timer_tick_cb, NULL);
	timer.ask = evtimer_new(ui_base(), timer_ask_cb, NULL);
	timer.watch = watch_add("time_entries", timer_load, NULL);
	timer_load(NULL, NULL);
}
