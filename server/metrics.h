/* Health and Prometheus metrics, on an address or socket of their own. */
#ifndef KONAK_METRICS_H
#define KONAK_METRICS_H

struct event_base;

/* Nothing when the configuration names no place. */
void	metrics_start(struct event_base *);

#endif
