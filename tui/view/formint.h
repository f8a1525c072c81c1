/*
 * formint.h - what the parts of a form share: form.c is the screen, formfill.c
 * puts values into it, formsave.c takes them out and to the server.
 */
#ifndef KONAK_TUI_VIEW_FORMINT_H
#define KONAK_TUI_VIEW_FORMINT_H

#include "lib/uuid.h"
#include "tui/link.h"
#include "tui/store.h"
#include "tui/view/form.h"
#include "tui/view/formfield.h"

struct formdraft;
struct formlive;
struct formtags;
struct input;
struct lookup;
struct surface;
struct view;

struct form {
	struct view		*view;
	const struct def	*d;
	char			 id[40];	/* "": new */
	char			*was;		/* its title as it came, or NULL */
	int64_t			 version;
	struct val		*fixed;
	struct def		*own;		/* of a verb, with the verb, */
	char			 verb[128];	/* its arguments and who waits */
	struct val		*args;
	void			(*done)(const struct link_reply *, void *);
	void			(*take)(struct val *, void *);	/* form_ask */
	void			*done_arg;
	struct formfield	*field;
	size_t			 n, at;
	int			 top;
	int			 height;	/* rows of the surface */
	int			 label;		/* columns of the labels */
	bool			 loaded;
	bool			 clone;
	char			 error[300];
	uint64_t		 call;		/* loading or saving */
	bool			 saving;
	bool			 warned;	/* of similar records */
	char			 request[UUID_TEXT];	/* of a save whose fate is
							 * not known */
	struct lookup		*look;		/* of the reference in focus */
	bool			 open;		/* its findings are shown */
	size_t			 found;
	uint64_t		 parent_call;	/* for a reference's title */
	struct formlive		*live;		/* see formlive.c */
	struct formtags		*tags;		/* see formtags.c */
	struct formdraft	*draft;		/* see formdraft.c; NULL: none */
	bool			 resume;	/* with what was kept */
	struct formfield	*made_for;	/* the field that `+ Yeni` fills */
	bool			 making;
	form_created_cb		 waited;	/* who waited before */
	void			*waited_arg;
};

/* form.c */
struct formfield *form_find(struct form *, const char *name);
struct formfield *form_beside(struct form *, const struct formfield *,
		    const char *name);
/* All fields that stand with ff: the form's, or its line's. */
struct formfield *form_all_beside(struct form *, const struct formfield *,
		    size_t *n);
/* What is in focus: a field, or the cell of a line. */
struct formfield *form_focus(struct form *);
void		 form_go_to(struct form *, struct formfield *);
bool		 form_dirty(const struct form *);
/* Something else is to be saved than before. */
void		 form_changed(struct form *);

/* formref.c */
void		 form_look(struct form *);
void		 form_look_end(struct form *);
void		 form_draw_found(struct form *, struct surface *);
bool		 form_found_key(struct form *, const struct input *);

/* formfill.c */
void		 form_fields(struct form *);
void		 form_default(struct formfield *);
void		 form_fill_fixed(struct form *);
void		 form_loaded_cb(const struct link_reply *, void *);
/* The filter of a reference that depends on other fields; NULL: none. */
struct val	*form_match(struct form *, const struct formfield *);
/* ff has another value: what depended on the old one goes. */
void		 form_unmatch(struct form *, const struct formfield *);

/* formlive.c: fields that follow what stands in others. */
void		 formlive_start(struct form *);
void		 formlive_free(struct formlive *);
/* ff has another value: what hangs on it is shown, hidden, taken over or
 * worked out. */
void		 formlive_changed(struct form *, struct formfield *);

/* formtags.c: the company's words for a field of tags */
void		 formtags_look(struct form *);
void		 formtags_end(struct form *);
void		 formtags_free(struct formtags *);
bool		 formtags_key(struct form *, const struct input *);
void		 formtags_draw(struct form *, struct surface *);

/* formdraft.c: what was typed survives the client, the line, the server. */
void		 formdraft_changed(struct form *);
/* At once: the client ends. */
void		 formdraft_flush(struct form *);
/* It was saved, or thrown away. */
void		 formdraft_end(struct form *);
/* The form is closed, and nothing in it is unsaved. */
void		 formdraft_close(struct form *);
void		 formdraft_free(struct formdraft *);
/* Once its values are there: go on with what was kept? */
void		 formdraft_ask(struct form *);
/* One field of a draft, and back. */
struct val	*formdraft_field(const struct formfield *);
void		 formdraft_restore(struct formfield *, const struct val *);

/* formsave.c */
void		 form_title_text(struct form *, struct buf *);
void		 form_save(struct form *);

/* The form is closed: nobody waits for it any more. */
void	 form_gone(const struct form *);

#endif
