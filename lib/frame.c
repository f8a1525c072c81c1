/* frame.c - the twelve bytes before a body. */
#include "lib/frame.h"

#include <stddef.h>

#include "lib/log.h"

/* For each kind its name, the flags it may carry, whether a request number
 * must (1), may (0) or must not (-1) stand, and the longest body. */
static const struct {
	const char	*name;
	uint8_t		 flags;
	int		 number;
	uint32_t	 max;
} kinds[] = {
	[FRAME_HELLO] = { "hello", 0, 0, FRAME_BODY_MAX },
	[FRAME_REQUEST] = { "request", FRAME_MORE, 1, FRAME_BODY_MAX },
	[FRAME_REPLY] = { "reply", FRAME_MORE, 1, FRAME_BODY_MAX },
	[FRAME_PART] = { "part", FRAME_END, 1, FRAME_BODY_MAX },
	[FRAME_WINDOW] = { "window", 0, 1, FRAME_BODY_MAX },
	[FRAME_ERROR] = { "error", 0, 0, FRAME_BODY_MAX },
	[FRAME_PUSH] = { "push", 0, -1, FRAME_BODY_MAX },
	[FRAME_PROGRESS] = { "progress", 0, 1, FRAME_BODY_MAX },
	[FRAME_CANCEL] = { "cancel", 0, 1, FRAME_BODY_MAX },
	[FRAME_PING] = { "ping", FRAME_ACK, 0, FRAME_PING_MAX }
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static const char *
judge(uint32_t len, unsigned kind, uint8_t flags, uint32_t number)
{
	if (kind >= KINDS || kinds[kind].name == NULL)
		return "unknown kind";
	if (len > kinds[kind].max)
		return "body too long";
	if ((flags & ~kinds[kind].flags) != 0)
		return "unknown flag";
	if (kinds[kind].number == 1 && number == 0)
		return "request number missing";
	if (kinds[kind].number == -1 && number != 0)
		return "request number where none belongs";
	return NULL;
}

void
frame_encode(const struct frame *f, uint8_t out[FRAME_HEADER])
{
	const char *why = judge(f->len, f->kind, f->flags, f->number);

	if (why != NULL)
		fatalx("frame of kind %d: %s", (int)f->kind, why);
	put32(out, f->len);
	out[4] = (uint8_t)f->kind;
	out[5] = f->flags;
	out[6] = out[7] = 0;
	put32(out + 8, f->number);
}

const char *
frame_decode(const uint8_t in[FRAME_HEADER], struct frame *f)
{
	const char *why;

	f->len = get32(in);
	f->kind = (enum frame_kind)in[4];
	f->flags = in[5];
	f->number = get32(in + 8);
	if ((why = judge(f->len, in[4], f->flags, f->number)) != NULL)
		return why;
	if (in[6] != 0 || in[7] != 0)
		return "reserved bytes set";
	return NULL;
}

const char *
frame_kind_name(enum frame_kind kind)
{
	return (size_t)kind < KINDS && kinds[kind].name != NULL ?
	    kinds[kind].name : "unknown";
}
