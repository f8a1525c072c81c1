/* head.c - see head.h. */
#include "server/keys/head.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "server/keys/wire.h"

void
head_text(struct buf *b, const struct head *h)
{
	buf_printf(b, KEYS_SIGNED "%s\n%s\n%lld\n%s\n%s\n", h->group,
	    h->company, (long long)h->seq, h->hash, h->at);
}

void
head_line(struct buf *b, const struct head *h, const char *signature)
{
	buf_printf(b, "{\"head\":%lld,\"company\":\"%s\",\"group\":\"%s\","
	    "\"hash\":\"%s\",\"at\":\"%s\",\"signature\":\"%s\"}\n",
	    (long long)h->seq, h->company, h->group, h->hash, h->at,
	    signature);
}

/* A line that is cut short would be no head, and nothing would be signed after
 * it. */
const char *
head_append(const char *path, const void *lines, size_t len)
{
	int	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0600);
	off_t	before = fd == -1 ? -1 : lseek(fd, 0, SEEK_END);
	int	wrong = 0;
	ssize_t	n;

	if (before == -1)
		wrong = errno;
	else if ((n = write(fd, lines, len)) != (ssize_t)len)
		wrong = n == -1 ? errno : ENOSPC;
	else if (fsync(fd) == -1)
		wrong = errno;
	if (wrong != 0 && before != -1 && ftruncate(fd, before) == -1)
		wrong = errno;
	if (fd != -1)
		close(fd);
	return wrong == 0 ? NULL : strerror(wrong);
}
