/* paper.c - see paper.h. */
#include "server/paper/paper.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/cbor.h"
#include "lib/date.h"
#include "lib/money.h"
#include "lib/msg.h"
#include "lib/when.h"
#include "server/child.h"
#include "server/module.h"
#include "server/tenant.h"

#define SECONDS		20
#define MEMORY		((size_t)512 * 1024 * 1024)
#define ANSWER_MAX	((size_t)16 * 1024 * 1024)

struct making {
	struct req	*r;
	const char	*head, *date_format, *name, *text;
};

static void
made_cb(void *arg, enum child_end end, struct buf *pdf)
{
	struct making	*m = arg;
	struct req	*r = m->r;
	struct cbw	*w;

	if (req_gone(r)) {
		req_go(r);
		return;
	}
	if (end != CHILD_DONE) {
		req_fail(r, ERR_UNAVAILABLE, NULL, end == CHILD_FAILED ?
		    "paper.failed" : "paper.too_long", NULL);
		req_go(r);
		return;
	}
	w = req_out(r);
	cbw_map(w, 1);
	cbw_key(w, "files");
	cbw_array(w, 1);
	cbw_map(w, 2);
	cbw_kv_text(w, "name", arena_printf(r->arena, "%s.pdf", m->name));
	cbw_key(w, "data");
	cbw_bytes(w, buf_data(pdf), buf_len(pdf));
	req_go(r);
}

/* A name for a file: what folders would mean is left out. */
static const char *
file_name(struct req *r, const char *name)
{
	char	*s = arena_strdup(r->arena, name), *p;

	for (p = s; *p != '\0'; p++)
		if (strchr("/\\:*?\"<>|", *p) != NULL ||
		    (unsigned char)*p < ' ')
			*p = '-';
	return s[0] == '\0' || s[0] == '.' ? "konak" : s;
}

void
paper_page(struct req *r, json_t *page, const char *name)
{
	struct making	*m = r->state;
	json_t		*head = json_loads(m->head, 0, NULL);
	char		*text;

	m->name = file_name(r, name);
	json_object_set(page, "date", json_object_get(head, "date"));
	json_object_set_new(page, "head", head);
	json_object_set_new(page, "page_word", json_string(msg_text(
	    req_lang(r), "paper.page")));
	text = json_dumps(page, JSON_COMPACT);
	json_decref(page);
	m->text = arena_strdup(r->arena, text);
	free(text);
}

static void
paper_make(struct req *r)
{
	const struct child_job	 job = { .program = "konak-paper",
	    .seconds = SECONDS, .memory = MEMORY, .answer = ANSWER_MAX,
	    .owner = req_printf(r, "%s %s", tenant_name(r->tenant),
	    r->session->user) };
	struct making	*m = r->state;
	struct buf	 in = BUF_INIT;

	if (m->text == NULL)
		return;
	buf_addz(&in, m->text);
	if (child_start(&job, &in, made_cb, m))
		req_hold(r);
	else
		req_fail(r, ERR_UNAVAILABLE, NULL, "paper.many", NULL);
}

static void
head_rows(struct req *r, PGresult *res)
{
	struct making	*m = r->state;

	m->head = arena_strdup(r->arena, PQgetvalue(res, 0, 0));
	m->date_format = arena_strdup(r->arena, PQgetvalue(res, 0, 1));
}

void
paper_begin(struct req *r)
{
	static const struct db_stmt	stmt = { "paper_head",
	    "select h, h ->> 'date_format' from konak.paper_head() h" };
	struct making			*m = arena_alloc(r->arena, sizeof *m);

	*m = (struct making){ .r = r };
	r->state = m;
	req_query(r, &stmt, 0, NULL, head_rows);
	req_then(r, paper_make);
}

/* --- words ----------------------------------------------------------------- */

const char *
paper_date(struct req *r, const char *iso)
{
	const struct making	*m = r->state;
	struct date		 d;
	char			 out[DATE_TEXT];

	if (iso == NULL || date_read(iso, strlen(iso), &d) != DATE_OK)
		return "";
	date_format(&d, m->date_format, out);
	return arena_strdup(r->arena, out);
}

const char *
paper_number(struct req *r, const char *decimal, int min_scale)
{
	char	out[DECIMAL_TEXT + 16];

	if (decimal == NULL)
		return "";
	decimal_format(req_lang(r), decimal, min_scale, out);
	return arena_strdup(r->arena, out);
}

json_t *
paper_row(const char *cell, ...)
{
	json_t	*row = json_array();
	va_list	 ap;

	va_start(ap, cell);
	for (; cell != NULL; cell = va_arg(ap, const char *))
		json_array_append_new(row, json_string(cell));
	va_end(ap);
	return row;
}
