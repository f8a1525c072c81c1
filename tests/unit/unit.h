/* What cmocka wants before its own header, and checks that tests share. */
#ifndef KONAK_UNIT_H
#define KONAK_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Random numbers that are the same in every run. */
static inline uint32_t
unit_random(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

#endif
