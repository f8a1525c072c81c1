/*
 * migrate.c - numbered migrations, each in a transaction of its own with its
 * checksum recorded. One that failed leaves the tenant at the one before.
 */
#include <sys/wait.h>

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/arena.h"
#include "lib/hex.h"
#include "server/ctl/ctl.h"

struct migration {
	const char	*path;
	const char	*name;		/* 0001-base */
	const char	*number;	/* 1 */
	const char	*sql;
	char		 sum[HEX_LEN(crypto_hash_sha256_BYTES) + 1];
};

static struct migration *
migrations_read(struct ctl *ctl, size_t *n)
{
	unsigned char		 digest[crypto_hash_sha256_BYTES];
	const char		*dir = ctl_conf(ctl)->sql, *base;
	struct migration	*all, *m;
	glob_t			 found;
	size_t			 i, len;

	if (glob(arena_printf(ctl->arena, "%s/[0-9][0-9][0-9][0-9]-*.sql",
	    dir), 0, NULL, &found) != 0)
		ctl_die("%s: no migrations there", dir);
	*n = found.gl_pathc;
	all = arena_array(ctl->arena, *n, sizeof *all);
	for (i = 0; i < *n; i++) {
		m = &all[i];
		m->path = arena_strdup(ctl->arena, found.gl_pathv[i]);
		base = strrchr(m->path, '/') + 1;
		m->name = arena_strndup(ctl->arena, base, strlen(base) - 4);
		m->number = arena_printf(ctl->arena, "%d", atoi(base));
		m->sql = file_read(ctl, m->path, &len);
		crypto_hash_sha256(digest, (const unsigned char *)m->sql, len);
		hex_encode(digest, sizeof digest, m->sum);
		if (i > 0 && strcmp(m->number, all[i - 1].number) == 0)
			ctl_die("two migrations have the number %s",
			    m->number);
	}
	globfree(&found);
	return all;
}

/* The checksum under which it is recorded, NULL when it is not. */
static const char *
recorded(struct ctl *ctl, PGconn *conn, const struct migration *m)
{
	if (pg_value(ctl, conn, "select to_regclass('konak.migrations')", 0,
	    NULL) == NULL)
		return NULL;
	return pg_value(ctl, conn,
	    "select checksum from konak.migrations where number = $1::int", 1,
	    &m->number);
}

static void
record(PGconn *conn, const struct migration *m)
{
	const char *const	params[] = { m->number, m->name, m->sum };

	PQclear(pg_query(conn, "insert into konak.migrations"
	    "(number, name, checksum) values ($1::int, $2, $3)", 3, params));
}

static bool
apply(struct ctl *ctl, PGconn *conn, const struct tenant_file *t,
    const struct migration *m)
{
	char	*error;

	pg_exec(conn, "begin");
	pg_exec(conn, "set local role konak_owner");
	pg_exec(conn, "set local lock_timeout = '5s'");
	if (!pg_try(ctl, conn, m->sql, &error)) {
		fprintf(stderr, "%s: %s failed: %s", t->name, m->name, error);
		pg_exec(conn, "rollback");
		return false;
	}
	/* A file may have taken another role on for a part of its work. */
	pg_exec(conn, "set local role konak_owner");
	record(conn, m);
	pg_exec(conn, "commit");
	printf("%s: %s applied\n", t->name, m->name);
	return true;
}

/* What a database holds, as text that two databases can be compared by. */
static const char *
shape(struct ctl *ctl, PGconn *conn)
{
	return pg_value(ctl, conn,
	    "select string_agg(line, e'\\n' order by line) from ("
	    "select format('%s.%s %s %s %s', table_schema, table_name, "
	    "column_name, data_type, is_nullable) as line "
	    "from information_schema.columns "
	    "where table_schema in ('konak', 'auth') union all "
	    "select format('%s(%s) %s', proname, "
	    "pg_get_function_identity_arguments(oid), md5(prosrc)) "
	    "from pg_proc where pronamespace::regnamespace::text "
	    "in ('konak', 'auth')) all_lines", 0, NULL);
}

/* Makes the first migration in a database of its own and looks whether all
 * of it stands in the tenant's already. */
static bool
initial_matches(struct ctl *ctl, const struct tenant_file *t,
    const struct migration *m)
{
	const char	*words[] = { arena_printf(ctl->arena, "%s_fake",
			    t->db_name) };
	PGconn		*super = pg_superuser(ctl, "postgres"), *db, *real;
	const char	*want, *have;
	char		*line, *error, *save = NULL;
	bool		 ok;

	pg_format(ctl, super, "drop database if exists %I", 1, words);
	pg_format(ctl, super, "create database %I template template0", 1,
	    words);
	db = pg_superuser(ctl, words[0]);
	pg_file(ctl, db, arena_printf(ctl->arena, "%s/database.sql",
	    ctl_conf(ctl)->sql));
	pg_exec(db, "set role konak_owner");
	if (!pg_try(ctl, db, m->sql, &error))
		ctl_die("%s: %s", m->name, error);
	want = shape(ctl, db);
	PQfinish(db);
	pg_format(ctl, super, "drop database %I", 1, words);
	PQfinish(super);
	real = pg_superuser(ctl, t->db_name);
	have = arena_printf(ctl->arena, "\n%s\n", shape(ctl, real));
	PQfinish(real);
	ok = true;
	for (line = strtok_r(arena_strdup(ctl->arena, want), "\n", &save);
	    line != NULL; line = strtok_r(NULL, "\n", &save))
		if (strstr(have, arena_printf(ctl->arena, "\n%s\n", line)) ==
		    NULL) {
			fprintf(stderr, "%s: differs or is missing: %s\n",
			    t->name, line);
			ok = false;
		}
	return ok;
}

static bool
fake(struct ctl *ctl, PGconn *conn, const struct tenant_file *t,
    const struct migration *m)
{
	if (!initial_matches(ctl, t, m)) {
		fprintf(stderr, "%s: not what %s makes: nothing recorded\n",
		    t->name, m->name);
		return false;
	}
	pg_exec(conn, "begin");
	pg_exec(conn, "set local role konak_owner");
	record(conn, m);
	pg_exec(conn, "commit");
	printf("%s: %s recorded without running it\n", t->name, m->name);
	return true;
}

bool
migrate_tenant(struct ctl *ctl, const struct tenant_file *t, bool dry_run,
    bool fake_initial)
{
	struct migration	*all;
	const char		*sum;
	PGconn			*conn;
	size_t			 i, n;
	bool			 ok = true;

	all = migrations_read(ctl, &n);
	conn = pg_connect(ctl, t, t->migrate_user, t->migrate_password);
	pg_exec(conn, "select pg_advisory_lock(hashtext('konak.migrations'))");
	for (i = 0; i < n && ok; i++) {
		sum = recorded(ctl, conn, &all[i]);
		if (sum != NULL && strcmp(sum, all[i].sum) != 0) {
			fprintf(stderr, "%s: %s was changed after it had been "
			    "applied; take the file back and write a new "
			    "migration\n", t->name, all[i].name);
			ok = false;
		} else if (sum == NULL && dry_run)
			printf("%s: %s would be applied\n", t->name,
			    all[i].name);
		else if (sum == NULL && fake_initial && i == 0)
			ok = fake(ctl, conn, t, &all[i]);
		else if (sum == NULL)
			ok = apply(ctl, conn, t, &all[i]);
	}
	if (ok && !dry_run) {
		/* The audit's partitions for the months ahead. */
		pg_exec(conn, "set role konak_owner");
		pg_exec(conn, "select konak.audit_partitions(3), "
		    "konak.attendance_partitions(3)");
		pg_exec(conn, "select konak.search_sync()");
		ok = waiting_seal(ctl, t, conn, t->key_file);
	}
	PQfinish(conn);
	return ok;
}

bool
migrate_pending(struct ctl *ctl, const struct tenant_file *t)
{
	struct migration	*all;
	PGconn			*conn;
	const char		*sum;
	size_t			 i, n;
	bool			 pending = false;

	all = migrations_read(ctl, &n);
	conn = pg_connect(ctl, t, t->migrate_user, t->migrate_password);
	pg_exec(conn, "set role konak_owner");
	for (i = 0; i < n; i++) {
		sum = recorded(ctl, conn, &all[i]);
		pending = pending || sum == NULL ||
		    strcmp(sum, all[i].sum) != 0;
	}
	PQfinish(conn);
	return pending;
}

static bool
migrate_named(struct ctl *ctl, const char *name)
{
	struct tenant_file	*t = tenant_load(ctl, name);

	if (t == NULL)
		ctl_die("there is no tenant %s", name);
	return migrate_tenant(ctl, t, ctl_opt(ctl, "dry-run") != NULL,
	    ctl_opt(ctl, "fake-initial") != NULL);
}

/* Each tenant in a process of its own, so that one that fails stops nobody. */
static int
migrate_all(struct ctl *ctl, char **names)
{
	long	 jobs = ctl_number(ctl, "jobs", 4, 1, 64), running = 0;
	int	 status, failed = 0;
	pid_t	 pid;

	for (; *names != NULL || running > 0; ) {
		if (*names != NULL && running < jobs) {
			fflush(stdout);
			if ((pid = fork()) == -1)
				ctl_die("fork: %s", strerror(errno));
			if (pid == 0)
				exit(migrate_named(ctl, *names) ? 0 : 1);
			names++;
			running++;
		} else if (wait(&status) != -1) {
			running--;
			if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
				failed++;
		}
	}
	if (failed > 0)
		fprintf(stderr, "%d tenant%s failed, see above\n", failed,
		    failed == 1 ? "" : "s");
	return failed > 0;
}

int
tenant_migrate_run(struct ctl *ctl)
{
	const char	*name = ctl_opt(ctl, "tenant");

	ctl_conf(ctl);
	if (name != NULL)
		return migrate_named(ctl, name) ? 0 : 1;
	return migrate_all(ctl, tenant_names(ctl));
}
