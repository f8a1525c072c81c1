/*
 * form.c - creating and editing a record. The server decides what is right;
 * the form says early what it can know. What was typed survives everything.
 */
#ifndef KONAK_TUI_VIEW_FORM_H
#define KONAK_TUI_VIEW_FORM_H

#include "tui/link.h"
#include "tui/store.h"

struct buf;
struct form;
struct formfield;

/* `fixed` (a filter map: parent → id; NULL: none) is filled in. */
void	 form_new(const char *type, const struct val *fixed);
/* And with a name to begin with. */
void	 form_new_named(const char *type, const struct val *fixed,
	    const char *name);
void	 form_edit(const char *type, const char *id);
void	 form_clone(const char *type, const char *id);
/* What a verb asks before it is called: a form whose definition is d (taken),
 * whose arguments are added to args (taken). done sees the reply when the
 * server has agreed, or NULL when the form was closed without; fields at
 * fault are shown in the form. */
void	 form_verb(struct def *d, const char *verb, struct val *args,
	    void (*done)(const struct link_reply *, void *), void *arg);
/* The same without a verb: done gets the arguments (to free), or NULL. */
void	 form_ask(struct def *d, void (*done)(struct val *, void *),
	    void *arg);
/* Somebody wants to know the id of what is created next: a list, to go there.
 * A form that makes a record for one of its fields asks in between. */
typedef void	 (*form_created_cb)(const char *type, const char *id, void *);
void	 form_on_created(form_created_cb, void *arg);
form_created_cb	 form_who_waits(void **arg);

/* Opens the form with its draft; record "": a new one. */
void	 form_resume(const char *type, const char *record);
/* A company was entered: its drafts are offered. */
void	 form_drafts_start(void);
/* The client is about to end: what is unsaved is kept. */
void	 form_flush_all(void);

/* For formfield.c. */
void	 form_touched(struct form *, struct formfield *);
void	 form_currency(struct form *, const struct formfield *, struct buf *);
int	 form_screen_rows(const struct form *);
/* Columns from the left to the values. */
int	 form_indent(const struct form *);

#endif
