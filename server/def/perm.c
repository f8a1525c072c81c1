/* perm.c - permissions of a definition: operations, codes, scopes. */
#include <string.h>

#include "server/def/loader.h"
#include "server/verb.h"

static const char *const op_words[] = { "view", "create", "edit", "delete",
    "lookup", NULL };

static void
load_code_scopes(struct loader *l, const struct def *d, struct def_code *code,
    const struct ynode *n)
{
	const struct ynode	*c;
	size_t			 i, j, count, used = 0;

	count = n->type == YNODE_SCALAR ? 1 : n->n;
	if (n->type == YNODE_MAP || count == 0) {
		fault(l, n, "a code has a scope or a list of scopes");
		return;
	}
	for (i = 0; i < count; i++) {
		c = n->type == YNODE_SCALAR ? n : &n->child[i];
		if (c->type != YNODE_SCALAR) {
			fault(l, c, "a scope is a name");
			continue;
		}
		for (j = 0; j < d->nscopes; j++)
			if (strcmp(d->scopes[j].name, c->text) == 0)
				break;
		if (j == d->nscopes && strcmp(c->text, "all") != 0)
			fault(l, c, "scope \"%s\" has no predicate under "
			    "\"scopes\"", c->text);
		else if (used == DEF_SCOPES - 1)
			fault(l, c, "too many scopes");
		else
			code->scopes[used++] = c->text;
	}
}

void
load_perm(struct loader *l, const struct def *d, struct def_perm *p,
    const struct ynode *n)
{
	size_t	i;

	p->given = true;
	if (n->type == YNODE_SCALAR) {
		if (strcmp(n->text, "everyone") == 0)
			p->everyone = true;
		else {
			p->codes[p->n].code = load_code(l, n);
			p->codes[p->n++].scopes[0] = "all";
		}
		return;
	}
	if (n->type != YNODE_MAP || n->n == 0) {
		fault(l, n, "a permission is a code, a map of codes to "
		    "scopes, or everyone");
		return;
	}
	for (i = 0; i < n->n; i++) {
		if (p->n == DEF_CODES) {
			fault(l, &n->child[i], "too many codes");
			return;
		}
		/* the code is the key here: look at it as a scalar */
		struct ynode	key = n->child[i];

		key.type = YNODE_SCALAR;
		key.text = key.key;
		p->codes[p->n].code = load_code(l, &key);
		load_code_scopes(l, d, &p->codes[p->n++], &n->child[i]);
	}
}

void
load_perms(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "perm"), *c;
	enum def_op		 op;

	if (n == NULL) {
		fault(l, d->node, "\"perm\" is missing");
		return;
	}
	if (n->type == YNODE_SCALAR)
		return;		/* another record's, see link_perms() */
	if (!load_keys(l, n, op_words))
		return;
	for (op = 0; op < OP_COUNT; op++)
		if ((c = yaml_get(n, op_words[op])) != NULL)
			load_perm(l, d, &d->perm[op], c);
	if (!d->perm[OP_VIEW].given)
		fault(l, n, "\"view\" is missing");
}

/* "a|b": any of them is enough. */
static const char *
need(struct loader *l, const struct def_perm *p)
{
	const char	*s = NULL;
	size_t		 i;

	if (p->everyone)
		return PERM_SELF;
	for (i = 0; i < p->n; i++) {
		if (p->codes[i].code == NULL)
			continue;
		s = s == NULL ? p->codes[i].code : arena_printf(l->arena,
		    "%s|%s", s, p->codes[i].code);
	}
	return s;
}

/* The verbs of a list, which must be among those there are. */
static unsigned
load_verb_list(struct loader *l, const struct ynode *n, unsigned all)
{
	const struct ynode	*c;
	unsigned		 some = 0;
	enum def_verb		 v;
	size_t			 i;

	if (n->type != YNODE_LIST) {
		fault(l, n, "a list of verbs is expected here");
		return 0;
	}
	for (i = 0; i < n->n; i++) {
		c = &n->child[i];
		for (v = 0; v < DV_VERBS; v++)
			if (c->type == YNODE_SCALAR &&
			    strcmp(c->text, def_verb_name(v)) == 0)
				break;
		if (v == DV_VERBS)
			fault(l, c, "there is no such generic verb");
		else if ((all & 1u << v) == 0)
			fault(l, c, "nobody is permitted to %s", c->text);
		else
			some |= 1u << v;
	}
	return some;
}

/* Verbs on many records. Rows that the engine itself guards have them all;
 * those of the organisation, whose saving asks more (a fresh code, a module's
 * own say), are saved one by one. */
static unsigned
many_verbs(const struct def *d, unsigned one)
{
	unsigned	many = 1u << DV_EXPORT | 1u << DV_EXPORT_ROWS;

	if (d->hand || d->owner != OWNER_COMPANY ||
	    yaml_get(d->node, "step_up") != NULL)
		return d->hand ? 0 : many;
	if (one & 1u << DV_CREATE)
		many |= 1u << DV_IMPORT | 1u << DV_IMPORT_ROWS |
		    1u << DV_IMPORT_RUN;
	if (one & 1u << DV_EDIT)
		many |= 1u << DV_EDIT_MANY;
	if (one & 1u << DV_DELETE)
		many |= 1u << DV_DELETE_MANY;
	/* a secret is sealed for its record: another cannot take it over */
	if ((one & 1u << DV_EDIT) && (one & 1u << DV_DELETE) && !d->secrets)
		many |= 1u << DV_MERGE;
	if (yaml_get(d->node, "duplicates") != NULL)
		many |= 1u << DV_SIMILAR | 1u << DV_DUPLICATES;
	return many;
}

static void
load_verbs(struct loader *l, struct def *d)
{
	const struct ynode	*n;
	unsigned		 all;

	all = 1u << DV_LIST | 1u << DV_COUNT | 1u << DV_GET | 1u << DV_LOOKUP |
	    1u << DV_HISTORY;
	if (d->perm[OP_CREATE].given && !d->readonly)
		all |= 1u << DV_CREATE;
	if (d->perm[OP_EDIT].given && !d->readonly)
		all |= 1u << DV_EDIT;
	if (d->perm[OP_DELETE].given && !d->readonly)
		all |= 1u << DV_DELETE | 1u << DV_RESTORE;
	all |= many_verbs(d, all);
	if (d->secrets)
		all |= 1u << DV_REVEAL | 1u << DV_SECRETS;
	d->verbs = all;
	if ((n = yaml_get(d->node, "verbs")) != NULL)
		d->verbs = load_verb_list(l, n, all);
	if ((n = yaml_get(d->node, "step_up")) != NULL)
		d->step_up = load_verb_list(l, n, d->verbs);
}

const char *
def_verb_more(const struct def *d, enum def_verb v)
{
	switch (v) {
	case DV_EXPORT:
	case DV_EXPORT_ROWS:
		return "records.export";
	case DV_IMPORT:
	case DV_IMPORT_ROWS:
	case DV_IMPORT_RUN:
		return "records.import";
	case DV_MERGE:
		return "records.merge";
	default:
		return NULL;
	}
}

/* Who may open each secret: what "reveal" says, or whoever sees the field. */
static void
link_secrets(struct loader *l, struct def *d)
{
	const struct ynode	*n;
	struct field		*f;
	size_t			 i;

	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		n = yaml_get(f->node, "reveal");
		if (field_type(f) != VALUE_SECRET) {
			if (n != NULL)
				fault(l, n, "\"reveal\" is for secrets");
			continue;
		}
		d->secrets = true;
		if (n != NULL)
			load_perm(l, d, &f->reveal, n);
		else if (f->see != NULL) {
			f->reveal.given = true;
			f->reveal.n = 1;
			f->reveal.codes[0].code = f->see;
			f->reveal.codes[0].scopes[0] = "all";
		} else
			fault(l, f->node, "a secret needs \"reveal\": who may "
			    "open it");
		if (f->reveal.everyone)
			fault(l, n, "a secret is not for everyone");
		f->reveal.need = need(l, &f->reveal);
		f->word = f->alike;
		if (f->unique && f->word == NULL)
			f->word = arena_printf(l->arena, "%s.%s", d->table,
			    f->column);
		if (d->readonly || d->hand || d->owner != OWNER_COMPANY)
			fault(l, f->node, "secrets stand in records of a "
			    "company that konak.protect() guards");
	}
}

void
link_perms(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "perm");
	const struct def	*other;
	enum def_op		 op;

	if (n != NULL && n->type == YNODE_SCALAR) {
		other = load_def(l, n->text);
		if (other == NULL || other == d)
			fault(l, n, "there is no other record \"%s\"",
			    n->text);
		else if (yaml_get(other->node, "perm") == NULL ||
		    yaml_get(other->node, "perm")->type == YNODE_SCALAR)
			fault(l, n, "the permissions of %s are another's as "
			    "well: name that one", other->name);
		else {
			for (op = 0; op < OP_COUNT; op++)
				d->perm[op] = other->perm[op];
			if (other->nscopes > 0)
				fault(l, n, "the permissions of %s have "
				    "scopes: write them out", other->name);
		}
	}
	if (!d->perm[OP_LOOKUP].given)
		d->perm[OP_LOOKUP] = d->perm[OP_VIEW];
	for (op = 0; op < OP_COUNT; op++)
		d->perm[op].need = need(l, &d->perm[op]);
	link_secrets(l, d);
	load_verbs(l, d);
	d->soft = d->perm[OP_DELETE].given;
	if (yaml_get(d->node, "soft") != NULL)
		d->soft = load_bool(l, d->node, "soft");
	if (d->perm[OP_DELETE].given && !d->soft && !d->readonly)
		fault(l, yaml_get(d->node, "soft"), "what may be deleted is "
		    "soft: it has deleted_at");
}
