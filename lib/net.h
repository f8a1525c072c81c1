/* net.h - addresses that are not the Internet's, and lists of networks. */
#ifndef KONAK_NET_H
#define KONAK_NET_H

#include <stdbool.h>

struct sockaddr;

/* Whether the address leads into a machine's own or somebody's private
 * network, or nowhere: loopback, private, link-local, shared, multicast. An
 * IPv4 address within an IPv6 one is judged as itself. What is neither IPv4
 * nor IPv6 is inside. */
bool	net_inside(const struct sockaddr *);
/* Whether it stands in the list: addresses and networks (10.0.0.0/8) with
 * spaces between them, each as inet_check() wants it. */
bool	net_listed(const struct sockaddr *, const char *list);

#endif
