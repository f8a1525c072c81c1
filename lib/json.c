/* json.c - between CBOR of the wire and JSON of scripts. */
#include "lib/json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/hex.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"

static json_t *read_item(struct cbr *, unsigned depth);

static json_t *
read_bytes(struct cbr *r)
{
	const uint8_t *p;
	size_t len;
	char *text;
	json_t *j;

	if (!cbr_bytes(r, &p, &len))
		return NULL;
	text = xmalloc(BASE64_LEN(len) + 1);
	base64_encode(p, len, text);
	j = json_string(text);
	free(text);
	return j;
}

static json_t *
read_array(struct cbr *r, unsigned depth)
{
	json_t *j = json_array();
	uint32_t n;

	if (!cbr_array(r, &n))
		n = 0;
	while (n-- > 0)
		if (json_array_append_new(j, read_item(r, depth)) != 0) {
			json_decref(j);
			return NULL;
		}
	return j;
}

static json_t *
read_map(struct cbr *r, unsigned depth)
{
	json_t *j = json_object();
	const char *key;
	uint32_t n;
	size_t len;
	char *copy;
	int bad;

	if (!cbr_map(r, &n))
		n = 0;
	while (n-- > 0) {
		if (!cbr_text(r, &key, &len)) {
			json_decref(j);
			return NULL;
		}
		copy = xstrndup(key, len);
		bad = json_object_set_new(j, copy, read_item(r, depth));
		free(copy);
		if (bad != 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

/* NULL on any error; jansson's setters take a NULL as one, too. */
static json_t *
read_item(struct cbr *r, unsigned depth)
{
	char uuid[UUID_TEXT];
	const char *s;
	int64_t i;
	size_t len;
	bool b;

	if (depth == 0)
		return NULL;
	switch (cbr_peek(r)) {
	case CBR_NULL:
		return cbr_null(r) ? json_null() : NULL;
	case CBR_BOOL:
		return cbr_bool(r, &b) ? json_boolean(b) : NULL;
	case CBR_INT:
		return cbr_int(r, &i) ? json_integer(i) : NULL;
	case CBR_TEXT:
		return cbr_text(r, &s, &len) ? json_stringn(s, len) : NULL;
	case CBR_UUID:
		return cbr_uuid_text(r, uuid) ? json_string(uuid) : NULL;
	case CBR_BYTES:
		return read_bytes(r);
	case CBR_ARRAY:
		return read_array(r, depth - 1);
	case CBR_MAP:
		return read_map(r, depth - 1);
	case CBR_NONE:
		break;
	}
	return NULL;
}

/*
 * JSON escapes the controls below U+0020. Others do to a terminal what they
 * do (U+009B begins a sequence), and text that turns round shows what does not
 * stand there: they are escaped as well, which says the same.
 */
static bool
is_shady(uint32_t c)
{
	return (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	    (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069);
}

static void
put_escaped(struct buf *out, const char *s)
{
	const char *end = s + strlen(s), *p;
	uint32_t c;

	while (s < end) {
		p = s;
		c = utf8_next(&s, end);
		if (is_shady(c))
			buf_printf(out, "\\u%04x", (unsigned)c);
		else
			buf_add(out, p, (size_t)(s - p));
	}
}

bool
json_from_cbor(struct buf *out, const void *data, size_t len, unsigned flags)
{
	struct cbr r;
	json_t *j;
	char *text = NULL;

	cbr_init(&r, data, len);
	j = read_item(&r, CBW_DEPTH);
	if (j != NULL && cbr_end(&r))
		text = json_dumps(j, JSON_ENCODE_ANY |
		    ((flags & JSON_PRETTY_PRINT) != 0 ? JSON_INDENT(2) :
		    JSON_COMPACT));
	json_decref(j);
	if (text == NULL)
		return false;
	put_escaped(out, text);
	free(text);
	return true;
}

static bool
write_item(struct cbw *w, const json_t *j, unsigned depth, char err[160])
{
	const char *key;
	json_t *child;
	size_t i;

	if (depth == 0) {
		snprintf(err, 160, "nested more than %d deep", CBOR_DEPTH);
		return false;
	}
	switch (json_typeof(j)) {
	case JSON_NULL:
		cbw_null(w);
		return true;
	case JSON_TRUE:
	case JSON_FALSE:
		cbw_bool(w, json_is_true(j));
		return true;
	case JSON_INTEGER:
		cbw_int(w, json_integer_value(j));
		return true;
	case JSON_STRING:
		cbw_text(w, json_string_value(j), json_string_length(j));
		return true;
	case JSON_REAL:
		snprintf(err, 160, "a number with a fraction must be written "
		    "as text: \"%.10g\"", json_real_value(j));
		return false;
	case JSON_ARRAY:
		cbw_array(w, (uint32_t)json_array_size(j));
		json_array_foreach(j, i, child)
			if (!write_item(w, child, depth - 1, err))
				return false;
		return true;
	case JSON_OBJECT:
		cbw_map(w, (uint32_t)json_object_size(j));
		json_object_foreach((json_t *)(uintptr_t)j, key, child) {
			cbw_textz(w, key);
			if (!write_item(w, child, depth - 1, err))
				return false;
		}
		return true;
	}
	return false;
}

bool
json_to_cbor(struct buf *out, const char *text, size_t len, char err[160])
{
	struct cbw w;
	json_error_t why;
	size_t before = buf_len(out), blank;
	json_t *j;
	bool ok;

	cbw_init(&w, out);
	for (blank = 0; blank < len && strchr(" \t\r\n", text[blank]) != NULL;
	    blank++)
		;
	if (blank == len) {
		cbw_map(&w, 0);
		return true;
	}
	j = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
	    &why);
	if (j == NULL) {
		snprintf(err, 160, "line %d, column %d: %.120s", why.line,
		    why.column, why.text);
		return false;
	}
	ok = write_item(&w, j, CBOR_DEPTH + 1, err);
	json_decref(j);
	if (!ok)
		buf_truncate(out, before);
	return ok;
}
