/* list.c - konakctl tenant list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "server/ctl/ctl.h"

struct line {
	const char	*name, *host, *state, *version, *size;
	long long	 bytes;
	int		 connections;
};

static void
look(struct ctl *ctl, PGconn *super, const struct tenant_file *t,
    struct line *l)
{
	PGresult	*res;
	PGconn		*db;

	l->name = t->name;
	l->host = t->host;
	l->state = t->state;
	l->version = l->size = "-";
	res = pg_query(super, "select pg_database_size(oid), "
	    "pg_size_pretty(pg_database_size(oid)), (select count(*) from "
	    "pg_stat_activity a where a.datid = d.oid) from pg_database d "
	    "where datname = $1", 1, &t->db_name);
	if (PQntuples(res) == 0) {
		l->state = "no database";
		PQclear(res);
		return;
	}
	l->bytes = atoll(PQgetvalue(res, 0, 0));
	l->size = arena_strdup(ctl->arena, PQgetvalue(res, 0, 1));
	l->connections = atoi(PQgetvalue(res, 0, 2));
	PQclear(res);
	db = pg_superuser(ctl, t->db_name);
	l->version = pg_value(ctl, db, "select coalesce(max(number), 0) "
	    "from konak.migrations", 0, NULL);
	PQfinish(db);
}

static int
by_size(const void *a, const void *b)
{
	const struct line	*x = a, *y = b;

	return (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

static int
by_connections(const void *a, const void *b)
{
	const struct line	*x = a, *y = b;

	return y->connections - x->connections;
}

int
tenant_list_run(struct ctl *ctl)
{
	const char	*sort = ctl_opt(ctl, "sort");
	char		**names = tenant_names(ctl);
	struct line	*lines, *l;
	PGconn		*super;
	size_t		 n;

	for (n = 0; names[n] != NULL; n++)
		continue;
	lines = arena_array(ctl->arena, n + 1, sizeof *lines);
	super = pg_superuser(ctl, "postgres");
	for (l = lines; l < lines + n; l++)
		look(ctl, super, tenant_load(ctl, names[l - lines]), l);
	PQfinish(super);
	if (sort != NULL && strcmp(sort, "size") == 0)
		qsort(lines, n, sizeof *lines, by_size);
	else if (sort != NULL && strcmp(sort, "connections") == 0)
		qsort(lines, n, sizeof *lines, by_connections);
	else if (sort != NULL && strcmp(sort, "name") != 0)
		ctl_die("--sort is name, size or connections");
	printf("%-16s %-32s %7s %10s %11s %s\n", "NAME", "HOST", "VERSION",
	    "SIZE", "CONNECTIONS", "STATE");
	for (l = lines; l < lines + n; l++)
		printf("%-16s %-32s %7s %10s %11d %s\n", l->name, l->host,
		    l->version, l->size, l->connections, l->state);
	return 0;
}
