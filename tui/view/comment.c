/* comment.c - see comment.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/store.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/comment.h"

#define BODY_MAX	10000
#define NAMES		5
#define NAME_MAX	60	/* bytes after an @ */

struct comment {
	char		 type[64], id[40];
	char		 comment[40];	/* "": a new one */
	int64_t		 version;
	struct edit	 edit;
	struct val	*names;		/* rows of records.names; NULL none */
	size_t		 at;		/* among them */
	char		 asked[NAME_MAX + 1];
	uint64_t	 call, saving;
	char		 error[300];
};

struct comment_arg {
	const char	*type, *id, *comment, *text;
	int64_t		 version;
};

/* --- Names -------------------------------------------------------------------- */

/* What stands between the last @ and the cursor; NULL: no name is written. */
static const char *
name_start(const struct edit *e, size_t *len)
{
	size_t	i = e->cursor;

	while (i > 0 && e->text[i - 1] != '@' && e->text[i - 1] != '\n')
		i--;
	*len = e->cursor - i;
	if (i == 0 || e->text[i - 1] != '@' || *len == 0 || *len > NAME_MAX ||
	    (i > 1 && e->text[i - 2] != ' ' && e->text[i - 2] != '\n'))
		return NULL;
	return e->text + i;
}

static void
names_drop(struct comment *c)
{
	if (c->call != 0)
		app_forget(c->call);
	c->call = 0;
	val_free(c->names);
	c->names = NULL;
	c->at = 0;
	c->asked[0] = '\0';
}

static const char *
name_at(const struct comment *c, size_t i)
{
	return val_str(val_at(val_at(c->names, i), 1));
}

static void
names_cb(const struct link_reply *r, void *arg)
{
	struct comment	*c = arg;
	char		 said[300];

	c->call = 0;
	val_free(c->names);
	c->names = r->ok ? val_copy(val_get(r->body, "rows")) : NULL;
	c->at = 0;
	if (term_caps()->plain && val_count(c->names) > 0) {
		snprintf(said, sizeof said, "@%s (Tab)", name_at(c, 0));
		term_say(said);
	}
	ui_redraw();
}

static void
names_ask(struct comment *c)
{
	struct val	*args;
	const char	*start;
	size_t		 len;

	start = name_start(&c->edit, &len);
	if (start == NULL) {
		names_drop(c);
		return;
	}
	if (strlen(c->asked) == len && memcmp(c->asked, start, len) == 0)
		return;
	if (c->call != 0)
		app_forget(c->call);
	memcpy(c->asked, start, len);
	c->asked[len] = '\0';
	args = val_map();
	val_put_text(args, "type", c->type);
	val_put(args, "id", val_uuid(c->id));
	val_put_text(args, "start", c->asked);
	c->call = app_call("records.names", args, names_cb, c);
}

/* The name replaces what was typed of it. */
static void
name_take(struct comment *c)
{
	const char	*name = name_at(c, c->at);
	struct input	 back = { .kind = INPUT_KEY, .code = K_BACKSPACE };
	size_t		 len;

	while (name_start(&c->edit, &len) != NULL)
		edit_key(&c->edit, &back);
	edit_insert(&c->edit, name, strlen(name));
	edit_insert(&c->edit, " ", 1);
	names_drop(c);
	ui_redraw();
}

/* --- Saving ------------------------------------------------------------------- */

static struct view	*comment_view(const struct comment *);

static void
saved_cb(const struct link_reply *r, void *arg)
{
	struct comment	*c = arg;

	c->saving = 0;
	if (!r->ok) {
		snprintf(c->error, sizeof c->error, "%s", r->text);
		ui_redraw();
		return;
	}
	toast(TOAST_GOOD, NULL, "%s", T("views.comment_saved"));
	watch_touch("comments");
	view_pop(comment_view(c));
}

static void
comment_save(struct comment *c)
{
	struct val	*args = val_map();
	bool		 new = c->comment[0] == '\0';

	if (c->saving != 0 || c->edit.len == 0) {
		val_free(args);
		return;
	}
	if (new) {
		val_put_text(args, "record_type", c->type);
		val_put(args, "record_id", val_uuid(c->id));
	} else {
		val_put(args, "id", val_uuid(c->comment));
		val_put_int(args, "version", c->version);
	}
	val_put_text(args, "body", c->edit.text);
	c->error[0] = '\0';
	c->saving = app_write(new ? "comments.create" : "comments.edit", args,
	    NULL, T("views.commented"), saved_cb, c);
}

/* --- The view ----------------------------------------------------------------- */

static bool
comment_start(struct view *v, void *arg)
{
	struct comment		*c = v->state;
	struct comment_arg	*a = arg;

	snprintf(c->type, sizeof c->type, "%s", a->type);
	snprintf(c->id, sizeof c->id, "%s", a->id);
	snprintf(c->comment, sizeof c->comment, "%s", a->comment == NULL ? "" :
	    a->comment);
	c->version = a->version;
	edit_init(&c->edit, EDIT_LINES, BODY_MAX);
	edit_set(&c->edit, a->text == NULL ? "" : a->text);
	c->edit.cursor = c->edit.len;
	return true;
}

static void
comment_close(struct view *v)
{
	struct comment	*c = v->state;

	names_drop(c);
	if (c->saving != 0)
		app_forget(c->saving);
	edit_free(&c->edit);
}

static void
comment_draw(struct view *v, struct surface *s)
{
	struct comment	*c = v->state;
	int		 rows = s->rows > 30 ? 12 : 8, row, i;
	struct surface	 in = draw_popup(s, rows + NAMES + 1, 64,
			    TF(c->comment[0] == '\0' ? "views.comment_new" :
			    "views.comment_edit", NULL));

	edit_draw_area(&c->edit, &in, 0, 0, rows, in.cols, true);
	row = rows;
	if (c->error[0] != '\0')
		draw_wrap(&in, row, 0, in.cols, 2, STYLE_ERROR, c->error, 0);
	else if (val_count(c->names) == 0)
		draw_text(&in, row, 0, in.cols, STYLE_DIM,
		    T("views.comment_help"));
	for (i = 0; i < NAMES && i < (int)val_count(c->names); i++)
		draw_fmt(&in, row + 1 + i, 0, in.cols, i == (int)c->at ?
		    STYLE_SELECTED : STYLE_TEXT, "%s %s", i == (int)c->at ?
		    glyph(GLYPH_MARK) : " ", name_at(c, (size_t)i));
}

static bool
names_key(struct comment *c, const struct input *in)
{
	size_t	n = val_count(c->names);

	if (n > NAMES)
		n = NAMES;
	if (n == 0 || in->kind != INPUT_KEY || in->mods != 0)
		return false;
	switch (in->code) {
	case K_DOWN:
		c->at = (c->at + 1) % n;
		break;
	case K_UP:
		c->at = (c->at + n - 1) % n;
		break;
	case K_TAB:
	case K_ENTER:
		name_take(c);
		break;
	case K_ESC:
		names_drop(c);
		break;
	default:
		return false;
	}
	ui_redraw();
	return true;
}

static bool
comment_key(struct view *v, const struct input *in)
{
	struct comment	*c = v->state;

	if (names_key(c, in))
		return true;
	if (!edit_key(&c->edit, in))
		return false;
	names_ask(c);
	ui_redraw();
	return true;
}

static void
leave_cb(enum dialog_leave what, void *arg)
{
	struct view	*v = arg;

	if (what == LEAVE_SAVE)
		comment_save(v->state);
	else if (what == LEAVE_DROP)
		view_pop(v);
}

static bool
comment_leave(struct view *v)
{
	struct comment	*c = v->state;

	if (!c->edit.changed || c->edit.len == 0)
		return true;
	dialog_unsaved(v, T("views.comment_new"), leave_cb, v);
	return false;
}

static bool
comment_action(struct view *v, enum action a, const struct input *in)
{
	(void)in;
	switch (a) {
	case ACT_SAVE:
		comment_save(v->state);
		return true;
	case ACT_BACK:
		view_close(v);
		return true;
	default:
		return false;
	}
}

static const struct view_ops comment_ops = {
	.name = "comment",
	.when = WHEN_FORM,
	.flags = VIEW_POPUP,
	.size = sizeof(struct comment),
	.open = comment_start,
	.close = comment_close,
	.draw = comment_draw,
	.key = comment_key,
	.action = comment_action,
	.leave = comment_leave,
	.hints = { ACT_SAVE, ACT_BACK }
};

static struct view *
comment_view(const struct comment *c)
{
	struct view	*v = view_find(&comment_ops);

	return v != NULL && v->state == c ? v : NULL;
}

void
comment_open(const char *type, const char *id, const char *comment,
    int64_t version, const char *text)
{
	struct comment_arg	a = { type, id, comment, text, version };

	view_push(&comment_ops, &a);
}
