/*
 * audit.c - konakctl audit: the chain of each company is computed again from
 * its rows and compared with what stands in the database, with where it ends,
 * and with heads that were signed earlier. See sql/0125-chain.sql.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/hex.h"
#include "server/ctl/audit.h"
#include "server/ctl/ctl.h"
#include "server/keys/head.h"

#define EXPORT_LINE	"{\"konak\":\"audit export 1\""

/* --- Verifying ---------------------------------------------------------------------- */

struct check {
	struct ctl		*ctl;
	PGconn			*conn;		/* NULL: an export */
	struct audit_heads	 kept;		/* signed ones */
	struct audit_heads	 ends;		/* where the database says */
	size_t			 next;		/* of kept */
	char			 company[UUID_TEXT];
	int64_t			 seq;
	uint8_t			 hash[AUDIT_HASH];
	long			 rows, erased, wrong;
	unsigned		 companies, broken;
	const char		*only;
};

/* The company by its name, where somebody can be asked. */
static const char *
company_name(struct check *c, const char *id)
{
	const char	*name = NULL;

	if (c->conn != NULL)
		name = pg_value(c->ctl, c->conn, "select name from "
		    "konak.companies where id = $1::uuid", 1, &id);
	return name == NULL ? id : arena_printf(c->ctl->arena, "%s (%s)",
	    name, id);
}

/* The first thing that is wrong with a company is said, the rest counted. */
static void __attribute__((format(printf, 2, 3)))
wrong(struct check *c, const char *fmt, ...)
{
	va_list	ap;

	if (c->wrong++ > 0)
		return;
	fprintf(stderr, "%s: ", c->company);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static const struct audit_head *
end_of(const struct check *c, const char *company)
{
	size_t	i;

	for (i = 0; i < c->ends.n; i++) {
		if (strcmp(c->ends.head[i].company, company) == 0)
			return &c->ends.head[i];
	}
	return NULL;
}

static const char *
signed_on(struct check *c, const struct audit_head *h)
{
	return arena_printf(c->ctl->arena, "the head signed on %s (%s)",
	    h->at, h->from);
}

/* A kept head of this company that the chain does not reach. */
static void
check_cut(struct check *c)
{
	const struct audit_head	*h;

	for (; c->next < c->kept.n && strcmp(c->kept.head[c->next].company,
	    c->company) == 0; c->next++) {
		h = &c->kept.head[c->next];
		if (h->seq > c->seq)
			wrong(c, "row %lld is missing: the tail is cut off, "
			    "%s is that of row %lld", (long long)c->seq + 1,
			    signed_on(c, h), (long long)h->seq);
	}
}

static void
company_end(struct check *c)
{
	const struct audit_head	*h;

	if (c->company[0] == '\0')
		return;
	check_cut(c);
	h = end_of(c, c->company);
	if (h == NULL || h->seq != c->seq || memcmp(h->hash, c->hash,
	    sizeof c->hash) != 0) {
		if (h != NULL && h->seq > c->seq)
			wrong(c, "row %lld is missing: the tail is cut off, "
			    "the head is that of row %lld",
			    (long long)c->seq + 1, (long long)h->seq);
		else
			wrong(c, "the head is not that of row %lld, the "
			    "chain's last", (long long)c->seq);
	}
	c->companies++;
	if (c->wrong > 0) {
		c->broken++;
		if (c->wrong > 1)
			fprintf(stderr, "%s: %ld more after it\n", c->company,
			    c->wrong - 1);
		return;
	}
	printf("%s: %ld rows, intact%s\n", company_name(c, c->company),
	    c->rows, c->erased == 0 ? "" : arena_printf(c->ctl->arena,
	    "; the values of %ld were erased", c->erased));
}

/* Companies of which heads are kept, and no row is left. */
static void
companies_gone(struct check *c, const char *before)
{
	const struct audit_head	*h;

	while (c->next < c->kept.n && (before == NULL ||
	    strcmp(c->kept.head[c->next].company, before) < 0)) {
		h = &c->kept.head[c->next++];
		if (c->only != NULL && strcmp(h->company, c->only) != 0)
			continue;
		fprintf(stderr, "%s: row 1 is missing: no row is left, and %s "
		    "is that of row %lld\n", h->company, signed_on(c, h),
		    (long long)h->seq);
		c->broken++;
		while (c->next < c->kept.n && strcmp(
		    c->kept.head[c->next].company, h->company) == 0)
			c->next++;
	}
}

static void
company_begin(struct check *c, const char *company)
{
	company_end(c);
	companies_gone(c, company);
	memcpy(c->company, company, sizeof c->company);
	c->seq = 0;
	c->rows = c->erased = c->wrong = 0;
	audit_begin(company, c->hash);
}

static void
check_hash(struct check *c, const struct audit_row *r)
{
	uint8_t	hash[AUDIT_HASH];

	audit_hash(r, c->hash, hash);
	if (r->hash.len != AUDIT_HASH || memcmp(hash, r->hash.p,
	    sizeof hash) != 0)
		wrong(c, "row %lld (%s) was changed, or is in another's place",
		    (long long)r->seq, audit_place(r));
	else if (!audit_values_fit(r))
		wrong(c, "row %lld (%s): its values were changed",
		    (long long)r->seq, audit_place(r));
	c->erased += r->values.p == NULL;
}

static void
check_signed(struct check *c, const struct audit_row *r)
{
	const struct audit_head	*h;

	for (; c->next < c->kept.n; c->next++) {
		h = &c->kept.head[c->next];
		if (strcmp(h->company, c->company) != 0 || h->seq > r->seq)
			return;
		if (h->seq == r->seq && (r->hash.len != AUDIT_HASH ||
		    memcmp(h->hash, r->hash.p, AUDIT_HASH) != 0))
			wrong(c, "row %lld (%s): the chain was made anew, "
			    "%s is another", (long long)r->seq,
			    audit_place(r), signed_on(c, h));
	}
}

static void
check_row(const struct audit_row *r, void *arg)
{
	struct check	*c = arg;

	if (strcmp(r->company, c->company) != 0)
		company_begin(c, r->company);
	c->rows++;
	if (!r->chained) {
		wrong(c, "a row without a place (%s) was put in", audit_place(r));
		return;
	}
	if (r->seq <= c->seq) {
		wrong(c, "row %lld (%s) stands twice", (long long)r->seq,
		    audit_place(r));
		return;
	}
	if (r->seq > c->seq + 1)
		wrong(c, "row %lld is missing", (long long)c->seq + 1);
	else if (!r->there)
		wrong(c, "row %lld (%s) is missing", (long long)r->seq,
		    audit_place(r));
	else
		check_hash(c, r);
	check_signed(c, r);
	/* What comes after is judged by what is stored, not by the damage. */
	c->seq = r->seq;
	if (r->hash.len == AUDIT_HASH)
		memcpy(c->hash, r->hash.p, AUDIT_HASH);
}

static void
ends_read(struct check *c, PGconn *conn)
{
	struct audit_head	*h;
	PGresult		*res;
	size_t			 n;
	int			 i;

	res = pg_query(conn, "select company_id, seq, encode(hash, 'hex') "
	    "from konak.audit_heads where seq > 0", 0, NULL);
	c->ends.head = arena_array(c->ctl->arena, (size_t)PQntuples(res) + 1,
	    sizeof *c->ends.head);
	for (i = 0; i < PQntuples(res); i++) {
		h = &c->ends.head[c->ends.n++];
		snprintf(h->company, sizeof h->company, "%s",
		    PQgetvalue(res, i, 0));
		h->seq = atoll(PQgetvalue(res, i, 1));
		if (!hex_decode(PQgetvalue(res, i, 2),
		    strlen(PQgetvalue(res, i, 2)), h->hash, sizeof h->hash,
		    &n))
			ctl_die("a head of the database has no hash");
	}
	PQclear(res);
}

/* Whoever signs for the tenant, whose public key is kept. */
static struct signer *
signer_begin(struct ctl *ctl, const struct tenant_file *t, PGconn *conn,
    const char *group)
{
	struct signer	*s = signer_open(ctl, t, group, pg_value(ctl, conn,
			    "select box from auth.key_check", 0, NULL));

	audit_key_keep(ctl, t, signer_public(s));
	return s;
}

/* Kept heads of the tenant itself, and those of --heads. */
static void
heads_read(struct check *c, const struct tenant_file *t, const char *group)
{
	const char		*path = ctl_opt(c->ctl, "heads");
	struct audit_key	*key;
	size_t			 i;

	key = audit_key_public(c->ctl, t, ctl_opt(c->ctl, "key"));
	/* Those that the server has signed by itself. */
	if (key == NULL && t != NULL && access(audit_heads_path(c->ctl, t),
	    F_OK) == 0) {
		signer_close(signer_begin(c->ctl, t, c->conn, group));
		key = audit_key_public(c->ctl, t, NULL);
	}
	if (path != NULL && key == NULL)
		ctl_die("--heads needs --key: there is no public key here");
	if (key != NULL && t != NULL)
		audit_heads_load(c->ctl, audit_heads_path(c->ctl, t), key,
		    &c->kept);
	if (path != NULL && !audit_heads_load(c->ctl, path, key, &c->kept))
		ctl_die("%s: no such file", path);
	for (i = 0; i < c->kept.n; i++) {
		if (strcmp(c->kept.head[i].group, group) != 0)
			ctl_die("%s: heads of another tenant",
			    c->kept.head[i].from);
	}
	if (c->kept.n == 0)
		fprintf(stderr, "no signed heads to compare with: a tail "
		    "that was cut off, or a chain made anew, would not show; "
		    "see konakctl audit heads\n");
}

static int
verified(struct check *c)
{
	company_end(c);
	companies_gone(c, NULL);
	if (c->broken > 0) {
		fprintf(stderr, "%u of %u companies: the audit is not as it "
		    "was written\n", c->broken, c->companies);
		return 1;
	}
	return 0;
}

/* The lines of an export: the rows, and the heads at its end. */
static int
verify_file(struct ctl *ctl, const char *path)
{
	struct check		 c = { .ctl = ctl };
	struct audit_row	 r;
	struct audit_head	*h;
	struct audit_key	*key;
	struct arena		*a = arena_new();
	const char		*why, *end = NULL;
	char			*line = NULL, *group;
	size_t			 room = 0, n = 0;
	ssize_t			 len;
	FILE			*f = fopen(path, "r");

	if (f == NULL)
		ctl_die("%s: %s", path, strerror(errno));
	if ((key = audit_key_public(ctl, NULL, ctl_opt(ctl, "key"))) == NULL)
		ctl_die("--file needs --key: the export's heads are signed");
	if (getline(&line, &room, f) <= 0 || strncmp(line, EXPORT_LINE,
	    strlen(EXPORT_LINE)) != 0 || (group = strstr(line,
	    "\"group\":\"")) == NULL || strlen(group) < 9 + 36)
		ctl_die("%s: not an export of the audit", path);
	group = arena_strndup(ctl->arena, group + 9, 36);
	/* The heads stand last, and are wanted first. */
	while ((len = getline(&line, &room, f)) > 0) {
		if (strncmp(line, "{\"head\":", 8) != 0)
			continue;
		c.ends.head = memcpy(arena_array(ctl->arena, c.ends.n + 1,
		    sizeof *h), c.ends.n == 0 ? (void *)"" : c.ends.head,
		    c.ends.n * sizeof *h);
		h = &c.ends.head[c.ends.n++];
		if (!audit_head_read(line, (size_t)len, key, h, &why))
			ctl_die("%s: %s", path, why);
		if (strcmp(h->group, group) != 0)
			ctl_die("%s: heads of another tenant", path);
		end = h->company;
	}
	if (end == NULL)
		ctl_die("%s: the export is cut off: no heads at its end", path);
	if (ctl_opt(ctl, "heads") != NULL)
		heads_read(&c, NULL, group);
	rewind(f);
	while ((len = getline(&line, &room, f)) > 0) {
		n++;
		if (n == 1 || strncmp(line, "{\"head\":", 8) == 0)
			continue;
		if (!audit_read(a, line, (size_t)len, &r))
			ctl_die("%s:%zu: not a row of an audit", path, n);
		check_row(&r, &c);
		arena_reset(a);
	}
	free(line);
	fclose(f);
	arena_free(a);
	return verified(&c);
}

/* --company as an id. */
static const char *
company_chosen(struct ctl *ctl, PGconn *conn)
{
	const char	*slug = ctl_opt(ctl, "company"), *id;

	if (slug == NULL)
		return NULL;
	id = pg_value(ctl, conn, "select id from konak.companies "
	    "where slug = $1", 1, &slug);
	if (id == NULL)
		ctl_die("there is no company %s", slug);
	return id;
}

static const char *
group_of(struct ctl *ctl, PGconn *conn)
{
	const char	*id = pg_value(ctl, conn, "select id from "
			    "konak.companies where company_type = 'group'", 0,
			    NULL);

	if (id == NULL)
		ctl_die("the tenant has no group yet");
	return id;
}

/* Rows and heads as of one moment. */
static PGconn *
audit_connect(struct ctl *ctl, const struct tenant_file *t)
{
	PGconn	*conn = pg_connect(ctl, t, t->backup_user,
		    t->backup_password);

	pg_exec(conn, "begin isolation level repeatable read read only");
	return conn;
}

int
audit_verify_run(struct ctl *ctl)
{
	struct check		 c = { .ctl = ctl };
	struct tenant_file	*t;
	PGconn			*rows;
	int			 status;

	if (ctl_opt(ctl, "file") != NULL)
		return verify_file(ctl, ctl_opt(ctl, "file"));
	t = tenant_chosen(ctl);
	rows = audit_connect(ctl, t);
	/* Names are asked for while rows are still coming. */
	c.conn = pg_connect(ctl, t, t->backup_user, t->backup_password);
	heads_read(&c, t, group_of(ctl, c.conn));
	c.only = company_chosen(ctl, c.conn);
	ends_read(&c, rows);
	audit_rows(rows, c.only, check_row, &c);
	status = verified(&c);
	PQfinish(rows);
	PQfinish(c.conn);
	return status;
}

/* --- Heads ----------------------------------------------------------------------------- */

/* Nobody signs a chain that does not hold what was signed before, or where it
 * says that it ends. */
static void
follows(struct ctl *ctl, PGconn *conn, const struct audit_heads *kept)
{
	struct buf	 companies = BUF_INIT, places = BUF_INIT,
			 hashes = BUF_INIT;
	char		 hash[HEX_LEN(AUDIT_HASH) + 1];
	const char	*params[3], *lost;
	size_t		 i;

	for (i = 0; i < kept->n; i++) {
		/* The last of each company. */
		if (i + 1 < kept->n && strcmp(kept->head[i].company,
		    kept->head[i + 1].company) == 0)
			continue;
		hex_encode(kept->head[i].hash, AUDIT_HASH, hash);
		buf_printf(&companies, "%s%s", buf_len(&companies) > 0 ? "," :
		    "{", kept->head[i].company);
		buf_printf(&places, "%s%lld", buf_len(&places) > 0 ? "," :
		    "{", (long long)kept->head[i].seq);
		buf_printf(&hashes, "%s%s", buf_len(&hashes) > 0 ? "," : "{",
		    hash);
	}
	if (kept->n == 0)
		return;
	buf_addz(&companies, "}");
	buf_addz(&places, "}");
	buf_addz(&hashes, "}");
	params[0] = buf_text(&companies);
	params[1] = buf_text(&places);
	params[2] = buf_text(&hashes);
	lost = pg_value(ctl, conn, "select h.company from unnest($1::uuid[], "
	    "$2::bigint[], $3::text[]) h(company, seq, hash) where not exists "
	    "(select from konak.audit_chain c where c.company_id = h.company "
	    "and c.seq = h.seq and encode(c.hash, 'hex') = h.hash) limit 1",
	    3, params);
	if (lost != NULL)
		ctl_die("%s: the chain does not go on from its head; see "
		    "konakctl audit verify", lost);
	buf_free(&companies);
	buf_free(&places);
	buf_free(&hashes);
}

static void
heads_write(struct ctl *ctl, const struct tenant_file *t, PGconn *conn,
    const char *company, FILE *out)
{
	struct check		 c = { .ctl = ctl, .conn = conn };
	const char		*group = group_of(ctl, conn);
	struct signer		*signer = signer_begin(ctl, t, conn, group);
	struct audit_head	*h;
	size_t			 i;

	audit_heads_load(ctl, audit_heads_path(ctl, t), audit_key_public(ctl,
	    t, NULL), &c.kept);
	follows(ctl, conn, &c.kept);
	ends_read(&c, conn);
	follows(ctl, conn, &c.ends);
	for (i = 0; i < c.ends.n; i++) {
		h = &c.ends.head[i];
		if (company != NULL && strcmp(h->company, company) != 0)
			continue;
		memcpy(h->group, group, sizeof h->group);
		timestamp_write((int64_t)time(NULL) * SECOND_US, h->at);
		audit_head_write(out, h, signer);
	}
	signer_close(signer);
}

int
audit_heads_run(struct ctl *ctl)
{
	struct tenant_file	*t = tenant_chosen(ctl);
	PGconn			*conn = audit_connect(ctl, t);
	const char		*path, *why;
	char			*text = NULL;
	size_t			 len = 0;
	FILE			*out = open_memstream(&text, &len);

	if (out == NULL)
		ctl_die("no memory");
	heads_write(ctl, t, conn, NULL, out);
	if (fclose(out) != 0)
		ctl_die("no memory");
	PQfinish(conn);
	file_mkdir(ctl_conf(ctl)->heads, ctl_conf(ctl)->server_user);
	path = audit_heads_path(ctl, t);
	why = head_append(path, text, len);
	if (why != NULL)
		ctl_die("%s: %s", path, why);
	file_chown(path, ctl_conf(ctl)->server_user);
	fputs(text, stdout);
	free(text);
	return 0;
}

/* --- Exporting --------------------------------------------------------------------------- */

static void
export_row(const struct audit_row *r, void *arg)
{
	if (r->there)
		audit_write(arg, r);
}

int
audit_export_run(struct ctl *ctl)
{
	struct tenant_file	*t = tenant_chosen(ctl);
	PGconn			*conn = audit_connect(ctl, t);
	const char		*company = company_chosen(ctl, conn);
	char			 at[DATE_TEXT];

	timestamp_write((int64_t)time(NULL) * SECOND_US, at);
	printf(EXPORT_LINE ",\"tenant\":\"%s\",\"group\":\"%s\","
	    "\"at\":\"%s\"}\n", t->name, group_of(ctl, conn), at);
	audit_rows(conn, company, export_row, stdout);
	heads_write(ctl, t, conn, company, stdout);
	PQfinish(conn);
	if (fflush(stdout) == EOF || ferror(stdout))
		ctl_die("the export cannot be written");
	return 0;
}
