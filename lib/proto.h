/*
 * What both ends of the protocol must agree on besides the frames: versions
 * and error codes. Codes are stable: a new one goes to the end, a dead one
 * stays.
 */
#ifndef KONAK_PROTO_H
#define KONAK_PROTO_H

#include <stdbool.h>
#include <stddef.h>

#define PROTO_VERSION_MIN	1
#define PROTO_VERSION_MAX	1
#define PROTO_PING_S		10	/* seconds between pings */
#define PROTO_LIST_DEFAULT	50	/* rows of a list reply */
#define PROTO_LIST_MAX		200
#define PROTO_EXPORT_MAX	1000	/* rows of a page of an export */
#define PROTO_MANY_MAX	10000	/* records of one bulk change */
#define PROTO_IMPORT_MAX	1000	/* rows of a piece of an import */
#define PROTO_COUNT_MAX		10000	/* counts stop there: "10.000+" */
#define PROTO_TOKEN		32	/* bytes of a session token */

/* Each has a sentence err.NAME in msg/common.def. */
#define ERR_TABLE(X) \
	X(PROTOCOL,		"protocol") \
	X(VERSION,		"version") \
	X(TOO_LARGE,		"too_large") \
	X(TOO_MANY,		"too_many") \
	X(UNKNOWN_VERB,		"unknown_verb") \
	X(UNKNOWN_ARGUMENT,	"unknown_argument") \
	X(INVALID,		"invalid")	/* argument or field */ \
	X(NOT_SIGNED_IN,	"not_signed_in") \
	X(AUTH_FAILED,		"auth_failed")	/* wait */ \
	X(RATE,			"rate")		/* wait */ \
	X(CODE_WRONG,		"code_wrong") \
	X(STEP_UP,		"step_up")	/* a fresh code is needed */ \
	X(NO_COMPANY,		"no_company") \
	X(DENIED,		"denied")	/* need, holders */ \
	X(NOT_FOUND,		"not_found") \
	X(STALE,		"stale")	/* conflict */ \
	X(EXISTS,		"exists")	/* unique */ \
	X(REFUSED,		"refused")	/* a rule of the database */ \
	X(READ_ONLY,		"read_only") \
	X(TIMEOUT,		"timeout") \
	X(CANCELLED,		"cancelled") \
	X(UNAVAILABLE,		"unavailable")	/* wait; try again */ \
	X(DISK_FULL,		"disk_full") \
	X(INTERNAL,		"internal")	/* request id to quote */

enum err {
	ERR_NONE,
#define X(name, code) ERR_##name,
	ERR_TABLE(X)
#undef X
	ERR_COUNT
};

const char	*err_code(enum err);	/* "too_large"; "" for ERR_NONE */
/* The key of its general sentence: "err.too_large". */
const char	*err_key(enum err);
/* ERR_NONE when there is no such code. */
enum err	 err_parse(const char *, size_t len);

#endif
