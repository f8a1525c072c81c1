/*
 * lines.c - rows of a child type that are edited in their parent's form:
 * proposal lines, DNS records. Each line is a save of its own, in the
 * parent's transaction and under the child's own rights; a mistake names the
 * line by its place in what was sent: "proposal_lines.2.price".
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"

/* --- Arguments ------------------------------------------------------------- */

static void
no_lines(struct req *r, const char *name)
{
	req_fail(r, ERR_UNKNOWN_ARGUMENT, name, "record.no_field", "field",
	    name, NULL);
}

static void
read_id(struct req *r, struct save *s, struct cbr *in)
{
	char	id[UUID_TEXT];

	if (!cbr_uuid_text(in, id))
		req_bad(r, "id", "value.type", "type", "uuid", NULL);
	else
		s->values.id = arena_strdup(r->arena, id);
}

/* One pair of a line: what the record engine needs, or a field. */
static void
read_pair(struct req *r, struct save *s, const char *key, struct cbr *in)
{
	if (strcmp(key, "id") == 0)
		read_id(r, s, in);
	else if (strcmp(key, "version") == 0) {
		if (!cbr_int(in, &s->values.version) || s->values.version < 1)
			req_bad(r, key, "value.type", "type", "int", NULL);
	} else if (strcmp(key, "deleted") == 0) {
		if (!cbr_bool(in, &s->remove))
			req_bad(r, key, "value.type", "type", "bool", NULL);
	} else
		save_read(r, key, in, s);
}

/* May lines of this kind be added, changed, taken away at all? */
static void
line_may(struct req *r, const struct save *s)
{
	const struct def	*d = s->values.def;
	enum def_op		 op = s->remove ? OP_DELETE :
				    s->values.create ? OP_CREATE : OP_EDIT;
	enum def_verb		 v = s->remove ? DV_DELETE :
				    s->values.create ? DV_CREATE : DV_EDIT;

	if ((d->verbs & 1u << v) == 0)
		req_fail(r, ERR_REFUSED, NULL, "record.lines_fixed", NULL);
	else if (!def_may(d, op, req_rights(r)))
		req_need(r, d->perm[op].need);
}

/* The id of a line that came without one: the same on every resend, and in
 * the order in which they were sent. */
static const char *
made_id(struct req *r, const char *part, uint32_t at)
{
	uint8_t		 digest[16];
	struct uuid	 id;
	char		*text = arena_alloc(r->arena, UUID_TEXT);

	crypto_generichash(digest, sizeof digest, (const uint8_t *)part,
	    strlen(part), (const uint8_t *)r->id, strlen(r->id));
	if (!uuid_parse(r->id, strlen(r->id), &id))
		uuid_v7(&id);
	id.b[6] = (uint8_t)(0x70 | (at >> 8 & 0x0f));
	id.b[7] = (uint8_t)at;
	memcpy(id.b + 9, digest, 7);
	uuid_format(&id, text);
	return text;
}

static void
finish_line(struct req *r, struct save *top, struct save *s, uint32_t at)
{
	struct record_value	*by = &s->values.v[
				    s->values.def->parent->index];

	s->values.create = s->values.version == 0 && !s->remove;
	if (!s->values.create && s->values.id == NULL)
		req_bad(r, "id", "value.required", NULL);
	if (s->remove && s->values.version == 0)
		req_bad(r, "version", "value.required", NULL);
	if (by->sent)
		req_bad(r, s->values.def->parent->name, "record.readonly",
		    NULL);
	line_may(r, s);
	if (!s->values.create) {
		save_whens(r, s);
		return;
	}
	by->given = true;
	by->text = top->values.id;
	if (s->values.id == NULL)
		s->values.id = made_id(r, s->part, at);
	if (!req_failed(r))
		save_defaults(r, s);
	save_whens(r, s);
}

static bool
read_line(struct req *r, struct save *top, const struct def *d, uint32_t at,
    struct cbr *in)
{
	struct save	*s = save_new(r, custom_def(r, d), true);
	const char	*key;
	struct cbr	 value;
	uint32_t	 n, i;
	size_t		 len;

	s->part = req_printf(r, "%s.%u", d->name, at);
	req_part(r, s->part);
	if (!cbr_map(in, &n)) {
		req_bad(r, NULL, "record.map_expected", NULL);
		return false;
	}
	/* What may be set depends on whether it is there already. */
	for (value = *in, i = 0; i < n && cbr_text(&value, &key, &len); i++) {
		if (cbr_is(key, len, "version"))
			s->values.create = false;
		cbr_skip(&value);
	}
	for (i = 0; i < n && cbr_text(in, &key, &len); i++) {
		value = *in;
		cbr_skip(in);
		read_pair(r, s, arena_strndup(r->arena, key, len), &value);
	}
	finish_line(r, top, s, at);
	req_part(r, NULL);
	if (!s->values.create && !s->remove && !save_given(s))
		return true;		/* sent as it is */
	top->line[top->nlines++] = s;
	return true;
}

static bool
read_kind(struct req *r, struct save *top, const char *name, size_t len,
    struct cbr *in)
{
	const struct def_lines	*lines;
	uint32_t		 n, i;

	lines = def_lines(top->values.def, name, len);
	name = arena_strndup(r->arena, name, len);
	if (lines == NULL || !def_may(lines->def, OP_VIEW, req_rights(r))) {
		no_lines(r, req_printf(r, "lines.%s", name));
		return false;
	}
	if (!cbr_array(in, &n)) {
		req_bad(r, name, "record.list_expected", NULL);
		return false;
	}
	for (i = 0; i < n; i++) {
		if (top->nlines == ENGINE_LINES) {
			req_bad(r, name, "record.too_many_lines", "max",
			    req_printf(r, "%d", ENGINE_LINES), NULL);
			return false;
		}
		if (!read_line(r, top, lines->def, i, in))
			return false;
	}
	return true;
}

void
lines_read(struct req *r, struct save *top)
{
	struct cbr	 in;
	const char	*name;
	uint32_t	 n, i;
	size_t		 len;

	if (!req_any(r, "lines", &in) || cbr_null(&in))
		return;
	if (!cbr_map(&in, &n)) {
		req_bad(r, "lines", "record.map_expected", NULL);
		return;
	}
	top->line = arena_array(r->arena, ENGINE_LINES, sizeof *top->line);
	for (i = 0; i < n && cbr_text(&in, &name, &len); i++)
		if (!read_kind(r, top, name, len, &in))
			return;
}

/* --- Statements ------------------------------------------------------------ */

void
lines_once(struct req *r)
{
	static const struct db_stmt stmt = { "lines.once",
	    "select case when konak.done(konak.request()) "
	    "then konak.no_row() end" };

	req_query(r, &stmt, 0, NULL, NULL);
}

void
lines_send(struct req *r, struct save *top)
{
	/* each line's audit row has the words of its own type */
	static const struct db_stmt own = { "lines.action",
	    "select set_config('konak.action', '', true)" };
	size_t	i;

	if (top->nlines > 0)
		req_query(r, &own, 0, NULL, NULL);
	for (i = 0; i < top->nlines; i++)
		save_send(r, top->line[i]);
}

/* --- The reply ------------------------------------------------------------- */

/* { kind: [row, …], … } in the order in which they were sent. */
void
lines_put(struct req *r, struct save *s, PGresult *res)
{
	struct save	*top = r->state;
	struct cbw	*w = req_out(r);
	size_t		 i = top->turn - 1;

	if (i == 0) {
		cbw_key(w, "lines");
		cbw_map_begin(w);
	}
	if (i == 0 || top->line[i - 1]->values.def != s->values.def) {
		cbw_key(w, s->values.def->name);
		cbw_array_begin(w);
	}
	if (s->remove) {
		cbw_map(w, 2);
		cbw_kv_uuid(w, "id", s->values.id);
		cbw_kv_int(w, "version", strtoll(PQgetvalue(res, 0, 1), NULL,
		    10));
	} else {
		cbw_map(w, s->query->ncols);
		row_map(r, w, s->query, NULL, res, 0);
	}
	if (i + 1 == top->nlines ||
	    top->line[i + 1]->values.def != s->values.def)
		cbw_array_end(w);
	if (i + 1 == top->nlines)
		cbw_map_end(w);
}

/* --- get ------------------------------------------------------------------- */

static void
got_lines(struct req *r, PGresult *res)
{
	struct getting	*g = r->state;
	struct query	*q = g->line[g->turn++];
	struct cbw	*w = req_out(r);
	int		 i, n = PQntuples(res);

	cbw_key(w, q->def->name);
	cbw_map(w, 2);
	cbw_key(w, "columns");
	row_columns(w, q);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)n);
	for (i = 0; i < n; i++)
		row_array(r, w, q, NULL, res, i);
}

static struct query *
lines_query(struct req *r, const struct def_lines *lines)
{
	const struct def	*d = custom_def(r, lines->def);
	struct fieldset		 fields;
	struct buf		 b = BUF_INIT;
	struct query		*q;
	const char		*key;
	unsigned		 scopes = scope_bits(r, d, OP_VIEW);

	seen_fields(r, d, &fields);
	key = fields_key(r, 'l', &fields, scopes);
	if ((q = query_find(d, key)) != NULL)
		return q;
	q = query_new(r, d, key);
	buf_addz(&b, "select ");
	sql_select(&b, q, d, &fields, "t", query_arena(q, r));
	buf_addz(&b, " from ");
	sql_table(&b, d);
	buf_addz(&b, " t where ");
	sql_company(&b, d, "t");
	buf_addz(&b, " and ");
	sql_ident(&b, "t", d->parent->column);
	buf_addz(&b, " = $1");
	if (d->soft)
		buf_addz(&b, " and t.deleted_at is null");
	sql_scopes(&b, d, scopes);
	buf_addz(&b, " order by ");
	if (lines->order != NULL) {
		sql_ident(&b, "t", lines->order->column);
		buf_addz(&b, ", ");
	}
	buf_printf(&b, "t.id limit %d", ENGINE_LINES);
	query_sql(q, r, &b);
	return q;
}

void
lines_get(struct req *r, const struct def *d, const char *id)
{
	struct getting	*g = r->state;
	size_t		 i;

	g->line = arena_array(r->arena, d->nform + 1, sizeof *g->line);
	for (i = 0; i < d->nform; i++) {
		if (d->form[i].lines == NULL ||
		    !def_may(d->form[i].lines->def, OP_VIEW,
		    req_rights(r)))
			continue;
		g->line[g->nlines] = lines_query(r, d->form[i].lines);
		req_query(r, &g->line[g->nlines]->stmt, 1, &id, got_lines);
		g->nlines++;
	}
}
