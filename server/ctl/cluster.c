/*
 * cluster.c - a PostgreSQL cluster as Konak wants it. The settings are one
 * table: cluster init writes them, doctor compares them.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/arena.h"
#include "server/ctl/ctl.h"

const struct cluster_setting cluster_settings[] = {
	{ "password_encryption", "scram-sha-256",
	  "passwords are kept as SCRAM verifiers" },
	{ "lock_timeout", "5s", "nobody waits for a lock without an end" },
	{ "statement_timeout", "30s", "a runaway statement ends" },
	{ "idle_in_transaction_session_timeout", "30s",
	  "a lost client does not hold its locks" },
	{ "log_parameter_max_length", "0", "values stay out of the log" },
	{ "log_parameter_max_length_on_error", "0",
	  "values stay out of the log" },
	{ "log_error_verbosity", "terse",
	  "details of errors quote values of rows" },
	{ "log_min_error_statement", "panic",
	  "statements stay out of the log" },
	{ NULL, NULL, NULL }
};

static const char *
initdb_path(struct ctl *ctl)
{
	glob_t		 found;
	const char	*path = "initdb", *name;
	size_t		 i;
	int		 version, best = 0;

	if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) != 0)
		return path;
	for (i = 0; i < found.gl_pathc; i++) {
		name = found.gl_pathv[i] + strlen("/usr/lib/postgresql/");
		if ((version = atoi(name)) > best) {
			best = version;
			path = arena_strdup(ctl->arena, found.gl_pathv[i]);
		}
	}
	globfree(&found);
	return path;
}

static void
become(const char *user)
{
	struct passwd	*pw;

	if (user == NULL)
		return;
	if ((pw = getpwnam(user)) == NULL)
		ctl_die("there is no user %s", user);
	if (pw->pw_uid == geteuid())
		return;
	if (initgroups(pw->pw_name, pw->pw_gid) == -1 ||
	    setgid(pw->pw_gid) == -1 || setuid(pw->pw_uid) == -1)
		ctl_die("cannot become %s: %s", user, strerror(errno));
}

/* Runs in a process of its own, as the cluster's owner. */
static void
run_initdb(const char *initdb, const char *dir)
{
	if (chdir("/") == -1 || freopen("/dev/null", "w", stdout) == NULL)
		_exit(1);
	/* C.UTF-8 is on every Debian; sorting names its collation itself. */
	/* By its whole name: it looks for postgres beside itself. */
	execlp(initdb, initdb, "-D", dir, "-U", "postgres", "-E", "UTF8",
	    "--locale=C.UTF-8", "--data-checksums", "--no-sync",
	    "--auth-local=peer", "--auth-host=reject", (char *)NULL);
	_exit(127);
}

static FILE *
create(struct ctl *ctl, const char *dir, const char *name, const char *mode)
{
	const char	*path = arena_printf(ctl->arena, "%s/%s", dir, name);
	FILE		*f = fopen(path, mode);

	if (f == NULL)
		ctl_die("%s: %s", path, strerror(errno));
	return f;
}

static void
finish(FILE *f)
{
	if (ferror(f) || fclose(f) != 0)
		ctl_die("cannot write: %s", strerror(errno));
}

static void
write_settings(struct ctl *ctl, const char *dir)
{
	const struct cluster_setting	*s;
	const char			*value;
	FILE				*f;

	f = create(ctl, dir, "konak.conf", "w");
	fputs("# Made by konakctl cluster init.\n", f);
	value = ctl_opt(ctl, "listen");
	fprintf(f, "listen_addresses = '%s'\n", value != NULL ? value : "");
	fprintf(f, "port = %ld\n", ctl_number(ctl, "port", 5432, 1, 65535));
	if ((value = ctl_opt(ctl, "socket")) != NULL)
		fprintf(f, "unix_socket_directories = '%s'\n", value);
	fputs("max_connections = 200\n", f);
	for (s = cluster_settings; s->name != NULL; s++)
		fprintf(f, "%s = '%s'\t# %s\n", s->name, s->value, s->why);
	if (ctl_opt(ctl, "throwaway") != NULL)
		fputs("fsync = off\nsynchronous_commit = off\n"
		    "full_page_writes = off\nautovacuum_naptime = 1h\n", f);
	finish(f);
	f = create(ctl, dir, "postgresql.conf", "a");
	fputs("include = 'konak.conf'\n", f);
	finish(f);
}

/* The superuser comes in by the Unix socket only, as one of the named users
 * of the system; everybody else needs a password. */
static void
write_access(struct ctl *ctl, const char *dir)
{
	const char	*map = ctl_opt(ctl, "map");
	struct passwd	*me = getpwuid(geteuid());
	FILE		*f;

	f = create(ctl, dir, "pg_hba.conf", "w");
	fputs("local\tall\tpostgres\tpeer map=konak\n"
	    "local\tall\tall\tscram-sha-256\n"
	    "host\tall\tpostgres\tall\treject\n"
	    "host\tall\tall\t127.0.0.1/32\tscram-sha-256\n"
	    "host\tall\tall\t::1/128\tscram-sha-256\n"
	    "hostssl\tall\tall\tall\tscram-sha-256\n", f);
	finish(f);
	f = create(ctl, dir, "pg_ident.conf", "w");
	fputs("konak\troot\tpostgres\n", f);
	if (me != NULL && me->pw_uid != 0)
		fprintf(f, "konak\t%s\tpostgres\n", me->pw_name);
	if (map != NULL)
		fprintf(f, "konak\t%s\tpostgres\n", map);
	finish(f);
}

static int
wait_for(pid_t pid)
{
	int	status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int
cluster_init_run(struct ctl *ctl)
{
	const char	*dir = ctl->argv[0], *user = ctl_opt(ctl, "user");
	const char	*initdb = initdb_path(ctl);
	struct stat	 st;
	pid_t		 pid;

	if (user == NULL && geteuid() == 0)
		user = "postgres";
	become(user);
	if (stat(dir, &st) == -1 && mkdir(dir, 0700) == -1)
		ctl_die("%s: %s", dir, strerror(errno));
	if ((pid = fork()) == -1)
		ctl_die("fork: %s", strerror(errno));
	if (pid == 0)
		run_initdb(initdb, dir);
	if (wait_for(pid) != 0)
		ctl_die("initdb failed in %s (its words are above)", dir);
	write_settings(ctl, dir);
	write_access(ctl, dir);
	return 0;
}
