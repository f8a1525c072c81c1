/* exchange.c - plans to and from files: .fet, the engine's results, iCalendar,
 * CSV. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "server/module.h"
#include "server/timetable/fet.h"
#include "server/timetable/lesson.h"
#include "server/timetable/timetable.h"
#include "lib/json.h"

#define IMPORT_MAX	((size_t)32 * 1024 * 1024)

/* --- import --------------------------------------------------------------- */

static const struct db_stmt	stmt_uploaded = { "timetable_uploaded",
    "select konak.tt_uploaded($1)" };
static const struct db_stmt	stmt_import = { "timetable_import",
    "select x -> 'reply', x -> 'changed' from konak.tt_import($1::jsonb) x" };
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
uploaded_rows(struct req *r, PGresult *res)
{
	struct buf	 b = BUF_INIT;
	const char	*why = NULL, *params[1];
	char		 detail[200] = "", *text;
	json_t		*file = NULL;

	if (!join_parts(res, &b))
		why = "timetable.file_large";
	else if (buf_len(&b) == 0)
		why = "timetable.file_gone";
	else
		file = fet_read((const char *)buf_data(&b), buf_len(&b), &why,
		    detail);
	buf_free(&b);
	if (file == NULL) {
		req_fail(r, ERR_REFUSED, "upload", why, "detail",
		    arena_strdup(r->arena, detail), NULL);
		return;
	}
	if (req_has(r, "name"))
		json_object_set_new(file, "name", json_string(req_text(r,
		    "name")));
	text = json_dumps(file, JSON_COMPACT);
	json_decref(file);
	params[0] = arena_strdup(r->arena, text);
	free(text);
	req_query(r, &stmt_import, 1, params, import_rows);
}

void
timetable_import(struct req *r)
{
	const char	*params[1] = { req_uuid(r, "upload") };

	req_query(r, &stmt_uploaded, 1, params, uploaded_rows);
}

/* --- export --------------------------------------------------------------- */

static const json_t *
period_of(const json_t *world, int slot)
{
	const json_t	*p;
	size_t		 i;

	json_array_foreach(json_object_get(world, "periods"), i, p)
		if (json_integer_value(json_object_get(p, "slot")) == slot &&
		    strcmp(json_string_value(json_object_get(p, "kind")),
		    "lesson") == 0)
			return p;
	return NULL;
}

static const char *
period_text(const json_t *world, int slot, const char *key)
{
	const char	*s = json_string_value(json_object_get(period_of(world,
			    slot), key));

	return s == NULL ? "" : s;
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

static bool
among(const json_t *ids, const char *id)
{
	const json_t	*v;
	size_t		 i;

	json_array_foreach(ids, i, v)
		if (strcmp(json_string_value(v), id) == 0)
			return true;
	return false;
}

/* Whose week it is: a class, teacher or room; NULL: everybody's. */
static bool
concerns(const struct lesson *l, const char *whose)
{
	return l->entry != NULL && (whose == NULL ||
	    among(l->teachers, whose) || among(l->sets, whose) ||
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
csv_write(struct buf *b, const json_t *world, const char *whose, bool english)
{
	const json_t	*row;
	struct buf	 names = BUF_INIT;
	struct lesson	 l;
	char		 n[16];
	size_t		 i;

	buf_addz(b, "\xef\xbb\xbf");
	buf_addz(b, english ? "Day;Period;Starts;Ends;Class;Subject;Teacher;"
	    "Room\r\n" : "Gün;Saat;Başlangıç;Bitiş;Sınıf;Ders;Öğretmen;"
	    "Derslik\r\n");
	json_array_foreach(json_object_get(world, "lessons"), i, row) {
		lesson_read(row, &l);
		if (!concerns(&l, whose))
			continue;
		csv_cell(b, day_name(world, l.day), false);
		snprintf(n, sizeof n, "%d", l.slot % 100);
		csv_cell(b, n, false);
		csv_cell(b, period_text(world, l.slot, "start"), false);
		csv_cell(b, period_text(world, l.slot + l.duration - 1,
		    "end"), false);
		names_text(&names, world, "classes", l.sets);
		csv_cell(b, buf_text(&names), false);
		csv_cell(b, fet_name(world, "subjects", l.subject), false);
		names_text(&names, world, "teachers", l.teachers);
		csv_cell(b, buf_text(&names), false);
		csv_cell(b, fet_name(world, "rooms", l.place_room), true);
	}
	buf_free(&names);
}

/* Text of iCalendar: escaped, and lines folded at 75 bytes between
 * characters. */
static void
ical_line(struct buf *b, const char *name, const char *s)
{
	size_t	n = strlen(name) + 1;

	buf_printf(b, "%s:", name);
	for (; *s != '\0'; s++) {
		if (n >= 72 && ((unsigned char)*s & 0xc0) != 0x80) {
			buf_addz(b, "\r\n ");
			n = 1;
		}
		if (*s == '\n') {
			buf_addz(b, "\\n");
			n += 2;
			continue;
		}
		if (strchr(",;\\", *s) != NULL) {
			buf_addz(b, "\\");
			n++;
		}
		buf_add8(b, (uint8_t)*s);
		n++;
	}
	buf_addz(b, "\r\n");
}

/* The first such weekday from a date on; "" where there is none. */
static bool
first_day(const char *from, int weekday, char out[16])
{
	struct tm	tm = { 0 };
	time_t		t;

	if (from == NULL || sscanf(from, "%d-%d-%d", &tm.tm_year, &tm.tm_mon,
	    &tm.tm_mday) != 3)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	tm.tm_hour = 12;
	t = timegm(&tm);
	gmtime_r(&t, &tm);
	t += (time_t)((weekday - tm.tm_wday + 7) % 7) * 86400;
	gmtime_r(&t, &tm);
	strftime(out, 16, "%Y%m%d", &tm);
	return true;
}

static void
ical_time(struct buf *b, const char *name, const char *day, const char *hhmm)
{
	buf_printf(b, "%s;TZID=Europe/Istanbul:%sT%.2s%.2s00\r\n", name, day,
	    hhmm, strlen(hhmm) == 5 ? hhmm + 3 : "00");
}

static void
ical_event(struct buf *b, const json_t *world, const struct lesson *l,
    const char *day, const char *until)
{
	struct buf	 names = BUF_INIT;
	const char	*subject = fet_name(world, "subjects", l->subject);
	char		 uid[80];

	buf_addz(b, "BEGIN:VEVENT\r\n");
	snprintf(uid, sizeof uid, "%s@konak", l->entry);
	ical_line(b, "UID", uid);
	buf_printf(b, "DTSTAMP:%sT000000Z\r\n", day);
	ical_time(b, "DTSTART", day, period_text(world, l->slot, "start"));
	ical_time(b, "DTEND", day, period_text(world, l->slot + l->duration -
	    1, "end"));
	if (until != NULL)
		buf_printf(b, "RRULE:FREQ=WEEKLY;UNTIL=%.4s%.2s%.2sT235959Z"
		    "\r\n", until, until + 5, until + 8);
	names_text(&names, world, "classes", l->sets);
	buf_printf(&names, " %s", subject);
	ical_line(b, "SUMMARY", buf_text(&names));
	names_text(&names, world, "teachers", l->teachers);
	ical_line(b, "DESCRIPTION", buf_text(&names));
	if (l->place_room != NULL)
		ical_line(b, "LOCATION", fet_name(world, "rooms",
		    l->place_room));
	buf_addz(b, "END:VEVENT\r\n");
	buf_free(&names);
}

/* Weekly events over the plan's dates; a draft has them of the coming week. */
static void
ical_write(struct buf *b, const json_t *world, const char *whose)
{
	const json_t	*row, *plan = json_object_get(world, "timetable");
	const char	*from, *until;
	struct lesson	 l;
	struct tm	 tm;
	char		 day[16], today[16];
	time_t		 now = time(NULL);
	size_t		 i;

	gmtime_r(&now, &tm);
	strftime(today, sizeof today, "%Y-%m-%d", &tm);
	from = json_string_value(json_object_get(plan, "start"));
	until = json_string_value(json_object_get(plan, "end"));
	buf_addz(b, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
	    "PRODID:-//Konak//Timetable//TR\r\n");
	ical_line(b, "X-WR-CALNAME", json_string_value(json_object_get(plan,
	    "name")));
	json_array_foreach(json_object_get(world, "lessons"), i, row) {
		lesson_read(row, &l);
		if (concerns(&l, whose) && period_text(world, l.slot,
		    "start")[0] != '\0' && first_day(from != NULL ? from :
		    today, l.day, day))
			ical_event(b, world, &l, day, until);
	}
	buf_addz(b, "END:VCALENDAR\r\n");
}

static void
world_rows(struct req *r, PGresult *res)
{
	const char	*format = req_text(r, "format");
	const char	*whose = req_has(r, "for") ? req_uuid(r, "for") : NULL;
	json_t		*world = json_loads(PQgetvalue(res, 0, 0), 0, NULL);
	struct buf	 b = BUF_INIT;
	struct cbw	*w;

	if (strcmp(format, "fet") == 0)
		fet_write(&b, world, 0, true);
	else if (strcmp(format, "activities") == 0)
		fet_activities(&b, world);
	else if (strcmp(format, "ical") == 0)
		ical_write(&b, world, whose);
	else
		csv_write(&b, world, whose, req_lang(r) == LANG_EN);
	w = req_out(r);
	cbw_map(w, 1);
	cbw_key(w, "data");
	cbw_bytes(w, buf_data(&b), buf_len(&b));
	buf_free(&b);
	json_decref(world);
}

void
timetable_export(struct req *r)
{
	static const char *const	formats[] = { "fet", "activities",
					    "ical", "csv" };
	const char			*params[1] = { timetable_args(r) };
	size_t				 i;

	for (i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i], req_text(r, "format")) == 0) {
			req_query(r, &stmt_world, 1, params, world_rows);
			return;
		}
	req_fail(r, ERR_INVALID, "format", "timetable.format", NULL);
}
