/*
 * What signin.c (the steps) and signin-draw.c (the screens) share.
 */
#ifndef KONAK_TUI_SIGNIN_INT_H
#define KONAK_TUI_SIGNIN_INT_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/edit.h"
#include "tui/signin.h"

struct event;
struct surface;
struct view;

enum stage {
	STAGE_PASSWORD,
	STAGE_RESET,		/* with a code of the administrator's */
	STAGE_CODE,
	STAGE_EMAIL,
	STAGE_RECOVERY,
	STAGE_SETUP,
	STAGE_CODES,		/* recovery codes, shown once */
	STAGE_CHANGE		/* the password somebody else gave */
};

enum field {
	F_EMAIL, F_PASSWORD, F_RESET, F_CODE, F_RECOVERY, F_NEW, F_AGAIN,
	F_LAST
};

#define STAGE_FIELDS	4
#define CODE_LEN	6
#define CODES_MAX	16

struct signin {
	struct link	*link;
	enum stage	 stage;
	struct edit	 edit[F_LAST];
	int		 at;		/* of the stage's fields */
	char		 error[400];
	char		 busy[128];	/* what is under way; "" nothing */
	uint64_t	 call;
	int		 wait_s;	/* too many tries: seconds to go */
	int		 field_row[STAGE_FIELDS], field_col;	/* as drawn */
	char		 secret[80], uri[256];
	char		*codes[CODES_MAX];
	int		 ncodes;
	char		*notice;	/* the file of KONAK_NOTICE */
	struct event	*tick;

	/* What signing in gave, until `done` has it. */
	unsigned char	 token[32];
	char		*user[6];
	bool		 must_change;
	bool		 email, emailed;	/* codes by e-mail: may come, came */
	void		(*done)(const struct signin_done *, void *);
	void		*arg;
};

/* Fields of a stage, ended by F_LAST. */
const enum field *signin_fields(enum stage);

/* Message keys of a stage's title and explanation ("" none). */
const char	*signin_title(enum stage);
const char	*signin_text(enum stage);
const char	*signin_label(enum field);

void	 signin_draw(struct view *, struct surface *);

#endif
