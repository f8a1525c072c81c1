/*
 * sample-value.c - one value of a sample file as an SQL expression: a text
 * with words in braces, a name of another record, a day relative to today, or
 * a map that chooses. Nothing here asks the database.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/yaml.h"
#include "server/ctl/ctl.h"
#include "server/ctl/sample-data.h"
#include "server/ctl/sample.h"
#include "server/def/def.h"

#define fault(b, at, ...) def_errors_add((b)->errors, (at), __VA_ARGS__)

static const char *value(struct block *, const struct ynode *,
    const char *field, const char *salt);

static const char *
printed(struct block *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static const char *
printed(struct block *b, const char *fmt, ...)
{
	va_list		 ap;
	const char	*s;

	va_start(ap, fmt);
	s = arena_vprintf(b->sample->ctl->arena, fmt, ap);
	va_end(ap);
	return s;
}

static const char *
literal(struct block *b, const char *text, size_t len)
{
	char		*q = PQescapeLiteral(b->sample->conn, text, len);
	const char	*s;

	if (q == NULL)
		ctl_die("%s", PQerrorMessage(b->sample->conn));
	s = arena_strdup(b->sample->ctl->arena, q);
	PQfreemem(q);
	return s;
}

/* A number from 0 that this row keeps whenever the sample is made again. */
static const char *
chance(struct block *b, const char *salt)
{
	return printed(b, "(hashtextextended(b.k || ':%s', %llu) & "
	    "9223372036854775807)", salt,
	    (unsigned long long)b->sample->seed);
}

/* "parent.phone" or an earlier field of the row; NULL when it is neither. */
static const char *
reference(struct block *b, const char *name)
{
	size_t	i;

	if (strncmp(name, "parent.", 7) == 0 && b->each != NULL) {
		name += 7;
		if (def_field(b->each, name) == NULL &&
		    strcmp(name, "id") != 0 && strcmp(name, "created_at") != 0)
			return NULL;
		return printed(b, "(b.parent).%s", name);
	}
	for (i = b->n; i-- > 0; )
		if (strcmp(b->names[i], name) == 0)
			return printed(b, "f%zu.%s", i, name);
	return NULL;
}

static bool
number_range(const char *text, const char **from, int *fromlen,
    const char **to, int *tolen)
{
	static const char	digits[] = "0123456789.";
	const char		*dots = strstr(text, "..");

	if (dots == NULL || dots == text || dots[2] == '\0' ||
	    strspn(text, digits) != strlen(text))
		return false;
	*from = text;
	*fromlen = (int)(dots - text);
	*to = dots + 2;
	*tolen = (int)strlen(dots + 2);
	return true;
}

/* --- words in braces ------------------------------------------------------ */

static const char *
brace(struct block *b, const struct ynode *at, const char *word,
    const char *salt)
{
	const char	*from, *to, *ref;
	int		 nfrom, nto, width;

	if (strcmp(word, "n") == 0)
		return "b.n";
	if (strcmp(word, "row") == 0)
		return "b.row";
	if (strcmp(word, "year") == 0)
		return printed(b, "extract(year from date '%s')",
		    b->sample->today);
	if (sscanf(word, "row:%d", &width) == 1)
		return printed(b, "lpad(b.row::text, %d, '0')", width);
	if (number_range(word, &from, &nfrom, &to, &nto))
		return printed(b, "%.*s + %s %% (%.*s - %.*s + 1)", nfrom,
		    from, chance(b, printed(b, "%s:%s", salt, word)), nto, to,
		    nfrom, from);
	if (strncmp(word, "net ", 4) == 0 &&
	    (ref = reference(b, word + 4)) != NULL)
		return printed(b, "regexp_replace(konak.fold(%s::text), "
		    "'[^a-z0-9]', '', 'g')", ref);
	if (strncmp(word, "host ", 5) == 0 &&
	    (ref = reference(b, word + 5)) != NULL)
		return printed(b, "regexp_replace(%s::text, "
		    "'^https?://(www\\.)?', '')", ref);
	if ((ref = reference(b, word)) != NULL)
		return ref;
	fault(b, at, "\"{%s}\" is no field before this one, number or word "
	    "of the sample", word);
	return "null";
}

static const char *
text_value(struct block *b, const struct ynode *at, const char *text,
    const char *salt)
{
	struct buf	 out = BUF_INIT;
	const char	*open, *close, *s;

	if (strchr(text, '{') == NULL)
		return literal(b, text, strlen(text));
	buf_addz(&out, "concat(");
	while ((open = strchr(text, '{')) != NULL) {
		if ((close = strchr(open, '}')) == NULL) {
			fault(b, at, "a brace is not closed");
			break;
		}
		buf_printf(&out, "%s, (%s)::text, ",
		    literal(b, text, (size_t)(open - text)),
		    brace(b, at, arena_strndup(b->sample->ctl->arena, open + 1,
		    (size_t)(close - open - 1)), salt));
		text = close + 1;
	}
	buf_printf(&out, "%s)", literal(b, text, strlen(text)));
	s = arena_strdup(b->sample->ctl->arena, buf_text(&out));
	buf_free(&out);
	return s;
}

/* --- days ----------------------------------------------------------------- */

/* "today-3", "start_date+10", "parent.created_at"; NULL: none of these. */
static const char *
day(struct block *b, const char *text, size_t len)
{
	char		 word[80];
	size_t		 n;
	const char	*base, *rest;

	if (len >= sizeof word)
		return NULL;
	memcpy(word, text, len);
	word[len] = '\0';
	n = strspn(word, "abcdefghijklmnopqrstuvwxyz_.");
	rest = word + n;
	base = arena_strndup(b->sample->ctl->arena, word, n);
	base = strcmp(base, "today") == 0 ?
	    printed(b, "date '%s'", b->sample->today) : reference(b, base);
	if (base == NULL || n == 0)
		return NULL;
	if (*rest == '\0')
		return printed(b, "(%s)::date", base);
	if ((*rest != '+' && *rest != '-') || rest[1] == '\0' ||
	    strspn(rest + 1, "0123456789") != strlen(rest + 1))
		return NULL;
	return printed(b, "((%s)::date %c %s)", base, *rest, rest + 1);
}

/* One day, or "from..to". */
static const char *
days(struct block *b, const struct ynode *at, const char *text,
    const char *salt, const char **first)
{
	const char	*dots = strstr(text, ".."), *from, *to;

	from = day(b, text, dots != NULL ? (size_t)(dots - text) :
	    strlen(text));
	to = dots != NULL ? day(b, dots + 2, strlen(dots + 2)) : from;
	if (from == NULL || to == NULL) {
		fault(b, at, "\"%s\" is no day like today-3 or "
		    "start_date+1..today", text);
		return "null";
	}
	if (first != NULL)
		*first = from;
	if (dots == NULL)
		return from;
	return printed(b, "(%s + (%s %% greatest(1, %s - %s + 1))::int)", from,
	    chance(b, salt), to, from);
}

/* An hour of the working day; never before a field that it starts from, and
 * never later than now when today is the last day. */
static const char *
moment(struct block *b, const struct ynode *at, const char *text,
    const char *salt)
{
	const char	*d = days(b, at, text, salt, NULL), *s, *dots;
	const char	*base;
	size_t		 n;

	s = printed(b, "pg_temp.sample_office(%s, %s)", d,
	    chance(b, printed(b, "%s:hour", salt)));
	dots = strstr(text, "..");
	if (strncmp(dots != NULL ? dots + 2 : text, "today", 5) == 0 &&
	    strchr(dots != NULL ? dots + 2 : text, '+') == NULL)
		s = printed(b, "least(%s, timestamptz '%s')", s,
		    b->sample->stamp);
	n = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
	if (strncmp(text, "parent.", 7) == 0)
		n = 7 + strspn(text + 7, "abcdefghijklmnopqrstuvwxyz_");
	base = reference(b, arena_strndup(b->sample->ctl->arena, text, n));
	if (base != NULL && (text[n] == '\0' || text[n] == '.'))
		s = printed(b, "greatest(%s, (%s)::timestamptz)", s, base);
	return s;
}

/* "today-2 14:30", or what PostgreSQL reads. What is today, early on, has not
 * come yet. */
static const char *
stamp_value(struct block *b, const struct ynode *at, const char *text,
    const char *salt)
{
	const char	*blank = strchr(text, ' '), *d;

	d = day(b, text, blank != NULL ? (size_t)(blank - text) :
	    strlen(text));
	if (d != NULL && blank != NULL) {
		d = printed(b, "(%s + time %s)", d,
		    literal(b, blank + 1, strlen(blank + 1)));
		return strncmp(text, "today ", 6) != 0 ? d :
		    printed(b, "least(%s, timestamptz '%s')", d,
		    b->sample->stamp);
	}
	return d != NULL ? d : text_value(b, at, text, salt);
}

/* --- other records -------------------------------------------------------- */

static const char *
title_of(struct block *b, const struct def *d)
{
	struct buf	 out = BUF_INIT;
	const char	*s;
	size_t		 i;

	buf_addz(&out, "concat_ws(' '");
	for (i = 0; i < d->ntitle; i++)
		buf_printf(&out, ", x.%s", d->title[i]->column);
	buf_addz(&out, ")");
	s = arena_strdup(b->sample->ctl->arena, buf_text(&out));
	buf_free(&out);
	return s;
}

/* The one record of the company with this name; people by first name too. */
static const char *
named(struct block *b, const struct ynode *at, const struct def *d,
    const char *text)
{
	const char	*from, *name = text_value(b, at, text, "");

	if (strcmp(d->name, "users") == 0)
		from = printed(b, "konak.users x join konak.memberships m on "
		    "m.user_id = x.id and m.company_id = b.company and "
		    "m.deleted_at is null where %s in (x.first_name, x.name, "
		    "x.email)", name);
	else
		from = printed(b, "konak.%s x where x.company_id = b.company "
		    "and %s = %s", d->table, title_of(b, d), name);
	return printed(b, "pg_temp.sample_one((select array_agg(x.id) from "
	    "%s), %s, %s)", from, name, literal(b, printed(b, "%s:%d: %s",
	    at->file, at->line, d->name), strlen(at->file) + strlen(d->name) +
	    (size_t)snprintf(NULL, 0, "%d", at->line) + 3));
}

/* "match: { theirs: own }" as conditions on x. */
static void
match(struct block *b, const struct def *d, const struct ynode *m,
    struct buf *out)
{
	const char	*own;
	size_t		 i;

	if (m == NULL)
		return;
	for (i = 0; m->type == YNODE_MAP && i < m->n; i++) {
		own = m->child[i].type == YNODE_SCALAR ?
		    reference(b, m->child[i].text) : NULL;
		if (def_field(d, m->child[i].key) == NULL)
			fault(b, &m->child[i], "%s has no field \"%s\"",
			    d->name, m->child[i].key);
		else if (own == NULL)
			fault(b, &m->child[i], "\"match\" takes a field before "
			    "this one or of the parent");
		else
			buf_printf(out, " and x.%s = %s", m->child[i].key,
			    own);
	}
}

static const char *
anyone(struct block *b, const struct ynode *map, const char *salt)
{
	const char	*name = yaml_text(map, "one", ""), *s;
	const char	*role = yaml_text(map, "role", NULL);
	const struct def *d = def_find(name);
	struct buf	 out = BUF_INIT;

	if (d == NULL || d->readonly) {
		fault(b, yaml_get(map, "one"), "there is no record \"%s\"",
		    name);
		return "null";
	}
	if (strcmp(name, "users") == 0 && role == NULL)
		return printed(b, "b.staff[1 + %s %% cardinality(b.staff)]",
		    chance(b, salt));
	if (strcmp(name, "users") == 0)
		buf_printf(&out, "(select x.user_id from konak.memberships x "
		    "join konak.roles r on r.company_id = x.company_id and "
		    "r.id = x.role_id and r.template = %s "
		    "where x.company_id = b.company and x.deleted_at is null",
		    literal(b, role, strlen(role)));
	else {
		buf_printf(&out, "(select x.id from konak.%s x where "
		    "x.company_id = b.company%s", d->table,
		    d->soft ? " and x.deleted_at is null" : "");
		match(b, d, yaml_get(map, "match"), &out);
	}
	buf_printf(&out, " order by hashtextextended(x.id::text || b.k || "
	    "':%s', %llu) limit 1)", salt,
	    (unsigned long long)b->sample->seed);
	s = arena_strdup(b->sample->ctl->arena, buf_text(&out));
	buf_free(&out);
	return s;
}

/* --- maps that choose ----------------------------------------------------- */

static const char *
array_of(struct block *b, const struct ynode *list, const char *field,
    const char *salt, const char *index)
{
	struct buf	 out = BUF_INIT;
	const char	*s;
	size_t		 i;

	if (list->type != YNODE_LIST || list->n == 0) {
		fault(b, list, "a list with at least one value is expected "
		    "here");
		return "null";
	}
	buf_printf(&out, "case %s", index);
	for (i = 0; i < list->n; i++)
		buf_printf(&out, " when %zu then (%s)::text", i,
		    value(b, &list->child[i], field,
		    printed(b, "%s.%zu", salt, i)));
	buf_addz(&out, " end");
	s = arena_strdup(b->sample->ctl->arena, buf_text(&out));
	buf_free(&out);
	return s;
}

static const char *
weighted(struct block *b, const struct ynode *map, const char *field,
    const char *salt)
{
	struct buf	 out = BUF_INIT;
	const char	*s;
	int64_t		 weight, total = 0;
	struct ynode	 one;
	size_t		 i;

	if (map->type != YNODE_MAP || map->n == 0) {
		fault(b, map, "\"weights\" is a map of values and numbers");
		return "null";
	}
	for (i = 0; i < map->n; i++) {
		if (!yaml_int(&map->child[i], &weight) || weight < 1) {
			fault(b, &map->child[i], "a weight is a whole number "
			    "from 1");
			return "null";
		}
		total += weight;
		one = map->child[i];
		one.text = one.key;
		buf_printf(&out, " when r < %lld then (%s)::text",
		    (long long)total, value(b, &one, field,
		    printed(b, "%s.%zu", salt, i)));
	}
	s = printed(b, "(select case%s end from (select %s %% %lld) t(r))",
	    buf_text(&out), chance(b, salt), (long long)total);
	buf_free(&out);
	return s;
}

static const char *
number(struct block *b, const struct ynode *map, const char *salt)
{
	const char	*text = yaml_text(map, "number", "");
	const char	*step = yaml_text(map, "step", "1"), *from, *to;
	int		 nfrom, nto;

	if (!number_range(text, &from, &nfrom, &to, &nto) ||
	    strspn(step, "0123456789.") != strlen(step) || atof(step) <= 0) {
		fault(b, map, "\"number\" is a range like 5..30, \"step\" a "
		    "number");
		return "null";
	}
	return printed(b, "(%.*s + %s * (%s %% (floor((%.*s - %.*s) / "
	    "%s::numeric)::bigint + 1)))", nfrom, from, step, chance(b, salt),
	    nto, to, nfrom, from, step);
}

/* "product: [quantity, price, 0.2]" of fields and numbers. */
static const char *
product(struct block *b, const struct ynode *list)
{
	struct buf	 out = BUF_INIT;
	const char	*factor, *s;
	size_t		 i;

	buf_addz(&out, "(1::numeric");
	for (i = 0; i < list->n; i++) {
		s = list->child[i].type == YNODE_SCALAR ?
		    list->child[i].text : "";
		factor = reference(b, s);
		if (factor == NULL && *s != '\0' &&
		    strspn(s, "0123456789.") == strlen(s))
			factor = s;
		if (factor == NULL)
			fault(b, &list->child[i], "\"product\" is a list of "
			    "numbers and fields before this one");
		else
			buf_printf(&out, " * (%s)", factor);
	}
	buf_addz(&out, ")");
	s = arena_strdup(b->sample->ctl->arena, buf_text(&out));
	buf_free(&out);
	return s;
}

/* "after: started_at, minutes: 30..180": has happened, so not later than now. */
static const char *
later(struct block *b, const struct ynode *map, const char *salt)
{
	const char		*ref = reference(b, yaml_text(map, "after",
				    ""));
	const struct ynode	*minutes = yaml_get(map, "minutes");

	if (ref == NULL || minutes == NULL) {
		fault(b, map, "\"after\" is a field before this one, "
		    "\"minutes\" a number or range");
		return "null";
	}
	return printed(b, "least((%s)::timestamptz + make_interval(mins => %s), "
	    "timestamptz '%s')", ref, sample_range(b, minutes, salt),
	    b->sample->stamp);
}

static const char *
phone(struct block *b, const char *salt)
{
	return printed(b, "concat('+90', (array['530', '532', '533', '535', "
	    "'541', '542', '505', '552'])[1 + %s %% 8], lpad((1000000 + "
	    "%s %% 9000000)::text, 7, '0'))", chance(b, salt),
	    chance(b, printed(b, "%s.number", salt)));
}

static const char *
chosen(struct block *b, const struct ynode *map, const char *field,
    const char *salt)
{
	const struct ynode	*n;
	const char		*s;

	if ((n = yaml_get(map, "pick")) != NULL)
		return array_of(b, n, field, salt, printed(b, "%s %% %zu",
		    chance(b, salt), n->n > 0 ? n->n : 1));
	/* Whatever the field: these keep to each other. */
	if ((n = yaml_get(map, "choose")) != NULL)
		return array_of(b, n, field, salt, printed(b, "%s %% %zu",
		    chance(b, "choose"), n->n > 0 ? n->n : 1));
	if ((n = yaml_get(map, "nth")) != NULL)
		return array_of(b, n, field, salt, printed(b,
		    "(b.n - 1) %% %zu", n->n > 0 ? n->n : 1));
	if ((n = yaml_get(map, "weights")) != NULL)
		return weighted(b, n, field, salt);
	if (yaml_get(map, "number") != NULL)
		return number(b, map, salt);
	if ((n = yaml_get(map, "product")) != NULL)
		return product(b, n);
	if ((n = yaml_get(map, "date")) != NULL)
		return days(b, n, yaml_text(map, "date", ""), salt, NULL);
	if ((n = yaml_get(map, "moment")) != NULL)
		return moment(b, n, yaml_text(map, "moment", ""), salt);
	if (yaml_get(map, "after") != NULL)
		return later(b, map, salt);
	if (yaml_get(map, "one") != NULL)
		return anyone(b, map, salt);
	if (yaml_get(map, "phone") != NULL)
		return phone(b, salt);
	if ((n = yaml_get(map, "value")) != NULL)
		return value(b, n, field, salt);
	n = yaml_get(map, "from");
	s = n != NULL && n->type == YNODE_SCALAR ? reference(b, n->text) :
	    NULL;
	if (s != NULL)
		return s;
	fault(b, map, "none of pick, choose, nth, weights, number, product, date, moment, "
	    "after, one, from, phone and value says what \"%s\" is", field);
	return "null";
}

/* "when: { status: [won, lost] }": other rows have none. */
static const char *
whenever(struct block *b, const struct ynode *when, const char *sql)
{
	struct buf	 out = BUF_INIT;
	const struct ynode *v;
	const char	*ref, *s;
	size_t		 i, j;

	if (when == NULL)
		return sql;
	buf_addz(&out, "case when true");
	for (i = 0; when->type == YNODE_MAP && i < when->n; i++) {
		v = &when->child[i];
		if ((ref = reference(b, v->key)) == NULL) {
			fault(b, v, "\"%s\" is no field before this one",
			    v->key);
			continue;
		}
		buf_printf(&out, " and (%s)::text in (''", ref);
		for (j = 0; v->type == YNODE_LIST && j < v->n; j++)
			buf_printf(&out, ", %s", literal(b,
			    v->child[j].text, strlen(v->child[j].text)));
		if (v->type == YNODE_SCALAR)
			buf_printf(&out, ", %s", literal(b, v->text,
			    strlen(v->text)));
		buf_addz(&out, ")");
	}
	buf_printf(&out, " then (%s)::text end", sql);
	s = arena_strdup(b->sample->ctl->arena, buf_text(&out));
	buf_free(&out);
	return s;
}

static const char *
map_value(struct block *b, const struct ynode *map, const char *field,
    const char *salt)
{
	static const char *const words[] = { "pick", "choose", "nth",
	    "weights", "number", "step", "product", "after",
	    "minutes", "date", "moment", "one", "match", "role", "from",
	    "phone", "value", "chance", "when", NULL };
	const struct ynode	*unknown = yaml_unknown(map, words), *n;
	const char		*sql;
	int64_t			 percent;

	if (unknown != NULL) {
		fault(b, unknown, "unknown key \"%s\"", unknown->key);
		return "null";
	}
	sql = whenever(b, yaml_get(map, "when"), chosen(b, map, field, salt));
	if ((n = yaml_get(map, "chance")) == NULL)
		return sql;
	if (!yaml_int(n, &percent) || percent < 1 || percent > 100) {
		fault(b, n, "\"chance\" is a percentage from 1 to 100");
		return "null";
	}
	return printed(b, "case when %s %% 100 < %lld then (%s)::text end",
	    chance(b, printed(b, "%s:chance", salt)), (long long)percent, sql);
}

/* --- any value ------------------------------------------------------------ */

static const char *
scalar(struct block *b, const struct ynode *n, const char *field,
    const char *salt)
{
	const struct field	*f = def_field(b->def, field);
	size_t			 i;

	if (yaml_is_null(n))
		return "null";
	if (f == NULL)
		return stamp_value(b, n, n->text, salt);
	switch (field_type(f)) {
	case VALUE_REF:
		return named(b, n, f->ref, n->text);
	case VALUE_DATE:
	case VALUE_TIMESTAMP:
		return stamp_value(b, n, n->text, salt);
	case VALUE_CHOICE:
		for (i = 0; i < f->rules.nchoices; i++)
			if (strcmp(f->choices[i].value.code, n->text) == 0)
				return literal(b, n->text, strlen(n->text));
		fault(b, n, "\"%s\" is no value of %s", n->text, field);
		return "null";
	default:
		return text_value(b, n, n->text, salt);
	}
}

static const char *
value(struct block *b, const struct ynode *n, const char *field,
    const char *salt)
{
	struct buf	 out = BUF_INIT;
	const char	*s;
	size_t		 i;

	if (n->type == YNODE_MAP)
		return map_value(b, n, field, salt);
	if (n->type == YNODE_SCALAR)
		return scalar(b, n, field, salt);
	buf_addz(&out, "array[");
	for (i = 0; i < n->n; i++)
		buf_printf(&out, "%s(%s)::text", i > 0 ? ", " : "",
		    value(b, &n->child[i], field,
		    printed(b, "%s.%zu", salt, i)));
	buf_addz(&out, "]::text[]");
	s = arena_strdup(b->sample->ctl->arena, buf_text(&out));
	buf_free(&out);
	return s;
}

const char *
sample_value(struct block *b, const struct ynode *n, const char *field)
{
	return value(b, n, field, field);
}

const char *
sample_range(struct block *b, const struct ynode *n, const char *salt)
{
	const char	*from, *to;
	int		 nfrom, nto;
	int64_t		 whole;

	if (n->type == YNODE_SCALAR && yaml_int(n, &whole) && whole >= 0)
		return printed(b, "%lld", (long long)whole);
	if (n->type != YNODE_SCALAR ||
	    !number_range(n->text, &from, &nfrom, &to, &nto)) {
		fault(b, n, "a number or a range like 2..4 is expected here");
		return "0";
	}
	return printed(b, "(%.*s + %s %% (%.*s - %.*s + 1))::int", nfrom, from,
	    chance(b, salt), nto, to, nfrom, from);
}
