/*
 * What konakd says to konak-mail, once, through a stream socket that is the
 * child's standard input, numbers as this machine has them:
 *
 *	4	bytes that follow
 *	1	enum mail_op
 *	1	enum mail_security
 *	2	port
 *	2	seconds it may take
 *	2	number of recipients
 *	...	host, user, password, from, networks, each recipient, message:
 *		each with 4 bytes of length before it
 *
 * and the answer: one byte (enum mail_end) and the 4 bytes of the server's
 * last code, 0 for none. Before it, of MAIL_SEND, the byte MAIL_READY: the
 * server waits for the message, which goes when konakd has said MAIL_GO.
 */
#ifndef KONAK_MAIL_WIRE_H
#define KONAK_MAIL_WIRE_H

#include "server/mail/mail.h"

#define MAIL_HEAD	8		/* bytes before the texts */
#define MAIL_ANSWER	5
#define MAIL_READY	((uint8_t)0xfe)
#define MAIL_GO		((uint8_t)1)
#define MAIL_BYTES_MAX	((uint32_t)40 * 1024 * 1024)
#define MAIL_TO_MAX	100

#endif
