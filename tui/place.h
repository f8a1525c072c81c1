/*
 * place.c - where one was: the open lists and records are kept in the state
 * folder, for each server, so that the next start can go on from there.
 * Nothing of a record but its id is kept.
 */
#ifndef KONAK_TUI_PLACE_H
#define KONAK_TUI_PLACE_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;

/* Writes the place whenever it has changed, every few seconds. */
void	 place_start(struct event_base *);
void	 place_stop(void);	/* and writes it once more */

/* After entering a company for the first time: is there a place of this person
 * in this company to go on from? */
void	 place_offer(void);
/* Its breadcrumb ("Müşteriler > ABC Ltd"); false: none, or gone there. */
bool	 place_offered(char *, size_t);
void	 place_resume(void);

#endif
