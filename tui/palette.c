/*
 * palette.c - the box of `:` and what is in it. The popup of `g` is in
 * goto.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "lib/arena.h"
#include "lib/msg.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/menu.h"
#include "tui/palette.h"
#include "tui/palette-int.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/ui-int.h"
#include "tui/ui.h"
#include "tui/view.h"

#define LIKELY		8	/* shown for an empty query */
#define SEARCH_MS	120
#define USED_MAX	8

struct entry *palette_entries;
int palette_count;

static void (*search)(const char *);
static struct event *search_timer;
static char *used[USED_MAX];	/* what was run lately, newest first */

/* A line of the box: an entry or an action. */
struct line {
	struct entry	*entry;		/* or NULL */
	enum action	 action;
	int		 score;
	char		 why[128];	/* not allowed now */
};

struct box {
	struct edit	 edit;
	struct pick	 pick;
	struct line	*line;
	int		 n, cap;
	int		 list_row;
};

static const struct view_ops box_ops;

/* --- registry -------------------------------------------------------------- */

static char *
folded(const char *s)
{
	struct arena *a = arena_new();
	char *f = tr_fold(a, s, strlen(s));

	f = xstrdup(f == NULL ? "" : f);
	arena_free(a);
	return f;
}

/* "grafik" finds all charts. */
static char *
folded_kind(const char *label, enum palette_kind kind, enum lang lang)
{
	char *both, *f;

	if (kind != PALETTE_CHART && kind != PALETTE_SETTING)
		return folded(label);
	both = xasprintf("%s %s", label, msg_text(lang,
	    kind == PALETTE_CHART ? "palette.chart" : "palette.setting"));
	f = folded(both);
	free(both);
	return f;
}

static char kept_letters[32];

void
palette_keep(const char *letters)
{
	snprintf(kept_letters, sizeof(kept_letters), "%s", letters);
}

static uint32_t
free_letter(const char *label)
{
	int keep = (int)strlen(kept_letters), i;
	uint32_t *taken = xcalloc((size_t)(palette_count + keep) + 1,
	    sizeof(*taken));
	uint32_t c;

	for (i = 0; i < palette_count; i++)
		taken[i] = palette_entries[i].e.go;
	for (i = 0; i < keep; i++)
		taken[palette_count + i] = (unsigned char)kept_letters[i];
	c = menu_letter(label, taken, palette_count + keep);
	free(taken);
	return c;
}

static bool
letter_taken(uint32_t c)
{
	int i;

	for (i = 0; i < palette_count; i++) {
		if (palette_entries[i].e.go == c)
			return true;
	}
	return c == 'g';
}

void
palette_add(const struct palette_entry *e)
{
	struct entry *n;

	/* A name that the server did not give. */
	if (e->tr == NULL) {
		if (e->drop != NULL)
			e->drop(e->arg);
		return;
	}
	palette_entries = xreallocarray(palette_entries,
	    (size_t)palette_count + 1, sizeof(*palette_entries));
	n = &palette_entries[palette_count];
	n->e = *e;
	n->e.source = xstrdup(e->source);
	n->e.tr = xstrdup(e->tr);
	n->e.en = xstrdup(e->en == NULL ? e->tr : e->en);
	n->e.detail = e->detail == NULL ? NULL : xstrdup(e->detail);
	n->fold_tr = folded_kind(n->e.tr, e->kind, LANG_TR);
	n->fold_en = folded_kind(n->e.en, e->kind, LANG_EN);
	if (n->e.go != 0 && letter_taken(n->e.go))
		n->e.go = 0;
	if (n->e.go == 0 && e->kind == PALETTE_SCREEN)
		n->e.go = free_letter(n->e.tr);
	palette_count++;
	/* An open box points into the array. */
	palette_found();
}

void
palette_drop(const char *source)
{
	struct entry *e;
	int i, kept = 0;

	for (i = 0; i < palette_count; i++) {
		e = &palette_entries[i];
		if (strcmp(e->e.source, source) != 0) {
			palette_entries[kept++] = *e;
			continue;
		}
		if (e->e.drop != NULL)
			e->e.drop(e->e.arg);
		free((char *)e->e.source);
		free((char *)e->e.tr);
		free((char *)e->e.en);
		free((char *)e->e.detail);
		free(e->fold_tr);
		free(e->fold_en);
	}
	palette_count = kept;
	palette_found();
}

bool
palette_screen(int n, struct palette_screen *out)
{
	int i;

	for (i = 0; i < palette_count; i++) {
		const struct palette_entry *e = &palette_entries[i].e;

		if (e->kind != PALETTE_SCREEN || n-- > 0)
			continue;
		out->label = ui_pick(e->tr, e->en);
		out->go = e->go;
		out->run = e->run;
		out->arg = e->arg;
		return true;
	}
	return false;
}

void
palette_set_search(void (*fn)(const char *))
{
	search = fn;
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct view *v = view_find(&box_ops);
	struct box *b;

	if (v == NULL || search == NULL)
		return;
	b = v->state;
	search(b->edit.text);
}

void
palette_start(struct event_base *base)
{
	search_timer = evtimer_new(base, timer_cb, NULL);
}

void
palette_stop(void)
{
	int i;

	if (search_timer != NULL)
		event_free(search_timer);
	search_timer = NULL;
	search = NULL;
	while (palette_count > 0) {
		char *source = xstrdup(palette_entries[0].e.source);

		palette_drop(source);
		free(source);
	}
	free(palette_entries);
	palette_entries = NULL;
	for (i = 0; i < USED_MAX; i++) {
		free(used[i]);
		used[i] = NULL;
	}
}

/* --- matching ---------------------------------------------------------------- */

/* 0: no match; more is better. */
static int
score_one(const char *text, const char *needle)
{
	const char *hit;

	if (needle[0] == '\0')
		return 1;
	if (strncmp(text, needle, strlen(needle)) == 0)
		return 30;
	for (hit = text; (hit = strstr(hit, needle)) != NULL; hit++) {
		if (hit[-1] == ' ' || hit[-1] == '-' || hit[-1] == ':')
			return 20;
	}
	return strstr(text, needle) != NULL ? 10 : 0;
}

/* Every word must be somewhere; "yen mus" finds "Yeni müşteri". */
static int
score_words(const char *text, const char *needle)
{
	char word[128];
	int total = 0, s;
	size_t n;

	s = score_one(text, needle);
	if (s > 0)
		return s;
	for (;;) {
		needle += strspn(needle, " ");
		n = strcspn(needle, " ");
		if (n == 0)
			return total;
		if (n >= sizeof(word))
			return 0;
		memcpy(word, needle, n);
		word[n] = '\0';
		s = score_one(text, word);
		if (s == 0)
			return 0;
		total = total == 0 || s < total ? s : total;
		needle += n;
	}
}

static int
score(const char *tr, const char *en, const char *needle)
{
	int a = score_words(tr, needle), b = score_words(en, needle);

	return a > b ? a : b;
}

static int
recency(const char *name)
{
	int i;

	for (i = 0; i < USED_MAX && used[i] != NULL; i++) {
		if (strcmp(used[i], name) == 0)
			return USED_MAX - i;
	}
	return 0;
}

static void
remember(const char *name)
{
	char *keep = xstrdup(name);
	int i;

	for (i = 0; i < USED_MAX - 1; i++) {
		if (used[i] == NULL || strcmp(used[i], name) == 0)
			break;
	}
	free(used[i]);
	memmove(&used[1], &used[0], (size_t)i * sizeof(used[0]));
	used[0] = keep;
}

static struct line *
add_line(struct box *b, int points)
{
	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		b->line = xreallocarray(b->line, (size_t)b->cap,
		    sizeof(*b->line));
	}
	memset(&b->line[b->n], 0, sizeof(*b->line));
	b->line[b->n].score = points * 100;
	return &b->line[b->n++];
}

/* Moving the cursor by command helps nobody. */
static bool
only_moves(enum action a)
{
	return (action_info(a)->when & WHEN_MENU) != 0 && a != ACT_REDRAW &&
	    a != ACT_MOUSE && a != ACT_QUIT && a != ACT_WHY;
}

static void
add_actions(struct box *b, const char *needle)
{
	static char *fold_tr[ACT_LAST], *fold_en[ACT_LAST];
	enum action hints[VIEW_HINTS];
	struct line *l;
	char why[128];
	int a, i, points, n = view_hints(view_base(), hints, VIEW_HINTS);

	for (a = 1; a < ACT_LAST; a++) {
		if (only_moves((enum action)a) || a == ACT_PALETTE ||
		    a == ACT_TAB)
			continue;
		if (fold_tr[a] == NULL) {
			fold_tr[a] = folded(action_info((enum action)a)->tr);
			fold_en[a] = folded(action_info((enum action)a)->en);
		}
		points = score(fold_tr[a], fold_en[a], needle);
		if (points == 0)
			continue;
		if (!view_can((enum action)a, why, sizeof(why)) &&
		    why[0] == '\0')
			continue;
		l = add_line(b, points);
		l->action = (enum action)a;
		snprintf(l->why, sizeof(l->why), "%s", why);
		l->score += recency(action_info((enum action)a)->name) * 3;
		for (i = 0; i < n; i++) {
			if (hints[i] == (enum action)a)
				l->score += 20 - i;
		}
		if (why[0] != '\0')
			l->score -= 500;
		/* what only shows something wins over what takes it away */
		if (a == ACT_DELETE)
			l->score -= 3000;
	}
}

static void
add_entries(struct box *b, const char *needle)
{
	static const int kind_points[] = {
		[PALETTE_COMMAND] = 8, [PALETTE_SCREEN] = 10,
		[PALETTE_CHART] = 3,
		[PALETTE_RECORD] = 2, [PALETTE_RECENT] = 6,
		[PALETTE_SETTING] = 1
	};
	struct line *l;
	char why[128];
	int i, points;

	for (i = 0; i < palette_count; i++) {
		struct entry *e = &palette_entries[i];

		points = score(e->fold_tr, e->fold_en, needle);
		/* What the server found comes later than the rest, and stands
		 * below it: nothing moves away under the cursor. Titles that
		 * begin with the text come before those that hold it. */
		if (e->e.kind == PALETTE_RECORD)
			points = 4 + points / 10;
		else if (e->e.kind == PALETTE_MORE)
			points = 3;
		if (points == 0)
			continue;
		why[0] = '\0';
		if (e->e.can != NULL && !e->e.can(e->e.arg, why,
		    sizeof(why)) && why[0] == '\0')
			continue;
		l = add_line(b, points);
		l->entry = e;
		snprintf(l->why, sizeof(l->why), "%s", why);
		l->score += kind_points[e->e.kind] + recency(e->e.tr) * 3;
	}
}

static int
by_score(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->score != y->score)
		return y->score - x->score;
	if (x->entry != NULL && y->entry != NULL)
		return x->entry < y->entry ? -1 : 1;
	return (int)x->action - (int)y->action;
}

static void
fill(struct box *b)
{
	char *needle = folded(b->edit.text), *p;

	/* ":askıya-al" is how manuals write "Askıya al". */
	for (p = needle; (p = strchr(p, '-')) != NULL; p++)
		*p = ' ';
	b->n = 0;
	add_actions(b, needle);
	add_entries(b, needle);
	qsort(b->line, (size_t)b->n, sizeof(*b->line), by_score);
	if (needle[0] == '\0' && b->n > LIKELY)
		b->n = LIKELY;
	pick_count(&b->pick, b->n);
	free(needle);
}

void
palette_found(void)
{
	struct view *v = view_find(&box_ops);

	if (v == NULL)
		return;
	fill(v->state);
	ui_redraw();
}

/* --- the box ------------------------------------------------------------------- */

static bool
box_open(struct view *v, void *arg)
{
	struct box *b = v->state;

	edit_init(&b->edit, 0, 100);
	if (arg != NULL)
		edit_set(&b->edit, arg);
	return true;
}

static void
box_close(struct view *v)
{
	struct box *b = v->state;

	edit_free(&b->edit);
	free(b->line);
	b->line = NULL;
	b->n = 0;
	evtimer_del(search_timer);
	if (search != NULL)
		search(NULL);
	palette_drop("search");
}

static const char *
kind_label(enum palette_kind k)
{
	static const char *const keys[] = {
		[PALETTE_COMMAND] = "palette.command",
		[PALETTE_SCREEN] = "palette.screen",
		[PALETTE_CHART] = "palette.chart",
		[PALETTE_RECORD] = "palette.record",
		[PALETTE_MORE] = "palette.more",
		[PALETTE_RECENT] = "palette.recent",
		[PALETTE_SETTING] = "palette.setting"
	};

	return T(keys[k]);
}

static void
line_words(const struct line *l, const char **label, char *right, size_t len)
{
	char go[8] = "";

	if (l->entry == NULL) {
		*label = action_label(l->action);
		snprintf(right, len, "%s", l->why[0] != '\0' ? l->why :
		    keys_hint(l->action));
		return;
	}
	*label = ui_pick(l->entry->e.tr, l->entry->e.en);
	if (l->entry->e.go != 0)
		go[utf8_put(go, l->entry->e.go)] = '\0';
	snprintf(right, len, "%s%s%s", l->why[0] != '\0' ? l->why :
	    l->entry->e.detail != NULL ? l->entry->e.detail :
	    kind_label(l->entry->e.kind), go[0] != '\0' ? "  g " : "", go);
}

static void
draw_line(struct box *b, struct surface *in, int row, int i)
{
	const struct line *l = &b->line[i];
	bool here = i == b->pick.at;
	uint32_t style = here ? STYLE_SELECTED :
	    l->why[0] != '\0' ? STYLE_DIM : STYLE_TEXT;
	const char *label;
	char right[160];
	int w;

	line_words(l, &label, right, sizeof(right));
	draw_fill(in, row, 0, 1, in->cols, style);
	draw_text(in, row, 0, 1, style, here ? glyph(GLYPH_MARK) : " ");
	w = text_width(right, strlen(right));
	if (w > in->cols / 2)
		w = in->cols / 2;
	draw_text(in, row, 2, in->cols - w - 4, style, label);
	draw_right(in, row, in->cols - w - 1, w,
	    here ? style : l->why[0] != '\0' ? STYLE_DIM : STYLE_KEY, right);
}

static void
box_draw(struct view *v, struct surface *s)
{
	struct box *b = v->state;
	int width = s->cols - 8 < 64 ? s->cols - 8 : 64, i;
	int rows = b->n < 12 ? b->n : 12;
	struct surface in;

	if (rows < 1)
		rows = 1;
	in = draw_popup(s, rows + 2, width, T("palette.title"));
	pick_fit(&b->pick, in.rows - 2);
	b->list_row = in.row - s->row + 2;
	for (i = 0; i < b->pick.rows && b->pick.top + i < b->n; i++)
		draw_line(b, &in, 2 + i, b->pick.top + i);
	if (b->n == 0)
		draw_text(&in, 2, 2, -1, STYLE_DIM, T("palette.none"));
	draw_scrollbar(&in, 2, in.cols - 1, in.rows - 2, b->pick.top, b->n);
	draw_text(&in, 0, 0, 1, STYLE_KEY, ":");
	/* Last, so that the cursor stands where letters go. */
	edit_draw(&b->edit, &in, 0, 2, in.cols - 2, true);
}

static void
run_line(struct view *v, int i)
{
	struct box *b = v->state;
	struct line l;
	const char *label;
	char right[160];
	void (*run)(void *);
	void *arg;

	if (i < 0 || i >= b->n)
		return;
	l = b->line[i];
	if (l.why[0] != '\0') {
		line_words(&l, &label, right, sizeof(right));
		ui_refused(TF("palette.off", "what", label, "why", l.why,
		    NULL));
		toast(TOAST_WARN, NULL, "%s", l.why);
		return;
	}
	if (l.entry == NULL) {
		remember(action_info(l.action)->name);
		view_pop(v);
		view_action(l.action, NULL);
		return;
	}
	/* Closing drops what the search found, this entry too: run first what
	 * belongs to it, on top of a box that is about to go. */
	remember(l.entry->e.tr);
	run = l.entry->e.run;
	arg = l.entry->e.arg;
	if (strcmp(l.entry->e.source, "search") == 0) {
		run(arg);
		view_pop(v);
		return;
	}
	view_pop(v);
	run(arg);
}

static void
typed(struct box *b)
{
	struct timeval tv = { 0, SEARCH_MS * 1000 };

	fill(b);
	b->pick.at = 0;
	if (search != NULL)
		evtimer_add(search_timer, &tv);
}

static bool
box_key(struct view *v, const struct input *in)
{
	struct box *b = v->state;
	bool taken;
	int i;

	i = pick_mouse(&b->pick, in, b->list_row, &taken);
	if (taken) {
		if (i >= 0)
			run_line(v, i);
		return true;
	}
	if (pick_key(&b->pick, in))
		return true;
	if (in->kind == INPUT_KEY && in->code == K_BACKSPACE &&
	    b->edit.len == 0) {
		view_pop(v);
		return true;
	}
	if (edit_key(&b->edit, in)) {
		typed(b);
		return true;
	}
	return false;
}

static bool
box_action(struct view *v, enum action a, const struct input *in)
{
	struct box *b = v->state;

	if (a == ACT_OPEN) {
		run_line(v, b->pick.at);
		return true;
	}
	if (a == ACT_BACK) {
		view_pop(v);
		return true;
	}
	/* Of an entry that cannot be done now: its reason. */
	if (a == ACT_WHY && b->n > 0 && b->line[b->pick.at].why[0] != '\0')
		run_line(v, b->pick.at);
	if (a == ACT_NEXT_PANE || a == ACT_PREV_PANE)
		return pick_action(&b->pick,
		    a == ACT_NEXT_PANE ? ACT_DOWN : ACT_UP);
	return false;
}

static void
box_say(struct view *v, char *buf, size_t len)
{
	struct box *b = v->state;
	const char *label;
	char right[160];

	if (b->n == 0) {
		snprintf(buf, len, ": %s (%s)", b->edit.text,
		    T("palette.none"));
		return;
	}
	line_words(&b->line[b->pick.at], &label, right, sizeof(right));
	snprintf(buf, len, ": %s  %d/%d %s  %s", b->edit.text, b->pick.at + 1,
	    b->n, label, right);
}

static const struct view_ops box_ops = {
	.name = "palette",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct box),
	.open = box_open,
	.close = box_close,
	.draw = box_draw,
	.key = box_key,
	.action = box_action,
	.say = box_say,
	.hints = { ACT_OPEN, ACT_UP, ACT_DOWN, ACT_BACK }
};

void
palette_open(const char *text)
{
	struct view *v;

	if (view_find(&box_ops) != NULL)
		return;
	v = view_push(&box_ops, (void *)text);
	if (v != NULL)
		fill(v->state);
}
