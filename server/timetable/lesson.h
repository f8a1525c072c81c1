/* One row of "lessons" of konak.tt_load(); everything is borrowed. */
#ifndef KONAK_TIMETABLE_LESSON_H
#define KONAK_TIMETABLE_LESSON_H

#include <jansson.h>
#include <stdbool.h>

struct lesson {
	long		 n, split;
	const char	*id, *subject, *room, *room_type;
	const json_t	*teachers, *sets;
	int		 duration;
	const char	*entry;		/* NULL: it has no place */
	int		 day, slot;
	const char	*place_room;
	bool		 locked;
};

void	lesson_read(const json_t *row, struct lesson *);
/* For its teachers and sets. */
bool	ids_have(const json_t *ids, const char *id);
/* Sets of a lesson hold that class, group, or a group of that class. */
bool	class_has(const json_t *world, const json_t *sets, const char *id);

#endif
