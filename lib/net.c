/* net.c - see net.h. Addresses are compared as 16 bytes, IPv4 ones mapped. */
#include "lib/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BYTES	16
#define MAPPED	96		/* bits before an IPv4 address */

struct net {
	uint8_t		addr[BYTES];
	unsigned	bits;
};

/* Networks that no server of the Internet stands in (RFC 6890 and what has
 * been reserved since). */
static const char *const inside[] = {
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
	"169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/96", "100::/64",
	"64:ff9b:1::/48", "2001:db8::/32", "fc00::/7", "fe80::/9", "ff00::/8"
};

/* IPv6 networks that carry an IPv4 address, and where it stands. */
static const struct {
	const char	*net;
	unsigned	 at;
} carriers[] = {
	{ "64:ff9b::/96", 12 }, { "2002::/16", 2 }
};

static void
map4(uint8_t to[BYTES], const void *from)
{
	memset(to, 0, 10);
	memset(to + 10, 0xff, 2);
	memcpy(to + 12, from, 4);
}

static bool
addr_read(const struct sockaddr *sa, uint8_t to[BYTES])
{
	struct sockaddr_in	v4;
	struct sockaddr_in6	v6;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof v4);
		map4(to, &v4.sin_addr);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof v6);
		memcpy(to, &v6.sin6_addr, BYTES);
	} else
		return false;
	return true;
}

static bool
net_read(const char *text, size_t len, struct net *n)
{
	char	s[64], *slash;
	uint8_t	v4[4];

	if (len >= sizeof s)
		return false;
	memcpy(s, text, len);
	s[len] = '\0';
	if ((slash = strchr(s, '/')) != NULL)
		*slash++ = '\0';
	if (inet_pton(AF_INET, s, v4) == 1) {
		map4(n->addr, v4);
		n->bits = MAPPED + (slash == NULL ? 32 :
		    (unsigned)strtoul(slash, NULL, 10));
	} else if (inet_pton(AF_INET6, s, n->addr) == 1)
		n->bits = slash == NULL ? 128 :
		    (unsigned)strtoul(slash, NULL, 10);
	else
		return false;
	return n->bits <= BYTES * 8;
}

static bool
within(const uint8_t addr[BYTES], const struct net *n)
{
	unsigned	whole = n->bits / 8, rest = n->bits % 8;

	return memcmp(addr, n->addr, whole) == 0 && (rest == 0 ||
	    ((addr[whole] ^ n->addr[whole]) >> (8 - rest)) == 0);
}

static bool
inside_bytes(const uint8_t addr[BYTES])
{
	struct net	n;
	uint8_t		v4[BYTES];
	size_t		i;

	for (i = 0; i < sizeof inside / sizeof inside[0]; i++)
		if (net_read(inside[i], strlen(inside[i]), &n) &&
		    within(addr, &n))
			return true;
	for (i = 0; i < sizeof carriers / sizeof carriers[0]; i++) {
		if (!net_read(carriers[i].net, strlen(carriers[i].net), &n) ||
		    !within(addr, &n))
			continue;
		map4(v4, addr + carriers[i].at);
		return inside_bytes(v4);
	}
	return false;
}

bool
net_inside(const struct sockaddr *sa)
{
	uint8_t	addr[BYTES];

	return !addr_read(sa, addr) || inside_bytes(addr);
}

bool
net_listed(const struct sockaddr *sa, const char *list)
{
	struct net	n;
	uint8_t		addr[BYTES];
	size_t		len;

	if (!addr_read(sa, addr))
		return false;
	for (; *list != '\0'; list += len + (list[len] == ' ')) {
		len = strcspn(list, " ");
		if (net_read(list, len, &n) && within(addr, &n))
			return true;
	}
	return false;
}
