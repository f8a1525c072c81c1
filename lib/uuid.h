/*
 * UUIDs. New ones are of version 7 (time-ordered), and within one process
 * each is greater than the one before.
 */
#ifndef KONAK_UUID_H
#define KONAK_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_TEXT 37	/* 36 characters and a NUL */

struct uuid {
	uint8_t b[16];
};

/* Safe from several threads. */
void	uuid_v7(struct uuid *);
void	uuid_v7_text(char out[UUID_TEXT]);

/* Exactly 36 characters, either case of hex; false leaves out untouched. */
bool	uuid_parse(const char *, size_t len, struct uuid *out)
	    __attribute__((warn_unused_result));
void	uuid_format(const struct uuid *, char out[UUID_TEXT]); /* lower case */
/* Version 7 and variant 10: what the id of a request must be. */
bool	uuid_is_v7(const struct uuid *);
/* Milliseconds since 1970 of a version-7 uuid. */
int64_t	uuid_v7_ms(const struct uuid *);

#endif
