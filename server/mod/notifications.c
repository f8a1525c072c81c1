/*
 * notifications.c - how many are unread, reading and snoozing them, one's own
 * choices, and writing one by hand. Rows are made by konak.notify().
 */
#include <stdlib.h>
#include <string.h>

#include "server/module.h"

/* Rows that are shown by now: one's own, which the policy says as well. */
#define SHOWN "from konak.notifications t " \
    "where t.company_id = (select konak.company()) " \
    "and t.user_id = (select konak.me()) and t.deleted_at is null " \
    "and t.show_at <= konak.now()"
#define UNREAD_MAX	"100"	/* counted no further */

/* --- unread ---------------------------------------------------------------- */

static void
unread_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);

	cbw_map(w, 3);
	cbw_kv_int(w, "count", strtoll(PQgetvalue(res, 0, 0), NULL, 10));
	cbw_kv_uuid(w, "urgent", PQgetisnull(res, 0, 1) ? NULL :
	    PQgetvalue(res, 0, 1));
	cbw_kv_text(w, "title", PQgetisnull(res, 0, 2) ? NULL :
	    PQgetvalue(res, 0, 2));
}

/* And the last urgent one, for the status line. */
static void
notifications_unread(struct req *r)
{
	static const struct db_stmt	stmt = { "unread",
	    "select n.count, u.id, concat_ws(': ', u.title, u.message) from "
	    "(select count(*) from (select 1 " SHOWN " and t.read_at is null "
	    "limit " UNREAD_MAX ") x) n left join lateral "
	    "(select t.id, t.title, left(t.message, 200) as message " SHOWN
	    " and t.read_at is null and t.priority = 'urgent' "
	    "order by t.show_at desc limit 1) u on true" };

	req_query(r, &stmt, 0, NULL, unread_rows);
}

/* --- reading --------------------------------------------------------------- */

static const char *
ids_param(struct req *r, const char *name)
{
	const char *const	*ids;
	char			*s = "";
	size_t			 n, i;

	ids = req_uuids(r, name, &n);
	for (i = 0; i < n; i++)
		s = req_printf(r, "%s%s%s", s, i > 0 ? "," : "", ids[i]);
	return req_printf(r, "{%s}", s);
}

static void
count_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);

	cbw_map(w, 1);
	cbw_kv_int(w, "count", strtoll(PQgetvalue(res, 0, 0), NULL, 10));
}

/* Those with the ids, or all; unread: as if they had not been. */
static void
notifications_read(struct req *r)
{
	static const struct db_stmt	stmt = { "read",
	    "with n as (update konak.notifications t set read_at = "
	    "case when $2::bool then null else konak.now() end "
	    "where t.company_id = (select konak.company()) "
	    "and t.user_id = (select konak.me()) and t.deleted_at is null "
	    "and t.show_at <= konak.now() "
	    "and (t.read_at is null) <> $2::bool "
	    "and ($1::uuid[] is null or t.id = any($1::uuid[])) returning 1) "
	    "select count(*) from n" };
	const char	*params[2];

	params[0] = req_has(r, "ids") ? ids_param(r, "ids") : NULL;
	params[1] = req_bool(r, "unread") ? "t" : "f";
	if (params[0] == NULL && req_bool(r, "unread")) {
		req_bad(r, "ids", "value.required", NULL);
		return;
	}
	req_query(r, &stmt, 2, params, count_rows);
	req_changed_own(r, "notifications");
}

static void
notifications_snooze(struct req *r)
{
	static const struct db_stmt	stmt = { "snooze",
	    "with n as (update konak.notifications t set show_at = "
	    "$2::timestamptz, announced_at = null, read_at = null "
	    "where t.company_id = (select konak.company()) "
	    "and t.user_id = (select konak.me()) and t.deleted_at is null "
	    "and t.id = any($1::uuid[]) and $2::timestamptz > konak.now() "
	    "returning 1) select count(*) from n" };
	const char	*params[2];

	params[0] = ids_param(r, "ids");
	params[1] = req_text(r, "until");
	req_query(r, &stmt, 2, params, count_rows);
	req_changed_own(r, "notifications");
}

/* --- writing one ----------------------------------------------------------- */

static void
notifications_send(struct req *r)
{
	static const struct db_stmt	stmt = { "notify_send",
	    "select konak.notification_send($1, $2, $3, $4, $5, $6, $7)" };
	static const char *const	 levels[] = { "low", "normal", "high",
	    "urgent" };
	const char	*params[7], *level = req_text(r, "priority");
	size_t		 i;

	params[0] = req_has(r, "users") ? ids_param(r, "users") :
	    req_has(r, "user") ? req_printf(r, "{%s}", req_uuid(r, "user")) :
	    NULL;
	params[1] = req_uuid(r, "role");
	params[2] = req_text(r, "title");
	params[3] = req_text(r, "message");
	params[4] = level;
	params[5] = req_text(r, "related_type");
	params[6] = req_uuid(r, "related_id");
	for (i = 0; level != NULL && strcmp(level, levels[i]) != 0; )
		if (++i == sizeof levels / sizeof levels[0]) {
			req_bad(r, "priority", "value.choice", "typed", level,
			    "choices", "low, normal, high, urgent", NULL);
			return;
		}
	req_query(r, &stmt, 7, params, count_rows);
}

/* --- one's own choices ----------------------------------------------------- */

static const char *const choice_words[] = { "digest_at", "quiet_from",
    "quiet_to", "snooze_until" };
#define NCHOICES (sizeof choice_words / sizeof choice_words[0])

/* Pairs of kind and mode, of what is shown and of mail, behind the others. */
static void
choices_map(struct cbw *w, PGresult *res, const char *name, int col)
{
	int	row;

	cbw_key(w, name);
	cbw_map_begin(w);
	for (row = 0; row < PQntuples(res); row++)
		if (!PQgetisnull(res, row, col))
			cbw_kv_text(w, PQgetvalue(res, row, col),
			    PQgetvalue(res, row, col + 1));
	cbw_map_end(w);
}

static void
choices_rows(struct req *r, PGresult *res)
{
	struct cbw	*w = req_out(r);
	size_t		 i;

	cbw_map(w, NCHOICES + 2);
	for (i = 0; i < NCHOICES; i++)
		cbw_kv_text(w, choice_words[i], PQgetisnull(res, 0, (int)i) ?
		    NULL : PQgetvalue(res, 0, (int)i));
	choices_map(w, res, "kinds", NCHOICES);
	choices_map(w, res, "mail", NCHOICES + 2);
}

#define CHOICES(arg) "select c.c->>'digest_at', c.c->>'quiet_from', " \
    "c.c->>'quiet_to', c.c->>'snooze_until', " \
    "case when not k.mail then k.key end, k.value, " \
    "case when k.mail then k.key end, k.value " \
    "from konak.notification_choices(" arg ") c(c) " \
    "left join lateral (select key, value, false as mail " \
    "from jsonb_each_text(c.c->'kinds') union all " \
    "select key, value, true from jsonb_each_text(c.c->'mail')) k on true"

static void
notifications_choices(struct req *r)
{
	static const struct db_stmt	stmt = { "choices", CHOICES("null") };

	req_query(r, &stmt, 0, NULL, choices_rows);
}

/* What is sent is changed; an empty text takes a choice away. */
static void
notifications_choose(struct req *r)
{
	static const struct db_stmt	stmt = { "choose", CHOICES(
	    "jsonb_strip_nulls(jsonb_build_object("
	    "case when $7::bool then 'mail' else 'kinds' end, "
	    "case when $5::text is null then null "
	    "else jsonb_build_object($5::text, $6::text) end)) || (select coalesce(jsonb_object_agg(k, to_jsonb("
	    "nullif(v, ''))), '{}') from (values ('digest_at', $1), "
	    "('quiet_from', $2), ('quiet_to', $3), ('snooze_until', $4)) "
	    "x(k, v) where v is not null)") };
	const char	*params[7];
	size_t		 i;

	for (i = 0; i < NCHOICES; i++)
		params[i] = req_text(r, choice_words[i]);
	params[4] = req_text(r, "kind");
	params[5] = req_text(r, "mode");
	params[6] = req_bool(r, "mail") ? "t" : "f";
	req_query(r, &stmt, 7, params, choices_rows);
}

static const struct verb notifications_verbs[] = {
	{ .name = "notifications.unread", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .run = notifications_unread },
	{ .name = "notifications.read", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .args = { { "ids", ARG_UUIDS, false, 200 },
	    { "unread", ARG_BOOL, false, 0 } },
	  .run = notifications_read },
	{ .name = "notifications.snooze", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .args = { { "ids", ARG_UUIDS, true, 200 },
	    { "until", ARG_TIMESTAMP, true, 0 } },
	  .run = notifications_snooze },
	{ .name = "notifications.send", .need = { "notifications.send" },
	  .state = VERB_COMPANY, .flags = VERB_WRITE | VERB_ONCE,
	  .args = { { "user", ARG_UUID, false, 0 },
	    { "users", ARG_UUIDS, false, 200 },
	    { "role", ARG_UUID, false, 0 },
	    { "title", ARG_TEXT, true, 255 },
	    { "message", ARG_TEXT, false, 5000 },
	    { "priority", ARG_TEXT, false, 10 },
	    { "related_type", ARG_TEXT, false, 64 },
	    { "related_id", ARG_UUID, false, 0 } },
	  .run = notifications_send },
	{ .name = "notifications.choices", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .run = notifications_choices },
	{ .name = "notifications.choose", .need = { PERM_SELF },
	  .state = VERB_COMPANY, .flags = VERB_WRITE,
	  .args = { { "kind", ARG_TEXT, false, 40 },
	    { "mode", ARG_TEXT, false, 10 },
	    { "mail", ARG_BOOL, false, 0 },
	    { "digest_at", ARG_TIME, false, 0 },
	    { "quiet_from", ARG_TIME, false, 0 },
	    { "quiet_to", ARG_TIME, false, 0 },
	    { "snooze_until", ARG_TIMESTAMP, false, 0 } },
	  .run = notifications_choose },
	{ .name = NULL }
};

const struct module notifications_module = { "notifications",
    notifications_verbs, NULL };
