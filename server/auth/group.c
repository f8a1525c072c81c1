/*
 * group.c - the consolidated view: totals, and one row a company in the order
 * of the tree. Figures come with their modules; what does not exist yet is
 * left out.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/value.h"
#include "server/auth/auth.h"

static void
summary_rows(struct req *r, PGresult *res)
{
	static const char *const names[] = {
		"id", "parent_id", "name", "company_type", "kind",
		"color_primary", "depth", "customers", "tasks"
	};
	const size_t n = sizeof(names) / sizeof(names[0]);
	struct cbw *w = req_out(r);
	int64_t customers = 0, tasks = 0;
	size_t k;
	int i;

	cbw_map(w, 5);
	cbw_key(w, "columns");
	cbw_array(w, n);
	for (k = 0; k < n; k++)
		cbw_textz(w, names[k]);
	cbw_key(w, "rows");
	cbw_array(w, PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_array(w, n);
		cbw_uuidz(w, PQgetvalue(res, i, 0));
		cbw_uuidz(w, PQgetisnull(res, i, 1) ? NULL :
		    PQgetvalue(res, i, 1));
		for (k = 2; k < 6; k++)
			cbw_textz(w, PQgetisnull(res, i, k) ? NULL :
			    PQgetvalue(res, i, k));
		cbw_int(w, strtoll(PQgetvalue(res, i, 6), NULL, 10));
		cbw_int(w, strtoll(PQgetvalue(res, i, 7), NULL, 10));
		customers += strtoll(PQgetvalue(res, i, 7), NULL, 10);
		cbw_int(w, strtoll(PQgetvalue(res, i, 8), NULL, 10));
		tasks += strtoll(PQgetvalue(res, i, 8), NULL, 10);
	}
	cbw_kv_null(w, "next");
	cbw_key(w, "totals");
	cbw_map(w, 2);
	cbw_kv_int(w, "customers", customers);
	cbw_kv_int(w, "tasks", tasks);
}

/* What ends within a month, of all companies. */
static void
summary_expiries(struct req *r, PGresult *res)
{
	struct cbw *w = req_out(r);
	int i;

	cbw_key(w, "expiries");
	cbw_array(w, PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_map(w, 4);
		cbw_kv_text(w, "company", PQgetvalue(res, i, 0));
		cbw_kv_text(w, "kind", PQgetvalue(res, i, 1));
		cbw_kv_text(w, "name", PQgetvalue(res, i, 2));
		cbw_key(w, "expire_date");
		value_write(VALUE_DATE, w, PQgetvalue(res, i, 3));
	}
}

static void
group_summary(struct req *r)
{
	static const struct db_stmt stmt = {
		"group_summary",
		"select s.company_id, s.parent_id, s.name, s.company_type, "
		"s.kind, s.color_primary, s.depth, s.customers, "
		"coalesce(t.tasks, 0) from konak.group_summary() "
		"with ordinality as s(company_id, parent_id, name, "
		"company_type, kind, color_primary, depth, customers, n) "
		"left join konak.group_tasks() t on t.company_id = "
		"s.company_id order by s.n"
	};
	static const struct db_stmt expiries = {
		"group_expiries",
		"select company, kind, name, expire_date "
		"from konak.group_expiries()"
	};

	req_query(r, &stmt, 0, NULL, summary_rows);
	req_query(r, &expiries, 0, NULL, summary_expiries);
}

const struct verb group_verbs[] = {
	{ .name = "group.summary", .need = { "group.view" },
	  .state = VERB_SIGNED, .run = group_summary },
	{ .name = NULL }
};
