/* act.c - actions on records; see act.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/term.h"
#include "tui/view/act.h"
#include "tui/view/form.h"
#include "tui/view/history.h"
#include "tui/view/listpane.h"

#define ACT_ITEMS 40

/* What is done to several records at once, under one request id. */
struct batch {
	char		*type;
	char		*what;		/* sentence when all is done */
	unsigned	 left, done, failed;
};

static void
batch_cb(const struct link_reply *r, void *arg)
{
	struct batch	*b = arg;
	char		 n[16];

	if (r->ok)
		b->done++;
	else
		b->failed++;
	if (!r->ok)
		app_error(r);
	if (--b->left > 0)
		return;
	if (b->done > 0) {
		snprintf(n, sizeof n, "%u", b->done);
		if (b->failed == 0)
			toast(TOAST_GOOD, NULL, "%s", b->what);
		else
			toast(TOAST_WARN, NULL, "%s", TF(
			    "views.some_done", "n", n, NULL));
		watch_touch(b->type);
	}
	free(b->type);
	free(b->what);
	free(b);
}

static struct val *
act_args(const struct record *r)
{
	struct val	*args = val_map();

	val_put(args, "id", val_uuid(record_id(r)));
	val_put_int(args, "version", record_version(r));
	return args;
}

static void
act_delete_all(const struct def *d, const struct record *recs, size_t n)
{
	struct batch	*b = xcalloc(1, sizeof *b);
	struct buf	 title = BUF_INIT;
	char		 verb[128], request[UUID_TEXT], num[24];
	const char	*what;
	size_t		 i;

	if (n == 1) {
		record_title(d, &recs[0], &title);
		what = TF("views.deleted", "what", buf_text(&title),
		    NULL);
	} else {
		snprintf(num, sizeof num, "%zu", n);
		what = TF("views.deleted_n", "n", num, NULL);
	}
	b->type = xstrdup(d->name);
	b->what = xasprintf("%s, %s", what, TF("views.undo_hint", NULL));
	b->left = (unsigned)n;
	snprintf(verb, sizeof verb, "%s.delete", d->name);
	uuid_v7_text(request);
	for (i = 0; i < n; i++)
		app_write(verb, act_args(&recs[i]), request, what, batch_cb,
		    b);
	buf_free(&title);
}

void
act_delete(const struct def *d, const struct record *r)
{
	act_delete_all(d, r, 1);
}

/* The marked rows, or the one under the cursor. To free. */
static struct record *
act_chosen(struct listpane *l, size_t *n)
{
	struct record	*recs = xcalloc(l->nmarks + 1, sizeof *recs);
	struct record	 r = listpane_record(l);
	size_t		 i;
	long		 at;

	*n = 0;
	for (i = 0; i < l->nmarks; i++) {
		if ((at = rows_find(l->rows, l->marks[i])) >= 0)
			recs[(*n)++] = rows_at(l->rows, (size_t)at);
	}
	if (*n == 0 && r.row != NULL)
		recs[(*n)++] = r;
	return recs;
}

/* --- Verbs of the definition --------------------------------------------------- */

/* May the action be done on this record: `when` maps fields to values. */
static bool
verb_fits(const struct val *action, const struct record *r)
{
	const struct val	*when = val_get(action, "when"), *v;
	struct buf		 b = BUF_INIT;
	const char		*s;
	size_t			 i, k;
	bool			 fits = true;

	for (i = 0; i < val_count(when); i++) {
		if ((v = record_get(r, when->key[i])) == NULL)
			continue;
		buf_clear(&b);
		val_canon(v, &b);
		for (k = 0; k < val_count(when->item[i]); k++) {
			s = val_str(when->item[i]->item[k]);
			if (s != NULL && strcmp(buf_text(&b), s) == 0)
				break;
		}
		if (k == val_count(when->item[i]))
			fits = false;
	}
	buf_free(&b);
	return fits;
}

/* A chosen verb that waits for its confirmation. The records are copied:
 * rows may change meanwhile. */
struct verb_call {
	const struct def	*d;
	const struct val	*action;
	struct val		*columns;
	struct val		**row;
	size_t			 n;
};

static void
verb_call_free(struct verb_call *c)
{
	size_t	i;

	for (i = 0; i < c->n; i++)
		val_free(c->row[i]);
	free(c->row);
	val_free(c->columns);
	free(c);
}

static const char *
verb_label(const struct val *v)
{
	const char	*s = val_str(val_at(v, ui_lang() == LANG_EN ? 1 : 0));

	return s == NULL ? "" : s;
}

static struct val *
verb_args(const struct val *action, const struct record *r)
{
	const struct val	*more = val_get(action, "args"), *v;
	struct val		*args = val_map();
	const char		*field;
	size_t			 i;

	val_put(args, "id", val_uuid(record_id(r)));
	if (val_get_bool(action, "version"))
		val_put_int(args, "version", record_version(r));
	for (i = 0; i < val_count(more); i++) {
		field = val_str(more->item[i]);
		v = field == NULL ? NULL : record_get(r, field);
		val_put(args, more->key[i], v == NULL ? val_null() :
		    val_copy(v));
	}
	return args;
}

/* What a verb gave back that a person must see: one-time codes. */
static void
verb_one_cb(const struct link_reply *r, void *arg)
{
	struct batch	*b = arg;
	const char	*code = val_get_str(r->body, "code");

	if (code == NULL)
		code = val_get_str(r->body, "password_code");
	if (r->ok && code != NULL)
		dialog_message(TF("views.code_title", NULL),
		    TF("views.code_text", "code", code, NULL), NULL,
		    NULL);
	batch_cb(r, b);
}

static void
verb_run(struct verb_call *c)
{
	const char	*verb = val_get_str(c->action, "verb");
	const char	*label = verb_label(val_get(c->action, "label"));
	struct batch	*b = xcalloc(1, sizeof *b);
	struct record	 r;
	char		 request[UUID_TEXT];
	size_t		 i;

	uuid_v7_text(request);
	b->type = xstrdup(c->d->name);
	b->what = xasprintf("%s: %s", label, TF("views.done", NULL));
	b->left = (unsigned)c->n;
	for (i = 0; i < c->n; i++) {
		r = (struct record){ c->columns, c->row[i] };
		app_write(verb == NULL ? "" : verb, verb_args(c->action, &r),
		    c->n > 1 ? NULL : request, NULL, verb_one_cb, b);
	}
	verb_call_free(c);
}

static void
verb_confirmed_cb(bool yes, void *arg)
{
	struct verb_call	*c = arg;

	if (yes)
		verb_run(c);
	else
		verb_call_free(c);
}

static void
verb_ask(const struct def *d, const struct val *action,
    const struct record *recs, size_t n)
{
	struct verb_call	*c = xcalloc(1, sizeof *c);
	const struct val	*confirm = val_get(action, "confirm");
	struct dialog_confirm	 ask = { .done = verb_confirmed_cb, .arg = c };
	struct buf		 text = BUF_INIT;
	size_t			 i;

	c->d = d;
	c->action = action;
	c->columns = recs[0].columns == NULL ? NULL :
	    val_copy(recs[0].columns);
	c->row = xcalloc(n, sizeof *c->row);
	for (i = 0; i < n; i++)
		c->row[c->n++] = val_copy(recs[i].row);
	if (val_is_null(confirm) ||
	    (confirm->kind == VAL_BOOL && confirm->i == 0)) {
		verb_run(c);
		return;
	}
	if (n == 1)
		record_title(d, &recs[0], &text);
	else
		buf_printf(&text, "%zu", n);
	if (confirm->kind == VAL_ARRAY)
		buf_printf(&text, ": %s", verb_label(confirm));
	else
		buf_printf(&text, ": %s?", verb_label(val_get(action,
		    "label")));
	ask.title = verb_label(val_get(action, "label"));
	ask.text = buf_text(&text);
	ask.yes = ask.title;
	dialog_confirm(&ask);
	buf_free(&text);
}

/* --- The menu of `a` -------------------------------------------------------------- */

enum menu_what { MENU_VERB, MENU_ACTION };

struct menu {
	const struct def	*d;
	struct val		*columns;
	struct val		**row;
	size_t			 n;
	struct {
		enum menu_what		 what;
		const struct val	*verb;
		enum action		 action;
	} item[ACT_ITEMS];
	int			 nitems;
	struct listpane		*list;	/* NULL: a card's record */
};

static void
menu_free(struct menu *m)
{
	size_t	i;

	for (i = 0; i < m->n; i++)
		val_free(m->row[i]);
	free(m->row);
	val_free(m->columns);
	free(m);
}

static void
menu_cb(int choice, void *arg)
{
	struct menu	*m = arg;
	struct record	*recs;
	size_t		 i;

	if (choice >= 0 && m->item[choice].what == MENU_ACTION) {
		if (m->list != NULL) {
			act_list(m->list, m->item[choice].action);
		} else {
			struct record	r = { m->columns, m->row[0] };

			act_record(m->d, &r, m->item[choice].action);
		}
	} else if (choice >= 0) {
		recs = xcalloc(m->n, sizeof *recs);
		for (i = 0; i < m->n; i++)
			recs[i] = (struct record){ m->columns, m->row[i] };
		verb_ask(m->d, m->item[choice].verb, recs, m->n);
		free(recs);
	}
	menu_free(m);
}

static void
menu_add_action(struct menu *m, struct dialog_item *items, enum action a)
{
	items[m->nitems] = (struct dialog_item){
		.label = action_label(a), .detail = keys_hint(a)
	};
	m->item[m->nitems].what = MENU_ACTION;
	m->item[m->nitems++].action = a;
}

static void
menu_open(const struct def *d, const struct record *recs, size_t n,
    struct listpane *list)
{
	static const struct {
		enum action	 a;
		const char	*verb;
	} own[] = {
		{ ACT_EDIT, "edit" }, { ACT_CLONE, "create" },
		{ ACT_DELETE, "delete" }, { ACT_HISTORY, "history" }
	};
	const struct val	*actions = val_get(d->v, "actions"), *v;
	struct dialog_item	 items[ACT_ITEMS];
	struct menu		*m = xcalloc(1, sizeof *m);
	const char		*key;
	size_t			 i;

	m->d = d;
	m->list = list;
	m->columns = recs[0].columns == NULL ? NULL :
	    val_copy(recs[0].columns);
	m->row = xcalloc(n, sizeof *m->row);
	for (i = 0; i < n; i++)
		m->row[m->n++] = val_copy(recs[i].row);
	for (i = 0; i < val_count(actions) && m->nitems < ACT_ITEMS - 8; i++) {
		v = actions->item[i];
		if ((n > 1 && !val_get_bool(v, "many")) ||
		    !verb_fits(v, &recs[0]))
			continue;
		key = val_get_str(v, "key");
		items[m->nitems] = (struct dialog_item){
			.label = verb_label(val_get(v, "label")),
			.key = key == NULL ? 0 : (unsigned char)key[0]
		};
		m->item[m->nitems].what = MENU_VERB;
		m->item[m->nitems++].verb = v;
	}
	for (i = 0; i < sizeof own / sizeof own[0]; i++) {
		if (def_can(d, own[i].verb) && (n == 1 ||
		    own[i].a == ACT_DELETE))
			menu_add_action(m, items, own[i].a);
	}
	if (n == 1)
		menu_add_action(m, items, ACT_COPY);
	dialog_choose(action_label(ACT_ACTIONS), items, m->nitems, 0, menu_cb,
	    m);
}

/* --- The actions --------------------------------------------------------------------- */

static void
act_copy(const char *text)
{
	/* Whether it arrived nobody can know: the sentence says so. */
	if (term_copy(text, strlen(text)))
		toast(TOAST_NOTICE, NULL, "%s", TF("views.copied",
		    NULL));
	else
		toast(TOAST_WARN, NULL, "%s", TF("views.no_copy", NULL));
}

static bool
act_refuse(const struct def *d, const char *verb)
{
	if (def_can(d, verb))
		return false;
	toast(TOAST_WARN, NULL, "%s", TF("views.not_allowed", "what",
	    app_label(d->labels), NULL));
	return true;
}

bool
act_record(const struct def *d, const struct record *r, enum action a)
{
	struct buf	title = BUF_INIT;
	const char	*id = record_id(r);

	switch (a) {
	case ACT_OPEN:
		app_open_record(d->name, id);
		return true;
	case ACT_EDIT:
		if (!act_refuse(d, "edit"))
			form_edit(d->name, id);
		return true;
	case ACT_CLONE:
		if (!act_refuse(d, "create"))
			form_clone(d->name, id);
		return true;
	case ACT_DELETE:
		if (!act_refuse(d, "delete"))
			act_delete(d, r);
		return true;
	case ACT_HISTORY:
		record_title(d, r, &title);
		if (!act_refuse(d, "history"))
			history_open(d->name, id, buf_text(&title));
		buf_free(&title);
		return true;
	case ACT_COPY:
		record_title(d, r, &title);
		act_copy(buf_text(&title));
		buf_free(&title);
		return true;
	case ACT_ACTIONS:
		menu_open(d, r, 1, NULL);
		return true;
	default:
		return false;
	}
}

bool
act_list(struct listpane *l, enum action a)
{
	const struct def	*d = rows_def(l->rows);
	struct record		 r = listpane_record(l), *recs;
	size_t			 n;

	if (d == NULL)
		return false;
	if (a == ACT_NEW) {
		if (!act_refuse(d, "create"))
			form_new(d->name, rows_fixed(l->rows));
		return true;
	}
	if (r.row == NULL)
		return false;
	if (a != ACT_DELETE && a != ACT_ACTIONS)
		return act_record(d, &r, a);
	if (a == ACT_DELETE && act_refuse(d, "delete"))
		return true;
	recs = act_chosen(l, &n);
	if (a == ACT_DELETE) {
		act_delete_all(d, recs, n);
		listpane_unmark(l);
	} else {
		menu_open(d, recs, n, l);
	}
	free(recs);
	return true;
}
