/*
 * defs.c - konakctl defs: what konak.protect() is to be told about a table,
 * and whether definitions are right and fit the tenants' databases.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "server/ctl/ctl.h"
#include "server/def/def.h"

static int
tell(struct def_errors *e)
{
	size_t	i;

	for (i = 0; i < e->n; i++)
		fprintf(stderr, "%s\n", e->line[i]);
	def_errors_free(e);
	return 1;
}

bool
defs_read(struct ctl *ctl, const char *dirs, struct def_errors *e)
{
	const char	**list;
	char		*dir, *rest;
	size_t		 n = 0;

	list = arena_array(ctl->arena, strlen(dirs) + 2, sizeof *list);
	for (dir = strtok_r(arena_strdup(ctl->arena, dirs), ":", &rest);
	    dir != NULL; dir = strtok_r(NULL, ":", &rest))
		list[n++] = dir;
	return defs_load(list, e);
}

static bool
load(struct ctl *ctl, struct def_errors *e)
{
	const char	*dirs = ctl_opt(ctl, "definitions");

	return defs_read(ctl, dirs != NULL ? dirs :
	    ctl_conf(ctl)->definitions, e);
}

int
defs_sql_run(struct ctl *ctl)
{
	struct def_errors	 e = { NULL, 0 };
	struct buf		 b = BUF_INIT;
	const struct def	*d;
	int			 i;

	if (!load(ctl, &e))
		return tell(&e);
	for (i = 0; i < ctl->argc; i++) {
		if ((d = def_find(ctl->argv[i])) == NULL)
			ctl_die("there is no record %s", ctl->argv[i]);
		if (d->hand)
			ctl_die("%s: its table is protected by hand",
			    d->name);
		def_spec_sql(d, &b);
	}
	fputs(buf_text(&b), stdout);
	buf_free(&b);
	return 0;
}

static int
check_tenant(struct ctl *ctl, const char *name)
{
	struct def_errors		 e = { NULL, 0 };
	const struct tenant_file	*t = tenant_load(ctl, name);
	PGconn				*db;
	PGresult			*res;
	unsigned			 i;
	int				 rc = 0;

	if (t == NULL)
		ctl_die("there is no tenant %s", name);
	db = pg_connect(ctl, t, t->app_user, t->app_password);
	for (i = 0; i < DEF_CHECK_STEPS; i++) {
		res = pg_query(db, def_check_sql(i), 0, NULL);
		def_check_result(i, res, &e);
		PQclear(res);
	}
	PQfinish(db);
	if (e.n > 0) {
		fprintf(stderr, "%s:\n", name);
		rc = tell(&e);
	}
	return rc;
}

int
defs_check_run(struct ctl *ctl)
{
	struct def_errors	 e = { NULL, 0 };
	char			**names;
	int			 rc = 0;
	size_t			 i;

	if (!load(ctl, &e))
		return tell(&e);
	if (ctl_opt(ctl, "files") == NULL) {
		if (ctl_opt(ctl, "tenant") != NULL)
			rc = check_tenant(ctl, ctl_opt(ctl, "tenant"));
		else
			for (names = tenant_names(ctl), i = 0;
			    names[i] != NULL; i++)
				rc |= check_tenant(ctl, names[i]);
	}
	if (rc == 0)
		printf("%zu definitions are right\n", defs_count());
	return rc;
}
