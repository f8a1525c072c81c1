/* draft.c - see draft.h. */
#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/call.h"
#include "tui/draft.h"
#include "tui/link.h"
#include "tui/wire.h"

#define DRAFT_KEY	crypto_secretbox_KEYBYTES
#define DRAFT_SERVER	60000	/* bytes that the server takes */
#define DRAFT_FILE	(4 * 1024 * 1024)
#define KEY_SCREEN	"key"	/* where the server keeps the files' key */

struct draft {
	STAILQ_ENTRY(draft)	 entry;
	struct draft_place	 place;
	struct val		*body;
	int64_t			 at;
};

/* On its way to the server: what is dropped meanwhile is dropped after it. */
struct sending {
	LIST_ENTRY(sending)	 entry;
	struct draft_place	 place;
	bool			 drop;
};

static LIST_HEAD(, sending)	 sendings = LIST_HEAD_INITIALIZER(sendings);
static STAILQ_HEAD(, draft)	 drafts = STAILQ_HEAD_INITIALIZER(drafts);
static uint8_t			 key[DRAFT_KEY];
static bool			 have_key;
static draft_offer_cb		 offer;
static void			*offer_arg;
static size_t			 asked;	/* of the server, not answered yet */
static uint64_t			 call;

/* --- What is known ---------------------------------------------------------- */

static struct draft *
draft_known(const struct draft_place *p)
{
	struct draft	*d;

	STAILQ_FOREACH(d, &drafts, entry)
		if (strcmp(d->place.screen, p->screen) == 0 &&
		    strcmp(d->place.record, p->record) == 0)
			return d;
	return NULL;
}

/* The newer one stays; body is taken. */
static void
draft_learn(const struct draft_place *p, struct val *body, int64_t at)
{
	struct draft	*d = draft_known(p);

	if (d != NULL && d->at > at) {
		val_free(body);
		return;
	}
	if (d == NULL) {
		d = xcalloc(1, sizeof *d);
		d->place = *p;
		STAILQ_INSERT_TAIL(&drafts, d, entry);
	}
	val_free(d->body);
	d->body = body;
	d->at = at;
}

static void
draft_forget(struct draft *d)
{
	STAILQ_REMOVE(&drafts, d, draft, entry);
	val_free(d->body);
	free(d);
}

static int64_t
draft_now(void)
{
	return app_ctx().now;
}

/* --- Files ------------------------------------------------------------------- */

/* draft-WHOSE-WHICH: digests, so that names tell nothing. */
static bool
draft_path(const struct draft_place *p, char *path, size_t size, bool prefix)
{
	char	 dir[900], whose[400], which[120], a[33], b[33];
	uint8_t	 digest[16];

	if (!known_dir(dir, sizeof dir) || app_company_id() == NULL ||
	    app_user_id() == NULL)
		return false;
	snprintf(whose, sizeof whose, "%s/%s/%s", app.server, app_user_id(),
	    app_company_id());
	crypto_generichash(digest, sizeof digest, (uint8_t *)whose,
	    strlen(whose), NULL, 0);
	hex_encode(digest, sizeof digest, a);
	if (prefix)
		return (size_t)snprintf(path, size, "%s/draft-%s-", dir, a) <
		    size;
	snprintf(which, sizeof which, "%s/%s", p->screen, p->record);
	crypto_generichash(digest, sizeof digest, (uint8_t *)which,
	    strlen(which), NULL, 0);
	hex_encode(digest, sizeof digest, b);
	return (size_t)snprintf(path, size, "%s/draft-%s-%s", dir, a, b) <
	    size;
}

static struct val *
draft_wrap(const struct draft *d)
{
	struct val	*v = val_map();

	val_put_text(v, "screen", d->place.screen);
	val_put_text(v, "record", d->place.record);
	val_put_int(v, "at", d->at);
	val_put(v, "body", val_copy(d->body));
	return v;
}

static void
draft_write(const struct draft *d)
{
	struct val	*v;
	uint8_t		*plain, *box;
	size_t		 len, size;
	char		 path[1100], tmp[1110];
	FILE		*f;
	bool		 ok;

	if (!have_key || !draft_path(&d->place, path, sizeof path, false))
		return;
	v = draft_wrap(d);
	val_encode(v, &plain, &len);
	val_free(v);
	size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + len;
	box = xmalloc(size);
	randombytes_buf(box, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, plain, len,
	    box, key);
	sodium_memzero(plain, len);
	free(plain);
	snprintf(tmp, sizeof tmp, "%s.new", path);
	if ((f = fopen(tmp, "we")) != NULL) {
		ok = fchmod(fileno(f), 0600) == 0 &&
		    fwrite(box, 1, size, f) == size;
		if (fclose(f) != 0 || !ok || rename(tmp, path) == -1)
			unlink(tmp);
	}
	free(box);
}

static void
draft_read(const char *path)
{
	struct draft_place	 p;
	struct buf		 b = BUF_INIT;
	struct val		*v = NULL;
	const char		*screen, *record;
	uint8_t			*plain;
	size_t			 n, len;
	FILE			*f;

	if ((f = fopen(path, "re")) == NULL)
		return;
	do {
		n = fread(buf_reserve(&b, 65536), 1, 65536, f);
		buf_commit(&b, n);
	} while (n > 0 && buf_len(&b) < DRAFT_FILE);
	fclose(f);
	len = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	if (buf_len(&b) > len) {
		len = buf_len(&b) - len;
		plain = xmalloc(len);
		if (crypto_secretbox_open_easy(plain, buf_data(&b) +
		    crypto_secretbox_NONCEBYTES, buf_len(&b) -
		    crypto_secretbox_NONCEBYTES, buf_data(&b), key) == 0)
			v = val_decode(plain, len);
		sodium_memzero(plain, len);
		free(plain);
	}
	buf_free(&b);
	screen = val_get_str(v, "screen");
	record = val_get_str(v, "record");
	if (screen != NULL && record != NULL) {
		snprintf(p.screen, sizeof p.screen, "%s", screen);
		snprintf(p.record, sizeof p.record, "%s", record);
		draft_learn(&p, val_copy(val_get(v, "body")),
		    val_get_int(v, "at", 0));
	} else {
		unlink(path);	/* another key's: nobody can read it */
	}
	val_free(v);
}

static void
draft_read_all(void)
{
	char		 prefix[1100], path[1400], *name;
	struct dirent	*e;
	DIR		*dir;

	if (!draft_path(NULL, prefix, sizeof prefix, true))
		return;
	name = strrchr(prefix, '/');
	*name++ = '\0';
	if ((dir = opendir(prefix)) == NULL)
		return;
	while ((e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, name, strlen(name)) == 0 &&
		    strchr(e->d_name, '.') == NULL) {
			snprintf(path, sizeof path, "%s/%s", prefix,
			    e->d_name);
			draft_read(path);
		}
	closedir(dir);
}

/* --- The server --------------------------------------------------------------- */

static struct val *
draft_args(const struct draft_place *p)
{
	struct val	*args = val_put_text(val_map(), "screen", p->screen);

	if (p->record[0] != '\0')
		val_put(args, "record", val_uuid(p->record));
	return args;
}

static void
draft_offer(void)
{
	struct draft	*d;
	size_t		 left = 0;

	if (asked > 0 || offer == NULL)
		return;
	STAILQ_FOREACH(d, &drafts, entry)
		left++;
	STAILQ_FOREACH(d, &drafts, entry)
		offer(&d->place, d->body, d->at, --left, offer_arg);
	offer = NULL;
}

static void
draft_got_cb(const struct link_reply *r, void *arg)
{
	struct draft_place	*p = arg;
	const struct val	*body = val_get(r->body, "body");
	struct val		*v = NULL;

	if (r->ok && body != NULL && body->kind == VAL_BYTES)
		v = val_decode((const uint8_t *)body->s, body->len);
	if (val_get(v, "body") != NULL)
		draft_learn(p, val_copy(val_get(v, "body")), val_get_int(v,
		    "at", 0));
	val_free(v);
	free(p);
	asked--;
	draft_offer();
}

static void
draft_list_cb(const struct link_reply *r, void *arg)
{
	const struct val	*rows = val_get(r->body, "rows"), *id;
	struct draft_place	*p;
	const char		*screen;
	size_t			 i;

	(void)arg;
	call = 0;
	for (i = 0; r->ok && i < val_count(rows); i++) {
		screen = val_str(val_at(rows->item[i], 0));
		id = val_at(rows->item[i], 1);
		if (screen == NULL || strcmp(screen, KEY_SCREEN) == 0)
			continue;
		p = xcalloc(1, sizeof *p);
		snprintf(p->screen, sizeof p->screen, "%s", screen);
		snprintf(p->record, sizeof p->record, "%s",
		    val_str(id) == NULL ? "" : val_str(id));
		asked++;
		app_call("drafts.get", draft_args(p), draft_got_cb, p);
	}
	draft_offer();
}

static void
draft_key_known(void)
{
	have_key = true;
	draft_read_all();
	call = app_call("drafts.list", NULL, draft_list_cb, NULL);
}

static void
draft_key_cb(const struct link_reply *r, void *arg)
{
	static const struct draft_place	 place = { KEY_SCREEN, "" };
	const struct val		*body = val_get(r->body, "body");
	struct val			*args;

	(void)arg;
	call = 0;
	if (r->ok && body != NULL && body->kind == VAL_BYTES &&
	    body->len == sizeof key) {
		memcpy(key, body->s, sizeof key);
		draft_key_known();
	} else if (!r->ok && strcmp(r->code, "not_found") == 0) {
		randombytes_buf(key, sizeof key);
		args = draft_args(&place);
		val_put(args, "body", val_bytes(key, sizeof key));
		app_write("drafts.put", args, NULL, NULL, call_quiet_cb, NULL);
		draft_key_known();
	}
}

/* --- For the forms -------------------------------------------------------------- */

void
draft_start(draft_offer_cb cb, void *arg)
{
	draft_stop();
	offer = cb;
	offer_arg = arg;
	call = app_call("drafts.get", val_put_text(val_map(), "screen",
	    KEY_SCREEN), draft_key_cb, NULL);
}

void
draft_stop(void)
{
	struct draft	*d;

	if (call != 0)
		app_forget(call);
	call = 0;
	offer = NULL;
	while ((d = STAILQ_FIRST(&drafts)) != NULL)
		draft_forget(d);
	sodium_memzero(key, sizeof key);
	have_key = false;
}

static void
draft_send_drop(const struct draft_place *p)
{
	app_write("drafts.drop", draft_args(p), NULL, NULL, call_quiet_cb,
	    NULL);
}

static void
draft_sent_cb(const struct link_reply *r, void *arg)
{
	struct sending	*s = arg;

	(void)r;
	if (s->drop)
		draft_send_drop(&s->place);
	LIST_REMOVE(s, entry);
	free(s);
}

static void
draft_send(const struct draft *d)
{
	struct val	*args, *v = draft_wrap(d);
	struct sending	*s;
	uint8_t		*raw;
	size_t		 len;

	val_encode(v, &raw, &len);
	val_free(v);
	if (len <= DRAFT_SERVER) {
		s = xcalloc(1, sizeof *s);
		s->place = d->place;
		LIST_INSERT_HEAD(&sendings, s, entry);
		args = draft_args(&d->place);
		val_put(args, "body", val_bytes(raw, len));
		app_write("drafts.put", args, NULL, NULL, draft_sent_cb, s);
	}
	sodium_memzero(raw, len);
	free(raw);
}

bool
draft_keep(const struct draft_place *p, const struct val *body)
{
	struct link_info	info;

	draft_learn(p, val_copy(body), draft_now());
	draft_write(draft_known(p));
	link_get_info(app.link, &info);
	if (info.state != LINK_UP)
		return false;
	draft_send(draft_known(p));
	return true;
}

void
draft_drop(const struct draft_place *p)
{
	struct draft	*d = draft_known(p);
	struct sending	*s;
	char		 path[1100];

	if (d == NULL)
		return;
	draft_forget(d);
	if (draft_path(p, path, sizeof path, false))
		unlink(path);
	LIST_FOREACH(s, &sendings, entry)
		if (strcmp(s->place.screen, p->screen) == 0 &&
		    strcmp(s->place.record, p->record) == 0)
			break;
	if (s != NULL)
		s->drop = true;
	else
		draft_send_drop(p);
}

struct val *
draft_find(const struct draft_place *p, int64_t *at)
{
	const struct draft	*d = draft_known(p);

	if (d == NULL)
		return NULL;
	*at = d->at;
	return val_copy(d->body);
}
