/*
 * write.c - a plan as a .fet file: one of the school's records wholly, one that
 * came from a file as that file with its places. And what the engine answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "server/timetable/fet.h"
#include "server/timetable/lesson.h"
#include "server/timetable/xml.h"

#define TEACHER_GAPS	2	/* a day */

void
lesson_read(const json_t *row, struct lesson *l)
{
	memset(l, 0, sizeof *l);
	l->n = (long)json_integer_value(json_array_get(row, 0));
	l->id = json_string_value(json_array_get(row, 1));
	l->subject = json_string_value(json_array_get(row, 2));
	l->teachers = json_array_get(row, 3);
	l->sets = json_array_get(row, 4);
	l->room = json_string_value(json_array_get(row, 5));
	l->room_type = json_string_value(json_array_get(row, 6));
	l->duration = (int)json_integer_value(json_array_get(row, 7));
	l->split = (long)json_integer_value(json_array_get(row, 8));
	l->entry = json_string_value(json_array_get(row, 9));
	l->day = (int)json_integer_value(json_array_get(row, 10));
	l->slot = (int)json_integer_value(json_array_get(row, 11));
	l->place_room = json_string_value(json_array_get(row, 12));
	l->locked = json_is_true(json_array_get(row, 13));
}

bool
ids_have(const json_t *ids, const char *id)
{
	const json_t	*v;
	size_t		 i;

	json_array_foreach(ids, i, v)
		if (strcmp(json_string_value(v), id) == 0)
			return true;
	return false;
}

/* A class has the lessons of its groups as well. */
bool
class_has(const json_t *world, const json_t *sets, const char *id)
{
	const json_t	*c;
	const char	*of;
	size_t		 i;

	if (ids_have(sets, id))
		return true;
	json_array_foreach(json_object_get(world, "classes"), i, c) {
		of = json_string_value(json_object_get(c, "class"));
		if (of != NULL && strcmp(of, id) == 0 && ids_have(sets,
		    json_string_value(json_object_get(c, "id"))))
			return true;
	}
	return false;
}

const char *
fet_name(const json_t *world, const char *list, const char *id)
{
	const json_t	*rows = json_object_get(world, list), *row;
	const char	*s;
	size_t		 i;

	json_array_foreach(rows, i, row) {
		s = json_string_value(json_object_get(row, "id"));
		if (s != NULL && id != NULL && strcmp(s, id) == 0)
			return json_string_value(json_object_get(row,
			    "name"));
	}
	return id == NULL ? "" : id;
}

/* --- names ---------------------------------------------------------------- */

struct writer {
	struct buf	*b;
	const json_t	*world;
	json_t		*label;		/* id to a name that is its own */
	json_t		*days, *hours;	/* "1" to name */
};

static void
label_list(struct writer *w, const char *list)
{
	const json_t	*row;
	json_t		*taken = json_object();
	const char	*name;
	char		 own[600];
	size_t		 i;
	int		 n;

	json_array_foreach(json_object_get(w->world, list), i, row) {
		name = json_string_value(json_object_get(row, "name"));
		snprintf(own, sizeof own, "%s", name != NULL ? name : "?");
		for (n = 2; json_object_get(taken, own) != NULL; n++)
			snprintf(own, sizeof own, "%s (%d)", name, n);
		json_object_set_new(taken, own, json_true());
		json_object_set_new(w->label, json_string_value(
		    json_object_get(row, "id")), json_string(own));
	}
	json_decref(taken);
}

static void
label_week(struct writer *w)
{
	const json_t	*row;
	char		 key[16];
	size_t		 i;

	json_array_foreach(json_object_get(w->world, "days"), i, row) {
		snprintf(key, sizeof key, "%d", (int)json_integer_value(
		    json_object_get(row, "d")));
		json_object_set(w->days, key, json_object_get(row, "name"));
	}
	json_array_foreach(json_object_get(w->world, "periods"), i, row) {
		if (strcmp(json_string_value(json_object_get(row, "kind")),
		    "lesson") != 0)
			continue;
		snprintf(key, sizeof key, "%d", (int)json_integer_value(
		    json_object_get(row, "slot")));
		if (json_object_get(w->hours, key) == NULL)
			json_object_set_new(w->hours, key, atoi(key) > 100 ?
			    json_sprintf("%d.", atoi(key) - 100) :
			    json_incref(json_object_get(row, "name")));
	}
}

static void
names_put(json_t *map, const json_t *spaced)
{
	const char	*key;
	json_t		*v, *own;
	void		*next;

	json_object_foreach_safe(map, next, key, v) {
		own = json_object_get(spaced, json_string_value(v));
		if (own != NULL)
			json_object_set(map, key, own);
	}
}

static void
names_spaced(json_t *spaced, const struct xnode *n)
{
	const struct xnode	*c;

	for (c = n == NULL ? NULL : n->child; c != NULL; c = c->next) {
		if (strcmp(c->name, "Name") == 0 &&
		    strcmp(c->text, c->raw) != 0)
			json_object_set_new(spaced, c->text,
			    json_string(c->raw));
		names_spaced(spaced, c);
	}
}

/* The engine tells "Monday " from "Monday": a file's own names, as they are. */
static void
label_file(struct writer *w, const struct xnode *root)
{
	json_t	*spaced = json_object();

	names_spaced(spaced, root);
	names_put(w->days, spaced);
	names_put(w->hours, spaced);
	names_put(w->label, spaced);
	json_decref(spaced);
}

static const char *
at(const json_t *map, int n)
{
	char		 key[16];
	const char	*s;

	snprintf(key, sizeof key, "%d", n);
	s = json_string_value(json_object_get(map, key));
	return s == NULL ? key[0] == '\0' ? "" : "?" : s;
}

static const char *
label(const struct writer *w, const char *id)
{
	const char	*s = id == NULL ? NULL :
			    json_string_value(json_object_get(w->label, id));

	return s == NULL ? id == NULL ? "" : id : s;
}

static void
text(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		switch (*s) {
		case '&':
			buf_addz(b, "&amp;");
			break;
		case '<':
			buf_addz(b, "&lt;");
			break;
		case '>':
			buf_addz(b, "&gt;");
			break;
		default:
			buf_add8(b, (uint8_t)*s);
		}
}

static void
tag(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "<%s>", name);
	text(b, value);
	buf_printf(b, "</%s>\n", name);
}

static void
tag_int(struct buf *b, const char *name, long n)
{
	buf_printf(b, "<%s>%ld</%s>\n", name, n, name);
}

static void
writer_init(struct writer *w, struct buf *b, const json_t *world)
{
	*w = (struct writer){ b, world, json_object(), json_object(),
	    json_object() };
	label_list(w, "teachers");
	label_list(w, "classes");
	label_list(w, "rooms");
	label_list(w, "subjects");
	label_week(w);
}

static void
writer_free(struct writer *w)
{
	json_decref(w->label);
	json_decref(w->days);
	json_decref(w->hours);
}

/* --- lists ---------------------------------------------------------------- */

static void
write_week(struct writer *w)
{
	const char	*key;
	json_t		*v;

	buf_addz(w->b, "<Days_List>\n");
	tag_int(w->b, "Number_of_Days", (long)json_object_size(w->days));
	json_object_foreach(w->days, key, v) {
		buf_addz(w->b, "<Day>");
		tag(w->b, "Name", json_string_value(v));
		buf_addz(w->b, "</Day>\n");
	}
	buf_addz(w->b, "</Days_List>\n<Hours_List>\n");
	tag_int(w->b, "Number_of_Hours", (long)json_object_size(w->hours));
	json_object_foreach(w->hours, key, v) {
		buf_addz(w->b, "<Hour>");
		tag(w->b, "Name", json_string_value(v));
		buf_addz(w->b, "</Hour>\n");
	}
	buf_addz(w->b, "</Hours_List>\n");
}

static void
write_names(struct writer *w, const char *list, const char *outer,
    const char *item)
{
	const json_t	*row;
	size_t		 i;

	buf_printf(w->b, "<%s>\n", outer);
	json_array_foreach(json_object_get(w->world, list), i, row) {
		buf_printf(w->b, "<%s>", item);
		tag(w->b, "Name", label(w, json_string_value(
		    json_object_get(row, "id"))));
		if (strcmp(item, "Room") == 0) {
			buf_addz(w->b, "<Building></Building>");
			tag_int(w->b, "Capacity", (long)json_integer_value(
			    json_object_get(row, "capacity")));
		}
		buf_printf(w->b, "</%s>\n", item);
	}
	buf_printf(w->b, "</%s>\n", outer);
}

static void
write_set(struct writer *w, const json_t *set)
{
	tag(w->b, "Name", label(w, json_string_value(json_object_get(set,
	    "id"))));
	tag_int(w->b, "Number_of_Students", (long)json_integer_value(
	    json_object_get(set, "size")));
}

/* A class is a year; its groups consist of the smallest groups. */
static void
write_students(struct writer *w)
{
	const json_t	*rows = json_object_get(w->world, "classes");
	const json_t	*year, *group, *atom;
	size_t		 i, j, k;

	buf_addz(w->b, "<Students_List>\n");
	json_array_foreach(rows, i, year) {
		if (json_is_string(json_object_get(year, "class")))
			continue;
		buf_addz(w->b, "<Year>");
		write_set(w, year);
		json_array_foreach(rows, j, group) {
			if (!json_equal(json_object_get(group, "class"),
			    json_object_get(year, "id")))
				continue;
			buf_addz(w->b, "<Group>");
			write_set(w, group);
			json_array_foreach(json_object_get(group, "atoms"), k,
			    atom) {
				buf_addz(w->b, "<Subgroup>");
				tag(w->b, "Name", json_string_value(atom));
				tag_int(w->b, "Number_of_Students", 0);
				buf_addz(w->b, "</Subgroup>\n");
			}
			buf_addz(w->b, "</Group>\n");
		}
		buf_addz(w->b, "</Year>\n");
	}
	buf_addz(w->b, "</Students_List>\n");
}

static void
write_activity(struct writer *w, const struct lesson *l, long first,
    long total)
{
	const json_t	*v;
	size_t		 i;

	buf_addz(w->b, "<Activity>\n");
	json_array_foreach(l->teachers, i, v)
		tag(w->b, "Teacher", label(w, json_string_value(v)));
	tag(w->b, "Subject", label(w, l->subject));
	json_array_foreach(l->sets, i, v)
		tag(w->b, "Students", label(w, json_string_value(v)));
	tag_int(w->b, "Duration", l->duration);
	tag_int(w->b, "Total_Duration", total);
	tag_int(w->b, "Id", l->n);
	tag_int(w->b, "Activity_Group_Id", first);
	buf_addz(w->b, "<Active>true</Active>\n<Comments></Comments>\n"
	    "</Activity>\n");
}

/* Lessons of one split follow each other. */
static size_t
split_of(const json_t *rows, size_t i, struct lesson *l, long *total)
{
	struct lesson	 next;
	size_t		 n = 1;

	lesson_read(json_array_get(rows, i), l);
	*total = l->duration;
	while (l->split > 0 && i + n < json_array_size(rows)) {
		lesson_read(json_array_get(rows, i + n), &next);
		if (next.split != l->split)
			break;
		*total += next.duration;
		n++;
	}
	return n;
}

static void
write_activities(struct writer *w)
{
	const json_t	*rows = json_object_get(w->world, "lessons");
	struct lesson	 l, part;
	size_t		 i, j, n;
	long		 total;

	buf_addz(w->b, "<Activities_List>\n");
	for (i = 0; i < json_array_size(rows); i += n) {
		n = split_of(rows, i, &l, &total);
		for (j = 0; j < n; j++) {
			lesson_read(json_array_get(rows, i + j), &part);
			write_activity(w, &part, n > 1 ? l.n : 0, total);
		}
	}
	buf_addz(w->b, "</Activities_List>\n");
}

/* --- constraints ---------------------------------------------------------- */

static void
open_c(struct buf *b, const char *name, double weight)
{
	buf_printf(b, "<%s>\n<Weight_Percentage>%g</Weight_Percentage>\n", name,
	    weight);
}

static void
close_c(struct buf *b, const char *name)
{
	buf_printf(b, "<Active>true</Active>\n<Comments></Comments>\n</%s>\n",
	    name);
}

static void
write_start(struct writer *w, const struct lesson *l, int weight)
{
	static const char	c[] = "ConstraintActivityPreferredStartingTime";

	open_c(w->b, c, weight);
	tag_int(w->b, "Activity_Id", l->n);
	tag(w->b, "Preferred_Day", at(w->days, l->day));
	tag(w->b, "Preferred_Hour", at(w->hours, l->slot));
	tag(w->b, "Permanently_Locked", l->locked ? "true" : "false");
	close_c(w->b, c);
}

static void
write_places(struct writer *w, int stay, bool solved)
{
	const json_t	*row;
	struct lesson	 l;
	size_t		 i;

	json_array_foreach(json_object_get(w->world, "lessons"), i, row) {
		lesson_read(row, &l);
		if (l.entry == NULL)
			continue;
		if (l.locked || solved)
			write_start(w, &l, 100);
		else if (stay > 0)
			write_start(w, &l, stay);
	}
}

/* The times that a resource cannot, from the wishes of grade 3. */
static void
write_away(struct writer *w, const char *list, const char *name,
    const char *who)
{
	const json_t	*row, *wish;
	struct buf	 times = BUF_INIT;
	const char	*id;
	size_t		 i, j;
	int		 n;

	json_array_foreach(json_object_get(w->world, list), i, row) {
		id = json_string_value(json_object_get(row, "id"));
		n = 0;
		buf_clear(&times);
		json_array_foreach(json_object_get(w->world, "wishes"), j,
		    wish) {
			if (json_integer_value(json_array_get(wish, 3)) != 3 ||
			    strcmp(json_string_value(json_array_get(wish, 0)),
			    id) != 0)
				continue;
			n++;
			buf_addz(&times, "<Not_Available_Time>\n");
			tag(&times, "Day", at(w->days, (int)json_integer_value(
			    json_array_get(wish, 1))));
			tag(&times, "Hour", at(w->hours,
			    (int)json_integer_value(json_array_get(wish, 2))));
			buf_addz(&times, "</Not_Available_Time>\n");
		}
		if (n == 0)
			continue;
		open_c(w->b, name, 100);
		tag(w->b, who, label(w, id));
		tag_int(w->b, "Number_of_Not_Available_Times", n);
		buf_add(w->b, buf_data(&times), buf_len(&times));
		close_c(w->b, name);
	}
	buf_free(&times);
}

static void
write_daily(struct writer *w)
{
	static const char	 c[] = "ConstraintTeacherMaxHoursDaily";
	const json_t		*row;
	size_t			 i;
	long			 most;

	json_array_foreach(json_object_get(w->world, "teachers"), i, row) {
		most = (long)json_integer_value(json_object_get(row, "daily"));
		if (most < 1 || most >= (long)json_object_size(w->hours))
			continue;
		open_c(w->b, c, 100);
		tag(w->b, "Teacher_Name", label(w, json_string_value(
		    json_object_get(row, "id"))));
		tag_int(w->b, "Maximum_Hours_Daily", most);
		close_c(w->b, c);
	}
}

static void
write_spread(struct writer *w)
{
	static const char	 c[] = "ConstraintMinDaysBetweenActivities";
	const json_t		*rows = json_object_get(w->world, "lessons");
	struct lesson		 l, part;
	size_t			 i, j, n;
	long			 total;

	for (i = 0; i < json_array_size(rows); i += n) {
		n = split_of(rows, i, &l, &total);
		if (n < 2)
			continue;
		open_c(w->b, c, 95);
		buf_addz(w->b, "<Consecutive_If_Same_Day>true"
		    "</Consecutive_If_Same_Day>\n");
		tag_int(w->b, "Number_of_Activities", (long)n);
		for (j = 0; j < n; j++) {
			lesson_read(json_array_get(rows, i + j), &part);
			tag_int(w->b, "Activity_Id", part.n);
		}
		tag_int(w->b, "MinDays", 1);
		close_c(w->b, c);
	}
}

/* Times that the bell does not have on some day. */
static void
write_breaks(struct writer *w)
{
	const json_t	*day, *period, *d;
	struct buf	 times = BUF_INIT;
	size_t		 i, j, k;
	bool		 held;
	int		 n = 0;

	json_array_foreach(json_object_get(w->world, "days"), i, day) {
		json_array_foreach(json_object_get(w->world, "periods"), j,
		    period) {
			if (strcmp(json_string_value(json_object_get(period,
			    "kind")), "lesson") != 0)
				continue;
			held = json_object_get(period, "days") == NULL;
			json_array_foreach(json_object_get(period, "days"), k,
			    d)
				held |= json_equal(d, json_object_get(day,
				    "d"));
			if (held)
				continue;
			n++;
			buf_addz(&times, "<Break_Time>\n");
			tag(&times, "Day", json_string_value(json_object_get(
			    day, "name")));
			tag(&times, "Hour", at(w->hours,
			    (int)json_integer_value(json_object_get(period,
			    "slot"))));
			buf_addz(&times, "</Break_Time>\n");
		}
	}
	if (n > 0) {
		open_c(w->b, "ConstraintBreakTimes", 100);
		tag_int(w->b, "Number_of_Break_Times", n);
		buf_add(w->b, buf_data(&times), buf_len(&times));
		close_c(w->b, "ConstraintBreakTimes");
	}
	buf_free(&times);
}

/* The room where a lesson is now: its own, or the one that was chosen. */
static void
write_one_room(struct writer *w, const struct lesson *l, const char *room,
    int weight)
{
	open_c(w->b, "ConstraintActivityPreferredRoom", weight);
	tag_int(w->b, "Activity_Id", l->n);
	tag(w->b, "Room", label(w, room));
	tag(w->b, "Permanently_Locked", weight == 100 ? "true" : "false");
	close_c(w->b, "ConstraintActivityPreferredRoom");
}

/* A named room, or any of a kind; with stay, rather the present one. */
static void
write_room(struct writer *w, const struct lesson *l, int stay, bool solved)
{
	const char	*one = solved && l->place_room != NULL ?
			    l->place_room : l->room;
	const json_t	*row;
	struct buf	 rooms = BUF_INIT;
	size_t		 i;
	int		 n = 0;

	if (one != NULL) {
		write_one_room(w, l, one, 100);
		return;
	}
	if (stay > 0 && l->place_room != NULL)
		write_one_room(w, l, l->place_room, stay);
	json_array_foreach(json_object_get(w->world, "rooms"), i, row) {
		if (l->room_type == NULL || !json_is_string(json_object_get(
		    row, "type")) || strcmp(json_string_value(json_object_get(
		    row, "type")), l->room_type) != 0)
			continue;
		n++;
		tag(&rooms, "Preferred_Room", label(w, json_string_value(
		    json_object_get(row, "id"))));
	}
	if (n > 0) {
		open_c(w->b, "ConstraintActivityPreferredRooms", 100);
		tag_int(w->b, "Activity_Id", l->n);
		tag_int(w->b, "Number_of_Preferred_Rooms", n);
		buf_add(w->b, buf_data(&rooms), buf_len(&rooms));
		close_c(w->b, "ConstraintActivityPreferredRooms");
	}
	buf_free(&rooms);
}

/* All times but those that somebody does not like, as the engine wants them. */
static int
write_liked(struct writer *w, struct buf *out, const char *id, int grade)
{
	const json_t	*wish;
	const char	*day, *hour;
	json_t		*not_liked = json_object(), *d, *h;
	char		 key[32];
	size_t		 i;
	int		 n = 0;

	json_array_foreach(json_object_get(w->world, "wishes"), i, wish) {
		if (json_integer_value(json_array_get(wish, 3)) != grade ||
		    strcmp(json_string_value(json_array_get(wish, 0)), id) != 0)
			continue;
		snprintf(key, sizeof key, "%d.%d", (int)json_integer_value(
		    json_array_get(wish, 1)), (int)json_integer_value(
		    json_array_get(wish, 2)));
		json_object_set_new(not_liked, key, json_true());
	}
	json_object_foreach(w->days, day, d)
		json_object_foreach(w->hours, hour, h) {
			snprintf(key, sizeof key, "%.8s.%.8s", day, hour);
			if (json_object_get(not_liked, key) != NULL)
				continue;
			n++;
			buf_addz(out, "<Preferred_Time_Slot>\n");
			tag(out, "Preferred_Day", json_string_value(d));
			tag(out, "Preferred_Hour", json_string_value(h));
			buf_addz(out, "</Preferred_Time_Slot>\n");
		}
	if (json_object_size(not_liked) == 0)
		n = 0;
	json_decref(not_liked);
	return n;
}

/* What a teacher would rather not counts, as strongly as he says, until it
 * cannot be. */
static void
write_wishes(struct writer *w)
{
	static const char	 c[] = "ConstraintActivitiesPreferredTimeSlots";
	static const int	 weight[] = { 0, 60, 90 };
	const json_t		*row;
	struct buf		 times = BUF_INIT;
	const char		*id;
	size_t			 i;
	int			 grade, n;

	json_array_foreach(json_object_get(w->world, "teachers"), i, row)
		for (grade = 1; grade <= 2; grade++) {
			id = json_string_value(json_object_get(row, "id"));
			buf_clear(&times);
			n = write_liked(w, &times, id, grade);
			if (n == 0)
				continue;
			open_c(w->b, c, weight[grade]);
			tag(w->b, "Teacher_Name", label(w, id));
			buf_addz(w->b, "<Students_Name></Students_Name>\n"
			    "<Subject_Name></Subject_Name>\n"
			    "<Activity_Tag_Name></Activity_Tag_Name>\n");
			tag_int(w->b, "Number_of_Preferred_Time_Slots", n);
			buf_add(w->b, buf_data(&times), buf_len(&times));
			close_c(w->b, c);
		}
	buf_free(&times);
}

/* Pupils come at the first hour and have no hole in their day; a teacher has
 * two at most. */
static void
write_gaps(struct writer *w, enum fet_week week)
{
	static const char	gaps[] = "ConstraintStudentsMaxGapsPerWeek",
				early[] = "ConstraintStudentsEarlyMaxBeginnings"
				    "AtSecondHour",
				teachers[] = "ConstraintTeachersMaxGapsPerDay";

	open_c(w->b, gaps, 100);
	tag_int(w->b, "Max_Gaps", 0);
	close_c(w->b, gaps);
	open_c(w->b, early, 100);
	tag_int(w->b, "Max_Beginnings_At_Second_Hour", 0);
	close_c(w->b, early);
	if (week != FET_WEEK_ALL)
		return;
	open_c(w->b, teachers, 100);
	tag_int(w->b, "Max_Gaps", TEACHER_GAPS);
	close_c(w->b, teachers);
}

static void
write_school(struct writer *w, int stay, bool solved, enum fet_week week)
{
	const json_t	*row;
	struct lesson	 l;
	size_t		 i;

	buf_addz(w->b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\n"
	    "<fet version=\"6.8.5\">\n<Mode>Official</Mode>\n"
	    "<Institution_Name>Konak</Institution_Name>\n"
	    "<Comments></Comments>\n");
	write_week(w);
	write_names(w, "subjects", "Subjects_List", "Subject");
	buf_addz(w->b, "<Activity_Tags_List>\n</Activity_Tags_List>\n");
	write_names(w, "teachers", "Teachers_List", "Teacher");
	write_students(w);
	write_activities(w);
	buf_addz(w->b, "<Buildings_List>\n</Buildings_List>\n");
	write_names(w, "rooms", "Rooms_List", "Room");
	buf_addz(w->b, "<Time_Constraints_List>\n");
	open_c(w->b, "ConstraintBasicCompulsoryTime", 100);
	close_c(w->b, "ConstraintBasicCompulsoryTime");
	write_breaks(w);
	write_away(w, "teachers", "ConstraintTeacherNotAvailableTimes",
	    "Teacher");
	write_away(w, "classes", "ConstraintStudentsSetNotAvailableTimes",
	    "Students");
	write_daily(w);
	if (week != FET_WEEK_ANY) {
		write_wishes(w);
		write_gaps(w, week);
	}
	/* Where every place is given, what is only wished for would be tried
	 * again and again. */
	if (stay < 100)
		write_spread(w);
	write_places(w, stay, solved);
	buf_addz(w->b, "</Time_Constraints_List>\n<Space_Constraints_List>\n");
	open_c(w->b, "ConstraintBasicCompulsorySpace", 100);
	close_c(w->b, "ConstraintBasicCompulsorySpace");
	json_array_foreach(json_object_get(w->world, "lessons"), i, row) {
		lesson_read(row, &l);
		write_room(w, &l, stay, solved);
	}
	buf_addz(w->b, "</Space_Constraints_List>\n</fet>\n");
}

/* The file as it came, with the lessons added since and the places. */
static void
write_file(struct writer *w, const char *body, int stay, bool solved)
{
	struct arena		*a = arena_new();
	const char		*why;
	const struct xnode	*root, *list, *c;
	json_t			*had = json_object();
	const json_t		*row;
	struct lesson		 l;
	char			 key[24];
	size_t			 i, from, len = strlen(body);

	root = xml_parse(a, body, len, &why);
	label_file(w, root);
	list = xml_child(root, "Activities_List");
	for (c = list == NULL ? NULL : list->child; c != NULL; c = c->next)
		json_object_set_new(had, xml_text(c, "Id"), json_true());
	from = list == NULL ? 0 : list->end - strlen("</Activities_List>");
	buf_add(w->b, body, from);
	json_array_foreach(json_object_get(w->world, "lessons"), i, row) {
		lesson_read(row, &l);
		snprintf(key, sizeof key, "%ld", l.n);
		if (json_object_get(had, key) == NULL)
			write_activity(w, &l, 0, l.duration);
	}
	list = xml_child(root, "Time_Constraints_List");
	i = list == NULL ? from : list->end -
	    strlen("</Time_Constraints_List>");
	buf_add(w->b, body + from, i - from);
	write_places(w, stay, solved);
	buf_add(w->b, body + i, len - i);
	json_decref(had);
	arena_free(a);
}

void
fet_write(struct buf *b, const json_t *world, int stay, bool solved,
    enum fet_week week)
{
	const char	*body = json_string_value(json_object_get(world,
			    "body"));
	struct writer	 w;

	writer_init(&w, b, world);
	if (body != NULL)
		write_file(&w, body, stay, solved);
	else
		write_school(&w, stay, solved, week);
	writer_free(&w);
}

void
fet_activities(struct buf *b, const json_t *world)
{
	const char	*body = json_string_value(json_object_get(world,
			    "body")), *why;
	struct arena	*a = arena_new();
	struct writer	 w;
	const json_t	*row;
	struct lesson	 l;
	size_t		 i;

	writer_init(&w, b, world);
	if (body != NULL)
		label_file(&w, xml_parse(a, body, strlen(body), &why));
	buf_addz(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<Activities_Timetable>\n");
	json_array_foreach(json_object_get(world, "lessons"), i, row) {
		lesson_read(row, &l);
		buf_addz(b, "<Activity>\n");
		tag_int(b, "Id", l.n);
		tag(b, "Day", l.entry == NULL ? "" : at(w.days, l.day));
		tag(b, "Hour", l.entry == NULL ? "" : at(w.hours, l.slot));
		tag(b, "Room", l.place_room == NULL ? "" :
		    label(&w, l.place_room));
		buf_addz(b, "</Activity>\n");
	}
	buf_addz(b, "</Activities_Timetable>\n");
	writer_free(&w);
	arena_free(a);
}

/* --- what came of it ------------------------------------------------------ */

/* Names to what they stand for: {"days": {name: d}, …} */
static json_t *
backwards(const json_t *map)
{
	json_t		*out = json_object(), *v;
	const char	*key;

	json_object_foreach((json_t *)map, key, v)
		json_object_set_new(out, json_string_value(v),
		    json_string(key));
	return out;
}

static json_t *
result_rows(const struct writer *w, const struct xnode *root)
{
	json_t			*rows = json_array(), *cards = json_object();
	json_t			*days = backwards(w->days);
	json_t			*hours = backwards(w->hours);
	json_t			*rooms = json_object();
	const json_t		*row;
	const struct xnode	*c;
	const char		*d, *h, *id, *key;
	char			 n[24];
	size_t			 i;

	json_array_foreach(json_object_get(w->world, "lessons"), i, row) {
		snprintf(n, sizeof n, "%lld", (long long)json_integer_value(
		    json_array_get(row, 0)));
		json_object_set(cards, n, json_array_get(row, 1));
	}
	json_array_foreach(json_object_get(w->world, "rooms"), i, row) {
		key = json_string_value(json_object_get(row, "id"));
		json_object_set_new(rooms, label(w, key), json_string(key));
	}
	for (c = root->child; c != NULL; c = c->next) {
		id = json_string_value(json_object_get(cards, xml_text(c,
		    "Id")));
		d = json_string_value(json_object_get(days, xml_text(c,
		    "Day")));
		h = json_string_value(json_object_get(hours, xml_text(c,
		    "Hour")));
		if (id == NULL || d == NULL || h == NULL)
			continue;
		key = json_string_value(json_object_get(rooms, xml_text(c,
		    "Room")));
		json_array_append_new(rows, json_pack(
		    "{s:s, s:i, s:i, s:s?}", "lesson", id, "day", atoi(d),
		    "period", atoi(h) % 100, "room", key));
	}
	json_decref(cards);
	json_decref(days);
	json_decref(hours);
	json_decref(rooms);
	return rows;
}

json_t *
fet_result(const json_t *world, const char *p, size_t len)
{
	struct arena	*a = arena_new();
	struct writer	 w;
	struct xnode	*root;
	const char	*why;
	json_t		*rows = NULL;

	if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		len -= 3;
	}
	root = xml_parse(a, p, len, &why);
	if (root != NULL && strcmp(root->name, "Activities_Timetable") == 0) {
		writer_init(&w, NULL, world);
		rows = result_rows(&w, root);
		writer_free(&w);
	}
	arena_free(a);
	return rows;
}
