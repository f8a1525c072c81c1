/* weeksheet.c - see weeksheet.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/date.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/timer.h"
#include "tui/mod/weeksheet.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/refpick.h"
#include "tui/view/span.h"

#define DAYS	7
#define CELL	7		/* columns of a cell */

struct line {
	char	*task_id, *project_id;	/* NULL: none */
	char	*name, *under;		/* task, project */
	bool	 running;
	long	 sec[DAYS];		/* as the server has it */
	long	 typed[DAYS];		/* -1: not typed */
	long	 sent[DAYS];		/* what is on its way, likewise */
	bool	 taken;			/* its typing is in the fresh line */
};

/* What its menu may offer. */
enum sheet_does { SUBMIT, TAKE_BACK, APPROVE, RETURN };

/* What became of the week. */
enum approval { OPEN, SUBMITTED, APPROVED, RETURNED };

struct sheet {
	char		 person[40], who[160];
	int32_t		 monday;	/* days since 1970 */
	struct line	*line;
	int		 n, at, day, top, rows;
	int32_t		 locked;	/* up to this day, INT32_MIN none */
	char		 sent[40];	/* the timesheet, or empty */
	int64_t		 sent_version;
	enum approval	 state;
	char		 note[512];	/* why it was returned */
	enum sheet_does	 choice[3];	/* of the menu that is open */
	bool		 loaded, editing;
	int		 weeks;		/* to go once all is saved */
	struct view	*view;
	struct edit	 box;
	char		 error[300];
	uint64_t	 call, write;
	struct watch	*watch, *decided;
};

static void
sheet_clear(struct sheet *h)
{
	int	i;

	for (i = 0; i < h->n; i++) {
		free(h->line[i].task_id);
		free(h->line[i].project_id);
		free(h->line[i].name);
		free(h->line[i].under);
	}
	free(h->line);
	h->line = NULL;
	h->n = 0;
}

static bool
line_dirty(const struct line *l)
{
	int	d;

	for (d = 0; d < DAYS; d++)
		if (l->typed[d] >= 0)
			return true;
	return false;
}

static bool
sheet_dirty(const struct sheet *h)
{
	int	i;

	for (i = 0; i < h->n; i++)
		if (line_dirty(&h->line[i]))
			return true;
	return false;
}

static char *
sheet_copy(const struct record *r, const char *name)
{
	const char	*s = val_str(record_get(r, name));

	return s == NULL ? NULL : xstrdup(s);
}

static bool
same_id(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether it was sent for approval; any row says it. */
static void
sheet_approval(struct sheet *h, const struct record *r)
{
	static const char *const names[] = { "", "submitted", "approved",
	    "returned" };
	const char		*id = val_str(record_get(r, "sheet_id"));
	const char		*state = val_str(record_get(r, "sheet_state"));
	const char		*note = val_str(record_get(r, "sheet_note"));
	const struct val	*version = record_get(r, "sheet_version");
	int			 i;

	snprintf(h->sent, sizeof h->sent, "%s", id == NULL ? "" : id);
	snprintf(h->note, sizeof h->note, "%s", note == NULL ? "" : note);
	h->sent_version = version == NULL ? 0 : version->i;
	h->state = OPEN;
	for (i = SUBMITTED; i <= RETURNED; i++)
		if (state != NULL && strcmp(state, names[i]) == 0)
			h->state = (enum approval)i;
}

/* What was typed and is not saved outlives a fresh look. */
static void
sheet_take(struct sheet *h, const struct val *body)
{
	static const char *const column[DAYS] = {
		"d1", "d2", "d3", "d4", "d5", "d6", "d7"
	};
	struct sheet		 was = *h;
	const struct val	*rows = val_get(body, "rows"), *v;
	struct record		 r = { val_get(body, "columns"), NULL };
	struct line		*l;
	struct date		 lock;
	int			 i, k, d;

	h->state = OPEN;
	h->n = (int)val_count(rows);
	h->line = xcalloc((size_t)h->n + (size_t)was.n + 1,
	    sizeof *h->line);
	for (i = 0; i < h->n; i++) {
		l = &h->line[i];
		r.row = val_at(rows, (size_t)i);
		l->task_id = sheet_copy(&r, "task_id");
		l->project_id = sheet_copy(&r, "project_id");
		l->name = sheet_copy(&r, "task");
		l->under = sheet_copy(&r, "project");
		v = record_get(&r, "running");
		l->running = v != NULL && v->i != 0;
		for (d = 0; d < DAYS; d++) {
			v = record_get(&r, column[d]);
			l->sec[d] = v == NULL ? 0 : (long)v->i;
			l->typed[d] = l->sent[d] = -1;
		}
		for (k = 0; k < was.n; k++)
			if (same_id(was.line[k].task_id, l->task_id) &&
			    same_id(was.line[k].project_id,
			    l->project_id)) {
				memcpy(l->typed, was.line[k].typed,
				    sizeof l->typed);
				memcpy(l->sent, was.line[k].sent,
				    sizeof l->sent);
				was.line[k].taken = true;
			}
		v = record_get(&r, "locked_until");
		if (val_str(v) != NULL && date_read(val_str(v),
		    strlen(val_str(v)), &lock) == DATE_OK)
			h->locked = date_days(&lock);
		sheet_approval(h, &r);
	}
	/* Of a line that only stands here, too. */
	for (k = 0; k < was.n; k++) {
		l = &was.line[k];
		if (l->taken || !line_dirty(l))
			continue;
		h->line[h->n++] = *l;
		l->task_id = l->project_id = l->name = l->under = NULL;
	}
	sheet_clear(&was);
	if (h->at >= h->n)
		h->at = h->n > 0 ? h->n - 1 : 0;
}

static void
sheet_cb(const struct link_reply *r, void *arg)
{
	struct sheet	*h = arg;

	h->call = 0;
	h->loaded = true;
	snprintf(h->error, sizeof h->error, "%s", r->ok ? "" : r->text);
	if (r->ok && !h->editing)
		sheet_take(h, r->body);
	ui_redraw();
}

static void
sheet_load(struct sheet *h)
{
	struct val	*args = val_map();
	struct date	 d = date_from_days(h->monday);
	char		 text[DATE_TEXT];

	if (h->call != 0)
		app_forget(h->call);
	date_write(&d, text);
	val_put_text(args, "monday", text);
	if (h->person[0] != '\0')
		val_put(args, "person", val_uuid(h->person));
	h->call = app_call("time.week", args, sheet_cb, h);
}

static void
sheet_watch_cb(const struct val *items, void *arg)
{
	(void)items;
	sheet_load(arg);
}

struct sheet_arg {
	const char	*person, *name;
	int32_t		 day;
};

static bool
sheet_start(struct view *v, void *arg)
{
	struct sheet		*h = v->state;
	struct sheet_arg	*a = arg;
	struct date		 d;
	int32_t			 today = a->day != 0 ? a->day : span_today();
	bool			 mine = a->person == NULL ||
				    same_id(a->person, app_user_id());

	h->view = v;
	snprintf(h->person, sizeof h->person, "%s", mine ? "" : a->person);
	snprintf(h->who, sizeof h->who, "%s", mine || a->name == NULL ? "" :
	    a->name);
	d = date_from_days(today);
	h->day = date_weekday(&d) - 1;
	h->monday = today - h->day;
	h->locked = INT32_MIN;
	edit_init(&h->box, 0, 12);
	h->watch = watch_add("time_entries", sheet_watch_cb, h);
	h->decided = watch_add("timesheets", sheet_watch_cb, h);
	sheet_load(h);
	return true;
}

static void
sheet_close(struct view *v)
{
	struct sheet	*h = v->state;

	if (h->call != 0)
		app_forget(h->call);
	if (h->write != 0)	/* it is done all the same */
		app_forget(h->write);
	watch_free(h->watch);
	watch_free(h->decided);
	edit_free(&h->box);
	sheet_clear(h);
}

static void
sheet_title(struct view *v, char *out, size_t len)
{
	struct sheet	*h = v->state;

	snprintf(out, len, "%s%s%s%s", T("timer.week_sheet"),
	    h->who[0] == '\0' ? "" : ": ", h->who,
	    sheet_dirty(h) ? " *" : "");
}

/* --- Drawing ------------------------------------------------------------------- */

static long
line_cell(const struct line *l, int day)
{
	return l->typed[day] >= 0 ? l->typed[day] : l->sec[day];
}

/* H:MM; nothing for nothing. */
static void
cell_text(long s, char out[DATE_TEXT])
{
	out[0] = '\0';
	if (s > 0)
		snprintf(out, DATE_TEXT, "%ld:%02ld", s / 3600, s / 60 % 60);
}

static void
sheet_heads(struct sheet *h, struct surface *s, int name)
{
	int32_t		today = span_today();
	struct date	d;
	char		head[32];
	int		i;

	draw_text(s, 0, 2, name - 3, STYLE_TITLE, T("timer.work"));
	for (i = 0; i < DAYS; i++) {
		d = date_from_days(h->monday + i);
		snprintf(head, sizeof head, "%s %d",
		    weekday_short(ui_lang(), i + 1), d.day);
		draw_right(s, 0, name + i * CELL, CELL - 1,
		    h->monday + i == today ? STYLE_KEY : STYLE_TITLE, head);
	}
	draw_right(s, 0, name + DAYS * CELL, CELL, STYLE_TITLE,
	    T("timer.total"));
}

static void
sheet_row(struct sheet *h, struct surface *s, int row, int i, int name)
{
	struct line	*l = &h->line[i];
	char		 text[DATE_TEXT], with[DATE_TEXT + 2];
	uint32_t	 style;
	long		 sum = 0;
	int		 d, w;
	bool		 here;

	if (i == h->at)
		draw_text(s, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
	w = draw_text(s, row, 2, name - 4, l->running ? STYLE_GOOD :
	    STYLE_TEXT, l->name != NULL ? l->name : l->under != NULL ?
	    l->under : T("timer.nothing"));
	if (l->name != NULL && l->under != NULL && name - w - 7 > 6)
		draw_text(s, row, 4 + w, name - w - 6, STYLE_DIM, l->under);
	for (d = 0; d < DAYS; d++) {
		sum += line_cell(l, d);
		here = i == h->at && d == h->day;
		cell_text(line_cell(l, d), text);
		snprintf(with, sizeof with, "%s%s", text[0] == '\0' &&
		    (here || l->typed[d] >= 0) ? "-" : text,
		    l->typed[d] >= 0 ? "*" : "");
		style = l->typed[d] >= 0 ? STYLE_WARN :
		    h->monday + d <= h->locked ? STYLE_DIM : STYLE_TEXT;
		if (here && h->editing) {
			edit_draw(&h->box, s, row, name + d * CELL, CELL - 1,
			    true);
			continue;
		}
		draw_right(s, row, name + d * CELL, CELL - 1, style, with);
		if (here) {
			draw_style(s, row, name + d * CELL, 1, CELL - 1,
			    STYLE_SELECTED);
			draw_cursor(s, row, name + d * CELL + CELL - 2);
		}
	}
	cell_text(sum, text);
	draw_right(s, row, name + DAYS * CELL, CELL, STYLE_TEXT, text);
}

static void
sheet_sums(struct sheet *h, struct surface *s, int row, int name)
{
	char	text[DATE_TEXT];
	long	sum, all = 0;
	int	d, i;

	draw_text(s, row, 2, name - 3, STYLE_TITLE, T("timer.total"));
	for (d = 0; d < DAYS; d++) {
		for (sum = 0, i = 0; i < h->n; i++)
			sum += line_cell(&h->line[i], d);
		all += sum;
		cell_text(sum, text);
		draw_right(s, row, name + d * CELL, CELL - 1, STYLE_TITLE,
		    text);
	}
	cell_text(all, text);
	draw_right(s, row, name + DAYS * CELL, CELL, STYLE_TITLE, text);
}

static void
sheet_draw(struct view *v, struct surface *s)
{
	struct sheet	*h = v->state;
	int		 name = s->cols - (DAYS + 1) * CELL - 1, i;

	if (h->error[0] != '\0') {
		draw_wrap(s, 0, 2, s->cols - 4, 3, STYLE_ERROR, h->error, 0);
		return;
	}
	if (name > 70)
		name = 70;
	if (name < 10)
		name = 10;
	sheet_heads(h, s, name);
	h->rows = s->rows - 2;
	if (h->at < h->top)
		h->top = h->at;
	if (h->at >= h->top + h->rows)
		h->top = h->at - h->rows + 1;
	for (i = 0; i < h->rows && h->top + i < h->n; i++)
		sheet_row(h, s, 1 + i, h->top + i, name);
	if (h->n == 0 && h->loaded)
		draw_text(s, 1, 2, -1, STYLE_DIM, T("timer.sheet_empty"));
	sheet_sums(h, s, 1 + i + (h->n == 0), name);
	draw_scrollbar(s, 1, s->cols - 1, h->rows, h->top, h->n);
}

static void
sheet_status(struct view *v, char *out, size_t len)
{
	struct sheet	*h = v->state;
	struct date	 a = date_from_days(h->monday);
	struct date	 z = date_from_days(h->monday + DAYS - 1);
	struct value_ctx ctx = app_ctx();
	char		 from[DATE_TEXT], to[DATE_TEXT];
	static const char *const state[] = {
		[OPEN] = "", [SUBMITTED] = "timer.week_submitted",
		[APPROVED] = "timer.week_approved",
		[RETURNED] = "timer.week_returned"
	};

	date_format(&a, ctx.date_pattern, from);
	date_format(&z, ctx.date_pattern, to);
	snprintf(out, len, "%s - %s%s%s", from, to,
	    sheet_dirty(h) ? "   " : "", sheet_dirty(h) ?
	    T("timer.unsaved") : "");
	if (h->n > 0 && h->state != OPEN)
		snprintf(out + strlen(out), len - strlen(out), "   %s%s%s",
		    T(state[h->state]), h->note[0] == '\0' ? "" : ": ",
		    h->note);
	if (h->n > 0 && h->monday + h->day <= h->locked)
		snprintf(out + strlen(out), len - strlen(out), "   %s",
		    T("timer.locked_day"));
}

static void
sheet_say(struct view *v, char *out, size_t len)
{
	struct sheet	*h = v->state;
	char		 text[48];

	if (h->n == 0) {
		snprintf(out, len, "%s", T("timer.sheet_empty"));
		return;
	}
	timer_words(line_cell(&h->line[h->at], h->day), text, sizeof text);
	snprintf(out, len, "%s, %s, %s", h->line[h->at].name != NULL ?
	    h->line[h->at].name : h->line[h->at].under != NULL ?
	    h->line[h->at].under : T("timer.nothing"),
	    weekday_name(ui_lang(), h->day + 1), text);
}

/* --- Typing -------------------------------------------------------------------- */

/* Takes what stands in the box; false: it is no duration, and stays. */
static bool
cell_take(struct sheet *h)
{
	int64_t	s = 0;

	if (!h->editing)
		return true;
	if (h->box.len > 0 && duration_parse(ui_lang(), h->box.text,
	    h->box.len, &s) != DATE_OK) {
		toast(TOAST_WARN, NULL, "%s", T("timer.bad_duration"));
		return false;
	}
	if (s > 90000) {
		toast(TOAST_WARN, NULL, "%s", T("time.cell"));
		return false;
	}
	h->line[h->at].typed[h->day] = s == h->line[h->at].sec[h->day] ? -1 :
	    (long)s;
	h->editing = false;
	return true;
}

static void
cell_edit(struct sheet *h, const char *text)
{
	if (h->n == 0)
		return;
	h->editing = true;
	edit_set(&h->box, text);
}

static void	sheet_go(struct sheet *, int weeks);

static void
sheet_saved_cb(const struct link_reply *r, void *arg)
{
	struct sheet	*h = arg;
	int		 i, d;

	h->write = 0;
	if (!r->ok) {
		h->weeks = 0;
		app_error(r);
		return;
	}
	/* What was typed since is still to be saved. */
	for (i = 0; i < h->n; i++)
		for (d = 0; d < DAYS; d++)
			if (h->line[i].typed[d] == h->line[i].sent[d])
				h->line[i].typed[d] = -1;
	toast(TOAST_GOOD, NULL, "%s", T("timer.sheet_saved"));
	watch_touch("time_entries");
	if (h->weeks != 0 && !sheet_dirty(h))
		sheet_go(h, h->weeks);
	h->weeks = 0;
}

static void
sheet_send(struct sheet *h, const char *reason)
{
	struct val	*args = val_map(), *cells = val_array(), *c;
	struct date	 day;
	char		 text[DATE_TEXT];
	int		 i, d;

	for (i = 0; i < h->n; i++)
		for (d = 0; d < DAYS; d++) {
			h->line[i].sent[d] = h->line[i].typed[d];
			if (h->line[i].typed[d] < 0)
				continue;
			c = val_map();
			if (h->line[i].task_id != NULL)
				val_put(c, "task_id",
				    val_uuid(h->line[i].task_id));
			if (h->line[i].project_id != NULL)
				val_put(c, "project_id",
				    val_uuid(h->line[i].project_id));
			day = date_from_days(h->monday + d);
			date_write(&day, text);
			val_put_text(c, "day", text);
			val_put_int(c, "seconds", h->line[i].typed[d]);
			val_add(cells, c);
		}
	val_put(args, "cells", cells);
	if (h->person[0] != '\0')
		val_put(args, "person", val_uuid(h->person));
	if (reason != NULL)
		val_put_text(args, "reason", reason);
	h->write = app_write("time.save_week", args, NULL,
	    T("timer.sheet_saved"), sheet_saved_cb, h);
}

static void
sheet_reason_cb(const char *text, void *arg)
{
	struct sheet	*h = arg;

	if (text != NULL && text[0] != '\0')
		sheet_send(h, text);
	else
		h->weeks = 0;
}

/* Locked days want a reason, of those who may correct them. */
static void
sheet_save(struct sheet *h)
{
	struct dialog_line	line = {
		.title = T("timer.week_sheet"), .label = T("timer.reason"),
		.max = 255, .done = sheet_reason_cb, .arg = h
	};
	int			i, d;

	if (h->write != 0 || !cell_take(h) || !sheet_dirty(h))
		return;
	for (i = 0; i < h->n; i++)
		for (d = 0; d < DAYS; d++)
			if (h->line[i].typed[d] >= 0 &&
			    h->monday + d <= h->locked &&
			    app_may("time.edit_locked")) {
				dialog_line(&line);
				return;
			}
	sheet_send(h, NULL);
}

static void
sheet_picked_cb(const char *id, const char *title, void *arg)
{
	struct sheet	*h = arg;
	struct line	*l;
	int		 i;

	if (id == NULL)
		return;
	for (i = 0; i < h->n; i++)
		if (same_id(h->line[i].task_id, id)) {
			h->at = i;
			return;
		}
	h->line = xreallocarray(h->line, (size_t)h->n + 1, sizeof *h->line);
	l = &h->line[h->n];
	memset(l, 0, sizeof *l);
	l->task_id = xstrdup(id);
	l->name = xstrdup(title);
	for (i = 0; i < DAYS; i++)
		l->typed[i] = l->sent[i] = -1;
	h->at = h->n++;
	ui_redraw();
}

static void
sheet_leave_cb(enum dialog_leave how, void *arg)
{
	struct view	*v = arg;

	if (how == LEAVE_SAVE)
		sheet_save(v->state);
	else if (how == LEAVE_DROP)
		view_pop(v);
}

static bool
sheet_leave(struct view *v)
{
	struct sheet	*h = v->state;

	if (!sheet_dirty(h) && !h->editing)
		return true;
	dialog_unsaved(v, T("timer.week_sheet"), sheet_leave_cb, v);
	return false;
}

static void
sheet_go(struct sheet *h, int weeks)
{
	h->weeks = 0;
	sheet_clear(h);
	h->loaded = false;
	h->monday += weeks * DAYS;
	sheet_load(h);
}

static void
sheet_week_cb(enum dialog_leave how, void *arg)
{
	struct sheet	*h = arg;

	if (how == LEAVE_SAVE)
		sheet_save(h);
	else if (how == LEAVE_DROP)
		sheet_go(h, h->weeks);
	else
		h->weeks = 0;
}

/* Another week; what is typed here is saved first. */
static void
sheet_week(struct sheet *h, int weeks)
{
	if (sheet_dirty(h)) {
		h->weeks = weeks;
		dialog_unsaved(h->view, T("timer.week_sheet"), sheet_week_cb,
		    h);
		return;
	}
	sheet_go(h, weeks);
}

/* --- Approval ------------------------------------------------------------------ */

static void
sheet_decided_cb(const struct link_reply *r, void *arg)
{
	struct sheet	*h = arg;

	h->write = 0;
	if (!r->ok)
		app_error(r);
	watch_touch("timesheets");
}

static void
sheet_write(struct sheet *h, const char *verb, const char *note,
    const char *said)
{
	struct val	*args;
	struct date	 d = date_from_days(h->monday);
	char		 text[DATE_TEXT];

	if (strcmp(verb, "timesheets.submit") == 0) {
		date_write(&d, text);
		args = val_put_text(val_map(), "monday", text);
	} else
		args = record_args(h->sent, h->sent_version);
	if (note != NULL)
		val_put_text(args, "note", note);
	h->write = app_write(verb, args, NULL, T(said), sheet_decided_cb, h);
}

static void
sheet_return_cb(const char *text, void *arg)
{
	if (text != NULL && text[0] != '\0')
		sheet_write(arg, "timesheets.return", text,
		    "timer.week_sent_back");
}

static void
sheet_menu_cb(int i, void *arg)
{
	struct sheet		*h = arg;
	struct dialog_line	 line = {
		.title = T("timer.return"), .label = T("timer.return_why"),
		.max = 500, .done = sheet_return_cb, .arg = h
	};

	if (i < 0 || h->write != 0)
		return;
	switch (h->choice[i]) {
	case SUBMIT:
		sheet_write(h, "timesheets.submit", NULL, "timer.week_sent");
		break;
	case TAKE_BACK:
		sheet_write(h, "timesheets.return", NULL, "timer.week_taken");
		break;
	case APPROVE:
		sheet_write(h, "timesheets.approve", NULL,
		    "timer.week_approved_now");
		break;
	case RETURN:
		dialog_line(&line);
		break;
	}
}

/* What can be done with the week as it stands. */
static void
sheet_menu(struct sheet *h)
{
	struct dialog_item	item[3];
	bool			mine = h->person[0] == '\0';
	bool			judge = app_may("time.approve");
	int			n = 0;

	if (sheet_dirty(h)) {
		toast(TOAST_WARN, NULL, "%s", T("timer.save_first"));
		return;
	}
	memset(item, 0, sizeof item);
	if (mine && app_may("time.create") && (h->state == OPEN ||
	    h->state == RETURNED)) {
		h->choice[n] = SUBMIT;
		item[n++].label = T("timer.submit");
	}
	if (judge && !mine && h->state == SUBMITTED) {
		h->choice[n] = APPROVE;
		item[n++].label = T("timer.approve");
	}
	if (mine && h->state == SUBMITTED) {
		h->choice[n] = TAKE_BACK;
		item[n++].label = T("timer.take_back");
	}
	if (judge && !mine && (h->state == SUBMITTED || h->state == APPROVED)) {
		h->choice[n] = RETURN;
		item[n++].label = T("timer.return");
	}
	if (n == 0)
		toast(TOAST_NOTICE, NULL, "%s", T("timer.week_settled"));
	else
		dialog_choose(T("timer.week_sheet"), item, n, 0,
		    sheet_menu_cb, h);
}

static bool
sheet_move(struct sheet *h, int down, int right)
{
	if (!cell_take(h))
		return true;
	h->at += down;
	h->day += right;
	if (h->day < 0 || h->day >= DAYS) {
		h->at += h->day < 0 ? -1 : 1;
		h->day = h->day < 0 ? DAYS - 1 : 0;
	}
	if (h->at < 0)
		h->at = 0;
	if (h->at >= h->n)
		h->at = h->n > 0 ? h->n - 1 : 0;
	return true;
}

static bool
sheet_key(struct view *v, const struct input *in)
{
	struct sheet	*h = v->state;
	bool		 digit = input_is_text(in) && in->code >= '0' &&
			    in->code <= '9';

	if (in->kind == INPUT_KEY && in->code == 's' && in->mods == MOD_CTRL) {
		if (cell_take(h))
			sheet_save(h);
		return true;
	}
	if (h->n > 0 && (in->kind == INPUT_PASTE || (!h->editing && digit))) {
		if (!h->editing)
			cell_edit(h, "");
		return edit_key(&h->box, in);
	}
	if (!h->editing)
		return false;
	switch (in->kind == INPUT_KEY ? in->code : 0) {
	case K_ENTER:
	case K_DOWN:
		return sheet_move(h, 1, 0);
	case K_UP:
		return sheet_move(h, -1, 0);
	case K_TAB:
		return sheet_move(h, 0, in->mods == MOD_SHIFT ? -1 : 1);
	case K_ESC:
		h->editing = false;
		return true;
	default:
		return edit_key(&h->box, in);
	}
}

static bool
sheet_action(struct view *v, enum action a, const struct input *in)
{
	struct sheet		*h = v->state;
	const struct field	*f = def_field(defs_find("time_entries"),
				    "task_id");
	char			 text[DATE_TEXT];

	(void)in;
	switch (a) {
	case ACT_UP:
		return sheet_move(h, -1, 0);
	case ACT_DOWN:
	case ACT_OPEN:
		return sheet_move(h, 1, 0);
	case ACT_LEFT:
	case ACT_PREV_PANE:
		return sheet_move(h, 0, -1);
	case ACT_RIGHT:
	case ACT_NEXT_PANE:
		return sheet_move(h, 0, 1);
	case ACT_TOP:
		h->at = 0;
		return true;
	case ACT_BOTTOM:
		h->at = h->n > 0 ? h->n - 1 : 0;
		return true;
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
		sheet_week(h, a == ACT_PAGE_UP ? -1 : 1);
		return true;
	case ACT_EDIT:
		if (h->n > 0) {
			cell_text(line_cell(&h->line[h->at], h->day), text);
			cell_edit(h, text);
		}
		return true;
	case ACT_DELETE:
		if (h->n > 0)
			h->line[h->at].typed[h->day] =
			    h->line[h->at].sec[h->day] == 0 ? -1 : 0;
		return true;
	case ACT_NEW:
		if (f != NULL)
			refpick_open(f, NULL, sheet_picked_cb, h);
		return true;
	case ACT_SAVE:
		if (cell_take(h))
			sheet_save(h);
		return true;
	case ACT_ACTIONS:
		if (cell_take(h))
			sheet_menu(h);
		return true;
	case ACT_REFRESH:
		sheet_load(h);
		return true;
	case ACT_BACK:
	case ACT_CLOSE:
		view_close(v);
		return true;
	default:
		return false;
	}
}

static const char *
sheet_label(struct view *v, enum action a)
{
	(void)v;
	switch (a) {
	case ACT_NEW:
		return T("timer.add_line");
	case ACT_ACTIONS:
		return T("timer.approval");
	case ACT_PAGE_UP:
		return T("timer.week_before");
	case ACT_PAGE_DOWN:
		return T("timer.week_after");
	case ACT_DELETE:
		return T("timer.empty_cell");
	default:
		return NULL;
	}
}

static const struct view_ops sheet_view = {
	.name = "weeksheet",
	.when = WHEN_GRID,
	.size = sizeof(struct sheet),
	.open = sheet_start,
	.close = sheet_close,
	.title = sheet_title,
	.draw = sheet_draw,
	.status = sheet_status,
	.key = sheet_key,
	.action = sheet_action,
	.leave = sheet_leave,
	.say = sheet_say,
	.label = sheet_label,
	.hints = { ACT_SAVE, ACT_EDIT, ACT_NEW, ACT_ACTIONS, ACT_PAGE_UP,
	    ACT_PAGE_DOWN, ACT_DELETE, ACT_BACK }
};

void
weeksheet_open(const char *person, const char *name, int32_t day)
{
	struct sheet_arg	a = { person, name, day };

	view_push(&sheet_view, &a);
}
