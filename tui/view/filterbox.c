/* filterbox.c - see filterbox.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/filterbox.h"
#include "tui/view/filterbuild.h"
#include "tui/view/listpane.h"

static int
draw_chips(struct listpane *l, struct surface *s, int col)
{
	const struct filter	*f = &l->filter;
	struct buf		 chip = BUF_INIT;
	size_t			 i;

	l->nchips = 0;
	for (i = 0; i < f->nchips && col < s->cols - 12; i++) {
		buf_clear(&chip);
		buf_addz(&chip, "[");
		filter_chip_text(f, rows_def(l->rows), i, &chip);
		buf_printf(&chip, " %s]", glyph(GLYPH_CROSS));
		l->chip_at[i] = col;
		l->nchips = (int)i + 1;
		col += draw_text(s, 0, col, s->cols - col - 2, STYLE_MATCH,
		    buf_text(&chip)) + 1;
	}
	/* those that found no place */
	if (i < f->nchips)
		col += draw_fmt(s, 0, col, s->cols - col - 2, STYLE_DIM,
		    "+%zu", f->nchips - i) + 1;
	buf_free(&chip);
	return col;
}

int
filterbox_draw(struct listpane *l, struct surface *s, bool focus)
{
	const struct filter	*f = &l->filter;
	char			 chip[200];
	int			 col;

	l->nchips = 0;
	if (!l->typing && filter_empty(f))
		return 0;
	col = draw_text(s, 0, 2, -1, STYLE_DIM, l->typing ?
	    TF("views.find", NULL) : TF("views.filter", NULL)) + 3;
	col = draw_chips(l, s, col);
	if (l->typing) {
		edit_draw(&l->box, s, 0, col, s->cols - col - 2, focus);
	} else if (f->text != NULL && f->text[0] != '\0') {
		snprintf(chip, sizeof chip, "[\"%s\" %s]", f->text,
		    glyph(GLYPH_CROSS));
		draw_text(s, 0, col, s->cols - col - 2, STYLE_MATCH, chip);
	}
	if (f->error[0] == '\0')
		return 1;
	return 1 + draw_wrap(s, 1, 2, s->cols - 4, 3, STYLE_ERROR,
	    f->error, 0);
}

void
filterbox_open(struct listpane *l)
{
	l->typing = true;
	edit_set(&l->box, l->filter.text == NULL ? "" : l->filter.text);
	/* Who types looks for something else; an arrow goes on with it. */
	if (l->box.len > 0)
		l->box.flags |= EDIT_OFFER;
	else
		l->box.flags &= ~(unsigned)EDIT_OFFER;
	ui_redraw();
}

static void
filterbox_typed(struct listpane *l)
{
	struct timeval	tv = { 0, 120000 };

	evtimer_add(l->pause, &tv);
	ui_redraw();
}

/* What is wrong is not closed away: the box stays, with the sentence. */
static void
filterbox_close(struct listpane *l, bool keep)
{
	const struct def	*d = rows_def(l->rows);

	evtimer_del(l->pause);
	free(l->filter.text);
	l->filter.text = keep ? xstrdup(l->box.text) : NULL;
	if (keep && d != NULL && !filter_settle(&l->filter, d)) {
		edit_set(&l->box, l->filter.text == NULL ? "" :
		    l->filter.text);
		ui_redraw();
		return;
	}
	l->filter.error[0] = '\0';
	l->typing = false;
	listpane_query(l);
}

bool
filterbox_click(struct listpane *l, int col)
{
	int	i;

	for (i = l->nchips - 1; i >= 0 && col < l->chip_at[i]; i--)
		;
	if (i < 0)
		return false;
	filter_drop(&l->filter, (size_t)i);
	listpane_query(l);
	return true;
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

static void
filterbox_built(void *arg)
{
	listpane_query(arg);
}

void
filterbox_build(struct listpane *l)
{
	filter_build(&l->filter, l->type, filterbox_built, l);
}
