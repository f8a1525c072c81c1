/*
 * Frames on their way out. Those that are not parts are put together in
 * c->out and go first; parts of long answers are cut off their stream only
 * when nothing else waits and the client has granted room for them.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "server/client.h"

/* The definitions of ten types and more; what is not a part waits no longer for
 * one of these than for a few rows. */
#define PART_BODY	(24 * 1024 - FRAME_HEADER)
#define FILL_BYTES	(64 * 1024)
/* Long answers that one client may leave unread. */
#define STREAMS_MAX	((size_t)64 * 1024 * 1024)

static void
frame_put(struct client *c, enum frame_kind kind, unsigned flags,
    uint32_t number, const void *body, size_t len)
{
	struct frame	f = { (uint32_t)len, kind, (uint8_t)flags, number };
	uint8_t		*p = buf_reserve_wiped(&c->out, FRAME_HEADER + len);

	frame_encode(&f, p);
	if (len > 0)
		memcpy(p + FRAME_HEADER, body, len);
	buf_commit(&c->out, FRAME_HEADER + len);
}

void
client_send(struct client *c, enum frame_kind kind, unsigned flags,
    uint32_t number, const void *body, size_t len)
{
	if (c->dropped != DROP_NONE)
		return;
	if (buf_len(&c->out) == 0)
		c->wrote_at = mono_time();
	frame_put(c, kind, flags, number, body, len);
	client_turn(c);
}

void
client_reply(struct client *c, uint32_t number, struct buf *body)
{
	struct stream	*s;

	/* It may hold a secret, or what only some may see. */
	if (c->dropped != DROP_NONE) {
		buf_wipe(body);
		return;
	}
	if (buf_len(body) <= FRAME_BODY_MAX) {
		client_send(c, FRAME_REPLY, 0, number, buf_data(body),
		    buf_len(body));
		buf_wipe(body);
		return;
	}
	client_send(c, FRAME_REPLY, FRAME_MORE, number, buf_data(body),
	    PART_BODY);
	buf_drain(body, PART_BODY);
	s = xcalloc(1, sizeof *s);
	s->number = number;
	s->credit = FRAME_CREDIT;
	s->body = *body;
	buf_init(body);
	c->stream_bytes += buf_len(&s->body);
	TAILQ_INSERT_TAIL(&c->streams, s, link);
	if (c->stream_bytes > STREAMS_MAX)
		client_drop(c, DROP_SLOW, "long answers wait unread");
}

static void
stream_free(struct client *c, struct stream *s)
{
	c->stream_bytes -= buf_len(&s->body);
	TAILQ_REMOVE(&c->streams, s, link);
	buf_wipe(&s->body);
	free(s);
}

/* The streams take turns, a part each. */
bool
stream_fill(struct client *c)
{
	struct stream	*s, *next;
	size_t		 n;
	bool		 some;

	do {
		some = false;
		for (s = TAILQ_FIRST(&c->streams); s != NULL; s = next) {
			next = TAILQ_NEXT(s, link);
			n = buf_len(&s->body);
			if (n > PART_BODY)
				n = PART_BODY;
			if ((int64_t)n > s->credit)
				n = s->credit < 0 ? 0 : (size_t)s->credit;
			if (n == 0)
				continue;
			frame_put(c, FRAME_PART,
			    n == buf_len(&s->body) ? FRAME_END : 0, s->number,
			    buf_data(&s->body), n);
			buf_drain(&s->body, n);
			c->stream_bytes -= n;
			s->credit -= (int64_t)n;
			some = true;
			if (buf_len(&s->body) == 0)
				stream_free(c, s);
		}
	} while (some && buf_len(&c->out) < FILL_BYTES);
	return buf_len(&c->out) > 0;
}

struct stream *
stream_find(struct client *c, uint32_t number)
{
	struct stream	*s;

	TAILQ_FOREACH(s, &c->streams, link) {
		if (s->number == number)
			return s;
	}
	return NULL;
}

/* Credit for a stream that has ended is late, not wrong. */
void
stream_window(struct client *c, uint32_t number, int64_t credit)
{
	struct stream	*s = stream_find(c, number);

	if (s == NULL)
		return;
	s->credit += credit;
	if (s->credit > INT32_MAX)
		s->credit = INT32_MAX;
	client_turn(c);
}

void
stream_cancel(struct client *c, uint32_t number)
{
	struct stream	*s = stream_find(c, number);

	if (s != NULL)
		stream_free(c, s);
}

void
stream_end_all(struct client *c)
{
	struct stream	*s;

	while ((s = TAILQ_FIRST(&c->streams)) != NULL)
		stream_free(c, s);
}
