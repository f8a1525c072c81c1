/*
 * edit.c - one line to edit, and a text of many lines. NFC on the way in, a
 * cursor that stands between letters (not bytes), paste as text, masked mode
 * that wipes. No selection.
 */
#ifndef KONAK_TUI_EDIT_H
#define KONAK_TUI_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input;
struct surface;

#define EDIT_MASKED	0x01	/* dots, fixed buffer, wiped when freed */
#define EDIT_DIGITS	0x02	/* only digits are taken (codes) */
#define EDIT_LINES	0x04	/* many lines: Enter is a newline */
#define EDIT_OFFER	0x08	/* what stands there goes when one types;
				 * any other key makes it one's own */

struct edit {
	char		*text;		/* never NULL, valid UTF-8 */
	size_t		 len, cap;
	size_t		 cursor;	/* byte offset at a letter's start */
	unsigned	 flags;
	int		 max;		/* characters, more are not taken; 0: no
					 * limit (forms: too long is said, not cut) */
	int		 scroll;	/* first column, or first line */
	int		 want;		/* column that ↑ ↓ aim at, -1 */
	int		 rows, cols;	/* as drawn last (EDIT_LINES) */
	bool		 changed;	/* since edit_set() */
};

void	 edit_init(struct edit *, unsigned flags, int max);
void	 edit_free(struct edit *);

/* Replace all; cursor at the end; `changed` false. */
void	 edit_set(struct edit *, const char *);

/* As if typed or pasted at the cursor: NFC, controls dropped, newlines to
 * blanks in one line, cut at `max`. */
void	 edit_insert(struct edit *, const char *, size_t);

/*
 * ← → Home End Backspace Del, Ctrl+← →, Ctrl+U (to the start), Ctrl+W (word),
 * Ctrl+K (to the end), letters, paste; ↑ ↓ PgUp PgDn Enter in many lines.
 * False: not ours.
 */
bool	 edit_key(struct edit *, const struct input *);

/* Plain mode wants to hear letters that were typed (* for masked ones). */
void	 edit_set_echo(void (*)(const char *));

/* Text with its cursor (if `focus`) in `width` cells, scrolled as needed. */
void	 edit_draw(struct edit *, struct surface *, int row, int col,
	    int width, bool focus);

/* Many lines, wrapped at `width`. Returns the lines it has in all. */
int	 edit_draw_area(struct edit *, struct surface *, int row, int col,
	    int rows, int width, bool focus);

/* Letters (grapheme clusters) in it. */
int	 edit_length(const struct edit *);

#endif
