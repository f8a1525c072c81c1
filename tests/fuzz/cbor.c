/* CBOR: the check, the reader (also on what the check refuses), the client's
 * tree, JSON and back. What was good is the same after a turn through the
 * tree. */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/cbor.h"
#include "lib/json.h"
#include "tests/fuzz/fuzz.h"
#include "tui/val.h"

static void
walk(struct cbr *c, struct arena *a, int depth)
{
	struct cbr	 found;
	const uint8_t	*bytes;
	const char	*s;
	char		 text[UUID_TEXT];
	size_t		 len;
	uint32_t	 n, i;
	int64_t		 v;
	bool		 b;

	switch (cbr_peek(c)) {
	case CBR_MAP:
		(void)cbr_find(c, "id", &found);
		if (!cbr_map(c, &n))
			return;
		for (i = 0; i < n && cbr_text(c, &s, &len) && depth < 40; i++)
			walk(c, a, depth + 1);
		break;
	case CBR_ARRAY:
		if (!cbr_array(c, &n))
			return;
		for (i = 0; i < n && cbr_ok(c) && depth < 40; i++)
			walk(c, a, depth + 1);
		break;
	case CBR_TEXT:
		(void)cbr_textz(c, a);
		break;
	case CBR_BYTES:
		(void)cbr_bytes(c, &bytes, &len);
		break;
	case CBR_UUID:
		(void)cbr_uuid_text(c, text);
		break;
	case CBR_INT:
		(void)cbr_int(c, &v);
		break;
	case CBR_BOOL:
		(void)cbr_bool(c, &b);
		break;
	case CBR_NULL:
		(void)cbr_null(c);
		break;
	case CBR_NONE:
		cbr_skip(c);
		break;
	}
}

static void
round_trip(const uint8_t *p, size_t len)
{
	struct val	*v = val_decode(p, len), *w;
	struct buf	 json = BUF_INIT, back = BUF_INIT;
	char		 err[160];
	uint8_t		*bytes;
	size_t		 n;

	if (v == NULL)
		return;		/* a key that is none */
	val_encode(v, &bytes, &n);
	w = val_decode(bytes, n);
	if (w == NULL || !val_equal(v, w))
		abort();
	val_free(v);
	val_free(w);
	free(bytes);
	if (!json_from_cbor(&json, p, len, 0))
		abort();
	if (json_to_cbor(&back, buf_text(&json), buf_len(&json), err) &&
	    cbor_check(buf_data(&back), buf_len(&back), NULL) != NULL)
		abort();
	buf_free(&json);
	buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct arena	*a = arena_new();
	struct buf	 b = BUF_INIT;
	struct cbr	 c;
	char		 err[160];

	cbr_init(&c, p, len);
	walk(&c, a, 0);
	(void)cbr_end(&c);
	cbr_init(&c, p, len);
	cbr_skip(&c);
	if (cbor_check(p, len, NULL) == NULL)
		round_trip(p, len);
	if (json_to_cbor(&b, (const char *)p, len, err) &&
	    cbor_check(buf_data(&b), buf_len(&b), NULL) != NULL)
		abort();
	buf_free(&b);
	arena_free(a);
	return 0;
}
