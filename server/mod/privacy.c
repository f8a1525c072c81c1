/*
 * privacy.c - KVKK (M4): a person's or a customer's data as two files, one for
 * programs and one to read, and erasing it. What belongs to whom, and what
 * stays by law, is said in sql/0093-privacy.sql and 0360-privacy-people.sql.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/msg.h"
#include "server/module.h"
#include "server/record/record.h"
#include "server/reply.h"

/* --- Everything ------------------------------------------------------------ */

static void
read_value(struct buf *b, const struct field *f, const json_t *v,
    enum lang lang)
{
	const char	*s = json_string_value(v);
	size_t		 i;

	if (json_is_array(v)) {
		for (i = 0; i < json_array_size(v); i++) {
			buf_addz(b, i > 0 ? ", " : "");
			read_value(b, f, json_array_get(v, i), lang);
		}
		return;
	}
	for (i = 0; s != NULL && f != NULL && i < f->rules.nchoices; i++)
		if (strcmp(f->rules.choices[i].code, s) == 0)
			s = f->rules.choices[i].label[lang];
	if (s != NULL)
		buf_addz(b, s);
	else if (json_is_boolean(v))
		buf_addz(b, json_is_true(v) ? "+" : "-");
	else if (json_is_integer(v))
		buf_printf(b, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		buf_printf(b, "%.6g", json_real_value(v));
}

/* A line for each column that people have a word for. */
static void
read_row(struct buf *b, const struct def *d, const json_t *data,
    enum lang lang, const char *indent)
{
	const struct field	*f;
	const char		*key;
	json_t			*v;

	json_object_foreach((json_t *)data, key, v) {
		f = d == NULL ? NULL : def_column_field(d, key);
		if (f == NULL || f->ref != NULL)
			continue;
		buf_printf(b, "%s%s: ", indent, label_text(&f->label, lang));
		read_value(b, f, v, lang);
		buf_add8(b, '\n');
	}
}

static void
read_audit(struct buf *b, const json_t *data, enum lang lang)
{
	const char		*user;
	const struct def	*d;

	user = json_string_value(json_object_get(data, "user"));
	d = def_find(json_string_value(json_object_get(data, "record_type")));
	buf_printf(b, "  %s %s %s\n", json_string_value(json_object_get(data,
	    "at")), json_string_value(json_object_get(data, "action")),
	    user == NULL ? "" : user);
	read_row(b, d, json_object_get(data, "old"), lang, "    - ");
	read_row(b, d, json_object_get(data, "new"), lang, "    + ");
}

static void
put_file(struct req *r, struct cbw *w, const char *end, const char *text)
{
	const char	*id = req_uuid(r, "id");

	cbw_map(w, 2);
	cbw_kv_text(w, "name", arena_printf(r->arena, "%s-%.8s.%s",
	    msg_text(req_lang(r), "privacy.file"), id, end));
	cbw_kv_text(w, "text", text);
}

static void
data_rows(struct req *r, PGresult *res)
{
	struct cbw		*w = req_out(r);
	struct buf		 text = BUF_INIT;
	const char		*type, *last = "";
	const struct def	*d = NULL;
	json_t			*all = json_array(), *data;
	char			*json, count[24];
	int			 i;

	for (i = 0; i < PQntuples(res); i++) {
		type = PQgetvalue(res, i, 0);
		data = json_loads(PQgetvalue(res, i, 2), 0, NULL);
		if (strcmp(type, last) != 0) {
			d = def_find(type);
			buf_printf(&text, "%s%s\n", i > 0 ? "\n" : "",
			    strcmp(type, "audit") == 0 ? msg_text(req_lang(r),
			    "privacy.audit") : d == NULL ? type :
			    label_text(&d->labels, req_lang(r)));
		} else
			buf_add8(&text, '\n');
		last = type;
		if (strcmp(type, "audit") == 0)
			read_audit(&text, data, req_lang(r));
		else if (json_object_get(data, "named") != NULL) {
			snprintf(count, sizeof count, "%" JSON_INTEGER_FORMAT,
			    json_integer_value(json_object_get(data, "named")));
			buf_addz(&text, "  ");
			msg_format(&text, req_lang(r), "privacy.named", "n",
			    count, NULL);
			buf_add8(&text, '\n');
		} else
			read_row(&text, d, data, req_lang(r), "  ");
		json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "record",
		    type, "id", PQgetvalue(res, i, 1), "data", data));
	}
	json = json_dumps(all, JSON_INDENT(1));
	cbw_map(w, 1);
	cbw_key(w, "files");
	cbw_array(w, 2);
	put_file(r, w, "json", json);
	put_file(r, w, "txt", buf_text(&text));
	free(json);
	json_decref(all);
	buf_free(&text);
}

static void
person_data(struct req *r)
{
	static const struct db_stmt stmt = { "person_data",
	    "select * from konak.person_data($1, $2::uuid)" };
	const char	*params[2] = { r->verb->data, req_uuid(r, "id") };

	req_query(r, &stmt, 2, params, data_rows);
}

/* --- Erasing --------------------------------------------------------------- */

enum { E_TYPE, E_DONE, E_ROWS, E_WHY };

/* "Görüşmeler: 12 silindi" */
static void
erased_line(struct req *r, struct buf *b, PGresult *res, int row)
{
	const char		*type = PQgetvalue(res, row, E_TYPE);
	const struct def	*d = def_find(type);
	const char		*name, *rows = PQgetvalue(res, row, E_ROWS);

	name = strcmp(type, "audit") == 0 ? msg_text(req_lang(r),
	    "privacy.audit") : d == NULL ? type : label_text(&d->labels,
	    req_lang(r));
	buf_printf(b, "%s%s: %s %s", row > 0 ? "\n" : "", name, rows,
	    msg_text(req_lang(r), strcmp(PQgetvalue(res, row, E_DONE),
	    "erased") == 0 ? "privacy.erased" : "privacy.kept"));
	if (!PQgetisnull(res, row, E_WHY))
		buf_printf(b, " (%s)", msg_text(req_lang(r),
		    PQgetvalue(res, row, E_WHY)));
}

static void
erased_rows(struct req *r, PGresult *res)
{
	static const char *const columns[] = { "record", "done", "rows",
	    "why" };
	struct cbw	*w = req_out(r);
	struct buf	 text = BUF_INIT;
	int		 i, k;

	cbw_map(w, 4);
	cbw_kv_uuid(w, "id", req_uuid(r, "id"));
	cbw_key(w, "columns");
	cbw_array(w, 4);
	for (k = 0; k < 4; k++)
		cbw_textz(w, columns[k]);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_array(w, 4);
		cbw_textz(w, PQgetvalue(res, i, E_TYPE));
		cbw_textz(w, PQgetvalue(res, i, E_DONE));
		cbw_int(w, strtoll(PQgetvalue(res, i, E_ROWS), NULL, 10));
		cbw_textz(w, PQgetisnull(res, i, E_WHY) ? NULL : msg_text(
		    req_lang(r), PQgetvalue(res, i, E_WHY)));
		erased_line(r, &text, res, i);
		if (strcmp(PQgetvalue(res, i, E_DONE), "erased") == 0)
			req_changed_all(r, arena_strdup(r->arena,
			    PQgetvalue(res, i, E_TYPE)));
	}
	cbw_kv_text(w, "text", buf_text(&text));
	buf_free(&text);
}

static void
person_erase(struct req *r)
{
	static const struct db_stmt stmt = { "person_erase",
	    "select * from konak.person_erase($1, $2::uuid, $3::integer, "
	    "$4)" };
	const char	*params[4] = { r->verb->data, req_uuid(r, "id"),
	    arena_printf(r->arena, "%lld", (long long)req_int(r, "version")),
	    req_text(r, "name") };

	req_query(r, &stmt, 4, params, erased_rows);
	req_catch(r, module_act_stale);
}

#define PERSONAL(record, view) \
	{ .name = record ".personal", .need = { "privacy.manage", view }, \
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_STEP_UP, \
	  .audit = "PERSON_EXPORT", .data = record, \
	  .args = { { "id", ARG_UUID, true, 0 } }, .run = person_data }, \
	{ .name = record ".erase", .need = { "privacy.manage", view }, \
	  .state = VERB_COMPANY, \
	  .flags = VERB_WRITE | VERB_STEP_UP | VERB_ONCE, \
	  .audit = "PERSON_ERASE", .data = record, .args = { \
		{ "id", ARG_UUID, true, 0 }, \
		{ "version", ARG_INT, true, 0 }, \
		{ "name", ARG_TEXT, true, 400 } }, .run = person_erase }

static const struct verb privacy_verbs[] = {
	PERSONAL("customers", "customers.view"),
	PERSONAL("customer_contacts", "customers.view"),
	PERSONAL("leads", "leads.view"),
	PERSONAL("students", "students.view"),
	PERSONAL("teachers", "teachers.view"),
	PERSONAL("users", "users.manage"),
	{ .name = NULL }
};

const struct module privacy_module = { "privacy", privacy_verbs, NULL };
