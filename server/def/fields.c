/* fields.c - the fields of a definition: types, limits, defaults, choices. */
#include <stdlib.h>
#include <string.h>

#include "server/def/loader.h"

#define FIELDS_MAX	200

static bool
text_like(enum value_type t)
{
	switch (t) {
	case VALUE_TEXT:
	case VALUE_LONGTEXT:
	case VALUE_EMAIL:
	case VALUE_PHONE:
	case VALUE_URL:
	case VALUE_VKN:
	case VALUE_TCKN:
	case VALUE_TAX_NO:
	case VALUE_IBAN:
	case VALUE_CURRENCY:
	case VALUE_COLOR:
	case VALUE_TIMEZONE:
	case VALUE_LANGUAGE:
		return true;
	default:
		return false;
	}
}

static bool
number_like(enum value_type t)
{
	return t == VALUE_INT || t == VALUE_DECIMAL || t == VALUE_MONEY ||
	    t == VALUE_PERCENT || t == VALUE_DURATION;
}

bool
field_text_like(const struct field *f)
{
	return text_like(field_type(f));
}

bool
field_adds_up(const struct field *f)
{
	return number_like(field_type(f)) && field_type(f) != VALUE_PERCENT;
}

bool
field_groups(const struct field *f)
{
	switch (field_type(f)) {
	case VALUE_CHOICE:
	case VALUE_BOOL:
	case VALUE_REF:
	case VALUE_DATE:
	case VALUE_TIMESTAMP:
		return f->filter;
	default:
		return false;
	}
}

static bool
sortable(enum value_type t)
{
	switch (t) {
	case VALUE_LONGTEXT:
	case VALUE_CHOICES:
	case VALUE_REF:
	case VALUE_UUID:
	case VALUE_INET:
	case VALUE_TAGS:
	case VALUE_SENTENCE:
	case VALUE_JSON:
	case VALUE_SECRET:
		return false;
	default:
		return true;
	}
}

/* --- Rules ----------------------------------------------------------------- */

static const char *
bound(struct loader *l, const struct ynode *map, const char *key,
    const struct value_rules *r)
{
	const struct ynode	*n = yaml_get(map, key);
	struct value_error	 error;
	struct value_rules	 plain = { .type = r->type,
				    .scale = r->scale, .digits = r->digits };

	if (n == NULL)
		return NULL;
	if (n->type != YNODE_SCALAR ||
	    !value_parse_wire(&plain, n->text, strlen(n->text), &error)) {
		fault(l, n, "\"%s\" is no value of type %s", key,
		    value_type_name(r->type));
		return NULL;
	}
	return n->text;
}

static void
load_limits(struct loader *l, const struct ynode *n, struct value_rules *r)
{
	int64_t	v;

	if (number_like(r->type)) {
		r->least = bound(l, n, "min", r);
		r->most = bound(l, n, "max", r);
		if (r->type == VALUE_INT || r->type == VALUE_DURATION) {
			if (r->least == NULL)
				r->least = r->type == VALUE_INT ?
				    "-2147483648" : "0";
			if (r->most == NULL)
				r->most = "2147483647";
		}
		return;
	}
	if (yaml_get(n, "min") != NULL)
		fault(l, yaml_get(n, "min"), "type %s has no \"min\"",
		    value_type_name(r->type));
	if (!load_int(l, n, "max", &v))
		return;
	if (!text_like(r->type) && r->type != VALUE_TAGS &&
	    r->type != VALUE_SECRET)
		fault(l, yaml_get(n, "max"), "type %s has no \"max\"",
		    value_type_name(r->type));
	else if (v < 1 || v > 1000000)
		fault(l, yaml_get(n, "max"),
		    "\"max\" must be from 1 to 1000000");
	else
		r->max = (int)v;
}

/* Instead of a list: every record type is one. */
static bool
values_are_records(const struct ynode *n)
{
	return n != NULL && n->type == YNODE_SCALAR &&
	    strcmp(n->text, "records") == 0;
}

static void
load_values(struct loader *l, const struct ynode *map, struct value_rules *r,
    struct def_choice **choices)
{
	static const char *const more[] = { "colour", NULL };
	static const char *const colours[] = { "red", "green", "yellow",
	    "blue", "magenta", "cyan", "gray", NULL };
	const struct ynode	*n = yaml_get(map, "values"), *c;
	struct value_choice	*vc;
	struct def_choice	*dc;
	struct label		 label;
	size_t			 i, j;

	/* link.c knows them. */
	if (values_are_records(n))
		return;
	if (n == NULL || n->type != YNODE_MAP || n->n == 0) {
		fault(l, n != NULL ? n : map, "type %s needs \"values\": "
		    "codes with their labels", value_type_name(r->type));
		return;
	}
	*choices = dc = arena_array(l->arena, n->n, sizeof *dc);
	vc = arena_array(l->arena, n->n, sizeof *vc);
	for (i = 0; i < n->n; i++) {
		c = &n->child[i];
		memset(&label, 0, sizeof label);
		if (strlen(c->key) > 60 ||
		    strpbrk(c->key, ",{}\"'\\ ") != NULL)
			fault(l, c, "\"%s\" is no code", c->key);
		load_label_map(l, c, more, &label);
		dc[i].value.code = vc[i].code = c->key;
		for (j = 0; j < LANG_COUNT; j++)
			dc[i].value.label[j] = vc[i].label[j] = label.text[j];
		dc[i].colour = yaml_text(c, "colour", NULL);
		for (j = 0; dc[i].colour != NULL && colours[j] != NULL; j++)
			if (strcmp(dc[i].colour, colours[j]) == 0)
				break;
		if (dc[i].colour != NULL && colours[j] == NULL)
			fault(l, yaml_get(c, "colour"),
			    "\"%s\" is no colour", dc[i].colour);
	}
	r->choices = vc;
	r->nchoices = n->n;
}

/* What a secret is when it is open. */
static void
load_holds(struct loader *l, const struct ynode *map, struct value_rules *r)
{
	const struct ynode	*n = yaml_get(map, "holds");

	if (n == NULL)
		return;
	if (r->type != VALUE_SECRET)
		fault(l, n, "\"holds\" is for secrets");
	else if (n->type != YNODE_SCALAR ||
	    !value_holds_parse(n->text, &r->holds))
		fault(l, n, "a secret holds text, longtext, password, totp, "
		    "card, tckn or iban");
}

/* Type, limits, decimals and choices of a field or of what an action asks. */
bool
load_rules(struct loader *l, const struct ynode *n, struct value_rules *r,
    struct def_choice **choices)
{
	const char	*type = load_text(l, n, "type", true);
	int64_t		 v;
	bool		 decimal;

	if (type == NULL)
		return false;
	if (!value_type_parse(type, &r->type)) {
		fault(l, yaml_get(n, "type"), "\"%s\" is no type", type);
		return false;
	}
	decimal = r->type == VALUE_DECIMAL || r->type == VALUE_MONEY ||
	    r->type == VALUE_PERCENT;
	if (decimal)
		r->scale = 2;
	if (load_int(l, n, "scale", &v)) {
		if (!decimal || v < 0 || v > 10)
			fault(l, yaml_get(n, "scale"), "\"scale\" is for "
			    "decimal, money and percent, from 0 to 10");
		else
			r->scale = (int)v;
	}
	if (load_int(l, n, "digits", &v)) {
		if (!decimal || v < 1 || v > 38)
			fault(l, yaml_get(n, "digits"), "\"digits\" is for "
			    "decimal, money and percent, from 1 to 38");
		else
			r->digits = (int)v;
	}
	load_limits(l, n, r);
	load_holds(l, n, r);
	if (r->type == VALUE_CHOICE || r->type == VALUE_CHOICES)
		load_values(l, n, r, choices);
	else if (yaml_get(n, "values") != NULL)
		fault(l, yaml_get(n, "values"), "\"values\" is for choice "
		    "and choices");
	return true;
}

/* --- Defaults -------------------------------------------------------------- */

static void
load_default(struct loader *l, const struct ynode *map, struct field *f)
{
	static const struct {
		const char		*word;
		enum def_default	 kind;
		enum value_type		 type, other;
	} words[] = {
		{ "$now", DEFAULT_NOW, VALUE_TIMESTAMP, VALUE_TIMESTAMP },
		{ "$today", DEFAULT_TODAY, VALUE_DATE, VALUE_DATE },
		{ "$me", DEFAULT_ME, VALUE_REF, VALUE_REF },
		{ "$currency", DEFAULT_CURRENCY, VALUE_CURRENCY,
		    VALUE_CURRENCY },
	};
	const struct ynode	*n = yaml_get(map, "default");
	struct value_error	 error;
	size_t			 i;

	if (n == NULL)
		return;
	if (n->type == YNODE_LIST && n->n == 0 &&
	    (field_type(f) == VALUE_CHOICES || field_type(f) == VALUE_TAGS)) {
		f->dflt = DEFAULT_EMPTY;
		return;
	}
	if (n->type != YNODE_SCALAR || n->text[0] == '\0') {
		fault(l, n, "\"default\" must be one value");
		return;
	}
	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(n->text, words[i].word) != 0)
			continue;
		if (field_type(f) != words[i].type)
			fault(l, n, "%s is for type %s", n->text,
			    value_type_name(words[i].type));
		f->dflt = words[i].kind;
		return;
	}
	switch (field_type(f)) {
	case VALUE_REF:
	case VALUE_UUID:
	case VALUE_CHOICES:
	case VALUE_TAGS:
	case VALUE_SENTENCE:
	case VALUE_JSON:
	case VALUE_SECRET:
		fault(l, n, "type %s takes no such default",
		    value_type_name(field_type(f)));
		return;
	default:
		break;
	}
	if (!value_parse_wire(&f->rules, n->text, strlen(n->text), &error)) {
		fault(l, n, "the default \"%s\" is no value of this field: %s",
		    n->text, value_error_text(l->arena, LANG_EN, &error));
		return;
	}
	f->dflt = DEFAULT_VALUE;
	f->dflt_text = n->text;
}

/* --- One field ------------------------------------------------------------- */

/* true, or "natural": numbers within a text by their value. */
static void
load_sort(struct loader *l, struct field *f)
{
	const struct ynode	*n = yaml_get(f->node, "sort");

	if (n == NULL || n->type != YNODE_SCALAR ||
	    strcmp(n->text, "natural") != 0) {
		f->sort = load_bool(l, f->node, "sort");
		return;
	}
	f->sort = f->natural = true;
	if (!field_text_like(f))
		fault(l, n, "\"natural\" is an order of texts");
}

/* Dates of a list as the days that are left. */
static void
load_relative(struct loader *l, struct field *f)
{
	f->relative = load_bool(l, f->node, "relative");
	if (f->relative && field_type(f) != VALUE_DATE &&
	    field_type(f) != VALUE_TIMESTAMP)
		fault(l, yaml_get(f->node, "relative"),
		    "\"relative\" is for dates and timestamps");
}

static void
load_flags(struct loader *l, const struct def *d, struct field *f)
{
	const struct ynode	*n = f->node, *c;
	enum value_type		 t = field_type(f);

	f->required = load_bool(l, n, "required");
	if (yaml_get(n, "when") != NULL) {
		f->required_when = f->required;
		f->required = false;
	}
	f->compute = load_bool(l, n, "compute");
	f->readonly = load_bool(l, n, "readonly") || d->readonly;
	f->once = load_bool(l, n, "once");
	load_sort(l, f);
	load_relative(l, f);
	f->filter = load_bool(l, n, "filter") || f->sort || t == VALUE_REF;
	if ((c = yaml_get(n, "see")) != NULL)
		f->see = load_code(l, c);
	if ((c = yaml_get(n, "write")) != NULL)
		f->write = load_code(l, c);
	if ((t == VALUE_SENTENCE || t == VALUE_JSON ||
	    (t == VALUE_UUID && !f->once)) && !f->readonly)
		fault(l, n, "a field of type %s must be readonly",
		    value_type_name(t));
	if (f->readonly && (f->once || f->write != NULL))
		fault(l, n, "what is readonly takes no once and no write");
	if (f->compute && (!f->readonly || t == VALUE_SENTENCE))
		fault(l, yaml_get(n, "compute"), "what is computed must be "
		    "readonly and have a column");
	if (f->sort && !sortable(t))
		fault(l, yaml_get(n, "sort"), "type %s cannot be sorted",
		    value_type_name(t));
	if (f->sort && !f->required && (t == VALUE_CHOICE || t == VALUE_BOOL))
		fault(l, yaml_get(n, "sort"), "to be sorted, a field of type "
		    "%s must be required", value_type_name(t));
	if (f->see != NULL && (f->sort || (f->filter && t != VALUE_REF)))
		fault(l, yaml_get(n, "see"), "what only some may see cannot "
		    "be sorted or filtered");
	if (f->see != NULL)
		f->filter = false;
	if (f->filter && (t == VALUE_SENTENCE || t == VALUE_JSON ||
	    t == VALUE_SECRET))
		fault(l, yaml_get(n, "filter"), "type %s cannot be filtered",
		    value_type_name(t));
	f->unique = load_bool(l, n, "unique");
	f->alike = load_name(l, n, "alike", false);
	if ((f->unique || f->alike != NULL) && t != VALUE_SECRET)
		fault(l, n, "\"unique\" and \"alike\" are for secrets");
	if (f->required && f->see != NULL)
		fault(l, yaml_get(n, "required"), "what only some may see "
		    "cannot be required of all");
}

static struct field *
load_field(struct loader *l, struct def *d, const struct ynode *n)
{
	static const char *const words[] = { "type", "label", "help", "unit",
	    "column", "required", "max", "min", "scale", "digits", "values",
	    "ref", "match", "currency", "default", "readonly", "once", "see",
	    "write", "sort", "filter", "relative", "compute", "when", "from",
	    "holds", "reveal", "alike", "unique", NULL };
	static const char *const reserved[] = { "id", "version", "company_id",
	    "deleted_at", "deleted_request", "search", "lines", "deleted", "custom",
	    NULL };
	struct field	*f;
	const char	*s;
	size_t		 i;

	if (n->type != YNODE_MAP) {
		fault(l, n, "a field is a map: { type: ..., label: ... }");
		return NULL;
	}
	load_keys(l, n, words);
	f = arena_alloc(l->arena, sizeof *f);
	f->node = n;
	f->def = d;
	f->name = n->key;
	if (n->key[strspn(n->key, "abcdefghijklmnopqrstuvwxyz0123456789_")]
	    != '\0' || n->key[0] < 'a' || strlen(n->key) > 60)
		fault(l, n, "\"%s\" is no name of a field", n->key);
	for (i = 0; reserved[i] != NULL; i++)
		if (strcmp(n->key, reserved[i]) == 0)
			fault(l, n, "\"%s\" cannot be a field", n->key);
	f->records = values_are_records(yaml_get(n, "values"));
	if (!load_rules(l, n, &f->rules, &f->choices))
		return NULL;
	load_label(l, n, "label", true, &f->label);
	load_label(l, n, "help", false, &f->help);
	load_label(l, n, "unit", false, &f->unit);
	s = load_name(l, n, "column", false);
	f->column = s != NULL ? s : f->name;
	if (field_type(f) == VALUE_SENTENCE) {
		if (s != NULL)
			fault(l, n, "a sentence has no column");
		f->column = NULL;
	}
	f->title_name = arena_printf(l->arena, "%s.title", f->name);
	load_flags(l, d, f);
	load_default(l, n, f);
	return f;
}

void
load_fields(struct loader *l, struct def *d)
{
	const struct ynode	*n = yaml_get(d->node, "fields");
	struct field		*f;
	size_t			 i, j;

	if (n == NULL || n->type != YNODE_MAP || n->n == 0) {
		fault(l, n != NULL ? n : d->node,
		    "\"fields\" is missing or empty");
		return;
	}
	if (n->n > FIELDS_MAX) {
		fault(l, n, "more than %d fields", FIELDS_MAX);
		return;
	}
	d->fields = arena_array(l->arena, n->n, sizeof *d->fields);
	for (i = 0; i < n->n; i++) {
		if ((f = load_field(l, d, &n->child[i])) == NULL)
			continue;
		for (j = 0; j < d->nfields; j++)
			if (f->column != NULL &&
			    d->fields[j]->column != NULL &&
			    strcmp(d->fields[j]->column, f->column) == 0)
				fault(l, f->node, "column \"%s\" is field "
				    "\"%s\" already", f->column,
				    d->fields[j]->name);
		f->index = (unsigned)d->nfields;
		d->fields[d->nfields++] = f;
	}
}

/* --- Joining --------------------------------------------------------------- */

static void
link_match(struct loader *l, struct def *d, struct field *f)
{
	const struct ynode	*n = yaml_get(f->node, "match"), *c;
	size_t			 i;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP || f->ref == NULL) {
		fault(l, n, "\"match\" is for references: "
		    "{ their_field: own_field }");
		return;
	}
	f->match = arena_array(l->arena, n->n, sizeof *f->match);
	for (i = 0; i < n->n; i++) {
		c = &n->child[i];
		f->match[f->nmatch].theirs = def_field(f->ref, c->key);
		f->match[f->nmatch].own = load_field_ref(l, d, c);
		if (f->match[f->nmatch].theirs == NULL)
			fault(l, c, "%s has no field \"%s\"", f->ref->name,
			    c->key);
		else if (!f->match[f->nmatch].theirs->filter)
			fault(l, c, "field \"%s\" of %s cannot be filtered",
			    c->key, f->ref->name);
		else if (f->match[f->nmatch].own != NULL)
			f->nmatch++;
	}
}

/* A code of the choice, true or false. */
static void
when_value(struct loader *l, const struct ynode *n, const struct field *f,
    const char *value)
{
	size_t	i;

	if (field_type(f) == VALUE_BOOL) {
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			fault(l, n, "field \"%s\" is true or false", f->name);
		return;
	}
	for (i = 0; i < f->rules.nchoices; i++)
		if (strcmp(value, f->rules.choices[i].code) == 0)
			return;
	fault(l, n, "field \"%s\" has no value \"%s\"", f->name, value);
}

struct def_when *
load_whens(struct loader *l, const struct def *d, const struct ynode *n,
    size_t *nwhens)
{
	struct def_when	*whens, *w;
	struct ynode	 key;
	size_t		 i, j;

	*nwhens = 0;
	if (n == NULL)
		return NULL;
	if (n->type != YNODE_MAP) {
		fault(l, n, "\"when\" must be a map");
		return NULL;
	}
	whens = arena_array(l->arena, n->n + 1, sizeof *whens);
	for (i = 0; i < n->n; i++) {
		key = n->child[i];
		key.type = YNODE_SCALAR;
		key.text = key.key;
		w = &whens[*nwhens];
		w->field = load_field_ref(l, d, &key);
		w->values = load_names(l, n, n->child[i].key, &w->nvalues);
		if (w->field == NULL)
			continue;
		++*nwhens;
		if (field_type(w->field) != VALUE_CHOICE &&
		    field_type(w->field) != VALUE_BOOL) {
			fault(l, &n->child[i], "\"when\" looks at fields of "
			    "type choice and bool");
			continue;
		}
		for (j = 0; j < w->nvalues; j++)
			when_value(l, &n->child[i], w->field, w->values[j]);
	}
	return whens;
}

/* A field that is asked for only while others have a value. */
static void
link_when(struct loader *l, struct def *d, struct field *f)
{
	const struct ynode	*n = yaml_get(f->node, "when");
	size_t			 i;

	f->whens = load_whens(l, d, n, &f->nwhens);
	for (i = 0; i < f->nwhens; i++)
		if (f->whens[i].field == f || f->whens[i].field->nwhens > 0)
			fault(l, n, "field \"%s\" hangs on one that hangs on "
			    "another, or on itself", f->name);
}

/* from: { customer_id: payment_days }: what the customer has. */
static void
link_from(struct loader *l, struct def *d, struct field *f)
{
	const struct ynode	*n = yaml_get(f->node, "from"), *c;
	struct ynode		 key;

	if (n == NULL)
		return;
	if (n->type != YNODE_MAP || n->n != 1) {
		fault(l, n, "\"from\" names a reference and a field of it: "
		    "{ customer_id: city }");
		return;
	}
	c = &n->child[0];
	key = *c;
	key.type = YNODE_SCALAR;
	key.text = key.key;
	if ((f->from_ref = load_field_ref(l, d, &key)) == NULL)
		return;
	if (f->from_ref->ref == NULL || f->readonly) {
		fault(l, c, f->readonly ? "what is readonly takes no "
		    "\"from\"" : "field \"%s\" is no reference",
		    f->from_ref->name);
		return;
	}
	f->from = load_field_ref(l, f->from_ref->ref, c);
	if (f->from == NULL)
		return;
	if (field_type(f->from) != field_type(f) || f->from->ref != f->ref)
		fault(l, c, "field \"%s\" of %s is of another type",
		    f->from->name, f->from_ref->ref->name);
	if (f->from->column == NULL)
		fault(l, c, "field \"%s\" has no column", f->from->name);
}

/* What all references of a definition hang on is known now. */
void
link_fields_more(struct loader *l, struct def *d)
{
	size_t	i;

	for (i = 0; i < d->nfields; i++) {
		link_when(l, d, d->fields[i]);
		link_from(l, d, d->fields[i]);
		if (d->fields[i]->compute && !d->readonly)
			d->verbs |= 1u << DV_COMPUTE;
	}
}

void
link_fields(struct loader *l, struct def *d)
{
	const struct ynode	*n;
	struct field		*f;
	size_t			 i;

	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		n = yaml_get(f->node, "ref");
		if (n == NULL && field_type(f) == VALUE_REF)
			fault(l, f->node, "type ref needs \"ref\": the record "
			    "referred to");
		else if (n != NULL && (field_type(f) != VALUE_REF ||
		    n->type != YNODE_SCALAR))
			fault(l, n, "\"ref\" names a record, for type ref");
		else if (n != NULL && (f->ref = load_def(l, n->text)) == NULL)
			fault(l, n, "there is no record \"%s\"", n->text);
		link_match(l, d, f);
		n = yaml_get(f->node, "currency");
		if (n == NULL)
			continue;
		f->currency = load_field_ref(l, d, n);
		if (field_type(f) != VALUE_MONEY || (f->currency != NULL &&
		    field_type(f->currency) != VALUE_CURRENCY))
			fault(l, n, "\"currency\" names a field of type "
			    "currency, for type money");
	}
}
