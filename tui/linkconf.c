/*
 * linkconf.c - where the server is, as the environment says it and as it is
 * named in files and on screen. link.c connects to it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tui/link.h"

void
link_conf_env(struct link_conf *c)
{
	if (c->socket == NULL && c->host == NULL) {
		c->socket = getenv("KONAK_SOCKET");
		c->host = getenv("KONAK_HOST");
		/* Both set: the socket is nearer. */
		if (c->socket != NULL && c->socket[0] == '\0')
			c->socket = NULL;
	}
	if (c->tenant == NULL)
		c->tenant = getenv("KONAK_TENANT");
	if (c->addr == NULL)
		c->addr = getenv("KONAK_ADDR");
	if (c->port == NULL)
		c->port = getenv("KONAK_PORT");
	if (c->ca == NULL)
		c->ca = getenv("KONAK_CA");
	if (c->ca != NULL && c->ca[0] == '\0')
		c->ca = NULL;
}

void
link_conf_name(const struct link_conf *c, char *out, size_t size)
{
	if (c->socket != NULL)
		snprintf(out, size, "%s@%s", c->tenant == NULL ? "" :
		    c->tenant, c->socket);
	else
		snprintf(out, size, "%s:%s", c->host == NULL ? "" : c->host,
		    c->port == NULL ? LINK_PORT : c->port);
}
