/*
 * search.c - one search over everything that the caller may see: a statement
 * for each type that can be searched, all in one pipeline. A word that stands
 * everywhere costs no more than a rare one: each statement looks at a few
 * hundred rows at most, and gives the best few of them.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/cbor.h"
#include "server/record/engine.h"
#include "server/verb.h"

#define NEWEST		200
#define CANDIDATES	200
#define LIMIT		5
#define LIMIT_MAX	20

struct search {
	const struct def	**defs;		/* in the order of the answers */
	size_t			 n, done;
	int64_t			 limit;
	unsigned		 words;
	struct params		*p;
};

/* --- Which types ----------------------------------------------------------- */

static bool
asked_for(struct req *r, const struct def *d)
{
	struct cbr	 in;
	const char	*name;
	uint32_t	 n, i;
	size_t		 len;

	if (!req_any(r, "types", &in) || !cbr_array(&in, &n))
		return true;
	for (i = 0; i < n && cbr_text(&in, &name, &len); i++)
		if (cbr_is(name, len, d->name))
			return true;
	return false;
}

static void
choose(struct req *r, struct search *s)
{
	const struct def	*d;
	size_t			 i;

	s->defs = arena_array(r->arena, defs_count() + 1, sizeof *s->defs);
	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		/* What stands for other types' records is found as these. */
		if (d->nsearch > 0 && d->nopens == 0 &&
		    (d->verbs & 1u << DV_GET) != 0 &&
		    d->perm[OP_VIEW].need != NULL &&
		    (strcmp(d->perm[OP_VIEW].need, PERM_SELF) == 0 ||
		    req_may(r, d->perm[OP_VIEW].need)) && asked_for(r, d))
			s->defs[s->n++] = d;
	}
}

/* --- A statement ----------------------------------------------------------- */

/* Some tables let a member read rows for pickers: what is found needs the
 * right to view, and the database is asked for it. */
static void
judge_sql(struct buf *b, const struct def *d)
{
	const struct def_perm	*p = &d->perm[OP_VIEW];
	size_t			 i;

	if (p->everyone)
		return;
	for (i = 0; i < p->n; i++)
		buf_printf(b, "%s(select konak.may('%s'))", i == 0 ? " and (" :
		    " or ", p->codes[i].code);
	buf_addz(b, ")");
}

static void
where_sql(struct buf *b, const struct def *d, unsigned scopes)
{
	list_base_sql(b, d, scopes);
	judge_sql(b, d);
}

static void
words_sql(struct buf *b, const struct search *s)
{
	unsigned	i;

	for (i = 0; i < s->words; i++)
		buf_printf(b, "%st.search like $%u", i > 0 ? " and " : "",
		    i + 2);
}

static void
titles_sql(struct buf *b, const struct def *d)
{
	buf_addz(b, "select t.id, ");
	record_title_sql(b, d, "t");
	buf_addz(b, " as title, ");
	if (d->hint != NULL) {
		sql_ident(b, "t", d->hint->column);
		buf_addz(b, "::text");
	} else
		buf_addz(b, "null");
	buf_addz(b, " as hint, t.search from ");
}

/*
 * n: the newest rows, looked at one by one; they are enough for a word that
 * stands in many. c: whether there are more rows, and too little was found;
 * then the search index tells, which has little to do for a rare word.
 * (offset 0: it is read for its own sake, however many rows the planner
 * thinks will do.)
 */
static void
search_type_sql(struct buf *b, const struct search *s, const struct def *d,
    unsigned scopes)
{
	buf_addz(b, "with n as materialized (select t.*, (");
	words_sql(b, s);
	buf_addz(b, ") as hit");
	where_sql(b, d, scopes);
	buf_printf(b, " order by t.id desc limit %d), c as materialized "
	    "(select count(*) filter (where hit) <= %" PRId64 " and "
	    "count(*) = %d as more from n) select f.id, f.title, f.hint "
	    "from (", NEWEST, s->limit, NEWEST);
	titles_sql(b, d);
	buf_addz(b, "n t where t.hit and not (select more from c) union all (");
	titles_sql(b, d);
	buf_addz(b, "(select t.*");
	where_sql(b, d, scopes);
	buf_addz(b, " and (select more from c) and ");
	words_sql(b, s);
	buf_printf(b, " offset 0) t limit %d)) f order by f.search like $1 "
	    "desc, f.title collate \"tr-x-icu\", f.id limit %" PRId64,
	    CANDIDATES, s->limit + 1);
}

static void
search_rows(struct req *r, PGresult *res)
{
	struct search	*s = r->state;
	struct cbw	*w = req_out(r);
	int		 n = PQntuples(res), rows, i, k;

	rows = n > s->limit ? (int)s->limit : n;
	if (s->done == 0) {
		cbw_map(w, 1);
		cbw_key(w, "groups");
		cbw_array_begin(w);
	}
	if (rows > 0) {
		cbw_map(w, 3);
		cbw_kv_text(w, "type", s->defs[s->done]->name);
		cbw_key(w, "rows");
		cbw_array(w, (uint32_t)rows);
		for (i = 0; i < rows; i++) {
			cbw_array(w, 3);
			cbw_uuidz(w, PQgetvalue(res, i, 0));
			for (k = 1; k < 3; k++)
				value_write(VALUE_TEXT, w,
				    PQgetisnull(res, i, k) ? NULL :
				    PQgetvalue(res, i, k));
		}
		cbw_kv_bool(w, "more", n > rows);
	}
	if (++s->done == s->n)
		cbw_array_end(w);
}

static void
search_type(struct req *r, struct search *s, const struct def *d)
{
	unsigned	 scopes = scope_bits(r, d, OP_VIEW);
	const char	*key = req_printf(r, "f/%u/%" PRId64 "/%x", s->words,
			    s->limit, scopes);
	struct query	*q = query_find(d, key);
	struct buf	 b = BUF_INIT;

	if (q == NULL) {
		q = query_new(r, d, key);
		search_type_sql(&b, s, d, scopes);
		query_sql(q, r, &b);
	}
	req_query(r, &q->stmt, s->p->n, s->p->v, search_rows);
}

/* --- search.all ------------------------------------------------------------ */

static void
nothing(struct req *r)
{
	struct cbw	*w = req_out(r);

	cbw_map(w, 1);
	cbw_key(w, "groups");
	cbw_array(w, 0);
}

void
record_search(struct req *r)
{
	struct search	*s = arena_alloc(r->arena, sizeof *s);
	const char	*text = req_text(r, "text"), *words[SEARCH_WORDS];
	unsigned	 i;
	size_t		 k;

	s->limit = LIMIT;
	if (req_has(r, "limit"))
		s->limit = req_int(r, "limit");
	if (s->limit < 1 || s->limit > LIMIT_MAX) {
		req_bad(r, "limit", "record.limit", "max",
		    req_printf(r, "%d", LIMIT_MAX), NULL);
		return;
	}
	s->words = search_patterns(r, "text", words);
	s->p = arena_alloc(r->arena, sizeof *s->p);
	s->p->r = r;
	s->p->v[s->p->n++] = search_prefix(r, text);
	for (i = 0; i < s->words; i++)
		s->p->v[s->p->n++] = words[i];
	r->state = s;
	choose(r, s);
	if (s->words == 0 || s->n == 0) {
		nothing(r);
		return;
	}
	for (k = 0; k < s->n; k++)
		search_type(r, s, s->defs[k]);
}
