/* Frames that answer: replies, errors, progress. */
#ifndef KONAK_REPLY_H
#define KONAK_REPLY_H

#include <stdint.h>

#include "lib/proto.h"

struct client;
struct req;

/* An error outside any request's state: name, value pairs ended by NULL are
 * the sentence's parameters; wait 0: none. */
void	reply_error_simple(struct client *, uint32_t number, enum err,
	    const char *key, unsigned wait, ...);
/* The request's reply, or the error that it has failed with. */
void	reply_send(struct req *);
void	reply_error(struct req *);

#endif
