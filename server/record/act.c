/*
 * act.c - verbs of modules that one SQL function does: it takes a record's id
 * and version, refuses by itself, and tells the new version and what was made.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/ids.h"
#include "server/module.h"
#include "server/reply.h"

/* When C sees the result, the commit is already on its way. */
static void
act_rows(struct req *r, PGresult *res)
{
	const struct module_act	*act = r->verb->data;
	const char		*id = req_uuid(r, "id"), *made;
	int64_t			 version;
	struct cbw		*w = req_out(r);

	version = strtoll(PQgetvalue(res, 0, 0), NULL, 10);
	made = arena_strdup(r->arena, PQgetvalue(res, 0, 1));
	cbw_map(w, 3);
	cbw_kv_uuid(w, "id", id);
	cbw_kv_int(w, "version", version);
	cbw_kv_uuid(w, "made", made);
	req_changed(r, act->record, id, version, "edit");
	req_changed(r, act->makes, made, 1, "create");
}

/* The record is there (KN001 'no row' says otherwise), with another version. */
bool
module_act_stale(struct req *r, const struct db_error *e)
{
	if (strcmp(e->sqlstate, "KN001") != 0 ||
	    strcmp(e->message, "stale") != 0)
		return false;
	req_fail(r, ERR_STALE, NULL, "record.stale_act", NULL);
	return true;
}

void
module_act(struct req *r)
{
	const struct module_act	*act = r->verb->data;
	const char		*params[2];

	params[0] = req_uuid(r, "id");
	params[1] = arena_printf(r->arena, "%lld",
	    (long long)req_int(r, "version"));
	req_query(r, &act->stmt, 2, params, act_rows);
	req_catch(r, module_act_stale);
}
