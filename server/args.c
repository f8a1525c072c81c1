/*
 * Arguments of a request, decoded by the verb's row, and how handlers read
 * them.
 */
#include <stdio.h>
#include <string.h>

#include "lib/tr.h"
#include "lib/value.h"
#include "server/req_private.h"

#define ARG_MAX	255

static int
arg_index(const struct verb *v, const char *name, size_t len)
{
	int	i;

	for (i = 0; i < VERB_ARGS && v->args[i].type != ARG_END; i++) {
		if (cbr_is(name, len, v->args[i].name))
			return i;
	}
	return -1;
}

static size_t
arg_max(const struct verb_arg *a)
{
	return a->max == 0 ? ARG_MAX : (size_t)a->max;
}

static void
too_long(struct req *r, const struct verb_arg *a, size_t len)
{
	char	max[24], actual[24], over[24];

	snprintf(max, sizeof max, "%zu", arg_max(a));
	snprintf(actual, sizeof actual, "%zu", len);
	snprintf(over, sizeof over, "%zu", len - arg_max(a));
	req_fail(r, ERR_INVALID, a->name, "value.too_long",
	    "max", max, "actual", actual, "over", over, NULL);
}

/* The first control character, or 0. */
static unsigned
has_control(const char *s, size_t len)
{
	size_t	i;

	for (i = 0; i < len; i++) {
		if (((unsigned char)s[i] < 0x20 && s[i] != '\n' &&
		    s[i] != '\t') || s[i] == 0x7f)
			return s[i] == '\0' ? 0x2400 : (unsigned char)s[i];
		/* C1 controls in UTF-8 */
		if ((unsigned char)s[i] == 0xc2 && i + 1 < len &&
		    (unsigned char)s[i + 1] < 0xa0)
			return (unsigned char)s[i + 1];
	}
	return 0;
}

static bool
arg_read_text(struct req *r, const struct verb_arg *a, struct arg_value *v,
    struct cbr *c)
{
	const char	*s;
	size_t		 len, n;
	unsigned	 code;

	if (!cbr_text(c, &s, &len))
		return false;
	n = utf8_count(s, len);
	if (n > arg_max(a)) {
		too_long(r, a, n);
		return true;
	}
	/* A secret is any text but NUL: it is compared, never shown. */
	code = a->type != ARG_SECRET ? has_control(s, len) :
	    memchr(s, 0, len) != NULL ? 0x2400 : 0;
	if (code != 0) {
		req_fail(r, ERR_INVALID, a->name, "value.control", "code",
		    req_printf(r, "U+%04X", code), NULL);
		return true;
	}
	if (a->type == ARG_SECRET)
		arena_set_wipe(r->arena);
	v->text = tr_nfc(r->arena, s, len);
	v->len = strlen(v->text);
	return true;
}

/* What a field of that type would take, and nothing else that PostgreSQL
 * reads as well: 'tomorrow', 'infinity', '44 BC'. */
static bool
arg_read_when(struct req *r, const struct verb_arg *a, struct arg_value *v,
    struct cbr *c, enum value_type type)
{
	const struct value_rules	 rules = { .type = type };
	struct value_error		 error;
	const char			*text;

	if (!value_read(&rules, c, r->arena, &text, &error)) {
		req_bad_value(r, a->name, &error);
	} else if (text == NULL && (a->required || type == VALUE_DATE)) {
		req_bad(r, a->name, "value.required", NULL);
	} else {
		v->text = arena_strdup(r->arena, text == NULL ? "" : text);
		v->len = strlen(v->text);
	}
	return true;
}

static bool
arg_read_uuids(struct req *r, const struct verb_arg *a, struct arg_value *v,
    struct cbr *c)
{
	uint32_t	 i, n;
	char		*text;

	if (!cbr_array(c, &n))
		return false;
	if (n > arg_max(a)) {
		too_long(r, a, n);
		return true;
	}
	v->texts = arena_array(r->arena, n + 1, sizeof *v->texts);
	for (i = 0; i < n; i++) {
		text = arena_alloc(r->arena, UUID_TEXT);
		if (!cbr_uuid_text(c, text))
			return false;
		v->texts[i] = text;
	}
	v->n = n;
	return true;
}

/* false: of another type than the row says. */
static bool
arg_read(struct req *r, const struct verb_arg *a, struct arg_value *v,
    struct cbr *c)
{
	char	*text;
	bool	 b;

	v->any = *c;
	switch ((enum arg_type)a->type) {
	case ARG_END:
		break;
	case ARG_UUID:
		text = arena_alloc(r->arena, UUID_TEXT);
		v->text = text;
		return cbr_uuid_text(c, text);
	case ARG_INT:
		return cbr_int(c, &v->n);
	case ARG_BOOL:
		if (!cbr_bool(c, &b))
			return false;
		v->n = b;
		return true;
	case ARG_TEXT:
	case ARG_SECRET:
		return arg_read_text(r, a, v, c);
	case ARG_DATE:
		return arg_read_when(r, a, v, c, VALUE_DATE);
	case ARG_TIME:
		return arg_read_when(r, a, v, c, VALUE_TIME);
	case ARG_TIMESTAMP:
		return arg_read_when(r, a, v, c, VALUE_TIMESTAMP);
	case ARG_BYTES:
		if (!cbr_bytes(c, &v->bytes, &v->len))
			return false;
		if (v->len > arg_max(a))
			too_long(r, a, v->len);
		return true;
	case ARG_UUIDS:
		return arg_read_uuids(r, a, v, c);
	case ARG_ANY:
		cbr_skip(c);
		return cbr_ok(c);
	}
	return false;
}

/* One argument. Null is the same as not sent, but for ARG_ANY, whose handler
 * may tell them apart. */
static void
arg_take(struct req *r, const char *key, size_t len, struct cbr *c)
{
	const struct verb	*verb = r->verb;
	struct arg_value	*v;
	int			 i = arg_index(verb, key, len);

	if (i == -1) {
		if (!verb->open_args)
			req_fail(r, ERR_UNKNOWN_ARGUMENT,
			    arena_strndup(r->arena, key, len),
			    "err.unknown_argument", "name",
			    arena_strndup(r->arena, key, len), NULL);
		cbr_skip(c);
		return;
	}
	v = &r->priv->args[i];
	if (verb->args[i].type != ARG_ANY && cbr_null(c))
		return;
	v->sent = true;
	if (!arg_read(r, &verb->args[i], v, c))
		req_fail(r, ERR_INVALID, verb->args[i].name, "value.type",
		    "type", verb_type_name(verb->args[i].type), NULL);
}

bool
args_read(struct req *r, const struct cbr *args)
{
	const struct verb	*verb = r->verb;
	struct cbr		 c;
	const char		*key;
	size_t			 len;
	uint32_t		 n, i;

	if (args != NULL) {
		c = *args;
		r->priv->args_map = *args;
		r->priv->has_args = true;
		if (!cbr_map(&c, &n)) {
			req_fail(r, ERR_INVALID, "args", "value.type",
			    "type", "map", NULL);
			return false;
		}
		for (i = 0; i < n && !req_failed(r); i++) {
			if (!cbr_text(&c, &key, &len))
				return false;
			arg_take(r, key, len, &c);
		}
	}
	for (i = 0; i < VERB_ARGS && verb->args[i].type != ARG_END &&
	    !req_failed(r); i++) {
		if (verb->args[i].required && !r->priv->args[i].sent)
			req_fail(r, ERR_INVALID, verb->args[i].name,
			    "value.required", NULL);
	}
	return !req_failed(r);
}

/*
 * Reading, by handlers.
 */

/* NULL: the row does not have it. */
static const struct arg_value *
arg_value(const struct req *r, const char *name)
{
	int	i = arg_index(r->verb, name, strlen(name));

	return i == -1 ? NULL : &r->priv->args[i];
}

bool
req_has(const struct req *r, const char *name)
{
	const struct arg_value	*v = arg_value(r, name);
	struct cbr		 c;

	if (v != NULL)
		return v->sent;
	return r->priv->has_args && cbr_find(&r->priv->args_map, name, &c);
}

const char *
req_text(const struct req *r, const char *name)
{
	const struct arg_value	*v = arg_value(r, name);

	return v == NULL ? NULL : v->text;
}

const char *
req_uuid(const struct req *r, const char *name)
{
	return req_text(r, name);
}

const char *const *
req_uuids(const struct req *r, const char *name, size_t *n)
{
	const struct arg_value	*v = arg_value(r, name);

	*n = v == NULL ? 0 : (size_t)v->n;
	return v == NULL ? NULL : (const char *const *)v->texts;
}

int64_t
req_int(const struct req *r, const char *name)
{
	const struct arg_value	*v = arg_value(r, name);

	return v == NULL ? 0 : v->n;
}

bool
req_bool(const struct req *r, const char *name)
{
	return req_int(r, name) != 0;
}

const uint8_t *
req_bytes(const struct req *r, const char *name, size_t *len)
{
	const struct arg_value	*v = arg_value(r, name);

	*len = v == NULL ? 0 : v->len;
	return v == NULL ? NULL : v->bytes;
}

bool
req_any(const struct req *r, const char *name, struct cbr *c)
{
	const struct arg_value	*v = arg_value(r, name);

	if (v != NULL) {
		*c = v->any;
		return v->sent;
	}
	return r->priv->has_args && cbr_find(&r->priv->args_map, name, c);
}

void
req_each_open(struct req *r, bool (*fn)(struct req *, const char *,
    struct cbr *, void *), void *arg)
{
	struct cbr	 c, value;
	const char	*key;
	size_t		 len;
	uint32_t	 n, i;

	if (!r->priv->has_args)
		return;
	c = r->priv->args_map;
	if (!cbr_map(&c, &n))
		return;
	for (i = 0; i < n && cbr_text(&c, &key, &len); i++) {
		value = c;
		cbr_skip(&c);
		if (arg_index(r->verb, key, len) == -1 &&
		    !fn(r, arena_strndup(r->arena, key, len), &value, arg))
			return;
	}
}
