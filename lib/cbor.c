/*
 * cbor.c - writing, checking and reading CBOR. Every head is made and taken
 * by libcbor's streaming functions; what an item may be is decided here.
 */
#include "lib/cbor.h"

#include <cbor.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/log.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"

#define HEAD_MAX	9	/* bytes of the longest head */
#define OPEN_HEAD	3	/* of a head whose count comes later */
#define OPEN_MAP	0xb9	/* map, count in two bytes */
#define OPEN_ARRAY	0x99	/* array, likewise */

/* --- Writing ------------------------------------------------------------- */

void
cbw_init(struct cbw *w, struct buf *buf)
{
	memset(w, 0, sizeof(*w));
	w->buf = buf;
}

/* An item has been written whole; that may complete the ones around it. */
static void
item_done(struct cbw *w)
{
	while (w->depth > 0) {
		if (w->stack[w->depth - 1].open) {
			w->stack[w->depth - 1].left++;
			return;
		}
		if (--w->stack[w->depth - 1].left > 0)
			return;
		w->depth--;
	}
	w->items++;
}

static void
push(struct cbw *w, bool open, bool map, uint32_t left)
{
	if (w->depth == CBW_DEPTH)
		fatalx("cbor: written more than %d deep", CBW_DEPTH);
	w->stack[w->depth].open = open;
	w->stack[w->depth].map = map;
	w->stack[w->depth].left = left;
	w->stack[w->depth].at = buf_len(w->buf);
	w->depth++;
}

typedef size_t (*head_fn)(size_t, unsigned char *, size_t);

static void
head(struct cbw *w, head_fn fn, size_t n)
{
	uint8_t *p = buf_reserve(w->buf, HEAD_MAX);

	buf_commit(w->buf, fn(n, p, HEAD_MAX));
}

void
cbw_map(struct cbw *w, uint32_t pairs)
{
	if (pairs > UINT32_MAX / 2)
		fatalx("cbor: a map of %u pairs", pairs);
	head(w, cbor_encode_map_start, pairs);
	if (pairs == 0)
		item_done(w);
	else
		push(w, false, true, pairs * 2);
}

void
cbw_array(struct cbw *w, uint32_t items)
{
	head(w, cbor_encode_array_start, items);
	if (items == 0)
		item_done(w);
	else
		push(w, false, false, items);
}

static void
begin(struct cbw *w, bool map)
{
	push(w, true, map, 0);
	buf_add8(w->buf, map ? OPEN_MAP : OPEN_ARRAY);
	buf_add(w->buf, "\0\0", 2);
}

static void
end(struct cbw *w, bool map)
{
	uint32_t n;
	size_t at;
	uint8_t *p;

	if (w->depth == 0 || !w->stack[w->depth - 1].open ||
	    w->stack[w->depth - 1].map != map)
		fatalx("cbor: end of a %s that is not open",
		    map ? "map" : "array");
	w->depth--;
	n = w->stack[w->depth].left;
	at = w->stack[w->depth].at;
	if (map && n % 2 != 0)
		fatalx("cbor: a key without a value");
	if (map)
		n /= 2;
	if (n > UINT16_MAX)
		fatalx("cbor: %u items where 65535 fit", n);
	p = w->buf->base + w->buf->off + at;
	p[1] = (uint8_t)(n >> 8);
	p[2] = (uint8_t)n;
	item_done(w);
}

void
cbw_map_begin(struct cbw *w)
{
	begin(w, true);
}

void
cbw_map_end(struct cbw *w)
{
	end(w, true);
}

void
cbw_array_begin(struct cbw *w)
{
	begin(w, false);
}

void
cbw_array_end(struct cbw *w)
{
	end(w, false);
}

void
cbw_null(struct cbw *w)
{
	uint8_t *p = buf_reserve(w->buf, HEAD_MAX);

	buf_commit(w->buf, cbor_encode_null(p, HEAD_MAX));
	item_done(w);
}

void
cbw_bool(struct cbw *w, bool v)
{
	uint8_t *p = buf_reserve(w->buf, HEAD_MAX);

	buf_commit(w->buf, cbor_encode_bool(v, p, HEAD_MAX));
	item_done(w);
}

void
cbw_int(struct cbw *w, int64_t v)
{
	uint8_t *p = buf_reserve(w->buf, HEAD_MAX);

	buf_commit(w->buf, v >= 0 ?
	    cbor_encode_uint((uint64_t)v, p, HEAD_MAX) :
	    cbor_encode_negint((uint64_t)(-1 - v), p, HEAD_MAX));
	item_done(w);
}

static void
text_out(struct cbw *w, head_fn fn, const void *data, size_t len)
{
	uint8_t	*p = buf_reserve(w->buf, HEAD_MAX + len);
	size_t	 n = fn(len, p, HEAD_MAX);

	if (len > 0)
		memcpy(p + n, data, len);
	buf_commit(w->buf, n + len);
	item_done(w);
}

void
cbw_text(struct cbw *w, const char *s, size_t len)
{
	uint8_t *p;

	if (len >= 24) {
		text_out(w, cbor_encode_string_start, s, len);
		return;
	}
	/* Most values of a page are short: the length stands in the head. */
	p = buf_reserve(w->buf, HEAD_MAX + len);
	*p = (uint8_t)(0x60 | len);
	if (len > 0)
		memcpy(p + 1, s, len);
	buf_commit(w->buf, len + 1);
	item_done(w);
}

void
cbw_textz(struct cbw *w, const char *s)
{
	if (s == NULL)
		cbw_null(w);
	else
		cbw_text(w, s, strlen(s));
}

void
cbw_bytes(struct cbw *w, const void *data, size_t len)
{
	text_out(w, cbor_encode_bytestring_start, data, len);
}

void
cbw_uuid(struct cbw *w, const struct uuid *u)
{
	static const uint8_t head[] = { 0xd8, CBOR_TAG_UUID, 0x50 };
	uint8_t *p = buf_reserve(w->buf, sizeof(head) + sizeof(u->b));

	memcpy(p, head, sizeof(head));
	memcpy(p + sizeof(head), u->b, sizeof(u->b));
	buf_commit(w->buf, sizeof(head) + sizeof(u->b));
	item_done(w);
}

void
cbw_uuidz(struct cbw *w, const char *s)
{
	struct uuid u;

	if (s != NULL && uuid_parse(s, strlen(s), &u))
		cbw_uuid(w, &u);
	else
		cbw_textz(w, s);
}

void
cbw_room(struct cbw *w, size_t n)
{
	buf_reserve(w->buf, n);
}

void
cbw_raw(struct cbw *w, const void *data, size_t len)
{
	buf_add(w->buf, data, len);
	item_done(w);
}

void
cbw_kv_text(struct cbw *w, const char *key, const char *value)
{
	cbw_textz(w, key);
	cbw_textz(w, value);
}

void
cbw_kv_int(struct cbw *w, const char *key, int64_t value)
{
	cbw_textz(w, key);
	cbw_int(w, value);
}

void
cbw_kv_bool(struct cbw *w, const char *key, bool value)
{
	cbw_textz(w, key);
	cbw_bool(w, value);
}

void
cbw_kv_uuid(struct cbw *w, const char *key, const char *value)
{
	cbw_textz(w, key);
	cbw_uuidz(w, value);
}

void
cbw_kv_null(struct cbw *w, const char *key)
{
	cbw_textz(w, key);
	cbw_null(w);
}

bool
cbw_complete(const struct cbw *w)
{
	return w->depth == 0 && w->items == 1;
}

/* --- One item ------------------------------------------------------------ */

/* What the decoder says about the next item; a map's or array's content
 * follows it, a tag's as well. */
struct item {
	enum {
		IT_NONE,		/* nothing that Konak's wire has */
		IT_NULL,
		IT_BOOL,
		IT_INT,
		IT_TEXT,
		IT_BYTES,
		IT_ARRAY,
		IT_MAP,
		IT_TAG
	} type;
	const char	*why;		/* IT_NONE: what is wrong */
	const uint8_t	*p;		/* IT_TEXT, IT_BYTES */
	uint64_t	 n;		/* length, count or tag */
	int64_t		 i;
	bool		 b;
};

static void
bad(void *arg, const char *why)
{
	struct item *it = arg;

	it->type = IT_NONE;
	it->why = why;
}

static void
on_uint(void *arg, uint64_t v)
{
	struct item *it = arg;

	if (v > INT64_MAX) {
		bad(arg, "integer out of range");
		return;
	}
	it->type = IT_INT;
	it->i = (int64_t)v;
}

static void
on_negint(void *arg, uint64_t v)
{
	struct item *it = arg;

	if (v > INT64_MAX) {
		bad(arg, "integer out of range");
		return;
	}
	it->type = IT_INT;
	it->i = -1 - (int64_t)v;
}

#define ON_INT(bits) \
static void on_uint##bits(void *arg, uint##bits##_t v) { on_uint(arg, v); } \
static void on_negint##bits(void *arg, uint##bits##_t v) { on_negint(arg, v); }
ON_INT(8)
ON_INT(16)
ON_INT(32)
#undef ON_INT

static void
on_bytes(void *arg, cbor_data data, size_t len)
{
	struct item *it = arg;

	it->type = IT_BYTES;
	it->p = data;
	it->n = len;
}

static void
on_text(void *arg, cbor_data data, size_t len)
{
	struct item *it = arg;

	it->type = IT_TEXT;
	it->p = data;
	it->n = len;
}

static void
on_array(void *arg, size_t n)
{
	struct item *it = arg;

	it->type = IT_ARRAY;
	it->n = n;
}

static void
on_map(void *arg, size_t n)
{
	struct item *it = arg;

	it->type = IT_MAP;
	it->n = n;
}

static void
on_tag(void *arg, uint64_t tag)
{
	struct item *it = arg;

	it->type = IT_TAG;
	it->n = tag;
}

static void
on_null(void *arg)
{
	((struct item *)arg)->type = IT_NULL;
}

static void
on_bool(void *arg, bool v)
{
	struct item *it = arg;

	it->type = IT_BOOL;
	it->b = v;
}

static void
on_indefinite(void *arg)
{
	bad(arg, "indefinite length");
}

static void
on_float(void *arg, float v)
{
	bad(arg, "floating point number");
}

static void
on_double(void *arg, double v)
{
	bad(arg, "floating point number");
}

static void
on_undefined(void *arg)
{
	bad(arg, "undefined");
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8,
	.uint16 = on_uint16,
	.uint32 = on_uint32,
	.uint64 = on_uint,
	.negint8 = on_negint8,
	.negint16 = on_negint16,
	.negint32 = on_negint32,
	.negint64 = on_negint,
	.byte_string_start = on_indefinite,
	.byte_string = on_bytes,
	.string = on_text,
	.string_start = on_indefinite,
	.indef_array_start = on_indefinite,
	.array_start = on_array,
	.indef_map_start = on_indefinite,
	.map_start = on_map,
	.tag = on_tag,
	.float2 = on_float,
	.float4 = on_float,
	.float8 = on_double,
	.undefined = on_undefined,
	.null = on_null,
	.boolean = on_bool,
	.indef_break = on_indefinite
};

/* Decodes one head (with the bytes of a string) and moves *p behind it. A
 * count is compared with what is left: every item takes at least a byte. */
static const char *
next_item(const uint8_t **p, const uint8_t *end, struct item *it)
{
	struct cbor_decoder_result r;
	size_t left = (size_t)(end - *p);

	it->type = IT_NONE;
	it->why = "unknown item";
	if (left == 0)
		return "cut short";
	r = cbor_stream_decode(*p, left, &callbacks, it);
	if (r.status == CBOR_DECODER_NEDATA)
		return "cut short";
	if (r.status != CBOR_DECODER_FINISHED)
		return "malformed item";
	if (it->type == IT_NONE)
		return it->why;
	*p += r.read;
	left -= r.read;
	if (it->type == IT_ARRAY && it->n > left)
		return "array longer than the bytes left";
	if (it->type == IT_MAP && it->n > left / 2)
		return "map longer than the bytes left";
	if (it->type == IT_TAG && it->n != CBOR_TAG_UUID)
		return "unknown tag";
	return NULL;
}

/* --- Checking ------------------------------------------------------------ */

const struct cbor_limits cbor_limits_wire = { CBOR_DEPTH, CBOR_ITEMS };

struct check {
	const uint8_t	*p;
	const uint8_t	*end;
	unsigned	 depth;		/* still allowed */
	unsigned	 items;		/* still allowed */
};

struct key {
	const uint8_t	*p;
	size_t		 len;
};

static int
key_cmp(const void *va, const void *vb)
{
	const struct key *a = va, *b = vb;

	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->p, b->p, a->len);
}

static const char *check_item(struct check *);

static const char *
check_map(struct check *c, size_t n)
{
	const char *why = NULL;
	struct key few[16], *keys = few;
	struct item it;
	size_t i;

	if (n > c->items / 2)
		return "too many items";
	if (n > sizeof(few) / sizeof(few[0]))
		keys = xreallocarray(NULL, n, sizeof(*keys));
	for (i = 0; i < n && why == NULL; i++) {
		if ((why = next_item(&c->p, c->end, &it)) != NULL)
			break;
		if (it.type != IT_TEXT)
			why = "key that is not text";
		else if (!utf8_ok((const char *)it.p, it.n))
			why = "text that is not UTF-8";
		else if (c->items == 0)
			why = "too many items";
		else {
			c->items--;
			keys[i].p = it.p;
			keys[i].len = it.n;
			why = check_item(c);
		}
	}
	if (why == NULL && n > 1) {
		qsort(keys, n, sizeof(*keys), key_cmp);
		for (i = 1; i < n; i++)
			if (key_cmp(&keys[i - 1], &keys[i]) == 0)
				why = "key that occurs twice";
	}
	if (keys != few)
		free(keys);
	return why;
}

static const char *
check_item(struct check *c)
{
	const char *why;
	struct item it;

	if (c->items == 0)
		return "too many items";
	c->items--;
	if ((why = next_item(&c->p, c->end, &it)) != NULL)
		return why;
	switch (it.type) {
	case IT_TEXT:
		return utf8_ok((const char *)it.p, it.n) ? NULL :
		    "text that is not UTF-8";
	case IT_TAG:
		if ((why = next_item(&c->p, c->end, &it)) != NULL)
			return why;
		return it.type == IT_BYTES && it.n == 16 ? NULL :
		    "uuid that is not 16 bytes";
	case IT_ARRAY:
	case IT_MAP:
		break;
	default:
		return NULL;
	}
	if (c->depth == 0)
		return "too deep";
	c->depth--;
	if (it.type == IT_MAP)
		why = check_map(c, it.n);
	else
		while (it.n-- > 0 && why == NULL)
			why = check_item(c);
	c->depth++;
	return why;
}

const char *
cbor_check(const void *data, size_t len, const struct cbor_limits *limits)
{
	struct check c;
	const char *why;

	if (limits == NULL)
		limits = &cbor_limits_wire;
	if (len == 0)
		return "cut short";
	c.p = data;
	c.end = c.p + len;
	c.depth = limits->depth;
	c.items = limits->items;
	if ((why = check_item(&c)) != NULL)
		return why;
	return c.p == c.end ? NULL : "bytes after the item";
}

/* --- Reading ------------------------------------------------------------- */

void
cbr_init(struct cbr *r, const void *data, size_t len)
{
	r->p = data;
	r->end = len != 0 ? r->p + len : r->p;
	r->error = NULL;
}

void
cbr_fail(struct cbr *r, const char *why)
{
	if (r->error == NULL)
		r->error = why;
}

bool
cbr_ok(const struct cbr *r)
{
	return r->error == NULL;
}

bool
cbr_end(struct cbr *r)
{
	if (r->p != r->end)
		cbr_fail(r, "bytes after the item");
	return cbr_ok(r);
}

enum cbr_type
cbr_peek(const struct cbr *r)
{
	static const enum cbr_type types[] = {
		CBR_INT, CBR_INT, CBR_BYTES, CBR_TEXT, CBR_ARRAY, CBR_MAP,
		CBR_UUID
	};

	if (r->error != NULL || r->p == r->end)
		return CBR_NONE;
	if (*r->p >> 5 != 7)
		return types[*r->p >> 5];
	if (*r->p == 0xf6)
		return CBR_NULL;
	return *r->p == 0xf4 || *r->p == 0xf5 ? CBR_BOOL : CBR_NONE;
}

static bool
take(struct cbr *r, struct item *it)
{
	const char *why;

	if (r->error != NULL)
		return false;
	if ((why = next_item(&r->p, r->end, it)) != NULL)
		r->error = why;
	return why == NULL;
}

static bool
expect(struct cbr *r, struct item *it, int type, const char *why)
{
	if (!take(r, it))
		return false;
	if ((int)it->type != type)
		cbr_fail(r, why);
	return r->error == NULL;
}

bool
cbr_map(struct cbr *r, uint32_t *pairs)
{
	struct item it;

	*pairs = 0;
	if (!expect(r, &it, IT_MAP, "map expected"))
		return false;
	if (it.n > UINT32_MAX)
		cbr_fail(r, "map too long");
	else
		*pairs = (uint32_t)it.n;
	return cbr_ok(r);
}

bool
cbr_array(struct cbr *r, uint32_t *items)
{
	struct item it;

	*items = 0;
	if (!expect(r, &it, IT_ARRAY, "array expected"))
		return false;
	if (it.n > UINT32_MAX)
		cbr_fail(r, "array too long");
	else
		*items = (uint32_t)it.n;
	return cbr_ok(r);
}

bool
cbr_text(struct cbr *r, const char **s, size_t *len)
{
	struct item it;

	*s = "";
	*len = 0;
	if (!expect(r, &it, IT_TEXT, "text expected"))
		return false;
	*s = (const char *)it.p;
	*len = it.n;
	return true;
}

char *
cbr_textz(struct cbr *r, struct arena *a)
{
	const char *s;
	size_t len;

	if (!cbr_text(r, &s, &len))
		return NULL;
	if (memchr(s, '\0', len) != NULL) {
		cbr_fail(r, "NUL in a text");
		return NULL;
	}
	return arena_strndup(a, s, len);
}

bool
cbr_bytes(struct cbr *r, const uint8_t **p, size_t *len)
{
	struct item it;

	*p = NULL;
	*len = 0;
	if (!expect(r, &it, IT_BYTES, "bytes expected"))
		return false;
	*p = it.p;
	*len = it.n;
	return true;
}

bool
cbr_int(struct cbr *r, int64_t *v)
{
	struct item it;

	*v = 0;
	if (!expect(r, &it, IT_INT, "integer expected"))
		return false;
	*v = it.i;
	return true;
}

bool
cbr_bool(struct cbr *r, bool *v)
{
	struct item it;

	*v = false;
	if (!expect(r, &it, IT_BOOL, "boolean expected"))
		return false;
	*v = it.b;
	return true;
}

bool
cbr_uuid(struct cbr *r, struct uuid *u)
{
	struct item it;

	memset(u, 0, sizeof(*u));
	if (!take(r, &it))
		return false;
	if (it.type == IT_TEXT && uuid_parse((const char *)it.p, it.n, u))
		return true;
	if (it.type == IT_TAG && take(r, &it) && it.type == IT_BYTES &&
	    it.n == sizeof(u->b)) {
		memcpy(u->b, it.p, sizeof(u->b));
		return true;
	}
	cbr_fail(r, "uuid expected");
	return false;
}

bool
cbr_uuid_text(struct cbr *r, char out[UUID_TEXT])
{
	struct uuid u;
	bool ok = cbr_uuid(r, &u);

	uuid_format(&u, out);
	return ok;
}

bool
cbr_null(struct cbr *r)
{
	if (cbr_peek(r) != CBR_NULL)
		return false;
	r->p++;
	return true;
}

/* A count of items to come instead of recursion, so that unchecked depth
 * costs no stack. It cannot overflow: a count is never more than the bytes
 * that are left. */
void
cbr_skip(struct cbr *r)
{
	struct item it;
	uint64_t todo = 1;

	while (todo > 0 && take(r, &it)) {
		todo--;
		if (it.type == IT_ARRAY)
			todo += it.n;
		else if (it.type == IT_MAP)
			todo += it.n * 2;
		else if (it.type == IT_TAG)
			todo++;
	}
}

bool
cbr_raw(struct cbr *r, const uint8_t **p, size_t *len)
{
	const uint8_t *from = r->p;

	cbr_skip(r);
	*p = from;
	*len = cbr_ok(r) ? (size_t)(r->p - from) : 0;
	return cbr_ok(r);
}

bool
cbr_find(const struct cbr *map, const char *key, struct cbr *value)
{
	struct cbr r = *map;
	const char *s;
	uint32_t n;
	size_t len;

	if (!cbr_map(&r, &n))
		return false;
	while (n-- > 0 && cbr_text(&r, &s, &len)) {
		if (cbr_is(s, len, key)) {
			*value = r;
			return true;
		}
		cbr_skip(&r);
	}
	return false;
}

bool
cbr_is(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}
