/*
 * nowhere.c - tries to sign in at a tenant that does not exist must answer
 * like a wrong password, with waits that grow alike. There is no database to
 * count them in, so a small table in memory does; the oldest entry makes room.
 */
#include <string.h>
#include <time.h>

#include "server/auth/auth.h"
#include "server/client.h"

#define NOWHERE_ROWS	512
#define NOWHERE_KEY	64

struct row {
	char		key[NOWHERE_KEY];	/* cut: that only shares a row */
	unsigned	failures;
	time_t		last;
	time_t		until;
};

static struct row rows[NOWHERE_ROWS];

static struct row *
row_of(const char *key)
{
	struct row *oldest = &rows[0];
	size_t i;

	for (i = 0; i < NOWHERE_ROWS; i++) {
		if (strncmp(rows[i].key, key, NOWHERE_KEY - 1) == 0)
			return &rows[i];
		if (rows[i].last < oldest->last)
			oldest = &rows[i];
	}
	memset(oldest, 0, sizeof(*oldest));
	strncpy(oldest->key, key, NOWHERE_KEY - 1);
	oldest->last = mono_time();	/* so that the next new one takes
					 * another */
	return oldest;
}

/* auth.delay() of sql/0005-signin.sql. */
static unsigned
delay(unsigned failures, unsigned from, unsigned most)
{
	unsigned doubled;

	if (failures < from)
		return 0;
	doubled = failures - from < 9 ? 1u << (failures - from) : most;
	return doubled < most ? doubled : most;
}

static unsigned
left(const struct row *row)
{
	time_t now = mono_time();

	return row->until > now ? row->until - now : 0;
}

static void
count(struct row *row, unsigned from, unsigned most)
{
	time_t now = mono_time();
	time_t quarters = row->last > 0 ? (now - row->last) / 900 : 0;

	row->failures >>= quarters < 30 ? quarters : 30;
	row->failures++;
	row->last = now;
	row->until = now + delay(row->failures, from, most);
}

unsigned
nowhere_take(const char *email, const char *network)
{
	struct row *row;
	unsigned wait;

	if ((wait = left(row_of(network))) > 0)
		return wait;
	row = row_of(email);
	if ((wait = left(row)) > 0)
		return wait;
	count(row, 3, 300);
	return 0;
}

unsigned
nowhere_miss(const char *email, const char *network)
{
	struct row *row = row_of(network), *account = row_of(email);
	unsigned a, b;

	account->until = mono_time() + delay(account->failures, 3, 300);
	if (strcmp(network, "local") == 0)
		count(row, 100, 30);
	else
		count(row, 20, 30);
	a = left(row);
	b = left(account);
	return a > b ? a : b;
}
