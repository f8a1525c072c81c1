/*
 * link.c - joins the definitions that were read: what one says about another,
 * and what can only be judged when all are known (cycles, two with one key).
 */
#include <string.h>

#include "server/def/loader.h"

static void
link_title(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "title");
	struct field		*f;
	size_t			 i;

	if (n == NULL)
		fault(l, d->node, "\"title\" is missing");
	d->title = load_fields_ref(l, d, d->node, "title", &d->ntitle);
	for (i = 0; i < d->ntitle; i++) {
		f = d->title[i];
		/* The database would say a choice's code: nothing of that is
		 * read of what nobody writes. */
		if (!field_text_like(f) && field_type(f) != VALUE_INT &&
		    field_type(f) != VALUE_REF &&
		    !(d->readonly && field_type(f) == VALUE_CHOICE))
			fault(l, n, "field \"%s\" of type %s cannot be a "
			    "title", f->name, value_type_name(field_type(f)));
		if (f->see != NULL)
			fault(l, n, "field \"%s\" is not seen by all: it "
			    "cannot be a title", f->name);
	}
	n = yaml_get(d->node, "hint");
	if (n == NULL || (d->hint = load_field_ref(l, d, n)) == NULL)
		return;
	if (d->hint->see != NULL || !field_text_like(d->hint))
		fault(l, n, "field \"%s\" cannot be a hint", d->hint->name);
}

static void
link_search(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "search");
	size_t			 i, j;

	d->search = load_fields_ref(l, d, d->node, "search", &d->nsearch);
	for (i = 0; i < d->nsearch; i++)
		if (d->search[i]->see != NULL)
			fault(l, n, "field \"%s\" is not seen by all: it "
			    "cannot be searched", d->search[i]->name);
	for (j = 0; j < d->ninternal; j++)
		if (strcmp(d->internal[j], "search") == 0)
			break;
	if (d->nsearch > 0 && j == d->ninternal)
		fault(l, n, "the column search must stand under \"internal\"");
	if (d->words && d->nsearch == 0)
		fault(l, yaml_get(d->node, "words"), "full text is what "
		    "\"search\" finds as well: name its fields");
	for (i = 0; i < d->ninternal; i++)
		if (def_column_field(d, d->internal[i]) != NULL)
			fault(l, yaml_get(d->node, "internal"), "column "
			    "\"%s\" is internal and a field", d->internal[i]);
}

/* By which two records are held for one: seen by all, and texts with the
 * index of `search`, or each save would look at every record. */
static void
link_twins(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "duplicates");
	const struct field	*f;
	size_t			 i, k;

	d->twins = load_fields_ref(l, d, d->node, "duplicates", &d->ntwins);
	for (i = 0; i < d->ntwins; i++) {
		f = d->twins[i];
		switch (field_type(f)) {
		case VALUE_TEXT:
		case VALUE_EMAIL:
		case VALUE_PHONE:
		case VALUE_URL:
		case VALUE_VKN:
		case VALUE_TCKN:
		case VALUE_TAX_NO:
		case VALUE_IBAN:
			break;
		default:
			fault(l, n, "field \"%s\" cannot be compared for "
			    "duplicates", f->name);
		}
		if (f->see != NULL || f->column == NULL)
			fault(l, n, "field \"%s\" is not seen by all: it "
			    "cannot be compared for duplicates", f->name);
		for (k = 0; k < d->nsearch && d->search[k] != f; k++)
			;
		if (k == d->nsearch)
			fault(l, n, "field \"%s\" must stand under \"search\" "
			    "to be compared for duplicates", f->name);
	}
}

/* A row that stands for another type's record: all that is done to it is done
 * to that one. */
static void
link_opens(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "opens");
	size_t			 i;

	d->opens = load_fields_ref(l, d, d->node, "opens", &d->nopens);
	if (n != NULL && !d->readonly)
		fault(l, n, "\"opens\" is for what is readonly");
	for (i = 0; i < d->nopens; i++)
		if (field_type(d->opens[i]) != VALUE_REF)
			fault(l, n, "field \"%s\" is no reference: it opens "
			    "nothing", d->opens[i]->name);
}

static void
link_parent(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "parent");

	if (n == NULL || (d->parent = load_field_ref(l, d, n)) == NULL)
		return;
	if (field_type(d->parent) != VALUE_REF || !d->parent->required) {
		fault(l, n, "the parent \"%s\" must be a required reference",
		    d->parent->name);
		d->parent = NULL;
	}
}

/* A parent that is, further up, its own child would be deleted for ever. */
static void
check_cycle(struct loader *l, struct def *d)
{
	const struct def	*up = d;
	size_t			 steps;

	for (steps = 0; steps <= l->ndefs; steps++) {
		if (up->parent == NULL || up->parent->ref == NULL)
			return;
		up = up->parent->ref;
		if (up == d) {
			fault(l, yaml_get(d->node, "parent"), "the chain of "
			    "parents of %s leads back to itself", d->name);
			return;
		}
	}
}

/* The title of a record must not hang on its own title. */
static bool
title_ends(const struct def *d, unsigned depth)
{
	size_t	i;

	for (i = 0; i < d->ntitle; i++)
		if (d->title[i]->ref != NULL && (depth == 0 ||
		    !title_ends(d->title[i]->ref, depth - 1)))
			return false;
	return true;
}

static void
link_children(struct loader *l, struct def *d)
{
	struct def	*c;
	size_t		 i, n = 0;

	for (i = 0; i < l->ndefs; i++)
		if (l->defs[i]->parent != NULL &&
		    l->defs[i]->parent->ref == d)
			n++;
	d->children = arena_array(l->arena, n + 1, sizeof *d->children);
	d->child_by = arena_array(l->arena, n + 1, sizeof *d->child_by);
	for (i = 0; i < l->ndefs; i++) {
		c = l->defs[i];
		if (c->parent == NULL || c->parent->ref != d)
			continue;
		if (d->soft && !c->soft)
			fault(l, yaml_get(c->node, "parent"), "%s may be "
			    "deleted, its child %s may not", d->name, c->name);
		d->children[d->nchildren] = c;
		d->child_by[d->nchildren++] = c->parent;
	}
}

static void
link_filters(struct loader *l, struct def *d)
{
	static const char *const words[] = { "field", "op", "label", NULL };
	static const char *const ops[] = { "eq", "ne", "lt", "le", "gt", "ge",
	    "has", NULL };
	const struct ynode	*n = yaml_get(d->node, "filters"), *c, *f;
	struct def_filter	*fl;
	size_t			 i, j;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP) {
		fault(l, n, "\"filters\" must be a map");
		return;
	}
	d->filters = arena_array(l->arena, n->n + 1, sizeof *d->filters);
	for (i = 0; i < n->n; i++) {
		c = &n->child[i];
		if (!load_keys(l, c, words))
			continue;
		if (def_field(d, c->key) != NULL)
			fault(l, c, "\"%s\" is a field already", c->key);
		fl = &d->filters[d->nfilters];
		fl->name = c->key;
		load_label(l, c, "label", true, &fl->label);
		fl->op = load_text(l, c, "op", true);
		for (j = 0; fl->op != NULL && ops[j] != NULL; j++)
			if (strcmp(ops[j], fl->op) == 0)
				break;
		if (fl->op != NULL && ops[j] == NULL)
			fault(l, yaml_get(c, "op"), "there is no operator "
			    "\"%s\"", fl->op);
		if ((f = yaml_get(c, "field")) == NULL)
			fault(l, c, "\"field\" is missing");
		else if ((fl->field = load_field_ref(l, d, f)) != NULL &&
		    !fl->field->filter)
			fault(l, f, "field \"%s\" cannot be filtered",
			    fl->field->name);
		if (fl->field != NULL && fl->op != NULL)
			d->nfilters++;
	}
}

static void
link_errors(struct loader *l, struct def *d)
{
	static const char *const more[] = { "field", NULL };
	const struct ynode	*n = yaml_get(d->node, "errors"), *c, *f;
	struct def_error	*e;
	size_t			 i;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP) {
		fault(l, n, "\"errors\" must be a map");
		return;
	}
	d->errors = arena_array(l->arena, n->n + 1, sizeof *d->errors);
	for (i = 0; i < n->n; i++) {
		c = &n->child[i];
		e = &d->errors[d->nerrors++];
		e->name = c->key;
		load_label_map(l, c, more, &e->text);
		if ((f = yaml_get(c, "field")) != NULL)
			e->field = load_field_ref(l, d, f);
	}
}

/* Two that would answer to one name or key. */
static void
check_pairs(struct loader *l)
{
	struct def	*a, *b;
	size_t		 i, j;

	for (i = 0; i < l->ndefs; i++)
		for (j = 0; j < i; j++) {
			a = l->defs[i];
			b = l->defs[j];
			if (strcmp(a->table, b->table) == 0)
				fault(l, a->node, "table \"%s\" is defined "
				    "by %s as well", a->table, b->file);
			if (a->menu_key != NULL && b->menu_key != NULL &&
			    strcmp(a->menu_key, b->menu_key) == 0 &&
			    (strcmp(a->module, b->module) == 0 ||
			    strcmp(a->module, "core") == 0 ||
			    strcmp(b->module, "core") == 0))
				fault(l, yaml_path(a->node, "menu.key"),
				    "the key \"%s\" is taken by %s",
				    a->menu_key, b->name);
		}
}

/* The page of a log is found in the table below its view. */
static void
link_base(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "base");

	if (n != NULL && (d->owner != OWNER_BOTH || !d->readonly))
		fault(l, n, "\"base\" is for what is readonly and of both "
		    "owners");
	if (n == NULL && d->owner == OWNER_BOTH)
		fault(l, d->node, "\"base\" is missing: the table below the "
		    "view");
}

static void
check_names(struct loader *l, struct def *d)
{
	size_t	i;

	for (i = 0; i < d->nquiet; i++)
		if (def_column_field(d, d->quiet[i]) != NULL &&
		    !def_column_field(d, d->quiet[i])->readonly)
			fault(l, yaml_get(d->node, "quiet"), "the quiet column "
			    "\"%s\" must be readonly as a field",
			    d->quiet[i]);
	if (d->owner != OWNER_COMPANY && !d->hand && !d->readonly)
		fault(l, yaml_get(d->node, "owner"), "what does not belong to "
		    "one company needs \"protect: hand\"");
}

/* The choices of fields whose values are record types. */
static void
link_records(struct loader *l)
{
	struct value_choice	*c = arena_array(l->arena, l->ndefs, sizeof *c);
	struct def_choice	*dc = arena_array(l->arena, l->ndefs,
				    sizeof *dc);
	struct field		*f;
	size_t			 i, j;

	for (i = 0; i < l->ndefs; i++) {
		c[i].code = l->defs[i]->name;
		for (j = 0; j < LANG_COUNT; j++)
			c[i].label[j] = l->defs[i]->label.text[j];
		dc[i].value = c[i];
	}
	for (i = 0; i < l->ndefs; i++)
		for (j = 0; j < l->defs[i]->nfields; j++) {
			f = l->defs[i]->fields[j];
			if (!f->records)
				continue;
			f->rules.choices = c;
			f->rules.nchoices = l->ndefs;
			f->choices = dc;
		}
}

void
link_all(struct loader *l)
{
	size_t	i;

	link_records(l);
	for (i = 0; i < l->ndefs; i++)
		link_perms(l, l->defs[i]);
	for (i = 0; i < l->ndefs; i++)
		link_fields(l, l->defs[i]);
	for (i = 0; i < l->ndefs; i++) {
		link_fields_more(l, l->defs[i]);
		link_parent(l, l->defs[i]);
		link_title(l, l->defs[i]);
		link_search(l, l->defs[i]);
		link_twins(l, l->defs[i]);
		link_opens(l, l->defs[i]);
		link_filters(l, l->defs[i]);
		link_errors(l, l->defs[i]);
		check_names(l, l->defs[i]);
		link_base(l, l->defs[i]);
	}
	for (i = 0; i < l->ndefs; i++) {
		check_cycle(l, l->defs[i]);
		link_children(l, l->defs[i]);
		if (!title_ends(l->defs[i], 2))
			fault(l, yaml_get(l->defs[i]->node, "title"),
			    "the title of %s hangs on itself or on more than "
			    "two others", l->defs[i]->name);
	}
	for (i = 0; i < l->ndefs; i++) {
		link_views(l, l->defs[i]);
		link_actions(l, l->defs[i]);
	}
	link_boards(l);
	check_pairs(l);
}
