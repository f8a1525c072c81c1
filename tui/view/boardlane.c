/* boardlane.c - a board's lanes: by what field, which one is open, and the
 * first cards of the others; see boardint.h. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/ui.h"
#include "tui/view/boardint.h"

void
board_free_lanes(struct board *b)
{
	int	i;

	if (b->peek != 0)
		app_forget(b->peek);
	b->peek = 0;
	for (i = 0; i < b->nlanes; i++) {
		val_free(b->lane[i].value);
		free(b->lane[i].title);
		val_free(b->lane[i].cards);
	}
	b->nlanes = 0;
}

/* What stands for a group without a title: a choice's label, or nothing. */
static char *
lane_title(const struct field *f, const struct val *v, const char *title)
{
	struct buf	 text = BUF_INIT;
	struct val	*names, *row;
	struct record	 r;
	char		*s;

	if (title != NULL)
		return xstrdup(title);
	if (val_is_null(v))
		return xstrdup("-");
	names = val_array();
	row = val_array();
	val_add(names, val_text(f->name));
	val_add(row, val_copy(v));
	r = (struct record){ names, row };
	record_text(NULL, f, &r, &text);
	s = xstrdup(buf_text(&text));
	buf_free(&text);
	val_free(names);
	val_free(row);
	return s;
}

static void
lanes_cb(const struct link_reply *r, void *arg)
{
	struct board		*b = arg;
	const struct field	*f;
	const struct val	*list = val_get(r->body, "groups"), *g;
	size_t			 i;

	b->lane_call = 0;
	f = def_field(board_def(b), b->lane_by);
	if (!r->ok || f == NULL) {
		if (!r->ok)
			app_error(r);
		return;
	}
	board_free_lanes(b);
	for (i = 0; i < val_count(list) && b->nlanes < BOARD_LANES; i++) {
		g = list->item[i];
		b->lane[b->nlanes++] = (struct blane){
			.value = val_at(g, 0) == NULL ? val_null() :
			    val_copy(val_at(g, 0)),
			.title = lane_title(f, val_at(g, 0),
			    val_str(val_at(g, 1))),
			.count = val_at(g, 2) == NULL ? 0 : val_at(g, 2)->i
		};
	}
	if (b->lane_at >= b->nlanes)
		b->lane_at = 0;
	board_restart(b);
}

/* What stands in no column is in no lane. */
static void
only_columns(struct board *b, struct val *args)
{
	const struct field	*by = def_field(board_def(b), board_by(b));
	struct val		*values, *in, *filter;
	int			 i;

	if (b->ncols == 0)
		return;
	values = val_array();
	in = val_map();
	for (i = 0; i < b->ncols; i++)
		val_add(values, val_of(by, b->col[i].value));
	val_put(in, "in", values);
	filter = val_get(args, "filter") == NULL ? val_map() :
	    val_copy(val_get(args, "filter"));
	val_put(filter, board_by(b), in);
	val_put(args, "filter", filter);
}

void
board_lanes(struct board *b, const char *field)
{
	char		 verb[128];
	struct val	*args;

	if (board_view_of(b) == NULL)
		return;
	board_free_lanes(b);
	free(b->lane_by);
	b->lane_by = field == NULL ? NULL : xstrdup(field);
	b->lane_at = 0;
	if (b->lane_call != 0)
		app_forget(b->lane_call);
	b->lane_call = 0;
	if (field == NULL) {
		board_restart(b);
		return;
	}
	args = board_args(b);
	only_columns(b, args);
	val_put_text(args, "by", field);
	snprintf(verb, sizeof verb, "%s.count", b->type);
	b->lane_call = app_call(verb, args, lanes_cb, b);
}

static void
peek_cb(const struct link_reply *r, void *arg)
{
	struct board	*b = arg;
	struct blane	*l = &b->lane[b->peek_at];

	b->peek = 0;
	if (r->ok && b->peek_at < b->nlanes) {
		val_free(l->cards);
		l->cards = val_copy(val_get(r->body, "board"));
	}
	ui_redraw();
}

void
board_peek(struct board *b, int lane)
{
	struct blane	*l = &b->lane[lane];
	struct val	*args;

	if (b->peek != 0 || b->call != 0 || (l->cards != NULL && !l->stale))
		return;
	l->stale = false;
	if (l->cards == NULL)		/* asked for once, also in vain */
		l->cards = val_array();
	b->peek_at = lane;
	args = board_args_in(b, lane);
	val_put_int(args, "limit", BOARD_PEEK);
	b->peek = board_ask(b, args, peek_cb, b);
}

void
board_lane(struct board *b, int to)
{
	if (to < 0 || to >= b->nlanes || to == b->lane_at)
		return;
	b->lane[b->lane_at].stale = true;	/* it may have been worked in */
	b->lane_at = to;
	board_restart(b);
}
