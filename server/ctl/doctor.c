/*
 * doctor.c - one check a function; each says what it found and, when that is
 * wrong, how to mend it.
 */
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "lib/arena.h"
#include "server/ctl/ctl.h"
#include "server/timetable/engine.h"

struct doctor {
	struct ctl		*ctl;
	struct tenant_file	*tenant;
	PGconn			*conn;		/* superuser, tenant's database */
	bool			 migrates;	/* the migrating login works */
	int			 wrong;
};

static void
good(struct doctor *d, const char *what)
{
	printf("  ok      %s\n", what);
}

static void
bad(struct doctor *d, const char *mend, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
bad(struct doctor *d, const char *mend, const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	fputs("  WRONG   ", stdout);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n          mend: %s\n", mend);
	d->wrong++;
}

static bool
truth(struct doctor *d, const char *sql)
{
	const char	*v = pg_value(d->ctl, d->conn, sql, 0, NULL);

	return v != NULL && *v == 't';
}

static void
check_settings(struct doctor *d)
{
	const struct cluster_setting	*s;
	const char			*have;
	int				 before = d->wrong;

	for (s = cluster_settings; s->name != NULL; s++) {
		have = pg_value(d->ctl, d->conn,
		    "select reset_val || coalesce(unit, '') from pg_settings "
		    "where name = $1", 1, &s->name);
		/* A session's own value may differ: compare what the cluster
		 * starts with, in the words current_setting() uses. */
		have = pg_value(d->ctl, d->conn, "select case "
		    "when $1 ~ '^[0-9]+ms$' then "
		    "(replace($1, 'ms', '')::bigint / 1000) || 's' "
		    "when $1 ~ '^-?[0-9]+B$' then replace($1, 'B', '') "
		    "else $1 end", 1, &have);
		if (have == NULL || strcmp(have, s->value) != 0)
			bad(d, arena_printf(d->ctl->arena, "alter system set "
			    "%s = '%s'; select pg_reload_conf();  (%s)",
			    s->name, s->value, s->why),
			    "PostgreSQL's %s is %s", s->name,
			    have != NULL ? have : "unknown");
	}
	if (!truth(d, "select current_setting('data_checksums') = 'on'"))
		bad(d, "stop PostgreSQL and run pg_checksums --enable",
		    "the cluster has no data checksums");
	if (d->wrong == before)
		good(d, "PostgreSQL's settings");
}

static void
check_roles(struct doctor *d)
{
	const char	*who, *logins[] = { d->tenant->app_user,
			    d->tenant->migrate_user, d->tenant->backup_user };

	who = pg_value(d->ctl, d->conn,
	    "select string_agg(rolname, ', ') from pg_roles "
	    "where rolname in ('konak_owner', 'konak_auth', 'konak_definer', "
	    "'konak_app', 'konak_group', 'konak_backup', $1, $2, $3) and "
	    "(rolsuper or rolcreaterole or rolcreatedb or rolbypassrls and "
	    "rolname not in ('konak_backup', $3))", 3, logins);
	if (who != NULL)
		bad(d, "alter role … nosuperuser nocreaterole nocreatedb "
		    "nobypassrls", "roles with too much power: %s", who);
	else
		good(d, "database roles");
	if (!truth(d, "select not has_database_privilege('public', "
	    "current_database(), 'connect')"))
		bad(d, "konakctl tenant create (again) takes it away",
		    "everybody may connect to %s", d->tenant->db_name);
	if (!truth(d, "select bool_and(proleakproof) from pg_proc "
	    "where pronamespace = 'pg_catalog'::regnamespace and proname in "
	    "('textlike', 'numeric_eq', 'numeric_lt', 'numeric_le', "
	    "'numeric_gt', 'numeric_ge', 'enum_eq', 'enum_lt', 'enum_le', "
	    "'enum_gt', 'enum_ge', 'arraycontains', 'arrayoverlap', "
	    "'jsonb_contains', 'ts_match_vq')"))
		bad(d, "konakctl tenant create (again) sets it; a restore "
		    "loses it", "textlike and others are not leakproof: searches "
		    "and filters are slow");
	else
		good(d, "searches and filters may use their indexes "
		    "(leakproof)");
}

static void
check_protection(struct doctor *d)
{
	const char	*open;

	open = pg_value(d->ctl, d->conn,
	    "select string_agg(relname, ', ') from pg_class "
	    "where relnamespace = 'konak'::regnamespace and relkind in "
	    "('r', 'p') and not relispartition and not (relrowsecurity and "
	    "relforcerowsecurity) and has_table_privilege('konak_app', oid, "
	    "'select, insert, update, delete') and exists (select from "
	    "pg_attribute where attrelid = pg_class.oid and "
	    "attname = 'company_id')", 0, NULL);
	if (open != NULL)
		bad(d, "konakctl tenant migrate; a table must call "
		    "konak.protect()", "tables without row security: %s",
		    open);
	else
		good(d, "every table of a company is protected");
}

static void
check_migrations(struct doctor *d)
{
	if (!d->migrates)
		return;		/* said already */
	if (migrate_pending(d->ctl, d->tenant))
		bad(d, arena_printf(d->ctl->arena,
		    "konakctl tenant migrate --tenant %s", d->tenant->name),
		    "migrations are waiting, or differ from the files");
	else
		good(d, "schema is current");
}

static bool
login_works(struct doctor *d, const char *user, const char *password)
{
	const char	*error;
	PGconn		*conn;

	conn = pg_connect_try(d->ctl, d->tenant, user, password, &error);
	if (conn == NULL) {
		bad(d, arena_printf(d->ctl->arena,
		    "konakctl tenant create %s (again) sets logins and "
		    "passwords anew", d->tenant->name), "%s", error);
		return false;
	}
	PQfinish(conn);
	return true;
}

static void
check_logins(struct doctor *d)
{
	struct tenant_file	*t = d->tenant;
	int			 before = d->wrong;

	login_works(d, t->app_user, t->app_password);
	d->migrates = login_works(d, t->migrate_user, t->migrate_password);
	login_works(d, t->backup_user, t->backup_password);
	if (d->wrong == before)
		good(d, "the three logins work");
}

static void
check_files(struct doctor *d)
{
	struct ctl_conf	*conf = ctl_conf(d->ctl);
	const char	*paths[] = {
		arena_printf(d->ctl->arena, "%s/%s.yaml", conf->tenants,
		    d->tenant->name),
		arena_printf(d->ctl->arena, "%s/%s.yaml", conf->operator,
		    d->tenant->name),
		d->tenant->key_file, NULL }, **p;
	struct stat	st;
	int		before = d->wrong;

	for (p = paths; *p != NULL; p++) {
		if (stat(*p, &st) == -1)
			bad(d, "take it from the last backup", "%s is missing",
			    *p);
		else if ((st.st_mode & 077) != 0)
			bad(d, arena_printf(d->ctl->arena, "chmod 600 %s", *p),
			    "others may read %s", *p);
	}
	if (d->wrong == before)
		good(d, "files and their modes");
}

/* Where konakd and konakctl audit heads write where the audit's chains end. */
static void
check_heads(struct doctor *d)
{
	struct ctl_conf	*conf = ctl_conf(d->ctl);
	const char	*paths[] = { conf->heads, conf->server_heads };
	struct stat	 st;
	size_t		 i;
	int		 before = d->wrong;

	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		if (paths[i] == NULL ||
		    (i > 0 && strcmp(paths[i], paths[0]) == 0))
			continue;
		if (stat(paths[i], &st) == -1 || !S_ISDIR(st.st_mode))
			bad(d, arena_printf(d->ctl->arena, "install -d -m 700"
			    "%s%s %s", conf->server_user != NULL ? " -o " : "",
			    conf->server_user != NULL ? conf->server_user : "",
			    paths[i]), "there is no folder %s: where the "
			    "audit's chains end is not signed", paths[i]);
		else if ((st.st_mode & 077) != 0)
			bad(d, arena_printf(d->ctl->arena, "chmod 700 %s",
			    paths[i]), "others may read %s", paths[i]);
	}
	if (d->wrong == before)
		good(d, "the folder of signed audit heads");
}

static X509 *
certificate(const char *path)
{
	FILE	*f = path != NULL ? fopen(path, "r") : NULL;
	X509	*x = NULL;

	if (f != NULL) {
		x = PEM_read_X509(f, NULL, NULL, NULL);
		fclose(f);
	}
	return x;
}

static void
check_certificate(struct doctor *d)
{
	const char	*path = ctl_conf(d->ctl)->certificate;
	X509		*x;
	time_t		 soon = time(NULL) + 14 * 86400;

	if (ctl_conf(d->ctl)->listen == NULL)
		return;
	if ((x = certificate(path)) == NULL) {
		bad(d, "see CERTIFICATE in konakctl(8)",
		    "certificate %s cannot be read", path != NULL ? path :
		    "(none)");
		return;
	}
	if (X509_check_host(x, d->tenant->host, 0, 0, NULL) != 1)
		bad(d, "get one for the domain and *.domain",
		    "the certificate does not cover %s", d->tenant->host);
	else if (X509_cmp_time(X509_get0_notAfter(x), &soon) < 0)
		bad(d, "renew it, then konakctl reload",
		    "the certificate ends within 14 days");
	else
		good(d, "certificate covers the name and lasts");
	X509_free(x);
}

static void
check_name(struct doctor *d)
{
	struct addrinfo	*ai;

	if (getaddrinfo(d->tenant->host, NULL, NULL, &ai) != 0) {
		/* A demo's or a private network's name resolves nowhere. */
		printf("  note    %s does not resolve here; clients then need "
		    "konak --addr\n", d->tenant->host);
		return;
	}
	freeaddrinfo(ai);
	good(d, "the name resolves");
}

static void
check_server(struct doctor *d)
{
	const char	*error;

	if ((error = ping_unix(d->ctl, d->tenant->name)) != NULL)
		bad(d, "systemctl start konakd; its log says why it does not "
		    "run", "Unix socket: %s", error);
	else
		good(d, "the server answers on its Unix socket");
	if (ctl_conf(d->ctl)->listen == NULL)
		return;
	if ((error = ping_tls(d->ctl, d->tenant->host)) != NULL)
		bad(d, "look at listen, certificate and key in konakd.yaml",
		    "TLS: %s", error);
	else
		good(d, "the server answers by TLS");
}

/* As konakd would start it, and under the same limits. */
static void
check_engine(struct doctor *d)
{
	const char	*path = ctl_conf(d->ctl)->engine;

	switch (engine_try(path)) {
	case ENGINE_SOLVED:
		good(d, "the timetable engine answers");
		break;
	case ENGINE_ABSENT:
		bad(d, "apt install fet, or correct engine in konakd.yaml; "
		    "schools cannot generate timetables meanwhile",
		    "there is no timetable engine %s", path);
		break;
	case ENGINE_FORBIDDEN:
		bad(d, arena_printf(d->ctl->arena, "chmod 755 %s", path),
		    "the timetable engine %s is not executable", path);
		break;
	case ENGINE_OPEN:
		bad(d, "allow seccomp filters (CONFIG_SECCOMP_FILTER, or what "
		    "the container forbids); until then no timetable is "
		    "generated and no PDF made",
		    "this kernel cannot keep helpers from the network");
		break;
	case ENGINE_NO_ROOM:
		bad(d, "make room: ulimit -u, free -m",
		    "no process can be started for the timetable engine");
		break;
	default:
		bad(d, arena_printf(d->ctl->arena, "run %s --version and see "
		    "what it says; apt install --reinstall fet", path),
		    "the timetable engine %s does not answer", path);
	}
}

static void
check_disk(struct doctor *d)
{
	struct statvfs	 vfs;
	const char	*dir;

	dir = pg_value(d->ctl, d->conn,
	    "select current_setting('data_directory')", 0, NULL);
	if (dir == NULL || statvfs(dir, &vfs) == -1)
		return;		/* another machine's, or not ours to see */
	if (vfs.f_bavail < vfs.f_blocks / 10)
		bad(d, "make room or move the cluster",
		    "less than a tenth of the database's disk is free");
	else
		good(d, "disk space");
}

/* What the files say, without secrets. */
static void
show(struct doctor *d)
{
	const struct tenant_file	*t = d->tenant;

	printf("%s\n  host %s, state %s\n  database %s at %s port %d, "
	    "logins %s, %s, %s\n  key file %s\n", t->name,
	    t->host != NULL ? t->host : "(none)", t->state, t->db_name,
	    t->db_host, (int)t->db_port, t->app_user, t->migrate_user,
	    t->backup_user, t->key_file);
}

/* A file that lost a line cannot be judged further. */
static bool
complete(struct doctor *d)
{
	const struct tenant_file	*t = d->tenant;
	const char			*missing = NULL;

	if (t->host == NULL)
		missing = "host";
	else if (t->db_host == NULL || t->db_port == 0 || t->db_name == NULL)
		missing = "database";
	else if (t->app_user == NULL || t->app_password == NULL)
		missing = "database.user or database.password";
	else if (t->key_file == NULL)
		missing = "key_file";
	else if (t->migrate_user == NULL || t->migrate_password == NULL ||
	    t->backup_user == NULL || t->backup_password == NULL)
		missing = "a login of the operator's file";
	if (missing == NULL)
		return true;
	printf("%s\n", t->name);
	bad(d, arena_printf(d->ctl->arena,
	    "konakctl tenant create %s (again) writes what is missing",
	    t->name), "the tenant's files lack %s", missing);
	return false;
}

static void (*const database_checks[])(struct doctor *) = {
	check_settings, check_roles, check_logins, check_migrations,
	check_protection, check_disk
};

static void (*const other_checks[])(struct doctor *) = {
	check_files, check_heads, check_certificate, check_name, check_server,
	check_engine
};

static int
examine(struct ctl *ctl, const char *name)
{
	struct doctor	 d = { .ctl = ctl };
	const char	*error;
	size_t		 i;

	if ((d.tenant = tenant_load(ctl, name)) == NULL)
		ctl_die("there is no tenant %s", name);
	if (!complete(&d))
		return d.wrong;
	show(&d);
	for (i = 0; i < sizeof other_checks / sizeof other_checks[0]; i++)
		other_checks[i](&d);
	d.conn = pg_superuser_try(ctl, d.tenant->db_name, &error);
	if (d.conn == NULL) {
		bad(&d, "start PostgreSQL (systemctl start postgresql), or "
		    "look at superuser in konakctl.yaml; a database that is "
		    "gone comes from the last backup", "%s", error);
		return d.wrong;
	}
	for (i = 0; i < sizeof database_checks / sizeof database_checks[0];
	    i++)
		database_checks[i](&d);
	PQfinish(d.conn);
	return d.wrong;
}

int
doctor_run(struct ctl *ctl)
{
	char	**names = tenant_names(ctl);
	int	  wrong = 0;

	if (ctl->argc > 0)
		wrong = examine(ctl, ctl->argv[0]);
	else if (names[0] == NULL)
		ctl_die("there is no tenant yet: konakctl tenant create NAME");
	else
		for (; *names != NULL; names++)
			wrong += examine(ctl, *names);
	printf("%d wrong\n", wrong);
	return wrong > 0;
}
