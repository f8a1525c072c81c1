/*
 * formlive.c - fields of a form that follow what stands in others: shown only
 * while a condition holds (when), taken over from a chosen record (from), or
 * worked out by the server (compute) shortly after the typing has stopped.
 */
#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/ui.h"
#include "tui/view/form.h"
#include "tui/view/formint.h"
#include "tui/view/formlines.h"

#define LIVE_PAUSE_MS	150
#define LIVE_ROWS	64	/* of lines that wait to be worked out */

/* Who is to be worked out: the record, or a line of a block. */
struct live_row {
	struct formlines	*lines;		/* NULL: the record */
	unsigned		 serial;
};

struct formlive {
	struct form		*form;
	struct event		*pause;
	struct live_row		 wait[LIVE_ROWS];
	size_t			 nwait;
	struct live_row		 now;		/* asked for */
	uint64_t		 call;
	/* taken over from a chosen record */
	struct live_row		 from_row;
	char			 from_ref[80];
	uint64_t		 from_call;
};

/* --- when ------------------------------------------------------------------ */

static bool
live_holds(struct form *fm, const struct formfield *ff)
{
	const struct val	*when = ff->f->when, *values;
	const struct formfield	*other;
	struct buf		 b = BUF_INIT;
	size_t			 i, k;
	bool			 holds = true;

	for (i = 0; i < val_count(when) && holds; i++) {
		other = form_beside(fm, ff, val_key(when, i));
		if (other == NULL)
			continue;	/* not theirs to see: the server says */
		values = when->item[i];
		for (k = 0; k < val_count(values); k++) {
			buf_clear(&b);
			val_canon(values->item[k], &b);
			if (other->canon != NULL && strcmp(other->canon,
			    buf_text(&b)) == 0)
				break;
		}
		holds = k < val_count(values);
	}
	buf_free(&b);
	return holds;
}

/* What is hidden keeps its text while the form is open, and is saved empty. */
static void
live_show(struct form *fm, struct formfield *ff)
{
	bool	hidden = ff->f->when != NULL && !live_holds(fm, ff);

	if (hidden != ff->hidden) {
		ff->hidden = hidden;
		ui_redraw();
	}
}

/* --- compute --------------------------------------------------------------- */

static struct formfield *
live_first(struct form *fm, const struct live_row *row)
{
	return row->lines == NULL ? fm->field :
	    formlines_by_serial(row->lines, row->serial);
}

static void
live_next(struct formlive *fv);

static void
live_computed_cb(const struct link_reply *r, void *arg)
{
	struct formlive		*fv = arg;
	struct formfield	*ff = live_first(fv->form, &fv->now);
	struct buf		 b = BUF_INIT;
	size_t			 i, n = 0;

	fv->call = 0;
	if (ff != NULL)
		ff = form_all_beside(fv->form, ff, &n);
	for (i = 0; i < n; i++) {
		if (!ff[i].f->compute)
			continue;
		buf_clear(&b);
		if (r->ok)
			val_canon(val_get(r->body, ff[i].f->name), &b);
		formfield_set(&ff[i], buf_text(&b), NULL, true);
	}
	buf_free(&b);
	live_next(fv);
}

/* What stands there now and is right; a mistake counts as empty. */
static struct val *
live_args(struct form *fm, struct formfield *ff)
{
	struct val	*args = val_map();
	struct buf	 canon = BUF_INIT;
	size_t		 i, n;

	ff = form_all_beside(fm, ff, &n);
	for (i = 0; i < n; i++) {
		if (ff[i].lines != NULL || ff[i].f->compute ||
		    !ff[i].f->create || ff[i].hidden)
			continue;
		buf_clear(&canon);
		if (formfield_read(&ff[i], &canon))
			val_put(args, ff[i].f->name, val_of(ff[i].f,
			    buf_text(&canon)));
	}
	buf_free(&canon);
	return args;
}

static void
live_next(struct formlive *fv)
{
	struct form		*fm = fv->form;
	struct formfield	*ff;
	const char		*type;
	char			 verb[128];

	while (fv->call == 0 && fv->nwait > 0) {
		fv->now = fv->wait[--fv->nwait];
		if ((ff = live_first(fm, &fv->now)) == NULL)
			continue;
		type = ff->line != NULL ? formlines_def(ff)->name :
		    fm->d->name;
		snprintf(verb, sizeof verb, "%s.compute", type);
		fv->call = app_call(verb, live_args(fm, ff), live_computed_cb,
		    fv);
	}
}

static void
live_pause_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	live_next(arg);
}

static bool
live_computes(struct form *fm, struct formfield *ff)
{
	size_t	i, n;

	ff = form_all_beside(fm, ff, &n);
	for (i = 0; i < n; i++)
		if (ff[i].lines == NULL && ff[i].f->compute)
			return true;
	return false;
}

static struct live_row
live_row(const struct formfield *ff)
{
	struct live_row	row = { NULL, 0 };

	if (ff->line == NULL)
		return row;
	row.lines = formlines_of(ff);
	row.serial = formlines_serial(ff);
	return row;
}

static void
live_compute(struct formlive *fv, const struct formfield *ff)
{
	struct live_row	row = live_row(ff);
	struct timeval	tv = { 0, LIVE_PAUSE_MS * 1000 };
	size_t		i;

	for (i = 0; i < fv->nwait; i++)
		if (fv->wait[i].lines == row.lines &&
		    fv->wait[i].serial == row.serial)
			break;
	if (i == fv->nwait && fv->nwait < LIVE_ROWS)
		fv->wait[fv->nwait++] = row;
	evtimer_add(fv->pause, &tv);
}

/* --- from ------------------------------------------------------------------ */

/* What the person has written stays; what came from the last reference goes
 * with it. */
static bool
live_may_take(const struct formfield *ff)
{
	return !ff->fixed && (ff->typed && ff->f->rules.type != VALUE_REF ?
	    ff->edit.text[0] == '\0' : ff->canon == NULL) ? true :
	    ff->taken != NULL && ff->canon != NULL &&
	    strcmp(ff->taken, ff->canon) == 0;
}

static void
live_taken_cb(const struct link_reply *r, void *arg)
{
	struct formlive		*fv = arg;
	struct formfield	*ff = live_first(fv->form, &fv->from_row);
	struct record		 rec = { NULL, r->body };
	struct buf		 b = BUF_INIT;
	const char		*theirs;
	char			 title[160];
	size_t			 i, n = 0;

	fv->from_call = 0;
	if (ff != NULL && r->ok)
		ff = form_all_beside(fv->form, ff, &n);
	for (i = 0; i < n; i++) {
		theirs = val_get_str(ff[i].f->from, fv->from_ref);
		if (theirs == NULL || !live_may_take(&ff[i]))
			continue;
		buf_clear(&b);
		val_canon(record_get(&rec, theirs), &b);
		snprintf(title, sizeof title, "%s.title", theirs);
		formfield_set(&ff[i], buf_text(&b), val_str(record_get(&rec,
		    title)), false);
		free(ff[i].taken);
		ff[i].taken = ff[i].canon == NULL ? NULL :
		    xstrdup(ff[i].canon);
		formlive_changed(fv->form, &ff[i]);
	}
	buf_free(&b);
}

static void
live_take(struct formlive *fv, struct formfield *ff)
{
	struct formfield	*all;
	struct val		*args;
	char			 verb[128];
	size_t			 i, n;

	if (ff->f->ref == NULL || ff->canon == NULL)
		return;
	all = form_all_beside(fv->form, ff, &n);
	for (i = 0; i < n; i++)
		if (val_get_str(all[i].f->from, ff->f->name) != NULL)
			break;
	if (i == n || !def_can(defs_find(ff->f->ref), "get"))
		return;
	if (fv->from_call != 0)
		app_forget(fv->from_call);
	fv->from_row = live_row(ff);
	snprintf(fv->from_ref, sizeof fv->from_ref, "%s", ff->f->name);
	args = val_map();
	val_put(args, "id", val_uuid(ff->canon));
	snprintf(verb, sizeof verb, "%s.get", ff->f->ref);
	fv->from_call = app_call(verb, args, live_taken_cb, fv);
}

/* --- The whole ------------------------------------------------------------- */

void
formlive_changed(struct form *fm, struct formfield *ff)
{
	struct formfield	*all;
	size_t			 i, n;

	if (fm->live == NULL)
		return;
	all = form_all_beside(fm, ff, &n);
	for (i = 0; i < n; i++)
		if (all[i].lines == NULL)
			live_show(fm, &all[i]);
	live_take(fm->live, ff);
	if (live_computes(fm, ff))
		live_compute(fm->live, ff);
}

void
formlive_start(struct form *fm)
{
	size_t	i;

	fm->live = xcalloc(1, sizeof *fm->live);
	fm->live->form = fm;
	fm->live->pause = evtimer_new(app.base, live_pause_cb, fm->live);
	for (i = 0; i < fm->n; i++)
		if (fm->field[i].lines == NULL)
			live_show(fm, &fm->field[i]);
}

void
formlive_free(struct formlive *fv)
{
	if (fv == NULL)
		return;
	if (fv->call != 0)
		app_forget(fv->call);
	if (fv->from_call != 0)
		app_forget(fv->from_call);
	event_free(fv->pause);
	free(fv);
}
