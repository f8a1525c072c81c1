/*
 * formfield.c - one field of a form: what was typed, what it means, what is
 * wrong with it, and its keys.
 */
#ifndef KONAK_TUI_VIEW_FORMFIELD_H
#define KONAK_TUI_VIEW_FORMFIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/edit.h"
#include "tui/store.h"

struct buf;
struct form;
struct formline;
struct formlines;
struct input;
struct surface;

struct formfield {
	struct form		*form;
	const struct field	*f;
	const char		*section[LANG_COUNT];	/* heading above it */
	bool			 fixed;		/* shown, not to be changed */
	bool			 hidden;	/* its condition does not hold */
	bool			 gone;		/* the company deleted it meanwhile */
	bool			 typed;		/* its text is edited; others are
						 * chosen */
	struct formlines	*lines;		/* a block of lines, no field */
	struct formline		*line;		/* the one it is a cell of */
	struct edit		 edit;
	char			*canon;		/* canonical value; NULL: empty */
	char			*title;		/* of a reference */
	char			*taken;		/* value taken from a reference */
	char			*start;		/* canon as loaded */
	char			*start_text;	/* text as loaded */
	char			*error;
	int			 row, rows, col;	/* where it was drawn */
};

void	 formfield_init(struct formfield *, struct form *,
	    const struct field *);
void	 formfield_free(struct formfield *);
/* Sets the value; as_loaded: it is what the record has, so not a change. */
void	 formfield_set(struct formfield *, const char *canon,
	    const char *title, bool as_loaded);
bool	 formfield_dirty(const struct formfield *);
/* Reads what was typed. False: wrong, and `error` says why. */
bool	 formfield_check(struct formfield *, bool saving);
/* What it means now, without judging; false: nothing, or wrong. */
bool	 formfield_read(const struct formfield *, struct buf *);
void	 formfield_error(struct formfield *, const char *);
/* Nobody can save it any more: what was typed stays to be read. */
void	 formfield_gone(struct formfield *);
/* Keys that the field takes itself. */
bool	 formfield_key(struct formfield *, const struct input *);
/* Opens what there is to choose from (Enter, Space). */
bool	 formfield_choose(struct formfield *);
/* Columns its label wants. */
int	 formfield_label(const struct formfield *);
/* Rows it needs in so many columns, and drawing it there. */
int	 formfield_rows(struct formfield *, int cols, int screen, bool focus);
void	 formfield_draw(struct formfield *, struct surface *, int row, bool focus);
/* As the cell of a line, without label and help. */
void	 formfield_draw_cell(struct formfield *, struct surface *, int row,
	    int col, int width, bool right, bool dim, bool focus);

#endif
