/*
 * Every verb's arguments, judged by its row and by the definitions. The input
 * is a list of decisions: which verb, then for each argument which name and
 * what value; or, for a verb of an odd number, the arguments' bytes as they
 * are.
 */
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/frame.h"
#include "lib/xmalloc.h"
#include "server/def/def.h"
#include "server/verb.h"
#include "tests/fuzz/server.h"

#define VERBS	8192
#define DEPTH	6

static const struct verb	*verbs[VERBS];
static size_t			 nverbs;

static void
gather(const struct verb *v, void *arg)
{
	if (nverbs < VERBS)
		verbs[nverbs++] = v;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	fuzz_server_start();
	verb_each(gather, NULL);
	return 0;
}

/* A name: of the verb's arguments, of a field of its record, or of those that
 * maps inside of arguments have. */
static const char *
name_of(const struct verb *v, const struct def *d, unsigned which)
{
	static const char *const	words[] = { "filter", "search", "sort",
	    "desc", "limit", "after", "op", "value", "from", "to", "id",
	    "version", "ids", "rows", "columns", "mapping", "field", "in",
	    "between", "null", "not", "eq", "ne", "lt", "gt", "contains",
	    "starts", "values", "lines", "custom", "date", "group", "by" };
	unsigned			n = 0;

	while (n < VERB_ARGS && v->args[n].type != ARG_END)
		n++;
	if (which < n)
		return v->args[which].name;
	which -= n;
	if (d != NULL && which < d->nfields)
		return d->fields[which]->name;
	return words[which % (sizeof words / sizeof *words)];
}

static void
value(struct cbw *w, struct fuzz *f, const struct verb *v,
    const struct def *d, int depth)
{
	unsigned	 kind = fuzz_byte(f), n, i;
	struct uuid	 id;
	const uint8_t	*s;
	struct buf	 number = BUF_INIT;
	size_t		 len;

	if (depth >= DEPTH && (kind % 12) >= 10)
		kind = 0;
	switch (kind % 12) {
	case 0:
		cbw_null(w);
		break;
	case 1:
		cbw_bool(w, kind & 16);
		break;
	case 2:
		cbw_int(w, (int8_t)fuzz_byte(f));
		break;
	case 3:
		cbw_int(w, kind & 16 ? INT64_MAX : INT64_MIN);
		break;
	case 4:
		len = fuzz_byte(f);
		s = fuzz_bytes(f, &len);
		cbw_bytes(w, s, len);
		break;
	case 5:
		uuid_v7(&id);
		id.b[15] = (uint8_t)fuzz_byte(f);
		cbw_uuid(w, &id);
		break;
	case 6:
		buf_printf(&number, "%d.%02u", (int8_t)fuzz_byte(f),
		    fuzz_byte(f) % 100);
		cbw_textz(w, buf_text(&number));
		buf_free(&number);
		break;
	case 7:
		buf_printf(&number, "20%02u-%02u-%02u", fuzz_byte(f) % 100,
		    fuzz_byte(f) % 14, fuzz_byte(f) % 33);
		cbw_textz(w, buf_text(&number));
		buf_free(&number);
		break;
	case 8:
		cbw_textz(w, name_of(v, d, fuzz_byte(f)));
		break;
	case 9:
		len = fuzz_byte(f);
		s = fuzz_bytes(f, &len);
		cbw_text(w, (const char *)s, len);
		break;
	case 10:
		n = fuzz_byte(f) % 5;
		cbw_array(w, n);
		for (i = 0; i < n; i++)
			value(w, f, v, d, depth + 1);
		break;
	case 11:
		n = fuzz_byte(f) % 6;
		cbw_map(w, n);
		for (i = 0; i < n; i++) {
			cbw_textz(w, name_of(v, d, fuzz_byte(f)));
			value(w, f, v, d, depth + 1);
		}
		break;
	}
}

static const struct def *
def_of(const struct verb *v)
{
	const char	*dot = strchr(v->name, '.');
	char		 name[64];

	if (dot == NULL || (size_t)(dot - v->name) >= sizeof name)
		return NULL;
	memcpy(name, v->name, (size_t)(dot - v->name));
	name[dot - v->name] = '\0';
	return def_find(name);
}

static void
arguments(struct cbw *w, struct fuzz *f, const struct verb *v)
{
	const struct def	*d = def_of(v);
	unsigned		 n = fuzz_byte(f) % 10, i;

	cbw_map(w, n);
	for (i = 0; i < n; i++) {
		/* The first ones in order: what is required is soon there. */
		cbw_textz(w, name_of(v, d, i < 2 ? i : fuzz_byte(f)));
		value(w, f, v, d, 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct fuzz		 f = { p, p + len };
	unsigned		 which = fuzz_byte(&f) << 8;
	const struct verb	*v;
	struct buf		 b = BUF_INIT;
	struct cbw		 w;
	struct client		*c;
	struct uuid		 id;
	struct frame		 head = { 0, FRAME_REQUEST, 0, 1 };

	which |= fuzz_byte(&f);
	v = verbs[(which >> 1) % nverbs];
	memset(buf_reserve(&b, FRAME_HEADER), 0, FRAME_HEADER);
	buf_commit(&b, FRAME_HEADER);
	cbw_init(&w, &b);
	cbw_map(&w, 3);
	cbw_kv_text(&w, "verb", v->name);
	uuid_v7(&id);
	cbw_key(&w, "id");
	cbw_uuid(&w, &id);
	cbw_key(&w, "args");
	if (which & 1)
		buf_add(&b, f.p, (size_t)(f.end - f.p));
	else
		arguments(&w, &f, v);
	if (buf_len(&b) - FRAME_HEADER <= FRAME_BODY_MAX) {
		head.len = (uint32_t)(buf_len(&b) - FRAME_HEADER);
		frame_encode(&head, b.base + b.off);
		c = fuzz_client(true);
		fuzz_client_feed(c, buf_data(&b), buf_len(&b), &f);
		fuzz_client_end(c, &f);
	}
	buf_free(&b);
	return 0;
}
