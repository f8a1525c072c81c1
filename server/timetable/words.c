/*
 * words.c - see words.h. The engine's lines are told apart by a part of theirs,
 * the most particular first; `%` in it is a number. What stands in braces is put
 * in: {l}, {m} the lessons it names, {who} the teacher, class or room, {on} the
 * day, {1} the first number of the part.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "server/timetable/fet.h"
#include "server/timetable/words.h"

#define NUMBERS		4
#define NAME		200
#define SENTENCE	450	/* bytes that a warning's record has room for */

struct rule {
	const char	*part, *tr, *en;
};

static const struct rule	soft_rules[] = {
	{ "unallocated activity", "{l} yerleştirilemedi",
	  "{l} could not be placed" },
	{ "min days between activities", "{l} ile {m} günlere yayılmamış",
	  "{l} and {m} are not spread over the days" },
	{ "max days between activities", "{l} ile {m} birbirine uzak günlerde",
	  "{l} and {m} are on days too far apart" },
	{ "min half days between", "{l} ile {m} yarım günlere yayılmamış",
	  "{l} and {m} are not spread over the half days" },
	{ "max half days between", "{l} ile {m} birbirine uzak yarım günlerde",
	  "{l} and {m} are on half days too far apart" },
	{ "max terms between", "{l} ile {m} birbirine uzak dönemlerde",
	  "{l} and {m} are in terms too far apart" },
	{ "min gaps between activities",
	  "{l} ile {m} arasında yeterli saat yok",
	  "There is not time enough between {l} and {m}" },
	{ "max gaps between activities", "{l} ile {m} arasında fazla saat var",
	  "There is too much time between {l} and {m}" },
	{ "min % gaps between", "{who}: {on}bazı dersler arasında en az {1} "
	  "saat yok", "{who}: fewer than {1} periods between some lessons{on}" },
	{ "gaps between building changes",
	  "{who}: {on}bina değiştirmeye zaman yok",
	  "{who} has no time to change buildings{on}" },
	{ "building changes", "{who}: {on}izin verilenden sık bina değiştiriyor",
	  "{who} changes buildings more often than allowed{on}" },
	{ "gaps between room changes",
	  "{who}: {on}derslik değiştirmeye zaman yok",
	  "{who} has no time to change rooms{on}" },
	{ "room changes", "{who}: {on}izin verilenden sık derslik değiştiriyor",
	  "{who} changes rooms more often than allowed{on}" },
	{ "zero gaps per afternoon", "{who}: {on}öğleden sonra boş saati var",
	  "{who} has a free period in the afternoon{on}" },
	{ "max gaps per day", "{who}: {on}izin verilenden çok boş saati var",
	  "{who} has more free periods between lessons than allowed{on}" },
	{ "max gaps per real day",
	  "{who}: bir günde izin verilenden çok boş saati var",
	  "{who} has more free periods in a day than allowed" },
	{ "max gaps per", "{who}: haftada izin verilenden çok boş saati var",
	  "{who} has more free periods a week than allowed" },
	{ "max % hours continuously",
	  "{who}: {on}ara vermeden {1} saatten çok dersi var",
	  "{who} has more than {1} periods without a break{on}" },
	{ "hours continuously",
	  "{who}: {on}ara vermeden izin verilenden çok dersi var",
	  "{who} has more periods without a break than allowed{on}" },
	{ "span per", "{who}: {on}ilk dersten son derse süre izin verilenden uzun",
	  "{who} has longer from first to last lesson than allowed{on}" },
	{ "resting hours", "{who}: {on}iki gün arasında dinlenme süresi az",
	  "{who} has too little rest between two days{on}" },
	{ "max % hours daily", "{who}: {on}günde {1} saatten çok dersi var",
	  "{who} has more than {1} periods a day{on}" },
	{ "min % hours daily", "{who}: {on}günde {1} saatten az dersi var",
	  "{who} has fewer than {1} periods a day{on}" },
	{ "max hours", "{who}: {on}izin verilenden çok dersi var",
	  "{who} has more periods than allowed{on}" },
	{ "min hours", "{who}: {on}istenenden az dersi var",
	  "{who} has fewer periods than wanted{on}" },
	{ "hours per", "{who}: {on}ders saati istenen sayıda değil",
	  "{who} has not the number of periods wanted{on}" },
	{ "beginnings at second hour",
	  "{who}: {on}ikinci saatte izin verilenden sık başlıyor ya da arada "
	  "boş saati var",
	  "{who} begins at the second period more often than allowed, or has a "
	  "gap{on}" },
	{ "max three consecutive days", "{who}: üç günden çok art arda dersi var",
	  "{who} has lessons on more than three days in a row" },
	{ "interval max days", "{who}: bu saatlerde izin verilenden çok gün dersi "
	  "var", "{who} has lessons at these hours on more days than allowed" },
	{ "min % days per week", "{who}: {1} günden az gün dersi var",
	  "{who} has lessons on fewer than {1} days" },
	{ "days per week", "{who}: izin verilenden çok gün dersi var",
	  "{who} has lessons on more days than allowed" },
	{ "min % mornings", "{who}: {1} sabahtan az dersi var",
	  "{who} has lessons on fewer than {1} mornings" },
	{ "mornings per week", "{who}: izin verilenden çok sabah dersi var",
	  "{who} has lessons on more mornings than allowed" },
	{ "min % afternoons", "{who}: {1} öğleden sonradan az dersi var",
	  "{who} has lessons on fewer than {1} afternoons" },
	{ "afternoons per week",
	  "{who}: izin verilenden çok öğleden sonra dersi var",
	  "{who} has lessons on more afternoons than allowed" },
	{ "same starting day", "{l} ile {m} aynı günde değil",
	  "{l} and {m} are not on the same day" },
	{ "same starting hour", "{l} ile {m} aynı saatte değil",
	  "{l} and {m} are not at the same period" },
	{ "same starting time", "{l} ile {m} aynı anda değil",
	  "{l} and {m} are not at the same time" },
	{ "not overlapping", "{l} ile {m} aynı saate düşüyor",
	  "{l} and {m} are at the same time" },
	{ "preferred day", "{l} istenen günde değil",
	  "{l} is not on the day wanted" },
	{ "preferred starting time", "{l} istenen saatte başlamıyor",
	  "{l} does not begin at a time wanted" },
	{ "preferred time slot", "{l} istenen saatlerin dışında",
	  "{l} is outside of the times wanted" },
	{ "begins students", "{l} öğrencilerin ilk dersi değil",
	  "{l} is not its pupils' first lesson" },
	{ "begin students", "{l} öğrencilerin ilk dersi değil",
	  "{l} is not its pupils' first lesson" },
	{ "end students", "{l} öğrencilerin son dersi değil",
	  "{l} is not its pupils' last lesson" },
	{ "ends students", "{l} öğrencilerin son dersi değil",
	  "{l} is not its pupils' last lesson" },
	{ "begins teachers", "{l} öğretmenin ilk dersi değil",
	  "{l} is not its teacher's first lesson" },
	{ "begin teachers", "{l} öğretmenin ilk dersi değil",
	  "{l} is not its teacher's first lesson" },
	{ "end teachers", "{l} öğretmenin son dersi değil",
	  "{l} is not its teacher's last lesson" },
	{ "ends teachers", "{l} öğretmenin son dersi değil",
	  "{l} is not its teacher's last lesson" },
	{ "activities consecutive", "{l} ile {m} art arda değil",
	  "{l} and {m} do not follow each other" },
	{ "activities grouped", "{l} ile {m} yan yana değil",
	  "{l} and {m} are not side by side" },
	{ "activities ordered", "{l}, {m} dersinden önce değil",
	  "{l} is not before {m}" },
	{ "same room if consecutive", "Art arda gelen dersler aynı derslikte değil",
	  "Lessons that follow each other are not in one room" },
	{ "max different rooms", "Bir ders grubu izin verilenden çok derslikte",
	  "A group of lessons is in more rooms than allowed" },
	{ "home room", "{l} kendi dersliğinde değil",
	  "{l} is not in its own room" },
	{ "preferred room", "{l} istenen derslikte değil",
	  "{l} is not in the room wanted" },
	{ "room not available", "{who}: {on}kapalı bir saatte kullanılıyor",
	  "{who} is used when it is closed{on}" },
	{ "", "", "" }
};

static const struct rule	wrong_rules[] = {
	{ "number of hours for teacher is % and you have only % days x % hours",
	  "{who} haftada {1} saat ders veriyor; hafta {2} gün x {3} saat",
	  "{who} has {1} hours a week; a week has {2} days of {3} hours" },
	{ "number of hours for teacher is % and you have only % free slots",
	  "{who} haftada {1} saat ders veriyor, açık {2} saati var",
	  "{who} has {1} hours a week and {2} periods that are open" },
	{ "number of hours for teacher is % and you have only % allowed",
	  "{who} haftada {1} saat ders veriyor, en çok {2} gün gelebilir",
	  "{who} has {1} hours a week and may come on {2} days" },
	{ "number of hours for subgroup is % and you have only % days x % hours",
	  "{who} haftada {1} saat ders görüyor; hafta {2} gün x {3} saat",
	  "{who} has {1} hours a week; a week has {2} days of {3} hours" },
	{ "number of hours for subgroup is % and you have only % free slots",
	  "{who} haftada {1} saat ders görüyor, açık {2} saati var",
	  "{who} has {1} hours a week and {2} periods that are open" },
	{ "number of hours for subgroup is % and you have only % allowed",
	  "{who} haftada {1} saat ders görüyor, en çok {2} gün gelebilir",
	  "{who} has {1} hours a week and may come on {2} days" },
	{ "has at most % available days. Currently FET cannot put more than 2",
	  "{l}: parçaları {who} için açık olan {1} güne sığmıyor, bir günde en "
	  "çok ikisi olur", "{l}: its parts do not fit into the {1} days that "
	  "{who} can come; a day takes two" },
	{ "has no allowed slot", "{l}: verilebileceği hiçbir saat yok",
	  "{l} has no period at which it may be held" },
	{ "no allowed home room", "{l}: kullanabileceği bir derslik yok",
	  "{l} has no room that it may use" },
	{ "no allowed preferred room", "{l}: kullanabileceği bir derslik yok",
	  "{l} has no room that it may use" },
	{ "activity's duration is higher", "{l}, {who} için izin verilen "
	  "saatlerden uzun", "{l} is longer than {who} may have" },
	{ "which cannot be respected", "{who}: saatlerin sınırı, verilen "
	  "derslerle tutmuyor", "{who}: the limit of hours cannot be kept with "
	  "the lessons given" },
	{ "cannot be satisfied", "{who}: saatlerin sınırı, verilen derslerle "
	  "tutmuyor", "{who}: the limit of hours cannot be kept with the lessons "
	  "given" },
	{ "min days per week % and he has only %", "{who}: {1} gün isteniyor, {2} "
	  "dersi var", "{who}: {1} days are wanted, there are {2} lessons" },
	{ "min days per week % and only %", "{who}: {1} gün isteniyor, {2} günü "
	  "açık", "{who}: {1} days are wanted, {2} are open" },
	{ "too little activities", "{who}: her gün istenen saate yetecek dersi "
	  "yok", "{who}: too few lessons for the hours wanted each day" },
	{ "in total only % hours", "{who}: haftada yalnız {1} saati var, günlük "
	  "en az saate yetmiyor", "{who} has only {1} hours a week, too few for "
	  "the hours wanted a day" },
	{ "number of working hours per day is only %", "Günde {1} saat var; bir "
	  "koşul daha çoğunu istiyor", "A day has {1} hours; a constraint wants "
	  "more" },
	{ "same starting time", "Aynı anda başlaması istenen dersler çelişiyor",
	  "Lessons that shall begin together contradict each other" },
	{ "basic compulsory", "Dosyada zorunlu temel koşul yok",
	  "The file lacks the basic constraint" },
	{ "too many constraints of type", "{who}: aynı türden çok fazla koşul var",
	  "{who} has too many constraints of one kind" },
	{ "no 100% weight", "{who}: bu koşulun ağırlığı %100 olmalı",
	  "{who}: this constraint must have a weight of 100 %" },
	{ "eight", "{who}: bir koşulun ağırlığı %100 olmalı",
	  "{who}: a constraint must have a weight of 100 %" },
	{ "eight", "{l}: bir koşulun ağırlığı %100 olmalı",
	  "{l}: a constraint must have a weight of 100 %" },
	{ "eight", "Bir koşulun ağırlığı %100 olmalı",
	  "A constraint must have a weight of 100 %" },
	{ "might be impossible to schedule", "{l}: koşulları birlikte "
	  "tutmuyor", "{l}: its constraints cannot all hold" },
	{ "", "", "" }
};

/* A line, and what was found in it. */
struct line {
	const json_t	*world;
	char		*text;
	const struct rule *rule;
	char		 n[NUMBERS][16];
	long		 lessons[2];
	char		 who[NAME], day[NAME];
};

static void
lesson_put(struct buf *b, const json_t *world, long number)
{
	const json_t	*row, *v;
	size_t		 i, k;

	json_array_foreach(json_object_get(world, "lessons"), i, row) {
		if (json_integer_value(json_array_get(row, 0)) != number)
			continue;
		json_array_foreach(json_array_get(row, 4), k, v)
			buf_printf(b, "%s%s", fet_name(world, "classes",
			    json_string_value(v)),
			    k + 1 < json_array_size(json_array_get(row, 4)) ?
			    ", " : " ");
		buf_addz(b, fet_name(world, "subjects", json_string_value(
		    json_array_get(row, 2))));
		json_array_foreach(json_array_get(row, 3), k, v)
			buf_printf(b, "%s%s", k == 0 ? " (" : ", ",
			    fet_name(world, "teachers", json_string_value(v)));
		if (k > 0)
			buf_addz(b, ")");
		return;
	}
	buf_printf(b, "%ld", number);
}

/* Whether the text has the part; its numbers. */
static bool
part_found(const char *text, const char *part, char n[NUMBERS][16])
{
	const char	*at, *p, *t;
	size_t		 k, len;

	for (at = text; *at != '\0'; at++) {
		for (p = part, t = at, k = 0; *p != '\0'; p++) {
			if (*p == '%' && isdigit((unsigned char)*t) &&
			    k < NUMBERS) {
				len = strspn(t, "0123456789.");
				snprintf(n[k++], 16, "%.*s", (int)len, t);
				t += len;
			} else if (*p == *t)
				t++;
			else
				break;
		}
		if (*p == '\0')
			return true;
	}
	return false;
}

/* The longest name of these lists that stands here. */
static size_t
name_here(const json_t *world, const char *const lists[], const char *at,
    char out[NAME])
{
	const json_t	*row;
	const char	*name;
	size_t		 i, k, len, best = 0;

	for (k = 0; lists[k] != NULL; k++)
		json_array_foreach(json_object_get(world, lists[k]), i, row) {
			name = json_string_value(json_object_get(row, "name"));
			len = name == NULL ? 0 : strlen(name);
			if (len <= best || strncmp(at, name, len) != 0)
				continue;
			best = len;
			snprintf(out, NAME, "%s", name);
		}
	return best;
}

/* A class of the smallest group of that name, which nobody has named. */
static bool
atom_here(const json_t *world, const char *at, char out[NAME])
{
	const json_t	*row, *v;
	const char	*atom;
	size_t		 i, k;

	json_array_foreach(json_object_get(world, "classes"), i, row)
		json_array_foreach(json_object_get(row, "atoms"), k, v) {
			atom = json_string_value(v);
			if (atom == NULL || strncmp(at, atom, strlen(atom)) != 0)
				continue;
			snprintf(out, NAME, "%s", json_string_value(
			    json_object_get(row, "name")));
			return true;
		}
	return false;
}

static void
who_find(struct line *l)
{
	static const char *const	marks[] = { "subgroup: ", "subgroup=",
	    "subgroup ", "students set ", "students=", "teacher: ", "teacher=",
	    "teacher ", "room: ", "room=", NULL };
	static const char *const	lists[] = { "teachers", "classes",
	    "rooms", NULL };
	const char	*at;
	int		 i;

	for (i = 0; marks[i] != NULL; i++)
		for (at = strstr(l->text, marks[i]); at != NULL;
		    at = strstr(at, marks[i])) {
			at += strlen(marks[i]);
			if (name_here(l->world, lists, at, l->who) > 0 ||
			    atom_here(l->world, at, l->who))
				return;
		}
}

static void
day_find(struct line *l)
{
	static const char *const	lists[] = { "days", NULL };
	const char	*at;

	for (at = strstr(l->text, "day"); at != NULL; at = strstr(at, "day")) {
		at += 3 + strspn(at + 3, ": ");
		if (name_here(l->world, lists, at, l->day) > 0)
			return;
	}
}

static void
lessons_find(struct line *l)
{
	const char	*at = l->text;
	int		 n;

	for (n = 0; n < 2 && (at = strstr(at, "id")) != NULL;) {
		at += 2 + strspn(at + 2, " =");
		if (isdigit((unsigned char)*at))
			l->lessons[n++] = strtol(at, NULL, 10);
	}
}

/* The sentence with all that it tells of. */
static void
sentence(struct buf *b, const struct line *l, const char *s, bool english)
{
	for (; *s != '\0'; s++) {
		if (*s != '{') {
			buf_add8(b, (uint8_t)*s);
			continue;
		}
		if (s[1] == 'l' && l->lessons[0] > 0)
			lesson_put(b, l->world, l->lessons[0]);
		else if (s[1] == 'm' && l->lessons[1] > 0)
			lesson_put(b, l->world, l->lessons[1]);
		else if (s[1] == 'w')
			buf_addz(b, l->who);
		else if (s[1] == 'o' && l->day[0] != '\0')
			buf_printf(b, english ? " (%s)" : "%s günü ", l->day);
		else if (s[1] >= '1' && s[1] <= '0' + NUMBERS)
			buf_addz(b, l->n[s[1] - '1']);
		s = strchr(s, '}');
	}
}

/* What a sentence names must be there. */
static bool
complete(const struct line *l, const char *s)
{
	return (strstr(s, "{l}") == NULL || l->lessons[0] > 0) &&
	    (strstr(s, "{m}") == NULL || l->lessons[1] > 0) &&
	    (strstr(s, "{who}") == NULL || l->who[0] != '\0');
}

/* Cut between characters. */
static char *
bounded(struct buf *b)
{
	const char	*s = buf_text(b);
	size_t		 n = buf_len(b);

	if (n > SENTENCE)
		for (n = SENTENCE; n > 0 && (s[n] & 0xc0) == 0x80; n--)
			;
	buf_truncate(b, n);
	return (char *)(uintptr_t)buf_text(b);
}

static void
told(json_t *out, json_t *seen, struct buf *tr, struct buf *en)
{
	if (json_object_get(seen, bounded(en)) == NULL) {
		json_object_set_new(seen, buf_text(en), json_true());
		json_array_append_new(out, json_pack("{s:s, s:s}", "tr",
		    bounded(tr), "en", buf_text(en)));
	}
	buf_clear(tr);
	buf_clear(en);
}

/* One that no rule knows is told as the engine says it, with names. */
static void
line_tell(json_t *out, json_t *seen, const struct line *l)
{
	struct buf	 tr = BUF_INIT, en = BUF_INIT;

	if (l->rule != NULL) {
		sentence(&tr, l, l->rule->tr, false);
		sentence(&en, l, l->rule->en, true);
	} else {
		sentence(&tr, l, l->who[0] != '\0' ? "{who}" : "{l}", false);
		buf_add(&en, buf_data(&tr), buf_len(&tr));
		buf_printf(&tr, "%sdosyadaki bir koşul tutmuyor (%s)",
		    buf_len(&tr) > 0 ? ": " : "", l->text);
		buf_printf(&en, "%sa constraint of the file does not hold (%s)",
		    buf_len(&en) > 0 ? ": " : "", l->text);
	}
	told(out, seen, &tr, &en);
	buf_free(&tr);
	buf_free(&en);
}

static void
line_read(struct line *l, const json_t *world, const char *text, size_t len,
    const struct rule *rules)
{
	char	*p;

	memset(l, 0, sizeof *l);
	l->world = world;
	l->text = xstrndup(text, len);
	for (p = l->text; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	lessons_find(l);
	who_find(l);
	day_find(l);
	for (; rules->part[0] != '\0'; rules++)
		if (part_found(l->text, rules->part, l->n) &&
		    complete(l, rules->tr)) {
			l->rule = rules;
			break;
		}
}

json_t *
words_soft(const json_t *world, const char *text, size_t most)
{
	json_t		*out = json_array(), *seen = json_object();
	const char	*p, *end, *at;
	struct line	 l;
	bool		 own = !json_is_string(json_object_get(world, "body"));

	for (p = text; *p != '\0' && json_array_size(out) < most;
	    p = *end == '\0' ? end : end + 1) {
		end = p + strcspn(p, "\r\n");
		at = strstr(p, "onstraint ");
		if (at == NULL || at >= end)
			continue;
		line_read(&l, world, p, (size_t)(end - p), soft_rules);
		/* A teacher's own wish, which the plan's warnings tell
		 * better. */
		if (!own || l.rule == NULL ||
		    strcmp(l.rule->part, "preferred time slot") != 0)
			line_tell(out, seen, &l);
		free(l.text);
	}
	json_decref(seen);
	return out;
}

/* Where a message ends of several lines: the next one, its buttons, or what the
 * engine does about it. */
static const char *
message_end(const char *p)
{
	static const char *const	next[] = { "\nTitle: ", "\nMessage: ",
					    "\nButton ", "\n\nCannot " };
	const char			*end = p + strlen(p), *at;
	size_t				 i;

	for (i = 0; i < sizeof next / sizeof *next; i++) {
		at = strstr(p, next[i]);
		if (at != NULL && at < end)
			end = at;
	}
	while (end > p && end[-1] == '\n')
		end--;
	return end;
}

json_t *
words_wrong(const json_t *world, const char *text, size_t most)
{
	static const char	 mark[] = "Message: ";
	json_t			*out = json_array(), *seen = json_object();
	const char		*at, *end;
	struct line		 l;

	for (at = strstr(text, mark); at != NULL && json_array_size(out) < most;
	    at = strstr(end, mark)) {
		at += strlen(mark);
		end = message_end(at);
		/* Of a file of another version: no fault of its data. */
		if (strncmp(at, "Opening an older file", 21) == 0)
			continue;
		line_read(&l, world, at, (size_t)(end - at), wrong_rules);
		line_tell(out, seen, &l);
		free(l.text);
	}
	json_decref(seen);
	return out;
}

static const char *
last_found(const char *text, const char *end, const char *what)
{
	size_t	 n = strlen(what);

	for (end -= n; end >= text; end--)
		if (strncmp(end, what, n) == 0)
			return end;
	return NULL;
}

json_t *
words_hard(const json_t *world, const char *text, size_t most)
{
	json_t		*out = json_array(), *seen = json_object();
	struct buf	 tr = BUF_INIT, en = BUF_INIT;
	const char	*list = strstr(text, "\nNo: "), *p;
	long		 n, lost = 0;

	p = strstr(text, "\nId: ");
	if (p != NULL && (list == NULL || p < list)) {
		lost = strtol(p + 5, NULL, 10);
		lesson_put(&tr, world, lost);
		buf_add(&en, buf_data(&tr), buf_len(&tr));
		buf_addz(&tr, " yerleştirilemedi");
		buf_addz(&en, " could not be placed");
		told(out, seen, &tr, &en);
	}
	for (p = text + strlen(text); list != NULL &&
	    json_array_size(out) < most &&
	    (p = last_found(list, p, ", Id: ")) != NULL;) {
		n = strtol(p + 6, NULL, 10);
		if (n == lost)
			continue;
		lesson_put(&tr, world, n);
		buf_add(&en, buf_data(&tr), buf_len(&tr));
		buf_addz(&tr, " ona yer bırakmıyor");
		buf_addz(&en, " leaves it no room");
		told(out, seen, &tr, &en);
	}
	buf_free(&tr);
	buf_free(&en);
	json_decref(seen);
	return out;
}
