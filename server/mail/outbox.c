/*
 * outbox.c - sending one mail: take it (that it is being sent is stored), open
 * the account's password, word what is to be told, have konak-mail deliver it,
 * and store how that went. That the text is about to be handed over is stored
 * while the mail server waits for it: a konakd that dies before leaves the job's
 * lease behind, and the next one sends it; one that dies later, or a line that
 * breaks before the answer, leaves a mail in doubt, which a person decides.
 */
#include "server/mail/outbox.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/lang.h"
#include "lib/log.h"
#include "lib/msg.h"
#include "lib/secret.h"
#include "server/def/def.h"
#include "server/job/job.h"
#include "server/keys/keys.h"
#include "server/mail/mail.h"
#include "server/mail/message.h"
#include "server/push.h"
#include "server/tenant.h"

#define SECONDS		60	/* of one conversation; the lease is longer */
#define REFUSED_FOR_GOOD 500	/* SMTP's codes from here on */

enum { T_STEP, T_TO, T_LANG, T_KIND, T_NOTICES, T_MESSAGE, T_MOMENT, T_HOST,
	T_PORT, T_SECURITY, T_USER, T_FROM, T_FROM_NAME, T_SETTING, T_BOX,
	T_FIELD, T_COLUMNS };

struct sending {
	struct job	*job;
	const char	*id;		/* of the mail */
	const char	*col[T_COLUMNS];
	enum lang	 lang;
	const char	*subject;
	struct buf	 message;
	const char	*error;
	bool		 again;
	const char	*params[4];
	struct talk	*talk;		/* waits for its text */
	bool		 asking;	/* that is being stored */
	bool		 handed;
	bool		 over;		/* it ended meanwhile: end, code */
	enum mail_end	 end;
	int		 code;
};

/* Who gave no sender's name writes as the company. */
static const struct db_stmt	stmt_take = { "mail_take",
    "select m.step, m.to_address, m.lang, m.kind, m.notices, m.message_id, "
    "m.moment, m.host, m.port, m.security, m.username, m.from_email, "
    "coalesce(nullif(m.from_name, ''), (select c.name "
    "from konak.company_names c where c.id = konak.company()), m.from_email), "
    "m.setting, m.box, m.field from konak.mail_take($1) m" };
static const struct db_stmt	stmt_end = { "mail_end",
    "select konak.mail_end($1, $2, $3, $4)" };
static const struct db_stmt	stmt_hand = { "mail_hand",
    "select konak.mail_hand($1)" };
static const struct db_stmt	stmt_doubt = { "mail_doubt",
    "select konak.mail_doubt($1, $2, $3)" };

/* --- how it went ------------------------------------------------------------ */

static void
tell(const struct sending *s)
{
	struct change	ch = { .type = "mails", .op = "edit", .id = s->id,
			    .version = 1 };

	push_change(s->job->tenant, s->job->company, &ch, s->job->id);
}

static void
stored(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct sending	*s = arg;
	struct job	*j = s->job;

	buf_free(&s->message);
	if (e != NULL)
		job_broken(j, e);
	else {
		tell(s);
		if (s->error != NULL)
			job_fail(j, s->error, s->again);
		else
			job_end(j);
	}
}

/* error NULL: it was taken. */
static void
store(struct sending *s, const char *error, bool again)
{
	struct job	*j = s->job;
	struct db_tx	*tx;
	bool		 doubt = error != NULL && s->handed &&
			    s->end != MAILED_REFUSED;

	again = again && !doubt;
	s->error = error;
	s->again = again;
	s->params[0] = s->id;
	s->params[1] = s->subject;
	s->params[2] = error;
	s->params[3] = again ? "t" : "f";
	tx = job_begin(j, stored, s);
	if (doubt)
		db_tx_query(tx, &stmt_doubt, 3, s->params, NULL, NULL);
	else
		db_tx_query(tx, &stmt_end, 4, s->params, NULL, NULL);
	if (error == NULL)
		job_done(j, tx, NULL);
	db_tx_send(tx);
}

static void
mailed(void *arg, enum mail_end end, int code)
{
	static const char *const	words[MAILED_ENDS] = {
		[MAILED_OK] = "mail.ok", [MAILED_OPEN] = "mail.open",
		[MAILED_NAME] = "mail.name",
		[MAILED_CONNECT] = "mail.connect",
		[MAILED_INSIDE] = "mail.inside",
		[MAILED_TIME] = "mail.time", [MAILED_TLS] = "mail.tls",
		[MAILED_CERT] = "mail.cert", [MAILED_LOGIN] = "mail.login",
		[MAILED_REFUSED] = "mail.refused",
		[MAILED_ANSWER] = "mail.answer",
		[MAILED_BROKEN] = "mail.broken"
	};
	struct sending			*s = arg;
	struct buf			 b = BUF_INIT;
	const char			*text;

	s->end = end;
	s->code = code;
	s->over = true;
	if (s->asking)		/* handed() goes on */
		return;
	if (end == MAILED_OK || end == MAILED_OPEN) {
		store(s, NULL, false);
		return;
	}
	msg_format(&b, s->lang, words[end], "host", s->col[T_HOST], "port",
	    s->col[T_PORT], "code", arena_printf(s->job->arena, "%d", code),
	    NULL);
	text = arena_strdup(s->job->arena, buf_text(&b));
	buf_free(&b);
	store(s, text, end != MAILED_REFUSED || code < REFUSED_FOR_GOOD);
}

static void
hand_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct sending	*s = arg;

	s->handed = strcmp(PQgetvalue(res, 0, 0), "t") == 0;
}

/* Stored, or not: then the mail server gets nothing. */
static void
handed(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct sending	*s = arg;

	s->asking = false;
	if (s->over) {		/* nobody let it go */
		s->handed = false;
		mailed(s, s->end, s->code);
	} else if (e == NULL && s->handed) {
		mail_go(s->talk);
	} else {
		mail_drop(s->talk);
		buf_free(&s->message);
		if (e != NULL)
			job_broken(s->job, e);
		else
			job_fail(s->job, "mails.gone", true);
	}
}

static void
ready(void *arg, struct talk *t)
{
	struct sending	*s = arg;
	struct db_tx	*tx;

	s->talk = t;
	s->asking = true;
	s->params[0] = s->id;
	tx = job_begin(s->job, handed, s);
	db_tx_query(tx, &stmt_hand, 1, s->params, hand_rows, s);
	db_tx_send(tx);
}

/* --- what it says ----------------------------------------------------------- */

static const char *
text_of(const json_t *o, const char *key)
{
	const char	*s = json_string_value(json_object_get(o, key));

	return s != NULL && s[0] != '\0' ? s : NULL;
}

/* "Ayşe commented: Task Logo: …", as the notification says it. */
static void
notice_line(struct sending *s, struct buf *b, const json_t *n, bool message)
{
	const char		*type = text_of(n, "type"), *key;
	const char		*record = text_of(n, "record");
	const char		*by = text_of(n, "sender");
	const struct def	*d = record == NULL ? NULL : def_find(record);
	size_t			 start = buf_len(b);

	key = arena_printf(s->job->arena, "notice.%s",
	    text_of(n, "action") != NULL ? text_of(n, "action") : type);
	if (msg_known(key))
		msg_format(b, s->lang, key, "by", by != NULL ? by :
		    msg_text(s->lang, "notice.nobody"), NULL);
	if (d != NULL)
		buf_printf(b, "%s%s", buf_len(b) > start ? " " : "",
		    label_text(&d->label, s->lang));
	if (text_of(n, "title") != NULL)
		buf_printf(b, "%s%s", buf_len(b) > start ? " " : "",
		    text_of(n, "title"));
	if (message && text_of(n, "message") != NULL &&
	    strcmp(type, "change") != 0)
		buf_printf(b, "\n%s", text_of(n, "message"));
}

static void
compose(struct sending *s)
{
	json_t		*list = json_loads(s->col[T_NOTICES], 0, NULL), *n;
	struct arena	*a = s->job->arena;
	struct buf	 subject = BUF_INIT, text = BUF_INIT;
	struct message	 m;
	char		 count[24];
	size_t		 i;

	snprintf(count, sizeof count, "%zu", json_array_size(list));
	if (strcmp(s->col[T_KIND], "test") == 0) {
		buf_addz(&subject, msg_text(s->lang, "outbox.test"));
		buf_addz(&text, msg_text(s->lang, "outbox.test_text"));
	} else if (strcmp(s->col[T_KIND], "digest") == 0)
		msg_format(&subject, s->lang, "outbox.digest", "n", count,
		    NULL);
	else
		notice_line(s, &subject, json_array_get(list, 0), false);
	json_array_foreach(list, i, n) {
		if (i > 0)
			buf_addz(&text, "\n\n");
		notice_line(s, &text, n, true);
	}
	json_decref(list);
	buf_printf(&text, "\n\n-- \n%s\n%s\n", s->col[T_FROM_NAME],
	    msg_text(s->lang, "outbox.foot"));
	s->subject = arena_strndup(a, buf_text(&subject),
	    strcspn(buf_text(&subject), "\n"));
	m = (struct message){ .from_name = s->col[T_FROM_NAME],
	    .from = s->col[T_FROM], .to = s->col[T_TO],
	    .subject = s->subject, .id = s->col[T_MESSAGE],
	    .text = buf_text(&text),
	    .moment = strtoll(s->col[T_MOMENT], NULL, 10) };
	message_write(&s->message, &m);
	buf_free(&subject);
	buf_free(&text);
}

static void
deliver(struct sending *s, const struct secret *password)
{
	struct mail_call	 c = { .op = MAIL_SEND,
				    .host = s->col[T_HOST],
				    .security = mail_security(
					s->col[T_SECURITY]),
				    .seconds = SECONDS,
				    .user = s->col[T_USER],
				    .password = password,
				    .from = s->col[T_FROM],
				    .to = &s->col[T_TO], .nto = 1,
				    .ready = ready };

	c.port = (uint16_t)strtol(s->col[T_PORT], NULL, 10);
	compose(s);
	c.message = buf_data(&s->message);
	c.len = buf_len(&s->message);
	if (mail_call(&c, mailed, s))
		job_aside(s->job);
	else
		store(s, msg_text(s->lang, "mail.busy"), true);
}

/* --- taking it --------------------------------------------------------------- */

static void
opened(void *arg, enum seal_result result, struct secret *password)
{
	struct sending	*s = arg;

	if (result != SEAL_OK) {
		store(s, msg_text(s->lang, result == SEAL_SEALED ?
		    "keys.sealed" : result == SEAL_DOWN ? "keys.down" :
		    "keys.broken"), true);
		return;
	}
	deliver(s, password);
	secret_free(password);
}

static void
password_open(struct sending *s)
{
	struct job	*j = s->job;
	struct seal_aad	 aad = { .tenant = tenant_id(j->tenant),
			    .company = j->company, .table = "mail_settings",
			    .record = s->col[T_SETTING],
			    .field = s->col[T_FIELD] };
	const char	*hex = s->col[T_BOX];
	uint8_t		*raw;
	size_t		 len;

	if (hex == NULL || s->col[T_USER] == NULL) {
		deliver(s, NULL);
		return;
	}
	raw = arena_alloc(j->arena, strlen(hex) / 2 + 1);
	if (aad.tenant == NULL || !hex_decode(hex + 2, strlen(hex) - 2, raw,
	    strlen(hex) / 2, &len)) {
		store(s, msg_text(s->lang, "keys.broken"), true);
		return;
	}
	keys_open(j->tenant, &aad, raw, len, opened, s);
}

static void
take_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct sending	*s = arg;
	int		 i;

	for (i = 0; i < T_COLUMNS; i++)
		s->col[i] = PQgetisnull(res, 0, i) ? NULL :
		    arena_strdup(s->job->arena, PQgetvalue(res, 0, i));
}

static void
dropped(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct sending	*s = arg;

	tell(s);
	job_end(s->job);
}

static void
taken(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct sending	*s = arg;
	struct job	*j = s->job;

	if (e != NULL) {
		job_broken(j, e);
		return;
	}
	s->lang = s->col[T_LANG] != NULL && strcmp(s->col[T_LANG], "en") == 0 ?
	    LANG_EN : LANG_TR;
	if (strcmp(s->col[T_STEP], "later") == 0) {
		tell(s);	/* its job has another time by now */
		job_end(j);
	} else if (strcmp(s->col[T_STEP], "none") == 0) {
		tx = job_begin(j, dropped, s);
		job_done(j, tx, NULL);
		db_tx_send(tx);
	} else if (strcmp(s->col[T_STEP], "closed") == 0)
		store(s, msg_text(s->lang, "outbox.no_account"), false);
	else {
		tell(s);
		password_open(s);
	}
}

void
outbox_send(struct job *j)
{
	struct sending	*s = arena_alloc(j->arena, sizeof *s);
	json_t		*args = json_loads(j->args, 0, NULL);
	struct db_tx	*tx;

	*s = (struct sending){ .job = j };
	s->id = arena_strdup(j->arena, json_string_value(json_object_get(args,
	    "id")));
	json_decref(args);
	s->params[0] = s->id;
	tx = job_begin(j, taken, s);
	db_tx_query(tx, &stmt_take, 1, s->params, take_rows, s);
	db_tx_send(tx);
}
