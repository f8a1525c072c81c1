/* qr.c - libqrencode's modules as half blocks. */
#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "tui/draw.h"
#include "tui/qr.h"
#include "tui/term.h"
#include "tui/theme.h"

#define QUIET 2		/* modules around it; four are asked for, two are read */

/* The last code made: it is drawn with every frame. */
static QRcode *code;
static char *made_of;

static QRcode *
make(const char *text)
{
	if (made_of != NULL && strcmp(made_of, text) == 0)
		return code;
	if (code != NULL)
		QRcode_free(code);
	if (made_of != NULL)
		explicit_bzero(made_of, strlen(made_of));
	free(made_of);
	made_of = strdup(text);
	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	return code;
}

void
qr_forget(void)
{
	if (code != NULL)
		QRcode_free(code);
	if (made_of != NULL)
		explicit_bzero(made_of, strlen(made_of));
	free(made_of);
	made_of = NULL;
	code = NULL;
}

bool
qr_size(const char *text, int *rows, int *cols)
{
	const struct term_caps *caps = term_caps();
	QRcode *q;

	if (caps->colours == 0 || caps->ascii || caps->plain ||
	    draw_is_ascii())
		return false;
	q = make(text);
	if (q == NULL)
		return false;
	*cols = q->width + 2 * QUIET;
	*rows = (q->width + 2 * QUIET + 1) / 2;
	return true;
}

static bool
dark(const QRcode *q, int y, int x)
{
	y -= QUIET;
	x -= QUIET;
	return y >= 0 && x >= 0 && y < q->width && x < q->width &&
	    (q->data[y * q->width + x] & 1);
}

void
qr_draw(struct surface *s, int row, int col, const char *text)
{
	/* Upper dark, lower dark. */
	static const char *const half[2][2] = {
		{ " ", "\u2584" }, { "\u2580", "\u2588" }
	};
	QRcode *q = make(text);
	int y, x, size;

	if (q == NULL)
		return;
	size = q->width + 2 * QUIET;
	for (y = 0; y < size; y += 2) {
		for (x = 0; x < size; x++)
			draw_text(s, row + y / 2, col + x, 1, STYLE_QR,
			    half[dark(q, y, x)][dark(q, y + 1, x)]);
	}
}
