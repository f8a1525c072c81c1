/*
 * The tenants' files and what is open for each: its pool, its notifier.
 */
#include <event2/event.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/db/db.h"
#include "server/keys/keys.h"
#include "server/push.h"
#include "server/tenant.h"
#include "server/tls.h"

/* As written in tenants/NAME.yaml. */
struct tenant_file {
	const char	*name, *host, **hosts, *key_file, *keys;
	const char	*state;
	const char	*certificate, *key;
	const char	*db_host, *db_name, *db_user, *db_password, *db_sslmode;
	int64_t		 db_port, db_connections;
};

struct tenant {
	TAILQ_ENTRY(tenant)	 link;
	struct arena		*arena;		/* holds file */
	struct tenant_file	 file;
	char			*path;
	char			 id[37];
	struct db_conf		 db_conf;
	struct db_pool		*db;
	struct notifier		*notifier;
	void			*certificate;
	char			*check;
	bool			 check_asked;
	struct schedule		*schedule;
	unsigned long		 swept_at;	/* transactions done then */
	bool			 seen;		/* by the reload under way */
	bool			 gone;		/* its file is */
};

#define AT(field)	offsetof(struct tenant_file, field)

static const struct conf_row rows[] = {
	{ "name", CONF_TEXT, AT(name), NULL, CONF_REQUIRED, 0, 0 },
	{ "host", CONF_TEXT, AT(host), NULL, 0, 0, 0 },
	{ "hosts", CONF_TEXTS, AT(hosts), NULL, 0, 0, 0 },
	{ "key_file", CONF_PATH, AT(key_file), NULL, 0, 0, 0 },
	{ "keys", CONF_TEXT, AT(keys), "file", 0, 0, 0 },
	{ "state", CONF_TEXT, AT(state), "active", 0, 0, 0 },
	{ "certificate", CONF_PATH, AT(certificate), NULL, 0, 0, 0 },
	{ "key", CONF_PATH, AT(key), NULL, 0, 0, 0 },
	{ "database.host", CONF_TEXT, AT(db_host), NULL, CONF_REQUIRED, 0, 0 },
	{ "database.port", CONF_INT, AT(db_port), "5432", 0, 1, 65535 },
	{ "database.name", CONF_TEXT, AT(db_name), NULL, CONF_REQUIRED, 0, 0 },
	{ "database.user", CONF_TEXT, AT(db_user), NULL, CONF_REQUIRED, 0, 0 },
	{ "database.password", CONF_TEXT, AT(db_password), NULL, 0, 0, 0 },
	{ "database.sslmode", CONF_TEXT, AT(db_sslmode), NULL, 0, 0, 0 },
	{ "database.connections", CONF_INT, AT(db_connections), "0", 0,
	    0, 64 },
	{ NULL, 0, 0, NULL, 0, 0, 0 }
};

static TAILQ_HEAD(, tenant)	 tenants = TAILQ_HEAD_INITIALIZER(tenants);
static struct event_base	*base;
static struct event		*sweep_ev;

const char *
tenant_name(const struct tenant *t)
{
	return t == NULL ? NULL : t->file.name;
}

const char *
tenant_id(const struct tenant *t)
{
	return t->id[0] == '\0' ? NULL : t->id;
}

void
tenant_id_set(struct tenant *t, const char *id)
{
	snprintf(t->id, sizeof t->id, "%s", id);
}

struct db_pool *
tenant_db(const struct tenant *t)
{
	return t->db;
}

const struct db_conf *
tenant_db_conf(const struct tenant *t)
{
	return &t->db_conf;
}

struct notifier *
tenant_notifier(const struct tenant *t)
{
	return t->notifier;
}

const char *
tenant_key_file(const struct tenant *t)
{
	return t->file.key_file;
}

void *
tenant_certificate(const struct tenant *t)
{
	return t->certificate;
}

bool
tenant_keys_by_hand(const struct tenant *t)
{
	return strcmp(t->file.keys, "unseal") == 0;
}

const char *
tenant_check(const struct tenant *t)
{
	return t->check;
}

void
tenant_check_set(struct tenant *t, const char *box)
{
	char	*old = t->check;

	t->check = xstrdup(box);
	free(old);
}

void
tenant_check_ask(struct tenant *t)
{
	t->check_asked = true;
}

bool
tenant_check_asked(const struct tenant *t)
{
	return t->check_asked;
}

struct schedule **
tenant_schedule(struct tenant *t)
{
	return &t->schedule;
}

struct event_base *
tenant_base(void)
{
	return base;
}

/* Suspended ones are as unknown to those who ask as ones that never were. */
bool
tenant_open(const struct tenant *t)
{
	return !t->gone && strcmp(t->file.state, "active") == 0;
}

struct tenant *
tenant_by_name(const char *name, size_t len)
{
	struct tenant	*t;

	TAILQ_FOREACH(t, &tenants, link) {
		if (tenant_open(t) && strlen(t->file.name) == len &&
		    memcmp(t->file.name, name, len) == 0)
			return t;
	}
	return NULL;
}

struct tenant *
tenant_by_host(const char *host)
{
	struct tenant	*t;
	const char	**h;

	TAILQ_FOREACH(t, &tenants, link) {
		if (!tenant_open(t))
			continue;
		if (t->file.host != NULL && strcasecmp(t->file.host, host) == 0)
			return t;
		for (h = t->file.hosts; *h != NULL; h++) {
			if (strcasecmp(*h, host) == 0)
				return t;
		}
	}
	return NULL;
}

void
tenant_each(void (*fn)(struct tenant *, void *), void *arg)
{
	struct tenant	*t, *next;

	for (t = TAILQ_FIRST(&tenants); t != NULL; t = next) {
		next = TAILQ_NEXT(t, link);
		if (!t->gone)
			fn(t, arg);
	}
}

/*
 * Reading.
 */

static void
db_conf_fill(struct tenant *t)
{
	const struct tenant_file	*f = &t->file;

	t->db_conf = (struct db_conf){
		.name = f->name, .host = f->db_host,
		.port = (unsigned)f->db_port, .dbname = f->db_name,
		.user = f->db_user, .password = f->db_password,
		.sslmode = f->db_sslmode,
		.connections = (unsigned)(f->db_connections > 0 ?
		    f->db_connections : conf.limits.connections_db),
		.server_connections = (unsigned)conf.limits.connections_server,
		.statement_ms = (unsigned)conf.limits.statement_s * 1000,
	};
}

static void
certificate_load(struct tenant *t)
{
	void	*new;

	if (t->file.certificate == NULL || t->file.key == NULL)
		return;
	new = tls_certificate(t->file.certificate, t->file.key);
	if (new == NULL)
		return;		/* logged; the old one stays */
	tls_certificate_free(t->certificate);
	t->certificate = new;
}

static void
differs(const struct conf_row *row, void *arg)
{
	*(bool *)arg = true;
}

static struct tenant *
tenant_find(const char *name)
{
	struct tenant	*t;

	TAILQ_FOREACH(t, &tenants, link) {
		if (!t->gone && strcmp(t->file.name, name) == 0)
			return t;
	}
	return NULL;
}

/* Pools have copies of what they were given, so nothing points into the old
 * arena afterwards. */
static void
tenant_change(struct tenant *t, struct arena *a, const struct tenant_file *f)
{
	struct arena	*old = t->arena;
	bool		 changed = false;

	conf_diff(rows, &t->file, f, differs, &changed);
	if (!changed) {
		arena_free(a);
		return;
	}
	t->arena = a;
	t->file = *f;
	db_conf_fill(t);
	db_pool_conf(t->db, &t->db_conf);
	notifier_conf(t->notifier);
	arena_free(old);
	log_info(f->name, "tenant changed");
}

/* A slip in the file of a tenant that is open does not close it. */
static void
tenant_keep(const char *path)
{
	struct tenant	*t;

	TAILQ_FOREACH(t, &tenants, link) {
		if (!t->gone && strcmp(t->path, path) == 0)
			t->seen = true;
	}
}

/* keys: file, credential (NAME.key of systemd's) or unseal. */
static const char *
keys_wrong(struct arena *a, struct tenant_file *f)
{
	const char	*dir = getenv("CREDENTIALS_DIRECTORY");

	if (strcmp(f->keys, "file") == 0)
		return f->key_file == NULL ? "key_file is missing" : NULL;
	if (strcmp(f->keys, "credential") == 0) {
		f->key_file = arena_printf(a, "%s/%s.key", dir != NULL ? dir :
		    "/run/credentials/konakd.service", f->name);
		return NULL;
	}
	if (strcmp(f->keys, "unseal") != 0)
		return "keys: file, credential or unseal";
	if (f->key_file == NULL)
		f->key_file = "";
	return NULL;
}

static void
tenant_take(const char *path)
{
	struct arena		*a = arena_new();
	struct tenant_file	 f;
	struct tenant		*t;
	const char		*error;

	arena_set_wipe(a);	/* it holds a password */
	if (!conf_load(a, path, rows, &f, &error)) {
		log_error(NULL, "%s", error);
		arena_free(a);
		tenant_keep(path);
		return;
	}
	if ((error = keys_wrong(a, &f)) != NULL) {
		log_error(NULL, "%s: %s", path, error);
		arena_free(a);
		tenant_keep(path);
		return;
	}
	t = tenant_find(f.name);
	if (t != NULL) {
		t->seen = true;
		tenant_change(t, a, &f);
		certificate_load(t);
		return;
	}
	t = xcalloc(1, sizeof *t);
	t->arena = a;
	t->file = f;
	t->path = xstrdup(path);
	t->seen = true;
	db_conf_fill(t);
	t->db = db_pool_new(base, &t->db_conf);
	t->notifier = notifier_new(t);
	certificate_load(t);
	TAILQ_INSERT_TAIL(&tenants, t, link);
	keys_load(t);
	log_info(f.name, "tenant taken up");
}

/* Once a minute, for tenants that had any traffic since. */
static const struct db_stmt	stmt_sweep = { "sweep",
    "select konak.sweep()" };

static void
sweep_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct tenant	*t = arg;
	struct db_stats	 s;

	if (e != NULL && !e->lost && !e->unsent)
		log_warn(t->file.name, "sweep: %s", e->message);
	db_pool_stats(t->db, &s);
	t->swept_at = s.done + s.failed;
}

static void
tenant_sweep(struct tenant *t, void *arg)
{
	struct db_stats	 s;
	struct db_tx	*tx;

	db_pool_stats(t->db, &s);
	if (s.done + s.failed == t->swept_at || !db_pool_up(t->db))
		return;
	tx = db_tx_new(t->db, DB_LONG, 0, sweep_done, t);
	db_tx_query(tx, &stmt_sweep, 0, NULL, NULL, NULL);
	db_tx_send(tx);
}

static void
sweep_cb(evutil_socket_t fd, short what, void *arg)
{
	tenant_each(tenant_sweep, NULL);
}

static void
tenants_read(const char *dir)
{
	DIR		*d = opendir(dir);
	struct dirent	*e;
	struct buf	 path = BUF_INIT;
	size_t		 len;

	if (d == NULL) {
		log_error(NULL, "%s: cannot read the tenants", dir);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		len = strlen(e->d_name);
		if (e->d_name[0] == '.' || len < 6 ||
		    strcmp(e->d_name + len - 5, ".yaml") != 0)
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%s", dir, e->d_name);
		tenant_take(buf_text(&path));
	}
	closedir(d);
	buf_free(&path);
}

/* Its struct stays: clients that are being dropped and requests under way
 * point to it. */
static void
tenant_close(struct tenant *t)
{
	struct client	*c;

	t->gone = true;
	TAILQ_FOREACH(c, &clients, link) {
		if (c->tenant == t)
			client_drop(c, DROP_SHUTDOWN, "the tenant is closed");
	}
	notifier_stop(t->notifier);
	log_info(t->file.name, "tenant closed");
}

void
tenant_start(struct event_base *b, const char *dir)
{
	static const struct timeval	minute = { 60, 0 };

	base = b;
	sweep_ev = event_new(base, -1, EV_PERSIST, sweep_cb, NULL);
	event_add(sweep_ev, &minute);
	tenants_read(dir);
}

void
tenant_reload(const char *dir)
{
	struct tenant	*t;
	struct client	*c;
	bool		 any = false;

	TAILQ_FOREACH(t, &tenants, link)
		t->seen = false;
	tenants_read(dir);
	TAILQ_FOREACH(t, &tenants, link) {
		any = any || t->seen;
		if (!t->gone && !t->seen)
			tenant_close(t);
	}
	TAILQ_FOREACH(c, &clients, link) {
		if (c->tenant != NULL && !tenant_open(c->tenant))
			client_drop(c, DROP_SHUTDOWN, "the tenant is closed");
	}
	if (!any)
		log_warn(NULL, "no tenant is configured");
}
