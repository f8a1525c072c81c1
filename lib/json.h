/*
 * CBOR of the wire to JSON and back, for scripts. A uuid becomes its text,
 * bytes become base64url, decimals stay text. Going back, a uuid stays text
 * (the server takes both).
 */
#ifndef KONAK_JSON_H
#define KONAK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define JSON_PRETTY_PRINT 0x01

/* Appends the JSON of one checked CBOR item; false when it is not one. */
bool	json_from_cbor(struct buf *, const void *, size_t len, unsigned flags)
	    __attribute__((warn_unused_result));

/* Appends the CBOR of JSON text; an empty text is an empty map. false with a
 * sentence in err: bad JSON with its line, numbers with a fraction (write
 * "12.50"), too deep, duplicate keys. */
bool	json_to_cbor(struct buf *, const char *, size_t len, char err[160])
	    __attribute__((warn_unused_result));

#endif
