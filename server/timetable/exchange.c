/* exchange.c - plans to and from files: .fet, the engine's results, iCalendar,
 * CSV. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/ics.h"
#include "lib/json.h"
#include "lib/msg.h"
#include "lib/tz.h"
#include "server/module.h"
#include "server/timetable/fet.h"
#include "server/timetable/lesson.h"
#include "server/timetable/timetable.h"
#include "server/worker.h"

#define IMPORT_MAX	((size_t)32 * 1024 * 1024)
#define BUSY_WAIT_S	5	/* "try again in", when all threads are busy */

/* --- what takes its time -------------------------------------------------- */

/* A file of a large school is megabytes: it is read and written in a thread.
 * Everything here is the request's, which waits meanwhile. */
struct work_file {
	struct req	*r;
	/* import */
	struct buf	 file;
	const char	*name;
	const char	*why;		/* key of lib/msg */
	char		 detail[200];
	char		*text;		/* as konak.tt_import() takes it */
	/* export */
	const char	*world, *format, *whose;
	enum lang	 lang;
	struct buf	 out;
};

static struct work_file *
work_new(struct req *r)
{
	struct work_file	*w = arena_alloc(r->arena, sizeof *w);

	w->r = r;
	r->state = w;
	return w;
}

static void
work_free(struct work_file *w)
{
	buf_free(&w->file);
	buf_free(&w->out);
	free(w->text);
	w->text = NULL;
}

static void
work_begin(struct work_file *w, void (*run)(void *), void (*done)(void *))
{
	if (worker_run(WORK_SLOW, run, done, w) != NULL) {
		req_hold(w->r);
		return;
	}
	work_free(w);
	req_wait(w->r, BUSY_WAIT_S);
	req_fail(w->r, ERR_UNAVAILABLE, NULL, "err.unavailable", "wait",
	    req_printf(w->r, "%d", BUSY_WAIT_S), NULL);
}

/* --- import --------------------------------------------------------------- */

static const struct db_stmt	stmt_uploaded = { "timetable_uploaded",
    "select konak.tt_uploaded($1)" };
static const struct db_stmt	stmt_once = { "timetable_once",
    "select konak.once()" };
static const struct db_stmt	stmt_import = { "timetable_import",
    "select x -> 'reply', x -> 'changed' from konak.tt_import($1::jsonb) x" };
static const struct db_stmt	stmt_imported = { "timetable_imported",
    "select konak.tt_imported($1)" };
static const struct db_stmt	stmt_world = { "timetable_world",
    "select konak.tt_world(jsonb_strip_nulls($1::jsonb))" };

static void
reply_json(struct req *r, const char *json, size_t len)
{
	struct buf	b = BUF_INIT;
	char		err[160];

	if (json_to_cbor(&b, json, len, err))
		cbw_raw(req_out(r), buf_data(&b), buf_len(&b));
	buf_free(&b);
}

static void
import_rows(struct req *r, PGresult *res)
{
	if (!PQgetisnull(res, 0, 1))
		timetable_changed(r, PQgetvalue(res, 0, 1));
	reply_json(r, PQgetvalue(res, 0, 0), (size_t)PQgetlength(res, 0, 0));
}

static bool
join_parts(PGresult *res, struct buf *b)
{
	unsigned char	*p;
	size_t		 n;
	int		 i;

	for (i = 0; i < PQntuples(res); i++) {
		p = PQunescapeBytea((const unsigned char *)PQgetvalue(res, i,
		    0), &n);
		if (p == NULL || buf_len(b) + n > IMPORT_MAX) {
			PQfreemem(p);
			return false;
		}
		buf_add(b, p, n);
		PQfreemem(p);
	}
	return true;
}

static void
read_run(void *arg)
{
	struct work_file	*w = arg;
	json_t			*file;

	file = fet_read((const char *)buf_data(&w->file), buf_len(&w->file),
	    &w->why, w->detail);
	if (file == NULL)
		return;
	if (w->name != NULL)
		json_object_set_new(file, "name", json_string(w->name));
	w->text = json_dumps(file, JSON_COMPACT);
	json_decref(file);
}

static void
gone_rows(struct req *r, PGresult *res)
{
	req_fail(r, ERR_REFUSED, "upload", "timetable.file_gone", NULL);
}

static void
read_done(void *arg)
{
	struct work_file	*w = arg;
	struct req		*r = w->r;
	const char		*params[1];

	req_enter(r);
	if (w->why != NULL)
		req_fail(r, ERR_REFUSED, "upload", w->why, "detail",
		    arena_strdup(r->arena, w->detail), NULL);
	else {
		params[0] = arena_strdup(r->arena, w->text);
		req_query(r, &stmt_once, 0, NULL, NULL);
		req_query(r, &stmt_import, 1, params, import_rows);
		params[0] = req_uuid(r, "upload");
		req_query(r, &stmt_imported, 1, params, NULL);
	}
	work_free(w);
	req_go(r);
}

static void
uploaded_then(struct req *r)
{
	struct work_file	*w = r->state;

	if (buf_len(&w->file) > 0) {
		work_begin(w, read_run, read_done);
		return;
	}
	/* Done already, if this request comes again. */
	req_enter(r);
	req_query(r, &stmt_once, 0, NULL, gone_rows);
}

static void
uploaded_rows(struct req *r, PGresult *res)
{
	struct work_file	*w = r->state;

	if (join_parts(res, &w->file))
		return;
	work_free(w);
	req_fail(r, ERR_REFUSED, "upload", "timetable.file_large", "detail",
	    "", NULL);
}

void
timetable_import(struct req *r)
{
	const char	*params[1] = { req_uuid(r, "upload") };

	work_new(r)->name = req_has(r, "name") ? req_text(r, "name") : NULL;
	req_then(r, uploaded_then);
	req_query(r, &stmt_uploaded, 1, params, uploaded_rows);
}

/* --- export --------------------------------------------------------------- */

/* When a slot begins (0) or ends (1). */
static const char *
clock_text(const json_t *world, int slot, size_t which)
{
	char		 key[16];
	const char	*s;

	snprintf(key, sizeof key, "%d", slot);
	s = json_string_value(json_array_get(json_object_get(json_object_get(
	    world, "clock"), key), which));
	return s == NULL ? "" : s;
}

/* The file that it comes from tells no times. */
static bool
clock_assumed(const json_t *world)
{
	return json_is_true(json_object_get(json_object_get(world, "clock"),
	    "assumed"));
}

static const char *
day_name(const json_t *world, int day)
{
	const json_t	*d;
	size_t		 i;

	json_array_foreach(json_object_get(world, "days"), i, d)
		if (json_integer_value(json_object_get(d, "d")) == day)
			return json_string_value(json_object_get(d, "name"));
	return "";
}

static void
names_text(struct buf *b, const json_t *world, const char *list,
    const json_t *ids)
{
	const json_t	*v;
	size_t		 i;

	buf_clear(b);
	json_array_foreach(ids, i, v)
		buf_printf(b, "%s%s", i > 0 ? ", " : "", fet_name(world, list,
		    json_string_value(v)));
}

/* Whose week it is: a class, teacher or room; NULL: everybody's. */
static bool
concerns(const json_t *world, const struct lesson *l, const char *whose)
{
	return l->entry != NULL && (whose == NULL ||
	    ids_have(l->teachers, whose) || class_has(world, l->sets, whose) ||
	    (l->place_room != NULL && strcmp(l->place_room, whose) == 0));
}

/* A cell; one that a spreadsheet would take for a formula is quoted so. */
static void
csv_cell(struct buf *b, const char *s, bool last)
{
	buf_addz(b, "\"");
	if (strchr("=+-@\t", s[0]) != NULL && s[0] != '\0')
		buf_addz(b, "'");
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_addz(b, "\"");
		buf_add8(b, (uint8_t)*s);
	}
	buf_addz(b, last ? "\"\r\n" : "\";");
}

static void
csv_write(struct buf *b, const json_t *world, const char *whose, enum lang lang)
{
	const json_t	*row;
	struct buf	 names = BUF_INIT;
	bool		 guess = clock_assumed(world);
	struct lesson	 l;
	char		 n[16];
	size_t		 i;

	buf_addz(b, "\xef\xbb\xbf");
	buf_addz(b, lang == LANG_EN ? "Day;Period;Starts;Ends;Class;Subject;"
	    "Teacher;Room\r\n" : "Gün;Saat;Başlangıç;Bitiş;Sınıf;Ders;Öğretmen;"
	    "Derslik\r\n");
	json_array_foreach(json_object_get(world, "lessons"), i, row) {
		lesson_read(row, &l);
		if (!concerns(world, &l, whose))
			continue;
		csv_cell(b, day_name(world, l.day), false);
		snprintf(n, sizeof n, "%d", l.slot % 100);
		csv_cell(b, n, false);
		csv_cell(b, guess ? "" : clock_text(world, l.slot, 0), false);
		csv_cell(b, guess ? "" : clock_text(world, l.slot + l.duration -
		    1, 1), false);
		names_text(&names, world, "classes", l.sets);
		csv_cell(b, buf_text(&names), false);
		csv_cell(b, fet_name(world, "subjects", l.subject), false);
		names_text(&names, world, "teachers", l.teachers);
		csv_cell(b, buf_text(&names), false);
		csv_cell(b, fet_name(world, "rooms", l.place_room), true);
	}
	buf_free(&names);
}

/* --- iCalendar --------------------------------------------------------- */

struct calendar {
	struct buf	*out;
	const json_t	*world;
	const char	*zone;
	const struct tz	*tz;		/* that zone's */
	struct date	 from;		/* the first week begins here */
	int64_t		 until;		/* microseconds */
	enum lang	 lang;
};

/* A draft without dates stands in the coming week, once. */
static void
calendar_dates(struct calendar *c)
{
	const json_t	*plan = json_object_get(c->world, "timetable");
	const char	*from = json_string_value(json_object_get(plan, "start")),
			*until = json_string_value(json_object_get(plan, "end"));
	struct date	 last;
	int		 s;

	if (from == NULL || date_read(from, strlen(from), &c->from) != DATE_OK)
		tz_local(c->tz, clock_now(), &c->from, &s);
	if (until == NULL || date_read(until, strlen(until), &last) != DATE_OK)
		return;
	c->until = tz_utc(c->tz, &last, DAY_S - 1);
}

static int64_t
calendar_at(const struct calendar *c, const struct lesson *l, int slot,
    size_t which)
{
	const char	*text = clock_text(c->world, slot, which);
	struct date	 d;
	int		 s;

	d = date_add_days(c->from, (l->day - date_weekday(&c->from) + 7) % 7);
	if (time_read(text, strlen(text), &s) != DATE_OK)
		return INT64_MIN;
	return tz_utc(c->tz, &d, s);
}

static void
calendar_lesson(const struct calendar *c, const struct lesson *l)
{
	struct ics_event	 e = { .stamp = clock_now(), .from = ICS_NO_DAY,
				    .zone = c->zone, .until = c->until };
	struct buf		 title = BUF_INIT, who = BUF_INIT;
	char			 uid[80];
	int64_t			 end = calendar_at(c, l, l->slot + l->duration -
				    1, 1);

	e.at = calendar_at(c, l, l->slot, 0);
	if (e.at == INT64_MIN || (e.until != 0 && e.at > e.until))
		return;
	e.length = end > e.at ? (int)((end - e.at) / SECOND_US) : 0;
	snprintf(uid, sizeof uid, "%s@konak", l->entry);
	e.uid = uid;
	names_text(&title, c->world, "classes", l->sets);
	buf_printf(&title, " %s", fet_name(c->world, "subjects", l->subject));
	names_text(&who, c->world, "teachers", l->teachers);
	if (clock_assumed(c->world))
		buf_printf(&who, "\n%s", msg_text(c->lang,
		    "timetable.hours_assumed"));
	e.summary = buf_text(&title);
	e.description = buf_text(&who);
	if (l->place_room != NULL)
		e.location = fet_name(c->world, "rooms", l->place_room);
	ics_event(c->out, &e);
	buf_free(&title);
	buf_free(&who);
}

/* Weekly over the plan's dates. */
static void
calendar_write(struct buf *out, const json_t *world, const char *whose,
    enum lang lang)
{
	struct calendar	 c = { .out = out, .world = world, .lang = lang,
			    .zone = json_string_value(json_object_get(world,
			    "timezone")) };
	const json_t	*row;
	struct lesson	 l;
	int64_t		 from;
	size_t		 i;

	c.tz = tz_find(c.zone);
	calendar_dates(&c);
	from = tz_utc(c.tz, &c.from, 0);
	ics_begin(out, json_string_value(json_object_get(json_object_get(world,
	    "timetable"), "name")));
	ics_zone(out, c.zone, from, c.until != 0 ? c.until : from);
	json_array_foreach(json_object_get(world, "lessons"), i, row) {
		lesson_read(row, &l);
		if (concerns(world, &l, whose))
			calendar_lesson(&c, &l);
	}
	ics_end(out);
}

/* --- which of them ----------------------------------------------------- */

static void
write_run(void *arg)
{
	struct work_file	*w = arg;
	json_t			*world = json_loads(w->world, 0, NULL);

	if (strcmp(w->format, "fet") == 0)
		fet_write(&w->out, world, 0, true, FET_WEEK_ANY);
	else if (strcmp(w->format, "activities") == 0)
		fet_activities(&w->out, world);
	else if (strcmp(w->format, "ical") == 0)
		calendar_write(&w->out, world, w->whose, w->lang);
	else
		csv_write(&w->out, world, w->whose, w->lang);
	json_decref(world);
}

static void
write_done(void *arg)
{
	struct work_file	*w = arg;
	struct cbw		*out = req_out(w->r);

	cbw_map(out, 1);
	cbw_key(out, "data");
	cbw_bytes(out, buf_data(&w->out), buf_len(&w->out));
	work_free(w);
	req_go(w->r);
}

static void
world_then(struct req *r)
{
	work_begin(r->state, write_run, write_done);
}

static void
world_rows(struct req *r, PGresult *res)
{
	struct work_file	*w = r->state;

	w->world = arena_strdup(r->arena, PQgetvalue(res, 0, 0));
}

void
timetable_export(struct req *r)
{
	static const char *const	formats[] = { "fet", "activities",
					    "ical", "csv" };
	const char			*params[1] = { timetable_args(r) };
	struct work_file		*w = work_new(r);
	size_t				 i;

	w->format = req_text(r, "format");
	w->whose = req_has(r, "for") ? req_uuid(r, "for") : NULL;
	w->lang = req_lang(r);
	for (i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i], w->format) == 0) {
			req_then(r, world_then);
			req_query(r, &stmt_world, 1, params, world_rows);
			return;
		}
	req_fail(r, ERR_INVALID, "format", "timetable.format", NULL);
}
