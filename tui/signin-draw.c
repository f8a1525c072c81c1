/*
 * signin-draw.c - the screens of signing in: a form in the middle of the
 * window; for the set-up of 2FA the QR code at the left of it.
 */
#include <stdio.h>
#include <string.h>

#include "lib/tr.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/lang.h"
#include "tui/qr.h"
#include "tui/signin-int.h"
#include "tui/theme.h"
#include "tui/view.h"

#define WIDTH		56
#define SETUP_WIDTH	70	/* of the words beside the QR code */

/* Error, or what is under way; `rows` lines at most. Returns lines used. */
static int
draw_state(const struct signin *g, struct surface *s, int row, int col,
    int width, int rows)
{
	char text[512], left[16];

	if (g->busy[0] != '\0') {
		draw_text(s, row, col, width, STYLE_TEXT, g->busy);
		return 1;
	}
	if (g->error[0] == '\0' && g->wait_s == 0)
		return 0;
	snprintf(left, sizeof(left), "%d", g->wait_s);
	snprintf(text, sizeof(text), "! %s%s%s", g->error,
	    g->wait_s > 0 ? " " : "",
	    g->wait_s > 0 ? TF("signin.wait", "s", left, NULL) : "");
	return draw_wrap(s, row, col, width, rows, STYLE_ERROR, text, 0);
}

/* Six boxes: [1] [2] [3] [ ] [ ] [ ] */
static void
draw_boxes(struct signin *g, struct surface *s, int row, int col)
{
	const struct edit *e = &g->edit[F_CODE];
	int i, at = (int)e->cursor;
	char box[8];

	for (i = 0; i < CODE_LEN; i++) {
		snprintf(box, sizeof(box), "[%c]",
		    i < (int)e->len ? e->text[i] : ' ');
		draw_text(s, row, col + i * 4, -1, STYLE_FOCUS, box);
	}
	draw_cursor(s, row, col + (at < CODE_LEN ? at : CODE_LEN - 1) * 4 + 1);
}

static int
label_width(const struct signin *g)
{
	const enum field *f = signin_fields(g->stage);
	int w = 0, n;

	for (; *f != F_LAST; f++) {
		n = text_width(T(signin_label(*f)),
		    strlen(T(signin_label(*f))));
		w = n > w ? n : w;
	}
	return w;
}

static void
draw_fields(struct view *v, struct surface *s, int row)
{
	struct signin *g = v->state;
	const enum field *f = signin_fields(g->stage);
	int label = label_width(g) + 1, i;

	for (i = 0; f[i] != F_LAST; i++) {
		/* Rows as the mouse reports them: of the whole view. */
		g->field_row[i] = s->row - v->row + row + i;
		if (f[i] == F_CODE) {
			draw_boxes(g, s, row + i, (s->cols - 23) / 2);
			continue;
		}
		draw_text(s, row + i, 0, label, STYLE_TEXT,
		    T(signin_label(f[i])));
		draw_text(s, row + i, label, 1, STYLE_TEXT, "[");
		draw_text(s, row + i, s->cols - 1, 1, STYLE_TEXT, "]");
		edit_draw(&g->edit[f[i]], s, row + i, label + 1,
		    s->cols - label - 2, i == g->at);
	}
}

static int
count_fields(const struct signin *g)
{
	int n = 0;

	while (signin_fields(g->stage)[n] != F_LAST)
		n++;
	return n;
}

/* The lines that ./demo and the like leave for the person. */
static void
draw_notice(const struct signin *g, struct surface *s, int row)
{
	const char *p = g->notice, *end;
	char line[512];
	int n;

	while (p != NULL && *p != '\0' && row < s->rows) {
		end = strchr(p, '\n');
		n = end == NULL ? (int)strlen(p) : (int)(end - p);
		if (n >= (int)sizeof(line))
			n = sizeof(line) - 1;
		memcpy(line, p, (size_t)n);
		line[n] = '\0';
		draw_text(s, row++, 2, s->cols - 4, STYLE_DIM, line);
		p = end == NULL ? NULL : end + 1;
	}
}

static int
notice_lines(const struct signin *g)
{
	const char *p = g->notice;
	int n = 0;

	while (p != NULL && *p != '\0') {
		n++;
		p = strchr(p, '\n');
		p = p == NULL ? NULL : p + 1;
	}
	return n;
}

/* Title, explanation, fields, state in a box. */
static void
draw_form(struct view *v, struct surface *s)
{
	struct signin *g = v->state;
	const char *text = signin_text(g->stage), *group;
	int width = s->cols - 8 < WIDTH ? s->cols - 8 : WIDTH;
	int lines = text[0] == '\0' ? 0 :
	    draw_wrap(NULL, 0, 0, width, 0, 0, T(text), 0) + 1;
	int n = count_fields(g), rows = lines + n + 3, row, col;
	int below = notice_lines(g);
	struct surface in;

	group = frame_info()->group[0] != '\0' ? frame_info()->group : "KONAK";
	row = (s->rows - rows - 4 - below) / 2;
	if (row < 0)
		row = 0;
	col = (s->cols - width - 4) / 2;
	draw_centre(s, row, 0, s->cols, STYLE_TITLE, group);
	draw_box(s, row + 2, col, rows + 2, width + 4, STYLE_BORDER,
	    T(signin_title(g->stage)));
	in = draw_sub(s, row + 3, col + 2, rows, width);
	if (lines > 0)
		draw_wrap(&in, 0, 0, width, lines, STYLE_TEXT, T(text), 0);
	draw_fields(v, &in, lines);
	draw_state(g, &in, lines + n + 1, 0, width, 2);
	draw_notice(g, s, row + rows + 5);
}

/* The secret in groups of four. Returns rows used. */
static int
draw_secret(const struct signin *g, struct surface *s, int row, int col,
    int width)
{
	char text[128] = "";
	size_t i, n = 0;

	for (i = 0; g->secret[i] != '\0' && n + 3 < sizeof(text); i++) {
		if (i > 0 && i % 4 == 0)
			text[n++] = ' ';
		text[n++] = g->secret[i];
	}
	text[n] = '\0';
	draw_text(s, row, col, width, STYLE_TEXT, T("signin.setup_secret"));
	/* All eight groups in a row, or four and four. */
	return 1 + draw_wrap(s, row + 1, col, width >= 39 ? 39 : 19, 4,
	    STYLE_SECRET, text, 0);
}

static void
draw_setup(struct view *v, struct surface *s)
{
	struct signin *g = v->state;
	int qr_rows, qr_cols, col = 2, row = 0, width, left;
	struct surface in;
	bool qr;

	/* The code needs its rows whole, and 30 columns beside it. */
	qr = qr_size(g->uri, &qr_rows, &qr_cols) && qr_rows <= s->rows &&
	    qr_cols + 34 <= s->cols;
	if (qr) {
		/* In a large window both stand in its middle. */
		left = (s->cols - qr_cols - 3 - SETUP_WIDTH) / 2;
		left = left > 1 ? left : 1;
		row = (s->rows - qr_rows) / 2;
		qr_draw(s, row, left, g->uri);
		row = row > 0 ? row - 1 : 0;
		col = left + qr_cols + 2;
	}
	width = s->cols - col - 1;
	if (width > SETUP_WIDTH)
		width = SETUP_WIDTH;
	draw_text(s, row, col, width, STYLE_TITLE, T(signin_title(g->stage)));
	row += 2;
	row += draw_wrap(s, row, col, width, 6, STYLE_TEXT,
	    T(signin_text(g->stage)), 0);
	row++;
	if (!qr)
		row += draw_wrap(s, row, col, width, 3, STYLE_WARN,
		    T("signin.setup_no_qr"), 0) + 1;
	row += draw_secret(g, s, row, col, width) + 1;
	draw_text(s, row++, col, width, STYLE_TEXT, T("signin.setup_code"));
	g->field_row[0] = s->row - v->row + row;
	in = draw_sub(s, row, col, 1, 23);
	draw_fields(v, &in, 0);
	/* In a low window the line under the title is all that is left. */
	if (row + 2 < s->rows)
		draw_state(g, s, row + 2, col, width, 4);
	else
		draw_state(g, s, 1, col, width, 1);
	draw_notice(g, s, row + 6);
}

static void
draw_codes(struct signin *g, struct surface *s)
{
	int width = s->cols - 8 < WIDTH ? s->cols - 8 : WIDTH;
	int lines = draw_wrap(NULL, 0, 0, width, 0, 0,
	    T("signin.codes_text"), 0);
	int half = (g->ncodes + 1) / 2, i, row, col;
	/* Both columns whole in the smallest window, too. */
	int edge = width < WIDTH ? 1 : 4;
	struct surface in;

	row = (s->rows - lines - half - 5) / 2;
	if (row < 0)
		row = 0;
	col = (s->cols - width - 4) / 2;
	draw_box(s, row, col, lines + half + 4, width + 4, STYLE_BORDER,
	    T("signin.codes_title"));
	in = draw_sub(s, row + 1, col + 2, lines + half + 2, width);
	draw_wrap(&in, 0, 0, width, lines, STYLE_TEXT,
	    T("signin.codes_text"), 0);
	for (i = 0; i < g->ncodes; i++)
		draw_fmt(&in, lines + 1 + i % half, edge + i / half *
		    (width / 2), -1, STYLE_TITLE, "%2d  %s", i + 1,
		    g->codes[i]);
	draw_cursor(&in, lines + 1, edge);
}

void
signin_draw(struct view *v, struct surface *s)
{
	struct signin *g = v->state;

	switch (g->stage) {
	case STAGE_SETUP:
		draw_setup(v, s);
		break;
	case STAGE_CODES:
		draw_codes(g, s);
		break;
	default:
		draw_form(v, s);
	}
}
