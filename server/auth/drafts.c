/*
 * drafts.c - what a person had typed into a form when the client went away.
 * Nobody else can read it: the row is that person's own, and the text is
 * sealed for this place before it reaches the database.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/secret.h"
#include "server/auth/auth.h"
#include "server/box.h"

#define DRAFT_MAX	SEAL_PLAIN_MAX

/* A form for a new record. */
#define NO_RECORD	"00000000-0000-0000-0000-000000000000"

struct draft {
	const char	*record;
	const char	*place;		/* what the box is bound to */
	const char	*box;
	const char	*at;
};

static struct draft *
draft_new(struct req *r)
{
	struct draft	*d = arena_alloc(r->arena, sizeof *d);

	d->record = req_has(r, "record") ? req_uuid(r, "record") : NO_RECORD;
	d->place = req_printf(r, "%s/%s/%s", req_user(r),
	    req_text(r, "screen"), d->record);
	r->state = d;
	return d;
}

static struct seal_aad
draft_aad(struct req *r, const struct draft *d)
{
	return (struct seal_aad) {
		.tenant = "draft",
		.company = req_company(r),
		.table = "auth.drafts",
		.record = d->place,
		.field = "body"
	};
}

/* --- put ------------------------------------------------------------------- */

static void
put_closed(struct req *r, void *arg, const char *box)
{
	static const struct db_stmt stmt = { "drafts.put",
	    "select konak.draft_put($1, $2::uuid, $3::bytea)" };
	struct draft	*d = r->state;
	const char	*params[] = { req_text(r, "screen"), d->record, box };

	req_query(r, &stmt, 3, params, NULL);
}

static void
drafts_put(struct req *r)
{
	struct draft		*d = draft_new(r);
	struct seal_aad		 aad = draft_aad(r, d);
	struct secret		*plain;
	const uint8_t		*body;
	size_t			 len;

	body = req_bytes(r, "body", &len);
	plain = secret_from(body, len);
	box_close(r, &aad, plain, put_closed, NULL);
	secret_free(plain);
}

/* --- get ------------------------------------------------------------------- */

static void
get_opened(struct req *r, void *arg, const struct secret *plain)
{
	struct draft	*d = r->state;
	struct cbw	*w = req_out(r);

	/* growing would leave a copy behind */
	cbw_room(w, secret_len(plain) + 128);
	cbw_map(w, 2);
	cbw_kv_text(w, "at", d->at);
	cbw_key(w, "body");
	cbw_bytes(w, secret_expose(plain), secret_len(plain));
}

static void
get_then(struct req *r)
{
	struct draft	*d = r->state;
	struct seal_aad	 aad = draft_aad(r, d);

	box_open(r, &aad, d->box, get_opened, NULL);
}

static void
get_rows(struct req *r, PGresult *res)
{
	struct draft	*d = r->state;

	if (PQntuples(res) == 0) {
		req_fail(r, ERR_NOT_FOUND, NULL, "record.not_found", NULL);
		return;
	}
	d->box = arena_strdup(r->arena, PQgetvalue(res, 0, 0));
	d->at = arena_strdup(r->arena, PQgetvalue(res, 0, 1));
	req_then(r, get_then);
}

static void
drafts_get(struct req *r)
{
	static const struct db_stmt stmt = { "drafts.get",
	    "select d.body, to_char(d.at at time zone 'UTC', "
	    "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from konak.drafts() d "
	    "where d.screen = $1 and d.record_id = $2::uuid" };
	struct draft	*d = draft_new(r);
	const char	*params[] = { req_text(r, "screen"), d->record };

	req_query(r, &stmt, 2, params, get_rows);
}

/* --- list, drop ------------------------------------------------------------ */

static void
list_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	int		 i;

	cbw_map(w, 2);
	cbw_key(w, "columns");
	cbw_array(w, 3);
	cbw_textz(w, "screen");
	cbw_textz(w, "record");
	cbw_textz(w, "at");
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_array(w, 3);
		cbw_textz(w, PQgetvalue(res, i, 0));
		if (PQgetisnull(res, i, 1))
			cbw_null(w);
		else
			cbw_uuidz(w, PQgetvalue(res, i, 1));
		cbw_textz(w, PQgetvalue(res, i, 2));
	}
}

static void
drafts_list(struct req *r)
{
	static const struct db_stmt stmt = { "drafts.list",
	    "select d.screen, nullif(d.record_id, '" NO_RECORD "'), "
	    "to_char(d.at at time zone 'UTC', "
	    "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from konak.drafts() d "
	    "order by d.at desc" };

	req_query(r, &stmt, 0, NULL, list_rows);
}

static void
drafts_drop(struct req *r)
{
	static const struct db_stmt stmt = { "drafts.drop",
	    "select konak.draft_drop($1, $2::uuid)" };
	struct draft	*d = draft_new(r);
	const char	*params[] = { req_text(r, "screen"), d->record };

	req_query(r, &stmt, 2, params, NULL);
}

const struct verb draft_verbs[] = {
	{ .name = "drafts.put", .need = { PERM_SELF }, .state = VERB_COMPANY,
	  .flags = VERB_WRITE,
	  .args = { { "screen", ARG_TEXT, true, 60 },
	      { "record", ARG_UUID, false, 0 },
	      { "body", ARG_BYTES, true, DRAFT_MAX } },
	  .run = drafts_put },
	{ .name = "drafts.get", .need = { PERM_SELF }, .state = VERB_COMPANY,
	  .args = { { "screen", ARG_TEXT, true, 60 },
	      { "record", ARG_UUID, false, 0 } },
	  .run = drafts_get },
	{ .name = "drafts.list", .need = { PERM_SELF }, .state = VERB_COMPANY,
	  .run = drafts_list },
	{ .name = "drafts.drop", .need = { PERM_SELF }, .state = VERB_COMPANY,
	  .flags = VERB_WRITE,
	  .args = { { "screen", ARG_TEXT, true, 60 },
	      { "record", ARG_UUID, false, 0 } },
	  .run = drafts_drop },
	{ .name = NULL }
};
