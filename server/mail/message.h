/* A mail's text as RFC 5322 has it: plain, UTF-8, in base64. Headers are
 * encoded whole, so that nothing in them can end a line. */
#ifndef KONAK_MAIL_MESSAGE_H
#define KONAK_MAIL_MESSAGE_H

#include <stdint.h>

struct buf;

struct message {
	const char	*from_name, *from, *to, *subject, *id, *text;
	int64_t		 moment;	/* seconds since 1970 */
};

void	message_write(struct buf *, const struct message *);

#endif
