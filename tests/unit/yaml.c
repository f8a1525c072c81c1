/* yaml.c - the tree, its places, and everything that is refused. */
#include "lib/yaml.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/buf.h"
#include "tests/unit/unit.h"

static struct arena *a;

static struct ynode *
load(const char *text)
{
	const char *error = NULL;
	struct ynode *root = yaml_load(a, "t.yaml", text, strlen(text), &error);

	if (root == NULL)
		fail_msg("%s", error);
	return root;
}

static const char *
refused(const char *text)
{
	const char *error = NULL;

	if (yaml_load(a, "t.yaml", text, strlen(text), &error) != NULL)
		fail_msg("taken: %s", text);
	assert_non_null(error);
	assert_memory_equal(error, "t.yaml:", 7);
	return error;
}

static const char definition[] =
	"# a comment\n"
	"record: leads\n"
	"label: { tr: Aday, en: Lead }\n"
	"fields:\n"
	"  name: { type: text, max: 200, required: true }\n"
	"  note:\n"
	"    type: longtext\n"
	"    quoted: \"true\"\n"
	"    none: ~\n"
	"    empty:\n"
	"list: [ a, b , [c] ]\n";

static void
test_tree(void **state)
{
	static const char *const words[] = {
		"record", "label", "fields", NULL
	};
	struct ynode *root = load(definition);
	const struct ynode *n;
	int64_t i = 0;
	bool b = false;

	assert_int_equal(root->type, YNODE_MAP);
	assert_int_equal(root->n, 4);
	assert_string_equal(yaml_text(root, "record", ""), "leads");
	assert_string_equal(yaml_text(root, "nothing", "def"), "def");
	assert_string_equal(yaml_text(root, "label", "def"), "def");
	assert_string_equal(yaml_path(root, "label.tr")->text, "Aday");
	n = yaml_path(root, "fields.name.max");
	assert_int_equal(n->line, 5);
	assert_true(yaml_int(n, &i));
	assert_int_equal(i, 200);
	assert_false(yaml_bool(n, &b));
	n = yaml_path(root, "fields.name.required");
	assert_true(yaml_bool(n, &b));
	assert_true(b);
	n = yaml_path(root, "fields.note");
	assert_int_equal(n->line, 6);
	assert_string_equal(n->key, "note");
	assert_string_equal(n->file, "t.yaml");
	/* In quotes it is text. */
	assert_false(yaml_bool(yaml_get(n, "quoted"), &b));
	assert_true(yaml_is_null(yaml_get(n, "none")));
	assert_true(yaml_is_null(yaml_get(n, "empty")));
	assert_string_equal(yaml_text(n, "none", "def"), "def");
	n = yaml_get(root, "list");
	assert_int_equal(n->type, YNODE_LIST);
	assert_int_equal(n->n, 3);
	assert_string_equal(n->child[1].text, "b");
	assert_int_equal(n->child[2].type, YNODE_LIST);
	assert_null(yaml_get(n, "a"));
	assert_null(yaml_get(NULL, "a"));
	assert_null(yaml_path(root, "label.de"));
	assert_null(yaml_path(root, "record.x"));
	n = yaml_unknown(root, words);
	assert_string_equal(n->key, "list");
	assert_string_equal(yaml_error(a, n, "no %s", "way"),
	    "t.yaml:11: no way");
	assert_string_equal(yaml_error(a, NULL, "no"), "no");
	assert_int_equal(load("")->n, 0);
	assert_int_equal(load("# only a comment\n")->n, 0);
}

static void
test_numbers(void **state)
{
	struct ynode *root = load("[ 0, -5, 9223372036854775807, "
	    "9223372036854775808, 0x10, 1e3, '7', 1.5, -, true, no, null ]");
	static const bool is_int[] = {
		true, true, true, false, false, false, false, false, false,
		false, false, false
	};
	int64_t i;
	size_t k;

	for (k = 0; k < root->n; k++)
		assert_int_equal(yaml_int(&root->child[k], &i), is_int[k]);
}

static void
test_refused(void **state)
{
	char deep[200];
	struct buf big = BUF_INIT;
	size_t i;

	assert_string_equal(refused("a: 1\nb: 2\na: 3\n"),
	    "t.yaml:3: key \"a\" stands there twice");
	refused("a: &x 1\nb: *x\n");
	refused("b: *x\n");
	assert_string_equal(refused("a: 1\nb: !!int 1\n"),
	    "t.yaml:2: tags are not allowed");
	refused("a: !mine {}\n");
	refused("[a, b]: 1\n");
	refused("? {x: 1}\n: 2\n");
	refused("a: 1\n---\nb: 2\n");
	refused("a: [1, 2\n");
	refused("a: {b: 1\n");
	refused("a: \"no end\n");
	refused("\ta: 1\n");
	refused("a: 1\n b: 2\n");
	refused("a: \xff\xfe\n");
	refused("a: \"x\\0y\"\n");
	refused("a: \x01\n");
	memset(deep, '[', 100);
	memset(deep + 100, ']', 99);
	deep[199] = '\0';
	assert_non_null(strstr(refused(deep), "too deep"));
	for (i = 0; i < 60000; i++)
		buf_addz(&big, "- x\n");
	assert_non_null(strstr(refused(buf_text(&big)), "too many"));
	while (buf_len(&big) <= YAML_BYTES)
		buf_addz(&big, "# a long comment a long comment\n");
	assert_non_null(strstr(refused(buf_text(&big)), "too large"));
	buf_free(&big);
}

static void
test_file(void **state)
{
	char path[] = "/tmp/konak-yaml-XXXXXX";
	const char *error = NULL;
	struct ynode *root;
	int fd = mkstemp(path);

	assert_int_equal(write(fd, "a: 1\n", 5), 5);
	close(fd);
	root = yaml_load_file(a, path, &error);
	assert_non_null(root);
	assert_string_equal(root->file, path);
	unlink(path);
	assert_null(yaml_load_file(a, path, &error));
	assert_non_null(strstr(error, path));
	assert_null(yaml_load_file(a, "/tmp", &error));
}

/* Pieces of YAML in any order: an answer each time, never a crash. */
static void
test_noise(void **state)
{
	static const char *const parts[] = {
		"a", "b: ", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ", ",
		"\"", "'", "|\n", ">\n", "&x ", "*x", "!t ", "? ", "#", "---\n",
		"...\n", "%YAML 1.1\n", "\t", "ş", "\xff", "~", "null", "1"
	};
	struct buf b = BUF_INIT;
	const char *error;
	uint32_t seed = 8;
	int round, n, good = 0;

	for (round = 0; round < 30000; round++) {
		buf_clear(&b);
		for (n = (int)(unit_random(&seed) % 25); n > 0; n--)
			buf_addz(&b, parts[unit_random(&seed) % ROWS(parts)]);
		error = NULL;
		if (yaml_load(a, "n", buf_text(&b), buf_len(&b), &error) !=
		    NULL)
			good++;
		else
			assert_non_null(error);
		arena_reset(a);
	}
	assert_true(good > 300);
	for (round = 0; round < 5000; round++) {
		buf_clear(&b);
		buf_addz(&b, definition);
		for (n = (int)(unit_random(&seed) % 4); n >= 0; n--)
			((uint8_t *)(uintptr_t)buf_data(&b))[unit_random(&seed)
			    % buf_len(&b)] = (uint8_t)unit_random(&seed);
		yaml_load(a, "n", buf_text(&b), buf_len(&b), &error);
		arena_reset(a);
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_noise),
	};
	int failed;

	a = arena_new();
	failed = cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
	arena_free(a);
	return failed;
}
