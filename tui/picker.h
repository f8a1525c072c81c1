/*
 * picker.c - which company: the group's tree, type to filter, Enter. As a
 * screen after sign-in, and as the popup of Ctrl+O.
 */
#ifndef KONAK_TUI_PICKER_H
#define KONAK_TUI_PICKER_H

#include <stdbool.h>

struct link;

/*
 * `done` is called with the company's id (text), its name, and whether it is
 * the group's consolidated view; the picker does not call session.enter
 * itself. app.c enters, and closes the picker with picker_close(), or shows
 * the refusal with a toast and leaves it open.
 */
void	 picker_open(struct link *, const char *first_name,
	    void (*done)(const char *id, const char *name, bool group, void *),
	    void *arg);

/* The popup; `current` is the id that gets the ✓. */
void	 picker_switch(struct link *, const char *current,
	    void (*done)(const char *id, const char *name, bool group, void *),
	    void *arg);

void	 picker_close(void);

#endif
