/*
 * What ui.c starts and stops in the other files of the layer. Not for views.
 */
#ifndef KONAK_TUI_UI_INT_H
#define KONAK_TUI_UI_INT_H

#include <stdbool.h>

#include "tui/input.h"

struct event_base;
struct screen;

/* status.c */
void	 toast_start(struct event_base *);
void	 toast_stop(void);

/* palette.c */
void	 palette_start(struct event_base *);
void	 palette_stop(void);

/* settings.c: what can be chosen, into the palette. */
void	 settings_add(void);

/* term.c: terminfo's sequences for the keys. */
void	 term_learn(struct input_parser *);

/* dialog.c: the question of q on the last screen. */
void	 ui_ask_quit(void (*yes)(void));

/* ui.c: is a request open? */
bool	 ui_is_busy(void);

/* ui.c: a key, a paste or a click goes to the views. */
void	 ui_key(const struct input *);

/* held.c: takes a key that has to wait; does any, or will the next? */
bool	 held_take(const struct input *);
bool	 held_waits(void);
void	 held_stop(void);

/* plain.c: a screen told in lines. */
void	 plain_frame(const struct screen *);
void	 plain_input(const struct input *);
void	 plain_again(void);
void	 plain_echo(const char *letter);

#endif
