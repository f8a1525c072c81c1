/* views.c - how a record type is drawn: list, form, card, related, actions. */
#include <string.h>

#include "server/def/loader.h"
#include "server/def/spans.h"
#include "server/verb.h"

static bool
settable(const struct def *d, const struct field *f)
{
	return !f->readonly && !d->readonly;
}

/* In a form it is set, or shown while it is worked out. */
static bool
formable(const struct def *d, const struct field *f)
{
	return settable(d, f) || (f->compute && !d->readonly);
}

/* --- Related lists --------------------------------------------------------- */

static void
link_related(struct loader *l, struct def *d)
{
	static const char *const words[] = { "by", "label", "tab", NULL };
	const struct ynode	*n = yaml_get(d->node, "related"), *c, *by;
	struct def_related	*r;
	size_t			 i;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP) {
		fault(l, n, "\"related\" must be a map of records");
		return;
	}
	d->related = arena_array(l->arena, n->n + 1, sizeof *d->related);
	for (i = 0; i < n->n; i++) {
		c = &n->child[i];
		if (!load_keys(l, c, words))
			continue;
		r = &d->related[d->nrelated];
		memset(r, 0, sizeof *r);
		if ((r->def = load_def(l, c->key)) == NULL) {
			fault(l, c, "there is no record \"%s\"", c->key);
			continue;
		}
		if ((by = yaml_get(c, "by")) == NULL) {
			fault(l, c, "\"by\" is missing");
			continue;
		}
		if ((r->by = load_field_ref(l, r->def, by)) == NULL)
			continue;
		if (r->by->ref != d)
			fault(l, by, "field \"%s\" of %s does not refer to %s",
			    r->by->name, r->def->name, d->name);
		r->label = r->def->labels;
		load_label(l, c, "label", false, &r->label);
		r->tab = load_bool(l, c, "tab");
		d->nrelated++;
	}
}

static struct def_related *
related(struct loader *l, struct def *d, const struct ynode *n)
{
	size_t	i;

	for (i = 0; i < d->nrelated; i++)
		if (n->type == YNODE_SCALAR &&
		    strcmp(d->related[i].def->name, n->text) == 0)
			return &d->related[i];
	fault(l, n, "\"%s\" does not stand under \"related\"",
	    n->type == YNODE_SCALAR ? n->text : "");
	return NULL;
}

/* --- List ------------------------------------------------------------------ */

/* A field, or { field: width }. */
static void
load_column(struct loader *l, const struct def *d, const struct ynode *c,
    struct def_column *columns, size_t *n)
{
	struct def_column	*col = &columns[*n];
	struct ynode		 key;
	int64_t			 width = 0;

	if (c->type == YNODE_MAP && c->n == 1) {
		key = c->child[0];
		if (!yaml_int(&key, &width) || width < 1 || width > 200)
			fault(l, &c->child[0], "the width of a column is a "
			    "number of cells from 1 to 200");
		key.type = YNODE_SCALAR;
		key.text = key.key;
		col->field = load_field_ref(l, d, &key);
	} else
		col->field = load_field_ref(l, d, c);
	col->width = (int)width;
	if (col->field != NULL)
		++*n;
}

/* The list under "columns"; NULL when there is none. */
static struct def_column *
load_columns(struct loader *l, const struct def *d, const struct ynode *map,
    size_t *n)
{
	const struct ynode	*c = yaml_get(map, "columns");
	struct def_column	*columns;
	size_t			 i;

	*n = 0;
	if (c == NULL)
		return NULL;
	if (c->type != YNODE_LIST) {
		fault(l, c, "\"columns\" must be a list");
		return NULL;
	}
	columns = arena_array(l->arena, c->n + 1, sizeof *columns);
	for (i = 0; i < c->n; i++)
		load_column(l, d, &c->child[i], columns, n);
	return columns;
}

static struct field *
default_sort(struct def *d)
{
	size_t	i;

	if (d->ntitle > 0 && d->title[0]->sort)
		return d->title[0];
	for (i = 0; i < d->nfields; i++)
		if (d->fields[i]->sort)
			return d->fields[i];
	return NULL;
}

/* What a list adds up: what it says, or the amounts among its columns. */
static void
link_sums(struct loader *l, struct def *d, const struct ynode *n)
{
	const struct ynode	*c = yaml_get(n, "sums");
	size_t			 i;

	if (c != NULL)
		d->sums = load_fields_ref(l, d, n, "sums", &d->nsums);
	for (i = 0; i < d->nsums; i++)
		if (!field_adds_up(d->sums[i]))
			fault(l, c, "field \"%s\" is of type %s, which does not "
			    "add up", d->sums[i]->name,
			    value_type_name(field_type(d->sums[i])));
	if (c != NULL)
		return;
	d->sums = arena_array(l->arena, d->ncolumns + 1, sizeof *d->sums);
	for (i = 0; i < d->ncolumns; i++)
		if (field_type(d->columns[i].field) == VALUE_MONEY)
			d->sums[d->nsums++] = d->columns[i].field;
}

/* By what the list is grouped until a person chooses otherwise. */
static void
link_group(struct loader *l, struct def *d, const struct ynode *n)
{
	if (n == NULL || (d->group = load_field_ref(l, d, n)) == NULL)
		return;
	switch (field_type(d->group)) {
	case VALUE_CHOICE:
	case VALUE_BOOL:
	case VALUE_REF:
		if (d->group->filter || field_type(d->group) == VALUE_REF)
			return;
		/* FALLTHROUGH */
	default:
		fault(l, n, "\"group\" names a choice, a bool or a reference "
		    "that lists are filtered by");
	}
}

static void
link_list(struct loader *l, struct def *d, const struct ynode *n)
{
	static const char *const words[] = { "columns", "sort", "sums",
	    "group", NULL };
	const char		*s;
	size_t			 i;

	d->sort = default_sort(d);
	if (n != NULL && load_keys(l, n, words)) {
		d->columns = load_columns(l, d, n, &d->ncolumns);
		if ((s = load_text(l, n, "sort", false)) != NULL) {
			d->sort_desc = s[0] == '-';
			d->sort = def_field(d, s + d->sort_desc);
			if (d->sort == NULL || !d->sort->sort)
				fault(l, yaml_get(n, "sort"), "%s has no field "
				    "\"%s\" with \"sort: true\"", d->name,
				    s + d->sort_desc);
		}
		link_group(l, d, yaml_get(n, "group"));
	}
	link_sums(l, d, n);
	if (d->columns != NULL)
		return;
	d->columns = arena_array(l->arena, d->ntitle + 1, sizeof *d->columns);
	for (i = 0; i < d->ntitle; i++)
		d->columns[d->ncolumns++].field = d->title[i];
}

/* --- Form and card --------------------------------------------------------- */

/* Which of the child's fields stand in a row: all that can be set, but for
 * the parent and the order, when nobody says. */
static void
lines_columns(struct loader *l, struct def_lines *lines, const struct ynode *n)
{
	const struct def	*c = lines->def;
	size_t			 i;

	lines->columns = load_columns(l, c, n, &lines->ncolumns);
	if (lines->columns != NULL)
		return;
	lines->columns = arena_array(l->arena, c->nfields + 1,
	    sizeof *lines->columns);
	for (i = 0; i < c->nfields; i++)
		if (settable(c, c->fields[i]) && c->fields[i] != c->parent &&
		    c->fields[i] != lines->order)
			lines->columns[lines->ncolumns++].field =
			    c->fields[i];
}

static void
lines_sums(struct loader *l, struct def_lines *lines, const struct ynode *n)
{
	size_t	i;

	lines->sums = load_fields_ref(l, lines->def, n, "sum", &lines->nsums);
	for (i = 0; i < lines->nsums; i++)
		switch (field_type(lines->sums[i])) {
		case VALUE_INT:
		case VALUE_DECIMAL:
		case VALUE_MONEY:
		case VALUE_DURATION:
			break;
		default:
			fault(l, yaml_get(n, "sum"), "field \"%s\" is "
			    "no number: it has no sum",
			    lines->sums[i]->name);
		}
}

static void
link_lines(struct loader *l, struct def *d, struct def_section *s,
    const struct ynode *n)
{
	static const char *const words[] = { "record", "columns", "order",
	    "sum", NULL };
	const struct ynode	*order;
	struct def_lines	*lines;
	const char		*name;

	if (!load_keys(l, n, words) ||
	    (name = load_text(l, n, "record", true)) == NULL)
		return;
	lines = arena_alloc(l->arena, sizeof *lines);
	if ((lines->def = load_def(l, name)) == NULL) {
		fault(l, yaml_get(n, "record"), "there is no record \"%s\"",
		    name);
		return;
	}
	if (lines->def->parent == NULL || lines->def->parent->ref != d)
		fault(l, yaml_get(n, "record"), "%s is no child of %s: its "
		    "\"parent\" does not refer to it", name, d->name);
	if (def_lines(d, name, strlen(name)) != NULL)
		fault(l, yaml_get(n, "record"), "the lines of %s stand twice",
		    name);
	if ((order = yaml_get(n, "order")) != NULL &&
	    (lines->order = load_field_ref(l, lines->def, order)) != NULL &&
	    (field_type(lines->order) != VALUE_INT ||
	    !settable(lines->def, lines->order) || lines->order->once))
		fault(l, order, "\"order\" names a whole number that can be "
		    "set");
	lines_columns(l, lines, n);
	lines_sums(l, lines, n);
	s->lines = lines;
}

static void
link_form(struct loader *l, struct def *d, const struct ynode *n)
{
	static const char *const words[] = { "label", "fields", "lines",
	    NULL };
	const struct ynode	*lines;
	const struct ynode	*c;
	struct def_section	*s;
	size_t			 i, j;

	if (n != NULL && n->type != YNODE_LIST) {
		fault(l, n, "a form is a list of sections");
		return;
	}
	d->form = arena_array(l->arena, (n != NULL ? n->n : 0) + 1,
	    sizeof *d->form);
	for (i = 0; n != NULL && i < n->n; i++) {
		c = &n->child[i];
		if (!load_keys(l, c, words))
			continue;
		s = &d->form[d->nform++];
		load_label(l, c, "label", false, &s->label);
		s->fields = load_fields_ref(l, d, c, "fields", &s->nfields);
		lines = yaml_get(c, "lines");
		if ((s->nfields == 0) == (lines == NULL))
			fault(l, c, "a section has fields, or lines");
		if (lines != NULL) {
			link_lines(l, d, s, lines);
			continue;
		}
		for (j = 0; j < s->nfields; j++)
			if (!formable(d, s->fields[j]))
				fault(l, yaml_get(c, "fields"), "field \"%s\" "
				    "is readonly: it has no place in a form",
				    s->fields[j]->name);
	}
	if (n != NULL)
		return;
	s = &d->form[d->nform++];
	s->fields = arena_array(l->arena, d->nfields + 1, sizeof *s->fields);
	for (i = 0; i < d->nfields; i++)
		if (formable(d, d->fields[i]))
			s->fields[s->nfields++] = d->fields[i];
}

static const struct label label_details = { { "Detaylar", "Details" } };
static const struct label label_history = { { "Geçmiş", "History" } };
static const struct label label_timeline = { { "Akış", "Timeline" } };
static const struct label label_comments = { { "Yorumlar", "Comments" } };

/* What people write about: records, not what is written about them. */
static bool
commented(const struct def *d)
{
	static const char *const	never[] = { "comments",
	    "notifications", "reminders" };
	size_t	i;

	for (i = 0; i < sizeof never / sizeof never[0]; i++)
		if (strcmp(d->name, never[i]) == 0)
			return false;
	return !d->readonly && d->owner == OWNER_COMPANY && !d->hand;
}

/* Every card has a tab of comments, before the history; one that a definition
 * places itself stays there. */
static void
add_comments(struct def *d)
{
	struct def_section	*t;
	size_t			 i;

	if (!commented(d))
		return;
	for (i = 0; i < d->ncard; i++)
		if (d->card[i].comments)
			return;
	t = &d->card[d->ncard];
	if (d->ncard > 0 && d->card[d->ncard - 1].history) {
		t[0] = t[-1];
		t--;
	}
	memset(t, 0, sizeof *t);
	t->label = label_comments;
	t->comments = true;
	d->ncard++;
}

/* The related lists whose rows stand in it. */
static bool
load_timeline(struct loader *l, struct def *d, const struct ynode *n)
{
	struct def_related	*r;
	size_t			 i;

	if (n == NULL)
		return false;
	if (n->type != YNODE_LIST) {
		fault(l, n, "\"timeline\" is a list of related records");
		return true;
	}
	for (i = 0; i < n->n; i++)
		if ((r = related(l, d, &n->child[i])) != NULL)
			r->timeline = true;
	return true;
}

static void
default_card(struct loader *l, struct def *d)
{
	struct def_section	*t;
	size_t			 i;

	d->card = arena_array(l->arena, d->nrelated + 3, sizeof *d->card);
	t = &d->card[d->ncard++];
	t->label = label_details;
	t->fields = d->fields;
	t->nfields = d->nfields;
	for (i = 0; i < d->nrelated; i++)
		if (d->related[i].tab) {
			t = &d->card[d->ncard++];
			t->label = d->related[i].label;
			t->related = &d->related[i];
		}
	if (d->readonly || (d->verbs & 1u << DV_HISTORY) == 0)
		return;
	t = &d->card[d->ncard++];
	t->label = label_history;
	t->history = true;
}

static void
link_card(struct loader *l, struct def *d, const struct ynode *n)
{
	static const char *const words[] = { "label", "fields", "related",
	    "history", "timeline", "comments", NULL };
	const struct ynode	*c, *r;
	struct def_section	*t;
	size_t			 i;

	if (n == NULL) {
		default_card(l, d);
		add_comments(d);
		return;
	}
	if (n->type != YNODE_LIST) {
		fault(l, n, "a card is a list of tabs");
		return;
	}
	d->card = arena_array(l->arena, n->n + 2, sizeof *d->card);
	for (i = 0; i < n->n; i++) {
		c = &n->child[i];
		if (!load_keys(l, c, words))
			continue;
		t = &d->card[d->ncard++];
		t->fields = load_fields_ref(l, d, c, "fields", &t->nfields);
		if ((r = yaml_get(c, "related")) != NULL)
			t->related = related(l, d, r);
		t->history = load_bool(l, c, "history");
		t->timeline = load_timeline(l, d, yaml_get(c, "timeline"));
		t->comments = load_bool(l, c, "comments");
		if ((t->fields != NULL) + (r != NULL) + t->history +
		    t->timeline + t->comments != 1)
			fault(l, c, "a tab has one of fields, related, "
			    "timeline, comments and history");
		if (t->related != NULL)
			t->label = t->related->label;
		else if (t->history)
			t->label = label_history;
		else if (t->timeline)
			t->label = label_timeline;
		else if (t->comments)
			t->label = label_comments;
		load_label(l, c, "label", t->fields != NULL, &t->label);
	}
	add_comments(d);
}

void
link_views(struct loader *l, struct def *d)
{
	static const char *const words[] = { "list", "form", "card",
	    "chart", "board", "calendar", "gantt", NULL };
	const struct ynode	*n = yaml_get(d->node, "views");

	link_related(l, d);
	if (n != NULL && !load_keys(l, n, words))
		n = NULL;
	link_list(l, d, yaml_get(n, "list"));
	link_form(l, d, yaml_get(n, "form"));
	link_card(l, d, yaml_get(n, "card"));
	link_charts(l, d, yaml_get(n, "chart"));
	link_kanban(l, d, yaml_get(n, "board"));
	link_spans(l, d, yaml_get(n, "calendar"), yaml_get(n, "gantt"));
}

/* --- Actions --------------------------------------------------------------- */

static void
load_asks(struct loader *l, struct def_action *a, const struct ynode *n)
{
	static const char *const words[] = { "type", "label", "required",
	    "values", "max", "min", "scale", "ref", NULL };
	struct def_ask	*q;
	size_t		 i;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP) {
		fault(l, n, "\"ask\" must be a map");
		return;
	}
	a->asks = arena_array(l->arena, n->n + 1, sizeof *a->asks);
	for (i = 0; i < n->n; i++) {
		if (!load_keys(l, &n->child[i], words))
			continue;
		q = &a->asks[a->nasks++];
		q->name = n->child[i].key;
		load_rules(l, &n->child[i], &q->rules, &q->choices);
		load_label(l, &n->child[i], "label", true, &q->label);
		q->required = load_bool(l, &n->child[i], "required");
		q->ref = load_text(l, &n->child[i], "ref",
		    q->rules.type == VALUE_REF);
		if (q->ref != NULL && load_def(l, q->ref) == NULL)
			fault(l, yaml_get(&n->child[i], "ref"), "there is no "
			    "record \"%s\"", q->ref);
	}
}

static void
load_confirm(struct loader *l, struct def_action *a, const struct ynode *n)
{
	if (n == NULL)
		return;
	if (n->type == YNODE_MAP)
		a->confirm = load_label_map(l, n, NULL, &a->question);
	else if (!yaml_bool(n, &a->confirm))
		fault(l, n, "\"confirm\" is true or a question in both "
		    "languages");
}

void
link_actions(struct loader *l, struct def *d)
{
	static const char *const words[] = { "verb", "label", "confirm", "key",
	    "version", "args", "ask", "when", "many", "rare", NULL };
	const struct ynode	*n = yaml_get(d->node, "actions"), *c, *args;
	struct def_action	*a;
	size_t			 i, j;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP) {
		fault(l, n, "\"actions\" must be a map");
		return;
	}
	d->actions = arena_array(l->arena, n->n + 1, sizeof *d->actions);
	for (i = 0; i < n->n; i++) {
		c = &n->child[i];
		if (!load_keys(l, c, words))
			continue;
		a = &d->actions[d->nactions++];
		a->node = c;
		a->name = c->key;
		a->verb = load_text(l, c, "verb", true);
		a->key = load_text(l, c, "key", false);
		load_label(l, c, "label", true, &a->label);
		load_confirm(l, a, yaml_get(c, "confirm"));
		a->version = load_bool(l, c, "version");
		a->many = load_bool(l, c, "many");
		a->rare = load_bool(l, c, "rare");
		load_asks(l, a, yaml_get(c, "ask"));
		a->whens = load_whens(l, d, yaml_get(c, "when"), &a->nwhens);
		if ((args = yaml_get(c, "args")) == NULL)
			continue;
		if (args->type != YNODE_MAP) {
			fault(l, args, "\"args\" is a map of an argument "
			    "and a field");
			continue;
		}
		a->args = arena_array(l->arena, args->n + 1, sizeof *a->args);
		for (j = 0; j < args->n; j++) {
			a->args[a->nargs].name = args->child[j].key;
			a->args[a->nargs].field = load_field_ref(l, d,
			    &args->child[j]);
			if (a->args[a->nargs].field != NULL)
				a->nargs++;
		}
	}
}

void
defs_check_verbs(struct def_errors *errors)
{
	const struct def	*d;
	const struct def_action	*a;
	size_t			 i, j;

	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		for (j = 0; j < d->nactions; j++) {
			a = &d->actions[j];
			if (verb_find(a->verb, strlen(a->verb)) == NULL)
				def_errors_add(errors, yaml_get(a->node,
				    "verb"), "there is no verb \"%s\"",
				    a->verb);
		}
		if (d->gantt != NULL && d->gantt->shift != NULL &&
		    (verb_find(d->gantt->shift, strlen(d->gantt->shift)) ==
		    NULL || verb_find(d->gantt->move,
		    strlen(d->gantt->move)) == NULL))
			def_errors_add(errors, d->node, "there is no verb "
			    "\"%s\" or \"%s\"", d->gantt->shift,
			    d->gantt->move);
	}
}
