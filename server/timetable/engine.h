/*
 * The engine: fet-cl as a child in a folder of its own, bounded in time, memory
 * and files, without a network, that dies with konakd. A thread of its own
 * waits for it; the event loop asks how far it is.
 */
#ifndef KONAK_TIMETABLE_ENGINE_H
#define KONAK_TIMETABLE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#define ENGINE_PROGRAM	"/usr/bin/fet-cl"

struct engine;

enum engine_end {
	ENGINE_RUNS,
	ENGINE_SOLVED,
	ENGINE_TIME,		/* the best part is in the result */
	ENGINE_STOPPED,
	ENGINE_WRONG,		/* the data: see messages */
	ENGINE_FULL,		/* it wrote more than it may */
	ENGINE_ABSENT,		/* there is no such program */
	ENGINE_FORBIDDEN,	/* it may not be run */
	ENGINE_OPEN,		/* it cannot be kept from the network */
	ENGINE_NO_ROOM,		/* no folder, or no process, for it */
	ENGINE_MEMORY,		/* it wanted more than it may have */
	ENGINE_KILLED,		/* by somebody else */
	ENGINE_BROKEN		/* it died, or left nothing */
};

/* Removes the folders of servers that were killed. */
void		 engine_sweep(void);
/* Asks it for its version, as it is run: ENGINE_SOLVED when it answers. It
 * waits; for konakctl. */
enum engine_end	 engine_try(const char *program);
/* NULL: too many run already. Takes over input (malloc). */
struct engine	*engine_start(char *input, size_t len, unsigned limit_s);
/* placed of total so far; safe while it runs. */
enum engine_end	 engine_look(const struct engine *, long *placed, long *total);
/* It ends within a second or two. */
void		 engine_stop(struct engine *);
/* When it has ended: NUL-ended texts, "" when there are none. */
const char	*engine_result(const struct engine *, size_t *len);
const char	*engine_messages(const struct engine *);
const char	*engine_soft(const struct engine *);
const char	*engine_hard(const struct engine *);
/* Stops it if it still runs, and frees it when it has ended. */
void		 engine_free(struct engine *);

#endif
