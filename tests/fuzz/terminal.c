/* What the terminal sends: whole, and cut in two with a pause between. Text
 * that comes out is UTF-8 without control characters. */
#include <stdlib.h>
#include <string.h>

#include "lib/tr.h"
#include "tests/fuzz/fuzz.h"
#include "tui/input.h"

static void
note(const struct input *in, void *arg)
{
	size_t	i;

	(void)input_is_text(in);
	if (in->kind != INPUT_PASTE)
		return;
	if (!utf8_ok(in->text, in->len))
		abort();
	for (i = 0; i < in->len; i++) {
		if ((unsigned char)in->text[i] < 0x20 && in->text[i] != '\n' &&
		    in->text[i] != '\t')
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct input_parser	*in = input_new(note, NULL, 0);
	size_t			 cut = len == 0 ? 0 : p[0] % len;
	int			 turns = 0;

	input_learn(in, "\033[25~", K_F1, MOD_SHIFT);
	input_feed(in, p, len);
	while (input_wait(in) >= 0 && turns++ < 100)
		input_expire(in);
	input_feed(in, p, cut);
	if (input_wait(in) >= 0 && (len & 1))
		input_expire(in);
	input_feed(in, p + cut, len - cut);
	while (input_wait(in) >= 0 && turns++ < 200)
		input_expire(in);
	if (turns >= 200)
		abort();
	input_free(in);
	return 0;
}
