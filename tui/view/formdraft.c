/*
 * formdraft.c - a form as a draft: kept a second after the typing has stopped
 * and when the client ends, offered when the form is opened again, removed
 * when it is saved or thrown away. Forms of verbs (passwords, codes) are
 * never kept.
 */
#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tz.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draft.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/form.h"
#include "tui/view/formint.h"
#include "tui/view/formlines.h"

#define DRAFT_PAUSE_S	1
#define DRAFT_AGAIN_S	5	/* while the line is down */
#define DRAFT_OFFERED	12

struct formdraft {
	struct form	*form;
	struct event	*pause;
	bool		 kept;		/* there is one to be removed */
};

static bool
draft_place(const struct form *fm, struct draft_place *p)
{
	if (fm->own != NULL)
		return false;
	snprintf(p->screen, sizeof p->screen, "%s", fm->d->name);
	snprintf(p->record, sizeof p->record, "%s", fm->id);
	return true;
}

/* --- Out of the form -------------------------------------------------------- */

/* What was typed, what it means, and the title of a reference. */
struct val *
formdraft_field(const struct formfield *ff)
{
	struct val	*v = val_map();

	if (ff->typed)
		val_put_text(v, "text", ff->edit.text);
	if (ff->canon != NULL)
		val_put_text(v, "value", ff->canon);
	if (ff->title != NULL)
		val_put_text(v, "title", ff->title);
	return v;
}

static struct val *
draft_body(struct form *fm)
{
	struct val	*v = val_map(), *fields = val_map(), *lines = val_map();
	struct buf	 title = BUF_INIT;
	size_t		 i;

	form_title_text(fm, &title);
	val_put_text(v, "title", buf_text(&title));
	val_put_int(v, "version", fm->version);
	for (i = 0; i < fm->n; i++) {
		if (!formfield_dirty(&fm->field[i]))
			continue;
		if (fm->field[i].lines != NULL)
			val_put(lines, fm->field[i].f->name, formlines_draft(
			    fm->field[i].lines));
		else
			val_put(fields, fm->field[i].f->name,
			    formdraft_field(&fm->field[i]));
	}
	val_put(v, "fields", fields);
	val_put(v, "lines", lines);
	buf_free(&title);
	return v;
}

/* --- Into the form ---------------------------------------------------------- */

void
formdraft_restore(struct formfield *ff, const struct val *v)
{
	const char	*text = val_get_str(v, "text");

	if (v == NULL || ff->fixed)
		return;
	formfield_set(ff, val_get_str(v, "value"), val_get_str(v, "title"),
	    false);
	if (ff->typed && text != NULL && strcmp(text, ff->edit.text) != 0) {
		edit_set(&ff->edit, "");
		edit_insert(&ff->edit, text, strlen(text));
	}
	ff->edit.changed = true;
}

static void
draft_apply(struct form *fm, const struct val *body)
{
	const struct val	*fields = val_get(body, "fields");
	const struct val	*lines = val_get(body, "lines");
	size_t			 i;

	/* The version it was typed over: what others did since is merged, or
	 * shown as a conflict. */
	if (fm->id[0] != '\0')
		fm->version = val_get_int(body, "version", fm->version);
	for (i = 0; i < fm->n; i++)
		if (fm->field[i].lines != NULL)
			formlines_restore(fm->field[i].lines, val_get(lines,
			    fm->field[i].f->name));
		else
			formdraft_restore(&fm->field[i], val_get(fields,
			    fm->field[i].f->name));
	for (i = 0; i < fm->n; i++)
		if (fm->field[i].lines == NULL)
			formlive_changed(fm, &fm->field[i]);
	ui_redraw();
}

/* --- Keeping ------------------------------------------------------------------ */

static void
draft_pause_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	formdraft_flush(arg);
}

static void
draft_wait(struct formdraft *dr, int seconds)
{
	struct timeval	tv = { seconds, 0 };

	evtimer_add(dr->pause, &tv);
}

void
formdraft_changed(struct form *fm)
{
	if (fm->own != NULL || !fm->loaded)
		return;
	if (fm->draft == NULL) {
		fm->draft = xcalloc(1, sizeof *fm->draft);
		fm->draft->form = fm;
		fm->draft->pause = evtimer_new(app.base, draft_pause_cb, fm);
	}
	draft_wait(fm->draft, DRAFT_PAUSE_S);
}

void
formdraft_flush(struct form *fm)
{
	struct draft_place	 p;
	struct val		*body;

	if (fm->draft == NULL || !draft_place(fm, &p))
		return;
	if (!form_dirty(fm)) {
		formdraft_close(fm);
		return;
	}
	body = draft_body(fm);
	fm->draft->kept = true;
	if (!draft_keep(&p, body))
		draft_wait(fm->draft, DRAFT_AGAIN_S);
	val_free(body);
}

void
formdraft_end(struct form *fm)
{
	struct draft_place	p;

	if (fm->draft != NULL) {
		evtimer_del(fm->draft->pause);
		fm->draft->kept = false;
	}
	if (draft_place(fm, &p))
		draft_drop(&p);
}

void
formdraft_close(struct form *fm)
{
	if (fm->draft != NULL && fm->draft->kept)
		formdraft_end(fm);
}

void
formdraft_free(struct formdraft *dr)
{
	if (dr == NULL)
		return;
	event_free(dr->pause);
	free(dr);
}

/* --- Offering ----------------------------------------------------------------- */

static void
draft_when(int64_t at, char *out)
{
	struct value_ctx	ctx = app_ctx();

	timestamp_format(at, ctx.tz, ctx.date_pattern, out);
}

static void
draft_go_on(struct form *fm, const struct val *body)
{
	draft_apply(fm, body);
	formdraft_changed(fm);
	fm->draft->kept = true;
}

static void
draft_answer_cb(int i, void *arg)
{
	struct form		*fm = arg;
	struct draft_place	 p;
	struct val		*body;
	int64_t			 at;

	if (i < 0 || !draft_place(fm, &p) ||
	    (body = draft_find(&p, &at)) == NULL)
		return;
	if (i == 0)
		draft_go_on(fm, body);
	else
		draft_drop(&p);
	val_free(body);
}

void
formdraft_ask(struct form *fm)
{
	struct dialog_item	 items[2];
	struct draft_place	 p;
	struct val		*body;
	char			 when[DATE_TEXT];
	int64_t			 at;

	if (!draft_place(fm, &p) || (body = draft_find(&p, &at)) == NULL)
		return;
	if (fm->resume) {
		draft_go_on(fm, body);
		val_free(body);
		return;
	}
	val_free(body);
	memset(items, 0, sizeof items);
	draft_when(at, when);
	items[0].label = TF("views.draft_go_on", NULL);
	items[0].detail = when;
	items[1].label = TF("views.draft_drop", NULL);
	dialog_choose(TF("views.draft_title", NULL), items, 2, 0,
	    draft_answer_cb, fm);
}

/* At the start: those of this company, to go on with one of them. */
struct offered {
	struct draft_place	 place[DRAFT_OFFERED];
	char			 label[DRAFT_OFFERED][200];
	char			 when[DRAFT_OFFERED][DATE_TEXT];
	int			 n;
};
static struct offered	offered;

static void
draft_chosen_cb(int i, void *arg)
{
	(void)arg;
	if (i >= 0 && i < offered.n)
		form_resume(offered.place[i].screen, offered.place[i].record);
}

static void
draft_offered(const struct draft_place *p, const struct val *body,
    int64_t at, size_t left, void *arg)
{
	const struct def	*d = defs_find(p->screen);
	const char		*title = val_get_str(body, "title");
	struct dialog_item	 items[DRAFT_OFFERED];
	int			 i;

	(void)arg;
	if (d != NULL && offered.n < DRAFT_OFFERED && def_can(d,
	    p->record[0] == '\0' ? "create" : "edit")) {
		i = offered.n++;
		offered.place[i] = *p;
		snprintf(offered.label[i], sizeof offered.label[i], "%s: %s",
		    p->record[0] == '\0' ? TF("views.form_new", "what",
		    app_label(d->label), NULL) : app_label(d->label),
		    title == NULL ? "" : title);
		draft_when(at, offered.when[i]);
	}
	/* Whoever is in the middle of something is not disturbed: the forms
	 * themselves will ask. */
	if (left > 0 || offered.n == 0 || view_top() == NULL ||
	    view_top()->ops->flags & VIEW_POPUP)
		return;
	memset(items, 0, sizeof items);
	for (i = 0; i < offered.n; i++) {
		items[i].label = offered.label[i];
		items[i].detail = offered.when[i];
	}
	dialog_choose(TF("views.draft_title", NULL), items, offered.n, 0,
	    draft_chosen_cb, NULL);
}

void
form_drafts_start(void)
{
	memset(&offered, 0, sizeof offered);
	draft_start(draft_offered, NULL);
}
