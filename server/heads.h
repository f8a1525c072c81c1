/* heads.h - the server has the ends of the audit's chains signed by itself. */
#ifndef KONAK_HEADS_H
#define KONAK_HEADS_H

struct event_base;

void	heads_start(struct event_base *);
void	heads_stop(void);

#endif
