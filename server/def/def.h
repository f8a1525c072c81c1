/*
 * Record definitions: konak-module(5) as structs. They are read once, checked
 * as a whole, and never change while the server runs; everything that makes
 * statements, verbs and screens of a record type reads them from here.
 */
#ifndef KONAK_DEF_H
#define KONAK_DEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/lang.h"
#include "lib/value.h"

struct buf;
struct cbw;
struct req;
struct def;
struct field;
struct ynode;

struct label {
	const char	*text[LANG_COUNT];	/* both NULL: none */
};

/* --- Permissions ---------------------------------------------------------- */

enum def_op {
	OP_VIEW,
	OP_CREATE,
	OP_EDIT,
	OP_DELETE,
	OP_LOOKUP,
	OP_COUNT
};

#define DEF_SCOPES	9	/* of one code, with the end */
#define DEF_CODES	4	/* of one operation */

struct def_code {
	const char	*code;
	const char	*scopes[DEF_SCOPES];	/* widest first; NULL ends */
};

struct def_perm {
	bool		 given;
	bool		 everyone;	/* each member of the company */
	size_t		 n;
	struct def_code	 codes[DEF_CODES];
	const char	*need;		/* "a|b", or PERM_SELF */
};

struct def_scope {
	const char	*name;
	const char	*sql;
};

/* --- Fields --------------------------------------------------------------- */

struct def_choice {
	struct value_choice	 value;		/* code and labels */
	const char		*colour;	/* NULL none */
};

struct def_match {
	struct field	*theirs;	/* of the record referred to */
	struct field	*own;
};

enum def_default {
	DEFAULT_NONE,
	DEFAULT_VALUE,			/* canonical text */
	DEFAULT_NOW,
	DEFAULT_TODAY,
	DEFAULT_ME,
	DEFAULT_CURRENCY,
	DEFAULT_EMPTY			/* no member: the column's own */
};

/* Holds while the field has one of the values; none: while it has any. */
struct def_when {
	struct field	*field;
	const char	**values;
	size_t		 nvalues;
};

struct field {
	const char		*name;
	const struct def	*def;		/* whose it is */
	const char		*column;	/* NULL: made by the server */
	const char		*title_name;	/* "f.title" of a reference */
	unsigned		 index;		/* in def->fields */
	struct label		 label, help, unit;
	struct value_rules	 rules;
	struct def_choice	*choices;
	struct def		*ref;		/* of VALUE_REF */
	struct def_match	*match;
	size_t			 nmatch;
	struct field		*currency;
	enum def_default	 dflt;
	const char		*dflt_text;	/* of DEFAULT_VALUE */
	const char		*see, *write;	/* permission codes, or NULL */
	struct def_perm		 reveal;	/* of a secret: who may open it */
	const char		*alike;		/* of a secret: those of one word
						 * are compared; NULL: none */
	bool			 unique;	/* of a secret, in the company */
	const char		*word;		/* what its digests are made for;
						 * NULL: it has none */
	bool			 required, readonly, once, sort, filter;
	bool			 custom;	/* a company's own: a key of the
						 * column custom */
	bool			 compute;	/* shown live in the form */
	/* in the form, and required_when, only while all of these hold */
	struct def_when		*whens;
	size_t			 nwhens;
	bool			 required_when;
	/* without a value, what the chosen record has */
	struct field		*from_ref, *from;
	bool			 natural;	/* sorts 9-A before 10-A */
	bool			 records;	/* its choices: all record types */
	bool			 relative;	/* shown as "3 gün" */
	const struct ynode	*node;		/* for file and line */
};

#define field_type(f) ((f)->rules.type)
/* Written as text, and so ordered by the collation of its language. */
bool	field_text_like(const struct field *);
/* Its sum over records means something. */
bool	field_adds_up(const struct field *);
/* Lists may be grouped by it. */
bool	field_groups(const struct field *);

/* Further names that a list's filter takes: from, to. */
struct def_filter {
	const char	*name;
	struct label	 label;
	struct field	*field;
	const char	*op;
};

/* --- What is drawn -------------------------------------------------------- */

struct def_column {
	struct field	*field;
	int		 width;		/* 0: a share of the rest */
};

/* Records of a child type that are edited as rows of their parent's form. */
struct def_lines {
	struct def		*def;
	struct field		*order;		/* NULL: none */
	struct def_column	*columns;
	size_t			 ncolumns;
	struct field		**sums;
	size_t			 nsums;
};

struct def_section {			/* of a form, or a tab of a card */
	struct label	 label;
	struct field	**fields;
	size_t		 nfields;
	struct def_lines *lines;	/* of a form only */
	struct def_related *related;	/* a tab only */
	bool		 history;	/* a tab only */
	bool		 timeline;	/* a tab only */
	bool		 comments;	/* a tab only */
};

struct def_related {
	struct def	*def;
	struct field	*by;		/* field of the other record */
	struct label	 label;
	bool		 tab;
	bool		 timeline;	/* its rows stand in the timeline */
};

struct def_ask {
	const char		*name;
	struct label		 label;
	struct value_rules	 rules;
	struct def_choice	*choices;
	const char		*ref;		/* of VALUE_REF */
	bool			 required;
};

struct def_arg {
	const char	*name;
	struct field	*field;
};

struct def_action {
	const char	*name, *verb, *key;
	struct label	 label, question;
	bool		 confirm, version, many, rare;
	struct def_arg	*args;
	size_t		 nargs;
	struct def_ask	*asks;
	size_t		 nasks;
	struct def_when	*whens;
	size_t		 nwhens;
	const struct ynode *node;
};

/* Drawn over time (spans.c): in a calendar by `start`, as a Gantt chart from
 * `start` to `end`. */
struct def_span {
	struct field	*start, *end;	/* end NULL: none */
	struct field	*group;		/* NULL none */
	struct field	**show;
	size_t		 nshow;
	struct def_when	*done;		/* these are */
	size_t		 ndone;
	struct def	*depends;	/* NULL none */
	struct field	*by, *on, *lag;	/* its: who waits, for whom, days */
	const char	*shift, *move;	/* verbs, or NULL */
};

/* Charts and dashboards (boards.c). */

struct def_cond {
	struct field	*field;
	const char	*op;		/* of a list's filter; null: is empty */
	const char	**values;	/* canonical, or $today+7, $now, $me */
	size_t		 n;		/* more than one: of "in" */
};

struct def_conds {
	struct def_cond	*list;
	size_t		 n;
};

enum chart_draw { CHART_BARS, CHART_SPARK, CHART_HEAT };
enum chart_period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_YEAR };

struct def_chart {
	const char		*name;
	struct label		 label;
	enum chart_draw		 draw;
	struct field		*by;
	struct field		*sum, *average;	/* both NULL: counted */
	enum chart_period	 period;	/* of a date */
	int			 last, next;	/* so many periods */
	struct def_conds	 conds;
};

const char *chart_draw_name(enum chart_draw);
const char *chart_period_name(enum chart_period);
bool	chart_period_parse(const char *, enum chart_period *)
	    __attribute__((warn_unused_result));

enum panel_kind { PANEL_LIST, PANEL_COUNT, PANEL_CHART };

struct def_panel {
	struct def		*def;
	enum panel_kind		 kind;
	struct label		 label;
	int			 order;
	size_t			 place;		/* among those of one order */
	struct field		**columns;
	size_t			 ncolumns;
	struct field		*sort;		/* NULL: none */
	bool			 sort_desc;
	int			 rows;
	const struct def_chart	*chart;
	struct def_conds	 conds;
};

struct def_board {
	const char		*name;
	struct label		 label;
	int			 order;
	struct def_panel	**panels;
	size_t			 npanels;
	const struct ynode	*node;
};

/* The board of a type (kanban.c). */
struct def_head {
	const char	*code;		/* value of the choice */
	struct label	 label;
};

struct def_line {
	struct field	**fields;
	size_t		 nfields;
};

struct def_asked {
	const char	*code;		/* coming to this value … */
	struct field	**fields;	/* … wants these */
	size_t		 nfields;
};

struct def_kanban {
	struct field		*by;		/* whose values are columns */
	const char		*order;		/* column of the table: the key */
	struct def		*stages;	/* says what a column takes; NULL */
	struct field		*stage;		/* its choice; NULL: its id */
	struct def_head		*heads;		/* of a choice */
	size_t			 nheads;
	struct def_line		*lines;		/* of a card, below its title */
	size_t			 nlines;
	struct field		**sums, **lanes, **edit;
	size_t			 nsums, nlanes, nedit;
	struct field		*since;		/* in its column; NULL */
	struct field		*running;	/* a timer runs; NULL */
	struct def_asked	*asks;
	size_t			 nasks;
	const struct ynode	*node;
};

struct def_error {
	const char	*name;		/* constraint, or key of a KN002 */
	struct field	*field;		/* NULL: none */
	struct label	 text;
};

/* --- The whole ------------------------------------------------------------ */

enum def_verb {
	DV_LIST,
	DV_COUNT,
	DV_GET,
	DV_LOOKUP,
	DV_CREATE,
	DV_EDIT,
	DV_DELETE,
	DV_RESTORE,
	DV_HISTORY,
	DV_STATS,			/* of a type with charts */
	DV_EDIT_MANY,
	DV_DELETE_MANY,
	DV_EXPORT,
	DV_EXPORT_ROWS,
	DV_IMPORT,
	DV_IMPORT_ROWS,
	DV_IMPORT_RUN,
	DV_SIMILAR,
	DV_DUPLICATES,
	DV_MERGE,
	DV_COMPUTE,			/* of a type with computed fields */
	DV_BOARD,			/* of a type with a board */
	DV_MOVE,
	DV_REVEAL,			/* of a type with secrets */
	DV_SECRETS,
	DV_VERBS
};

/* Whose rows they are. */
enum def_owner {
	OWNER_COMPANY,
	OWNER_GROUP,			/* the group's own company row */
	OWNER_SELF,			/* the rows are companies */
	OWNER_BOTH			/* the company's and the group's */
};

struct def {
	const char		*name, *module, *table, *audit;
	const char		*base;		/* table below a view; NULL none */
	const char		*names;		/* where titles stand apart, or NULL */
	const char		*file;
	unsigned		 index;		/* in the order of names */
	struct label		 label, labels;
	struct field		**title;
	size_t			 ntitle;
	struct field		*hint;
	bool			 menu;
	int			 menu_order;
	const char		*menu_key;
	const char		*menu_see;	/* a code, or NULL */
	struct def_perm		 perm[OP_COUNT];
	struct def_scope	*scopes;
	size_t			 nscopes;
	struct field		*parent;
	struct def		**children;
	struct field		**child_by;	/* the child's field */
	size_t			 nchildren;
	enum def_owner		 owner;
	bool			 hand;		/* policies by hand */
	bool			 readonly;
	bool			 unversioned;	/* a view without version */
	bool			 soft;		/* has deleted_at */
	unsigned		 verbs;		/* bits 1 << DV_… */
	unsigned		 step_up;	/* of those, with a fresh code */
	struct field		**twins;	/* duplicates: */
	size_t			 ntwins;
	struct field		**opens;	/* whose records a row is */
	size_t			 nopens;
	struct field		**search;
	size_t			 nsearch;
	bool			 words;		/* full text */
	const char		**internal, **quiet;
	size_t			 ninternal, nquiet;
	struct field		**fields;
	size_t			 nfields;
	struct def_filter	*filters;
	size_t			 nfilters;
	struct def_related	*related;
	size_t			 nrelated;
	struct def_column	*columns;
	size_t			 ncolumns;
	struct field		*sort;
	bool			 sort_desc;
	struct field		*group;		/* of a list; may be NULL */
	struct field		**sums;		/* of a list */
	size_t			 nsums;
	struct def_section	*form, *card;
	size_t			 nform, ncard;
	struct def_chart	*charts;
	size_t			 ncharts;
	struct def_kanban	*kanban;	/* NULL: it has no board */
	struct def_span		*calendar, *gantt;	/* NULL: none */
	struct def_action	*actions;
	size_t			 nactions;
	struct def_error	*errors;
	size_t			 nerrors;
	const struct ynode	*node;
	bool			 custom;	/* takes fields of a company */
	bool			 secrets;	/* has fields of type secret */
	const struct def	*plain;		/* of a company's own: without
						 * them; NULL: this one */
	struct record_state	*state;		/* server/record's own */
};

/* --- Loading (load.c, link.c) --------------------------------------------- */

/* What is wrong with the definitions, one line each: "file:line: message". */
struct def_errors {
	char	**line;
	size_t	 n;
};
void	def_errors_add(struct def_errors *, const struct ynode *at,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void	def_errors_free(struct def_errors *);

/* Reads every NAME.yaml of the folders (NULL-ended list of paths), all or
 * nothing: false, with every mistake named, when one of them is wrong. */
bool	defs_load(const char *const *dirs, struct def_errors *)
	    __attribute__((warn_unused_result));
/* Forgets them: for tests. */
void	defs_free(void);

/* In the order of their names. */
size_t			 defs_count(void);
struct def		*defs_at(size_t);
struct def		*def_find(const char *name);
/* Dashboards, in their order. */
size_t			 boards_count(void);
const struct def_board	*boards_at(size_t);
/* By table: what the audit log and konak.protected know. */
struct def		*def_by_table(const char *table);
struct field		*def_field(const struct def *, const char *name);
struct field		*def_field_len(const struct def *, const char *,
			    size_t len);
struct field		*def_column_field(const struct def *,
			    const char *column);
/* The lines of this type in d's form; NULL: none. */
const struct def_lines	*def_lines(const struct def *d, const char *record,
			    size_t len);
const struct def_filter	*def_filter(const struct def *, const char *, size_t);
const char		*def_verb_name(enum def_verb);
/* What the right to a verb follows from. */
enum def_op		 def_verb_op(enum def_verb);
/* The first label there is, and "" for none. */
const char		*label_text(const struct label *, enum lang);

/* The definition's words for a constraint or the key of a KN002. Constraints
 * that no definition words are looked up by their name: table_column_key.
 * error NULL: only the field (which may be NULL) is known. */
bool	def_constraint(const char *constraint, const char *table,
	    const struct def **, const struct def_error **, struct field **);
const struct def_error *def_rule(const char *key, const struct def **);

/* --- To and from the database (spec.c, check.c) --------------------------- */

/* The specification that konak.protect() is given: canonical JSON. */
void	def_spec(const struct def *, struct buf *);
/* The one of konak.protect_secrets(); nothing for a type without secrets. */
void	def_secrets_spec(const struct def *, struct buf *);
/* "select konak.protect('konak.customers', '…'::jsonb);" */
void	def_spec_sql(const struct def *, struct buf *);

/* Comparing with a tenant's database: run each statement, give every result
 * to def_check_result() in order, then errors tells. */
#define DEF_CHECK_STEPS	4
const char *def_check_sql(unsigned step);
void	def_check_result(unsigned step, const void *pgresult,
	    struct def_errors *);

/* Actions must name verbs that exist: after all verbs are registered. */
void	defs_check_verbs(struct def_errors *);

/* --- To the client (send.c) ----------------------------------------------- */

/* The encoding of all definitions as these rights see them, and its hash
 * (hex). Both live until about a hundred other sets of rights were asked
 * for. */
struct def_sent {
	const uint8_t	*body;		/* one CBOR array */
	size_t		 len;
	const uint8_t	*boards;	/* and one of the dashboards */
	size_t		 boards_len;
	char		 hash[33];
};
const struct def_sent *defs_sent(const char *rights);
void	defs_sent_forget(void);
/* The hash alone, for session.enter's reply. */
const char *defs_hash(struct req *, const char *rights);

/* One field, as a client gets it. */
void	def_put_field(struct cbw *, const struct def *, const struct field *,
	    const char *rights);

/* Does somebody with these rights see every record of the type? Of policies by
 * hand nothing is known: false. */
bool	def_sees_all(const struct def *, const char *rights);
/* May somebody with these rights ("|code=scope|…|") do it? */
bool	rights_may(const char *rights, const char *code);
bool	def_may(const struct def *, enum def_op, const char *rights);
bool	def_may_verb(const struct def *, enum def_verb, const char *rights);
/* Is its screen offered? */
bool	def_in_menu(const struct def *, const char *rights);
/* What a verb wants besides the right to its operation, or NULL. */
const char *def_verb_more(const struct def *, enum def_verb);
bool	field_seen(const struct field *, const char *rights);

#endif
