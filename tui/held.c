/*
 * held.c - keys that come while the server is asked where they belong: into
 * which company, to which step of signing in. They wait for its answer, and
 * go to the screen that comes then; those of a person who types ahead are
 * neither lost nor taken for something else.
 */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "lib/xmalloc.h"
#include "tui/input.h"
#include "tui/ui.h"
#include "tui/ui-int.h"

#define HELD_MAX	512		/* keys; more are dropped */
#define HELD_PASTE	(2 << 20)	/* bytes of pastes, in all */

static struct {
	struct input	*list;
	size_t		 n, bytes;
	struct event	*later;
	bool		 on;		/* new ones are held */
} held;

/* One of them may be a password. */
static void
held_wipe(struct input *in)
{
	if (in->text != NULL)
		explicit_bzero((char *)in->text, in->len);
	free((char *)in->text);
	explicit_bzero(in, sizeof *in);
}

static void
held_clear(void)
{
	while (held.n > 0)
		held_wipe(&held.list[--held.n]);
	free(held.list);
	held.list = NULL;
	held.bytes = 0;
}

static void
held_later_cb(evutil_socket_t fd, short what, void *arg)
{
	struct input	in;

	(void)fd;
	(void)what;
	(void)arg;
	/* One of them may ask the server again: the rest waits on. */
	while (held.n > 0 && !held.on) {
		in = held.list[0];
		held.bytes -= in.len;
		memmove(held.list, held.list + 1,
		    --held.n * sizeof *held.list);
		ui_key(&in);
		held_wipe(&in);
	}
	if (held.n == 0)
		held_clear();
}

bool
held_take(const struct input *in)
{
	struct input	*mine;

	if (!held.on && held.n == 0)
		return false;
	if (in->kind == INPUT_KEY && in->code == 'c' && in->mods == MOD_CTRL) {
		held_clear();
		return false;
	}
	/* Where a click was meant to go is not there any more. */
	if (in->kind == INPUT_MOUSE || held.n == HELD_MAX ||
	    in->len > HELD_PASTE - held.bytes)
		return true;
	if (held.list == NULL)
		held.list = xcalloc(HELD_MAX, sizeof *held.list);
	mine = &held.list[held.n++];
	*mine = *in;
	if (in->text != NULL)
		mine->text = xstrndup(in->text, in->len);
	held.bytes += mine->len;
	return true;
}

bool
held_waits(void)
{
	return held.on || held.n > 0;
}

void
ui_hold(void)
{
	held.on = true;
}

void
ui_go_on(bool keep)
{
	held.on = false;
	if (!keep)
		held_clear();
	if (held.n == 0)
		return;
	if (held.later == NULL)
		held.later = evtimer_new(ui_base(), held_later_cb, NULL);
	event_active(held.later, EV_TIMEOUT, 0);
	ui_redraw();
}

void
held_stop(void)
{
	held_clear();
	held.on = false;
	if (held.later != NULL)
		event_free(held.later);
	held.later = NULL;
}
