/*
 * secret.c - fields of type secret. On the way in the value is sealed before
 * anything is sent, and the row gets the id under which the box is stored; on
 * the way out the database writes down who asks, and only when that is
 * committed is the box opened.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/secret.h"
#include "lib/strength.h"
#include "lib/uuid.h"
#include "server/box.h"
#include "server/record/engine.h"
#include "server/tenant.h"

#define SHOWN_S		30	/* then a client hides it again */

static const char *const strengths[] = { "0", "1", "2", "3" };

static struct seal_aad
secret_aad(struct req *r, const struct def *d, const char *id,
    const char *column)
{
	return (struct seal_aad) {
		.tenant = tenant_id(r->tenant),
		.company = req_company(r),
		.table = d->table,
		.record = id,
		.field = column
	};
}

static bool
tenant_known(struct req *r)
{
	if (tenant_id(r->tenant) == NULL)
		req_fail(r, ERR_UNAVAILABLE, NULL, "err.unavailable", NULL);
	return tenant_id(r->tenant) != NULL;
}

/* --- In -------------------------------------------------------------------- */

/* One after the other: the record's, then each line's. */
struct sealing {
	struct save	*top;
	size_t		 line;		/* 0: the record itself */
	size_t		 field;
	struct sealed	*now;
	void		(*then)(struct req *);
};

static void	seal_next(struct req *, struct sealing *);

static struct save *
sealing_save(const struct sealing *g)
{
	return g->line == 0 ? g->top : g->top->line[g->line - 1];
}

static void
seal_done(struct req *r, struct sealing *g)
{
	struct record_value	*v;

	v = &sealing_save(g)->values.v[g->field];
	v->sealed = g->now;
	v->text = g->now->id;
	g->field++;
	seal_next(r, g);
}

static void
seal_digested(struct req *r, void *arg, const char *digest)
{
	struct sealing	*g = arg;

	g->now->digest = digest;
	seal_done(r, g);
}

static void
seal_boxed(struct req *r, void *arg, const char *box)
{
	struct sealing		*g = arg;
	const struct save	*s = sealing_save(g);
	const struct field	*f = s->values.def->fields[g->field];
	const char		*text = s->values.v[g->field].text;
	struct secret		*plain;

	g->now->box = box;
	if (f->word == NULL) {
		seal_done(r, g);
		return;
	}
	plain = secret_from(text, strlen(text));
	/* equal values of two companies have nothing in common */
	box_digest(r, tenant_id(r->tenant), req_printf(r, "%s/%s",
	    req_company(r), f->word), plain, seal_digested, g);
	secret_free(plain);
}

static void
seal_one(struct req *r, struct sealing *g)
{
	struct save			*s = sealing_save(g);
	const struct field		*f = s->values.def->fields[g->field];
	const char			*text = s->values.v[g->field].text;
	struct seal_aad			 aad;
	struct secret			*plain;

	g->now = arena_alloc(r->arena, sizeof *g->now);
	uuid_v7_text(g->now->id);
	if (f->rules.holds == HOLDS_PASSWORD)
		g->now->strength = strengths[strength_of(text, strlen(text))];
	aad = secret_aad(r, s->values.def, s->values.id, f->column);
	/* sent at once: an answer that never comes leaves nothing behind */
	plain = secret_from(text, strlen(text));
	box_close(r, &aad, plain, seal_boxed, g);
	secret_free(plain);
}

static void
seal_next(struct req *r, struct sealing *g)
{
	struct save			*s;
	const struct record_value	*v;

	for (; g->line <= g->top->nlines; g->line++, g->field = 0) {
		s = sealing_save(g);
		if (!s->values.def->secrets || s->remove)
			continue;
		for (; g->field < s->values.def->nfields; g->field++) {
			v = &s->values.v[g->field];
			if (field_type(s->values.def->fields[g->field]) !=
			    VALUE_SECRET || !v->given || v->text == NULL)
				continue;
			if (tenant_known(r))
				seal_one(r, g);
			return;
		}
	}
	g->then(r);
}

void
secrets_seal(struct req *r, struct save *top, void (*then)(struct req *))
{
	struct sealing	*g = arena_alloc(r->arena, sizeof *g);

	g->top = top;
	g->then = then;
	seal_next(r, g);
}

void
secrets_put(struct req *r, const struct save *s)
{
	static const struct db_stmt stmt = { "secrets.put",
	    "select konak.secret_put($1::uuid, $2::text, $3::uuid, $4::text, "
	    "$5::bytea, $6::bytea, $7::smallint)" };
	const struct def	*d = s->values.def;
	const struct sealed	*box;
	const char		*params[7];
	size_t			 i;

	if (!d->secrets)
		return;
	for (i = 0; i < d->nfields; i++) {
		if ((box = s->values.v[i].sealed) == NULL)
			continue;
		params[0] = box->id;
		params[1] = d->name;
		params[2] = s->values.id;
		params[3] = d->fields[i]->column;
		params[4] = box->box;
		params[5] = box->digest;
		params[6] = box->strength;
		req_query(r, &stmt, 7, params, NULL);
	}
}

/* --- Out ------------------------------------------------------------------- */

static void
ask_then(struct req *r)
{
	struct secret_ask	*a = r->state;
	struct seal_aad		 aad;

	if (!tenant_known(r))
		return;
	aad = secret_aad(r, a->def, a->id, a->column);
	arena_set_wipe(r->arena);
	box_open(r, &aad, a->box, a->then, a);
}

static void
ask_rows(struct req *r, PGresult *res)
{
	struct secret_ask	*a = r->state;

	a->box = arena_strdup(r->arena, PQgetvalue(res, 0, 0));
	a->changed_at = arena_strdup(r->arena, PQgetvalue(res, 0, 1));
	req_then(r, ask_then);
}

/* The hour's number is used up: how long to wait stands beside it. */
static bool
ask_failed(struct req *r, const struct db_error *e)
{
	json_t	*o;
	int	 limit, wait;

	if (strcmp(e->sqlstate, "KN005") != 0)
		return false;
	o = json_loads(e->detail != NULL ? e->detail : "{}", 0, NULL);
	limit = (int)json_integer_value(json_object_get(o, "limit"));
	wait = (int)json_integer_value(json_object_get(o, "wait"));
	json_decref(o);
	req_wait(r, wait < 1 ? 1 : (unsigned)wait);
	req_fail(r, ERR_RATE, NULL, "secrets.limit", "limit", req_printf(r,
	    "%d", limit), "minutes", req_printf(r, "%d", (wait + 59) / 60),
	    NULL);
	return true;
}

void
secret_ask(struct req *r, struct secret_ask *a)
{
	static const struct db_stmt stmt = { "secrets.open",
	    "select box, changed_at from konak.secret_open($1::text, "
	    "$2::uuid, $3::text, $4::uuid, $5::text, $6::text)" };
	const char	*params[] = { a->def->name, a->id, a->column,
			    a->secret, a->purpose, a->reason };

	r->state = a;
	req_query(r, &stmt, 6, params, ask_rows);
	req_catch(r, ask_failed);
}

/* --- The verbs ------------------------------------------------------------- */

/* The secret that the argument names, if the caller may know of it. */
static const struct field *
named_field(struct req *r)
{
	const struct def	*d = req_def(r);
	const struct field	*f = def_field(d, req_text(r, "field"));

	if (f == NULL || field_type(f) != VALUE_SECRET) {
		req_fail(r, ERR_INVALID, "field", "secrets.no_field", NULL);
		return NULL;
	}
	if (f->see != NULL && !req_may(r, f->see)) {
		req_need(r, f->see);
		return NULL;
	}
	return f;
}

static void
revealed(struct req *r, void *arg, const struct secret *plain)
{
	const struct secret_ask	*a = arg;
	struct cbw		*w = req_out(r);

	/* growing would leave a copy behind */
	cbw_room(w, secret_len(plain) + 128);
	cbw_map(w, 3);
	cbw_key(w, "value");
	cbw_text(w, (const char *)secret_expose(plain), secret_len(plain));
	cbw_key(w, "changed_at");
	value_write(VALUE_TIMESTAMP, w, a->changed_at);
	cbw_kv_int(w, "seconds", SHOWN_S);
}

void
record_reveal(struct req *r)
{
	struct secret_ask	*a = arena_alloc(r->arena, sizeof *a);
	const struct field	*f = named_field(r);

	if (f == NULL)
		return;
	a->purpose = req_has(r, "purpose") ? req_text(r, "purpose") :
	    "reveal";
	if (strcmp(a->purpose, "reveal") != 0 &&
	    strcmp(a->purpose, "copy") != 0) {
		req_fail(r, ERR_INVALID, "purpose", "secrets.no_purpose",
		    NULL);
		return;
	}
	a->def = req_def(r);
	a->id = req_uuid(r, "id");
	a->column = f->column;
	a->secret = req_uuid(r, "secret");
	a->reason = req_text(r, "reason");
	a->then = revealed;
	secret_ask(r, a);
}

static void
secrets_rows(struct req *r, PGresult *res)
{
	static const enum value_type types[] = { VALUE_UUID, VALUE_TIMESTAMP,
	    VALUE_UUID, VALUE_TEXT, VALUE_TIMESTAMP };
	struct cbw	*w = req_out(r);
	int		 i, k;

	cbw_map(w, 1);
	cbw_key(w, "rows");
	cbw_array(w, (uint32_t)PQntuples(res));
	for (i = 0; i < PQntuples(res); i++) {
		cbw_map(w, 7);
		for (k = 0; k < 5; k++) {
			cbw_key(w, PQfname(res, k));
			value_write(types[k], w, PQgetisnull(res, i, k) ?
			    NULL : PQgetvalue(res, i, k));
		}
		cbw_kv_text(w, "strength", PQgetisnull(res, i, 5) ? NULL :
		    strength_name((enum strength)atoi(PQgetvalue(res, i, 5))));
		cbw_kv_bool(w, "current", PQgetvalue(res, i, 6)[0] == 't');
	}
}

void
record_secrets(struct req *r)
{
	static const struct db_stmt stmt = { "secrets.past",
	    "select id, at, by, by_name, until, strength, current "
	    "from konak.secret_past($1::text, $2::uuid, $3::text)" };
	const struct field	*f = named_field(r);
	const char		*params[3];

	if (f == NULL)
		return;
	params[0] = req_def(r)->name;
	params[1] = req_uuid(r, "id");
	params[2] = f->column;
	req_query(r, &stmt, 3, params, secrets_rows);
}
