/* leads.c - what leads.yaml cannot say: a lead becomes a customer, once. */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/ids.h"
#include "server/module.h"
#include "server/reply.h"

/* The statement itself refuses a stale version and a second conversion: when
 * C sees its result, the commit is already on its way. */
static void
convert_rows(struct req *r, PGresult *res)
{
	const char	*id = req_uuid(r, "id");
	int64_t		 version = strtoll(PQgetvalue(res, 0, 1), NULL, 10);
	const char	*customer = arena_strdup(r->arena,
			    PQgetvalue(res, 0, 2));
	struct cbw	*w = req_out(r);

	cbw_map(w, 3);
	cbw_kv_uuid(w, "id", id);
	cbw_kv_int(w, "version", version);
	cbw_kv_uuid(w, "customer_id", customer);
	req_changed(r, "leads", id, version, "edit");
	req_changed(r, "customers", customer, 1, "create");
}

/* The lead is there (KN001 'no row' says otherwise), with another version. */
static bool
convert_stale(struct req *r, const struct db_error *e)
{
	if (strcmp(e->sqlstate, "KN001") != 0 ||
	    strcmp(e->message, "stale") != 0)
		return false;
	req_fail(r, ERR_STALE, NULL, "err.stale", NULL);
	return true;
}

static void
leads_convert(struct req *r)
{
	static const struct db_stmt stmt = {
		"leads_convert", "select * from konak.leads_convert($1, $2)"
	};
	const char	*params[2];

	params[0] = req_uuid(r, "id");
	params[1] = arena_printf(r->arena, "%lld",
	    (long long)req_int(r, "version"));
	req_query(r, &stmt, 2, params, convert_rows);
	req_catch(r, convert_stale);
}

static const struct verb leads_verbs[] = {
	{ .name = "leads.convert",
	  .need = { "leads.edit", "customers.create" },
	  .state = VERB_COMPANY,
	  .flags = VERB_WRITE,
	  .audit = "LEAD_CONVERT",
	  .args = {
		{ "id", ARG_UUID, true, 0 },
		{ "version", ARG_INT, true, 0 } },
	  .run = leads_convert },
	{ .name = NULL }
};

const struct module leads_module = { "leads", leads_verbs, NULL };
