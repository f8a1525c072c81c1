/*
 * What konakd and its key process say to each other: packets of a socket pair
 * (SOCK_SEQPACKET), numbers as this machine has them. A request is
 *
 *	4	number, never 0
 *	1	enum keys_op
 *	...	so many texts as the op has, each with 2 bytes of length before
 *	...	the value
 *
 * and its answer the number, one byte (enum seal_result) and the value. An
 * answer with the number 0 tells that the tenant in it was opened by hand.
 */
#ifndef KONAK_KEYS_WIRE_H
#define KONAK_KEYS_WIRE_H

#include "lib/seal.h"

enum keys_op {
	KEYS_LOAD,		/* tenant, source, path; answers with a text */
	KEYS_CHECK,		/* tenant, id; a box of the check */
	KEYS_FORGET,		/* tenant */
	KEYS_CLOSE,		/* tenant, five of the place; plain */
	KEYS_OPEN,		/* the same; box */
	KEYS_DIGEST,		/* tenant, id, word; plain */
	KEYS_SIGN,		/* tenant, id; head of an audit chain, or
				 * nothing; public key, signature */
	KEYS_CONTROL,		/* a descriptor comes with it */
	KEYS_OPS
};

#define KEYS_TEXTS	6
#define KEYS_FD		3		/* of the child */
#define KEYS_PACKET	(SEAL_PLAIN_MAX + SEAL_OVERHEAD + 4096)
#define KEYS_ANSWER	5		/* bytes before the value */

/* How what is signed begins: nothing else is. */
#define KEYS_SIGNED	"konak audit head 1\n"

/* Sealed once for each tenant, to know its master key again. */
#define KEYS_CHECK_TEXT	"konak"
static inline struct seal_aad
keys_check_aad(const char *id)
{
	return (struct seal_aad) {
		.tenant = id, .company = id, .table = "auth.key_check",
		.record = id, .field = "box"
	};
}

#endif
