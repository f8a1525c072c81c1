/* refpick.c - records by their titles; see refpick.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/refpick.h"

/* --- The search ---------------------------------------------------------------- */

struct lookup {
	char		*type;
	char		*text;
	struct val	*filter;
	struct val	*body;
	void		(*changed)(void *);
	void		*arg;
	struct event	*pause;
	uint64_t	 call;
};

static void
lookup_cb(const struct link_reply *r, void *arg)
{
	struct lookup	*k = arg;

	k->call = 0;
	val_free(k->body);
	k->body = r->ok ? val_copy(r->body) : NULL;
	if (!r->ok)
		app_error(r);
	k->changed(k->arg);
}

static void
lookup_pause_cb(evutil_socket_t fd, short what, void *arg)
{
	struct lookup	*k = arg;
	struct val	*args = val_map();
	char		 verb[128];

	(void)fd;
	(void)what;
	if (k->call != 0)
		app_forget(k->call);
	if (k->text[0] != '\0')
		val_put_text(args, "search", k->text);
	if (k->filter != NULL)
		val_put(args, "filter", val_copy(k->filter));
	val_put_int(args, "limit", 50);
	snprintf(verb, sizeof verb, "%s.lookup", k->type);
	k->call = app_call(verb, args, lookup_cb, k);
}

struct lookup *
lookup_new(const char *type, void (*changed)(void *), void *arg)
{
	struct lookup	*k = xcalloc(1, sizeof *k);

	k->type = xstrdup(type);
	k->text = xstrdup("");
	k->changed = changed;
	k->arg = arg;
	k->pause = evtimer_new(app.base, lookup_pause_cb, k);
	return k;
}

void
lookup_free(struct lookup *k)
{
	if (k == NULL)
		return;
	if (k->call != 0)
		app_forget(k->call);
	event_free(k->pause);
	val_free(k->filter);
	val_free(k->body);
	free(k->text);
	free(k->type);
	free(k);
}

void
lookup_search(struct lookup *k, const char *text, struct val *filter)
{
	struct timeval	tv = { 0, text[0] == '\0' ? 1000 : 120000 };

	free(k->text);
	k->text = xstrdup(text);
	val_free(k->filter);
	k->filter = filter;
	evtimer_add(k->pause, &tv);
}

size_t
lookup_n(const struct lookup *k)
{
	return val_count(val_get(k->body, "rows"));
}

static const char *
lookup_cell(const struct lookup *k, size_t i, const char *name)
{
	struct record	r = {
		val_get(k->body, "columns"),
		val_at(val_get(k->body, "rows"), i)
	};
	const char	*s = r.row == NULL ? NULL :
			    val_str(record_get(&r, name));

	return s == NULL ? "" : s;
}

const char *
lookup_id(const struct lookup *k, size_t i)
{
	return lookup_cell(k, i, "id");
}

const char *
lookup_title(const struct lookup *k, size_t i)
{
	return lookup_cell(k, i, "title");
}

const char *
lookup_hint(const struct lookup *k, size_t i)
{
	return lookup_cell(k, i, "hint");
}

bool
lookup_waiting(const struct lookup *k)
{
	return k->call != 0 || evtimer_pending(k->pause, NULL);
}

/* --- The popup ------------------------------------------------------------------- */

struct refpick {
	const struct field	*f;
	struct val		*filter;
	void			(*done)(const char *, const char *, void *);
	void			*arg;
	struct edit		 box;
	struct lookup		*look;
	size_t			 at, top;
	int			 page;
	bool			 answered;
};

struct refpick_open {
	const struct field	*f;
	struct val		*filter;
	void			(*done)(const char *, const char *, void *);
	void			*arg;
};

static void
refpick_changed(void *arg)
{
	struct refpick	*p = arg;

	if (p->at >= lookup_n(p->look))
		p->at = 0;
	ui_redraw();
}

static bool
refpick_start(struct view *v, void *arg)
{
	struct refpick		*p = v->state;
	struct refpick_open	*o = arg;

	p->f = o->f;
	p->filter = o->filter;
	p->done = o->done;
	p->arg = o->arg;
	edit_init(&p->box, 0, 100);
	p->look = lookup_new(o->f->ref, refpick_changed, p);
	lookup_search(p->look, "", val_copy(p->filter));
	return true;
}

static void
refpick_close(struct view *v)
{
	struct refpick	*p = v->state;

	lookup_free(p->look);
	edit_free(&p->box);
	val_free(p->filter);
	if (!p->answered)
		p->done(NULL, NULL, p->arg);
}

static void
refpick_draw(struct view *v, struct surface *s)
{
	struct refpick	*p = v->state;
	struct surface	 in = draw_popup(s, 14, 56, app_label(p->f->label));
	size_t		 i, n = lookup_n(p->look);
	int		 row;

	edit_draw(&p->box, &in, 0, 0, in.cols, true);
	p->page = in.rows - 2;
	if (p->at < p->top)
		p->top = p->at;
	if (p->page > 0 && p->at >= p->top + (size_t)p->page)
		p->top = p->at - (size_t)p->page + 1;
	if (n == 0)
		draw_text(&in, 2, 0, in.cols, STYLE_DIM,
		    TF(lookup_waiting(p->look) ? "views.loading" :
		    "views.not_found", NULL));
	for (i = p->top; i < n && (int)(i - p->top) < p->page; i++) {
		row = 2 + (int)(i - p->top);
		if (i == p->at)
			draw_text(&in, row, 0, 1, STYLE_KEY,
			    glyph(GLYPH_MARK));
		draw_text(&in, row, 2, in.cols - 20, STYLE_TEXT,
		    lookup_title(p->look, i));
		draw_right(&in, row, in.cols - 17, 16, STYLE_DIM,
		    lookup_hint(p->look, i));
		if (i == p->at)
			draw_style(&in, row, 0, 1, in.cols, STYLE_SELECTED);
	}
}

static void
refpick_take(struct view *v, size_t i)
{
	struct refpick	*p = v->state;

	if (i >= lookup_n(p->look))
		return;
	p->answered = true;
	p->done(lookup_id(p->look, i), lookup_title(p->look, i), p->arg);
	view_pop(v);
}

static bool
refpick_key(struct view *v, const struct input *in)
{
	struct refpick	*p = v->state;
	size_t		 n = lookup_n(p->look);

	if (in->kind == INPUT_KEY) {
		switch (in->code) {
		case K_ESC:
			view_pop(v);
			return true;
		case K_ENTER:
			refpick_take(v, p->at);
			return true;
		case K_UP:
			p->at = p->at > 0 ? p->at - 1 : 0;
			ui_redraw();
			return true;
		case K_DOWN:
			p->at = p->at + 1 < n ? p->at + 1 : p->at;
			ui_redraw();
			return true;
		default:
			break;
		}
	}
	if (in->kind == INPUT_MOUSE && in->button == MOUSE_PRESS) {
		/* The popup's frame and box take three rows above. */
		return true;
	}
	if (edit_key(&p->box, in)) {
		p->at = p->top = 0;
		lookup_search(p->look, p->box.text, val_copy(p->filter));
		ui_redraw();
		return true;
	}
	return true;
}

static const struct view_ops refpick_view = {
	.name = "choose",
	.when = WHEN_DIALOG,
	.flags = VIEW_POPUP,
	.size = sizeof(struct refpick),
	.open = refpick_start,
	.close = refpick_close,
	.draw = refpick_draw,
	.key = refpick_key,
	.hints = { ACT_OPEN, ACT_BACK }
};

void
refpick_open(const struct field *f, struct val *filter,
    void (*done)(const char *, const char *, void *), void *arg)
{
	struct refpick_open	o = { f, filter, done, arg };

	view_push(&refpick_view, &o);
}
