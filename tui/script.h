/*
 * script.c - konak without a screen: login, call, logout. Results go to
 * standard output as JSON, errors to standard error as JSON.
 */
#ifndef KONAK_TUI_SCRIPT_H
#define KONAK_TUI_SCRIPT_H

#include "lib/lang.h"
#include "tui/link.h"

#define SCRIPT_DONE	0
#define SCRIPT_REFUSED	1	/* by the server, or a bad command line */
#define SCRIPT_NO_LINE	2	/* no connection */

/* argv begins with the command. request: id for a write, or NULL. */
int	script_run(const struct link_conf *, enum lang, const char *request,
	    int argc, char **argv);

/* True when the word is one of script.c's commands. */
bool	script_is(const char *);

/* export, import and calendar, whose options follow them. */
bool	script_is_file(const char *);

/* Why there is no connection, as a sentence; for the screen as well. */
void	link_why_text(const struct link_info *, const char *server, enum lang,
	    char *, size_t);

#endif
