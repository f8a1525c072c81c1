/* gridfile.c - see gridfile.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/uuid.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/files.h"
#include "tui/frame.h"
#include "tui/mod/grid.h"
#include "tui/mod/gridfile.h"
#include "tui/mod/gridint.h"
#include "tui/view/work.h"

#define PART_BYTES	32768
#define FILE_MAX	((size_t)32 * 1024 * 1024)

/* --- To a file --------------------------------------------------------------------- */

enum paper { PAPER_ONE, PAPER_ALL, CALENDAR, TABLE, ENGINE, PAPER_LAST };

struct filed {
	enum paper	 what;
	int		 view;		/* of the PDF, an enum gkind */
	char		 plan[37], whose[37];	/* whose "": everybody's */
	char		 name[120];	/* of the file, without its ending */
	char		*path;
};

static const char *const	endings[PAPER_LAST] = {
	"pdf", "pdf", "ics", "csv", "fet" };
static const char *const	views[] = { "class", "teacher", "room" };

static void
filed_free(struct filed *f)
{
	free(f->path);
	free(f);
}

static void
filed_cb(const struct link_reply *r, void *arg)
{
	struct filed		*f = arg;
	const struct val	*data;

	if (r == NULL || !r->ok) {
		if (r != NULL)
			app_error(r);
		filed_free(f);
		return;
	}
	data = val_get(r->body, "data");
	if (data == NULL)	/* a PDF */
		data = val_get(val_at(val_get(r->body, "files"), 0), "data");
	if (data == NULL || !files_write(f->path, data->s, data->len))
		toast(TOAST_ERROR, NULL, "%s", file_why(f->path, errno));
	else
		toast(TOAST_GOOD, NULL, "%s", TF("grid.file_written", "file",
		    f->path, NULL));
	filed_free(f);
}

static void
filed_named_cb(const char *typed, void *arg)
{
	static const char *const	formats[PAPER_LAST] = {
		[CALENDAR] = "ical", [TABLE] = "csv", [ENGINE] = "fet" };
	struct filed			*f = arg;
	struct val			*args;
	bool				 pdf = f->what <= PAPER_ALL;

	if (typed == NULL) {
		filed_free(f);
		return;
	}
	f->path = files_path(typed);
	args = val_map();
	val_put(args, "timetable", val_uuid(f->plan));
	if (pdf)
		val_put_text(args, "view", views[f->view]);
	else
		val_put_text(args, "format", formats[f->what]);
	if (f->whose[0] != '\0')
		val_put(args, "for", val_uuid(f->whose));
	app_call(pdf ? "timetable.pdf" : "timetable.export", args, filed_cb,
	    f);
}

/* A name, never a way out of the folder. */
static void
file_name(char *name)
{
	for (; *name != '\0'; name++)
		if (*name == '/' || *name == '~')
			*name = '-';
}

static void
filed_what_cb(int choice, void *arg)
{
	struct dialog_line	 line = { .max = 400,
				    .check = files_new,
				    .done = filed_named_cb };
	struct grid		*g = arg;
	struct filed		*f;
	char			 text[140];
	int			 res = g->plan == NULL ? -1 : grid_res(g);
	bool			 one;

	if (choice < 0 || g->plan == NULL)
		return;
	f = xcalloc(1, sizeof *f);
	/* Of the whole school there is no PDF of one. */
	f->what = (enum paper)(choice + (res < 0));
	f->view = g->view == GRID_ALL ? G_CLASS : g->view;
	one = res >= 0 && (f->what == PAPER_ONE || f->what == CALENDAR);
	snprintf(f->plan, sizeof f->plan, "%s", g->plan->id);
	if (one)
		snprintf(f->whose, sizeof f->whose, "%s",
		    g->plan->res[f->view][res].id);
	snprintf(f->name, sizeof f->name, "%.100s", one ?
	    g->plan->res[f->view][res].name : g->plan->name);
	file_name(f->name);
	snprintf(text, sizeof text, "~/%s.%s", f->name, endings[f->what]);
	line.title = T("grid.file");
	line.label = TF("many.file", NULL);
	line.text = text;
	line.arg = f;
	dialog_line(&line);
}

void
gridfile_export(struct grid *g)
{
	static const char *const	all[] = { "grid.file_classes",
	    "grid.file_teachers", "grid.file_rooms" };
	struct dialog_item		item[PAPER_LAST];
	char				*one = NULL, *calendar = NULL;
	int				 n = 0, res = grid_res(g);

	memset(item, 0, sizeof item);
	if (res >= 0) {
		one = xstrdup(TF("grid.file_one", "who",
		    g->plan->res[g->view][res].name, NULL));
		calendar = xstrdup(TF("grid.file_calendar", "who",
		    g->plan->res[g->view][res].name, NULL));
		item[n++].label = one;
	}
	item[n++].label = T(all[g->view == GRID_ALL ? G_CLASS : g->view]);
	item[n++].label = res >= 0 ? calendar : T("grid.file_calendar_all");
	item[n++].label = T("grid.file_table");
	item[n++].label = T("grid.file_engine");
	dialog_choose(T("grid.file"), item, n, 0, filed_what_cb, g);
	free(one);
	free(calendar);
}

/* --- From a file ------------------------------------------------------------------- */

struct taking {
	struct work	*work;
	uint64_t	 call;		/* 0: none is under way */
	char		*data;
	size_t		 len, sent;
	char		 upload[UUID_TEXT], plan[UUID_TEXT];
	char		 title[120];
};

static void	part_send(struct taking *);

static void
taking_free(struct taking *t)
{
	free(t->data);
	free(t);
}

static void
taking_stop(bool running, void *arg)
{
	struct taking	*t = arg;

	if (running && t->call != 0) {
		app_stop(t->call);
		app_forget(t->call);
	}
	taking_free(t);
}

static void
taken_open_cb(void *arg)
{
	struct taking	*t = arg;

	work_close(t->work);
	grid_open(t->plan);
	taking_free(t);
}

static void
taken_cb(const struct link_reply *r, void *arg)
{
	struct taking		*t = arg;
	const struct val	*kept;
	const char		*id, *clash;
	char			 n[24];
	size_t			 i;

	t->call = 0;
	if (!r->ok) {
		work_over(t->work, r->text == NULL ? "" : r->text, false);
		return;
	}
	id = val_get_str(r->body, "id");
	snprintf(t->plan, sizeof t->plan, "%s", id == NULL ? "" : id);
	kept = val_get(r->body, "not_mapped");
	for (i = 0; i < val_count(kept); i++) {
		snprintf(n, sizeof n, "%d", (int)val_get_int(kept,
		    val_key(kept, i), 0));
		work_line(t->work, TF("grid.not_mapped", "name", val_key(kept, i),
		    "n", n, NULL));
	}
	clash = val_get_str(r->body, "clash");
	if (clash != NULL)
		work_line(t->work, clash);
	snprintf(n, sizeof n, "%d", (int)val_get_int(r->body, "lessons", 0));
	work_over(t->work, TF("grid.imported", "name", val_get_str(r->body,
	    "name"), "n", n, NULL), true);
	work_next(t->work, T("grid.open_draft"), taken_open_cb);
}

static void
part_cb(const struct link_reply *r, void *arg)
{
	struct taking	*t = arg;

	t->call = 0;
	if (r->ok)
		part_send(t);
	else
		work_over(t->work, r->text == NULL ? "" : r->text, false);
}

static void
part_send(struct taking *t)
{
	struct val	*args = val_map();
	size_t		 n = t->len - t->sent;

	work_progress(t->work, (int64_t)t->sent, (int64_t)t->len);
	val_put(args, "upload", val_uuid(t->upload));
	if (n == 0) {
		val_put_text(args, "name", t->title);
		t->call = app_write("timetable.import", args, NULL, NULL,
		    taken_cb, t);
		return;
	}
	if (n > PART_BYTES)
		n = PART_BYTES;
	val_put_int(args, "part", (int64_t)(t->sent / PART_BYTES));
	val_put(args, "data", val_bytes(t->data + t->sent, n));
	t->sent += n;
	t->call = app_write("timetable.upload", args, NULL, NULL, part_cb, t);
}

static void
take_cb(const char *typed, void *arg)
{
	struct taking	*t;
	char		*path;

	(void)arg;
	if (typed == NULL)
		return;
	t = xcalloc(1, sizeof *t);
	path = files_path(typed);
	t->data = files_read(path, FILE_MAX, &t->len);
	if (t->data == NULL) {
		toast(TOAST_ERROR, NULL, "%s", file_why(path, errno));
		taking_free(t);
	} else {
		files_title(path, t->title, sizeof t->title);
		uuid_v7_text(t->upload);
		t->work = work_open(T("grid.import"), taking_stop, t);
		part_send(t);
	}
	free(path);
}

void
gridfile_import(void)
{
	struct dialog_line	line = { .max = 400, .text = "~/",
				    .done = take_cb };

	line.title = T("grid.import");
	line.label = T("grid.file_engine");
	dialog_line(&line);
}
