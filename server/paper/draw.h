/*
 * What konak-paper draws on: pages with a head, a foot and their numbers, and
 * the parts of a body, one below the other. Measures are points.
 */
#ifndef KONAK_PAPER_DRAW_H
#define KONAK_PAPER_DRAW_H

#include <cairo.h>
#include <jansson.h>
#include <pango/pangocairo.h>
#include <stdbool.h>

struct paper {
	const json_t	*doc;
	cairo_t		*cr;
	cairo_surface_t	*logo;		/* NULL: none */
	const char	*font;
	double		 width, height;	/* of a page */
	double		 y;		/* how far it is filled */
	int		 page, pages;	/* pages 0: not known yet */
};

#define PAPER_PAGES	500

/* The whole body; false: more pages than PAPER_PAGES. */
bool	paper_draw(struct paper *);

#endif
