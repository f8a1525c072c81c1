/* The key map: nothing collides, nothing needs AltGr or one of i I ı İ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/input.h"
#include "tui/keys.h"
#include "tui/lang.h"

static void
test_conflicts(void **state)
{
	char why[256] = "";

	keys_reset();
	if (keys_conflict(why, sizeof(why)))
		fail_msg("%s", why);
}

static void
test_allowed(void **state)
{
	const struct action_info *info;
	const char *p;
	struct key k;
	size_t n;
	int a;

	for (a = 1; a < ACT_LAST; a++) {
		info = action_info((enum action)a);
		for (p = info->keys; *p != '\0'; p += n + strspn(p + n, " ")) {
			n = strcspn(p, " ");
			if (!key_parse(p, n, &k))
				fail_msg("%s: %s is no key", info->name, p);
			if (!key_allowed(&k))
				fail_msg("%s: %.*s must not be used",
				    info->name, (int)n, p);
		}
		assert_true(info->tr[0] != '\0' && info->en[0] != '\0');
		assert_int_equal(action_by_name(info->name), a);
	}
}

static void
test_parse(void **state)
{
	static const char *const words[] = { "Ctrl+S", "Shift+Up", "Enter",
	    "n", "Alt+x", "F12", "Space", "?", "\xc5\x9f", "PgDn", "Del" };
	static const char *const not[] = { "", "Ctrl+", "nn", "F13", "Shift+n",
	    "\xff", "Foo" };
	struct key k;
	char name[32];
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(key_parse(words[i], strlen(words[i]), &k));
		key_name(&k, name, sizeof(name));
		assert_string_equal(name, words[i]);
	}
	for (i = 0; i < sizeof(not) / sizeof(not[0]); i++)
		assert_false(key_parse(not[i], strlen(not[i]), &k));
	assert_true(key_parse("Ctrl+I", 6, &k) && !key_allowed(&k));
	assert_true(key_parse("i", 1, &k) && !key_allowed(&k));
	assert_true(key_parse("\xc4\xb0", 2, &k) && !key_allowed(&k));
	assert_true(key_parse("@", 1, &k) && !key_allowed(&k));
	assert_true(key_parse("/", 1, &k) && key_allowed(&k));
}

static enum action
means(unsigned when, uint32_t code, unsigned mods)
{
	struct input in = { .kind = INPUT_KEY, .code = code, .mods = mods };

	return keys_action(when, &in);
}

static void
test_lookup(void **state)
{
	assert_int_equal(means(WHEN_LIST, 'n', 0), ACT_NEW);
	assert_int_equal(means(WHEN_DIALOG, 'n', 0), ACT_NONE);
	assert_int_equal(means(WHEN_LIST, K_UP, MOD_SHIFT), ACT_RANGE_UP);
	assert_int_equal(means(WHEN_BOARD, K_UP, MOD_SHIFT), ACT_MOVE_UP);
	assert_int_equal(means(WHEN_FORM, 's', MOD_CTRL), ACT_SAVE);
	assert_int_equal(means(WHEN_LIST, '5', 0), ACT_TAB);
	/* Digits are data in a grid. */
	assert_int_equal(means(WHEN_GRID, '5', 0), ACT_NONE);
}

static int wrong;

static void
wrong_cb(const char *why)
{
	assert_true(why[0] != '\0');
	wrong++;
}

static void
load(const char *text, bool expect)
{
	char path[] = "/tmp/konak-keys-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	keys_reset();
	wrong = 0;
	assert_int_equal(keys_load(path, wrong_cb), expect);
	assert_true(expect == (wrong == 0));
	unlink(path);
}

static void
test_file(void **state)
{
	load("# comment\n\nnew = Ctrl+N \xc5\x9f\n", true);
	assert_int_equal(means(WHEN_LIST, 0x15f, 0), ACT_NEW);
	assert_int_equal(means(WHEN_LIST, 'n', MOD_CTRL), ACT_NEW);
	assert_int_equal(means(WHEN_LIST, 'n', 0), ACT_NONE);
	assert_string_equal(keys_hint(ACT_NEW), "Ctrl+N");
	load("new = e\n", false);		/* e is edit */
	load("new = Ctrl+B\n", false);		/* tmux's */
	load("nothing = x\n", false);
	load("new\n", false);
	load("new = Foo\n", false);
	/* Each mistake is told; what is right on other lines holds. */
	load("new = Foo\nnothing = x\nedit\nhelp = \xc5\x9f\nclone = d\n", false);
	assert_int_equal(wrong, 4);
	assert_int_equal(means(WHEN_LIST, 0x15f, 0), ACT_HELP);
	assert_int_equal(means(WHEN_LIST, 'n', 0), ACT_NEW);
	keys_reset();
	assert_int_equal(means(WHEN_LIST, 'n', 0), ACT_NEW);
}

static void
test_language(void **state)
{
	ui_set_lang(LANG_EN);
	assert_string_equal(action_label(ACT_NEW), "New");
	ui_set_lang(LANG_TR);
	assert_string_equal(action_label(ACT_NEW), "Yeni");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_language)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
