/*
 * precheck.c - what cannot be, seen before the engine starts: it would not tell,
 * or run for ever (two doubles too many make it spin past its own time limit).
 */
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "server/timetable/fet.h"
#include "server/timetable/lesson.h"

static void
time_key(char key[120], const char *res, int day, int slot)
{
	snprintf(key, 120, "%s %d %d", res, day, slot);
}

/* The times that a resource cannot: "resource day slot". Thousands of wishes and
 * thousands of resources: looked up, not searched. */
static json_t *
closed_times(const json_t *world)
{
	const json_t	*w;
	json_t		*closed = json_object();
	char		 key[120];
	size_t		 i;

	json_array_foreach(json_object_get(world, "wishes"), i, w) {
		if (json_integer_value(json_array_get(w, 3)) != 3)
			continue;
		time_key(key, json_string_value(json_array_get(w, 0)),
		    (int)json_integer_value(json_array_get(w, 1)),
		    (int)json_integer_value(json_array_get(w, 2)));
		json_object_set_new(closed, key, json_true());
	}
	return closed;
}

static bool
held(const json_t *period, const json_t *day)
{
	const json_t	*days = json_object_get(period, "days"), *d;
	size_t		 i;

	if (strcmp(json_string_value(json_object_get(period, "kind")),
	    "lesson") != 0)
		return false;
	json_array_foreach(days, i, d)
		if (json_equal(d, json_object_get(day, "d")))
			return true;
	return days == NULL;
}

/* Free periods of a week, and how many lessons of so many in a row fit. */
static void
room_of(const json_t *world, const json_t *closed, const char *res,
    int duration, long *slots, long *fit)
{
	const json_t	*day, *p;
	char		 key[120];
	size_t		 i, j;
	int		 run, n, last;

	*slots = *fit = 0;
	json_array_foreach(json_object_get(world, "days"), i, day) {
		run = 0;
		last = -1;
		json_array_foreach(json_object_get(world, "periods"), j, p) {
			n = (int)json_integer_value(json_object_get(p,
			    "slot"));
			if (!held(p, day) || n == last)
				continue;
			if (n != last + 1)
				run = 0;
			last = n;
			time_key(key, res, (int)json_integer_value(
			    json_object_get(day, "d")), n);
			if (json_object_get(closed, key) != NULL) {
				run = 0;
				continue;
			}
			++*slots;
			if (++run == duration) {
				++*fit;
				run = 0;
			}
		}
	}
}

static void
add_load(json_t *loads, const char *id, const struct lesson *l)
{
	json_t	*o = json_object_get(loads, id);
	long	 d;

	if (o == NULL) {
		o = json_pack("{s:i, s:i, s:i, s:s}", "periods", 0, "longs", 0,
		    "duration", 2, "lesson", l->subject != NULL ? l->subject :
		    "");
		json_object_set_new(loads, id, o);
	}
	json_object_set_new(o, "periods", json_integer(l->duration +
	    json_integer_value(json_object_get(o, "periods"))));
	if (l->duration < 2)
		return;
	d = (long)json_integer_value(json_object_get(o, "longs"));
	json_object_set_new(o, "longs", json_integer(d + 1));
	json_object_set_new(o, "lesson", json_string(l->subject != NULL ?
	    l->subject : ""));
	if (d == 0 || l->duration <
	    json_integer_value(json_object_get(o, "duration")))
		json_object_set_new(o, "duration", json_integer(l->duration));
}

static bool
judge(const json_t *world, const json_t *closed, const char *list,
    json_t *loads, struct buf *tr, struct buf *en)
{
	const char	*id, *who, *what;
	json_t		*o;
	long		 slots, fit, want, longs;
	int		 duration;

	json_object_foreach(loads, id, o) {
		want = (long)json_integer_value(json_object_get(o, "periods"));
		longs = (long)json_integer_value(json_object_get(o, "longs"));
		duration = (int)json_integer_value(json_object_get(o,
		    "duration"));
		room_of(world, closed, id, duration, &slots, &fit);
		if (want <= slots && longs <= fit)
			continue;
		who = fet_name(world, list, id);
		what = fet_name(world, "subjects", json_string_value(
		    json_object_get(o, "lesson")));
		if (want > slots) {
			buf_printf(tr, "%s haftada %ld saat ders istiyor, %ld "
			    "saati var (%s)", who, want, slots, what);
			buf_printf(en, "%s has %ld periods a week and room for "
			    "%ld (%s)", who, want, slots, what);
			return true;
		}
		buf_printf(tr, "%s: %d saatlik %ld ders var, haftaya %ld "
		    "tanesi sığar (%s)", who, duration, longs, fit, what);
		buf_printf(en, "%s has %ld lessons of %d periods; a week holds "
		    "%ld of them (%s)", who, longs, duration, fit, what);
		return true;
	}
	return false;
}

/* A lesson that the file locks where another one is locked: the database has
 * refused it its place, and said so. */
static bool
locked_twice(const json_t *world, struct buf *tr, struct buf *en)
{
	const json_t	*c;
	const char	*type;
	size_t		 i;

	json_array_foreach(json_object_get(world, "conflicts"), i, c) {
		type = json_string_value(json_object_get(c, "type"));
		if (type == NULL || strcmp(type, "lock") != 0)
			continue;
		buf_printf(tr, "%s. Birini yerleştirin ya da bu çakışmayı "
		    "çözülmüş sayın.", json_string_value(json_object_get(c,
		    "text")));
		buf_printf(en, "%s. Place one of them, or call this conflict "
		    "resolved.", json_string_value(json_object_get(c,
		    "text")));
		return true;
	}
	return false;
}

bool
fet_impossible(const json_t *world, struct buf *tr, struct buf *en)
{
	json_t		*teachers = json_object(), *sets = json_object();
	json_t		*closed = closed_times(world);
	const json_t	*row, *v;
	struct lesson	 l;
	size_t		 i, j;
	bool		 bad;

	json_array_foreach(json_object_get(world, "lessons"), i, row) {
		lesson_read(row, &l);
		json_array_foreach(l.teachers, j, v)
			add_load(teachers, json_string_value(v), &l);
		json_array_foreach(l.sets, j, v)
			add_load(sets, json_string_value(v), &l);
	}
	bad = locked_twice(world, tr, en) ||
	    judge(world, closed, "teachers", teachers, tr, en) ||
	    judge(world, closed, "classes", sets, tr, en);
	json_decref(closed);
	json_decref(teachers);
	json_decref(sets);
	return bad;
}
