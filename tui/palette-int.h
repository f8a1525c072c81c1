/* What palette.c and goto.c share: the registry. */
#ifndef KONAK_TUI_PALETTE_INT_H
#define KONAK_TUI_PALETTE_INT_H

#include "tui/palette.h"

struct entry {
	struct palette_entry	 e;
	char			*fold_tr, *fold_en;
};

extern struct entry	*palette_entries;
extern int		 palette_count;

#endif
