/*
 * heads.c - where the chains of the audit end, signed by the key process every
 * so often and added to a file outside the database, as konakctl audit heads
 * does on demand. What the file kept last must still stand in its chain: else
 * nothing is signed, and the log says so.
 */
#include "server/heads.h"

#include <sys/queue.h>
#include <sys/stat.h>

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/hex.h"
#include "lib/log.h"
#include "lib/tz.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "server/conf.h"
#include "server/db/db.h"
#include "server/keys/head.h"
#include "server/keys/keys.h"
#include "server/tenant.h"

#define TICK_S	60
#define HASH	65		/* hex digits and the NUL */

struct end {
	struct round	*round;
	char		 company[UUID_TEXT], hash[HASH];
	long long	 seq;
};

/* One tenant's ends on their way into its file. */
struct round {
	LIST_ENTRY(round)	 link;
	char			*tenant, *path;
	char			 group[UUID_TEXT], at[DATE_TEXT];
	struct end		*end;
	size_t			 n, left;
	bool			 broken;
	enum seal_result	 result;
	struct buf		 companies, places, hashes, lines;
	const char		*params[3];
};

static struct event			*tick_ev;
static LIST_HEAD(roundhead, round)	 rounds =
					    LIST_HEAD_INITIALIZER(rounds);

static void
round_free(struct round *r)
{
	LIST_REMOVE(r, link);
	buf_free(&r->companies);
	buf_free(&r->places);
	buf_free(&r->hashes);
	buf_free(&r->lines);
	free(r->end);
	free(r->tenant);
	free(r->path);
	free(r);
}

/* --- What was kept ------------------------------------------------------------------ */

static void
kept_add(struct round *r, const char *company, long long seq, const char *hash)
{
	struct end	*e;
	size_t		 i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->end[i].company, company) == 0)
			break;
	if (i == r->n) {
		r->end = xreallocarray(r->end, r->n + 1, sizeof *r->end);
		memset(&r->end[r->n++], 0, sizeof *r->end);
	}
	e = &r->end[i];
	snprintf(e->company, sizeof e->company, "%s", company);
	snprintf(e->hash, sizeof e->hash, "%s", hash);
	e->seq = seq;
}

/* The last line of each company, none before there is a file; false when one is
 * no head. */
static bool
kept_read(struct round *r)
{
	char		 company[UUID_TEXT], hash[HASH], *line = NULL;
	FILE		*f = fopen(r->path, "re");
	size_t		 room = 0, i;
	long long	 seq;
	bool		 good = true;

	if (f == NULL && errno != ENOENT)
		return false;
	while (f != NULL && good && getline(&line, &room, f) > 0) {
		good = sscanf(line, "{\"head\":%lld,\"company\":\"%36[^\"]\","
		    "\"group\":\"%*36[^\"]\",\"hash\":\"%64[0-9a-f]\"", &seq,
		    company, hash) == 3;
		if (good)
			kept_add(r, company, seq, hash);
	}
	free(line);
	if (f != NULL)
		fclose(f);
	for (i = 0; i < r->n; i++) {
		buf_printf(&r->companies, "%s%s", i > 0 ? "," : "{",
		    r->end[i].company);
		buf_printf(&r->places, "%s%lld", i > 0 ? "," : "{",
		    r->end[i].seq);
		buf_printf(&r->hashes, "%s%s", i > 0 ? "," : "{",
		    r->end[i].hash);
	}
	buf_addz(&r->companies, r->n > 0 ? "}" : "{}");
	buf_addz(&r->places, r->n > 0 ? "}" : "{}");
	buf_addz(&r->hashes, r->n > 0 ? "}" : "{}");
	return good;
}

/* --- Signing ------------------------------------------------------------------------- */

static void
round_end(struct round *r)
{
	const char	*why;

	if (r->result != SEAL_OK) {
		log_info(r->tenant, "the audit's heads are not signed: %s",
		    seal_result_text(r->result));
		round_free(r);
		return;
	}
	why = head_append(r->path, buf_data(&r->lines), buf_len(&r->lines));
	if (why == NULL)
		log_info(r->tenant, "the audit's heads are signed: %zu", r->n);
	else
		log_error(r->tenant, "%s: %s", r->path, why);
	round_free(r);
}

static struct head
head_of(const struct end *e)
{
	return (struct head) { .group = e->round->group,
	    .company = e->company, .seq = e->seq, .hash = e->hash,
	    .at = e->round->at };
}

static void
signed_cb(void *arg, enum seal_result result, const uint8_t *p, size_t len)
{
	struct end	*e = arg;
	struct round	*r = e->round;
	struct head	 h = head_of(e);
	char		 text[HEX_LEN(SEAL_SIGNATURE) + 1];

	if (result == SEAL_OK && len == SEAL_PUBLIC + SEAL_SIGNATURE) {
		hex_encode(p + SEAL_PUBLIC, SEAL_SIGNATURE, text);
		head_line(&r->lines, &h, text);
	} else if (r->result == SEAL_OK)
		r->result = result != SEAL_OK ? result : SEAL_FAILED;
	if (--r->left == 0)
		round_end(r);
}

static void
sign_all(struct round *r, struct tenant *t)
{
	struct buf	b = BUF_INIT;
	struct head	h;
	size_t		i;

	r->left = r->n;
	for (i = 0; i < r->n; i++) {
		r->end[i].round = r;
		h = head_of(&r->end[i]);
		buf_clear(&b);
		head_text(&b, &h);
		keys_sign(t, buf_data(&b), buf_len(&b), signed_cb,
		    &r->end[i]);
	}
	buf_free(&b);
}

static void
ends_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct round	*r = arg;
	int		 i;

	for (i = 0; i < PQntuples(res); i++) {
		if (PQgetvalue(res, i, 3)[0] == 't') {
			kept_add(r, PQgetvalue(res, i, 0),
			    atoll(PQgetvalue(res, i, 1)),
			    PQgetvalue(res, i, 2));
			continue;
		}
		r->broken = true;
		log_error(r->tenant, "company %s: the audit's chain does not "
		    "go on from what was signed; see konakctl audit verify",
		    PQgetvalue(res, i, 0));
	}
}

static void
ends_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct round	*r = arg;
	struct tenant	*t = tenant_by_name(r->tenant, strlen(r->tenant));

	if (e != NULL)
		log_warn(r->tenant, "the audit's heads: %s", e->message);
	if (e != NULL || r->broken || t == NULL || r->n == 0)
		round_free(r);
	else
		sign_all(r, t);
}

/* --- When ------------------------------------------------------------------------------ */

static void
tenant_turn(struct tenant *t, void *arg)
{
	static const struct db_stmt	stmt = { "audit_ends", "select "
	    "company_id, seq, hash, goes_on from konak.audit_ends("
	    "$1::uuid[], $2::bigint[], $3::text[])" };
	struct round	*r;
	struct db_tx	*tx;
	struct stat	 st;
	char		*path;

	LIST_FOREACH(r, &rounds, link)
		if (strcmp(r->tenant, tenant_name(t)) == 0)
			return;
	if (tenant_id(t) == NULL)
		return;			/* not heard from yet */
	path = xasprintf("%s/%s.heads", conf.heads, tenant_name(t));
	if (stat(path, &st) == 0 && st.st_mtime <= time(NULL) &&
	    time(NULL) - st.st_mtime < conf.heads_every_s) {
		free(path);
		return;
	}
	r = xcalloc(1, sizeof *r);
	LIST_INSERT_HEAD(&rounds, r, link);
	r->path = path;
	r->tenant = xstrdup(tenant_name(t));
	snprintf(r->group, sizeof r->group, "%s", tenant_id(t));
	timestamp_write(clock_now(), r->at);
	if (!kept_read(r)) {
		log_error(r->tenant, "%s: it cannot be read, or holds a line "
		    "that is no head", path);
		round_free(r);
		return;
	}
	r->params[0] = buf_text(&r->companies);
	r->params[1] = buf_text(&r->places);
	r->params[2] = buf_text(&r->hashes);
	tx = db_tx_new(tenant_db(t), 0, 0, ends_done, r);
	db_tx_query(tx, &stmt, 3, r->params, ends_rows, r);
	db_tx_send(tx);
}

/* A folder that is not there, or not ours to write, is said once. */
static bool
folder_good(void)
{
	static bool	told;

	if (access(conf.heads, R_OK | W_OK | X_OK) == 0) {
		told = false;
		return true;
	}
	if (!told)
		log_error(NULL, "heads: %s: %s; the audit's heads are not "
		    "signed until konakd can write there", conf.heads,
		    strerror(errno));
	told = true;
	return false;
}

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct timeval	tv = { conf.heads_every_s < TICK_S ?
			    (time_t)conf.heads_every_s : TICK_S, 0 };

	if (conf.heads != NULL && folder_good())
		tenant_each(tenant_turn, NULL);
	event_add(tick_ev, &tv);
}

void
heads_start(struct event_base *base)
{
	struct timeval	soon = { 1, 0 };

	tick_ev = evtimer_new(base, tick_cb, NULL);
	event_add(tick_ev, &soon);
}

void
heads_stop(void)
{
	event_free(tick_ev);
}
