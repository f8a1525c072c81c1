/* store.c - definitions and watches; see store.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/call.h"
#include "tui/own.h"
#include "tui/store.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/wire.h"

struct watch {
	TAILQ_ENTRY(watch)	 entry;
	char			*type;
	watch_cb		 cb;
	void			*arg;
	bool			 dead;	/* freed while they are told */
};

static TAILQ_HEAD(, watch)	 watches = TAILQ_HEAD_INITIALIZER(watches);
static unsigned			 watches_told;

/* Views keep pointers into definitions: a generation that was replaced (rights
 * changed) lives on until the company is left. */
struct generation {
	struct generation	*older;
	struct val		*v;	/* defs.list's answer */
	struct val		*records;	/* its types, as choices are sent */
	struct def		*defs;
	size_t			 n;
};
static struct generation	*generations;
static struct generation	*gone;	/* of companies that were left */
static struct def		*defs;	/* of the newest one */
static struct val		*plain;		/* as every company has them */
static struct val		*own;	/* and this one's own */
static size_t			 ndefs;
static const struct val		*boards;
static const struct val		*records;	/* of the newest one */

/* --- Definitions ----------------------------------------------------------- */

static void
def_labels(const struct val *v, const char *key, const char *out[LANG_COUNT])
{
	const struct val	*pair = val_get(v, key);

	out[LANG_TR] = val_str(val_at(pair, 0));
	out[LANG_EN] = val_str(val_at(pair, 1));
	if (out[LANG_EN] == NULL)
		out[LANG_EN] = out[LANG_TR];
}

static void
field_choices(struct field *f, const struct val *choices)
{
	struct value_choice	*c;
	const struct val	*row;
	size_t			 i, n = val_count(choices);

	if (n == 0)
		return;
	c = xcalloc(n, sizeof *c);
	f->colours = xcalloc(n, sizeof *f->colours);
	for (i = 0; i < n; i++) {
		row = val_at(choices, i);
		c[i].code = val_str(val_at(row, 0));
		if (c[i].code == NULL)
			c[i].code = "";
		c[i].label[LANG_TR] = val_str(val_at(val_at(row, 1), 0));
		c[i].label[LANG_EN] = val_str(val_at(val_at(row, 1), 1));
		if (c[i].label[LANG_TR] == NULL)
			c[i].label[LANG_TR] = c[i].code;
		if (c[i].label[LANG_EN] == NULL)
			c[i].label[LANG_EN] = c[i].label[LANG_TR];
		f->colours[i] = val_str(val_at(row, 2));
	}
	f->rules.choices = c;
	f->rules.nchoices = n;
}

static const char *
field_bound(const struct val *v, char *out, size_t size)
{
	struct buf	b = BUF_INIT;

	if (val_is_null(v))
		return NULL;
	val_canon(v, &b);
	snprintf(out, size, "%s", buf_text(&b));
	buf_free(&b);
	return out;
}

/* Characters of a text; of a number its value. */
static void
field_bounds(struct field *f, const struct val *v)
{
	const struct val	*max = val_get(v, "max"), *min = val_get(v, "min");

	switch (f->rules.type) {
	case VALUE_INT:
	case VALUE_DECIMAL:
	case VALUE_MONEY:
	case VALUE_PERCENT:
		f->rules.digits = (int)val_get_int(v, "digits", 0);
		f->rules.most = field_bound(max, f->most, sizeof f->most);
		f->rules.least = field_bound(min, f->least, sizeof f->least);
		break;
	default:
		f->rules.max = (int)val_get_int(v, "max", 0);
		break;
	}
}

static void
field_load(struct field *f, const struct val *v)
{
	const char	*type = val_get_str(v, "type");

	f->name = val_get_str(v, "name");
	if (f->name == NULL)
		f->name = "";
	def_labels(v, "label", f->label);
	if (f->label[LANG_TR] == NULL)
		f->label[LANG_TR] = f->label[LANG_EN] = f->name;
	def_labels(v, "help", f->help);
	def_labels(v, "unit", f->unit);
	/* A type of a newer server is shown as text. */
	if (type == NULL || !value_type_parse(type, &f->rules.type))
		f->rules.type = VALUE_TEXT;
	type = val_get_str(v, "holds");
	if (type == NULL || !value_holds_parse(type, &f->rules.holds))
		f->rules.holds = HOLDS_TEXT;
	field_bounds(f, v);
	f->rules.scale = (int)val_get_int(v, "scale", 0);
	type = val_get_str(v, "values");
	field_choices(f, type != NULL && strcmp(type, "records") == 0 ?
	    records : val_get(v, "choices"));
	f->required = val_get_bool(v, "required");
	f->create = val_get_bool(v, "create");
	f->edit = val_get_bool(v, "edit");
	f->sort = val_get_bool(v, "sort");
	f->relative = val_get_bool(v, "relative");
	f->filter = f->sort || val_get_bool(v, "filter") ||
	    f->rules.type == VALUE_REF;
	f->ref = val_get_str(v, "ref");
	f->match = val_get(v, "match");
	f->compute = val_get_bool(v, "compute");
	f->when = val_get(v, "when");
	f->from = val_get(v, "from");
	f->currency = val_get_str(v, "currency");
	f->rules.currency = val_get_str(v, "currency_fixed");
	f->start = val_get(v, "default");
	f->start_is = val_get_str(v, "default_is");
	f->op = val_get_str(v, "op");
}

static void
def_load(struct def *d, const struct val *v)
{
	const struct val	*fields = val_get(v, "fields");
	const struct val	*filters = val_get(v, "filters");
	const struct val	*menu = val_get(v, "menu");
	size_t			 i;

	d->v = v;
	d->name = val_get_str(v, "name");
	if (d->name == NULL)
		d->name = "";
	d->module = val_get_str(v, "module");
	def_labels(v, "label", d->label);
	def_labels(v, "labels", d->labels);
	if (d->label[LANG_TR] == NULL)
		d->label[LANG_TR] = d->label[LANG_EN] = d->name;
	if (d->labels[LANG_TR] == NULL)
		d->labels[LANG_TR] = d->labels[LANG_EN] = d->name;
	d->parent = val_get_str(v, "parent");
	d->search = val_get_bool(v, "search");
	d->words = val_get_bool(v, "words");
	d->live = val_get_bool(v, "live");
	d->menu = menu != NULL && menu->kind == VAL_MAP;
	d->order = (int)val_get_int(menu, "order", 0);
	d->key = val_get_str(menu, "key");
	d->nreal = val_count(fields);
	d->nfields = d->nreal + val_count(filters);
	d->fields = xcalloc(d->nfields + 1, sizeof *d->fields);
	for (i = 0; i < d->nreal; i++)
		field_load(&d->fields[i], fields->item[i]);
	for (; i < d->nfields; i++) {
		field_load(&d->fields[i], filters->item[i - d->nreal]);
		d->fields[i].virtual = true;
		d->fields[i].filter = true;
	}
}

static int
def_compare(const void *a, const void *b)
{
	const struct def	*x = a, *y = b;

	if (x->menu != y->menu)
		return x->menu ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void
def_unload(struct def *d)
{
	size_t	i;

	for (i = 0; i < d->nfields; i++) {
		free((void *)d->fields[i].rules.choices);
		free(d->fields[i].colours);
	}
	free(d->fields);
}

struct def *
def_make(struct val *v)
{
	struct def	*d = xcalloc(1, sizeof *d);

	def_load(d, v);
	return d;
}

void
def_unmake(struct def *d)
{
	struct val	*v;

	if (d == NULL)
		return;
	v = (struct val *)d->v;
	def_unload(d);
	free(d);
	val_free(v);
}

static void
generation_free(struct generation *g)
{
	size_t	i;

	for (i = 0; i < g->n; i++)
		def_unload(&g->defs[i]);
	free(g->defs);
	val_free(g->records);
	val_free(g->v);
	free(g);
}

void
defs_clear(void)
{
	struct generation	*g;

	val_free(plain);
	val_free(own);
	plain = own = NULL;
	while ((g = generations) != NULL) {
		generations = g->older;
		g->older = gone;
		gone = g;
	}
	/* A write that goes on may still speak of its type. */
	while (!call_pending() && (g = gone) != NULL) {
		gone = g->older;
		generation_free(g);
	}
	defs = NULL;
	ndefs = 0;
	boards = NULL;
	records = NULL;
}

struct named {
	const char		*key;	/* its label, folded */
	const struct val	*def;
};

static int
named_compare(const void *a, const void *b)
{
	const struct named	*x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* [name, label] of each type, as people look them up. */
static struct val *
defs_records(const struct val *array)
{
	struct arena	*a = arena_new();
	size_t		 i, n = val_count(array);
	struct named	*list = arena_array(a, n + 1, sizeof *list);
	struct val	*all = val_array(), *one;
	const char	*text;

	for (i = 0; i < n; i++) {
		list[i].def = array->item[i];
		text = val_str(val_at(val_get(list[i].def, "label"),
		    ui_lang()));
		list[i].key = text == NULL ? NULL : tr_fold(a, text,
		    strlen(text));
		if (list[i].key == NULL)
			list[i].key = "";
	}
	qsort(list, n, sizeof *list, named_compare);
	for (i = 0; i < n; i++) {
		one = val_array();
		val_add(one, val_text(val_get_str(list[i].def, "name")));
		val_add(one, val_copy(val_get(list[i].def, "label")));
		val_add(all, one);
	}
	arena_free(a);
	return all;
}

static void
defs_generation(struct val *body)
{
	const struct val	*array = val_get(body, "defs");
	struct generation	*g = xcalloc(1, sizeof *g);
	size_t			 i;

	g->v = body;
	records = g->records = defs_records(array);
	boards = val_get(body, "dashboards");
	g->n = val_count(array);
	g->defs = xcalloc(g->n + 1, sizeof *g->defs);
	for (i = 0; i < g->n; i++)
		def_load(&g->defs[i], array->item[i]);
	qsort(g->defs, g->n, sizeof *g->defs, def_compare);
	g->older = generations;
	generations = g;
	defs = g->defs;
	ndefs = g->n;
}

void
defs_set(struct val *body)
{
	val_free(plain);
	plain = val_copy(body);
	if (own != NULL) {
		val_free(body);
		body = own_defs(plain, own);
	}
	defs_generation(body);
}

bool
defs_company(const struct val *body)
{
	bool	any = own != NULL;

	if (plain == NULL || (any && val_equal(own, body)) || (!any &&
	    val_count(val_get(body, "fields")) == 0 &&
	    val_count(val_get(body, "defaults")) == 0))
		return false;
	val_free(own);
	own = val_copy(body);
	defs_generation(own_defs(plain, own));
	return true;
}

size_t
defs_count(void)
{
	return ndefs;
}

const struct def *
defs_at(size_t i)
{
	return i < ndefs ? &defs[i] : NULL;
}

const struct val *
boards_at(size_t i)
{
	return val_at(boards, i);
}

const struct val *
boards_find(const char *name)
{
	const char	*s;
	size_t		 i;

	for (i = 0; i < val_count(boards); i++) {
		s = val_get_str(boards->item[i], "name");
		if (s != NULL && strcmp(s, name) == 0)
			return boards->item[i];
	}
	return NULL;
}

const struct val *
def_chart(const struct def *d, const char *name)
{
	const struct val	*charts = d == NULL ? NULL :
				    val_get(d->v, "charts");
	const char		*s;
	size_t			 i;

	for (i = 0; name != NULL && i < val_count(charts); i++) {
		s = val_get_str(charts->item[i], "name");
		if (s != NULL && strcmp(s, name) == 0)
			return charts->item[i];
	}
	return NULL;
}

const struct def *
defs_find(const char *name)
{
	size_t	i;

	for (i = 0; name != NULL && i < ndefs; i++) {
		if (strcmp(defs[i].name, name) == 0)
			return &defs[i];
	}
	return NULL;
}

bool
def_can(const struct def *d, const char *verb)
{
	const struct val	*can = d == NULL ? NULL : val_get(d->v, "can");
	const char		*s;
	size_t			 i;

	for (i = 0; i < val_count(can); i++) {
		s = val_str(can->item[i]);
		if (s != NULL && strcmp(s, verb) == 0)
			return true;
	}
	return false;
}

const struct field *
def_field(const struct def *d, const char *name)
{
	size_t	i;

	for (i = 0; d != NULL && name != NULL && i < d->nfields; i++) {
		if (strcmp(d->fields[i].name, name) == 0)
			return &d->fields[i];
	}
	return NULL;
}

/* $XDG_CACHE_HOME/konak/defs-HASH; the hash is checked, since it becomes a
 * name of a file. */
static bool
defs_path(const char *hash, char *path, size_t size)
{
	const char	*cache = getenv("XDG_CACHE_HOME");
	const char	*home = getenv("HOME");
	char		 dir[900];

	if (hash[0] == '\0' || strlen(hash) > 70 ||
	    strspn(hash, "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != strlen(hash))
		return false;
	if (cache != NULL && cache[0] == '/')
		snprintf(dir, sizeof dir, "%s", cache);
	else
		snprintf(dir, sizeof dir, "%s/.cache",
		    home == NULL ? "" : home);
	mkdir(dir, 0700);
	if ((size_t)snprintf(path, size, "%s/konak", dir) >= size)
		return false;
	mkdir(path, 0700);
	return (size_t)snprintf(path, size, "%s/konak/defs-%s", dir, hash) <
	    size;
}

struct val *
defs_cached(const char *hash)
{
	struct buf	 b = BUF_INIT;
	struct val	*v = NULL;
	char		 path[1100];
	size_t		 n;
	FILE		*f;

	if (!defs_path(hash, path, sizeof path) ||
	    (f = fopen(path, "re")) == NULL)
		return NULL;
	do {
		n = fread(buf_reserve(&b, 65536), 1, 65536, f);
		buf_commit(&b, n);
	} while (n > 0 && buf_len(&b) < 16 * 1024 * 1024);
	fclose(f);
	v = val_decode(buf_data(&b), buf_len(&b));
	buf_free(&b);
	if (v != NULL && val_get(v, "defs") == NULL) {
		val_free(v);
		v = NULL;
	}
	return v;
}

void
defs_keep(const char *hash, const struct val *body)
{
	char	 path[1100], tmp[1120];
	uint8_t	*p;
	size_t	 len;
	FILE	*f;
	bool	 ok;

	if (!defs_path(hash, path, sizeof path))
		return;
	snprintf(tmp, sizeof tmp, "%s.%d", path, (int)getpid());
	if ((f = fopen(tmp, "we")) == NULL)
		return;
	val_encode(body, &p, &len);
	ok = fwrite(p, 1, len, f) == len;
	free(p);
	if (fclose(f) != 0 || !ok || rename(tmp, path) == -1)
		unlink(tmp);
}

/* --- Values of records ------------------------------------------------------ */

void
val_canon(const struct val *v, struct buf *b)
{
	size_t	i;

	if (v == NULL)
		return;
	switch (v->kind) {
	case VAL_NULL:
	case VAL_BYTES:
	case VAL_MAP:
		break;
	case VAL_BOOL:
		buf_addz(b, v->i ? "true" : "false");
		break;
	case VAL_INT:
		buf_printf(b, "%lld", (long long)v->i);
		break;
	case VAL_TEXT:
	case VAL_UUID:
		buf_add(b, v->s, v->len);
		break;
	case VAL_ARRAY:
		for (i = 0; i < v->n; i++) {
			if (i > 0)
				buf_addz(b, ",");
			val_canon(v->item[i], b);
		}
		break;
	}
}

struct val *
val_of(const struct field *f, const char *s)
{
	struct val	*v;
	const char	*comma;

	if (s == NULL || s[0] == '\0')
		return val_null();
	switch (f->rules.type) {
	case VALUE_INT:
	case VALUE_DURATION:
		return val_int(strtoll(s, NULL, 10));
	case VALUE_BOOL:
		return val_bool(strcmp(s, "true") == 0);
	case VALUE_REF:
	case VALUE_UUID:
		return val_uuid(s);
	case VALUE_CHOICES:
	case VALUE_TAGS:
		v = val_array();
		while ((comma = strchr(s, ',')) != NULL) {
			val_add(v, val_textn(s, (size_t)(comma - s)));
			s = comma + 1;
		}
		val_add(v, val_text(s));
		return v;
	default:
		return val_text(s);
	}
}

const struct val *
record_get(const struct record *r, const char *field)
{
	size_t	i;

	if (r->columns == NULL)
		return val_get(r->row, field);
	for (i = 0; field != NULL && i < r->columns->n; i++) {
		if (r->columns->item[i]->s != NULL &&
		    strcmp(r->columns->item[i]->s, field) == 0)
			return val_at(r->row, i);
	}
	return NULL;
}

const char *
record_id(const struct record *r)
{
	const char	*s = val_str(record_get(r, "id"));

	return s == NULL ? "" : s;
}

int64_t
record_version(const struct record *r)
{
	const struct val	*v = record_get(r, "version");

	return v == NULL ? 0 : v->i;
}

struct val *
record_args(const char *id, int64_t version)
{
	struct val	*args = val_map();

	val_put(args, "id", val_uuid(id));
	return val_put_int(args, "version", version);
}

/* Several codes become their labels; value_format() does single ones. */
static void
record_codes(const struct field *f, const struct val *v, struct buf *b)
{
	struct value_rules	rules = f->rules;
	struct value_ctx	ctx = app_ctx();
	size_t			i;

	rules.type = f->rules.type == VALUE_TAGS ? VALUE_TEXT : VALUE_CHOICE;
	for (i = 0; i < v->n; i++) {
		if (i > 0)
			buf_addz(b, ", ");
		if (v->item[i]->s != NULL)
			value_format(&rules, &ctx, v->item[i]->s, b);
	}
}

/* "%" stands where the language has it: %25, 25%. */
void
unit_text(const struct field *f, size_t from, struct buf *b)
{
	const char	*unit = f->unit[ui_lang()];
	char		*number;

	if (unit == NULL)
		return;
	if (strcmp(unit, "%") != 0) {
		buf_printf(b, " %s", unit);
	} else if (ui_lang() == LANG_TR) {
		number = xstrdup(buf_text(b) + from);
		buf_truncate(b, from);
		buf_printf(b, "%%%s", number);
		free(number);
	} else {
		buf_addz(b, unit);
	}
}

void
record_text(const struct def *d, const struct field *f,
    const struct record *r, struct buf *b)
{
	const struct val	*v = record_get(r, f->name), *other;
	struct value_ctx	 ctx = app_ctx();
	struct buf		 canon = BUF_INIT;
	char			 title[256];
	size_t			 from = buf_len(b);

	if (val_is_null(v))
		return;
	if (f->rules.type == VALUE_REF) {
		snprintf(title, sizeof title, "%s.title", f->name);
		other = record_get(r, title);
		buf_addz(b, val_str(other) == NULL ?
		    TF("views.hidden_ref", NULL) : val_str(other));
		return;
	}
	if (v->kind == VAL_ARRAY) {
		record_codes(f, v, b);
		return;
	}
	val_canon(v, &canon);
	value_format(&f->rules, &ctx, buf_text(&canon), b);
	buf_free(&canon);
	if (f->rules.type == VALUE_MONEY) {
		other = f->currency == NULL ? NULL :
		    record_get(r, f->currency);
		if (val_str(other) != NULL)
			buf_printf(b, " %s", val_str(other));
		else if (f->rules.currency != NULL)
			buf_printf(b, " %s", f->rules.currency);
		else if (val_get_str(app.company, "currency") != NULL)
			buf_printf(b, " %s",
			    val_get_str(app.company, "currency"));
	}
	unit_text(f, from, b);
	(void)d;
}

void
record_title(const struct def *d, const struct record *r, struct buf *b)
{
	const struct val	*title = d == NULL ? NULL :
				    val_get(d->v, "title");
	const struct field	*f;
	size_t			 i, start;

	for (i = 0; i < val_count(title); i++) {
		if ((f = def_field(d, val_str(title->item[i]))) == NULL)
			continue;
		if (buf_len(b) > 0 && i > 0)
			buf_addz(b, " ");
		start = buf_len(b);
		record_text(d, f, r, b);
		if (buf_len(b) == start && start > 0)
			buf_truncate(b, start - 1);
	}
}

uint32_t
record_style(const struct field *f, const struct record *r)
{
	static const struct {
		const char	*colour;
		uint32_t	 style;
	} styles[] = {
		{ "green", STYLE_GOOD }, { "red", STYLE_ERROR },
		{ "yellow", STYLE_WARN }, { "gray", STYLE_DIM },
		{ "blue", STYLE_LINK }, { "cyan", STYLE_LINK },
		{ "magenta", STYLE_MARKED }
	};
	const char	*code;
	size_t		 i, k;

	if (f->rules.type != VALUE_CHOICE)
		return STYLE_TEXT;
	code = val_str(record_get(r, f->name));
	for (i = 0; code != NULL && i < f->rules.nchoices; i++) {
		if (strcmp(f->rules.choices[i].code, code) != 0 ||
		    f->colours[i] == NULL)
			continue;
		for (k = 0; k < sizeof styles / sizeof styles[0]; k++) {
			if (strcmp(styles[k].colour, f->colours[i]) == 0)
				return styles[k].style;
		}
	}
	return STYLE_TEXT;
}

/* --- Watches ----------------------------------------------------------------- */

static unsigned
watch_count(const char *type)
{
	const struct watch	*w;
	unsigned		 n = 0;

	TAILQ_FOREACH(w, &watches, entry) {
		if (!w->dead && strcmp(w->type, type) == 0)
			n++;
	}
	return n;
}

/* Pushes are a convenience: a refusal is no news for the person. */
static void
watch_reply_cb(const struct link_reply *r, void *arg)
{
	(void)r;
	(void)arg;
}

static void
watch_ask(const char *verb, const char *type)
{
	const struct def	*d = defs_find(type);

	if (d == NULL || !d->live || app.link == NULL)
		return;
	link_call(app.link, verb, val_put_text(val_map(), "type", type), 0,
	    watch_reply_cb, NULL);
}

struct watch *
watch_add(const char *type, watch_cb cb, void *arg)
{
	struct watch	*w = xcalloc(1, sizeof *w);
	bool		 first = watch_count(type) == 0;

	w->type = xstrdup(type);
	w->cb = cb;
	w->arg = arg;
	TAILQ_INSERT_TAIL(&watches, w, entry);
	if (first)
		watch_ask("watch.start", type);
	return w;
}

static void
watch_reap(void)
{
	struct watch	*w, *next;

	if (watches_told > 0)
		return;
	for (w = TAILQ_FIRST(&watches); w != NULL; w = next) {
		next = TAILQ_NEXT(w, entry);
		if (!w->dead)
			continue;
		TAILQ_REMOVE(&watches, w, entry);
		free(w->type);
		free(w);
	}
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	w->dead = true;
	if (watch_count(w->type) == 0)
		watch_ask("watch.stop", w->type);
	watch_reap();
}

/* type NULL: everybody. */
static void
watch_tell(const char *type, const struct val *items)
{
	struct watch	*w;

	watches_told++;
	TAILQ_FOREACH(w, &watches, entry) {
		if (!w->dead && (type == NULL || strcmp(w->type, type) == 0))
			w->cb(items, w->arg);
	}
	watches_told--;
	watch_reap();
}

void
watch_push(const struct val *push)
{
	const char	*what = val_get_str(push, "push");
	const char	*company = val_get_str(push, "company");

	if (what == NULL || (company != NULL && app_company_id() != NULL &&
	    strcmp(company, app_company_id()) != 0))
		return;
	if (strcmp(what, "changed") == 0)
		watch_tell(val_get_str(push, "type"), val_get(push, "items"));
	else if (strcmp(what, "again") == 0)
		watch_tell(val_get_str(push, "type"), NULL);
}

void
watch_touch(const char *type)
{
	watch_tell(type, NULL);
}

void
watch_again(void)
{
	const struct watch	*w, *before;

	TAILQ_FOREACH(w, &watches, entry) {
		TAILQ_FOREACH(before, &watches, entry) {
			if (before == w || (!before->dead &&
			    strcmp(before->type, w->type) == 0))
				break;
		}
		if (before == w && !w->dead)
			watch_ask("watch.start", w->type);
	}
	watch_tell(NULL, NULL);
}
