/* spans.c - calendar and Gantt views of a definition; see def.h. */
#ifndef KONAK_DEF_SPANS_H
#define KONAK_DEF_SPANS_H

struct cbw;
struct def;
struct loader;
struct ynode;

/* Either node may be NULL. */
void	 link_spans(struct loader *, struct def *,
	    const struct ynode *calendar, const struct ynode *gantt);
/* Into the map of a definition that is being sent. */
void	 spans_put(struct cbw *, const struct def *, const char *rights);

#endif
