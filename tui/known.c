/* known.c - keys of servers met before, as ssh keeps them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/wire.h"

/* Makes the folder and those above it that are missing. */
static bool
known_mkdirs(char *path)
{
	char	*p;

	for (p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(path, 0700) == -1 && errno != EEXIST) {
			*p = '/';
			return false;
		}
		*p = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

bool
known_dir(char *path, size_t size)
{
	const char	*state = getenv("XDG_STATE_HOME");
	const char	*home = getenv("HOME");
	int		 n;

	if (state != NULL && state[0] == '/')
		n = snprintf(path, size, "%s/konak", state);
	else
		n = snprintf(path, size, "%s/.local/state/konak",
		    home == NULL ? "" : home);
	if (n < 0 || (size_t)n >= size)
		return false;
	return known_mkdirs(path);
}

void
known_path(char *path, size_t size)
{
	char	dir[1024];

	if (!known_dir(dir, sizeof dir))
		dir[0] = '\0';
	if ((size_t)snprintf(path, size, "%s/known_servers", dir) >= size)
		path[0] = '\0';
}

enum known
known_check(const char *name, const char *key)
{
	char	 path[1100], line[600], *sp;
	FILE	*f;
	enum known found = KNOWN_NEW;

	known_path(path, sizeof path);
	if ((f = fopen(path, "re")) == NULL)
		return KNOWN_NEW;
	while (found != KNOWN_SAME && fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if ((sp = strchr(line, ' ')) == NULL)
			continue;
		*sp++ = '\0';
		if (strcmp(line, name) != 0)
			continue;
		found = strcmp(sp, key) == 0 ? KNOWN_SAME : KNOWN_CHANGED;
	}
	fclose(f);
	return found;
}

bool
known_add(const char *name, const char *key)
{
	char	 path[1100], line[600];
	int	 fd, n;
	bool	 ok;

	known_path(path, sizeof path);
	n = snprintf(line, sizeof line, "%s %s\n", name, key);
	if (n < 0 || (size_t)n >= sizeof line)
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd == -1)
		return false;
	ok = write(fd, line, (size_t)n) == n;
	if (close(fd) == -1)
		ok = false;
	return ok;
}
