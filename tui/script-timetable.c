/*
 * script-timetable.c - konak timetable import|generate|export|check: a school's
 * timetables from a script.
 */
#include <event2/event.h>

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/files.h"
#include "tui/script.h"
#include "tui/script-int.h"

#define PART_BYTES	32768
#define FILE_MAX	((size_t)32 * 1024 * 1024)

struct plan_job {
	struct script	*s;
	const char	*what, *name, *file, *format, *view, *whose;
	long		 limit;
	bool		 stay;
	char		*data;
	size_t		 len, sent;
	char		 upload[UUID_TEXT];
	char		 plan[UUID_TEXT], task[UUID_TEXT];
	char		 title[256];
	struct event	*again;
};

static struct plan_job	job;

enum { OPT_LIMIT = 256, OPT_FORMAT, OPT_STAY, OPT_VIEW, OPT_FOR };

static const struct option options[] = {
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "stay", no_argument, NULL, OPT_STAY },
	{ "view", required_argument, NULL, OPT_VIEW },
	{ "for", required_argument, NULL, OPT_FOR },
	{ NULL, 0, NULL, 0 }
};

static void
over(int code)
{
	if (job.again != NULL)
		event_free(job.again);
	job.again = NULL;
	free(job.data);
	job.data = NULL;
	script_end(job.s, code);
}

static bool
answered(const struct link_reply *r)
{
	if (r->ok)
		return true;
	script_print(stderr, r->body);
	over(SCRIPT_REFUSED);
	return false;
}

static void
ask(const char *verb, struct val *args, link_cb cb)
{
	link_call(job.s->link, verb, args, LINK_WRITE, cb, NULL);
}

/* --- import --------------------------------------------------------------- */

static void
imported_cb(const struct link_reply *r, void *arg)
{
	const struct val	*map = val_get(r->body, "not_mapped");
	const char		*clash = val_get_str(r->body, "clash");

	if (!answered(r))
		return;
	if (val_count(map) > 0) {
		fprintf(stderr, "not_mapped: ");
		script_print(stderr, map);
	}
	if (clash != NULL)
		fprintf(stderr, "clash: %s\n", clash);
	printf("%s\n", val_get_word(r->body, "name"));
	over(SCRIPT_DONE);
}

static void	part_send(void);

static void
part_cb(const struct link_reply *r, void *arg)
{
	if (answered(r))
		part_send();
}

static void
part_send(void)
{
	struct val	*args = val_map();
	size_t		 n = job.len - job.sent;

	val_put(args, "upload", val_uuid(job.upload));
	if (n == 0) {
		val_put_text(args, "name", job.title);
		ask("timetable.import", args, imported_cb);
		return;
	}
	if (n > PART_BYTES)
		n = PART_BYTES;
	val_put_int(args, "part", (int64_t)(job.sent / PART_BYTES));
	val_put(args, "data", val_bytes(job.data + job.sent, n));
	job.sent += n;
	ask("timetable.upload", args, part_cb);
}

/* The draft is called what the file is. */
static bool
import_start_file(void)
{
	job.data = files_read(job.file, FILE_MAX, &job.len);
	if (job.data == NULL) {
		script_error_file(job.s, job.file);
		return false;
	}
	files_title(job.file, job.title, sizeof job.title);
	uuid_v7_text(job.upload);
	part_send();
	return true;
}

/* --- generate ------------------------------------------------------------- */

static void	look(void);

static void
again_cb(evutil_socket_t fd, short what, void *arg)
{
	look();
}

static void
state_cb(const struct link_reply *r, void *arg)
{
	static const struct timeval	second = { 1, 0 };
	const char			*state, *error;
	const struct val		*result;

	if (!answered(r))
		return;
	state = val_get_str(r->body, "state");
	result = val_get(r->body, "result");
	if (strcmp(state, "waiting") == 0 || strcmp(state, "running") == 0) {
		fprintf(stderr, "%" PRId64 "/%" PRId64 "\n",
		    val_get_int(r->body, "done", 0),
		    val_get_int(r->body, "total", 0));
		event_add(job.again, &second);
		return;
	}
	error = val_get_str(r->body, "error");
	if (strcmp(state, "done") != 0) {
		script_error(state, error != NULL ? error : state);
		over(SCRIPT_REFUSED);
		return;
	}
	script_print(stdout, result);
	over(val_get_bool(result, "solved") ? SCRIPT_DONE : SCRIPT_REFUSED);
}

static void
look(void)
{
	struct val	*args = val_map();

	val_put(args, "job", val_uuid(job.task));
	ask("timetable.job", args, state_cb);
}

static void
ordered_cb(const struct link_reply *r, void *arg)
{
	const char	*id;

	if (!answered(r))
		return;
	id = val_get_str(r->body, "job");
	snprintf(job.task, sizeof job.task, "%s", id == NULL ? "" : id);
	job.again = evtimer_new(job.s->base, again_cb, NULL);
	look();
}

/* --- export, check -------------------------------------------------------- */

static void
exported_cb(const struct link_reply *r, void *arg)
{
	const struct val	*data = val_get(r->body, "data");
	FILE			*f;
	bool			 ok;

	if (!answered(r))
		return;
	if (data == NULL)	/* a PDF */
		data = val_get(val_at(val_get(r->body, "files"), 0), "data");
	f = strcmp(job.file, "-") == 0 ? stdout : fopen(job.file, "we");
	ok = f != NULL && fwrite(data->s, 1, data->len, f) == data->len;
	if (f != NULL && fclose(f) != 0)
		ok = false;
	if (!ok)
		script_error_file(job.s, job.file);
	over(ok ? SCRIPT_DONE : SCRIPT_REFUSED);
}

/* Takes the arguments; for: an id, or NULL for everybody. */
static void
export_send(struct val *args, const char *whose)
{
	bool	pdf = strcmp(job.format, "pdf") == 0;

	if (whose != NULL)
		val_put(args, "for", val_uuid(whose));
	val_put_text(args, pdf ? "view" : "format", pdf ? job.view :
	    job.format);
	ask(pdf ? "timetable.pdf" : "timetable.export", args, exported_cb);
}

/* Whose week it is, by the name. */
static void
loaded_cb(const struct link_reply *r, void *arg)
{
	static const struct {
		const char	*list, *view;
	}			 kinds[] = { { "classes", "class" },
				    { "teachers", "teacher" },
				    { "rooms", "room" } };
	const struct val	*list, *v;
	struct val		*args;
	size_t			 i, k;

	if (!answered(r))
		return;
	for (k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		list = val_get(r->body, kinds[k].list);
		for (i = 0; i < val_count(list); i++) {
			v = val_at(list, i);
			if (strcmp(val_get_word(v, "name"), job.whose) != 0)
				continue;
			args = val_map();
			val_put(args, "timetable", val_uuid(job.plan));
			job.view = kinds[k].view;
			export_send(args, val_get_str(v, "id"));
			return;
		}
	}
	script_error_key(job.s, "not_found", "client.timetable_for", "name",
	    job.whose);
	over(SCRIPT_REFUSED);
}

/* 0: nothing is wrong and nothing unplaced. */
static void
checked_cb(const struct link_reply *r, void *arg)
{
	const struct val	*list = val_get(r->body, "conflicts");
	const char		*severity;
	bool			 bad;
	size_t			 i;

	if (!answered(r))
		return;
	bad = val_count(val_get(r->body, "unplaced")) > 0;
	for (i = 0; i < val_count(list); i++) {
		severity = val_get_str(val_at(list, i), "severity");
		bad |= severity != NULL && strcmp(severity, "error") == 0;
	}
	script_print(stdout, r->body);
	over(bad ? SCRIPT_REFUSED : SCRIPT_DONE);
}

static void
found_cb(const struct link_reply *r, void *arg)
{
	struct val	*args = val_map();
	const char	*id;

	if (!answered(r)) {
		val_free(args);
		return;
	}
	id = val_get_str(r->body, "id");
	snprintf(job.plan, sizeof job.plan, "%s", id == NULL ? "" : id);
	val_put(args, "timetable", val_uuid(job.plan));
	if (strcmp(job.what, "generate") == 0) {
		if (job.limit > 0)
			val_put_int(args, "limit", job.limit);
		if (job.stay)
			val_put_bool(args, "stay", true);
		ask("timetable.generate", args, ordered_cb);
	} else if (strcmp(job.what, "check") == 0)
		ask("timetable.check", args, checked_cb);
	else if (job.whose != NULL)
		ask("timetable.load", args, loaded_cb);
	else
		export_send(args, NULL);
}

/* --- the command line ----------------------------------------------------- */

/* The word of the list, or NULL. */
static const char *
one_of(const char *const *list, const char *word)
{
	while (*list != NULL && strcmp(*list, word) != 0)
		list++;
	return *list;
}

static bool
take_line(int argc, char **argv)
{
	static const char *const formats[] = { "fet", "activities", "ical",
	    "csv", "pdf", NULL };
	static const char *const views[] = { "class", "teacher", "room",
	    NULL };
	char	*end;
	int	 c;

	if (argc < 2)
		return false;
	job.what = argv[1];
	job.file = "-";
	job.view = "class";
	optind = 0;
	while ((c = getopt_long(argc - 1, argv + 1, ":o:", options,
	    NULL)) != -1)
		switch (c) {
		case 'o':
			job.file = optarg;
			break;
		case OPT_LIMIT:
			job.limit = strtol(optarg, &end, 10);
			if (*end != '\0' || job.limit <= 0)
				return false;
			break;
		case OPT_FORMAT:
			job.format = one_of(formats, optarg);
			if (job.format == NULL)
				return false;
			break;
		case OPT_STAY:
			job.stay = true;
			break;
		case OPT_VIEW:
			job.view = one_of(views, optarg);
			if (job.view == NULL)
				return false;
			break;
		case OPT_FOR:
			job.whose = optarg;
			break;
		default:
			return false;
		}
	if (argc - 1 - optind != 1)
		return false;
	job.name = argv[1 + optind];
	if (strcmp(job.what, "import") == 0)
		job.file = job.name;
	return strcmp(job.what, "import") == 0 ||
	    strcmp(job.what, "generate") == 0 ||
	    strcmp(job.what, "check") == 0 ||
	    (strcmp(job.what, "export") == 0 && job.format != NULL);
}

bool
script_timetable(struct script *s, int argc, char **argv)
{
	job = (struct plan_job){ .s = s };
	if (!take_line(argc, argv))
		return false;
	s->verb = "timetable";
	if (!script_session(s)) {
		script_error_key(s, "not_signed_in", "err.not_signed_in", NULL,
		    NULL);
		over(SCRIPT_REFUSED);
	} else if (strcmp(job.what, "import") == 0) {
		if (!import_start_file())
			over(SCRIPT_REFUSED);
	} else
		ask("timetable.find", val_put_text(val_map(), "name",
		    job.name), found_cb);
	return true;
}
