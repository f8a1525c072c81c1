/*
 * spec.c - what konak.protect() is told about a table. The migration holds
 * the JSON that konakctl printed from the definition; the start-up check
 * compares the two, so that policies and definition cannot part.
 */
#include <string.h>

#include "lib/buf.h"
#include "server/def/def.h"

static void
json_text(struct buf *b, const char *s)
{
	buf_add8(b, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_printf(b, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			buf_printf(b, "\\u%04x", (unsigned char)*s);
		else
			buf_add8(b, (uint8_t)*s);
	}
	buf_add8(b, '"');
}

static void
json_key(struct buf *b, const char *key)
{
	if (buf_len(b) > 0 && buf_data(b)[buf_len(b) - 1] != '{')
		buf_addz(b, ", ");
	json_text(b, key);
	buf_addz(b, ": ");
}

static void
json_texts(struct buf *b, const char *key, const char *const *text, size_t n)
{
	size_t	i;

	if (n == 0)
		return;
	json_key(b, key);
	buf_add8(b, '[');
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_addz(b, ", ");
		json_text(b, text[i]);
	}
	buf_add8(b, ']');
}

/* Columns of the fields that a test picks. */
static void
json_columns(struct buf *b, const char *key, const struct def *d,
    bool (*pick)(const struct field *))
{
	size_t	i;
	bool	any = false;

	for (i = 0; i < d->nfields; i++) {
		if (d->fields[i]->column == NULL || !pick(d->fields[i]))
			continue;
		if (!any) {
			json_key(b, key);
			buf_add8(b, '[');
		} else
			buf_addz(b, ", ");
		json_text(b, d->fields[i]->column);
		any = true;
	}
	if (any)
		buf_add8(b, ']');
}

static void
json_guards(struct buf *b, const char *key, const struct def *d,
    const char *(*code)(const struct field *))
{
	size_t	i;
	bool	any = false;

	for (i = 0; i < d->nfields; i++) {
		if (d->fields[i]->column == NULL ||
		    code(d->fields[i]) == NULL)
			continue;
		if (!any) {
			json_key(b, key);
			buf_add8(b, '{');
			any = true;
		}
		json_key(b, d->fields[i]->column);
		json_text(b, code(d->fields[i]));
	}
	if (any)
		buf_add8(b, '}');
}

static void
json_perm(struct buf *b, const char *key, const struct def_perm *p)
{
	const struct def_code	*c;
	size_t			 i, j;

	if (!p->given)
		return;
	json_key(b, key);
	if (p->everyone) {
		buf_addz(b, "\"*\"");
		return;
	}
	buf_add8(b, '{');
	for (i = 0; i < p->n; i++) {
		c = &p->codes[i];
		json_key(b, c->code);
		if (c->scopes[1] == NULL)
			json_text(b, c->scopes[0]);
		else {
			buf_add8(b, '[');
			for (j = 0; c->scopes[j] != NULL; j++) {
				if (j > 0)
					buf_addz(b, ", ");
				json_text(b, c->scopes[j]);
			}
			buf_add8(b, ']');
		}
	}
	buf_add8(b, '}');
}

static bool
is_once(const struct field *f)
{
	return f->once;
}

static bool
is_secret(const struct field *f)
{
	return field_type(f) == VALUE_SECRET;
}

/* What the server's columns have anyway is not said again. */
static bool
is_readonly(const struct field *f)
{
	return f->readonly && strcmp(f->column, "created_at") != 0 &&
	    strcmp(f->column, "created_by") != 0 &&
	    strcmp(f->column, "updated_at") != 0;
}

static const char *
see_of(const struct field *f)
{
	return f->see;
}

static const char *
write_of(const struct field *f)
{
	return f->write;
}

static void
json_title(struct buf *b, const struct def *d)
{
	size_t	i;

	json_key(b, "title");
	if (d->ntitle == 1) {
		json_text(b, d->title[0]->column);
		return;
	}
	buf_add8(b, '[');
	for (i = 0; i < d->ntitle; i++) {
		if (i > 0)
			buf_addz(b, ", ");
		json_text(b, d->title[i]->column);
	}
	buf_add8(b, ']');
}

static void
json_scopes(struct buf *b, const struct def *d)
{
	size_t	i;

	if (d->nscopes == 0)
		return;
	json_key(b, "scopes");
	buf_add8(b, '{');
	for (i = 0; i < d->nscopes; i++) {
		json_key(b, d->scopes[i].name);
		json_text(b, d->scopes[i].sql);
	}
	buf_add8(b, '}');
}

void
def_spec(const struct def *d, struct buf *b)
{
	buf_add8(b, '{');
	json_key(b, "record");
	json_text(b, d->name);
	json_key(b, "module");
	json_text(b, d->module);
	if (d->audit != NULL) {
		json_key(b, "audit");
		json_text(b, d->audit);
	}
	json_title(b, d);
	json_perm(b, "view", &d->perm[OP_VIEW]);
	if (!d->readonly) {
		json_perm(b, "create", &d->perm[OP_CREATE]);
		json_perm(b, "edit", &d->perm[OP_EDIT]);
		json_perm(b, "delete", &d->perm[OP_DELETE]);
	}
	json_scopes(b, d);
	json_guards(b, "see", d, see_of);
	json_guards(b, "write", d, write_of);
	if (!d->readonly) {
		json_columns(b, "once", d, is_once);
		json_columns(b, "readonly", d, is_readonly);
	}
	json_texts(b, "internal", d->internal, d->ninternal);
	json_texts(b, "quiet", d->quiet, d->nquiet);
	if (d->parent != NULL && d->parent->ref != NULL) {
		json_key(b, "parent");
		buf_add8(b, '{');
		json_key(b, "table");
		json_text(b, d->parent->ref->table);
		json_key(b, "column");
		json_text(b, d->parent->column);
		buf_add8(b, '}');
	}
	buf_add8(b, '}');
}

void
def_secrets_spec(const struct def *d, struct buf *b)
{
	const struct field	*f;
	size_t			 i;

	if (!d->secrets)
		return;
	buf_add8(b, '{');
	json_key(b, "record");
	json_text(b, d->name);
	json_scopes(b, d);
	json_key(b, "secrets");
	buf_add8(b, '{');
	for (i = 0; i < d->nfields; i++) {
		f = d->fields[i];
		if (!is_secret(f))
			continue;
		json_key(b, f->column);
		buf_add8(b, '{');
		json_perm(b, "reveal", &f->reveal);
		if (f->alike != NULL) {
			json_key(b, "alike");
			json_text(b, f->alike);
		}
		if (f->unique) {
			json_key(b, "unique");
			buf_addz(b, "true");
		}
		buf_add8(b, '}');
	}
	buf_addz(b, "}}");
}

static void
call_sql(struct buf *b, const char *function, const struct def *d,
    struct buf *spec)
{
	const char	*p;

	buf_printf(b, "select konak.%s('konak.%s', '", function, d->table);
	for (p = buf_text(spec); *p != '\0'; p++) {
		if (*p == '\'')
			buf_add8(b, '\'');
		buf_add8(b, (uint8_t)*p);
	}
	buf_addz(b, "'::jsonb);\n");
}

void
def_spec_sql(const struct def *d, struct buf *b)
{
	struct buf	 spec = BUF_INIT;

	def_spec(d, &spec);
	call_sql(b, "protect", d, &spec);
	buf_clear(&spec);
	def_secrets_spec(d, &spec);
	if (buf_len(&spec) > 0)
		call_sql(b, "protect_secrets", d, &spec);
	buf_free(&spec);
}
