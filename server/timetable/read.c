/*
 * read.c - a .fet file as JSON for konak.tt_import(). What Konak keeps itself
 * (places, times forbidden) is taken out of the file's text or noted; all other
 * constraints stay in the text, which goes to the engine again as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "server/timetable/fet.h"
#include "server/timetable/xml.h"

#define NAMES_MAX	60	/* days, hours */
#define NAME_LEN	400

struct fet_file {
	struct arena	*arena;
	const char	*p;
	size_t		 len;
	json_t		*days, *hours, *resources, *lessons, *blocks, *unknown;
	json_t		*places;	/* by activity id */
	struct buf	 body;		/* without what is kept elsewhere */
	size_t		 copied;
	const char	*why;
	const char	*detail;
};

/* Constraints whose meaning the plan itself keeps as well. */
static const char *const known[] = {
	"ConstraintBasicCompulsoryTime", "ConstraintBasicCompulsorySpace",
	"ConstraintTeacherNotAvailableTimes",
	"ConstraintStudentsSetNotAvailableTimes",
	"ConstraintRoomNotAvailableTimes", "ConstraintBreakTimes",
	"ConstraintActivityPreferredStartingTime",
	"ConstraintActivityPreferredRoom", NULL
};

static bool
bad(struct fet_file *f, const char *why, const char *detail)
{
	if (f->why == NULL) {
		f->why = why;
		f->detail = detail;
	}
	return false;
}

/* A name as people may see it: no control characters, not endless. */
static json_t *
name_json(struct fet_file *f, const char *s)
{
	char	*copy = arena_strdup(f->arena, s), *p;

	for (p = copy; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
		else if ((unsigned char)p[0] == 0xc2 &&
		    (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] < 0xa0)
			p[0] = p[1] = ' ';	/* an escape in one letter */
	if (strlen(copy) > NAME_LEN) {
		bad(f, "timetable.file_name", arena_strndup(f->arena, copy,
		    40));
		return json_string("?");
	}
	return json_string(copy);
}

static bool
read_names(struct fet_file *f, const struct xnode *list, const char *item,
    json_t *out)
{
	const struct xnode	*c;

	for (c = list == NULL ? NULL : list->child; c != NULL; c = c->next)
		if (strcmp(c->name, item) == 0)
			json_array_append_new(out, name_json(f,
			    xml_text(c, "Name")));
	if (json_array_size(out) == 0 || json_array_size(out) > NAMES_MAX)
		return bad(f, "timetable.file_week", item);
	return true;
}

static int
index_of(const json_t *names, const char *name)
{
	size_t	i;

	for (i = 0; i < json_array_size(names); i++)
		if (strcmp(json_string_value(json_array_get(names, i)),
		    name) == 0)
			return (int)i;
	return -1;
}

static void
add_resource(struct fet_file *f, const char *kind, const char *name,
    long size, json_t *atoms)
{
	json_array_append_new(f->resources, json_pack("{s:s, s:o, s:i, s:o}",
	    "kind", kind, "name", name_json(f, name), "size", (int)size,
	    "atoms", atoms == NULL ? json_array() : atoms));
}

/* Years consist of groups, groups of subgroups: each set of the smallest
 * names within it. */
static json_t *
read_set(struct fet_file *f, const struct xnode *n)
{
	const struct xnode	*c;
	json_t			*atoms = json_array(), *sub;

	for (c = n->child; c != NULL; c = c->next) {
		if (strcmp(c->name, "Group") != 0 &&
		    strcmp(c->name, "Subgroup") != 0)
			continue;
		sub = read_set(f, c);
		json_array_extend(atoms, sub);
		json_decref(sub);
	}
	if (json_array_size(atoms) == 0)
		json_array_append_new(atoms, name_json(f, xml_text(n,
		    "Name")));
	add_resource(f, "C", xml_text(n, "Name"),
	    strtol(xml_text(n, "Number_of_Students"), NULL, 10),
	    json_deep_copy(atoms));
	return atoms;
}

static void
read_list(struct fet_file *f, const struct xnode *list, const char *item,
    const char *kind)
{
	const struct xnode	*c;
	json_t			*atoms;

	for (c = list == NULL ? NULL : list->child; c != NULL; c = c->next) {
		/* A virtual room stands for several, and may be given twice at
		 * once: the engine alone knows when. */
		if (strcmp(c->name, item) != 0 || strcmp(xml_text(c,
		    "Virtual"), "true") == 0)
			continue;
		if (*kind == 'C') {
			atoms = read_set(f, c);
			json_decref(atoms);
		} else
			add_resource(f, kind, xml_text(c, "Name"),
			    strtol(xml_text(c, "Capacity"), NULL, 10), NULL);
	}
}

static bool
read_activity(struct fet_file *f, const struct xnode *a)
{
	const struct xnode	*c;
	json_t			*teachers = json_array(), *sets = json_array();
	long			 id, duration;

	for (c = a->child; c != NULL; c = c->next) {
		if (strcmp(c->name, "Teacher") == 0)
			json_array_append_new(teachers, name_json(f, c->text));
		else if (strcmp(c->name, "Students") == 0)
			json_array_append_new(sets, name_json(f, c->text));
	}
	id = strtol(xml_text(a, "Id"), NULL, 10);
	duration = strtol(xml_text(a, "Duration"), NULL, 10);
	json_array_append_new(f->lessons, json_pack(
	    "{s:I, s:I, s:o, s:o, s:o, s:I, s:b}", "n", (json_int_t)id,
	    "split", (json_int_t)strtol(xml_text(a, "Activity_Group_Id"), NULL,
	    10), "subject", name_json(f, xml_text(a, "Subject")), "teachers",
	    teachers, "sets", sets, "duration", (json_int_t)duration,
	    "active", strcmp(xml_text(a, "Active"), "false") != 0));
	if (id < 1 || id > 10000000 || duration < 1 ||
	    duration > (long)json_array_size(f->hours))
		return bad(f, "timetable.file_activity", xml_text(a, "Id"));
	return true;
}

/* --- constraints ---------------------------------------------------------- */

static json_t *
place_of(struct fet_file *f, const char *id)
{
	json_t	*p = json_object_get(f->places, id);

	if (p == NULL) {
		p = json_object();
		json_object_set_new(f->places, id, p);
	}
	return p;
}

/* Drops an element from the text that is kept. */
static void
cut(struct fet_file *f, const struct xnode *n)
{
	buf_add(&f->body, f->p + f->copied, n->start - f->copied);
	f->copied = n->end;
}

static bool
hard(const struct xnode *c)
{
	return strtod(xml_text(c, "Weight_Percentage"), NULL) >= 100 &&
	    strcmp(xml_text(c, "Active"), "false") != 0;
}

/* A place that the author has fixed is the plan's own from now on: a lesson
 * that may be unlocked. */
static void
read_start(struct fet_file *f, const struct xnode *c)
{
	int	 d = index_of(f->days, xml_text(c, "Preferred_Day"));
	int	 h = index_of(f->hours, xml_text(c, "Preferred_Hour"));
	json_t	*p;

	if (!hard(c) || d < 0 || h < 0)
		return;
	p = place_of(f, xml_text(c, "Activity_Id"));
	json_object_set_new(p, "day", json_integer(d + 1));
	json_object_set_new(p, "period", json_integer(h + 1));
	cut(f, c);
}

static void
read_room(struct fet_file *f, const struct xnode *c)
{
	if (hard(c))
		json_object_set_new(place_of(f, xml_text(c, "Activity_Id")),
		    "room", name_json(f, xml_text(c, "Room")));
}

static void
read_blocks(struct fet_file *f, const struct xnode *c, const char *who,
    const char *kind)
{
	const struct xnode	*t;
	int			 d, h;

	if (!hard(c))
		return;
	for (t = c->child; t != NULL; t = t->next) {
		if (strcmp(t->name, "Not_Available_Time") != 0)
			continue;
		d = index_of(f->days, xml_text(t, "Day"));
		h = index_of(f->hours, xml_text(t, "Hour"));
		if (d >= 0 && h >= 0)
			json_array_append_new(f->blocks, json_pack(
			    "[o, i, i, s]", name_json(f, xml_text(c, who)),
			    d + 1, h + 1, kind));
	}
}

static void
read_constraint(struct fet_file *f, const struct xnode *c)
{
	size_t	i;

	for (i = 0; known[i] != NULL; i++)
		if (strcmp(known[i], c->name) == 0)
			break;
	if (known[i] == NULL)
		json_object_set_new(f->unknown, c->name, json_integer(1 +
		    json_integer_value(json_object_get(f->unknown,
		    c->name))));
	if (strcmp(c->name, "ConstraintActivityPreferredStartingTime") == 0)
		read_start(f, c);
	else if (strcmp(c->name, "ConstraintActivityPreferredRoom") == 0)
		read_room(f, c);
	else if (strcmp(c->name, "ConstraintTeacherNotAvailableTimes") == 0)
		read_blocks(f, c, "Teacher", "T");
	else if (strcmp(c->name,
	    "ConstraintStudentsSetNotAvailableTimes") == 0)
		read_blocks(f, c, "Students", "C");
	else if (strcmp(c->name, "ConstraintRoomNotAvailableTimes") == 0)
		read_blocks(f, c, "Room", "R");
}

static void
read_constraints(struct fet_file *f, const struct xnode *list)
{
	const struct xnode	*c;

	for (c = list == NULL ? NULL : list->child; c != NULL; c = c->next)
		if (strncmp(c->name, "Constraint", 10) == 0)
			read_constraint(f, c);
}

static bool
read_all(struct fet_file *f, const struct xnode *root)
{
	const struct xnode	*c, *list;
	long			 version = strtol(root->text, NULL, 10);

	if (strcasecmp(root->name, "fet") != 0 || (version != 5 &&
	    version != 6))
		return bad(f, "timetable.file_version", root->text);
	if (!read_names(f, xml_child(root, "Days_List"), "Day", f->days) ||
	    !read_names(f, xml_child(root, "Hours_List"), "Hour", f->hours))
		return false;
	read_list(f, xml_child(root, "Teachers_List"), "Teacher", "T");
	read_list(f, xml_child(root, "Students_List"), "Year", "C");
	read_list(f, xml_child(root, "Rooms_List"), "Room", "R");
	list = xml_child(root, "Activities_List");
	for (c = list == NULL ? NULL : list->child; c != NULL; c = c->next)
		if (strcmp(c->name, "Activity") == 0 && !read_activity(f, c))
			return false;
	if (json_array_size(f->lessons) == 0)
		return bad(f, "timetable.file_empty", "");
	read_constraints(f, xml_child(root, "Time_Constraints_List"));
	read_constraints(f, xml_child(root, "Space_Constraints_List"));
	buf_add(&f->body, f->p + f->copied, f->len - f->copied);
	return f->why == NULL;
}

json_t *
fet_read(const char *p, size_t len, const char **why, char detail[200])
{
	struct fet_file	 f = { .arena = arena_new(), .p = p, .len = len,
			    .body = BUF_INIT };
	const char	*wrong = NULL;
	struct xnode	*root;
	json_t		*out = NULL;

	/* A byte order mark is no part of the text. */
	if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		f.p += 3;
		f.len -= 3;
	}
	f.days = json_array();
	f.hours = json_array();
	f.resources = json_array();
	f.lessons = json_array();
	f.blocks = json_array();
	f.unknown = json_object();
	f.places = json_object();
	root = xml_parse(f.arena, f.p, f.len, &wrong);
	if (root == NULL)
		bad(&f, "timetable.file_xml", wrong);
	else if (read_all(&f, root))
		out = json_pack("{s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:s%}",
		    "days", f.days, "hours", f.hours, "resources", f.resources,
		    "lessons", f.lessons, "blocks", f.blocks, "not_mapped",
		    f.unknown, "places", f.places, "body", buf_data(&f.body),
		    buf_len(&f.body));
	if (out == NULL) {
		*why = f.why != NULL ? f.why : "timetable.file_xml";
		snprintf(detail, 200, "%s", f.detail != NULL ? f.detail : "");
	}
	json_decref(f.days);
	json_decref(f.hours);
	json_decref(f.resources);
	json_decref(f.lessons);
	json_decref(f.blocks);
	json_decref(f.unknown);
	json_decref(f.places);
	buf_free(&f.body);
	arena_free(f.arena);
	return out;
}
