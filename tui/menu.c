/*
 * menu.c - one of several, or several of several: dialog_choose() and
 * dialog_tick(). Letters, arrows, mouse.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/tr.h"
#include "lib/xmalloc.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/menu.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/view.h"

struct menu {
	char		*title;
	struct dialog_item *item;
	int		 n;
	struct pick	 pick;
	int		 list_row;
	bool		 many;
	bool		 least;		/* of many: the cursor's, when none is
					 * ticked */
	bool		 answered;
	void		(*one)(int, void *);
	void		(*some)(int, const int *, void *);
	void		*arg;
};

/* Letters that move are not given out; neither is what AltGr or dots need. */
static const char	moving[] = "hjklqgiG";

static bool
may_give(uint32_t c, const uint32_t *taken, int n)
{
	int i;

	if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) ||
	    strchr(moving, (int)c) != NULL)
		return false;
	for (i = 0; i < n; i++) {
		if (taken[i] == c)
			return false;
	}
	return true;
}

uint32_t
menu_letter(const char *label, const uint32_t *taken, int n)
{
	struct arena *a = arena_new();
	const char *folded = tr_fold(a, label, strlen(label)), *p;
	uint32_t found = 0;
	char c;

	/* A word's first letter, then any letter, then what is left. */
	for (p = folded; p != NULL && *p != '\0' && found == 0; p++) {
		if ((p == folded || p[-1] == ' ') &&
		    may_give((unsigned char)*p, taken, n))
			found = (unsigned char)*p;
	}
	for (p = folded; p != NULL && *p != '\0' && found == 0; p++) {
		if (may_give((unsigned char)*p, taken, n))
			found = (unsigned char)*p;
	}
	for (c = 'a'; c <= 'z' && found == 0; c++) {
		if (may_give((unsigned char)c, taken, n))
			found = (unsigned char)c;
	}
	arena_free(a);
	return found;
}

static void
give_letters(struct menu *m)
{
	uint32_t *taken = xcalloc((size_t)m->n + 1, sizeof(*taken));
	int i;

	for (i = 0; i < m->n; i++)
		taken[i] = m->item[i].key;
	for (i = 0; i < m->n; i++) {
		if (m->item[i].key == 0)
			taken[i] = m->item[i].key =
			    menu_letter(m->item[i].label, taken, m->n);
	}
	free(taken);
}

static void
answer(struct view *v, int at)
{
	struct menu *m = v->state;
	int *ticked, i, n = 0;

	if (m->answered)
		return;
	m->answered = true;
	ticked = xcalloc((size_t)m->n + 1, sizeof(*ticked));
	for (i = 0; i < m->n; i++) {
		if (m->item[i].ticked)
			ticked[n++] = i;
	}
	if (n == 0 && m->least && at >= 0)
		ticked[n++] = at;
	view_pop(v);
	if (m->many && m->some != NULL)
		m->some(at < 0 ? -1 : n, ticked, m->arg);
	else if (!m->many && m->one != NULL)
		m->one(at, m->arg);
	free(ticked);
}

static bool
menu_open(struct view *v, void *arg)
{
	struct menu *m = v->state;

	*m = *(struct menu *)arg;
	return true;
}

static void
menu_close(struct view *v)
{
	struct menu *m = v->state;
	int i;

	if (!m->answered) {
		m->answered = true;
		if (m->many && m->some != NULL)
			m->some(-1, NULL, m->arg);
		else if (!m->many && m->one != NULL)
			m->one(-1, m->arg);
	}
	for (i = 0; i < m->n; i++) {
		free((char *)m->item[i].label);
		free((char *)m->item[i].detail);
	}
	free(m->item);
	free(m->title);
	m->item = NULL;
	m->title = NULL;
	m->n = m->pick.n = 0;
}

static int
item_width(const struct dialog_item *it)
{
	int w = text_width(it->label, strlen(it->label));

	if (it->detail != NULL)
		w += 3 + text_width(it->detail, strlen(it->detail));
	return w;
}

static void
draw_item(struct menu *m, struct surface *in, int row, int i)
{
	const struct dialog_item *it = &m->item[i];
	bool here = i == m->pick.at;
	uint32_t style = here ? STYLE_SELECTED : STYLE_TEXT;
	char key[8];
	int col = 2;

	draw_fill(in, row, 0, 1, in->cols, style);
	draw_text(in, row, 0, 1, style, here ? glyph(GLYPH_MARK) : " ");
	if (m->many) {
		draw_text(in, row, col, -1, style, it->ticked ? "[x]" : "[ ]");
		col += 4;
	} else {
		key[it->key == 0 ? 0 : utf8_put(key, it->key)] = '\0';
		draw_text(in, row, col, 1, here ? style : STYLE_KEY, key);
		col += 2;
		draw_text(in, row, col, 1, style,
		    it->ticked ? glyph(GLYPH_CHECK) : " ");
		col += 2;
	}
	if (it->off && !here)
		style = STYLE_DIM;
	col += draw_text(in, row, col, -1, style, it->label);
	if (it->detail != NULL && in->cols - col > 4)
		draw_right(in, row, col + 2, in->cols - col - 3,
		    here ? style : STYLE_DIM, it->detail);
	if (here)
		draw_cursor(in, row, 2);
}

static void
menu_draw(struct view *v, struct surface *s)
{
	struct menu *m = v->state;
	struct surface in;
	int i, width = 30, w;

	for (i = 0; i < m->n; i++) {
		w = item_width(&m->item[i]) + 9;
		width = w > width ? w : width;
	}
	in = draw_popup(s, m->n, width > 90 ? 90 : width, m->title);
	m->list_row = in.row - s->row;
	pick_fit(&m->pick, in.rows);
	for (i = 0; i < in.rows && m->pick.top + i < m->n; i++)
		draw_item(m, &in, i, m->pick.top + i);
	draw_scrollbar(&in, 0, in.cols - 1, in.rows, m->pick.top, m->n);
}

static void
take(struct view *v)
{
	struct menu *m = v->state;

	if (m->n == 0 || (!m->many && m->item[m->pick.at].off))
		return;
	answer(v, m->pick.at);
}

static void
tick(struct menu *m)
{
	if (m->n == 0)
		return;
	m->item[m->pick.at].ticked = !m->item[m->pick.at].ticked;
	pick_action(&m->pick, ACT_DOWN);
}

/* To the next one that begins with this letter. */
static bool
jump(struct menu *m, uint32_t code)
{
	struct arena	*a;
	char		 key[8];
	const char	*want, *label;
	int		 i, at = m->pick.at;
	bool		 found = false;

	if (code < 0x80 && strchr(moving, (int)code) != NULL)
		return false;
	a = arena_new();
	key[utf8_put(key, code)] = '\0';
	want = tr_fold(a, key, strlen(key));
	for (i = 1; want != NULL && want[0] != '\0' && !found && i <= m->n;
	    i++) {
		at = (m->pick.at + i) % m->n;
		label = tr_fold(a, m->item[at].label,
		    strlen(m->item[at].label));
		found = label != NULL &&
		    strncmp(label, want, strlen(want)) == 0;
	}
	arena_free(a);
	if (found)
		m->pick.at = at;
	return found;
}

static bool
menu_key(struct view *v, const struct input *in)
{
	struct menu *m = v->state;
	bool taken;
	int i;

	i = pick_mouse(&m->pick, in, m->list_row, &taken);
	if (taken) {
		if (i >= 0 && m->many)
			m->item[i].ticked = !m->item[i].ticked;
		else if (i >= 0)
			take(v);
		return true;
	}
	if (!input_is_text(in))
		return false;
	if (m->many) {
		if (in->code != K_SPACE)
			return jump(m, in->code);
		tick(m);
		return true;
	}
	for (i = 0; i < m->n; i++) {
		if (m->item[i].key == in->code) {
			m->pick.at = i;
			take(v);
			return true;
		}
	}
	return false;
}

static bool
menu_action(struct view *v, enum action a, const struct input *in)
{
	struct menu *m = v->state;

	if (pick_action(&m->pick, a))
		return true;
	if (a == ACT_OPEN) {
		take(v);
		return true;
	}
	if (a == ACT_SELECT && m->many) {
		tick(m);
		return true;
	}
	if (a == ACT_BACK) {
		answer(v, -1);
		return true;
	}
	return false;
}

static const char *
tick_label(struct view *v, enum action a)
{
	(void)v;
	return a == ACT_OPEN ? T("dialog.ok") : NULL;
}

static const struct view_ops menu_ops = {
	.name = "menu",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct menu),
	.open = menu_open,
	.close = menu_close,
	.draw = menu_draw,
	.key = menu_key,
	.action = menu_action,
	.hints = { ACT_OPEN, ACT_UP, ACT_DOWN, ACT_BACK }
};

static const struct view_ops tick_ops = {
	.name = "menu",
	.when = WHEN_MENU,
	.flags = VIEW_POPUP,
	.size = sizeof(struct menu),
	.open = menu_open,
	.close = menu_close,
	.draw = menu_draw,
	.key = menu_key,
	.action = menu_action,
	.label = tick_label,
	.hints = { ACT_SELECT, ACT_OPEN, ACT_UP, ACT_DOWN, ACT_BACK }
};

static void
open_menu(struct menu *m, const char *title, const struct dialog_item *item,
    int n)
{
	int i;

	m->title = title == NULL ? NULL : xstrdup(title);
	m->item = xcalloc((size_t)n + 1, sizeof(*m->item));
	m->n = n;
	for (i = 0; i < n; i++) {
		m->item[i] = item[i];
		m->item[i].label = xstrdup(item[i].label);
		m->item[i].detail = item[i].detail == NULL ? NULL :
		    xstrdup(item[i].detail);
	}
	pick_count(&m->pick, n);
	if (!m->many)
		give_letters(m);
	view_push(m->many ? &tick_ops : &menu_ops, m);
}

void
dialog_choose(const char *title, const struct dialog_item *item, int n,
    int chosen, void (*done)(int, void *), void *arg)
{
	struct menu m = { .one = done, .arg = arg };

	m.pick.at = chosen;
	open_menu(&m, title, item, n);
}

void
dialog_tick(const char *title, const struct dialog_item *item, int n,
    bool least, void (*done)(int, const int *, void *), void *arg)
{
	struct menu m = { .some = done, .many = true, .least = least,
	    .arg = arg };

	open_menu(&m, title, item, n);
}
