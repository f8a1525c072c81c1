/*
 * conf.c - konakctl.yaml, and the few values of konakd.yaml that both
 * programs must agree on: they stand in one file only.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/conf.h"
#include "lib/yaml.h"
#include "server/ctl/ctl.h"
#include "server/timetable/engine.h"

#define AT(field) offsetof(struct ctl_conf, field)

static const struct conf_row rows[] = {
	{ .name = "superuser", .type = CONF_TEXT, .at = AT(superuser),
	  .def = "host=/run/postgresql user=postgres" },
	{ .name = "superuser_as", .type = CONF_TEXT, .at = AT(superuser_as) },
	{ .name = "database.host", .type = CONF_TEXT, .at = AT(db_host),
	  .def = "/run/postgresql" },
	{ .name = "database.port", .type = CONF_INT, .at = AT(db_port),
	  .def = "5432", .min = 1, .max = 65535 },
	{ .name = "operator", .type = CONF_PATH, .at = AT(operator),
	  .def = "operator" },
	{ .name = "keys", .type = CONF_PATH, .at = AT(keys), .def = "keys" },
	{ .name = "heads", .type = CONF_PATH, .at = AT(heads),
	  .def = "heads" },
	{ .name = "sql", .type = CONF_PATH, .at = AT(sql),
	  .def = KONAK_DATADIR "/sql" },
	{ .name = "domain", .type = CONF_TEXT, .at = AT(domain),
	  .flags = CONF_REQUIRED },
	{ .name = "server", .type = CONF_PATH, .at = AT(server),
	  .def = "konakd.yaml" },
	{ .name = "server_user", .type = CONF_TEXT, .at = AT(server_user) },
	{ .name = NULL }
};

/* A relative path starts at the folder of the file that names it. */
static const char *
beside(struct ctl *ctl, const char *file, const char *path)
{
	const char	*slash = strrchr(file, '/');

	if (path == NULL || *path == '/' || slash == NULL)
		return path;
	return arena_printf(ctl->arena, "%.*s/%s", (int)(slash - file), file,
	    path);
}

static const char *
server_path(struct ctl *ctl, const struct ynode *map, const char *key,
    const char *dflt)
{
	return beside(ctl, ctl->conf->server, yaml_text(map, key, dflt));
}

static void
read_server(struct ctl *ctl, struct ctl_conf *conf)
{
	const struct ynode	*map, *listen;
	const char		*error;

	if ((map = yaml_load_file(ctl->arena, conf->server, &error)) == NULL)
		ctl_die("%s", error);
	conf->tenants = server_path(ctl, map, "tenants", "tenants");
	conf->definitions = server_path(ctl, map, "definitions",
	    KONAK_DATADIR "/mod");
	conf->pid_file = server_path(ctl, map, "pid_file", NULL);
	conf->socket = server_path(ctl, map, "socket", NULL);
	conf->certificate = server_path(ctl, map, "certificate", NULL);
	conf->server_heads = server_path(ctl, map, "heads", NULL);
	conf->engine = server_path(ctl, map, "engine", ENGINE_PROGRAM);
	listen = yaml_get(map, "listen");
	if (listen != NULL && listen->type == YNODE_LIST && listen->n > 0)
		listen = &listen->child[0];
	if (listen != NULL && listen->type == YNODE_SCALAR)
		conf->listen = listen->text;
}

struct ctl_conf *
ctl_conf(struct ctl *ctl)
{
	const char	*path = ctl->conf_path, *error;

	if (ctl->conf != NULL)
		return ctl->conf;
	if (path == NULL && (path = getenv("KONAK_CONFIG")) == NULL)
		path = KONAK_SYSCONFDIR "/konakctl.yaml";
	ctl->conf = arena_alloc(ctl->arena, sizeof *ctl->conf);
	if (!conf_load(ctl->arena, path, rows, ctl->conf, &error))
		ctl_die("%s", error);
	/* conf_load() leaves the defaults as they are. */
	ctl->conf->operator = beside(ctl, path, ctl->conf->operator);
	ctl->conf->keys = beside(ctl, path, ctl->conf->keys);
	ctl->conf->heads = beside(ctl, path, ctl->conf->heads);
	ctl->conf->server = beside(ctl, path, ctl->conf->server);
	read_server(ctl, ctl->conf);
	return ctl->conf;
}
