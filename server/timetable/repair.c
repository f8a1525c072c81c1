/*
 * repair.c - the fewest moves after a change. What has lost its place (a teacher
 * cannot come any more, a room is shut) goes elsewhere, at the cost of three
 * moves each at most: a free slot, one that another lesson leaves, or a chain of
 * three. The engine is asked afterwards whether that may be: only it knows all of
 * a file's constraints.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "server/timetable/fet.h"
#include "server/timetable/lesson.h"

#define MOVES		3
#define SLOTS_MAX	256		/* of a week */
#define ACROSS_MAX	2		/* lessons in the way of one */

struct place {
	int	day, slot;
};

struct card {
	struct lesson	 l;
	int		*res;		/* what it takes: teachers, groups, room */
	size_t		 nres;
	int		 at;		/* index of its slot; -1: none */
	bool		 fixed;
};

struct repair {
	const json_t	*world;
	json_t		*number;	/* of a resource */
	int		 nres;
	struct place	 slots[SLOTS_MAX];
	int		 nslots;
	struct card	*cards;
	size_t		 ncards;
	int		*busy;		/* [resource][slot]: card + 1 */
	bool		*closed;	/* [resource][slot] */
	int		*most;		/* periods a day; 0: as many as there are */
	bool		 spread;	/* not two parts of a lesson in one day */
};

static int
res_number(struct repair *r, const char *id)
{
	json_t	*n = json_object_get(r->number, id);

	if (n == NULL) {
		n = json_integer(r->nres++);
		json_object_set_new(r->number, id, n);
	}
	return (int)json_integer_value(n);
}

static int
slot_at(const struct repair *r, int day, int slot)
{
	int	i;

	for (i = 0; i < r->nslots; i++)
		if (r->slots[i].day == day && r->slots[i].slot == slot)
			return i;
	return -1;
}

/* The lessons of a week, day by day, so that a double is two that follow. */
static void
read_slots(struct repair *r)
{
	const json_t	*day, *p, *days, *d;
	size_t		 i, j, k;
	bool		 held;
	int		 n;

	json_array_foreach(json_object_get(r->world, "days"), i, day)
		json_array_foreach(json_object_get(r->world, "periods"), j, p) {
			days = json_object_get(p, "days");
			held = days == NULL;
			json_array_foreach(days, k, d)
				held |= json_equal(d, json_object_get(day,
				    "d"));
			n = (int)json_integer_value(json_object_get(p,
			    "slot"));
			if (!held || strcmp(json_string_value(json_object_get(
			    p, "kind")), "lesson") != 0 ||
			    r->nslots == SLOTS_MAX)
				continue;
			r->slots[r->nslots++] = (struct place){
			    (int)json_integer_value(json_object_get(day, "d")),
			    n };
		}
}

/* The atoms of each set of pupils, by its id. */
static json_t *
read_atoms(const json_t *world)
{
	json_t		*atoms = json_object(), *c;
	size_t		 i;

	json_array_foreach(json_object_get(world, "classes"), i, c)
		json_object_set(atoms, json_string_value(json_object_get(c,
		    "id")), json_object_get(c, "atoms"));
	return atoms;
}

static void
card_takes(struct repair *r, struct card *c, const char *id)
{
	int	n = res_number(r, id);
	size_t	i;

	for (i = 0; i < c->nres; i++)
		if (c->res[i] == n)
			return;
	c->res[c->nres++] = n;
}

static void
read_card(struct repair *r, const json_t *atoms, const json_t *row,
    struct card *c)
{
	const json_t	*v, *a, *list;
	const char	*room;
	size_t		 i, j, most;

	lesson_read(row, &c->l);
	most = json_array_size(c->l.teachers) + 1;
	json_array_foreach(c->l.sets, i, v)
		most += json_array_size(json_object_get(atoms,
		    json_string_value(v)));
	c->res = xcalloc(most, sizeof *c->res);
	json_array_foreach(c->l.teachers, i, v)
		card_takes(r, c, json_string_value(v));
	json_array_foreach(c->l.sets, i, v) {
		list = json_object_get(atoms, json_string_value(v));
		json_array_foreach(list, j, a)
			card_takes(r, c, json_string_value(a));
	}
	room = c->l.place_room != NULL ? c->l.place_room : c->l.room;
	if (room != NULL)
		card_takes(r, c, room);
	c->at = c->l.entry == NULL ? -1 : slot_at(r, c->l.day, c->l.slot);
	c->fixed = c->l.locked;
}

/* A teacher's hours of that day, without this lesson, and those it adds. */
static bool
day_full(const struct repair *r, const struct card *c, int res, int at)
{
	int	i, n = c->l.duration, who;

	if (r->most[res] == 0)
		return false;
	for (i = 0; i < r->nslots; i++) {
		who = r->busy[res * r->nslots + i] - 1;
		n += who >= 0 && &r->cards[who] != c &&
		    r->slots[i].day == r->slots[at].day;
	}
	return n > r->most[res];
}

static bool
fits(const struct repair *r, const struct card *c, int at)
{
	int	g, i;
	size_t	k;

	for (k = 0; k < c->nres; k++)
		if (day_full(r, c, c->res[k], at))
			return false;
	for (g = 0; g < c->l.duration; g++) {
		i = at + g;
		if (i >= r->nslots || r->slots[i].day != r->slots[at].day ||
		    r->slots[i].slot != r->slots[at].slot + g)
			return false;
		for (k = 0; k < c->nres; k++)
			if (r->closed[c->res[k] * r->nslots + i])
				return false;
	}
	return true;
}

/* Parts of one lesson stand beside each other in the list. */
static bool
day_has_part(const struct repair *r, const struct card *c, int at)
{
	const struct card	*end = r->cards + r->ncards, *p = c;

	if (c->l.split == 0)
		return false;
	while (p > r->cards && p[-1].l.split == c->l.split)
		p--;
	for (; p < end && p->l.split == c->l.split; p++)
		if (p != c && p->at >= 0 &&
		    r->slots[p->at].day == r->slots[at].day)
			return true;
	return false;
}

static void
put(struct repair *r, struct card *c, int at)
{
	int	g;
	size_t	k;

	for (g = 0; g < c->l.duration; g++)
		for (k = 0; k < c->nres; k++) {
			if (c->at >= 0)
				r->busy[c->res[k] * r->nslots + c->at + g] = 0;
		}
	c->at = at;
	for (g = 0; g < c->l.duration && at >= 0; g++)
		for (k = 0; k < c->nres; k++)
			r->busy[c->res[k] * r->nslots + at + g] =
			    (int)(c - r->cards) + 1;
}

/* Who stands where a lesson would go; -1: too many, or one that must stay. */
static int
across(const struct repair *r, const struct card *c, int at,
    int found[ACROSS_MAX])
{
	int	g, n = 0, i, who;
	size_t	k;

	for (g = 0; g < c->l.duration; g++)
		for (k = 0; k < c->nres; k++) {
			who = r->busy[c->res[k] * r->nslots + at + g] - 1;
			for (i = 0; i < n && found[i] != who; i++)
				;
			if (who < 0 || i < n || &r->cards[who] == c)
				continue;
			if (n == ACROSS_MAX || r->cards[who].fixed)
				return -1;
			found[n++] = who;
		}
	return n;
}

/* Finds a place for this lesson with so many moves, its own among them; how many
 * were needed, or 0: none. Shorter ways are tried first by the caller. */
static int
move(struct repair *r, struct card *c, int budget)
{
	int	found[ACROSS_MAX], from[ACROSS_MAX], at, i, n, used, own = c->at;
	bool	was = c->fixed;

	for (at = 0; at < r->nslots; at++) {
		if (at == own || !fits(r, c, at) ||
		    (r->spread && day_has_part(r, c, at)))
			continue;
		n = across(r, c, at, found);
		if (n < 0 || n > budget - 1)
			continue;
		for (i = 0; i < n; i++) {
			from[i] = r->cards[found[i]].at;
			put(r, &r->cards[found[i]], -1);
		}
		put(r, c, at);
		c->fixed = true;
		used = 1;
		for (i = 0; i < n; i++) {
			int	more = move(r, &r->cards[found[i]],
				    budget - used - (n - 1 - i));

			if (more == 0)
				break;
			used += more;
		}
		c->fixed = was;
		if (i == n)
			return used;
		/* Back: what was moved first is put back last. */
		while (i-- > 0)
			put(r, &r->cards[found[i]], -1);
		put(r, c, -1);
		for (i = 0; i < n; i++)
			put(r, &r->cards[found[i]], from[i]);
		if (own >= 0)
			put(r, c, own);
	}
	return 0;
}

/* --- the whole ------------------------------------------------------------ */

static void
read_closed(struct repair *r)
{
	const json_t	*w, *t, *n;
	size_t		 i;
	int		 at;

	json_array_foreach(json_object_get(r->world, "wishes"), i, w) {
		n = json_object_get(r->number, json_string_value(
		    json_array_get(w, 0)));
		at = slot_at(r, (int)json_integer_value(json_array_get(w, 1)),
		    (int)json_integer_value(json_array_get(w, 2)));
		if (n != NULL && at >= 0 &&
		    json_integer_value(json_array_get(w, 3)) == 3)
			r->closed[(int)json_integer_value(n) * r->nslots +
			    at] = true;
	}
	json_array_foreach(json_object_get(r->world, "teachers"), i, t) {
		n = json_object_get(r->number, json_string_value(
		    json_object_get(t, "id")));
		if (n != NULL)
			r->most[json_integer_value(n)] = (int)
			    json_integer_value(json_object_get(t, "daily"));
	}
}

static void
repair_begin(struct repair *r, const json_t *world)
{
	const json_t	*rows = json_object_get(world, "lessons"), *row;
	json_t		*atoms = read_atoms(world);
	size_t		 i;
	int		 at;

	memset(r, 0, sizeof *r);
	r->world = world;
	r->number = json_object();
	read_slots(r);
	r->ncards = json_array_size(rows);
	r->cards = xcalloc(r->ncards + 1, sizeof *r->cards);
	json_array_foreach(rows, i, row)
		read_card(r, atoms, row, &r->cards[i]);
	json_decref(atoms);
	r->busy = xcalloc((size_t)r->nres * (size_t)r->nslots + 1,
	    sizeof *r->busy);
	r->closed = xcalloc((size_t)r->nres * (size_t)r->nslots + 1,
	    sizeof *r->closed);
	r->most = xcalloc((size_t)r->nres + 1, sizeof *r->most);
	read_closed(r);
	for (i = 0; i < r->ncards; i++) {
		at = r->cards[i].at;
		r->cards[i].at = -1;
		if (at >= 0 && at + r->cards[i].l.duration <= r->nslots)
			put(r, &r->cards[i], at);
	}
}

static void
repair_end(struct repair *r)
{
	size_t	i;

	for (i = 0; i < r->ncards; i++)
		free(r->cards[i].res);
	free(r->cards);
	free(r->busy);
	free(r->closed);
	free(r->most);
	json_decref(r->number);
}

static bool
repaired(struct repair *r, struct card *c)
{
	int	budget;

	if (c->at >= 0 && fits(r, c, c->at))
		return true;
	if (c->fixed)
		return false;
	r->spread = true;
	for (budget = 1; budget <= MOVES; budget++)
		if (move(r, c, budget) > 0)
			return true;
	r->spread = false;
	for (budget = 1; budget <= MOVES; budget++)
		if (move(r, c, budget) > 0)
			return true;
	return false;
}

/* The places as they are now, into the rows. */
static void
write_back(const struct repair *r)
{
	json_t		*rows = json_object_get(r->world, "lessons"), *row;
	const struct card *c;
	size_t		 i;

	json_array_foreach(rows, i, row) {
		c = &r->cards[i];
		if (json_is_null(json_array_get(row, 9)))
			json_array_set_new(row, 9, json_string(""));
		json_array_set_new(row, 10, json_integer(
		    r->slots[c->at].day));
		json_array_set_new(row, 11, json_integer(
		    r->slots[c->at].slot));
	}
}

bool
fet_repair(json_t *world)
{
	struct repair	r;
	size_t		i;

	repair_begin(&r, world);
	for (i = 0; i < r.ncards && repaired(&r, &r.cards[i]); i++)
		;
	if (i == r.ncards)
		write_back(&r);
	repair_end(&r);
	return i == r.ncards;
}
