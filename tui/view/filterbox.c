/* filterbox.c - typing and building filters; see filterbox.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/filterbox.h"
#include "tui/view/listpane.h"
#include "tui/view/refpick.h"

#define FILTER_ITEMS 64

int
filterbox_draw(struct listpane *l, struct surface *s, bool focus)
{
	const struct filter	*f = &l->filter;
	char			 chip[200];
	size_t			 i;
	int			 col;

	if (!l->typing && filter_empty(f))
		return 0;
	col = draw_text(s, 0, 2, -1, STYLE_DIM, l->typing ?
	    TF("views.find", NULL) : TF("views.filter", NULL)) + 3;
	for (i = 0; i < f->nchips && col < s->cols - 12; i++) {
		snprintf(chip, sizeof chip, "[%s %s]", f->chip[i].text,
		    glyph(GLYPH_CROSS));
		col += draw_text(s, 0, col, s->cols - col - 2, STYLE_MATCH,
		    chip) + 1;
	}
	if (l->typing) {
		edit_draw(&l->box, s, 0, col, s->cols - col - 2, focus);
	} else if (f->text != NULL && f->text[0] != '\0') {
		snprintf(chip, sizeof chip, "[\"%s\" %s]", f->text,
		    glyph(GLYPH_CROSS));
		draw_text(s, 0, col, s->cols - col - 2, STYLE_MATCH, chip);
	}
	return 1;
}

void
filterbox_open(struct listpane *l)
{
	l->typing = true;
	edit_set(&l->box, l->filter.text == NULL ? "" : l->filter.text);
	ui_redraw();
}

static void
filterbox_typed(struct listpane *l)
{
	struct timeval	tv = { 0, 120000 };

	evtimer_add(l->pause, &tv);
	ui_redraw();
}

static void
filterbox_close(struct listpane *l, bool keep)
{
	const struct def	*d = rows_def(l->rows);

	l->typing = false;
	evtimer_del(l->pause);
	free(l->filter.text);
	l->filter.text = keep ? xstrdup(l->box.text) : NULL;
	if (keep && d != NULL)
		filter_settle(&l->filter, d);
	listpane_query(l);
}

bool
filterbox_key(struct listpane *l, const struct input *in)
{
	if (in->kind == INPUT_KEY) {
		switch (in->code) {
		case K_ENTER:
		case K_TAB:
			filterbox_close(l, true);
			return true;
		case K_ESC:
			filterbox_close(l, false);
			return true;
		case K_UP:
		case K_DOWN:
			/* The rows are moved through while typing. */
			listpane_move(l, (long)l->cursor +
			    (in->code == K_UP ? -1 : 1));
			return true;
		case K_BACKSPACE:
			if (l->box.text[0] == '\0' && l->filter.nchips > 0) {
				filter_drop(&l->filter, l->filter.nchips - 1);
				filterbox_typed(l);
				return true;
			}
			break;
		default:
			break;
		}
	}
	if (edit_key(&l->box, in)) {
		filterbox_typed(l);
		return true;
	}
	return in->kind == INPUT_KEY && input_is_text(in);
}

/* --- The builder ------------------------------------------------------------------- */

struct build {
	struct listpane		*l;
	const struct field	*f;
};

static void
build_done(struct build *b, struct val *cond, const char *text)
{
	struct buf	label = BUF_INIT;

	if (cond != NULL) {
		buf_printf(&label, "%s: %s", app_label(b->f->label), text);
		filter_chip(&b->l->filter, b->f->name, cond,
		    buf_text(&label));
		listpane_query(b->l);
	}
	buf_free(&label);
	free(b);
}

static void
build_ref_cb(const char *id, const char *title, void *arg)
{
	build_done(arg, id == NULL ? NULL : val_uuid(id), title);
}

static bool
build_check(const char *words, char *why, size_t size, void *arg)
{
	struct build	*b = arg;
	struct val	*v;
	char		*text = NULL;

	if (words[0] == '\0')
		return true;
	if ((v = filter_condition(b->f, words, &text)) == NULL) {
		snprintf(why, size, "%s", TF("views.bad_condition",
		    NULL));
		return false;
	}
	val_free(v);
	free(text);
	return true;
}

static void
build_line_cb(const char *words, void *arg)
{
	struct build	*b = arg;
	struct val	*v = NULL;
	char		*text = NULL;

	if (words != NULL && words[0] != '\0')
		v = filter_condition(b->f, words, &text);
	build_done(b, v, text == NULL ? "" : text);
	free(text);
}

static void
build_choices_cb(int n, const int *at, void *arg)
{
	struct build	*b = arg;
	struct val	*in = val_array(), *m = NULL;
	struct buf	 text = BUF_INIT;
	int		 i;

	for (i = 0; i < n; i++) {
		val_add(in, val_text(b->f->rules.choices[at[i]].code));
		buf_printf(&text, "%s%s", i > 0 ? ", " : "",
		    b->f->rules.choices[at[i]].label[ui_lang()]);
	}
	if (n > 0) {
		m = val_map();
		val_put(m, "in", in);
	} else {
		val_free(in);
	}
	build_done(b, m, buf_text(&text));
	buf_free(&text);
}

static void
build_bool_cb(int choice, void *arg)
{
	build_done(arg, choice < 0 ? NULL : val_bool(choice == 0),
	    TF(choice == 0 ? "views.yes" : "views.no", NULL));
}

static void
build_ask(struct build *b)
{
	struct dialog_item	items[FILTER_ITEMS];
	struct dialog_line	line = {
		.title = TF("views.filter", NULL),
		.label = app_label(b->f->label), .max = 200,
		.check = build_check, .done = build_line_cb, .arg = b
	};
	size_t			i;

	memset(items, 0, sizeof items);
	switch (b->f->rules.type) {
	case VALUE_REF:
		refpick_open(b->f, NULL, build_ref_cb, b);
		break;
	case VALUE_CHOICE:
	case VALUE_CHOICES:
		for (i = 0; i < b->f->rules.nchoices && i < FILTER_ITEMS; i++)
			items[i].label = b->f->rules.choices[i].label[ui_lang()];
		dialog_tick(app_label(b->f->label), items, (int)i,
		    build_choices_cb, b);
		break;
	case VALUE_BOOL:
		items[0].label = TF("views.yes", NULL);
		items[1].label = TF("views.no", NULL);
		dialog_choose(app_label(b->f->label), items, 2, 0,
		    build_bool_cb, b);
		break;
	default:
		dialog_line(&line);
		break;
	}
}

static void
build_field_cb(int choice, void *arg)
{
	struct listpane		*l = arg;
	const struct def	*d = rows_def(l->rows);
	struct build		*b;
	size_t			 i;

	for (i = 0; choice >= 0 && d != NULL && i < d->nfields; i++) {
		if (!d->fields[i].filter || choice-- > 0)
			continue;
		b = xcalloc(1, sizeof *b);
		b->l = l;
		b->f = &d->fields[i];
		build_ask(b);
		return;
	}
}

void
filterbox_build(struct listpane *l)
{
	const struct def	*d = rows_def(l->rows);
	struct dialog_item	 items[FILTER_ITEMS];
	size_t			 i;
	int			 n = 0;

	memset(items, 0, sizeof items);
	for (i = 0; d != NULL && i < d->nfields && n < FILTER_ITEMS; i++) {
		if (d->fields[i].filter)
			items[n++].label = app_label(d->fields[i].label);
	}
	if (n > 0)
		dialog_choose(TF("views.filter_by", NULL), items, n, 0,
		    build_field_cb, l);
}
