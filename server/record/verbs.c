/*
 * verbs.c - the verbs that every definition gets, as rows of the same table
 * that written verbs stand in, and the engine's own two.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/cbor.h"
#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/push.h"
#include "server/record/engine.h"
#include "server/session.h"
#include "server/verb.h"

#define MANY_MS		300000	/* for one statement of a verb on many */

/* What stands in every row of one kind; name, need and data are filled in. */
static const struct verb kinds[DV_VERBS] = {
	[DV_LIST] = { .run = record_list, .args = {
	    { "search", ARG_TEXT, false, 200 },
	    { "filter", ARG_ANY, false, 0 },
	    { "sort", ARG_TEXT, false, 80 },
	    { "limit", ARG_INT, false, 0 },
	    { "after", ARG_TEXT, false, 4000 },
	    { "columns", ARG_ANY, false, 0 } } },
	[DV_COUNT] = { .run = record_count, .args = {
	    { "search", ARG_TEXT, false, 200 },
	    { "filter", ARG_ANY, false, 0 },
	    { "sum", ARG_ANY, false, 0 },
	    { "by", ARG_TEXT, false, 80 },
	    { "unit", ARG_TEXT, false, 10 } } },
	[DV_GET] = { .run = record_get, .args = {
	    { "id", ARG_UUID, true, 0 },
	    { "lines", ARG_BOOL, false, 0 } } },
	[DV_LOOKUP] = { .run = record_lookup, .args = {
	    { "search", ARG_TEXT, false, 200 },
	    { "filter", ARG_ANY, false, 0 },
	    { "ids", ARG_UUIDS, false, 200 },
	    { "limit", ARG_INT, false, 0 } } },
	[DV_CREATE] = { .run = record_create, .flags = VERB_WRITE,
	    .open_args = true, .args = {
	    { "id", ARG_UUID, false, 0 },
	    { "lines", ARG_ANY, false, 0 } } },
	[DV_EDIT] = { .run = record_edit, .flags = VERB_WRITE,
	    .open_args = true, .args = {
	    { "id", ARG_UUID, true, 0 },
	    { "version", ARG_INT, true, 0 },
	    { "lines", ARG_ANY, false, 0 } } },
	[DV_DELETE] = { .run = record_delete, .flags = VERB_WRITE, .args = {
	    { "id", ARG_UUID, true, 0 },
	    { "version", ARG_INT, true, 0 } } },
	[DV_RESTORE] = { .run = record_restore, .flags = VERB_WRITE, .args = {
	    { "id", ARG_UUID, true, 0 } } },
	[DV_HISTORY] = { .run = record_history, .args = {
	    { "id", ARG_UUID, true, 0 },
	    { "after", ARG_TEXT, false, 80 },
	    { "limit", ARG_INT, false, 0 } } },
	[DV_STATS] = { .run = record_stats, .args = {
	    { "by", ARG_TEXT, true, 80 },
	    { "sum", ARG_TEXT, false, 80 },
	    { "average", ARG_TEXT, false, 80 },
	    { "period", ARG_TEXT, false, 10 },
	    { "last", ARG_INT, false, 0 },
	    { "next", ARG_INT, false, 0 },
	    { "search", ARG_TEXT, false, 200 },
	    { "filter", ARG_ANY, false, 0 },
	    { "limit", ARG_INT, false, 0 } } },
	[DV_COMPUTE] = { .run = record_compute, .open_args = true },
	[DV_BOARD] = { .run = record_board, .args = {
	    { "search", ARG_TEXT, false, 200 },
	    { "filter", ARG_ANY, false, 0 },
	    { "columns", ARG_ANY, false, 0 },
	    { "limit", ARG_INT, false, 0 },
	    { "column", ARG_TEXT, false, 80 },
	    { "after", ARG_TEXT, false, 2100 },
	    { "before", ARG_TEXT, false, 2100 },
	    { "ids", ARG_UUIDS, false, 200 } } },
	[DV_MOVE] = { .run = record_move, .flags = VERB_WRITE,
	    .open_args = true, .args = {
	    { "id", ARG_UUID, true, 0 },
	    { "version", ARG_INT, true, 0 },
	    { "column", ARG_TEXT, true, 80 },
	    { "after", ARG_UUID, false, 0 },
	    { "before", ARG_UUID, false, 0 } } },
	[DV_REVEAL] = { .run = record_reveal,
	    .flags = VERB_WRITE | VERB_STEP_UP, .args = {
	    { "id", ARG_UUID, true, 0 },
	    { "field", ARG_TEXT, true, 60 },
	    { "secret", ARG_UUID, false, 0 },
	    { "purpose", ARG_TEXT, false, 10 },
	    { "reason", ARG_TEXT, false, 500 } } },
	[DV_SECRETS] = { .run = record_secrets, .args = {
	    { "id", ARG_UUID, true, 0 },
	    { "field", ARG_TEXT, true, 60 } } },
	[DV_EDIT_MANY] = { .run = record_edit_many,
	    .flags = VERB_WRITE | VERB_STEPS, .limit_ms = MANY_MS, .args = {
	    { "ids", ARG_UUIDS, false, PROTO_MANY_MAX },
	    { "versions", ARG_ANY, false, 0 },
	    { "search", ARG_TEXT, false, 200 },
	    { "filter", ARG_ANY, false, 0 },
	    { "set", ARG_ANY, true, 0 },
	    { "whole", ARG_BOOL, false, 0 } } },
	[DV_DELETE_MANY] = { .run = record_delete_many,
	    .flags = VERB_WRITE | VERB_STEPS, .limit_ms = MANY_MS, .args = {
	    { "ids", ARG_UUIDS, false, PROTO_MANY_MAX },
	    { "versions", ARG_ANY, false, 0 },
	    { "search", ARG_TEXT, false, 200 },
	    { "filter", ARG_ANY, false, 0 },
	    { "whole", ARG_BOOL, false, 0 } } },
	[DV_EXPORT] = { .run = record_export,
	    .flags = VERB_WRITE | VERB_STEP_UP, .limit_ms = MANY_MS, .args = {
	    { "search", ARG_TEXT, false, 200 },
	    { "filter", ARG_ANY, false, 0 },
	    { "columns", ARG_ANY, false, 0 } } },
	[DV_IMPORT] = { .run = record_import, .flags = VERB_WRITE, .args = {
	    { "file", ARG_TEXT, false, 255 },
	    { "header", ARG_ANY, true, 0 },
	    { "columns", ARG_ANY, false, 0 } } },
	[DV_IMPORT_ROWS] = { .run = record_import_rows,
	    .flags = VERB_WRITE | VERB_STEPS, .args = {
	    { "import", ARG_UUID, true, 0 },
	    { "from", ARG_INT, true, 0 },
	    { "rows", ARG_ANY, true, 0 } } },
	[DV_IMPORT_RUN] = { .run = record_import_run,
	    .flags = VERB_WRITE | VERB_STEPS, .limit_ms = MANY_MS, .args = {
	    { "import", ARG_UUID, true, 0 },
	    { "rows", ARG_INT, true, 0 },
	    { "dry", ARG_BOOL, false, 0 },
	    { "skip", ARG_BOOL, false, 0 },
	    { "similar", ARG_TEXT, false, 10 } } },
	[DV_SIMILAR] = { .run = record_similar, .args = {
	    { "id", ARG_UUID, false, 0 },
	    { "set", ARG_ANY, false, 0 } } },
	[DV_DUPLICATES] = { .run = record_duplicates, .limit_ms = MANY_MS },
	[DV_MERGE] = { .run = record_merge, .flags = VERB_WRITE,
	    .limit_ms = MANY_MS, .args = {
	    { "id", ARG_UUID, true, 0 },
	    { "version", ARG_INT, true, 0 },
	    { "from", ARG_UUID, true, 0 },
	    { "from_version", ARG_INT, true, 0 },
	    { "set", ARG_ANY, false, 0 } } },
	[DV_EXPORT_ROWS] = { .run = record_export_rows, .args = {
	    { "export", ARG_UUID, true, 0 },
	    { "search", ARG_TEXT, false, 200 },
	    { "filter", ARG_ANY, false, 0 },
	    { "sort", ARG_TEXT, false, 80 },
	    { "limit", ARG_INT, false, 0 },
	    { "after", ARG_TEXT, false, 4000 },
	    { "columns", ARG_ANY, false, 0 } } },
};

static const char *const verb_actions[DV_VERBS] = {
	[DV_CREATE] = "_CREATE", [DV_EDIT] = "_UPDATE",
	[DV_DELETE] = "_DELETE", [DV_RESTORE] = "_RESTORE",
	[DV_MOVE] = "_UPDATE",
	[DV_EDIT_MANY] = "_UPDATE", [DV_DELETE_MANY] = "_DELETE",
};

/* Definitions and their verbs live as long as the process. */
static void
register_def(const struct def *d)
{
	struct verb	*table, *v;
	enum def_verb	 k;

	v = table = xcalloc((size_t)__builtin_popcount(d->verbs) + 1,
	    sizeof *table);
	for (k = 0; k < DV_VERBS; k++) {
		if ((d->verbs & 1u << k) == 0 || kinds[k].run == NULL)
			continue;
		*v = kinds[k];
		v->name = xasprintf("%s.%s", d->name, def_verb_name(k));
		v->need[0] = d->perm[def_verb_op(k)].need;
		v->need[1] = def_verb_more(d, k);
		if (k == DV_MERGE)
			v->need[2] = d->perm[OP_DELETE].need;
		/* What everybody may needs no more than that. */
		if (v->need[1] != NULL && strcmp(v->need[0], PERM_SELF) == 0) {
			v->need[0] = v->need[1];
			v->need[1] = NULL;
		}
		v->state = VERB_COMPANY;
		if (d->step_up & 1u << k)
			v->flags |= VERB_STEP_UP;
		if (verb_actions[k] != NULL && d->audit != NULL)
			v->audit = xasprintf("%s%s", d->audit,
			    verb_actions[k]);
		v->data = d;
		if (d->custom || k == DV_CREATE || k == DV_EDIT ||
		    k == DV_GET || k == DV_MOVE) {
			v->then = v->run;
			v->run = custom_run;
		}
		v++;
	}
	verb_register(table);
}

/* --- defs.list ------------------------------------------------------------- */

static void
defs_list(struct req *r)
{
	const struct def_sent	*sent = defs_sent(req_rights(r));
	const char		*known = req_text(r, "hash");
	struct cbw		*w = req_out(r);
	bool			 same;

	same = known != NULL && strcmp(known, sent->hash) == 0;
	cbw_map(w, same ? 1 : 3);
	cbw_kv_text(w, "hash", sent->hash);
	if (same)
		return;
	cbw_key(w, "defs");
	cbw_raw(w, sent->body, sent->len);
	cbw_key(w, "dashboards");
	cbw_raw(w, sent->boards, sent->boards_len);
}

static const struct verb engine_verbs[] = {
	{ .name = "defs.list", .need = { PERM_SELF }, .state = VERB_COMPANY,
	  .args = { { "hash", ARG_TEXT, false, 64 } }, .run = defs_list },
	{ .name = "imports.undo", .need = { "records.import" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_STEPS,
	  .limit_ms = MANY_MS, .args = { { "id", ARG_UUID, true, 0 } },
	  .run = record_import_undo },
	{ .name = "merges.undo", .need = { "records.merge" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .args = { { "id", ARG_UUID, true, 0 } }, .run = record_unmerge },
	{ .name = "records.tags", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .args = {
	    { "type", ARG_TEXT, true, 60 }, { "field", ARG_TEXT, true, 60 } },
	  .run = records_tags },
	{ .name = "records.undo", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE,
	  .limit_ms = MANY_MS,
	  .args = { { "request", ARG_UUID, true, 0 } }, .run = record_undo },
	{ .name = "search.all", .need = { PERM_SELF }, .state = VERB_COMPANY,
	  .args = { { "text", ARG_TEXT, true, 200 },
	    { "limit", ARG_INT, false, 0 },
	    { "types", ARG_ANY, false, 0 } }, .run = record_search },
	{ .name = "screens.list", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .run = screens_list },
	{ .name = "screens.set", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE,
	  .args = { { "screen", ARG_TEXT, true, 60 },
	    { "columns", ARG_TEXT, false, 8000 },
	    { "view", ARG_UUID, false, 0 },
	    { "clear", ARG_TEXT, false, 20 } }, .run = screens_set },
	/* On a record of any type. Whether this one is the caller's to see is
	 * record_type_of()'s to ask, and the tables'. */
	{ .name = "records.timeline", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .args = { { "type", ARG_TEXT, true, 64 },
	    { "id", ARG_UUID, true, 0 }, { "kinds", ARG_TEXT, false, 1000 },
	    { "after", ARG_TEXT, false, 80 }, { "limit", ARG_INT, false, 0 } },
	  .run = record_timeline },
	{ .name = "records.at", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .args = { { "type", ARG_TEXT, true, 64 },
	    { "id", ARG_UUID, true, 0 }, { "at", ARG_TEXT, true, 40 } },
	  .run = record_at },
	{ .name = "records.bin", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .args = { { "type", ARG_TEXT, false, 64 },
	    { "after", ARG_TEXT, false, 80 }, { "limit", ARG_INT, false, 0 } },
	  .run = record_bin },
	{ .name = "records.social", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .args = { { "type", ARG_TEXT, true, 64 },
	    { "id", ARG_UUID, true, 0 } }, .run = record_social },
	{ .name = "records.absent", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .args = { { "type", ARG_TEXT, true, 64 } },
	  .run = record_absent },
	{ .name = "records.watch", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .args = { { "type", ARG_TEXT, true, 64 },
	    { "id", ARG_UUID, true, 0 }, { "watching", ARG_BOOL, false, 0 } },
	  .run = record_watch },
	{ .name = "records.names", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .args = { { "type", ARG_TEXT, true, 64 },
	    { "id", ARG_UUID, true, 0 }, { "start", ARG_TEXT, true, 60 } },
	  .run = record_names },
	{ .name = NULL }
};

const struct record_sentence *
record_sentence(const struct def *d)
{
	static const struct record_sentence *const	all[] = {
		&audit_sentence, &notice_sentence, &change_sentence
	};
	size_t	i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		if (strcmp(d->name, all[i]->record) == 0)
			return all[i];
	return NULL;
}

static void
give_up(struct def_errors *errors)
{
	size_t	i;

	for (i = 0; i < errors->n; i++)
		log_error(NULL, "%s", errors->line[i]);
	if (errors->n > 0)
		fatalx("%zu mistakes in the definitions", errors->n);
}

void
record_start(const char *dirs)
{
	struct def_errors	 errors = { NULL, 0 };
	struct arena		*a = arena_new();
	const char		**list;
	char			*dir, *rest;
	size_t			 i, n = 0;

	list = arena_array(a, strlen(dirs) + 2, sizeof *list);
	for (dir = strtok_r(arena_strdup(a, dirs), ":", &rest); dir != NULL;
	    dir = strtok_r(NULL, ":", &rest))
		list[n++] = dir;
	if (!defs_load(list, &errors))
		give_up(&errors);
	arena_free(a);
	for (i = 0; i < defs_count(); i++)
		register_def(defs_at(i));
	verb_register(engine_verbs);
	defs_check_verbs(&errors);
	give_up(&errors);
	req_on_constraint(constraint_failed);
	push_on_change(custom_change);
}
