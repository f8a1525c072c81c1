/*
 * Asynchronous PostgreSQL: a pool of pipelined connections a tenant. A
 * statement with a name is prepared once a connection and pinned to its
 * generic plan; one without is planned with its values.
 */
#ifndef KONAK_DB_H
#define KONAK_DB_H

#include <libpq-fe.h>
#include <stdbool.h>

struct db_stmt {
	const char	*name;		/* unique in the process; NULL: unnamed */
	const char	*sql;		/* $1 … */
};

#endif
