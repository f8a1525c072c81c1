/*
 * why.c - "Neden?": the permission that something needs, which roles of the
 * company hold it, and who can give it; by the function that judges.
 */
#ifndef KONAK_WHY_H
#define KONAK_WHY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/lang.h"

struct arena;
struct verb;

struct why {
	const char	*code;			/* NULL: nothing is known */
	const char	*name[LANG_COUNT];
	const char	*scope;			/* held so far, or NULL */
	const char	*role;			/* of the person, or NULL */
	bool		 module_off;		/* what it belongs to */
	const char	**roles, **scopes;	/* that hold it, and how far */
	size_t		 nroles;
	const char	**holders;		/* people who can give it */
	size_t		 nholders;
};

/* Reads what konak.why() gives. */
void	why_read(struct arena *, const char *json, struct why *);

extern const struct verb why_verbs[];

#endif
