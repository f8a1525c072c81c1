/*
 * pg.c - synchronous PostgreSQL for an operator's program: a statement works
 * or the program ends with the database's own words.
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/arena.h"
#include "server/ctl/ctl.h"
#include "server/db/db.h"

static void
quiet(void *arg, const char *message)
{
}

/* NULL and the message when it failed. */
static PGconn *
checked(struct ctl *ctl, PGconn *conn, const char **error)
{
	if (PQstatus(conn) != CONNECTION_OK) {
		*error = arena_strndup(ctl->arena, PQerrorMessage(conn),
		    strcspn(PQerrorMessage(conn), "\n"));
		PQfinish(conn);
		return NULL;
	}
	PQsetNoticeProcessor(conn, quiet, NULL);
	/* The cluster's limits are made for the server's short statements. */
	pg_exec(conn, "set statement_timeout = 0");
	pg_exec(conn, "set idle_in_transaction_session_timeout = 0");
	return conn;
}

PGconn *
pg_superuser_try(struct ctl *ctl, const char *dbname, const char **error)
{
	/* The conninfo goes first, so that dbname after it wins. */
	const char *const	keys[] = { "dbname", "dbname",
				    "application_name", "connect_timeout",
				    NULL };
	const char *const	values[] = { ctl_conf(ctl)->superuser,
				    dbname, "konakctl", "10", NULL };

	struct passwd		*as = NULL;
	PGconn			*conn;

	/* PostgreSQL asks the system who connects, and root is nobody there. */
	if (ctl_conf(ctl)->superuser_as != NULL && geteuid() == 0) {
		as = getpwnam(ctl_conf(ctl)->superuser_as);
		if (as == NULL || seteuid(as->pw_uid) == -1)
			ctl_die("superuser_as: cannot become %s",
			    ctl_conf(ctl)->superuser_as);
	}
	conn = PQconnectdbParams(keys, values, 1);
	if (as != NULL && seteuid(0) == -1)
		ctl_die("cannot become root again");
	return checked(ctl, conn, error);
}

PGconn *
pg_superuser(struct ctl *ctl, const char *dbname)
{
	const char	*error;
	PGconn		*conn = pg_superuser_try(ctl, dbname, &error);

	if (conn == NULL)
		ctl_die("%s", error);
	return conn;
}

PGconn *
pg_connect_try(struct ctl *ctl, const struct tenant_file *t, const char *user,
    const char *password, const char **error)
{
	const char *const	keys[] = { "host", "port", "dbname", "user",
				    "password", "sslmode", "application_name",
				    "connect_timeout", NULL };
	const char *const	values[] = { t->db_host,
				    arena_printf(ctl->arena, "%d",
				    (int)t->db_port), t->db_name, user,
				    password, t->sslmode != NULL ? t->sslmode :
				    db_sslmode(t->db_host), "konakctl", "10",
				    NULL };

	return checked(ctl, PQconnectdbParams(keys, values, 0), error);
}

PGconn *
pg_connect(struct ctl *ctl, const struct tenant_file *t, const char *user,
    const char *password)
{
	const char	*error;
	PGconn		*conn = pg_connect_try(ctl, t, user, password, &error);

	if (conn == NULL)
		ctl_die("%s", error);
	return conn;
}

PGresult *
pg_query(PGconn *conn, const char *sql, int n, const char *const *params)
{
	PGresult	*res;

	res = PQexecParams(conn, sql, n, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(res) != PGRES_TUPLES_OK &&
	    PQresultStatus(res) != PGRES_COMMAND_OK)
		ctl_die("%s", PQresultErrorMessage(res));
	return res;
}

char *
pg_value(struct ctl *ctl, PGconn *conn, const char *sql, int n,
    const char *const *params)
{
	PGresult	*res = pg_query(conn, sql, n, params);
	char		*value = NULL;

	if (PQntuples(res) > 0 && !PQgetisnull(res, 0, 0))
		value = arena_strdup(ctl->arena, PQgetvalue(res, 0, 0));
	PQclear(res);
	return value;
}

bool
pg_try(struct ctl *ctl, PGconn *conn, const char *sql, char **error)
{
	PGresult	*res = PQexec(conn, sql);
	bool		 ok;

	ok = PQresultStatus(res) == PGRES_COMMAND_OK ||
	    PQresultStatus(res) == PGRES_TUPLES_OK ||
	    PQresultStatus(res) == PGRES_EMPTY_QUERY;
	if (!ok)
		*error = arena_strdup(ctl->arena, PQresultErrorMessage(res));
	PQclear(res);
	return ok;
}

void
pg_exec(PGconn *conn, const char *sql)
{
	PGresult	*res = PQexec(conn, sql);

	if (PQresultStatus(res) != PGRES_COMMAND_OK &&
	    PQresultStatus(res) != PGRES_TUPLES_OK)
		ctl_die("%s", PQresultErrorMessage(res));
	PQclear(res);
}

void
pg_format(struct ctl *ctl, PGconn *conn, const char *format, int n,
    const char *const *words)
{
	/* As many as any of our statements takes; the rest stays unused. */
	const char	*params[5] = { format, "", "", "", "" };
	char		*sql;
	int		 i;

	if (n > 4)
		ctl_die("bug: too many words for \"%s\"", format);
	for (i = 0; i < n; i++)
		params[i + 1] = words[i];
	sql = pg_value(ctl, conn, "select format($1, $2::text, $3::text, "
	    "$4::text, $5::text)", 5, params);
	pg_exec(conn, sql);
}

void
pg_file(struct ctl *ctl, PGconn *conn, const char *path)
{
	char	*sql = file_read(ctl, path, NULL), *error;

	if (sql == NULL)
		ctl_die("%s: not found", path);
	if (!pg_try(ctl, conn, sql, &error))
		ctl_die("%s: %s", path, error);
}
