/* formref.c - what a reference's text finds while it is typed in a form, and
 * the record that is made from there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/form.h"
#include "tui/view/formint.h"
#include "tui/view/refpick.h"

#define FORM_FOUND	6	/* rows of what a reference's text finds */

static void
form_found(void *arg)
{
	struct form	*fm = arg;

	if (fm->found > lookup_n(fm->look))
		fm->found = 0;
	ui_redraw();
}

void
form_look(struct form *fm)
{
	struct formfield	*ff = form_focus(fm);

	if (fm->look == NULL)
		fm->look = lookup_new(ff->f->ref, form_found, fm);
	lookup_search(fm->look, ff->title != NULL && strcmp(ff->title,
	    ff->edit.text) == 0 ? "" : ff->edit.text, form_match(fm, ff));
	fm->open = true;
	fm->found = 0;
	ui_redraw();
}

void
form_look_end(struct form *fm)
{
	lookup_free(fm->look);
	fm->look = NULL;
	fm->open = false;
}

/* A record made from here is the one that was wanted. */
static void
form_made_title_cb(const struct link_reply *r, void *arg)
{
	struct form		*fm = arg;
	struct record		 rec;

	fm->parent_call = 0;
	rec.columns = val_get(r->body, "columns");
	rec.row = val_at(val_get(r->body, "rows"), 0);
	if (r->ok && rec.row != NULL)
		formfield_set(fm->made_for, record_id(&rec),
		    val_str(record_get(&rec, "title")), false);
	formlive_changed(fm, fm->made_for);
}

static void
form_made_cb(const char *type, const char *id, void *arg)
{
	struct form	*fm = arg;
	struct val	*args = val_map(), *ids = val_array();
	char		 verb[128];

	val_add(ids, val_uuid(id));
	val_put(args, "ids", ids);
	snprintf(verb, sizeof verb, "%s.lookup", type);
	if (fm->parent_call != 0)
		app_forget(fm->parent_call);
	fm->parent_call = app_call(verb, args, form_made_title_cb, fm);
}

/* `+ Yeni` below what was found, for those who may. */
static bool
form_can_make(struct form *fm)
{
	return def_can(defs_find(form_focus(fm)->f->ref), "create");
}

static void
form_make(struct form *fm)
{
	struct formfield	*ff = form_focus(fm);
	struct val		*fixed = form_match(fm, ff);
	char			*text = xstrdup(ff->canon == NULL ?
				    ff->edit.text : "");

	fm->made_for = ff;
	form_look_end(fm);
	fm->waited = form_who_waits(&fm->waited_arg);
	fm->making = true;
	form_on_created(form_made_cb, fm);
	form_new_named(ff->f->ref, fixed, text);
	val_free(fixed);
	free(text);
}

static void
form_look_take(struct form *fm)
{
	struct formfield	*ff = form_focus(fm);

	if (fm->found == lookup_n(fm->look) && form_can_make(fm)) {
		form_make(fm);
		return;
	}
	if (fm->found < lookup_n(fm->look))
		formfield_set(ff, lookup_id(fm->look, fm->found),
		    lookup_title(fm->look, fm->found), false);
	form_unmatch(fm, ff);
	formlive_changed(fm, ff);
	form_look_end(fm);
}

void
form_draw_found(struct form *fm, struct surface *s)
{
	struct formfield	*ff = form_focus(fm);
	struct surface		 box;
	size_t			 i, n = lookup_n(fm->look);
	size_t			 all = n + form_can_make(fm);
	size_t			 top = fm->found >= FORM_FOUND ?
				    fm->found - FORM_FOUND + 1 : 0;
	int			 rows = all > FORM_FOUND ? FORM_FOUND :
				    (int)all;
	int			 row = ff->row + 1, cols = 48;

	if (cols > s->cols - 22)
		cols = s->cols - 22;
	if (rows == 0)
		rows = 1;
	if (row + rows > s->rows)
		row = ff->row - rows;
	if (row < 0)
		return;
	box = draw_sub(s, row, ff->col + form_indent(ff->form), rows, cols);
	draw_fill(&box, 0, 0, rows, cols, STYLE_INPUT);
	if (all == 0)
		draw_field(&box, 0, 0, cols, STYLE_INPUT,
		    TF(lookup_waiting(fm->look) ? "views.loading" :
		    "views.not_found", NULL));
	for (i = top; i < all && (int)(i - top) < rows; i++) {
		row = (int)(i - top);
		draw_field(&box, row, 2, cols - 18, STYLE_INPUT, i == n ?
		    T("views.make_ref") : lookup_title(fm->look, i));
		if (i < n)
			draw_right(&box, row, cols - 16, 15, STYLE_INPUT,
			    lookup_hint(fm->look, i));
		if (i == fm->found) {
			draw_style(&box, row, 0, 1, cols, STYLE_SELECTED);
			draw_text(&box, row, 0, 1, STYLE_SELECTED,
			    glyph(GLYPH_MARK));
		}
	}
}

bool
form_found_key(struct form *fm, const struct input *in)
{
	if (!fm->open || fm->look == NULL || in->kind != INPUT_KEY)
		return false;
	switch (in->code) {
	case K_DOWN:
		if (fm->found + 1 < lookup_n(fm->look) + form_can_make(fm))
			fm->found++;
		break;
	case K_UP:
		if (fm->found > 0)
			fm->found--;
		break;
	case K_ENTER:
		form_look_take(fm);
		break;
	case K_TAB:
		/* One match and something typed: it is meant. */
		if ((in->mods & MOD_SHIFT) == 0 && lookup_n(fm->look) == 1 &&
		    form_focus(fm)->edit.text[0] != '\0')
			form_look_take(fm);
		return false;
	case K_ESC:
		form_look_end(fm);
		break;
	default:
		return false;
	}
	ui_redraw();
	return true;
}
