/* mails.c - the outbox by hand: sending again, not sending, a mail to oneself.
 * Sending itself is a job (server/mail/outbox.c). */
#include "server/module.h"

static const struct db_stmt again = { "mails_again",
    MODULE_CHANGED("konak.mails_set($1, 'again')") };
static const struct db_stmt cancel = { "mails_cancel",
    MODULE_CHANGED("konak.mails_set($1, 'cancel')") };
static const struct db_stmt trial = { "mails_try",
    MODULE_CHANGED("konak.mail_try() where $1::uuid is not null") };

#define BY_HAND	.need = { "settings.edit" }, .state = VERB_COMPANY, \
	.flags = VERB_WRITE | VERB_ONCE, .run = module_call, \
	.args = { { "id", ARG_UUID, true, 0 } }

static const struct verb mails_verbs[] = {
	{ .name = "mails.again", .data = &again, BY_HAND },
	{ .name = "mails.cancel", .data = &cancel, BY_HAND },
	{ .name = "mail_settings.try", .data = &trial, BY_HAND },
	{ .name = NULL }
};

const struct module mails_module = { "mails", mails_verbs, NULL };
