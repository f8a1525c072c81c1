/*
 * script-file.c - konak export and konak import: the command line, the
 * definitions of the company that the session is in, and what came of it as
 * JSON.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "lib/arena.h"
#include "tui/app.h"
#include "tui/script.h"
#include "tui/script-int.h"
#include "tui/transfer.h"
#include "tui/view/filter.h"

#define PAIRS_MAX 32

struct pair {
	const char	*name, *value;
};

struct job {
	struct script		*s;
	bool			 import;
	const char		*type, *file, *format, *search, *sort;
	const char		*columns, *delimiter, *similar;
	bool			 bare, dry, skip, tried;
	struct pair		 pair[PAIRS_MAX];	/* filters, columns */
	size_t			 npairs;
	const struct def	*def;
	struct import_file	*data;
	const char		**mapping;
	struct import		*run;
	/* a call that may want a fresh code */
	char			*verb;
	struct val		*args;
	link_cb			 cb;
	void			*arg;
};

static struct job	job;

/* --- The command line ------------------------------------------------------------ */

enum { OPT_FORMAT = 256, OPT_FILTER, OPT_SEARCH, OPT_SORT, OPT_COLUMNS,
    OPT_DELIMITER, OPT_NO_BOM, OPT_DRY, OPT_SKIP, OPT_SIMILAR,
    OPT_COLUMN };

static const struct option options[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "filter", required_argument, NULL, OPT_FILTER },
	{ "search", required_argument, NULL, OPT_SEARCH },
	{ "sort", required_argument, NULL, OPT_SORT },
	{ "columns", required_argument, NULL, OPT_COLUMNS },
	{ "delimiter", required_argument, NULL, OPT_DELIMITER },
	{ "no-bom", no_argument, NULL, OPT_NO_BOM },
	{ "dry-run", no_argument, NULL, OPT_DRY },
	{ "skip-wrong", no_argument, NULL, OPT_SKIP },
	{ "similar", required_argument, NULL, OPT_SIMILAR },
	{ "column", required_argument, NULL, OPT_COLUMN },
	{ NULL, 0, NULL, 0 }
};

static bool
take_pair(char *arg)
{
	char	*eq = strrchr(arg, '=');

	if (eq == NULL || eq == arg || job.npairs == PAIRS_MAX)
		return false;
	*eq = '\0';
	job.pair[job.npairs++] = (struct pair){ arg, eq + 1 };
	return true;
}

static bool
take_option(int c)
{
	switch (c) {
	case 'o':
		job.file = optarg;
		return !job.import;
	case OPT_FORMAT:
		job.format = optarg;
		return !job.import;
	case OPT_FILTER:
		return !job.import && take_pair(optarg);
	case OPT_SEARCH:
		job.search = optarg;
		return !job.import;
	case OPT_SORT:
		job.sort = optarg;
		return !job.import;
	case OPT_COLUMNS:
		job.columns = optarg;
		return !job.import;
	case OPT_DELIMITER:
		job.delimiter = strcmp(optarg, "tab") == 0 ? "\t" : optarg;
		return !job.import && strlen(job.delimiter) == 1 &&
		    strchr(";,\t", job.delimiter[0]) != NULL;
	case OPT_NO_BOM:
		return (job.bare = !job.import);
	case OPT_DRY:
		return (job.dry = job.import);
	case OPT_SKIP:
		return (job.skip = job.import);
	case OPT_SIMILAR:
		job.similar = optarg;
		return job.import && (strcmp(optarg, "add") == 0 ||
		    strcmp(optarg, "skip") == 0 ||
		    strcmp(optarg, "update") == 0);
	case OPT_COLUMN:
		return job.import && take_pair(optarg);
	default:
		return false;
	}
}

static bool
take_line(int argc, char **argv)
{
	enum export_format	format;
	int			c;

	job.import = strcmp(argv[0], "import") == 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, ":o:", options, NULL)) != -1)
		if (!take_option(c))
			return false;
	if (argc - optind != (job.import ? 2 : 1))
		return false;
	job.type = argv[optind];
	if (job.import)
		job.file = argv[optind + 1];
	if (job.file == NULL)
		job.file = "-";
	if (job.format == NULL)
		job.format = "csv";
	if (job.import)
		return true;
	/* a spreadsheet is no stream */
	return export_format_parse(job.format, &format) &&
	    (format != EXPORT_XLSX || strcmp(job.file, "-") != 0);
}

/* --- Calls --------------------------------------------------------------------------- */

static void	send_call(void);

static void
end_refused(const struct val *error)
{
	script_print(stderr, error);
	script_end(job.s, SCRIPT_REFUSED);
}

static void
stepped_cb(const struct link_reply *r, void *arg)
{
	if (r->ok)
		send_call();
	else
		end_refused(r->body);
}

static void
call_cb(const struct link_reply *r, void *arg)
{
	char	code[64];

	if (!r->ok && strcmp(r->code, "lost") == 0)
		return;
	if (r->ok || strcmp(r->code, "step_up") != 0 ||
	    !script_read_line(msg_text(job.s->lang, "client.code"), code,
	    sizeof code) || code[0] == '\0') {
		job.cb(r, job.arg);
		return;
	}
	link_call(job.s->link, "session.step_up",
	    val_put_text(val_map(), "code", code), LINK_WRITE, stepped_cb,
	    NULL);
	explicit_bzero(code, sizeof code);
}

static void
send_call(void)
{
	link_call_full(job.s->link, job.verb, val_copy(job.args), LINK_WRITE,
	    NULL, call_cb, NULL, NULL);
}

/* One call at a time, all of which may be sent twice. */
static void
call(void *ctx, const char *verb, struct val *args, bool write, link_cb cb,
    link_progress_cb progress, void *arg)
{
	free(job.verb);
	val_free(job.args);
	job.verb = xstrdup(verb);
	job.args = args;
	job.cb = cb;
	job.arg = arg;
	send_call();
}

static void
progress(int64_t done, int64_t total, void *ctx)
{
}

/* --- export ---------------------------------------------------------------------------- */

/* A field by its name or its label. */
static const struct field *
find_field(const char *name)
{
	struct arena		*a = arena_new();
	const struct field	*f = def_field(job.def, name), *found = NULL;
	const char		*want = tr_fold(a, name, strlen(name)), *label;
	size_t			 i;
	int			 lang;

	for (i = 0; f == NULL && want != NULL && i < job.def->nfields; i++)
		for (lang = 0; lang < LANG_COUNT; lang++) {
			label = job.def->fields[i].label[lang];
			if (label != NULL && strcmp(want, tr_fold(a, label,
			    strlen(label))) == 0)
				found = &job.def->fields[i];
		}
	arena_free(a);
	return f != NULL ? f : found;
}

static bool
no_field(const char *name)
{
	script_error_key(job.s, "invalid", "record.no_field", "field", name);
	script_end(job.s, SCRIPT_REFUSED);
	return false;
}

/* Conditions in the words of the list's filter box. */
static bool
filter_args(struct val *list)
{
	struct filter		 filter = { .nchips = 0 };
	struct cond		 cond;
	const struct field	*f;
	struct val		*map = NULL;
	char			*search = NULL, why[240] = "";
	size_t			 i;
	bool			 good = true;

	for (i = 0; i < job.npairs && good; i++) {
		if ((f = find_field(job.pair[i].name)) == NULL) {
			filter_clear(&filter);
			return no_field(job.pair[i].name);
		}
		good = cond_parse(f, "", job.pair[i].value, &cond, why,
		    sizeof why);
		if (good)
			filter_add(&filter, &cond, NULL);
	}
	if (good)
		map = filter_query(&filter, job.def, &search);
	filter_clear(&filter);
	free(search);
	if (map != NULL)
		val_put(list, "filter", map);
	if (!good) {
		script_error("invalid", why);
		script_end(job.s, SCRIPT_REFUSED);
	}
	return good;
}

/* search, filter, sort and columns of the list. */
static bool
list_args(struct val *list)
{
	struct val		*names;
	const struct field	*f;
	char			*copy, *name, *rest;

	if (!filter_args(list))
		return false;
	if (job.search != NULL)
		val_put_text(list, "search", job.search);
	if (job.sort != NULL)
		val_put_text(list, "sort", job.sort);
	if (job.columns == NULL)
		return true;
	names = val_array();
	copy = xstrdup(job.columns);
	for (name = strtok_r(copy, ",", &rest); name != NULL;
	    name = strtok_r(NULL, ",", &rest)) {
		if ((f = find_field(name)) == NULL) {
			no_field(name);
			free(copy);
			return false;
		}
		val_add(names, val_text(f->name));
	}
	free(copy);
	val_put(list, "columns", names);
	return true;
}

static void
export_over(const struct val *error, const struct val *body, void *ctx)
{
	if (error != NULL)
		end_refused(error);
	else {
		if (strcmp(job.file, "-") != 0)
			script_print(stdout, body);
		script_end(job.s, SCRIPT_DONE);
	}
}

static void
start_export(void)
{
	struct transfer		t = { call, progress, export_over, NULL };
	struct export_ask	ask = { .def = job.def, .file = job.file,
	    .bare = job.bare, .list = val_map(),
	    .delimiter = job.delimiter == NULL ? '\0' : job.delimiter[0] };

	export_format_parse(job.format, &ask.format);
	if (list_args(ask.list))
		export_start(&t, &ask);
	else
		val_free(ask.list);
}

/* --- import ----------------------------------------------------------------------------- */

/* The server's rows count data; people count lines of the sheet. */
static struct val *
import_report(const struct val *body)
{
	const struct val	*rows = val_get(body, "rows"), *r;
	struct val		*out = val_map(), *list = val_array(), *o;
	size_t			 i;

	val_put_text(out, "file", job.data->name);
	val_put_text(out, "encoding", job.data->encoding);
	val_put_int(out, "rows", (int64_t)job.data->nrows);
	val_put_int(out, "done", job.dry || job.tried ?
	    val_get_int(body, "done", 0) : 0);
	val_put_int(out, "failed", val_get_int(body, "failed", 0));
	val_put_bool(out, "dry_run", val_get_bool(body, "dry"));
	for (i = 0; i < val_count(rows); i++) {
		r = rows->item[i];
		o = val_map();
		val_put_int(o, "row", val_at(r, 0)->i + 1);
		val_put(o, "field", val_copy(val_at(r, 1)));
		val_put(o, "text", val_copy(val_at(r, 2)));
		val_add(list, o);
	}
	val_put(out, "errors", list);
	val_put_int(out, "updated", val_get_int(body, "updated", 0));
	val_put_int(out, "skipped", val_get_int(body, "skipped", 0));
	rows = val_get(body, "similar_rows");
	list = val_array();
	for (i = 0; i < val_count(rows); i++) {
		r = rows->item[i];
		o = val_map();
		val_put_int(o, "row", val_at(r, 0)->i + 1);
		val_put(o, "id", val_copy(val_at(r, 1)));
		val_put(o, "title", val_copy(val_at(r, 2)));
		val_put(o, "fields", val_copy(val_at(r, 3)));
		val_add(list, o);
	}
	val_put(out, "similar", list);
	return out;
}

static void
import_over(const struct val *error, const struct val *body, void *ctx)
{
	struct val	*out;
	bool		 wrong;

	if (error != NULL) {
		end_refused(error);
		return;
	}
	wrong = val_get_int(body, "failed", 0) > 0;
	if (!job.tried && !job.dry && (!wrong || job.skip)) {
		job.tried = true;
		import_run(job.run, job.skip, job.similar);
		return;
	}
	out = import_report(body);
	script_print(wrong && !job.skip ? stderr : stdout, out);
	val_free(out);
	script_end(job.s, wrong && !job.skip ? SCRIPT_REFUSED : SCRIPT_DONE);
}

static void
guessed_cb(const struct link_reply *r, void *arg)
{
	struct transfer		 t = { call, progress, import_over, NULL };
	const struct val	*columns = val_get(r->body, "columns");
	const struct field	*f;
	size_t			 i, k;

	if (!r->ok) {
		end_refused(r->body);
		return;
	}
	job.mapping = xcalloc(job.data->n, sizeof *job.mapping);
	for (i = 0; i < job.data->n; i++) {
		job.mapping[i] = val_str(val_at(columns, i));
		for (k = 0; k < job.npairs; k++) {
			if (strcmp(job.pair[k].name, job.data->heads[i]) != 0)
				continue;
			f = find_field(job.pair[k].value);
			if (f == NULL && job.pair[k].value[0] != '\0') {
				no_field(job.pair[k].value);
				return;
			}
			job.mapping[i] = f == NULL ? NULL : f->name;
		}
	}
	job.run = import_start(&t, job.def, job.data, job.mapping);
}

static void
start_import(void)
{
	struct val	*heads = val_array(), *args;
	char		 why[600], verb[128];
	size_t		 i;

	job.data = import_read(job.file, why, sizeof why);
	if (job.data == NULL) {
		val_free(heads);
		script_error("file", why);
		script_end(job.s, SCRIPT_REFUSED);
		return;
	}
	for (i = 0; i < job.data->n; i++)
		val_add(heads, val_text(job.data->heads[i]));
	snprintf(verb, sizeof verb, "%s.import", job.def->name);
	args = val_map();
	val_put(args, "header", heads);
	call(NULL, verb, args, true, guessed_cb, NULL, NULL);
}

/* --- Beginning ------------------------------------------------------------------------------ */

static void
defs_cb(const struct link_reply *r, void *arg)
{
	if (!r->ok) {
		end_refused(r->body);
		return;
	}
	defs_set(val_copy(r->body));
	if ((job.def = defs_find(job.type)) == NULL) {
		script_error_key(job.s, "invalid", "client.no_type", "type",
		    job.type);
		script_end(job.s, SCRIPT_REFUSED);
	} else if (job.import)
		start_import();
	else
		start_export();
}

bool
script_company(struct script *s, const struct link_reply *r)
{
	const struct val	*company = val_get(r->body, "company");

	if (!r->ok) {
		if (strcmp(r->code, "lost") == 0)
			return false;
		script_print(stderr, r->body);
		script_end(s, SCRIPT_REFUSED);
		return false;
	}
	if (val_is_null(company)) {
		script_error_key(s, "no_company", "err.no_company", NULL,
		    NULL);
		script_end(s, SCRIPT_REFUSED);
		return false;
	}
	app.company = val_copy(val_get(company, "company"));
	app.user = val_copy(val_get(r->body, "user"));
	return true;
}

static void
me_cb(const struct link_reply *r, void *arg)
{
	if (script_company(job.s, r))
		link_call(job.s->link, "defs.list", val_map(), 0, defs_cb,
		    NULL);
}

bool
script_file(struct script *s, int argc, char **argv)
{
	job.s = s;
	if (!take_line(argc, argv))
		return false;
	ui_set_lang(s->lang);
	s->verb = argv[0];
	link_call(s->link, "session.me", val_map(), script_session(s) ? 0 :
	    LINK_EARLY, me_cb, NULL);
	return true;
}
