/*
 * import.c - rows of somebody's file become records. `import` says what its
 * columns are (or guesses it from their headings), `import_rows` takes them in
 * pieces, each cell judged as if it were typed. The rows wait in
 * konak.import_rows for `import_run` (importrun.c).
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/proto.h"
#include "lib/tr.h"
#include "lib/tz.h"
#include "server/record/engine.h"

#define COLUMNS		200	/* of a file */

/* --- What the columns are ------------------------------------------------------ */

/* A field that a file may fill. */
static bool
fillable(struct req *r, const struct field *f)
{
	switch (field_type(f)) {
	case VALUE_UUID:
	case VALUE_SENTENCE:
	case VALUE_JSON:
	case VALUE_SECRET:	/* files are not where passwords stand */
		return false;
	default:
		return f->column != NULL && !f->readonly &&
		    (f->see == NULL || req_may(r, f->see)) &&
		    (f->write == NULL || req_may(r, f->write));
	}
}

/* A heading without what people put around it. */
static const char *
heading(struct req *r, const char *text)
{
	char	*s = tr_fold(r->arena, text, strlen(text));
	size_t	 n;

	if (s == NULL)
		return "";
	s += strspn(s, " \t\n*:");
	for (n = strlen(s); n > 0 && strchr(" \t\n*:", s[n - 1]) != NULL;)
		s[--n] = '\0';
	return s;
}

static bool
is_named(struct req *r, const struct field *f, const char *head)
{
	enum lang	lang;

	if (strcmp(head, f->name) == 0)
		return true;
	for (lang = 0; lang < LANG_COUNT; lang++)
		if (f->label.text[lang] != NULL &&
		    strcmp(head, heading(r, f->label.text[lang])) == 0)
			return true;
	return false;
}

static const struct field *
guess(struct req *r, const struct def *d, const char *text, bool *taken)
{
	const char	*head = heading(r, text);
	size_t		 i;

	for (i = 0; i < d->nfields; i++) {
		if (taken[i] || !fillable(r, d->fields[i]) ||
		    !is_named(r, d->fields[i], head))
			continue;
		taken[i] = true;
		return d->fields[i];
	}
	return NULL;
}

/* Texts of an argument, as a PostgreSQL array and by themselves. */
static bool
read_texts(struct req *r, const char *name, const char ***out, size_t *n)
{
	struct cbr	 in;
	uint32_t	 count, i;
	const char	*s;
	size_t		 len;

	*n = 0;
	if (!req_any(r, name, &in) || !cbr_array(&in, &count) ||
	    count == 0 || count > COLUMNS) {
		req_bad(r, name, "record.list_expected", NULL);
		return false;
	}
	*out = arena_array(r->arena, count, sizeof **out);
	for (i = 0; i < count; i++) {
		if (cbr_null(&in))
			s = NULL;
		else if (cbr_text(&in, &s, &len))
			s = arena_strndup(r->arena, s, len);
		else {
			req_bad(r, name, "record.text_expected", NULL);
			return false;
		}
		(*out)[(*n)++] = s;
	}
	return true;
}

const char *
import_array(struct req *r, const char *const *v, size_t n)
{
	struct buf	 b = BUF_INIT;
	const char	*s, *out;
	size_t		 i;

	buf_addz(&b, "{");
	for (i = 0; i < n; i++) {
		buf_addz(&b, i > 0 ? "," : "");
		if (v[i] == NULL) {
			buf_addz(&b, "null");
			continue;
		}
		buf_add8(&b, '"');
		for (s = v[i]; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				buf_add8(&b, '\\');
			buf_add8(&b, (uint8_t)*s);
		}
		buf_add8(&b, '"');
	}
	buf_addz(&b, "}");
	out = arena_strdup(r->arena, buf_text(&b));
	buf_free(&b);
	return out;
}

/* The headings as one key, by which their mapping is found again. */
static const char *
heads_key(struct req *r, const char *const *heads, size_t n)
{
	struct buf	 b = BUF_INIT;
	const char	*out;
	size_t		 i;

	for (i = 0; i < n; i++)
		buf_printf(&b, "%s\n", heads[i] == NULL ? "" :
		    heading(r, heads[i]));
	out = arena_strdup(r->arena, buf_text(&b));
	buf_free(&b);
	return out;
}

struct asking {
	const char	**heads;
	size_t		 n;
};

/* The mapping that was used for such a file before, else a guess. */
static void
mapping_rows(struct req *r, PGresult *res)
{
	const struct def	*d = req_def(r);
	struct asking		*a = r->state;
	const struct field	*f;
	bool			*taken;
	struct cbw		*w = req_out(r);
	json_t			*saved = NULL;
	size_t			 i;

	if (PQntuples(res) > 0)
		saved = json_loads(PQgetvalue(res, 0, 0), 0, NULL);
	taken = arena_array(r->arena, d->nfields, sizeof *taken);
	cbw_map(w, 2);
	cbw_kv_bool(w, "saved", saved != NULL);
	cbw_key(w, "columns");
	cbw_array(w, (uint32_t)a->n);
	for (i = 0; i < a->n; i++) {
		f = NULL;
		if (saved != NULL && json_is_string(json_array_get(saved, i)))
			f = def_field(d, json_string_value(
			    json_array_get(saved, i)));
		else if (saved == NULL && a->heads[i] != NULL)
			f = guess(r, d, a->heads[i], taken);
		cbw_textz(w, f == NULL || !fillable(r, f) ? NULL : f->name);
	}
	json_decref(saved);
}

static void
ask_mapping(struct req *r)
{
	static const struct db_stmt stmt = { "import.mapping",
	    "select m from konak.import_mapping($1, $2) m "
	    "where m is not null" };
	const struct def	*d = req_def(r);
	struct asking		*a = arena_alloc(r->arena, sizeof *a);
	const char		*params[2] = { d->name, NULL };

	if (!read_texts(r, "header", &a->heads, &a->n))
		return;
	params[1] = heads_key(r, a->heads, a->n);
	r->state = a;
	req_query(r, &stmt, 2, params, mapping_rows);
}

/* Every name is a field that may be filled, once; what must be there is. */
static bool
judge_columns(struct req *r, const struct def *d, const char *const *names,
    size_t n)
{
	const struct field	*f;
	bool			*taken;
	size_t			 i;

	taken = arena_array(r->arena, d->nfields, sizeof *taken);
	for (i = 0; i < n; i++) {
		if (names[i] == NULL)
			continue;
		f = def_field(d, names[i]);
		if (f == NULL || !fillable(r, f))
			req_bad(r, "columns", "record.no_field", "field",
			    names[i], NULL);
		else if (taken[f->index])
			req_bad(r, "columns", "import.twice", "field",
			    label_text(&f->label, req_lang(r)), NULL);
		else
			taken[f->index] = true;
	}
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (f->required && !f->readonly && f->dflt == DEFAULT_NONE &&
		    !taken[i] && f->column != NULL)
			req_bad(r, "columns", "import.missing", "field",
			    label_text(&f->label, req_lang(r)), NULL);
	}
	return !req_failed(r);
}

static void
begun_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);

	(void)res;
	cbw_map(w, 1);
	cbw_kv_uuid(w, "import", r->id);
}

void
record_import(struct req *r)
{
	static const struct db_stmt begin = { "import.begin",
	    "select konak.import_begin($1::uuid, $2, $3, $4::text[])" };
	static const struct db_stmt keep = { "import.keep",
	    "insert into konak.import_mappings (record_type, heads, mapping) "
	    "values ($1, $2, $3::text[]) on conflict on constraint "
	    "import_mappings_pkey do update set mapping = excluded.mapping" };
	const struct def	*d = req_def(r);
	const char		**names, **heads, *params[4];
	size_t			 n, nheads;

	if (!req_has(r, "columns")) {
		ask_mapping(r);
		return;
	}
	if (!read_texts(r, "columns", &names, &n) ||
	    !read_texts(r, "header", &heads, &nheads) ||
	    !judge_columns(r, d, names, n))
		return;
	params[0] = r->id;
	params[1] = d->name;
	params[2] = req_has(r, "file") ? req_text(r, "file") : "-";
	params[3] = import_array(r, names, n);
	req_query(r, &begin, 4, params, begun_rows);
	params[0] = d->name;
	params[1] = heads_key(r, heads, nheads);
	params[2] = params[3];
	req_query(r, &keep, 3, params, NULL);
}

/* --- Rows -------------------------------------------------------------------------- */

struct piece {
	const struct field	*columns[COLUMNS];
	size_t			 n;
	struct value_ctx	 ctx;
	struct buf		 told;		/* encoded rows of the answer … */
	const void		*kept;		/* … when all are there */
	size_t			 nkept;
	uint32_t		 ntold;
	struct query		*insert;
};

/* row, field, text of what is wrong: as the answer has it. */
void
import_tell(struct buf *b, int64_t row, const char *field, const char *text)
{
	struct cbw	w;

	cbw_init(&w, b);
	cbw_array(&w, 3);
	cbw_int(&w, row);
	cbw_textz(&w, field);
	cbw_textz(&w, text);
}

void
import_put_told(struct cbw *w, const void *told, size_t size, uint32_t n)
{
	struct cbr	 in;
	const uint8_t	*raw;
	size_t		 len;

	cbw_key(w, "columns");
	cbw_array(w, 3);
	cbw_textz(w, "row");
	cbw_textz(w, "field");
	cbw_textz(w, "text");
	cbw_key(w, "rows");
	cbw_array(w, n);
	cbr_init(&in, told, size);
	while (n-- > 0 && cbr_raw(&in, &raw, &len))
		cbw_raw(w, raw, len);
}

static void
wrong(struct piece *p, json_t **problem, int64_t row, const struct field *f,
    const char *text)
{
	if (*problem == NULL)
		*problem = json_array();
	json_array_append_new(*problem, json_pack("{s:s?, s:s}", "f",
	    f == NULL ? NULL : f->name, "t", text));
	if (p->ntold < FAILED_MAX) {
		p->ntold++;
		import_tell(&p->told, row, f == NULL ? NULL : f->name, text);
	}
}

/* Sets come with commas between; the column is an array. */
static json_t *
set_json(const char *text)
{
	json_t		*a = json_array();
	size_t		 len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		json_array_append_new(a, json_stringn(text, len));
		if (text[len] == '\0')
			return a;
	}
}

/* A cell's value: of a field of the company's own within the one object. */
static void
put_value(json_t *data, const struct field *f, const char *text)
{
	enum value_type	 t = field_type(f);
	json_t		*own, *v = t == VALUE_CHOICES || t == VALUE_TAGS ?
			    set_json(text) : json_string(text);

	if (!f->custom) {
		json_object_set_new(data, f->column, v);
		return;
	}
	if ((own = json_object_get(data, "custom")) == NULL) {
		own = json_object();
		json_object_set_new(data, "custom", own);
	}
	json_object_set_new(own, f->column, v);
}

/* What stands there when the file says nothing: false when that is nothing.
 * Under "!" are those columns, which change no record that is there. */
static bool
put_default(struct req *r, json_t *data, const struct field *f)
{
	const char	*text = custom_default(r, f);
	json_t		*list = json_object_get(data, "!");

	if (text == NULL && f->dflt == DEFAULT_VALUE)
		text = f->dflt_text;
	if (text == NULL || f->readonly)
		return false;
	json_object_set_new(data, f->column, json_string(text));
	if (list == NULL) {
		list = json_array();
		json_object_set_new(data, "!", list);
	}
	json_array_append_new(list, json_string(f->column));
	return true;
}

static void
cell(struct req *r, struct piece *p, json_t *data, json_t **problem,
    int64_t row, const struct field *f, const char *s, size_t len)
{
	struct value_error	 error;
	const char		*out, *why = NULL;
	char			 key[80];
	enum value_type		 t = field_type(f);

	if (t == VALUE_REF) {
		out = tr_nfc(r->arena, s, len);
		if (out == NULL)
			why = msg_text(req_lang(r), "value.not_utf8");
		else
			out += strspn(out, " \t\n");
	} else if (!value_parse_typed(&f->rules, &p->ctx, s, len, r->arena,
	    &out, &error)) {
		why = value_error_text(r->arena, req_lang(r), &error);
		out = NULL;
	}
	if (why == NULL && (out == NULL || *out == '\0')) {
		if (!put_default(r, data, f) && f->required &&
		    f->dflt == DEFAULT_NONE)
			why = msg_text(req_lang(r), "value.required");
	} else if (why == NULL && t == VALUE_REF) {
		/* found by its title when all are there */
		snprintf(key, sizeof key, "?%s", f->column);
		json_object_set_new(data, key, json_string(out));
	} else if (why == NULL)
		put_value(data, f, out);
	if (why != NULL)
		wrong(p, problem, row, f, why);
}

/* Defaults of fields that no column fills. */
static void
unmapped(struct req *r, const struct piece *p, json_t *data)
{
	const struct def	*d = req_def(r);
	size_t			 i, k;

	for (i = 0; i < d->nfields; i++) {
		for (k = 0; k < p->n && p->columns[k] != d->fields[i]; k++)
			;
		if (k == p->n)
			put_default(r, data, d->fields[i]);
	}
}

/* One row of the file; false: the argument is not what it should be. */
static bool
one_row(struct req *r, struct piece *p, struct cbr *in, int64_t row,
    json_t *rows)
{
	json_t		*data = json_object(), *problem = NULL;
	const char	*s;
	uint32_t	 n, i;
	size_t		 len;

	if (!cbr_array(in, &n)) {
		json_decref(data);
		return false;
	}
	for (i = 0; i < n; i++) {
		if (cbr_null(in)) {
			s = "";
			len = 0;
		} else if (!cbr_text(in, &s, &len)) {
			json_decref(data);
			json_decref(problem);
			return false;
		}
		if (i < p->n && p->columns[i] != NULL)
			cell(r, p, data, &problem, row, p->columns[i], s, len);
	}
	if (n != p->n)
		wrong(p, &problem, row, NULL, arena_strdup(r->arena,
		    msg_text(req_lang(r), n < p->n ? "import.few_cells" :
		    "import.many_cells")));
	for (; i < p->n; i++)
		if (p->columns[i] != NULL)
			cell(r, p, data, &problem, row, p->columns[i], "", 0);
	unmapped(r, p, data);
	json_array_append_new(rows, json_pack("{s:I, s:o, s:o?}", "n",
	    (json_int_t)row, "d", data, "p", problem));
	return true;
}

static void
staged_rows(struct req *r, PGresult *res)
{
	struct piece	*p = r->state;
	struct cbw	*w = req_out(r);

	cbw_map(w, 4);
	cbw_kv_int(w, "done", strtoll(PQgetvalue(res, 0, 0), NULL, 10));
	cbw_kv_int(w, "failed", strtoll(PQgetvalue(res, 0, 1), NULL, 10));
	import_put_told(w, p->kept, p->nkept, p->ntold);
}

/* Sent again, a row takes its own place. */
static void
stage(struct req *r, struct piece *p, json_t *rows)
{
	static const struct db_stmt stmt = { "import.stage",
	    "with w as (insert into konak.import_rows as x "
	    "(import_id, n, data, problem) "
	    "select $1::uuid, e.n, e.d, nullif(e.p, 'null') "
	    "from jsonb_to_recordset($2::jsonb) e(n integer, d jsonb, p jsonb) "
	    "on conflict on constraint import_rows_pkey do update set "
	    "data = excluded.data, problem = excluded.problem "
	    "returning x.problem) "
	    "select count(*), count(w.problem) from w" };
	const char	*params[2] = { req_uuid(r, "import"), NULL };
	char		*text = json_dumps(rows, JSON_COMPACT);

	params[1] = arena_strdup(r->arena, text);
	free(text);
	req_query(r, &stmt, 2, params, staged_rows);
}

static void
convert_rows(struct req *r, PGresult *res)
{
	struct piece	*p = r->state;
	struct cbr	 in;
	json_t		*mapping, *rows;
	uint32_t	 n, i;
	bool		 good = true;

	mapping = json_loads(PQgetvalue(res, 0, 0), 0, NULL);
	p->n = json_array_size(mapping);
	for (i = 0; i < p->n && i < COLUMNS; i++)
		if (json_is_string(json_array_get(mapping, i)))
			p->columns[i] = def_field(req_def(r),
			    json_string_value(json_array_get(mapping, i)));
	json_decref(mapping);
	p->ctx = (struct value_ctx){ .lang = req_lang(r),
	    .tz = tz_find(PQgetvalue(res, 0, 1)),
	    .now = clock_now() };
	if (!req_any(r, "rows", &in) || !cbr_array(&in, &n) ||
	    n > PROTO_IMPORT_MAX) {
		req_bad(r, "rows", "record.list_expected", NULL);
		return;
	}
	rows = json_array();
	for (i = 0; i < n && good; i++)
		good = one_row(r, p, &in, req_int(r, "from") + i, rows);
	/* The answer may never come. */
	p->nkept = buf_len(&p->told);
	p->kept = arena_memdup(r->arena, buf_data(&p->told), p->nkept);
	buf_free(&p->told);
	if (good)
		stage(r, p, rows);
	else
		req_bad(r, "rows", "record.text_expected", NULL);
	json_decref(rows);
}

void
record_import_rows(struct req *r)
{
	static const struct db_stmt stmt = { "import.of",
	    "select to_jsonb(i.mapping), i.timezone "
	    "from konak.import_of($1::uuid, $2) i" };
	const struct def	*d = req_def(r);
	const char		*params[2] = { req_uuid(r, "import"),
	    d->name };

	r->state = arena_alloc(r->arena, sizeof (struct piece));
	req_query(r, &stmt, 2, params, convert_rows);
}
