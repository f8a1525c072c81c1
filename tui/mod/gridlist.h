/*
 * gridlist.c - a screen of lines about a plan: what differs and for whom, what
 * is wrong, who teaches how much. A line may lead to something.
 */
#ifndef KONAK_TUI_MOD_GRIDLIST_H
#define KONAK_TUI_MOD_GRIDLIST_H

#include <stddef.h>
#include <stdint.h>

struct glines;

struct glines	*glines_new(const char *title);
/* `id` (or NULL) is given to open() when Enter is pressed on it. */
void	 glines_add(struct glines *, uint32_t style, const char *id,
	    const char *text, const char *right);
size_t	 glines_n(const struct glines *);

/* What keys do there; any may be NULL. accept() and drop() close it first. */
struct glist_does {
	void	(*open)(const char *id, void *);
	void	(*accept)(void *);
	void	(*drop)(void *);
	void	(*closed)(void *);	/* by Esc: neither of them */
	void	*arg;
};

/* The lines are taken. */
void	 glist_open(struct glines *, const struct glist_does *);

#endif
