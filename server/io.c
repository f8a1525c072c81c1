/*
 * Bytes between a connection and its frames. Buffers live only while they
 * hold something: reading uses one scratch area for all clients, and what is
 * kept of it is the start of an unfinished frame.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/xmalloc.h"
#include "server/client.h"
#include "server/conf.h"

#define FRAME_MAX	(FRAME_HEADER + FRAME_BODY_MAX)
#define READ_ROOM	(32 * 1024)
/* Then the others have their turn. */
#define READ_TURN	(256 * 1024)
#define FRAMES_TURN	256

static ssize_t
plain_result(ssize_t n)
{
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return IO_AGAIN;
	return IO_BROKEN;
}

static ssize_t
plain_read(struct client *c, void *p, size_t n)
{
	return plain_result(recv(c->fd, p, n, 0));
}

static ssize_t
plain_write(struct client *c, const void *p, size_t n)
{
	ssize_t	r = plain_result(send(c->fd, p, n, MSG_NOSIGNAL));

	c->want_write = r == IO_AGAIN;
	return r == 0 ? IO_AGAIN : r;
}

static size_t
plain_pending(const struct client *c)
{
	return 0;
}

static void
plain_close(struct client *c)
{
	close(c->fd);
}

const struct io io_plain = {
	"local", plain_read, plain_write, plain_pending, plain_close
};

/* What is not yet a whole frame waits in c->in. */
static void
keep(struct client *c, const uint8_t *p, size_t len)
{
	if (c->in != NULL) {
		explicit_bzero(c->in, c->in_len);
		free(c->in);
	}
	c->in = len == 0 ? NULL : xmemdup(p, len);
	c->in_len = len;
}

/* Handles the frames that are complete, as long as it is this client's turn
 * and it reads its answers; returns how many bytes they took. */
static size_t
frames(struct client *c, const uint8_t *p, size_t len)
{
	struct frame	 f;
	const char	*wrong;
	size_t		 used = 0;
	unsigned	 n = 0;

	while (c->dropped == DROP_NONE && len - used >= FRAME_HEADER) {
		if (n++ >= FRAMES_TURN || buf_len(&c->out) >
		    (size_t)conf.limits.output_pause) {
			c->backlog = true;
			break;
		}
		wrong = frame_decode(p + used, &f);
		if (wrong != NULL) {
			client_protocol_error(c, wrong);
			break;
		}
		if (len - used - FRAME_HEADER < f.len)
			break;
		client_frame(c, &f, p + used + FRAME_HEADER);
		used += FRAME_HEADER + f.len;
	}
	return used;
}

void
client_read(struct client *c)
{
	static uint8_t	scratch[FRAME_MAX + READ_ROOM];
	size_t		len, used, total = 0;
	ssize_t		n = 0;

	while (c->dropped == DROP_NONE && !c->paused && total < READ_TURN) {
		len = c->in_len;
		if (len > 0)
			memcpy(scratch, c->in, len);
		if (c->backlog)
			n = 0;
		else
			n = c->io->read(c, scratch + len,
			    sizeof scratch - len);
		if (n == IO_AGAIN)
			break;
		if (n == IO_CLOSED && !c->backlog) {
			client_drop(c, DROP_CLOSED, "closed by the client");
			break;
		}
		if (n < 0) {
			client_drop(c, DROP_CLOSED, "connection broken");
			break;
		}
		c->backlog = false;
		total += (size_t)n;
		len += (size_t)n;
		used = frames(c, scratch, len);
		keep(c, scratch + used, len - used);
		explicit_bzero(scratch, len);
		if (c->backlog ||
		    ((size_t)n < READ_ROOM && c->io->pending(c) == 0))
			break;
	}
	/* The beginning of a record waits for its rest, which is announced. */
	if (c->dropped == DROP_NONE && !c->paused &&
	    (c->backlog || (n != IO_AGAIN && c->io->pending(c) > 0)))
		event_active(&c->read_ev, EV_READ, 0);
	/* TLS may have wanted to read before it could write. */
	if (c->dropped == DROP_NONE && buf_len(&c->out) > 0)
		client_turn(c);
}

/* Over the high mark the client is not read from until it reads itself. */
static void
pause_check(struct client *c)
{
	if (!c->paused &&
	    buf_len(&c->out) > (size_t)conf.limits.output_pause) {
		c->paused = true;
		event_del(&c->read_ev);
	} else if (c->paused &&
	    buf_len(&c->out) < (size_t)conf.limits.output_pause / 4) {
		c->paused = false;
		event_add(&c->read_ev, NULL);
		if (c->backlog || c->io->pending(c) > 0)
			event_active(&c->read_ev, EV_READ, 0);
		if (c->again)
			client_turn(c);
	}
}

void
client_write(struct client *c)
{
	ssize_t	n;

	for (;;) {
		if (buf_len(&c->out) == 0 && !stream_fill(c))
			break;
		n = c->io->write(c, buf_data(&c->out), buf_len(&c->out));
		if (n == IO_AGAIN)
			break;
		if (n <= 0) {
			client_drop(c, DROP_CLOSED, "connection broken");
			return;
		}
		c->wrote_at = mono_time();
		buf_drain(&c->out, (size_t)n);
	}
	if (buf_len(&c->out) == 0) {
		buf_wipe(&c->out);
	} else if (c->want_write)
		event_add(&c->write_ev, NULL);
	if (buf_len(&c->out) > (size_t)conf.limits.output_max)
		client_drop(c, DROP_SLOW, "too much waits to be read");
	else
		pause_check(c);
}

void
client_event(evutil_socket_t fd, short what, void *arg)
{
	struct client	*c = arg;

	if (c->dropped != DROP_NONE)
		return;
	if (what & EV_WRITE)
		client_write(c);
	if (c->dropped == DROP_NONE && (what & EV_READ))
		client_read(c);
}
