/* searchview.c - see searchview.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/input.h"
#include "tui/pick.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/list.h"
#include "tui/view/searchview.h"
#include "tui/view/sidemenu.h"

#define PAUSE_MS	120
#define OF_A_TYPE	8
#define LINES_MAX	600

/* A line: a record of a group, or its heading (record -1). */
struct line {
	int	group, record;
};

struct search {
	struct edit	 edit;
	struct event	*pause;
	uint64_t	 call;
	struct val	*body;
	char		 error[300];
	bool		 asked;		/* for the present text */
	struct line	 line[LINES_MAX];
	struct pick	 pick;
	int		 list_row;
};

static const struct val *
group(const struct search *s, int i)
{
	return val_at(val_get(s->body, "groups"), (size_t)i);
}

static const struct def *
group_def(const struct search *s, int i)
{
	return defs_find(val_get_str(group(s, i), "type"));
}

/* In the order of the menu; types without a screen of their own last. */
static int
by_menu(const void *a, const void *b)
{
	const struct val *const	*x = a, *const *y = b;
	const struct def	*p = defs_find(val_get_str(*x, "type"));
	const struct def	*q = defs_find(val_get_str(*y, "type"));

	return p < q ? -1 : p > q;
}

static void
lines(struct search *s)
{
	struct val	*groups = (struct val *)val_get(s->body, "groups");
	int		 i, k, n = 0;

	if (val_count(groups) > 0)
		qsort(groups->item, groups->n, sizeof *groups->item, by_menu);
	for (i = 0; i < (int)val_count(groups); i++) {
		if (group_def(s, i) == NULL)
			continue;
		for (k = -1; k < (int)val_count(val_get(group(s, i),
		    "rows")) && n < LINES_MAX; k++)
			s->line[n++] = (struct line){ i, k };
	}
	pick_count(&s->pick, n);
	/* On the first record, not on its heading. */
	if (n > 1 && s->pick.at == 0)
		s->pick.at = 1;
}

static void
found_cb(const struct link_reply *r, void *arg)
{
	struct search	*s = arg;

	s->call = 0;
	s->asked = true;
	snprintf(s->error, sizeof s->error, "%s", r->ok ? "" : r->text);
	val_free(s->body);
	s->body = r->ok ? val_copy(r->body) : NULL;
	s->pick.at = 0;
	lines(s);
	ui_redraw();
}

static void
ask(struct search *s)
{
	struct val	*args;

	if (s->call != 0)
		app_forget(s->call);
	s->call = 0;
	if (s->edit.len == 0) {
		val_free(s->body);
		s->body = NULL;
		s->asked = false;
		lines(s);
		return;
	}
	args = val_put_text(val_map(), "text", s->edit.text);
	val_put_int(args, "limit", OF_A_TYPE);
	s->call = app_call("search.all", args, found_cb, s);
}

static void
pause_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	ask(arg);
	ui_redraw();
}

static bool
search_start(struct view *v, void *arg)
{
	struct search	*s = v->state;

	edit_init(&s->edit, 0, 200);
	s->pause = evtimer_new(app.base, pause_cb, s);
	if (arg != NULL) {
		edit_set(&s->edit, arg);
		ask(s);
	}
	return true;
}

static void
search_close(struct view *v)
{
	struct search	*s = v->state;

	if (s->call != 0)
		app_forget(s->call);
	event_free(s->pause);
	edit_free(&s->edit);
	val_free(s->body);
}

static void
search_title(struct view *v, char *out, size_t len)
{
	(void)v;
	snprintf(out, len, "%s", action_label(ACT_SEARCH));
}

static void
draw_record(const struct search *s, struct surface *in, int row,
    const struct line *l)
{
	const struct val	*r = val_at(val_get(group(s, l->group),
				    "rows"), (size_t)l->record);
	const char		*title = val_str(val_at(r, 1));
	const char		*hint = val_str(val_at(r, 2));
	int			 w = in->cols / 3;

	draw_text(in, row, 4, in->cols - w - 6, STYLE_TEXT, title == NULL ?
	    TF("views.empty", NULL) : title);
	if (hint != NULL)
		draw_text(in, row, in->cols - w, w - 1, STYLE_DIM, hint);
}

static void
draw_heading(const struct search *s, struct surface *in, int row,
    const struct line *l)
{
	const struct def	*d = group_def(s, l->group);
	char			 text[200];

	snprintf(text, sizeof text, "%s  %zu%s", app_label(d->labels),
	    val_count(val_get(group(s, l->group), "rows")),
	    val_get_bool(group(s, l->group), "more") ? "+" : "");
	draw_text(in, row, 2, in->cols - 3, STYLE_TITLE, text);
}

static void
search_draw(struct view *v, struct surface *whole)
{
	struct search	*s = v->state;
	struct surface	 in = sidemenu_draw(whole);
	const char	*say = NULL;
	int		 i, row;

	s->list_row = 2;
	pick_fit(&s->pick, in.rows - 2);
	for (i = 0; i < s->pick.rows && s->pick.top + i < s->pick.n; i++) {
		const struct line *l = &s->line[s->pick.top + i];

		row = 2 + i;
		if (l->record < 0)
			draw_heading(s, &in, row, l);
		else
			draw_record(s, &in, row, l);
		if (s->pick.top + i != s->pick.at)
			continue;
		draw_text(&in, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(&in, row, 0, 1, in.cols, STYLE_SELECTED);
	}
	if (s->error[0] != '\0')
		say = s->error;
	else if (s->pick.n == 0)
		say = s->edit.len == 0 ? TF("views.search_help", NULL) :
		    s->asked ? TF("views.search_none", NULL) :
		    TF("views.loading", NULL);
	if (say != NULL)
		draw_wrap(&in, 2, 2, in.cols - 4, 3, STYLE_DIM, say, 0);
	draw_scrollbar(&in, 2, in.cols - 1, in.rows - 2, s->pick.top,
	    s->pick.n);
	draw_text(&in, 0, 1, -1, STYLE_TITLE, TF("views.find", NULL));
	edit_draw(&s->edit, &in, 0, 2 + text_width(TF("views.find", NULL),
	    strlen(TF("views.find", NULL))), in.cols - 12, true);
}

static void
open_line(struct search *s, int i)
{
	const struct line	*l;
	const struct def	*d;
	const struct val	*r;

	if (i < 0 || i >= s->pick.n)
		return;
	l = &s->line[i];
	d = group_def(s, l->group);
	if (l->record < 0) {
		list_open_search(d->name, s->edit.text);
		return;
	}
	r = val_at(val_get(group(s, l->group), "rows"), (size_t)l->record);
	app_open_record(d->name, val_str(val_at(r, 0)));
}

static bool
search_key(struct view *v, const struct input *in)
{
	struct search	*s = v->state;
	struct timeval	 tv = { 0, PAUSE_MS * 1000 };
	struct input	 moved;
	bool		 taken;
	int		 i;

	if (!sidemenu_mouse(v->cols, in, &moved))
		return true;
	i = pick_mouse(&s->pick, &moved, s->list_row, &taken);
	if (taken) {
		open_line(s, i);
		return true;
	}
	if (pick_key(&s->pick, in))
		return true;
	if (!edit_key(&s->edit, in))
		return false;
	s->asked = false;
	evtimer_add(s->pause, &tv);
	ui_redraw();
	return true;
}

/* To the next group, or the one before. */
static void
jump(struct search *s, int way)
{
	int	i = s->pick.at;

	do
		i += way;
	while (i > 0 && i < s->pick.n && s->line[i].record >= 0);
	if (i >= 0 && i < s->pick.n)
		s->pick.at = i;
}

static bool
search_action(struct view *v, enum action a, const struct input *in)
{
	struct search	*s = v->state;

	(void)in;
	switch (a) {
	case ACT_OPEN:
		open_line(s, s->pick.at);
		return true;
	case ACT_NEXT_PANE:
	case ACT_PREV_PANE:
		jump(s, a == ACT_NEXT_PANE ? 1 : -1);
		return true;
	case ACT_REFRESH:
		ask(s);
		return true;
	case ACT_SEARCH:
		return true;
	case ACT_BACK:
		if (s->edit.len > 0) {
			edit_set(&s->edit, "");
			ask(s);
		} else
			view_close(v);
		return true;
	default:
		return false;
	}
}

static void
search_say(struct view *v, char *out, size_t len)
{
	const struct search	*s = v->state;
	const struct line	*l;
	const struct val	*r;
	const char		*title, *hint;

	if (s->pick.n == 0) {
		snprintf(out, len, "%s %s  %s", TF("views.find", NULL),
		    s->edit.text, s->asked ? TF("views.search_none", NULL) :
		    "");
		return;
	}
	l = &s->line[s->pick.at];
	r = l->record < 0 ? NULL : val_at(val_get(group(s, l->group),
	    "rows"), (size_t)l->record);
	title = val_str(val_at(r, 1));
	hint = val_str(val_at(r, 2));
	snprintf(out, len, "%d/%d %s%s%s%s%s", s->pick.at + 1, s->pick.n,
	    app_label(group_def(s, l->group)->labels), title == NULL ? "" :
	    ": ", title == NULL ? "" : title, hint == NULL ? "" : ", ",
	    hint == NULL ? "" : hint);
}

static const struct view_ops search_view = {
	.name = "search",
	.when = WHEN_FORM,	/* letters go to the text */
	.size = sizeof(struct search),
	.open = search_start,
	.close = search_close,
	.title = search_title,
	.draw = search_draw,
	.key = search_key,
	.action = search_action,
	.say = search_say,
	.hints = { ACT_OPEN, ACT_NEXT_PANE, ACT_BACK }
};

void
search_open(const char *text)
{
	struct view	*v = view_find(&search_view);

	if (v != NULL) {
		view_pop_above(v);
		return;
	}
	view_push(&search_view, (void *)text);
}
