/*
 * store.c - definitions of record types as the server sent them for this
 * role, kept on disk by their hash, and watches: who wants to know when
 * records of a type change.
 */
#ifndef KONAK_TUI_STORE_H
#define KONAK_TUI_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/lang.h"
#include "lib/value.h"
#include "tui/val.h"

struct buf;

struct field {
	const char		*name;
	const char		*label[LANG_COUNT];
	const char		*help[LANG_COUNT];	/* NULL: none */
	const char		*unit[LANG_COUNT];
	struct value_rules	 rules;		/* type, max, choices … */
	const char		**colours;	/* beside rules.choices */
	char			 least[24], most[24];	/* of numbers */
	bool			 required;
	bool			 create;	/* may be given when creating */
	bool			 edit;
	bool			 sort;
	bool			 filter;
	bool			 virtual;	/* of `filters`: no column */
	bool			 relative;	/* lists say "3 gün" */
	const char		*op;		/* virtual: its operator */
	const char		*ref;		/* record type referred to */
	const struct val	*match;		/* lookup filter */
	bool			 compute;	/* worked out by the server */
	const struct val	*when;		/* in the form only while the
						 * fields have these values */
	const struct val	*from;		/* {reference: field there} */
	const char		*currency;	/* field with the code */
	const struct val	*start;		/* default value, or NULL */
	const char		*start_is;	/* "today" … or NULL */
};

struct def {
	const struct val	*v;
	const char		*name;
	const char		*module;
	const char		*label[LANG_COUNT];
	const char		*labels[LANG_COUNT];
	struct field		*fields;
	size_t			 nfields;
	size_t			 nreal;		/* without virtual filters */
	const char		*parent;	/* ref field, or NULL */
	bool			 search, words;
	bool			 live;
	bool			 menu;
	int			 order;
	const char		*key;		/* letter after g, or NULL */
};

/* Takes the answer of defs.list. Pointers into earlier ones stay good until
 * defs_clear(), which needs that no view is left. */
void		 defs_set(struct val *body);
void		 defs_clear(void);
/* What the company has of its own (company.fields): further fields, defaults.
 * Kept over defs_set(). True: the definitions are other ones now. */
bool		 defs_company(const struct val *);
size_t		 defs_count(void);
const struct def *defs_at(size_t);		/* in the menu's order */
const struct def *defs_find(const char *name);	/* NULL is fine */
bool		 def_can(const struct def *, const char *verb);
const struct field *def_field(const struct def *, const char *name);

/* A definition of our own, for what a verb asks; v (a map as the server's) is
 * taken. */
struct def	*def_make(struct val *v);
void		 def_unmake(struct def *);

/* The answer kept on disk under this hash, or NULL. */
struct val	*defs_cached(const char *hash);
void		 defs_keep(const char *hash, const struct val *body);

/* Dashboards and charts, as the wire has them. */
const struct val *boards_at(size_t);
const struct val *boards_find(const char *name);
const struct val *def_chart(const struct def *, const char *name);

/* Canonical text of a value of the wire ("" for null), in buf. */
void		 val_canon(const struct val *, struct buf *);
/* And back, for an argument. NULL text gives null. */
struct val	*val_of(const struct field *, const char *canonical);

/* What stands in a record for people: rows of a list pass their columns. */
struct record {
	const struct val	*columns;	/* NULL: row is a map */
	const struct val	*row;
};
const struct val *record_get(const struct record *, const char *field);
const char	*record_id(const struct record *);
int64_t		 record_version(const struct record *);
/* What names a record as it was seen, to a verb that changes it: id, version. */
struct val	*record_args(const char *id, int64_t version);
/* Appends the field as people read it: choice's label, title of a reference,
 * date in the company's form. Not yet safe to draw (draw_text makes it so). */
void		 record_text(const struct def *, const struct field *,
		    const struct record *, struct buf *);
/* Appends the field's unit to its number, which begins at from. */
void		 unit_text(const struct field *, size_t from, struct buf *);
/* "Şeker Ltd": the title fields, joined. */
void		 record_title(const struct def *, const struct record *,
		    struct buf *);
/* The style of a choice with a colour, else STYLE_TEXT. */
uint32_t	 record_style(const struct field *, const struct record *);

/*
 * Tells cb when records of the type changed: items as the push has them, or
 * NULL when anything may have. Kept over reconnects. watch_touch() is for
 * our own writes, which shall show at once.
 */
struct watch;
typedef void	 (*watch_cb)(const struct val *items, void *);
struct watch	*watch_add(const char *type, watch_cb, void *arg);
void		 watch_free(struct watch *);
void		 watch_push(const struct val *push);
void		 watch_touch(const char *type);	/* NULL: all types */
void		 watch_again(void);	/* after a reconnect: all of them */

#endif
