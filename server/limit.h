/*
 * What one address may do: connections at once, requests before and after
 * signing in; and what one session may, over all its connections. The Unix
 * socket's peers have no address: they are on the machine.
 */
#ifndef KONAK_LIMIT_H
#define KONAK_LIMIT_H

#include <stdbool.h>

/* false: too many already. Else limit_address_leave() later. */
bool	limit_address_enter(const char *address);
void	limit_address_leave(const char *address);
/* One request of an address before signing in. */
bool	limit_anonymous(const char *address, unsigned *wait);
/* One after it. */
bool	limit_address(const char *address, unsigned *wait);
/* One request of a session; hash as struct session has it. */
bool	limit_session(const char *hash, unsigned *wait);
/* Forgets addresses that are idle, once a second. */
void	limit_tick(void);

#endif
