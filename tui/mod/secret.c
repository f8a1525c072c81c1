/* secret.c - see secret.h. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/mod/generate.h"
#include "tui/mod/secret.h"
#include "tui/prefs.h"
#include "tui/store.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/list.h"
#include "tui/view/verb.h"

#define SHOWN_S		30	/* when the server names no time */
#define CLEAR_S		30
#define WIDTH		58

/* What is asked for: whose, which, and why. */
struct asked {
	char	*type, *id, *title;
	char	*field, *label;
	char	*older;		/* id of an older value; NULL: the present one */
	char	*reason;
	bool	 copy;
	bool	 code;		/* of a seed, not the seed */
};

static struct event	*clearing;	/* pending: a copy is out there */

/* --- Which fields ------------------------------------------------------------- */

const struct val *
secret_field(const struct def *d, int n)
{
	const struct val	*fields = d == NULL ? NULL :
				    val_get(d->v, "fields"), *f;
	const char		*type;
	size_t			 i;

	for (i = 0; i < val_count(fields); i++) {
		f = fields->item[i];
		type = val_get_str(f, "type");
		if (type != NULL && strcmp(type, "secret") == 0 &&
		    val_get_bool(f, "reveal") && n-- == 0)
			return f;
	}
	return NULL;
}

const struct val *
secret_named(const struct def *d, const char *name)
{
	const struct val	*f;
	int			 i;

	for (i = 0; name != NULL && (f = secret_field(d, i)) != NULL; i++)
		if (strcmp(val_get_word(f, "name"), name) == 0)
			return f;
	return NULL;
}

static bool
holds(const struct val *f, const char *what)
{
	const char	*s = val_get_str(f, "holds");

	return s != NULL && strcmp(s, what) == 0;
}

/* Has the record a value there? A column that is not shown may have one. */
static bool
has_value(const struct val *f, const struct record *r)
{
	const struct val	*v = record_get(r, val_get_str(f, "name"));

	return v == NULL || v->kind != VAL_NULL;
}

static const struct val *
first_with_value(const struct def *d, const struct record *r)
{
	const struct val	*f;
	int			 i;

	for (i = 0; (f = secret_field(d, i)) != NULL; i++)
		if (has_value(f, r))
			return f;
	return secret_field(d, 0);
}

/* --- Time --------------------------------------------------------------------- */

/* So many seconds; a test build lets tests wait shorter ones. */
static struct timeval
clock_of(int n)
{
	long	ms = 1000;

#if KONAK_TEST_BUILD
	if (getenv("KONAK_TEST_SECOND_MS") != NULL)
		ms = atol(getenv("KONAK_TEST_SECOND_MS"));
#endif
	return (struct timeval){ n * ms / 1000, n * ms % 1000 * 1000 };
}

/* --- Asking ---------------------------------------------------------------------- */

static void asked_send(struct asked *);
static void shown_open(struct asked *, const char *value, int seconds);

static void
asked_free(struct asked *a)
{
	free(a->type);
	free(a->id);
	free(a->title);
	free(a->field);
	free(a->label);
	free(a->older);
	free(a->reason);
	free(a);
}

static struct asked *
asked_new(const struct def *d, const struct record *r, const struct val *f)
{
	struct asked	*a = xcalloc(1, sizeof *a);
	struct buf	 title = BUF_INIT;

	record_title(d, r, &title);
	a->type = xstrdup(d->name);
	a->id = xstrdup(record_id(r));
	a->title = buf_take(&title, NULL);
	a->field = xstrdup(val_get_word(f, "name"));
	a->label = xstrdup(verb_label(val_get(f, "label")));
	a->code = holds(f, "totp") && strcmp(d->name, "credentials") == 0;
	return a;
}

static void
reason_cb(const char *text, void *arg)
{
	struct asked	*a = arg;

	if (text == NULL || text[0] == '\0') {
		asked_free(a);
		return;
	}
	free(a->reason);
	a->reason = xstrdup(text);
	asked_send(a);
}

/* The company wants to know why. */
static void
reason_ask(struct asked *a)
{
	struct dialog_line	d = {
		.title = a->title, .label = T("secret.reason"), .max = 500,
		.done = reason_cb, .arg = a
	};

	dialog_line(&d);
}

static void
asked_cb(const struct link_reply *r, void *arg)
{
	struct asked	*a = arg;
	const char	*value = val_get_str(r->body, a->code ? "code" :
			    "value");
	int		 seconds;

	if (!r->ok && strcmp(r->field, "reason") == 0) {
		reason_ask(a);
		return;
	}
	if (!r->ok || value == NULL || !link_signed(app.link)) {
		if (!r->ok)
			app_error(r);
		else if (value == NULL)
			toast(TOAST_NOTICE, NULL, "%s", T("secret.empty"));
		asked_free(a);
		return;
	}
	seconds = (int)val_get_int(r->body, a->code ? "left" : "seconds",
	    SHOWN_S);
	if (a->copy) {
		secret_to_clipboard(a->title, value);
		asked_free(a);
		return;
	}
	shown_open(a, value, seconds);
}

static void
asked_send(struct asked *a)
{
	struct val	*args = val_map();
	char		 verb[128];

	val_put(args, "id", val_uuid(a->id));
	if (a->reason != NULL)
		val_put_text(args, "reason", a->reason);
	if (a->code) {
		app_once("credentials.totp", args, asked_cb, a);
		return;
	}
	val_put_text(args, "field", a->field);
	val_put_text(args, "purpose", a->copy ? "copy" : "reveal");
	if (a->older != NULL)
		val_put(args, "secret", val_uuid(a->older));
	snprintf(verb, sizeof verb, "%s.reveal", a->type);
	app_once(verb, args, asked_cb, a);
}

/* --- The clipboard ---------------------------------------------------------------- */

static void
clear_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	/* An empty text is ignored by some: a blank is what clears. */
	term_copy(" ", 1);
	toast(TOAST_NOTICE, NULL, "%s", T("secret.cleared"));
}

void
secret_to_clipboard(const char *title, const char *text)
{
	struct timeval	tv = clock_of(CLEAR_S);

	if (!term_copy(text, strlen(text))) {
		toast(TOAST_WARN, NULL, "%s", T("secret.no_copy"));
		return;
	}
	if (clearing == NULL)
		clearing = evtimer_new(app.base, clear_cb, NULL);
	/* A second copy restarts the clock of the first. */
	if (pref(PREF_CLEAR))
		evtimer_add(clearing, &tv);
	else
		evtimer_del(clearing);
	dialog_message(title, T(pref(PREF_CLEAR) ? "secret.copied" :
	    "secret.copied_kept"), NULL, NULL);
}

void
secret_stop(void)
{
	if (clearing == NULL)
		return;
	if (evtimer_pending(clearing, NULL))
		term_copy(" ", 1);
	event_free(clearing);
	clearing = NULL;
}

/* --- The box that shows one --------------------------------------------------------- */

struct shown {
	struct asked	*a;
	char		*value;
	int		 left;
	struct event	*tick;
};

struct shown_arg {
	struct asked	*a;
	const char	*value;
	int		 seconds;
};

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct view	*v = arg;
	struct shown	*p = v->state;

	(void)fd;
	(void)what;
	if (--p->left <= 0) {
		toast(TOAST_NOTICE, NULL, "%s", T("secret.hidden"));
		view_pop(v);
		return;
	}
	ui_redraw();
}

static bool
shown_start(struct view *v, void *arg)
{
	struct shown		*p = v->state;
	struct shown_arg	*a = arg;
	struct timeval		 second = clock_of(1);

	p->a = a->a;
	p->value = xstrdup(a->value);
	p->left = a->seconds;
	p->tick = event_new(app.base, -1, EV_PERSIST, tick_cb, v);
	evtimer_add(p->tick, &second);
	return true;
}

static void
shown_close(struct view *v)
{
	struct shown	*p = v->state;

	event_free(p->tick);
	explicit_bzero(p->value, strlen(p->value));
	free(p->value);
	asked_free(p->a);
}

static void
shown_draw(struct view *v, struct surface *s)
{
	struct shown	*p = v->state;
	int		 width = s->cols - 8 < WIDTH ? s->cols - 8 : WIDTH;
	int		 lines, most = s->rows - 10, n;
	char		 left[16];
	struct surface	 in;

	lines = draw_wrap(NULL, 0, 0, width, 0, 0, p->value, 0);
	if (lines > most)
		lines = most;
	in = draw_popup(s, lines + 4, width, p->a->title);
	n = draw_text(&in, 0, 0, width, STYLE_TITLE, p->a->label);
	draw_text(&in, 0, n, 1, STYLE_TITLE, ":");
	draw_wrap(&in, 1, 0, width, lines, STYLE_SECRET, p->value, 0);
	snprintf(left, sizeof left, "%d", p->left);
	draw_text(&in, lines + 2, 0, width, STYLE_DIM,
	    term_caps()->plain ? T("secret.stays") :
	    TF(p->a->code ? "secret.code_left" : "secret.left", "n", left,
	    NULL));
	draw_text(&in, lines + 3, 0, width, STYLE_DIM, T("secret.keys"));
	draw_cursor(&in, 1, 0);
}

/* Looked away, covered, suspended, too small a window: hidden. */
static void
shown_shown(struct view *v, bool yes)
{
	if (!yes)
		view_pop(v);
}

static bool
shown_key(struct view *v, const struct input *in)
{
	struct shown	*p = v->state;
	struct asked	*a;

	if (in->kind != INPUT_KEY)
		return in->kind == INPUT_MOUSE || in->kind == INPUT_PASTE;
	if (!input_is_text(in) || in->code != 'y')
		goto hide;
	/* A copy of its own in the log: it is another thing than looking. */
	a = p->a;
	p->a = xcalloc(1, sizeof *p->a);
	view_pop(v);
	a->copy = true;
	asked_send(a);
	return true;
hide:
	view_pop(v);
	return true;
}

static const struct view_ops shown_view = {
	.name = "secret",
	.when = WHEN_DIALOG,
	.flags = VIEW_POPUP,
	.size = sizeof(struct shown),
	.open = shown_start,
	.close = shown_close,
	.draw = shown_draw,
	.key = shown_key,
	.shown = shown_shown,
	.hints = { ACT_BACK }
};

static void
shown_open(struct asked *a, const char *value, int seconds)
{
	struct shown_arg	arg = { a, value, seconds < 1 ? 1 : seconds };

	view_push(&shown_view, &arg);
}

/* --- Older values -------------------------------------------------------------------- */

struct older {
	struct asked	 *a;
	char		**id;
	int		  n;
};

static void
older_cb(int choice, void *arg)
{
	struct older	*o = arg;
	int		 i;

	if (choice >= 0) {
		o->a->older = xstrdup(o->id[choice]);
		o->a->code = false;
		asked_send(o->a);
	} else {
		asked_free(o->a);
	}
	for (i = 0; i < o->n; i++)
		free(o->id[i]);
	free(o->id);
	free(o);
}

/* "12.08.2026 14:32, Ayşe Kaya" */
static char *
older_label(const struct val *row)
{
	static const struct value_rules	rules = { .type = VALUE_TIMESTAMP };
	struct value_ctx		ctx = app_ctx();
	struct buf			b = BUF_INIT;
	const char			*at = val_get_str(row, "at");
	const char			*by = val_get_str(row, "by_name");

	if (at != NULL)
		value_format(&rules, &ctx, at, &b);
	if (by != NULL)
		buf_printf(&b, "  %s", by);
	return buf_take(&b, NULL);
}

static const char *
older_detail(const struct val *row)
{
	const char	*strength = val_get_str(row, "strength");
	char		 key[64];

	if (val_get_bool(row, "current"))
		return T("secret.current");
	if (strength == NULL)
		return NULL;
	snprintf(key, sizeof key, "secret.%s", strength);
	return T(key);
}

static void
secrets_cb(const struct link_reply *r, void *arg)
{
	const struct val	*rows = val_get(r->body, "rows");
	struct asked		*a = arg;
	struct dialog_item	*items;
	struct older		*o;
	int			 n = (int)val_count(rows), i;

	if (!r->ok || n == 0) {
		if (!r->ok)
			app_error(r);
		else
			toast(TOAST_NOTICE, NULL, "%s", T("secret.empty"));
		asked_free(a);
		return;
	}
	items = xcalloc((size_t)n, sizeof *items);
	o = xcalloc(1, sizeof *o);
	o->a = a;
	o->id = xcalloc((size_t)n, sizeof *o->id);
	for (i = 0; i < n; i++) {
		items[i].label = older_label(rows->item[i]);
		items[i].detail = older_detail(rows->item[i]);
		o->id[o->n++] = xstrdup(val_get_word(rows->item[i], "id"));
	}
	dialog_choose(TF("secret.history", "what", a->title, NULL), items, n,
	    0, older_cb, o);
	for (i = 0; i < n; i++)
		free((char *)items[i].label);
	free(items);
}

static void
older_ask(struct asked *a)
{
	struct val	*args = val_map();
	char		 verb[128];

	val_put(args, "id", val_uuid(a->id));
	val_put_text(args, "field", a->field);
	snprintf(verb, sizeof verb, "%s.secrets", a->type);
	app_call(verb, args, secrets_cb, a);
}

bool
secret_past(const struct def *d, const struct record *r)
{
	const struct val	*f = first_with_value(d, r);

	if (f != NULL)
		older_ask(asked_new(d, r, f));
	return f != NULL;
}

/* --- What else a record offers ----------------------------------------------------------- */

static void
test_cb(const struct link_reply *r, void *arg)
{
	static const char *const	part[] = { "imap", "smtp" };
	static const char *const	name[] = { "IMAP", "SMTP" };
	const struct val		*one;
	struct buf			 b = BUF_INIT;
	char				*title = arg;
	int				 i;

	if (!r->ok) {
		app_error(r);
		free(title);
		return;
	}
	for (i = 0; i < 2; i++) {
		if ((one = val_get(r->body, part[i])) == NULL ||
		    one->kind != VAL_MAP)
			continue;
		buf_printf(&b, "%s%s %s: %s", buf_len(&b) > 0 ? "\n" : "",
		    val_get_bool(one, "ok") ? glyph(GLYPH_CHECK) :
		    glyph(GLYPH_CROSS), name[i], val_get_str(one, "text") ==
		    NULL ? "" : val_get_str(one, "text"));
	}
	dialog_message(title, buf_text(&b), NULL, NULL);
	buf_free(&b);
	free(title);
}

static void
address_show(const struct record *r, const char *title)
{
	const char	*url = val_str(record_get(r, "url"));

	if (url == NULL)
		return;
	if (term_copy(url, strlen(url)))
		dialog_message(title, TF("secret.address", "url", url, NULL),
		    NULL, NULL);
	else
		dialog_message(title, url, NULL, NULL);
}

enum offer { OFFER_REVEAL, OFFER_COPY, OFFER_HISTORY, OFFER_GENERATE,
	OFFER_ADDRESS, OFFER_TEST, OFFER_GRANTS };

struct offers {
	enum offer		 what[24];
	const struct val	*field[24];
	int			 n;
};

static void
offer_add(struct offers *o, struct dialog_item *items, int max,
    enum offer what, const struct val *f, const char *label, uint32_t key)
{
	if (o->n >= max || o->n >= 24)
		return;
	if (items != NULL)
		items[o->n] = (struct dialog_item){ .label = label,
		    .key = key };
	o->what[o->n] = what;
	o->field[o->n++] = f;
}

/* Of each secret: to show, and its older values; then what the type knows. */
static void
offers_of(struct offers *o, const struct def *d, const struct record *r,
    struct dialog_item *items, int max)
{
	const struct val	*f;
	const char		*label, *url;
	char			 grants[80];
	int			 i;

	for (i = 0; (f = secret_field(d, i)) != NULL; i++) {
		if (!has_value(f, r))
			continue;
		label = verb_label(val_get(f, "label"));
		offer_add(o, items, max, OFFER_REVEAL, f, TF("secret.show",
		    "what", label, NULL), i == 0 ? 'r' : 0);
		if (i == 0)
			offer_add(o, items, max, OFFER_COPY, f,
			    TF("secret.copy", "what", label, NULL), 'y');
	}
	if ((f = secret_field(d, 0)) == NULL)
		return;
	offer_add(o, items, max, OFFER_HISTORY, f, TF("secret.history",
	    "what", verb_label(val_get(f, "label")), NULL), 0);
	if (holds(f, "password"))
		offer_add(o, items, max, OFFER_GENERATE, f,
		    T("secret.generate"), 'o');
	url = val_str(record_get(r, "url"));
	if (url != NULL && url[0] != '\0')
		offer_add(o, items, max, OFFER_ADDRESS, f,
		    T("secret.open"), 0);
	if (strcmp(d->name, "mail_accounts") == 0)
		offer_add(o, items, max, OFFER_TEST, f, T("secret.test"), 0);
	snprintf(grants, sizeof grants, "%.*s_grants",
	    (int)strlen(d->name) - 1, d->name);
	if (defs_find(grants) != NULL)
		offer_add(o, items, max, OFFER_GRANTS, f, T("secret.grants"),
		    0);
}

int
secret_items(const struct def *d, const struct record *r,
    struct dialog_item *items, int max)
{
	struct offers	o = { .n = 0 };

	offers_of(&o, d, r, items, max);
	return o.n;
}

static void
grants_open(const struct def *d, const struct record *r)
{
	char		 type[80], by[80];
	struct val	*fixed = val_map();

	snprintf(type, sizeof type, "%.*s_grants", (int)strlen(d->name) - 1,
	    d->name);
	snprintf(by, sizeof by, "%.*s_id", (int)strlen(d->name) - 1, d->name);
	val_put(fixed, by, val_uuid(record_id(r)));
	list_open(type, fixed, by);
}

void
secret_item(const struct def *d, const struct record *r, int i)
{
	struct offers	 o = { .n = 0 };
	struct asked	*a;
	struct val	*args;

	offers_of(&o, d, r, NULL, 24);
	if (i >= o.n)
		return;
	a = asked_new(d, r, o.field[i]);
	switch (o.what[i]) {
	case OFFER_COPY:
		a->copy = true;
		/* FALLTHROUGH */
	case OFFER_REVEAL:
		asked_send(a);
		return;
	case OFFER_HISTORY:
		older_ask(a);
		return;
	case OFFER_GENERATE:
		generate_open(d->name, a->id, record_version(r), a->field,
		    a->title);
		break;
	case OFFER_ADDRESS:
		address_show(r, a->title);
		break;
	case OFFER_TEST:
		args = val_map();
		val_put(args, "id", val_uuid(a->id));
		app_once("mail_accounts.test", args, test_cb,
		    xstrdup(a->title));
		break;
	case OFFER_GRANTS:
		grants_open(d, r);
		break;
	}
	asked_free(a);
}

bool
secret_action(const struct def *d, const struct record *r, const char *name,
    enum action act)
{
	const struct val	*f = name == NULL ? first_with_value(d, r) :
				    secret_named(d, name);
	struct asked		*a;

	if (f == NULL)
		return false;
	a = asked_new(d, r, f);
	if (act == ACT_GENERATE) {
		generate_open(d->name, a->id, record_version(r), a->field,
		    a->title);
		asked_free(a);
		return true;
	}
	a->copy = act == ACT_COPY;
	asked_send(a);
	return true;
}
