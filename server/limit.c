/*
 * Counts an address, and a session however many connections it has. A table
 * of chains; an entry goes when nobody is connected from there and its buckets
 * are full again. IPv6 addresses count by
 * their /64, which is what one customer of a provider has.
 */
#include <arpa/inet.h>
#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/limit.h"

#define CHAINS	1024

struct address {
	LIST_ENTRY(address)	 link;
	char			 name[46];
	unsigned		 connections;
	struct bucket		 anonymous, rate;
};

static LIST_HEAD(, address)	chains[CHAINS];
static unsigned			next_chain;

static void
address_key(const char *address, char key[46])
{
	struct in6_addr	a;

	if (inet_pton(AF_INET6, address, &a) == 1) {
		memset(a.s6_addr + 8, 0, 8);
		inet_ntop(AF_INET6, &a, key, 46);
	} else
		snprintf(key, 46, "%s", address);
}

static struct address *
entry_get(const char key[46])
{
	struct address	*a;
	unsigned	 h = 5381, i;

	for (i = 0; key[i] != '\0'; i++)
		h = h * 33 ^ (unsigned char)key[i];
	h %= CHAINS;
	LIST_FOREACH(a, &chains[h], link) {
		if (strcmp(a->name, key) == 0)
			return a;
	}
	a = xcalloc(1, sizeof *a);
	memcpy(a->name, key, sizeof a->name);
	LIST_INSERT_HEAD(&chains[h], a, link);
	return a;
}

static struct address *
address_get(const char *address)
{
	char	key[46];

	address_key(address, key);
	return entry_get(key);
}

/* Who comes from the machine itself is like the Unix socket's peers: a tunnel
 * or a test, or many people behind one of those. */
static bool
is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

bool
limit_address_enter(const char *address)
{
	struct address	*a = address_get(address);

	if (a->connections >= conf.limits.connections_address &&
	    !is_loopback(address))
		return false;
	a->connections++;
	return true;
}

void
limit_address_leave(const char *address)
{
	address_get(address)->connections--;
}

bool
limit_anonymous(const char *address, unsigned *wait)
{
	return bucket_take(&address_get(address)->anonymous,
	    (double)conf.limits.anon_rate, (double)conf.limits.anon_burst,
	    wait);
}

bool
limit_address(const char *address, unsigned *wait)
{
	return bucket_take(&address_get(address)->rate,
	    (double)conf.limits.address_rate,
	    (double)conf.limits.address_burst, wait);
}

bool
limit_session(const char *hash, unsigned *wait)
{
	char	key[46];

	/* "\\x…": 176 bits of it are enough to tell sessions apart */
	snprintf(key, sizeof key, "s%.44s", hash + 2);
	return bucket_take(&entry_get(key)->rate,
	    (double)conf.limits.requests_rate,
	    (double)conf.limits.requests_burst, wait);
}

/* A bucket that nobody has used since it was full is as good as a new one. */
static bool
bucket_full(const struct bucket *b, int64_t burst, int64_t rate, double now)
{
	return b->at == 0 || now - b->at >= (double)burst / (double)rate;
}

static bool
idle(const struct address *a, double now)
{
	return a->connections == 0 &&
	    bucket_full(&a->anonymous, conf.limits.anon_burst,
	    conf.limits.anon_rate, now) &&
	    (a->name[0] == 's' ? bucket_full(&a->rate,
	    conf.limits.requests_burst, conf.limits.requests_rate, now) :
	    bucket_full(&a->rate, conf.limits.address_burst,
	    conf.limits.address_rate, now));
}

void
limit_tick(void)
{
	struct address	*a, *next;
	double		 now = mono_seconds();
	int		 n;

	for (n = 0; n < CHAINS / 16; n++) {
		next_chain = (next_chain + 1) % CHAINS;
		for (a = LIST_FIRST(&chains[next_chain]); a != NULL; a = next) {
			next = LIST_NEXT(a, link);
			if (!idle(a, now))
				continue;
			LIST_REMOVE(a, link);
			free(a);
		}
	}
}
