/* The engine's English, as sentences that name lesson and teacher. */
#include <string.h>

#include "server/timetable/words.h"

#include "tests/unit/unit.h"

static json_t *
world(void)
{
	json_t	*w = json_loads("{\"days\": [{\"d\": 1, \"name\": \"Pzt\"}],"
	    "\"classes\": [{\"id\": \"c\", \"name\": \"9-A\", \"atoms\": "
	    "[\"aaaa-1\"]}], \"teachers\": [{\"id\": \"t\", \"name\": "
	    "\"Ayşe, Yılmaz\"}, {\"id\": \"u\", \"name\": \"Ayşe\"}],"
	    "\"rooms\": [], \"subjects\": [{\"id\": \"s\", \"name\": \"Fizik\"},"
	    "{\"id\": \"b\", \"name\": \"Beden\"}], \"lessons\": ["
	    "[7, \"x\", \"s\", [\"t\"], [\"c\"]], [8, \"y\", \"b\", [], [\"c\"]]"
	    "]}", 0, NULL);

	assert_non_null(w);
	return w;
}

static void
says(json_t *list, size_t i, const char *tr, const char *en)
{
	const json_t	*v = json_array_get(list, i);

	assert_non_null(v);
	assert_string_equal(json_string_value(json_object_get(v, "tr")), tr);
	assert_string_equal(json_string_value(json_object_get(v, "en")), en);
}

static void
test_soft(void **state)
{
	json_t	*w = world(), *l = words_soft(w,
	    "\xef\xbb\xbfSoft conflicts of x\n\nTotal soft conflicts: 3\n\n"
	    "Time constraint min days between activities broken: activity with "
	    "id=7 (T:t, S:s) conflicts with activity with id=8 (S:b), being 1 "
	    "days too close, on days Pzt and Sal, conflicts increase=0.95\n"
	    "Time constraint teacher max 6 hours daily broken for teacher: "
	    "Ayşe, Yılmaz, day: Pzt, length=7, conflicts increase=1\n"
	    "Time constraint students max gaps per week broken for subgroup: "
	    "aaaa-1, it has 2 extra gaps, conflicts increase=2\n"
	    "Time constraint students set max gaps per week broken for subgroup: "
	    "9-A Automatic Group Automatic Subgroup, extra gaps=2, conflicts "
	    "increase=2\n"
	    "Time constraint of tomorrow broken for activity with id=8 (x)\n", 9);

	says(l, 0, "9-A Fizik (Ayşe, Yılmaz) ile 9-A Beden günlere yayılmamış",
	    "9-A Fizik (Ayşe, Yılmaz) and 9-A Beden are not spread over the "
	    "days");
	says(l, 1, "Ayşe, Yılmaz: Pzt günü günde 6 saatten çok dersi var",
	    "Ayşe, Yılmaz has more than 6 periods a day (Pzt)");
	says(l, 2, "9-A: haftada izin verilenden çok boş saati var",
	    "9-A has more free periods a week than allowed");
	/* the same sentence is told once; what no rule knows keeps its words */
	says(l, 3, "9-A Beden: dosyadaki bir koşul tutmuyor (Time constraint of "
	    "tomorrow broken for activity with id=8 (x))",
	    "9-A Beden: a constraint of the file does not hold (Time constraint "
	    "of tomorrow broken for activity with id=8 (x))");
	assert_int_equal(json_array_size(l), 4);
	json_decref(l);
	json_decref(w);
}

static void
test_wrong(void **state)
{
	json_t	*w = world(), *l = words_wrong(w,
	    "Title: FET information\nMessage: Opening an older file - it will "
	    "be converted.\n\nKeep a copy.\n\n"
	    "Title: FET warning\nMessage: Cannot optimize for teacher Ayşe, "
	    "because the number of hours for teacher is 41 and you have only 5 "
	    "days x 8 hours in a week.\nButton 0 text: x\n\n"
	    "Message: Activity with id=7 has no allowed slot - please correct "
	    "that.\n"
	    "Message: Cannot optimize, because you have constraint teacher max "
	    "gaps per week with weight (percentage) below 100 for teacher Ayşe. "
	    "Please make weight 100% and try again\n"
	    "Message: Could not read file - XML parse error at line 3, column "
	    "4:\nDay Pzt  is nonexistent\n\nTitle: FET warning\n"
	    "Message: Time constraint\nMinimum number of days\n"
	    "Activity with id=7 (Fizik)\nActivity with id=8 (Fizik)\n cannot be "
	    "respected because teacher Ayşe has at most 2 available days. "
	    "Currently FET cannot put more than 2 activities on the same day.\n"
	    "Button 0 text: Skip rest\n\nCannot precompute - aborting\n", 9);

	says(l, 0, "Ayşe haftada 41 saat ders veriyor; hafta 5 gün x 8 saat",
	    "Ayşe has 41 hours a week; a week has 5 days of 8 hours");
	says(l, 1, "9-A Fizik (Ayşe, Yılmaz): verilebileceği hiçbir saat yok",
	    "9-A Fizik (Ayşe, Yılmaz) has no period at which it may be held");
	says(l, 2, "Ayşe: bir koşulun ağırlığı %100 olmalı",
	    "Ayşe: a constraint must have a weight of 100 %");
	says(l, 3, "dosyadaki bir koşul tutmuyor (Could not read file - XML parse "
	    "error at line 3, column 4: Day Pzt  is nonexistent)",
	    "a constraint of the file does not hold (Could not read file - XML "
	    "parse error at line 3, column 4: Day Pzt  is nonexistent)");
	says(l, 4, "9-A Fizik (Ayşe, Yılmaz): parçaları Ayşe için açık olan 2 güne "
	    "sığmıyor, bir günde en çok ikisi olur", "9-A Fizik (Ayşe, Yılmaz): "
	    "its parts do not fit into the 2 days that Ayşe can come; a day "
	    "takes two");
	assert_int_equal(json_array_size(l), 5);
	json_decref(l);
	json_decref(w);
}

static void
test_hard(void **state)
{
	json_t	*w = world(), *l = words_hard(w,
	    "FET managed to schedule correctly the first 1 most difficult "
	    "activities.\n\nId: 8 (Beden - 9-A)\n\n----------\n\n"
	    "No: 1, Id: 7 (Fizik)\nNo: 2, Id: 8 (Beden)\n", 9);

	says(l, 0, "9-A Beden yerleştirilemedi", "9-A Beden could not be placed");
	says(l, 1, "9-A Fizik (Ayşe, Yılmaz) ona yer bırakmıyor",
	    "9-A Fizik (Ayşe, Yılmaz) leaves it no room");
	json_decref(l);
	l = words_hard(w, "", 9);
	assert_int_equal(json_array_size(l), 0);
	json_decref(l);
	json_decref(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_soft),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_hard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
