/*
 * A small and wary reader of XML: a tree in an arena. Entities, document types,
 * processing and deep nesting are refused, sizes are bounded.
 */
#ifndef KONAK_TIMETABLE_XML_H
#define KONAK_TIMETABLE_XML_H

#include <stddef.h>

struct arena;

#define XML_BYTES_MAX	((size_t)64 * 1024 * 1024)

struct xnode {
	const char	*name;
	const char	*text;		/* without what surrounds it; never NULL */
	const char	*raw;		/* with it */
	struct xnode	*child, *last, *next;
	size_t		 start, end;	/* bytes of the whole element */
};

/* NULL: *why says what is wrong, in English, with the line. */
struct xnode	*xml_parse(struct arena *, const char *, size_t len,
		    const char **why);
/* First child of that name; NULL: none, also when node is NULL. */
struct xnode	*xml_child(const struct xnode *, const char *name);
/* Its text; "" when there is none. */
const char	*xml_text(const struct xnode *, const char *name);

#endif
