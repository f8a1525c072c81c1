/*
 * work.c - something that takes a while: how far it has come, Esc that stops
 * it, and afterwards what came of it, line by line.
 */
#ifndef KONAK_TUI_VIEW_WORK_H
#define KONAK_TUI_VIEW_WORK_H

#include <stdbool.h>
#include <stdint.h>

struct work;

/* stop is called once: when the person stops it (running true), or when the
 * screen is closed after its end. */
struct work	*work_open(const char *title,
		    void (*stop)(bool running, void *), void *arg);
void		 work_progress(struct work *, int64_t done, int64_t total);
/* One line of the result; those that come first stand first. */
void		 work_line(struct work *, const char *text);
/* It is over: a sentence above the lines. */
void		 work_over(struct work *, const char *sentence, bool good);
/* What Enter does next, and its word in the hints; NULL: nothing. */
void		 work_next(struct work *, const char *label,
		    void (*next)(void *));
/* Runs again: the lines are forgotten. */
void		 work_again(struct work *);
/* Closes it without a word to stop. */
void		 work_close(struct work *);

#endif
