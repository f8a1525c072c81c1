/* prefs.c - see prefs.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/msg.h"
#include "tui/prefs.h"
#include "tui/term.h"
#include "tui/theme.h"

static const struct {
	const char	*name;
	bool		 preset;
} names[PREF_COUNT] = {
	[PREF_PLAIN] = { "plain", false },
	[PREF_ASCII] = { "ascii", false },
	[PREF_COLOUR] = { "colour", true },
	[PREF_SLOW] = { "slow-link", false },
	[PREF_MOUSE] = { "mouse", true },
	[PREF_BELL] = { "bell", false },
	[PREF_DESKTOP] = { "desktop-notices", false },
	[PREF_SYNC] = { "synchronised-output", true },
	[PREF_CLEAR] = { "clear-clipboard", true }
};

static bool	 value[PREF_COUNT];
static char	 theme[16] = "default";
static bool	 known;		/* there is a file: the question was answered */
static bool	 loaded;

void
prefs_dir(char *out, size_t size)
{
	const char	*dir = getenv("XDG_CONFIG_HOME");
	const char	*home = getenv("HOME");

	if (dir != NULL && dir[0] == '/')
		snprintf(out, size, "%s/konak", dir);
	else
		snprintf(out, size, "%s/.config/konak",
		    home == NULL ? "" : home);
}

static void
file_path(char *out, size_t size)
{
	char	dir[900];

	prefs_dir(dir, sizeof dir);
	snprintf(out, size, "%s/konak.conf", dir);
}

static void
start(void)
{
	int	i;

	for (i = 0; i < PREF_COUNT; i++)
		value[i] = names[i].preset;
	loaded = true;
}

/* "name = on"; NULL when it is fine. */
static const char *
load_line(char *line)
{
	char	*name = line + strspn(line, " \t"), *eq, *v;
	size_t	 n = strcspn(name, " \t=#");
	int	 i;

	if (name[0] == '#' || name[0] == '\0')
		return NULL;
	if ((eq = strchr(name, '=')) == NULL)
		return "keys.no_equal";
	v = eq + 1 + strspn(eq + 1, " \t");
	v[strcspn(v, " \t\r\n")] = '\0';
	if (strncmp(name, "theme", n) == 0 && n == 5)
		return theme_set(v) ? (snprintf(theme, sizeof theme, "%s", v),
		    NULL) : "prefs.value";
	for (i = 0; i < PREF_COUNT; i++) {
		if (strncmp(names[i].name, name, n) != 0 ||
		    names[i].name[n] != '\0')
			continue;
		if (strcmp(v, "on") != 0 && strcmp(v, "off") != 0)
			return "prefs.value";
		value[i] = v[1] == 'n';
		return NULL;
	}
	return "prefs.name";
}

bool
prefs_load(char *why, size_t len)
{
	const char	*bad;
	char		 path[1000], line[300];
	FILE		*f;
	int		 n = 0;
	bool		 good = true;

	start();
	file_path(path, sizeof path);
	if ((f = fopen(path, "re")) == NULL)
		return true;
	known = true;
	while (fgets(line, sizeof line, f) != NULL) {
		n++;
		line[strcspn(line, "\r\n")] = '\0';
		if ((bad = load_line(line)) == NULL || !good)
			continue;
		good = false;
		snprintf(why, len, "%s:%d: %s", path, n,
		    msg_text(LANG_TR, bad));
	}
	fclose(f);
	return good;
}

bool
pref(enum pref p)
{
	if (!loaded)
		start();
	return value[p];
}

/* The folder and the one above it. */
static void
make_dirs(char *dir)
{
	char	*slash = strrchr(dir, '/');

	if (slash != NULL && slash != dir) {
		*slash = '\0';
		mkdir(dir, 0700);
		*slash = '/';
	}
	mkdir(dir, 0700);
}

static bool
save(void)
{
	char	 path[1000], tmp[1020], dir[900];
	FILE	*f;
	bool	 good;
	int	 i;

	prefs_dir(dir, sizeof dir);
	make_dirs(dir);
	file_path(path, sizeof path);
	snprintf(tmp, sizeof tmp, "%s.%d", path, (int)getpid());
	if ((f = fopen(tmp, "we")) == NULL)
		return false;
	good = fprintf(f, "# konak's settings on this machine; see konak(1)\n"
	    "theme = %s\n", theme) > 0;
	for (i = 0; i < PREF_COUNT; i++)
		good = fprintf(f, "%s = %s\n", names[i].name,
		    value[i] ? "on" : "off") > 0 && good;
	if (fclose(f) != 0 || !good || rename(tmp, path) == -1) {
		unlink(tmp);
		return false;
	}
	known = true;
	return true;
}

bool
pref_set(enum pref p, bool on)
{
	if (!loaded)
		start();
	value[p] = on;
	return save();
}

bool
pref_set_theme(const char *name)
{
	if (!theme_set(name))
		return false;
	snprintf(theme, sizeof theme, "%s", name);
	return save();
}

void
prefs_options(struct term_options *o)
{
	o->plain = o->plain || pref(PREF_PLAIN);
	o->ascii = o->ascii || pref(PREF_ASCII);
	o->no_colour = o->no_colour || !pref(PREF_COLOUR);
	o->slow = o->slow || pref(PREF_SLOW);
	o->no_mouse = o->no_mouse || !pref(PREF_MOUSE);
	o->no_sync = o->no_sync || !pref(PREF_SYNC);
}

void
prefs_ask(enum lang lang)
{
	const char	*test = getenv("KONAK_TEST");
	const char	*set = getenv("KONAK_ACCESSIBLE");
	char		 line[80];

	if (known || (set != NULL && set[0] != '\0') ||
	    !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    (test != NULL && strcmp(test, "ask") != 0))
		return;
	printf("%s\n%s ", msg_text(lang, "prefs.ask"),
	    msg_text(lang, "prefs.ask_keys"));
	fflush(stdout);
	if (fgets(line, sizeof line, stdin) == NULL)
		return;
	/* e: evet, y: yes */
	pref_set(PREF_PLAIN, line[0] == 'e' || line[0] == 'E' ||
	    line[0] == 'y' || line[0] == 'Y');
}
