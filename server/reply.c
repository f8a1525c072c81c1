/*
 * Answers in CBOR: the reply that a handler has written, errors with their
 * sentence in the client's language, progress.
 */
#include <stdarg.h>
#include <string.h>

#include "lib/log.h"
#include "server/client.h"
#include "server/reply.h"
#include "server/req_private.h"

static void
params_write(struct cbw *w, const struct msg_param *params, size_t n)
{
	size_t	i;

	cbw_key(w, "params");
	cbw_map_begin(w);
	for (i = 0; i < n; i++)
		cbw_kv_text(w, params[i].name, params[i].value);
	cbw_map_end(w);
}

/* key, params and text of an error or of one of its fields. */
static void
words_write(struct cbw *w, struct arena *a, enum lang lang,
    const struct req_bad *b)
{
	cbw_kv_text(w, "key", b->key);
	params_write(w, b->params, b->nparams);
	cbw_kv_text(w, "text", b->text != NULL ? b->text :
	    msg_dup_params(a, lang, b->key, b->params, b->nparams));
}

void
reply_error_simple(struct client *c, uint32_t number, enum err err,
    const char *key, unsigned wait, ...)
{
	struct arena		*a = arena_new();
	struct msg_param	 params[MSG_PARAMS];
	struct req_bad		 b = { .key = key, .params = params };
	struct buf		 buf = BUF_INIT;
	struct cbw		 w;
	va_list			 ap;

	va_start(ap, wait);
	b.nparams = msg_params(params, ap);
	va_end(ap);
	cbw_init(&w, &buf);
	cbw_map_begin(&w);
	cbw_kv_text(&w, "code", err_code(err));
	words_write(&w, a, c->lang, &b);
	if (wait > 0)
		cbw_kv_int(&w, "wait", wait);
	cbw_map_end(&w);
	client_send(c, FRAME_ERROR, 0, number, buf_data(&buf), buf_len(&buf));
	buf_free(&buf);
	arena_free(a);
}

static void
fields_write(struct req *r, struct cbw *w)
{
	struct req_bad	*b;

	cbw_key(w, "fields");
	cbw_array_begin(w);
	STAILQ_FOREACH(b, &r->priv->bad, link) {
		cbw_map_begin(w);
		cbw_kv_text(w, "field", b->field);
		words_write(w, r->arena, req_lang(r), b);
		cbw_map_end(w);
	}
	cbw_array_end(w);
}

static void
denied_write(struct req *r, struct cbw *w)
{
	const struct why	*why = &r->priv->why;
	size_t			 i;

	cbw_kv_text(w, "need", r->priv->need);
	if (why->name[req_lang(r)] != NULL)
		cbw_kv_text(w, "need_name", why->name[req_lang(r)]);
	cbw_key(w, "holders");
	cbw_array(w, (uint32_t)why->nholders);
	for (i = 0; i < why->nholders; i++)
		cbw_textz(w, why->holders[i]);
	if (why->role != NULL)
		cbw_kv_text(w, "role", why->role);
	cbw_key(w, "roles");
	cbw_array(w, (uint32_t)why->nroles);
	for (i = 0; i < why->nroles; i++)
		cbw_textz(w, why->roles[i]);
}

static void
error_write(struct req *r, struct buf *buf, const struct req_bad *words)
{
	struct req_private	*p = r->priv;
	struct cbw		 w;

	cbw_init(&w, buf);
	cbw_map_begin(&w);
	cbw_kv_text(&w, "code", err_code(p->err));
	words_write(&w, r->arena, req_lang(r), words);
	if (words->field != NULL)
		cbw_kv_text(&w, "field", words->field);
	if (p->nbad > 0)
		fields_write(r, &w);
	if (p->need != NULL)
		denied_write(r, &w);
	if (p->wait > 0)
		cbw_kv_int(&w, "wait", p->wait);
	if (buf_len(&p->conflict) > 0) {
		cbw_key(&w, "conflict");
		cbw_raw(&w, buf_data(&p->conflict), buf_len(&p->conflict));
	}
	if (p->err == ERR_INTERNAL && r->has_id)
		cbw_kv_uuid(&w, "request", r->id);
	cbw_map_end(&w);
}

void
reply_error(struct req *r)
{
	struct req_private	*p = r->priv;
	struct buf		 buf = BUF_INIT;

	if (p->err == ERR_NONE) {
		p->err = ERR_INVALID;
		p->error = *STAILQ_FIRST(&p->bad);
	}
	error_write(r, &buf, &p->error);
	if (buf_len(&buf) > FRAME_BODY_MAX) {
		/* A conflict of long texts, hundreds of fields or roles: the
		 * client fetches what it needs. The sentence alone fits. */
		log_warn(NULL, "an error of %zu bytes was cut",
		    buf_len(&buf));
		buf_clear(&p->conflict);
		p->nbad = 0;
		p->why.nroles = p->why.nholders = 0;
		buf_free(&buf);
		error_write(r, &buf, &p->error);
	}
	client_send(r->client, FRAME_ERROR, 0, r->number, buf_data(&buf),
	    buf_len(&buf));
	buf_free(&buf);
}

void
reply_send(struct req *r)
{
	struct req_private	*p = r->priv;
	struct cbw		 w;

	if (!p->out_used || buf_len(&p->out) == 0) {
		cbw_init(&w, &p->out);
		cbw_map(&w, 0);
	} else if (!cbw_complete(&p->out_w))
		fatalx("%s: the reply is not complete", r->verb->name);
	client_reply(r->client, r->number, &p->out);
}

void
req_progress(struct req *r, const char *what, int64_t n, int64_t total,
    const char *text)
{
	struct buf	buf = BUF_INIT;
	struct cbw	w;

	if (r->priv->gone)
		return;
	cbw_init(&w, &buf);
	cbw_map_begin(&w);
	cbw_kv_int(&w, what, n);
	if (total > 0)
		cbw_kv_int(&w, "total", total);
	if (text != NULL)
		cbw_kv_text(&w, "text", text);
	cbw_map_end(&w);
	client_send(r->client, FRAME_PROGRESS, 0, r->number, buf_data(&buf),
	    buf_len(&buf));
	buf_free(&buf);
}
