/* generate.c - see generate.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/generate.h"
#include "tui/mod/secret.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"

enum line { LINE_LENGTH, LINE_LOWER, LINE_UPPER, LINE_DIGITS, LINE_SIGNS,
	LINE_WORDS, LINES };

/* What was chosen last stays for the next one. */
static struct {
	int	length, words;
	bool	classes[LINE_WORDS];
} chosen = { 20, 0, { [LINE_LOWER] = true, [LINE_UPPER] = true,
	[LINE_DIGITS] = true, [LINE_SIGNS] = true } };

struct generate {
	char		*type, *field, *title;
	char		 id[40];
	int64_t		 version;
	char		*value;
	char		 strength[32];
	char		 error[200];
	enum line	 at;
	uint64_t	 call;
};

struct generate_arg {
	const char	*type, *id, *field, *title;
	int64_t		 version;
};

static void
value_drop(struct generate *g)
{
	if (g->value != NULL)
		explicit_bzero(g->value, strlen(g->value));
	free(g->value);
	g->value = NULL;
}

static void
made_cb(const struct link_reply *r, void *arg)
{
	struct generate	*g = arg;
	const char	*value = val_get_str(r->body, "value");
	const char	*strength = val_get_str(r->body, "strength");

	g->call = 0;
	value_drop(g);
	snprintf(g->error, sizeof g->error, "%s", r->ok ? "" : r->text);
	snprintf(g->strength, sizeof g->strength, "%s", strength == NULL ?
	    "" : strength);
	if (r->ok && value != NULL)
		g->value = xstrdup(value);
	ui_redraw();
}

static void
generate_ask(struct generate *g)
{
	static const char *const	names[] = {
		[LINE_LOWER] = "lower", [LINE_UPPER] = "upper",
		[LINE_DIGITS] = "digits", [LINE_SIGNS] = "signs"
	};
	struct val	*args = val_map();
	int		 i;

	if (g->call != 0)
		app_forget(g->call);
	if (chosen.words > 0) {
		val_put_int(args, "words", chosen.words);
		val_put_text(args, "lang", ui_lang() == LANG_TR ? "tr" : "en");
	} else {
		val_put_int(args, "length", chosen.length);
		for (i = LINE_LOWER; i <= LINE_SIGNS; i++)
			val_put_bool(args, names[i], chosen.classes[i]);
	}
	g->call = app_call("vault.generate", args, made_cb, g);
}

static bool
generate_start(struct view *v, void *arg)
{
	struct generate		*g = v->state;
	struct generate_arg	*a = arg;

	g->type = a->type == NULL ? NULL : xstrdup(a->type);
	g->field = a->field == NULL ? NULL : xstrdup(a->field);
	g->title = xstrdup(a->title);
	g->version = a->version;
	snprintf(g->id, sizeof g->id, "%s", a->id == NULL ? "" : a->id);
	generate_ask(g);
	return true;
}

static void
generate_close(struct view *v)
{
	struct generate	*g = v->state;

	if (g->call != 0)
		app_forget(g->call);
	value_drop(g);
	free(g->type);
	free(g->field);
	free(g->title);
}

static bool
can_save(const struct generate *g)
{
	return g->type != NULL && def_can(defs_find(g->type), "edit");
}

static void
draw_line(const struct generate *g, struct surface *in, int row,
    enum line line)
{
	static const char *const	keys[LINES] = {
		"generate.length", "generate.lower", "generate.upper",
		"generate.digits", "generate.signs", "generate.words"
	};
	bool	off = chosen.words > 0 && line != LINE_WORDS;
	int	n = line == LINE_LENGTH ? chosen.length : chosen.words;

	draw_text(in, row, 2, 30, off ? STYLE_DIM : STYLE_TEXT,
	    T(keys[line]));
	if (line != LINE_LENGTH && line != LINE_WORDS)
		draw_fmt(in, row, 34, 4, off ? STYLE_DIM : STYLE_TEXT,
		    "[%s]", chosen.classes[line] ? "x" : " ");
	else if (line == LINE_WORDS && n == 0)
		draw_text(in, row, 34, 12, STYLE_TEXT, "< - >");
	else
		draw_fmt(in, row, 34, 12, off ? STYLE_DIM : STYLE_TEXT,
		    "< %d >", n);
	if (g->at != line)
		return;
	draw_text(in, row, 0, 1, STYLE_KEY, glyph(GLYPH_MARK));
	draw_cursor(in, row, 0);
}

static void
generate_draw(struct view *v, struct surface *s)
{
	struct generate	*g = v->state;
	int		 width = s->cols - 8 < 62 ? s->cols - 8 : 62, i;
	int		 lines = 2;
	struct surface	 in;
	char		 key[64];

	in = draw_popup(s, lines + LINES + 4, width, T("secret.generate"));
	if (g->error[0] != '\0')
		draw_wrap(&in, 0, 0, width, 2, STYLE_ERROR, g->error, 0);
	else if (g->value != NULL)
		draw_wrap(&in, 0, 0, width, lines, STYLE_SECRET, g->value, 0);
	snprintf(key, sizeof key, "secret.%s", g->strength);
	if (g->strength[0] != '\0')
		draw_text(&in, lines, 0, width, STYLE_DIM,
		    TF("generate.strength", "what", T(key), NULL));
	for (i = 0; i < LINES; i++)
		draw_line(g, &in, lines + 1 + i, (enum line)i);
	draw_text(&in, lines + LINES + 2, 0, width, STYLE_DIM,
	    T(can_save(g) ? "generate.keys_save" : "generate.keys"));
	if (can_save(g))
		draw_text(&in, lines + LINES + 3, 0, width, STYLE_DIM,
		    g->title);
}

static void
generate_change(struct generate *g, int by)
{
	switch (g->at) {
	case LINE_LENGTH:
		chosen.length += by;
		if (chosen.length < 8)
			chosen.length = 8;
		if (chosen.length > 128)
			chosen.length = 128;
		break;
	case LINE_WORDS:
		/* Fewer than four are no password. */
		chosen.words += by;
		if (chosen.words < 4)
			chosen.words = by > 0 ? 4 : 0;
		if (chosen.words > 12)
			chosen.words = 12;
		break;
	default:
		chosen.classes[g->at] = !chosen.classes[g->at];
		break;
	}
	generate_ask(g);
}

static void
saved_cb(const struct link_reply *r, void *arg)
{
	char	*title = arg;

	if (r->ok)
		toast(TOAST_GOOD, NULL, "%s", TF("views.saved", "what", title,
		    NULL));
	else
		app_error(r);
	watch_touch(NULL);
	free(title);
}

static void
generate_save(struct view *v)
{
	struct generate	*g = v->state;
	struct val	*args = val_map();
	char		 verb[128];

	val_put(args, "id", val_uuid(g->id));
	val_put_int(args, "version", g->version);
	val_put_text(args, g->field, g->value);
	snprintf(verb, sizeof verb, "%s.edit", g->type);
	app_write(verb, args, NULL, g->title, saved_cb, xstrdup(g->title));
	view_pop(v);
}

static void
generate_copy(struct view *v)
{
	struct generate	*g = v->state;
	char		*value = xstrdup(g->value), *title = xstrdup(g->title);

	view_pop(v);
	secret_to_clipboard(title, value);
	explicit_bzero(value, strlen(value));
	free(value);
	free(title);
}

static bool
generate_key(struct view *v, const struct input *in)
{
	struct generate	*g = v->state;

	if (in->kind != INPUT_KEY)
		return in->kind == INPUT_MOUSE || in->kind == INPUT_PASTE;
	switch (in->code) {
	case K_UP:
	case 'k':
		g->at = g->at > 0 ? g->at - 1 : 0;
		break;
	case K_DOWN:
	case 'j':
		g->at = g->at + 1 < LINES ? g->at + 1 : g->at;
		break;
	case K_LEFT:
	case 'h':
		generate_change(g, -1);
		break;
	case K_RIGHT:
	case 'l':
	case K_SPACE:
		generate_change(g, 1);
		break;
	case K_ENTER:
	case 'o':
		generate_ask(g);
		break;
	case 'y':
		if (g->value != NULL)
			generate_copy(v);
		return true;
	case 's':
		if (g->value != NULL && can_save(g))
			generate_save(v);
		return true;
	case K_ESC:
	case 'q':
		view_pop(v);
		return true;
	default:
		return input_is_text(in);
	}
	ui_redraw();
	return true;
}

/* Looked away: the value goes, another one comes with the next Enter. */
static void
generate_shown(struct view *v, bool yes)
{
	if (!yes)
		value_drop(v->state);
	ui_redraw();
}

static const struct view_ops generate_view = {
	.name = "generate",
	.when = WHEN_DIALOG,
	.flags = VIEW_POPUP,
	.size = sizeof(struct generate),
	.open = generate_start,
	.close = generate_close,
	.draw = generate_draw,
	.key = generate_key,
	.shown = generate_shown,
	.hints = { ACT_BACK }
};

void
generate_open(const char *type, const char *id, int64_t version,
    const char *field, const char *title)
{
	struct generate_arg	a = { type, id, field, title == NULL ? "" :
	    title, version };

	view_push(&generate_view, &a);
}
