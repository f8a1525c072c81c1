/*
 * Tenants: one database each, found by host name (TLS) or by name (Unix
 * socket). Their files tenants/NAME.yaml are read at start and on reload.
 */
#ifndef KONAK_TENANT_H
#define KONAK_TENANT_H

#include <stdbool.h>
#include <stddef.h>

struct db_pool;
struct event_base;
struct secret;
struct seal;

struct tenant;

const char	*tenant_name(const struct tenant *);
struct db_pool	*tenant_db(const struct tenant *);
/* Path of the 0600 key file (lib/seal.h). */
const char	*tenant_key_file(const struct tenant *);
/* A place for server/auth's state of this tenant (its opened seal). */
void		**tenant_slot(struct tenant *);

struct tenant	*tenant_by_name(const char *name, size_t len);
struct tenant	*tenant_by_host(const char *host);
void		 tenant_each(void (*fn)(struct tenant *, void *), void *arg);

#endif
