/*
 * Tenants: one database each, found by host name (TLS) or by name (Unix
 * socket). Their files tenants/NAME.yaml are read at start and on reload.
 */
#ifndef KONAK_TENANT_H
#define KONAK_TENANT_H

#include <stdbool.h>
#include <stddef.h>

struct db_conf;
struct db_pool;
struct event_base;
struct notifier;

struct tenant;

const char	*tenant_name(const struct tenant *);
/* The id of the group's own company, which never changes; NULL until the
 * database has said it. */
const char	*tenant_id(const struct tenant *);
void		 tenant_id_set(struct tenant *, const char *);
/* What its master key is known by, as bytea text; NULL: nothing, or the
 * database was not asked yet. */
const char	*tenant_check(const struct tenant *);
void		 tenant_check_set(struct tenant *, const char *);
void		 tenant_check_ask(struct tenant *);	/* it has answered */
bool		 tenant_check_asked(const struct tenant *);
struct db_pool	*tenant_db(const struct tenant *);
/* Path of the 0600 key file (lib/seal.h), or of a credential of systemd. */
const char	*tenant_key_file(const struct tenant *);
/* They are opened by konakctl unseal and stand in no file here. */
bool		 tenant_keys_by_hand(const struct tenant *);
/* One for server/job's. */
struct schedule;
struct schedule	**tenant_schedule(struct tenant *);
/* false: suspended, or its file is gone. */
bool		 tenant_open(const struct tenant *);

struct notifier	*tenant_notifier(const struct tenant *);
const struct db_conf *tenant_db_conf(const struct tenant *);
struct event_base *tenant_base(void);
/* The certificate of its own, if it has one (SSL_CTX *), else NULL. */
void		*tenant_certificate(const struct tenant *);

/* Reads the files of the directory: at start, where a wrong file is only
 * logged, and on reload. New ones are taken up, gone ones are closed with
 * their connections, changed database settings lead to new connections. */
void		 tenant_start(struct event_base *, const char *dir);
void		 tenant_reload(const char *dir);

struct tenant	*tenant_by_name(const char *name, size_t len);
struct tenant	*tenant_by_host(const char *host);
void		 tenant_each(void (*fn)(struct tenant *, void *), void *arg);

#endif
