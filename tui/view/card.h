/*
 * card.c - one record: its fields, related lists and history in tabs. Also as
 * a piece of the list's screen when the window is wide.
 */
#ifndef KONAK_TUI_VIEW_CARD_H
#define KONAK_TUI_VIEW_CARD_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keys.h"
#include "tui/store.h"
#include "tui/view/history.h"
#include "tui/view/listpane.h"
#include "tui/view/timepane.h"

struct event;
struct input;
struct surface;

#define CARD_TABS 16

enum tab_kind { TAB_FIELDS, TAB_RELATED, TAB_HISTORY, TAB_TIMELINE,
    TAB_COMMENTS };

struct card_tab {
	enum tab_kind		 kind;
	const char		*label[LANG_COUNT];
	const struct val	*fields;	/* names; NULL: all */
	const char		*related;	/* record type */
	const char		*by;
	const struct val	*kinds;		/* of a timeline */
};

struct cardpane {
	char		 type[64];
	char		 id[40];	/* "": none */
	char		 next[40];	/* shown after a pause, "": none */
	struct val	*rec;		/* NULL: not there yet */
	char		 error[300];
	uint64_t	 call;
	struct event	*pause;		/* before asking while the cursor moves */
	struct watch	*watch;
	struct card_tab	 tab[CARD_TABS];
	int		 ntabs, at;
	struct listpane	*list;		/* of the present tab, or NULL */
	struct histpane	*hist;
	struct timepane	*time;
	struct val	*social;	/* records.social's; NULL: not known */
	uint64_t	 social_call;
	struct watch	*talk;		/* comments come and go */
	bool		 noted;		/* among the last ones opened */
	int		 field, top, page, nfields;	/* cursor among the fields */
	int		 tab_col[CARD_TABS + 1];
	int		 tab_shown;	/* those up to here have a column */
	const char	*shown[64];	/* fields drawn, in order */
};

void	 cardpane_init(struct cardpane *);
void	 cardpane_free(struct cardpane *);
/* Shows another record; soon: after a pause, since the cursor may go on, and
 * the old one until then. */
void	 cardpane_show(struct cardpane *, const char *type, const char *id,
	    bool soon);
void	 cardpane_reload(struct cardpane *);
/* Shows the tab of this number from 0, if there is one. */
void	 cardpane_tab(struct cardpane *, int);
void	 cardpane_draw(struct cardpane *, struct surface *, bool focus);
bool	 cardpane_action(struct cardpane *, enum action,
	    const struct input *);
bool	 cardpane_key(struct cardpane *, const struct input *);

void	 card_open(const char *type, const char *id);

/* Where one is: a map of type and id to free, NULL when the view is no card;
 * and there again. */
struct view;
struct val *card_where(const struct view *);
void	 card_open_where(const struct val *);

#endif
