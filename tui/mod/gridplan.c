/* gridplan.c - see gridplan.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/mod/gridplan.h"
#include "tui/val.h"

/* Columns of a row of `lessons`. */
enum {
	L_NUMBER, L_ID, L_SUBJECT, L_TEACHERS, L_SETS, L_ROOM, L_ROOM_TYPE,
	L_DURATION, L_SPLIT, L_ENTRY, L_DAY, L_SLOT, L_ROOM_NOW, L_LOCKED,
	L_VERSION, L_COLOR
};

static void
copy_id(char out[37], const struct val *v)
{
	snprintf(out, 37, "%s", val_word(v));
}

static char *
copy_text(const char *s)
{
	return xstrdup(s == NULL ? "" : s);
}

static int
number(const struct val *v, int none)
{
	return v == NULL || v->kind != VAL_INT ? none : (int)v->i;
}

static int
shift_of(const char *s)
{
	return s == NULL ? -1 : strcmp(s, "morning") == 0 ? 1 :
	    strcmp(s, "afternoon") == 0 ? 2 : 0;
}

/* --- Atoms: the smallest groups, by which lessons clash --------------------------- */

static int
id_cmp(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int
atom_find(const struct gplan *p, const char *id)
{
	const char	(*a)[37];

	if (id == NULL || p->natoms == 0)
		return -1;
	a = bsearch(id, p->atom, (size_t)p->natoms, sizeof *p->atom, id_cmp);
	return a == NULL ? -1 : (int)(a - (const char (*)[37])p->atom);
}

static void
take_atoms(struct gplan *p, const struct val *classes)
{
	const struct val	*atoms;
	size_t			 i, k, n = 0;
	int			 w = 0;

	for (i = 0; i < val_count(classes); i++)
		n += val_count(val_get(classes->item[i], "atoms"));
	p->atom = xcalloc(n + 1, sizeof *p->atom);
	for (i = 0; i < val_count(classes); i++) {
		atoms = val_get(classes->item[i], "atoms");
		for (k = 0; k < val_count(atoms); k++)
			copy_id(p->atom[p->natoms++], atoms->item[k]);
	}
	qsort(p->atom, (size_t)p->natoms, sizeof *p->atom, id_cmp);
	for (i = 0; i < (size_t)p->natoms; i++)
		if (w == 0 || strcmp(p->atom[w - 1], p->atom[i]) != 0)
			memmove(p->atom[w++], p->atom[i], 37);
	p->natoms = w;
}

/* --- Resources ---------------------------------------------------------------------- */

static struct gres *
take_res(const struct val *list, int *n)
{
	struct gres		*r = xcalloc(val_count(list) + 1, sizeof *r);
	const struct val	*v;
	size_t			 i;

	for (i = 0; i < val_count(list); i++) {
		v = list->item[i];
		copy_id(r[i].id, val_get(v, "id"));
		r[i].name = copy_text(val_get_str(v, "name"));
		r[i].parent = -1;
		r[i].size = (int)val_get_int(v, val_get(v, "capacity") != NULL ?
		    "capacity" : "size", 0);
		r[i].daily = (int)val_get_int(v, "daily", 0);
		r[i].weekly = (int)val_get_int(v, "weekly", 0);
		r[i].me = val_get_bool(v, "me");
		if (val_get_str(v, "color") != NULL)
			r[i].color = xstrdup(val_get_str(v, "color"));
		if (val_get_str(v, "code") != NULL)
			r[i].code = xstrdup(val_get_str(v, "code"));
	}
	*n = (int)val_count(list);
	return r;
}

static void
take_classes(struct gplan *p, const struct val *list)
{
	const struct val	*atoms;
	struct gres		*c;
	size_t			 i, k;
	int			 a;

	take_atoms(p, list);
	p->res[G_CLASS] = take_res(list, &p->n[G_CLASS]);
	for (i = 0; i < val_count(list); i++) {
		c = &p->res[G_CLASS][i];
		c->parent = gplan_res(p, G_CLASS, val_get_str(list->item[i],
		    "class"));
		atoms = val_get(list->item[i], "atoms");
		c->atoms = xcalloc(val_count(atoms) + 1, sizeof *c->atoms);
		for (k = 0; k < val_count(atoms); k++)
			if ((a = atom_find(p, val_str(atoms->item[k]))) >= 0)
				c->atoms[c->natoms++] = a;
	}
}

static void
res_free(struct gres *r, int n)
{
	int	i;

	for (i = 0; i < n; i++) {
		free(r[i].name);
		free(r[i].color);
		free(r[i].code);
		free(r[i].atoms);
	}
	free(r);
}

static int
res_find(const struct gres *r, int n, const char *id)
{
	int	i;

	for (i = 0; id != NULL && i < n; i++)
		if (strcmp(r[i].id, id) == 0)
			return i;
	return -1;
}

int
gplan_res(const struct gplan *p, enum gkind kind, const char *id)
{
	return res_find(p->res[kind], p->n[kind], id);
}

int
gplan_day(const struct gplan *p, int d)
{
	int	i;

	for (i = 0; i < p->ndays; i++)
		if (p->day[i].d == d)
			return i;
	return -1;
}

int
gplan_named(const struct gplan *p, enum gkind kind, const char *name)
{
	int	i;

	for (i = 0; i < p->n[kind]; i++)
		if (strcmp(p->res[kind][i].name, name) == 0)
			return i;
	return -1;
}

/* --- The week -------------------------------------------------------------------------- */

static void
take_week(struct gplan *p, const struct val *days, const struct val *periods)
{
	const struct val	*v, *on;
	struct gperiod		*q;
	size_t			 i, k;

	p->day = xcalloc(val_count(days) + 1, sizeof *p->day);
	for (i = 0; i < val_count(days); i++) {
		p->day[i].d = (int)val_get_int(days->item[i], "d", 0);
		p->day[i].name = copy_text(val_get_str(days->item[i], "name"));
	}
	p->ndays = (int)val_count(days);
	p->period = xcalloc(val_count(periods) + 1, sizeof *p->period);
	for (i = 0; i < val_count(periods); i++) {
		v = periods->item[i];
		q = &p->period[i];
		q->n = (int)val_get_int(v, "n", 0);
		q->slot = (int)val_get_int(v, "slot", q->n);
		q->shift = shift_of(val_get_str(v, "shift"));
		q->lesson = val_get_str(v, "kind") == NULL ||
		    strcmp(val_get_str(v, "kind"), "break") != 0;
		q->name = copy_text(val_get_str(v, "name"));
		if (val_get_str(v, "start") != NULL)
			snprintf(q->start, sizeof q->start, "%s",
			    val_get_str(v, "start"));
		if (val_get_str(v, "end") != NULL)
			snprintf(q->end, sizeof q->end, "%s",
			    val_get_str(v, "end"));
		on = val_get(v, "days");
		for (k = 0; k < val_count(on); k++)
			if (number(on->item[k], 99) >= 0 &&
			    number(on->item[k], 99) < 64)
				q->days |= UINT64_C(1) <<
				    number(on->item[k], 0);
	}
	p->nperiods = (int)val_count(periods);
}

/* --- Lessons ----------------------------------------------------------------------------- */

static int *
take_list(const struct gplan *p, enum gkind kind, const struct val *list,
    int *n)
{
	int	*out = xcalloc(val_count(list) + 1, sizeof *out), at;
	size_t	 i;

	for (*n = 0, i = 0; i < val_count(list); i++)
		if ((at = gplan_res(p, kind, val_str(list->item[i]))) >= 0)
			out[(*n)++] = at;
	return out;
}

static bool
in(const int *list, int n, int what)
{
	int	i;

	for (i = 0; i < n; i++)
		if (list[i] == what)
			return true;
	return false;
}

static void
lesson_atoms(const struct gplan *p, struct glesson *l)
{
	const struct gres	*c;
	int			 i, k, n = 0;

	for (i = 0; i < l->nsets; i++)
		n += p->res[G_CLASS][l->sets[i]].natoms;
	l->atoms = xcalloc((size_t)n + 1, sizeof *l->atoms);
	for (i = 0; i < l->nsets; i++) {
		c = &p->res[G_CLASS][l->sets[i]];
		for (k = 0; k < c->natoms; k++)
			if (!in(l->atoms, l->natoms, c->atoms[k]))
				l->atoms[l->natoms++] = c->atoms[k];
	}
}

void
gplan_own_color(struct glesson *l, const struct val *v)
{
	snprintf(l->color, sizeof l->color, "%s", val_word(v));
}

static void
take_lesson(const struct gplan *p, struct glesson *l, const struct val *v)
{
	const char	*type = val_str(val_at(v, L_ROOM_TYPE));
	const char	*subject = val_str(val_at(v, L_SUBJECT));

	copy_id(l->id, val_at(v, L_ID));
	copy_id(l->entry, val_at(v, L_ENTRY));
	l->subject = res_find(p->subject, p->nsubjects, subject);
	l->subject_name = copy_text(subject);
	l->teachers = take_list(p, G_TEACHER, val_at(v, L_TEACHERS),
	    &l->nteachers);
	l->sets = take_list(p, G_CLASS, val_at(v, L_SETS), &l->nsets);
	lesson_atoms(p, l);
	l->room = gplan_res(p, G_ROOM, val_str(val_at(v, L_ROOM)));
	l->room_type = type == NULL ? NULL : xstrdup(type);
	l->duration = number(val_at(v, L_DURATION), 1);
	l->split = number(val_at(v, L_SPLIT), 0);
	l->placed = l->entry[0] != '\0';
	l->day = number(val_at(v, L_DAY), -1);
	l->slot = number(val_at(v, L_SLOT), -1);
	l->room_now = gplan_res(p, G_ROOM, val_str(val_at(v, L_ROOM_NOW)));
	l->locked = val_at(v, L_LOCKED) != NULL && val_at(v, L_LOCKED)->i != 0;
	l->version = number(val_at(v, L_VERSION), 0);
	gplan_own_color(l, val_at(v, L_COLOR));
}

static void
take_wishes(struct gplan *p, const struct val *list)
{
	const struct val	*v;
	struct gwish		*w;
	const char		*id;
	size_t			 i;

	p->wish = xcalloc(val_count(list) + 1, sizeof *p->wish);
	for (i = 0; i < val_count(list); i++) {
		v = list->item[i];
		w = &p->wish[p->nwishes];
		id = val_str(val_at(v, 0));
		w->kind = G_TEACHER;
		if ((w->res = gplan_res(p, G_TEACHER, id)) < 0) {
			w->kind = G_ROOM;
			w->res = gplan_res(p, G_ROOM, id);
		}
		if (w->res < 0) {
			w->kind = G_CLASS;
			w->res = atom_find(p, id);
		}
		if (w->res < 0)
			continue;
		w->day = number(val_at(v, 1), -1);
		w->slot = number(val_at(v, 2), -1);
		w->grade = number(val_at(v, 3), 0);
		w->why = copy_text(val_str(val_at(v, 4)));
		p->nwishes++;
	}
}

static void
conflicts_free(struct gplan *p)
{
	int	i;

	for (i = 0; i < p->nconflicts; i++) {
		free(p->conflict[i].type);
		free(p->conflict[i].text);
	}
	free(p->conflict);
	p->conflict = NULL;
	p->nconflicts = 0;
}

/* Each lesson's worst. */
static void
troubles(struct gplan *p)
{
	const struct gconflict	*c, *was;
	struct glesson		*l;
	int			 i, at;

	for (i = 0; i < p->nlessons; i++)
		p->lesson[i].trouble = 0;
	for (i = 0; i < p->nconflicts; i++) {
		c = &p->conflict[i];
		if ((at = gplan_entry(p, c->entry)) < 0)
			continue;
		l = &p->lesson[at];
		was = gplan_trouble(p, l);
		if (was == NULL || (c->error && !was->error) ||
		    (was->info && !c->info))
			l->trouble = i + 1;
	}
}

void
gplan_conflicts(struct gplan *p, const struct val *list)
{
	struct gconflict	*c;
	const char		*severity;
	size_t			 i;

	conflicts_free(p);
	p->conflict = xcalloc(val_count(list) + 1, sizeof *p->conflict);
	for (i = 0; i < val_count(list); i++) {
		c = &p->conflict[p->nconflicts++];
		copy_id(c->entry, val_get(list->item[i], "entry"));
		severity = val_get_str(list->item[i], "severity");
		c->error = severity != NULL && strcmp(severity, "error") == 0;
		c->info = severity != NULL && strcmp(severity, "info") == 0;
		c->type = copy_text(val_get_str(list->item[i], "type"));
		c->text = copy_text(val_get_str(list->item[i], "text"));
	}
	troubles(p);
}

void
gplan_shifts(struct gplan *p, const struct val *list)
{
	struct glesson	*l;
	size_t		 i;
	int		 at, k;

	for (i = 0; i < val_count(list); i++) {
		at = gplan_res(p, G_CLASS, val_str(val_at(list->item[i], 0)));
		if (at < 0)
			continue;
		for (k = 0; k < p->n[G_CLASS]; k++)
			if (k == at || p->res[G_CLASS][k].parent == at)
				p->res[G_CLASS][k].shift = shift_of(
				    val_str(val_at(list->item[i], 1)));
	}
	for (k = 0; k < p->nlessons; k++) {
		l = &p->lesson[k];
		l->shift = l->nsets == 0 ? 0 :
		    p->res[G_CLASS][l->sets[0]].shift;
	}
}

struct gplan *
gplan_new(const struct val *v)
{
	struct gplan		*p = xcalloc(1, sizeof *p);
	const struct val	*t = val_get(v, "timetable"), *list;
	const char		*source = val_get_str(t, "source");
	size_t			 i;

	copy_id(p->id, val_get(t, "id"));
	p->name = copy_text(val_get_str(t, "name"));
	snprintf(p->status, sizeof p->status, "%s", val_get_str(t, "status") ==
	    NULL ? "" : val_get_str(t, "status"));
	snprintf(p->start, sizeof p->start, "%s", val_get_str(t, "start") ==
	    NULL ? "" : val_get_str(t, "start"));
	snprintf(p->end, sizeof p->end, "%s", val_get_str(t, "end") == NULL ?
	    "" : val_get_str(t, "end"));
	p->version = val_get_int(t, "version", 0);
	p->of_file = source != NULL && strcmp(source, "file") == 0;
	take_week(p, val_get(v, "days"), val_get(v, "periods"));
	take_classes(p, val_get(v, "classes"));
	p->res[G_TEACHER] = take_res(val_get(v, "teachers"),
	    &p->n[G_TEACHER]);
	p->res[G_ROOM] = take_res(val_get(v, "rooms"), &p->n[G_ROOM]);
	p->subject = take_res(val_get(v, "subjects"), &p->nsubjects);
	list = val_get(v, "lessons");
	p->lesson = xcalloc(val_count(list) + 1, sizeof *p->lesson);
	for (i = 0; i < val_count(list); i++)
		take_lesson(p, &p->lesson[p->nlessons++], list->item[i]);
	take_wishes(p, val_get(v, "wishes"));
	gplan_conflicts(p, val_get(v, "conflicts"));
	return p;
}

void
gplan_free(struct gplan *p)
{
	struct glesson	*l;
	int		 i;

	if (p == NULL)
		return;
	for (i = 0; i < p->ndays; i++)
		free(p->day[i].name);
	for (i = 0; i < p->nperiods; i++)
		free(p->period[i].name);
	for (i = 0; i < G_KINDS; i++)
		res_free(p->res[i], p->n[i]);
	res_free(p->subject, p->nsubjects);
	for (i = 0; i < p->nlessons; i++) {
		l = &p->lesson[i];
		free(l->subject_name);
		free(l->teachers);
		free(l->sets);
		free(l->atoms);
		free(l->room_type);
	}
	for (i = 0; i < p->nwishes; i++)
		free(p->wish[i].why);
	conflicts_free(p);
	free(p->day);
	free(p->period);
	free(p->atom);
	free(p->lesson);
	free(p->wish);
	free(p->name);
	free(p);
}

/* --- Asking it ------------------------------------------------------------------------------ */

int
gplan_lesson(const struct gplan *p, const char *id)
{
	int	i;

	for (i = 0; id != NULL && i < p->nlessons; i++)
		if (strcmp(p->lesson[i].id, id) == 0)
			return i;
	return -1;
}

int
gplan_entry(const struct gplan *p, const char *entry)
{
	int	i;

	for (i = 0; entry != NULL && entry[0] != '\0' && i < p->nlessons; i++)
		if (strcmp(p->lesson[i].entry, entry) == 0)
			return i;
	return -1;
}

bool
gplan_of(const struct gplan *p, const struct glesson *l, enum gkind kind,
    int res)
{
	const struct gres	*c;
	int			 i;

	if (res < 0 || res >= p->n[kind])
		return false;
	if (kind == G_TEACHER)
		return in(l->teachers, l->nteachers, res);
	if (kind == G_ROOM)
		return l->placed ? l->room_now == res : l->room == res;
	if (in(l->sets, l->nsets, res))
		return true;
	c = &p->res[G_CLASS][res];
	for (i = 0; i < c->natoms; i++)
		if (in(l->atoms, l->natoms, c->atoms[i]))
			return true;
	return false;
}

bool
gplan_covers(const struct gplan *p, const struct glesson *l, int day,
    int period)
{
	const struct gperiod	*q = &p->period[period];

	return l->placed && q->lesson && l->day == p->day[day].d &&
	    q->slot >= l->slot && q->slot < l->slot + l->duration &&
	    (q->shift < 0 || q->shift == l->shift);
}

const struct gconflict *
gplan_trouble(const struct gplan *p, const struct glesson *l)
{
	return l->trouble == 0 ? NULL : &p->conflict[l->trouble - 1];
}

const char *
gplan_subject(const struct gplan *p, const struct glesson *l)
{
	return l->subject < 0 ? l->subject_name : p->subject[l->subject].name;
}

const char *
gplan_color(const struct gplan *p, const struct glesson *l)
{
	return l->color[0] != '\0' ? l->color : l->subject < 0 ? NULL :
	    p->subject[l->subject].color;
}

void
gplan_count(const struct gplan *p, enum gkind kind, int res, int *placed,
    int *total)
{
	const struct glesson	*l;
	int			 i;

	*placed = *total = 0;
	for (i = 0; i < p->nlessons; i++) {
		l = &p->lesson[i];
		if (res >= 0 && !gplan_of(p, l, kind, res))
			continue;
		*total += l->duration;
		if (l->placed)
			*placed += l->duration;
	}
}
