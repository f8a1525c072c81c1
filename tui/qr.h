/*
 * qr.c - a QR code in half blocks, black on white whatever the theme, two
 * cells of quiet zone around it.
 */
#ifndef KONAK_TUI_QR_H
#define KONAK_TUI_QR_H

#include <stdbool.h>

struct surface;

/* Rows and columns it takes; false when the terminal cannot show one (no
 * colour, ASCII only) or the text does not fit. */
bool	 qr_size(const char *text, int *rows, int *cols);
void	 qr_draw(struct surface *, int row, int col, const char *text);

/* Wipe the code that was made last: it is a secret. */
void	 qr_forget(void);

#endif
