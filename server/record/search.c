/*
 * search.c - one search over everything that the caller may see. One index
 * over all types (sql/0420) tells which of them have the words, and where;
 * then each of these is read by its keys, under its own policies. A type
 * whose rows have the words everywhere, or whose rows are companies, is asked
 * itself: that statement looks at a few hundred rows at most, however
 * common a word is.
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

struct hits {
	const struct def	*d;
	bool			 ask;		/* the type itself */
	const char		*ids;		/* array's text; NULL: none */
};

struct search {
	struct hits		*hits;		/* in the order of the answers */
	size_t			 n;
	const struct def	**found;	/* those that are being read */
	size_t			 nfound, done;
	int64_t			 limit;
	const char		*prefix, *word[SEARCH_WORDS];
	unsigned		 words;
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

	s->hits = arena_array(r->arena, defs_count() + 1, sizeof *s->hits);
	for (i = 0; i < defs_count(); i++) {
		d = defs_at(i);
		/* What stands for other types' records is found as these. */
		if (d->nsearch > 0 && d->nopens == 0 &&
		    (d->verbs & 1u << DV_GET) != 0 &&
		    d->perm[OP_VIEW].need != NULL &&
		    (strcmp(d->perm[OP_VIEW].need, PERM_SELF) == 0 ||
		    req_may(r, d->perm[OP_VIEW].need)) && asked_for(r, d))
			s->hits[s->n++] = (struct hits){ .d = d,
			    .ask = d->owner == OWNER_SELF ||
			    d->owner == OWNER_BOTH };
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

/* All rows that have the words: companies, of which there are few; or, with keys,
 * the records $2: no more than the index over all types gives. */
static void
search_few_sql(struct buf *b, const struct search *s, const struct def *d,
    unsigned scopes, bool keys)
{
	buf_addz(b, "select f.id, f.title, f.hint from (");
	titles_sql(b, d);
	buf_addz(b, "(select t.*");
	where_sql(b, d, scopes);
	buf_addz(b, " and ");
	if (keys)
		buf_addz(b, "t.id = any ($2::uuid[])");
	else
		words_sql(b, s);
	buf_printf(b, " offset 0) t) f order by f.search like $1 desc, "
	    "f.title collate \"tr-x-icu\", f.id limit %" PRId64, s->limit + 1);
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
		cbw_kv_text(w, "type", s->found[s->done]->name);
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
	if (++s->done == s->nfound)
		cbw_array_end(w);
}

static void
search_type(struct req *r, struct search *s, const struct hits *h)
{
	unsigned	 scopes = scope_bits(r, h->d, OP_VIEW), i;
	const char	*key = h->ask ? req_printf(r, "f/%u/%" PRId64 "/%x",
			    s->words, s->limit, scopes) :
			    req_printf(r, "k/%" PRId64 "/%x", s->limit, scopes);
	struct query	*q = query_find(h->d, key);
	struct params	*p = arena_alloc(r->arena, sizeof *p);
	struct buf	 b = BUF_INIT;

	if (q == NULL) {
		q = query_new(r, h->d, key);
		if (h->d->owner == OWNER_SELF)
			search_few_sql(&b, s, h->d, scopes, false);
		else if (h->ask)
			search_type_sql(&b, s, h->d, scopes);
		else
			search_few_sql(&b, s, h->d, scopes, true);
		query_sql(q, r, &b);
	}
	p->v[p->n++] = s->prefix;
	if (!h->ask)
		p->v[p->n++] = h->ids;
	for (i = 0; h->ask && i < s->words; i++)
		p->v[p->n++] = s->word[i];
	s->found[s->nfound++] = h->d;
	req_query(r, &q->stmt, p->n, p->v, search_rows);
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

/* Under the caller's rights again. */
static void
search_read(struct req *r)
{
	struct search	*s = r->state;
	size_t		 i;

	req_enter(r);
	s->found = arena_array(r->arena, s->n, sizeof *s->found);
	for (i = 0; i < s->n; i++)
		if (s->hits[i].ask || s->hits[i].ids != NULL)
			search_type(r, s, &s->hits[i]);
	if (s->nfound == 0)
		nothing(r);
}

static void
hits_rows(struct req *r, PGresult *res)
{
	struct search	*s = r->state;
	size_t		 k;
	int		 i;

	for (i = 0; i < PQntuples(res); i++)
		for (k = 0; k < s->n; k++) {
			if (strcmp(s->hits[k].d->name,
			    PQgetvalue(res, i, 0)) != 0)
				continue;
			s->hits[k].ask = PQgetisnull(res, i, 1);
			s->hits[k].ids = arena_strdup(r->arena,
			    PQgetvalue(res, i, 1));
		}
}

/* The index of all types, for those that it has. */
static bool
search_hits(struct req *r, struct search *s)
{
	static const struct db_stmt stmt = { "search.hits", "select h.record, "
	    "h.ids from konak.search_hits($1::text[], $2::text[], $3::integer) "
	    "h" };
	const char	**types, *params[3];
	size_t		 n = 0, i;

	types = arena_array(r->arena, s->n, sizeof *types);
	for (i = 0; i < s->n; i++)
		if (!s->hits[i].ask)
			types[n++] = s->hits[i].d->name;
	if (n == 0)
		return false;
	params[0] = import_array(r, s->word, s->words);
	params[1] = import_array(r, types, n);
	params[2] = req_printf(r, "%" PRId64, s->limit);
	req_query(r, &stmt, 3, params, hits_rows);
	return true;
}

void
record_search(struct req *r)
{
	struct search	*s = arena_alloc(r->arena, sizeof *s);
	const char	*text = req_text(r, "text");

	s->limit = LIMIT;
	if (req_has(r, "limit"))
		s->limit = req_int(r, "limit");
	if (s->limit < 1 || s->limit > LIMIT_MAX) {
		req_bad(r, "limit", "record.limit", "max",
		    req_printf(r, "%d", LIMIT_MAX), NULL);
		return;
	}
	s->words = search_patterns(r, "text", s->word);
	s->prefix = search_prefix(r, text);
	r->state = s;
	choose(r, s);
	if (s->words == 0 || s->n == 0)
		nothing(r);
	else if (search_hits(r, s))
		req_then(r, search_read);
	else
		search_read(r);
}
