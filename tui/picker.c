/*
 * picker.c - the group's tree of companies: after sign-in as a screen, on
 * Ctrl+O as a popup. Typing filters; a subsidiary that matches brings its
 * parents with it. Who is not a member sees a company but cannot enter it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/tr.h"
#include "lib/tz.h"
#include "lib/when.h"
#include "lib/xmalloc.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/link.h"
#include "tui/pick.h"
#include "tui/picker.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"

#define DEEPEST	8
#define WITH_KIND 72	/* narrower: no kind of company */

struct company {
	char	*id, *parent, *name, *text, *kind, *role, *tint;
	char	*fold;		/* what typing is compared with */
	char	 when[48];	/* "2 sa önce", or "" */
	int	 depth;
	bool	 main, member, last_sibling;
	bool	 group;		/* the consolidated view */
	bool	 shown, match;	/* under the present filter */
};

struct picker {
	struct link	*link;
	uint64_t	 call;
	struct edit	 edit;
	struct pick	 pick;
	struct company	*item;
	int		*line;		/* items that show, in order */
	int		 n, nlines, matches;
	char		*first_name, *current, *last, *error;
	bool		 popup, loaded;
	int		 list_row;
	void		(*done)(const char *, const char *, bool, void *);
	void		*arg;
};

static const struct view_ops screen_ops, popup_ops;

/* --- what the server said ------------------------------------------------------ */

static char *
copy(const struct val *map, const char *key)
{
	const char *s = val_get_str(map, key);

	return xstrdup(s == NULL ? "" : s);
}

static char *
folded(const char *a, const char *b)
{
	struct arena *ar = arena_new();
	char *both = xasprintf("%s %s", a, b), *f;

	f = tr_fold(ar, both, strlen(both));
	free(both);
	f = xstrdup(f == NULL ? "" : f);
	arena_free(ar);
	return f;
}

static void
fill_when(struct company *c, const struct val *row)
{
	const char *at = val_get_str(row, "last_at");
	int64_t us;

	if (at != NULL && timestamp_read(at, strlen(at), &us) == DATE_OK)
		timestamp_relative(ui_lang(), us, clock_now(),
		    tz_find("Europe/Istanbul"), c->when);
}

static void
add_group(struct picker *k, const struct val *group)
{
	struct company *c;

	if (!val_get_bool(group, "consolidated"))
		return;
	c = &k->item[k->n++];
	c->id = copy(group, "id");
	c->name = copy(group, "name");
	c->parent = xstrdup("");
	c->text = xstrdup("");
	c->kind = xstrdup("");
	c->role = xstrdup("");
	c->tint = xstrdup("");
	c->fold = folded(c->name, T("picker.holding"));
	c->group = c->member = true;
}

static void
add_company(struct picker *k, const struct val *row)
{
	struct company *c = &k->item[k->n++];
	const char *type = val_get_str(row, "company_type");
	int i;

	c->id = copy(row, "id");
	c->parent = copy(row, "parent_id");
	c->name = copy(row, "name");
	c->text = copy(row, "description");
	c->kind = copy(row, "kind");
	c->role = copy(row, "role");
	c->tint = copy(row, "color_primary");
	c->fold = folded(c->name, c->text);
	c->member = val_get_bool(row, "member");
	c->main = type == NULL || strcmp(type, "subsidiary") != 0;
	fill_when(c, row);
	/* The reply is in tree order: a parent stands before its own. */
	for (i = 0; i < k->n - 1 && c->parent[0] != '\0'; i++) {
		if (strcmp(k->item[i].id, c->parent) == 0 &&
		    k->item[i].depth < DEEPEST)
			c->depth = k->item[i].depth + 1;
	}
}

static void
free_items(struct picker *k)
{
	int i;

	for (i = 0; i < k->n; i++) {
		free(k->item[i].id);
		free(k->item[i].parent);
		free(k->item[i].name);
		free(k->item[i].text);
		free(k->item[i].kind);
		free(k->item[i].role);
		free(k->item[i].tint);
		free(k->item[i].fold);
	}
	free(k->item);
	free(k->line);
	k->item = NULL;
	k->line = NULL;
	k->n = k->nlines = 0;
}

/* --- filter -------------------------------------------------------------------- */

static int
parent_of(const struct picker *k, int i)
{
	int p;

	for (p = i - 1; p >= 0; p--) {
		if (strcmp(k->item[p].id, k->item[i].parent) == 0)
			return p;
	}
	return -1;
}

/* Last of its brothers among those that show: its branch ends. */
static void
mark_siblings(struct picker *k)
{
	int i, j;

	for (i = 0; i < k->nlines; i++) {
		struct company *c = &k->item[k->line[i]];

		c->last_sibling = true;
		for (j = i + 1; j < k->nlines; j++) {
			const struct company *d = &k->item[k->line[j]];

			if (d->depth < c->depth)
				break;
			if (d->depth == c->depth) {
				c->last_sibling = false;
				break;
			}
		}
	}
}

static void
filter(struct picker *k)
{
	struct arena *a = arena_new();
	const char *needle = tr_fold(a, k->edit.text, k->edit.len);
	int i, p, first = -1;

	k->matches = 0;
	for (i = 0; i < k->n; i++) {
		k->item[i].match = tr_match(k->item[i].fold, needle);
		k->item[i].shown = k->item[i].match;
		k->matches += k->item[i].match;
		for (p = parent_of(k, i); k->item[i].match && p >= 0;
		    p = parent_of(k, p))
			k->item[p].shown = true;
	}
	k->nlines = 0;
	for (i = 0; i < k->n; i++) {
		if (!k->item[i].shown)
			continue;
		if (first < 0 && k->item[i].match && k->item[i].member)
			first = k->nlines;
		k->line[k->nlines++] = i;
	}
	mark_siblings(k);
	pick_count(&k->pick, k->nlines);
	/* Enter takes what was looked for, not the parent above it. */
	if (needle[0] != '\0' && first >= 0)
		k->pick.at = first;
	arena_free(a);
}

static void
select_id(struct picker *k, const char *id)
{
	int i;

	for (i = 0; id != NULL && id[0] != '\0' && i < k->nlines; i++) {
		if (strcmp(k->item[k->line[i]].id, id) == 0)
			k->pick.at = i;
	}
}

static void
companies_cb(const struct link_reply *r, void *arg)
{
	struct view *v = arg;
	struct picker *k = v->state;
	const struct val *list = val_get(r->body, "companies");
	const struct val *group = val_get(r->body, "group");
	size_t i, n = val_count(list);
	const char *name = val_get_str(group, "name");

	k->call = 0;
	k->loaded = true;
	ui_busy(-1);
	ui_go_on(r->ok);
	ui_redraw();
	free(k->error);
	k->error = NULL;
	if (!r->ok) {
		k->error = xstrdup(r->text[0] != '\0' ? r->text : r->code);
		return;
	}
	free_items(k);
	k->item = xcalloc(n + 1, sizeof(*k->item));
	k->line = xcalloc(n + 1, sizeof(*k->line));
	if (name != NULL)
		snprintf(frame_info()->group, sizeof(frame_info()->group),
		    "%s", name);
	/* As the switcher's last line, as the screen's first. */
	if (!k->popup)
		add_group(k, group);
	for (i = 0; i < n; i++)
		add_company(k, val_at(list, i));
	if (k->popup)
		add_group(k, group);
	free(k->last);
	k->last = copy(r->body, "last");
	filter(k);
	select_id(k, k->popup ? k->current : k->last);
}

static void
ask(struct view *v)
{
	struct picker *k = v->state;

	if (k->call != 0)
		return;
	ui_busy(1);
	/* Enter means one of those that are to come. */
	ui_hold();
	k->call = link_call(k->link, "session.companies", NULL, 0,
	    companies_cb, v);
}

/* --- drawing ------------------------------------------------------------------- */

static const char *
type_label(const struct company *c)
{
	return T(c->group ? "picker.group" : c->main ? "picker.main" :
	    "picker.subsidiary");
}

static const char *
kind_label(const struct company *c)
{
	static const char *const kinds[][2] = {
		{ "agency", "picker.kind_agency" },
		{ "school", "picker.kind_school" },
		{ "studio", "picker.kind_studio" }
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i][0], c->kind) == 0)
			return T(kinds[i][1]);
	}
	return c->kind;
}

/* Dot or branch, then the name; returns the column after it. */
static int
draw_name(const struct picker *k, struct surface *s, int row, int col,
    int width, const struct company *c, bool here)
{
	uint32_t style = here ? STYLE_SELECTED : c->member ? STYLE_TEXT :
	    STYLE_DIM;
	int indent = c->depth * 2, i;

	if (c->depth > 0) {
		i = col + indent - 2;
		draw_text(s, row, i, 1, STYLE_DIM,
		    glyph(c->last_sibling ? GLYPH_LEAF : GLYPH_BRANCH));
		draw_text(s, row, i + 1, 1, STYLE_DIM, glyph(GLYPH_LINE));
		col += indent;
		width -= indent;
	}
	if (!c->group) {
		draw_text(s, row, col, 1, c->member ?
		    theme_tint(STYLE_TEXT, c->tint) : STYLE_DIM,
		    glyph(c->member ? GLYPH_DOT : GLYPH_RING));
		col += 2;
		width -= 2;
	}
	if (k->edit.len > 0 && c->match && !here)
		style |= STYLE_BOLD;
	draw_text(s, row, col, width, style, c->name);
	if (here)
		draw_cursor(s, row, col);
	return col + width;
}

/* What stands at the right of a row: type, kind, last entered. */
static void
draw_row(const struct picker *k, struct surface *s, int row, int line,
    int name_width)
{
	const struct company *c = &k->item[k->line[line]];
	bool here = line == k->pick.at, now;
	int col;
	char note[160] = "";

	now = k->popup && strcmp(c->id, k->current) == 0;
	draw_text(s, row, 0, 1, STYLE_TEXT, here ? glyph(GLYPH_MARK) : " ");
	if (now)
		draw_text(s, row, 1, 1, STYLE_TEXT, glyph(GLYPH_CHECK));
	draw_name(k, s, row, 3, name_width - 3, c, here);
	col = 3 + name_width;
	if (c->group && k->popup) {
		draw_text(s, row, col, -1, STYLE_DIM, T("picker.holding"));
		return;
	}
	draw_text(s, row, col, 14, STYLE_TEXT, type_label(c));
	col += 15;
	if (c->group) {
		draw_text(s, row, col, -1, STYLE_DIM, T("picker.group_line"));
		return;
	}
	if (s->cols >= WITH_KIND) {
		draw_text(s, row, col, 7, STYLE_DIM, kind_label(c));
		col += 8;
	}
	if (!c->member)
		snprintf(note, sizeof(note), "%s", T("picker.not_member"));
	else if (k->last != NULL && strcmp(c->id, k->last) == 0 &&
	    c->when[0] != '\0')
		snprintf(note, sizeof(note), "* %s",
		    TF("picker.last_short", "when", c->when, NULL));
	draw_text(s, row, col, 20, STYLE_DIM, note);
	if (s->cols - col - 22 > 15)
		draw_text(s, row, col + 22, s->cols - col - 23, STYLE_DIM,
		    c->text);
}

static int
name_width(const struct picker *k, int cols)
{
	int i, w = 16, n;

	for (i = 0; i < k->nlines; i++) {
		const struct company *c = &k->item[k->line[i]];

		n = c->depth * 2 + 2 + text_width(c->name, strlen(c->name));
		w = n > w ? n : w;
	}
	w += 3;
	cols -= cols >= WITH_KIND ? 47 : 33;
	return w > cols ? (cols < 20 ? 20 : cols) : w;
}

static const struct company *
chosen(const struct picker *k)
{
	return k->nlines > 0 ? &k->item[k->line[k->pick.at]] : NULL;
}

static void
draw_list(struct picker *k, struct surface *s)
{
	int width = name_width(k, s->cols), i;
	const char *why = NULL;

	pick_fit(&k->pick, s->rows);
	for (i = 0; i < k->pick.rows && k->pick.top + i < k->nlines; i++)
		draw_row(k, s, i, k->pick.top + i, width);
	draw_scrollbar(s, 0, s->cols - 1, s->rows, k->pick.top, k->nlines);
	if (!k->loaded)
		why = T("picker.loading");
	else if (k->error != NULL)
		why = k->error;
	else if (k->n == 0)
		why = T("picker.empty");
	else if (k->nlines == 0)
		why = TF("picker.none", "text", k->edit.text, NULL);
	if (why != NULL)
		draw_wrap(s, 0, 2, s->cols - 4, 3,
		    k->error != NULL ? STYLE_ERROR : STYLE_DIM, why, 0);
}

/* At the right of wide windows: who this company is. */
static void
draw_card(const struct picker *k, struct surface *s)
{
	const struct company *c = chosen(k);
	char mono[16];
	int row = 4;

	if (c == NULL)
		return;
	draw_box(s, 0, 0, s->rows, s->cols, STYLE_BORDER, c->name);
	frame_monogram(c->name, mono, sizeof(mono));
	draw_fmt(s, 2, 2, 8, theme_tint(STYLE_TITLE, c->tint) | STYLE_REVERSE,
	    "  %s  ", mono);
	draw_text(s, 2, 10, s->cols - 12, STYLE_TITLE, type_label(c));
	row += draw_wrap(s, row, 2, s->cols - 4, 4, STYLE_TEXT,
	    c->group ? T("picker.group_line") : c->text, 0) + 1;
	if (c->group)
		return;
	draw_fmt(s, row++, 2, s->cols - 4, STYLE_TEXT, "%s: %s",
	    T("picker.kind"), kind_label(c));
	if (!c->member) {
		draw_wrap(s, row + 1, 2, s->cols - 4, 3, STYLE_DIM,
		    TF("picker.not_member_long", "name", c->name, NULL), 0);
		return;
	}
	draw_fmt(s, row++, 2, s->cols - 4, STYLE_TEXT, "%s: %s",
	    T("picker.role"), c->role);
	if (c->when[0] != '\0')
		draw_text(s, row, 2, s->cols - 4, STYLE_TEXT,
		    TF("picker.last_short", "when", c->when, NULL));
}

static void
draw_search(struct picker *k, struct surface *s, int row, int width)
{
	char n[16], all[16];
	int col;

	snprintf(n, sizeof(n), "%d", k->matches);
	snprintf(all, sizeof(all), "%d", k->n);
	col = draw_fmt(s, row, 0, -1, STYLE_KEY, "%s: ", T("picker.search"));
	if (k->edit.len > 0)
		draw_right(s, row, width / 2, width / 2, STYLE_DIM,
		    TF("picker.matches", "n", n, "all", all, NULL));
	/* No cursor of its own: it stands on the company that Enter takes. */
	draw_text(s, row, col, width / 2 - col - 1, STYLE_FOCUS, k->edit.text);
	if (k->edit.len == 0)
		draw_text(s, row, col, 1, STYLE_DIM, "_");
}

static void
draw_last(const struct picker *k, struct surface *s, int row)
{
	int i;

	for (i = 0; i < k->n; i++) {
		if (k->last != NULL && strcmp(k->item[i].id, k->last) == 0 &&
		    k->item[i].when[0] != '\0')
			draw_text(s, row, 0, -1, STYLE_DIM, TF("picker.last",
			    "name", k->item[i].name, "when",
			    k->item[i].when, NULL));
	}
}

static void
screen_draw(struct view *v, struct surface *s)
{
	struct picker *k = v->state;
	struct surface in = draw_sub(s, 1, 1, s->rows - 1, s->cols - 2), list;
	int width = in.cols, card = 0;

	if (in.cols >= 138) {
		card = 40;
		width = in.cols - card - 2;
	}
	draw_text(&in, 0, 0, -1, STYLE_TITLE,
	    TF("picker.welcome", "name", k->first_name, NULL));
	draw_last(k, &in, 1);
	draw_search(k, &in, 3, width);
	list = draw_sub(&in, 5, 0, in.rows - 5, width);
	k->list_row = list.row - s->row;
	draw_list(k, &list);
	if (card > 0) {
		list = draw_sub(&in, 3, width + 2, 16, card);
		draw_card(k, &list);
	}
}

static void
popup_draw(struct view *v, struct surface *s)
{
	struct picker *k = v->state;
	int rows = (k->n > 0 ? k->n : 3) + 2;
	struct surface in, list;

	in = draw_popup(s, rows < s->rows - 6 ? rows : s->rows - 6,
	    s->cols - 8 < 90 ? s->cols - 8 : 90, T("picker.switch"));
	draw_search(k, &in, 0, in.cols);
	list = draw_sub(&in, 2, 0, in.rows - 2, in.cols);
	k->list_row = list.row - s->row;
	draw_list(k, &list);
}

static void
picker_status(struct view *v, char *buf, size_t len)
{
	struct picker *k = v->state;
	const struct company *c = chosen(k);

	if (c != NULL)
		snprintf(buf, len, "%s", c->group ? T("picker.group_line") :
		    c->text);
}

/* --- keys ------------------------------------------------------------------------ */

static void
enter(struct view *v)
{
	struct picker *k = v->state;
	const struct company *c = chosen(k);

	if (c == NULL) {
		if (k->error != NULL)
			ask(v);
		return;
	}
	if (!c->member) {
		toast(TOAST_WARN, NULL, "%s", TF("picker.not_member_long",
		    "name", c->name, NULL));
		return;
	}
	toast(TOAST_NOTICE, NULL, "%s",
	    TF("picker.entering", "name", c->name, NULL));
	if (k->done != NULL)
		k->done(c->id, c->name, c->group, k->arg);
}

static bool
picker_key(struct view *v, const struct input *in)
{
	struct picker *k = v->state;
	bool taken;

	if (pick_mouse(&k->pick, in, k->list_row, &taken) >= 0)
		enter(v);
	if (taken || pick_key(&k->pick, in))
		return true;
	if (in->kind == INPUT_KEY && (in->code == K_HOME ||
	    in->code == K_END))
		return pick_action(&k->pick, in->code == K_HOME ? ACT_TOP :
		    ACT_BOTTOM);
	if (in->kind == INPUT_KEY && in->code == K_BACKSPACE &&
	    k->edit.len == 0)
		return true;
	if ((!input_is_text(in) && in->kind != INPUT_PASTE &&
	    in->code != K_BACKSPACE && in->code != 'u') ||
	    !edit_key(&k->edit, in))
		return false;
	filter(k);
	return true;
}

static bool
picker_action(struct view *v, enum action a, const struct input *in)
{
	struct picker *k = v->state;
	char *keep;

	if (pick_action(&k->pick, a))
		return true;
	switch (a) {
	case ACT_OPEN:
		enter(v);
		return true;
	case ACT_BACK:
		if (k->edit.len == 0) {
			if (k->popup)
				view_pop(v);
			return true;
		}
		keep = xstrdup(chosen(k) == NULL ? "" : chosen(k)->id);
		edit_set(&k->edit, "");
		filter(k);
		select_id(k, keep);
		free(keep);
		return true;
	case ACT_REFRESH:
		ask(v);
		return true;
	default:
		return false;
	}
}

static const char *
picker_word(struct view *v, enum action a)
{
	struct picker *k = v->state;

	if (a == ACT_OPEN)
		return T("picker.enter");
	if (a == ACT_BACK)
		return T(k->popup && k->edit.len == 0 ? "dialog.no" :
		    "picker.clear");
	return NULL;
}

/* --- open and close ------------------------------------------------------------------ */

static bool
picker_view_open(struct view *v, void *arg)
{
	struct picker *k = v->state;

	*k = *(struct picker *)arg;
	edit_init(&k->edit, 0, 60);
	ask(v);
	return true;
}

static void
picker_view_close(struct view *v)
{
	struct picker *k = v->state;

	if (k->call != 0) {
		link_cancel(k->link, k->call);
		ui_busy(-1);
		ui_go_on(false);
	}
	edit_free(&k->edit);
	free_items(k);
	free(k->first_name);
	free(k->current);
	free(k->last);
	free(k->error);
	memset(k, 0, sizeof(*k));
}

static void
picker_language(struct view *v)
{
	/* Times were worded when they came. */
	ask(v);
}

static const struct view_ops screen_ops = {
	.name = "picker",
	.when = WHEN_SIGNIN,
	.size = sizeof(struct picker),
	.open = picker_view_open,
	.close = picker_view_close,
	.draw = screen_draw,
	.status = picker_status,
	.key = picker_key,
	.action = picker_action,
	.label = picker_word,
	.language = picker_language,
	.hints = { ACT_OPEN, ACT_UP, ACT_DOWN, ACT_BACK, ACT_LANGUAGE,
	    ACT_QUIT }
};

static const struct view_ops popup_ops = {
	.name = "switcher",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct picker),
	.open = picker_view_open,
	.close = picker_view_close,
	.draw = popup_draw,
	.status = picker_status,
	.key = picker_key,
	.action = picker_action,
	.label = picker_word,
	.language = picker_language,
	.hints = { ACT_OPEN, ACT_UP, ACT_DOWN, ACT_BACK }
};

void
picker_open(struct link *l, const char *first_name,
    void (*done)(const char *, const char *, bool, void *), void *arg)
{
	struct picker k = { .link = l, .done = done, .arg = arg };

	k.first_name = xstrdup(first_name);
	k.current = xstrdup("");
	view_push(&screen_ops, &k);
}

void
picker_switch(struct link *l, const char *current,
    void (*done)(const char *, const char *, bool, void *), void *arg)
{
	struct picker k = { .link = l, .popup = true, .done = done,
	    .arg = arg };

	if (view_find(&popup_ops) != NULL)
		return;
	k.first_name = xstrdup("");
	k.current = xstrdup(current == NULL ? "" : current);
	view_push(&popup_ops, &k);
}

void
picker_close(void)
{
	toast_clear();
	view_pop(view_find(&screen_ops));
	view_pop(view_find(&popup_ops));
}
