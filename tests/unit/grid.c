/* The grid judges by itself: who is where, what is wished, what fits; and a
 * whole school's slots are judged in no time. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/unit/unit.h"
#include "tui/lang.h"
#include "tui/mod/gridint.h"
#include "tui/val.h"

#define DAYS	5
#define PERIODS	8

static const char *
id(char kind, int n)
{
	static char	ring[8][37];
	static int	next;
	char		*out = ring[next++ % 8];

	snprintf(out, 37, "%08x-0000-7000-8000-%012d", kind, n);
	return out;
}

static struct val *
named(char kind, int n)
{
	struct val	*v = val_map();
	char		 name[24];

	snprintf(name, sizeof name, "%c%d", kind, n);
	val_put(v, "id", val_uuid(id(kind, n)));
	return val_put_text(v, "name", name);
}

static struct val *
list_of(char kind, int n)
{
	struct val	*list = val_array(), *v, *atoms;
	int		 i;

	for (i = 0; i < n; i++) {
		v = named(kind, i);
		atoms = val_array();
		if (kind == 'C') {
			val_add(atoms, val_uuid(id('A', i)));
			val_put(v, "atoms", atoms);
		} else {
			val_free(atoms);
		}
		val_add(list, v);
	}
	return list;
}

static struct val *
one(char kind, int n)
{
	struct val	*list = val_array();

	val_add(list, val_uuid(id(kind, n)));
	return list;
}

/* A row as timetable.load has it; day -1: not placed. */
static void
lesson(struct val *list, int n, int klass, int teacher, int room, int length,
    int day, int slot)
{
	struct val	*v = val_array();

	val_add(v, val_int(n));
	val_add(v, val_uuid(id('L', n)));
	val_add(v, val_uuid(id('S', klass % 5)));
	val_add(v, one('T', teacher));
	val_add(v, one('C', klass));
	val_add(v, room < 0 ? val_null() : val_uuid(id('R', room)));
	val_add(v, val_null());
	val_add(v, val_int(length));
	val_add(v, val_int(n));
	val_add(v, day < 0 ? val_null() : val_uuid(id('E', n)));
	val_add(v, day < 0 ? val_null() : val_int(day));
	val_add(v, day < 0 ? val_null() : val_int(slot));
	val_add(v, room < 0 || day < 0 ? val_null() : val_uuid(id('R', room)));
	val_add(v, val_bool(false));
	val_add(v, val_int(1));
	val_add(v, n == 1 ? val_text("#112233") : val_null());
	val_add(list, v);
}

static struct val *
week(void)
{
	struct val	*v = val_map(), *days = val_array();
	struct val	*periods = val_array(), *d;
	char		 name[24];
	int		 i;

	for (i = 1; i <= DAYS; i++) {
		snprintf(name, sizeof name, "d%d", i);
		d = val_put_int(val_map(), "d", i);
		val_add(days, val_put_text(d, "name", name));
	}
	for (i = 1; i <= PERIODS; i++) {
		snprintf(name, sizeof name, "%d", i);
		d = val_put_int(val_map(), "n", i);
		val_put_int(d, "slot", i);
		val_add(periods, val_put_text(d, "name", name));
	}
	val_put(v, "days", days);
	val_put(v, "periods", periods);
	val_put(v, "timetable", val_put_text(val_map(), "status", "draft"));
	return v;
}

static struct gplan *
plan_of(int classes, int teachers, int rooms, struct val *lessons,
    struct val *wishes)
{
	struct val	*v = week();
	struct gplan	*p;

	val_put(v, "classes", list_of('C', classes));
	val_put(v, "teachers", list_of('T', teachers));
	val_put(v, "rooms", list_of('R', rooms));
	val_put(v, "subjects", list_of('S', 5));
	val_put(v, "lessons", lessons);
	val_put(v, "wishes", wishes);
	p = gplan_new(v);
	val_free(v);
	return p;
}

static const struct gslot *
slot_at(const struct gplan *p, const struct gslot *s, int day, int slot)
{
	(void)p;
	return &s[(day - 1) * PERIODS + slot - 1];
}

static void
judges(void **state)
{
	struct val		*lessons = val_array(), *wishes = val_array();
	struct val		*w;
	struct gplan		*p;
	struct gslot		 s[DAYS * PERIODS];
	const struct gslot	*x;
	char			 why[300];
	int			 i, best;

	(void)state;
	lesson(lessons, 0, 0, 0, 0, 2, 1, 1);	/* ours: two periods */
	lesson(lessons, 1, 1, 0, 1, 1, 2, 2);	/* its teacher elsewhere */
	lesson(lessons, 2, 0, 1, 2, 1, 3, 4);	/* its class busy */
	lesson(lessons, 3, 1, 1, 0, 1, 4, 5);	/* its room taken */
	for (i = 0; i < 2; i++) {
		w = val_array();
		val_add(w, val_uuid(id('T', 0)));
		val_add(w, val_int(5));
		val_add(w, val_int(1 + 3 * i));
		val_add(w, val_int(i == 0 ? 3 : 1));
		val_add(w, val_text("Kurs"));
		val_add(wishes, w);
	}
	p = plan_of(2, 2, 3, lessons, wishes);
	gjudge(p, 0, s);
	assert_int_equal(slot_at(p, s, 1, 1)->state, SLOT_HERE);
	assert_string_equal(gplan_color(p, &p->lesson[1]), "#112233");
	assert_true(gplan_color(p, &p->lesson[0]) ==
	    p->subject[p->lesson[0].subject].color);
	/* Where it would run into them, too. */
	for (i = 1; i <= 2; i++) {
		x = slot_at(p, s, 2, i);
		assert_int_equal(x->state, SLOT_FORBIDDEN);
		assert_int_equal(x->why, WHY_TEACHER);
		assert_int_equal(x->other, 1);
	}
	assert_int_equal(slot_at(p, s, 2, 3)->state, SLOT_FREE);
	assert_int_equal(slot_at(p, s, 3, 3)->why, WHY_CLASS);
	assert_int_equal(slot_at(p, s, 4, 5)->why, WHY_ROOM);
	assert_int_equal(slot_at(p, s, 1, 8)->why, WHY_TIME);
	assert_int_equal(slot_at(p, s, 5, 1)->why, WHY_WISH);
	assert_int_equal(slot_at(p, s, 5, 4)->state, SLOT_POOR);
	ui_set_lang(LANG_TR);
	gjudge_words(p, slot_at(p, s, 2, 2), why, sizeof why);
	assert_string_equal(why, "T0 bu saatte C1 sınıfında (S1).");
	gjudge_words(p, slot_at(p, s, 5, 1), why, sizeof why);
	assert_string_equal(why, "T0 bu saatte gelemez (Kurs)");
	/* Beside its class's other lesson, not alone on a day of its own. */
	best = gjudge_best(p, s);
	assert_true(&s[best] == slot_at(p, s, 3, 2));
	assert_int_equal(s[best].state, SLOT_FREE);
	gplan_free(p);
}

/* 60 classes, 120 teachers, 2,400 periods: every slot of a lesson in less than
 * the 50 ms that a person may wait for colours. */
static void
large(void **state)
{
	struct val	*lessons = val_array();
	struct gplan	*p;
	struct gslot	 s[DAYS * PERIODS];
	struct timespec	 a, b;
	double		 ms;
	int		 c, d, q, n = 0;

	(void)state;
	for (c = 0; c < 60; c++)
		for (d = 1; d <= DAYS; d++)
			for (q = 1; q <= PERIODS; q++)
				lesson(lessons, n++, c, (c + q * 60) % 120, c,
				    1, d, q);
	p = plan_of(60, 120, 60, lessons, val_array());
	assert_int_equal(p->nlessons, 2400);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (n = 0; n < 100; n++)
		gjudge(p, n * 24, s);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	ms = ((double)(b.tv_sec - a.tv_sec) * 1e3 +
	    (double)(b.tv_nsec - a.tv_nsec) / 1e6) / 100;
	print_message("# 2,400 lessons: all slots of one judged in %.2f ms\n",
	    ms);
	assert_true(ms < 50);
	gplan_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges), cmocka_unit_test(large)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
