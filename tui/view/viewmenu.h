/*
 * viewmenu.c - the menu of a type's saved views, for whatever shows its
 * records: take one, keep the present look under a name, rename, share, let
 * it open by itself, delete. Lists and boards of a type have the same views.
 */
#ifndef KONAK_TUI_VIEW_VIEWMENU_H
#define KONAK_TUI_VIEW_VIEWMENU_H

#include <stdint.h>

#include "tui/keys.h"
#include "tui/store.h"

#define VIEWMENU_MORE	3

struct viewmenu_ops {
	/* What a view keeps, as saved_views has it: what is left out of it
	 * stays as it is in one that is brought up to date. */
	struct val	*(*keep)(void *);
	/* As looks_of() gives it; the view's id is seen to. */
	void		 (*set)(void *, const struct val *look);
	/* What else stands in the menu, until ACT_NONE. */
	enum action	 more[VIEWMENU_MORE];
	void		 (*act)(void *, enum action);
};

struct viewmenu {
	const struct viewmenu_ops *ops;
	void		*arg;		/* of ops */
	const char	*type;		/* its owner's */
	char		 id[40];	/* the view in effect, "" none */
	uint64_t	 saving;
};

void		 viewmenu_open(struct viewmenu *);
/* Its name, NULL when none is in effect. */
const char	*viewmenu_name(const struct viewmenu *);
/* The look is in effect: the id of its view is kept. */
void		 viewmenu_take(struct viewmenu *, const struct val *look);
void		 viewmenu_free(struct viewmenu *);
/* A value as the JSON that saved_views keeps. */
void		 viewmenu_put_json(struct val *args, const char *key,
		    const struct val *);

#endif
