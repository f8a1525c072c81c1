/*
 * gridjudge.c - where a lesson may lie, and in which words it may not: by the
 * plan as it is here, so that picking one up asks nobody. The database decides
 * (sql/0171-timetable-booking.sql); this says the same before. See gridint.h.
 */
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "tui/lang.h"
#include "tui/mod/gridint.h"

/* What both have, or -1. */
static int
shared(const int *a, int na, const int *b, int nb)
{
	int	i, k;

	for (i = 0; i < na; i++)
		for (k = 0; k < nb; k++)
			if (a[i] == b[k])
				return a[i];
	return -1;
}

static int
room_of(const struct glesson *l)
{
	return l->placed && l->room_now >= 0 ? l->room_now : l->room;
}

/* A teacher in the way says more than a class, and that more than a room. */
static void
blocked(struct gslot *s, enum gwhy why, int other, int who)
{
	if (s->state == SLOT_FORBIDDEN && s->why <= why)
		return;
	s->state = SLOT_FORBIDDEN;
	s->why = why;
	s->other = other;
	s->who = who;
}

/* From which starts would it run over this slot? */
static void
block_over(const struct gplan *p, const struct glesson *l, struct gslot *out,
    int d, int slot, int length, enum gwhy why, int other, int who)
{
	const struct gperiod	*q;
	int			 i;

	for (i = 0; i < p->nperiods; i++) {
		q = &p->period[i];
		if (q->lesson && (q->shift < 0 || q->shift == l->shift) &&
		    q->slot < slot + length && slot < q->slot + l->duration)
			blocked(&out[d * p->nperiods + i], why, other, who);
	}
}

/* The periods that it needs follow each other, on this day. */
static bool
fits(const struct gplan *p, const struct glesson *l, int d, int at)
{
	const struct gperiod	*q, *from = &p->period[at];
	int			 i, n = 0;

	for (i = 0; i < p->nperiods; i++) {
		q = &p->period[i];
		if (q->lesson && q->shift == from->shift &&
		    q->slot >= from->slot &&
		    q->slot < from->slot + l->duration && (q->days == 0 ||
		    (q->days >> p->day[d].d & 1) != 0))
			n++;
	}
	return n >= l->duration;
}

static void
by_week(const struct gplan *p, const struct glesson *l, struct gslot *out)
{
	struct gslot	*s;
	int		 d, i;

	for (d = 0; d < p->ndays; d++)
		for (i = 0; i < p->nperiods; i++) {
			s = &out[d * p->nperiods + i];
			memset(s, 0, sizeof *s);
			s->other = s->who = s->wish = -1;
			if (!p->period[i].lesson || (p->period[i].shift >= 0 &&
			    p->period[i].shift != l->shift) ||
			    !fits(p, l, d, i))
				blocked(s, WHY_TIME, -1, -1);
		}
}

/* Another lesson of its pupils goes before or follows: no hole in their day. */
static void
beside(const struct gplan *p, const struct glesson *l, struct gslot *out, int d,
    const struct glesson *o)
{
	int	i, slot;

	for (i = 0; i < p->nperiods; i++) {
		slot = p->period[i].slot;
		if (p->period[i].lesson && (slot == o->slot + o->duration ||
		    slot + l->duration == o->slot))
			out[d * p->nperiods + i].beside++;
	}
}

static void
by_others(const struct gplan *p, const struct glesson *l, struct gslot *out)
{
	const struct glesson	*o;
	int			 i, k, d, room = room_of(l), who;

	for (k = 0; k < p->nlessons; k++) {
		o = &p->lesson[k];
		if (!o->placed || o == l || (d = gplan_day(p, o->day)) < 0)
			continue;
		if (l->split > 0 && o->split == l->split)
			for (i = 0; i < p->nperiods; i++)
				out[d * p->nperiods + i].same_day++;
		if (shared(l->atoms, l->natoms, o->atoms, o->natoms) >= 0)
			beside(p, l, out, d, o);
		who = shared(l->teachers, l->nteachers, o->teachers,
		    o->nteachers);
		if (who >= 0)
			block_over(p, l, out, d, o->slot, o->duration,
			    WHY_TEACHER, k, who);
		else if (shared(l->atoms, l->natoms, o->atoms, o->natoms) >= 0)
			block_over(p, l, out, d, o->slot, o->duration,
			    WHY_CLASS, k, -1);
		else if (room >= 0 && o->room_now == room)
			block_over(p, l, out, d, o->slot, o->duration,
			    WHY_ROOM, k, room);
	}
}

static void
by_wishes(const struct gplan *p, const struct glesson *l, struct gslot *out)
{
	const struct gperiod	*q;
	const struct gwish	*w;
	struct gslot		*s;
	int			 i, k, d;

	for (k = 0; k < p->nwishes; k++) {
		w = &p->wish[k];
		if (w->grade == 0 || (d = gplan_day(p, w->day)) < 0 ||
		    shared(&w->res, 1, w->kind == G_TEACHER ? l->teachers :
		    w->kind == G_CLASS ? l->atoms : &(int){ room_of(l) },
		    w->kind == G_TEACHER ? l->nteachers : w->kind == G_CLASS ?
		    l->natoms : 1) < 0)
			continue;
		for (i = 0; i < p->nperiods; i++) {
			q = &p->period[i];
			s = &out[d * p->nperiods + i];
			if (!q->lesson || q->slot > w->slot ||
			    w->slot >= q->slot + l->duration ||
			    (s->wish >= 0 &&
			    p->wish[s->wish].grade >= w->grade))
				continue;
			if (w->grade < 0) {
				s->liked = true;
				continue;
			}
			s->wish = k;
			if (w->grade >= 3)
				blocked(s, WHY_WISH, -1, w->res);
			else if (s->state == SLOT_FREE)
				s->state = SLOT_POOR;
		}
	}
}

void
gjudge(const struct gplan *p, int lesson, struct gslot *out)
{
	const struct glesson	*l = &p->lesson[lesson];
	const struct gperiod	*q;
	int			 i, d;

	by_week(p, l, out);
	by_others(p, l, out);
	by_wishes(p, l, out);
	if (!l->placed || (d = gplan_day(p, l->day)) < 0)
		return;
	for (i = 0; i < p->nperiods; i++) {
		q = &p->period[i];
		if (q->lesson && q->slot == l->slot && (q->shift < 0 ||
		    q->shift == l->shift))
			out[d * p->nperiods + i].state = SLOT_HERE;
	}
}

/* Less is better, and what stands first counts most. */
static int
cost(const struct gplan *p, const struct gslot *s)
{
	int	grade = s->wish >= 0 ? p->wish[s->wish].grade : -s->liked;
	int	same = s->same_day > 9 ? 9 : s->same_day;
	int	next = s->beside > 2 ? 2 : s->beside;

	return (((int)s->state * 10 + same) * 10 + grade) * 10 - next;
}

int
gjudge_best(const struct gplan *p, const struct gslot *s)
{
	int	i, d, at, best = -1;

	for (i = 0; i < p->nperiods; i++)
		for (d = 0; d < p->ndays; d++) {
			at = d * p->nperiods + i;
			if (s[at].state <= SLOT_POOR && (best < 0 ||
			    cost(p, &s[at]) < cost(p, &s[best])))
				best = at;
		}
	return best;
}

/* --- Words ---------------------------------------------------------------------- */

void
glesson_names(const struct gplan *p, const struct glesson *l, enum gkind kind,
    char *out, size_t size)
{
	struct buf	 b = BUF_INIT;
	const int	*list = kind == G_CLASS ? l->sets : l->teachers;
	int		 i, n = kind == G_CLASS ? l->nsets : l->nteachers;
	int		 room = room_of(l);

	if (kind == G_ROOM) {
		list = &room;
		n = room >= 0;
	}
	for (i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : ", ",
		    p->res[kind][list[i]].name);
	snprintf(out, size, "%s", buf_text(&b));
	buf_free(&b);
}

void
glesson_words(const struct gplan *p, const struct glesson *l, char *out,
    size_t size)
{
	char		 name[200];
	struct buf	 b = BUF_INIT;
	enum gkind	 k;

	buf_addz(&b, gplan_subject(p, l));
	for (k = 0; k < G_KINDS; k++) {
		glesson_names(p, l, k, name, sizeof name);
		if (name[0] != '\0')
			buf_printf(&b, "  %s", name);
	}
	if (l->duration > 1)
		buf_printf(&b, "  %d %s", l->duration,
		    ui_pick("saat", "periods"));
	snprintf(out, size, "%s", buf_text(&b));
	buf_free(&b);
}

void
gslot_name(const struct gplan *p, int day, int period, char *out, size_t size)
{
	if (day < 0 || day >= p->ndays || period < 0 || period >= p->nperiods)
		snprintf(out, size, "?");
	else
		snprintf(out, size, "%s-%s", p->day[day].name,
		    p->period[period].name);
}

void
gjudge_words(const struct gplan *p, const struct gslot *s, char *out,
    size_t size)
{
	const struct glesson	*o;
	const struct gwish	*w;
	char			 classes[160] = "", teachers[160] = "";
	const char		*subject = "", *who;

	out[0] = '\0';
	if (s->state == SLOT_FREE || s->state == SLOT_HERE)
		return;
	if (s->other >= 0) {
		o = &p->lesson[s->other];
		glesson_names(p, o, G_CLASS, classes, sizeof classes);
		glesson_names(p, o, G_TEACHER, teachers, sizeof teachers);
		subject = gplan_subject(p, o);
	}
	switch (s->state == SLOT_POOR ? WHY_WISH : s->why) {
	case WHY_TIME:
		snprintf(out, size, "%s", T("grid.no_room_in_day"));
		return;
	case WHY_TEACHER:
		snprintf(out, size, "%s", TF("timetable.teacher_busy", "who",
		    p->res[G_TEACHER][s->who].name, "classes", classes,
		    "subject", subject, NULL));
		return;
	case WHY_CLASS:
		snprintf(out, size, "%s", TF("timetable.class_busy", "who",
		    classes, "subject", subject, "teachers", teachers, NULL));
		return;
	case WHY_ROOM:
		snprintf(out, size, "%s", TF("timetable.room_busy", "who",
		    p->res[G_ROOM][s->who].name, "classes", classes,
		    "subject", subject, NULL));
		return;
	case WHY_WISH:
		w = &p->wish[s->wish];
		who = w->kind == G_CLASS ? "" : p->res[w->kind][w->res].name;
		snprintf(out, size, "%s%s%s%s", TF(w->grade >= 3 ?
		    "grid.cannot" : "grid.rather_not", "who", who, NULL),
		    w->why[0] == '\0' ? "" : " (", w->why,
		    w->why[0] == '\0' ? "" : ")");
		return;
	case WHY_NONE:
		return;
	}
}
