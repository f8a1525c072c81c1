/*
 * compute.c - what a record would have in its computed fields with these
 * values, before it is saved: the database works it out from the table's own
 * generated columns, so that the rule stands in one place.
 */
#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

/* column, text */
static void
computed_rows(struct req *r, PGresult *res)
{
	const struct def	*d = r->verb->data;
	const struct field	*f;
	struct cbw		*w = req_out(r);
	int			 i;

	cbw_map_begin(w);
	for (i = 0; i < PQntuples(res); i++) {
		f = def_column_field(d, PQgetvalue(res, i, 0));
		if (f == NULL || (f->see != NULL && !req_may(r, f->see)))
			continue;
		cbw_key(w, f->name);
		put_json_value(r, w, field_type(f), PQgetisnull(res, i, 1) ?
		    NULL : PQgetvalue(res, i, 1));
	}
	cbw_map_end(w);
}

static const char *
given_json(struct req *r, const struct save *s)
{
	const struct def	*d = s->values.def;
	json_t			*o = json_object();
	char			*text;
	const char		*copy;
	size_t			 i;

	for (i = 0; i < d->nfields; i++)
		/* sets, which have another form in JSON, are no numbers */
		if (s->values.v[i].given && d->fields[i]->column != NULL &&
		    field_type(d->fields[i]) != VALUE_SECRET &&
		    field_type(d->fields[i]) != VALUE_CHOICES &&
		    field_type(d->fields[i]) != VALUE_TAGS)
			json_object_set_new(o, d->fields[i]->column,
			    s->values.v[i].text == NULL ? json_null() :
			    json_string(s->values.v[i].text));
	text = json_dumps(o, JSON_COMPACT);
	copy = arena_strdup(r->arena, text);
	free(text);
	json_decref(o);
	return copy;
}

static const char *
computed_columns(struct req *r, const struct def *d)
{
	struct buf	 b = BUF_INIT;
	const char	*copy;
	size_t		 i;

	for (i = 0; i < d->nfields; i++)
		if (d->fields[i]->compute)
			buf_printf(&b, "%s%s", buf_len(&b) > 0 ? "," : "{",
			    d->fields[i]->column);
	buf_addz(&b, "}");
	copy = arena_strdup(r->arena, buf_text(&b));
	buf_free(&b);
	return copy;
}

void
record_compute(struct req *r)
{
	static const struct db_stmt stmt = { "records.compute",
	    "select c.key, c.value from jsonb_each_text(konak.compute("
	    "$1::text, $2::jsonb, $3::text[])) c" };
	const struct def	*d = r->verb->data;
	struct save		*s = save_new(r, d, true);
	const char		*params[3];

	req_each_open(r, save_read, s);
	if (req_failed(r))
		return;
	params[0] = d->table;
	params[1] = given_json(r, s);
	params[2] = computed_columns(r, d);
	req_query(r, &stmt, 3, params, computed_rows);
}
