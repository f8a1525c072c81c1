/*
 * tenant.c - tenants: one database, three logins, one key file and two YAML
 * files each. tenants/NAME.yaml is the server's; operator/NAME.yaml holds the
 * passwords that the server must not have. Making one is a list of steps that
 * each may have been done before; tenants/NAME.yaml comes last, so that the
 * server never sees half a tenant.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/conf.h"
#include "lib/hex.h"
#include "lib/seal.h"
#include "lib/secret.h"
#include "server/ctl/ctl.h"

#define AT(field) offsetof(struct tenant_file, field)

static const struct conf_row tenant_rows[] = {
	{ .name = "name", .type = CONF_TEXT, .at = AT(name) },
	{ .name = "host", .type = CONF_TEXT, .at = AT(host) },
	{ .name = "database.host", .type = CONF_TEXT, .at = AT(db_host) },
	{ .name = "database.port", .type = CONF_INT, .at = AT(db_port) },
	{ .name = "database.name", .type = CONF_TEXT, .at = AT(db_name) },
	{ .name = "database.user", .type = CONF_TEXT, .at = AT(app_user) },
	{ .name = "database.sslmode", .type = CONF_TEXT, .at = AT(sslmode) },
	{ .name = "database.password", .type = CONF_TEXT,
	  .at = AT(app_password) },
	{ .name = "key_file", .type = CONF_PATH, .at = AT(key_file) },
	{ .name = "keys", .type = CONF_TEXT, .at = AT(keys), .def = "file" },
	{ .name = "state", .type = CONF_TEXT, .at = AT(state),
	  .def = "active" },
	{ .name = NULL }
};

static const struct conf_row operator_rows[] = {
	{ .name = "app_password", .type = CONF_TEXT, .at = AT(app_password) },
	{ .name = "migrate_user", .type = CONF_TEXT, .at = AT(migrate_user) },
	{ .name = "migrate_password", .type = CONF_TEXT,
	  .at = AT(migrate_password) },
	{ .name = "backup_user", .type = CONF_TEXT, .at = AT(backup_user) },
	{ .name = "backup_password", .type = CONF_TEXT,
	  .at = AT(backup_password) },
	{ .name = NULL }
};

static void
load(struct ctl *ctl, const char *path, const struct conf_row *rows,
    struct tenant_file *t)
{
	struct tenant_file	 part;
	const struct conf_row	*row;
	const char		*error;

	memset(&part, 0, sizeof part);
	if (!conf_load(ctl->arena, path, rows, &part, &error))
		ctl_die("%s", error);
	for (row = rows; row->name != NULL; row++)
		memcpy((char *)t + row->at, (char *)&part + row->at,
		    row->type == CONF_INT ? sizeof(int64_t) : sizeof(char *));
}

static const char *
tenant_path(struct ctl *ctl, const char *name)
{
	return arena_printf(ctl->arena, "%s/%s.yaml", ctl_conf(ctl)->tenants,
	    name);
}

static const char *
operator_path(struct ctl *ctl, const char *name)
{
	return arena_printf(ctl->arena, "%s/%s.yaml", ctl_conf(ctl)->operator,
	    name);
}

struct tenant_file *
tenant_load(struct ctl *ctl, const char *name)
{
	struct tenant_file	*t = arena_alloc(ctl->arena, sizeof *t);

	if (access(tenant_path(ctl, name), F_OK) == -1)
		return NULL;
	load(ctl, operator_path(ctl, name), operator_rows, t);
	load(ctl, tenant_path(ctl, name), tenant_rows, t);
	if (t->name == NULL)
		t->name = arena_strdup(ctl->arena, name);
	return t;
}

char **
tenant_names(struct ctl *ctl)
{
	const char	*pattern = tenant_path(ctl, "*"), *base;
	char		**names;
	glob_t		 found;
	size_t		 i, n;

	n = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
	names = arena_array(ctl->arena, n + 1, sizeof *names);
	for (i = 0; i < n; i++) {
		base = strrchr(found.gl_pathv[i], '/') + 1;
		names[i] = arena_strndup(ctl->arena, base,
		    strlen(base) - strlen(".yaml"));
	}
	if (n > 0)
		globfree(&found);
	return names;
}

struct tenant_file *
tenant_chosen(struct ctl *ctl)
{
	const char		*name = ctl_opt(ctl, "tenant");
	struct tenant_file	*t;
	char			**names;

	if (name == NULL) {
		names = tenant_names(ctl);
		if (names[0] == NULL)
			ctl_die("there is no tenant yet: konakctl tenant "
			    "create NAME");
		if (names[1] != NULL)
			ctl_die("there are several tenants: say --tenant NAME");
		name = names[0];
	}
	if ((t = tenant_load(ctl, name)) == NULL)
		ctl_die("there is no tenant %s", name);
	return t;
}

static bool
name_ok(const char *name)
{
	size_t	len = strlen(name);

	return len > 0 && len <= 40 && *name != '-' && name[len - 1] != '-' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static const char *
generated(struct ctl *ctl)
{
	struct secret	*s = secret_random(24);
	char		*text = arena_alloc(ctl->arena, BASE64_LEN(24) + 1);

	base64_encode(secret_expose(s), secret_len(s), text);
	secret_free(s);
	return text;
}

/* A YAML scalar in double quotes. */
static const char *
quoted(struct ctl *ctl, const char *text)
{
	char		*out = arena_alloc(ctl->arena, strlen(text) * 2 + 3);
	char		*p = out;

	*p++ = '"';
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			*p++ = '\\';
		*p++ = *text;
	}
	*p = '"';
	return out;
}

/* What the tenant will be: read from an earlier attempt, or made now. */
static struct tenant_file *
plan(struct ctl *ctl, const char *name)
{
	struct ctl_conf		*conf = ctl_conf(ctl);
	struct tenant_file	*t;
	const char		*host = ctl_opt(ctl, "host");
	char			*word, *p;

	if ((t = tenant_load(ctl, name)) == NULL) {
		t = arena_alloc(ctl->arena, sizeof *t);
		if (access(operator_path(ctl, name), F_OK) == 0)
			load(ctl, operator_path(ctl, name), operator_rows, t);
	}
	word = arena_strdup(ctl->arena, name);
	for (p = word; *p != '\0'; p++)
		if (*p == '-')
			*p = '_';
	t->name = name;
	if (host != NULL)
		t->host = host;
	else if (t->host == NULL)
		t->host = arena_printf(ctl->arena, "%s.%s", name,
		    conf->domain);
	t->db_host = conf->db_host;
	t->db_port = conf->db_port;
	t->db_name = arena_printf(ctl->arena, "konak_%s", word);
	t->app_user = arena_printf(ctl->arena, "konak_%s_app", word);
	t->migrate_user = arena_printf(ctl->arena, "konak_%s_migrate", word);
	t->backup_user = arena_printf(ctl->arena, "konak_%s_backup", word);
	if (t->app_password == NULL)
		t->app_password = generated(ctl);
	if (t->migrate_password == NULL)
		t->migrate_password = generated(ctl);
	if (t->backup_password == NULL)
		t->backup_password = generated(ctl);
	if (t->key_file == NULL)
		t->key_file = arena_printf(ctl->arena, "%s/%s.key",
		    conf->keys, name);
	if (t->state == NULL)
		t->state = "active";
	return t;
}

static void
write_operator(struct ctl *ctl, const struct tenant_file *t)
{
	file_write(ctl, operator_path(ctl, t->name), arena_printf(ctl->arena,
	    "# Made by konakctl; the server must not read it.\n"
	    "app_password: %s\nmigrate_user: %s\nmigrate_password: %s\n"
	    "backup_user: %s\nbackup_password: %s\n",
	    quoted(ctl, t->app_password), quoted(ctl, t->migrate_user),
	    quoted(ctl, t->migrate_password), quoted(ctl, t->backup_user),
	    quoted(ctl, t->backup_password)), NULL);
}

static void
write_tenant(struct ctl *ctl, const struct tenant_file *t)
{
	file_write(ctl, tenant_path(ctl, t->name), arena_printf(ctl->arena,
	    "# Made by konakctl tenant create.\n"
	    "name: %s\nhost: %s\n"
	    "database:\n  host: %s\n  port: %d\n  name: %s\n  user: %s\n"
	    "  password: %s\n"
	    "key_file: %s\nstate: %s\n",
	    quoted(ctl, t->name), quoted(ctl, t->host),
	    quoted(ctl, t->db_host), (int)t->db_port, quoted(ctl, t->db_name),
	    quoted(ctl, t->app_user), quoted(ctl, t->app_password),
	    quoted(ctl, t->key_file), quoted(ctl, t->state)),
	    ctl_conf(ctl)->server_user);
}

/* The password goes over as its SCRAM verifier, never as itself. */
static void
make_login(struct ctl *ctl, PGconn *conn, const char *user,
    const char *password, const char *attributes)
{
	const char	*words[2] = { user };
	char		*verifier;

	if (pg_value(ctl, conn, "select 1 from pg_roles where rolname = $1",
	    1, words) == NULL)
		pg_format(ctl, conn, "create role %I", 1, words);
	verifier = PQencryptPasswordConn(conn, password, user,
	    "scram-sha-256");
	if (verifier == NULL)
		ctl_die("%s", PQerrorMessage(conn));
	words[1] = verifier;
	pg_format(ctl, conn, arena_printf(ctl->arena,
	    "alter role %%I login nosuperuser nocreatedb nocreaterole %s "
	    "password %%L", attributes), 2, words);
	PQfreemem(verifier);
}

static void
make_logins(struct ctl *ctl, PGconn *conn, const struct tenant_file *t)
{
	const char *const	app[] = { t->app_user };
	const char *const	migrate[] = { t->migrate_user };
	const char *const	backup[] = { t->backup_user };

	make_login(ctl, conn, t->app_user, t->app_password, "noinherit");
	pg_format(ctl, conn, "grant konak_app, konak_group to %I", 1, app);
	/* konak_group's policies open only where a function asks for them. */
	pg_format(ctl, conn, "alter role %I set role = 'konak_app'", 1, app);
	make_login(ctl, conn, t->migrate_user, t->migrate_password, "inherit");
	pg_format(ctl, conn, "grant konak_owner, konak_auth, konak_definer, "
	    "konak_group to %I", 1, migrate);
	make_login(ctl, conn, t->backup_user, t->backup_password,
	    "inherit bypassrls");
	pg_format(ctl, conn, "grant konak_backup to %I", 1, backup);
}

static void
make_database(struct ctl *ctl, PGconn *conn, const struct tenant_file *t)
{
	const char *const	words[] = { t->db_name, t->app_user,
				    t->migrate_user, t->backup_user };
	PGconn			*db;

	if (pg_value(ctl, conn, "select 1 from pg_database where datname = $1",
	    1, words) == NULL)
		pg_format(ctl, conn, "create database %I template template0 "
		    "encoding 'UTF8'", 1, words);
	pg_format(ctl, conn, "revoke all on database %I from public", 1,
	    words);
	pg_format(ctl, conn, "grant connect on database %I to %I, %I, %I", 4,
	    words);
	db = pg_superuser(ctl, t->db_name);
	pg_file(ctl, db, arena_printf(ctl->arena, "%s/database.sql",
	    ctl_conf(ctl)->sql));
	PQfinish(db);
}

static void
make_group(struct ctl *ctl, const struct tenant_file *t)
{
	const char	*name = ctl_opt(ctl, "group");
	const char	*words[2] = { name != NULL ? name : t->name, t->name };
	PGconn		*conn;

	conn = pg_connect(ctl, t, t->migrate_user, t->migrate_password);
	pg_exec(conn, "set role konak_owner");
	pg_value(ctl, conn, "select konak.group_create($1, $2)", 2, words);
	PQfinish(conn);
}

static void
make_key(struct ctl *ctl, const struct tenant_file *t)
{
	if (access(t->key_file, F_OK) == -1 && !seal_key_create(t->key_file))
		ctl_die("%s: cannot be made", t->key_file);
	file_chown(t->key_file, ctl_conf(ctl)->server_user);
}

int
tenant_create_run(struct ctl *ctl)
{
	struct ctl_conf		*conf = ctl_conf(ctl);
	struct tenant_file	*t;
	PGconn			*conn;

	if (!name_ok(ctl->argv[0]))
		ctl_die("a tenant's name is a DNS label: a-z, 0-9 and "
		    "hyphens, at most 40");
	file_mkdir(conf->tenants, conf->server_user);
	file_mkdir(conf->keys, conf->server_user);
	file_mkdir(conf->heads, conf->server_user);
	file_mkdir(conf->operator, NULL);
	conn = pg_superuser(ctl, "postgres");
	/* Roles are the cluster's: two tenants are not made at once. */
	pg_exec(conn, "select pg_advisory_lock(hashtext('konakctl'))");
	t = plan(ctl, ctl->argv[0]);
	write_operator(ctl, t);
	make_key(ctl, t);
	pg_file(ctl, conn, arena_printf(ctl->arena, "%s/cluster.sql",
	    conf->sql));
	make_logins(ctl, conn, t);
	make_database(ctl, conn, t);
	if (!migrate_tenant(ctl, t, false, false))
		return 1;
	make_group(ctl, t);
	write_tenant(ctl, t);
	PQfinish(conn);
	server_reload(ctl);
	printf("tenant %s is ready: %s\n", t->name, t->host);
	return 0;
}
