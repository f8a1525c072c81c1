/* The job mails.send: one row of the outbox through its company's server. */
#ifndef KONAK_MAIL_OUTBOX_H
#define KONAK_MAIL_OUTBOX_H

struct job;

void	outbox_send(struct job *);

#endif
