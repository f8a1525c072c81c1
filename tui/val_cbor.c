/* val_cbor.c - the tree as CBOR of the wire, and as JSON through it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/json.h"
#include "tui/val.h"

static void
val_write(struct cbw *w, const struct val *v)
{
	size_t	i;

	switch (v->kind) {
	case VAL_NULL:
		cbw_null(w);
		break;
	case VAL_BOOL:
		cbw_bool(w, v->i != 0);
		break;
	case VAL_INT:
		cbw_int(w, v->i);
		break;
	case VAL_TEXT:
		cbw_text(w, v->s, v->len);
		break;
	case VAL_BYTES:
		cbw_bytes(w, v->s, v->len);
		break;
	case VAL_UUID:
		cbw_uuidz(w, v->s);
		break;
	case VAL_ARRAY:
		cbw_array(w, (uint32_t)v->n);
		for (i = 0; i < v->n; i++)
			val_write(w, v->item[i]);
		break;
	case VAL_MAP:
		cbw_map(w, (uint32_t)v->n);
		for (i = 0; i < v->n; i++) {
			cbw_key(w, v->key[i]);
			val_write(w, v->item[i]);
		}
		break;
	}
}

void
val_encode(const struct val *v, uint8_t **out, size_t *len)
{
	struct buf	b = BUF_INIT;
	struct cbw	w;

	cbw_init(&w, &b);
	val_write(&w, v);
	*out = buf_take(&b, len);
}

static struct val *val_read(struct cbr *);

static struct val *
val_read_map(struct cbr *r)
{
	struct val	*m = val_map();
	struct val	*v;
	const char	*s;
	char		 key[256];
	uint32_t	 n;
	size_t		 len;

	for (cbr_map(r, &n); cbr_ok(r) && n > 0; n--) {
		if (!cbr_text(r, &s, &len))
			break;
		if (len >= sizeof key || memchr(s, '\0', len) != NULL) {
			cbr_fail(r, "key too long, or with a NUL");
			break;
		}
		memcpy(key, s, len);
		key[len] = '\0';
		if ((v = val_read(r)) == NULL)
			break;
		val_put_new(m, key, v);
	}
	return m;
}

static struct val *
val_read(struct cbr *r)
{
	struct val	*v = NULL, *item;
	const char	*s = NULL;
	const uint8_t	*p = NULL;
	char		 uuid[UUID_TEXT];
	size_t		 len = 0;
	int64_t		 i = 0;
	uint32_t	 n = 0;
	bool		 b = false;

	switch (cbr_peek(r)) {
	case CBR_NULL:
		cbr_null(r);
		return val_null();
	case CBR_BOOL:
		cbr_bool(r, &b);
		return val_bool(b);
	case CBR_INT:
		cbr_int(r, &i);
		return val_int(i);
	case CBR_TEXT:
		return cbr_text(r, &s, &len) ? val_textn(s, len) : NULL;
	case CBR_BYTES:
		return cbr_bytes(r, &p, &len) ? val_bytes(p, len) : NULL;
	case CBR_UUID:
		return cbr_uuid_text(r, uuid) ? val_uuid(uuid) : NULL;
	case CBR_ARRAY:
		v = val_array();
		for (cbr_array(r, &n); cbr_ok(r) && n > 0; n--) {
			if ((item = val_read(r)) == NULL)
				break;
			val_add(v, item);
		}
		break;
	case CBR_MAP:
		v = val_read_map(r);
		break;
	case CBR_NONE:
		return NULL;
	}
	if (!cbr_ok(r)) {
		val_free(v);
		return NULL;
	}
	return v;
}

struct val *
val_decode(const uint8_t *p, size_t len)
{
	/* A long reply may hold more than one request may. */
	static const struct cbor_limits	 limits = { CBOR_DEPTH, 4000000 };
	struct cbr			 r;

	if (cbor_check(p, len, &limits) != NULL)
		return NULL;
	cbr_init(&r, p, len);
	return val_read(&r);
}

char *
val_json(const struct val *v, bool pretty)
{
	struct buf	 b = BUF_INIT;
	uint8_t		*cbor;
	size_t		 len;

	val_encode(v, &cbor, &len);
	if (!json_from_cbor(&b, cbor, len, pretty ? JSON_PRETTY_PRINT : 0))
		buf_addz(&b, "null");
	free(cbor);
	return buf_take(&b, NULL);
}

struct val *
val_parse_json(const char *s, size_t len, char *err, size_t errlen)
{
	struct buf	 b = BUF_INIT;
	struct val	*v = NULL;
	char		 why[160] = "";

	if (json_to_cbor(&b, s, len, why))
		v = val_decode(buf_data(&b), buf_len(&b));
	if (v == NULL)
		snprintf(err, errlen, "%s", why);
	buf_wipe(&b);
	return v;
}
