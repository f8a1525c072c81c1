/*
 * dialog.c - the questions that have buttons or a line of text. Menus are in
 * menu.c, the conflict sheet in sheet.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/theme.h"
#include "tui/ui-int.h"
#include "tui/ui.h"
#include "tui/view.h"

#define WIDTH		56
#define BUTTONS		3

struct button {
	char		*label;
	uint32_t	 key;
	int		 answer;
};

/* One state for all of them: text, perhaps a field, buttons. */
struct ask {
	char		*title, *text, *label, *word;
	struct edit	 edit;
	bool		 has_edit;
	bool		 secret;	/* the text is in no saved screen */
	char		 error[256];
	struct button	 button[BUTTONS];
	int		 nbuttons, at;
	int		 button_row;	/* as drawn */
	int		 button_col[BUTTONS];
	bool		 answered;
	int		 cancel;	/* the answer of Esc */
	void		(*done)(struct ask *, int);
	bool		(*check)(const char *, char *, size_t, void *);
	union {
		void	(*message)(void *);
		void	(*confirm)(bool, void *);
		void	(*line)(const char *, void *);
		void	(*leave)(enum dialog_leave, void *);
		void	(*yes)(void);
	} to;
	void		*arg;
};

static void
answer(struct view *v, int what)
{
	struct ask *k = v->state;

	if (k->answered)
		return;
	k->answered = true;
	/* Closed first: the answer may open something. State lives until the
	 * turn of the loop is over. */
	view_pop(v);
	k->done(k, what);
	if (k->has_edit)
		edit_free(&k->edit);
}

static bool
ask_open(struct view *v, void *arg)
{
	struct ask *k = v->state;

	*k = *(struct ask *)arg;
	return true;
}

static void
ask_close(struct view *v)
{
	struct ask *k = v->state;
	int i;

	if (!k->answered) {
		k->answered = true;
		k->done(k, k->cancel);
		if (k->has_edit)
			edit_free(&k->edit);
	}
	free(k->title);
	if (k->secret)
		explicit_bzero(k->text, strlen(k->text));
	free(k->text);
	free(k->label);
	free(k->word);
	for (i = 0; i < k->nbuttons; i++)
		free(k->button[i].label);
	k->title = k->text = k->label = k->word = NULL;
	k->nbuttons = 0;
}

static void
draw_buttons(struct ask *k, struct surface *in, int row)
{
	char text[128];
	uint32_t style;
	int i, col = in->cols;

	/* From the right, as the eye leaves the question. */
	for (i = k->nbuttons - 1; i >= 0; i--) {
		bool here = i == k->at && !(k->has_edit && k->at < 0);

		snprintf(text, sizeof(text), here ? "> %s <" : "[ %s ]",
		    k->button[i].label);
		col -= text_width(text, strlen(text)) + 1;
		style = here ? STYLE_BUTTON : STYLE_TEXT;
		draw_text(in, row, col, -1, style, text);
		k->button_col[i] = col;
		if (here)
			draw_cursor(in, row, col + 2);
	}
}

static void
ask_draw(struct view *v, struct surface *s)
{
	struct ask *k = v->state;
	struct surface in;
	int width = s->cols - 8 < WIDTH ? s->cols - 8 : WIDTH;
	int lines = k->text[0] == '\0' ? 0 :
	    draw_wrap(NULL, 0, 0, width, 0, 0, k->text, 0);
	int rows = lines + 2, row;

	if (k->has_edit)
		rows += k->error[0] != '\0' ? 3 : 2;
	in = draw_popup(s, rows, width, k->title);
	row = lines < in.rows - 2 ? lines : in.rows - 2;
	draw_wrap(&in, 0, 0, width, row, k->secret ? STYLE_SECRET :
	    STYLE_TEXT, k->text, 0);
	if (k->has_edit) {
		int col = 0;

		if (k->label != NULL)
			col = draw_text(&in, row, 0, width / 2, STYLE_TEXT,
			    k->label) + 1;
		draw_text(&in, row, col, 1, STYLE_TEXT, "[");
		draw_text(&in, row, width - 1, 1, STYLE_TEXT, "]");
		edit_draw(&k->edit, &in, row, col + 1, width - col - 2,
		    k->at < 0);
		if (k->error[0] != '\0')
			draw_fmt(&in, ++row, col, -1, STYLE_ERROR, "! %s",
			    k->error);
		row++;
	}
	k->button_row = in.row - s->row + row + 1;
	draw_buttons(k, &in, row + 1);
	for (row = 0; row < k->nbuttons; row++)
		k->button_col[row] += in.col - s->col;
}

/* Enter, or the button's letter. */
static void
choose(struct view *v, int i)
{
	struct ask *k = v->state;
	int what = k->button[i].answer;

	if (what != k->cancel && k->has_edit) {
		if (k->word != NULL && strcmp(k->edit.text, k->word) != 0) {
			snprintf(k->error, sizeof(k->error), "%s",
			    TF("dialog.type_word", "word", k->word, NULL));
			k->at = -1;
			return;
		}
		if (k->check != NULL && !k->check(k->edit.text, k->error,
		    sizeof(k->error), k->arg)) {
			k->at = -1;
			return;
		}
	}
	answer(v, what);
}

static int
clicked(const struct ask *k, const struct input *in)
{
	int i;

	if (in->kind != INPUT_MOUSE || in->button != MOUSE_PRESS ||
	    in->row != k->button_row)
		return -1;
	for (i = k->nbuttons - 1; i >= 0; i--) {
		if (in->col >= k->button_col[i])
			return i;
	}
	return -1;
}

static bool
ask_key(struct view *v, const struct input *in)
{
	struct ask *k = v->state;
	int i;

	if (in->kind == INPUT_MOUSE) {
		i = clicked(k, in);
		if (i >= 0)
			choose(v, i);
		return true;
	}
	if (k->has_edit && k->at < 0) {
		if (edit_key(&k->edit, in)) {
			k->error[0] = '\0';
			return true;
		}
		return false;
	}
	if (in->kind != INPUT_KEY)
		return true;
	if (in->code == K_LEFT || in->code == K_UP) {
		if (k->at > (k->has_edit ? -1 : 0))
			k->at--;
		return true;
	}
	if (in->code == K_RIGHT || in->code == K_DOWN) {
		if (k->at < k->nbuttons - 1)
			k->at++;
		return true;
	}
	for (i = 0; i < k->nbuttons; i++) {
		if (input_is_text(in) && k->button[i].key == in->code) {
			choose(v, i);
			return true;
		}
	}
	return input_is_text(in);
}

static int
first_yes(const struct ask *k)
{
	int i;

	for (i = 0; i < k->nbuttons && k->button[i].answer == k->cancel; i++)
		;
	return i < k->nbuttons ? i : 0;
}

static bool
ask_action(struct view *v, enum action a, const struct input *in)
{
	struct ask *k = v->state;
	int first = k->has_edit ? -1 : 0;

	switch (a) {
	case ACT_OPEN:
		choose(v, k->at < 0 ? first_yes(k) : k->at);
		return true;
	case ACT_BACK:
		answer(v, k->cancel);
		return true;
	case ACT_NEXT_PANE:
		k->at = k->at + 1 < k->nbuttons ? k->at + 1 : first;
		return true;
	case ACT_PREV_PANE:
		k->at = k->at - 1 >= first ? k->at - 1 : k->nbuttons - 1;
		return true;
	default:
		return false;
	}
}

static void
ask_say(struct view *v, char *buf, size_t len)
{
	struct ask *k = v->state;

	if (k->at < 0)
		snprintf(buf, len, "%s: %s", k->label != NULL ? k->label :
		    k->text, k->edit.flags & EDIT_MASKED ? "" : k->edit.text);
	else
		snprintf(buf, len, "%s [%s]", k->text, k->button[k->at].label);
}

static const struct view_ops ask_ops = {
	.name = "dialog",
	.when = WHEN_DIALOG,
	.flags = VIEW_POPUP,
	.size = sizeof(struct ask),
	.open = ask_open,
	.close = ask_close,
	.draw = ask_draw,
	.key = ask_key,
	.action = ask_action,
	.say = ask_say,
	.hints = { ACT_OPEN, ACT_NEXT_PANE, ACT_BACK }
};

static void
add_button(struct ask *k, const char *label, uint32_t key, int what)
{
	struct button *b = &k->button[k->nbuttons++];

	b->label = xstrdup(label);
	b->key = key;
	b->answer = what;
}

static char *
copy(const char *s)
{
	return s == NULL ? NULL : xstrdup(s);
}

/* --- message ------------------------------------------------------------------ */

static void
message_done(struct ask *k, int what)
{
	if (k->to.message != NULL)
		k->to.message(k->arg);
}

void
dialog_message(const char *title, const char *text, void (*done)(void *),
    void *arg)
{
	struct ask k = { .title = copy(title), .text = xstrdup(text),
	    .done = message_done, .to.message = done, .arg = arg };

	add_button(&k, T("dialog.ok"), 0, 0);
	view_push(&ask_ops, &k);
}

void
dialog_secret(const char *title, const char *text)
{
	struct ask k = { .title = copy(title), .text = xstrdup(text),
	    .done = message_done, .secret = true };

	add_button(&k, T("dialog.ok"), 0, 0);
	view_push(&ask_ops, &k);
}

/* --- yes or no ------------------------------------------------------------------ */

static void
confirm_done(struct ask *k, int what)
{
	if (k->to.confirm != NULL)
		k->to.confirm(what == 1, k->arg);
}

void
dialog_confirm(const struct dialog_confirm *c)
{
	struct ask k = { .title = copy(c->title), .text = xstrdup(c->text),
	    .word = copy(c->word), .done = confirm_done,
	    .to.confirm = c->done, .arg = c->arg };

	add_button(&k, c->no != NULL ? c->no : T("dialog.no"), 0, 0);
	add_button(&k, c->yes != NULL ? c->yes : T("dialog.yes"),
	    c->yes_key, 1);
	if (c->word != NULL) {
		k.has_edit = true;
		k.at = -1;
		k.label = xstrdup(TF("dialog.type", "word", c->word, NULL));
		edit_init(&k.edit, 0, 200);
	}
	view_push(&ask_ops, &k);
}

/* --- a line ------------------------------------------------------------------------ */

static void
line_done(struct ask *k, int what)
{
	if (k->to.line != NULL)
		k->to.line(what == 1 ? k->edit.text : NULL, k->arg);
}

void
dialog_line(const struct dialog_line *l)
{
	struct ask k = { .title = copy(l->title), .text = xstrdup(""),
	    .label = copy(l->label), .has_edit = true, .at = -1,
	    .check = l->check, .done = line_done, .to.line = l->done,
	    .arg = l->arg };

	edit_init(&k.edit, l->flags, l->max);
	if (l->text != NULL)
		edit_set(&k.edit, l->text);
	add_button(&k, T("dialog.no"), 0, 0);
	add_button(&k, T("dialog.ok"), 0, 1);
	view_push(&ask_ops, &k);
}

/* --- leaving a form ------------------------------------------------------------------ */

static void
leave_done(struct ask *k, int what)
{
	if (k->to.leave != NULL)
		k->to.leave((enum dialog_leave)what, k->arg);
}

void
dialog_unsaved(struct view *about, const char *what,
    void (*done)(enum dialog_leave, void *), void *arg)
{
	struct ask k = { .done = leave_done, .cancel = LEAVE_STAY,
	    .to.leave = done, .arg = arg };
	bool	   tr = ui_lang() == LANG_TR;
	struct view *v;

	/* It is asked already: Ctrl+C again, at the question itself. */
	for (v = view_top(); v != NULL; v = v->below) {
		if (v->about == about)
			return;
	}
	k.title = xstrdup(T("dialog.unsaved"));
	k.text = xstrdup(TF("dialog.unsaved_text", "what", what, NULL));
	/* Kaydet, At, Devam; Save, Drop, Go on: first letters. */
	add_button(&k, T("dialog.save"), tr ? 'k' : 's', LEAVE_SAVE);
	add_button(&k, T("dialog.drop"), tr ? 'a' : 'd', LEAVE_DROP);
	add_button(&k, T("dialog.stay"), tr ? 'd' : 'g', LEAVE_STAY);
	k.at = 2;
	if ((v = view_push(&ask_ops, &k)) != NULL)
		v->about = about;
}

/* --- q on the last screen ---------------------------------------------------------------- */

static void
quit_done(struct ask *k, int what)
{
	if (what == 1)
		k->to.yes();
}

void
ui_ask_quit(void (*yes)(void))
{
	struct ask k = { .title = NULL, .text = xstrdup(T("dialog.quit")),
	    .done = quit_done, .to.yes = yes };

	add_button(&k, T("dialog.no"), 0, 0);
	add_button(&k, T("dialog.quit_yes"),
	    ui_lang() == LANG_TR ? 'e' : 'y', 1);
	view_push(&ask_ops, &k);
}
