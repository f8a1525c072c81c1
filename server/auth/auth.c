/*
 * auth.c - registers the verbs of signing in, sessions, people, roles and the
 * group, and holds what their handlers share.
 */
#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/log.h"
#include "server/auth/auth.h"
#include "server/client.h"

void
auth_register(void)
{
	verb_register(signin_verbs);
	verb_register(email_verbs);
	verb_register(setup_verbs);
	verb_register(session_verbs);
	verb_register(people_verbs);
	verb_register(leave_verbs);
	verb_register(role_verbs);
	verb_register(group_verbs);
	verb_register(draft_verbs);
}

void
auth_set(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size)
		fatalx("%zu bytes in a place of %zu", len, size);
	memcpy(out, text, len + 1);
}

char *
auth_col(struct req *r, const PGresult *res, const char *name)
{
	int col = PQfnumber(res, name);

	if (PQntuples(res) == 0 || col < 0 || PQgetisnull(res, 0, col))
		return NULL;
	return arena_strdup(r->arena, PQgetvalue(res, 0, col));
}

bool
auth_col_bool(const PGresult *res, const char *name)
{
	int col = PQfnumber(res, name);

	return PQntuples(res) > 0 && col >= 0 &&
	    PQgetvalue(res, 0, col)[0] == 't';
}

int64_t
auth_col_int(const PGresult *res, const char *name)
{
	int col = PQfnumber(res, name);

	if (PQntuples(res) == 0 || col < 0)
		return 0;
	return strtoll(PQgetvalue(res, 0, col), NULL, 10);
}

const char *
auth_network(struct req *r)
{
	const char *address = client_address(r->client);
	uint8_t b[16];

	if (inet_pton(AF_INET, address, b) == 1)
		return req_printf(r, "%u.%u.%u.0/24", b[0], b[1], b[2]);
	if (inet_pton(AF_INET6, address, b) == 1)
		return req_printf(r, "%02x%02x:%02x%02x:%02x%02x:%02x00::/56",
		    b[0], b[1], b[2], b[3], b[4], b[5], b[6]);
	return "local";
}

const char *
auth_number(struct req *r, int64_t n)
{
	return req_printf(r, "%lld", (long long)n);
}

const char *
auth_hex(struct req *r, const void *data, size_t len)
{
	char *out = arena_alloc(r->arena, 2 + HEX_LEN(len) + 1);

	memcpy(out, "\\x", 2);
	hex_encode(data, len, out + 2);
	return out;
}

const char *
auth_token_hash(struct req *r, const uint8_t *token, size_t len)
{
	uint8_t sum[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(sum, token, len);
	return auth_hex(r, sum, sizeof(sum));
}

void
auth_enter(struct req *r, const char *company)
{
	static const struct db_stmt stmt = {
		"auth_enter",
		"select konak.enter($1::bytea, $2::uuid, '{}', true, "
		"$3::uuid, null)"
	};
	const char *params[] = {
		r->session->hash, company, r->has_id ? r->id : NULL
	};

	req_query(r, &stmt, 3, params, NULL);
}
