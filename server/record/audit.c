/*
 * audit.c - what a row of the audit log says, in the reader's language: made
 * from the labels of the record's definition, the record's name at that time
 * and the values that changed, as the database lets this reader see them.
 */
#include <string.h>

#include "lib/cbor.h"
#include "lib/msg.h"
#include "lib/tr.h"
#include "lib/tz.h"
#include "server/record/engine.h"
#include "server/session.h"

#define VALUE_CELLS 80		/* of a long value */

/* Columns of the view konak.audit besides those that a list selects; changes
 * and other values come as text, by US and RS signs. */
enum { A_ACTION, A_MODULE, A_TYPE, A_TITLE, A_IP, A_OP, A_ZONE, A_CHANGES,
    A_VALUES, A_COLUMNS };

static const char columns_before[] =
    "t.action, t.module, t.record_type, coalesce(";
static const char columns_after[] =
    "t.title), t.ip, t.op, "
    "(select c.timezone from konak.company_names c "
    "where c.id = konak.company()), "
    "(select string_agg(concat(k, E'\\x1f', t.old->>k, E'\\x1f', t.new->>k), "
    "E'\\x1e' order by k) from (select jsonb_object_keys(coalesce(t.old, '{}') "
    "|| coalesce(t.new, '{}')) k) x where t.op = 'edit'), "
    "(select string_agg(concat(e.key, E'\\x1f', e.value), E'\\x1e') "
    "from jsonb_each_text(case when t.op is null then t.\"values\" end) e)";

struct sentence {
	struct req	*r;
	PGresult	*res;
	int		 row;
	int		 col;		/* of A_ACTION */
	struct buf	 b;
	struct value_ctx ctx;
};

static const char *
cell(const struct sentence *s, int col)
{
	return PQgetisnull(s->res, s->row, s->col + col) ? NULL :
	    PQgetvalue(s->res, s->row, s->col + col);
}

static void
comma(struct sentence *s)
{
	if (buf_len(&s->b) > 0)
		buf_addz(&s->b, ", ");
}

/* "Label: value", both as they are. */
static void
pair(struct sentence *s, const char *label, const char *value)
{
	comma(s);
	buf_printf(&s->b, "%s: %s", label, value);
}

/* A value as people read it, on one line and not without end. */
static void
put_value(struct sentence *s, const struct field *f, const char *text)
{
	struct buf	 b = BUF_INIT;
	char		 stamp[DATE_TEXT];
	int64_t		 us;

	if (text == NULL || text[0] == '\0') {
		buf_addz(&s->b, "-");
		return;
	}
	if (field_type(f) == VALUE_TIMESTAMP &&
	    timestamp_read(text, strlen(text), &us) == DATE_OK) {
		timestamp_write(us, stamp);
		text = stamp;
	} else if (field_type(f) == VALUE_CHOICES ||
	    field_type(f) == VALUE_TAGS)
		text = json_set_text(s->r->arena, text);
	value_format(&f->rules, &s->ctx, text, &b);
	text_cut(&s->b, buf_text(&b), buf_len(&b), VALUE_CELLS, 0);
	buf_free(&b);
}

/* A changed field. What a reference pointed to stands in the history. */
static void
put_change(struct sentence *s, const struct def *d, char *change)
{
	char			*old = strchr(change, 0x1f), *new;
	const struct field	*f;
	enum lang		 lang = s->ctx.lang;

	if (old == NULL || (new = strchr(old + 1, 0x1f)) == NULL)
		return;
	*old++ = '\0';
	*new++ = '\0';
	f = def_column_field(d, change);
	if (f == NULL || (f->see != NULL && !req_may(s->r, f->see)))
		return;
	pair(s, msg_text(lang, "audit.changed"), label_text(&f->label, lang));
	if (f->ref != NULL)
		return;
	pair(s, msg_text(lang, "audit.old"), "");
	put_value(s, f, old);
	pair(s, msg_text(lang, "audit.new"), "");
	put_value(s, f, new);
}

static void
put_record(struct sentence *s, const struct def *d)
{
	const char	*title = cell(s, A_TITLE), *list = cell(s, A_CHANGES);
	char		*change, *rest;

	pair(s, label_text(&d->label, s->ctx.lang), title != NULL ? title :
	    "-");
	if (list == NULL)
		return;
	for (change = strtok_r(arena_strdup(s->r->arena, list), "\x1e",
	    &rest); change != NULL; change = strtok_r(NULL, "\x1e", &rest))
		put_change(s, d, change);
}

/* The words of a module: those of its record, when one is called so, or those
 * by which companies switch it on. */
static const char *
module_label(struct sentence *s, const char *module)
{
	const struct def	*d = def_find(module);
	const struct field	*f;
	size_t			 i;

	if (d != NULL)
		return label_text(&d->labels, s->ctx.lang);
	d = def_find("companies");
	f = d != NULL ? def_field(d, "modules_enabled") : NULL;
	for (i = 0; f != NULL && i < f->rules.nchoices; i++)
		if (strcmp(f->rules.choices[i].code, module) == 0)
			return f->rules.choices[i].label[s->ctx.lang];
	return module;
}

static const char *
value_of(struct sentence *s, const char *key)
{
	const char	*list = cell(s, A_VALUES);
	char		*item, *rest;
	size_t		 len = strlen(key);

	if (list == NULL)
		return NULL;
	for (item = strtok_r(arena_strdup(s->r->arena, list), "\x1e", &rest);
	    item != NULL; item = strtok_r(NULL, "\x1e", &rest))
		if (strncmp(item, key, len) == 0 && item[len] == 0x1f)
			return item + len + 1;
	return NULL;
}

static void
put_denied(struct sentence *s)
{
	const char	*code = value_of(s, "code");
	enum lang	 lang = s->ctx.lang;

	pair(s, msg_text(lang, "audit.module"),
	    module_label(s, cell(s, A_MODULE)));
	comma(s);
	buf_addz(&s->b, msg_text(lang, "audit.denied"));
	if (code == NULL)
		return;
	buf_addz(&s->b, " (");
	msg_format(&s->b, lang, "audit.needs", "code", code, NULL);
	buf_addz(&s->b, ")");
}

/* Acts that change no record and have words of their own: values of the row
 * with their labels, then what to say besides. */
static const struct event {
	const char	*action;
	struct {
		const char	*value, *label;
	} parts[3];
	const char	*note;
} events[] = {
	{ "CREDENTIAL_VIEW", { { "title", "audit.customer" },
	    { "entry", "audit.record" }, { "kind", "audit.kind" } },
	    "audit.secret_shown" },
	{ "FILE_DOWNLOAD", { { "title", "audit.file" },
	    { "folder", "audit.folder" } }, NULL },
};

static bool
put_known(struct sentence *s)
{
	const struct event	*e;
	const char		*value, *key;
	size_t			 i, j;

	for (i = 0; i < sizeof events / sizeof events[0]; i++) {
		e = &events[i];
		if (strcmp(cell(s, A_ACTION), e->action) != 0)
			continue;
		for (j = 0; j < 3 && e->parts[j].value != NULL; j++) {
			value = value_of(s, e->parts[j].value);
			if (value == NULL)
				continue;
			key = req_printf(s->r, "%s.%s", e->parts[j].label,
			    value);
			pair(s, msg_text(s->ctx.lang, e->parts[j].label),
			    msg_known(key) ? msg_text(s->ctx.lang, key) :
			    value);
		}
		if (e->note != NULL) {
			comma(s);
			buf_addz(&s->b, msg_text(s->ctx.lang, e->note));
		}
		return true;
	}
	return false;
}

/* What is neither: who or what, from where, how. */
static void
put_event(struct sentence *s)
{
	const char	*title = cell(s, A_TITLE), *ip = cell(s, A_IP);
	const char	*method = value_of(s, "method");
	const char	*reason = value_of(s, "reason");
	const struct def *d = NULL;

	if (put_known(s))
		return;
	if (cell(s, A_TYPE) != NULL)
		d = def_find(cell(s, A_TYPE));
	/* who signed in stands beside it already */
	if (strcmp(cell(s, A_ACTION), "LOGIN") == 0)
		title = NULL;
	if (title != NULL && d != NULL)
		pair(s, label_text(&d->label, s->ctx.lang), title);
	else if (title != NULL) {
		comma(s);
		buf_addz(&s->b, title);
	}
	if (ip != NULL)
		pair(s, "IP", ip);
	if (method != NULL) {
		const char	*key = req_printf(s->r, "audit.method.%s",
				    method);

		pair(s, "2FA", msg_known(key) ? msg_text(s->ctx.lang, key) :
		    method);
	}
	if (reason != NULL) {
		comma(s);
		buf_addz(&s->b, reason);
	}
}

/* A record that is called by what it refers to has no name of its own in the
 * log: it is called as that is called now. */
static void
audit_columns(struct buf *b)
{
	const struct def	*d;
	size_t			 i;
	bool			 any = false;

	buf_addz(b, columns_before);
	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		if (d->ntitle == 0 || d->title[0]->ref == NULL || d->readonly)
			continue;
		buf_printf(b, "%s when '%s' then (select ", any ? "" :
		    "case t.record_type", d->name);
		record_title_sql(b, d, "x");
		buf_addz(b, " from ");
		sql_table(b, d);
		buf_addz(b, " x where ");
		sql_company(b, d, "x");
		buf_addz(b, " and x.id = t.record_id)");
		any = true;
	}
	if (any)
		buf_addz(b, " end, ");
	buf_addz(b, columns_after);
}

static void
audit_put(struct req *r, struct cbw *w, PGresult *res, int row)
{
	struct sentence	 s = { .r = r, .res = res, .row = row,
			    .col = PQnfields(res) - A_COLUMNS };
	const char	*type;
	const struct def *d;

	s.ctx.lang = req_lang(r);
	s.ctx.tz = tz_find(cell(&s, A_ZONE) != NULL ? cell(&s, A_ZONE) :
	    "Europe/Istanbul");
	s.ctx.now = clock_now();
	type = cell(&s, A_TYPE);
	d = type != NULL ? def_find(type) : NULL;
	if (cell(&s, A_OP) != NULL && d != NULL)
		put_record(&s, d);
	else if (strcmp(cell(&s, A_ACTION), "ACCESS_DENIED") == 0)
		put_denied(&s);
	else
		put_event(&s);
	cbw_textz(w, buf_text(&s.b));
	buf_free(&s.b);
}

const struct record_sentence audit_sentence = {
	.record = "audit",
	.columns = audit_columns,
	.put = audit_put
};
