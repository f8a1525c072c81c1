/*
 * script-ics.c - konak calendar: one's own records of types with a calendar,
 * as an iCalendar file. They are read as lists are: it needs no right to
 * export, and gives nobody else's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/ics.h"
#include "lib/tz.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/script.h"
#include "tui/script-int.h"
#include "tui/view/span.h"

#define BACK_DAYS	90	/* so far back, and all that is to come */

static struct {
	struct script		*s;
	const char		*file;	/* "-": standard output */
	char			**types;	/* NULL-ended; none: all */
	size_t			 at;	/* of defs_at() */
	const struct def	*def;
	const struct val	*view;
	struct buf		 out;
	int64_t			 n;
} job;

static void	next_type(void);

static void
refused(const struct val *error)
{
	script_print(stderr, error);
	script_end(job.s, SCRIPT_REFUSED);
}

/* Beside its place first, as exports do. */
static bool
write_file(void)
{
	char	*part = xasprintf("%s.%ld.part", job.file, (long)getpid());
	FILE	*f = NULL;
	bool	 good = false;
	int	 fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);

	if (fd != -1 && (f = fdopen(fd, "w")) != NULL) {
		good = fwrite(buf_data(&job.out), 1, buf_len(&job.out), f) ==
		    buf_len(&job.out);
		good = fclose(f) == 0 && good;
	}
	if (good)
		good = rename(part, job.file) == 0;
	if (!good && fd != -1)
		unlink(part);
	free(part);
	return good;
}

static void
finish(void)
{
	struct val	*said = val_map();
	bool		 good = true;

	ics_end(&job.out);
	val_put_int(said, "rows", job.n);
	if (strcmp(job.file, "-") == 0)
		fwrite(buf_data(&job.out), 1, buf_len(&job.out), stdout);
	else if ((good = write_file()))
		script_print(stdout, said);
	else
		script_error_file(job.s, job.file);
	val_free(said);
	buf_free(&job.out);
	script_end(job.s, good ? SCRIPT_DONE : SCRIPT_REFUSED);
}

static void
record_put(const struct record *r)
{
	const struct field	*start = def_field(job.def,
				    val_get_str(job.view, "start"));
	const struct field	*end = def_field(job.def,
				    val_get_str(job.view, "end"));
	struct buf		 title = BUF_INIT, more = BUF_INIT;
	struct ics_event	 e = { .stamp = clock_now() };
	char			 uid[100];
	const char		*text = val_str(record_get(r, start->name));
	int			 s, ignored;

	e.from = span_day(start, r, &s);
	if (e.from == SPAN_NONE || record_id(r) == NULL)
		return;
	e.to = end == NULL ? SPAN_NONE : span_day(end, r, &ignored);
	if (e.to == SPAN_NONE || e.to < e.from)
		e.to = e.from;
	if (s >= 0) {
		e.from = ICS_NO_DAY;
		if (text == NULL ||
		    timestamp_read(text, strlen(text), &e.at) != DATE_OK)
			return;
	}
	e.done = span_done(job.view, r);
	if (e.done)
		buf_addz(&title, "\xe2\x9c\x93 ");
	record_title(job.def, r, &title);
	span_text(job.def, job.view, r, &more);
	snprintf(uid, sizeof uid, "%s@konak", record_id(r));
	e.uid = uid;
	e.summary = buf_text(&title);
	e.description = buf_text(&more);
	e.category = app_label(job.def->label);
	ics_event(&job.out, &e);
	job.n++;
	buf_free(&title);
	buf_free(&more);
}

static void	ask_rows(const char *after);

static void
rows_cb(const struct link_reply *r, void *arg)
{
	const struct val	*rows = val_get(r->body, "rows");
	const char		*next = val_get_str(r->body, "next");
	struct record		 rec = { val_get(r->body, "columns"), NULL };
	size_t			 i;

	(void)arg;
	if (!r->ok) {
		if (strcmp(r->code, "lost") != 0)
			refused(r->body);
		return;
	}
	for (i = 0; i < val_count(rows); i++) {
		rec.row = val_at(rows, i);
		record_put(&rec);
	}
	if (next != NULL)
		ask_rows(next);
	else
		next_type();
}

static void
ask_rows(const char *after)
{
	const struct field	*start = def_field(job.def,
				    val_get_str(job.view, "start"));
	const struct field	*who = span_person(job.def);
	struct val		*args = val_map(), *filter = val_map();
	struct val		*range = val_map(), *names = val_array();
	struct val		*columns = span_columns(job.def, job.view);
	char			 verb[128];
	size_t			 i;

	for (i = 0; i < val_count(columns); i++)
		val_add(names, val_copy(val_at(columns->item[i], 0)));
	val_free(columns);
	val_put(range, "ge", span_at(start, span_today() - BACK_DAYS));
	val_put(filter, start->name, range);
	val_put(filter, who->name, val_uuid(app_user_id()));
	val_put(args, "filter", filter);
	val_put(args, "columns", names);
	val_put_text(args, "sort", start->name);
	val_put_int(args, "limit", 200);
	if (after != NULL)
		val_put_text(args, "after", after);
	snprintf(verb, sizeof verb, "%s.list", job.def->name);
	link_call(job.s->link, verb, args, 0, rows_cb, NULL);
}

static bool
wanted(const char *name)
{
	char	**t;

	for (t = job.types; *t != NULL; t++)
		if (strcmp(*t, name) == 0)
			return true;
	return job.types[0] == NULL;
}

/* Those that know whose a record is. */
static void
next_type(void)
{
	for (; (job.def = defs_at(job.at)) != NULL; ) {
		job.at++;
		job.view = span_view(job.def, "calendar");
		if (job.view == NULL || span_person(job.def) == NULL ||
		    !wanted(job.def->name))
			continue;
		ask_rows(NULL);
		return;
	}
	finish();
}

static void
defs_cb(const struct link_reply *r, void *arg)
{
	char	**t;

	(void)arg;
	if (!r->ok) {
		if (strcmp(r->code, "lost") != 0)
			refused(r->body);
		return;
	}
	defs_set(val_copy(r->body));
	for (t = job.types; *t != NULL; t++)
		if (span_view(defs_find(*t), "calendar") == NULL) {
			script_error_key(job.s, "invalid", "client.no_type",
			    "type", *t);
			script_end(job.s, SCRIPT_REFUSED);
			return;
		}
	ics_begin(&job.out, val_get_str(app.company, "name"));
	next_type();
}

static void
me_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (script_company(job.s, r))
		link_call(job.s->link, "defs.list", val_map(), 0, defs_cb,
		    NULL);
}

bool
script_ics(struct script *s, int argc, char **argv)
{
	int	c;

	job.s = s;
	job.file = "-";
	optind = 0;
	while ((c = getopt(argc, argv, ":o:")) != -1) {
		if (c != 'o')
			return false;
		job.file = optarg;
	}
	job.types = argv + optind;
	ui_set_lang(s->lang);
	s->verb = argv[0];
	link_call(s->link, "session.me", val_map(), script_session(s) ? 0 :
	    LINK_EARLY, me_cb, NULL);
	return true;
}
