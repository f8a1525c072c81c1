/*
 * keys.c - the tenants' master keys: opened by hand, told about, and changed
 * for new ones while people work. Rotation seals everything anew with the
 * newest generation, some hundred values a transaction; killed at any moment
 * it goes on where it was when it is run again.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/seal.h"
#include "lib/secret.h"
#include "server/auth/totpbox.h"
#include "server/ctl/ctl.h"
#include "server/keys/wire.h"

#define BATCH		200
#define FIRST		"00000000-0000-0000-0000-000000000000/" \
			"00000000-0000-0000-0000-000000000000"
#define ANSWER_MAX	65536
#define TAKEN_UP_S	30	/* for the server to read its keys again */

/* --- The server's key process ---------------------------------------------- */

char *
keys_control(struct ctl *ctl, const char *head, const void *text, size_t len)
{
	struct sockaddr_un	 sa = { .sun_family = AF_UNIX };
	const struct timeval	 limit = { .tv_sec = 10 };
	const char		*path = ctl_conf(ctl)->socket;
	char			*answer = arena_alloc(ctl->arena,
				    ANSWER_MAX + 1);
	size_t			 got = 0;
	ssize_t			 n;
	int			 fd;

	if (path == NULL || (size_t)snprintf(sa.sun_path, sizeof sa.sun_path,
	    "%s.control", path) >= sizeof sa.sun_path)
		ctl_die("konakd.yaml names no usable socket");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (connect(fd, (struct sockaddr *)&sa, sizeof sa) == -1) {
		close(fd);
		return NULL;
	}
	if (send(fd, head, strlen(head), MSG_NOSIGNAL) == -1 ||
	    (len > 0 && send(fd, text, len, MSG_NOSIGNAL) == -1))
		ctl_die("the server does not listen");
	shutdown(fd, SHUT_WR);
	while (got < ANSWER_MAX &&
	    (n = read(fd, answer + got, ANSWER_MAX - got)) > 0)
		got += (size_t)n;
	close(fd);
	answer[got] = '\0';
	if (got == 0)
		ctl_die("the server's key process does not answer");
	return answer;
}

/* A column of the tenant's line in the status, or NULL. */
static char *
status_of(struct ctl *ctl, char *status, const char *tenant, int column)
{
	char	*line, *rest, *word, *words;

	for (line = strtok_r(status, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		word = strtok_r(line, "\t", &words);
		if (word == NULL || strcmp(word, tenant) != 0)
			continue;
		while (column-- > 0 && word != NULL)
			word = strtok_r(NULL, "\t", &words);
		return word == NULL ? NULL : arena_strdup(ctl->arena, word);
	}
	return NULL;
}

/* --- unseal ---------------------------------------------------------------- */

static struct secret *
keys_read(const char *path)
{
	struct secret	*text = secret_new(SEAL_FILE_MAX), *cut;
	char		*s = (char *)secret_expose(text);
	size_t		 len = 0;
	ssize_t		 n;
	int		 fd = STDIN_FILENO;

	if (path != NULL && (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		ctl_die("%s cannot be read", path);
	if (isatty(fd))
		fputs("the key file's lines, then Ctrl+D:\n", stderr);
	while (len < SEAL_FILE_MAX &&
	    (n = read(fd, s + len, SEAL_FILE_MAX - len)) > 0)
		len += (size_t)n;
	if (path != NULL)
		close(fd);
	cut = secret_from(s, len);
	secret_free(text);
	return cut;
}

int
unseal_run(struct ctl *ctl)
{
	struct tenant_file	*t = tenant_chosen(ctl);
	struct secret		*keys = keys_read(ctl_opt(ctl, "file"));
	char			*answer;

	answer = keys_control(ctl, arena_printf(ctl->arena, "unseal %s\n",
	    t->name), secret_expose(keys), secret_len(keys));
	secret_free(keys);
	if (answer == NULL)
		ctl_die("no konakd is running");
	answer[strcspn(answer, "\n")] = '\0';
	if (strcmp(answer, "ok") != 0)
		ctl_die("%s: %s", t->name, strncmp(answer, "error\t", 6) == 0 ?
		    answer + 6 : answer);
	printf("%s: the keys are open\n", t->name);
	return 0;
}

/* --- status ---------------------------------------------------------------- */

/* What was erased for a person's sake has no generation of the key. */
static const char count_sql[] =
    "select g, sum(n) from (select s.generation as g, count(*) as n "
    "from konak.secrets s where s.generation < 2147483647 group by 1 union all "
    "select (get_byte(box, 4) << 8) | get_byte(box, 5), count(*) "
    "from auth.totp group by 1) x group by g order by g";

static void
status_tenant(struct ctl *ctl, const char *name, const char *status)
{
	struct tenant_file	*t = tenant_load(ctl, name);
	PGconn			*conn = pg_superuser(ctl, t->db_name);
	PGresult		*res = pg_query(conn, count_sql, 0, NULL);
	char			*copy = arena_strdup(ctl->arena, status);
	const char		*state, *generation, *why;
	int			 i;

	state = status_of(ctl, copy, name, 1);
	copy = arena_strdup(ctl->arena, status);
	generation = status_of(ctl, copy, name, 2);
	copy = arena_strdup(ctl->arena, status);
	why = status_of(ctl, copy, name, 3);
	printf("%s\t%s\tgeneration %s\t%s\n", name, state != NULL ? state :
	    "unknown", generation != NULL ? generation : "-", why != NULL ?
	    why : "");
	for (i = 0; i < PQntuples(res); i++)
		printf("\t%s secrets of generation %s\n",
		    PQgetvalue(res, i, 1), PQgetvalue(res, i, 0));
	PQclear(res);
	PQfinish(conn);
}

int
keys_status_run(struct ctl *ctl)
{
	char		*status = keys_control(ctl, "status\n", NULL, 0);
	const char	*only = ctl_opt(ctl, "tenant");
	char		**names = tenant_names(ctl), *memory;
	size_t		 i;

	if (status == NULL) {
		puts("no konakd is running");
		status = arena_strdup(ctl->arena, "");
	} else {
		memory = arena_strdup(ctl->arena, status);
		printf("memory of the key process: %s\n",
		    status_of(ctl, memory, "memory", 1));
	}
	for (i = 0; names[i] != NULL; i++)
		if (only == NULL || strcmp(only, names[i]) == 0)
			status_tenant(ctl, names[i], status);
	return 0;
}

/* --- rotate ---------------------------------------------------------------- */

struct rotation {
	struct ctl		*ctl;
	struct tenant_file	*t;
	PGconn			*conn;
	struct seal		*seal;
	const char		*path;		/* of the key file */
	const char		*tenant;	/* the group's id */
	uint32_t		 newest;
	char			 after[80];
	long			 done, all;
	time_t			 told;
	struct timespec		 began;
};

/* Where boxes stand: id text, box, place of some that are older than $1, and
 * how they are put back: ids, old boxes, new boxes. Of the many the next ones
 * come after $3, so that no statement reads again what is done. */
struct kind {
	const char	*select, *update;
	void		(*place)(struct rotation *, PGresult *, int row,
			    struct seal_aad *);
};

static void
place_secret(struct rotation *r, PGresult *res, int row,
    struct seal_aad *aad)
{
	*aad = (struct seal_aad) { .tenant = r->tenant,
	    .company = PQgetvalue(res, row, 2),
	    .table = PQgetvalue(res, row, 3),
	    .record = PQgetvalue(res, row, 4),
	    .field = PQgetvalue(res, row, 5) };
}

static void
place_totp(struct rotation *r, PGresult *res, int row, struct seal_aad *aad)
{
	*aad = totpbox_aad(r->tenant, PQgetvalue(res, row, 0));
}

static void
place_check(struct rotation *r, PGresult *res, int row, struct seal_aad *aad)
{
	*aad = keys_check_aad(r->tenant);
}

static void
place_draft(struct rotation *r, PGresult *res, int row, struct seal_aad *aad)
{
	*aad = (struct seal_aad) { .tenant = "draft",
	    .company = PQgetvalue(res, row, 2), .table = "auth.drafts",
	    .record = PQgetvalue(res, row, 3), .field = "body" };
}

#define OLDER(box) "((get_byte(" box ", 4) << 8) | get_byte(" box ", 5)) < $1"
#define FRESH "unnest($1::text[], $2::bytea[], $3::bytea[]) u(id, old, box) "

static const struct kind kinds[] = {
	{ "select s.company_id || '/' || s.id, s.box, s.company_id, "
	    "t.table_name, s.record_id, s.field from konak.secrets s "
	    "join konak.secret_types t on t.record = s.record_type "
	    "where s.generation < $1 and (s.company_id, s.id) > "
	    "(split_part($3, '/', 1)::uuid, split_part($3, '/', 2)::uuid) "
	    "order by s.company_id, s.id limit $2",
	  "update konak.secrets s set box = u.box from " FRESH
	    "where s.company_id = split_part(u.id, '/', 1)::uuid "
	    "and s.id = split_part(u.id, '/', 2)::uuid and s.box = u.old",
	  place_secret },
	{ "select t.user_id::text, t.box from auth.totp t where "
	    OLDER("t.box") " and $3 <> '' order by t.user_id limit $2",
	  "update auth.totp t set box = u.box from " FRESH
	    "where t.user_id = u.id::uuid and t.box = u.old", place_totp },
	{ "select d.company_id || ' ' || d.user_id || ' ' || d.screen || ' ' "
	    "|| d.record_id, d.body, d.company_id, d.user_id || '/' || "
	    "d.screen || '/' || d.record_id from auth.drafts d where "
	    OLDER("d.body") " and $3 <> '' limit $2",
	  "update auth.drafts d set body = u.box from " FRESH
	    "where d.company_id || ' ' || d.user_id || ' ' || d.screen || ' ' "
	    "|| d.record_id = u.id and d.body = u.old", place_draft },
	{ "select '', k.box from auth.key_check k where " OLDER("k.box")
	    " and $3 <> '' limit $2",
	  "update auth.key_check k set box = u.box from " FRESH
	    "where k.box = u.old", place_check },
};

static void
array_add(struct buf *b, const char *text, size_t len)
{
	size_t	i;

	buf_addz(b, buf_len(b) == 0 ? "{\"" : ",\"");
	for (i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			buf_add8(b, '\\');
		buf_add8(b, (uint8_t)text[i]);
	}
	buf_add8(b, '"');
}

static void
array_bytes(struct buf *b, const uint8_t *bytes, size_t len)
{
	buf_addz(b, buf_len(b) == 0 ? "{\"\\\\x" : ",\"\\\\x");
	hex_encode(bytes, len, (char *)buf_reserve(b, HEX_LEN(len) + 1));
	buf_commit(b, HEX_LEN(len));
	buf_add8(b, '"');
}

static void
reseal(struct rotation *r, const struct kind *k, PGresult *res, int row,
    struct buf arrays[3])
{
	struct seal_aad	 aad;
	struct secret	*plain;
	struct buf	 box = BUF_INIT;
	unsigned char	*old;
	size_t		 len;

	old = PQunescapeBytea((unsigned char *)PQgetvalue(res, row, 1), &len);
	k->place(r, res, row, &aad);
	if (seal_open(r->seal, &aad, old, len, &plain) != SEAL_OK)
		ctl_die("%s: the value %s of %s does not open with these "
		    "keys: it stays as it is, and nothing is retired",
		    r->t->name, PQgetvalue(res, row, 0), aad.table);
	if (seal_close(r->seal, &aad, plain, &box) != SEAL_OK)
		ctl_die("a value could not be sealed");
	secret_free(plain);
	array_add(&arrays[0], PQgetvalue(res, row, 0),
	    strlen(PQgetvalue(res, row, 0)));
	array_bytes(&arrays[1], old, len);
	array_bytes(&arrays[2], buf_data(&box), buf_len(&box));
	buf_free(&box);
	PQfreemem(old);
}

static void
progress(struct rotation *r, bool last)
{
	struct timespec	now;
	double		s;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!last && now.tv_sec == r->told)
		return;
	r->told = now.tv_sec;
	s = (double)(now.tv_sec - r->began.tv_sec) +
	    (double)(now.tv_nsec - r->began.tv_nsec) / 1e9;
	printf("%s: %ld of %ld, %.0f a second\n", r->t->name, r->done,
	    r->all, s > 0 ? (double)r->done / s : 0);
	fflush(stdout);
}

/* Some of one kind; false when there are no more. Whoever changed a value
 * meanwhile has sealed it anew already. */
static bool
rotate_some(struct rotation *r, const struct kind *k)
{
	struct buf	 arrays[3] = { BUF_INIT, BUF_INIT, BUF_INIT };
	const char	*params[3];
	char		 newest[16], batch[16];
	PGresult	*res;
	int		 i, n;

	snprintf(newest, sizeof newest, "%u", r->newest);
	snprintf(batch, sizeof batch, "%d", BATCH);
	params[0] = newest;
	params[1] = batch;
	params[2] = r->after;
	res = pg_query(r->conn, k->select, 3, params);
	if ((n = PQntuples(res)) == 0) {
		PQclear(res);
		return false;
	}
	for (i = 0; i < n; i++)
		reseal(r, k, res, i, arrays);
	snprintf(r->after, sizeof r->after, "%s", PQgetvalue(res, n - 1, 0));
	PQclear(res);
	for (i = 0; i < 3; i++) {
		buf_addz(&arrays[i], "}");
		params[i] = buf_text(&arrays[i]);
	}
	PQclear(pg_query(r->conn, k->update, 3, params));
	for (i = 0; i < 3; i++)
		buf_free(&arrays[i]);
	r->done += n;
	progress(r, false);
	return true;
}

static long
older(struct rotation *r)
{
	const char	*newest = arena_printf(r->ctl->arena, "%u", r->newest);

	return atol(pg_value(r->ctl, r->conn, "select (select count(*) "
	    "from konak.secrets where generation < $1::int) + "
	    "(select count(*) from auth.totp where ((get_byte(box, 4) << 8) | "
	    "get_byte(box, 5)) < $1::int) + (select count(*) from auth.drafts "
	    "where ((get_byte(body, 4) << 8) | get_byte(body, 5)) < $1::int) + "
	    "(select count(*) from auth.key_check where ((get_byte(box, 4) "
	    "<< 8) | get_byte(box, 5)) < $1::int)", 1, &newest));
}

static void
keys_load_file(struct rotation *r)
{
	const char	*error;

	seal_free(r->seal);
	if ((r->seal = seal_new(r->path, &error)) == NULL)
		ctl_die("%s: %s", r->path, error);
	r->newest = seal_generation(r->seal);
}

static void
keys_write_file(struct rotation *r, bool add, bool retire)
{
	struct secret	*text = seal_text(r->seal, add, retire);

	if (add && r->newest == SEAL_GENERATIONS)
		ctl_die("%s has %d generations, which is all there may be",
		    r->path, SEAL_GENERATIONS);
	file_write(r->ctl, r->path, (const char *)secret_expose(text),
	    ctl_conf(r->ctl)->server_user);
	secret_free(text);
	keys_load_file(r);
}

/* Whoever serves must know the new key before anything is sealed with it. */
static void
server_takes_up(struct rotation *r)
{
	const struct timespec	 pause = { 0, 50000000 };
	time_t			 until = time(NULL) + TAKEN_UP_S;
	struct ctl		*ctl = r->ctl;
	struct secret		*text;
	char			*status, *generation;
	bool			 hand;

	status = keys_control(ctl, "status\n", NULL, 0);
	if (status == NULL)
		return;			/* nobody serves */
	hand = r->path != r->t->key_file;
	if (hand) {
		text = seal_text(r->seal, false, false);
		(void)keys_control(ctl, arena_printf(ctl->arena, "unseal %s\n",
		    r->t->name), secret_expose(text), secret_len(text));
		secret_free(text);
	} else if (!server_reload(ctl))
		ctl_die("konakd runs, but cannot be asked to read its keys "
		    "again: konakd.yaml needs pid_file");
	for (;;) {
		status = keys_control(ctl, "status\n", NULL, 0);
		generation = status == NULL ? NULL : status_of(ctl, status,
		    r->t->name, 2);
		if (generation == NULL ||
		    strtoul(generation, NULL, 10) == r->newest)
			return;
		if (time(NULL) >= until)
			ctl_die("konakd has not taken up generation %u: see "
			    "konakctl keys status; run this again",
			    r->newest);
		nanosleep(&pause, NULL);
	}
}

static void
rotate_tenant(struct rotation *r)
{
	size_t	i;

	keys_load_file(r);
	r->all = older(r);
	if (r->all == 0) {
		/* All are of the newest: a new one begins. */
		keys_write_file(r, true, false);
		r->all = older(r);
	} else
		printf("%s: generation %u goes on where it was\n",
		    r->t->name, r->newest);
	server_takes_up(r);
	clock_gettime(CLOCK_MONOTONIC, &r->began);
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		snprintf(r->after, sizeof r->after, "%s", FIRST);
		while (rotate_some(r, &kinds[i]))
			;
	}
	progress(r, true);
	if (older(r) > 0)
		ctl_die("%s: some were sealed with an older key meanwhile: "
		    "run this again", r->t->name);
	keys_write_file(r, false, true);
	server_takes_up(r);
	printf("%s: generation %u seals; older ones are retired. A backup "
	    "from before needs the key file from before.\n", r->t->name,
	    r->newest);
}

int
keys_rotate_run(struct ctl *ctl)
{
	struct rotation	 r = { .ctl = ctl, .t = tenant_chosen(ctl) };
	const char	*path = ctl_opt(ctl, "file");

	r.path = path != NULL ? path : r.t->key_file;
	if (r.path == NULL)
		ctl_die("%s has no key file here: say --file FILE",
		    r.t->name);
	r.conn = pg_superuser(ctl, r.t->db_name);
	pg_exec(r.conn, "set synchronous_commit = off");
	r.tenant = pg_value(ctl, r.conn, "select konak.group_company()", 0,
	    NULL);
	rotate_tenant(&r);
	seal_free(r.seal);
	PQfinish(r.conn);
	return 0;
}
