/*
 * frame.c - what surrounds every screen: header row, status row with toasts
 * and banners, hint row. Facts come from frame_info(), set by app.c.
 */
#ifndef KONAK_TUI_FRAME_H
#define KONAK_TUI_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keys.h"

struct view;

struct surface;

struct frame_info {
	char	 group[256];	/* name, if known before sign-in */
	char	 company[256];	/* "" before one is entered */
	char	 tint[8];	/* "#RRGGBB" or "" */
	char	 tint2[8];
	char	 user[128];	/* first name */
	char	 timer[64];	/* "02:34 Şeker" */
	char	 banner[256];	/* "Bağlantı yok 12 sn, deneniyor (3). F5 şimdi" */
	int	 unread;
	int	 waiting;	/* writes in the queue */
	bool	 loading;	/* something takes longer than 150 ms */
	char	 progress[128];	/* "%43", after a second */
};

/* Change it and call ui_redraw(). */
struct frame_info *frame_info(void);

#define FRAME_MIN_ROWS	16
#define FRAME_MIN_COLS	60

void	 frame_header(struct surface *, const char *crumbs);
void	 frame_status(struct surface *, const char *left);
void	 frame_hints(struct surface *);

/* What a click there means: a hint, the company's name; else ACT_NONE. */
enum action frame_click(int row, int col, int rows);

/* First letters for the header and the picker: "DJ". `buf` ≥ 12. */
void	 frame_monogram(const char *name, char *buf, size_t len);

/* A popup of this size in the middle, cut to the window, with a frame and a
 * title; returns its inside. rows and cols are those of the inside. */
struct surface draw_popup(struct surface *, int rows, int cols,
	    const char *title);

/* What an action is called in a view (or NULL), which may know better than the
 * table: Enter and Esc are another thing in a menu and at a question. */
const char *frame_label(struct view *, enum action);

enum toast { TOAST_NOTICE, TOAST_GOOD, TOAST_WARN, TOAST_ERROR };

/*
 * A line in the status row: 2 s, errors 4 s and until a key. Errors are also
 * kept in the log that `:hatalar` shows; `request` (or NULL) is quoted there.
 * Never over the focused field, never modal.
 */
void	 toast(enum toast, const char *request, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
void	 toast_key(void);	/* a key was hit */
void	 toast_clear(void);

/* The n-th error, newest first; NULL past the last. */
struct toast_entry {
	char	 at[32];
	char	 request[40];
	char	 text[400];
};
const struct toast_entry *toast_log(int n);

#endif
