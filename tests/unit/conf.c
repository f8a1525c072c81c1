/* conf.c - settings, defaults, and errors that name file and line. */
#include "lib/conf.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/yaml.h"
#include "tests/unit/unit.h"

struct settings {
	const char		*socket;
	const char		*name;
	const char		**listen;
	const struct ynode	*tenants;
	int64_t			 port;
	int64_t			 size;
	int64_t			 idle;
	bool			 quiet;
};

#define AT(field) offsetof(struct settings, field)

static const struct conf_row rows[] = {
	{ "socket", CONF_PATH, AT(socket), "/run/konak.sock", 0, 0, 0 },
	{ "name", CONF_TEXT, AT(name), NULL, CONF_REQUIRED, 0, 0 },
	{ "listen", CONF_TEXTS, AT(listen), NULL, 0, 0, 0 },
	{ "tenants", CONF_NODE, AT(tenants), NULL, 0, 0, 0 },
	{ "limits.port", CONF_INT, AT(port), "7443", 0, 1, 65535 },
	{ "limits.size", CONF_SIZE, AT(size), "64k", CONF_RELOAD, 0, 0 },
	{ "limits.idle", CONF_SECONDS, AT(idle), "12h", CONF_RELOAD, 0, 0 },
	{ "quiet", CONF_BOOL, AT(quiet), NULL, CONF_RELOAD, 0, 0 },
	{ .name = NULL }
};

static struct arena *a;

static const char *
read_text(const char *text, struct settings *s)
{
	const char *error = NULL;
	struct ynode *root;

	memset(s, 0xa5, sizeof(*s));
	root = yaml_load(a, "/etc/konak/konakd.yaml", text, strlen(text),
	    &error);
	assert_non_null(root);
	if (conf_read(a, root, rows, s, &error)) {
		assert_null(error);
		return NULL;
	}
	assert_non_null(error);
	return error;
}

static void
test_values(void **state)
{
	struct settings s;

	assert_null(read_text("name: x\n", &s));
	assert_string_equal(s.socket, "/run/konak.sock");
	assert_string_equal(s.name, "x");
	assert_null(s.listen[0]);
	assert_null(s.tenants);
	assert_int_equal(s.port, 7443);
	assert_int_equal(s.size, 65536);
	assert_int_equal(s.idle, 43200);
	assert_false(s.quiet);
	assert_null(read_text("name: x\nsocket: run/k.sock\n"
	    "listen: [ 'a:1', b ]\ntenants: { demo: {} }\nquiet: true\n"
	    "limits:\n  port: 1\n  size: 2M\n  idle: 5\n", &s));
	assert_string_equal(s.socket, "/etc/konak/run/k.sock");
	assert_string_equal(s.listen[0], "a:1");
	assert_string_equal(s.listen[1], "b");
	assert_null(s.listen[2]);
	assert_string_equal(s.tenants->child[0].key, "demo");
	assert_int_equal(s.port, 1);
	assert_int_equal(s.size, 2 * 1024 * 1024);
	assert_int_equal(s.idle, 5);
	assert_true(s.quiet);
	/* Nothing after the colon leaves the default. */
	assert_null(read_text("name: x\nquiet:\nlimits:\n", &s));
	assert_int_equal(s.port, 7443);
}

static void
test_errors(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "", "konakd.yaml: the setting \"name\" is missing" },
		{ "name:\n", "\"name\" is missing" },
		{ "name: x\nnmae: y\n",
		    "konakd.yaml:2: there is no setting \"nmae\"" },
		{ "name: x\nlimits:\n  prot: 1\n",
		    ":3: there is no setting \"limits.prot\"" },
		{ "name: x\nlimits: 5\n", ":2: limits: settings below it" },
		{ "name: x\nlimits: { port: 0 }\n", "between 1 and 65535" },
		{ "name: x\nlimits: { port: 70000 }\n", "between 1 and 65535" },
		{ "name: x\nlimits: { port: x }\n", "a whole number" },
		{ "name: x\nlimits: { port: -1 }\n", "a whole number" },
		{ "name: x\nlimits: { port: 1k }\n", "a whole number" },
		{ "name: x\nlimits: { size: 1T }\n", "a size like 64k" },
		{ "name: x\nlimits: { size: 99999999999999G }\n", "a size" },
		{ "name: x\nlimits: { idle: 1w }\n", "a time like 10s" },
		{ "name: x\nlimits: { idle: 10ss }\n", "a time like 10s" },
		{ "name: x\nquiet: yes\n", ":2: quiet: true or false" },
		{ "name: [x]\n", ":1: name: one value" },
		{ "name: x\nlisten: a\n", ":2: listen: a list" },
		{ "name: x\nlisten: [ [a] ]\n", ":2: listen: a list of texts" },
		{ "[a]\n", ":1: settings are expected" }
	};
	struct settings s;
	const char *error;
	size_t i;

	for (i = 0; i < ROWS(bad); i++) {
		error = read_text(bad[i].text, &s);
		if (error == NULL || strstr(error, bad[i].want) == NULL)
			fail_msg("%s: %s", bad[i].text, error);
	}
}

static char changes[256];

static void
changed(const struct conf_row *row, void *arg)
{
	strcat(strcat(changes, row->name), (row->flags & CONF_RELOAD) != 0 ?
	    "," : "!,");
}

static void
test_diff(void **state)
{
	struct settings s, t;

	read_text("name: x\nlisten: [a]\ntenants: {a: 1}\n", &s);
	read_text("name: x\nlisten: [a]\ntenants: {a: 1}\n", &t);
	conf_diff(rows, &s, &t, changed, NULL);
	assert_string_equal(changes, "");
	read_text("name: y\nlisten: [a, b]\ntenants: {a: 2}\nquiet: true\n"
	    "limits: { size: 1 }\n", &t);
	conf_diff(rows, &s, &t, changed, NULL);
	assert_string_equal(changes,
	    "name!,listen!,tenants!,limits.size,quiet,");
}

static void
test_file(void **state)
{
	char path[] = "/tmp/konak-conf-XXXXXX";
	const char *error = NULL;
	struct settings s;
	int fd = mkstemp(path);

	assert_int_equal(write(fd, "name: x\nsocket: s\n", 18), 18);
	close(fd);
	assert_true(conf_load(a, path, rows, &s, &error));
	assert_string_equal(s.socket, "/tmp/s");
	unlink(path);
	assert_false(conf_load(a, path, rows, &s, &error));
	assert_non_null(error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_file),
	};
	int failed;

	a = arena_new();
	failed = cmocka_run_group_tests_name("conf", tests, NULL, NULL);
	arena_free(a);
	return failed;
}
