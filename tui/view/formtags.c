/* formtags.c - a field of tags while it is typed: the company's words that
 * begin like the one at the cursor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view/form.h"
#include "tui/view/formint.h"
#include "tui/view/formlines.h"

#define TAGS_SHOWN	6

struct formtags {
	struct form		*form;
	const struct field	*f;		/* whose words these are */
	struct val		*words;		/* NULL: not there yet */
	uint64_t		 call;
	const char		*hit[TAGS_SHOWN];
	size_t			 n, at;
	bool			 open;
};

static void
tags_got_cb(const struct link_reply *r, void *arg)
{
	struct formtags	*ft = arg;

	ft->call = 0;
	if (!r->ok)
		return;
	val_free(ft->words);
	ft->words = val_copy(val_get(r->body, "tags"));
	if (ft->open)
		formtags_look(ft->form);
}

static void
tags_ask(struct formtags *ft, const struct formfield *ff)
{
	const struct def	*d = ff->line != NULL ? formlines_def(ff) :
				    ft->form->d;
	struct val		*args = val_map();

	if (ft->call != 0)
		app_forget(ft->call);
	val_free(ft->words);
	ft->words = NULL;
	ft->f = ff->f;
	val_put_text(args, "type", d->name);
	val_put_text(args, "field", ff->f->name);
	ft->call = app_call("records.tags", args, tags_got_cb, ft);
}

/* Where the word at the end begins. */
static size_t
tags_word(const struct formfield *ff)
{
	const char	*comma = strrchr(ff->edit.text, ',');
	size_t		 at = comma == NULL ? 0 :
			    (size_t)(comma - ff->edit.text) + 1;

	while (ff->edit.text[at] == ' ')
		at++;
	return at;
}

/* Is the word among those before the last comma? */
static bool
tags_has(const struct formfield *ff, size_t before, const char *word)
{
	const char	*p = ff->edit.text, *end = p + before;
	size_t		 len = strlen(word), n;

	while (p < end) {
		p += strspn(p, " ,");
		n = strcspn(p, ",");
		if (n == len && strncmp(p, word, n) == 0 && p + n <= end)
			return true;
		p += n;
	}
	return false;
}

void
formtags_look(struct form *fm)
{
	struct formfield	*ff = form_focus(fm);
	struct formtags		*ft = fm->tags;
	struct arena		*a;
	const char		*word;
	char			*want, *have;
	size_t			 i, from;

	if (ft == NULL) {
		ft = fm->tags = xcalloc(1, sizeof *ft);
		ft->form = fm;
	}
	if (ft->f != ff->f)
		tags_ask(ft, ff);
	from = tags_word(ff);
	ft->n = ft->at = 0;
	ft->open = true;
	a = arena_new();
	want = tr_fold(a, ff->edit.text + from, ff->edit.len - from);
	for (i = 0; want != NULL && want[0] != '\0' &&
	    i < val_count(ft->words) && ft->n < TAGS_SHOWN; i++) {
		word = val_str(ft->words->item[i]);
		have = word == NULL ? NULL : tr_fold(a, word, strlen(word));
		if (have != NULL && strncmp(have, want, strlen(want)) == 0 &&
		    !tags_has(ff, from, word))
			ft->hit[ft->n++] = word;
	}
	arena_free(a);
	ui_redraw();
}

void
formtags_end(struct form *fm)
{
	if (fm->tags != NULL)
		fm->tags->open = false;
}

void
formtags_free(struct formtags *ft)
{
	if (ft == NULL)
		return;
	if (ft->call != 0)
		app_forget(ft->call);
	val_free(ft->words);
	free(ft);
}

/* The chosen word in place of what was typed of it. */
static void
tags_take(struct form *fm)
{
	struct formfield	*ff = form_focus(fm);
	struct formtags		*ft = fm->tags;
	char			*text = xstrdup(ff->edit.text);

	text[tags_word(ff)] = '\0';
	edit_set(&ff->edit, text);
	edit_insert(&ff->edit, ft->hit[ft->at], strlen(ft->hit[ft->at]));
	edit_insert(&ff->edit, ", ", 2);
	free(text);
	ft->open = false;
	form_changed(fm);
}

bool
formtags_key(struct form *fm, const struct input *in)
{
	struct formtags	*ft = fm->tags;

	if (ft == NULL || !ft->open || ft->n == 0 || in->kind != INPUT_KEY ||
	    in->mods != 0)
		return false;
	switch (in->code) {
	case K_DOWN:
		ft->at = ft->at + 1 < ft->n ? ft->at + 1 : 0;
		break;
	case K_UP:
		ft->at = ft->at > 0 ? ft->at - 1 : ft->n - 1;
		break;
	case K_ENTER:
		tags_take(fm);
		break;
	case K_ESC:
		ft->open = false;
		break;
	default:
		return false;
	}
	ui_redraw();
	return true;
}

void
formtags_draw(struct form *fm, struct surface *s)
{
	const struct formfield	*ff = form_focus(fm);
	struct formtags		*ft = fm->tags;
	struct surface		 box;
	int			 row = ff->row + 1, n, i;

	if (ft == NULL || !ft->open || ft->n == 0)
		return;
	n = (int)ft->n;
	if (row + n > s->rows)
		row = ff->row - n;
	if (row < 0)
		return;
	box = draw_sub(s, row, ff->col + form_indent(ff->form), n, 30);
	draw_fill(&box, 0, 0, n, 30, STYLE_INPUT);
	for (i = 0; i < n; i++) {
		draw_field(&box, i, 2, 27, STYLE_INPUT, ft->hit[i]);
		if ((size_t)i != ft->at)
			continue;
		draw_style(&box, i, 0, 1, 30, STYLE_SELECTED);
		draw_text(&box, i, 0, 1, STYLE_SELECTED, glyph(GLYPH_MARK));
	}
}
