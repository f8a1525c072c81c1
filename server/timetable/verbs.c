/*
 * verbs.c - the verbs timetable.*: each is a function of the database that
 * takes the arguments as JSON and gives what is answered and what has changed
 * (sql/0172-timetable-verbs.sql). The rules are there.
 *
 * TO ADD ONE: its function, a row here, its line in tests/rights-school.tsv.
 */
#include <jansson.h>

#include <string.h>

#include "lib/buf.h"
#include "lib/json.h"
#include "server/module.h"
#include "server/req_private.h"
#include "server/timetable/timetable.h"

#define REPLY_ERROR	160

const char *
timetable_args(struct req *r)
{
	struct buf	 b = BUF_INIT;
	struct cbr	 c = r->priv->args_map;
	const uint8_t	*p;
	size_t		 len;
	const char	*json, *lang;

	lang = req_lang(r) == LANG_EN ? "en" : "tr";
	if (!r->priv->has_args || !cbr_raw(&c, &p, &len) ||
	    !json_from_cbor(&b, p, len, 0) || buf_len(&b) <= 2)
		json = req_printf(r, "{\"_lang\":\"%s\"}", lang);
	else
		json = req_printf(r, "{\"_lang\":\"%s\",%s", lang,
		    buf_text(&b) + 1);
	buf_free(&b);
	return json;
}

/* [type, id, version, op]; without an id, all of the type. */
static void
changed_row(struct req *r, const json_t *row)
{
	const char	*type, *id, *op;

	type = arena_strdup(r->arena, json_string_value(json_array_get(row,
	    0)));
	id = json_string_value(json_array_get(row, 1));
	op = json_string_value(json_array_get(row, 3));
	if (id == NULL)
		req_changed_all(r, type);
	else
		req_changed(r, type, arena_strdup(r->arena, id),
		    json_integer_value(json_array_get(row, 2)),
		    arena_strdup(r->arena, op));
}

void
timetable_changed(struct req *r, const char *json)
{
	json_t	*rows = json_loads(json, 0, NULL), *row;
	size_t	 i;

	if (json_array_size(rows) > TIMETABLE_NAMED)
		req_changed_all(r, "timetable_entries");
	else
		json_array_foreach(rows, i, row)
			changed_row(r, row);
	json_decref(rows);
}

static void
verb_rows(struct req *r, PGresult *res)
{
	struct buf	b = BUF_INIT;
	char		err[REPLY_ERROR];

	if (!PQgetisnull(res, 0, 1))
		timetable_changed(r, PQgetvalue(res, 0, 1));
	if (json_to_cbor(&b, PQgetvalue(res, 0, 0),
	    (size_t)PQgetlength(res, 0, 0), err))
		cbw_raw(req_out(r), buf_data(&b), buf_len(&b));
	else
		req_fail(r, ERR_INTERNAL, NULL, "err.internal", "request",
		    r->has_id ? r->id : "-", NULL);
	buf_free(&b);
}

static void
verb_run(struct req *r)
{
	const char	*params[1] = { timetable_args(r) };

	req_query(r, r->verb->data, 1, params, verb_rows);
}

#define CALL(fn)	&(const struct db_stmt){ "timetable_" fn, \
	    "select x -> 'reply', x -> 'changed' " \
	    "from konak.tt_" fn "(jsonb_strip_nulls($1::jsonb)) x" }
#define VIEW		.need = { "timetable.view" }, .state = VERB_COMPANY, \
	    .run = verb_run
#define EDIT		.need = { "timetable.edit" }, .state = VERB_COMPANY, \
	    .flags = VERB_WRITE | VERB_ONCE, .run = verb_run
#define LOOK		.need = { "timetable.edit" }, .state = VERB_COMPANY, \
	    .flags = VERB_WRITE, .run = verb_run
#define PLAN		{ "timetable", ARG_UUID, true, 0 }
#define LESSON		{ "lesson", ARG_UUID, true, 0 }
#define SLOT		{ "day", ARG_INT, true, 0 }, \
	    { "period", ARG_INT, true, 0 }
#define WHY		{ "reason", ARG_TEXT, false, 255 }, \
	    { "force", ARG_BOOL, false, 0 }

static const struct verb timetable_verbs[] = {
	{ .name = "timetable.load", VIEW, .data = CALL("load"),
	  .args = { { "timetable", ARG_UUID, false, 0 } } },
	{ .name = "timetable.places", VIEW, .data = CALL("places"),
	  .args = { PLAN, { "entries", ARG_ANY, false, 0 },
	    { "lessons", ARG_ANY, false, 0 } } },
	{ .name = "timetable.free", VIEW, .data = CALL("free"),
	  .args = { { "date", ARG_DATE, false, 0 },
	    { "period", ARG_INT, false, 0 } } },
	{ .name = "timetable.slots", LOOK, .data = CALL("slots"),
	  .args = { LESSON, { "room", ARG_UUID, false, 0 } } },
	{ .name = "timetable.swaps", LOOK, .data = CALL("swaps"),
	  .args = { LESSON, SLOT } },
	{ .name = "timetable.place", EDIT, .data = CALL("place"),
	  .args = { LESSON, SLOT, { "room", ARG_UUID, false, 0 }, WHY } },
	{ .name = "timetable.remove", EDIT, .data = CALL("place"),
	  .args = { LESSON, WHY } },
	{ .name = "timetable.moves", EDIT, .data = CALL("place"),
	  .args = { PLAN, { "moves", ARG_ANY, true, 0 }, WHY } },
	{ .name = "timetable.swap", EDIT, .data = CALL("swap"),
	  .args = { LESSON, { "other", ARG_UUID, true, 0 }, WHY } },
	{ .name = "timetable.copy", EDIT, .data = CALL("copy"),
	  .args = { LESSON, SLOT, { "room", ARG_UUID, false, 0 }, WHY } },
	{ .name = "timetable.lock", EDIT, .data = CALL("lock"),
	  .args = { { "lesson", ARG_UUID, false, 0 },
	    { "timetable", ARG_UUID, false, 0 },
	    { "locked", ARG_BOOL, true, 0 }, WHY } },
	{ .name = "timetable.undo", EDIT, .data = CALL("undo"),
	  .args = { PLAN } },
	{ .name = "timetable.redo", EDIT, .data = CALL("redo"),
	  .args = { PLAN } },
	{ .name = "timetable.create", EDIT, .data = CALL("create"),
	  .args = { { "name", ARG_TEXT, false, 120 },
	    { "from", ARG_UUID, false, 0 } }, .limit_ms = 60000 },
	{ .name = "timetable.diff", LOOK, .data = CALL("diff"),
	  .args = { PLAN, { "other", ARG_UUID, false, 0 } } },
	{ .name = "timetable.check", LOOK, .data = CALL("examine"),
	  .args = { PLAN } },
	{ .name = "timetable.publish",
	  .need = { "timetable.publish", "timetable.edit" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE,
	  .run = verb_run, .data = CALL("publish"),
	  .args = { PLAN, { "from", ARG_DATE, false, 0 }, WHY } },
	{ .name = "timetable.find", LOOK, .data = CALL("find"),
	  .args = { { "name", ARG_TEXT, true, 120 } } },
	{ .name = "timetable.upload", LOOK, .data = CALL("upload"),
	  .args = { { "upload", ARG_UUID, true, 0 },
	    { "part", ARG_INT, true, 0 },
	    { "data", ARG_BYTES, true, 49152 } } },
	{ .name = "timetable.import", .need = { "timetable.edit" },
	  .state = VERB_COMPANY,
	  .flags = VERB_WRITE | VERB_STEPS, .limit_ms = 60000,
	  .run = timetable_import,
	  .args = { { "upload", ARG_UUID, true, 0 },
	    { "name", ARG_TEXT, false, 120 } } },
	{ .name = "timetable.export", .need = { "timetable.view" },
	  .state = VERB_COMPANY, .run = timetable_export,
	  .args = { { "timetable", ARG_UUID, false, 0 },
	    { "format", ARG_TEXT, true, 12 },
	    { "for", ARG_UUID, false, 0 } } },
	{ .name = "timetable.pdf", .need = { "timetable.view" },
	  .state = VERB_COMPANY, .run = timetable_pdf,
	  .args = { { "timetable", ARG_UUID, false, 0 },
	    { "view", ARG_TEXT, true, 8 },
	    { "for", ARG_UUID, false, 0 } } },
	{ .name = "timetable.generate",
	  .need = { "timetable.generate", "timetable.edit" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE,
	  .run = verb_run, .data = CALL("generate"),
	  .args = { PLAN, { "limit", ARG_INT, false, 0 },
	    { "stay", ARG_BOOL, false, 0 } } },
	{ .name = "timetable.job", .need = { "timetable.generate" },
	  .state = VERB_COMPANY, .run = verb_run, .data = CALL("job"),
	  .args = { { "job", ARG_UUID, true, 0 } } },
	{ .name = "timetable.templates", LOOK, .data = CALL("templates") },
	{ .name = "timetable.template_save", EDIT,
	  .data = CALL("template_save"),
	  .args = { PLAN, { "name", ARG_TEXT, true, 120 },
	    { "description", ARG_TEXT, false, 2000 },
	    { "class", ARG_UUID, false, 0 },
	    { "grade_level", ARG_TEXT, false, 10 },
	    { "is_public", ARG_BOOL, false, 0 } } },
	{ .name = "timetable.template_apply", EDIT,
	  .data = CALL("template_apply"),
	  .args = { PLAN, { "template", ARG_UUID, true, 0 },
	    { "class", ARG_UUID, false, 0 }, WHY } },
	{ .name = "timetable.substitutes", LOOK, .data = CALL("substitutes"),
	  .args = { { "entry", ARG_UUID, true, 0 },
	    { "date", ARG_DATE, true, 0 } } },
	{ .name = "timetable.cursor", LOOK, .data = CALL("cursor"),
	  .args = { PLAN, { "day", ARG_INT, false, 0 },
	    { "period", ARG_INT, false, 0 },
	    { "lesson", ARG_UUID, false, 0 },
	    { "held", ARG_BOOL, false, 0 } } },
	{ .name = NULL }
};

const struct module timetable_module = { "timetable", timetable_verbs, NULL };
