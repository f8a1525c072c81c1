/*
 * Papers: PDF files that konak-paper makes of a page described in JSON.
 *
 * A page is an object: "title", "foot" (text at the left of every page's foot),
 * "landscape": true, and "body", a list of parts, each an object with one of
 *	heading, section, text	a text; long texts go over pages
 *	pairs			[["label", "value"], …]
 *	table			{columns: [{title, width, align}], rows, totals,
 *				grid, row_height}: width is a share, align left,
 *				center or right; totals are bold rows; grid draws
 *				all lines. A cell is a text or {text, bold, size,
 *				fill: "#rrggbb"}; the titles stand on every page.
 *	page: true		a new page
 * The head (the company's logo, name, address and tax data), the numbers of
 * pages and the date are added here.
 */
#ifndef KONAK_PAPER_H
#define KONAK_PAPER_H

#include <jansson.h>

struct req;

/* First of a verb's statements: what the head is made of. After the commit the
 * page that paper_page() was given becomes the answer,
 * {files: [{name, data}]}. */
void	paper_begin(struct req *);
/* From the callback of a later statement. Takes over the page; the name is
 * without ".pdf". */
void	paper_page(struct req *, json_t *page, const char *name);

/* For pages: a date and an amount as the company and the language write
 * them; NULL is "". From the arena. */
const char	*paper_date(struct req *, const char *iso);
const char	*paper_number(struct req *, const char *decimal, int min_scale);
/* [cell, …], of texts; ended by NULL. */
json_t		*paper_row(const char *, ...) __attribute__((sentinel));

#endif
