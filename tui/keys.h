/*
 * keys.c - the one key map: which key means which action where. The table is
 * actions.def; ~/.config/konak/keys.conf overrides it by name:
 *	new = n Ctrl+N
 * Hints, help, palette and the manual's table are generated from here.
 */
#ifndef KONAK_TUI_KEYS_H
#define KONAK_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input;

/* Contexts: a view says which of them it is (view_ops.when). */
#define WHEN_LIST	0x0001u
#define WHEN_CARD	0x0002u
#define WHEN_BOARD	0x0004u
#define WHEN_GRID	0x0008u
#define WHEN_FORM	0x0010u	/* keys that are letters go to the field first */
#define WHEN_TEXT	0x0020u	/* a long text, help, history */
#define WHEN_MENU	0x0040u	/* popups with something to choose */
#define WHEN_DIALOG	0x0080u	/* a question */
#define WHEN_SIGNIN	0x0100u	/* before a company is entered */

#define WHEN_RECORDS	(WHEN_LIST | WHEN_BOARD | WHEN_GRID)
#define WHEN_SCREEN	(WHEN_RECORDS | WHEN_CARD | WHEN_FORM | WHEN_TEXT)
#define WHEN_MOVE	(WHEN_SCREEN | WHEN_MENU | WHEN_SIGNIN)
#define WHEN_ANY	(WHEN_MOVE | WHEN_DIALOG)

enum action {
	ACT_NONE,
#define ACTION(id, name, keys, tr, en, when) ACT_##id,
#include "tui/actions.def"
#undef ACTION
	ACT_LAST
};

struct key {
	uint32_t	 code;
	unsigned	 mods;
};

struct action_info {
	const char	*id;		/* "NEW" */
	const char	*name;		/* "new" */
	const char	*keys;		/* as in the table */
	const char	*tr, *en;
	unsigned	 when;
};

const struct action_info *action_info(enum action);

/* Its label in the person's language. */
const char *action_label(enum action);

/* ACT_NONE when the name is not known. */
enum action action_by_name(const char *name);

/* What this key means in these contexts. */
enum action keys_action(unsigned when, const struct input *);

/*
 * Its first key as people read it ("Ctrl+S", "n", "Enter"; ↑ for Up where the
 * terminal can), "" if it has none.
 */
const char *keys_hint(enum action);

/* Likewise in a context: in a form no letter, a field would take it. */
const char *keys_hint_in(unsigned when, enum action);

/* All its keys, separated by blanks. */
const char *keys_all(enum action);

/* "Ctrl+S" to a key; false if that is not one. */
bool	 key_parse(const char *word, size_t len, struct key *);
size_t	 key_name(const struct key *, char *buf, size_t len);

/* True if the key can be typed on Turkish Q without AltGr, and is not one of
 * those that terminals, tmux or screen use for themselves. */
bool	 key_allowed(const struct key *);

/*
 * Read overrides; a missing file is fine. False: wrong() was told of each line
 * that is no good, by number and reason, and of a key that means two things;
 * the other lines hold.
 */
bool	 keys_load(const char *path, void (*wrong)(const char *why));
void	 keys_reset(void);

/*
 * Two actions on one key in one context: true, with a sentence. Called at
 * start and by the unit test.
 */
bool	 keys_conflict(char *why, size_t len);

#endif
