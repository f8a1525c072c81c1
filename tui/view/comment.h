/*
 * comment.c - writing a comment: a small box over the card. An @ offers the
 * people who may see the record.
 */
#ifndef KONAK_TUI_VIEW_COMMENT_H
#define KONAK_TUI_VIEW_COMMENT_H

#include <stdint.h>

/* comment NULL: a new one; else its id, version and text. */
void	 comment_open(const char *type, const char *id, const char *comment,
	    int64_t version, const char *text);

#endif
