/*
 * waiting.c - values that stood in plain before their field was a sealed one:
 * a migration puts them into konak.unsealed, and here they are sealed, some
 * hundred a transaction. Stopped at any moment it goes on where it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/seal.h"
#include "lib/secret.h"
#include "server/ctl/ctl.h"

#define BATCH	"500"

enum { W_ID, W_COMPANY, W_TABLE, W_RECORD, W_FIELD, W_VALUE };

static void
seal_row(const struct tenant_file *t, PGconn *conn, struct seal *seal,
    const char *group, PGresult *res, int row)
{
	const char	*text = PQgetvalue(res, row, W_VALUE), *params[2];
	struct seal_aad	 aad = { .tenant = group,
			    .company = PQgetvalue(res, row, W_COMPANY),
			    .table = PQgetvalue(res, row, W_TABLE),
			    .record = PQgetvalue(res, row, W_RECORD),
			    .field = PQgetvalue(res, row, W_FIELD) };
	struct secret	*plain = secret_from(text, strlen(text));
	struct buf	 box = BUF_INIT, hex = BUF_INIT;

	if (seal_close(seal, &aad, plain, &box) != SEAL_OK)
		ctl_die("%s: a value could not be sealed", t->name);
	buf_addz(&hex, "\\x");
	hex_encode(buf_data(&box), buf_len(&box),
	    (char *)buf_reserve(&hex, HEX_LEN(buf_len(&box)) + 1));
	buf_commit(&hex, HEX_LEN(buf_len(&box)));
	params[0] = PQgetvalue(res, row, W_ID);
	params[1] = buf_text(&hex);
	PQclear(pg_query(conn, "select konak.unsealed_seal($1, $2)", 2,
	    params));
	buf_free(&hex);
	buf_free(&box);
	secret_free(plain);
}

static int
seal_some(const struct tenant_file *t, PGconn *conn, struct seal *seal,
    const char *group)
{
	PGresult	*res;
	int		 row, n;

	pg_exec(conn, "begin");
	res = pg_query(conn, "select u.id, u.company_id, s.table_name, "
	    "u.record_id, u.field, u.value from konak.unsealed u "
	    "join konak.secret_types s on s.record = u.record_type "
	    "order by u.company_id, u.id limit " BATCH, 0, NULL);
	n = PQntuples(res);
	for (row = 0; row < n; row++)
		seal_row(t, conn, seal, group, res, row);
	PQclear(res);
	pg_exec(conn, "commit");
	return n;
}

bool
waiting_seal(struct ctl *ctl, const struct tenant_file *t, PGconn *conn,
    const char *key_file)
{
	const char	*error, *group;
	struct seal	*seal;
	long		 n = 0;
	int		 some;

	pg_exec(conn, "set role konak_owner");
	if (atol(pg_value(ctl, conn, "select count(*) from konak.unsealed", 0,
	    NULL)) == 0)
		return true;
	if (key_file == NULL) {
		fprintf(stderr, "%s: values wait to be sealed, and there is "
		    "no key file here: konakctl keys seal --file FILE\n",
		    t->name);
		return false;
	}
	if ((seal = seal_new(key_file, &error)) == NULL)
		ctl_die("%s: %s", key_file, error);
	group = pg_value(ctl, conn, "select konak.group_company()", 0, NULL);
	while ((some = seal_some(t, conn, seal, group)) > 0)
		n += some;
	seal_free(seal);
	pg_exec(conn, "vacuum konak.unsealed");
	printf("%s: %ld values that stood in plain are sealed\n", t->name, n);
	return true;
}

int
keys_seal_run(struct ctl *ctl)
{
	struct tenant_file	*t = tenant_chosen(ctl);
	const char		*path = ctl_opt(ctl, "file");
	PGconn			*conn = pg_connect(ctl, t, t->migrate_user,
				    t->migrate_password);
	bool			 ok;

	ok = waiting_seal(ctl, t, conn, path != NULL ? path : t->key_file);
	PQfinish(conn);
	return ok ? 0 : 1;
}
