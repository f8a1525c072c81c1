/*
 * frame.c - header row, status row, hint row, and the frame of a popup. The
 * three rows are made for 60 columns first; what is wider shows more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/tr.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/keys.h"
#include "tui/lang.h"
#include "tui/status.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/view.h"

static struct frame_info info;

/* Where hints stand, for the mouse. */
static struct {
	int		col, end;
	enum action	action;
} spots[VIEW_HINTS + 2];
static int nspots;
static int company_end;		/* of the company's name in the header */

struct frame_info *
frame_info(void)
{
	return &info;
}

/*
 * Words that say only what kind of company it is give no letter: DİJİTAL AŞ
 * is D, not DA; two words give two letters.
 */
static bool
legal_form(const char *word, size_t len)
{
	static const char *const forms[] = { "AŞ", "A.Ş.", "LTD", "Ltd", "ltd",
	    "Ltd.", "ŞTİ", "Şti.", "Inc", "LLC", "GmbH", "Holding", "HOLDİNG" };
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strlen(forms[i]) == len &&
		    strncmp(forms[i], word, len) == 0)
			return true;
	}
	return false;
}

static bool
vowel(uint32_t c)
{
	static const uint32_t vowels[] = { 'a', 'e', 'i', 'o', 'u', 'A', 'E',
	    'I', 'O', 'U', 0x131, 0x130, 0xf6, 0xd6, 0xfc, 0xdc };
	size_t i;

	for (i = 0; i < sizeof(vowels) / sizeof(vowels[0]); i++) {
		if (vowels[i] == c)
			return true;
	}
	return false;
}

/* First letters of two words; of one word its first and next consonant. */
void
frame_monogram(const char *name, char *out, size_t len)
{
	struct arena *a = arena_new();
	const char *p = name, *end = name + strlen(name), *rest = NULL, *stop;
	uint32_t one = 0, two = 0, c;
	char text[12] = "";
	size_t n;

	while (p < end && two == 0) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (n == 0)
			break;
		stop = p + n;
		if (one == 0) {
			one = utf8_next(&p, stop);
			rest = p;
		} else if (!legal_form(p, n))
			two = utf8_next(&p, stop);
		p = stop;
	}
	while (two == 0 && rest != NULL && rest < end && *rest != ' ') {
		c = utf8_next(&rest, end);
		if (!vowel(c))
			two = c;
	}
	n = one == 0 ? 0 : utf8_put(text, one);
	if (two != 0)
		n += utf8_put(text + n, two);
	text[n] = '\0';
	snprintf(out, len, "%s", tr_upper(a, LANG_TR, text));
	arena_free(a);
}

/* What stands at the right of the header, in order of how soon it goes. */
static void
header_right(char *out, size_t len, int cols)
{
	size_t n = 0;

	out[0] = '\0';
	/* Where there is little room, only how long it runs. */
	if (info.timer[0] != '\0')
		n += (size_t)snprintf(out + n, len - n, "%.*s   ", cols >= 100 ?
		    -1 : (int)strcspn(info.timer, " "), info.timer);
	if (info.unread > 0)
		n += (size_t)snprintf(out + n, len - n, cols >= 100 ?
		    "(%d) %s   " : "(%d) ", info.unread,
		    cols >= 100 ? T("frame.unread") : "");
	snprintf(out + n, len - n, "%s  %s", info.user,
	    ui_lang() == LANG_EN ? "EN" : "TR");
}

void
frame_header(struct surface *s, const char *crumbs)
{
	char right[256], mono[16];
	struct surface left;
	int col = 1, w;

	company_end = 0;
	header_right(right, sizeof(right), s->cols);
	w = text_width(right, strlen(right));
	if (w > s->cols / 2)
		w = s->cols / 2;
	draw_right(s, 0, s->cols - w - 1, w, STYLE_TEXT, right);
	left = draw_sub(s, 0, 0, 1, s->cols - w - 3);
	if (info.company[0] == '\0') {
		draw_text(&left, 0, col, -1, STYLE_HEADER, "KONAK");
		col += 6;
	} else {
		frame_monogram(info.company, mono, sizeof(mono));
		col += draw_text(&left, 0, col, -1,
		    theme_tint(STYLE_HEADER, info.tint) | STYLE_REVERSE,
		    mono) + 1;
		/* The name gives way to the breadcrumb, never the other way. */
		w = left.cols - col - text_width(crumbs, strlen(crumbs)) - 4;
		if (w < 8)
			w = 8;
		col += draw_text(&left, 0, col, w,
		    theme_tint(STYLE_HEADER, info.tint), info.company) + 1;
		draw_text(&left, 0, col, -1, STYLE_TEXT,
		    draw_is_ascii() ? "v" : "\u25be");
		col += 2;
	}
	company_end = info.company[0] == '\0' ? 0 : col;
	if (crumbs[0] != '\0') {
		draw_text(&left, 0, col, -1, STYLE_DIM, glyph(GLYPH_BAR));
		draw_text(&left, 0, col + 2, -1, STYLE_TEXT, crumbs);
	}
}

/* Right of the status row: what is under way. */
static int
status_right(struct surface *s)
{
	char text[256] = "";
	size_t n = 0;
	int w;

	if (info.waiting > 0)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%d %s ",
		    info.waiting, T("frame.waiting"));
	if (info.loading)
		snprintf(text + n, sizeof(text) - n, "%s %s ",
		    T("frame.loading"), info.progress);
	w = text_width(text, strlen(text));
	if (w > 0)
		draw_text(s, 0, s->cols - w, w, STYLE_DIM, text);
	return w;
}

/*
 * A sentence that does not fit takes the last row of the body as well, unless
 * the cursor stands there. False: it fits, or may not.
 */
static bool
draw_long(struct surface *s, const char *text, uint32_t style, char sign)
{
	struct surface two = *s;
	char with[420];

	if (text_width(text, strlen(text)) + 4 <= s->cols || s->row < 2 ||
	    s->screen->cur_row == s->row - 1)
		return false;
	two.row--;
	two.rows = 2;
	snprintf(with, sizeof(with), "%c %s", sign == 0 ? ' ' : sign, text);
	draw_fill(&two, 0, 0, 2, two.cols, STYLE_TEXT);
	draw_wrap(&two, 0, 1, two.cols - 2, 2, style, with, 0);
	return true;
}

void
frame_status(struct surface *s, const char *left)
{
	const char *text;
	uint32_t style;
	char sign;
	int col = 1, room = s->cols - 1;

	if (info.banner[0] != '\0' && !status_toast(&text, &style, &sign)) {
		draw_fill(s, 0, 0, 1, s->cols, STYLE_BANNER);
		draw_text(s, 0, 1, s->cols - 2, STYLE_BANNER, info.banner);
		return;
	}
	room -= status_right(s);
	if (!status_toast(&text, &style, &sign)) {
		draw_text(s, 0, col, room - 1, STYLE_STATUS, left);
		return;
	}
	if (draw_long(s, text, style, sign))
		return;
	/* Counts stay at the left where there is room for both. */
	if (s->cols >= 100 && left[0] != '\0' && strlen(text) < 60)
		col += draw_text(s, 0, col, s->cols / 2, STYLE_STATUS, left) + 3;
	if (sign != 0) {
		draw_fmt(s, 0, col, 1, style, "%c", sign);
		col += 2;
	}
	draw_text(s, 0, col, room - col, style, text);
}

const char *
frame_label(struct view *v, enum action a)
{
	unsigned when = v == NULL ? 0 : v->ops->when;
	const char *own = NULL;

	if (v != NULL && v->ops->label != NULL)
		own = v->ops->label(v, a);
	if (own != NULL)
		return own;
	if (a == ACT_OPEN && (when & WHEN_MENU))
		return T("menu.take");
	if (a == ACT_OPEN && (when & WHEN_DIALOG))
		return T("dialog.ok");
	if (a == ACT_BACK && (when & (WHEN_MENU | WHEN_DIALOG)))
		return T("dialog.no");
	return action_label(a);
}

/* One "key word"; 0 when it does not fit before `limit`. */
static int
hint_put(struct surface *s, int col, int limit, struct view *v, enum action a)
{
	const char *key = keys_hint_in(v == NULL ? 0 : v->ops->when, a);
	const char *label = frame_label(v, a);
	int w;

	if (key[0] == '\0')
		return 0;
	w = text_width(key, strlen(key)) + 1 +
	    text_width(label, strlen(label));
	if (col + w > limit)
		return 0;
	if (nspots < VIEW_HINTS + 2) {
		spots[nspots].col = col;
		spots[nspots].end = col + w;
		spots[nspots++].action = a;
	}
	draw_text(s, 0, col, -1, STYLE_KEY, key);
	draw_text(s, 0, col + w - text_width(label, strlen(label)), -1,
	    STYLE_HINT, label);
	return w + 2;
}

void
frame_hints(struct surface *s)
{
	static const enum action always[] = { ACT_PALETTE, ACT_HELP };
	enum action list[VIEW_HINTS];
	struct view *base = view_base(), *v = view_hinting();
	int n = view_hints(v, list, VIEW_HINTS), col = 1, tail = 0, w, i;
	bool both;

	nspots = 0;
	/* Popups and sign-in have no palette. */
	both = v == base && base != NULL &&
	    (base->ops->when & WHEN_SCREEN) != 0;
	for (i = 0; i < 2 && both; i++)
		tail += (int)strlen(keys_hint_in(v->ops->when, always[i])) + 3 +
		    text_width(action_label(always[i]),
		    strlen(action_label(always[i])));
	for (i = 0; i < n; i++) {
		w = hint_put(s, col, s->cols - tail - 1, v, list[i]);
		col += w;
	}
	for (i = 0; i < 2 && both; i++)
		col += hint_put(s, col, s->cols, v, always[i]);
}

enum action
frame_click(int row, int col, int rows)
{
	int i;

	if (row == 0 && col < company_end)
		return ACT_COMPANY;
	for (i = 0; row == rows - 1 && i < nspots; i++) {
		if (col >= spots[i].col && col < spots[i].end)
			return spots[i].action;
	}
	return ACT_NONE;
}

struct surface
draw_popup(struct surface *s, int rows, int cols, const char *title)
{
	struct surface inside;
	int row, col;

	if (cols > s->cols - 4)
		cols = s->cols - 4;
	if (rows > s->rows - 4)
		rows = s->rows - 4;
	row = (s->rows - rows - 2) / 2;
	col = (s->cols - cols - 4) / 2;
	if (row < 1)
		row = 1;
	if (col < 0)
		col = 0;
	draw_box(s, row, col, rows + 2, cols + 4, STYLE_BORDER, title);
	inside = draw_sub(s, row + 1, col + 2, rows, cols);
	return inside;
}
