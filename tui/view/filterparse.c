/*
 * filterparse.c - conditions as people type them: durum=aktif, tutar>1000,
 * tarih>=geçen ay, vergi no!=123, müşteri=şeker, in the words of either
 * language. What is not understood is said, never searched for in silence.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/period.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/view/filter.h"

#define NAME_WORDS	3	/* of a label */
#define VALUE_WORDS	4	/* of a date or a choice without quotes */

struct parsing {
	const struct field	*f;
	const char		*sign;	/* = != < <= > >= */
	const char		*words;
	struct cond		*out;
	char			*error;
	size_t			 size;
};

void
cond_free(struct cond *c)
{
	val_free(c->value);
	free(c->words);
	c->value = NULL;
	c->words = NULL;
}

/* --- Folding ----------------------------------------------------------------- */

/* Folded, without blanks and signs: "Vergi no" and "vergino" are equal. */
static char *
plain(struct arena *a, const char *s)
{
	char	*folded = tr_fold(a, s, strlen(s)), *p, *q;

	if (folded == NULL)
		return NULL;
	for (p = q = folded; *p != '\0'; p++) {
		if (*p != ' ' && *p != '_' && *p != '-' && *p != '.')
			*q++ = *p;
	}
	*q = '\0';
	return folded;
}

static bool
plain_is(const char *s, const char *const *words)
{
	struct arena	*a = arena_new();
	char		*w = plain(a, s);
	bool		 found = false;

	for (; w != NULL && *words != NULL; words++)
		found = found || strcmp(w, *words) == 0;
	arena_free(a);
	return found;
}

static bool
bad(struct parsing *p, const char *key)
{
	snprintf(p->error, p->size, "%s", TF(key, "field",
	    app_label(p->f->label), "value", p->words, NULL));
	return false;
}

static bool
negated(const struct parsing *p)
{
	return p->sign[0] == '!';
}

/* Does the type have no order, but a sign asks for one? */
static bool
no_order(struct parsing *p)
{
	return (p->sign[0] == '<' || p->sign[0] == '>') &&
	    !bad(p, "lists.bad_sign");
}

static bool
done(struct parsing *p, const char *op, struct val *value)
{
	snprintf(p->out->op, sizeof p->out->op, "%s", p->f->virtual ? "" : op);
	p->out->value = value;
	return true;
}

/* --- Choices ----------------------------------------------------------------- */

static const struct value_choice *
find_choice(const struct field *f, const char *word)
{
	struct arena			*a = arena_new();
	const struct value_choice	*found = NULL;
	char				*w = plain(a, word), *label;
	size_t				 i, k;

	for (i = 0; w != NULL && w[0] != '\0' && i < f->rules.nchoices; i++) {
		for (k = 0; k <= LANG_COUNT; k++) {
			label = plain(a, k == LANG_COUNT ?
			    f->rules.choices[i].code :
			    f->rules.choices[i].label[k]);
			if (label == NULL || strncmp(label, w, strlen(w)) != 0)
				continue;
			if (found == NULL || strcmp(label, w) == 0)
				found = &f->rules.choices[i];
		}
	}
	arena_free(a);
	return found;
}

static bool
bad_choice(struct parsing *p, const char *word)
{
	struct buf	 all = BUF_INIT;
	size_t		 i;

	for (i = 0; i < p->f->rules.nchoices; i++)
		buf_printf(&all, "%s%s", i > 0 ? ", " : "",
		    p->f->rules.choices[i].label[ui_lang()]);
	snprintf(p->error, p->size, "%s", TF("lists.bad_choice", "field",
	    app_label(p->f->label), "value", word, "choices", buf_text(&all),
	    NULL));
	buf_free(&all);
	return false;
}

static bool
parse_choices(struct parsing *p)
{
	const struct value_choice	*c;
	struct val			*in = val_array(), *one;
	char				*copy = xstrdup(p->words), *rest, *w;
	bool				 good = !no_order(p);

	for (w = strtok_r(copy, ",", &rest); w != NULL && good;
	    w = strtok_r(NULL, ",", &rest)) {
		if ((c = find_choice(p->f, w)) == NULL)
			good = bad_choice(p, w);
		else
			val_add(in, val_text(c->code));
	}
	free(copy);
	if (good && in->n == 0)
		good = bad_choice(p, p->words);
	if (!good) {
		val_free(in);
		return false;
	}
	if (in->n > 1)
		return done(p, negated(p) ? "not_in" : "in", in);
	one = val_copy(in->item[0]);
	val_free(in);
	return done(p, negated(p) ? "ne" : "eq", one);
}

static bool
parse_bool(struct parsing *p)
{
	static const char *const	yes[] = { "evet", "yes", "var", "e", "y",
					    "1", "true", NULL };
	static const char *const	no[] = { "hayir", "no", "yok", "h", "n",
					    "0", "false", NULL };
	bool				 is = plain_is(p->words, yes);

	if (no_order(p))
		return false;
	if (!is && !plain_is(p->words, no))
		return bad(p, "lists.bad_bool");
	return done(p, "eq", val_bool(is != negated(p)));
}

/* --- What has an order --------------------------------------------------------- */

static struct val *
read_number(struct parsing *p, const char *s)
{
	struct value_ctx	 ctx = app_ctx();
	struct value_error	 err;
	struct arena		*a = arena_new();
	struct val		*v = NULL;
	const char		*canon = NULL;

	while (*s == ' ')
		s++;
	if (value_parse_typed(&p->f->rules, &ctx, s, strlen(s), a, &canon,
	    &err) && canon != NULL)
		v = val_of(p->f, canon);
	arena_free(a);
	return v;
}

static bool
read_days(const char *s, struct date *from, struct date *to)
{
	struct value_ctx	ctx = app_ctx();
	struct date		today;
	int			sec;

	while (*s == ' ')
		s++;
	tz_local(ctx.tz, ctx.now, &today, &sec);
	return period_parse(ctx.lang, s, strlen(s), &today, from, to) ==
	    DATE_OK;
}

static struct val *
day(const struct date *d)
{
	char	out[DATE_TEXT];

	date_write(d, out);
	return val_text(out);
}

static bool
is_days(const struct field *f)
{
	return f->rules.type == VALUE_DATE || f->rules.type == VALUE_TIMESTAMP;
}

/* One end of a range, or what is compared with: of days the first or the
 * last, as the sign means it. NULL: not understood. */
static struct val *
read_end(struct parsing *p, const char *s, bool last)
{
	struct date	 from, to;

	if (is_days(p->f) && read_days(s, &from, &to))
		return day(last ? &to : &from);
	/* a moment of a timestamp; a number */
	return p->f->rules.type == VALUE_DATE ? NULL : read_number(p, s);
}

static struct val *
pair(struct val *lo, struct val *hi)
{
	struct val	*v = val_array();

	val_add(v, lo);
	val_add(v, hi);
	return v;
}

static bool
bad_ordered(struct parsing *p)
{
	return bad(p, is_days(p->f) ? "lists.bad_date" : "lists.bad_number");
}

/* "1..5", "bugün..", "..15.03.2026" */
static bool
parse_range(struct parsing *p, const char *dots)
{
	struct val	*lo = NULL, *hi = NULL;
	char		*left = xstrndup(p->words, (size_t)(dots - p->words));

	if (left[0] != '\0')
		lo = read_end(p, left, false);
	if (dots[2] != '\0')
		hi = read_end(p, dots + 2, true);
	if ((left[0] != '\0' && lo == NULL) ||
	    (dots[2] != '\0' && hi == NULL) || (lo == NULL && hi == NULL) ||
	    negated(p)) {
		free(left);
		val_free(lo);
		val_free(hi);
		return bad_ordered(p);
	}
	free(left);
	if (lo != NULL && hi != NULL)
		return done(p, "between", pair(lo, hi));
	return done(p, lo != NULL ? "ge" : "le", lo != NULL ? lo : hi);
}

static bool
parse_equal_days(struct parsing *p)
{
	struct date	from, to;
	struct val	*v;

	if (!read_days(p->words, &from, &to)) {
		v = read_end(p, p->words, false);
		return v == NULL ? bad_ordered(p) :
		    done(p, negated(p) ? "ne" : "eq", v);
	}
	if (date_cmp(&from, &to) == 0)
		return done(p, negated(p) ? "ne" : "eq", day(&from));
	if (negated(p))
		return bad(p, "lists.not_period");
	return done(p, "between", pair(day(&from), day(&to)));
}

/* What a filter of the definition compares with brings its operator along. */
static bool
parse_virtual(struct parsing *p)
{
	struct val	*v = read_end(p, p->words, p->f->op != NULL &&
			    p->f->op[0] == 'l');

	return v == NULL ? bad_ordered(p) : done(p, "", v);
}

static bool
parse_ordered(struct parsing *p)
{
	const char	*dots = strstr(p->words, "..");
	struct val	*v;
	bool		 less = p->sign[0] == '<', or_equal = p->sign[1] == '=';

	if (p->f->virtual)
		return parse_virtual(p);
	if (dots != NULL)
		return parse_range(p, dots);
	if (p->sign[0] == '=' || negated(p)) {
		if (is_days(p->f))
			return parse_equal_days(p);
		v = read_number(p, p->words);
		return v == NULL ? bad_ordered(p) :
		    done(p, negated(p) ? "ne" : "eq", v);
	}
	/* > a month is after its last day, >= from its first */
	v = read_end(p, p->words, less == or_equal);
	if (v == NULL)
		return bad_ordered(p);
	return done(p, less ? or_equal ? "le" : "lt" : or_equal ? "ge" : "gt",
	    v);
}

/* Days in words are read again for every query, unless they name a date. */
static void
keep_words(struct parsing *p)
{
	const char	*s = p->words, *dots = strstr(p->words, "..");

	if (!is_days(p->f) || p->f->virtual ||
	    s[strspn(s, "0123456789.-/ :")] == '\0')
		return;
	if (dots != NULL && dots[2] == '\0')
		p->out->words = xstrndup(s, (size_t)(dots - s));
	else
		p->out->words = xstrdup(dots == s ? s + 2 : s);
}

/* --- One condition ------------------------------------------------------------- */

static bool
parse_null(struct parsing *p, bool *is)
{
	static const char *const	none[] = { "bos", "empty", "yok", NULL };
	static const char *const	some[] = { "dolu", "filled", NULL };
	bool				 null = strcmp(p->words, "-") == 0 ||
					    (plain_is(p->words, none) &&
					    p->f->rules.type != VALUE_BOOL);

	*is = !p->f->virtual && (null || plain_is(p->words, some)) &&
	    (p->sign[0] == '=' || negated(p));
	return *is && done(p, "null", val_bool(null != negated(p)));
}

static bool
parse_typed(struct parsing *p)
{
	switch (p->f->rules.type) {
	case VALUE_CHOICE:
	case VALUE_CHOICES:
		return parse_choices(p);
	case VALUE_BOOL:
		return parse_bool(p);
	case VALUE_INT:
	case VALUE_DECIMAL:
	case VALUE_MONEY:
	case VALUE_PERCENT:
	case VALUE_DATE:
	case VALUE_TIME:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		return parse_ordered(p);
	case VALUE_UUID:
		if (no_order(p))
			return false;
		return strlen(p->words) != 36 ? bad(p, "lists.bad_id") :
		    done(p, negated(p) ? "ne" : "eq", val_uuid(p->words));
	default:
		return !no_order(p) && done(p, negated(p) ? "lacks" : "has",
		    val_text(p->words));
	}
}

/* The sign at the start of s, and its length. */
static const char *
sign_at(const char *s, size_t *len)
{
	static const char *const	signs[] = { "!=", ">=", "<=", ">", "<",
					    "=", ":", NULL };
	size_t				 i;

	for (i = 0; signs[i] != NULL; i++) {
		*len = strlen(signs[i]);
		if (strncmp(s, signs[i], *len) == 0)
			return signs[i];
	}
	*len = 0;
	return NULL;
}

bool
cond_parse(const struct field *f, const char *op, const char *words,
    struct cond *out, char *error, size_t size)
{
	struct parsing	p = { .f = f, .sign = op, .words = words,
			    .out = out, .error = error, .size = size };
	size_t		len;
	bool		null;

	memset(out, 0, sizeof *out);
	out->f = f;
	if (op[0] == '\0' || op[0] == ':') {
		p.sign = sign_at(words, &len);
		if (p.sign == NULL || p.sign[0] == ':') {
			p.sign = "=";
			len = 0;
		}
		p.words += len;
	}
	p.words += strspn(p.words, " ");
	if (p.words[0] == '\0') {
		snprintf(error, size, "%s", TF("lists.no_value", "what",
		    app_label(f->label), NULL));
		return false;
	}
	if (parse_null(&p, &null))
		return true;
	if (!parse_typed(&p))
		return false;
	keep_words(&p);
	return true;
}

/* --- What is typed into the box -------------------------------------------------- */

/* The only field that filters and whose label has this word: "temas" is "Sonraki
 * temas". NULL: there is none, or there are two. */
static const struct field *
find_word(const struct def *d, const char *w, struct arena *a)
{
	const struct field	*f, *found = NULL;
	const char		*at;
	char			*one;
	size_t			 i, len;

	for (i = 0; i < d->nfields; i++) {
		f = &d->fields[i];
		if (!f->filter)
			continue;
		for (at = app_label(f->label); *at != '\0'; at += len) {
			at += strspn(at, " ");
			len = strcspn(at, " ");
			one = plain(a, arena_strndup(a, at, len));
			if (one == NULL || strcmp(one, w) != 0)
				continue;
			if (found != NULL)
				return NULL;
			found = f;
			break;
		}
	}
	return found;
}

static const struct field *
find_field(const struct def *d, const char *name)
{
	struct arena		*a = arena_new();
	const struct field	*f, *found = NULL;
	char			*w = plain(a, name), *label;
	size_t			 i, k;

	for (i = 0; w != NULL && w[0] != '\0' && i < d->nfields; i++) {
		f = &d->fields[i];
		for (k = 0; k <= LANG_COUNT; k++) {
			label = plain(a, k == LANG_COUNT ? f->name :
			    f->label[k]);
			/* of two with one label, the one that filters */
			if (label != NULL && strcmp(label, w) == 0 &&
			    (found == NULL || f->filter))
				found = f;
		}
	}
	if (found == NULL && w != NULL && w[0] != '\0')
		found = find_word(d, w, a);
	arena_free(a);
	return found;
}

/* The sign that ends a name of at most three words; NULL: there is none. */
static const char *
find_sign(const char *p)
{
	size_t	len;
	int	words = 1;

	for (; *p != '\0' && *p != '"'; p++) {
		if (sign_at(p, &len) != NULL)
			return p;
		if (*p == ' ' && p[1] != ' ' && ++words > NAME_WORDS &&
		    sign_at(p + 1, &len) == NULL)
			return NULL;
	}
	return NULL;
}

/* One word, or what stands in quotes. Returns its end. */
static const char *
take_word(const char *p, struct buf *word)
{
	bool	quoted = false;

	for (; *p != '\0' && (quoted || *p != ' '); p++) {
		if (*p == '"')
			quoted = !quoted;
		else
			buf_add(word, p, 1);
	}
	return p;
}

/* Names of what can be filtered, for who typed another, or words alone where
 * nothing is searched. */
static void
say_fields(const struct def *d, const char *key, const char *name, char *error,
    size_t size)
{
	struct buf	 all = BUF_INIT;
	size_t		 i, n = 0;

	for (i = 0; i < d->nfields && n < 8; i++) {
		if (d->fields[i].filter)
			buf_printf(&all, "%s%s", n++ > 0 ? ", " : "",
			    app_label(d->fields[i].label));
	}
	snprintf(error, size, "%s", TF(n == 0 ? "lists.no_search" : key, "name",
	    name, "fields", buf_text(&all), NULL));
	buf_free(&all);
}

/* What the sign does not go with ("!= geçen ay") is said of the whole value,
 * what is not understood at all of its first word. */
static void
say_longest(const struct field *f, const char *sign, const char *value,
    char *error, size_t size)
{
	struct cond	c;
	char		other[240];

	if (!cond_parse(f, "=", value, &c, other, sizeof other))
		return;
	cond_free(&c);
	if (cond_parse(f, sign, value, &c, error, size))
		cond_free(&c);
}

/* Labels and days may have blanks: the longest value that is understood. */
static bool
take_value(const struct field *f, const char *sign, const char **p,
    struct cond *out, struct buf *value, char *error, size_t size)
{
	const char	*ends[VALUE_WORDS], *q = *p;
	int		 n = 0, longest;
	bool		 words = is_days(f) || f->rules.type == VALUE_CHOICE ||
			    f->rules.type == VALUE_CHOICES;

	while (n < (words && q[0] != '"' ? VALUE_WORDS : 1)) {
		buf_clear(value);
		ends[n++] = take_word(q, value);
		q = ends[n - 1] + strspn(ends[n - 1], " ");
		if (*q == '\0' || *q == '"' || (find_sign(q) != NULL &&
		    strcspn(q, "!<>=:") < strcspn(q, " ")))
			break;
	}
	for (longest = n; n-- > 0;) {
		buf_clear(value);
		if (n == 0)
			take_word(*p, value);
		else
			buf_add(value, *p, (size_t)(ends[n] - *p));
		if (cond_parse(f, sign, buf_text(value), out, error, size)) {
			*p = ends[n];
			error[0] = '\0';
			return true;
		}
	}
	buf_clear(value);
	buf_add(value, *p, (size_t)(ends[longest - 1] - *p));
	say_longest(f, sign, buf_text(value), error, size);
	*p = ends[0];
	return false;
}

static enum cond_result
take_condition(const struct def *d, const char *name, const char **p,
    struct cond *out, struct buf *word, char *error, size_t size)
{
	const struct field	*f = find_field(d, name);
	const char		*sign;
	size_t			 len;

	sign = sign_at(*p, &len);
	*p += len;
	if (f == NULL || !f->filter) {
		if (f == NULL)
			say_fields(d, "lists.no_field", name, error, size);
		else
			snprintf(error, size, "%s", TF("lists.no_filter",
			    "field", app_label(f->label), NULL));
		*p = take_word(*p, word);
		return COND_BAD;
	}
	*p += strspn(*p, " ");
	if (**p == '\0') {
		buf_addz(word, app_label(f->label));
		return COND_OPEN;
	}
	return take_value(f, sign, p, out, word, error, size) ? COND_OK :
	    COND_BAD;
}

/* 12:30 and http://… are what they look like. */
static bool
looks_plain(const char *name, const char *sign)
{
	return name[0] == '\0' || (sign[0] == ':' && (sign[1] == '/' ||
	    name[strspn(name, "0123456789")] == '\0'));
}

bool
cond_next(const struct def *d, const char **p, enum cond_result *what,
    struct cond *out, struct buf *word, char *error, size_t size)
{
	const char	*sign;
	char		*name, *end;
	bool		 one;

	buf_clear(word);
	memset(out, 0, sizeof *out);
	*p += strspn(*p, " ");
	if (**p == '\0')
		return false;
	*what = COND_PLAIN;
	if ((sign = find_sign(*p)) != NULL) {
		name = xstrndup(*p, (size_t)(sign - *p));
		for (end = name + strlen(name); end > name && end[-1] == ' ';)
			*--end = '\0';
		one = strchr(name, ' ') == NULL;
		if (!looks_plain(name, sign) && (one ||
		    find_field(d, name) != NULL)) {
			*p = sign;
			*what = take_condition(d, name, p, out, word, error,
			    size);
			free(name);
			return true;
		}
		free(name);
	}
	*p = take_word(*p, word);
	if (!d->search) {
		*what = COND_BAD;
		say_fields(d, "lists.only_fields", buf_text(word), error, size);
	}
	return true;
}
