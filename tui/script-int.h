/* script-int.h - what the files of konak without a screen share. */
#ifndef KONAK_TUI_SCRIPT_INT_H
#define KONAK_TUI_SCRIPT_INT_H

#include "lib/lang.h"
#include "tui/link.h"
#include "tui/val.h"

struct event_base;

struct script {
	struct event_base	*base;
	struct link		*link;
	const struct link_conf	*conf;
	enum lang		 lang;
	char			 name[320];	/* server and tenant */
	const char		*verb;
	const char		*file;		/* for a file of the answer */
	int			 code;		/* exit code */
	bool			 over;
};

void	script_end(struct script *, int code);
void	script_print(FILE *, const struct val *);
void	script_error(const char *code, const char *text);
void	script_error_key(const struct script *, const char *code,
	    const char *key, const char *param, const char *value);
/* What errno says of a file. */
void	script_error_file(const struct script *, const char *file);
bool	script_read_line(const char *prompt, char *line, size_t size);
/* Sets the link's session from the file; false when there is none. */
bool	script_session(struct script *);

/* session.me has answered: app knows the person and the company; false: said,
 * and over. */
bool	script_company(struct script *, const struct link_reply *);

/* script-ics.c: calendar. false: a bad command line. */
bool	script_ics(struct script *, int argc, char **argv);

/* script-file.c: export and import. false: a bad command line. */
bool	script_file(struct script *, int argc, char **argv);

/* script-timetable.c: likewise. */
bool	script_timetable(struct script *, int argc, char **argv);

#endif
