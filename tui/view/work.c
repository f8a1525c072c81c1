/* work.c - see work.h. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/lang.h"
#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/lang.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/work.h"

#define LINES_MAX 2000

struct work {
	struct view	*view;
	char		*title, *sentence, *label;
	char		**line;
	int		 n, top;
	int64_t		 done, total;
	bool		 over, good, told;
	void		(*stop)(bool, void *);
	void		(*next)(void *);
	void		*arg;
};

static bool
work_start(struct view *v, void *arg)
{
	struct work	*w = v->state;

	*w = *(struct work *)arg;
	w->view = v;
	return true;
}

static void
work_forget(struct work *w)
{
	while (w->n > 0)
		free(w->line[--w->n]);
	free(w->sentence);
	w->sentence = NULL;
	w->top = 0;
}

static void
work_end(struct view *v)
{
	struct work	*w = v->state;

	if (!w->told && w->stop != NULL) {
		w->told = true;
		w->stop(!w->over, w->arg);
	}
	work_forget(w);
	free(w->line);
	free(w->title);
	free(w->label);
	memset(w, 0, sizeof *w);
	w->told = true;
}

static void
work_title(struct view *v, char *out, size_t len)
{
	struct work	*w = v->state;

	snprintf(out, len, "%s", w->title);
}

static void
work_counts(const struct work *w, char *out, size_t len)
{
	char	done[24], total[24];

	snprintf(done, sizeof done, "%lld", (long long)w->done);
	snprintf(total, sizeof total, "%lld", (long long)w->total);
	snprintf(out, len, "%s", TF("many.progress", "done", done, "total",
	    w->total > 0 ? total : "?", NULL));
}

static void
work_bar(const struct work *w, struct surface *s, int row)
{
	int	width = s->cols - 6 > 60 ? 60 : s->cols - 6;
	int	full = w->total > 0 ? (int)(w->done * width / w->total) : 0;

	draw_text(s, row, 2, 1, STYLE_TEXT, "[");
	draw_fill(s, row, 3, 1, full > width ? width : full, STYLE_SELECTED);
	draw_text(s, row, 3 + width, 1, STYLE_TEXT, "]");
}

static void
work_draw(struct view *v, struct surface *s)
{
	struct work	*w = v->state;
	char		 text[120];
	int		 row, i;

	draw_cursor(s, 0, 2);
	if (!w->over) {
		work_counts(w, text, sizeof text);
		draw_text(s, 1, 2, s->cols - 4, STYLE_TEXT, text);
		work_bar(w, s, 3);
		return;
	}
	row = draw_wrap(s, 0, 2, s->cols - 4, 4, w->good ? STYLE_GOOD :
	    STYLE_ERROR, w->sentence == NULL ? "" : w->sentence, 0) + 1;
	if (w->top > w->n - (s->rows - row))
		w->top = w->n - (s->rows - row);
	if (w->top < 0)
		w->top = 0;
	for (i = w->top; i < w->n && row < s->rows; i++, row++)
		draw_text(s, row, 2, s->cols - 4, STYLE_TEXT, w->line[i]);
	draw_scrollbar(s, 2, s->cols - 1, s->rows - 2, w->top, w->n);
}

static void
work_status(struct view *v, char *out, size_t len)
{
	struct work	*w = v->state;

	if (w->over)
		snprintf(out, len, "%d", w->n);
	else
		work_counts(w, out, len);
}

static void
work_scroll(struct work *w, int by)
{
	w->top += by;
	if (w->top > w->n - 1)
		w->top = w->n - 1;
	if (w->top < 0)
		w->top = 0;
}

static bool
work_action(struct view *v, enum action a, const struct input *in)
{
	struct work	*w = v->state;

	switch (a) {
	case ACT_UP:
	case ACT_DOWN:
		work_scroll(w, a == ACT_UP ? -1 : 1);
		break;
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
		work_scroll(w, a == ACT_PAGE_UP ? -15 : 15);
		break;
	case ACT_TOP:
	case ACT_BOTTOM:
		work_scroll(w, a == ACT_TOP ? -w->n : w->n);
		break;
	case ACT_OPEN:
		if (w->over && w->next != NULL)
			w->next(w->arg);
		break;
	case ACT_BACK:
	case ACT_CLOSE:
		view_pop(v);
		break;
	default:
		return false;
	}
	ui_redraw();
	return true;
}

static int
work_hints(struct view *v, enum action *out, int max)
{
	struct work	*w = v->state;
	int		 n = 0;

	if (w->over && w->next != NULL && n < max)
		out[n++] = ACT_OPEN;
	if (n < max)
		out[n++] = ACT_BACK;
	return n;
}

static const char *
work_label(struct view *v, enum action a)
{
	struct work	*w = v->state;

	if (a == ACT_OPEN)
		return w->label;
	return a == ACT_BACK && !w->over ? TF("many.stop", NULL) : NULL;
}

static void
work_say(struct view *v, char *out, size_t len)
{
	struct work	*w = v->state;

	if (w->over)
		snprintf(out, len, "%s", w->sentence == NULL ? "" :
		    w->sentence);
	else
		work_counts(w, out, len);
}

static const struct view_ops work_view = {
	.name = "work",
	.when = WHEN_TEXT,
	.size = sizeof(struct work),
	.open = work_start,
	.close = work_end,
	.title = work_title,
	.draw = work_draw,
	.status = work_status,
	.action = work_action,
	.hints_now = work_hints,
	.label = work_label,
	.say = work_say
};

struct work *
work_open(const char *title, void (*stop)(bool, void *), void *arg)
{
	struct work	 w = { .title = xstrdup(title), .stop = stop,
	    .arg = arg };
	struct view	*v = view_push(&work_view, &w);

	return v->state;
}

void
work_progress(struct work *w, int64_t done, int64_t total)
{
	w->done = done;
	if (total > 0)
		w->total = total;
	ui_redraw();
}

void
work_line(struct work *w, const char *text)
{
	if (w->n == LINES_MAX)
		return;
	w->line = xreallocarray(w->line, (size_t)w->n + 1, sizeof *w->line);
	w->line[w->n++] = xstrdup(text);
}

void
work_over(struct work *w, const char *sentence, bool good)
{
	free(w->sentence);
	w->sentence = xstrdup(sentence);
	w->over = true;
	w->good = good;
	ui_redraw();
}

void
work_next(struct work *w, const char *label, void (*next)(void *))
{
	free(w->label);
	w->label = label == NULL ? NULL : xstrdup(label);
	w->next = next;
}

void
work_again(struct work *w)
{
	work_forget(w);
	work_next(w, NULL, NULL);
	w->over = false;
	w->done = 0;
	ui_redraw();
}

void
work_close(struct work *w)
{
	w->told = true;
	view_pop(w->view);
}
