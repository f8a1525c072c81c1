/* files.c - small files that hold secrets: read whole, replaced at once. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/arena.h"
#include "server/ctl/ctl.h"

char *
file_read(struct ctl *ctl, const char *path, size_t *len)
{
	struct stat	 st;
	char		*text;
	ssize_t		 n;
	int		 fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		if (errno == ENOENT)
			return NULL;
		ctl_die("%s: %s", path, strerror(errno));
	}
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		ctl_die("%s: not a plain file", path);
	text = arena_alloc(ctl->arena, (size_t)st.st_size + 1);
	n = read(fd, text, (size_t)st.st_size);
	if (n != st.st_size)
		ctl_die("%s: cannot be read", path);
	close(fd);
	if (len != NULL)
		*len = (size_t)n;
	return text;
}

void
file_chown(const char *path, const char *owner)
{
	struct passwd	*pw;

	if (owner == NULL || geteuid() != 0)
		return;
	if ((pw = getpwnam(owner)) == NULL)
		ctl_die("server_user: there is no user %s", owner);
	if (chown(path, pw->pw_uid, pw->pw_gid) == -1)
		ctl_die("%s: %s", path, strerror(errno));
}

void
file_write(struct ctl *ctl, const char *path, const char *text,
    const char *owner)
{
	const char	*tmp = arena_printf(ctl->arena, "%s.new", path);
	size_t		 len = strlen(text);
	int		 fd;

	unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		ctl_die("%s: %s", tmp, strerror(errno));
	if (write(fd, text, len) != (ssize_t)len || fsync(fd) == -1 ||
	    close(fd) == -1)
		ctl_die("%s: %s", tmp, strerror(errno));
	file_chown(tmp, owner);
	if (rename(tmp, path) == -1)
		ctl_die("%s: %s", path, strerror(errno));
}

void
file_mkdir(const char *path, const char *owner)
{
	if (mkdir(path, 0700) == -1) {
		if (errno == EEXIST)
			return;
		ctl_die("%s: %s", path, strerror(errno));
	}
	file_chown(path, owner);
}
