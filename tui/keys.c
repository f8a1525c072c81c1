/*
 * keys.c - the key map: actions.def compiled in, overrides from a file, and
 * the look-up from a key to what it means.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/keys.h"
#include "tui/lang.h"

#define KEYS_MAX 12	/* of one action */

static const struct action_info infos[ACT_LAST] = {
	[ACT_NONE] = { "NONE", "", "", "", "", 0 },
#define ACTION(i, name, keys, tr, en, when) \
	[ACT_##i] = { #i, name, keys, tr, en, when },
#include "tui/actions.def"
#undef ACTION
};

static const struct {
	const char	*name;
	uint32_t	 code;
} names[] = {
	{ "Tab", K_TAB }, { "Enter", K_ENTER }, { "Esc", K_ESC },
	{ "Space", K_SPACE }, { "Backspace", K_BACKSPACE },
	{ "Up", K_UP }, { "Down", K_DOWN }, { "Left", K_LEFT },
	{ "Right", K_RIGHT }, { "Home", K_HOME }, { "End", K_END },
	{ "PgUp", K_PGUP }, { "PgDn", K_PGDN }, { "Ins", K_INSERT },
	{ "Del", K_DELETE }, { "F1", K_F1 }, { "F2", K_F2 }, { "F3", K_F3 },
	{ "F4", K_F4 }, { "F5", K_F5 }, { "F6", K_F6 }, { "F7", K_F7 },
	{ "F8", K_F8 }, { "F9", K_F9 }, { "F10", K_F10 }, { "F11", K_F11 },
	{ "F12", K_F12 }
};

/* The map in force: copies of the words, and the keys they mean. */
static struct {
	char		*words;		/* NULL: as in the table */
	struct key	 keys[KEYS_MAX];
	int		 n;
	bool		 parsed;
} map[ACT_LAST];

const struct action_info *
action_info(enum action a)
{
	return &infos[a < ACT_LAST ? a : ACT_NONE];
}

const char *
action_label(enum action a)
{
	return ui_pick(infos[a].tr, infos[a].en);
}

enum action
action_by_name(const char *name)
{
	int a;

	for (a = 1; a < ACT_LAST; a++) {
		if (strcmp(infos[a].name, name) == 0)
			return (enum action)a;
	}
	return ACT_NONE;
}

/* --- words and keys --------------------------------------------------------- */

static const struct {
	const char	*name;
	unsigned	 mod;
} mods[] = {
	{ "Ctrl+", MOD_CTRL }, { "Alt+", MOD_ALT }, { "Shift+", MOD_SHIFT }
};

bool
key_parse(const char *word, size_t len, struct key *k)
{
	const char *end = word + len, *p;
	size_t i, n;

	k->mods = 0;
	for (i = 0; i < sizeof(mods) / sizeof(mods[0]); i++) {
		n = strlen(mods[i].name);
		if (len > n && strncmp(word, mods[i].name, n) == 0) {
			k->mods |= mods[i].mod;
			word += n;
			len -= n;
		}
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) == len &&
		    strncmp(word, names[i].name, len) == 0) {
			k->code = names[i].code;
			return true;
		}
	}
	p = word;
	if (p >= end || !utf8_ok(word, len))
		return false;
	k->code = utf8_next(&p, end);
	if (p != end || k->code <= K_SPACE || k->code == 0x7f)
		return false;
	/* Terminals do not tell Ctrl+S from Ctrl+s. */
	if ((k->mods & MOD_CTRL) && k->code >= 'A' && k->code <= 'Z')
		k->code += 'a' - 'A';
	return !(k->mods & MOD_SHIFT);
}

size_t
key_name(const struct key *k, char *out, size_t len)
{
	char letter[8] = "";
	const char *name = letter;
	uint32_t code = k->code;
	size_t i;

	if ((k->mods & MOD_CTRL) && code >= 'a' && code <= 'z')
		code -= 'a' - 'A';
	if (code < K_UP)
		letter[utf8_put(letter, code)] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == k->code)
			name = names[i].name;
	}
	return (size_t)snprintf(out, len, "%s%s%s%s",
	    k->mods & MOD_CTRL ? "Ctrl+" : "", k->mods & MOD_ALT ? "Alt+" : "",
	    k->mods & MOD_SHIFT ? "Shift+" : "", name);
}

bool
key_allowed(const struct key *k)
{
	/* Turkish Q: with AltGr only. */
	static const char altgr[] = "[]{}\\|@#$~`";
	/* Tab, LF, Enter, Backspace; screen's and tmux's prefix. */
	static const char ctrl[] = "ijmhab[";

	if (k->code >= K_UP)
		return true;
	if (k->mods & MOD_CTRL)
		return k->code >= 'a' && k->code <= 'z' &&
		    strchr(ctrl, (int)k->code) == NULL;
	if (k->mods & MOD_ALT)
		return false;
	if (k->code <= K_SPACE || k->code == K_BACKSPACE)
		return true;
	if (k->code == 'i' || k->code == 'I' || k->code == 0x131 ||
	    k->code == 0x130)
		return false;
	return k->code > 0x7f || strchr(altgr, (int)k->code) == NULL;
}

/* Fills the keys of an action from words; false at a word that is no key. */
static bool
parse_words(enum action a, const char *words)
{
	size_t n;

	map[a].n = 0;
	map[a].parsed = true;
	for (;;) {
		words += strspn(words, " \t");
		n = strcspn(words, " \t");
		if (n == 0)
			return true;
		if (map[a].n == KEYS_MAX ||
		    !key_parse(words, n, &map[a].keys[map[a].n]))
			return false;
		map[a].n++;
		words += n;
	}
}

static const char *
words_of(enum action a)
{
	return map[a].words != NULL ? map[a].words : infos[a].keys;
}

static void
need(enum action a)
{
	if (!map[a].parsed)
		parse_words(a, words_of(a));
}

/* --- the map in use ------------------------------------------------------------ */

enum action
keys_action(unsigned when, const struct input *in)
{
	int a, i;

	if (in->kind != INPUT_KEY)
		return ACT_NONE;
	for (a = 1; a < ACT_LAST; a++) {
		if (!(infos[a].when & when))
			continue;
		need((enum action)a);
		for (i = 0; i < map[a].n; i++) {
			if (map[a].keys[i].code == in->code &&
			    map[a].keys[i].mods == in->mods)
				return (enum action)a;
		}
	}
	return ACT_NONE;
}

/* A letter that a field would take. */
static bool
typed(const struct key *k)
{
	return k->mods == 0 && k->code >= K_SPACE && k->code < K_UP &&
	    k->code != K_BACKSPACE;
}

const char *
keys_hint_in(unsigned when, enum action a)
{
	static const struct {
		uint32_t	 code;
		const char	*sign;
	} arrows[] = {
		{ K_UP, "\u2191" }, { K_DOWN, "\u2193" },
		{ K_LEFT, "\u2190" }, { K_RIGHT, "\u2192" }
	};
	static char ring[8][24];
	static unsigned next;
	char *out = ring[next++ % 8];
	const struct key *k;
	size_t i;
	int n = 0;

	need(a);
	out[0] = '\0';
	while (n < map[a].n && (when & WHEN_FORM) && typed(&map[a].keys[n]))
		n++;
	if (n == map[a].n)
		return out;
	k = &map[a].keys[n];
	key_name(k, out, sizeof(ring[0]));
	for (i = 0; i < 4 && !draw_is_ascii(); i++) {
		if (k->code == arrows[i].code && k->mods == 0)
			snprintf(out, sizeof(ring[0]), "%s", arrows[i].sign);
	}
	return out;
}

const char *
keys_hint(enum action a)
{
	return keys_hint_in(0, a);
}

const char *
keys_all(enum action a)
{
	return words_of(a);
}

void
keys_reset(void)
{
	int a;

	for (a = 0; a < ACT_LAST; a++)
		free(map[a].words);
	memset(map, 0, sizeof(map));
}

/* One line "name = keys"; NULL when it is fine. */
static const char *
load_line(char *line)
{
	char *eq, *name = line + strspn(line, " \t"), *keys, *end;
	enum action a;
	int i;

	if (*name == '#' || *name == '\0')
		return NULL;
	eq = strchr(name, '=');
	if (eq == NULL || eq == name)
		return T("keys.no_equal");
	for (end = eq; end > name && (end[-1] == ' ' || end[-1] == '\t'); end--)
		;
	*end = '\0';
	keys = eq + 1;
	a = action_by_name(name);
	if (a == ACT_NONE)
		return T("keys.no_action");
	if (!parse_words(a, keys)) {
		map[a].parsed = false;
		return T("keys.no_key");
	}
	for (i = 0; i < map[a].n; i++) {
		/* i and ı may be wanted by a person; terminals' own may not. */
		if ((map[a].keys[i].mods & MOD_CTRL) &&
		    !key_allowed(&map[a].keys[i])) {
			map[a].parsed = false;
			return T("keys.taken");
		}
	}
	free(map[a].words);
	map[a].words = xstrdup(keys + strspn(keys, " \t"));
	return NULL;
}

bool
keys_load(const char *path, void (*wrong)(const char *why))
{
	const char *bad;
	char line[512], number[16], why[300];
	bool fine = true;
	FILE *f;
	int n = 0;

	f = fopen(path, "re");
	if (f == NULL)
		return true;
	while (fgets(line, sizeof(line), f) != NULL) {
		n++;
		line[strcspn(line, "\r\n")] = '\0';
		bad = load_line(line);
		if (bad == NULL)
			continue;
		snprintf(number, sizeof(number), "%d", n);
		wrong(TF("keys.line", "file", path, "line", number, "why",
		    bad, NULL));
		fine = false;
	}
	fclose(f);
	if (!keys_conflict(why, sizeof(why)))
		return fine;
	wrong(why);
	return false;
}

static bool
same_key(enum action a, enum action b, struct key *k)
{
	int i, j;

	for (i = 0; i < map[a].n; i++) {
		for (j = 0; j < map[b].n; j++) {
			if (map[a].keys[i].code == map[b].keys[j].code &&
			    map[a].keys[i].mods == map[b].keys[j].mods) {
				*k = map[a].keys[i];
				return true;
			}
		}
	}
	return false;
}

bool
keys_conflict(char *why, size_t len)
{
	struct key k;
	char name[32];
	int a, b;

	for (a = 1; a < ACT_LAST; a++)
		need((enum action)a);
	for (a = 1; a < ACT_LAST; a++) {
		for (b = a + 1; b < ACT_LAST; b++) {
			if (!(infos[a].when & infos[b].when) ||
			    !same_key((enum action)a, (enum action)b, &k))
				continue;
			key_name(&k, name, sizeof(name));
			snprintf(why, len, "%s", TF("keys.conflict", "key",
			    name, "one", infos[a].name, "two", infos[b].name,
			    NULL));
			return true;
		}
	}
	return false;
}
