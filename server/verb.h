/*
 * A verb is a row: all that dispatch must know stands in it, and no handler
 * checks a right by itself.
 *
 * TO ADD A VERB:
 *  1. a row in its module's table with `need` (a row without one stops the
 *     server at start; PERM_PUBLIC and PERM_SELF must be written out);
 *  2. its function, or a generic one of server/record;
 *  3. its line in tests/rights.tsv;
 *  4. tests: done, refused, stale.
 */
#ifndef KONAK_VERB_H
#define KONAK_VERB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct req;

/* How far signing in must have come. */
enum verb_state {
	VERB_ANON,		/* connected, hello done */
	VERB_SIGNED,		/* 2FA passed; no company needed */
	VERB_COMPANY		/* inside a company */
};

#define VERB_WRITE	0x01	/* changes rows; carries a request id */
#define VERB_STEPS	0x02	/* more than one round trip in one transaction */
#define VERB_STEP_UP	0x04	/* a 2FA not older than five minutes (M39) */
#define VERB_ONCE	0x08	/* not a record verb: its id goes to
				 * konak.requests before its statements */
#define VERB_NO_ENTER	0x10	/* signed in, but its own statements prove who
				 * asks (session.resume, session.enter) */

/* In `need`: allowed to everybody, or to a signed-in person on own things. */
#define PERM_PUBLIC	"PUBLIC"
#define PERM_SELF	"SELF"

#define VERB_NEEDS	4
#define VERB_ARGS	12

enum arg_type {
	ARG_END,
	ARG_UUID,		/* tag 37, or text of 36 characters */
	ARG_INT,
	ARG_BOOL,
	ARG_TEXT,		/* UTF-8, NFC, no control characters but \n \t */
	ARG_SECRET,		/* text that is wiped and never logged */
	ARG_DATE,		/* YYYY-MM-DD, years 1 to 9999 */
	ARG_TIME,		/* HH:MM; empty text takes one away */
	ARG_TIMESTAMP,		/* UTC; empty text takes one away */
	ARG_BYTES,
	ARG_UUIDS,		/* array of uuid */
	ARG_ANY			/* left encoded; the handler reads it */
};

struct verb_arg {
	const char	*name;
	uint8_t		 type;		/* enum arg_type */
	bool		 required;
	int		 max;		/* characters, bytes or items; 0: 255 */
};

struct verb {
	const char	*name;		/* "leads.convert" */
	/* All of them, never empty. One element may hold alternatives, any of
	 * which is enough: "tasks.view_all|tasks.view_own". */
	const char	*need[VERB_NEEDS];
	enum verb_state	 state;
	unsigned	 flags;
	const char	*audit;		/* action of what this verb changes, or
					 * NULL: the definition's own */
	unsigned	 limit_ms;	/* 0: the configured statement limit */
	bool		 open_args;	/* further arguments are the handler's
					 * to judge (record fields) */
	struct verb_arg	 args[VERB_ARGS];
	void		(*run)(struct req *);
	void		(*then)(struct req *);	/* for run()'s own use */
	const void	*data;		/* for generic handlers: struct def * */
};

/* Registers the table (ended by a row without a name); it must live as long
 * as the process. fatalx() on a row that breaks the rules above or on a
 * second verb of the same name. */
void verb_register(const struct verb *table);

/* NULL when there is none. */
const struct verb *verb_find(const char *name, size_t len);

/* "uuid", "text": what a client is told to send; "?": the handler knows. */
const char	*verb_type_name(enum arg_type);

/* Calls fn for each verb, in the order in which they were registered. */
void verb_each(void (*fn)(const struct verb *, void *), void *arg);

#endif
