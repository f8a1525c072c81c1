/*
 * dialog.c - questions over a screen: message, yes or no, one of several by
 * letter, a line of text, and the sheet of a version conflict. Every answer
 * comes by callback, exactly once; Esc is `-1`, false or NULL. Texts are
 * copied.
 */
#ifndef KONAK_TUI_DIALOG_H
#define KONAK_TUI_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text and one button. `done` may be NULL. */
void	 dialog_message(const char *title, const char *text,
	    void (*done)(void *), void *arg);

/* Likewise of a code that is shown once: wiped, and in no saved screen. */
void	 dialog_secret(const char *title, const char *text);

/*
 * A question that names thing and consequence. The harmless button is chosen
 * at first; `yes_key` (a letter, not the key that opened the dialog) is the
 * other way to say yes. With `word` the person must type that word.
 */
struct dialog_confirm {
	const char	*title;
	const char	*text;
	const char	*yes, *no;	/* NULL: Evet, Vazgeç */
	uint32_t	 yes_key;	/* 0: Enter on the button only */
	const char	*word;		/* or NULL */
	void		(*done)(bool, void *);
	void		*arg;
};
void	 dialog_confirm(const struct dialog_confirm *);

/*
 * One of several, by letter, arrow or mouse. Letters come from `key`, or are
 * given out from the labels where it is 0.
 */
struct dialog_item {
	const char	*label;
	const char	*detail;	/* at the right, or NULL */
	uint32_t	 key;
	bool		 off;		/* shown with `detail` as the reason */
	bool		 ticked;	/* ✓ before it */
};
void	 dialog_choose(const char *title, const struct dialog_item *, int n,
	    int chosen, void (*done)(int, void *), void *arg);

/* Several of them: Space ticks, a letter goes to the next that begins with it,
 * Enter takes; the cursor's one, where none is ticked and it must be at least
 * one. done(n, indices), n -1: Esc. */
void	 dialog_tick(const char *title, const struct dialog_item *, int n,
	    bool least, void (*done)(int, const int *, void *), void *arg);

/*
 * A line of text. `check` (or NULL) may refuse with a sentence, which stands
 * under the field. The text is borrowed in done(); masked ones are wiped
 * after it.
 */
struct dialog_line {
	const char	*title;
	const char	*label;
	const char	*text;		/* to begin with, or NULL */
	unsigned	 flags;		/* EDIT_MASKED, EDIT_DIGITS, EDIT_OFFER */
	int		 max;
	bool		(*check)(const char *, char *why, size_t, void *);
	void		(*done)(const char *, void *);
	void		*arg;
};
void	 dialog_line(const struct dialog_line *);

/*
 * Version conflict (M17): only the fields both sides changed, mine against
 * theirs. ← → chooses a side per field, Enter saves, Esc goes back to the
 * form. done(choice[i] true: mine), NULL on Esc.
 */
struct dialog_clash {
	const char	*field;		/* label */
	const char	*base, *mine, *theirs;	/* as shown */
};
void	 dialog_conflict(const char *who, const char *when,
	    const struct dialog_clash *, int n,
	    void (*done)(const bool *, void *), void *arg);

/* The same sheet for two records that become one: kept's values or gone's. */
void	 dialog_merge(const char *kept, const char *gone,
	    const struct dialog_clash *, int n,
	    void (*done)(const bool *, void *), void *arg);

/* Kaydet / At / Devam on a form that is not saved: asked once, and no more
 * when the form has closed meanwhile. */
enum dialog_leave { LEAVE_STAY, LEAVE_SAVE, LEAVE_DROP };
struct view;
void	 dialog_unsaved(struct view *about, const char *what,
	    void (*done)(enum dialog_leave, void *), void *arg);

#endif
