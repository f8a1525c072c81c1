/*
 * account.c - the menu behind the user's own name: password, sessions,
 * recovery codes, language, signing out.
 */
#ifndef KONAK_TUI_VIEW_ACCOUNT_H
#define KONAK_TUI_VIEW_ACCOUNT_H

void	 account_menu(void);
/* Its lines for the palette, which drops them by this name. */
void	 account_offer(const char *source);

#endif
