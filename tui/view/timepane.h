/*
 * timepane.c - what happened around one record, newest first: calls and notes,
 * comments, changes. The tabs "timeline" and "comments" of a card are made of
 * it.
 */
#ifndef KONAK_TUI_VIEW_TIMEPANE_H
#define KONAK_TUI_VIEW_TIMEPANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/keys.h"
#include "tui/store.h"

struct input;
struct surface;

struct timepane {
	char		*type;
	char		 id[40];
	const struct val *kinds;	/* names, the definition's; NULL: comments
					 * alone */
	char		 only[64];	/* chosen kind; "" all */
	struct val	*entries;	/* array of maps */
	char		*next;
	bool		 loaded;
	bool		 fresh;		/* the answer replaces what is there */
	char		 error[300];
	uint64_t	 call;
	size_t		 at, top;	/* entries */
	int		 page;		/* entries drawn last */
	struct watch	*watch;
};

void	 timepane_init(struct timepane *, const char *type, const char *id,
	    const struct val *kinds);
void	 timepane_free(struct timepane *);
void	 timepane_load(struct timepane *);
void	 timepane_draw(struct timepane *, struct surface *, bool focus);
void	 timepane_status(struct timepane *, char *, size_t);
void	 timepane_say(struct timepane *, char *, size_t);
bool	 timepane_action(struct timepane *, enum action);
bool	 timepane_can(struct timepane *, enum action);
int	 timepane_hints(struct timepane *, enum action *, int max);
bool	 timepane_key(struct timepane *, const struct input *);

#endif
