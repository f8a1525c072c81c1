/* outbox.c - see outbox.h. */
#include <stdio.h>
#include <string.h>

#include "lib/tz.h"
#include "tui/app.h"
#include "tui/call.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/pick.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/outbox.h"
#include "tui/view/verb.h"

struct outbox {
	struct pick	pick;
	int		list_row;
};

/* The words of the definition's own action with this verb; NULL: none. */
static const char *
action_words(const struct def *d, const char *verb)
{
	const struct val	*actions = val_get(d->v, "actions"), *v;
	const char		*own;
	size_t			 i;

	for (i = 0; i < val_count(actions); i++) {
		v = actions->item[i];
		own = val_get_str(v, "verb");
		if (own != NULL && strcmp(own, verb) == 0)
			return verb_label(val_get(v, "label"));
	}
	return NULL;
}

/* "Müşteri: düzenle" for customers.edit; the verb itself where nobody knows
 * better. */
static void
words(const struct call_wait *w, char *out, size_t len)
{
	static const struct {
		const char	*op, *key;
	} ops[] = { { "create", "outbox.create" }, { "edit", "outbox.edit" },
	    { "delete", "outbox.delete" }, { "restore", "outbox.restore" },
	    { "move", "outbox.move" } };
	const char		*dot = strrchr(w->verb, '.'), *does = NULL;
	char			 type[64];
	const struct def	*d;
	size_t			 i;

	snprintf(type, sizeof type, "%.*s", dot == NULL ? 0 :
	    (int)(dot - w->verb), w->verb);
	d = defs_find(type);
	for (i = 0; d != NULL && i < sizeof ops / sizeof ops[0]; i++) {
		if (strcmp(ops[i].op, dot + 1) == 0)
			does = T(ops[i].key);
	}
	if (d != NULL && does == NULL)
		does = action_words(d, w->verb);
	if (d == NULL)
		snprintf(out, len, "%s", w->verb);
	else
		snprintf(out, len, "%s: %s", app_label(d->label),
		    does == NULL ? dot + 1 : does);
}

static void
line_text(const struct call_wait *w, char *out, size_t len)
{
	char	what[160];

	words(w, what, sizeof what);
	snprintf(out, len, "%4llds  %s%s%s", (long long)w->waits_s, what,
	    w->what == NULL ? "" : "  ", w->what == NULL ? "" : w->what);
}

static int
count(void)
{
	struct call_wait	w;
	int			n = 0;

	while (call_waiting(n, &w))
		n++;
	return n;
}

static bool
outbox_start(struct view *v, void *arg)
{
	struct outbox	*o = v->state;

	(void)arg;
	pick_count(&o->pick, count());
	return true;
}

static void
outbox_draw(struct view *v, struct surface *s)
{
	struct outbox		*o = v->state;
	struct surface		 in;
	struct call_wait	 w;
	char			 text[300];
	int			 i, at;

	pick_count(&o->pick, count());
	in = draw_popup(s, (o->pick.n > 12 ? 12 : o->pick.n) + 3,
	    s->cols - 8 < 76 ? s->cols - 8 : 76, T("outbox.title"));
	pick_fit(&o->pick, in.rows - 2);
	o->list_row = in.row - s->row;
	for (i = 0; i < o->pick.rows; i++) {
		at = o->pick.top + i;
		if (!call_waiting(at, &w))
			break;
		line_text(&w, text, sizeof text);
		draw_text(&in, i, 2, in.cols - 3, at == o->pick.at ?
		    STYLE_SELECTED : STYLE_TEXT, text);
		if (at != o->pick.at)
			continue;
		draw_text(&in, i, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_cursor(&in, i, 0);
	}
	if (o->pick.n == 0)
		draw_text(&in, 0, 0, -1, STYLE_DIM, T("outbox.none"));
	draw_wrap(&in, in.rows - 1, 0, in.cols, 1, STYLE_DIM,
	    T("outbox.help"), 0);
}

static void
dropped(bool yes, void *arg)
{
	struct call_wait	*w = arg;

	if (yes)
		call_drop(w->handle);
	ui_redraw();
}

static void
ask_drop(const struct outbox *o)
{
	static struct call_wait	w;
	struct dialog_confirm	d = { .title = T("outbox.drop"),
	    .yes_key = 'e', .done = dropped, .arg = &w };
	char			text[300], what[200];

	if (!call_waiting(o->pick.at, &w))
		return;
	words(&w, what, sizeof what);
	snprintf(text, sizeof text, "%s", TF(w.tried ? "outbox.drop_sent" :
	    "outbox.drop_text", "what", what, NULL));
	d.text = text;
	dialog_confirm(&d);
}

static bool
outbox_key(struct view *v, const struct input *in)
{
	struct outbox	*o = v->state;
	bool		 taken;

	pick_mouse(&o->pick, in, o->list_row, &taken);
	if (taken)
		return true;
	if (in->kind == INPUT_KEY && in->mods == 0 &&
	    (in->code == 'd' || in->code == K_DELETE)) {
		ask_drop(o);
		return true;
	}
	return false;
}

static bool
outbox_action(struct view *v, enum action a, const struct input *in)
{
	struct outbox	*o = v->state;

	(void)in;
	if (a == ACT_BACK || a == ACT_OPEN) {
		view_pop(v);
		return true;
	}
	return pick_action(&o->pick, a);
}

static void
outbox_say(struct view *v, char *out, size_t len)
{
	struct outbox		*o = v->state;
	struct call_wait	 w;
	char			 text[300];

	if (!call_waiting(o->pick.at, &w)) {
		snprintf(out, len, "%s", T("outbox.none"));
		return;
	}
	line_text(&w, text, sizeof text);
	snprintf(out, len, "%d/%d %s", o->pick.at + 1, o->pick.n, text);
}

static const struct view_ops outbox_view = {
	.name = "outbox",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct outbox),
	.open = outbox_start,
	.draw = outbox_draw,
	.key = outbox_key,
	.action = outbox_action,
	.say = outbox_say,
	.hints = { ACT_UP, ACT_DOWN, ACT_BACK }
};

void
outbox_open(void)
{
	if (view_find(&outbox_view) == NULL)
		view_push(&outbox_view, NULL);
}
