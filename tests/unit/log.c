/* log.c - what a line looks like, and that nobody can forge one. */
#include "lib/log.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char out[16384];

/* Standard error goes to a file while fn runs. */
static const char *
capture(void (*fn)(void))
{
	FILE *f = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t n;

	dup2(fileno(f), STDERR_FILENO);
	fn();
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	fclose(f);
	return out;
}

static void
plain(void)
{
	log_info("demo", "started with %d tenants", 2);
	log_debug(NULL, "unseen");
}

static void
forged(void)
{
	log_warn("demo\nfake", "name \"x\"\nerror tenant=evil \033[2J");
}

static void
pairs(void)
{
	log_kv(LOG_LEVEL_ERROR, NULL, "client.drop", "peer", "10.0.0.1:5",
	    "gone", NULL, "why", "too slow", "empty", "", NULL);
}

static void
lengthy(void)
{
	char big[9000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_error(NULL, "%s", big);
}

static void
test_lines(void **state)
{
	enum log_level level;

	setenv("JOURNAL_STREAM", "1:2", 1);	/* no time in front */
	log_open("konakd", LOG_TO_STDERR, LOG_LEVEL_INFO);
	assert_string_equal(capture(plain),
	    "konakd: info tenant=demo msg=\"started with 2 tenants\"\n");
	assert_string_equal(capture(forged),
	    "konakd: warn tenant=\"demo\\nfake\" msg=\"name \\\"x\\\"\\n"
	    "error tenant=evil \\x1b[2J\"\n");
	assert_string_equal(capture(pairs),
	    "konakd: error event=client.drop peer=10.0.0.1:5 "
	    "why=\"too slow\" empty=\"\"\n");
	capture(lengthy);
	assert_true(strlen(out) < 4200);
	assert_string_equal(out + strlen(out) - 4, "...\n");
	assert_true(log_level_parse("debug", &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_false(log_level_parse("loud", &level));
	log_set_level(LOG_LEVEL_DEBUG);
	assert_non_null(strstr(capture(plain), "unseen"));
	unsetenv("JOURNAL_STREAM");
	log_open("konakd", LOG_TO_STDERR, LOG_LEVEL_INFO);
	capture(plain);
	assert_int_equal(out[4], '-');
	assert_int_equal(out[10], 'T');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
