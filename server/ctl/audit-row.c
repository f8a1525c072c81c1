/* audit-row.c - rows of the audit chain: from the database, hashed, and as
 * lines of an export. */
#include <arpa/inet.h>

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/hex.h"
#include "server/ctl/audit.h"
#include "server/ctl/ctl.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_US	INT64_C(946684800000000)

const char *const audit_names[AUDIT_COLUMNS] = {
#define X(name, word, type) word,
	AUDIT_TABLE(X)
#undef X
};

static const uint32_t types[AUDIT_COLUMNS] = {
#define X(name, word, type) type,
	AUDIT_TABLE(X)
#undef X
};

/* --- From the database --------------------------------------------------------- */

static const char rows_sql[] =
"select coalesce(c.company_id, l.company_id) as company, c.seq, c.hash, c.at, "
"    c.id, "
#define X(name, word, type) "l." word ", "
    AUDIT_TABLE(X)
#undef X
"    v.values::text, v.salt "
"from konak.audit_chain c "
"full join konak.audit_logs l on l.company_id = c.company_id "
"    and l.at = c.at and l.id = c.id "
"left join konak.audit_values v on v.company_id = l.company_id "
"    and v.at = l.at and v.id = l.id "
"where $1::uuid is null or coalesce(c.company_id, l.company_id) = $1 "
"order by 1, c.seq nulls last, l.at, l.id";

static struct audit_bytes
cell(const PGresult *res, int column)
{
	struct audit_bytes	b = { NULL, 0 };

	if (PQgetisnull(res, 0, column))
		return b;
	b.p = (const uint8_t *)PQgetvalue(res, 0, column);
	b.len = PQgetlength(res, 0, column);
	return b;
}

static int64_t
int64_of(struct audit_bytes b)
{
	uint64_t	v = 0;

	if (b.p != NULL && b.len == sizeof v)
		memcpy(&v, b.p, sizeof v);
	return (int64_t)be64toh(v);
}

static void
uuid_text(struct audit_bytes b, char out[UUID_TEXT])
{
	struct uuid	u;

	memset(&u, 0, sizeof u);
	if (b.p != NULL && b.len == sizeof u.b)
		memcpy(u.b, b.p, sizeof u.b);
	uuid_format(&u, out);
}

static void
take(const PGresult *res, struct audit_row *r)
{
	int	i, n = 0;

	uuid_text(cell(res, n++), r->company);
	r->chained = !PQgetisnull(res, 0, n);
	r->seq = int64_of(cell(res, n++));
	r->hash = cell(res, n++);
	r->place_at = cell(res, n++);
	r->place_id = cell(res, n++);
	for (i = 0; i < AUDIT_COLUMNS; i++)
		r->column[i] = cell(res, n++);
	r->there = r->column[AUDIT_ID].p != NULL;
	r->values = cell(res, n++);
	r->salt = cell(res, n++);
}

void
audit_rows(PGconn *conn, const char *company,
    void (*fn)(const struct audit_row *, void *), void *arg)
{
	struct audit_row	 r;
	PGresult		*res;

	/* A row at a time, as bytes: a tenant's audit may be long. */
	if (!PQsendQueryParams(conn, rows_sql, 1, NULL, &company, NULL, NULL,
	    1) || !PQsetSingleRowMode(conn))
		ctl_die("%s", PQerrorMessage(conn));
	while ((res = PQgetResult(conn)) != NULL) {
		if (PQresultStatus(res) == PGRES_SINGLE_TUPLE) {
			take(res, &r);
			fn(&r, arg);
		} else if (PQresultStatus(res) != PGRES_TUPLES_OK)
			ctl_die("%s", PQresultErrorMessage(res));
		PQclear(res);
	}
}

/* --- Hashes --------------------------------------------------------------------- */

static void
hash32(crypto_hash_sha256_state *h, uint32_t v)
{
	v = htonl(v);
	crypto_hash_sha256_update(h, (const unsigned char *)&v, sizeof v);
}

/* konak.audit_chain_bytes() of 0125: what record_send() makes. */
void
audit_hash(const struct audit_row *r, const uint8_t before[AUDIT_HASH],
    uint8_t out[AUDIT_HASH])
{
	crypto_hash_sha256_state	h;
	uint64_t			seq = htobe64((uint64_t)r->seq);
	int				i;

	crypto_hash_sha256_init(&h);
	crypto_hash_sha256_update(&h, before, AUDIT_HASH);
	hash32(&h, AUDIT_COLUMNS + 1);
	hash32(&h, 20);			/* bigint */
	hash32(&h, sizeof seq);
	crypto_hash_sha256_update(&h, (const unsigned char *)&seq, sizeof seq);
	for (i = 0; i < AUDIT_COLUMNS; i++) {
		hash32(&h, types[i]);
		if (r->column[i].p == NULL) {
			hash32(&h, UINT32_MAX);
			continue;
		}
		hash32(&h, (uint32_t)r->column[i].len);
		crypto_hash_sha256_update(&h, r->column[i].p,
		    (unsigned long long)r->column[i].len);
	}
	crypto_hash_sha256_final(&h, out);
}

void
audit_begin(const char *company, uint8_t out[AUDIT_HASH])
{
	struct buf	b = BUF_INIT;

	buf_printf(&b, "konak audit 1 %s", company);
	crypto_hash_sha256(out, buf_data(&b), buf_len(&b));
	buf_free(&b);
}

bool
audit_values_fit(const struct audit_row *r)
{
	crypto_hash_sha256_state	h;
	uint8_t				out[AUDIT_HASH];

	if (r->values.p == NULL || r->salt.p == NULL)
		return true;
	crypto_hash_sha256_init(&h);
	crypto_hash_sha256_update(&h, r->salt.p,
	    (unsigned long long)r->salt.len);
	crypto_hash_sha256_update(&h, r->values.p,
	    (unsigned long long)r->values.len);
	crypto_hash_sha256_final(&h, out);
	return r->column[AUDIT_DIGEST].len == sizeof out &&
	    memcmp(r->column[AUDIT_DIGEST].p, out, sizeof out) == 0;
}

/* --- Lines ------------------------------------------------------------------------ */

static json_t *
hex(struct audit_bytes b)
{
	char	*text;
	json_t	*j;

	if (b.p == NULL)
		return json_null();
	text = malloc(HEX_LEN((size_t)b.len) + 1);
	if (text == NULL)
		ctl_die("no memory");
	hex_encode(b.p, (size_t)b.len, text);
	j = json_string(text);
	free(text);
	return j;
}

static json_t *
column_json(int i, struct audit_bytes b)
{
	char	text[DATE_TEXT > UUID_TEXT ? DATE_TEXT : UUID_TEXT];
	int32_t	v;

	if (b.p == NULL)
		return json_null();
	switch (types[i]) {
	case 2950:
		uuid_text(b, text);
		return json_string(text);
	case 1184:
		timestamp_write(int64_of(b) + EPOCH_US, text);
		return json_string(text);
	case 23:
		memcpy(&v, b.p, sizeof v);
		return json_integer((int32_t)ntohl((uint32_t)v));
	case 17:
		return hex(b);
	default:
		return json_stringn((const char *)b.p, (size_t)b.len);
	}
}

void
audit_write(FILE *out, const struct audit_row *r)
{
	json_t	*j = json_object();
	int	 i;

	json_object_set_new(j, "seq", r->chained ? json_integer(r->seq) :
	    json_null());
	for (i = 0; i < AUDIT_COLUMNS; i++)
		json_object_set_new(j, audit_names[i],
		    column_json(i, r->column[i]));
	json_object_set_new(j, "hash", hex(r->hash));
	json_object_set_new(j, "salt", hex(r->salt));
	/* As text: its very bytes were hashed. */
	json_object_set_new(j, "values", r->values.p == NULL ? json_null() :
	    json_stringn((const char *)r->values.p, (size_t)r->values.len));
	if (json_dumpf(j, out, JSON_COMPACT) != 0 || fputc('\n', out) == EOF)
		ctl_die("the export cannot be written");
	json_decref(j);
}

static struct audit_bytes
bytes(struct arena *a, const void *p, size_t len)
{
	struct audit_bytes	b = { NULL, (int)len };

	/* Of no length it is still not null. */
	b.p = len == 0 ? (const uint8_t *)"" : arena_memdup(a, p, len);
	return b;
}

static bool
unhex(struct arena *a, const json_t *j, struct audit_bytes *b)
{
	size_t	 len = json_string_length(j), n;
	uint8_t	*out = arena_alloc(a, len / 2 + 1);

	if (json_is_null(j))
		return true;
	if (!json_is_string(j) || !hex_decode(json_string_value(j), len, out,
	    len / 2 + 1, &n))
		return false;
	b->p = out;
	b->len = (int)n;
	return true;
}

static bool
column_read(struct arena *a, int i, const json_t *j, struct audit_bytes *b)
{
	const char	*s = json_string_value(j);
	size_t		 len = json_string_length(j);
	struct uuid	 u;
	int64_t		 us;
	uint64_t	 wide;
	uint32_t	 v;

	if (json_is_null(j))
		return true;
	if (types[i] == 23) {
		if (!json_is_integer(j))
			return false;
		v = htonl((uint32_t)(int32_t)json_integer_value(j));
		*b = bytes(a, &v, sizeof v);
		return true;
	}
	if (s == NULL)
		return false;
	switch (types[i]) {
	case 2950:
		if (!uuid_parse(s, len, &u))
			return false;
		*b = bytes(a, u.b, sizeof u.b);
		return true;
	case 1184:
		if (timestamp_read(s, len, &us) != DATE_OK)
			return false;
		wide = htobe64((uint64_t)(us - EPOCH_US));
		*b = bytes(a, &wide, sizeof wide);
		return true;
	case 17:
		return unhex(a, j, b);
	default:
		*b = bytes(a, s, len);
		return true;
	}
}

bool
audit_read(struct arena *a, const char *line, size_t len,
    struct audit_row *r)
{
	json_error_t	 e;
	json_t		*j = json_loadb(line, len, JSON_REJECT_DUPLICATES, &e),
			*v;
	bool		 good = j != NULL;
	int		 i;

	memset(r, 0, sizeof *r);
	for (i = 0; i < AUDIT_COLUMNS && good; i++) {
		v = json_object_get(j, audit_names[i]);
		good = v != NULL && column_read(a, i, v, &r->column[i]);
	}
	good = good && r->column[AUDIT_COMPANY_ID].p != NULL &&
	    r->column[AUDIT_ID].p != NULL && r->column[AUDIT_AT].p != NULL &&
	    unhex(a, json_object_get(j, "hash"), &r->hash) &&
	    unhex(a, json_object_get(j, "salt"), &r->salt);
	if (good) {
		v = json_object_get(j, "values");
		if (json_is_string(v))
			r->values = bytes(a, json_string_value(v),
			    json_string_length(v));
		v = json_object_get(j, "seq");
		r->chained = json_is_integer(v) && r->hash.len == AUDIT_HASH;
		r->seq = json_integer_value(v);
		r->there = true;
		r->place_at = r->column[AUDIT_AT];
		r->place_id = r->column[AUDIT_ID];
		uuid_text(r->column[AUDIT_COMPANY_ID], r->company);
	}
	json_decref(j);
	return good;
}

const char *
audit_place(const struct audit_row *r)
{
	static char	 text[DATE_TEXT + UUID_TEXT + 1];
	char		 at[DATE_TEXT], id[UUID_TEXT];

	timestamp_write(int64_of(r->chained ? r->place_at :
	    r->column[AUDIT_AT]) + EPOCH_US, at);
	uuid_text(r->chained ? r->place_id : r->column[AUDIT_ID], id);
	snprintf(text, sizeof text, "%s %s", at, id);
	return text;
}
