/* filter.c - chips of lists; see filter.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/view/filter.h"

static void
chip_free(struct chip *c)
{
	free(c->field);
	val_free(c->value);
	free(c->words);
	free(c->title);
}

void
filter_clear(struct filter *f)
{
	while (f->nchips > 0)
		chip_free(&f->chip[--f->nchips]);
	free(f->text);
	f->text = NULL;
	f->error[0] = '\0';
}

bool
filter_empty(const struct filter *f)
{
	return f->nchips == 0 && (f->text == NULL || f->text[0] == '\0');
}

void
filter_drop(struct filter *f, size_t i)
{
	if (i >= f->nchips)
		return;
	chip_free(&f->chip[i]);
	memmove(&f->chip[i], &f->chip[i + 1],
	    (f->nchips - i - 1) * sizeof f->chip[0]);
	f->nchips--;
}

void
filter_add(struct filter *f, struct cond *c, const char *title)
{
	struct chip	*chip;
	size_t		 i;

	for (i = 0; i < f->nchips; i++) {
		if (strcmp(f->chip[i].field, c->f->name) == 0 &&
		    strcmp(f->chip[i].op, c->op) == 0)
			break;
	}
	if (i == FILTER_CHIPS) {
		cond_free(c);
		return;
	}
	chip = &f->chip[i];
	if (i < f->nchips)
		chip_free(chip);
	else
		f->nchips++;
	chip->field = xstrdup(c->f->name);
	snprintf(chip->op, sizeof chip->op, "%s", c->op);
	chip->value = c->value;
	chip->words = c->words;
	chip->title = title == NULL ? NULL : xstrdup(title);
	c->value = NULL;
	c->words = NULL;
}

/* The operator as it is typed. */
static const char *
chip_sign(const struct chip *c)
{
	static const struct {
		const char	*op, *sign;
	} signs[] = { { "ne", "!=" }, { "not_in", "!=" }, { "lacks", "!=" },
	    { "lt", "<" }, { "le", "<=" }, { "gt", ">" }, { "ge", ">=" } };
	size_t	i;

	for (i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		if (strcmp(c->op, signs[i].op) == 0)
			return signs[i].sign;
	}
	return "=";
}

/* --- Words for people --------------------------------------------------------- */

/* $today+7, $me and $now, which definitions and dashboards say. */
static bool
chip_moving(const char *s, struct buf *text)
{
	char	n[24];
	int	days;

	if (strcmp(s, "$me") == 0) {
		buf_addz(text, TF("lists.me", NULL));
	} else if (strcmp(s, "$now") == 0) {
		buf_addz(text, TF("lists.now", NULL));
	} else if (strncmp(s, "$today", 6) == 0) {
		days = atoi(s + 6);
		snprintf(n, sizeof n, "%d", days < 0 ? -days : days);
		buf_addz(text, days == 0 ? TF("when.today", NULL) :
		    TF(days > 0 ? "lists.days_on" : "lists.days_ago", "n", n,
		    NULL));
	} else {
		return false;
	}
	return true;
}

static void
chip_value(const struct field *f, const struct chip *c, const struct val *v,
    struct buf *text)
{
	struct value_ctx	ctx = app_ctx();
	struct value_rules	rules = f->rules;
	struct buf		canon = BUF_INIT;

	val_canon(v, &canon);
	if (chip_moving(buf_text(&canon), text)) {
		buf_free(&canon);
		return;
	}
	if (rules.type == VALUE_REF && v->kind == VAL_UUID) {
		buf_addz(text, c->title != NULL ? c->title : "…");
		buf_free(&canon);
		return;
	}
	if (rules.type == VALUE_CHOICES)
		rules.type = VALUE_CHOICE;
	if (rules.type == VALUE_TIMESTAMP && buf_len(&canon) == 10)
		rules.type = VALUE_DATE;
	value_format(&rules, &ctx, buf_text(&canon), text);
	buf_free(&canon);
}

static void
chip_values(const struct field *f, const struct chip *c, struct buf *text)
{
	size_t	i;
	bool	pair = strcmp(c->op, "between") == 0;

	if (strcmp(c->op, "null") == 0)
		buf_addz(text, TF(c->value->i ? "views.empty" :
		    "lists.filled", NULL));
	else if (c->words != NULL)
		buf_addz(text, c->words);
	else if (c->value->kind != VAL_ARRAY)
		chip_value(f, c, c->value, text);
	for (i = 0; c->words == NULL && i < val_count(c->value); i++) {
		if (i > 0)
			buf_addz(text, pair ? ".." : ", ");
		chip_value(f, c, c->value->item[i], text);
	}
}

void
filter_chip_text(const struct filter *filter, const struct def *d, size_t i,
    struct buf *text)
{
	const struct chip	*c = &filter->chip[i];
	const struct field	*f = def_field(d, c->field);
	const char		*sign = chip_sign(c);

	if (f == NULL)
		return;
	if (sign[0] == '=')
		buf_printf(text, "%s: ", app_label(f->label));
	else
		buf_printf(text, "%s %s ", app_label(f->label), sign);
	chip_values(f, c, text);
}

/* --- To the wire ---------------------------------------------------------------- */

/* Conditions of one field stand in one map. */
static void
query_put(struct val *map, const char *field, const char *op,
    const struct val *value)
{
	const struct val	*there = val_get(map, field);
	struct val		*ops;

	if (op[0] == '\0') {
		val_put(map, field, val_copy(value));
		return;
	}
	ops = there != NULL && there->kind == VAL_MAP ? val_copy(there) :
	    val_map();
	val_put(ops, op, val_copy(value));
	val_put(map, field, ops);
}

static void
query_chip(struct val *map, const struct def *d, const struct chip *c)
{
	const struct field	*f = def_field(d, c->field);
	struct cond		 now;
	char			 error[200];

	if (f == NULL)
		return;
	if (c->words != NULL && cond_parse(f, chip_sign(c), c->words, &now,
	    error, sizeof error)) {
		query_put(map, c->field, now.op, now.value);
		cond_free(&now);
		return;
	}
	query_put(map, c->field, c->op, c->value);
}

struct val *
filter_query(struct filter *f, const struct def *d, char **search)
{
	struct val		*map = val_map();
	struct buf		 rest = BUF_INIT, word = BUF_INIT;
	struct cond		 cond;
	enum cond_result	 what;
	const char		*p = f->text == NULL ? "" : f->text;
	size_t			 i;

	f->error[0] = '\0';
	for (i = 0; i < f->nchips; i++)
		query_chip(map, d, &f->chip[i]);
	while (cond_next(d, &p, &what, &cond, &word, f->error,
	    sizeof f->error)) {
		if (what == COND_OK) {
			query_put(map, cond.f->name, cond.op, cond.value);
			cond_free(&cond);
		} else if (what == COND_PLAIN) {
			buf_printf(&rest, "%s%s", buf_len(&rest) > 0 ? " " :
			    "", buf_text(&word));
		}
	}
	buf_free(&word);
	*search = buf_len(&rest) > 0 ? buf_take(&rest, NULL) : NULL;
	buf_free(&rest);
	if (map->n > 0)
		return map;
	val_free(map);
	return NULL;
}

bool
filter_settle(struct filter *f, const struct def *d)
{
	struct buf		 rest = BUF_INIT, word = BUF_INIT;
	struct cond		 cond;
	enum cond_result	 what;
	const char		*p = f->text == NULL ? "" : f->text, *from = p;

	f->error[0] = '\0';
	for (; cond_next(d, &p, &what, &cond, &word, f->error,
	    sizeof f->error); from = p) {
		if (what == COND_OK) {
			filter_add(f, &cond, NULL);
			continue;
		}
		if (what == COND_OPEN)
			snprintf(f->error, sizeof f->error, "%s",
			    TF("lists.no_value", "what", buf_text(&word),
			    NULL));
		while (*from == ' ')
			from++;
		buf_printf(&rest, "%s%.*s", buf_len(&rest) > 0 ? " " : "",
		    (int)(p - from), from);
	}
	free(f->text);
	f->text = buf_len(&rest) > 0 ? buf_take(&rest, NULL) : NULL;
	buf_free(&rest);
	buf_free(&word);
	return f->error[0] == '\0';
}

/* --- Maps and lists -------------------------------------------------------------- */

static void
filter_wire_one(struct filter *f, const struct field *field, const char *op,
    const struct val *v)
{
	struct cond	c = { .f = field };

	snprintf(c.op, sizeof c.op, "%s", field->virtual ? "" : op);
	c.value = val_copy(v);
	filter_add(f, &c, NULL);
}

size_t
filter_from_wire(struct filter *f, const struct def *d, const struct val *map)
{
	const struct field	*field;
	const struct val	*v;
	size_t			 i, k, unknown = 0;

	for (i = 0; i < val_count(map); i++) {
		field = def_field(d, val_key(map, i));
		v = map->item[i];
		if (field == NULL) {
			unknown++;
			continue;
		}
		if (v->kind == VAL_NULL) {
			struct val	*yes = val_bool(true);

			filter_wire_one(f, field, "null", yes);
			val_free(yes);
		} else if (v->kind != VAL_MAP) {
			filter_wire_one(f, field, "eq", v);
		}
		for (k = 0; v->kind == VAL_MAP && k < v->n; k++)
			filter_wire_one(f, field, val_key(v, k), v->item[k]);
	}
	return unknown;
}

struct val *
filter_save(const struct filter *f)
{
	struct val		*list = val_array(), *one;
	const struct chip	*c;
	size_t			 i;

	for (i = 0; i < f->nchips; i++) {
		c = &f->chip[i];
		one = val_array();
		val_add(one, val_text(c->field));
		val_add(one, val_text(c->op));
		val_add(one, val_copy(c->value));
		val_add(one, val_text(c->words));
		val_add(one, val_text(c->title));
		val_add(list, one);
	}
	return list;
}

/* JSON knows no ids: those of references come back as text. */
static struct val *
restore_value(const struct field *field, const char *op, const struct val *v)
{
	struct val	*out;
	size_t		 i;

	if (v->kind == VAL_ARRAY) {
		out = val_array();
		for (i = 0; i < v->n; i++)
			val_add(out, restore_value(field, op, v->item[i]));
		return out;
	}
	if (field->rules.type == VALUE_REF && v->kind == VAL_TEXT &&
	    v->len == 36 && strcmp(op, "has") != 0 && strcmp(op, "lacks") != 0)
		return val_uuid(v->s);
	return val_copy(v);
}

size_t
filter_restore(struct filter *f, const struct def *d, const struct val *list)
{
	const struct val	*one;
	const struct field	*field;
	const char		*s;
	struct cond		 c;
	size_t			 i, unknown = 0;

	for (i = 0; i < val_count(list); i++) {
		one = list->item[i];
		s = val_str(val_at(one, 0));
		field = s == NULL ? NULL : def_field(d, s);
		if (field == NULL || val_str(val_at(one, 1)) == NULL ||
		    val_at(one, 2) == NULL) {
			unknown++;
			continue;
		}
		memset(&c, 0, sizeof c);
		c.f = field;
		snprintf(c.op, sizeof c.op, "%s", val_str(val_at(one, 1)));
		c.value = restore_value(field, c.op, val_at(one, 2));
		if ((s = val_str(val_at(one, 3))) != NULL)
			c.words = xstrdup(s);
		filter_add(f, &c, val_str(val_at(one, 4)));
	}
	return unknown;
}
