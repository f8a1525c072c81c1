/*
 * What one address may do: connections at once, and requests before signing
 * in. The Unix socket's peers are not limited here: they are on the machine.
 */
#ifndef KONAK_LIMIT_H
#define KONAK_LIMIT_H

#include <stdbool.h>

/* false: too many already. Else limit_address_leave() later. */
bool	limit_address_enter(const char *address);
void	limit_address_leave(const char *address);
/* One request of an address before signing in. */
bool	limit_anonymous(const char *address, unsigned *wait);
/* Forgets addresses that are idle, once a second. */
void	limit_tick(void);

#endif
