/*
 * The header of a frame: 12 bytes, big-endian, before a CBOR body.
 * konak-protocol(7) tells what the kinds mean.
 */
#ifndef KONAK_FRAME_H
#define KONAK_FRAME_H

#include <stdint.h>

#define FRAME_HEADER	12
#define FRAME_BODY_MAX	65524		/* header and body: 64 KiB */
#define FRAME_PING_MAX	64

#define FRAME_CREDIT	(256 * 1024)	/* first credit a stream, each way */
#define FRAME_OPEN_MAX	64		/* open requests a connection */
#define FRAME_REQUEST_ANON	(64 * 1024)	/* a request and its parts */
#define FRAME_REQUEST_MAX	(2 * 1024 * 1024)

enum frame_kind {
	FRAME_HELLO = 1,
	FRAME_REQUEST = 2,
	FRAME_REPLY = 3,
	FRAME_PART = 4,
	FRAME_WINDOW = 5,
	FRAME_ERROR = 6,
	FRAME_PUSH = 7,
	FRAME_PROGRESS = 8,
	FRAME_CANCEL = 9,
	FRAME_PING = 10
};

#define FRAME_END	0x01	/* last part of a stream */
#define FRAME_MORE	0x02	/* the body goes on in parts of this number */
#define FRAME_ACK	0x04	/* answers a ping */
#define FRAME_FLAGS	(FRAME_END | FRAME_MORE | FRAME_ACK)

struct frame {
	uint32_t	len;		/* of the body */
	enum frame_kind	kind;
	uint8_t		flags;
	uint32_t	number;		/* of the request; 0: none */
};

/* A frame of ours that breaks a limit is fatal. */
void	frame_encode(const struct frame *, uint8_t out[FRAME_HEADER]);

/* NULL when good, else what is wrong (English, a constant, for the log); then
 * the connection is dropped. Checks length, kind, flags with their kind,
 * reserved bytes, and that a number stands where one must. */
const char *frame_decode(const uint8_t in[FRAME_HEADER], struct frame *)
    __attribute__((warn_unused_result));
const char *frame_kind_name(enum frame_kind);

#endif
