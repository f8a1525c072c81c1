/*
 * Whose turn it is: what waits stands in a queue for each person, and the
 * queues take turns, so that whoever asks for much waits for himself alone.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "server/db/conn.h"

#define OWNER_WAITING	1024	/* transactions of one; more are unavailable */
#define OWNER_IDLE_S	60	/* remembered so long after the last one */
#define OWNER_SLOW_US	10000	/* takes so long on the average */
#define MIXED_S		30	/* others were here so lately */

struct db_owner {
	LIST_ENTRY(db_owner)	 chain;
	TAILQ_ENTRY(db_owner)	 link;		/* while something waits */
	char			 name[DB_OWNER];
	struct db_txs		 waiting;
	unsigned		 nwaiting, nrunning;
	unsigned		 average_us;	/* of its last transactions */
	unsigned		 nconns;	/* that it runs on */
	unsigned char		 on[DB_NTH];
	time_t			 used;
};

void
turns_init(struct turns *t)
{
	TAILQ_INIT(&t->waiting);
}

static struct db_owner *
owner_get(struct turns *t, const char *name)
{
	struct db_owner	*o;
	size_t		 h = conn_hash(name) % DB_CHAINS;

	LIST_FOREACH(o, &t->chains[h], chain) {
		if (strcmp(o->name, name) == 0)
			return o;
	}
	o = xcalloc(1, sizeof *o);
	memcpy(o->name, name, strlen(name) + 1);
	TAILQ_INIT(&o->waiting);
	LIST_INSERT_HEAD(&t->chains[h], o, chain);
	return o;
}

bool
turns_add(struct turns *t, struct db_tx *tx)
{
	struct db_owner	*o = owner_get(t, tx->owner_name);

	if (o->nwaiting >= OWNER_WAITING && o->name[0] != '\0')
		return false;
	tx->owner = o;
	o->used = tx->since.tv_sec;
	TAILQ_INSERT_TAIL(&o->waiting, tx, link);
	if (o->nwaiting++ == 0)
		TAILQ_INSERT_TAIL(&t->waiting, o, link);
	t->n++;
	return true;
}

void
turns_remove(struct turns *t, struct db_tx *tx)
{
	struct db_owner	*o = tx->owner;

	TAILQ_REMOVE(&o->waiting, tx, link);
	t->n--;
	if (--o->nwaiting == 0)
		TAILQ_REMOVE(&t->waiting, o, link);
}

struct db_tx *
turns_next(struct turns *t, const struct db_tx *after)
{
	struct db_owner	*o = after == NULL ? TAILQ_FIRST(&t->waiting) :
	    TAILQ_NEXT(after->owner, link);

	return o == NULL ? NULL : TAILQ_FIRST(&o->waiting);
}

struct db_tx *
turns_first(const struct db_tx *tx)
{
	return TAILQ_FIRST(&tx->owner->waiting);
}

/* A connection is always left to the others, and half of them while there are
 * others or while its transactions take long. */
bool
turns_limited(const struct turns *t, const struct db_tx *tx, unsigned max)
{
	const struct db_owner	*o = tx->owner;
	bool			 mixed;

	if (o->name[0] == '\0')
		return false;
	mixed = tx->since.tv_sec - t->mixed <= MIXED_S;
	if (max > 1)
		max = mixed || o->average_us > OWNER_SLOW_US ? max / 2 :
		    max - 1;
	return o->nconns >= max;
}

bool
turns_on(const struct db_tx *tx, const struct db_conn *c)
{
	return tx->owner->on[c->nth] > 0;
}

void
turns_sent(struct turns *t, struct db_tx *tx, const struct db_conn *c)
{
	struct db_owner	*o = tx->owner;

	turns_remove(t, tx);
	if (o->nwaiting > 0) {
		TAILQ_REMOVE(&t->waiting, o, link);
		TAILQ_INSERT_TAIL(&t->waiting, o, link);
	}
	o->nrunning++;
	tx->nth = c->nth;
	if (o->on[tx->nth]++ == 0)
		o->nconns++;
	if (o->name[0] == '\0')
		return;
	/* Nobody is sent behind it who could go elsewhere. */
	if (o->average_us > OWNER_SLOW_US)
		tx->flags |= DB_LONG;
	if (t->last != NULL && t->last != o)
		t->mixed = tx->since.tv_sec;
	t->last = o;
}

void
turns_ended(struct db_tx *tx)
{
	struct db_owner	*o = tx->owner;

	if (o == NULL)
		return;		/* the listener's own */
	o->nrunning--;
	if (--o->on[tx->nth] == 0)
		o->nconns--;
	o->average_us = (unsigned)((7 * (uint64_t)o->average_us +
	    tx->took_us) / 8);
}

static void
forget(struct turns *t, time_t before)
{
	struct db_owner	*o, *next;
	size_t		 i;

	for (i = 0; i < DB_CHAINS; i++) {
		for (o = LIST_FIRST(&t->chains[i]); o != NULL; o = next) {
			next = LIST_NEXT(o, chain);
			if (o->nwaiting > 0 || o->nrunning > 0 ||
			    o->used >= before)
				continue;
			if (t->last == o)
				t->last = NULL;
			LIST_REMOVE(o, chain);
			free(o);
		}
	}
}

void
turns_sweep(struct turns *t)
{
	struct timeval	now;

	db_moment(&now);
	forget(t, now.tv_sec - OWNER_IDLE_S);
}

void
turns_free(struct turns *t)
{
	forget(t, INT64_MAX);
}
