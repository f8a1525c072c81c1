/* filter.c - the arguments filter and search of a list, as SQL. */
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/tr.h"
#include "server/record/engine.h"

#define FILTERS_MAX	32
#define IN_MAX		500
#define IDS_MAX		2000	/* a selection; what a frame can hold */

struct filtering {
	struct req		*r;
	const struct def	*d;
	struct buf		*b;
	struct params		*p;
	const char		*name;		/* as the client called it */
	unsigned		 n;
};

static const struct field id_field = {
	.name = "id", .column = "id", .rules = { .type = VALUE_UUID },
	.required = true, .filter = true
};

/* $today+7 → 7; false: no such value. */
static bool
today_days(const char *s, int *days)
{
	size_t	n;

	if (strncmp(s, "$today", 6) != 0)
		return false;
	s += 6;
	n = s[0] == '\0' ? 0 : strspn(s + 1, "0123456789");
	if (s[0] != '\0' && ((s[0] != '+' && s[0] != '-') || n == 0 || n > 5 ||
	    s[n + 1] != '\0'))
		return false;
	*days = s[0] == '\0' ? 0 : atoi(s);
	return true;
}

/* A day where the field holds a moment. */
static bool
is_day(const struct field *field, const char *value)
{
	return field_type(field) == VALUE_TIMESTAMP &&
	    (strlen(value) == 10 || strncmp(value, "$today", 6) == 0);
}

/* $today, $today+7, $now and $me: definitions and saved views say what moves
 * with the day and with the reader. */
static bool
moving_value(struct filtering *f, const struct field *field, struct cbr *in,
    const char **out)
{
	struct cbr	 copy = *in;
	enum value_type	 type = field_type(field);
	const char	*s;
	size_t		 len;
	int		 days;

	if (cbr_peek(&copy) != CBR_TEXT || !cbr_text(&copy, &s, &len) ||
	    len == 0 || s[0] != '$')
		return false;
	s = arena_strndup(f->r->arena, s, len);
	if (strcmp(s, "$me") == 0 && type == VALUE_REF)
		s = req_user(f->r);
	else if (!(strcmp(s, "$now") == 0 && type == VALUE_TIMESTAMP) &&
	    !((type == VALUE_DATE || type == VALUE_TIMESTAMP) &&
	    today_days(s, &days)))
		return false;
	*in = copy;
	*out = s;
	return true;
}

/* One value of the field's type, canonical. Lists may say a code or a day
 * where the field holds more. */
static bool
read_value(struct filtering *f, const struct field *field, struct cbr *in,
    const char **out)
{
	struct value_rules	rules = field->rules;
	struct value_error	error;
	struct cbr		copy = *in;
	const char		*day;
	size_t			 len;

	if (moving_value(f, field, in, out))
		return true;
	if (rules.type == VALUE_CHOICES)
		rules.type = VALUE_CHOICE;
	else if (rules.type == VALUE_TAGS || rules.type == VALUE_LONGTEXT)
		rules.type = VALUE_TEXT;
	else if (rules.type == VALUE_TIMESTAMP &&
	    cbr_text(&copy, &day, &len) && len == 10)
		rules.type = VALUE_DATE;
	/* what is looked for need not be a number that exists */
	if (rules.type == VALUE_VKN || rules.type == VALUE_TCKN ||
	    rules.type == VALUE_TAX_NO || rules.type == VALUE_IBAN ||
	    rules.type == VALUE_EMAIL || rules.type == VALUE_URL ||
	    rules.type == VALUE_PHONE)
		rules.type = VALUE_TEXT;
	rules.max = 0;
	if (value_read(&rules, in, f->r->arena, out, &error))
		return true;
	req_bad_value(f->r, f->name, &error);
	return false;
}

/* Writes "$n", or the moment at which the day begins in the company. */
static void
put_param(struct filtering *f, const struct field *field, const char *value,
    int days)
{
	bool	moves;
	int	from = 0;

	/* "(select …)": once, not for each row */
	moves = value[0] == '$' && today_days(value, &from);
	if (is_day(field, value)) {
		buf_addz(f->b, "(select (");
		if (moves)
			buf_addz(f->b, "konak.today()");
		else
			param(f->b, f->p, value);
		buf_printf(f->b, "%s + %d)::timestamp at time zone "
		    "coalesce((select c.timezone from konak.company_names c "
		    "where c.id = konak.company()), 'Europe/Istanbul'))",
		    moves ? "" : "::date", from + days);
	} else if (moves)
		buf_printf(f->b, "(select konak.today() + %d)", from);
	else if (strcmp(value, "$now") == 0)
		buf_addz(f->b, "(select konak.now())");
	else
		param(f->b, f->p, value);
}

static void
put_column(struct filtering *f, const struct field *field)
{
	if (field->custom)
		sql_custom_typed(f->b, field, "t");
	else
		sql_ident(f->b, "t", field->column);
}

/* A field that sorts has an index of its sort key alone; of a company's own
 * fields there is none of that kind. */
static bool
is_keyed(const struct field *field)
{
	return field->sort && !field->custom;
}

/* What stands in the field's index. */
static void
put_key(struct filtering *f, const struct field *field)
{
	if (is_keyed(field))
		sql_sort_key(f->b, field, "t");
	else
		put_column(f, field);
}

/* Empty fields sort last, but are more than nothing. */
static void
put_not_empty(struct filtering *f, const struct field *field)
{
	if (!is_keyed(field) || field->required)
		return;
	buf_addz(f->b, " and ");
	put_column(f, field);
	buf_addz(f->b, " is not null");
}

static bool
op_compare(struct filtering *f, const struct field *field, const char *sign,
    struct cbr *in)
{
	const char	*value;
	bool		 day;

	if (!read_value(f, field, in, &value))
		return false;
	if (value == NULL) {
		req_bad(f->r, f->name, "record.value_expected", NULL);
		return false;
	}
	day = is_day(field, value);
	buf_addz(f->b, " and ");
	put_key(f, field);
	if (!is_keyed(field) && (field_type(field) == VALUE_TEXT ||
	    field_type(field) == VALUE_EMAIL))
		buf_addz(f->b, " collate \"tr-x-icu\"");
	/* "until the 5th" takes the whole 5th in; "after" leaves it out */
	if (day && strcmp(sign, "<=") == 0) {
		buf_addz(f->b, " < ");
		put_param(f, field, value, 1);
	} else if (day && strcmp(sign, ">") == 0) {
		buf_addz(f->b, " >= ");
		put_param(f, field, value, 1);
	} else {
		buf_printf(f->b, " %s ", sign);
		put_param(f, field, value, 0);
	}
	if (sign[0] == '>')
		put_not_empty(f, field);
	return true;
}

static bool
op_null(struct filtering *f, const struct field *field, bool null)
{
	if (null && is_keyed(field) && !field->required) {
		buf_addz(f->b, " and ");
		put_key(f, field);
		buf_printf(f->b, " = '%s'", sort_last(field));
	}
	buf_addz(f->b, " and ");
	put_column(f, field);
	buf_addz(f->b, null ? " is null" : " is not null");
	return true;
}

static bool
op_equal(struct filtering *f, const struct field *field, bool equal,
    struct cbr *in)
{
	const char	*value;
	bool		 array;

	if (cbr_null(in))
		return op_null(f, field, equal);
	if (!read_value(f, field, in, &value))
		return false;
	if (value == NULL)
		return op_null(f, field, equal);
	array = field_type(field) == VALUE_CHOICES ||
	    field_type(field) == VALUE_TAGS;
	buf_addz(f->b, equal ? " and (" : " and not coalesce(");
	if (is_day(field, value)) {
		put_key(f, field);
		buf_addz(f->b, " >= ");
		put_param(f, field, value, 0);
		buf_addz(f->b, " and ");
		put_key(f, field);
		buf_addz(f->b, " < ");
		put_param(f, field, value, 1);
	} else if (field->custom) {
		/* the column's index answers what it contains */
		buf_printf(f->b, "t.custom @> jsonb_build_object('%s', ",
		    field->column);
		if (array)
			buf_addz(f->b, "array[");
		param(f->b, f->p, value);
		buf_addz(f->b, array ? "]::text[])" : "::text)");
	} else if (array) {
		put_column(f, field);
		buf_addz(f->b, " @> array[");
		param(f->b, f->p, value);
		buf_addz(f->b, "]::text[]");
	} else {
		put_key(f, field);
		buf_addz(f->b, " = ");
		param(f->b, f->p, value);
	}
	buf_addz(f->b, equal ? ")" : ", false)");
	return true;
}

/* PostgreSQL's array literal. */
static void
array_item(struct buf *b, const char *s)
{
	buf_add8(b, buf_len(b) == 0 ? '{' : ',');
	buf_add8(b, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_add8(b, '\\');
		buf_add8(b, (uint8_t)*s);
	}
	buf_add8(b, '"');
}

static bool
op_in(struct filtering *f, const struct field *field, bool within,
    struct cbr *in)
{
	struct buf	 items = BUF_INIT;
	const char	*value;
	uint32_t	 n, i;

	if (!cbr_array(in, &n) || n > (field == &id_field ? IDS_MAX :
	    IN_MAX)) {
		req_bad(f->r, f->name, "record.list_expected", NULL);
		return false;
	}
	for (i = 0; i < n; i++) {
		if (!read_value(f, field, in, &value) || value == NULL ||
		    value[0] == '$') {
			buf_free(&items);
			if (!req_failed(f->r))
				req_bad(f->r, f->name,
				    "record.value_expected", NULL);
			return false;
		}
		array_item(&items, value);
	}
	buf_addz(&items, n == 0 ? "{}" : "}");
	buf_addz(f->b, within ? " and (" : " and not coalesce(");
	if (field_type(field) == VALUE_CHOICES ||
	    field_type(field) == VALUE_TAGS) {
		put_column(f, field);
		buf_addz(f->b, " && ");
		param(f->b, f->p, arena_strdup(f->r->arena,
		    buf_text(&items)));
	} else {
		put_key(f, field);
		buf_addz(f->b, " = any(");
		param(f->b, f->p, arena_strdup(f->r->arena,
		    buf_text(&items)));
		buf_addz(f->b, ")");
	}
	buf_addz(f->b, within ? ")" : ", false)");
	buf_free(&items);
	return true;
}

static bool
op_between(struct filtering *f, const struct field *field, struct cbr *in)
{
	uint32_t	n;

	if (!cbr_array(in, &n) || n != 2) {
		req_bad(f->r, f->name, "record.pair_expected", NULL);
		return false;
	}
	return op_compare(f, field, ">=", in) &&
	    op_compare(f, field, "<=", in);
}

/* A text for LIKE in which %, _ and \ mean themselves. */
static const char *
like(struct req *r, const char *before, const char *word, const char *after)
{
	struct buf	 b = BUF_INIT;
	const char	*s;

	buf_addz(&b, before);
	for (; *word != '\0'; word++) {
		if (*word == '%' || *word == '_' || *word == '\\')
			buf_add8(&b, '\\');
		buf_add8(&b, (uint8_t)*word);
	}
	buf_addz(&b, after);
	s = arena_strdup(r->arena, buf_text(&b));
	buf_free(&b);
	return s;
}

/* The column `search` knows the words of these fields, by an index. */
static void
put_searched(struct filtering *f, const struct def *d, const char *alias,
    const struct field *field, const char *folded)
{
	size_t	i;

	for (i = 0; i < d->nsearch; i++)
		if (field == NULL || d->search[i] == field)
			break;
	if (i == d->nsearch || utf8_count(folded, strlen(folded)) < 3)
		return;
	buf_printf(f->b, " and %s.search like ", alias);
	param(f->b, f->p, like(f->r, "%", folded, "%"));
}

static bool
title_is_searched(const struct def *d)
{
	size_t	i, j;

	for (i = 0; i < d->ntitle; i++) {
		for (j = 0; j < d->nsearch; j++)
			if (d->search[j] == d->title[i])
				break;
		if (j == d->nsearch)
			return false;
	}
	return d->ntitle > 0;
}

/* Where the names of what is referred to are read. */
static void
put_ref_from(struct filtering *f, const struct def *ref)
{
	buf_printf(f->b, " in (select r.id from konak.\"%s\" r where ",
	    ref->names != NULL ? ref->names : ref->table);
	if (ref->owner == OWNER_SELF)
		buf_addz(f->b, "true");
	else if (ref->names != NULL)
		buf_addz(f->b, "r.company_id = (select konak.register())");
	else
		sql_company(f->b, ref, "r");
}

/* Records that refer to one with these words in its title: as the reader
 * sees it, so a title that is hidden from him finds nothing. */
static void
put_ref_has(struct filtering *f, const struct field *field,
    const char *folded)
{
	const struct def	*ref = field->ref;

	put_column(f, field);
	put_ref_from(f, ref);
	if (ref->names == NULL && title_is_searched(ref))
		put_searched(f, ref, "r", NULL, folded);
	buf_addz(f->b, " and konak.fold(");
	record_title_sql(f->b, ref, "r");
	buf_addz(f->b, ") like ");
	param(f->b, f->p, like(f->r, "%", folded, "%"));
	buf_addz(f->b, ")");
}

/* Contains, or does not: without case and accents. */
static bool
op_has(struct filtering *f, const struct field *field, bool has,
    struct cbr *in)
{
	const char	*text, *folded;
	size_t		 len;

	if (field_type(field) == VALUE_CHOICES ||
	    field_type(field) == VALUE_TAGS)
		return op_equal(f, field, has, in);
	if (field_type(field) == VALUE_UUID || !cbr_text(in, &text, &len) ||
	    (folded = tr_fold(f->r->arena, text, len)) == NULL) {
		req_bad(f->r, f->name, "record.text_expected", NULL);
		return false;
	}
	if (has && field->ref == NULL)
		put_searched(f, f->d, "t", field, folded);
	buf_addz(f->b, has ? " and (" : " and not coalesce(");
	if (field->ref != NULL)
		put_ref_has(f, field, folded);
	else {
		buf_addz(f->b, "konak.fold(");
		put_column(f, field);
		buf_addz(f->b, "::text) like ");
		param(f->b, f->p, like(f->r, "%", folded, "%"));
	}
	buf_addz(f->b, has ? ")" : ", false)");
	return true;
}

static bool
one_op(struct filtering *f, const struct field *field, const char *op,
    size_t len, struct cbr *in)
{
	static const struct {
		const char	*op, *sign;
	} signs[] = { { "lt", "<" }, { "le", "<=" }, { "gt", ">" },
	    { "ge", ">=" } };
	bool	flag;
	size_t	i;

	for (i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (cbr_is(op, len, signs[i].op))
			return op_compare(f, field, signs[i].sign, in);
	if (cbr_is(op, len, "eq") || cbr_is(op, len, "ne"))
		return op_equal(f, field, op[0] == 'e', in);
	if (cbr_is(op, len, "in") || cbr_is(op, len, "not_in"))
		return op_in(f, field, len == 2, in);
	if (cbr_is(op, len, "between"))
		return op_between(f, field, in);
	if (cbr_is(op, len, "has") || cbr_is(op, len, "lacks"))
		return op_has(f, field, op[0] == 'h', in);
	if (cbr_is(op, len, "null")) {
		if (cbr_bool(in, &flag))
			return op_null(f, field, flag);
		req_bad(f->r, f->name, "record.flag_expected", NULL);
		return false;
	}
	req_bad(f->r, f->name, "record.no_operator", "op",
	    arena_strndup(f->r->arena, op, len), NULL);
	return false;
}

static bool
one_filter(struct filtering *f, const char *name, size_t len, struct cbr *in)
{
	const struct def_filter	*named;
	const struct field	*field;
	const char		*op;
	uint32_t		 n, i;
	size_t			 oplen;

	f->name = req_printf(f->r, "filter.%.*s", (int)len, name);
	if ((named = def_filter(f->d, name, len)) != NULL)
		return one_op(f, named->field, named->op, strlen(named->op),
		    in);
	field = cbr_is(name, len, "id") ? &id_field :
	    def_field_len(f->d, name, len);
	if (field == NULL || (field->see != NULL &&
	    !req_may(f->r, field->see))) {
		req_bad(f->r, f->name, "record.no_field", "field",
		    arena_strndup(f->r->arena, name, len), NULL);
		return false;
	}
	if (!field->filter) {
		req_bad(f->r, f->name, "record.no_filter", "field",
		    label_text(&field->label, req_lang(f->r)), NULL);
		return false;
	}
	if (cbr_peek(in) != CBR_MAP)
		return op_equal(f, field, true, in);
	cbr_map(in, &n);
	for (i = 0; i < n; i++)
		if (!cbr_text(in, &op, &oplen) ||
		    !one_op(f, field, op, oplen, in))
			return false;
	return true;
}

bool
filter_sql(struct req *r, const struct def *d, struct buf *b,
    struct params *p, bool *any)
{
	struct filtering	 f = { .r = r, .d = d, .b = b, .p = p };
	struct cbr		 in, value;
	const char		*name;
	const uint8_t		*raw;
	uint32_t		 n, i;
	size_t			 len, rawlen;

	*any = false;
	if (!req_any(r, "filter", &in))
		return true;
	if (!cbr_map(&in, &n) || n > FILTERS_MAX) {
		req_bad(r, "filter", "record.map_expected", NULL);
		return false;
	}
	*any = n > 0;
	for (i = 0; i < n; i++) {
		if (!cbr_text(&in, &name, &len) ||
		    !cbr_raw(&in, &raw, &rawlen))
			return false;
		cbr_init(&value, raw, rawlen);
		if (!one_filter(&f, name, len, &value))
			return false;
	}
	return true;
}

/* --- Searching ------------------------------------------------------------- */

/*
 * Every word must occur. Words of one or two letters are looked for where
 * words begin, because trigrams know nothing shorter; the column begins with
 * a space for that. The words are those of the argument `arg`; too many of
 * them fail the request.
 */
unsigned
search_patterns(struct req *r, const char *arg,
    const char *out[SEARCH_WORDS])
{
	const char	*text = req_text(r, arg);
	char		*folded, *word, *rest;
	unsigned	 n = 0;

	folded = tr_fold(r->arena, text, strlen(text));
	if (folded == NULL)
		return 0;
	for (word = strtok_r(folded, " \t\n", &rest); word != NULL;
	    word = strtok_r(NULL, " \t\n", &rest)) {
		if (n == SEARCH_WORDS) {
			req_bad(r, arg, "record.search_words", "max",
			    req_printf(r, "%d", SEARCH_WORDS), NULL);
			return 0;
		}
		out[n++] = utf8_count(word, strlen(word)) > 2 ?
		    like(r, "%", word, "%") : like(r, "% ", word, "%");
	}
	return n;
}

const char *
search_prefix(struct req *r, const char *text)
{
	const char	*folded = tr_fold(r->arena, text, strlen(text));

	return like(r, " ", folded == NULL ? "" : folded, "%");
}

bool
search_sql(struct req *r, const struct def *d, struct buf *b,
    struct params *p, bool *any)
{
	const char	*words[SEARCH_WORDS];
	unsigned	 n, i;

	*any = false;
	if (req_text(r, "search") == NULL)
		return true;
	if (d->nsearch == 0) {
		req_fail(r, ERR_INVALID, "search", "record.no_search", NULL);
		return false;
	}
	if (d->words) {
		buf_printf(b, " and t.id in (select m.id from "
		    "konak.\"%s_matching\"(", d->table);
		param(b, p, req_text(r, "search"));
		buf_addz(b, ") m)");
		return *any = true;
	}
	n = search_patterns(r, "search", words);
	if (req_failed(r))
		return false;
	for (i = 0; i < n; i++) {
		buf_addz(b, " and t.search like ");
		param(b, p, words[i]);
	}
	*any = n > 0;
	return true;
}
