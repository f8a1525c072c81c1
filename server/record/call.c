/*
 * call.c - verbs of modules that one statement does. Its parameters are the
 * verb's arguments in their order. module_call() gives konak.changed rows to
 * everybody's push; module_table() answers with the rows as a list has them.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/value.h"
#include "server/module.h"

/* An argument as a parameter's text: of ARG_ANY its JSON. */
static const char *
call_text(struct req *r, const struct verb_arg *a)
{
	const uint8_t	*raw;
	struct buf	 json;
	struct cbr	 c;
	char		*out;
	size_t		 len;

	if (!req_has(r, a->name))
		return NULL;
	switch (a->type) {
	case ARG_UUID:
		return req_uuid(r, a->name);
	case ARG_INT:
		return req_printf(r, "%lld", (long long)req_int(r, a->name));
	case ARG_BOOL:
		return req_bool(r, a->name) ? "t" : "f";
	case ARG_TEXT:
	case ARG_DATE:
	case ARG_TIME:
	case ARG_TIMESTAMP:
		return req_text(r, a->name);
	case ARG_ANY:
		if (!req_any(r, a->name, &c) || !cbr_raw(&c, &raw, &len))
			return NULL;
		buf_init(&json);
		out = json_from_cbor(&json, raw, len, 0) ? arena_strndup(
		    r->arena, (const char *)buf_data(&json),
		    buf_len(&json)) : NULL;
		buf_free(&json);
		return out;
	case ARG_END:
	case ARG_SECRET:
	case ARG_BYTES:
	case ARG_UUIDS:
		break;
	}
	fatalx("verb %s: argument %s cannot be a parameter", r->verb->name,
	    a->name);
}

static void
call_run(struct req *r, const struct db_stmt *stmt, req_rows_cb cb)
{
	const char	*params[VERB_ARGS];
	unsigned	 n;

	for (n = 0; n < VERB_ARGS && r->verb->args[n].type != ARG_END; n++)
		params[n] = call_text(r, &r->verb->args[n]);
	req_query(r, stmt, n, params, cb);
}

/* The op is a literal for everybody's push. */
static const char *
call_op(const char *op)
{
	static const char *const	ops[] = { "create", "edit", "delete",
	    "restore" };
	size_t	i;

	for (i = 0; i < sizeof ops / sizeof ops[0]; i++)
		if (strcmp(ops[i], op) == 0)
			return ops[i];
	return "edit";
}

static void
call_changed(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	int		 i, n = PQntuples(res);

	for (i = 0; i < n; i++)
		req_changed(r, arena_strdup(r->arena, PQgetvalue(res, i, 0)),
		    arena_strdup(r->arena, PQgetvalue(res, i, 1)),
		    strtoll(PQgetvalue(res, i, 2), NULL, 10),
		    call_op(PQgetvalue(res, i, 3)));
	cbw_map(w, n > 0 ? 2 : 1);
	cbw_kv_int(w, "changed", n);
	if (n > 0)		/* what it was done for, or made, stands last */
		cbw_kv_uuid(w, "id", arena_strdup(r->arena,
		    PQgetvalue(res, n - 1, 1)));
}

/* Done before, by a request whose answer was lost on its way: this is it. */
static bool
call_caught(struct req *r, const struct db_error *e)
{
	static const struct db_stmt	stmt = { "answered",
	    "select record_type, record_id, version, op "
	    "from konak.answered($1)" };
	const char	*id = r->id;

	if (e->constraint == NULL || strcmp(e->constraint, "requests_pkey")
	    != 0)
		return module_act_stale(r, e);
	req_query(r, &stmt, 1, &id, call_changed);
	return true;
}

void
module_call(struct req *r)
{
	call_run(r, r->verb->data, call_changed);
	req_catch(r, call_caught);
}

/* By the types of the columns. */
static enum value_type
call_type(Oid type)
{
	switch (type) {
	case 16:
		return VALUE_BOOL;
	case 20:
	case 21:
	case 23:
		return VALUE_INT;
	case 1082:
		return VALUE_DATE;
	case 1184:
		return VALUE_TIMESTAMP;
	case 1700:
		return VALUE_DECIMAL;
	case 2950:
		return VALUE_REF;
	default:
		return VALUE_TEXT;
	}
}

static void
call_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	int		 i, k, n = PQnfields(res);

	cbw_map(w, 3);
	cbw_key(w, "columns");
	cbw_array(w, (uint32_t)n);
	for (k = 0; k < n; k++)
		cbw_textz(w, PQfname(res, k));
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_array(w, (uint32_t)n);
		for (k = 0; k < n; k++)
			value_write(call_type(PQftype(res, k)), w,
			    PQgetisnull(res, i, k) ? NULL :
			    PQgetvalue(res, i, k));
	}
	cbw_kv_null(w, "next");
}

void
module_table(struct req *r)
{
	call_run(r, r->verb->data, call_rows);
}
