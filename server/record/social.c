/*
 * social.c - what people do around a record: watching it, having seen it, whom
 * a comment on it may name, which of its fields are not for them. And the verbs
 * of any record, which name its type.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

const struct def *
record_type_of(struct req *r, enum def_op op)
{
	const char		*type = req_text(r, "type");
	const struct def	*d = def_find(type);

	if (d == NULL || d->perm[op].need == NULL) {
		req_fail(r, ERR_NOT_FOUND, "type", "watch.unknown", "type",
		    type, NULL);
		return NULL;
	}
	if (!req_may(r, d->perm[op].need) &&
	    strcmp(d->perm[op].need, PERM_SELF) != 0) {
		req_need(r, d->perm[op].need);
		return NULL;
	}
	return d;
}

/* --- records.social -------------------------------------------------------- */

static void
social_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);

	cbw_map(w, 5);
	cbw_kv_bool(w, "watching", PQgetvalue(res, 0, 0)[0] == 't');
	cbw_kv_int(w, "comments", strtoll(PQgetvalue(res, 0, 1), NULL, 10));
	cbw_kv_int(w, "unread", strtoll(PQgetvalue(res, 0, 2), NULL, 10));
	cbw_key(w, "remind_at");
	value_write(VALUE_TIMESTAMP, w, PQgetisnull(res, 0, 3) ? NULL :
	    PQgetvalue(res, 0, 3));
	cbw_kv_int(w, "watchers", strtoll(PQgetvalue(res, 0, 4), NULL, 10));
}

void
record_social(struct req *r)
{
	static const struct db_stmt	stmt = { "social",
	    "select * from konak.record_social($1, $2)" };
	const struct def	*d = record_type_of(r, OP_VIEW);
	const char		*params[2];

	if (d == NULL)
		return;
	params[0] = d->name;
	params[1] = req_uuid(r, "id");
	req_query(r, &stmt, 2, params, social_rows);
}

/* --- records.watch --------------------------------------------------------- */

/* watching not sent: only seen. */
void
record_watch(struct req *r)
{
	static const struct db_stmt	stmt = { "follow",
	    "select konak.record_follow($1, $2, $3)" };
	const struct def	*d = record_type_of(r, OP_VIEW);
	const char		*params[3];

	if (d == NULL)
		return;
	params[0] = d->name;
	params[1] = req_uuid(r, "id");
	params[2] = !req_has(r, "watching") ? NULL :
	    req_bool(r, "watching") ? "t" : "f";
	req_query(r, &stmt, 3, params, NULL);
}

/* --- records.names --------------------------------------------------------- */

static void
names_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	int		 i, n = PQntuples(res);

	cbw_map(w, 1);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)n);
	for (i = 0; i < n; i++) {
		cbw_array(w, 2);
		cbw_uuidz(w, PQgetvalue(res, i, 0));
		cbw_textz(w, PQgetvalue(res, i, 1));
	}
}

void
record_names(struct req *r)
{
	static const struct db_stmt	stmt = { "names",
	    "select * from konak.mention_names($1, $2, $3)" };
	const struct def	*d = record_type_of(r, OP_VIEW);
	const char		*params[3];

	if (d == NULL)
		return;
	params[0] = d->name;
	params[1] = req_uuid(r, "id");
	params[2] = req_text(r, "start");
	req_query(r, &stmt, 3, params, names_rows);
}

/* --- records.absent -------------------------------------------------------- */

/* The fields of a type that the caller sees nowhere, or in some rows only, with
 * the right that shows them; of a type whose records may be seen. */
void
record_absent(struct req *r)
{
	const struct def	*d = record_type_of(r, OP_VIEW);
	const struct field	*f;
	struct cbw		*w;
	const char		*scope;
	size_t			 i;

	if (d == NULL)
		return;
	w = req_out(r);
	cbw_map(w, 1);
	cbw_key(w, "fields");
	cbw_array_begin(w);
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (f->see == NULL)
			continue;
		scope = req_scope(r, f->see);
		if (scope != NULL && strcmp(scope, "all") == 0)
			continue;
		cbw_map(w, 4);
		cbw_kv_text(w, "field", f->name);
		cbw_kv_text(w, "label", label_text(&f->label, req_lang(r)));
		cbw_kv_text(w, "code", f->see);
		cbw_kv_text(w, "scope", scope);
	}
	cbw_array_end(w);
}
