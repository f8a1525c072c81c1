/*
 * notice.c - what a notification says, in its reader's language: who did what
 * to which record. The rows know the kind, the record's name and what was
 * written; the words are here.
 */
#include <string.h>

#include "lib/cbor.h"
#include "lib/msg.h"
#include "lib/tr.h"
#include "server/record/engine.h"

#define MESSAGE_CELLS 160

/* Columns besides those that a list selects. */
enum { N_TYPE, N_TITLE, N_MESSAGE, N_SENDER, N_RECORD, N_ACTION, N_COLUMNS };

static void
notice_columns(struct buf *b)
{
	buf_addz(b, "t.type, t.title, t.message, (select p.name from "
	    "konak.people p where p.company_id = (select konak.register()) "
	    "and p.id = t.sender_id), t.related_type, "
	    "t.data->>'action'");
}

struct notice {
	struct req	*r;
	PGresult	*res;
	int		 row, col;
	struct buf	 b;
	enum lang	 lang;
};

static const char *
cell(const struct notice *n, int col)
{
	return PQgetisnull(n->res, n->row, n->col + col) ? NULL :
	    PQgetvalue(n->res, n->row, n->col + col);
}

/* "Customer ABC Ltd", as far as there is one. */
static void
put_record(struct notice *n)
{
	const char		*type = cell(n, N_RECORD);
	const char		*title = cell(n, N_TITLE);
	const struct def	*d = type != NULL ? def_find(type) : NULL;

	if (d != NULL)
		buf_addz(&n->b, label_text(&d->label, n->lang));
	if (title == NULL || title[0] == '\0')
		return;
	if (d != NULL)
		buf_addz(&n->b, " ");
	text_cut(&n->b, title, strlen(title), MESSAGE_CELLS, 0);
}

/* The names of columns, by commas, as their labels. */
static void
put_fields(struct notice *n, const char *list)
{
	const struct def	*d = cell(n, N_RECORD) != NULL ?
				    def_find(cell(n, N_RECORD)) : NULL;
	const struct field	*f;
	char			*name, *rest;
	const char		*glue = ": ";

	for (name = strtok_r(arena_strdup(n->r->arena, list), ",", &rest);
	    name != NULL && d != NULL; name = strtok_r(NULL, ",", &rest)) {
		f = def_column_field(d, name);
		if (f == NULL || (f->see != NULL && !req_may(n->r, f->see)))
			continue;
		buf_printf(&n->b, "%s%s", glue, label_text(&f->label, n->lang));
		glue = ", ";
	}
}

static void
put_message(struct notice *n)
{
	const char	*text = cell(n, N_MESSAGE);

	if (text == NULL)
		return;
	if (strcmp(cell(n, N_TYPE), "change") == 0) {
		put_fields(n, text);
		return;
	}
	if (buf_len(&n->b) > 0)
		buf_addz(&n->b, ": ");
	text_cut(&n->b, text, strlen(text), MESSAGE_CELLS, 0);
}

static void
notice_put(struct req *r, struct cbw *w, PGresult *res, int row)
{
	struct notice	 n = { .r = r, .res = res, .row = row,
			    .col = PQnfields(res) - N_COLUMNS };
	const char	*by, *key;

	n.lang = req_lang(r);
	key = req_printf(r, "notice.%s", cell(&n, N_ACTION) != NULL ?
	    cell(&n, N_ACTION) : cell(&n, N_TYPE));
	by = cell(&n, N_SENDER);
	if (msg_known(key)) {
		msg_format(&n.b, n.lang, key, "by", by != NULL ? by :
		    msg_text(n.lang, "notice.nobody"), NULL);
		buf_addz(&n.b, " ");
	}
	put_record(&n);
	put_message(&n);
	cbw_textz(w, buf_text(&n.b));
	buf_free(&n.b);
}

/* Its rows are shaped as notifications are. */
const struct record_sentence change_sentence = {
	.record = "recent_changes",
	.columns = notice_columns,
	.put = notice_put
};

const struct record_sentence notice_sentence = {
	.record = "notifications",
	.columns = notice_columns,
	.put = notice_put
};
