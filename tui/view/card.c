/* card.c - one record as a screen; see card.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/view.h"
#include "tui/view/around.h"
#include "tui/view/card.h"
#include "tui/view/home.h"
#include "tui/view/sidemenu.h"

struct card_arg {
	const char	*type, *id;
};

static bool
card_start(struct view *v, void *arg)
{
	struct cardpane	*c = v->state;
	struct card_arg	*a = arg;

	cardpane_init(c);
	cardpane_show(c, a->type, a->id, false);
	return true;
}

static void
card_close(struct view *v)
{
	cardpane_free(v->state);
}

static void
card_title(struct view *v, char *out, size_t len)
{
	struct cardpane		*c = v->state;
	const struct def	*d = defs_find(c->type);
	struct record		 r = { NULL, c->rec };
	struct buf		 b = BUF_INIT;

	if (d != NULL && c->rec != NULL)
		record_title(d, &r, &b);
	if (buf_len(&b) == 0 && d != NULL)
		buf_addz(&b, app_label(d->label));
	snprintf(out, len, "%s", buf_text(&b));
	buf_free(&b);
}

static void
card_draw(struct view *v, struct surface *s)
{
	struct cardpane	*c = v->state;
	struct surface	 in = sidemenu_draw(s);
	char		 title[160];

	if (c->rec != NULL && !c->noted) {
		card_title(v, title, sizeof title);
		home_note(c->type, c->id, title);
		c->noted = true;
	}
	cardpane_draw(c, &in, true);
}

static void
card_status(struct view *v, char *out, size_t len)
{
	struct cardpane	*c = v->state;

	out[0] = '\0';
	if (c->list != NULL)
		listpane_status(c->list, out, len);
	else if (c->time != NULL)
		timepane_status(c->time, out, len);
}

static bool
card_key(struct view *v, const struct input *in)
{
	struct input	moved;

	if (!sidemenu_mouse(v->cols, in, &moved))
		return true;
	return cardpane_key(v->state, &moved);
}

static bool
card_action(struct view *v, enum action a, const struct input *in)
{
	if (cardpane_action(v->state, a, in))
		return true;
	if (a != ACT_BACK && a != ACT_CLOSE)
		return false;
	view_close(v);
	return true;
}

static bool
card_can(struct view *v, enum action a, char *why, size_t len)
{
	struct cardpane		*c = v->state;
	const struct def	*d = defs_find(c->type);

	why[0] = '\0';
	if (a == ACT_COMMENT || a == ACT_WATCH || a == ACT_REMIND ||
	    a == ACT_PAST || a == ACT_ABSENT)
		return c->rec != NULL && around_can(d, a);
	if (c->time != NULL && timepane_can(c->time, a))
		return true;
	if (c->list != NULL)
		return listpane_can(c->list, a, why, len);
	switch (a) {
	case ACT_EDIT:
		return c->rec != NULL && def_can(d, "edit");
	case ACT_DELETE:
		return c->rec != NULL && def_can(d, "delete");
	case ACT_CLONE:
		return c->rec != NULL && def_can(d, "create");
	case ACT_HISTORY:
		return c->rec != NULL && def_can(d, "history");
	case ACT_ACTIONS:
	case ACT_COPY:
		return c->rec != NULL;
	case ACT_REFRESH:
		return true;
	default:
		return false;
	}
}

static int
card_hints(struct view *v, enum action *out, int max)
{
	static const enum action	order[] = {
		ACT_EDIT, ACT_ACTIONS, ACT_DELETE, ACT_COPY
	};
	struct cardpane	*c = v->state;
	char		 why[8];
	size_t		 i;
	int		 n = 0;

	if (c->time != NULL)
		n = timepane_hints(c->time, out, max > 5 ? 5 : max);
	if (c->list != NULL)
		n = listpane_hints(c->list, out, max > 5 ? 5 : max);
	for (i = 0; c->list == NULL && c->time == NULL && i < 4 && n < max;
	    i++) {
		if (card_can(v, order[i], why, sizeof why))
			out[n++] = order[i];
	}
	if (n < max)
		out[n++] = ACT_NEXT_PANE;
	if (n < max)
		out[n++] = ACT_BACK;
	return n;
}

/* A comment whole, not only its head. */
static void
card_say(struct view *v, char *out, size_t len)
{
	struct cardpane	*c = v->state;

	if (c->time != NULL)
		timepane_say(c->time, out, len);
	else if (c->list != NULL)
		listpane_say(c->list, out, len);
}

static const struct view_ops card_view = {
	.name = "card",
	.when = WHEN_CARD | WHEN_LIST,
	.size = sizeof(struct cardpane),
	.open = card_start,
	.close = card_close,
	.title = card_title,
	.draw = card_draw,
	.status = card_status,
	.key = card_key,
	.action = card_action,
	.can = card_can,
	.say = card_say,
	.hints_now = card_hints
};

void
card_open(const char *type, const char *id)
{
	struct card_arg	a = { type, id };

	view_push(&card_view, &a);
}

struct val *
card_where(const struct view *v)
{
	const struct cardpane	*c = v->state;
	struct val		*m;

	if (v->ops != &card_view || c->id[0] == '\0')
		return NULL;
	m = val_put_text(val_map(), "type", c->type);
	val_put_int(m, "tab", c->at);
	return val_put_text(m, "id", c->id);
}

void
card_open_where(const struct val *m)
{
	struct view	*v;

	app_open_record(val_get_str(m, "type"), val_get_str(m, "id"));
	if ((v = view_top())->ops == &card_view)
		cardpane_tab(v->state, (int)val_get_int(m, "tab", 0));
}
