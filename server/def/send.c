/*
 * send.c - definitions as a client gets them: what a set of rights may see
 * and do, in CBOR as konak-protocol(7) says. Encodings are kept, because few
 * sets of rights serve many people.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/hex.h"
#include "lib/xmalloc.h"
#include "server/def/def.h"
#include "server/def/spans.h"
#include "server/req.h"
#include "server/session.h"
#include "server/verb.h"

#define SENT_MAX 128

struct sent_entry {
	struct def_sent	 sent;
	struct buf	 buf;
	char		*rights;
	unsigned long	 used;
};

static struct sent_entry	entries[SENT_MAX];
static unsigned long		clock_used;

/* --- Rights ---------------------------------------------------------------- */

static bool
rights_have(const char *rights, const char *code, size_t len)
{
	const char	*p = rights;

	while ((p = strchr(p, '|')) != NULL) {
		p++;
		if (strncmp(p, code, len) == 0 && p[len] == '=')
			return true;
	}
	return false;
}

bool
rights_may(const char *rights, const char *code)
{
	size_t	len;

	if (strcmp(code, PERM_SELF) == 0 || strcmp(code, PERM_PUBLIC) == 0)
		return true;
	if (rights == NULL)
		return false;
	for (;;) {
		len = strcspn(code, "|");
		if (rights_have(rights, code, len))
			return true;
		if (code[len] == '\0')
			return false;
		code += len + 1;
	}
}

bool
def_may(const struct def *d, enum def_op op, const char *rights)
{
	return d->perm[op].given && d->perm[op].need != NULL &&
	    rights_may(rights, d->perm[op].need);
}

bool
def_may_verb(const struct def *d, enum def_verb v, const char *rights)
{
	const char	*more = def_verb_more(d, v);

	if (v == DV_MERGE && !def_may(d, OP_DELETE, rights))
		return false;
	return (d->verbs & 1u << v) != 0 && def_may(d, def_verb_op(v),
	    rights) && (more == NULL || rights_may(rights, more));
}

bool
def_in_menu(const struct def *d, const char *rights)
{
	return d->menu && (d->menu_see == NULL ||
	    rights_may(rights, d->menu_see));
}

/* As konak.protect_condition() has it: a scope that the list does not name
 * counts as the last one. */
static bool
code_sees_all(const struct def_code *c, const char *rights)
{
	char	held[64];
	bool	all = false;
	size_t	i;

	if (c->code == NULL || !session_scope(rights, c->code, held,
	    sizeof held))
		return false;
	for (i = 0; c->scopes[i] != NULL; i++) {
		all = strcmp(c->scopes[i], "all") == 0;
		if (strcmp(c->scopes[i], held) == 0)
			break;
	}
	return all;
}

bool
def_sees_all(const struct def *d, const char *rights)
{
	const struct def_perm	*p = &d->perm[OP_VIEW];
	size_t			 i;

	if (d->hand)
		return false;
	for (i = 0; i < p->n; i++)
		if (code_sees_all(&p->codes[i], rights))
			return true;
	return p->everyone;
}

bool
field_seen(const struct field *f, const char *rights)
{
	return f->see == NULL || rights_may(rights, f->see);
}

static bool
field_set(const struct field *f, const char *rights)
{
	return !f->readonly && field_seen(f, rights) &&
	    (f->write == NULL || rights_may(rights, f->write));
}

/* --- Pieces ---------------------------------------------------------------- */

static void
put_label(struct cbw *w, const char *key, const struct label *label)
{
	if (label->text[LANG_TR] == NULL)
		return;
	cbw_key(w, key);
	cbw_array(w, 2);
	cbw_textz(w, label->text[LANG_TR]);
	cbw_textz(w, label->text[LANG_EN]);
}

static void
put_true(struct cbw *w, const char *key, bool value)
{
	if (value)
		cbw_kv_bool(w, key, true);
}

static void
put_rules(struct cbw *w, const struct value_rules *r,
    const struct def_choice *choices)
{
	size_t	i;

	cbw_kv_text(w, "type", value_type_name(r->type));
	if (r->max > 0 || value_type_max(r->type) > 0)
		cbw_kv_int(w, "max", r->max > 0 ? r->max :
		    value_type_max(r->type));
	if (r->most != NULL) {
		cbw_key(w, "max");
		value_send(r->type, w, r->most);
	}
	if (r->least != NULL) {
		cbw_key(w, "min");
		value_send(r->type, w, r->least);
	}
	if (r->type == VALUE_SECRET)
		cbw_kv_text(w, "holds", value_holds_name(r->holds));
	if (r->scale > 0)
		cbw_kv_int(w, "scale", r->scale);
	if (r->digits > 0)
		cbw_kv_int(w, "digits", r->digits);
	if (choices == NULL)
		return;
	cbw_key(w, "choices");
	cbw_array(w, (uint32_t)r->nchoices);
	for (i = 0; i < r->nchoices; i++) {
		cbw_array(w, choices[i].colour != NULL ? 3 : 2);
		cbw_textz(w, choices[i].value.code);
		cbw_array(w, 2);
		cbw_textz(w, choices[i].value.label[LANG_TR]);
		cbw_textz(w, choices[i].value.label[LANG_EN]);
		if (choices[i].colour != NULL)
			cbw_textz(w, choices[i].colour);
	}
}

static void
put_default(struct cbw *w, const struct field *f)
{
	static const char *const words[] = { NULL, NULL, "now", "today", "me",
	    "company.currency" };

	if (f->dflt == DEFAULT_VALUE) {
		cbw_key(w, "default");
		value_send(field_type(f), w, f->dflt_text);
	} else if (f->dflt == DEFAULT_EMPTY) {
		cbw_key(w, "default");
		cbw_array(w, 0);
	} else if (f->dflt != DEFAULT_NONE)
		cbw_kv_text(w, "default_is", words[f->dflt]);
}

static void
put_whens(struct cbw *w, const struct def_when *whens, size_t n)
{
	size_t	i, j;

	if (n == 0)
		return;
	cbw_key(w, "when");
	cbw_map(w, (uint32_t)n);
	for (i = 0; i < n; i++) {
		cbw_key(w, whens[i].field->name);
		cbw_array(w, (uint32_t)whens[i].nvalues);
		for (j = 0; j < whens[i].nvalues; j++)
			value_send(field_type(whens[i].field), w,
			    whens[i].values[j]);
	}
}

void
def_put_field(struct cbw *w, const struct def *d, const struct field *f,
    const char *rights)
{
	size_t	i;
	bool	set = field_set(f, rights) && !d->readonly;

	cbw_map_begin(w);
	cbw_kv_text(w, "name", f->name);
	put_label(w, "label", &f->label);
	put_label(w, "help", &f->help);
	put_label(w, "unit", &f->unit);
	put_rules(w, &f->rules, f->records ? NULL : f->choices);
	if (f->records)
		cbw_kv_text(w, "values", "records");
	put_true(w, "required", (f->required || f->required_when) &&
	    !f->readonly);
	put_true(w, "compute", f->compute);
	put_whens(w, f->whens, f->nwhens);
	if (f->from != NULL && field_seen(f->from, rights)) {
		cbw_key(w, "from");
		cbw_map(w, 1);
		cbw_kv_text(w, f->from_ref->name, f->from->name);
	}
	put_true(w, "create", set && def_may_verb(d, DV_CREATE, rights));
	put_true(w, "edit", set && !f->once &&
	    def_may_verb(d, DV_EDIT, rights));
	put_true(w, "sort", f->sort);
	put_true(w, "filter", f->filter);
	put_true(w, "relative", f->relative);
	put_default(w, f);
	if (f->ref != NULL)
		cbw_kv_text(w, "ref", f->ref->name);
	if (f->nmatch > 0) {
		cbw_key(w, "match");
		cbw_map(w, (uint32_t)f->nmatch);
		for (i = 0; i < f->nmatch; i++)
			cbw_kv_text(w, f->match[i].theirs->name,
			    f->match[i].own->name);
	}
	if (f->currency != NULL)
		cbw_kv_text(w, "currency", f->currency->name);
	if (f->reveal.need != NULL)
		put_true(w, "reveal", rights_may(rights, f->reveal.need));
	cbw_map_end(w);
}

static void
put_names(struct cbw *w, const char *key, struct field *const *fields,
    size_t n, const char *rights)
{
	size_t	i;

	cbw_key(w, key);
	cbw_array_begin(w);
	for (i = 0; i < n; i++)
		if (field_seen(fields[i], rights))
			cbw_textz(w, fields[i]->name);
	cbw_array_end(w);
}

static bool
any_seen(struct field *const *fields, size_t n, const char *rights)
{
	size_t	i;

	for (i = 0; i < n; i++)
		if (field_seen(fields[i], rights))
			return true;
	return false;
}

/* --- Parts of a definition ------------------------------------------------- */

static void
put_filters(struct cbw *w, const struct def *d)
{
	const struct def_filter	*f;
	size_t			 i;

	if (d->nfilters == 0)
		return;
	cbw_key(w, "filters");
	cbw_array(w, (uint32_t)d->nfilters);
	for (i = 0; i < d->nfilters; i++) {
		f = &d->filters[i];
		cbw_map_begin(w);
		cbw_kv_text(w, "name", f->name);
		put_label(w, "label", &f->label);
		cbw_kv_text(w, "field", f->field->name);
		cbw_kv_text(w, "op", f->op);
		put_rules(w, &f->field->rules, f->field->choices);
		if (f->field->ref != NULL)
			cbw_kv_text(w, "ref", f->field->ref->name);
		cbw_map_end(w);
	}
}

static void
put_columns(struct cbw *w, const struct def_column *columns, size_t n,
    const char *rights)
{
	size_t	i;

	cbw_key(w, "columns");
	cbw_array_begin(w);
	for (i = 0; i < n; i++) {
		if (!field_seen(columns[i].field, rights))
			continue;
		cbw_array(w, 2);
		cbw_textz(w, columns[i].field->name);
		cbw_int(w, columns[i].width);
	}
	cbw_array_end(w);
}

static void
put_list(struct cbw *w, const struct def *d, const char *rights)
{
	cbw_key(w, "list");
	cbw_map_begin(w);
	put_columns(w, d->columns, d->ncolumns, rights);
	if (d->sort != NULL) {
		cbw_key(w, "sort");
		if (d->sort_desc) {
			char	name[80];

			name[0] = '-';
			strncpy(name + 1, d->sort->name, sizeof name - 2);
			name[sizeof name - 1] = '\0';
			cbw_textz(w, name);
		} else
			cbw_textz(w, d->sort->name);
	}
	if (d->group != NULL && field_seen(d->group, rights))
		cbw_kv_text(w, "group", d->group->name);
	if (any_seen(d->sums, d->nsums, rights))
		put_names(w, "sums", d->sums, d->nsums, rights);
	cbw_map_end(w);
}

static void
put_lines(struct cbw *w, const struct def_lines *lines, const char *rights)
{
	cbw_key(w, "lines");
	cbw_map_begin(w);
	cbw_kv_text(w, "record", lines->def->name);
	if (lines->order != NULL)
		cbw_kv_text(w, "order", lines->order->name);
	put_columns(w, lines->columns, lines->ncolumns, rights);
	put_names(w, "sum", lines->sums, lines->nsums, rights);
	cbw_map_end(w);
}

static bool
section_seen(const struct def_section *s, const char *rights)
{
	return s->lines != NULL ? def_may(s->lines->def, OP_VIEW, rights) :
	    any_seen(s->fields, s->nfields, rights);
}

static void
put_form(struct cbw *w, const struct def *d, const char *rights)
{
	size_t	i;

	if (!def_may_verb(d, DV_CREATE, rights) &&
	    !def_may_verb(d, DV_EDIT, rights))
		return;
	cbw_key(w, "form");
	cbw_array_begin(w);
	for (i = 0; i < d->nform; i++) {
		if (!section_seen(&d->form[i], rights))
			continue;
		cbw_map_begin(w);
		put_label(w, "label", &d->form[i].label);
		if (d->form[i].lines != NULL)
			put_lines(w, d->form[i].lines, rights);
		else
			put_names(w, "fields", d->form[i].fields,
			    d->form[i].nfields, rights);
		cbw_map_end(w);
	}
	cbw_array_end(w);
}

/* The kinds of the timeline that this role sees. */
static void
put_timeline(struct cbw *w, const struct def *d, const char *rights)
{
	const struct def_related	*r;
	size_t				 i;

	cbw_key(w, "timeline");
	cbw_array_begin(w);
	for (i = 0; i < d->nrelated; i++) {
		r = &d->related[i];
		if (r->timeline && def_may_verb(r->def, DV_LIST, rights))
			cbw_textz(w, r->def->name);
	}
	if (rights_may(rights, "comments.view"))
		cbw_textz(w, "comments");
	if (def_may_verb(d, DV_HISTORY, rights))
		cbw_textz(w, "changes");
	cbw_array_end(w);
}

static void
put_card(struct cbw *w, const struct def *d, const char *rights)
{
	const struct def_section	*t;
	size_t				 i;

	cbw_key(w, "card");
	cbw_array_begin(w);
	for (i = 0; i < d->ncard; i++) {
		t = &d->card[i];
		if ((t->fields != NULL &&
		    !any_seen(t->fields, t->nfields, rights)) ||
		    (t->related != NULL &&
		    !def_may_verb(t->related->def, DV_LIST, rights)) ||
		    (t->history && !def_may_verb(d, DV_HISTORY, rights)) ||
		    (t->comments && !rights_may(rights, "comments.view")))
			continue;
		cbw_map_begin(w);
		put_label(w, "label", &t->label);
		if (t->fields != NULL)
			put_names(w, "fields", t->fields, t->nfields, rights);
		if (t->related != NULL)
			cbw_kv_text(w, "related", t->related->def->name);
		put_true(w, "history", t->history);
		put_true(w, "comments", t->comments);
		if (t->timeline)
			put_timeline(w, d, rights);
		cbw_map_end(w);
	}
	cbw_array_end(w);
}

static void
put_related(struct cbw *w, const struct def *d, const char *rights)
{
	const struct def_related	*r;
	size_t				 i;

	cbw_key(w, "related");
	cbw_array_begin(w);
	for (i = 0; i < d->nrelated; i++) {
		r = &d->related[i];
		if (!def_may_verb(r->def, DV_LIST, rights))
			continue;
		cbw_map_begin(w);
		cbw_kv_text(w, "record", r->def->name);
		cbw_kv_text(w, "by", r->by->name);
		put_label(w, "label", &r->label);
		put_true(w, "tab", r->tab);
		cbw_map_end(w);
	}
	cbw_array_end(w);
}

static bool
action_may(const struct def_action *a, const char *rights)
{
	const struct verb	*v = verb_find(a->verb, strlen(a->verb));
	size_t			 i;

	if (v == NULL)
		return false;
	for (i = 0; i < VERB_NEEDS && v->need[i] != NULL; i++)
		if (!rights_may(rights, v->need[i]))
			return false;
	return true;
}

static void
put_asks(struct cbw *w, const struct def_action *a)
{
	size_t	i;

	if (a->nasks == 0)
		return;
	cbw_key(w, "ask");
	cbw_array(w, (uint32_t)a->nasks);
	for (i = 0; i < a->nasks; i++) {
		cbw_map_begin(w);
		cbw_kv_text(w, "name", a->asks[i].name);
		put_label(w, "label", &a->asks[i].label);
		put_rules(w, &a->asks[i].rules, a->asks[i].choices);
		put_true(w, "required", a->asks[i].required);
		if (a->asks[i].ref != NULL)
			cbw_kv_text(w, "ref", a->asks[i].ref);
		cbw_map_end(w);
	}
}

static void
put_action(struct cbw *w, const struct def_action *a)
{
	size_t	i;

	cbw_map_begin(w);
	cbw_kv_text(w, "name", a->name);
	cbw_kv_text(w, "verb", a->verb);
	put_label(w, "label", &a->label);
	if (a->question.text[LANG_TR] != NULL)
		put_label(w, "confirm", &a->question);
	else
		put_true(w, "confirm", a->confirm);
	if (a->key != NULL)
		cbw_kv_text(w, "key", a->key);
	put_true(w, "version", a->version);
	put_true(w, "many", a->many);
	put_true(w, "rare", a->rare);
	if (a->nargs > 0) {
		cbw_key(w, "args");
		cbw_map(w, (uint32_t)a->nargs);
		for (i = 0; i < a->nargs; i++)
			cbw_kv_text(w, a->args[i].name,
			    a->args[i].field->name);
	}
	put_asks(w, a);
	put_whens(w, a->whens, a->nwhens);
	cbw_map_end(w);
}

static void
put_actions(struct cbw *w, const struct def *d, const char *rights)
{
	size_t	i;

	cbw_key(w, "actions");
	cbw_array_begin(w);
	for (i = 0; i < d->nactions; i++)
		if (action_may(&d->actions[i], rights))
			put_action(w, &d->actions[i]);
	cbw_array_end(w);
}

/* --- Charts and dashboards --------------------------------------------------- */

static void
put_cond_value(struct cbw *w, const struct field *f, const char *value)
{
	enum value_type	type = field_type(f);

	/* What moves with the day is worked out by the list's filter. */
	if (value[0] == '$' || type == VALUE_TAGS)
		type = VALUE_TEXT;
	else if (type == VALUE_CHOICES)
		type = VALUE_CHOICE;
	else if (type == VALUE_TIMESTAMP)
		type = VALUE_TEXT;
	value_send(type, w, value);
}

static void
put_cond(struct cbw *w, const struct def_cond *c)
{
	size_t	i;

	cbw_key(w, c->op);
	if (strcmp(c->op, "null") == 0) {
		cbw_bool(w, true);
		return;
	}
	if (strcmp(c->op, "in") == 0)
		cbw_array(w, (uint32_t)c->n);
	for (i = 0; i < c->n; i++)
		put_cond_value(w, c->field, c->values[i]);
}

/* A list's filter: conditions on one field stand together. */
static void
put_conds(struct cbw *w, const struct def_conds *cs)
{
	size_t	i = 0;

	if (cs->n == 0)
		return;
	cbw_key(w, "filter");
	cbw_map_begin(w);
	while (i < cs->n) {
		cbw_key(w, cs->list[i].field->name);
		cbw_map_begin(w);
		do
			put_cond(w, &cs->list[i++]);
		while (i < cs->n &&
		    cs->list[i].field == cs->list[i - 1].field);
		cbw_map_end(w);
	}
	cbw_map_end(w);
}

static bool
chart_seen(const struct def *d, const struct def_chart *c,
    const char *rights)
{
	return def_may_verb(d, DV_STATS, rights) &&
	    field_seen(c->by, rights) &&
	    (c->sum == NULL || field_seen(c->sum, rights)) &&
	    (c->average == NULL || field_seen(c->average, rights));
}

static void
put_charts(struct cbw *w, const struct def *d, const char *rights)
{
	const struct def_chart	*c;
	size_t			 i;

	if (d->ncharts == 0)
		return;
	cbw_key(w, "charts");
	cbw_array_begin(w);
	for (i = 0; i < d->ncharts; i++) {
		c = &d->charts[i];
		if (!chart_seen(d, c, rights))
			continue;
		cbw_map_begin(w);
		cbw_kv_text(w, "name", c->name);
		put_label(w, "label", &c->label);
		cbw_kv_text(w, "draw", chart_draw_name(c->draw));
		cbw_kv_text(w, "by", c->by->name);
		if (c->sum != NULL)
			cbw_kv_text(w, "sum", c->sum->name);
		if (c->average != NULL)
			cbw_kv_text(w, "average", c->average->name);
		if (c->last + c->next > 0) {
			cbw_kv_text(w, "period",
			    chart_period_name(c->period));
			cbw_kv_int(w, "last", c->last);
			cbw_kv_int(w, "next", c->next);
		}
		put_conds(w, &c->conds);
		cbw_map_end(w);
	}
	cbw_array_end(w);
}

static void
put_kanban_card(struct cbw *w, const struct def_kanban *k,
    const char *rights)
{
	size_t	i, j;

	cbw_key(w, "card");
	cbw_array(w, (uint32_t)k->nlines);
	for (i = 0; i < k->nlines; i++) {
		cbw_array_begin(w);
		for (j = 0; j < k->lines[i].nfields; j++)
			if (field_seen(k->lines[i].fields[j], rights))
				cbw_textz(w, k->lines[i].fields[j]->name);
		cbw_array_end(w);
	}
}

static void
put_kanban(struct cbw *w, const struct def *d, const char *rights)
{
	const struct def_kanban	*k = d->kanban;
	size_t			 i;

	if (k == NULL || !def_may_verb(d, DV_BOARD, rights))
		return;
	cbw_key(w, "board");
	cbw_map_begin(w);
	cbw_kv_text(w, "by", k->by->name);
	if (k->stages != NULL && def_may(k->stages, OP_VIEW, rights))
		cbw_kv_text(w, "stages", k->stages->name);
	if (k->nheads > 0) {
		cbw_key(w, "columns");
		cbw_map(w, (uint32_t)k->nheads);
		for (i = 0; i < k->nheads; i++)
			put_label(w, k->heads[i].code, &k->heads[i].label);
	}
	put_kanban_card(w, k, rights);
	put_names(w, "sums", k->sums, k->nsums, rights);
	put_names(w, "lanes", k->lanes, k->nlanes, rights);
	put_names(w, "edit", k->edit, k->nedit, rights);
	if (k->since != NULL && field_seen(k->since, rights))
		cbw_kv_text(w, "since", k->since->name);
	if (k->running != NULL && field_seen(k->running, rights))
		cbw_kv_text(w, "running", k->running->name);
	if (k->nasks > 0) {
		cbw_key(w, "ask");
		cbw_map(w, (uint32_t)k->nasks);
		for (i = 0; i < k->nasks; i++)
			put_names(w, k->asks[i].code, k->asks[i].fields,
			    k->asks[i].nfields, rights);
	}
	cbw_map_end(w);
}

static bool
panel_seen(const struct def_panel *p, const char *rights)
{
	switch (p->kind) {
	case PANEL_LIST:
		return def_may_verb(p->def, DV_LIST, rights) &&
		    any_seen(p->columns, p->ncolumns, rights);
	case PANEL_COUNT:
		return def_may_verb(p->def, DV_COUNT, rights);
	case PANEL_CHART:
		return chart_seen(p->def, p->chart, rights);
	}
	return false;
}

static void
put_panel(struct cbw *w, const struct def_panel *p, const char *rights)
{
	cbw_map_begin(w);
	cbw_kv_text(w, "record", p->def->name);
	put_label(w, "label", &p->label);
	if (p->kind == PANEL_LIST) {
		put_names(w, "list", p->columns, p->ncolumns, rights);
		cbw_kv_int(w, "rows", p->rows);
		if (p->sort != NULL) {
			cbw_kv_text(w, "sort", p->sort->name);
			put_true(w, "descending", p->sort_desc);
		}
	} else if (p->kind == PANEL_CHART)
		cbw_kv_text(w, "chart", p->chart->name);
	else
		cbw_kv_bool(w, "count", true);
	put_conds(w, &p->conds);
	cbw_map_end(w);
}

static void
put_board(struct cbw *w, const struct def_board *b, const char *rights)
{
	size_t	i;

	cbw_map_begin(w);
	cbw_kv_text(w, "name", b->name);
	put_label(w, "label", &b->label);
	cbw_key(w, "panels");
	cbw_array_begin(w);
	for (i = 0; i < b->npanels; i++)
		if (panel_seen(b->panels[i], rights))
			put_panel(w, b->panels[i], rights);
	cbw_array_end(w);
	cbw_map_end(w);
}

/* --- The whole ------------------------------------------------------------- */

static void
put_head(struct cbw *w, const struct def *d, const char *rights)
{
	enum def_verb	v;

	cbw_kv_text(w, "name", d->name);
	cbw_kv_text(w, "module", d->module);
	put_label(w, "label", &d->label);
	put_label(w, "labels", &d->labels);
	cbw_key(w, "can");
	cbw_array_begin(w);
	for (v = 0; v < DV_VERBS; v++)
		if (def_may_verb(d, v, rights))
			cbw_textz(w, def_verb_name(v));
	cbw_array_end(w);
	put_names(w, "title", d->title, d->ntitle, rights);
	if (d->hint != NULL)
		cbw_kv_text(w, "hint", d->hint->name);
}

static void
put_def(struct cbw *w, const struct def *d, const char *rights)
{
	size_t	i;

	cbw_map_begin(w);
	put_head(w, d, rights);
	if (def_may(d, OP_VIEW, rights)) {
		if (def_in_menu(d, rights)) {
			cbw_key(w, "menu");
			cbw_map(w, d->menu_key != NULL ? 2 : 1);
			cbw_kv_int(w, "order", d->menu_order);
			if (d->menu_key != NULL)
				cbw_kv_text(w, "key", d->menu_key);
		}
		if (d->parent != NULL)
			cbw_kv_text(w, "parent", d->parent->name);
		put_true(w, "search", d->nsearch > 0);
		put_true(w, "words", d->words);
		put_true(w, "live", !d->readonly);
		put_true(w, "custom", d->custom);
		if (d->ntwins > 0)
			put_names(w, "duplicates", d->twins, d->ntwins,
			    rights);
		if (d->nopens > 0)
			put_names(w, "opens", d->opens, d->nopens, rights);
		cbw_key(w, "fields");
		cbw_array_begin(w);
		for (i = 0; i < d->nfields; i++)
			if (field_seen(d->fields[i], rights))
				def_put_field(w, d, d->fields[i], rights);
		cbw_array_end(w);
		put_filters(w, d);
		put_list(w, d, rights);
		put_form(w, d, rights);
		put_card(w, d, rights);
		put_related(w, d, rights);
		put_charts(w, d, rights);
		put_kanban(w, d, rights);
		spans_put(w, d, rights);
		put_actions(w, d, rights);
	}
	cbw_map_end(w);
}

static void
entry_fill(struct sent_entry *e, const char *rights)
{
	struct cbw	 w;
	struct def	*d;
	uint8_t		 digest[16];
	size_t		 i;

	e->rights = xstrdup(rights);
	buf_init(&e->buf);
	cbw_init(&w, &e->buf);
	cbw_array_begin(&w);
	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		if (def_may(d, OP_VIEW, rights) || def_may(d, OP_LOOKUP,
		    rights))
			put_def(&w, d, rights);
	}
	cbw_array_end(&w);
	e->sent.len = buf_len(&e->buf);
	cbw_array_begin(&w);
	for (i = 0; i < boards_count(); i++)
		put_board(&w, boards_at(i), rights);
	cbw_array_end(&w);
	/* One hash for both: the client keeps them together. */
	e->sent.body = buf_data(&e->buf);
	e->sent.boards = e->sent.body + e->sent.len;
	e->sent.boards_len = buf_len(&e->buf) - e->sent.len;
	crypto_generichash(digest, sizeof digest, e->sent.body,
	    buf_len(&e->buf), NULL, 0);
	hex_encode(digest, sizeof digest, e->sent.hash);
}

static void
entry_clear(struct sent_entry *e)
{
	free(e->rights);
	e->rights = NULL;
	buf_free(&e->buf);
	e->used = 0;
}

const struct def_sent *
defs_sent(const char *rights)
{
	struct sent_entry	*e, *oldest = &entries[0];
	size_t			 i;

	if (rights == NULL)
		rights = "";
	for (i = 0; i < SENT_MAX; i++) {
		e = &entries[i];
		if (e->rights != NULL && strcmp(e->rights, rights) == 0) {
			e->used = ++clock_used;
			return &e->sent;
		}
		if (e->used < oldest->used)
			oldest = e;
	}
	entry_clear(oldest);
	entry_fill(oldest, rights);
	oldest->used = ++clock_used;
	return &oldest->sent;
}

const char *
defs_hash(struct req *r, const char *rights)
{
	return arena_strdup(r->arena, defs_sent(rights)->hash);
}

void
defs_sent_forget(void)
{
	size_t	i;

	for (i = 0; i < SENT_MAX; i++)
		entry_clear(&entries[i]);
}
