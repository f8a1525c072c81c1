/*
 * What a module may export: verbs of its own and hooks around the generic
 * record verbs. A plain record type has no module at all.
 */
#ifndef KONAK_MODULE_H
#define KONAK_MODULE_H

#include "server/req.h"
#include "server/verb.h"

struct def;
struct record_values;	/* server/record/record.h: what is being saved */

struct module_hooks {
	const char	*record;	/* the definition's name */
	/* May refuse (req_fail) from the arguments alone; no I/O. */
	bool		(*check)(struct req *, struct record_values *);
	/* Before the first statement; calls ready() when it has what it needs:
	 * at once, or later (encrypt, fetch) between req_hold() and req_go(). */
	void		(*prepare)(struct req *, struct record_values *,
			    void (*ready)(struct req *));
	/* Adds statements to the same transaction. */
	void		(*statements)(struct req *, struct record_values *);
};

struct module {
	const char			*name;	/* basename of its YAML */
	const struct verb		*verbs;	/* may be NULL */
	const struct module_hooks	*hooks;	/* may be NULL; ended by a row
						 * without a record */
};

/* record/act.c: runs a verb with the arguments id and version that one
 * function of the database does; its row's data is one of these. The statement
 * takes both, and gives the record's new version and the id of what it made.
 * A version that is old is KN001 'stale'. */
struct module_act {
	struct db_stmt	 stmt;
	const char	*record;	/* whose id it is */
	const char	*makes;		/* the other record type */
};
void	module_act(struct req *);
/* For req_catch() of a verb of the kind: that version is another by now. */
bool	module_act_stale(struct req *, const struct db_error *);

/* record/call.c: runs a verb that one statement does; its row's data is that
 * struct db_stmt, whose parameters are the verb's arguments in their order.
 * The first takes a call that gives rows of record_type, record_id, version and
 * op, which every screen looks at again, and answers how many there are and the
 * last one's id; also when it is sent again after its answer was lost
 * (VERB_ONCE). The other answers with the rows as a list has them. */
#define MODULE_CHANGED(call) \
    "select record_type, record_id, version, op from konak.answer(array(" \
    "select (c.record_type, c.record_id, c.version, c.op, null)" \
    "::konak.changed from (select * from " call ") c))"
void	module_call(struct req *);
void	module_table(struct req *);

extern const struct module *const modules[];	/* ended by NULL */

#endif
