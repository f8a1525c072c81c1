/* menu.c - see dialog.h; here only what palette.c shares with it. */
#ifndef KONAK_TUI_MENU_H
#define KONAK_TUI_MENU_H

#include <stdint.h>

/* A letter for this label that is not among `taken` and moves nothing; 0 when
 * the alphabet is used up. */
uint32_t menu_letter(const char *label, const uint32_t *taken, int n);

#endif
