/* print.c - timetable.pdf: a page for each class, teacher or room, or for one of
 * them; days across, periods down. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "server/module.h"
#include "server/paper/paper.h"
#include "server/timetable/fet.h"
#include "server/timetable/lesson.h"
#include "server/timetable/timetable.h"

#define ROW_HEIGHT	38

/* Whose week a page is. */
struct week {
	struct req	*r;
	const json_t	*world;
	const char	*view;		/* class, teacher or room */
	json_t		*rows;		/* lesson_read() of those it concerns */
};

static const struct db_stmt	stmt_world = { "timetable_world_pdf",
    "select konak.tt_world(jsonb_strip_nulls($1::jsonb))" };

static bool
concerns(const struct week *w, const struct lesson *l, const char *id)
{
	if (l->entry == NULL)
		return false;
	if (strcmp(w->view, "teacher") == 0)
		return ids_have(l->teachers, id);
	if (strcmp(w->view, "room") == 0)
		return l->place_room != NULL && strcmp(l->place_room, id) == 0;
	return class_has(w->world, l->sets, id);
}

static void
add_names(struct buf *b, const json_t *world, const char *list,
    const json_t *ids)
{
	const json_t	*v;
	size_t		 i;

	json_array_foreach(ids, i, v)
		buf_printf(b, "%s%s", i > 0 ? ", " : "\n", fet_name(world,
		    list, json_string_value(v)));
}

static const char *
subject_color(const json_t *world, const char *id)
{
	const json_t	*s;
	size_t		 i;

	json_array_foreach(json_object_get(world, "subjects"), i, s)
		if (id != NULL && strcmp(json_string_value(json_object_get(s,
		    "id")), id) == 0)
			return json_string_value(json_object_get(s, "color"));
	return NULL;
}

/* Half way to white, so that black words stand out on it. */
static json_t *
pale(const char *color)
{
	unsigned long	n;

	if (color == NULL || color[0] != '#' || strlen(color) != 7)
		return NULL;
	n = strtoul(color + 1, NULL, 16);
	n = ((n & 0xfefefe) >> 1) + 0x7f7f7f;
	return json_sprintf("#%06lx", n);
}

static json_t *
cell(const struct week *w, int day, int slot)
{
	struct buf	 b = BUF_INIT;
	const json_t	*row;
	struct lesson	 l;
	json_t		*out = json_object(), *fill = NULL;
	size_t		 i;

	json_array_foreach(w->rows, i, row) {
		lesson_read(row, &l);
		if (l.day != day || slot < l.slot || slot >= l.slot +
		    l.duration)
			continue;
		buf_printf(&b, "%s%s", buf_len(&b) > 0 ? "\n" : "", fet_name(
		    w->world, "subjects", l.subject));
		if (strcmp(w->view, "class") != 0)
			add_names(&b, w->world, "classes", l.sets);
		if (strcmp(w->view, "teacher") != 0)
			add_names(&b, w->world, "teachers", l.teachers);
		if (strcmp(w->view, "room") != 0 && l.place_room != NULL)
			buf_printf(&b, "\n%s", fet_name(w->world, "rooms",
			    l.place_room));
		json_decref(fill);
		fill = pale(subject_color(w->world, l.subject));
	}
	json_object_set_new(out, "text", json_string(buf_text(&b)));
	json_object_set_new(out, "size", json_integer(7));
	if (fill != NULL)
		json_object_set_new(out, "fill", fill);
	buf_free(&b);
	return out;
}

/* Has the week a lesson in this half of the day? */
static bool
has_shift(const struct week *w, int slot)
{
	const json_t	*row;
	struct lesson	 l;
	size_t		 i;

	json_array_foreach(w->rows, i, row) {
		lesson_read(row, &l);
		if (l.slot / 100 == slot / 100)
			return true;
	}
	return false;
}

static json_t *
periods(const struct week *w)
{
	json_t		*rows = json_array(), *row;
	const json_t	*p, *d;
	const char	*start, *end;
	size_t		 i, j;
	int		 slot, last = -1;

	json_array_foreach(json_object_get(w->world, "periods"), i, p) {
		slot = (int)json_integer_value(json_object_get(p, "slot"));
		if (strcmp(json_string_value(json_object_get(p, "kind")),
		    "lesson") != 0 || slot == last || !has_shift(w, slot))
			continue;
		last = slot;
		start = json_string_value(json_object_get(p, "start"));
		end = json_string_value(json_object_get(p, "end"));
		row = json_array();
		json_array_append_new(row, start == NULL || end == NULL ?
		    json_incref(json_object_get(p, "name")) :
		    json_sprintf("%d\n%s–%s", slot % 100, start, end));
		json_array_foreach(json_object_get(w->world, "days"), j, d)
			json_array_append_new(row, cell(w, (int)
			    json_integer_value(json_object_get(d, "d")),
			    slot));
		json_array_append_new(rows, row);
	}
	return rows;
}

static void
add_column(json_t *columns, const char *title, double width)
{
	json_array_append_new(columns, json_pack("{s:s, s:f, s:s}", "title",
	    title, "width", width, "align", "center"));
}

static void
add_week(const struct week *w, json_t *body, const char *name)
{
	json_t		*columns = json_array();
	const json_t	*d;
	size_t		 i;

	add_column(columns, req_lang(w->r) == LANG_EN ? "Period" : "Saat", 1);
	json_array_foreach(json_object_get(w->world, "days"), i, d)
		add_column(columns, json_string_value(json_object_get(d,
		    "name")), 2);
	if (json_array_size(body) > 0)
		json_array_append_new(body, json_pack("{s:b}", "page", 1));
	json_array_append_new(body, json_pack("{s:s}", "heading", name));
	json_array_append_new(body, json_pack("{s:{s:o, s:o, s:b, s:i}}",
	    "table", "columns", columns, "rows", periods(w), "grid", 1,
	    "row_height", ROW_HEIGHT));
}

static json_t *
weeks(struct week *w, const char *list, const char *only)
{
	json_t		*body = json_array();
	const json_t	*o;
	json_t		*row;
	const char	*id;
	struct lesson	 l;
	size_t		 i, j;

	json_array_foreach(json_object_get(w->world, list), i, o) {
		id = json_string_value(json_object_get(o, "id"));
		/* A group's lessons stand in its class's week. */
		if (only != NULL ? strcmp(id, only) != 0 :
		    json_is_string(json_object_get(o, "class")))
			continue;
		w->rows = json_array();
		json_array_foreach(json_object_get(w->world, "lessons"), j,
		    row) {
			lesson_read(row, &l);
			if (concerns(w, &l, id))
				json_array_append(w->rows, row);
		}
		if (json_array_size(w->rows) > 0)
			add_week(w, body, json_string_value(json_object_get(o,
			    "name")));
		json_decref(w->rows);
	}
	return body;
}

static void
pdf_rows(struct req *r, PGresult *res)
{
	static const struct {
		const char	*view, *list;
	}			 views[] = { { "class", "classes" },
				    { "teacher", "teachers" },
				    { "room", "rooms" } };
	struct week		 w = { .r = r, .view = req_text(r, "view") };
	json_t			*world, *body = NULL;
	const char		*name;
	size_t			 i;

	world = json_loads(PQgetvalue(res, 0, 0), 0, NULL);
	w.world = world;
	for (i = 0; i < sizeof views / sizeof *views && body == NULL; i++)
		if (strcmp(views[i].view, w.view) == 0)
			body = weeks(&w, views[i].list, req_has(r, "for") ?
			    req_uuid(r, "for") : NULL);
	name = req_printf(r, "%s", json_string_value(json_object_get(
	    json_object_get(world, "timetable"), "name")));
	json_decref(world);
	if (body == NULL) {
		req_fail(r, ERR_INVALID, "view", "timetable.view", NULL);
		return;
	}
	if (json_array_size(body) == 0)
		json_array_append_new(body, json_pack("{s:s}", "text",
		    req_lang(r) == LANG_EN ? "No lesson has a place." :
		    "Yerleştirilmiş ders yok."));
	paper_page(r, json_pack("{s:s, s:s, s:b, s:o}", "title", name, "foot",
	    name, "landscape", 1, "body", body), name);
}

void
timetable_pdf(struct req *r)
{
	const char	*params[1] = { timetable_args(r) };

	paper_begin(r);
	req_query(r, &stmt_world, 1, params, pdf_rows);
}
