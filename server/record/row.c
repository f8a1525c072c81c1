/*
 * row.c - rows of a result straight into the reply: PostgreSQL's text is
 * turned into CBOR column by column, and nothing is built in between.
 */
#include <jansson.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

static void
put_value(struct cbw *w, enum value_type type, PGresult *res, int row, int col)
{
	const char	*text = PQgetvalue(res, row, col);
	size_t		 len = (size_t)PQgetlength(res, row, col);

	if (len == 0 && PQgetisnull(res, row, col))
		text = NULL;
	switch (type) {
	case VALUE_UUID:
	case VALUE_REF:
		cbw_uuidz(w, text);
		break;
	case VALUE_TEXT:
	case VALUE_LONGTEXT:
	case VALUE_CHOICE:
		if (text == NULL)
			cbw_null(w);
		else
			cbw_text(w, text, len);
		break;
	default:
		value_write(type, w, text);
		break;
	}
}

/* A set as JSON has it, the texts with commas between. */
char *
json_set_text(struct arena *a, const char *text)
{
	struct buf	 b = BUF_INIT;
	json_t		*set = json_loads(text, 0, NULL), *v;
	char		*s;
	size_t		 i;

	json_array_foreach(set, i, v) {
		if (buf_len(&b) > 0)
			buf_add8(&b, ',');
		if (json_is_string(v))
			buf_addz(&b, json_string_value(v));
	}
	json_decref(set);
	s = arena_strdup(a, buf_text(&b));
	buf_free(&b);
	return s;
}

/* A value out of the log: the text that jsonb's ->> gives. */
void
put_json_value(struct req *r, struct cbw *w, enum value_type type,
    const char *text)
{
	if (text != NULL && (type == VALUE_CHOICES || type == VALUE_TAGS))
		value_send(type, w, json_set_text(r->arena, text));
	else
		value_write(type, w, text);
}

/* A sentence is what its record's module makes of the row. */
void
row_value(struct req *r, struct cbw *w, const struct query *q, PGresult *res,
    int row, unsigned col)
{
	if (q->types[col] == VALUE_SENTENCE && q->sentence != NULL)
		q->sentence(r, w, res, row);
	else
		put_value(w, q->types[col], res, row, (int)col);
}

void
row_map(struct req *r, struct cbw *w, const struct query *q,
    struct names *names, PGresult *res, int row)
{
	unsigned	i;

	for (i = 0; i < q->ncols; i++) {
		cbw_key(w, q->names[i]);
		if (names != NULL && q->by_name[i])
			names_put(names, w, res, row, (int)i);
		else
			row_value(r, w, q, res, row, i);
	}
}

void
row_array(struct req *r, struct cbw *w, const struct query *q,
    struct names *names, PGresult *res, int row)
{
	unsigned	i;

	cbw_array(w, q->ncols);
	for (i = 0; i < q->ncols; i++)
		if (names != NULL && q->by_name[i])
			names_put(names, w, res, row, (int)i);
		else
			row_value(r, w, q, res, row, i);
}

void
row_columns(struct cbw *w, const struct query *q)
{
	unsigned	i;

	cbw_array(w, q->ncols);
	for (i = 0; i < q->ncols; i++)
		cbw_textz(w, q->names[i]);
}
