/* The parser of terminal input: whole, split at every place, and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/input.h"

static char got[65536];
static size_t got_len;

static void
note(const struct input *in, void *arg)
{
	size_t room = sizeof(got) - got_len;
	int n = 0;

	switch (in->kind) {
	case INPUT_KEY:
		n = snprintf(got + got_len, room, "k%x.%u ", in->code,
		    in->mods);
		break;
	case INPUT_PASTE:
		n = snprintf(got + got_len, room, "p<%s> ", in->text);
		break;
	case INPUT_MOUSE:
		n = snprintf(got + got_len, room, "m%d@%d,%d ", in->button,
		    in->row, in->col);
		break;
	case INPUT_FOCUS:
		n = snprintf(got + got_len, room, "f%u ", in->code);
		break;
	case INPUT_REPLY:
		n = snprintf(got + got_len, room, "r ");
		break;
	}
	got_len += (size_t)n < room ? (size_t)n : 0;
}

static struct input_parser *
begin(void)
{
	got_len = 0;
	got[0] = '\0';
	return input_new(note, NULL, 0);
}

static void
whole(const char *bytes, const char *expect)
{
	struct input_parser *p = begin();

	input_feed(p, bytes, strlen(bytes));
	while (input_wait(p) >= 0)
		input_expire(p);
	assert_string_equal(got, expect);
	input_free(p);
}

static void
test_keys(void **state)
{
	whole("a", "k61.0 ");
	whole("\xc3\xa7\xc4\xb1\xc5\x9f", "ke7.0 k131.0 k15f.0 ");
	whole("\r\n\t\x7f\x08", "kd.0 kd.0 k9.0 k7f.0 k7f.0 ");
	whole("\x13\x1a\x01", "k73.4 k7a.4 k61.4 ");
	whole("\033", "k1b.0 ");
	whole("\033\033", "k1b.0 k1b.0 ");
	whole("\033a", "k61.2 ");
	whole("\033[A\033OB\033[1;2C\033[1;5D",
	    "k110000.0 k110001.0 k110002.1 k110003.4 ");
	whole("\033[H\033[F\033[1~\033[4~\033[5~\033[6~\033[3~",
	    "k110004.0 k110005.0 k110004.0 k110005.0 k110006.0 k110007.0 "
	    "k110009.0 ");
	whole("\033OP\033[11~\033[[A\033[15~\033[24~",
	    "k11000a.0 k11000a.0 k11000a.0 k11000e.0 k110015.0 ");
	whole("\033[Z\033[3;5~", "k9.1 k110009.4 ");
	whole("\033\033[A\033\033OB", "k110000.2 k110001.2 ");
	whole("\033[97;5u\033[27;5;115~", "k61.4 k73.4 ");
	whole("\033OM\033Oj\033Ow", "kd.0 k2a.0 k37.0 ");
}

static void
test_other(void **state)
{
	whole("\033[<0;5;7M\033[<0;5;7m", "m0@6,4 m3@6,4 ");
	whole("\033[<64;250;1M\033[<65;1;1M", "m5@0,249 m6@0,0 ");
	whole("\033[<32;2;2M\033[<2;1;1M", "m4@1,1 m2@0,0 ");
	whole("\033[M !!", "m0@0,0 ");
	whole("\033[I\033[O", "f1 f0 ");
	whole("\033[?62;4c\033[?2026;2$y", "r r ");
	whole("\033]52;c;aGk=\007\033P1$r0m\033\\x", "r r k78.0 ");
}

static void
test_paste(void **state)
{
	whole("\033[200~a\r\nb\tc\033[201~d", "p<a\nb\tc> k64.0 ");
	/* What is pasted can be no command and no sequence. */
	whole("\033[200~\033[A:q\003\033]0;x\007\033[201~", "p<[A:q]0;x> ");
	whole("\033[200~\xc5\x9f\xff\xc2\x9b""1\033[201~", "p<\xc5\x9f""1> ");
	/* No end: what came is delivered after the limit. */
	whole("\033[200~abc\033[20", "p<abc[20> ");
}

static void
test_hostile(void **state)
{
	struct input_parser *p = begin();
	char many[5000];
	int i;

	whole("\xff\xfe\xc3", "");
	whole("\xed\xa0\x80\xc0\xaf\xf5\x80\x80\x80", "");
	whole("\xc2\x9b""A", "k41.0 ");
	/* A broken sequence ends where the next begins. */
	whole("\033[12\033[B", "k110001.0 ");
	whole("\033[1;2\003", "k63.4 ");
	whole("\033[999999999999999999;3A", "");
	memset(many, '1', sizeof(many));
	input_feed(p, "\033[", 2);
	input_feed(p, many, sizeof(many));
	input_free(p);
	p = begin();
	for (i = 0; i < 300000; i++) {
		char c = (char)rand();

		input_feed(p, &c, 1);
		if (rand() % 50 == 0)
			input_expire(p);
		got_len = 0;
	}
	input_free(p);
}

/* A lone Esc acts within 100 ms; a sequence is waited for longer. */
static void
test_waits(void **state)
{
	struct input_parser *p = begin();

	assert_int_equal(input_wait(p), -1);
	input_feed(p, "\033", 1);
	assert_true(input_wait(p) > 0 && input_wait(p) <= 100);
	input_feed(p, "[", 1);
	assert_int_equal(input_wait(p), 400);
	input_feed(p, "A", 1);
	assert_int_equal(input_wait(p), -1);
	assert_string_equal(got, "k110000.0 ");
	/* The rest of a sequence whose Esc came alone is no three commands. */
	got_len = 0;
	input_feed(p, "\033", 1);
	input_expire(p);
	assert_string_equal(got, "k1b.0 ");
	assert_true(input_wait(p) > 0);
	input_feed(p, "OA", 2);
	assert_string_equal(got, "k1b.0 k110000.0 ");
	/* And a letter typed much later is a letter. */
	got_len = 0;
	input_feed(p, "\033", 1);
	input_expire(p);
	input_expire(p);
	input_feed(p, "O", 1);
	assert_string_equal(got, "k1b.0 k4f.0 ");
	/* Alt comes with its letter at once; Esc and a letter are two keys. */
	got_len = 0;
	input_feed(p, "\033g", 2);
	input_feed(p, "\033", 1);
	input_feed(p, "g", 1);
	input_feed(p, "\033", 1);
	input_feed(p, "\r", 1);
	assert_string_equal(got, "k67.2 k1b.0 k67.0 k1b.0 kd.0 ");
	assert_int_equal(input_wait(p), -1);
	/* Half a sequence that never goes on is dropped. */
	got_len = 0;
	input_feed(p, "\033[1;", 4);
	input_expire(p);
	assert_int_equal(got_len, 0);
	input_free(p);
}

/* The goal of the design: 10,000 random splits, no stray command. */
static void
test_splits(void **state)
{
	static const char stream[] =
	    "ab\033[A\033OB\033[1;2Cx\033[<0;120;33M\033[200~y\xc5\x9f:q\n"
	    "\033[201~\xc4\x9f\033[5~\033[I\033[3;5~\033[24~z\033[Z\033OP"
	    "\033[?2026;2$y\xf0\x9f\x98\x80\033[97;5u.";
	size_t len = sizeof(stream) - 1, at, n;
	struct input_parser *p = begin();
	char expect[4096];
	int i;

	input_feed(p, stream, len);
	strcpy(expect, got);
	input_free(p);
	srand(20260821);
	for (i = 0; i < 10000; i++) {
		p = begin();
		for (at = 0; at < len; at += n) {
			n = 1 + (size_t)(rand() % 6);
			if (n > len - at)
				n = len - at;
			input_feed(p, stream + at, n);
		}
		assert_string_equal(got, expect);
		assert_int_equal(input_wait(p), -1);
		input_free(p);
	}
}

static void
test_learned(void **state)
{
	struct input_parser *p = begin();

	input_learn(p, "\033[X1", K_F7, 0);
	input_learn(p, "\177", K_DELETE, 0);	/* one byte: not learned */
	input_feed(p, "\033[X1\177", 5);
	assert_string_equal(got, "k110010.0 k7f.0 ");
	input_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_learned)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
