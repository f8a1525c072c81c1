/* filter.c - chips and typed conditions of lists; see filter.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/view/filter.h"

static void
chip_free(struct chip *c)
{
	free(c->field);
	val_free(c->cond);
	free(c->text);
}

void
filter_clear(struct filter *f)
{
	while (f->nchips > 0)
		chip_free(&f->chip[--f->nchips]);
	free(f->text);
	f->text = NULL;
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
filter_chip(struct filter *f, const char *field, struct val *cond,
    const char *text)
{
	size_t	i;

	for (i = 0; i < f->nchips; i++) {
		if (strcmp(f->chip[i].field, field) == 0)
			break;
	}
	if (i == FILTER_CHIPS) {
		val_free(cond);
		return;
	}
	if (i < f->nchips)
		chip_free(&f->chip[i]);
	else
		f->nchips++;
	f->chip[i].field = xstrdup(field);
	f->chip[i].cond = cond;
	f->chip[i].text = xstrdup(text);
}

/* --- Conditions -------------------------------------------------------------- */

/* Folded, without blanks and signs: "Vergi no" and "vergino" are equal. */
static char *
filter_plain(struct arena *a, const char *s)
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

static const struct value_choice *
filter_choice(const struct field *f, const char *word)
{
	struct arena			*a = arena_new();
	const struct value_choice	*found = NULL;
	char				*w = filter_plain(a, word), *label;
	size_t				 i, k;

	for (i = 0; w != NULL && w[0] != '\0' && i < f->rules.nchoices; i++) {
		for (k = 0; k <= LANG_COUNT; k++) {
			label = filter_plain(a, k == LANG_COUNT ?
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

static struct val *
filter_choices(const struct field *f, const char *words, struct buf *text)
{
	const struct value_choice	*c;
	struct val			*in = val_array(), *m;
	char				*copy = xstrdup(words), *save, *w;

	for (w = strtok_r(copy, ",", &save); w != NULL;
	    w = strtok_r(NULL, ",", &save)) {
		if ((c = filter_choice(f, w)) == NULL) {
			val_free(in);
			free(copy);
			return NULL;
		}
		buf_printf(text, "%s%s", in->n > 0 ? ", " : "",
		    c->label[ui_lang()]);
		val_add(in, val_text(c->code));
	}
	free(copy);
	if (in->n == 1) {
		m = val_copy(in->item[0]);
		val_free(in);
		return m;
	}
	if (in->n == 0) {
		val_free(in);
		return NULL;
	}
	m = val_map();
	val_put(m, "in", in);
	return m;
}

static struct val *
filter_bool(const char *word, struct buf *text)
{
	static const char *const	yes[] = { "evet", "yes", "var", "1" };
	static const char *const	no[] = { "hayir", "no", "yok", "0" };
	struct arena			*a = arena_new();
	char				*w = filter_plain(a, word);
	struct val			*v = NULL;
	size_t				 i;

	for (i = 0; w != NULL && i < 4; i++) {
		if (strcmp(w, yes[i]) == 0)
			v = val_bool(true);
		else if (strcmp(w, no[i]) == 0)
			v = val_bool(false);
		else
			continue;
		buf_addz(text, TF(v->i ? "views.yes" : "views.no",
		    NULL));
		break;
	}
	arena_free(a);
	return v;
}

/* A day as the moments of its start and end, for timestamps. */
static struct val *
filter_day(const char *s, bool end)
{
	struct value_ctx	ctx = app_ctx();
	struct date		d, today;
	char			out[DATE_TEXT];
	int			sec;

	tz_local(ctx.tz, ctx.now, &today, &sec);
	if (date_parse(ctx.lang, s, strlen(s), &today, &d) != DATE_OK)
		return NULL;
	if (end)
		d = date_add_days(d, 1);
	timestamp_write(tz_utc(ctx.tz, &d, 0) - (end ? 1 : 0), out);
	return val_text(out);
}

/* One bound, as the wire wants it; NULL when the words do not fit. */
static struct val *
filter_bound(const struct field *f, const char *s, bool end)
{
	struct value_ctx	 ctx = app_ctx();
	struct value_error	 err;
	struct arena		*a;
	struct val		*v = NULL;
	const char		*canon = NULL;

	while (*s == ' ')
		s++;
	if (f->rules.type == VALUE_TIMESTAMP && (v = filter_day(s, end)) !=
	    NULL)
		return v;
	a = arena_new();
	if (value_parse_typed(&f->rules, &ctx, s, strlen(s), a, &canon,
	    &err) && canon != NULL)
		v = val_of(f, canon);
	arena_free(a);
	return v;
}

static void
filter_show(const struct field *f, const struct val *v, struct buf *text)
{
	struct value_ctx	ctx = app_ctx();
	struct buf		canon = BUF_INIT;
	char			out[DATE_TEXT];
	struct date		d;
	int64_t			us;
	int			s;

	val_canon(v, &canon);
	if (f->rules.type == VALUE_TIMESTAMP && timestamp_read(
	    buf_text(&canon), buf_len(&canon), &us) == DATE_OK) {
		tz_local(ctx.tz, us, &d, &s);
		date_format(&d, ctx.date_pattern, out);
		buf_addz(text, out);
	} else {
		value_format(&f->rules, &ctx, buf_text(&canon), text);
	}
	buf_free(&canon);
}

static struct val *
filter_range(const struct field *f, const char *words, const char *dots,
    struct buf *text)
{
	struct val	*lo = NULL, *hi = NULL, *m = val_map(), *pair;
	char		*left = xstrndup(words, (size_t)(dots - words));

	if (left[0] != '\0')
		lo = filter_bound(f, left, false);
	if (dots[2] != '\0')
		hi = filter_bound(f, dots + 2, true);
	free(left);
	if ((lo == NULL && hi == NULL) || (lo == NULL && dots != words) ||
	    (hi == NULL && dots[2] != '\0')) {
		val_free(lo);
		val_free(hi);
		val_free(m);
		return NULL;
	}
	if (lo != NULL)
		filter_show(f, lo, text);
	buf_addz(text, "..");
	if (hi != NULL)
		filter_show(f, hi, text);
	if (lo != NULL && hi != NULL) {
		pair = val_array();
		val_add(pair, lo);
		val_add(pair, hi);
		val_put(m, "between", pair);
	} else {
		val_put(m, lo != NULL ? "ge" : "le", lo != NULL ? lo : hi);
	}
	return m;
}

/* "12", ">12", "<=bugün", "1..5" for what has an order. */
static struct val *
filter_ordered(const struct field *f, const char *words, struct buf *text)
{
	const char	*dots = strstr(words, ".."), *op = "eq";
	struct val	*v, *hi, *m, *pair;
	bool		 end = false;

	if (dots != NULL)
		return filter_range(f, words, dots, text);
	if (words[0] == '>' || words[0] == '<') {
		end = (words[0] == '>') != (words[1] == '=');
		op = words[0] == '>' ? words[1] == '=' ? "ge" : "gt" :
		    words[1] == '=' ? "le" : "lt";
		words += words[1] == '=' ? 2 : 1;
	}
	if ((v = filter_bound(f, words, end)) == NULL)
		return NULL;
	if (strcmp(op, "eq") != 0)
		buf_printf(text, "%s%s", op[0] == 'g' ? ">" : "<",
		    op[1] == 'e' ? "=" : "");
	filter_show(f, v, text);
	m = val_map();
	if (strcmp(op, "eq") == 0 && f->rules.type == VALUE_TIMESTAMP &&
	    (hi = filter_bound(f, words, true)) != NULL) {
		pair = val_array();
		val_add(pair, v);
		val_add(pair, hi);
		val_put(m, "between", pair);
	} else {
		val_put(m, op, v);
	}
	return m;
}

/* Filters of the definition bring their operator: the value alone is sent. */
static struct val *
filter_virtual(const struct field *f, const char *words, struct buf *text)
{
	bool		 end = f->op != NULL && f->op[0] == 'l';
	struct val	*v = filter_bound(f, words, end);

	if (v != NULL)
		filter_show(f, v, text);
	return v;
}

struct val *
filter_condition(const struct field *f, const char *words, char **out)
{
	struct buf	 text = BUF_INIT;
	struct val	*v = NULL, *m;

	if (words[0] == '\0')
		return NULL;
	if (strcmp(words, "-") == 0 && !f->virtual) {
		v = val_put_bool(val_map(), "null", true);
		buf_addz(&text, TF("views.empty", NULL));
	} else {
		switch (f->rules.type) {
		case VALUE_CHOICE:
		case VALUE_CHOICES:
			v = filter_choices(f, words, &text);
			break;
		case VALUE_BOOL:
			v = filter_bool(words, &text);
			break;
		case VALUE_INT:
		case VALUE_DECIMAL:
		case VALUE_MONEY:
		case VALUE_PERCENT:
		case VALUE_DATE:
		case VALUE_TIME:
		case VALUE_TIMESTAMP:
		case VALUE_DURATION:
			v = f->virtual ? filter_virtual(f, words, &text) :
			    filter_ordered(f, words, &text);
			break;
		case VALUE_REF:
		case VALUE_UUID:
			break;
		default:
			if (f->virtual) {
				v = val_text(words);
			} else {
				m = val_map();
				v = val_put_text(m, "has", words);
			}
			buf_addz(&text, words);
			break;
		}
	}
	if (v != NULL)
		*out = buf_take(&text, NULL);
	buf_free(&text);
	return v;
}

/* --- Typed words ---------------------------------------------------------------- */

static const struct field *
filter_find_field(const struct def *d, const char *name)
{
	struct arena		*a = arena_new();
	const struct field	*f, *found = NULL;
	char			*w = filter_plain(a, name), *label;
	size_t			 i, k;

	for (i = 0; w != NULL && w[0] != '\0' && i < d->nfields; i++) {
		f = &d->fields[i];
		if (!f->filter)
			continue;
		for (k = 0; k <= LANG_COUNT; k++) {
			label = filter_plain(a, k == LANG_COUNT ? f->name :
			    f->label[k]);
			if (label != NULL && strcmp(label, w) == 0)
				found = f;
		}
	}
	arena_free(a);
	return found;
}

/* The next word of the text; quotes keep blanks together. Its end, or NULL
 * at the end of the text. */
static const char *
filter_word(const char *p, struct buf *word)
{
	bool	quoted = false;

	buf_clear(word);
	while (*p == ' ')
		p++;
	if (*p == '\0')
		return NULL;
	for (; *p != '\0' && (quoted || *p != ' '); p++) {
		if (*p == '"')
			quoted = !quoted;
		else
			buf_add(word, p, 1);
	}
	return p;
}

/* True when the word is `field:value` of this list. */
static const struct field *
filter_is_condition(const struct def *d, const char *word,
    struct val **cond, char **text)
{
	const struct field	*f;
	const char		*colon = strpbrk(word, ":=");
	char			*name;

	if (colon == NULL || colon == word || colon[1] == '\0')
		return NULL;
	name = xstrndup(word, (size_t)(colon - word));
	f = filter_find_field(d, name);
	free(name);
	if (f == NULL || (*cond = filter_condition(f, colon + 1, text)) ==
	    NULL)
		return NULL;
	return f;
}

struct val *
filter_query(const struct filter *f, const struct def *d, char **search)
{
	struct val		*m = val_map(), *cond = NULL;
	struct buf		 rest = BUF_INIT, word = BUF_INIT;
	const struct field	*field;
	const char		*p = f->text == NULL ? "" : f->text;
	char			*text = NULL;
	size_t			 i;

	for (i = 0; i < f->nchips; i++)
		val_put(m, f->chip[i].field, val_copy(f->chip[i].cond));
	while ((p = filter_word(p, &word)) != NULL) {
		field = filter_is_condition(d, buf_text(&word), &cond, &text);
		if (field != NULL) {
			val_put(m, field->name, cond);
			free(text);
			continue;
		}
		buf_printf(&rest, "%s%s", buf_len(&rest) > 0 ? " " : "",
		    buf_text(&word));
	}
	buf_free(&word);
	*search = buf_len(&rest) > 0 ? buf_take(&rest, NULL) : NULL;
	buf_free(&rest);
	if (m->n == 0) {
		val_free(m);
		return NULL;
	}
	return m;
}

void
filter_settle(struct filter *f, const struct def *d)
{
	struct buf		 rest = BUF_INIT, word = BUF_INIT, label = BUF_INIT;
	const struct field	*field;
	const char		*p = f->text == NULL ? "" : f->text;
	struct val		*cond = NULL;
	char			*text = NULL;

	while ((p = filter_word(p, &word)) != NULL) {
		field = filter_is_condition(d, buf_text(&word), &cond, &text);
		if (field != NULL) {
			buf_clear(&label);
			buf_printf(&label, "%s: %s", app_label(field->label),
			    text);
			filter_chip(f, field->name, cond, buf_text(&label));
			free(text);
			continue;
		}
		buf_printf(&rest, "%s%s", buf_len(&rest) > 0 ? " " : "",
		    buf_text(&word));
	}
	free(f->text);
	f->text = buf_len(&rest) > 0 ? buf_take(&rest, NULL) : NULL;
	buf_free(&rest);
	buf_free(&word);
	buf_free(&label);
}
