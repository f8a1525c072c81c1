/*
 * formlines.c - records of a child type as rows of their parent's form:
 * proposal lines, DNS records. In the form the block is one field; inside it
 * each cell is a field of its own.
 */
#ifndef KONAK_TUI_VIEW_FORMLINES_H
#define KONAK_TUI_VIEW_FORMLINES_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keys.h"
#include "tui/view/formfield.h"

struct form;
struct formlines;
struct input;
struct surface;
struct val;

/* From the definition's {record, columns, order, sum}; NULL when this role
 * cannot see such lines. */
struct formlines *formlines_new(struct form *, const struct val *spec,
	    const struct val *label);
void	 formlines_free(struct formlines *);
/* What stands for the block in the form. */
const struct field *formlines_field(const struct formlines *);
/* The rows of R.get (a map of columns and rows); NULL: none yet. As new ones
 * for a clone. */
void	 formlines_fill(struct formlines *, const struct val *, bool clone);
bool	 formlines_dirty(const struct formlines *);
/* All of it; false: wrong, and the cursor stands on the first mistake. */
bool	 formlines_check(struct formlines *, bool saving);
/* What is to be saved; NULL: nothing. */
struct val *formlines_args(struct formlines *);

/* Its rows as a draft, and back over what was loaded. */
struct val *formlines_draft(const struct formlines *);
void	 formlines_restore(struct formlines *, const struct val *);

/* The cell under the cursor; never NULL while there are columns and rows. */
struct formfield *formlines_cell(struct formlines *);
/* Another field of the cell's row; NULL: it has none of that name. */
struct formfield *formlines_sibling(const struct formfield *cell,
	    const char *name);
/* All fields of the cell's row, and their type. */
struct formfield *formlines_cells(const struct formfield *cell, size_t *n);
struct formlines *formlines_of(const struct formfield *cell);
const struct def *formlines_def(const struct formfield *cell);
/* A row's name as long as it is there, and its first cell; NULL: gone. */
unsigned formlines_serial(const struct formfield *cell);
struct formfield *formlines_by_serial(const struct formlines *, unsigned);
/* The cell of "proposal_lines.2.price", or the first of line 2. */
struct formfield *formlines_find(struct formlines *, const char *path);
bool	 formlines_has(const struct formlines *, const struct formfield *cell);
/* Puts the cursor on the cell. */
void	 formlines_go(struct formlines *, const struct formfield *cell);
/* "3 · Miktar": what a message about the cell calls it. */
void	 formlines_name(const struct formfield *cell, char *out, size_t len);
/* The version that a line is saved over, after a conflict. */
void	 formlines_version(struct formfield *cell, int64_t);

/* To the next or previous cell; false: the block is left. */
bool	 formlines_step(struct formlines *, int step);
/* The block is entered from before or behind. */
void	 formlines_enter(struct formlines *, bool first);
/* A key for the present cell, a letter or not. */
void	 formlines_typing(struct formlines *, bool text);
bool	 formlines_action(struct formlines *, enum action);
bool	 formlines_can(const struct formlines *, enum action);
/* True: the cell there was already under the cursor. */
bool	 formlines_click(struct formlines *, int row, int col, bool *same);

int	 formlines_rows(struct formlines *);
/* Where in these rows the cursor stands. */
int	 formlines_at_row(const struct formlines *);
/* How many of them must be seen. */
int	 formlines_at_rows(const struct formlines *);
void	 formlines_draw(struct formlines *, struct surface *, int row,
	    int left, bool focus);
/* A cell's text has changed: an empty row is needed below the last one. */
void	 formlines_touched(struct formlines *);

#endif
