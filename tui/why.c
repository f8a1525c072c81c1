/* why.c - see why.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/msg.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/why.h"

static struct val	*last;		/* the error's map; NULL: none */
static bool		 fresh;		/* not read yet */

void
why_forget(void)
{
	val_free(last);
	last = NULL;
}

void
why_note(const struct link_reply *r)
{
	if (r->ok || strcmp(r->code, "cancelled") == 0 ||
	    strcmp(r->code, "lost") == 0 || r->text[0] == '\0')
		return;
	why_forget();
	last = val_copy(r->body);
	fresh = true;
	if (val_get(last, "request") == NULL && r->request[0] != '\0')
		val_put_text(last, "request", r->request);
}

void
why_note_own(const char *text, const char *code, const char *verb)
{
	why_forget();
	last = val_put_text(val_map(), "text", text);
	fresh = true;
	if (code != NULL)
		val_put_text(last, "ask_code", code);
	if (verb != NULL)
		val_put_text(last, "ask_verb", verb);
}

bool
why_known(void)
{
	return last != NULL;
}

bool
why_fresh(void)
{
	return last != NULL && fresh;
}

/* --- In words ----------------------------------------------------------------- */

static void
put_line(struct buf *b, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		buf_printf(b, "%s%s", buf_len(b) > 0 ? "\n" : "",
		    TF(key, "what", value, NULL));
}

static const char *
scope_words(const char *scope)
{
	char	key[64];

	if (scope == NULL || strcmp(scope, "all") == 0)
		return "";
	snprintf(key, sizeof key, "views.scope_%s", scope);
	return msg_known(key) ? T(key) : scope;
}

/* Names, or [name, scope] pairs, with commas between. */
static char *
names(const struct val *list)
{
	const struct val	*v;
	struct buf		 b = BUF_INIT;
	const char		*scope;
	size_t			 i;

	for (i = 0; i < val_count(list); i++) {
		v = list->item[i];
		scope = v->kind == VAL_ARRAY ? scope_words(
		    val_str(val_at(v, 1))) : "";
		v = v->kind == VAL_ARRAY ? val_at(v, 0) : v;
		if (val_str(v) == NULL)
			continue;
		buf_printf(&b, "%s%s", i > 0 ? ", " : "", val_str(v));
		if (scope[0] != '\0')
			buf_printf(&b, " (%s)", scope);
	}
	return buf_take(&b, NULL);
}

/* One permission: of an error, or of rights.why. */
static void
put_right(struct buf *b, const char *code, const char *name,
    const struct val *from)
{
	char	*text;

	text = xasprintf("%s (%s)", name == NULL ? code : name, code);
	put_line(b, "why.right", text);
	free(text);
	if (val_get(from, "module_on") != NULL &&
	    !val_get_bool(from, "module_on"))
		buf_printf(b, "\n%s", T("why.module_off"));
	put_line(b, "why.role", val_get_str(from, "role"));
	text = names(val_get(from, "roles"));
	put_line(b, text[0] == '\0' ? "why.no_role" : "why.roles",
	    text[0] == '\0' ? "-" : text);
	free(text);
	text = names(val_get(from, "holders"));
	put_line(b, text[0] == '\0' ? "why.no_holder" : "why.holders",
	    text[0] == '\0' ? "-" : text);
	free(text);
}

static void
show(struct buf *b)
{
	dialog_message(T("why.title"), buf_text(b), NULL, NULL);
	buf_free(b);
}

static void
asked_cb(const struct link_reply *r, void *arg)
{
	const struct val	*codes = val_get(r->body, "codes"), *c;
	struct buf		 b = BUF_INIT;
	size_t			 i;

	if (!r->ok) {
		app_error(r);
		return;
	}
	if (arg == NULL)
		put_line(&b, "why.text", val_get_str(last, "text"));
	for (i = 0; i < val_count(codes); i++) {
		c = codes->item[i];
		if (buf_len(&b) > 0)
			buf_addz(&b, "\n");
		put_right(&b, val_get_str(c, "code"), val_get_str(c, "name"),
		    c);
	}
	show(&b);
}

void
why_ask(const char *code)
{
	static char	no_text;

	app_call("rights.why", val_put_text(val_map(), "code", code),
	    asked_cb, &no_text);
}

/* --- What is not shown -------------------------------------------------------- */

/* The labels of the fields that this permission shows, with the scope where it
 * is held for some records only. */
static void
put_absent(struct buf *b, const struct val *fields, const char *code)
{
	struct buf		 labels = BUF_INIT;
	const struct val	*f;
	const char		*scope = NULL;
	size_t			 i;

	for (i = 0; i < val_count(fields); i++) {
		f = fields->item[i];
		if (strcmp(val_get_word(f, "code"), code) != 0)
			continue;
		buf_printf(&labels, "%s%s", buf_len(&labels) > 0 ? ", " : "",
		    val_get_word(f, "label"));
		scope = val_get_str(f, "scope");
	}
	put_line(b, scope == NULL ? "why.absent" : "why.absent_some",
	    buf_text(&labels));
	buf_free(&labels);
	put_line(b, "why.scope", scope_words(scope));
}

static void
absent_why_cb(const struct link_reply *r, void *arg)
{
	struct val		*fields = arg;
	const struct val	*codes = val_get(r->body, "codes"), *c;
	struct buf		 b = BUF_INIT;
	size_t			 i;

	if (!r->ok)
		app_error(r);
	for (i = 0; r->ok && i < val_count(codes); i++) {
		c = codes->item[i];
		if (buf_len(&b) > 0)
			buf_addz(&b, "\n");
		put_absent(&b, fields, val_get_str(c, "code"));
		put_right(&b, val_get_str(c, "code"), val_get_str(c, "name"),
		    c);
	}
	val_free(fields);
	if (r->ok)
		show(&b);
}

static void
absent_cb(const struct link_reply *r, void *arg)
{
	const struct val	*fields = val_get(r->body, "fields");
	struct buf		 codes = BUF_INIT;
	const char		*code;
	size_t			 i, k;

	(void)arg;
	if (!r->ok) {
		app_error(r);
		return;
	}
	if (val_count(fields) == 0) {
		toast(TOAST_NOTICE, NULL, "%s", T("why.all_seen"));
		return;
	}
	for (i = 0; i < val_count(fields); i++) {
		code = val_get_str(fields->item[i], "code");
		for (k = 0; k < i; k++)
			if (strcmp(val_get_word(fields->item[k], "code"),
			    code) == 0)
				break;
		if (k == i)
			buf_printf(&codes, "%s%s", buf_len(&codes) > 0 ? "|" :
			    "", code);
	}
	app_call("rights.why", val_put_text(val_map(), "code",
	    buf_text(&codes)), absent_why_cb, val_copy(fields));
	buf_free(&codes);
}

void
why_absent(const char *type)
{
	app_call("records.absent", val_put_text(val_map(), "type", type),
	    absent_cb, NULL);
}

static void
put_fields(struct buf *b)
{
	const struct val	*fields = val_get(last, "fields"), *f;
	size_t			 i;

	for (i = 0; i < val_count(fields); i++) {
		f = fields->item[i];
		buf_printf(b, "\n%s: %s", val_get_word(f, "field"),
		    val_get_word(f, "text"));
	}
	if (val_count(fields) == 0)
		put_line(b, "why.field", val_get_str(last, "field"));
}

void
why_open(void)
{
	const char	*code = val_get_str(last, "ask_code");
	const char	*verb = val_get_str(last, "ask_verb"), *need;
	struct buf	 b = BUF_INIT;

	if (last == NULL) {
		toast(TOAST_NOTICE, NULL, "%s", T("why.nothing"));
		return;
	}
	fresh = false;
	if (code != NULL || verb != NULL) {
		app_call("rights.why", val_put_text(val_map(), code != NULL ?
		    "code" : "verb", code != NULL ? code : verb), asked_cb,
		    NULL);
		return;
	}
	put_line(&b, "why.text", val_get_str(last, "text"));
	buf_addz(&b, "\n");
	if ((need = val_get_str(last, "need")) != NULL)
		put_right(&b, need, val_get_str(last, "need_name"), last);
	put_fields(&b);
	if (need == NULL)
		put_line(&b, "why.rule", val_get_str(last, "key"));
	put_line(&b, "why.request", val_get_str(last, "request"));
	show(&b);
}
