/* reminders.c - what one was reminded of is done. */
#include <stdlib.h>

#include "server/module.h"

static void
done_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	int		 i;

	for (i = 0; i < PQntuples(res); i++)
		req_changed(r, "reminders", PQgetvalue(res, i, 0),
		    strtoll(PQgetvalue(res, i, 1), NULL, 10), "edit");
	cbw_map(w, 1);
	cbw_kv_int(w, "version", strtoll(PQgetvalue(res, 0, 1), NULL, 10));
}

static void
reminders_done(struct req *r)
{
	static const struct db_stmt	stmt = { "reminder_done",
	    "with n as (update konak.reminders t set done_at = konak.now() "
	    "where t.company_id = (select konak.company()) and t.id = $1 "
	    "and t.user_id = (select konak.me()) and t.done_at is null "
	    "and t.deleted_at is null returning t.id, t.version) "
	    "select n.id, n.version from (select) o left join n on true "
	    "where case when n.id is null then konak.no_row() else true end" };
	const char	*id = req_uuid(r, "id");

	req_query(r, &stmt, 1, &id, done_rows);
}

static const struct verb reminders_verbs[] = {
	{ .name = "reminders.done", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE,
	  .args = { { "id", ARG_UUID, true, 0 } }, .run = reminders_done },
	{ .name = NULL }
};

const struct module reminders_module = { "reminders", reminders_verbs, NULL };
