/* engine.h - what the files of the record engine share. */
#ifndef KONAK_RECORD_ENGINE_H
#define KONAK_RECORD_ENGINE_H

#include "lib/buf.h"
#include "server/record/record.h"

#define ENGINE_FIELDS	256
#define ENGINE_PARAMS	512
#define ENGINE_KEPT	64	/* statements kept for one definition */
#define ENGINE_COLUMNS	(2 + 2 * ENGINE_FIELDS + 2)
#define ENGINE_LINES	500	/* of one form */

struct names;
struct save;
struct tenant;

/* A set of fields by their index. */
struct fieldset {
	uint64_t	bits[ENGINE_FIELDS / 64];
};

static inline bool
fieldset_has(const struct fieldset *s, unsigned i)
{
	return (s->bits[i / 64] >> (i % 64) & 1) != 0;
}

static inline void
fieldset_add(struct fieldset *s, unsigned i)
{
	s->bits[i / 64] |= UINT64_C(1) << (i % 64);
}

/* A statement and what its columns mean. One that is named is kept with its
 * definition for ever; the others live in the request's arena. */
struct query {
	struct db_stmt		 stmt;
	const struct def	*def;
	unsigned		 ncols;		/* that are sent */
	const char		**names;
	enum value_type		*types;
	/* a list's cursor: column of the sort key's value, or -1 */
	int			 sort_col;
	/* titles come from sql_joins(), not from a subselect each */
	bool			 joined;
	/* titles of people come from names.c; which columns they are */
	bool			 named;
	bool			*by_name;
	void			(*sentence)(struct req *, struct cbw *,
				    PGresult *, int row);
	const char		*key;		/* in the kept table */
	struct query		*next;
};

/* Parameters of a statement being made: $1, $2 … */
struct params {
	struct req	*r;
	unsigned	 n;
	const char	*v[ENGINE_PARAMS];
};
/* Appends "$n" for the text, which must live in the arena. */
void	param(struct buf *, struct params *, const char *);

/* --- sql.c: pieces of statements ------------------------------------------ */

void	sql_ident(struct buf *, const char *alias, const char *column);
void	sql_table(struct buf *, const struct def *);
/* "t.company_id = (select konak.company())", or what stands for it. */
void	sql_company(struct buf *, const struct def *, const char *alias);
/* Does this caller know records of the type by their names alone, from where
 * those stand apart? */
bool	sql_by_name(const struct req *, const struct def *);
/* The expression that lists sort by, as the index has it; its value for an
 * empty field, as a literal without cast. */
void	sql_sort_key(struct buf *, const struct field *, const char *alias);
const char *sort_last(const struct field *);
/* The field as it is selected, guarded when only some may see it. */
void	sql_field(struct buf *, const struct field *, const char *alias);
/* The title of what the reference in expr names, as the reader may see it. */
void	sql_ref_title(struct buf *, const struct field *, const char *expr);
/* id, version, the fields with their titles; fills the query's columns. */
void	sql_select(struct buf *, struct query *, const struct def *,
	    const struct fieldset *, const char *alias, struct arena *);
/*
 * Joins for the titles of a list: the planner remembers what it looked up,
 * where a subselect starts anew in each row.
 */
void	sql_joins(struct buf *, const struct def *, const struct fieldset *,
	    const char *alias);
/* " and (…)" for scopes narrower than all; says which by their bits. */
unsigned scope_bits(const struct req *, const struct def *, enum def_op);
void	sql_scopes(struct buf *, const struct def *, unsigned bits);

/* Fields that this request may see, and of those the ones asked for in its
 * argument "columns". */
void	seen_fields(const struct req *, const struct def *, struct fieldset *);
bool	chosen_fields(struct req *, const struct def *, struct fieldset *);

/* The kept statement with this key, or NULL. */
struct query *query_find(const struct def *, const char *key);
/* Its key, for a statement of these fields and scopes. */
const char *fields_key(struct req *, char verb, const struct fieldset *,
	    unsigned scopes);
/* A new one: kept under the key when there is room, else the request's. */
struct query *query_new(struct req *, const struct def *, const char *key);
struct arena *query_arena(struct query *, struct req *);
void	query_sql(struct query *, struct req *, struct buf *);

/* --- names.c: people's names read a moment ago ---------------------------- */

/* Is its title a name of the register that the session is in? */
bool	field_named(const struct field *);
/* Shall a statement leave them out, because all are at hand, probably? */
bool	names_wanted(const struct req *, const struct def *,
	    const struct fieldset *);
/* Learns the names of a query that has them. One without gets them in names,
 * NULL otherwise; false: some are missing, and the request begins again. */
bool	names_read(struct req *, const struct query *, PGresult *, int rows,
	    struct names **);
/* The title in a column, of whom the column before it says. */
void	names_put(struct names *, struct cbw *, PGresult *, int row, int col);
void	names_change(const struct tenant *, const char *type);

/* --- row.c: rows to the wire ----------------------------------------------- */

/* Pairs of one map, which the caller has begun. */
void	row_map(struct req *, struct cbw *, const struct query *,
	    struct names *, PGresult *, int row);
void	row_array(struct req *, struct cbw *, const struct query *,
	    struct names *, PGresult *, int row);
/* One column of it. */
void	row_value(struct req *, struct cbw *, const struct query *, PGresult *,
	    int row, unsigned col);
void	row_columns(struct cbw *, const struct query *);
/* Values out of the audit log, which keeps JSON. */
void	put_json_value(struct req *, struct cbw *, enum value_type,
	    const char *);
char	*json_set_text(struct arena *, const char *);

/* How the sentences of one type are made: columns that its lists select
 * besides (they come last), and who writes the text. */
struct record_sentence {
	const char	*record;
	void		(*columns)(struct buf *);
	void		(*put)(struct req *, struct cbw *, PGresult *, int row);
};
/* NULL for most. */
const struct record_sentence *record_sentence(const struct def *);
extern const struct record_sentence audit_sentence;	/* audit.c */
extern const struct record_sentence notice_sentence;	/* notice.c */
extern const struct record_sentence change_sentence;	/* likewise */

/* --- custom.c: fields and defaults of one company ---------------------------- */

/* The verb's type as its company has it, or another one. */
const struct def *req_def(const struct req *);
const struct def *custom_def(const struct req *, const struct def *);
/* The value that the company wants in a field without one, or NULL. */
const char *custom_default(const struct req *, const struct field *);
/* A verb's run(): then() once the company's fields are known. */
void	custom_run(struct req *);
void	custom_change(const struct tenant *, const char *company,
	    const char *type);
/* A custom field as it is selected, and as it is compared. */
void	sql_custom(struct buf *, const struct field *, const char *alias);
void	sql_custom_typed(struct buf *, const struct field *,
	    const char *alias);
/* Those of the save, as an object for the column. */
bool	custom_given(const struct save *);
void	sql_custom_object(struct buf *, struct params *,
	    const struct save *);

/* --- filter.c --------------------------------------------------------------- */

/* Appends " and …" for the arguments filter and search; false: refused. */
bool	filter_sql(struct req *, const struct def *, struct buf *,
	    struct params *, bool *any);
bool	search_sql(struct req *, const struct def *, struct buf *,
	    struct params *, bool *any);

/* Patterns for the column search, one a word; and the one that its beginning
 * has when the first searched field begins with the text. */
#define SEARCH_WORDS	16
unsigned search_patterns(struct req *, const char *arg,
	    const char *out[SEARCH_WORDS]);
const char *search_prefix(struct req *, const char *text);

/* --- list.c, totals.c ------------------------------------------------------- */

/* " from … t where …": living rows that the caller may see. */
void	list_base_sql(struct buf *, const struct def *, unsigned scopes);
/* Does `count` have to do more than count? Then where is what filter_sql()
 * and search_sql() made, with its parameters. */
bool	totals_wanted(const struct req *);
void	totals_query(struct req *, const struct def *, unsigned scopes,
	    const char *where, struct params *);
/* Rows that a verb on many could not do: columns id, title, code, text of a
 * reply, at most FAILED_MAX of them. */
#define FAILED_MAX	1000
struct failed {
	struct failed_row	*first, *last;	/* in the request's arena */
	uint32_t		 n;		/* of them */
	int64_t			 all;
};
void	failed_add(struct req *, struct failed *, const char *id,
	    const char *title, const struct req_words *);
/* "columns" and "rows": two pairs of the reply's map. */
void	failed_put(struct cbw *, struct failed *);
/* What a row of konak.change_many() and its like says: sqlstate, message,
 * table, constraint, column, detail from that column on. */
void	failed_words(struct req *, PGresult *, int row, int col,
	    struct req_words *);

/* --- history.c ------------------------------------------------------------- */

/* Columns of a statement about changes: an entry's own, then one change. */
enum {
	H_AT, H_ID, H_USER, H_NAME, H_ACTION, H_OP, H_REQUEST, H_VERSION,
	H_FIELD, H_OLD, H_NEW, H_OLD_TITLE, H_NEW_TITLE, H_COLUMNS
};
/* Those from H_FIELD on, out of a change c.v. */
void	history_columns(struct buf *, const struct req *, const struct def *);
/* Pairs of the entry's map, which the caller has begun; its changes. */
void	history_entry(struct req *, struct cbw *, PGresult *, int row);
/* The row and those after it with the same id; the first row after them. */
int	history_changes(struct req *, struct cbw *, const struct def *,
	    PGresult *, int row);

/* A cursor of (time, id), "TIME ID", in the argument "after"; NULL both on the
 * first page. false: the request has failed. */
bool	after_read(struct req *, const char **at, const char **id);

/* --- The verbs -------------------------------------------------------------- */

void	record_list(struct req *);	/* list.c */
void	record_count(struct req *);
void	record_lookup(struct req *);
void	record_stats(struct req *);	/* stats.c */
void	record_search(struct req *);	/* search.c */
void	record_get(struct req *);	/* one.c */
void	record_delete(struct req *);
void	record_restore(struct req *);
void	record_undo(struct req *);
/* Deletes $1 as version $2. */
const struct db_stmt *delete_stmt(struct req *, const struct def *);
void	screens_list(struct req *);	/* screens.c */
void	screens_set(struct req *);
void	record_history(struct req *);	/* history.c */
void	record_timeline(struct req *);	/* timeline.c */
void	record_at(struct req *);	/* past.c */
void	record_bin(struct req *);
void	record_social(struct req *);	/* social.c */
void	record_absent(struct req *);
void	record_watch(struct req *);
void	record_names(struct req *);
/* The definition that the argument "type" names, when the caller may do this
 * to records of it; else the request has failed. */
const struct def *record_type_of(struct req *, enum def_op);
void	record_create(struct req *);	/* save.c */
void	record_edit(struct req *);
void	record_move(struct req *);
void	record_board(struct req *);	/* board.c */
void	record_compute(struct req *);	/* compute.c */
void	records_tags(struct req *);	/* tags.c */
/* after.c: what to do when a write was not committed. */
bool	save_failed(struct req *, const struct db_error *);
bool	removal_failed(struct req *, const struct db_error *);
/* The engine's words for what a constraint refused. */
bool	constraint_failed(struct req *, const struct db_error *);

void	record_edit_many(struct req *);	/* many.c */
void	record_delete_many(struct req *);
void	record_export(struct req *);	/* export.c */
void	record_export_rows(struct req *);
void	record_import(struct req *);	/* import.c */
void	record_import_rows(struct req *);
/* Columns' names as the text of an array. */
const char *import_array(struct req *, const char *const *, size_t n);
/* Row, field and what is wrong there, gathered; and all of them told. */
void	import_tell(struct buf *, int64_t row, const char *field,
	    const char *text);
void	import_put_told(struct cbw *, const void *told, size_t len,
	    uint32_t n);
void	record_import_run(struct req *);	/* importrun.c */
void	record_import_undo(struct req *);
void	record_similar(struct req *);	/* twins.c */
/* What becomes of a file's rows that look like records. */
enum twins { TWINS_ADD, TWINS_SKIP, TWINS_UPDATE };
/* Marks those rows of an import; apart: they are to make none of their own. */
void	twins_import(struct req *, const struct def *,
	    const struct fieldset *filled, const char *import, int64_t rows,
	    bool apart);
/* "phone,email" as a list. */
void	twins_put_fields(struct cbw *, const char *);
void	record_duplicates(struct req *);
void	record_merge(struct req *);	/* merge.c */
void	record_unmerge(struct req *);

/* What a field held when the caller read it, and who changed it since. */
struct save_base {
	const struct field	*field;
	const char		*text, *by, *at;
};

/* A get: its row, and the lines that follow. */
struct getting {
	struct query	*q;
	struct names	*names;
	struct query	**line;
	size_t		 nlines, turn;
};

/* A create or an edit, while it runs. */
struct save {
	struct record_values	 values;
	struct fieldset		 given;		/* fields that are written */
	struct query		*query;		/* of the row that comes back */
	bool			 move;		/* of a card, on its board */
	const struct module_hooks *hooks;	/* may be NULL */
	/* what was found after a failure */
	bool			 done, found, deleted, replied;
	int64_t			 now;		/* version in the table */
	struct save_base	*base;
	size_t			 nbase;
	/*
	 * A form with lines: the record itself is the top, each line a save of
	 * its own. Their results come in order; turn says whose: 0 is the top.
	 */
	struct save		**line;
	size_t			 nlines, turn;
	const char		*part;		/* "proposal_lines.2" */
	bool			 remove;	/* a line to be deleted */
	size_t			 failed;	/* the turn that was refused */
};

struct removal {
	const char		*id;
	const char		*op;
	struct query		*q;
	bool			 done, found, deleted;
	int64_t			 now;
};

/* secret.c: seals what is given in fields of type secret, of the record and its
 * lines, then goes on; and stores one save's boxes, before its row. */
void	secrets_seal(struct req *, struct save *top,
	    void (*then)(struct req *));
void	secrets_put(struct req *, const struct save *);
void	record_reveal(struct req *);
void	record_secrets(struct req *);

/* save.c's pieces that after.c and lines.c use again. */
struct save *save_new(struct req *, const struct def *, bool create);
bool	save_read(struct req *, const char *field, struct cbr *, void *save);
void	save_defaults(struct req *, struct save *);
void	save_whens(struct req *, const struct save *);
bool	save_given(const struct save *);
/* Of a move: the key of its new place, under the lock of the column. Before
 * the row is written. */
void	save_place(struct req *, struct save *);
/* Its statements: references, the row, what its module adds. */
void	save_send(struct req *, struct save *);
/* Whose result comes, and that it has come. */
struct save *save_now(const struct req *);
void	save_next(struct req *);
/* From the first again: before the statements are sent another time. */
void	save_first(struct req *);
/* The expression of a default that the database works out, or NULL. */
const char *save_default_sql(const struct field *);
/* many.c: the argument `set`, a map of fields, to be written or only compared;
 * NULL: refused. And its values as JSON of columns. */
struct save *save_set(struct req *, const struct def *);
const char *save_json(struct req *, const struct save *);
/* Queues the check of the references that are given. */
void	save_references(struct req *, struct save *);
void	save_set_sql(struct buf *, struct params *, const struct save *);
void	save_returning_sql(struct req *, struct save *, struct buf *,
	    struct query *);
void	save_rows(struct req *, PGresult *);
/* An update or a select as n has found nothing: not to be committed. */
#define OR_NO_ROW " from (select) o left join n t on true " \
    "where case when t.id is null then konak.no_row() else true end"

/* --- lines.c: rows of a child type in their parent's form ------------------ */

/* Reads the argument "lines" into the save; what is wrong is told. */
void	lines_read(struct req *, struct save *);
void	lines_send(struct req *, struct save *);
/* Nothing is done twice: raised when this request was carried out before. */
void	lines_once(struct req *);
/* One line of the reply, which lies after the record's own row. */
void	lines_put(struct req *, struct save *, PGresult *);
/* R.get with its lines: their statements, after the record's own. */
void	lines_get(struct req *, const struct def *, const char *id);

#endif
