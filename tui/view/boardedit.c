/* boardedit.c - what is typed on a board: its filter, a new card in place, one
 * field of a card. See boardint.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/ui.h"
#include "tui/view/boardint.h"
#include "tui/view/filterbuild.h"
#include "tui/view/form.h"
#include "tui/view/refpick.h"

#define EDITS	12

/* --- The filter ---------------------------------------------------------------- */

void
board_filter(struct board *b)
{
	b->typing = BOARD_FILTER;
	edit_set(&b->box, b->filter.text == NULL ? "" : b->filter.text);
	ui_redraw();
}

static void
filter_text(struct board *b, const char *text)
{
	free(b->filter.text);
	b->filter.text = text[0] == '\0' ? NULL : xstrdup(text);
	b->filter.error[0] = '\0';
	board_restart(b);
}

static bool
filter_key(struct board *b, const struct input *in)
{
	if (in->kind == INPUT_KEY && in->code == K_ENTER) {
		filter_settle(&b->filter, board_def(b));
		b->typing = BOARD_KEYS;
		board_restart(b);
		return true;
	}
	if (in->kind == INPUT_KEY && in->code == K_ESC) {
		b->typing = BOARD_KEYS;
		filter_text(b, "");
		return true;
	}
	if (!edit_key(&b->box, in))
		return false;
	filter_text(b, b->box.text);
	return true;
}

bool
board_unfilter(struct board *b)
{
	if (filter_empty(&b->filter))
		return false;
	if (b->filter.text != NULL) {
		filter_text(b, "");
	} else {
		filter_drop(&b->filter, b->filter.nchips - 1);
		board_restart(b);
	}
	return true;
}

static void
built_cb(void *arg)
{
	board_restart(arg);
}

void
board_build(struct board *b)
{
	filter_build(&b->filter, b->type, built_cb, b);
}

/* --- Saved views --------------------------------------------------------------- */

struct val *
board_look(const struct board *b)
{
	struct val	*look = val_map();

	val_put(look, "chips", filter_save(&b->filter));
	if (b->filter.text != NULL && b->filter.text[0] != '\0')
		val_put_text(look, "search", b->filter.text);
	if (b->lane_by != NULL)
		val_put_text(look, "group", b->lane_by);
	if (b->views.id[0] != '\0')
		val_put_text(look, "view", b->views.id);
	return look;
}

/* Lists are grouped by more than boards have lanes for, and by months:
 * "status:month". */
static const char *
lanes_of(const struct board *b, const char *group)
{
	const struct val	*list = val_get(board_view_of(b), "lanes");
	const char		*name;
	size_t			 i, n;

	for (i = 0; group != NULL && i < val_count(list); i++) {
		name = val_word(list->item[i]);
		n = strlen(name);
		if (strncmp(group, name, n) == 0 && (group[n] == '\0' ||
		    group[n] == ':'))
			return name;
	}
	return NULL;
}

void
board_set_look(struct board *b, const struct val *look)
{
	const struct def	*d = board_def(b);
	const char		*text = val_get_str(look, "search");

	filter_clear(&b->filter);
	filter_restore(&b->filter, d, val_get(look, "chips"));
	filter_from_wire(&b->filter, d, val_get(look, "filter"));
	if (text != NULL)
		b->filter.text = xstrdup(text);
	viewmenu_take(&b->views, look);
	board_lanes(b, lanes_of(b, val_get_str(look, "group")));
}

static struct val *
look_keep(void *arg)
{
	struct val	*look = board_look(arg), *args = val_map();

	val_put_text(args, "query", val_get_str(look, "search"));
	viewmenu_put_json(args, "conditions", val_get(look, "chips"));
	val_put_text(args, "group_by", val_get_str(look, "group"));
	val_free(look);
	return args;
}

static void
look_set(void *arg, const struct val *look)
{
	board_set_look(arg, look);
}

static void
look_act(void *arg, enum action a)
{
	if (a == ACT_GROUP)
		board_ask_lanes(arg);
	else
		board_build(arg);
}

void
board_views(struct board *b)
{
	static const struct viewmenu_ops ops = {
		.keep = look_keep,
		.set = look_set,
		.more = { ACT_FILTERS, ACT_GROUP },
		.act = look_act
	};

	b->views.ops = &ops;
	b->views.arg = b;
	b->views.type = b->type;
	viewmenu_open(&b->views);
}

/* --- A new card ------------------------------------------------------------------ */

static const struct field *
title_of(const struct board *b)
{
	const struct def	*d = board_def(b);
	const struct val	*title = val_get(d->v, "title");

	return def_field(d, val_str(val_at(title, 0)));
}

/* The first field of a kind among those that are edited on the board. */
static const struct field *
edited(const struct board *b, enum value_type type, const char *ref)
{
	const struct val	*list = val_get(board_view_of(b), "edit");
	const struct field	*f;
	size_t			 i;

	for (i = 0; i < val_count(list); i++) {
		f = def_field(board_def(b), val_str(list->item[i]));
		if (f != NULL && f->create && f->rules.type == type &&
		    (ref == NULL || (f->ref != NULL &&
		    strcmp(f->ref, ref) == 0)))
			return f;
	}
	return NULL;
}

/* Is a title enough? */
static bool
quick(const struct board *b)
{
	const struct def	*d = board_def(b);
	const struct field	*title = title_of(b), *f;
	size_t			 i;

	if (title == NULL || !title->create ||
	    title->rules.type != VALUE_TEXT)
		return false;
	for (i = 0; i < d->nreal; i++) {
		f = &d->fields[i];
		if (f != title && f->create && f->required &&
		    f->start == NULL && f->start_is == NULL &&
		    strcmp(f->name, board_by(b)) != 0 &&
		    val_get(b->fixed, f->name) == NULL)
			return false;
	}
	return true;
}

/* What a card gets from where it is added. */
static struct val *
given(struct board *b)
{
	const struct field	*by = def_field(board_def(b), board_by(b));
	const struct val	*v;
	struct val		*out = b->fixed == NULL ? val_map() :
				    val_copy(b->fixed);

	if (b->at < b->ncols && by != NULL && by->create)
		val_put(out, by->name, val_of(by, b->col[b->at].value));
	if (b->lane_by != NULL && b->lane_at < b->nlanes) {
		v = b->lane[b->lane_at].value;
		if (!val_is_null(v))
			val_put(out, b->lane_by, val_copy(v));
	}
	return out;
}

void
board_add(struct board *b)
{
	struct val	*start;

	if (!def_can(board_def(b), "create")) {
		toast(TOAST_WARN, NULL, "%s", TF("views.not_allowed", "what",
		    app_label(board_def(b)->labels), NULL));
		return;
	}
	if (!quick(b) || b->ncols == 0) {
		start = given(b);
		form_new(b->type, start);
		val_free(start);
		return;
	}
	b->typing = BOARD_ADD;
	b->on_due = false;
	b->add_error[0] = '\0';
	b->col[b->at].top = 0;
	edit_set(&b->box, "");
	edit_set(&b->due, "");
	ui_redraw();
}

static void
added_cb(const struct link_reply *r, void *arg)
{
	char	*type = arg;

	if (!r->ok)
		app_error(r);
	else
		watch_touch(type);
	free(type);
}

static bool
typed_value(const struct field *f, const char *text, struct val **out,
    char *why, size_t size)
{
	struct arena		*a = arena_new();
	struct value_ctx	 ctx = app_ctx();
	struct value_error	 error;
	const char		*canon = NULL;
	bool			 good;

	good = value_parse_typed(&f->rules, &ctx, text, strlen(text), a,
	    &canon, &error);
	if (!good)
		snprintf(why, size, "%s", value_error_text(a, ctx.lang,
		    &error));
	else if (canon == NULL && f->required) {
		snprintf(why, size, "%s", TF("value.required", NULL));
		good = false;
	} else if (out != NULL)
		*out = val_of(f, canon);
	arena_free(a);
	return good;
}

static void
add_card(struct board *b)
{
	const struct field	*title = title_of(b);
	const struct field	*due = edited(b, VALUE_DATE, NULL);
	const struct field	*who = edited(b, VALUE_REF, "users");
	struct val		*args, *v = NULL, *day = NULL;
	char			 verb[128], id[UUID_TEXT];

	if (!typed_value(title, b->box.text, &v, b->add_error,
	    sizeof b->add_error)) {
		b->on_due = false;
		return;
	}
	if (due != NULL && b->due.text[0] != '\0' && !typed_value(due,
	    b->due.text, &day, b->add_error, sizeof b->add_error)) {
		val_free(v);
		b->on_due = true;
		return;
	}
	args = given(b);
	uuid_v7_text(id);
	val_put(args, "id", val_uuid(id));
	val_put(args, title->name, v);
	if (day != NULL)
		val_put(args, due->name, day);
	if (who != NULL && val_get(args, who->name) == NULL &&
	    app_user_id() != NULL)
		val_put(args, who->name, val_uuid(app_user_id()));
	snprintf(verb, sizeof verb, "%s.create", b->type);
	app_write(verb, args, NULL, TF("views.created", "what", b->box.text,
	    NULL), added_cb, xstrdup(b->type));
	snprintf(b->want, sizeof b->want, "%s", id);
	board_stale(b, id);
	b->typing = BOARD_KEYS;
}

static bool
add_key(struct board *b, const struct input *in)
{
	b->add_error[0] = '\0';
	if (in->kind == INPUT_KEY && in->code == K_ESC) {
		b->typing = BOARD_KEYS;
		return true;
	}
	if (in->kind == INPUT_KEY && in->code == K_ENTER) {
		add_card(b);
		return true;
	}
	if (in->kind == INPUT_KEY && in->code == K_TAB) {
		b->on_due = !b->on_due && edited(b, VALUE_DATE, NULL) != NULL;
		return true;
	}
	return edit_key(b->on_due ? &b->due : &b->box, in);
}

bool
board_typed(struct board *b, const struct input *in)
{
	bool	taken = false;

	if (b->typing == BOARD_FILTER)
		taken = filter_key(b, in);
	else if (b->typing == BOARD_ADD)
		taken = add_key(b, in);
	if (taken)
		ui_redraw();
	/* Letters are typed, whatever else they mean. */
	return taken || (b->typing != BOARD_KEYS && input_is_text(in));
}

/* --- One field of a card ------------------------------------------------------------ */

struct bedit {
	struct board		*b;
	char			 id[37];
	int			 n;
	const struct field	*field[EDITS];
	const struct field	*f;		/* the one chosen */
};

static void
edited_cb(const struct link_reply *r, void *arg)
{
	char	*type = arg;

	if (!r->ok)
		app_error(r);
	watch_touch(type);
	free(type);
}

static void
put_value(struct bedit *e, struct val *v)
{
	struct board	*b = e->b;
	struct val	*args;
	struct buf	 title = BUF_INIT;
	struct record	 r;
	char		 verb[128];
	int		 col;
	size_t		 at;

	if (!board_find(b, e->id, &col, &at)) {
		val_free(v);
		toast(TOAST_WARN, NULL, "%s", TF("board.gone", NULL));
		return;
	}
	r = board_record(b, &b->col[col].card[at]);
	record_title(board_def(b), &r, &title);
	args = record_args(e->id, record_version(&r));
	val_put(args, e->f->name, v);
	snprintf(verb, sizeof verb, "%s.edit", b->type);
	app_write(verb, args, NULL, TF("views.edited", "what",
	    buf_text(&title), NULL), edited_cb, xstrdup(b->type));
	buf_free(&title);
}

static bool
line_check(const char *text, char *why, size_t size, void *arg)
{
	struct bedit	*e = arg;

	return typed_value(e->f, text, NULL, why, size);
}

static void
line_cb(const char *text, void *arg)
{
	struct bedit	*e = arg;
	struct val	*v = NULL;
	char		 why[200];

	if (text != NULL && typed_value(e->f, text, &v, why, sizeof why))
		put_value(e, v);
	free(e);
}

static void
choice_cb(int choice, void *arg)
{
	struct bedit	*e = arg;

	if (choice >= 0)
		put_value(e, val_of(e->f, e->f->rules.choices[choice].code));
	free(e);
}

static void
ref_cb(const char *id, const char *title, void *arg)
{
	struct bedit	*e = arg;

	(void)title;
	if (id != NULL)
		put_value(e, val_uuid(id));
	free(e);
}

static void
ask_choice(struct bedit *e, const char *now)
{
	struct dialog_item	items[32];
	size_t			i;
	int			at = 0;

	memset(items, 0, sizeof items);
	for (i = 0; i < e->f->rules.nchoices && i < 32; i++) {
		items[i].label = e->f->rules.choices[i].label[ui_lang()];
		items[i].ticked = strcmp(e->f->rules.choices[i].code, now) ==
		    0;
		if (items[i].ticked)
			at = (int)i;
	}
	dialog_choose(app_label(e->f->label), items, (int)i, at, choice_cb,
	    e);
}

static void
ask_value(struct bedit *e)
{
	struct dialog_line	 line = { .check = line_check,
	    .done = line_cb, .arg = e };
	struct value_ctx	 ctx = app_ctx();
	struct buf		 canon = BUF_INIT, text = BUF_INIT;
	struct record		 r;
	int			 col;
	size_t			 at;

	if (board_find(e->b, e->id, &col, &at)) {
		r = board_record(e->b, &e->b->col[col].card[at]);
		val_canon(record_get(&r, e->f->name), &canon);
	}
	switch (e->f->rules.type) {
	case VALUE_CHOICE:
		ask_choice(e, buf_text(&canon));
		break;
	case VALUE_REF:
		refpick_open(e->f, NULL, ref_cb, e);
		break;
	default:
		value_edit_text(&e->f->rules, &ctx, buf_text(&canon), &text);
		line.title = app_label(e->f->label);
		line.label = app_label(e->f->label);
		line.text = buf_text(&text);
		line.max = e->f->rules.max;
		dialog_line(&line);
		break;
	}
	buf_free(&canon);
	buf_free(&text);
}

static void
field_cb(int choice, void *arg)
{
	struct bedit	*e = arg;

	if (choice >= 0 && choice < e->n) {
		e->f = e->field[choice];
		ask_value(e);
		return;
	}
	if (choice == e->n)
		form_edit(e->b->type, e->id);
	free(e);
}

void
board_edit(struct board *b)
{
	const struct val	*list = val_get(board_view_of(b), "edit");
	struct bcard		*c = board_card(b);
	struct dialog_item	 items[EDITS + 1];
	struct bedit		*e;
	const struct field	*f;
	size_t			 i;

	if (c == NULL)
		return;
	memset(items, 0, sizeof items);
	e = xcalloc(1, sizeof *e);
	e->b = b;
	snprintf(e->id, sizeof e->id, "%s", c->id);
	for (i = 0; i < val_count(list) && e->n < EDITS; i++) {
		f = def_field(board_def(b), val_str(list->item[i]));
		if (f == NULL || !f->edit)
			continue;
		items[e->n].label = app_label(f->label);
		e->field[e->n++] = f;
	}
	if (e->n == 0) {
		form_edit(b->type, c->id);
		free(e);
		return;
	}
	items[e->n].label = TF("board.whole_form", NULL);
	dialog_choose(action_label(ACT_EDIT), items, e->n + 1, 0, field_cb,
	    e);
}
