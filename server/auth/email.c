/*
 * email.c - a code by e-mail in place of the authenticator's. It is made here,
 * its keyed digest goes to the database, and once that is committed the code
 * goes to the mail server of one of the person's companies, and nowhere else.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/lang.h"
#include "lib/log.h"
#include "lib/msg.h"
#include "lib/secret.h"
#include "lib/uuid.h"
#include "server/auth/auth.h"
#include "server/box.h"
#include "server/client.h"
#include "server/conf.h"
#include "server/mail/mail.h"
#include "server/mail/message.h"
#include "server/tenant.h"

#define SECONDS		60	/* of the conversation; somebody waits */

/* r->state while a code is sent; the attempt comes first. */
struct mailing {
	struct attempt	 a;
	char		 code[7];
	const char	*to, *lang, *host, *security, *username, *from,
			*from_name, *company, *setting, *field, *box;
	uint16_t	 port;
	int64_t		 minutes;	/* that it is good for */
	struct buf	 message;
};

/* --- Its digest -------------------------------------------------------------- */

/* Of one person's code: nobody else's has the same. */
static void
digest(struct req *r, const char *user, const char *code,
    void (*then)(struct req *, void *, const char *), void *arg)
{
	struct secret	*plain = secret_from(code, strlen(code));

	box_digest(r, tenant_id(r->tenant), req_printf(r, "email-code/%s",
	    user), plain, then, arg);
	secret_free(plain);
}

static bool
tenant_known(struct req *r)
{
	if (tenant_id(r->tenant) == NULL)
		req_fail(r, ERR_UNAVAILABLE, NULL, "err.unavailable", NULL);
	return tenant_id(r->tenant) != NULL;
}

/* --- Sending one --------------------------------------------------------------- */

/* "c***@xyz.example": enough to know which mailbox to look into. */
static const char *
hint(struct req *r, const char *address)
{
	const char	*at = strrchr(address, '@');

	return req_printf(r, "%.1s***%s", address, at != NULL ? at : "");
}

static void
mailed(void *arg, enum mail_end end, int code)
{
	struct req	*r = arg;
	struct mailing	*m = r->state;
	struct cbw	*w;

	buf_wipe(&m->message);
	buf_free(&m->message);
	if (end == MAILED_OK || end == MAILED_OPEN) {
		w = req_out(r);
		cbw_map(w, 2);
		cbw_kv_text(w, "to", hint(r, m->to));
		cbw_kv_int(w, "minutes", m->minutes);
	} else {
		log_warn(tenant_name(r->tenant), "a code could not be mailed "
		    "through %s:%u (%d, %d)", m->host, m->port, (int)end,
		    code);
		req_fail(r, ERR_UNAVAILABLE, NULL, "auth.email_failed", NULL);
	}
	req_go(r);
}

/* Whoever waits for it has asked once: nothing stands between. */
static void
ready(void *arg, struct talk *t)
{
	(void)arg;
	mail_go(t);
}

static void
compose(struct req *r, struct mailing *m)
{
	enum lang	 lang = strcmp(m->lang, "en") == 0 ? LANG_EN :
			    LANG_TR;
	char		 id[UUID_TEXT];
	const char	*at = strrchr(m->from, '@');
	struct message	 said = { .from_name = m->from_name, .from = m->from,
			    .to = m->to,
			    .subject = msg_text(lang, "auth.email_subject"),
			    .moment = (int64_t)time(NULL) };

	uuid_v7_text(id);
	said.id = req_printf(r, "<%s%s>", id, at != NULL ? at : "@konak");
	said.text = msg_dup(r->arena, lang, "auth.email_text", "code", m->code,
	    "minutes", auth_number(r, m->minutes), NULL);
	message_write(&m->message, &said);
}

static void
deliver(struct req *r, void *arg, const struct secret *password)
{
	struct mailing		*m = arg;
	struct mail_call	 c = { .op = MAIL_SEND, .host = m->host,
				    .port = m->port, .seconds = SECONDS,
				    .security = mail_security(m->security),
				    .user = m->username,
				    .password = password, .from = m->from,
				    .to = &m->to, .nto = 1, .ready = ready };

	compose(r, m);
	c.message = buf_data(&m->message);
	c.len = buf_len(&m->message);
	if (mail_call(&c, mailed, r)) {
		req_hold(r);
		return;
	}
	buf_wipe(&m->message);
	buf_free(&m->message);
	req_wait(r, SECONDS);
	req_fail(r, ERR_UNAVAILABLE, NULL, "mail.busy", NULL);
}

static void
send_rows(struct req *r, PGresult *res)
{
	struct mailing	*m = r->state;

	m->a.state = auth_col(r, res, "state");
	m->a.wait = auth_col_int(res, "wait");
	m->to = auth_col(r, res, "to_address");
	m->lang = auth_col(r, res, "lang");
	m->company = auth_col(r, res, "company");
	m->setting = auth_col(r, res, "setting");
	m->host = auth_col(r, res, "host");
	m->port = (uint16_t)auth_col_int(res, "port");
	m->minutes = auth_col_int(res, "minutes");
	m->security = auth_col(r, res, "security");
	m->username = auth_col(r, res, "username");
	m->from = auth_col(r, res, "from_email");
	m->from_name = auth_col(r, res, "from_name");
	m->field = auth_col(r, res, "field");
	m->box = auth_col(r, res, "box");
}

static void
send_then(struct req *r)
{
	struct mailing	*m = r->state;
	struct seal_aad	 aad;

	if (strcmp(m->a.state, "closed") == 0) {
		req_fail(r, ERR_REFUSED, NULL, "auth.email_closed", NULL);
	} else if (m->a.wait > 0) {
		req_wait(r, m->a.wait);
		req_fail(r, ERR_RATE, NULL, "auth.email_wait", "wait",
		    auth_number(r, m->a.wait), NULL);
	} else if (m->box == NULL || m->username == NULL) {
		deliver(r, m, NULL);
	} else {
		aad = (struct seal_aad){ .tenant = tenant_id(r->tenant),
		    .company = m->company, .table = "mail_settings",
		    .record = m->setting, .field = m->field };
		box_open(r, &aad, m->box, deliver, m);
	}
}

static void
send_digested(struct req *r, void *arg, const char *code)
{
	static const struct db_stmt stmt = { "auth_email_send",
	    "select * from konak.signin_email_send($1, $2)" };
	struct mailing	*m = arg;
	const char	*params[] = { m->a.user, code };

	req_query(r, &stmt, 2, params, send_rows);
	req_then(r, send_then);
}

static void
auth_email(struct req *r)
{
	struct attempt	*a = auth_attempt(r, false);
	struct mailing	*m;

	if (a == NULL || !tenant_known(r))
		return;
	m = arena_alloc(r->arena, sizeof *m);
	memset(m, 0, sizeof *m);
	m->a = *a;
	r->state = m;
	snprintf(m->code, sizeof m->code, "%06u",
	    (unsigned)randombytes_uniform(1000000));
	digest(r, a->user, m->code, send_digested, m);
}

/* --- Taking it ------------------------------------------------------------------ */

static void
code_digested(struct req *r, void *arg, const char *code)
{
	static const struct db_stmt stmt = { "auth_email_code",
	    "select * from konak.signin_email($1, $2, $3, $4, $5, $6, $7, "
	    "$8, $9)" };
	struct attempt	*a = arg;
	const char	*params[9];

	randombytes_buf(a->token, sizeof a->token);
	a->token_hash = auth_token_hash(r, a->token, sizeof a->token);
	params[0] = a->user;
	params[1] = a->email;
	params[2] = code;
	params[3] = a->token_hash;
	params[4] = a->network;
	params[5] = client_address(r->client);
	params[6] = client_program(r->client);
	params[7] = auth_number(r, conf.session_idle_s);
	params[8] = auth_number(r, conf.session_absolute_s);
	req_query(r, &stmt, 9, params, auth_signed_rows);
	req_then(r, auth_signed_then);
}

static void
code_then(struct req *r)
{
	struct attempt	*a = r->state;

	if (a->wait > 0)
		auth_too_early(r, ERR_RATE, a->wait);
	else
		digest(r, a->user, a->code, code_digested, a);
}

static void
auth_email_code(struct req *r)
{
	struct attempt	*a;
	const char	*code = auth_code_digits(r);

	if (code == NULL || (a = auth_attempt(r, false)) == NULL ||
	    !tenant_known(r))
		return;
	a->code = code;
	a->emailed = true;
	auth_attempt_begin(r, code_then);
}

const struct verb email_verbs[] = {
	{ .name = "auth.email", .need = { PERM_PUBLIC },
	  .state = VERB_ANON, .flags = VERB_WRITE, .run = auth_email },
	{ .name = "auth.email_code", .need = { PERM_PUBLIC },
	  .state = VERB_ANON, .flags = VERB_WRITE,
	  .args = { { "code", ARG_SECRET, true, 12 } },
	  .run = auth_email_code },
	{ .name = NULL }
};
