/* roleview.c - see roleview.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/msg.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/mod/roleview.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/verb.h"

struct roleview {
	char		 id[40];
	char		*name;
	struct val	*body;
	char		 error[300];
	uint64_t	 call;
	int		 top, page, lines;
	struct watch	*watch;
};

struct roleview_arg {
	const char	*id, *name;
};

static void
seen_cb(const struct link_reply *r, void *arg)
{
	struct roleview	*p = arg;

	p->call = 0;
	snprintf(p->error, sizeof p->error, "%s", r->ok ? "" : r->text);
	if (r->ok) {
		val_free(p->body);
		p->body = val_copy(r->body);
	}
	ui_redraw();
}

static void
roleview_load(struct roleview *p)
{
	struct val	*args = val_map();

	if (p->call != 0)
		app_forget(p->call);
	val_put(args, "id", val_uuid(p->id));
	p->call = app_call("roles.preview", args, seen_cb, p);
}

static void
roleview_watch_cb(const struct val *items, void *arg)
{
	(void)items;
	roleview_load(arg);
}

static bool
roleview_start(struct view *v, void *arg)
{
	struct roleview		*p = v->state;
	struct roleview_arg	*a = arg;

	snprintf(p->id, sizeof p->id, "%s", a->id);
	p->name = xstrdup(a->name);
	p->watch = watch_add("roles", roleview_watch_cb, p);
	roleview_load(p);
	return true;
}

static void
roleview_close(struct view *v)
{
	struct roleview	*p = v->state;

	if (p->call != 0)
		app_forget(p->call);
	watch_free(p->watch);
	val_free(p->body);
	free(p->name);
}

static void
roleview_title(struct view *v, char *out, size_t len)
{
	struct roleview	*p = v->state;

	snprintf(out, len, "%s", TF("roles.sees", "role", p->name, NULL));
}

/* "görür, ekler, düzenler (kendi kayıtları)" */
static void
put_can(struct buf *b, const struct val *one)
{
	const struct val	*can = val_get(one, "can");
	const char		*scope = val_get_str(one, "scope");
	char			 key[64];
	size_t			 i;

	for (i = 0; i < val_count(can); i++) {
		snprintf(key, sizeof key, "roles.can_%s",
		    val_word(can->item[i]));
		buf_printf(b, "%s%s", i > 0 ? ", " : "", T(key));
	}
	snprintf(key, sizeof key, "views.scope_%s", scope == NULL ? "" :
	    scope);
	if (scope != NULL && scope[0] != '\0' && strcmp(scope, "all") != 0)
		buf_printf(b, " (%s)", msg_known(key) ? T(key) : scope);
}

static void
put_list(struct buf *b, const struct val *list)
{
	size_t	i;

	for (i = 0; i < val_count(list); i++)
		buf_printf(b, "%s%s", i > 0 ? ", " : "",
		    verb_label(list->item[i]));
}

/* A line, if it is among those that show; returns the next. */
static int
put(struct surface *s, const struct roleview *p, int line, uint32_t style,
    const char *head, const char *text)
{
	int	left = s->cols > 110 ? 32 : 24, n, row = line - p->top;
	int	at = row < 0 ? 0 : row;

	n = draw_wrap(NULL, 0, 0, s->cols - left - 3, 0, style, text, 0);
	if (n < 1)
		n = 1;
	if (row + n <= 0 || row >= s->rows)
		return line + n;
	if (row >= 0)
		draw_text(s, row, 1, left - 2, STYLE_TEXT, head);
	draw_wrap(s, at, left, s->cols - left - 3, s->rows - at, style, text,
	    at - row);
	return line + n;
}

static int
roleview_lines(struct roleview *p, struct surface *s)
{
	const struct val	*sees = val_get(p->body, "sees"), *one;
	struct buf		 b = BUF_INIT;
	int			 line = 0;
	size_t			 i;

	for (i = 0; i < val_count(sees); i++) {
		one = sees->item[i];
		buf_clear(&b);
		put_can(&b, one);
		line = put(s, p, line, STYLE_TEXT, verb_label(val_get(one, "label")),
		    buf_text(&b));
		if (val_count(val_get(one, "hidden")) == 0)
			continue;
		buf_clear(&b);
		put_list(&b, val_get(one, "hidden"));
		line = put(s, p, line, STYLE_DIM, "", TF("roles.hidden",
		    "fields", buf_text(&b), NULL));
	}
	buf_clear(&b);
	put_list(&b, val_get(p->body, "not"));
	if (buf_len(&b) > 0)
		line = put(s, p, line + 1, STYLE_DIM, T("roles.sees_not"),
		    buf_text(&b));
	buf_free(&b);
	return line;
}

static void
roleview_draw(struct view *v, struct surface *s)
{
	struct roleview	*p = v->state;

	draw_cursor(s, 0, 0);
	if (p->error[0] != '\0' || p->body == NULL) {
		draw_wrap(s, 0, 2, s->cols - 4, 3, p->error[0] != '\0' ?
		    STYLE_ERROR : STYLE_DIM, p->error[0] != '\0' ? p->error :
		    TF("views.loading", NULL), 0);
		return;
	}
	p->page = s->rows;
	p->lines = roleview_lines(p, s);
	draw_scrollbar(s, 0, s->cols - 1, s->rows, p->top, p->lines);
}

static bool
roleview_scroll(struct roleview *p, int to)
{
	if (to > p->lines - p->page)
		to = p->lines - p->page;
	p->top = to < 0 ? 0 : to;
	ui_redraw();
	return true;
}

static bool
roleview_action(struct view *v, enum action a, const struct input *in)
{
	struct roleview	*p = v->state;

	(void)in;
	switch (a) {
	case ACT_UP:
		return roleview_scroll(p, p->top - 1);
	case ACT_DOWN:
		return roleview_scroll(p, p->top + 1);
	case ACT_PAGE_UP:
		return roleview_scroll(p, p->top - p->page + 1);
	case ACT_PAGE_DOWN:
		return roleview_scroll(p, p->top + p->page - 1);
	case ACT_TOP:
		return roleview_scroll(p, 0);
	case ACT_BOTTOM:
		return roleview_scroll(p, p->lines);
	case ACT_REFRESH:
		roleview_load(p);
		return true;
	case ACT_BACK:
		view_close(v);
		return true;
	default:
		return false;
	}
}

static bool
roleview_key(struct view *v, const struct input *in)
{
	struct roleview	*p = v->state;

	if (in->kind != INPUT_MOUSE || (in->button != MOUSE_WHEEL_UP &&
	    in->button != MOUSE_WHEEL_DOWN))
		return false;
	return roleview_scroll(p, p->top + (in->button == MOUSE_WHEEL_UP ?
	    -3 : 3));
}

static const struct view_ops roleview_view = {
	.name = "roleview",
	.when = WHEN_TEXT,
	.size = sizeof(struct roleview),
	.open = roleview_start,
	.close = roleview_close,
	.title = roleview_title,
	.draw = roleview_draw,
	.key = roleview_key,
	.action = roleview_action,
	.hints = { ACT_BACK, ACT_REFRESH }
};

void
roleview_open(const char *role, const char *name)
{
	struct roleview_arg	a = { role, name };

	view_push(&roleview_view, &a);
}
