/* script.c - see script.h. One connection, a few calls, an exit code. */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/msg.h"
#include "lib/proto.h"
#include "lib/xmalloc.h"
#include "tui/lang.h"
#include "tui/script.h"
#include "tui/script-int.h"
#include "tui/view/verb.h"
#include "tui/wire.h"

void
script_end(struct script *s, int code)
{
	if (s->over)
		return;
	s->over = true;
	s->code = code;
	event_base_loopbreak(s->base);
}

void
script_print(FILE *f, const struct val *v)
{
	char	*json = val_json(v, false);

	fprintf(f, "%s\n", json);
	explicit_bzero(json, strlen(json));
	free(json);
}

/* An error of ours, in the form that the server's have. */
void
script_error(const char *code, const char *text)
{
	struct val	*v = val_map();

	val_put_text(v, "code", code);
	val_put_text(v, "text", text);
	script_print(stderr, v);
	val_free(v);
}

void
script_error_key(const struct script *s, const char *code, const char *key,
    const char *param, const char *value)
{
	struct buf	b = BUF_INIT;

	msg_format(&b, s->lang, key, param, value, NULL);
	script_error(code, buf_text(&b));
	buf_free(&b);
}

/* Of errno. */
void
script_error_file(const struct script *s, const char *file)
{
	int	code = errno;

	ui_set_lang(s->lang);
	script_error("file", file_why(file, code));
}

void
link_why_text(const struct link_info *info, const char *server,
    enum lang lang, char *out, size_t size)
{
	static const char *const keys[] = {
		[LINK_WHY_NONE] = "client.closed",
		[LINK_WHY_CONNECT] = "client.connect",
		[LINK_WHY_NAME] = "client.name",
		[LINK_WHY_CLOSED] = "client.closed",
		[LINK_WHY_SILENT] = "client.silent",
		[LINK_WHY_TLS] = "client.tls",
		[LINK_WHY_KEY_UNKNOWN] = "client.key_unknown",
		[LINK_WHY_KEY_CHANGED] = "client.key_changed",
		[LINK_WHY_VERSION] = "client.version",
		[LINK_WHY_PROTOCOL] = "client.protocol",
		[LINK_WHY_CONF] = "client.conf"
	};
	struct buf	b = BUF_INIT;

	if (info->why == LINK_WHY_CONF && info->detail[0] == '\0')
		msg_format(&b, lang, "client.nowhere", NULL);
	else
		msg_format(&b, lang, keys[info->why], "server", server,
		    "detail", info->detail, "file", info->known, NULL);
	snprintf(out, size, "%s", buf_text(&b));
	buf_free(&b);
}

static void
script_state_cb(const struct link_info *info, void *arg)
{
	struct script	*s = arg;
	char		 text[1600];

	if (info->state != LINK_FAILED || s->over)
		return;
	link_why_text(info, s->name, s->lang, text, sizeof text);
	switch (info->why) {
	case LINK_WHY_KEY_UNKNOWN:
		script_error("key_unknown", text);
		break;
	case LINK_WHY_KEY_CHANGED:
		script_error("key_changed", text);
		break;
	default:
		script_error("no_connection", text);
		break;
	}
	script_end(s, SCRIPT_NO_LINE);
}

/* --- The session's file ------------------------------------------------- */

/* One file a server and tenant: the token in base64url, then the name, so
 * that a person sees which it is. */
static bool
session_path(const struct script *s, char *path, size_t size)
{
	unsigned char	hash[32];
	char		dir[1024], hex[HEX_LEN(12) + 1];

	if (!known_dir(dir, sizeof dir) ||
	    EVP_Digest(s->name, strlen(s->name), hash, NULL, EVP_sha256(),
	    NULL) != 1)
		return false;
	hex_encode(hash, 12, hex);
	return (size_t)snprintf(path, size, "%s/session-%s", dir, hex) < size;
}

static bool
session_save(const struct script *s, const struct val *token)
{
	char	path[1100], tmp[1110], line[BASE64_LEN(64) + 1];
	FILE	*f;
	int	 fd;
	bool	 ok;

	if (token->len > 64 || !session_path(s, path, sizeof path))
		return false;
	base64_encode(token->s, token->len, line);
	snprintf(tmp, sizeof tmp, "%s.new", path);
	unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1 || (f = fdopen(fd, "w")) == NULL) {
		if (fd != -1)
			close(fd);
		return false;
	}
	ok = fprintf(f, "%s\n%s\n", line, s->name) > 0;
	ok = fclose(f) == 0 && ok && rename(tmp, path) == 0;
	explicit_bzero(line, sizeof line);
	return ok;
}

bool
script_session(struct script *s)
{
	char	 path[1100], line[256];
	uint8_t	 token[64];
	size_t	 len;
	FILE	*f;
	bool	 ok = false;

	if (!session_path(s, path, sizeof path) ||
	    (f = fopen(path, "re")) == NULL)
		return false;
	if (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		ok = base64_decode(line, strlen(line), token, sizeof token,
		    &len);
	}
	fclose(f);
	if (ok)
		link_session(s->link, token, len);
	explicit_bzero(token, sizeof token);
	explicit_bzero(line, sizeof line);
	return ok;
}

static void
session_forget(const struct script *s)
{
	char	path[1100];

	if (session_path(s, path, sizeof path))
		unlink(path);
}

/* --- login -------------------------------------------------------------- */

/* A line of standard input; without echo when a person types it. */
bool
script_read_line(const char *prompt, char *line, size_t size)
{
	struct termios	 old, quiet;
	bool		 tty = isatty(STDIN_FILENO);
	char		*got;

	if (tty && tcgetattr(STDIN_FILENO, &old) == 0) {
		fprintf(stderr, "%s: ", prompt);
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	got = fgets(line, (int)size, stdin);
	if (tty) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
		fputc('\n', stderr);
	}
	if (got == NULL)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

static void
login_code_cb(const struct link_reply *r, void *arg)
{
	struct script	*s = arg;
	const struct val *token;
	struct val	*out;

	if (!r->ok) {
		if (strcmp(r->code, "lost") == 0)
			return;
		script_print(stderr, r->body);
		script_end(s, SCRIPT_REFUSED);
		return;
	}
	token = val_get(r->body, "token");
	if (token == NULL || token->kind != VAL_BYTES ||
	    !session_save(s, token)) {
		script_error_key(s, "file", "client.session_file", "detail",
		    strerror(errno));
		script_end(s, SCRIPT_REFUSED);
		return;
	}
	out = val_map();
	val_put(out, "user", val_copy(val_get(r->body, "user")));
	val_put(out, "expires_at", val_copy(val_get(r->body, "expires_at")));
	val_put_bool(out, "must_change_password",
	    val_get_bool(r->body, "must_change_password"));
	script_print(stdout, out);
	val_free(out);
	script_end(s, SCRIPT_DONE);
}

static void
login_password_cb(const struct link_reply *r, void *arg)
{
	struct script	*s = arg;
	const char	*state = val_get_str(r->body, "state");
	struct val	*args;
	char		 code[64];

	if (!r->ok) {
		if (strcmp(r->code, "lost") == 0)
			return;
		script_print(stderr, r->body);
		script_end(s, SCRIPT_REFUSED);
		return;
	}
	if (state == NULL || strcmp(state, "code") != 0) {
		script_error_key(s, "setup", "client.setup", NULL, NULL);
		script_end(s, SCRIPT_REFUSED);
		return;
	}
	if (!script_read_line(msg_text(s->lang, "client.code"), code,
	    sizeof code)) {
		script_error_key(s, "invalid", "client.no_code", NULL, NULL);
		script_end(s, SCRIPT_REFUSED);
		return;
	}
	args = val_put_text(val_map(), "code", code);
	/* Six digits are the authenticator's; recovery codes are longer. */
	link_call(s->link, strspn(code, "0123456789 ") == strlen(code) ?
	    "auth.code" : "auth.recovery", args, LINK_EARLY, login_code_cb, s);
	explicit_bzero(code, sizeof code);
}

static void
script_login(struct script *s, const char *email)
{
	struct val	*args;
	char		 password[1024];

	if (!script_read_line(msg_text(s->lang, "client.password"), password,
	    sizeof password)) {
		script_error_key(s, "invalid", "client.no_password", NULL,
		    NULL);
		script_end(s, SCRIPT_REFUSED);
		return;
	}
	args = val_put_text(val_map(), "email", email);
	val_put_text(args, "password", password);
	explicit_bzero(password, sizeof password);
	link_call(s->link, "auth.sign_in", args, LINK_EARLY,
	    login_password_cb, s);
}

/* --- call and logout ----------------------------------------------------- */

/* {"columns": [...], "rows": [[...]]} becomes rows that are objects. */
static struct val *
script_rows(const struct val *body)
{
	const struct val	*columns = val_get(body, "columns");
	const struct val	*rows = val_get(body, "rows"), *cell;
	struct val		*out, *list, *row;
	size_t			 i, k;

	if (columns == NULL || columns->kind != VAL_ARRAY || rows == NULL ||
	    rows->kind != VAL_ARRAY)
		return NULL;
	out = val_map();
	list = val_array();
	for (i = 0; i < rows->n; i++) {
		row = val_map();
		for (k = 0; k < columns->n; k++) {
			cell = val_at(rows->item[i], k);
			if (cell != NULL && columns->item[k]->s != NULL)
				val_put(row, columns->item[k]->s,
				    val_copy(cell));
		}
		val_add(list, row);
	}
	val_put(out, "rows", list);
	for (i = 0; i < body->n; i++) {
		if (strcmp(val_key(body, i), "rows") != 0 &&
		    strcmp(val_key(body, i), "columns") != 0)
			val_put(out, val_key(body, i), val_copy(body->item[i]));
	}
	return out;
}

/* The first of the files that the answer holds, where it was wanted. */
static bool
script_keep(const struct script *s, const struct val *body)
{
	const struct val	*v = verb_file(val_at(val_get(body, "files"),
				    0));
	FILE			*f;
	bool			 ok;

	if (v == NULL) {
		errno = ENOENT;
		return false;
	}
	if (strcmp(s->file, "-") == 0)
		return fwrite(v->s, 1, v->len, stdout) == v->len;
	f = fopen(s->file, "we");
	ok = f != NULL && fwrite(v->s, 1, v->len, f) == v->len;
	if (f != NULL && fclose(f) != 0)
		ok = false;
	return ok;
}

static void
call_cb(const struct link_reply *r, void *arg)
{
	struct script	*s = arg;
	struct val	*rows = NULL;

	if (!r->ok) {
		if (strcmp(r->code, "lost") == 0)
			return;
		script_print(stderr, r->body);
		script_end(s, SCRIPT_REFUSED);
		return;
	}
	if (s->file != NULL) {
		if (!script_keep(s, r->body)) {
			script_error_file(s, s->file);
			script_end(s, SCRIPT_REFUSED);
			return;
		}
	} else if ((rows = script_rows(r->body)) != NULL)
		script_print(stdout, rows);
	else
		script_print(stdout, r->body);
	val_free(rows);
	if (fflush(stdout) != 0) {
		script_error_file(s, "-");
		script_end(s, SCRIPT_REFUSED);
		return;
	}
	if (strcmp(s->verb, "session.sign_out") == 0)
		session_forget(s);
	script_end(s, SCRIPT_DONE);
}

static void
script_ended_cb(const char *text, void *arg)
{
	struct script	*s = arg;
	struct val	*v;

	if (s->over)
		return;
	session_forget(s);
	v = val_put_text(val_map(), "code", "not_signed_in");
	val_put_text(v, "text", text);
	script_print(stderr, v);
	val_free(v);
	/* Signing out of a session that is gone is done. */
	script_end(s, strcmp(s->verb, "session.sign_out") == 0 ?
	    SCRIPT_DONE : SCRIPT_REFUSED);
}

static char *
script_read_all(size_t *len)
{
	struct buf	 b = BUF_INIT;
	size_t		 n;

	do {
		n = fread(buf_reserve(&b, 65536), 1, 65536, stdin);
		buf_commit(&b, n);
	} while (n > 0 && buf_len(&b) < 8 * 1024 * 1024);
	return buf_take(&b, len);
}

static void
script_call(struct script *s, const char *verb, const char *json,
    const char *request)
{
	struct val	*args = NULL;
	char		 err[200], *all = NULL;
	size_t		 len = json == NULL ? 0 : strlen(json);
	bool		 known;

	s->verb = verb;
	if (json != NULL && strcmp(json, "-") == 0)
		json = all = script_read_all(&len);
	if (json != NULL) {
		args = val_parse_json(json, len, err, sizeof err);
		free(all);
		if (args == NULL || args->kind != VAL_MAP) {
			script_error_key(s, "invalid", "client.json", "detail",
			    args == NULL ? err : "{}");
			val_free(args);
			script_end(s, SCRIPT_REFUSED);
			return;
		}
	}
	known = script_session(s);
	if (!known && strcmp(verb, "session.sign_out") == 0) {
		val_free(args);
		script_end(s, SCRIPT_DONE);
		return;
	}
	/* Whether a verb writes only the server knows: an id does no harm. */
	link_call_full(s->link, verb, args, LINK_WRITE |
	    (known ? 0 : LINK_EARLY), request, call_cb, NULL, s);
}

/* --- The whole ------------------------------------------------------------ */

bool
script_is_file(const char *word)
{
	return strcmp(word, "export") == 0 || strcmp(word, "import") == 0 ||
	    strcmp(word, "calendar") == 0;
}

bool
script_is(const char *word)
{
	return strcmp(word, "login") == 0 || strcmp(word, "call") == 0 ||
	    strcmp(word, "logout") == 0 || strcmp(word, "timetable") == 0 ||
	    script_is_file(word);
}

static bool
script_usage(int argc, char **argv)
{
	if (strcmp(argv[0], "login") == 0 && argc == 2)
		return true;
	if (strcmp(argv[0], "call") == 0 && argc >= 2 && argc <= 4)
		return true;
	return script_is_file(argv[0]) || strcmp(argv[0], "timetable") == 0 ||
	    (strcmp(argv[0], "logout") == 0 && argc == 1);
}

int
script_run(const struct link_conf *conf, enum lang lang, const char *request,
    int argc, char **argv)
{
	static const struct link_events	events = {
		.state = script_state_cb,
		.ended = script_ended_cb
	};
	struct script	s = { .conf = conf, .lang = lang, .verb = "" };

	if (!script_usage(argc, argv)) {
		script_error_key(&s, "invalid", "client.usage", NULL, NULL);
		return SCRIPT_REFUSED;
	}
	link_conf_name(conf, s.name, sizeof s.name);
	if ((s.base = event_base_new()) == NULL)
		return SCRIPT_NO_LINE;
	s.link = link_new(s.base, conf, &events, &s);
	if (script_is_file(argv[0])) {
		if (strcmp(argv[0], "calendar") == 0 ?
		    !script_ics(&s, argc, argv) :
		    !script_file(&s, argc, argv)) {
			script_error_key(&s, "invalid", "client.usage_file",
			    NULL, NULL);
			script_end(&s, SCRIPT_REFUSED);
		}
	} else if (strcmp(argv[0], "timetable") == 0) {
		if (!script_timetable(&s, argc, argv)) {
			script_error_key(&s, "invalid",
			    "client.usage_timetable", NULL, NULL);
			script_end(&s, SCRIPT_REFUSED);
		}
	} else if (strcmp(argv[0], "login") == 0)
		script_login(&s, argv[1]);
	else if (strcmp(argv[0], "call") == 0) {
		s.file = argc == 4 ? argv[3] : NULL;
		script_call(&s, argv[1], argc > 2 ? argv[2] : NULL, request);
	} else
		script_call(&s, "session.sign_out", NULL, NULL);
	if (!s.over)
		event_base_dispatch(s.base);
	link_free(s.link);
	event_base_free(s.base);
	return s.code;
}
