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
#include "tui/menu.h"
#include "tui/mod/leaver.h"
#include "tui/mod/matrix.h"
#include "tui/mod/timer.h"
#include "tui/mod/secret.h"
#include "tui/term.h"
#include "tui/view/act.h"
#include "tui/view/around.h"
#include "tui/view/chartview.h"
#include "tui/view/calendar.h"
#include "tui/view/form.h"
#include "tui/view/gantt.h"
#include "tui/view/history.h"
#include "tui/view/listpane.h"
#include "tui/view/many.h"
#include "tui/view/twins.h"
#include "tui/view/verb.h"

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
		app_write(verb, record_args(record_id(&recs[i]),
		    record_version(&recs[i])), request, what, batch_cb, b);
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
	struct record	*recs = xcalloc(rows_n(l->rows) + 1, sizeof *recs);
	struct record	 r;
	size_t		 i;

	*n = 0;
	for (i = 0; marks_any(&l->marks) && i < rows_n(l->rows); i++) {
		r = rows_at(l->rows, i);
		if (marks_has(&l->marks, record_id(&r)))
			recs[(*n)++] = r;
	}
	r = listpane_record(l);
	if (*n == 0 && r.row != NULL)
		recs[(*n)++] = r;
	return recs;
}

/* --- The menu of `a` -------------------------------------------------------------- */

enum menu_what { MENU_VERB, MENU_ACTION, MENU_RIGHTS, MENU_SECRET,
	MENU_LEAVE };

struct menu {
	const struct def	*d;
	struct val		*columns;
	struct val		**row;
	size_t			 n;
	struct {
		enum menu_what		 what;
		const struct val	*verb;
		enum action		 action;
		int			 secret;
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

	if (choice >= 0 && m->item[choice].what == MENU_RIGHTS) {
		struct record	r = { m->columns, m->row[0] };

		matrix_open(record_id(&r));
	} else if (choice >= 0 && m->item[choice].what == MENU_LEAVE) {
		struct record	r = { m->columns, m->row[0] };
		struct buf	title = BUF_INIT;

		record_title(m->d, &r, &title);
		leaver_open(record_id(&r), buf_text(&title));
		buf_free(&title);
	} else if (choice >= 0 && m->item[choice].what == MENU_SECRET) {
		struct record	r = { m->columns, m->row[0] };

		secret_item(m->d, &r, m->item[choice].secret);
	} else if (choice >= 0 && m->item[choice].what == MENU_ACTION) {
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
		verb_start(m->d, m->item[choice].verb, recs, m->n);
		free(recs);
	}
	menu_free(m);
}

/* The letter that does it outside of the menu does it here, unless a verb of
 * the definition has it. */
static uint32_t
menu_letter_of(const struct menu *m, const struct dialog_item *items,
    enum action a)
{
	const char	*hint = keys_hint(a);
	int		 i;

	if (hint[0] == '\0' || hint[1] != '\0')
		return 0;
	for (i = 0; i < m->nitems; i++) {
		if (items[i].key == (unsigned char)hint[0])
			return 0;
	}
	return (unsigned char)hint[0];
}

static void
menu_add_action(struct menu *m, struct dialog_item *items, enum action a)
{
	items[m->nitems] = (struct dialog_item){
		.label = action_label(a), .key = menu_letter_of(m, items, a)
	};
	m->item[m->nitems].what = MENU_ACTION;
	m->item[m->nitems++].action = a;
}

/* What is secret in it comes first. */
static void
menu_add_secrets(struct menu *m, struct dialog_item *items,
    const struct record *r)
{
	int	n = secret_items(m->d, r, items, ACT_ITEMS / 2), i;

	for (i = 0; i < n; i++) {
		m->item[m->nitems].what = MENU_SECRET;
		m->item[m->nitems++].secret = i;
	}
}

/* The definition's own: what is rarely wanted stands below all else. */
static void
menu_add_verbs(struct menu *m, struct dialog_item *items,
    const struct record *r, size_t n, bool rare)
{
	const struct val	*actions = val_get(m->d->v, "actions"), *v;
	const char		*key;
	size_t			 i;
	int			 most = rare ? ACT_ITEMS : ACT_ITEMS - 16;

	for (i = 0; i < val_count(actions) && m->nitems < most; i++) {
		v = actions->item[i];
		if (val_get_bool(v, "rare") != rare ||
		    (n > 1 && !val_get_bool(v, "many")) || !verb_fits(v, r))
			continue;
		key = val_get_str(v, "key");
		items[m->nitems] = (struct dialog_item){
			.label = verb_label(val_get(v, "label")),
			.key = key == NULL ? 0 : (unsigned char)key[0]
		};
		m->item[m->nitems].what = MENU_VERB;
		m->item[m->nitems++].verb = v;
	}
}

/* Letters for what has none: never the one that opens the menu, which pressed
 * twice does nothing then. */
static void
menu_letters(struct dialog_item *items, int n)
{
	uint32_t	taken[ACT_ITEMS + 1];
	int		i;

	for (i = 0; i < n; i++)
		taken[i] = items[i].key;
	taken[n] = 'a';
	for (i = 0; i < n; i++) {
		if (items[i].key == 0)
			items[i].key = taken[i] = menu_letter(items[i].label,
			    taken, n + 1);
	}
}

/* n 0: of a list without a record, which can be filled from a file. False:
 * there is nothing to choose. */
static bool
menu_open(const struct def *d, const struct record *recs, size_t n,
    struct listpane *list)
{
	static const struct own {
		enum action	 a;
		const char	*verb;
	} own[] = {
		{ ACT_EDIT, "edit" }, { ACT_CLONE, "create" },
		{ ACT_DELETE, "delete" }, { ACT_HISTORY, "history" }
	}, many[] = {
		{ ACT_CHANGE, "edit_many" }, { ACT_MERGE, "merge" },
		{ ACT_DUPLICATES, "duplicates" }, { ACT_EXPORT, "export" },
		{ ACT_IMPORT, "import" }
	};
	static const enum action around[] = { ACT_COMMENT, ACT_REMIND,
	    ACT_PAST };
	struct dialog_item	 items[ACT_ITEMS];
	struct menu		*m = xcalloc(1, sizeof *m);
	char			 why[120];
	size_t			 i;

	m->d = d;
	m->list = list;
	m->columns = recs[0].columns == NULL ? NULL :
	    val_copy(recs[0].columns);
	m->row = xcalloc(n + 1, sizeof *m->row);
	for (i = 0; i < n; i++)
		m->row[m->n++] = val_copy(recs[i].row);
	if (n == 1)
		menu_add_secrets(m, items, &recs[0]);
	if (n > 0)
		menu_add_verbs(m, items, &recs[0], n, false);
	if (n == 1 && strcmp(d->name, "roles") == 0 &&
	    matrix_may()) {
		items[m->nitems] = (struct dialog_item){
			.label = T("roles.matrix"), .key = 'p'
		};
		m->item[m->nitems++].what = MENU_RIGHTS;
	}
	if (n == 1 && act_invites(d)) {
		items[m->nitems] = (struct dialog_item){
			.label = T("leave.wizard"), .key = 'l'
		};
		m->item[m->nitems++].what = MENU_LEAVE;
	}
	for (i = 0; i < sizeof own / sizeof own[0]; i++) {
		if (def_can(d, own[i].verb) && (n == 1 ||
		    (n > 1 && own[i].a == ACT_DELETE)))
			menu_add_action(m, items, own[i].a);
	}
	for (i = 0; n == 1 && i < sizeof around / sizeof around[0]; i++)
		if (around_can(d, around[i]))
			menu_add_action(m, items, around[i]);
	if (n == 1 && secret_field(d, 0) == NULL)
		menu_add_action(m, items, ACT_COPY);
	for (i = 0; list != NULL && i < sizeof many / sizeof many[0]; i++) {
		if (listpane_can(list, many[i].a, why, sizeof why))
			menu_add_action(m, items, many[i].a);
	}
	if (n > 0)
		menu_add_verbs(m, items, &recs[0], n, true);
	if (m->nitems == 0) {
		menu_free(m);
		return false;
	}
	menu_letters(items, m->nitems);
	dialog_choose(action_label(ACT_ACTIONS), items, m->nitems, 0, menu_cb,
	    m);
	return true;
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

static void
act_refused_cb(const struct link_reply *r, void *arg)
{
	char	*label = arg;

	if (!r->ok && strcmp(r->code, "denied") == 0)
		app_error(r);
	else
		toast(TOAST_WARN, NULL, "%s", TF(!r->ok &&
		    strcmp(r->code, "unknown_verb") == 0 ? "views.no_hand" :
		    "views.not_allowed", "what", label, NULL));
	free(label);
}

/* What the role may not do the server refuses: it knows which permission is
 * missing and who can grant it, and keeps a record. (Should the role have
 * got the right in this moment, it is done.) */
static bool
act_refuse(const struct def *d, const char *verb, const struct record *r)
{
	struct val	*args;
	char		 name[128];

	if (def_can(d, verb))
		return false;
	args = r == NULL ? val_map() : record_args(record_id(r),
	    record_version(r));
	if (strcmp(verb, "history") == 0)
		val_drop(args, "version");
	snprintf(name, sizeof name, "%s.%s", d->name, verb);
	app_write(name, args, NULL, NULL, act_refused_cb,
	    xstrdup(app_label(d->labels)));
	return true;
}

/* The first of the definition's own that this record is ready for. */
static bool
act_first(const struct def *d, const struct record *r)
{
	const struct val	*actions = val_get(d->v, "actions");
	size_t			 i;

	for (i = 0; i < val_count(actions); i++) {
		if (val_get_bool(actions->item[i], "rare") ||
		    !verb_fits(actions->item[i], r))
			continue;
		verb_start(d, actions->item[i], r, 1);
		return true;
	}
	if (val_count(actions) > 0)
		toast(TOAST_NOTICE, NULL, "%s", TF("views.no_first", NULL));
	return val_count(actions) > 0;
}

static bool
act_has_span(const struct def *d, enum action a)
{
	return a == ACT_GANTT ? gantt_has(d) : calendar_has(d);
}

/* filter is taken. */
static bool
act_open_span(const char *type, struct val *filter, enum action a)
{
	if (a == ACT_GANTT)
		gantt_open(type, filter);
	else
		calendar_open(type, filter);
	return true;
}

/* A list's records over time, as they are filtered there. */
static bool
act_list_span(struct listpane *l, const struct def *d, enum action a)
{
	struct val		*args = listpane_query_args(l);
	const struct val	*filter = val_get(args, "filter");
	struct val		*all;

	if (!act_has_span(d, a)) {
		val_free(args);
		return false;
	}
	all = val_both(rows_fixed(l->rows), filter);
	val_free(args);
	if (val_count(all) == 0) {
		val_free(all);
		all = NULL;
	}
	return act_open_span(d->name, all, a);
}

/* Of a record: what belongs to it (a project's tasks), or its whole type. */
static bool
act_span(const struct def *d, const struct record *r, enum action a)
{
	const struct val	*related = val_get(d->v, "related"), *one;
	struct val		*filter;
	const char		*type;
	size_t			 i;

	for (i = 0; i < val_count(related); i++) {
		one = val_at(related, i);
		type = val_get_str(one, "record");
		if (type == NULL || strcmp(type, d->name) == 0 ||
		    !act_has_span(defs_find(type), a))
			continue;
		filter = val_map();
		val_put(filter, val_get_str(one, "by"),
		    val_uuid(record_id(r)));
		return act_open_span(type, filter, a);
	}
	return act_has_span(d, a) && act_open_span(d->name, NULL, a);
}

/* --- Rows that stand for another type's record -------------------------------------- */

const struct def *
act_stands_for(const struct def *d, const struct record *r, const char **id)
{
	const struct val	*opens = d == NULL ? NULL :
				    val_get(d->v, "opens"), *v;
	const struct field	*f;
	size_t			 i;

	for (i = 0; i < val_count(opens); i++) {
		f = def_field(d, val_str(opens->item[i]));
		v = f == NULL ? NULL : record_get(r, f->name);
		if (v == NULL || v->kind != VAL_UUID ||
		    defs_find(f->ref) == NULL)
			continue;
		if (id != NULL)
			*id = v->s;
		return defs_find(f->ref);
	}
	return d;
}

bool
act_of_record(enum action a)
{
	switch (a) {
	case ACT_OPEN:
	case ACT_EDIT:
	case ACT_CLONE:
	case ACT_DELETE:
	case ACT_HISTORY:
	case ACT_REVEAL:
	case ACT_GENERATE:
	case ACT_COPY:
	case ACT_ACTIONS:
	case ACT_FIRST:
	case ACT_COMMENT:
	case ACT_REMIND:
	case ACT_PAST:
		return true;
	default:
		return false;
	}
}

struct stand_in {
	char		*type;
	enum action	 a;
};

static void
stand_in_cb(const struct link_reply *r, void *arg)
{
	struct stand_in		*s = arg;
	const struct def	*d = defs_find(s->type);
	struct record		 rec = { NULL, r->body };

	if (!r->ok)
		app_error(r);
	else if (d != NULL && s->a == ACT_TAB)
		secret_past(d, &rec);
	else if (d != NULL)
		act_record(d, &rec, s->a);
	free(s->type);
	free(s);
}

bool
act_stand_in(const struct def *d, const struct record *r, enum action a)
{
	const char		*id = NULL;
	const struct def	*t = act_stands_for(d, r, &id);
	struct stand_in		*s;
	struct val		*args;
	char			 verb[128];

	if (id == NULL)
		return false;
	if (a == ACT_OPEN) {
		app_open_record(t->name, id);
		return true;
	}
	s = xcalloc(1, sizeof *s);
	s->type = xstrdup(t->name);
	s->a = a;
	args = val_map();
	val_put(args, "id", val_uuid(id));
	snprintf(verb, sizeof verb, "%s.get", t->name);
	app_call(verb, args, stand_in_cb, s);
	return true;
}

/* How many types the rows of this one open, and the i-th of them or NULL. */
static size_t
act_opens(const struct def *d)
{
	return d == NULL ? 0 : val_count(val_get(d->v, "opens"));
}

static const struct def *
act_opened(const struct def *d, size_t i)
{
	const struct field	*f = def_field(d, val_str(val_at(
				    val_get(d->v, "opens"), i)));

	return f == NULL ? NULL : defs_find(f->ref);
}

bool
act_creates(const struct def *d)
{
	size_t	i;

	for (i = 0; i < act_opens(d); i++) {
		if (def_can(act_opened(d, i), "create"))
			return true;
	}
	return def_can(d, "create");
}

static void
new_chosen_cb(int choice, void *arg)
{
	const struct def	*d = arg, *t;
	size_t			 i;

	for (i = 0; choice >= 0 && i < act_opens(d); i++) {
		t = act_opened(d, i);
		if (def_can(t, "create") && choice-- == 0)
			form_new(t->name, NULL);
	}
}

/* Of which of the types that its rows open? */
static void
new_choose(const struct def *d)
{
	const struct def	*t;
	struct dialog_item	 items[ACT_ITEMS];
	size_t			 i;
	int			 n = 0;

	memset(items, 0, sizeof items);
	for (i = 0; i < act_opens(d) && n < ACT_ITEMS; i++) {
		t = act_opened(d, i);
		if (def_can(t, "create"))
			items[n++].label = app_label(t->label);
	}
	dialog_choose(action_label(ACT_NEW), items, n, 0, new_chosen_cb,
	    (void *)(uintptr_t)d);
}

/* --- One record ----------------------------------------------------------------------- */

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
		if (!act_refuse(d, "edit", r))
			form_edit(d->name, id);
		return true;
	case ACT_CLONE:
		if (!act_refuse(d, "create", NULL))
			form_clone(d->name, id);
		return true;
	case ACT_DELETE:
		if (!act_refuse(d, "delete", r))
			act_delete(d, r);
		return true;
	case ACT_HISTORY:
		record_title(d, r, &title);
		if (!act_refuse(d, "history", r))
			history_open(d->name, id, buf_text(&title));
		buf_free(&title);
		return true;
	case ACT_REVEAL:
	case ACT_GENERATE:
		return secret_action(d, r, NULL, a);
	case ACT_COPY:
		if (secret_action(d, r, NULL, a))
			return true;
		record_title(d, r, &title);
		act_copy(buf_text(&title));
		buf_free(&title);
		return true;
	case ACT_ACTIONS:
		return menu_open(d, r, 1, NULL);
	case ACT_FIRST:
		return act_first(d, r);
	case ACT_TIMER:
		return timer_record(d, r);
	case ACT_CALENDAR:
	case ACT_GANTT:
		return act_span(d, r, a);
	default:
		return around_action(d, r, a, false);
	}
}

/* People are not created but invited. */
bool
act_invites(const struct def *d)
{
	return d != NULL && strcmp(d->name, "users") == 0 &&
	    app_may("users.manage");
}

bool
act_list(struct listpane *l, enum action a)
{
	const struct def	*d = rows_def(l->rows);
	struct record		 r = listpane_record(l), *recs;
	size_t			 n;

	if (d == NULL)
		return false;
	if (a == ACT_NEW && act_invites(d)) {
		verb_invite();
		return true;
	}
	if (a == ACT_NEW && val_get(d->v, "opens") != NULL &&
	    act_creates(d)) {
		new_choose(d);
		return true;
	}
	if (a == ACT_NEW) {
		if (!act_refuse(d, "create", NULL))
			form_new(d->name, rows_fixed(l->rows));
		return true;
	}
	if (a == ACT_CALENDAR || a == ACT_GANTT)
		return act_list_span(l, d, a);
	if (a == ACT_EXPORT || a == ACT_IMPORT) {
		if (act_refuse(d, a == ACT_EXPORT ? "export" : "import", NULL))
			return true;
		if (a == ACT_EXPORT)
			many_export(l);
		else
			many_import(d);
		return true;
	}
	if (a == ACT_CHARTS) {
		if (val_count(val_get(d->v, "charts")) == 0)
			return false;
		chart_open(d->name, NULL);
		return true;
	}
	if (r.row == NULL)
		return a == ACT_ACTIONS && menu_open(d, &r, 0, l);
	if (act_of_record(a) && act_stand_in(d, &r, a))
		return true;
	if (a == ACT_DUPLICATES || a == ACT_MERGE) {
		if (act_refuse(d, a == ACT_MERGE ? "merge" : "duplicates",
		    NULL))
			return true;
		if (a == ACT_MERGE)
			twins_merge(l);
		else
			twins_list(d);
		return true;
	}
	if (a == ACT_CHANGE) {
		if (!act_refuse(d, "edit_many", NULL))
			many_change(l);
		return true;
	}
	if (a != ACT_DELETE && a != ACT_ACTIONS)
		return act_record(d, &r, a);
	if (a == ACT_DELETE && act_refuse(d, "delete", &r))
		return true;
	recs = act_chosen(l, &n);
	if (a == ACT_DELETE) {
		if (marks_any(&l->marks) && def_can(d, "delete_many"))
			many_delete(l);
		else
			act_delete_all(d, recs, n);
		listpane_unmark(l);
	} else {
		menu_open(d, recs, n, l);
	}
	free(recs);
	return true;
}
