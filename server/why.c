/* why.c - see why.h. */
#include <jansson.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/cbor.h"
#include "server/req.h"
#include "server/verb.h"
#include "server/why.h"

static const char *
text_of(struct arena *a, const json_t *o, const char *key)
{
	const json_t	*v = key == NULL ? o : json_object_get(o, key);

	return json_is_string(v) ? arena_strdup(a, json_string_value(v)) :
	    NULL;
}

void
why_read(struct arena *a, const char *json, struct why *w)
{
	json_t	*o = json_loads(json, 0, NULL), *list, *v;
	size_t	 i;

	memset(w, 0, sizeof *w);
	w->code = text_of(a, o, "code");
	w->name[LANG_TR] = text_of(a, o, "tr");
	w->name[LANG_EN] = text_of(a, o, "en");
	w->scope = text_of(a, o, "scope");
	w->role = text_of(a, o, "role");
	w->module_off = json_is_false(json_object_get(o, "on"));
	list = json_object_get(o, "roles");
	w->roles = arena_array(a, json_array_size(list) + 1,
	    sizeof *w->roles);
	w->scopes = arena_array(a, json_array_size(list) + 1,
	    sizeof *w->scopes);
	json_array_foreach(list, i, v) {
		w->roles[w->nroles] = text_of(a, v, "name");
		w->scopes[w->nroles++] = text_of(a, v, "scope");
	}
	list = json_object_get(o, "holders");
	w->holders = arena_array(a, json_array_size(list) + 1,
	    sizeof *w->holders);
	json_array_foreach(list, i, v)
		w->holders[w->nholders++] = text_of(a, v, NULL);
	json_decref(o);
}

/* --- rights.why ------------------------------------------------------------ */

struct asking {
	size_t	n, done;	/* codes */
};

static void
why_write(struct req *r, struct cbw *w, const struct why *y)
{
	size_t	i;

	cbw_map_begin(w);
	cbw_kv_text(w, "code", y->code);
	cbw_kv_text(w, "name", y->name[req_lang(r)]);
	cbw_kv_bool(w, "module_on", !y->module_off);
	cbw_kv_text(w, "scope", y->scope);
	cbw_kv_text(w, "role", y->role);
	cbw_key(w, "roles");
	cbw_array(w, (uint32_t)y->nroles);
	for (i = 0; i < y->nroles; i++) {
		cbw_array(w, 2);
		cbw_textz(w, y->roles[i]);
		cbw_textz(w, y->scopes[i]);
	}
	cbw_key(w, "holders");
	cbw_array(w, (uint32_t)y->nholders);
	for (i = 0; i < y->nholders; i++)
		cbw_textz(w, y->holders[i]);
	cbw_map_end(w);
}

static void
why_rows(struct req *r, PGresult *res)
{
	struct asking	*a = r->state;
	struct cbw	*w = req_out(r);
	struct why	 y;

	if (a->done == 0) {
		cbw_map(w, 1);
		cbw_key(w, "codes");
		cbw_array_begin(w);
	}
	if (PQntuples(res) == 1 && !PQgetisnull(res, 0, 0)) {
		why_read(r->arena, PQgetvalue(res, 0, 0), &y);
		why_write(r, w, &y);
	}
	if (++a->done == a->n)
		cbw_array_end(w);
}

/* One code, or each of "a|b". */
static void
why_ask(struct req *r, const char *code)
{
	static const struct db_stmt	stmt = { "rights_why",
	    "select konak.why(konak.company(), konak.me(), $1)" };
	struct asking			*a = r->state;
	const char			*one;
	size_t				 len;

	for (; *code != '\0'; code += len + (code[len] == '|')) {
		len = strcspn(code, "|");
		one = arena_strndup(r->arena, code, len);
		a->n++;
		req_query(r, &stmt, 1, &one, why_rows);
	}
}

static void
rights_why(struct req *r)
{
	const char		*name = req_text(r, "verb");
	const char		*code = req_text(r, "code");
	const struct verb	*v;
	struct cbw		*w;
	int			 i;

	r->state = arena_alloc(r->arena, sizeof(struct asking));
	if ((name == NULL) == (code == NULL)) {
		req_bad(r, "code", "rights.one_of", NULL);
		return;
	}
	if (code != NULL)
		why_ask(r, code);
	else if ((v = verb_find(name, strlen(name))) == NULL) {
		req_fail(r, ERR_UNKNOWN_VERB, "verb", "err.unknown_verb",
		    "verb", name, NULL);
		return;
	} else
		for (i = 0; i < VERB_NEEDS && v->need[i] != NULL; i++)
			if (strcmp(v->need[i], PERM_SELF) != 0 &&
			    strcmp(v->need[i], PERM_PUBLIC) != 0)
				why_ask(r, v->need[i]);
	if (((struct asking *)r->state)->n > 0)
		return;
	w = req_out(r);
	cbw_map(w, 1);
	cbw_key(w, "codes");
	cbw_array(w, 0);
}

const struct verb why_verbs[] = {
	{ .name = "rights.why", .need = { PERM_SELF }, .state = VERB_COMPANY,
	  .args = { { "code", ARG_TEXT, false, 200 },
	    { "verb", ARG_TEXT, false, 100 } }, .run = rights_why },
	{ .name = NULL }
};
