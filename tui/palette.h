/*
 * palette.c - `:`, one box for commands, screens, records, recent things and
 * settings; and `g`, the popup that goes to a screen by letter. Actions of
 * the present view are in it by themselves (keys.h, view_can()); definitions,
 * views and screens.c register the rest.
 */
#ifndef KONAK_TUI_PALETTE_H
#define KONAK_TUI_PALETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum palette_kind {
	PALETTE_COMMAND,
	PALETTE_SCREEN,
	PALETTE_CHART,
	PALETTE_RECORD,
	PALETTE_MORE,		/* of them: the whole search */
	PALETTE_RECENT,
	PALETTE_SETTING
};

struct palette_entry {
	const char	*source;	/* who added it: "defs", "app" */
	enum palette_kind kind;
	const char	*tr, *en;	/* both are searched; copied */
	const char	*detail;	/* at the right, or NULL; copied */
	uint32_t	 go;		/* letter after g; 0: none for others, for
					 * screens one is found */
	/* Not allowed now: false with a reason; with an empty one it is
	 * absent. NULL: always allowed. */
	bool		(*can)(void *arg, char *why, size_t len);
	void		(*run)(void *arg);
	void		(*drop)(void *arg);	/* entry goes: free arg, or NULL */
	void		*arg;
};

void	 palette_add(const struct palette_entry *);

/* Everything that `source` added goes (definitions changed). */
void	 palette_drop(const char *source);
/* Letters that are not given to an entry that asks for none. */
void	 palette_keep(const char *letters);

/*
 * Records found by the server: called 120 ms after the last key with the text
 * typed; answers through palette_add() with kind PALETTE_RECORD and source
 * "search", then palette_found(). Text NULL: the box was closed.
 */
void	 palette_set_search(void (*)(const char *text));
void	 palette_found(void);

/* Open them; NULL or a text to begin with. */
void	 palette_open(const char *text);
void	 palette_open_goto(void);

/* For the menu at the left of wide windows and the dashboard: the screens, in
 * the order added. NULL past the last. */
struct palette_screen {
	const char	*label;
	uint32_t	 go;
	void		(*run)(void *);
	void		*arg;
};
bool	 palette_screen(int n, struct palette_screen *);

#endif
