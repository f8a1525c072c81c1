/*
 * Text: UTF-8, Unicode composition, Turkish case and folding, and what may be
 * drawn on a terminal. Never the C library's case or width functions: they
 * know neither I/ı nor today's characters.
 */
#ifndef KONAK_TR_H
#define KONAK_TR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/lang.h"

struct arena;
struct buf;

/* --- UTF-8 --------------------------------------------------------------- */

/* Well-formed: no surrogates, overlong forms, or anything over U+10FFFF. */
bool	utf8_ok(const char *, size_t len);
/* Characters (code points) of well-formed text: what max in definitions
 * counts. */
size_t	utf8_count(const char *, size_t len);
/* Takes one character from *p, which must be before end; broken bytes give
 * U+FFFD, one a time. */
uint32_t utf8_next(const char **p, const char *end);
/* Writes 1 to 4 bytes and says how many; no NUL. */
size_t	utf8_put(char out[4], uint32_t);

/* --- Composition and case; results live in the arena, ended by NUL -------- */

/* NFC. NULL when the text is not UTF-8. */
char	*tr_nfc(struct arena *, const char *, size_t len);
bool	tr_is_nfc(const char *, size_t len);

/* The form in which search compares: `SEKER`, `şeker` and `Şeker` are equal,
 * as are I, ı, İ and i. It is exactly SQL's konak.fold(): I ı İ become i, NFD,
 * combining marks U+0300–U+036F dropped, simple lower case, nothing else.
 * tests/fold.tsv holds examples for both. NULL when not UTF-8. */
char	*tr_fold(struct arena *, const char *, size_t len);
/* True when the folded needle occurs in the folded text. */
bool	tr_match(const char *folded_text, const char *folded_needle);

/* By Turkish rules for LANG_TR (i↔İ, ı↔I), by Unicode's otherwise. */
char	*tr_upper(struct arena *, enum lang, const char *);
char	*tr_lower(struct arena *, enum lang, const char *);

/* --- For the terminal ----------------------------------------------------- */

#define TEXT_ASCII	0x01	/* terminal without UTF-8: ş is s, € is ? */
#define TEXT_LINES	0x02	/* keep \n (text views); else it is ^J */

/* Appends text as it may be drawn: control characters as ^X, bidi and
 * zero-width ones as <202E>, variation selectors dropped, what follows a
 * joiner in an emoji cut, unassigned and private characters as ?. What comes
 * out has no ESC and only characters of 0, 1 or 2 cells. */
void	text_safe(struct buf *, const char *, size_t len, unsigned flags);
char	*text_safe_dup(struct arena *, const char *, unsigned flags);

/* Cells of one character: 0, 1 or 2. */
int	text_cell(uint32_t);
/* Cells of text that text_safe() made. */
int	text_width(const char *, size_t len);
/* Bytes of the longest start of safe text that fits in so many cells; never
 * between a character and its combining marks. *cells says how many it
 * takes (may be NULL). */
size_t	text_fit(const char *, size_t len, int cells, int *used);
/* Appends safe text of at most so many cells; if it had to be cut the last
 * cell is … (or ~ with TEXT_ASCII). Says how many cells it takes. */
int	text_cut(struct buf *, const char *, size_t len, int cells,
	    unsigned flags);
/* The same, filled with spaces to exactly so many cells. */
void	text_pad(struct buf *, const char *, size_t len, int cells,
	    unsigned flags);

#endif
