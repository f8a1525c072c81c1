/*
 * The server for fuzz targets: all verbs and definitions, one tenant, clients
 * whose bytes come from memory, and in place of the database and the worker
 * threads something that answers with errors.
 */
#ifndef KONAK_FUZZ_SERVER_H
#define KONAK_FUZZ_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/fuzz.h"

struct client;

void		 fuzz_server_start(void);
/* A connection; signed: in a company, with every right that a verb needs. */
struct client	*fuzz_client(bool signed_in);
/* These bytes arrive; what the database is asked is answered with errors that
 * the decisions choose. */
void		 fuzz_client_feed(struct client *, const uint8_t *, size_t,
		    struct fuzz *);
/* It leaves; comes back when nothing of it is left. */
void		 fuzz_client_end(struct client *, struct fuzz *);

#endif
