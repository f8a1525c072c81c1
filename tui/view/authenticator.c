/* authenticator.c - see authenticator.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xmalloc.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/qr.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"
#include "tui/view/authenticator.h"

struct authenticator {
	char		*uri, *secret;
	struct edit	 code;
	char		*error;
	uint64_t	 call;		/* 0: none under way */
};

static bool
authenticator_start(struct view *v, void *arg)
{
	struct authenticator	*a = v->state;
	const struct val	*body = arg;
	const char		*uri = val_get_str(body, "uri");
	const char		*secret = val_get_str(body, "secret");

	if (uri == NULL || secret == NULL)
		return false;
	a->uri = xstrdup(uri);
	a->secret = xstrdup(secret);
	edit_init(&a->code, EDIT_DIGITS, 6);
	return true;
}

static void
authenticator_close(struct view *v)
{
	struct authenticator	*a = v->state;

	if (a->call != 0)
		app_forget(a->call);
	qr_forget();
	explicit_bzero(a->uri, strlen(a->uri));
	explicit_bzero(a->secret, strlen(a->secret));
	free(a->uri);
	free(a->secret);
	free(a->error);
	edit_free(&a->code);
}

static void
authenticator_title(struct view *v, char *buf, size_t len)
{
	snprintf(buf, len, "%s", TF("views.authenticator", NULL));
}

/* The secret in groups of four. */
static int
draw_secret(const struct authenticator *a, struct surface *s, int row,
    int col, int width)
{
	char	text[96];
	size_t	i, n = 0;

	for (i = 0; a->secret[i] != '\0' && n + 3 < sizeof text; i++) {
		if (i > 0 && i % 4 == 0)
			text[n++] = ' ';
		text[n++] = a->secret[i];
	}
	text[n] = '\0';
	draw_text(s, row, col, width, STYLE_TEXT, TF("signin.setup_secret",
	    NULL));
	row = 1 + draw_wrap(s, row + 1, col, width >= 39 ? 39 : 19, 4,
	    STYLE_SECRET, text, 0);
	explicit_bzero(text, sizeof text);
	return row;
}

static void
authenticator_draw(struct view *v, struct surface *s)
{
	struct authenticator	*a = v->state;
	int			 rows, cols, col = 2, row = 0, width;

	/* The code needs its rows whole, and 30 columns beside it. */
	if (qr_size(a->uri, &rows, &cols) && rows <= s->rows &&
	    cols + 34 <= s->cols) {
		qr_draw(s, (s->rows - rows) / 2, 1, a->uri);
		col = cols + 3;
	}
	width = s->cols - col - 1;
	if (width > 70)
		width = 70;
	row += draw_wrap(s, row, col, width, 6, STYLE_TEXT,
	    TF("views.authenticator_text", NULL), 0) + 1;
	if (col == 2)
		row += draw_wrap(s, row, col, width, 3, STYLE_WARN,
		    TF("signin.setup_no_qr", NULL), 0) + 1;
	row += draw_secret(a, s, row, col, width) + 1;
	draw_text(s, row++, col, width, STYLE_TEXT, TF("signin.setup_code",
	    NULL));
	draw_text(s, row, col, 1, STYLE_BORDER, "[");
	edit_draw(&a->code, s, row, col + 1, 8, true);
	draw_text(s, row, col + 9, 1, STYLE_BORDER, "]");
	if (a->error != NULL)
		draw_wrap(s, row + 2, col, width, 4, STYLE_ERROR, a->error, 0);
}

static void
authenticator_say_error(struct authenticator *a, const char *text)
{
	free(a->error);
	a->error = text == NULL ? NULL : xstrdup(text);
	edit_set(&a->code, "");
	ui_redraw();
}

static void
confirmed_cb(const struct link_reply *r, void *arg)
{
	struct view		*v = arg;
	struct authenticator	*a = v->state;

	a->call = 0;
	if (!r->ok) {
		authenticator_say_error(a, r->text);
		return;
	}
	view_pop(v);
	toast(TOAST_GOOD, NULL, "%s", TF("views.authenticator_done", NULL));
}

static bool
authenticator_key(struct view *v, const struct input *in)
{
	struct authenticator	*a = v->state;
	struct val		*args;

	if (in->kind == INPUT_KEY && in->code == K_ESC) {
		view_pop(v);
		return true;
	}
	if (in->kind == INPUT_KEY && in->code == K_ENTER) {
		if (a->call != 0)
			return true;
		if (a->code.len != 6) {
			authenticator_say_error(a, TF("signin.code_short",
			    NULL));
			return true;
		}
		args = val_map();
		val_put_text(args, "code", a->code.text);
		a->call = app_call("session.totp_confirm", args, confirmed_cb,
		    v);
		return true;
	}
	if (!edit_key(&a->code, in))
		return false;
	ui_redraw();
	return true;
}

static const struct view_ops authenticator_view = {
	.name = "authenticator",
	.when = WHEN_DIALOG,
	.size = sizeof(struct authenticator),
	.open = authenticator_start,
	.close = authenticator_close,
	.title = authenticator_title,
	.draw = authenticator_draw,
	.key = authenticator_key,
	.hints = { ACT_OPEN, ACT_BACK }
};

static void
shown_cb(const struct link_reply *r, void *arg)
{
	(void)arg;
	if (!r->ok)
		app_error(r);
	else
		view_push(&authenticator_view, (void *)r->body);
}

void
authenticator_open(void)
{
	app_call("session.totp", NULL, shown_cb, NULL);
}
