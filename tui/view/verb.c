/* verb.c - see verb.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/frame.h"
#include "tui/view/form.h"
#include "tui/view/many.h"
#include "tui/view/verb.h"

/* May the action be done on this record: `when` maps fields to values. */
bool
verb_fits(const struct val *action, const struct record *r)
{
	const struct val	*when = val_get(action, "when"), *v;
	size_t			 i, k;

	for (i = 0; i < val_count(when); i++) {
		if ((v = record_get(r, val_key(when, i))) == NULL)
			continue;
		for (k = 0; k < val_count(when->item[i]); k++) {
			if (val_equal(v, val_at(when->item[i], k)))
				break;
		}
		if (k == val_count(when->item[i]))
			return false;
	}
	return true;
}

/* A chosen verb that waits for its confirmation. The records are copied:
 * rows may change meanwhile. */
struct verb_call {
	const struct def	*d;
	const struct val	*action;
	struct val		*columns;
	struct val		**row;
	size_t			 n;
};

static void
verb_call_free(struct verb_call *c)
{
	size_t	i;

	for (i = 0; i < c->n; i++)
		val_free(c->row[i]);
	free(c->row);
	val_free(c->columns);
	free(c);
}

const char *
verb_label(const struct val *v)
{
	const char	*s = val_str(val_at(v, ui_lang() == LANG_EN ? 1 : 0));

	return s == NULL ? "" : s;
}

static struct val *
verb_args(const struct val *action, const struct record *r)
{
	const struct val	*more = val_get(action, "args"), *v;
	struct val		*args = val_map();
	const char		*field;
	size_t			 i;

	val_put(args, "id", val_uuid(record_id(r)));
	if (val_get_bool(action, "version"))
		val_put_int(args, "version", record_version(r));
	for (i = 0; i < val_count(more); i++) {
		field = val_str(more->item[i]);
		v = field == NULL ? NULL : record_get(r, field);
		val_put(args, val_key(more, i), v == NULL ? val_null() :
		    val_copy(v));
	}
	return args;
}

/* One-time codes are shown until somebody has read them. */
static void
verb_show_code(const struct val *body)
{
	const char	*code = val_get_str(body, "code");

	if (code == NULL)
		code = val_get_str(body, "password_code");
	if (code != NULL)
		dialog_secret(TF("views.code_title", NULL),
		    TF("views.code_text", "code", code, NULL));
}

/* --- Files that a verb gives ------------------------------------------------------ */

/* A new file: what is there is left alone, and the next free number added. */
static int
file_open(const char *folder, const char *name, char **path)
{
	const char	*dot = strrchr(name, '.');
	int		 fd = -1, n, stem;

	stem = dot == NULL ? (int)strlen(name) : (int)(dot - name);
	for (n = 1; n < 100; n++) {
		*path = n == 1 ? xasprintf("%s/%s", folder, name) :
		    xasprintf("%s/%.*s (%d)%s", folder, stem, name, n,
		    dot == NULL ? "" : dot);
		fd = open(*path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
		if (n < 99)
			free(*path);
	}
	return fd;
}

/* Its content is text or bytes. */
static bool
file_write(const char *folder, const char *name, const struct val *content)
{
	FILE	*f = NULL;
	char	*path;
	bool	 good;
	int	 fd;

	fd = file_open(folder, name, &path);
	if (fd >= 0)
		f = fdopen(fd, "w");
	good = f != NULL && fwrite(content->s, 1, content->len, f) ==
	    content->len;
	if (f != NULL)
		good = fclose(f) == 0 && good;
	if (!good)
		toast(TOAST_ERROR, NULL, "%s", file_why(path, errno));
	free(path);
	return good;
}

const struct val *
verb_file(const struct val *file)
{
	const struct val	*v = val_get(file, "data");

	if (val_is_null(v))
		v = val_get(file, "text");
	return v != NULL && (v->kind == VAL_TEXT || v->kind == VAL_BYTES) ?
	    v : NULL;
}

static void
files_folder_cb(const char *typed, void *arg)
{
	const struct val	*content;
	struct val		*files = arg;
	const char		*name;
	char			*folder, n[24];
	bool			 good = true;
	size_t			 i;

	if (typed != NULL) {
		folder = typed[0] == '~' && getenv("HOME") != NULL ?
		    xasprintf("%s%s", getenv("HOME"), typed + 1) :
		    xstrdup(typed);
		for (i = 0; good && i < files->n; i++) {
			/* a name, never a way out of the folder */
			name = val_get_str(files->item[i], "name");
			content = verb_file(files->item[i]);
			good = name != NULL && strchr(name, '/') == NULL &&
			    content != NULL && file_write(folder, name,
			    content);
		}
		snprintf(n, sizeof n, "%zu", files->n);
		if (good)
			toast(TOAST_GOOD, NULL, "%s", TF("privacy.saved", "n",
			    n, "folder", folder, NULL));
		free(folder);
	}
	val_free(files);
}

/* What the answer holds for people: files to keep, a text to read. True when
 * there are files, which are not saved before a folder is named. */
static bool
verb_show_files(const struct val *body, const char *label)
{
	const struct val	*files = val_get(body, "files");
	struct dialog_line	 line = { .max = 400,
	    .done = files_folder_cb };

	if (val_count(files) > 0) {
		line.title = label;
		line.label = TF("privacy.folder", NULL);
		line.text = "~";
		line.arg = val_copy(files);
		dialog_line(&line);
		return true;
	}
	if (val_get_str(body, "text") != NULL)
		dialog_message(label, val_get_str(body, "text"), NULL, NULL);
	return false;
}

/* How a verb on several records went. */
struct outcome {
	char		*type;
	char		*label;		/* of the action */
	unsigned	 left, done;
	bool		 failed;
	bool		 told;		/* something else says how it went */
};

static void
verb_reply_cb(const struct link_reply *r, void *arg)
{
	struct outcome	*o = arg;
	char		 n[16];

	if (r == NULL) {
		free(o->type);
		free(o->label);
		free(o);
		return;
	}
	if (r->ok) {
		o->done++;
		verb_show_code(r->body);
		o->told = verb_show_files(r->body, o->label) || o->told;
		/* An import that was taken back: what stayed, and why. */
		if (val_get(r->body, "failed") != NULL) {
			many_back(o->label, r->body);
			o->told = true;
		}
	} else {
		o->failed = true;
		app_error(r);
	}
	if (--o->left > 0)
		return;
	snprintf(n, sizeof n, "%u", o->done);
	if (!o->failed && !o->told)
		toast(TOAST_GOOD, NULL, "%s: %s", o->label,
		    TF("views.done", NULL));
	else if (o->failed && o->done > 0)
		toast(TOAST_WARN, NULL, "%s", TF("views.some_done", "n", n,
		    NULL));
	watch_touch(o->type);
	free(o->type);
	free(o->label);
	free(o);
}

static struct outcome *
verb_outcome(const struct verb_call *c)
{
	struct outcome	*o = xcalloc(1, sizeof *o);

	o->type = xstrdup(c->d->name);
	o->label = xstrdup(verb_label(val_get(c->action, "label")));
	o->left = (unsigned)c->n;
	return o;
}

/* A form for what the verb asks, in the words of its definition. */
static void
verb_form(struct verb_call *c, const char *verb)
{
	const struct val	*ask = val_get(c->action, "ask");
	struct val		*def = val_map(), *fields = val_array(), *f;
	struct record		 r = { c->columns, c->row[0] };
	size_t			 i;

	for (i = 0; i < ask->n; i++) {
		f = val_copy(ask->item[i]);
		val_put_bool(f, "create", true);
		val_add(fields, f);
	}
	val_put_text(def, "name", c->d->name);
	val_put(def, "label", val_copy(val_get(c->action, "label")));
	val_put(def, "fields", fields);
	form_verb(def_make(def), verb, verb_args(c->action, &r),
	    verb_reply_cb, verb_outcome(c));
}

static void
verb_run(struct verb_call *c)
{
	const char	*verb = val_get_str(c->action, "verb");
	struct outcome	*o;
	struct record	 r;
	size_t		 i;

	if (verb == NULL) {
		verb_call_free(c);
		return;
	}
	if (val_count(val_get(c->action, "ask")) > 0 && c->n == 1) {
		verb_form(c, verb);
		verb_call_free(c);
		return;
	}
	o = verb_outcome(c);
	for (i = 0; i < c->n; i++) {
		r = (struct record){ c->columns, c->row[i] };
		app_write(verb, verb_args(c->action, &r), NULL, NULL,
		    verb_reply_cb, o);
	}
	verb_call_free(c);
}

static void
verb_confirmed_cb(bool yes, void *arg)
{
	struct verb_call	*c = arg;

	if (yes)
		verb_run(c);
	else
		verb_call_free(c);
}

void
verb_start(const struct def *d, const struct val *action,
    const struct record *recs, size_t n)
{
	struct verb_call	*c = xcalloc(1, sizeof *c);
	const struct val	*confirm = val_get(action, "confirm");
	struct dialog_confirm	 ask = { .done = verb_confirmed_cb, .arg = c };
	struct buf		 text = BUF_INIT;
	size_t			 i;

	c->d = d;
	c->action = action;
	c->columns = recs[0].columns == NULL ? NULL :
	    val_copy(recs[0].columns);
	c->row = xcalloc(n, sizeof *c->row);
	for (i = 0; i < n; i++)
		c->row[c->n++] = val_copy(recs[i].row);
	if (val_is_null(confirm) ||
	    (confirm->kind == VAL_BOOL && confirm->i == 0)) {
		verb_run(c);
		return;
	}
	if (n == 1)
		record_title(d, &recs[0], &text);
	else
		buf_printf(&text, "%zu", n);
	if (confirm->kind == VAL_ARRAY)
		buf_printf(&text, ": %s", verb_label(confirm));
	else
		buf_printf(&text, ": %s?", verb_label(val_get(action,
		    "label")));
	ask.title = verb_label(val_get(action, "label"));
	ask.text = buf_text(&text);
	ask.yes = ask.title;
	dialog_confirm(&ask);
	buf_free(&text);
}

/* --- Inviting --------------------------------------------------------------------- */

/* users.invite makes a user and a membership: no record verb, so no
 * definition says what it asks. */
static void
invite_field(struct val *fields, const char *name, const char *type,
    const char *tr, const char *en, const char *ref)
{
	struct val	*f = val_map(), *label = val_array();

	val_put_text(f, "name", name);
	val_put_text(f, "type", type);
	val_add(label, val_text(tr));
	val_add(label, val_text(en));
	val_put(f, "label", label);
	val_put_bool(f, "required", true);
	val_put_bool(f, "create", true);
	if (ref != NULL)
		val_put_text(f, "ref", ref);
	val_add(fields, f);
}

static void
invited_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (r == NULL)
		return;
	toast(TOAST_GOOD, NULL, "%s", TF(val_get_bool(r->body, "existing") ?
	    "views.invited_known" : "views.invited", NULL));
	verb_show_code(r->body);
	watch_touch("users");
	watch_touch("memberships");
}

void
verb_invite(void)
{
	struct val	*def = val_map(), *fields = val_array();
	struct val	*label = val_array();

	invite_field(fields, "email", "email", "E-posta", "E-mail", NULL);
	invite_field(fields, "first_name", "text", "Ad", "First name", NULL);
	invite_field(fields, "last_name", "text", "Soyad", "Last name", NULL);
	invite_field(fields, "role", "ref", "Rol", "Role", "roles");
	val_add(label, val_text("Kullanıcı davet et"));
	val_add(label, val_text("Invite a user"));
	val_put_text(def, "name", "users");
	val_put(def, "label", label);
	val_put(def, "fields", fields);
	form_verb(def_make(def), "users.invite", NULL, invited_cb, NULL);
}
