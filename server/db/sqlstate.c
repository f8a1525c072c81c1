/*
 * What a SQLSTATE means to the one who asked. Konak's own: KN001 no such row
 * or a stale one, KN002 a rule in words, KN003 a reference that may not be
 * read, KN004 a fresh second factor is needed, KN010 a lesson's teacher, class
 * or room is taken (in words, with who holds it).
 */
#include <string.h>

#include "server/db/sqlstate.h"

static const struct sqlstate {
	const char	*state;
	enum err	 err;
	const char	*key;
} table[] = {
	{ "28000", ERR_NOT_SIGNED_IN,	"err.not_signed_in" },
	{ "42501", ERR_DENIED,		"err.denied" },
	{ "KN001", ERR_NOT_FOUND,	"err.not_found" },
	{ "KN002", ERR_REFUSED,		"err.refused" },
	{ "KN003", ERR_INVALID,		"db.reference" },
	{ "KN004", ERR_STEP_UP,		"err.step_up" },
	{ "KN005", ERR_RATE,		"err.rate" },
	{ "KN010", ERR_REFUSED,		"err.refused" },
	{ "23505", ERR_EXISTS,		"err.exists" },
	{ "23P01", ERR_EXISTS,		"err.exists" },
	{ "23503", ERR_INVALID,		"db.reference" },
	{ "23514", ERR_INVALID,		"db.check" },
	{ "23502", ERR_INVALID,		"db.missing" },
	{ "22001", ERR_INVALID,		"db.too_long" },
	{ "22003", ERR_INVALID,		"db.range" },
	{ "22007", ERR_INVALID,		"db.form" },
	{ "22008", ERR_INVALID,		"db.range" },
	{ "22P02", ERR_INVALID,		"db.form" },
	{ "22021", ERR_INVALID,		"db.form" },
	{ "22023", ERR_INVALID,		"db.form" },
	{ "57014", ERR_TIMEOUT,		"err.timeout" },
	{ "55P03", ERR_TIMEOUT,		"db.locked" },
	{ "40001", ERR_UNAVAILABLE,	"db.busy" },
	{ "40P01", ERR_UNAVAILABLE,	"db.busy" },
	{ "53100", ERR_DISK_FULL,	"err.disk_full" },
	{ "53200", ERR_UNAVAILABLE,	"err.unavailable" },
	{ "53300", ERR_UNAVAILABLE,	"err.unavailable" },
	{ "25006", ERR_READ_ONLY,	"err.read_only" },
	{ "57P01", ERR_UNAVAILABLE,	"err.unavailable" },
	{ "57P02", ERR_UNAVAILABLE,	"err.unavailable" },
	{ "57P03", ERR_UNAVAILABLE,	"err.unavailable" },
};

enum err
sqlstate_map(const struct db_error *e, const char **key)
{
	size_t	i;

	if (e->cancelled) {
		*key = "err.cancelled";
		return ERR_CANCELLED;
	}
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		if (strcmp(table[i].state, e->sqlstate) == 0) {
			*key = table[i].key;
			return table[i].err;
		}
	}
	if (e->lost || e->unsent || strncmp(e->sqlstate, "08", 2) == 0) {
		*key = "err.unavailable";
		return ERR_UNAVAILABLE;
	}
	*key = "err.internal";
	return ERR_INTERNAL;
}

bool
db_error_retry(const struct db_error *e)
{
	return strcmp(e->sqlstate, "40001") == 0 ||
	    strcmp(e->sqlstate, "40P01") == 0 ||
	    /* a migration went by (conn.c closes that connection) */
	    strcmp(e->sqlstate, "0A000") == 0 ||
	    strcmp(e->sqlstate, "26000") == 0 ||
	    /* a cancel request that was meant for another transaction */
	    (strcmp(e->sqlstate, "57014") == 0 && !e->cancelled &&
	    e->message != NULL && strstr(e->message, "user request") != NULL);
}
