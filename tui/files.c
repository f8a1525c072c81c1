/* files.c - see files.h. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/xmalloc.h"
#include "tui/files.h"
#include "tui/lang.h"

char *
files_path(const char *typed)
{
	const char	*home = getenv("HOME");

	typed += strspn(typed, " ");
	if (typed[0] == '~' && typed[1] == '/' && home != NULL)
		return xasprintf("%s%s", home, typed + 1);
	return xstrdup(typed);
}

bool
files_new(const char *typed, char *why, size_t size, void *arg)
{
	char		*path = files_path(typed);
	struct stat	 sb;
	bool		 good = path[0] != '\0' && stat(path, &sb) != 0;

	(void)arg;
	if (path[0] != '\0' && !good)
		snprintf(why, size, "%s", TF("many.file_exists", NULL));
	else if (!good)
		snprintf(why, size, "%s", TF("value.required", NULL));
	free(path);
	return good;
}

void
files_title(const char *path, char *out, size_t size)
{
	const char	*base = strrchr(path, '/');
	char		*dot;

	snprintf(out, size, "%.110s", base == NULL ? path : base + 1);
	dot = strrchr(out, '.');
	if (dot != NULL && dot != out)
		*dot = '\0';
}

char *
files_read(const char *path, size_t max, size_t *len)
{
	FILE	*f = fopen(path, "re");
	size_t	 cap = 1 << 16, n = 0, got;
	char	*data;
	int	 why;

	if (f == NULL)
		return NULL;
	data = xmalloc(cap);
	errno = 0;
	while ((got = fread(data + n, 1, cap - n, f)) > 0 && n <= max) {
		n += got;
		if (n == cap)
			data = xrealloc(data, cap *= 2);
	}
	why = n > max ? EFBIG : ferror(f) ? errno : 0;
	fclose(f);
	if (why != 0) {
		free(data);
		errno = why;
		return NULL;
	}
	*len = n;
	return data;
}

bool
files_write(const char *path, const void *data, size_t len)
{
	FILE	*f;
	bool	 good;
	int	 why, fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);

	if (fd == -1)
		return false;
	f = fdopen(fd, "w");
	good = f != NULL && fwrite(data, 1, len, f) == len;
	why = errno;
	if (f == NULL)
		close(fd);
	else if (fclose(f) != 0) {
		why = good ? errno : why;
		good = false;
	}
	if (!good) {
		unlink(path);
		errno = why;
	}
	return good;
}
