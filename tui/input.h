/*
 * input.c - bytes from the terminal become events: keys with modifiers,
 * text, paste, mouse, focus. A parser of our own, because curses' blocks the
 * loop after Esc and takes a split sequence for three commands. It does no
 * I/O and reads no clock: whoever feeds it asks how long it wants to wait.
 */
#ifndef KONAK_TUI_INPUT_H
#define KONAK_TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum input_kind {
	INPUT_KEY,
	INPUT_PASTE,		/* text, len: UTF-8, controls stripped but \n \t */
	INPUT_MOUSE,
	INPUT_FOCUS,		/* code 1: came, 0: went */
	INPUT_REPLY		/* an answer of the terminal; nobody's command */
};

/* Code of an INPUT_REPLY: mode 2026 is known. */
#define INPUT_SYNC	2026

/* Codes beyond Unicode for keys that are not letters. */
enum input_code {
	K_NONE = 0,
	K_TAB = 0x09, K_ENTER = 0x0d, K_ESC = 0x1b, K_SPACE = 0x20,
	K_BACKSPACE = 0x7f,
	K_UP = 0x110000, K_DOWN, K_RIGHT, K_LEFT,
	K_HOME, K_END, K_PGUP, K_PGDN, K_INSERT, K_DELETE,
	K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9, K_F10,
	K_F11, K_F12,
	K_LAST
};

#define MOD_SHIFT	0x1
#define MOD_ALT		0x2
#define MOD_CTRL	0x4

enum mouse_button {
	MOUSE_PRESS,		/* left button down */
	MOUSE_MIDDLE,
	MOUSE_RIGHT,
	MOUSE_RELEASE,
	MOUSE_DRAG,
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN
};

struct input {
	enum input_kind	 kind;
	uint32_t	 code;	/* Unicode letter or K_…; Ctrl+A is 'a', MOD_CTRL;
				 * Shift+Tab is K_TAB, MOD_SHIFT; capitals carry
				 * no MOD_SHIFT */
	unsigned	 mods;
	const char	*text;	/* INPUT_PASTE; borrowed until the call returns */
	size_t		 len;
	enum mouse_button button;
	int		 row, col;	/* INPUT_MOUSE, from 0 */
};

typedef void	 input_cb(const struct input *, void *arg);

struct input_parser;

/* `esc_ms`: how long a lone Esc waits for company; 0: 100 ms. */
struct input_parser *input_new(input_cb *, void *arg, unsigned esc_ms);
void	 input_free(struct input_parser *);

/* A sequence of this terminal (terminfo's) for a key. */
void	 input_learn(struct input_parser *, const char *seq, uint32_t code,
	    unsigned mods);

/* Bytes that were read. Calls back for every event they complete. */
void	 input_feed(struct input_parser *, const void *bytes, size_t len);

/*
 * Milliseconds that the parser wants to wait for the rest of a sequence, or
 * -1: nothing is open. When they have passed without bytes: input_expire().
 */
int	 input_wait(const struct input_parser *);
void	 input_expire(struct input_parser *);

/* Bytes are held that are not a key yet. After a lone Esc there are none, though
 * a late rest of a sequence is waited for. */
bool	 input_half(const struct input_parser *);

/* True when the event is a letter to be typed (no Ctrl, no Alt). */
bool	 input_is_text(const struct input *);

#endif
