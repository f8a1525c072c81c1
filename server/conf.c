/*
 * Reading konakd.yaml at start and on reload.
 *
 * TO ADD A SETTING: a field in struct conf, a row here, a line in
 * konakd.yaml(5).
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/conf.h"
#include "lib/ids.h"
#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/conf.h"
#include "server/timetable/engine.h"

#define AT(field)	offsetof(struct conf, field)
#define LIMIT(field)	offsetof(struct conf, limits.field)

static const struct conf_row rows[] = {
	{ "socket", CONF_PATH, AT(socket), NULL, 0, 0, 0 },
	{ "socket_group", CONF_TEXT, AT(socket_group), NULL, 0, 0, 0 },
	{ "listen", CONF_TEXTS, AT(tls), NULL, 0, 0, 0 },
	{ "balancers", CONF_TEXTS, AT(balancers), NULL, CONF_RELOAD,
	    0, 0 },
	{ "mail_networks", CONF_TEXTS, AT(mail_networks), NULL, CONF_RELOAD,
	    0, 0 },
	{ "certificate", CONF_PATH, AT(certificate), NULL, CONF_RELOAD,
	    0, 0 },
	{ "key", CONF_PATH, AT(key), NULL, CONF_RELOAD, 0, 0 },
	{ "tenants", CONF_PATH, AT(tenants), "tenants", CONF_RELOAD, 0, 0 },
	{ "definitions", CONF_PATH, AT(definitions), KONAK_DATADIR "/mod",
	    0, 0, 0 },
	{ "pid_file", CONF_PATH, AT(pid_file), NULL, 0, 0, 0 },
	{ "engine", CONF_PATH, AT(engine), ENGINE_PROGRAM, CONF_RELOAD,
	    0, 0 },
	{ "heads", CONF_PATH, AT(heads), NULL, CONF_RELOAD, 0, 0 },
	{ "heads_every", CONF_SECONDS, AT(heads_every_s), "24h", CONF_RELOAD,
	    1, 366 * 86400 },
	{ "worker.threads", CONF_INT, AT(worker_threads), "1", 0, 1, 16 },
	{ "worker.queue", CONF_INT, AT(worker_queue), "64", 0, 1, 10000 },
	{ "session.idle", CONF_SECONDS, AT(session_idle_s), "12h",
	    CONF_RELOAD, 60, 366 * 86400 },
	{ "session.absolute", CONF_SECONDS, AT(session_absolute_s), "7d",
	    CONF_RELOAD, 60, 366 * 86400 },
	{ "metrics", CONF_TEXT, AT(metrics), NULL, 0, 0, 0 },
	{ "log", CONF_TEXT, AT(log_level), "info", CONF_RELOAD, 0, 0 },
	{ "log_to", CONF_TEXT, AT(log_to), "stderr", 0, 0, 0 },
	{ "limits.connections", CONF_INT, LIMIT(connections), "10000",
	    CONF_RELOAD, 1, 1000000 },
	{ "limits.connections_per_address", CONF_INT,
	    LIMIT(connections_address), "200", CONF_RELOAD, 1, 1000000 },
	{ "limits.hello", CONF_SECONDS, LIMIT(hello_s), "10", CONF_RELOAD,
	    1, 3600 },
	{ "limits.password", CONF_SECONDS, LIMIT(password_s), "120",
	    CONF_RELOAD, 1, 3600 },
	{ "limits.code", CONF_SECONDS, LIMIT(code_s), "300", CONF_RELOAD,
	    1, 3600 },
	{ "limits.silence", CONF_SECONDS, LIMIT(silence_s), "60",
	    CONF_RELOAD, 5, 3600 },
	{ "limits.slow", CONF_SECONDS, LIMIT(slow_s), "30", CONF_RELOAD,
	    1, 3600 },
	{ "limits.drain", CONF_SECONDS, LIMIT(drain_s), "10", CONF_RELOAD,
	    0, 600 },
	{ "limits.output_pause", CONF_SIZE, LIMIT(output_pause), "256k",
	    CONF_RELOAD, 64 * 1024, 64 * 1024 * 1024 },
	{ "limits.output", CONF_SIZE, LIMIT(output_max), "8M", CONF_RELOAD,
	    1024 * 1024, 256 * 1024 * 1024 },
	{ "limits.requests_per_second", CONF_INT, LIMIT(requests_rate),
	    "20000", CONF_RELOAD, 1, 1000000 },
	{ "limits.requests_burst", CONF_INT, LIMIT(requests_burst), "40000",
	    CONF_RELOAD, 1, 1000000 },
	{ "limits.address_requests_per_second", CONF_INT,
	    LIMIT(address_rate), "100000", CONF_RELOAD, 1, 10000000 },
	{ "limits.address_requests_burst", CONF_INT, LIMIT(address_burst),
	    "200000", CONF_RELOAD, 1, 10000000 },
	{ "limits.anonymous_per_second", CONF_INT, LIMIT(anon_rate), "200",
	    CONF_RELOAD, 1, 1000000 },
	{ "limits.anonymous_burst", CONF_INT, LIMIT(anon_burst), "2000",
	    CONF_RELOAD, 1, 1000000 },
	{ "limits.statement", CONF_SECONDS, LIMIT(statement_s), "30", 0,
	    1, 600 },
	{ "limits.database_connections", CONF_INT, LIMIT(connections_db),
	    "4", 0, 1, 64 },
	{ "limits.database_server_connections", CONF_INT,
	    LIMIT(connections_server), "96", 0, 1, 10000 },
	{ NULL, 0, 0, NULL, 0, 0, 0 }
};

struct conf		 conf;
static struct arena	*arena;
static char		*conf_path;

/* What the table's types cannot say. */
static const char *
conf_wrong(const struct conf *c)
{
	enum log_level	level;
	size_t		i;

	for (i = 0; c->mail_networks[i] != NULL; i++)
		if (inet_check(c->mail_networks[i],
		    strlen(c->mail_networks[i])) != ID_OK)
			return "mail_networks: addresses or networks, "
			    "10.0.0.0/8";
	if (!log_level_parse(c->log_level, &level))
		return "log: error, warn, info or debug";
	if (strcmp(c->log_to, "stderr") != 0 &&
	    strcmp(c->log_to, "syslog") != 0)
		return "log_to: stderr or syslog";
	if (c->tls[0] != NULL && (c->certificate == NULL || c->key == NULL))
		return "listen needs certificate and key";
	if (c->socket == NULL && c->tls[0] == NULL)
		return "neither socket nor listen is set";
	return NULL;
}

void
conf_start(const char *path)
{
	const char	*error;
	enum log_level	 level;

	conf_path = xstrdup(path);
	arena = arena_new();
	if (!conf_load(arena, path, rows, &conf, &error)) {
		fprintf(stderr, "konakd: %s\n", error);
		exit(1);
	}
	error = conf_wrong(&conf);
	if (error != NULL) {
		fprintf(stderr, "konakd: %s: %s\n", path, error);
		exit(1);
	}
	log_level_parse(conf.log_level, &level);
	log_open("konakd", strcmp(conf.log_to, "syslog") == 0 ?
	    LOG_TO_SYSLOG : LOG_TO_STDERR, level);
}

struct keep {
	struct arena		*arena;
	struct conf		*new;
	const struct conf	*old;
};

static const char **
texts_dup(struct arena *a, const char *const *from)
{
	const char	**to;
	size_t		 i, n = 0;

	while (from[n] != NULL)
		n++;
	to = arena_array(a, n + 1, sizeof *to);
	for (i = 0; i < n; i++)
		to[i] = arena_strdup(a, from[i]);
	return to;
}

/* A setting that only a restart can change keeps its value, and says so. */
static void
conf_changed(const struct conf_row *row, void *arg)
{
	struct keep	*k = arg;
	void		*to = (char *)k->new + row->at;
	const void	*from = (const char *)k->old + row->at;

	if (row->flags & CONF_RELOAD) {
		log_info(NULL, "reload: %s changed", row->name);
		return;
	}
	log_warn(NULL, "reload: %s changed, which needs a restart",
	    row->name);
	if (row->type == CONF_TEXTS)
		*(const char ***)to = texts_dup(k->arena,
		    *(const char *const *const *)from);
	else if (row->type == CONF_TEXT || row->type == CONF_PATH)
		*(const char **)to = arena_strdup(k->arena,
		    *(const char *const *)from);
	else
		memcpy(to, from, sizeof(int64_t));
}

void
conf_stop(void)
{
	arena_free(arena);
	free(conf_path);
}

bool
conf_reload(void)
{
	struct arena	*a = arena_new();
	struct conf	 new;
	struct keep	 keep = { a, &new, &conf };
	const char	*error;
	enum log_level	 level;

	if (!conf_load(a, conf_path, rows, &new, &error)) {
		log_error(NULL, "reload: %s", error);
		arena_free(a);
		return false;
	}
	error = conf_wrong(&new);
	if (error != NULL) {
		log_error(NULL, "reload: %s: %s", conf_path, error);
		arena_free(a);
		return false;
	}
	conf_diff(rows, &conf, &new, conf_changed, &keep);
	conf = new;
	arena_free(arena);
	arena = a;
	if (log_level_parse(conf.log_level, &level))
		log_set_level(level);
	return true;
}
