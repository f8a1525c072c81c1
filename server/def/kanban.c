/*
 * kanban.c - the board of a record type: by which field its cards stand in
 * columns, what a card says, what a column adds up and how many it takes.
 */
#include <string.h>

#include "server/def/loader.h"

#define CARD_LINES	3

static void
check_sums(struct loader *l, const struct ynode *n, struct field *const *fields,
    size_t count)
{
	size_t	i;

	for (i = 0; i < count; i++)
		if (!field_adds_up(fields[i]) || fields[i]->column == NULL)
			fault(l, n, "field \"%s\" is of type %s, which does "
			    "not add up", fields[i]->name,
			    value_type_name(field_type(fields[i])));
}

static bool
has_choice(const struct field *f, const char *code)
{
	size_t	i;

	for (i = 0; i < f->rules.nchoices; i++)
		if (strcmp(f->rules.choices[i].code, code) == 0)
			return true;
	return false;
}

/* Of a choice: which of its values are columns, and what their heads say. */
static void
load_heads(struct loader *l, struct def_kanban *k, const struct ynode *n)
{
	size_t	i;

	if (n == NULL) {
		k->nheads = k->by->rules.nchoices;
		k->heads = arena_array(l->arena, k->nheads + 1,
		    sizeof *k->heads);
		for (i = 0; i < k->nheads; i++) {
			k->heads[i].code = k->by->rules.choices[i].code;
			memcpy(k->heads[i].label.text,
			    k->by->rules.choices[i].label,
			    sizeof k->heads[i].label.text);
		}
		return;
	}
	if (n->type != YNODE_MAP || n->n == 0) {
		fault(l, n, "\"columns\" must be a map of values and their "
		    "labels");
		return;
	}
	k->heads = arena_array(l->arena, n->n, sizeof *k->heads);
	for (i = 0; i < n->n; i++) {
		if (!has_choice(k->by, n->child[i].key))
			fault(l, &n->child[i], "field \"%s\" has no value "
			    "\"%s\"", k->by->name, n->child[i].key);
		k->heads[k->nheads].code = n->child[i].key;
		load_label(l, n, n->child[i].key, true,
		    &k->heads[k->nheads++].label);
	}
}

/* Which record says what a column takes: the one referred to, or another
 * with the same choice. */
static void
load_stages(struct loader *l, struct def_kanban *k, const struct ynode *n)
{
	const struct ynode	*s = yaml_get(n, "stages");
	const char		*name = load_text(l, n, "stages", false);

	if (k->by->ref != NULL) {
		k->stages = k->by->ref;
		if (s != NULL)
			fault(l, s, "only the columns of a choice have "
			    "stages");
		if (k->stages->sort == NULL)
			fault(l, yaml_get(n, "by"), "%s has no order",
			    k->stages->name);
		return;
	}
	if (name == NULL)
		return;
	if ((k->stages = load_def(l, name)) == NULL) {
		fault(l, s, "there is no record \"%s\"", name);
		return;
	}
	k->stage = def_field(k->stages, k->by->name);
	if (k->stage == NULL || field_type(k->stage) != VALUE_CHOICE)
		fault(l, s, "%s has no choice \"%s\"", name, k->by->name);
}

static void
load_card(struct loader *l, const struct def *d, struct def_kanban *k,
    const struct ynode *n)
{
	struct ynode	line, map;
	size_t		i;

	if (n == NULL)
		return;
	if (n->type != YNODE_LIST || n->n > CARD_LINES) {
		fault(l, n, "\"card\" is a list of at most %d lines, each a "
		    "list of fields", CARD_LINES);
		return;
	}
	k->lines = arena_array(l->arena, n->n + 1, sizeof *k->lines);
	for (i = 0; i < n->n; i++) {
		line = n->child[i];
		line.key = "line";
		map = *n;
		map.type = YNODE_MAP;
		map.n = 1;
		map.child = &line;
		k->lines[i].fields = load_fields_ref(l, d, &map, "line",
		    &k->lines[i].nfields);
	}
	k->nlines = n->n;
}

/* What is asked for when a card comes to a value: { lost: [reason] }. */
static void
load_asked(struct loader *l, const struct def *d, struct def_kanban *k,
    const struct ynode *n)
{
	size_t	i;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP || k->by->ref != NULL) {
		fault(l, n, "\"ask\" is a map from values of a choice to "
		    "fields");
		return;
	}
	k->asks = arena_array(l->arena, n->n + 1, sizeof *k->asks);
	for (i = 0; i < n->n; i++) {
		if (!has_choice(k->by, n->child[i].key))
			fault(l, &n->child[i], "field \"%s\" has no value "
			    "\"%s\"", k->by->name, n->child[i].key);
		k->asks[k->nasks].code = n->child[i].key;
		k->asks[k->nasks].fields = load_fields_ref(l, d, n,
		    n->child[i].key, &k->asks[k->nasks].nfields);
		k->nasks++;
	}
}

static struct field *
load_moment(struct loader *l, const struct def *d, const struct ynode *n,
    const char *key)
{
	const struct ynode	*c = yaml_get(n, key);
	struct field		*f;

	if (c == NULL || (f = load_field_ref(l, d, c)) == NULL)
		return NULL;
	if (field_type(f) != VALUE_TIMESTAMP || f->column == NULL)
		fault(l, c, "\"%s\" names a timestamp", key);
	return f;
}

static void
check_lanes(struct loader *l, const struct def_kanban *k,
    const struct ynode *n)
{
	size_t	i;

	for (i = 0; i < k->nlanes; i++)
		if ((field_type(k->lanes[i]) != VALUE_REF &&
		    field_type(k->lanes[i]) != VALUE_CHOICE) ||
		    k->lanes[i] == k->by || !k->lanes[i]->filter)
			fault(l, yaml_get(n, "lanes"), "by field \"%s\" there "
			    "are no lanes", k->lanes[i]->name);
}

void
link_kanban(struct loader *l, struct def *d, const struct ynode *n)
{
	static const char *const words[] = { "by", "columns", "stages",
	    "order", "card", "sums", "since", "running", "lanes", "edit",
	    "ask", NULL };
	const struct ynode	*by;
	struct def_kanban	*k;

	if (n == NULL || !load_keys(l, n, words))
		return;
	k = arena_alloc(l->arena, sizeof *k);
	k->node = n;
	if ((by = yaml_get(n, "by")) == NULL) {
		fault(l, n, "\"by\" is missing");
		return;
	}
	if ((k->by = load_field_ref(l, d, by)) == NULL)
		return;
	if ((field_type(k->by) != VALUE_CHOICE && k->by->ref == NULL) ||
	    k->by->readonly || k->by->once || k->by->see != NULL) {
		fault(l, by, "the columns of a board are the values of a "
		    "choice or a reference that everybody sees and that can "
		    "be changed");
		return;
	}
	if (d->owner != OWNER_COMPANY || d->readonly || d->hand) {
		fault(l, n, "%s can have no board", d->name);
		return;
	}
	k->order = load_name(l, n, "order", true);
	if (k->by->ref == NULL)
		load_heads(l, k, yaml_get(n, "columns"));
	else if (yaml_get(n, "columns") != NULL)
		fault(l, yaml_get(n, "columns"), "the columns are the records "
		    "of %s", k->by->ref->name);
	load_stages(l, k, n);
	load_card(l, d, k, yaml_get(n, "card"));
	k->sums = load_fields_ref(l, d, n, "sums", &k->nsums);
	check_sums(l, yaml_get(n, "sums"), k->sums, k->nsums);
	k->since = load_moment(l, d, n, "since");
	k->running = load_moment(l, d, n, "running");
	k->lanes = load_fields_ref(l, d, n, "lanes", &k->nlanes);
	check_lanes(l, k, n);
	k->edit = load_fields_ref(l, d, n, "edit", &k->nedit);
	load_asked(l, d, k, yaml_get(n, "ask"));
	d->kanban = k;
	d->verbs |= 1u << DV_BOARD;
	if (d->perm[OP_EDIT].given)
		d->verbs |= 1u << DV_MOVE;
}
