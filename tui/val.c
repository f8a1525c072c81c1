/* val.c - the tree itself; val_cbor.c reads and writes it. */
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/val.h"

static struct val *
val_new(enum val_kind kind)
{
	struct val	*v = xcalloc(1, sizeof *v);

	v->kind = kind;
	return v;
}

struct val *
val_null(void)
{
	return val_new(VAL_NULL);
}

struct val *
val_bool(bool b)
{
	struct val	*v = val_new(VAL_BOOL);

	v->i = b;
	return v;
}

struct val *
val_int(int64_t i)
{
	struct val	*v = val_new(VAL_INT);

	v->i = i;
	return v;
}

static struct val *
val_chars(enum val_kind kind, const void *s, size_t len)
{
	struct val	*v = val_new(kind);

	v->s = xmalloc(len + 1);
	if (len != 0)
		memcpy(v->s, s, len);
	v->s[len] = '\0';
	v->len = len;
	return v;
}

struct val *
val_textn(const char *s, size_t len)
{
	return val_chars(VAL_TEXT, s, len);
}

struct val *
val_text(const char *s)
{
	return s == NULL ? val_null() : val_chars(VAL_TEXT, s, strlen(s));
}

struct val *
val_bytes(const void *s, size_t len)
{
	return val_chars(VAL_BYTES, s, len);
}

struct val *
val_uuid(const char *s)
{
	return s == NULL ? val_null() : val_chars(VAL_UUID, s, strlen(s));
}

struct val *
val_array(void)
{
	return val_new(VAL_ARRAY);
}

struct val *
val_map(void)
{
	return val_new(VAL_MAP);
}

struct val *
val_copy(const struct val *v)
{
	struct val	*c;
	size_t		 i;

	if (v == NULL)
		return NULL;
	if (v->s != NULL)
		return val_chars(v->kind, v->s, v->len);
	c = val_new(v->kind);
	c->i = v->i;
	for (i = 0; i < v->n; i++) {
		if (v->kind == VAL_MAP)
			val_put(c, v->key[i], val_copy(v->item[i]));
		else
			val_add(c, val_copy(v->item[i]));
	}
	return c;
}

void
val_free(struct val *v)
{
	size_t	i;

	if (v == NULL)
		return;
	for (i = 0; i < v->n; i++) {
		val_free(v->item[i]);
		if (v->key != NULL)
			free(v->key[i]);
	}
	if (v->s != NULL)
		explicit_bzero(v->s, v->len);
	free(v->s);
	free(v->item);
	free(v->key);
	free(v);
}

/* Room for one more; capacity is the next power of two, so none is kept. */
static void
val_grow(struct val *v)
{
	if (v->n != 0 && (v->n < 4 || (v->n & (v->n - 1)) != 0))
		return;
	v->item = xreallocarray(v->item, v->n < 4 ? 4 : v->n * 2,
	    sizeof *v->item);
	if (v->kind == VAL_MAP)
		v->key = xreallocarray(v->key, v->n < 4 ? 4 : v->n * 2,
		    sizeof *v->key);
}

void
val_add(struct val *v, struct val *item)
{
	if (v->kind != VAL_ARRAY) {
		val_free(item);
		return;
	}
	val_grow(v);
	v->item[v->n++] = item;
}

void
val_put(struct val *v, const char *key, struct val *item)
{
	size_t	i;

	for (i = 0; v->kind == VAL_MAP && key != NULL && i < v->n; i++) {
		if (strcmp(v->key[i], key) == 0) {
			val_free(v->item[i]);
			v->item[i] = item;
			return;
		}
	}
	val_put_new(v, key, item);
}

void
val_put_new(struct val *v, const char *key, struct val *item)
{
	if (v->kind != VAL_MAP || key == NULL) {
		val_free(item);
		return;
	}
	val_grow(v);
	v->key[v->n] = xstrdup(key);
	v->item[v->n++] = item;
}

struct val *
val_both(const struct val *a, const struct val *b)
{
	struct val	*m = val_is_null(a) ? val_map() : val_copy(a);
	size_t		 i;

	for (i = 0; i < val_count(b); i++)
		val_put(m, val_key(b, i), val_copy(b->item[i]));
	return m;
}

void
val_drop(struct val *v, const char *key)
{
	size_t	i;

	for (i = 0; v->kind == VAL_MAP && i < v->n; i++) {
		if (strcmp(v->key[i], key) != 0)
			continue;
		val_free(v->item[i]);
		free(v->key[i]);
		memmove(&v->item[i], &v->item[i + 1],
		    (v->n - i - 1) * sizeof *v->item);
		memmove(&v->key[i], &v->key[i + 1],
		    (v->n - i - 1) * sizeof *v->key);
		v->n--;
		return;
	}
}

struct val *
val_put_text(struct val *map, const char *key, const char *s)
{
	val_put(map, key, val_text(s));
	return map;
}

struct val *
val_put_int(struct val *map, const char *key, int64_t i)
{
	val_put(map, key, val_int(i));
	return map;
}

struct val *
val_put_bool(struct val *map, const char *key, bool b)
{
	val_put(map, key, val_bool(b));
	return map;
}

const struct val *
val_get(const struct val *v, const char *key)
{
	size_t	i;

	if (v == NULL || v->kind != VAL_MAP || key == NULL)
		return NULL;
	for (i = 0; i < v->n; i++) {
		if (strcmp(v->key[i], key) == 0)
			return v->item[i];
	}
	return NULL;
}

const struct val *
val_at(const struct val *v, size_t i)
{
	if (v == NULL || i >= v->n)
		return NULL;
	return v->item[i];
}

size_t
val_count(const struct val *v)
{
	return v == NULL ? 0 : v->n;
}

const char *
val_key(const struct val *v, size_t i)
{
	return v == NULL || v->kind != VAL_MAP || i >= v->n ? "" : v->key[i];
}

const char *
val_str(const struct val *v)
{
	if (v == NULL || (v->kind != VAL_TEXT && v->kind != VAL_UUID))
		return NULL;
	return v->s;
}

const char *
val_get_str(const struct val *map, const char *key)
{
	return val_str(val_get(map, key));
}

const char *
val_word(const struct val *v)
{
	const char	*s = val_str(v);

	return s == NULL ? "" : s;
}

const char *
val_get_word(const struct val *map, const char *key)
{
	return val_word(val_get(map, key));
}

int64_t
val_get_int(const struct val *map, const char *key, int64_t missing)
{
	const struct val	*v = val_get(map, key);

	return v == NULL || v->kind != VAL_INT ? missing : v->i;
}

bool
val_get_bool(const struct val *map, const char *key)
{
	const struct val	*v = val_get(map, key);

	return v != NULL && v->kind == VAL_BOOL && v->i != 0;
}

bool
val_is_null(const struct val *v)
{
	return v == NULL || v->kind == VAL_NULL;
}

/* A uuid equals its text form: arguments may be either. */
bool
val_equal(const struct val *a, const struct val *b)
{
	size_t	i;

	if (val_is_null(a) || val_is_null(b))
		return val_is_null(a) && val_is_null(b);
	if (val_str(a) != NULL && val_str(b) != NULL)
		return strcmp(a->s, b->s) == 0;
	if (a->kind != b->kind || a->n != b->n || a->i != b->i)
		return false;
	if (a->kind == VAL_BYTES)
		return a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
	for (i = 0; i < a->n; i++) {
		if (!val_equal(a->item[i], a->kind == VAL_MAP ?
		    val_get(b, a->key[i]) : b->item[i]))
			return false;
	}
	return true;
}
