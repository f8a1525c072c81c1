/* head.h - the end of an audit chain as it is signed, and as a file keeps it: a
 * line of JSON. */
#ifndef KONAK_KEYS_HEAD_H
#define KONAK_KEYS_HEAD_H

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

#endif
