/*
 * history.c - who changed what of a record, when: as a tab of its card and as
 * a view of its own.
 */
#ifndef KONAK_TUI_VIEW_HISTORY_H
#define KONAK_TUI_VIEW_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/keys.h"
#include "tui/val.h"

struct input;
struct surface;

struct histpane {
	char		*type;
	char		 id[40];
	struct val	*entries;	/* array of maps, newest first */
	char		*next;
	bool		 loaded;
	char		 error[300];
	uint64_t	 call;
	int		 top, lines, page;
};

/* Nothing is asked before histpane_load(). */
void	 histpane_init(struct histpane *, const char *type, const char *id);
void	 histpane_free(struct histpane *);
void	 histpane_load(struct histpane *);
void	 histpane_draw(struct histpane *, struct surface *);
bool	 histpane_action(struct histpane *, enum action);
bool	 histpane_key(struct histpane *, const struct input *);

/* "değiştirdi", of an entry; "Telefon: eski → yeni", of a change. */
struct buf;
struct def;
const char *history_word(const struct val *entry);
void	 history_change(const struct def *, const struct val *change,
	    struct buf *);
/* A value of the log under this key, as its field reads. */
struct field;
void	 history_value(const struct def *, const struct field *,
	    const struct val *row, const char *key, struct buf *);

void	 history_open(const char *type, const char *id, const char *title);

#endif
