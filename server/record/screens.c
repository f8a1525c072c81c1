/*
 * screens.c - how the person who asks looks at the lists of this company: the
 * columns chosen, and the saved view that a list opens with. Saved views
 * themselves are records (saved_views.yaml).
 */
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

static void
screens_rows(struct req *r, PGresult *res)
{
	static const char *const	 names[] = { "screen", "columns", "view" };
	struct cbw			*w = req_out(r);
	int				 i, k;

	cbw_map(w, 3);
	cbw_key(w, "columns");
	cbw_array(w, 3);
	for (k = 0; k < 3; k++)
		cbw_textz(w, names[k]);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_array(w, 3);
		for (k = 0; k < 3; k++)
			value_write(k == 2 ? VALUE_REF : VALUE_TEXT, w,
			    PQgetisnull(res, i, k) ? NULL :
			    PQgetvalue(res, i, k));
	}
	cbw_kv_null(w, "next");
}

void
screens_list(struct req *r)
{
	static const struct db_stmt stmt = {
		"screens_list",
		"select s.screen, s.columns, v.id from konak.screens s "
		"left join konak.saved_views v on v.company_id = s.company_id "
		"and v.id = s.view_id and v.deleted_at is null "
		"where s.company_id = konak.company() "
		"and s.user_id = konak.me() order by 1"
	};

	req_query(r, &stmt, 0, NULL, screens_rows);
}

/* clear: "columns" or "view" becomes what the definition says again. */
void
screens_set(struct req *r)
{
	static const struct db_stmt stmt = {
		"screens_set",
		"select konak.screen_set($1, $2::boolean, $3, $4::boolean, $5)"
	};
	const char	*clear = req_text(r, "clear");
	const char	*params[] = {
		req_text(r, "screen"), "f", req_text(r, "columns"), "f",
		req_uuid(r, "view")
	};

	if (clear != NULL && strcmp(clear, "columns") != 0 &&
	    strcmp(clear, "view") != 0) {
		req_bad(r, "clear", "record.no_field", "field", clear, NULL);
		return;
	}
	if (params[2] != NULL || (clear != NULL && clear[0] == 'c'))
		params[1] = "t";
	if (params[4] != NULL || (clear != NULL && clear[0] == 'v'))
		params[3] = "t";
	req_query(r, &stmt, 5, params, NULL);
}
