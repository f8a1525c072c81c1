/* head.h - the end of an audit chain as it is signed, and as a file keeps it: a
 * line of JSON. */
#ifndef KONAK_KEYS_HEAD_H
#define KONAK_KEYS_HEAD_H

#include <stddef.h>
#include <stdint.h>

struct buf;

struct head {
	const char	*group, *company;	/* ids */
	int64_t		 seq;
	const char	*hash;			/* in hex */
	const char	*at;			/* when */
};

/* What is signed. */
void	head_text(struct buf *, const struct head *);
/* The line with the signature, in hex. */
void	head_line(struct buf *, const struct head *, const char *signature);
/* Adds lines to the file at path, and waits for the disk: all of them or none.
 * Returns NULL, or why they are not there (until the next call). */
const char *head_append(const char *path, const void *lines, size_t len);

#endif
