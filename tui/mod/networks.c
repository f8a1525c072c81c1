/* networks.c - see networks.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/networks.h"
#include "tui/pick.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/why.h"

#define LIST_ROW	3

struct networks {
	struct val	*company;	/* companies.get */
	char		 error[300];
	uint64_t	 call;
	struct pick	 pick;
	struct watch	*watch;
};

bool
networks_may(void)
{
	return app_may("settings.view") || app_may("settings.edit");
}

static const struct val *
networks_list(const struct networks *p)
{
	return val_get(p->company, "allowed_networks");
}

static void
got_cb(const struct link_reply *r, void *arg)
{
	struct networks	*p = arg;

	p->call = 0;
	snprintf(p->error, sizeof p->error, "%s", r->ok ? "" : r->text);
	if (r->ok) {
		val_free(p->company);
		p->company = val_copy(r->body);
	}
	pick_count(&p->pick, (int)val_count(networks_list(p)));
	ui_redraw();
}

static void
networks_load(struct networks *p)
{
	struct val	*args = val_map();

	if (p->call != 0)
		app_forget(p->call);
	val_put(args, "id", val_uuid(app_company_id()));
	p->call = app_call("companies.get", args, got_cb, p);
}

static void
networks_watch_cb(const struct val *items, void *arg)
{
	(void)items;
	networks_load(arg);
}

static bool
networks_start(struct view *v, void *arg)
{
	struct networks	*p = v->state;

	(void)arg;
	p->watch = watch_add("companies", networks_watch_cb, p);
	networks_load(p);
	return true;
}

static void
networks_close(struct view *v)
{
	struct networks	*p = v->state;

	if (p->call != 0)
		app_forget(p->call);
	watch_free(p->watch);
	val_free(p->company);
}

static void
networks_title(struct view *v, char *out, size_t len)
{
	(void)v;
	snprintf(out, len, "%s", T("networks.title"));
}

static void
networks_draw(struct view *v, struct surface *s)
{
	struct networks		*p = v->state;
	const struct val	*list = networks_list(p);
	int			 i, row, n = (int)val_count(list);

	draw_wrap(s, 0, 2, s->cols - 4, 2, STYLE_DIM, T("networks.help"), 0);
	draw_cursor(s, LIST_ROW, 1);
	if (p->error[0] != '\0') {
		draw_wrap(s, LIST_ROW, 2, s->cols - 4, 3, STYLE_ERROR,
		    p->error, 0);
		return;
	}
	if (n == 0) {
		draw_wrap(s, LIST_ROW, 2, s->cols - 4, 2, STYLE_TEXT,
		    T(p->company == NULL ? "views.loading" :
		    "networks.none"), 0);
		return;
	}
	pick_fit(&p->pick, s->rows - LIST_ROW);
	for (i = p->pick.top; i < n && (row = LIST_ROW + i - p->pick.top) <
	    s->rows; i++) {
		draw_text(s, row, 3, s->cols - 5, STYLE_TEXT,
		    val_word(list->item[i]));
		if (i != p->pick.at)
			continue;
		draw_text(s, row, 1, 1, STYLE_KEY, glyph(GLYPH_MARK));
		draw_style(s, row, 0, 1, s->cols, STYLE_SELECTED);
		draw_cursor(s, row, 1);
	}
}

/* --- Changing ---------------------------------------------------------------------- */

static void
saved_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (r->ok)
		toast(TOAST_GOOD, NULL, "%s", TF("views.saved", "what",
		    T("networks.title"), NULL));
	else
		app_error(r);
	watch_touch("companies");
}

/* The list without line `drop` (-1: all of it) and with `add` (or NULL). */
static void
networks_save(struct networks *p, int drop, const char *add)
{
	const struct val	*list = networks_list(p);
	struct val		*args = val_map(), *next = val_array();
	size_t			 i;

	for (i = 0; i < val_count(list); i++)
		if ((int)i != drop)
			val_add(next, val_copy(list->item[i]));
		else if (add != NULL)
			val_add(next, val_text(add));
	if (add != NULL && drop < 0)
		val_add(next, val_text(add));
	if (next->n == 0) {
		val_free(next);
		next = val_null();
	}
	val_put(args, "id", val_uuid(app_company_id()));
	val_put_int(args, "version", val_get_int(p->company, "version", 0));
	val_put(args, "allowed_networks", next);
	app_write("companies.edit", args, NULL, T("networks.title"), saved_cb,
	    NULL);
}

static bool
networks_manage(const struct networks *p)
{
	const char	*text;

	if (app_may("settings.edit"))
		return p->company != NULL;
	text = TF("views.not_allowed", "what", T("networks.title"), NULL);
	why_note_own(text, "settings.edit", NULL);
	toast(TOAST_WARN, NULL, "%s", TF("why.hint", "text", text, "key",
	    keys_hint(ACT_WHY), NULL));
	return false;
}

static void
added_cb(const char *text, void *arg)
{
	if (text != NULL && text[0] != '\0')
		networks_save(arg, -1, text);
}

static void
edited_cb(const char *text, void *arg)
{
	struct networks	*p = arg;

	if (text != NULL && text[0] != '\0')
		networks_save(p, p->pick.at, text);
}

static void
networks_ask(struct networks *p, bool edit)
{
	struct dialog_line	d = {
		.title = T("networks.title"), .label = T("networks.one"),
		.text = edit ? val_str(val_at(networks_list(p),
		    (size_t)p->pick.at)) : NULL,
		.max = 50, .done = edit ? edited_cb : added_cb, .arg = p
	};

	dialog_line(&d);
}

static bool
networks_action(struct view *v, enum action a, const struct input *in)
{
	struct networks	*p = v->state;
	bool		 any = val_count(networks_list(p)) > 0;

	(void)in;
	if (pick_action(&p->pick, a)) {
		ui_redraw();
		return true;
	}
	switch (a) {
	case ACT_NEW:
		if (networks_manage(p))
			networks_ask(p, false);
		return true;
	case ACT_EDIT:
	case ACT_OPEN:
		if (any && networks_manage(p))
			networks_ask(p, true);
		return true;
	case ACT_DELETE:
		if (any && networks_manage(p))
			networks_save(p, p->pick.at, NULL);
		return true;
	case ACT_REFRESH:
		networks_load(p);
		return true;
	case ACT_BACK:
		view_close(v);
		return true;
	default:
		return false;
	}
}

static bool
networks_key(struct view *v, const struct input *in)
{
	struct networks	*p = v->state;
	bool		 taken = false;

	if (in->kind == INPUT_MOUSE)
		pick_mouse(&p->pick, in, LIST_ROW, &taken);
	if (taken)
		ui_redraw();
	return taken;
}

static const struct view_ops networks_view = {
	.name = "networks",
	.when = WHEN_LIST,
	.size = sizeof(struct networks),
	.open = networks_start,
	.close = networks_close,
	.title = networks_title,
	.draw = networks_draw,
	.key = networks_key,
	.action = networks_action,
	.hints = { ACT_NEW, ACT_EDIT, ACT_DELETE, ACT_UNDO, ACT_BACK }
};

void
networks_open(void)
{
	view_push(&networks_view, NULL);
}
