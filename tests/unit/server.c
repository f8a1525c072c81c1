/* Parts of the server that need neither loop nor database. */
#include "tests/unit/unit.h"

#include <sys/wait.h>

#include <stdio.h>
#include <unistd.h>

#include "lib/msg.h"
#include "server/client.h"
#include "server/db/sqlstate.h"
#include "server/session.h"
#include "server/verb.h"

static void
run(struct req *r)
{
}

static void
test_rights(void **state)
{
	struct session	s = { .rights = NULL };
	char		scope[16];

	assert_false(session_may(s.rights, "tasks.view_own"));
	session_rights(&s, "|customers.view=all|tasks.view_own=own|");
	assert_true(session_may(s.rights, "customers.view"));
	assert_true(session_may(s.rights, "tasks.view_own"));
	assert_false(session_may(s.rights, "tasks.view"));
	assert_false(session_may(s.rights, "ustomers.view"));
	assert_false(session_may(s.rights, "customers.vie"));
	assert_true(session_may(s.rights, "tasks.view_all|tasks.view_own"));
	assert_false(session_may(s.rights, "tasks.view_all|tasks.edit"));
	assert_true(session_scope(s.rights, "tasks.view_own", scope,
	    sizeof scope));
	assert_string_equal(scope, "own");
	assert_false(session_scope(s.rights, "tasks.edit", scope, sizeof scope));
	session_rights(&s, NULL);
	assert_false(session_may(s.rights, "customers.view"));
}

static void
test_verb_find(void **state)
{
	static const struct verb	table[] = {
		{ .name = "a.list", .need = { "a.view" },
		  .state = VERB_COMPANY, .run = run },
		{ .name = "a.own", .need = { PERM_SELF },
		  .state = VERB_SIGNED, .run = run },
		{ .name = NULL }
	};
	static char		names[300][16];
	static struct verb	many[301];
	int			i;

	verb_register(table);
	assert_ptr_equal(verb_find("a.list", 6), &table[0]);
	assert_null(verb_find("a.list", 5));
	assert_null(verb_find("a.lis", 5));
	assert_null(verb_find("", 0));
	for (i = 0; i < 300; i++) {
		snprintf(names[i], sizeof names[i], "m.v%d", i);
		many[i] = table[1];
		many[i].name = names[i];
	}
	verb_register(many);
	for (i = 0; i < 300; i++)
		assert_ptr_equal(verb_find(names[i], strlen(names[i])),
		    &many[i]);
}

/* A row that breaks the rules ends the process. */
static bool
refused(struct verb v)
{
	struct verb	table[2] = { v, { .name = NULL } };
	int		status;
	pid_t		pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(3);
		verb_register(table);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static void
test_verb_rules(void **state)
{
	struct verb	good = { .name = "x.y", .need = { "x.view" },
			    .state = VERB_COMPANY, .run = run }, v;

	assert_false(refused(good));
	v = good;
	v.need[0] = NULL;
	assert_true(refused(v));
	v = good;
	v.run = NULL;
	assert_true(refused(v));
	v = good;
	v.need[1] = PERM_SELF;
	assert_true(refused(v));
	v = good;
	v.state = VERB_ANON;
	assert_true(refused(v));
	v = good;
	v.need[0] = "no permission";
	assert_true(refused(v));
	v = good;
	v.flags = VERB_ONCE;
	assert_true(refused(v));
	v = good;
	v.name = "a.list";		/* registered above */
	assert_true(refused(v));
}

static void
test_sqlstate(void **state)
{
	static const struct { const char *state; enum err err; } rows[] = {
		{ "28000", ERR_NOT_SIGNED_IN }, { "42501", ERR_DENIED },
		{ "KN001", ERR_NOT_FOUND }, { "KN002", ERR_REFUSED },
		{ "KN003", ERR_INVALID }, { "KN004", ERR_STEP_UP },
		{ "23505", ERR_EXISTS }, { "57014", ERR_TIMEOUT },
		{ "53100", ERR_DISK_FULL }, { "25006", ERR_READ_ONLY },
		{ "08006", ERR_UNAVAILABLE }, { "42P01", ERR_INTERNAL },
		{ "", ERR_INTERNAL },
	};
	struct db_error	e;
	const char	*key;
	size_t		 i;

	for (i = 0; i < ROWS(rows); i++) {
		memset(&e, 0, sizeof e);
		snprintf(e.sqlstate, sizeof e.sqlstate, "%s", rows[i].state);
		e.message = "";
		assert_int_equal(sqlstate_map(&e, &key), rows[i].err);
		assert_true(msg_known(key));
	}
	memset(&e, 0, sizeof e);
	e.lost = true;
	assert_int_equal(sqlstate_map(&e, &key), ERR_UNAVAILABLE);
	e.cancelled = true;
	assert_int_equal(sqlstate_map(&e, &key), ERR_CANCELLED);
}

static void
test_retry(void **state)
{
	struct db_error	e = { .sqlstate = "40001", .message = "" };

	assert_true(db_error_retry(&e));
	memcpy(e.sqlstate, "57014", 6);
	e.message = "canceling statement due to statement timeout";
	assert_false(db_error_retry(&e));
	e.message = "canceling statement due to user request";
	assert_true(db_error_retry(&e));	/* meant for another one */
	e.cancelled = true;
	assert_false(db_error_retry(&e));
}

static void
test_bucket(void **state)
{
	struct bucket	b = { 0, 0 };
	unsigned	wait = 0, i;

	for (i = 0; i < 5; i++)
		assert_true(bucket_take(&b, 0.5, 5, &wait));
	assert_false(bucket_take(&b, 0.5, 5, &wait));
	assert_in_range(wait, 2, 3);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_verb_find),
		cmocka_unit_test(test_verb_rules),
		cmocka_unit_test(test_sqlstate),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
