/*
 * draft.c - what was typed into forms and not saved, kept so that it survives
 * this client, the line and the server: on the server (sealed there) and in a
 * file here, encrypted with a key that only the server keeps. The newer of
 * the two counts.
 */
#ifndef KONAK_TUI_DRAFT_H
#define KONAK_TUI_DRAFT_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/val.h"

/* One form: the type, and the record's id ("": a new one). */
struct draft_place {
	char	screen[64];
	char	record[40];
};

/* A company was entered: its key, and which drafts there are. offer (once,
 * when there are any) gets each with its body and time (microseconds). */
typedef void	(*draft_offer_cb)(const struct draft_place *,
		    const struct val *body, int64_t at, size_t left, void *);
void	 draft_start(draft_offer_cb, void *arg);
/* The company was left. */
void	 draft_stop(void);

/* Keeps it; body is borrowed. True: the server has it, too, or is being told. */
bool	 draft_keep(const struct draft_place *, const struct val *body);
/* Saved, or thrown away. */
void	 draft_drop(const struct draft_place *);
/* Is there one? Its body (to val_free()) and time; NULL: none. What only the
 * server had is known since draft_start(). */
struct val *draft_find(const struct draft_place *, int64_t *at);

#endif
