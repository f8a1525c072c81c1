/*
 * view.c - the stack of views and what happens to a key. A screen is a
 * constant struct of callbacks plus the size of its state; what it does not
 * need it leaves NULL. The bottom of the stack is the dashboard or the
 * sign-in; popups (menus, dialogs, palette) are views with VIEW_POPUP, drawn
 * over the one below.
 *
 * A key goes: key() of the top view, if it has one → the key map in the
 * view's contexts → action() of the top view → what is the same everywhere
 * (palette, help, company, redraw …; ui.c). Popups are modal.
 */
#ifndef KONAK_TUI_VIEW_H
#define KONAK_TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keys.h"

struct input;
struct surface;
struct view;

#define VIEW_POPUP	0x01	/* drawn over the view below, modal */
#define VIEW_BARE	0x02	/* no header row: signing in */
#define VIEW_OWN_STATUS	0x04	/* popup that leaves status and hints to the
				 * view below (switch, palette) */

#define VIEW_HINTS	12

struct view_ops {
	const char	*name;		/* "list", for tests and keys.conf */
	unsigned	 when;		/* WHEN_…; its keys mean these */
	unsigned	 flags;		/* VIEW_… */
	size_t		 size;		/* of the state; zeroed before open() */

	/* `arg` is as given to view_push(). False: not opened, freed without
	 * close(). */
	bool	(*open)(struct view *, void *arg);
	void	(*close)(struct view *);

	/* Its part of the breadcrumb; an empty one is left out. */
	void	(*title)(struct view *, char *buf, size_t len);

	/* Everything, every frame, on a surface that is blank: the body for a
	 * screen, the whole window for a popup (use draw_popup()). Place the
	 * cursor on what is focused. */
	void	(*draw)(struct view *, struct surface *);

	/* Left part of the status row: counts, selection, sum. */
	void	(*status)(struct view *, char *buf, size_t len);

	/* Raw events (key, paste, mouse; row and col relative to the surface
	 * last drawn). True: taken. A view with a text field takes letters and
	 * pastes here. */
	bool	(*key)(struct view *, const struct input *);

	/* An action of its contexts; `in` is NULL when the palette or help ran
	 * it. True: done. */
	bool	(*action)(struct view *, enum action, const struct input *in);

	/* May this action be done now? False with a reason shows it in the
	 * palette with that reason; false with an empty reason hides it. NULL:
	 * every action of the contexts that are in `hints`. */
	bool	(*can)(struct view *, enum action, char *why, size_t len);

	/* Something is unsaved: ask, and close yourself later with
	 * view_pop(). False: stay for now. */
	bool	(*leave)(struct view *);

	/* Became the top again (true), or was covered, or the person looked
	 * away: focus lost, suspended, window too small (false). A secret
	 * hides here. */
	void	(*shown)(struct view *, bool);

	/* Words changed language; definitions follow by themselves. */
	void	(*language)(struct view *);

	/* Plain mode: what is focused, in one line. NULL, or nothing said: the
	 * row on which the cursor stands. */
	void	(*say)(struct view *, char *buf, size_t len);

	/* Hint row, most useful first; `: Komut  ? Yardım` are added. */
	enum action	 hints[VIEW_HINTS];

	/* Another word for an action in the hint row ("Kaydet" for Enter);
	 * NULL: as everywhere. */
	const char *(*label)(struct view *, enum action);

	/* Instead of `hints`, when they depend on the state: fill at most
	 * `max`, return how many. */
	int	(*hints_now)(struct view *, enum action *, int max);
};

struct view {
	const struct view_ops	*ops;
	void			*state;
	struct view		*below;
	int			 row, col;	/* where it was drawn last */
	int			 rows, cols;
	bool			 told;		/* plain mode has said all of it */
	struct view		*about;		/* asks about that one: goes with
						 * it */
	bool			 dead;		/* closed in this loop turn; freed
						 * after it */
};

/* On top of the stack. NULL when open() refused. */
struct view *view_push(const struct view_ops *, void *arg);

/* Close this one, wherever it stands, without asking; and what asks about
 * it. */
void	 view_pop(struct view *);

/* Close it if leave() agrees. */
void	 view_close(struct view *);

/* Everything above `v` (NULL: all), without asking. */
void	 view_pop_above(struct view *);

struct view *view_top(void);

/* The topmost that is no popup; NULL on an empty stack. */
struct view *view_base(void);

/* The topmost with these ops, or NULL. */
struct view *view_find(const struct view_ops *);

/* First unsaved view that refuses to go, or NULL: quitting, switching
 * company. (Calls leave(), which asks.) */
struct view *view_unsaved(void);

/* From the loop: an event, or an action of the palette. */
void	 view_input(const struct input *);
bool	 view_action(enum action, const struct input *);
bool	 view_can(enum action, char *why, size_t len);

/* Whose hints and status show: the top, but for popups that leave them. */
struct view *view_hinting(void);

/* Hints of a view (NULL: none), at most `max`. */
int	 view_hints(struct view *, enum action *, int max);

/* "Müşteriler > Şeker Ltd". */
void	 view_crumbs(char *buf, size_t len);
/* Up to this one, without what stands above it. */
void	 view_crumbs_to(struct view *, char *buf, size_t len);

/* Draw the stack; ui.c calls it, tests too. */
struct screen;
void	 view_draw(struct screen *);

void	 view_shown_all(bool);
void	 view_language_all(void);

/* Free what was closed; ui.c calls it at the end of a loop turn. */
void	 view_sweep(void);

#endif
