/*
 * What the engine says, which it says in English and with numbers of lessons, as
 * sentences of people in both languages.
 */
#ifndef KONAK_TIMETABLE_WORDS_H
#define KONAK_TIMETABLE_WORDS_H

#include <jansson.h>

/* Soft constraints that are broken, a line each: [{tr, en}, …], each sentence
 * once, no more than `most`. */
json_t	*words_soft(const json_t *world, const char *text, size_t most);
/* The lesson that it could not place, and those in its way, nearest first. */
json_t	*words_hard(const json_t *world, const char *text, size_t most);
/* Why it refuses the data. */
json_t	*words_wrong(const json_t *world, const char *text, size_t most);

#endif
