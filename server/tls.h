/*
 * TLS 1.3 for connections: contexts with their certificates, the choice of
 * tenant by server name, and reading and writing under the event loop.
 */
#ifndef KONAK_TLS_H
#define KONAK_TLS_H

#include <stdbool.h>

struct client;

/* The server's own certificate (a wildcard); exits when it cannot be read. */
void	 tls_start(const char *certificate, const char *key);
/* Takes new files up for connections from now on; false: the old stays. */
bool	 tls_reload(const char *certificate, const char *key);
/* A context for a tenant's own certificate; NULL (logged) when wrong. */
void	*tls_certificate(const char *certificate, const char *key);
void	 tls_certificate_free(void *);
/* Turns a plain connection into one over TLS; the handshake begins. */
void	 tls_accept(struct client *);

#endif
