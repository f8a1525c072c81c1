/*
 * plain.c - the reader's mode and terminals without cursor addressing: the
 * screen is drawn in memory as always, and what changed where the cursor
 * stands is printed as one line. Keys are the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/draw.h"
#include "tui/input.h"
#include "tui/term-int.h"
#include "tui/ui-int.h"
#include "tui/view.h"

#define PATIENCE_S	1

static char last_line[1024];
static bool typing;	/* letters were echoed on the line that is open */
static bool again;

/* A row without surplus blanks. */
static void
tidy(char *s)
{
	char *in, *out = s;

	for (in = s; *in != '\0'; in++) {
		if (*in != ' ' || (out > s && out[-1] != ' '))
			*out++ = *in;
	}
	while (out > s && out[-1] == ' ')
		out--;
	*out = '\0';
}

static void
end_line(void)
{
	if (typing)
		term_puts("\n");
	typing = false;
}

static void
say(const char *line)
{
	if (line[0] != '\0')
		term_say(line);
}

/* Everything that is on the screen, from top to bottom. */
static void
say_all(const struct screen *sc)
{
	char line[1024];
	int row;

	for (row = 0; row < sc->rows; row++) {
		screen_row(sc, row, line, sizeof(line));
		tidy(line);
		say(line);
	}
}

void
plain_again(void)
{
	again = true;
}

/* A key that is no letter ends the line on which letters were echoed. */
void
plain_input(const struct input *in)
{
	if (term_have.plain && !input_is_text(in))
		end_line();
}

/* A letter went into a field: it is echoed, the line is not said again. */
void
plain_echo(const char *letter)
{
	if (!term_have.plain || term_have.headless)
		return;
	typing = true;
	term_puts(letter);
}

/* Where the line is cut, what there is has to do. */
static bool
waited_long(const struct view *v)
{
	static const struct view *whose;
	static time_t since;
	time_t now = time(NULL);

	if (whose != v) {
		whose = v;
		since = now;
	}
	return now - since > PATIENCE_S;
}

void
plain_frame(const struct screen *sc)
{
	struct view *v = view_top();
	char line[1024] = "";
	bool new_view;

	if (v == NULL)
		return;
	new_view = !v->told;
	/* Told once it is all there, not in the words "loading". */
	if (new_view && ui_is_busy() && !waited_long(v))
		return;
	if (new_view || again) {
		end_line();
		say_all(sc);
		again = false;
	}
	v->told = true;
	if (v->ops->say != NULL)
		v->ops->say(v, line, sizeof(line));
	if (line[0] == '\0' && sc->cur_row >= 0) {
		screen_row(sc, sc->cur_row, line, sizeof(line));
		tidy(line);
	}
	/* what changes while letters are echoed is said after them */
	if (typing)
		return;
	if (strcmp(line, last_line) != 0 && !new_view)
		say(line);
	snprintf(last_line, sizeof(last_line), "%s", line);
}
