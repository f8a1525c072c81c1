/* Listening sockets, accepting, and the balancer's PROXY header. */
#ifndef KONAK_LISTEN_H
#define KONAK_LISTEN_H

struct event_base;

/* Exits when an address cannot be had. */
void	listen_start(struct event_base *);
/* No more connections; the Unix socket's name goes. */
void	listen_stop(void);

#endif
