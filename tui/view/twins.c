/* twins.c - see twins.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/store.h"
#include "tui/view/listpane.h"
#include "tui/view/twins.h"

#define SHOWN_MAX 200

/* --- Making one of two ------------------------------------------------------------ */

struct merging {
	const struct def	*d;
	struct val		*one, *other;	/* as R.get has them */
	const struct field	**fields;	/* that differ */
	int			 n;
};

static void
merging_free(struct merging *m)
{
	val_free(m->one);
	val_free(m->other);
	free(m->fields);
	free(m);
}

static void
merged_cb(const struct link_reply *r, void *arg)
{
	struct merging	*m = arg;
	int64_t		 stayed = val_get_int(r->body, "stayed", 0);
	char		 n[24], stay[24];

	if (!r->ok)
		app_error(r);
	else {
		snprintf(n, sizeof n, "%lld",
		    (long long)val_get_int(r->body, "moved", 0));
		snprintf(stay, sizeof stay, "%lld", (long long)stayed);
		toast(TOAST_GOOD, NULL, "%s", TF(stayed == 0 ? "many.merged" :
		    "many.merged_some", "n", n, "m", stay, NULL));
		watch_touch(NULL);
	}
	merging_free(m);
}

static void
merging_chosen_cb(const bool *keep, void *arg)
{
	struct merging		*m = arg;
	struct val		*args, *set = val_map();
	const struct val	*v;
	char			 verb[128];
	int			 i;

	if (keep == NULL) {
		val_free(set);
		merging_free(m);
		return;
	}
	for (i = 0; i < m->n; i++) {
		v = val_get(m->other, m->fields[i]->name);
		if (!keep[i])
			val_put(set, m->fields[i]->name, v == NULL ?
			    val_null() : val_copy(v));
	}
	args = val_map();
	val_put(args, "id", val_copy(val_get(m->one, "id")));
	val_put(args, "version", val_copy(val_get(m->one, "version")));
	val_put(args, "from", val_copy(val_get(m->other, "id")));
	val_put(args, "from_version", val_copy(val_get(m->other, "version")));
	if (set->n > 0)
		val_put(args, "set", set);
	else
		val_free(set);
	snprintf(verb, sizeof verb, "%s.merge", m->d->name);
	app_write(verb, args, NULL, NULL, merged_cb, m);
}

/* Field by field, what differs: of the one that stays, or of the other. */
static void
merging_ask(struct merging *m)
{
	struct record		 one = { NULL, m->one }, other = { NULL, m->other };
	struct dialog_clash	*clash;
	struct buf		 a = BUF_INIT, b = BUF_INIT;
	const struct field	*f;
	size_t			 i;
	int			 k;

	clash = xcalloc(m->d->nreal + 1, sizeof *clash);
	m->fields = xcalloc(m->d->nreal + 1, sizeof *m->fields);
	for (i = 0; i < m->d->nreal; i++) {
		f = &m->d->fields[i];
		if (!f->edit)
			continue;
		buf_clear(&a);
		buf_clear(&b);
		record_text(m->d, f, &one, &a);
		record_text(m->d, f, &other, &b);
		if (strcmp(buf_text(&a), buf_text(&b)) == 0)
			continue;
		clash[m->n].field = app_label(f->label);
		clash[m->n].mine = xstrdup(buf_text(&a));
		clash[m->n].theirs = xstrdup(buf_text(&b));
		m->fields[m->n++] = f;
	}
	buf_clear(&a);
	buf_clear(&b);
	record_title(m->d, &one, &a);
	record_title(m->d, &other, &b);
	dialog_merge(buf_text(&a), buf_text(&b), clash, m->n,
	    merging_chosen_cb, m);
	for (k = 0; k < m->n; k++) {
		free((char *)clash[k].mine);
		free((char *)clash[k].theirs);
	}
	free(clash);
	buf_free(&a);
	buf_free(&b);
}

static void
other_cb(const struct link_reply *r, void *arg)
{
	struct merging	*m = arg;

	if (!r->ok) {
		app_error(r);
		merging_free(m);
		return;
	}
	if (m->one == NULL) {
		m->one = val_copy(r->body);
		return;
	}
	m->other = val_copy(r->body);
	merging_ask(m);
}

static void
one_cb(const struct link_reply *r, void *arg)
{
	struct merging	*m = arg;
	struct val	*args;
	char		 verb[128];

	if (!r->ok) {
		app_error(r);
		merging_free(m);
		return;
	}
	m->one = val_copy(r->body);
	args = val_map();
	val_put(args, "id", val_copy(val_get(m->other, "id")));
	val_free(m->other);
	m->other = NULL;
	snprintf(verb, sizeof verb, "%s.get", m->d->name);
	app_call(verb, args, other_cb, m);
}

static void
merging_start(const struct def *d, const char *one, const char *other)
{
	struct merging	*m = xcalloc(1, sizeof *m);
	struct val	*args = val_map();
	char		 verb[128];

	m->d = d;
	m->other = val_map();
	val_put(m->other, "id", val_uuid(other));
	val_put(args, "id", val_uuid(one));
	snprintf(verb, sizeof verb, "%s.get", d->name);
	app_call(verb, args, one_cb, m);
}

void
twins_merge(struct listpane *l)
{
	struct selection	s;

	listpane_selection(l, &s);
	if (s.all || s.n != 2)
		toast(TOAST_WARN, NULL, "%s", TF("many.merge_two", NULL));
	else
		merging_start(rows_def(l->rows), s.id[0], s.id[1]);
	selection_free(&s);
}

/* --- Pairs, and the warning ------------------------------------------------------------ */

void
twins_fields(const struct def *d, const struct val *names, struct buf *b)
{
	const struct field	*f;
	size_t			 i;

	for (i = 0; i < val_count(names); i++)
		if ((f = def_field(d, val_str(names->item[i]))) != NULL)
			buf_printf(b, "%s%s", buf_len(b) > 0 ? ", " : "",
			    app_label(f->label));
}

struct pairs {
	const struct def	*d;
	struct val		*rows;
};

static void
pair_chosen_cb(int choice, void *arg)
{
	struct pairs		*p = arg;
	const struct val	*row = val_at(p->rows, (size_t)(choice < 0 ?
				    0 : choice));

	if (choice >= 0)
		merging_start(p->d, val_str(val_at(row, 0)),
		    val_str(val_at(row, 3)));
	val_free(p->rows);
	free(p);
}

static void
pairs_cb(const struct link_reply *r, void *arg)
{
	const struct val	*rows = val_get(r->body, "rows"), *row;
	struct pairs		*p = arg;
	struct dialog_item	*items;
	struct buf		 b = BUF_INIT;
	size_t			 i, n = val_count(rows);

	if (!r->ok || n == 0) {
		if (!r->ok)
			app_error(r);
		else
			toast(TOAST_NOTICE, NULL, "%s", TF("many.no_pairs",
			    NULL));
		free(p);
		return;
	}
	p->rows = val_copy(rows);
	items = xcalloc(n, sizeof *items);
	for (i = 0; i < n; i++) {
		row = rows->item[i];
		items[i].label = xasprintf("%s / %s", val_word(val_at(row, 2)),
		    val_word(val_at(row, 5)));
		buf_clear(&b);
		twins_fields(p->d, val_at(row, 6), &b);
		items[i].detail = xstrdup(buf_text(&b));
	}
	dialog_choose(TF("many.pairs", NULL), items, (int)n, 0,
	    pair_chosen_cb, p);
	for (i = 0; i < n; i++) {
		free((char *)items[i].label);
		free((char *)items[i].detail);
	}
	free(items);
	buf_free(&b);
}

void
twins_list(const struct def *d)
{
	struct pairs	*p = xcalloc(1, sizeof *p);
	char		 verb[128];

	p->d = d;
	snprintf(verb, sizeof verb, "%s.duplicates", d->name);
	app_call(verb, NULL, pairs_cb, p);
}

void
twins_warn(const struct def *d, const struct link_reply *r,
    void (*done)(int, void *), void *arg)
{
	const struct val	*rows = val_get(r->body, "rows"), *row;
	struct dialog_item	*items;
	struct buf		 b = BUF_INIT;
	size_t			 i, n = val_count(rows);

	items = xcalloc(n + 1, sizeof *items);
	items[0].label = TF("many.save_anyway", NULL);
	for (i = 0; i < n; i++) {
		row = rows->item[i];
		buf_clear(&b);
		twins_fields(d, val_at(row, 4), &b);
		items[i + 1].label = val_str(val_at(row, 2));
		items[i + 1].detail = xstrdup(buf_text(&b));
	}
	dialog_choose(TF("many.similar", NULL), items, (int)n + 1, 0, done,
	    arg);
	for (i = 0; i < n; i++)
		free((char *)items[i + 1].detail);
	free(items);
	buf_free(&b);
}
